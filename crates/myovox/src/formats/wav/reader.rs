//! Any part of a recording, from memory or from an open file, into memory of the caller.

use std::ops::Range;

use ndarray::{Array2, ArrayViewMut2};

use super::WavConfig;
use super::decode::{Decoder, Fetch};
use super::info::{self, Opened, WavInfo};
use super::input::Input;
use super::legs::Legs;
use super::sample::Sample;
use super::warnings::{self, Notes};
use crate::error::{Error, Result};
use crate::formats::access::ReadAt;
use crate::limits::Budget;

/// A recording whose header is read and whose samples are decoded when they are asked for: all, a range of frames, some channels; as `f32` or
/// `f64`; into a buffer that can be used again.
///
/// Whatever way samples are asked for, they are the same bits. What is not asked for is not decoded, nor checked. From a
/// [`ReadAt`] some 64 KiB are in memory at a time, whatever the length of the recording.
///
/// [`WavInfo::warnings`] is complete when the reader is made, but for one: `wav.identical-channels` is added when every frame of all channels
/// was read, from the first on. Where integers leave bits of their container unused, making the reader looks at all of them once,
/// since only together they say where their valid bits stand. GSM 6.10 carries its state from block to block: going back costs decoding from the
/// start.
///
/// ```
/// use myovox::formats::wav::{Reader, WavConfig};
/// use myovox::{Budget, Limits};
/// use ndarray::Array2;
/// // Two legs of two mu-law frames.
/// let config = WavConfig::default().raw("mulaw:8000:2".parse::<myovox::formats::wav::RawFormat>()?.into());
/// let mut reader = Reader::new(&[0x00, 0xFF, 0x80, 0xFF], &config, &mut Budget::new(&Limits::default()))?;
/// let mut samples = Array2::<f32>::zeros((reader.info().channels, reader.info().frames));
/// reader.read_into(samples.view_mut())?;
/// assert_eq!(samples.row(0).to_vec(), [-32124.0 / 32768.0, 32124.0 / 32768.0]);
///
/// let mut last = [9.0_f64; 1];
/// let view = ndarray::ArrayViewMut2::from_shape((1, 1), &mut last).unwrap();
/// reader.read_channels_into(&[1], 1..2, view)?;
/// assert_eq!(last, [0.0]);
/// # Ok::<(), myovox::Error>(())
/// ```
pub struct Reader<'a> {
    bytes: Bytes<'a>,
    info: WavInfo,
    notes: Notes,
    decoder: Decoder,
    legs: Legs,
    all_channels: Vec<usize>,
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("info", &self.info).finish_non_exhaustive()
    }
}

impl<'a> Reader<'a> {
    /// Reads the header of the recording in `bytes` (read from a file, or a memory map of one).
    ///
    /// # Errors
    /// Those of [`read`](super::read) but for what only the samples show (`wav.non-finite`, `wav.bad-data`).
    pub fn new(bytes: &'a [u8], config: &WavConfig, budget: &mut Budget) -> Result<Self> {
        Self::of(Input::Memory(bytes), config, budget)
    }

    /// Reads the header of the recording in `source`, such as a [`FileReader`](crate::formats::access::FileReader).
    ///
    /// # Errors
    /// As [`new`](Self::new), and those of `source`.
    pub fn at(source: &'a (dyn ReadAt + Sync), config: &WavConfig, budget: &mut Budget) -> Result<Self> {
        Self::of(Input::At(source), config, budget)
    }

    fn of(input: Input<'a>, config: &WavConfig, budget: &mut Budget) -> Result<Self> {
        let Opened { info, samples, notes } = info::open(input, config, budget)?;
        let decoder = Decoder::new(&samples, budget)?;
        let (offset, len) = samples.data;
        let bytes = Bytes { input, offset, len, part: Vec::new() };
        let (legs, all_channels) = (Legs::new(info.channels), (0..info.channels).collect());
        Ok(Self { bytes, info, notes, decoder, legs, all_channels })
    }

    /// What the file says of its recording.
    pub fn info(&self) -> &WavInfo {
        &self.info
    }

    /// The same, when the reader is not needed any more.
    #[must_use]
    pub fn into_info(self) -> WavInfo {
        self.info
    }

    /// All samples, `(channels, samples)`, in memory of their own, charged to `budget`.
    ///
    /// # Errors
    /// `limit.memory-bytes`, and as [`read_into`](Self::read_into).
    pub fn samples<T: Sample>(&mut self, budget: &mut Budget) -> Result<Array2<T>> {
        let shape = (self.info.channels, self.info.frames);
        let zeros = budget.zeroed(shape.0.saturating_mul(shape.1), "samples")?;
        let mut samples = Array2::from_shape_vec(shape, zeros)
            .map_err(|_| Error::limit("limit.memory-bytes", "samples do not fit into an array"))?;
        self.read_into(samples.view_mut())?;
        Ok(samples)
    }

    /// All samples into `out`, `(channels, samples)`. A view in any layout will do: the transpose of a `(samples, channels)` array is filled
    /// frame by frame, a row whose samples stand side by side is filled fastest.
    ///
    /// # Errors
    /// `config.shape` where `out` has another shape; `wav.non-finite` with channel and frame; `wav.beyond-f32` for a `float64` that `f32`
    /// cannot hold; `wav.bad-data` for a block of ADPCM that cannot be; those of the source. `wav.identical-channels` under the strict policy.
    pub fn read_into<T: Sample>(&mut self, out: ArrayViewMut2<'_, T>) -> Result<()> {
        self.read_frames_into(0..self.info.frames, out)
    }

