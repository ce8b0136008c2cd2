//! What a file states about its data section, weighed against its size.
//!
//! Header and parameters state points, channels, samples per frame, storage and data start each on their own, and up to four places count the
//! frames. All combinations are tried in order of authority; the first whose data fit the file to less than two blocks is taken, then the first
//! that fits at all. Where none does, the file is truncated, and the first combination says how far it goes.
//! Sources: "The C3D File Format", Motion Lab Systems, *The C3D frame count*, *The TRIAL group*.

use super::header::{BLOCK, Header};
use super::number::{Processor, Storage};
use super::parameters::{Parameter, ParameterType, Parameters};
use super::warnings::Warnings;
use crate::error::Result;
use crate::formats::Policy;
use crate::formats::access::ReadAt;
use crate::warning::Warning;

/// Bytes behind the last frame that are still padding: less than two blocks.
const PADDING: u64 = 2 * BLOCK;

/// `POINT:FRAMES` of a recording whose frames do not fit 16 bits.
const FULL: u32 = 65_535;

/// Above this a float no longer counts every integer.
const FLOAT_COUNTS: u32 = 1 << 24;

/// Everything the arbitration looks at.
pub(super) struct Evidence<'a> {
    /// The file, looked into only where recovery has to.
    pub(super) source: &'a dyn ReadAt,
    /// Bytes of the file.
    pub(super) file_bytes: u64,
    /// The last bytes before each place where the data may end, see [`last_blocks`].
    pub(super) last_blocks: &'a [LastBlock],
    pub(super) header: &'a Header,
    pub(super) parameters: &'a Parameters,
    pub(super) processor: Processor,
    /// First byte behind the parameter list.
    pub(super) parameters_end: u64,
    /// First byte of the rotation section, where one is declared and its place is possible.
    pub(super) rotation_start: Option<u64>,
    /// Bytes of the rotation section per point frame, 0 where none is declared.
    pub(super) rotation_bytes: u64,
    pub(super) policy: Policy,
}

/// One combination of what header and parameters state.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) points: u32,
    pub(super) channels: u32,
    pub(super) samples_per_frame: u32,
    pub(super) storage: Storage,
    pub(super) data_start: u64,
    /// Guesses that are only taken when they fit to the block.
    only_exact: bool,
}

impl Shape {
    pub(super) fn frame_bytes(&self) -> u64 {
        let analog = u64::from(self.channels).saturating_mul(u64::from(self.samples_per_frame));
        u64::from(self.points).saturating_mul(4).saturating_add(analog).saturating_mul(self.storage.width())
    }

    /// Bytes left behind `frames` frames before `end`, when they are all there.
    fn trailing(&self, frames: u64, end: End) -> Option<u64> {
        let used = self.frame_bytes().checked_add(end.rotation_bytes)?.checked_mul(frames)?;
        end.at.checked_sub(self.data_start)?.checked_sub(used)
    }

    /// Whole frames before `end`; nothing where a frame has no bytes.
    fn holds(&self, end: End) -> Option<u64> {
        let per_frame = self.frame_bytes().saturating_add(end.rotation_bytes);
        if self.frame_bytes() == 0 { None } else { end.at.saturating_sub(self.data_start).checked_div(per_frame) }
    }
}

/// What ends the data section.
#[derive(Clone, Copy)]
struct End {
    /// First byte behind it.
    at: u64,
    /// Bytes of the rotation section per frame, where that section lies before `at` as well.
    rotation_bytes: u64,
}

