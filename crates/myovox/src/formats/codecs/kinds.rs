//! The containers and codecs that are read, and the words that stand for them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::formats::sniff::AudioKind;

/// What compressed sound stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Container {
    /// Native FLAC.
    Flac,
    /// MPEG audio frames one after another, behind tags or none.
    Mp3,
    /// AAC frames with ADTS headers.
    Adts,
    /// ISO MP4, as M4A files are.
    Mp4,
    /// Ogg.
    Ogg,
    /// Matroska and WebM.
    Matroska,
    /// AIFF and AIFF-C.
    Aiff,
    /// Apple's Core Audio Format.
    Caf,
    /// Sun's and NeXT's AU.
    Au,
    /// A RIFF file of form WAVE whose samples are MP3 (tag 0x0055).
    Wav,
}

impl Container {
    /// The word that stands for it in reports: `flac`, `mp4`, `ogg`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flac => "flac",
            Self::Mp3 => "mp3",
            Self::Adts => "adts",
            Self::Mp4 => "mp4",
            Self::Ogg => "ogg",
            Self::Matroska => "matroska",
            Self::Aiff => "aiff",
            Self::Caf => "caf",
            Self::Au => "au",
            Self::Wav => "wav",
        }
    }
}

impl From<AudioKind> for Container {
    fn from(kind: AudioKind) -> Self {
        match kind {
            AudioKind::Flac => Self::Flac,
            AudioKind::Mp3 => Self::Mp3,
            AudioKind::Aac => Self::Adts,
            AudioKind::Mp4 => Self::Mp4,
            AudioKind::OggVorbis | AudioKind::OggOpus | AudioKind::OggFlac => Self::Ogg,
            AudioKind::Matroska | AudioKind::MatroskaOpus => Self::Matroska,
            AudioKind::Aiff => Self::Aiff,
            AudioKind::Caf => Self::Caf,
            AudioKind::Au => Self::Au,
        }
    }
}

/// How the samples of a recording that is no WAV are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Codec {
    /// FLAC, without loss.
    Flac,
    /// Apple Lossless.
    Alac,
    /// MPEG-1, 2 and 2.5 layer 3.
    Mp3,
    /// MPEG-4 AAC of low complexity.
    AacLc,
    /// Vorbis I.
    Vorbis,
    /// Opus; decoded at 48 kHz, whatever rate the encoder was given.
    Opus,
    /// Integers.
    Pcm,
    /// IEEE 754 numbers.
    Float,
    /// G.711 mu-law.
    Mulaw,
    /// G.711 A-law.
    Alaw,
    /// IMA ADPCM in Apple's packets.
    ImaAdpcm,
    /// Microsoft ADPCM.
    MsAdpcm,
}

impl Codec {
    /// The word that stands for it in reports: `flac`, `aac_lc`, `opus`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flac => "flac",
            Self::Alac => "alac",
            Self::Mp3 => "mp3",
            Self::AacLc => "aac_lc",
            Self::Vorbis => "vorbis",
            Self::Opus => "opus",
            Self::Pcm => "pcm",
            Self::Float => "float",
            Self::Mulaw => "mulaw",
            Self::Alaw => "alaw",
            Self::ImaAdpcm => "ima_adpcm",
            Self::MsAdpcm => "ms_adpcm",
        }
    }

    /// Whether what comes out is not what went in: features that look at the last bits then see the codec.
    pub fn is_lossy(self) -> bool {
        !matches!(self, Self::Flac | Self::Alac | Self::Pcm | Self::Float)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_word_that_is_serialised() {
        for codec in [Codec::Flac, Codec::AacLc, Codec::ImaAdpcm, Codec::MsAdpcm, Codec::Opus] {
            assert_eq!(serde_json::to_string(&codec).unwrap(), format!("\"{}\"", codec.name()));
        }
        for container in [Container::Flac, Container::Mp4, Container::Matroska, Container::Adts] {
            assert_eq!(serde_json::to_string(&container).unwrap(), format!("\"{}\"", container.name()));
        }
    }
}
