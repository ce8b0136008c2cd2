//! The analytic signal: a signal and its Hilbert transform as the two parts of a turning arrow, whose length is the amplitude and whose angle
//! the phase.
//!
//! The transform turns every frequency back by a quarter of a turn; it is taken over the whole signal by one FFT (SciPy's `hilbert`, to 1e-12
//! of the largest value). An FFT takes the signal for one period of a periodic one, so that a burst at its end shows at its begin as well.
//! [`Hilbert::new`] can continue the signal by reflection and cut that away again, which keeps the ends apart; right at an end, within a period
//! or two of the signal, the amplitude is uncertain either way. A signal with an offset has no useful amplitude: band-pass it before. A NaN
//! anywhere makes every output NaN.

use super::fft::{Buffers, Complex, Planner, RealFft};
use super::math;
use crate::error::{Error, Result};

/// The Hilbert transform of a fixed number of samples: planned once, run without allocation.
///
/// ```
/// use myovox::dsp::hilbert::Hilbert;
/// let plan = Hilbert::new(4, 0);
/// let (mut sine, mut buffers) = ([0.0; 4], plan.buffers());
/// plan.quadrature(&[1.0, 0.0, -1.0, 0.0], &mut sine, &mut buffers)?; // a cosine
/// assert!((sine[1] - 1.0).abs() < 1e-15 && sine[0].abs() < 1e-15);
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Hilbert {
    fft: RealFft,
    samples: usize,
    padding: usize,
}

impl Hilbert {
    /// The transform of `samples`, mirrored at both ends by `padding` samples (without repeating the edge sample; less one than `samples` at
    /// most). 0 is SciPy's; half a second keeps what happens at one end out of the other.
    #[must_use]
    pub fn new(samples: usize, padding: usize) -> Self {
        let padding = padding.min(samples.saturating_sub(1));
        Self { fft: Planner::new().plan(samples + 2 * padding), samples, padding }
    }

    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Samples by which the signal is mirrored at either end.
    pub fn padding(&self) -> usize {
        self.padding
    }

    /// Buffers of the right sizes.
    pub fn buffers(&self) -> Buffers {
        self.fft.buffers()
    }

    /// The Hilbert transform of `x`, which is the imaginary part of its analytic signal; `x` itself is the real part.
    ///
    /// # Errors
    /// `dsp.length-differs` when `x` or `out` is not [`samples`](Self::samples) long.
    ///
    /// # Panics
    /// When `buffers` were made by a plan of another length.
    pub fn quadrature(&self, x: &[f64], out: &mut [f64], buffers: &mut Buffers) -> Result<()> {
        for found in [x.len(), out.len()] {
            if found != self.samples {
                let what = "signal and plan of a Hilbert transform differ in length";
                return Err(Error::config("dsp.length-differs", what).found(found).expected(self.samples));
            }
        }
        if x.is_empty() {
            return Ok(());
        }
        let padding = self.padding;
        let (before, rest) = buffers.time_mut().split_at_mut(padding);
        let (middle, after) = rest.split_at_mut(x.len());
        middle.copy_from_slice(x);
        before.iter_mut().zip(x[1..=padding].iter().rev()).for_each(|(out, x)| *out = *x);
        after.iter_mut().zip(x[..x.len() - 1].iter().rev()).for_each(|(out, x)| *out = *x);
        self.fft.forward(buffers);
        buffers.spectrum_to_quadrature();
        self.fft.inverse(buffers);
        let scale = 1.0 / self.fft.len() as f64;
        for (out, value) in out.iter_mut().zip(&buffers.time()[padding..]) {
            *out = value * scale;
        }
        Ok(())
    }

    /// The amplitude `sqrt(x^2 + quadrature^2)`: the signal's envelope, in its unit.
    ///
    /// # Errors
    /// As [`quadrature`](Self::quadrature).
    ///
    /// # Panics
    /// When `buffers` were made by a plan of another length.
    pub fn amplitude(&self, x: &[f64], out: &mut [f64], buffers: &mut Buffers) -> Result<()> {
        self.quadrature(x, out, buffers)?;
        for (out, x) in out.iter_mut().zip(x) {
            *out = (x * x + *out * *out).sqrt();
        }
        Ok(())
    }

