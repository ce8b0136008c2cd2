//! Filter design: an analog low-pass prototype, pre-warped band transformation, bilinear transformation, pairing into sections.
//!
//! | function | pass band | stop band | phase | edge that is given |
//! | --- | --- | --- | --- | --- |
//! | [`butterworth`] | as flat as can be | falls steadily | between | -3 dB |
//! | [`chebyshev1`] | ripples | falls steadily, faster | worse | end of the ripple |
//! | [`chebyshev2`] | flat | ripples | better than that | begin of the stop band |
//! | [`elliptic`] | ripples | ripples, steepest of all | worst | end of the ripple |
//! | [`bessel`] | sags | falls slowly | nearly linear: no overshoot | by [`BesselNorm`] |
//!
//! The steps and the order of sections are those of SciPy's `butter`, `cheby1`, `cheby2`, `ellip` and `bessel` with `output="sos"` (nearest
//! pairing, worst pole last, the whole gain in the first section), so that coefficients can be compared one by one: Butterworth to 1e-12, the
//! others to 1e-10 of a section's largest coefficient.

use super::pairing::pair;
use super::prototype;
use super::sos::Sos;
use super::zpk::Zpk;
use crate::error::{Error, Result};
use crate::units::Rate;

/// What passes, with its edges in Hz (-3 dB for one pass of a Butterworth filter; what they are for the others, their functions say).
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

/// What the edge of a Bessel filter is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BesselNorm {
    /// The phase is half of its greatest change, `order * 45` degrees, as it is at the edge of a Butterworth filter of the order. SciPy's default.
    #[default]
    Phase,
    /// The group delay at 0 Hz is `1 / (2 pi edge)`, before the bilinear transformation.
    Delay,
    /// The gain is -3 dB.
    Magnitude,
}

/// Largest order: the poles of higher ones come too close to be told apart in double precision.
pub const MAX_ORDER: usize = 25;

/// Largest ripple or attenuation in dB: an amplitude ratio of 1e15, what double precision can hold apart.
pub const MAX_DECIBELS: f64 = 300.0;

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
    design(order, band, rate, prototype::butterworth)
}

/// A digital Chebyshev filter of the first kind: it ripples by `ripple_db` in the pass band, whose end the edges are.
///
/// ```
/// use myovox::dsp::iir::{Band, chebyshev1};
/// use myovox::units::Rate;
/// let rate = Rate::new(2000.0)?;
/// let sos = chebyshev1(5, 1.0, Band::LowPass(100.0), rate)?;
/// let db = 10.0 * sos.power_gain(100.0, rate).log10();
/// assert!((db + 1.0).abs() < 1e-9);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// As [`butterworth`]; `dsp.filter-ripple` when `ripple_db` is not above 0 and at most [`MAX_DECIBELS`].
pub fn chebyshev1(order: usize, ripple_db: f64, band: Band, rate: Rate) -> Result<Sos> {
    check_decibels("ripple", ripple_db, 0.0)?;
    design(order, band, rate, |order| prototype::chebyshev1(order, ripple_db))
}

/// A digital Chebyshev filter of the second kind: flat where it passes, at least `attenuation_db` down in the stop band, whose begin the edges are.
///
/// ```
/// use myovox::dsp::iir::{Band, chebyshev2};
/// use myovox::units::Rate;
/// let rate = Rate::new(2000.0)?;
/// let sos = chebyshev2(6, 40.0, Band::HighPass(20.0), rate)?;
/// let db = 10.0 * sos.power_gain(20.0, rate).log10();
/// assert!((db + 40.0).abs() < 1e-6);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// As [`butterworth`]; `dsp.filter-ripple` when `attenuation_db` is not above 0 and at most [`MAX_DECIBELS`].
pub fn chebyshev2(order: usize, attenuation_db: f64, band: Band, rate: Rate) -> Result<Sos> {
    check_decibels("attenuation", attenuation_db, 0.0)?;
    design(order, band, rate, |order| prototype::chebyshev2(order, attenuation_db))
}

/// A digital elliptic (Cauer) filter: it ripples by `ripple_db` in the pass band, whose end the edges are, and is at least `attenuation_db` down
/// in the stop band, which begins as near as the order allows.
///
/// ```
/// use myovox::dsp::iir::{Band, elliptic};
/// use myovox::units::Rate;
/// let sos = elliptic(4, 0.5, 40.0, Band::BandPass(20.0, 450.0), Rate::new(2000.0)?)?;
/// assert_eq!(sos.sections().len(), 4);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// As [`butterworth`]; `dsp.filter-ripple` when `ripple_db` is not above 0, or `attenuation_db` is not above `ripple_db` and at most
/// [`MAX_DECIBELS`].
pub fn elliptic(order: usize, ripple_db: f64, attenuation_db: f64, band: Band, rate: Rate) -> Result<Sos> {
    check_decibels("ripple", ripple_db, 0.0)?;
    check_decibels("attenuation", attenuation_db, ripple_db)?;
    design(order, band, rate, |order| prototype::elliptic::prototype(order, ripple_db, attenuation_db))
}

/// A digital Bessel (Thomson) filter: its group delay is as flat as can be, so that a step is smoothed without overshoot; what the edges are,
/// `norm` says. The bilinear transformation keeps the delay flat only far below half the rate.
///
/// ```
/// use myovox::dsp::iir::{Band, BesselNorm, bessel};
/// use myovox::units::Rate;
/// let rate = Rate::new(1000.0)?;
/// let sos = bessel(4, BesselNorm::Magnitude, Band::LowPass(10.0), rate)?;
/// assert!((sos.power_gain(10.0, rate) - 0.5).abs() < 1e-9);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// As [`butterworth`].
pub fn bessel(order: usize, norm: BesselNorm, band: Band, rate: Rate) -> Result<Sos> {
    design(order, band, rate, |order| prototype::bessel::prototype(order, norm))
}

