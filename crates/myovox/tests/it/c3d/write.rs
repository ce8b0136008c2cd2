//! C3D writing: what was read is written as it was, what was made reads back, what no file holds is refused by name.

mod corpus;
mod edit;
mod excerpt;
mod findings;
mod interop;
mod made;
mod properties;

use myovox::formats::c3d::{self, C3dRecording, C3dWriteConfig};
use myovox::{Budget, Limits, Result, Warning};

/// Writes under `config` within the default limits.
fn write_as(recording: &C3dRecording, config: &C3dWriteConfig) -> Result<(Vec<u8>, Vec<Warning>)> {
    let mut file = Vec::new();
    let warnings = c3d::write(recording, config, &mut Budget::new(&Limits::default()), &mut file)?;
    Ok((file, warnings))
}

/// Writes as the recording is, without a warning.
fn written(recording: &C3dRecording) -> Vec<u8> {
    let (file, warnings) = write_as(recording, &C3dWriteConfig::default()).unwrap();
    assert_eq!(warnings, []);
    file
}

/// What differs between two recordings of the same trial: arrays to the bit, but that NaN is NaN and 0 is 0.
pub fn differences(a: &C3dRecording, b: &C3dRecording) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |what: &str, same: bool| {
        if !same {
            found.push(what.to_owned());
        }
    };
    let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan());
    check("points", a.points.dim() == b.points.dim() && a.points.iter().zip(&b.points).all(|(a, b)| same(*a, *b)));
    check("residuals", a.residuals == b.residuals);
    check("camera masks", a.camera_masks == b.camera_masks);
    check("analog", a.analog.dim() == b.analog.dim() && a.analog.iter().zip(&b.analog).all(|(a, b)| same(*a, *b)));
    check("point labels", (&a.point_labels, a.named_points) == (&b.point_labels, b.named_points));
    check("analog labels", (&a.analog_labels, a.named_channels) == (&b.analog_labels, b.named_channels));
    check("units", (&a.point_units, &a.analog_units) == (&b.point_units, &b.analog_units));
    check("rates", (a.point_rate_hz, a.analog_rate_hz) == (b.point_rate_hz, b.analog_rate_hz));
    check("frames", (a.frames, a.first_frame) == (b.frames, b.first_frame));
    check("events", a.events == b.events);
    check("plates", a.force_platform_channels == b.force_platform_channels);
    match (&a.rotations, &b.rotations) {
        (Some(a), Some(b)) => {
            let all_same = a.matrices.iter().zip(&b.matrices).all(|(a, b)| same(*a, *b));
            check("rotations", a.matrices.dim() == b.matrices.dim() && all_same && a.residuals == b.residuals);
            check("rotation labels", (&a.labels, a.ratio, a.rate_hz) == (&b.labels, b.ratio, b.rate_hz));
        }
        (a, b) => check("rotations", a.is_none() && b.is_none()),
    }
    found
}
