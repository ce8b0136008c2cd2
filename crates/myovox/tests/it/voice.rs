//! The voice room: parity with its peers, and signals whose truth is known.

mod parity;
mod signals;

use myovox::dsp::math;
use myovox::units::Rate;
use myovox::voice::activity::{self, ActivityConfig};
use myovox::voice::frames::{FramesConfig, Preset};
use myovox::voice::mel::MelConfig;
use myovox::voice::pitch::{self, PitchConfig, PitchTrack};
use myovox::voice::spectral::{self, SpectralConfig};
use myovox::voice::{self, Analysis, FrameSet, Voice, VoiceConfig};
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
    let mut samples = vec![0.0; rate(hz).samples_of_ms(2500.0)];
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
    // A single recording scatters about what several reach together.
    let slack = if recordings.len() < 5 { 0.01 } else { 0.0 };
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
            assert!(accuracy >= demand - slack, "{kind} at {snr_db} dB: {accuracy}, demanded {demand}");
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

/// Path of every `null` in a report.
fn nulls(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Null => found.push(path.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| nulls(item, &format!("{path}[{i}]"), found));
        }
        Value::Object(fields) => fields.iter().for_each(|(key, item)| {
            let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            nulls(item, &inner, found);
        }),
        _ => {}
    }
}

/// A report is honest: every `null` (a NaN would be written as one) has its reason, every reason its `null`, and it reads back the same.
fn assert_honest(analysis: &Analysis, what: &str) {
    let mut written = serde_json::to_value(&analysis.voice).unwrap();
    assert_eq!(serde_json::from_value::<Voice>(written.clone()).unwrap(), analysis.voice, "{what}");
    // A preset without the floor relative to the maximum says so by a null of the settings, not of a result.
    written.as_object_mut().unwrap().remove("plan");
    let (mut found, mut told) = (Vec::new(), analysis.missing.iter().map(|m| m.path.clone()).collect::<Vec<_>>());
    nulls(&written, "", &mut found);
    found.sort();
    told.sort();
    assert_eq!(found, told, "{what}");
}

fn reason<'a>(analysis: &'a Analysis, path: &str) -> &'a str {
    analysis.missing.iter().find(|m| m.path == path).map_or("known", |m| m.reason.as_ref())
}

#[test]
fn what_cannot_be_known_is_none_with_a_reason() {
    let mut click = vec![0.0; 16000];
    click[8000] = 0.9;
    let white: Vec<f64> = noise(11, 16000).iter().map(|x| 0.1 * x).collect();
    let cases: [(&str, Vec<f64>, &str, &str, &str); 8] = [
        ("silence", vec![0.0; 16000], "silence", "silence", "silence"),
        ("offset", vec![0.5; 16000], "silence", "silence", "known"),
        ("click", click, "no_voiced_frame", "no_speech", "known"),
        ("white noise", white, "no_voiced_frame", "no_speech", "known"),
        ("0.1 s", buzz(150.0, 8000.0, 800), "known", "known", "known"),
        ("0.01 s", buzz(150.0, 8000.0, 80), "too_short", "too_short", "known"),
        ("1 sample", vec![0.25], "too_short", "too_short", "known"),
        ("not a number", vec![0.1, f64::NAN, 0.2], "samples_unusable", "samples_unusable", "samples_unusable"),
    ];
    for (what, samples, f0, speech, level) in cases {
        let analysis = analyze(&samples, 8000.0);
        assert_honest(&analysis, what);
        assert_eq!(reason(&analysis, "legs[0].pitch.f0_mean_hz"), f0, "{what}");
        assert_eq!(reason(&analysis, "legs[0].spectral.centroid_hz"), speech, "{what}");
        assert_eq!(reason(&analysis, "legs[0].mfcc.mean"), speech, "{what}");
        assert_eq!(reason(&analysis, "legs[0].level.rms_dbfs"), level, "{what}");
    }
    assert_eq!(analyze(&[0.5; 800], 8000.0).voice.legs[0].level.dc, Some(0.5));
}

#[test]
fn no_sample_no_channel_and_no_rate_for_speech_are_errors() {
    for shape in [(1, 0), (0, 0), (0, 5)] {
        let empty = Array2::<f64>::zeros(shape);
        let error = voice::analyze(empty.view(), rate(8000.0), &VoiceConfig::default()).unwrap_err();
        assert_eq!(error.code(), "voice.no-samples");
    }
    let slow = Array2::<f64>::zeros((1, 100));
    let error = voice::analyze(slow.view(), rate(100.0), &VoiceConfig::default()).unwrap_err();
    assert_eq!(error.code(), "voice.rate-too-low");
}

