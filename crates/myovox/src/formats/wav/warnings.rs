//! The warnings of the reader: one table, and the list that a reading collects.

use crate::error::{Error, Result};
use crate::formats::Policy;
use crate::warning::Warning;

/// What [`Policy::Strict`] makes of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnderStrict {
    /// The recording is refused, with the warning's code.
    Error,
    /// The warning stays one: no number depends on it.
    Warning,
}

/// One row of [`WARNINGS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WarningKind {
    /// Stable code.
    pub code: &'static str,
    /// What the strict policy makes of it.
    pub under_strict: UnderStrict,
    /// What was seen, and what is done about it otherwise.
    pub meaning: &'static str,
}

macro_rules! warnings {
    ($($name:ident = $code:literal, $under_strict:ident, $meaning:literal;)*) => {
        $(pub(super) const $name: WarningKind =
            WarningKind { code: $code, under_strict: UnderStrict::$under_strict, meaning: $meaning };)*

        /// Every warning that reading and [`write`](super::write()) can give.
        pub const WARNINGS: &[WarningKind] = &[$($name),*];
    };
}

warnings! {
    ID3V2_BEFORE = "wav.id3v2-before", Error, "an ID3v2 tag stands before the RIFF header; it is skipped";
    RIFF_SIZE = "wav.riff-size", Error, "the size in the RIFF header is not that of the file; the file's is taken";
    TRAILING_BYTES = "wav.trailing-bytes", Error, "bytes after the last chunk are no chunk; they are left out";
    CHUNK_PAST_END = "wav.chunk-past-end", Error, "a chunk claims more bytes than the file has; it ends with the file";
    CHUNK_UNPADDED = "wav.chunk-unpadded", Error, "a chunk of odd size has no pad byte; the next one is read a byte earlier";
    DS64_MISSING = "wav.ds64-missing", Error, "a 64-bit container has no usable ds64 chunk; sizes come from the file";
    DS64_TABLE = "wav.ds64-table", Error, "the ds64 table claims more entries than it holds or than make sense; what is there counts";
    DATA_SIZE_OPEN = "wav.data-size-open", Error, "the size of the samples was never written (a stream); they go to the end of the file";
    DATA_SIZE_ZERO = "wav.data-size-zero", Error, "the size of the samples is 0, yet bytes that are no chunk follow; they are the samples";
    DATA_CUT = "wav.data-cut", Error, "the file ends before its samples do; those present are read";
    SECOND_DATA = "wav.second-data", Error, "a second data chunk is left out";
    SECOND_FMT = "wav.second-fmt", Error, "the fmt chunk stands twice, with the same content";
    FMT_AFTER_DATA = "wav.fmt-after-data", Error, "the fmt chunk stands behind the samples; it is used";
    FMT_SHORT = "wav.fmt-short", Error, "the fmt chunk has no bits per sample; they follow from the block align";
    BITS = "wav.bits", Error, "bits per sample contradict the coding or the block align, which are believed";
    BLOCK_ALIGN = "wav.block-align", Error, "the block align contradicts channels and bits per sample, which are believed";
    VALID_BITS = "wav.valid-bits", Error, "more valid bits than the container has; all of the container is taken";
    RIGHT_JUSTIFIED = "wav.right-justified", Error, "valid bits stand low in their container, against the format; they are scaled by their own width";
    VALID_BITS_VIOLATED = "wav.valid-bits-violated", Error, "samples use more bits than are declared valid; the container sets the scale";
    SAMPLES_PER_BLOCK = "wav.samples-per-block", Error, "the samples per block contradict the block align; the smaller number is taken";
    ADPCM_COEFFICIENTS = "wav.adpcm-coefficients", Error, "the first seven MS ADPCM coefficients are not the fixed ones; the file's are used";
    FACT_DISAGREES = "wav.fact-disagrees", Error, "the sample count of the fact chunk does not fit the blocks; it is ignored";
    PARTIAL_FRAME = "wav.partial-frame", Error, "the samples end within a frame; the part is dropped";
    PARTIAL_BLOCK = "wav.partial-block", Error, "the samples end within a compressed block; it is decoded as far as whole samples go (GSM: dropped)";
    IDENTICAL_CHANNELS = "wav.identical-channels", Error, "all channels hold the same samples: one call written twice; all are kept";
    RAW_HAS_HEADER = "wav.raw-has-header", Error, "read as headerless, but the bytes begin with the header of a WAV file";
    CLIPPED = "wav.clipped", Error, "samples to be written are outside of what the integers hold; they are clipped and counted";
    EMPTY = "wav.empty", Warning, "the recording has a header and no sample";
    METADATA_DAMAGED = "wav.metadata-damaged", Warning, "text or marks beside the samples are cut or contradict themselves; what is whole is kept";
    MORE_WARNINGS = "wav.more-warnings", Warning, "more warnings than limits.max_warnings; the rest is counted";
}

/// The warnings of one reading.
#[derive(Clone, Debug)]
pub(super) struct Notes {
    policy: Policy,
    kept: Vec<Warning>,
    at_most: usize,
    more: u64,
}

impl Notes {
    pub(super) fn new(policy: Policy, at_most: u32) -> Self {
        Self { policy, kept: Vec::new(), at_most: usize::try_from(at_most).unwrap_or(usize::MAX), more: 0 }
    }

    /// Notes a warning at `byte`, or refuses the recording where the policy says so.
    pub(super) fn say(&mut self, kind: &WarningKind, byte: u64, message: impl Into<String>) -> Result<()> {
        if self.policy == Policy::Strict && kind.under_strict == UnderStrict::Error {
            return Err(Error::data(kind.code, message).byte(byte));
        }
        if self.kept.len() < self.at_most {
            self.kept.push(Warning::new(kind.code, message).byte(byte));
        } else {
            self.more = self.more.saturating_add(1);
        }
        Ok(())
    }

    /// What was noted so far.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = self.kept.clone();
        if self.more > 0 {
            warnings.push(Warning::new(MORE_WARNINGS.code, format!("{} more warnings are not listed", self.more)));
        }
        warnings
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
        let well_formed = |code: &str| {
            code.strip_prefix("wav.")
                .is_some_and(|words| words.bytes().all(|b| b == b'-' || b.is_ascii_lowercase() || b.is_ascii_digit()))
        };
        assert!(codes.iter().all(|code| well_formed(code)), "{codes:?}");
    }

    #[test]
    fn strict_refuses_what_changes_numbers_and_keeps_the_rest() {
        let mut notes = Notes::new(Policy::Strict, 10);
        notes.say(&EMPTY, 44, "no sample").unwrap();
        assert_eq!(notes.say(&DATA_CUT, 40, "cut").unwrap_err().code(), "wav.data-cut");
        assert_eq!(notes.warnings().len(), 1);
    }

    #[test]
    fn what_comes_after_the_limit_is_counted() {
        let mut notes = Notes::new(Policy::Lenient, 2);
        for byte in 0..5 {
            notes.say(&SECOND_DATA, byte, "again").unwrap();
        }
        let warnings = notes.warnings();
        assert_eq!(warnings.len(), 3);
        assert_eq!(warnings.last().unwrap().message, "3 more warnings are not listed");
    }
}
