//! The report's own types; those of muscles and voices stand in their rooms.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::contents::Contents;
use crate::emg::{Emg, Role, Session};
use crate::error::{Error, Result};
use crate::formats::c3d::{Processor, Storage};
use crate::formats::codecs;
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
    /// What was given of the session, where it was; given back with the settings it makes the same report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
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
    /// Sound of the RIFF family.
    Wav,
    /// Native FLAC.
    Flac,
    /// MPEG audio frames, MP3.
    Mp3,
    /// AAC with ADTS headers.
    Adts,
    /// ISO MP4, as M4A files are.
    Mp4,
    /// Ogg with Vorbis, Opus or FLAC.
    Ogg,
    /// Matroska and WebM.
    Matroska,
    /// AIFF and AIFF-C.
    Aiff,
    /// Apple's Core Audio Format.
    Caf,
    /// Sun's and NeXT's AU.
    Au,
}

impl From<codecs::Container> for RecordingKind {
    fn from(container: codecs::Container) -> Self {
        match container {
            codecs::Container::Flac => Self::Flac,
            codecs::Container::Mp3 => Self::Mp3,
            codecs::Container::Adts => Self::Adts,
            codecs::Container::Mp4 => Self::Mp4,
            codecs::Container::Ogg => Self::Ogg,
            codecs::Container::Matroska => Self::Matroska,
            codecs::Container::Aiff => Self::Aiff,
            codecs::Container::Caf => Self::Caf,
            codecs::Container::Au => Self::Au,
            codecs::Container::Wav => Self::Wav,
        }
    }
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
    /// Sound in another container, or compressed.
    Audio {
        /// How samples are coded.
        codec: codecs::Codec,
        /// Bits of a sample, where the codec keeps them.
        bits: Option<u16>,
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

    /// Why the value at `path` is `null`: its own entry of `missing`, that of a group that is missing as a whole, or that of all contractions.
    pub fn reason(&self, path: &str) -> Option<&Missing> {
        let of = |path: &str| {
            let holds = |entry: &&Missing| {
                path.strip_prefix(&entry.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            self.missing.iter().find(holds)
        };
        of(path).or_else(|| {
            let (channel, rest) = path.split_once("contractions[")?;
            of(&format!("{channel}contractions[*]{}", rest.split_once(']')?.1))
        })
    }

    /// A report that [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// `report.not-a-report` for a text of another form; `report.schema` for a report of another version. Keys that this version does not know,
    /// as a newer one adds them, are passed over, also among the settings.
    pub fn from_json(text: &str) -> Result<Self> {
        let other = |cause| Error::data("report.not-a-report", format!("not a report of {REPORT_SCHEMA}: {cause}"));
        let mut value: Value = serde_json::from_str(text).map_err(other)?;
        match value["schema"].as_str() {
            Some(REPORT_SCHEMA) | None => {}
            Some(schema) => {
                return Err(Error::unsupported("report.schema", "report of another version")
                    .field("schema")
                    .found(schema)
                    .expected(REPORT_SCHEMA));
            }
        }
        keep_known(&mut value["config"], &serde_json::to_value(Config::default()).unwrap_or_default());
        serde_json::from_value(value).map_err(other)
    }
}

/// Drops the settings that `known` does not have; a table that is empty in `known` has keys of the user's own.
fn keep_known(settings: &mut Value, known: &Value) {
    if let (Some(settings), Some(known)) =
        (settings.as_object_mut(), known.as_object().filter(|table| !table.is_empty()))
    {
        settings.retain(|key, _| known.contains_key(key));
        settings.iter_mut().for_each(|(key, inner)| keep_known(inner, &known[key]));
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
