//! Fatigue: whether the spectrum of a muscle moves down over its contractions, and whether the recording can tell.
//!
//! In come points, one for each contraction or window inside one: median frequency, mean frequency and amplitude at the middle of it
//! ([`FatiguePlan::points`] measures them). Out come their [`Trend`]s, the quadrant of the joint analysis of spectrum and amplitude (JASA, Luttmann et
//! al. 2000), and a [`Finding`]. A slope whose confidence interval holds 0 is no change.
//!
//! A finding is withheld where the recording cannot bear one, and `missing` says why: too few points, too short a span, bad electrodes, too much
//! noise, a doubtful rate; and where the amplitude changes between contractions while nobody knows the force, as in a game. Even a stationary
//! muscle's median frequency scatters by some 11 Hz over contractions of 0.4 s, and by 4 Hz over 2 s.

mod trend;

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use trend::{MOST_POINTS, Trend, trend};

use super::features::{Feature, FeatureConfig, FeaturePlan, Features};
use crate::config::{config, within};
use crate::dsp::robust;
use crate::error::Result;
use crate::units::Rate;
use crate::warning::Missing;

/// What a point stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FatiguePer {
    /// A contraction where there are enough of them, else a window.
    #[default]
    Auto,
    /// A contraction, however long.
    Contraction,
    /// A window inside a contraction: for an effort that is held.
    Window,
}

config! {
    /// When a recording can tell of fatigue, and how it is measured.
    pub struct FatigueConfig {
        /// What a point stands for. Default: a contraction where there are `minimum_points` of them, else a window.
        per: FatiguePer = FatiguePer::Auto,
        /// Length of a window inside a contraction in ms. Default 1000: 500 to 1000 is the field's for fatigue.
        window_ms: f64 = 1000.0,
        /// Contractions shorter than this give no point, in ms. Default 250: one segment of the spectrum.
        minimum_ms: f64 = 250.0,
        /// Length of the spectrum's segments in ms. Default 250.
        segment_ms: f64 = 250.0,
        /// Confidence of the slopes' intervals. Default 0.95.
        confidence: f64 = 0.95,
        /// Fewest points of a trend, 5 to 4096. Default 5.
        minimum_points: u32 = 5,
        /// Shortest time from the first point to the last in s. Default 10.
        minimum_span_s: f64 = 10.0,
        /// Largest share of the recording with the electrode off or the amplifier clipped. Default 0.2.
        most_bad_share: f64 = 0.2,
        /// Least signal-to-noise ratio in dB. Default 6.
        least_snr_db: f64 = 6.0,
        /// Largest change of the amplitude between points, as a share, that a finding bears while the force is unknown: from the 5 % to the
        /// 95 % quantile. Default 0.5.
        most_amplitude_change: f64 = 0.5,
        /// Largest doubt of the sampling rate, as a share of it. Default 0.02.
        most_rate_doubt: f64 = 0.02,
    }
}

impl FatigueConfig {
    /// Refuses settings outside their ranges, by name.
    ///
    /// # Errors
    /// `config.out-of-range`.
    pub fn check(&self) -> Result<()> {
        let number = |name: &str, value: f64, range| within(&format!("emg.fatigue.{name}"), value, range);
        number("window_ms", self.window_ms, 50.0..=60_000.0)?;
        number("minimum_ms", self.minimum_ms, 50.0..=60_000.0)?;
        number("segment_ms", self.segment_ms, 50.0..=10_000.0)?;
        number("confidence", self.confidence, 0.8..=0.9999)?;
        number("minimum_points", f64::from(self.minimum_points), 5.0..=4096.0)?;
        number("minimum_span_s", self.minimum_span_s, 0.0..=86_400.0)?;
        number("most_bad_share", self.most_bad_share, 0.0..=1.0)?;
        number("least_snr_db", self.least_snr_db, -100.0..=200.0)?;
        number("most_amplitude_change", self.most_amplitude_change, 0.0..=100.0)?;
        number("most_rate_doubt", self.most_rate_doubt, 0.0..=1.0)
    }
}

/// What is known of the force behind the contractions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// Nothing, as in a game.
    #[default]
    Unknown,
    /// Constant and isometric, by the protocol.
    Constant,
}

/// What the points alone do not say of a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FatigueContext {
    /// Contractions over rest in dB; `None` where there is no rest to compare with, and then no finding either.
    pub snr_db: Option<f64>,
    /// Share of the recording with the electrode off or the amplifier clipped, 0 to 1.
    pub bad_share: f64,
    /// How far the sampling rate may be wrong, as a share of it; 0 where nothing speaks against it.
    pub rate_doubt: f64,
    /// What is known of the force.
    pub force: Force,
}

