//! The one decoder: frames of a file into rows, block by block.
//!
//! A block of frames is turned into numbers (`tile`), each marker and each four channels are dealt out to short rows that stay in the first-level
//! cache (`points`, `analog`), and these are copied to their places. Rows that are larger than the caches are written past them. Whole
//! recordings, selections and streams differ only in what is picked and which frames are asked for.

use std::ops::{ControlFlow, Range};

use super::analog::{self, AnalogDoubts, Around, Scaling};
use super::layout::Layout;
use super::number::Storage;
use super::points::{self, Doubts, PointScale};
use super::tile::{Picks, Tile, grow};
use crate::error::{Error, Result};
use crate::formats::access::ReadAt;
use crate::limits::Budget;
use crate::simd::Level;
use crate::simd::frames::{Linear, MarkerRows, STEPS, Sample};
use crate::simd::stream::{Copier, Stores};

/// Bytes of the frames of a block, and of its numbers: these and the rows of a few channels stay in a second-level cache, and the pieces of a
/// row are long enough that the lines at their ends, which are stored twice, are few.
const BLOCK_BYTES: usize = 400 << 10;

/// Rows of together at least so many bytes are written past the caches.
const STREAMED_BYTES: usize = 8 << 20;

/// Samples that are dealt out at a time: neighbouring channels share lines, which so stay in the first-level cache from one to the next.
const SHORT_ROW: usize = 256;

/// What is decoded, and how.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) picks: Picks,
    /// One for each channel that is picked.
    pub(super) linear: Vec<Linear>,
    pub(super) offsets_guessed: u64,
    pub(super) level: Level,
}

/// Where it goes: rows of `frames` or of `frames * samples per frame` numbers.
pub(super) struct Rows<'a, T> {
    pub(super) coordinates: &'a mut [T],
    pub(super) residuals: &'a mut [T],
    pub(super) camera_masks: &'a mut [u8],
    pub(super) analog: &'a mut [T],
    pub(super) frames: usize,
}

/// What was doubtful.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) points: Doubts,
    pub(super) analog: AnalogDoubts,
}

impl Tally {
    /// The sum of both.
    pub(super) fn with(self, other: Self) -> Self {
        Self { points: self.points.with(other.points), analog: self.analog.with(other.analog) }
    }
}

/// Decodes `range` of the frames of `layout`, which lie inside it.
///
/// # Errors
/// `limit.memory-bytes`; those of the source.
pub(super) fn decode<T: Sample>(
    source: &impl ReadAt,
    layout: &Layout,
    job: &Job,
    range: Range<u64>,
    rows: Rows<'_, T>,
    scratch: &mut Scratch<T>,
    budget: &mut Budget,
) -> Result<Tally> {
    if range.is_empty() {
        return Ok(Tally::default());
    }
    let whole = range.start..range.end.min(layout.frames).max(range.start);
    let block = block_frames(&job.picks, &whole);
    scratch.prepare(block, budget)?;
    let Scratch { read, stage, masks } = scratch;
    let mut dealer = Dealer::new(layout, job, rows, stage, masks);
    read.each(source, layout, &job.picks, whole, budget, |tile, first| {
        dealer.points(tile, first);
        dealer.analog(tile, first);
        ControlFlow::Continue(())
    })?;
    if range.end > layout.frames.max(range.start) {
        let at = layout.frames.max(range.start).saturating_sub(range.start);
        dealer.point_only(source, layout, read, usize::try_from(at).unwrap_or(usize::MAX), budget)?;
    }
    Ok(dealer.tally)
}

/// Memory that is kept between readings.
#[derive(Debug, Default)]
pub(super) struct Scratch<T> {
    read: Blocks,
    /// Short rows of one marker or four channels.
    stage: Vec<T>,
    masks: Vec<u8>,
}

impl<T: Sample> Scratch<T> {
    fn prepare(&mut self, block: usize, budget: &mut Budget) -> Result<()> {
        let longest = block.saturating_add(STEPS).max(SHORT_ROW);
        grow(&mut self.stage, longest.saturating_mul(4), "a block of rows", budget)?;
        grow(&mut self.masks, block.saturating_add(STEPS), "a block of rows", budget)
    }
}

/// Reads frames block by block.
#[derive(Debug, Default)]
struct Blocks {
    tile: Tile,
    /// Bytes of a source that does not stand in memory.
    bytes: Vec<u8>,
}

