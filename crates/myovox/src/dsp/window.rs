//! Windows: the weights that a frame is multiplied with before its spectrum is taken.
//!
//! A window of `n` samples is a bell over `0..=1`, read at `n` places; [`Sampling`] says at which. Formulas: F. J. Harris, "On the use of
//! windows for harmonic analysis with the discrete Fourier transform", Proc. IEEE 66, 1978; the `povey` window is that of Kaldi's feature
//! extraction; the Gaussian ends at zero, as P. Boersma's analyses use it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::math;

/// The shape of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Shape {
    /// All ones.
    Rectangular,
    /// `0.5 - 0.5 cos(2 pi x)`.
    Hann,
    /// `0.54 - 0.46 cos(2 pi x)`.
    Hamming,
    /// The Hann bell to the power 0.85: Kaldi's default, which reaches zero at its ends as Hann does and is as wide as Hamming.
    Povey,
    /// `exp(-48 (x - 1/2)^2)`, lowered by its value at the ends and scaled to a peak of 1.
    Gaussian,
}

/// At which places `x` of `0..=1` sample `i` of `n` reads the bell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// `i / n`: one period of a periodic function, for spectra (librosa, SciPy's `fftbins=True`).
    Periodic,
    /// `i / (n - 1)`: first and last sample at the ends (Kaldi, NumPy's `hanning`).
    Symmetric,
    /// `(i + 1) / (n + 1)`: the ends lie one sample outside, so that no sample is lost to a zero.
    Open,
}

impl Shape {
    /// The window of `n` samples.
    ///
    /// ```
    /// use myovox::dsp::window::{Sampling, Shape};
    /// let hann = Shape::Hann.window(4, Sampling::Periodic);
    /// assert!(hann[0] == 0.0 && (hann[1] - 0.5).abs() < 1e-15 && hann[2] == 1.0);
    /// ```
    #[must_use]
    pub fn window(self, n: usize, sampling: Sampling) -> Vec<f64> {
        if n == 1 {
            return vec![1.0];
        }
        let (offset, places) = match sampling {
            Sampling::Periodic => (0.0, n as f64),
            Sampling::Symmetric => (0.0, n as f64 - 1.0),
            Sampling::Open => (1.0, n as f64 + 1.0),
        };
        (0..n).map(|i| self.at((i as f64 + offset) / places)).collect()
    }

    fn at(self, x: f64) -> f64 {
        let cosine = math::cos(2.0 * std::f64::consts::PI * x);
        match self {
            Self::Rectangular => 1.0,
            Self::Hann => 0.5 - 0.5 * cosine,
            Self::Hamming => 0.54 - 0.46 * cosine,
            Self::Povey => math::powf(0.5 - 0.5 * cosine, 0.85),
            Self::Gaussian => {
                let end = math::exp(-12.0);
                (math::exp(-48.0 * (x - 0.5) * (x - 0.5)) - end) / (1.0 - end)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bell_is_symmetric_about_its_middle_and_peaks_at_one() {
        for shape in [Shape::Rectangular, Shape::Hann, Shape::Hamming, Shape::Povey, Shape::Gaussian] {
            for sampling in [Sampling::Symmetric, Sampling::Open] {
                let window = shape.window(33, sampling);
                for (left, right) in window.iter().zip(window.iter().rev()) {
                    approx::assert_abs_diff_eq!(left, right, epsilon = 1e-14);
                }
                approx::assert_abs_diff_eq!(window[16], 1.0, epsilon = 1e-15);
            }
        }
    }

    #[test]
    fn ends_are_where_the_sampling_says() {
        assert_eq!(Shape::Hann.window(5, Sampling::Symmetric)[4], 0.0);
        assert!(Shape::Hann.window(5, Sampling::Periodic)[4] > 0.3);
        assert!(Shape::Gaussian.window(5, Sampling::Open)[0] > 0.0);
        approx::assert_abs_diff_eq!(Shape::Hamming.window(5, Sampling::Symmetric)[0], 0.08, epsilon = 1e-15);
        assert_eq!(Shape::Hann.window(1, Sampling::Symmetric), [1.0]);
    }
}
