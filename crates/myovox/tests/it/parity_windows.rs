//! Moving windows and spectra against SciPy 1.17.1's numbers (shared `emg/scipy_parity.json`).

use myovox::dsp::moving::{Edges, Moving, Statistic, Workspace};
use myovox::dsp::welch::{Detrend, Scaling, Welch, WelchConfig};
use myovox::dsp::window::Shape;
use myovox::units::Rate;
use serde_json::Value;

use super::parity_scipy::{anchors, input, numbers};

/// Values at some places, and the sum of all.
fn assert_equal(case: &Value, got: &[f64]) {
    assert_eq!(got.len() as u64, case["n"].as_u64().unwrap(), "{case}");
    let largest = case["max_abs"].as_f64().unwrap();
    for (at, want) in numbers(&case["at"]).into_iter().zip(numbers(&case["values"])) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "indices of the anchors")]
        let got = got[at as usize];
        assert!((got - want).abs() <= 1e-12 * largest, "{} at {at}: {got} not {want}", case["args"]);
    }
    let (sum, expected) = (got.iter().sum::<f64>(), case["sum"].as_f64().unwrap());
    assert!((sum - expected).abs() <= 1e-12 * largest * got.len() as f64, "{case}");
}

/// What SciPy calls them; `None` for what is not offered: a linear trend and the median of segments.
fn config(args: &Value, samples: usize) -> Option<WelchConfig> {
    let mut config = WelchConfig::default();
    for (name, value) in args.as_object().unwrap() {
        let count = || usize::try_from(value.as_u64().unwrap()).unwrap();
        config = match (name.as_str(), value.as_str().unwrap_or_default()) {
            ("nperseg", _) => config.segment_samples(count()),
            ("noverlap", _) => config.overlap_samples(count().into()),
            ("nfft", _) => config.n_fft(count().into()),
            ("detrend", "") => config.detrend(Detrend::None),
            ("scaling", "spectrum") => config.scaling(Scaling::Spectrum),
            ("window", "hamming") => config.window(Shape::Hamming),
            ("window", "boxcar") => config.window(Shape::Rectangular),
            ("detrend", "linear") | ("average", "median") => return None,
            other => panic!("{other:?}"),
        };
    }
    Some(config.shortened_to(samples))
}

#[test]
fn welch_equals_scipys_for_every_setting_that_is_offered() {
    let Some(anchors) = anchors() else { return };
    let mut compared = 0;
    for case in anchors["welch"].as_array().unwrap() {
        let x = input(&case["input"]);
        let Some(config) = config(&case["args"], x.len()) else { continue };
        let mut welch = Welch::new(&config, Rate::new(case["fs"].as_f64().unwrap()).unwrap()).unwrap();
        let mut power = vec![0.0; welch.bins()];
        welch.run(&x, &mut power).unwrap();
        approx::assert_relative_eq!(welch.bin_hz(), case["df"].as_f64().unwrap(), max_relative = 1e-14);
        assert_equal(case, &power);
        compared += 1;
    }
    assert_eq!(compared, 10);
}

#[test]
fn moving_means_equal_uniform_filter1d_at_every_edge() {
    let Some(anchors) = anchors() else { return };
    let cases = anchors["uniform_filter1d"].as_array().unwrap();
    assert!(cases.len() >= 9);
    for case in cases {
        let edges = match case["mode"].as_str().unwrap() {
            "reflect" => Edges::Reflect,
            "nearest" => Edges::Nearest,
            "constant" => Edges::Zero,
            other => panic!("{other}"),
        };
        assert_eq!(case["input"][3], "squared");
        let unsquared = Value::Array(case["input"].as_array().unwrap()[..3].to_vec());
        let x = input(&unsquared);
        let squares: Vec<f64> = x.iter().map(|v| v * v).collect();
        let window = usize::try_from(case["size"].as_u64().unwrap()).unwrap();
        let run = |statistic, x: &[f64]| {
            let mut y = vec![0.0; x.len()];
            Moving::new(statistic, window, edges).unwrap().run(x, &mut y, &mut Workspace::default()).unwrap();
            y
        };
        assert_equal(case, &run(Statistic::Mean, &squares));
        let of_rms: Vec<f64> = run(Statistic::Rms, &x).iter().map(|v| v * v).collect();
        assert_equal(case, &of_rms);
    }
}
