//! Co-contraction: how much of the activity of two opposing muscles is common.
//!
//! In come two envelopes of one length, both normalised in the same way (to their maximal voluntary contraction, or both to the peak of the task): an
//! index of amplitudes in volts compares electrodes, not muscles, and comes with the warning `emg.normalisation-differs`. Each index has its authors'
//! name. All are symmetric in the two muscles but for the ratio, and none changes when time is stretched.
//!
//! - Falconer and Winter 1985: twice the common area over the total area, in percent; 100 for equal envelopes, 0 for disjoint ones. Winter 1990 writes the
//!   same quantity as `2 common / (A + B)`.
//! - Rudolph et al. 2000: mean of `lower / higher * (lower + higher)`; twice the envelope for equal ones.
//! - Frost et al. 1997: area of overlap over the duration, in the unit of the envelopes.
//! - The ratio of the antagonist's area to the agonist's.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::warning::{Missing, Warning};

/// What an envelope's amplitude is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Normalisation {
    /// The maximal voluntary contraction.
    Mvc,
    /// The peak of the task.
    Peak,
    /// The mean of the task.
    Mean,
    /// Nothing: the unit of the recording.
    None,
}

/// How much of two muscles' activity is common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cocontraction {
    /// What the agonist's envelope was divided by.
    pub agonist_normalisation: Normalisation,
    /// What the antagonist's envelope was divided by.
    pub antagonist_normalisation: Normalisation,
    /// Samples in which both envelopes are known.
    pub samples: usize,
    /// Falconer and Winter 1985 in percent, 0 to 100; `null` where neither muscle is active.
    pub falconer_winter_percent: Option<f64>,
    /// Winter 1990 as a share, 0 to 1; `null` where neither muscle is active.
    pub winter: Option<f64>,
    /// Rudolph et al. 2000, 0 to 2 for envelopes up to 1; `null` without samples.
    pub rudolph: Option<f64>,
    /// Frost et al. 1997: mean overlap, in the unit of the envelopes; `null` without samples.
    pub frost: Option<f64>,
    /// Area of the antagonist over area of the agonist; `null` where the agonist is not active.
    pub ratio: Option<f64>,
    /// Why each `null` is one; paths are relative to this object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
}

/// The co-contraction of two envelopes, sample by sample; samples that are NaN in either are left out, values below 0 count as 0.
///
/// ```
/// use myovox::emg::cocontraction::{Normalisation::Mvc, cocontraction};
/// let (found, warnings) = cocontraction(&[0.5, 0.5, 0.0], Mvc, &[0.5, 0.25, 0.25], Mvc)?;
/// assert_eq!(found.falconer_winter_percent, Some(75.0)); // common 0.75 of areas 1 and 1
/// assert_eq!(found.frost, Some(0.25));
/// assert!(warnings.is_empty());
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `emg.lengths-differ` for envelopes of different lengths.
pub fn cocontraction(
    agonist: &[f64],
    agonist_normalisation: Normalisation,
    antagonist: &[f64],
    antagonist_normalisation: Normalisation,
) -> Result<(Cocontraction, Vec<Warning>)> {
    if agonist.len() != antagonist.len() {
        return Err(Error::config("emg.lengths-differ", "envelopes of different lengths")
            .found(format!("{} and {} samples", agonist.len(), antagonist.len()))
            .expected("equal lengths"));
    }
    let areas = Areas::of(agonist, antagonist);
    let mut missing = Vec::new();
    let mut quotient = |name: &'static str, over: f64, under: f64| {
        let known = areas.samples > 0 && under > 0.0;
        if !known {
            let (reason, message) = match (areas.samples, name) {
                (0, _) => ("no_samples", "no sample of both envelopes is known"),
                (_, "ratio") => ("no_activity", "the agonist is not active"),
                _ => ("no_activity", "neither muscle is active"),
            };
            missing.push(Missing::new(name, reason, message));
        }
        known.then(|| over / under)
    };
    let (total, n) = (areas.agonist + areas.antagonist, areas.samples as f64);
    let winter = quotient("winter", 2.0 * areas.common, total);
    let found = Cocontraction {
        agonist_normalisation,
        antagonist_normalisation,
        samples: areas.samples,
        falconer_winter_percent: quotient("falconer_winter_percent", 200.0 * areas.common, total),
        winter,
        rudolph: quotient("rudolph", areas.rudolph, n),
        frost: quotient("frost", areas.common, n),
        ratio: quotient("ratio", areas.antagonist, areas.agonist),
        missing,
    };
    let common = agonist_normalisation == antagonist_normalisation && agonist_normalisation != Normalisation::None;
    let message = "the envelopes have no common normalisation: the indices compare electrodes as much as muscles";
    let warning = (!common).then(|| Warning::new("emg.normalisation-differs", message));
    Ok((found, warning.into_iter().collect()))
}

