//! C3D into reused arrays, against a copy of the same bytes in the same process: the sums are asserted first, then both are timed in turn.
//!
//! A criterion bench would time one after the other; on a shared machine the speed of memory itself moves from second to second, so what is
//! stated is the least time of each out of many alternating runs.
#![allow(clippy::print_stdout, reason = "the results")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "the sizes of the recording that is made fit"
)]

use std::hint::black_box;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::Instant;

use myovox::formats::access::FileReader;
use myovox::formats::c3d::{self, Arrays, C3dConfig, Pick, Reader, Sample, Selection};
use myovox::{Budget, Limits};
use myovox_fixtures::c3d_writer::{C3dFile, Data, Ending, Group, Parameter, Processor};

const POINTS: usize = 60;
const CHANNELS: usize = 56;
const SUB_SAMPLES: usize = 10;

fn budget() -> Budget {
    Budget::new(&Limits::default())
}

/// The stored number at `place` of a frame: all are small integers, so that both storages hold them exactly.
fn stored(frame: usize, place: usize) -> i16 {
    if place < POINTS * 4 && place % 4 == 3 {
        // One point in 37 was not seen.
        return if (frame + place).is_multiple_of(37) { -1 } else { 0x0103 };
    }
    ((frame * 31 + place * 7) % 4001) as i16 - 2000
}

/// What is taken away from stored samples.
#[derive(Clone, Copy)]
enum Offset {
    None,
    /// Another one for each channel.
    Each,
}

impl Offset {
    fn of(self, channel: usize) -> i16 {
        match self {
            Self::None => 0,
            Self::Each => channel as i16,
        }
    }
}

