//! Some frames at a time, as plain numbers: the file's bytes of the points and channels that are wanted, whatever their format, become `f32`
//! row by row in two tables that stay in the cache. From there `simd::frames` deals them out to the rows of arrays.
//!
//! `f32` holds every stored number exactly but for VAX numbers below 2^-126; a tile that has one is kept as `f64` as well and read by the letter.

use super::layout::Layout;
use super::number::{Processor, Storage, is_vax_wide, vax_narrow};
use crate::error::Result;
use crate::limits::Budget;
use crate::simd::Level;
use crate::simd::frames::{BEHIND, Table};
use crate::simd::numbers::{Run, Stored, Take, gather};

/// Whether integer samples (and integer offsets) are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Signed,
    Unsigned,
}

/// How numbers are stored.
#[derive(Clone, Copy, Debug)]
enum Format {
    Plain(Stored),
    Vax,
}

/// What is taken out of each frame for one table.
#[derive(Clone, Debug)]
struct Pick {
    runs: Vec<Run>,
    /// Sub-frames, as far as `runs` tells them apart; else 1. They stand behind so many bytes of the frame, and so do the runs.
    repeats: usize,
    repeat_bytes: usize,
    before: usize,
    format: Format,
    /// Numbers of a row of the table, and its rows for each frame.
    width: usize,
    rows: usize,
}

/// What is taken out of each frame.
#[derive(Clone, Debug)]
pub(super) struct Picks {
    points: Pick,
    analog: Pick,
    /// Number of points, and of the channels and samples of a frame.
    pub(super) markers: usize,
    pub(super) rows: usize,
    pub(super) per_frame: usize,
    /// Bytes of a frame in the file.
    pub(super) frame_bytes: usize,
    pub(super) point_bytes: usize,
}

fn index(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Indices as runs of neighbours, `each` numbers of `width` bytes apiece.
fn runs(indices: &[usize], each: usize, width: usize) -> Vec<Run> {
    let step = each.saturating_mul(width);
    let mut runs: Vec<Run> = Vec::new();
    for (position, &i) in indices.iter().enumerate() {
        let first = i.saturating_mul(step);
        match runs.last_mut() {
            Some(run) if run.first.saturating_add(run.count.saturating_mul(width)) == first => {
                run.count = run.count.saturating_add(each);
            }
            _ => runs.push(Run { first, count: each, column: position.saturating_mul(each) }),
        }
    }
    runs
}

impl Format {
    fn new(layout: &Layout, sign: Sign) -> Self {
        Self::Plain(match (layout.storage, layout.processor, sign) {
            (Storage::Float, Processor::Dec, _) => return Self::Vax,
            (Storage::Float, Processor::Intel, _) => Stored::LittleFloat,
            (Storage::Float, Processor::Mips, _) => Stored::BigFloat,
            (Storage::Integer, Processor::Mips, Sign::Signed) => Stored::BigSigned,
            (Storage::Integer, Processor::Mips, Sign::Unsigned) => Stored::BigUnsigned,
            (Storage::Integer, _, Sign::Signed) => Stored::LittleSigned,
            (Storage::Integer, _, Sign::Unsigned) => Stored::LittleUnsigned,
        })
    }
}

impl Pick {
    /// Numbers of a frame.
    fn numbers(&self) -> usize {
        self.width.saturating_mul(self.rows)
    }
}

impl Picks {
    /// The points and channels with these indices, in this order.
    pub(super) fn new(layout: &Layout, points: &[usize], channels: &[usize], sign: Sign) -> Self {
        let width = index(layout.storage.width());
        let per_frame = index(u64::from(layout.samples_per_frame));
        let all_channels = index(u64::from(layout.channels));
        let point_bytes = index(u64::from(layout.points)).saturating_mul(4).saturating_mul(width);
        let mut analog = Pick {
            runs: runs(channels, 1, width),
            repeats: if channels.is_empty() { 1 } else { per_frame },
            repeat_bytes: all_channels.saturating_mul(width),
            before: point_bytes,
            format: Format::new(layout, sign),
            width: channels.len(),
            rows: if channels.is_empty() { 0 } else { per_frame },
        };
        if let ([run], true) = (analog.runs.as_mut_slice(), channels.len() == all_channels) {
            // Sub-frames follow each other without a gap.
            run.count = run.count.saturating_mul(per_frame);
            analog.repeats = 1;
        }
        if analog.repeats == 1 {
            analog.runs.iter_mut().for_each(|run| run.first = run.first.saturating_add(point_bytes));
            analog.before = 0;
        }
        let points = Pick {
            runs: runs(points, 4, width),
            repeats: 1,
            repeat_bytes: 0,
            before: 0,
            format: Format::new(layout, Sign::Signed),
            width: points.len().saturating_mul(4),
            rows: 1,
        };
        Self {
            markers: points.width >> 2,
            rows: channels.len(),
            points,
            analog,
            per_frame,
            frame_bytes: index(layout.frame_bytes()),
            point_bytes,
        }
    }

    /// Numbers that are taken of each frame.
    pub(super) fn numbers(&self) -> usize {
        self.points.numbers().saturating_add(self.analog.numbers())
    }

    /// Whether nothing is taken.
    pub(super) fn is_empty(&self) -> bool {
        self.numbers() == 0
    }
}

/// Numbers of some frames: rows of points, or of samples.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    narrow: Vec<f32>,
    /// The same, where `f32` does not hold them; else empty.
    wide: Vec<f64>,
    width: usize,
    rows: usize,
    holds_integers: bool,
}

