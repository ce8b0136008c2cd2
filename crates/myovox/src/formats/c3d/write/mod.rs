//! Recordings back to C3D files.
//!
//! Out goes what a [`C3dRecording`] holds: its arrays, labels, rates, units and events are the truth, and its parameters go with it. What was read and
//! not changed is written so that it reads the same again: samples to the bit, parameters with types, dimensions, descriptions, locks
//! and order, texts byte by byte, groups that nobody knows, bytes of the header that nobody asks about. The way:
//!
//! 1. `shape` counts the arrays and chooses number formats and scale;
//! 2. `analog` finds the raw numbers from which the reader makes the same values again;
//! 3. `settle` and `events` correct the parameters that say otherwise, each with a warning;
//! 4. `header` and `section` make the first blocks, `frames` streams the data behind them.
//!
//! A decoded recording no longer holds: coordinates and negative fourth words of points that were not seen (written as 0, 0, 0, -1), what stood in
//! the padding, the section of labels and ranges. To change parameters and keep every other byte of a file, use [`Editor`](super::Editor).
//!
//! Source of the rules: "The C3D File Format – A Technical User Guide", Motion Lab Systems.

mod analog;
mod builder;
mod events;
mod frames;
mod header;
mod number;
pub(super) mod section;
mod settle;
mod shape;

use std::io::Write;

use self::section::MOST_BLOCKS;
use self::settle::Settling;
use self::shape::Shape;
use super::C3dRecording;
use super::header::BLOCK;
use super::number::{Processor, Storage};
use super::parameters::Parameters;
use super::rotation::Rotations;
use crate::config::{Auto, config};
use crate::error::{Error, Result};
use crate::limits::Budget;
use crate::warning::Warning;

pub use builder::C3dBuilder;

config! {
    /// How a C3D file is written.
    pub struct C3dWriteConfig {
        /// Number formats of the file: `intel`, `dec`, `mips`. Default auto: those of the recording.
        processor: Auto<Processor> = Auto::Auto,
        /// `integer` or `float`. Default auto: as the recording was read. Floats that become integers are rounded to the largest value by 32000 (the
        /// User Guide's recommendation) unless they lie on the steps that the recording states.
        storage: Auto<Storage> = Auto::Auto,
        /// What to do with more parameters than the 255 blocks that a file can count. Default refuse: many programs believe the count.
        long_parameters: LongParameters = LongParameters::Refuse,
    }
}

/// What to do with more parameters than 255 blocks hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LongParameters {
    /// The recording is refused.
    #[default]
    Refuse,
    /// The count is written as 0, "look for the end yourself", and that is warned.
    Uncounted,
}

/// Every warning of writing: its code and its meaning.
pub const WRITE_WARNINGS: &[(&str, &str)] = &[
    ("c3d.parameter-corrected", "a parameter said otherwise than the recording"),
    ("c3d.header-corrected", "a field of the header said otherwise than the recording"),
    ("c3d.parameter-filled", "a parameter had fewer values than its dimensions say; zeros or blanks follow"),
    ("c3d.unknown-type-copied", "a parameter of unknown type was copied to another processor byte by byte"),
    ("c3d.parameters-uncounted", "the parameters need more blocks than can be counted"),
    ("c3d.values-rounded", "values lie between two that the file can hold"),
    ("c3d.residuals-rounded", "residuals lie between or beyond the 255 steps of the scale"),
    ("c3d.event-columns-blank", "subjects, descriptions and icons of events are blank, as the events are others"),
    ("c3d.label-ranges-dropped", "the section of labels and ranges was not written"),
    ("c3d.rotation-start-beyond-16-bits", "the rotations start beyond the last block that can be named"),
    ("c3d.rotations-filled", "rotations end before the points; invalid ones follow"),
];

