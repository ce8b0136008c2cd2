//! The voice room: parity with its peers, and signals whose truth is known.

mod parity;
mod signals;

use myovox::dsp::math;
use myovox::units::Rate;
use myovox::voice::activity::{self, ActivityConfig};
use myovox::voice::pitch::{self, PitchConfig, PitchTrack};
use myovox::voice::spectral::{self, SpectralConfig};
use myovox::voice::{self, Analysis, Voice, VoiceConfig};
use ndarray::{Array2, ArrayView2};
use serde_json::Value;

use self::signals::{buzz, hum, noise, rms, sine};

fn rate(hz: f64) -> Rate {
    Rate::new(hz).unwrap()
}

fn analyze(samples: &[f64], hz: f64) -> Analysis {
    voice::analyze(ArrayView2::from_shape((1, samples.len()), samples).unwrap(), rate(hz), &VoiceConfig::default())
        .unwrap()
}

fn praat(samples: &[f64], hz: f64) -> PitchTrack {
    pitch::pitch(samples, rate(hz), &PitchConfig::default()).unwrap()
}

/// Two seconds of buzz that begins at half a second and pauses for half a second in the middle, and the spans of sound.
fn schedule(hz: f64) -> (Vec<f64>, [(f64, f64); 2]) {
    let mut samples = vec![0.0; 40_000 * if hz > 8000.0 { 2 } else { 1 } / 2];
    let spans = [(0.5, 1.0), (1.5, 2.2)];
    for (start, end) in spans {
        let (from, to) = (rate(hz).samples_of_ms(start * 1000.0), rate(hz).samples_of_ms(end * 1000.0));
        samples[from..to].copy_from_slice(&buzz(140.0, hz, to - from));
    }
    (samples, spans)
}

#[test]
fn the_fundamental_of_sines_is_theirs() {
    for hz in [8000.0, 16000.0, 44100.0] {
        for f0 in [100.0, 150.0, 220.0, 400.0] {
            let track = praat(&sine(f0, hz, rate(hz).samples_of_ms(1000.0)), hz);
            assert!(track.f0_hz.len() > 90);
            for found in &track.f0_hz {
                assert!((found - f0).abs() <= 2e-4 * f0, "{f0} Hz at {hz}: {found}");
            }
        }
    }
}

#[test]
fn a_sine_that_touches_full_scale_reads_minus_3_01_db() {
    let level = analyze(&sine(250.0, 8000.0, 16000), 8000.0).voice.legs[0].level;
    assert!((level.rms_dbfs.unwrap() + 3.0103).abs() < 1e-4);
    assert!(level.peak_dbfs.unwrap().abs() < 1e-9);
    assert!((level.crest_db.unwrap() - 3.0103).abs() < 1e-4);
}

#[test]
fn spans_of_a_schedule_are_found_to_20_ms() {
    for hz in [8000.0, 16000.0] {
        let (clean, spans) = schedule(hz);
        for floor in [0.0, 1e-4, 3e-3] {
            let noise = noise(1, clean.len());
            let samples: Vec<f64> = clean.iter().zip(noise).map(|(x, n)| x + floor * n).collect();
            let leg = &analyze(&samples, hz).voice.legs[0];
            assert_eq!(leg.activity.segments.len(), 2, "floor {floor} at {hz}: {:?}", leg.activity.segments);
            for (found, (start, end)) in leg.activity.segments.iter().zip(spans) {
                assert!((found.start_s - start).abs() < 0.02 && (found.end_s - end).abs() < 0.02, "{found:?}");
            }
            let pauses = leg.activity.pauses.unwrap();
            assert_eq!(pauses.count, 1);
            assert!((pauses.longest_s.unwrap() - 0.5).abs() < 0.03);
            assert!((leg.activity.speech_s.unwrap() - 1.2).abs() < 0.04);
        }
    }
}

