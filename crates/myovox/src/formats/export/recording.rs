//! Decoded recordings as tables.

use ndarray::{ArrayView1, ArrayView2, Axis, Slice};

use super::rows::{Block, Cells, Clock, Rows, Schema, Series, Shape, Table};
use super::text::number_text;
use crate::config::{Auto, config};
use crate::error::{Error, Result};
use crate::formats::c3d::{C3dRecording, Event, EventSource};

/// Labels that an error lists.
const SHOWN: usize = 10;

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
}

#[derive(Debug)]
enum Column<'a> {
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
}

/// A table of a C3D recording.
///
/// - [`Table::Points`]: positions in the laboratory, blank where the marker was not seen; rows are frames, with their number in the trial;
/// - [`Table::Analog`], [`Table::Platforms`]: physical values; [`Selection::first_frame`] and `end_frame` count frames here too, and all samples
///   of these frames are written; times follow [`C3dRecording::analog_layout_rate_hz`];
/// - [`Table::Events`]: label, context, `time_s` (from the first frame in the file), `time_trial_s` (from frame 1 of the trial), source, stored
///   time; every event, whatever the selection.
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
/// `export.nothing` where the recording has no such columns, `export.no-such-channel`, `export.frames-outside` where the selection is not in the
/// recording.
pub fn of_c3d<'a>(recording: &'a C3dRecording, table: Table, selection: &Selection) -> Result<RecordingRows<'a>> {
    let first_number = u64::from(recording.first_frame);
    let mut rows = match table {
        Table::Points => {
            let (start, end) = span(recording.frames, selection)?;
            let chosen = chosen(&recording.point_labels, selection)?;
            let unit = recording.point_units.trim();
            let number = first_number.saturating_add(start as u64);
            let clock =
                Clock { rate_hz: rate(recording.point_rate_hz), first: start as u64, frame_number: Some(number) };
            let series = chosen.iter().map(|&(_, label)| series(label, unit, Shape::Position)).collect();
            let views = chosen.iter().flat_map(|&(index, _)| {
                let marker = recording.points.view().index_axis_move(Axis(0), index);
                (0..3).map(move |axis| marker.index_axis_move(Axis(0), axis))
            });
            timed(table, clock, series, views, start..end)
        }
        Table::Analog | Table::Platforms => {
            let (start, end) = span(recording.frames, selection)?;
            let per_frame = usize::try_from(recording.layout.samples_per_frame).unwrap_or(usize::MAX);
            let samples = recording.analog.ncols();
            let sample = |frame: usize| frame.saturating_mul(per_frame).min(samples);
            let platforms = &recording.force_platform_channels;
            let mut chosen = chosen(&recording.analog_labels, selection)?;
            chosen.retain(|(index, _)| table == Table::Analog || platforms.contains(index));
            let clock = Clock {
                rate_hz: rate(recording.analog_layout_rate_hz()),
                first: sample(start) as u64,
                frame_number: None,
            };
            let unit = |index: usize| recording.analog_units.get(index).map_or("", |unit| unit.trim());
            let series = chosen.iter().map(|&(index, label)| series(label, unit(index), Shape::Number)).collect();
            let views = chosen.iter().map(|&(index, _)| recording.analog.view().index_axis_move(Axis(0), index));
            timed(table, clock, series, views, sample(start)..sample(end))
        }
        Table::Events => events(&recording.events),
    };
    if rows.columns.is_empty() {
        return Err(nothing(table));
    }
    rows.schema.facts = facts("c3d", &rows.schema);
    Ok(rows)
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
    let labels: Vec<String> = (1..=samples.nrows()).map(|place| format!("channel {place}")).collect();
    let (start, end) = span(samples.ncols(), selection)?;
    let chosen = chosen(&labels, selection)?;
    let clock = Clock { rate_hz: Some(f64::from(sample_rate)), first: start as u64, frame_number: None };
    let series = chosen.iter().map(|&(_, label)| series(label, "full scale", Shape::Number)).collect();
    let views = chosen.iter().map(|&(index, _)| samples.index_axis_move(Axis(0), index));
    let mut rows = timed(Table::Analog, clock, series, views, start..end);
    rows.schema.facts = facts("sound", &rows.schema);
    Ok(rows)
}

fn series(label: &str, unit: &str, shape: Shape) -> Series {
    Series { label: label.to_owned(), unit: unit.to_owned(), shape }
}

fn rate(hz: Option<f64>) -> Option<f64> {
    hz.filter(|hz| hz.is_finite() && *hz > 0.0)
}

fn timed<'a>(
    table: Table,
    clock: Clock,
    series: Vec<Series>,
    views: impl Iterator<Item = ArrayView1<'a, f64>>,
    span: std::ops::Range<usize>,
) -> RecordingRows<'a> {
    let rows = span.len() as u64;
    let part = |view: ArrayView1<'a, f64>| Column::Numbers(view.slice_axis_move(Axis(0), Slice::from(span.clone())));
    let columns = views.map(part).collect();
    RecordingRows { schema: Schema { table, clock: Some(clock), series, rows, facts: Vec::new() }, columns, next: 0 }
}

fn events(events: &[Event]) -> RecordingRows<'_> {
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
    RecordingRows {
        schema: Schema { table: Table::Events, clock: None, series, rows, facts: Vec::new() },
        columns,
        next: 0,
    }
}

/// The selected span of `frames`.
fn span(frames: usize, selection: &Selection) -> Result<(usize, usize)> {
    let (start, end) = (selection.first_frame, selection.end_frame.or(frames));
    if start <= end && end <= frames {
        return Ok((start, end));
    }
    Err(Error::config("export.frames-outside", "frames that the recording does not have")
        .found(format!("{start}:{end}"))
        .expected(format!("within 0:{frames}")))
}

/// Index and label of what is selected.
fn chosen<'a>(labels: &'a [String], selection: &Selection) -> Result<Vec<(usize, &'a str)>> {
    let wanted = &selection.channels;
    if let Some(absent) = wanted.iter().find(|wanted| !labels.contains(wanted)) {
        let shown: Vec<&str> = labels.iter().take(SHOWN).map(String::as_str).collect();
        let more = labels.len().saturating_sub(SHOWN);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        return Err(Error::config("export.no-such-channel", "the recording has no such channel or marker")
            .found(absent)
            .expected(format!("one of {}{more}", shown.join(", "))));
    }
    let all = labels.iter().map(String::as_str).enumerate();
    Ok(all.filter(|(_, label)| wanted.is_empty() || wanted.iter().any(|wanted| wanted == label)).collect())
}

fn nothing(table: Table) -> Error {
    let what = match table {
        Table::Points => "the recording has no markers to write",
        Table::Platforms => "the recording has no channels of force platforms to write",
        Table::Analog | Table::Events => "the recording has no analog channels to write",
    };
    Error::data("export.nothing", what).found(format!("an empty table {}", table.name()))
}

/// What is kept beside the rows.
fn facts(kind: &str, schema: &Schema) -> Vec<(String, String)> {
    let clock = schema.clock;
    let facts = [
        ("myovox.version", Some(env!("CARGO_PKG_VERSION").to_owned())),
        ("myovox.kind", Some(kind.to_owned())),
        ("myovox.table", Some(schema.table.name().to_owned())),
        ("myovox.rate_hz", clock.and_then(|clock| clock.rate_hz).map(number_text)),
        ("myovox.first_row", clock.map(|clock| clock.first.to_string())),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
