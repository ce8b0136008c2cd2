//! What a report holds of the muscles: per channel and for the session.
//!
//! Beside what was measured stands what it was held against ([`Input`]): each value with its origin, as a score is only as good as what a person
//! wrote down for it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::condition::BandPlan;
use super::detect::{Contraction, Thresholds};
use super::envelope::EnvelopePlan;
use super::fatigue::{Fatigue, SpectrumPlan};
use super::gaps::Gap;
use super::mvc::MvcSource;
use super::quality::Quality;
use super::score::{Scores, Side};

/// The muscle part of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Emg {
    /// What was done, every number fixed; `null` where no channel is a muscle.
    pub plan: Option<EmgPlan>,
    /// The muscles, in the order of the file's channels.
    pub channels: Vec<Channel>,
    /// All muscles together; `null` where no channel is a muscle.
    pub session: Option<SessionParameters>,
}

/// What was done, every number fixed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EmgPlan {
    /// Sampling rate in Hz.
    pub rate_hz: f64,
    /// The band that was kept.
    pub band: BandPlan,
    /// The envelope that was used.
    pub envelope: EnvelopePlan,
    /// Longest gap that was bridged, in samples.
    pub bridge_samples: usize,
    /// Longest pause inside a contraction, in samples.
    pub merge_samples: usize,
    /// Shortest contraction, in samples.
    pub minimum_samples: usize,
    /// How spectra inside contractions are estimated.
    pub spectrum: SpectrumPlan,
}

/// One muscle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Channel {
    /// Index of the analog channel in the file, from 0.
    pub index: usize,
    /// Label.
    pub label: String,
    /// Unit of all amplitudes of this channel, as the file states it.
    pub unit: Option<String>,
    /// What was measured of the signal, and what is wrong with it.
    pub quality: Quality,
    /// Stretches that were cut out.
    pub gaps: Vec<Gap>,
    /// Number of samples in gaps that were bridged.
    pub bridged_samples: usize,
    /// The levels that decided; `null` where there is no signal.
    pub thresholds: Option<Thresholds>,
    /// Every stretch in which the muscle is more than at rest, in order of time.
    pub activations: Vec<Activation>,
    /// The contractions, the efforts among the activations that a therapist counts, in order of time.
    pub contractions: Vec<Contraction>,
    /// Their summary.
    pub parameters: ChannelParameters,
    /// How their spectrum and amplitude change over the recording.
    pub fatigue: Fatigue,
}

/// Summary of one muscle. Amplitudes are in the channel's unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelParameters {
    /// Number of contractions.
    pub contractions: usize,
    /// Contractions per minute of signal.
    pub contractions_per_min: Option<f64>,
    /// Time in contraction, in seconds.
    pub active_s: f64,
    /// Share of the signal in contraction, 0 to 1.
    pub active_share: Option<f64>,
    /// Mean duration of a contraction in seconds.
    pub duration_mean_s: Option<f64>,
    /// Duration of the shortest contraction in seconds.
    pub duration_min_s: Option<f64>,
    /// Duration of the longest contraction in seconds.
    pub duration_max_s: Option<f64>,
    /// Mean pause between contractions in seconds.
    pub pause_mean_s: Option<f64>,
    /// Mean of the contractions' mean envelopes.
    pub amplitude_mean: Option<f64>,
    /// Largest envelope in a contraction.
    pub amplitude_peak: Option<f64>,
    /// Root mean square of the band-passed signal in contractions.
    pub rms_active: Option<f64>,
    /// Root mean square of the band-passed signal outside contractions, or in the stretches that the session file calls rest.
    pub rms_rest: Option<f64>,
    /// `20 log10(rms_active / rms_rest)`.
    pub snr_db: Option<f64>,
    /// Side of the body, as given; never guessed from a label.
    pub side: Option<Side>,
    /// Name of the muscle, as given.
    pub muscle: Option<String>,
    /// Value of a maximal voluntary contraction (MVC).
    pub mvc_value: Option<f64>,
    /// Where it is from; an estimated one is held against nothing.
    pub mvc_source: Option<MvcSource>,
    /// When it was measured.
    pub mvc_date: Option<String>,
    /// Agreement of the measurements that it is from, the smaller over the larger, 0 to 1: of the two best trials of a calibration recording, of
    /// every other contraction with those between for an estimate.
    pub mvc_confidence: Option<f64>,
    /// What a contraction's peak should reach, in percent of the MVC.
    pub target_intensity_pct: f64,
    /// The same in the channel's unit.
    pub threshold_value: Option<f64>,
    /// Time that a contraction should last, in seconds.
    pub target_duration_s: Option<f64>,
    /// Contractions that were asked for.
    pub target_contractions: Option<u32>,
    /// Mean of the contractions' mean envelopes, in percent of the MVC.
    pub amplitude_mean_pct: Option<f64>,
    /// Contractions whose peak reached the threshold.
    pub reached_intensity: Option<usize>,
    /// Contractions that lasted long enough.
    pub reached_duration: Option<usize>,
    /// Contractions over their target, at most 1.
    pub completion_rate: Option<f64>,
    /// Share of the contractions that reached the threshold.
    pub intensity_rate: Option<f64>,
    /// Share of the contractions that lasted long enough.
    pub duration_rate: Option<f64>,
    /// 100 times the weighted mean of the rates that are known.
    pub score: Option<f64>,
}

/// Summary of all muscles of a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SessionParameters {
    /// Duration of the recording in seconds.
    pub duration_s: f64,
    /// Number of muscles analysed.
    pub channels: usize,
    /// Number of contractions of all muscles.
    pub contractions: usize,
    /// Time in which at least one muscle is in contraction, in seconds.
    pub active_s: f64,
    /// The same as a share of the duration, 0 to 1.
    pub active_share: Option<f64>,
    /// Time in which two or more muscles are in contraction together, in seconds.
    pub coactive_s: f64,
    /// What the contractions were held against: everything that no signal tells, with its origin. What is not here was not known.
    pub inputs: Vec<Input>,
    /// The scores.
    pub scores: Scores,
}

/// A value that no signal tells, and where it is from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// Its key in a session file: `bfr.pressure_percent_aop`; of a channel without the label: `mvc_value`.
    pub key: String,
    /// Label of the channel that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The value that was used; amplitudes in the channel's unit.
    pub value: InputValue,
    /// Where it is from.
    pub origin: Origin,
}

/// A number, a word, a truth, or stretches of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum InputValue {
    /// A truth.
    Truth(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Two bounds.
    Bounds([f64; 2]),
    /// Stretches of time, each with start and end in seconds.
    Spans(Vec<[f64; 2]>),
}

/// Where a value is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A person gave it: in the session file, or as a setting where that has no default.
    Given,
    /// The recording's file states it.
    File,
    /// Nobody said otherwise; the settings hold it.
    Default,
    /// From the recording's own signals.
    Estimated,
    /// From a calibration recording.
    Calibration,
    /// From an earlier session.
    Carried,
}
