//! Sums over a moving window in eight streams side by side, without a subtraction.
//!
//! `sums` holds, for the chunk of rows that the next windows begin in, the sums from each row to the chunk's end ([`to_the_end`]). A window is
//! such a sum and the sum of the rows that have come since ([`windows`]). When all of a chunk are used up, the rows that took their places are
//! the next chunk.

use fearless_simd::prelude::*;
use fearless_simd::{dispatch, f64x8};

use super::Level;
use super::biquad::Row;

/// What is made of the samples of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// The mean of the values.
    Mean,
    /// The mean of their magnitudes: mean absolute value, average rectified value.
    Mav,
    /// The root of the mean of their squares, right to the last but one bit.
    Rms,
}

impl Statistic {
    /// What of one sample is summed.
    #[must_use]
    pub fn term(self, sample: f64) -> f64 {
        match self {
            Self::Mean => sample,
            Self::Mav => sample.abs(),
            Self::Rms => sample * sample,
        }
    }

    /// The value of a sum over `count` samples.
    #[must_use]
    pub fn value(self, sum: f64, count: f64) -> f64 {
        match self {
            Self::Mean | Self::Mav => sum / count,
            Self::Rms => (sum * (1.0 / count)).sqrt(),
        }
    }
}

/// Replaces terms by the sum of all from there to the last row.
pub fn to_the_end(level: Level, rows: &mut [Row]) {
    dispatch!(level.0, simd => sum_to_the_end(simd, rows));
}

#[inline(always)]
fn sum_to_the_end<S: Simd>(simd: S, rows: &mut [Row]) {
    let mut sum = f64x8::splat(simd, 0.0);
    for row in rows.iter_mut().rev() {
        sum = f64x8::from_slice(simd, &row.0) + sum;
        sum.store_slice(&mut row.0);
    }
}

/// Replaces samples by their terms.
pub fn terms(level: Level, statistic: Statistic, rows: &mut [Row]) {
    let mut since = Row::default();
    let mut sums = [Row::default(); 64];
    for rows in rows.chunks_mut(sums.len()) {
        windows(level, statistic, 1, &mut sums[..rows.len()], &mut since, rows);
        rows.copy_from_slice(&sums[..rows.len()]);
    }
}

/// Each row of `rows` follows upon the window of `window` rows that begins at its partner in `sums` and becomes that window's value; its terms
/// take the partner's place. `since` is the sum of the terms that came since the chunk's end.
pub fn windows(level: Level, statistic: Statistic, window: usize, sums: &mut [Row], since: &mut Row, rows: &mut [Row]) {
    let count = window as f64;
    match statistic {
        Statistic::Mean => dispatch!(level.0, simd => slide(simd, sums, since, rows, |x| x, |sum| sum / count)),
        Statistic::Mav => dispatch!(level.0, simd => slide(simd, sums, since, rows, |x| x.abs(), |sum| sum / count)),
        Statistic::Rms => {
            let share = 1.0 / count;
            dispatch!(level.0, simd => slide(simd, sums, since, rows, |x| x * x, |sum| (sum * share).sqrt()));
        }
    }
}

#[inline(always)]
fn slide<S: Simd>(
    simd: S,
    sums: &mut [Row],
    since: &mut Row,
    rows: &mut [Row],
    term: impl Fn(f64x8<S>) -> f64x8<S>,
    value: impl Fn(f64x8<S>) -> f64x8<S>,
) {
    let mut next = f64x8::from_slice(simd, &since.0);
    for (sum, row) in sums.iter_mut().zip(rows) {
        let term = term(f64x8::from_slice(simd, &row.0));
        value(f64x8::from_slice(simd, &sum.0) + next).store_slice(&mut row.0);
        term.store_slice(&mut sum.0);
        next = next + term;
    }
    next.store_slice(&mut since.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_gives_the_bits_of_the_definition() {
        for level in Level::available() {
            for (statistic, window) in [Statistic::Mean, Statistic::Mav, Statistic::Rms].map(|s| (s, 3)) {
                let samples: [f64; 6] = [0.1, -0.2, 0.3, -0.4, 0.5, 0.6];
                let row = |k: usize| Row([samples[k]; 8]);
                let mut sums: Vec<Row> = (0..3).map(row).collect();
                terms(level, statistic, &mut sums);
                to_the_end(level, &mut sums);
                let mut rows: Vec<Row> = (3..6).map(row).collect();
                windows(level, statistic, window, &mut sums, &mut Row::default(), &mut rows);
                let t = samples.map(|sample| statistic.term(sample));
                let expected = [t[0] + (t[1] + t[2]) + 0.0, t[1] + t[2] + t[3], t[2] + (t[3] + t[4])];
                for (row, sum) in rows.iter().zip(expected) {
                    assert_eq!(row.0, [statistic.value(sum, 3.0); 8], "{} {statistic:?}", level.name());
                }
                assert_eq!(sums[2].0, [t[5]; 8]);
            }
        }
    }
}
