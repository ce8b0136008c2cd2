//! Hostile bytes: a named error or an answer, in no time, within the limits, never a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};

use super::builder::{PARAMETERS, Trial, Value, put, real, reals, words};
use super::{codes, read};
use crate::common::shared;
use myovox::formats::Policy;
use myovox::formats::c3d::{self, C3dConfig, Processor};
use myovox::{Budget, Limits};

/// Memory that a reading may charge: integers become `f64`, a point of 8 bytes 33; a record of 6 bytes some 200.
fn permitted_bytes(len: usize) -> u64 {
    64 * len as u64 + (1 << 16)
}

/// Reads under two policies; panics (naming the case) on a panic of the reader, too much memory or time.
fn survive(bytes: &[u8], case: &dyn Fn() -> String) {
    for policy in [Policy::Lenient, Policy::Recover] {
        let mut budget = Budget::new(&Limits::default());
        let start = Instant::now();
        let config = C3dConfig::default().policy(policy);
        let result = catch_unwind(AssertUnwindSafe(|| c3d::read(bytes, &config, &mut budget)));
        assert!(start.elapsed() < Duration::from_secs(1), "{}: {:?}", case(), start.elapsed());
        assert!(budget.memory_bytes() <= permitted_bytes(bytes.len()), "{}: {} bytes", case(), budget.memory_bytes());
        assert!(result.is_ok(), "the reader panicked on {}", case());
        match result.unwrap() {
            Err(error) => assert!(error.code().starts_with("c3d.") || error.code().starts_with("limit.")),
            Ok(recording) => {
                assert_eq!(recording.points.dim().0, recording.point_labels.len());
                assert_eq!(recording.analog.dim().0, recording.analog_labels.len());
                assert_eq!(recording.analog.dim().0, recording.analog_units.len());
            }
        }
    }
}

/// A file with everything in it, of every processor.
fn rich(processor: Processor, scale: f32) -> Vec<u8> {
    let mut trial = Trial::new(4, 5, 3, 20);
    (trial.processor, trial.scale, trial.first) = (processor, scale, 10);
    trial.set("POINT", "SCALE", Value::Reals(vec![scale]));
    trial.set("POINT", "LABELS2", Value::texts(&["more", "labels"]));
    trial.set("EVENT", "USED", words(2));
    trial.set("EVENT", "TIMES", Value::Raw(4, vec![2, 2], [0.0, 0.1, 0.0, 0.2].map(|t| real(processor, t)).concat()));
    trial.set("EVENT", "LABELS", Value::texts(&["Foot Strike", "Foot Off"]));
    trial.set("TRIAL", "ACTUAL_START_FIELD", Value::Words(vec![10, 0]));
    trial.set("TRIAL", "ACTUAL_END_FIELD", Value::Words(vec![29, 0]));
    trial.set("FORCE_PLATFORM", "USED", words(1)).set("FORCE_PLATFORM", "CHANNEL", Value::Words(vec![1, 2, 3]));
    trial.set("ROTATION", "USED", words(2)).set("ROTATION", "RATIO", words(1));
    trial.set("ROTATION", "DATA_START", words(0));
    let blocks = trial.build().len() / 512;
    trial.set("ROTATION", "DATA_START", words(u16::try_from(blocks + 1).unwrap()));
    trial.behind = [1.0_f32; 2 * 17 * 20].iter().flat_map(|&value| real(processor, value)).collect();
    trial.build()
}

fn rich_files() -> Vec<Vec<u8>> {
    let processors = [Processor::Intel, Processor::Dec, Processor::Mips];
    processors.into_iter().flat_map(|processor| [rich(processor, -1.0), rich(processor, 1.0)]).collect()
}

/// Sets 1 to 8 bytes of header, parameter section or the file's first 16 KiB to values that break readers, or to random ones.
fn mutate(bytes: &mut Vec<u8>, random: &mut Pcg64Mcg) {
    let mut below = |limit: usize| random.next_u32() as usize % limit.max(1);
    match below(5) {
        0 => bytes.truncate(below(bytes.len())),
        kind => {
            for _ in 0..=below(8) {
                let at = match kind {
                    1 => below(512),
                    2 => 512 + below(64),
                    _ => below(bytes.len().min(16_384)),
                };
                let values = [0, 1, 127, 128, 254, 255, below(256)];
                let value = values[below(values.len())];
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = u8::try_from(value).unwrap();
                }
            }
            // Without magic byte and pointer nothing else is reached.
            if let Some(head) = bytes.first_chunk_mut::<2>().filter(|_| below(8) > 0) {
                *head = [2, 0x50];
            }
        }
    }
}

