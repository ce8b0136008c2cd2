//! Envelopes in percent of something that is named: a maximal voluntary contraction, a reference recording, or the recording's own peak or mean.
//!
//! The six ways of the CEDE matrix (Besomi et al. 2020) come down to these; which one was used belongs to every normalised value, since percent of
//! a peak says nothing about effort and may never be compared between people.

use super::mvc::best_window;
use crate::error::{Error, Result};
use crate::units::Rate;
use crate::warning::Warning;

/// Percent of an MVC beyond which it was probably not maximal.
const NOT_MAXIMAL_PCT: f64 = 150.0;

/// Length of the best mean of a reference recording, in ms: common practice for trials of 3 to 5 s.
const REFERENCE_MS: f64 = 500.0;

/// What 100 % is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reference<'a> {
    /// The level of the envelope in a maximal voluntary contraction.
    Mvc(f64),
    /// The envelope of a reference recording, such as a standardised contraction: its best mean over 500 ms.
    Recording(&'a [f64]),
    /// The envelope's own maximum: within one session only.
    Peak,
    /// The envelope's own mean: within one session only.
    Mean,
}

impl Reference<'_> {
    /// The unit of what is divided by it.
    pub fn unit(&self) -> &'static str {
        match self {
            Self::Mvc(_) => "%MVC",
            Self::Recording(_) => "%reference",
            Self::Peak => "%peak",
            Self::Mean => "%mean",
        }
    }

    fn value(&self, envelope: &[f64], rate: Rate) -> Option<f64> {
        let present = || envelope.iter().filter(|v| !v.is_nan());
        match self {
            Self::Mvc(value) => Some(*value),
            Self::Recording(reference) => best_window(reference, rate.samples_of_ms(REFERENCE_MS)),
            Self::Peak => present().copied().reduce(f64::max),
            Self::Mean => Some(present().sum::<f64>() / present().count() as f64),
        }
    }
}

/// What 100 % was.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// The value of 100 %, in the unit that the envelope had.
    pub value: f64,
    /// `%MVC`, `%reference`, `%peak` or `%mean`.
    pub unit: &'static str,
    /// What is doubtful: `emg.mvc-exceeded` where the envelope is far above an MVC.
    pub warning: Option<Warning>,
}

/// Divides `envelope` by the reference, in place, NaN staying NaN; what it then holds is percent.
///
/// ```
/// use myovox::emg::normalise::{Reference, normalise};
/// let mut envelope = [1.0, 2.0, f64::NAN, 4.0];
/// let scale = normalise(&mut envelope, Reference::Peak, myovox::units::Rate::new(1000.0)?)?;
/// assert_eq!((envelope[0], scale.value, scale.unit), (25.0, 4.0, "%peak"));
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `emg.no-reference` for a reference that is not finite and above 0: an MVC of 0, a reference recording shorter than 500 ms, an envelope without
/// values.
pub fn normalise(envelope: &mut [f64], reference: Reference<'_>, rate: Rate) -> Result<Scale> {
    let value = reference.value(envelope, rate);
    let Some(value) = value.filter(|value| value.is_finite() && *value > 0.0) else {
        return Err(Error::data("emg.no-reference", "nothing to normalise an envelope by")
            .field(reference.unit())
            .found(value.map_or_else(|| "no value".to_owned(), |value| value.to_string()))
            .expected("a finite value above 0"));
    };
    let mut peak = 0.0_f64;
    for v in envelope.iter_mut() {
        *v = 100.0 * (*v / value);
        peak = peak.max(*v);
    }
    let exceeded = matches!(reference, Reference::Mvc(_)) && peak > NOT_MAXIMAL_PCT;
    let warning = exceeded.then(|| {
        let message = format!("the envelope reaches {peak:.0} % of the MVC, which was probably not maximal");
        Warning::new("emg.mvc-exceeded", message)
    });
    Ok(Scale { value, unit: reference.unit(), warning })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(envelope: &[f64], reference: Reference<'_>) -> Result<(Vec<f64>, Scale)> {
        let mut envelope = envelope.to_vec();
        let scale = normalise(&mut envelope, reference, Rate::new(1000.0).unwrap())?;
        Ok((envelope, scale))
    }

    #[test]
    fn each_reference_has_its_value_and_its_name() {
        let envelope = [1.0, 3.0, f64::NAN, 2.0];
        let mut held = vec![1.0; 2000];
        held[700..1300].fill(4.0);
        for (reference, value, unit) in [
            (Reference::Mvc(8.0), 8.0, "%MVC"),
            (Reference::Recording(&held), 4.0, "%reference"),
            (Reference::Peak, 3.0, "%peak"),
            (Reference::Mean, 2.0, "%mean"),
        ] {
            let (percent, scale) = run(&envelope, reference).unwrap();
            assert_eq!((percent[1], scale.value, scale.unit), (300.0 / value, value, unit));
            assert!(percent[2].is_nan() && scale.warning.is_none());
        }
    }

    #[test]
    fn a_maximum_far_exceeded_is_said_and_one_that_is_none_refused() {
        assert_eq!(run(&[1.6], Reference::Mvc(1.0)).unwrap().1.warning.unwrap().code, "emg.mvc-exceeded");
        assert!(run(&[1.5], Reference::Mvc(1.0)).unwrap().1.warning.is_none());
        for reference in [Reference::Mvc(0.0), Reference::Mvc(f64::NAN), Reference::Recording(&[1.0; 100])] {
            assert_eq!(run(&[1.0], reference).unwrap_err().code(), "emg.no-reference");
        }
        for reference in [Reference::Peak, Reference::Mean] {
            assert_eq!(run(&[f64::NAN, f64::NAN], reference).unwrap_err().code(), "emg.no-reference");
            assert_eq!(run(&[0.0], reference).unwrap_err().code(), "emg.no-reference");
        }
    }
}
