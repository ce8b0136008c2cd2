//! Plain arrays: samples and a rate, without labels, units or a file.
//!
//! [`AmplitudePlan`] follows the amplitude by any of the field's five methods, [`channels`] finds activations and contractions with what the caller
//! knows of rest and maximal contractions, [`fatigue`] goes on to their trends. All take the steps of the main analysis, with its settings.

use std::collections::BTreeMap;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::EmgConfig;
use super::assess::Given;
use super::channels::ChannelInfo;
use super::condition::{self, BandConfig};
use super::envelope::{Envelope, EnvelopeConfig, EnvelopeMethod};
use super::fatigue::{self as trends, Fatigue, FatigueConfig, FatigueContext, FatiguePlan, Force};
use super::features::FeatureConfig;
use super::gaps::{self, GapConfig};
use super::given::{ChannelSession, MvcUnit, Session};
use super::plan::{Analysis, Plan, Signal, analyze_session};
use super::quality::Fault;
use super::session::Channel;
use crate::config::{Auto, config};
use crate::dsp::hilbert::Hilbert;
use crate::dsp::iir::{Workspace, ZeroPhase};
use crate::dsp::math;
use crate::dsp::moving::{self, Edges, Moving, Statistic};
use crate::dsp::tkeo::{TkeoEdge, tkeo};
use crate::error::{Error, Result};
use crate::simd::Level;
use crate::units::Rate;
use crate::warning::Warning;

/// How the amplitude of plain samples is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Amplitude {
    /// Root of the mean square over a centred window.
    #[default]
    Rms,
    /// Mean of the rectified signal over a centred window: mean absolute value, average rectified value.
    #[serde(alias = "arv")]
    Mav,
    /// Rectified, then low-passed without phase shift.
    Linear,
    /// Length of the analytic signal, then low-passed.
    Hilbert,
    /// The energy operator of Teager and Kaiser, rectified, then low-passed: in the unit of the samples squared.
    Tkeo,
}

config! {
    /// How the amplitude of plain samples is followed.
    pub struct AmplitudeConfig {
        /// "rms", "mav" (or "arv"), "linear", "hilbert" or "tkeo". Default "rms".
        method: Amplitude = Amplitude::Rms,
        /// Window of RMS and MAV in ms, centred, of the samples that exist at the ends. Default 100.
        window_ms: f64 = 100.0,
        /// Edge of the low-pass behind the others in Hz (-3 dB for one pass). Default 6.
        low_pass_hz: f64 = 6.0,
        /// Order of that low-pass. Default 4.
        low_pass_order: u32 = 4,
        /// The band that is kept before, or null for samples that are band-passed already.
        band: Option<BandConfig> = Some(BandConfig::default()),
        /// What is done with samples that are no signal.
        gaps: GapConfig = GapConfig::default(),
    }
}

/// By how much a stretch is mirrored before its analytic signal is taken, in ms.
const MIRRORED_MS: f64 = 500.0;

/// The amplitude of plain samples, designed for one rate.
///
/// ```
/// use myovox::dsp::iir::Workspace;
/// use myovox::emg::arrays::{Amplitude, AmplitudeConfig, AmplitudePlan};
/// use myovox::{simd::Level, units::Rate};
/// let sine: Vec<f64> = (0..2000).map(|i| myovox::dsp::math::sin(0.6113 * f64::from(i))).collect(); // 97.3 Hz
/// let config = AmplitudeConfig::default().method(Amplitude::Mav);
/// let plan = AmplitudePlan::new(&config, Rate::new(1000.0)?, Level::best())?;
/// let mut envelope = vec![0.0; sine.len()];
/// plan.run(&sine, &mut envelope, &mut Workspace::default())?;
/// assert!((envelope[1000] - std::f64::consts::FRAC_2_PI).abs() < 0.02);
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AmplitudePlan {
    config: AmplitudeConfig,
    rate: Rate,
    band_pass: Option<ZeroPhase>,
    mean: Option<Moving>,
    envelope: Envelope,
    warning: Option<Warning>,
}