fn design(order: usize, band: Band, rate: Rate, prototype: impl Fn(usize) -> Zpk) -> Result<Sos> {
    check_order(order)?;
    check_edges(band, rate)?;
    Ok(Sos::new(pair(prototype(order).digital(band, rate))))
}

/// Refuses orders that no filter is designed with.
pub(super) fn check_order(order: usize) -> Result<()> {
    if (1..=MAX_ORDER).contains(&order) {
        return Ok(());
    }
    Err(Error::config("dsp.filter-order", "not an order of a filter")
        .found(order)
        .expected(format!("1 to {MAX_ORDER}")))
}

/// Refuses edges outside (0, rate/2) or out of order, by their names.
pub(super) fn check_edges(band: Band, rate: Rate) -> Result<()> {
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

fn check_decibels(name: &str, decibels: f64, above: f64) -> Result<()> {
    if decibels > above && decibels <= MAX_DECIBELS {
        return Ok(());
    }
    Err(Error::config("dsp.filter-ripple", format!("{name} of the filter outside its range"))
        .found(format!("{decibels} dB"))
        .expected(format!("above {above} dB, at most {MAX_DECIBELS} dB")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::math;

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
        for order in [0, MAX_ORDER + 1] {
            assert_eq!(
                bessel(order, BesselNorm::Phase, Band::LowPass(10.0), rate).unwrap_err().code(),
                "dsp.filter-order"
            );
        }
    }

    #[test]
    fn ripples_outside_their_range_are_refused_by_name() {
        let (band, rate) = (Band::LowPass(100.0), Rate::new(1000.0).unwrap());
        for decibels in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            for (filter, name) in [
                (chebyshev1(4, decibels, band, rate), "ripple"),
                (chebyshev2(4, decibels, band, rate), "attenuation"),
                (elliptic(4, decibels, 40.0, band, rate), "ripple"),
                (elliptic(4, 1.0, decibels, band, rate), "attenuation"),
            ] {
                let error = filter.unwrap_err();
                assert_eq!(error.code(), "dsp.filter-ripple");
                assert!(error.to_string().starts_with(name), "{error}");
            }
        }
        assert!(elliptic(4, 3.0, 3.0, band, rate).is_err());
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

    #[test]
    fn the_steepest_elliptic_filters_keep_their_attenuation() {
        let rate = Rate::new(2000.0).unwrap();
        for order in [18, 23] {
            let sos = elliptic(order, 3.0, 20.0, Band::LowPass(200.0), rate).unwrap();
            let loudest = (2100..10_000).map(|tenth| sos.power_gain(f64::from(tenth) / 10.0, rate)).fold(0.0, f64::max);
            approx::assert_relative_eq!(loudest, 0.01, max_relative = 1e-4);
        }
    }

    /// Every design over every order: the stated gain at the edges, never above 1, never less than the ripple inside, never more than the
    /// attenuation outside.
    #[test]
    fn ripple_and_attenuation_are_kept_at_every_order() {
        let rate = Rate::new(2000.0).unwrap();
        let (ripple_db, attenuation_db) = (0.5, 60.0);
        let (pass, stop) = (math::powf(10.0, -ripple_db / 10.0), math::powf(10.0, -attenuation_db / 10.0));
        for order in 1..=MAX_ORDER {
            let band = Band::BandPass(100.0, 400.0);
            let first = chebyshev1(order, ripple_db, band, rate).unwrap();
            let second = chebyshev2(order, attenuation_db, band, rate).unwrap();
            let both = elliptic(order, ripple_db, attenuation_db, band, rate).unwrap();
            for edge in [100.0, 400.0] {
                approx::assert_relative_eq!(first.power_gain(edge, rate), pass, max_relative = 1e-8);
                approx::assert_relative_eq!(second.power_gain(edge, rate), stop, max_relative = 1e-5);
                approx::assert_relative_eq!(both.power_gain(edge, rate), pass, max_relative = 1e-8);
            }
            for hz in (1..1000).map(f64::from) {
                let inside = (100.0..=400.0).contains(&hz);
                for sos in [&first, &second, &both] {
                    assert!(sos.power_gain(hz, rate) <= 1.0 + 1e-9, "order {order} at {hz} Hz");
                }
                if inside {
                    assert!(first.power_gain(hz, rate) >= pass * (1.0 - 1e-8), "order {order} at {hz} Hz");
                    assert!(both.power_gain(hz, rate) >= pass * (1.0 - 1e-8), "order {order} at {hz} Hz");
                } else {
                    assert!(second.power_gain(hz, rate) <= stop * (1.0 + 1e-5), "order {order} at {hz} Hz");
                }
            }
            // Equal ripples: the elliptic filter stays below the attenuation from where it first reaches it.
            let from = (400..1000).map(f64::from).find(|&hz| both.power_gain(hz, rate) <= stop * (1.0 + 1e-5));
            for hz in (0..1000).map(f64::from).filter(|hz| from.is_some_and(|from| *hz >= from)) {
                assert!(both.power_gain(hz, rate) <= stop * (1.0 + 1e-5), "order {order} at {hz} Hz");
            }
        }
    }
}