#[test]
fn a_sustained_vowel_is_speech_throughout() {
    let mut vowel = buzz(110.0, 16000.0, 8 * 16000);
    vowel.iter_mut().zip(noise(3, 8 * 16000)).for_each(|(x, n)| *x += 0.002 * n);
    let share = analyze(&vowel, 16000.0).voice.legs[0].activity.speech_share.unwrap();
    assert!(share > 0.99, "{share}");
}

/// Frames of 25 ms every 10 ms above the loudest less 40 dB, smoothed by a median of 5, gaps below 100 ms filled: speech of a clean recording.
fn labels(samples: &[f64], hz: f64) -> Vec<bool> {
    let (length, hop) = (rate(hz).samples_of_ms(25.0), rate(hz).samples_of_ms(10.0));
    let energies: Vec<f64> = samples.windows(length).step_by(hop).map(rms).collect();
    let top = energies.iter().copied().fold(0.0, f64::max);
    let loud: Vec<bool> = energies.iter().map(|e| *e > top * 0.01).collect();
    let median = |k: usize| {
        let around = &loud[k.saturating_sub(2)..(k + 3).min(loud.len())];
        2 * around.iter().filter(|loud| **loud).count() > around.len()
    };
    let mut speech: Vec<bool> = (0..loud.len()).map(median).collect();
    let active: Vec<usize> = (0..speech.len()).filter(|k| speech[*k]).collect();
    for pair in active.windows(2).filter(|pair| pair[1] - pair[0] <= 10) {
        speech[pair[0]..pair[1]].fill(true);
    }
    speech
}

/// The anchored recordings whose room noise lies so far below the speech that the rule of [`labels`] finds pauses at all.
fn quiet_rooms() -> Vec<(signals::Recording, Vec<bool>)> {
    let labelled = parity::anchored().into_iter().map(|(_, y, _)| {
        let speech = labels(&y.samples, y.rate.hz());
        (y, speech)
    });
    labelled.filter(|(_, speech)| share(speech.iter().copied()) < 0.8).collect()
}

/// The share that is true.
fn share(flags: impl Iterator<Item = bool> + Clone) -> f64 {
    flags.clone().filter(|flag| *flag).count() as f64 / flags.count() as f64
}

#[test]
fn activity_agrees_with_the_clean_recording_in_noise() {
    type Maker = fn(f64, usize) -> Vec<f64>;
    let kinds: [(&str, Maker); 2] = [("white", |_, samples| noise(7, samples)), ("hum", hum)];
    let recordings = quiet_rooms();
    for (kind, make) in kinds {
        for (snr_db, demand) in [(100.0, 0.93), (20.0, 0.93), (10.0, 0.9), (5.0, 0.85)] {
            let mut agree = Vec::new();
            for (y, truth) in &recordings {
                let noise = make(y.rate.hz(), y.samples.len());
                let gain = rms(&y.samples) / rms(&noise) / math::powf(10.0, snr_db / 20.0);
                let noisy: Vec<f64> = y.samples.iter().zip(&noise).map(|(x, n)| x + gain * n).collect();
                let (config, pitch) = (ActivityConfig::default(), PitchConfig::default());
                let track = activity::activity(&noisy, y.rate, &config, &pitch).unwrap();
                agree.extend(track.active.iter().zip(truth).map(|(found, truth)| found == truth));
            }
            if agree.is_empty() {
                continue;
            }
            let accuracy = share(agree.iter().copied());
            println!("{kind} at {snr_db} dB: {accuracy:.3} of the frames agree");
            assert!(accuracy >= demand, "{kind} at {snr_db} dB: {accuracy}, demanded {demand}");
        }
    }
}

#[test]
fn stationary_noise_is_no_speech() {
    for seed in 0..6 {
        for hz in [8000.0, 16000.0] {
            let samples: Vec<f64> = noise(seed, 240_000).iter().map(|x| 0.1 * x).collect();
            let found = &analyze(&samples, hz).voice.legs[0].activity;
            assert_eq!(found.segments, [], "seed {seed} at {hz} Hz");
        }
    }
}
