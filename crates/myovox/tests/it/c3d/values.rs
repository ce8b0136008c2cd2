//! Numbers that other readers get wrong: points, analog samples, events, rotations.

use super::builder::{Trial, Value, put, real, reals, words};
use super::{assert_content, codes, read, read_as, warned};
use crate::common::shared;
use myovox::formats::Policy;
use myovox::formats::c3d::{C3dRecording, EventSource, Processor, Storage};
use ndarray::s;

#[test]
fn a_sound_file_is_read_without_a_warning_under_every_policy() {
    for processor in [Processor::Intel, Processor::Dec, Processor::Mips] {
        for scale in [-1.0, 1.0] {
            let mut trial = Trial::new(3, 4, 5, 300);
            (trial.processor, trial.scale) = (processor, scale);
            trial.set("POINT", "SCALE", reals(scale));
            for policy in [Policy::Lenient, Policy::Strict, Policy::Recover] {
                let recording = read_as(&trial.build(), policy).unwrap();
                assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
                assert_content(&recording, &trial);
                assert_eq!(recording.processor, processor);
                assert_eq!(recording.storage == Storage::Float, scale < 0.0);
                assert_eq!((recording.point_rate_hz, recording.analog_rate_hz), (Some(100.0), Some(500.0)));
                assert_eq!((recording.point_units.as_str(), recording.frames), ("mm", 300));
                assert_eq!(recording.point_labels, ["P0", "P1", "P2"]);
            }
        }
    }
}

/// Reads the six files of one trial (three processors, integers and floats) and compares their numbers; coordinates may differ by `step`.
fn compare_six(names: [&str; 6], step: f64) {
    let mut first: Option<C3dRecording> = None;
    for name in names {
        let Some(path) = shared(&format!("c3d/c3d.org/{name}")) else { return };
        let recording = read(&std::fs::read(path).unwrap()).unwrap();
        let first = first.get_or_insert_with(|| recording.clone());
        assert_eq!(first.points.dim(), recording.points.dim());
        for (a, b) in first.points.iter().zip(&recording.points) {
            let same = (a - b).abs() <= 1e-6 * a.abs() + step;
            assert!(same || (a.is_nan() && b.is_nan()), "{name}: {a} {b}");
        }
        assert_eq!(first.analog, recording.analog, "{name}");
        let labels: Vec<_> = recording.events.iter().map(|event| &event.label).collect();
        assert!(!labels.is_empty() && recording.residuals.iter().any(|residual| *residual > 0.0));
    }
}

#[test]
fn the_six_files_of_one_trial_give_the_same_numbers() {
    let names = ["Eb015pi", "Eb015vi", "Eb015si", "Eb015pr", "Eb015vr", "Eb015sr"];
    compare_six(names.map(|name| format!("sample01/{name}.c3d")).each_ref().map(String::as_str), 0.0);
    // Two of the integer files were truncated, not rounded, when they were converted: they differ by one step of the scale.
    let names = ["DEC_INT.C3D", "Dec_real.c3d", "pc_int.c3d", "pc_real.c3d", "sgi_int.c3d", "sgi_real.c3d"];
    compare_six(names.map(|name| format!("sample02/{name}")).each_ref().map(String::as_str), 0.2812);
}

#[test]
fn scale_offset_and_general_scale_apply_to_every_sub_sample() {
    let mut trial = Trial::new(1, 2, 3, 4);
    trial.set("ANALOG", "SCALE", Value::Reals(vec![2.0, 3.0])).set("ANALOG", "GEN_SCALE", reals(0.5));
    trial.set("ANALOG", "OFFSET", Value::Words(vec![65529, 10]));
    let analog = warned(&trial.build(), &[]).analog;
    for i in 0..12 {
        assert_eq!(analog[[0, i]], (i as f64 + 7.0) * 2.0 * 0.5); // 65529 is -7
        assert_eq!(analog[[1, i]], (1000.0 + i as f64 - 10.0) * 3.0 * 0.5);
    }
}

