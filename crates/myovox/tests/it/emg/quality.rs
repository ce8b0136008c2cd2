//! What is wrong with a channel is flagged and hides no effort; hum and heart beats go where that was asked for, and nothing else does.

use myovox::dsp::math;
use myovox::emg::arrays::Known;
use myovox::emg::{
    self, Analysis, Contraction, EcgMethod, EmgConfig, Fault, Flag, HumMethod, Plan, Quality, remove_ecg, remove_hum,
};
use myovox::simd::Level;
use myovox::units::Rate;
use myovox::{Analyzer, Auto, Config};

use super::{RATE_HZ, analyze_at, assert_eight, bursts, noise};
use crate::common;

fn rate() -> Rate {
    Rate::new(RATE_HZ).unwrap()
}

fn examined(samples: &[f64]) -> (Vec<Contraction>, Quality, Analysis) {
    let analysis = analyze_at(RATE_HZ, samples, &EmgConfig::default());
    let channel = analysis.emg.channels[0].clone();
    (channel.contractions, channel.quality, analysis)
}

fn flag(quality: &Quality, fault: Fault) -> Option<&Flag> {
    quality.flags.iter().find(|flag| flag.flag == fault)
}

fn faults(quality: &Quality) -> Vec<Fault> {
    quality.flags.iter().map(|flag| flag.flag).collect()
}

/// A sine of so many Hz and unit root mean square.
fn tone(n: usize, hz: f64) -> Vec<f64> {
    (0..n).map(|i| math::sin(std::f64::consts::TAU * hz * i as f64 / RATE_HZ) * std::f64::consts::SQRT_2).collect()
}

/// The eight bursts behind seven more seconds of rest, so that there is room for what is wrong.
fn longer(seed: u64) -> Vec<f64> {
    noise(7000, seed + 100).iter().map(|v| 5e-6 * v).chain(bursts(seed)).collect()
}

fn shifted(found: Vec<Contraction>) -> Vec<Contraction> {
    found.into_iter().map(|c| Contraction { onset: c.onset - 7000, offset: c.offset - 7000, ..c }).collect()
}

#[test]
fn a_good_channel_has_no_flag_and_every_measure() {
    for seed in 1..=5 {
        let (found, quality, _) = examined(&bursts(seed));
        assert_eight(&found, 50, "plain");
        assert_eq!(faults(&quality), [], "{quality:?}");
        let hum = quality.hum.unwrap();
        assert!(hum.lines.is_empty() && hum.above_db < 4.0, "{hum:?}");
        assert!(quality.movement_share.unwrap() < 0.05 && quality.dc_ratio.unwrap() < 0.1);
        assert!(quality.effective_bits.unwrap() > 12.0);
    }
}

#[test]
fn artefacts_are_flagged_with_their_intervals_and_hide_no_burst() {
    let spoilt = |spoil: &dyn Fn(&mut [f64])| {
        let mut x = longer(1);
        spoil(&mut x);
        let (found, quality, analysis) = examined(&x);
        assert_eight(&shifted(found), 50, &format!("{:?}", faults(&quality)));
        (quality, analysis)
    };
    let of = |quality: &Quality, fault: Fault| -> Vec<(usize, usize)> {
        let flag = flag(quality, fault).unwrap_or_else(|| panic!("{fault:?} among {:?}", faults(quality)));
        flag.intervals.iter().map(|span| (span.start, span.end)).collect()
    };
    let (quality, analysis) = spoilt(&|x| x[1500] += 1000.0 * 5e-6);
    assert_eq!(of(&quality, Fault::Spikes), [(1500, 1501)]);
    assert!(analysis.warnings.iter().any(|w| w.code == "emg.spike" && w.place.span_s == Some([1.5, 1.501])));
    let (quality, _) = spoilt(&|x| x[1500..1770].fill(-5.5e-3));
    assert_eq!(of(&quality, Fault::Dropout), [(1500, 1770)]);
    let (quality, _) = spoilt(&|x| {
        x[2000..3000].fill(5.4856e-3);
        for (k, v) in x[3000..3600].iter_mut().enumerate() {
            *v += 5.4856e-3 * math::exp(-(k as f64 + 1.0) / 100.0);
        }
    });
    let off = of(&quality, Fault::LeadOff);
    assert!(off.len() == 1 && off[0].0 == 1750 && (3300..3700).contains(&off[0].1), "{off:?}");
    let (quality, analysis) = spoilt(&|x| {
        x[21_000..22_500].iter_mut().for_each(|v| *v *= 40.0);
        for v in x.iter_mut() {
            *v = v.clamp(-1e-3, 1e-3);
        }
    });
    let clipped = of(&quality, Fault::Clipping);
    assert!(clipped.len() > 30 && clipped.iter().all(|run| (21_000..22_500).contains(&run.0)), "{clipped:?}");
    assert!(faults(&quality).contains(&Fault::SaturationOfDerived));
    assert!(analysis.warnings.iter().any(|w| w.code == "emg.clipping" && w.place.span_s.is_some()));
    for (length, cut) in [(1, 0), (20, 0), (200, 1), (5000, 1)] {
        let (quality, analysis) = spoilt(&|x| x[1500..1500 + length].fill(f64::NAN));
        assert_eq!(of(&quality, Fault::Dropout), [(1500, 1500 + length)]);
        assert_eq!(analysis.emg.channels[0].gaps.len(), cut);
    }
}

