//! Where points and analog samples stand in the file, how many there are, and by what they are scaled.
//!
//! Header and parameters state the same things twice, and in real files either may be wrong. The size of the file is the witness: the
//! combination of statements is taken whose data fit it, parameters before header where several do (for the data start the header comes
//! first). A [`Layout`] is a value of its own: decoding needs nothing else, whoever wrote it.
//!
//! Frames are counted, in this order of authority, by `POINT:LONG_FRAMES`, `TRIAL:ACTUAL_START/END_FIELD`, `POINT:FRAMES`, the header, the size.
//! Sources: "The C3D File Format", Motion Lab Systems, *The C3D frame count*, *The TRIAL group*, *The 3D Point Data Section*.

use serde::Serialize;

use super::header::{BLOCK, Header, byte_of_block};
use super::number::{Processor, is_vax_reserved};
use super::parameters::{Parameter, ParameterType, Parameters};
use super::warnings::Warnings;
use crate::error::Result;
use crate::formats::Policy;
use crate::formats::bytes::Bytes;
use crate::limits::{Limits, exceeded};
use crate::warning::Warning;

/// Bytes behind the last frame that are still padding: less than two blocks.
const PADDING: u64 = 2 * BLOCK;

/// `POINT:FRAMES` of a recording whose frames do not fit 16 bits.
const FULL: u32 = 65_535;

/// Above this a float no longer counts every integer.
const FLOAT_COUNTS: u32 = 1 << 24;

/// How the data section stores its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// 16-bit integers, to be multiplied by the scale.
    Integer,
    /// 32-bit floats.
    Float,
}

impl Storage {
    /// Bytes of one number.
    pub fn width(self) -> u64 {
        match self {
            Self::Integer => 2,
            Self::Float => 4,
        }
    }
}

/// The data section: frames back to back, each `points` times (x, y, z, word), then `samples_per_frame` times all `channels`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Layout {
    /// Number formats.
    pub processor: Processor,
    /// Integers or floats.
    pub storage: Storage,
    /// First byte of the first frame.
    pub data_start: u64,
    /// Points per frame.
    pub points: u32,
    /// Analog channels.
    pub channels: u32,
    /// Analog samples per channel and frame.
    pub samples_per_frame: u32,
    /// Frames that are present with points and analog samples.
    pub frames: u64,
    /// Frames behind them of which only the points are present: 0, or 1 under [`Policy::Recover`].
    pub point_only_frames: u64,
    /// Number of the first frame in the original trial, as stored; usually from 1.
    pub first_frame: u32,
    /// Millimetres, or whatever `POINT:UNITS` says, per integer step and per step of the residual byte: |`POINT:SCALE`|.
    pub point_scale: f64,
    /// Frames per second, where known.
    pub point_rate_hz: Option<f64>,
    /// The byte behind the last frame from which rotations may start.
    pub data_end: u64,
}

impl Layout {
    /// Bytes of one frame.
    pub fn frame_bytes(&self) -> u64 {
        self.numbers_per_frame().saturating_mul(self.storage.width())
    }

    fn numbers_per_frame(&self) -> u64 {
        let analog = u64::from(self.channels).saturating_mul(u64::from(self.samples_per_frame));
        u64::from(self.points).saturating_mul(4).saturating_add(analog)
    }

    /// Frames of the points: those that are whole, and one whose points alone are there.
    pub fn point_frames(&self) -> u64 {
        self.frames.saturating_add(self.point_only_frames)
    }
}

/// One combination of what header and parameters state.
#[derive(Clone, Copy)]
struct Shape {
    points: u32,
    channels: u32,
    samples_per_frame: u32,
    storage: Storage,
    data_start: u64,
    /// Guesses that are only taken when they fit to the block.
    only_exact: bool,
}

