//! The whole main job, bytes to report, on one thread; every result is asserted before it is timed.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use myovox::dsp::iir::{Band, Extension, Workspace, ZeroPhase, butterworth};
use myovox::simd::Level;
use myovox::units::Rate;
use myovox::{Analyzer, Config};
use myovox_fixtures::wav_file::{Coding, wav};

/// A game session of 75 s: 2476 frames of 30 samples, two muscles.
fn muscles(c: &mut Criterion) {
    let (bytes, truth) = myovox_fixtures::ghostly(2476, 1);
    let analyzer = Analyzer::new(Config::default());
    let report = analyzer.run(&bytes, None).expect("the twin can be analysed");
    let emg = report.emg.expect("a C3D recording has a muscle part");
    assert_eq!((emg.channels.len(), report.recording.samples), (2, truth.samples));
    assert!(emg.session.is_some_and(|session| session.contractions > 20));
    let mut group = c.benchmark_group("analyze");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("muscles, 75 s", |b| b.iter(|| analyzer.run(&bytes, None)));
    group.finish();
}

/// A minute of one voice at 16 kHz.
fn voice(c: &mut Criterion) {
    let voices = myovox_fixtures::voice(60.0, 16_000, 1);
    let bytes = wav(&voices.channels, 16_000, Coding::Pcm(16));
    let analyzer = Analyzer::new(Config::default());
    let report = analyzer.run(&bytes, None).expect("the voice can be analysed");
    let leg = &report.voice.expect("a WAV recording has a voice part").legs[0];
    assert!(leg.pitch.f0_mean_hz.is_some_and(|hz| (60.0..500.0).contains(&hz)));
    let mut group = c.benchmark_group("analyze");
    group.sample_size(20).throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("voice, 60 s", |b| b.iter(|| analyzer.run(&bytes, None)));
    group.finish();
}

/// The zero-phase band-pass of ten minutes at 2 kHz, at every instruction set.
fn band_pass(c: &mut Criterion) {
    let rate = Rate::new(2000.0).expect("a rate");
    let sos = butterworth(4, Band::BandPass(20.0, 450.0), rate).expect("edges inside the rate");
    let x: Vec<f64> =
        (0..1_200_000_u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761) >> 8) / 8_388_608.0 - 1.0).collect();
    let (mut y, mut workspace) = (vec![0.0; x.len()], Workspace::default());
    let mut group = c.benchmark_group("zero-phase band-pass");
    group.sample_size(20).throughput(Throughput::Elements(x.len() as u64));
    let mut scalar = None;
    for level in Level::available() {
        let filter = ZeroPhase::new(sos.clone(), Extension::Odd, None).level(level);
        filter.run(&x, &mut y, &mut workspace).expect("long enough");
        assert!(scalar.get_or_insert_with(|| y.clone()) == &y, "{} has other bits", level.name());
        group.bench_function(level.name(), |b| b.iter(|| filter.run(&x, &mut y, &mut workspace)));
    }
    group.finish();
}

criterion_group!(benches, muscles, voice, band_pass);
criterion_main!(benches);