/// A recording of 60 points and 56 channels at ten samples a frame.
fn recording(frames: usize, is_float: bool, offset: Offset) -> Vec<u8> {
    let per_frame = POINTS * 4 + CHANNELS * SUB_SAMPLES;
    let data = if is_float { Data::Float(Vec::new()) } else { Data::Int16(Vec::new()) };
    let scale = if is_float { -0.5 } else { 0.5 };
    let groups = vec![
        Group::new(
            "POINT",
            vec![
                Parameter::word("USED", POINTS as u16),
                Parameter::float("SCALE", scale),
                Parameter::float("RATE", 100.0),
                Parameter::word("DATA_START", 0),
                Parameter::word("FRAMES", frames as u16),
                Parameter::texts("LABELS", &(0..POINTS).map(|i| format!("M{i:03}")).collect::<Vec<_>>()),
            ],
        ),
        Group::new(
            "ANALOG",
            vec![
                Parameter::word("USED", CHANNELS as u16),
                Parameter::float("RATE", 1000.0),
                Parameter::float("GEN_SCALE", 0.25),
                Parameter::floats("SCALE", &(0..CHANNELS).map(|c| 1.0 + c as f32 / 64.0).collect::<Vec<_>>()),
                Parameter::int16s("OFFSET", &(0..CHANNELS).map(|c| offset.of(c)).collect::<Vec<_>>()),
                Parameter::texts("LABELS", &(0..CHANNELS).map(|i| format!("A{i:03}")).collect::<Vec<_>>()),
            ],
        ),
    ];
    let file = C3dFile {
        processor: Processor::Intel,
        points: POINTS as u16,
        analog_per_frame: (CHANNELS * SUB_SAMPLES) as u16,
        first_frame: 1,
        last_frame: frames as u16,
        max_gap: 0,
        scale,
        sub_samples: SUB_SAMPLES as u16,
        rate_hz: 100.0,
        events: Vec::new(),
        groups,
        data,
        ending: Ending::Padded,
    };
    let mut bytes = file.to_bytes();
    bytes.reserve(frames * per_frame * if is_float { 4 } else { 2 } + 512);
    for frame in 0..frames {
        for place in 0..per_frame {
            let number = stored(frame, place);
            if is_float {
                bytes.extend_from_slice(&f32::from(number).to_le_bytes());
            } else {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
        }
    }
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

/// Whether `arrays` hold what [`stored`] says.
fn check<T: Sample + Into<f64>>(arrays: &Arrays<T>, frames: usize, is_float: bool, offset: Offset) {
    let factor = if is_float { 1.0 } else { 0.5 };
    for ((marker, axis, frame), value) in arrays.points().indexed_iter() {
        let value: f64 = (*value).into();
        if stored(frame, marker * 4 + 3) < 0 {
            assert!(value.is_nan(), "marker {marker}, frame {frame}");
        } else {
            assert_eq!(value, f64::from(stored(frame, marker * 4 + axis)) * factor, "marker {marker}, frame {frame}");
        }
    }
    for ((marker, frame), residual) in arrays.residuals().indexed_iter() {
        let expected = if stored(frame, marker * 4 + 3) < 0 { -1.0 } else { 1.5 };
        assert_eq!((*residual).into(), expected, "marker {marker}, frame {frame}");
    }
    assert_eq!(arrays.analog().dim(), (CHANNELS, frames * SUB_SAMPLES));
    for ((channel, sample), value) in arrays.analog().indexed_iter() {
        let place = POINTS * 4 + sample % SUB_SAMPLES * CHANNELS + channel;
        let raw = f64::from(stored(sample / SUB_SAMPLES, place));
        let expected = (raw - f64::from(offset.of(channel))) * (1.0 + channel as f64 / 64.0) * 0.25;
        assert_eq!((*value).into(), expected, "channel {channel}, sample {sample}");
    }
}

/// The least milliseconds of each of two jobs, run in turn.
fn least(runs: usize, mut first: impl FnMut(), mut second: impl FnMut()) -> (f64, f64) {
    let mut best = (f64::INFINITY, f64::INFINITY);
    for _ in 0..runs {
        let start = Instant::now();
        first();
        best.0 = best.0.min(start.elapsed().as_secs_f64() * 1e3);
        let start = Instant::now();
        second();
        best.1 = best.1.min(start.elapsed().as_secs_f64() * 1e3);
    }
    best
}

fn row(what: &str, copy_ms: f64, read_ms: f64) {
    println!(
        "{what:<58} copy {copy_ms:8.3} ms  read {read_ms:8.3} ms  {:5.1} % of the copy",
        100.0 * copy_ms / read_ms
    );
}

fn large<T: Sample + Into<f64>>(name: &str, frames: usize, is_float: bool, offset: Offset) {
    let bytes = recording(frames, is_float, offset);
    let (mut arrays, mut budget) = (Arrays::<T>::new(), budget());
    let reader = Reader::new(&bytes[..], &C3dConfig::default(), &mut budget).expect("a recording");
    let all = reader.select(&Selection::all(), &mut budget).expect("all of it");
    reader.read_into(&all, &mut arrays, &mut budget).expect("numbers");
    check(&arrays, frames, is_float, offset);
    // The copied bytes are those of the output, which are those of a float file too.
    let size = frames * (POINTS * 4 + CHANNELS * SUB_SAMPLES) * size_of::<T>();
    let mut source = bytes.clone();
    source.resize(size, 1);
    let mut target = vec![1_u8; size];
    let copy = || black_box(&mut target).copy_from_slice(black_box(&source));
    let read = || drop(black_box(reader.read_into(&all, &mut arrays, &mut budget).expect("numbers")));
    let (copy_ms, read_ms) = least(60, copy, read);
    row(name, copy_ms, read_ms);
}

/// Opening a file and reading it, each time anew, and one channel out of it.
fn opened(frames: usize) {
    let bytes = recording(frames, true, Offset::Each);
    let path = std::env::temp_dir().join(format!("myovox-read-c3d-{}.c3d", std::process::id()));
    std::fs::write(&path, &bytes).expect("room for the recording");
    let mut arrays = Arrays::<f32>::new();
    let mut target = vec![1_u8; bytes.len()];
    let mut read = |selection: &Selection| {
        let mut budget = budget();
        let file = FileReader::open(&path, &Limits::default()).expect("the file");
        let reader = Reader::new(file, &C3dConfig::default(), &mut budget).expect("a recording");
        let part = reader.select(selection, &mut budget).expect("what is there");
        reader.read_into(&part, &mut arrays, &mut budget).expect("numbers");
        black_box(&arrays);
    };
    let mut copy = || black_box(&mut target).copy_from_slice(black_box(&bytes));
    let (copy_ms, read_ms) = least(15, &mut copy, || read(&Selection::all()));
    row("float file opened and read, f32", copy_ms, read_ms);
    let mut arrays = Arrays::<f32>::new();
    let one = Selection::all().points(Pick::None).channels(Pick::indices([7]));
    let read_one = || {
        let mut budget = budget();
        let reader = Reader::new(&bytes[..], &C3dConfig::default(), &mut budget).expect("a recording");
        let part = reader.select(&one, &mut budget).expect("what is there");
        drop(black_box(reader.read_into(&part, &mut arrays, &mut budget).expect("numbers")));
    };
    let (copy_ms, one_ms) = least(15, copy, read_one);
    row("one channel of the float file in memory, f32", copy_ms, one_ms);
    std::fs::remove_file(&path).expect("the file that was written");
}

/// The number of frames that the peer decodes, or nothing where it does not read the file.
fn peer(bytes: &[u8]) -> Option<usize> {
    let adapter = c3d_rs::C3dAdapter::new(Cursor::new(bytes)).ok()?.construct().ok()?;
    let frames: Vec<_> = adapter.reader().ok()?.collect();
    Some(frames.len())
}

/// The largest shared recordings, whole parse into reused arrays beside the peer; nothing where they are absent.
fn shared() {
    fn walk(folder: &Path, found: &mut Vec<(u64, PathBuf)>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("c3d")) {
                found.push((entry.metadata().map_or(0, |data| data.len()), path));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/c3d"), &mut found);
    found.sort();
    for (_, path) in found.iter().rev().take(5) {
        let bytes = std::fs::read(path).expect("a shared recording");
        let mut arrays = Arrays::<f32>::new();
        let mut parse = || {
            let mut budget = budget();
            let reader = Reader::new(&bytes[..], &C3dConfig::default(), &mut budget).expect("a recording");
            let all = reader.select(&Selection::all(), &mut budget).expect("all of it");
            drop(black_box(reader.read_into(&all, &mut arrays, &mut budget).expect("numbers")));
        };
        parse();
        let head = || drop(black_box(Reader::new(&bytes[..], &C3dConfig::default(), &mut budget())));
        let mut target = vec![1_u8; bytes.len()];
        let copy = || black_box(&mut target).copy_from_slice(black_box(&bytes));
        let (peer_ms, parse_ms) = least(40, || _ = black_box(peer(&bytes)), &mut parse);
        let fresh = || drop(black_box(c3d::read(&bytes, &C3dConfig::default(), &mut budget())));
        let (head_ms, fresh_ms) = least(40, head, fresh);
        let (copy_ms, _) = least(20, copy, || {});
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        row(&name, copy_ms, parse_ms);
        println!(
            "  c3d-rs {peer_ms:.3} ms ({:.1} x), header and parameters {head_ms:.3} ms, fresh f64 {fresh_ms:.3} ms",
            peer_ms / parse_ms
        );
    }
}

fn main() {
    let wanted = std::env::args().nth(1).filter(|name| !name.starts_with('-'));
    let jobs: [(&str, fn()); 7] = [
        ("float", || large::<f32>("float file of 90 MB, no offsets, f32", 28_000, true, Offset::None)),
        ("offsets", || large::<f32>("float file of 90 MB, offsets, f32", 28_000, true, Offset::Each)),
        ("odd", || large::<f32>("the same, 27 993 frames (rows not in line), f32", 27_993, true, Offset::Each)),
        ("int16", || large::<f32>("int16 file of 45 MB, offsets, f32", 28_000, false, Offset::Each)),
        ("f64", || large::<f64>("float file of 90 MB, offsets, f64", 28_000, true, Offset::Each)),
        ("opened", || opened(28_000)),
        ("shared", shared),
    ];
    for (name, job) in jobs {
        if wanted.as_deref().is_none_or(|wanted| wanted == name) {
            job();
        }
    }
}
