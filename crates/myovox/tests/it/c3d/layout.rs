//! Headers, parameters and sizes that contradict each other.

use super::builder::{Trial, Value, put, reals, words};
use super::{assert_content, codes, read, read_as, warned};
use myovox::formats::Policy;
use myovox::formats::c3d::Storage;
use ndarray::s;

#[test]
fn analog_channels_of_the_header_are_read_without_an_analog_group() {
    let mut trial = Trial::new(2, 3, 4, 30);
    trial.parameters.retain(|(group, _, _)| group != "ANALOG");
    let codes = ["analog-labels-short", "analog-offset-short", "analog-scale-short", "analog-scale-short"];
    let recording = warned(&trial.build(), &codes);
    assert_content(&recording, &trial);
    assert_eq!((recording.analog_labels[2].as_str(), recording.analog_rate_hz), ("*3", Some(400.0)));
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
