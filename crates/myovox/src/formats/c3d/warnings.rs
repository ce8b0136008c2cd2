//! What the reader doubts: one table of codes, and the list that a reading fills.

use serde::Serialize;

use super::C3dConfig;
use crate::error::{Error, Result};
use crate::formats::Policy;
use crate::limits::Limits;
use crate::warning::Warning;

/// What [`Policy::Strict`] makes of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// An error under strict: a guess that could change a number.
    Refused,
    /// A warning under every policy.
    Note,
}
use Severity::{Note, Refused};

/// Every warning about a C3D file: its code, what [`Policy::Strict`] makes of it, its meaning.
pub const WARNINGS: &[(&str, Severity, &str)] = &[
    ("c3d.param-pointer-zero", Refused, "the header does not say where the parameters start; block 2 was read"),
    ("c3d.param-header-bytes", Note, "the first two bytes of the parameter section are not 01 50"),
    ("c3d.processor-unknown", Refused, "the processor byte is not 84, 85 or 86; the number format was guessed"),
    ("c3d.param-block-count-zero", Note, "the parameter section declares no blocks"),
    ("c3d.param-beyond-declared-blocks", Note, "parameters go on behind the declared blocks; all were read"),
    ("c3d.param-offset-mismatch", Refused, "a parameter's offset to the next one is not where it ends"),
    ("c3d.param-loop", Refused, "a parameter's offset points into the record itself"),
    ("c3d.param-truncated", Refused, "the parameter list has no end; what was complete was read"),
    ("c3d.param-data-truncated", Refused, "a parameter declares more data than there are"),
    ("c3d.param-bad-type", Refused, "a parameter's type is unknown, or its number is not what the field needs"),
    ("c3d.param-orphan-group", Refused, "parameters belong to a group that is not named"),
    ("c3d.param-duplicate-name", Refused, "two parameters of a group have one name; the first is used"),
    ("c3d.group-duplicate-name", Refused, "two groups have one name; the first is used"),
    ("c3d.group-id-reused", Refused, "two groups have one number; parameters go to the first"),
    ("c3d.param-name-alias", Refused, "a parameter was found under a misspelt name"),
    ("c3d.text-not-utf8", Note, "a text is not UTF-8; it was read as Latin-1"),
    ("c3d.points-header-differs", Refused, "header and POINT:USED disagree on the number of points"),
    ("c3d.analog-header-differs", Refused, "header and ANALOG:USED disagree on the analog samples per frame"),
    ("c3d.format-header-differs", Refused, "header and POINT:SCALE disagree on integers or floats"),
    ("c3d.scale-header-differs", Refused, "header and POINT:SCALE disagree on the scale"),
    ("c3d.scale-zero", Refused, "the scale of the points is zero or not a number"),
    ("c3d.data-start-differs", Refused, "header and POINT:DATA_START disagree on where the data start"),
    ("c3d.rate-header-differs", Refused, "header and POINT:RATE disagree on the frame rate"),
    ("c3d.rate-missing", Refused, "no usable frame rate: times are unknown"),
    ("c3d.frames-disagree", Refused, "the places that count the frames disagree"),
    ("c3d.frames-from-size", Refused, "the frames were counted from the size of the file"),
    ("c3d.data-truncated", Refused, "fewer frames are present than declared"),
    ("c3d.as-declared", Note, "counts are as declared, since the file itself was not seen; some fields are unknown"),
    ("c3d.data-trailing", Note, "bytes follow the last frame"),
    ("c3d.point-labels-short", Note, "fewer labels than points; the others are named *n"),
    ("c3d.analog-labels-short", Note, "fewer labels than analog channels; the others are named *n"),
    ("c3d.labels-duplicate", Note, "two points or two channels have one label"),
    ("c3d.analog-rate-not-multiple", Refused, "ANALOG:RATE is not POINT:RATE times the samples per frame"),
    ("c3d.analog-scale-short", Refused, "an analog scale is missing; 1 was used"),
    ("c3d.analog-offset-short", Refused, "an analog offset is missing; 0 was used"),
    ("c3d.analog-scale-zero", Note, "an analog scale is zero: the channel is zero"),
    ("c3d.gen-scale-zero", Refused, "ANALOG:GEN_SCALE is zero: all channels are zero"),
    ("c3d.analog-bits16-no-format", Note, "16-bit samples that may be unsigned were read as signed"),
    ("c3d.analog-offset-unsigned-guessed", Refused, "a negative offset was read as unsigned, as the samples are"),
    ("c3d.analog-nonfinite", Note, "analog samples are not numbers"),
    ("c3d.point-nonfinite", Note, "coordinates of valid points are not numbers; the points are invalid"),
    ("c3d.residual-word-unsigned", Note, "negative fourth words were stored as unsigned; the points are invalid"),
    ("c3d.residual-word-out-of-range", Refused, "fourth words do not fit 16 bits; residual and cameras are unknown"),
    ("c3d.residual-word-nonfinite", Refused, "fourth words are not numbers; the points are invalid"),
    ("c3d.vax-reserved-operand", Note, "VAX reserved operands were read as 0"),
    ("c3d.event-count", Refused, "the header declares more than 18 events, or fewer than none"),
    ("c3d.event-times-short", Refused, "EVENT:USED is more than there are event times"),
    ("c3d.event-outside-recording", Note, "an event lies outside the recording"),
    ("c3d.header-events-two-char-labels", Note, "header events have labels of two characters"),
    ("c3d.fp-type-unsupported", Note, "the type of a force platform is not known"),
    ("c3d.fp-origin-sign", Note, "the origin of a force platform had the wrong sign"),
    ("c3d.fp-corners-bad", Refused, "the corners of a force platform are no rectangle"),
    ("c3d.fp-channel-range", Refused, "a force platform names an analog channel that is not there"),
    ("c3d.fp-cal-matrix-missing", Refused, "a force platform needs a calibration matrix"),
    ("c3d.fp-origin-missing", Refused, "a force platform does not say where its sensors are"),
    ("c3d.fp-moment-units", Refused, "the stated unit of a force platform's moments puts the feet outside the plate"),
    ("c3d.fp-zero-range", Note, "the baseline of the force platforms lies outside the recording; none was subtracted"),
    (
        "c3d.fp-units-assumed",
        Note,
        "a unit of a force platform is not stated, or not known; newtons and millimetres were assumed",
    ),
    ("c3d.rotation-truncated", Refused, "fewer rotation samples are present than declared"),
    ("c3d.rotation-start-wrong", Refused, "ROTATION:DATA_START is wrong; the section behind the points was read"),
    ("c3d.trial-recovered", Note, "an unfinished recording was counted from its size"),
    ("c3d.warnings-dropped", Note, "more warnings than limits.max_warnings"),
];

