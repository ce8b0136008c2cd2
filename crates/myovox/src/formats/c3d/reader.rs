//! A recording read in parts: header and parameters first, then whatever is asked for, into arrays that are reused.

use std::borrow::Cow;
use std::ops::Range;

use super::analog::{AnalogDoubts, Scaling};
use super::arrays::Arrays;
use super::decode::Tally;
use super::selection::{Part, Selection};
use super::survey::survey;
use super::warnings::Warnings;
use super::{C3dConfig, C3dMetadata};
use crate::error::Result;
use crate::formats::access::ReadAt;
use crate::limits::{Budget, Limits};
use crate::simd::Level;
use crate::simd::frames::Sample;
use crate::warning::Warning;

/// A recording whose header and parameters are read, and whose data can be read in parts: some points, some channels, some frames, or all of it
/// block by block in constant memory. The bytes are a slice, an open file ([`FileReader`](crate::formats::access::FileReader)) or a map.
///
/// Every part holds the numbers of [`read`](super::read), rounded once where `f32` is asked for.
///
/// ```
/// use myovox::{formats::c3d::{self, Arrays, Pick, Selection}, Budget, Limits};
/// # // One point and one analog channel in two frames: header, an empty parameter section (Intel), floats.
/// # let mut file = vec![0; 3 * 512];
/// # file[..6].copy_from_slice(&[2, 0x50, 1, 0, 1, 0]);
/// # file[6..10].copy_from_slice(&[1, 0, 2, 0]);
/// # file[12..16].copy_from_slice(&(-1.0_f32).to_le_bytes());
/// # file[16..20].copy_from_slice(&[3, 0, 1, 0]);
/// # file[20..24].copy_from_slice(&100.0_f32.to_le_bytes());
/// # file[512..516].copy_from_slice(&[1, 0x50, 1, 84]);
/// # for (i, value) in [1.5_f32, -2.0, 3.25, 0.0, 7.0, 2.5, -3.0, 4.25, 0.0, 8.0].into_iter().enumerate() {
/// #     file[1024 + 4 * i..][..4].copy_from_slice(&value.to_le_bytes());
/// # }
/// let mut budget = Budget::new(&Limits::default());
/// let reader = c3d::Reader::new(&file[..], &c3d::C3dConfig::default(), &mut budget)?;
/// let second_frame = reader.select(&Selection::all().channels(Pick::None).frames(1..2), &mut budget)?;
/// let mut arrays = Arrays::<f32>::new();
/// reader.read_into(&second_frame, &mut arrays, &mut budget)?;
/// assert_eq!(arrays.points().iter().copied().collect::<Vec<_>>(), [2.5, -3.0, 4.25]);
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Debug)]
pub struct Reader<S> {
    source: S,
    config: C3dConfig,
    limits: Limits,
    metadata: C3dMetadata,
    scaling: Scaling,
    level: Level,
}

impl<S: ReadAt> Reader<S> {
    /// Reads header and parameters. Of the data nothing is looked at but the last block, where the number of frames depends on it.
    ///
    /// The warnings in the metadata are those of header, parameters and analog scales. Where [`read`](super::read) counts VAX reserved operands
    /// in the data of a DEC file, a reader counts those of header and parameters only.
    ///
    /// # Errors
    /// As [`read_metadata`](super::read_metadata); those of `source`; under strict also the refused warnings on analog scales and offsets.
    pub fn new(source: S, config: &C3dConfig, budget: &mut Budget) -> Result<Self> {
        let mut warnings = Warnings::new(config, budget.limits());
        let (mut metadata, _) = survey(&source, config, budget, &mut warnings, |_| Ok(0))?;
        let scaling = Scaling::new(&metadata.parameters, &metadata.layout, budget, &mut warnings)?;
        metadata.warnings = warnings.finish();
        let (config, limits, level) = (config.clone(), budget.limits().clone(), Level::best());
        Ok(Self { source, config, limits, metadata, scaling, level })
    }

    /// The same with kernels of `level`. All levels give the same bits; lower ones are for tests and support.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// What header and parameters say.
    pub fn metadata(&self) -> &C3dMetadata {
        &self.metadata
    }

    /// Finds what `selection` names. Where a float file stores a negative integer offset for a channel that is wanted, all its samples are looked
    /// at, because they decide how the offset is read; else nothing of the data is.
    ///
    /// # Errors
    /// `c3d.no-such-point`, `c3d.no-such-channel`, `c3d.no-such-frames`; `limit.memory-bytes`; those of the source.
    pub fn select(&self, selection: &Selection, budget: &mut Budget) -> Result<Part> {
        let wanted = selection.resolve(&self.metadata)?;
        Part::new(&self.source, &self.metadata.layout, &self.scaling, wanted, budget).map(|part| part.at(self.level))
    }

