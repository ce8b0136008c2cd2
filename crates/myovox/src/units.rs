//! Rates, spans of time, and how a length in milliseconds becomes a number of samples.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A sampling rate in Hz: finite and greater than zero.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Rate(f64);

impl Rate {
    /// A rate in Hz.
    ///
    /// # Errors
    /// `config.rate` when `hz` is not finite or not greater than zero.
    pub fn new(hz: f64) -> Result<Self> {
        if hz.is_finite() && hz > 0.0 {
            return Ok(Self(hz));
        }
        Err(Error::config("config.rate", "not a sampling rate")
            .found(format!("{hz} Hz"))
            .expected("a finite rate above 0 Hz"))
    }

    /// In Hz.
    pub fn hz(self) -> f64 {
        self.0
    }

    /// `milliseconds` in whole samples: rounded half away from zero, at least 1.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, negatives become 0")]
    pub fn samples_of_ms(self, milliseconds: f64) -> usize {
        ((milliseconds * self.0 / 1000.0).round() as usize).max(1)
    }

    /// The sample at `seconds` from the first one, to the nearest; 0 for what lies before it.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, negatives become 0")]
    pub fn sample_at(self, seconds: f64) -> usize {
        (seconds * self.0).round() as usize
    }

    /// The time of sample `index` in seconds from the first sample.
    pub fn seconds(self, index: usize) -> f64 {
        index as f64 / self.0
    }
}

/// Samples `start..end`, and the same in seconds from the first sample.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// First sample.
    pub start: usize,
    /// The sample after the last.
    pub end: usize,
    /// Start in seconds.
    pub start_s: f64,
    /// End in seconds.
    pub end_s: f64,
}

impl Span {
    /// The span of `start..end` at `rate`.
    #[must_use]
    pub fn new(start: usize, end: usize, rate: Rate) -> Self {
        Self { start, end, start_s: rate.seconds(start), end_s: rate.seconds(end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_that_are_none_are_refused_by_value() {
        for hz in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Rate::new(hz).unwrap_err().code(), "config.rate");
        }
    }

    #[test]
    fn milliseconds_round_and_are_at_least_one_sample() {
        let rate = Rate::new(990.0).unwrap();
        assert_eq!(rate.samples_of_ms(50.0), 50); // 49.5
        assert_eq!(rate.samples_of_ms(0.1), 1);
        assert_eq!(rate.samples_of_ms(-5.0), 1);
    }
}
