//! Files that fuzzing found (`tests/regressions/c3d`), written and edited: the same, or refused by name.

use std::fs;

use super::super::read;
use super::{differences, write_as};
use crate::common::repository;
use myovox::formats::c3d::{C3dConfig, C3dWriteConfig, Edited, Editor, Parameter};
use myovox::{Budget, Limits};

#[test]
fn findings_are_written_and_edited_without_a_loss_or_refused() {
    let folder = repository().join("crates/myovox/tests/regressions/c3d");
    let mut read_again = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let (name, bytes) = (path.display(), fs::read(&path).unwrap());
        let Ok(recording) = read(&bytes) else { continue };
        match write_as(&recording, &C3dWriteConfig::default()) {
            Ok((file, warnings)) => {
                // What was cut short is filled up, and that is said.
                let filled = warnings.iter().any(|warning| warning.code == "c3d.parameter-filled");
                let found = differences(&recording, &read(&file).unwrap());
                assert!(filled || found.is_empty(), "{name}: {found:?}");
            }
            Err(error) => assert!(error.code().starts_with("c3d."), "{name}: {error}"),
        }
        let mut budget = Budget::new(&Limits::default());
        let mut editor = Editor::open(bytes.as_slice(), &C3dConfig::default(), &mut budget).unwrap();
        let mut same = Vec::new();
        assert_eq!(editor.write(&mut same).unwrap(), Edited::Unchanged, "{name}");
        assert!(same == bytes, "{name}");
        editor.parameters_mut().set("NOTES", Parameter::text("NOTE", "seen").unwrap()).unwrap();
        let mut edited = Vec::new();
        let was_cut = editor.warnings().iter().any(|warning| warning.code == "c3d.param-data-truncated");
        match editor.write(&mut edited) {
            Ok(_) => {
                let found = differences(&recording, &read(&edited).unwrap());
                assert!(was_cut || found.is_empty(), "{name}: {found:?}");
            }
            Err(error) => assert!(error.code().starts_with("c3d."), "{name}: {error}"),
        }
        read_again += 1;
    }
    assert!(read_again > 0);
}
