//! Reports: the main job on one recording or many, as the JSON that the library writes.

use std::ops::ControlFlow;
use std::path::PathBuf;

use myovox::{Analyzer, Error, batch, page, report};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use crate::border::{border, exception};
use crate::settings;
use crate::simd::level;
use crate::source::Source;

/// The report of a recording, exactly as `Report::to_json` writes it. Without `name` the report calls a path by its file name.
#[pyfunction]
#[pyo3(signature = (source, *, name = None, config = None, session = None))]
pub(crate) fn analyze_json(
    py: Python<'_>,
    source: Source,
    name: Option<String>,
    config: Option<&Bound<'_, PyAny>>,
    session: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    border(py, || {
        let analyzer = settings::with_session(Analyzer::new(settings::config(config)?).level(level()), session)?;
        let report = py.detach(|| {
            let report = match (source.path(), &name) {
                (Some(path), None) => batch::analyze_path(&analyzer, path),
                _ => source.with_bytes(&analyzer.config().limits, |bytes| analyzer.run(bytes, name.as_deref())),
            };
            report.map(|report| report.to_json())
        })?;
        Ok(report)
    })
}

/// The page of a recording, as `page::page` writes it.
#[pyfunction]
#[pyo3(signature = (source, *, name = None, config = None, session = None))]
pub(crate) fn analyze_html(
    py: Python<'_>,
    source: Source,
    name: Option<String>,
    config: Option<&Bound<'_, PyAny>>,
    session: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    border(py, || {
        let analyzer = settings::with_session(Analyzer::new(settings::config(config)?).level(level()), session)?;
        let html = py.detach(|| {
            let analyzed = match (source.path(), &name) {
                (Some(path), None) => batch::analyze_path_traced(&analyzer, path),
                _ => source.with_bytes(&analyzer.config().limits, |bytes| analyzer.run_traced(bytes, name.as_deref())),
            };
            analyzed.map(|analyzed| page::page(&[analyzed]))
        })?;
        Ok(html)
    })
}

/// The reports of many files in their order: each the JSON of its report, or the exception that it ended in.
///
/// Ctrl-C is noticed between recordings.
#[pyfunction]
#[expect(clippy::redundant_closure_for_method_calls, reason = "the method alone is bound to one lifetime")]
#[pyo3(signature = (paths, *, config = None, session = None, threads = 0))]
pub(crate) fn analyze_many_json(
    py: Python<'_>,
    paths: Vec<PathBuf>,
    config: Option<&Bound<'_, PyAny>>,
    session: Option<&Bound<'_, PyAny>>,
    threads: i64,
) -> PyResult<Py<PyList>> {
    border(py, || {
        let threads = usize::try_from(threads).map_err(|_| {
            Error::config("config.threads", "not a number of threads")
                .field("threads")
                .found(threads)
                .expected("0 (one per processor) or more")
        })?;
        let analyzer = settings::with_session(Analyzer::new(settings::config(config)?).level(level()), session)?;
        let mut results = Vec::with_capacity(paths.len());
        let mut interrupted = Ok(());
        py.detach(|| {
            let job = |path: &std::path::Path| batch::analyze_path(&analyzer, path).map(|report| report.to_json());
            batch::run(&paths, threads, job, |_, result| {
                results.push(result);
                interrupted = Python::attach(|py| py.check_signals());
                if interrupted.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        });
        interrupted?;
        let list = PyList::empty(py);
        for result in results {
            match result {
                Ok(json) => list.append(PyString::new(py, &json))?,
                Err(error) => list.append(exception(py, &error)?)?,
            }
        }
        Ok(list.unbind())
    })
}

/// The JSON Schema of a session file.
#[pyfunction]
pub(crate) fn session_schema_json() -> String {
    report::session_schema()
}

/// The JSON Schema of a report.
#[pyfunction]
pub(crate) fn report_schema_json() -> String {
    report::report_schema()
}
