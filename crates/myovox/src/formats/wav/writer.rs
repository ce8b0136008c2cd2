//! Samples to a WAV file, forward only: the header, which knows how many frames will come, then the frames, block by block.
//!
//! Nothing is looked at twice and nothing is gone back to, so a sink may be a pipe, and a recording longer than memory is written in constant
//! memory.

use std::io::Write;

use ndarray::ArrayView2;

use super::sample::Sample;
use super::warnings::{self, Notes};
use super::write::{WavWriteConfig, WriteCoding};
use crate::error::{Error, Result};
use crate::formats::Policy;
use crate::warning::Warning;

/// Bytes that are encoded before they are passed on.
const BUFFER_BYTES: usize = 1 << 16;

/// RIFF header, format, header of the samples.
const PLAIN_HEADER_BYTES: u64 = 44;
const EXTENSIBLE_HEADER_BYTES: u64 = 68;

/// The GUID of a coding but for its first two bytes, which are the tag of the format (WAVEFORMATEXTENSIBLE, Microsoft, 2001).
const GUID_TAIL: [u8; 14] = [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];

/// A WAV file in the making.
///
/// ```
/// use myovox::formats::wav::{WavConfig, WavWriteConfig, Writer, read};
/// use myovox::{Budget, Limits};
/// let mut file = Vec::new();
/// let mut writer = Writer::new(&mut file, (1, 3), 8000, &WavWriteConfig::default())?;
/// writer.write(ndarray::array![[0.5, -0.25]].view())?;
/// writer.write(ndarray::array![[-1.0]].view())?;
/// assert!(writer.finish()?.is_empty());
/// let back = read(&file, &WavConfig::default(), &mut Budget::new(&Limits::default()))?;
/// assert_eq!(back.samples.row(0).to_vec(), [0.5, -0.25, -1.0]);
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Debug)]
pub struct Writer<W> {
    sink: W,
    coding: WriteCoding,
    policy: Policy,
    notes: Notes,
    channels: usize,
    /// Frames that the header states, and those that have come.
    frames: usize,
    given: usize,
    clipped: u64,
    bytes: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Writes the header of a file of `(channels, frames)`.
    ///
    /// # Errors
    /// `wav.bad-field` for no channel, a rate of 0 or more of either than the header holds; `wav.too-large` from 4 GiB on; `io.failed` and its
    /// kin as the sink fails.
    pub fn new(sink: W, shape: (usize, usize), sample_rate: u32, config: &WavWriteConfig) -> Result<Self> {
        let header = Header::new(shape, sample_rate, config.coding)?;
        let (channels, frames) = shape;
        let notes = Notes::new(config.policy, 1);
        let bytes = header.bytes();
        Ok(Self {
            sink,
            coding: config.coding,
            policy: config.policy,
            notes,
            channels,
            frames,
            given: 0,
            clipped: 0,
            bytes,
        })
    }

    /// Writes the next frames, `(channels, frames)`.
    ///
    /// # Errors
    /// `config.shape` for other channels, or more frames than the header states; `wav.non-finite` with channel and frame; `wav.beyond-f32` for
    /// samples that `float32` cannot hold; `wav.clipped` under the strict policy; `io.failed` and its kin as the sink fails.
    #[expect(clippy::needless_pass_by_value, reason = "a view is passed as a reference is")]
    pub fn write<T: Sample>(&mut self, samples: ArrayView2<'_, T>) -> Result<()> {
        self.clipped(check(&samples, self.coding, self.given)?)?;
        self.write_checked(&samples)
    }

    /// Counts samples that are clipped; the strict policy takes none.
    pub(super) fn clipped(&mut self, clipped: u64) -> Result<()> {
        self.clipped = self.clipped.saturating_add(clipped);
        if self.clipped > 0 && self.policy == Policy::Strict { self.say_clipped() } else { Ok(()) }
    }

    /// Writes frames that [`check`] has passed.
    pub(super) fn write_checked<T: Sample>(&mut self, samples: &ArrayView2<'_, T>) -> Result<()> {
        let (channels, frames) = samples.dim();
        let left = self.frames.saturating_sub(self.given);
        if channels != self.channels || frames > left {
            return Err(Error::config("config.shape", "a block does not fit the header")
                .found(format!("{channels} channels of {frames} samples"))
                .expected(format!("{} channels, at most {left} samples", self.channels)));
        }
        for frame in samples.columns() {
            for &sample in frame {
                self.coding.encode(sample.into(), &mut self.bytes);
            }
            if self.bytes.len() >= BUFFER_BYTES {
                self.pass_on()?;
            }
        }
        self.given = self.given.saturating_add(frames);
        Ok(())
    }