impl Shape {
    fn frame_bytes(&self) -> u64 {
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
    first_frame: u32,
}

/// Everything the arbitration looks at.
pub(super) struct Evidence<'a> {
    pub(super) bytes: Bytes<'a>,
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

/// The layout of a file.
///
/// # Errors
/// `limit.markers`, `limit.analog-channels`, `limit.rate-hz`; under strict the refused warnings on header, frames, scale and rate.
pub(super) fn find(evidence: &Evidence<'_>, limits: &Limits, warnings: &mut Warnings) -> Result<Layout> {
    let rate = point_rate(evidence, limits, warnings)?;
    let (scale, storages) = point_scale(evidence, warnings)?;
    let starts = data_starts(evidence, warnings)?;
    let stated = stated_frames(evidence);
    let shapes = shapes(evidence, rate, &storages, &starts);
    let fit = Fit::find(evidence, &shapes, &stated);
    let Some(mut fit) = fit else {
        // `shapes` is never empty; were it so, there would be nothing to read.
        return Err(crate::error::Error::data("c3d.no-data", "no data section"));
    };
    check_limits(&fit.shape, limits)?;
    let point_only_frames = fit.recover(evidence);
    fit.warn(evidence, &stated, warnings)?;
    warn_header(evidence, &fit.shape, warnings)?;
    let shape = fit.shape;
    let frames = fit.frames;
    Ok(Layout {
        processor: evidence.processor,
        storage: shape.storage,
        data_start: shape.data_start,
        points: shape.points,
        channels: shape.channels,
        samples_per_frame: shape.samples_per_frame,
        frames,
        point_only_frames,
        first_frame: stated.first_frame,
        point_scale: scale,
        point_rate_hz: rate,
        data_end: shape.data_start.saturating_add(shape.frame_bytes().saturating_mul(frames)),
    })
}

fn check_limits(shape: &Shape, limits: &Limits) -> Result<()> {
    if shape.points > limits.max_markers {
        return Err(exceeded("limit.markers", "points per frame", "max_markers", shape.points, limits.max_markers));
    }
    if shape.channels > limits.max_analog_channels {
        let (found, at_most) = (shape.channels, limits.max_analog_channels);
        return Err(exceeded("limit.analog-channels", "analog channels", "max_analog_channels", found, at_most));
    }
    Ok(())
}

/// Frames per second: `POINT:RATE`, else the header's.
fn point_rate(evidence: &Evidence<'_>, limits: &Limits, warnings: &mut Warnings) -> Result<Option<f64>> {
    let usable = |hz: &f64| hz.is_finite() && *hz > 0.0;
    let stated = evidence.parameters.get("POINT", "RATE").and_then(Parameter::as_f64);
    let in_header = evidence.header.rate_hz;
    if let Some(rate) = stated
        && differ(rate, in_header)
    {
        let message = format!("header {in_header} Hz, POINT:RATE {rate} Hz");
        warnings.add(Warning::new("c3d.rate-header-differs", message).byte(20).field("POINT:RATE"))?;
    }
    let rate = stated.filter(usable).or(Some(in_header).filter(usable));
    match rate {
        Some(hz) if hz > limits.max_rate_hz => {
            Err(exceeded("limit.rate-hz", "frame rate", "max_rate_hz", hz, limits.max_rate_hz))
        }
        Some(_) => Ok(rate),
        None => {
            let message =
                format!("no usable frame rate (POINT:RATE {stated:?}, header {in_header}): times are unknown");
            warnings.add(Warning::new("c3d.rate-missing", message).byte(20).field("POINT:RATE"))?;
            Ok(None)
        }
    }
}

/// Whether two statements of a number are different, beyond the rounding of a float.
fn differ(a: f64, b: f64) -> bool {
    !(a == b || (a - b).abs() <= 1e-6 * a.abs().max(b.abs()))
}

/// |`POINT:SCALE`|, and the storages that the signs state, `POINT:SCALE`'s first.
fn point_scale(evidence: &Evidence<'_>, warnings: &mut Warnings) -> Result<(f64, Vec<Storage>)> {
    let stated = evidence.parameters.get("POINT", "SCALE").and_then(Parameter::as_f64);
    let in_header = evidence.header.scale;
    let usable = |scale: &f64| scale.is_finite() && *scale != 0.0;
    let storage = |scale: f64| if scale < 0.0 { Storage::Float } else { Storage::Integer };
    let first = stated.unwrap_or(in_header);
    if !usable(&first) {
        let message = format!("scale of the points is {first}");
        warnings.add(Warning::new("c3d.scale-zero", message).byte(12).field("POINT:SCALE"))?;
    }
    if let Some(scale) = stated {
        if (scale < 0.0) != (in_header < 0.0) {
            let message = format!("header scale {in_header}, POINT:SCALE {scale}: negative means floats");
            warnings.add(Warning::new("c3d.format-header-differs", message).byte(12).field("POINT:SCALE"))?;
        }
        if differ(scale.abs(), in_header.abs()) {
            let message = format!("header scale {in_header}, POINT:SCALE {scale}");
            warnings.add(Warning::new("c3d.scale-header-differs", message).byte(12).field("POINT:SCALE"))?;
        }
    }
    let mut storages: Vec<Storage> =
        stated.into_iter().chain([in_header]).filter(|scale| usable(scale)).map(storage).collect();
    if storages.is_empty() {
        storages = vec![Storage::Integer, Storage::Float];
    }
    storages.dedup();
    let scale = stated.filter(usable).or(Some(in_header).filter(usable)).unwrap_or(0.0);
    Ok((scale.abs(), storages))
}

/// The bytes where the data may start: word 9, `POINT:DATA_START`; else the block behind the parameters.
fn data_starts(evidence: &Evidence<'_>, warnings: &mut Warnings) -> Result<Vec<u64>> {
    let in_header = u32::from(evidence.header.data_block);
    let stated = evidence.parameters.count("POINT", "DATA_START");
    let parameter_block = u32::from(evidence.header.parameter_block);
    if stated.is_some_and(|block| block != in_header) {
        let message = format!("header says block {in_header}, POINT:DATA_START block {}", stated.unwrap_or_default());
        warnings.add(Warning::new("c3d.data-start-differs", message).byte(16).field("POINT:DATA_START"))?;
    }
    let mut starts: Vec<u64> = [Some(in_header), stated]
        .into_iter()
        .flatten()
        .filter(|&block| block > parameter_block || (block > 1 && parameter_block > block))
        .map(byte_of_block)
        .collect();
    starts.dedup();
    if starts.is_empty() {
        let behind = evidence.parameters_end.div_ceil(BLOCK).saturating_mul(BLOCK);
        let message = format!("no usable data start; the block behind the parameters is read, byte {behind}");
        warnings.add(Warning::new("c3d.data-start-differs", message).byte(16).field("POINT:DATA_START"))?;
        starts.push(behind);
    }
    Ok(starts)
}

/// All combinations, those of the parameters first.
fn shapes(evidence: &Evidence<'_>, rate: Option<f64>, storages: &[Storage], starts: &[u64]) -> Vec<Shape> {
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
    let counts = parameter.as_u32s();
    match (parameter.kind, counts.as_slice()) {
        (ParameterType::Integer, [Some(low), Some(high), ..]) => Some(low | (high << 16)),
        (_, [Some(count), ..]) => Some(*count),
        _ => None,
    }
}

fn stated_frames(evidence: &Evidence<'_>) -> Stated {
    let parameters = evidence.parameters;
    let trial_start = parameters.get("TRIAL", "ACTUAL_START_FIELD").and_then(long_count);
    let trial_end = parameters.get("TRIAL", "ACTUAL_END_FIELD").and_then(long_count);
    let trial = trial_start.zip(trial_end).and_then(|(start, end)| {
        let frames = u64::from(end).checked_add(1)?.checked_sub(u64::from(start))?;
        Some(frames)
    });
    let long = parameters.count("POINT", "LONG_FRAMES").map(u64::from);
    let short = parameters.count("POINT", "FRAMES").map(u64::from);
    let in_header = evidence.header.frames().map(u64::from);
    let full = short == Some(u64::from(FULL)) || evidence.header.last_frame == u16::MAX;
    // A float that large is rounded: TRIAL, which is not, goes first.
    let long_is_rounded = long.is_some_and(|count| count > u64::from(FLOAT_COUNTS));
    let (trial_named, long_named) = (("TRIAL:ACTUAL_END_FIELD", trial), ("POINT:LONG_FRAMES", long));
    let [first, second] = if long_is_rounded { [trial_named, long_named] } else { [long_named, trial_named] };
    let short = short.filter(|&count| count != u64::from(FULL));
    let counts = [first, second, ("POINT:FRAMES", short), ("header", in_header)]
        .into_iter()
        .filter_map(|(name, count)| Some((name, count.filter(|&count| count > 0)?)))
        .collect();
    let first_frame = trial_start.filter(|_| trial.is_some()).filter(|&start| start > 0);
    Stated { counts, full, first_frame: first_frame.unwrap_or(u32::from(evidence.header.first_frame)) }
}

/// Where the number of frames comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A statement that the size allows.
    Stated,
    /// A statement that the size does not allow: what is present.
    Truncated { declared: u64 },
    /// The size alone.
    Size,
    /// No frame is stated.
    Nothing,
}

