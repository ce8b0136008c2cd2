//! Muscles: contractions on generated signals with known truth and on real recordings; faults of other systems that ours must not have.

mod fatigue;
mod faults;
mod features;
mod methods;
mod quality;
mod stream;

use myovox::dsp::iir::{Band, Extension, Workspace, ZeroPhase, butterworth};
use myovox::emg::{
    ActivationConfig, Analysis, ChannelInfo, Contraction, ContractionConfig, EmgConfig, EnvelopeConfig, EnvelopeMethod,
    Gap, GapCause, Plan, Signal,
};
use myovox::formats::c3d;
use myovox::simd::Level;
use myovox::units::Rate;
use myovox::{Budget, Limits};
use proptest::prelude::*;
use serde_json::Value;

use crate::common;

const RATE_HZ: f64 = 1000.0;

/// Band-limited Gaussian noise of unit variance.
fn noise(n: usize, seed: u64) -> Vec<f64> {
    use rand_pcg::rand_core::{Rng, SeedableRng};
    let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
    // The sum of twelve uniform values is normal enough for a detector.
    let mut normal = || (0..12).map(|_| f64::from(random.next_u32()) / 4_294_967_296.0).sum::<f64>() - 6.0;
    let white: Vec<f64> = (0..n).map(|_| normal()).collect();
    let band = butterworth(4, Band::BandPass(20.0, 450.0), Rate::new(RATE_HZ).unwrap()).unwrap();
    let mut x = vec![0.0; n];
    ZeroPhase::new(band, Extension::Odd, None).run(&white, &mut x, &mut Workspace::default()).unwrap();
    let sigma = (x.iter().map(|v| v * v).sum::<f64>() / n as f64).sqrt();
    x.iter().map(|v| v / sigma).collect()
}

/// The signal T of the reference: 32 s, rest of 5 µV, eight bursts of 1.5 s at 100 µV, one every 3 s from 5 s; in volts.
fn bursts(seed: u64) -> Vec<f64> {
    let inside = |t: f64| t >= 5.0 && (t - 5.0) % 3.0 < 1.5 && t < 5.0 + 8.0 * 3.0;
    noise(32_000, seed)
        .iter()
        .enumerate()
        .map(|(i, v)| v * if inside(i as f64 / RATE_HZ) { 100e-6 } else { 5e-6 })
        .collect()
}

fn analyze_at(rate: f64, samples: &[f64], config: &EmgConfig) -> Analysis {
    let info = ChannelInfo { label: "M".into(), unit: "V".into(), of_force_platform: false };
    let plan = Plan::new(config, Rate::new(rate).unwrap(), Level::best()).unwrap();
    plan.run(&[Signal { info: &info, samples }]).unwrap()
}

fn contractions(samples: &[f64]) -> Vec<Contraction> {
    analyze_at(RATE_HZ, samples, &EmgConfig::default()).emg.channels.remove(0).contractions
}

/// The eight bursts, each found within `tolerance` samples.
fn assert_eight(found: &[Contraction], tolerance: usize, what: &str) {
    let spans: Vec<(usize, usize)> = found.iter().map(|c| (c.onset, c.offset)).collect();
    assert_eq!(spans.len(), 8, "{what}: {spans:?}");
    for (k, (onset, offset)) in spans.iter().enumerate() {
        let truth = 5000 + 3000 * k;
        assert!(onset.abs_diff(truth) <= tolerance && offset.abs_diff(truth + 1500) <= tolerance, "{what}: {spans:?}");
    }
}

#[test]
fn bursts_are_found_where_they_are() {
    for seed in 1..=5 {
        assert_eight(&contractions(&bursts(seed)), 50, "plain");
    }
}

#[test]
fn offset_and_polarity_change_nothing() {
    let clean = bursts(1);
    let changed = |change: &dyn Fn(&mut Vec<f64>)| {
        let mut x = clean.clone();
        change(&mut x);
        contractions(&x)
    };
    assert_eight(&changed(&|x| x.iter_mut().for_each(|v| *v += 1e-2)), 50, "an offset of 100 times the signal");
    assert_eight(&changed(&|x| x.iter_mut().for_each(|v| *v = -*v)), 50, "the other polarity");
}

#[test]
fn the_unit_does_not_matter() {
    let volts = bursts(2);
    let found = contractions(&volts);
    let spans = |found: &[Contraction]| found.iter().map(|c| (c.onset, c.offset)).collect::<Vec<_>>();
    for factor in [1e3, 1e6, 1024.0, 1e-6] {
        let scaled: Vec<f64> = volts.iter().map(|v| v * factor).collect();
        let other = contractions(&scaled);
        assert_eq!(spans(&found), spans(&other), "{factor}");
        for (a, b) in found.iter().zip(&other) {
            approx::assert_relative_eq!(a.mean * factor, b.mean, max_relative = 1e-9);
        }
    }
}

