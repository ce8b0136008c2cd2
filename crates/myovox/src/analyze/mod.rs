//! The main job: bytes to kind, recording, analysis, report.
//!
//! [`Analyzer`] holds the settings and the instruction set. [`Analyzer::run`] finds the kind from the bytes, reads the recording within its
//! limits, runs the muscle or the voice analysis, and gathers what came out, what is doubtful and what is missing into one [`Report`].
//! [`Analyzer::inspect`] stops after reading, [`Analyzer::convert`] writes what was read for other programs. None knows of files: names and bytes come from the caller.

mod contents;
mod convert;
mod describe;
mod digest;
mod game;
mod traces;

pub use crate::emg::Session;
pub use convert::{Conversion, Format};

use ndarray::{ArrayView1, ArrayView2, CowArray, Ix1};

use crate::emg::{self, Given, Signal};
use crate::error::{Error, Result};
use crate::formats::c3d::{self, C3dRecording};
use crate::formats::codecs::{self, AudioRecording};
use crate::formats::sniff::{self, Kind};
use crate::formats::wav::{self, WavRecording};
use crate::limits::{Budget, exceeded};
use crate::report::{INSPECTION_SCHEMA, Inspection, Maker, REPORT_SCHEMA, Report, Traces};
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
    session: Option<Session>,
    /// What is doubtful about the calibration that the session holds.
    doubts: Vec<Warning>,
}

/// A recording of any kind.
enum Read {
    C3d(Box<C3dRecording>),
    Sound(Sound),
}

/// Sound, as each of its readers gives it.
enum Sound {
    Wav(Box<WavRecording>),
    Audio(Box<AudioRecording>),
}

impl Sound {
    fn sample_rate(&self) -> u32 {
        match self {
            Self::Wav(wav) => wav.sample_rate,
            Self::Audio(audio) => audio.sample_rate,
        }
    }

    /// (channels, samples)
    fn samples(&self) -> ArrayView2<'_, f64> {
        match self {
            Self::Wav(wav) => wav.samples.view(),
            Self::Audio(audio) => audio.samples.view(),
        }
    }

    fn into_warnings(self) -> Vec<Warning> {
        match self {
            Self::Wav(wav) => wav.warnings,
            Self::Audio(audio) => audio.warnings,
        }
    }
}

