//! Butterworth design: prototype poles, pre-warped band transformation, bilinear transformation, pairing into sections.
//!
//! The steps and the order of sections are those of SciPy's `butter(..., output="sos")` (nearest pairing, worst pole last, the whole gain in
//! the first section), so that coefficients can be compared one by one.

use realfft::num_complex::Complex64;

use super::sos::Sos;
use crate::dsp::math;
use crate::error::{Error, Result};
use crate::simd::biquad::Section;
use crate::units::Rate;

/// What passes, with its edges (-3 dB for one pass) in Hz.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Band {
    /// Below the edge.
    LowPass(f64),
    /// Above the edge.
    HighPass(f64),
    /// Between the edges.
    BandPass(f64, f64),
    /// Outside the edges.
    BandStop(f64, f64),
}

/// Largest order: the poles of higher ones come too close to be told apart in double precision.
pub const MAX_ORDER: usize = 24;

/// A digital Butterworth filter of `order` (band-pass and band-stop have `2 * order` poles, as in SciPy).
///
/// ```
/// use myovox::dsp::iir::{Band, butterworth};
/// use myovox::units::Rate;
/// let sos = butterworth(4, Band::BandPass(20.0, 450.0), Rate::new(1000.0)?)?;
/// assert_eq!(sos.sections().len(), 4);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `dsp.filter-order` when the order is 0 or above [`MAX_ORDER`]; `dsp.filter-edge`, naming the edge, when an edge is not inside (0, rate/2) or
/// the edges are not in order.
pub fn butterworth(order: usize, band: Band, rate: Rate) -> Result<Sos> {
    if order == 0 || order > MAX_ORDER {
        let what = "not an order of a Butterworth filter";
        return Err(Error::config("dsp.filter-order", what).found(order).expected(format!("1 to {MAX_ORDER}")));
    }
    check_edges(band, rate)?;
    let digital = bilinear(&transform(prototype(order), band, rate));
    Ok(Sos::new(pair(digital)))
}

fn check_edges(band: Band, rate: Rate) -> Result<()> {
    let nyquist = rate.hz() / 2.0;
    let check = |name: &str, edge: f64, above: f64| {
        if edge.is_finite() && edge > above && edge < nyquist {
            return Ok(());
        }
        Err(Error::config("dsp.filter-edge", format!("{name} edge of the filter outside its range"))
            .found(format!("{edge} Hz"))
            .expected(format!("above {above} Hz and below half the sampling rate, {nyquist} Hz")))
    };
    match band {
        Band::LowPass(edge) => check("upper", edge, 0.0),
        Band::HighPass(edge) => check("lower", edge, 0.0),
        Band::BandPass(low, high) | Band::BandStop(low, high) => {
            check("lower", low, 0.0).and(check("upper", high, low))
        }
    }
}

/// Zeros, poles and gain.
struct Zpk {
    zeros: Vec<Complex64>,
    poles: Vec<Complex64>,
    gain: f64,
}

/// Poles of the analog low-pass with edge 1: `-exp(i pi m / 2N)`, `m = -N+1, -N+3 ... N-1`.
fn prototype(order: usize) -> Zpk {
    let poles = (0..order)
        .map(|k| {
            let m = 2.0 * k as f64 - order as f64 + 1.0;
            if m == 0.0 {
                return Complex64::new(-1.0, 0.0);
            }
            let (sin, cos) = math::sin_cos(std::f64::consts::PI * m / (2.0 * order as f64));
            -Complex64::new(cos, sin)
        })
        .collect();
    Zpk { zeros: Vec::new(), poles, gain: 1.0 }
}

