//! Opus: the header that containers carry, and the decoder behind it.
//!
//! `OpusHead` (RFC 7845, 5.1) states channels, the samples to drop at the start, a gain and how streams become channels; MP4 carries the same
//! fields in another byte order (`dOps`). Everything is decoded at 48 kHz, the rate that pre-skip and granule positions count in.

use opus_decoder::OpusMultistreamDecoder;

use crate::error::{Error, Result};
use crate::formats::bytes::{Bytes, Endian};
use crate::limits::Budget;

/// Samples per second of everything that is decoded here.
pub(super) const RATE: u32 = 48_000;

/// Longest packet: 120 ms.
const LONGEST_PACKET: usize = 5760;

/// Memory of one stream's decoder, generously.
const STREAM_BYTES: u64 = 256 << 10;

/// What the header says.
#[derive(Debug, PartialEq)]
struct Head {
    channels: u8,
    pre_skip: u16,
    /// Gain in 1/256 dB.
    gain: i16,
    streams: u8,
    coupled: u8,
    mapping: Vec<u8>,
}

impl Head {
    fn read(bytes: &[u8]) -> Result<Self> {
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
        let mapping = mapping.into_iter().take(usize::from(channels)).collect();
        let gain = view.u16(16, endian, what)?.cast_signed();
        Ok(Self { channels, pre_skip: view.u16(10, endian, what)?, gain, streams, coupled, mapping })
    }
}

/// An Opus decoder with what its header says.
pub(super) struct Decoder {
    head: Head,
    inner: OpusMultistreamDecoder,
    interleaved: Vec<f32>,
    gain: f64,
}

impl Decoder {
    /// For the header that a container carries.
    pub(super) fn new(header: &[u8], budget: &mut Budget) -> Result<Self> {
        let head = Head::read(header)?;
        super::check_shape(u64::from(head.channels), u64::from(RATE), budget)?;
        budget.charge(u64::from(head.streams).saturating_mul(STREAM_BYTES), "decoders of Opus")?;
        let channels = usize::from(head.channels);
        let (streams, coupled) = (usize::from(head.streams), usize::from(head.coupled));
        let inner =
            (coupled <= streams).then(|| OpusMultistreamDecoder::new(RATE, channels, streams, coupled, &head.mapping));
        let Some(Ok(inner)) = inner else {
            return Err(Error::data("codecs.bad-field", "Opus whose streams do not make its channels")
                .found(format!("{channels} channels of {streams} streams, {coupled} of them coupled")));
        };
        let interleaved = budget.zeroed(LONGEST_PACKET.saturating_mul(channels), "a packet of Opus")?;
        let gain = libm::exp10(f64::from(head.gain) / (20.0 * 256.0));
        Ok(Self { head, inner, interleaved, gain })
    }

    /// Frames at the start that are the encoder's delay.
    pub(super) fn pre_skip(&self) -> u64 {
        u64::from(self.head.pre_skip)
    }

    /// Number of channels.
    pub(super) fn channels(&self) -> usize {
        usize::from(self.head.channels)
    }

    /// Decodes one packet into `planes`; what the decoder says of a packet that it cannot decode.
    pub(super) fn decode(&mut self, packet: &[u8], planes: &mut Vec<Vec<f64>>) -> Result<(), String> {
        if packet.is_empty() {
            return Err("an empty packet".to_owned());
        }
        let channels = self.channels();
        let frames =
            self.inner.decode_float(packet, &mut self.interleaved, false).map_err(|cause| cause.to_string())?;
        let samples = self.interleaved.get(..frames.saturating_mul(channels)).unwrap_or_default();
        planes.resize(channels, Vec::new());
        for (channel, plane) in planes.iter_mut().enumerate() {
            plane.clear();
            plane.extend(samples.iter().skip(channel).step_by(channels).map(|&sample| f64::from(sample) * self.gain));
        }
        Ok(())
    }
}

/// Frames at 48 kHz that a packet stands for, from its first two bytes (RFC 6716, 3.1); 0 where they say nothing.
pub(super) fn frames_of(packet: &[u8]) -> u64 {
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

#[cfg(test)]
mod tests {
    #![allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test may stop where a byte is not there"
    )]

    use super::*;
    use crate::Limits;

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
        let mut budget = Budget::new(&Limits::default());
        let mut code = |bytes: &[u8]| Decoder::new(bytes, &mut budget).err().map(|error| error.code());
        assert_eq!(code(b"OpusHead\x01\x01"), Some("codecs.bad-container"));
        assert_eq!(code(&head(1, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0])), Some("codecs.bad-field"));
        assert_eq!(code(&head(1, &[3, 0, 0, 0, 0, 0, 0, 0, 0, 0])), Some("codecs.bad-field"));
        assert_eq!(code(&head(1, &[2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 0, 1])), Some("codecs.bad-field"));
        assert_eq!(code(&head(1, &[2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 9])), Some("codecs.bad-field"));
        assert_eq!(code(&head(1, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 3])), Some("codecs.unsupported"));
        assert_eq!(code(&head(1, &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0])), None);
    }

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
}
