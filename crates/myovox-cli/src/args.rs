//! What can be typed. Every argument is described here once: help, completions and manual pages are made from it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use myovox::Auto;
use myovox::analyze::Format;
use myovox::formats::c3d::{C3dWriteConfig, Processor, Storage};
use myovox::formats::export::Target;
use myovox::formats::wav::WriteCoding;

const ENDS: &str = "\
Exit status:
  0  everything was done
  1  some recordings failed; each is a line on standard error, the others were done
  2  wrong usage: arguments, a settings file, a setting, or a place where results cannot be written

Environment:
  MYOVOX_SIMD  instruction set to compute with: scalar, sse2, sse4.2, avx2, avx512 (default: the best there is)
  NO_COLOR     no bold heads and coloured warnings, also on a terminal";

/// Motion-capture sessions with muscle signals (C3D) and phone calls (WAV), turned into numbers.
///
/// Results go to standard output, everything else to standard error.
#[derive(Debug, Parser)]
#[command(name = "myovox", version, after_help = ENDS, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Say what recordings hold: kind, duration, rates, channels, markers, events
    #[command(after_help = ENDS)]
    Inspect(Inspect),
    /// Analyse recordings: contractions of muscles, features of voices
    #[command(after_help = ENDS)]
    Analyze(Analyze),
    /// Convert recordings: C3D to C3D, CSV, TRC, MOT, STO, Arrow, Parquet; sound to WAV, CSV, Arrow, Parquet
    #[command(after_help = ENDS)]
    Convert(Convert),
    /// Follow muscles live: samples on standard input, an event a line as soon as it is known (NDJSON)
    #[command(after_help = ENDS)]
    Stream(StreamCall),
    /// Print the default settings, or check a settings file
    Config(ConfigCall),
    /// Print the JSON Schema of what is written or can be set
    Schema {
        /// What the schema is of
        of: Schema,
    },
    /// Read recordings with another reader too and print where they differ (in the Python package: pip install myovox)
    Compare {
        /// What the Python package takes
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        arguments: Vec<std::ffi::OsString>,
    },
    /// Print a script that completes the arguments of this command in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = Form::Text)]
    pub(crate) format: Form,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

#[derive(Debug, Args)]
pub(crate) struct Analyze {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    /// Form of the result: text to read at a glance; JSON of one recording is one report, of several an array of those that were done; NDJSON
    /// is one report a line; CSV is the table of --table; HTML is one page with plots, for a browser or paper [default: text, with --table csv]
    #[arg(long, value_enum)]
    pub(crate) format: Option<ReportForm>,
    /// Rows of the CSV [default: channels where a recording can hold muscles, else legs]
    #[arg(long, value_enum)]
    pub(crate) table: Option<Table>,
    /// Labels of the channels to analyse as muscles, instead of those found by label and unit (the setting emg.channels)
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) channels: Vec<String>,
    /// Session file, TOML or JSON: what a recording cannot know (sides, maximal contractions, targets, exertion, cuff pressure); it holds for
    /// every recording of the call (see: myovox schema session)
    #[arg(long, value_name = "FILE")]
    pub(crate) session: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// Recordings; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Where to: a file, whose extension says the format; a folder, in which each recording keeps its name; - is standard output. A file is
    /// written whole or not at all, and never one that the call reads
    #[arg(required = true, value_name = "OUT")]
    pub(crate) output: PathBuf,
    /// Format [default: by the extension of OUT]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) to: Option<To>,
    /// Rows [default: points for trc; else analog where there are analog channels, points where there are none]
    #[arg(long, value_enum)]
    pub(crate) table: Option<Rows>,
    /// Numbers of a C3D file [default: as the recording was read]
    #[arg(long, value_enum)]
    pub(crate) storage: Option<StorageWord>,
    /// Processor whose number formats a C3D file has [default: as the recording was read]
    #[arg(long, value_enum)]
    pub(crate) processor: Option<ProcessorWord>,
    /// How a WAV file stores samples [default: the smallest that holds each of them as it was decoded]
    #[arg(long, value_enum)]
    pub(crate) coding: Option<CodingWord>,
    /// Labels of the channels or markers to write, instead of all; of the table loads, numbers of platforms
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) channels: Vec<String>,
    /// Frames A to B without B, counted from 0; of a sound, samples. Either may be left out: `100:`, `:200`
    #[arg(long, value_name = "A:B", value_parser = Frames::parse)]
    pub(crate) frames: Option<Frames>,
    /// Recordings to work on at once; 0 is as many as there are processors
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) threads: usize,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("form").required(true))]
pub(crate) struct StreamCall {
    /// Samples are binary numbers, those of one moment side by side
    #[arg(long, value_enum, value_name = "FORM", group = "form")]
    pub(crate) raw: Option<RawForm>,
    /// Samples are text: a line for each moment, without a head, fields parted by commas; nan or an empty field is a missing sample, an empty line nothing
    #[arg(long, group = "form")]
    pub(crate) csv: bool,
    /// Channels side by side
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) channels: u16,
    /// Sampling rate in Hz
    #[arg(long, value_name = "HZ")]
    pub(crate) rate: f64,
    /// Multiply samples by this, as to get the unit of --mvc from the steps of a converter
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, allow_negative_numbers = true)]
    pub(crate) scale: f64,
    /// Envelope in a maximal contraction, for each channel, in the unit of scaled samples: contractions are told beside activations
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) mvc: Vec<f64>,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// Binary numbers, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RawForm {
    /// Single precision
    F32le,
    /// Double precision
    F64le,
    /// Integers of 16 bits
    I16le,
}

