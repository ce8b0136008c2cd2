//! The named detectors on bursts of known times, in any unit, at the ends; the prior application's to the sample.

use std::ops::Range;

use myovox::emg::methods::compat::{PriorChannel, PriorInput, run};
use myovox::emg::methods::{
    HodgesBuiConfig, Interval, Method, MethodConfig, PriorConfig, SilvaConfig, TkeoConfig, activations,
};
use myovox::formats::c3d;
use myovox::units::Rate;
use myovox::{Budget, Limits};
use serde_json::Value;

use super::{RATE_HZ, noise};
use crate::common;

fn rate() -> Rate {
    Rate::new(RATE_HZ).unwrap()
}

/// Rest of 1 and bursts of 20 dB, every one in a recording of `n` samples.
fn with_bursts(n: usize, bursts: &[Range<usize>], seed: u64) -> Vec<f64> {
    let (rest, muscle) = (noise(n, seed), noise(n, seed + 1000));
    let inside = |i: usize| bursts.iter().any(|burst| burst.contains(&i));
    (0..n).map(|i| rest[i] + if inside(i) { 10.0 * muscle[i] } else { 0.0 }).collect()
}

fn find(x: &[f64], method: Method) -> Vec<Interval> {
    activations(x, rate(), &method.config(), &[]).unwrap()
}

fn samples(found: &[Interval]) -> Vec<(usize, usize)> {
    found.iter().map(|found| (found.onset, found.offset)).collect()
}

fn named() -> impl Iterator<Item = Method> {
    Method::ALL.iter().copied().filter(|method| *method != Method::Compat)
}

/// Largest error of either edge of a step of 20 dB, in ms; windows reach beyond an edge.
fn tolerance(method: Method) -> usize {
    match method {
        Method::AglrStep | Method::ChangePoint | Method::Pelt => 12,
        Method::Mixture | Method::SampleEntropy | Method::Londral | Method::Silva => 45,
        _ => 35,
    }
}

const BURSTS: [Range<usize>; 4] = [2500..3500, 5000..6200, 8000..8800, 10_500..12_000];

#[test]
fn every_method_finds_bursts_where_they_are() {
    for method in named() {
        let mut worst = 0;
        for seed in 1..=5 {
            let found = find(&with_bursts(14_000, &BURSTS, seed), method);
            let near: Vec<&Interval> = BURSTS
                .iter()
                .filter_map(|burst| found.iter().find(|found| found.onset < burst.end && burst.start < found.offset))
                .collect();
            assert_eq!(near.len(), BURSTS.len(), "{method:?}: {:?}", samples(&found));
            for (found, burst) in near.iter().zip(BURSTS) {
                worst = worst.max(found.onset.abs_diff(burst.start)).max(found.offset.abs_diff(burst.end));
            }
            // Thresholds of three deviations see more than the bursts, but not all over the place.
            assert!(found.len() <= 3 * BURSTS.len(), "{method:?}: {:?}", samples(&found));
        }
        println!("{method:?}: worst edge {worst} ms");
        assert!(worst <= tolerance(method), "{method:?}: {worst} ms");
    }
}

#[test]
fn the_unit_does_not_matter_to_any_method() {
    let x = with_bursts(14_000, &BURSTS, 7);
    for method in named() {
        let found = find(&x, method);
        for factor in [1e-6, 1.0 / 1024.0, 2.0, 1e3, 1e6] {
            let scaled: Vec<f64> = x.iter().map(|v| v * factor).collect();
            assert_eq!(find(&scaled, method), found, "{method:?} times {factor}");
        }
        let turned: Vec<f64> = x.iter().map(|v| -v).collect();
        assert_eq!(find(&turned, method), found, "{method:?} turned");
    }
    // The prior application's absolute limits mean volts; above them the unit does not matter to it either.
    for factor in [1024.0, 1e3, 1e6] {
        let scaled: Vec<f64> = x.iter().map(|v| v * factor).collect();
        assert_eq!(find(&scaled, Method::Compat), find(&x, Method::Compat));
    }
}

#[test]
fn rest_alone_holds_nothing_where_false_alarms_are_rare() {
    let mut minutes = 0.0;
    let mut alarms = vec![0_usize; Method::ALL.len()];
    for seed in 1..=6 {
        let x = noise(30_000, seed);
        minutes += 0.5;
        for (count, method) in alarms.iter_mut().zip(named()) {
            *count += find(&x, method).len();
        }
    }
    for (count, method) in alarms.iter().zip(named()) {
        println!("{method:?}: {:.1} false activations a minute", *count as f64 / minutes);
        let rare = [Method::Tkeo, Method::AglrStep, Method::AglrRamp, Method::Pelt, Method::Mixture].contains(&method);
        assert!(!rare || *count == 0, "{method:?}: {count}");
    }
}

