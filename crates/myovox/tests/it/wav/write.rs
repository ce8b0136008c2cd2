//! Written files: read back by this reader and by hound, padded as RIFF asks, refused before the first byte.

use std::io::Cursor;

use myovox::formats::Policy;
use myovox::formats::sink;
use myovox::formats::wav::{self, Coding, Sample, WavWriteConfig, WriteCoding};
use myovox::{Result, Warning};
use ndarray::{Array2, ArrayView2, array};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};

use super::read_plain;

const INTEGERS: [(WriteCoding, Coding, u16); 4] = [
    (WriteCoding::Pcm8, Coding::Pcm8, 8),
    (WriteCoding::Pcm16, Coding::Pcm16, 16),
    (WriteCoding::Pcm24, Coding::Pcm24, 24),
    (WriteCoding::Pcm32, Coding::Pcm32, 32),
];

fn written<T: Sample>(samples: &Array2<T>, coding: WriteCoding) -> Result<(Vec<u8>, Vec<Warning>)> {
    let mut file = Cursor::new(Vec::new());
    let warnings = wav::write(samples.view(), 44_100, &WavWriteConfig::default().coding(coding), &mut file)?;
    assert_eq!(file.position(), file.get_ref().len() as u64, "the sink is left at the end of the file");
    Ok((file.into_inner(), warnings))
}

fn size_at(file: &[u8], at: usize) -> usize {
    u32::from_le_bytes(*file[at..].first_chunk().unwrap()) as usize
}

#[test]
fn integers_come_back_identical_here_and_by_hound() {
    let mut random = Pcg64Mcg::seed_from_u64(11);
    for (write_coding, coding, bits) in INTEGERS {
        for channels in [1, 2, 3, 7] {
            for frames in [1, 333] {
                let integers =
                    Array2::from_shape_fn((channels, frames), |_| random.next_u32().cast_signed() >> (32 - bits));
                let full_scale = f64::from(1_u32 << (bits - 1));
                let samples = integers.mapv(|integer| f64::from(integer) / full_scale);
                let (file, warnings) = written(&samples, write_coding).unwrap();
                assert!(warnings.is_empty(), "{warnings:?}");
                let mut peer = hound::WavReader::new(Cursor::new(&file)).unwrap();
                assert_eq!((usize::from(peer.spec().channels), peer.spec().bits_per_sample), (channels, bits));
                let read: Vec<i32> = peer.samples().map(std::result::Result::unwrap).collect();
                assert!(read.iter().eq(integers.t().iter()), "{bits} bits, {channels} channels by hound");
                let back = read_plain(&file).unwrap();
                assert_eq!((back.coding, back.sample_rate, back.warnings.len() <= 1), (coding, 44_100, true));
                assert!(back.samples == samples, "{bits} bits, {channels} channels");

                let data = file.windows(4).position(|id| id == b"data").unwrap();
                assert_eq!(
                    size_at(&file, data + 4),
                    integers.len() * usize::from(bits / 8),
                    "no pad byte in the data size"
                );
                assert!(file.len().is_multiple_of(2), "padded");
                assert_eq!(size_at(&file, 4), file.len() - 8, "the size of the file counts the pad byte");
            }
        }
    }
}

#[test]
fn floats_come_back_identical_also_beyond_one() {
    let samples = array![[0.0_f32, -1.5, 3e38], [f32::MIN_POSITIVE, 1.0, -0.0]];
    let (file, warnings) = written(&samples, WriteCoding::Float32).unwrap();
    assert!(warnings.is_empty());
    let back = read_plain(&file).unwrap();
    assert_eq!(back.coding, Coding::Float32);
    assert!(back.samples == samples.mapv(f64::from) && back.warnings.is_empty(), "{:?}", back.warnings);
    let peer: Vec<f32> =
        hound::WavReader::new(Cursor::new(&file)).unwrap().samples().map(std::result::Result::unwrap).collect();
    assert!(peer.iter().eq(samples.t().iter()));
    let error = written(&array![[1e39]], WriteCoding::Float32).unwrap_err();
    assert_eq!((error.code(), error.place().channel.as_deref()), ("wav.beyond-f32", Some("0")));
}

