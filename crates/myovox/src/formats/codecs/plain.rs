//! Samples without compression behind other headers than WAV's: AIFF, AIFF-C and AU; and MP3 behind WAV's.
//!
//! The headers are read here, the samples by the decoders of `wav`, so that 24 bits are the same 24 bits in every container. The chunks of
//! both families are walked with the file's length as the judge of every size.

use ndarray::Array2;

use super::kinds::{Codec, Container};
use super::warnings::{self, Notes};
use super::{AudioRecording, check_shape};
use crate::error::{Error, Result};
use crate::formats::Policy;
use crate::formats::bytes::{Bytes, Endian};
use crate::formats::wav::{self, Coding, RawFormat, WavConfig};
use crate::limits::Budget;

/// Chunks that are looked at before a file is believed to have none of those that matter.
const MOST_CHUNKS: usize = 4096;

/// The chunks of a RIFF or IFF file behind its form: id, offset and content, as much of it as there is.
fn chunks(bytes: Bytes<'_>, endian: Endian) -> impl Iterator<Item = ([u8; 4], u64, &[u8])> {
    let mut offset = 12_u64;
    std::iter::from_fn(move || {
        let id: [u8; 4] = bytes.get(offset, 4)?.try_into().ok()?;
        let size = u64::from(bytes.u32(offset.checked_add(4)?, endian, "a size").ok()?);
        let content = offset.checked_add(8)?;
        // Chunks begin at even offsets.
        offset = content.checked_add(size)?.checked_next_multiple_of(2)?;
        Some((id, content, bytes.clamped(content, size)))
    })
    .take(MOST_CHUNKS)
}

/// The frames of a WAV file whose samples are MP3 (tag 0x0055), if it is one.
pub(super) fn mp3_in_wav(bytes: &[u8]) -> Option<&[u8]> {
    const MPEG_LAYER_3: [u8; 2] = [0x55, 0x00];
    let bytes = bytes.get(crate::formats::sniff::id3v2_bytes(bytes)..)?;
    if !bytes.starts_with(b"RIFF") {
        return None;
    }
    let view = Bytes::new(bytes, "codecs.truncated");
    let is_mp3 = chunks(view, Endian::Little).find(|(id, ..)| id == b"fmt ")?.2.starts_with(&MPEG_LAYER_3);
    let (.., frames) = chunks(view, Endian::Little).find(|(id, ..)| id == b"data")?;
    // Without a frame at its head it is not decoded on a guess: `wav` refuses it by its tag.
    let begins_with_frame = matches!(frames, [0xFF, second, ..] if second & 0xE6 == 0xE2);
    (is_mp3 && begins_with_frame).then_some(frames)
}

/// AU: 24 bytes of header and a text, all numbers big-endian, or little-endian behind the magic turned around (DEC).
pub(super) fn au(bytes: &[u8], budget: &mut Budget, mut notes: Notes) -> Result<AudioRecording> {
    let view = Bytes::new(bytes, "codecs.truncated");
    let endian = if bytes.starts_with(b"dns.") { Endian::Little } else { Endian::Big };
    let field = |offset: u64, what: &str| view.u32(offset, endian, what);
    let (offset, size) = (field(4, "the offset of the samples")?, field(8, "their size")?);
    let (coding, rate, channels) = (field(12, "the coding")?, field(16, "the rate")?, field(20, "the channels")?);
    let numbers = if endian == Endian::Big { "be" } else { "le" };
    let (word, codec) = match coding {
        1 => ("mulaw".to_owned(), Codec::Mulaw),
        2 => ("s8".to_owned(), Codec::Pcm),
        3 => (format!("s16{numbers}"), Codec::Pcm),
        4 => (format!("s24{numbers}"), Codec::Pcm),
        5 => (format!("s32{numbers}"), Codec::Pcm),
        6 => (format!("f32{numbers}"), Codec::Float),
        7 => (format!("f64{numbers}"), Codec::Float),
        27 => ("alaw".to_owned(), Codec::Alaw),
        23 => return Err(unsupported("AU", "G.721 ADPCM")),
        24 => return Err(unsupported("AU", "G.722")),
        25 | 26 => return Err(unsupported("AU", "G.723 ADPCM")),
        other => return Err(unsupported("AU", &format!("coding {other}"))),
    };
    let offset = u64::from(offset).max(24);
    let there = view.len().saturating_sub(offset);
    // All ones stands for "unknown, to the end".
    let size = if size == u32::MAX { there } else { u64::from(size) };
    say_if_cut(size, there, offset, &mut notes)?;
    let samples = view.clamped(offset, size);
    plain(samples, (&word, rate, channels), (codec, Container::Au), budget, notes)
}