/// The frame counts that a file states.
struct Stated {
    /// In order of authority, without zeros and without "look elsewhere".
    counts: Vec<(&'static str, u64)>,
    /// Whether 16-bit counts are full, so that the true number may be larger.
    full: bool,
    /// `TRIAL:ACTUAL_START_FIELD`, and the number of frames from there to the end field.
    trial: Option<(u32, u64)>,
}

impl Stated {
    /// The number of the first frame in the original trial: that of the TRIAL group where it counts the `frames` chosen or says the same as
    /// the header's 16 bits, else the header's.
    fn first_frame(&self, frames: u64, in_header: u16) -> u32 {
        let header = u32::from(in_header);
        match self.trial {
            Some((start, count)) if start > 0 && (count == frames || start & 0xFFFF == header) => start,
            _ => header,
        }
    }
}

/// All combinations, those of the parameters first.
pub(super) fn shapes(evidence: &Evidence<'_>, rate: Option<f64>, storages: &[Storage], starts: &[u64]) -> Vec<Shape> {
    let mut points: Vec<u32> = evidence.parameters.count("POINT", "USED").into_iter().collect();
    points.push(u32::from(evidence.header.points));
    points.dedup();
    let analogs = analog_shapes(evidence, rate);
    let mut shapes = Vec::new();
    for &points in &points {
        for &(channels, samples_per_frame, only_exact) in &analogs {
            for &storage in storages {
                for &data_start in starts {
                    shapes.push(Shape { points, channels, samples_per_frame, storage, data_start, only_exact });
                }
            }
        }
    }
    shapes
}

/// Channels and samples per frame: `ANALOG:USED` with word 10, word 3, `ANALOG:USED` with the ratio of the rates.
fn analog_shapes(evidence: &Evidence<'_>, rate: Option<f64>) -> Vec<(u32, u32, bool)> {
    let used = evidence.parameters.count("ANALOG", "USED");
    let measurements = u32::from(evidence.header.analog_measurements);
    let per_frame = u32::from(evidence.header.samples_per_frame);
    let mut shapes = Vec::new();
    match used {
        Some(0) => shapes.push((0, per_frame, false)),
        Some(used) if per_frame > 0 => shapes.push((used, per_frame, false)),
        _ => {}
    }
    if measurements > 0 {
        let divided = |by: u32| measurements.checked_rem(by).filter(|&rest| rest == 0);
        let by_used = used.filter(|&used| divided(used).is_some());
        let shape = match by_used {
            Some(used) => (used, measurements.checked_div(used).unwrap_or(1)),
            None if divided(per_frame).is_some() => (measurements.checked_div(per_frame).unwrap_or(0), per_frame),
            None => (measurements, 1),
        };
        shapes.push((shape.0, shape.1, false));
    }
    let ratio = evidence.parameters.get("ANALOG", "RATE").and_then(Parameter::as_f64).zip(rate);
    if let (Some(used @ 1..), Some((analog, points))) = (used, ratio) {
        let rounded = (analog / points).round();
        if (1.0..=65535.0).contains(&rounded) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
            shapes.push((used, rounded as u32, !shapes.is_empty()));
        }
    }
    match used {
        Some(used @ 1..) if shapes.is_empty() => shapes.push((used, 1, false)),
        _ => {}
    }
    if measurements == 0 {
        shapes.push((0, per_frame, false));
    }
    shapes
}

/// A number in one or two 16-bit words, low word first, or in one float.
fn long_count(parameter: &Parameter) -> Option<u32> {
    match (parameter.kind, parameter.count_at(0)?, parameter.count_at(1)) {
        (ParameterType::Integer, low, Some(high)) => Some(low | (high << 16)),
        (_, count, _) => Some(count),
    }
}

/// What the file says about its frames.
fn stated_frames(evidence: &Evidence<'_>) -> Stated {
    let parameters = evidence.parameters;
    let trial_start = parameters.get("TRIAL", "ACTUAL_START_FIELD").and_then(long_count);
    let trial_end = parameters.get("TRIAL", "ACTUAL_END_FIELD").and_then(long_count);
    let trial = trial_start.zip(trial_end).and_then(|(start, end)| {
        let frames = u64::from(end).checked_add(1)?.checked_sub(u64::from(start))?;
        Some((start, frames))
    });
    let long = parameters.count("POINT", "LONG_FRAMES").map(u64::from);
    let short = parameters.count("POINT", "FRAMES").map(u64::from);
    let in_header = evidence.header.frames().map(u64::from);
    let full = short == Some(u64::from(FULL)) || evidence.header.last_frame == u16::MAX;
    // A float that large is rounded: TRIAL, which is not, goes first.
    let long_is_rounded = long.is_some_and(|count| count > u64::from(FLOAT_COUNTS));
    let (trial_named, long_named) =
        (("TRIAL:ACTUAL_END_FIELD", trial.map(|(_, count)| count)), ("POINT:LONG_FRAMES", long));
    let [first, second] = if long_is_rounded { [trial_named, long_named] } else { [long_named, trial_named] };
    let short = short.filter(|&count| count != u64::from(FULL));
    let counts = [first, second, ("POINT:FRAMES", short), ("header", in_header)]
        .into_iter()
        .filter_map(|(name, count)| Some((name, count.filter(|&count| count > 0)?)))
        .collect();
    Stated { counts, full, trial }
}

