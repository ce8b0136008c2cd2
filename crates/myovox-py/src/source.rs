//! A recording as Python hands it over: a path, bytes, or a file object.

use std::path::{Path, PathBuf};

use myovox::formats::map::Mapped;
use myovox::formats::source::read_path;
use myovox::{Error, Limits, Result};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyString};

/// Where a recording comes from.
pub(crate) enum Source {
    /// `str` or `os.PathLike`.
    Path(PathBuf),
    /// Memory.
    Bytes(Bytes),
}

/// Bytes that nobody changes.
pub(crate) enum Bytes {
    /// `bytes`, read where they are.
    Shared(PyBackedBytes),
    /// Memory that other threads may write to (`bytearray`, `memoryview`, a map), copied while the interpreter's lock is held.
    Copied(Vec<u8>),
}

impl Bytes {
    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Shared(bytes) => bytes,
            Self::Copied(bytes) => bytes,
        }
    }
}

impl Source {
    /// Runs `job` on the bytes. A path is read now, and errors name it.
    pub(crate) fn with_bytes<T>(&self, limits: &Limits, job: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
        match self {
            Self::Path(path) => {
                let bytes = read_path(path, limits)?;
                job(&bytes).map_err(|error| error.recording(path.display().to_string()))
            }
            Self::Bytes(bytes) => job(bytes.as_slice()),
        }
    }

    /// The file mapped into memory, where the caller wants that.
    pub(crate) fn map(&self, memory_map: bool, limits: &Limits) -> Result<Option<Mapped>> {
        match self {
            _ if !memory_map => Ok(None),
            Self::Path(path) => Mapped::open(path, limits).map(Some),
            Self::Bytes(_) => Err(Error::config("config.not-a-path", "only a file can be mapped into memory")
                .field("memory_map")
                .found("bytes or a file object")
                .expected("a path")),
        }
    }

    /// The path, when it is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Bytes(_) => None,
        }
    }

    fn of_bytes(object: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if object.is_instance_of::<PyBytes>() {
            return Ok(Some(Self::Bytes(Bytes::Shared(object.extract()?))));
        }
        match PyBuffer::<u8>::get(object) {
            Ok(buffer) => Ok(Some(Self::Bytes(Bytes::Copied(buffer.to_vec(object.py())?)))),
            Err(_) => Ok(None),
        }
    }
}

impl<'py> FromPyObject<'_, 'py> for Source {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let py = object.py();
        if object.is_instance_of::<PyString>() || object.hasattr(intern!(py, "__fspath__"))? {
            return Ok(Self::Path(object.extract()?));
        }
        if let Some(source) = Self::of_bytes(&object)? {
            return Ok(source);
        }
        if !object.hasattr(intern!(py, "read"))? {
            let kind = object.get_type().name()?;
            let message = format!("a recording is a path, bytes or a binary file object, not {kind}");
            return Err(PyTypeError::new_err(message));
        }
        let content = object.call_method0(intern!(py, "read"))?;
        Self::of_bytes(&content)?.ok_or_else(|| match content.get_type().name() {
            Ok(kind) => PyTypeError::new_err(format!("read() of a binary file object gives bytes, not {kind}")),
            Err(error) => error,
        })
    }
}
