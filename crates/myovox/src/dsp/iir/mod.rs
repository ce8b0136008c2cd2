//! Recursive filters as cascades of second-order sections.
//!
//! [`design`] makes them (Butterworth, equal to SciPy's `butter(..., output="sos")` to 1e-12), [`sos`] holds them with their steady state and
//! longest memory, [`zero_phase`] runs them forward and backward over a whole signal. Coefficients never pass through a transfer function:
//! low or narrow bands are ill-conditioned there.

pub mod design;
pub mod sos;
pub mod zero_phase;

pub use design::{Band, butterworth};
pub use sos::Sos;
pub use zero_phase::{Chain, Extension, Rectify, Workspace, ZeroPhase};