impl Blocks {
    /// Fills the tile with the frames of `range`, block by block, and calls `each` with it and the number of frames before it.
    fn each(
        &mut self,
        source: &impl ReadAt,
        layout: &Layout,
        picks: &Picks,
        range: Range<u64>,
        budget: &mut Budget,
        mut each: impl FnMut(&Tile, usize) -> ControlFlow<()>,
    ) -> Result<()> {
        let block = block_frames(picks, &range);
        self.tile.prepare(picks, block, budget)?;
        if picks.is_empty() || picks.frame_bytes == 0 {
            return Ok(());
        }
        let memory = source.in_memory();
        if memory.is_none() {
            grow(&mut self.bytes, block.saturating_mul(picks.frame_bytes), "a block of frames", budget)?;
        }
        let (mut next, mut done) = (range.start, 0_usize);
        while next < range.end {
            let left = usize::try_from(range.end.saturating_sub(next)).unwrap_or(usize::MAX);
            let frames = left.min(block);
            let at = layout.data_start.saturating_add(next.saturating_mul(picks.frame_bytes as u64));
            let length = frames.saturating_mul(picks.frame_bytes);
            let bytes = if let Some(all) = memory {
                slice(all, at, length)?
            } else {
                let bytes = self.bytes.get_mut(..length).unwrap_or_default();
                source.read_at(at, bytes)?;
                &*bytes
            };
            self.tile.fill(picks, bytes);
            if each(&self.tile, done).is_break() {
                return Ok(());
            }
            done = done.saturating_add(frames);
            next = next.saturating_add(frames as u64);
        }
        Ok(())
    }
}

/// Frames of a block: a multiple of 16 where they are small, so that pieces of rows are whole lines.
fn block_frames(picks: &Picks, range: &Range<u64>) -> usize {
    let frame_bytes = picks.frame_bytes.max(picks.numbers.saturating_mul(size_of::<f32>()));
    let fit = BLOCK_BYTES.checked_div(frame_bytes).unwrap_or(1).max(1);
    let fit = if fit > 16 { fit & !15 } else { fit };
    let asked = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
    fit.min(asked.max(1))
}

fn slice(all: &[u8], at: u64, length: usize) -> Result<&[u8]> {
    let start = usize::try_from(at).unwrap_or(usize::MAX);
    all.get(start..).and_then(|rest| rest.get(..length)).ok_or_else(|| {
        Error::data("c3d.data-truncated", "frames beyond the end of the file")
            .byte(at)
            .expected(format!("{length} bytes"))
    })
}

/// Deals tiles out to rows.
struct Dealer<'a, T> {
    job: &'a Job,
    rows: Rows<'a, T>,
    scale: PointScale,
    stage: &'a mut [T],
    masks: &'a mut [u8],
    copier: Copier,
    tally: Tally,
}

impl<'a, T: Sample> Dealer<'a, T> {
    fn new(layout: &Layout, job: &'a Job, rows: Rows<'a, T>, stage: &'a mut [T], masks: &'a mut [u8]) -> Self {
        let numbers = rows.coordinates.len().saturating_add(rows.residuals.len()).saturating_add(rows.analog.len());
        let is_large = numbers.saturating_mul(size_of::<T>()) >= STREAMED_BYTES;
        let coordinate = if layout.storage == Storage::Float { 1.0 } else { layout.point_scale };
        let scale = PointScale { coordinate, residual: layout.point_scale };
        let copier = Copier::new(if is_large { Stores::Streaming } else { Stores::Ordinary });
        Self { job, rows, scale, stage, masks, copier, tally: Tally::default() }
    }

    /// All markers of a tile, `first` frames into the rows.
    fn points(&mut self, tile: &Tile, first: usize) {
        let (padded, frames, row) = (tile.frame_starts().len(), tile.frames(), self.rows.frames);
        for marker in 0..self.job.picks.markers {
            let mut short = self.stage.chunks_exact_mut(padded.max(1));
            let (Some(x), Some(y), Some(z), Some(residuals)) = (short.next(), short.next(), short.next(), short.next())
            else {
                return;
            };
            let masks = self.masks.get_mut(..padded).unwrap_or_default();
            let outputs = MarkerRows {
                coordinates: [&mut *x, &mut *y, &mut *z],
                residuals: &mut *residuals,
                camera_masks: &mut *masks,
            };
            points::read(tile, marker, self.scale, self.job.level, outputs, &mut self.tally.points);
            for (axis, values) in [x, y, z].into_iter().enumerate() {
                let at = marker.saturating_mul(3).saturating_add(axis);
                put(&self.copier, self.rows.coordinates, row, at, first, values, frames);
            }
            put(&self.copier, self.rows.residuals, row, marker, first, residuals, frames);
            put(&Copier::new(Stores::Ordinary), self.rows.camera_masks, row, marker, first, masks, frames);
        }
    }

