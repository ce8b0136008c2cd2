//! GSM 6.10 full rate (ETSI GSM 06.10, RPE-LTP) as WAV files carry it (tag 0x0031): 13 kbit/s speech, decoded bit for bit.
//!
//! A block of 65 bytes holds two frames of 260 bits, low bits first; a frame gives 160 samples. Decoding a frame (section 5.3 of the standard):
//! the regular pulses of four sub-frames are scaled back (5.3.1), added to what the long-term predictor repeats from up to 120 samples
//! before (5.3.2), run through an eighth-order lattice whose reflection coefficients fade over from the previous frame's (5.2.8 to 5.2.9,
//! 5.3.3), and de-emphasised (5.3.4). All of it is the standard's 16-bit saturating arithmetic, so the result has no rounding of our own.

/// Bytes of a block of two frames.
pub(super) const BLOCK_BYTES: usize = 65;
/// Samples of a block.
pub(super) const BLOCK_SAMPLES: usize = 320;

const SUBFRAME: usize = 40;
const ORDER: usize = 8;
/// Longest lag of the long-term predictor.
const HISTORY: usize = 120;

/// Width in bits, smallest code, offset `B` and inverse slope `1/A` of each log-area ratio (tables 5.1 and 5.2).
const AREA_RATIOS: [(u32, i16, i16, i16); ORDER] = [
    (6, -32, 0, 13107),
    (6, -32, 0, 13107),
    (5, -16, 2048, 13107),
    (5, -16, -2560, 13107),
    (4, -8, 94, 19223),
    (4, -8, -1792, 17476),
    (3, -4, -341, 31454),
    (3, -4, -1144, 29708),
];
/// Gains of the long-term predictor (table 5.3, `QLB`).
const LAG_GAINS: [i16; 4] = [3277, 11469, 21299, 32767];
/// Mantissas of the block maximum (table 5.6, `FAC`).
const MANTISSAS: [i16; 8] = [18431, 20479, 22527, 24575, 26623, 28671, 30719, 32767];
/// Samples over which each of the four interpolated coefficient sets holds (section 5.2.9.1).
const ZONES: [usize; 4] = [13, 14, 13, 120];
const DEEMPHASIS: i16 = 28180;

/// Numbers of a few bits each, low bits first.
struct Bits<'a> {
    bytes: &'a [u8; BLOCK_BYTES],
    at: u32,
}

impl Bits<'_> {
    fn take(&mut self, width: u32) -> i16 {
        let byte =
            |index: u32| usize::try_from(index).ok().and_then(|index| self.bytes.get(index)).copied().unwrap_or(0);
        let index = self.at / 8;
        let pair = u16::from_le_bytes([byte(index), byte(index.saturating_add(1))]);
        let value = (pair >> (self.at % 8)) & !(u16::MAX.wrapping_shl(width));
        self.at = self.at.saturating_add(width);
        value.cast_signed()
    }
}

/// The state that a block leaves to the next: blocks are decoded in order.
#[derive(Clone, Debug)]
pub(super) struct Decoder {
    /// The last 120 samples of the reconstructed short-term residual, then the sub-frame at work.
    residual: [i16; HISTORY + SUBFRAME],
    lag: i16,
    area_ratios: [i16; ORDER],
    lattice: [i16; ORDER + 1],
    deemphasis: i16,
}

impl Decoder {
    /// The state before the first block.
    pub(super) fn new() -> Self {
        Self {
            residual: [0; HISTORY + SUBFRAME],
            lag: 40,
            area_ratios: [0; ORDER],
            lattice: [0; ORDER + 1],
            deemphasis: 0,
        }
    }

    /// Decodes the next block into `out`.
    pub(super) fn block(&mut self, block: &[u8; BLOCK_BYTES], out: &mut [i16]) {
        let mut bits = Bits { bytes: block, at: 0 };
        for half in out.as_chunks_mut::<{ 4 * SUBFRAME }>().0.iter_mut().take(2) {
            *half = self.frame(&mut bits);
        }
    }

