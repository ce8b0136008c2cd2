//! Sessions in reports: Ghostly recordings with what a therapist wrote down for them.

use std::path::{Path, PathBuf};

use myovox::emg::session::{Input, InputValue, Origin};
use myovox::emg::{Emg, MvcSource, Session};
use myovox::{Analyzer, Config, Report, batch};
use serde_json::Value;

use crate::common;

fn twin() -> PathBuf {
    common::repository().join("fixtures/files/ghostly_twin.c3d")
}

fn run_at(path: &Path, session: &str, config: Config) -> myovox::Result<Report> {
    let analyzer = Analyzer::new(config).session(Session::from_toml(session)?);
    batch::analyze_path(&analyzer, path)
}

fn run(session: &str) -> myovox::Result<Report> {
    run_at(&twin(), session, Config::default())
}

fn emg(session: &str) -> Emg {
    run(session).unwrap().emg.unwrap()
}

fn codes(report: &Report) -> Vec<&str> {
    report.warnings.iter().map(|warning| warning.code.as_ref()).collect()
}

fn input<'a>(emg: &'a Emg, key: &str, channel: Option<&str>) -> Option<&'a Input> {
    let session = emg.session.as_ref().unwrap();
    session.inputs.iter().find(|input| input.key == key && input.channel.as_deref() == channel)
}

const WHOLE: &str = r#"
rpe = 5
[channels."CH1 Raw"]
side = "right"
muscle = "vastus lateralis"
mvc_value = 200
mvc_unit = "uV"
target_contractions = 3
target_duration_s = 0.3
[channels."CH2 Raw"]
side = "left"
mvc_value = 0.2
mvc_unit = "mV"
mvc_source = "carried"
mvc_date = "2023-03-14"
target_contractions = 300
target_duration_s = 3
[protocol]
day = 7
sessions_completed = 13
[game]
max = 100
"#;

#[test]
fn a_session_is_scored_and_every_value_has_its_origin() {
    let emg = emg(WHOLE);
    let scores = &emg.session.as_ref().unwrap().scores;
    assert!(scores.overall.is_some() && scores.missing.is_empty(), "{scores:?}");
    assert!((scores.adherence.unwrap() - 86.666_666_666_7).abs() < 1e-9);
    assert_eq!(scores.effort, Some(100.0));
    let [first, second] = &emg.channels[..] else { panic!("two muscles") };
    let n = first.contractions.len() as f64;
    assert!(n >= 3.0);
    assert_eq!(first.parameters.completion_rate, Some(1.0));
    let second_n = second.contractions.len() as f64;
    assert_eq!(second.parameters.completion_rate, Some(second_n / 300.0));
    // Sides are those that were given, not CH1 = left.
    let (right, left) = (first.parameters.score.unwrap(), second.parameters.score.unwrap());
    let balance = scores.balance[0];
    assert_eq!((balance.left, balance.right, scores.symmetry), (left, right, Some(balance.symmetry)));
    for (key, channel, origin) in [
        ("rpe", None, Origin::Given),
        ("rpe_map", None, Origin::Default),
        ("weights.game", None, Origin::Default),
        ("bfr.window", None, Origin::Default),
        ("game.points", None, Origin::File),
        ("session.start", None, Origin::File),
        ("info.duration_s", None, Origin::File),
        ("mvc_value", Some("CH1 Raw"), Origin::Given),
        ("mvc_value", Some("CH2 Raw"), Origin::Carried),
        ("target_intensity_pct", Some("CH1 Raw"), Origin::Default),
        ("target_duration_s", Some("CH2 Raw"), Origin::Given),
    ] {
        assert_eq!(input(&emg, key, channel).map(|input| input.origin), Some(origin), "{key} {channel:?}");
    }
    assert_eq!(second.parameters.mvc_date.as_deref(), Some("2023-03-14"));
    assert!(input(&emg, "bfr.prescribed", None).is_none());
}