    /// Ends the file, and says what was clipped.
    ///
    /// # Errors
    /// `config.shape` for fewer frames than the header states; `io.failed` and its kin as the sink fails.
    pub fn finish(mut self) -> Result<Vec<Warning>> {
        if self.given != self.frames {
            return Err(Error::config("config.shape", "fewer frames than the header states")
                .found(self.given)
                .expected(self.frames));
        }
        let data = Header::data_bytes((self.channels, self.frames), self.coding);
        if !data.is_multiple_of(2) {
            self.bytes.push(0);
        }
        self.pass_on()?;
        self.sink.flush().map_err(|cause| Error::io("write", &cause))?;
        if self.clipped > 0 {
            self.say_clipped()?;
        }
        Ok(self.notes.warnings())
    }

    fn say_clipped(&mut self) -> Result<()> {
        let samples = self.channels.saturating_mul(self.frames);
        let (clipped, bits) = (self.clipped, self.coding.bits());
        let message = format!("{clipped} of {samples} samples are outside of what {bits} bits hold; they are clipped");
        self.notes.say(&warnings::CLIPPED, 0, message)
    }

    fn pass_on(&mut self) -> Result<()> {
        self.sink.write_all(&self.bytes).map_err(|cause| Error::io("write", &cause))?;
        self.bytes.clear();
        Ok(())
    }
}

/// Refuses what has no number, and counts what will be clipped; `first` is the number of the first frame.
pub(super) fn check<T: Sample>(samples: &ArrayView2<'_, T>, coding: WriteCoding, first: usize) -> Result<u64> {
    let mut clipped = 0_u64;
    for (frame, column) in samples.columns().into_iter().enumerate() {
        for (channel, &sample) in column.iter().enumerate() {
            let value: f64 = sample.into();
            let refused = |code, what: &str| {
                let frame = first.saturating_add(frame);
                Error::data(code, format!("sample of frame {frame} {what}")).channel(channel.to_string()).found(value)
            };
            if !value.is_finite() {
                return Err(refused("wav.non-finite", "is no number").expected("finite samples"));
            }
            if coding == WriteCoding::Float32 && !single(value).is_finite() {
                return Err(refused("wav.beyond-f32", "is beyond the range of f32"));
            }
            clipped = clipped.saturating_add(u64::from(coding.clips(value)));
        }
    }
    Ok(clipped)
}

#[expect(clippy::cast_possible_truncation, reason = "rounding is meant; what becomes infinite is refused before")]
fn single(value: f64) -> f32 {
    value as f32
}

impl WriteCoding {
    fn is_float(self) -> bool {
        matches!(self, Self::Float32 | Self::Float64)
    }

    /// `2^(b-1)` of `b` bits.
    fn full_scale(self) -> f64 {
        f64::from(1_u32.wrapping_shl(u32::from(self.bits()).saturating_sub(1)))
    }

    /// The sample in units of the last bit, rounded.
    fn scaled(self, value: f64) -> f64 {
        (value * self.full_scale()).round_ties_even()
    }

    /// Whether `value` is outside of what these integers hold.
    fn clips(self, value: f64) -> bool {
        let (full_scale, scaled) = (self.full_scale(), self.scaled(value));
        !self.is_float() && (scaled < -full_scale || scaled > full_scale - 1.0)
    }

    /// Adds `value` as it is stored.
    #[expect(clippy::cast_possible_truncation, reason = "a whole number within the range of 32 bits")]
    fn encode(self, value: f64, to: &mut Vec<u8>) {
        let integer = || {
            let full_scale = self.full_scale();
            (self.scaled(value).clamp(-full_scale, full_scale - 1.0) as i32).to_le_bytes()
        };
        match self {
            Self::Pcm8 => to.push(integer()[0].wrapping_add(128)),
            Self::Pcm16 => to.extend_from_slice(&integer()[..2]),
            Self::Pcm24 => to.extend_from_slice(&integer()[..3]),
            Self::Pcm32 => to.extend_from_slice(&integer()),
            Self::Float32 => to.extend_from_slice(&single(value).to_le_bytes()),
            Self::Float64 => to.extend_from_slice(&value.to_le_bytes()),
        }
    }
}

