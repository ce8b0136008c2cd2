//! Headerless telephony: coding, rate and channels as the caller knows them, written `mulaw:8000:2`. Never guessed.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::coding::Coding;
use crate::error::{Error, Result};
use crate::formats::bytes::Endian;

/// How a recording without a header is to be read: `CODING:RATE` or `CODING:RATE:CHANNELS`.
///
/// ```
/// use myovox::formats::wav::{Coding, RawFormat};
/// let two_legs: RawFormat = "alaw:8000:2".parse()?;
/// assert_eq!((two_legs.coding(), two_legs.sample_rate(), two_legs.channels()), (Coding::Alaw, 8000, 2));
/// assert_eq!(two_legs.to_string(), "alaw:8000:2");
/// assert_eq!("speex:8000".parse::<RawFormat>().unwrap_err().code(), "config.raw");
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawFormat {
    encoding: Encoding,
    sample_rate: u32,
    channels: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Encoding {
    word: &'static str,
    coding: Coding,
    endian: Endian,
}

const ENCODINGS: [Encoding; 14] = {
    const fn encoding(word: &'static str, coding: Coding, endian: Endian) -> Encoding {
        Encoding { word, coding, endian }
    }
    [
        encoding("mulaw", Coding::Mulaw, Endian::Little),
        encoding("alaw", Coding::Alaw, Endian::Little),
        encoding("u8", Coding::Pcm8, Endian::Little),
        encoding("s16le", Coding::Pcm16, Endian::Little),
        encoding("s16be", Coding::Pcm16, Endian::Big),
        encoding("s24le", Coding::Pcm24, Endian::Little),
        encoding("s24be", Coding::Pcm24, Endian::Big),
        encoding("s32le", Coding::Pcm32, Endian::Little),
        encoding("s32be", Coding::Pcm32, Endian::Big),
        encoding("f32le", Coding::Float32, Endian::Little),
        encoding("f32be", Coding::Float32, Endian::Big),
        encoding("f64le", Coding::Float64, Endian::Little),
        encoding("f64be", Coding::Float64, Endian::Big),
        encoding("s64le", Coding::Pcm64, Endian::Little),
    ]
};

impl RawFormat {
    /// How a sample is coded.
    pub fn coding(self) -> Coding {
        self.encoding.coding
    }

    /// Samples per second and channel.
    pub fn sample_rate(self) -> u32 {
        self.sample_rate
    }

    /// Channels of a frame.
    pub fn channels(self) -> u16 {
        self.channels
    }

    pub(super) fn endian(self) -> Endian {
        self.encoding.endian
    }
}

impl fmt::Display for RawFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.encoding.word, self.sample_rate, self.channels)
    }
}

impl FromStr for RawFormat {
    type Err = Error;

    /// # Errors
    /// `config.raw`; the line names the part that is wrong and what may stand there.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = |what: &str, expected: String| {
            Error::config("config.raw", format!("not a headerless format: {what}"))
                .field("raw")
                .found(format!("\"{text}\""))
                .expected(expected)
        };
        let mut parts = text.split(':');
        let word = parts.next().unwrap_or_default();
        let encoding = ENCODINGS.into_iter().find(|encoding| encoding.word == word).ok_or_else(|| {
            let words: Vec<_> = ENCODINGS.iter().map(|encoding| encoding.word).collect();
            wrong("unknown coding", format!("one of {}", words.join(", ")))
        })?;
        let sample_rate = parts.next().and_then(|rate| rate.parse().ok()).filter(|&rate: &u32| rate > 0);
        let sample_rate =
            sample_rate.ok_or_else(|| wrong("no rate", "CODING:RATE with a whole rate in Hz".to_owned()))?;
        let channels = match parts.next() {
            None => Some(1),
            Some(channels) => channels.parse().ok().filter(|&channels: &u16| channels > 0),
        };
        let channels = channels.ok_or_else(|| wrong("no channels", "1 to 65535 channels".to_owned()))?;
        if parts.next().is_some() {
            return Err(wrong("more than three parts", "CODING:RATE:CHANNELS".to_owned()));
        }
        Ok(Self { encoding, sample_rate, channels })
    }
}

impl Serialize for RawFormat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RawFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for RawFormat {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RawFormat".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let words: Vec<_> = ENCODINGS.iter().map(|encoding| encoding.word).collect();
        let pattern = format!("^({}):[1-9][0-9]*(:[1-9][0-9]*)?$", words.join("|"));
        schemars::json_schema!({ "type": "string", "pattern": pattern })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Auto;

    #[test]
    fn what_is_written_reads_back_and_what_is_wrong_is_named() {
        for encoding in ENCODINGS {
            let written = format!("{}:16000:3", encoding.word);
            assert_eq!(written.parse::<RawFormat>().unwrap().to_string(), written);
        }
        assert_eq!("mulaw:8000".parse::<RawFormat>().unwrap().channels(), 1);
        for wrong in
            ["", "mulaw", "mulaw:", "mulaw:0", "mulaw:-1", "mulaw:8000:0", "mulaw:8000:70000", "mulaw:8000:1:1"]
        {
            let error = wrong.parse::<RawFormat>().unwrap_err();
            assert_eq!(error.code(), "config.raw");
            assert!(error.to_string().contains(&format!("\"{wrong}\"")), "{error}");
        }
    }

    #[test]
    fn settings_files_say_auto_or_the_text() {
        assert_eq!(serde_json::from_str::<Auto<RawFormat>>("\"auto\"").unwrap(), Auto::Auto);
        let given = serde_json::from_str::<Auto<RawFormat>>("\"s16be:44100:2\"").unwrap();
        assert_eq!(serde_json::to_string(&given).unwrap(), "\"s16be:44100:2\"");
        assert!(serde_json::from_str::<Auto<RawFormat>>("\"s16be\"").is_err());
    }
}
