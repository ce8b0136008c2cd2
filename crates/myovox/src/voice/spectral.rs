//! Shape of the spectrum, level and zero crossings per frame, by librosa's definitions.
//!
//! What comes in is one channel; what goes out is one number per frame of `n_fft` samples, centred, zeros beyond the ends. With magnitudes S
//! and powers P = S² of a Hann-windowed frame and frequencies f:
//!
//! | feature | definition |
//! | --- | --- |
//! | centroid | `sum(f S) / sum(S)` |
//! | bandwidth | `sqrt(sum((f - centroid)^2 S) / sum(S))` |
//! | roll-off | smallest f below which 0.85 of `sum(S)` lies |
//! | flatness | geometric over arithmetic mean of `max(P, 1e-10)` |
//! | zero-crossing rate | changes of sign per sample; the frame is filled with its end samples beyond the recording |
//! | rms | root of the mean square, without window |
//!
//! A frame of zeros has no spectrum: where librosa answers 0 (flatness 1), the value here is NaN, and `null` in a report. Its level and its
//! zero crossings are 0 all the same.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::frames::{FramesConfig, FrontEnd, MAX_LENGTH, TimeBase, Track};
use super::mel::POWER_FLOOR;
use super::reduce::{dot, dot_of, sum_of};
use super::{out_of_range, require, usable};
use crate::config::{Auto, config};
use crate::dsp::fft::Planner;
use crate::dsp::math;
use crate::error::Result;
use crate::units::Rate;

config! {
    /// Frames and parameters of the spectral features.
    pub struct SpectralConfig {
        /// Samples of a frame. Default 2048 (librosa 0.11).
        n_fft: usize = 2048,
        /// Samples from frame to frame. Default 512 (librosa 0.11).
        hop_length: usize = 512,
        /// Share of the magnitudes below the roll-off, above 0 and below 1. Default 0.85 (librosa 0.11).
        rolloff_share: f64 = 0.85,
    }
}

/// The spectral features that will be made, every number fixed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct SpectralPlan {
    /// Samples of a frame.
    pub n_fft: usize,
    /// Samples from frame to frame.
    pub hop_length: usize,
    /// Share of the magnitudes below the roll-off.
    pub rolloff_share: f64,
}

/// The features of one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SpectralFrame {
    /// Centre of gravity of the magnitudes.
    pub centroid_hz: f64,
    /// Spread of the magnitudes about the centroid.
    pub bandwidth_hz: f64,
    /// Frequency below which the roll-off share lies.
    pub rolloff_hz: f64,
    /// 1 for white noise, near 0 for a tone.
    pub flatness: f64,
}

impl SpectralFrame {
    const UNDEFINED: Self =
        Self { centroid_hz: f64::NAN, bandwidth_hz: f64::NAN, rolloff_hz: f64::NAN, flatness: f64::NAN };
}

/// Planned spectral features.
#[derive(Clone, Debug)]
pub(super) struct Spectral {
    plan: SpectralPlan,
    bin_hz: f64,
    /// The numbers of the bins.
    bins: Vec<f64>,
}

impl Spectral {
    pub(super) fn new(config: &SpectralConfig, rate: Rate) -> Result<Self> {
        let share = config.rolloff_share;
        require(share > 0.0 && share < 1.0, || {
            out_of_range("voice.spectral.rolloff_share", share, "above 0 and below 1")
        })?;
        require((1..=MAX_LENGTH).contains(&config.n_fft), || {
            out_of_range("voice.spectral.n_fft", config.n_fft, format!("1 to {MAX_LENGTH} samples"))
        })?;
        let plan = SpectralPlan { n_fft: config.n_fft, hop_length: config.hop_length, rolloff_share: share };
        let bins = (0..=config.n_fft / 2).map(|k| k as f64).collect();
        Ok(Self { bin_hz: rate.hz() / config.n_fft as f64, bins, plan })
    }

    pub(super) fn plan(&self) -> &SpectralPlan {
        &self.plan
    }

    /// The front-end that gives the spectra.
    pub(super) fn frames(&self) -> FramesConfig {
        FramesConfig::default().n_fft(Auto::Value(self.plan.n_fft)).hop_length(Auto::Value(self.plan.hop_length))
    }

    /// The features of a frame with this power spectrum; `magnitude` is room for as many values.
    pub(super) fn frame(&self, power: &[f64], magnitude: &mut [f64]) -> SpectralFrame {
        for (magnitude, power) in magnitude.iter_mut().zip(power) {
            *magnitude = power.sqrt();
        }
        let magnitude = &magnitude[..power.len()];
        let sum = sum_of(magnitude, |s| s);
        if sum <= 0.0 {
            return SpectralFrame::UNDEFINED;
        }
        let centroid = dot(magnitude, &self.bins) / sum;
        let spread = dot_of(magnitude, &self.bins, |s, k| s * (k - centroid) * (k - centroid));
        let share = self.plan.rolloff_share * sum;
        let mut below = 0.0;
        let reached = magnitude.iter().position(|s| {
            below += s;
            below >= share
        });
        let rolloff = reached.unwrap_or(power.len() - 1);
        SpectralFrame {
            centroid_hz: centroid * self.bin_hz,
            bandwidth_hz: (spread / sum).sqrt() * self.bin_hz,
            rolloff_hz: rolloff as f64 * self.bin_hz,
            flatness: flatness(power),
        }
    }
}

