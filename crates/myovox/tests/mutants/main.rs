//! Tens of thousands of broken recordings: read or refused, never a panic, in time, within memory that was charged before it was taken.
//!
//! A binary of its own, because the allocator that meters every request is one per binary. Seeds are fixed: a failure comes again, and the
//! mutant that failed is left in the target directory, named in the message.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests print what they did and stop where a value is not there"
)]
#![allow(unreachable_pub, reason = "helpers are shared between modules of one test binary")]
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may stop where a value is not there"
)]

mod allocator;
#[allow(dead_code, reason = "shared with the other test binary, which uses all of it")]
#[path = "../it/common.rs"]
mod common;
mod corpus;
mod hostile;
mod mutation;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use allocator::metered;
use mutation::{Choices, Original, mutant};
use myovox::formats::Policy;
use myovox::formats::c3d::{self, C3dConfig};
use myovox::formats::wav::{self, Coding, Container, WavConfig};
use myovox::{Budget, Limits, Result};

#[global_allocator]
static ALLOCATOR: allocator::Metered = allocator::Metered;

/// No mutant may take longer, on however busy a machine.
const LONGEST: Duration = Duration::from_secs(2);

/// Mutants of a run, whatever files are there.
const MUTANTS: usize = 20_000;

/// Low where memory follows a limit and not the file (warnings that are kept, labels of claimed points), so that all else shows.
fn limits() -> Limits {
    Limits::default().max_warnings(64).max_markers(1024).max_analog_channels(1024)
}

const POLICIES: [Policy; 3] = [Policy::Lenient, Policy::Strict, Policy::Recover];

/// The worst of a run.
#[derive(Debug, Default)]
struct Worst {
    readings: u64,
    refused: u64,
    time: Duration,
    /// Most bytes held above a fixed part, as a multiple of the file's size.
    ratio: f64,
    /// Most bytes held that were not charged.
    uncharged: u64,
}

/// What a room promises of its memory.
#[derive(Clone, Copy)]
struct Promise {
    /// Bytes held at most, as a multiple of the file's size above `fixed`.
    factor: u64,
    fixed: u64,
    /// Bytes held at most beyond what was charged: warnings, buffers of one tile, the error.
    uncharged: u64,
}

/// Reads `bytes` with `read`; stops the test, keeping the file, where a promise is broken.
fn survive<T>(
    bytes: &[u8],
    promise: Promise,
    case: &dyn Fn() -> String,
    worst: &mut Worst,
    read: impl Fn(&mut Budget) -> Result<T>,
) {
    let mut budget = Budget::new(&limits());
    let start = Instant::now();
    let (result, taken) = metered(|| catch_unwind(AssertUnwindSafe(|| read(&mut budget))));
    let time = start.elapsed();
    let broken = |what: String| -> ! {
        let path = keep(bytes);
        panic!("{what}: {} ({} bytes), kept as {}", case(), bytes.len(), path.display())
    };
    let Ok(result) = result else { broken("the reader panicked".to_owned()) };
    if time > LONGEST {
        broken(format!("took {time:?}"));
    }
    let (charged, size) = (budget.memory_bytes(), bytes.len() as u64);
    let uncharged = taken.peak.saturating_sub(charged);
    if taken.peak > promise.factor * size + promise.fixed {
        broken(format!("held {} bytes", taken.peak));
    }
    if uncharged > promise.uncharged {
        broken(format!("held {} bytes, charged {charged}", taken.peak));
    }
    worst.ratio = worst.ratio.max(taken.peak.saturating_sub(promise.fixed) as f64 / size.max(1) as f64);
    worst.uncharged = worst.uncharged.max(uncharged);
    worst.readings += 1;
    worst.refused += u64::from(result.is_err());
    worst.time = worst.time.max(time);
}

