//! The three ways in which C3D files store numbers, and their exact conversion to `f64`.
//!
//! | processor | integers | floats |
//! | --- | --- | --- |
//! | Intel (84) | little-endian | IEEE 754, little-endian |
//! | DEC (85) | little-endian | VAX `F_floating`: two 16-bit words, the high one first |
//! | MIPS (86) | big-endian | IEEE 754, big-endian |
//!
//! A VAX number has the value (-1)^s x 0.1m x 2^(e - 128) with the bits s (1), e (8), m (23). Dividing the IEEE reading by four, as is often
//! done, is wrong for e below 3 and for e = 255; here the bits of the `f64` are set directly, so that every VAX number is exact.
//! Source: "The C3D File Format", Motion Lab Systems, chapters on processor types and floating-point formats.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the data section stores its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// 16-bit integers, to be multiplied by the scale.
    Integer,
    /// 32-bit floats.
    Float,
}

impl Storage {
    /// Bytes of one number.
    pub fn width(self) -> u64 {
        match self {
            Self::Integer => 2,
            Self::Float => 4,
        }
    }
}

/// The processor whose number formats a file uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Processor {
    /// Little-endian, IEEE 754.
    Intel,
    /// Little-endian integers, VAX `F_floating`.
    Dec,
    /// Big-endian, IEEE 754 (also called SGI).
    Mips,
}

impl Processor {
    /// The processor of the byte in the head of the parameter section: 84, 85 or 86.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        match code {
            84 => Some(Self::Intel),
            85 => Some(Self::Dec),
            86 => Some(Self::Mips),
            _ => None,
        }
    }

    /// An unsigned 16-bit integer.
    #[must_use]
    pub fn u16(self, raw: [u8; 2]) -> u16 {
        match self {
            Self::Intel | Self::Dec => u16::from_le_bytes(raw),
            Self::Mips => u16::from_be_bytes(raw),
        }
    }

    /// A signed 16-bit integer.
    #[must_use]
    pub fn i16(self, raw: [u8; 2]) -> i16 {
        self.u16(raw).cast_signed()
    }

    /// A 32-bit floating-point number.
    ///
    /// ```
    /// use myovox::formats::c3d::Processor;
    /// assert_eq!(Processor::Dec.float([0x80, 0x40, 0, 0]), 1.0);
    /// assert_eq!(Processor::Mips.float([0x3F, 0x80, 0, 0]), 1.0);
    /// ```
    #[must_use]
    pub fn float(self, raw: [u8; 4]) -> f64 {
        match self {
            Self::Intel => f64::from(f32::from_le_bytes(raw)),
            Self::Dec => vax(raw),
            Self::Mips => f64::from(f32::from_be_bytes(raw)),
        }
    }
}

/// The value of a VAX `F_floating` number; the reserved operand (sign set, exponent 0) is 0.
fn vax([b0, b1, b2, b3]: [u8; 4]) -> f64 {
    let bits = u32::from_be_bytes([b1, b0, b3, b2]);
    let exponent = u64::from((bits >> 23) & 0xFF);
    if exponent == 0 {
        return 0.0;
    }
    let sign = u64::from(bits >> 31) << 63;
    let mantissa = u64::from(bits & 0x7F_FFFF) << 29;
    // 1.m x 2^(e - 129): the exponent of an f64 is biased by 1023.
    f64::from_bits(sign | (exponent.wrapping_add(1023 - 129) << 52) | mantissa)
}

/// Whether four bytes hold the VAX reserved operand, which stands for no number.
pub(super) fn is_vax_reserved([b0, b1, ..]: [u8; 4]) -> bool {
    b1 == 0x80 && b0 & 0x80 == 0
}

/// A VAX number as `f32`: exact but for exponents 1 and 2, whose numbers are below the normal ones of IEEE 754.
#[inline]
pub(super) fn vax_narrow([b0, b1, b2, b3]: [u8; 4]) -> f32 {
    let bits = u32::from_be_bytes([b1, b0, b3, b2]);
    let is_normal = bits & 0x7F80_0000 > 2 << 23;
    // Exponents differ by two.
    f32::from_bits(if is_normal { bits.wrapping_sub(2 << 23) } else { 0 })
}

/// Whether a VAX number has an exponent for which [`vax_narrow`] is not exact.
#[inline]
pub(super) fn is_vax_wide([b0, b1, ..]: [u8; 4]) -> bool {
    let exponent = (u16::from_be_bytes([b1, b0]) >> 7) & 0xFF;
    exponent == 1 || exponent == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vax_numbers_are_exact() {
        let cases: [([u8; 4], f64); 9] = [
            ([0x80, 0x40, 0, 0], 1.0),
            ([0x80, 0xC0, 0, 0], -1.0),
            ([0xC8, 0x43, 0, 0], 100.0),
            ([0x49, 0x41, 0xD0, 0x0F], 3.141590118408203),
            ([0xFF, 0x7F, 0xFF, 0xFF], 1.7014117331926443e38),
            ([0x80, 0x00, 0, 0], 2.938735877055719e-39), // e = 1: the smallest, 2^-128
            ([0x00, 0x01, 0, 0], 5.877471754111438e-39), // e = 2
            ([0x00, 0x00, 0xFF, 0xFF], 0.0),             // e = 0: zero whatever the mantissa
            ([0x00, 0x80, 0, 0], 0.0),                   // the reserved operand
        ];
        for (raw, value) in cases {
            assert_eq!(Processor::Dec.float(raw).to_bits(), value.to_bits(), "{raw:02X?}");
        }
    }

    #[test]
    fn narrow_numbers_are_exact_unless_they_say_so() {
        for high in 0..=u16::MAX {
            let [b1, b0] = high.to_be_bytes();
            for [b2, b3] in [[0, 0], [1, 0], [255, 255]] {
                let raw = [b0, b1, b2, b3];
                let narrow = f64::from(vax_narrow(raw));
                assert!(is_vax_wide(raw) || narrow.to_bits() == Processor::Dec.float(raw).to_bits(), "{raw:02X?}");
            }
        }
    }

    #[test]
    fn the_reserved_operand_is_told_from_zero_and_from_negative_numbers() {
        assert!(is_vax_reserved([0x00, 0x80, 0, 0]));
        assert!(is_vax_reserved([0x7F, 0x80, 1, 2]));
        assert!(!is_vax_reserved([0x80, 0x80, 0, 0]));
        assert!(!is_vax_reserved([0x00, 0x00, 0, 0]));
    }

    #[test]
    fn mips_words_are_big_endian() {
        assert_eq!(Processor::Mips.u16([1, 2]), 0x0102);
        assert_eq!(Processor::Mips.i16([0xFF, 0xFE]), -2);
        assert_eq!(Processor::Mips.float([0xC2, 0xC8, 0, 0]), -100.0);
        assert_eq!(Processor::from_code(83), None);
    }
}
