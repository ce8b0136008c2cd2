//! The rarer filters and transforms against SciPy 1.17.1's numbers (shared `emg/scipy_parity.json`).

use myovox::dsp::fft::Complex;
use myovox::dsp::fir::kaiser;
use myovox::dsp::hilbert::hilbert;
use myovox::dsp::iir::{
    BesselNorm, CombShape, Sos, SosStream, Teeth, bessel, chebyshev1, chebyshev2, elliptic, iircomb, iirnotch,
};
use myovox::dsp::resample::resample_poly;
use myovox::units::Rate;
use serde_json::Value;

use crate::parity_scipy::{anchors, band, filter, input, numbers};

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn rate(case: &Value) -> Rate {
    Rate::new(number(&case["fs"])).unwrap()
}

/// The sections of `sos` against SciPy's rows, to `tolerance` of the largest coefficient of each.
fn assert_sections(sos: &Sos, rows: &Value, tolerance: f64, what: &str) {
    let rows = rows.as_array().unwrap();
    assert_eq!(sos.sections().len(), rows.len(), "{what}");
    for (section, row) in sos.sections().iter().zip(rows) {
        let row = numbers(row);
        let got = [section.b[0], section.b[1], section.b[2], 1.0, section.a[0], section.a[1]];
        let largest = row.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        for (got, want) in got.iter().zip(&row) {
            assert!((got - want).abs() <= tolerance * largest, "{what}: {got} not {want}");
        }
    }
}

#[test]
fn chebyshev_elliptic_and_bessel_sections_equal_scipys() {
    let Some(anchors) = anchors() else { return };
    let cases = anchors["other_sos"].as_array().unwrap();
    assert!(cases.len() >= 9);
    for case in cases {
        let args = case["args"].as_array().unwrap();
        let order = usize::try_from(args[0].as_u64().unwrap()).unwrap();
        let band = band(args[args.len() - 1].as_str().unwrap(), &args[args.len() - 2]);
        let rate = rate(case);
        let norm = match case["norm"].as_str() {
            Some("delay") => BesselNorm::Delay,
            Some("mag") => BesselNorm::Magnitude,
            _ => BesselNorm::Phase,
        };
        let sos = match case["design"].as_str().unwrap() {
            "cheby1" => chebyshev1(order, number(&args[1]), band, rate),
            "cheby2" => chebyshev2(order, number(&args[1]), band, rate),
            "ellip" => elliptic(order, number(&args[1]), number(&args[2]), band, rate),
            "bessel" => bessel(order, norm, band, rate),
            other => panic!("{other}"),
        };
        assert_sections(&sos.unwrap(), &case["sos"], 1e-10, &format!("{} {}", case["design"], case["args"]));
    }
}

#[test]
fn notches_equal_scipys() {
    let Some(anchors) = anchors() else { return };
    for case in anchors["iirnotch"].as_array().unwrap() {
        let sos = iirnotch(number(&case["f0"]), number(&case["Q"]), rate(case)).unwrap();
        let row: Vec<f64> = [numbers(&case["b"]), numbers(&case["a"])].concat();
        assert_sections(&sos, &serde_json::json!([row]), 1e-15, "notch");
    }
}

#[test]
fn combs_equal_scipys_and_refuse_what_scipy_refuses() {
    let Some(anchors) = anchors() else { return };
    let cases = anchors["iircomb"].as_array().unwrap();
    assert!(cases.iter().any(|case| case.get("error").is_some()));
    for case in cases {
        let shape = if case["ftype"] == "peak" { CombShape::Peak } else { CombShape::Notch };
        let passes_zero = case["pass_zero"] == true;
        let teeth = if (shape == CombShape::Peak) == passes_zero { Teeth::Multiples } else { Teeth::OddHalves };
        let comb = iircomb(number(&case["f0"]), number(&case["Q"]), shape, teeth, rate(case));
        if case.get("error").is_some() {
            assert_eq!(comb.unwrap_err().code(), "dsp.comb-not-integer");
            continue;
        }
        let comb = comb.unwrap();
        let got = [[(0, comb.b[0]), (comb.delay, comb.b[1])], [(0, 1.0), (comb.delay, comb.a)]];
        for (got, key) in got.iter().zip(["b_nonzero", "a_nonzero"]) {
            let want = case[key].as_array().unwrap();
            assert_eq!(want.len(), 2);
            for (got, want) in got.iter().zip(want) {
                assert_eq!(got.0 as u64, want[0].as_u64().unwrap());
                assert!((got.1 - number(&want[1])).abs() <= 1e-14, "{case}: {}", got.1);
            }
        }
    }
}

