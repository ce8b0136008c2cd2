//! WAV reading against files whose samples are known, against hound, and against files made to do harm.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use myovox::formats::Policy;
use myovox::formats::sniff::{self, Kind};
use myovox::formats::wav::{self, Coding, UnderStrict, WARNINGS, WavConfig, WavRecording};
use myovox::{Budget, Class, Limits, Result};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::common;

mod hostile;
mod parts;
mod rows;
mod write;

/// The compressed and foreign files of the folder, and the name by which each is refused.
const REFUSED_BY_NAME: [(&str, &str); 16] = [
    ("made_by_tools/aac_16k.aac", "AAC audio"),
    ("made_by_tools/aac_16k.m4a", "MP4/M4A"),
    ("made_by_tools/aac_44k_2ch.m4a", "MP4/M4A"),
    ("made_by_tools/aiff.aiff", "AIFF audio"),
    ("made_by_tools/alac.m4a", "MP4/M4A"),
    ("made_by_tools/au.au", "AU audio"),
    ("made_by_tools/flac16.flac", "FLAC audio"),
    ("made_by_tools/flac24_2ch.flac", "FLAC audio"),
    ("made_by_tools/mp3_16k.mp3", "MP3 audio"),
    ("made_by_tools/mp3_44k_vbr_2ch.mp3", "MP3 audio"),
    ("made_by_tools/mp3_8k.mp3", "MP3 audio"),
    ("made_by_tools/opus_2ch.webm", "Matroska/WebM with Opus audio"),
    ("made_by_tools/opus_48k.opus", "Ogg Opus audio"),
    ("made_by_tools/opus_voip.ogg", "Ogg Opus audio"),
    ("made_by_tools/vorbis_16k.ogg", "Ogg Vorbis audio"),
    ("made_by_tools/vorbis_44k_2ch.ogg", "Ogg Vorbis audio"),
];

/// What `expected.json` says of a file; its README has the fields.
#[derive(Deserialize)]
struct Truth {
    accept: String,
    error: Option<String>,
    #[serde(default)]
    sample_rate: u32,
    #[serde(default)]
    channels: usize,
    #[serde(default)]
    frames: usize,
    sha256: Option<String>,
    sha256_f32: Option<String>,
    #[serde(default)]
    warn: bool,
    raw: Option<String>,
    #[serde(default)]
    first: Vec<Vec<f64>>,
}

fn folder() -> Option<(PathBuf, BTreeMap<String, Truth>)> {
    let folder = common::shared("wav")?;
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    Some((folder, serde_json::from_str(&text).unwrap()))
}

fn config(truth: &Truth) -> WavConfig {
    match &truth.raw {
        Some(raw) => WavConfig::default().raw(raw.parse::<wav::RawFormat>().unwrap().into()),
        None => WavConfig::default(),
    }
}

fn read(bytes: &[u8], config: &WavConfig) -> Result<WavRecording> {
    wav::read(bytes, config, &mut Budget::new(&Limits::default()))
}

pub fn read_plain(bytes: &[u8]) -> Result<WavRecording> {
    read(bytes, &WavConfig::default())
}

/// SHA-256 of all samples as interleaved little-endian f64.
fn sha256(recording: &WavRecording) -> String {
    hex_of(recording.samples.t().iter().flat_map(|sample| sample.to_le_bytes()))
}

