//! The main job: bytes in, report out, the same bytes of report whatever the way.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use myovox::report::{inspection_schema, report_schema};
use myovox::simd::Level;
use myovox::{Analyzer, Class, Config, Report, batch};
use serde_json::Value;

use crate::common;

fn fixture(name: &str) -> PathBuf {
    common::repository().join("fixtures/files").join(name)
}

/// Fixtures of both kinds that can be analysed, and the shared recordings where they are.
fn recordings() -> Vec<PathBuf> {
    let readable = |path: &PathBuf| Analyzer::new(Config::default()).run(&std::fs::read(path).unwrap(), None).is_ok();
    let mut paths: Vec<PathBuf> = std::fs::read_dir(fixture("")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "c3d" || ending == "wav") && readable(path));
    assert!(paths.len() >= 20, "{paths:?}");
    paths.extend(
        common::shared("c3d/emg-c3d-analyzer").map(|folder| folder.join("Ghostly_Emg_20230321_17-33-14-0785.c3d")),
    );
    paths.extend(common::shared("voice/speech/1998-15444-0007_8k_mulaw.wav"));
    paths
}

fn run(path: &Path, analyzer: &Analyzer) -> Report {
    batch::analyze_path(analyzer, path).unwrap()
}

/// Paths of every `null` in `value`, in the form that `missing` uses.
fn nulls(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Null => found.push(path.to_owned()),
        Value::Array(list) => {
            for (k, inner) in list.iter().enumerate() {
                nulls(inner, &format!("{path}[{k}]"), found);
            }
        }
        Value::Object(table) => {
            for (name, inner) in table {
                nulls(inner, &if path.is_empty() { name.clone() } else { format!("{path}.{name}") }, found);
            }
        }
        _ => {}
    }
}

#[test]
fn every_report_fits_the_schema_and_every_null_has_its_reason() {
    let schema = jsonschema::validator_for(&serde_json::from_str(&report_schema()).unwrap()).unwrap();
    let inspected = jsonschema::validator_for(&serde_json::from_str(&inspection_schema()).unwrap()).unwrap();
    let with = |key: &str, value: &str| Config::default().set(key, value).unwrap();
    for config in [
        Config::default(),
        with("emg.envelope.method", "linear"),
        with("voice.frames.preset", "kaldi"),
        with("voice.frames.preset", "psf"),
        with("voice.statistics", "all"),
    ] {
        let analyzer = Analyzer::new(config);
        for path in recordings() {
            let report = run(&path, &analyzer);
            let inspection = batch::inspect_path(&analyzer, &path).unwrap();
            assert_sound(&report.to_json(), &schema, &path);
            assert_sound(&inspection.to_json(), &inspected, &path);
            assert_eq!(Report::from_json(&report.to_json()).unwrap().to_json(), report.to_json());
        }
    }
}

