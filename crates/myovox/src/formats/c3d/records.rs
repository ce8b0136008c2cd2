//! The parameter section: records that follow each other, each with an offset to the next, turned into groups.
//!
//! Files in use break this list in every way: offsets that are not the record's end, block counts that are wrong, no terminator, parameters
//! before their group or without one. The offset is believed where it leads to something that looks like a record (or to the terminator); else
//! the record's own end is. Every step goes forward, nothing is read behind the data start, and no byte is copied twice.
//! Source: "The C3D File Format", Motion Lab Systems, *The Parameter Section*; reactions to faults from a corpus of 282 real files.

use std::collections::{BTreeMap, BTreeSet};

use super::header::{BLOCK, Header, byte_of_block};
use super::number::Processor;
use super::parameters::{Group, Parameter, ParameterType, Parameters, decoded};
use super::warnings::Warnings;
use crate::error::Result;
use crate::formats::bytes::Bytes;
use crate::limits::{Budget, exceeded};
use crate::warning::Warning;

/// Bytes that a record occupies in the tables of names, roughly.
const RECORD_BYTES: u64 = 200;

/// One record as it stands in the file.
struct Record<'a> {
    at: u64,
    locked: bool,
    /// Group id: negative for a group's own record.
    id: i8,
    name: &'a [u8],
    /// Where the offset points; nothing for an offset of 0, the last record.
    next: Option<u64>,
    /// First byte behind the offset.
    body: u64,
}

/// What a parameter's body declares.
struct Body {
    kind: ParameterType,
    dims: Vec<u8>,
    data: u64,
    data_end: u64,
}

/// Where the list ended, and why.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// A terminator, or an offset of 0.
    Proper,
    /// The data start, the end of the file, or something that is no record.
    Cut,
}

/// Reads one list of records; warnings are collected and only spoken once the list is chosen.
struct Reader<'a> {
    bytes: Bytes<'a>,
    processor: Processor,
    limit: u64,
    groups: Vec<Group>,
    parameters: Vec<(u8, Parameter)>,
    warnings: Vec<Warning>,
    /// Warnings that are kept at most, but for the first of each kind.
    max_warnings: usize,
    kinds_warned: Vec<&'static str>,
    dropped: u64,
    end: End,
    end_at: u64,
}

/// The parameters of the file, and the first byte behind their list.
///
/// # Errors
/// `limit.parameters`, `limit.metadata-bytes`, `limit.memory-bytes`; under strict the refused warnings of this section.
pub(super) fn read(
    bytes: Bytes<'_>,
    header: &Header,
    processor: Processor,
    budget: &mut Budget,
    warnings: &mut Warnings,
) -> Result<(Parameters, u64)> {
    let start = byte_of_block(u32::from(header.parameter_block));
    let data_start = byte_of_block(u32::from(header.data_block));
    let limit = if data_start > start { data_start.min(bytes.len()) } else { bytes.len() };
    let max_warnings = usize::try_from(budget.limits().max_warnings).unwrap_or(usize::MAX);
    let mut list = Reader::new(bytes, processor, limit, max_warnings);
    list.read(start.saturating_add(4), budget)?;
    if list.end == End::Cut && limit < bytes.len() {
        list = reread_if_data_start_is_wrong(list, start, budget)?;
    }
    check_head(bytes, start, list.end_at, warnings)?;
    for warning in std::mem::take(&mut list.warnings) {
        warnings.add(warning)?;
    }
    warnings.drop_more(list.dropped);
    if list.end == End::Cut {
        let message = "the parameter list does not end before the data or the end of the file";
        warnings.add(Warning::new("c3d.param-truncated", message).byte(list.end_at))?;
    }
    let end_at = list.end_at;
    Ok((list.into_parameters(budget, warnings)?, end_at))
}

/// A header whose data start lies inside the parameters cuts their list. Read on behind it; a list that ends properly and itself names a data
/// start behind its own end is the better one.
fn reread_if_data_start_is_wrong<'a>(cut: Reader<'a>, start: u64, budget: &mut Budget) -> Result<Reader<'a>> {
    let mut whole = Reader::new(cut.bytes, cut.processor, cut.bytes.len(), cut.max_warnings);
    whole.read(start.saturating_add(4), budget)?;
    let point = whole.groups.iter().find(|group| group.name.eq_ignore_ascii_case("POINT")).map(|group| group.id);
    let stated = whole
        .parameters
        .iter()
        .find(|(id, parameter)| Some(*id) == point && parameter.name.eq_ignore_ascii_case("DATA_START"))
        .and_then(|(_, parameter)| parameter.count_at(0));
    let behind = stated.is_some_and(|block| byte_of_block(block) >= whole.end_at);
    Ok(if whole.end == End::Proper && behind { whole } else { cut })
}