/// Spectrum and amplitude of a contraction or a window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FatiguePoint {
    /// Its middle, in seconds from the first sample.
    pub time_s: f64,
    /// Its length in seconds.
    pub duration_s: f64,
    /// Median frequency in Hz.
    pub mdf_hz: f64,
    /// Mean frequency in Hz.
    pub mnf_hz: f64,
    /// Root mean square, in the channel's unit.
    pub rms: f64,
}

/// Quadrant of the joint analysis of spectrum and amplitude.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Jasa {
    /// Amplitude up, spectrum down.
    Fatigue,
    /// Amplitude up, spectrum up.
    ForceIncrease,
    /// Amplitude down, spectrum up.
    Recovery,
    /// Amplitude down, spectrum down.
    ForceDecrease,
    /// One of the two does not change as far as the recording can tell.
    Undetermined,
}

impl Jasa {
    fn of(amplitude: i32, spectrum: i32) -> Self {
        match (amplitude, spectrum) {
            (1, -1) => Self::Fatigue,
            (1, 1) => Self::ForceIncrease,
            (-1, 1) => Self::Recovery,
            (-1, -1) => Self::ForceDecrease,
            _ => Self::Undetermined,
        }
    }
}

/// What the recording says of fatigue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The median frequency falls, and no larger fall of the amplitude can account for it.
    Fatigue,
    /// It does not, as far as the recording can tell.
    NoEvidence,
}

/// How spectrum and amplitude of a muscle change over a recording.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fatigue {
    /// What each trend is over, in order of time.
    pub points: Vec<FatiguePoint>,
    /// Confidence of the slopes' intervals.
    pub confidence: f64,
    /// Trend of the median frequency over time: Hz and seconds.
    pub mdf: Option<Trend>,
    /// Trend of the mean frequency over time: Hz and seconds.
    pub mnf: Option<Trend>,
    /// Trend of the root mean square over time: the channel's unit and seconds.
    pub rms: Option<Trend>,
    /// Slope of the median frequency in percent of its intercept per minute.
    pub mdf_percent_per_min: Option<f64>,
    /// Slope of the mean frequency in percent of its intercept per minute.
    pub mnf_percent_per_min: Option<f64>,
    /// Slope of the root mean square in percent of its intercept per minute.
    pub rms_percent_per_min: Option<f64>,
    /// Quadrant of spectrum and amplitude.
    pub jasa: Option<Jasa>,
    /// What the recording says of fatigue.
    pub finding: Option<Finding>,
    /// Why each `null` is one; paths are relative to this object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
}

