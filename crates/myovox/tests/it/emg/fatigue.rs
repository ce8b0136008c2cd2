//! Fatigue: trends against SciPy's (shared `emg/scipy_parity.json`), how often a stationary muscle is called tired and a tired one is found, and
//! when nothing is claimed.

use myovox::dsp::math;
use myovox::emg::fatigue::{
    FatigueConfig, FatigueContext, FatiguePer, FatiguePlan, FatiguePoint, Finding, Force, Jasa, fatigue, trend,
};
use myovox::emg::features::FeatureConfig;
use myovox::emg::{ChannelInfo, EmgConfig, Signal, analyze};
use myovox::simd::Level;
use myovox::units::Rate;
use rand_pcg::rand_core::{Rng, SeedableRng};

use crate::common;

const RATE_HZ: f64 = 1000.0;

#[test]
fn slopes_intervals_and_p_values_are_scipys() {
    let Some(path) = common::shared("emg/scipy_parity.json") else { return };
    let anchors: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let cases = anchors["theilslopes"].as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let input = case["y"].as_array().unwrap();
        let mut s = u32::try_from(input[1].as_u64().unwrap()).unwrap();
        let ties = input[3].as_str().unwrap().contains("ties");
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for i in 0..u32::try_from(input[2].as_u64().unwrap()).unwrap() {
            s = s.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let value = f64::from(s) / 4_294_967_296.0 * 2.0 - 1.0;
            x.push(f64::from(i) * if ties { 1.0 } else { 2.0 });
            y.push(if ties { (3.0 * value).round_ties_even() } else { value - 0.05 * f64::from(i) });
        }
        let found = trend(&x, &y, 0.95).unwrap();
        let close = |name: &str, found: f64| {
            let Some(want) = case[name].as_f64() else { return };
            assert!((found - want).abs() <= 1e-12, "{name} of {case}: {found}");
        };
        close("slope", found.slope);
        close("intercept", found.intercept);
        close("low", found.slope_low);
        close("high", found.slope_high);
        close("kendall_tau", found.kendall_tau.unwrap());
        close("kendall_p", found.kendall_p.unwrap());
    }
    // SciPy 1.17.1: kendalltau(range(40), [i * 7 % 40 + i / 2 for i in range(40)]), and with ties kendalltau(range(12), [1, 1, 2, 2, 2, 5, 4, 4, 3, 6, 6, 9]).
    let x: Vec<f64> = (0..40).map(f64::from).collect();
    let y: Vec<f64> = (0..40).map(|i| f64::from(i * 7 % 40) + f64::from(i) / 2.0).collect();
    let many = trend(&x, &y, 0.95).unwrap();
    approx::assert_relative_eq!(many.kendall_p.unwrap(), 0.00023708791195567957, max_relative = 1e-10);
    let tied = trend(&x[..12], &[1.0, 1.0, 2.0, 2.0, 2.0, 5.0, 4.0, 4.0, 3.0, 6.0, 6.0, 9.0], 0.95).unwrap();
    approx::assert_relative_eq!(tied.kendall_tau.unwrap(), 0.7945521577046601, max_relative = 1e-12);
    approx::assert_relative_eq!(tied.kendall_p.unwrap(), 0.0004945980123139573, max_relative = 1e-10);
}

/// Noise with the spectrum of a muscle (Shwedyk 1977: `fh^4 f^2 / ((f^2 + fl^2) (f^2 + fh^2)^2)`, 60 and 120 Hz) moved by `shift`, of unit variance,
/// and white noise 20 dB below it. Three sections of first order, each exact at its pole and together within some percent of the form.
fn burst(n: usize, shift: f64, random: &mut rand_pcg::Pcg64Mcg) -> Vec<f64> {
    const WARM: usize = 100;
    let mut normal = || (0..12).map(|_| f64::from(random.next_u32()) / 4_294_967_296.0).sum::<f64>() - 6.0;
    let warp = |hz: f64| math::tan(std::f64::consts::PI * hz * shift / RATE_HZ);
    let (low, high) = (warp(60.0), warp(120.0));
    let mut x: Vec<f64> = (0..n + WARM).map(|_| normal()).collect();
    first_order(&mut x, (1.0, -1.0), low);
    first_order(&mut x, (high, high), high);
    first_order(&mut x, (high, high), high);
    let x = &x[WARM..];
    let sigma = (x.iter().map(|v| v * v).sum::<f64>() / n as f64).sqrt();
    x.iter().map(|v| v / sigma + 0.1 * normal()).collect()
}

