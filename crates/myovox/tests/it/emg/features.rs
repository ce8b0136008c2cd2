//! Features: MATLAB's values (shared `emg/libemg`), analytic signals, laws of scale, gaps, and faults of other programs that ours must not have.

use myovox::dsp::fft::Planner;
use myovox::dsp::math;
use myovox::emg::features::{
    ArMethod, Feature, FeatureConfig, FeaturePlan, Features, Offset, Spectrum, Values, features,
};
use myovox::units::Rate;
use rand_pcg::rand_core::{Rng, SeedableRng};

use crate::common;

fn rate() -> Rate {
    Rate::new(1000.0).unwrap()
}

fn all() -> FeatureConfig {
    FeatureConfig::default().features(Feature::ALL.to_vec())
}

fn of(x: &[f64], config: &FeatureConfig) -> Features {
    features(x, rate(), config).unwrap()
}

/// White noise, normal enough: the sum of twelve uniform values.
fn noise(n: usize, seed: u64) -> Vec<f64> {
    let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
    let mut normal = || (0..12).map(|_| f64::from(random.next_u32()) / 4_294_967_296.0).sum::<f64>() - 6.0;
    (0..n).map(|_| normal()).collect()
}

fn table(name: &str) -> Option<Vec<Vec<f64>>> {
    let path = common::shared(&format!("emg/libemg/{name}"))?;
    let text = std::fs::read_to_string(path).unwrap();
    let row = |line: &str| line.split(',').map(|cell| cell.trim().parse().unwrap()).collect();
    Some(text.lines().filter(|line| !line.trim().is_empty()).map(row).collect())
}

/// The eight channels of the recording that MATLAB's values are of.
fn myo() -> Option<Vec<Vec<f64>>> {
    let rows = table("emg_data_myo.csv")?;
    Some((0..8).map(|channel| rows.iter().map(|row| row[channel]).collect()).collect())
}

/// Compares a value of every window of 200 samples, 25 apart, with MATLAB's, which are printed with five digits.
fn assert_matlab(name: &str, config: &FeatureConfig, prepare: fn(f64) -> f64, value: impl Fn(&Features) -> f64) {
    let (Some(channels), Some(expected)) = (myo(), table(&format!("matlab_{name}.csv"))) else { return };
    let plan = FeaturePlan::new(&config.clone().window_ms(200.0).overlap(0.875), rate()).unwrap();
    for (c, channel) in channels.iter().enumerate() {
        let x: Vec<f64> = channel.iter().map(|v| prepare(*v)).collect();
        let windows = plan.windows(&x, None, &mut plan.workspace()).windows;
        assert_eq!((windows.len(), expected.len()), (13, 13));
        for (window, row) in windows.iter().zip(&expected) {
            let (found, want) = (value(&window.features), row[c]);
            assert!((found - want).abs() <= 5e-5 * want.abs(), "{name}, channel {c}: {found} for {want}");
        }
    }
}

#[test]
fn features_of_the_samples_are_matlabs() {
    let same = |v: f64| v;
    for (name, feature) in [
        ("MAV", Feature::Mav),
        ("IAV", Feature::Iav),
        ("RMS", Feature::Rms),
        ("WL", Feature::Wl),
        ("DASDV", Feature::Dasdv),
        ("MAVFD", Feature::Mavfd),
        ("LS", Feature::LScale),
        ("SKEW", Feature::Skewness),
        ("KURT", Feature::Kurtosis),
        ("MAVSLP", Feature::Mavslp),
        // Whole numbers: a step above 0.002 is a step above 0.
        ("WAMP", Feature::Wamp),
    ] {
        assert_matlab(name, &all(), same, |found| found.get(feature).unwrap());
    }
    // What is named otherwise there: the mean square as VAR, the mean cube of the magnitude as TM, the maximum fractal length without its root,
    // the multiple of the root of the mean squared step as MZP, the log detector of the magnitude plus 1.
    assert_matlab("VAR", &all(), same, |found| found.get(Feature::Ssi).unwrap() / 200.0);
    assert_matlab("TM", &all(), same, |found| math::powf(found.get(Feature::VOrder).unwrap(), 3.0));
    assert_matlab("MFL", &all(), same, |found| math::log10(found.get(Feature::Wl).unwrap()));
    assert_matlab("MZP", &all(), same, |found| found.get(Feature::Dasdv).unwrap() * (199.0_f64 / 200.0).sqrt());
    assert_matlab("LD", &all(), |v| v.abs() + 1.0, |found| found.get(Feature::Ld).unwrap());
}

