//! Interleaved numbers dealt out to rows: the transposition in the middle of reading motion capture.
//!
//! A tile holds numbers frame by frame; a row wants one quantity through time. [`channels`] takes four neighbouring channels at a time,
//! [`markers`] the four numbers of one point; both go eight steps of time at once, in 4 x 4 transpositions of `f32`, compute in `f64` and round
//! once. Where the steps of time stand in the tile is the caller's list `starts`; its length is a multiple of [`STEPS`] (repeat the last entry to
//! fill it), and each start has four numbers behind it.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, dispatch, f32x4, f32x8, f64x4, i32x8, mask32x8};

use super::Level;

/// Steps of time that are taken at once.
pub const STEPS: usize = 8;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

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

    /// The nearest number of this type.
    #[must_use]
    fn rounded(value: f64) -> Self;

    /// Rounds eight numbers into `out`.
    #[doc(hidden)]
    fn store<S: Simd>(low: f64x4<S>, high: f64x4<S>, out: &mut [Self]);
}

impl Sample for f32 {
    const NAN: Self = f32::NAN;

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "rounding is what it is for")]
    fn rounded(value: f64) -> Self {
        value as f32
    }

    #[inline(always)]
    fn store<S: Simd>(low: f64x4<S>, high: f64x4<S>, out: &mut [Self]) {
        low.narrow(high).store_slice(out);
    }
}

impl Sample for f64 {
    const NAN: Self = f64::NAN;

