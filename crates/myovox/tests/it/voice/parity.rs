//! Values of the peers on the shared speech (`anchors.json`), to the tolerances of the tests' tables. Makers: librosa 0.11.0 on 32-bit floats,
//! kaldi-native-fbank 1.22.5, `python_speech_features` 0.6, Praat 6.1.38; the anchors carry versions and parameters.

use myovox::units::Rate;
use myovox::voice::cepstra::{self, MfccConfig};
use myovox::voice::frames::{Edges, FrameTable, FramesConfig, Preset, Track};
use myovox::voice::mel::{self, MelConfig, MelNorm, MelScale};
use myovox::voice::pitch::{self, PitchConfig};
use myovox::voice::spectral::{self, SpectralConfig};
use ndarray::{Array2, s};
use serde_json::Value;

use super::signals::{Recording, read_wav};
use crate::common;

/// The anchored files that can be read here: the WAV files beside the anchors and, where `MYOVOX_VOICE_WAVS` names a folder with WAV
/// conversions of the FLAC files under the same relative names, these too.
pub fn anchored() -> Vec<(String, Recording, Value)> {
    let Some(path) = common::shared("voice/anchors.json") else { return Vec::new() };
    let anchors: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let folder = path.parent().unwrap();
    let converted = std::env::var_os("MYOVOX_VOICE_WAVS").map(std::path::PathBuf::from);
    if converted.is_none() {
        println!(
            "skipped: the FLAC files of the shared speech (MYOVOX_VOICE_WAVS names no folder with WAV conversions)"
        );
    }
    let mut found = Vec::new();
    for (name, values) in anchors["files"].as_object().unwrap() {
        let beside = folder.join(name);
        let file = if beside.extension().is_some_and(|e| e == "wav") {
            Some(beside)
        } else {
            converted.as_ref().map(|folder| folder.join(name).with_extension("wav"))
        };
        if let Some(file) = file {
            found.push((name.clone(), read_wav(&file), values.clone()));
        }
    }
    assert!(found.len() >= 3, "the mu-law files stand beside the anchors");
    found
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// Absolute and relative tolerance, the share of values that must hold, and every how many rows were kept.
struct Tolerance {
    absolute: f64,
    relative: f64,
    share: f64,
    every: usize,
}

fn compare(file: &str, name: &str, got: &Array2<f64>, anchors: &Value, tolerance: &Tolerance) {
    let anchor = &anchors[name];
    assert_eq!(numbers(&anchor["shape"]), [got.nrows() as f64, got.ncols() as f64], "{file} {name}: shape");
    let indices = anchor["idx"].as_array().unwrap().iter().map(|i| usize::try_from(i.as_u64().unwrap()).unwrap());
    let (mut inside, mut all, mut worst) = (0.0, 0.0, 0.0_f64);
    let mut check = |got: f64, expected: f64| {
        let error = (got - expected).abs();
        inside += f64::from(u8::from(error <= tolerance.absolute + tolerance.relative * expected.abs()));
        all += 1.0;
        worst = worst.max(error);
    };
    for (index, frame) in indices.zip(anchor["f"].as_array().unwrap()) {
        let column = got.slice(s![..;tolerance.every, index]);
        column.iter().zip(numbers(frame)).for_each(|(got, expected)| check(*got, expected));
    }
    let kept = got.slice(s![..;tolerance.every, ..]);
    kept.rows().into_iter().zip(numbers(&anchor["mean"])).for_each(|(row, expected)| {
        check(row.sum() / row.len() as f64, expected);
    });
    assert!(inside / all >= tolerance.share, "{file} {name}: {inside} of {all} within tolerance, worst {worst:e}");
}

fn row(track: Track) -> Array2<f64> {
    Array2::from_shape_vec((1, track.values.len()), track.values).unwrap()
}

// Anchors carry 7 digits (6e-7 relative), those of psf 12.
const SEVEN: f64 = 6e-7;
const TWELVE: f64 = 1e-11;

#[test]
fn mel_and_cepstra_are_those_of_librosa() {
    for (file, y, anchors) in anchored() {
        let frames = FramesConfig::default();
        let mel = mel::melspectrogram(&y.samples, y.rate, &frames, &MelConfig::default()).unwrap();
        let tolerance = Tolerance { absolute: 1e-9, relative: 1e-5 + SEVEN, share: 0.999, every: 8 };
        compare(&file, "librosa_mel", &mel.values, &anchors, &tolerance);
        let mfcc = cepstra::mfcc(&y.samples, y.rate, &frames, &MelConfig::default(), &MfccConfig::default()).unwrap();
        let tolerance = Tolerance { absolute: 1e-3, relative: SEVEN, share: 1.0, every: 1 };
        compare(&file, "librosa_mfcc", &mfcc.values, &anchors, &tolerance);
        let frames = frames.n_fft(512.into()).win_length(400.into()).hop_length(160.into());
        let mel = MelConfig::default().n_mels(40.into()).fmin_hz(20.0.into()).scale(MelScale::Htk.into());
        let mel = mel.norm(MelNorm::None.into());
        let mfcc = MfccConfig::default().n_mfcc(13.into()).lifter(22.0.into());
        let mfcc = cepstra::mfcc(&y.samples, y.rate, &frames, &mel, &mfcc).unwrap();
        let tolerance = Tolerance { absolute: 2e-3, relative: SEVEN, share: 1.0, every: 1 };
        compare(&file, "librosa_speech_mfcc", &mfcc.values, &anchors, &tolerance);
    }
}

#[test]
fn spectral_features_are_those_of_librosa() {
    type Feature = fn(&[f64], Rate, &SpectralConfig) -> myovox::Result<Track>;
    let features: [(&str, Feature, f64, f64, f64); 6] = [
        ("librosa_centroid", spectral::centroid, 0.0, 1e-5, 1.0),
        ("librosa_bandwidth", spectral::bandwidth, 0.0, 1e-5, 1.0),
        // The bin may be a neighbour in some frames; the mean may then be off by their share.
        ("librosa_rolloff", spectral::rolloff, 1e-6, 0.0, 0.98),
        ("librosa_flatness", spectral::spectral_flatness, 0.0, 1e-3, 1.0),
        ("librosa_zcr", spectral::zero_crossing_rate, 1e-12, 0.0, 1.0),
        ("librosa_rms", spectral::rms, 0.0, 1e-5, 1.0),
    ];
    for (file, y, anchors) in anchored() {
        for (name, feature, absolute, relative, share) in features {
            let track = feature(&y.samples, y.rate, &SpectralConfig::default()).unwrap();
            let tolerance = Tolerance { absolute, relative: relative + SEVEN, share, every: 1 };
            compare(&file, name, &row(track), &anchors, &tolerance);
        }
    }
}

#[test]
fn log_energies_and_cepstra_are_those_of_kaldi() {
    for (file, y, anchors) in anchored() {
        let kaldi = FramesConfig::default().preset(Preset::Kaldi);
        let fbank = |frames: &FramesConfig, n_mels: usize| -> FrameTable {
            mel::fbank(&y.samples, y.rate, frames, &MelConfig::default().n_mels(n_mels.into())).unwrap()
        };
        // The peer computes in single precision and is itself up to 0.02 from the definition in quiet bands.
        let tolerance = Tolerance { absolute: 2e-4, relative: SEVEN, share: 0.998, every: 4 };
        compare(&file, "kaldi_fbank80", &fbank(&kaldi, 80).values, &anchors, &tolerance);
        let tolerance = Tolerance { every: 1, ..tolerance };
        let mirror = kaldi.clone().edges(Edges::Mirror.into());
        compare(&file, "kaldi_fbank23_nosnip", &fbank(&mirror, 23).values, &anchors, &tolerance);
        let mfcc = cepstra::mfcc(&y.samples, y.rate, &kaldi, &MelConfig::default(), &MfccConfig::default()).unwrap();
        let tolerance = Tolerance { absolute: 2e-3, relative: SEVEN, share: 1.0, every: 1 };
        compare(&file, "kaldi_mfcc", &mfcc.values, &anchors, &tolerance);
    }
}

#[test]
fn log_energies_and_cepstra_are_those_of_python_speech_features() {
    for (file, y, anchors) in anchored() {
        let psf = FramesConfig::default().preset(Preset::Psf);
        let tolerance = Tolerance { absolute: 1e-8, relative: TWELVE, share: 1.0, every: 1 };
        let fbank = mel::fbank(&y.samples, y.rate, &psf, &MelConfig::default()).unwrap();
        compare(&file, "psf_logfbank", &fbank.values, &anchors, &tolerance);
        let mfcc = cepstra::mfcc(&y.samples, y.rate, &psf, &MelConfig::default(), &MfccConfig::default()).unwrap();
        compare(&file, "psf_mfcc", &mfcc.values, &anchors, &tolerance);
    }
}

#[test]
fn the_fundamental_is_that_of_praat() {
    for (file, y, anchors) in anchored() {
        let track = pitch::pitch(&y.samples, y.rate, &PitchConfig::default()).unwrap();
        let anchor = &anchors["praat_pitch"];
        let expected = numbers(&anchor["f0"]);
        assert_eq!(track.f0_hz.len(), expected.len(), "{file}");
        assert!((track.time.t0_s - anchor["t0"].as_f64().unwrap()).abs() < 1e-6, "{file}");
        let agree = track.f0_hz.iter().zip(&expected).filter(|(got, e)| got.is_finite() == (**e > 0.0)).count();
        let mut errors: Vec<f64> = track
            .f0_hz
            .iter()
            .zip(&expected)
            .filter(|(got, e)| got.is_finite() && **e > 0.0)
            .map(|(got, e)| (got - e).abs() / e)
            .collect();
        errors.sort_by(f64::total_cmp);
        let voicing = agree as f64 / expected.len() as f64;
        let near = errors.iter().filter(|e| **e <= 1e-3).count() as f64 / errors.len() as f64;
        let median = errors[errors.len() / 2];
        println!("{file}: voicing {voicing:.4}, within 0.1 % {near:.4}, median {median:.1e}");
        assert!(voicing >= 0.99 && near >= 0.98 && median <= 1e-5, "{file}: {voicing} {near} {median:e}");
    }
}
