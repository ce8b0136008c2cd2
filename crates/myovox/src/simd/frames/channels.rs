//! Analog channels, four at a time.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, dispatch, f32x8, f32x16, f64x8, u32x8};

use super::{Factor, STEPS, Sample, Table, exact, half};
use crate::simd::Level;

/// The bits of an `f32` without its sign; those of finite numbers lie below those of infinity.
const SIZE: u32 = 0x7FFF_FFFF;
const INFINITE: u32 = 0x7F80_0000;

/// How a stored number becomes a physical one: `(stored - offset) * scale * gain`, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Linear {
    /// What is taken away first.
    pub offset: f64,
    /// The scale of the channel.
    pub scale: f64,
    /// The scale of all channels.
    pub gain: f64,
}

impl Linear {
    /// The physical number.
    #[inline]
    #[must_use]
    pub fn apply(self, stored: f64) -> f64 {
        (stored - self.offset) * self.scale * self.gain
    }

    /// Offset and factor with which `f32` arithmetic on the numbers of `table` gives the same bits as rounding [`apply`](Self::apply).
    ///
    /// The difference is exact in `f32` when there is no offset or when both are integers. Its products with the scale and with the gain are
    /// exact in `f64` when scale, gain and their product are numbers of `f32`; one rounding to `f32` is then all that is left.
    fn single(self, table: Table<'_>) -> Option<(f32, f32)> {
        let is_integer = self.offset.abs() <= 65536.0 && self.offset.trunc() == self.offset;
        let is_exact = self.offset == 0.0 || table.holds_integers && is_integer;
        let factor = exact(self.scale * self.gain)?;
        exact(self.scale).and(exact(self.gain))?;
        is_exact.then_some((f32::rounded(self.offset), factor))
    }

    /// Factor whose product with a difference has the bits of the products with scale and gain: one of these is a power of two, which rounds
    /// nothing, and all are of the sizes of `f32`, so that nothing vanishes.
    fn factor(self) -> Option<f64> {
        let is_power = |value: f64| value.is_normal() && value.to_bits() << 12 == 0;
        let sizes = f64::from(f32::MIN_POSITIVE)..f64::from(f32::MAX);
        let is_sized = sizes.contains(&self.scale.abs()) && sizes.contains(&self.gain.abs());
        (is_sized && (is_power(self.scale) || is_power(self.gain))).then_some(self.scale * self.gain)
    }

    /// Whether all numbers whose sizes are given by at most these bits are surely finite.
    fn keeps_finite(self, most: u32) -> bool {
        let largest = (f64::from(f32::from_bits(most)) + self.offset.abs()) * self.scale.abs() * self.gain.abs();
        most < INFINITE && largest.is_finite()
    }
}

/// Four channels through time: row `i` of `rows` gets the numbers at `first + i` of each row of the table. All rows have the same length.
///
/// Returns for each row whether all its numbers are surely finite in `f64`; where not, they may be.
///
/// # Panics
/// When the table is shorter than the rows.
pub fn channels<T: Sample>(
    level: Level,
    table: Table<'_>,
    first: usize,
    linear: [Linear; 4],
    rows: [&mut [T]; 4],
) -> [bool; 4] {
    let (single, factor) = (linear.map(|linear| linear.single(table)), linear.map(Linear::factor));
    let most = if let ([Some(a), Some(b), Some(c), Some(d)], true) = (single, T::IS_SINGLE) {
        dispatch!(level.0, simd => singles_at(simd, table, first, [a, b, c, d], rows))
    } else if let [Some(a), Some(b), Some(c), Some(d)] = factor {
        let offset = linear.map(|linear| linear.offset);
        dispatch!(level.0, simd => scaled_at(simd, table, first, (offset, [a, b, c, d]), rows))
    } else {
        dispatch!(level.0, simd => channels_at(simd, table, first, linear, rows))
    };
    let mut finite = [false; 4];
    for ((finite, linear), most) in finite.iter_mut().zip(linear).zip(most) {
        *finite = linear.keeps_finite(most);
    }
    finite
}

