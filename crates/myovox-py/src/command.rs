//! The command `myovox` inside the interpreter's process: the same program as the one that Cargo installs.

use std::ffi::OsString;

use myovox_cli::{Io, run};
use pyo3::prelude::*;

use crate::border::border;

/// Runs the command with `arguments` (the first is the program's own name) on the streams of the process; gives its exit status.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> PyResult<u8> {
    border(py, || Ok(py.detach(|| run(arguments, Io::process()).code())))
}
