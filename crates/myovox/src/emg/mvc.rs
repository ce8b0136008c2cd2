//! Maximal voluntary contractions (MVC): the level that amplitudes are held against, and how far it can be believed.
//!
//! `given` by a person, `carried` from an earlier session, from a `calibration` recording ([`calibrate`]: the best 500 ms of the envelope over all
//! trials), or `estimated` from the recording itself (the 95th percentile of the envelope inside its contractions). The last one is marked and
//! never used to say that a contraction reached a share of the maximum: it would judge a recording by itself. A confidence has one meaning
//! throughout: the agreement of repeated measurements of the same value, the smaller over the larger, 0 to 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::given::{ChannelSession, GivenMvcSource, MvcUnit, Session};
use super::plan::{Plan, Signal};
use super::session::Channel;
use super::{ChannelSignals, Contraction, EmgConfig, Role};
use crate::dsp::robust;
use crate::error::{Error, Result};
use crate::simd::Level;
use crate::units::{Rate, Span};
use crate::warning::Warning;

/// Where a maximal voluntary contraction is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MvcSource {
    /// Given by a person.
    Given,
    /// From a calibration recording.
    Calibration,
    /// From an earlier session.
    Carried,
    /// From the recording itself: marked, and held against nothing.
    Estimated,
}

/// A maximal voluntary contraction of one channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Mvc {
    /// In the channel's unit.
    pub value: f64,
    /// Where it is from.
    pub source: MvcSource,
    /// When it was measured.
    pub date: Option<String>,
    /// Agreement of repeated measurements, 0 to 1.
    pub confidence: Option<f64>,
}

/// Share of the envelope inside contractions that lies below an estimated MVC.
const ESTIMATED_QUANTILE: f64 = 0.95;

/// An MVC from the recording itself: the 95th percentile of the envelope inside the contractions. Its confidence is the agreement of every other
/// contraction with those between, by their mean peaks. `None` without contractions.
pub fn estimate(contractions: &[Contraction], envelope: &[f64]) -> Option<Mvc> {
    let inside = contractions.iter().flat_map(|c| envelope.get(c.onset..c.offset).unwrap_or_default());
    let mut values: Vec<f64> = inside.copied().filter(|v| !v.is_nan()).collect();
    let value = robust::quantile(&mut values, ESTIMATED_QUANTILE).filter(|value| *value > 0.0)?;
    let mean_peak = |first: usize| {
        let peaks: Vec<f64> = contractions.iter().skip(first).step_by(2).map(|c| c.peak).collect();
        peaks.iter().sum::<f64>() / peaks.len() as f64
    };
    let confidence = (contractions.len() >= 2).then(|| agreement(mean_peak(0), mean_peak(1)));
    Some(Mvc { value, source: MvcSource::Estimated, date: None, confidence })
}

fn agreement(a: f64, b: f64) -> f64 {
    a.min(b) / a.max(b)
}

/// One trial of a calibration recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial {
    /// Where it stands.
    pub span: Span,
    /// The best mean of the envelope in it, in the channel's unit.
    pub value: f64,
}

/// What a calibration recording tells of one muscle.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// Label of the channel.
    pub label: String,
    /// Unit of the values; `None` where the recording states none.
    pub unit: Option<String>,
    /// The largest value of the trials.
    pub value: f64,
    /// The second best trial over the best; `None` of a single trial.
    pub confidence: Option<f64>,
    /// The trials, in order of time.
    pub trials: Vec<Trial>,
}