/// The warnings of one reading: raised as errors under strict, kept up to the limit, counted beyond it.
#[derive(Clone, Debug)]
pub(super) struct Warnings {
    policy: Policy,
    at_most: usize,
    kept: Vec<Warning>,
    dropped: u64,
}

impl Warnings {
    pub(super) fn new(config: &C3dConfig, limits: &Limits) -> Self {
        let at_most = usize::try_from(limits.max_warnings).unwrap_or(usize::MAX);
        Self { policy: config.policy, at_most, kept: Vec::new(), dropped: 0 }
    }

    /// Keeps `warning`, or makes it an error under strict.
    pub(super) fn add(&mut self, warning: Warning) -> Result<()> {
        let entry = WARNINGS.iter().find(|(code, _, _)| *code == warning.code);
        debug_assert!(entry.is_some(), "{} is not in the table", warning.code);
        if let (Policy::Strict, Some((code, Refused, _))) = (self.policy, entry) {
            let mut error = Error::data(code, warning.message);
            if let Some(byte) = warning.place.byte {
                error = error.byte(byte);
            }
            if let Some(field) = warning.place.field {
                error = error.field(field);
            }
            if let Some(channel) = warning.place.channel {
                error = error.channel(channel);
            }
            return Err(error);
        }
        if self.kept.len() < self.at_most {
            self.kept.push(warning);
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
        Ok(())
    }

    /// Counts warnings that were left out before they came here.
    pub(super) fn drop_more(&mut self, more: u64) {
        self.dropped = self.dropped.saturating_add(more);
    }

    /// An empty list under the same policy and limit, to be [appended](Self::append) later.
    pub(super) fn beside(&self) -> Self {
        Self { kept: Vec::new(), dropped: 0, ..*self }
    }

    /// Adds what `other` has heard.
    pub(super) fn append(&mut self, other: Self) {
        let room = self.at_most.saturating_sub(self.kept.len());
        let beyond = other.kept.len().saturating_sub(room) as u64;
        self.kept.extend(other.kept.into_iter().take(room));
        self.dropped = self.dropped.saturating_add(other.dropped).saturating_add(beyond);
    }

    /// The list; its last entry counts what did not fit.
    pub(super) fn finish(mut self) -> Vec<Warning> {
        if self.dropped > 0 {
            self.kept.push(Warning::new(
                "c3d.warnings-dropped",
                format!("{} more warnings than limits.max_warnings = {}", self.dropped, self.at_most),
            ));
        }
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_once_in_the_table_and_have_the_prefix() {
        for (i, (code, _, meaning)) in WARNINGS.iter().enumerate() {
            assert!(code.starts_with("c3d.") && !meaning.is_empty());
            assert!(WARNINGS.iter().skip(i + 1).all(|(other, _, _)| other != code), "{code}");
        }
    }

    #[test]
    fn every_code_is_raised_by_the_reader() {
        let sources = [
            include_str!("analog.rs"),
            include_str!("arbitration.rs"),
            include_str!("c3d_rs.rs"),
            include_str!("events.rs"),
            include_str!("header.rs"),
            include_str!("layout.rs"),
            include_str!("mod.rs"),
            include_str!("platforms/declared.rs"),
            include_str!("platforms/mod.rs"),
            include_str!("platforms/units.rs"),
            include_str!("points.rs"),
            include_str!("records.rs"),
            include_str!("rotation.rs"),
            include_str!("survey.rs"),
        ]
        .concat();
        for (code, _, _) in WARNINGS.iter().filter(|(code, _, _)| *code != "c3d.warnings-dropped") {
            assert!(sources.contains(&format!("\"{code}\"")), "{code}");
        }
    }

    #[test]
    fn what_is_beyond_the_limit_is_counted() {
        let mut warnings = Warnings::new(&C3dConfig::default(), &Limits::default().max_warnings(2));
        for _ in 0..5 {
            warnings.add(Warning::new("c3d.data-trailing", "bytes")).unwrap();
        }
        let list = warnings.finish();
        assert_eq!(list.len(), 3);
        assert_eq!(list.last().unwrap().message, "3 more warnings than limits.max_warnings = 2");
    }

    #[test]
    fn strict_raises_with_code_and_place_and_lets_notes_pass() {
        let config = C3dConfig::default().policy(Policy::Strict);
        let mut warnings = Warnings::new(&config, &Limits::default());
        warnings.add(Warning::new("c3d.data-trailing", "bytes")).unwrap();
        let error = warnings.add(Warning::new("c3d.scale-zero", "no scale").byte(12).field("scale")).unwrap_err();
        assert_eq!((error.code(), error.place().byte), ("c3d.scale-zero", Some(12)));
    }
}
