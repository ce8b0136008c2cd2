//! The command `myovox`: arguments, tables, progress. It computes nothing; every number is one of the library's [`Report`](myovox::Report).
//!
//! What was typed becomes settings and an [`Analyzer`](myovox::Analyzer), recordings run through [`myovox::batch`], and
//! what comes out is written as text, JSON, NDJSON or CSV. Results go to standard output or to the file of `--output`, everything else to
//! standard error. A recording that fails is one line there, and the others go on.
//!
//! [`run`] is the whole program as a function of its arguments and streams, so that another host (the console command of the Python wheel)
//! can be the same program.
//!
//! ```
//! let (mut out, mut err) = (Vec::new(), Vec::new());
//! let status = myovox_cli::run(["myovox", "inspect", "missing.c3d"], myovox_cli::Io::captured(&mut out, &mut err));
//! assert_eq!(status, myovox_cli::ExitStatus::SomeFailed);
//! assert_eq!(String::from_utf8_lossy(&err), "myovox: missing.c3d: cannot open: found no such file\n");
//! ```

mod analyze;
mod args;
mod config;
mod convert;
mod inspect;
mod output;
mod progress;
mod recordings;
mod stream;
mod text;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use myovox::Error;

use args::{Cli, Schema, Verb};
pub use output::Io;
use output::Output;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Everything was done (0).
    Done,
    /// Some recordings failed; each is a line on standard error (1).
    SomeFailed,
    /// Wrong usage: arguments, a settings file, a setting, or a place where the results cannot be written (2).
    Usage,
}

impl ExitStatus {
    /// The number that the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::SomeFailed => 1,
            Self::Usage => 2,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

/// Why a verb ended early.
enum Stop {
    /// The call cannot be done as it was asked for.
    Refused(Error),
    /// Nobody reads standard output any more: there is nothing left to do. What was done until then ended so.
    Closed(ExitStatus),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// Runs the command with `args` (the first is the program's own name) on the streams of `io`.
pub fn run<I>(args: I, io: Io<'_>) -> ExitStatus
where
    I: IntoIterator,
    I::Item: Into<OsString> + Clone,
{
    let mut output = Output::new(io);
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(said) => return output.of_parser(&said),
    };
    match perform(&cli.verb, &mut output) {
        Ok(status) | Err(Stop::Closed(status)) => status,
        Err(Stop::Refused(error)) => {
            output.line(&error);
            ExitStatus::Usage
        }
    }
}

/// The command line as clap knows it, from which help, completions and manual pages are made.
pub fn command() -> clap::Command {
    Cli::command()
}

fn perform(verb: &Verb, output: &mut Output<'_>) -> Result<ExitStatus, Stop> {
    match verb {
        Verb::Inspect(call) => inspect::run(call, output),
        Verb::Analyze(call) => analyze::run(call, output),
        Verb::Convert(call) => convert::run(call, output),
        Verb::Stream(call) => stream::run(call, output),
        Verb::Config(call) => config::run(call, output),
        Verb::Schema { of } => {
            let schema = match of {
                Schema::Report => myovox::report::report_schema(),
                Schema::Inspection => myovox::report::inspection_schema(),
                Schema::Settings => myovox::report::settings_schema(),
                Schema::Session => myovox::report::session_schema(),
            };
            output.results(&schema).map(|()| ExitStatus::Done)
        }
        Verb::Compare { .. } => Err(Error::unsupported("cli.python-only", "other readers are packages of Python")
            .field("compare")
            .expected("the command of the Python package: pip install myovox")
            .into()),
        Verb::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut command(), "myovox", &mut script);
            output.results(&String::from_utf8_lossy(&script)).map(|()| ExitStatus::Done)
        }
    }
}
