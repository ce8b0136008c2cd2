//! Parts of a recording hold the numbers of the whole, wherever its bytes come from.

use std::fs;

use myovox::formats::Policy;
use myovox::formats::access::ReadAt;
use myovox::formats::c3d::{Arrays, C3dConfig, C3dRecording, Pick, Reader, Sample, Selection};
use myovox::simd::Level;
use myovox::{Budget, Limits, Result, Warning};
use myovox_fixtures::{Processor, Storage, generated_c3d};
use ndarray::s;

use super::builder::Trial;
use super::{read, read_as};
use crate::common::{repository, shared};

/// Bytes that are only read from an offset, as those of an open file.
struct Offsets<'a>(&'a [u8]);

impl ReadAt for Offsets<'_> {
    fn bytes(&self) -> u64 {
        self.0.bytes()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.0.read_at(offset, buffer)
    }
}

fn budget() -> Budget {
    Budget::new(&Limits::default())
}

/// The bits of a number, all NaNs alike.
fn bits<T: Sample + Into<f64>>(value: T) -> u64 {
    let value: f64 = value.into();
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

/// Whether `arrays` hold these points, channels and frames of `whole`, rounded to `T`.
fn assert_part<T: Sample + Into<f64>>(
    arrays: &Arrays<T>,
    whole: &C3dRecording,
    points: &[usize],
    channels: &[usize],
    frames: std::ops::Range<usize>,
) {
    let per_frame = whole.layout.samples_per_frame as usize;
    let rounded = |value: f64| bits(T::rounded(value));
    assert_eq!(arrays.points().dim(), (points.len(), 3, frames.len()));
    for (row, &point) in points.iter().enumerate() {
        let expected = whole.points.slice(s![point, .., frames.clone()]);
        let got = arrays.points();
        assert!(got.slice(s![row, .., ..]).iter().zip(expected).all(|(a, b)| bits(*a) == rounded(*b)), "point {point}");
        let expected = whole.residuals.slice(s![point, frames.clone()]);
        assert!(
            arrays.residuals().row(row).iter().zip(expected).all(|(a, b)| bits(*a) == rounded(*b)),
            "point {point}"
        );
        assert_eq!(arrays.camera_masks().row(row), whole.camera_masks.slice(s![point, frames.clone()]));
    }
    for (row, &channel) in channels.iter().enumerate() {
        let expected = whole.analog.slice(s![channel, frames.start * per_frame..frames.end * per_frame]);
        let got = arrays.analog();
        assert_eq!(got.ncols(), expected.len());
        assert!(got.row(row).iter().zip(expected).all(|(a, b)| bits(*a) == rounded(*b)), "channel {channel}");
    }
}

/// Warnings on numbers, which a part gives anew.
fn on_numbers(warnings: &[Warning]) -> Vec<Warning> {
    let codes =
        ["c3d.residual-word-", "c3d.point-nonfinite", "c3d.analog-nonfinite", "c3d.analog-offset-unsigned-guessed"];
    warnings.iter().filter(|warning| codes.iter().any(|code| warning.code.starts_with(code))).cloned().collect()
}

/// Reads `bytes` whole, in blocks, and in part, from memory and from offsets, as both types, and compares with `whole`.
fn assert_parts<T: Sample + Into<f64>>(bytes: &[u8], policy: Policy, whole: &C3dRecording) {
    fn on<S: ReadAt, T: Sample + Into<f64>>(source: S, policy: Policy, whole: &C3dRecording) {
        let (markers, _, frames) = whole.points.dim();
        let all: (Vec<usize>, Vec<usize>) = ((0..markers).collect(), (0..whole.analog.nrows()).collect());
        let reader = Reader::new(source, &C3dConfig::default().policy(policy), &mut budget()).unwrap();
        let mut arrays = Arrays::<T>::new();
        let everything = reader.select(&Selection::all(), &mut budget()).unwrap();
        let warnings = reader.read_into(&everything, &mut arrays, &mut budget()).unwrap();
        assert_part(&arrays, whole, &all.0, &all.1, 0..frames);
        assert_eq!(warnings, on_numbers(&whole.warnings));
        let before: Vec<Warning> = [reader.metadata().warnings.clone(), warnings].concat();
        for warning in &whole.warnings {
            assert!(
                before.contains(warning)
                    || warning.code == "c3d.vax-reserved-operand"
                    || warning.code.contains("rotation"),
                "{warning:?}"
            );
        }

        let mut blocks = reader.blocks(&everything, frames / 3 + 1);
        let mut next = 0;
        while let Some(span) = blocks.next_into(&mut arrays, &mut budget()).unwrap() {
            let span = usize::try_from(span.start).unwrap()..usize::try_from(span.end).unwrap();
            assert_eq!(span.start, next);
            assert_part(&arrays, whole, &all.0, &all.1, span.clone());
            next = span.end;
        }
        assert_eq!(next, frames);
        assert_eq!(blocks.finish().unwrap(), on_numbers(&whole.warnings));

        let points: Vec<usize> = (0..markers).rev().step_by(2).collect();
        let channels: Vec<usize> = (0..all.1.len()).rev().step_by(3).collect();
        let span = frames / 4..frames - frames / 5;
        let selection = Selection::all()
            .points(Pick::indices(points.clone()))
            .channels(Pick::indices(channels.clone()))
            .frames(span.start as u64..span.end as u64);
        let part = reader.select(&selection, &mut budget()).unwrap();
        reader.read_into(&part, &mut arrays, &mut budget()).unwrap();
        assert_part(&arrays, whole, &points, &channels, span);
    }
    on::<_, T>(bytes, policy, whole);
    on::<_, T>(Offsets(bytes), policy, whole);
}

#[test]
fn generated_recordings_of_every_format_come_in_parts() {
    for processor in Processor::ALL {
        for storage in [Storage::Int16, Storage::Float32] {
            for (frames, markers, channels, sub_samples) in
                [(61, 7, 13, 10), (40, 300, 300, 2), (500, 1, 1, 1), (90, 0, 9, 3)]
            {
                let bytes = generated_c3d(frames, markers, channels, sub_samples, processor, storage);
                let whole = read(&bytes).unwrap();
                assert_parts::<f32>(&bytes, Policy::Lenient, &whole);
                assert_parts::<f64>(&bytes, Policy::Lenient, &whole);
            }
        }
    }
}

#[test]
fn small_and_spoilt_recordings_come_in_parts() {
    let mut count = 0;
    for entry in fs::read_dir(repository().join("fixtures/files")).unwrap().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "c3d") {
            let bytes = fs::read(path).unwrap();
            for policy in [Policy::Lenient, Policy::Recover] {
                if let Ok(whole) = read_as(&bytes, policy) {
                    assert_parts::<f64>(&bytes, policy, &whole);
                    count += 1;
                }
            }
        }
    }
    assert!(count > 10, "{count}");
}

