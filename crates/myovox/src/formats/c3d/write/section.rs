//! The parameter section: records one behind the other, each with the offset to the next, in the order in which they were read.
//!
//! `nchar | id | name | offset | (type | number of dimensions | dimensions | data |) length of description | description`. A locked record has a
//! negative `nchar`, a group a negative `id`. Source: "The C3D File Format", Motion Lab Systems, *The Parameter Section*.

use crate::error::{Error, Result};
use crate::formats::c3d::number::Processor;
use crate::formats::c3d::parameters::{Group, Parameter, ParameterType, Parameters};
use crate::warning::Warning;

/// Blocks that the byte in the head of the section can count.
pub(in crate::formats::c3d) const MOST_BLOCKS: u64 = 255;

/// One record to be written, and where it stood in the file that was read.
struct Record<'a> {
    byte: u64,
    group: &'a Group,
    parameter: Option<&'a Parameter>,
}

/// The head of the section, four bytes.
pub(in crate::formats::c3d) fn head(blocks: u64, processor: Processor) -> [u8; 4] {
    [0x01, 0x50, u8::try_from(blocks).unwrap_or(0), processor.code()]
}

/// The records of `parameters` and their terminator, as `processor` stores them.
///
/// # Errors
/// `c3d.value-not-representable`, `c3d.parameter-too-long`.
pub(in crate::formats::c3d) fn records(
    parameters: &Parameters,
    processor: Processor,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    for record in in_order(parameters) {
        match record.parameter {
            None => put_group(&mut out, record.group, processor)?,
            Some(parameter) => put_parameter(&mut out, record.group, parameter, processor, warnings)?,
        }
    }
    out.extend([0, 0]);
    Ok(out)
}

/// Records by the place where they stood; what is new follows the record before it in its group, new groups come last.
fn in_order(parameters: &Parameters) -> Vec<Record<'_>> {
    let mut records = Vec::new();
    for group in parameters.groups() {
        let has_record = !group.raw_name.is_empty();
        // A group without a record of its own, made by no program: its parameters stand where they stood.
        let mut before = group.byte.unwrap_or(if has_record { u64::MAX } else { 0 });
        if has_record {
            records.push(Record { byte: before, group, parameter: None });
        }
        for parameter in &group.parameters {
            let byte = if parameter.byte > 0 && group.byte.is_some() == has_record { parameter.byte } else { before };
            before = before.max(byte);
            records.push(Record { byte, group, parameter: Some(parameter) });
        }
    }
    records.sort_by_key(|record| record.byte);
    records
}

fn put_name(out: &mut Vec<u8>, raw_name: &[u8], locked: bool, id: u8, field: &str) -> Result<()> {
    let Some(len) = i8::try_from(raw_name.len()).ok().filter(|&len| len > 0) else {
        return Err(too_long(field, "name", raw_name.len(), 127));
    };
    out.push(if locked { len.wrapping_neg() } else { len }.cast_unsigned());
    out.push(id);
    out.extend(raw_name);
    Ok(())
}

fn put_group(out: &mut Vec<u8>, group: &Group, processor: Processor) -> Result<()> {
    put_name(out, &group.raw_name, group.locked, group.id.wrapping_neg(), &group.name)?;
    let length = description_length(&group.description, &group.name)?;
    out.extend(processor.word_bytes(u16::from(length).saturating_add(3)));
    out.push(length);
    out.extend(&group.description);
    Ok(())
}

fn put_parameter(
    out: &mut Vec<u8>,
    group: &Group,
    parameter: &Parameter,
    processor: Processor,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    let field = format!("{}:{}", group.name, parameter.name);
    put_name(out, &parameter.raw_name, parameter.locked, group.id, &field)?;
    let data = data(parameter, processor, &field, warnings)?;
    let length = description_length(&parameter.description, &field)?;
    let Ok(dims) = u8::try_from(parameter.dims.len()) else {
        return Err(too_long(&field, "list of dimensions", parameter.dims.len(), 255));
    };
    let bytes = [parameter.dims.len(), data.len(), usize::from(length)]
        .iter()
        .fold(5, |sum: usize, len| sum.saturating_add(*len));
    let offset = u16::try_from(bytes).map_err(|_| too_long(&field, "record", bytes, 65_535))?;
    out.extend(processor.word_bytes(offset));
    out.push(parameter.kind.code().cast_unsigned());
    out.push(dims);
    out.extend(&parameter.dims);
    out.extend(data);
    out.push(length);
    out.extend(&parameter.description);
    Ok(())
}

fn description_length(description: &[u8], field: &str) -> Result<u8> {
    u8::try_from(description.len()).map_err(|_| too_long(field, "description", description.len(), 255))
}

fn too_long(field: &str, what: &str, found: usize, most: usize) -> Error {
    Error::data("c3d.parameter-too-long", format!("{what} that no record holds"))
        .field(field)
        .found(format!("{found} bytes"))
        .expected(format!("at most {most}"))
}

/// The values as `processor` stores them, as many as the dimensions say.
fn data(parameter: &Parameter, processor: Processor, field: &str, warnings: &mut Vec<Warning>) -> Result<Vec<u8>> {
    let mut data = parameter.data_for(processor).map_err(|value| {
        Error::data("c3d.value-not-representable", format!("a value has no code in a {processor:?} file"))
            .field(field)
            .found(value)
    })?;
    if matches!(parameter.kind, ParameterType::Unknown(_)) && processor != parameter.processor && !data.is_empty() {
        let message = "values of an unknown type were copied byte by byte to another processor";
        warnings.push(Warning::new("c3d.unknown-type-copied", message).field(field));
    }
    let declared = parameter.len().saturating_mul(parameter.kind.width());
    if (data.len() as u64) < declared {
        let message = format!("{declared} bytes declared, {} there: filled up", data.len());
        warnings.push(Warning::new("c3d.parameter-filled", message).field(field));
        let filling = if parameter.kind == ParameterType::Text { b' ' } else { 0 };
        let declared = usize::try_from(declared).ok().filter(|&bytes| bytes <= 65_535);
        data.resize(declared.ok_or_else(|| too_long(field, "record", data.len(), 65_535))?, filling);
    }
    Ok(data)
}

impl Parameter {
    /// The stored bytes for `processor`, or the first value that it has no code for.
    fn data_for(&self, processor: Processor) -> std::result::Result<Vec<u8>, f64> {
        let is_little = |processor| processor != Processor::Mips;
        let swaps = is_little(processor) != is_little(self.processor);
        match self.kind {
            ParameterType::Integer if swaps => Ok(self.data.as_chunks().0.iter().flat_map(|[a, b]| [*b, *a]).collect()),
            ParameterType::Real if processor == self.processor => Ok(self.data.clone()),
            // Between two IEEE formats bytes are turned, so that the bits of what is no number stay.
            ParameterType::Real if processor != Processor::Dec && self.processor != Processor::Dec => {
                Ok(self.data.as_chunks().0.iter().flat_map(|[a, b, c, d]| [*d, *c, *b, *a]).collect())
            }
            ParameterType::Real => {
                let mut data = Vec::with_capacity(self.data.len());
                for value in self.as_f64s() {
                    data.extend(processor.float_bytes(value).ok_or(value)?);
                }
                Ok(data)
            }
            _ => Ok(self.data.clone()),
        }
    }
}

impl ParameterType {
    fn code(self) -> i8 {
        match self {
            Self::Text => -1,
            Self::Byte => 1,
            Self::Integer => 2,
            Self::Real => 4,
            Self::Unknown(code) => code,
        }
    }
}