/// Sums over the samples.
#[derive(Default)]
struct Areas {
    samples: usize,
    agonist: f64,
    antagonist: f64,
    common: f64,
    rudolph: f64,
}

impl Areas {
    fn of(agonist: &[f64], antagonist: &[f64]) -> Self {
        let mut areas = Self::default();
        for (a, b) in agonist.iter().zip(antagonist).filter(|(a, b)| a.is_finite() && b.is_finite()) {
            let (a, b) = (a.max(0.0), b.max(0.0));
            let (lower, higher) = (a.min(b), a.max(b));
            areas.samples += 1;
            areas.agonist += a;
            areas.antagonist += b;
            areas.common += lower;
            areas.rudolph += if higher > 0.0 { lower / higher * (lower + higher) } else { 0.0 };
        }
        areas
    }
}

#[cfg(test)]
mod tests {
    use super::Normalisation::{Mvc, None as Raw, Peak};
    use super::*;

    fn of(a: &[f64], b: &[f64]) -> Cocontraction {
        cocontraction(a, Mvc, b, Mvc).unwrap().0
    }

    #[test]
    fn equal_envelopes_are_all_common_and_disjoint_ones_not_at_all() {
        let a = [0.25, 0.5, 0.0, 0.75];
        let same = of(&a, &a);
        assert_eq!((same.falconer_winter_percent, same.winter, same.ratio), (Some(100.0), Some(1.0), Some(1.0)));
        assert_eq!((same.rudolph, same.frost), (Some(0.75), Some(0.375))); // twice the mean, the mean
        let apart = of(&[1.0, 0.0, 0.0], &[0.0, 0.5, 0.0]);
        assert_eq!((apart.falconer_winter_percent, apart.rudolph, apart.frost), (Some(0.0), Some(0.0), Some(0.0)));
        assert!(apart.missing.is_empty());
    }

    #[test]
    fn exchanging_the_muscles_inverts_the_ratio_and_nothing_else() {
        let (a, b) = ([0.5, 0.25, 1.0], [0.125, 0.5, 0.25]);
        let (there, back) = (of(&a, &b), of(&b, &a));
        assert_eq!(there.ratio.map(|ratio| 1.0 / ratio), back.ratio);
        assert_eq!(Cocontraction { ratio: back.ratio, ..there }, back);
    }

    #[test]
    fn what_is_not_known_is_left_out_and_said() {
        let found = of(&[0.5, f64::NAN, 0.5], &[0.5, 1.0, f64::NAN]);
        assert_eq!((found.samples, found.winter), (1, Some(1.0)));
        assert_eq!(of(&[], &[]).missing.len(), 5);
        let still = of(&[0.0, 0.0], &[0.0, 0.0]);
        assert_eq!((still.frost, still.winter, still.missing.len()), (Some(0.0), None, 3));
        assert_eq!(cocontraction(&[1.0], Mvc, &[], Mvc).unwrap_err().code(), "emg.lengths-differ");
    }

    #[test]
    fn envelopes_without_a_common_normalisation_are_warned_of() {
        for (a, b, count) in [(Mvc, Mvc, 0), (Peak, Peak, 0), (Mvc, Peak, 1), (Raw, Raw, 1)] {
            assert_eq!(cocontraction(&[1.0], a, &[1.0], b).unwrap().1.len(), count);
        }
    }
}
