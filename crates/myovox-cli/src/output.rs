//! Everything that leaves the program passes here: results, lines about failures, the file of `--output`.
//!
//! A file is written under a temporary name in its own folder and renamed when all is in it, so that a reader sees the old file or the new
//! one, whole. Something that is no file (a device, a pipe) is written as it is.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use myovox::formats::sink::Pending;
use myovox::{Error, Limits};

use crate::text::Paint;
use crate::{ExitStatus, Stop};

/// The streams that a call reads and writes.
#[non_exhaustive]
pub struct Io<'a> {
    /// Standard input, for the recording `-`.
    pub stdin: Box<dyn Read + 'a>,
    /// Results.
    pub stdout: Box<dyn Write + 'a>,
    /// Everything else.
    pub stderr: Box<dyn Write + 'a>,
    /// Whether a person reads the results on a terminal, which can show bold and coloured words.
    pub stdout_is_terminal: bool,
    /// Whether a person watches standard error, on which a progress bar can move. The bar is drawn on the standard error of the process.
    pub stderr_is_terminal: bool,
}

impl Io<'static> {
    /// Those of the process.
    pub fn process() -> Self {
        let (stdin, stdout, stderr) = (io::stdin(), io::stdout(), io::stderr());
        let (stdout_is_terminal, stderr_is_terminal) = (stdout.is_terminal(), stderr.is_terminal());
        Self {
            stdin: Box::new(stdin),
            stdout: Box::new(stdout),
            stderr: Box::new(stderr),
            stdout_is_terminal,
            stderr_is_terminal,
        }
    }
}

impl<'a> Io<'a> {
    /// No input, results into `stdout`, everything else into `stderr`, no terminal.
    pub fn captured(stdout: impl Write + 'a, stderr: impl Write + 'a) -> Self {
        Self {
            stdin: Box::new(io::empty()),
            stdout: Box::new(stdout),
            stderr: Box::new(stderr),
            stdout_is_terminal: false,
            stderr_is_terminal: false,
        }
    }
}

/// Where results go.
enum Destination {
    Stdout,
    /// A new file, given its name at the end.
    Pending(Pending),
    /// A device or a pipe.
    Stream {
        file: File,
        path: PathBuf,
    },
}

/// The way out.
pub(crate) struct Output<'a> {
    io: Io<'a>,
    destination: Destination,
    wrote: bool,
}

impl<'a> Output<'a> {
    pub(crate) fn new(io: Io<'a>) -> Self {
        Self { io, destination: Destination::Stdout, wrote: false }
    }

    /// What the argument parser said: help and version are results, the rest is wrong usage.
    pub(crate) fn of_parser(&mut self, said: &clap::Error) -> ExitStatus {
        let text = said.render();
        if said.use_stderr() {
            let painted = Paint::of(self.io.stderr_is_terminal) == Paint::Colour;
            let text = if painted { text.ansi().to_string() } else { text.to_string() };
            // Nobody is left to tell when standard error fails.
            let _ = self.io.stderr.write_all(text.as_bytes());
            return ExitStatus::Usage;
        }
        let text = if self.paint() == Paint::Colour { text.ansi().to_string() } else { text.to_string() };
        match self.results(&text) {
            Err(Stop::Refused(error)) => {
                self.line(&error);
                ExitStatus::Usage
            }
            Ok(()) => ExitStatus::Done,
            Err(Stop::Closed(status)) => status,
        }
    }

    /// Sends results to `path` (`-` and `None`: standard output) and refuses to replace what the call reads.
    ///
    /// # Errors
    /// The place cannot be written, or `path` is one of `sources`.
    pub(crate) fn send_to(&mut self, path: Option<&Path>, sources: &[&Path]) -> Result<(), Stop> {
        if let Some(path) = path.filter(|path| *path != Path::new("-")) {
            self.destination = open(path, sources).map_err(|error| error.recording(path.display().to_string()))?;
        }
        Ok(())
    }

    /// Writes results.
    pub(crate) fn results(&mut self, text: &str) -> Result<(), Stop> {
        self.wrote = true;
        let (written, name) = match &mut self.destination {
            Destination::Stdout => (write(&mut self.io.stdout, text), "standard output".to_owned()),
            Destination::Pending(file) => (write(file, text), file.path().display().to_string()),
            Destination::Stream { file, path } => (write(file, text), path.display().to_string()),
        };
        match written {
            Ok(()) => Ok(()),
            Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Err(Stop::Closed(ExitStatus::Done)),
            Err(cause) => Err(Error::io("write", &cause).recording(name).into()),
        }
    }

    /// Standard output, for results that are no text.
    pub(crate) fn stream(&mut self) -> &mut dyn Write {
        &mut self.io.stdout
    }

    /// Gives a file its name, if anything was written.
    pub(crate) fn finish(&mut self) -> Result<(), Stop> {
        let Destination::Pending(file) = std::mem::replace(&mut self.destination, Destination::Stdout) else {
            return Ok(());
        };
        if self.wrote {
            return Ok(file.commit()?);
        }
        let unwritten = Error::io_kind("cli.nothing-to-write", "not written, as every recording failed");
        self.line(unwritten.recording(file.path().display().to_string()));
        Ok(())
    }

    /// One line about something that went wrong.
    pub(crate) fn line(&mut self, message: impl Display) {
        // Nobody is left to tell when standard error fails.
        let _ = writeln!(self.io.stderr, "myovox: {message}");
    }

    /// The recording on standard input.
    pub(crate) fn standard_input(&mut self, limits: &Limits) -> myovox::Result<Vec<u8>> {
        myovox::formats::source::read_stream(&mut self.io.stdin, limits)
    }

    /// Standard input, for samples that are taken as they come.
    pub(crate) fn input(&mut self) -> &mut dyn Read {
        &mut self.io.stdin
    }

    /// How results are painted.
    pub(crate) fn paint(&self) -> Paint {
        Paint::of(self.io.stdout_is_terminal && matches!(self.destination, Destination::Stdout))
    }

    /// Whether a progress bar has a place to move on.
    pub(crate) fn is_watched(&self) -> bool {
        self.io.stderr_is_terminal
    }
}

fn write(to: &mut impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes()).and_then(|()| to.flush())
}

/// The destination at `path`, before any work is done for it.
fn open(path: &Path, sources: &[&Path]) -> myovox::Result<Destination> {
    if fs::metadata(path).is_ok_and(|present| !present.is_file() && !present.is_dir()) {
        let file = File::options().write(true).open(path).map_err(|cause| Error::io("write", &cause))?;
        return Ok(Destination::Stream { file, path: path.to_owned() });
    }
    let is_same = |source: &Path, there: &Path| fs::canonicalize(source).is_ok_and(|source| source == there);
    if fs::canonicalize(path).is_ok_and(|there| sources.iter().any(|source| is_same(source, &there))) {
        return Err(Error::config("cli.output-is-input", "the result would replace what the call reads")
            .expected("another file"));
    }
    Pending::create(path).map(Destination::Pending)
}