/// Some frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frames {
    pub(crate) first: usize,
    pub(crate) end: Option<usize>,
}

impl Frames {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "expected A:B, A: or :B, counted from 0".to_owned();
        let (first, end) = text.split_once(':').ok_or_else(wrong)?;
        let number = |text: &str| text.parse::<usize>().map_err(|_| wrong());
        Ok(Self {
            first: if first.is_empty() { 0 } else { number(first)? },
            end: if end.is_empty() { None } else { Some(number(end)?) },
        })
    }
}

/// Which recordings, where the result goes, how many at once.
#[derive(Debug, Args)]
pub(crate) struct Inputs {
    /// Recordings; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Name of the recording on standard input; without it, it has none
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Write the result to this file, whole or not at all; if every recording fails, an existing file stays as it is
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Recordings to work on at once; 0 is as many as there are processors. The result is the same for any number
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) threads: usize,
}

/// Settings that differ from the default.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// Settings file, TOML or JSON; what it does not name keeps its default (see: myovox config --defaults)
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// One setting, after those of --config; may be repeated: `--set emg.band.low_hz=30`
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) changes: Vec<String>,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(crate) struct ConfigCall {
    /// Print every setting with its default and meaning
    #[arg(long, group = "what")]
    pub(crate) defaults: bool,
    /// Form of the defaults
    #[arg(long, value_enum, default_value_t = ConfigForm::Toml, conflicts_with = "check")]
    pub(crate) format: ConfigForm,
    /// Check a settings file and list what it changes
    #[arg(long, value_name = "FILE", group = "what")]
    pub(crate) check: Option<PathBuf>,
}

/// Form of an inspection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    Text,
    Json,
    Ndjson,
}

/// Form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportForm {
    Text,
    Json,
    Ndjson,
    Csv,
    Html,
}

/// Form of the default settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConfigForm {
    /// A settings file to start from
    Toml,
    /// The same without the meanings
    Json,
    /// Key, default and meaning side by side
    Table,
}

/// Rows of a CSV.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Table {
    /// One row per contraction
    Contractions,
    /// One row per muscle
    Channels,
    /// One row per leg of a call
    Legs,
    /// One row per stretch of speech
    Segments,
    /// One row per warning
    Warnings,
}

/// A format to convert to.
#[allow(clippy::doc_markdown, reason = "these lines are the help's, which shows no marks")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum To {
    /// Comma-separated values
    Csv,
    /// Marker positions for OpenSim and Cortex
    Trc,
    /// OpenSim motion
    Mot,
    /// OpenSim storage
    Sto,
    /// Arrow IPC file
    Arrow,
    /// Apache Parquet
    Parquet,
    /// Motion capture, as C3D
    C3d,
    /// Sound, as WAV
    Wav,
}

/// Numbers of a C3D file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StorageWord {
    /// 16-bit integers; values that were floats are rounded to their steps, which is said
    Integer,
    /// 32-bit floats
    Float,
}

/// Number formats of a C3D file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProcessorWord {
    /// Little-endian, IEEE 754
    Intel,
    /// VAX
    Dec,
    /// Big-endian, IEEE 754
    Mips,
}

