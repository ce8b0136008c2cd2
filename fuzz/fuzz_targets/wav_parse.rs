//! WAV: read or refused, and what is read is finite, in range and of one shape; the same bytes without a header as well.
#![no_main]

use libfuzzer_sys::fuzz_target;
use myovox::formats::Policy;
use myovox::formats::wav::{self, Coding, RawFormat, WavConfig, WavRecording};
use myovox_fuzz::{budget, permitted_bytes};

fuzz_target!(|bytes: &[u8]| {
    let lenient = read(bytes, &WavConfig::default());
    if let Some(strict) = read(bytes, &WavConfig::default().policy(Policy::Strict)) {
        let lenient = lenient.expect("what strict reads lenient reads");
        assert_eq!(strict, lenient);
    }
    for raw in ["mulaw:8000:2", "s24be:48000:3", "f32le:16000"] {
        let format: RawFormat = raw.parse().expect("a raw format");
        read(bytes, &WavConfig::default().raw(format.into()));
    }
});

fn read(bytes: &[u8], config: &WavConfig) -> Option<WavRecording> {
    let mut spent = budget();
    let result = wav::read(bytes, config, &mut spent);
    assert!(spent.memory_bytes() <= permitted_bytes(bytes.len()), "{} of {} bytes", spent.memory_bytes(), bytes.len());
    match result {
        Ok(recording) => {
            check(&recording);
            Some(recording)
        }
        Err(error) => {
            assert!(error.code().starts_with("wav.") || error.code().starts_with("limit."), "{error}");
            None
        }
    }
}

fn check(recording: &WavRecording) {
    assert_eq!(recording.samples.ncols(), recording.frames);
    assert!(recording.sample_rate > 0 && recording.samples.nrows() > 0);
    let is_float = matches!(recording.coding, Coding::Float32 | Coding::Float64);
    let fits = |x: &f64| if is_float { x.is_finite() } else { (-1.0..1.0).contains(x) };
    assert!(recording.samples.iter().all(fits), "a sample out of range");
}