#[test]
fn hum_of_twenty_decibels_is_taken_away_and_the_bursts_are_found() {
    for (hz, harmonic) in [(50.0, 0.0), (49.51, 0.1), (60.02, 0.3)] {
        for seed in 1..=2 {
            let clean = bursts(seed);
            let x: Vec<f64> = clean
                .iter()
                .zip(tone(clean.len(), hz).iter().zip(tone(clean.len(), 3.0 * hz)))
                .map(|(v, (first, third))| v + 1e-3 * (first + harmonic * third))
                .collect();
            let (found, quality, analysis) = examined(&x);
            let hum = flag(&quality, Fault::Hum).unwrap();
            let removed = quality.hum_removed.clone().unwrap();
            println!("{hz} Hz: {:.1} dB, {removed:?}", hum.measure);
            assert_eight(&found, 50, "hum");
            assert!(hum.measure > 15.0 && (removed.frequency_hz - hz).abs() < 0.002);
            assert_eq!(removed.harmonics, if harmonic > 0.0 { vec![1, 3] } else { vec![1] });
            assert!(removed.power_share > 0.98);
            assert!(analysis.warnings.iter().any(|w| w.code == "emg.hum" && w.message.contains("taken away")));
        }
    }
}

#[test]
fn a_signal_without_hum_keeps_its_bits() {
    let x = longer(3);
    let of = |method: HumMethod, x: &[f64]| {
        let mut config = EmgConfig::default();
        config.hum.method = method;
        Plan::new(&config, rate(), Level::best()).unwrap().signals(x).unwrap()
    };
    assert_eq!(of(HumMethod::Auto, &x), of(HumMethod::Off, &x));
    let weak: Vec<f64> = x.iter().zip(tone(x.len(), 50.0)).map(|(v, hum)| v + 1e-6 * hum).collect();
    assert_eq!(of(HumMethod::Auto, &weak), of(HumMethod::Off, &weak));
    let mut out = vec![0.0; x.len()];
    assert_eq!(remove_hum(&x, &mut out, rate(), &EmgConfig::default(), Level::best()).unwrap(), None);
    assert_eq!(out, x);
    // Nothing but hum is no muscle: it is left as it is, and said.
    let alone = tone(20_000, 50.0);
    let (found, quality, analysis) = examined(&alone);
    assert!(found.is_empty() && quality.hum_removed.is_none() && flag(&quality, Fault::Hum).is_some());
    let reason = analysis.missing.iter().find(|entry| entry.path == "channels[0].quality.hum_removed").unwrap();
    assert_eq!(reason.reason, "nothing_else");
}

