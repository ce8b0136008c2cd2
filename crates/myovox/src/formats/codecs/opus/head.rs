//! The header that containers carry for Opus (RFC 7845, 5.1): channels, the samples to drop at the start, a gain, and how streams become
//! channels. MP4 carries the same fields in another byte order (`dOps`).

use crate::error::{Error, Result};
use crate::formats::bytes::{Bytes, Endian};

/// An entry of the mapping that stands for a channel of silence.
pub(super) const SILENCE: u8 = 255;

/// What the header says.
#[derive(Debug, PartialEq)]
pub(super) struct Head {
    pub(super) channels: u8,
    pub(super) pre_skip: u16,
    /// Gain in 1/256 dB.
    pub(super) gain: i16,
    pub(super) streams: u8,
    pub(super) coupled: u8,
    pub(super) mapping: Vec<u8>,
}

impl Head {
    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        let view = Bytes::new(bytes, "codecs.bad-container");
        let what = "the header of Opus";
        // Version 0 is that of `dOps`, whose numbers are big-endian.
        let endian = if view.u8(8, what)? == 0 { Endian::Big } else { Endian::Little };
        let (channels, family) = (view.u8(9, what)?, view.u8(18, what)?);
        let (streams, coupled, mapping) = match family {
            0 => (1, channels.saturating_sub(1), vec![0, 1]),
            // Channel by channel as Vorbis orders them, discrete, or ambisonic without a mixing matrix: the same table.
            1 | 2 | 255 => {
                (view.u8(19, what)?, view.u8(20, what)?, view.slice(21, u64::from(channels), what)?.to_vec())
            }
            other => {
                let family = format!("channel mapping family {other}");
                return Err(
                    Error::unsupported("codecs.unsupported", "Opus whose channels are mixed by a matrix").found(family)
                );
            }
        };
        if channels == 0 || (family == 0 && channels > 2) {
            return Err(Error::data("codecs.bad-field", "Opus with a number of channels that its mapping cannot have")
                .field("channels")
                .found(channels)
                .expected("1 or 2"));
        }
        let mapping: Vec<u8> = mapping.into_iter().take(usize::from(channels)).collect();
        let sources = u16::from(streams).saturating_add(u16::from(coupled));
        if streams == 0
            || coupled > streams
            || mapping.iter().any(|&source| source != SILENCE && u16::from(source) >= sources)
        {
            return Err(Error::data("codecs.bad-field", "Opus whose streams do not make its channels")
                .field("channel mapping")
                .found(format!("{streams} streams, {coupled} of them coupled, for channels {mapping:?}"))
                .expected("sources that the streams have"));
        }
        let gain = view.u16(16, endian, what)?.cast_signed();
        Ok(Self { channels, pre_skip: view.u16(10, endian, what)?, gain, streams, coupled, mapping })
    }

    /// Stream, and channel within it, of an entry of the mapping: the coupled streams stand first and count twice.
    pub(super) fn place_of(&self, source: u8) -> (usize, usize) {
        let (source, coupled) = (usize::from(source), usize::from(self.coupled));
        match source.checked_sub(coupled.saturating_mul(2)) {
            None => (source / 2, source % 2),
            Some(mono) => (coupled.saturating_add(mono), 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(version: u8, fields: &[u8]) -> Vec<u8> {
        [b"OpusHead".as_slice(), &[version], fields].concat()
    }

    #[test]
    fn both_byte_orders_say_the_same() {
        let little = Head::read(&head(1, &[2, 0x38, 0x01, 0x80, 0xBB, 0, 0, 0x00, 0xFF, 0])).unwrap();
        let big = Head::read(&head(0, &[2, 0x01, 0x38, 0, 0, 0xBB, 0x80, 0xFF, 0x00, 0])).unwrap();
        assert_eq!(little, big);
        assert_eq!((little.pre_skip, little.gain, little.streams, little.coupled), (312, -256, 1, 1));
    }

    #[test]
    fn headers_that_lie_are_refused() {
        let code = |bytes: &[u8]| Head::read(bytes).err().map(|error| error.code());
        assert_eq!(code(b"OpusHead\x01\x01"), Some("codecs.bad-container"));
        assert_eq!(code(&head(1, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0])), Some("codecs.bad-field"));
        assert_eq!(code(&head(1, &[3, 0, 0, 0, 0, 0, 0, 0, 0, 0])), Some("codecs.bad-field"));
        assert_eq!(code(&head(1, &[2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 0, 1])), Some("codecs.bad-field"));
        assert_eq!(code(&head(1, &[2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 9])), Some("codecs.bad-field"));
        assert_eq!(code(&head(1, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 3])), Some("codecs.unsupported"));
        assert_eq!(code(&head(1, &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0])), None);
        // No stream at all; a source behind the last one; silence is no source.
        assert_eq!(code(&head(1, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0])), Some("codecs.bad-field"));
        assert_eq!(code(&head(1, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2])), Some("codecs.bad-field"));
        assert_eq!(code(&head(1, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 255])), None);
    }

    #[test]
    fn coupled_streams_count_twice() {
        let head = Head { channels: 4, pre_skip: 0, gain: 0, streams: 3, coupled: 1, mapping: vec![0, 1, 2, 3] };
        assert_eq!([0, 1, 2, 3].map(|source| head.place_of(source)), [(0, 0), (0, 1), (1, 0), (2, 0)]);
    }
}
