//! C3D: motion capture, analog channels (EMG, force platforms), events and parameters of one trial.
//!
//! In come the bytes of a file, out comes a [`C3dRecording`]: points in the laboratory, analog samples in physical units, events on one time
//! base, and all parameters. The way of a file through this room:
//!
//! 1. `header`: the magic byte, the processor (Intel, DEC, MIPS), the first block;
//! 2. `records` and `parameters`: the list of groups and parameters, whatever state it is in;
//! 3. `layout` and `arbitration`: where header and parameters disagree, the size of the file decides what the data section holds: a [`Layout`];
//! 4. `survey`: these three together, with labels, `events` and force platform channels: all that can be said without the data;
//! 5. `decode`: frames of that layout, block by block through `tile`, `points` and `analog`, into rows of arrays; `rotation` beside it;
//! 6. `platforms`, on request: the forces on the plates in the floor.
//!
//! `write` makes files of recordings, `excerpt` recordings of parts of them, `edit` changes the parameters of a file.
//!
//! [`read`] gives a whole recording. [`Reader`] reads parts: a [`Selection`] of points, channels and frames, or all of it in blocks of constant
//! memory, as `f32` or `f64`, into [`Arrays`] that are reused. All go through the one decoder.
//!
//! Real files contradict themselves in many ways. Nothing is guessed in silence: each guess is a warning of the table [`WARNINGS`], and under
//! [`Policy::Strict`] those that could change a number are errors of the same code.
//!
//! Source of the format: "The C3D File Format – A Technical User Guide", Motion Lab Systems; rotations: HAS-Motion documentation. What to do
//! with files that break it was learned from 282 real files of many writers.

mod analog;
mod arbitration;
mod arrays;
#[cfg(feature = "c3d-rs")]
mod c3d_rs;
mod decode;
mod edit;
mod events;
mod excerpt;
mod header;
mod layout;
mod number;
mod parameters;
mod platforms;
mod points;
mod reader;
mod records;
mod rotation;
mod selection;
mod survey;
mod tile;
mod warnings;
mod write;

use ndarray::{Array2, Array3};

use crate::config::config;
use crate::error::Result;
use crate::formats::Policy;
use crate::formats::bytes::Bytes;
use crate::limits::Budget;
use crate::warning::Warning;

#[cfg(feature = "c3d-rs")]
pub use self::c3d_rs::{from_c3d_rs, open_with_c3d_rs};
pub use crate::simd::frames::Sample;
pub use arrays::Arrays;
pub use edit::{Edited, Editor};
pub use events::{Event, EventSource};
pub use header::Header;
pub use layout::Layout;
pub use number::{Processor, Storage};
pub use parameters::{Group, Parameter, ParameterType, Parameters};
pub use platforms::{
    Baseline, ForcePlatform, ForcePlatformConfig, ForcePlatforms, ForceSign, KistlerCorrection, PlateLoads,
    PlatformUnits, UnitSource,
};
pub use reader::{Blocks, Reader};
pub use rotation::Rotations;
pub use selection::{Part, Pick, Selection};
pub use warnings::{Severity, WARNINGS};
pub use write::{C3dBuilder, C3dWriteConfig, LongParameters, WRITE_WARNINGS, write};

use warnings::Warnings;

config! {
    /// How a C3D file is read.
    pub struct C3dConfig {
        /// What to do with a file that contradicts itself. Default lenient: read what is there, every guess is a warning.
        policy: Policy = Policy::Lenient,
    }
}

/// What header and parameters say, without the data.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct C3dMetadata {
    /// The header as stored.
    pub header: Header,
    /// All groups and parameters.
    pub parameters: Parameters,
    /// Where the data are and what they hold.
    pub layout: Layout,
    /// One label per point, see [`C3dRecording::point_labels`].
    pub point_labels: Vec<String>,
    /// How many of `point_labels` stand in the file.
    pub named_points: usize,
    /// Unit of the coordinates.
    pub point_units: String,
    /// One label per analog channel.
    pub analog_labels: Vec<String>,
    /// How many of `analog_labels` stand in the file.
    pub named_channels: usize,
    /// One unit per analog channel.
    pub analog_units: Vec<String>,
    /// Analog samples per second and channel.
    pub analog_rate_hz: Option<f64>,
    /// Events of header and EVENT group.
    pub events: Vec<Event>,
    /// Analog channels (from 0) that belong to force platforms.
    pub force_platform_channels: Vec<usize>,
    /// What was guessed or is doubtful in header and parameters.
    pub warnings: Vec<Warning>,
}

