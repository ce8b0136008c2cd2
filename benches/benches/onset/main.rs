//! The onset benchmark: how far from the truth onsets and offsets are, how many are missed or invented, and what a confidence is worth.
//!
//! `cargo bench -p myovox-benches --bench onset -- [--seed 1] [--trials 20] [--online | --export FOLDER]`. With `--online` the detector for
//! live feedback is measured, with its latency. With `--export` every trial of the standard
//! world is written as `NAME.f64` (little-endian samples) with its truth in `trials.json`, for detectors of other programs.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that simulates and prints; the same bits on every processor are not promised of it"
)]

mod online;
mod trials;

use std::fmt::Write as _;
use std::path::PathBuf;

use myovox::emg::{Activation, ChannelInfo, EmgConfig, Plan, Signal};
use myovox::simd::Level;
use myovox::units::Rate;

use self::trials::{Model, World, trial};

/// An onset farther from every true one is none of them, in s.
const REACH_S: f64 = 0.1;

const MODELS: [(Model, &str); 3] = [(Model::Step, "step"), (Model::Ramp, "ramp"), (Model::Realistic, "realistic")];
const SNRS_DB: [f64; 3] = [6.0, 12.0, 20.0];

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detector {
    Offline,
    Online,
}

struct Options {
    seed: u64,
    trials: u64,
    detector: Detector,
    export: Option<PathBuf>,
}

fn main() {
    let options = options();
    if let Some(folder) = &options.export {
        export(&options, folder);
        return;
    }
    let worlds = [
        ("standard: 2000 Hz, 20-450 Hz, ramps of 100 ms", World::STANDARD),
        ("1000 Hz", World { rate_hz: 1000.0, ..World::STANDARD }),
        (
            "1500 Hz, 15-420 Hz, ramps of 120 ms, in mV with an offset of 200 times rest",
            World { rate_hz: 1500.0, band_hz: (15.0, 420.0), ramp_s: 0.12, rest: 5e-3, offset: 200.0 },
        ),
        ("4000 Hz, ramps of 200 ms", World { rate_hz: 4000.0, ramp_s: 0.2, ..World::STANDARD }),
    ];
    for (name, world) in worlds {
        if options.detector == Detector::Online {
            online::print(name, &world, &options);
            continue;
        }
        println!("\n{name}; {} trials a cell from seed {}\n", options.trials, options.seed);
        println!("| model, SNR | onset: median error (bias) ms | offset | F1 | in the 95 % interval |");
        println!("| --- | --- | --- | --- | --- |");
        let mut calibration = Calibration::default();
        for (model, label) in MODELS {
            for snr in SNRS_DB {
                println!("| {label} {snr} dB {} |", cell(model, snr, &world, &options, &mut calibration));
            }
        }
        for (model, label) in [(Model::Rest, "rest"), (Model::RestWithHeart, "rest with heart")] {
            let seeds = options.seed..options.seed + options.trials;
            let found: usize = seeds.map(|seed| detect(&trial(model, 0.0, &world, seed).samples, &world).len()).sum();
            println!("| {label} | {:.2} a minute | | | |", found as f64 / options.trials as f64);
        }
        println!("\n{calibration}");
    }
}

fn options() -> Options {
    let mut options = Options { seed: 1, trials: 20, detector: Detector::Offline, export: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_else(|| panic!("{argument} wants a value"));
        match argument.as_str() {
            "--seed" => options.seed = value().parse().expect("a whole number"),
            "--trials" => options.trials = value().parse().expect("a whole number"),
            "--online" => options.detector = Detector::Online,
            "--export" => options.export = Some(value().into()),
            // What cargo itself passes.
            "--bench" => {}
            other => panic!("unknown argument {other}"),
        }
    }
    options
}

/// The activations of one signal, by the default settings.
fn detect(samples: &[f64], world: &World) -> Vec<Activation> {
    let plan = Plan::new(&EmgConfig::default(), Rate::new(world.rate_hz).unwrap(), Level::best()).unwrap();
    let info = ChannelInfo { label: "EMG".into(), unit: "V".into(), of_force_platform: false };
    let mut analysis = plan.run(&[Signal { info: &info, samples }]).unwrap();
    analysis.emg.channels.swap_remove(0).activations
}

