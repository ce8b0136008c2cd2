//! Recursive filters as cascades of second-order sections.
//!
//! [`design`] makes them (Butterworth, Chebyshev, elliptic, Bessel, with SciPy's coefficients), [`notch`] those that take out or keep one
//! frequency and its harmonics, [`passes`] says where the edges of a filter are that runs several times. [`sos`] holds sections with their
//! steady state and longest memory, [`rows`] takes and gives them as SciPy writes them, [`delay`] tells how late they are. [`zero_phase`] runs
//! them forward and backward over a whole signal, [`stream`] forward only, piece by piece. Coefficients never pass through a transfer
//! function: low or narrow bands are ill-conditioned there.

pub mod delay;
pub mod design;
pub mod notch;
mod pairing;
pub mod passes;
mod prototype;
pub mod rows;
pub mod sos;
pub mod stream;
pub mod zero_phase;
mod zpk;

pub use design::{Band, BesselNorm, bessel, butterworth, chebyshev1, chebyshev2, elliptic};
pub use notch::{Comb, CombShape, Teeth, iircomb, iirnotch, iirnotch_harmonics, iirpeak};
pub use passes::{BandEdges, Correction, butterworth_passes};
pub use sos::Sos;
pub use stream::{SosState, SosStream};
pub use zero_phase::{Chain, Extension, Rectify, Workspace, ZeroPhase};
