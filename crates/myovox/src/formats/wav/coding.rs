//! The codings that are read, and how many bits each of them has.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How samples are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Coding {
    /// Unsigned integers of 8 bits.
    Pcm8,
    /// Signed integers of 16 bits.
    Pcm16,
    /// Signed integers of 24 bits.
    Pcm24,
    /// Signed integers of 32 bits.
    Pcm32,
    /// Signed integers of 40 bits.
    Pcm40,
    /// Signed integers of 48 bits.
    Pcm48,
    /// Signed integers of 56 bits.
    Pcm56,
    /// Signed integers of 64 bits.
    Pcm64,
    /// IEEE 754 single precision.
    Float32,
    /// IEEE 754 double precision.
    Float64,
    /// G.711 A-law.
    Alaw,
    /// G.711 mu-law.
    Mulaw,
    /// IMA ADPCM.
    ImaAdpcm,
    /// Microsoft ADPCM.
    MsAdpcm,
    /// GSM 6.10 full rate.
    Gsm610,
}

impl Coding {
    /// The word that stands for it in reports: `pcm16`, `float32`, `mulaw`, `ima_adpcm`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pcm8 => "pcm8",
            Self::Pcm16 => "pcm16",
            Self::Pcm24 => "pcm24",
            Self::Pcm32 => "pcm32",
            Self::Pcm40 => "pcm40",
            Self::Pcm48 => "pcm48",
            Self::Pcm56 => "pcm56",
            Self::Pcm64 => "pcm64",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Alaw => "alaw",
            Self::Mulaw => "mulaw",
            Self::ImaAdpcm => "ima_adpcm",
            Self::MsAdpcm => "ms_adpcm",
            Self::Gsm610 => "gsm610",
        }
    }

    /// Integers of a container of so many bytes.
    pub(super) fn pcm(sample_bytes: u16) -> Option<Self> {
        Some(match sample_bytes {
            1 => Self::Pcm8,
            2 => Self::Pcm16,
            3 => Self::Pcm24,
            4 => Self::Pcm32,
            5 => Self::Pcm40,
            6 => Self::Pcm48,
            7 => Self::Pcm56,
            8 => Self::Pcm64,
            _ => return None,
        })
    }

    /// Bits that a stored sample takes; 0 for GSM 6.10, whose frames have no such number.
    pub(super) fn stored_bits(self) -> u16 {
        match self {
            Self::ImaAdpcm | Self::MsAdpcm => 4,
            Self::Pcm8 | Self::Alaw | Self::Mulaw => 8,
            Self::Pcm16 => 16,
            Self::Pcm24 => 24,
            Self::Pcm32 | Self::Float32 => 32,
            Self::Pcm40 => 40,
            Self::Pcm48 => 48,
            Self::Pcm56 => 56,
            Self::Pcm64 | Self::Float64 => 64,
            Self::Gsm610 => 0,
        }
    }

    /// Bits of a decoded sample that can carry signal: those of the standard where the coding compresses.
    pub(super) fn significant_bits(self) -> u16 {
        match self {
            Self::Mulaw => 14,
            Self::Alaw | Self::Gsm610 => 13,
            Self::ImaAdpcm | Self::MsAdpcm => 16,
            _ => self.stored_bits(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_word_that_is_serialised() {
        for coding in [Coding::Pcm8, Coding::Pcm64, Coding::Float32, Coding::Mulaw, Coding::ImaAdpcm, Coding::Gsm610] {
            assert_eq!(serde_json::to_string(&coding).unwrap(), format!("\"{}\"", coding.name()));
        }
    }
}
