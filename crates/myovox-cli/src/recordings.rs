//! The recordings of a call: each on its own, delivered in the order in which they were named.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use myovox::{Analyzer, Error, Result, batch};

use crate::args::{Inputs, Settings};
use crate::output::Output;
use crate::progress::Progress;
use crate::text::Paint;
use crate::{ExitStatus, Stop};

/// What is done with a recording: with a file, with bytes.
pub(crate) struct Job<T> {
    pub(crate) file: fn(&Analyzer, &Path) -> Result<T>,
    pub(crate) bytes: fn(&Analyzer, &[u8], Option<&str>) -> Result<T>,
}

/// A result that can be written.
pub(crate) trait Written: Send {
    /// To read at a glance.
    fn text(&self, paint: Paint) -> String;
    /// Indented JSON without a final line break.
    fn json(&self) -> String;
    /// JSON on one line.
    fn json_line(&self) -> String;
}

/// How results follow one another.
#[derive(Clone, Copy)]
pub(crate) enum Sequence {
    Text,
    /// Of one recording the result, of several an array of those that were done.
    Json,
    Ndjson,
}

/// Recordings, and what they are worked on with.
pub(crate) struct Recordings<'a> {
    inputs: &'a Inputs,
    settings_file: Option<&'a Path>,
    analyzer: Analyzer,
}

/// The recording on standard input, until it is taken.
type Stdin = Mutex<Option<Result<Vec<u8>>>>;

impl<'a> Recordings<'a> {
    /// The recordings `inputs`, with settings already made into `analyzer`.
    pub(crate) fn new(inputs: &'a Inputs, settings: &'a Settings, analyzer: Analyzer) -> Self {
        Self { inputs, settings_file: settings.config.as_deref(), analyzer }
    }

    /// Does `job` with every recording and hands each result to `deliver`; a failure is a line on standard error.
    pub(crate) fn each<T: Send>(
        &self,
        job: &Job<T>,
        output: &mut Output<'_>,
        mut deliver: impl FnMut(T, &mut Output<'_>) -> std::result::Result<(), Stop>,
    ) -> std::result::Result<ExitStatus, Stop> {
        let stdin = self.open(output)?;
        let files = &self.inputs.files;
        let progress = Progress::new(files.len(), output.is_watched());
        let work = |path: &Path| {
            let result = if is_stdin(path) { self.of_stdin(&stdin, job) } else { (job.file)(&self.analyzer, path) };
            progress.step();
            result
        };
        // One recording needs no threads of its own.
        let threads = if files.len() == 1 { 1 } else { self.inputs.threads };
        let (mut status, mut stop) = (ExitStatus::Done, None);
        batch::run(files, threads, work, |_, result| {
            let delivered = progress.aside(|| match result {
                Ok(result) => deliver(result, output),
                Err(error) => {
                    status = ExitStatus::SomeFailed;
                    output.line(&error);
                    Ok(())
                }
            });
            match delivered {
                Ok(()) => ControlFlow::Continue(()),
                Err(reason) => {
                    stop = Some(reason);
                    ControlFlow::Break(())
                }
            }
        });
        progress.end();
        match stop {
            None => Ok(status),
            Some(Stop::Closed(_)) => Err(Stop::Closed(status)),
            Some(refused) => Err(refused),
        }
    }

    /// Does `job` with every recording and writes the results as they come.
    pub(crate) fn write_each<T: Written>(
        &self,
        job: &Job<T>,
        sequence: Sequence,
        output: &mut Output<'_>,
    ) -> std::result::Result<ExitStatus, Stop> {
        let array = matches!(sequence, Sequence::Json) && self.inputs.files.len() > 1;
        let mut first = true;
        let status = self.each(job, output, |result, output| {
            let (before, after) = match sequence {
                Sequence::Text => (if first { "" } else { "\n" }, ""),
                Sequence::Json if array => (if first { "[\n" } else { ",\n" }, ""),
                Sequence::Json | Sequence::Ndjson => ("", "\n"),
            };
            first = false;
            let text = match sequence {
                Sequence::Text => result.text(output.paint()),
                Sequence::Json => result.json(),
                Sequence::Ndjson => result.json_line(),
            };
            output.results(&[before, &text, after].concat())
        })?;
        if array && !first {
            output.results("\n]\n")?;
        }
        output.finish()?;
        Ok(status)
    }

    /// Opens where the results go, then reads standard input if a recording is there.
    fn open(&self, output: &mut Output<'_>) -> std::result::Result<Stdin, Stop> {
        let files = &self.inputs.files;
        let times = files.iter().filter(|path| is_stdin(path)).count();
        if times > 1 {
            return Err(usage("-", "standard input can be read only once", "one -"));
        }
        if times == 0 && self.inputs.name.is_some() {
            return Err(usage("--name", "only standard input takes a name", "- among the recordings"));
        }
        let sources: Vec<&Path> = files.iter().map(AsRef::as_ref).chain(self.settings_file).collect();
        output.send_to(self.inputs.output.as_deref(), &sources)?;
        Ok(Mutex::new((times == 1).then(|| output.standard_input(&self.analyzer.config().limits))))
    }

    fn of_stdin<T>(&self, stdin: &Stdin, job: &Job<T>) -> Result<T> {
        let name = self.inputs.name.as_deref();
        let read = stdin.lock().unwrap_or_else(PoisonError::into_inner).take();
        read.unwrap_or_else(|| Ok(Vec::new()))
            .and_then(|bytes| (job.bytes)(&self.analyzer, &bytes, name))
            .map_err(|error| error.recording(name.unwrap_or("standard input")))
    }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

fn usage(field: &str, what: &str, expected: &str) -> Stop {
    Error::config("cli.usage", what).field(field).expected(expected).into()
}