/// The combination that was chosen.
struct Fit {
    shape: Shape,
    frames: u64,
    source: Source,
    end: End,
}

impl Evidence<'_> {
    /// What may end the data: the rotation section as declared, that section somewhere before the end of the file, the end of the file.
    fn ends(&self) -> impl Iterator<Item = End> + Clone {
        let at = self.bytes.len();
        let declared = self.rotation_start.map(|at| End { at, rotation_bytes: 0 });
        let misplaced = Some(End { at, rotation_bytes: self.rotation_bytes }).filter(|end| end.rotation_bytes > 0);
        declared.into_iter().chain(misplaced).chain([End { at, rotation_bytes: 0 }])
    }

    /// What most likely ends the data.
    fn end(&self) -> End {
        self.ends().next().unwrap_or(End { at: self.bytes.len(), rotation_bytes: 0 })
    }
}

impl Fit {
    fn find(evidence: &Evidence<'_>, shapes: &[Shape], stated: &Stated) -> Option<Self> {
        let exact = evidence.ends().find_map(|end| Self::stated(shapes, stated, end, PADDING));
        let stretched = || {
            let full = stated.full.then(|| Self::by_size(evidence, shapes)).flatten();
            full.filter(|fit| stated.counts.is_empty() || fit.frames >= u64::from(FULL))
        };
        let loose = || evidence.ends().find_map(|end| Self::stated(shapes, stated, end, u64::MAX));
        exact.or_else(stretched).or_else(loose).or_else(|| Self::truncated(evidence, shapes, stated))
    }

