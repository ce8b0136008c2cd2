//! The verb `convert`: recordings in the formats of other programs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use myovox::analyze::{Conversion, Format};
use myovox::formats::export::{Exported, Selection};
use myovox::formats::sink;
use myovox::{Analyzer, Auto, Class, Error, Warning, batch};

use crate::args::Convert;
use crate::output::Output;
use crate::progress::Progress;
use crate::{ExitStatus, Stop, config, text};

/// Warnings of one recording that are shown.
const SHOWN: usize = 10;

/// Where a recording is written.
enum Place {
    Stdout,
    /// A file, written whole or not at all.
    File(PathBuf),
    /// A device or a pipe, written as it is.
    Stream(PathBuf),
}

pub(crate) fn run(call: &Convert, output: &mut Output<'_>) -> Result<ExitStatus, Stop> {
    let analyzer = config::analyzer(&call.settings, &[])?;
    let to_stdout = call.output == Path::new("-");
    let into_folder = !to_stdout && (call.output.is_dir() || call.files.len() > 1);
    let format = format(call, into_folder)?;
    let name = format.name();
    let conversion = conversion(call, format);
    let from_stdin = call.files.iter().any(|path| path == Path::new("-"));
    if into_folder {
        if from_stdin {
            return Err(usage("-", "standard input has no name for a file in a folder", "one recording and a file"));
        }
        let files = files_in_folder(call, name)?;
        return Ok(side_by_side(&analyzer, call, &conversion, &files, output));
    }
    let [path] = call.files.as_slice() else {
        return Err(usage("OUT", "standard output takes one recording", "a folder"));
    };
    let place = if to_stdout { Place::Stdout } else { Replaced::by(call).place(&call.output)? };
    match place {
        Place::File(file) if !from_stdin => {
            let files = BTreeMap::from([(path.as_path(), file)]);
            Ok(side_by_side(&analyzer, call, &conversion, &files, output))
        }
        place => through_stream(&analyzer, path, &conversion, &place, output),
    }
}

fn conversion(call: &Convert, format: Format) -> Conversion {
    let mut selection = Selection::default().channels(call.channels.clone());
    if let Some(frames) = call.frames {
        selection = selection.first_frame(frames.first).end_frame(frames.end.map(Into::into).unwrap_or_default());
    }
    let conversion = Conversion::new(format).selection(selection);
    match call.table {
        Some(table) => conversion.table(Auto::Value(table.into())),
        None => conversion,
    }
}

/// The format of `--to`, else of the output's extension, with what the other options say of it.
fn format(call: &Convert, into_folder: bool) -> Result<Format, Stop> {
    let extension = call.output.extension().map(|extension| extension.to_string_lossy()).unwrap_or_default();
    let found = match call.to {
        Some(to) => Some(to.into()),
        None => Format::of_extension(&extension).filter(|_| !into_folder),
    };
    let Some(mut format) = found else {
        let formats: Vec<&str> = Format::all().map(|format| format.name()).collect();
        let expected = format!("--to, or a file that ends in one of {}", formats.join(", "));
        return Err(usage("OUT", "the format is not known", &expected));
    };
    if let Format::C3d(config) = &mut format {
        config.storage = given(call.storage);
        config.processor = given(call.processor);
    } else if call.storage.is_some() || call.processor.is_some() {
        let field = if call.storage.is_some() { "--storage" } else { "--processor" };
        return Err(usage(field, "only a C3D file is written so", "--to c3d"));
    }
    if let Format::Wav(coding) = &mut format {
        *coding = given(call.coding);
    } else if call.coding.is_some() {
        return Err(usage("--coding", "only a WAV file is written so", "--to wav"));
    }
    Ok(format)
}

/// The library's word for a typed one.
fn given<W, T: From<W>>(word: Option<W>) -> Auto<T> {
    word.map_or(Auto::Auto, |word| Auto::Value(word.into()))
}

/// The file of each recording in the folder `OUT`.
fn files_in_folder<'a>(call: &'a Convert, extension: &str) -> Result<BTreeMap<&'a Path, PathBuf>, Stop> {
    if !call.output.is_dir() {
        let what = "several recordings are written into a folder, which must be there";
        let error = Error::config("cli.usage", what).expected("a folder");
        return Err(error.recording(call.output.display().to_string()).into());
    }
    let mut replaced = Replaced::by(call);
    let mut files = BTreeMap::new();
    for path in &call.files {
        let name = Path::new(path.file_stem().unwrap_or_default()).with_added_extension(extension);
        let file = match replaced.place(&call.output.join(name))? {
            Place::File(file) => file,
            Place::Stream(path) => {
                let error = Error::io_kind("io.not-a-file", "cannot write").found("a device or a pipe");
                return Err(error.expected("a file").recording(path.display().to_string()).into());
            }
            Place::Stdout => continue,
        };
        files.insert(path.as_path(), file);
    }
    Ok(files)
}

/// Files that no result may replace: those that the call reads, and its results so far.
struct Replaced {
    read: BTreeSet<PathBuf>,
    written: BTreeSet<PathBuf>,
}

impl Replaced {
    fn by(call: &Convert) -> Self {
        let read = call.files.iter().chain(&call.settings.config).filter_map(|path| fs::canonicalize(path).ok());
        Self { read: read.collect(), written: BTreeSet::new() }
    }

