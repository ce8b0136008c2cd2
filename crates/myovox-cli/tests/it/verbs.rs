//! What every verb writes, and how it ends.

use super::common::*;

#[test]
fn help_names_every_verb_and_every_exit_status() {
    let help = myovox(["--help"]);
    assert_eq!(help.status, 0);
    for verb in ["inspect", "analyze", "convert", "stream", "config", "schema", "completions"] {
        assert!(help.out.contains(&format!("  {verb} ")), "{verb} is not in the help");
        assert_eq!(myovox([verb, "--help"]).status, 0);
    }
    for line in ["  0  everything", "  1  some recordings", "  2  wrong usage", "MYOVOX_SIMD", "NO_COLOR"] {
        assert!(help.out.contains(line), "{line}");
    }
    assert!(help.out.lines().all(|line| line.chars().count() <= 100));
    assert_eq!(myovox(["--version"]).out, format!("myovox {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_ends_with_2_and_leaves_standard_output_alone() {
    for args in [
        &[][..],
        &["analyse"],
        &["analyze"],
        &["analyze", "--threads", "many", "a.c3d"],
        &["analyze", "--format", "xml", "a.c3d"],
        &["analyze", "--format", "json", "--table", "legs", "a.c3d"],
        &["analyze", "--name", "x", "a.c3d"],
        &["analyze", "-", "-"],
        &["config"],
        &["config", "--defaults", "--check", "x.toml"],
        &["schema", "everything"],
    ] {
        let call = myovox(args);
        assert_eq!((call.status, call.out.as_str()), (2, ""), "{args:?}");
        assert!(!call.err.is_empty(), "{args:?}");
    }
}

#[test]
fn json_of_one_recording_is_the_library_s_report() {
    for name in ["ghostly_twin.c3d", "call_two_legs_8k.wav"] {
        let call = myovox(["analyze", "--format", "json", &fixture(name)]);
        assert_eq!((call.status, call.err.as_str()), (0, ""));
        assert_eq!(call.out, report_of(name) + "\n");
    }
}

#[test]
fn json_of_several_recordings_is_an_array_of_those_that_were_done() {
    let call =
        myovox(["analyze", "--format", "json", &fixture("ghostly_twin.c3d"), "missing.c3d", &fixture("nan_gap.c3d")]);
    assert_eq!(call.status, 1);
    let reports: Vec<serde_json::Value> = serde_json::from_str(&call.out).unwrap();
    let names: Vec<&str> = reports.iter().map(|report| report["recording"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ghostly_twin.c3d", "nan_gap.c3d"]);
    let twin: serde_json::Value = serde_json::from_str(&report_of("ghostly_twin.c3d")).unwrap();
    assert_eq!(reports[0], twin);
}

#[test]
fn ndjson_is_one_line_a_recording_in_the_order_of_the_call_for_any_number_of_threads() {
    let names =
        ["ghostly_twin.c3d", "truncated.c3d", "nan_gap.c3d", "ghostly_named.c3d", "empty.c3d", "ghostly_int16.c3d"];
    let with_threads = |n: &str| {
        let mut args = vec!["analyze".to_owned(), "--format=ndjson".to_owned(), format!("--threads={n}")];
        args.extend(names.iter().map(|name| fixture(name)));
        myovox(args)
    };
    let (one, four) = (with_threads("1"), with_threads("4"));
    assert_eq!((one.status, four.status), (1, 1));
    assert_eq!((&one.out, &one.err), (&four.out, &four.err));
    let read = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["recording"]["name"].clone();
    let done: Vec<serde_json::Value> = one.out.lines().map(read).collect();
    assert_eq!(done, ["ghostly_twin.c3d", "nan_gap.c3d", "ghostly_named.c3d", "ghostly_int16.c3d"]);
}

#[test]
fn csv_is_the_library_s_table_over_all_recordings() {
    let names = ["ghostly_twin.c3d", "call_two_legs_8k.wav", "nan_gap.c3d"];
    let reports = names.map(|name| myovox::Report::from_json(&report_of(name)).unwrap());
    let csv = |args: &[&str]| {
        let files = names.iter().map(|name| fixture(name));
        myovox(["analyze".to_owned()].into_iter().chain(args.iter().map(|arg| (*arg).to_owned())).chain(files)).out
    };
    for table in myovox::report::Table::ALL {
        let expected = table.csv(&reports);
        assert!(expected.lines().count() > 2, "{} has no rows", table.name());
        assert_eq!(csv(&["--table", table.name()]), expected, "{}", table.name());
        assert_eq!(csv(&["--format", "csv", "--table", table.name()]), expected, "{}", table.name());
    }
    assert_eq!(csv(&["--format", "csv"]), myovox::report::Table::Channels.csv(&reports));
}

#[test]
fn html_is_the_library_s_page_of_all_recordings() {
    let names = ["ghostly_twin.c3d", "call_two_legs_8k.wav"];
    let analyzer = myovox::Analyzer::new(myovox::Config::default());
    let analyzed = names.map(|name| myovox::batch::analyze_path_traced(&analyzer, fixture(name).as_ref()).unwrap());
    let call = ["analyze".to_owned(), "--format".to_owned(), "html".to_owned(), fixture(names[0]), fixture(names[1])];
    let done = myovox(call);
    assert_eq!((done.status, done.err.as_str()), (0, ""));
    assert!(done.out == myovox::page::page(&analyzed), "another page");
    assert_eq!(myovox(["analyze", "--format", "html", "--table", "legs", &fixture(names[1])]).status, 2);
}

#[test]
fn inspection_says_what_the_library_says() {
    let path = fixture("markers_mips_float.c3d");
    let bytes = std::fs::read(&path).unwrap();
    let analyzer = myovox::Analyzer::new(myovox::Config::default());
    let inspection = analyzer.inspect(&bytes, Some("markers_mips_float.c3d")).unwrap();
    assert_eq!(myovox(["inspect", "--format", "json", &path]).out, inspection.to_json() + "\n");
    assert_eq!(myovox(["inspect", "--format", "ndjson", &path]).out, inspection.to_json_line() + "\n");
}

#[test]
fn standard_input_is_a_recording_with_the_name_that_it_is_given() {
    let bytes = std::fs::read(fixture("ghostly_twin.c3d")).unwrap();
    let named = myovox_with_input(["analyze", "--format=json", "--name", "ghostly_twin.c3d", "-"], &bytes);
    assert_eq!((named.status, named.out), (0, report_of("ghostly_twin.c3d") + "\n"));
    let unnamed = myovox_with_input(["analyze", "--format=json", "-"], &bytes);
    assert!(serde_json::from_str::<serde_json::Value>(&unnamed.out).unwrap()["recording"]["name"].is_null());
    let broken = myovox_with_input(["analyze", "-"], b"no recording");
    assert_eq!((broken.status, broken.out.as_str()), (1, ""));
    assert!(broken.err.starts_with("myovox: standard input: ") && broken.err.lines().count() == 1, "{}", broken.err);
    let empty = myovox_with_input(["inspect", "--name", "call.wav", "-"], b"");
    assert!(empty.err.starts_with("myovox: call.wav: "), "{}", empty.err);
}

#[test]
fn schemas_and_completions_are_printed() {
    assert_eq!(myovox(["schema", "report"]).out, myovox::report::report_schema());
    assert_eq!(myovox(["schema", "inspection"]).out, myovox::report::inspection_schema());
    assert_eq!(myovox(["schema", "settings"]).out, myovox::report::settings_schema());
    assert_eq!(myovox(["schema", "session"]).out, myovox::report::session_schema());
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = myovox(["completions", shell]);
        assert_eq!(script.status, 0);
        assert!(script.out.contains("myovox") && script.out.contains("contractions"), "{shell}");
    }
}

#[test]
fn the_instruction_set_is_taken_from_the_environment_and_gives_the_same_bytes() {
    let with = |level: &str| {
        let file = fixture("ghostly_twin.c3d");
        ended(command().env("MYOVOX_SIMD", level).args(["analyze", "--format", "json", &file]))
    };
    for level in myovox::simd::Level::available() {
        assert_eq!(with(level.name()).out, report_of("ghostly_twin.c3d") + "\n", "{}", level.name());
    }
    let unknown = with("mmx");
    assert_eq!((unknown.status, unknown.out.as_str()), (2, ""));
    assert!(
        unknown.err.starts_with("myovox: MYOVOX_SIMD: ") && unknown.err.contains("one of scalar"),
        "{}",
        unknown.err
    );
}
