//! What an inspection tells beside the description that every report has: levels, gaps, events, force platforms, chunks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::formats::c3d::EventSource;

/// What a recording holds, as far as it can be told without an analysis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "format", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Contents {
    /// Motion capture and analog channels.
    C3d(C3dContents),
    /// Sound.
    Sound(SoundContents),
}

/// What a C3D recording holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct C3dContents {
    /// Number of the first frame in the trial.
    pub first_frame: u32,
    /// Analog samples per channel and frame.
    pub samples_per_frame: u32,
    /// Unit of positions and residuals.
    pub point_units: Option<String>,
    /// Analog channels, in the order of the file.
    pub channels: Vec<ChannelLevel>,
    /// Markers, in the order of the file.
    pub markers: Vec<MarkerSummary>,
    /// How well positions were measured.
    pub residuals: ResidualSummary,
    /// Events, in the order of the file.
    pub events: Vec<EventSummary>,
    /// The force platforms, and how they were loaded.
    pub force_platforms: PlatformParameters,
    /// Segments whose rotations the file holds.
    pub rotation_segments: usize,
    /// Groups of parameters, in the order of the file.
    pub groups: Vec<GroupSummary>,
}

/// Values of an analog channel; smallest and largest stand in the recording's description.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelLevel {
    /// Index from 0.
    pub index: usize,
    /// Label.
    pub label: String,
    /// Mean of the finite samples.
    pub mean: Option<f64>,
    /// Root mean square of the finite samples; the mean is part of it.
    pub rms: Option<f64>,
    /// Samples that are NaN.
    pub nan_samples: usize,
    /// Samples that are infinite.
    pub infinite_samples: usize,
}

/// When a marker was seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MarkerSummary {
    /// Index from 0.
    pub index: usize,
    /// Label.
    pub label: String,
    /// Frames with a position.
    pub valid_frames: usize,
    /// Their share of all frames, 0 to 1.
    pub valid_share: Option<f64>,
    /// Of those, frames with residual 0: interpolated, filtered or computed, not measured.
    pub interpolated_frames: usize,
    /// Stretches without a position between two frames with one.
    pub gaps: usize,
    /// The longest of them in frames; 0 without a gap.
    pub longest_gap_frames: usize,
    /// The same in seconds.
    pub longest_gap_s: Option<f64>,
    /// Frames before the first with a position; all frames for a marker that was never seen.
    pub unseen_before_frames: usize,
    /// Frames after the last with a position.
    pub unseen_after_frames: usize,
}

/// How well positions were measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResidualSummary {
    /// Positions with a residual above 0.
    pub measured: usize,
    /// Positions with residual 0: interpolated, filtered or computed.
    pub interpolated: usize,
    /// Positions that were not seen.
    pub unseen: usize,
    /// Mean residual of the measured positions, in the unit of positions.
    pub mean: Option<f64>,
    /// Largest residual.
    pub max: Option<f64>,
}

/// An event with both of its times and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventSummary {
    /// Label.
    pub label: String,
    /// `Left`, `Right`, `General`, or empty.
    pub context: String,
    /// Seconds from the first frame in the file.
    pub time_s: Option<f64>,
    /// Seconds from frame 1 of the trial.
    pub time_trial_s: Option<f64>,
    /// Where it stands.
    pub source: EventSource,
    /// The stored time in seconds, on the base of its source: header from the first frame in the file, EVENT group from frame 1 of the trial.
    pub stored_s: Option<f64>,
}

/// Force platforms: what the parameters say of them, and what was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlatformParameters {
    /// `FORCE_PLATFORM:USED`; 0 where it is absent.
    pub used: u32,
    /// The platforms that other parameters of the group speak of, at most `used`.
    pub platforms: Vec<PlatformSummary>,
}

/// A force platform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlatformSummary {
    /// `FORCE_PLATFORM:TYPE`.
    #[serde(rename = "type")]
    pub kind: Option<i64>,
    /// The corners in the laboratory in `point_units`: those at (+x, +y), (-x, +y), (-x, -y), (+x, -y) of the platform.
    pub corners: Option<[[f64; 3]; 4]>,
    /// `ORIGIN` as it is used, in `point_units` and the frame of the platform, its sign repaired where the surface was below the sensor.
    pub origin: Option<[f64; 3]>,
    /// Length of the edges along x and along y of the platform.
    pub size_m: Option<[f64; 2]>,
    /// Whether `CAL_MATRIX` has a matrix for it that is not all zero.
    pub has_calibration: bool,
    /// Largest magnitude of the force along the platform's normal.
    pub largest_normal_force_n: Option<f64>,
    /// Share of the samples in which more than 10 N act along the normal, 0 to 1.
    pub loaded_share: Option<f64>,
    /// Its channels, in the order of `CHANNEL`.
    pub channels: Vec<PlatformChannel>,
}

/// A channel of a force platform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlatformChannel {
    /// Number as stored, from 1.
    pub number: i64,
    /// Label of that analog channel.
    pub label: Option<String>,
}

/// A group of parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GroupSummary {
    /// Name.
    pub name: String,
    /// Number of its parameters.
    pub parameters: usize,
}

/// What a sound holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct SoundContents {
    /// Bits of a sample that can carry signal; `None` for lossy codecs, which have no such number.
    pub valid_bits: Option<u16>,
    /// Levels of the channels.
    pub channels: Vec<SoundLevel>,
    /// Channels whose samples are all the same, each group by the indices of its channels; two legs that are one call written twice.
    pub identical_channels: Vec<Vec<usize>>,
    /// Chunks, in the order of the file.
    pub chunks: Vec<ChunkSummary>,
    /// Texts that stand beside the samples.
    pub texts: Vec<TextEntry>,
    /// Marked positions.
    pub cue_points: usize,
}

/// Levels of a channel of sound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SoundLevel {
    /// Index from 0.
    pub index: usize,
    /// Mean, where 1 is full scale.
    pub mean: Option<f64>,
    /// Root mean square in dB; a square wave of full scale has 0.
    pub rms_dbfs: Option<f64>,
    /// Largest magnitude in dB of full scale.
    pub peak_dbfs: Option<f64>,
}

/// A chunk of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChunkSummary {
    /// Name.
    pub id: String,
    /// Byte of its header in the file.
    pub byte: u64,
    /// Size of its content in bytes: as claimed, for the samples as taken.
    pub bytes: u64,
}

/// A text that stands beside the samples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TextEntry {
    /// Where: the id of an INFO text (`ICMT`), or `bext.` and the field of the broadcast extension.
    pub name: String,
    /// The text.
    pub text: String,
}