/// Geometric over arithmetic mean of the powers, each at least 1e-10. One logarithm serves 512 bins: mantissas are multiplied, exponents added.
pub(super) fn flatness(power: &[f64]) -> f64 {
    const MANTISSA: u64 = (1 << 52) - 1;
    const ONE: u64 = 1023 << 52;
    let mut log = 0.0;
    // 512 mantissas below 2 stay below the largest number.
    for block in power.chunks(512) {
        let (mut products, mut exponents) = ([1.0; 8], [0_u64; 8]);
        for part in block.chunks(8) {
            for ((product, exponent), power) in products.iter_mut().zip(&mut exponents).zip(part) {
                let bits = power.max(POWER_FLOOR).to_bits();
                *exponent += bits >> 52;
                *product *= f64::from_bits(bits & MANTISSA | ONE);
            }
        }
        let exponent = exponents.iter().sum::<u64>() as f64 - 1023.0 * block.len() as f64;
        log += math::ln(products.iter().product()) + exponent * std::f64::consts::LN_2;
    }
    let n = power.len() as f64;
    math::exp(log / n) / (sum_of(power, |power| power.max(POWER_FLOOR)) / n)
}

/// Root of the mean square of each frame of `frame_length` samples every `hop_length`, centred, zeros beyond the ends.
///
/// ```
/// use myovox::units::Rate;
/// use myovox::voice::spectral::{self, SpectralConfig};
/// let rms = spectral::rms(&[0.5; 4096], Rate::new(8000.0)?, &SpectralConfig::default())?;
/// assert_eq!((rms.values.len(), rms.values[4]), (9, 0.5));
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `config.out-of-range` names a setting that is out of range; `voice.no-samples` and `voice.samples-unusable` as in [`analyze`](super::analyze).
pub fn rms(samples: &[f64], rate: Rate, config: &SpectralConfig) -> Result<Track> {
    by_frame(samples, rate, config, |start, length| {
        let (from, to) = inside(start, length, samples.len());
        let squares: f64 = samples[from..to].iter().map(|x| x * x).sum();
        (squares / length as f64).sqrt()
    })
}

/// Changes of sign per sample in each frame; zero counts as positive. An offset hides crossings: remove it first where there may be one.
///
/// # Errors
/// As [`rms`].
pub fn zero_crossing_rate(samples: &[f64], rate: Rate, config: &SpectralConfig) -> Result<Track> {
    let crossings = Crossings::new(samples, 0.0);
    by_frame(samples, rate, config, |start, length| crossings.rate(start, length))
}

/// Centre of gravity of the magnitude spectrum in Hz, per frame; NaN in frames of zeros.
///
/// # Errors
/// As [`rms`].
pub fn centroid(samples: &[f64], rate: Rate, config: &SpectralConfig) -> Result<Track> {
    by_spectrum(samples, rate, config, |frame| frame.centroid_hz)
}

/// Spread of the magnitude spectrum about its centroid in Hz, per frame; NaN in frames of zeros.
///
/// # Errors
/// As [`rms`].
pub fn bandwidth(samples: &[f64], rate: Rate, config: &SpectralConfig) -> Result<Track> {
    by_spectrum(samples, rate, config, |frame| frame.bandwidth_hz)
}

/// Frequency in Hz below which [`rolloff_share`](SpectralConfig#structfield.rolloff_share) of the magnitudes lies; NaN in frames of zeros.
///
/// # Errors
/// As [`rms`].
pub fn rolloff(samples: &[f64], rate: Rate, config: &SpectralConfig) -> Result<Track> {
    by_spectrum(samples, rate, config, |frame| frame.rolloff_hz)
}

/// Geometric over arithmetic mean of the power spectrum (0 to 1), per frame; NaN in frames of zeros.
///
/// # Errors
/// As [`rms`].
pub fn spectral_flatness(samples: &[f64], rate: Rate, config: &SpectralConfig) -> Result<Track> {
    by_spectrum(samples, rate, config, |frame| frame.flatness)
}

fn front_end(samples: &[f64], rate: Rate, config: &SpectralConfig) -> Result<(Spectral, FrontEnd)> {
    usable(samples)?;
    let spectral = Spectral::new(config, rate)?;
    let front = FrontEnd::new(&spectral.frames(), "voice.spectral", rate, &mut Planner::new(), &mut Vec::new())?;
    Ok((spectral, front))
}

