//! A signal cut into eight blocks of time that lie side by side in the lanes of a vector.
//!
//! Row `r` of lane `j` is sample `j * block + r - shift`. Filters and moving windows work on rows; what is here brings samples into rows and
//! back. Where a lane reaches beyond the signal, the caller says what stands there.

use crate::simd::Level;
use crate::simd::biquad::{LANES, Row, deinterleave, interleave};

/// Which sample stands where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lanes {
    /// Samples from one lane to the next.
    pub(super) block: usize,
    /// Rows before the first sample.
    pub(super) shift: usize,
}

impl Lanes {
    /// Lane and row of place `at`, counted from the first row of the first lane; samples begin at `shift`.
    fn lane_and_row(self, at: usize) -> (usize, usize) {
        (at / self.block, at % self.block)
    }

    /// The value at place `at`.
    pub(super) fn get(self, rows: &[Row], at: usize) -> f64 {
        let (lane, row) = self.lane_and_row(at);
        rows[row].0[lane]
    }

    /// Sets the value at place `at`.
    pub(super) fn set(self, rows: &mut [Row], at: usize, value: f64) {
        let (lane, row) = self.lane_and_row(at);
        rows[row].0[lane] = value;
    }

    /// Whether `count` rows from row `start` on lie inside a signal of `samples` in every lane.
    fn inside(self, samples: usize, start: usize, count: usize) -> bool {
        start >= self.shift && (LANES - 1) * self.block + start + count <= samples + self.shift
    }

    /// The samples of each lane that `count` rows from row `start` on take, where all lie inside `x`.
    pub(super) fn streams(self, x: &[f64], start: usize, count: usize) -> Option<[&[f64]; LANES]> {
        self.inside(x.len(), start, count).then(|| {
            let first = start - self.shift;
            std::array::from_fn(|lane| &x[first + lane * self.block..][..count])
        })
    }

    /// The same to be written; `count` rows lie inside the block.
    pub(super) fn streams_mut(self, y: &mut [f64], start: usize, count: usize) -> Option<[&mut [f64]; LANES]> {
        self.inside(y.len(), start, count).then(|| {
            let mut lanes = y[start - self.shift..].chunks_mut(self.block);
            std::array::from_fn(|_| lanes.next().map_or_else(Default::default, |lane| &mut lane[..count]))
        })
    }

    /// Fills `rows` (row `start` and following) from `x`; `outside` gives what stands at an index beyond its ends.
    pub(super) fn fill(self, level: Level, x: &[f64], start: usize, rows: &mut [Row], outside: impl Fn(isize) -> f64) {
        if let Some(streams) = self.streams(x, start, rows.len()) {
            return interleave(level, streams, 0, rows);
        }
        for lane in 0..LANES {
            let first = (lane * self.block + start).cast_signed() - self.shift.cast_signed();
            for (index, row) in (first..).zip(rows.iter_mut()) {
                let sample = usize::try_from(index).ok().and_then(|index| x.get(index));
                row.0[lane] = sample.copied().unwrap_or_else(|| outside(index));
            }
        }
    }

    /// Writes `rows` (row `start` and following, not beyond the block) to `y`; what lies beyond its ends is dropped.
    pub(super) fn spill(self, level: Level, rows: &[Row], start: usize, y: &mut [f64]) {
        if let Some(streams) = self.streams_mut(y, start, rows.len()) {
            return deinterleave(level, rows, streams);
        }
        for lane in 0..LANES {
            let first = (lane * self.block + start).cast_signed() - self.shift.cast_signed();
            for (index, row) in (first..).zip(rows) {
                if let Some(sample) = usize::try_from(index).ok().and_then(|index| y.get_mut(index)) {
                    *sample = row.0[lane];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_comes_back_and_what_lies_outside_is_asked_for() {
        for (samples, block, shift) in [(100, 13, 0), (100, 14, 7), (3000, 400, 90), (5, 4, 20), (2100, 280, 3)] {
            let lanes = Lanes { block, shift };
            let x: Vec<f64> = (0..samples).map(f64::from).collect();
            let mut y = vec![-1.0; x.len()];
            for start in (0..block).step_by(24) {
                let mut rows = vec![Row::default(); 24.min(block - start)];
                lanes.fill(Level::best(), &x, start, &mut rows, |index| -1000.0 - index as f64);
                for (r, row) in rows.iter().enumerate() {
                    for (lane, value) in row.0.iter().enumerate() {
                        let index = (lane * block + start + r) as f64 - shift as f64;
                        let inside = index >= 0.0 && index < f64::from(samples);
                        assert_eq!(*value, if inside { index } else { -1000.0 - index });
                    }
                }
                lanes.spill(Level::best(), &rows, start, &mut y);
            }
            for (index, value) in y.iter().enumerate().take((LANES * block).saturating_sub(shift)) {
                assert_eq!(*value, x[index]);
            }
        }
    }
}
