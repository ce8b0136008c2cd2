//! What the text formats share: numbers in the shortest form that reads back the same, and rows written from columns.

use std::io::Write;

use super::rows::{Block, Cells, Clock};
use crate::error::{Error, Result};

/// Magnitudes that are written without an exponent.
const PLAIN: std::ops::Range<f64> = 1e-5..1e16;

/// Adds `value` in the shortest form that reads back to the same bits; `NaN`, `inf`, `-inf`.
pub(super) fn number(value: f64, to: &mut Vec<u8>) {
    let written = if value == 0.0 || !value.is_finite() || PLAIN.contains(&value.abs()) {
        write!(to, "{value}")
    } else {
        write!(to, "{value:e}")
    };
    written.unwrap_or_else(|cause| unreachable!("memory takes all: {cause}"));
}

/// `value` on its own.
pub(super) fn number_text(value: f64) -> String {
    let mut text = Vec::new();
    number(value, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// How the rows of a format look.
pub(super) struct Layout {
    /// Between cells.
    pub(super) separator: u8,
    /// Behind the last cell of a row.
    pub(super) end: &'static [u8],
    /// For each column, whether NaN stays a blank cell.
    pub(super) blank: Vec<bool>,
    /// How a text is written.
    pub(super) words: fn(&str, &mut Vec<u8>),
}

/// One cell after another of a column.
enum Column<'a> {
    Numbers(std::slice::Iter<'a, f64>),
    Words(std::slice::Iter<'a, String>),
}

impl Column<'_> {
    /// Adds the next cell.
    fn cell(&mut self, blank: bool, layout: &Layout, to: &mut Vec<u8>) {
        match self {
            Self::Numbers(numbers) => match numbers.next() {
                Some(value) if !(blank && value.is_nan()) => number(*value, to),
                _ => {}
            },
            Self::Words(words) => words.next().into_iter().for_each(|text| (layout.words)(text, to)),
        }
    }
}

/// Adds the rows of `block` from row `first` on: frame number and time where `clock` has them, then the columns.
pub(super) fn rows(block: &Block, first: u64, clock: Option<&Clock>, layout: &Layout, to: &mut Vec<u8>) {
    let mut columns: Vec<(Column<'_>, bool)> = block
        .columns()
        .iter()
        .map(|cells| match cells {
            Cells::Numbers(numbers) => Column::Numbers(numbers.iter()),
            Cells::Words(words) => Column::Words(words.iter()),
        })
        .zip(layout.blank.iter().copied())
        .collect();
    let count = block.columns().first().map_or(0, Cells::len) as u64;
    for row in first..first.saturating_add(count) {
        if let Some(frame) = clock.and_then(|clock| clock.frame(row)) {
            to.extend_from_slice(frame.to_string().as_bytes());
            to.push(layout.separator);
        }
        if let Some(seconds) = clock.and_then(|clock| clock.seconds(row)) {
            number(seconds, to);
            to.push(layout.separator);
        }
        for (column, blank) in &mut columns {
            column.cell(*blank, layout, to);
            to.push(layout.separator);
        }
        to.pop();
        to.extend_from_slice(layout.end);
    }
}

/// Writes `bytes` to `to`.
///
/// # Errors
/// What the system says, as `io.*`.
pub(super) fn put(bytes: &[u8], to: &mut dyn Write) -> Result<()> {
    to.write_all(bytes).map_err(|cause| Error::io("write", &cause))
}

/// `label` without what ends a cell or a line.
pub(super) fn on_one_line(label: &str) -> String {
    label.chars().map(|c| if c.is_control() { '_' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_read_back_to_the_same_bits() {
        let shown = [0.0, -0.0, 1.0, 0.1, -123.456, 1e-5, 1.5e-7, 1e15, 1e16, 2.5e300].map(number_text);
        assert_eq!(
            shown,
            ["0", "-0", "1", "0.1", "-123.456", "0.00001", "1.5e-7", "1000000000000000", "1e16", "2.5e300"]
        );
        assert_eq!([f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(number_text), ["NaN", "inf", "-inf"]);
        let mut bits = 0x9E37_79B9_7F4A_7C15_u64;
        for _ in 0..20_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let value = f64::from_bits(bits);
            if value.is_finite() {
                assert_eq!(number_text(value).parse::<f64>().unwrap().to_bits(), bits);
            }
        }
    }
}
