//! WAV recordings as Python sees them.

use std::ops::Range;
use std::path::{Path, PathBuf};

use myovox::formats::access::{FileReader, ReadAt};
use myovox::formats::codecs::{self, AudioRecording};
use myovox::formats::sink;
use myovox::formats::source::read_path;
use myovox::formats::wav::{self, ChunkInfo, Metadata, Sample, WavWriteConfig};
use myovox::units::Rate;
use myovox::{Auto, Budget, Config, Error};
use ndarray::s;
use numpy::{
    AllowTypeChange, Element, PyArray2, PyArrayDescrMethods, PyArrayLike2, PyArrayMethods, PyUntypedArray,
    PyUntypedArrayMethods,
};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::border::{Failure, border};
use crate::c3d_write::chosen;
use crate::convert::{Depth, dict, shape, word};
use crate::source::Source;
use crate::{settings, warning};

/// A decoded recording of sound.
///
/// Attributes
/// ----------
/// sample_rate : int
///     Samples per second and channel.
/// samples : numpy.ndarray of float64 or float32 [shape=(channels, samples)]
///     Integers and compressed codings in [-1, 1), floats as stored; all finite.
/// duration_s : float
///     Duration in seconds.
/// coding : str
///     How the samples are stored: ``pcm16``, ``float32``, ``mulaw``, ``ima_adpcm``; ``flac``, ``alac``, ``mp3``, ``aac_lc``, ``vorbis``, ``opus``.
/// container : str
///     ``riff``, ``rifx``, ``rf64``, ``bw64``, ``w64``, or ``raw`` for samples without a header; ``flac``, ``mp3``, ``adts``, ``mp4``, ``ogg``,
///     ``matroska``, ``aiff``, ``caf``, ``au``, and ``wav`` for MP3 in WAV.
/// bits : int
///     Bits that a stored sample takes; 0 for GSM 6.10 and lossy codecs, which have no such number.
/// valid_bits : int
///     Bits of a decoded sample that can carry signal; 0 for lossy codecs.
/// channel_mask : int or None
///     Speakers, one bit each, where the file names them.
/// chunks : list of dict
///     The chunks in file order, each with ``id``, ``offset`` and ``bytes``.
/// metadata : dict
///     What stands beside the samples: ``info``, ``broadcast``, ``cues``, ``cue_texts``, ``fact_samples``, ``ixml``.
/// warnings : list of Warning
///     What was guessed or is doubtful.
#[pyclass(frozen, get_all, module = "myovox")]
pub(crate) struct WavRecording {
    /// Samples per second and channel.
    sample_rate: u32,
    /// (channels, samples), float64 or float32.
    samples: Py<PyUntypedArray>,
    /// Duration in seconds.
    duration_s: f64,
    /// How the samples are stored.
    coding: &'static str,
    /// What they stand in.
    container: String,
    /// Bits that a stored sample takes.
    bits: u16,
    /// Bits of a decoded sample that can carry signal.
    valid_bits: u16,
    /// Speakers, one bit each.
    channel_mask: Option<u32>,
    /// The chunks in file order.
    chunks: Py<PyList>,
    /// What stands beside the samples.
    metadata: Py<PyDict>,
    /// What was guessed or is doubtful.
    warnings: Py<PyList>,
}

impl WavRecording {
    fn new(py: Python<'_>, info: wav::WavInfo, samples: Py<PyUntypedArray>) -> PyResult<Self> {
        Ok(Self {
            sample_rate: info.sample_rate,
            duration_s: duration_s(py, info.sample_rate, &samples),
            samples,
            coding: info.coding.name(),
            container: word(info.container),
            bits: info.bits,
            valid_bits: info.valid_bits,
            channel_mask: info.channel_mask,
            chunks: chunks(py, &info.chunks)?.unbind(),
            metadata: metadata(py, &info.metadata)?.unbind(),
            warnings: warning::list(py, info.warnings)?,
        })
    }

