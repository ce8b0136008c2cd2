//! A cascade of second-order sections over eight streams side by side.
//!
//! A row holds one sample of each stream. What a stream is, is the caller's: a channel, or a block of time. Per section, in the transposed
//! direct form II: `y = b0 x + z0`, `z0 = (b1 x + z1) - a1 y`, `z1 = b2 x - a2 y`. In this order only one addition, one multiplication and one
//! subtraction stand on the recursive path. [`sequential`] is the same arithmetic for one stream, bit for bit.

use fearless_simd::prelude::*;
use fearless_simd::{dispatch, f64x4, f64x8};

use super::Level;

mod fused;
mod transpose;

pub use fused::{cascade_from, cascade_to};
pub(in crate::simd) use transpose::transpose;
pub use transpose::{deinterleave, interleave};

/// Number of streams side by side.
pub const LANES: usize = 8;

/// Largest number of sections that one pass over memory takes; longer cascades take several.
const SECTIONS_PER_PASS: usize = 4;

/// Rows that are taken at a time: 8 KiB, which the nearest cache holds beside the streams that they come from.
pub const TILE: usize = 256;

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
    if output == Output::Discard {
        return discard(level, sections, states, rows, direction);
    }
    let passes = sections.len().div_ceil(SECTIONS_PER_PASS);
    let parts = sections.chunks(SECTIONS_PER_PASS).zip(states.chunks_mut(SECTIONS_PER_PASS));
    for (index, (sections, states)) in parts.enumerate() {
        let output = if index + 1 == passes { output } else { Output::Replace };
        match *sections {
            [a] => dispatch!(level.0, simd => pass(simd, Bank::new([a]), states, rows, direction, output)),
            [a, b] => dispatch!(level.0, simd => pass(simd, Bank::new([a, b]), states, rows, direction, output)),
            [a, b, c] => dispatch!(level.0, simd => pass(simd, Bank::new([a, b, c]), states, rows, direction, output)),
            [a, b, c, d] => {
                dispatch!(level.0, simd => pass(simd, Bank::new([a, b, c, d]), states, rows, direction, output));
            }
            _ => unreachable!("chunks hold 1 to {SECTIONS_PER_PASS} sections"),
        }
    }
}

/// On a copy in pieces that fit the stack: what is dropped behind one section is still the input of the next.
fn discard(level: Level, sections: &[Section], states: &mut [State], rows: &[Row], direction: Direction) {
    let mut scratch = [Row::default(); TILE];
    let mut piece = |rows: &[Row]| {
        let scratch = &mut scratch[..rows.len()];
        scratch.copy_from_slice(rows);
        cascade(level, sections, states, scratch, direction, Output::Replace);
    };
    match direction {
        Direction::Forward => rows.chunks(TILE).for_each(&mut piece),
        Direction::Backward => rows.rchunks(TILE).for_each(&mut piece),
    }
}

/// Up to [`SECTIONS_PER_PASS`] sections, looked at once.
#[derive(Clone, Copy)]
struct Bank<const N: usize> {
    sections: [Section; N],
    /// The factor of the input, where all numerators are 1, b1, 1 behind it.
    gain: Option<f64>,
}

impl<const N: usize> Bank<N> {
    /// The usual designs have numerators g (1, +-2, 1), with g = 1 in all sections but the first. Products with 1 and 2 are exact, so g times
    /// the input, once, and no multiplication by b0 and b2 give the same bits.
    #[inline(always)]
    fn new(sections: [Section; N]) -> Self {
        let mut unit = sections;
        let gain = sections[0].b[0];
        if gain != 0.0 && sections[0].b[2] == gain && sections[0].b[1].abs() == 2.0 * gain.abs() {
            unit[0].b = [1.0, sections[0].b[1] / gain, 1.0];
        }
        if unit.iter().all(|section| section.b[0] == 1.0 && section.b[2] == 1.0) {
            Self { sections: unit, gain: Some(gain) }
        } else {
            Self { sections, gain: None }
        }
    }
}

#[inline(always)]
fn pass<S: Simd, const N: usize>(
    simd: S,
    bank: Bank<N>,
    states: &mut [State],
    rows: &mut [Row],
    direction: Direction,
    output: Output,
) {
    match direction {
        Direction::Forward => {
            for tile in rows.chunks_mut(TILE) {
                tiled::<S, N, false>(simd, bank, states, tile, output);
            }
        }
        Direction::Backward => {
            for tile in rows.rchunks_mut(TILE) {
                tiled::<S, N, true>(simd, bank, states, tile, output);
            }
        }
    }
}