impl Read {
    fn into_warnings(self) -> Vec<Warning> {
        match self {
            Self::C3d(c3d) => c3d.warnings,
            Self::Sound(sound) => sound.into_warnings(),
        }
    }
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
        Self { config, level: Level::best(), session: None, doubts: Vec::new() }
    }

    /// With what the recordings cannot know of their session. A calibration recording that it names is not opened here: see
    /// [`batch::with_session`](crate::batch::with_session), or [`calibrate`](Self::calibrate) and [`Session::calibrated`].
    ///
    /// ```
    /// use myovox::{Analyzer, Config, emg::Session};
    /// let session = Session::from_toml("rpe = 5")?;
    /// let analyzer = Analyzer::new(Config::default()).session(session);
    /// # Ok::<(), myovox::Error>(())
    /// ```
    #[must_use]
    pub fn session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// With what is doubtful about the session's calibration, said in every report.
    pub(crate) fn doubts(mut self, doubts: Vec<Warning>) -> Self {
        self.doubts = doubts;
        self
    }

    /// What the recordings cannot know of their session, as far as it was given.
    pub fn given_session(&self) -> Option<&Session> {
        self.session.as_ref()
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
    /// cannot hold, `emg.no-rate`, `recording.no-samples`; of a session that is wrong, or not of this recording. Each line names `name`, the byte or field, what was found and what was expected.
    pub fn run(&self, bytes: &[u8], name: Option<&str>) -> Result<Report> {
        self.run_unnamed(bytes, name, None).map_err(|error| named(error, name))
    }

    /// The same report, and what a plot needs beside it.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_traced(&self, bytes: &[u8], name: Option<&str>) -> Result<(Report, Traces)> {
        let mut traces = Traces::default();
        let report = self.run_unnamed(bytes, name, Some(&mut traces)).map_err(|error| named(error, name))?;
        Ok((report, traces))
    }

    /// Reads a recording and says what it holds.
    ///
    /// # Errors
    /// As [`run`](Self::run), as far as reading goes.
    pub fn inspect(&self, bytes: &[u8], name: Option<&str>) -> Result<Inspection> {
        self.inspect_unnamed(bytes, name).map_err(|error| named(error, name))
    }

    /// The maximal voluntary contractions of a calibration recording, and what is doubtful about them.
    ///
    /// # Errors
    /// As [`run`](Self::run); `session.not-a-calibration` for a recording without a muscle that could be measured.
    pub fn calibrate(&self, bytes: &[u8], name: Option<&str>) -> Result<(Vec<emg::mvc::Calibration>, Vec<Warning>)> {
        self.calibrate_unnamed(bytes).map_err(|error| named(error, name))
    }

    fn calibrate_unnamed(&self, bytes: &[u8]) -> Result<(Vec<emg::mvc::Calibration>, Vec<Warning>)> {
        let nothing = |found: &str| {
            let error = Error::data("session.not-a-calibration", "no maximal voluntary contraction to be had");
            error.found(found).expected("a C3D recording of maximal contractions of the session's muscles")
        };
        let Read::C3d(c3d) = self.read(bytes, &mut Budget::new(&self.config.limits))? else {
            return Err(nothing("a recording of sound"));
        };
        let measured =
            Self::with_signals(&c3d, |signals, rate| emg::calibrate(signals, rate, &self.config.emg, self.level))?;
        if measured.0.is_empty() { Err(nothing("no contraction that is long enough")) } else { Ok(measured) }
    }

    fn run_unnamed(&self, bytes: &[u8], name: Option<&str>, traces: Option<&mut Traces>) -> Result<Report> {
        let mut budget = Budget::new(&self.config.limits);
        let read = self.read(bytes, &mut budget)?;
        let (mut recording, mut missing) = describe::recording(&read, bytes, name, &self.config.emg.channels);
        let (mut emg, mut voice) = (None, None);
        let warnings;
        match read {
            Read::C3d(c3d) => {
                if c3d.frames == 0 {
                    return Err(no_frames(&c3d));
                }
                budget.charge((c3d.analog.ncols() as u64).saturating_mul(MUSCLE_BYTES), "series of a muscle")?;
                let mut analysis = self.muscles(&c3d)?;
                if let Some(traces) = traces {
                    *traces = Self::with_signals(&c3d, |signals, _| {
                        traces::of_muscles(signals, &analysis.emg, &self.config.emg, self.level)
                    })?;
                }
                analysis.warnings.splice(0..0, self.doubts.iter().cloned());
                for (channel, role) in recording.channels.iter_mut().zip(&analysis.roles) {
                    channel.role = Some(*role);
                }
                warnings = merged(c3d.warnings, analysis.warnings, self.config.limits.max_warnings);
                missing.extend(analysis.missing.into_iter().map(|entry| entry.within("emg")));
                emg = Some(analysis.emg);
            }
            Read::Sound(sound) => {
                let rate = Rate::new(f64::from(sound.sample_rate()))?;
                let plan = voice::Plan::new(&self.config.voice, rate)?;
                budget.charge(plan.memory_bytes(sound.samples().ncols()), "tables of a voice")?;
                let analysis = plan.run(sound.samples())?;
                if let Some(traces) = traces {
                    *traces = traces::of_sound(&sound.samples(), rate)?;
                }
                let unused =
                    || Warning::new("report.session-unused", "a session is of muscles; no word of it was used");
                let doubts = self.session.iter().map(|_| unused()).chain(analysis.warnings).collect();
                warnings = merged(sound.into_warnings(), doubts, self.config.limits.max_warnings);
                missing.extend(analysis.missing.into_iter().map(|entry| entry.within("voice")));
                voice = Some(analysis.voice);
            }
        }
        Ok(Report {
            schema: REPORT_SCHEMA.to_owned(),
            myovox: Maker::this(),
            recording,
            config: self.config.clone(),
            config_sha256: digest::of_config(&self.config),
            session: self.session.clone(),
            warnings,
            missing,
            emg,
            voice,
        })
    }

    fn inspect_unnamed(&self, bytes: &[u8], name: Option<&str>) -> Result<Inspection> {
        let mut budget = Budget::new(&self.config.limits);
        let read = self.read(bytes, &mut budget)?;
        let (recording, mut missing) = describe::recording(&read, bytes, name, &self.config.emg.channels);
        let (contents, doubts, more) = contents::of(&read, &mut budget)?;
        missing.extend(more);
        let warnings = merged(read.into_warnings(), doubts, self.config.limits.max_warnings);
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
        if !headerless && codecs::container(bytes).is_some() {
            let recording = codecs::read(bytes, &self.config.codecs, budget)?;
            return Ok(Read::Sound(Sound::Audio(Box::new(recording))));
        }
        match if headerless { Kind::Wav } else { sniff::kind(bytes) } {
            Kind::C3d => c3d::read(bytes, &self.config.c3d, budget).map(|recording| Read::C3d(Box::new(recording))),
            Kind::Wav => {
                let recording = wav::read(bytes, &self.config.wav, budget)?;
                Ok(Read::Sound(Sound::Wav(Box::new(recording))))
            }
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
        let session = self.session.clone().unwrap_or_default();
        if let Some(path) = session.calibration_recording.as_ref().filter(|_| !session.is_calibrated()) {
            return Err(Error::config("session.calibration-not-read", "the calibration recording was not opened")
                .field("calibration_recording")
                .found(format!("\"{path}\""))
                .expected("a session file given by its path, or values of MVC in it"));
        }
        let given = Given { session, file: game::of_c3d(c3d) };
        Self::with_signals(c3d, |signals, rate| {
            emg::analyze_session(signals, rate, &self.config.emg, self.level, &given)
        })
    }

    /// Does `job` with the analog channels and their rate.
    fn with_signals<T>(c3d: &C3dRecording, job: impl FnOnce(&[Signal<'_>], Option<Rate>) -> Result<T>) -> Result<T> {
        let infos = describe::channel_infos(c3d);
        let rows: Vec<CowArray<'_, f64, Ix1>> = c3d.analog.rows().into_iter().map(contiguous).collect();
        let signals: Vec<Signal<'_>> =
            infos.iter().zip(&rows).filter_map(|(info, row)| Some(Signal { info, samples: row.as_slice()? })).collect();
        let rate = c3d.analog_rate_hz.and_then(|hz| Rate::new(hz).ok());
        job(&signals, rate).map_err(|error| match error.code() {
            "emg.no-rate" => error.field("ANALOG:RATE").found(stated_rate(c3d)),
            _ => error,
        })
    }
}

/// Bytes per sample that the series of one muscle need: mended, band-passed, envelope, extended for the filter, in lanes, sorted.
const MUSCLE_BYTES: u64 = 8 * 8;

const EXPECTED: &str =
    "C3D (0x50 in byte 1), WAV (RIFF, RIFX, RF64, BW64, W64), FLAC, MP3, AAC, MP4/M4A, Ogg, WebM, AIFF, CAF or AU";

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

/// The reader's warnings and the analysis's, at most `limit` of them. The analysis's are few and about the numbers themselves, so the reader's
/// give way; the reader's own count of what it dropped stays, and a last entry counts what gave way here.
fn merged(mut of_reader: Vec<Warning>, mut of_analysis: Vec<Warning>, limit: u32) -> Vec<Warning> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let count = of_reader.pop_if(|last| last.code.ends_with(".warnings-dropped"));
    let dropped = (of_reader.len() + of_analysis.len()).saturating_sub(limit);
    of_analysis.truncate(limit);
    of_reader.truncate(limit - of_analysis.len());
    of_reader.extend(of_analysis);
    of_reader.extend(count);
    if dropped > 0 {
        let message = format!("{dropped} more warnings are beyond limits.max_warnings");
        of_reader.push(Warning::new("report.warnings-dropped", message).field("limits.max_warnings"));
    }
    of_reader
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_of_the_analysis_outlive_those_of_the_reader() {
        let of = |codes: &[&'static str]| codes.iter().map(|&code| Warning::new(code, "")).collect::<Vec<_>>();
        let codes = |warnings: Vec<Warning>| warnings.into_iter().map(|warning| warning.code).collect::<Vec<_>>();
        let reader = of(&["c3d.a", "c3d.b", "c3d.warnings-dropped"]);
        let all = merged(reader.clone(), of(&["emg.gap"]), 10);
        assert_eq!(codes(all), ["c3d.a", "c3d.b", "emg.gap", "c3d.warnings-dropped"]);
        let few = merged(reader, of(&["emg.gap"]), 2);
        assert!(few[3].message.starts_with("1 more"));
        assert_eq!(codes(few), ["c3d.a", "emg.gap", "c3d.warnings-dropped", "report.warnings-dropped"]);
        let none = merged(of(&["c3d.a"]), of(&["emg.gap"]), 0);
        assert!(none.len() == 1 && none[0].message.starts_with("2 more"));
    }
}