#[test]
fn unsigned_samples_and_offsets_only_where_the_format_says_so() {
    for (format, offset, sample) in [("UNSIGNED", 33000.0, 40000.0), ("SIGNED", 33000.0 - 65536.0, 40000.0 - 65536.0)] {
        let mut trial = Trial::new(1, 1, 1, 2);
        trial.scale = 1.0;
        trial.data = vec![1.0, 2.0, 3.0, 0.0, 40000.0, 1.0, 2.0, 3.0, 0.0, 40000.0];
        trial.set("POINT", "SCALE", reals(1.0)).set("ANALOG", "OFFSET", words(33000));
        trial.set("ANALOG", "FORMAT", Value::Text(format.to_owned()));
        assert_eq!(warned(&trial.build(), &[]).analog[[0, 1]], sample - offset, "{format}");
    }
}

#[test]
fn a_negative_offset_is_unsigned_where_the_samples_lie_around_it() {
    let mut trial = Trial::new(0, 2, 1, 50);
    trial.data = (0..50).flat_map(|i| [32768.0 + i as f32, 5.0]).collect();
    trial.set("ANALOG", "OFFSET", Value::Words(vec![32768, 65526]));
    let recording = warned(&trial.build(), &["analog-offset-unsigned-guessed"]);
    assert_eq!(recording.analog[[0, 7]], 7.0);
    assert_eq!(recording.analog[[1, 7]], 15.0); // -10 stays
    assert_eq!(read_as(&trial.build(), Policy::Strict).unwrap_err().code(), "c3d.analog-offset-unsigned-guessed");
}

#[test]
fn offsets_may_be_floats() {
    let mut trial = Trial::new(1, 2, 1, 4);
    trial.set("ANALOG", "OFFSET", Value::Reals(vec![0.5, -1.5]));
    let analog = warned(&trial.build(), &[]).analog;
    assert_eq!((analog[[0, 0]], analog[[1, 0]]), (-0.5, 1001.5));
}

#[test]
fn scales_of_zero_are_applied_and_said() {
    let mut trial = Trial::new(1, 2, 1, 3);
    trial.set("ANALOG", "SCALE", Value::Reals(vec![0.0, 1.0]));
    let recording = warned(&trial.build(), &["analog-scale-zero"]);
    assert_eq!((recording.analog[[0, 2]], recording.analog[[1, 2]]), (0.0, 1002.0));
    trial.set("ANALOG", "SCALE", Value::Reals(vec![1.0, 1.0])).set("ANALOG", "GEN_SCALE", reals(0.0));
    assert!(warned(&trial.build(), &["gen-scale-zero"]).analog.iter().all(|value| *value == 0.0));
}

#[test]
fn short_scales_and_offsets_are_filled_up_and_said() {
    let mut trial = Trial::new(1, 3, 1, 2);
    trial.set("ANALOG", "SCALE", reals(2.0)).set("ANALOG", "OFFSET", words(1));
    let recording = warned(&trial.build(), &["analog-offset-short", "analog-scale-short"]);
    assert_eq!((recording.analog[[0, 0]], recording.analog[[2, 0]]), (-2.0, 2000.0));
}

#[test]
fn misspelt_offsets_are_taken_and_said() {
    let mut trial = Trial::new(1, 1, 1, 2);
    trial.remove("ANALOG", "OFFSET").set("ANALOG", "OFFSETS", words(5));
    let recording = warned(&trial.build(), &["param-name-alias", "analog-offset-short"]);
    assert_eq!(recording.analog[[0, 1]], -4.0);
}

#[test]
fn sixteen_bits_without_a_format_stay_signed_and_are_said() {
    let mut trial = Trial::new(1, 1, 1, 2);
    trial.scale = 1.0;
    trial.set("POINT", "SCALE", reals(1.0)).set("ANALOG", "BITS", words(16)).set("ANALOG", "OFFSET", words(20000));
    assert_eq!(warned(&trial.build(), &["analog-bits16-no-format"]).analog[[0, 1]], 1.0 - 20000.0);
    trial.set("ANALOG", "OFFSET", words(100));
    warned(&trial.build(), &[]);
}

#[test]
fn event_times_may_be_plain_seconds() {
    let mut trial = Trial::new(1, 0, 0, 500);
    trial.set("EVENT", "USED", words(3)).set("EVENT", "TIMES", Value::Reals(vec![0.5, 1.5, 2.5]));
    let times: Vec<_> = warned(&trial.build(), &[]).events.iter().map(|event| event.time_s).collect();
    assert_eq!(times, [Some(0.5), Some(1.5), Some(2.5)]);
}