#[test]
fn the_model_is_matlabs_and_the_cepstrum_is_its_own() {
    let (Some(channels), Some(ar), Some(cc)) = (myo(), table("matlab_AR.csv"), table("matlab_CC.csv")) else { return };
    let config = all().ar_method(ArMethod::YuleWalker).window_ms(200.0).overlap(0.875);
    let plan = FeaturePlan::new(&config, rate()).unwrap();
    for (c, x) in channels.iter().enumerate() {
        for (k, window) in plan.windows(x, None, &mut plan.workspace()).windows.iter().enumerate() {
            // 1 + sum a z^-k is the other sign.
            let a: Vec<f64> = window.features.list(Feature::Ar).unwrap().iter().map(|a| -a).collect();
            // The formula as printed has a_n where the recursion of the cepstrum has a_l.
            let mut printed: Vec<f64> = Vec::new();
            for n in 1..=4 {
                let sum: f64 = (1..n).map(|l| (1.0 - l as f64 / n as f64) * printed[n - l - 1]).sum();
                printed.push(-a[n - 1] - a[n - 1] * sum);
            }
            for lag in 0..4 {
                let at = 4 * c + lag;
                assert!((a[lag] - ar[k][at]).abs() <= 5e-5 * ar[k][at].abs(), "AR {}: {}", a[lag], ar[k][at]);
                assert!(
                    (printed[lag] - cc[k][at]).abs() <= 5e-5 * cc[k][at].abs().max(1e-3),
                    "CC {}: {}",
                    printed[lag],
                    cc[k][at]
                );
            }
            assert_eq!(window.features.list(Feature::Cc).unwrap()[0], -a[0]);
        }
    }
}

#[test]
fn features_of_the_spectrum_are_matlabs_but_for_its_stretched_axis() {
    let Some(channels) = myo() else { return };
    let tables = ["MNP", "MNF", "SM", "MDF"].map(|name| table(&format!("matlab_{name}.csv")).unwrap());
    let fft = Planner::new().plan(256);
    let mut buffers = fft.buffers();
    let bin = 1000.0 / 256.0;
    // 128 bins were laid from 0 to 500 Hz, both ends included.
    let stretch = 128.0 / 127.0;
    let band = [0.0, 127.0 * bin];
    for (c, x) in channels.iter().enumerate() {
        for k in 0..13 {
            buffers.time_mut()[..200].copy_from_slice(&x[25 * k..25 * k + 200]);
            buffers.time_mut()[200..].fill(0.0);
            fft.forward(&mut buffers);
            let density = buffers.spectrum()[..128].iter().map(|bin| bin.norm_sqr() / (200.0 * 200.0)).collect();
            let spectrum = Spectrum::new(density, bin);
            let found = [
                spectrum.moment(0, band) / bin / 128.0,
                spectrum.mean_frequency(band).unwrap() * stretch,
                spectrum.moment(2, band) / bin * stretch * stretch,
            ];
            for (found, table) in found.iter().zip(&tables) {
                let want = table[k][c];
                assert!((found - want).abs() <= 5e-5 * want, "{found} for {want}");
            }
            // A bin there, interpolated here: never further apart than a bin.
            let median = spectrum.median_frequency(band).unwrap() * stretch;
            assert!((median - tables[3][k][c]).abs() <= bin * stretch, "{median} for {}", tables[3][k][c]);
        }
    }
}