/// The trends of points in order of time, and what they say.
///
/// ```
/// use myovox::emg::fatigue::{FatigueConfig, FatigueContext, FatiguePoint, Finding, Jasa, fatigue};
/// // Eight contractions in a minute: the spectrum falls, the amplitude rises.
/// let points: Vec<_> = (0..8)
///     .map(f64::from)
///     .map(|k| FatiguePoint { time_s: 8.0 * k, duration_s: 3.0, mdf_hz: 90.0 - 2.0 * k, mnf_hz: 110.0 - 2.0 * k, rms: 1e-4 + 2e-6 * k })
///     .collect();
/// let context = FatigueContext { snr_db: Some(20.0), ..FatigueContext::default() };
/// let found = fatigue(points, &context, &FatigueConfig::default())?;
/// assert_eq!((found.jasa, found.finding), (Some(Jasa::Fatigue), Some(Finding::Fatigue)));
/// assert_eq!(found.mdf.unwrap().slope, -0.25); // Hz per second
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `config.out-of-range` for a setting outside its range.
pub fn fatigue(points: Vec<FatiguePoint>, context: &FatigueContext, config: &FatigueConfig) -> Result<Fatigue> {
    config.check()?;
    let times: Vec<f64> = points.iter().map(|point| point.time_s).collect();
    let over_time = |value: fn(&FatiguePoint) -> f64| {
        trend(&times, &points.iter().map(value).collect::<Vec<_>>(), config.confidence)
    };
    let mut missing = Vec::new();
    let refused = no_trend(&points, context, config);
    let [mdf, mnf, rms] = match refused {
        Some(_) => [None; 3],
        None => [over_time(|p| p.mdf_hz), over_time(|p| p.mnf_hz), over_time(|p| p.rms)],
    };
    let (word, line) = refused.clone().unwrap_or(("not_finite", "a point is no number, or all have one time".into()));
    let mut percent = |name: &str, trend: &Option<Trend>| {
        let per_min = format!("{name}_percent_per_min");
        let Some(trend) = trend else {
            missing.extend([name.to_owned(), per_min].map(|path| Missing::new(path, word, line.clone())));
            return None;
        };
        if trend.intercept <= 0.0 {
            missing.push(Missing::new(per_min, "no_intercept", "the line is not above zero at the start"));
            return None;
        }
        Some(6000.0 * trend.slope / trend.intercept)
    };
    let percents = [percent("mdf", &mdf), percent("mnf", &mnf), percent("rms", &rms)];
    let directions = mdf.zip(rms).map(|(mdf, rms)| (rms.direction(), mdf.direction()));
    let jasa = directions.map(|(amplitude, spectrum)| Jasa::of(amplitude, spectrum));
    for (name, _) in
        [("mdf", mdf), ("mnf", mnf), ("rms", rms)].iter().filter(|(_, t)| t.is_some_and(|t| t.kendall_tau.is_none()))
    {
        let untold = |test| Missing::new(format!("{name}.{test}"), "constant", "all points have one value");
        missing.extend(["kendall_tau", "kendall_p"].map(untold));
    }
    if jasa.is_none() {
        missing.extend(["jasa", "finding"].map(|path| Missing::new(path, word, line.clone())));
    }
    let withheld = no_finding(&points, context, config);
    if let (Some((word, line)), Some(_)) = (&withheld, jasa) {
        missing.push(Missing::new("finding", word, line.clone()));
    }
    // Less force lowers the spectrum too, but by a smaller share than the amplitude.
    let weaker = percents[0].zip(percents[2]).is_some_and(|(spectrum, amplitude)| amplitude < spectrum);
    let finding = directions.filter(|_| withheld.is_none()).map(|directions| match directions {
        (-1, -1) if weaker => Finding::NoEvidence,
        (_, -1) => Finding::Fatigue,
        _ => Finding::NoEvidence,
    });
    let [mdf_percent_per_min, mnf_percent_per_min, rms_percent_per_min] = percents;
    let confidence = config.confidence;
    Ok(Fatigue {
        points,
        confidence,
        mdf,
        mnf,
        rms,
        mdf_percent_per_min,
        mnf_percent_per_min,
        rms_percent_per_min,
        jasa,
        finding,
        missing,
    })
}

type Refusal = Option<(&'static str, String)>;

/// Why the points have no trend.
fn no_trend(points: &[FatiguePoint], context: &FatigueContext, config: &FatigueConfig) -> Refusal {
    let n = points.len();
    let span_s = match points {
        [first, .., last] => last.time_s - first.time_s,
        _ => 0.0,
    };
    let percent = |share: f64| (100.0 * share).round();
    if n < config.minimum_points as usize {
        return Some(("too_few_points", format!("{n} contractions or windows, {} are needed", config.minimum_points)));
    }
    if n > MOST_POINTS {
        return Some(("too_many_points", format!("{n} contractions or windows, at most {MOST_POINTS} are compared")));
    }
    if span_s < config.minimum_span_s {
        let message = format!("the points span {span_s:.1} s, {} s are needed", config.minimum_span_s);
        return Some(("too_short", message));
    }
    if context.bad_share > config.most_bad_share {
        let message = format!(
            "the electrode was off or the amplifier clipped in {} % of the recording",
            percent(context.bad_share)
        );
        return Some(("bad_signal", message));
    }
    if context.rate_doubt > config.most_rate_doubt {
        let message =
            format!("the sampling rate may be wrong by {} %, and all frequencies with it", percent(context.rate_doubt));
        return Some(("rate_doubtful", message));
    }
    let snr_db = context.snr_db.filter(|snr_db| *snr_db < config.least_snr_db)?;
    Some(("low_snr", format!("contractions stand {snr_db:.1} dB above rest, {} dB are needed", config.least_snr_db)))
}

/// Why the trends bear no finding.
fn no_finding(points: &[FatiguePoint], context: &FatigueContext, config: &FatigueConfig) -> Refusal {
    if context.snr_db.is_none() {
        return Some(("snr_unknown", "there is no rest to compare the contractions with".into()));
    }
    let mut amplitudes: Vec<f64> = points.iter().map(|point| point.rms).collect();
    let (low, high) = (robust::quantile(&mut amplitudes, 0.05)?, robust::quantile(&mut amplitudes, 0.95)?);
    let changes = context.force == Force::Unknown && high > (1.0 + config.most_amplitude_change) * low;
    changes.then(|| {
        let message = format!(
            "the amplitude changes by more than {} % between contractions and the force is unknown",
            (100.0 * config.most_amplitude_change).round()
        );
        ("not_supported", message)
    })
}

/// How spectra inside contractions are estimated, every number fixed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SpectrumPlan {
    /// How the spectrum is estimated.
    pub estimator: String,
    /// The window of its segments.
    pub segment_window: String,
    /// Samples of a segment; a shorter stretch is one segment, with zeros behind it.
    pub segment_samples: usize,
    /// Samples from the start of a segment to that of the next.
    pub segment_hop_samples: usize,
    /// Band of mean and median frequency in Hz, edges included.
    pub band_hz: [f64; 2],
}

