//! Twins of real files that may not be passed on: small generated files with the same property.

use super::builder::{Trial, Value, put, reals, word, words};
use super::{assert_content, codes, read, warned};
use myovox::formats::c3d::{Processor, Storage};

/// An EMG recording without points (`sample30/emgwl`): frames and sub-samples still rule.
#[test]
fn analog_only_emg() {
    let mut trial = Trial::new(0, 16, 20, 150);
    trial.set("ANALOG", "UNITS", Value::texts(&["V"; 16]));
    let recording = warned(&trial.build(), &[]);
    assert_content(&recording, &trial);
    assert_eq!((recording.analog.dim(), recording.analog_rate_hz), ((16, 3000), Some(2000.0)));
}

/// Frames of one second with 1250 samples each, a data start in a byte, and bytes behind the data (`sample35`).
#[test]
fn frames_of_one_second_with_a_data_start_in_a_byte_and_bytes_behind() {
    let mut trial = Trial::new(0, 4, 1250, 29);
    trial.rate = 1.0;
    trial.set("POINT", "RATE", reals(1.0)).set("ANALOG", "RATE", reals(1250.0));
    trial.set("POINT", "DATA_START", Value::Bytes(vec![0]));
    let block = u8::try_from(trial.data_start() / 512 + 1).unwrap();
    trial.set("POINT", "DATA_START", Value::Bytes(vec![block]));
    trial.behind = vec![0xA5; 5000];
    let recording = warned(&trial.build(), &["data-trailing"]);
    assert_content(&recording, &trial);
    assert_eq!((recording.point_rate_hz, recording.analog_rate_hz), (Some(1.0), Some(1250.0)));
}

/// No POINT group, integers (`Kistler`): everything about frames is in the header.
#[test]
fn without_a_point_group_rate_and_frames_are_the_header_s() {
    let mut trial = Trial::new(0, 8, 10, 40);
    (trial.scale, trial.rate) = (1.0, 60.0);
    trial.parameters.retain(|(group, _, _)| group != "POINT");
    trial.set("ANALOG", "RATE", reals(600.0));
    let recording = warned(&trial.build(), &[]);
    assert_content(&recording, &trial);
    assert_eq!((recording.storage, recording.point_rate_hz), (Storage::Integer, Some(60.0)));
    assert_eq!((recording.frames, recording.analog_rate_hz), (40, Some(600.0)));
}

/// `LABELS` to `LABELS4`, and scales and offsets likewise: 922 channels.
#[test]
fn nine_hundred_and_twenty_two_channels() {
    let mut trial = Trial::new(1, 922, 1, 3);
    let spans = [(0, 255), (255, 510), (510, 765), (765, 922)];
    for (n, (first, end)) in spans.into_iter().enumerate() {
        let name = |base: &str| if n == 0 { base.to_owned() } else { format!("{base}{}", n + 1) };
        trial.set("ANALOG", &name("LABELS"), Value::Texts((first..end).map(|c| format!("channel {c}")).collect()));
        trial.set("ANALOG", &name("UNITS"), Value::Texts((first..end).map(|c| format!("u{c}")).collect()));
        trial.set("ANALOG", &name("SCALE"), Value::Reals(vec![2.0_f32; end - first]));
        trial.set("ANALOG", &name("OFFSET"), Value::Words(vec![u16::try_from(n).unwrap(); end - first]));
    }
    trial.set("POINT", "LABELS", Value::texts(&["P"]));
    let recording = warned(&trial.build(), &[]);
    assert_eq!((recording.analog.nrows(), recording.named_channels), (922, 922));
    for (n, (first, end)) in spans.into_iter().enumerate() {
        for c in [first, end - 1] {
            assert_eq!(recording.analog_labels[c], format!("channel {c}"));
            assert_eq!(recording.analog_units[c], format!("u{c}"));
            assert_eq!(recording.analog[[c, 2]], ((1000 * c + 2) as f64 - n as f64) * 2.0);
        }
    }
}

