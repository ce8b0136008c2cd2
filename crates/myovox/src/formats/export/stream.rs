//! Tables of recordings that are decoded as they are written: a block of frames at a time, whatever their length.
//!
//! They give the rows, in the same blocks, that a decoded recording gives, so that every format gets the same bytes.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, s};

use super::plan::{Described, Plan, nothing};
use super::recording::Selection;
use super::rows::{Block, Cells, Rows, Schema, Table};
use crate::error::Result;
use crate::formats::access::ReadAt;
use crate::formats::c3d::{self, Arrays, Blocks, Pick};
use crate::formats::wav;
use crate::limits::Budget;
use crate::warning::Warning;

/// Frames that are decoded at a time: numbers of some 400 KiB.
const DECODED_NUMBERS: usize = 50_000;

/// Points or analog samples of a C3D recording, decoded block by block.
#[derive(Debug)]
pub struct C3dRows<'a, S> {
    schema: Schema,
    reader: &'a c3d::Reader<S>,
    blocks: Option<Blocks<'a, S>>,
    arrays: Arrays<f64>,
    /// Of the rows in `arrays` those that were not given yet.
    left: Range<usize>,
    budget: &'a mut Budget,
}

/// The rows of [`of_c3d`](super::of_c3d) without the whole recording in memory: header and parameters, and a block of frames.
///
/// ```
/// use myovox::formats::c3d::{C3dConfig, Reader};
/// use myovox::formats::export::{Selection, Table, Target, stream_c3d};
/// use myovox::{Budget, Limits};
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/files/markers_intel_float.c3d");
/// # let file = std::fs::read(path).unwrap();
/// let mut budget = Budget::new(&Limits::default());
/// let reader = Reader::new(&file[..], &C3dConfig::default(), &mut budget)?;
/// let mut points = stream_c3d(&reader, Table::Points, &Selection::default(), &mut budget)?;
/// assert_eq!(Target::Csv.write(&mut points, "markers", &mut std::io::sink())?.rows, 20);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// As [`of_c3d`](super::of_c3d), `export.nothing` also for events and loads, which are not decoded block by block; `limit.memory-bytes`; those of
/// the source. What is doubtful in the data is known, and refused under the strict policy, when all rows were given.
pub fn stream_c3d<'a, S: ReadAt>(
    reader: &'a c3d::Reader<S>,
    table: Table,
    selection: &Selection,
    budget: &'a mut Budget,
) -> Result<C3dRows<'a, S>> {
    let metadata = reader.metadata();
    let described = Described::from(metadata);
    let (plan, picked) = match table {
        Table::Points => (described.points(selection)?, c3d::Selection::all().channels(Pick::None)),
        Table::Analog | Table::Platforms => {
            (described.analog(table, selection)?, c3d::Selection::all().points(Pick::None))
        }
        Table::Events | Table::Loads => return Err(nothing(table)),
    };
    let chosen = Pick::indices(plan.chosen.iter().copied());
    let picked = if table == Table::Points { picked.points(chosen) } else { picked.channels(chosen) };
    let part = reader.select(&picked.frames(plan.frames.start as u64..plan.frames.end as u64), budget)?;
    let per_frame = if table == Table::Points { 3 } else { metadata.layout.samples_per_frame };
    let numbers = plan.chosen.len().saturating_mul(usize::try_from(per_frame).unwrap_or(usize::MAX));
    let blocks = reader.blocks_owning(part, DECODED_NUMBERS.checked_div(numbers).unwrap_or(1));
    Ok(C3dRows { schema: plan.schema, reader, blocks: Some(blocks), arrays: Arrays::new(), left: 0..0, budget })
}

impl<S: ReadAt> C3dRows<'_, S> {
    /// Decodes the next frames; no row is left at the end.
    fn decode(&mut self) -> Result<()> {
        let Some(blocks) = &mut self.blocks else { return Ok(()) };
        self.left = match blocks.next_into(&mut self.arrays, self.budget)? {
            Some(_) if self.schema.table == Table::Points => 0..self.arrays.points().dim().2,
            Some(_) => 0..self.arrays.analog().ncols(),
            None => 0..0,
        };
        Ok(())
    }

    /// Puts the rows `part` of what was decoded into `cells`.
    fn give(&self, part: &Range<usize>, cells: &mut [Cells]) {
        let (points, analog) = (self.arrays.points(), self.arrays.analog());
        let is_points = self.schema.table == Table::Points;
        let coordinates = points.outer_iter().flat_map(ArrayView2::into_outer_iter);
        let samples = analog.outer_iter();
        let columns = coordinates.filter(|_| is_points).chain(samples.filter(|_| !is_points));
        for (column, cells) in columns.zip(cells) {
            if let Cells::Numbers(to) = cells {
                to.extend(column.slice(s![part.clone()]));
            }
        }
    }
}

impl<S: ReadAt> Rows for C3dRows<'_, S> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn next_block(&mut self, block: &mut Block) -> Result<()> {
        let mut room = block.capacity();
        while room > 0 {
            if self.left.is_empty() {
                self.decode()?;
            }
            let end = self.left.end.min(self.left.start.saturating_add(room));
            let part = self.left.start..end;
            if part.is_empty() {
                break;
            }
            self.give(&part, block.columns_mut());
            room = room.saturating_sub(part.len());
            self.left.start = end;
        }
        Ok(())
    }

    fn warnings(&mut self) -> Result<Vec<Warning>> {
        let mut warnings = self.reader.metadata().warnings.clone();
        if let Some(blocks) = self.blocks.take() {
            warnings.extend(blocks.finish()?);
        }
        Ok(warnings)
    }
}

/// The samples of a WAV recording, decoded block by block.
#[derive(Debug)]
pub struct WavRows<'a> {
    schema: Schema,
    reader: wav::Reader<'a>,
    chosen: Vec<usize>,
    left: Range<usize>,
    samples: Array2<f64>,
}

/// The rows of [`of_sound`](super::of_sound) without the whole recording in memory. Of what the samples show, only the chosen ones are looked at.
///
/// # Errors
/// As [`of_sound`](super::of_sound). A sample that is no number is an error when its row is given.
pub fn stream_wav<'a>(reader: wav::Reader<'a>, selection: &Selection) -> Result<WavRows<'a>> {
    let info = reader.info();
    let plan = Plan::of_sound(info.channels, info.frames, info.sample_rate, selection)?;
    let Plan { schema, chosen, rows, .. } = plan;
    let capacity = Block::new(&schema).capacity();
    let samples = Array2::zeros((chosen.len(), capacity));
    Ok(WavRows { schema, reader, chosen, left: rows, samples })
}

impl Rows for WavRows<'_> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn next_block(&mut self, block: &mut Block) -> Result<()> {
        let end = self.left.end.min(self.left.start.saturating_add(self.samples.ncols()));
        let part = self.left.start..end;
        let mut samples = self.samples.slice_mut(s![.., ..part.len()]);
        self.reader.read_channels_into(&self.chosen, part, samples.view_mut())?;
        for (row, cells) in samples.outer_iter().zip(block.columns_mut()) {
            if let Cells::Numbers(to) = cells {
                to.extend(row);
            }
        }
        self.left.start = end;
        Ok(())
    }

    fn warnings(&mut self) -> Result<Vec<Warning>> {
        Ok(self.reader.info().warnings.clone())
    }
}