    /// What stands at `path`: a link is followed, so that the file behind it is replaced and not the link.
    fn place(&mut self, path: &Path) -> Result<Place, Stop> {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
            return Ok(Place::Stream(path));
        }
        let named = |error: Error| Err(error.recording(path.display().to_string()).into());
        if self.read.contains(&path) {
            let what = "the result would replace what the call reads";
            return named(Error::config("cli.output-is-input", what).expected("another file"));
        }
        if !self.written.insert(path.clone()) {
            let what = "two recordings of this call would be written here";
            return named(Error::config("cli.same-output", what).expected("recordings of different names"));
        }
        Ok(Place::File(path))
    }
}

/// Converts recordings, each into its file.
fn side_by_side(
    analyzer: &Analyzer,
    call: &Convert,
    conversion: &Conversion,
    files: &BTreeMap<&Path, PathBuf>,
    output: &mut Output<'_>,
) -> ExitStatus {
    let progress = Progress::new(call.files.len(), output.is_watched());
    let work = |path: &Path| {
        let file = files.get(path).map_or(Path::new(""), PathBuf::as_path);
        let converted = batch::convert_path(analyzer, path, conversion, file);
        progress.step();
        converted
    };
    let threads = if call.files.len() == 1 { 1 } else { call.threads };
    let mut status = ExitStatus::Done;
    batch::run(&call.files, threads, work, |index, converted| {
        progress.aside(|| match converted {
            Ok(exported) => say(&exported.warnings, &call.files[index].display().to_string(), output),
            Err(error) => {
                status = ExitStatus::SomeFailed;
                output.line(error);
            }
        });
        ControlFlow::Continue(())
    });
    progress.end();
    status
}

/// Converts a recording that comes from or goes to a stream.
fn through_stream(
    analyzer: &Analyzer,
    path: &Path,
    conversion: &Conversion,
    place: &Place,
    output: &mut Output<'_>,
) -> Result<ExitStatus, Stop> {
    let (converted, name) = if path == Path::new("-") {
        let name = "standard input".to_owned();
        let read = output.standard_input(&analyzer.config().limits);
        let converted = read.and_then(|bytes| {
            into_place(conversion, place, output, |conversion, to, name| {
                analyzer.convert(&bytes, conversion, to).map_err(|error| error.recording(name))
            })
        });
        // What is wrong with the output is said of the output.
        let named = |error: Error| if error.class() == Class::Io { error } else { error.recording(&name) };
        (converted.map_err(named), name)
    } else {
        let converted = into_place(conversion, place, output, |conversion, to, name| {
            batch::convert_path_to(analyzer, path, conversion, to, name)
        });
        (converted, path.display().to_string())
    };
    match converted {
        Ok(exported) => {
            say(&exported.warnings, &name, output);
            Ok(ExitStatus::Done)
        }
        Err(error) if error.code() == "io.broken-pipe" => Err(Stop::Closed(ExitStatus::Done)),
        Err(error) => {
            output.line(error);
            Ok(ExitStatus::SomeFailed)
        }
    }
}

/// Writes what `convert` gives where it is to stand; it is told how that place is called.
fn into_place(
    conversion: &Conversion,
    place: &Place,
    output: &mut Output<'_>,
    convert: impl Fn(&Conversion, &mut dyn Write, &str) -> myovox::Result<Exported>,
) -> myovox::Result<Exported> {
    match place {
        Place::Stdout => write(output.stream(), "standard output", |to, name| convert(conversion, to, name)),
        Place::Stream(device) => {
            let name = device.display().to_string();
            match fs::File::options().write(true).open(device) {
                Ok(device) => write(device, &name, |to, name| convert(conversion, to, name)),
                Err(cause) => Err(Error::io("write", &cause).recording(name)),
            }
        }
        Place::File(file) => {
            let title = file.file_name().unwrap_or_default().to_string_lossy();
            let conversion = conversion.clone().title(title.clone());
            sink::write_path(file, |file| convert(&conversion, file, &title))
        }
    }
}

/// Writes what `convert` gives to a stream of this `name`.
fn write(
    to: impl Write,
    name: &str,
    convert: impl FnOnce(&mut dyn Write, &str) -> myovox::Result<Exported>,
) -> myovox::Result<Exported> {
    let mut buffered = BufWriter::with_capacity(1 << 18, to);
    let converted = convert(&mut buffered, name);
    let flushed = buffered.flush().map_err(|cause| Error::io("write", &cause).recording(name));
    converted.and_then(|exported| flushed.map(|()| exported))
}

/// What was guessed in reading or changed in writing, a line each on standard error.
fn say(warnings: &[Warning], name: &str, output: &mut Output<'_>) {
    for warning in warnings.iter().take(SHOWN) {
        let place = warning.place.to_string();
        let place = if place.is_empty() { place } else { format!("{place}: ") };
        output.line(text::clean(&format!("{name}: warning: {place}{} [{}]", warning.message, warning.code)));
    }
    match warnings.len().saturating_sub(SHOWN) {
        0 => {}
        more => output.line(format!("{name}: and {more} more warnings (myovox inspect shows them)")),
    }
}

fn usage(field: &str, what: &str, expected: &str) -> Stop {
    Error::config("cli.usage", what).field(field).expected(expected).into()
}
