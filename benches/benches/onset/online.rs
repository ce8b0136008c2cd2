//! The detector for live feedback on the same trials: its error, and how long after the truth it speaks.

use myovox::emg::EmgConfig;
use myovox::emg::stream::{Event, EventKind, StreamPlan};
use myovox::units::Rate;

use super::trials::{Model, World, trial};
use super::{MODELS, Options, SNRS_DB, median, pair};

/// Prints the table of one world.
pub(crate) fn print(name: &str, world: &World, options: &Options) {
    let plan = StreamPlan::new(&EmgConfig::default(), Rate::new(world.rate_hz).unwrap()).unwrap();
    let of = plan.summary();
    println!(
        "\nonline; {name}; {} trials a cell from seed {}; latency at most {:.0} ms for onsets, {:.0} ms for offsets; settled after {:.1} s\n",
        options.trials,
        options.seed,
        of.activation.onset_ms,
        of.activation.offset_ms,
        of.settle_samples as f64 / of.rate_hz,
    );
    println!(
        "| model, SNR | onset: median error (bias) ms | offset | F1 | told after the onset: median, 95 %, most ms | after the offset |"
    );
    println!("| --- | --- | --- | --- | --- | --- |");
    for (model, label) in MODELS {
        for snr in SNRS_DB {
            println!("| {label} {snr} dB {} |", cell(&plan, model, snr, world, options));
        }
    }
    for (model, label) in [(Model::Rest, "rest"), (Model::RestWithHeart, "rest with heart")] {
        let seeds = options.seed..options.seed + options.trials;
        let onsets = |seed| of_kind(&plan, &trial(model, 0.0, world, seed).samples, EventKind::ActivationOnset).len();
        let found: usize = seeds.map(onsets).sum();
        println!("| {label} | {:.2} a minute | | | | |", found as f64 / options.trials as f64);
    }
}

/// Events of one kind, as the samples come in pieces of 50 ms.
fn of_kind(plan: &StreamPlan, samples: &[f64], kind: EventKind) -> Vec<Event> {
    let mut stream = plan.stream(1);
    let piece = plan.rate().samples_of_ms(50.0);
    let mut found = Vec::new();
    for piece in samples.chunks(piece) {
        found.extend(stream.push(piece).filter(|event| event.kind == kind));
    }
    found
}

/// One row: errors, F1, and delays of the telling.
fn cell(plan: &StreamPlan, model: Model, snr: f64, world: &World, options: &Options) -> String {
    let [mut errors, mut delays] = [[Vec::new(), Vec::new()], [Vec::new(), Vec::new()]];
    let (mut missed, mut invented) = (0, 0);
    for seed in options.seed..options.seed + options.trials {
        let trial = trial(model, snr, world, seed);
        let kinds = [(EventKind::ActivationOnset, &trial.onsets), (EventKind::ActivationOffset, &trial.offsets)];
        for (k, (kind, truth)) in kinds.into_iter().enumerate() {
            let found = of_kind(plan, &trial.samples, kind);
            let (pairs, missing) = pair(truth, &found.iter().map(|event| event.at_s).collect::<Vec<_>>());
            if k == 0 {
                missed += missing;
                invented += found.len() - pairs.len();
            }
            errors[k].extend(pairs.iter().map(|&(i, j)| 1e3 * (found[j].at_s - truth[i])));
            delays[k].extend(pairs.iter().map(|&(i, j)| 1e3 * (found[j].time_s - truth[i])));
        }
    }
    let matched = errors[0].len() as f64;
    let f1 = 2.0 * matched / (2.0 * matched + f64::from(u32::try_from(missed + invented).unwrap()));
    let error = |of: &mut Vec<f64>| {
        let bias = median(of);
        let mut sizes: Vec<f64> = of.iter().map(|error| error.abs()).collect();
        format!("{:.2} ({bias:+.1})", median(&mut sizes))
    };
    let delay = |of: &mut Vec<f64>| {
        let middle = median(of);
        let late = of.get(of.len() * 95 / 100).copied().unwrap_or(f64::NAN);
        format!("{middle:.0}, {late:.0}, {:.0}", of.last().copied().unwrap_or(f64::NAN))
    };
    let [onsets, offsets] = errors.each_mut().map(error);
    let [after_onsets, after_offsets] = delays.each_mut().map(delay);
    format!("| {onsets} | {offsets} | {f1:.3} | {after_onsets} | {after_offsets}")
}