#[test]
fn crossings_and_turns_that_libemg_loses_or_invents_are_counted_right() {
    let (Some(channels), Some(zc), Some(ssc)) = (myo(), table("matlab_ZC.csv"), table("matlab_SSC.csv")) else {
        return;
    };
    let found = of(&channels[0][..200], &all());
    // There a plateau is a turn, and a crossing through a sample of 0 is none.
    assert_eq!((found.get(Feature::Ssc), ssc[0][0]), (Some(122.0), 157.0));
    assert!(found.get(Feature::Zc).unwrap() > zc[0][0]);
    let through_zero: Vec<f64> = [-1.0, 0.0, 1.0, 0.0].repeat(10);
    assert_eq!(of(&through_zero, &all()).get(Feature::Zc), Some(19.0));
    let plateaus: Vec<f64> = [0.0, 0.0, 1.0, 1.0, 2.0, 2.0].repeat(3);
    assert_eq!(of(&plateaus, &all()).get(Feature::Ssc), Some(0.0));
    // The largest magnitude, whatever its sign.
    assert_eq!(of(&[1.0, -3.0, 2.0], &all()).get(Feature::Peak), Some(3.0));
}

/// The exponent of the amplitude that each feature's unit states is the one by which it grows; counts and frequencies do not change at all.
#[test]
fn every_feature_grows_with_the_amplitude_as_its_unit_says() {
    let x = noise(2000, 3);
    let config = all().threshold_baselines(0.5);
    let plan = FeaturePlan::new(&config, rate()).unwrap();
    let run = |scale: f64| -> Features {
        let x: Vec<f64> = x.iter().map(|v| v * scale).collect();
        plan.stretch(&x, Some(scale.abs()), &mut plan.workspace())
    };
    let base = run(1.0);
    assert!(base.missing.iter().all(|missing| missing.path == "values.smr_db"), "{:?}", base.missing);
    for scale in [-1.0, 1.0 / 1024.0, 1e3, 1e-6] {
        let scaled = run(scale);
        for &feature in Feature::ALL {
            if let (Some(before), Some(after)) = (base.list(feature), scaled.list(feature)) {
                for (before, after) in before.iter().zip(after) {
                    approx::assert_relative_eq!(before, after, max_relative = 1e-9, epsilon = 1e-12);
                }
                continue;
            }
            let (Some(before), Some(after)) = (base.get(feature), scaled.get(feature)) else {
                assert_eq!((base.get(feature), scaled.get(feature)), (None, None), "{feature}");
                continue;
            };
            let factor = (0..feature.amplitude_exponent()).fold(1.0, |power, _| power * scale.abs());
            let odd = scale < 0.0 && matches!(feature, Feature::Skewness | Feature::SkewnessCorrected);
            let expected = before * if odd { -factor } else { factor };
            assert!((after - expected).abs() <= 1e-9 * expected.abs(), "{feature} at {scale}: {after} for {expected}");
        }
    }
}

#[test]
fn a_sinusoid_has_the_values_of_the_formulas() {
    let (amplitude, cycles, n) = (3.0, 80.0, 1000_usize);
    let w = 2.0 * std::f64::consts::PI * cycles / n as f64;
    let x: Vec<f64> = (0..n).map(|i| amplitude * math::sin(w * i as f64 + 0.01)).collect();
    let found = of(&x, &all());
    let get = |feature| found.get(feature).unwrap();
    approx::assert_relative_eq!(get(Feature::Rms), amplitude / 2.0_f64.sqrt(), max_relative = 1e-12);
    approx::assert_relative_eq!(get(Feature::Mav), 2.0 * amplitude / std::f64::consts::PI, max_relative = 1e-3);
    approx::assert_relative_eq!(get(Feature::Iemg), get(Feature::Mav), max_relative = 1e-12); // one second
    assert_eq!((get(Feature::Zc), get(Feature::Ssc)), (159.0, 160.0));
    approx::assert_relative_eq!(get(Feature::HjorthMobility), 2.0 * math::sin(w / 2.0), max_relative = 1e-2);
    approx::assert_relative_eq!(get(Feature::Kurtosis), 1.5, max_relative = 1e-9);
    for feature in [Feature::Mnf, Feature::Mdf, Feature::Pkf] {
        approx::assert_abs_diff_eq!(get(feature), 80.0, epsilon = 1e-6);
    }
    approx::assert_relative_eq!(get(Feature::Ttp), amplitude * amplitude / 2.0, max_relative = 1e-9);
    // Between two bins of 4 Hz the frequencies are right to half a bin.
    let x: Vec<f64> = (0..n).map(|i| math::sin(2.0 * std::f64::consts::PI * 81.7 * i as f64 / 1000.0)).collect();
    for feature in [Feature::Mnf, Feature::Mdf, Feature::Pkf] {
        assert!((of(&x, &all()).get(feature).unwrap() - 81.7).abs() < 2.0, "{feature}");
    }
}