fn hex_of(bytes: impl Iterator<Item = u8>) -> String {
    let mut hasher = Sha256::new();
    hasher.update(bytes.collect::<Vec<u8>>());
    hasher.finalize().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// Why `result` is not what `truth` asks for.
fn disagreement(truth: &Truth, result: &Result<WavRecording>) -> Option<String> {
    match result {
        Err(error) => {
            let line = error.to_string();
            if line.is_empty() || line.contains('\n') {
                return Some(format!("not one line: {line:?}"));
            }
            if truth.accept == "yes" {
                return Some(format!("refused: {line}"));
            }
            let class = truth.error.as_deref().unwrap_or("an error class");
            let agrees = match class {
                "limit" => error.class() == Class::Limit,
                class => error.code() == format!("wav.{}", class.replace('_', "-")),
            };
            (!agrees).then(|| format!("{} where {class} is due: {line}", error.code()))
        }
        Ok(_) if truth.accept == "no" => Some("accepted".to_owned()),
        Ok(recording) => {
            let shape = (recording.sample_rate, recording.samples.nrows(), recording.samples.ncols(), recording.frames);
            if shape != (truth.sample_rate, truth.channels, truth.frames, truth.frames) {
                return Some(format!("rate, channels, frames {shape:?}"));
            }
            if truth.warn && recording.warnings.is_empty() {
                return Some("no warning".to_owned());
            }
            let first: Vec<Vec<f64>> = recording.samples.columns().into_iter().take(6).map(|f| f.to_vec()).collect();
            if first != truth.first {
                return Some(format!("begins with {first:?}"));
            }
            let expected = truth.sha256.as_deref().unwrap_or("absent");
            (sha256(recording) != expected).then(|| "other samples".to_owned())
        }
    }
}

#[test]
fn every_file_agrees_with_the_truth() {
    let Some((folder, truths)) = folder() else { return };
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (name, truth) in &truths {
        if REFUSED_BY_NAME.iter().any(|(refused, _)| refused == name) {
            continue;
        }
        let bytes = std::fs::read(folder.join(name)).unwrap();
        compared += 1;
        if let Some(why) = disagreement(truth, &read(&bytes, &config(truth))) {
            wrong.push(format!("{name}: {why}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(compared + REFUSED_BY_NAME.len(), truths.len());
}

#[test]
fn foreign_files_are_refused_by_their_true_name() {
    let Some((folder, truths)) = folder() else { return };
    for (name, kind) in REFUSED_BY_NAME {
        assert!(truths.contains_key(name), "{name} is not in the folder any more");
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let error = read_plain(&bytes).unwrap_err();
        assert_eq!(error.code(), "wav.not-wav", "{name}");
        assert!(error.to_string().contains(&format!("found {kind},")), "{name}: {error}");
    }
    let jpeg = std::fs::read(folder.join("jpeg.wav")).unwrap();
    let line = read_plain(&jpeg).unwrap_err().recording("jpeg.wav").to_string();
    let expected = "RIFF, RIFX, RF64, BW64 or Wave64 audio";
    assert_eq!(line, format!("jpeg.wav: byte 0: not a WAV file: found JPEG image, expected {expected}"));
    let g721 = std::fs::read(folder.join("tag_g721.wav")).unwrap();
    assert!(read_plain(&g721).unwrap_err().to_string().contains("G.721 ADPCM, tag 0x0040"));
}

#[test]
fn strict_refuses_what_warns_and_reads_the_rest() {
    let Some((folder, truths)) = folder() else { return };
    for (name, truth) in &truths {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let Ok(lenient) = read(&bytes, &config(truth)) else { continue };
        let strict = read(&bytes, &config(truth).policy(Policy::Strict));
        match strict {
            Ok(recording) => {
                assert!(!truth.warn, "{name} is read under the strict policy");
                assert_eq!(recording, lenient, "{name}");
            }
            Err(error) => {
                let row = WARNINGS.iter().find(|row| row.code == error.code());
                assert_eq!(row.map(|row| row.under_strict), Some(UnderStrict::Error), "{name}: {error}");
                assert!(lenient.warnings.iter().any(|warning| warning.code == error.code()), "{name}: {error}");
                assert!(truth.warn, "{name} is sound: {error}");
            }
        }
    }
}

#[test]
fn every_warning_has_its_row_in_the_table() {
    let Some((folder, truths)) = folder() else { return };
    let mut given = std::collections::BTreeSet::new();
    for (name, truth) in &truths {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        for warning in read(&bytes, &config(truth)).map(|recording| recording.warnings).unwrap_or_default() {
            assert!(WARNINGS.iter().any(|row| row.code == warning.code), "{name}: {}", warning.code);
            assert!(warning.place.byte.is_some_and(|byte| byte <= bytes.len() as u64), "{name}: {warning:?}");
            given.insert(warning.code);
        }
    }
    assert!(given.len() > 15, "{given:?}");
}

#[test]
fn what_stands_beside_the_samples_is_kept() {
    let Some((folder, _)) = folder() else { return };
    let read = |name: &str| read_plain(&std::fs::read(folder.join(name)).unwrap()).unwrap();
    let bext = read("bext_odd_605.wav").metadata.broadcast.unwrap();
    assert_eq!((bext.description.as_str(), bext.origination_date.as_str()), ("call leg A", "2026-01-31"));
    assert_eq!((bext.origination_time.as_str(), bext.time_reference), ("12:00:00", 8000));
    let texts: Vec<_> =
        read("list_after.wav").metadata.info.into_iter().map(|info| (info.id.to_string(), info.text)).collect();
    assert_eq!(texts, [("ISFT".to_owned(), "myovox".to_owned()), ("ICMT".to_owned(), "odd".to_owned())]);
    let cues = read("cue_adtl_after.wav").metadata;
    assert_eq!((cues.cues[0].id, cues.cues[0].frame, cues.cue_texts[0].text.as_str()), (1, 10, "yes"));
    let surround = read("ext_5_1.wav");
    assert_eq!((surround.channel_mask, surround.bits, surround.valid_bits), (Some(0x3F), 16, 16));
    let narrow = read("ext_20_in_24.wav");
    assert_eq!((narrow.coding, narrow.bits, narrow.valid_bits), (Coding::Pcm24, 24, 20));
    let ids: Vec<_> =
        read("riff_junk_for_ds64.wav").chunks.iter().map(|c| (c.id.to_string(), c.offset, c.bytes)).collect();
    let expected = [("JUNK", 12, 28), ("fmt ", 48, 16), ("data", 72, 320)];
    assert_eq!(ids, expected.map(|(id, offset, bytes)| (id.to_owned(), offset, bytes)));
}

#[test]
fn numbers_that_are_none_are_refused_by_channel_and_frame() {
    let Some((folder, _)) = folder() else { return };
    for (name, value) in [("f32_nan.wav", "NaN"), ("f32_inf.wav", "inf"), ("f32_neg_inf.wav", "-inf")] {
        let line = read_plain(&std::fs::read(folder.join(name)).unwrap()).unwrap_err().to_string();
        assert!(line.starts_with("channel 0, byte 272: sample of frame 57 is no number: found "), "{line}");
        assert!(line.contains(value), "{line}");
    }
    // The second channel, and the earlier of two frames.
    let samples = [0.0_f32, 1.0, 2.0, f32::NAN, f32::INFINITY, 0.0];
    let file = riff(&[chunk(b"fmt ", &fmt(3, 2, 8000, 32)), chunk(b"data", &samples.map(f32::to_le_bytes).concat())]);
    let line = read_plain(&file).unwrap_err().to_string();
    assert!(line.starts_with("channel 1, byte 56: sample of frame 1 is no number: found NaN"), "{line}");
}

#[test]
fn hound_and_this_reader_agree_on_every_integer() {
    let mut random = Pcg64Mcg::seed_from_u64(20_261_121);
    for bits in [8_u16, 16, 24, 32] {
        for channels in [1_u16, 2, 3, 7] {
            let spec = hound::WavSpec {
                channels,
                sample_rate: 44_100,
                bits_per_sample: bits,
                sample_format: hound::SampleFormat::Int,
            };
            let samples: Vec<i32> =
                (0..usize::from(channels) * 1500).map(|_| random.next_u32().cast_signed() >> (32 - bits)).collect();
            let recording = read_plain(&hound_file(spec, &samples)).unwrap();
            assert_eq!((recording.bits, recording.frames, recording.warnings.len()), (bits, 1500, 0));
            let full_scale = f64::from(1_u32 << (bits - 1));
            let read: Vec<f64> = recording.samples.t().iter().map(|x| x * full_scale).collect();
            assert!(
                read.iter().zip(&samples).all(|(read, &written)| *read == f64::from(written)),
                "{bits} bits, {channels} channels"
            );
        }
    }
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 48_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let samples: Vec<f32> =
        (0..3000).map(|_| f32::from_bits(random.next_u32())).filter(|x| x.is_finite()).take(2000).collect();
    let recording = read_plain(&hound_file(spec, &samples)).unwrap();
    assert_eq!(recording.coding, Coding::Float32);
    assert!(recording.samples.t().iter().zip(&samples).all(|(read, &written)| *read == f64::from(written)));
    assert_eq!(recording.frames, 1000);
}

fn hound_file<S: hound::Sample + Copy>(spec: hound::WavSpec, samples: &[S]) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
    for &sample in samples {
        writer.write_sample(sample).unwrap();
    }
    writer.finalize().unwrap();
    file.into_inner()
}

fn chunk(id: &[u8], body: &[u8]) -> Vec<u8> {
    sized_chunk(id, u32::try_from(body.len()).unwrap(), body)
}

fn sized_chunk(id: &[u8], size: u32, body: &[u8]) -> Vec<u8> {
    let pad: &[u8] = if body.len().is_multiple_of(2) { &[] } else { &[0] };
    [id, &size.to_le_bytes(), body, pad].concat()
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = chunks.concat();
    [b"RIFF".as_slice(), &u32::try_from(4 + body.len()).unwrap().to_le_bytes(), b"WAVE", &body].concat()
}

fn fmt(tag: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    fmt_aligned(tag, channels, rate, bits, channels.wrapping_mul(bits.div_ceil(8)))
}

fn fmt_aligned(tag: u16, channels: u16, rate: u32, bits: u16, align: u16) -> Vec<u8> {
    let fields = [tag.to_le_bytes(), channels.to_le_bytes()].concat();
    [fields, rate.to_le_bytes().to_vec(), vec![0; 4], align.to_le_bytes().to_vec(), bits.to_le_bytes().to_vec()]
        .concat()
}

fn with_extra(mut fmt: Vec<u8>, extra: &[u16]) -> Vec<u8> {
    fmt.extend(u16::try_from(extra.len() * 2).unwrap().to_le_bytes());
    fmt.extend(extra.iter().flat_map(|number| number.to_le_bytes()));
    fmt
}

fn file_of(fmt: &[u8], data: &[u8]) -> Vec<u8> {
    riff(&[chunk(b"fmt ", fmt), chunk(b"data", data)])
}

fn w64(chunks: &[(&[u8; 4], u64, &[u8])]) -> Vec<u8> {
    const TAIL: [u8; 12] = [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A];
    const RIFF_TAIL: [u8; 12] = [0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00];
    let mut file = [b"riff".as_slice(), &RIFF_TAIL, &[0; 8], b"wave", &TAIL].concat();
    for (id, size, body) in chunks {
        file.extend([id.as_slice(), &TAIL, &size.to_le_bytes(), body].concat());
    }
    file
}

#[test]
fn memory_beyond_the_limit_is_refused_before_it_is_taken() {
    let file = file_of(&fmt(7, 1, 8000, 8), &[0xFF; 10_000]);
    let mut budget = Budget::new(&Limits::default().max_memory_bytes(10_000));
    let error = wav::read(&file, &WavConfig::default(), &mut budget).unwrap_err();
    assert_eq!(error.code(), "limit.memory-bytes");
    assert!(budget.memory_bytes() < 1000);
}

#[test]
fn headerless_samples_are_read_as_told_and_doubted_aloud() {
    let raw = |text: &str| WavConfig::default().raw(text.parse::<wav::RawFormat>().unwrap().into());
    let recording = read(&[0x80, 0x00, 0x00, 0x40, 0x7F], &raw("s16be:16000:2")).unwrap();
    assert_eq!(recording.samples.column(0).to_vec(), [-1.0, 64.0 / 32768.0]);
    assert_eq!((recording.sample_rate, recording.container), (16_000, wav::Container::Raw));
    assert_eq!(recording.warnings[0].code, "wav.partial-frame");
    let wav_file = file_of(&fmt(1, 1, 8000, 16), &[0; 4]);
    assert_eq!(read(&wav_file, &raw("mulaw:8000")).unwrap().warnings[0].code, "wav.raw-has-header");
    assert_eq!(read(&[0; 8], &raw("f32le:2000000")).unwrap_err().code(), "limit.rate-hz");
    assert_eq!(read(&[0; 800], &raw("u8:8000:257")).unwrap_err().code(), "limit.audio-channels");
    assert_eq!(read(&f32::NAN.to_le_bytes(), &raw("f32le:8000")).unwrap_err().code(), "wav.non-finite");
}

#[test]
fn every_shared_recording_is_sniffed_as_what_it_is() {
    let Some((folder, truths)) = folder() else { return };
    for (name, truth) in &truths {
        let kind = sniff::kind(&std::fs::read(folder.join(name)).unwrap());
        let is_foreign = REFUSED_BY_NAME.iter().any(|(refused, _)| refused == name);
        let is_wav = truth.raw.is_none() && !is_foreign && truth.error.as_deref() != Some("not_wav");
        assert_eq!(kind == Kind::Wav, is_wav || name == "id3v2_before.wav", "{name}: {kind:?}");
    }
    let Some(c3d) = common::shared("c3d") else { return };
    let mut seen = 0;
    visit(&c3d, &mut |path| {
        let bytes = std::fs::read(path).unwrap();
        if path.extension().is_some_and(|extension| extension == "c3d") && bytes.get(1) == Some(&0x50) {
            assert_eq!(sniff::kind(&bytes), Kind::C3d, "{}", path.display());
            seen += 1;
        }
    });
    assert!(seen > 10, "{seen} C3D files");
}

fn visit(folder: &Path, each: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).unwrap().map(std::result::Result::unwrap) {
        let path = entry.path();
        if path.is_dir() { visit(&path, each) } else { each(&path) }
    }
}