#[inline(always)]
fn channels_at<S: Simd, T: Sample>(
    simd: S,
    table: Table<'_>,
    first: usize,
    linear: [Linear; 4],
    rows: [&mut [T]; 4],
) -> [u32; 4] {
    let [a, b, c, d] = linear;
    let kernels = [Double::new(simd, a), Double::new(simd, b), Double::new(simd, c), Double::new(simd, d)];
    dealt(simd, table, first, kernels, rows)
}

#[inline(always)]
fn scaled_at<S: Simd, T: Sample>(
    simd: S,
    table: Table<'_>,
    first: usize,
    (offset, factor): ([f64; 4], [f64; 4]),
    rows: [&mut [T]; 4],
) -> [u32; 4] {
    let [a, b, c, d] = offset;
    let [e, f, g, h] = factor;
    let kernels = [Scaled::new(simd, a, e), Scaled::new(simd, b, f), Scaled::new(simd, c, g), Scaled::new(simd, d, h)];
    dealt(simd, table, first, kernels, rows)
}

#[inline(always)]
fn singles_at<S: Simd, T: Sample>(
    simd: S,
    table: Table<'_>,
    first: usize,
    single: [(f32, f32); 4],
    rows: [&mut [T]; 4],
) -> [u32; 4] {
    let [a, b, c, d] = single;
    let kernels = [Single::new(simd, a), Single::new(simd, b), Single::new(simd, c), Single::new(simd, d)];
    dealt(simd, table, first, kernels, rows)
}

/// How stored numbers become physical. Functions and no closures here and below: a closure does not take over the instruction set of the function
/// around it.
trait Kernel<S: Simd>: Copy {
    /// Four channels of 16 rows of a table.
    fn block<T: Sample>(
        simd: S,
        kernels: [Self; 4],
        table: (&[f32], usize),
        rows: [&mut [T; STEPS]; 4],
        most: &mut [u32x8<S>; 4],
    );
}

/// A kernel that computes in `f64`.
trait Wide<S: Simd>: Copy {
    fn physical(self, stored: f64x8<S>) -> f64x8<S>;

    #[inline(always)]
    fn store<T: Sample>(self, low: f32x8<S>, high: f32x8<S>, out: &mut [T; STEPS]) {
        let (low, high) = f32x16::widen(low.combine(high));
        T::store((self.physical(low), self.physical(high)), out);
    }
}

#[inline(always)]
fn block_in_f64<S: Simd, T: Sample, K: Wide<S>>(
    simd: S,
    kernels: [K; 4],
    (numbers, width): (&[f32], usize),
    rows: [&mut [T; STEPS]; 4],
    most: &mut [u32x8<S>; 4],
) {
    let [a, b, c, d] = half(simd, numbers, width);
    let [a2, b2, c2, d2] = half(simd, &numbers[STEPS / 2 * width..], width);
    larger(most, [a, b, c, d]);
    larger(most, [a2, b2, c2, d2]);
    let [row0, row1, row2, row3] = rows;
    kernels[0].store(a, a2, row0);
    kernels[1].store(b, b2, row1);
    kernels[2].store(c, c2, row2);
    kernels[3].store(d, d2, row3);
}

macro_rules! in_f64 {
    ($kernel:ident) => {
        impl<S: Simd> Kernel<S> for $kernel<S> {
            #[inline(always)]
            fn block<T: Sample>(
                simd: S,
                kernels: [Self; 4],
                table: (&[f32], usize),
                rows: [&mut [T; STEPS]; 4],
                most: &mut [u32x8<S>; 4],
            ) {
                block_in_f64(simd, kernels, table, rows, most);
            }
        }
    };
}

in_f64!(Double);
in_f64!(Scaled);

/// [`Linear`] by the letter.
#[derive(Clone, Copy)]
struct Double<S: Simd> {
    offset: f64x8<S>,
    scale: f64x8<S>,
    gain: f64x8<S>,
}

impl<S: Simd> Double<S> {
    #[inline(always)]
    fn new(simd: S, linear: Linear) -> Self {
        Self {
            offset: f64x8::splat(simd, linear.offset),
            scale: f64x8::splat(simd, linear.scale),
            gain: f64x8::splat(simd, linear.gain),
        }
    }
}

