//! A cascade of second-order sections over eight streams side by side.
//!
//! A row holds one sample of each stream. What a stream is, is the caller's: a channel, or a block of time. Per section, in the transposed
//! direct form II: `y = b0 x + z0`, `z0 = (b1 x + z1) - a1 y`, `z1 = b2 x - a2 y`. In this order only one addition, one multiplication and one
//! subtraction stand on the recursive path. [`sequential`] is the same arithmetic for one stream, bit for bit.

use fearless_simd::prelude::*;
use fearless_simd::{dispatch, f64x8};

use super::Level;

/// Number of streams side by side.
pub const LANES: usize = 8;

/// Largest number of sections that one pass over memory takes; longer cascades take several.
const SECTIONS_PER_PASS: usize = 4;

/// One section: numerator `b0 + b1 z^-1 + b2 z^-2`, denominator `1 + a1 z^-1 + a2 z^-2`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Section {
    /// Numerator.
    pub b: [f64; 3],
    /// Denominator without its leading 1.
    pub a: [f64; 2],
}

/// One sample of each stream.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub struct Row(pub [f64; LANES]);

/// The state `z0`, `z1` of one section in each stream.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct State {
    /// The value that the next output adds.
    pub z0: Row,
    /// The value after it.
    pub z1: Row,
}

/// The order in which rows are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// First row first.
    Forward,
    /// Last row first.
    Backward,
}

/// What is done with the filtered rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// They replace the input.
    Replace,
    /// Their absolute values replace the input.
    Absolute,
    /// They are dropped; only the state is wanted.
    Discard,
}

/// Runs `sections` over `rows` from `states` (one per section, updated).
///
/// # Panics
/// When there are fewer states than sections.
pub fn cascade(
    level: Level,
    sections: &[Section],
    states: &mut [State],
    rows: &mut [Row],
    direction: Direction,
    output: Output,
) {
    if output == Output::Discard && sections.len() > SECTIONS_PER_PASS {
        // A dropped output of the first sections is still the input of the next: work on a copy in pieces that fit the stack.
        return discard_long(level, sections, states, rows, direction);
    }
    let passes = sections.len().div_ceil(SECTIONS_PER_PASS);
    let parts = sections.chunks(SECTIONS_PER_PASS).zip(states.chunks_mut(SECTIONS_PER_PASS));
    for (index, (sections, states)) in parts.enumerate() {
        let output = if index + 1 == passes || output == Output::Discard { output } else { Output::Replace };
        match *sections {
            [a] => dispatch!(level.0, simd => pass(simd, [a], states, rows, direction, output)),
            [a, b] => dispatch!(level.0, simd => pass(simd, [a, b], states, rows, direction, output)),
            [a, b, c] => dispatch!(level.0, simd => pass(simd, [a, b, c], states, rows, direction, output)),
            [a, b, c, d] => dispatch!(level.0, simd => pass(simd, [a, b, c, d], states, rows, direction, output)),
            _ => unreachable!("chunks hold 1 to {SECTIONS_PER_PASS} sections"),
        }
    }
}

fn discard_long(level: Level, sections: &[Section], states: &mut [State], rows: &[Row], direction: Direction) {
    const PIECE: usize = 256;
    let mut scratch = [Row::default(); PIECE];
    let mut piece = |rows: &[Row]| {
        let scratch = &mut scratch[..rows.len()];
        scratch.copy_from_slice(rows);
        cascade(level, sections, states, scratch, direction, Output::Replace);
    };
    match direction {
        Direction::Forward => rows.chunks(PIECE).for_each(&mut piece),
        Direction::Backward => rows.rchunks(PIECE).for_each(&mut piece),
    }
}

#[inline(always)]
fn pass<S: Simd, const N: usize>(
    simd: S,
    sections: [Section; N],
    states: &mut [State],
    rows: &mut [Row],
    direction: Direction,
    output: Output,
) {
    match (direction, output) {
        (Direction::Forward, Output::Replace) => {
            run(simd, sections, states, rows.iter_mut(), |y, row| y.store_slice(&mut row.0));
        }
        (Direction::Forward, Output::Absolute) => {
            run(simd, sections, states, rows.iter_mut(), |y, row| y.abs().store_slice(&mut row.0));
        }
        (Direction::Forward, Output::Discard) => run(simd, sections, states, rows.iter_mut(), |_, _| {}),
        (Direction::Backward, Output::Replace) => {
            run(simd, sections, states, rows.iter_mut().rev(), |y, row| y.store_slice(&mut row.0));
        }
        (Direction::Backward, Output::Absolute) => {
            run(simd, sections, states, rows.iter_mut().rev(), |y, row| y.abs().store_slice(&mut row.0));
        }
        (Direction::Backward, Output::Discard) => run(simd, sections, states, rows.iter_mut().rev(), |_, _| {}),
    }
}

