//! The report's own types; those of muscles and voices stand in their rooms.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contents::Contents;
use crate::emg::{Emg, Role};
use crate::error::{Error, Result};
use crate::formats::c3d::{Processor, Storage};
use crate::formats::wav::{Coding, Container};
use crate::settings::Config;
use crate::voice::Voice;
use crate::warning::{Missing, Warning};

/// Name and version of the report's form; a key that is added leaves it, a key that changes raises it.
pub const REPORT_SCHEMA: &str = "myovox/report/1";

/// Name and version of the inspection's form.
pub const INSPECTION_SCHEMA: &str = "myovox/inspection/1";

/// The result of analysing one recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Report {
    /// `myovox/report/1`.
    pub schema: String,
    /// What made the report.
    pub myovox: Maker,
    /// What was analysed.
    pub recording: Recording,
    /// The settings, complete.
    pub config: Config,
    /// SHA-256 of the settings as compact JSON, in hexadecimal.
    pub config_sha256: String,
    /// What is doubtful.
    pub warnings: Vec<Warning>,
    /// Why each `null` is one.
    pub missing: Vec<Missing>,
    /// Muscles, for a recording that can hold them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emg: Option<Emg>,
    /// Voices, for a recording that can hold them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<Voice>,
}

/// What a recording holds, without an analysis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Inspection {
    /// `myovox/inspection/1`.
    pub schema: String,
    /// What made it.
    pub myovox: Maker,
    /// What was read.
    pub recording: Recording,
    /// What it holds: levels, gaps, events, force platforms, chunks.
    pub contents: Contents,
    /// What is doubtful.
    pub warnings: Vec<Warning>,
    /// Why each `null` is one.
    pub missing: Vec<Missing>,
}

/// The program and its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Maker {
    /// Version of the library.
    pub version: String,
    /// Optional parts that were built in and can change a result.
    pub features: Vec<String>,
}

impl Maker {
    /// This build.
    #[must_use]
    pub fn this() -> Self {
        Self { version: env!("CARGO_PKG_VERSION").to_owned(), features: Vec::new() }
    }
}

/// The kind of a recording, found from its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingKind {
    /// Motion capture and analog channels.
    C3d,
    /// Sound.
    Wav,
}

/// What was analysed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recording {
    /// File name without folders, or the name that the caller gave; `null` for bytes without one.
    pub name: Option<String>,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// Kind.
    pub kind: RecordingKind,
    /// Size in bytes.
    pub bytes: u64,
    /// Duration in seconds.
    pub duration_s: Option<f64>,
    /// Sampling rate of the channels in Hz.
    pub rate_hz: Option<f64>,
    /// Samples per channel.
    pub samples: usize,
    /// The channels, in the order of the file.
    pub channels: Vec<ChannelDescription>,
    /// What only this kind of recording has.
    pub details: Details,
}

/// A channel as the file describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelDescription {
    /// Index from 0.
    pub index: usize,
    /// Label; `channel 1`, `channel 2` … where the format has none.
    pub label: String,
    /// Unit; `full scale` for sound, where 1 is the largest value.
    pub unit: Option<String>,
    /// What the channel was taken for; sound has no such choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Smallest finite sample.
    pub min: Option<f64>,
    /// Largest finite sample.
    pub max: Option<f64>,
}

/// What only one kind of recording has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "format", rename_all = "snake_case")]
pub enum Details {
    /// C3D.
    C3d {
        /// Whose number formats the file uses.
        processor: Processor,
        /// How samples are stored.
        storage: Storage,
        /// Labels of the markers.
        markers: Vec<String>,
        /// Frames of markers.
        frames: usize,
        /// Frame rate in Hz.
        frame_rate_hz: Option<f64>,
        /// Share of valid marker positions, 0 to 1.
        valid_share: Option<f64>,
        /// Events in order of the file.
        events: Vec<EventDescription>,
    },
    /// The RIFF family.
    Wav {
        /// What the chunks stand in.
        container: Container,
        /// How samples are stored.
        coding: Coding,
        /// Bits per sample as stored; 0 where a coding has no such number.
        bits: u16,
    },
}

/// An event of a C3D recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventDescription {
    /// Label.
    pub label: String,
    /// `Left`, `Right`, `General`, or empty.
    pub context: String,
    /// Seconds from the first frame in the file.
    pub time_s: Option<f64>,
}

impl Report {
    /// The report as JSON, indented by two blanks, without a final line break.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_else(|cause| unreachable!("a report is plain data: {cause}"))
    }

    /// The report as one line of JSON, for NDJSON.
    pub fn to_json_line(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|cause| unreachable!("a report is plain data: {cause}"))
    }

    /// A report that [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// `report.not-a-report`, naming line and column, for a text of another form; `report.schema` for a report of another version.
    pub fn from_json(text: &str) -> Result<Self> {
        let report: Self = serde_json::from_str(text)
            .map_err(|cause| Error::data("report.not-a-report", format!("not a report of {REPORT_SCHEMA}: {cause}")))?;
        if report.schema == REPORT_SCHEMA {
            return Ok(report);
        }
        Err(Error::unsupported("report.schema", "report of another version")
            .field("schema")
            .found(report.schema)
            .expected(REPORT_SCHEMA))
    }
}

impl Inspection {
    /// The inspection as JSON, indented by two blanks, without a final line break.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_else(|cause| unreachable!("an inspection is plain data: {cause}"))
    }

    /// The inspection as one line of JSON, for NDJSON.
    pub fn to_json_line(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|cause| unreachable!("an inspection is plain data: {cause}"))
    }
}
