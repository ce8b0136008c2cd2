//! Features of muscle signals: of a recording, of windows along it, of each contraction.
//!
//! In comes a stretch of samples, best band-passed (the measures of signal quality want it before that); out come the features that were asked
//! for by name, each with the formula and unit of [`Feature`]. Formulas are those of Phinyomark et al. 2012 (Expert Systems with Applications
//! 39:7420) where nothing else is named; misprints there are mended and programs that differ are named in the tests.
//!
//! - `time`: one pass of sums, one of counts, one of moments over the samples; `spectral`: one spectrum for all that is read from it; `entropy`
//!   and the autoregressive model only when asked for.
//! - No threshold is an absolute number: that of crossings, turns and steps is a multiple of the resting signal's standard deviation, 0 unless
//!   it is set. So volts and microvolts give the same counts, and each feature grows with the amplitude as its unit says.
//! - Samples that are NaN or infinite are missing. A stretch that misses more than a tenth has no features. Else sums, counts and moments are
//!   over what is there, and the spectrum, the model, the entropies and the weighted means see a straight line in the gap.
//! - What cannot be known is `None`, with the reason in [`Features::missing`].
//!
//! The features of samples have the same bits on every processor; those of the spectrum stand behind a transform, and are equal to a
//! tolerance of 1e-9 between processors.

mod entropy;
mod names;
mod spectral;
mod time;
mod values;
mod windows;

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use names::Feature;
pub use spectral::Spectrum;
pub use values::{Features, Value, Values};
pub use windows::{FeatureWindow, WindowFeatures};

use crate::config::{Auto, config, within};
use crate::dsp::ar::{self, Ar};
use crate::error::{Error, Result};
use crate::units::Rate;
use names::Source;
use spectral::{Bands, Estimator, Memory};
use values::Reason;

/// Share of missing samples above which a stretch has no features.
const MOST_ABSENT: f64 = 0.1;

/// Share of the sampling rate that a band chosen by the library does not exceed.
const EDGE_OF_RATE: f64 = 0.45;

/// What is done with a constant offset of the samples. The spectrum never sees one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Offset {
    /// It stays: the formulas as printed, for a signal that a band-pass has freed of it.
    #[default]
    Keep,
    /// The mean of the stretch is removed before anything else.
    Remove,
}

/// How the autoregressive model is fitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ArMethod {
    /// Least forward and backward errors: no window, so short stretches keep their resolution.
    #[default]
    Burg,
    /// Normal equations of the biased autocorrelation.
    YuleWalker,
}

config! {
    /// Which features are computed, and how.
    pub struct FeatureConfig {
        /// The features by name. Default: [`Feature::standard`].
        features: Vec<Feature> = Feature::standard(),
        /// Length of a window in ms. Default 250: what control of prostheses uses; take 500 to 1000 for fatigue.
        window_ms: f64 = 250.0,
        /// Share of a window that the next one repeats, 0 to 0.99. Default 0.
        overlap: f64 = 0.0,
        /// What is done with a constant offset. Default: it stays.
        offset: Offset = Offset::Keep,
        /// Threshold of crossings, turns and steps in standard deviations of the resting signal. Default 0: every one counts.
        threshold_baselines: f64 = 0.0,
        /// Lower edge of the band of spectral features in Hz. Default 20: De Luca et al. 2010.
        low_hz: f64 = 20.0,
        /// Upper edge of the band of spectral features in Hz, or "auto": 450 Hz, but not above 0.45 of the sampling rate.
        high_hz: Auto<f64> = Auto::Auto,
        /// Band of the index of Dimitrov in Hz, or "auto": that of the other spectral features. It belongs to the definition: the paper
        /// has 8 to 500 Hz, and another band gives other values.
        fi_nsm5_hz: Auto<[f64; 2]> = Auto::Auto,
        /// Low band of the frequency ratio in Hz. Default 15 to 45.
        ratio_low_hz: [f64; 2] = [15.0, 45.0],
        /// High band of the frequency ratio in Hz, held below half the rate. Default 95 to 500.
        ratio_high_hz: [f64; 2] = [95.0, 500.0],
        /// How far the power spectrum ratio reaches to either side of the peak, in Hz. Default 20, a choice of ours: in Hz and not in bins, so
        /// that the ratio does not depend on the resolution.
        psr_half_width_hz: f64 = 20.0,
        /// Length of the spectrum's segments in ms. Default 250: bins of 4 Hz, and several segments in a contraction.
        segment_ms: f64 = 250.0,
        /// Order of the autoregressive model, 1 to 64. Default 4, which surface signals need (Phinyomark et al. 2012).
        ar_order: u32 = 4,
        /// How the autoregressive model is fitted. Default: Burg's method.
        ar_method: ArMethod = ArMethod::Burg,
        /// Order v of the V-order, 1 to 16. Default 3: with 1 it is the mean absolute value, with 2 the root mean square.
        v_order: u32 = 3,
        /// Samples of a template of the entropies, 1 to 16. Default 2.
        entropy_m: u32 = 2,
        /// Tolerance of the entropies in standard deviations of the stretch. Default 0.2.
        entropy_r: f64 = 0.2,
        /// Longest stretch in samples of which entropies are computed. Default 10 000: their work grows with its square, to a fifth of a
        /// second there.
        entropy_max_samples: u32 = 10_000,
    }
}

