//! Opus: the decoders of a recording's streams, put together as its header says.
//!
//! Everything is decoded at 48 kHz, the rate that pre-skip and granule positions count in. `head` reads what the container says of the streams,
//! `packet` parts what belongs to each of them, opus-pure decodes one stream.

mod head;
mod packet;

use opus_pure::OpusDecoder;

use self::head::{Head, SILENCE};
pub(super) use self::packet::frames_of;
use crate::error::{Error, Result};
use crate::limits::Budget;

/// Samples per second of everything that is decoded here.
pub(super) const RATE: u32 = 48_000;

/// Longest packet: 120 ms.
const LONGEST_PACKET: usize = 5760;

/// Memory of one stream's decoder with the packet that it decoded last, generously.
const STREAM_BYTES: u64 = 256 << 10;

/// The decoders of one recording with what its header says.
pub(super) struct Decoder {
    head: Head,
    gain: f64,
    streams: Vec<Stream>,
    /// The packet of one stream as it would stand alone.
    alone: Vec<u8>,
}

impl Decoder {
    /// For the header that a container carries.
    pub(super) fn new(header: &[u8], budget: &mut Budget) -> Result<Self> {
        let head = Head::read(header)?;
        super::check_shape(u64::from(head.channels), u64::from(RATE), budget)?;
        budget.charge(u64::from(head.streams).saturating_mul(STREAM_BYTES), "decoders of Opus")?;
        let streams = (0..head.streams)
            .map(|stream| Stream::new(if stream < head.coupled { 2 } else { 1 }))
            .collect::<Result<_>>()?;
        let gain = libm::exp10(f64::from(head.gain) / (20.0 * 256.0));
        Ok(Self { head, gain, streams, alone: Vec::new() })
    }

    /// Frames at the start that are the encoder's delay.
    pub(super) fn pre_skip(&self) -> u64 {
        u64::from(self.head.pre_skip)
    }

    /// Number of channels.
    pub(super) fn channels(&self) -> usize {
        usize::from(self.head.channels)
    }

    /// Decodes one packet into `planes`; what is wrong with a packet that cannot be decoded.
    pub(super) fn decode(&mut self, packet: &[u8], planes: &mut Vec<Vec<f64>>) -> Result<(), String> {
        let mut rest = packet;
        let mut frames = None;
        let last = self.streams.len().saturating_sub(1);
        for (index, stream) in self.streams.iter_mut().enumerate() {
            let decoded = if index < last {
                rest = packet::take_delimited(rest, &mut self.alone).ok_or("a stream longer than its packet")?;
                stream.decode(&self.alone)?
            } else {
                stream.decode(rest)?
            };
            if *frames.get_or_insert(decoded) != decoded {
                return Err("streams of different lengths in one packet".to_owned());
            }
        }
        let frames = frames.unwrap_or(0);
        planes.resize(self.channels(), Vec::new());
        for (plane, &source) in planes.iter_mut().zip(&self.head.mapping) {
            plane.clear();
            if source == SILENCE {
                plane.resize(frames, 0.0);
                continue;
            }
            let (stream, side) = self.head.place_of(source);
            let samples = self.streams.get(stream).map(|stream| stream.side(side, frames));
            plane.extend(samples.into_iter().flatten().map(|sample| f64::from(sample) * self.gain));
        }
        Ok(())
    }
}

/// One stream: one channel, or two that are coded together.
struct Stream {
    decoder: OpusDecoder,
    channels: usize,
    interleaved: Vec<f32>,
}

impl Stream {
    fn new(channels: usize) -> Result<Self> {
        let decoder = OpusDecoder::new(RATE.cast_signed(), channels)
            .map_err(|cause| Error::data("codecs.bad-field", "Opus that no decoder can be made for").found(cause))?;
        Ok(Self { decoder, channels, interleaved: vec![0.0; LONGEST_PACKET.saturating_mul(channels)] })
    }

    /// Decodes the stream's part of a packet: how many frames it holds.
    fn decode(&mut self, packet: &[u8]) -> Result<usize, String> {
        // The decoder takes nothing for a loss, which it would conceal.
        if packet.is_empty() {
            return Err("an empty packet".to_owned());
        }
        self.decoder.decode(packet, LONGEST_PACKET, &mut self.interleaved).map_err(|cause| cause.to_string())
    }

    /// One of the stream's channels, as far as the last packet reached.
    fn side(&self, side: usize, frames: usize) -> impl Iterator<Item = f32> {
        self.interleaved.iter().skip(side).step_by(self.channels).take(frames).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    /// Two streams, the first of two channels: a header for four channels, of which the third is silent.
    const TWO_STREAMS: [u8; 25] = *b"OpusHead\x01\x04\0\0\x80\xBB\0\0\0\0\xFF\x02\x01\x02\x01\xFF\x00";

    /// A packet of silence, of 20 ms in CELT, and one that says how long it is: no bytes behind its first.
    const SILENT: [u8; 1] = [0b1111_1000];
    const SILENT_DELIMITED: [u8; 2] = [0b1111_1000, 0];

    #[test]
    fn streams_become_channels_by_the_header_s_table() {
        let mut decoder = Decoder::new(&TWO_STREAMS, &mut Budget::new(&Limits::default())).unwrap();
        let mut planes = Vec::new();
        decoder.decode(&[SILENT_DELIMITED.as_slice(), &SILENT].concat(), &mut planes).unwrap();
        assert_eq!(planes.iter().map(Vec::len).collect::<Vec<_>>(), [960; 4]);
        let mut refused = |packet: &[u8]| decoder.decode(packet, &mut planes).unwrap_err();
        assert_eq!(refused(&SILENT), "a stream longer than its packet");
        assert_eq!(refused(&SILENT_DELIMITED), "an empty packet");
        assert_eq!(
            refused(&[SILENT_DELIMITED.as_slice(), &[0b1111_0000]].concat()),
            "streams of different lengths in one packet"
        );
        assert_eq!(refused(&[]), "a stream longer than its packet");
    }

    #[test]
    fn decoders_are_charged_before_they_are_made() {
        let mut budget = Budget::new(&Limits::default().max_memory_bytes(STREAM_BYTES));
        assert_eq!(Decoder::new(&TWO_STREAMS, &mut budget).err().map(|error| error.code()), Some("limit.memory-bytes"));
    }
}