impl<S: Simd> Wide<S> for Double<S> {
    #[inline(always)]
    fn physical(self, stored: f64x8<S>) -> f64x8<S> {
        (stored - self.offset) * self.scale * self.gain
    }
}

/// The same with [`Linear::factor`].
#[derive(Clone, Copy)]
struct Scaled<S: Simd> {
    offset: f64x8<S>,
    factor: f64x8<S>,
}

impl<S: Simd> Scaled<S> {
    #[inline(always)]
    fn new(simd: S, offset: f64, factor: f64) -> Self {
        Self { offset: f64x8::splat(simd, offset), factor: f64x8::splat(simd, factor) }
    }
}

impl<S: Simd> Wide<S> for Scaled<S> {
    #[inline(always)]
    fn physical(self, stored: f64x8<S>) -> f64x8<S> {
        (stored - self.offset) * self.factor
    }
}

/// [`Linear::single`], for `f32` alone.
#[derive(Clone, Copy)]
struct Single<S: Simd> {
    offset: f32x8<S>,
    factor: Factor<S>,
}

impl<S: Simd> Single<S> {
    #[inline(always)]
    fn new(simd: S, (offset, factor): (f32, f32)) -> Self {
        Self { offset: f32x8::splat(simd, offset), factor: Factor::new(simd, factor) }
    }

    #[inline(always)]
    fn store_half<T: Sample>(self, stored: f32x8<S>, out: &mut [T]) {
        T::store_scaled(stored - self.offset, self.factor, out);
    }
}

impl<S: Simd> Kernel<S> for Single<S> {
    /// One half after the other, which all registers hold.
    #[inline(always)]
    fn block<T: Sample>(
        simd: S,
        kernels: [Self; 4],
        (numbers, width): (&[f32], usize),
        rows: [&mut [T; STEPS]; 4],
        most: &mut [u32x8<S>; 4],
    ) {
        let [row0, row1, row2, row3] = rows;
        for (step, numbers) in [(0, numbers), (STEPS / 2, &numbers[STEPS / 2 * width..])] {
            let stored = half(simd, numbers, width);
            larger(most, stored);
            kernels[0].store_half(stored[0], &mut row0[step..step + STEPS / 2]);
            kernels[1].store_half(stored[1], &mut row1[step..step + STEPS / 2]);
            kernels[2].store_half(stored[2], &mut row2[step..step + STEPS / 2]);
            kernels[3].store_half(stored[3], &mut row3[step..step + STEPS / 2]);
        }
    }
}

/// Deals four channels out to their rows; returns the bits of the largest size that each stored.
#[inline(always)]
fn dealt<S: Simd, T: Sample, K: Kernel<S>>(
    simd: S,
    table: Table<'_>,
    first: usize,
    kernels: [K; 4],
    rows: [&mut [T]; 4],
) -> [u32; 4] {
    let all = rows[0].len();
    let [(rows0, end0), (rows1, end1), (rows2, end2), (rows3, end3)] = rows.map(<[T]>::as_chunks_mut::<STEPS>);
    let mut most = [u32x8::splat(simd, 0); 4];
    let blocks = rows0.iter_mut().zip(rows1).zip(rows2).zip(rows3).zip(table.blocks(first));
    for ((((row0, row1), row2), row3), block) in blocks {
        K::block(simd, kernels, (block, table.width), [row0, row1, row2, row3], &mut most);
    }
    if !end0.is_empty() {
        let mut ends = [[T::default(); STEPS]; 4];
        let [a, b, c, d] = &mut ends;
        K::block(simd, kernels, (&table.last(first, all, end0.len()), 4), [a, b, c, d], &mut most);
        for (end, all) in [end0, end1, end2, end3].into_iter().zip(ends) {
            end.copy_from_slice(&all[..end.len()]);
        }
    }
    [most[0].reduce_max(), most[1].reduce_max(), most[2].reduce_max(), most[3].reduce_max()]
}