/// AIFF and AIFF-C: a `COMM` chunk says what the `SSND` chunk holds.
pub(super) fn aiff(bytes: &[u8], budget: &mut Budget, mut notes: Notes) -> Result<AudioRecording> {
    let view = Bytes::new(bytes, "codecs.truncated");
    let chunk = |wanted: &[u8; 4], what: &str| {
        chunks(view, Endian::Big).find(|(id, ..)| id == wanted).ok_or_else(|| {
            Error::data("codecs.bad-container", format!("AIFF without {what}"))
                .expected(String::from_utf8_lossy(wanted))
        })
    };
    let (_, at, comm) = chunk(b"COMM", "a description of its samples")?;
    let comm = Bytes::new(comm, "codecs.truncated");
    let channels = u32::from(comm.u16(0, Endian::Big, "the channels")?);
    let frames = u64::from(comm.u32(2, Endian::Big, "the number of frames")?);
    let bits = comm.u16(6, Endian::Big, "the bits of a sample")?;
    let rate = extended(comm.array(8, "the rate")?).ok_or_else(|| {
        Error::data("codecs.bad-field", "a rate that is no whole number of samples a second").byte(at.saturating_add(8))
    })?;
    let coding: [u8; 4] = if bytes.get(8..12) == Some(b"AIFC") { comm.array(18, "the coding")? } else { *b"NONE" };
    let bytes_each = u64::from(bits).div_ceil(8);
    let (word, codec) = match &coding {
        b"NONE" | b"twos" if bytes_each == 1 => ("s8".to_owned(), Codec::Pcm),
        b"NONE" | b"twos" => (format!("s{}be", bytes_each.saturating_mul(8)), Codec::Pcm),
        b"sowt" => (format!("s{}le", bytes_each.saturating_mul(8)), Codec::Pcm),
        b"raw " => ("u8".to_owned(), Codec::Pcm),
        b"fl32" | b"FL32" => ("f32be".to_owned(), Codec::Float),
        b"fl64" | b"FL64" => ("f64be".to_owned(), Codec::Float),
        b"ulaw" | b"ULAW" => ("mulaw".to_owned(), Codec::Mulaw),
        b"alaw" | b"ALAW" => ("alaw".to_owned(), Codec::Alaw),
        other => return Err(unsupported("AIFF-C", &String::from_utf8_lossy(other))),
    };
    if codec == Codec::Pcm && !(1..=4).contains(&bytes_each) {
        return Err(unsupported("AIFF", &format!("integers of {bits} bits")));
    }
    let (_, at, sound) = chunk(b"SSND", "samples")?;
    let sound = Bytes::new(sound, "codecs.truncated");
    let skipped = u64::from(sound.u32(0, Endian::Big, "the offset of the samples")?).saturating_add(8);
    let each = match word.as_str() {
        "s8" | "u8" | "mulaw" | "alaw" => 1,
        "f32be" => 4,
        "f64be" => 8,
        _ => bytes_each,
    };
    let size = frames.saturating_mul(u64::from(channels)).saturating_mul(each);
    say_if_cut(size, sound.len().saturating_sub(skipped), at.saturating_add(skipped), &mut notes)?;
    let samples = sound.clamped(skipped, size);
    let mut recording = plain(samples, (&word, rate, channels), (codec, Container::Aiff), budget, notes)?;
    if codec == Codec::Pcm {
        recording.bits = Some(bits);
    }
    Ok(recording)
}

