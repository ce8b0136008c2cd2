//! What the fuzz targets share: limits under which no input can take the machine down, so that a finding is the reader's.

use myovox::{Budget, Limits};

/// Memory that a reading of `len` bytes may charge: what `tests/mutants` of the crate holds the readers to, and room for names and warnings.
pub fn permitted_bytes(len: usize) -> u64 {
    160 * len as u64 + (2 << 20)
}

/// A budget in which memory follows the input: few names of claimed points, few warnings.
pub fn budget() -> Budget {
    Budget::new(&Limits::default().max_markers(1024).max_analog_channels(1024).max_warnings(64))
}