    fn of_audio(py: Python<'_>, recording: AudioRecording, samples: Py<PyUntypedArray>) -> PyResult<Self> {
        let bits = recording.bits.unwrap_or(0);
        Ok(Self {
            sample_rate: recording.sample_rate,
            duration_s: duration_s(py, recording.sample_rate, &samples),
            samples,
            coding: recording.codec.name(),
            container: recording.container.name().to_owned(),
            bits,
            valid_bits: bits,
            channel_mask: None,
            chunks: chunks(py, &[])?.unbind(),
            metadata: metadata(py, &Metadata::default())?.unbind(),
            warnings: warning::list(py, recording.warnings)?,
        })
    }
}

fn duration_s(py: Python<'_>, sample_rate: u32, samples: &Py<PyUntypedArray>) -> f64 {
    let frames = samples.bind(py).shape().last().copied().unwrap_or(0);
    Rate::new(f64::from(sample_rate)).map_or(f64::NAN, |rate| rate.seconds(frames))
}

#[pymethods]
impl WavRecording {
    fn __repr__(&self, py: Python<'_>) -> String {
        format!(
            "WavRecording(samples={} at {} Hz, {:.3} s, {} in {}, {} warnings)",
            shape(self.samples.bind(py)),
            self.sample_rate,
            self.duration_s,
            self.coding,
            self.container,
            self.warnings.bind(py).len()
        )
    }
}

/// Reads a recording of sound; see `myovox.read_wav`.
#[pyfunction]
#[pyo3(signature = (source, *, policy = "lenient", raw = None, dtype = "float64", out = None, channels = None, frames = None, memory_map = false))]
#[expect(clippy::too_many_arguments, reason = "all but the recording go by keyword")]
pub(crate) fn read_wav(
    py: Python<'_>,
    source: Source,
    policy: &str,
    raw: Option<&str>,
    dtype: &str,
    out: Option<Bound<'_, PyUntypedArray>>,
    channels: Option<Vec<usize>>,
    frames: Option<(usize, usize)>,
    memory_map: bool,
) -> PyResult<WavRecording> {
    border(py, || {
        let mut config = settings::with_policy("wav.policy", policy)?;
        if let Some(raw) = raw {
            config.wav.raw = Auto::Value(raw.parse()?);
        }
        let depth = match &out {
            Some(array) if array.dtype().is_equiv_to(&numpy::dtype::<f32>(py)) => Depth::Float32,
            Some(_) => Depth::Float64,
            None => Depth::named(dtype)?,
        };
        let wanted = Wanted { channels, frames, memory_map };
        let result = match depth {
            Depth::Float64 => read_as::<f64>(py, &source, &config, &wanted, out.as_ref()),
            Depth::Float32 => read_as::<f32>(py, &source, &config, &wanted, out.as_ref()),
        };
        result.map_err(|failure| match (failure, source.path()) {
            (Failure::Library(error), Some(path)) => Failure::Library(error.recording(path.display().to_string())),
            (failure, _) => failure,
        })
    })
}

/// Which channels and frames, from 0, and whether the file is mapped for it.
struct Wanted {
    channels: Option<Vec<usize>>,
    frames: Option<(usize, usize)>,
    memory_map: bool,
}

impl Wanted {
    /// The rows and columns of a recording of so many channels and frames.
    fn of(&self, (channels, frames): (usize, usize)) -> (Vec<usize>, Range<usize>) {
        let span = self.frames.map_or(0..frames, |(start, end)| start..end);
        (self.channels.clone().unwrap_or_else(|| (0..channels).collect()), span)
    }
}

/// Files up to this size are read as a whole; larger ones block by block, so that nothing is allocated beside the array.
const WHOLE_BYTES: u64 = 1 << 20;

/// Bytes that tell the kind of a recording.
const BEGINNING_BYTES: usize = 1 << 16;

