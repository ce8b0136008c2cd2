//! 16-bit WAV in memory to `f32` in a buffer that is used again, against hound's iterator and against copying the file's bytes.
//!
//! The samples are compared first; then all are timed in turn, in one process and one thread, and the least time of each counts. 1 s, 60 s and
//! 200 MB stand apart, since opening costs more than decoding where a recording is short.
#![allow(clippy::print_stdout, reason = "what a bench finds is printed")]

use std::hint::black_box;
use std::io::Cursor;
use std::time::{Duration, Instant};

use myovox::formats::wav::{Reader, WavConfig};
use myovox::{Budget, Limits};
use ndarray::{Array2, ArrayViewMut2};

/// A RIFF file of white samples.
fn file(channels: u16, frames: usize) -> Vec<u8> {
    let data_bytes = u32::try_from(frames * usize::from(channels) * 2).expect("below 4 GiB");
    let align = channels * 2;
    let mut bytes = Vec::with_capacity(data_bytes as usize + 44);
    bytes.extend(b"RIFF");
    bytes.extend((data_bytes + 36).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    bytes.extend(channels.to_le_bytes());
    bytes.extend(48_000_u32.to_le_bytes());
    bytes.extend((48_000 * u32::from(align)).to_le_bytes());
    bytes.extend([align, 16].map(u16::to_le_bytes).concat());
    bytes.extend(b"data");
    bytes.extend(data_bytes.to_le_bytes());
    let mut state = 1_u32;
    bytes.extend((0..data_bytes / 2).flat_map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        [state.to_le_bytes()[2], state.to_le_bytes()[3]]
    }));
    bytes
}

fn ours(bytes: &[u8], out: ArrayViewMut2<'_, f32>) {
    let mut reader =
        Reader::new(bytes, &WavConfig::default(), &mut Budget::new(&Limits::default())).expect("the file opens");
    reader.read_into(out).expect("the file reads");
}

/// Interleaved, as the peer gives them.
fn by_hound(bytes: &[u8], out: &mut [f32]) {
    let mut reader = hound::WavReader::new(Cursor::new(bytes)).expect("the peer opens it");
    for (slot, sample) in out.iter_mut().zip(reader.samples::<i16>()) {
        *slot = f32::from(sample.expect("a sample")) * (1.0 / 32_768.0);
    }
}

fn timed(least: &mut Duration, work: impl FnOnce()) {
    let started = Instant::now();
    work();
    *least = started.elapsed().min(*least);
}

fn compare(what: &str, channels: u16, frames: usize, rounds: usize) {
    let bytes = file(channels, frames);
    let mut planar = Array2::<f32>::zeros((usize::from(channels), frames));
    let mut interleaved = vec![0.0_f32; planar.len()];
    let mut copy = vec![0_u8; bytes.len()];
    ours(&bytes, planar.view_mut());
    by_hound(&bytes, &mut interleaved);
    assert!(planar.t().iter().eq(&interleaved), "{what}: other samples than the peer's");

    let [mut of_ours, mut of_hound, mut of_copy] = [Duration::MAX; 3];
    for _ in 0..rounds {
        timed(&mut of_ours, || ours(black_box(&bytes), black_box(planar.view_mut())));
        timed(&mut of_hound, || by_hound(black_box(&bytes), black_box(&mut interleaved)));
        timed(&mut of_copy, || black_box(&mut copy).copy_from_slice(black_box(&bytes)));
    }
    let ratio = |other: Duration| other.as_secs_f64() / of_ours.as_secs_f64();
    println!(
        "{what}: myovox {of_ours:.1?}, hound {of_hound:.1?}, memcpy of the file {of_copy:.1?}; {:.1} x hound, {:.0} % of memcpy",
        ratio(of_hound),
        100.0 * ratio(of_copy)
    );
}

fn main() {
    compare("1 s mono at 48 kHz", 1, 48_000, 300);
    compare("60 s mono at 48 kHz", 1, 60 * 48_000, 30);
    compare("60 s stereo at 48 kHz", 2, 60 * 48_000, 30);
    compare("200 MB mono", 1, 100_000_000, 7);
    compare("200 MB stereo", 2, 50_000_000, 5);
}