impl FeatureConfig {
    /// Refuses settings outside their ranges, by name.
    ///
    /// # Errors
    /// `config.out-of-range`.
    pub fn check(&self) -> Result<()> {
        let field = |name: &str| format!("emg.features.{name}");
        let number = |name: &str, value: f64, range| within(&field(name), value, range);
        let band = |name: &str, [low, high]: [f64; 2]| {
            within(&field(name), low, 0.1..=1e5)?;
            within(&field(name), high, low..=1e6)
        };
        number("window_ms", self.window_ms, 1.0..=3.6e6)?;
        number("overlap", self.overlap, 0.0..=0.99)?;
        number("threshold_baselines", self.threshold_baselines, 0.0..=1000.0)?;
        number("low_hz", self.low_hz, 0.1..=1e5)?;
        if let Some(high_hz) = self.high_hz.given() {
            number("high_hz", *high_hz, self.low_hz..=1e6)?;
        }
        if let Some(fi_nsm5_hz) = self.fi_nsm5_hz.given() {
            band("fi_nsm5_hz", *fi_nsm5_hz)?;
        }
        band("ratio_low_hz", self.ratio_low_hz)?;
        band("ratio_high_hz", self.ratio_high_hz)?;
        number("psr_half_width_hz", self.psr_half_width_hz, 0.0..=1e5)?;
        number("segment_ms", self.segment_ms, 1.0..=60_000.0)?;
        number("ar_order", f64::from(self.ar_order), 1.0..=64.0)?;
        number("v_order", f64::from(self.v_order), 1.0..=16.0)?;
        number("entropy_m", f64::from(self.entropy_m), 1.0..=16.0)?;
        number("entropy_r", self.entropy_r, 1e-6..=100.0)?;
        number("entropy_max_samples", f64::from(self.entropy_max_samples), 0.0..=100_000.0)
    }
}

/// What was done, every number fixed: belongs beside the features in a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeatureSummary {
    /// Sampling rate in Hz.
    pub rate_hz: f64,
    /// Samples of a window.
    pub window_samples: usize,
    /// Samples from the start of a window to that of the next.
    pub hop_samples: usize,
    /// Band of the spectral features in Hz, edges included.
    pub band_hz: [f64; 2],
    /// Band of the index of Dimitrov in Hz.
    pub fi_nsm5_hz: [f64; 2],
    /// Low band of the frequency ratio in Hz.
    pub ratio_low_hz: [f64; 2],
    /// High band of the frequency ratio in Hz.
    pub ratio_high_hz: [f64; 2],
    /// How the spectrum is estimated.
    pub estimator: String,
    /// The window of its segments.
    pub segment_window: String,
    /// Samples of a segment; a shorter stretch is one segment, with zeros behind it.
    pub segment_samples: usize,
    /// Samples from the start of a segment to that of the next.
    pub segment_hop_samples: usize,
    /// Distance of two bins in Hz.
    pub bin_hz: f64,
    /// Threshold of crossings, turns and steps in standard deviations of the resting signal.
    pub threshold_baselines: f64,
}