/// Writes a mutant that broke a promise to where it can be looked at.
fn keep(bytes: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("mutant.bin");
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Makes [`MUTANTS`] of the originals, in turn, and gives each to `check`.
fn run(
    room: &str,
    originals: &[Original],
    seed: u64,
    mut check: impl FnMut(&[u8], &Original, &dyn Fn() -> String, &mut Worst),
) {
    assert!(!originals.is_empty(), "no file to start from");
    let mut worst = Worst::default();
    for (number, original) in originals.iter().cycle().take(MUTANTS).enumerate() {
        let bytes = mutant(original, &mut Choices::new(seed + number as u64));
        check(&bytes, original, &|| format!("mutant {number} of {}", original.name), &mut worst);
    }
    println!("{room}: {MUTANTS} mutants of {} files: {worst:?}", originals.len());
    // Mutants that are all refused, or all read, would show little.
    assert!(worst.refused > worst.readings / 20 && worst.refused < worst.readings * 19 / 20, "{worst:?}");
}

fn c3d_original((name, bytes): (String, Vec<u8>)) -> Original {
    let mut parts = vec![0..24.min(bytes.len()), 0..512.min(bytes.len())];
    let mut lengths = vec![(0, 1), (12, 4), (20, 4), (150, 2)];
    lengths.extend([2, 4, 6, 8, 10, 16, 18, 298, 300].map(|at| (at, 2)));
    let read = c3d::read_metadata(&bytes, &C3dConfig::default(), &mut Budget::new(&Limits::default()));
    let is_read = read.is_ok();
    if let Ok(metadata) = read {
        let start = (usize::from(metadata.header.parameter_block) - 1) * 512;
        let data = usize::try_from(metadata.layout.data_start).unwrap();
        parts.extend([start..data, start..data, data..bytes.len()].into_iter().filter(|part| part.start < part.end));
        lengths.extend([(start + 2, 1), (start + 3, 1)]);
        for group in metadata.parameters.groups() {
            let records = group.parameters.iter().map(|parameter| (parameter.byte, parameter.raw_name.len(), true));
            let own = group.byte.map(|byte| (byte, group.raw_name.len(), false));
            for (byte, name, is_parameter) in records.chain(own) {
                let at = usize::try_from(byte).unwrap();
                lengths.extend([(at, 1), (at + 1, 1), (at + 2 + name, 2)]);
                if is_parameter {
                    lengths.extend([(at + 4 + name, 1), (at + 5 + name, 1), (at + 6 + name, 2), (at + 8 + name, 2)]);
                }
            }
        }
    }
    Original { name, bytes, parts, lengths, is_read }
}

#[test]
fn broken_c3d_files_are_read_or_refused() {
    let originals: Vec<Original> = corpus::files("c3d", &["c3d"]).into_iter().map(c3d_original).collect();
    // A point of four integers becomes 33 bytes, a sample of two 8. Beside them: what limits permit, and the buffers of one block, which hold its
    // numbers and four rows of it. A block is 400 KiB of the file or one frame, and a frame may be the whole file.
    let whole = Promise { factor: 32, fixed: 2 << 20, uncharged: 320 << 10 };
    let metadata = Promise { factor: 16, fixed: 96 << 10, uncharged: 96 << 10 };
    run("c3d", &originals, 1 << 32, |bytes, _, case, worst| {
        for policy in POLICIES {
            let config = C3dConfig::default().policy(policy);
            survive(bytes, whole, case, worst, |budget| c3d::read(bytes, &config, budget));
        }
        survive(bytes, metadata, case, worst, |budget| c3d::read_metadata(bytes, &C3dConfig::default(), budget));
    });
}

fn wav_original((name, bytes): (String, Vec<u8>)) -> Original {
    let mut parts = vec![0..12.min(bytes.len()), 0..100.min(bytes.len()), 0..bytes.len()];
    let mut lengths = vec![(4, 4)];
    let read = wav::read(&bytes, &WavConfig::default(), &mut Budget::new(&Limits::default()));
    let is_read = read.is_ok();
    if let Ok(recording) = read {
        let is_w64 = recording.container == Container::W64;
        for chunk in &recording.chunks {
            let at = usize::try_from(chunk.offset).unwrap();
            let body = at + if is_w64 { 24 } else { 8 };
            lengths.push(if is_w64 { (at + 16, 8) } else { (at + 4, 4) });
            parts.push(at..body);
            if chunk.id.0 == *b"fmt " {
                lengths.extend([0, 2, 12, 14, 16, 18, 20].map(|field| (body + field, 2)));
                lengths.extend([(body + 4, 4), (body + 8, 4)]);
            }
            if matches!(&chunk.id.0, b"ds64" | b"fact" | b"cue " | b"LIST") {
                lengths.extend([(body, 4), (body, 8), (body + 8, 8), (body + 16, 8), (body + 24, 4)]);
            }
        }
    }
    Original { name, bytes, parts, lengths, is_read }
}

#[test]
fn broken_wav_files_are_read_or_refused() {
    let files = corpus::files("wav", &["wav", "w64", "rf64", "bw64"]).into_iter();
    // What is refused as it stands is seldom mended by a mutation.
    let originals: Vec<Original> = files.map(wav_original).filter(|original| original.is_read).collect();
    // Four bits of ADPCM become 64: 16 times the file. A block of GSM 6.10, 65 bytes, becomes 320 samples: 40 times.
    let promise = Promise { factor: 16, fixed: 1 << 20, uncharged: 96 << 10 };
    let gsm = Promise { factor: 40, ..promise };
    run("wav", &originals, 2 << 32, |bytes, _, case, worst| {
        for policy in [Policy::Lenient, Policy::Strict] {
            let config = WavConfig::default().policy(policy);
            let read = |budget: &mut Budget| wav::read(bytes, &config, budget);
            let is_gsm = read(&mut Budget::new(&Limits::default())).is_ok_and(|wav| wav.coding == Coding::Gsm610);
            survive(bytes, if is_gsm { gsm } else { promise }, case, worst, read);
        }
    });
}
