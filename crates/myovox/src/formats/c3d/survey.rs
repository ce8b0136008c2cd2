//! What header and parameters say: everything about a recording but its data.
//!
//! A file in memory is looked at as a whole. Of any other source the beginning is read, and more of it only where the parameters go on behind.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::header::{self, Header, SURVEYED};
use super::layout::{self, Layout};
use super::number::Processor;
use super::parameters::{Parameter, Parameters};
use super::warnings::Warnings;
use super::{C3dConfig, C3dMetadata, arbitration, events, platforms, records, rotation};
use crate::error::{Error, Result};
use crate::formats::access::ReadAt;
use crate::formats::bytes::Bytes;
use crate::limits::{Budget, exceeded};
use crate::warning::Warning;

/// The code of a read behind the end of the file.
pub(super) const TRUNCATED: &str = "c3d.truncated-parameters";

/// Header and parameters.
struct Described {
    header: Header,
    processor: Processor,
    parameters: Parameters,
    /// First byte behind the parameter list.
    parameters_end: u64,
}

/// Reads header and parameters from as much of the source as they need.
fn describe(source: &impl ReadAt, budget: &mut Budget, warnings: &mut Warnings) -> Result<Described> {
    let total = source.bytes();
    if let Some(all) = source.in_memory() {
        return describe_beginning(Bytes::new(all, TRUNCATED), all, budget, warnings);
    }
    let mut size = SURVEYED;
    loop {
        let mut attempt = budget.clone();
        let length = usize::try_from(size.min(total)).unwrap_or(usize::MAX);
        let mut bytes: Vec<u8> = attempt.zeroed(length, "header and parameters")?;
        source.read_at(0, &mut bytes)?;
        let missed = Cell::new(false);
        let view = Bytes::beginning(&bytes, total, TRUNCATED, &missed);
        let mut heard = warnings.clone();
        let described = describe_beginning(view, &bytes, &mut attempt, &mut heard);
        if !missed.get() || size >= total {
            (*budget, *warnings) = (attempt, heard);
            return described;
        }
        size = size.saturating_mul(4);
    }
}

fn describe_beginning(
    view: Bytes<'_>,
    beginning: &[u8],
    budget: &mut Budget,
    warnings: &mut Warnings,
) -> Result<Described> {
    let (header, processor) = header::read(beginning, view.len(), warnings)?;
    let (parameters, parameters_end) = records::read(view, &header, processor, budget, warnings)?;
    Ok(Described { header, processor, parameters, parameters_end })
}

/// Everything but the data; the warnings are still in `warnings`. `reserved_in_data` counts the VAX reserved operands in the data of a layout,
/// which are part of one warning with those in the parameters.
pub(super) fn survey(
    source: &impl ReadAt,
    config: &C3dConfig,
    budget: &mut Budget,
    warnings: &mut Warnings,
    reserved_in_data: impl FnOnce(&Layout) -> Result<u64>,
) -> Result<(C3dMetadata, Option<rotation::Declared>)> {
    let Described { header, processor, parameters, parameters_end } = describe(source, budget, warnings)?;
    let file_bytes = source.bytes();
    let rotation = rotation::declared(&parameters);
    let data_start = header::byte_of_block(u32::from(header.data_block));
    let rotation_start =
        rotation.as_ref().map(|declared| declared.start).filter(|&at| at > data_start && at < file_bytes);
    let last_blocks = arbitration::last_blocks(source, rotation_start)?;
    let evidence = arbitration::Evidence {
        source,
        file_bytes,
        last_blocks: &last_blocks,
        header: &header,
        parameters: &parameters,
        processor,
        parameters_end,
        rotation_start,
        rotation_bytes: rotation.as_ref().map_or(0, |declared| declared.frame_bytes(&parameters)),
        policy: config.policy,
    };
    let layout = layout::find(&evidence, budget.limits(), warnings)?;
    if parameters.groups().is_empty() && layout.points == 0 && layout.channels == 0 {
        return Err(Error::data("c3d.no-data", "neither parameters nor points nor analog channels"));
    }
    let reserved = reserved_in_data(&layout)?;
    layout::warn_reserved_operands(&header, &parameters, &layout, reserved, warnings)?;
    Ok((metadata_of(header, parameters, layout, budget, warnings)?, rotation))
}

/// What header and parameters say of the recording whose data have `layout`; the warnings are still in `warnings`.
pub(super) fn metadata_of(
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
    budget.charge(platforms::memory_bytes(&parameters), "force platforms")?;
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
    let of_layout = super::layout_rate_hz(layout);
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
pub(super) const LABEL_BYTES: u64 = 160;

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
        super::pad_labels(&mut all, count);
        Ok(Self { all, named })
    }
}
