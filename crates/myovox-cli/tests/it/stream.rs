//! Samples through a pipe: each event leaves before more samples come, ends are clean, what is wrong is one line with its byte.

use super::common::*;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};

use serde_json::Value;

/// 2 s of rest, 1 s of activity, 1 s of rest at 1000 Hz, in volts.
fn samples() -> Vec<f64> {
    let mut seed = 7_u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(seed) / 4_294_967_296.0 - 0.5
    };
    (0..4000).map(|n| noise() * if n / 1000 == 2 { 1e-3 } else { 2e-5 }).collect()
}

fn f64le(samples: &[f64]) -> Vec<u8> {
    samples.iter().flat_map(|v| v.to_le_bytes()).collect()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn call(args: &[&str], input: &[u8]) -> Ended {
    myovox_with_input(["stream", "--rate", "1000"].iter().chain(args), input)
}

fn spawn(args: &[&str]) -> (Child, ChildStdin) {
    let mut command = command();
    command.arg("stream").args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let stdin = child.stdin.take().unwrap();
    (child, stdin)
}

#[test]
fn an_event_leaves_before_the_next_samples_come() {
    let (mut child, mut stdin) = spawn(&["--rate", "1000", "--raw", "f64le"]);
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&out.next().unwrap().unwrap()).unwrap();
    let plan = next();
    assert_eq!((&plan["event"], &plan["plan"]["rate_hz"]), (&"plan".into(), &1000.0.into()));
    let latency = usize::try_from(plan["plan"]["activation"]["onset_samples"].as_u64().unwrap()).unwrap();
    // What was written is all that can have been read: the line comes now or, with the next samples missing, never.
    let x = samples();
    stdin.write_all(&f64le(&x[..1500])).unwrap();
    assert_eq!(next()["event"], "rest_known");
    stdin.write_all(&f64le(&x[1500..=2000 + latency])).unwrap();
    let onset = next();
    assert_eq!(onset["event"], "activation_onset");
    assert!(onset["at"].as_u64().unwrap().abs_diff(2000) < 10, "{onset}");
    stdin.write_all(&f64le(&x[2001 + latency..])).unwrap();
    assert_eq!(next()["event"], "activation_offset");
    drop(stdin);
    let totals = next();
    assert_eq!((&totals["event"], &totals["samples"]), (&"totals".into(), &4000.into()));
    assert_eq!((&totals["channels"][0]["activations"], &totals["duration_s"]), (&1.into(), &4.0.into()));
    assert!(child.wait().unwrap().success());
}

#[test]
fn all_forms_of_the_same_samples_give_the_same_events() {
    let x: Vec<f64> = samples().iter().map(|v| (v * 1e6).round()).collect();
    let told = |ended: &Ended| {
        assert_eq!((ended.status, ended.err.as_str()), (0, ""));
        let mut lines = lines(&ended.out);
        lines.remove(0);
        lines
    };
    let expected = told(&call(&["--raw", "f64le", "--scale", "1e-6"], &f64le(&x)));
    assert_eq!(expected.len(), 4);
    #[allow(clippy::cast_possible_truncation, reason = "whole numbers within 16 bits")]
    let (short, single): (Vec<u8>, Vec<u8>) = (
        x.iter().flat_map(|v| (*v as i16).to_le_bytes()).collect(),
        x.iter().flat_map(|v| (*v as f32).to_le_bytes()).collect(),
    );
    let lines_of = |line: &dyn Fn(usize, f64) -> String| {
        x.iter().enumerate().map(|(n, v)| line(n, *v)).collect::<Vec<_>>().concat()
    };
    let text = lines_of(&|_, v| format!("{v}\r\n"));
    assert_eq!(told(&call(&["--raw", "i16le", "--scale", "1e-6"], &short)), expected);
    assert_eq!(told(&call(&["--raw", "f32le", "--scale", "1e-6"], &single)), expected);
    assert_eq!(told(&call(&["--csv", "--scale", "1e-6"], text.as_bytes())), expected);
    assert_eq!(told(&call(&["--csv", "--scale", "1e-6"], text.trim_end().as_bytes())), expected);
    // Two channels, the second missing now and then; contractions of the first.
    let text = lines_of(&|n, v| format!("{v}, {}\n", if n == 1500 { "" } else { "1" }));
    let two = told(&call(&["--csv", "--channels", "2", "--mvc", "500,500"], text.as_bytes()));
    let of = |channel: u64| {
        two.iter()
            .filter(|line| line["channel"] == channel)
            .map(|line| line["event"].as_str().unwrap())
            .collect::<Vec<_>>()
    };
    assert!(of(0).contains(&"contraction_onset") && of(0).contains(&"activation_offset"));
    assert_eq!(of(1).first(), Some(&"suspended"));
}

#[test]
fn wrong_input_is_one_line_with_its_byte() {
    let endless = vec![b'1'; (1 << 16) + 1];
    for (args, input, words) in [
        (&["--raw", "f64le"][..], &[0_u8; 12][..], "byte 12: the input ends inside a moment"),
        (&["--raw", "i16le", "--channels", "2"], &[0, 0, 1, 0, 2, 0], "byte 6: the input ends inside a moment"),
        (&["--csv"], b"1\n2\nx3\n", "byte 4: not a number: found `x3`"),
        (&["--csv", "--channels", "2"], b"1,2\n3,oh\n", "byte 6: not a number: found `oh`"),
        (&["--csv", "--channels", "2"], b"1,2\n3\n", "byte 4: a line of another number of fields: found 1, expected 2"),
        (&["--csv"], &endless[..], "byte 0: a line without an end"),
    ] {
        let ended = call(args, input);
        assert_eq!((ended.status, ended.err.lines().count()), (1, 1), "{}", ended.err);
        assert!(ended.err.starts_with("myovox: standard input: ") && ended.err.contains(words), "{}", ended.err);
        assert_eq!(lines(&ended.out).len(), 1);
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    for args in [
        &["--rate", "1000"][..],
        &["--rate", "1000", "--raw", "f64le", "--csv"],
        &["--raw", "f64le"],
        &["--rate", "0", "--csv"],
        &["--rate", "1000", "--csv", "--channels", "0"],
        &["--rate", "1000", "--csv", "--scale", "0"],
        &["--rate", "1000", "--csv", "--mvc", "1,2"],
        &["--rate", "1000", "--csv", "--mvc", "0"],
        &["--rate", "30", "--csv"],
        &["--rate", "1000", "--csv", "--set", "emg.stream.window_ms=0"],
    ] {
        let ended = myovox_with_input(["stream"].iter().chain(args), b"");
        assert_eq!((ended.status, ended.out.as_str()), (2, ""), "{args:?}");
        assert!(!ended.err.is_empty(), "{args:?}");
    }
}

#[test]
fn no_samples_are_a_plan_and_totals() {
    for form in [&["--csv"][..], &["--raw", "f32le"]] {
        let ended = call(form, b"");
        let lines = lines(&ended.out);
        assert_eq!((ended.status, lines.len(), &lines[1]["samples"]), (0, 2, &0.into()));
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_ends_the_call_quietly() {
    let (mut child, mut stdin) = spawn(&["--rate", "1000", "--raw", "f64le"]);
    drop(child.stdout.take());
    // It ends at its first line; what is written behind that finds nobody.
    let _ = stdin.write_all(&f64le(&samples()));
    drop(stdin);
    let end = child.wait_with_output().unwrap();
    assert_eq!((end.status.code(), String::from_utf8(end.stderr).unwrap()), (Some(0), String::new()));
}