/// Writes a recording as a C3D file; returns what was corrected or rounded, see [`WRITE_WARNINGS`].
///
/// A file holds 32-bit floats or 16-bit integers: what was never in a file is rounded to them, and warned where that is more than the seven
/// digits of a float.
///
/// Files are written whole or not at all through [`sink::write_path`](crate::formats::sink::write_path).
///
/// ```
/// use myovox::formats::c3d::{self, C3dBuilder, C3dConfig, C3dWriteConfig, Processor};
/// use myovox::{Budget, Limits};
/// let emg = ndarray::arr2(&[[0.5, -0.25, 0.0, 1.0]]);
/// let recording = C3dBuilder::new(1000.0).analog(&["BICEPS"], &["mV"], emg).build()?;
/// let (mut file, mut budget) = (Vec::new(), Budget::new(&Limits::default()));
/// let config = C3dWriteConfig::default().processor(Processor::Dec.into());
/// assert!(c3d::write(&recording, &config, &mut budget, &mut file)?.is_empty());
/// let read = c3d::read(&file, &C3dConfig::default(), &mut budget)?;
/// assert_eq!(read.analog, recording.analog);
/// assert_eq!((read.processor, read.analog_rate_hz), (Processor::Dec, Some(1000.0)));
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// - `c3d.shape-mismatch`: arrays and labels do not fit each other;
/// - `c3d.value-not-representable`: a value has no code in the file: beyond 16 bits at its scale, beyond a float of the processor, not a number where
///   integers or DEC floats are written; channel and frame, or parameter, are named;
/// - `c3d.too-many`, `c3d.parameter-too-long`, `c3d.parameters-too-long`, `c3d.parameter-invalid`: more than a file can count or a record can hold;
/// - `limit.memory-bytes`; `io.storage-full`, `io.broken-pipe`, `io.failed` as the sink fails.
pub fn write(
    recording: &C3dRecording,
    config: &C3dWriteConfig,
    budget: &mut Budget,
    sink: &mut impl Write,
) -> Result<Vec<Warning>> {
    let shape = Shape::new(recording, config)?;
    let mut warnings = Vec::new();
    budget.charge(size_of(&recording.parameters), "parameters to be written")?;
    let mut settling = Settling { parameters: recording.parameters.clone(), warnings: &mut warnings };
    let scaling = scaling(&mut settling.parameters, recording, &shape)?;
    settling.all(recording, &shape)?;
    let header_events = events::settle(&mut settling, recording, budget)?;
    let rotation_samples = rotation_samples(&mut settling, recording, &shape)?;
    let front = front(&mut settling, recording, &shape, config)?;
    let header = header::block(recording, &shape, front.data_block, header_events.as_deref(), &mut warnings)?;
    let failed = |cause: std::io::Error| Error::io("write", &cause);
    sink.write_all(&header).map_err(failed)?;
    sink.write_all(&front.section).map_err(failed)?;
    let tally = frames::write(recording, &shape, &scaling, budget, sink)?;
    pad(shape.frame_bytes().saturating_mul(shape.frames), sink)?;
    if let Some(rotations) = &recording.rotations {
        frames::write_rotations(rotations, &shape, rotation_samples, budget, sink)?;
        pad(rotation_samples.saturating_mul(rotations.residuals.dim().0).saturating_mul(frames::ROTATION_BYTES), sink)?;
    }
    let rounded = [
        ("c3d.values-rounded", tally.coordinates.message("coordinates")),
        ("c3d.residuals-rounded", tally.residuals.message("residuals")),
        ("c3d.values-rounded", tally.samples.message("analog samples")),
    ];
    warnings.extend(rounded.into_iter().filter_map(|(code, message)| Some(Warning::new(code, message?))));
    Ok(warnings)
}

/// Analog samples per channel and frame, counted from the arrays.
///
/// # Errors
/// `c3d.shape-mismatch`: arrays and labels do not fit each other.
pub(super) fn samples_per_frame(recording: &C3dRecording) -> Result<usize> {
    Shape::new(recording, &C3dWriteConfig::default()).map(|shape| shape.samples_per_frame)
}

/// `recording` with the numbers of points, channels and frames that it has stated in header and parameters.
///
/// # Errors
/// `c3d.shape-mismatch`, `c3d.too-many`.
pub(super) fn counted(mut recording: C3dRecording) -> Result<C3dRecording> {
    let shape = Shape::new(&recording, &C3dWriteConfig::default())?;
    let mut settling = Settling { parameters: recording.parameters.clone(), warnings: &mut Vec::new() };
    settling.counts(&recording, &shape)?;
    settling.frames(&recording, &shape)?;
    recording.parameters = settling.parameters;
    header::state_counts(&mut recording, &shape);
    Ok(recording)
}

/// Bytes that a copy of `parameters` occupies, roughly.
fn size_of(parameters: &Parameters) -> u64 {
    let records = parameters.groups().iter().flat_map(|group| &group.parameters);
    records.fold(0, |sum: u64, parameter| {
        let texts = parameter.raw_name.len().saturating_mul(4).saturating_add(parameter.description.len());
        sum.saturating_add(texts.saturating_add(parameter.data.len()).saturating_add(200) as u64)
    })
}

/// The scaling of the analog channels; those that become integers may get a new one.
fn scaling(parameters: &mut Parameters, recording: &C3dRecording, shape: &Shape) -> Result<analog::Scaling> {
    let mut scaling = analog::Scaling::stated(parameters, shape.channels);
    if shape.storage == Storage::Float {
        let code = "c3d.analog-offset-unsigned-guessed";
        let was_guessed = recording.warnings.iter().any(|warning| warning.code == code);
        scaling.settle_offsets(parameters, &recording.analog, &recording.analog_labels, was_guessed)?;
    } else if shape.becomes_integer(recording) {
        scaling.fit_integers(parameters, &recording.analog, shape.processor)?;
    }
    Ok(scaling)
}

