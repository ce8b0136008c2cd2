//! Analog low-pass prototypes with edge 1: those of Butterworth and Chebyshev, whose poles lie on a circle or an ellipse at the angles
//! `pi m / 2N`, `m = -N+1, -N+3 ... N-1`; [`elliptic`] and [`bessel`] have files of their own.
//!
//! Formulas: R. W. Daniels, Approximation Methods for Electronic Filter Design, 1974.

use realfft::num_complex::Complex64;

use super::zpk::{Zpk, product};
use crate::dsp::math;

pub(super) mod bessel;
pub(super) mod elliptic;

/// `eps^2`: the excess of power `10^(db/10) - 1`, without cancellation for small `db`.
fn power_excess(decibels: f64) -> f64 {
    math::exp_m1(std::f64::consts::LN_10 * 0.1 * decibels)
}

/// `sin` and `cos` of the angles of the poles; the middle one of an odd order exactly 0 and 1.
fn angles(order: usize) -> impl Iterator<Item = (f64, f64)> {
    (0..order).map(move |k| {
        let m = 2.0 * k as f64 - order as f64 + 1.0;
        if m == 0.0 { (0.0, 1.0) } else { math::sin_cos(std::f64::consts::PI * m / (2.0 * order as f64)) }
    })
}

/// Poles `-exp(i angle)`.
pub(super) fn butterworth(order: usize) -> Zpk {
    let poles = angles(order).map(|(sin, cos)| -Complex64::new(cos, sin)).collect();
    Zpk { zeros: Vec::new(), poles, gain: 1.0 }
}

/// Poles `-sinh(mu + i angle)` with `mu = asinh(1/eps) / N`; the gain at 0 Hz is the lower end of the ripple for even orders.
pub(super) fn chebyshev1(order: usize, ripple_db: f64) -> Zpk {
    let excess = power_excess(ripple_db);
    let mu = math::asinh(1.0 / excess.sqrt()) / order as f64;
    let (sinh, cosh) = (math::sinh(mu), math::cosh(mu));
    let poles: Vec<_> = angles(order).map(|(sin, cos)| -Complex64::new(sinh * cos, cosh * sin)).collect();
    let gain = product(poles.iter().map(|p| -p)).re;
    let ripple = if order.is_multiple_of(2) { (1.0 + excess).sqrt() } else { 1.0 };
    Zpk { zeros: Vec::new(), poles, gain: gain / ripple }
}

/// The inverses of the poles of the first kind with `eps = 1 / sqrt(10^(db/10) - 1)`; zeros `i / sin(angle)`.
pub(super) fn chebyshev2(order: usize, attenuation_db: f64) -> Zpk {
    let mu = math::asinh(power_excess(attenuation_db).sqrt()) / order as f64;
    let (sinh, cosh) = (math::sinh(mu), math::cosh(mu));
    let poles: Vec<_> = angles(order).map(|(sin, cos)| 1.0 / -Complex64::new(sinh * cos, cosh * sin)).collect();
    let zeros: Vec<_> = angles(order).filter(|a| a.0 != 0.0).map(|(sin, _)| Complex64::new(0.0, 1.0 / sin)).collect();
    let gain = (product(poles.iter().map(|p| -p)) / product(zeros.iter().map(|z| -z))).re;
    Zpk { zeros, poles, gain }
}
