//! Changing the rate by a ratio of whole numbers, by a polyphase filter.
//!
//! In thought the signal gets `up - 1` zeros behind each sample, passes a low-pass, and every `down`-th value is kept; in fact only the products
//! that are kept and not zero are formed. The low-pass is SciPy's `resample_poly` default: Kaiser's window with beta 5, `10 max(up, down)` taps
//! to either side, the edge at the lower of the two half rates, gain `up`. It is symmetric: nothing is shifted in time. Output `m` stands at the
//! time of input `m down / up`. Beyond its ends the signal counts as 0, so that the first and last ten samples (of the lower rate) sag towards 0
//! unless the signal does. A NaN spoils the outputs within that distance of it.

use super::dot::dot;
use super::fir;
use crate::error::{Error, Result};

/// Largest factor after reduction: the low-pass has 20 times as many taps.
pub const MAX_FACTOR: usize = 65_536;

/// Taps to either side, in samples of the lower rate.
const HALF_LENGTH: usize = 10;

/// Kaiser's beta.
const BETA: f64 = 5.0;

/// A change of rate by `up / down`: made once, run over many signals.
///
/// ```
/// use myovox::dsp::resample::Resampler;
/// let to_1000 = Resampler::new(1000, 990)?;
/// let x = vec![1.0; 990];
/// let mut y = vec![0.0; to_1000.output_len(x.len())];
/// to_1000.run(&x, &mut y)?;
/// assert!(y.len() == 1000 && (y[500] - 1.0).abs() < 2e-3);
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Resampler {
    up: usize,
    down: usize,
    /// The taps of each phase in the order of the inputs that they meet.
    taps: Vec<f64>,
    phases: Vec<Phase>,
}

/// The taps that meet the inputs around an output which stands `phase / up` behind an input.
#[derive(Clone, Copy, Debug)]
struct Phase {
    /// Where its taps start.
    start: usize,
    /// How many there are.
    len: usize,
    /// How many inputs before the one just passed the first tap meets.
    back: usize,
}

impl Resampler {
    /// From a rate to `up / down` times that rate; the ratio is reduced.
    ///
    /// # Errors
    /// `dsp.resample-ratio` when a factor is 0 or, reduced, above [`MAX_FACTOR`].
    pub fn new(up: usize, down: usize) -> Result<Self> {
        let divisor = greatest_common_divisor(up, down).max(1);
        let (up, down) = (up / divisor, down / divisor);
        if up == 0 || down == 0 || up.max(down) > MAX_FACTOR {
            return Err(Error::config("dsp.resample-ratio", "ratio of rates outside its range")
                .found(format!("{up} / {down}"))
                .expected(format!("whole numbers from 1 to {MAX_FACTOR} after reduction")));
        }
        if up == down {
            return Ok(Self { up, down, taps: vec![1.0], phases: vec![Phase { start: 0, len: 1, back: 0 }] });
        }
        let half = HALF_LENGTH * up.max(down);
        let filter = fir::low_pass(2 * half + 1, 1.0 / up.max(down) as f64, BETA)?;
        let mut taps = Vec::with_capacity(filter.len());
        let phases = (0..up)
            .map(|phase| {
                // Input j stands (phase - j up) behind; the filter reaches `half` to either side.
                let (back, ahead) = ((half - phase) / up, (half + phase) / up);
                let start = taps.len();
                // Tap `phase + half + j up` meets the input j samples back; the earliest input comes first.
                taps.extend((0..=back + ahead).map(|k| filter[phase + half + back * up - k * up] * up as f64));
                Phase { start, len: taps.len() - start, back }
            })
            .collect();
        Ok(Self { up, down, taps, phases })
    }

    /// The reduced factors `(up, down)`.
    pub fn factors(&self) -> (usize, usize) {
        (self.up, self.down)
    }

    /// Number of outputs for `samples`: `ceil(samples up / down)`.
    pub fn output_len(&self, samples: usize) -> usize {
        let len = (samples as u128 * self.up as u128).div_ceil(self.down as u128);
        usize::try_from(len).unwrap_or(usize::MAX)
    }

    /// Resamples `x` into `y`.
    ///
    /// # Errors
    /// `dsp.length-differs` when `y` is not [`output_len`](Self::output_len) long.
    pub fn run(&self, x: &[f64], y: &mut [f64]) -> Result<()> {
        let expected = self.output_len(x.len());
        if y.len() != expected {
            let what = "output of resampling has another length than its input asks for";
            return Err(Error::config("dsp.length-differs", what).found(y.len()).expected(expected));
        }
        let (mut passed, mut phase) = (0, 0);
        for y in y {
            let Phase { start, len, back } = self.phases[phase];
            let taps = &self.taps[start..start + len];
            // What lies outside the signal is left out.
            let skip = back.saturating_sub(passed);
            let first = (passed + skip) - back;
            let last = (passed + len - back).min(x.len());
            *y = if first < last { dot(&taps[skip..skip + (last - first)], &x[first..last]) } else { 0.0 };
            phase += self.down;
            passed += phase / self.up;
            phase %= self.up;
        }
        Ok(())
    }
}

