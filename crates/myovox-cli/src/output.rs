//! Everything that leaves the program passes here: results, lines about failures, the file of `--output`.
//!
//! A file is written under a temporary name in its own folder and renamed when all is in it, so that a reader sees the old file or the new
//! one, whole. Something that is no file (a device, a pipe) is written as it is.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use myovox::{Error, Limits};
use tempfile::NamedTempFile;

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
    /// A new file, renamed to its path at the end.
    Pending {
        file: NamedTempFile,
        path: PathBuf,
    },
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
            Ok(()) | Err(Stop::Closed) => ExitStatus::Done,
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
            Destination::Pending { file, path } => (write(file, text), path.display().to_string()),
            Destination::Stream { file, path } => (write(file, text), path.display().to_string()),
        };
        match written {
            Ok(()) => Ok(()),
            Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Err(Stop::Closed),
            Err(cause) => Err(Error::io("write", &cause).recording(name).into()),
        }
    }

    /// Standard output, for results that are no text.
    pub(crate) fn stream(&mut self) -> &mut dyn Write {
        &mut self.io.stdout
    }

    /// Gives a file its name, if anything was written.
    pub(crate) fn finish(&mut self) -> Result<(), Stop> {
        let Destination::Pending { file, path } = std::mem::replace(&mut self.destination, Destination::Stdout) else {
            return Ok(());
        };
        let name = path.display().to_string();
        if !self.wrote {
            let unwritten = Error::io_kind("cli.nothing-to-write", "not written, as every recording failed");
            self.line(unwritten.recording(name));
            return Ok(());
        }
        let persisted = file.as_file().sync_all().and_then(|()| file.persist(&path).map_err(|failed| failed.error));
        persisted.map(drop).map_err(|cause| Error::io("write", &cause).recording(name).into())
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
    let refused = |cause: &io::Error| Error::io("write", cause);
    // A link stays a link: the file behind it is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let present = fs::metadata(&path).ok();
    if present.as_ref().is_some_and(fs::Metadata::is_dir) {
        return Err(refused(&io::ErrorKind::IsADirectory.into()));
    }
    if present.as_ref().is_some_and(|metadata| !metadata.is_file()) {
        let file = File::options().write(true).open(&path).map_err(|cause| refused(&cause))?;
        return Ok(Destination::Stream { file, path });
    }
    if present.is_some() && sources.iter().any(|source| fs::canonicalize(source).is_ok_and(|source| source == path)) {
        return Err(Error::config("cli.output-is-input", "the result would replace what the call reads")
            .expected("another file"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = temporary(folder).map_err(|cause| refused(&cause))?;
    if let Some(metadata) = present {
        file.as_file().set_permissions(metadata.permissions()).map_err(|cause| refused(&cause))?;
    }
    Ok(Destination::Pending { file, path })
}

/// A new file in `folder` with the rights that any new file of this user has.
fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".myovox-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
