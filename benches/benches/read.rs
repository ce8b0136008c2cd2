//! Bytes to arrays, against the Rust peers in one run; values are asserted equal before either is timed.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use std::io::Cursor;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use myovox::formats::{c3d, wav};
use myovox::{Budget, Limits};
use myovox_fixtures::wav_file::{self, Coding};

fn budget() -> Budget {
    Budget::new(&Limits::default())
}

/// A game session of 75 s. The peer reads float recordings whose scale is 1, which this one is.
fn c3d(c: &mut Criterion) {
    let (bytes, _) = myovox_fixtures::ghostly(2476, 1);
    let ours = || c3d::read(&bytes, &c3d::C3dConfig::default(), &mut budget()).expect("the twin reads");
    let peer = || c3d_rs_samples(&bytes);
    let (samples, expected) = (ours().analog, peer());
    assert_eq!(samples.len(), expected.len());
    for ((channel, sample), value) in samples.indexed_iter() {
        assert_eq!(*value, expected[sample * samples.nrows() + channel], "channel {channel}, sample {sample}");
    }
    let mut group = c.benchmark_group("read C3D, 75 s");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("myovox", |b| b.iter(ours));
    group.bench_function("c3d-rs", |b| b.iter(peer));
    group.finish();
}

/// All analog samples as the peer gives them: sample by sample, all channels.
fn c3d_rs_samples(bytes: &[u8]) -> Vec<f64> {
    let adapter =
        c3d_rs::C3dAdapter::new(Cursor::new(bytes)).and_then(c3d_rs::C3dAdapter::construct).expect("the peer opens it");
    let frames = adapter.reader().expect("the peer reads it");
    frames.flat_map(|(_, _, analog)| analog.expect("the twin has analog channels").values).map(f64::from).collect()
}

/// A minute of 16-bit sound at 16 kHz.
fn wav(c: &mut Criterion) {
    let voices = myovox_fixtures::voice(60.0, 16_000, 1);
    let bytes = wav_file::wav(&voices.channels, 16_000, Coding::Pcm(16));
    let ours = || wav::read(&bytes, &wav::WavConfig::default(), &mut budget()).expect("the recording reads");
    let peer = || -> Vec<f64> {
        let mut reader = hound::WavReader::new(Cursor::new(&bytes)).expect("the peer opens it");
        reader.samples::<i16>().map(|sample| f64::from(sample.expect("a sample")) / 32_768.0).collect()
    };
    assert_eq!(ours().samples.as_slice().expect("one channel"), peer());
    let mut group = c.benchmark_group("read WAV, 60 s");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("myovox", |b| b.iter(ours));
    group.bench_function("hound", |b| b.iter(peer));
    group.finish();
}

criterion_group!(benches, c3d, wav);
criterion_main!(benches);
