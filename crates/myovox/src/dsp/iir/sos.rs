//! A cascade of second-order sections, its steady state, its memory and its gain.

use realfft::num_complex::Complex64;

use crate::dsp::math;
use crate::simd::biquad::Section;
use crate::units::Rate;

/// A filter as second-order sections, the first one first in the signal's way.
#[derive(Clone, Debug, PartialEq)]
pub struct Sos {
    sections: Vec<Section>,
}

impl Sos {
    /// A cascade of `sections`; `a0` of each is 1.
    #[must_use]
    pub fn new(sections: Vec<Section>) -> Self {
        Self { sections }
    }

    /// The sections.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// `[z0, z1]` per section in the steady state that a constant input of 1 leads to (SciPy's `sosfilt_zi`).
    #[must_use]
    pub fn steady_state(&self) -> Vec<[f64; 2]> {
        let mut input = 1.0;
        let mut states = Vec::with_capacity(self.sections.len());
        for Section { b, a } in &self.sections {
            // Steady: y = g x, z1 = b2 x - a2 y, z0 = b1 x + z1 - a1 y.
            let gain = (b[0] + b[1] + b[2]) / (1.0 + a[0] + a[1]);
            let z1 = b[2] - a[1] * gain;
            let z0 = b[1] - a[0] * gain + z1;
            states.push([z0 * input, z1 * input]);
            input *= gain;
        }
        states
    }

    /// By how many samples SciPy's `sosfiltfilt` extends a signal at either end: three times the number of taps, where trailing zero
    /// coefficients of sections do not count.
    pub fn default_padding(&self) -> usize {
        let zero = |pick: fn(&Section) -> f64| self.sections.iter().filter(|section| pick(section) == 0.0).count();
        let taps = 2 * self.sections.len() + 1 - zero(|s| s.b[2]).min(zero(|s| s.a[1]));
        3 * taps
    }

    /// Largest radius of a pole: how slowly the filter forgets.
    pub fn pole_radius(&self) -> f64 {
        let radius = |&Section { a: [a1, a2], .. }: &Section| {
            let discriminant = a1 * a1 - 4.0 * a2;
            if discriminant < 0.0 { a2.sqrt() } else { f64::midpoint(a1.abs(), discriminant.sqrt()) }
        };
        self.sections.iter().map(radius).fold(0.0, f64::max)
    }

    /// Number of samples after which a start from zero cannot be told from the true state: the slowest pole has decayed below 1e-17, and a
    /// tenth more. `usize::MAX` for a filter that does not forget.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    pub fn memory_samples(&self) -> usize {
        let radius = self.pole_radius();
        if radius >= 1.0 {
            return usize::MAX;
        }
        (1.1 * math::ln(1e-17) / math::ln(radius.max(1e-3))).ceil() as usize
    }

    /// `|H|^2` of one pass at `hz`.
    pub fn power_gain(&self, hz: f64, rate: Rate) -> f64 {
        let (sin, cos) = math::sin_cos(-std::f64::consts::TAU * hz / rate.hz());
        let z = Complex64::new(cos, sin); // z^-1
        let gain = |&Section { b, a }: &Section| {
            let numerator = (z * b[2] + b[1]) * z + b[0];
            let denominator = (z * a[1] + a[0]) * z + 1.0;
            numerator.norm_sqr() / denominator.norm_sqr()
        };
        self.sections.iter().map(gain).product()
    }
}
