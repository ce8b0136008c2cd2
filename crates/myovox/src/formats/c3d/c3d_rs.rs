//! Recordings that the crate [`c3d_rs`](::c3d_rs) has opened, as ours: its header and parameters become a [`C3dMetadata`].
//!
//! What that crate stores is taken, what it computes is not: its values of parameters are those of the file, but its labels have lost their
//! blanks, its analog samples are scaled in the first sample of each frame only, and its cameras are other bits. So labels, rates and counts
//! are worked out here from the parameters, and samples are to be read from the bytes with [`read`](super::read).
//!
//! It shows neither the file's size nor all of its header. What that leaves unknown is said by the warning `c3d.as-declared`, and stands as
//! nothing: header events, descriptions, the order of groups and parameters (here by name), their places in the file (0).
//!
//! It panics on many files in use, so that bytes are given to it by [`open_with_c3d_rs`], which lets our reader look at them first.

use std::io::{Cursor, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::c3d_rs::{C3dAdapter, GroupFormat, HeaderBlock, ParameterBlock, ParameterFormat};

use super::arbitration::Evidence;
use super::header::byte_of_block;
use super::survey::metadata_of;
use super::warnings::Warnings;
use super::{
    C3dConfig, C3dMetadata, Group, Header, Parameter, ParameterType, Parameters, Processor, layout, read_metadata,
};
use crate::error::{Error, Result};
use crate::limits::{Budget, exceeded};
use crate::warning::Warning;

/// Bytes that a parameter or group occupies in memory beside its texts and data.
const RECORD_BYTES: u64 = 600;

/// Opens `bytes` with c3d-rs, once our reader has accepted their header and parameters.
///
/// ```
/// use myovox::{formats::c3d, Budget, Limits};
/// let refused = c3d::open_with_c3d_rs(b"no C3D file", &mut Budget::new(&Limits::default()));
/// assert_eq!(refused.err().unwrap().code(), "c3d.not-c3d");
/// ```
///
/// # Errors
/// - those of [`read_metadata`];
/// - `c3d.c3d-rs-unsupported` where it would misread the file: DEC and MIPS numbers, parameters elsewhere than in block 2;
/// - `c3d.c3d-rs-panicked` with what it said; its panic is caught here, but the process's panic hook is still called.
pub fn open_with_c3d_rs<'a>(bytes: &'a [u8], budget: &mut Budget) -> Result<C3dAdapter<Cursor<&'a [u8]>>> {
    let metadata = read_metadata(bytes, &C3dConfig::default(), budget)?;
    let unsupported = |what: &str| Error::unsupported("c3d.c3d-rs-unsupported", format!("c3d-rs does not read {what}"));
    if metadata.layout.processor != Processor::Intel {
        return Err(unsupported("other than Intel numbers").found(format!("{:?}", metadata.layout.processor)));
    }
    let block = metadata.header.parameter_block;
    if block != 2 {
        return Err(unsupported("parameters elsewhere than in block 2").byte(0).found(format!("block {block}")));
    }
    match catch_unwind(AssertUnwindSafe(|| C3dAdapter::new(Cursor::new(bytes)).and_then(C3dAdapter::construct))) {
        Ok(Ok(adapter)) => Ok(adapter),
        Ok(Err(error)) => Err(Error::unsupported("c3d.c3d-rs-unsupported", "c3d-rs refuses this file").found(error)),
        Err(panic) => {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
            Err(Error::unsupported("c3d.c3d-rs-panicked", "c3d-rs panics on this file").found(said))
        }
    }
}

/// Header and parameters of a recording that c3d-rs has opened.
///
/// Frames and shape are as declared, the parameters before the header; nothing can be compared with the size of the file, which
/// `c3d.as-declared` says. Points, channels, rates, labels, units, events of the EVENT group and force platform channels are worked out from
/// the parameters as by [`read_metadata`].
///
/// ```
/// use myovox::{formats::c3d, Budget, Limits};
/// # fn show(bytes: &[u8]) -> myovox::Result<()> {
/// let mut budget = Budget::new(&Limits::default());
/// let adapter = c3d::open_with_c3d_rs(bytes, &mut budget)?;
/// let metadata = c3d::from_c3d_rs(&adapter, &c3d::C3dConfig::default(), &mut budget)?;
/// println!("{:?} at {:?} Hz", metadata.analog_labels, metadata.analog_rate_hz);
/// # Ok(()) }
/// # assert!(show(b"no C3D file").is_err());
/// ```
///
/// # Errors
/// - `c3d.c3d-rs-not-constructed` for an adapter without header and parameters;
/// - `c3d.c3d-rs-no-data-start` where the parameters do not say where the data start: c3d-rs does not show the header's word for it;
/// - `limit.*`, and under strict the refused warnings, as [`read_metadata`].
pub fn from_c3d_rs<T: Read + Seek>(
    adapter: &C3dAdapter<T>,
    config: &C3dConfig,
    budget: &mut Budget,
) -> Result<C3dMetadata> {
    let (Some(block), Some(parameters)) = (&adapter.header, &adapter.parameter) else {
        return Err(Error::config("c3d.c3d-rs-not-constructed", "the adapter was not constructed"));
    };
    let mut warnings = Warnings::new(config, budget.limits());
    let parameters = parameters_of(parameters, budget)?;
    let header = header_of(block, &parameters)?;
    let message = "header and parameters by c3d-rs: frames as declared, header events and descriptions unknown";
    warnings.add(Warning::new("c3d.as-declared", message))?;
    let evidence = Evidence {
        source: &[].as_slice(),
        file_bytes: 0,
        last_blocks: &[],
        header: &header,
        parameters: &parameters,
        processor: Processor::Intel,
        parameters_end: byte_of_block(u32::from(header.data_block)),
        rotation_start: None,
        rotation_bytes: 0,
        policy: config.policy,
    };
    let layout = layout::declared(&evidence, budget.limits(), &mut warnings)?;
    let mut metadata = metadata_of(header, parameters, layout, budget, &mut warnings)?;
    metadata.warnings = warnings.finish();
    Ok(metadata)
}

