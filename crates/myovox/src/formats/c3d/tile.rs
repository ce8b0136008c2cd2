//! Some frames at a time, as plain numbers: the file's bytes of the points and channels that are wanted, whatever their format, become `f32`
//! frame by frame in a buffer that stays in the cache. From there `simd::frames` deals them out to rows.
//!
//! `f32` holds every stored number exactly but for VAX numbers below 2^-126; a tile that has one is kept as `f64` as well and read by the letter.

use std::cell::Cell;

use super::layout::Layout;
use super::number::{
    BigSigned, BigUnsigned, DecFloat, Element, IntelFloat, LittleSigned, LittleUnsigned, MipsFloat, Processor, Storage,
};
use crate::error::Result;
use crate::limits::Budget;
use crate::simd::frames::STEPS;

/// Numbers behind the last frame, so that four numbers can be looked at wherever one stands.
const BEHIND: usize = 4;

/// Whether integer samples (and integer offsets) are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Signed,
    Unsigned,
}

/// Neighbouring numbers that are taken together.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// First byte in the frame of the file, or in its sub-frame.
    byte: usize,
    /// Number of numbers.
    count: usize,
}

/// What is taken out of each frame.
#[derive(Clone, Debug)]
pub(super) struct Picks {
    /// Points of a frame.
    points: Vec<Run>,
    /// Channels of a sub-frame.
    channels: Vec<Run>,
    /// Sub-frames, as far as `channels` tells them apart.
    sub_frames: usize,
    sub_frame_bytes: usize,
    /// Number of points, and of the channels and samples of a frame.
    pub(super) markers: usize,
    pub(super) rows: usize,
    pub(super) per_frame: usize,
    /// Numbers of a frame in the tile.
    pub(super) numbers: usize,
    /// Bytes of a frame in the file.
    pub(super) frame_bytes: usize,
    pub(super) point_bytes: usize,
    /// Whether the tile's frames are the file's.
    is_whole: bool,
    processor: Processor,
    storage: Storage,
    sign: Sign,
}

