//! What the prior application and other packages get wrong about muscle signals, each on the signal that shows it. F and P number their faults;
//! those of sessions and scores stand beside the scores, those of detectors beside the methods, those of files beside the formats.

use myovox::dsp::iir::{Band, Extension, Workspace, ZeroPhase, butterworth};
use myovox::emg::arrays::{Amplitude, AmplitudeConfig, AmplitudePlan};
use myovox::emg::features::{Feature, FeatureConfig, FeaturePlan};
use myovox::emg::{Analysis, ChannelInfo, EmgConfig, Plan, Role, Signal, analyze};
use myovox::simd::Level;
use myovox::units::Rate;

use super::{RATE_HZ, analyze_at, assert_eight, bursts, contractions, noise};

fn rate(hz: f64) -> Rate {
    Rate::new(hz).unwrap()
}

fn run(samples: &[f64]) -> Analysis {
    analyze_at(RATE_HZ, samples, &EmgConfig::default())
}

fn with(change: impl Fn(&mut Vec<f64>)) -> Vec<f64> {
    let mut x = bursts(1);
    change(&mut x);
    x
}

/// 5 µV of rest, 100 µV inside the stretches, in volts.
fn active(n: usize, seed: u64, inside: impl Fn(usize) -> bool) -> Vec<f64> {
    noise(n, seed).iter().enumerate().map(|(i, v)| v * if inside(i) { 100e-6 } else { 5e-6 }).collect()
}

#[test]
fn f1_an_artefact_neither_hides_efforts_nor_is_one() {
    assert_eight(&contractions(&with(|x| x[1500] += 0.1)), 50, "a sample of 100 mV");
    assert_eight(&contractions(&with(|x| x[1500..1550].fill(0.05))), 50, "50 ms of 50 mV");
    for length in [100, 270, 1000, 2000] {
        assert_eight(&contractions(&with(|x| x[1500..1500 + length].fill(-5.5e-3))), 50, "a plateau at the rail");
    }
}

#[test]
fn f2_noise_alone_and_hum_alone_hold_nothing() {
    let hum: Vec<f64> = (0..32_000).map(|i| 1e-4 * myovox::dsp::math::sin(f64::from(i) * 0.314_159)).collect();
    for x in [noise(30_000, 5), hum] {
        let channel = run(&x).emg.channels.remove(0);
        assert_eq!((channel.contractions.len(), channel.activations.len()), (0, 0));
    }
}

#[test]
fn f4_edges_are_the_muscles_and_not_the_smoothings() {
    for seed in 1..=5 {
        assert_eight(&contractions(&bursts(seed)), 5, "26 dB");
    }
}

#[test]
fn f6_an_effort_that_flickers_is_one() {
    let x = active(12_000, 3, |i| (5000..6500).contains(&i) && (i - 5000) % 120 < 80);
    assert_eq!(contractions(&x).len(), 1);
}

#[test]
fn f7_a_long_hold_is_one_contraction_and_flagged() {
    let found = contractions(&active(60_000, 4, |i| (10_000..35_000).contains(&i)));
    assert_eq!((found.len(), &found[0].flags[..]), (1, &["long".to_owned()][..]));
    approx::assert_abs_diff_eq!(found[0].duration_s, 25.0, epsilon = 0.02);
}

#[test]
fn f8_no_channel_vanishes() {
    assert_eight(&contractions(&with(|x| x[1234] = f64::NAN)), 50, "one NaN");
    let short = active(9900, 5, |i| (4000..6000).contains(&i));
    let long: Vec<f64> = bursts(6).into_iter().cycle().take(601_000).collect();
    assert_eq!((contractions(&short).len(), contractions(&long).len()), (1, 18 * 8 + 7));
}

#[test]
fn f9_how_small_the_numbers_are_does_not_matter() {
    for factor in [1e-5, 1e-6, 1e-30, 1e30] {
        assert_eight(&contractions(&with(|x| x.iter_mut().for_each(|v| *v *= factor))), 5, "scaled");
    }
}

