//! C3D reading: the corpus against its expected values, faults that break other readers, hostile bytes.

mod builder;
mod corpus;
mod faults;
mod hostile;

use myovox::formats::c3d::{self, C3dConfig, C3dRecording};
use myovox::{Budget, Limits, Result};

/// Reads leniently within the default limits.
fn read(bytes: &[u8]) -> Result<C3dRecording> {
    c3d::read(bytes, &C3dConfig::default(), &mut Budget::new(&Limits::default()))
}

/// The codes of the warnings, without their prefix.
fn codes(recording: &C3dRecording) -> Vec<&str> {
    recording.warnings.iter().filter_map(|warning| warning.code.strip_prefix("c3d.")).collect()
}
