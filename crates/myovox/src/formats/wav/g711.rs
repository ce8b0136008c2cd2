//! G.711 companding (ITU-T G.711, 1988): 8 bits per sample on a nearly logarithmic scale, as telephony carries speech.
//!
//! A code is a sign, three bits of exponent `e` and four of mantissa `m`; the tables are built at compile time from the two formulas. Codes
//! become 16-bit integers and then, like all integers, samples in [-1, 1) by the scale 1/32768: mu-law ends at 32124, A-law at 32256, so a
//! clipped call never reaches 1.

/// Samples of the 256 mu-law codes: 14-bit values times 4, two of them zero (0xFF and 0x7F).
pub(super) static MULAW: [f64; 256] = table(Law::Mu);
/// Samples of the 256 A-law codes: 13-bit values times 8, none of them zero.
pub(super) static ALAW: [f64; 256] = table(Law::A);

/// The same in single precision, which holds 16 bits exactly.
pub(super) static MULAW_F32: [f32; 256] = single(&MULAW);
/// The same in single precision.
pub(super) static ALAW_F32: [f32; 256] = single(&ALAW);

/// Which of the two curves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// North America and Japan.
    Mu,
    /// Elsewhere.
    A,
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "evaluated by the compiler, which refuses what overflows; 16 bits fit"
)]
const fn single(table: &[f64; 256]) -> [f32; 256] {
    let mut samples = [0.0; 256];
    let mut code = 0;
    while code < samples.len() {
        samples[code] = table[code] as f32;
        code += 1;
    }
    samples
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "evaluated by the compiler, which refuses what overflows"
)]
const fn table(law: Law) -> [f64; 256] {
    let mut samples = [0.0; 256];
    let mut code = 0;
    while code < samples.len() {
        let value = match law {
            Law::Mu => mulaw(code as u8),
            Law::A => alaw(code as u8),
        };
        samples[code] = value as f64 / 32768.0;
        code += 1;
    }
    samples
}

#[expect(clippy::arithmetic_side_effects, reason = "largest value 32124; evaluated by the compiler")]
const fn mulaw(code: u8) -> i32 {
    const BIAS: i32 = 132;
    let u = !code;
    let (e, m) = ((u >> 4) & 7, (u & 15) as i32);
    let magnitude = (((m << 3) + BIAS) << e) - BIAS;
    if u & 0x80 == 0 { magnitude } else { -magnitude }
}

#[expect(clippy::arithmetic_side_effects, reason = "largest value 32256; evaluated by the compiler")]
const fn alaw(code: u8) -> i32 {
    let a = code ^ 0x55;
    let (e, m) = ((a >> 4) & 7, (a & 15) as i32);
    let magnitude = if e == 0 { (m << 4) + 8 } else { ((m << 4) + 264) << (e - 1) };
    if a & 0x80 == 0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_zeros_and_smallest_steps_are_those_of_the_standard() {
        assert_eq!((mulaw(0x00), mulaw(0x80), mulaw(0xFF), mulaw(0x7F), mulaw(0xFE)), (-32124, 32124, 0, 0, 8));
        assert_eq!((alaw(0x2A), alaw(0xAA), alaw(0xD5), alaw(0x55)), (-32256, 32256, 8, -8));
        assert_eq!(MULAW.iter().copied().fold(0.0, f64::max), 32124.0 / 32768.0);
        assert_eq!(ALAW.iter().copied().fold(0.0, f64::max), 32256.0 / 32768.0);
    }
}
