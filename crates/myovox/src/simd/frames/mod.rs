//! Interleaved numbers dealt out to rows: the transposition in the middle of reading motion capture.
//!
//! A [`Table`] holds numbers as they are recorded, one row for each step of time; an array wants one quantity through time. [`channels`] takes
//! four neighbouring channels at once, [`markers`] the four numbers of one point; both go 16 steps of time at a time, in 4 x 4 transpositions.
//! What they compute is defined in `f64`, rounded once; where `f32` gives the same bits, it is used.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x4, f32x8, f64x4, f64x8, mask32x8};

mod channels;
mod markers;

pub use channels::{Linear, channels};
pub use markers::{MarkerRows, markers};

/// Steps of time that are taken at once.
const STEPS: usize = 16;

/// Numbers that a table has behind its last row, so that four numbers can be looked at wherever one stands.
pub const BEHIND: usize = 4;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A factor in both sizes; the smaller is exact.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Factor<S: Simd> {
    single: f32x8<S>,
    double: f64x4<S>,
}

/// A quantity at 16 steps of time.
type Halves<S> = [f32x8<S>; 2];

/// A number that samples are given as: `f32` or `f64`. Everything is computed in `f64` and rounded to nearest at the end.
///
/// ```
/// use myovox::simd::frames::Sample;
/// assert_eq!(f32::rounded(0.1), 0.1_f32);
/// assert_eq!(f64::rounded(0.1), 0.1_f64);
/// ```
pub trait Sample: sealed::Sealed + bytemuck::Pod + Default + PartialOrd + Send + Sync + std::fmt::Debug {
    /// Not a number: what was not measured.
    const NAN: Self;

    /// Whether it is an `f32`.
    #[doc(hidden)]
    const IS_SINGLE: bool;

    /// The nearest number of this type.
    #[must_use]
    fn rounded(value: f64) -> Self;

    /// Rounds 16 numbers into `out`.
    #[doc(hidden)]
    fn store<S: Simd>(values: (f64x8<S>, f64x8<S>), out: &mut [Self; STEPS]);

    /// Rounds eight products into `out`: products of two `f32` are exact in `f64`.
    #[doc(hidden)]
    fn store_scaled<S: Simd>(values: f32x8<S>, factor: Factor<S>, out: &mut [Self]);

    /// The same where `seen`, elsewhere `otherwise`.
    #[doc(hidden)]
    fn store_seen<S: Simd>(
        simd: S,
        seen: mask32x8<S>,
        values: f32x8<S>,
        factor: Factor<S>,
        otherwise: Self,
        out: &mut [Self],
    );
}

impl Sample for f32 {
    const NAN: Self = f32::NAN;
    const IS_SINGLE: bool = true;

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "rounding is what it is for")]
    fn rounded(value: f64) -> Self {
        value as f32
    }

    #[inline(always)]
    fn store<S: Simd>((low, high): (f64x8<S>, f64x8<S>), out: &mut [Self; STEPS]) {
        low.narrow(high).store_slice(out);
    }

    #[inline(always)]
    fn store_scaled<S: Simd>(values: f32x8<S>, factor: Factor<S>, out: &mut [Self]) {
        (values * factor.single).store_slice(out);
    }

    #[inline(always)]
    fn store_seen<S: Simd>(
        simd: S,
        seen: mask32x8<S>,
        values: f32x8<S>,
        factor: Factor<S>,
        otherwise: Self,
        out: &mut [Self],
    ) {
        seen.select(values * factor.single, f32x8::splat(simd, otherwise)).store_slice(out);
    }
}

impl Sample for f64 {
    const NAN: Self = f64::NAN;
    const IS_SINGLE: bool = false;

    #[inline]
    fn rounded(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn store<S: Simd>((low, high): (f64x8<S>, f64x8<S>), out: &mut [Self; STEPS]) {
        let (a, b) = out.split_at_mut(STEPS / 2);
        low.store_slice(a);
        high.store_slice(b);
    }

    #[inline(always)]
    fn store_scaled<S: Simd>(values: f32x8<S>, factor: Factor<S>, out: &mut [Self]) {
        let (low, high) = values.widen();
        let (a, b) = out.split_at_mut(STEPS / 4);
        (low * factor.double).store_slice(a);
        (high * factor.double).store_slice(b);
    }

    #[inline(always)]
    fn store_seen<S: Simd>(
        simd: S,
        seen: mask32x8<S>,
        values: f32x8<S>,
        factor: Factor<S>,
        otherwise: Self,
        out: &mut [Self],
    ) {
        let ((low, high), (seen_low, seen_high)) = (values.widen(), seen.widen());
        let otherwise = f64x4::splat(simd, otherwise);
        let (a, b) = out.split_at_mut(STEPS / 4);
        seen_low.select(low * factor.double, otherwise).store_slice(a);
        seen_high.select(high * factor.double, otherwise).store_slice(b);
    }
}

/// Numbers row after row, each row a step of time.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// The rows, and [`BEHIND`] numbers more.
    pub numbers: &'a [f32],
    /// Numbers of a row.
    pub width: usize,
    /// Whether all are integers of 16 bits.
    pub holds_integers: bool,
}

