//! C3D recordings written from Python: one that was read, as its arrays now are, or one made from arrays.

use std::path::{Path, PathBuf};

use myovox::formats::c3d::{self, C3dBuilder, C3dWriteConfig, Processor, Storage};
use myovox::formats::sink;
use myovox::{Auto, Budget, Error, Limits, Result, Warning};
use numpy::{AllowTypeChange, PyArrayLike2, PyArrayLike3};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::border::border;
use crate::warning;

/// The value that `name` has among the words of a setting.
pub(crate) fn chosen<T: serde::de::DeserializeOwned>(field: &str, name: &str) -> Result<T> {
    serde_json::from_value(name.into())
        .map_err(|cause| Error::config("config.bad-value", cause.to_string()).field(field).found(format!("`{name}`")))
}

/// How a file is written; what is not given stays as the recording has it.
pub(crate) fn write_config(processor: Option<&str>, storage: Option<&str>) -> Result<C3dWriteConfig> {
    let mut config = C3dWriteConfig::default();
    if let Some(name) = processor {
        config = config.processor(Auto::Value(chosen::<Processor>("processor", name)?));
    }
    if let Some(name) = storage {
        config = config.storage(Auto::Value(chosen::<Storage>("storage", name)?));
    }
    Ok(config)
}

/// Writes `recording` to `path`, whole or not at all.
pub(crate) fn write(recording: &c3d::C3dRecording, config: &C3dWriteConfig, path: &Path) -> Result<Vec<Warning>> {
    let mut budget = Budget::new(&Limits::default());
    sink::write_path(path, |file| c3d::write(recording, config, &mut budget, file))
}

/// Writes a C3D file from arrays; see `myovox.write_c3d`.
#[pyfunction]
#[pyo3(signature = (path, *, rate, points = None, point_labels = None, point_units = "mm", residuals = None, analog = None,
    analog_labels = None, analog_units = None, first_frame = 1, events = None, processor = "intel", storage = "float"))]
#[expect(clippy::too_many_arguments, reason = "all but the path go by keyword")]
pub(crate) fn write_c3d(
    py: Python<'_>,
    path: PathBuf,
    rate: f64,
    points: Option<PyArrayLike3<'_, f64, AllowTypeChange>>,
    point_labels: Option<Vec<String>>,
    point_units: &str,
    residuals: Option<PyArrayLike2<'_, f64, AllowTypeChange>>,
    analog: Option<PyArrayLike2<'_, f64, AllowTypeChange>>,
    analog_labels: Option<Vec<String>>,
    analog_units: Option<Vec<String>>,
    first_frame: u32,
    events: Option<Vec<(String, String, f64)>>,
    processor: &str,
    storage: &str,
) -> PyResult<Py<PyList>> {
    border(py, || {
        let mut builder = C3dBuilder::new(rate)
            .point_units(point_units)
            .first_frame(first_frame)
            .processor(chosen("processor", processor)?)
            .storage(chosen("storage", storage)?);
        if let Some(points) = points {
            builder = builder.points(&point_labels.unwrap_or_default(), points.as_array().to_owned());
        }
        if let Some(residuals) = residuals {
            builder = builder.residuals(residuals.as_array().to_owned());
        }
        if let Some(analog) = analog {
            let labels = analog_labels.unwrap_or_default();
            let units = analog_units.unwrap_or_else(|| vec![String::new(); labels.len()]);
            builder = builder.analog(&labels, &units, analog.as_array().to_owned());
        }
        for (label, context, time_s) in events.unwrap_or_default() {
            builder = builder.event(&label, &context, time_s);
        }
        let warnings = py.detach(|| write(&builder.build()?, &C3dWriteConfig::default(), &path))?;
        Ok(warning::list(py, warnings)?)
    })
}
