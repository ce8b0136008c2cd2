//! Sums of products along a signal, many neighbouring outputs side by side.

use fearless_simd::dispatch;
use fearless_simd::prelude::*;

use super::Level;

/// Outputs that are summed side by side.
const OUTPUTS: usize = 32;

/// `out[i]` is the sum of `taps[k] x[i + k]` in the order of `k`, which is the same at every level.
///
/// # Panics
/// When `x` does not reach as far as the last output and the last tap do.
pub fn correlate(level: Level, x: &[f64], taps: &[f64], out: &mut [f64]) {
    if out.is_empty() {
        return;
    }
    assert!(x.len() + 1 >= out.len() + taps.len(), "outputs and taps reach beyond the signal");
    dispatch!(level.0, simd => side_by_side(simd, x, taps, out));
}

#[inline(always)]
fn side_by_side<S: Simd>(_: S, x: &[f64], taps: &[f64], out: &mut [f64]) {
    let (whole, rest) = out.as_chunks_mut::<OUTPUTS>();
    let done = whole.len() * OUTPUTS;
    for (block, out) in whole.iter_mut().enumerate() {
        let mut sums = [0.0; OUTPUTS];
        for (tap, x) in taps.iter().zip(x[block * OUTPUTS..].windows(OUTPUTS)) {
            for (sum, x) in sums.iter_mut().zip(x) {
                *sum += tap * x;
            }
        }
        *out = sums;
    }
    let count = rest.len();
    rest.fill(0.0);
    for (k, tap) in taps.iter().enumerate() {
        for (sum, x) in rest.iter_mut().zip(&x[done + k..done + k + count]) {
            *sum += tap * x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_definition_in_the_same_bits_at_every_level() {
        let x: Vec<f64> = (0..300).map(|i| f64::from(i * i % 97) / 7.0 - 6.0).collect();
        correlate(Level::best(), &[], &[1.0; 5], &mut []);
        for taps in [0, 1, 2, 33, 100] {
            let taps: Vec<f64> = (0..taps).map(|k| f64::from(k % 11) / 3.0 - 1.0).collect();
            for outputs in [0, 1, 31, 32, 33, 100, 200] {
                let defined = |i: usize| taps.iter().zip(&x[i..]).fold(0.0, |sum, (tap, x)| sum + tap * x);
                let expected: Vec<f64> = (0..outputs).map(defined).collect();
                for level in Level::available() {
                    let mut out = vec![f64::NAN; outputs];
                    correlate(level, &x[..(outputs + taps.len()).saturating_sub(1).max(outputs)], &taps, &mut out);
                    assert_eq!(out, expected, "{} taps, {outputs} outputs, {}", taps.len(), level.name());
                }
            }
        }
    }
}
