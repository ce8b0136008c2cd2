//! The prior clinical application's algorithm (`ggustin93/emg-c3d-analyzer`, commit 6ec705a), to the sample: `compat`.
//!
//! Reproduced are its gates, its envelope, its contractions and its judgement of them, so that old results can be compared with new ones. They are
//! not to be treated by: the threshold is a share of the maximum, so that one spike hides every contraction; noise alone gives contractions; short
//! pieces are dropped before they could be merged; long holds are cut; smoothing moves both edges outward by 50 ms; smoothing counts samples, not
//! time; a missing maximal contraction is estimated from the recording that is then judged by it; two of its limits are absolute and mean volts.
//! Where it lets a channel vanish, [`run`] says why.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{config, within};
use crate::dsp::iir::{Band, Extension, Workspace, ZeroPhase, butterworth};
use crate::dsp::moving::{self, Edges, Moving, Statistic};
use crate::dsp::robust;
use crate::error::{Error, Result};
use crate::units::Rate;

/// Its filters' padding: three times the coefficients of one polynomial of order 4.
const PADDING: usize = 15;

/// Fewer samples are refused.
const LEAST_SAMPLES: usize = 1000;

/// Durations that are accepted, in s.
const DURATION_S: std::ops::RangeInclusive<f64> = 10.0..=600.0;

/// A smaller standard deviation is refused, in the unit of the samples.
const LEAST_DEVIATION: f64 = 1e-10;

/// A smaller maximum holds no contraction, in the unit of the samples.
const LEAST_MAXIMUM: f64 = 1e-9;

/// Quantile of the envelope that stands for a maximal contraction where none is given.
const ESTIMATE_QUANTILE: f64 = 0.95;

config! {
    /// The prior application's options. Channels go by their base names: the label without ` Raw` and ` activated`.
    pub struct PriorConfig {
        /// Threshold as a share of the maximum of the envelope. Default 0.1.
        threshold: f64 = 0.1,
        /// Threshold as a share of the maximum of an "activated" channel. Default 0.05.
        threshold_activated: f64 = 0.05,
        /// Moving average of the timing signal, in samples whatever the rate. Default 100.
        smoothing_samples: u32 = 100,
        /// Shortest run, before merging, in ms. Default 100.
        minimum_ms: f64 = 100.0,
        /// A run that begins earlier than this after the one before is dropped, in ms. Default 0: none.
        refractory_ms: f64 = 0.0,
        /// Runs no further apart are one, in ms. Default 200.
        merge_ms: f64 = 200.0,
        /// What is longer is cut into pieces so long, in ms. Default 10 000.
        maximum_ms: f64 = 10_000.0,
        /// Maximal contraction of channels without one of their own, in the unit of the samples; absent: estimated from the recording itself.
        mvc: Option<f64> = None,
        /// Maximal contraction by channel.
        mvc_of: BTreeMap<String, f64> = BTreeMap::new(),
        /// Share of the maximal contraction that a contraction must reach, in percent. Default 75.
        percentage: f64 = 75.0,
        /// The same by channel.
        percentage_of: BTreeMap<String, f64> = BTreeMap::new(),
        /// How long a contraction must last, in ms; absent: as long as it likes. Default 2000.
        duration_ms: Option<f64> = Some(2000.0),
        /// The same by channel.
        duration_ms_of: BTreeMap<String, f64> = BTreeMap::new(),
    }
}

impl PriorConfig {
    fn check(&self) -> Result<()> {
        let field = |name: &str| format!("emg.methods.compat.{name}");
        within(&field("threshold"), self.threshold, 0.0..=1.0)?;
        within(&field("threshold_activated"), self.threshold_activated, 0.0..=1.0)?;
        within(&field("smoothing_samples"), f64::from(self.smoothing_samples), 1.0..=1e6)?;
        within(&field("minimum_ms"), self.minimum_ms, 0.0..=600_000.0)?;
        within(&field("refractory_ms"), self.refractory_ms, 0.0..=600_000.0)?;
        within(&field("merge_ms"), self.merge_ms, 0.0..=600_000.0)?;
        within(&field("maximum_ms"), self.maximum_ms, 1.0..=600_000.0)?;
        for mvc in self.mvc.iter().chain(self.mvc_of.values()) {
            within(&field("mvc"), *mvc, f64::MIN_POSITIVE..=f64::MAX)?;
        }
        for percentage in [self.percentage].iter().chain(self.percentage_of.values()) {
            within(&field("percentage"), *percentage, 0.0..=1000.0)?;
        }
        for ms in self.duration_ms.iter().chain(self.duration_ms_of.values()) {
            within(&field("duration_ms"), *ms, 0.0..=600_000.0)?;
        }
        Ok(())
    }
}