/// The header as far as c3d-rs shows it; the data start is that of the parameters.
fn header_of(block: &HeaderBlock, parameters: &Parameters) -> Result<Header> {
    let stated = parameters.count("POINT", "DATA_START").and_then(|block| u16::try_from(block).ok());
    let Some(data_block) = stated.filter(|&block| block > 0) else {
        let what = "c3d-rs does not show where the data start";
        return Err(Error::unsupported("c3d.c3d-rs-no-data-start", what).field("POINT:DATA_START"));
    };
    let mut header = Header {
        parameter_block: 2,
        points: block.point_counts,
        analog_measurements: block.analog_counts,
        first_frame: block.frame_first,
        last_frame: block.frame_last,
        max_interpolation_gap: block.max_gap,
        scale: f64::from(block.scale),
        data_block,
        samples_per_frame: block.analog_per_frame,
        rate_hz: f64::from(block.frame_rate),
        four_char_labels: false,
        event_count: 0,
        raw: Vec::new(),
    };
    let (scale, rate) = (block.scale, block.frame_rate);
    header.raw = [
        &[header.parameter_block, 0x50][..],
        &header.points.to_le_bytes(),
        &header.analog_measurements.to_le_bytes(),
        &header.first_frame.to_le_bytes(),
        &header.last_frame.to_le_bytes(),
        &header.max_interpolation_gap.to_le_bytes(),
        &scale.to_le_bytes(),
        &data_block.to_le_bytes(),
        &header.samples_per_frame.to_le_bytes(),
        &rate.to_le_bytes(),
    ]
    .concat();
    header.raw.resize(512, 0);
    Ok(header)
}

/// Groups and parameters in the order of their names, since c3d-rs keeps none.
fn parameters_of(block: &ParameterBlock, budget: &mut Budget) -> Result<Parameters> {
    let count = block.groups.values().fold(block.groups.len(), |sum, group| sum.saturating_add(group.params.len()));
    let at_most = budget.limits().max_parameters;
    if count as u64 > u64::from(at_most) {
        return Err(exceeded("limit.parameters", "groups and parameters", "max_parameters", count, at_most));
    }
    let mut named: Vec<(&String, &GroupFormat)> = block.groups.iter().collect();
    named.sort_by_key(|(name, _)| *name);
    let mut groups = Vec::new();
    for ((name, group), id) in named.into_iter().zip(1_u8..) {
        let mut parameters: Vec<(&String, &ParameterFormat)> = group.params.iter().collect();
        parameters.sort_by_key(|(name, _)| *name);
        let parameters = parameters.into_iter().map(|(_, parameter)| parameter_of(parameter, budget));
        let parameters = parameters.collect::<Result<Vec<_>>>()?;
        budget.charge_metadata((name.len() as u64).saturating_mul(3).saturating_add(RECORD_BYTES), "groups")?;
        groups.push(Group {
            name: if name.is_empty() { format!("#{id}") } else { name.clone() },
            raw_name: name.clone().into_bytes(),
            id,
            description: Vec::new(),
            locked: group.locked,
            byte: None,
            parameters,
        });
    }
    Ok(Parameters::new(groups))
}

fn parameter_of(parameter: &ParameterFormat, budget: &mut Budget) -> Result<Parameter> {
    let kind = ParameterType::from_code(parameter.data_length);
    let values = &parameter.parameter_data.values;
    let bytes = kind.width().saturating_mul(values.len() as u64);
    let texts = (parameter.name.len() as u64).saturating_mul(4).saturating_add(parameter.dimensions.len() as u64);
    budget.charge_metadata(bytes.saturating_add(texts).saturating_add(RECORD_BYTES), "parameters")?;
    let data = match kind {
        // A character is a byte of the file, as Latin-1.
        ParameterType::Text => values.iter().filter_map(|value| u8::try_from(*value.as_char()?).ok()).collect(),
        ParameterType::Byte => values.iter().filter_map(|value| value.as_u8().copied()).collect(),
        ParameterType::Integer => {
            values.iter().filter_map(|value| value.as_i16()).flat_map(|v| v.to_le_bytes()).collect()
        }
        ParameterType::Real => values.iter().filter_map(|value| value.as_f32()).flat_map(|v| v.to_le_bytes()).collect(),
        ParameterType::Unknown(_) => Vec::new(),
    };
    Ok(Parameter {
        name: parameter.name.clone(),
        raw_name: parameter.name.clone().into_bytes(),
        kind,
        dims: parameter.dimensions.clone(),
        data,
        description: Vec::new(),
        locked: parameter.locked,
        byte: 0,
        processor: Processor::Intel,
    })
}
