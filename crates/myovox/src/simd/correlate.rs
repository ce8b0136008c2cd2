//! Sums of products along a signal, many neighbouring outputs side by side.

use fearless_simd::dispatch;
use fearless_simd::prelude::*;

use super::Level;

/// Outputs that are summed side by side, and those of what remains.
const OUTPUTS: usize = 32;
const FEW_OUTPUTS: usize = 8;

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
fn side_by_side<S: Simd>(simd: S, x: &[f64], taps: &[f64], out: &mut [f64]) {
    let wide = blocks::<S, OUTPUTS>(simd, x, taps, out);
    let narrow = blocks::<S, FEW_OUTPUTS>(simd, &x[wide..], taps, &mut out[wide..]);
    let done = wide + narrow;
    blocks::<S, 1>(simd, &x[done..], taps, &mut out[done..]);
}

/// Sums as many whole blocks of `N` outputs as there are; returns the number of outputs.
#[inline(always)]
fn blocks<S: Simd, const N: usize>(_: S, x: &[f64], taps: &[f64], out: &mut [f64]) -> usize {
    let (whole, _) = out.as_chunks_mut::<N>();
    for (block, out) in whole.iter_mut().enumerate() {
        let mut sums = [0.0; N];
        for (tap, x) in taps.iter().zip(x[block * N..].windows(N)) {
            for (sum, x) in sums.iter_mut().zip(x) {
                *sum += tap * x;
            }
        }
        *out = sums;
    }
    whole.len() * N
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