#[test]
fn residuals_cameras_and_the_ways_to_say_not_seen() {
    let mut trial = Trial::new(1, 0, 0, 8);
    let fourth = [0.0, 200.0, 256.0, 32767.0, -1.0, 65535.0, -32768.0, 1.708e38];
    trial.data = fourth.iter().flat_map(|&w| [1.0, 2.0, 3.0, w]).collect();
    let recording = warned(&trial.build(), &["residual-word-unsigned", "residual-word-out-of-range"]);
    let residuals: Vec<f64> = recording.residuals.iter().copied().collect();
    assert_eq!(residuals, [0.0, 100.0, 0.0, 127.5, -1.0, -1.0, -1.0, 0.0]); // in units of |SCALE| = 0.5
    assert_eq!(recording.camera_masks.iter().copied().collect::<Vec<_>>(), [0, 0, 1, 127, 0, 0, 0, 0]);
    let seen: Vec<bool> = recording.points.slice(s![0, 0, ..]).iter().map(|x| x.is_finite()).collect();
    assert_eq!(seen, [true, true, true, true, false, false, false, true]);

    // The same words in an integer file.
    (trial.scale, trial.data) = (2.0, [200.0, 65535.0].iter().flat_map(|&w| [1.0, 2.0, 65533.0, w]).collect());
    trial.frames = 2;
    trial.set("POINT", "SCALE", reals(2.0)).set("POINT", "FRAMES", words(2));
    let recording = warned(&trial.build(), &[]);
    assert_eq!(recording.points.slice(s![0, .., 0]).to_vec(), [2.0, 4.0, -6.0]);
    assert_eq!(recording.residuals.iter().copied().collect::<Vec<_>>(), [400.0, -1.0]);
}

#[test]
fn numbers_that_are_none_are_said() {
    let mut trial = Trial::new(2, 1, 1, 1);
    trial.data = vec![f32::NAN, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, f32::INFINITY, f32::NAN];
    let codes = ["residual-word-nonfinite", "point-nonfinite", "analog-nonfinite"];
    let recording = warned(&trial.build(), &codes);
    assert!(recording.points.iter().all(|value| value.is_nan()));
    assert!(recording.analog[[0, 0]].is_nan());
}

#[test]
fn vax_reserved_operands_are_counted() {
    let mut trial = Trial::new(1, 1, 1, 1);
    trial.processor = Processor::Dec;
    let mut bytes = trial.build();
    let at = trial.data_start();
    bytes[at..at + 4].copy_from_slice(&[0, 0x80, 0, 0]);
    let recording = warned(&bytes, &["vax-reserved-operand"]);
    assert_eq!(recording.points.slice(s![0, .., 0]).to_vec(), [0.0, 10.0, 20.0]);
}

#[test]
fn a_missing_rate_leaves_times_unknown() {
    let mut trial = Trial::new(1, 1, 2, 5);
    trial.rate = 0.0;
    trial.first = 3;
    trial.set("POINT", "RATE", reals(f32::NAN)).remove("ANALOG", "RATE");
    trial.set("EVENT", "TIMES", Value::Reals(vec![0.0, 1.0])).set("EVENT", "USED", words(1));
    let recording = warned(&trial.build(), &["rate-header-differs", "rate-missing"]);
    assert_eq!((recording.point_rate_hz, recording.analog_rate_hz), (None, None));
    assert_eq!((recording.events[0].time_s, recording.events[0].time_trial_s), (None, Some(1.0)));
}

