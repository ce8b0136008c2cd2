//! What is no recording is one line that names it; the others of the call go on.

use super::common::*;

/// Every bad input stands between two good ones.
#[test]
fn a_failing_recording_is_one_line_that_names_it_and_the_others_are_done() {
    let folder = folder();
    let directory = inside(&folder, "folder.c3d");
    std::fs::create_dir(&directory).unwrap();
    let bad = [
        (fixture("empty.c3d"), "an empty file"),
        (fixture("truncated.c3d"), ""),
        (fixture("truncated.wav"), ""),
        (fixture("jpeg_renamed.c3d"), "JPEG"),
        (directory, "a directory"),
        (inside(&folder, "missing.c3d"), "no such file"),
    ];
    let good = fixture("ghostly_named.c3d");
    for verb in ["analyze", "inspect"] {
        for (path, words) in &bad {
            let call = myovox([verb, "--format", "ndjson", &good, path, &good]);
            assert_eq!((call.status, call.out.lines().count()), (1, 2), "{verb} {path}: {}", call.err);
            assert_eq!(call.err.lines().count(), 1, "{}", call.err);
            assert!(call.err.starts_with(&format!("myovox: {path}: ")) && call.err.contains(words), "{}", call.err);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_one_line_that_names_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = inside(&folder, "secret.c3d");
    std::fs::write(&path, b"x").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&path).is_ok() {
        println!("skipped: this user may read every file, whatever its permissions");
        return;
    }
    let call = myovox(["analyze", &path]);
    assert_eq!((call.status, call.err), (1, format!("myovox: {path}: cannot open: found permission denied\n")));
}

#[test]
fn a_name_with_control_characters_stays_one_line() {
    let call = myovox(["analyze", "a\nb\u{1b}[31m.c3d"]);
    assert_eq!((call.status, call.err.lines().count()), (1, 1));
    assert!(!call.err.contains('\u{1b}'), "{:?}", call.err);
}

#[test]
fn when_every_recording_fails_nothing_is_written() {
    for format in ["text", "json", "ndjson", "csv"] {
        let call = myovox(["analyze", "--format", format, "a.c3d", "b.wav"]);
        assert_eq!((call.status, call.out.as_str(), call.err.lines().count()), (1, "", 2), "{format}");
    }
}
