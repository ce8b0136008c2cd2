//! The points: coordinates, residuals and camera masks out of the frames.
//!
//! Each point of a frame is four numbers: x, y, z and a word W. Integers are multiplied by |`POINT:SCALE`|, floats stand for themselves. W as a
//! signed 16-bit integer is negative for a point that was not seen; else its low byte times |`POINT:SCALE`| is the residual and bits 8 to 14 are
//! the cameras that saw it. Writers store W in floats in several ways, see [`Word`].
//! Source: "The C3D File Format", Motion Lab Systems, *3D Point Residuals*, *Camera Contribution Mask*.
//!
//! The kernel of `simd::frames` reads markers whose fourth words are all plain; one odd word in a block, and the block is read here by the letter.

use super::layout::Layout;
use super::tile::Numbers;
use super::warnings::Warnings;
use crate::error::Result;
use crate::simd::Level;
use crate::simd::frames::{MarkerRows, Sample, markers};
use crate::warning::Warning;

/// How many points were doubtful, by kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Doubts {
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

/// How stored points become coordinates and residuals.
#[derive(Clone, Copy, Debug)]
pub(super) struct PointScale {
    /// Multiplies coordinates.
    pub(super) coordinate: f64,
    /// Multiplies the residual byte.
    pub(super) residual: f64,
}

/// Reads marker `marker` of these points into rows; counts what is doubtful.
pub(super) fn read<T: Sample>(
    numbers: &Numbers,
    marker: usize,
    scale: PointScale,
    level: Level,
    mut rows: MarkerRows<'_, T>,
    doubts: &mut Doubts,
) {
    let first = marker.saturating_mul(4);
    if let Some(table) = numbers.table(0) {
        let [x, y, z] = &mut rows.coordinates;
        let rows = MarkerRows {
            coordinates: [&mut **x, &mut **y, &mut **z],
            residuals: &mut *rows.residuals,
            camera_masks: &mut *rows.camera_masks,
        };
        if markers(level, table, first, (scale.coordinate, scale.residual), rows) {
            return;
        }
    }
    by_the_letter(numbers, first, scale, rows, doubts);
}

fn by_the_letter<T: Sample>(
    numbers: &Numbers,
    first: usize,
    scale: PointScale,
    rows: MarkerRows<'_, T>,
    doubts: &mut Doubts,
) {
    let [xs, ys, zs] = rows.coordinates;
    let outputs = xs.iter_mut().zip(ys).zip(zs).zip(rows.residuals).zip(rows.camera_masks);
    for (frame, ((((px, py), pz), residual), mask)) in outputs.enumerate() {
        let number = |i: usize| numbers.number(frame, first.saturating_add(i));
        let [x, y, z, w] = [number(0), number(1), number(2), number(3)];
        let (r, m) = doubts.judge([x, y, z], w);
        let seen = r >= 0.0;
        let coordinate = |value: f64| if seen { T::rounded(value * scale.coordinate) } else { T::NAN };
        (*px, *py, *pz) = (coordinate(x), coordinate(y), coordinate(z));
        *residual = T::rounded(if seen { r * scale.residual } else { -1.0 });
        *mask = m;
    }
}

impl Doubts {
    /// The sum of both.
    pub(super) fn with(self, other: Self) -> Self {
        Self {
            word_unsigned: self.word_unsigned.saturating_add(other.word_unsigned),
            word_out_of_range: self.word_out_of_range.saturating_add(other.word_out_of_range),
            word_nonfinite: self.word_nonfinite.saturating_add(other.word_nonfinite),
            coordinate_nonfinite: self.coordinate_nonfinite.saturating_add(other.coordinate_nonfinite),
        }
    }

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

    pub(super) fn warn(&self, layout: &Layout, warnings: &mut Warnings) -> Result<()> {
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