impl AmplitudePlan {
    /// Checks the settings and designs the filters.
    ///
    /// # Errors
    /// `config.out-of-range` for a setting outside its range; `dsp.filter-edge` for a band or a low-pass that the rate cannot hold.
    pub fn new(config: &AmplitudeConfig, rate: Rate, level: Level) -> Result<Self> {
        config.gaps.check()?;
        let (band_pass, warning) = match &config.band {
            None => (None, None),
            Some(band) => {
                let (band_pass, _, warning) = condition::plan(band, rate, level)?;
                (Some(band_pass), warning)
            }
        };
        let method = match config.method {
            Amplitude::Rms | Amplitude::Mav => EnvelopeMethod::Rms,
            Amplitude::Linear | Amplitude::Hilbert | Amplitude::Tkeo => EnvelopeMethod::Linear,
        };
        let settings = EnvelopeConfig::default()
            .method(method)
            .window_ms(config.window_ms)
            .low_pass_hz(config.low_pass_hz)
            .low_pass_order(config.low_pass_order);
        let envelope = Envelope::new(&settings, rate, level)?;
        let window = 2 * (rate.samples_of_ms(config.window_ms) / 2) + 1;
        let mean = match config.method {
            Amplitude::Mav => Some(Moving::new(Statistic::Mav, window, Edges::Shrink)?.level(level)),
            _ => None,
        };
        Ok(Self { config: config.clone(), rate, band_pass, mean, envelope, warning })
    }

    /// What is doubtful about the plan: an upper edge of the band that the rate has lowered.
    pub fn warning(&self) -> Option<&Warning> {
        self.warning.as_ref()
    }

    /// The amplitude of `samples` into `out`: NaN inside gaps, never below zero.
    ///
    /// # Errors
    /// `dsp.length-differs` when `out` has another length than `samples`.
    pub fn run(&self, samples: &[f64], out: &mut [f64], workspace: &mut Workspace) -> Result<()> {
        if samples.len() != out.len() {
            let what = "output and input of an envelope differ in length";
            return Err(Error::config("dsp.length-differs", what).found(out.len()).expected(samples.len()));
        }
        out.fill(f64::NAN);
        let mended = gaps::mend(samples, self.rate, &self.config.gaps);
        for stretch in mended.stretches() {
            let mut signal = mended.samples[stretch.clone()].to_vec();
            if let Some(band_pass) = &self.band_pass {
                band_pass.run_shortened(&mended.samples[stretch.clone()], &mut signal, workspace)?;
            }
            self.follow(&signal, &mut out[stretch], workspace)?;
        }
        Ok(())
    }

    fn follow(&self, signal: &[f64], out: &mut [f64], workspace: &mut Workspace) -> Result<()> {
        if let Some(mean) = &self.mean {
            return mean.run(signal, out, &mut moving::Workspace::default());
        }
        match self.config.method {
            Amplitude::Hilbert => {
                let plan = Hilbert::new(signal.len(), self.rate.samples_of_ms(MIRRORED_MS));
                let mut amplitude = vec![0.0; signal.len()];
                plan.amplitude(signal, &mut amplitude, &mut plan.buffers())?;
                self.envelope.run(&amplitude, out, workspace)
            }
            Amplitude::Tkeo => self.envelope.run(&tkeo(signal, TkeoEdge::Nearest), out, workspace),
            Amplitude::Rms | Amplitude::Mav | Amplitude::Linear => self.envelope.run(signal, out, workspace),
        }
    }
}

/// What the caller knows of plain arrays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// Stretches of rest, each `[start_s, end_s]` in seconds from the first sample; empty where rest is to be found.
    pub rest: Vec<[f64; 2]>,
    /// Level of the envelope in a maximal voluntary contraction for each channel, in the unit of its samples; empty where none is known.
    pub mvc: Vec<Option<f64>>,
}

/// Activations and contractions of each of `samples`, by the main analysis.
///
/// ```
/// use myovox::emg::{EmgConfig, arrays::{Known, channels}};
/// use myovox::{simd::Level, units::Rate};
/// let sample = |i: u32| if (1000..2000).contains(&i) { 1.0 } else { 0.02 } * myovox::dsp::math::sin(0.628_318 * f64::from(i));
/// let x: Vec<f64> = (0..4000).map(sample).collect();
/// let known = Known { mvc: vec![Some(1.0)], ..Known::default() };
/// let (found, _) = channels(&[&x], Rate::new(1000.0)?, &EmgConfig::default(), Level::best(), &known)?;
/// assert_eq!(found[0].contractions.len(), 1);
/// assert!((found[0].contractions[0].mvc_pct.unwrap() - 71.0).abs() < 3.0);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `emg.channels-differ` for another number of levels than of channels; `emg.rest-outside` for rest that is not in the samples; `config.not-for-arrays` for settings that name channels; else as
/// [`analyze_session`].
pub fn channels(
    samples: &[&[f64]],
    rate: Rate,
    config: &EmgConfig,
    level: Level,
    known: &Known,
) -> Result<(Vec<Channel>, Vec<Warning>)> {
    if samples.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let analysis = analysis(samples, rate, config, level, known)?;
    Ok((analysis.emg.channels, analysis.warnings))
}