#[test]
fn noise_has_the_moments_of_its_distribution() {
    let normal = noise(200_000, 5);
    let found = of(&normal, &FeatureConfig::default());
    approx::assert_abs_diff_eq!(found.get(Feature::Kurtosis).unwrap(), 3.0 - 0.1, epsilon = 0.05); // of the sum of twelve
    approx::assert_abs_diff_eq!(found.get(Feature::Skewness).unwrap(), 0.0, epsilon = 0.02);
    approx::assert_abs_diff_eq!(found.get(Feature::Mdf).unwrap(), 235.0, epsilon = 2.0); // white from 20 to 450 Hz
    approx::assert_abs_diff_eq!(found.get(Feature::Mnf).unwrap(), 235.0, epsilon = 2.0);
    // Laplace: the difference of two exponential values.
    let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(6);
    let mut exponential = || -math::ln((f64::from(random.next_u32()) + 0.5) / 4_294_967_296.0);
    let laplace: Vec<f64> = (0..400_000).map(|_| exponential() - exponential()).collect();
    approx::assert_abs_diff_eq!(
        of(&laplace, &FeatureConfig::default()).get(Feature::Kurtosis).unwrap(),
        6.0,
        epsilon = 0.25
    );
}

#[test]
fn a_process_of_second_order_gives_its_coefficients_back() {
    let mut x = vec![0.0; 100_000];
    for (i, e) in noise(100_000, 7).into_iter().enumerate().skip(2) {
        x[i] = 1.2 * x[i - 1] - 0.6 * x[i - 2] + e;
    }
    for method in [ArMethod::Burg, ArMethod::YuleWalker] {
        let found = of(&x, &all().ar_order(3).ar_method(method).entropy_max_samples(0));
        let a = found.list(Feature::Ar).unwrap();
        for (a, expected) in a.iter().zip([1.2, -0.6, 0.0]) {
            approx::assert_abs_diff_eq!(*a, expected, epsilon = 0.01);
        }
        assert_eq!(found.reason(Feature::Sampen), Some("too_long"));
    }
}

#[test]
fn windows_are_whole_and_those_that_miss_too_much_have_no_features() {
    let mut x = noise(1130, 9);
    x[260..280].fill(f64::NAN); // 8 % of the second window
    x[510..540].fill(f64::NAN); // 12 % of the third
    let plan = FeaturePlan::new(&FeatureConfig::default(), rate()).unwrap();
    let mut found = plan.windows(&x, None, &mut plan.workspace());
    assert_eq!((found.window_samples, found.hop_samples, found.windows.len()), (250, 250, 4));
    assert_eq!((found.dropped_windows, found.dropped_samples), (1, 130));
    assert_eq!((found.windows[1].span.start, found.windows[1].span.end_s), (250, 0.5));
    let of_window = |k: usize| &found.windows[k].features;
    assert_eq!((of_window(1).absent_samples, of_window(2).absent_samples), (20, 30));
    assert!(of_window(1).get(Feature::Mdf).is_some() && of_window(2).values.is_none());
    assert_eq!(of_window(2).reason(Feature::Rms), Some("too_many_gaps"));
    // What is there counts, and no step reaches across the gap.
    let there: Vec<f64> = x[250..500].iter().copied().filter(|v| v.is_finite()).collect();
    let mean = there.iter().map(|v| v.abs()).sum::<f64>() / 230.0;
    approx::assert_relative_eq!(of_window(1).get(Feature::Mav).unwrap(), mean, max_relative = 1e-13);
    let steps: f64 =
        [&x[250..260], &x[280..500]].iter().flat_map(|run| run.windows(2)).map(|pair| (pair[1] - pair[0]).abs()).sum();
    approx::assert_relative_eq!(of_window(1).get(Feature::Wl).unwrap(), steps, max_relative = 1e-13);

    let missing = found.take_missing();
    assert_eq!((missing.len(), missing[0].path.as_str()), (1, "windows[2].features.values"));
    assert!(found.windows.iter().all(|window| window.features.missing.is_empty()));
}