    /// The first combination with a stated count that is present before `end` and leaves less than `padding` bytes.
    fn stated(shapes: &[Shape], stated: &Stated, end: End, padding: u64) -> Option<Self> {
        shapes.iter().filter(|shape| padding == PADDING || !shape.only_exact).find_map(|shape| {
            let fits = |frames: u64| shape.trailing(frames, end).is_some_and(|rest| rest < padding);
            // A frame without bytes (rotations only) says nothing about the size: the first statement stands.
            let empty = shape.frame_bytes() == 0;
            let &(_, frames) = stated.counts.iter().find(|(_, count)| empty || fits(*count))?;
            Some(Self { shape: *shape, frames, source: Source::Stated, end })
        })
    }

    /// As many frames as the file holds, in the first combination.
    fn by_size(evidence: &Evidence<'_>, shapes: &[Shape]) -> Option<Self> {
        let end = evidence.end();
        let shape = *shapes.first()?;
        let frames = without_padding(evidence.bytes, &shape, shape.holds(end)?, end);
        Some(Self { shape, frames, source: Source::Size, end })
    }

    /// No statement fits: what is present in the first combination.
    fn truncated(evidence: &Evidence<'_>, shapes: &[Shape], stated: &Stated) -> Option<Self> {
        let end = evidence.end();
        let shape = *shapes.first()?;
        match stated.counts.first() {
            Some(&(_, declared)) => {
                let frames = shape.holds(end).unwrap_or(0).min(declared);
                Some(Self { shape, frames, source: Source::Truncated { declared }, end })
            }
            None if stated.full => {
                let fit = Self { shape, frames: 0, source: Source::Nothing, end };
                Some(Self::by_size(evidence, shapes).unwrap_or(fit))
            }
            None => Some(Self { shape, frames: 0, source: Source::Nothing, end }),
        }
    }

    /// Under recover: counts an unfinished recording from its size. Returns 1 where one more frame has its points but not its samples.
    fn recover(&mut self, evidence: &Evidence<'_>) -> u64 {
        let whole = match self.source {
            _ if evidence.policy != Policy::Recover => return 0,
            Source::Nothing => {
                without_padding(evidence.bytes, &self.shape, self.shape.holds(self.end).unwrap_or(0), self.end)
            }
            Source::Truncated { .. } => self.frames,
            Source::Stated | Source::Size => return 0,
        };
        self.frames = whole;
        let point_bytes = u64::from(self.shape.points).saturating_mul(4).saturating_mul(self.shape.storage.width());
        let left = self.shape.trailing(whole, self.end).unwrap_or(0);
        let partial = matches!(self.source, Source::Truncated { declared } if declared > whole);
        u64::from(partial && point_bytes > 0 && left >= point_bytes)
    }