fn by_spectrum(
    samples: &[f64],
    rate: Rate,
    config: &SpectralConfig,
    of: impl Fn(SpectralFrame) -> f64,
) -> Result<Track> {
    let (spectral, front) = front_end(samples, rate, config)?;
    let (mut buffers, mut power, mut magnitude) = (front.buffers(), vec![0.0; front.bins()], vec![0.0; front.bins()]);
    let mut value = |k| {
        front.spectrum(samples, k, &mut buffers, &mut power);
        of(spectral.frame(&power, &mut magnitude))
    };
    Ok(Track { values: (0..front.count(samples.len())).map(&mut value).collect(), time: front.time() })
}

fn by_frame(samples: &[f64], rate: Rate, config: &SpectralConfig, of: impl Fn(isize, usize) -> f64) -> Result<Track> {
    let (spectral, front) = front_end(samples, rate, config)?;
    let values = (0..front.count(samples.len())).map(|k| of(spectral.start(k), config.n_fft)).collect();
    Ok(Track { values, time: TimeBase { ..front.time() } })
}

impl Spectral {
    /// The first sample of frame `k`, which is centred on sample `k * hop_length`.
    pub(super) fn start(&self, k: usize) -> isize {
        (k * self.plan.hop_length).cast_signed() - (self.plan.n_fft / 2).cast_signed()
    }
}

/// The samples of a frame that lie inside the recording.
fn inside(start: isize, length: usize, samples: usize) -> (usize, usize) {
    let clamp = |at: isize| usize::try_from(at).unwrap_or(0).min(samples);
    (clamp(start), clamp(start + length.cast_signed()))
}

/// Running count of changes of sign, so that each frame's rate is a difference.
pub(super) struct Crossings {
    before: Vec<u32>,
}

impl Crossings {
    /// Changes of the sign of `samples - offset`.
    pub(super) fn new(samples: &[f64], offset: f64) -> Self {
        let mut count = 0;
        let mut before = Vec::with_capacity(samples.len());
        let mut last = samples.first().is_some_and(|x| *x < offset);
        for x in samples {
            let negative = *x < offset;
            count += u32::from(negative != last);
            last = negative;
            before.push(count);
        }
        Self { before }
    }

    /// Changes per sample in the frame; the end samples stand beyond the recording, so nothing changes there.
    pub(super) fn rate(&self, start: isize, length: usize) -> f64 {
        let (from, to) = inside(start, length, self.before.len());
        if to <= from {
            return 0.0;
        }
        f64::from(self.before[to - 1] - self.before[from]) / length as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_at_a_bin_has_its_centroid_there() {
        let rate = Rate::new(8000.0).unwrap();
        let y: Vec<f64> =
            (0..16384).map(|i| math::sin(std::f64::consts::PI * 2.0 * 1000.0 * f64::from(i) / 8000.0)).collect();
        let centroid = centroid(&y, rate, &SpectralConfig::default()).unwrap();
        approx::assert_abs_diff_eq!(centroid.values[16], 1000.0, epsilon = 1e-6);
        let rolloff = rolloff(&y, rate, &SpectralConfig::default()).unwrap();
        assert!((rolloff.values[16] - 1000.0).abs() < 8.0);
    }

    #[test]
    fn flatness_is_one_for_equal_bins_and_follows_the_definition() {
        approx::assert_abs_diff_eq!(flatness(&[3.0; 1025]), 1.0, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(flatness(&[1.0, 4.0]), 2.0 / 2.5, epsilon = 1e-15);
        approx::assert_abs_diff_eq!(flatness(&[0.0, 1e-10]), 1.0, epsilon = 1e-12);
        assert!(flatness(&[1e300, 1e-300]).is_finite());
    }

    #[test]
    fn silence_has_no_spectrum_but_a_level() {
        let rate = Rate::new(8000.0).unwrap();
        let (config, silence) = (SpectralConfig::default(), vec![0.0; 4096]);
        for track in [centroid, bandwidth, rolloff, spectral_flatness] {
            assert!(track(&silence, rate, &config).unwrap().values.iter().all(|v| v.is_nan()));
        }
        assert!(rms(&silence, rate, &config).unwrap().values.iter().all(|v| *v == 0.0));
    }

    #[test]
    fn crossings_are_counted_inside_the_frame_only() {
        let crossings = Crossings::new(&[1.0, -1.0, 1.0, -1.0], 0.0);
        assert_eq!(crossings.rate(0, 4), 0.75);
        assert_eq!(crossings.rate(1, 2), 0.5);
        assert_eq!(crossings.rate(-2, 4), 0.25);
        assert_eq!(crossings.rate(9, 4), 0.0);
    }
}
