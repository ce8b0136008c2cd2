//! From bytes to any range of frames: how many there are, which bytes hold them, which decoder reads them, and whether they can be believed.
//!
//! [`Fetch`] brings the bytes (of a file in memory, of one that is read in parts, of a stream), [`Decoder`] takes some 64 KiB of them at a
//! time, so that every pass over the block (each channel's, the look for numbers that are none) finds it in the cache. Block-coded samples are
//! decoded a block at a time into 16-bit integers that are kept for the next range.

use std::ops::Range;

use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2, s};

use super::coding::Coding;
use super::format::{Format, Grouping};
use super::info::Samples;
use super::sample::Sample;
use super::warnings::{self, Notes};
use super::{gsm, ima, ms, pcm};
use crate::error::{Error, Result};
use crate::limits::Budget;

/// Bytes that are decoded at once.
pub(super) const PART_BYTES: usize = 1 << 16;

/// Where bytes of samples come from.
pub(super) trait Fetch {
    /// The bytes `at..at + len` of the samples, fewer only where they end.
    fn fetch(&mut self, at: u64, len: usize) -> Result<&[u8]>;
}

/// The bytes of samples as they are counted.
pub(super) struct Frames<'a> {
    pub(super) format: &'a Format,
    /// Offset of the first byte in the file.
    pub(super) offset: u64,
    pub(super) bytes: u64,
    /// Samples per channel as `fact` has them.
    pub(super) fact_samples: Option<u64>,
}

impl Frames<'_> {
    /// Samples per channel.
    ///
    /// # Errors
    /// `wav.no-samples`; under the strict policy the codes of the warnings.
    pub(super) fn count(&self, notes: &mut Notes) -> Result<usize> {
        let frames = match Blocks::of(&self.format.grouping) {
            None => self.whole_frames(notes)?,
            Some(blocks) => self.of_blocks(&blocks, notes)?,
        };
        if frames == 0 && self.bytes > 0 {
            return Err(Error::data("wav.no-samples", "not one whole frame of samples")
                .byte(self.offset)
                .found(format!("{} bytes", self.bytes))
                .expected(format!("{} channels of {}", self.format.channels, self.format.coding.name())));
        }
        if frames == 0 {
            notes.say(&warnings::EMPTY, self.offset, "the recording has no samples")?;
        }
        usize::try_from(frames)
            .map_err(|_| Error::limit("limit.memory-bytes", "more samples than this machine can count").found(frames))
    }

    fn whole_frames(&self, notes: &mut Notes) -> Result<u64> {
        let frame_bytes = frame_bytes(self.format) as u64;
        let frames = self.bytes.checked_div(frame_bytes).unwrap_or(0);
        let surplus = self.bytes.checked_rem(frame_bytes).unwrap_or(0);
        if surplus > 0 && frames > 0 {
            let end = self.offset.saturating_add(self.bytes.saturating_sub(surplus));
            let message = format!("the samples end with {surplus} bytes of a frame of {frame_bytes}; they are dropped");
            notes.say(&warnings::PARTIAL_FRAME, end, message)?;
        }
        Ok(frames)
    }

    /// Samples per channel of a block-coded recording, cut to what `fact` says where that is within the last block.
    fn of_blocks(&self, blocks: &Blocks, notes: &mut Notes) -> Result<u64> {
        let whole = self.bytes.checked_div(blocks.bytes as u64).unwrap_or(0);
        let surplus = self.bytes.checked_rem(blocks.bytes as u64).unwrap_or(0);
        let held_partly = usize::try_from(surplus).map_or(0, |bytes| (blocks.in_partial)(bytes, self.format.channels));
        let partial = held_partly.min(blocks.samples);
        // One byte that makes an odd number of GSM blocks even is the chunk's pad byte, counted in.
        let is_pad = surplus == 1 && self.format.grouping == Grouping::Gsm && self.bytes.is_multiple_of(2);
        if surplus > 0 && !is_pad {
            let end = self.offset.saturating_add(self.bytes.saturating_sub(surplus));
            let message =
                format!("the last block has {surplus} of {} bytes; {partial} samples of it are read", blocks.bytes);
            notes.say(&warnings::PARTIAL_BLOCK, end, message)?;
        }
        let per_block = blocks.samples as u64;
        let held = whole.saturating_mul(per_block).saturating_add(partial as u64);
        match self.fact_samples {
            None => Ok(held),
            Some(stated) if stated == held => Ok(held),
            Some(stated) if stated > 0 && stated < held && held.saturating_sub(stated) < per_block => Ok(stated),
            Some(stated) => {
                let message = format!("fact gives {stated} samples, the blocks hold {held}; the blocks count");
                notes.say(&warnings::FACT_DISAGREES, self.offset, message)?;
                Ok(held)
            }
        }
    }
}