#[test]
fn little_or_nothing_gives_a_defined_result() {
    let degenerate = [vec![], vec![1.0], vec![1.0, -1.0], vec![0.0; 5000], vec![3.0; 5000], vec![1234.567; 60]];
    let gaps = [vec![f64::NAN; 3000], vec![f64::INFINITY; 30]];
    for x in degenerate.iter().chain(&gaps) {
        for method in named() {
            assert_eq!(find(x, method), [], "{method:?}: {} samples of {:?}", x.len(), x.first());
        }
        let refused = activations(x, rate(), &Method::Compat.config(), &[]).unwrap_err();
        assert_eq!(refused.code(), "emg.prior-refused");
    }
    // One burst from the first sample to the last: nothing tells it from rest.
    for method in named() {
        for found in find(&noise(5000, 3).iter().map(|v| 100.0 * v).collect::<Vec<_>>(), method) {
            assert!(found.onset < found.offset && found.offset <= 5000);
        }
        for n in 3..60 {
            for found in find(&noise(1000, 3)[..n], method) {
                assert!(found.onset < found.offset && found.offset <= n);
            }
        }
    }
}

#[test]
fn rest_that_is_given_is_used_and_must_be_of_the_recording() {
    let x = with_bursts(14_000, &BURSTS, 8);
    let given = std::slice::from_ref(&(500..2300));
    for method in named() {
        let found = activations(&x, rate(), &method.config(), given).unwrap();
        for burst in BURSTS {
            assert!(found.iter().any(|found| found.onset < burst.end && burst.start < found.offset), "{method:?}");
        }
    }
    #[expect(clippy::reversed_empty_ranges, reason = "it is to be refused")]
    let wrong = [5..5, 9..3, 13_000..14_001];
    for wrong in wrong {
        let refused = activations(&x, rate(), &Method::Tkeo.config(), &[wrong]).unwrap_err();
        assert_eq!(refused.code(), "emg.rest-outside");
    }
    let silly = MethodConfig::Tkeo(TkeoConfig::default().deviations(f64::NAN));
    assert_eq!(activations(&x, rate(), &silly, &[]).unwrap_err().code(), "config.out-of-range");
}

#[test]
fn a_gap_costs_its_own_length() {
    let clean = with_bursts(14_000, &BURSTS, 9);
    for method in named() {
        let whole = find(&clean, method);
        let mut x = clean.clone();
        x[7000..7010].fill(f64::NAN);
        x[12_600..12_900].fill(f64::NAN);
        let found = find(&x, method);
        for burst in BURSTS {
            let near = |all: &[Interval]| all.iter().any(|one| one.onset < burst.end && burst.start < one.offset);
            assert!(near(&found) && near(&whole), "{method:?}: {:?}", samples(&found));
        }
        assert!(found.iter().all(|one| !(one.onset < 12_890 && 12_610 < one.offset)), "{method:?}");
    }
}

#[test]
fn p3_bursts_at_the_ends_come_in_pairs_and_a_spike_hides_nothing() {
    let bursts = [0..1000, 3000..4000, 7000..8000];
    for method in named() {
        for seed in 1..=3 {
            let found = find(&with_bursts(8000, &bursts, seed), method);
            let onsets =
                found.iter().filter(|found| found.onset <= 10 && found.flags.contains(&"starts_before".into()));
            let offsets =
                found.iter().filter(|found| found.offset == 8000 && found.flags.contains(&"ends_after".into()));
            assert_eq!((onsets.count(), offsets.count()), (1, 1), "{method:?}: {:?}", samples(&found));
        }
        let mut x = with_bursts(8000, &[3000..4000, 6000..7000], 4);
        x[1500] += 10_000.0;
        let found = find(&x, method);
        for burst in [3000..4000, 6000..7000] {
            assert!(found.iter().any(|one| one.onset.abs_diff(burst.start) < 60), "{method:?}: {:?}", samples(&found));
        }
    }
    // 27 activations where there are 2, with the peer.
    assert_eq!(find(&with_bursts(9000, &[2000..3000, 5000..6000], 5), Method::Pelt).len(), 2);
    assert_eq!(find(&with_bursts(9000, &[2000..3000, 5000..6000], 5), Method::Mixture).len(), 2);
}

#[test]
fn p4_the_baseline_is_that_of_what_is_compared_with_it() {
    // 6 dB, where h = 3 never fires with the deviation of the raw signal.
    let (rest, muscle) = (noise(12_000, 1), noise(12_000, 2));
    let burst = |i: usize| (4000..6000).contains(&i) || (8000..10_000).contains(&i);
    let x: Vec<f64> = (0..12_000).map(|i| rest[i] + if burst(i) { 2.0 * muscle[i] } else { 0.0 }).collect();
    for config in HodgesBuiConfig::published() {
        let found = activations(&x, rate(), &MethodConfig::HodgesBui(config), &[]).unwrap();
        assert!(found.iter().all(|one| one.onset < one.offset));
        for middle in [5000, 9000] {
            assert!(found.iter().any(|one| one.onset < middle + 900 && middle - 900 < one.offset));
        }
    }
}