/// The main analysis of arrays.
pub(super) fn analysis(
    samples: &[&[f64]],
    rate: Rate,
    config: &EmgConfig,
    level: Level,
    known: &Known,
) -> Result<Analysis> {
    if !(known.mvc.is_empty() || known.mvc.len() == samples.len()) {
        let error = Error::config("emg.channels-differ", "maximal contractions and channels differ in number");
        return Err(error.field("mvc").found(known.mvc.len()).expected(samples.len()));
    }
    let longest = samples.iter().map(|samples| samples.len()).max().unwrap_or(0);
    let inside = |[start, end]: &[f64; 2]| *start >= 0.0 && start < end && rate.sample_at(*end) <= longest;
    if let Some([start, end]) = known.rest.iter().find(|span| !inside(span)) {
        let error = Error::config("emg.rest-outside", "not a stretch of these samples to rest in").field("rest");
        let expected = format!("a start below its end, within 0 to {} s", rate.seconds(longest));
        return Err(error.found(format!("{start} to {end} s")).expected(expected));
    }
    if config.channels.given().is_some() {
        let error = Error::config("config.not-for-arrays", "the channels of an array have no names to choose by");
        return Err(error.field("emg.channels").expected("\"auto\""));
    }
    let info = |k: usize| ChannelInfo { label: label(k), unit: String::new(), of_force_platform: false };
    let infos: Vec<ChannelInfo> = (0..samples.len()).map(info).collect();
    let signals: Vec<Signal<'_>> = infos.iter().zip(samples).map(|(info, samples)| Signal { info, samples }).collect();
    let config = config.clone().channels(Auto::Value(infos.iter().map(|info| info.label.clone()).collect()));
    let given = Given { session: session(known), ..Given::default() };
    analyze_session(&signals, Some(rate), &config, level, &given)
}

fn label(channel: usize) -> String {
    format!("channel {channel}")
}

fn session(known: &Known) -> Session {
    let entry = |(k, mvc): (usize, &Option<f64>)| {
        let entry = ChannelSession::default().mvc_value(Some((*mvc)?)).mvc_unit(Some(MvcUnit::Recording));
        Some((label(k), entry))
    };
    let channels: BTreeMap<String, ChannelSession> = known.mvc.iter().enumerate().filter_map(entry).collect();
    Session::default().channels(channels).rest(known.rest.clone())
}

/// Trends of spectrum and amplitude over the contractions of `samples`: over `spans` where they are given, else over those that are found.
///
/// # Errors
/// As [`channels`] and [`FatiguePlan::new`].
pub fn fatigue(
    samples: &[f64],
    rate: Rate,
    (emg, settings): (&EmgConfig, &FatigueConfig),
    level: Level,
    (known, spans, force): (&Known, Option<&[Range<usize>]>, Force),
) -> Result<Fatigue> {
    let (found, _) = channels(&[samples], rate, emg, level, known)?;
    let conditioned = Plan::new(emg, rate, level)?.signals(samples)?.conditioned;
    let found = &found[0];
    let own: Vec<Range<usize>> = found.contractions.iter().map(|c| c.onset..c.offset).collect();
    let snr_db = match spans {
        Some(spans) => snr_db(&conditioned, spans),
        None => found.parameters.snr_db,
    };
    let quality = &found.quality;
    let doubt = quality.flags.iter().find(|flag| flag.flag == Fault::RateDoubtful);
    let context = FatigueContext {
        snr_db,
        bad_share: quality.lead_off_share + quality.clipped_share,
        rate_doubt: doubt.map_or(0.0, |flag| flag.measure.abs()),
        force,
    };
    let plan = FatiguePlan::new(settings, &FeatureConfig::default(), rate)?;
    trends::fatigue(plan.points(&conditioned, spans.unwrap_or(&own)), &context, settings)
}

