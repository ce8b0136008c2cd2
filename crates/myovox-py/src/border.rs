//! The border: what fails on the Rust side becomes an exception of `myovox._errors`, and no panic crosses.

use std::panic::{AssertUnwindSafe, catch_unwind};

use myovox::{Class, Error, batch};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// What went wrong: in the library, or in Python code that a call ran (`read()` of a file object, an allocation).
pub(crate) enum Failure {
    Library(Error),
    Python(PyErr),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

/// Runs the body of a function that Python calls.
pub(crate) fn border<T>(py: Python<'_>, body: impl FnOnce() -> Result<T, Failure>) -> PyResult<T> {
    let result = catch_unwind(AssertUnwindSafe(body))
        .unwrap_or_else(|panic| Err(Error::internal(batch::said(panic.as_ref())).into()));
    result.map_err(|failure| match failure {
        Failure::Python(error) => error,
        Failure::Library(error) => exception(py, &error).map_or_else(|error| error, PyErr::from_value),
    })
}

/// The exception object of `error`.
pub(crate) fn exception<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let name = match error.class() {
        Class::Io => "IoError",
        Class::Data => "DataError",
        Class::Unsupported => "UnsupportedError",
        Class::Limit => "LimitError",
        Class::Config => "ConfigError",
        Class::Internal => "InternalError",
        _ => "Error",
    };
    let place = error.place();
    let details = PyDict::new(py);
    details.set_item("code", error.code())?;
    details.set_item("byte", place.byte)?;
    details.set_item("field", place.field.as_deref())?;
    details.set_item("channel", place.channel.as_deref())?;
    py.import("myovox._errors")?.getattr(name)?.call((error.to_string(),), Some(&details))
}

/// Panics inside the library's side of the border, so that a test can see what Python sees then.
#[pyfunction]
pub(crate) fn _panic(py: Python<'_>, words: &str) -> PyResult<()> {
    border(py, || py.detach(|| panic!("{words}")))
}