impl C3dMetadata {
    /// Analog samples per second as the layout has it, see [`C3dRecording::analog_layout_rate_hz`].
    pub fn analog_layout_rate_hz(&self) -> Option<f64> {
        layout_rate_hz(&self.layout)
    }
}

/// One trial, decoded. Time is the last axis of every array.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct C3dRecording {
    /// One label per point, without blanks around it; points that the file does not name are `*1`, `*2`, ... from the first unnamed one.
    pub point_labels: Vec<String>,
    /// How many of `point_labels` stand in the file; the others are `*n`.
    pub named_points: usize,
    /// Frames per second: `POINT:RATE`, else the header's; nothing where neither is a rate (warned `c3d.rate-missing`).
    pub point_rate_hz: Option<f64>,
    /// Unit of the coordinates and residuals as the file writes it (`mm`); empty where it is not given.
    pub point_units: String,
    /// Number of frames.
    pub frames: usize,
    /// Number of the first frame in the original trial: `TRIAL:ACTUAL_START_FIELD`, else the header's; usually from 1.
    pub first_frame: u32,
    /// (markers, 3, frames): coordinates in `point_units`; NaN where the point was not seen.
    pub points: Array3<f64>,
    /// (markers, frames): residuals in `point_units`, 0 for interpolated points, -1 where the point was not seen.
    pub residuals: Array2<f64>,
    /// (markers, frames): bits 0 to 6 are the cameras 1 to 7 that saw the point; 0 where it was not seen.
    pub camera_masks: Array2<u8>,
    /// One label per analog channel, as for points.
    pub analog_labels: Vec<String>,
    /// How many of `analog_labels` stand in the file; the others are `*n`.
    pub named_channels: usize,
    /// One unit per analog channel (`V`, `N`); empty where it is not given.
    pub analog_units: Vec<String>,
    /// Analog samples per second as `ANALOG:RATE` says, else frame rate times samples per frame; nothing where there are no channels or no
    /// rate. Where it contradicts the layout (warned `c3d.analog-rate-not-multiple`) see [`analog_layout_rate_hz`](Self::analog_layout_rate_hz).
    pub analog_rate_hz: Option<f64>,
    /// (channels, samples): physical values; NaN where the file holds NaN.
    pub analog: Array2<f64>,
    /// All groups and parameters.
    pub parameters: Parameters,
    /// Events of header and EVENT group.
    pub events: Vec<Event>,
    /// Analog channels (from 0) that `FORCE_PLATFORM:CHANNEL` names, each once, in its order; of each platform as many as its type has.
    pub force_platform_channels: Vec<usize>,
    /// Rotations of segments, where the file holds them.
    pub rotations: Option<Rotations>,
    /// Number formats of the file.
    pub processor: Processor,
    /// Integers or floats in the data section.
    pub storage: Storage,
    /// Where the data are and what they hold.
    pub layout: Layout,
    /// The header as stored.
    pub header: Header,
    /// What was guessed or is doubtful.
    pub warnings: Vec<Warning>,
}

impl C3dRecording {
    /// Analog samples per second as the layout has it: frame rate times samples per frame. Sample `i` stands at `i` divided by this.
    pub fn analog_layout_rate_hz(&self) -> Option<f64> {
        layout_rate_hz(&self.layout)
    }
}

