//! The file of `--output`: whole or not at all. A pipe that nobody reads: quiet.

use super::common::*;
use std::fs;

fn names(folder: &tempfile::TempDir) -> Vec<String> {
    fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn the_result_goes_to_the_file_and_replaces_what_was_there() {
    let folder = folder();
    let path = inside(&folder, "report.json");
    fs::write(&path, "old").unwrap();
    let call = myovox(["analyze", "--format", "json", "-o", &path, &fixture("ghostly_twin.c3d")]);
    assert_eq!((call.status, call.out.as_str(), call.err.as_str()), (0, "", ""));
    assert_eq!(fs::read_to_string(&path).unwrap(), report_of("ghostly_twin.c3d") + "\n");
    assert_eq!(names(&folder), ["report.json"]);
    let dash = myovox(["inspect", "--format", "json", "-o", "-", &fixture("ghostly_twin.c3d")]);
    assert!(dash.out.starts_with('{'));
}

#[test]
fn an_existing_file_stays_as_it_is_when_every_recording_fails() {
    let folder = folder();
    let path = inside(&folder, "report.json");
    for before in [None, Some("old")] {
        if let Some(text) = before {
            fs::write(&path, text).unwrap();
        }
        for format in ["json", "csv"] {
            let call = myovox(["analyze", "--format", format, "-o", &path, "missing.c3d"]);
            assert_eq!(call.status, 1);
            let said = format!("myovox: {path}: not written, as every recording failed");
            assert_eq!(call.err.lines().nth(1), Some(said.as_str()), "{}", call.err);
        }
        assert_eq!(fs::read_to_string(&path).ok().as_deref(), before);
        assert_eq!(names(&folder).len(), usize::from(before.is_some()));
    }
}

#[test]
fn what_was_done_is_written_when_some_recordings_fail() {
    let folder = folder();
    let path = inside(&folder, "reports.ndjson");
    let call = myovox(["analyze", "--format", "ndjson", "-o", &path, "missing.c3d", &fixture("ghostly_twin.c3d")]);
    assert_eq!((call.status, fs::read_to_string(&path).unwrap().lines().count()), (1, 1));
}

#[test]
fn a_place_that_cannot_be_written_is_wrong_usage_before_any_work() {
    let folder = folder();
    let nowhere = inside(&folder, "no/such/folder.json");
    let here = folder.path().to_str().unwrap();
    for (path, words) in [(nowhere.as_str(), "no such file"), (here, "a directory")] {
        let call = myovox(["analyze", "-o", path, &fixture("ghostly_twin.c3d")]);
        assert_eq!((call.status, call.err.lines().count()), (2, 1));
        assert!(call.err.starts_with(&format!("myovox: {path}: cannot write: found {words}")), "{}", call.err);
    }
}

#[test]
fn a_recording_or_settings_file_of_the_call_is_not_replaced() {
    let folder = folder();
    let (recording, settings) = (inside(&folder, "a.c3d"), inside(&folder, "s.toml"));
    fs::copy(fixture("ghostly_named.c3d"), &recording).unwrap();
    fs::write(&settings, "[emg.band]\nlow_hz = 30.0\n").unwrap();
    for target in [&recording, &settings] {
        let before = fs::read(target).unwrap();
        let call = myovox(["analyze", "--config", &settings, "-o", target, &recording]);
        assert_eq!(call.status, 2);
        assert!(call.err.contains("would replace"), "{}", call.err);
        assert_eq!(fs::read(target).unwrap(), before);
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_rights_stay_as_they_were() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let (path, link) = (inside(&folder, "report.txt"), inside(&folder, "link.txt"));
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert_eq!(myovox(["analyze", "-o", &link, &fixture("ghostly_named.c3d")]).status, 0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::read_to_string(&path).unwrap().contains("Muscles"));
    assert_eq!(myovox(["analyze", "-o", "/dev/null", &fixture("ghostly_named.c3d")]).status, 0);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_ends_the_call_quietly() {
    use std::process::Stdio;
    let mut child = command()
        .args(["analyze", "--format", "json", &fixture("ghostly_twin.c3d"), &fixture("ghostly_twin.c3d")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let end = child.wait_with_output().unwrap();
    assert_eq!((end.status.code(), String::from_utf8(end.stderr).unwrap()), (Some(0), String::new()));
}