/// An analog channel as the file holds it.
#[derive(Clone, Copy, Debug)]
pub struct PriorInput<'a> {
    /// Its label.
    pub label: &'a str,
    /// Its samples, in volts where the absolute limits are to mean what they meant.
    pub samples: &'a [f64],
}

/// Why the prior application lets a channel vanish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Less than 1000 samples or 10 s.
    TooShort,
    /// More than 600 s.
    TooLong,
    /// A standard deviation below 1e-10 in the unit of the samples.
    Flat,
    /// NaN or infinity among the samples.
    NotFinite,
}

/// A contraction as the prior application counts it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PriorContraction {
    /// First sample above the threshold.
    pub start: usize,
    /// First sample that is not; the last sample where the recording ends before.
    pub end: usize,
    /// `start` in ms.
    pub start_ms: f64,
    /// `end` in ms.
    pub end_ms: f64,
    /// `end - start` in ms.
    pub duration_ms: f64,
    /// Mean magnitude of the envelope from `start` to `end`, both included.
    pub mean: f64,
    /// Maximum of the same.
    pub max: f64,
    /// Whether `max` reaches the threshold of intensity.
    pub meets_mvc: bool,
    /// Whether it lasts long enough; `null` where no duration is asked for.
    pub meets_duration: Option<bool>,
    /// Both, or the first where no duration is asked for.
    pub is_good: bool,
}

/// A channel as the prior application reports it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PriorChannel {
    /// Base name.
    pub name: String,
    /// Why there is nothing; `null` where there is.
    pub refused: Option<Refusal>,
    /// The intensity to reach, in the unit of the samples; `null` for a channel that was refused.
    pub mvc_threshold: Option<f64>,
    /// Whether that was estimated from the recording itself.
    pub mvc_estimated: bool,
    /// In order of time.
    pub contractions: Vec<PriorContraction>,
}

