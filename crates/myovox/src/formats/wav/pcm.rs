//! Samples of a fixed width (PCM, float, G.711): bytes in interleaved frames become one channel of `f32` or `f64`.
//!
//! An integer of a container of `b` bits is divided by `2^(b-1)`: full scale negative is exactly -1, nothing is clipped or dithered. The inner
//! loops are plain and free of bounds checks, so that the compiler turns them into vector code. A caller passes some 64 KiB at a time, so that
//! the bytes stand in the cache when the next channel is taken from them.

use super::coding::Coding;
use super::format::Justification;
use super::g711::Law;
use super::sample::Sample;
use crate::formats::bytes::Endian;

/// How the samples of a recording are stored. Named in a sealed trait, hence `pub`; no path from outside leads here.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    pub(super) coding: Coding,
    pub(super) endian: Endian,
    pub(super) justification: Justification,
    pub(super) channels: usize,
}

/// Decodes one channel of the whole frames in `data`, as many as `out` has room for.
pub(super) fn decode<T: Sample>(data: &[u8], layout: &Layout, channel: usize, out: &mut [T]) {
    let column = Column { data, endian: layout.endian, channels: layout.channels, channel };
    if let Justification::Right { unused_bits } = layout.justification {
        return right_justified(&column, layout.coding, unused_bits, out);
    }
    match layout.coding {
        Coding::Pcm8 => column.decode(out, |[byte]| T::of_i16(i16::from_le_bytes([0, byte ^ 0x80]))),
        Coding::Pcm16 => column.decode(out, |raw| T::of_i16(i16::from_le_bytes(raw))),
        Coding::Pcm24 => column.decode(out, |[a, b, c]| T::of_i32(i32::from_le_bytes([0, a, b, c]))),
        Coding::Pcm32 => column.decode(out, |raw| T::of_i32(i32::from_le_bytes(raw))),
        Coding::Pcm40 => column.decode(out, |raw: [u8; 5]| T::of_i64(wide(raw))),
        Coding::Pcm48 => column.decode(out, |raw: [u8; 6]| T::of_i64(wide(raw))),
        Coding::Pcm56 => column.decode(out, |raw: [u8; 7]| T::of_i64(wide(raw))),
        Coding::Pcm64 => column.decode(out, |raw: [u8; 8]| T::of_i64(wide(raw))),
        Coding::Float32 => column.decode(out, |raw| T::of_f32(f32::from_le_bytes(raw))),
        Coding::Float64 => column.decode(out, |raw| T::of_f64(f64::from_le_bytes(raw))),
        Coding::Alaw => column.looked_up(T::law(Law::A), out),
        Coding::Mulaw => column.looked_up(T::law(Law::Mu), out),
        Coding::ImaAdpcm | Coding::MsAdpcm | Coding::Gsm610 => {}
    }
}

fn right_justified<T: Sample>(column: &Column<'_>, coding: Coding, unused_bits: u32, out: &mut [T]) {
    let sample = |value: i64| T::of_i64(value.wrapping_shl(unused_bits));
    match coding {
        Coding::Pcm16 => column.decode(out, |raw: [u8; 2]| sample(wide(raw))),
        Coding::Pcm24 => column.decode(out, |raw: [u8; 3]| sample(wide(raw))),
        Coding::Pcm32 => column.decode(out, |raw: [u8; 4]| sample(wide(raw))),
        Coding::Pcm40 => column.decode(out, |raw: [u8; 5]| sample(wide(raw))),
        Coding::Pcm48 => column.decode(out, |raw: [u8; 6]| sample(wide(raw))),
        Coding::Pcm56 => column.decode(out, |raw: [u8; 7]| sample(wide(raw))),
        _ => column.decode(out, |raw: [u8; 8]| sample(wide(raw))),
    }
}

/// What all samples together say about where their valid bits stand, gathered part by part.
///
/// The format puts them high. Some writers put them low, sign-extended or with zeros above; that is believed only when every sample agrees.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    valid_bits: u32,
    endian: Endian,
    high: bool,
    low: bool,
}

/// Where the valid bits stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The bits below the valid ones are zero.
    High,
    /// The bits above the valid ones are zero or repeat the sign.
    Low,
    /// Neither.
    Violated,
}

impl Evidence {
    pub(super) fn new(valid_bits: u32, endian: Endian) -> Self {
        Self { valid_bits, endian, high: true, low: true }
    }