#[test]
fn rest_and_hum_hold_no_contraction() {
    for seed in 1..=10 {
        assert!(contractions(&noise(30_000, seed)).is_empty());
    }
    let hum: Vec<f64> =
        (0..32_000).map(|i| myovox::dsp::math::sin(f64::from(i) * std::f64::consts::TAU * 0.05)).collect();
    assert!(contractions(&hum).is_empty());
    let degenerate =
        [vec![], vec![0.0], vec![1.0, 2.0], vec![0.0; 28], vec![f64::NAN; 100], vec![1e300, -1e300, 1e200]];
    let constant = [3.0, 0.1, 1234.567, 1e6].map(|value| vec![value; 60_000]);
    for x in degenerate.into_iter().chain(constant) {
        assert!(contractions(&x).is_empty(), "{:?}", x.first());
    }
}

#[test]
fn gaps_cost_their_own_length_and_never_the_channel() {
    for (length, bridged) in [(1, true), (20, true), (21, false), (200, false), (1200, false)] {
        let mut x = bursts(3);
        x[15_650..15_650 + length].fill(f64::NAN); // inside the pause after the fourth burst
        let analysis = analyze_at(RATE_HZ, &x, &EmgConfig::default());
        let channel = &analysis.emg.channels[0];
        assert_eight(&channel.contractions, 50, &format!("{length} samples missing"));
        assert_eq!((channel.bridged_samples == length, channel.gaps.is_empty()), (bridged, bridged));
        let code = if bridged { "emg.gap-bridged" } else { "emg.gap-cut" };
        assert!(analysis.warnings.iter().any(|w| w.code == code && w.place.channel.as_deref() == Some("M")));
    }
    // Inside the second burst: a gap as long as the merging gap parts nothing, a longer one does.
    for (length, parts) in [(200, 1), (300, 2)] {
        let mut x = bursts(3);
        x[9000 - length..9000].fill(f64::NAN);
        let found = contractions(&x);
        assert_eq!(found.len(), 7 + parts);
        assert_eq!(found.iter().filter(|c| c.flags == ["touches_gap"]).count(), parts);
    }
}

#[test]
fn a_sensor_that_starts_late_or_dies_early_changes_no_contraction() {
    for padded in [[10_000, 0], [0, 30_000]] {
        let mut x = vec![0.0; padded[0]];
        x.extend(bursts(6));
        x.extend(vec![0.0; padded[1]]);
        let found = contractions(&x);
        let shifted: Vec<Contraction> = found
            .into_iter()
            .map(|c| Contraction { onset: c.onset - padded[0], offset: c.offset - padded[0], ..c })
            .collect();
        assert_eight(&shifted, 50, "digital zeros");
    }
}

#[test]
fn too_little_rest_is_said() {
    let inside = |t: f64| t % 2.0 < 1.8;
    let x: Vec<f64> = noise(60_000, 7)
        .iter()
        .enumerate()
        .map(|(i, v)| v * if inside(i as f64 / RATE_HZ) { 1e-4 } else { 5e-6 })
        .collect();
    let analysis = analyze_at(RATE_HZ, &x, &EmgConfig::default());
    assert!(analysis.emg.channels[0].contractions.is_empty());
    assert!(analysis.warnings.iter().any(|warning| warning.code == "emg.no-effort"));
}

#[test]
fn durations_do_not_depend_on_the_rate() {
    let mean = |rate: f64, x: &[f64]| {
        analyze_at(rate, x, &EmgConfig::default()).emg.channels[0].parameters.duration_mean_s.unwrap()
    };
    let x = bursts(4);
    // Every sample twice, four times: the same signal at a higher rate, as a hold circuit would give it.
    let at_1k = mean(1000.0, &x);
    for repeat in [2_usize, 4] {
        let held: Vec<f64> = x.iter().flat_map(|v| std::iter::repeat_n(*v, repeat)).collect();
        approx::assert_abs_diff_eq!(mean(1000.0 * repeat as f64, &held), at_1k, epsilon = 0.005);
    }
}

#[test]
fn an_envelope_of_steady_signal_is_unbiased_at_its_first_sample() {
    for (method, bias) in [(EnvelopeMethod::Rms, 0.03), (EnvelopeMethod::Linear, 0.05)] {
        let config = EmgConfig::default().envelope(EnvelopeConfig::default().method(method));
        let plan = Plan::new(&config, Rate::new(RATE_HZ).unwrap(), Level::best()).unwrap();
        let (mut first, mut middle) = (0.0, 0.0);
        for seed in 0..200 {
            let envelope = plan.signals(&noise(2000, seed)).unwrap().envelope;
            assert!(envelope.iter().all(|v| *v >= 0.0));
            first += envelope[0];
            middle += envelope[1000];
        }
        assert!((first / middle - 1.0).abs() < bias, "{method:?}: {}", first / middle);
    }
}

