//! Files built to make a reader take what is not there: refused by the limit's name before anything is taken, or read within what was charged.

use std::time::{Duration, Instant};

use myovox::formats::c3d::{self, C3dConfig};
use myovox::formats::wav::{self, WavConfig};
use myovox::{Budget, Limits, Result};

use crate::allocator::metered;
use crate::{Promise, Worst, survive};

/// The quickest of several readings: what the reader takes, not what else the machine does.
fn code_at_once<T>(name: &str, bytes: &[u8], read: impl Fn(&mut Budget) -> Result<T>) -> &'static str {
    let mut quickest = Duration::MAX;
    let mut code = "read";
    for _ in 0..5 {
        let start = Instant::now();
        let (result, taken) = metered(|| read(&mut Budget::new(&Limits::default())));
        quickest = quickest.min(start.elapsed());
        assert!(taken.largest <= 64 << 10, "{name}: a request of {} bytes", taken.largest);
        code = result.err().map_or("read", |error| error.code());
    }
    assert!(quickest < Duration::from_micros(500), "{name} of {} bytes: {quickest:?}", bytes.len());
    code
}

/// A C3D file of `len` bytes without parameters whose header holds `words` at their byte offsets.
fn c3d_header(len: usize, words: &[(usize, u16)]) -> Vec<u8> {
    let mut bytes = vec![0; len];
    bytes[..2].copy_from_slice(&[2, 0x50]);
    bytes[12..16].copy_from_slice(&(-1.0_f32).to_le_bytes());
    bytes[20..24].copy_from_slice(&100.0_f32.to_le_bytes());
    bytes[512..516].copy_from_slice(&[1, 0x50, 1, 84]);
    for &(at, word) in words {
        bytes[at..at + 2].copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

#[test]
fn c3d_headers_that_claim_the_world_are_refused_at_once() {
    let frames = [(6, 1), (8, 65_534), (16, 3), (18, 1)];
    let claims = |more: &[(usize, u16)]| c3d_header(1024, &[&frames[..], more].concat());
    for (name, bytes, code) in [
        ("65535 points", claims(&[(2, 65_535)]), "limit.markers"),
        ("65535 analog channels", claims(&[(4, 65_535)]), "limit.analog-channels"),
        ("both", claims(&[(2, 65_535), (4, 65_535)]), "limit.markers"),
        // (1000 x 4 + 400) floats in 65534 frames: 1.2 GB in a file of 1 KiB. What is there is read: nothing.
        ("1.2 GB of frames", claims(&[(2, 1000), (4, 400)]), "read"),
        ("no points, no samples", claims(&[]), "c3d.no-data"),
        ("data beyond the file", claims(&[(2, 1), (16, 65_535)]), "read"),
        ("data start 0", claims(&[(2, 1), (16, 0)]), "read"),
        ("a frame rate of 1e38 Hz", with_rate(claims(&[(2, 1)]), 1e38), "limit.rate-hz"),
    ] {
        let read = |budget: &mut Budget| c3d::read(&bytes, &C3dConfig::default(), budget);
        assert_eq!(code_at_once(name, &bytes, read), code, "{name}");
    }
    let mut pointer = claims(&[]);
    for block in [1, 3, 255] {
        pointer[0] = block;
        let read = |budget: &mut Budget| c3d::read(&pointer, &C3dConfig::default(), budget);
        assert_ne!(code_at_once("parameter pointer", &pointer, read), "read", "block {block}");
    }
}

fn with_rate(mut bytes: Vec<u8>, rate: f32) -> Vec<u8> {
    bytes[20..24].copy_from_slice(&rate.to_le_bytes());
    bytes
}

/// One chunk of the RIFF family with the size it claims.
fn chunk(id: [u8; 4], size: u32, content: &[u8]) -> Vec<u8> {
    [&id[..], &size.to_le_bytes(), content].concat()
}

/// A RIFF file: format 1 with these fields, and a data chunk of 64 bytes that claims `size`.
fn pcm(channels: u16, rate: u32, bits: u16, size: u32) -> Vec<u8> {
    let align = channels.wrapping_mul(bits / 8);
    let mut format = [1_u16.to_le_bytes(), channels.to_le_bytes()].concat();
    format.extend(rate.to_le_bytes());
    format.extend(rate.wrapping_mul(u32::from(align)).to_le_bytes());
    format.extend([align.to_le_bytes(), bits.to_le_bytes()].concat());
    riff(&[chunk(*b"fmt ", 16, &format), chunk(*b"data", size, &[7; 64])])
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let content = [b"WAVE".to_vec(), chunks.concat()].concat();
    chunk(*b"RIFF", u32::try_from(content.len()).unwrap(), &content)
}

#[test]
fn wav_headers_that_claim_the_world_are_refused_at_once() {
    let big = u32::MAX - 7;
    for (name, bytes, code) in [
        ("65535 channels", pcm(65_535, 8000, 16, 64), "limit.audio-channels"),
        ("a rate of 2^32 - 1", pcm(1, u32::MAX, 16, 64), "limit.rate-hz"),
        ("a rate of 0", pcm(1, 0, 16, 64), "wav.bad-field"),
        ("65528 bits", pcm(1, 8000, 65_528, 64), "wav.bad-field"),
        ("4 GiB of samples", pcm(1, 8000, 16, big), "read"),
        ("a format of 2 GiB", riff(&[chunk(*b"fmt ", 1 << 31, &[1; 16])]), "wav.bad-field"),
        ("a chunk of 4 GiB before all", riff(&[chunk(*b"junk", big, &[0; 64])]), "wav.no-fmt"),
    ] {
        let read = |budget: &mut Budget| wav::read(&bytes, &WavConfig::default(), budget);
        assert_eq!(code_at_once(name, &bytes, read), code, "{name}");
    }
}

/// A list of parameters in one group, and the group's record in front.
struct Records(Vec<u8>);

impl Records {
    fn of(group: &str) -> Self {
        let mut bytes = vec![u8::try_from(group.len()).unwrap(), 0xFF];
        bytes.extend(group.bytes());
        bytes.extend([3, 0, 0]);
        Self(bytes)
    }

    fn parameter(&mut self, name: &str, kind: i8, dims: &[u8], data: &[u8]) {
        self.0.extend([u8::try_from(name.len()).unwrap(), 1]);
        self.0.extend(name.bytes());
        // Records longer than an offset can say end where their own lengths say.
        let offset = u16::try_from(5 + dims.len() + data.len()).unwrap_or(u16::MAX);
        self.0.extend(offset.to_le_bytes());
        self.0.extend([kind.cast_unsigned(), u8::try_from(dims.len()).unwrap()]);
        self.0.extend(dims);
        self.0.extend(data);
        self.0.push(0);
    }

    /// The whole file, with `words` in its header.
    fn file(&self, words: &[(usize, u16)]) -> Vec<u8> {
        let mut bytes = c3d_header(1024, words);
        bytes.truncate(516);
        bytes.extend(&self.0);
        bytes.extend([0; 2]);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        bytes
    }
}

/// What is read stays within what was charged, and that within a multiple of the file.
fn read_within(factor: u64, name: &str, bytes: &[u8]) -> Worst {
    let promise = Promise { factor, fixed: 96 << 10, uncharged: 96 << 10 };
    let mut worst = Worst::default();
    survive(bytes, promise, &|| name.to_owned(), &mut worst, |budget| c3d::read(bytes, &C3dConfig::default(), budget));
    assert_eq!(worst.refused, 0, "{name} is read");
    worst
}

#[test]
fn many_small_parameters_are_charged_for() {
    let mut named = Records::of("POINT");
    let mut nameless = Records::of("A");
    for n in 0..20_000 {
        named.parameter(&format!("{n}"), 1, &[], &[1]);
        // One name, one letter, no data: 8 bytes a record, and a warning for each but the first.
        nameless.parameter("X", 1, &[0], &[]);
    }
    for (name, records) in [("names", named), ("one name", nameless)] {
        println!("{name}: {:?}", read_within(80, name, &records.file(&[(2, 1)])));
    }
}

#[test]
fn large_parameters_are_charged_for() {
    let bytes = vec![1; 255 * 255 * 16];
    let texts = vec![b'a'; 255 * 255];
    for (group, name, kind, dims, data) in [
        ("ANALOG", "SCALE", 1, &[255, 255, 16][..], &bytes),
        ("ANALOG", "OFFSET", 1, &[255, 255, 16], &bytes),
        ("ANALOG", "UNITS", -1, &[1, 255, 255], &texts),
        ("ANALOG", "LABELS", -1, &[255, 255], &texts),
        ("POINT", "LABELS", -1, &[255, 255], &texts),
        ("EVENT", "TIMES", 1, &[255, 255], &texts),
        ("EVENT", "LABELS", -1, &[1, 255, 255], &texts),
        ("FORCE_PLATFORM", "CHANNEL", 1, &[255, 255, 16], &bytes),
        ("POINT", "RATE", 1, &[255, 255, 16], &bytes),
    ] {
        let mut records = Records::of(group);
        records.parameter(name, kind, dims, data);
        let field = format!("{group}:{name}");
        // An event of one byte takes some 200: its label, its context, its three times.
        let factor = if name == "TIMES" { 200 } else { 8 };
        println!("{field}: {:?}", read_within(factor, &field, &records.file(&[(2, 255), (4, 255), (18, 1)])));
    }
}
