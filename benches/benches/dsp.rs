//! Zero-phase filters, moving RMS and Welch at every instruction set: 10 min at 2 kHz in `f64`, one thread, into a reused output.
//!
//! Levels are compared bit by bit before anything is timed; then all run in turn and the least time of each counts. With a folder as
//! argument, inputs and results are written there for `python/bench_dsp.py`, which runs this bench, compares the results with SciPy's and times
//! SciPy on the same data.
#![allow(clippy::print_stdout, reason = "what a bench finds is printed")]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use myovox::dsp::iir::{self, Band, Chain, Extension, Rectify, ZeroPhase, butterworth};
use myovox::dsp::moving::{self, Edges, Moving, Statistic};
use myovox::dsp::welch::{Welch, WelchConfig};
use myovox::simd::Level;
use myovox::units::Rate;

const SAMPLES: usize = 1_200_000;
const CHANNELS: usize = 8;
const ROUNDS: usize = 15;

/// White noise, a burst of one second every two, another seed for each channel.
fn channels() -> Vec<f64> {
    let channel = |seed: u32| {
        let mut state = seed;
        (0..SAMPLES).map(move |i| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let gain = if (i / 2000) % 2 == 0 { 0.05 } else { 1.0 };
            gain * (f64::from(state) / 4_294_967_296.0 * 2.0 - 1.0)
        })
    };
    (1..).take(CHANNELS).flat_map(channel).collect()
}

/// Work on the first channels into `y`.
type Run<'a> = Box<dyn FnMut(&mut [f64]) + 'a>;

/// Something that is timed.
struct Work<'a> {
    name: &'static str,
    level: &'static str,
    channels: usize,
    run: Run<'a>,
    least: Duration,
}

fn works<'a>(x: &'a [f64]) -> Vec<Work<'a>> {
    let rate = Rate::new(2000.0).expect("a rate");
    let filter =
        |band| ZeroPhase::new(butterworth(4, band, rate).expect("edges inside the rate"), Extension::Odd, None);
    let chain =
        Chain::new(filter(Band::BandPass(20.0, 450.0)).rectify(Rectify::FullWave)).then(filter(Band::LowPass(6.0)));
    let rms = Moving::new(Statistic::Rms, 200, Edges::Reflect).expect("a window");
    let mut works: Vec<Work<'a>> = Vec::new();
    let mut add = |name, level: Level, channels, run: Run<'a>| {
        works.push(Work { name, level: level.name(), channels, run, least: Duration::MAX });
    };
    for level in Level::available() {
        for channels in [1, 2, CHANNELS] {
            let (chain, mut workspace) = (chain.clone().level(level), iir::Workspace::default());
            let run = move |y: &mut [f64]| {
                for (x, y) in x.chunks(SAMPLES).zip(y.chunks_mut(SAMPLES)).take(channels) {
                    chain.run(x, y, &mut workspace).expect("long enough");
                }
            };
            add("chain", level, channels, Box::new(run));
        }
        let (rms, mut workspace) = (rms.clone().level(level), moving::Workspace::default());
        add(
            "rms",
            level,
            1,
            Box::new(move |y| rms.run(&x[..SAMPLES], &mut y[..SAMPLES], &mut workspace).expect("as long")),
        );
    }
    let mut welch = Welch::new(&WelchConfig::default().segment_samples(1024), rate).expect("a segment");
    let run = move |y: &mut [f64]| welch.run(&x[..SAMPLES], &mut y[..513]).expect("long enough");
    add("welch", Level::best(), 1, Box::new(run));
    let copy = |y: &mut [f64]| y.copy_from_slice(x);
    add("copy", Level::best(), CHANNELS, Box::new(copy));
    works
}

fn write(folder: &Path, name: &str, values: &[f64]) {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(folder.join(name), bytes).expect("the folder can be written");
}

/// Every level must give the bits of the first; what it gave is returned.
fn same_bits(works: &mut [Work<'_>], name: &str, y: &mut [f64]) -> Vec<f64> {
    let mut expected: Option<Vec<f64>> = None;
    let most = works.iter().filter(|work| work.name == name).map(|work| work.channels).max().unwrap_or_default();
    let mut ordered: Vec<_> = works.iter_mut().filter(|work| work.name == name).collect();
    ordered.sort_by_key(|work| most - work.channels);
    for work in ordered {
        y.fill(f64::NAN);
        (work.run)(y);
        let expected = expected.get_or_insert_with(|| y.to_vec());
        let same = y[..work.channels * SAMPLES]
            .iter()
            .zip(&*expected)
            .all(|(a, b)| a.to_bits() == b.to_bits() || name == "welch");
        assert!(same, "{name} of {} channels: other bits at {}", work.channels, work.level);
    }
    expected.unwrap_or_default()
}

fn main() {
    let folder = std::env::args().nth(1).filter(|argument| !argument.starts_with('-'));
    let x = channels();
    let mut y = vec![0.0; x.len()];
    let mut works = works(&x);
    for (name, values) in [("chain", x.len()), ("rms", SAMPLES), ("welch", 513)] {
        let result = same_bits(&mut works, name, &mut y);
        if let Some(folder) = &folder {
            write(Path::new(folder), &format!("{name}.f64"), &result[..values]);
        }
    }
    if let Some(folder) = &folder {
        write(Path::new(folder), "x.f64", &x);
    }
    for _ in 0..ROUNDS {
        for work in &mut works {
            let started = Instant::now();
            (work.run)(black_box(&mut y));
            work.least = work.least.min(started.elapsed());
        }
    }
    for Work { name, level, channels, least, .. } in &works {
        println!("{name} {level} {channels} {:.3}", least.as_secs_f64() * 1e9 / (channels * SAMPLES) as f64);
    }
}