    #[inline]
    fn rounded(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn store<S: Simd>(low: f64x4<S>, high: f64x4<S>, out: &mut [Self]) {
        let (a, b) = out.split_at_mut(STEPS / 2);
        low.store_slice(a);
        high.store_slice(b);
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
}

/// Four channels through time: `rows` holds four rows of `starts.len()` numbers, row `i` from the numbers at `starts + i`.
///
/// Returns for each row whether all its numbers are finite in `f64`.
///
/// # Panics
/// When the tile, the starts or the rows are not as the module says.
pub fn channels<T: Sample>(
    level: Level,
    tile: &[f32],
    starts: &[usize],
    linear: [Linear; 4],
    rows: &mut [T],
) -> [bool; 4] {
    dispatch!(level.0, simd => channels_at(simd, tile, starts, linear, rows))
}

#[inline(always)]
fn channels_at<S: Simd, T: Sample>(
    simd: S,
    tile: &[f32],
    starts: &[usize],
    linear: [Linear; 4],
    rows: &mut [T],
) -> [bool; 4] {
    let mut physical = [Physical::new(simd, linear[0]); 4];
    for (physical, linear) in physical.iter_mut().zip(linear) {
        *physical = Physical::new(simd, linear);
    }
    let (first, second) = rows.split_at_mut(2 * starts.len());
    let (row0, row1) = first.split_at_mut(starts.len());
    let (row2, row3) = second.split_at_mut(starts.len());
    for (block, starts) in starts.as_chunks::<STEPS>().0.iter().enumerate() {
        let here = block * STEPS..(block + 1) * STEPS;
        let stored = columns(simd, tile, starts, 0);
        physical[0].store(stored[0], &mut row0[here.clone()]);
        physical[1].store(stored[1], &mut row1[here.clone()]);
        physical[2].store(stored[2], &mut row2[here.clone()]);
        physical[3].store(stored[3], &mut row3[here]);
    }
    let zero = f64x4::splat(simd, 0.0);
    let mut finite = [true; 4];
    for (finite, physical) in finite.iter_mut().zip(physical) {
        *finite = physical.trace.simd_eq(zero).all_true();
    }
    finite
}

/// [`Linear`] in vectors. Functions and no closures here and below: a closure does not take over the instruction set of the function around it.
#[derive(Clone, Copy)]
struct Physical<S: Simd> {
    offset: f64x4<S>,
    scale: f64x4<S>,
    gain: f64x4<S>,
    /// Zero as long as all numbers were finite, then NaN.
    trace: f64x4<S>,
}

impl<S: Simd> Physical<S> {
    #[inline(always)]
    fn new(simd: S, linear: Linear) -> Self {
        Self {
            offset: f64x4::splat(simd, linear.offset),
            scale: f64x4::splat(simd, linear.scale),
            gain: f64x4::splat(simd, linear.gain),
            trace: f64x4::splat(simd, 0.0),
        }
    }

    #[inline(always)]
    fn store<T: Sample>(&mut self, stored: f32x8<S>, out: &mut [T]) {
        let (low, high) = stored.widen();
        let low = (low - self.offset) * self.scale * self.gain;
        let high = (high - self.offset) * self.scale * self.gain;
        self.trace = self.trace + low * 0.0 + high * 0.0;
        T::store(low, high, out);
    }
}

#[inline(always)]
fn scaled<S: Simd, T: Sample>(values: f32x8<S>, factor: f64x4<S>, out: &mut [T]) {
    let (low, high) = values.widen();
    T::store(low * factor, high * factor, out);
}

/// Four numbers at `starts + more`, through time: one vector for each of the four.
#[inline(always)]
fn columns<S: Simd>(simd: S, tile: &[f32], starts: &[usize; STEPS], more: usize) -> [f32x8<S>; 4] {
    let low = transposed([
        four(simd, tile, starts[0] + more),
        four(simd, tile, starts[1] + more),
        four(simd, tile, starts[2] + more),
        four(simd, tile, starts[3] + more),
    ]);
    let high = transposed([
        four(simd, tile, starts[4] + more),
        four(simd, tile, starts[5] + more),
        four(simd, tile, starts[6] + more),
        four(simd, tile, starts[7] + more),
    ]);
    [low[0].combine(high[0]), low[1].combine(high[1]), low[2].combine(high[2]), low[3].combine(high[3])]
}

#[inline(always)]
fn four<S: Simd>(simd: S, tile: &[f32], at: usize) -> f32x4<S> {
    f32x4::from_slice(simd, &tile[at..at + 4])
}

#[inline(always)]
fn transposed<S: Simd>([a, b, c, d]: [f32x4<S>; 4]) -> [f32x4<S>; 4] {
    let (ac, bd) = (a.zip_low(c), b.zip_low(d));
    let (ac2, bd2) = (a.zip_high(c), b.zip_high(d));
    [ac.zip_low(bd), ac.zip_high(bd), ac2.zip_low(bd2), ac2.zip_high(bd2)]
}

/// The rows of one marker, each as long as the starts.
#[derive(Debug)]
pub struct MarkerRows<'a, T> {
    /// x, y and z: NaN where the point was not seen.
    pub coordinates: [&'a mut [T]; 3],
    /// Residuals: -1 where the point was not seen.
    pub residuals: &'a mut [T],
    /// Cameras that saw the point: 0 where it was not seen.
    pub camera_masks: &'a mut [u8],
}

/// One marker through time: x, y, z and the fourth word at each of `starts + more`; coordinates are multiplied by `factor`, the low byte of the
/// word by `scale`; bits 8 to 14 of the word are the cameras.
///
/// Returns whether every word was a plain one (from -32768 up to 32767, or finite and at most -1) with finite coordinates where it says
/// "seen". Where not, the rows are not to be used: the caller reads the marker by the letter.
///
/// # Panics
/// When the tile, the starts or the rows are not as the module says.
pub fn markers<T: Sample>(
    level: Level,
    tile: &[f32],
    starts: &[usize],
    more: usize,
    (factor, scale): (f64, f64),
    rows: MarkerRows<'_, T>,
) -> bool {
    dispatch!(level.0, simd => markers_at(simd, tile, starts, more, (factor, scale), rows))
}

#[inline(always)]
fn markers_at<S: Simd, T: Sample>(
    simd: S,
    tile: &[f32],
    starts: &[usize],
    more: usize,
    (factor, scale): (f64, f64),
    rows: MarkerRows<'_, T>,
) -> bool {
    let [xs, ys, zs] = rows.coordinates;
    let (factor, scale) = (f64x4::splat(simd, factor), f64x4::splat(simd, scale));
    let (nan, lone) = (f32x8::splat(simd, f32::NAN), f64x4::splat(simd, -1.0));
    let mut plain = mask32x8::splat(simd, true);
    for (block, starts) in starts.as_chunks::<STEPS>().0.iter().enumerate() {
        let here = block * STEPS..(block + 1) * STEPS;
        let [x, y, z, w] = columns(simd, tile, starts, more);
        let seen = w.simd_gt(-1.0) & w.simd_lt(32768.0);
        let unseen = w.simd_le(-1.0) & w.simd_ge(f32::MIN);
        let finite = x.abs().simd_le(f32::MAX) & y.abs().simd_le(f32::MAX) & z.abs().simd_le(f32::MAX);
        plain &= (seen & finite) | unseen;
        scaled(seen.select(x, nan), factor, &mut xs[here.clone()]);
        scaled(seen.select(y, nan), factor, &mut ys[here.clone()]);
        scaled(seen.select(z, nan), factor, &mut zs[here.clone()]);
        let bits = i32x8::truncate_from(seen.select(w.max(0.0), f32x8::splat(simd, 0.0)));
        let (low, high) = f32x8::float_from(bits & 0xFF).widen();
        let (seen_low, seen_high) = seen.widen();
        let (low, high) = (seen_low.select(low * scale, lone), seen_high.select(high * scale, lone));
        T::store(low, high, &mut rows.residuals[here.clone()]);
        let mut words = [0_i32; STEPS];
        ((bits >> 8) & 0x7F).store_slice(&mut words);
        for (camera, word) in rows.camera_masks[here].iter_mut().zip(words) {
            *camera = word.to_le_bytes()[0];
        }
    }
    plain.all_true()
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

    fn every_level<T: Sample>() {
        let starts: Vec<usize> = (0..40).map(|step| step * 13 + step % 3).collect();
        let linear = [(0.5, 2.0), (-7.25, 0.1), (0.0, -1e-3), (32768.0, 3e37)];
        let linear = linear.map(|(offset, scale)| Linear { offset, scale, gain: 0.3 });
        for kinds in [&[0.0, -0.0, 1e-40][..], &[f32::INFINITY, f32::NAN]] {
            let tile = tile(600, kinds);
            let mut expected = vec![T::default(); 160];
            let mut finite = [true; 4];
            for (row, linear) in linear.into_iter().enumerate() {
                for (step, &start) in starts.iter().enumerate() {
                    let value = linear.apply(f64::from(tile[start + row]));
                    expected[row * 40 + step] = T::rounded(value);
                    finite[row] &= value.is_finite();
                }
            }
            for level in Level::available() {
                let mut rows = vec![T::default(); 160];
                assert_eq!(channels(level, &tile, &starts, linear, &mut rows), finite, "{}", level.name());
                let same =
                    rows.iter().zip(&expected).all(|(a, b)| bits(&[*a]) == bits(&[*b]) || is_nan(*a) && is_nan(*b));
                assert!(same, "{}", level.name());
            }
        }
    }

    #[test]
    fn channels_are_the_definition_at_every_level() {
        every_level::<f32>();
        every_level::<f64>();
    }

    #[test]
    fn markers_are_the_same_at_every_level_and_say_when_a_word_is_not_plain() {
        let starts: Vec<usize> = (0..24).map(|step| step * 8).collect();
        let mut numbers = tile(200, &[1.5]);
        for (step, word) in
            [0.0, -1.0, 127.9, 256.0, 32767.0, -32768.0, -0.5, 513.0].iter().cycle().take(24).enumerate()
        {
            numbers[step * 8 + 6] = *word;
        }
        let run = |level: Level, numbers: &[f32]| {
            let (mut xyz, mut residuals, mut masks) = (vec![0.0_f32; 72], vec![0.0_f32; 24], vec![0_u8; 24]);
            let (x, yz) = xyz.split_at_mut(24);
            let (y, z) = yz.split_at_mut(24);
            let rows = MarkerRows { coordinates: [x, y, z], residuals: &mut residuals, camera_masks: &mut masks };
            let plain = markers(level, numbers, &starts, 3, (0.1, 0.5), rows);
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
