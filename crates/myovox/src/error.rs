//! Errors: one line that names the recording, the byte or field or channel, what was found and what was expected.
//!
//! An error has a [`Class`], which says what a caller can do about it, and a stable [`code`](Error::code) (`c3d.not-c3d`,
//! `limit.audio-channels`), the same in Rust, Python and C. Errors are built only when raised and are one word wide in a `Result`.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a caller can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// The operating system refused: another path, another permission.
    Io,
    /// The bytes are not what their format says: another file, or a repaired one.
    Data,
    /// Well formed, but not read by this library: convert it first.
    Unsupported,
    /// A limit of [`Limits`](crate::Limits) would be exceeded: raise it if the recording is trusted.
    Limit,
    /// A setting or argument is wrong: correct the call.
    Config,
    /// A fault of this library: report it.
    Internal,
}

/// Where in a recording something was met; empty parts are unknown or do not apply.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Place {
    /// Byte offset in the file, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte: Option<u64>,
    /// Field of a header, parameter (`POINT:RATE`), chunk (`fmt`) or setting (`emg.band.low_hz`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Label of the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Start and end in seconds from the first sample, end exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span_s: Option<[f64; 2]>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if let Some(channel) = &self.channel {
            write!(f, "channel {channel}")?;
            separator = ", ";
        }
        if let Some(field) = &self.field {
            write!(f, "{separator}{field}")?;
            separator = ", ";
        }
        if let Some(byte) = self.byte {
            write!(f, "{separator}byte {byte}")?;
            separator = ", ";
        }
        if let Some([start, end]) = self.span_s {
            write!(f, "{separator}{start:.3}-{end:.3} s")?;
        }
        Ok(())
    }
}

/// The error of this crate.
///
/// ```
/// use myovox::{Class, Error};
/// let error = Error::data("c3d.not-c3d", "not a C3D file").byte(1).found("0xD8").expected("0x50").recording("photo.c3d");
/// assert_eq!(error.to_string(), "photo.c3d: byte 1: not a C3D file: found 0xD8, expected 0x50");
/// assert_eq!((error.class(), error.code()), (Class::Data, "c3d.not-c3d"));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Error(Box<Fault>);

#[derive(Debug)]
struct Fault {
    class: Class,
    code: &'static str,
    what: String,
    recording: Option<String>,
    place: Place,
    found: Option<String>,
    expected: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Text from a file may hold line breaks and control characters: an error stays one line.
        let mut line = String::new();
        if let Some(recording) = &self.recording {
            line.push_str(recording);
            line.push_str(": ");
        }
        let place = self.place.to_string();
        if !place.is_empty() {
            line.push_str(&place);
            line.push_str(": ");
        }
        line.push_str(&self.what);
        if let Some(found) = &self.found {
            line.push_str(": found ");
            line.push_str(found);
        }
        if let Some(expected) = &self.expected {
            line.push_str(if self.found.is_some() { ", expected " } else { ": expected " });
            line.push_str(expected);
        }
        for c in line.chars() {
            if c.is_control() { write!(f, "{}", c.escape_default())? } else { write!(f, "{c}")? }
        }
        Ok(())
    }
}

impl Error {
    fn new(class: Class, code: &'static str, what: impl Into<String>) -> Self {
        let place = Place::default();
        Self(Box::new(Fault { class, code, what: what.into(), recording: None, place, found: None, expected: None }))
    }

    /// The bytes are not what their format says.
    #[must_use]
    pub fn data(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Class::Data, code, what)
    }

    /// Well formed, but not read by this library.
    #[must_use]
    pub fn unsupported(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Class::Unsupported, code, what)
    }

    /// A limit would be exceeded; `what` names the thing that is too large.
    #[must_use]
    pub fn limit(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Class::Limit, code, what)
    }

    /// A setting or argument is wrong.
    #[must_use]
    pub fn config(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Class::Config, code, what)
    }

    /// A panic that was caught at a border, with what it said.
    #[must_use]
    pub fn internal(said: impl fmt::Display) -> Self {
        let what = "a fault of myovox itself, please report it";
        Self::new(Class::Internal, "internal.panic", what).found(said)
    }

    /// The operating system refused to `action` (`"open"`, `"read"`, `"write"`).
    #[must_use]
    pub fn io(action: &str, cause: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let (code, found) = match cause.kind() {
            ErrorKind::NotFound => ("io.not-found", "no such file".to_owned()),
            ErrorKind::PermissionDenied => ("io.permission-denied", "permission denied".to_owned()),
            ErrorKind::IsADirectory => ("io.is-a-directory", "a directory".to_owned()),
            ErrorKind::BrokenPipe => ("io.broken-pipe", "the reader of the output went away".to_owned()),
            ErrorKind::StorageFull => ("io.storage-full", "no space left".to_owned()),
            _ => ("io.failed", cause.to_string()),
        };
        Self::new(Class::Io, code, format!("cannot {action}")).found(found)
    }

    /// The operating system would allow it, but it makes no sense: a device, a socket.
    #[must_use]
    pub fn io_kind(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Class::Io, code, what)
    }

    /// Names the recording (a path or a name) in front of the line; the last name given stays, as the outermost caller knows best.
    #[must_use]
    pub fn recording(mut self, name: impl Into<String>) -> Self {
        self.0.recording = Some(name.into());
        self
    }

    /// The byte offset in the file.
    #[must_use]
    pub fn byte(mut self, offset: u64) -> Self {
        self.0.place.byte = Some(offset);
        self
    }

    /// The header field, parameter, chunk or setting.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.0.place.field = Some(field.into());
        self
    }

    /// The channel's label.
    #[must_use]
    pub fn channel(mut self, label: impl Into<String>) -> Self {
        self.0.place.channel = Some(label.into());
        self
    }

    /// What was found.
    #[must_use]
    pub fn found(mut self, found: impl fmt::Display) -> Self {
        self.0.found = Some(found.to_string());
        self
    }

    /// What was expected.
    #[must_use]
    pub fn expected(mut self, expected: impl fmt::Display) -> Self {
        self.0.expected = Some(expected.to_string());
        self
    }

    /// What a caller can do about it.
    pub fn class(&self) -> Class {
        self.0.class
    }

    /// The stable code, `room-or-format.words-with-hyphens`.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// Where it was met.
    pub fn place(&self) -> &Place {
        &self.0.place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_word_wide() {
        assert_eq!(std::mem::size_of::<Error>(), std::mem::size_of::<usize>());
    }

    #[test]
    fn text_from_a_file_cannot_break_the_line() {
        let line = Error::data("c3d.bad", "bad label").found("\"a\nb\u{1b}[31m\"").to_string();
        assert!(!line.contains(['\n', '\u{1b}']), "{line}");
    }

    #[test]
    fn io_errors_have_codes_of_their_own() {
        let missing = std::fs::read("/no/such/file").unwrap_err();
        let error = Error::io("open", &missing).recording("a.wav");
        assert_eq!(error.code(), "io.not-found");
        assert_eq!(error.to_string(), "a.wav: cannot open: found no such file");
    }
}
