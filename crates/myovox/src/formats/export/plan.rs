//! Which columns and rows of a recording a table has, before any of its numbers is there.

use std::ops::Range;

use super::recording::Selection;
use super::rows::{Clock, Schema, Series, Shape, Table};
use super::text::number_text;
use crate::error::{Error, Result};
use crate::formats::c3d::{C3dMetadata, C3dRecording};

/// Labels that an error lists.
const SHOWN: usize = 10;

/// What a C3D recording says about its rows and columns, whether it is decoded or not.
pub(super) struct Described<'a> {
    first_frame: u32,
    frames: usize,
    point_labels: &'a [String],
    point_units: &'a str,
    point_rate_hz: Option<f64>,
    analog_labels: &'a [String],
    analog_units: &'a [String],
    analog_rate_hz: Option<f64>,
    samples_per_frame: usize,
    samples: usize,
    platform_channels: &'a [usize],
}

impl<'a> From<&'a C3dRecording> for Described<'a> {
    fn from(recording: &'a C3dRecording) -> Self {
        Self {
            first_frame: recording.first_frame,
            frames: recording.frames,
            point_labels: &recording.point_labels,
            point_units: &recording.point_units,
            point_rate_hz: recording.point_rate_hz,
            analog_labels: &recording.analog_labels,
            analog_units: &recording.analog_units,
            analog_rate_hz: recording.analog_layout_rate_hz(),
            samples_per_frame: usize::try_from(recording.layout.samples_per_frame).unwrap_or(usize::MAX),
            samples: recording.analog.ncols(),
            platform_channels: &recording.force_platform_channels,
        }
    }
}

impl<'a> From<&'a C3dMetadata> for Described<'a> {
    fn from(metadata: &'a C3dMetadata) -> Self {
        let layout = &metadata.layout;
        let frames = usize::try_from(layout.point_frames()).unwrap_or(usize::MAX);
        let samples_per_frame = usize::try_from(layout.samples_per_frame).unwrap_or(usize::MAX);
        Self {
            first_frame: layout.first_frame,
            frames,
            point_labels: &metadata.point_labels,
            point_units: &metadata.point_units,
            point_rate_hz: layout.point_rate_hz,
            analog_labels: &metadata.analog_labels,
            analog_units: &metadata.analog_units,
            analog_rate_hz: metadata.analog_layout_rate_hz(),
            samples_per_frame,
            samples: frames.saturating_mul(samples_per_frame),
            platform_channels: &metadata.force_platform_channels,
        }
    }
}

/// A table whose rows are frames or samples.
pub(super) struct Plan {
    pub(super) schema: Schema,
    /// Numbers of the markers, channels or platforms, from 0.
    pub(super) chosen: Vec<usize>,
    /// The frames, and the rows, which are these or their samples.
    pub(super) frames: Range<usize>,
    pub(super) rows: Range<usize>,
}

impl Described<'_> {
    /// Position of the markers.
    ///
    /// # Errors
    /// `export.nothing`, `export.no-such-channel`, `export.frames-outside`.
    pub(super) fn points(&self, selection: &Selection) -> Result<Plan> {
        let frames = span(self.frames, selection)?;
        let chosen = chosen(self.point_labels, selection)?;
        let number = u64::from(self.first_frame).saturating_add(frames.start as u64);
        let clock = Clock { rate_hz: rate(self.point_rate_hz), first: frames.start as u64, frame_number: Some(number) };
        let series = chosen.iter().map(|&(_, label)| series(label, self.point_units.trim(), Shape::Position)).collect();
        let chosen = chosen.into_iter().map(|(index, _)| index).collect();
        Plan::new(Table::Points, clock, series, chosen, frames.clone(), frames)
    }

    /// Samples of the analog channels, or of those that belong to force platforms.
    ///
    /// # Errors
    /// As [`points`](Self::points).
    pub(super) fn analog(&self, table: Table, selection: &Selection) -> Result<Plan> {
        let mut chosen = chosen(self.analog_labels, selection)?;
        chosen.retain(|(index, _)| table == Table::Analog || self.platform_channels.contains(index));
        let unit = |index: usize| self.analog_units.get(index).map_or("", |unit| unit.trim());
        let series = chosen.iter().map(|&(index, label)| series(label, unit(index), Shape::Number)).collect();
        self.sampled(table, series, chosen.into_iter().map(|(index, _)| index).collect(), selection)
    }

    /// A table with a row per analog sample.
    ///
    /// # Errors
    /// `export.nothing`, `export.frames-outside`.
    pub(super) fn sampled(
        &self,
        table: Table,
        series: Vec<Series>,
        chosen: Vec<usize>,
        selection: &Selection,
    ) -> Result<Plan> {
        let frames = span(self.frames, selection)?;
        let sample = |frame: usize| frame.saturating_mul(self.samples_per_frame).min(self.samples);
        let rows = sample(frames.start)..sample(frames.end);
        let clock = Clock { rate_hz: rate(self.analog_rate_hz), first: rows.start as u64, frame_number: None };
        Plan::new(table, clock, series, chosen, frames, rows)
    }
}