/// One row of the table.
fn cell(model: Model, snr: f64, world: &World, options: &Options, calibration: &mut Calibration) -> String {
    let (mut onsets, mut offsets) = (Vec::new(), Vec::new());
    let (mut missed, mut invented, mut covered, mut placed) = (0_usize, 0_usize, 0_usize, 0_usize);
    for seed in options.seed..options.seed + options.trials {
        let trial = trial(model, snr, world, seed);
        let found = detect(&trial.samples, world);
        let (pairs, missing) = pair(&trial.onsets, &found.iter().map(|a| a.onset_s).collect::<Vec<_>>());
        missed += missing;
        invented += found.len() - pairs.len();
        for &(truth, index) in &pairs {
            let activation = &found[index];
            onsets.push(1e3 * (activation.onset_s - trial.onsets[truth]));
            if let (Some(onset), Some(_)) = (&activation.onset_edge, &activation.offset_edge) {
                placed += 1;
                covered += usize::from((onset.low_s..=onset.high_s).contains(&trial.onsets[truth]));
                let near = |found: f64, truth: f64| (found - truth).abs() <= 0.02;
                let right =
                    near(activation.onset_s, trial.onsets[truth]) && near(activation.offset_s, trial.offsets[truth]);
                calibration.add(activation.confidence.unwrap_or_default(), right);
            }
        }
        let (pairs, _) = pair(&trial.offsets, &found.iter().map(|a| a.offset_s).collect::<Vec<_>>());
        offsets.extend(pairs.iter().map(|&(truth, index)| 1e3 * (found[index].offset_s - trial.offsets[truth])));
    }
    let matched = onsets.len() as f64;
    let f1 = 2.0 * matched / (2.0 * matched + (missed + invented) as f64);
    let mut row = String::new();
    for errors in [&mut onsets, &mut offsets] {
        let bias = median(errors);
        for error in errors.iter_mut() {
            *error = error.abs();
        }
        let _ = write!(row, "| {:.2} ({bias:+.1}) ", median(errors));
    }
    let _ = write!(row, "| {f1:.3} | {:.2}", covered as f64 / placed.max(1) as f64);
    row
}

/// Pairs of true and found times within reach, nearest first; and how many true ones have none.
fn pair(truth: &[f64], found: &[f64]) -> (Vec<(usize, usize)>, usize) {
    let near = |(i, j): (usize, usize)| Some(((truth[i] - found[j]).abs(), i, j)).filter(|(d, ..)| *d <= REACH_S);
    let all = (0..truth.len()).flat_map(|i| (0..found.len()).map(move |j| (i, j)));
    let mut candidates: Vec<(f64, usize, usize)> = all.filter_map(near).collect();
    candidates.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (_, i, j) in candidates {
        if pairs.iter().all(|&(a, b)| a != i && b != j) {
            pairs.push((i, j));
        }
    }
    let missed = truth.len() - pairs.len();
    (pairs, missed)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// How often both edges lie within 20 ms, by the confidence that was stated.
#[derive(Default)]
struct Calibration([(usize, usize); 10]);

impl Calibration {
    fn add(&mut self, confidence: f64, right: bool) {
        let tenth = ((confidence * 10.0) as usize).min(9);
        self.0[tenth].0 += 1;
        self.0[tenth].1 += usize::from(right);
    }
}

impl std::fmt::Display for Calibration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "| confidence | activations | both edges within 20 ms |\n| --- | --- | --- |")?;
        for (tenth, (all, right)) in self.0.iter().enumerate().filter(|(_, (all, _))| *all > 0) {
            let (low, share) = (tenth as f64 / 10.0, *right as f64 / *all as f64);
            writeln!(f, "| {low:.1}-{:.1} | {all} | {share:.2} |", low + 0.1)?;
        }
        Ok(())
    }
}

fn export(options: &Options, folder: &std::path::Path) {
    std::fs::create_dir_all(folder).expect("a folder to write to");
    let world = World::STANDARD;
    let cells = MODELS.iter().flat_map(|(model, label)| SNRS_DB.map(|snr| (*model, *label, snr)));
    let rests = [(Model::Rest, "rest", 0.0), (Model::RestWithHeart, "rest_ecg", 0.0)];
    let mut entries = Vec::new();
    for (model, label, snr) in cells.chain(rests) {
        for seed in options.seed..options.seed + options.trials {
            let trial = trial(model, snr, &world, seed);
            let name = format!("{label}_{snr}_{seed}");
            let bytes: Vec<u8> = trial.samples.iter().flat_map(|v| v.to_le_bytes()).collect();
            std::fs::write(folder.join(format!("{name}.f64")), bytes).expect("a file to write");
            entries.push(format!(
                "{{\"name\": \"{name}\", \"model\": \"{label}\", \"snr_db\": {snr}, \"rate_hz\": {}, \"onsets_s\": {:?}, \"offsets_s\": {:?}}}",
                world.rate_hz, trial.onsets, trial.offsets
            ));
        }
    }
    let list = format!("[\n{}\n]\n", entries.join(",\n"));
    std::fs::write(folder.join("trials.json"), list).expect("a file to write");
    println!("{} trials in {}", entries.len(), folder.display());
}
