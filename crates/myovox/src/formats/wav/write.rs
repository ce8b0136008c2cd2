//! Samples in memory to a WAV file: all of it is checked before the first byte is written.

use std::io::Write;

use ndarray::ArrayView2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::coding::Coding;
use super::sample::Sample;
use super::writer::{Writer, check};
use crate::config::config;
use crate::error::Result;
use crate::formats::Policy;
use crate::warning::Warning;

/// How samples are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WriteCoding {
    /// Unsigned integers of 8 bits.
    Pcm8,
    /// Signed integers of 16 bits, which every program reads.
    #[default]
    Pcm16,
    /// Signed integers of 24 bits.
    Pcm24,
    /// Signed integers of 32 bits.
    Pcm32,
    /// IEEE 754 single precision.
    Float32,
    /// IEEE 754 double precision.
    Float64,
}

impl WriteCoding {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Pcm8, Self::Pcm16, Self::Pcm24, Self::Pcm32, Self::Float32, Self::Float64];

    /// The word that stands for it: `pcm16`, `float32`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pcm8 => "pcm8",
            Self::Pcm16 => "pcm16",
            Self::Pcm24 => "pcm24",
            Self::Pcm32 => "pcm32",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
        }
    }

    /// The smallest of them that holds every sample of a recording of `coding` as it is decoded.
    ///
    /// ```
    /// use myovox::formats::wav::{Coding, WriteCoding};
    /// assert_eq!(WriteCoding::holding(Coding::Pcm24), WriteCoding::Pcm24);
    /// assert_eq!(WriteCoding::holding(Coding::Mulaw), WriteCoding::Pcm16);
    /// assert_eq!(WriteCoding::holding(Coding::Pcm64), WriteCoding::Float64);
    /// ```
    #[must_use]
    pub fn holding(coding: Coding) -> Self {
        match coding {
            Coding::Pcm8 => Self::Pcm8,
            Coding::Pcm16 | Coding::Alaw | Coding::Mulaw | Coding::ImaAdpcm | Coding::MsAdpcm | Coding::Gsm610 => {
                Self::Pcm16
            }
            Coding::Pcm24 => Self::Pcm24,
            Coding::Pcm32 => Self::Pcm32,
            Coding::Float32 => Self::Float32,
            Coding::Pcm40 | Coding::Pcm48 | Coding::Pcm56 | Coding::Pcm64 | Coding::Float64 => Self::Float64,
        }
    }

    /// Bits of a stored sample.
    pub fn bits(self) -> u16 {
        match self {
            Self::Pcm8 => 8,
            Self::Pcm16 => 16,
            Self::Pcm24 => 24,
            Self::Pcm32 | Self::Float32 => 32,
            Self::Float64 => 64,
        }
    }
}

config! {
    /// How WAV recordings are written.
    pub struct WavWriteConfig {
        /// How samples are stored. Default `pcm16`: what every program reads.
        coding: WriteCoding = WriteCoding::Pcm16,
        /// What to do with samples outside [-1, 1) that integers cannot hold. Default lenient: they are clipped and counted in a warning; strict
        /// refuses.
        policy: Policy = Policy::Lenient,
    }
}

/// Writes `samples`, `(channels, samples)`, as a RIFF file.
///
/// An integer of `b` bits is the sample times `2^(b-1)`, rounded to the nearest, halves to the even one: what was read from such a file is
/// written back to the same integers. Samples outside are clipped and counted in one warning, `wav.clipped`. `float32` holds each sample rounded
/// to the nearest `f32`, `float64` every one as it is. Nothing is written before everything was checked; [`Writer`] writes frames as they come.
///
/// More than two channels or 16 bits get the extensible form of the header, as the format asks.
///
/// ```
/// use myovox::formats::wav::{self, WavConfig, WavWriteConfig, WriteCoding};
/// use myovox::{Budget, Limits};
/// let legs = ndarray::array![[-1.0, 0.5, 1.0], [0.0, 0.25, -0.25]];
/// let mut file = std::io::Cursor::new(Vec::new());
/// let config = WavWriteConfig::default().coding(WriteCoding::Pcm24);
/// let warnings = wav::write(legs.view(), 8000, &config, &mut file)?;
/// assert_eq!(warnings[0].code, "wav.clipped");
/// let back = wav::read(file.get_ref(), &WavConfig::default(), &mut Budget::new(&Limits::default()))?;
/// assert_eq!(back.samples.row(1).to_vec(), [0.0, 0.25, -0.25]);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `wav.bad-field` for no channel, a rate of 0 or more of either than the header holds; `wav.too-large` from 4 GiB on; `wav.non-finite` with
/// channel and frame; `wav.beyond-f32` for samples that `float32` cannot hold; `wav.clipped` under the strict policy; `io.failed` and its
/// kin as the sink fails.
#[expect(clippy::needless_pass_by_value, reason = "a view is passed as a reference is")]
pub fn write<T: Sample>(
    samples: ArrayView2<'_, T>,
    sample_rate: u32,
    config: &WavWriteConfig,
    sink: &mut impl Write,
) -> Result<Vec<Warning>> {
    let mut writer = Writer::new(sink, samples.dim(), sample_rate, config)?;
    writer.clipped(check(&samples, config.coding, 0)?)?;
    writer.write_checked(&samples)?;
    writer.finish()
}
