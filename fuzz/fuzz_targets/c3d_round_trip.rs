//! C3D written: what reads is written and reads the same; an editor keeps every byte, and with a group added every byte of the data.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use myovox::formats::c3d::{self, C3dConfig, C3dRecording, C3dWriteConfig, Edited, Editor, Parameter, Parameters};
use myovox::{Error, Warning};
use myovox_fuzz::budget;

fuzz_target!(|bytes: &[u8]| {
    let Ok(recording) = c3d::read(bytes, &C3dConfig::default(), &mut budget()) else { return };
    write_and_read(&recording);
    edit(bytes, &recording);
});

/// Writing either refuses by name or gives a file that reads the same, without rounding: the numbers come from a file.
fn write_and_read(recording: &C3dRecording) {
    let mut file = Vec::new();
    let warnings = match c3d::write(recording, &C3dWriteConfig::default(), &mut budget(), &mut file) {
        Ok(warnings) => warnings,
        Err(error) => return named(&error),
    };
    let rounded = warnings.iter().find(|warning| warning.code.ends_with("-rounded"));
    assert!(rounded.is_none(), "{rounded:?}");
    let again = c3d::read(&file, &C3dConfig::default(), &mut budget()).expect("what was written is read");
    let corrected = corrected(&warnings);
    same_samples(recording, &again);
    same_labels(recording, &again, &corrected);
    same_parameters(&recording.parameters, &again.parameters, &corrected);
}

fn edit(bytes: &[u8], recording: &C3dRecording) {
    let mut spent = budget();
    let mut editor = Editor::open(bytes, &C3dConfig::default(), &mut spent).expect("what is read can be edited");
    let mut out = Vec::new();
    let done = editor.write(&mut out).expect("nothing is changed");
    assert!(done == Edited::Unchanged && out == bytes, "nothing changed, other bytes");
    // Values cut short are filled up with blanks or zeros; that they were is among the warnings of reading.
    let was_cut = editor.warnings().iter().any(|warning| warning.code == "c3d.param-data-truncated");
    let note = Parameter::text("NOTE", "seen").expect("a parameter");
    if let Err(error) = editor.parameters_mut().set("FUZZ_NOTE", note) {
        return named(&error);
    }
    let mut out = Vec::new();
    if let Err(error) = editor.write(&mut out) {
        return named(&error);
    }
    let again = c3d::read(&out, &C3dConfig::default(), &mut budget()).expect("what was edited is read");
    same_samples(recording, &again);
    if !was_cut {
        same_labels(recording, &again, &BTreeSet::new());
    }
    let note = again.parameters.get("FUZZ_NOTE", "NOTE").and_then(Parameter::as_text);
    assert_eq!(note.as_deref(), Some("seen"));
    if recording.layout.frames > 0 {
        let data = |file: &[u8], start: u64| file[usize::try_from(start).expect("an offset in memory")..].to_vec();
        assert!(
            data(bytes, recording.layout.data_start) == data(&out, again.layout.data_start),
            "the data are others"
        );
    }
}

fn named(error: &Error) {
    assert!(error.code().starts_with("c3d.") || error.code().starts_with("limit."), "{error}");
}

fn same_samples(a: &C3dRecording, b: &C3dRecording) {
    let same = |a: &f64, b: &f64| a == b || (a.is_nan() && b.is_nan());
    assert_eq!((a.frames, a.first_frame), (b.frames, b.first_frame));
    assert_eq!((a.points.dim(), a.analog.dim()), (b.points.dim(), b.analog.dim()));
    assert!(a.points.iter().zip(&b.points).all(|(a, b)| same(a, b)), "points");
    assert!(a.residuals == b.residuals, "residuals");
    assert!(a.camera_masks == b.camera_masks, "camera masks");
    assert!(a.analog.iter().zip(&b.analog).all(|(a, b)| same(a, b)), "analog samples");
    match (&a.rotations, &b.rotations) {
        (Some(a), Some(b)) => {
            assert_eq!(a.matrices.dim(), b.matrices.dim());
            assert!(a.matrices.iter().zip(&b.matrices).all(|(a, b)| same(a, b)), "rotations");
        }
        (a, b) => assert_eq!(a.is_some(), b.is_some(), "rotations"),
    }
}

/// Labels, but for those that a parameter holds that was cut short and is filled up in writing, with a warning.
fn same_labels(a: &C3dRecording, b: &C3dRecording, corrected: &BTreeSet<String>) {
    let is_filled = |group: &str| corrected.iter().any(|field| field.starts_with(&format!("{group}:LABELS")));
    assert!(a.point_labels == b.point_labels || is_filled("POINT"), "{:?} {:?}", a.point_labels, b.point_labels);
    assert!(a.analog_labels == b.analog_labels || is_filled("ANALOG"), "{:?} {:?}", a.analog_labels, b.analog_labels);
}

/// The fields that writing says it corrected, and those that depend on where the data stand.
fn corrected(warnings: &[Warning]) -> BTreeSet<String> {
    let fields = warnings.iter().filter_map(|warning| warning.place.field.as_ref());
    let moved = ["POINT:DATA_START", "ROTATION:DATA_START"].map(str::to_owned);
    fields.map(|field| field.to_uppercase()).chain(moved).collect()
}

/// Names, types, dimensions, bytes, descriptions and locks, in order.
fn same_parameters(a: &Parameters, b: &Parameters, without: &BTreeSet<String>) {
    let (a, b) = (stored(a, without), stored(b, without));
    for (a, b) in a.iter().zip(&b) {
        assert_eq!(a, b);
    }
    assert_eq!(a.len(), b.len(), "parameters");
}

fn stored(parameters: &Parameters, without: &BTreeSet<String>) -> Vec<String> {
    let mut all = Vec::new();
    for group in parameters.groups() {
        all.push(format!("{:?} {} {} {:?}", group.raw_name, group.id, group.locked, group.description));
        for p in &group.parameters {
            if !without.contains(&format!("{}:{}", group.name, p.name).to_uppercase()) {
                let Parameter { raw_name, kind, dims, data, description, locked, .. } = p;
                all.push(format!("{raw_name:?} {kind:?} {dims:?} {data:?} {description:?} {locked}"));
            }
        }
    }
    all
}
