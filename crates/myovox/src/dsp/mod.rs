//! Signal processing that knows neither muscles nor vowels: filters, transforms, windows, statistics.
//!
//! Elementary functions come from [`math`] alone, so that a result has the same bits on every processor.

pub mod ar;
pub mod dct;
pub mod decimate;
mod dot;
pub mod fft;
pub mod fir;
pub mod hilbert;
pub mod iir;
mod lanes;
pub mod math;
pub mod moving;
pub mod order;
pub mod resample;
pub mod robust;
pub mod stft;
pub mod tkeo;
pub mod welch;
pub mod window;
