//! myovox turns two kinds of recordings into numbers that a person acts on.
//!
//! - Motion-capture sessions with muscle signals (**C3D**) become EMG envelopes, contractions and session parameters.
//! - Phone calls (**WAV**) become voice features.
//!
//! ```no_run
//! use myovox::{Analyzer, Config};
//! let bytes = std::fs::read("session.c3d")?;
//! let report = Analyzer::new(Config::default()).run(&bytes, Some("session.c3d"))?;
//! for channel in report.emg.iter().flat_map(|emg| &emg.channels) {
//!     println!("{}: {} contractions", channel.label, channel.parameters.contractions);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Analyzer`] is the main job: bytes in, [`Report`] out. The rooms that it calls stand open on their own: [`formats`] (bytes to recordings),
//! [`emg`], [`voice`], [`dsp`], and [`batch`] for many files.
//!
//! Arrays are `(channels, samples)`, points `(markers, 3, frames)`: time is the last axis. Units stand in names (`_s`, `_hz`, `_db`).
//! What a reader had to guess is a [`Warning`]; what cannot be known is `null` in the report, with a reason beside it ([`Missing`]).
//! The same input and settings give the same bytes of report, for any number of threads.

pub mod analyze;
pub mod batch;
pub mod dsp;
pub mod emg;
pub mod error;
pub mod formats;
pub mod limits;
pub mod page;
pub mod report;
pub mod settings;
pub mod simd;
pub mod units;
pub mod voice;
pub mod warning;

mod config;

/// The README's examples, run with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;

pub use analyze::Analyzer;
pub use config::Auto;
pub use error::{Class, Error, Result};
pub use limits::{Budget, Limits};
pub use report::Report;
pub use settings::Config;
pub use warning::{Missing, Warning};
