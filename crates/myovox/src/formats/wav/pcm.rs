//! Samples of a fixed width (PCM, float, G.711): bytes in interleaved frames become `f64` channel by channel.
//!
//! An integer of a container of `b` bits is divided by `2^(b-1)`: full scale negative is exactly -1, nothing is clipped or dithered. The inner
//! loops are plain and free of bounds checks, so that the compiler turns them into vector code; frames of many channels are taken apart in
//! blocks that stay in the first-level cache.

use super::coding::Coding;
use super::format::Justification;
use super::g711;
use crate::formats::bytes::Endian;

/// Frames that are taken apart at once: 512 frames of 8 channels of 24 bits are 12 KiB.
const BLOCK_FRAMES: usize = 512;
/// `2^-31` and `2^-63`: integers are brought to the top of 32 or 64 bits, where every container has the same scale.
const SCALE_32: f64 = 1.0 / 2147483648.0;
const SCALE_64: f64 = 1.0 / 9223372036854775808.0;

/// Decodes whole frames of `data` into `out`, channel after channel.
pub(super) fn decode(
    data: &[u8],
    coding: Coding,
    endian: Endian,
    justification: Justification,
    channels: usize,
    out: &mut [f64],
) {
    let frames = Frames { data, endian, channels };
    if let Justification::Right { unused_bits } = justification {
        return right_justified(&frames, coding, unused_bits, out);
    }
    match coding {
        Coding::Pcm8 => frames.decode(out, |[byte]| (f64::from(byte) - 128.0) * (1.0 / 128.0)),
        Coding::Pcm16 => frames.decode(out, |raw| f64::from(i16::from_le_bytes(raw)) * (1.0 / 32768.0)),
        Coding::Pcm24 => frames.decode(out, |[a, b, c]| f64::from(i32::from_le_bytes([0, a, b, c])) * SCALE_32),
        Coding::Pcm32 => frames.decode(out, |raw| f64::from(i32::from_le_bytes(raw)) * SCALE_32),
        Coding::Pcm40 => frames.decode(out, |raw: [u8; 5]| wide_sample(wide(raw))),
        Coding::Pcm48 => frames.decode(out, |raw: [u8; 6]| wide_sample(wide(raw))),
        Coding::Pcm56 => frames.decode(out, |raw: [u8; 7]| wide_sample(wide(raw))),
        Coding::Pcm64 => frames.decode(out, |raw: [u8; 8]| wide_sample(wide(raw))),
        Coding::Float32 => frames.decode(out, |raw| f64::from(f32::from_le_bytes(raw))),
        Coding::Float64 => frames.decode(out, f64::from_le_bytes),
        Coding::Alaw => frames.decode(out, |[byte]| looked_up(&g711::ALAW, byte)),
        Coding::Mulaw => frames.decode(out, |[byte]| looked_up(&g711::MULAW, byte)),
        Coding::ImaAdpcm | Coding::MsAdpcm | Coding::Gsm610 => {}
    }
}

fn right_justified(frames: &Frames<'_>, coding: Coding, unused_bits: u32, out: &mut [f64]) {
    let sample = |value: i64| wide_sample(value.wrapping_shl(unused_bits));
    match coding {
        Coding::Pcm16 => frames.decode(out, |raw: [u8; 2]| sample(wide(raw))),
        Coding::Pcm24 => frames.decode(out, |raw: [u8; 3]| sample(wide(raw))),
        Coding::Pcm32 => frames.decode(out, |raw: [u8; 4]| sample(wide(raw))),
        Coding::Pcm40 => frames.decode(out, |raw: [u8; 5]| sample(wide(raw))),
        Coding::Pcm48 => frames.decode(out, |raw: [u8; 6]| sample(wide(raw))),
        Coding::Pcm56 => frames.decode(out, |raw: [u8; 7]| sample(wide(raw))),
        _ => frames.decode(out, |raw: [u8; 8]| sample(wide(raw))),
    }
}

/// Where the valid bits of integer samples stand that leave some of their container unused.
///
/// The format puts them high. Some writers put them low, sign-extended or with zeros above; that is believed only when every sample agrees.
pub(super) fn justification(data: &[u8], sample_bytes: usize, valid_bits: u32, endian: Endian) -> Standing {
    match sample_bytes {
        2 => standing::<2>(data, valid_bits, endian),
        3 => standing::<3>(data, valid_bits, endian),
        4 => standing::<4>(data, valid_bits, endian),
        5 => standing::<5>(data, valid_bits, endian),
        6 => standing::<6>(data, valid_bits, endian),
        7 => standing::<7>(data, valid_bits, endian),
        8 => standing::<8>(data, valid_bits, endian),
        _ => Standing::High,
    }
}

/// What the samples say about the place of their valid bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The bits below the valid ones are zero.
    High,
    /// The bits above the valid ones are zero or repeat the sign.
    Low,
    /// Neither.
    Violated,
}

fn standing<const W: usize>(data: &[u8], valid_bits: u32, endian: Endian) -> Standing {
    let container_bits = u32::try_from(W.saturating_mul(8)).unwrap_or(64);
    let unused = container_bits.saturating_sub(valid_bits);
    let (mut high, mut low) = (true, true);
    for &raw in data.as_chunks::<W>().0 {
        let value = wide(little(raw, endian));
        high &= value.wrapping_shl(valid_bits) == 0;
        let zero_top = value.cast_unsigned().leading_zeros() >= unused;
        let sign_top = value.wrapping_shl(unused).wrapping_shr(unused) == value;
        low &= zero_top | sign_top;
    }
    match (high, low) {
        (true, _) => Standing::High,
        (false, true) => Standing::Low,
        (false, false) => Standing::Violated,
    }
}