/// The analog band from the prototype, edges pre-warped for an internal rate of 2.
fn transform(mut zpk: Zpk, band: Band, rate: Rate) -> Zpk {
    let warp = |edge: f64| 4.0 * math::tan(std::f64::consts::PI * edge / rate.hz());
    let order = zpk.poles.len();
    let zero = Complex64::new(0.0, 0.0);
    match band {
        Band::LowPass(edge) => {
            let w = warp(edge);
            zpk.poles.iter_mut().for_each(|p| *p *= w);
            zpk.gain *= (0..order).fold(1.0, |gain, _| gain * w);
        }
        Band::HighPass(edge) => {
            let w = warp(edge);
            zpk.gain *= (1.0 / product(zpk.poles.iter().map(|p| -p))).re;
            zpk.poles.iter_mut().for_each(|p| *p = w / *p);
            zpk.zeros = vec![zero; order];
        }
        Band::BandPass(low, high) => {
            let (w1, w2) = (warp(low), warp(high));
            zpk.poles = split(zpk.poles.iter().map(|p| p * ((w2 - w1) / 2.0)), w1 * w2);
            zpk.zeros = vec![zero; order];
            zpk.gain *= (0..order).fold(1.0, |gain, _| gain * (w2 - w1));
        }
        Band::BandStop(low, high) => {
            let (w1, w2) = (warp(low), warp(high));
            zpk.gain *= (1.0 / product(zpk.poles.iter().map(|p| -p))).re;
            zpk.poles = split(zpk.poles.iter().map(|p| ((w2 - w1) / 2.0) / p), w1 * w2);
            let centre = Complex64::new(0.0, (w1 * w2).sqrt());
            zpk.zeros = std::iter::repeat_n(centre, order).chain(std::iter::repeat_n(-centre, order)).collect();
        }
    }
    zpk
}