/// Root mean square inside the spans over that outside; `None` where either is absent or rest is zero.
fn snr_db(conditioned: &[f64], spans: &[Range<usize>]) -> Option<f64> {
    let mut inside = vec![false; conditioned.len()];
    for span in spans {
        let end = span.end.min(inside.len());
        inside[span.start.min(end)..end].fill(true);
    }
    let rms = |wanted: bool| {
        let there = || conditioned.iter().zip(&inside).filter(|(v, inside)| !v.is_nan() && **inside == wanted);
        let n = there().count();
        (n > 0).then(|| (there().map(|(v, _)| v * v).sum::<f64>() / n as f64).sqrt())
    };
    let (active, rest) = (rms(true)?, rms(false)?);
    (active > 0.0 && rest > 0.0).then(|| math::db_of_amplitude(active / rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 1000.0;

    fn burst(scale: f64) -> Vec<f64> {
        let mut state = 9_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / 9_007_199_254_740_992.0 - 0.5
        };
        let level = |i: usize| if (3000..5000).contains(&i) || (7000..8500).contains(&i) { 1.0 } else { 0.02 };
        (0..12_000).map(|i| scale * level(i) * noise()).collect()
    }

    fn amplitude(method: Amplitude, x: &[f64]) -> Vec<f64> {
        let config = AmplitudeConfig::default().method(method);
        let plan = AmplitudePlan::new(&config, Rate::new(RATE).unwrap(), Level::best()).unwrap();
        let mut out = vec![0.0; x.len()];
        plan.run(x, &mut out, &mut Workspace::default()).unwrap();
        out
    }

    #[test]
    fn every_method_follows_a_sine_and_leaves_gaps_empty() {
        let mut x: Vec<f64> = (0..4000).map(|i| math::sin(0.6113 * f64::from(i))).collect();
        x[2500..2600].fill(f64::NAN);
        let sin_squared = math::sin(0.6113) * math::sin(0.6113);
        for (method, expected) in [
            (Amplitude::Rms, std::f64::consts::FRAC_1_SQRT_2),
            (Amplitude::Mav, std::f64::consts::FRAC_2_PI),
            (Amplitude::Linear, std::f64::consts::FRAC_2_PI),
            (Amplitude::Hilbert, 1.0),
            (Amplitude::Tkeo, sin_squared),
        ] {
            let envelope = amplitude(method, &x);
            assert!((envelope[1200] - expected).abs() < 0.03 * expected, "{method:?}: {}", envelope[1200]);
            assert!(envelope[2550].is_nan() && envelope.iter().all(|v| v.is_nan() || *v >= 0.0), "{method:?}");
        }
    }

    #[test]
    fn the_rms_is_that_of_the_main_analysis() {
        let x = burst(1.0);
        let plan = Plan::new(&EmgConfig::default(), Rate::new(RATE).unwrap(), Level::best()).unwrap();
        assert_eq!(amplitude(Amplitude::Rms, &x), plan.signals(&x).unwrap().envelope);
    }

    #[test]
    fn arrays_give_the_same_samples_in_any_unit() {
        let (config, rate) = (EmgConfig::default(), Rate::new(RATE).unwrap());
        let spans = |scale: f64| {
            let x = burst(scale);
            let known = Known { rest: vec![[0.5, 2.5]], mvc: vec![Some(0.5 * scale)] };
            let (found, _) = channels(&[&x], rate, &config, Level::best(), &known).unwrap();
            assert!(found[0].contractions.iter().all(|c| c.mvc_pct.is_some()));
            let of = |c: &super::super::Contraction| (c.onset, c.offset);
            found[0].contractions.iter().map(of).collect::<Vec<_>>()
        };
        assert_eq!(spans(1.0).len(), 2);
        assert_eq!(spans(1.0), spans(1024.0));
    }

    #[test]
    fn what_does_not_fit_arrays_is_refused() {
        let (config, rate, x) = (EmgConfig::default(), Rate::new(RATE).unwrap(), burst(1.0));
        let code = |config: &EmgConfig, known: &Known| {
            channels(&[&x], rate, config, Level::best(), known).unwrap_err().code().to_owned()
        };
        let two = Known { mvc: vec![Some(1.0), None], ..Known::default() };
        assert_eq!(code(&config, &two), "emg.channels-differ");
        for rest in [[-1.0, 1.0], [2.0, 2.0], [3.0, 1.0], [0.0, 12.1], [f64::NAN, 1.0]] {
            assert_eq!(code(&config, &Known { rest: vec![rest], ..Known::default() }), "emg.rest-outside", "{rest:?}");
        }
        let named = config.clone().channels(Auto::Value(vec!["a".into()]));
        assert_eq!(code(&named, &Known::default()), "config.not-for-arrays");
        assert!(channels(&[], rate, &config, Level::best(), &Known::default()).unwrap().0.is_empty());
    }

    #[test]
    fn fatigue_withholds_what_two_contractions_cannot_tell() {
        let (config, rate, x) = (EmgConfig::default(), Rate::new(RATE).unwrap(), burst(1.0));
        let settings = (&config, &FatigueConfig::default());
        let known = Known::default();
        let found = fatigue(&x, rate, settings, Level::best(), (&known, None, Force::Unknown)).unwrap();
        // Two contractions of 2 and 1.5 s hold three windows of a second.
        assert_eq!((found.points.len(), found.finding), (3, None));
        let spans = [3000..5000, 7000..8500];
        let said = fatigue(&x, rate, settings, Level::best(), (&known, Some(&spans), Force::Constant)).unwrap();
        assert_eq!(said.points.len(), 3);
        assert!((snr_db(&x, &spans).unwrap() - 34.0).abs() < 1.0);
    }
}
