//! Stored numbers become `f32`, which holds each of them exactly.

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
    /// Bytes of a record.
    pub record: usize,
    /// First byte in the record.
    pub first: usize,
    /// Numbers.
    pub count: usize,
    /// Numbers of a row.
    pub width: usize,
    /// First number in the row.
    pub column: usize,
}

/// Takes a run out of each of `records` into a row of `rows`, as far as both go.
///
/// ```
/// use myovox::simd::{Level, numbers::{Run, Stored, gather}};
/// let run = Run { record: 6, first: 2, count: 2, width: 3, column: 1 };
/// let mut rows = [0.0; 6];
/// gather(Level::best(), Stored::LittleSigned, run, &[9, 9, 1, 0, 2, 0, 9, 9, 255, 255, 4, 0], &mut rows);
/// assert_eq!(rows, [0.0, 1.0, 2.0, 0.0, -1.0, 4.0]);
/// ```
///
/// # Panics
/// When records and rows are not long enough for the run.
pub fn gather(level: Level, stored: Stored, run: Run, records: &[u8], rows: &mut [f32]) {
    if run.count > 0 {
        dispatch!(level.0, simd => gather_at(simd, stored, run, records, rows));
    }
}

/// A loop and no function with a closure, which would not take over the instruction set of the function around it.
macro_rules! convert {
    ($bytes:expr, $out:expr, $width:literal, $raw:ident => $value:expr) => {
        for (out, &$raw) in $out.iter_mut().zip($bytes.as_chunks::<$width>().0) {
            *out = $value;
        }
    };
}

#[inline(always)]
fn gather_at<S: Simd>(_: S, stored: Stored, run: Run, records: &[u8], rows: &mut [f32]) {
    let bytes = run.first..run.first + run.count * stored.bytes();
    let numbers = run.column..run.column + run.count;
    for (record, row) in records.chunks_exact(run.record).zip(rows.chunks_exact_mut(run.width)) {
        let (bytes, out) = (&record[bytes.clone()], &mut row[numbers.clone()]);
        match stored {
            Stored::LittleFloat if cfg!(target_endian = "little") => {
                bytemuck::cast_slice_mut::<f32, u8>(out).copy_from_slice(bytes);
            }
            Stored::LittleFloat => convert!(bytes, out, 4, raw => f32::from_le_bytes(raw)),
            Stored::BigFloat => convert!(bytes, out, 4, raw => f32::from_be_bytes(raw)),
            Stored::LittleSigned => convert!(bytes, out, 2, raw => f32::from(i16::from_le_bytes(raw))),
            Stored::BigSigned => convert!(bytes, out, 2, raw => f32::from(i16::from_be_bytes(raw))),
            Stored::LittleUnsigned => convert!(bytes, out, 2, raw => f32::from(u16::from_le_bytes(raw))),
            Stored::BigUnsigned => convert!(bytes, out, 2, raw => f32::from(u16::from_be_bytes(raw))),
        }
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
                    gather(level, stored, Run { record, first, count, width, column }, &frames, &mut rows);
                    let found: Vec<u32> = rows.into_iter().map(f32::to_bits).collect();
                    assert_eq!(found, expected, "{stored:?}, {}", level.name());
                }
            }
        }
    }
}