/// Rows that stay in the nearest cache while their columns are taken one after the other.
///
/// Three and four sections have as many states as there are vector registers, and keep the adders busy alone: a vector of the processor's own
/// width at a time. One or two wait for themselves: more streams at once.
#[inline(always)]
fn tiled<S: Simd, const N: usize, const BACKWARD: bool>(
    simd: S,
    bank: Bank<N>,
    states: &mut [State],
    rows: &mut [Row],
    output: Output,
) {
    match (N, S::f64s::LEN) {
        (1 | 2, 2) => columns::<S, f64x4<S>, N, BACKWARD>(simd, bank, states, rows, output),
        (1 | 2, _) => columns::<S, f64x8<S>, N, BACKWARD>(simd, bank, states, rows, output),
        _ => columns::<S, S::f64s, N, BACKWARD>(simd, bank, states, rows, output),
    }
}

#[inline(always)]
fn columns<S: Simd, V: SimdFloat<S, Element = f64>, const N: usize, const BACKWARD: bool>(
    simd: S,
    bank: Bank<N>,
    states: &mut [State],
    rows: &mut [Row],
    output: Output,
) {
    for first in (0..LANES).step_by(V::LEN) {
        let replace = |y: V, place: &mut [f64]| y.store_slice(place);
        let absolute = |y: V, place: &mut [f64]| y.abs().store_slice(place);
        let Bank { sections, gain } = bank;
        match (gain, output) {
            (Some(gain), Output::Absolute) => {
                run::<S, V, N, BACKWARD, true>(simd, sections, gain, states, first, rows, absolute);
            }
            (Some(gain), _) => run::<S, V, N, BACKWARD, true>(simd, sections, gain, states, first, rows, replace),
            (None, Output::Absolute) => {
                run::<S, V, N, BACKWARD, false>(simd, sections, 1.0, states, first, rows, absolute);
            }
            (None, _) => run::<S, V, N, BACKWARD, false>(simd, sections, 1.0, states, first, rows, replace),
        }
    }
}

#[inline(always)]
fn run<S: Simd, V: SimdFloat<S, Element = f64>, const N: usize, const BACKWARD: bool, const UNIT: bool>(
    simd: S,
    sections: [Section; N],
    gain: f64,
    states: &mut [State],
    first: usize,
    rows: &mut [Row],
    store: impl Fn(V, &mut [f64]),
) {
    let mut cell = Cell::<V, N>::load(simd, states, first);
    let gain = V::splat(simd, gain);
    let mut step = |row: &mut Row| {
        let place = &mut row.0[first..first + V::LEN];
        store(cell.step::<S, UNIT>(&sections, gain, V::from_slice(simd, place)), place);
    };
    if BACKWARD {
        for row in rows.iter_mut().rev() {
            step(row);
        }
    } else {
        for row in rows {
            step(row);
        }
    }
    cell.save(states, first);
}

/// The states of `N` sections in as many lanes as the vector `V` has.
#[derive(Clone, Copy)]
struct Cell<V, const N: usize> {
    z0: [V; N],
    z1: [V; N],
}

impl<V, const N: usize> Cell<V, N> {
    #[inline(always)]
    fn load<S: Simd>(simd: S, states: &[State], first: usize) -> Self
    where
        V: SimdFloat<S, Element = f64>,
    {
        let zero = V::splat(simd, 0.0);
        let mut cell = Self { z0: [zero; N], z1: [zero; N] };
        for (k, state) in states[..N].iter().enumerate() {
            cell.z0[k] = V::from_slice(simd, &state.z0.0[first..first + V::LEN]);
            cell.z1[k] = V::from_slice(simd, &state.z1.0[first..first + V::LEN]);
        }
        cell
    }

    #[inline(always)]
    fn save<S: Simd>(&self, states: &mut [State], first: usize)
    where
        V: SimdFloat<S, Element = f64>,
    {
        for (k, state) in states[..N].iter_mut().enumerate() {
            self.z0[k].store_slice(&mut state.z0.0[first..first + V::LEN]);
            self.z1[k].store_slice(&mut state.z1.0[first..first + V::LEN]);
        }
    }

