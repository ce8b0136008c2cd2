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
use super::tile::{Numbers, Picks, Tile, grow};
use crate::error::{Error, Result};
use crate::formats::access::ReadAt;
use crate::limits::Budget;
use crate::simd::Level;
use crate::simd::frames::{Linear, MarkerRows, Sample};
use crate::simd::stream::{Line, RowWriter, Stores};

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

impl Job {
    /// Rows of numbers: three and a residual of each marker, one of each channel.
    fn rows(&self) -> usize {
        self.picks.markers.saturating_mul(4).saturating_add(self.picks.rows)
    }
}

impl<T> Rows<'_, T> {
    /// Bytes of the numbers.
    fn bytes(&self) -> usize {
        let numbers = self.coordinates.len().saturating_add(self.residuals.len()).saturating_add(self.analog.len());
        numbers.saturating_mul(size_of::<T>())
    }
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
    let stores = if rows.bytes() >= STREAMED_BYTES { Stores::Streaming } else { Stores::Ordinary };
    scratch.prepare(block, if stores == Stores::Streaming { job.rows() } else { 0 }, budget)?;
    let Scratch { read, stage, lines } = scratch;
    let coordinate = if layout.storage == Storage::Float { 1.0 } else { layout.point_scale };
    let scale = PointScale { coordinate, residual: layout.point_scale };
    let writer = RowWriter::new(stores, lines);
    let mut dealer = Dealer { job, rows, scale, stage, writer, tally: Tally::default() };
    read.each(source, layout, (&job.picks, job.level), whole, budget, |tile, first| {
        dealer.points(&tile.points, first);
        dealer.analog(&tile.analog, first);
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
    lines: Vec<Line>,
}

impl<T: Sample> Scratch<T> {
    fn prepare(&mut self, block: usize, streamed_rows: usize, budget: &mut Budget) -> Result<()> {
        grow(&mut self.stage, block.max(SHORT_ROW).saturating_mul(4), "a block of rows", budget)?;
        grow(&mut self.lines, streamed_rows, "a block of rows", budget)
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
        (picks, level): (&Picks, Level),
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
            self.tile.fill(picks, level, bytes);
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
    let frame_bytes = picks.frame_bytes.max(picks.numbers().saturating_mul(size_of::<f32>()));
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
    writer: RowWriter<'a>,
    tally: Tally,
}

impl<T: Sample> Dealer<'_, T> {
    /// All markers of a tile, `first` frames into the rows.
    fn points(&mut self, points: &Numbers, first: usize) {
        let (frames, row, level) = (points.rows(), self.rows.frames, self.job.level);
        let markers = self.job.picks.markers;
        let span = first..first.saturating_add(frames);
        for marker in 0..markers {
            let masks = row_of(self.rows.camera_masks, row, marker).get_mut(span.clone()).unwrap_or_default();
            let coordinates = row_of(self.rows.coordinates, row.saturating_mul(3), marker);
            let all_residuals = row_of(self.rows.residuals, row, marker);
            let [x, y, z, residuals] = if self.writer.is_direct() {
                let mut axes = coordinates.chunks_exact_mut(row.max(1)).filter_map(|row| row.get_mut(span.clone()));
                let mut next = || axes.next().unwrap_or_default();
                [next(), next(), next(), all_residuals.get_mut(span.clone()).unwrap_or_default()]
            } else {
                let mut short = self.stage.chunks_exact_mut(frames.max(1));
                [(); 4].map(|()| short.next().unwrap_or_default())
            };
            let coordinates = [x, y, z];
            let outputs = MarkerRows { coordinates, residuals, camera_masks: masks };
            points::read(points, marker, self.scale, level, outputs, &mut self.tally.points);
            if !self.writer.is_direct() {
                let mut short = self.stage.chunks_exact(frames.max(1));
                for axis in 0..3 {
                    let at = marker.saturating_mul(3).saturating_add(axis);
                    put(&mut self.writer, at, row_of(self.rows.coordinates, row, at), first, short.next());
                }
                let at = markers.saturating_mul(3).saturating_add(marker);
                put(&mut self.writer, at, row_of(self.rows.residuals, row, marker), first, short.next());
            }
        }
    }

    /// All channels of a tile, `first` frames into the rows.
    fn analog(&mut self, analog: &Numbers, first: usize) {
        let picks = &self.job.picks;
        let row = self.rows.frames.saturating_mul(picks.per_frame);
        let first = first.saturating_mul(picks.per_frame);
        for start in (0..analog.rows()).step_by(SHORT_ROW) {
            let count = SHORT_ROW.min(analog.rows().saturating_sub(start));
            let at = first.saturating_add(start);
            let span = at..at.saturating_add(count);
            for (group, linear) in self.job.linear.chunks(4).enumerate() {
                let channel = group.saturating_mul(4);
                let mut short = self.stage.chunks_exact_mut(count);
                let behind = if self.writer.is_direct() { channel.saturating_mul(row) } else { usize::MAX };
                let there = self.rows.analog.get_mut(behind..).unwrap_or_default();
                let mut there = there.chunks_exact_mut(row.max(1)).filter_map(|row| row.get_mut(span.clone()));
                let rows = [(); 4].map(|()| there.next().or_else(|| short.next()).unwrap_or_default());
                let nonfinite = analog::read(analog, start, channel, linear, self.job.level, rows);
                self.tally.analog.nonfinite = self.tally.analog.nonfinite.saturating_add(nonfinite);
                if !self.writer.is_direct() {
                    let channels = channel..channel.saturating_add(linear.len());
                    for (values, channel) in self.stage.chunks_exact(count).zip(channels) {
                        let index = picks.markers.saturating_mul(4).saturating_add(channel);
                        put(&mut self.writer, index, row_of(self.rows.analog, row, channel), at, Some(values));
                    }
                }
            }
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
        let row = self.rows.frames.saturating_mul(per_frame);
        self.stage.fill(T::NAN);
        for channel in 0..picks.rows {
            let at = picks.markers.saturating_mul(4).saturating_add(channel);
            let mut before = first.saturating_mul(per_frame);
            while before < row {
                let unknown = self.stage.get(..self.stage.len().min(row.saturating_sub(before))).unwrap_or_default();
                put(&mut self.writer, at, row_of(self.rows.analog, row, channel), before, Some(unknown));
                before = before.saturating_add(unknown.len().max(1));
            }
        }
        if picks.markers > 0 {
            grow(&mut read.bytes, picks.frame_bytes, "a block of frames", budget)?;
            let frame = read.bytes.get_mut(..picks.frame_bytes).unwrap_or_default();
            let at = layout.data_start.saturating_add(layout.frames.saturating_mul(layout.frame_bytes()));
            source.read_at(at, frame.get_mut(..picks.point_bytes).unwrap_or_default())?;
            read.tile.fill(picks, self.job.level, frame);
            self.points(&read.tile.points, first);
        }
        Ok(())
    }
}

/// Row `at` of rows of this length.
fn row_of<T>(rows: &mut [T], length: usize, at: usize) -> &mut [T] {
    let start = at.saturating_mul(length);
    rows.get_mut(start..start.saturating_add(length)).unwrap_or_default()
}

/// Writes `piece` to its place in row number `index`.
fn put<T: bytemuck::Pod>(writer: &mut RowWriter<'_>, index: usize, row: &mut [T], first: usize, piece: Option<&[T]>) {
    if let Some(piece) = piece.filter(|piece| first.saturating_add(piece.len()) <= row.len()) {
        writer.write(index, row, first, piece);
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
    Blocks::default().each(source, layout, (&picks, Level::best()), range, budget, |tile, _| {
        for sample in 0..tile.analog.rows() {
            for (i, around) in around.iter_mut().enumerate() {
                around.add(tile.analog.number(sample, i));
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
