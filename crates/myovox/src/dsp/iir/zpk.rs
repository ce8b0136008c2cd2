//! Filters as zeros, poles and gain: from the analog low-pass prototype to the digital band.
//!
//! The band transformations substitute `s`: low-pass `s/w`, high-pass `w/s`, band-pass `(s^2 + w0^2) / (bw s)`, band-stop its inverse, with
//! `w0 = sqrt(w1 w2)`, `bw = w2 - w1`. Edges are pre-warped so that the bilinear transformation, at an internal rate of 2, puts them where they
//! were asked for (A. V. Oppenheim and R. W. Schafer, Discrete-Time Signal Processing, chapter 7).

use realfft::num_complex::Complex64;

use super::design::Band;
use crate::dsp::math;
use crate::units::Rate;

/// Zeros, poles and gain.
#[derive(Clone, Debug)]
pub(super) struct Zpk {
    pub(super) zeros: Vec<Complex64>,
    pub(super) poles: Vec<Complex64>,
    pub(super) gain: f64,
}

impl Zpk {
    /// Zeros at infinity: by how many the poles outnumber the zeros.
    fn at_infinity(&self) -> usize {
        self.poles.len() - self.zeros.len()
    }

    /// `prod(-zeros) / prod(-poles)`: what the gain is multiplied with where `s` is replaced by its inverse.
    fn inverse_at_zero(&self) -> f64 {
        (product(self.zeros.iter().map(|z| -z)) / product(self.poles.iter().map(|p| -p))).re
    }

    /// The digital filter of `band` from this analog low-pass with edge 1.
    pub(super) fn digital(self, band: Band, rate: Rate) -> Self {
        self.into_band(band, rate).bilinear()
    }

    fn into_band(mut self, band: Band, rate: Rate) -> Self {
        let degree = self.at_infinity();
        let zero = Complex64::new(0.0, 0.0);
        match band {
            Band::LowPass(edge) => {
                let w = warp(edge, rate);
                self.each(|root| root * w);
                self.gain *= (0..degree).fold(1.0, |gain, _| gain * w);
            }
            Band::HighPass(edge) => {
                let w = warp(edge, rate);
                self.gain *= self.inverse_at_zero();
                self.each(|root| w / root);
                self.zeros.extend(std::iter::repeat_n(zero, degree));
            }
            Band::BandPass(low, high) => {
                let (w1, w2) = (warp(low, rate), warp(high, rate));
                let width = w2 - w1;
                self.split(|root| root * (width / 2.0), w1 * w2);
                self.zeros.extend(std::iter::repeat_n(zero, degree));
                self.gain *= (0..degree).fold(1.0, |gain, _| gain * width);
            }
            Band::BandStop(low, high) => {
                let (w1, w2) = (warp(low, rate), warp(high, rate));
                self.gain *= self.inverse_at_zero();
                self.split(|root| ((w2 - w1) / 2.0) / root, w1 * w2);
                let centre = Complex64::new(0.0, (w1 * w2).sqrt());
                self.zeros.extend(std::iter::repeat_n(centre, degree));
                self.zeros.extend(std::iter::repeat_n(-centre, degree));
            }
        }
        self
    }

    fn each(&mut self, map: impl Fn(Complex64) -> Complex64) {
        for root in self.zeros.iter_mut().chain(&mut self.poles) {
            *root = map(*root);
        }
    }

    /// Each root `r` becomes the two roots `q + sqrt(q^2 - w0^2)` and `q - sqrt(q^2 - w0^2)` with `q = scale(r)`; first all the former.
    fn split(&mut self, scale: impl Fn(Complex64) -> Complex64, w0_squared: f64) {
        for roots in [&mut self.zeros, &mut self.poles] {
            let (upper, lower): (Vec<_>, Vec<_>) = roots
                .iter()
                .map(|&root| {
                    let q = scale(root);
                    let offset = square_root(q * q - w0_squared);
                    (q + offset, q - offset)
                })
                .unzip();
            *roots = upper.into_iter().chain(lower).collect();
        }
    }

    /// `z' = (4 + z) / (4 - z)`; zeros at infinity become -1.
    fn bilinear(&self) -> Self {
        let map = |z: &Complex64| (4.0 + z) / (4.0 - z);
        let ratio = product(self.zeros.iter().map(|z| 4.0 - z)) / product(self.poles.iter().map(|p| 4.0 - p));
        let minus_one = std::iter::repeat_n(Complex64::new(-1.0, 0.0), self.at_infinity());
        Self {
            zeros: self.zeros.iter().map(map).chain(minus_one).collect(),
            poles: self.poles.iter().map(map).collect(),
            gain: self.gain * ratio.re,
        }
    }
}

/// The analog frequency that the bilinear transformation takes to `hz`.
pub(super) fn warp(hz: f64, rate: Rate) -> f64 {
    4.0 * math::tan(std::f64::consts::PI * hz / rate.hz())
}

/// The frequency in Hz that [`warp`] takes to `w`.
pub(super) fn unwarp(w: f64, rate: Rate) -> f64 {
    math::atan(w / 4.0) * rate.hz() / std::f64::consts::PI
}

/// The principal square root by real square roots only, which are exact on every machine.
fn square_root(z: Complex64) -> Complex64 {
    let modulus = z.norm_sqr().sqrt();
    if modulus == 0.0 {
        return Complex64::new(0.0, 0.0);
    }
    // The larger of the two parts is free of cancellation; the other follows from the product.
    let large = (z.re.abs().midpoint(modulus)).sqrt();
    let small = z.im.abs() / (2.0 * large);
    let (re, im) = if z.re >= 0.0 { (large, small) } else { (small, large) };
    Complex64::new(re, im.copysign(z.im))
}

/// The product of complex numbers.
pub(super) fn product(factors: impl Iterator<Item = Complex64>) -> Complex64 {
    factors.fold(Complex64::new(1.0, 0.0), |a, b| a * b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_principal_root_squares_back() {
        for z in [(3.0, 4.0), (-3.0, 4.0), (-3.0, -4.0), (-5.0, 0.0), (0.0, -2.0), (1e-8, -1e8)] {
            let z = Complex64::new(z.0, z.1);
            let root = square_root(z);
            assert!((root * root - z).norm_sqr().sqrt() <= 4.0 * f64::EPSILON * z.norm_sqr().sqrt(), "{z}");
            assert!(root.re >= 0.0);
        }
    }

    #[test]
    fn warping_goes_forth_and_back() {
        let rate = Rate::new(1000.0).unwrap();
        for hz in [0.01, 20.0, 250.0, 499.9] {
            approx::assert_relative_eq!(unwarp(warp(hz, rate), rate), hz, max_relative = 1e-14);
        }
    }
}
