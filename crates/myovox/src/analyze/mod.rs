//! The main job: bytes to kind, recording, analysis, report.
//!
//! [`Analyzer`] holds the settings and the instruction set. [`Analyzer::run`] finds the kind from the bytes, reads the recording within its
//! limits, runs the muscle or the voice analysis, and gathers what came out, what is doubtful and what is missing into one [`Report`].
//! [`Analyzer::inspect`] stops after reading, [`Analyzer::convert`] writes what was read for other programs. None knows of files: names and bytes come from the caller.

mod contents;
mod convert;
mod describe;
mod digest;

pub use convert::Conversion;

use ndarray::{ArrayView1, CowArray, Ix1};

use crate::emg::{self, Signal};
use crate::error::{Error, Result};
use crate::formats::c3d::{self, C3dRecording};
use crate::formats::sniff::{self, Kind};
use crate::formats::wav::{self, WavRecording};
use crate::limits::{Budget, exceeded};
use crate::report::{INSPECTION_SCHEMA, Inspection, Maker, REPORT_SCHEMA, Report};
use crate::settings::Config;
use crate::simd::Level;
use crate::units::Rate;
use crate::voice;
use crate::warning::Warning;

/// The main job with its settings: made once, run over many recordings, from many threads.
#[derive(Clone, Debug)]
pub struct Analyzer {
    config: Config,
    level: Level,
}

/// A recording of either kind.
enum Read {
    C3d(Box<C3dRecording>),
    Wav(Box<WavRecording>),
}

/// The report of `bytes`, with the best instruction set; `name` is what the report calls the recording.
///
/// # Errors
/// As [`Analyzer::run`].
pub fn analyze(bytes: &[u8], name: Option<&str>, config: &Config) -> Result<Report> {
    Analyzer::new(config.clone()).run(bytes, name)
}

impl Analyzer {
    /// With the best instruction set of this processor.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { config, level: Level::best() }
    }

    /// The instruction set to use; filters, envelopes and contractions have the same bits at every level.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Analyses a recording.
    ///
    /// # Errors
    /// What the bytes are not: `recording.unknown-kind`, `recording.other-kind`, codes of the formats, of `Limits`, of settings that the rate
    /// cannot hold, `emg.no-rate`, `recording.no-samples`. Each line names `name`, the byte or field, what was found and what was expected.
    pub fn run(&self, bytes: &[u8], name: Option<&str>) -> Result<Report> {
        self.run_unnamed(bytes, name).map_err(|error| named(error, name))
    }

    /// Reads a recording and says what it holds.
    ///
    /// # Errors
    /// As [`run`](Self::run), as far as reading goes.
    pub fn inspect(&self, bytes: &[u8], name: Option<&str>) -> Result<Inspection> {
        self.inspect_unnamed(bytes, name).map_err(|error| named(error, name))
    }

    fn run_unnamed(&self, bytes: &[u8], name: Option<&str>) -> Result<Report> {
        let mut budget = Budget::new(&self.config.limits);
        let read = self.read(bytes, &mut budget)?;
        let (mut recording, mut missing) = describe::recording(&read, bytes, name, &self.config.emg.channels);
        let (mut warnings, mut emg, mut voice) = (Vec::new(), None, None);
        match read {
            Read::C3d(c3d) => {
                if c3d.frames == 0 {
                    return Err(no_frames(&c3d));
                }
                budget.charge((c3d.analog.ncols() as u64).saturating_mul(MUSCLE_BYTES), "series of a muscle")?;
                let analysis = self.muscles(&c3d)?;
                for (channel, role) in recording.channels.iter_mut().zip(&analysis.roles) {
                    channel.role = Some(*role);
                }
                warnings.extend(c3d.warnings);
                warnings.extend(analysis.warnings);
                missing.extend(analysis.missing.into_iter().map(|entry| entry.within("emg")));
                emg = Some(analysis.emg);
            }
            Read::Wav(wav) => {
                let rate = Rate::new(f64::from(wav.sample_rate))?;
                let plan = voice::Plan::new(&self.config.voice, rate)?;
                budget.charge(plan.memory_bytes(wav.samples.ncols()), "tables of a voice")?;
                let analysis = plan.run(wav.samples.view())?;
                warnings.extend(wav.warnings);
                warnings.extend(analysis.warnings);
                missing.extend(analysis.missing.into_iter().map(|entry| entry.within("voice")));
                voice = Some(analysis.voice);
            }
        }
        keep_at_most(&mut warnings, self.config.limits.max_warnings);
        Ok(Report {
            schema: REPORT_SCHEMA.to_owned(),
            myovox: Maker::this(),
            recording,
            config: self.config.clone(),
            config_sha256: digest::of_config(&self.config),
            warnings,
            missing,
            emg,
            voice,
        })
    }

    fn inspect_unnamed(&self, bytes: &[u8], name: Option<&str>) -> Result<Inspection> {
        let read = self.read(bytes, &mut Budget::new(&self.config.limits))?;
        let (recording, mut missing) = describe::recording(&read, bytes, name, &self.config.emg.channels);
        let (contents, more) = contents::of(&read);
        missing.extend(more);
        let warnings = match read {
            Read::C3d(c3d) => c3d.warnings,
            Read::Wav(wav) => wav.warnings,
        };
        Ok(Inspection {
            schema: INSPECTION_SCHEMA.to_owned(),
            myovox: Maker::this(),
            recording,
            contents,
            warnings,
            missing,
        })
    }

    fn read(&self, bytes: &[u8], budget: &mut Budget) -> Result<Read> {
        let (bytes_here, at_most) = (bytes.len() as u64, self.config.limits.max_input_bytes);
        if bytes_here > at_most {
            return Err(exceeded("limit.input-bytes", "recording", "max_input_bytes", bytes_here, at_most));
        }
        let headerless = self.config.wav.raw.given().is_some();
        match if headerless { Kind::Wav } else { sniff::kind(bytes) } {
            Kind::C3d => c3d::read(bytes, &self.config.c3d, budget).map(|recording| Read::C3d(Box::new(recording))),
            Kind::Wav => wav::read(bytes, &self.config.wav, budget).map(|recording| Read::Wav(Box::new(recording))),
            Kind::Empty => Err(unknown("an empty file")),
            Kind::Other(kind) => {
                Err(Error::unsupported("recording.other-kind", "not a recording of muscles or voices")
                    .byte(0)
                    .found(kind)
                    .expected(EXPECTED))
            }
            _ => Err(unknown(&describe::first_bytes(bytes)).byte(0)),
        }
    }

    fn muscles(&self, c3d: &C3dRecording) -> Result<emg::Analysis> {
        let infos = describe::channel_infos(c3d);
        let rows: Vec<CowArray<'_, f64, Ix1>> = c3d.analog.rows().into_iter().map(contiguous).collect();
        let signals: Vec<Signal<'_>> =
            infos.iter().zip(&rows).filter_map(|(info, row)| Some(Signal { info, samples: row.as_slice()? })).collect();
        let rate = c3d.analog_rate_hz.and_then(|hz| Rate::new(hz).ok());
        emg::analyze(&signals, rate, &self.config.emg, self.level).map_err(|error| match error.code() {
            "emg.no-rate" => error.field("ANALOG:RATE").found(stated_rate(c3d)),
            _ => error,
        })
    }
}

