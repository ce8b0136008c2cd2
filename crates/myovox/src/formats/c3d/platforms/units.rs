//! What the numbers in the channels of a plate are: newtons, pounds, times millimetres, metres.
//!
//! Lengths are in `POINT:UNITS`. Forces and moments are in `ANALOG:UNITS` of their channel; where a file does not say, newtons, and newtons times
//! the unit of length, as the User Guide has it. A calibration matrix has no unit: it is taken to give those, and for type 5 pounds and inches
//! (HAS-Motion documentation, *FP Type 5*).

use super::super::C3dRecording;
use super::super::warnings::Warnings;
use super::channels::MOST;
use super::declared::Declared;
use crate::error::Result;
use crate::warning::Warning;

/// Where a unit comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitSource {
    /// The file says it.
    Stated,
    /// The definition of the type says it.
    Convention,
    /// Nothing says it, or it is a unit that is not known here.
    Assumed,
    /// The file says another one, by which the centre of pressure would lie far outside the plate; the usual one was taken.
    Contradicted,
}

/// Units of the channels of a platform.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PlatformUnits {
    /// Metres per `POINT:UNITS`; 0.001 where they are assumed.
    pub length_m: f64,
    /// Where the unit of length comes from.
    pub length: UnitSource,
    /// Where the unit of the forces comes from; newtons where it is assumed.
    pub force: UnitSource,
    /// Where the unit of the moments (for type 1 also of the positions) comes from; newtons times `POINT:UNITS` where it is assumed. For types
    /// without such channels that of the forces.
    pub moment: UnitSource,
}

/// What each channel, behind the calibration matrix, is multiplied by to be in N and N times the unit of length.
pub(super) struct Scale {
    pub(super) units: PlatformUnits,
    pub(super) factors: [f64; MOST],
}

/// Newtons per pound-force.
const POUND_N: f64 = 4.4482216152605;
/// Metres per inch.
const INCH_M: f64 = 0.0254;

const LENGTHS: [(&str, f64); 12] = [
    ("MM", 1e-3),
    ("CM", 1e-2),
    ("M", 1.0),
    ("IN", INCH_M),
    ("INCH", INCH_M),
    ("FT", 0.3048),
    ("MILLIMETERS", 1e-3),
    ("MILLIMETRES", 1e-3),
    ("METERS", 1.0),
    ("METRES", 1.0),
    ("METER", 1.0),
    ("METRE", 1.0),
];

const FORCES: [(&str, f64); 9] = [
    ("N", 1.0),
    ("NT", 1.0),
    ("NEWTON", 1.0),
    ("NEWTONS", 1.0),
    ("KN", 1e3),
    ("LB", POUND_N),
    ("LBS", POUND_N),
    ("LBF", POUND_N),
    ("KGF", 9.80665),
];

fn letters(unit: &str) -> String {
    unit.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_uppercase()).collect()
}

fn lookup(table: &[(&str, f64)], word: &str) -> Option<f64> {
    table.iter().find(|(name, _)| *name == word).map(|&(_, factor)| factor)
}

/// Metres per unit of length. A word may be cut: `mete`.
fn length_m(unit: &str) -> Option<f64> {
    let word = letters(unit);
    let begins = |name: &str| word.len() >= 4 && name.starts_with(&word);
    lookup(&LENGTHS, &word).or_else(|| LENGTHS.iter().find(|(name, _)| begins(name)).map(|&(_, factor)| factor))
}

/// Newtons per unit of force.
fn force_n(unit: &str) -> Option<f64> {
    lookup(&FORCES, &letters(unit))
}

/// Newton metres per unit of moment: a force, whatever stands between, a length.
fn moment_nm(unit: &str) -> Option<f64> {
    let word = letters(unit);
    FORCES.iter().find_map(|(force, newtons)| Some(newtons * lookup(&LENGTHS, word.strip_prefix(force)?)?))
}

