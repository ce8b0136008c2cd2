//! C3D recordings as Python sees them.

use std::path::PathBuf;

use myovox::formats::c3d::{self, Parameter, ParameterType, Parameters};
use myovox::{Budget, Limits};
use ndarray::{Array1, ArrayD, CowArray, Order};
use numpy::{IntoPyArray, PyArray2, PyArray3, PyArray4, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::border::border;
use crate::c3d_write::{self, chosen};
use crate::convert::{or_nan, shape, word};
use crate::platforms::ForcePlatforms;
use crate::source::Source;
use crate::{settings, warning};

/// Dimensions that an array of numpy can have, whatever its version; C3D's own ceiling is 7.
const MAX_DIMENSIONS: usize = 32;

/// One trial of a C3D file. Time is the last axis of every array.
///
/// Attributes
/// ----------
/// point_labels : list of str
///     The markers' labels as the file stores them, without blanks around; fewer than markers where the file does not name them all.
/// point_names : list of str
///     One name per marker: its label, and ``*1``, ``*2``, ... for those that the file does not name.
/// point_rate : float
///     Frames per second; NaN where the file states none.
/// point_units : str
///     Unit of coordinates and residuals (``mm``); empty where it is not given.
/// points : numpy.ndarray of float64 [shape=(markers, 3, frames)]
///     Coordinates; NaN where the marker was not seen.
/// residuals : numpy.ndarray of float64 [shape=(markers, frames)]
///     Residuals in ``point_units``; 0 for interpolated points, -1 where the marker was not seen.
/// camera_masks : numpy.ndarray of uint8 [shape=(markers, frames)]
///     Bits 0 to 6 are the cameras 1 to 7 that saw the marker.
/// first_frame : int
///     Number of the first frame in the original trial, usually 1.
/// analog_labels : list of str
///     The analog channels' labels as the file stores them; fewer than channels where the file does not name them all.
/// analog_names : list of str
///     One name per analog channel, as ``point_names``.
/// analog_units : list of str
///     One unit per analog channel; one that is not given is empty.
/// analog_rate : float
///     Samples per second and channel; NaN where there are no channels or no rate.
/// analog : numpy.ndarray of float64 [shape=(channels, samples)]
///     Physical values; NaN where the file holds NaN.
/// parameters : dict of dict
///     Group, then name, both in upper case (the format does not distinguish), then the value: ``str`` and ``list`` of ``str`` for texts, ``int`` and
///     ``float`` for single numbers, arrays of int64 or float64 for numbers with dimensions (the first runs fastest, as in the file; shape as
///     declared, flat where the file ends before), ``bytes`` for types that the format does not know. Integers are signed: counts beyond 32767 are
///     negative here and right in the shapes of the arrays.
/// events : list of Event
///     Events of the header and the EVENT group.
/// force_platform_channels : list of int
///     Analog channels, from 0, that belong to force platforms.
/// rotations : Rotations or None
///     Rotations of segments, where the file holds them.
/// processor : str
///     Number formats of the file: ``intel``, ``dec``, ``mips``.
/// storage : str
///     ``integer`` or ``float``.
/// warnings : list of Warning
///     What was guessed or is doubtful.
///
/// Methods
/// -------
/// write(path, *, processor=None, storage=None)
///     Write the recording, with its arrays as they are now, to a C3D file.
/// force_platforms(*, cop_threshold_n=10.0, sign="measured", baseline="none", kistler_correction="none", policy="lenient")
///     Force, moment, centre of pressure and free moment of every force platform.
#[pyclass(frozen, module = "myovox")]
pub(crate) struct C3dRecording {
    /// Labels of the markers that the file names.
    #[pyo3(get)]
    point_labels: Py<PyList>,
    /// One name per marker.
    #[pyo3(get)]
    point_names: Py<PyList>,
    /// Frames per second; NaN where unknown.
    #[pyo3(get)]
    point_rate: f64,
    /// Unit of coordinates and residuals.
    #[pyo3(get)]
    point_units: String,
    /// (markers, 3, frames), float64, NaN where not seen.
    #[pyo3(get)]
    points: Py<PyArray3<f64>>,
    /// (markers, frames), float64, -1 where not seen.
    #[pyo3(get)]
    residuals: Py<PyArray2<f64>>,
    /// (markers, frames), uint8.
    #[pyo3(get)]
    camera_masks: Py<PyArray2<u8>>,
    /// Number of the first frame in the original trial.
    #[pyo3(get)]
    first_frame: u32,
    /// Labels of the analog channels that the file names.
    #[pyo3(get)]
    analog_labels: Py<PyList>,
    /// One name per analog channel.
    #[pyo3(get)]
    analog_names: Py<PyList>,
    /// One unit per analog channel.
    #[pyo3(get)]
    analog_units: Py<PyList>,
    /// Samples per second and channel; NaN where unknown.
    #[pyo3(get)]
    analog_rate: f64,
    /// (channels, samples), float64.
    #[pyo3(get)]
    analog: Py<PyArray2<f64>>,
    /// Group, name, value.
    #[pyo3(get)]
    parameters: Py<PyDict>,
    /// Events of the header and the EVENT group.
    #[pyo3(get)]
    events: Py<PyList>,
    /// Analog channels, from 0, of force platforms.
    #[pyo3(get)]
    force_platform_channels: Py<PyList>,
    /// Rotations of segments.
    #[pyo3(get)]
    rotations: Option<Py<Rotations>>,
    /// `intel`, `dec`, `mips`.
    #[pyo3(get)]
    processor: String,
    /// `integer` or `float`.
    #[pyo3(get)]
    storage: String,
    /// What was guessed or is doubtful.
    #[pyo3(get)]
    warnings: Py<PyList>,
    /// The recording without its arrays, for writing and for force platforms.
    kept: c3d::C3dRecording,
}

/// An event of a recording.
///
/// Attributes
/// ----------
/// label : str
///     ``Foot Strike``, ``RHS``.
/// context : str
///     ``Left``, ``Right``, ``General``; empty where not given.
/// time_s : float
///     Seconds from the first frame in the file; NaN where it cannot be known.
/// time_trial_s : float
///     Seconds from frame number 1 of the trial; NaN where it cannot be known.
/// source : str
///     ``header`` or ``parameter``.
/// stored_s : float
///     The stored time in seconds, on the base of its source.
#[pyclass(frozen, get_all, module = "myovox")]
pub(crate) struct Event {
    /// Label.
    label: String,
    /// `Left`, `Right`, `General` or empty.
    context: String,
    /// Seconds from the first frame in the file.
    time_s: f64,
    /// Seconds from frame number 1 of the trial.
    time_trial_s: f64,
    /// `header` or `parameter`.
    source: String,
    /// The stored time in seconds.
    stored_s: f64,
}

/// Rotations of segments.
///
/// Attributes
/// ----------
/// labels : list of str
///     Names of the segments.
/// rate : float
///     Samples per second; NaN where unknown.
/// matrices : numpy.ndarray of float64 [shape=(segments, 4, 4, samples)]
///     Row, column; from local to laboratory coordinates; NaN where invalid.
/// residuals : numpy.ndarray of float64 [shape=(segments, samples)]
///     Residual as stored, -1 where invalid.
#[pyclass(frozen, get_all, module = "myovox")]
pub(crate) struct Rotations {
    /// Names of the segments.
    labels: Py<PyList>,
    /// Samples per second; NaN where unknown.
    rate: f64,
    /// (segments, 4, 4, samples), float64.
    matrices: Py<PyArray4<f64>>,
    /// (segments, samples), float64.
    residuals: Py<PyArray2<f64>>,
}

/// Reads a C3D recording; see `myovox.read_c3d`.
#[pyfunction]
#[pyo3(signature = (source, *, policy = "lenient"))]
pub(crate) fn read_c3d(py: Python<'_>, source: Source, policy: &str) -> PyResult<C3dRecording> {
    border(py, || {
        let config = settings::with_policy("c3d.policy", policy)?;
        let limits = config.limits;
        let recording =
            py.detach(|| source.with_bytes(&limits, |bytes| c3d::read(bytes, &config.c3d, &mut Budget::new(&limits))))?;
        Ok(C3dRecording::new(py, recording)?)
    })
}

/// The first `named` of `labels`: those that stand in the file.
pub(crate) fn stored(labels: &[String], named: usize) -> &[String] {
    labels.get(..named).unwrap_or(labels)
}

impl C3dRecording {
    fn new(py: Python<'_>, mut recording: c3d::C3dRecording) -> PyResult<Self> {
        let points = std::mem::take(&mut recording.points);
        let residuals = std::mem::take(&mut recording.residuals);
        let camera_masks = std::mem::take(&mut recording.camera_masks);
        let analog = std::mem::take(&mut recording.analog);
        let kept = recording.clone();
        let events = events(py, recording.events.clone())?;
        Ok(Self {
            point_labels: PyList::new(py, stored(&recording.point_labels, recording.named_points))?.unbind(),
            point_names: PyList::new(py, recording.point_labels)?.unbind(),
            point_rate: or_nan(recording.point_rate_hz),
            point_units: recording.point_units,
            points: points.into_pyarray(py).unbind(),
            residuals: residuals.into_pyarray(py).unbind(),
            camera_masks: camera_masks.into_pyarray(py).unbind(),
            first_frame: recording.first_frame,
            analog_labels: PyList::new(py, stored(&recording.analog_labels, recording.named_channels))?.unbind(),
            analog_names: PyList::new(py, recording.analog_labels)?.unbind(),
            analog_units: PyList::new(py, recording.analog_units)?.unbind(),
            analog_rate: or_nan(recording.analog_rate_hz),
            analog: analog.into_pyarray(py).unbind(),
            parameters: parameters(py, &recording.parameters)?.unbind(),
            events,
            force_platform_channels: PyList::new(py, recording.force_platform_channels)?.unbind(),
            rotations: recording.rotations.map(|rotations| Rotations::new(py, rotations)).transpose()?,
            processor: word(recording.processor),
            storage: word(recording.storage),
            warnings: warning::list(py, recording.warnings)?,
            kept,
        })
    }

    /// The recording with its arrays as they are now.
    fn whole(&self, py: Python<'_>) -> c3d::C3dRecording {
        let mut recording = self.kept.clone();
        recording.points = self.points.bind(py).to_owned_array();
        recording.residuals = self.residuals.bind(py).to_owned_array();
        recording.camera_masks = self.camera_masks.bind(py).to_owned_array();
        recording.analog = self.analog.bind(py).to_owned_array();
        recording
    }
}

#[pymethods]
impl C3dRecording {
    /// Write the recording, with its arrays as they are now, to a C3D file: whole or not at all.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    ///     The file.
    /// processor : {"intel", "dec", "mips"}, optional
    ///     Number formats; those that the recording was read with unless given.
    /// storage : {"integer", "float"}, optional
    ///     As the recording was read unless given.
    ///
    /// Returns
    /// -------
    /// list of Warning
    ///     What was corrected or rounded.
    #[pyo3(signature = (path, *, processor = None, storage = None))]
    fn write(
        &self,
        py: Python<'_>,
        path: PathBuf,
        processor: Option<&str>,
        storage: Option<&str>,
    ) -> PyResult<Py<PyList>> {
        border(py, || {
            let config = c3d_write::write_config(processor, storage)?;
            let recording = self.whole(py);
            let warnings = py.detach(|| c3d_write::write(&recording, &config, &path))?;
            Ok(warning::list(py, warnings)?)
        })
    }

    /// Compute force, moment, centre of pressure and free moment of every force platform.
    ///
    /// Parameters
    /// ----------
    /// cop_threshold_n : float
    ///     Smallest normal force in N, exclusive, for which a centre of pressure and a free moment are given.
    /// sign : {"measured", "ground_reaction"}
    ///     Which of the two opposite forces is reported.
    /// baseline : {"none", "zero_frames"}
    ///     Whether the mean over the frames that ``FORCE_PLATFORM:ZERO`` names is subtracted first.
    /// kistler_correction : {"none", "polynomial"}
    ///     Whether ``FORCE_PLATFORM:FPCOPPOLY`` corrects the centre of pressure.
    /// policy : {"lenient", "strict", "recover"}
    ///     Whether platforms that cannot be what they say are warned of, or an error.
    #[pyo3(signature = (*, cop_threshold_n = 10.0, sign = "measured", baseline = "none", kistler_correction = "none", policy = "lenient"))]
    fn force_platforms(
        &self,
        py: Python<'_>,
        cop_threshold_n: f64,
        sign: &str,
        baseline: &str,
        kistler_correction: &str,
        policy: &str,
    ) -> PyResult<ForcePlatforms> {
        border(py, || {
            let config = c3d::ForcePlatformConfig::default()
                .cop_threshold_n(cop_threshold_n)
                .sign(chosen("sign", sign)?)
                .baseline(chosen("baseline", baseline)?)
                .kistler_correction(chosen("kistler_correction", kistler_correction)?)
                .policy(chosen("policy", policy)?);
            let mut recording = self.kept.clone();
            recording.analog = self.analog.bind(py).to_owned_array();
            let found = py.detach(|| recording.force_platforms(&config, &mut Budget::new(&Limits::default())))?;
            Ok(ForcePlatforms::new(py, found)?)
        })
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!(
            "C3dRecording(points={} at {} Hz, analog={} at {} Hz, {} events, {} warnings)",
            shape(self.points.bind(py).as_untyped()),
            self.point_rate,
            shape(self.analog.bind(py).as_untyped()),
            self.analog_rate,
            self.events.bind(py).len(),
            self.warnings.bind(py).len()
        )
    }
}

impl From<c3d::Event> for Event {
    fn from(event: c3d::Event) -> Self {
        Self {
            label: event.label,
            context: event.context,
            time_s: or_nan(event.time_s),
            time_trial_s: or_nan(event.time_trial_s),
            source: word(event.source),
            stored_s: event.stored_s,
        }
    }
}

#[pymethods]
impl Event {
    fn __repr__(&self) -> String {
        format!("Event({:?}, {:?}, {} s)", self.label, self.context, self.time_s)
    }
}

impl Rotations {
    fn new(py: Python<'_>, rotations: c3d::Rotations) -> PyResult<Py<Self>> {
        let labels = PyList::new(py, rotations.labels)?.unbind();
        let matrices = rotations.matrices.into_pyarray(py).unbind();
        let residuals = rotations.residuals.into_pyarray(py).unbind();
        Py::new(py, Self { labels, rate: or_nan(rotations.rate_hz), matrices, residuals })
    }
}

#[pymethods]
impl Rotations {
    fn __repr__(&self, py: Python<'_>) -> String {
        format!("Rotations(matrices={} at {} Hz)", shape(self.matrices.bind(py).as_untyped()), self.rate)
    }
}

/// Events as a list.
pub(crate) fn events(py: Python<'_>, events: Vec<c3d::Event>) -> PyResult<Py<PyList>> {
    let list = PyList::empty(py);
    for event in events {
        list.append(Bound::new(py, Event::from(event))?)?;
    }
    Ok(list.unbind())
}

/// Group, name, value; where a name occurs twice the first one counts, as in the library.
pub(crate) fn parameters<'py>(py: Python<'py>, parameters: &Parameters) -> PyResult<Bound<'py, PyDict>> {
    let groups = PyDict::new(py);
    for group in parameters.groups() {
        let name = group.name.to_ascii_uppercase();
        let values = match groups.get_item(&name)? {
            Some(there) => there.cast_into::<PyDict>()?,
            None => PyDict::new(py),
        };
        for parameter in &group.parameters {
            let name = parameter.name.to_ascii_uppercase();
            if !values.contains(&name)? {
                values.set_item(name, value(py, parameter)?)?;
            }
        }
        groups.set_item(name, values)?;
    }
    Ok(groups)
}

