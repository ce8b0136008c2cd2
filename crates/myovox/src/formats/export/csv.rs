//! CSV: one line of names, then one line a row.
//!
//! Frame number and time stand first; a name carries its unit in brackets (`LASI_x [mm]`) where the recording states one. A position that
//! was not seen and a number that is not known are blank cells; NaN that a recording holds as a value is `NaN`.

use std::io::Write;

use super::Exported;
use super::names;
use super::rows::{Rows, Schema, Shape, each_block};
use super::text::{self, Layout};
use crate::error::Result;
use crate::warning::Warning;

/// Writes `rows` as CSV.
///
/// A cell that a spreadsheet would take for a formula (it begins with `=`, `+`, `-` or `@`) stands as it is, in quotes.
///
/// # Errors
/// Those of the source, and `io.*` of `to`.
pub(super) fn write(rows: &mut dyn Rows, to: &mut dyn Write) -> Result<Exported> {
    let schema = rows.schema().clone();
    let (head, mut warnings) = head(&schema);
    if schema.clock.is_some_and(|clock| clock.rate_hz.is_none()) {
        warnings.push(no_rate());
    }
    let mut buffer = Vec::new();
    for (index, name) in head.iter().enumerate() {
        if index > 0 {
            buffer.push(b',');
        }
        quoted(name, &mut buffer);
    }
    buffer.push(b'\n');
    let blank = schema
        .series
        .iter()
        .flat_map(|series| series.shape.ends().iter().map(|_| matches!(series.shape, Shape::Position | Shape::Known)));
    let layout = Layout { separator: b',', end: b"\n", blank: blank.collect(), words: quoted };
    text::put(&buffer, to)?;
    each_block(rows, |first, block| {
        buffer.clear();
        text::rows(block, first, schema.clock.as_ref(), &layout, &mut buffer);
        text::put(&buffer, to)
    })?;
    Ok(Exported::new(&schema, warnings))
}

/// The warning of a table that has no times.
pub(super) fn no_rate() -> Warning {
    Warning::new("export.no-rate", "the recording states no rate: the table has no times")
}

fn head(schema: &Schema) -> (Vec<String>, Vec<Warning>) {
    let clock = super::clock_names(schema);
    let (series, renamed) = names::unique(&names::labels(&schema.series), &clock, str::to_owned);
    let with_unit = |name: &str, end: &str, unit: &str| {
        if unit.is_empty() { format!("{name}{end}") } else { format!("{name}{end} [{unit}]") }
    };
    let columns: Vec<String> = schema
        .series
        .iter()
        .zip(&series)
        .flat_map(|(series, name)| series.shape.ends().iter().map(move |end| with_unit(name, end, &series.unit)))
        .collect();
    // `A` in V and `A [V]` without a unit would meet here.
    let (columns, met) = names::unique(&columns.iter().map(String::as_str).collect::<Vec<_>>(), &clock, str::to_owned);
    let head = clock.into_iter().map(str::to_owned).chain(columns).collect();
    (head, renamed.into_iter().chain(met).collect())
}

/// Adds `text` as a cell.
fn quoted(text: &str, to: &mut Vec<u8>) {
    let formula = text.starts_with(['=', '+', '-', '@']);
    let special = text.chars().any(|c| matches!(c, ',' | '"') || c.is_control());
    if !(formula || special || text.trim().len() != text.len()) {
        to.extend_from_slice(text.as_bytes());
        return;
    }
    to.push(b'"');
    to.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    to.push(b'"');
}
