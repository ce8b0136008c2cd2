//! C3D recordings read in parts as Python sees them: chosen points, channels and frames, or block by block.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use myovox::formats::access::{FileReader, ReadAt};
use myovox::formats::c3d::{Arrays, C3dMetadata, Part, Pick, Reader, Sample, Selection};
use myovox::formats::map::Mapped;
use myovox::{Budget, Limits, Result};
use numpy::{Element, IntoPyArray};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::border::border;
use crate::c3d::{events, parameters, stored};
use crate::convert::{Depth, or_nan, word};
use crate::source::{Bytes, Source};
use crate::{settings, warning};

/// The bytes of a recording: an open file of which only what is wanted is read, mapped or not, or memory.
enum Input {
    File(FileReader),
    Map(Mapped),
    Memory(Bytes),
}

impl ReadAt for Input {
    fn bytes(&self) -> u64 {
        match self {
            Self::File(file) => file.bytes(),
            Self::Map(map) => ReadAt::bytes(map),
            Self::Memory(bytes) => bytes.as_slice().bytes(),
        }
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        match self {
            Self::File(file) => file.read_at(offset, buffer),
            Self::Map(map) => map.read_at(offset, buffer),
            Self::Memory(bytes) => bytes.as_slice().read_at(offset, buffer),
        }
    }

    fn in_memory(&self) -> Option<&[u8]> {
        match self {
            Self::File(_) => None,
            Self::Map(map) => Some(map),
            Self::Memory(bytes) => Some(bytes.as_slice()),
        }
    }
}

/// A C3D recording of which only header and parameters are read at first; see `myovox.C3dReader`.
///
/// Parameters
/// ----------
/// source : str, os.PathLike, bytes, bytearray, memoryview or binary file object
///     The recording. A file stays open, and only what is asked for is read from it.
/// policy : {"lenient", "strict", "recover"}
///     As in `read_c3d`.
/// dtype : {"float64", "float32"}
///     Numbers of the arrays. They are computed in ``float64`` and rounded once.
/// memory_map : bool
///     Map the file into memory instead of reading from it: faster for many small parts. As with `numpy.memmap`, the system ends this process when
///     another one cuts the file short meanwhile; only for files that nobody writes.
///
/// Attributes
/// ----------
/// point_labels, point_names, analog_labels, analog_names, analog_units, point_units, point_rate, analog_rate, first_frame, parameters, events
///     As of `C3dRecording`.
/// frames : int
///     Frames in the file.
/// samples_per_frame : int
///     Analog samples per channel and frame.
/// force_platform_channels : list of int
///     Analog channels, from 0, that belong to force platforms.
/// processor, storage : str
///     Number formats of the file.
/// warnings : list of Warning
///     What was guessed or is doubtful in header and parameters.
///
/// Methods
/// -------
/// read(*, points=None, channels=None, frames=None)
///     A part: all of it unless told otherwise.
/// blocks(frames_per_block=1024, *, points=None, channels=None, frames=None)
///     The same block by block, in constant memory.
///
/// Examples
/// --------
/// >>> import myovox
/// >>> reader = myovox.C3dReader("fixtures/files/ghostly_named.c3d", dtype="float32")
/// >>> one = reader.read(points=[], channels=["EMG Left Quad"], frames=(0, 100))
/// >>> one.analog.shape, str(one.analog.dtype)
/// ((1, 3000), 'float32')
/// >>> sum(block.analog.shape[1] for block in reader.blocks(64)) == reader.frames * reader.samples_per_frame
/// True
#[pyclass(frozen, module = "myovox")]
pub(crate) struct C3dReader {
    reader: Arc<Reader<Input>>,
    name: Option<String>,
    depth: Depth,
    limits: Limits,
    /// Group, name, value.
    #[pyo3(get)]
    parameters: Py<PyDict>,
    /// Events of header and EVENT group.
    #[pyo3(get)]
    events: Py<PyList>,
    /// Of header and parameters.
    #[pyo3(get)]
    warnings: Py<PyList>,
}

/// A part of a C3D recording. Time is the last axis of every array.
///
/// Attributes
/// ----------
/// points : numpy.ndarray [shape=(markers, 3, frames)]
///     Coordinates; NaN where the marker was not seen.
/// residuals : numpy.ndarray [shape=(markers, frames)]
///     0 for interpolated points, -1 where the marker was not seen.
/// camera_masks : numpy.ndarray of uint8 [shape=(markers, frames)]
///     Bits 0 to 6 are the cameras 1 to 7 that saw the marker.
/// analog : numpy.ndarray [shape=(channels, samples)]
///     Physical values.
/// point_names, analog_names : list of str
///     Of the rows.
/// frames : (int, int)
///     First frame, from 0 at the first in the file, and the frame behind the last.
/// warnings : list of Warning
///     What is doubtful among these numbers. Those of blocks are counted over the whole and stand with the last block.
#[pyclass(frozen, get_all, module = "myovox")]
pub(crate) struct C3dPart {
    /// (markers, 3, frames), NaN where not seen.
    points: Py<PyAny>,
    /// (markers, frames), -1 where not seen.
    residuals: Py<PyAny>,
    /// (markers, frames), uint8.
    camera_masks: Py<PyAny>,
    /// (channels, samples).
    analog: Py<PyAny>,
    /// Names of the rows of `points`.
    point_names: Py<PyList>,
    /// Names of the rows of `analog`.
    analog_names: Py<PyList>,
    /// First frame and the one behind the last.
    frames: (u64, u64),
    /// What is doubtful among these numbers.
    warnings: Py<PyList>,
}

