//! Texts that a person reads: they fit a terminal, hide nothing, and command nothing.

use super::common::*;

fn fits(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{} columns: {line}", line.chars().count());
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

#[test]
fn every_recording_s_texts_fit_100_columns_and_carry_no_codes_when_piped() {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/files")).unwrap();
    let mut files: Vec<std::path::PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "c3d" || extension == "wav"));
    files.sort();
    assert!(files.len() > 20);
    for verb in ["inspect", "analyze"] {
        let call = myovox([vec![verb.into()], files.clone()].concat());
        assert!(call.out.contains("ghostly_twin.c3d\n"));
        assert!(!call.out.contains("the report gives no reason"), "{verb}");
        fits(&call.out);
    }
}

#[test]
fn a_muscle_s_row_holds_the_report_s_numbers() {
    let report = myovox::Report::from_json(&report_of("nan_gap.c3d")).unwrap();
    let text = myovox(["analyze", &fixture("nan_gap.c3d")]).out;
    assert!(text.contains("µV"), "{text}");
    for channel in &report.emg.unwrap().channels {
        let row = text.lines().find(|line| line.trim_start().starts_with(&channel.label)).unwrap();
        let cells: Vec<&str> =
            row[row.find(&channel.label).unwrap() + channel.label.len()..].split_whitespace().collect();
        let p = &channel.parameters;
        let shown = |cell: usize| cells[cell].parse::<f64>().unwrap();
        assert_eq!(cells[0], p.contractions.to_string());
        let expected = [
            p.contractions_per_min,
            p.duration_mean_s,
            p.duration_max_s,
            p.amplitude_mean.map(|v| v * 1e6),
            p.amplitude_peak.map(|v| v * 1e6),
            p.snr_db,
            p.active_share.map(|v| v * 100.0),
        ];
        for (k, value) in expected.into_iter().enumerate() {
            let (value, shown) = (value.unwrap(), shown(k + 1));
            assert!((shown - value).abs() <= 0.03 * value.abs(), "column {k}: {shown} stands for {value}\n{text}");
        }
    }
}

#[test]
fn a_leg_s_column_holds_the_report_s_numbers() {
    let report = myovox::Report::from_json(&report_of("call_two_legs_8k.wav")).unwrap();
    let text = myovox(["analyze", &fixture("call_two_legs_8k.wav")]).out;
    let legs = report.voice.unwrap().legs;
    assert_eq!(legs.len(), 2);
    let row = |head: &str| -> Vec<f64> {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!(" {head} "))).unwrap();
        line.split_whitespace().map(|cell| cell.parse().unwrap()).collect()
    };
    let near = |shown: f64, value: f64, rounding: f64| {
        assert!((shown - value).abs() <= 0.5 * rounding + 1e-9, "{shown} stands for {value}\n{text}");
    };
    for (k, leg) in legs.iter().enumerate() {
        near(row("level (rms), dBFS")[k], leg.level.rms_dbfs.unwrap(), 0.1);
        near(row("speech, %")[k], 100.0 * leg.activity.speech_share.unwrap(), 0.1);
        near(row("pauses together, s")[k], leg.activity.pauses.unwrap().total_s, 0.001);
        near(row("F0 median, Hz")[k], leg.pitch.f0_median_hz.unwrap(), 0.1);
        assert_eq!(row("stretches of speech")[k], leg.activity.segments.len() as f64);
    }
}

#[test]
fn silence_has_no_voice_and_the_text_says_why() {
    let text = myovox(["analyze", &fixture("silence.wav")]).out;
    for head in ["level (rms), dBFS", "F0 median, Hz", "spectral centroid, Hz", "pauses"] {
        let row = text.lines().find(|line| line.starts_with(&format!(" {head} "))).unwrap();
        assert!(row.ends_with(" –"), "{row}");
    }
    assert!(text.contains(" – the channel is silent: its samples are all equal (channel 1)\n"), "{text}");
}

#[test]
fn what_is_missing_is_a_dash_with_its_reason_below() {
    // Nothing in 10 s lasts a minute.
    let text = myovox(["analyze", "--set", "emg.contraction.minimum_ms=60000", &fixture("ghostly_twin.c3d")]).out;
    let row = text.lines().find(|line| line.starts_with(" CH1 Raw")).unwrap();
    assert!(row.matches('–').count() >= 4, "{text}");
    assert!(text.contains(" – no contraction was found (CH1 Raw, CH2 Raw)\n"), "{text}");
    assert!(text.contains("emg.contraction.minimum_ms = 60000.0 (default 100.0)"), "{text}");
}

