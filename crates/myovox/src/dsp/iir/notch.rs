//! Filters for one frequency and for a frequency with its harmonics: notch, peak, comb.
//!
//! Formulas: S. J. Orfanidis, Introduction to Signal Processing, 1996, section 11.3 (notch and peak) and 11.5 (comb); coefficients are those of
//! SciPy's `iirnotch`, `iirpeak` and `iircomb`. The quality `q` is the frequency over the width between the two -3 dB points; 30 to 35 is usual for
//! mains hum in EMG. A notch takes a hole out of the muscle's own spectrum: where median frequencies are wanted, it biases them.

use realfft::num_complex::Complex64;

use super::pairing::pair;
use super::sos::Sos;
use super::zpk::Zpk;
use crate::dsp::math;
use crate::error::{Error, Result};
use crate::simd::biquad::Section;
use crate::units::Rate;

/// Longest comb in samples: 50 Hz at 50 kHz.
pub const MAX_COMB: usize = 1000;

/// A filter that takes out `f0_hz`: gain 0 there, 1 far from it, -3 dB at the two edges `f0_hz / q` apart.
///
/// ```
/// use myovox::dsp::iir::iirnotch;
/// use myovox::units::Rate;
/// let rate = Rate::new(1000.0)?;
/// let sos = iirnotch(50.0, 30.0, rate)?;
/// assert!(sos.power_gain(50.0, rate) < 1e-20 && sos.power_gain(70.0, rate) > 0.99);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `dsp.notch-frequency` when `f0_hz` is not inside (0, rate/2); `dsp.notch-quality` when `q` is so small that the width reaches half the rate.
pub fn iirnotch(f0_hz: f64, q: f64, rate: Rate) -> Result<Sos> {
    let (cosine, gain) = resonance(f0_hz, q, rate)?;
    let b = [gain, -2.0 * cosine * gain, gain];
    Ok(Sos::new(vec![Section { b, a: [-2.0 * gain * cosine, 2.0 * gain - 1.0] }]))
}

/// A notch for `f0_hz` and each of its harmonics up to the one numbered `last` (1 is `f0_hz` itself), as far as they lie below half the rate; all
/// `f0_hz / q` wide. What a comb does, at any rate.
///
/// ```
/// use myovox::dsp::iir::iirnotch_harmonics;
/// use myovox::units::Rate;
/// let rate = Rate::new(990.0)?;
/// let sos = iirnotch_harmonics(50.0, 30.0, 20, rate)?;
/// assert_eq!(sos.sections().len(), 9); // 50 to 450 Hz
/// assert!(sos.power_gain(450.0, rate) < 1e-20 && sos.power_gain(425.0, rate) > 0.98);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// As [`iirnotch`]; `dsp.notch-frequency` also when `last` is 0.
pub fn iirnotch_harmonics(f0_hz: f64, q: f64, last: usize, rate: Rate) -> Result<Sos> {
    let mut sections = Vec::new();
    for harmonic in 1..=last {
        let times = harmonic as f64;
        if harmonic > 1 && f0_hz * times >= rate.hz() / 2.0 {
            break;
        }
        sections.extend_from_slice(iirnotch(f0_hz * times, q * times, rate)?.sections());
    }
    if sections.is_empty() {
        return Err(Error::config("dsp.notch-frequency", "number of the last harmonic")
            .found(last)
            .expected("1 or more"));
    }
    Ok(Sos::new(sections))
}

/// A filter that keeps `f0_hz`: gain 1 there, 0 far from it, -3 dB at the two edges `f0_hz / q` apart.
///
/// # Errors
/// As [`iirnotch`].
pub fn iirpeak(f0_hz: f64, q: f64, rate: Rate) -> Result<Sos> {
    let (cosine, gain) = resonance(f0_hz, q, rate)?;
    let b = [1.0 - gain, 0.0, gain - 1.0];
    Ok(Sos::new(vec![Section { b, a: [-2.0 * gain * cosine, 2.0 * gain - 1.0] }]))
}

/// `cos w0` and `1 / (1 + tan(bw / 2))`.
fn resonance(f0_hz: f64, q: f64, rate: Rate) -> Result<(f64, f64)> {
    check_frequency(f0_hz, rate)?;
    let least = 2.0 * f0_hz / rate.hz();
    check_quality(q, least)?;
    let w0 = std::f64::consts::TAU * f0_hz / rate.hz();
    Ok((math::cos(w0), 1.0 / (1.0 + math::tan(w0 / q / 2.0))))
}

fn check_frequency(f0_hz: f64, rate: Rate) -> Result<()> {
    let nyquist = rate.hz() / 2.0;
    if f0_hz > 0.0 && f0_hz < nyquist {
        return Ok(());
    }
    Err(Error::config("dsp.notch-frequency", "frequency of a notch, peak or comb outside its range")
        .found(format!("{f0_hz} Hz"))
        .expected(format!("above 0 Hz and below half the sampling rate, {nyquist} Hz")))
}

