//! Filters against SciPy 1.17.1's numbers (shared `emg/scipy_parity.json`: inputs by formula, outputs as printed by SciPy).

use myovox::dsp::iir::{Band, Extension, Sos, Workspace, ZeroPhase, butterworth};
use myovox::units::Rate;
use serde_json::Value;

use crate::common;

pub fn anchors() -> Option<Value> {
    let path = common::shared("emg/scipy_parity.json")?;
    Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

pub fn band(kind: &str, edges: &Value) -> Band {
    let edge = |k: usize| edges.get(k).unwrap_or(edges).as_f64().unwrap();
    match kind {
        "lowpass" => Band::LowPass(edge(0)),
        "highpass" => Band::HighPass(edge(0)),
        "bandpass" => Band::BandPass(edge(0), edge(1)),
        "bandstop" => Band::BandStop(edge(0), edge(1)),
        other => panic!("{other}"),
    }
}

/// `[order, kind, edges, rate]` as the anchors write a filter; and its lowest edge.
pub fn filter(anchor: &Value) -> (Sos, f64) {
    let rate = Rate::new(anchor[3].as_f64().unwrap()).unwrap();
    let order = usize::try_from(anchor[0].as_u64().unwrap()).unwrap();
    let edges = &anchor[2];
    let sos = butterworth(order, band(anchor[1].as_str().unwrap(), edges), rate).unwrap();
    (sos, edges.get(0).unwrap_or(edges).as_f64().unwrap())
}

pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// `["burst" | "lcg", seed, n, "+offset"?]`.
pub fn input(anchor: &Value) -> Vec<f64> {
    let seed = u32::try_from(anchor[1].as_u64().unwrap()).unwrap();
    let n = usize::try_from(anchor[2].as_u64().unwrap()).unwrap();
    let offset: f64 = anchor.get(3).map_or(0.0, |text| text.as_str().unwrap().parse().unwrap());
    let mut s = seed;
    let mut next = |i: usize| {
        s = s.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let x = f64::from(s) / 4_294_967_296.0 * 2.0 - 1.0;
        let gain = if anchor[0] == "burst" && (i / 500).is_multiple_of(2) { 0.05 } else { 1.0 };
        x * gain + offset
    };
    (0..n).map(&mut next).collect()
}

#[test]
fn butterworth_sections_equal_scipys_coefficient_by_coefficient() {
    let Some(anchors) = anchors() else { return };
    let cases = anchors["butter_sos"].as_array().unwrap();
    assert!(cases.len() > 50);
    for case in cases {
        let written = serde_json::json!([case["order"], case["type"], case["edges"], case["fs"]]);
        let (sos, _) = filter(&written);
        let expected = case["sos"].as_array().unwrap();
        assert_eq!(sos.sections().len(), expected.len(), "{written}");
        for (section, expected) in sos.sections().iter().zip(expected) {
            let expected = numbers(expected);
            let got = [section.b[0], section.b[1], section.b[2], 1.0, section.a[0], section.a[1]];
            let largest = expected.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
            for (got, want) in got.iter().zip(&expected) {
                assert!((got - want).abs() <= 1e-12 * largest, "{written}: {got} not {want}");
            }
        }
    }
}

#[test]
fn steady_states_and_extensions_are_scipys() {
    let Some(anchors) = anchors() else { return };
    for case in anchors["default_padlen"].as_array().unwrap() {
        assert_eq!(
            filter(&case["filter"]).0.default_padding() as u64,
            case["default_padlen"].as_u64().unwrap(),
            "{case}"
        );
    }
    for case in anchors["sosfilt_zi"].as_array().unwrap() {
        let got = filter(&case["filter"]).0.steady_state();
        assert_eq!(got.len(), case["zi"].as_array().unwrap().len());
        for (got, want) in got.iter().zip(case["zi"].as_array().unwrap()) {
            for (got, want) in got.iter().zip(numbers(want)) {
                assert!((got - want).abs() <= 1e-12, "{case}: {got} not {want}");
            }
        }
    }
}

#[test]
fn zero_phase_filtering_equals_sosfiltfilt_with_every_extension() {
    let Some(anchors) = anchors() else { return };
    let cases = anchors["sosfiltfilt"].as_array().unwrap();
    assert!(cases.len() > 50);
    let mut workspace = Workspace::default();
    for case in cases {
        let (sos, lowest_edge) = filter(&case["filter"]);
        let extension = match case["padtype"].as_str() {
            Some("odd") => Extension::Odd,
            Some("even") => Extension::Even,
            Some("constant") => Extension::Constant,
            None => Extension::None,
            Some(other) => panic!("{other}"),
        };
        let padding = case["padlen"].as_u64().map(|n| usize::try_from(n).unwrap());
        let x = input(&case["input"]);
        let mut y = vec![0.0; x.len()];
        ZeroPhase::new(sos, extension, padding).run(&x, &mut y, &mut workspace).unwrap();
        let largest = case["max_abs"].as_f64().unwrap();
        let tolerance = if lowest_edge < 3.0 { 1e-10 } else { 1e-12 } * largest;
        for (at, want) in numbers(&case["at"]).into_iter().zip(numbers(&case["values"])) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "indices of the anchors")]
            let got = y[at as usize];
            assert!((got - want).abs() <= tolerance, "{} at {at}: {got} not {want}", case["filter"]);
        }
        let squares: f64 = y.iter().map(|v| v * v).sum();
        let expected = case["sumsq"].as_f64().unwrap();
        assert!((squares - expected).abs() <= 1e-10 * expected.max(largest * largest), "{case}");
    }
}