impl<'a> Table<'a> {
    /// The table without its first rows.
    ///
    /// # Panics
    /// When it has not so many.
    #[must_use]
    pub fn from_row(self, row: usize) -> Self {
        Self { numbers: &self.numbers[row * self.width..], ..self }
    }

    /// The four numbers at `first` of each row, 16 rows at a time.
    fn blocks(self, first: usize) -> impl Iterator<Item = &'a [f32]> {
        (first..).step_by(STEPS * self.width).map(move |start| &self.numbers[start..])
    }

    /// The four numbers at `first` of the last `rows` of `all` rows, fewer than 16, and their last once more to fill up.
    fn last(self, first: usize, all: usize, rows: usize) -> [f32; 4 * STEPS] {
        let mut last = [0.0; 4 * STEPS];
        for (step, four) in last.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let start = (all - rows + step.min(rows - 1)) * self.width + first;
            four.copy_from_slice(&self.numbers[start..start + 4]);
        }
        last
    }
}

/// The number as `f32`, if that is the same.
fn exact(value: f64) -> Option<f32> {
    let narrow = f32::rounded(value);
    (f64::from(narrow) == value).then_some(narrow)
}

impl<S: Simd> Factor<S> {
    #[inline(always)]
    fn new(simd: S, factor: f32) -> Self {
        Self { single: f32x8::splat(simd, factor), double: f64x4::splat(simd, f64::from(factor)) }
    }
}

/// Four numbers of 16 rows, through time: one vector for each of the four.
#[inline(always)]
fn columns<S: Simd>(simd: S, numbers: &[f32], width: usize) -> [Halves<S>; 4] {
    let [a, b, c, d] = half(simd, numbers, width);
    let [a2, b2, c2, d2] = half(simd, &numbers[STEPS / 2 * width..], width);
    [[a, a2], [b, b2], [c, c2], [d, d2]]
}

#[inline(always)]
fn half<S: Simd>(simd: S, numbers: &[f32], width: usize) -> [f32x8<S>; 4] {
    let low = transposed([
        four(simd, numbers, 0),
        four(simd, numbers, width),
        four(simd, numbers, 2 * width),
        four(simd, numbers, 3 * width),
    ]);
    let high = transposed([
        four(simd, numbers, 4 * width),
        four(simd, numbers, 5 * width),
        four(simd, numbers, 6 * width),
        four(simd, numbers, 7 * width),
    ]);
    [low[0].combine(high[0]), low[1].combine(high[1]), low[2].combine(high[2]), low[3].combine(high[3])]
}

#[inline(always)]
fn four<S: Simd>(simd: S, numbers: &[f32], at: usize) -> f32x4<S> {
    f32x4::from_slice(simd, &numbers[at..at + 4])
}

#[inline(always)]
fn transposed<S: Simd>([a, b, c, d]: [f32x4<S>; 4]) -> [f32x4<S>; 4] {
    let (ac, bd) = (a.zip_low(c), b.zip_low(d));
    let (ac2, bd2) = (a.zip_high(c), b.zip_high(d));
    [ac.zip_low(bd), ac.zip_high(bd), ac2.zip_low(bd2), ac2.zip_high(bd2)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of every kind that floats come in, in an order without pattern.
    pub(super) fn tile(count: usize, kinds: &[f32]) -> Vec<f32> {
        let mut state = 1_u32;
        let mut next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16
        };
        (0..count)
            .map(|_| if next() % 5 == 0 { kinds[next() as usize % kinds.len()] } else { next() as f32 / 7.0 - 3000.0 })
            .collect()
    }

    pub(super) fn bits<T: Sample>(values: &[T]) -> Vec<u64> {
        values
            .iter()
            .map(|value| bytemuck::bytes_of(value).iter().rev().fold(0, |b, &x| b << 8 | u64::from(x)))
            .collect()
    }

    pub(super) fn is_nan<T: Sample>(value: T) -> bool {
        value.partial_cmp(&value).is_none()
    }
}
