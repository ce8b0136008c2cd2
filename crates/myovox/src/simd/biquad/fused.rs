//! The cascade while rows are made from samples, and while they become samples again.
//!
//! Eight streams come from memory more slowly than they are filtered; where both happen eight rows at a time, the processor fetches ahead while
//! it computes. Written out for the designs that are used most, two and four sections with numerators g (1, +-2, 1); all others take two steps.

use fearless_simd::prelude::*;
use fearless_simd::{dispatch, f64x8};

use super::transpose::transpose;
use super::{Bank, Cell, Direction, LANES, Output, Row, Section, State, cascade, deinterleave, interleave};
use crate::simd::Level;

/// As [`interleave`] from sample 0 and then [`cascade`] forward over all of `rows`, with the same bits.
///
/// # Panics
/// When there are fewer states than sections.
pub fn cascade_from(
    level: Level,
    sections: &[Section],
    states: &mut [State],
    streams: [&[f64]; LANES],
    rows: &mut [Row],
) {
    let long = rows.len() - rows.len() % LANES;
    let long = if streams.iter().all(|stream| stream.len() >= long) { long } else { 0 };
    let done = match *sections {
        [a, b] => dispatch!(level.0, simd => from(simd, Bank::new([a, b]), states, streams, &mut rows[..long])),
        [a, b, c, d] => {
            dispatch!(level.0, simd => from(simd, Bank::new([a, b, c, d]), states, streams, &mut rows[..long]))
        }
        _ => 0,
    };
    interleave(level, streams, done, &mut rows[done..]);
    cascade(level, sections, states, &mut rows[done..], Direction::Forward, Output::Replace);
}

/// Filters as many rows as it can and says how many.
#[inline(always)]
fn from<S: Simd, const N: usize>(
    simd: S,
    bank: Bank<N>,
    states: &mut [State],
    streams: [&[f64]; LANES],
    rows: &mut [Row],
) -> usize {
    let Some(gain) = bank.gain else { return 0 };
    let gain = S::f64s::splat(simd, gain);
    let mut cells = Cells::load(simd, states);
    let filtered = rows.len();
    for (index, block) in rows.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let at = index * LANES;
        let load = |lane: usize| f64x8::from_slice(simd, &streams[lane][at..at + LANES]);
        let columns = transpose([load(0), load(1), load(2), load(3), load(4), load(5), load(6), load(7)]);
        for (row, column) in block.iter_mut().zip(columns) {
            column.store_slice(&mut row.0);
        }
        cells.run(simd, &bank.sections, gain, block, |y, place| y.store_slice(place), |k| k);
    }
    cells.save(states);
    filtered
}

/// As [`cascade`] backward over `rows` and then [`deinterleave`], with the same bits in `streams`; `rows` are used up.
///
/// # Panics
/// When there are fewer states than sections.
pub fn cascade_to(
    level: Level,
    sections: &[Section],
    states: &mut [State],
    rows: &mut [Row],
    output: Output,
    mut streams: [&mut [f64]; LANES],
) {
    let long = rows.len() - rows.len() % LANES;
    let fits = output != Output::Discard && streams.iter().all(|stream| stream.len() >= rows.len());
    let fused = fits
        && match *sections {
            [a, b] => Bank::new([a, b]).gain.is_some(),
            [a, b, c, d] => Bank::new([a, b, c, d]).gain.is_some(),
            _ => false,
        };
    let rest = if fused { long } else { 0 };
    cascade(level, sections, states, &mut rows[rest..], Direction::Backward, output);
    {
        let mut parts = streams.iter_mut();
        let part =
            |_| parts.next().map_or_else(Default::default, |stream| stream.split_at_mut(rest.min(stream.len())).1);
        deinterleave(level, &rows[rest..], std::array::from_fn(part));
    }
    let rows = &mut rows[..rest];
    match *sections {
        _ if !fused => {}
        [a, b] => dispatch!(level.0, simd => to(simd, Bank::new([a, b]), states, rows, output, &mut streams)),
        [a, b, c, d] => {
            dispatch!(level.0, simd => to(simd, Bank::new([a, b, c, d]), states, rows, output, &mut streams));
        }
        _ => {}
    }
}

#[inline(always)]
fn to<S: Simd, const N: usize>(
    simd: S,
    bank: Bank<N>,
    states: &mut [State],
    rows: &mut [Row],
    output: Output,
    streams: &mut [&mut [f64]; LANES],
) {
    let gain = S::f64s::splat(simd, bank.gain.unwrap_or(1.0));
    let mut cells = Cells::load(simd, states);
    for (index, block) in rows.as_chunks_mut::<LANES>().0.iter_mut().enumerate().rev() {
        let at = index * LANES;
        if output == Output::Absolute {
            cells.run(simd, &bank.sections, gain, block, |y, place| y.abs().store_slice(place), |k| LANES - 1 - k);
        } else {
            cells.run(simd, &bank.sections, gain, block, |y, place| y.store_slice(place), |k| LANES - 1 - k);
        }
        let load = |row: usize| f64x8::from_slice(simd, &block[row].0);
        let lanes = transpose([load(0), load(1), load(2), load(3), load(4), load(5), load(6), load(7)]);
        for (stream, lane) in streams.iter_mut().zip(lanes) {
            lane.store_slice(&mut stream[at..at + LANES]);
        }
    }
    cells.save(states);
}

/// The states of all lanes, in vectors of the processor's own width.
struct Cells<S: Simd, const N: usize>([Cell<S::f64s, N>; LANES]);

impl<S: Simd, const N: usize> Cells<S, N> {
    /// Vectors that make a row.
    const COUNT: usize = LANES / S::f64s::LEN;

    #[inline(always)]
    fn load(simd: S, states: &[State]) -> Self {
        let mut cells = [Cell::load(simd, states, 0); LANES];
        for (k, cell) in cells.iter_mut().enumerate().take(Self::COUNT).skip(1) {
            *cell = Cell::load(simd, states, k * S::f64s::LEN);
        }
        Self(cells)
    }

    #[inline(always)]
    fn save(&self, states: &mut [State]) {
        for (k, cell) in self.0.iter().enumerate().take(Self::COUNT) {
            cell.save(states, k * S::f64s::LEN);
        }
    }

    #[inline(always)]
    fn run(
        &mut self,
        simd: S,
        sections: &[Section; N],
        gain: S::f64s,
        block: &mut [Row; LANES],
        store: impl Fn(S::f64s, &mut [f64]),
        order: impl Fn(usize) -> usize,
    ) {
        for k in 0..Self::COUNT {
            let mut cell = self.0[k];
            for row in 0..LANES {
                let place = &mut block[order(row)].0[k * S::f64s::LEN..(k + 1) * S::f64s::LEN];
                let x = S::f64s::from_slice(simd, place);
                store(cell.step::<S, true>(sections, gain, x), place);
            }
            self.0[k] = cell;
        }
    }
}