/// `q + sqrt(q^2 - w0^2)` for all, then `q - sqrt(q^2 - w0^2)` for all.
fn split(roots: impl Iterator<Item = Complex64>, w0_squared: f64) -> Vec<Complex64> {
    let (upper, lower): (Vec<_>, Vec<_>) = roots
        .map(|q| {
            let root = square_root(q * q - w0_squared);
            (q + root, q - root)
        })
        .unzip();
    upper.into_iter().chain(lower).collect()
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

fn product(factors: impl Iterator<Item = Complex64>) -> Complex64 {
    factors.fold(Complex64::new(1.0, 0.0), |a, b| a * b)
}

/// `z' = (4 + z) / (4 - z)`; zeros at infinity become -1.
fn bilinear(zpk: &Zpk) -> Zpk {
    let map = |z: &Complex64| (4.0 + z) / (4.0 - z);
    let ratio = product(zpk.zeros.iter().map(|z| 4.0 - z)) / product(zpk.poles.iter().map(|p| 4.0 - p));
    let at_infinity = zpk.poles.len() - zpk.zeros.len();
    let minus_one = Complex64::new(-1.0, 0.0);
    Zpk {
        zeros: zpk.zeros.iter().map(map).chain(std::iter::repeat_n(minus_one, at_infinity)).collect(),
        poles: zpk.poles.iter().map(map).collect(),
        gain: zpk.gain * ratio.re,
    }
}

/// One of each conjugate pair (imaginary part above 0), sorted by real part, then the real ones.
fn halves(mut roots: Vec<Complex64>) -> Vec<Complex64> {
    let tolerance = 100.0 * f64::EPSILON;
    roots.sort_by(|a, b| a.re.total_cmp(&b.re).then(a.im.abs().total_cmp(&b.im.abs())));
    let (real, complex): (Vec<_>, Vec<_>) =
        roots.into_iter().partition(|z| z.im.abs() <= tolerance * z.norm_sqr().sqrt());
    let upper = complex.iter().filter(|z| z.im > 0.0);
    // Each root is averaged with the conjugate of its partner: rounding has moved them apart by some last bits.
    let mut lower: Vec<Complex64> = complex.iter().filter(|z| z.im < 0.0).map(Complex64::conj).collect();
    let pairs = upper.map(|z| {
        let distance = |other: &Complex64| (other - z).norm_sqr();
        let nearest = (0..lower.len()).min_by(|&a, &b| distance(&lower[a]).total_cmp(&distance(&lower[b])));
        nearest.map_or(*z, |index| (z + lower.remove(index)) / 2.0)
    });
    let mut all: Vec<Complex64> = pairs.collect();
    all.extend(real.iter().map(|z| Complex64::new(z.re, 0.0)));
    all
}

fn is_real(z: &Complex64) -> bool {
    z.im == 0.0
}

/// Removes and returns the root among those that `wanted` which is smallest by `key`.
fn take(
    roots: &mut Vec<Complex64>,
    wanted: impl Fn(&Complex64) -> bool,
    key: impl Fn(&Complex64) -> f64,
) -> Option<Complex64> {
    let candidates = roots.iter().enumerate().filter(|(_, z)| wanted(z));
    let index = candidates.min_by(|a, b| key(a.1).total_cmp(&key(b.1))).map(|(index, _)| index)?;
    Some(roots.remove(index))
}

/// Pairs poles and zeros into sections: the pole nearest the unit circle with the zeros nearest to it, worst pole last.
fn pair(zpk: Zpk) -> Vec<Section> {
    let (mut zeros, mut poles) = (zpk.zeros, zpk.poles);
    if poles.len() % 2 == 1 {
        zeros.push(Complex64::new(0.0, 0.0));
        poles.push(Complex64::new(0.0, 0.0));
    }
    let count = poles.len() / 2;
    let (mut zeros, mut poles) = (halves(zeros), halves(poles));
    let to_circle = |p: &Complex64| (1.0 - p.norm_sqr().sqrt()).abs();
    let mut sections = Vec::with_capacity(count);
    while let Some(p1) = take(&mut poles, |_| true, to_circle) {
        let near = |z: &Complex64| (z - p1).norm_sqr();
        let reals = |roots: &[Complex64]| roots.iter().filter(|z| is_real(z)).count();
        let p2 = if is_real(&p1) {
            take(&mut poles, is_real, to_circle).unwrap_or(Complex64::new(0.0, 0.0))
        } else {
            p1.conj()
        };
        // A real zero left alone with a real pole waits for it.
        let keep_real = !is_real(&p1) && poles.len() + 1 == zeros.len() && reals(&poles) == 1 && reals(&zeros) == 1;
        let z1 = take(&mut zeros, |z| !keep_real || !is_real(z), near);
        let z2 = match z1 {
            Some(z) if is_real(&z) => take(&mut zeros, is_real, near).or(Some(Complex64::new(0.0, 0.0))),
            Some(z) => Some(z.conj()),
            None => None,
        };
        let quadratic = |r: [Complex64; 2]| [1.0, -(r[0] + r[1]).re, (r[0] * r[1]).re];
        let b = match (z1, z2) {
            (Some(z1), Some(z2)) => quadratic([z1, z2]),
            _ => [1.0, 0.0, 0.0],
        };
        let a = quadratic([p1, p2]);
        sections.push(Section { b, a: [a[1], a[2]] });
    }
    sections.reverse();
    if let Some(first) = sections.first_mut() {
        first.b = first.b.map(|b| b * zpk.gain);
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_outside_their_range_are_refused_by_name() {
        let rate = Rate::new(1000.0).unwrap();
        for (band, name) in [
            (Band::LowPass(500.0), "upper"),
            (Band::HighPass(0.0), "lower"),
            (Band::BandPass(450.0, 20.0), "upper"),
            (Band::BandStop(f64::NAN, 20.0), "lower"),
        ] {
            let error = butterworth(4, band, rate).unwrap_err();
            assert_eq!(error.code(), "dsp.filter-edge");
            assert!(error.to_string().starts_with(name), "{error}");
        }
        assert_eq!(butterworth(0, Band::LowPass(10.0), rate).unwrap_err().code(), "dsp.filter-order");
    }

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
    fn the_gain_is_one_in_the_band_and_minus_three_decibels_at_the_edges() {
        let rate = Rate::new(1000.0).unwrap();
        for order in 1..=12 {
            let sos = butterworth(order, Band::BandPass(50.0, 200.0), rate).unwrap();
            for (hz, power) in [(50.0, 0.5), (200.0, 0.5), (0.0, 0.0)] {
                approx::assert_abs_diff_eq!(sos.power_gain(hz, rate), power, epsilon = 1e-9);
            }
            let low = butterworth(order, Band::LowPass(6.0), rate).unwrap();
            approx::assert_abs_diff_eq!(low.power_gain(0.0, rate), 1.0, epsilon = 1e-9);
            approx::assert_abs_diff_eq!(low.power_gain(6.0, rate), 0.5, epsilon = 1e-9);
        }
    }
}
