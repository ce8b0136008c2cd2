//! The extension module `myovox._native`: Python's door to the crate `myovox`.
//!
//! In come paths, bytes and settings as Python writes them, out go objects that hold numpy arrays over Rust's memory, and reports as JSON. Nothing
//! is computed here. The way of a call: `source` and `settings` take the arguments, `border` lets go of the interpreter's lock, runs the
//! library, and raises what fails as an exception of `myovox._errors`; `c3d`, `c3d_parts`, `platforms`, `wav` and `warning` are the objects that come back, `c3d_write` writes them, `analysis` has the
//! reports, `dsp` and `emg` the functions of plain arrays (`rows` takes those), `emg_stream` the live ones, `convert` the small words and shapes in them, `command` runs the command line's program. What people import, with its documentation,
//! stands in `python/myovox`.
#![allow(
    clippy::doc_markdown,
    clippy::doc_link_with_quotes,
    reason = "documentation of what Python sees is written for Python's help"
)]
#![allow(clippy::needless_pass_by_value, reason = "arguments from Python come by value")]

mod analysis;
mod border;
mod c3d;
mod c3d_parts;
mod c3d_write;
mod command;
mod convert;
mod dsp;
mod emg;
mod emg_stream;
mod platforms;
mod rows;
mod settings;
mod simd;
mod source;
mod warning;
mod wav;

/// The functions and classes behind the package `myovox`.
#[pyo3::pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::analysis::{analyze_html, analyze_json, analyze_many_json, report_schema_json, session_schema_json};
    #[pymodule_export]
    use crate::border::_panic;
    #[pymodule_export]
    use crate::c3d::{C3dRecording, Event, Rotations, read_c3d};
    #[pymodule_export]
    use crate::c3d_parts::{C3dBlocks, C3dPart, C3dReader};
    #[pymodule_export]
    use crate::c3d_write::write_c3d;
    #[pymodule_export]
    use crate::command::run_command;
    #[pymodule_export]
    use crate::dsp::{
        burg, comb_sos, design_sos, hilbert, min_max, moving, notch_sos, resample_poly, sosfilt, sosfiltfilt, tkeo,
        welch, whiten,
    };
    #[pymodule_export]
    use crate::emg::{
        emg_channels_json, emg_cocontraction_json, emg_envelope, emg_fatigue_json, emg_features_json, emg_normalise,
        emg_quality_json, emg_remove_ecg, emg_remove_hum, emg_score_json, emg_session_json, emg_synergies,
    };
    #[pymodule_export]
    use crate::emg_stream::Follower;
    #[pymodule_export]
    use crate::platforms::{ForcePlatform, ForcePlatforms};
    #[pymodule_export]
    use crate::simd::simd_level;
    #[pymodule_export]
    use crate::warning::Warning;
    #[pymodule_export]
    use crate::wav::{WavRecording, read_wav, write_wav};

    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "Python's name")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::simd::choose(module.py())
    }
}