struct Frames<'a> {
    data: &'a [u8],
    endian: Endian,
    channels: usize,
}

impl Frames<'_> {
    fn decode<const W: usize>(&self, out: &mut [f64], sample: impl Fn([u8; W]) -> f64) {
        let samples = self.data.as_chunks::<W>().0;
        match self.endian {
            Endian::Little => planar(samples, self.channels, out, sample),
            Endian::Big => planar(samples, self.channels, out, |raw| sample(little(raw, Endian::Big))),
        }
    }
}

fn planar<const W: usize>(samples: &[[u8; W]], channels: usize, out: &mut [f64], sample: impl Fn([u8; W]) -> f64) {
    let frames = out.len().checked_div(channels).unwrap_or(0);
    if frames == 0 {
        return;
    }
    match channels {
        1 => {
            for (slot, &raw) in out.iter_mut().zip(samples) {
                *slot = sample(raw);
            }
        }
        2 => {
            let (left, right) = out.split_at_mut(frames);
            for ((left, right), &[l, r]) in left.iter_mut().zip(right).zip(samples.as_chunks::<2>().0) {
                *left = sample(l);
                *right = sample(r);
            }
        }
        _ => {
            let mut rows: Vec<_> = out.chunks_exact_mut(frames).map(|row| row.chunks_mut(BLOCK_FRAMES)).collect();
            for block in samples.chunks(channels.saturating_mul(BLOCK_FRAMES)) {
                for (channel, row) in rows.iter_mut().enumerate() {
                    let of_channel = block.get(channel..).unwrap_or_default().iter().step_by(channels);
                    for (slot, &raw) in row.next().unwrap_or_default().iter_mut().zip(of_channel) {
                        *slot = sample(raw);
                    }
                }
            }
        }
    }
}

fn little<const W: usize>(mut raw: [u8; W], endian: Endian) -> [u8; W] {
    if endian == Endian::Big {
        raw.reverse();
    }
    raw
}

/// A little-endian integer of `W` bytes at the top of 64 bits.
fn wide<const W: usize>(raw: [u8; W]) -> i64 {
    let mut bytes = [0; 8];
    for (slot, byte) in bytes.iter_mut().rev().zip(raw.into_iter().rev()) {
        *slot = byte;
    }
    i64::from_le_bytes(bytes)
}

/// More than 53 bits round to the nearest, ties to even.
fn wide_sample(value: i64) -> f64 {
    value as f64 * SCALE_64
}

fn looked_up(table: &[f64; 256], code: u8) -> f64 {
    table.get(usize::from(code)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test may stop where a value is not there"
    )]

    use super::*;

    fn decoded(data: &[u8], coding: Coding, endian: Endian, channels: usize, frames: usize) -> Vec<f64> {
        let mut out = vec![9.0; channels * frames];
        decode(data, coding, endian, Justification::Left, channels, &mut out);
        out
    }

    #[test]
    fn full_scale_negative_is_exactly_minus_one_in_every_width() {
        assert_eq!(decoded(&[0, 128, 255], Coding::Pcm8, Endian::Little, 1, 3), [-1.0, 0.0, 127.0 / 128.0]);
        for (coding, bytes) in [
            (Coding::Pcm16, 2),
            (Coding::Pcm24, 3),
            (Coding::Pcm32, 4),
            (Coding::Pcm40, 5),
            (Coding::Pcm48, 6),
            (Coding::Pcm56, 7),
            (Coding::Pcm64, 8),
        ] {
            let mut raw = vec![0; bytes];
            raw[bytes - 1] = 0x80;
            assert_eq!(decoded(&raw, coding, Endian::Little, 1, 1), [-1.0], "{coding:?}");
            raw.reverse();
            assert_eq!(decoded(&raw, coding, Endian::Big, 1, 1), [-1.0], "{coding:?}");
        }
    }

    #[test]
    fn channels_are_taken_apart_for_any_number_of_them() {
        for channels in [1, 2, 3, 5, 32] {
            for frames in [1, 2, 511, 512, 513, 1100] {
                let value = |channel: usize, frame: usize| i16::try_from((channel * 1013 + frame * 7) % 30000).unwrap();
                let data: Vec<u8> = (0..frames)
                    .flat_map(|frame| (0..channels).flat_map(move |channel| value(channel, frame).to_le_bytes()))
                    .collect();
                let out = decoded(&data, Coding::Pcm16, Endian::Little, channels, frames);
                for (at, sample) in out.iter().enumerate() {
                    assert_eq!(*sample, f64::from(value(at / frames, at % frames)) / 32768.0);
                }
            }
        }
    }

    #[test]
    fn the_place_of_the_valid_bits_is_read_from_all_samples() {
        let of = |values: &[u32]| {
            let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            justification(&data, 4, 24, Endian::Little)
        };
        assert_eq!(of(&[0x1234_5600, 0xFFFF_FF00]), Standing::High);
        assert_eq!(of(&[0, 0]), Standing::High);
        assert_eq!(of(&[0x0012_3456, 0x00FF_FFA0]), Standing::Low); // zeros above
        assert_eq!(of(&[0x0012_3456, 0xFFFF_FFA0]), Standing::Low); // sign above
        assert_eq!(of(&[0x0012_3456, 0x1200_0000]), Standing::Violated);
    }
}