/// `y[i] (1 + w) = b0 x[i] + b1 x[i-1] + (1 - w) y[i-1]`: a pole at the warped frequency `w`.
fn first_order(x: &mut [f64], (b0, b1): (f64, f64), w: f64) {
    let (mut before, mut out) = (0.0, 0.0);
    for v in x {
        out = (b0 * *v + b1 * before + (1.0 - w) * out) / (1.0 + w);
        before = *v;
        *v = out;
    }
}

/// Contractions of two seconds, twelve in a minute, the last with `drop` less of every frequency than the first.
fn session(drop: f64, seed: u64) -> Vec<FatiguePoint> {
    let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
    let (count, length, period) = (12, 2000, 5000);
    let mut x = vec![0.0; count * period];
    let mut spans = Vec::new();
    for k in 0..count {
        let shift = 1.0 - drop * k as f64 / (count - 1) as f64;
        x[k * period..k * period + length].copy_from_slice(&burst(length, shift, &mut random));
        spans.push(k * period..k * period + length);
    }
    let plan =
        FatiguePlan::new(&FatigueConfig::default(), &FeatureConfig::default(), Rate::new(RATE_HZ).unwrap()).unwrap();
    plan.points(&x, &spans)
}

fn context() -> FatigueContext {
    FatigueContext { snr_db: Some(20.0), ..FatigueContext::default() }
}

fn finding(points: Vec<FatiguePoint>) -> Option<Finding> {
    fatigue(points, &context(), &FatigueConfig::default()).unwrap().finding
}

#[test]
fn a_stationary_muscle_is_rarely_called_tired_and_a_tired_one_is_found() {
    let share = |drop: f64| {
        let found = (0..200).filter(|seed| finding(session(drop, *seed)) == Some(Finding::Fatigue)).count();
        found as f64 / 200.0
    };
    let (false_claims, found) = (share(0.0), share(0.2));
    assert!(false_claims <= 0.05, "{false_claims}");
    assert!(found >= 0.95, "{found}");
}

/// Points with a slope of spectrum and of amplitude.
fn points(spectrum: f64, amplitude: f64) -> Vec<FatiguePoint> {
    let wobble = |k: f64| (k * 7.0 % 5.0 - 2.0) * 0.002;
    (0..8)
        .map(f64::from)
        .map(|k| FatiguePoint {
            time_s: 6.0 * k + 1.0,
            duration_s: 2.0,
            mdf_hz: 90.0 + spectrum * k + wobble(k),
            mnf_hz: 110.0 + spectrum * k + wobble(k),
            rms: 1e-4 * (1.0 + amplitude * k + wobble(k)),
        })
        .collect()
}

#[test]
fn quadrants_are_those_of_spectrum_and_amplitude() {
    for (spectrum, amplitude, jasa, finding) in [
        (-1.0, 0.02, Jasa::Fatigue, Finding::Fatigue),
        (1.0, 0.02, Jasa::ForceIncrease, Finding::NoEvidence),
        (1.0, -0.02, Jasa::Recovery, Finding::NoEvidence),
        (-1.0, -0.02, Jasa::ForceDecrease, Finding::NoEvidence),
        (-1.0, 0.0, Jasa::Undetermined, Finding::Fatigue),
        (0.0, 0.02, Jasa::Undetermined, Finding::NoEvidence),
    ] {
        let found = fatigue(points(spectrum, amplitude), &context(), &FatigueConfig::default()).unwrap();
        assert_eq!((found.jasa, found.finding), (Some(jasa), Some(finding)));
        assert!(found.missing.is_empty());
        let per_min = found.mdf_percent_per_min.unwrap();
        approx::assert_abs_diff_eq!(per_min, 100.0 * 60.0 * spectrum / 6.0 / 90.0, epsilon = 0.3);
    }
}

