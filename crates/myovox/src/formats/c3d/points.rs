//! The points: coordinates, residuals and camera masks out of the frames.
//!
//! Each point of a frame is four numbers: x, y, z and a word W. Integers are multiplied by |`POINT:SCALE`|, floats stand for themselves. W as a
//! signed 16-bit integer is negative for a point that was not seen; else its low byte times |`POINT:SCALE`| is the residual and bits 8 to 14 are
//! the cameras that saw it. Writers store W in floats in several ways, see [`Word`].
//! Source: "The C3D File Format", Motion Lab Systems, *3D Point Residuals*, *Camera Contribution Mask*.
//!
//! Frames are taken in tiles that stay in the cache; within a tile each marker is followed through time, so that every output row is written
//! from front to back.

use ndarray::{Array2, Array3};

use super::layout::Layout;
use super::number::{BigSigned, DecFloat, Element, IntelFloat, LittleSigned, MipsFloat, Processor, Storage};
use super::warnings::Warnings;
use crate::error::{Error, Result};
use crate::formats::bytes::Bytes;
use crate::limits::Budget;
use crate::warning::Warning;

/// Bytes of a tile: well inside a second-level cache together with what is written from it.
const TILE_BYTES: usize = 1 << 16;

/// Decoded points.
pub(super) struct Points {
    /// (markers, 3, frames), NaN where invalid.
    pub(super) coordinates: Array3<f64>,
    /// (markers, frames), -1 where invalid.
    pub(super) residuals: Array2<f64>,
    /// (markers, frames), 0 where invalid.
    pub(super) camera_masks: Array2<u8>,
}

/// How many points were doubtful, by kind.
#[derive(Default)]
struct Doubts {
    word_unsigned: u64,
    word_out_of_range: u64,
    word_nonfinite: u64,
    coordinate_nonfinite: u64,
}

/// The meaning of the fourth word.
enum Word {
    /// Not seen.
    Invalid,
    /// Seen, with the 15 bits of residual and cameras.
    Valid(u16),
    /// 32768 to 65535: a negative word written as unsigned. Not seen.
    Unsigned,
    /// 65536 and above: the sign says seen; residual and cameras are unknown.
    OutOfRange,
    /// NaN or infinite. Not seen.
    Nonfinite,
}

impl Word {
    #[inline]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    fn new(w: f64) -> Self {
        if !w.is_finite() {
            Self::Nonfinite
        } else if w <= -1.0 {
            Self::Invalid
        } else if w < 32768.0 {
            Self::Valid(w.max(0.0) as u16)
        } else if w < 65536.0 {
            Self::Unsigned
        } else {
            Self::OutOfRange
        }
    }
}

/// Decodes the points of `layout`.
///
/// # Errors
/// `limit.memory-bytes`; under strict the refused warnings on the fourth word.
pub(super) fn decode(
    bytes: Bytes<'_>,
    layout: &Layout,
    budget: &mut Budget,
    warnings: &mut Warnings,
) -> Result<Points> {
    let markers = usize::try_from(layout.points).unwrap_or(usize::MAX);
    let frames = usize::try_from(layout.point_frames()).unwrap_or(usize::MAX);
    let count = markers.saturating_mul(frames);
    let mut rows = Rows {
        coordinates: budget.zeroed(count.saturating_mul(3), "points")?,
        residuals: budget.zeroed(count, "residuals")?,
        camera_masks: budget.zeroed(count, "camera masks")?,
        frames,
        frame_bytes: usize::try_from(layout.frame_bytes()).unwrap_or(usize::MAX),
        scale: layout.point_scale,
        doubts: Doubts::default(),
    };
    if count > 0 {
        let all = bytes.clamped(layout.data_start, layout.frame_bytes().saturating_mul(layout.point_frames()));
        match (layout.storage, layout.processor) {
            (Storage::Float, Processor::Intel) => rows.fill::<4, IntelFloat>(all, 1.0),
            (Storage::Float, Processor::Dec) => rows.fill::<4, DecFloat>(all, 1.0),
            (Storage::Float, Processor::Mips) => rows.fill::<4, MipsFloat>(all, 1.0),
            (Storage::Integer, Processor::Mips) => rows.fill::<2, BigSigned>(all, layout.point_scale),
            (Storage::Integer, _) => rows.fill::<2, LittleSigned>(all, layout.point_scale),
        }
    }
    rows.doubts.warn(layout, warnings)?;
    Ok(Points {
        coordinates: shaped(Array3::from_shape_vec((markers, 3, frames), rows.coordinates))?,
        residuals: shaped(Array2::from_shape_vec((markers, frames), rows.residuals))?,
        camera_masks: shaped(Array2::from_shape_vec((markers, frames), rows.camera_masks))?,
    })
}

/// An array whose axes this machine can count.
pub(super) fn shaped<T>(array: std::result::Result<T, ndarray::ShapeError>) -> Result<T> {
    array.map_err(|_| Error::limit("limit.memory-bytes", "arrays do not fit into this machine's memory"))
}

/// The output under construction.
struct Rows {
    coordinates: Vec<f64>,
    residuals: Vec<f64>,
    camera_masks: Vec<u8>,
    frames: usize,
    frame_bytes: usize,
    scale: f64,
    doubts: Doubts,
}

impl Rows {
    /// Decodes all frames, tile by tile; `factor` multiplies the coordinates.
    fn fill<const N: usize, E: Element<N>>(&mut self, all: &[u8], factor: f64) {
        let per_tile = TILE_BYTES.checked_div(self.frame_bytes).unwrap_or(1).max(1);
        let tile_bytes = per_tile.saturating_mul(self.frame_bytes);
        let mut first = 0_usize;
        for tile in all.chunks(tile_bytes) {
            self.tile::<N, E>(tile, first, per_tile, factor);
            first = first.saturating_add(per_tile);
        }
    }

