//! MOT and STO: `OpenSim`'s storage, a table of numbers over time.
//!
//! A head of a name and `key=value` lines up to `endheader`, a line of labels, then a row a sample, separated by tabs; the first column is
//! `time` in seconds. Some versions of `OpenSim` separate labels at blanks as well, so blanks in labels become `_`. Units have no place in
//! the format: the columns are in the recording's own, and so is what `OpenSim` is told; loads of force platforms are in SI units, which it
//! expects. Numbers that are missing are `NaN`.
//! Sources: `OpenSim` documentation, *Storage (.sto) Files*, *Motion (.mot) Files*.

use std::io::Write;

use super::Exported;
use super::names;
use super::rows::{Rows, Shape, each_block};
use super::text::{self, Layout, on_one_line};
use crate::error::{Error, Result};

/// Writes `rows`, which have times, as MOT or STO; `name` is what the file calls itself.
///
/// # Errors
/// `export.table-does-not-fit` for events, `export.no-rate` without a rate; those of the source, and `io.*` of `to`.
pub(super) fn write(rows: &mut dyn Rows, name: &str, to: &mut dyn Write) -> Result<Exported> {
    let schema = rows.schema().clone();
    let Some(clock) = schema.clock.filter(|_| schema.series.iter().all(|series| series.shape != Shape::Words)) else {
        return Err(Error::config("export.table-does-not-fit", "an OpenSim storage holds numbers over time")
            .found(format!("table {}", schema.table.name()))
            .expected("table points, analog, platforms or loads"));
    };
    if clock.rate_hz.is_none() {
        return Err(Error::data("export.no-rate", "an OpenSim storage needs times, and the recording states no rate"));
    }
    let (names, renamed) = names::unique(&names::labels(&schema.series), &["time"], without_blanks);
    let columns: Vec<String> = schema
        .series
        .iter()
        .zip(&names)
        .flat_map(|(series, name)| series.shape.ends().iter().map(move |end| format!("{name}{end}")))
        .collect();
    let head = format!(
        "{}\nversion=1\nnRows={}\nnColumns={}\ninDegrees=no\nendheader\ntime\t{}\n",
        on_one_line(name),
        schema.rows,
        columns.len().saturating_add(1),
        columns.join("\t")
    );
    text::put(head.as_bytes(), to)?;
    let layout = Layout { separator: b'\t', end: b"\n", blank: vec![false; columns.len()], words: |_, _| {} };
    let clock = super::Clock { frame_number: None, ..clock };
    let mut buffer = Vec::new();
    each_block(rows, |first, block| {
        buffer.clear();
        text::rows(block, first, Some(&clock), &layout, &mut buffer);
        text::put(&buffer, to)
    })?;
    Ok(Exported::new(&schema, renamed.into_iter().collect()))
}

fn without_blanks(label: &str) -> String {
    label.trim().chars().map(|c| if c.is_control() || c.is_whitespace() { '_' } else { c }).collect()
}
