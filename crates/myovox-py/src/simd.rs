//! The instruction set, chosen once when the module is loaded: the best of the processor, or the one that `MYOVOX_SIMD` names.

use std::sync::OnceLock;

use myovox::settings;
use myovox::simd::Level;
use pyo3::prelude::*;

use crate::border::border;

static LEVEL: OnceLock<Level> = OnceLock::new();

/// Reads `MYOVOX_SIMD`. A name that this processor has no level of raises `ConfigError`, which ends the import: a test of one level must not run
/// on another unseen.
pub(crate) fn choose(py: Python<'_>) -> PyResult<()> {
    border(py, || {
        let value = std::env::var_os(settings::SIMD_VARIABLE);
        let level = settings::simd_level(value.map(|name| name.to_string_lossy().into_owned()).as_deref())?;
        LEVEL.get_or_init(|| level);
        Ok(())
    })
}

/// The level to run at.
pub(crate) fn level() -> Level {
    *LEVEL.get_or_init(Level::best)
}

/// The instruction set in use: `scalar`, `sse2`, `avx2`, ... as `MYOVOX_SIMD` names them.
#[pyfunction]
pub(crate) fn simd_level() -> &'static str {
    level().name()
}