/// Measures the points of recordings at one rate.
#[derive(Clone, Debug)]
pub struct FatiguePlan {
    config: FatigueConfig,
    features: FeaturePlan,
}

impl FatiguePlan {
    /// Checks the settings and plans the spectrum, in the analysis band of `features`.
    ///
    /// # Errors
    /// As [`FeaturePlan::new`].
    pub fn new(config: &FatigueConfig, features: &FeatureConfig, rate: Rate) -> Result<Self> {
        config.check()?;
        let wanted = vec![Feature::Rms, Feature::Mnf, Feature::Mdf];
        let features = features.clone().features(wanted).segment_ms(config.segment_ms);
        Ok(Self { config: config.clone(), features: FeaturePlan::new(&features, rate)? })
    }

    /// How the spectra are estimated.
    pub fn spectrum(&self) -> SpectrumPlan {
        let summary = self.features.summary();
        SpectrumPlan {
            estimator: summary.estimator.clone(),
            segment_window: summary.segment_window.clone(),
            segment_samples: summary.segment_samples,
            segment_hop_samples: summary.segment_hop_samples,
            band_hz: summary.band_hz,
        }
    }

    /// The points of a band-passed channel, NaN in its gaps, whose contractions are `spans`: one for each contraction or window that is long enough
    /// and misses no more than a tenth of its samples. Parts of a span beyond the samples are left out.
    pub fn points(&self, conditioned: &[f64], spans: &[Range<usize>]) -> Vec<FatiguePoint> {
        let spans: Vec<Range<usize>> =
            spans.iter().map(|span| span.start.min(conditioned.len())..span.end.min(conditioned.len())).collect();
        self.points_of(conditioned, &spans, &self.inside(conditioned, &spans))
    }

    /// Amplitude and spectrum inside each of `spans`, which lie within the samples.
    pub(super) fn inside(&self, conditioned: &[f64], spans: &[Range<usize>]) -> Vec<Features> {
        let mut workspace = self.features.workspace();
        spans.iter().map(|span| self.features.stretch(&conditioned[span.clone()], None, &mut workspace)).collect()
    }

    /// The points of contractions of which it is known what is inside.
    pub(super) fn points_of(
        &self,
        conditioned: &[f64],
        spans: &[Range<usize>],
        inside: &[Features],
    ) -> Vec<FatiguePoint> {
        let rate = self.features.rate();
        let shortest = rate.samples_of_ms(self.config.minimum_ms);
        let contractions: Vec<(&Range<usize>, &Features)> =
            spans.iter().zip(inside).filter(|(span, _)| span.len() >= shortest).collect();
        let enough = contractions.len() >= self.config.minimum_points as usize;
        match self.config.per {
            FatiguePer::Auto if !enough => {}
            FatiguePer::Auto | FatiguePer::Contraction => {
                return contractions.into_iter().filter_map(|(span, found)| point(span, found, rate)).collect();
            }
            FatiguePer::Window => {}
        }
        let windows =
            windows(contractions.into_iter().map(|(span, _)| span), rate.samples_of_ms(self.config.window_ms));
        let inside = self.inside(conditioned, &windows);
        windows.iter().zip(&inside).filter_map(|(span, found)| point(span, found, rate)).collect()
    }
}

fn point(span: &Range<usize>, found: &Features, rate: Rate) -> Option<FatiguePoint> {
    Some(FatiguePoint {
        time_s: 0.5 * (rate.seconds(span.start) + rate.seconds(span.end)),
        duration_s: rate.seconds(span.len()),
        mdf_hz: found.get(Feature::Mdf)?,
        mnf_hz: found.get(Feature::Mnf)?,
        rms: found.get(Feature::Rms)?,
    })
}

/// The whole windows inside the spans.
fn windows<'a>(spans: impl Iterator<Item = &'a Range<usize>>, length: usize) -> Vec<Range<usize>> {
    let inside = |span: &Range<usize>| {
        let (start, count) = (span.start, span.len() / length);
        (0..count).map(move |k| start + k * length..start + (k + 1) * length)
    };
    spans.flat_map(inside).collect()
}