/// The prior application's outcome for the channels of one recording, in the order in which it visits them.
///
/// # Errors
/// `config.out-of-range` for an option outside its range, a maximal contraction of 0 among them; `dsp.filter-edge` where the rate cannot hold 20 Hz.
pub fn run(channels: &[PriorInput<'_>], rate: Rate, config: &PriorConfig) -> Result<Vec<PriorChannel>> {
    config.check()?;
    let base = |label: &str| label.trim_end_matches(" activated").trim_end_matches(" Raw").to_owned();
    let names: BTreeSet<String> = channels.iter().map(|channel| base(channel.label)).collect();
    let find = |name: &str, ending: &str| {
        channels.iter().find(|channel| channel.label.strip_suffix(ending).is_some_and(|rest| rest == name))
    };
    let outcomes = names.into_iter().filter_map(|name| {
        let raw = find(&name, " Raw").or_else(|| find(&name, ""))?;
        let activated = find(&name, " activated").map(|channel| channel.samples);
        Some(channel(&name, raw.samples, activated, rate, config))
    });
    outcomes.collect()
}

/// The contractions of one channel alone, half open.
pub(super) fn spans(samples: &[f64], rate: Rate, config: &PriorConfig) -> Result<Vec<Range<usize>>> {
    config.check()?;
    if let Some(refusal) = refusal(samples, rate) {
        let found = match refusal {
            Refusal::TooShort | Refusal::TooLong => format!("{} samples at {} Hz", samples.len(), rate.hz()),
            Refusal::Flat => "a standard deviation below 1e-10".to_owned(),
            Refusal::NotFinite => "NaN or infinity".to_owned(),
        };
        return Err(Error::data("emg.prior-refused", "the prior application drops this channel")
            .found(found)
            .expected("10 to 600 s and 1000 samples or more, finite, in volts"));
    }
    let envelope = envelope(samples, rate)?;
    contractions(&envelope, config.threshold, rate, config)
}

fn channel(
    name: &str,
    samples: &[f64],
    activated: Option<&[f64]>,
    rate: Rate,
    config: &PriorConfig,
) -> Result<PriorChannel> {
    let refused = refusal(samples, rate);
    if refused.is_some() {
        let name = name.to_owned();
        return Ok(PriorChannel { name, refused, mvc_threshold: None, mvc_estimated: false, contractions: Vec::new() });
    }
    let envelope = envelope(samples, rate)?;
    let given = config.mvc_of.get(name).copied().or(config.mvc);
    let percentage = config.percentage_of.get(name).copied().unwrap_or(config.percentage);
    let mvc = given.or_else(|| robust::quantile(&mut envelope.clone(), ESTIMATE_QUANTILE)).unwrap_or(0.0);
    let threshold = mvc * percentage / 100.0;
    let least_ms = config.duration_ms_of.get(name).copied().or(config.duration_ms);
    let spans = match activated {
        Some(timing) => contractions(timing, config.threshold_activated, rate, config)?,
        None => contractions(&envelope, config.threshold, rate, config)?,
    };
    let judge = |span: Range<usize>| judge(&envelope, span, rate, threshold, least_ms);
    Ok(PriorChannel {
        name: name.to_owned(),
        refused,
        mvc_threshold: Some(threshold),
        mvc_estimated: given.is_none(),
        contractions: spans.into_iter().map(judge).collect(),
    })
}

fn refusal(samples: &[f64], rate: Rate) -> Option<Refusal> {
    let (n, seconds) = (samples.len(), rate.seconds(samples.len()));
    if n < LEAST_SAMPLES || seconds < *DURATION_S.start() {
        return Some(Refusal::TooShort);
    }
    if seconds > *DURATION_S.end() {
        return Some(Refusal::TooLong);
    }
    if samples.iter().any(|v| !v.is_finite()) {
        return Some(Refusal::NotFinite);
    }
    let mean = samples.iter().sum::<f64>() / n as f64;
    let variance = samples.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n as f64;
    (variance.sqrt() < LEAST_DEVIATION).then_some(Refusal::Flat)
}

/// Truncated, as it truncates.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, negatives become 0")]
fn samples_of(ms: f64, rate: Rate) -> usize {
    (ms / 1000.0 * rate.hz()) as usize
}

/// Moving average with zeros beyond the ends, as `numpy.convolve` of mode `same`.
fn average(x: &[f64], window: usize) -> Result<Vec<f64>> {
    let mut y = vec![0.0; x.len()];
    Moving::new(Statistic::Mean, window.max(1), Edges::Zero)?.run(x, &mut y, &mut moving::Workspace::default())?;
    Ok(y)
}

/// High-passed at 20 Hz, rectified, low-passed at 10 Hz, averaged over 50 ms; it may become negative.
fn envelope(samples: &[f64], rate: Rate) -> Result<Vec<f64>> {
    let filter = |band| Ok::<_, Error>(ZeroPhase::new(butterworth(4, band, rate)?, Extension::Odd, Some(PADDING)));
    let (mut high, mut low) = (vec![0.0; samples.len()], vec![0.0; samples.len()]);
    let mut workspace = Workspace::default();
    filter(Band::HighPass(20.0))?.run(samples, &mut high, &mut workspace)?;
    for v in &mut high {
        *v = v.abs();
    }
    filter(Band::LowPass(10.0))?.run(&high, &mut low, &mut workspace)?;
    average(&low, samples_of(50.0, rate))
}

fn contractions(timing: &[f64], share: f64, rate: Rate, config: &PriorConfig) -> Result<Vec<Range<usize>>> {
    let magnitudes: Vec<f64> = timing.iter().map(|v| v.abs()).collect();
    let smoothed = average(&magnitudes, config.smoothing_samples as usize)?;
    let maximum = smoothed.iter().fold(0.0, |maximum: f64, v| maximum.max(*v));
    if maximum < LEAST_MAXIMUM {
        return Ok(Vec::new());
    }
    let level = share * maximum;
    let mut runs = super::runs_where(smoothed.len(), |i| smoothed[i] > level);
    if let Some(last) = runs.last_mut().filter(|last| last.end == smoothed.len()) {
        last.end -= 1;
    }
    let samples = |ms: f64| samples_of(ms, rate);
    runs.retain(|run| run.len() >= samples(config.minimum_ms));
    let runs = settle(runs, samples(config.refractory_ms), samples(config.merge_ms));
    Ok(split(runs, samples(config.maximum_ms).max(1)))
}

/// Drops what begins within the refractory time, then merges.
fn settle(runs: Vec<Range<usize>>, refractory: usize, merge: usize) -> Vec<Range<usize>> {
    let mut free = 0;
    let apart = runs.into_iter().filter(|run| {
        let taken = run.start >= free;
        if taken {
            free = run.end + refractory;
        }
        taken
    });
    let mut merged: Vec<Range<usize>> = Vec::new();
    for run in apart {
        match merged.last_mut() {
            Some(last) if run.start - last.end <= merge => last.end = run.end,
            _ => merged.push(run),
        }
    }
    merged
}

/// Cuts what is longer than `longest` into pieces with one sample between them.
fn split(runs: Vec<Range<usize>>, longest: usize) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    for run in runs {
        let mut start = run.start;
        while run.end > start {
            let end = run.end.min(start + longest);
            pieces.push(start..end);
            start = end + 1;
        }
    }
    pieces
}