/// Reads a C3D file.
///
/// ```
/// use myovox::{formats::c3d, Budget, Limits};
/// // One point in one frame: header, an empty parameter section (Intel), four floats.
/// let mut file = vec![0; 3 * 512];
/// file[..4].copy_from_slice(&[2, 0x50, 1, 0]);
/// file[6..10].copy_from_slice(&[1, 0, 1, 0]); // first and last frame
/// file[12..16].copy_from_slice(&(-1.0_f32).to_le_bytes()); // floats
/// file[16] = 3; // data start
/// file[20..24].copy_from_slice(&100.0_f32.to_le_bytes()); // frames per second
/// file[512..516].copy_from_slice(&[1, 0x50, 1, 84]);
/// for (i, value) in [1.5_f32, -2.0, 3.25, 0.0].into_iter().enumerate() {
///     file[1024 + 4 * i..][..4].copy_from_slice(&value.to_le_bytes());
/// }
/// let recording = c3d::read(&file, &c3d::C3dConfig::default(), &mut Budget::new(&Limits::default()))?;
/// assert_eq!(recording.points.iter().copied().collect::<Vec<_>>(), [1.5, -2.0, 3.25]);
/// assert_eq!(recording.point_rate_hz, Some(100.0));
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// - `c3d.not-c3d`: another kind of file, named where it is known;
/// - `c3d.truncated-header`, `c3d.truncated-parameters`: the file ends before what everything else needs;
/// - `c3d.no-data`: a header without parameters, points, analog channels or rotations;
/// - `limit.markers`, `limit.analog-channels`, `limit.parameters`, `limit.metadata-bytes`, `limit.memory-bytes`, `limit.rate-hz`;
/// - under [`Policy::Strict`]: the code of the first warning that is refused, see [`WARNINGS`].
pub fn read(bytes: &[u8], config: &C3dConfig, budget: &mut Budget) -> Result<C3dRecording> {
    let mut warnings = Warnings::new(config, budget.limits());
    let (metadata, rotation) = survey_all(bytes, config, budget, &mut warnings)?;
    let layout = metadata.layout;
    // Doubts about scales are said behind those about points, which are decoded together with the samples.
    let mut on_scales = warnings.beside();
    let (scaling, refused) = match analog::Scaling::new(&metadata.parameters, &layout, budget, &mut on_scales) {
        Ok(scaling) => (scaling, None),
        Err(error) => (analog::Scaling::none(), Some(error)),
    };
    let channels = if refused.is_some() { 0 } else { layout.channels };
    let part = Part::whole(&bytes, &layout, &scaling, channels, budget)?;
    let mut arrays = Arrays::new();
    let tally = arrays.fill(&bytes, &layout, &part, part.frames(), budget)?;
    tally.points.warn(&layout, &mut warnings)?;
    if let Some(error) = refused {
        return Err(error);
    }
    warnings.append(on_scales);
    analog::AnalogDoubts { offsets_guessed: part.job.offsets_guessed, ..tally.analog }.warn(&layout, &mut warnings)?;
    let rotations = match &rotation {
        Some(declared) => Some(rotation::read(
            Bytes::new(bytes, survey::TRUNCATED),
            &metadata.parameters,
            declared,
            &layout,
            budget,
            &mut warnings,
        )?),
        None => None,
    };
    Ok(C3dRecording {
        point_labels: metadata.point_labels,
        named_points: metadata.named_points,
        point_rate_hz: layout.point_rate_hz,
        point_units: metadata.point_units,
        frames: usize::try_from(layout.point_frames()).unwrap_or(usize::MAX),
        first_frame: layout.first_frame,
        points: arrays.points,
        residuals: arrays.residuals,
        camera_masks: arrays.camera_masks,
        analog_labels: metadata.analog_labels,
        named_channels: metadata.named_channels,
        analog_units: metadata.analog_units,
        analog_rate_hz: metadata.analog_rate_hz,
        analog: arrays.analog,
        parameters: metadata.parameters,
        events: metadata.events,
        force_platform_channels: metadata.force_platform_channels,
        rotations,
        processor: layout.processor,
        storage: layout.storage,
        layout,
        header: metadata.header,
        warnings: warnings.finish(),
    })
}

/// Reads header and parameters only: what is in a file, without its data.
///
/// The size of the data section is checked all the same; of the data nothing is decoded.
///
/// # Errors
/// As [`read`], but for what only the data can show.
pub fn read_metadata(bytes: &[u8], config: &C3dConfig, budget: &mut Budget) -> Result<C3dMetadata> {
    let mut warnings = Warnings::new(config, budget.limits());
    let (mut metadata, _) = survey_all(bytes, config, budget, &mut warnings)?;
    metadata.warnings = warnings.finish();
    Ok(metadata)
}

/// Everything but the data of a file in memory, the reserved operands in its data counted.
fn survey_all(
    bytes: &[u8],
    config: &C3dConfig,
    budget: &mut Budget,
    warnings: &mut Warnings,
) -> Result<(C3dMetadata, Option<rotation::Declared>)> {
    survey::survey(&bytes, config, budget, warnings, |layout| Ok(layout::reserved_operands_in_data(bytes, layout)))
}

fn layout_rate_hz(layout: &Layout) -> Option<f64> {
    layout.point_rate_hz.filter(|_| layout.channels > 0).map(|rate| rate * f64::from(layout.samples_per_frame))
}

/// Names what has no label `*1`, `*2`, ...
fn pad_labels(labels: &mut Vec<String>, count: usize) {
    let missing = count.saturating_sub(labels.len());
    labels.truncate(count);
    labels.extend((1..=missing).map(|n| format!("*{n}")));
}
