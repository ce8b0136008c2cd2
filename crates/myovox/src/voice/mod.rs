//! The voice room: samples of a call become tracks over time and figures per channel.
//!
//! What comes in is an array `(channels, samples)` at full scale 1 and a rate; the room knows no file. What goes out is an [`Analysis`]: the
//! [`Voice`] part of a report, the warnings, and the reasons for what is not known. [`analyze`] does it in one call; a [`Plan`] with a
//! [`Workspace`] does the same for many recordings of one rate. Every track can be had by itself:
//!
//! | file | track | after |
//! | --- | --- | --- |
//! | [`frames`] | power spectra of frames | librosa, Kaldi, `python_speech_features` |
//! | [`mel`] | [`melspectrogram`](mel::melspectrogram), [`fbank`](mel::fbank) | Davis & Mermelstein 1980, Slaney 1998 |
//! | [`cepstra`] | [`mfcc`](cepstra::mfcc) | Davis & Mermelstein 1980 |
//! | [`spectral`] | centroid, bandwidth, roll-off, flatness, zero crossings, rms | librosa |
//! | [`pitch`] | fundamental frequency | Boersma 1993 |
//! | [`activity`] | speech and pauses | own rule after Martin 2001, Ramírez 2004 |
//!
//! [`summary`] says what a report holds. Everything is computed in double precision; values behind a Fourier transform are promised to the
//! tolerances that `tests/it/voice.rs` states, because the transform's last bits depend on the processor.
//!
//! A new feature is a file with a config, a resolved plan, a planned analysis with its workspace, and a track function; it joins `plan.rs`
//! where its frames are computed already.

pub mod activity;
pub mod cepstra;
mod config;
pub mod frames;
pub mod mel;
mod missing;
pub mod pitch;
mod plan;
mod reduce;
pub mod spectral;
pub mod summary;

pub use config::VoiceConfig;
pub use plan::{Analysis, Plan, Workspace, analyze};
pub use summary::{FrameSet, Leg, PlanSummary, Voice};

use crate::error::{Error, Result};

/// Lowest sampling rate that is analysed: half of it still carries the fundamental and the first formant of most voices.
const LOWEST_RATE_HZ: f64 = 1000.0;

/// Largest magnitude of a sample that is computed with: its square, summed over any recording, is a finite number.
const LARGEST_SAMPLE: f64 = 1e60;

/// The error of a setting that is out of range.
fn out_of_range(field: &str, found: impl std::fmt::Display, expected: impl std::fmt::Display) -> Error {
    Error::config("config.out-of-range", "setting out of range").field(field).found(found).expected(expected)
}

/// `error` unless `condition` holds.
fn require(condition: bool, error: impl FnOnce() -> Error) -> Result<()> {
    if condition { Ok(()) } else { Err(error()) }
}

/// The largest whole number not above `x`; 0 below 0.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, negatives become 0")]
fn floor_usize(x: f64) -> usize {
    x.floor() as usize
}

/// Whether a sample can be computed with.
fn is_amplitude(x: f64) -> bool {
    x.abs() <= LARGEST_SAMPLE
}

/// Refuses what has no samples, or samples that are no numbers.
fn usable(samples: &[f64]) -> Result<()> {
    require(!samples.is_empty(), || Error::data("voice.no-samples", "no samples").found(0).expected("1 or more"))?;
    match samples.iter().position(|x| !is_amplitude(*x)) {
        None => Ok(()),
        Some(i) => Err(Error::data("voice.samples-unusable", format!("sample {i} is no amplitude"))
            .found(samples[i])
            .expected(format!("a finite number up to {LARGEST_SAMPLE:e}"))),
    }
}
