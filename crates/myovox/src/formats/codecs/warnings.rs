//! The warnings of the reader: one table, and the list that a reading collects.

use crate::error::{Error, Result};
use crate::formats::Policy;
use crate::formats::wav::{UnderStrict, WarningKind};
use crate::warning::Warning;

macro_rules! warnings {
    ($($name:ident = $code:literal, $under_strict:ident, $meaning:literal;)*) => {
        $(#[cfg_attr(not(feature = "codecs"), allow(dead_code, reason = "given by decoders that are not built in"))]
        pub(super) const $name: WarningKind =
            WarningKind { code: $code, under_strict: UnderStrict::$under_strict, meaning: $meaning };)*

        /// Every warning that [`read`](super::read) can give.
        pub const WARNINGS: &[WarningKind] = &[$($name),*];
    };
}

warnings! {
    PACKET_DAMAGED = "codecs.packet-damaged", Error, "packets could not be decoded; silence of their length stands for them";
    GAP = "codecs.gap", Error, "packets are missing; silence stands for them where the gap is below ten seconds, else what follows stands too early";
    STREAM_BROKEN = "codecs.stream-broken", Error, "the container broke off; what was read before is kept";
    LENGTH_DISAGREES = "codecs.length-disagrees", Error, "the container states another number of samples than its packets hold";
    CHECKSUM = "codecs.checksum", Error, "the samples are not those that the encoder took the MD5 sum of";
    DATA_CUT = "codecs.data-cut", Error, "the file ends before its samples do; those present are read";
    EDIT_LIST = "codecs.edit-list", Error, "the edit list has more than one part; only where the first begins is respected";
    DELAY_UNKNOWN = "codecs.delay-unknown", Warning, "the file does not state the encoder's delay: the sound begins up to some 2000 samples late";
    SBR_UNKNOWN = "codecs.sbr-unknown", Warning, "the file does not state whether the AAC has an HE-AAC extension; if so, its upper band is lost and the rate is half the true one";
    OTHER_TRACKS = "codecs.other-tracks", Warning, "the file has more than one track of sound; the first or the default one is read";
    MORE_WARNINGS = "codecs.more-warnings", Warning, "more warnings than limits.max_warnings; the rest is counted";
}

/// The warnings of one reading.
pub(super) struct Notes {
    policy: Policy,
    kept: Vec<Warning>,
    at_most: usize,
    more: u64,
}

#[cfg_attr(not(feature = "codecs"), allow(dead_code, reason = "used by decoders that are not built in"))]
impl Notes {
    pub(super) fn new(policy: Policy, at_most: u32) -> Self {
        Self { policy, kept: Vec::new(), at_most: usize::try_from(at_most).unwrap_or(usize::MAX), more: 0 }
    }

    pub(super) fn policy(&self) -> Policy {
        self.policy
    }

    /// Notes `warning` of this kind, or refuses the recording where the policy says so.
    pub(super) fn say(
        &mut self,
        kind: &WarningKind,
        message: impl Into<String>,
        place: impl FnOnce(Warning) -> Warning,
    ) -> Result<()> {
        let warning = place(Warning::new(kind.code, message));
        if self.policy == Policy::Strict && kind.under_strict == UnderStrict::Error {
            return Err(Error::data(kind.code, warning.message));
        }
        self.keep(warning);
        Ok(())
    }

    /// Takes over the warnings of another reader.
    pub(super) fn take(&mut self, warnings: Vec<Warning>) {
        for warning in warnings {
            self.keep(warning);
        }
    }

    fn keep(&mut self, warning: Warning) {
        if self.kept.len() < self.at_most {
            self.kept.push(warning);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    pub(super) fn into_warnings(mut self) -> Vec<Warning> {
        if self.more > 0 {
            self.kept.push(Warning::new(MORE_WARNINGS.code, format!("{} more warnings are not listed", self.more)));
        }
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_well_formed() {
        let mut codes: Vec<_> = WARNINGS.iter().map(|kind| kind.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), WARNINGS.len());
        assert!(codes.iter().all(|code| {
            code.strip_prefix("codecs.")
                .is_some_and(|words| words.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase()))
        }));
    }

    #[test]
    fn strict_refuses_what_changes_numbers_and_keeps_the_rest() {
        let mut notes = Notes::new(Policy::Strict, 1);
        notes.say(&DELAY_UNKNOWN, "no delay", |warning| warning).unwrap();
        notes.say(&SBR_UNKNOWN, "no word of it", |warning| warning).unwrap();
        assert_eq!(notes.say(&CHECKSUM, "other", |warning| warning).unwrap_err().code(), "codecs.checksum");
        let warnings = notes.into_warnings();
        assert_eq!(warnings.len(), 2);
        assert_eq!(warnings.last().unwrap().message, "1 more warnings are not listed");
    }
}
