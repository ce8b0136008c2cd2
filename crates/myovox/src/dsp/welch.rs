//! Power spectra by Welch's method, as `scipy.signal.welch` has it: the signal is cut into overlapping segments, each is freed of its mean,
//! weighted by a window and transformed; the powers are averaged (P. D. Welch, "The use of fast Fourier transform for the estimation of power
//! spectra", IEEE Trans. Audio Electroacoust. 15, 1967). A periodogram is the case of one segment.
//!
//! Since only the sum of powers is wanted, two segments go through one complex transform, one as its real and one as its imaginary part: the
//! powers at a bin and at its mirror image add up to twice the sum of theirs. As everything behind a transform, a spectrum is promised to a
//! tolerance (1e-12 of its largest bin), not to the bit.

use std::sync::Arc;

use rustfft::{Fft, FftPlanner};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fft::Complex;
use super::window::{Sampling, Shape};
use crate::config::{Auto, config};
use crate::error::{Error, Result};
use crate::simd::Level;
use crate::simd::spectra;
use crate::units::Rate;

/// What is taken from each segment before it is weighted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Detrend {
    /// Its mean.
    Constant,
    /// Nothing.
    None,
}

/// What a spectrum's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// Power per Hz, in the signal's unit squared per Hz: the sum over bins times their distance is the power. For noise.
    Density,
    /// Power, in the signal's unit squared: a sine at a bin has half its amplitude squared there. For lines.
    Spectrum,
}

config! {
    /// How a power spectrum is estimated. The defaults are those of `scipy.signal.welch`.
    pub struct WelchConfig {
        /// Samples of a segment. Default 256.
        segment_samples: usize = 256,
        /// Samples that a segment shares with the one before, or "auto": half of them, rounded down.
        overlap_samples: Auto<usize> = Auto::Auto,
        /// Samples of the transform, at least those of a segment, which is continued by zeros; or "auto": as many.
        n_fft: Auto<usize> = Auto::Auto,
        /// The window, periodic. Default "hann".
        window: Shape = Shape::Hann,
        /// What is taken from each segment: "constant" (its mean) or "none". Default "constant".
        detrend: Detrend = Detrend::Constant,
        /// "density" or "spectrum". Default "density".
        scaling: Scaling = Scaling::Density,
    }
}

impl WelchConfig {
    /// One segment of all `samples` with a rectangular window: `scipy.signal.periodogram`.
    ///
    /// ```
    /// use myovox::dsp::welch::{Welch, WelchConfig};
    /// use myovox::units::Rate;
    /// let x = [1.0, 0.0, -1.0, 0.0, 1.0, 0.0, -1.0, 0.0];
    /// let mut welch = Welch::new(&WelchConfig::periodogram(x.len()), Rate::new(8.0)?)?;
    /// let mut power = vec![0.0; welch.bins()];
    /// welch.run(&x, &mut power)?;
    /// assert!((power[2] - 0.5).abs() < 1e-15);
    /// # Ok::<(), myovox::Error>(())
    /// ```
    #[must_use]
    pub fn periodogram(samples: usize) -> Self {
        Self::default().segment_samples(samples).overlap_samples(0.into()).window(Shape::Rectangular)
    }

    /// The same for a signal of `samples`: a longer segment is cut down to it, as SciPy does. Whoever uses this says so in the report.
    #[must_use]
    pub fn shortened_to(mut self, samples: usize) -> Self {
        self.segment_samples = self.segment_samples.min(samples);
        self
    }
}

/// A spectral estimate, made once for a rate, run over many signals without allocation.
///
/// ```
/// use myovox::dsp::welch::{Welch, WelchConfig};
/// use myovox::units::Rate;
/// let noise: Vec<f64> = (0..4000_u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761) >> 8) / 8_388_608.0 - 1.0).collect();
/// let mut welch = Welch::new(&WelchConfig::default(), Rate::new(1000.0)?)?;
/// let mut density = vec![0.0; welch.bins()];
/// welch.run(&noise, &mut density)?;
/// let power: f64 = density.iter().sum::<f64>() * welch.bin_hz();
/// assert!((power - 1.0 / 3.0).abs() < 0.02); // of values spread evenly over -1..1
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Clone)]
pub struct Welch {
    segment: usize,
    step: usize,
    detrend: Detrend,
    window: Vec<f64>,
    scale: f64,
    bin_hz: f64,
    fft: Arc<dyn Fft<f64>>,
    pair: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    power: Vec<f64>,
}

impl std::fmt::Debug for Welch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { segment, step, detrend, scale, bin_hz, .. } = self;
        f.debug_struct("Welch")
            .field("segment", segment)
            .field("step", step)
            .field("n_fft", &self.pair.len())
            .field("detrend", detrend)
            .field("scale", scale)
            .field("bin_hz", bin_hz)
            .finish_non_exhaustive()
    }
}

