//! Signal processing that knows neither muscles nor vowels: filters, transforms, windows, statistics.
//!
//! Elementary functions come from [`math`] alone, so that a result has the same bits on every processor.

pub mod ar;
pub mod dct;
pub mod fft;
pub mod iir;
pub mod math;
pub mod moving;
pub mod robust;
pub mod stft;
pub mod window;
