//! Eight streams of samples to rows of one sample of each, and back.

use fearless_simd::prelude::*;
use fearless_simd::{dispatch, f64x8};

use super::{LANES, Row};
use crate::simd::Level;

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
pub(in crate::simd) fn transpose<S: Simd>(mut m: [f64x8<S>; LANES]) -> [f64x8<S>; LANES] {
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
