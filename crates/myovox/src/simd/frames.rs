//! Interleaved numbers dealt out to rows: the transposition in the middle of reading motion capture.
//!
//! A [`Table`] holds numbers as they are recorded, one row for each step of time; an array wants one quantity through time. [`channels`] takes
//! four neighbouring channels at once, [`markers`] the four numbers of one point; both go 16 steps of time at a time, in 4 x 4 transpositions.
//! What they compute is defined in `f64`, rounded once; where `f32` gives the same bits, it is used.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, dispatch, f32x4, f32x8, f32x16, f64x4, f64x8, i32x8, mask32x8, u32x8};

use super::Level;

/// Steps of time that are taken at once.
const STEPS: usize = 16;

/// Numbers that a table has behind its last row, so that four numbers can be looked at wherever one stands.
pub const BEHIND: usize = 4;

/// The bits of an `f32` without its sign; those of finite numbers lie below those of infinity.
const SIZE: u32 = 0x7FFF_FFFF;
const INFINITE: u32 = 0x7F80_0000;

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

/// The number as `f32`, if that is the same.
fn exact(value: f64) -> Option<f32> {
    let narrow = f32::rounded(value);
    (f64::from(narrow) == value).then_some(narrow)
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

/// 16 stored numbers of one channel become physical. Functions and no closures here and below: a closure does not take over the instruction set
/// of the function around it.
trait Kernel<S: Simd>: Copy {
    fn store<T: Sample>(self, stored: Halves<S>, out: &mut [T; STEPS]);

    /// Four channels of 16 rows of a table.
    #[inline(always)]
    fn block<T: Sample>(
        simd: S,
        kernels: [Self; 4],
        (numbers, width): (&[f32], usize),
        rows: [&mut [T; STEPS]; 4],
        most: &mut [u32x8<S>; 4],
    ) {
        let [a, b, c, d] = half(simd, numbers, width);
        let [a2, b2, c2, d2] = half(simd, &numbers[STEPS / 2 * width..], width);
        larger(most, [a, b, c, d]);
        larger(most, [a2, b2, c2, d2]);
        let [row0, row1, row2, row3] = rows;
        kernels[0].store([a, a2], row0);
        kernels[1].store([b, b2], row1);
        kernels[2].store([c, c2], row2);
        kernels[3].store([d, d2], row3);
    }
}

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

impl<S: Simd> Kernel<S> for Double<S> {
    #[inline(always)]
    fn store<T: Sample>(self, [low, high]: Halves<S>, out: &mut [T; STEPS]) {
        let (low, high) = f32x16::widen(low.combine(high));
        let low = (low - self.offset) * self.scale * self.gain;
        let high = (high - self.offset) * self.scale * self.gain;
        T::store((low, high), out);
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

impl<S: Simd> Kernel<S> for Scaled<S> {
    #[inline(always)]
    fn store<T: Sample>(self, [low, high]: Halves<S>, out: &mut [T; STEPS]) {
        let (low, high) = f32x16::widen(low.combine(high));
        T::store(((low - self.offset) * self.factor, (high - self.offset) * self.factor), out);
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
}

impl<S: Simd> Single<S> {
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

    #[inline(always)]
    fn store<T: Sample>(self, [low, high]: Halves<S>, out: &mut [T; STEPS]) {
        let (a, b) = out.split_at_mut(STEPS / 2);
        self.store_half(low, a);
        self.store_half(high, b);
    }
}

impl<S: Simd> Factor<S> {
    #[inline(always)]
    fn new(simd: S, factor: f32) -> Self {
        Self { single: f32x8::splat(simd, factor), double: f64x4::splat(simd, f64::from(factor)) }
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

/// The rows of one marker, all of the same length.
#[derive(Debug)]
pub struct MarkerRows<'a, T> {
    /// x, y and z: NaN where the point was not seen.
    pub coordinates: [&'a mut [T]; 3],
    /// Residuals: -1 where the point was not seen.
    pub residuals: &'a mut [T],
    /// Cameras that saw the point: 0 where it was not seen.
    pub camera_masks: &'a mut [u8],
}

/// One marker through time: x, y, z and the fourth word from `first` on in each row of the table; coordinates are multiplied by `factor`, the low
/// byte of the word by `scale`; bits 8 to 14 of the word are the cameras.
///
/// Returns whether every word was a plain one (from -32768 up to 32767, or finite and at most -1) with finite coordinates where it says
/// "seen", and both factors are numbers of `f32`. Where not, the rows are not to be used: the caller reads the marker by the letter.
///
/// # Panics
/// When the table is shorter than the rows.
pub fn markers<T: Sample>(
    level: Level,
    table: Table<'_>,
    first: usize,
    (factor, scale): (f64, f64),
    rows: MarkerRows<'_, T>,
) -> bool {
    let (Some(factor), Some(scale)) = (exact(factor), exact(scale)) else { return false };
    dispatch!(level.0, simd => markers_at(simd, table, first, (factor, scale), rows))
}

#[inline(always)]
fn markers_at<S: Simd, T: Sample>(
    simd: S,
    table: Table<'_>,
    first: usize,
    (factor, scale): (f32, f32),
    rows: MarkerRows<'_, T>,
) -> bool {
    let all = rows.residuals.len();
    let [(xs, end_x), (ys, end_y), (zs, end_z)] = rows.coordinates.map(<[T]>::as_chunks_mut::<STEPS>);
    let (residuals, end_residuals) = rows.residuals.as_chunks_mut::<STEPS>();
    let (masks, end_masks) = rows.camera_masks.as_chunks_mut::<STEPS>();
    let mut marker = Marker {
        factor: Factor::new(simd, factor),
        scale: Factor::new(simd, scale),
        is_plain: mask32x8::splat(simd, true),
    };
    let blocks = xs.iter_mut().zip(ys).zip(zs).zip(residuals).zip(masks).zip(table.blocks(first));
    for (((((xs, ys), zs), residuals), masks), block) in blocks {
        marker.store(simd, columns(simd, block, table.width), [xs, ys, zs, residuals], masks);
    }
    if !end_residuals.is_empty() {
        let rest = end_residuals.len();
        let ([mut xs, mut ys, mut zs, mut residuals], mut masks) = ([[T::default(); STEPS]; 4], [0_u8; STEPS]);
        let stored = columns(simd, &table.last(first, all, rest), 4);
        marker.store(simd, stored, [&mut xs, &mut ys, &mut zs, &mut residuals], &mut masks);
        for (end, all) in [(end_x, xs), (end_y, ys), (end_z, zs), (end_residuals, residuals)] {
            end.copy_from_slice(&all[..rest]);
        }
        end_masks.copy_from_slice(&masks[..rest]);
    }
    marker.is_plain.all_true()
}

struct Marker<S: Simd> {
    factor: Factor<S>,
    scale: Factor<S>,
    is_plain: mask32x8<S>,
}

impl<S: Simd> Marker<S> {
    #[inline(always)]
    fn store<T: Sample>(
        &mut self,
        simd: S,
        [x, y, z, w]: [Halves<S>; 4],
        [xs, ys, zs, residuals]: [&mut [T; STEPS]; 4],
        masks: &mut [u8; STEPS],
    ) {
        let (xs, xs2) = xs.split_at_mut(STEPS / 2);
        let (ys, ys2) = ys.split_at_mut(STEPS / 2);
        let (zs, zs2) = zs.split_at_mut(STEPS / 2);
        let (residuals, residuals2) = residuals.split_at_mut(STEPS / 2);
        let (masks, masks2) = masks.split_at_mut(STEPS / 2);
        self.store_half(simd, [x[0], y[0], z[0], w[0]], [xs, ys, zs, residuals], masks);
        self.store_half(simd, [x[1], y[1], z[1], w[1]], [xs2, ys2, zs2, residuals2], masks2);
    }

    #[inline(always)]
    fn store_half<T: Sample>(
        &mut self,
        simd: S,
        [x, y, z, w]: [f32x8<S>; 4],
        [xs, ys, zs, residuals]: [&mut [T]; 4],
        masks: &mut [u8],
    ) {
        let seen = w.simd_gt(-1.0) & w.simd_lt(32768.0);
        let unseen = w.simd_le(-1.0) & w.simd_ge(f32::MIN);
        let finite = x.abs().simd_le(f32::MAX) & y.abs().simd_le(f32::MAX) & z.abs().simd_le(f32::MAX);
        self.is_plain &= (seen & finite) | unseen;
        T::store_seen(simd, seen, x, self.factor, T::NAN, xs);
        T::store_seen(simd, seen, y, self.factor, T::NAN, ys);
        T::store_seen(simd, seen, z, self.factor, T::NAN, zs);
        let bits = i32x8::truncate_from(seen.select(w.max(0.0), f32x8::splat(simd, 0.0)));
        T::store_seen(simd, seen, f32x8::float_from(bits & 0xFF), self.scale, T::rounded(-1.0), residuals);
        let mut words = [0_i32; STEPS / 2];
        ((bits >> 8) & 0x7F).store_slice(&mut words);
        for (camera, word) in masks.iter_mut().zip(words) {
            *camera = word.to_le_bytes()[0];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of every kind that floats come in, in an order without pattern.
    fn tile(count: usize, kinds: &[f32]) -> Vec<f32> {
        let mut state = 1_u32;
        let mut next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16
        };
        (0..count)
            .map(|_| if next() % 5 == 0 { kinds[next() as usize % kinds.len()] } else { next() as f32 / 7.0 - 3000.0 })
            .collect()
    }

    fn bits<T: Sample>(values: &[T]) -> Vec<u64> {
        values
            .iter()
            .map(|value| bytemuck::bytes_of(value).iter().rev().fold(0, |b, &x| b << 8 | u64::from(x)))
            .collect()
    }

    fn is_nan<T: Sample>(value: T) -> bool {
        value.partial_cmp(&value).is_none()
    }

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

    #[test]
    fn markers_are_the_same_at_every_level_and_say_when_a_word_is_not_plain() {
        let mut numbers = tile(200, &[1.5]);
        for (step, word) in
            [0.0, -1.0, 127.9, 256.0, 32767.0, -32768.0, -0.5, 513.0].iter().cycle().take(21).enumerate()
        {
            numbers[step * 8 + 6] = *word;
        }
        let run = |level: Level, numbers: &[f32]| {
            let (mut xyz, mut residuals, mut masks) = (vec![0.0_f32; 63], vec![0.0_f32; 21], vec![0_u8; 21]);
            let (x, yz) = xyz.split_at_mut(21);
            let (y, z) = yz.split_at_mut(21);
            let rows = MarkerRows { coordinates: [x, y, z], residuals: &mut residuals, camera_masks: &mut masks };
            let table = Table { numbers, width: 8, holds_integers: false };
            let plain = markers(level, table, 3, (f64::from(0.1_f32), 0.5), rows);
            (plain, bits(&xyz), bits(&residuals), masks, residuals)
        };
        let (plain, .., masks, residuals) = run(Level::scalar(), &numbers);
        assert!(plain);
        assert_eq!(masks[..8], [0, 0, 0, 1, 127, 0, 0, 2]);
        assert_eq!(residuals[..8], [0.0, -1.0, 63.5, 0.0, 127.5, -1.0, 0.0, 0.5]);
        for odd in [32768.0, 65535.0, 1e38, f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut numbers = numbers.clone();
            numbers[6] = odd;
            assert!(Level::available().into_iter().all(|level| !run(level, &numbers).0), "{odd}");
        }
        for level in Level::available() {
            assert_eq!(run(level, &numbers), run(Level::scalar(), &numbers), "{}", level.name());
            let mut numbers = numbers.clone();
            numbers[4] = f32::NAN;
            assert!(!run(level, &numbers).0);
        }
    }
}