/// The first combination, the frames that the highest authority states (0 where none does), and the number of the first one.
#[cfg(feature = "c3d-rs")]
pub(super) fn declared(evidence: &Evidence<'_>, shapes: &[Shape]) -> Option<(Shape, u64, u32)> {
    let stated = stated_frames(evidence);
    let frames = stated.counts.first().map_or(0, |&(_, count)| count);
    Some((*shapes.first()?, frames, stated.first_frame(frames, evidence.header.first_frame)))
}

/// Where the number of frames comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A statement that the size allows.
    Stated,
    /// A statement that the size does not allow: what is present.
    Truncated { declared: u64 },
    /// Under recover: a statement behind which the data go on.
    Unfinished { declared: u64 },
    /// The size alone.
    Size,
    /// No frame is stated.
    Nothing,
}

/// The combination that was chosen.
pub(super) struct Fit {
    pub(super) shape: Shape,
    /// Whole frames that are present.
    pub(super) frames: u64,
    /// Number of the first frame in the original trial.
    pub(super) first_frame: u32,
    source: Source,
    end: End,
    stated: Stated,
}

/// A combination with its frames, before it is chosen.
type Candidate = (Shape, u64, Source, End);

impl Evidence<'_> {
    /// What may end the data: the rotation section as declared, that section somewhere before the end of the file, the end of the file.
    fn ends(&self) -> impl Iterator<Item = End> + Clone {
        let at = self.file_bytes;
        let declared = self.rotation_start.map(|at| End { at, rotation_bytes: 0 });
        let misplaced = Some(End { at, rotation_bytes: self.rotation_bytes }).filter(|end| end.rotation_bytes > 0);
        declared.into_iter().chain(misplaced).chain([End { at, rotation_bytes: 0 }])
    }

    /// What most likely ends the data.
    fn end(&self) -> End {
        self.ends().next().unwrap_or(End { at: self.file_bytes, rotation_bytes: 0 })
    }
}

impl Fit {
    /// The combination of `shapes` and stated frame counts that the size of the file speaks for; nothing where there is no combination.
    pub(super) fn find(evidence: &Evidence<'_>, shapes: &[Shape]) -> Option<Self> {
        let stated = stated_frames(evidence);
        let (shape, frames, source, end) = evidence
            .ends()
            .find_map(|end| first_that_fits(shapes, &stated, end, PADDING))
            .or_else(|| beyond_16_bits(evidence, shapes, &stated))
            .or_else(|| evidence.ends().find_map(|end| first_that_fits(shapes, &stated, end, u64::MAX)))
            .or_else(|| truncated(evidence, shapes, &stated))?;
        let first_frame = stated.first_frame(frames, evidence.header.first_frame);
        Some(Self { shape, frames, first_frame, source, end, stated })
    }

    /// Under recover: counts an unfinished recording from its size. Returns 1 where one more frame has its points but not its samples.
    pub(super) fn recover(&mut self, evidence: &Evidence<'_>) -> Result<u64> {
        if evidence.policy != Policy::Recover {
            return Ok(0);
        }
        let held = self.shape.holds(self.end).unwrap_or(0);
        let rest = self.shape.trailing(self.frames, self.end).unwrap_or(0);
        let may_be_cut = match self.source {
            Source::Truncated { declared } => declared > self.frames,
            Source::Nothing => {
                self.frames = without_padding(evidence, &self.shape, held, self.end);
                // Padding fills the last block; a file that ends within one was cut.
                !self.end.at.is_multiple_of(BLOCK)
            }
            Source::Stated if rest >= PADDING && evidence.rotation_bytes == 0 => {
                let frames = without_zeros(evidence, &self.shape, held, self.frames)?;
                if frames > self.frames {
                    (self.source, self.frames) = (Source::Unfinished { declared: self.frames }, frames);
                }
                false
            }
            Source::Stated | Source::Size | Source::Unfinished { .. } => false,
        };
        let point_bytes = u64::from(self.shape.points).saturating_mul(4).saturating_mul(self.shape.storage.width());
        let left = self.shape.trailing(self.frames, self.end).unwrap_or(0);
        // The samples that are missing come out as NaN: of a frame longer than the file they would be claimed, not recorded.
        let is_plausible = self.shape.frame_bytes() <= evidence.file_bytes;
        let is_cut = may_be_cut && is_plausible && left < self.shape.frame_bytes();
        Ok(u64::from(is_cut && point_bytes > 0 && left >= point_bytes))
    }