#[test]
fn without_a_session_nothing_is_claimed_and_all_is_listed() {
    let report = batch::analyze_path(&Analyzer::new(Config::default()), &twin()).unwrap();
    let emg = report.emg.as_ref().unwrap();
    let scores = &emg.session.as_ref().unwrap().scores;
    assert_eq!((scores.overall, scores.compliance, scores.symmetry), (None, None, None));
    assert!(scores.missing.contains(&"target_CH1 Raw".to_owned()), "{:?}", scores.missing);
    for channel in &emg.channels {
        assert!(!channel.contractions.is_empty());
        assert!(channel.contractions.iter().all(|c| c.meets_duration.is_none() && c.meets_intensity.is_none()));
        assert_eq!(channel.parameters.mvc_source, Some(MvcSource::Estimated));
    }
    assert!(report.session.is_none());
}

#[test]
fn f16_settings_and_session_of_a_report_make_the_same_report() {
    let config = Config::default().set("emg.score.weights.game", "0.2").unwrap();
    let config = config.set("emg.score.weights.compliance", "0.3").unwrap();
    let report = run_at(&twin(), WHOLE, config).unwrap();
    let value: Value = serde_json::from_str(&report.to_json()).unwrap();
    let analyzer = Analyzer::new(Config::from_json(&value["config"].to_string()).unwrap())
        .session(Session::from_json(&value["session"].to_string()).unwrap());
    assert_eq!(batch::analyze_path(&analyzer, &twin()).unwrap().to_json(), report.to_json());
    let weights = &report.emg.unwrap().session.unwrap().scores.weights;
    assert_eq!((weights.game, weights.compliance), (0.2, 0.3));
    assert_eq!(Report::from_json(&value.to_string()).unwrap().to_json(), serde_json::to_string_pretty(&value).unwrap());
}

#[test]
fn f20_a_missing_target_takes_no_contraction_away() {
    let (bare, without) = (emg(""), emg("[channels.'CH1 Raw']\ntarget_contractions = 5"));
    assert_eq!(without.channels[0].contractions.len(), bare.channels[0].contractions.len());
    assert!(without.channels[0].contractions.iter().all(|c| c.meets_duration.is_none()));
    assert_eq!(without.channels[0].parameters.duration_rate, None);
    let json = r#"{"channels": {"CH1 Raw": {"target_contractions": 5, "target_duration_s": null, "mvc_value": null}}}"#;
    assert_eq!(
        Session::from_json(json).unwrap(),
        Session::from_toml("[channels.'CH1 Raw']\ntarget_contractions = 5").unwrap()
    );
}

#[test]
fn f22_a_maximum_of_zero_is_refused_by_name() {
    let line = run("[channels.'CH1 Raw']\nmvc_value = 0\nmvc_unit = 'V'").unwrap_err().to_string();
    assert!(line.starts_with("channels.CH1 Raw.mvc_value: ") && line.contains("found 0"), "{line}");
}

#[test]
fn f23_targets_go_by_label_and_a_label_that_is_not_there_is_refused() {
    let emg = emg("[channels.'ch2 raw']\ntarget_contractions = 7");
    let targets: Vec<_> = emg.channels.iter().map(|c| c.parameters.target_contractions).collect();
    assert_eq!(targets, [None, Some(7)]);
    assert!(emg.channels.iter().all(|c| c.parameters.side.is_none()));
    let error = run("[channels.CH1]\nside = 'left'").unwrap_err();
    assert_eq!(error.code(), "emg.channel-unknown");
    assert!(error.to_string().contains("channels.CH1: ") && error.to_string().contains("\"CH1 Raw\""), "{error}");
}

