//! From samples to session parameters: conditioning, envelope, activations with their edges, contractions, scores; one thread, no file.
//!
//! 10 min at 2 kHz of simulated efforts in noise; the least time of all rounds, in ns per sample and channel.
#![allow(clippy::print_stdout, reason = "what a bench finds is printed")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use myovox::emg::{ChannelInfo, EmgConfig, Plan, Signal};
use myovox::simd::Level;
use myovox::units::Rate;

const SAMPLES: usize = 1_200_000;
const EFFORTS: usize = 240;
const ROUNDS: usize = 7;

/// An effort of 0.6 to 1.6 s every 2.5 s, ten times as strong as rest, in noise of five microvolts.
fn efforts(seed: u32) -> Vec<f64> {
    let mut state = seed;
    let mut noise = || {
        let mut uniform = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state) / 4_294_967_296.0 - 0.5
        };
        uniform() + uniform() + uniform()
    };
    (0..SAMPLES)
        .map(|i| {
            let (effort, at) = (i / 5000, i % 5000);
            let length = 1200 + (effort * 7919) % 2000;
            let gain = if (1000..1000 + length).contains(&at) { 10.0 } else { 1.0 };
            5e-6 * gain * noise()
        })
        .collect()
}

fn main() {
    let rate = Rate::new(2000.0).expect("a rate");
    let channels: Vec<Vec<f64>> = (1..=8).map(efforts).collect();
    let infos: Vec<ChannelInfo> = (1..=8)
        .map(|k| ChannelInfo { label: format!("muscle {k}"), unit: "V".into(), of_force_platform: false })
        .collect();
    let plan = Plan::new(&EmgConfig::default(), rate, Level::best()).expect("the default settings");
    for count in [1, 2, 8] {
        let signals: Vec<Signal<'_>> =
            infos.iter().zip(&channels).take(count).map(|(info, samples)| Signal { info, samples }).collect();
        let mut least = Duration::MAX;
        for _ in 0..ROUNDS {
            let started = Instant::now();
            let analysis = plan.run(black_box(&signals)).expect("signals that can be analysed");
            least = least.min(started.elapsed());
            for channel in &analysis.emg.channels {
                assert_eq!(channel.contractions.len(), EFFORTS, "{}", channel.label);
            }
        }
        println!("session {count} {:.2}", least.as_secs_f64() * 1e9 / (count * SAMPLES) as f64);
    }
}