    /// The phase in radians, above -pi and at most pi; a cosine starts at 0.
    ///
    /// # Errors
    /// As [`quadrature`](Self::quadrature).
    ///
    /// # Panics
    /// When `buffers` were made by a plan of another length.
    pub fn phase(&self, x: &[f64], out: &mut [f64], buffers: &mut Buffers) -> Result<()> {
        self.quadrature(x, out, buffers)?;
        for (out, &x) in out.iter_mut().zip(x) {
            *out = math::atan2(*out, x);
        }
        Ok(())
    }
}

/// The analytic signal of `x` (SciPy's `hilbert`): real part `x`, imaginary part its Hilbert transform. For no samples, none.
///
/// ```
/// let analytic = myovox::dsp::hilbert::hilbert(&[0.0, 2.0, 0.0, -2.0]); // a sine of amplitude 2
/// assert!(analytic.iter().all(|z| (z.norm() - 2.0).abs() < 1e-15));
/// ```
pub fn hilbert(x: &[f64]) -> Vec<Complex<f64>> {
    let plan = Hilbert::new(x.len(), 0);
    let mut imaginary = vec![0.0; x.len()];
    let made_for_it = plan.quadrature(x, &mut imaginary, &mut plan.buffers());
    debug_assert!(made_for_it.is_ok(), "the plan has the length of the signal");
    x.iter().zip(imaginary).map(|(&re, im)| Complex::new(re, im)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn a_cosine_of_whole_periods_has_constant_amplitude_and_even_phase() {
        for n in [16, 17, 100, 997] {
            let x: Vec<f64> = (0..n).map(|i| 3.0 * math::cos(TAU * 2.0 * f64::from(i) / f64::from(n))).collect();
            let plan = Hilbert::new(x.len(), 0);
            let (mut amplitude, mut phase) = (vec![0.0; x.len()], vec![0.0; x.len()]);
            plan.amplitude(&x, &mut amplitude, &mut plan.buffers()).unwrap();
            plan.phase(&x, &mut phase, &mut plan.buffers()).unwrap();
            for (i, (amplitude, phase)) in amplitude.iter().zip(&phase).enumerate() {
                approx::assert_abs_diff_eq!(*amplitude, 3.0, epsilon = 1e-13);
                let truth = TAU * 2.0 * i as f64 / f64::from(n);
                approx::assert_abs_diff_eq!(math::cos(phase - truth), 1.0, epsilon = 1e-13);
            }
        }
    }

    #[test]
    fn reflection_keeps_a_burst_at_the_end_out_of_the_begin() {
        let burst = |i: i32| if i < 400 { 0.0 } else { math::cos(TAU * 0.11 * f64::from(i)) };
        let x: Vec<f64> = (0..500).map(burst).collect();
        let first = |padding: usize| {
            let plan = Hilbert::new(x.len(), padding);
            let mut amplitude = vec![0.0; x.len()];
            plan.amplitude(&x, &mut amplitude, &mut plan.buffers()).unwrap();
            amplitude[0]
        };
        assert!(first(250) < 0.05 * first(0), "{} {}", first(250), first(0));
    }

    #[test]
    fn short_silent_and_broken_signals_are_defined() {
        assert!(hilbert(&[]).is_empty());
        assert_eq!(hilbert(&[5.0]), [Complex::new(5.0, 0.0)]);
        assert_eq!(hilbert(&[5.0, 1.0]), [Complex::new(5.0, 0.0), Complex::new(1.0, 0.0)]);
        assert!(hilbert(&[0.0; 9]).iter().all(|z| z.norm_sqr() == 0.0));
        assert!(hilbert(&[1.0, f64::NAN, 1.0]).iter().all(|z| z.im.is_nan()));
        for n in 0..4 {
            let plan = Hilbert::new(n, 10);
            let mut out = vec![0.0; n];
            plan.quadrature(&vec![1.0; n], &mut out, &mut plan.buffers()).unwrap();
            assert!(out.iter().all(|v| v.abs() < 1e-15));
        }
        let plan = Hilbert::new(4, 0);
        let refused = plan.quadrature(&[0.0; 3], &mut [0.0; 4], &mut plan.buffers()).unwrap_err();
        assert_eq!(refused.code(), "dsp.length-differs");
    }
}
