//! How late a causal filter is: its group delay.

use realfft::num_complex::Complex64;

use super::sos::Sos;
use crate::dsp::math;
use crate::units::Rate;

impl Sos {
    /// Group delay of one causal pass at `hz`, in samples: by how much the envelope of a narrow band there comes late. Negative where it is ahead.
    ///
    /// `None` where it does not exist, because nothing passes. (Zeros on the unit circle come in pairs that delay by one sample at every
    /// frequency, also at their own, and count as such.)
    ///
    /// ```
    /// use myovox::dsp::iir::{Band, butterworth};
    /// use myovox::units::Rate;
    /// let rate = Rate::new(1000.0)?;
    /// let low_pass = butterworth(2, Band::LowPass(6.0), rate)?;
    /// let late_s = low_pass.group_delay_samples(0.0, rate).unwrap() / rate.hz();
    /// assert!((late_s - 2.0_f64.sqrt() / (std::f64::consts::TAU * 6.0)).abs() < 1e-4); // sqrt(2) / w of the analog filter
    /// # Ok::<(), myovox::Error>(())
    /// ```
    pub fn group_delay_samples(&self, hz: f64, rate: Rate) -> Option<f64> {
        let (sin, cos) = math::sin_cos(-std::f64::consts::TAU * hz / rate.hz());
        let z = Complex64::new(cos, sin); // z^-1
        let mut delay = 0.0;
        for section in self.sections() {
            let late = linear_phase(section.b).or_else(|| polynomial_delay(section.b, z))?;
            delay += late - polynomial_delay([1.0, section.a[0], section.a[1]], z)?;
        }
        Some(delay)
    }
}

/// The delay of a numerator whose coefficients are symmetric or antisymmetric, which is the same at every frequency.
fn linear_phase([b0, b1, b2]: [f64; 3]) -> Option<f64> {
    let near = |a: f64, b: f64| (a - b).abs() <= 8.0 * f64::EPSILON * a.abs();
    if b0 == 0.0 {
        None
    } else if near(b0, b2) || (near(b0, -b2) && b1 == 0.0) {
        Some(1.0)
    } else if b2 == 0.0 && near(b0.abs(), b1.abs()) {
        Some(0.5)
    } else if b1 == 0.0 && b2 == 0.0 {
        Some(0.0)
    } else {
        None
    }
}

/// `Re(sum k c_k z^-k / sum c_k z^-k)`; `None` at a zero of the polynomial.
fn polynomial_delay(c: [f64; 3], z: Complex64) -> Option<f64> {
    let value = (z * c[2] + c[1]) * z + c[0];
    let weighted = (z * (2.0 * c[2]) + c[1]) * z;
    let size = c.iter().map(|c| c.abs()).sum::<f64>();
    (value.norm_sqr().sqrt() > 1e-14 * size).then(|| (weighted / value).re)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::iir::{Band, butterworth, chebyshev2};
    use crate::simd::biquad::Section;

    #[test]
    fn it_is_the_slope_of_the_phase() {
        let rate = Rate::new(1000.0).unwrap();
        let sos = butterworth(4, Band::BandPass(20.0, 450.0), rate).unwrap();
        let phase = |hz: f64| {
            let (sin, cos) = math::sin_cos(-std::f64::consts::TAU * hz / rate.hz());
            let z = Complex64::new(cos, sin);
            let gain = |s: &Section| ((z * s.b[2] + s.b[1]) * z + s.b[0]) / ((z * s.a[1] + s.a[0]) * z + 1.0);
            let response: Complex64 = sos.sections().iter().map(gain).product();
            math::atan2(response.im, response.re)
        };
        for hz in [15.0, 60.0, 200.0, 430.0] {
            let step = 1e-3;
            let slope = (phase(hz + step) - phase(hz - step)) / (2.0 * step * std::f64::consts::TAU / rate.hz());
            approx::assert_relative_eq!(sos.group_delay_samples(hz, rate).unwrap(), -slope, max_relative = 1e-6);
        }
    }

    #[test]
    fn it_is_defined_wherever_something_passes_nearby() {
        let rate = Rate::new(1000.0).unwrap();
        let high_pass = butterworth(4, Band::HighPass(20.0), rate).unwrap();
        let (at, near) = (high_pass.group_delay_samples(0.0, rate), high_pass.group_delay_samples(1e-3, rate));
        approx::assert_relative_eq!(at.unwrap(), near.unwrap(), max_relative = 1e-4);
        let zeros_on_the_circle = chebyshev2(4, 40.0, Band::LowPass(100.0), rate).unwrap();
        assert!((0..=500).all(|hz| zeros_on_the_circle.group_delay_samples(f64::from(hz), rate).unwrap().is_finite()));
        let silent = Sos::new(vec![Section { b: [0.0; 3], a: [0.0; 2] }]);
        assert_eq!(silent.group_delay_samples(10.0, rate), None);
        assert_eq!(Sos::new(vec![]).group_delay_samples(10.0, rate), Some(0.0));
    }
}