/// Bytes of one frame; 0 where samples are coded in blocks.
pub(super) fn frame_bytes(format: &Format) -> usize {
    match format.grouping {
        Grouping::Frames { sample_bytes } => format.channels.saturating_mul(sample_bytes),
        _ => 0,
    }
}

/// How many bytes a block has, how many samples per channel whole and cut blocks hold.
pub(super) struct Blocks {
    pub(super) bytes: usize,
    pub(super) samples: usize,
    in_partial: fn(usize, usize) -> usize,
}

impl Blocks {
    /// The blocks of a coding that has them.
    pub(super) fn of(grouping: &Grouping) -> Option<Self> {
        match *grouping {
            Grouping::Frames { .. } => None,
            Grouping::Ima { block_bytes, block_samples } => {
                Some(Self { bytes: block_bytes, samples: block_samples, in_partial: ima::samples_in })
            }
            Grouping::Ms { block_bytes, block_samples, .. } => {
                Some(Self { bytes: block_bytes, samples: block_samples, in_partial: ms::samples_in })
            }
            Grouping::Gsm => Some(Self { bytes: gsm::BLOCK_BYTES, samples: gsm::BLOCK_SAMPLES, in_partial: |_, _| 0 }),
        }
    }
}

/// Decodes ranges of frames.
#[derive(Clone, Debug)]
pub(super) struct Decoder {
    format: Format,
    layout: pcm::Layout,
    /// Offset of the samples in the file, for errors.
    offset: u64,
    block: Block,
}

/// The block decoded last, channel after channel, and the state that GSM carries from block to block.
#[derive(Clone, Debug)]
struct Block {
    index: Option<u64>,
    samples: Vec<i16>,
    gsm: gsm::Decoder,
    next_gsm: u64,
}

impl Decoder {
    /// # Errors
    /// `limit.memory-bytes` for the buffer of a block.
    pub(super) fn new(samples: &Samples, budget: &mut Budget) -> Result<Self> {
        let format = samples.format.clone();
        let block_samples = Blocks::of(&format.grouping).map_or(0, |blocks| blocks.samples);
        let room = budget.zeroed(block_samples.saturating_mul(format.channels), "block of samples")?;
        let (coding, endian, channels) = (format.coding, samples.endian, format.channels);
        Ok(Self {
            layout: pcm::Layout { coding, endian, justification: samples.justification, channels },
            offset: samples.data.0,
            block: Block { index: None, samples: room, gsm: gsm::Decoder::new(), next_gsm: 0 },
            format,
        })
    }

    pub(super) fn format(&self) -> &Format {
        &self.format
    }