    fn tile<const N: usize, E: Element<N>>(&mut self, tile: &[u8], first: usize, per_tile: usize, factor: f64) {
        let frames = self.frames;
        let end = first.saturating_add(per_tile).min(frames);
        let markers = self.coordinates.chunks_exact_mut(frames.saturating_mul(3));
        let markers = markers.zip(self.residuals.chunks_exact_mut(frames));
        let markers = markers.zip(self.camera_masks.chunks_exact_mut(frames));
        let mut at = 0_usize;
        for ((coordinates, residuals), masks) in markers {
            let (xs, yz) = coordinates.split_at_mut(frames);
            let (ys, zs) = yz.split_at_mut(frames);
            let outputs = (xs.get_mut(first..end), ys.get_mut(first..end), zs.get_mut(first..end));
            let marks = (residuals.get_mut(first..end), masks.get_mut(first..end));
            if let ((Some(xs), Some(ys), Some(zs)), (Some(residuals), Some(masks))) = (outputs, marks) {
                let points = tile.chunks(self.frame_bytes).map(|frame| point::<N, E>(frame, at));
                let outputs = xs.iter_mut().zip(ys).zip(zs).zip(residuals).zip(masks);
                for ([x, y, z, w], ((((px, py), pz), residual), mask)) in points.zip(outputs) {
                    let (r, m) = self.doubts.judge([x, y, z], w);
                    let seen = r >= 0.0;
                    (*px, *py, *pz) =
                        if seen { (x * factor, y * factor, z * factor) } else { (f64::NAN, f64::NAN, f64::NAN) };
                    *residual = if seen { r * self.scale } else { -1.0 };
                    *mask = m;
                }
            }
            at = at.saturating_add(N.saturating_mul(4));
        }
    }
}

/// The four numbers of the point at byte `at` of a frame; a point that is cut off was not seen.
#[inline]
fn point<const N: usize, E: Element<N>>(frame: &[u8], at: usize) -> [f64; 4] {
    let numbers = frame.get(at..).map(|bytes| bytes.as_chunks::<N>().0).and_then(<[[u8; N]]>::first_chunk::<4>);
    numbers.map_or([f64::NAN, f64::NAN, f64::NAN, -1.0], |numbers| numbers.map(E::value))
}

impl Doubts {
    /// Residual byte (-1: invalid) and camera mask of a point.
    #[inline]
    fn judge(&mut self, coordinates: [f64; 3], w: f64) -> (f64, u8) {
        let bits = match Word::new(w) {
            Word::Valid(bits) => bits,
            Word::Invalid => return (-1.0, 0),
            Word::Unsigned => {
                self.word_unsigned = self.word_unsigned.saturating_add(1);
                return (-1.0, 0);
            }
            Word::Nonfinite => {
                self.word_nonfinite = self.word_nonfinite.saturating_add(1);
                return (-1.0, 0);
            }
            Word::OutOfRange => {
                self.word_out_of_range = self.word_out_of_range.saturating_add(1);
                0
            }
        };
        if !coordinates.iter().all(|value| value.is_finite()) {
            self.coordinate_nonfinite = self.coordinate_nonfinite.saturating_add(1);
            return (-1.0, 0);
        }
        let [cameras, residual] = bits.to_be_bytes();
        (f64::from(residual), cameras & 0x7F)
    }

    fn warn(&self, layout: &Layout, warnings: &mut Warnings) -> Result<()> {
        let kinds = [
            ("c3d.residual-word-unsigned", self.word_unsigned, "fourth words of 32768 to 65535: points not seen"),
            ("c3d.residual-word-out-of-range", self.word_out_of_range, "fourth words above 65535: residuals unknown"),
            ("c3d.residual-word-nonfinite", self.word_nonfinite, "fourth words that are no numbers: points not seen"),
            ("c3d.point-nonfinite", self.coordinate_nonfinite, "points whose coordinates are no numbers"),
        ];
        for (code, count, what) in kinds {
            if count > 0 {
                warnings.add(Warning::new(code, format!("{count} {what}")).byte(layout.data_start))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fourth_word_is_read_by_the_letter() {
        let mut doubts = Doubts::default();
        let here = [1.0, 2.0, 3.0];
        assert_eq!(doubts.judge(here, 0.0), (0.0, 0));
        assert_eq!(doubts.judge(here, f64::from(0x7F00 + 200)), (200.0, 0x7F)); // the residual byte is unsigned
        assert_eq!(doubts.judge(here, 256.0), (0.0, 1)); // the high byte holds cameras, not the residual
        assert_eq!(doubts.judge(here, 1.9), (1.0, 0));
        assert_eq!(doubts.judge(here, -0.5), (0.0, 0)); // truncated
        for invalid in [-1.0, -32768.0, -1e9] {
            assert_eq!(doubts.judge(here, invalid), (-1.0, 0));
        }
        assert_eq!(doubts.judge(here, 65535.0), (-1.0, 0));
        assert_eq!(doubts.judge(here, 32768.0), (-1.0, 0));
        assert_eq!(doubts.judge(here, 1.708e38), (0.0, 0));
        assert_eq!(doubts.judge(here, f64::INFINITY), (-1.0, 0));
        assert_eq!(doubts.judge([1.0, f64::NAN, 3.0], 0.0), (-1.0, 0));
        let counted = [doubts.word_unsigned, doubts.word_out_of_range, doubts.word_nonfinite];
        assert_eq!((counted, doubts.coordinate_nonfinite), ([2, 1, 1], 1));
    }
}
