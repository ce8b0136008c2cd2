//! AIFF and AU, byte by byte as their descriptions say, and the names by which other files are refused.

use myovox::formats::Policy;
use myovox::formats::codecs::{Codec, CodecsConfig, Container, container};

use super::{read, read_with};

fn au(coding: u32, rate: u32, channels: u32, size: u32, samples: &[u8]) -> Vec<u8> {
    let fields = [24, size, coding, rate, channels].map(u32::to_be_bytes).concat();
    [b".snd", fields.as_slice(), samples].concat()
}

fn chunk(id: &[u8], content: &[u8]) -> Vec<u8> {
    let pad = vec![0; content.len() % 2];
    [id, &u32::try_from(content.len()).unwrap().to_be_bytes(), content, &pad].concat()
}

fn aiff(form: &[u8], frames: u32, bits: u16, coding: Option<&[u8]>, samples: &[u8]) -> Vec<u8> {
    // 8000 Hz in 80 bits.
    let rate = [0x40, 0x0B, 0xFA, 0, 0, 0, 0, 0, 0, 0];
    let comm = [&[0, 1][..], &frames.to_be_bytes(), &bits.to_be_bytes(), &rate, coding.unwrap_or_default()].concat();
    let chunks = [chunk(b"NAME", b"odd"), chunk(b"COMM", &comm), chunk(b"SSND", &[&[0; 8], samples].concat())].concat();
    [b"FORM", (u32::try_from(chunks.len()).unwrap() + 4).to_be_bytes().as_slice(), form, &chunks].concat()
}

#[test]
fn au_of_every_coding_has_the_samples_that_stand_in_it() {
    let row = |coding: u32, samples: &[u8]| {
        let recording = read(&au(coding, 8000, 1, u32::MAX, samples)).unwrap();
        (recording.samples.row(0).to_vec(), recording.codec, recording.bits)
    };
    assert_eq!(row(1, &[0x00, 0xFF]), (vec![-32124.0 / 32768.0, 0.0], Codec::Mulaw, None));
    assert_eq!(row(2, &[0x80, 0x40]), (vec![-1.0, 0.5], Codec::Pcm, Some(8)));
    assert_eq!(row(3, &[0x80, 0, 0x40, 0]), (vec![-1.0, 0.5], Codec::Pcm, Some(16)));
    assert_eq!(row(4, &[0x80, 0, 0, 0x40, 0, 0]), (vec![-1.0, 0.5], Codec::Pcm, Some(24)));
    assert_eq!(row(5, &[0x80, 0, 0, 0]), (vec![-1.0], Codec::Pcm, Some(32)));
    assert_eq!(row(6, &1.5_f32.to_be_bytes()), (vec![1.5], Codec::Float, Some(32)));
    assert_eq!(row(7, &(-0.25_f64).to_be_bytes()), (vec![-0.25], Codec::Float, Some(64)));
    assert_eq!(row(27, &[0xD5, 0x2A]), (vec![8.0 / 32768.0, -32256.0 / 32768.0], Codec::Alaw, None));
    let two = read(&au(3, 44100, 2, 8, &[0x80, 0, 0x40, 0, 0, 0, 0x20, 0])).unwrap();
    assert_eq!((two.samples.row(0).to_vec(), two.samples.row(1).to_vec()), (vec![-1.0, 0.0], vec![0.5, 0.25]));
}