impl Welch {
    /// Plans an estimate for signals at `rate`.
    ///
    /// # Errors
    /// `config.out-of-range` when a segment has no samples, shares all of them with the next, or is longer than the transform.
    pub fn new(config: &WelchConfig, rate: Rate) -> Result<Self> {
        let segment = config.segment_samples;
        let overlap = config.overlap_samples.or(segment / 2);
        let n_fft = config.n_fft.or(segment);
        let refuse = |field: &str, found: usize, expected: String| {
            Err(Error::config("config.out-of-range", "setting outside its range")
                .field(field)
                .found(found)
                .expected(expected))
        };
        if segment == 0 {
            return refuse("welch.segment_samples", segment, "at least 1".into());
        }
        if overlap >= segment {
            return refuse("welch.overlap_samples", overlap, format!("less than a segment's {segment}"));
        }
        if n_fft < segment {
            return refuse("welch.n_fft", n_fft, format!("at least a segment's {segment}"));
        }
        let window = config.window.window(segment, Sampling::Periodic);
        let scale = match config.scaling {
            Scaling::Density => 1.0 / (rate.hz() * window.iter().map(|w| w * w).sum::<f64>()),
            Scaling::Spectrum => {
                let sum: f64 = window.iter().sum();
                1.0 / (sum * sum)
            }
        };
        let fft = FftPlanner::new().plan_fft_forward(n_fft);
        let zero = Complex::new(0.0, 0.0);
        Ok(Self {
            segment,
            step: segment - overlap,
            detrend: config.detrend,
            window,
            scale,
            bin_hz: rate.hz() / n_fft as f64,
            pair: vec![zero; n_fft],
            scratch: vec![zero; fft.get_inplace_scratch_len()],
            power: vec![0.0; n_fft],
            fft,
        })
    }

    /// Number of bins, from 0 Hz to half the rate.
    pub fn bins(&self) -> usize {
        self.pair.len() / 2 + 1
    }

    /// Distance of the bins in Hz: bin `k` stands at `k` times this.
    pub fn bin_hz(&self) -> f64 {
        self.bin_hz
    }

    /// Samples of a segment.
    pub fn segment(&self) -> usize {
        self.segment
    }

    /// Number of segments in a signal of `samples`. What is left behind the last is not used.
    pub fn segments(&self, samples: usize) -> usize {
        samples.checked_sub(self.segment).map_or(0, |rest| 1 + rest / self.step)
    }

    /// Estimates the spectrum of `x` into `power`, which has [`bins`](Self::bins) values.
    ///
    /// # Errors
    /// `dsp.signal-too-short` when `x` holds no whole segment; `dsp.length-differs` when `power` has another length.
    pub fn run(&mut self, x: &[f64], power: &mut [f64]) -> Result<()> {
        if power.len() != self.bins() {
            let what = "output of a spectrum does not have its number of bins";
            return Err(Error::config("dsp.length-differs", what).found(power.len()).expected(self.bins()));
        }
        let segments = self.segments(x.len());
        if segments == 0 {
            return Err(Error::config("dsp.signal-too-short", "signal too short for a segment of its spectrum")
                .found(format!("{} samples", x.len()))
                .expected(format!("at least {}", self.segment)));
        }
        self.power.fill(0.0);
        for first in (0..segments).step_by(2) {
            self.add_pair(x, first, (first + 1 < segments).then_some(first + 1));
        }
        let (n_fft, scale) = (self.pair.len(), self.scale / segments as f64);
        for (k, power) in power.iter_mut().enumerate() {
            // The two halves hold twice the sum: once it is halved, once a bin stands for its mirror image too.
            let both = self.power[k] + self.power[(n_fft - k) % n_fft];
            let alone = k == 0 || 2 * k == n_fft;
            *power = scale * if alone { 0.5 * both } else { both };
        }
        Ok(())
    }