#[test]
fn no_amplitude_is_given_a_unit_that_the_file_does_not_state() {
    let text = myovox(["analyze", &fixture("ghostly_twin.c3d")]).out;
    assert!(text.contains("(unit") && text.contains("not stated)") && !text.contains("µV"), "{text}");
}

#[test]
fn long_lists_are_cut_and_say_how_the_rest_is_had() {
    let text = myovox(["inspect", &fixture("labels_300.c3d")]).out;
    assert!(text.contains("Markers (300") && text.contains("and 260 more"), "{text}");
}

#[test]
fn a_call_without_colour_on_a_terminal_and_with_it() {
    let said = |terminal: bool| {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut io = myovox_cli::Io::captured(&mut out, &mut err);
        io.stdout_is_terminal = terminal;
        assert_eq!(myovox_cli::run(["myovox", "inspect", &fixture("no_analog.c3d")], io), myovox_cli::ExitStatus::Done);
        String::from_utf8(out).unwrap()
    };
    assert!(!said(false).contains('\u{1b}'));
    if std::env::var_os("NO_COLOR").is_none() && std::env::var_os("TERM").is_none_or(|term| term != "dumb") {
        let painted = said(true);
        assert!(painted.contains("\u{1b}[1mno_analog.c3d\u{1b}[0m"), "{painted:?}");
        assert_eq!(painted.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "").replace("\u{1b}[33m", ""), said(false));
    }
}

#[test]
fn a_marker_that_was_lost_is_a_row_of_gaps() {
    let text = myovox(["inspect", &fixture("markers_intel_float.c3d")]).out;
    let row = text.lines().find(|line| line.starts_with(" RASI ")).unwrap();
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(cells, ["RASI", "85.0", "1", "3", "0.030", "0", "0"], "{text}");
    assert!(text.contains("Gaps (2 markers not seen in every frame)"), "{text}");
    assert!(text.contains("the file begins at frame 6011 of the trial"), "{text}");
}

#[test]
fn a_platform_is_a_row_of_loads_and_channels_and_one_of_places() {
    let text = myovox(["inspect", &fixture("platform_type2.c3d")]).out;
    assert!(text.contains("Force platforms (1)") && text.contains("1–6: Fx1, Fy1, Fz1, Mx1, My1, Mz1"), "{text}");
    let row =
        |begin: &str| text.lines().find(|line| line.starts_with(begin)).unwrap().split_whitespace().collect::<Vec<_>>();
    assert_eq!(row(" 1      2")[1..7], ["2", "0.400", "×", "0.600", "595", "100.0"], "{text}");
    assert_eq!(row(" 1   600")[1..4], ["600", "400", "0"], "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn scores_stand_with_their_weights_and_what_is_missing() {
    let text = myovox(["analyze", &fixture("ghostly_twin.c3d")]).out;
    assert!(text.contains("Not scored"), "{text}");
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/session.toml");
    let call = |file: &str| myovox(["analyze", "--session", file, &fixture("ghostly_twin.c3d")]);
    let scored = call(example);
    println!("{}", scored.out);
    assert_eq!(scored.status, 0, "{}", scored.err);
    fits(&scored.out);
    let row = |head: &str| {
        let line = scored.out.lines().find(|line| line.trim_start().starts_with(head)).unwrap();
        line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let report = myovox::Analyzer::new(myovox::Config::default())
        .session(myovox::emg::Session::from_path(example.as_ref()).unwrap())
        .run(&std::fs::read(fixture("ghostly_twin.c3d")).unwrap(), None)
        .unwrap();
    let scores = report.emg.unwrap().session.unwrap().scores;
    for (head, points, weight) in [
        ("compliance", scores.compliance, 0.5),
        ("symmetry", scores.symmetry, 0.25),
        ("effort", scores.effort, 0.15),
        ("game", scores.game, 0.1),
    ] {
        let cells = row(head);
        assert!((cells[0].parse::<f64>().unwrap() - points.unwrap()).abs() <= 0.05 + 1e-9, "{head}: {cells:?}");
        assert_eq!(cells[1].parse::<f64>().unwrap(), weight, "{head}: {cells:?}");
    }
    let wrong = std::env::temp_dir().join(format!("myovox-session-{}.toml", std::process::id()));
    std::fs::write(&wrong, "rpe = 4.5").unwrap();
    let refused = call(wrong.to_str().unwrap());
    std::fs::remove_file(&wrong).unwrap();
    assert_eq!((refused.status, refused.out.as_str()), (2, ""));
    assert!(refused.err.contains("rpe: ") && refused.err.contains("found 4.5"), "{}", refused.err);
}