/// Fits the schema, holds no negative zero, and each `null` has its reason and each reason its `null`.
fn assert_sound(json: &str, schema: &jsonschema::Validator, path: &Path) {
    let value: Value = serde_json::from_str(json).unwrap();
    let faults: Vec<String> =
        schema.iter_errors(&value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{}: {faults:?}", path.display());
    let negative_zero = json.lines().find(|line| line.trim_end_matches(',').ends_with(" -0.0"));
    assert_eq!(negative_zero, None, "{}", path.display());
    assert_reasons(json);
}

/// Each `null` has its reason and each reason its `null`. A reason of `contractions[*]` is that of every contraction.
pub fn assert_reasons(json: &str) {
    let value: Value = serde_json::from_str(json).unwrap();
    let mut found = Vec::new();
    nulls(&value, "", &mut found);
    let of_all = |path: &str| {
        let (channel, rest) = path.split_once("contractions[")?;
        Some(format!("{channel}contractions[*]{}", rest.split_once(']')?.1))
    };
    let missing = value["missing"].as_array().unwrap();
    let explained: BTreeSet<&str> = missing.iter().map(|entry| entry["path"].as_str().unwrap()).collect();
    assert_eq!(explained.len(), missing.len(), "a reason stands twice: {}", value["recording"]["name"]);
    let mut used = BTreeSet::new();
    for path in found {
        let all = of_all(&path);
        let reason = explained.get(path.as_str()).or_else(|| explained.get(all.as_deref()?));
        used.insert(*reason.unwrap_or_else(|| panic!("{path} has no reason: {}", value["recording"]["name"])));
    }
    assert_eq!(used, explained, "{}", value["recording"]["name"]);
}

#[test]
fn warnings_and_memory_are_bounded_by_the_limits() {
    let bytes = std::fs::read(fixture("nan_gap.c3d")).unwrap();
    let at_most = |key: &str, value: &str| Analyzer::new(Config::default().set(key, value).unwrap()).run(&bytes, None);
    let report = at_most("limits.max_warnings", "2").unwrap();
    assert_eq!(report.warnings.len(), 3);
    assert_eq!(report.warnings[2].code, "report.warnings-dropped");
    let sound = std::fs::read(fixture("voice_a_16k.wav")).unwrap();
    let tight = Config::default().set("limits.max_memory_bytes", "4000000").unwrap();
    assert!(Analyzer::new(tight.clone()).run(&sound, None).is_ok());
    let greedy = tight.set("voice.frames.hop_length", "1").unwrap().set("voice.mel.n_mels", "2000").unwrap();
    assert_eq!(Analyzer::new(greedy).run(&sound, None).unwrap_err().code(), "limit.memory-bytes");
}

#[test]
fn threads_change_no_byte() {
    let paths = recordings();
    let reports = |threads: usize| {
        let analyzer = Analyzer::new(Config::default());
        let mut all = Vec::new();
        batch::run(
            &paths,
            threads,
            |path| batch::analyze_path(&analyzer, path),
            |_, report| {
                all.push(report.unwrap().to_json());
                ControlFlow::Continue(())
            },
        );
        all
    };
    let one = reports(1);
    assert_eq!(one.len(), paths.len());
    assert_eq!(one, reports(4));
    assert_eq!(one, reports(0));
}

#[test]
fn instruction_sets_change_no_byte() {
    for path in recordings() {
        let at = |level| run(&path, &Analyzer::new(Config::default()).level(level)).to_json();
        let scalar = at(Level::scalar());
        for level in Level::available() {
            assert_eq!(at(level), scalar, "{} at {}", path.display(), level.name());
        }
    }
}

#[test]
fn the_settings_in_a_report_make_the_same_report() {
    let config = Config::default().set("emg.envelope.method", "linear").unwrap().set("emg.band.low_hz", "30").unwrap();
    for path in recordings() {
        let report = run(&path, &Analyzer::new(config.clone()));
        let value: Value = serde_json::from_str(&report.to_json()).unwrap();
        let again = Config::from_json(&value["config"].to_string()).unwrap();
        assert_eq!(run(&path, &Analyzer::new(again)).to_json(), report.to_json());
    }
}

#[test]
fn bytes_have_no_name_unless_one_is_given() {
    let bytes = std::fs::read(fixture("ghostly_twin.c3d")).unwrap();
    let analyzer = Analyzer::new(Config::default());
    let nameless = analyzer.run(&bytes, None).unwrap();
    assert_eq!(nameless.recording.name, None);
    assert!(nameless.missing.iter().any(|entry| entry.path == "recording.name" && entry.reason == "not_given"));
    let named = analyzer.run(&bytes, Some("ghostly_twin.c3d")).unwrap();
    assert_eq!(named.to_json(), run(&fixture("ghostly_twin.c3d"), &analyzer).to_json());
}

#[test]
fn the_twin_holds_the_contractions_that_were_put_into_it() {
    for name in [
        "ghostly_twin",
        "ghostly_dropout",
        "ghostly_named",
        "ghostly_int16",
        "ghostly_six_channels",
        "ghostly_two_points",
    ] {
        let truth: Value =
            serde_json::from_slice(&std::fs::read(fixture(&format!("{name}.truth.json"))).unwrap()).unwrap();
        let report = run(&fixture(&format!("{name}.c3d")), &Analyzer::new(Config::default()));
        let emg = report.emg.unwrap();
        for channel in &emg.channels {
            let of_channel =
                truth["channels"].as_array().unwrap().iter().find(|c| c["label"] == channel.label.as_str());
            let bursts = of_channel.unwrap()["bursts"].as_array().unwrap();
            let spans: Vec<(usize, usize)> = channel.contractions.iter().map(|c| (c.onset, c.offset)).collect();
            for burst in bursts.iter().filter(|burst| burst["touches_fault"] == false) {
                let (onset, offset) =
                    (burst["onset_sample"].as_u64().unwrap(), burst["offset_sample"].as_u64().unwrap());
                let hit = spans.iter().filter(|(a, b)| (*a as u64) < offset && onset < (*b as u64)).count();
                assert_eq!(hit, 1, "{name} {}: {onset}..{offset} in {spans:?}", channel.label);
            }
        }
    }
}

#[test]
fn lost_packets_and_lead_offs_are_told_apart_and_the_games_own_streams_are_no_muscles() {
    let codes = |name: &str| {
        let report = run(&fixture(name), &Analyzer::new(Config::default()));
        report.warnings.iter().map(|warning| warning.code.to_string()).collect::<Vec<_>>()
    };
    assert!(codes("ghostly_dropout.c3d").contains(&"emg.dropout".to_owned()));
    let lead_off = codes("ghostly_lead_off.c3d");
    assert!(lead_off.contains(&"emg.lead-off".to_owned()), "{lead_off:?}");
    let labels = |name: &str| {
        let emg = run(&fixture(name), &Analyzer::new(Config::default())).emg.unwrap();
        emg.channels.into_iter().map(|channel| channel.label).collect::<Vec<_>>()
    };
    assert_eq!(labels("ghostly_six_channels.c3d"), ["CH1 Raw", "CH2 Raw"]);
    assert_eq!(labels("ghostly_named.c3d"), ["EMG Left Quad", "EMG Right Quad"]);
}

#[test]
fn bad_input_is_one_line_that_names_what_is_wrong() {
    for (name, class, words) in [
        ("empty.c3d", Class::Data, &["empty file", "expected"][..]),
        ("truncated.c3d", Class::Data, &["byte", "expected"]),
        ("jpeg_renamed.c3d", Class::Unsupported, &["JPEG", "expected"]),
        ("zero_channels.wav", Class::Data, &["channels", "found 0", "expected"]),
        ("rate_zero.wav", Class::Data, &["rate", "found 0", "expected"]),
        ("rate_zero.c3d", Class::Data, &["RATE", "rate", "expected"]),
        ("truncated.wav", Class::Data, &["byte", "expected"]),
        ("nan_f32.wav", Class::Data, &["channel", "NaN"]),
    ] {
        let path = fixture(name);
        let error = batch::analyze_path(&Analyzer::new(Config::default()), &path).unwrap_err();
        let line = error.to_string();
        println!("{line}");
        assert_eq!(error.class(), class, "{line}");
        assert!(line.starts_with(&path.display().to_string()) && !line.contains('\n'), "{line}");
        for word in words {
            assert!(line.contains(word), "{line}: no {word}");
        }
    }
}

#[test]
fn a_recording_without_muscles_says_so() {
    let report = run(&fixture("no_analog.c3d"), &Analyzer::new(Config::default()));
    let emg = report.emg.unwrap();
    assert!(emg.channels.is_empty() && emg.plan.is_none() && emg.session.is_none());
    assert!(report.warnings.iter().any(|warning| warning.code == "emg.no-muscle-channel"));
    // A band from 60 Hz does not fit into a rate of 100 Hz: the recording is reported all the same, unless the channel was asked for.
    let slow =
        myovox_fixtures::generated_c3d(20, 2, 1, 1, myovox_fixtures::Processor::Intel, myovox_fixtures::Storage::Int16);
    let config = Config::default().set("emg.band.low_hz", "60").unwrap();
    let report = Analyzer::new(config.clone()).run(&slow, None).unwrap();
    assert!(report.warnings.iter().any(|warning| warning.code == "emg.rate-too-low"), "{:?}", report.warnings);
    let named = config.set("emg.channels", &format!("[{:?}]", report.recording.channels[0].label)).unwrap();
    assert_eq!(Analyzer::new(named).run(&slow, None).unwrap_err().code(), "dsp.filter-edge");
}

#[test]
fn a_report_of_a_newer_minor_version_is_read_and_one_of_another_schema_is_named() {
    let bytes = std::fs::read(common::repository().join("fixtures/files/ghostly_named.c3d")).unwrap();
    let report = Analyzer::new(Config::default()).run(&bytes, None).unwrap();
    let mut newer = serde_json::to_value(&report).unwrap();
    newer["config"]["emg"]["a_setting_of_tomorrow"] = 1.into();
    newer["emg"]["a_key_of_tomorrow"] = 2.into();
    assert_eq!(Report::from_json(&newer.to_string()).unwrap(), report);
    newer["schema"] = "myovox/report/2".into();
    newer["emg"] = "another form".into();
    assert_eq!(Report::from_json(&newer.to_string()).unwrap_err().code(), "report.schema");
}

#[test]
fn settings_that_some_rate_can_hold_are_no_wrong_usage() {
    let config = Config::from_toml("[voice.mel]\nfmax_hz = 30000.0").unwrap();
    config.check().unwrap();
    let nowhere = Config::from_toml("[voice.mel]\nfmax_hz = 600000.0").unwrap();
    assert!(nowhere.check().is_err());
}