    fn frame(&mut self, bits: &mut Bits<'_>) -> [i16; 4 * SUBFRAME] {
        let ratios = AREA_RATIOS.map(|(width, smallest, offset, slope)| {
            let code = bits.take(width).wrapping_add(smallest).wrapping_shl(10);
            let ratio = multiply(slope, code.saturating_sub(offset.wrapping_shl(1)));
            ratio.saturating_add(ratio)
        });
        let mut samples = [0; 4 * SUBFRAME];
        for samples in samples.as_chunks_mut::<SUBFRAME>().0 {
            *samples = self.subframe(bits);
        }
        self.synthesise(ratios, &mut samples);
        for sample in &mut samples {
            self.deemphasis = sample.saturating_add(multiply(self.deemphasis, DEEMPHASIS));
            *sample = self.deemphasis.saturating_add(self.deemphasis) & !7;
        }
        samples
    }

    /// The short-term residual of one sub-frame: pulses plus the long-term prediction.
    fn subframe(&mut self, bits: &mut Bits<'_>) -> [i16; SUBFRAME] {
        let lag = bits.take(7);
        let gain = LAG_GAINS.get(code(bits.take(2))).copied().unwrap_or_default();
        let grid = code(bits.take(2));
        let scale = PulseScale::new(bits.take(6));
        let mut pulses = [0; SUBFRAME];
        for pulse in pulses.iter_mut().skip(grid).step_by(3).take(13) {
            *pulse = scale.pulse(bits.take(3));
        }
        if (40..=120).contains(&lag) {
            self.lag = lag;
        }
        let from = HISTORY.saturating_sub(code(self.lag));
        for (k, pulse) in pulses.iter().enumerate() {
            let earlier = self.residual.get(from.saturating_add(k)).copied().unwrap_or_default();
            if let Some(slot) = self.residual.get_mut(HISTORY.saturating_add(k)) {
                *slot = pulse.saturating_add(multiply(gain, earlier));
            }
        }
        self.residual.copy_within(SUBFRAME.., 0);
        self.residual.last_chunk().copied().unwrap_or([0; SUBFRAME])
    }

    fn synthesise(&mut self, ratios: [i16; ORDER], samples: &mut [i16; 4 * SUBFRAME]) {
        let mut rest = samples.iter_mut();
        for (zone, length) in ZONES.into_iter().enumerate() {
            let mut reflections = [0; ORDER];
            for ((slot, &old), &new) in reflections.iter_mut().zip(&self.area_ratios).zip(&ratios) {
                *slot = reflection(match zone {
                    0 => (old >> 2).saturating_add(new >> 2).saturating_add(old >> 1),
                    1 => (old >> 1).saturating_add(new >> 1),
                    2 => (old >> 2).saturating_add(new >> 2).saturating_add(new >> 1),
                    _ => new,
                });
            }
            for sample in rest.by_ref().take(length) {
                *sample = self.lattice_step(&reflections, *sample);
            }
        }
        self.area_ratios = ratios;
    }

    fn lattice_step(&mut self, reflections: &[i16; ORDER], input: i16) -> i16 {
        let mut value = input;
        let mut above = self.lattice.iter_mut().rev();
        let mut upper = above.next();
        for (&reflection, lower) in reflections.iter().rev().zip(above) {
            value = value.saturating_sub(multiply(reflection, *lower));
            if let Some(upper) = upper {
                *upper = lower.saturating_add(multiply(reflection, value));
            }
            upper = Some(lower);
        }
        if let Some(first) = upper {
            *first = value;
        }
        value
    }
}

/// A code of a few bits as an index.
fn code(value: i16) -> usize {
    usize::try_from(value).unwrap_or_default()
}

/// How the 3-bit pulses of a sub-frame are scaled back by its block maximum (section 5.3.1).
struct PulseScale {
    mantissa: i16,
    shift: u32,
    half: i16,
}

