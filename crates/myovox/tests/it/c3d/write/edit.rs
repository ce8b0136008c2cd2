//! Parameters changed, every other byte kept.

use std::fs;

use super::super::builder::{Trial, Value, put, words};
use super::super::{codes, read};
use super::{differences, written};
use crate::common::{repository, shared};
use myovox::formats::access::FileReader;
use myovox::formats::c3d::{C3dConfig, Edited, Editor, Parameter, Parameters, Processor};
use myovox::formats::sink;
use myovox::{Budget, Limits, Result};

/// The file with its parameters changed by `change`.
fn edited(bytes: &[u8], change: impl FnOnce(&mut Parameters)) -> Result<(Vec<u8>, Edited)> {
    let mut budget = Budget::new(&Limits::default());
    let mut editor = Editor::open(bytes, &C3dConfig::default(), &mut budget)?;
    change(editor.parameters_mut());
    let mut out = Vec::new();
    let done = editor.write(&mut out)?;
    Ok((out, done))
}

fn set(parameters: &mut Parameters, group: &str, parameter: Result<Parameter>) {
    parameters.set(group, parameter.unwrap()).unwrap();
}

/// All readable files: those of the shared corpus, else our own.
fn files() -> Vec<(String, Vec<u8>)> {
    fn walk(folder: &std::path::Path, found: &mut Vec<(String, Vec<u8>)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("c3d")) {
                let bytes = fs::read(&path).unwrap();
                if read(&bytes).is_ok() {
                    found.push((path.display().to_string(), bytes));
                }
            }
        }
    }
    let folder = shared("c3d").unwrap_or_else(|| repository().join("fixtures/files"));
    let mut found = Vec::new();
    walk(&folder, &mut found);
    assert!(found.len() > 10, "{} files", found.len());
    found
}

#[test]
fn a_file_that_is_not_changed_keeps_every_byte() {
    let files = files();
    for (name, bytes) in &files {
        let (out, done) = edited(bytes, |_| ()).unwrap();
        assert!(out == *bytes && done == Edited::Unchanged, "{name}");
        // Changed and changed back is not changed.
        let (out, done) = edited(bytes, |parameters| {
            set(parameters, "MYOVOX", Parameter::byte("PROBE", 1));
            parameters.remove_group("MYOVOX");
        })
        .unwrap();
        assert!(out == *bytes && done == Edited::Unchanged, "{name}");
    }
    println!("{} of {} files identical", files.len(), files.len());
}

#[test]
fn a_group_put_in_and_taken_out_again_leaves_sound_files_as_they_were() {
    let (mut identical, mut in_place, mut moved) = (0, 0, 0);
    let files = files();
    for (name, bytes) in &files {
        let before = read(bytes).unwrap();
        let (with, done) =
            edited(bytes, |parameters| set(parameters, "MYOVOX", Parameter::text("NOTE", "seen"))).unwrap();
        let between = read(&with).unwrap();
        assert_eq!(differences(&before, &between), [""; 0], "{name}");
        let note = between.parameters.get("MYOVOX", "NOTE").and_then(Parameter::as_text);
        assert_eq!(note.as_deref(), Some("seen"), "{name}");
        let start =
            |recording: &myovox::formats::c3d::C3dRecording| usize::try_from(recording.layout.data_start).unwrap();
        assert!(with[start(&between)..] == bytes[start(&before)..], "{name}: the data are others");
        match done {
            Edited::InPlace => in_place += 1,
            Edited::Moved(_) => moved += 1,
            Edited::Unchanged => panic!("{name}: not written"),
        }
        let (without, _) = edited(&with, |parameters| drop(parameters.remove_group("MYOVOX"))).unwrap();
        identical += usize::from(without == *bytes);
        assert_eq!(differences(&before, &read(&without).unwrap()), [""; 0], "{name}");
    }
    println!("{} files: {in_place} in place, {moved} moved; {identical} identical after the way back", files.len());
    assert!(identical * 3 > in_place * 2, "{identical} of {in_place}");
}

#[test]
fn the_rate_changes_in_place_in_parameters_and_header_and_nowhere_else() {
    for processor in [Processor::Intel, Processor::Dec, Processor::Mips] {
        let mut trial = Trial::new(3, 2, 4, 20);
        trial.processor = processor;
        let bytes = trial.build();
        let (out, done) =
            edited(&bytes, |parameters| set(parameters, "POINT", Parameter::real("RATE", 250.0))).unwrap();
        assert_eq!((done, out.len()), (Edited::InPlace, bytes.len()));
        let changed: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at] != out[at]).collect();
        assert!(changed.iter().all(|at| (20..24).contains(at) || (512..trial.data_start()).contains(at)));
        assert!(changed.len() <= 8, "{changed:?}");
        let recording = read(&out).unwrap();
        assert_eq!((recording.point_rate_hz, recording.header.rate_hz), (Some(250.0), 250.0));
        assert_eq!(codes(&recording), ["analog-rate-not-multiple"]); // as ANALOG:RATE was left alone
        assert_eq!(recording.points, read(&bytes).unwrap().points);
    }
}