    fn warn(&self, evidence: &Evidence<'_>, stated: &Stated, warnings: &mut Warnings) -> Result<()> {
        let at = self.shape.data_start;
        let counts: Vec<String> = stated.counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let listed = counts.join(", ");
        let frames = self.frames;
        // A full 16-bit count is no disagreement with a larger true one.
        let agree = stated.counts.iter().all(|&(_, count)| count == frames);
        if !agree && !matches!(self.source, Source::Truncated { declared } if same_counts(stated, declared)) {
            let message = format!("stated are {listed}; the file holds {frames}");
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
            Source::Stated | Source::Nothing => {}
        }
        if evidence.policy == Policy::Recover && matches!(self.source, Source::Truncated { .. } | Source::Nothing) {
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

fn same_counts(stated: &Stated, declared: u64) -> bool {
    stated.counts.iter().all(|&(_, count)| count == declared)
}

/// `frames` without those that lie wholly in the last block and are all zero: padding, not data.
fn without_padding(bytes: Bytes<'_>, shape: &Shape, frames: u64, end: End) -> u64 {
    let size = shape.frame_bytes();
    let last_block = end.at.saturating_sub(1).checked_div(BLOCK).unwrap_or(0).saturating_mul(BLOCK);
    let mut frames = frames;
    while let Some(before) = frames.checked_sub(1) {
        let at = shape.data_start.saturating_add(before.saturating_mul(size));
        let is_zero = bytes.get(at, size).is_some_and(|frame| frame.iter().all(|&byte| byte == 0));
        if size == 0 || at < last_block || !is_zero {
            break;
        }
        frames = before;
    }
    frames
}

/// What the header says otherwise than the layout or the parameters.
fn warn_header(evidence: &Evidence<'_>, shape: &Shape, warnings: &mut Warnings) -> Result<()> {
    let header = evidence.header;
    let in_header = u32::from(header.points);
    let used = evidence.parameters.count("POINT", "USED");
    if shape.points != in_header || used.is_some_and(|used| used != in_header) {
        let message = format!("header {in_header} points, POINT:USED {used:?}; {} are read", shape.points);
        warnings.add(Warning::new("c3d.points-header-differs", message).byte(2).field("POINT:USED"))?;
    }
    let measurements = u64::from(header.analog_measurements);
    let read = u64::from(shape.channels).saturating_mul(u64::from(shape.samples_per_frame));
    let used = evidence.parameters.count("ANALOG", "USED");
    let stated = used.map(|used| u64::from(used).saturating_mul(u64::from(header.samples_per_frame)));
    if read != measurements || stated.is_some_and(|stated| stated != measurements) {
        let message = format!(
            "header {measurements} analog measurements per frame, ANALOG:USED {used:?} at {} samples; {} x {} are read",
            header.samples_per_frame, shape.channels, shape.samples_per_frame
        );
        warnings.add(Warning::new("c3d.analog-header-differs", message).byte(4).field("ANALOG:USED"))?;
    }
    Ok(())
}

/// Counts VAX reserved operands in header, parameters and data of a DEC file.
pub(super) fn warn_reserved_operands(evidence: &Evidence<'_>, layout: &Layout, warnings: &mut Warnings) -> Result<()> {
    if layout.processor != Processor::Dec {
        return Ok(());
    }
    let groups = evidence.parameters.groups().iter();
    let mut count: usize = groups.flat_map(|group| &group.parameters).map(Parameter::reserved_operands).sum();
    let header = &evidence.header.raw;
    let in_header = [12..16, 20..24].into_iter().filter_map(|range| header.get(range)?.first_chunk::<4>());
    count = count.saturating_add(in_header.filter(|raw| is_vax_reserved(**raw)).count());
    if layout.storage == Storage::Float {
        let data = evidence.bytes.clamped(layout.data_start, layout.data_end.saturating_sub(layout.data_start));
        count = count.saturating_add(data.as_chunks::<4>().0.iter().filter(|raw| is_vax_reserved(**raw)).count());
    }
    if count > 0 {
        let message = format!("{count} VAX reserved operands were read as 0");
        warnings.add(Warning::new("c3d.vax-reserved-operand", message).byte(layout.data_start))?;
    }
    Ok(())
}
