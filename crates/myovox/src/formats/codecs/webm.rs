//! What symphonia leaves undone in Matroska and WebM: how much of the last block is padding.
//!
//! Elements are an id, a size, content (RFC 9559, RFC 8794). Segment, cluster and block group are entered without regard to their sizes, which
//! a recorder on the web never writes; everything else is stepped over, so that one pass over the headers finds all blocks.

const SEGMENT: u64 = 0x1853_8067;
const CLUSTER: u64 = 0x1F43_B675;
const BLOCK_GROUP: u64 = 0xA0;
const BLOCK: u64 = 0xA1;
const SIMPLE_BLOCK: u64 = 0xA3;
const DISCARD_PADDING: u64 = 0x75A2;

/// Nanoseconds at the end of the last block of `track` that are no signal.
pub(super) fn padding_ns(bytes: &[u8], track: u64) -> u64 {
    let (mut rest, mut of_track, mut padding) = (bytes, false, 0);
    while let Some((id, content, behind)) = element(rest) {
        rest = match id {
            SEGMENT | CLUSTER | BLOCK_GROUP => content,
            _ => behind,
        };
        let content = content.get(..content.len().saturating_sub(behind.len())).unwrap_or_default();
        match id {
            BLOCK | SIMPLE_BLOCK => {
                of_track = number(content, Marker::Dropped).is_some_and(|(number, _)| number == track);
                // Padding within the stream is none at its end.
                padding = if of_track { 0 } else { padding };
            }
            DISCARD_PADDING if of_track => padding = signed(content).max(0).unsigned_abs(),
            _ => {}
        }
    }
    padding
}

/// Id, all that follows its header, and what follows the element.
fn element(bytes: &[u8]) -> Option<(u64, &[u8], &[u8])> {
    let (id, rest) = number(bytes, Marker::Kept)?;
    let (size, content) = number(rest, Marker::Dropped)?;
    let behind = content.get(usize::try_from(size).unwrap_or(usize::MAX)..).unwrap_or_default();
    Some((id, content, behind))
}

/// Whether the bit that marks the length of a number belongs to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Marker {
    Kept,
    Dropped,
}

/// A number of one to eight bytes: the zeros in front of its first set bit count the bytes that follow.
fn number(bytes: &[u8], marker: Marker) -> Option<(u64, &[u8])> {
    let first = *bytes.first()?;
    let len = usize::try_from(first.leading_zeros()).ok()?.checked_add(1).filter(|&len| len <= 8)?;
    let (head, rest) = bytes.split_at_checked(len)?;
    let value = head.iter().fold(0_u64, |value, &byte| (value << 8) | u64::from(byte));
    let bits = u32::try_from(len).ok()?.checked_mul(7)?;
    let value = if marker == Marker::Kept { value } else { value & 1_u64.checked_shl(bits)?.checked_sub(1)? };
    Some((value, rest))
}

/// A signed integer of up to eight bytes, most significant first.
fn signed(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    bytes.iter().take(8).fold(if negative { -1 } else { 0 }, |value, &byte| (value << 8) | i64::from(byte))
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test may stop where a byte is not there"
    )]

    use super::*;

    const OPEN: u8 = 0xFF;

    #[test]
    fn the_padding_of_the_last_block_is_found_in_clusters_of_any_size() {
        let group = |track: u8, padding: &[u8]| {
            let block = [&[0xA1, 0x85, 0x80 | track, 0, 0, 0, 7], padding].concat();
            [&[0xA0, 0x80 | u8::try_from(block.len()).unwrap()], block.as_slice()].concat()
        };
        let padded: &[u8] = &[0x75, 0xA2, 0x83, 0xCD, 0xFE, 0x60];
        let positive: &[u8] = &[0x75, 0xA2, 0x84, 0x00, 0xCD, 0xFE, 0x60];
        let start = [&[0x18, 0x53, 0x80, 0x67, OPEN][..], &[0x1F, 0x43, 0xB6, 0x75, OPEN]].concat();
        let file = |groups: &[Vec<u8>]| [start.clone(), groups.concat()].concat();
        assert_eq!(padding_ns(&file(&[group(1, &[]), group(1, positive)]), 1), 13_500_000);
        assert_eq!(padding_ns(&file(&[group(1, positive), group(2, &[])]), 1), 13_500_000);
        assert_eq!(padding_ns(&file(&[group(1, positive), group(1, &[])]), 1), 0);
        assert_eq!(padding_ns(&file(&[group(1, padded)]), 1), 0, "negative padding is none at the end");
        assert_eq!(padding_ns(&file(&[group(2, positive)]), 1), 0);
    }

    #[test]
    fn any_bytes_have_an_answer() {
        for bytes in [&[][..], &[0], &[0xFF; 40], &[0x18, 0x53, 0x80, 0x67], &[0xA0, 0x80, 0xA0, 0x80]] {
            assert_eq!(padding_ns(bytes, 1), 0);
        }
    }
}