/// `x` at `up / down` times its rate (SciPy's `resample_poly`, to 1e-12 of the largest value); no samples stay none.
///
/// # Errors
/// As [`Resampler::new`]; `limit.resampled-samples` when the result does not fit into memory.
pub fn resample_poly(x: &[f64], up: usize, down: usize) -> Result<Vec<f64>> {
    let resampler = Resampler::new(up, down)?;
    let len = resampler.output_len(x.len());
    let mut y = Vec::new();
    y.try_reserve_exact(len).map_err(|_| {
        Error::limit("limit.resampled-samples", "resampled signal does not fit into memory")
            .found(format!("{len} samples"))
    })?;
    y.resize(len, 0.0);
    resampler.run(x, &mut y)?;
    Ok(y)
}

fn greatest_common_divisor(mut a: usize, mut b: usize) -> usize {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::math;

    /// The definition: zeros between the samples, the whole filter, every `down`-th value.
    fn by_definition(x: &[f64], up: usize, down: usize) -> Vec<f64> {
        let half = HALF_LENGTH * up.max(down);
        let filter = fir::low_pass(2 * half + 1, 1.0 / up.max(down) as f64, BETA).unwrap();
        (0..(x.len() * up).div_ceil(down))
            .map(|m| {
                let at = m * down + half;
                let product =
                    |(i, x): (usize, &f64)| at.checked_sub(i * up).and_then(|k| filter.get(k)).map_or(0.0, |h| h * x);
                up as f64 * x.iter().enumerate().map(product).sum::<f64>()
            })
            .collect()
    }

    #[test]
    fn equals_the_definition_for_every_ratio_and_length() {
        for (up, down) in [(2, 1), (1, 2), (3, 2), (2, 3), (7, 5), (1, 10), (10, 1), (100, 99), (5, 64)] {
            for n in [1, 2, 3, 19, 20, 21, 150] {
                let x: Vec<f64> = (0..n).map(|i| f64::from((i * 37 + 11) % 23) - 11.0).collect();
                let (got, expected) = (resample_poly(&x, up, down).unwrap(), by_definition(&x, up, down));
                assert_eq!(got.len(), expected.len());
                for (got, expected) in got.iter().zip(expected) {
                    approx::assert_abs_diff_eq!(*got, expected, epsilon = 1e-13);
                }
            }
        }
    }

    #[test]
    fn a_tone_keeps_its_place_in_time() {
        let at = |rate: f64| move |i: i32| math::sin(std::f64::consts::TAU * 30.0 * f64::from(i) / rate);
        let x: Vec<f64> = (0..1000).map(at(1000.0)).collect();
        let y = resample_poly(&x, 3, 2).unwrap();
        for (i, truth) in (0..1500).map(at(1500.0)).enumerate().skip(50).take(1400) {
            approx::assert_abs_diff_eq!(y[i], truth, epsilon = 4e-3);
        }
    }

    #[test]
    fn equal_rates_copy_and_ratios_that_are_none_are_refused() {
        assert_eq!(resample_poly(&[1.0, -2.0], 5, 5).unwrap(), [1.0, -2.0]);
        assert!(resample_poly(&[], 3, 2).unwrap().is_empty());
        for (up, down) in [(0, 1), (1, 0), (0, 0), (MAX_FACTOR + 1, 1), (44_100, 1_000_001)] {
            assert_eq!(resample_poly(&[1.0], up, down).unwrap_err().code(), "dsp.resample-ratio");
        }
        assert_eq!(Resampler::new(1000, 990).unwrap().factors(), (100, 99));
        let refused = Resampler::new(2, 1).unwrap().run(&[1.0], &mut [0.0]).unwrap_err();
        assert_eq!(refused.code(), "dsp.length-differs");
    }

    #[test]
    fn a_nan_spoils_what_is_near_and_no_more() {
        let mut x = vec![1.0; 100];
        x[50] = f64::NAN;
        let y = resample_poly(&x, 2, 1).unwrap();
        let broken = |i: usize| y[i].is_nan();
        assert!((80..=120).all(broken) && !(0..80).any(broken) && !(121..200).any(broken));
    }
}