fn check_quality(q: f64, least: f64) -> Result<()> {
    if q > least && q.is_finite() {
        return Ok(());
    }
    Err(Error::config("dsp.notch-quality", "quality of a notch, peak or comb outside its range")
        .found(q)
        .expected(format!("above {least}")))
}

/// What a comb does with its frequencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CombShape {
    /// Takes them out.
    Notch,
    /// Keeps nothing but them.
    Peak,
}

/// Which frequencies a comb is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Teeth {
    /// 0 Hz, `f0`, `2 f0` ... SciPy: a notch with `pass_zero=False`, a peak with `pass_zero=True`.
    #[default]
    Multiples,
    /// `f0 / 2`, `3 f0 / 2` ... SciPy: a notch with `pass_zero=True`, a peak with `pass_zero=False`.
    OddHalves,
}

/// A comb filter: `y[n] = b[0] x[n] + b[1] x[n - delay] - a y[n - delay]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comb {
    /// The rate over the frequency, in samples.
    pub delay: usize,
    /// The first and the last coefficient of the numerator; those between are 0.
    pub b: [f64; 2],
    /// The last coefficient of the denominator; the first is 1, those between are 0.
    pub a: f64,
}

/// A comb filter for `f0_hz` and its harmonics, each tooth `f0_hz / q` wide between its -3 dB points. [`Comb::sos`] makes the sections to run it.
///
/// ```
/// use myovox::dsp::iir::{CombShape, Teeth, iircomb};
/// use myovox::units::Rate;
/// let rate = Rate::new(1000.0)?;
/// let comb = iircomb(50.0, 30.0, CombShape::Notch, Teeth::Multiples, rate)?;
/// assert_eq!(comb.delay, 20);
/// assert!(comb.sos().power_gain(150.0, rate) < 1e-20);
/// // 50 Hz does not go into 990 Hz: said, and not rounded.
/// assert!(iircomb(50.0, 30.0, CombShape::Notch, Teeth::Multiples, Rate::new(990.0)?).is_err());
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `dsp.comb-not-integer` when the rate is not a whole multiple of `f0_hz` (it names what is possible instead); `dsp.comb-too-long` when it is more
/// than [`MAX_COMB`] times `f0_hz`; `dsp.notch-frequency` when `f0_hz` is not inside (0, rate/2); `dsp.notch-quality` when `q` is not above 1.
pub fn iircomb(f0_hz: f64, q: f64, shape: CombShape, teeth: Teeth, rate: Rate) -> Result<Comb> {
    check_frequency(f0_hz, rate)?;
    check_quality(q, 1.0)?;
    let delay = whole_ratio(f0_hz, rate)?;
    let beta = math::tan(std::f64::consts::FRAC_PI_2 / q);
    let (last_a, first_b, last_b) = match shape {
        CombShape::Notch => ((1.0 - beta) / (1.0 + beta), 1.0 / (1.0 + beta), 1.0 / (1.0 + beta)),
        CombShape::Peak => {
            let beta = 1.0 / beta;
            // The peak is what the notch takes away.
            ((beta - 1.0) / (beta + 1.0), 1.0 / (1.0 + beta), -1.0 / (1.0 + beta))
        }
    };
    let sign = match teeth {
        Teeth::Multiples => -1.0,
        Teeth::OddHalves => 1.0,
    };
    Ok(Comb { delay, b: [first_b, sign * last_b], a: sign * last_a })
}

/// How many times `f0_hz` goes into the rate.
fn whole_ratio(f0_hz: f64, rate: Rate) -> Result<usize> {
    let ratio = rate.hz() / f0_hz;
    let whole = ratio.round();
    if ratio > MAX_COMB as f64 {
        return Err(Error::config("dsp.comb-too-long", "a comb of too many teeth")
            .found(ratio)
            .expected(format!("at most {MAX_COMB}")));
    }
    if (ratio - whole).abs() <= 1e-12 * whole {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "2 to MAX_COMB")]
        return Ok(whole as usize);
    }
    let (above, below) = (rate.hz() / ratio.floor(), rate.hz() / ratio.ceil());
    Err(Error::config("dsp.comb-not-integer", "a comb needs a sampling rate that is a whole multiple of its frequency")
        .found(format!("{} Hz / {f0_hz} Hz = {ratio:.4}", rate.hz()))
        .expected(format!(
            "a whole ratio, as for {below:.4} Hz or {above:.4} Hz; or a notch for each harmonic, or a fitted sinusoid"
        )))
}

impl Comb {
    /// The comb as second-order sections, so that everything that runs sections runs it.
    #[must_use]
    pub fn sos(&self) -> Sos {
        let zeros = roots(self.delay, -self.b[1] / self.b[0]);
        let poles = roots(self.delay, -self.a);
        Sos::new(pair(Zpk { zeros, poles, gain: self.b[0] }))
    }
}

