//! What can be typed. Every argument is described here once: help, completions and manual pages are made from it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

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
    /// Print the default settings, or check a settings file
    Config(ConfigCall),
    /// Print the JSON Schema of what is written or can be set
    Schema {
        /// What the schema is of
        of: Schema,
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
    /// is one report a line; CSV is the table of --table [default: text, with --table csv]
    #[arg(long, value_enum)]
    pub(crate) format: Option<ReportForm>,
    /// Rows of the CSV [default: channels where a recording can hold muscles, else legs]
    #[arg(long, value_enum)]
    pub(crate) table: Option<Table>,
    /// Labels of the channels to analyse as muscles, instead of those found by label and unit (the setting emg.channels)
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) channels: Vec<String>,
    #[command(flatten)]
    pub(crate) settings: Settings,
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

/// What a JSON Schema is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Schema {
    /// A report of `myovox analyze`
    Report,
    /// An inspection of `myovox inspect`
    Inspection,
    /// A settings file
    Settings,
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_table_of_the_library_can_be_asked_for_by_its_name() {
        for table in myovox::report::Table::ALL {
            let typed = Table::from_str(table.name(), false).unwrap();
            assert_eq!(myovox::report::Table::from(typed), table);
        }
    }
}