/// The blocks of a recording, one after the other; made by `C3dReader.blocks`.
#[pyclass(frozen, module = "myovox")]
pub(crate) struct C3dBlocks {
    reader: Arc<Reader<Input>>,
    name: Option<String>,
    depth: Depth,
    limits: Limits,
    part: Part,
    step: u64,
    next: Mutex<u64>,
}

/// Labels or numbers of rows, as Python writes them.
#[derive(FromPyObject)]
pub(crate) enum Wanted {
    Labels(Vec<String>),
    Indices(Vec<usize>),
}

fn pick(wanted: Option<Wanted>) -> Pick {
    match wanted {
        None => Pick::All,
        Some(Wanted::Labels(labels)) => Pick::labels(labels),
        Some(Wanted::Indices(indices)) => Pick::indices(indices),
    }
}

fn selection(points: Option<Wanted>, channels: Option<Wanted>, frames: Option<(u64, u64)>) -> Selection {
    let selection = Selection::all().points(pick(points)).channels(pick(channels));
    match frames {
        Some((start, end)) => selection.frames(start..end),
        None => selection,
    }
}

fn named<T>(result: Result<T>, name: Option<&String>) -> Result<T> {
    result.map_err(|error| match name {
        Some(name) => error.recording(name.as_str()),
        None => error,
    })
}

#[pymethods]
impl C3dReader {
    #[new]
    #[pyo3(signature = (source, *, policy = "lenient", dtype = "float64", memory_map = false))]
    fn new(py: Python<'_>, source: Source, policy: &str, dtype: &str, memory_map: bool) -> PyResult<Self> {
        border(py, || {
            let config = settings::with_policy("c3d.policy", policy)?;
            let (limits, depth) = (config.limits, Depth::named(dtype)?);
            let name = source.path().map(|path: &Path| path.display().to_string());
            let reader = py.detach(|| {
                let input = match (source.map(memory_map, &limits)?, source) {
                    (Some(map), _) => Input::Map(map),
                    (None, Source::Path(path)) => Input::File(FileReader::open(&path, &limits)?),
                    (None, Source::Bytes(bytes)) => Input::Memory(bytes),
                };
                named(Reader::new(input, &config.c3d, &mut Budget::new(&limits)), name.as_ref())
            })?;
            let metadata = reader.metadata();
            let parameters = parameters(py, &metadata.parameters)?.unbind();
            let events = events(py, metadata.events.clone())?;
            let warnings = warning::list(py, metadata.warnings.clone())?;
            Ok(Self { reader: Arc::new(reader), name, depth, limits, parameters, events, warnings })
        })
    }

    #[getter]
    fn point_labels(&self) -> Vec<String> {
        stored(&self.metadata().point_labels, self.metadata().named_points).to_vec()
    }

    #[getter]
    fn point_names(&self) -> Vec<String> {
        self.metadata().point_labels.clone()
    }

    #[getter]
    fn point_units(&self) -> String {
        self.metadata().point_units.clone()
    }

    #[getter]
    fn point_rate(&self) -> f64 {
        or_nan(self.metadata().layout.point_rate_hz)
    }

    #[getter]
    fn frames(&self) -> u64 {
        self.metadata().layout.point_frames()
    }

    #[getter]
    fn first_frame(&self) -> u32 {
        self.metadata().layout.first_frame
    }

    #[getter]
    fn samples_per_frame(&self) -> u32 {
        self.metadata().layout.samples_per_frame
    }

    #[getter]
    fn analog_labels(&self) -> Vec<String> {
        stored(&self.metadata().analog_labels, self.metadata().named_channels).to_vec()
    }

    #[getter]
    fn analog_names(&self) -> Vec<String> {
        self.metadata().analog_labels.clone()
    }

    #[getter]
    fn analog_units(&self) -> Vec<String> {
        self.metadata().analog_units.clone()
    }

    #[getter]
    fn analog_rate(&self) -> f64 {
        or_nan(self.metadata().analog_rate_hz)
    }

    #[getter]
    fn force_platform_channels(&self) -> Vec<usize> {
        self.metadata().force_platform_channels.clone()
    }

    #[getter]
    fn processor(&self) -> String {
        word(self.metadata().layout.processor)
    }

