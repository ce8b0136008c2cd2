//! C3D: motion capture, analog channels (EMG, force platforms), events and parameters of one trial.
//!
//! In come the bytes of a file, out comes a [`C3dRecording`]: points in the laboratory, analog samples in physical units, events on one time
//! base, and all parameters. The way of a file through this room:
//!
//! 1. `header`: the magic byte, the processor (Intel, DEC, MIPS), the first block;
//! 2. `records` and `parameters`: the list of groups and parameters, whatever state it is in;
//! 3. `layout` and `arbitration`: where header and parameters disagree, the size of the file decides what the data section holds: a [`Layout`];
//! 4. `points`, `analog`, `rotation`: that layout decoded into arrays;
//! 5. `events`, labels, force platform channels: what the parameters say about them;
//! 6. `platforms`, on request: the forces on the plates in the floor.
//!
//! Real files contradict themselves in many ways. Nothing is guessed in silence: each guess is a warning of the table [`WARNINGS`], and under
//! [`Policy::Strict`] those that could change a number are errors of the same code.
//!
//! Source of the format: "The C3D File Format – A Technical User Guide", Motion Lab Systems; rotations: HAS-Motion documentation. What to do
//! with files that break it was learned from 282 real files of many writers.

mod analog;
mod arbitration;
#[cfg(feature = "c3d-rs")]
mod c3d_rs;
mod edit;
mod events;
mod header;
mod layout;
mod number;
mod parameters;
mod platforms;
mod points;
mod records;
mod rotation;
mod warnings;
mod write;

use std::collections::BTreeSet;

use ndarray::{Array2, Array3};

use crate::config::config;
use crate::error::{Error, Result};
use crate::formats::Policy;
use crate::formats::bytes::Bytes;
use crate::limits::{Budget, exceeded};
use crate::warning::Warning;

#[cfg(feature = "c3d-rs")]
pub use self::c3d_rs::{from_c3d_rs, open_with_c3d_rs};
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
pub use rotation::Rotations;
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
    let (metadata, rotation) = survey(bytes, config, budget, &mut warnings)?;
    let view = view(bytes);
    let layout = metadata.layout;
    let points = points::decode(view, &layout, budget, &mut warnings)?;
    let scaling = analog::Scaling::new(&metadata.parameters, &layout, budget, &mut warnings)?;
    let analog = analog::decode(view, &layout, scaling, budget, &mut warnings)?;
    let rotations = match &rotation {
        Some(declared) => Some(rotation::read(view, &metadata.parameters, declared, &layout, budget, &mut warnings)?),
        None => None,
    };
    Ok(C3dRecording {
        point_labels: metadata.point_labels,
        named_points: metadata.named_points,
        point_rate_hz: layout.point_rate_hz,
        point_units: metadata.point_units,
        frames: usize::try_from(layout.point_frames()).unwrap_or(usize::MAX),
        first_frame: layout.first_frame,
        points: points.coordinates,
        residuals: points.residuals,
        camera_masks: points.camera_masks,
        analog_labels: metadata.analog_labels,
        named_channels: metadata.named_channels,
        analog_units: metadata.analog_units,
        analog_rate_hz: metadata.analog_rate_hz,
        analog,
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
    let (mut metadata, _) = survey(bytes, config, budget, &mut warnings)?;
    metadata.warnings = warnings.finish();
    Ok(metadata)
}

fn view(bytes: &[u8]) -> Bytes<'_> {
    Bytes::new(bytes, "c3d.truncated-parameters")
}

/// Everything but the data; the warnings are still in `warnings`.
fn survey(
    bytes: &[u8],
    config: &C3dConfig,
    budget: &mut Budget,
    warnings: &mut Warnings,
) -> Result<(C3dMetadata, Option<rotation::Declared>)> {
    let (header, processor) = header::read(bytes, warnings)?;
    let view = view(bytes);
    let (parameters, parameters_end) = records::read(view, &header, processor, budget, warnings)?;
    let rotation = rotation::declared(&parameters);
    let data_start = header::byte_of_block(u32::from(header.data_block));
    let rotation_start =
        rotation.as_ref().map(|declared| declared.start).filter(|&at| at > data_start && at < view.len());
    let policy = config.policy;
    let evidence = arbitration::Evidence {
        bytes: view,
        header: &header,
        parameters: &parameters,
        processor,
        parameters_end,
        rotation_start,
        rotation_bytes: rotation.as_ref().map_or(0, |declared| declared.frame_bytes(&parameters)),
        policy,
    };
    let layout = layout::find(&evidence, budget.limits(), warnings)?;
    if parameters.groups().is_empty() && layout.points == 0 && layout.channels == 0 {
        return Err(Error::data("c3d.no-data", "neither parameters nor points nor analog channels"));
    }
    layout::warn_reserved_operands(&evidence, &layout, warnings)?;
    Ok((describe(header, parameters, layout, budget, warnings)?, rotation))
}

