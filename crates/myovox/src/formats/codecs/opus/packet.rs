//! Opus packets: how long one is, and where the packets of several streams part (RFC 6716, section 3 and appendix B).

use super::LONGEST_PACKET;

/// Frames at 48 kHz that a packet stands for, from its first two bytes (RFC 6716, 3.1); 0 where they say nothing.
pub(in super::super) fn frames_of(packet: &[u8]) -> u64 {
    let Some(&toc) = packet.first() else { return 0 };
    let frame: u64 = match (toc >> 3, (toc >> 3) & 3) {
        (0..=11, 0) => 480,
        (0..=11, 1) => 960,
        (0..=11, 2) => 1920,
        (0..=11, _) => 2880,
        (12..=15, size) => {
            if size & 1 == 0 {
                480
            } else {
                960
            }
        }
        (_, size) => 120_u64 << size,
    };
    let count = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => packet.get(1).map_or(0, |count| u64::from(count & 63)),
    };
    // More than 120 ms is no packet.
    Some(frame.saturating_mul(count)).filter(|&frames| frames <= LONGEST_PACKET as u64).unwrap_or(0)
}

/// Takes the first packet off several that lie one behind the other, each with the length of its last frame written into it, and puts it into
/// `plain` as it would stand alone. What is left of `packets`; `None` where the lengths do not fit into it.
pub(super) fn take_delimited<'a>(packets: &'a [u8], plain: &mut Vec<u8>) -> Option<&'a [u8]> {
    let &toc = packets.first()?;
    let mut lengths = Lengths { bytes: packets, at: 1 };
    // Bytes of the frames before the last one and of the padding, and how many frames the last length speaks of.
    let (before, alike) = match toc & 3 {
        0 => (0, 1),
        1 => (0, 2),
        2 => (lengths.next()?, 1),
        _ => {
            let count = lengths.byte()?;
            let padding = if count & 0x40 == 0 { 0 } else { lengths.padding()? };
            let frames = usize::from(count & 0x3F);
            if count & 0x80 == 0 {
                (padding, frames)
            } else {
                let varying = frames.checked_sub(1)?;
                (0..varying).try_fold(padding, |sum, _| sum.checked_add(lengths.next()?)).map(|sum| (sum, 1))?
            }
        }
    };
    let head = lengths.at;
    let last = lengths.next()?;
    let body = lengths.at;
    let end = body.checked_add(before)?.checked_add(last.checked_mul(alike)?)?;
    plain.clear();
    plain.extend_from_slice(packets.get(..head)?);
    plain.extend_from_slice(packets.get(body..end)?);
    packets.get(end..)
}

/// Reads the lengths at a packet's head.
struct Lengths<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Lengths<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at = self.at.checked_add(1)?;
        Some(byte)
    }

    /// Length of a frame: one byte below 252, else two (RFC 6716, 3.2.1).
    fn next(&mut self) -> Option<usize> {
        let first = self.byte()?;
        let rest = if first < 252 { 0 } else { usize::from(self.byte()?).checked_mul(4)? };
        usize::from(first).checked_add(rest)
    }

    /// Bytes of padding: each 255 stands for 254 and says that another byte follows (RFC 6716, 3.2.5).
    fn padding(&mut self) -> Option<usize> {
        let mut sum = 0_usize;
        loop {
            match self.byte()? {
                255 => sum = sum.checked_add(254)?,
                last => return sum.checked_add(usize::from(last)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_say_how_long_a_packet_is() {
        assert_eq!(frames_of(&[0b0000_1000]), 960);
        assert_eq!(frames_of(&[0b0001_1001]), 5760);
        assert_eq!(frames_of(&[0b0110_0000]), 480);
        assert_eq!(frames_of(&[0b1000_0000]), 120);
        assert_eq!(frames_of(&[0b1111_1011, 3]), 2880);
        assert_eq!(frames_of(&[0b0001_1011, 63]), 0);
        assert_eq!(frames_of(&[]), 0);
    }

    type Pieces<'a> = &'a [&'a [u8]];

    #[test]
    fn a_delimited_packet_is_the_plain_one_with_one_length_more() {
        let long = [7; 300];
        let cases: [(Pieces<'_>, Pieces<'_>); 6] = [
            (&[&[0x08], &[3], &[1, 2, 3]], &[&[0x08], &[1, 2, 3]]),
            (&[&[0x09], &[2], &[1, 2, 3, 4]], &[&[0x09], &[1, 2, 3, 4]]),
            (&[&[0x0A], &[1], &[2], &[1, 2, 3]], &[&[0x0A], &[1], &[1, 2, 3]]),
            // Three frames of two bytes with two bytes of padding; then frames of one and three bytes.
            (&[&[0x0B, 0x43, 2], &[2], &[1, 2, 3, 4, 5, 6, 0, 0]], &[&[0x0B, 0x43, 2], &[1, 2, 3, 4, 5, 6, 0, 0]]),
            (&[&[0x0B, 0x82, 1], &[3], &[9, 1, 2, 3]], &[&[0x0B, 0x82, 1], &[9, 1, 2, 3]]),
            // 300 = 252 + 4 * 12.
            (&[&[0x08], &[252, 12], &long], &[&[0x08], &long]),
        ];
        let mut plain = Vec::new();
        for (delimited, alone) in cases {
            let two = [delimited.concat(), vec![0xAA, 0xBB]].concat();
            assert_eq!(take_delimited(&two, &mut plain), Some([0xAA, 0xBB].as_slice()));
            assert_eq!(plain, alone.concat());
            for cut in 0..delimited.concat().len() {
                assert_eq!(take_delimited(two.get(..cut).unwrap_or_default(), &mut plain), None, "{two:?} to {cut}");
            }
        }
        // No frame at all, and padding without end.
        assert_eq!(take_delimited(&[0x0B, 0x80, 0, 0], &mut plain), None);
        assert_eq!(take_delimited(&[0x0B, 0x43, 255, 255], &mut plain), None);
    }
}
