//! The Teager-Kaiser energy operator: the energy that it takes to make a sample, from it and its two neighbours.
//!
//! `psi[n] = x[n]^2 - x[n-1] x[n+1]` is `A^2 sin^2(w)` for `A cos(w n + phi)`, exactly: large where amplitude *and* frequency are large, which is
//! what sets a muscle's burst apart from the baseline (J. F. Kaiser, 1990; S. Solnik et al., Eur J Appl Physiol 110, 2010). Its unit is the
//! signal's squared. For noise it may be negative; rectify it before smoothing, as Solnik does, or not: both are in use.

use crate::error::{Error, Result};

/// What stands at the first and the last sample, where a neighbour is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TkeoEdge {
    /// The value of the neighbour; NaN where there is none, in signals of 1 or 2 samples.
    #[default]
    Nearest,
    /// 0.
    Zero,
    /// Nothing: the output is 2 samples shorter, and its first belongs to the second sample.
    Drop,
}

impl TkeoEdge {
    /// Number of outputs for `samples`.
    #[must_use]
    pub fn output_len(self, samples: usize) -> usize {
        match self {
            Self::Nearest | Self::Zero => samples,
            Self::Drop => samples.saturating_sub(2),
        }
    }
}

/// The operator over `x`. A NaN makes its own output and those of its two neighbours NaN.
///
/// ```
/// use myovox::dsp::tkeo::{TkeoEdge, tkeo};
/// assert_eq!(tkeo(&[1.0, 2.0, 4.0, 7.0], TkeoEdge::Drop), [0.0, 2.0]);
/// assert_eq!(tkeo(&[1.0, 2.0, 4.0, 7.0], TkeoEdge::Nearest), [0.0, 0.0, 2.0, 2.0]);
/// ```
pub fn tkeo(x: &[f64], edge: TkeoEdge) -> Vec<f64> {
    let mut out = vec![0.0; edge.output_len(x.len())];
    fill(x, edge, &mut out);
    out
}

/// As [`tkeo`], into `out`.
///
/// # Errors
/// `dsp.length-differs` when `out` is not [`output_len`](TkeoEdge::output_len) long.
pub fn tkeo_into(x: &[f64], edge: TkeoEdge, out: &mut [f64]) -> Result<()> {
    let expected = edge.output_len(x.len());
    if out.len() != expected {
        let what = "output of the energy operator has another length than its input asks for";
        return Err(Error::config("dsp.length-differs", what).found(out.len()).expected(expected));
    }
    fill(x, edge, out);
    Ok(())
}

fn fill(x: &[f64], edge: TkeoEdge, out: &mut [f64]) {
    let inner = match edge {
        TkeoEdge::Drop => &mut *out,
        TkeoEdge::Nearest | TkeoEdge::Zero => {
            let last = out.len().saturating_sub(1);
            out.get_mut(1..last).unwrap_or_default()
        }
    };
    for (out, neighbours) in inner.iter_mut().zip(x.windows(3)) {
        *out = neighbours[1] * neighbours[1] - neighbours[0] * neighbours[2];
    }
    let n = out.len();
    match edge {
        TkeoEdge::Drop => {}
        TkeoEdge::Nearest if n > 2 => (out[0], out[n - 1]) = (out[1], out[n - 2]),
        TkeoEdge::Nearest => out.fill(f64::NAN),
        TkeoEdge::Zero => out.iter_mut().enumerate().filter(|(i, _)| *i == 0 || i + 1 == n).for_each(|(_, v)| *v = 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::math;

    #[test]
    fn a_cosine_has_its_analytic_energy_at_every_sample() {
        for w in [0.01, 0.3, 1.5, 3.0] {
            let x: Vec<f64> = (0..200).map(|i| 2.0 * math::cos(w * f64::from(i) + 0.4)).collect();
            let expected = 4.0 * math::sin(w) * math::sin(w);
            for psi in tkeo(&x, TkeoEdge::Nearest) {
                approx::assert_abs_diff_eq!(psi, expected, epsilon = 1e-12);
            }
        }
    }

    #[test]
    fn edges_are_as_stated_down_to_no_samples() {
        let x = [1.0, 3.0, 2.0];
        assert_eq!(tkeo(&x, TkeoEdge::Nearest), [7.0; 3]);
        assert_eq!(tkeo(&x, TkeoEdge::Zero), [0.0, 7.0, 0.0]);
        assert_eq!(tkeo(&x, TkeoEdge::Drop), [7.0]);
        for n in 0..3 {
            assert!(tkeo(&x[..n], TkeoEdge::Nearest).iter().all(|v| v.is_nan()));
            assert_eq!(tkeo(&x[..n], TkeoEdge::Zero), vec![0.0; n]);
            assert!(tkeo(&x[..n], TkeoEdge::Drop).is_empty());
        }
        let mut stale = [9.0; 3];
        tkeo_into(&x, TkeoEdge::Zero, &mut stale).unwrap();
        assert_eq!(stale, [0.0, 7.0, 0.0]);
        assert_eq!(tkeo_into(&x, TkeoEdge::Drop, &mut [0.0; 3]).unwrap_err().code(), "dsp.length-differs");
    }

    #[test]
    fn a_nan_reaches_its_neighbours_and_no_further() {
        let psi = tkeo(&[1.0, 1.0, 1.0, f64::NAN, 1.0, 1.0, 1.0], TkeoEdge::Zero);
        let broken: Vec<usize> = (0..7).filter(|&i| psi[i].is_nan()).collect();
        assert_eq!(broken, [2, 3, 4]);
    }
}
