//! Every real file of the shared corpus equals its expected values.
//!
//! `expected.json` holds the values of an independent reader (`ref`), the fields on which the truth differs from it (`truth`), and the fields
//! on which none is claimed (`disputed`).

use std::fmt::Write as _;
use std::fs;

use ndarray::{ArrayView2, Axis};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{codes, read};
use crate::common::shared;
use myovox::formats::c3d::{C3dRecording, EventSource};

/// First 12 hexadecimal digits of the SHA-256 of the labels, one a line.
fn digest(labels: &[String]) -> String {
    let hash = Sha256::digest(labels.join("\n").as_bytes());
    hash.iter().take(6).fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// `a` and `b` within `tolerance` of the larger, or of `scale`.
fn close(a: f64, b: f64, tolerance: f64, scale: f64) -> bool {
    (a - b).abs() <= tolerance * 1.0_f64.max(a.abs()).max(b.abs()).max(scale)
}

/// Collects what differs.
struct Comparison<'a> {
    want: &'a Value,
    truth: &'a Value,
    disputed: Vec<&'a str>,
    differences: Vec<String>,
}

impl<'a> Comparison<'a> {
    fn wanted(&self, field: &str) -> Option<&'a Value> {
        if self.disputed.contains(&field) {
            return None;
        }
        self.truth.get(field).or_else(|| self.want.get(field))
    }

    fn count(&mut self, field: &str, got: usize) {
        if let Some(want) = self.wanted(field).and_then(Value::as_u64)
            && want != got as u64
        {
            self.differences.push(format!("{field} {got} not {want}"));
        }
    }

    fn number(&mut self, field: &str, got: f64, tolerance: f64, scale: f64) {
        if let Some(want) = self.wanted(field).and_then(Value::as_f64)
            && !close(got, want, tolerance, scale)
        {
            self.differences.push(format!("{field} {got} not {want}"));
        }
    }

    fn numbers(&mut self, field: &str, got: &[f64], tolerance: f64, scales: &[f64]) {
        let Some(want) = self.wanted(field).and_then(Value::as_array) else { return };
        for (i, ((want, got), scale)) in want.iter().zip(got).zip(scales).enumerate() {
            let want = want.as_f64().unwrap();
            if !close(*got, want, tolerance, *scale) {
                self.differences.push(format!("{field}[{i}] {got} not {want}"));
            }
        }
    }

    fn text(&mut self, field: &str, got: &str) {
        if let Some(want) = self.wanted(field).and_then(Value::as_str)
            && want != got
        {
            self.differences.push(format!("{field} differ"));
        }
    }
}

/// Sum, and sum of magnitudes, of the finite values.
fn sums(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.filter(|value| value.is_finite()).fold((0.0, 0.0), |(sum, size), value| (sum + value, size + value.abs()))
}

fn channel_sums(analog: &ArrayView2<'_, f64>) -> (Vec<f64>, Vec<f64>) {
    analog.axis_iter(Axis(0)).map(|row| sums(row.iter().copied())).unzip()
}

fn compare_points(comparison: &mut Comparison<'_>, recording: &C3dRecording) {
    let (mut valid, mut residual_sum) = (0, 0.0);
    let mut axes = [(0.0, 0.0); 3];
    for (m, marker) in recording.points.axis_iter(Axis(0)).enumerate() {
        for (t, point) in marker.axis_iter(Axis(1)).enumerate() {
            let residual = recording.residuals[[m, t]];
            let finite = point.iter().all(|value| value.is_finite());
            assert_eq!(finite, residual >= 0.0, "coordinates and residual agree on validity");
            if finite {
                valid += 1;
                residual_sum += residual;
                for (axis, value) in axes.iter_mut().zip(point) {
                    *axis = (axis.0 + value, axis.1 + value.abs());
                }
            }
        }
    }
    comparison.count("valid", valid);
    // The expected sums are printed with 12 digits.
    comparison.numbers("sum", &axes.map(|axis| axis.0), 1e-9, &axes.map(|axis| axis.1));
    comparison.number("residual_sum", residual_sum, 1e-9, 0.0);
}