/// 128 unsigned channels whose offsets look negative as 16-bit integers (`128analogchannels`), and 65535.0 for points that were not seen.
#[test]
fn unsigned_channels_with_offsets_above_32767() {
    let mut trial = Trial::new(1, 128, 2, 20);
    trial.set("ANALOG", "FORMAT", Value::Text("UNSIGNED".to_owned())).set("ANALOG", "BITS", words(16));
    trial.set("ANALOG", "OFFSET", Value::Words((0..128).map(|c| 32_700 + c).collect()));
    trial.data = (0..20)
        .flat_map(|_| {
            let samples = (0..2).flat_map(|_| (0..128_u16).map(|c| f32::from(32_700 + c) + 1.5));
            [0.0, 0.0, 0.0, 65_535.0].into_iter().chain(samples).collect::<Vec<_>>()
        })
        .collect();
    let recording = warned(&trial.build(), &["residual-word-unsigned"]);
    assert!(recording.analog.iter().all(|value| *value == 1.5));
    assert!(recording.points.iter().all(|value| value.is_nan()));
}

/// The number of frames beyond 65535 in each way that writers have; 70 001 points end within a block, so the size alone would do as well.
#[test]
fn more_than_65535_frames_by_each_convention() {
    let long = Trial::new(1, 0, 0, 70_001);
    let assert_frames = |trial: &Trial, expected: &[&str]| {
        let recording = warned(&trial.build(), expected);
        assert_eq!((recording.frames, recording.points[[0, 0, 70_000]]), (70_001, 70_000.0));
    };
    // LONG_FRAMES, TRIAL, full and wrapped 16-bit counts: `layout::recordings_beyond_65535_frames_end_where_their_data_end` and its neighbour.
    let mut trial = long.clone();
    trial.set("POINT", "FRAMES", reals(70_001.0)); // FRAMES as a float
    assert_frames(&trial, &[]);
    trial.set("POINT", "FRAMES", reals(-1.0)); // -1 as a float: look elsewhere
    assert_frames(&trial, &["frames-from-size"]);
    let mut trial = long.clone();
    trial.set("TRIAL", "ACTUAL_START_FIELD", reals(1.0)).set("TRIAL", "ACTUAL_END_FIELD", reals(70_001.0));
    assert_frames(&trial, &[]);
    // MIPS stores the low word first too.
    let mut trial = long;
    trial.processor = Processor::Mips;
    trial.set("TRIAL", "ACTUAL_START_FIELD", Value::Words(vec![1, 0]));
    trial.set("TRIAL", "ACTUAL_END_FIELD", Value::Words(vec![4465, 1]));
    assert_frames(&trial, &[]);
}

/// Records whose own end and offset differ (`mocap36`, an old c3dio): without the byte of the description's length the offset is right; with
/// filling bytes behind a record too.
#[test]
fn offsets_lead_where_the_record_s_own_end_is_wrong() {
    let mut trial = Trial::new(2, 0, 0, 60);
    trial.set("EXTRA", "A", words(1)).set("EXTRA", "B", words(2));
    let sound = trial.build();
    let group = sound.windows(7).position(|window| window == b"\x05\xFDEXTRA").unwrap();
    let start = trial.data_start();

    let mut bytes = sound.clone();
    put(&mut bytes, group + 7, 2);
    bytes.remove(group + 9);
    bytes.insert(start - 1, 0);
    let recording = warned(&bytes, &["param-offset-mismatch"]);
    assert_content(&recording, &trial);
    assert_eq!(
        (recording.parameters.count("EXTRA", "A"), recording.parameters.count("EXTRA", "B")),
        (Some(1), Some(2))
    );

    let mut bytes = sound;
    let filling = [0xEE; 5];
    bytes[group + 7..group + 9].copy_from_slice(&word(Processor::Intel, 3 + 5));
    bytes.splice(group + 10..group + 10, filling);
    bytes.drain(start..start + 5);
    let recording = read(&bytes).unwrap();
    assert_eq!(codes(&recording), ["param-offset-mismatch"]);
    assert_content(&recording, &trial);
    assert_eq!(recording.parameters.count("EXTRA", "B"), Some(2));
}