    /// The samples of `frames` into `out`, `(channels, frames)`.
    ///
    /// # Errors
    /// As [`read_into`](Self::read_into), and `config.range` where the recording has not all of `frames`.
    pub fn read_frames_into<T: Sample>(&mut self, frames: Range<usize>, out: ArrayViewMut2<'_, T>) -> Result<()> {
        let channels = std::mem::take(&mut self.all_channels);
        let result = self.decode(&channels, frames, out);
        self.all_channels = channels;
        result
    }

    /// The samples of `frames` and `channels` (by number from 0, in any order) into `out`, `(channels asked for, frames)`.
    ///
    /// # Errors
    /// As [`read_frames_into`](Self::read_frames_into), `config.range` also where there is no such channel.
    pub fn read_channels_into<T: Sample>(
        &mut self,
        channels: &[usize],
        frames: Range<usize>,
        out: ArrayViewMut2<'_, T>,
    ) -> Result<()> {
        if let Some(absent) = channels.iter().find(|&&channel| channel >= self.info.channels) {
            return Err(Error::config("config.range", "no such channel")
                .found(absent)
                .expected(format!("0 to {}", self.info.channels.saturating_sub(1))));
        }
        self.decode(channels, frames, out)
    }

    fn decode<T: Sample>(
        &mut self,
        channels: &[usize],
        frames: Range<usize>,
        mut out: ArrayViewMut2<'_, T>,
    ) -> Result<()> {
        if frames.start > frames.end || frames.end > self.info.frames {
            return Err(Error::config("config.range", "frames that the recording does not have")
                .found(format!("{} to {}", frames.start, frames.end))
                .expected(format!("within 0 to {}", self.info.frames)));
        }
        check_shape(out.dim(), (channels.len(), frames.len()))?;
        let span = frames.start as u64..frames.end as u64;
        let is_all =
            channels.len() == self.info.channels && channels.iter().enumerate().all(|(at, &channel)| at == channel);
        let legs = if is_all { Some(&mut self.legs) } else { None };
        decode_compared(&mut self.decoder, &mut self.bytes, span, channels, &mut out, legs)?;
        self.say_identical()
    }

    /// Adds the warning that only all samples bear out, once.
    fn say_identical(&mut self) -> Result<()> {
        if !self.legs.are_identical(self.info.frames as u64) {
            return Ok(());
        }
        self.legs = Legs::new(0);
        say_identical_channels(&mut self.notes, self.info.channels, self.bytes.offset)?;
        self.info.warnings = self.notes.warnings();
        Ok(())
    }
}

pub(super) fn check_shape(found: (usize, usize), expected: (usize, usize)) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    let text = |(channels, frames): (usize, usize)| format!("{channels} channels of {frames} samples");
    Err(Error::config("config.shape", "output of another shape").found(text(found)).expected(text(expected)))
}

pub(super) fn say_identical_channels(notes: &mut Notes, channels: usize, offset: u64) -> Result<()> {
    let message = format!("all {channels} channels hold the same samples; all are kept");
    notes.say(&warnings::IDENTICAL_CHANNELS, offset, message)
}

/// Decodes `span` into `out` and compares the channels as they come, block by block while they stand in the cache.
pub(super) fn decode_compared<T: Sample>(
    decoder: &mut Decoder,
    bytes: &mut impl Fetch,
    span: Range<u64>,
    channels: &[usize],
    out: &mut ArrayViewMut2<'_, T>,
    legs: Option<&mut Legs>,
) -> Result<()> {
    let start = span.start;
    let Some(legs) = legs.filter(|legs| legs.wants(start)) else {
        return decoder.decode(bytes, span, channels, out, |_, _| {});
    };
    // Equal in f32 is not equal where samples have more bits: then the question is asked again of all bits.
    let all_bits_held = decoder.format().coding.significant_bits() <= T::BITS;
    let before = *legs;
    decoder.decode(bytes, span.clone(), channels, out, |at, part| legs.compare(at, part))?;
    if legs.wants(start) && !all_bits_held {
        *legs = before;
        let mut wide = Array2::<f64>::zeros((channels.len(), 4096));
        let mut at = start;
        while at < span.end && legs.wants(at) {
            let end = at.saturating_add(4096).min(span.end);
            let count = usize::try_from(end.saturating_sub(at)).unwrap_or_default();
            let mut part = wide.slice_mut(ndarray::s![.., ..count]);
            decoder.decode(bytes, at..end, channels, &mut part, |_, _| {})?;
            legs.compare(at, &part.view());
            at = end;
        }
    }
    Ok(())
}

/// The samples' part of the file.
struct Bytes<'a> {
    input: Input<'a>,
    offset: u64,
    len: u64,
    /// What was fetched last, where the file is not in memory.
    part: Vec<u8>,
}

impl Fetch for Bytes<'_> {
    fn fetch(&mut self, at: u64, len: usize) -> Result<&[u8]> {
        let len = usize::try_from(self.len.saturating_sub(at)).unwrap_or(usize::MAX).min(len);
        let at = self.offset.saturating_add(at);
        match self.input {
            Input::Memory(bytes) => {
                let from = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
                Ok(from.get(..len).unwrap_or(from))
            }
            Input::At(source) => {
                self.part.resize(len, 0);
                source.read_at(at, &mut self.part)?;
                Ok(&self.part)
            }
        }
    }
}
