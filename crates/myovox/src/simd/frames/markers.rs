//! Markers, one at a time.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, dispatch, f32x8, i32x8, mask32x8};

use super::{Factor, Halves, STEPS, Sample, Table, columns, exact};
use crate::simd::Level;

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
    use super::super::tests::{bits, tile};
    use super::*;

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