#[test]
fn f27_what_the_file_states_is_read_whole_and_the_session_goes_before_it() {
    let emg = emg("");
    let value = |key: &str| input(&emg, key, None).map(|input| (input.value.clone(), input.origin));
    let InputValue::Text(start) = value("session.start").unwrap().0 else { panic!("a text") };
    assert_eq!((start.len(), &start[4..5], &start[10..11]), (16, "-", "T"));
    let (InputValue::Number(points), Origin::File) = value("game.points").unwrap() else { panic!("of the file") };
    let (InputValue::Number(duration), Origin::File) = value("info.duration_s").unwrap() else { panic!("of the file") };
    let session = emg.session.as_ref().unwrap();
    assert!((session.duration_s - duration).abs() < 2.0, "{} {duration}", session.duration_s);
    assert!(!session.inputs.iter().any(|input| input.origin == Origin::File && input.channel.is_some()));

    let other =
        run(&format!("[game]\npoints = {}\nmax = 100\n[session]\nstart = '2020-01-01T00:00:00Z'", points + 1.0))
            .unwrap();
    let differs = other.warnings.iter().filter(|w| w.code == "emg.session-differs").collect::<Vec<_>>();
    assert_eq!(
        differs.iter().map(|w| w.place.field.as_deref()).collect::<Vec<_>>(),
        [Some("game.points"), Some("session.start")]
    );
    let emg = other.emg.unwrap();
    assert_eq!(emg.session.as_ref().unwrap().scores.game, Some(points + 1.0));
    assert_eq!(input(&emg, "game.points", None).unwrap().origin, Origin::Given);
    let same = run(&format!("[game]\npoints = {points}\n[session]\nstart = '{start}:59+01:00'")).unwrap();
    assert!(!codes(&same).contains(&"emg.session-differs"));
}

#[test]
fn the_rate_is_the_one_that_was_given_and_the_declared_one_stays_to_be_seen() {
    let declared = run("").unwrap().recording.rate_hz.unwrap();
    let with_setting = Config::default().set("emg.rate_override_hz", "1000").unwrap();
    let reports = [run("rate_override_hz = 1000").unwrap(), run_at(&twin(), "", with_setting.clone()).unwrap()];
    for report in &reports {
        let emg = report.emg.as_ref().unwrap();
        assert_eq!((emg.plan.as_ref().unwrap().rate_hz, report.recording.rate_hz), (1000.0, Some(declared)));
        assert_eq!(input(emg, "rate_override_hz", None).unwrap().origin, Origin::Given);
        assert!(codes(report).contains(&"emg.rate-overridden"));
    }
    let both = run_at(&twin(), "rate_override_hz = 1010", with_setting).unwrap();
    assert_eq!(both.emg.as_ref().unwrap().plan.as_ref().unwrap().rate_hz, 1010.0);
    assert!(codes(&both).contains(&"emg.session-differs"));
    let wrong = Config::default().set("emg.rate_override_hz", "-5").unwrap();
    assert!(wrong.check().is_err());
}

#[test]
fn f30_f31_f32_weights_gate_and_targets_are_the_session_s() {
    let with = |more: &str| run(&format!("{WHOLE}{more}")).unwrap().emg.unwrap().session.unwrap().scores;
    let gated = with("[bfr]\npressure_percent_aop = 60");
    assert_eq!((gated.overall, gated.compliance, gated.gate), (Some(0.0), Some(0.0), Some(0.0)));
    assert_eq!(gated.overall_ungated, with("").overall);
    let wider = with("[bfr]\npressure_percent_aop = 60\nwindow = [40, 60]");
    assert_eq!((wider.gate, wider.overall), (Some(1.0), wider.overall_ungated));
    let unknown = with("[bfr]\nprescribed = true");
    assert_eq!((unknown.gate, unknown.overall, unknown.compliance), (None, None, None));
    assert!(unknown.overall_ungated.is_some() && unknown.missing.contains(&"bfr_pressure_aop".to_owned()));
    let weighted = with("[weights]\ncompliance = 1\nsymmetry = 0\neffort = 0\ngame = 0");
    assert_eq!(weighted.overall, weighted.compliance);
    let line = run("[weights]\ncompliance = 0.4").unwrap_err().to_string();
    assert!(line.contains("weights: the weights do not sum to 1: found 0.9"), "{line}");
    let zero = emg("[channels.'CH1 Raw']\ntarget_contractions = 0\ntarget_duration_s = 0.1");
    assert_eq!(zero.channels[0].parameters.completion_rate, None);
    assert!(zero.channels[0].parameters.score.is_some());
}