    #[inline(always)]
    fn step<S: Simd, const UNIT: bool>(&mut self, sections: &[Section; N], gain: V, mut y: V) -> V
    where
        V: SimdFloat<S, Element = f64>,
    {
        if UNIT {
            y *= gain;
        }
        for (k, &Section { b, a }) in sections.iter().enumerate() {
            let x = y;
            if UNIT {
                y = x + self.z0[k];
                self.z0[k] = (x * b[1] + self.z1[k]) - y * a[0];
                self.z1[k] = x - y * a[1];
            } else {
                y = x * b[0] + self.z0[k];
                self.z0[k] = (x * b[1] + self.z1[k]) - y * a[0];
                self.z1[k] = x * b[2] - y * a[1];
            }
        }
        y
    }
}

/// The same cascade over one stream in place, last sample first when backward; `states` holds `[z0, z1]` per section and is updated.
///
/// # Panics
/// When there are fewer states than sections.
pub fn sequential(sections: &[Section], states: &mut [[f64; 2]], samples: &mut [f64], direction: Direction) {
    let parts = sections.chunks(SECTIONS_PER_PASS).zip(states.chunks_mut(SECTIONS_PER_PASS));
    for (sections, states) in parts {
        match *sections {
            [a] => one_stream([a], states, samples, direction),
            [a, b] => one_stream([a, b], states, samples, direction),
            [a, b, c] => one_stream([a, b, c], states, samples, direction),
            [a, b, c, d] => one_stream([a, b, c, d], states, samples, direction),
            _ => unreachable!("chunks hold 1 to {SECTIONS_PER_PASS} sections"),
        }
    }
}

fn one_stream<const N: usize>(
    sections: [Section; N],
    states: &mut [[f64; 2]],
    samples: &mut [f64],
    direction: Direction,
) {
    let mut z: [[f64; 2]; N] = std::array::from_fn(|k| states[k]);
    let mut step = |sample: &mut f64| {
        let mut y = *sample;
        for (Section { b, a }, [z0, z1]) in sections.iter().zip(&mut z) {
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
    states[..N].copy_from_slice(&z);
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

    /// The same poles with the numerators of a Butterworth design, the gain in the first.
    fn unit_sections(n: usize) -> Vec<Section> {
        let mut sections = sections(n);
        for (k, section) in sections.iter_mut().enumerate() {
            section.b = [1.0, if k % 2 == 0 { -2.0 } else { 2.0 }, 1.0];
        }
        sections[0].b = sections[0].b.map(|b| b * 0.123);
        sections
    }

    #[test]
    fn every_level_direction_and_length_equals_the_sequential_definition_bit_for_bit() {
        for sections in (1..=6).flat_map(|count| [sections(count), unit_sections(count)]) {
            let count = sections.len();
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
    fn streams_filtered_on_their_way_have_the_bits_of_the_two_steps() {
        for sections in (1..=6).flat_map(|count| [sections(count), unit_sections(count)]) {
            for len in [0, 1, 7, 8, 20, 64, 77] {
                let streams: Vec<Vec<f64>> = (1..=8).map(|seed| noise(len, seed)).collect();
                let slices: [&[f64]; LANES] = std::array::from_fn(|lane| streams[lane].as_slice());
                for (level, output) in Level::available()
                    .into_iter()
                    .flat_map(|level| [Output::Replace, Output::Absolute].map(|output| (level, output)))
                {
                    let start = vec![State { z0: Row([0.25; LANES]), z1: Row([-0.5; LANES]) }; sections.len()];
                    let (mut states, mut fused_states) = (start.clone(), start);
                    let (mut rows, mut fused_rows) = (vec![Row::default(); len], vec![Row::default(); len]);
                    interleave(level, slices, 0, &mut rows);
                    cascade(level, &sections, &mut states, &mut rows, Direction::Forward, Output::Replace);
                    cascade_from(level, &sections, &mut fused_states, slices, &mut fused_rows);
                    assert!(rows == fused_rows && states == fused_states, "{} {len} rows", level.name());

                    let (mut out, mut fused_out) = (vec![vec![9.0; len]; LANES], vec![vec![9.0; len]; LANES]);
                    let [mut parts, mut fused_parts] = [&mut out, &mut fused_out].map(|out| out.iter_mut());
                    cascade(level, &sections, &mut states, &mut rows, Direction::Backward, output);
                    deinterleave(level, &rows, std::array::from_fn(|_| parts.next().unwrap().as_mut_slice()));
                    let slices = std::array::from_fn(|_| fused_parts.next().unwrap().as_mut_slice());
                    cascade_to(level, &sections, &mut fused_states, &mut fused_rows, output, slices);
                    assert!(out == fused_out && states == fused_states, "{} {len} rows", level.name());
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
