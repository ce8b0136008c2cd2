//! Many recordings: side by side, each isolated from the others, delivered in order.
//!
//! A recording that fails is an [`Error`] in its place; the others go on, also when one of them meets a fault of this library. Results do not
//! depend on the number of threads. With the feature `parallel` (default) recordings run on rayon's threads, without it one after another.

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::analyze::{Analyzer, Conversion, Session};
use crate::error::{Class, Error, Result};
use crate::formats::access::{FileReader, ReadAt};
use crate::formats::export::Exported;
use crate::formats::{sink, source};
use crate::report::{Inspection, Report, Traces};
use crate::warning::Warning;

/// Recordings that are in flight at once per thread: enough to keep threads busy, few enough to hold in memory.
const PER_THREAD: usize = 4;

/// The report of the file at `path`; its name in the report is the file name without folders, in errors the whole path.
///
/// # Errors
/// As [`source::read_path`] and [`Analyzer::run`].
pub fn analyze_path(analyzer: &Analyzer, path: &Path) -> Result<Report> {
    with_bytes(analyzer, path, Analyzer::run)
}

/// The same report, and what a plot needs beside it.
///
/// # Errors
/// As [`analyze_path`].
pub fn analyze_path_traced(analyzer: &Analyzer, path: &Path) -> Result<(Report, Traces)> {
    with_bytes(analyzer, path, Analyzer::run_traced)
}

/// The analyzer with a session. A calibration recording that the session names, and whose values it does not hold yet, is read from `folder`,
/// where the session file stands; its values fill the channels that have no MVC of their own, and what is doubtful about it is a warning in every
/// report.
///
/// # Errors
/// As [`Session::check`], [`source::read_path`] and [`Analyzer::calibrate`].
pub fn with_session(analyzer: Analyzer, session: Session, folder: &Path) -> Result<Analyzer> {
    session.check()?;
    let Some(recording) = session.calibration_recording.as_ref().filter(|_| !session.is_calibrated()) else {
        return Ok(analyzer.session(session));
    };
    let (calibrations, warnings) = with_bytes(&analyzer, &folder.join(recording), Analyzer::calibrate)?;
    let said = |warning: Warning| {
        let message = format!("in the calibration recording: {}", warning.message);
        Warning { message, ..warning }
    };
    let doubts = warnings.into_iter().map(said).collect();
    Ok(analyzer.session(session.calibrated(&calibrations)).doubts(doubts))
}

/// What the file at `path` holds.
///
/// # Errors
/// As [`source::read_path`] and [`Analyzer::inspect`].
pub fn inspect_path(analyzer: &Analyzer, path: &Path) -> Result<Inspection> {
    with_bytes(analyzer, path, Analyzer::inspect)
}

/// Converts the file at `path` and writes the file at `output`, whole or not at all; TRC, MOT and STO files call themselves by its name. A file
/// that stands there is replaced; it must not be the recording itself.
///
/// # Errors
/// As [`convert_path_to`] and [`sink::write_path`]; the line names the recording, or the output where that cannot be written.
pub fn convert_path(analyzer: &Analyzer, path: &Path, conversion: &Conversion, output: &Path) -> Result<Exported> {
    let title = output.file_name().map(|name| name.to_string_lossy().into_owned());
    let conversion = conversion.clone().title(title.unwrap_or_default());
    let source = Source::open(analyzer, path)?;
    let converted = sink::write_path(output, |file| source.convert(analyzer, &conversion, file));
    converted.map_err(|error| source.named(error, path))
}

/// Converts the file at `path` and writes it to `to`, a stream that is called `name`; a file is read as far as the conversion needs it at a time, a
/// pipe to its end first.
///
/// # Errors
/// As [`source::read_path`] and [`Analyzer::convert`]; the line names the recording, or the stream where that cannot be written.
pub fn convert_path_to(
    analyzer: &Analyzer,
    path: &Path,
    conversion: &Conversion,
    to: &mut dyn Write,
    name: &str,
) -> Result<Exported> {
    let source = Source::open(analyzer, path)?;
    source.convert(analyzer, conversion, to).map_err(|error| source.named(error.recording(name), path))
}

/// A recording that is to be converted.
enum Source {
    File(Watched),
    /// What came through a pipe, or from a file that does not know its length.
    Bytes(Vec<u8>),
}

impl Source {
    fn open(analyzer: &Analyzer, path: &Path) -> Result<Self> {
        let limits = &analyzer.config().limits;
        // Asked by its name: opening a pipe twice would lose what comes through it.
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() && metadata.len() > 0 => FileReader::open(path, limits)
                .map(|file| Self::File(Watched { file, has_failed: AtomicBool::new(false) })),
            _ => source::read_path(path, limits).map(Self::Bytes),
        }
    }

    fn convert(&self, analyzer: &Analyzer, conversion: &Conversion, to: &mut dyn Write) -> Result<Exported> {
        match self {
            Self::File(file) => analyzer.convert_from(file, conversion, to),
            Self::Bytes(bytes) => analyzer.convert(bytes, conversion, to),
        }
    }

    /// Says whose fault an error is: the system's refusal to write is the output's, all else the recording's.
    fn named(&self, error: Error, path: &Path) -> Error {
        let is_of_reading = matches!(self, Self::File(file) if file.has_failed.load(Ordering::Relaxed));
        if error.class() == Class::Io && !is_of_reading { error } else { error.recording(path.display().to_string()) }
    }
}

