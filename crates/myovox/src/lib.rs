//! myovox turns two kinds of recordings into numbers that a person acts on.
//!
//! - Motion-capture sessions with muscle signals (**C3D**) become EMG envelopes, contractions and session parameters.
//! - Phone calls (**WAV**) become voice features.
//!
//! Arrays are `(channels, samples)`, points `(markers, 3, frames)`: time is the last axis. Units stand in names (`_s`, `_hz`, `_db`).
//! What a reader had to guess is a [`Warning`]; what cannot be known is `null` in the report, with a reason beside it.

pub mod error;
pub mod limits;
pub mod units;
pub mod warning;

mod config;
pub mod dsp;
pub mod emg;
pub mod formats;
pub mod simd;
pub mod voice;

pub use config::Auto;
pub use error::{Class, Error, Result};
pub use limits::{Budget, Limits};
pub use warning::{Missing, Warning};
