//! Sums over a moving window in eight streams side by side, without a subtraction.
//!
//! `sums` holds, for the chunk of rows that the next windows begin in, the sums from each row to the chunk's end ([`to_the_end`]). A window is
//! such a sum and the sum of the rows that have come since ([`windows`]). When all of a chunk are used up, the rows that took their places are
//! the next chunk.

use fearless_simd::prelude::*;
use fearless_simd::{dispatch, f64x8};

use super::Level;
use super::biquad::{LANES, Row, deinterleave, interleave, transpose};

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
        Statistic::Mav => dispatch!(level.0, simd => slide(simd, sums, since, rows, SimdBase::abs, |sum| sum / count)),
        Statistic::Rms => {
            let share = 1.0 / count;
            dispatch!(level.0, simd => slide(simd, sums, since, rows, |x| x * x, |sum| (sum * share).sqrt()));
        }
    }
}

/// As [`windows`] over rows that are made of `inputs`, and become `outputs`; `sums` says how many.
pub fn windows_of_streams(
    level: Level,
    statistic: Statistic,
    window: usize,
    sums: &mut [Row],
    since: &mut Row,
    inputs: [&[f64]; LANES],
    mut outputs: [&mut [f64]; LANES],
) {
    let count = window as f64;
    let whole = sums.len() - sums.len() % LANES;
    let (most, rest) = sums.split_at_mut(whole);
    let out = &mut outputs;
    match statistic {
        Statistic::Mean => {
            dispatch!(level.0, simd => slide_streams(simd, most, since, inputs, out, |x| x, |sum| sum / count));
        }
        Statistic::Mav => {
            dispatch!(level.0, simd => slide_streams(simd, most, since, inputs, out, SimdBase::abs, |sum| sum / count));
        }
        Statistic::Rms => {
            let share = 1.0 / count;
            dispatch!(level.0, simd => {
                slide_streams(simd, most, since, inputs, out, |x| x * x, |sum| (sum * share).sqrt());
            });
        }
    }
    let mut rows = [Row::default(); LANES];
    let rows = &mut rows[..rest.len()];
    interleave(level, inputs, whole, rows);
    windows(level, statistic, window, rest, since, rows);
    deinterleave(level, rows, outputs.map(|output| &mut output[whole..]));
}

/// Eight rows at a time, so that the processor fetches samples while it computes.
#[inline(always)]
fn slide_streams<S: Simd>(
    simd: S,
    sums: &mut [Row],
    since: &mut Row,
    inputs: [&[f64]; LANES],
    outputs: &mut [&mut [f64]; LANES],
    term: impl Fn(f64x8<S>) -> f64x8<S>,
    value: impl Fn(f64x8<S>) -> f64x8<S>,
) {
    let mut next = f64x8::from_slice(simd, &since.0);
    for (index, sums) in sums.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let at = index * LANES;
        let load = |lane: usize| f64x8::from_slice(simd, &inputs[lane][at..at + LANES]);
        let mut rows = transpose([load(0), load(1), load(2), load(3), load(4), load(5), load(6), load(7)]);
        for (row, sum) in rows.iter_mut().zip(sums) {
            let term = term(*row);
            *row = value(f64x8::from_slice(simd, &sum.0) + next);
            term.store_slice(&mut sum.0);
            next += term;
        }
        for (output, lane) in outputs.iter_mut().zip(transpose(rows)) {
            lane.store_slice(&mut output[at..at + LANES]);
        }
    }
    next.store_slice(&mut since.0);
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
        next += term;
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

    #[test]
    fn streams_have_the_bits_of_their_rows() {
        for (level, len) in Level::available().into_iter().flat_map(|level| [1, 7, 8, 30].map(|len| (level, len))) {
            let streams: Vec<Vec<f64>> = (0..LANES)
                .map(|lane| (0..len).map(|i| ((i * 13 + lane * 7) % 17) as f64 / 3.0 - 2.5).collect())
                .collect();
            let inputs: [&[f64]; LANES] = std::array::from_fn(|lane| streams[lane].as_slice());
            for statistic in [Statistic::Mean, Statistic::Mav, Statistic::Rms] {
                let mut sums: Vec<Row> = (0..len).map(|k| Row([k as f64 / 7.0; LANES])).collect();
                let (mut other_sums, mut since, mut other_since) = (sums.clone(), Row([0.3; LANES]), Row([0.3; LANES]));
                let mut rows = vec![Row::default(); len];
                interleave(level, inputs, 0, &mut rows);
                windows(level, statistic, len, &mut sums, &mut since, &mut rows);
                let mut out = vec![vec![0.0; len]; LANES];
                let mut parts = out.iter_mut();
                let outputs = std::array::from_fn(|_| parts.next().unwrap().as_mut_slice());
                windows_of_streams(level, statistic, len, &mut other_sums, &mut other_since, inputs, outputs);
                assert!(sums == other_sums && since == other_since);
                for (r, row) in rows.iter().enumerate() {
                    assert!(out.iter().zip(row.0).all(|(stream, value)| stream[r] == value), "{}", level.name());
                }
            }
        }
    }
}