/// Everything that follows from settings and rate.
///
/// ```
/// use myovox::emg::features::{Feature, FeatureConfig, FeaturePlan};
/// use myovox::units::Rate;
/// let plan = FeaturePlan::new(&FeatureConfig::default().features(vec![Feature::Rms, Feature::Mdf]), Rate::new(1000.0)?)?;
/// let mut workspace = plan.workspace();
/// let x: Vec<f64> = (0..1000).map(|i| myovox::dsp::math::sin(f64::from(i) * 0.628_318_530_717_958_6)).collect();
/// let features = plan.stretch(&x, None, &mut workspace);
/// assert!((features.get(Feature::Rms).unwrap() - 0.5_f64.sqrt()).abs() < 1e-12);
/// assert!((features.get(Feature::Mdf).unwrap() - 100.0).abs() < 1e-9);
/// assert_eq!(plan.windows(&x, None, &mut workspace).windows.len(), 4);
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FeaturePlan {
    config: FeatureConfig,
    features: Vec<Feature>,
    rate: Rate,
    estimator: Estimator,
    bands: Bands,
    summary: FeatureSummary,
}

/// The memory of one caller of a [`FeaturePlan`].
#[derive(Clone, Debug)]
pub struct Workspace {
    samples: Vec<f64>,
    spectral: Memory,
}

/// The features of one stretch, as long as the caller likes; see [`FeaturePlan`] for many.
///
/// ```
/// use myovox::emg::features::{Feature, FeatureConfig, features};
/// use myovox::units::Rate;
/// let found = features(&[1.0, -2.0, 3.0, -4.0], Rate::new(1000.0)?, &FeatureConfig::default())?;
/// assert_eq!(found.get(Feature::Mav), Some(2.5));
/// assert_eq!(found.get(Feature::Zc), Some(3.0));
/// assert_eq!(found.get(Feature::Mdf), None);
/// assert_eq!(found.reason(Feature::Mdf), Some("too_short"));
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// As [`FeaturePlan::new`].
pub fn features(x: &[f64], rate: Rate, config: &FeatureConfig) -> Result<Features> {
    let plan = FeaturePlan::new(config, rate)?;
    Ok(plan.stretch(x, None, &mut plan.workspace()))
}

impl FeaturePlan {
    /// Checks the settings and plans the spectrum.
    ///
    /// # Errors
    /// `config.out-of-range` for a setting outside its range; `emg.feature-band` for a given band that the rate cannot hold.
    pub fn new(config: &FeatureConfig, rate: Rate) -> Result<Self> {
        config.check()?;
        let estimator = Estimator::new(rate.samples_of_ms(config.segment_ms), rate.hz());
        let bands = bands(config, rate)?;
        let window_samples = rate.samples_of_ms(config.window_ms);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the window")]
        let hop_samples = ((window_samples as f64 * (1.0 - config.overlap)).round() as usize).max(1);
        let mut features = config.features.clone();
        features.sort_unstable();
        features.dedup();
        let summary = FeatureSummary {
            rate_hz: rate.hz(),
            window_samples,
            hop_samples,
            band_hz: bands.analysis,
            fi_nsm5_hz: bands.fatigue_index,
            ratio_low_hz: bands.ratio_low,
            ratio_high_hz: bands.ratio_high,
            estimator: "welch".into(),
            segment_window: "hann".into(),
            segment_samples: estimator.segment(),
            segment_hop_samples: estimator.hop(),
            bin_hz: rate.hz() / estimator.segment() as f64,
            threshold_baselines: config.threshold_baselines,
        };
        Ok(Self { config: config.clone(), features, rate, estimator, bands, summary })
    }

    /// What will be done.
    pub fn summary(&self) -> &FeatureSummary {
        &self.summary
    }

    /// The sampling rate.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// Memory for [`stretch`](Self::stretch) and [`windows`](Self::windows) of this plan.
    pub fn workspace(&self) -> Workspace {
        Workspace { samples: Vec::new(), spectral: self.estimator.memory() }
    }

