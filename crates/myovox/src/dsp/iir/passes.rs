//! Where the edges of a Butterworth filter are when it runs several times.
//!
//! Forward and backward, each pass takes its 3 dB: a 6 Hz low-pass has -6 dB at 6 Hz and its -3 dB point lower. To have the -3 dB point where
//! it is wanted, the filter is designed with another edge: for `n` passes of order `N` by the factor `C = (2^(1/n) - 1)^(1/(2N))` (D. A.
//! Winter, Biomechanics and Motor Control of Human Movement, 4th edition, 2009; D. G. E. Robertson and J. J. Dowling, 2003: 0.8023 for two
//! passes of order 2). For a digital filter the factor is exact on the warped frequency `tan(pi f / rate)`, and for a band it applies to the
//! width about the geometric mean of the edges, not to each edge. Either way it is said which edges are meant: [`BandEdges`].

use super::design::{Band, butterworth, check_edges, check_order};
use super::sos::Sos;
use super::zpk::{unwarp, warp};
use crate::dsp::math;
use crate::error::{Error, Result};
use crate::units::Rate;

/// Whether the edges are corrected for the number of passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Correction {
    /// No: the edges are those of one pass, as SciPy takes them.
    #[default]
    None,
    /// Yes: the edges are those of all passes together.
    Exact,
}

/// The edges of a filter that runs several times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandEdges {
    /// What was asked for.
    pub nominal: Band,
    /// What one pass is designed with: its -3 dB edges.
    pub design: Band,
    /// The -3 dB edges of all passes together.
    pub effective: Band,
}

/// A Butterworth filter to be run `passes` times (2 for zero phase), and where its edges are.
///
/// ```
/// use myovox::dsp::iir::{Band, Correction, butterworth_passes};
/// use myovox::units::Rate;
/// let rate = Rate::new(1000.0)?;
/// let (sos, edges) = butterworth_passes(4, Band::LowPass(6.0), rate, 2, Correction::Exact)?;
/// let gain = sos.power_gain(6.0, rate);
/// assert!((gain * gain - 0.5).abs() < 1e-9 && edges.effective == Band::LowPass(6.0));
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// As [`butterworth`]; `dsp.filter-passes` when `passes` is 0.
pub fn butterworth_passes(
    order: usize,
    band: Band,
    rate: Rate,
    passes: u32,
    correction: Correction,
) -> Result<(Sos, BandEdges)> {
    check_order(order)?;
    check_edges(band, rate)?;
    if passes == 0 {
        return Err(Error::config("dsp.filter-passes", "a filter runs at least once").found(0).expected("1 or more"));
    }
    let narrowing = math::powf(math::exp_m1(std::f64::consts::LN_2 / f64::from(passes)), 1.0 / (2 * order) as f64);
    let edges = match correction {
        Correction::None => BandEdges { nominal: band, design: band, effective: widen(band, narrowing, rate) },
        Correction::Exact => BandEdges { nominal: band, design: widen(band, 1.0 / narrowing, rate), effective: band },
    };
    Ok((butterworth(order, edges.design, rate)?, edges))
}

/// The band whose pass (for a band-stop: whose stop) reaches `factor` times as far (as near) on the warped frequency.
fn widen(band: Band, factor: f64, rate: Rate) -> Band {
    let about_centre = |low: f64, high: f64, factor: f64| {
        let (w1, w2) = (warp(low, rate), warp(high, rate));
        let half = (w2 - w1) * factor / 2.0;
        let upper = half + (half * half + w1 * w2).sqrt();
        (unwarp(w1 * w2 / upper, rate), unwarp(upper, rate))
    };
    match band {
        Band::LowPass(edge) => Band::LowPass(unwarp(warp(edge, rate) * factor, rate)),
        Band::HighPass(edge) => Band::HighPass(unwarp(warp(edge, rate) / factor, rate)),
        Band::BandPass(low, high) => {
            let (low, high) = about_centre(low, high, factor);
            Band::BandPass(low, high)
        }
        Band::BandStop(low, high) => {
            let (low, high) = about_centre(low, high, 1.0 / factor);
            Band::BandStop(low, high)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges_of(band: Band) -> Vec<f64> {
        match band {
            Band::LowPass(edge) | Band::HighPass(edge) => vec![edge],
            Band::BandPass(low, high) | Band::BandStop(low, high) => vec![low, high],
        }
    }

    #[test]
    fn the_effective_edges_are_where_half_the_power_passes() {
        let rate = Rate::new(1000.0).unwrap();
        let bands = [
            Band::LowPass(6.0),
            Band::HighPass(20.0),
            Band::BandPass(20.0, 450.0),
            Band::BandStop(45.0, 55.0),
            Band::LowPass(480.0),
        ];
        for band in bands {
            for order in [1, 2, 4, 8] {
                for passes in [1, 2, 4] {
                    for correction in [Correction::None, Correction::Exact] {
                        let (sos, edges) = butterworth_passes(order, band, rate, passes, correction).unwrap();
                        let asked = if correction == Correction::Exact { edges.effective } else { edges.design };
                        assert_eq!((edges.nominal, asked), (band, band));
                        for edge in edges_of(edges.effective) {
                            let power = (0..passes).fold(1.0, |power, _| power * sos.power_gain(edge, rate));
                            approx::assert_abs_diff_eq!(power, 0.5, epsilon = 1e-9);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_factors_are_those_of_the_literature() {
        let rate = Rate::new(1e6).unwrap(); // so high that the frequency is not warped
        for (order, factor) in [(2, 0.8023), (4, 0.8957)] {
            let (_, edges) = butterworth_passes(order, Band::LowPass(6.0), rate, 2, Correction::Exact).unwrap();
            approx::assert_abs_diff_eq!(edges_of(edges.design)[0], 6.0 / factor, epsilon = 1e-3);
        }
        assert_eq!(
            butterworth_passes(2, Band::LowPass(6.0), rate, 0, Correction::None).unwrap_err().code(),
            "dsp.filter-passes"
        );
    }

    #[test]
    fn without_correction_two_passes_have_six_decibels_at_the_nominal_edge() {
        let rate = Rate::new(1000.0).unwrap();
        let (sos, _) = butterworth_passes(4, Band::LowPass(6.0), rate, 2, Correction::None).unwrap();
        let gain = sos.power_gain(6.0, rate);
        approx::assert_abs_diff_eq!(gain * gain, 0.25, epsilon = 1e-9);
    }
}
