//! Samples to a WAV file, by the crate hound, with what it leaves undone: the pad byte, clipping that is said, refusals before the first byte.

use std::io::{BufWriter, Seek, SeekFrom, Write};

use ndarray::ArrayView2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sample::Sample;
use super::warnings::{self, Notes};
use crate::config::config;
use crate::error::{Error, Result};
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
}

impl WriteCoding {
    /// Bits of a stored sample.
    pub fn bits(self) -> u16 {
        match self {
            Self::Pcm8 => 8,
            Self::Pcm16 => 16,
            Self::Pcm24 => 24,
            Self::Pcm32 | Self::Float32 => 32,
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

/// Writes `samples`, `(channels, samples)`, as a RIFF file to the beginning of `sink`.
///
/// An integer of `b` bits is the sample times `2^(b-1)`, rounded to the nearest, halves to the even one: what was read from such a file is
/// written back to the same integers. Samples outside are clipped and counted in one warning, `wav.clipped`. `float32` holds each sample rounded
/// to the nearest `f32`. Nothing is written before everything was checked.
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
    sink: &mut (impl Write + Seek),
) -> Result<Vec<Warning>> {
    let spec = spec(samples.dim(), sample_rate, config.coding)?;
    let mut notes = Notes::new(config.policy, 1);
    check(&samples, config.coding, &mut notes)?;
    // hound writes every sample on its own.
    let mut buffered = BufWriter::with_capacity(1 << 16, sink);
    let mut writer = hound::WavWriter::new(&mut buffered, spec).map_err(failed)?;
    for frame in samples.columns() {
        for &sample in frame {
            match integer_of(config.coding, sample) {
                Some(integer) => writer.write_sample(integer).map_err(failed)?,
                None => writer.write_sample(single(sample)).map_err(failed)?,
            }
        }
    }
    writer.finalize().map_err(failed)?;
    end(&mut buffered, samples.len(), spec).map_err(|cause| Error::io("write", &cause))?;
    Ok(notes.warnings())
}

/// What the header will say, if it can.
fn spec((channels, frames): (usize, usize), sample_rate: u32, coding: WriteCoding) -> Result<hound::WavSpec> {
    /// RIFF header, extensible format, data header and pad byte.
    const LARGEST_HEADER_BYTES: u64 = 12 + 48 + 8 + 1;
    let refused = |field: &str, found: String, expected: &str| {
        Error::data("wav.bad-field", "cannot be written").field(field).found(found).expected(expected)
    };
    let bytes = u64::from(coding.bits() / 8);
    let align = bytes.saturating_mul(channels as u64);
    let fits = u16::try_from(align).ok().and_then(|_| u16::try_from(channels).ok()).filter(|&channels| channels > 0);
    let channels =
        fits.ok_or_else(|| refused("channels", channels.to_string(), "at least 1, and frames of at most 65535 bytes"))?;
    if sample_rate == 0 || u32::try_from(align.saturating_mul(sample_rate.into())).is_err() {
        return Err(refused("sample rate", format!("{sample_rate} Hz"), "at least 1 Hz, and less than 4 GiB a second"));
    }
    let data = align.saturating_mul(frames as u64);
    if u32::try_from(data.saturating_add(LARGEST_HEADER_BYTES)).is_err() {
        return Err(Error::unsupported("wav.too-large", "a RIFF file cannot hold so much")
            .found(format!("{data} bytes of samples"))
            .expected("less than 4 GiB"));
    }
    let sample_format =
        if coding == WriteCoding::Float32 { hound::SampleFormat::Float } else { hound::SampleFormat::Int };
    Ok(hound::WavSpec { channels, sample_rate, bits_per_sample: coding.bits(), sample_format })
}

/// Refuses what has no number, and says how much will be clipped.
fn check<T: Sample>(samples: &ArrayView2<'_, T>, coding: WriteCoding, notes: &mut Notes) -> Result<()> {
    let is_float = coding == WriteCoding::Float32;
    let mut clipped = 0_u64;
    for (frame, column) in samples.columns().into_iter().enumerate() {
        for (channel, &sample) in column.iter().enumerate() {
            let value: f64 = sample.into();
            let refused = |code, what: &str| {
                Error::data(code, format!("sample of frame {frame} {what}")).channel(channel.to_string()).found(value)
            };
            if !value.is_finite() {
                return Err(refused("wav.non-finite", "is no number").expected("finite samples"));
            }
            if is_float && !single(sample).is_finite() {
                return Err(refused("wav.beyond-f32", "is beyond the range of f32"));
            }
            let [least, greatest] = range(coding);
            let scaled = scaled(coding, value);
            clipped = clipped.saturating_add(u64::from(!is_float && (scaled < least || scaled > greatest)));
        }
    }
    if clipped == 0 {
        return Ok(());
    }
    let message = format!(
        "{clipped} of {} samples are outside of what {} bits hold; they are clipped",
        samples.len(),
        coding.bits()
    );
    notes.say(&warnings::CLIPPED, 0, message)
}

/// Least and greatest integer of a coding.
fn range(coding: WriteCoding) -> [f64; 2] {
    let full_scale = full_scale(coding);
    [-full_scale, full_scale - 1.0]
}

/// `2^(b-1)` of `b` bits.
fn full_scale(coding: WriteCoding) -> f64 {
    f64::from(1_u32.wrapping_shl(u32::from(coding.bits()).saturating_sub(1)))
}

/// The sample in units of the last bit, rounded.
fn scaled(coding: WriteCoding, value: f64) -> f64 {
    (value * full_scale(coding)).round_ties_even()
}

/// The integer that stands for a sample; nothing where floats are written.
#[expect(clippy::cast_possible_truncation, reason = "a whole number within the range of 32 bits")]
fn integer_of<T: Sample>(coding: WriteCoding, sample: T) -> Option<i32> {
    let [least, greatest] = range(coding);
    (coding != WriteCoding::Float32).then(|| scaled(coding, sample.into()).clamp(least, greatest) as i32)
}

#[expect(clippy::cast_possible_truncation, reason = "rounding is meant; what becomes infinite is refused before")]
fn single<T: Sample>(sample: T) -> f32 {
    let value: f64 = sample.into();
    value as f32
}

/// Pads samples of an odd number of bytes, and counts the pad byte in the size of the file, as RIFF asks and hound 3.5.1 does not. Leaves the
/// sink behind the last byte.
fn end(sink: &mut (impl Write + Seek), samples: usize, spec: hound::WavSpec) -> std::io::Result<()> {
    let is_extensible = spec.channels > 2 || spec.bits_per_sample > 16;
    let header_bytes = if is_extensible { 68 } else { 44 };
    let data_bytes = (samples as u64).saturating_mul(u64::from(spec.bits_per_sample / 8));
    let mut end = data_bytes.saturating_add(header_bytes);
    if !data_bytes.is_multiple_of(2) {
        sink.seek(SeekFrom::Start(end))?;
        sink.write_all(&[0])?;
        end = end.saturating_add(1);
        sink.seek(SeekFrom::Start(4))?;
        sink.write_all(&u32::try_from(end.saturating_sub(8)).unwrap_or(u32::MAX).to_le_bytes())?;
    }
    sink.seek(SeekFrom::Start(end))?;
    sink.flush()
}

fn failed(error: hound::Error) -> Error {
    match error {
        hound::Error::IoError(cause) => Error::io("write", &cause),
        other => Error::unsupported("wav.unsupported", format!("cannot be written: {other}")),
    }
}