#[test]
fn nothing_is_claimed_where_the_recording_cannot_bear_it() {
    let falling = || points(-1.0, 0.02);
    let run = |points: Vec<FatiguePoint>, context: FatigueContext| {
        let found = fatigue(points, &context, &FatigueConfig::default()).unwrap();
        assert_eq!(found.finding, None);
        let reason = found.missing.iter().find(|missing| missing.path == "finding").unwrap().reason.clone();
        (reason.into_owned(), found.mdf.is_some(), found.missing.len())
    };
    let refused = |reason: &str| (reason.to_owned(), false, 8);
    assert_eq!(run(falling()[..4].to_vec(), context()), refused("too_few_points"));
    assert_eq!(run(Vec::new(), context()), refused("too_few_points"));
    let hurried = falling().into_iter().map(|p| FatiguePoint { time_s: p.time_s / 10.0, ..p }).collect();
    assert_eq!(run(hurried, context()), refused("too_short"));
    assert_eq!(run(falling(), FatigueContext { bad_share: 0.25, ..context() }), refused("bad_signal"));
    assert_eq!(run(falling(), FatigueContext { rate_doubt: 0.03, ..context() }), refused("rate_doubtful"));
    assert_eq!(run(falling(), FatigueContext { snr_db: Some(5.0), ..context() }), refused("low_snr"));
    assert_eq!(run(falling(), FatigueContext { snr_db: None, ..context() }), ("snr_unknown".to_owned(), true, 1));
    // A game: the amplitude doubles from one contraction to the next. With a constant force by the protocol it does not matter.
    let mut game = falling();
    game.iter_mut().step_by(2).for_each(|point| point.rms *= 2.0);
    assert_eq!(run(game.clone(), context()), ("not_supported".to_owned(), true, 1));
    let held = FatigueContext { force: Force::Constant, ..context() };
    assert!(fatigue(game, &held, &FatigueConfig::default()).unwrap().finding.is_some());
}

#[test]
fn a_held_effort_is_measured_in_windows_and_gaps_and_short_contractions_give_no_point() {
    let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(4);
    let mut x = burst(20_000, 1.0, &mut random);
    x[3100..3700].fill(f64::NAN);
    let rate = Rate::new(RATE_HZ).unwrap();
    let of = |per: FatiguePer, spans: &[std::ops::Range<usize>]| {
        FatiguePlan::new(&FatigueConfig::default().per(per), &FeatureConfig::default(), rate).unwrap().points(&x, spans)
    };
    let held = of(FatiguePer::Auto, std::slice::from_ref(&(0..15_500)));
    assert_eq!((held.len(), held[0].time_s, held[0].duration_s), (14, 0.5, 1.0)); // fifteen windows, one of them in the gap
    assert_eq!(of(FatiguePer::Contraction, std::slice::from_ref(&(4000..15_500))).len(), 1);
    let many: Vec<_> = (0..9).map(|k| 4000 + 1700 * k..4000 + 1700 * k + if k == 3 { 200 } else { 1500 }).collect();
    assert_eq!(of(FatiguePer::Auto, &many).len(), 8);
    assert_eq!(of(FatiguePer::Auto, &[25_000..30_000, 19_000..25_000]).len(), 1);
}

#[test]
fn the_analysis_of_a_recording_finds_what_its_contractions_tell_in_any_unit() {
    let (count, length, period) = (12, 2000, 5000);
    for (drop, expected) in [(0.3, Finding::Fatigue), (0.0, Finding::NoEvidence)] {
        let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(11);
        let mut x: Vec<f64> = burst(count * period, 1.0, &mut random).iter().map(|v| 0.02 * v).collect();
        for k in 0..count {
            let shift = 1.0 - drop * k as f64 / (count - 1) as f64;
            let start = k * period + 1500;
            for (v, more) in x[start..].iter_mut().zip(burst(length, shift, &mut random)) {
                *v += more;
            }
        }
        for unit in [1.0, 1e-3, 1e-6] {
            let samples: Vec<f64> = x.iter().map(|v| unit * v).collect();
            let info = ChannelInfo { label: "EMG".into(), unit: "V".into(), of_force_platform: false };
            let signal = Signal { info: &info, samples: &samples };
            let rate = Rate::new(RATE_HZ).unwrap();
            let analysis = analyze(&[signal], Some(rate), &EmgConfig::default(), Level::best()).unwrap();
            let channel = &analysis.emg.channels[0];
            assert_eq!((channel.contractions.len(), channel.fatigue.points.len()), (count, count), "{unit}");
            assert_eq!(channel.fatigue.finding, Some(expected), "{drop} {unit}: {:?}", channel.fatigue.mdf);
            for (c, point) in channel.contractions.iter().zip(&channel.fatigue.points) {
                assert_eq!((c.mdf_hz, c.mnf_hz), (Some(point.mdf_hz), Some(point.mnf_hz)));
                assert!((c.rms - point.rms).abs() <= 1e-12 * c.rms);
                // A step is seen through a window of 100 ms, and its level through noise.
                assert!(
                    c.rise_s.is_some_and(|s| (0.04..0.45).contains(&s)) && (c.snr_db.unwrap() - 33.0).abs() < 2.0,
                    "{c:?}"
                );
            }
        }
    }
}