/// Samples of the rotation section. Where they end before the points, invalid ones fill the last block, so that no padding is read as a rotation.
fn rotation_samples(settling: &mut Settling<'_>, recording: &C3dRecording, shape: &Shape) -> Result<usize> {
    let Some(rotations) = &recording.rotations else { return Ok(0) };
    let (segments, present) = rotations.residuals.dim();
    let ratio = usize::try_from(rotations.ratio).unwrap_or(usize::MAX);
    let expected = if shape.frames == 0 { present } else { shape.frames.saturating_mul(ratio) };
    if present > expected {
        shape::same("samples of the rotations", present, expected)?;
    }
    let sample_bytes = segments.saturating_mul(frames::ROTATION_BYTES);
    let blocks = present.saturating_mul(sample_bytes).div_ceil(512);
    let samples = blocks.saturating_mul(512).checked_div(sample_bytes).unwrap_or(present).min(expected);
    if samples > present {
        let message = format!("{present} rotations of each segment for {expected} samples; invalid ones follow");
        settling.warnings.push(Warning::new("c3d.rotations-filled", message).field("ROTATION:USED"));
    }
    Ok(samples)
}

/// The parameter section and the block behind it.
struct Front {
    /// Head, records and padding up to the data.
    section: Vec<u8>,
    data_block: u16,
}

/// Makes the parameter section: as long as its records need, or as the file had it where they fit.
fn front(
    settling: &mut Settling<'_>,
    recording: &C3dRecording,
    shape: &Shape,
    config: &C3dWriteConfig,
) -> Result<Front> {
    // A data start of another type may change the length of its record, once.
    let mut data_block = 3;
    loop {
        settling.data_start("POINT", data_block)?;
        settle_rotation_start(settling, recording.rotations.as_ref(), shape, data_block)?;
        let mut doubts = Vec::new();
        let records = section::records(&settling.parameters, shape.processor, &mut doubts)?;
        let needed = (records.len() as u64).saturating_add(4).div_ceil(BLOCK);
        let had = u64::from(recording.header.data_block).saturating_sub(2);
        let was_usual = recording.header.parameter_block == 2 && !recording.header.raw.is_empty();
        let blocks = if was_usual && had <= MOST_BLOCKS { needed.max(had) } else { needed };
        let behind = u16::try_from(blocks.saturating_add(2)).map_err(|_| too_long(blocks))?;
        if behind != data_block {
            data_block = behind;
            continue;
        }
        settling.warnings.append(&mut doubts);
        if blocks > MOST_BLOCKS {
            if config.long_parameters == LongParameters::Refuse {
                return Err(too_long(blocks));
            }
            let message = format!("{blocks} blocks of parameters, at most {MOST_BLOCKS} can be counted: 0 is written");
            settling.warnings.push(Warning::new("c3d.parameters-uncounted", message).byte(BLOCK.saturating_add(2)));
        }
        let mut section = section::head(blocks, shape.processor).to_vec();
        section.extend(records);
        section.resize(usize::try_from(blocks.saturating_mul(BLOCK)).unwrap_or(usize::MAX), 0);
        return Ok(Front { section, data_block });
    }
}

fn too_long(blocks: u64) -> Error {
    let what = "more parameters than a file can count";
    let error = Error::unsupported("c3d.parameters-too-long", what).found(format!("{blocks} blocks of 512 bytes"));
    error.expected(format!("at most {MOST_BLOCKS}"))
}

/// `ROTATION:DATA_START`: the block behind the points; 0, "look for it", where 16 bits do not reach.
fn settle_rotation_start(
    settling: &mut Settling<'_>,
    rotations: Option<&Rotations>,
    shape: &Shape,
    data_block: u16,
) -> Result<()> {
    if rotations.is_none() {
        return Ok(());
    }
    let bytes = (shape.frame_bytes() as u64).saturating_mul(shape.frames as u64);
    let block = bytes.div_ceil(BLOCK).saturating_add(u64::from(data_block));
    let code = "c3d.rotation-start-beyond-16-bits";
    let block = u16::try_from(block).unwrap_or_else(|_| {
        if !settling.warnings.iter().any(|warning| warning.code == code) {
            let message = format!("the rotations start in block {block}; ROTATION:DATA_START says 0");
            settling.warnings.push(Warning::new(code, message).field("ROTATION:DATA_START"));
        }
        0
    });
    settling.data_start("ROTATION", block)
}

/// Zeros behind `written` bytes up to a whole block.
fn pad(written: usize, sink: &mut impl Write) -> Result<()> {
    let block = [0; 512];
    let rest = written.next_multiple_of(block.len()).saturating_sub(written);
    sink.write_all(block.get(..rest).unwrap_or_default()).map_err(|cause| Error::io("write", &cause))
}
