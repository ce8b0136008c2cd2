//! Low-pass filters of finite length by Kaiser's window, as resampling needs them.
//!
//! An ideal low-pass is a sinc without end; the window ends it (J. F. Kaiser, 1974; SciPy's `firwin(n, cutoff, window=("kaiser", beta))`). Such a
//! filter delays every frequency by `(n - 1) / 2` samples.

use std::f64::consts::PI;

use super::math;
use crate::error::{Error, Result};

/// Kaiser's window of `n` samples: `I0(beta sqrt(1 - x^2)) / I0(beta)`, `x` from -1 to 1. The larger `beta` (at most 700, what double precision
/// can hold), the wider the passage and the lower the ripples: 5 gives 54 dB.
///
/// ```
/// let window = myovox::dsp::fir::kaiser(21, 5.0);
/// assert!(window[10] == 1.0 && (window[0] - 0.036710892271286676).abs() < 1e-15);
/// ```
pub fn kaiser(n: usize, beta: f64) -> Vec<f64> {
    if n == 1 {
        return vec![1.0];
    }
    let peak = bessel_i0(beta);
    let at = |i: usize| {
        let x = 2.0 * i as f64 / (n as f64 - 1.0) - 1.0;
        bessel_i0(beta * ((1.0 - x) * (1.0 + x)).sqrt()) / peak
    };
    (0..n).map(at).collect()
}

/// The modified Bessel function of order 0: `sum ((x/2)^k / k!)^2`, all terms positive.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..1000 {
        term *= quarter / f64::from(k * k);
        sum += term;
        if term <= 1e-18 * sum {
            break;
        }
    }
    sum
}

/// A low-pass of `n` taps whose gain at 0 Hz is 1 and at `cutoff` (1 is half the rate) about one half.
///
/// # Errors
/// `dsp.filter-order` when `n` is 0; `dsp.filter-edge` when `cutoff` is not inside (0, 1).
pub fn low_pass(n: usize, cutoff: f64, beta: f64) -> Result<Vec<f64>> {
    if n == 0 {
        return Err(Error::config("dsp.filter-order", "a filter has at least one tap").found(0).expected("1 or more"));
    }
    if !(cutoff > 0.0 && cutoff < 1.0) {
        return Err(Error::config("dsp.filter-edge", "edge of the filter outside its range")
            .found(cutoff)
            .expected("above 0 and below 1, which is half the sampling rate"));
    }
    let middle = (n as f64 - 1.0) / 2.0;
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { math::sin(PI * x) / (PI * x) };
    let mut taps = kaiser(n, beta);
    for (i, tap) in taps.iter_mut().enumerate() {
        *tap *= cutoff * sinc(cutoff * (i as f64 - middle));
    }
    let sum: f64 = taps.iter().sum();
    for tap in &mut taps {
        *tap /= sum;
    }
    Ok(taps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_taps_are_symmetric_and_sum_to_one() {
        for (n, cutoff) in [(1, 0.5), (2, 0.5), (21, 0.1), (64, 0.9)] {
            let taps = low_pass(n, cutoff, 5.0).unwrap();
            approx::assert_abs_diff_eq!(taps.iter().sum::<f64>(), 1.0, epsilon = 1e-14);
            for (left, right) in taps.iter().zip(taps.iter().rev()) {
                approx::assert_abs_diff_eq!(left, right, epsilon = 1e-15);
            }
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        assert_eq!(low_pass(0, 0.5, 5.0).unwrap_err().code(), "dsp.filter-order");
        for cutoff in [0.0, 1.0, f64::NAN] {
            assert_eq!(low_pass(5, cutoff, 5.0).unwrap_err().code(), "dsp.filter-edge");
        }
        assert!(kaiser(0, 5.0).is_empty());
    }

    /// I0(1) and I0(5) from tables.
    #[test]
    fn the_bessel_function_has_its_tabled_values() {
        approx::assert_relative_eq!(bessel_i0(1.0), 1.2660658777520084, max_relative = 1e-15);
        approx::assert_relative_eq!(bessel_i0(5.0), 27.239871823604442, max_relative = 1e-15);
    }
}