#[test]
fn f10_undershoot_is_no_activity() {
    let x = with(|x| x.iter_mut().for_each(|v| *v = v.abs()));
    for method in [Amplitude::Linear, Amplitude::Hilbert, Amplitude::Tkeo, Amplitude::Rms, Amplitude::Mav] {
        let plan =
            AmplitudePlan::new(&AmplitudeConfig::default().method(method), rate(RATE_HZ), Level::best()).unwrap();
        let mut envelope = vec![0.0; x.len()];
        plan.run(&x, &mut envelope, &mut Workspace::default()).unwrap();
        assert!(envelope.iter().all(|v| *v >= 0.0), "{method:?}");
    }
}

#[test]
fn f12_what_was_not_measured_has_no_confidence() {
    let channel = run(&noise(20_000, 7)).emg.channels.remove(0);
    assert_eq!((channel.parameters.mvc_value, channel.parameters.mvc_confidence), (None, None));
    let whole = run(&active(9000, 8, |i| i < 3000)).emg.channels.remove(0);
    assert_eq!(whole.activations.len(), 1);
    let first = &whole.activations[0];
    assert!(
        first.onset_edge.is_none()
            && first.confidence.is_some_and(|c| Some(c) == first.offset_edge.as_ref().map(|e| e.within_20_ms))
    );
}

#[test]
fn f13_the_last_samples_count_as_all_others_do() {
    let n = 12_000;
    for length in [100, 400] {
        let found = contractions(&active(n, 9, |i| i >= n - length || (4000..6000).contains(&i)));
        let last = found.last().unwrap();
        assert_eq!((last.offset, &last.flags[..]), (n, &["ends_after".to_owned()][..]), "{length}");
        approx::assert_abs_diff_eq!(last.duration_s, length as f64 / RATE_HZ, epsilon = 0.03);
    }
}

#[test]
fn f15_spectral_features_have_no_bins_and_do_not_depend_on_the_rate() {
    let config = FeatureConfig::default().features(vec![Feature::Mdf, Feature::FiNsm5]);
    let of = |x: &[f64], hz: f64| {
        let plan = FeaturePlan::new(&config, rate(hz)).unwrap();
        let features = plan.stretch(x, None, &mut plan.workspace());
        let value = serde_json::to_value(features.values).unwrap();
        (value["mdf_hz"].as_f64().unwrap(), value["fi_nsm5"].as_f64().unwrap())
    };
    let low_pass = butterworth(8, Band::LowPass(200.0), rate(4000.0)).unwrap();
    let mut fine = vec![0.0; 160_000];
    let filter = ZeroPhase::new(low_pass, Extension::Odd, None);
    filter.run(&noise(160_000, 10), &mut fine, &mut Workspace::default()).unwrap();
    let coarse: Vec<f64> = fine.iter().step_by(4).copied().collect();
    let ((mdf, fatigue), (mdf_coarse, fatigue_coarse)) = (of(&fine, 4000.0), of(&coarse, 1000.0));
    approx::assert_relative_eq!(mdf, mdf_coarse, max_relative = 0.02);
    approx::assert_relative_eq!(fatigue, fatigue_coarse, max_relative = 0.1);
    assert!((mdf / 3.90625).fract() > 1e-6);
}

#[test]
fn f17_p11_filters_stay_exact_where_coefficients_of_polynomials_do_not() {
    // Narrow and very low bands at 10 kHz: a tone inside the band passes, one far outside does not.
    for (order, band, inside, outside) in [
        (4, Band::HighPass(0.1), 10.0, None),
        (4, Band::BandPass(5.0, 30.0), 12.25, Some(1000.0)),
        (8, Band::BandPass(20.0, 450.0), 95.0, Some(4000.0)),
        (4, Band::LowPass(3.0), 0.3, Some(300.0)),
    ] {
        let filter = ZeroPhase::new(butterworth(order, band, rate(10_000.0)).unwrap(), Extension::Odd, None);
        let gain = |hz: f64| {
            let tone = |i: u32| myovox::dsp::math::sin(std::f64::consts::TAU * hz * f64::from(i) / 10_000.0);
            let x: Vec<f64> = (0..200_000).map(tone).collect();
            let mut y = vec![0.0; x.len()];
            filter.run(&x, &mut y, &mut Workspace::default()).unwrap();
            let rms = |v: &[f64]| (v[90_000..110_000].iter().map(|v| v * v).sum::<f64>() / 20_000.0).sqrt();
            rms(&y) / rms(&x)
        };
        assert!((gain(inside) - 1.0).abs() < 2e-2, "{band:?}: {}", gain(inside));
        assert!(outside.is_none_or(|hz| gain(hz) < 1e-4), "{band:?}");
    }
}