    /// All channels of a tile, `first` frames into the rows.
    fn analog(&mut self, tile: &Tile, first: usize) {
        let per_frame = self.job.picks.per_frame;
        let row = self.rows.frames.saturating_mul(per_frame);
        let mut first = first.saturating_mul(per_frame);
        let mut left = tile.samples();
        for starts in tile.sample_starts().chunks(SHORT_ROW) {
            let count = left.min(starts.len());
            let stage = self.stage.get_mut(..starts.len().saturating_mul(4)).unwrap_or_default();
            let mut channel = 0_usize;
            for linear in self.job.linear.chunks(4) {
                let nonfinite = analog::read(tile, channel, linear, self.job.level, (starts, count), stage);
                self.tally.analog.nonfinite = self.tally.analog.nonfinite.saturating_add(nonfinite);
                for (values, _) in stage.chunks_exact(starts.len().max(1)).zip(linear) {
                    put(&self.copier, self.rows.analog, row, channel, first, values, count);
                    channel = channel.saturating_add(1);
                }
            }
            first = first.saturating_add(count);
            left = left.saturating_sub(count);
        }
    }

    /// The last frame of an unfinished recording, of which the points alone are there; its samples were not measured.
    fn point_only(
        &mut self,
        source: &impl ReadAt,
        layout: &Layout,
        read: &mut Blocks,
        first: usize,
        budget: &mut Budget,
    ) -> Result<()> {
        let picks = &self.job.picks;
        let per_frame = picks.per_frame;
        let (row, before) = (self.rows.frames.saturating_mul(per_frame), first.saturating_mul(per_frame));
        for row in self.rows.analog.chunks_exact_mut(row.max(1)) {
            row.get_mut(before..).unwrap_or_default().fill(T::NAN);
        }
        if picks.markers > 0 {
            grow(&mut read.bytes, picks.frame_bytes, "a block of frames", budget)?;
            let frame = read.bytes.get_mut(..picks.frame_bytes).unwrap_or_default();
            let at = layout.data_start.saturating_add(layout.frames.saturating_mul(layout.frame_bytes()));
            source.read_at(at, frame.get_mut(..picks.point_bytes).unwrap_or_default())?;
            read.tile.fill(picks, frame);
            self.points(&read.tile, first);
        }
        Ok(())
    }
}

/// Copies the first `count` of `values` to their place in row `at`.
fn put<T: bytemuck::Pod>(
    copier: &Copier,
    rows: &mut [T],
    row: usize,
    at: usize,
    first: usize,
    values: &[T],
    count: usize,
) {
    let start = at.saturating_mul(row).saturating_add(first);
    if let (Some(to), Some(from)) = (rows.get_mut(start..start.saturating_add(count)), values.get(..count)) {
        copier.copy(to, from);
    }
}

/// The conversions of `channels`, the doubtful offsets among them settled by all samples of the file; and how many were taken as unsigned.
///
/// # Errors
/// `limit.memory-bytes`; those of the source.
pub(super) fn settled(
    source: &impl ReadAt,
    layout: &Layout,
    scaling: &Scaling,
    channels: &[usize],
    budget: &mut Budget,
) -> Result<(Vec<Linear>, u64)> {
    let mut linear: Vec<Linear> =
        channels.iter().map(|&channel| scaling.channels.get(channel).copied().unwrap_or_default()).collect();
    let doubtful: Vec<usize> = channels.iter().copied().filter(|channel| scaling.doubtful.contains(channel)).collect();
    if doubtful.is_empty() || layout.frames == 0 {
        return Ok((linear, 0));
    }
    let picks = Picks::new(layout, &[], &doubtful, scaling.sign);
    let mut around = vec![Around::NOTHING; doubtful.len()];
    let range = 0..layout.frames;
    Blocks::default().each(source, layout, &picks, range, budget, |tile, _| {
        for &start in tile.sample_starts().iter().take(tile.samples()) {
            for (i, around) in around.iter_mut().enumerate() {
                around.add(tile.number(start.saturating_add(i)));
            }
        }
        if around.iter().all(Around::is_settled) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    let mut guessed = 0_u64;
    for (channel, around) in doubtful.iter().zip(around) {
        for (linear, _) in linear.iter_mut().zip(channels).filter(|(_, picked)| *picked == channel) {
            if let Some(offset) = around.unsigned(linear.offset) {
                linear.offset = offset;
                guessed = guessed.saturating_add(1);
            }
        }
    }
    Ok((linear, guessed))
}