/// The file at `path`, if it is to be read block by block: a large one that is no compressed recording.
fn large_file(path: &Path, config: &Config) -> Option<FileReader> {
    let file = FileReader::open(path, &config.limits).ok().filter(|file| file.bytes() > WHOLE_BYTES)?;
    let mut beginning = vec![0; BEGINNING_BYTES];
    file.read_at(0, &mut beginning).ok()?;
    (config.wav.raw.given().is_some() || codecs::container(&beginning).is_none()).then_some(file)
}

fn read_as<T: Number>(
    py: Python<'_>,
    source: &Source,
    config: &Config,
    wanted: &Wanted,
    out: Option<&Bound<'_, PyUntypedArray>>,
) -> Result<WavRecording, Failure> {
    let mut budget = Budget::new(&config.limits);
    let held;
    let mapped = source.map(wanted.memory_map, &config.limits)?;
    let bytes = match (&mapped, source) {
        (Some(map), _) => &map[..],
        (None, Source::Path(path)) => {
            if let Some(file) = py.detach(|| large_file(path, config)) {
                let reader = py.detach(|| wav::Reader::at(&file, &config.wav, &mut budget))?;
                return read_from::<T>(py, reader, &mut budget, wanted, out);
            }
            held = py.detach(|| read_path(path, &config.limits))?;
            &held[..]
        }
        (None, Source::Bytes(bytes)) => bytes.as_slice(),
    };
    if config.wav.raw.given().is_none() && codecs::container(bytes).is_some() {
        let compressed = config.codecs.clone().policy(config.wav.policy);
        let recording = py.detach(|| codecs::read(bytes, &compressed, &mut budget))?;
        return of_decoded::<T>(py, recording, wanted, out);
    }
    let reader = py.detach(|| wav::Reader::new(bytes, &config.wav, &mut budget))?;
    read_from::<T>(py, reader, &mut budget, wanted, out)
}

/// Decodes straight into the array that numpy owns.
fn read_from<T: Number>(
    py: Python<'_>,
    mut reader: wav::Reader<'_>,
    budget: &mut Budget,
    wanted: &Wanted,
    out: Option<&Bound<'_, PyUntypedArray>>,
) -> Result<WavRecording, Failure> {
    let (rows, span) = wanted.of((reader.info().channels, reader.info().frames));
    let shape = (rows.len(), span.len());
    if out.is_none() {
        let bytes = (shape.0 as u64).saturating_mul(shape.1 as u64).saturating_mul(size_of::<T>() as u64);
        budget.charge(bytes, "samples")?;
    }
    let array = target::<T>(py, shape, out)?;
    {
        let mut writable = array.readwrite();
        let view = writable.as_array_mut();
        py.detach(|| reader.read_channels_into(&rows, span, view))?;
    }
    Ok(WavRecording::new(py, reader.into_info(), array.as_untyped().clone().unbind())?)
}

/// What was decoded as a whole, cut to what is wanted.
fn of_decoded<T: Number>(
    py: Python<'_>,
    mut recording: AudioRecording,
    wanted: &Wanted,
    out: Option<&Bound<'_, PyUntypedArray>>,
) -> Result<WavRecording, Failure> {
    let decoded = std::mem::take(&mut recording.samples);
    let (rows, span) = wanted.of(decoded.dim());
    let absent = |what: &str, found: String, within: usize| {
        Error::config("config.range", what.to_owned()).found(found).expected(format!("within 0 to {within}"))
    };
    if let Some(row) = rows.iter().find(|&&row| row >= decoded.nrows()) {
        return Err(absent("no such channel", row.to_string(), decoded.nrows()).into());
    }
    if span.start > span.end || span.end > decoded.ncols() {
        let found = format!("{} to {}", span.start, span.end);
        return Err(absent("frames that the recording does not have", found, decoded.ncols()).into());
    }
    let array = target::<T>(py, (rows.len(), span.len()), out)?;
    for (mut to, row) in array.readwrite().as_array_mut().outer_iter_mut().zip(rows) {
        let from = decoded.row(row);
        to.iter_mut().zip(from.slice(s![span.clone()])).for_each(|(to, from)| *to = T::rounded(*from));
    }
    Ok(WavRecording::of_audio(py, recording, array.as_untyped().clone().unbind())?)
}