#[test]
fn a_longer_recording_in_front_shifts_all_samples() {
    let x = bursts(5);
    let rest: Vec<f64> = noise(3000, 99).iter().map(|v| v * 5e-6).collect();
    let later: Vec<f64> = rest.iter().chain(&x).copied().collect();
    let (now, then) = (contractions(&x), contractions(&later));
    assert_eq!((now.len(), then.len()), (8, 8));
    for (a, b) in now.iter().zip(then) {
        assert!((a.onset + 3000).abs_diff(b.onset) <= 1 && (a.offset + 3000).abs_diff(b.offset) <= 1);
    }
}

#[test]
fn a_channels_bits_depend_on_neither_company_nor_instruction_set() {
    let channels: Vec<Vec<f64>> = (1..=4).map(bursts).collect();
    let infos: Vec<ChannelInfo> =
        (0..4).map(|k| ChannelInfo { label: format!("M{k}"), unit: "V".into(), of_force_platform: false }).collect();
    let run = |level: Level, which: &[usize]| {
        let plan = Plan::new(&EmgConfig::default(), Rate::new(RATE_HZ).unwrap(), level).unwrap();
        let signals: Vec<Signal<'_>> =
            which.iter().map(|&k| Signal { info: &infos[k], samples: &channels[k] }).collect();
        let all = plan.run(&signals).unwrap().emg.channels;
        all.into_iter()
            .map(|c| (c.label, serde_json::to_string(&(c.thresholds, c.contractions, c.parameters)).unwrap()))
            .collect::<Vec<_>>()
    };
    let together = run(Level::scalar(), &[0, 1, 2, 3]);
    for level in Level::available() {
        assert_eq!(run(level, &[0, 1, 2, 3]), together, "{}", level.name());
        assert_eq!(run(level, &[2]), together[2..3]);
        assert_eq!(run(level, &[3, 0]), [together[3].clone(), together[0].clone()]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn any_samples_give_a_defined_result(samples in prop::collection::vec(prop_oneof![any::<f64>(), -1.0..1.0_f64], 0..600)) {
        let analysis = analyze_at(RATE_HZ, &samples, &EmgConfig::default());
        // Serialising turns what is not finite into null: whatever is null must have its reason.
        let mut value = serde_json::to_value(&analysis.emg).unwrap();
        value["missing"] = serde_json::to_value(&analysis.missing).unwrap();
        crate::analyze::assert_reasons(&value.to_string());
    }
}

type Spans = Vec<(usize, usize)>;

/// Contractions of one channel of a shared Ghostly recording, and those that the game's own detector counted.
fn ghostly(name: &str, channel: usize) -> Option<(Vec<Contraction>, Spans)> {
    let files = common::shared("c3d/emg-c3d-analyzer")?;
    let path = std::fs::read_dir(files)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_string_lossy().contains(name))?;
    let bytes = std::fs::read(path).unwrap();
    let recording = c3d::read(&bytes, &c3d::C3dConfig::default(), &mut Budget::new(&Limits::default())).unwrap();
    let samples = recording.analog.row(channel).to_vec();
    let found = analyze_at(recording.analog_rate_hz.unwrap(), &samples, &EmgConfig::default());
    let baseline: Value =
        serde_json::from_slice(&std::fs::read(common::shared("emg/prior_baseline.json")?).unwrap()).unwrap();
    let (_, file) = baseline["files"].as_object().unwrap().iter().find(|(file, _)| file.contains(name))?;
    let rows = file["runs"]["defaults"][format!("CH{}", channel + 1)]["contractions"].as_array().unwrap();
    let sample = |row: &Value, k: usize| usize::try_from(row[k].as_u64().unwrap()).unwrap();
    let game = rows.iter().map(|row| (sample(row, 0), sample(row, 1))).collect();
    let channel = found.emg.channels.into_iter().next().unwrap();
    let lost = |gap: &Gap| gap.cause == GapCause::Dropout && gap.span.end - gap.span.start == 270;
    assert!(channel.gaps.iter().all(lost), "{:?}", channel.gaps);
    Some((channel.contractions, game))
}

#[test]
fn contractions_match_those_that_the_game_counted() {
    let (mut all_found, mut all_game, mut all_matched) = (0_u32, 0_u32, 0_u32);
    for (name, channel) in [("0409", 0), ("0409", 1), ("0160", 0), ("0785", 0), ("0823", 0), ("0823", 1)] {
        let Some((found, game)) = ghostly(name, channel) else { return };
        // One to one by overlap.
        let mut free = vec![true; found.len()];
        let matched = game.iter().filter(|(start, end)| {
            let hit = found.iter().zip(&free).position(|(c, free)| *free && c.onset < *end && *start < c.offset);
            hit.is_some_and(|k| std::mem::replace(&mut free[k], false))
        });
        all_matched += u32::try_from(matched.count()).unwrap();
        all_found += u32::try_from(found.len()).unwrap();
        all_game += u32::try_from(game.len()).unwrap();
    }
    let f1 = 2.0 * f64::from(all_matched) / f64::from(all_found + all_game);
    println!("{all_found} found, {all_game} counted by the game, {all_matched} matched one to one, F1 {f1:.3}");
    assert!(f1 >= 0.90);
    let mut hits = 0;
    for channel in [0, 1] {
        let Some((found, game)) = ghostly("0881", channel) else { return };
        hits += game.iter().filter(|(start, end)| found.iter().any(|c| c.onset < *end && *start < c.offset)).count();
    }
    assert!(hits >= 24, "{hits} of 26");
}

#[test]
fn a_steady_tone_is_no_activation() {
    for hz in [50.0, 90.0, 200.0] {
        let tone: Vec<f64> = (0..20_000)
            .map(|i| 1e-4 * myovox::dsp::math::sin(std::f64::consts::TAU * hz * f64::from(i) / RATE_HZ))
            .collect();
        let channel = analyze_at(RATE_HZ, &tone, &EmgConfig::default()).emg.channels.remove(0);
        assert!(
            channel.activations.is_empty() && channel.contractions.is_empty(),
            "{hz} Hz: {:?}",
            channel.activations
        );
    }
}

#[test]
fn edges_are_the_bursts_own_and_not_the_envelope_s() {
    for seed in 1..=5 {
        let channel = analyze_at(RATE_HZ, &bursts(seed), &EmgConfig::default()).emg.channels.remove(0);
        assert_eq!((channel.activations.len(), channel.contractions.len()), (8, 8));
        for (k, (activation, contraction)) in channel.activations.iter().zip(&channel.contractions).enumerate() {
            let (onset, offset) = (5000 + 3000 * k, 6500 + 3000 * k);
            assert!(
                activation.onset.abs_diff(onset) <= 10 && activation.offset.abs_diff(offset) <= 10,
                "{activation:?}"
            );
            assert_eq!((contraction.onset, contraction.offset), (activation.onset, activation.offset));
            assert!(contraction.confidence.unwrap() > 0.9 && contraction.onset_edge.is_some());
        }
    }
}

#[test]
fn a_spike_a_pulse_and_a_plateau_add_nothing() {
    let clean = contractions(&bursts(2)).len();
    let disturbed: [fn(&mut [f64]); 4] = [
        |x| x[1500] = 0.1,
        |x| x[1500..1550].iter_mut().for_each(|v| *v += 0.05),
        |x| x[1500..1770].fill(-5.5e-3),
        |x| x[1500..2500].fill(-5.5e-3),
    ];
    for disturb in disturbed {
        let mut x = bursts(2);
        disturb(&mut x);
        let channel = analyze_at(RATE_HZ, &x, &EmgConfig::default()).emg.channels.remove(0);
        assert_eq!((channel.contractions.len(), channel.activations.len()), (clean, 8));
    }
}

#[test]
fn spans_of_any_shortness_keep_their_order() {
    // Everything above the noise counts, however short, and nothing is merged.
    let contraction = ContractionConfig::default().merge_ms(0.0).minimum_ms(0.0).on_baselines(1.2).off_baselines(1.1);
    let activation = ActivationConfig::default().merge_ms(0.0).minimum_ms(0.0).on_deviates(1.0).off_deviates(0.5);
    let envelope = EnvelopeConfig::default().window_ms(5.0);
    let config = EmgConfig::default().contraction(contraction).activation(activation).envelope(envelope);
    for seed in 1..=4 {
        for length in [50, 700, 9000] {
            let channel = analyze_at(RATE_HZ, &noise(length, seed), &config).emg.channels.remove(0);
            let spans: Vec<(usize, usize)> = channel.contractions.iter().map(|c| (c.onset, c.offset)).collect();
            assert!(spans.iter().all(|(onset, offset)| onset < offset && *offset <= length), "{spans:?}");
            assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{spans:?}");
            assert!(channel.activations.iter().all(|a| a.onset < a.offset && a.offset <= length));
        }
    }
}