/// The solutions of `z^n = value`: on a circle, in pairs that are conjugate to the last bit.
fn roots(n: usize, value: f64) -> Vec<Complex64> {
    let radius = if value == 0.0 { 0.0 } else { math::exp(math::ln(value.abs()) / n as f64) };
    let turn = if value < 0.0 { 0.5 } else { 0.0 };
    let mut roots = Vec::with_capacity(n);
    for k in 0..n {
        // In turns, between 0 and one half; the others are their conjugates.
        let at = (k as f64 + turn) / n as f64;
        if at == 0.0 || at == 0.5 {
            roots.push(Complex64::new(if at == 0.0 { radius } else { -radius }, 0.0));
        } else if at < 0.5 {
            let (sin, cos) = math::sin_cos(std::f64::consts::TAU * at);
            let root = Complex64::new(cos, sin) * radius;
            roots.extend([root, root.conj()]);
        }
    }
    roots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notch_and_peak_share_the_power() {
        let rate = Rate::new(1000.0).unwrap();
        let (notch, peak) = (iirnotch(60.0, 30.0, rate).unwrap(), iirpeak(60.0, 30.0, rate).unwrap());
        for hz in [1.0, 55.0, 59.0, 60.0, 61.0, 300.0, 499.0] {
            approx::assert_abs_diff_eq!(notch.power_gain(hz, rate) + peak.power_gain(hz, rate), 1.0, epsilon = 1e-12);
        }
        // The -3 dB points lie f0 / q apart on the warped frequency; here that is 2 Hz to a thousandth.
        approx::assert_abs_diff_eq!(notch.power_gain(59.0, rate), 0.5, epsilon = 0.02);
        approx::assert_abs_diff_eq!(notch.power_gain(61.0, rate), 0.5, epsilon = 0.02);
    }

    #[test]
    fn what_cannot_be_a_notch_is_refused() {
        let rate = Rate::new(1000.0).unwrap();
        for (f0, q, code) in [
            (0.0, 30.0, "dsp.notch-frequency"),
            (500.0, 30.0, "dsp.notch-frequency"),
            (f64::NAN, 30.0, "dsp.notch-frequency"),
            (50.0, 0.0, "dsp.notch-quality"),
            (50.0, 0.1, "dsp.notch-quality"),
            (50.0, f64::NAN, "dsp.notch-quality"),
            (50.0, f64::INFINITY, "dsp.notch-quality"),
        ] {
            assert_eq!(iirnotch(f0, q, rate).unwrap_err().code(), code, "{f0} {q}");
            assert_eq!(iirpeak(f0, q, rate).unwrap_err().code(), code, "{f0} {q}");
            assert_eq!(iirnotch_harmonics(f0, q, 3, rate).unwrap_err().code(), code, "{f0} {q}");
        }
        assert_eq!(iirnotch_harmonics(50.0, 30.0, 0, rate).unwrap_err().code(), "dsp.notch-frequency");
        let comb = |f0, q, hz| iircomb(f0, q, CombShape::Notch, Teeth::Multiples, Rate::new(hz).unwrap());
        assert_eq!(comb(50.0, 1.0, 1000.0).unwrap_err().code(), "dsp.notch-quality");
        assert_eq!(comb(0.1, 30.0, 1000.0).unwrap_err().code(), "dsp.comb-too-long");
        let said = comb(50.0, 30.0, 990.0).unwrap_err();
        assert_eq!(said.code(), "dsp.comb-not-integer");
        assert!(said.to_string().contains("49.5000 Hz or 52.1053 Hz"), "{said}");
    }

    #[test]
    fn sections_of_a_comb_have_its_response() {
        for (f0, hz) in
            [(50.0, 1000.0), (60.0, 1200.0), (50.0, 1050.0), (300.0, 900.0), (49.5, 990.0), (50.0, 10_000.0)]
        {
            let rate = Rate::new(hz).unwrap();
            for shape in [CombShape::Notch, CombShape::Peak] {
                for teeth in [Teeth::Multiples, Teeth::OddHalves] {
                    for q in [1.5, 2.0, 30.0] {
                        let comb = iircomb(f0, q, shape, teeth, rate).unwrap();
                        let sos = comb.sos();
                        for k in 0..200 {
                            let at = hz / 2.0 * f64::from(k) / 200.0;
                            let (sin, cos) = math::sin_cos(-std::f64::consts::TAU * at / hz * comb.delay as f64);
                            let z = Complex64::new(cos, sin);
                            let expected = (z * comb.b[1] + comb.b[0]).norm_sqr() / (z * comb.a + 1.0).norm_sqr();
                            let got = sos.power_gain(at, rate);
                            approx::assert_abs_diff_eq!(got, expected, epsilon = 1e-10);
                        }
                    }
                }
            }
        }
    }
}
