//! What a report holds of the muscles: per channel and for the session.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::condition::BandPlan;
use super::detect::{Contraction, Thresholds};
use super::envelope::EnvelopePlan;
use super::gaps::Gap;

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
    /// Stretches that were cut out.
    pub gaps: Vec<Gap>,
    /// Number of samples in gaps that were bridged.
    pub bridged_samples: usize,
    /// The levels that decided; `null` where there is no signal.
    pub thresholds: Option<Thresholds>,
    /// The contractions, in order of time.
    pub contractions: Vec<Contraction>,
    /// Their summary.
    pub parameters: ChannelParameters,
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
    /// Root mean square of the band-passed signal outside contractions.
    pub rms_rest: Option<f64>,
    /// `20 log10(rms_active / rms_rest)`.
    pub snr_db: Option<f64>,
    /// Value of a maximal voluntary contraction.
    pub mvc_value: Option<f64>,
}

/// Summary of all muscles of a recording.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
}
