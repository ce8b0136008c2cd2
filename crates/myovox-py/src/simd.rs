//! The instruction set, chosen once when the module is loaded: the best of the processor, or the one that `MYOVOX_SIMD` names.

use std::sync::OnceLock;

use myovox::simd::Level;
use myovox::{Error, Result};
use pyo3::prelude::*;

use crate::border::border;

const VARIABLE: &str = "MYOVOX_SIMD";

static LEVEL: OnceLock<Level> = OnceLock::new();

/// Reads `MYOVOX_SIMD`; empty is as unset. A name that this processor has no level of raises `ConfigError`, which ends the import: a test of one level must not
/// run on another unseen.
pub(crate) fn choose(py: Python<'_>) -> PyResult<()> {
    border(py, || {
        let asked = std::env::var_os(VARIABLE).filter(|name| !name.is_empty());
        let level = asked.map_or_else(|| Ok(Level::best()), |name| named(&name.to_string_lossy()))?;
        LEVEL.get_or_init(|| level);
        Ok(())
    })
}

fn named(name: &str) -> Result<Level> {
    Level::named(name).ok_or_else(|| {
        let names: Vec<&str> = Level::available().into_iter().map(Level::name).collect();
        Error::config("config.simd", "no such instruction set on this processor")
            .field(VARIABLE)
            .found(format!("\"{name}\""))
            .expected(format!("one of {}", names.join(", ")))
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
