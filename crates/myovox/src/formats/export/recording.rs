//! Decoded recordings as tables.

use std::ops::Range;

use ndarray::{ArrayView1, ArrayView2, Axis, Slice};

use super::plan::{Described, Plan, nothing, series, with_facts};
use super::rows::{Block, Cells, Rows, Schema, Shape, Table};
use crate::config::{Auto, config};
use crate::error::Result;
use crate::formats::c3d::{C3dRecording, Event, EventSource};
use crate::warning::Warning;

config! {
    /// Which part of a recording is written.
    pub struct Selection {
        /// Labels of the channels or markers to write, in the order of the recording. Default: none are named, and all are written.
        channels: Vec<String> = Vec::new(),
        /// First frame, as an index from 0; of a sound, first sample. Default 0.
        first_frame: usize = 0,
        /// The frame behind the last one. Default `auto`: to the end.
        end_frame: Auto<usize> = Auto::Auto,
    }
}

/// A table of a decoded recording.
#[derive(Debug)]
pub struct RecordingRows<'a> {
    schema: Schema,
    columns: Vec<Column<'a>>,
    next: usize,
    warnings: Vec<Warning>,
}

#[derive(Debug)]
pub(super) enum Column<'a> {
    Numbers(ArrayView1<'a, f64>),
    Words(Vec<&'a str>),
    Computed(Vec<f64>),
}

impl Rows for RecordingRows<'_> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn next_block(&mut self, block: &mut Block) -> Result<()> {
        let rows = usize::try_from(self.schema.rows).unwrap_or(usize::MAX);
        let end = self.next.saturating_add(block.capacity()).min(rows);
        for (column, cells) in self.columns.iter().zip(block.columns_mut()) {
            match (column, cells) {
                (Column::Numbers(view), Cells::Numbers(to)) => {
                    to.extend(view.slice_axis(Axis(0), Slice::from(self.next..end)));
                }
                (Column::Computed(values), Cells::Numbers(to)) => {
                    to.extend_from_slice(values.get(self.next..end).unwrap_or_default());
                }
                (Column::Words(words), Cells::Words(to)) => {
                    let words = words.get(self.next..end).unwrap_or_default();
                    to.extend(words.iter().map(|&word| word.to_owned()));
                }
                _ => {}
            }
        }
        self.next = end;
        Ok(())
    }

    fn warnings(&mut self) -> Result<Vec<Warning>> {
        Ok(std::mem::take(&mut self.warnings))
    }
}

impl<'a> RecordingRows<'a> {
    pub(super) fn new(schema: Schema, columns: Vec<Column<'a>>, warnings: Vec<Warning>) -> Self {
        Self { schema, columns, next: 0, warnings }
    }

    /// The rows `rows` of `views`.
    fn of_views(schema: Schema, rows: &Range<usize>, views: impl Iterator<Item = ArrayView1<'a, f64>>) -> Self {
        let part =
            |view: ArrayView1<'a, f64>| Column::Numbers(view.slice_axis_move(Axis(0), Slice::from(rows.clone())));
        Self::new(schema, views.map(part).collect(), Vec::new())
    }
}

/// A table of a C3D recording.
///
/// - [`Table::Points`]: positions in the laboratory, blank where the marker was not seen; rows are frames, with their number in the trial;
/// - [`Table::Analog`], [`Table::Platforms`]: physical values; [`Selection::first_frame`] and `end_frame` count frames here too, and all samples
///   of these frames are written; times follow [`C3dRecording::analog_layout_rate_hz`];
/// - [`Table::Events`]: label, context, `time_s` (from the first frame in the file), `time_trial_s` (from frame 1 of the trial), source, stored
///   time; every event, whatever the selection;
/// - [`Table::Loads`] is computed, by [`of_loads`](super::of_loads).
///
/// ```
/// use myovox::formats::export::{Selection, Table, Target, of_c3d};
/// use myovox::{Budget, Limits, formats::c3d};
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/files/markers_intel_float.c3d");
/// # let bytes = std::fs::read(path).unwrap();
/// let recording = c3d::read(&bytes, &c3d::C3dConfig::default(), &mut Budget::new(&Limits::default()))?;
/// let mut points = of_c3d(&recording, Table::Points, &Selection::default().end_frame(2.into()))?;
/// let mut csv = Vec::new();
/// assert_eq!(Target::Csv.write(&mut points, "markers", &mut csv)?.rows, 2);
/// assert!(csv.starts_with(b"frame,time_s,"));
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `export.nothing` where the recording has no such columns, as for loads; `export.no-such-channel`, `export.frames-outside` where the selection is
/// not in the recording.
pub fn of_c3d<'a>(recording: &'a C3dRecording, table: Table, selection: &Selection) -> Result<RecordingRows<'a>> {
    let described = Described::from(recording);
    match table {
        Table::Points => {
            let plan = described.points(selection)?;
            let views = plan.chosen.iter().flat_map(|&index| {
                let marker = recording.points.view().index_axis_move(Axis(0), index);
                (0..3).map(move |axis| marker.index_axis_move(Axis(0), axis))
            });
            Ok(RecordingRows::of_views(plan.schema, &plan.rows, views))
        }
        Table::Analog | Table::Platforms => {
            let plan = described.analog(table, selection)?;
            let views = plan.chosen.iter().map(|&index| recording.analog.view().index_axis_move(Axis(0), index));
            Ok(RecordingRows::of_views(plan.schema, &plan.rows, views))
        }
        Table::Events => Ok(of_events(&recording.events)),
        Table::Loads => Err(nothing(table)),
    }
}

/// The samples of a sound, (channels, samples), as [`Table::Analog`]: one column per channel, `channel 1` on; 1 is full scale.
///
/// # Errors
/// `export.no-such-channel`, `export.frames-outside` where the selection is not in the recording.
#[expect(clippy::needless_pass_by_value, reason = "a view is passed as a reference is")]
pub fn of_sound<'a>(
    samples: ArrayView2<'a, f64>,
    sample_rate: u32,
    selection: &Selection,
) -> Result<RecordingRows<'a>> {
    let plan = Plan::of_sound(samples.nrows(), samples.ncols(), sample_rate, selection)?;
    let views = plan.chosen.iter().map(|&index| samples.index_axis_move(Axis(0), index));
    Ok(RecordingRows::of_views(plan.schema, &plan.rows, views))
}

/// The events of a C3D recording, as [`Table::Events`].
pub fn of_events(events: &[Event]) -> RecordingRows<'_> {
    let words = |of: fn(&Event) -> &str| Column::Words(events.iter().map(of).collect());
    let numbers = |of: fn(&Event) -> Option<f64>| {
        Column::Computed(events.iter().map(|event| of(event).unwrap_or(f64::NAN)).collect())
    };
    let source = |event: &Event| match event.source {
        EventSource::Header => "header",
        EventSource::Parameter => "parameter",
    };
    let fields = [
        ("label", Shape::Words, words(|event| &event.label)),
        ("context", Shape::Words, words(|event| &event.context)),
        ("time_s", Shape::Known, numbers(|event| event.time_s)),
        ("time_trial_s", Shape::Known, numbers(|event| event.time_trial_s)),
        ("source", Shape::Words, words(source)),
        ("stored_s", Shape::Known, numbers(|event| Some(event.stored_s))),
    ];
    let (series, columns) = fields.into_iter().map(|(name, shape, column)| (series(name, "", shape), column)).unzip();
    let rows = events.len() as u64;
    let schema = Schema { table: Table::Events, clock: None, series, rows, facts: Vec::new() };
    RecordingRows::new(with_facts("c3d", schema), columns, Vec::new())
}