/// The MVC of each muscle of a calibration recording: of each contraction that is long enough the best mean of the envelope over
/// `emg.score.mvc_window_ms`, and of these the largest. A muscle without such a contraction has none, which is a warning; so are fewer than
/// three trials, and trials that differ from the best by more than `emg.score.mvc_trials_pct`.
///
/// # Errors
/// As [`analyze`](super::analyze()).
pub fn calibrate(
    signals: &[Signal<'_>],
    rate: Option<Rate>,
    config: &EmgConfig,
    level: Level,
) -> Result<(Vec<Calibration>, Vec<Warning>)> {
    const TRIALS: usize = 3;
    let analysis = super::analyze(signals, rate, config, level)?;
    let mut warnings = analysis.warnings;
    let mut calibrations = Vec::new();
    let (Some(done), true) = (analysis.emg.plan, analysis.roles.contains(&Role::Muscle)) else {
        return Ok((calibrations, warnings));
    };
    let rate = Rate::new(done.rate_hz)?;
    let plan = Plan::new(config, rate, level)?;
    let window = rate.samples_of_ms(config.score.mvc_window_ms);
    for channel in &analysis.emg.channels {
        let Some(signal) = signals.get(channel.index) else { continue };
        let ChannelSignals { envelope, .. } = plan.signals(signal.samples)?;
        let trial = |c: &Contraction| {
            let value = best_window(envelope.get(c.onset..c.offset)?, window)?;
            Some(Trial { span: Span::new(c.onset, c.offset, rate), value })
        };
        let trials: Vec<Trial> = channel.contractions.iter().filter_map(trial).collect();
        let warning = |code: &'static str, message: String| Warning::new(code, message).channel(channel.label.as_str());
        let mut values: Vec<f64> = trials.iter().map(|trial| trial.value).collect();
        values.sort_unstable_by(|a, b| b.total_cmp(a));
        let Some(best) = values.first().copied().filter(|best| *best > 0.0) else {
            let message = format!("no contraction of {} ms or more to calibrate from", config.score.mvc_window_ms);
            warnings.push(warning("emg.mvc-no-trial", message));
            continue;
        };
        if values.len() < TRIALS {
            let message = format!("{} trials, where {TRIALS} or more are usual", values.len());
            warnings.push(warning("emg.mvc-few-trials", message));
        }
        let apart = values.iter().filter(|value| 100.0 * (best - **value) > config.score.mvc_trials_pct * best).count();
        if apart > 0 {
            let message = format!(
                "{apart} of {} trials lie more than {} % below the best",
                values.len(),
                config.score.mvc_trials_pct
            );
            warnings.push(warning("emg.mvc-trials-differ", message));
        }
        calibrations.push(Calibration {
            label: channel.label.clone(),
            unit: channel.unit.clone(),
            value: best,
            confidence: values.get(1).map(|second| second / best),
            trials,
        });
    }
    Ok((calibrations, warnings))
}

/// The largest mean over `window` samples of `envelope` without a gap; `None` where no such window exists.
pub(super) fn best_window(envelope: &[f64], window: usize) -> Option<f64> {
    let whole = |part: &[f64]| (part.len() >= window).then(|| largest_mean(part, window));
    envelope.split(|v| v.is_nan()).filter_map(whole).max_by(f64::total_cmp)
}

/// By prefix sums: an envelope is nowhere negative, so that nothing cancels.
fn largest_mean(envelope: &[f64], window: usize) -> f64 {
    let mut sums = vec![0.0];
    let mut sum = 0.0;
    for v in envelope {
        sum += v;
        sums.push(sum);
    }
    let largest = sums.iter().zip(&sums[window..]).map(|(before, after)| after - before).fold(0.0, f64::max);
    largest / window as f64
}

impl Session {
    /// The session with the values of a calibration recording, for the channels that have none of their own.
    #[must_use]
    pub fn calibrated(mut self, calibrations: &[Calibration]) -> Self {
        for calibration in calibrations {
            let known = self.channels.keys().find(|label| super::given::same(label, &calibration.label)).cloned();
            let channel = self.channels.entry(known.unwrap_or_else(|| calibration.label.clone())).or_default();
            if channel.mvc_value.is_none() {
                let (value, unit) = stated(calibration);
                channel.mvc_value = Some(value);
                channel.mvc_unit = Some(unit);
                channel.mvc_source = Some(GivenMvcSource::Calibration);
                channel.mvc_confidence = calibration.confidence;
            }
        }
        self
    }
}

/// Value and unit as a session file writes them; what is neither stated nor volts is in the recordings' own unit.
fn stated(calibration: &Calibration) -> (f64, MvcUnit) {
    match calibration.unit.as_deref().and_then(prefix) {
        Some(0) => (calibration.value, MvcUnit::V),
        Some(1) => (calibration.value, MvcUnit::Millivolt),
        Some(2) => (calibration.value, MvcUnit::Microvolt),
        Some(k) => (scaled(calibration.value, k, 2), MvcUnit::Microvolt),
        None => (calibration.value, MvcUnit::Recording),
    }
}

/// Volts by their prefix: 0 for V, 1 for mV, 2 for µV, 3 for nV.
fn prefix(unit: &str) -> Option<usize> {
    let unit = unit.trim().to_lowercase().replace(['µ', 'μ'], "u");
    let unit = unit.replace("micro", "u").replace("milli", "m").replace("nano", "n");
    let (k, base) = match unit.chars().next()? {
        'm' => (1, &unit[1..]),
        'u' => (2, &unit[1..]),
        'n' => (3, &unit[1..]),
        _ => (0, unit.as_str()),
    };
    matches!(base, "v" | "volt" | "volts").then_some(k)
}

/// From one prefix to another. Powers of ten up to 1e9 are exact, so this rounds once.
fn scaled(value: f64, from: usize, to: usize) -> f64 {
    const THOUSANDS: [f64; 4] = [1.0, 1e3, 1e6, 1e9];
    if to >= from { value * THOUSANDS[to - from] } else { value / THOUSANDS[from - to] }
}

/// Peak over MVC beyond which a unit that was only assumed is not believed, up or down.
const BELIEVED: f64 = 100.0;

/// The MVC that the session gives a channel, in the channel's unit.
///
/// # Errors
/// `session.unit-mismatch` for a channel whose unit is no voltage.
pub(super) fn given(entry: &ChannelSession, channel: &Channel, warnings: &mut Vec<Warning>) -> Result<Option<Mvc>> {
    let (Some(value), Some(unit)) = (entry.mvc_value, entry.mvc_unit) else { return Ok(None) };
    let from = match unit {
        MvcUnit::V => 0,
        MvcUnit::Millivolt => 1,
        MvcUnit::Microvolt => 2,
        MvcUnit::Recording => return Ok(Some(mvc(entry, value))),
    };
    let Some(stated) = channel.unit.as_deref() else {
        let value = scaled(value, from, 0);
        let unit = "\"recording\" as mvc_unit compares without a unit";
        if channel.parameters.amplitude_peak.is_some_and(|peak| peak > BELIEVED * value || value > BELIEVED * peak) {
            let message =
                format!("the file states no unit, and in volts the MVC of {value} V cannot be; not used; {unit}");
            warnings.push(Warning::new("emg.unit-unknown", message).channel(channel.label.as_str()));
            return Ok(None);
        }
        let message = format!("the file states no unit; taken for volts, to compare with the MVC of {value} V; {unit}");
        warnings.push(Warning::new("emg.unit-assumed", message).channel(channel.label.as_str()));
        return Ok(Some(mvc(entry, value)));
    };
    let to = prefix(stated).ok_or_else(|| {
        Error::config("session.unit-mismatch", "an MVC in volts for a channel that is not")
            .field(format!("channels.{}.mvc_unit", channel.label))
            .found(format!("a channel in \"{stated}\""))
            .expected("\"recording\", for a value in the channel's own unit")
    })?;
    Ok(Some(mvc(entry, scaled(value, from, to))))
}

fn mvc(entry: &ChannelSession, value: f64) -> Mvc {
    let source = match entry.mvc_source {
        None | Some(GivenMvcSource::Given) => MvcSource::Given,
        Some(GivenMvcSource::Calibration) => MvcSource::Calibration,
        Some(GivenMvcSource::Carried) => MvcSource::Carried,
    };
    Mvc { value, source, date: entry.mvc_date.clone(), confidence: entry.mvc_confidence }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_window_is_the_best_mean_without_a_gap() {
        let mut envelope = vec![1.0; 100];
        envelope[40..60].fill(5.0);
        assert_eq!(best_window(&envelope, 20), Some(5.0));
        assert_eq!(best_window(&envelope, 40), Some(3.0));
        envelope[50] = f64::NAN;
        assert_eq!(best_window(&envelope, 20), Some((10.0 + 50.0) / 20.0));
        assert_eq!(best_window(&envelope, 60), None);
        assert_eq!(best_window(&[], 1), None);
    }

    #[test]
    fn volts_are_volts_by_any_prefix() {
        for (unit, k) in [("V", 0), ("mV", 1), ("µV", 2), ("uV", 2), ("microvolts", 2), ("nV", 3), (" Volts ", 0)] {
            assert_eq!(prefix(unit), Some(k), "{unit}");
        }
        for unit in ["", "N", "mm", "m", "u", "ADC"] {
            assert_eq!(prefix(unit), None, "{unit}");
        }
        assert_eq!((scaled(150.0, 2, 0), scaled(0.15, 1, 2), scaled(1.5e-4, 0, 2)), (1.5e-4, 150.0, 150.0));
    }
}