    /// The features of one stretch. `baseline` is the standard deviation of the resting signal in the unit of `x`, which thresholds are multiples
    /// of; counts with a threshold above 0 are unknown without it.
    ///
    /// # Panics
    /// When `workspace` was made by a plan with another segment.
    pub fn stretch(&self, x: &[f64], baseline: Option<f64>, workspace: &mut Workspace) -> Features {
        let absent = x.iter().filter(|v| !v.is_finite()).count();
        if x.is_empty() || absent as f64 > MOST_ABSENT * x.len() as f64 {
            return Features::unknown(x.len(), absent);
        }
        let Workspace { samples, spectral } = workspace;
        let remove = self.config.offset == Offset::Remove;
        if absent == 0 && !remove {
            return self.measure(x, &[x], 0, baseline, spectral);
        }
        let runs = runs(x);
        let mean = if remove { mean_of(x, &runs) } else { 0.0 };
        bridge(x, mean, samples);
        let runs: Vec<&[f64]> = runs.into_iter().map(|run| &samples[run]).collect();
        self.measure(samples, &runs, absent, baseline, spectral)
    }

    fn measure(
        &self,
        x: &[f64],
        runs: &[&[f64]],
        absent: usize,
        baseline: Option<f64>,
        memory: &mut Memory,
    ) -> Features {
        let wanted = |source: Source| self.features.iter().any(|feature| feature.source() == source);
        let threshold = match self.config.threshold_baselines {
            0.0 => Some(0.0),
            multiple => baseline.map(|sigma| multiple * sigma),
        };
        let choice = time::Choice { rate_hz: self.rate.hz(), threshold, v_order: self.config.v_order };
        let samples = time::Stretch::new(x, runs, &self.features, choice);
        // A spectrum of less than one period of the band's lower edge says nothing of the band.
        let long_enough = x.len() as f64 * self.bands.analysis[0] >= self.rate.hz();
        let spectrum = long_enough && wanted(Source::Spectrum);
        let segments = if spectrum { self.estimator.run(x, memory) } else { 0 };
        let model = if wanted(Source::Model) { self.model(x) } else { None };
        let mut found = Features { samples: x.len(), absent_samples: absent, segments, ..Features::default() };
        found.values.get_or_insert_default();
        for &feature in &self.features {
            let value = match feature.source() {
                Source::Spectrum if !long_enough => Err(Reason::TooShort),
                Source::Spectrum => spectral::feature(feature, &memory.spectrum, &self.bands).map(Value::Number),
                Source::Model => self.coefficients(feature, x, model.as_ref()).map(Value::Numbers),
                Source::Entropy => self.entropy(feature, x).map(Value::Number),
                _ => samples.feature(feature).map(Value::Number),
            };
            found.enter(feature, value);
        }
        found
    }

    fn model(&self, x: &[f64]) -> Option<Ar> {
        let order = self.config.ar_order as usize;
        match self.config.ar_method {
            ArMethod::Burg => ar::burg(x, order),
            ArMethod::YuleWalker => ar::yule_walker(x, order),
        }
    }

    fn coefficients(&self, feature: Feature, x: &[f64], model: Option<&Ar>) -> Result<Vec<f64>, Reason> {
        let too_short = x.len() <= self.config.ar_order as usize;
        let model = model.ok_or(if too_short { Reason::TooShort } else { Reason::Zero })?;
        Ok(if feature == Feature::Ar { model.coefficients.clone() } else { cepstrum(&model.coefficients) })
    }

    fn entropy(&self, feature: Feature, x: &[f64]) -> Result<f64, Reason> {
        if x.len() > self.config.entropy_max_samples as usize {
            return Err(Reason::TooLong);
        }
        let n = x.len() as f64;
        let mean = x.iter().sum::<f64>() / n;
        let variance = x.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0).max(1.0);
        let peak = x.iter().fold(0.0, |peak: f64, v| peak.max(v.abs()));
        if variance <= time::rounding(peak) {
            return Err(Reason::Constant);
        }
        entropy::feature(feature, x, self.config.entropy_m as usize, self.config.entropy_r * variance.sqrt())
    }
}

/// Cepstral coefficients of the model `x[i] = sum a[k] x[i-k] + e`: `c_n = a_n + sum_(l<n) (1 - l/n) a_l c_(n-l)`, which with the opposite sign of `a` is
/// `c_1 = -a_1`, `c_n = -a_n - sum (1 - l/n) a_l c_(n-l)`.
fn cepstrum(a: &[f64]) -> Vec<f64> {
    let mut c: Vec<f64> = Vec::with_capacity(a.len());
    for n in 1..=a.len() {
        let earlier = (1..n).map(|l| (1.0 - l as f64 / n as f64) * a[l - 1] * c[n - l - 1]).sum::<f64>();
        c.push(a[n - 1] + earlier);
    }
    c
}