fn mutants(files: &[Vec<u8>], per_file: u32, seed: u64) {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    for (f, file) in files.iter().enumerate() {
        for m in 0..per_file {
            let mut bytes = file.clone();
            mutate(&mut bytes, &mut random);
            survive(&bytes, &|| format!("mutant {m} of file {f}, seed {seed}"));
        }
    }
}

#[test]
fn mutants_of_synthetic_files_are_survived() {
    mutants(&rich_files(), 1500, 1);
}

#[test]
fn mutants_of_real_files_are_survived() {
    let Some(folder) = shared("c3d") else { return };
    let mut paths = Vec::new();
    for entry in walk(&folder) {
        if std::fs::metadata(&entry).unwrap().len() < 160_000 && entry.extension().is_some_and(|e| e != "json") {
            paths.push(entry);
        }
    }
    paths.sort();
    let files: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert!(files.len() > 20, "{} files", files.len());
    mutants(&files, 120, 2);
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn truncation_at_every_byte_is_survived() {
    for file in rich_files() {
        for len in 0..file.len().min(4096) {
            survive(&file[..len], &|| format!("truncation at {len}"));
        }
    }
}

#[test]
fn every_byte_of_the_head_set_to_each_extreme_is_survived() {
    for file in rich_files() {
        for at in (0..24).chain(296..304).chain(512..900) {
            for value in [0, 1, 127, 128, 254, 255] {
                let mut bytes = file.clone();
                bytes[at] = value;
                survive(&bytes, &|| format!("byte {at} = {value}"));
            }
        }
    }
}

/// A header that claims the most of everything, in a file of `len` bytes.
fn greedy(points: u16, analog: u16, len: usize) -> Vec<u8> {
    let mut trial = Trial::new(0, 0, 0, 0);
    trial.parameters.clear();
    let mut bytes = trial.build();
    bytes.resize(len, 0xFF);
    for (at, value) in [(2, points), (4, analog), (6, 1), (8, 65534), (16, 3), (18, 1)] {
        put(&mut bytes, at, value);
    }
    bytes
}

#[test]
fn claims_are_refused_or_answered_at_once() {
    let start = Instant::now();
    let codes_of = |bytes: &[u8]| read(bytes).map_err(|error| error.code());
    assert_eq!(codes_of(&greedy(65535, 0, 1024)).unwrap_err(), "limit.markers");
    assert_eq!(codes_of(&greedy(1, 65535, 1024)).unwrap_err(), "limit.analog-channels");
    assert_eq!(codes_of(&greedy(10_000, 4000, 1024)).unwrap().points.dim().2, 0);
    // No points, no samples, 65535 frames: nothing to divide by, nothing to read.
    assert_eq!(codes_of(&greedy(0, 0, 2048)).unwrap_err(), "c3d.no-data");
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[test]
fn absurd_numbers_in_parameters_are_survived() {
    let cases: Vec<(&str, &str, Value)> = vec![
        ("POINT", "SCALE", reals(f32::NAN)),
        ("POINT", "SCALE", reals(f32::INFINITY)),
        ("POINT", "SCALE", reals(f32::from_bits(1))),
        ("POINT", "RATE", reals(f32::NAN)),
        ("POINT", "RATE", reals(-100.0)),
        ("POINT", "RATE", reals(1e38)),
        ("ANALOG", "RATE", reals(1e38)),
        ("ANALOG", "USED", words(65535)),
        ("POINT", "USED", words(65535)),
        ("POINT", "LONG_FRAMES", reals(f32::NAN)),
        ("POINT", "LONG_FRAMES", reals(1e38)),
        ("POINT", "LONG_FRAMES", reals(4e9)),
        ("TRIAL", "ACTUAL_END_FIELD", Value::Words(vec![0, 0])),
        ("TRIAL", "ACTUAL_END_FIELD", Value::Words(vec![65535, 65535])),
        ("EVENT", "USED", words(65535)),
        (
            "EVENT",
            "TIMES",
            Value::Raw(4, vec![2, 2], [f32::NAN, f32::INFINITY, 1e38, -1e38].map(f32::to_le_bytes).concat()),
        ),
        ("POINT", "LABELS9999", Value::texts(&["x"])),
        ("POINT", "LABELS", Value::Raw(-1, vec![0, 255, 255, 255], Vec::new())),
        ("ROTATION", "DATA_START", words(1)),
        ("ROTATION", "USED", words(65535)),
        ("ROTATION", "RATIO", words(65535)),
        ("ANALOG", "OFFSET", reals(f32::NAN)),
        ("FORCE_PLATFORM", "CHANNEL", Value::Raw(2, vec![0, 2], Vec::new())),
    ];
    for (group, name, value) in cases {
        let mut trial = Trial::new(3, 2, 4, 25);
        trial.set("TRIAL", "ACTUAL_START_FIELD", Value::Words(vec![20, 0])).set("EVENT", "TIMES", reals(0.1));
        trial.set("ROTATION", "USED", Value::Words(vec![1]));
        trial.set(group, name, value.clone());
        survive(&trial.build(), &|| format!("{group}:{name} = {value:?}"));
    }
}

#[test]
fn a_frame_count_from_rotations_only_allocates_nothing_by_itself() {
    let mut trial = Trial::new(0, 0, 0, 10);
    trial.set("POINT", "LONG_FRAMES", Value::Reals(vec![4e9])).set("ROTATION", "USED", Value::Words(vec![4]));
    trial.behind = vec![0; 1024];
    survive(&trial.build(), &|| "4e9 frames of nothing".to_owned());
}

#[test]
fn many_records_are_read_in_linear_time_and_within_the_limit() {
    // 12 000 parameters with names of one letter in one group, and a chain of continuations.
    let mut bytes = Trial::new(0, 0, 0, 0).build();
    bytes.truncate(PARAMETERS + 4);
    bytes.extend(b"\x05\xFFPOINT\x03\x00\x00");
    for n in 0..12_000 {
        let name = format!("LABELS{n}");
        bytes.extend([u8::try_from(name.len()).unwrap(), 1]);
        bytes.extend(name.bytes());
        bytes.extend([7, 0, 0xFF, 1, 1, b'x', 0]);
    }
    bytes.extend([0, 0]);
    put(&mut bytes, 2, 16_000); // points
    put(&mut bytes, 16, 0);
    let start = Instant::now();
    let recording = read(&bytes).unwrap();
    assert_eq!(recording.parameters.groups()[0].parameters.len(), 12_000);
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());

    let few = Limits::default().max_parameters(100);
    let error = c3d::read(&bytes, &C3dConfig::default(), &mut Budget::new(&few)).unwrap_err();
    assert_eq!(error.code(), "limit.parameters");
    let few = Limits::default().max_metadata_bytes(10_000);
    let error = c3d::read(&bytes, &C3dConfig::default(), &mut Budget::new(&few)).unwrap_err();
    assert_eq!(error.code(), "limit.metadata-bytes");
    let few = Limits::default().max_warnings(1);
    let recording = c3d::read(&bytes, &C3dConfig::default(), &mut Budget::new(&few)).unwrap();
    assert_eq!(codes(&recording).last(), Some(&"warnings-dropped"));
}

#[test]
fn limits_are_named() {
    let bytes = Trial::new(8, 6, 2, 40).build();
    let code = |limits: Limits| {
        c3d::read(&bytes, &C3dConfig::default(), &mut Budget::new(&limits)).map_err(|error| error.code()).err()
    };
    assert_eq!(code(Limits::default().max_markers(7)), Some("limit.markers"));
    assert_eq!(code(Limits::default().max_analog_channels(5)), Some("limit.analog-channels"));
    assert_eq!(code(Limits::default().max_memory_bytes(5000)), Some("limit.memory-bytes"));
    assert_eq!(code(Limits::default().max_rate_hz(150.0)), Some("limit.rate-hz"));
    assert_eq!(code(Limits::default().max_rate_hz(200.0)), None);
}

#[test]
fn other_kinds_of_file_are_refused_by_name() {
    let refused = |bytes: &[u8]| {
        let error = read(bytes).unwrap_err();
        (error.code(), error.to_string())
    };
    for (bytes, kind) in [(&b"RIFF\x10\0\0\0WAVE"[..], "WAV"), (b"\xFF\xD8\xFF\xE0", "JPEG"), (b"\x1F\x8B\x08", "gzip")]
    {
        let (code, line) = refused(bytes);
        assert!(code == "c3d.not-c3d" && line.contains(kind), "{line}");
    }
    assert_eq!(refused(b"").0, "c3d.truncated-header");
    assert_eq!(refused(b"\x02\x50").0, "c3d.truncated-header");
    assert_eq!(refused(&[0; 4096]).0, "c3d.not-c3d");
    let mut pointer = vec![0; 1024];
    (pointer[0], pointer[1]) = (255, 0x50);
    assert_eq!(refused(&pointer).0, "c3d.truncated-parameters");
    let mut nothing = vec![0; 1024];
    (nothing[0], nothing[1]) = (2, 0x50);
    assert_eq!(refused(&nothing).0, "c3d.no-data");
}
