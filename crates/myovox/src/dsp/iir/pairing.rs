//! Pairing: digital zeros and poles into second-order sections.
//!
//! The pole nearest the unit circle takes the zeros nearest to it, and so on inwards; the sections are stored the other way round, worst pole
//! last, and the whole gain stands in the first. That is SciPy's `zpk2sos` with nearest pairing, whose order of sections is kept so that
//! coefficients can be compared one by one.

use realfft::num_complex::Complex64;

use super::zpk::Zpk;
use crate::simd::biquad::Section;

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
pub(super) fn pair(zpk: Zpk) -> Vec<Section> {
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
