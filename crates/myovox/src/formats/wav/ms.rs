//! Microsoft ADPCM (tag 0x0002; New Multimedia Data Types, Microsoft 1994): 4 bits per sample, two-tap prediction, an adaptive step.
//!
//! A block begins with, for all channels in turn, a `u8` predictor each, then an `i16` step each, the second sample each and the first sample
//! each; codes of 4 bits follow, high half first, channels in turn. The prediction is rounded down (`>> 8`), as the encoders of libsndfile and
//! sox expect it; decoders that round towards zero part from it by up to 138 units within a block.

use crate::error::{Error, Result};

/// Bytes of one channel's part of the block header.
pub(super) const HEADER_BYTES: usize = 7;

/// The coefficient pairs that every file begins its list with, little-endian as they stand in it.
pub(super) const FIXED_COEFFICIENTS: [(i16, i16); 7] =
    [(256, 0), (512, -256), (0, 0), (192, 64), (240, 0), (460, -208), (392, -232)];

/// Change of the step for each code, in 1/256.
const ADAPTATION: [i32; 16] = [230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230];
const SMALLEST_STEP: i32 = 16;
/// The description has no upper bound, and no encoder of 16-bit speech comes near one: a step beyond 16 bits only clips. This keeps a hostile
/// file within 32 bits.
const LARGEST_STEP: i32 = i32::MAX / 768;

/// One pair of prediction coefficients as stored: two little-endian `i16`.
pub(super) type Coefficients = [u8; 4];

/// The pair as numbers.
pub(super) fn pair(stored: Coefficients) -> (i16, i16) {
    let [a, b, c, d] = stored;
    (i16::from_le_bytes([a, b]), i16::from_le_bytes([c, d]))
}

/// Whole samples per channel in a block of `bytes`: the two of the header and those of the codes.
pub(super) fn samples_in(bytes: usize, channels: usize) -> usize {
    match bytes.checked_sub(channels.saturating_mul(HEADER_BYTES)) {
        Some(codes) => codes.saturating_mul(2).checked_div(channels).unwrap_or(0).saturating_add(2),
        None => 0,
    }
}

/// Decodes `channel` of one block into `out`, which ends where the samples of the block do.
///
/// # Errors
/// `wav.bad-data` for a predictor without coefficients.
pub(super) fn decode(
    block: &[u8],
    coefficients: &[Coefficients],
    channels: usize,
    channel: usize,
    out: &mut [i16],
) -> Result<()> {
    // The header's columns: `bytes` wide entries of all channels, after `before` bytes for each channel.
    let word = |before: usize| {
        let at = channels.saturating_mul(before).saturating_add(channel.saturating_mul(2));
        block.get(at..).and_then(<[u8]>::first_chunk).map(|&raw| i16::from_le_bytes(raw))
    };
    let (Some(&predictor), Some(step), Some(newer), Some(older)) = (block.get(channel), word(1), word(3), word(5))
    else {
        return Ok(());
    };
    let Some((c1, c2)) = coefficients.get(usize::from(predictor)).copied().map(pair) else {
        return Err(Error::data("wav.bad-data", "MS ADPCM predictor has no coefficients")
            .found(predictor)
            .expected(format!("below {}", coefficients.len())));
    };
    let mut state = State { c1: i64::from(c1), c2: i64::from(c2), step: i32::from(step), newer, older };
    let codes = block.get(channels.saturating_mul(HEADER_BYTES)..).unwrap_or_default();
    let codes = codes.iter().flat_map(|&byte| [byte >> 4, byte & 15]).skip(channel).step_by(channels);
    let decoded = [older, newer].into_iter().chain(codes.map(|code| state.next(code)));
    for (sample, value) in out.iter_mut().zip(decoded) {
        *sample = value;
    }
    Ok(())
}

struct State {
    c1: i64,
    c2: i64,
    step: i32,
    newer: i16,
    older: i16,
}

impl State {
    fn next(&mut self, code: u8) -> i16 {
        let weighted =
            i64::from(self.newer).wrapping_mul(self.c1).wrapping_add(i64::from(self.older).wrapping_mul(self.c2));
        let signed = if code < 8 { i64::from(code) } else { i64::from(code).wrapping_sub(16) };
        let value = (weighted >> 8).wrapping_add(signed.wrapping_mul(i64::from(self.step)));
        let value = i16::try_from(value.clamp(i64::from(i16::MIN), i64::from(i16::MAX))).unwrap_or_default();
        (self.older, self.newer) = (self.newer, value);
        let adaptation = ADAPTATION.get(usize::from(code)).copied().unwrap_or_default();
        self.step = (adaptation.wrapping_mul(self.step) >> 8).clamp(SMALLEST_STEP, LARGEST_STEP);
        value
    }
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
    fn samples_follow_from_the_bytes() {
        assert_eq!(samples_in(256, 1), 500);
        assert_eq!(samples_in(256, 2), 244);
        assert_eq!(samples_in(7, 1), 2);
        assert_eq!(samples_in(13, 2), 0);
    }

    #[test]
    fn the_prediction_rounds_down() {
        // (-3 * 192 + 0 * 64) / 256 = -2.25: -3 rounded down, -2 rounded to zero.
        let mut state = State { c1: 192, c2: 64, step: 16, newer: -3, older: 0 };
        assert_eq!(state.next(0), -3);
        assert_eq!(state.step, 16);
        assert_eq!(state.next(8), ((-3 * 192 - 3 * 64) >> 8) - 8 * 16);
        assert_eq!(state.step, 48);
    }

    #[test]
    fn a_step_cannot_overflow() {
        let mut state = State { c1: 256, c2: 0, step: i32::from(i16::MAX), newer: 0, older: 0 };
        for _ in 0..1000 {
            assert_eq!(state.next(8), -32768);
        }
        assert_eq!(state.step, LARGEST_STEP);
    }

    #[test]
    fn a_predictor_without_coefficients_is_refused() {
        let mut block = [0_u8; 8];
        block[0] = 7;
        let coefficients = [[0, 1, 0, 0]; 7];
        let error = decode(&block, &coefficients, 1, 0, &mut [0; 4]).unwrap_err();
        assert_eq!(error.to_string(), "MS ADPCM predictor has no coefficients: found 7, expected below 7");
    }
}