#[test]
fn real_recordings_come_in_parts() {
    for folder in ["c3d/BTKData", "c3d/c3d.org", "c3d/ezc3d-testFiles", "c3d/kineticstoolkit"] {
        let Some(folder) = shared(folder) else { return };
        let mut folders = vec![folder];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("c3d")) {
                    let bytes = fs::read(&path).unwrap();
                    if let Ok(whole) = read(&bytes) {
                        assert_parts::<f32>(&bytes, Policy::Lenient, &whole);
                    }
                }
            }
        }
    }
}

#[test]
fn odd_words_are_read_by_the_letter_at_every_level() {
    let mut trial = Trial::new(3, 5, 2, 50);
    let per_frame = 3 * 4 + 5 * 2;
    trial.data = (0..50 * per_frame).map(|i| (i % 97) as f32 - 3.0).collect();
    let odd = [65535.0, 1.7e38, f32::NAN, f32::NEG_INFINITY, -32768.0, 513.0, -0.0, f32::INFINITY];
    for (i, word) in odd.into_iter().cycle().take(40).enumerate() {
        trial.data[i * per_frame + 3] = word;
        trial.data[i * per_frame + i % per_frame] = word;
    }
    let bytes = trial.build();
    let whole = read(&bytes).unwrap();
    assert!(on_numbers(&whole.warnings).len() >= 4, "{:?}", whole.warnings);
    assert_parts::<f32>(&bytes, Policy::Lenient, &whole);
    let frames = whole.frames;
    let all: (Vec<usize>, Vec<usize>) = ((0..whole.points.dim().0).collect(), (0..whole.analog.nrows()).collect());
    for level in Level::available() {
        let reader = Reader::new(&bytes[..], &C3dConfig::default(), &mut budget()).unwrap().level(level);
        let part = reader.select(&Selection::all(), &mut budget()).unwrap();
        let mut arrays = Arrays::<f64>::new();
        let warnings = reader.read_into(&part, &mut arrays, &mut budget()).unwrap();
        assert_part(&arrays, &whole, &all.0, &all.1, 0..frames);
        assert_eq!(warnings, on_numbers(&whole.warnings), "{}", level.name());
    }
}

#[test]
fn what_is_not_there_is_refused_by_name() {
    let bytes = generated_c3d(10, 2, 2, 1, Processor::Intel, Storage::Float32);
    let reader = Reader::new(&bytes[..], &C3dConfig::default(), &mut budget()).unwrap();
    let code = |selection: Selection| reader.select(&selection, &mut budget()).unwrap_err().code();
    assert_eq!(code(Selection::all().points(Pick::labels(["no such"]))), "c3d.no-such-point");
    assert_eq!(code(Selection::all().channels(Pick::indices([2]))), "c3d.no-such-channel");
    assert_eq!(code(Selection::all().frames(5..11)), "c3d.no-such-frames");
    let label = reader.metadata().analog_labels[1].clone();
    let part =
        reader.select(&Selection::all().points(Pick::None).channels(Pick::labels([label])), &mut budget()).unwrap();
    assert_eq!((part.points(), part.channels(), part.frames()), (&[][..], &[1][..], 0..10));
}
