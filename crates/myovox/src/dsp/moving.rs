//! Moving averages over a centred window.
//!
//! A running sum that adds the new and subtracts the old value drifts: after a loud passage its rounding error stays and swamps a quiet one.
//! Here every block of some thousand outputs starts from a fresh sum, so an error can live no longer than a block.

/// Outputs between two fresh sums, or the window's length where that is larger, so that fresh sums cost at most one addition per sample.
const BLOCK: usize = 4096;

/// Mean of `f(x)` over a window of `window` samples centred on each sample, into `y`; at the edges over the samples that exist ("shrink").
///
/// An even `window` reaches one sample further back than forward.
///
/// # Panics
/// When `y` has another length than `x`, or `window` is 0.
fn mean_of(x: &[f64], window: usize, y: &mut [f64], f: impl Fn(f64) -> f64) {
    assert_eq!(x.len(), y.len(), "output and input differ in length");
    assert!(window > 0, "a window holds at least one sample");
    let (back, ahead) = (window / 2, (window - 1) / 2);
    let n = x.len();
    let bounds = |i: usize| (i.saturating_sub(back), (i + ahead + 1).min(n));
    let block = BLOCK.max(window);
    for start in (0..n).step_by(block) {
        let end = (start + block).min(n);
        let (mut low, mut high) = bounds(start);
        let mut sum: f64 = x[low..high].iter().map(|&v| f(v)).sum();
        for (i, out) in (start..end).zip(&mut y[start..end]) {
            let (next_low, next_high) = bounds(i);
            if next_high > high {
                sum += f(x[high]);
                high = next_high;
            }
            if next_low > low {
                sum -= f(x[low]);
                low = next_low;
            }
            *out = sum / (high - low) as f64;
        }
    }
}

/// Root of the mean square over a centred window; at the edges over the samples that exist.
///
/// ```
/// let mut rms = [0.0; 4];
/// myovox::dsp::moving::rms(&[3.0, 3.0, -3.0, -3.0], 3, &mut rms);
/// assert_eq!(rms, [3.0; 4]);
/// ```
///
/// # Panics
/// When `y` has another length than `x`, or `window` is 0.
pub fn rms(x: &[f64], window: usize, y: &mut [f64]) {
    mean_of(x, window, y, |v| v * v);
    for value in y {
        // A difference of sums may fall below zero by rounding where the signal is zero.
        *value = if *value < 0.0 { 0.0 } else { value.sqrt() };
    }
}

/// Mean over a centred window; at the edges over the samples that exist.
///
/// # Panics
/// When `y` has another length than `x`, or `window` is 0.
pub fn mean(x: &[f64], window: usize, y: &mut [f64]) {
    mean_of(x, window, y, |v| v);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_definition_for_every_window_and_length() {
        for n in [1, 2, 7, 50] {
            let x: Vec<f64> = (0..n).map(|i| f64::from((i * 37 + 11) % 23) - 11.0).collect();
            for window in 1..=60 {
                let mut got = vec![0.0; x.len()];
                mean(&x, window, &mut got);
                for (i, &got) in got.iter().enumerate() {
                    let part = &x[i.saturating_sub(window / 2)..(i + window.div_ceil(2)).min(x.len())];
                    approx::assert_abs_diff_eq!(got, part.iter().sum::<f64>() / part.len() as f64, epsilon = 1e-12);
                }
            }
        }
    }

    #[test]
    fn a_loud_start_leaves_no_trace_in_a_quiet_end() {
        let mut x = vec![1e6; 20_000];
        x[10_000..].fill(1e-6);
        let mut y = vec![0.0; x.len()];
        rms(&x, 101, &mut y);
        for &value in &y[15_000..] {
            approx::assert_relative_eq!(value, 1e-6, max_relative = 1e-9);
        }
    }
}
