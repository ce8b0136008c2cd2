//! Settings from files and from single arguments, and the verb `config`.

use super::common::*;
use std::fs;

fn effective(args: &[&str]) -> serde_json::Value {
    let call = myovox([&["analyze", "--format", "json"], args, &[&fixture("ghostly_twin.c3d")]].concat());
    assert_eq!((call.status, call.err.as_str()), (0, ""));
    serde_json::from_str::<serde_json::Value>(&call.out).unwrap()["config"].clone()
}

#[test]
fn files_are_read_by_extension_or_by_content_and_single_settings_come_after() {
    let folder = folder();
    for (name, text) in [
        ("a.toml", "[emg.band]\nlow_hz = 30.0\n"),
        ("a.json", r#"{"emg": {"band": {"low_hz": 30.0}}}"#),
        ("toml", "\u{feff}emg.band.low_hz = 30.0"),
        ("json", "\n {\"emg\": {\"band\": {\"low_hz\": 30.0}}}"),
    ] {
        let path = inside(&folder, name);
        fs::write(&path, text).unwrap();
        assert_eq!(effective(&["--config", &path])["emg"]["band"]["low_hz"], 30.0, "{name}");
        let both = effective(&["--config", &path, "--set", "emg.band.low_hz=40", "--set=emg.band.order = 2"]);
        assert_eq!(
            (&both["emg"]["band"]["low_hz"], &both["emg"]["band"]["order"]),
            (&40.0.into(), &2.into()),
            "{name}"
        );
    }
    let channels = effective(&["--channels", "CH1 Raw,CH2 Raw"]);
    assert_eq!(channels["emg"]["channels"], serde_json::json!(["CH1 Raw", "CH2 Raw"]));
}

#[test]
fn the_settings_of_a_report_make_the_same_report_again() {
    let folder = folder();
    let path = inside(&folder, "config.json");
    let config = effective(&["--set", "emg.envelope.method=linear"]);
    fs::write(&path, config.to_string()).unwrap();
    assert_eq!(effective(&["--config", &path]), config);
}

#[test]
fn a_wrong_setting_is_one_line_that_names_it_and_ends_with_2() {
    let folder = folder();
    let file = fixture("ghostly_twin.c3d");
    let broken = [
        ("bad.toml", "[emg"),
        ("bad.json", "{"),
        ("key.toml", "[emg.band]\nlow = 3"),
        ("value.toml", "[emg.band]\norder = -3"),
        ("range.toml", "[emg.band]\norder = 99"),
    ];
    let mut calls = Vec::new();
    for (name, text) in broken {
        let path = inside(&folder, name);
        fs::write(&path, text).unwrap();
        calls.push((vec!["--config".to_owned(), path.clone()], path));
    }
    let missing = inside(&folder, "missing.toml");
    calls.push((vec!["--config".to_owned(), missing.clone()], missing));
    for (change, words) in [
        ("emg.band.low=3", "emg.band.low: no such setting"),
        ("emg.band.order=-3", "emg.band.order: "),
        ("emg.band.order=99", "emg.band.order: setting outside its range"),
        ("emg.band.low_hz", "--set: not a setting"),
    ] {
        calls.push((vec!["--set".to_owned(), change.to_owned()], words.to_owned()));
    }
    for (args, words) in calls {
        let call = myovox([vec!["analyze".to_owned()], args.clone(), vec![file.clone()]].concat());
        assert_eq!((call.status, call.out.as_str(), call.err.lines().count()), (2, "", 1), "{args:?} {}", call.err);
        assert!(call.err.starts_with(&format!("myovox: {words}")), "{args:?} {}", call.err);
    }
}

#[test]
fn a_channel_that_is_not_there_fails_that_recording_alone() {
    let call = myovox(["analyze", "--channels", "Biceps", &fixture("ghostly_twin.c3d")]);
    assert_eq!(call.status, 1);
    assert!(call.err.contains("Biceps") && call.err.contains("CH1 Raw"), "{}", call.err);
}

#[test]
fn defaults_are_a_file_that_changes_nothing() {
    let folder = folder();
    let defaults = myovox(["config", "--defaults"]);
    assert_eq!((defaults.status, defaults.out.as_str()), (0, myovox::settings::defaults_toml().as_str()));
    for format in ["toml", "json"] {
        let path = inside(&folder, &format!("defaults.{format}"));
        fs::write(&path, myovox(["config", "--defaults", "--format", format]).out).unwrap();
        let check = myovox(["config", "--check", &path]);
        assert_eq!(check.out, format!("{path}: right; no setting differs from the default\n"));
    }
    let table = myovox(["config", "--defaults", "--format", "table"]).out;
    assert!(table.contains("emg.band.low_hz") && table.lines().all(|line| line.chars().count() <= 100), "{table}");
}

#[test]
fn a_settings_file_is_checked_and_its_changes_listed() {
    let folder = folder();
    let path = inside(&folder, "mine.toml");
    fs::write(&path, "[emg.band]\nlow_hz = 30.0\n").unwrap();
    let check = myovox(["config", "--check", &path]);
    assert_eq!(check.status, 0);
    assert_eq!(
        check.out,
        format!("{path}: right; 1 setting differs from the default\n   emg.band.low_hz = 30.0 (default 20.0)\n")
    );
    fs::write(&path, "[emg.band]\norder = 99\n").unwrap();
    let refused = myovox(["config", "--check", &path]);
    assert_eq!((refused.status, refused.out.as_str()), (2, ""));
    assert!(refused.err.starts_with(&format!("myovox: {path}: emg.band.order: ")), "{}", refused.err);
}