    /// Looks at the samples of `sample_bytes` each in `data`.
    pub(super) fn gather(&mut self, data: &[u8], sample_bytes: usize) {
        match sample_bytes {
            2 => self.samples::<2>(data),
            3 => self.samples::<3>(data),
            4 => self.samples::<4>(data),
            5 => self.samples::<5>(data),
            6 => self.samples::<6>(data),
            7 => self.samples::<7>(data),
            8 => self.samples::<8>(data),
            // One byte is stored unsigned, and no writer was seen that puts fewer bits low in it.
            _ => {}
        }
    }

    fn samples<const W: usize>(&mut self, data: &[u8]) {
        let container_bits = u32::try_from(W.saturating_mul(8)).unwrap_or(64);
        let unused = container_bits.saturating_sub(self.valid_bits);
        let (mut high, mut low) = (true, true);
        for &raw in data.as_chunks::<W>().0 {
            let value = wide(little(raw, self.endian));
            high &= value.wrapping_shl(self.valid_bits) == 0;
            let zero_top = value.cast_unsigned().leading_zeros() >= unused;
            let sign_top = value.wrapping_shl(unused).wrapping_shr(unused) == value;
            low &= zero_top | sign_top;
        }
        self.high &= high;
        self.low &= low;
    }

    pub(super) fn standing(self) -> Standing {
        match (self.high, self.low) {
            (true, _) => Standing::High,
            (false, true) => Standing::Low,
            (false, false) => Standing::Violated,
        }
    }
}

/// One channel of interleaved frames.
struct Column<'a> {
    data: &'a [u8],
    endian: Endian,
    channels: usize,
    channel: usize,
}

impl Column<'_> {
    fn decode<T, const W: usize>(&self, out: &mut [T], sample: impl Fn([u8; W]) -> T) {
        let samples = self.data.as_chunks::<W>().0;
        match self.endian {
            Endian::Little => each(samples, self.channels, self.channel, out, sample),
            Endian::Big => each(samples, self.channels, self.channel, out, |raw| sample(little(raw, Endian::Big))),
        }
    }

    fn looked_up<T: Sample>(&self, table: &[T; 256], out: &mut [T]) {
        self.decode(out, |[code]| table.get(usize::from(code)).copied().unwrap_or_default());
    }
}

#[inline]
fn each<T, S: Copy>(samples: &[S], channels: usize, channel: usize, out: &mut [T], sample: impl Fn(S) -> T) {
    match (channels, channel) {
        (1, _) => fill(out, samples.iter().map(|&raw| sample(raw))),
        // A fixed distance lets the compiler take vectors apart.
        (2, 0) => fill(out, samples.as_chunks::<2>().0.iter().map(|&[left, _]| sample(left))),
        (2, _) => fill(out, samples.as_chunks::<2>().0.iter().map(|&[_, right]| sample(right))),
        _ => {
            let of_channel = samples.get(channel..).unwrap_or_default().iter().step_by(channels);
            fill(out, of_channel.map(|&raw| sample(raw)));
        }
    }
}

#[inline]
fn fill<T>(out: &mut [T], samples: impl Iterator<Item = T>) {
    for (slot, sample) in out.iter_mut().zip(samples) {
        *slot = sample;
    }
}

#[inline]
fn little<const W: usize>(mut raw: [u8; W], endian: Endian) -> [u8; W] {
    if endian == Endian::Big {
        raw.reverse();
    }
    raw
}

/// A little-endian integer of `W` bytes at the top of 64 bits.
#[inline]
fn wide<const W: usize>(raw: [u8; W]) -> i64 {
    let mut bytes = [0; 8];
    for (slot, byte) in bytes.iter_mut().rev().zip(raw.into_iter().rev()) {
        *slot = byte;
    }
    i64::from_le_bytes(bytes)
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
        let layout = Layout { coding, endian, justification: Justification::Left, channels };
        let mut out = vec![9.0; channels * frames];
        for (channel, row) in out.chunks_mut(frames).enumerate() {
            decode(data, &layout, channel, row);
            let mut single = vec![9.0_f32; frames];
            decode(data, &layout, channel, &mut single);
            assert!(single.iter().zip(row).all(|(single, double)| f64::from(*single) == *double), "{coding:?}");
        }
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
            let mut evidence = Evidence::new(24, Endian::Little);
            data.chunks(4).for_each(|sample| evidence.gather(sample, 4));
            evidence.standing()
        };
        assert_eq!(of(&[0x1234_5600, 0xFFFF_FF00]), Standing::High);
        assert_eq!(of(&[0, 0]), Standing::High);
        assert_eq!(of(&[0x0012_3456, 0x00FF_FFA0]), Standing::Low); // zeros above
        assert_eq!(of(&[0x0012_3456, 0xFFFF_FFA0]), Standing::Low); // sign above
        assert_eq!(of(&[0x0012_3456, 0x1200_0000]), Standing::Violated);
    }
}