fn index(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Indices as runs of neighbours, `each` numbers of `width` bytes apiece, from byte `start`.
fn runs(indices: &[usize], each: usize, width: usize, start: usize) -> Vec<Run> {
    let step = each.saturating_mul(width);
    let mut runs: Vec<Run> = Vec::new();
    for &i in indices {
        let byte = start.saturating_add(i.saturating_mul(step));
        match runs.last_mut() {
            Some(run) if run.byte.saturating_add(run.count.saturating_mul(width)) == byte => {
                run.count = run.count.saturating_add(each);
            }
            _ => runs.push(Run { byte, count: each }),
        }
    }
    runs
}

impl Picks {
    /// The points and channels with these indices, in this order.
    pub(super) fn new(layout: &Layout, points: &[usize], channels: &[usize], sign: Sign) -> Self {
        let width = index(layout.storage.width());
        let per_frame = index(u64::from(layout.samples_per_frame));
        let all_channels = index(u64::from(layout.channels));
        let sub_frame_bytes = all_channels.saturating_mul(width);
        let frame_bytes = index(layout.frame_bytes());
        let point_bytes = index(u64::from(layout.points)).saturating_mul(4).saturating_mul(width);
        let point_runs = runs(points, 4, width, 0);
        let mut channel_runs = runs(channels, 1, width, point_bytes);
        let mut sub_frames = if channels.is_empty() { 0 } else { per_frame };
        if let ([run], true) = (channel_runs.as_mut_slice(), channels.len() == all_channels) {
            run.count = run.count.saturating_mul(per_frame);
            sub_frames = 1;
        }
        let analog = channels.len().saturating_mul(per_frame);
        let numbers = points.len().saturating_mul(4).saturating_add(analog);
        let is_whole = numbers.saturating_mul(width) == frame_bytes
            && point_runs.len() <= 1
            && channel_runs.len() <= 1
            && (sign == Sign::Signed || layout.storage == Storage::Float || points.is_empty());
        Self {
            points: point_runs,
            channels: channel_runs,
            sub_frames,
            sub_frame_bytes,
            markers: points.len(),
            rows: channels.len(),
            per_frame,
            numbers,
            frame_bytes,
            point_bytes,
            is_whole,
            processor: layout.processor,
            storage: layout.storage,
            sign,
        }
    }

    /// Whether the numbers stand in the file as in this machine's memory.
    fn is_native(&self) -> bool {
        cfg!(target_endian = "little") && (self.storage, self.processor) == (Storage::Float, Processor::Intel)
    }

    /// Whether nothing is taken.
    pub(super) fn is_empty(&self) -> bool {
        self.numbers == 0
    }
}

/// The numbers of some frames.
#[derive(Debug, Default)]
pub(super) struct Tile {
    narrow: Vec<f32>,
    /// The same, where `f32` does not hold them; else empty.
    wide: Vec<f64>,
    /// Where in the tile the frames start, and the sub-frames: filled up with the last to a multiple of [`STEPS`].
    frame_starts: Vec<usize>,
    sample_starts: Vec<usize>,
    frames: usize,
    samples: usize,
}

impl Tile {
    /// Makes room for up to `frames` frames of `picks`.
    ///
    /// # Errors
    /// `limit.memory-bytes`.
    pub(super) fn prepare(&mut self, picks: &Picks, frames: usize, budget: &mut Budget) -> Result<()> {
        let numbers = frames.saturating_mul(picks.numbers).saturating_add(BEHIND);
        let samples = if picks.rows == 0 { 0 } else { frames.saturating_mul(picks.per_frame) };
        let starts = frames.saturating_add(samples).saturating_add(2 * STEPS);
        let known = self.frame_starts.capacity().saturating_add(self.sample_starts.capacity());
        budget.charge((starts.saturating_sub(known) as u64).saturating_mul(8), "a block of frames")?;
        if self.narrow.len() < numbers {
            // Room for the wide numbers too: whether a block has any shows only when it is read.
            budget.charge((numbers as u64).saturating_mul(8), "a block of frames")?;
        }
        grow(&mut self.narrow, numbers, "a block of frames", budget)?;
        self.frames = 0;
        Ok(())
    }

    /// Takes the wanted numbers out of whole frames of the file.
    pub(super) fn fill(&mut self, picks: &Picks, frames: &[u8]) {
        self.count(picks, frames.len().checked_div(picks.frame_bytes).unwrap_or(0));
        self.wide.clear();
        if picks.is_whole && picks.is_native() {
            if let Some(numbers) = self.narrow.get_mut(..frames.len() >> 2) {
                bytemuck::cast_slice_mut::<f32, u8>(numbers).copy_from_slice(frames);
            }
            return;
        }
        let is_wide = match (picks.storage, picks.processor, picks.sign) {
            (Storage::Float, Processor::Intel, _) => self.take::<4, IntelFloat, IntelFloat>(picks, frames),
            (Storage::Float, Processor::Dec, _) => self.take::<4, DecFloat, DecFloat>(picks, frames),
            (Storage::Float, Processor::Mips, _) => self.take::<4, MipsFloat, MipsFloat>(picks, frames),
            (Storage::Integer, Processor::Mips, Sign::Signed) => self.take::<2, BigSigned, BigSigned>(picks, frames),
            (Storage::Integer, Processor::Mips, Sign::Unsigned) => {
                self.take::<2, BigSigned, BigUnsigned>(picks, frames)
            }
            (Storage::Integer, _, Sign::Signed) => self.take::<2, LittleSigned, LittleSigned>(picks, frames),
            (Storage::Integer, _, Sign::Unsigned) => self.take::<2, LittleSigned, LittleUnsigned>(picks, frames),
        };
        if is_wide {
            self.wide.resize(self.narrow.len(), 0.0);
            copy::<4, f64>(picks, frames, &mut self.wide, DecFloat::value, DecFloat::value);
        }
    }

    /// Numbers of the format `P` for points and `A` for analog samples; returns whether some are too long for `f32`.
    fn take<const N: usize, P: Element<N>, A: Element<N>>(&mut self, picks: &Picks, frames: &[u8]) -> bool {
        let wide = Cell::new(false);
        let point = |raw| {
            wide.set(wide.get() | P::is_wide(raw));
            P::narrow(raw)
        };
        let analog = |raw| {
            wide.set(wide.get() | A::is_wide(raw));
            A::narrow(raw)
        };
        copy::<N, f32>(picks, frames, &mut self.narrow, point, analog);
        wide.get()
    }

    /// Lists the starts of `frames` frames.
    fn count(&mut self, picks: &Picks, frames: usize) {
        if frames == self.frames {
            return;
        }
        self.frames = frames;
        let frame_starts = std::iter::successors(Some(0_usize), |at| at.checked_add(picks.numbers)).take(frames);
        self.frame_starts.clear();
        self.frame_starts.extend(frame_starts);
        self.sample_starts.clear();
        if picks.rows > 0 {
            let analog = picks.markers.saturating_mul(4);
            for &frame in &self.frame_starts {
                let first = frame.saturating_add(analog);
                let samples = std::iter::successors(Some(first), |at| at.checked_add(picks.rows));
                self.sample_starts.extend(samples.take(picks.per_frame));
            }
        }
        self.samples = self.sample_starts.len();
        for starts in [&mut self.frame_starts, &mut self.sample_starts] {
            let last = starts.last().copied().unwrap_or(0);
            starts.resize(starts.len().next_multiple_of(STEPS), last);
        }
    }

    /// Number of frames.
    pub(super) fn frames(&self) -> usize {
        self.frames
    }

    /// Number of samples of each channel.
    pub(super) fn samples(&self) -> usize {
        self.samples
    }

    /// Where the frames start, with repetitions of the last.
    pub(super) fn frame_starts(&self) -> &[usize] {
        &self.frame_starts
    }

    /// Where the samples of the first channel stand, with repetitions of the last.
    pub(super) fn sample_starts(&self) -> &[usize] {
        &self.sample_starts
    }

    /// All numbers, where `f32` holds them.
    pub(super) fn narrow(&self) -> Option<&[f32]> {
        self.wide.is_empty().then_some(&self.narrow)
    }

    /// The number at `at`.
    #[inline]
    pub(super) fn number(&self, at: usize) -> f64 {
        match self.wide.get(at) {
            Some(&number) => number,
            None => self.narrow.get(at).copied().map_or(f64::NAN, f64::from),
        }
    }
}

/// Makes `values` at least `len` long; what is more than before is charged.
///
/// # Errors
/// `limit.memory-bytes`.
pub(super) fn grow<T: Clone + Default>(values: &mut Vec<T>, len: usize, what: &str, budget: &mut Budget) -> Result<()> {
    if values.len() < len {
        let more: Vec<T> = budget.zeroed(len.saturating_sub(values.len()), what)?;
        if values.is_empty() { *values = more } else { values.extend(more) }
    }
    Ok(())
}

/// Writes the wanted numbers of whole frames to `out`, those of points by `point`, those of analog samples by `analog`.
#[inline]
fn copy<const N: usize, V: Copy>(
    picks: &Picks,
    frames: &[u8],
    out: &mut [V],
    point: impl Fn([u8; N]) -> V,
    analog: impl Fn([u8; N]) -> V,
) {
    if picks.is_whole {
        convert(frames, out, analog);
        return;
    }
    for (frame, out) in frames.chunks_exact(picks.frame_bytes.max(1)).zip(out.chunks_exact_mut(picks.numbers.max(1))) {
        let mut rest = out;
        for run in &picks.points {
            rest = take(frame, *run, 0, rest, &point);
        }
        let mut before = 0_usize;
        for _ in 0..picks.sub_frames {
            for run in &picks.channels {
                rest = take(frame, *run, before, rest, &analog);
            }
            before = before.saturating_add(picks.sub_frame_bytes);
        }
    }
}

/// Writes a run that lies `before` bytes further on; returns what is left to write.
#[inline]
fn take<'a, const N: usize, V>(
    frame: &[u8],
    run: Run,
    before: usize,
    out: &'a mut [V],
    value: impl Fn([u8; N]) -> V,
) -> &'a mut [V] {
    let (here, rest) = out.split_at_mut_checked(run.count).unwrap_or_default();
    convert(frame.get(run.byte.saturating_add(before)..).unwrap_or_default(), here, value);
    rest
}

#[inline]
fn convert<const N: usize, V>(bytes: &[u8], out: &mut [V], value: impl Fn([u8; N]) -> V) {
    for (out, raw) in out.iter_mut().zip(bytes.as_chunks::<N>().0) {
        *out = value(*raw);
    }
}