#[test]
fn every_method_takes_hum_away_and_leaves_gaps_alone() {
    let mut clean = longer(4);
    clean[3000..3300].fill(f64::NAN);
    let x: Vec<f64> = clean.iter().zip(tone(clean.len(), 50.0)).map(|(v, hum)| v + 1e-4 * hum).collect();
    for (method, left) in [(HumMethod::Fit, 2e-6), (HumMethod::Notch, 8e-6), (HumMethod::Comb, 40e-6)] {
        let mut config = EmgConfig::default();
        config.hum.method = method;
        let mut out = vec![0.0; x.len()];
        let removed = remove_hum(&x, &mut out, rate(), &config, Level::best()).unwrap().unwrap();
        assert_eq!(removed.method, method);
        assert!(out[3000..3300].iter().all(|v| v.is_nan()));
        let errors = out.iter().zip(&clean).filter(|(a, _)| !a.is_nan()).map(|(a, b)| (a - b) * (a - b));
        let error = (errors.sum::<f64>() / x.len() as f64).sqrt();
        println!("{method:?}: {:.2} uV of 100 left", 1e6 * error);
        assert!(error < left);
    }
    let mut config = EmgConfig::default();
    config.hum = config.hum.method(HumMethod::Comb).frequency_hz(Auto::Value(50.0));
    let mut out = vec![0.0; x.len()];
    let refused = remove_hum(&x, &mut out, Rate::new(990.0).unwrap(), &config, Level::best()).unwrap_err();
    assert_eq!(refused.code(), "dsp.comb-not-integer");
    assert_eq!(refused.place().field.as_deref(), Some("emg.hum.method"));
    assert_eq!(remove_hum(&x, &mut out[1..], rate(), &config, Level::best()).unwrap_err().code(), "dsp.length-differs");
}

#[test]
fn the_unit_changes_no_flag() {
    let mut x = longer(5);
    x.iter_mut().zip(tone(39_000, 50.0)).for_each(|(v, hum)| *v += 2e-3 + 1e-4 * hum);
    x[1500] += 1.0;
    x[2000..2300].fill(-5.5e-3);
    x[4000..4200].fill(f64::NAN);
    x[21_000..22_500].iter_mut().for_each(|v| *v = 2e-3 + ((*v - 2e-3) * 10.0).clamp(-1e-3, 1e-3));
    let (_, volts, _) = examined(&x);
    println!("{:?}", faults(&volts));
    for fault in [Fault::Clipping, Fault::Dropout, Fault::Spikes, Fault::Hum, Fault::Dc] {
        assert!(faults(&volts).contains(&fault), "{fault:?}");
    }
    for factor in [1e3, 1e6, 1e-6, 1024.0] {
        let (_, other, _) = examined(&x.iter().map(|v| v * factor).collect::<Vec<_>>());
        assert_eq!(faults(&other), faults(&volts), "{factor}");
        for (a, b) in volts.flags.iter().zip(&other.flags) {
            assert_eq!((a.count, &a.intervals), (b.count, &b.intervals), "{factor}");
            approx::assert_relative_eq!(a.measure, b.measure, max_relative = 1e-6);
        }
    }
}

#[test]
fn an_offset_is_flagged_and_changes_no_level() {
    let x = bursts(6);
    let (found, quality, _) = examined(&x.iter().map(|v| v + 1e-3).collect::<Vec<_>>());
    let (plain, _, _) = examined(&x);
    assert!(flag(&quality, Fault::Dc).unwrap().measure > 15.0);
    for (a, b) in found.iter().zip(&plain) {
        approx::assert_relative_eq!(a.rms, b.rms, max_relative = 1e-9);
    }
}

#[test]
fn coarse_steps_movement_and_little_contrast_are_flagged() {
    let coarse: Vec<f64> = bursts(7).iter().map(|v| (v / 1e-5).round() * 1e-5).collect();
    assert!(flag(&examined(&coarse).1, Fault::Quantised).unwrap().measure < 8.0);
    let moved: Vec<f64> = bursts(7).iter().zip(tone(32_000, 2.0)).map(|(v, slow)| v + 1e-4 * slow).collect();
    assert!(flag(&examined(&moved).1, Fault::Movement).unwrap().measure > 0.5);
    let (found, quality, _) = examined(&noise(30_000, 7));
    assert!(found.is_empty() && flag(&quality, Fault::LowSnr).is_none(), "no contraction, no ratio");
}