/// `values` against an anchor's samples, and its sum of squares, to `tolerance` of the largest.
fn assert_signal(values: &[f64], anchor: &Value, tolerance: f64, what: &str) {
    assert_eq!(values.len() as u64, anchor["n"].as_u64().unwrap(), "{what}");
    let largest = number(&anchor["max_abs"]);
    for (at, want) in anchor["at"].as_array().unwrap().iter().zip(numbers(&anchor["values"])) {
        let got = values[usize::try_from(at.as_u64().unwrap()).unwrap()];
        assert!((got - want).abs() <= tolerance * largest, "{what} at {at}: {got} not {want}");
    }
    let squares: f64 = values.iter().map(|v| v * v).sum();
    let expected = number(&anchor["sumsq"]);
    assert!((squares - expected).abs() <= 1e-10 * expected, "{what}: {squares} not {expected}");
}

#[test]
fn streams_equal_sosfilt_and_end_in_its_state() {
    let Some(anchors) = anchors() else { return };
    for case in anchors["sosfilt"].as_array().unwrap() {
        let (sos, _) = filter(&case["filter"]);
        let mut x = input(&case["input"]);
        let mut stream = SosStream::new(sos, 1);
        stream.settle(0, x[0]);
        for piece in x.chunks_mut(77) {
            stream.push(0, piece);
        }
        assert_signal(&x, case, 1e-12, "sosfilt");
        for (got, want) in stream.state().values.iter().zip(case["zf"].as_array().unwrap()) {
            for (got, want) in got.iter().zip(numbers(want)) {
                assert!((got - want).abs() <= 1e-12, "{got} not {want}");
            }
        }
    }
}

#[test]
fn analytic_signals_equal_scipys() {
    let Some(anchors) = anchors() else { return };
    for case in anchors["hilbert"].as_array().unwrap() {
        let analytic = hilbert(&input(&case["input"]));
        let part = |pick: fn(&Complex<f64>) -> f64| analytic.iter().map(pick).collect::<Vec<_>>();
        assert_signal(&part(|z| z.re), &case["real"], 1e-12, "real part");
        assert_signal(&part(|z| z.im), &case["imag"], 1e-12, "imaginary part");
        assert_signal(&part(|z| z.norm()), &case["abs"], 1e-12, "amplitude");
    }
}

#[test]
fn resampled_signals_equal_scipys() {
    let Some(anchors) = anchors() else { return };
    let cases = anchors["resample_poly"].as_array().unwrap();
    assert!(cases.len() >= 6);
    for case in cases {
        let factor = |name: &str| usize::try_from(case[name].as_u64().unwrap()).unwrap();
        let y = resample_poly(&input(&case["input"]), factor("up"), factor("down")).unwrap();
        assert_signal(&y, case, 1e-12, &format!("{} / {}", case["up"], case["down"]));
    }
}

#[test]
fn kaisers_window_equals_scipys() {
    let Some(anchors) = anchors() else { return };
    let want = numbers(&anchors["kaiser"]["values"]);
    let got = kaiser(want.len(), number(&anchors["kaiser"]["beta"]));
    for (got, want) in got.iter().zip(&want) {
        assert!((got - want).abs() <= 1e-15, "{got} not {want}");
    }
}