fn judge(envelope: &[f64], span: Range<usize>, rate: Rate, threshold: f64, least_ms: Option<f64>) -> PriorContraction {
    let ms = |samples: usize| 1000.0 * samples as f64 / rate.hz();
    let inside = &envelope[span.start..=span.end.min(envelope.len() - 1)];
    let mean = inside.iter().map(|v| v.abs()).sum::<f64>() / inside.len() as f64;
    let max = inside.iter().fold(0.0, |max: f64, v| max.max(v.abs()));
    let meets_mvc = max >= threshold;
    let meets_duration = least_ms.map(|least| ms(span.len()) >= least);
    PriorContraction {
        start: span.start,
        end: span.end,
        start_ms: ms(span.start),
        end_ms: ms(span.end),
        duration_ms: ms(span.len()),
        mean,
        max,
        meets_mvc,
        meets_duration,
        is_good: meets_mvc && meets_duration.unwrap_or(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_is_cut_with_one_sample_between() {
        assert_eq!(split(std::iter::once(0..25_000).collect(), 10_000), [0..10_000, 10_001..20_001, 20_002..25_000]);
        assert_eq!(split(std::iter::once(5..10_005).collect(), 10_000), std::slice::from_ref(&(5..10_005)));
    }

    #[test]
    fn a_refractory_time_drops_what_begins_within_it() {
        assert_eq!(settle(vec![0..100, 150..300, 350..500], 100, 0), [0..100, 350..500]);
        assert_eq!(settle(vec![0..100, 150..300, 600..700], 0, 50), [0..300, 600..700]);
    }

    #[test]
    fn why_a_channel_vanishes_is_said() {
        let rate = Rate::new(1000.0).unwrap();
        let wave: Vec<f64> = (0..20_000).map(|i| f64::from(i % 7)).collect();
        let mut with_nan = wave.clone();
        with_nan[5] = f64::NAN;
        let refused = |samples: &[f64]| {
            run(&[PriorInput { label: "CH1 Raw", samples }], rate, &PriorConfig::default()).unwrap().remove(0).refused
        };
        assert_eq!(refused(&wave), None);
        assert_eq!(refused(&wave[..9900]), Some(Refusal::TooShort));
        assert_eq!(refused(&vec![1.0; 601_000]), Some(Refusal::TooLong));
        assert_eq!(refused(&vec![1.0; 20_000]), Some(Refusal::Flat));
        assert_eq!(refused(&with_nan), Some(Refusal::NotFinite));
        assert_eq!(spans(&with_nan, rate, &PriorConfig::default()).unwrap_err().code(), "emg.prior-refused");
    }
}
