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
#[pyclass(frozen, module = "myovox")]
pub(crate) struct Warning(myovox::Warning);

#[pymethods]
impl Warning {
    /// Stable code.
    #[getter]
    fn code(&self) -> &str {
        &self.0.code
    }

    /// One line for a person.
    #[getter]
    fn message(&self) -> &str {
        &self.0.message
    }

    /// Offset in the file.
    #[getter]
    fn byte(&self) -> Option<u64> {
        self.0.place.byte
    }

    /// Header field, parameter, chunk or setting.
    #[getter]
    fn field(&self) -> Option<&str> {
        self.0.place.field.as_deref()
    }

    /// Label of the channel.
    #[getter]
    fn channel(&self) -> Option<&str> {
        self.0.place.channel.as_deref()
    }

    /// Start and end in seconds.
    #[getter]
    fn span_s(&self) -> Option<(f64, f64)> {
        self.0.place.span_s.map(|[start, end]| (start, end))
    }

    fn __repr__(&self) -> String {
        let place = self.0.place.to_string();
        let separator = if place.is_empty() { "" } else { ": " };
        format!("Warning({}: {place}{separator}{})", self.0.code, self.0.message)
    }
}

/// The list of `warnings`.
pub(crate) fn list(py: Python<'_>, warnings: Vec<myovox::Warning>) -> PyResult<Py<PyList>> {
    let list = PyList::empty(py);
    for warning in warnings {
        list.append(Bound::new(py, Warning(warning))?)?;
    }
    Ok(list.unbind())
}