#[test]
fn events_of_header_and_parameters_are_on_one_time_base() {
    let mut trial = Trial::new(1, 0, 0, 12_000); // 120 s
    trial.first = 501; // 5 s into the trial
    trial.set("EVENT", "USED", Value::Bytes(vec![3]));
    trial.set("EVENT", "TIMES", Value::Raw(4, vec![2, 2], [1.0, 15.0, 0.0, 2.0].map(f32::to_le_bytes).concat()));
    trial.set("EVENT", "LABELS", Value::texts(&["Foot Strike", "Foot Off"]));
    trial.set("EVENT", "CONTEXTS", Value::texts(&["Left", "Right"]));
    let mut bytes = trial.build();
    put(&mut bytes, 300, 1);
    bytes[304..308].copy_from_slice(&2.5_f32.to_le_bytes());
    bytes[396..400].copy_from_slice(b"RHS ");
    let recording = warned(&bytes, &["event-times-short", "event-outside-recording"]);
    let times: Vec<_> = recording.events.iter().map(|event| (event.time_s, event.time_trial_s)).collect();
    assert_eq!(times, [(Some(2.5), Some(7.5)), (Some(70.0), Some(75.0)), (Some(-3.0), Some(2.0))]);
    let strike = &recording.events[1];
    assert_eq!((strike.label.as_str(), strike.context.as_str(), strike.stored_s), ("Foot Strike", "Left", 75.0));
    assert_eq!((recording.events[0].source, strike.source), (EventSource::Header, EventSource::Parameter));

    put(&mut bytes, 300, 19);
    put(&mut bytes, 298, 0);
    let recording = read(&bytes).unwrap();
    assert_eq!(codes(&recording)[..2], ["event-count", "header-events-two-char-labels"]);
    assert_eq!((recording.events[0].label.as_str(), recording.events[1].label.as_str()), ("RH", "S"));
}

#[test]
fn force_platforms_name_channels_from_1() {
    let mut trial = Trial::new(1, 8, 1, 1);
    trial.set("FORCE_PLATFORM", "USED", Value::Bytes(vec![1]));
    trial.set("FORCE_PLATFORM", "CHANNEL", Value::Raw(2, vec![3, 2], vec![3, 0, 1, 0, 9, 0, 5, 0, 6, 0, 7, 0]));
    let codes = ["fp-channel-range", "fp-type-unsupported"]; // the file does not say of what type it is
    assert_eq!(warned(&trial.build(), &codes).force_platform_channels, [2, 0]);
}

/// Rotations of `segments` x `samples`: entry = 100 sample + 10 segment + place in the file; the last segment is invalid.
fn rotations(segments: usize, samples: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for t in 0..samples {
        for s in 0..segments {
            for k in 0..16 {
                bytes.extend(real(Processor::Intel, (1000 * t + 100 * s + k) as f32));
            }
            bytes.extend(real(Processor::Intel, if s + 1 == segments { -1.0 } else { 0.5 }));
        }
    }
    bytes
}

#[test]
fn rotations_are_a_section_of_their_own() {
    let mut trial = Trial::new(2, 0, 0, 5);
    trial.behind = rotations(3, 10);
    trial.set("ROTATION", "USED", words(3)).set("ROTATION", "RATIO", words(2));
    trial.set("ROTATION", "RATE", reals(200.0)).set("ROTATION", "LABELS", Value::texts(&["hip", "knee", "foot"]));
    trial.set("ROTATION", "DATA_START", words(0));
    let right = trial.data_start() / 512 + 2; // the points take one block
    trial.set("ROTATION", "DATA_START", words(u16::try_from(right).unwrap()));
    let recording = warned(&trial.build(), &[]);
    assert_content(&recording, &trial);
    let found = recording.rotations.unwrap();
    assert_eq!((found.matrices.dim(), found.rate_hz, found.ratio), ((3, 4, 4, 10), Some(200.0), 2));
    assert_eq!(found.matrices[[1, 2, 3, 7]], 7000.0 + 100.0 + 14.0); // row 2 of column 3
    assert!(found.matrices.slice(s![2, .., .., ..]).iter().all(|value| value.is_nan()));
    assert_eq!((found.residuals[[0, 9]], found.residuals[[2, 9]]), (0.5, -1.0));

    trial.set("ROTATION", "DATA_START", words(3)); // before the end of the points
    let recording = warned(&trial.build(), &["rotation-start-wrong"]);
    assert_content(&recording, &trial);
    assert_eq!(recording.rotations.unwrap().residuals, found.residuals);

    let mut bytes = trial.build();
    bytes.truncate(bytes.len() - 512 - 68);
    let recording = read(&bytes).unwrap();
    assert!(codes(&recording).contains(&"rotation-truncated"));
    assert!(recording.rotations.unwrap().residuals.dim().1 < 10);
}
