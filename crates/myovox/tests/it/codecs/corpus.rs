//! Every compressed file of the shared folder: kind, length, samples.

use std::collections::BTreeMap;
use std::path::PathBuf;

use myovox::formats::codecs::{AudioRecording, Codec, CodecsConfig, Container};
use myovox::formats::{Policy, wav};
use myovox::{Analyzer, Budget, Config, Limits};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{codes, read, read_with};
use crate::common;

/// File, container, codec, bits, frames of the signal that was encoded (of the packets, where nothing states its ends), codes of warnings.
///
/// AAC in MP4: the edit list plays 0.5 s from unit 1024 of the media on, and `stts` counts 9024 and 23074 units: 8000 and 22050 frames by both.
/// ffmpeg 5.1 keeps the padding of the last packet (8192 and 22528).
type Row = (&'static str, Container, Codec, Option<u16>, usize, &'static [&'static str]);

const FILES: [Row; 17] = [
    ("aac_16k.aac", Container::Adts, Codec::AacLc, None, 9216, &["codecs.sbr-unknown", "codecs.delay-unknown"]),
    ("aac_16k.m4a", Container::Mp4, Codec::AacLc, None, 8000, &[]),
    ("aac_44k_2ch.m4a", Container::Mp4, Codec::AacLc, None, 22050, &[]),
    ("aiff.aiff", Container::Aiff, Codec::Pcm, Some(16), 2000, &[]),
    ("alac.m4a", Container::Mp4, Codec::Alac, Some(24), 22050, &[]),
    ("au.au", Container::Au, Codec::Pcm, Some(16), 2000, &[]),
    ("flac16.flac", Container::Flac, Codec::Flac, Some(16), 8000, &[]),
    ("flac24_2ch.flac", Container::Flac, Codec::Flac, Some(24), 24000, &[]),
    ("mp3_16k.mp3", Container::Mp3, Codec::Mp3, None, 8000, &[]),
    ("mp3_44k_vbr_2ch.mp3", Container::Mp3, Codec::Mp3, None, 22050, &[]),
    ("mp3_8k.mp3", Container::Mp3, Codec::Mp3, None, 4000, &[]),
    ("mp3_in.wav", Container::Wav, Codec::Mp3, None, 9216, &["codecs.delay-unknown"]),
    ("opus_2ch.webm", Container::Matroska, Codec::Opus, None, 24000, &[]),
    ("opus_48k.opus", Container::Ogg, Codec::Opus, None, 24000, &[]),
    ("opus_voip.ogg", Container::Ogg, Codec::Opus, None, 24000, &[]),
    ("vorbis_16k.ogg", Container::Ogg, Codec::Vorbis, None, 8000, &[]),
    ("vorbis_44k_2ch.ogg", Container::Ogg, Codec::Vorbis, None, 22050, &[]),
];

#[derive(Deserialize)]
pub(super) struct Truth {
    sample_rate: u32,
    channels: usize,
    frames: usize,
    sha256: Option<String>,
    #[serde(default)]
    lossy: bool,
    #[serde(default)]
    rms: Vec<f64>,
    #[serde(default)]
    at: Vec<usize>,
    #[serde(default)]
    values: Vec<Vec<f64>>,
}

pub(super) fn folder() -> Option<(PathBuf, BTreeMap<String, Truth>)> {
    let folder = common::shared("wav")?;
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let truths: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    let ours = truths.into_iter().filter_map(|(name, truth)| {
        let name = name.strip_prefix("made_by_tools/")?.to_owned();
        Some((name, serde_json::from_value(truth).ok()?))
    });
    Some((folder.join("made_by_tools"), ours.collect()))
}

pub(super) fn files() -> Option<Vec<(&'static str, Vec<u8>)>> {
    let folder = common::shared("wav/made_by_tools")?;
    Some(FILES.iter().map(|row| (row.0, std::fs::read(folder.join(row.0)).unwrap())).collect())
}

fn sha256(recording: &AudioRecording) -> String {
    let mut hasher = Sha256::new();
    recording.samples.columns().into_iter().flatten().for_each(|sample| hasher.update(sample.to_le_bytes()));
    hasher.finalize().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// Largest difference to the oracle's values at the best of the lags that are tried, and that lag.
fn difference(recording: &AudioRecording, truth: &Truth) -> (f64, i64) {
    let at_lag = |lag: i64| {
        truth.at.iter().zip(&truth.values).fold(0.0_f64, |largest, (&at, values)| {
            let frame = i64::try_from(at).unwrap() + lag;
            let column = usize::try_from(frame).ok().filter(|&frame| frame < recording.samples.ncols());
            let Some(column) = column else { return largest };
            values.iter().enumerate().fold(largest, |largest, (channel, value)| {
                largest.max((recording.samples[[channel, column]] - value).abs())
            })
        })
    };
    (-2600..=2600_i64)
        .map(|lag| (at_lag(lag), lag))
        .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.abs().cmp(&b.1.abs())))
        .unwrap()
}

#[test]
fn every_file_has_its_kind_and_the_length_of_what_was_encoded() {
    let Some((folder, truths)) = folder() else { return };
    let mut wrong = Vec::new();
    for (name, container, codec, bits, frames, warnings) in FILES {
        let recording = read(&std::fs::read(folder.join(name)).unwrap()).unwrap();
        let truth = &truths[name];
        let found =
            (recording.container, recording.codec, recording.bits, recording.samples.ncols(), codes(&recording));
        if found != (container, codec, bits, frames, warnings.to_vec()) {
            wrong.push(format!("{name}: {found:?}"));
        }
        assert_eq!((recording.sample_rate, recording.samples.nrows()), (truth.sample_rate, truth.channels), "{name}");
        assert!(recording.samples.ncols().abs_diff(truth.frames) <= 1024, "{name}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn samples_without_loss_are_exact_and_others_within_their_codec() {
    let Some((folder, truths)) = folder() else { return };
    let mut wrong = Vec::new();
    for (name, _, codec, ..) in FILES {
        let recording = read(&std::fs::read(folder.join(name)).unwrap()).unwrap();
        let truth = &truths[name];
        if !truth.lossy {
            assert_eq!(Some(sha256(&recording)), truth.sha256, "{name}");
            continue;
        }
        let (largest, lag) = difference(&recording, truth);
        // The decoder of ffmpeg that made the truth of Opus is itself up to 0.07 from libopus; `libsndfile` has the values of libopus.
        let tolerance = if codec == Codec::Opus {
            0.08
        } else if codec == Codec::Vorbis {
            1e-3
        } else {
            2e-3
        };
        let rms = |channel: usize| {
            let row = recording.samples.row(channel);
            // Over as many samples as the truth's: what is cut at the end is near silence.
            (row.iter().map(|v| v * v).sum::<f64>() / truth.frames as f64).sqrt()
        };
        let loudness = truth.rms.iter().enumerate().map(|(i, rms_there)| (rms(i) / rms_there - 1.0).abs());
        let loudness = loudness.fold(0.0, f64::max);
        println!(
            "{name}: {} frames, differs by {largest:.1e} at lag {lag}, rms by {:.2} %",
            recording.samples.ncols(),
            100.0 * loudness
        );
        if largest > tolerance || loudness > 0.01 {
            wrong.push(format!("{name}: differs by {largest:.1e} at lag {lag}, rms by {loudness:.3}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn wav_refuses_them_all_by_name_and_the_analysis_reads_them() {
    let Some(files) = files() else { return };
    for (name, bytes) in files {
        let refused = wav::read(&bytes, &wav::WavConfig::default(), &mut Budget::new(&Limits::default())).unwrap_err();
        assert!(matches!(refused.code(), "wav.not-wav" | "wav.unsupported"), "{name}: {refused}");
        let inspection = Analyzer::new(Config::default()).inspect(&bytes, Some(name)).unwrap();
        let json: serde_json::Value = serde_json::from_str(&inspection.to_json()).unwrap();
        let row = FILES.iter().find(|row| row.0 == name).unwrap();
        assert_eq!(json["recording"]["kind"], row.1.name(), "{name}");
        assert_eq!(json["recording"]["details"]["codec"], row.2.name(), "{name}");
        let bits_are_missing = inspection.missing.iter().any(|entry| entry.path == "recording.details.bits");
        assert_eq!(json["recording"]["details"]["bits"].is_null(), bits_are_missing, "{name}");
    }
}

#[test]
fn a_compressed_call_has_the_voice_of_its_samples() {
    let Some(files) = files() else { return };
    for (name, bytes) in files.iter().filter(|(name, _)| name.starts_with("flac16") || name.starts_with("opus_48k")) {
        let report = Analyzer::new(Config::default()).run(bytes, Some(name)).unwrap();
        assert!(report.voice.is_some() && report.emg.is_none(), "{name}");
        assert_eq!(myovox::Report::from_json(&report.to_json()).unwrap(), report, "{name}");
    }
}

#[test]
fn strict_refuses_what_lenient_only_doubts() {
    let Some(files) = files() else { return };
    let strict = CodecsConfig::default().policy(Policy::Strict);
    for (name, bytes) in &files {
        assert!(read_with(bytes, &strict).is_ok(), "{name}: no number is doubtful");
    }
    let (_, whole) = files.iter().find(|(name, _)| *name == "flac16.flac").unwrap();
    let mut damaged = whole.clone();
    // Within the third of seven frames, behind eight kilobytes of tags and padding.
    damaged[10_000] ^= 0x10;
    let recording = read(&damaged).unwrap();
    assert_eq!(recording.samples.ncols(), 8000, "silence stands for what is lost: {:?}", recording.warnings);
    assert!(codes(&recording).contains(&"codecs.checksum"), "{:?}", recording.warnings);
    assert!(read_with(&damaged, &strict).unwrap_err().code().starts_with("codecs."));
}

#[test]
fn a_recording_longer_than_allowed_is_refused() {
    let Some(files) = files() else { return };
    let short = CodecsConfig::default().max_duration_s(0.2);
    for (name, bytes) in files.iter().filter(|(name, _)| !matches!(*name, "aiff.aiff" | "au.au")) {
        assert_eq!(read_with(bytes, &short).unwrap_err().code(), "codecs.too-long", "{name}");
    }
    let error = read_with(&files[0].1, &CodecsConfig::default().max_duration_s(0.0)).unwrap_err();
    assert_eq!(error.code(), "config.out-of-range");
    for (name, bytes) in &files {
        let small = Limits::default().max_memory_bytes(10_000);
        let error =
            myovox::formats::codecs::read(bytes, &CodecsConfig::default(), &mut Budget::new(&small)).unwrap_err();
        assert_eq!(error.code(), "limit.memory-bytes", "{name}");
    }
}
