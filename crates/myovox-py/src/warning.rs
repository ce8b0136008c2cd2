//! Warnings as Python sees them.

use pyo3::prelude::*;
use pyo3::types::PyList;

/// Something that a reader had to guess, or that is doubtful; the numbers were delivered all the same.
///
/// Attributes
/// ----------
/// code : str
///     Stable code, ``c3d.frames-disagree``.
/// message : str
///     One line for a person: what was seen, what was done about it.
/// byte : int or None
///     Offset in the file.
/// field : str or None
///     Header field, parameter (``POINT:RATE``), chunk or setting.
/// channel : str or None
///     Label of the channel.
/// span_s : tuple of float or None
///     Start and end in seconds, end exclusive.
#[pyclass(frozen, get_all, module = "myovox")]
pub(crate) struct Warning {
    /// Stable code.
    code: String,
    /// One line for a person.
    message: String,
    /// Offset in the file.
    byte: Option<u64>,
    /// Header field, parameter, chunk or setting.
    field: Option<String>,
    /// Label of the channel.
    channel: Option<String>,
    /// Start and end in seconds.
    span_s: Option<(f64, f64)>,
}

impl From<myovox::Warning> for Warning {
    fn from(warning: myovox::Warning) -> Self {
        let place = warning.place;
        Self {
            code: warning.code.into_owned(),
            message: warning.message,
            byte: place.byte,
            field: place.field,
            channel: place.channel,
            span_s: place.span_s.map(|[start, end]| (start, end)),
        }
    }
}

#[pymethods]
impl Warning {
    fn __repr__(&self) -> String {
        let mut text = format!("Warning({}: {}", self.code, self.message);
        if let Some(channel) = &self.channel {
            text += &format!("; channel {channel}");
        }
        if let Some(field) = &self.field {
            text += &format!("; {field}");
        }
        if let Some(byte) = self.byte {
            text += &format!("; byte {byte}");
        }
        if let Some((start, end)) = self.span_s {
            text += &format!("; {start:.3}-{end:.3} s");
        }
        text + ")"
    }
}

/// The list of `warnings`.
pub(crate) fn list(py: Python<'_>, warnings: Vec<myovox::Warning>) -> PyResult<Py<PyList>> {
    Ok(PyList::new(
        py,
        warnings.into_iter().map(|warning| Bound::new(py, Warning::from(warning))).collect::<PyResult<Vec<_>>>()?,
    )?
    .unbind())
}