#[test]
fn every_unknown_value_has_its_reason_and_nothing_panics() {
    let reason = |x: &[f64], feature: Feature| of(x, &all()).reason(feature).map(str::to_owned);
    assert_eq!(reason(&[], Feature::Mav).as_deref(), Some("no_samples"));
    assert_eq!(reason(&[f64::NAN; 9], Feature::Mav).as_deref(), Some("too_many_gaps"));
    assert_eq!(reason(&[1.0], Feature::Wl).as_deref(), Some("too_short"));
    assert_eq!(reason(&[0.0; 500], Feature::Ld).as_deref(), Some("zero"));
    assert_eq!(reason(&[0.1; 500], Feature::Kurtosis).as_deref(), Some("constant"));
    assert_eq!(reason(&[0.1; 500], Feature::Sampen).as_deref(), Some("constant"));
    assert_eq!(reason(&[0.0; 500], Feature::Mdf).as_deref(), Some("no_power"));
    assert_eq!(reason(&[0.0; 500], Feature::Ar).as_deref(), Some("zero"));
    assert_eq!(reason(&[1e90; 500], Feature::Tm5).as_deref(), Some("not_finite"));
    let plan = FeaturePlan::new(&all().threshold_baselines(3.0), rate()).unwrap();
    let unknown = plan.stretch(&noise(500, 1), None, &mut plan.workspace());
    assert_eq!(unknown.reason(Feature::Wamp), Some("no_baseline"));
    for n in 0..60 {
        for x in [vec![0.0; n], vec![-2.5; n], noise(n, 2), (0..n).map(|i| i as f64).collect()] {
            let found = of(&x, &all());
            let values = found.values.iter().flat_map(Values::iter);
            for (feature, value) in values {
                assert_eq!(value.is_none(), found.reason(feature).is_some(), "{feature} of {n}");
            }
        }
    }
}

#[test]
fn an_offset_is_removed_when_asked_and_never_reaches_the_spectrum() {
    let x = noise(1500, 11);
    let shifted: Vec<f64> = x.iter().map(|v| v + 100.0).collect();
    let config = all().offset(Offset::Remove);
    let (plain, removed, kept) = (of(&x, &config), of(&shifted, &config), of(&shifted, &all()));
    for &feature in Feature::ALL {
        let (Some(before), Some(after)) = (plain.get(feature), removed.get(feature)) else { continue };
        assert!((before - after).abs() <= 1e-9 * before.abs().max(1e-3), "{feature}: {after} for {before}");
    }
    for feature in [Feature::Mdf, Feature::Mnf, Feature::Ttp, Feature::Var, Feature::Kurtosis, Feature::HjorthMobility]
    {
        approx::assert_relative_eq!(kept.get(feature).unwrap(), plain.get(feature).unwrap(), max_relative = 1e-9);
    }
}

#[test]
fn results_read_back_and_settings_outside_their_ranges_are_refused() {
    let found = of(&noise(700, 13), &all());
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Features>(&text).unwrap(), found);
    let schema = serde_json::to_value(schemars::schema_for!(Features)).unwrap();
    assert!(jsonschema::is_valid(&schema, &serde_json::from_str(&text).unwrap()));

    let code = |config: FeatureConfig| FeaturePlan::new(&config, rate()).unwrap_err().code();
    assert_eq!(code(all().overlap(1.0)), "config.out-of-range");
    assert_eq!(code(all().high_hz(600.0.into())), "emg.feature-band");
    let summary = FeaturePlan::new(&all(), Rate::new(800.0).unwrap()).unwrap().summary().clone();
    assert_eq!((summary.band_hz, summary.ratio_high_hz, summary.bin_hz), ([20.0, 360.0], [95.0, 400.0], 4.0));
}