impl Numbers {
    fn prepare(&mut self, pick: &Pick, frames: usize, budget: &mut Budget) -> Result<()> {
        let numbers = frames.saturating_mul(pick.numbers()).saturating_add(BEHIND);
        if self.narrow.len() < numbers && matches!(pick.format, Format::Vax) {
            // Room for the wide numbers too: whether a block has any shows only when it is read.
            budget.charge((numbers as u64).saturating_mul(8), "a block of frames")?;
        }
        grow(&mut self.narrow, numbers, "a block of frames", budget)
    }

    /// Starts anew.
    fn clear(&mut self, pick: &Pick) {
        (self.rows, self.width) = (0, pick.width);
        self.wide.clear();
        self.holds_integers = matches!(pick.format, Format::Plain(stored) if stored.is_integer());
    }

    /// What [`gather`] takes out of each frame, where it can: numbers of no sub-frames, all of which `f32` holds.
    fn take<'a>(&'a mut self, pick: &'a Pick, frames: usize) -> Option<Take<'a>> {
        let Format::Plain(stored) = pick.format else { return None };
        if pick.repeats != 1 {
            return None;
        }
        self.rows = frames.saturating_mul(pick.rows);
        Some(Take { stored, runs: &pick.runs, width: pick.numbers(), rows: &mut self.narrow })
    }

    /// Takes what [`take`](Self::take) cannot.
    fn fill(&mut self, pick: &Pick, frame_bytes: usize, level: Level, frames: &[u8]) {
        let count = frames.len().checked_div(frame_bytes).unwrap_or(0);
        self.rows = count.saturating_mul(pick.rows);
        let Format::Plain(stored) = pick.format else { return self.fill_vax(pick, frame_bytes, frames) };
        let rows = self.narrow.chunks_exact_mut(pick.numbers().max(1));
        for (frame, rows) in frames.chunks_exact(frame_bytes).zip(rows) {
            let sub_frames = frame.get(pick.before..).unwrap_or_default();
            let take = Take { stored, runs: &pick.runs, width: pick.width, rows };
            gather(level, pick.repeat_bytes.max(1), sub_frames, &mut [take]);
        }
    }

    fn fill_vax(&mut self, pick: &Pick, frame_bytes: usize, frames: &[u8]) {
        let mut is_wide = false;
        each_run(pick, frame_bytes, frames, &mut self.narrow, |stored, out| {
            for (out, &raw) in out.iter_mut().zip(stored) {
                is_wide |= is_vax_wide(raw);
                *out = vax_narrow(raw);
            }
        });
        if is_wide {
            self.wide.resize(self.narrow.len(), 0.0);
            each_run(pick, frame_bytes, frames, &mut self.wide, |stored, out| {
                for (out, &raw) in out.iter_mut().zip(stored) {
                    *out = Processor::Dec.float(raw);
                }
            });
        }
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The rows from `row` on, where `f32` holds them.
    pub(super) fn table(&self, row: usize) -> Option<Table<'_>> {
        let numbers = self.narrow.get(row.saturating_mul(self.width)..)?;
        let table = Table { numbers, width: self.width, holds_integers: self.holds_integers };
        self.wide.is_empty().then_some(table)
    }

    /// The number in this row and column.
    #[inline]
    pub(super) fn number(&self, row: usize, column: usize) -> f64 {
        let at = row.saturating_mul(self.width).saturating_add(column);
        match self.wide.get(at) {
            Some(&number) => number,
            None => self.narrow.get(at).copied().map_or(f64::NAN, f64::from),
        }
    }
}

/// Some frames: the wanted points, one row for each frame, and the wanted channels, one row for each sample.
#[derive(Debug, Default)]
pub(super) struct Tile {
    pub(super) points: Numbers,
    pub(super) analog: Numbers,
}

impl Tile {
    /// Makes room for up to `frames` frames of `picks`.
    ///
    /// # Errors
    /// `limit.memory-bytes`.
    pub(super) fn prepare(&mut self, picks: &Picks, frames: usize, budget: &mut Budget) -> Result<()> {
        self.points.prepare(&picks.points, frames, budget)?;
        self.analog.prepare(&picks.analog, frames, budget)
    }

    /// Takes the wanted numbers out of whole frames of the file.
    pub(super) fn fill(&mut self, picks: &Picks, level: Level, frames: &[u8]) {
        let Self { points, analog } = self;
        points.clear(&picks.points);
        analog.clear(&picks.analog);
        let frame_bytes = picks.frame_bytes.max(1);
        let count = frames.len().checked_div(frame_bytes).unwrap_or(0);
        match (points.take(&picks.points, count), analog.take(&picks.analog, count)) {
            (Some(points), Some(analog)) => return gather(level, frame_bytes, frames, &mut [points, analog]),
            (Some(points), None) => gather(level, frame_bytes, frames, &mut [points]),
            (None, _) => points.fill(&picks.points, frame_bytes, level, frames),
        }
        analog.fill(&picks.analog, frame_bytes, level, frames);
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

/// Calls `convert` with the four-byte numbers of each run and the room for them in `out`, in the order of the table.
fn each_run<V>(
    pick: &Pick,
    frame_bytes: usize,
    frames: &[u8],
    out: &mut [V],
    mut convert: impl FnMut(&[[u8; 4]], &mut [V]),
) {
    for (frame, out) in frames.chunks_exact(frame_bytes).zip(out.chunks_exact_mut(pick.numbers().max(1))) {
        let (mut rest, mut before) = (out, pick.before);
        for _ in 0..pick.repeats {
            for run in &pick.runs {
                let (here, behind) = rest.split_at_mut_checked(run.count).unwrap_or_default();
                let start = run.first.saturating_add(before);
                let stored = frame.get(start..start.saturating_add(run.count.saturating_mul(4)));
                convert(stored.unwrap_or_default().as_chunks().0, here);
                rest = behind;
            }
            before = before.saturating_add(pick.repeat_bytes);
        }
    }
}