#[test]
fn p5_thresholds_have_the_unit_of_what_they_are_held_against() {
    let x = with_bursts(9000, &[2000..3000, 5000..6000], 6);
    for method in [Method::Tkeo, Method::Londral, Method::Silva] {
        for unit in [5e-6, 5e-3, 5.0] {
            let x: Vec<f64> = x.iter().map(|v| v * unit).collect();
            let found = find(&x, method);
            let hits = [2000, 5000].iter().filter(|at| found.iter().any(|one| one.onset.abs_diff(**at) < 60));
            assert_eq!(hits.count(), 2, "{method:?} in units of {unit}: {:?}", samples(&found));
        }
    }
    let louder = MethodConfig::Silva(SilvaConfig::default().level(1000.0));
    assert_eq!(activations(&x, rate(), &louder, &[]).unwrap(), []);
}

#[test]
fn p6_abbink_places_every_edge_where_most_follows_above_and_precedes_below() {
    let bursts = [2000..3000, 5000..6000, 7500..8200];
    for seed in 1..=5 {
        let found = find(&with_bursts(10_000, &bursts, seed), Method::Abbink);
        assert_eq!(found.len(), bursts.len(), "{:?}", samples(&found));
        for (found, burst) in found.iter().zip(&bursts) {
            let errors = [found.onset.abs_diff(burst.start), found.offset.abs_diff(burst.end)];
            assert!(errors.iter().all(|error| *error <= 25), "{errors:?}");
        }
    }
}

/// What the prior application made of one file, ours and its own.
fn prior(name: &str, file: &Value, run_name: &str, config: &PriorConfig) -> Option<Vec<PriorChannel>> {
    let path = common::shared("c3d/emg-c3d-analyzer")?.join(name);
    let bytes = std::fs::read(path).unwrap();
    let recording = c3d::read(&bytes, &c3d::C3dConfig::default(), &mut Budget::new(&Limits::default())).unwrap();
    let labels = &recording.analog_labels;
    let rows: Vec<Vec<f64>> = (0..labels.len()).map(|k| recording.analog.row(k).to_vec()).collect();
    let inputs: Vec<PriorInput<'_>> =
        labels.iter().zip(&rows).map(|(label, samples)| PriorInput { label, samples }).collect();
    let found = run(&inputs, Rate::new(recording.analog_rate_hz.unwrap()).unwrap(), config).unwrap();
    let expected = file["runs"][run_name].as_object().unwrap();
    assert_eq!(found.len(), expected.len(), "{name}");
    for (channel, (label, expected)) in found.iter().zip(expected) {
        assert_eq!(&channel.name, label);
        let threshold = expected["mvc75_threshold"].as_f64().unwrap();
        approx::assert_relative_eq!(channel.mvc_threshold.unwrap(), threshold, max_relative = 1e-9);
        assert_eq!(channel.mvc_estimated, expected["mvc_estimation_method"] == "backend_estimation");
        assert_eq!(Some(channel.contractions.len() as u64), expected["contraction_count"].as_u64(), "{name} {label}");
    }
    Some(found)
}

#[test]
fn compat_is_the_prior_application_to_the_sample() {
    let Some(path) = common::shared("emg/prior_baseline.json") else { return };
    let baseline: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let given = PriorConfig::default()
        .mvc(Some(1.5e-4))
        .percentage_of([("CH2".to_owned(), 60.0)].into())
        .duration_ms_of([("CH2".to_owned(), 500.0)].into());
    let mut count = 0;
    for (name, file) in baseline["files"].as_object().unwrap() {
        let Some(found) = prior(name, file, "defaults", &PriorConfig::default()) else { return };
        for channel in &found {
            let rows = file["runs"]["defaults"][&channel.name]["contractions"].as_array().unwrap();
            for (ours, row) in channel.contractions.iter().zip(rows) {
                assert_eq!((Some(ours.start as u64), Some(ours.end as u64)), (row[0].as_u64(), row[1].as_u64()));
                for (k, value) in [(2, ours.start_ms), (3, ours.end_ms), (4, ours.duration_ms)] {
                    approx::assert_relative_eq!(value, row[k].as_f64().unwrap(), max_relative = 1e-12);
                }
                for (k, value) in [(5, ours.mean), (6, ours.max)] {
                    approx::assert_relative_eq!(value, row[k].as_f64().unwrap(), max_relative = 1e-9);
                }
                let flags = [Some(ours.meets_mvc), ours.meets_duration, Some(ours.is_good)];
                assert_eq!(flags, [row[7].as_bool(), row[8].as_bool(), row[9].as_bool()]);
                count += 1;
            }
        }
        for channel in prior(name, file, "given_mvc", &given).unwrap() {
            let rows = file["runs"]["given_mvc"][&channel.name]["flags"].as_array().unwrap();
            for (ours, row) in channel.contractions.iter().zip(rows) {
                let flags = [ours.meets_mvc, ours.meets_duration.unwrap(), ours.is_good].map(u64::from);
                assert_eq!(flags.map(Some), [row[0].as_u64(), row[1].as_u64(), row[2].as_u64()], "{name}");
            }
        }
    }
    println!("{count} contractions of the prior application reproduced");
    assert_eq!(count, 215);
}
