//! Sections as rows of six numbers, `b0 b1 b2 a0 a1 a2`, the form in which SciPy and files hold them.

use super::sos::Sos;
use crate::error::{Error, Result};
use crate::simd::biquad::Section;

impl Sos {
    /// The cascade of `rows`, each `[b0, b1, b2, a0, a1, a2]`.
    ///
    /// ```
    /// use myovox::dsp::iir::Sos;
    /// let rows = [[0.5, 0.5, 0.0, 1.0, 0.0, 0.0]];
    /// assert_eq!(Sos::from_rows(&rows)?.rows(), rows);
    /// # Ok::<(), myovox::Error>(())
    /// ```
    ///
    /// # Errors
    /// `dsp.section-row`, naming the row, when a number is not finite or `a0` is not 1, as SciPy refuses it.
    pub fn from_rows(rows: &[[f64; 6]]) -> Result<Self> {
        let section = |(index, &[b0, b1, b2, a0, a1, a2]): (usize, &[f64; 6])| {
            let refuse = |what: &str, found: f64, expected: &str| {
                let error = Error::config("dsp.section-row", what);
                Err(error.field(format!("sos[{index}]")).found(found).expected(expected))
            };
            if let Some(&odd) = [b0, b1, b2, a0, a1, a2].iter().find(|value| !value.is_finite()) {
                return refuse("not a coefficient of a filter", odd, "a finite number");
            }
            if a0 != 1.0 {
                return refuse("leading coefficient of a denominator", a0, "1");
            }
            Ok(Section { b: [b0, b1, b2], a: [a1, a2] })
        };
        rows.iter().enumerate().map(section).collect::<Result<_>>().map(Self::new)
    }

    /// The sections as rows `[b0, b1, b2, 1, a1, a2]`.
    #[must_use]
    pub fn rows(&self) -> Vec<[f64; 6]> {
        self.sections().iter().map(|&Section { b, a }| [b[0], b[1], b[2], 1.0, a[0], a[1]]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_no_sections_are_refused_by_their_number() {
        let good = [1.0, 0.0, 0.0, 1.0, -0.5, 0.0];
        for (place, value) in [(3, 2.0), (3, 0.0), (0, f64::NAN), (5, f64::INFINITY)] {
            let mut bad = good;
            bad[place] = value;
            let error = Sos::from_rows(&[good, bad]).unwrap_err();
            assert_eq!((error.code(), error.place().field.as_deref()), ("dsp.section-row", Some("sos[1]")));
        }
        assert!(Sos::from_rows(&[]).unwrap().rows().is_empty());
    }
}