/// Bytes per sample that the series of one muscle need: mended, band-passed, envelope, extended for the filter, in lanes, sorted.
const MUSCLE_BYTES: u64 = 8 * 8;

const EXPECTED: &str = "C3D (0x50 in byte 1) or WAV (RIFF, RIFX, RF64, BW64, W64)";

/// The row itself where its samples stand side by side, else a copy in which they do.
#[expect(clippy::needless_pass_by_value, reason = "a view is two words, and the result borrows what it borrows")]
fn contiguous(row: ArrayView1<'_, f64>) -> CowArray<'_, f64, Ix1> {
    if row.as_slice().is_some() { row.into() } else { row.to_owned().into() }
}

fn no_frames(c3d: &C3dRecording) -> Error {
    Error::data("recording.no-samples", "nothing to analyse")
        .byte(c3d.layout.data_start)
        .found("no whole frame in the file")
        .expected("at least one frame of points and analog samples from here")
}

/// The analog rate as the file states it, usable or not.
fn stated_rate(c3d: &C3dRecording) -> String {
    let stated = c3d.parameters.get("ANALOG", "RATE").and_then(c3d::Parameter::as_f64);
    stated.map_or_else(|| "none".to_owned(), |hz| format!("{hz} Hz"))
}

/// Drops what is beyond the limit, and says how much that was.
fn keep_at_most(warnings: &mut Vec<Warning>, limit: u32) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if warnings.len() > limit {
        let dropped = warnings.len() - limit;
        warnings.truncate(limit);
        let message = format!("{dropped} more warnings are beyond limits.max_warnings");
        warnings.push(Warning::new("report.warnings-dropped", message).field("limits.max_warnings"));
    }
}

fn unknown(found: &str) -> Error {
    Error::data("recording.unknown-kind", "not a recording").found(found).expected(EXPECTED)
}

fn named(error: Error, name: Option<&str>) -> Error {
    match name {
        Some(name) => error.recording(name),
        None => error,
    }
}