#[test]
fn f18_a_derived_channel_is_marked_and_no_muscle() {
    let info = |label: &str| ChannelInfo { label: label.into(), unit: "V".into(), of_force_platform: false };
    let infos = [info("CH1 Raw"), info("CH1 activated")];
    let x = bursts(1);
    let gated: Vec<f64> = x.iter().map(|v| if v.abs() > 5e-5 { v.abs() } else { 0.0 }).collect();
    let signals = [Signal { info: &infos[0], samples: &x }, Signal { info: &infos[1], samples: &gated }];
    let analysis = analyze(&signals, Some(rate(RATE_HZ)), &EmgConfig::default(), Level::best()).unwrap();
    assert_eq!(analysis.roles, [Role::Muscle, Role::Derived]);
    assert_eq!(analysis.emg.channels.len(), 1);
    assert_eight(&analysis.emg.channels[0].contractions, 5, "CH1 Raw");
}

#[test]
fn p1_the_band_leaves_the_muscle_its_power() {
    // The spectrum of a muscle by Shwedyk 1977, with 60 and 120 Hz: power inside the band over all power.
    let power = |f: f64| f * f / ((f * f + 3600.0) * (f * f + 14_400.0) * (f * f + 14_400.0));
    let band = butterworth(4, Band::BandPass(20.0, 450.0), rate(2000.0)).unwrap();
    let (mut all, mut left) = (0.0, 0.0);
    for f in 1..1000 {
        let (f, gain) = (f64::from(f), band.power_gain(f64::from(f), rate(2000.0)));
        all += power(f);
        left += power(f) * gain * gain;
    }
    assert!(left / all > 0.95, "{}", left / all);
}

#[test]
fn p2_an_amplitude_has_the_unit_of_its_signal_and_no_soft_start() {
    let steady: Vec<f64> = noise(20_000, 11).iter().map(|v| v * 100e-6).collect();
    let envelope =
        Plan::new(&EmgConfig::default(), rate(RATE_HZ), Level::best()).unwrap().signals(&steady).unwrap().envelope;
    let mean = envelope.iter().sum::<f64>() / envelope.len() as f64;
    assert!((mean / 100e-6 - 1.0).abs() < 0.05, "{mean}");
    assert!(envelope[0] > 0.8 * mean, "{}", envelope[0]);
}

#[test]
fn p3_p7_bursts_at_both_ends_spikes_and_gaps_keep_pairs() {
    let n = 20_000;
    let mut x = active(n, 12, |i| i < 2000 || (8000..10_000).contains(&i) || i >= n - 2000);
    x[5000] += 0.01;
    x[13_000..13_400].fill(f64::NAN);
    let channel = run(&x).emg.channels.remove(0);
    for spans in [
        channel.activations.iter().map(|a| (a.onset, a.offset)).collect::<Vec<_>>(),
        channel.contractions.iter().map(|c| (c.onset, c.offset)).collect(),
    ] {
        assert_eq!(spans.len(), 3, "{spans:?}");
        assert_eq!((spans[0].0, spans[2].1), (0, n));
        assert!(spans.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }
}

#[test]
fn p9_p12_onsets_are_neither_early_nor_late() {
    let mut errors: Vec<i64> = (1..=10)
        .flat_map(|seed| contractions(&bursts(seed)).into_iter().enumerate())
        .map(|(k, c)| i64::try_from(c.onset).unwrap() - i64::try_from(5000 + 3000 * k).unwrap())
        .collect();
    errors.sort_unstable();
    assert!(errors[errors.len() / 2].abs() <= 1, "{errors:?}");
}
