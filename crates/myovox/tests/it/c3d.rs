//! C3D reading: the corpus against its expected values, files that break other readers, hostile bytes.

mod builder;
#[cfg(feature = "c3d-rs")]
mod c3d_rs;
mod corpus;
mod generated;
mod held;
mod hostile;
mod layout;
mod parameters;
mod parts;
mod peers;
mod platforms;
mod platforms_corpus;
mod recover;
mod values;
mod write;

pub use write::differences;

use builder::Trial;
use myovox::formats::Policy;
use myovox::formats::c3d::{self, C3dConfig, C3dRecording};
use myovox::{Budget, Limits, Result};

/// Reads under `policy` within the default limits.
fn read_as(bytes: &[u8], policy: Policy) -> Result<C3dRecording> {
    c3d::read(bytes, &C3dConfig::default().policy(policy), &mut Budget::new(&Limits::default()))
}

/// Reads leniently within the default limits.
pub fn read(bytes: &[u8]) -> Result<C3dRecording> {
    read_as(bytes, Policy::Lenient)
}

/// The codes of the warnings, without their prefix.
fn codes(recording: &C3dRecording) -> Vec<&str> {
    recording.warnings.iter().filter_map(|warning| warning.code.strip_prefix("c3d.")).collect()
}

/// Reads, and expects exactly these warnings.
fn warned(bytes: &[u8], expected: &[&str]) -> C3dRecording {
    let recording = read(bytes).unwrap();
    assert_eq!(codes(&recording), expected);
    recording
}

/// The trial's numbers are where [`Trial::new`] put them.
fn assert_content(recording: &C3dRecording, trial: &Trial) {
    let (markers, frames) = (usize::from(trial.points), trial.frames);
    assert_eq!(recording.points.dim(), (markers, 3, frames));
    for ((m, axis, t), value) in recording.points.indexed_iter() {
        assert_eq!(*value, (100 * m + 10 * axis + t) as f64, "marker {m} axis {axis} frame {t}");
    }
    let samples = frames * usize::from(trial.per_frame);
    assert_eq!(recording.analog.dim(), (usize::from(trial.channels), samples));
    for ((c, i), value) in recording.analog.indexed_iter() {
        assert_eq!(*value, (1000 * c + i) as f64, "channel {c} sample {i}");
    }
}