fn compare_rotations(comparison: &mut Comparison<'_>, recording: &C3dRecording) {
    let Some(want) = comparison.want.get("rotations") else {
        if recording.rotations.is_some() {
            comparison.differences.push("rotations where none are".to_owned());
        }
        return;
    };
    let got = recording.rotations.as_ref().unwrap();
    let (segments, samples) = got.residuals.dim();
    assert_eq!(got.matrices.dim(), (segments, 4, 4, samples));
    assert_eq!(got.labels.len(), segments);
    let valid = got.residuals.iter().filter(|residual| **residual >= 0.0).count();
    let (sum, size) = sums(got.matrices.iter().copied());
    for (field, got) in [("segments", segments), ("samples", samples), ("ratio", got.ratio as usize), ("valid", valid)]
    {
        if want[field].as_u64() != Some(got as u64) {
            comparison.differences.push(format!("rotations {field} {got} not {}", want[field]));
        }
    }
    if !close(sum, want["sum"].as_f64().unwrap(), 1e-9, size) {
        comparison.differences.push(format!("rotations sum {sum} not {}", want["sum"]));
    }
}

fn compare_events(comparison: &mut Comparison<'_>, entry: &Value, recording: &C3dRecording) {
    let Some(want) = entry.get("events_list").and_then(Value::as_array) else {
        if !recording.events.is_empty() {
            comparison.differences.push(format!("{} events where none are", recording.events.len()));
        }
        return;
    };
    let mut same = want.len() == recording.events.len();
    for (want, got) in want.iter().zip(&recording.events) {
        let source = if got.source == EventSource::Header { "header" } else { "event" };
        same &= want[0] == source && want[1] == got.label.as_str();
        same &= close(got.stored_s, want[2].as_f64().unwrap(), 1e-8, 0.0);
    }
    if !same {
        comparison.differences.push(format!("events {:?} not {want:?}", recording.events));
    }
}

fn compare(entry: &Value, recording: &C3dRecording) -> Vec<String> {
    let disputed = entry.get("disputed").and_then(Value::as_array);
    let disputed = disputed.into_iter().flatten().filter_map(Value::as_str).collect();
    let mut comparison = Comparison { want: &entry["ref"], truth: &entry["truth"], disputed, differences: Vec::new() };
    let (channels, samples) = recording.analog.dim();
    comparison.count("points", recording.points.dim().0);
    comparison.count("frames", recording.frames);
    comparison.count("channels", channels);
    comparison.count("samples", if channels > 0 { samples } else { 0 });
    comparison.number("rate", recording.point_rate_hz.unwrap_or(0.0), 1e-9, 0.0);
    comparison.number("analog_rate", recording.analog_rate_hz.unwrap_or(0.0), 1e-9, 0.0);
    compare_points(&mut comparison, recording);
    let (by_channel, sizes) = channel_sums(&recording.analog.view());
    comparison.numbers("channel_sums", &by_channel, 1e-9, &sizes);
    comparison.number("analog_sum", by_channel.iter().sum(), 1e-9, sizes.iter().sum());
    comparison.text("plabels", &digest(&recording.point_labels[..recording.named_points]));
    comparison.text("alabels", &digest(&recording.analog_labels[..recording.named_channels]));
    compare_rotations(&mut comparison, recording);
    compare_events(&mut comparison, entry, recording);
    if let Some(first) = entry.get("first_frame").and_then(Value::as_u64)
        && first != u64::from(recording.first_frame)
    {
        comparison.differences.push(format!("first frame {} not {first}", recording.first_frame));
    }
    let warned = codes(recording);
    for code in entry["ref_warnings"].as_array().unwrap().iter().filter_map(Value::as_str) {
        if !warned.contains(&code) {
            comparison.differences.push(format!("no warning {code} in {warned:?}"));
        }
    }
    comparison.differences
}

#[test]
fn every_file_of_the_corpus_equals_its_expected_values() {
    let Some(folder) = shared("c3d") else { return };
    let expected: Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let files = expected["files"].as_object().unwrap();
    let mut report = String::new();
    for (name, entry) in files {
        let bytes = fs::read(folder.join(name)).unwrap();
        let differences = match (read(&bytes), entry["truth"] == "error") {
            (Err(_), true) => Vec::new(),
            (Ok(_), true) => vec!["read although it must be refused".to_owned()],
            (Err(error), false) => vec![format!("error {error}")],
            (Ok(recording), false) => compare(entry, &recording),
        };
        if !differences.is_empty() {
            writeln!(report, "{name}: {}", differences.join("; ")).unwrap();
        }
    }
    assert!(files.len() >= 96, "{} files", files.len());
    assert!(report.is_empty(), "{report}");
}