    #[getter]
    fn storage(&self) -> String {
        word(self.metadata().layout.storage)
    }

    /// Read a part: ``points`` and ``channels`` are labels or numbers from 0 (``None``: all, an empty list: none), ``frames`` is the first one and the
    /// one behind the last, from 0. Memory is taken for what is asked for, and for nothing else.
    ///
    /// Raises `ConfigError` for what is not in the recording, `LimitError`, `IoError`.
    #[pyo3(signature = (*, points = None, channels = None, frames = None))]
    fn read(
        &self,
        py: Python<'_>,
        points: Option<Wanted>,
        channels: Option<Wanted>,
        frames: Option<(u64, u64)>,
    ) -> PyResult<C3dPart> {
        border(py, || {
            let wanted = selection(points, channels, frames);
            let mut budget = Budget::new(&self.limits);
            let part = py.detach(|| named(self.reader.select(&wanted, &mut budget), self.name.as_ref()))?;
            read(py, &self.reader, &part, self.depth, &mut budget, self.name.as_ref())
        })
    }

    /// Iterate over the recording in blocks of at most ``frames_per_block`` frames, in order and in constant memory; ``points``, ``channels`` and
    /// ``frames`` as in `read`.
    #[pyo3(signature = (frames_per_block = 1024, *, points = None, channels = None, frames = None))]
    fn blocks(
        &self,
        py: Python<'_>,
        frames_per_block: u64,
        points: Option<Wanted>,
        channels: Option<Wanted>,
        frames: Option<(u64, u64)>,
    ) -> PyResult<C3dBlocks> {
        border(py, || {
            let wanted = selection(points, channels, frames);
            let mut budget = Budget::new(&self.limits);
            let part = py.detach(|| named(self.reader.select(&wanted, &mut budget), self.name.as_ref()))?;
            Ok(C3dBlocks {
                reader: Arc::clone(&self.reader),
                name: self.name.clone(),
                depth: self.depth,
                limits: self.limits.clone(),
                step: frames_per_block.max(1),
                next: Mutex::new(part.frames().start),
                part,
            })
        })
    }

    fn __repr__(&self) -> String {
        let layout = &self.metadata().layout;
        format!(
            "C3dReader({} points, {} analog channels, {} frames at {} Hz)",
            layout.points,
            layout.channels,
            layout.point_frames(),
            or_nan(layout.point_rate_hz)
        )
    }
}

impl C3dReader {
    fn metadata(&self) -> &C3dMetadata {
        self.reader.metadata()
    }
}

#[pymethods]
impl C3dBlocks {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<C3dPart>> {
        border(py, || {
            let (start, end) = {
                let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
                let start = *next;
                *next = start.saturating_add(self.step).min(self.part.frames().end);
                (start, *next)
            };
            if start >= end {
                return Ok(None);
            }
            let mut budget = Budget::new(&self.limits);
            let part = self.part.narrowed(start..end);
            read(py, &self.reader, &part, self.depth, &mut budget, self.name.as_ref()).map(Some)
        })
    }
}

fn read(
    py: Python<'_>,
    reader: &Reader<Input>,
    part: &Part,
    depth: Depth,
    budget: &mut Budget,
    name: Option<&String>,
) -> std::result::Result<C3dPart, crate::border::Failure> {
    match depth {
        Depth::Float64 => read_as::<f64>(py, reader, part, budget, name),
        Depth::Float32 => read_as::<f32>(py, reader, part, budget, name),
    }
}

fn read_as<T: Sample + Element>(
    py: Python<'_>,
    reader: &Reader<Input>,
    part: &Part,
    budget: &mut Budget,
    name: Option<&String>,
) -> std::result::Result<C3dPart, crate::border::Failure> {
    let (arrays, warnings) = py.detach(|| {
        let mut arrays = Arrays::<T>::new();
        let warnings = named(reader.read_into(part, &mut arrays, budget), name)?;
        Ok::<_, myovox::Error>((arrays, warnings))
    })?;
    let names = |labels: &[String], rows: &[usize]| {
        let labels: Vec<&str> = rows.iter().filter_map(|&row| labels.get(row)).map(String::as_str).collect();
        PyList::new(py, labels).map(Bound::unbind)
    };
    let metadata = reader.metadata();
    let (points, residuals, camera_masks, analog) = arrays.into_parts();
    Ok(C3dPart {
        points: points.into_pyarray(py).into_any().unbind(),
        residuals: residuals.into_pyarray(py).into_any().unbind(),
        camera_masks: camera_masks.into_pyarray(py).into_any().unbind(),
        analog: analog.into_pyarray(py).into_any().unbind(),
        point_names: names(&metadata.point_labels, part.points())?,
        analog_names: names(&metadata.analog_labels, part.channels())?,
        frames: (part.frames().start, part.frames().end),
        warnings: warning::list(py, warnings)?,
    })
}
