//! Files that other readers get wrong: each test is a fault that was measured or reported for one of them.

use super::builder::{PARAMETERS, Trial, Value, put, real};
use super::{codes, read};
use crate::common::shared;
use myovox::formats::Policy;
use myovox::formats::c3d::{self, C3dConfig, C3dRecording, EventSource, Processor, Storage};
use myovox::{Budget, Error, Limits};
use ndarray::s;

fn read_as(bytes: &[u8], policy: Policy) -> Result<C3dRecording, Error> {
    c3d::read(bytes, &C3dConfig::default().policy(policy), &mut Budget::new(&Limits::default()))
}

/// Reads, and expects exactly these warnings.
fn warned(bytes: &[u8], expected: &[&str]) -> C3dRecording {
    let recording = read(bytes).unwrap();
    assert_eq!(codes(&recording), expected);
    recording
}

fn words(value: u16) -> Value {
    Value::Words(vec![value])
}

fn reals(value: f32) -> Value {
    Value::Reals(vec![value])
}

/// The trial's numbers are where [`Trial::new`] put them.
fn assert_content(recording: &C3dRecording, trial: &Trial) {
    let (markers, frames) = (usize::from(trial.points), trial.frames);
    assert_eq!(recording.points.dim(), (markers, 3, frames));
    for ((m, axis, t), value) in recording.points.indexed_iter() {
        assert_eq!(*value, (100 * m + 10 * axis + t) as f64, "marker {m} axis {axis} frame {t}");
    }
    let samples = frames * usize::from(trial.per_frame);
    assert_eq!(recording.analog.dim(), (usize::from(trial.channels), samples));
    for ((c, i), value) in recording.analog.indexed_iter() {
        assert_eq!(*value, (1000 * c + i) as f64, "channel {c} sample {i}");
    }
}

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