#[inline(always)]
fn larger<S: Simd>(most: &mut [u32x8<S>; 4], stored: [f32x8<S>; 4]) {
    for (most, stored) in most.iter_mut().zip(stored) {
        *most = most.max(stored.bitcast::<u32x8<S>>() & SIZE);
    }
}

#[cfg(test)]
mod tests {
    use super::super::BEHIND;
    use super::super::tests::{bits, is_nan, tile};
    use super::*;

    fn every_level<T: Sample>(holds_integers: bool, linear: [Linear; 4], kinds: &[f32]) {
        const WIDTH: usize = 13;
        for length in [1, 7, 8, 37] {
            let mut numbers = tile(length * WIDTH + BEHIND, kinds);
            if holds_integers {
                numbers = numbers.into_iter().map(f32::round).collect();
            }
            let table = Table { numbers: &numbers, width: WIDTH, holds_integers };
            for first in [0, 4, WIDTH - 1] {
                let mut expected = vec![T::default(); 4 * length];
                let mut finite = [true; 4];
                for (i, linear) in linear.into_iter().enumerate() {
                    for step in 0..length {
                        let value = linear.apply(f64::from(numbers[step * WIDTH + first + i]));
                        expected[i * length + step] = T::rounded(value);
                        finite[i] &= value.is_finite();
                    }
                }
                for level in Level::available() {
                    let mut rows = vec![T::default(); 4 * length];
                    let mut each = rows.chunks_exact_mut(length);
                    let four = [(); 4].map(|()| each.next().unwrap());
                    assert_eq!(channels(level, table, first, linear, four), finite, "{}", level.name());
                    let same =
                        rows.iter().zip(&expected).all(|(a, b)| bits(&[*a]) == bits(&[*b]) || is_nan(*a) && is_nan(*b));
                    assert!(same, "{length} rows from {first}, {linear:?}, {}", level.name());
                }
            }
        }
    }

    fn every_conversion<T: Sample>() {
        let linear = |four: [(f64, f64, f64); 4]| four.map(|(offset, scale, gain)| Linear { offset, scale, gain });
        let general = linear([(0.5, 2.0, 0.3), (-7.25, 0.1, 1.0), (0.0, -1e-3, 0.7), (32768.0, 3e37, 0.3)]);
        // What `f32` arithmetic does as well, and what it nearly does.
        let (scale, tiny) = (f64::from(0.1_f32), f64::from(f32::MIN_POSITIVE));
        let single = linear([(0.0, scale, 1.0), (-0.0, 0.25, scale), (0.0, -scale, 2.0), (0.0, tiny, 0.25)]);
        let offset = linear([(2048.0, scale, 1.0), (-32768.0, scale, 0.5), (65535.0, 1.0, scale), (7.0, 0.0, 1.0)]);
        let power = linear([(0.5, 0.1, 1.0), (-7.25, 0.3, 0.25), (1e-3, -2.0, 0.7), (32768.0, 0.5, 0.1)]);
        let nearly = linear([(0.5, scale, 1.0), (0.0, scale, scale), (0.0, 0.1, 1.0), (1e9, 1.0, 1.0)]);
        for kinds in [&[0.0, -0.0, 1e-40][..], &[f32::INFINITY, f32::NAN]] {
            for linear in [general, single, offset, power, nearly] {
                every_level::<T>(false, linear, kinds);
            }
        }
        for linear in [general, single, offset, power, nearly] {
            every_level::<T>(true, linear, &[0.0, -32768.0, 65535.0]);
        }
        assert!(
            single
                .iter()
                .all(|linear| linear.single(Table { numbers: &[], width: 1, holds_integers: false }).is_some())
        );
        assert!(
            offset.iter().all(|linear| linear.single(Table { numbers: &[], width: 1, holds_integers: true }).is_some())
        );
        assert!(
            nearly.iter().all(|linear| linear.single(Table { numbers: &[], width: 1, holds_integers: true }).is_none())
        );
    }

    #[test]
    fn channels_are_the_definition_at_every_level() {
        every_conversion::<f32>();
        every_conversion::<f64>();
    }
}