/// The bands in Hz; one that was given is never moved, but the ratio's upper edge ends where the spectrum does.
fn bands(config: &FeatureConfig, rate: Rate) -> Result<Bands> {
    let half = 0.5 * rate.hz();
    let held = |name: &str, band: [f64; 2]| {
        if band[1] <= half {
            return Ok(band);
        }
        Err(Error::config("emg.feature-band", "band beyond half the sampling rate")
            .field(format!("emg.features.{name}"))
            .found(format!("{} Hz", band[1]))
            .expected(format!("at most {half} Hz")))
    };
    let high_hz = config.high_hz.or(450.0_f64.min(EDGE_OF_RATE * rate.hz()));
    let analysis = held("high_hz", [config.low_hz, high_hz])?;
    let [low, high] = config.ratio_high_hz;
    Ok(Bands {
        analysis,
        fatigue_index: held("fi_nsm5_hz", config.fi_nsm5_hz.or(analysis))?,
        ratio_low: config.ratio_low_hz,
        ratio_high: [low, high.min(half)],
        peak_half_width_hz: config.psr_half_width_hz,
    })
}

/// The runs of samples that are there.
fn runs(x: &[f64]) -> Vec<Range<usize>> {
    let (mut runs, mut start) = (Vec::new(), 0);
    for run in x.split(|v| !v.is_finite()) {
        if !run.is_empty() {
            runs.push(start..start + run.len());
        }
        start += run.len() + 1;
    }
    runs
}

fn mean_of(x: &[f64], runs: &[Range<usize>]) -> f64 {
    let count: usize = runs.iter().map(ExactSizeIterator::len).sum();
    runs.iter().flat_map(|run| &x[run.clone()]).sum::<f64>() / count as f64
}

/// `x` less `mean`, with straight lines in the gaps; at the ends the nearest sample is held.
fn bridge(x: &[f64], mean: f64, out: &mut Vec<f64>) {
    out.clear();
    out.extend(x.iter().map(|v| v - mean));
    let mut at = 0;
    while let Some(start) = out[at..].iter().position(|v| !v.is_finite()).map(|skipped| at + skipped) {
        let end = start + out[start..].iter().take_while(|v| !v.is_finite()).count();
        let (before, after) = (start.checked_sub(1).map(|k| out[k]), out.get(end).copied());
        let (Some(from), Some(to)) = (before.or(after), after.or(before)) else { return };
        let steps = (end - start + 1) as f64;
        for (k, sample) in out[start..end].iter_mut().enumerate() {
            *sample = from + (to - from) * ((k + 1) as f64 / steps);
        }
        at = end;
    }
}

/// Sample entropy with templates of `m` samples and the tolerance `r` in the unit of `x`; `None` where no templates match or none exist.
pub(super) fn sample_entropy(x: &[f64], m: usize, r: f64) -> Option<f64> {
    entropy::feature(Feature::Sampen, x, m, r).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cepstrum_is_the_logarithm_of_the_models_transfer_function() {
        // One pole p: ln 1/(1 - p z^-1) = sum p^n z^-n / n.
        let c = cepstrum(&[0.5, 0.0, 0.0, 0.0]);
        for (n, c) in (1..).zip(&c) {
            approx::assert_relative_eq!(*c, math_power(0.5, n) / f64::from(n), max_relative = 1e-14);
        }
        // Two poles: the sum of both.
        let (p, q) = (0.9, -0.4);
        for (n, c) in (1..).zip(&cepstrum(&[p + q, -p * q, 0.0, 0.0])) {
            approx::assert_relative_eq!(*c, (math_power(p, n) + math_power(q, n)) / f64::from(n), max_relative = 1e-13);
        }
    }

    fn math_power(x: f64, n: i32) -> f64 {
        (0..n).fold(1.0, |product, _| product * x)
    }

    #[test]
    fn gaps_become_straight_lines_and_hold_at_the_ends() {
        let mut out = Vec::new();
        bridge(&[f64::NAN, 2.0, f64::NAN, f64::NAN, 5.0, f64::INFINITY], 1.0, &mut out);
        assert_eq!(out, [1.0, 1.0, 2.0, 3.0, 4.0, 4.0]);
    }
}