impl Scale {
    /// The same with moments in N times the unit of length, where the file says otherwise.
    pub(super) fn with_moments_as_usual(&self, declared: &Declared) -> Option<Self> {
        let of_moments = 3..6;
        let stated = self.factors.get(of_moments.clone())?;
        let is_other = matches!(declared.kind, 2 | 21) && declared.matrix.is_none() && stated.iter().any(|f| *f != 1.0);
        let mut scale = Self { units: self.units.clone(), factors: self.factors };
        scale.factors.get_mut(of_moments)?.fill(1.0);
        scale.units.moment = UnitSource::Contradicted;
        is_other.then_some(scale)
    }
}

/// What stands in a channel.
#[derive(Clone, Copy, PartialEq)]
enum Quantity {
    Force,
    Moment,
    Position,
}

impl Quantity {
    fn of(kind: u32, place: usize) -> Self {
        match (kind, place) {
            (1, 3 | 4) => Self::Position,
            (1, 5) | (2 | 4 | 5 | 21, 3..) => Self::Moment,
            _ => Self::Force,
        }
    }

    /// The factor for a channel in `unit`, where it is a unit of this.
    fn factor(self, unit: &str, length: f64) -> Option<f64> {
        match self {
            Self::Force => force_n(unit),
            Self::Moment => moment_nm(unit).map(|factor| factor / length),
            Self::Position => length_m(unit).map(|factor| factor / length),
        }
    }
}

/// The units of the channels of a plate.
pub(super) fn find(recording: &C3dRecording, declared: &Declared) -> Scale {
    let stated = length_m(&recording.point_units);
    let length = stated.unwrap_or(1e-3);
    let source = if stated.is_some() { UnitSource::Stated } else { UnitSource::Assumed };
    let by_rule = if declared.matrix.is_some() { UnitSource::Convention } else { UnitSource::Stated };
    let mut units = PlatformUnits { length_m: length, length: source, force: by_rule, moment: by_rule };
    let mut factors = [1.0; MOST];
    for (place, factor) in factors.iter_mut().enumerate() {
        let quantity = Quantity::of(declared.kind, place);
        if declared.matrix.is_some() {
            if declared.kind == 5 {
                *factor = if quantity == Quantity::Force { POUND_N } else { POUND_N * INCH_M / length };
            }
            continue;
        }
        let Some(&channel) = declared.channels.get(place) else { continue };
        let unit = recording.analog_units.get(channel).map_or("", String::as_str);
        match quantity.factor(unit, length) {
            Some(found) => *factor = found,
            None if quantity == Quantity::Force => units.force = UnitSource::Assumed,
            None => units.moment = UnitSource::Assumed,
        }
    }
    Scale { units, factors }
}

/// Says which units were assumed.
pub(super) fn warn(number: usize, declared: &Declared, scale: &Scale, warnings: &mut Warnings) -> Result<()> {
    let units = &scale.units;
    let assumed = [
        (units.length, "lengths in mm"),
        (units.force, "forces in N"),
        (units.moment, "moments in N times the unit of length"),
    ];
    let assumed: Vec<&str> =
        assumed.into_iter().filter(|(source, _)| *source == UnitSource::Assumed).map(|(_, what)| what).collect();
    if assumed.is_empty() {
        return Ok(());
    }
    let message = format!(
        "platform {} of type {}: the file states no known unit; assumed are {}",
        number.saturating_add(1),
        declared.kind,
        assumed.join(", ")
    );
    warnings.add(Warning::new("c3d.fp-units-assumed", message).field("ANALOG:UNITS"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_known_however_they_are_written() {
        for (unit, factor) in [("Nmm", 1e-3), ("N.mm", 1e-3), ("N*m", 1.0), ("N-m", 1.0), ("Nm", 1.0), ("N cm", 1e-2)] {
            assert_eq!(moment_nm(unit), Some(factor), "{unit}");
        }
        assert_eq!(moment_nm("lbf in"), Some(POUND_N * INCH_M));
        assert_eq!((moment_nm("N"), moment_nm("V"), moment_nm("")), (None, None, None));
        assert_eq!(
            (force_n("Newtons"), force_n("V"), length_m(" mm "), length_m("px")),
            (Some(1.0), None, Some(1e-3), None)
        );
    }
}
