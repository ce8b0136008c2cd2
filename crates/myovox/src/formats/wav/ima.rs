//! IMA ADPCM (tag 0x0011; IMA Recommended Practices 3.0, 1992): 4 bits per sample, a step size that follows the signal.
//!
//! A block begins with 4 bytes per channel (`i16` first sample, `u8` step index, one unused), then words of 4 bytes, one channel after the
//! other, each with 8 codes, the low four bits first. A code is decoded by shifts of the step, as the IMA text has it; decoders that
//! multiply instead drift by up to 19 units within a block.

use crate::error::{Error, Result};

/// Bytes of one channel's block header, and of one word of codes.
pub(super) const WORD_BYTES: usize = 4;

const STEPS: [i32; 89] = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107,
    118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963,
    1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894,
    6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794,
    32767,
];
const INDEX_CHANGE: [i8; 8] = [-1, -1, -1, -1, 2, 4, 6, 8];
const LAST_INDEX: u8 = 88;

/// Whole samples per channel in a block of `bytes`: the one of the header and eight for each complete round of words.
pub(super) fn samples_in(bytes: usize, channels: usize) -> usize {
    let round = channels.saturating_mul(WORD_BYTES);
    match bytes.checked_sub(round) {
        Some(codes) => codes.checked_div(round).unwrap_or(0).saturating_mul(8).saturating_add(1),
        None => 0,
    }
}

/// Decodes `channel` of one block into `out`, which ends where the samples of the block do.
///
/// # Errors
/// `wav.bad-data` for a step index that does not exist.
pub(super) fn decode(block: &[u8], channels: usize, channel: usize, out: &mut [i16]) -> Result<()> {
    let words = block.as_chunks::<WORD_BYTES>().0;
    let mut words = words.iter().skip(channel).step_by(channels);
    let (Some(&[low, high, index, _]), Some((first, rest))) = (words.next(), out.split_first_mut()) else {
        return Ok(());
    };
    if index > LAST_INDEX {
        return Err(Error::data("wav.bad-data", "IMA ADPCM step index does not exist")
            .found(index)
            .expected(format!("0 to {LAST_INDEX}")));
    }
    let mut state = State { predicted: i16::from_le_bytes([low, high]), index };
    *first = i16::from_le_bytes([low, high]);
    let codes = words.flatten().flat_map(|&byte| [byte & 15, byte >> 4]);
    for (sample, code) in rest.iter_mut().zip(codes) {
        *sample = state.next(code);
    }
    Ok(())
}

struct State {
    predicted: i16,
    index: u8,
}

impl State {
    fn next(&mut self, code: u8) -> i16 {
        let step = STEPS.get(usize::from(self.index)).copied().unwrap_or_default();
        let part = |bit: u8, value: i32| if code & bit == 0 { 0 } else { value };
        let change =
            [part(4, step), part(2, step >> 1), part(1, step >> 2)].into_iter().fold(step >> 3, i32::wrapping_add);
        let change = if code & 8 == 0 { change } else { change.wrapping_neg() };
        let predicted = i32::from(self.predicted).wrapping_add(change).clamp(i32::from(i16::MIN), i32::from(i16::MAX));
        self.predicted = i16::try_from(predicted).unwrap_or_default();
        let index_change = INDEX_CHANGE.get(usize::from(code & 7)).copied().unwrap_or_default();
        self.index = self.index.saturating_add_signed(index_change).min(LAST_INDEX);
        self.predicted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_rounds_of_words_count() {
        assert_eq!(samples_in(256, 1), 505);
        assert_eq!(samples_in(512, 2), 505);
        assert_eq!(samples_in(104, 1), 201);
        assert_eq!(samples_in(11, 1), 9);
        assert_eq!(samples_in(7, 1), 1);
        assert_eq!(samples_in(15, 2), 1); // one word of two channels
        assert_eq!(samples_in(7, 2), 0);
    }

    #[test]
    fn codes_move_the_sample_by_shifted_steps() {
        let mut state = State { predicted: 0, index: 10 }; // step 19
        assert_eq!(state.next(7), 2 + 19 + 9 + 4);
        assert_eq!(state.index, 18); // step 41
        assert_eq!(state.next(8), 34 - 5);
        assert_eq!(state.index, 17);
    }

    #[test]
    fn a_step_index_beyond_the_table_is_refused() {
        let error = decode(&[0, 0, 89, 0, 1, 2, 3, 4], 1, 0, &mut [0; 9]).unwrap_err();
        assert_eq!(error.to_string(), "IMA ADPCM step index does not exist: found 89, expected 0 to 88");
    }
}