/// Speech-like: two buzzes of different pitch in a little noise.
fn talk() -> Vec<f64> {
    let mut samples: Vec<f64> = noise(5, 32_000).iter().map(|x| 1e-3 * x).collect();
    for (from, f0) in [(4000, 120.0), (20_000, 210.0)] {
        samples[from..from + 8000].iter_mut().zip(buzz(f0, 16000.0, 8000)).for_each(|(x, b)| *x += b);
    }
    samples
}

#[test]
fn a_gain_of_a_power_of_two_changes_levels_only() {
    let speech = talk();
    let one = analyze(&speech, 16000.0).voice.legs.remove(0);
    for gain in [0.25, 4.0] {
        let scaled: Vec<f64> = speech.iter().map(|x| gain * x).collect();
        let leg = analyze(&scaled, 16000.0).voice.legs.remove(0);
        assert_eq!(leg.pitch, one.pitch);
        assert_eq!(leg.activity, one.activity);
        assert_eq!(leg.spectral.centroid_hz, one.spectral.centroid_hz);
        assert_eq!(leg.spectral.bandwidth_hz, one.spectral.bandwidth_hz);
        assert_eq!(leg.spectral.rolloff_hz, one.spectral.rolloff_hz);
        assert_eq!(leg.spectral.zero_crossing_rate, one.spectral.zero_crossing_rate);
        let moved = leg.level.rms_dbfs.unwrap() - one.level.rms_dbfs.unwrap();
        assert!((moved - 20.0 * math::log10(gain)).abs() < 1e-9);
        for (a, b) in leg.mfcc.mean.unwrap().iter().zip(one.mfcc.mean.as_ref().unwrap()).skip(1) {
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
    }
}

#[test]
fn an_offset_changes_neither_pitch_nor_activity() {
    let speech = talk();
    let one = analyze(&speech, 16000.0).voice.legs.remove(0);
    let track = praat(&speech, 16000.0);
    for offset in [0.3, -0.9] {
        let moved: Vec<f64> = speech.iter().map(|x| x + offset).collect();
        let leg = analyze(&moved, 16000.0).voice.legs.remove(0);
        assert_eq!(leg.activity, one.activity);
        assert_eq!(leg.spectral.zero_crossing_rate, one.spectral.zero_crossing_rate);
        for (a, b) in praat(&moved, 16000.0).f0_hz.iter().zip(&track.f0_hz) {
            assert!((a.is_nan() && b.is_nan()) || (a - b).abs() < 1e-9 * b, "{a} {b}");
        }
    }
}

#[test]
fn time_reversed_speech_has_the_reversed_fundamental() {
    for (file, y, _) in parity::anchored() {
        let forth = praat(&y.samples, y.rate.hz());
        let back = praat(&y.samples.iter().rev().copied().collect::<Vec<_>>(), y.rate.hz());
        let pairs = forth.f0_hz.iter().zip(back.f0_hz.iter().rev()).filter(|(a, b)| a.is_finite() && b.is_finite());
        let near = share(pairs.map(|(a, b)| (a - b).abs() <= 2e-3 * b));
        assert!(near >= 0.97, "{file}: {near}");
    }
}

#[test]
fn a_leg_is_the_same_alone_and_beside_another() {
    let (first, second) = (talk(), buzz(300.0, 16000.0, 32_000));
    let both: Vec<f64> = first.iter().chain(&second).copied().collect();
    let view = ArrayView2::from_shape((2, 32_000), &both).unwrap();
    let config = VoiceConfig::default();
    let legs = voice::analyze(view, rate(16000.0), &config).unwrap().voice.legs;
    assert_eq!(legs[0], analyze(&first, 16000.0).voice.legs[0]);
    let alone = analyze(&second, 16000.0).voice.legs.remove(0);
    assert_eq!(legs[1], voice::Leg { channel: 1, ..alone });
    // Channels interleaved in memory: no row is a slice.
    let across = view.t().as_standard_layout().into_owned();
    assert_eq!(voice::analyze(across.t(), rate(16000.0), &config).unwrap().voice.legs, legs);
}

#[test]
fn other_presets_and_all_frames_are_honest_too() {
    let samples = talk();
    let view = ArrayView2::from_shape((1, samples.len()), &samples).unwrap();
    let default = analyze(&samples, 16000.0).voice.legs.remove(0);
    for preset in [Preset::Librosa, Preset::Kaldi, Preset::Psf] {
        for statistics in [FrameSet::All, FrameSet::Speech] {
            let config = VoiceConfig::default().frames(FramesConfig::default().preset(preset)).statistics(statistics);
            let analysis = voice::analyze(view, rate(16000.0), &config).unwrap();
            assert_honest(&analysis, "talk");
            let leg = &analysis.voice.legs[0];
            assert!(leg.mfcc.mean.is_some() && leg.spectral.flatness.is_some() && leg.mfcc.frames > 0);
            // Whatever the front-end of the cepstra, spectral features are those of librosa's frames.
            assert!(statistics == FrameSet::All || leg.spectral == default.spectral);
        }
    }
}

#[test]
fn figures_are_those_of_the_tracks() {
    let samples = talk();
    let leg = analyze(&samples, 16000.0).voice.legs.remove(0);
    let track = praat(&samples, 16000.0);
    let voiced: Vec<f64> = track.f0_hz.iter().copied().filter(|f0| f0.is_finite()).collect();
    let mean = voiced.iter().sum::<f64>() / voiced.len() as f64;
    assert_eq!(leg.pitch.voiced_frames, voiced.len());
    assert!((leg.pitch.f0_mean_hz.unwrap() - mean).abs() < 1e-9);
    assert!(leg.pitch.f0_p05_hz.unwrap() > 119.0 && leg.pitch.f0_p95_hz.unwrap() < 211.0);
    let centroid = spectral::centroid(&samples, rate(16000.0), &SpectralConfig::default()).unwrap();
    let (config, pitch) = (ActivityConfig::default(), PitchConfig::default());
    let activity = activity::activity(&samples, rate(16000.0), &config, &pitch).unwrap();
    let spoken = |k: &usize| activity.is_speech_at(centroid.time.time_s(*k));
    let chosen: Vec<f64> = (0..centroid.values.len()).filter(spoken).map(|k| centroid.values[k]).collect();
    assert_eq!(leg.spectral.frames, chosen.len());
    let mean = chosen.iter().sum::<f64>() / chosen.len() as f64;
    assert!((leg.spectral.centroid_hz.unwrap().mean - mean).abs() < 1e-9);
}

#[test]
fn settings_are_read_and_unknown_ones_refused() {
    let json = r#"{"pitch":{"floor_hz":60},"mel":{"n_mels":40,"fmax_hz":"auto"}}"#;
    let config: VoiceConfig = serde_json::from_str(json).unwrap();
    let (pitch, mel) = (PitchConfig::default().floor_hz(60.0), MelConfig::default().n_mels(40.into()));
    assert_eq!(config, VoiceConfig::default().pitch(pitch).mel(mel));
    assert!(serde_json::from_str::<VoiceConfig>(r#"{"pitch":{"flor_hz":60}}"#).is_err());
    let bad = config.pitch(PitchConfig::default().silence_threshold(2.0));
    let error = voice::Plan::new(&bad, rate(8000.0)).unwrap_err();
    assert_eq!(error.code(), "config.out-of-range");
    assert_eq!(error.place().field.as_deref(), Some("voice.pitch.silence_threshold"));
}

#[test]
fn a_plan_tells_what_it_lowered() {
    let config = VoiceConfig::default().pitch(PitchConfig::default().ceiling_hz(5000.0));
    let plan = voice::Plan::new(&config, rate(8000.0)).unwrap();
    assert_eq!(plan.summary().pitch.ceiling_hz, 4000.0);
    assert!(plan.warnings().iter().any(|w| w.code == "voice.pitch-ceiling-clamped"));
}

#[test]
fn any_rate_and_any_length_are_answered() {
    for hz in [1000.0, 1001.5, 5512.5, 11025.0, 44100.0, 192_000.0] {
        for samples in [1, 2, 13, 40, 41, 200, 401, 2049, 20_000] {
            assert_honest(&analyze(&buzz(130.0, hz, samples), hz), &format!("{samples} samples at {hz} Hz"));
        }
    }
    for amplitude in [1e-300, 1e-30, 1e50] {
        let samples: Vec<f64> = talk().iter().map(|x| x * amplitude).collect();
        assert_honest(&analyze(&samples, 16000.0), &format!("amplitude {amplitude}"));
    }
}
