//! Compressed sound, AIFF and AU: read or refused by name, in bounds of memory and time, with a panic of a foreign decoder held back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use myovox::formats::Policy;
use myovox::formats::codecs::{self, AudioRecording, CodecsConfig};
use myovox::{Budget, Limits};

/// Compressed silence is short, so memory does not follow the input: this is the bound.
const MEMORY_BYTES: u64 = 64 << 20;

fuzz_target!(init: quiet_about_foreign_panics(), |bytes: &[u8]| {
    let lenient = read(bytes, Policy::Lenient);
    if let Some(strict) = read(bytes, Policy::Strict) {
        let lenient = lenient.expect("what strict reads lenient reads");
        assert!(strict.samples == lenient.samples && strict.codec == lenient.codec);
    }
});

fn read(bytes: &[u8], policy: Policy) -> Option<AudioRecording> {
    let mut spent = Budget::new(&Limits::default().max_memory_bytes(MEMORY_BYTES).max_warnings(64));
    let config = CodecsConfig::default().policy(policy).max_duration_s(600.0);
    let result = codecs::read(bytes, &config, &mut spent);
    assert!(spent.memory_bytes() <= MEMORY_BYTES, "{} bytes charged", spent.memory_bytes());
    match result {
        Ok(recording) => {
            assert!(recording.sample_rate > 0 && !recording.samples.is_empty());
            assert!(recording.samples.iter().all(|sample| sample.is_finite()), "a sample that is no number");
            Some(recording)
        }
        Err(error) => {
            let line = error.to_string();
            assert!(["codecs.", "wav.", "limit."].iter().any(|room| error.code().starts_with(room)), "{line}");
            assert!(!line.is_empty() && !line.contains('\n'), "{line:?}");
            None
        }
    }
}

/// libFuzzer's hook ends the process at every panic, also at one that the guard around foreign decoders catches. What escapes the guard is
/// still a finding: the wrapper of the target ends the process for it.
fn quiet_about_foreign_panics() {
    std::panic::set_hook(Box::new(|info| {
        let file = info.location().map_or("", |location| location.file());
        if !file.contains("symphonia") && !file.contains("opus-pure") {
            eprintln!("{info}");
        }
    }));
}
