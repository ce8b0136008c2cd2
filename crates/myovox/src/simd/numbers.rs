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

/// Fills `out` with `count` numbers from byte `first` on of each `frame_bytes` of `frames`, frame after frame, as far as all go.
///
/// ```
/// use myovox::simd::{Level, numbers::{Stored, gather}};
/// let mut out = [0.0; 4];
/// gather(Level::best(), Stored::LittleSigned, &[9, 9, 1, 0, 2, 0, 9, 9, 255, 255, 4, 0], (6, 2, 2), &mut out);
/// assert_eq!(out, [1.0, 2.0, -1.0, 4.0]);
/// ```
pub fn gather(
    level: Level,
    stored: Stored,
    frames: &[u8],
    (frame_bytes, first, count): (usize, usize, usize),
    out: &mut [f32],
) {
    if count > 0 && frame_bytes > 0 {
        dispatch!(level.0, simd => gather_at(simd, stored, frames, (frame_bytes, first, count), out));
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
fn gather_at<S: Simd>(
    _: S,
    stored: Stored,
    frames: &[u8],
    (frame_bytes, first, count): (usize, usize, usize),
    out: &mut [f32],
) {
    for (frame, out) in frames.chunks_exact(frame_bytes).zip(out.chunks_exact_mut(count)) {
        let Some(bytes) = frame.get(first..) else { return };
        match stored {
            Stored::LittleFloat if cfg!(target_endian = "little") => {
                let out = bytemuck::cast_slice_mut::<f32, u8>(out);
                let count = out.len().min(bytes.len());
                out[..count].copy_from_slice(&bytes[..count]);
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

    #[test]
    fn every_kind_is_read_by_the_letter_at_every_level() {
        let frames: Vec<u8> = (0..2000_u32).map(|i| (i * 167 + i / 7).to_le_bytes()[0]).collect();
        let kinds: [(Stored, usize, fn(&[u8]) -> f32); 6] = [
            (Stored::LittleFloat, 4, |raw| f32::from_le_bytes(raw.try_into().unwrap())),
            (Stored::BigFloat, 4, |raw| f32::from_be_bytes(raw.try_into().unwrap())),
            (Stored::LittleSigned, 2, |raw| f32::from(i16::from_le_bytes(raw.try_into().unwrap()))),
            (Stored::BigSigned, 2, |raw| f32::from(i16::from_be_bytes(raw.try_into().unwrap()))),
            (Stored::LittleUnsigned, 2, |raw| f32::from(u16::from_le_bytes(raw.try_into().unwrap()))),
            (Stored::BigUnsigned, 2, |raw| f32::from(u16::from_be_bytes(raw.try_into().unwrap()))),
        ];
        for (stored, width, number) in kinds {
            for (frame_bytes, first, count) in [(width, 0, 1), (91, 3, 7), (200, 4, 40)] {
                let each = frames.chunks_exact(frame_bytes);
                let expected: Vec<u32> = each
                    .flat_map(|frame| frame[first..].chunks_exact(width).take(count).map(number).map(f32::to_bits))
                    .collect();
                for level in Level::available() {
                    let mut out = vec![0.0; expected.len()];
                    gather(level, stored, &frames, (frame_bytes, first, count), &mut out);
                    let found: Vec<u32> = out.into_iter().map(f32::to_bits).collect();
                    assert_eq!(found, expected, "{stored:?}, {}", level.name());
                }
            }
        }
    }
}
