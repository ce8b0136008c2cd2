//! Muscles followed while their samples come: what stands behind `myovox.emg.Stream`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use myovox::emg::EmgStream;
use myovox::emg::stream::{StreamPlan, StreamState};
use myovox::units::Rate;
use numpy::{PyReadonlyArray2, PyReadwriteArray2};
use pyo3::prelude::*;
use serde_json::json;

use crate::border::border;
use crate::settings;

/// Muscles of one rate, followed while their samples come.
#[pyclass(frozen, name = "EmgStream", module = "myovox")]
pub(crate) struct Follower(Mutex<EmgStream>);

impl Follower {
    /// A stream that a panic has left goes on: `restore` puts it right.
    fn stream(&self) -> MutexGuard<'_, EmgStream> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Follower {
    #[new]
    fn new(
        py: Python<'_>,
        rate: f64,
        channels: usize,
        config: Option<&Bound<'_, PyAny>>,
        mvc: Vec<Option<f64>>,
    ) -> PyResult<Self> {
        border(py, || {
            let config = settings::emg(config)?;
            let mut stream = StreamPlan::new(&config.emg, Rate::new(rate)?)?.stream(channels);
            if !mvc.is_empty() {
                stream = stream.references(&mvc)?;
            }
            Ok(Self(Mutex::new(stream)))
        })
    }

    /// The events of samples `(channels, samples)`, and their envelope into `envelope`.
    fn push(
        &self,
        py: Python<'_>,
        x: PyReadonlyArray2<'_, f64>,
        mut envelope: PyReadwriteArray2<'_, f64>,
    ) -> PyResult<String> {
        border(py, || {
            let (x, envelope) = (x.as_array(), envelope.as_array_mut());
            let events = py.detach(|| {
                let mut events = Vec::new();
                self.stream().push_array(&x, envelope, |event| events.push(event))?;
                Ok::<_, myovox::Error>(json!(events).to_string())
            })?;
            Ok(events)
        })
    }

    /// The events of an end.
    fn finish(&self, py: Python<'_>) -> PyResult<String> {
        border(py, || Ok(py.detach(|| json!(self.stream().finish()).to_string())))
    }

    /// The numbers of the stream, and warnings about them.
    fn plan(&self, py: Python<'_>) -> PyResult<String> {
        border(py, || {
            let stream = self.stream();
            let warnings: Vec<_> = stream.plan().warning().into_iter().collect();
            Ok(json!({ "plan": stream.plan().summary(), "warnings": warnings }).to_string())
        })
    }

    /// What it remembers.
    fn state(&self, py: Python<'_>) -> PyResult<String> {
        border(py, || Ok(self.stream().state().to_json()))
    }

    /// Goes on from what was kept.
    fn restore(&self, py: Python<'_>, state: &str) -> PyResult<()> {
        border(py, || Ok(self.stream().restore(&StreamState::from_json(state)?)?))
    }
}