/// A file, and whether the system failed to read it.
struct Watched {
    file: FileReader,
    has_failed: AtomicBool,
}

impl ReadAt for Watched {
    fn bytes(&self) -> u64 {
        self.file.bytes()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.file.read_at(offset, buffer).inspect_err(|_| self.has_failed.store(true, Ordering::Relaxed))
    }
}

fn with_bytes<T>(analyzer: &Analyzer, path: &Path, job: fn(&Analyzer, &[u8], Option<&str>) -> Result<T>) -> Result<T> {
    let bytes = source::read_path(path, &analyzer.config().limits)?;
    let name = path.file_name().map(|name| name.to_string_lossy());
    job(analyzer, &bytes, name.as_deref()).map_err(|error| error.recording(path.display().to_string()))
}

/// Runs `job` over `paths` on `threads` threads (0: as many as there are processors; never more than paths) and hands each result to `deliver` in the order of `paths`:
/// one by one with one thread, a few per thread at a time with more. `deliver` ends the run by [`ControlFlow::Break`].
///
/// A panic inside `job` becomes the error `internal.panic` of its recording.
///
/// ```
/// use std::ops::ControlFlow;
/// use myovox::{Analyzer, Config, batch};
/// let analyzer = Analyzer::new(Config::default());
/// let paths = ["missing.c3d".into(), "missing.wav".into()];
/// let mut lines = Vec::new();
/// batch::run(&paths, 2, |path| batch::analyze_path(&analyzer, path), |_, result| {
///     lines.push(result.unwrap_err().to_string());
///     ControlFlow::Continue(())
/// });
/// assert_eq!(lines, ["missing.c3d: cannot open: found no such file", "missing.wav: cannot open: found no such file"]);
/// ```
pub fn run<T: Send>(
    paths: &[PathBuf],
    threads: usize,
    job: impl Fn(&Path) -> Result<T> + Sync,
    mut deliver: impl FnMut(usize, Result<T>) -> ControlFlow<()>,
) {
    let isolated = |path: &PathBuf| {
        catch_unwind(AssertUnwindSafe(|| job(path)))
            .unwrap_or_else(|panic| Err(Error::internal(said(panic.as_ref())).recording(path.display().to_string())))
    };
    let workers = Workers::new(threads, paths.len());
    let window = if workers.count() == 1 { 1 } else { PER_THREAD * workers.count() };
    for (first, part) in paths.chunks(window).enumerate().map(|(k, part)| (k * window, part)) {
        for (index, result) in workers.map(part, isolated).into_iter().enumerate() {
            if deliver(first + index, result).is_break() {
                return;
            }
        }
    }
}

/// What a panic said.
pub fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or(panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words")
}

/// Threads to run on.
#[cfg(feature = "parallel")]
struct Workers(Option<rayon::ThreadPool>);

#[cfg(feature = "parallel")]
impl Workers {
    /// With one thread, and where the system grants no more, the caller's own. More threads than recordings would stand idle.
    fn new(threads: usize, recordings: usize) -> Self {
        let wanted = if threads == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { threads };
        let threads = wanted.min(recordings);
        Self((threads > 1).then(|| rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok()).flatten())
    }

    fn count(&self) -> usize {
        self.0.as_ref().map_or(1, rayon::ThreadPool::current_num_threads)
    }

    fn map<T: Send>(&self, paths: &[PathBuf], job: impl Fn(&PathBuf) -> Result<T> + Sync) -> Vec<Result<T>> {
        use rayon::prelude::*;
        match &self.0 {
            Some(pool) => pool.install(|| paths.par_iter().map(&job).collect()),
            None => paths.iter().map(job).collect(),
        }
    }
}

/// The caller's own thread.
#[cfg(not(feature = "parallel"))]
struct Workers;

#[cfg(not(feature = "parallel"))]
#[expect(clippy::unused_self, reason = "the same calls as with threads")]
impl Workers {
    fn new(_: usize, _: usize) -> Self {
        Self
    }

    fn count(&self) -> usize {
        1
    }

    fn map<T: Send>(&self, paths: &[PathBuf], job: impl Fn(&PathBuf) -> Result<T> + Sync) -> Vec<Result<T>> {
        paths.iter().map(job).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_a_panic_is_one_recordings_error() {
        let paths: Vec<PathBuf> = (0..40).map(|k| PathBuf::from(k.to_string())).collect();
        let job = |path: &Path| {
            let k: u64 = path.to_str().unwrap().parse().unwrap();
            assert!(k != 13, "unlucky");
            Ok(k)
        };
        for threads in [1, 4] {
            let mut seen = Vec::new();
            run(&paths, threads, job, |index, result| {
                match result {
                    Ok(k) => assert_eq!(k, index as u64),
                    Err(error) => assert!(
                        index == 13 && error.code() == "internal.panic" && error.to_string().contains("unlucky")
                    ),
                }
                seen.push(index);
                if index == 20 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            assert_eq!(seen, (0..=20).collect::<Vec<_>>());
        }
    }
}