#[test]
fn metadata_equal_those_of_the_whole_reading() {
    let bytes = Trial::new(3, 4, 5, 30).build();
    let recording = read(&bytes).unwrap();
    let metadata = c3d::read_metadata(&bytes, &C3dConfig::default(), &mut Budget::new(&Limits::default())).unwrap();
    assert_eq!(metadata.layout, recording.layout);
    assert_eq!(metadata.parameters, recording.parameters);
    assert_eq!((metadata.header, metadata.analog_labels), (recording.header, recording.analog_labels));
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
fn what_is_missing_has_a_stated_default() {
    let mut trial = Trial::new(2, 2, 3, 10);
    for (group, name) in [
        ("POINT", "UNITS"),
        ("POINT", "RATE"),
        ("POINT", "SCALE"),
        ("POINT", "FRAMES"),
        ("ANALOG", "RATE"),
        ("ANALOG", "GEN_SCALE"),
        ("ANALOG", "OFFSET"),
        ("ANALOG", "LABELS"),
    ] {
        trial.remove(group, name);
    }
    let recording = warned(&trial.build(), &["analog-labels-short", "analog-offset-short", "analog-scale-short"]);
    assert_content(&recording, &trial);
    assert_eq!((recording.point_rate_hz, recording.analog_rate_hz), (Some(100.0), Some(300.0)));
    assert_eq!((recording.point_units.as_str(), recording.analog_units), ("", vec![String::new(); 2]));
    assert_eq!((recording.analog_labels, recording.named_channels), (vec!["*1".to_owned(), "*2".to_owned()], 0));
}

#[test]
fn without_parameters_the_header_rules() {
    let mut trial = Trial::new(2, 0, 0, 7);
    trial.parameters.clear();
    let recording = warned(&trial.build(), &["point-labels-short"]);
    assert_content(&recording, &trial);
    assert_eq!(recording.point_labels, ["*1", "*2"]);
}

#[test]
fn analog_only_files_keep_all_samples() {
    let trial = Trial::new(0, 4, 1250, 29);
    let recording = warned(&trial.build(), &[]);
    assert_content(&recording, &trial);
    assert_eq!((recording.frames, recording.analog.dim()), (29, (4, 36250)));
}

#[test]
fn the_size_decides_between_header_and_parameters() {
    let mut trial = Trial::new(11, 6, 1, 200);
    trial.set("POINT", "USED", words(12));
    let recording = warned(&trial.build(), &["points-header-differs"]);
    assert_content(&recording, &trial);

    let mut trial = Trial::new(11, 6, 1, 200);
    trial.set("ANALOG", "USED", words(9));
    assert_content(&warned(&trial.build(), &["analog-header-differs"]), &trial);

    let trial = Trial::new(5, 2, 4, 100);
    let mut bytes = trial.build();
    put(&mut bytes, 2, 9); // points
    put(&mut bytes, 16, 3); // data start in the header, one block early or late
    let recording = read(&bytes).unwrap();
    assert_content(&recording, &trial);
    assert!(codes(&recording).contains(&"points-header-differs"));
}

#[test]
fn points_of_the_header_are_read_where_the_parameters_know_of_none() {
    let mut trial = Trial::new(5, 0, 0, 100);
    trial.set("POINT", "USED", words(0)).remove("POINT", "LABELS");
    assert_content(&warned(&trial.build(), &["points-header-differs", "point-labels-short"]), &trial);
}

#[test]
fn the_layout_follows_word_10_and_not_the_rates() {
    let mut trial = Trial::new(2, 3, 17, 90);
    trial.rate = 60.0;
    trial.set("POINT", "RATE", reals(60.0)).set("ANALOG", "RATE", reals(1000.0));
    let recording = warned(&trial.build(), &["analog-rate-not-multiple"]);
    assert_content(&recording, &trial);
    assert_eq!((recording.analog_rate_hz, recording.analog_layout_rate_hz()), (Some(1000.0), Some(1020.0)));
}

#[test]
fn the_sign_of_the_scale_is_checked_against_the_size() {
    let mut trial = Trial::new(4, 0, 0, 200);
    trial.set("POINT", "SCALE", reals(0.5));
    let recording = warned(&trial.build(), &["format-header-differs"]);
    assert_content(&recording, &trial);
    assert_eq!(recording.storage, Storage::Float);
}

#[test]
fn a_scale_of_zero_is_said() {
    let mut trial = Trial::new(4, 0, 0, 20);
    trial.set("POINT", "SCALE", reals(0.0));
    let recording = warned(&trial.build(), &["scale-zero", "format-header-differs", "scale-header-differs"]);
    assert_content(&recording, &trial);
}

#[test]
fn the_data_start_of_the_parameters_counts_where_the_header_has_none() {
    let mut trial = Trial::new(2, 0, 0, 50);
    trial.set("POINT", "DATA_START", words(0));
    let right = u16::try_from(trial.data_start() / 512 + 1).unwrap();
    trial.set("POINT", "DATA_START", Value::Bytes(vec![u8::try_from(right).unwrap()]));
    let mut bytes = trial.build();
    for wrong in [0, 1, 2] {
        put(&mut bytes, 16, wrong);
        assert_content(&warned(&bytes, &["data-start-differs"]), &trial);
    }
}

#[test]
fn a_data_start_inside_the_parameters_does_not_cut_their_list() {
    let mut trial = Trial::new(2, 0, 0, 50);
    trial.set("POINT", "DESCRIPTIONS", Value::Raw(-1, vec![200, 8], vec![b'x'; 1600]));
    trial.set("POINT", "DATA_START", words(0));
    let right = u16::try_from(trial.data_start() / 512 + 1).unwrap();
    trial.set("POINT", "DATA_START", words(right));
    let mut bytes = trial.build();
    put(&mut bytes, 16, 3);
    let recording = warned(&bytes, &["data-start-differs"]);
    assert_content(&recording, &trial);
}

#[test]
fn frame_counts_in_every_form() {
    for value in [reals(50.0), Value::Bytes(vec![50]), words(50)] {
        let mut trial = Trial::new(2, 1, 2, 50);
        trial.set("POINT", "FRAMES", value);
        assert_content(&warned(&trial.build(), &[]), &trial);
    }
    let mut trial = Trial::new(40, 2, 5, 50); // frames larger than a block
    trial.set("POINT", "FRAMES", words(51)); // one more than there are; the header is right
    assert_eq!(warned(&trial.build(), &["frames-disagree"]).frames, 50);
    trial.set("POINT", "FRAMES", words(50)).set("POINT", "LONG_FRAMES", reals(50.0));
    assert_eq!(warned(&trial.build(), &[]).frames, 50);
}

#[test]
fn recordings_beyond_65535_frames_end_where_their_data_end() {
    let trial = Trial::new(1, 0, 0, 70_001);
    let recording = warned(&trial.build(), &["frames-from-size"]); // FRAMES and header are both full
    assert_eq!(recording.frames, 70_001);
    assert_eq!(recording.points[[0, 0, 70_000]], 70_000.0);

    let mut long = trial.clone();
    long.set("POINT", "LONG_FRAMES", reals(70_001.0));
    assert_eq!(warned(&long.build(), &[]).frames, 70_001);

    let mut field = trial.clone();
    field.set("TRIAL", "ACTUAL_START_FIELD", Value::Words(vec![1, 0]));
    field.set("TRIAL", "ACTUAL_END_FIELD", Value::Words(vec![4465, 1])); // 70001, low word first
    assert_eq!(warned(&field.build(), &[]).frames, 70_001);
    assert!(read_as(&field.build(), Policy::Strict).is_ok());
}

#[test]
fn frame_counts_that_wrapped_at_65536_are_seen_by_the_size() {
    let mut trial = Trial::new(2, 0, 0, 70_001);
    trial.set("POINT", "FRAMES", words(4465));
    let mut bytes = trial.build();
    put(&mut bytes, 8, 4465);
    assert_eq!(warned(&bytes, &["frames-disagree", "frames-from-size"]).frames, 70_001);
}

#[test]
fn counts_that_are_no_whole_numbers_are_said() {
    let mut trial = Trial::new(2, 0, 0, 50);
    trial.set("POINT", "USED", reals(2.2)).set("POINT", "LONG_FRAMES", reals(f32::NAN));
    assert_content(&warned(&trial.build(), &["param-bad-type", "param-bad-type"]), &trial);
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
fn a_list_without_an_end_is_read_as_far_as_it_goes() {
    let trial = Trial::new(2, 0, 0, 3);
    let mut bytes = trial.build();
    bytes.truncate(trial.data_start() - 1);
    let end = bytes.iter().rposition(|&byte| byte != 0).unwrap();
    bytes.truncate(end); // inside the last parameter
    let recording = read(&bytes).unwrap();
    let found = codes(&recording);
    assert!(found.contains(&"param-truncated") && found.contains(&"data-truncated"), "{found:?}");
    assert_eq!(recording.parameters.count("POINT", "USED"), Some(2));
    assert_eq!(recording.points.dim(), (2, 3, 0));
}

#[test]
fn data_that_go_on_behind_the_next_record_are_cut() {
    let mut trial = Trial::new(1, 0, 0, 1);
    trial.set("ODD", "DATA", Value::Raw(1, vec![4], vec![1, 2, 3, 4])).set("ODD", "NEXT", words(4));
    let mut bytes = trial.build();
    let at = bytes.windows(4).position(|window| window == [1, 1, 4, 1]).unwrap();
    bytes[at + 2] = 200;
    let recording = warned(&bytes, &["param-data-truncated", "param-offset-mismatch"]);
    assert_eq!(recording.parameters.get("ODD", "DATA").unwrap().data, [1, 2, 3, 4, 0]);
    assert_eq!(recording.parameters.count("ODD", "NEXT"), Some(4));
}

#[test]
fn strict_refuses_exactly_what_lenient_guesses() {
    let Some(folder) = shared("c3d") else { return };
    let expected = std::fs::read(folder.join("expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
    let refused = |code: &str| c3d::WARNINGS.iter().any(|(c, s, _)| *c == code && *s == c3d::Severity::Refused);
    let (mut read_all, mut refused_some) = (0, 0);
    for name in expected["files"].as_object().unwrap().keys() {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let Ok(lenient) = read(&bytes) else { continue };
        let first = lenient.warnings.iter().map(|warning| warning.code.as_ref()).find(|code| refused(code));
        match (read_as(&bytes, Policy::Strict), first) {
            (Ok(_), None) => read_all += 1,
            (Err(error), Some(code)) if error.code() == code => refused_some += 1,
            (result, first) => panic!("{name}: {:?}, lenient guesses {first:?}", result.map(|_| "read")),
        }
    }
    assert!(read_all > 40 && refused_some > 10, "{read_all} read, {refused_some} refused");
}

#[test]
fn the_first_frame_of_a_long_trial_is_that_of_the_trial_group() {
    let mut trial = Trial::new(1, 0, 0, 200);
    trial.set("TRIAL", "ACTUAL_START_FIELD", Value::Words(vec![4464, 1]));
    trial.set("TRIAL", "ACTUAL_END_FIELD", Value::Words(vec![4663, 1]));
    assert_eq!(read(&trial.build()).unwrap().first_frame, 70_000);

    // A TRIAL group that contradicts both the frames and the header does not name the first frame.
    trial.first = 31;
    trial.set("TRIAL", "ACTUAL_START_FIELD", Value::Words(vec![5, 0]));
    trial.set("TRIAL", "ACTUAL_END_FIELD", Value::Words(vec![5, 0]));
    let recording = warned(&trial.build(), &["frames-disagree"]);
    assert_eq!((recording.first_frame, recording.frames), (31, 200));
}

#[test]
fn a_truncated_file_gives_what_is_there() {
    let trial = Trial::new(3, 2, 4, 100);
    let mut bytes = trial.build();
    let frame = (12 + 8) * 4;
    bytes.truncate(trial.data_start() + 40 * frame + 50);
    let recording = warned(&bytes, &["data-truncated"]);
    assert_eq!((recording.points.dim(), recording.analog.dim()), ((3, 3, 40), (2, 160)));
    assert_eq!(recording.points[[2, 2, 39]], 259.0);
    assert_eq!(read_as(&bytes, Policy::Strict).unwrap_err().code(), "c3d.data-truncated");

    // Under recover the points of the last frame are kept, its samples are unknown.
    let recording = read_as(&bytes, Policy::Recover).unwrap();
    assert_eq!(codes(&recording), ["data-truncated", "trial-recovered"]);
    assert_eq!((recording.points.dim(), recording.analog.dim()), ((3, 3, 41), (2, 164)));
    assert_eq!(recording.points[[2, 2, 40]], 260.0);
    assert_eq!(recording.analog[[1, 159]], 1159.0);
    assert!(recording.analog.slice(s![.., 160..]).iter().all(|value| value.is_nan()));
}

#[test]
fn an_unfinished_recording_is_counted_from_its_size_on_request() {
    let mut trial = Trial::new(3, 0, 0, 100);
    trial.set("POINT", "FRAMES", words(0));
    let mut bytes = trial.build();
    put(&mut bytes, 8, 0); // last frame
    assert_eq!(warned(&bytes, &["data-trailing"]).frames, 0);
    let recording = read_as(&bytes, Policy::Recover).unwrap();
    assert_eq!(codes(&recording), ["frames-disagree", "frames-from-size", "trial-recovered"][1..]);
    assert_content(&recording, &trial);
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
fn labels_go_on_in_labels2_and_keep_their_inner_blanks() {
    let mut trial = Trial::new(300, 0, 0, 1);
    let label = |i: usize| format!("left heel {i}");
    trial.set("POINT", "LABELS", Value::Texts((0..250).map(label).collect()));
    trial.set("POINT", "LABELS2", Value::Texts((250..320).map(label).collect()));
    let recording = warned(&trial.build(), &[]);
    assert_eq!(recording.point_labels.len(), 300); // more labels than points: the rest is ignored
    assert_eq!(recording.point_labels[299], "left heel 299");
    assert_eq!(recording.named_points, 300);
}

#[test]
fn analog_arrays_go_on_as_labels_do() {
    let mut trial = Trial::new(0, 300, 1, 2);
    trial.set("ANALOG", "SCALE", Value::Reals(vec![1.0; 255])).set("ANALOG", "SCALE2", Value::Reals(vec![2.0; 45]));
    trial.set("ANALOG", "OFFSET", Value::Words(vec![0; 255])).set("ANALOG", "OFFSET2", Value::Words(vec![4; 45]));
    let recording = warned(&trial.build(), &["analog-labels-short"]);
    assert_eq!(recording.analog[[254, 1]], 254_001.0);
    assert_eq!(recording.analog[[255, 1]], (255_001.0 - 4.0) * 2.0);
}

#[test]
fn labels_that_stand_twice_are_said() {
    let mut trial = Trial::new(3, 0, 0, 1);
    trial.set("POINT", "LABELS", Value::texts(&["A", "B", "A"]));
    assert_eq!(warned(&trial.build(), &["labels-duplicate"]).point_labels, ["A", "B", "A"]);
}

#[test]
fn parameters_are_found_without_regard_to_case_and_keep_their_bytes() {
    let mut trial = Trial::new(1, 0, 0, 1);
    trial.set("SUBJECT", "Name", Value::Raw(-1, vec![6], b"J\xFCrg  ".to_vec()));
    let recording = warned(&trial.build(), &["text-not-utf8"]);
    let name = recording.parameters.get("subject", "NAME").unwrap();
    assert_eq!((name.as_text().unwrap().as_str(), name.data.as_slice()), ("Jürg", b"J\xFCrg  ".as_slice()));
    let groups: Vec<&str> = recording.parameters.groups().iter().map(|group| group.name.as_str()).collect();
    assert_eq!(groups, ["POINT", "ANALOG", "SUBJECT"]);
}

#[test]
fn parameters_with_many_dimensions_or_none_of_a_length() {
    let mut trial = Trial::new(1, 1, 1, 1);
    trial.set("ODD", "ONES", Value::Raw(1, vec![1; 255], vec![9]));
    trial.set("ODD", "EMPTY", Value::Raw(-1, vec![0, 255, 255], Vec::new()));
    trial.set("ODD", "LARGE", Value::Raw(2, vec![255, 80], vec![7; 255 * 80 * 2]));
    trial.set("ANALOG", "FORMAT", Value::Raw(-1, vec![0, 0], Vec::new()));
    let recording = warned(&trial.build(), &[]);
    assert_eq!(recording.parameters.get("ODD", "ONES").unwrap().as_f64s(), [9.0]);
    assert_eq!(recording.parameters.get("ODD", "LARGE").unwrap().as_f64s().len(), 20_400);
}

#[test]
fn groups_and_parameters_of_one_name_are_kept_and_the_first_is_found() {
    let mut trial = Trial::new(1, 0, 0, 1);
    let entry = |name: &str, value| ("EXTRA".to_owned(), name.to_owned(), words(value));
    trial.parameters.extend([entry("A", 1), entry("A", 2)]);
    let recording = warned(&trial.build(), &["param-duplicate-name"]);
    assert_eq!(recording.parameters.count("EXTRA", "A"), Some(1));
    assert_eq!(recording.parameters.groups().last().unwrap().parameters.len(), 2);

    let mut bytes = trial.build();
    let group = bytes.windows(7).position(|window| window == b"\x05\xFDEXTRA").unwrap();
    bytes[group + 1] = 0xF0; // the group's number no longer is that of its parameters
    assert_eq!(codes(&read(&bytes).unwrap()), ["param-orphan-group", "param-duplicate-name"]);
    bytes[group + 1] = 0xFE; // that of ANALOG
    assert_eq!(codes(&read(&bytes).unwrap())[0], "group-id-reused");
    bytes[group + 1] = 0xFD;
    bytes[group + 2..group + 7].copy_from_slice(b"Point");
    assert_eq!(codes(&read(&bytes).unwrap()), ["group-duplicate-name", "param-duplicate-name"]);
}

#[test]
fn wrong_offsets_block_counts_and_heads_do_not_stop_the_list() {
    let trial = Trial::new(2, 0, 0, 3);
    let sound = trial.build();
    let used = sound.windows(6).position(|window| window == b"\x04\x01USED").unwrap();
    for wrong in [0xFFFF, 200, 11] {
        let mut bytes = sound.clone();
        put(&mut bytes, used + 6, wrong);
        assert_content(&warned(&bytes, &["param-offset-mismatch"]), &trial);
    }
    let mut bytes = sound.clone();
    put(&mut bytes, used + 6, 1); // into itself
    assert_content(&warned(&bytes, &["param-loop"]), &trial);
    let mut bytes = sound.clone();
    (bytes[PARAMETERS], bytes[PARAMETERS + 1], bytes[PARAMETERS + 2]) = (0, 0, 0);
    assert_content(&warned(&bytes, &["param-header-bytes", "param-block-count-zero"]), &trial);
    let mut bytes = sound;
    bytes[0] = 0;
    assert_content(&warned(&bytes, &["param-pointer-zero"]), &trial);
}

#[test]
fn parameters_go_on_behind_the_declared_blocks() {
    let mut trial = Trial::new(2, 0, 0, 3);
    trial.set("AAA", "LONG", Value::Raw(-1, vec![250, 4], vec![b'x'; 1000])).set("ZZZ", "LAST", words(5));
    let mut bytes = trial.build();
    bytes[PARAMETERS + 2] = 1;
    let recording = warned(&bytes, &["param-beyond-declared-blocks"]);
    assert_eq!(recording.parameters.count("ZZZ", "LAST"), Some(5));
}

#[test]
fn a_parameter_of_unknown_type_keeps_its_bytes() {
    let mut trial = Trial::new(1, 0, 0, 1);
    trial.set("ODD", "KIND", Value::Raw(3, vec![2], vec![1, 2, 3, 4, 5, 6])).set("ODD", "NEXT", words(4));
    let recording = warned(&trial.build(), &["param-bad-type"]);
    assert_eq!(recording.parameters.get("ODD", "KIND").unwrap().data, [1, 2, 3, 4, 5, 6]);
    assert_eq!(recording.parameters.count("ODD", "NEXT"), Some(4));
}

#[test]
fn an_unknown_processor_is_guessed_from_the_header() {
    for processor in [Processor::Intel, Processor::Dec, Processor::Mips] {
        let mut trial = Trial::new(2, 1, 2, 30);
        trial.processor = processor;
        let mut bytes = trial.build();
        bytes[PARAMETERS + 3] = 7;
        let recording = warned(&bytes, &["processor-unknown"]);
        assert_eq!(recording.processor, processor);
        assert_content(&recording, &trial);
        assert_eq!(read_as(&bytes, Policy::Strict).unwrap_err().code(), "c3d.processor-unknown");
    }
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
    assert_eq!(warned(&trial.build(), &["fp-channel-range"]).force_platform_channels, [2, 0]);
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