/// Doubts about the four bytes in front of the list.
fn check_head(bytes: Bytes<'_>, start: u64, end_at: u64, warnings: &mut Warnings) -> Result<()> {
    let [first, second, blocks, _] = bytes.array::<4>(start, "parameter section")?;
    if (first, second) != (0x01, 0x50) {
        let message = format!("parameter section starts with {first:02X} {second:02X}, usual is 01 50");
        warnings.add(Warning::new("c3d.param-header-bytes", message).byte(start))?;
    }
    let declared_end = u64::from(blocks).saturating_mul(BLOCK).saturating_add(start);
    if blocks == 0 {
        let message = "parameter section declares 0 blocks; the list was read to its end";
        warnings.add(Warning::new("c3d.param-block-count-zero", message).byte(start.saturating_add(2)))?;
    } else if end_at > declared_end {
        let message = format!("parameters end at byte {end_at}, the {blocks} declared blocks at byte {declared_end}");
        warnings.add(Warning::new("c3d.param-beyond-declared-blocks", message).byte(declared_end))?;
    }
    Ok(())
}

impl<'a> Reader<'a> {
    fn new(bytes: Bytes<'a>, processor: Processor, limit: u64, max_warnings: usize) -> Self {
        Self {
            bytes,
            processor,
            limit,
            groups: Vec::new(),
            parameters: Vec::new(),
            warnings: Vec::new(),
            max_warnings,
            kinds_warned: Vec::new(),
            dropped: 0,
            end: End::Cut,
            end_at: 0,
        }
    }

    fn read(&mut self, start: u64, budget: &mut Budget) -> Result<()> {
        let mut at = start;
        let mut count = 0_u32;
        loop {
            self.end_at = at.min(self.limit);
            if self.is_terminator(at) {
                self.end = End::Proper;
                return Ok(());
            }
            let Some(record) = self.record(at) else { return Ok(()) };
            count = count.saturating_add(1);
            if count > budget.limits().max_parameters {
                let at_most = budget.limits().max_parameters;
                return Err(exceeded("limit.parameters", "groups and parameters", "max_parameters", count, at_most));
            }
            let natural = self.natural_end(&record);
            let next = self.next(&record, natural);
            self.take(&record, next.unwrap_or(self.limit), budget)?;
            match next {
                Some(next) => at = next,
                None => return Ok(()),
            }
        }
    }

    fn byte(&self, at: u64) -> Option<u8> {
        self.bytes.get(at, 1).and_then(<[u8]>::first).copied().filter(|_| at < self.limit)
    }

    fn is_terminator(&self, at: u64) -> bool {
        matches!((self.byte(at), self.byte(at.saturating_add(1))), (Some(0), _) | (Some(_), Some(0)))
    }