#[inline(always)]
fn run<'a, S: Simd, const N: usize>(
    simd: S,
    sections: [Section; N],
    states: &mut [State],
    rows: impl Iterator<Item = &'a mut Row>,
    store: impl Fn(f64x8<S>, &mut Row),
) {
    let mut z0 = [f64x8::splat(simd, 0.0); N];
    let mut z1 = z0;
    for k in 0..N {
        z0[k] = f64x8::from_slice(simd, &states[k].z0.0);
        z1[k] = f64x8::from_slice(simd, &states[k].z1.0);
    }
    for row in rows {
        let mut y = f64x8::from_slice(simd, &row.0);
        for k in 0..N {
            let Section { b, a } = sections[k];
            let x = y;
            y = x * b[0] + z0[k];
            z0[k] = (x * b[1] + z1[k]) - y * a[0];
            z1[k] = x * b[2] - y * a[1];
        }
        store(y, row);
    }
    for k in 0..N {
        z0[k].store_slice(&mut states[k].z0.0);
        z1[k].store_slice(&mut states[k].z1.0);
    }
}

/// The same cascade over one stream in place, last sample first when backward; `states` holds `[z0, z1]` per section and is updated.
///
/// # Panics
/// When there are fewer states than sections.
pub fn sequential(sections: &[Section], states: &mut [[f64; 2]], samples: &mut [f64], direction: Direction) {
    let mut step = |sample: &mut f64| {
        let mut y = *sample;
        for (Section { b, a }, [z0, z1]) in sections.iter().zip(states.iter_mut()) {
            let x = y;
            y = x * b[0] + *z0;
            *z0 = (x * b[1] + *z1) - y * a[0];
            *z1 = x * b[2] - y * a[1];
        }
        *sample = y;
    };
    match direction {
        Direction::Forward => samples.iter_mut().for_each(&mut step),
        Direction::Backward => samples.iter_mut().rev().for_each(&mut step),
    }
}

/// Fills `rows` from eight streams: `rows[r]` takes sample `start + r` of each; beyond a stream's end stands 0.
pub fn interleave(level: Level, streams: [&[f64]; LANES], start: usize, rows: &mut [Row]) {
    let whole = streams.iter().map(|stream| stream.len().saturating_sub(start)).min().unwrap_or(0).min(rows.len());
    let whole = whole - whole % LANES;
    dispatch!(level.0, simd => interleave_whole(simd, streams, start, &mut rows[..whole]));
    for (r, row) in rows.iter_mut().enumerate().skip(whole) {
        row.0 = streams.map(|stream| stream.get(start + r).copied().unwrap_or(0.0));
    }
}

#[inline(always)]
fn interleave_whole<S: Simd>(simd: S, streams: [&[f64]; LANES], start: usize, rows: &mut [Row]) {
    for (index, block) in rows.chunks_exact_mut(LANES).enumerate() {
        let at = start + index * LANES;
        let load = |lane: usize| f64x8::from_slice(simd, &streams[lane][at..at + LANES]);
        let columns = transpose([load(0), load(1), load(2), load(3), load(4), load(5), load(6), load(7)]);
        for (row, column) in block.iter_mut().zip(columns) {
            column.store_slice(&mut row.0);
        }
    }
}

/// The inverse of [`interleave`]: `streams[lane][r]` takes lane `lane` of `rows[r]`, as far as each stream goes.
pub fn deinterleave(level: Level, rows: &[Row], mut streams: [&mut [f64]; LANES]) {
    let whole = streams.iter().map(|stream| stream.len()).min().unwrap_or(0).min(rows.len());
    let whole = whole - whole % LANES;
    dispatch!(level.0, simd => deinterleave_whole(simd, &rows[..whole], &mut streams));
    for (lane, stream) in streams.iter_mut().enumerate() {
        for (sample, row) in stream.iter_mut().zip(rows).skip(whole) {
            *sample = row.0[lane];
        }
    }
}