/// How a WAV file stores samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CodingWord {
    /// Integers of 8 bits
    Pcm8,
    /// Integers of 16 bits
    Pcm16,
    /// Integers of 24 bits
    Pcm24,
    /// Integers of 32 bits
    Pcm32,
    /// Single precision
    Float32,
    /// Double precision
    Float64,
}

/// Rows of what is converted.
#[allow(clippy::doc_markdown, reason = "these lines are the help's, which shows no marks")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rows {
    /// One row per frame: positions of the markers
    Points,
    /// One row per sample: analog channels, or the channels of a sound
    Analog,
    /// One row per event
    Events,
    /// One row per sample: analog channels of force platforms, as measured
    Platforms,
    /// One row per sample: what the ground does to the foot on each force platform (force in N, point of application in m, torque in Nm), by
    /// OpenSim's names. Below 10 N there is no point: blank; in MOT and STO the plate's centre and the moment about it, which is the same load
    Loads,
}

/// What a JSON Schema is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Schema {
    /// A report of `myovox analyze`
    Report,
    /// An inspection of `myovox inspect`
    Inspection,
    /// A settings file
    Settings,
    /// A session file
    Session,
}

impl From<Table> for myovox::report::Table {
    fn from(table: Table) -> Self {
        match table {
            Table::Contractions => Self::Contractions,
            Table::Channels => Self::Channels,
            Table::Legs => Self::Legs,
            Table::Segments => Self::Segments,
            Table::Warnings => Self::Warnings,
        }
    }
}

impl From<To> for Format {
    fn from(to: To) -> Self {
        match to {
            To::Csv => Target::Csv.into(),
            To::Trc => Target::Trc.into(),
            To::Mot => Target::Mot.into(),
            To::Sto => Target::Sto.into(),
            To::Arrow => Target::Arrow.into(),
            To::Parquet => Target::Parquet.into(),
            To::C3d => C3dWriteConfig::default().into(),
            To::Wav => Self::Wav(Auto::Auto),
        }
    }
}

impl From<StorageWord> for Storage {
    fn from(word: StorageWord) -> Self {
        match word {
            StorageWord::Integer => Self::Integer,
            StorageWord::Float => Self::Float,
        }
    }
}

impl From<ProcessorWord> for Processor {
    fn from(word: ProcessorWord) -> Self {
        match word {
            ProcessorWord::Intel => Self::Intel,
            ProcessorWord::Dec => Self::Dec,
            ProcessorWord::Mips => Self::Mips,
        }
    }
}

impl From<CodingWord> for WriteCoding {
    fn from(word: CodingWord) -> Self {
        match word {
            CodingWord::Pcm8 => Self::Pcm8,
            CodingWord::Pcm16 => Self::Pcm16,
            CodingWord::Pcm24 => Self::Pcm24,
            CodingWord::Pcm32 => Self::Pcm32,
            CodingWord::Float32 => Self::Float32,
            CodingWord::Float64 => Self::Float64,
        }
    }
}

impl From<Rows> for myovox::formats::export::Table {
    fn from(rows: Rows) -> Self {
        match rows {
            Rows::Points => Self::Points,
            Rows::Analog => Self::Analog,
            Rows::Events => Self::Events,
            Rows::Platforms => Self::Platforms,
            Rows::Loads => Self::Loads,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_format_and_table_of_the_library_can_be_converted_to_by_its_name() {
        for format in Format::all() {
            assert_eq!(Format::from(To::from_str(format.name(), false).unwrap()), format);
        }
        for coding in WriteCoding::ALL {
            assert_eq!(WriteCoding::from(CodingWord::from_str(coding.name(), false).unwrap()), coding);
        }
        for table in myovox::formats::export::Table::ALL {
            let typed = Rows::from_str(table.name(), false).unwrap();
            assert_eq!(myovox::formats::export::Table::from(typed), table);
        }
    }

    #[test]
    fn frames_may_be_open_at_either_end() {
        assert_eq!(Frames::parse("3:10"), Ok(Frames { first: 3, end: Some(10) }));
        assert_eq!(Frames::parse(":"), Ok(Frames { first: 0, end: None }));
        assert_eq!(Frames::parse("7:"), Ok(Frames { first: 7, end: None }));
        for wrong in ["", "3", "a:b", "-1:3", "1:2:3"] {
            assert!(Frames::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_table_of_the_library_can_be_asked_for_by_its_name() {
        for table in myovox::report::Table::ALL {
            let typed = Table::from_str(table.name(), false).unwrap();
            assert_eq!(myovox::report::Table::from(typed), table);
        }
    }
}
