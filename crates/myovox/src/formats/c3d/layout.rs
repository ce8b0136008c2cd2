//! Where points and analog samples stand in the file, how many there are, and by what they are scaled.
//!
//! Header and parameters state the same things twice, and in real files either may be wrong. The size of the file is the witness: the
//! combination of statements is taken whose data fit it (`arbitration`), parameters before header where several do; for the data start the
//! header comes first. A [`Layout`] is a value of its own: decoding needs nothing else, whoever wrote it.
//!
//! Frames are counted, in this order of authority, by `POINT:LONG_FRAMES`, `TRIAL:ACTUAL_START/END_FIELD`, `POINT:FRAMES`, the header, the size.
//! Sources: "The C3D File Format", Motion Lab Systems, *The C3D frame count*, *The TRIAL group*, *The 3D Point Data Section*.

#[cfg(feature = "c3d-rs")]
use super::arbitration;
use super::arbitration::{Evidence, Fit, Shape, shapes};
use super::header::{BLOCK, Header, byte_of_block};
use super::number::{Processor, Storage, is_vax_reserved};
use super::parameters::{Parameter, ParameterType, Parameters};
use super::warnings::Warnings;
use crate::error::{Error, Result};
use crate::limits::{Limits, exceeded};
use crate::warning::Warning;

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
    /// Frames behind them of which only the points are present: 0, or 1 under [`Policy::Recover`](crate::formats::Policy::Recover).
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

/// The layout of a file.
///
/// # Errors
/// `limit.markers`, `limit.analog-channels`, `limit.rate-hz`; under strict the refused warnings on header, frames, scale and rate.
pub(super) fn find(evidence: &Evidence<'_>, limits: &Limits, warnings: &mut Warnings) -> Result<Layout> {
    let rate = point_rate(evidence, limits, warnings)?;
    let (scale, storages) = point_scale(evidence, warnings)?;
    let starts = data_starts(evidence, warnings)?;
    let Some(mut fit) = Fit::find(evidence, &shapes(evidence, rate, &storages, &starts)) else {
        return Err(Error::data("c3d.no-data", "no data section"));
    };
    check_limits(&fit.shape, limits)?;
    let point_only_frames = fit.recover(evidence)?;
    fit.warn(evidence, warnings)?;
    warn_header(evidence, &fit.shape, warnings)?;
    warn_counts(evidence.parameters, warnings)?;
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
        first_frame: fit.first_frame,
        point_scale: scale,
        point_rate_hz: rate,
        data_end: shape.data_start.saturating_add(shape.frame_bytes().saturating_mul(frames)),
    })
}

/// The layout as it is declared, the parameters before the header, where there is no file whose size could bear it out.
///
/// # Errors
/// As [`find`].
#[cfg(feature = "c3d-rs")]
pub(super) fn declared(evidence: &Evidence<'_>, limits: &Limits, warnings: &mut Warnings) -> Result<Layout> {
    let rate = point_rate(evidence, limits, warnings)?;
    let (scale, storages) = point_scale(evidence, warnings)?;
    let start = byte_of_block(u32::from(evidence.header.data_block));
    let Some((shape, frames, first_frame)) =
        arbitration::declared(evidence, &shapes(evidence, rate, &storages, &[start]))
    else {
        return Err(Error::data("c3d.no-data", "no data section"));
    };
    check_limits(&shape, limits)?;
    warn_header(evidence, &shape, warnings)?;
    Ok(Layout {
        processor: evidence.processor,
        storage: shape.storage,
        data_start: shape.data_start,
        points: shape.points,
        channels: shape.channels,
        samples_per_frame: shape.samples_per_frame,
        frames,
        point_only_frames: 0,
        first_frame,
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

/// Counts that are stored as something else than a whole number.
fn warn_counts(parameters: &Parameters, warnings: &mut Warnings) -> Result<()> {
    const COUNTS: [(&str, &str); 9] = [
        ("POINT", "USED"),
        ("POINT", "FRAMES"),
        ("POINT", "LONG_FRAMES"),
        ("POINT", "DATA_START"),
        ("ANALOG", "USED"),
        ("EVENT", "USED"),
        ("FORCE_PLATFORM", "USED"),
        ("ROTATION", "USED"),
        ("ROTATION", "DATA_START"),
    ];
    for (group, name) in COUNTS {
        let Some(parameter) = parameters.get(group, name) else { continue };
        let is_whole = match parameter.kind {
            ParameterType::Byte | ParameterType::Integer => true,
            ParameterType::Real => parameter.as_f64().is_none_or(|value| value.is_finite() && value.fract() == 0.0),
            ParameterType::Text | ParameterType::Unknown(_) => false,
        };
        if !is_whole {
            let message = match parameters.count(group, name) {
                Some(count) => format!("a count that is no whole number; read as {count}"),
                None => "a count that is no number; not used".to_owned(),
            };
            let field = format!("{group}:{name}");
            warnings.add(Warning::new("c3d.param-bad-type", message).byte(parameter.byte).field(field))?;
        }
    }
    Ok(())
}

/// Warns of VAX reserved operands in header and parameters of a DEC file, and of `in_data` of them in its data.
pub(super) fn warn_reserved_operands(
    header: &Header,
    parameters: &Parameters,
    layout: &Layout,
    in_data: u64,
    warnings: &mut Warnings,
) -> Result<()> {
    if layout.processor != Processor::Dec {
        return Ok(());
    }
    let groups = parameters.groups().iter();
    let in_parameters: usize = groups.flat_map(|group| &group.parameters).map(Parameter::reserved_operands).sum();
    let fields = [12..16, 20..24].into_iter().filter_map(|range| header.raw.get(range)?.first_chunk::<4>());
    let in_header = fields.filter(|raw| is_vax_reserved(**raw)).count();
    let count = in_data.saturating_add(in_parameters as u64).saturating_add(in_header as u64);
    if count > 0 {
        let message = format!("{count} VAX reserved operands were read as 0");
        warnings.add(Warning::new("c3d.vax-reserved-operand", message).byte(layout.data_start))?;
    }
    Ok(())
}

/// Counts the VAX reserved operands in the data of a DEC file.
pub(super) fn reserved_operands_in_data(bytes: &[u8], layout: &Layout) -> u64 {
    if (layout.processor, layout.storage) != (Processor::Dec, Storage::Float) {
        return 0;
    }
    let at = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX).min(bytes.len());
    let data = bytes.get(at(layout.data_start)..at(layout.data_end)).unwrap_or_default();
    data.as_chunks::<4>().0.iter().map(|raw| u64::from(is_vax_reserved(*raw))).sum()
}
