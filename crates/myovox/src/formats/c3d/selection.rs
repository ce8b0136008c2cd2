//! What of a recording is wanted: points, analog channels and a span of frames.

use std::ops::Range;

use super::C3dMetadata;
use super::analog::Scaling;
use super::decode::{Job, settled};
use super::layout::Layout;
use super::tile::Picks;
use crate::error::{Error, Result};
use crate::formats::access::ReadAt;
use crate::limits::Budget;
use crate::simd::Level;

/// Which points, or which analog channels. Their order is that of the rows that come out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Pick {
    /// All, in the order of the file.
    #[default]
    All,
    /// None.
    None,
    /// Those with these labels, as in [`C3dMetadata::point_labels`] and [`C3dMetadata::analog_labels`]; the first where several have one label.
    Labels(Vec<String>),
    /// Those with these numbers, from 0.
    Indices(Vec<usize>),
}

impl Pick {
    /// Those with these labels.
    pub fn labels<L: Into<String>>(labels: impl IntoIterator<Item = L>) -> Self {
        Self::Labels(labels.into_iter().map(Into::into).collect())
    }

    /// Those with these numbers, from 0.
    pub fn indices(indices: impl IntoIterator<Item = usize>) -> Self {
        Self::Indices(indices.into_iter().collect())
    }

    /// The indices among `labels`; `what` and `code` name what is missing.
    fn resolve(&self, labels: &[String], what: &str, code: &'static str) -> Result<Vec<usize>> {
        match self {
            Self::All => Ok((0..labels.len()).collect()),
            Self::None => Ok(Vec::new()),
            Self::Labels(wanted) => {
                let find = |label: &String| {
                    let unknown =
                        || Error::config(code, format!("no {what} has this label")).found(format!("\"{label}\""));
                    labels.iter().position(|known| known == label).ok_or_else(unknown)
                };
                wanted.iter().map(find).collect()
            }
            Self::Indices(wanted) => match wanted.iter().find(|&&index| index >= labels.len()) {
                Some(index) => {
                    let expected = format!("below {}", labels.len());
                    Err(Error::config(code, format!("no {what} has this number"))
                        .found(index.to_string())
                        .expected(expected))
                }
                None => Ok(wanted.clone()),
            },
        }
    }
}

/// What of a recording is wanted; by default everything.
///
/// ```
/// use myovox::formats::c3d::{Pick, Selection};
/// let emg = Selection::all().points(Pick::None).channels(Pick::labels(["EMG L", "EMG R"])).frames(1000..2000);
/// assert_ne!(emg, Selection::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    points: Pick,
    channels: Pick,
    frames: Option<Range<u64>>,
}

impl Selection {
    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// These points.
    #[must_use]
    pub fn points(mut self, points: Pick) -> Self {
        self.points = points;
        self
    }

    /// These analog channels.
    #[must_use]
    pub fn channels(mut self, channels: Pick) -> Self {
        self.channels = channels;
        self
    }

    /// These frames, counted from 0 at the first in the file.
    #[must_use]
    pub fn frames(mut self, frames: Range<u64>) -> Self {
        self.frames = Some(frames);
        self
    }

    /// The numbers behind the names.
    pub(super) fn resolve(&self, metadata: &C3dMetadata) -> Result<(Vec<usize>, Vec<usize>, Range<u64>)> {
        self.resolve_among(&metadata.point_labels, &metadata.analog_labels, metadata.layout.point_frames())
    }

    /// The numbers behind the names, among these labels and `present` frames.
    pub(super) fn resolve_among(
        &self,
        point_labels: &[String],
        analog_labels: &[String],
        present: u64,
    ) -> Result<(Vec<usize>, Vec<usize>, Range<u64>)> {
        let points = self.points.resolve(point_labels, "point", "c3d.no-such-point")?;
        let channels = self.channels.resolve(analog_labels, "analog channel", "c3d.no-such-channel")?;
        match &self.frames {
            Some(frames) if frames.start > frames.end || frames.end > present => {
                let found = format!("frames {} to {}", frames.start, frames.end);
                Err(Error::config("c3d.no-such-frames", "frames that are not in the recording")
                    .found(found)
                    .expected(format!("0 to {present}")))
            }
            Some(frames) => Ok((points, channels, frames.clone())),
            None => Ok((points, channels, 0..present)),
        }
    }
}

/// A [`Selection`] resolved for one recording: what will be read.
#[derive(Clone, Debug)]
pub struct Part {
    pub(super) points: Vec<usize>,
    pub(super) channels: Vec<usize>,
    pub(super) frames: Range<u64>,
    pub(super) job: Job,
}

impl Part {
    /// All points and the first `channels` channels of a recording.
    ///
    /// # Errors
    /// `limit.memory-bytes`; those of the source.
    pub(super) fn whole(
        source: &impl ReadAt,
        layout: &Layout,
        scaling: &Scaling,
        channels: u32,
        budget: &mut Budget,
    ) -> Result<Self> {
        let all = |count: u32| (0..usize::try_from(count).unwrap_or(usize::MAX)).collect();
        Self::new(source, layout, scaling, (all(layout.points), all(channels), 0..layout.point_frames()), budget)
    }

    /// These points, channels and frames.
    ///
    /// # Errors
    /// `limit.memory-bytes`; those of the source.
    pub(super) fn new(
        source: &impl ReadAt,
        layout: &Layout,
        scaling: &Scaling,
        (points, channels, frames): (Vec<usize>, Vec<usize>, Range<u64>),
        budget: &mut Budget,
    ) -> Result<Self> {
        let (linear, offsets_guessed) = settled(source, layout, scaling, &channels, budget)?;
        let picks = Picks::new(layout, &points, &channels, scaling.sign);
        let job = Job { picks, linear, offsets_guessed, level: Level::best() };
        Ok(Self { points, channels, frames, job })
    }

    /// The same with kernels of `level`.
    pub(super) fn at(mut self, level: Level) -> Self {
        self.job.level = level;
        self
    }

    /// Of this part the frames that lie in `frames`.
    #[must_use]
    pub fn narrowed(&self, frames: Range<u64>) -> Self {
        let start = frames.start.clamp(self.frames.start, self.frames.end);
        let end = frames.end.clamp(start, self.frames.end);
        Self { frames: start..end, ..self.clone() }
    }

    /// The points, numbered from 0 as in the file, in the order of their rows.
    pub fn points(&self) -> &[usize] {
        &self.points
    }

    /// The analog channels, numbered from 0 as in the file, in the order of their rows.
    pub fn channels(&self) -> &[usize] {
        &self.channels
    }

    /// The frames, counted from 0 at the first in the file.
    pub fn frames(&self) -> Range<u64> {
        self.frames.clone()
    }
}
