//! Fourier transforms of real signals: planned once per length, run without allocation.
//!
//! A [`Planner`] remembers the lengths that it has planned, a [`RealFft`] is an immutable plan that threads may share, and [`Buffers`] is the
//! memory of one caller. The work is done by `realfft` over `rustfft`, which chooses its algorithm by the processor's instruction set: the
//! last bits of a spectrum may differ between machines (about 1e-15 of the largest bin), and what stands behind one is promised to a
//! tolerance, not to the bit. On one machine equal input gives equal bits.

use std::fmt;
use std::sync::Arc;

pub use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Plans transforms; lengths that were planned before share their tables.
#[derive(Default)]
pub struct Planner(RealFftPlanner<f64>);

impl Planner {
    /// A planner that knows no length yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The transform of `len` real samples; a length of 0 is planned as 1.
    pub fn plan(&mut self, len: usize) -> RealFft {
        let len = len.max(1);
        RealFft { forward: self.0.plan_fft_forward(len), inverse: self.0.plan_fft_inverse(len) }
    }
}

/// The transform of a fixed number of real samples, forth and back.
///
/// ```
/// use myovox::dsp::fft::Planner;
/// let fft = Planner::new().plan(4);
/// let mut buffers = fft.buffers();
/// buffers.time_mut().copy_from_slice(&[1.0, 0.0, -1.0, 0.0]);
/// fft.forward(&mut buffers);
/// assert_eq!(buffers.spectrum()[1].re, 2.0);
/// ```
#[derive(Clone)]
pub struct RealFft {
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
}

impl fmt::Debug for RealFft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RealFft").field(&self.len()).finish()
    }
}

/// The memory that one [`RealFft`] works in: samples, spectrum, scratch.
#[derive(Clone, Debug)]
pub struct Buffers {
    time: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
}

impl Buffers {
    /// The samples.
    pub fn time(&self) -> &[f64] {
        &self.time
    }

    /// The samples, to be filled.
    pub fn time_mut(&mut self) -> &mut [f64] {
        &mut self.time
    }

    /// The bins from 0 Hz to half the rate.
    pub fn spectrum(&self) -> &[Complex<f64>] {
        &self.spectrum
    }

    /// Replaces every bin by its squared magnitude, so that [`RealFft::inverse`] gives the circular autocorrelation.
    pub fn spectrum_to_power(&mut self) {
        for bin in &mut self.spectrum {
            *bin = Complex::new(bin.norm_sqr(), 0.0);
        }
    }

    /// Turns every bin back by a quarter of a turn (`-i` times), so that [`RealFft::inverse`] gives the Hilbert transform; 0 Hz and, for an even
    /// number of samples, half the rate have no such partner and become 0.
    pub fn spectrum_to_quadrature(&mut self) {
        for bin in &mut self.spectrum {
            *bin = Complex::new(bin.im, -bin.re);
        }
        let without_partner = if self.time.len().is_multiple_of(2) { self.time.len() / 2 } else { 0 };
        for index in [0, without_partner] {
            self.spectrum[index] = Complex::new(0.0, 0.0);
        }
    }
}

impl RealFft {
    /// Number of samples.
    #[expect(clippy::len_without_is_empty, reason = "a transform has at least one sample")]
    pub fn len(&self) -> usize {
        self.forward.len()
    }

    /// Number of bins: half the samples and one.
    pub fn bins(&self) -> usize {
        self.len() / 2 + 1
    }

    /// Buffers of the right sizes.
    pub fn buffers(&self) -> Buffers {
        let scratch = self.forward.get_scratch_len().max(self.inverse.get_scratch_len());
        Buffers {
            time: vec![0.0; self.len()],
            spectrum: vec![Complex::new(0.0, 0.0); self.bins()],
            scratch: vec![Complex::new(0.0, 0.0); scratch],
        }
    }

    /// Samples to bins, without scaling; the samples are used up.
    ///
    /// # Panics
    /// When `buffers` were made by a plan of another length.
    pub fn forward(&self, buffers: &mut Buffers) {
        let Buffers { time, spectrum, scratch } = buffers;
        self.forward.process_with_scratch(time, spectrum, scratch).expect("buffers of this plan");
    }

    /// Bins to samples, without scaling ([`len`](Self::len) times the inverse of [`forward`](Self::forward)); the bins are used up.
    ///
    /// # Panics
    /// When `buffers` were made by a plan of another length.
    pub fn inverse(&self, buffers: &mut Buffers) {
        let Buffers { time, spectrum, scratch } = buffers;
        if let Some(first) = spectrum.first_mut() {
            first.im = 0.0;
        }
        if self.len().is_multiple_of(2)
            && let Some(last) = spectrum.last_mut()
        {
            last.im = 0.0;
        }
        self.inverse.process_with_scratch(spectrum, time, scratch).expect("buffers of this plan");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::math;

    #[test]
    fn bins_are_those_of_the_definition_for_even_and_odd_lengths() {
        for n in [1, 2, 7, 12, 30] {
            let fft = Planner::new().plan(n);
            let mut buffers = fft.buffers();
            let x: Vec<f64> = (0..n).map(|i| ((i * i * 7 + 3) % 11) as f64 - 5.0).collect();
            buffers.time_mut().copy_from_slice(&x);
            fft.forward(&mut buffers);
            for (k, bin) in buffers.spectrum().iter().enumerate() {
                let (mut re, mut im) = (0.0, 0.0);
                for (i, value) in x.iter().enumerate() {
                    let (s, c) = math::sin_cos(-2.0 * std::f64::consts::PI * (i * k) as f64 / n as f64);
                    re += value * c;
                    im += value * s;
                }
                approx::assert_abs_diff_eq!(bin.re, re, epsilon = 1e-11);
                approx::assert_abs_diff_eq!(bin.im, im, epsilon = 1e-11);
            }
            fft.inverse(&mut buffers);
            for (back, value) in buffers.time().iter().zip(&x) {
                approx::assert_abs_diff_eq!(back / n as f64, value, epsilon = 1e-12);
            }
        }
    }

    #[test]
    fn power_comes_back_as_autocorrelation() {
        let fft = Planner::new().plan(8);
        let mut buffers = fft.buffers();
        buffers.time_mut()[..3].copy_from_slice(&[1.0, 2.0, 3.0]);
        fft.forward(&mut buffers);
        buffers.spectrum_to_power();
        fft.inverse(&mut buffers);
        for (value, expected) in buffers.time().iter().zip([14.0, 8.0, 3.0, 0.0]) {
            approx::assert_abs_diff_eq!(value / 8.0, expected, epsilon = 1e-12);
        }
    }
}
