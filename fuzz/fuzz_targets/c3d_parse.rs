//! C3D: every policy reads or refuses, and what they tell of one file fits together.
#![no_main]

use libfuzzer_sys::fuzz_target;
use myovox::formats::Policy;
use myovox::formats::c3d::{self, C3dConfig, C3dMetadata, C3dRecording};
use myovox_fuzz::{budget, permitted_bytes};

fuzz_target!(|bytes: &[u8]| {
    let lenient = read(bytes, Policy::Lenient);
    let recovered = read(bytes, Policy::Recover);
    if let (Some(lenient), Some(recovered)) = (&lenient, &recovered) {
        assert!(recovered.frames >= lenient.frames, "recover finds no less");
    }
    if let Some(strict) = read(bytes, Policy::Strict) {
        let lenient = lenient.expect("what strict reads lenient reads");
        assert_eq!(strict.layout, lenient.layout);
        assert_eq!(strict.warnings, lenient.warnings);
    }
});

/// The recording under `policy`, after checking it against itself and against its metadata.
fn read(bytes: &[u8], policy: Policy) -> Option<C3dRecording> {
    let config = C3dConfig::default().policy(policy);
    let mut spent = budget();
    let recording = c3d::read(bytes, &config, &mut spent);
    assert!(spent.memory_bytes() <= permitted_bytes(bytes.len()), "{} of {} bytes", spent.memory_bytes(), bytes.len());
    let metadata = c3d::read_metadata(bytes, &config, &mut budget());
    match (recording, metadata) {
        (Ok(recording), Ok(metadata)) => {
            check(&recording, &metadata);
            Some(recording)
        }
        (Ok(_), Err(error)) => panic!("the whole is read, its metadata is not: {error}"),
        (Err(error), _) => {
            assert!(error.code().starts_with("c3d.") || error.code().starts_with("limit."), "{error}");
            None
        }
    }
}

fn check(recording: &C3dRecording, metadata: &C3dMetadata) {
    assert_eq!(recording.layout, metadata.layout);
    assert_eq!(recording.header.raw, metadata.header.raw);
    assert_eq!(recording.parameters, metadata.parameters);
    assert_eq!(recording.point_labels, metadata.point_labels);
    assert_eq!(recording.analog_labels, metadata.analog_labels);
    let (markers, axes, frames) = recording.points.dim();
    assert_eq!((markers, axes, frames), (recording.point_labels.len(), 3, recording.frames));
    assert_eq!(recording.residuals.dim(), (markers, frames));
    assert_eq!(recording.camera_masks.dim(), (markers, frames));
    assert_eq!(recording.analog.nrows(), recording.analog_labels.len());
    assert_eq!(recording.analog.nrows(), recording.analog_units.len());
    for ((marker, frame), residual) in recording.residuals.indexed_iter() {
        let here = (0..3).all(|axis| recording.points[[marker, axis, frame]].is_finite());
        assert_eq!(here, *residual >= 0.0, "marker {marker}, frame {frame}: coordinates and residual agree");
    }
}
