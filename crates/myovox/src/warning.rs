//! Warnings: what a reader had to guess or an analysis has to doubt, as data with a stable code and a place.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Place;

/// Something that was guessed or is doubtful; the numbers were delivered all the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// Stable code, `room-or-format.words-with-hyphens` (`c3d.frames-disagree`, `emg.band-clamped`).
    pub code: Cow<'static, str>,
    /// One line for a person: what was seen, what was done about it.
    pub message: String,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
}

impl Warning {
    /// A warning without a place.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code: Cow::Borrowed(code), message: message.into(), place: Place::default() }
    }

    /// The byte offset in the file.
    #[must_use]
    pub fn byte(mut self, offset: u64) -> Self {
        self.place.byte = Some(offset);
        self
    }

    /// The header field, parameter, chunk or setting.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.place.field = Some(field.into());
        self
    }

    /// The channel's label.
    #[must_use]
    pub fn channel(mut self, label: impl Into<String>) -> Self {
        self.place.channel = Some(label.into());
        self
    }

    /// Start and end in seconds.
    #[must_use]
    pub fn span_s(mut self, start: f64, end: f64) -> Self {
        self.place.span_s = Some([start, end]);
        self
    }
}

/// A `null` of a result, and why it is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Missing {
    /// Path of the value in the report: `emg.channels[0].mvc_value`; `contractions[*]` stands for every contraction of a muscle.
    pub path: String,
    /// Stable word, `snake_case`: `not_given`, `too_little_speech`.
    pub reason: Cow<'static, str>,
    /// One line for a person.
    pub message: String,
}

impl Missing {
    /// The entry for the value at `path`.
    #[must_use]
    pub fn new(path: impl Into<String>, reason: &'static str, message: impl Into<String>) -> Self {
        Self { path: path.into(), reason: Cow::Borrowed(reason), message: message.into() }
    }

    /// The same with `prefix` and a point before the path: a room names its own values, the report names the room.
    #[must_use]
    pub fn within(mut self, prefix: &str) -> Self {
        self.path = format!("{prefix}.{}", self.path);
        self
    }
}