#[test]
fn f38_adherence_comes_from_a_given_count_alone() {
    let adherence = |text: &str| emg(text).session.unwrap().scores;
    assert_eq!(adherence("[protocol]\nday = 7").adherence, None);
    assert_eq!(adherence("[protocol]\nday = 2\nsessions_completed = 4").adherence, None);
    let raw = adherence("[protocol]\nday = 7\nsessions_completed = 20");
    assert_eq!(raw.adherence, Some(100.0));
    assert!((raw.adherence_detail.unwrap().raw - 400.0 / 3.0).abs() < 1e-9);
}

#[test]
fn targets_of_the_settings_are_defaults_and_antagonists_are_asked_for_nothing() {
    let config = Config::default().set("emg.score.target_contractions", "12").unwrap();
    let of = |session: &str| run_at(&twin(), session, config.clone()).unwrap().emg.unwrap();
    let plain = of("");
    assert!(plain.channels.iter().all(|c| c.parameters.target_contractions == Some(12)));
    assert_eq!(input(&plain, "target_contractions", Some("CH1 Raw")).unwrap().origin, Origin::Default);
    let antagonist = of("[channels.'CH2 Raw']\nrole = 'antagonist'");
    assert_eq!(antagonist.channels[1].parameters.target_contractions, None);
    assert_eq!(antagonist.session.unwrap().scores.compliance, antagonist.channels[0].parameters.score);
    let derived = of("[channels.'CH2 Raw']\nrole = 'derived'");
    assert_eq!(derived.channels.len(), 1);
}

#[test]
fn rest_that_the_session_states_is_where_rest_is_measured() {
    let bare = emg("");
    let contraction = &bare.channels[0].contractions[0];
    let [start, end] = [contraction.onset_s, contraction.offset_s];
    let rest = run(&format!("rest = [[{start}, {end}], [0.0, 1e4]]")).unwrap();
    let text = codes(&rest);
    assert!(text.contains(&"emg.rest-contraction") && text.contains(&"emg.rest-outside"), "{text:?}");
    let only = emg(&format!("rest = [[{start}, {end}]]"));
    let (p, reached) = (&only.channels[0].parameters, contraction.rms);
    assert!((p.rms_rest.unwrap() - reached).abs() < 1e-12 * reached, "{:?} {reached}", p.rms_rest);
}

#[test]
fn every_null_of_a_scored_report_has_its_reason() {
    for session in [
        "",
        WHOLE,
        "[bfr]\nprescribed = true",
        "[channels.'CH1 Raw']\nside = 'left'\ntarget_contractions = 0\nmvc_value = 1e-4\nmvc_unit = 'recording'",
    ] {
        crate::analyze::assert_reasons(&run(session).unwrap().to_json());
    }
}

#[test]
fn a_calibration_recording_is_found_beside_the_session_and_its_values_are_echoed() {
    let folder = common::repository().join("fixtures/files");
    let mut config = Config::default();
    config.emg.score = config.emg.score.mvc_window_ms(200.0);
    let analyzer = Analyzer::new(config.clone());
    let session = Session::from_toml("calibration_recording = 'ghostly_named.c3d'").unwrap();
    // Its channels are of other names than the twin's.
    let analyzer = batch::with_session(analyzer, session, &folder).unwrap();
    assert_eq!(analyzer.given_session().unwrap().channels.len(), 2);
    assert_eq!(batch::analyze_path(&analyzer, &twin()).unwrap_err().code(), "emg.channel-unknown");
    let report = batch::analyze_path(&analyzer, &folder.join("ghostly_named.c3d")).unwrap();
    let emg = report.emg.as_ref().unwrap();
    for channel in &emg.channels {
        assert_eq!(channel.parameters.mvc_source, Some(MvcSource::Calibration));
        assert!(channel.contractions.iter().all(|c| c.meets_intensity.is_some()));
        assert_eq!(input(emg, "mvc_value", Some(&channel.label)).unwrap().origin, Origin::Calibration);
    }
    let unread = Analyzer::new(config).session(Session::from_toml("calibration_recording = 'x.c3d'").unwrap());
    assert_eq!(batch::analyze_path(&unread, &twin()).unwrap_err().code(), "session.calibration-not-read");
}