/// `out`, when its shape is right and it can be written, else a new array.
fn target<'py, T: Number>(
    py: Python<'py>,
    shape: (usize, usize),
    out: Option<&Bound<'py, PyUntypedArray>>,
) -> Result<Bound<'py, PyArray2<T>>, Failure> {
    let Some(out) = out else { return Ok(PyArray2::zeros(py, shape, false)) };
    let refused = |found: String| {
        Error::config("config.out", "an array that the samples do not fit into")
            .field("out")
            .found(found)
            .expected(format!("a writable array of float64 or float32 and shape {shape:?}"))
    };
    let array = out.cast::<PyArray2<T>>().map_err(|_| refused(format!("{} {}", out.dtype(), self::shape(out))))?;
    if (array.shape()[0], array.shape()[1]) != shape {
        return Err(refused(format!("shape {}", self::shape(out))).into());
    }
    if array.try_readwrite().is_err() {
        return Err(refused("an array that cannot be written".to_owned()).into());
    }
    Ok(array.clone())
}

/// Numbers that samples become.
trait Number: Sample + Element {
    /// The nearest one.
    fn rounded(value: f64) -> Self;
}

impl Number for f64 {
    fn rounded(value: f64) -> Self {
        value
    }
}

impl Number for f32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding is meant; decoded sound is far from the ends of the range"
    )]
    fn rounded(value: f64) -> Self {
        value as f32
    }
}

/// Writes a WAV file; see `myovox.write_wav`.
#[pyfunction]
#[pyo3(signature = (path, samples, sample_rate, *, coding = "pcm16", policy = "lenient"))]
pub(crate) fn write_wav(
    py: Python<'_>,
    path: PathBuf,
    samples: PyArrayLike2<'_, f64, AllowTypeChange>,
    sample_rate: u32,
    coding: &str,
    policy: &str,
) -> PyResult<Py<PyList>> {
    border(py, || {
        let config = WavWriteConfig::default().coding(chosen("coding", coding)?).policy(chosen("policy", policy)?);
        let samples = samples.as_array();
        let warnings = py.detach(|| sink::write_path(&path, |file| wav::write(samples, sample_rate, &config, file)))?;
        Ok(warning::list(py, warnings)?)
    })
}

fn chunks<'py>(py: Python<'py>, chunks: &[ChunkInfo]) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for chunk in chunks {
        list.append(dict!(py, { "id": chunk.id.to_string(), "offset": chunk.offset, "bytes": chunk.bytes }))?;
    }
    Ok(list)
}

fn metadata<'py>(py: Python<'py>, metadata: &Metadata) -> PyResult<Bound<'py, PyDict>> {
    let (info, cues, cue_texts) = (PyList::empty(py), PyList::empty(py), PyList::empty(py));
    for entry in &metadata.info {
        info.append(dict!(py, { "id": entry.id.to_string(), "text": &entry.text }))?;
    }
    for cue in &metadata.cues {
        cues.append(dict!(py, { "id": cue.id, "frame": cue.frame }))?;
    }
    for entry in &metadata.cue_texts {
        cue_texts.append(dict!(py, { "cue": entry.cue, "id": entry.id.to_string(), "text": &entry.text }))?;
    }
    let broadcast = match &metadata.broadcast {
        None => None,
        Some(bext) => Some(dict!(py, {
            "description": &bext.description,
            "originator": &bext.originator,
            "originator_reference": &bext.originator_reference,
            "origination_date": &bext.origination_date,
            "origination_time": &bext.origination_time,
            "time_reference": bext.time_reference,
            "version": bext.version,
            "coding_history": &bext.coding_history,
        })),
    };
    Ok(dict!(py, {
        "info": info,
        "broadcast": broadcast,
        "cues": cues,
        "cue_texts": cue_texts,
        "fact_samples": metadata.fact_samples,
        "ixml": metadata.ixml.as_deref(),
    }))
}
