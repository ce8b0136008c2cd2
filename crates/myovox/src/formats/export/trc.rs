//! TRC: marker positions for `OpenSim` and Cortex.
//!
//! Five lines of head, a blank one, then a row a frame: number, time, x, y, z of each marker, separated by tabs. A marker that was not seen
//! has blank cells. Each cell of a row is **followed** by a tab, as `OpenSim`'s own writer does: its reader takes a tab at the end for the end
//! of the last cell, and without it would miss the last cell of a row whose last marker was not seen.
//! Sources: `OpenSim` documentation, *Marker (.trc) Files*; behaviour of its `TRCFileAdapter`, which wants exactly eight values in the head,
//! the names X1, Y1, Z1, X2 ... in order, and a name for each marker.

use std::io::Write;

use super::Exported;
use super::names;
use super::rows::{Clock, Rows, Schema, Shape, Table, each_block};
use super::text::{self, Layout, number_text, on_one_line};
use crate::error::{Error, Result};
use crate::warning::Warning;

/// Writes `rows`, which are [`Table::Points`], as TRC; `name` is what the file calls itself.
///
/// # Errors
/// `export.table-does-not-fit` for another table, `export.no-rate` without a frame rate; those of the source, and `io.*` of `to`.
pub(super) fn write(rows: &mut dyn Rows, name: &str, to: &mut dyn Write) -> Result<Exported> {
    let schema = rows.schema().clone();
    if schema.table != Table::Points || schema.series.iter().any(|series| series.shape != Shape::Position) {
        return Err(Error::config("export.table-does-not-fit", "a TRC file holds marker positions")
            .found(format!("table {}", schema.table.name()))
            .expected("table points"));
    }
    let Some((clock, rate_hz)) = schema.clock.and_then(|clock| Some((clock, clock.rate_hz?))) else {
        return Err(Error::data("export.no-rate", "a TRC file needs a frame rate, and the recording states none"));
    };
    let (markers, renamed) = names::unique(&names::labels(&schema.series), &["Frame#", "Time"], on_one_line);
    let mut warnings: Vec<Warning> = renamed.into_iter().collect();
    let units = units(&schema, &mut warnings);
    text::put(head(&schema, &clock, rate_hz, &markers, &units, name).as_bytes(), to)?;
    let cells = markers.len().saturating_mul(3);
    let layout = Layout { separator: b'\t', end: b"\t\n", blank: vec![true; cells], words: |_, _| {} };
    let mut buffer = Vec::new();
    each_block(rows, |first, block| {
        buffer.clear();
        text::rows(block, first, Some(&clock), &layout, &mut buffer);
        text::put(&buffer, to)
    })?;
    Ok(Exported::new(&schema, warnings))
}

fn head(schema: &Schema, clock: &Clock, rate_hz: f64, markers: &[String], units: &str, name: &str) -> String {
    let (rate, frames) = (number_text(rate_hz), schema.rows);
    let first = clock.frame_number.unwrap_or(1);
    let count = markers.len();
    let keys = "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames";
    let columns: String = markers.iter().flat_map(|marker| [marker, "\t\t\t"]).collect();
    let axes: Vec<String> = (1..=count).map(|place| format!("X{place}\tY{place}\tZ{place}\t")).collect();
    let axes = axes.concat();
    format!(
        "PathFileType\t4\t(X/Y/Z)\t{}\n{keys}\n{rate}\t{rate}\t{frames}\t{count}\t{units}\t{rate}\t{first}\t{frames}\n\
         Frame#\tTime\t{columns}\n\t\t{axes}\n\n",
        on_one_line(name)
    )
}

/// The unit of the positions.
fn units(schema: &Schema, warnings: &mut Vec<Warning>) -> String {
    let stated = schema.series.first().map(|series| on_one_line(series.unit.trim())).unwrap_or_default();
    // The head is read cell by cell: a blank one would be missed.
    if !stated.is_empty() {
        return stated.replace(' ', "_");
    }
    let message = "the recording states no unit of length, and a TRC file must: mm, the usual one, is assumed";
    warnings.push(Warning::new("export.units-assumed", message).field("POINT:UNITS"));
    "mm".to_owned()
}