#[test]
fn aiff_of_every_coding_has_the_samples_that_stand_in_it() {
    let row = |form, frames, bits, coding, samples: &[u8]| {
        let recording = read(&aiff(form, frames, bits, coding, samples)).unwrap();
        assert_eq!((recording.sample_rate, recording.container), (8000, Container::Aiff));
        (recording.samples.row(0).to_vec(), recording.codec, recording.bits)
    };
    assert_eq!(row(b"AIFF", 2, 16, None, &[0x80, 0, 0x40, 0]), (vec![-1.0, 0.5], Codec::Pcm, Some(16)));
    assert_eq!(row(b"AIFF", 2, 8, None, &[0x80, 0x40]), (vec![-1.0, 0.5], Codec::Pcm, Some(8)));
    assert_eq!(row(b"AIFF", 1, 20, None, &[0x40, 0, 0]), (vec![0.5], Codec::Pcm, Some(20)));
    assert_eq!(row(b"AIFC", 2, 16, Some(b"sowt"), &[0, 0x80, 0, 0x40]), (vec![-1.0, 0.5], Codec::Pcm, Some(16)));
    assert_eq!(row(b"AIFC", 1, 32, Some(b"fl32"), &0.75_f32.to_be_bytes()), (vec![0.75], Codec::Float, Some(32)));
    assert_eq!(row(b"AIFC", 1, 8, Some(b"ulaw"), &[0xFF]), (vec![0.0], Codec::Mulaw, None));
}

#[test]
fn sizes_that_lie_are_warned_of_and_strict_refuses_them() {
    for bytes in [au(3, 8000, 1, 100, &[0, 0, 0, 0]), aiff(b"AIFF", 50, 16, None, &[0, 0, 0, 0])] {
        let recording = read(&bytes).unwrap();
        assert_eq!((recording.samples.dim(), recording.warnings[0].code.as_ref()), ((1, 2), "codecs.data-cut"));
        let strict = CodecsConfig::default().policy(Policy::Strict);
        assert_eq!(read_with(&bytes, &strict).unwrap_err().code(), "codecs.data-cut");
    }
}

#[test]
fn what_cannot_be_read_is_refused_by_name() {
    for (bytes, code, words) in [
        (au(23, 8000, 1, 0, &[]), "codecs.unsupported", "G.721"),
        (au(99, 8000, 1, 0, &[]), "codecs.unsupported", "coding 99"),
        (au(3, 8000, 0, 2, &[0, 0]), "codecs.bad-field", "channels"),
        (au(3, 0, 1, 2, &[0, 0]), "codecs.bad-field", "rate"),
        (au(3, u32::MAX, 1, 2, &[0, 0]), "limit.rate-hz", "rate"),
        (au(3, 8000, 65535, 2, &[0, 0]), "limit.audio-channels", "channels"),
        (au(3, 8000, 1, 0, &[]), "codecs.no-samples", "au"),
        (b".snd".to_vec(), "codecs.truncated", "offset"),
        (aiff(b"AIFC", 1, 16, Some(b"ima4"), &[0, 0]), "codecs.unsupported", "ima4"),
        (aiff(b"AIFF", 1, 60, None, &[0; 8]), "codecs.unsupported", "60 bits"),
        (b"FORM\0\0\0\x04AIFF".to_vec(), "codecs.bad-container", "COMM"),
        (b"#!AMR\n\x3c".to_vec(), "codecs.not-audio", "AMR"),
        (b"\x30\x26\xB2\x75\x8E\x66\xCF\x11".to_vec(), "codecs.not-audio", "WMA"),
        (b"RIFF\x24\0\0\0WAVEfmt ".to_vec(), "codecs.not-audio", "WAV"),
        (Vec::new(), "codecs.not-audio", "empty"),
    ] {
        let error = read(&bytes).unwrap_err();
        let line = error.to_string();
        assert!(error.code() == code && line.contains(words) && !line.contains('\n'), "{}: {line}", error.code());
    }
    assert_eq!(container(&au(3, 8000, 1, 0, &[])), Some(Container::Au));
}

#[cfg(not(feature = "codecs"))]
#[test]
fn without_the_feature_compressed_sound_is_refused_by_its_name() {
    for (bytes, name) in
        [(b"fLaC\0\0\0\x22".as_slice(), "FLAC"), (b"OggS".as_slice(), "Ogg"), (b"\0\0\0\x1cftypM4A ".as_slice(), "M4A")]
    {
        let line = read(bytes).unwrap_err().to_string();
        assert!(line.contains(name) && (name == "Ogg" || line.contains("without the feature codecs")), "{line}");
    }
}