#[test]
fn what_does_not_fit_moves_the_data_and_says_where_they_are() {
    for processor in [Processor::Intel, Processor::Dec, Processor::Mips] {
        let mut trial = Trial::new(2, 1, 1, 10);
        trial.processor = processor;
        let block = u16::try_from(trial.data_start() / 512 + 1).unwrap();
        trial.set("POINT", "DATA_START", words(block));
        let bytes = trial.build();
        assert_eq!(trial.data_start() / 512 + 1, usize::from(block));
        let long = vec!["x".repeat(100); 30];
        let (out, done) = edited(&bytes, |parameters| {
            parameters.set_texts("NOTES", "LINES", &long).unwrap();
        })
        .unwrap();
        let Edited::Moved(blocks) = done else { panic!("{done:?}") };
        assert_eq!(out.len(), bytes.len() + 512 * usize::from(blocks));
        let recording = read(&out).unwrap();
        assert_eq!(recording.warnings, []);
        assert_eq!(recording.parameters.count("POINT", "DATA_START"), Some(u32::from(block + blocks)));
        assert_eq!(recording.header.data_block, block + blocks);
        assert_eq!(recording.parameters.texts("NOTES", "LINES").collect::<Vec<_>>(), long);
        assert_eq!(out[trial.data_start() + 512 * usize::from(blocks)..], bytes[trial.data_start()..]);
        assert_eq!(differences(&read(&bytes).unwrap(), &recording), [""; 0]);
    }
}

#[test]
fn rotations_move_with_the_points() {
    let Some(path) = shared("c3d/ezc3d-testFiles/C3DRotationExample.c3d") else { return };
    let bytes = fs::read(path).unwrap();
    let (out, done) = edited(&bytes, |parameters| {
        parameters.set_texts("NOTES", "LINES", &vec!["x".repeat(200); 100]).unwrap();
    })
    .unwrap();
    assert!(matches!(done, Edited::Moved(_)), "{done:?}");
    let (before, after) = (read(&bytes).unwrap(), read(&out).unwrap());
    assert_eq!(codes(&before), codes(&after));
    assert_eq!(differences(&before, &after), [""; 0]);
    assert!(after.rotations.is_some());
}

#[test]
fn what_would_read_the_data_in_another_way_is_refused() {
    let bytes = Trial::new(3, 2, 4, 20).build();
    for (group, parameter) in [
        ("POINT", Parameter::count("USED", 2)),
        ("POINT", Parameter::count("FRAMES", 19)),
        ("POINT", Parameter::real("LONG_FRAMES", 19.0)),
        ("POINT", Parameter::real("SCALE", 0.5)),
        ("ANALOG", Parameter::count("USED", 0)),
        ("TRIAL", Parameter::integers("ACTUAL_END_FIELD", &[2], &[7, 0])),
    ] {
        let error = edited(&bytes, |parameters| set(parameters, group, parameter)).unwrap_err();
        assert_eq!(error.code(), "c3d.edit-changes-layout");
        assert!(error.to_string().starts_with(group), "{error}");
    }
    let error = edited(&bytes, |parameters| drop(parameters.remove("POINT", "USED"))).unwrap_err();
    assert_eq!(error.code(), "c3d.edit-changes-layout");
    let (out, _) = edited(&bytes, |parameters| set(parameters, "POINT", Parameter::real("SCALE", -0.25))).unwrap();
    assert_eq!((read(&out).unwrap().layout.point_scale, read(&out).unwrap().header.scale), (0.25, -0.25));
}

#[test]
fn more_parameters_than_255_blocks_are_refused_and_a_value_without_a_code_is_named() {
    let mut trial = Trial::new(1, 0, 1, 2);
    trial.processor = Processor::Dec;
    let bytes = trial.build();
    let error = edited(&bytes, |parameters| {
        parameters.set_texts("NOTES", "LINES", &vec!["x".repeat(255); 600]).unwrap();
    });
    assert_eq!(error.unwrap_err().code(), "c3d.parameters-too-long");
    let error = edited(&bytes, |parameters| set(parameters, "N", Parameter::real("BAD", f32::NAN))).unwrap_err();
    assert_eq!((error.code(), error.place().field.as_deref()), ("c3d.value-not-representable", Some("N:BAD")));
}

#[test]
fn a_list_without_a_sound_frame_around_it_is_edited_all_the_same() {
    // Declared blocks of 0; a data start in the header that lies inside the list.
    let mut trial = Trial::new(2, 0, 1, 5);
    trial.set("NOTES", "LONG", Value::Texts(vec!["y".repeat(250); 4]));
    trial.set("POINT", "DATA_START", words(u16::try_from(trial.data_start() / 512 + 1).unwrap()));
    let mut bytes = trial.build();
    bytes[514] = 0;
    put(&mut bytes, 16, 3);
    let before = read(&bytes).unwrap();
    let (out, _) = edited(&bytes, |parameters| set(parameters, "POINT", Parameter::text("UNITS", "m"))).unwrap();
    let after = read(&out).unwrap();
    assert_eq!((after.points == before.points, after.point_units.as_str()), (true, "m"));
}

#[test]
fn a_file_on_disk_is_edited_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trial.c3d");
    let bytes = Trial::new(3, 2, 4, 2000).build();
    fs::write(&path, &bytes).unwrap();
    let limits = Limits::default();
    let file = FileReader::open(&path, &limits).unwrap();
    let mut editor = Editor::open(&file, &C3dConfig::default(), &mut Budget::new(&limits)).unwrap();
    editor.parameters_mut().set("POINT", Parameter::count("USED", 9).unwrap()).unwrap();
    assert!(sink::write_path(&path, |sink| editor.write(sink)).is_err());
    assert_eq!(fs::read(&path).unwrap(), bytes);
    editor.parameters_mut().set("POINT", Parameter::count("USED", 3).unwrap()).unwrap();
    editor.parameters_mut().set("SUBJECTS", Parameter::text("NAMES", "P07").unwrap()).unwrap();
    sink::write_path(&path, |sink| editor.write(sink)).unwrap();
    let recording = read(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(recording.parameters.get("SUBJECTS", "NAMES").and_then(Parameter::as_text).as_deref(), Some("P07"));
    assert_eq!(differences(&read(&bytes).unwrap(), &recording), [""; 0]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(differences(&recording, &read(&written(&recording)).unwrap()), [""; 0]);
}