/// Noise of unit variance with a heart: QRS of eight times that, 70 a minute with 5 % jitter, each with a T wave.
fn with_heart(seconds: usize, seed: u64, gain: f64) -> (Vec<f64>, usize) {
    let mut x = noise(seconds * 1000, seed);
    let (mut at, mut beats, mut k) = (400.0, 0, seed);
    while at < (seconds * 1000 - 400) as f64 {
        for i in -300_i32..300 {
            let t = f64::from(i) / 1000.0;
            let qrs = -(t / 0.012) * math::exp(0.5 - 0.5 * (t / 0.012) * (t / 0.012));
            let late = (t - 0.2) / 0.06;
            let wave = qrs + 0.2 * math::exp(-0.5 * late * late);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "inside the signal")]
            let sample = (at + f64::from(i)) as usize;
            x[sample] += gain * wave;
        }
        beats += 1;
        k = k.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        at += 857.0 * (1.0 + 0.08 * ((k >> 40) as f64 / f64::from(1 << 24) - 0.5) * 2.0);
    }
    (x, beats)
}

#[test]
fn a_heart_is_heard_at_rest_and_between_bursts_and_rhythm_alone_is_none() {
    for seed in 1..=3 {
        let (x, beats) = with_heart(60, seed, 8.0);
        let (_, quality, analysis) = examined(&x);
        let ecg = quality.ecg.unwrap_or_else(|| panic!("{:?}", quality.ecg_periodicity));
        println!("{beats} beats, {ecg:?}, periodicity {:?}", quality.ecg_periodicity);
        assert!((ecg.rate_per_min - 70.0).abs() < 3.0 && ecg.beats.abs_diff(beats) <= 4);
        assert!(flag(&quality, Fault::Ecg).is_some() && analysis.warnings.iter().any(|w| w.code == "emg.ecg"));
    }
    let (heart, _) = with_heart(60, 4, 8.0);
    let x: Vec<f64> = heart
        .iter()
        .zip(noise(60_000, 40))
        .enumerate()
        .map(|(i, (h, e))| if i % 5000 < 1500 { h + 20.0 * e } else { *h })
        .collect();
    let ecg = examined(&x).1.ecg.unwrap();
    assert!((ecg.rate_per_min - 70.0).abs() < 4.0, "{ecg:?}");
    for seed in 1..=5 {
        assert_eq!(examined(&noise(60_000, seed)).1.ecg, None);
        // A contraction of 0.3 s each second.
        let rhythm: Vec<f64> =
            noise(60_000, seed).iter().enumerate().map(|(i, v)| v * if i % 1000 < 300 { 4.0 } else { 1.0 }).collect();
        let quality = examined(&rhythm).1;
        assert_eq!(quality.ecg, None, "{:?}", quality.ecg_periodicity);
    }
}

#[test]
fn beats_are_taken_away_by_each_method_and_muscles_stay() {
    let (x, beats) = with_heart(60, 5, 8.0);
    let clean = noise(60_000, 5);
    let band =
        |x: &[f64]| Plan::new(&EmgConfig::default(), rate(), Level::best()).unwrap().signals(x).unwrap().conditioned;
    let energy = |x: &[f64]| x.iter().map(|v| v * v).sum::<f64>();
    let (muscle, both) = (band(&clean), band(&x));
    for (method, most) in [(EcgMethod::Template, 0.2), (EcgMethod::Gate, 0.25), (EcgMethod::HighPass, 0.8)] {
        let mut config = EmgConfig::default();
        config.ecg.method = method;
        let mut out = vec![0.0; x.len()];
        let removed = remove_ecg(&x, &mut out, rate(), &config, Level::best()).unwrap().unwrap();
        // Of the heart's energy: what is left of it, or too much of it gone.
        let left = (energy(&band(&out)) - energy(&muscle)) / (energy(&both) - energy(&muscle));
        println!("{method:?}: {removed:?}, {left:.3} of the heart's energy left");
        assert!(left.abs() < most);
        assert!(method == EcgMethod::HighPass || removed.beats.abs_diff(beats) <= 5);
    }
    let mut out = vec![0.0; x.len()];
    assert_eq!(remove_ecg(&x, &mut out, rate(), &EmgConfig::default(), Level::best()).unwrap(), None);
    assert_eq!(out, x);
    // Without a heart there is nothing to take away, and bursts stay as they are.
    let mut config = EmgConfig::default();
    config.ecg.method = EcgMethod::Template;
    let x = bursts(3);
    let mut out = vec![0.0; x.len()];
    assert_eq!(remove_ecg(&x, &mut out, rate(), &config, Level::best()).unwrap(), None);
    assert_eq!(out, x);
}

