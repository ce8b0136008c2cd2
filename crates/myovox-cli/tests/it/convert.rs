//! The verb `convert`: what it writes is what the library writes, where it was told to, whole or not at all.

use std::fs;

use super::common::*;
use myovox::analyze::Conversion;
use myovox::formats::export::{Table, Target};
use myovox::{Analyzer, Config};

/// What the library writes of a fixture.
fn expected(name: &str, conversion: &Conversion) -> Vec<u8> {
    let mut file = Vec::new();
    Analyzer::new(Config::default()).convert(&fs::read(fixture(name)).unwrap(), conversion, &mut file).unwrap();
    file
}

#[test]
fn the_extension_says_the_format() {
    let folder = folder();
    for target in Target::ALL {
        let title = format!("walk.{}", target.name());
        let out = inside(&folder, &title);
        let call = myovox(["convert", &fixture("platform_type2.c3d"), &out]);
        assert_eq!((call.status, call.out.as_str()), (0, ""), "{}", call.err);
        assert_eq!(fs::read(&out).unwrap(), expected("platform_type2.c3d", &Conversion::new(target).title(title)));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), Target::ALL.len());
}

#[test]
fn standard_streams_are_an_input_and_an_output() {
    let csv = String::from_utf8(expected("call_two_legs_8k.wav", &Conversion::new(Target::Csv))).unwrap();
    let path = fixture("call_two_legs_8k.wav");
    assert_eq!(myovox(["convert", "--to=csv", &path, "-"]).out, csv);
    let piped = myovox_with_input(["convert", "--to=csv", "-", "-"], &fs::read(&path).unwrap());
    assert_eq!((piped.status, piped.out == csv), (0, true), "{}", piped.err);
    let folder = folder();
    let out = inside(&folder, "call.csv");
    assert_eq!(myovox_with_input(["convert", "-", &out], &fs::read(&path).unwrap()).status, 0);
    assert_eq!(fs::read_to_string(out).unwrap(), csv);
    let broken = myovox_with_input(["convert", "--to=csv", "-", "-"], b"no recording");
    assert_eq!((broken.status, broken.out.as_str()), (1, ""));
    assert!(broken.err.starts_with("myovox: standard input: ") && broken.err.lines().count() == 1, "{}", broken.err);
}

#[test]
fn tables_channels_and_frames_are_chosen() {
    let path = fixture("platform_type2.c3d");
    let table = |args: &[&str]| {
        let all = [&["convert", "--to", "csv"], args, &[path.as_str(), "-"]].concat();
        myovox(all)
    };
    for table_name in Table::ALL.map(Table::name) {
        let call = table(&["--table", table_name]);
        assert_eq!(call.status, 0, "{table_name}: {}", call.err);
    }
    let points = table(&["--table=points", "--frames", "2:5"]).out;
    assert_eq!(points.lines().count(), 4);
    let head = points.lines().next().unwrap().to_owned();
    let marker = head.split(',').nth(2).unwrap().split("_x").next().unwrap();
    let one = table(&["--table=points", "--channels", marker]).out;
    assert_eq!(one.lines().next().unwrap().split(',').count(), 5);
    let nobody = table(&["--channels", "nobody"]);
    assert_eq!((nobody.status, nobody.out.as_str()), (1, ""));
    assert!(nobody.err.contains("found nobody, expected one of "), "{}", nobody.err);
}

#[test]
fn several_recordings_keep_their_names_in_a_folder_and_fail_on_their_own() {
    let folder = folder();
    let out = folder.path().to_str().unwrap();
    let call =
        myovox(["convert", "--to=csv", &fixture("ghostly_twin.c3d"), "missing.c3d", &fixture("tone_997_f32.wav"), out]);
    assert_eq!(call.status, 1);
    assert!(call.err.contains("myovox: missing.c3d: cannot open"), "{}", call.err);
    assert_eq!(
        fs::read(inside(&folder, "ghostly_twin.csv")).unwrap(),
        expected("ghostly_twin.c3d", &Conversion::new(Target::Csv))
    );
    assert!(inside(&folder, "tone_997_f32.csv").len() > 1 && fs::exists(inside(&folder, "tone_997_f32.csv")).unwrap());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn nothing_that_the_call_reads_or_wrote_is_replaced() {
    let folder = folder();
    let (recording, copy) = (inside(&folder, "a.csv"), inside(&folder, "b.c3d"));
    fs::copy(fixture("ghostly_twin.c3d"), &recording).unwrap();
    fs::copy(fixture("ghostly_twin.c3d"), &copy).unwrap();
    let before = fs::read(&recording).unwrap();
    for args in [
        vec!["convert", &recording, &recording],
        vec!["convert", "--to=csv", &recording, folder.path().to_str().unwrap()],
        vec!["convert", "--to=csv", &copy, &copy, folder.path().to_str().unwrap()],
    ] {
        let call = myovox(&args);
        assert_eq!((call.status, call.out.as_str(), call.err.lines().count()), (2, "", 1), "{args:?}: {}", call.err);
    }
    assert_eq!(fs::read(&recording).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_recording_that_fails_leaves_the_old_file() {
    let folder = folder();
    let out = inside(&folder, "out.trc");
    fs::write(&out, "old").unwrap();
    let call = myovox(["convert", "--table=events", &fixture("markers_intel_float.c3d"), &out]);
    assert_eq!(call.status, 1);
    assert!(call.err.contains("markers_intel_float.c3d: a TRC file holds marker positions"), "{}", call.err);
    assert_eq!(fs::read_to_string(&out).unwrap(), "old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn wrong_usage_is_told_before_anything_is_written() {
    let (path, folder) = (fixture("ghostly_twin.c3d"), folder());
    let elsewhere = inside(&folder, "none");
    for args in [
        vec!["convert", &path],
        vec!["convert", &path, "out.docx"],
        vec!["convert", &path, "-"],
        vec!["convert", "--to=csv", &path, &path, "-"],
        vec!["convert", "--to=csv", &path, &path, &elsewhere],
        vec!["convert", "--to=csv", "-", folder.path().to_str().unwrap()],
        vec!["convert", "--frames=5", &path, "out.csv"],
        vec!["convert", "--to=xlsx", &path, "out.csv"],
    ] {
        let call = myovox(&args);
        assert_eq!((call.status, call.out.as_str()), (2, ""), "{args:?}: {}", call.err);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
#[cfg(unix)]
fn a_device_is_written_as_it_is() {
    let call = myovox(["convert", "--to=csv", &fixture("ghostly_twin.c3d"), "/dev/null"]);
    assert_eq!(call.status, 0, "{}", call.err);
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}