impl Plan {
    fn new(
        table: Table,
        clock: Clock,
        series: Vec<Series>,
        chosen: Vec<usize>,
        frames: Range<usize>,
        rows: Range<usize>,
    ) -> Result<Self> {
        if series.is_empty() {
            return Err(nothing(table));
        }
        let count = rows.len() as u64;
        let schema = Schema { table, clock: Some(clock), series, rows: count, facts: Vec::new() };
        Ok(Self { schema: with_facts("c3d", schema), chosen, frames, rows })
    }

    /// The samples of a sound of `channels` and `frames`, as [`Table::Analog`].
    ///
    /// # Errors
    /// `export.no-such-channel`, `export.frames-outside`.
    pub(super) fn of_sound(channels: usize, frames: usize, sample_rate: u32, selection: &Selection) -> Result<Self> {
        let labels = channel_labels(channels);
        let frames = span(frames, selection)?;
        let chosen = chosen(&labels, selection)?;
        let first = frames.start as u64;
        let clock = Clock { rate_hz: Some(f64::from(sample_rate)), first, frame_number: None };
        let series = chosen.iter().map(|&(_, label)| series(label, "full scale", Shape::Number)).collect();
        let rows = frames.len() as u64;
        let schema = Schema { table: Table::Analog, clock: Some(clock), series, rows, facts: Vec::new() };
        let chosen = chosen.iter().map(|&(index, _)| index).collect();
        Ok(Self { schema: with_facts("sound", schema), chosen, frames: frames.clone(), rows: frames })
    }
}

/// The labels that the channels of a sound are chosen by: `channel 1` on.
pub(crate) fn channel_labels(channels: usize) -> Vec<String> {
    (1..=channels).map(|place| format!("channel {place}")).collect()
}

pub(super) fn series(label: &str, unit: &str, shape: Shape) -> Series {
    Series { label: label.to_owned(), unit: unit.to_owned(), shape }
}

fn rate(hz: Option<f64>) -> Option<f64> {
    hz.filter(|hz| hz.is_finite() && *hz > 0.0)
}

/// The selected span of `frames`.
///
/// # Errors
/// `export.frames-outside`.
pub(crate) fn span(frames: usize, selection: &Selection) -> Result<Range<usize>> {
    let (start, end) = (selection.first_frame, selection.end_frame.or(frames));
    if start <= end && end <= frames {
        return Ok(start..end);
    }
    Err(Error::config("export.frames-outside", "frames that the recording does not have")
        .found(format!("{start}:{end}"))
        .expected(format!("within 0:{frames}")))
}

/// Index and label of what is selected.
pub(super) fn chosen<'a>(labels: &'a [String], selection: &Selection) -> Result<Vec<(usize, &'a str)>> {
    let wanted = &selection.channels;
    if let Some(absent) = wanted.iter().find(|wanted| !labels.contains(wanted)) {
        return Err(no_such_channel(absent, labels));
    }
    let all = labels.iter().map(String::as_str).enumerate();
    Ok(all.filter(|(_, label)| wanted.is_empty() || wanted.iter().any(|wanted| wanted == label)).collect())
}

/// Says which labels there are.
pub(crate) fn no_such_channel<'a>(absent: &str, labels: impl IntoIterator<Item = &'a String>) -> Error {
    let labels: Vec<&str> = labels.into_iter().map(String::as_str).collect();
    let shown = labels.get(..SHOWN).unwrap_or(&labels).join(", ");
    let more = labels.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    Error::config("export.no-such-channel", "the recording has no such channel or marker")
        .found(absent)
        .expected(format!("one of {shown}{more}"))
}

pub(super) fn nothing(table: Table) -> Error {
    let what = match table {
        Table::Points => "the recording has no markers to write",
        Table::Platforms => "the recording has no channels of force platforms to write",
        Table::Loads => "the recording has no force platforms whose loads could be written",
        Table::Analog | Table::Events => "the recording has no analog channels to write",
    };
    Error::data("export.nothing", what).found(format!("an empty table {}", table.name()))
}

/// Adds what is kept beside the rows.
pub(super) fn with_facts(kind: &str, mut schema: Schema) -> Schema {
    let clock = schema.clock;
    let facts = [
        ("myovox.version", Some(env!("CARGO_PKG_VERSION").to_owned())),
        ("myovox.kind", Some(kind.to_owned())),
        ("myovox.table", Some(schema.table.name().to_owned())),
        ("myovox.rate_hz", clock.and_then(|clock| clock.rate_hz).map(number_text)),
        ("myovox.first_row", clock.map(|clock| clock.first.to_string())),
    ];
    schema.facts = facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    schema
}
