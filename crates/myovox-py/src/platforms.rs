//! Force platforms as Python sees them.

use myovox::formats::c3d;
use ndarray::{Array2, arr1, arr2};
use numpy::{IntoPyArray, PyArray1, PyArray2};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::convert::{dict, or_nan, word};
use crate::warning;

/// All force platforms of a recording.
///
/// Attributes
/// ----------
/// platforms : list of ForcePlatform
///     In the order of the file, also those without loads.
/// rate : float
///     Samples per second of the loads; NaN where unknown.
/// baseline_frames : (int, int) or None
///     First and last frame number, in the trial, of the baseline that was subtracted.
/// missing : list of dict
///     Which platforms have no loads: ``path``, ``reason``, ``message``.
/// warnings : list of Warning
///     What is doubtful.
#[pyclass(frozen, get_all, module = "myovox")]
pub(crate) struct ForcePlatforms {
    /// In the order of the file.
    platforms: Py<PyList>,
    /// Samples per second.
    rate: f64,
    /// Frames of the baseline.
    baseline_frames: Option<(u32, u32)>,
    /// Which platforms have no loads, and why.
    missing: Py<PyList>,
    /// What is doubtful.
    warnings: Py<PyList>,
}

/// One force platform. Time is the last axis; NaN where the channels hold NaN.
///
/// Attributes
/// ----------
/// kind : int
///     ``FORCE_PLATFORM:TYPE``; 0 where the file does not say.
/// channels : list of int
///     Its analog channels, from 0.
/// corners : numpy.ndarray of float64 [shape=(4, 3)]
///     In the laboratory in the unit of the points: those at (+x, +y), (-x, +y), (-x, -y), (+x, -y) of the plate.
/// center : numpy.ndarray of float64 [shape=(3,)] or None
///     Mean of the corners.
/// rotation : numpy.ndarray of float64 [shape=(3, 3)] or None
///     Turns directions of the plate into those of the laboratory.
/// origin : numpy.ndarray of float64 [shape=(3,)]
///     ``FORCE_PLATFORM:ORIGIN`` as it was used.
/// units : dict
///     Units of the numbers in the channels and where they are from.
/// normal_force_n : numpy.ndarray of float64 [shape=(samples,)] or None
///     Force along the z axis of the plate in N. This and the following are None where the platform cannot be what it says.
/// force_n, moment_nm, center_of_pressure, free_moment_nm : numpy.ndarray of float64 [shape=(3, samples)] or None
///     In the laboratory: force in N, moment about the centre of the surface in N·m, centre of pressure in the unit of the points, free moment in
///     N·m; the last two are NaN at or below the threshold.
/// cop_corrected : bool
///     Whether ``FORCE_PLATFORM:FPCOPPOLY`` corrected the centre of pressure.
#[pyclass(frozen, get_all, module = "myovox")]
pub(crate) struct ForcePlatform {
    /// `FORCE_PLATFORM:TYPE`.
    kind: u32,
    /// Analog channels, from 0.
    channels: Py<PyList>,
    /// (4, 3), float64.
    corners: Py<PyArray2<f64>>,
    /// (3,), float64.
    center: Option<Py<PyArray1<f64>>>,
    /// (3, 3), float64.
    rotation: Option<Py<PyArray2<f64>>>,
    /// (3,), float64.
    origin: Py<PyArray1<f64>>,
    /// Units of the numbers in the channels.
    units: Py<PyDict>,
    /// (samples,), float64, N.
    normal_force_n: Option<Py<PyArray1<f64>>>,
    /// (3, samples), float64, N.
    force_n: Option<Py<PyArray2<f64>>>,
    /// (3, samples), float64, N·m.
    moment_nm: Option<Py<PyArray2<f64>>>,
    /// (3, samples), float64, in the unit of the points.
    center_of_pressure: Option<Py<PyArray2<f64>>>,
    /// (3, samples), float64, N·m.
    free_moment_nm: Option<Py<PyArray2<f64>>>,
    /// Whether the centre of pressure was corrected.
    cop_corrected: bool,
}

impl ForcePlatforms {
    pub(crate) fn new(py: Python<'_>, found: c3d::ForcePlatforms) -> PyResult<Self> {
        let (platforms, missing) = (PyList::empty(py), PyList::empty(py));
        for platform in found.platforms {
            platforms.append(Bound::new(py, ForcePlatform::new(py, platform)?)?)?;
        }
        for entry in found.missing {
            missing.append(dict!(py, {
                "path": entry.path.as_str(),
                "reason": entry.reason.as_ref(),
                "message": entry.message.as_str(),
            }))?;
        }
        Ok(Self {
            platforms: platforms.unbind(),
            rate: or_nan(found.rate_hz),
            baseline_frames: found.baseline_frames.map(|[first, last]| (first, last)),
            missing: missing.unbind(),
            warnings: warning::list(py, found.warnings)?,
        })
    }
}

#[pymethods]
impl ForcePlatforms {
    fn __repr__(&self, py: Python<'_>) -> String {
        format!("ForcePlatforms({} platforms at {} Hz)", self.platforms.bind(py).len(), self.rate)
    }
}

impl ForcePlatform {
    fn new(py: Python<'_>, platform: c3d::ForcePlatform) -> PyResult<Self> {
        let rows = |array: Array2<f64>| array.into_pyarray(py).unbind();
        let (mut normal_force_n, mut force_n, mut moment_nm) = (None, None, None);
        let (mut center_of_pressure, mut free_moment_nm) = (None, None);
        if let Some(loads) = platform.loads {
            normal_force_n = Some(loads.normal_force_n.into_pyarray(py).unbind());
            (force_n, moment_nm) = (Some(rows(loads.force_n)), Some(rows(loads.moment_nm)));
            center_of_pressure = Some(rows(loads.center_of_pressure));
            free_moment_nm = Some(rows(loads.free_moment_nm));
        }
        let units = platform.units;
        Ok(Self {
            kind: platform.kind,
            channels: PyList::new(py, platform.channels)?.unbind(),
            corners: rows(arr2(&platform.corners)),
            center: platform.center.map(|center| arr1(&center).into_pyarray(py).unbind()),
            rotation: platform.rotation.map(|rotation| rows(arr2(&rotation))),
            origin: arr1(&platform.origin).into_pyarray(py).unbind(),
            units: dict!(py, {
                "length_m": units.length_m,
                "length": word(units.length),
                "force": word(units.force),
                "moment": word(units.moment),
            })
            .unbind(),
            normal_force_n,
            force_n,
            moment_nm,
            center_of_pressure,
            free_moment_nm,
            cop_corrected: platform.cop_corrected,
        })
    }
}

#[pymethods]
impl ForcePlatform {
    fn __repr__(&self) -> String {
        let loads = if self.force_n.is_some() { "with loads" } else { "without loads" };
        format!("ForcePlatform(type {}, {loads})", self.kind)
    }
}
