//! Numbers as the three processors store them: the way back of `number`, exact for whatever was read.

use crate::formats::c3d::number::Processor;

impl Processor {
    /// The byte that names the processor in the head of the parameter section.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Intel => 84,
            Self::Dec => 85,
            Self::Mips => 86,
        }
    }

    /// A 16-bit word.
    pub(in crate::formats::c3d) fn word_bytes(self, value: u16) -> [u8; 2] {
        match self {
            Self::Intel | Self::Dec => value.to_le_bytes(),
            Self::Mips => value.to_be_bytes(),
        }
    }

    /// The nearest 32-bit float; nothing where `value` has no code: beyond the largest number and, for DEC, infinite or not a number.
    pub(in crate::formats::c3d) fn float_bytes(self, value: f64) -> Option<[u8; 4]> {
        match self {
            Self::Intel => ieee(value).map(f32::to_le_bytes),
            Self::Dec => vax(value),
            Self::Mips => ieee(value).map(f32::to_be_bytes),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "rounding to the nearest is meant")]
fn ieee(value: f64) -> Option<f32> {
    let nearest = value as f32;
    (nearest.is_finite() || !value.is_finite()).then_some(nearest)
}

/// VAX `F_floating`: (-1)^s x 1.m x 2^(e - 129), e from 1 to 255. What lies nearer to zero than its smallest number, 2^-128, is zero.
fn vax(value: f64) -> Option<[u8; 4]> {
    if !value.is_finite() {
        return None;
    }
    let bits = value.to_bits();
    // Rounded to 23 bits behind the point, half to even; a carry runs into the exponent, as it should.
    let half = (1_u64 << 28).wrapping_sub(1).wrapping_add((bits >> 29) & 1);
    let rounded = bits.wrapping_add(half) >> 29;
    let exponent = (rounded >> 23) & 0x7FF;
    let Some(exponent) = exponent.checked_sub(1023 - 129).filter(|&exponent| exponent > 0) else {
        return Some([0; 4]);
    };
    if exponent > 255 {
        return None;
    }
    let sign = (bits >> 63) << 31;
    let word = u32::try_from(sign | (exponent << 23) | (rounded & 0x7F_FFFF)).ok()?;
    let [b0, b1, b2, b3] = word.to_be_bytes();
    Some([b1, b0, b3, b2])
}

/// A number of the data section, stored in `N` bytes.
pub(super) trait Stored<const N: usize> {
    /// Its bytes; nothing where the number has no code. Integers come rounded.
    fn bytes(value: f64) -> Option<[u8; N]>;
}

macro_rules! stored {
    ($($(#[$doc:meta])* $name:ident: $bytes:literal, $value:ident => $code:expr;)*) => {
        $($(#[$doc])* pub(super) struct $name;
        impl Stored<$bytes> for $name {
            #[inline]
            fn bytes($value: f64) -> Option<[u8; $bytes]> { $code }
        })*
    };
}

stored! {
    /// A float of an Intel file.
    IntelFloat: 4, value => ieee(value).map(f32::to_le_bytes);
    /// A float of a DEC file.
    DecFloat: 4, value => vax(value);
    /// A float of a MIPS file.
    MipsFloat: 4, value => ieee(value).map(f32::to_be_bytes);
    /// A signed integer of an Intel or DEC file.
    LittleSigned: 2, value => signed(value).map(i16::to_le_bytes);
    /// An unsigned integer of an Intel or DEC file.
    LittleUnsigned: 2, value => unsigned(value).map(u16::to_le_bytes);
    /// A signed integer of a MIPS file.
    BigSigned: 2, value => signed(value).map(i16::to_be_bytes);
    /// An unsigned integer of a MIPS file.
    BigUnsigned: 2, value => unsigned(value).map(u16::to_be_bytes);
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn signed(value: f64) -> Option<i16> {
    (-32768.0..=32767.0).contains(&value).then_some(value as i16)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
fn unsigned(value: f64) -> Option<u16> {
    (0.0..=65535.0).contains(&value).then_some(value as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Processor; 3] = [Processor::Intel, Processor::Dec, Processor::Mips];

    #[test]
    fn every_code_that_is_read_is_written_again() {
        // All exponents with a few mantissas, both signs.
        for high in 0..=0x1FF_u32 {
            for mantissa in [0, 1, 0x40_0000, 0x55_5555, 0x7F_FFFF] {
                let raw = ((high << 23) | mantissa).to_le_bytes();
                for processor in ALL {
                    let value = processor.float(raw);
                    let written = processor.float_bytes(value).map(|bytes| processor.float(bytes).to_bits());
                    if value.is_nan() {
                        assert!(written.is_some_and(|bits| f64::from_bits(bits).is_nan()));
                    } else if value.is_finite() {
                        assert_eq!(written, Some(value.to_bits()), "{processor:?} {raw:02X?}");
                    }
                }
            }
        }
    }

    #[test]
    fn vax_rounds_to_the_nearest_and_refuses_what_it_has_no_code_for() {
        let dec = |value: f64| Processor::Dec.float_bytes(value).map(|raw| Processor::Dec.float(raw));
        assert_eq!(Processor::Dec.float_bytes(-1.0), Some([0x80, 0xC0, 0, 0]));
        assert_eq!(dec(1.0 + 1.0 / 16_777_216.0), Some(1.0)); // half way: to even
        assert_eq!(dec(1.0 + 3.0 / 16_777_216.0), Some(1.0 + 4.0 / 16_777_216.0));
        assert_eq!(dec(1.7014117331926443e38), Some(1.7014117331926443e38));
        assert_eq!(dec(1.7014118e38), None);
        assert_eq!(dec(f64::NAN), None);
        assert_eq!(dec(f64::NEG_INFINITY), None);
        assert_eq!(dec(2.938735877055719e-39), Some(2.938735877055719e-39));
        assert_eq!(dec(1e-39), Some(0.0));
        assert_eq!(Processor::Dec.float_bytes(-0.0), Some([0; 4])); // the sign alone would be the reserved operand
        assert_eq!(Processor::Intel.float_bytes(1e39), None);
        assert!(Processor::Mips.float_bytes(f64::INFINITY).is_some());
    }

    #[test]
    fn integers_end_where_their_bits_end() {
        assert_eq!(BigSigned::bytes(-2.0), Some([0xFF, 0xFE]));
        assert_eq!((LittleSigned::bytes(32767.0), LittleSigned::bytes(32768.0)), (Some([0xFF, 0x7F]), None));
        assert_eq!((LittleUnsigned::bytes(65535.0), LittleUnsigned::bytes(-1.0)), (Some([0xFF, 0xFF]), None));
        assert_eq!((BigUnsigned::bytes(258.0), LittleSigned::bytes(f64::NAN)), (Some([1, 2]), None));
    }
}