#[test]
fn arrays_have_the_reports_quality_and_its_reasons() {
    let x = bursts(2);
    let found = emg::quality(&x, rate(), &EmgConfig::default(), Level::best(), &Known::default()).unwrap();
    assert_eq!(found.quality, examined(&x).1);
    let reason = |name: &str| found.missing.iter().find(|entry| entry.path == name).unwrap().reason.to_string();
    assert_eq!(
        (reason("hum_removed"), reason("suggested_rate_hz"), reason("ecg_removed")),
        ("no_hum".into(), "no_hum".into(), "off".into())
    );
    assert_eq!(reason("duration_rate_hz"), "not_in_file");
    let loud = Known { mvc: vec![Some(20e-6)], ..Known::default() };
    let found = emg::quality(&x, rate(), &EmgConfig::default(), Level::best(), &loud).unwrap();
    assert_eq!(flag(&found.quality, Fault::MvcExceeded).map(|flag| flag.count), Some(8));
}

/// Qualities of the two muscles of a shared Ghostly recording, in a report with these settings.
fn ghostly(name: &str, config: &Config) -> Option<Vec<(Quality, usize)>> {
    let files = common::shared("c3d/emg-c3d-analyzer")?;
    let mut paths = std::fs::read_dir(files).unwrap().map(|entry| entry.unwrap().path());
    let path = paths.find(|path| path.to_string_lossy().contains(name))?;
    let report = Analyzer::new(config.clone()).run(&std::fs::read(path).unwrap(), None).unwrap();
    let channels = report.emg.unwrap().channels;
    Some(channels.into_iter().map(|channel| (channel.quality, channel.contractions.len())).collect())
}

#[test]
fn the_doubtful_rate_of_the_game_is_told_where_hum_tells_it() {
    for (name, told) in [
        ("0409", false),
        ("0160", false),
        ("0785", false),
        ("0881", false),
        ("0464", true),
        ("0823", true),
        ("0578", true),
    ] {
        let Some(found) = ghostly(name, &Config::default()) else { return };
        for (quality, contractions) in &found {
            let hum = quality.hum.as_ref().unwrap();
            println!(
                "{name}: {:.2} Hz {:.1} dB {:.3}, rate {:?} {:?}, removed {:?}, moved {:.2}, heart {:?} {:?}, bits {:?}, {contractions} contractions, {:?}",
                hum.frequency_hz,
                hum.above_db,
                hum.share,
                quality.suggested_rate_hz,
                quality.duration_rate_hz,
                quality.hum_removed.as_ref().map(|removed| removed.power_share),
                quality.movement_share.unwrap(),
                quality.ecg_periodicity,
                quality.ecg,
                quality.effective_bits,
                faults(quality)
            );
        }
        assert!(found.iter().all(|(quality, _)| quality.suggested_rate_hz == told.then_some(1000.0)), "{name}");
        assert!(found.iter().all(|(quality, _)| quality.duration_rate_hz.is_some()));
        if told {
            let mut config = Config::default();
            config.emg.rate_override_hz = Auto::Value(1000.0);
            let right = ghostly(name, &config).unwrap();
            assert!(right.iter().all(|(quality, _)| quality.suggested_rate_hz.is_none()));
        }
    }
}

#[test]
fn an_overloaded_recording_says_so() {
    let Some(found) = ghostly("0464", &Config::default()) else { return };
    for fault in [Fault::Hum, Fault::Clipping, Fault::RateDoubtful, Fault::SaturationOfDerived] {
        assert!(faults(&found[0].0).contains(&fault), "{fault:?} among {:?}", faults(&found[0].0));
    }
    let lost = |quality: &Quality| flag(quality, Fault::Dropout).map(|flag| flag.count);
    let Some(found) = ghostly("0881", &Config::default()) else { return };
    assert_eq!(lost(&found[0].0), Some(6));
    let Some(found) = ghostly("0785", &Config::default()) else { return };
    assert_eq!(lost(&found[0].0), Some(2));
}