    /// Reads `part` into `arrays`, which keep their memory; only memory that they did not have yet is charged to `budget`.
    ///
    /// Returns what was doubtful among the numbers read: the warnings that [`read`](super::read) gives on points and samples, counted over this
    /// part.
    ///
    /// # Errors
    /// `limit.memory-bytes`; those of the source; under strict the refused warnings on fourth words and offsets.
    pub fn read_into<T: Sample>(
        &self,
        part: &Part,
        arrays: &mut Arrays<T>,
        budget: &mut Budget,
    ) -> Result<Vec<Warning>> {
        let tally = arrays.fill(&self.source, &self.metadata.layout, part, part.frames(), budget)?;
        self.warnings(part, &tally)
    }

    /// The frames of `part` in blocks of `frames_per_block`, in order and in constant memory.
    pub fn blocks<'a>(&'a self, part: &'a Part, frames_per_block: usize) -> Blocks<'a, S> {
        self.blocks_of(Cow::Borrowed(part), frames_per_block)
    }

    /// The frames of a part that the blocks keep; as [`blocks`](Self::blocks).
    pub fn blocks_owning(&self, part: Part, frames_per_block: usize) -> Blocks<'_, S> {
        self.blocks_of(Cow::Owned(part), frames_per_block)
    }

    fn blocks_of<'a>(&'a self, part: Cow<'a, Part>, frames_per_block: usize) -> Blocks<'a, S> {
        let next = part.frames.start;
        Blocks { reader: self, part, step: (frames_per_block as u64).max(1), next, tally: Tally::default() }
    }

    fn warnings(&self, part: &Part, tally: &Tally) -> Result<Vec<Warning>> {
        let mut warnings = Warnings::new(&self.config, &self.limits);
        tally.points.warn(&self.metadata.layout, &mut warnings)?;
        let analog = AnalogDoubts { offsets_guessed: part.job.offsets_guessed, ..tally.analog };
        analog.warn(&self.metadata.layout, &mut warnings)?;
        Ok(warnings.finish())
    }
}

/// The frames of a part, block by block; see [`Reader::blocks`].
///
/// ```
/// # use myovox::{formats::{access::FileReader, c3d::{self, Arrays, Selection}}, Budget, Limits, Result};
/// # fn show(path: &std::path::Path) -> Result<()> {
/// let mut budget = Budget::new(&Limits::default());
/// let file = FileReader::open(path, &Limits::default())?;
/// let reader = c3d::Reader::new(file, &c3d::C3dConfig::default(), &mut budget)?;
/// let everything = reader.select(&Selection::all(), &mut budget)?;
/// let mut arrays = Arrays::<f64>::new();
/// let mut blocks = reader.blocks(&everything, 1000);
/// while let Some(frames) = blocks.next_into(&mut arrays, &mut budget)? {
///     // `arrays` hold these frames.
/// }
/// let warnings = blocks.finish()?;
/// # Ok(()) }
/// # assert!(show("no such file".as_ref()).is_err());
/// ```
#[derive(Debug)]
pub struct Blocks<'a, S> {
    reader: &'a Reader<S>,
    part: Cow<'a, Part>,
    step: u64,
    next: u64,
    tally: Tally,
}

impl<S: ReadAt> Blocks<'_, S> {
    /// Reads the next block into `arrays` and says which frames it holds; nothing at the end.
    ///
    /// # Errors
    /// `limit.memory-bytes`; those of the source.
    pub fn next_into<T: Sample>(&mut self, arrays: &mut Arrays<T>, budget: &mut Budget) -> Result<Option<Range<u64>>> {
        let frames = self.next..self.next.saturating_add(self.step).min(self.part.frames.end);
        if frames.is_empty() {
            return Ok(None);
        }
        let reader = self.reader;
        let tally = arrays.fill(&reader.source, &reader.metadata.layout, &self.part, frames.clone(), budget)?;
        self.tally = self.tally.with(tally);
        self.next = frames.end;
        Ok(Some(frames))
    }

    /// What was doubtful in all blocks read, as [`Reader::read_into`] returns it.
    ///
    /// # Errors
    /// Under strict the refused warnings on fourth words and offsets.
    pub fn finish(self) -> Result<Vec<Warning>> {
        self.reader.warnings(&self.part, &self.tally)
    }
}
