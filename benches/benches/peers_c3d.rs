//! Whole C3D files to arrays, beside the Rust readers c3dio and c3d-rs, in one run and from bytes in memory.
//!
//! The five largest recordings of the shared corpus where it stands beside the checkout, and two of the generator. Before a file is timed the
//! peers' numbers are compared with ours: points seen, sums of coordinates and of samples. On the generated recordings they must be equal; on
//! real ones a peer that refuses is left out and one with other numbers is named so (reference readers agree with ours, see the corpus tests).
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::print_stdout, reason = "a bench says which peers it leaves out, and why")]

use std::io::Cursor;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use myovox::formats::c3d::{self, C3dRecording};
use myovox::{Budget, Limits};
use myovox_fixtures::{Processor, Storage, generated_c3d};

/// What two readers of one file must have in common.
#[derive(Clone, Copy, Debug, Default)]
struct Content {
    seen: usize,
    coordinates: Sum,
    samples: usize,
    analog: Sum,
}

/// A sum, and the sum of the magnitudes by which its rounding is judged.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    value: f64,
    magnitude: f64,
}

impl Sum {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        values.filter(|value| value.is_finite()).fold(Self::default(), |sum, value| Self {
            value: sum.value + value,
            magnitude: sum.magnitude + value.abs(),
        })
    }

    /// Equal to the rounding of the peers' 32-bit floats.
    fn equals(self, other: Self) -> bool {
        (self.value - other.value).abs() <= 1e-6 * self.magnitude.max(other.magnitude)
    }
}

impl Content {
    fn equals(self, other: Self) -> bool {
        (self.seen, self.samples) == (other.seen, other.samples)
            && self.coordinates.equals(other.coordinates)
            && self.analog.equals(other.analog)
    }
}

fn ours(bytes: &[u8]) -> C3dRecording {
    c3d::read(bytes, &c3d::C3dConfig::default(), &mut Budget::new(&Limits::default())).expect("a recording of ours")
}

fn content_of_ours(recording: &C3dRecording) -> Content {
    Content {
        seen: recording.residuals.iter().filter(|residual| **residual >= 0.0).count(),
        coordinates: Sum::of(recording.points.iter().copied()),
        samples: recording.analog.len(),
        analog: Sum::of(recording.analog.iter().copied()),
    }
}

fn c3dio_recording(bytes: &[u8]) -> Option<c3dio::C3d> {
    c3dio::C3d::from_bytes(bytes).ok()
}

fn content_of_c3dio(bytes: &[u8]) -> Option<Content> {
    let read = catch_unwind(|| c3dio_recording(bytes)).ok()??;
    let seen = || read.points.points.iter().filter(|point| point.residual >= 0.0);
    Some(Content {
        seen: seen().count(),
        coordinates: Sum::of(seen().flat_map(|point| point.point).map(f64::from)),
        samples: read.analog.analog.iter().count(),
        analog: Sum::of(read.analog.analog.iter().copied()),
    })
}

/// All frames of c3d-rs, collected.
fn c3d_rs_frames(bytes: &[u8]) -> Option<Vec<(c3d_rs::PointData, Option<c3d_rs::AnalogData>)>> {
    let adapter = c3d_rs::C3dAdapter::new(Cursor::new(bytes)).and_then(c3d_rs::C3dAdapter::construct).ok()?;
    let frames = adapter.reader().ok()?;
    Some(frames.map(|(_, points, analog)| (points, analog)).collect())
}

fn content_of_c3d_rs(bytes: &[u8]) -> Option<Content> {
    let frames = catch_unwind(|| c3d_rs_frames(bytes)).ok()??;
    let seen = || frames.iter().flat_map(|(points, _)| &points.values).filter(|point| point[3] >= 0.0);
    let samples = || frames.iter().filter_map(|(_, analog)| analog.as_ref()).flat_map(|analog| &analog.values);
    Some(Content {
        seen: seen().count(),
        coordinates: Sum::of(seen().flat_map(|point| &point[..3]).copied().map(f64::from)),
        samples: samples().count(),
        analog: Sum::of(samples().copied().map(f64::from)),
    })
}

/// What a peer is called in the table; nothing where it refuses the file.
fn title(peer: &str, theirs: Option<Content>, ours: Content, file: &str) -> Option<String> {
    match theirs {
        Some(theirs) if theirs.equals(ours) => Some(peer.to_owned()),
        Some(_) => Some(format!("{peer} (other numbers)")),
        None => {
            println!("{file}: {peer} refuses it or panics, and is left out");
            None
        }
    }
}

fn compare(c: &mut Criterion, name: &str, bytes: &[u8]) -> (bool, bool) {
    let expected = content_of_ours(&ours(bytes));
    let c3dio = title("c3dio", content_of_c3dio(bytes), expected, name);
    let c3d_rs = title("c3d-rs", content_of_c3d_rs(bytes), expected, name);
    let mut group = c.benchmark_group(format!("C3D {name}"));
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("myovox", |b| b.iter(|| ours(bytes)));
    if let Some(title) = &c3dio {
        group.bench_function(title, |b| b.iter(|| c3dio_recording(bytes)));
    }
    if let Some(title) = &c3d_rs {
        group.bench_function(title, |b| b.iter(|| c3d_rs_frames(bytes)));
    }
    group.finish();
    (c3dio.as_deref() == Some("c3dio"), c3d_rs.as_deref() == Some("c3d-rs"))
}

/// The largest recordings of the shared corpus.
fn largest(count: usize) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<(u64, PathBuf)>) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("c3d")) {
                found.push((std::fs::metadata(&path).map_or(0, |data| data.len()), path));
            }
        }
    }
    let mut found = Vec::new();
    walk(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/c3d")), &mut found);
    found.sort();
    found.into_iter().rev().take(count).map(|(_, path)| path).collect()
}

fn real(c: &mut Criterion) {
    let paths = largest(5);
    if paths.is_empty() {
        println!("skipped: shared recordings are absent (c3d)");
    }
    for path in paths {
        let bytes = std::fs::read(&path).expect("a file of the corpus");
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        compare(c, &name, &bytes);
    }
}

/// Points alone, which all three read; points with ten samples a frame, whose scales only c3dio of the peers applies throughout.
fn generated(c: &mut Criterion) {
    let points = generated_c3d(5000, 60, 0, 0, Processor::Intel, Storage::Float32);
    assert_eq!(compare(c, "generated, 5000 frames of 60 points", &points), (true, true), "peers read points alone");
    let both = generated_c3d(2000, 60, 56, 10, Processor::Intel, Storage::Float32);
    assert!(compare(c, "generated, 2000 frames of 60 points, 560 samples", &both).0, "c3dio reads points and samples");
}

criterion_group!(benches, generated, real);
criterion_main!(benches);