#[test]
fn values_between_two_integers_go_to_the_nearest_and_those_outside_are_clipped_aloud() {
    let unit = 1.0 / 32768.0;
    let samples =
        array![[0.4 * unit, 0.5 * unit, 0.6 * unit, 1.5 * unit, -0.5 * unit, -0.6 * unit, 1.0, -1.0, -1.0 - unit, 7.0]];
    let (file, warnings) = written(&samples, WriteCoding::Pcm16).unwrap();
    let read: Vec<f64> = read_plain(&file).unwrap().samples.iter().map(|x| x * 32768.0).collect();
    assert_eq!(read, [0.0, 0.0, 1.0, 2.0, 0.0, -1.0, 32767.0, -32768.0, -32768.0, 32767.0]);
    assert_eq!(warnings.len(), 1);
    assert_eq!((warnings[0].code.as_ref(), warnings[0].message.starts_with("3 of 10 ")), ("wav.clipped", true));
    let strict = WavWriteConfig::default().policy(Policy::Strict);
    let mut nothing = Cursor::new(Vec::new());
    assert_eq!(wav::write(samples.view(), 8000, &strict, &mut nothing).unwrap_err().code(), "wav.clipped");
    assert!(nothing.get_ref().is_empty());
}

#[test]
fn what_cannot_be_written_is_refused_before_the_first_byte() {
    let refused = |samples: ArrayView2<'_, f64>, rate, coding| {
        let mut nothing = Cursor::new(Vec::new());
        let config = WavWriteConfig::default().coding(coding);
        let error = wav::write(samples, rate, &config, &mut nothing).unwrap_err();
        assert!(nothing.get_ref().is_empty());
        error
    };
    let one = array![[0.0]];
    assert_eq!(refused(one.view(), 0, WriteCoding::Pcm16).code(), "wav.bad-field");
    assert_eq!(refused(one.view(), u32::MAX, WriteCoding::Pcm16).code(), "wav.bad-field");
    assert_eq!(refused(Array2::zeros((0, 4)).view(), 8000, WriteCoding::Pcm16).code(), "wav.bad-field");
    assert_eq!(refused(Array2::zeros((40_000, 1)).view(), 8000, WriteCoding::Pcm16).code(), "wav.bad-field");
    // 4 GiB of samples that all are the same number in memory.
    let long = one.broadcast((2, 1 << 29)).map(|view| view.into_dimensionality().unwrap()).unwrap();
    let line = refused(long, 8000, WriteCoding::Pcm32).to_string();
    assert_eq!(line, "a RIFF file cannot hold so much: found 4294967296 bytes of samples, expected less than 4 GiB");
    let line = refused(array![[0.0, 0.0], [0.0, f64::NAN]].view(), 8000, WriteCoding::Pcm8).to_string();
    assert_eq!(line, "channel 1: sample of frame 1 is no number: found NaN, expected finite samples");
}

#[test]
fn a_file_of_no_frames_is_written_and_a_sink_that_fails_is_named() {
    let (file, _) = written(&Array2::<f32>::zeros((1, 0)), WriteCoding::Pcm8).unwrap();
    assert_eq!(read_plain(&file).unwrap().warnings[0].code, "wav.empty");
    let mut full = Cursor::new([0_u8; 50]);
    let samples = Array2::<f64>::zeros((1, 100));
    let error = wav::write(samples.view(), 8000, &WavWriteConfig::default(), &mut full).unwrap_err();
    assert_eq!(error.class(), myovox::Class::Io);
}

#[test]
fn a_path_is_written_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.wav");
    let samples = array![[0.5, -0.5, 0.25]];
    let config = WavWriteConfig::default().coding(WriteCoding::Pcm8);
    sink::write_path(&path, |file| wav::write(samples.view(), 8000, &config, file)).unwrap();
    assert!(read_plain(&std::fs::read(&path).unwrap()).unwrap().samples == samples);
}

/// The files that `benches/python/interop_wav.py` reads by other programs; it knows the formula.
#[test]
fn files_for_other_readers_are_made_by_a_formula() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop_wav");
    std::fs::create_dir_all(&folder).unwrap();
    let float = (WriteCoding::Float32, Coding::Float32, 16);
    for (write_coding, coding, bits) in INTEGERS.into_iter().chain([float]) {
        for channels in [1, 2, 3] {
            let half = 1_i64 << (bits - 1);
            let samples = Array2::from_shape_fn((channels, 333), |(channel, frame)| {
                let counted = 7919 * i64::try_from(channels * frame + channel).unwrap();
                let scaled = counted << bits.saturating_sub(16);
                ((scaled + half).rem_euclid(2 * half) - half) as f64 / half as f64
            });
            let path = folder.join(format!("{}_{channels}.wav", coding.name()));
            let config = WavWriteConfig::default().coding(write_coding);
            let warnings = sink::write_path(&path, |file| wav::write(samples.view(), 44_100, &config, file)).unwrap();
            assert!(warnings.is_empty(), "{warnings:?}");
            assert!(read_plain(&std::fs::read(&path).unwrap()).unwrap().samples == samples, "{}", path.display());
        }
    }
}
