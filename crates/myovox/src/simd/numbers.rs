//! Stored numbers become `f32`, which holds each of them exactly.

use std::ops::Range;

use fearless_simd::{Simd, dispatch};

use super::Level;

/// How a number is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// IEEE 754 of 32 bits, low byte first.
    LittleFloat,
    /// IEEE 754 of 32 bits, high byte first.
    BigFloat,
    /// Signed, of 16 bits, low byte first.
    LittleSigned,
    /// Signed, of 16 bits, high byte first.
    BigSigned,
    /// Unsigned, of 16 bits, low byte first.
    LittleUnsigned,
    /// Unsigned, of 16 bits, high byte first.
    BigUnsigned,
}

impl Stored {
    /// Bytes of a number.
    pub fn bytes(self) -> usize {
        if self.is_integer() { 2 } else { 4 }
    }

    /// Whether it is an integer.
    pub fn is_integer(self) -> bool {
        !matches!(self, Self::LittleFloat | Self::BigFloat)
    }
}

/// Neighbouring numbers of every record, and where they go in every row.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// First byte in the record.
    pub first: usize,
    /// Numbers.
    pub count: usize,
    /// First number in the row.
    pub column: usize,
}

/// What is taken out of records into a table.
#[derive(Debug)]
pub struct Take<'a> {
    /// How it is stored.
    pub stored: Stored,
    /// Which of it.
    pub runs: &'a [Run],
    /// Numbers of a row.
    pub width: usize,
    /// The rows, at least one for each record, where there are runs.
    pub rows: &'a mut [f32],
}

/// Takes the numbers of whole records of `record_bytes` each, record by record, so that memory is read once and from front to back.
///
/// ```
/// use myovox::simd::{Level, numbers::{Run, Stored, Take, gather}};
/// let runs = [Run { first: 2, count: 2, column: 1 }];
/// let mut rows = [0.0; 6];
/// let take = Take { stored: Stored::LittleSigned, runs: &runs, width: 3, rows: &mut rows };
/// gather(Level::best(), 6, &[9, 9, 1, 0, 2, 0, 9, 9, 255, 255, 4, 0], &mut [take]);
/// assert_eq!(rows, [0.0, 1.0, 2.0, 0.0, -1.0, 4.0]);
/// ```
///
/// # Panics
/// When a run goes beyond its record or its row, or rows are missing.
pub fn gather(level: Level, record_bytes: usize, records: &[u8], takes: &mut [Take<'_>]) {
    dispatch!(level.0, simd => gather_at(simd, record_bytes, records, takes));
}

/// Bytes of the records of which one run is taken after the other: memory is read from front to back, and short runs do not cost more than they
/// hold.
const STRETCH_BYTES: usize = 2 << 10;

#[inline(always)]
fn gather_at<S: Simd>(_: S, record_bytes: usize, records: &[u8], takes: &mut [Take<'_>]) {
    let (stretch, count) = ((STRETCH_BYTES / record_bytes).max(1), records.len() / record_bytes);
    for start in (0..count).step_by(stretch) {
        let span = start..count.min(start + stretch);
        for Take { stored, runs, width, rows } in &mut *takes {
            for run in *runs {
                take(*stored, *run, span.clone(), (records, record_bytes), (rows, *width));
            }
        }
    }
}

#[inline(always)]
fn take(
    stored: Stored,
    run: Run,
    span: Range<usize>,
    (records, record_bytes): (&[u8], usize),
    (rows, width): (&mut [f32], usize),
) {
    let length = run.count * stored.bytes();
    /// A loop and no function with a closure, which would not take over the instruction set of the function around it.
    macro_rules! each {
        ($bytes:ident, $out:ident => $body:expr) => {
            for index in span {
                let $bytes = &records[index * record_bytes + run.first..][..length];
                let $out = &mut rows[index * width + run.column..][..run.count];
                $body
            }
        };
        ($raw:ident: $size:literal => $value:expr) => {
            each!(bytes, out => for (out, &$raw) in out.iter_mut().zip(bytes.as_chunks::<$size>().0) {
                *out = $value;
            })
        };
    }
    match stored {
        Stored::LittleFloat if cfg!(target_endian = "little") => {
            each!(bytes, out => bytemuck::cast_slice_mut::<f32, u8>(out).copy_from_slice(bytes));
        }
        Stored::LittleFloat => each!(raw: 4 => f32::from_le_bytes(raw)),
        Stored::BigFloat => each!(raw: 4 => f32::from_be_bytes(raw)),
        Stored::LittleSigned => each!(raw: 2 => f32::from(i16::from_le_bytes(raw))),
        Stored::BigSigned => each!(raw: 2 => f32::from(i16::from_be_bytes(raw))),
        Stored::LittleUnsigned => each!(raw: 2 => f32::from(u16::from_le_bytes(raw))),
        Stored::BigUnsigned => each!(raw: 2 => f32::from(u16::from_be_bytes(raw))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Its bytes, and what they stand for.
    type Kind = (Stored, usize, fn(&[u8]) -> f32);

    #[test]
    fn every_kind_is_read_by_the_letter_at_every_level() {
        let frames: Vec<u8> = (0..2000_u32).map(|i| (i * 167 + i / 7).to_le_bytes()[0]).collect();
        let kinds: [Kind; 6] = [
            (Stored::LittleFloat, 4, |raw| f32::from_le_bytes(raw.try_into().unwrap())),
            (Stored::BigFloat, 4, |raw| f32::from_be_bytes(raw.try_into().unwrap())),
            (Stored::LittleSigned, 2, |raw| f32::from(i16::from_le_bytes(raw.try_into().unwrap()))),
            (Stored::BigSigned, 2, |raw| f32::from(i16::from_be_bytes(raw.try_into().unwrap()))),
            (Stored::LittleUnsigned, 2, |raw| f32::from(u16::from_le_bytes(raw.try_into().unwrap()))),
            (Stored::BigUnsigned, 2, |raw| f32::from(u16::from_be_bytes(raw.try_into().unwrap()))),
        ];
        for (stored, bytes, number) in kinds {
            for (record, first, count, width, column) in [(bytes, 0, 1, 1, 0), (91, 3, 7, 9, 2), (200, 4, 40, 40, 0)] {
                let mut expected = Vec::new();
                for record in frames.chunks_exact(record) {
                    let mut row = vec![0_u32; width];
                    for (out, raw) in row[column..].iter_mut().zip(record[first..].chunks_exact(bytes)).take(count) {
                        *out = number(raw).to_bits();
                    }
                    expected.extend(row);
                }
                for level in Level::available() {
                    let mut rows = vec![0.0; expected.len()];
                    let runs = [Run { first, count, column }];
                    gather(level, record, &frames, &mut [Take { stored, runs: &runs, width, rows: &mut rows }]);
                    let found: Vec<u32> = rows.into_iter().map(f32::to_bits).collect();
                    assert_eq!(found, expected, "{stored:?}, {}", level.name());
                }
            }
        }
    }
}
