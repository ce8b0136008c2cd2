//! The voice room: one channel of speech becomes tracks and figures.
pub mod cepstra;
pub mod frames;
pub mod mel;
pub mod pitch;
pub mod spectral;

use crate::error::{Error, Result};

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

/// Largest magnitude of a sample that is computed with: its square, summed over any recording, is a finite number.
const LARGEST_SAMPLE: f64 = 1e60;

/// Refuses what has no samples, or samples that are no numbers.
fn usable(samples: &[f64]) -> Result<()> {
    require(!samples.is_empty(), || Error::data("voice.no-samples", "no samples").found(0).expected("1 or more"))?;
    match samples.iter().position(|x| !(x.abs() <= LARGEST_SAMPLE)) {
        None => Ok(()),
        Some(i) => Err(Error::data("voice.samples-unusable", format!("sample {i} is no amplitude"))
            .found(samples[i])
            .expected(format!("a finite number up to {LARGEST_SAMPLE:e}"))),
    }
}