    /// Adds the powers of one or two segments.
    fn add_pair(&mut self, x: &[f64], first: usize, second: Option<usize>) {
        let Self { segment, step, window, pair, scratch, power, .. } = self;
        let take = |k: usize| &x[k * *step..][..*segment];
        let mean = |samples: &[f64]| match self.detrend {
            Detrend::Constant => spectra::sum(Level::best(), samples) / samples.len() as f64,
            Detrend::None => 0.0,
        };
        let (weighted, behind) = pair.split_at_mut(*segment);
        let a = take(first);
        match second.map(take) {
            Some(b) => spectra::weigh_two(Level::best(), [a, b], [mean(a), mean(b)], window, weighted),
            None => spectra::weigh_two(Level::best(), [a, &[]], [mean(a), 0.0], window, weighted),
        }
        behind.fill(Complex::new(0.0, 0.0));
        self.fft.process_with_scratch(pair, scratch);
        spectra::add_power(Level::best(), pair, power);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::math;

    fn noise(n: usize) -> Vec<f64> {
        let mut s = 7_u32;
        let mut next = || {
            s = s.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(s) / 4_294_967_296.0 * 2.0 - 0.5
        };
        (0..n).map(|_| next()).collect()
    }

    /// Segment by segment, bin by bin, from the words of the definition.
    fn defined(config: &WelchConfig, rate: f64, x: &[f64]) -> Vec<f64> {
        let (n, n_fft) = (config.segment_samples, config.n_fft.or(config.segment_samples));
        let step = n - config.overlap_samples.or(n / 2);
        let window = config.window.window(n, Sampling::Periodic);
        let starts: Vec<usize> = (0..=x.len() - n).step_by(step).collect();
        let sum = |f: fn(f64) -> f64| window.iter().map(|&w| f(w)).sum::<f64>();
        let norm = match config.scaling {
            Scaling::Density => rate * sum(|w| w * w),
            Scaling::Spectrum => sum(|w| w) * sum(|w| w),
        };
        let bin = |k: usize| {
            let mut total = 0.0;
            for &start in &starts {
                let part = &x[start..start + n];
                let mean = match config.detrend {
                    Detrend::Constant => part.iter().sum::<f64>() / n as f64,
                    Detrend::None => 0.0,
                };
                let (mut re, mut im) = (0.0, 0.0);
                for (i, (v, w)) in part.iter().zip(&window).enumerate() {
                    let (s, c) = math::sin_cos(-std::f64::consts::TAU * ((i * k) % n_fft) as f64 / n_fft as f64);
                    re += (v - mean) * w * c;
                    im += (v - mean) * w * s;
                }
                total += re * re + im * im;
            }
            let sides = if k == 0 || 2 * k == n_fft { 1.0 } else { 2.0 };
            sides * total / norm / starts.len() as f64
        };
        (0..=n_fft / 2).map(bin).collect()
    }

    #[test]
    fn equals_the_definition_for_every_setting_and_number_of_segments() {
        let base = WelchConfig::default().segment_samples(32);
        let configs = [
            base.clone(),
            base.clone().segment_samples(31).overlap_samples(7.into()),
            base.clone().n_fft(50.into()).detrend(Detrend::None),
            base.clone().n_fft(51.into()).window(Shape::Hamming),
            base.clone().scaling(Scaling::Spectrum).overlap_samples(31.into()),
            base.clone().segment_samples(1),
            WelchConfig::periodogram(40),
        ];
        for (config, n) in configs.iter().flat_map(|config| [40, 63, 64, 80, 131].map(|n| (config, n))) {
            let x = noise(n);
            let mut welch = Welch::new(config, Rate::new(500.0).unwrap()).unwrap();
            let mut got = vec![f64::NAN; welch.bins()];
            for _ in 0..2 {
                welch.run(&x, &mut got).unwrap();
            }
            let expected = defined(config, 500.0, &x);
            let largest = expected.iter().fold(0.0, |m: f64, v| m.max(*v));
            for (got, expected) in got.iter().zip(&expected) {
                assert!((got - expected).abs() <= 1e-13 * largest.max(1e-30), "{config:?} {n}: {got} not {expected}");
            }
        }
    }

    #[test]
    fn settings_and_lengths_that_cannot_be_are_refused_by_name() {
        let rate = Rate::new(500.0).unwrap();
        let base = WelchConfig::default();
        for (config, field) in [
            (base.clone().segment_samples(0), "welch.segment_samples"),
            (base.clone().overlap_samples(256.into()), "welch.overlap_samples"),
            (base.clone().n_fft(255.into()), "welch.n_fft"),
        ] {
            let error = Welch::new(&config, rate).unwrap_err();
            assert_eq!((error.code(), error.place().field.as_deref()), ("config.out-of-range", Some(field)));
        }
        let mut welch = Welch::new(&base, rate).unwrap();
        let bins = welch.bins();
        let mut run = |n: usize, bins: usize| welch.run(&noise(n), &mut vec![0.0; bins]).map_err(|error| error.code());
        assert_eq!(run(255, bins), Err("dsp.signal-too-short"));
        assert_eq!(run(256, bins + 1), Err("dsp.length-differs"));
        assert_eq!(run(256, bins), Ok(()));
        let mut short = Welch::new(&base.shortened_to(200), rate).unwrap();
        assert_eq!((short.segment(), short.segments(200), short.bins()), (200, 1, 101));
        short.run(&noise(200), &mut [0.0; 101]).unwrap();
    }
}