impl PulseScale {
    fn new(maximum: i16) -> Self {
        let mut exponent = if maximum > 15 { (maximum >> 3).saturating_sub(1) } else { 0 };
        let mut mantissa = maximum.saturating_sub(exponent.wrapping_shl(3));
        if mantissa == 0 {
            (exponent, mantissa) = (-4, 7);
        } else {
            while mantissa <= 7 {
                mantissa = mantissa.wrapping_shl(1) | 1;
                exponent = exponent.saturating_sub(1);
            }
            mantissa = mantissa.saturating_sub(8);
        }
        let shift = u32::try_from(6_i16.saturating_sub(exponent)).unwrap_or_default();
        let half = if shift == 0 { 0 } else { 1_i16.wrapping_shl(shift.saturating_sub(1)) };
        Self { mantissa: MANTISSAS.get(code(mantissa)).copied().unwrap_or_default(), shift, half }
    }

    fn pulse(&self, code: i16) -> i16 {
        let value = code.wrapping_shl(1).wrapping_sub(7).wrapping_shl(12);
        multiply(self.mantissa, value).saturating_add(self.half).wrapping_shr(self.shift)
    }
}

/// A reflection coefficient from its log-area ratio, piecewise linear (section 5.2.9.2).
fn reflection(ratio: i16) -> i16 {
    let magnitude = ratio.saturating_abs();
    let value = match magnitude {
        ..11059 => magnitude.wrapping_shl(1),
        11059..20070 => magnitude.saturating_add(11059),
        _ => (magnitude >> 2).saturating_add(26112),
    };
    if ratio < 0 { value.saturating_neg() } else { value }
}

/// The rounded product of two numbers in Q15 (`mult_r` of the standard).
fn multiply(a: i16, b: i16) -> i16 {
    let product = i32::from(a).wrapping_mul(i32::from(b)).wrapping_add(1 << 14) >> 15;
    i16::try_from(product).unwrap_or(i16::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test may stop where a value is not there"
    )]

    use super::*;

    #[test]
    fn products_round_and_saturate_as_the_standard_says() {
        assert_eq!(multiply(i16::MIN, i16::MIN), i16::MAX);
        assert_eq!(multiply(16384, 3), 2); // 1.5 rounds up
        assert_eq!(multiply(16384, -3), -1);
    }

    #[test]
    fn bits_are_taken_low_first_across_bytes() {
        let mut bytes = [0; BLOCK_BYTES];
        bytes[..3].copy_from_slice(&[0b1100_0001, 0b0000_1010, 0xFF]);
        let mut bits = Bits { bytes: &bytes, at: 0 };
        assert_eq!((bits.take(6), bits.take(6), bits.take(4), bits.take(7)), (1, 0b10_1011, 0, 0x7F));
    }

    #[test]
    fn block_maxima_become_exponent_and_mantissa() {
        let scale = |maximum| {
            let s = PulseScale::new(maximum);
            (s.mantissa, s.shift, s.half)
        };
        assert_eq!(scale(0), (MANTISSAS[7], 10, 512));
        assert_eq!(scale(63), (MANTISSAS[7], 0, 0));
        assert_eq!(scale(16), (MANTISSAS[0], 5, 16));
    }

    /// Arbitrary bits reach what speech does not: saturation, lags that are out of range, the largest pulses. The hash is that of the 16-bit
    /// samples to which libsndfile 1.2.2 decodes the same 20 blocks.
    #[test]
    fn any_bits_decode_as_in_another_implementation() {
        let data: Vec<u8> = (0_u32..65 * 20).map(|i| i.wrapping_mul(2654435761).to_le_bytes()[3]).collect();
        let mut out = vec![0; BLOCK_SAMPLES * 20];
        let mut decoder = Decoder::new();
        for (block, out) in data.as_chunks().0.iter().zip(out.chunks_mut(BLOCK_SAMPLES)) {
            decoder.block(block, out);
        }
        assert!(out.iter().all(|&x| x % 8 == 0));
        let integers = out.iter().flat_map(|&x| x.to_le_bytes());
        // FNV-1a of 64 bits.
        let hash =
            integers.fold(0xcbf2_9ce4_8422_2325_u64, |h, byte| (h ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        assert_eq!(hash, 0xfcb5_05a3_046f_befd);
    }
}