    /// Decodes `frames` of `channels` into `out`, whose shape is theirs; every part that is done is shown to `seen` with its first frame.
    ///
    /// # Errors
    /// `wav.bad-data`, `wav.non-finite`, `wav.beyond-f32`, those of the bytes' source.
    pub(super) fn decode<T: Sample>(
        &mut self,
        bytes: &mut impl Fetch,
        frames: Range<u64>,
        channels: &[usize],
        out: &mut ArrayViewMut2<'_, T>,
        mut seen: impl FnMut(u64, &ArrayView2<'_, T>),
    ) -> Result<()> {
        let per_part = match Blocks::of(&self.format.grouping) {
            Some(blocks) => blocks.samples,
            None => PART_BYTES.checked_div(frame_bytes(&self.format)).unwrap_or(1),
        };
        let per_part = per_part.max(1) as u64;
        let (mut at, mut column) = (frames.start, 0_usize);
        while at < frames.end {
            // Parts end where blocks do.
            let end = if self.block.samples.is_empty() {
                at.saturating_add(per_part)
            } else {
                at.checked_div(per_part).unwrap_or(0).saturating_add(1).saturating_mul(per_part)
            };
            let count = usize::try_from(end.min(frames.end).saturating_sub(at)).unwrap_or(usize::MAX);
            let next = column.saturating_add(count);
            let mut part = out.slice_mut(s![.., column..next]);
            if self.block.samples.is_empty() {
                self.frames(bytes, at, channels, &mut part)?;
            } else {
                self.of_block(bytes, at, channels, &mut part)?;
            }
            seen(at, &part.view());
            (at, column) = (at.saturating_add(count as u64), next);
        }
        Ok(())
    }

    fn frames<T: Sample>(
        &self,
        bytes: &mut impl Fetch,
        at: u64,
        channels: &[usize],
        out: &mut ArrayViewMut2<'_, T>,
    ) -> Result<()> {
        let frame_bytes = frame_bytes(&self.format);
        let data = bytes.fetch(at.saturating_mul(frame_bytes as u64), out.ncols().saturating_mul(frame_bytes))?;
        let mut finite = true;
        for (mut row, &channel) in out.outer_iter_mut().zip(channels) {
            into_row(&mut row, |row| {
                T::decode(data, &self.layout, channel, row);
                if matches!(self.format.coding, Coding::Float32 | Coding::Float64) {
                    finite &= T::all_are_numbers(row);
                }
            });
        }
        if finite { Ok(()) } else { Err(self.no_number(data, at, channels, &out.view())) }
    }

    /// The error for the first sample, by frame and then by channel, that is no number.
    fn no_number<T: Sample>(&self, data: &[u8], at: u64, channels: &[usize], out: &ArrayView2<'_, T>) -> Error {
        let rows = out.outer_iter().zip(channels);
        let first =
            rows.filter_map(|(row, &channel)| row.iter().position(|x| !x.is_a_number()).map(|frame| (frame, channel)));
        let (frame, channel) = first.min().unwrap_or_default();
        let mut value = 0.0_f64;
        let from = frame.saturating_mul(frame_bytes(&self.format));
        pcm::decode(data.get(from..).unwrap_or_default(), &self.layout, channel, std::slice::from_mut(&mut value));
        let number = at.saturating_add(frame as u64);
        let before = number.saturating_mul(self.format.channels as u64).saturating_add(channel as u64);
        let before = before.saturating_mul(u64::from(self.format.coding.stored_bits() / 8));
        let error = if value.is_finite() {
            Error::data("wav.beyond-f32", format!("sample of frame {number} is beyond the range of f32"))
                .expected("a magnitude up to 3.4e38, or samples read as f64")
        } else {
            Error::data("wav.non-finite", format!("sample of frame {number} is no number")).expected("finite samples")
        };
        error.byte(self.offset.saturating_add(before)).channel(channel.to_string()).found(value)
    }

    fn of_block<T: Sample>(
        &mut self,
        bytes: &mut impl Fetch,
        at: u64,
        channels: &[usize],
        out: &mut ArrayViewMut2<'_, T>,
    ) -> Result<()> {
        let per_block = self.block_samples();
        let index = at.checked_div(per_block as u64).unwrap_or(0);
        self.load(bytes, index)?;
        let within = usize::try_from(at.saturating_sub(index.saturating_mul(per_block as u64))).unwrap_or(usize::MAX);
        for (mut row, &channel) in out.outer_iter_mut().zip(channels) {
            let decoded = self.block.samples.chunks_exact(per_block).nth(channel).unwrap_or_default();
            for (slot, &value) in row.iter_mut().zip(decoded.get(within..).unwrap_or_default()) {
                *slot = T::of_i16(value);
            }
        }
        Ok(())
    }

    fn block_samples(&self) -> usize {
        Blocks::of(&self.format.grouping).map_or(1, |blocks| blocks.samples.max(1))
    }

    /// Makes the block `index` the one that is decoded.
    fn load(&mut self, bytes: &mut impl Fetch, index: u64) -> Result<()> {
        let Some(blocks) = Blocks::of(&self.format.grouping).filter(|_| self.block.index != Some(index)) else {
            return Ok(());
        };
        self.block.index = None;
        let start = |index: u64| index.saturating_mul(blocks.bytes as u64);
        match &self.format.grouping {
            Grouping::Gsm => {
                if index < self.block.next_gsm {
                    (self.block.gsm, self.block.next_gsm) = (gsm::Decoder::new(), 0);
                }
                while self.block.next_gsm <= index {
                    let data = bytes.fetch(start(self.block.next_gsm), blocks.bytes)?;
                    if let Some(block) = data.first_chunk() {
                        self.block.gsm.block(block, &mut self.block.samples);
                    }
                    self.block.next_gsm = self.block.next_gsm.saturating_add(1);
                }
            }
            grouping => {
                let data = bytes.fetch(start(index), blocks.bytes)?;
                for (channel, row) in self.block.samples.chunks_exact_mut(blocks.samples.max(1)).enumerate() {
                    let decoded = match grouping {
                        Grouping::Ms { coefficients, .. } => {
                            ms::decode(data, coefficients, self.format.channels, channel, row)
                        }
                        _ => ima::decode(data, self.format.channels, channel, row),
                    };
                    let at = self.offset.saturating_add(start(index));
                    decoded.map_err(|error| error.byte(at).channel(channel.to_string()))?;
                }
            }
        }
        self.block.index = Some(index);
        Ok(())
    }
}

/// Fills a row by `fill`, through memory of its own where the row's samples do not stand side by side.
fn into_row<T: Sample>(row: &mut ArrayViewMut1<'_, T>, fill: impl FnOnce(&mut [T])) {
    if let Some(row) = row.as_slice_mut() {
        return fill(row);
    }
    let mut side_by_side = vec![T::default(); row.len()];
    fill(&mut side_by_side);
    for (slot, sample) in row.iter_mut().zip(side_by_side) {
        *slot = sample;
    }
}