fn say_if_cut(claimed: u64, there: u64, byte: u64, notes: &mut Notes) -> Result<()> {
    if claimed <= there {
        return Ok(());
    }
    let message = format!("{claimed} bytes of samples are stated, {there} are there; those are read");
    notes.say(&warnings::DATA_CUT, message, |warning| warning.byte(byte))
}

/// A rate in the 80-bit extended precision of SANE: sign and exponent, then 64 bits of which the first is the unit; whole rates only.
fn extended([sign, low, mantissa @ ..]: [u8; 10]) -> Option<u32> {
    let exponent = u32::from(u16::from_be_bytes([sign, low]));
    let shift = 16_383_u32.checked_add(63)?.checked_sub(exponent)?;
    let whole = u64::from_be_bytes(mantissa).checked_shr(shift)?;
    let back = whole.checked_shl(shift)?;
    u32::try_from(whole).ok().filter(|_| back == u64::from_be_bytes(mantissa))
}

/// Decodes interleaved samples by the decoders of `wav`; `s8`, which WAV does not know, is `u8` with its first bit turned.
fn plain(
    samples: &[u8],
    (word, rate, channels): (&str, u32, u32),
    (codec, container): (Codec, Container),
    budget: &mut Budget,
    mut notes: Notes,
) -> Result<AudioRecording> {
    check_shape(u64::from(channels), u64::from(rate), budget)?;
    let turned;
    let (word, samples) = if word == "s8" {
        budget.charge(samples.len() as u64, "samples of 8 bits")?;
        turned = samples.iter().map(|byte| byte ^ 0x80).collect::<Vec<u8>>();
        ("u8", turned.as_slice())
    } else {
        (word, samples)
    };
    if samples.is_empty() {
        let none = Error::data("codecs.no-samples", "a recording without a sample");
        return Err(none.found(container.name()).expected("at least one frame"));
    }
    let raw: RawFormat = format!("{word}:{rate}:{channels}").parse()?;
    let config = WavConfig::default().policy(Policy::Lenient).raw(raw.into());
    let config = if notes.policy() == Policy::Strict { config.policy(Policy::Strict) } else { config };
    let read = wav::read(samples, &config, budget)?;
    notes.take(read.warnings);
    let bits = match read.coding {
        Coding::Mulaw | Coding::Alaw => None,
        _ => Some(read.bits),
    };
    let samples: Array2<f64> = read.samples;
    Ok(AudioRecording { sample_rate: rate, samples, codec, container, bits, warnings: notes.into_warnings() })
}

fn unsupported(container: &str, codec: &str) -> Error {
    Error::unsupported("codecs.unsupported", format!("{container} with a codec that is not read")).found(codec)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test may stop where a byte is not there"
    )]

    use super::*;

    #[test]
    fn rates_of_eighty_bits_are_whole_or_refused() {
        let rate = |exponent: u16, mantissa: u64| {
            let mut bytes = [0; 10];
            bytes
                .iter_mut()
                .zip(exponent.to_be_bytes().into_iter().chain(mantissa.to_be_bytes()))
                .for_each(|(b, v)| *b = v);
            extended(bytes)
        };
        assert_eq!(rate(0x400B, 0xFA00_0000_0000_0000), Some(8000));
        assert_eq!(rate(0x400E, 0xAC44_0000_0000_0000), Some(44100));
        assert_eq!(rate(0x400B, 0xFA00_0000_0000_0001), None);
        assert_eq!(rate(0x7FFF, u64::MAX), None);
        assert_eq!(rate(0, 0), None);
    }
}