#[inline(always)]
fn deinterleave_whole<S: Simd>(simd: S, rows: &[Row], streams: &mut [&mut [f64]; LANES]) {
    for (index, block) in rows.chunks_exact(LANES).enumerate() {
        let at = index * LANES;
        let load = |row: usize| f64x8::from_slice(simd, &block[row].0);
        let lanes = transpose([load(0), load(1), load(2), load(3), load(4), load(5), load(6), load(7)]);
        for (stream, lane) in streams.iter_mut().zip(lanes) {
            lane.store_slice(&mut stream[at..at + LANES]);
        }
    }
}

/// Transposes 8 x 8 values by three perfect shuffles.
#[inline(always)]
fn transpose<S: Simd>(mut m: [f64x8<S>; LANES]) -> [f64x8<S>; LANES] {
    for _ in 0..3 {
        m = [
            m[0].zip_low(m[4]),
            m[0].zip_high(m[4]),
            m[1].zip_low(m[5]),
            m[1].zip_high(m[5]),
            m[2].zip_low(m[6]),
            m[2].zip_high(m[6]),
            m[3].zip_low(m[7]),
            m[3].zip_high(m[7]),
        ];
    }
    m
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(n: usize, seed: u32) -> Vec<f64> {
        let mut s = seed;
        let mut next = || {
            s = s.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(s) / 4_294_967_296.0 * 2.0 - 1.0
        };
        (0..n).map(|_| next()).collect()
    }

    fn sections(n: usize) -> Vec<Section> {
        let all = [0.3, 0.7, 0.9, 0.5, 0.2, 0.8];
        all[..n].iter().map(|r| Section { b: [0.4, -0.3, 0.2], a: [-1.6 * r, r * r] }).collect()
    }

    #[test]
    fn every_level_direction_and_length_equals_the_sequential_definition_bit_for_bit() {
        for count in 1..=6 {
            let sections = sections(count);
            for len in 0..=33 {
                let streams: Vec<Vec<f64>> = (1..=8).map(|seed| noise(len, seed)).collect();
                for direction in [Direction::Forward, Direction::Backward] {
                    let expected: Vec<Vec<f64>> = streams
                        .iter()
                        .map(|stream| {
                            let mut y = stream.clone();
                            sequential(&sections, &mut vec![[0.25, -0.5]; count], &mut y, direction);
                            y
                        })
                        .collect();
                    for level in Level::available() {
                        let mut rows = vec![Row::default(); len];
                        interleave(level, std::array::from_fn(|lane| streams[lane].as_slice()), 0, &mut rows);
                        let start = State { z0: Row([0.25; LANES]), z1: Row([-0.5; LANES]) };
                        let mut states = vec![start; count];
                        let mut dropped = states.clone();
                        cascade(level, &sections, &mut dropped, &mut rows.clone(), direction, Output::Discard);
                        cascade(level, &sections, &mut states, &mut rows, direction, Output::Replace);
                        assert_eq!(states, dropped);
                        let mut out = vec![vec![0.0; len]; LANES];
                        let mut parts = out.iter_mut();
                        deinterleave(level, &rows, std::array::from_fn(|_| parts.next().unwrap().as_mut_slice()));
                        for (got, expected) in out.iter().zip(&expected) {
                            let bits = |x: &[f64]| x.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
                            assert_eq!(bits(got), bits(expected), "{} {count} sections {len} rows", level.name());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn absolute_values_are_those_of_the_filtered_rows() {
        let sections = sections(5);
        let rows: Vec<Row> = noise(80, 3).chunks_exact(LANES).map(|c| Row(c.try_into().unwrap())).collect();
        let (mut plain, mut absolute) = (rows.clone(), rows);
        for (rows, output) in [(&mut plain, Output::Replace), (&mut absolute, Output::Absolute)] {
            cascade(Level::best(), &sections, &mut [State::default(); 5], rows, Direction::Forward, output);
        }
        for (plain, absolute) in plain.iter().zip(&absolute) {
            assert_eq!(plain.0.map(f64::abs), absolute.0);
        }
    }

    #[test]
    fn streams_that_end_early_are_continued_by_zeros() {
        let long = noise(21, 5);
        let mut rows = [Row::default(); 20];
        let streams: [&[f64]; LANES] = std::array::from_fn(|lane| &long[..21 - lane]);
        interleave(Level::best(), streams, 4, &mut rows);
        for (r, row) in rows.iter().enumerate() {
            assert_eq!(row.0, streams.map(|stream| stream.get(4 + r).copied().unwrap_or(0.0)));
        }
    }
}