    /// The record at `at`, when all its fixed fields are there.
    fn record(&self, at: u64) -> Option<Record<'a>> {
        let length = self.byte(at)?.cast_signed();
        let id = self.byte(at.checked_add(1)?)?.cast_signed();
        let name_at = at.checked_add(2)?;
        let name_len = u64::from(length.unsigned_abs());
        let offset_at = name_at.checked_add(name_len)?;
        let body = offset_at.checked_add(2)?;
        if body > self.limit {
            return None;
        }
        let name = self.bytes.get(name_at, name_len)?;
        let offset = self.processor.u16(*self.bytes.get(offset_at, 2)?.first_chunk::<2>()?);
        let next = if offset == 0 { None } else { Some(offset_at.checked_add(u64::from(offset))?) };
        Some(Record { at, locked: length < 0, id, name, next, body })
    }

    /// Whether a record can be believed to start at `at`: a printable name, or the terminator.
    fn looks_like_a_record(&self, at: u64) -> bool {
        self.is_terminator(at) || self.looks_like_a_named_record(at)
    }

    fn looks_like_a_named_record(&self, at: u64) -> bool {
        self.record(at).is_some_and(|record| {
            record.id != 0
                && (1..=127).contains(&record.name.len())
                && record.name.iter().all(|byte| (0x20..0x7F).contains(byte))
        })
    }

    /// Where the next record starts: the offset's word where it leads to one, else the record's own end `natural`.
    fn next(&mut self, record: &Record<'_>, natural: u64) -> Option<u64> {
        let Some(offset) = record.next else {
            self.end = End::Proper;
            self.end_at = natural.min(self.limit);
            return None;
        };
        // Behind the fixed fields of a parameter stand at least its type and its number of dimensions; a group may end with its offset.
        let least = if record.id < 0 { record.body } else { record.body.saturating_add(2) };
        if offset < least {
            let message = "the offset to the next record points into the record itself";
            self.warn("c3d.param-loop", message.to_owned(), record);
        } else if offset == natural {
            self.end_at = natural.min(self.limit);
            return (natural < self.limit).then_some(natural);
        } else {
            let message = format!("the offset leads to byte {offset}, the record ends at byte {natural}");
            self.warn("c3d.param-offset-mismatch", message, record);
            let ends_too_early = self.is_terminator(offset) && self.looks_like_a_named_record(natural);
            if self.looks_like_a_record(offset) && !ends_too_early {
                return Some(offset);
            }
        }
        if self.looks_like_a_record(natural) {
            return Some(natural);
        }
        self.end_at = natural.min(self.limit);
        self.name_what_stands_at(natural, record);
        None
    }

    /// The list breaks off: says so where its continuation would be a parameter of no known type.
    fn name_what_stands_at(&mut self, at: u64, record: &Record<'_>) {
        let beyond = Reader::new(self.bytes, self.processor, self.bytes.len(), self.max_warnings);
        let kind = beyond.record(at).filter(|next| next.id > 0).and_then(|next| beyond.byte(next.body));
        if let Some(ParameterType::Unknown(code)) = kind.map(|code| ParameterType::from_code(code.cast_signed())) {
            let message = format!("the list breaks off: the record that would follow at byte {at} has the type {code}");
            self.warn("c3d.param-bad-type", message, record);
        }
    }

    /// The end of a record by its own lengths.
    fn natural_end(&self, record: &Record<'_>) -> u64 {
        let description = match (record.id < 0, self.body(record)) {
            (true, _) => record.body,
            (false, Some(body)) => body.data_end,
            (false, None) => return self.bytes.len(),
        };
        self.description_end(description)
    }

    fn description_end(&self, at: u64) -> u64 {
        let length = self.bytes.get(at, 1).and_then(<[u8]>::first).map_or(0, |&length| u64::from(length));
        at.saturating_add(1).saturating_add(length)
    }

    /// Keeps a record, as far as it lies before `reach`: the next one.
    fn take(&mut self, record: &Record<'_>, reach: u64, budget: &mut Budget) -> Result<()> {
        // As stored, and decoded: a Latin-1 letter above ASCII takes two bytes of UTF-8.
        let texts = (record.name.len() as u64).saturating_mul(3);
        budget.charge_metadata(texts.saturating_add(RECORD_BYTES), "parameter names")?;
        let reach = reach.min(self.limit);
        if record.id < 0 { self.take_group(record, reach, budget) } else { self.take_parameter(record, reach, budget) }
    }

    fn take_group(&mut self, record: &Record<'_>, reach: u64, budget: &mut Budget) -> Result<()> {
        let description = self.description(record.body, reach, budget)?;
        self.check_text(record, &description);
        let group = Group {
            name: decoded(record.name),
            raw_name: record.name.to_vec(),
            id: record.id.unsigned_abs(),
            description,
            locked: record.locked,
            byte: Some(record.at),
            parameters: Vec::new(),
        };
        budget.push(&mut self.groups, group, "groups")
    }

    fn take_parameter(&mut self, record: &Record<'_>, reach: u64, budget: &mut Budget) -> Result<()> {
        let Some(body) = self.body(record) else {
            self.warn("c3d.param-data-truncated", "type and dimensions are not all there".to_owned(), record);
            return Ok(());
        };
        if let ParameterType::Unknown(code) = body.kind {
            self.warn("c3d.param-bad-type", format!("type {code} is none of -1, 1, 2, 4: raw bytes kept"), record);
        }
        let end = body.data_end.min(reach).max(body.data);
        if end < body.data_end {
            let declared = body.data_end.saturating_sub(body.data);
            let message = format!("{declared} bytes of data declared, {} there", end.saturating_sub(body.data));
            self.warn("c3d.param-data-truncated", message, record);
        }
        let data = self.bytes.get(body.data, end.saturating_sub(body.data)).unwrap_or_default();
        budget.charge_metadata((data.len() as u64).saturating_add(body.dims.len() as u64), "parameter data")?;
        let description = self.description(body.data_end, reach, budget)?;
        self.check_text(record, &description);
        if body.kind == ParameterType::Text {
            self.check_text(record, data);
        }
        let parameter = Parameter {
            name: decoded(record.name),
            raw_name: record.name.to_vec(),
            kind: body.kind,
            dims: body.dims,
            data: data.to_vec(),
            description,
            locked: record.locked,
            byte: record.at,
            processor: self.processor,
        };
        budget.push(&mut self.parameters, (record.id.unsigned_abs(), parameter), "parameters")
    }

    fn body(&self, record: &Record<'_>) -> Option<Body> {
        let kind = ParameterType::from_code(self.byte(record.body)?.cast_signed());
        let count = u64::from(self.byte(record.body.checked_add(1)?)?);
        let dims_at = record.body.checked_add(2)?;
        let data = dims_at.checked_add(count)?;
        let dims = self.bytes.get(dims_at, count).filter(|_| data <= self.limit)?.to_vec();
        let values = dims.iter().fold(1_u64, |product, &dim| product.saturating_mul(u64::from(dim)));
        Some(Body { kind, dims, data, data_end: data.saturating_add(values.saturating_mul(kind.width())) })
    }

    /// The description whose length stands at `at`, as far as it lies before `reach`.
    fn description(&self, at: u64, reach: u64, budget: &mut Budget) -> Result<Vec<u8>> {
        let text_at = at.saturating_add(1);
        let present = self.description_end(at).min(reach).saturating_sub(text_at);
        budget.charge_metadata(present, "parameter descriptions")?;
        Ok(self.bytes.get(text_at, present).unwrap_or_default().to_vec())
    }

    fn check_text(&mut self, record: &Record<'_>, text: &[u8]) {
        if std::str::from_utf8(text).is_err() || std::str::from_utf8(record.name).is_err() {
            self.warn("c3d.text-not-utf8", "not UTF-8, read as Latin-1".to_owned(), record);
        }
    }

    fn warn(&mut self, code: &'static str, message: String, record: &Record<'_>) {
        let is_first = !self.kinds_warned.contains(&code);
        if is_first {
            self.kinds_warned.push(code);
        }
        // The first of a kind is kept whatever came before, because strict may refuse it.
        if is_first || self.warnings.len() < self.max_warnings {
            self.warnings.push(Warning::new(code, message).byte(record.at).field(decoded(record.name)));
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    /// Brings parameters to their groups.
    fn into_parameters(self, budget: &mut Budget, warnings: &mut Warnings) -> Result<Parameters> {
        let mut groups = self.groups;
        let mut by_id: BTreeMap<u8, usize> = BTreeMap::new();
        let mut names: BTreeSet<String> = BTreeSet::new();
        for (i, group) in groups.iter().enumerate() {
            let place = |warning: Warning| warning.byte(group.byte.unwrap_or_default()).field(group.name.clone());
            if by_id.contains_key(&group.id) {
                let message = format!("group number {} was given before; parameters go to the first", group.id);
                warnings.add(place(Warning::new("c3d.group-id-reused", message)))?;
            }
            by_id.entry(group.id).or_insert(i);
            if !names.insert(group.name.to_ascii_uppercase()) {
                let message = "a group of this name stands before; the first is used";
                warnings.add(place(Warning::new("c3d.group-duplicate-name", message)))?;
            }
        }
        let mut seen: BTreeSet<(usize, String)> = BTreeSet::new();
        for (id, parameter) in self.parameters {
            let index = if let Some(&index) = by_id.get(&id) {
                index
            } else {
                let message = format!("group {id} of this parameter has no record; it is kept as #{id}");
                let field = parameter.name.clone();
                warnings.add(Warning::new("c3d.param-orphan-group", message).byte(parameter.byte).field(field))?;
                by_id.insert(id, groups.len());
                budget.push(&mut groups, nameless_group(id), "groups")?;
                groups.len().saturating_sub(1)
            };
            let Some(group) = groups.get_mut(index) else { continue };
            // Two tables of names: the one below, and that of group and parameter by which they are found.
            let keys = (group.name.len() as u64).saturating_add((parameter.name.len() as u64).saturating_mul(2));
            budget.charge(keys, "parameter names")?;
            if !seen.insert((index, parameter.name.to_ascii_uppercase())) {
                let field = format!("{}:{}", group.name, parameter.name);
                let message = "a parameter of this name stands before; the first is used";
                warnings.add(Warning::new("c3d.param-duplicate-name", message).byte(parameter.byte).field(field))?;
            }
            budget.push(&mut group.parameters, parameter, "parameters")?;
        }
        Ok(Parameters::new(groups))
    }
}

/// The stand-in for a group that the file does not name.
fn nameless_group(id: u8) -> Group {
    Group {
        name: format!("#{id}"),
        raw_name: Vec::new(),
        id,
        description: Vec::new(),
        locked: false,
        byte: None,
        parameters: Vec::new(),
    }
}