/// What the header says, all of it checked to fit.
struct Header {
    channels: u16,
    sample_rate: u32,
    coding: WriteCoding,
    data_bytes: u32,
}

impl Header {
    fn data_bytes((channels, frames): (usize, usize), coding: WriteCoding) -> u64 {
        let align = u64::from(coding.bits() / 8).saturating_mul(channels as u64);
        align.saturating_mul(frames as u64)
    }

    /// What the header will say, if it can.
    fn new(shape: (usize, usize), sample_rate: u32, coding: WriteCoding) -> Result<Self> {
        let refused = |field: &str, found: String, expected: &str| {
            Error::data("wav.bad-field", "cannot be written").field(field).found(found).expected(expected)
        };
        let align = Self::data_bytes((shape.0, 1), coding);
        let fits = u16::try_from(align).ok().and_then(|_| u16::try_from(shape.0).ok()).filter(|&channels| channels > 0);
        let channels = fits
            .ok_or_else(|| refused("channels", shape.0.to_string(), "at least 1, and frames of at most 65535 bytes"))?;
        if sample_rate == 0 || u32::try_from(align.saturating_mul(sample_rate.into())).is_err() {
            let found = format!("{sample_rate} Hz");
            return Err(refused("sample rate", found, "at least 1 Hz, and less than 4 GiB a second"));
        }
        let data = Self::data_bytes(shape, coding);
        let whole = data.saturating_add(EXTENSIBLE_HEADER_BYTES).saturating_add(1);
        match u32::try_from(data).ok().filter(|_| u32::try_from(whole).is_ok()) {
            Some(data_bytes) => Ok(Self { channels, sample_rate, coding, data_bytes }),
            None => Err(Error::unsupported("wav.too-large", "a RIFF file cannot hold so much")
                .found(format!("{data} bytes of samples"))
                .expected("less than 4 GiB")),
        }
    }

    /// More than two channels or 16 bits get the extensible form, as the format asks.
    fn is_extensible(&self) -> bool {
        self.channels > 2 || self.coding.bits() > 16
    }

    fn bytes(&self) -> Vec<u8> {
        let is_extensible = self.is_extensible();
        let header_bytes = if is_extensible { EXTENSIBLE_HEADER_BYTES } else { PLAIN_HEADER_BYTES };
        let padded = u64::from(self.data_bytes).next_multiple_of(2);
        let riff = u32::try_from(padded.saturating_add(header_bytes).saturating_sub(8)).unwrap_or(u32::MAX);
        let bits = self.coding.bits();
        let align = self.channels.saturating_mul(bits / 8);
        let tag: u16 = if self.coding.is_float() { 3 } else { 1 };
        let mut header = Vec::with_capacity(BUFFER_BYTES);
        header.extend_from_slice(b"RIFF");
        header.extend(riff.to_le_bytes());
        header.extend_from_slice(b"WAVEfmt ");
        header.extend(if is_extensible { 40_u32 } else { 16 }.to_le_bytes());
        header.extend(if is_extensible { 0xFFFE } else { tag }.to_le_bytes());
        header.extend(self.channels.to_le_bytes());
        header.extend(self.sample_rate.to_le_bytes());
        header.extend(self.sample_rate.saturating_mul(align.into()).to_le_bytes());
        header.extend(align.to_le_bytes());
        header.extend(bits.to_le_bytes());
        if is_extensible {
            header.extend(22_u16.to_le_bytes());
            header.extend(bits.to_le_bytes());
            header.extend(speakers(self.channels).to_le_bytes());
            header.extend(tag.to_le_bytes());
            header.extend(GUID_TAIL);
        }
        header.extend_from_slice(b"data");
        header.extend(self.data_bytes.to_le_bytes());
        header
    }
}

/// The speakers of so many channels: the first ones, of which 18 have a place.
fn speakers(channels: u16) -> u32 {
    1_u32.wrapping_shl(u32::from(channels.min(18))).wrapping_sub(1)
}