/// What header and parameters say of the recording whose data have `layout`; the warnings are still in `warnings`.
fn describe(
    header: Header,
    parameters: Parameters,
    layout: Layout,
    budget: &mut Budget,
    warnings: &mut Warnings,
) -> Result<C3dMetadata> {
    let points = Labels::read(&parameters, "POINT", layout.points, budget, warnings)?;
    let channels = Labels::read(&parameters, "ANALOG", layout.channels, budget, warnings)?;
    let analog_rate_hz = analog_rate_hz(&parameters, &layout, budget, warnings)?;
    let events = events::read(&header, &parameters, &layout, budget, warnings)?;
    let channel_count = usize::try_from(layout.channels).unwrap_or(usize::MAX);
    let force_platform_channels = platforms::channels_of_all(&parameters, channel_count, warnings)?;
    let trimmed = |text: String| text.trim().to_owned();
    budget.charge(parameters.text_memory("ANALOG", "UNITS", channels.all.len(), LABEL_BYTES), "analog units")?;
    let mut analog_units: Vec<String> =
        parameters.texts("ANALOG", "UNITS").take(channels.all.len()).map(trimmed).collect();
    analog_units.resize(channels.all.len(), String::new());
    let point_units = parameters.texts("POINT", "UNITS").next().map(trimmed);
    Ok(C3dMetadata {
        point_units: point_units.unwrap_or_default(),
        layout,
        point_labels: points.all,
        named_points: points.named,
        analog_labels: channels.all,
        named_channels: channels.named,
        analog_units,
        analog_rate_hz,
        events,
        force_platform_channels,
        warnings: Vec::new(),
        header,
        parameters,
    })
}

fn layout_rate_hz(layout: &Layout) -> Option<f64> {
    layout.point_rate_hz.filter(|_| layout.channels > 0).map(|rate| rate * f64::from(layout.samples_per_frame))
}

/// The rate of the analog channels, and whether it fits the layout.
fn analog_rate_hz(
    parameters: &Parameters,
    layout: &Layout,
    budget: &Budget,
    warnings: &mut Warnings,
) -> Result<Option<f64>> {
    if layout.channels == 0 {
        return Ok(None);
    }
    let stated = parameters.get("ANALOG", "RATE").and_then(Parameter::as_f64);
    let stated = stated.filter(|rate| rate.is_finite() && *rate > 0.0);
    let of_layout = layout_rate_hz(layout);
    if let (Some(rate), Some(expected)) = (stated, of_layout)
        && ((rate - expected) / expected).abs() > 1e-3
    {
        let message = format!("ANALOG:RATE {rate} Hz, the layout has {expected} Hz");
        warnings.add(Warning::new("c3d.analog-rate-not-multiple", message).field("ANALOG:RATE"))?;
    }
    let rate = stated.or(of_layout);
    let at_most = budget.limits().max_rate_hz;
    match rate {
        Some(hz) if hz > at_most => Err(exceeded("limit.rate-hz", "analog rate", "max_rate_hz", hz, at_most)),
        _ => Ok(rate),
    }
}

/// Memory that a label takes beside its text: the list while it grows, the tables in which double ones are looked for.
const LABEL_BYTES: u64 = 160;

/// The labels of points or channels.
struct Labels {
    all: Vec<String>,
    named: usize,
}

impl Labels {
    fn read(
        parameters: &Parameters,
        group: &'static str,
        count: u32,
        budget: &mut Budget,
        warnings: &mut Warnings,
    ) -> Result<Self> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        budget.charge_metadata((count as u64).saturating_mul(64), "labels")?;
        budget.charge(parameters.text_memory(group, "LABELS", count, LABEL_BYTES.saturating_sub(64)), "labels")?;
        let field = format!("{group}:LABELS");
        let mut all: Vec<String> =
            parameters.texts(group, "LABELS").take(count).map(|label| label.trim().to_owned()).collect();
        let named = all.len();
        if named < count {
            let code = if group == "POINT" { "c3d.point-labels-short" } else { "c3d.analog-labels-short" };
            let message = format!("{named} labels for {count}; the others are named *1 to *{}", count.abs_diff(named));
            warnings.add(Warning::new(code, message).field(field.clone()))?;
        }
        let mut seen = BTreeSet::new();
        let twice: BTreeSet<&str> =
            all.iter().map(String::as_str).filter(|label| !label.is_empty() && !seen.insert(*label)).collect();
        if let Some(first) = twice.first() {
            let message = format!("{} labels stand more than once, the first is \"{first}\"", twice.len());
            warnings.add(Warning::new("c3d.labels-duplicate", message).field(field))?;
        }
        pad_labels(&mut all, count);
        Ok(Self { all, named })
    }
}

/// Names what has no label `*1`, `*2`, ...
fn pad_labels(labels: &mut Vec<String>, count: usize) {
    let missing = count.saturating_sub(labels.len());
    labels.truncate(count);
    labels.extend((1..=missing).map(|n| format!("*{n}")));
}