    pub(super) fn warn(&self, evidence: &Evidence<'_>, warnings: &mut Warnings) -> Result<()> {
        let at = self.shape.data_start;
        let stated = &self.stated;
        let counts: Vec<String> = stated.counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let listed = counts.join(", ");
        let frames = self.frames;
        // A full 16-bit count is no disagreement with a larger true one.
        let agree = stated.counts.iter().all(|&(_, count)| count == frames);
        if !agree && !matches!(self.source, Source::Truncated { declared } if same_counts(stated, declared)) {
            let message = format!("the frames are counted differently: {listed}; {frames} are read");
            warnings.add(Warning::new("c3d.frames-disagree", message).byte(at).field("POINT:FRAMES"))?;
        }
        match self.source {
            Source::Size => {
                let message = format!("{frames} frames counted from the size of the file");
                warnings.add(Warning::new("c3d.frames-from-size", message).byte(at).field("POINT:FRAMES"))?;
            }
            Source::Truncated { declared } => {
                let message = format!("{declared} frames declared, {frames} present");
                warnings.add(Warning::new("c3d.data-truncated", message).byte(at).field("POINT:FRAMES"))?;
            }
            Source::Nothing if frames > 0 => {
                let message = format!("no frames declared; {frames} counted from the size of the file");
                warnings.add(Warning::new("c3d.frames-from-size", message).byte(at).field("POINT:FRAMES"))?;
            }
            Source::Unfinished { declared } => {
                let message = format!("{declared} frames declared; {frames} counted from the size of the file");
                warnings.add(Warning::new("c3d.frames-from-size", message).byte(at).field("POINT:FRAMES"))?;
            }
            Source::Stated | Source::Nothing => {}
        }
        let is_unfinished =
            matches!(self.source, Source::Truncated { .. } | Source::Nothing | Source::Unfinished { .. });
        if evidence.policy == Policy::Recover && is_unfinished {
            let message = format!("unfinished recording: {frames} whole frames read");
            warnings.add(Warning::new("c3d.trial-recovered", message).byte(at))?;
        }
        let rest = self.shape.trailing(frames, self.end).unwrap_or(0);
        if rest >= PADDING && !matches!(self.source, Source::Truncated { .. }) {
            let message = format!("{rest} bytes behind the last frame");
            warnings.add(Warning::new("c3d.data-trailing", message).byte(self.end.at.saturating_sub(rest)))?;
        }
        Ok(())
    }
}

/// The first combination with a stated count that is present before `end` and leaves less than `padding` bytes.
fn first_that_fits(shapes: &[Shape], stated: &Stated, end: End, padding: u64) -> Option<Candidate> {
    shapes.iter().filter(|shape| padding == PADDING || !shape.only_exact).find_map(|shape| {
        let fits = |frames: u64| shape.trailing(frames, end).is_some_and(|rest| rest < padding);
        // Frames without bytes (rotations only) are all there wherever the file ends: the first statement stands.
        let empty = padding != PADDING && shape.frame_bytes() == 0;
        let &(_, frames) = stated.counts.iter().find(|(_, count)| empty || fits(*count))?;
        Some((*shape, frames, Source::Stated, end))
    })
}

/// As many frames as the file holds, in the first combination.
fn by_size(evidence: &Evidence<'_>, shapes: &[Shape]) -> Option<Candidate> {
    let end = evidence.end();
    let shape = *shapes.first()?;
    let frames = without_padding(evidence, &shape, shape.holds(end)?, end);
    Some((shape, frames, Source::Size, end))
}