fn value<'py>(py: Python<'py>, parameter: &Parameter) -> PyResult<Bound<'py, PyAny>> {
    let is_single = parameter.dims.is_empty();
    match parameter.kind {
        ParameterType::Text if parameter.dims.len() < 2 => {
            Ok(parameter.as_text().unwrap_or_default().into_pyobject(py)?.into_any())
        }
        ParameterType::Text => Ok(PyList::new(py, parameter.as_texts())?.into_any()),
        ParameterType::Byte | ParameterType::Integer => {
            #[expect(clippy::cast_possible_truncation, reason = "they are whole numbers of at most 16 bits")]
            let numbers: Vec<i64> = parameter.as_f64s().into_iter().map(|number| number as i64).collect();
            match numbers.first() {
                Some(&number) if is_single => Ok(number.into_pyobject(py)?.into_any()),
                _ => Ok(shaped(numbers, &parameter.dims).into_pyarray(py).into_any()),
            }
        }
        ParameterType::Real => {
            let numbers = parameter.as_f64s();
            match numbers.first() {
                Some(&number) if is_single => Ok(number.into_pyobject(py)?.into_any()),
                _ => Ok(shaped(numbers, &parameter.dims).into_pyarray(py).into_any()),
            }
        }
        ParameterType::Unknown(_) => Ok(PyBytes::new(py, &parameter.data).into_any()),
    }
}

/// The numbers in the shape that the file declares, or flat where they do not fill it.
fn shaped<T: Clone>(numbers: Vec<T>, dims: &[u8]) -> ArrayD<T> {
    let flat = Array1::from_vec(numbers).into_dyn();
    let lengths: Vec<usize> = dims.iter().map(|&dim| usize::from(dim)).collect();
    let declared = (lengths.len() <= MAX_DIMENSIONS)
        .then(|| flat.to_shape((lengths, Order::ColumnMajor)).ok().map(CowArray::into_owned))
        .flatten();
    declared.unwrap_or(flat)
}
