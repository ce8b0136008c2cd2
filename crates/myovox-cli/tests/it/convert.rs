//! The verb `convert`: what it writes is what the library writes, where it was told to, whole or not at all.

use std::fs;
use std::process::Command;

use super::common::*;
use myovox::analyze::{Conversion, Format};
use myovox::formats::c3d::{C3dWriteConfig, Processor, Storage};
use myovox::formats::export::{Table, Target};
use myovox::formats::wav::WriteCoding;
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
fn recordings_become_recordings_in_the_numbers_that_are_asked_for() {
    let folder = folder();
    let config = C3dWriteConfig::default();
    let integers = config.clone().storage(Storage::Integer.into()).processor(Processor::Mips.into());
    let calls: [(&str, &[&str], &str, Format); 4] = [
        ("markers_dec_float.c3d", &[], "same.c3d", config.into()),
        ("markers_dec_float.c3d", &["--storage=integer", "--processor=mips"], "mips.c3d", integers.into()),
        ("voice_8k_mulaw.wav", &[], "same.wav", Format::Wav(myovox::Auto::Auto)),
        ("voice_8k_mulaw.wav", &["--coding=float64"], "wide.wav", Format::Wav(WriteCoding::Float64.into())),
    ];
    for (name, options, out, format) in calls {
        let (path, out) = (fixture(name), inside(&folder, out));
        let call = myovox([&["convert"], options, &[path.as_str(), out.as_str()]].concat());
        assert_eq!((call.status, call.out.as_str()), (0, ""), "{}", call.err);
        let library = expected(name, &Conversion::new(format.clone()));
        assert!(fs::read(&out).unwrap() == library, "{name} {options:?}");
        let piped = Command::new(env!("CARGO_BIN_EXE_myovox"))
            .args(["convert", "--to", format.name()])
            .args(options)
            .args([path.as_str(), "-"])
            .output()
            .unwrap();
        assert!(piped.stdout == library, "{name} {options:?} to a pipe");
    }
    let (path, out) = (fixture("tone_997_f32.wav"), inside(&folder, "tone.c3d"));
    let refused = myovox(["convert", &path, &out]);
    assert_eq!(refused.status, 1);
    assert!(refused.err.contains("tone_997_f32.wav: sound cannot be written as a c3d file"), "{}", refused.err);
    assert!(!fs::exists(out).unwrap());
}

#[test]
fn loads_have_the_names_of_opensim() {
    let folder = folder();
    let out = inside(&folder, "walk_grf.mot");
    let call = myovox(["convert", "--table=loads", &fixture("platform_type2.c3d"), &out]);
    assert_eq!((call.status, call.err.as_str()), (0, ""));
    let text = fs::read_to_string(out).unwrap();
    assert!(text.starts_with("walk_grf.mot\nversion=1\nnRows=80\nnColumns=10\n"), "{text}");
    assert!(text.contains("\ntime\tground_force_vx\tground_force_vy\tground_force_vz\tground_force_px\t"), "{text}");
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
        vec!["convert", "--storage=float", &path, "out.csv"],
        vec!["convert", "--processor=dec", &path, "out.wav"],
        vec!["convert", "--coding=pcm16", &path, "out.c3d"],
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