/// Frames by size, where 16-bit counts are full ("look elsewhere") or count the same modulo 65536.
fn beyond_16_bits(evidence: &Evidence<'_>, shapes: &[Shape], stated: &Stated) -> Option<Candidate> {
    let found = by_size(evidence, shapes)?;
    let frames = found.1;
    let wrapped = |count: u64| frames.checked_sub(count).is_some_and(|more| more > 0 && more.is_multiple_of(1 << 16));
    let is_full = stated.full && (stated.counts.is_empty() || frames >= u64::from(FULL));
    (is_full || stated.counts.iter().any(|&(_, count)| wrapped(count))).then_some(found)
}

/// No statement fits: what is present in the first combination.
fn truncated(evidence: &Evidence<'_>, shapes: &[Shape], stated: &Stated) -> Option<Candidate> {
    let end = evidence.end();
    let shape = *shapes.first()?;
    match stated.counts.first() {
        Some(&(_, declared)) => {
            let frames = shape.holds(end).unwrap_or(0).min(declared);
            Some((shape, frames, Source::Truncated { declared }, end))
        }
        None => Some((shape, 0, Source::Nothing, end)),
    }
}

fn same_counts(stated: &Stated, declared: u64) -> bool {
    stated.counts.iter().all(|&(_, count)| count == declared)
}

/// `frames` without those at the end, behind the first `known`, whose bytes are all zero: room that was reserved and not filled.
fn without_zeros(evidence: &Evidence<'_>, shape: &Shape, frames: u64, known: u64) -> Result<u64> {
    let size = shape.frame_bytes();
    let start = shape.data_start.saturating_add(known.saturating_mul(size));
    let mut end = start.saturating_add(frames.saturating_sub(known).saturating_mul(size)).min(evidence.file_bytes);
    let mut buffer = [0; 4096];
    while start < end {
        let from = end.saturating_sub(buffer.len() as u64).max(start);
        let part = usize::try_from(end.saturating_sub(from)).ok().and_then(|length| buffer.get_mut(..length));
        let Some(part) = part else { break };
        evidence.source.read_at(from, part)?;
        if let Some(last) = part.iter().rposition(|&byte| byte != 0) {
            let filled = from.saturating_add(last as u64).saturating_add(1).saturating_sub(start);
            return Ok(known.saturating_add(filled.div_ceil(size.max(1))));
        }
        end = from;
    }
    Ok(known)
}

/// The bytes from the start of a block to a place where the data may end: at most a block.
pub(super) struct LastBlock {
    start: u64,
    bytes: Vec<u8>,
}

/// The last blocks before the end of the file and before the rotations.
///
/// # Errors
/// Those of `source`.
pub(super) fn last_blocks(source: &impl ReadAt, rotation_start: Option<u64>) -> Result<Vec<LastBlock>> {
    let ends = rotation_start.into_iter().chain([source.bytes()]);
    let read = |end: u64| {
        let start = start_of_last_block(end);
        let mut bytes = vec![0; usize::try_from(end.saturating_sub(start)).unwrap_or(0)];
        source.read_at(start, &mut bytes)?;
        Ok(LastBlock { start, bytes })
    };
    ends.map(read).collect()
}

fn start_of_last_block(end: u64) -> u64 {
    end.saturating_sub(1).checked_div(BLOCK).unwrap_or(0).saturating_mul(BLOCK)
}

/// `frames` without those that lie wholly in the last block and are all zero: padding, not data.
fn without_padding(evidence: &Evidence<'_>, shape: &Shape, frames: u64, end: End) -> u64 {
    let size = shape.frame_bytes();
    let start = start_of_last_block(end.at);
    let ends_there = |block: &&LastBlock| block.start.saturating_add(block.bytes.len() as u64) == end.at;
    let block = evidence.last_blocks.iter().find(ends_there);
    let is_zero = |at: u64| {
        let from = usize::try_from(at.checked_sub(start)?).ok()?;
        let frame = block?.bytes.get(from..)?.get(..usize::try_from(size).ok()?)?;
        Some(frame.iter().all(|&byte| byte == 0))
    };
    let mut frames = frames;
    while let Some(before) = frames.checked_sub(1) {
        let at = shape.data_start.saturating_add(before.saturating_mul(size));
        if size == 0 || is_zero(at) != Some(true) {
            break;
        }
        frames = before;
    }
    frames
}
