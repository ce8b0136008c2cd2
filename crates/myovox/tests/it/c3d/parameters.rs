//! Parameter sections that break other readers.

use super::builder::{PARAMETERS, Trial, Value, put, reals, words};
use super::{assert_content, codes, read, read_as, warned};
use crate::common::shared;
use myovox::formats::Policy;
use myovox::formats::c3d::{self, C3dConfig, Processor};
use myovox::{Budget, Limits};

#[test]
fn metadata_equal_those_of_the_whole_reading() {
    let bytes = Trial::new(3, 4, 5, 30).build();
    let recording = read(&bytes).unwrap();
    let metadata = c3d::read_metadata(&bytes, &C3dConfig::default(), &mut Budget::new(&Limits::default())).unwrap();
    assert_eq!(metadata.layout, recording.layout);
    assert_eq!(metadata.parameters, recording.parameters);
    assert_eq!((metadata.header, metadata.analog_labels), (recording.header, recording.analog_labels));
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
fn counts_that_are_no_whole_numbers_are_said() {
    let mut trial = Trial::new(2, 0, 0, 50);
    trial.set("POINT", "USED", reals(2.2)).set("POINT", "LONG_FRAMES", reals(f32::NAN));
    assert_content(&warned(&trial.build(), &["param-bad-type", "param-bad-type"]), &trial);
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
    let recording = warned(&bytes, &["param-offset-mismatch", "param-data-truncated"]);
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
fn an_offset_into_zeros_does_not_end_the_list_where_a_record_follows() {
    let mut trial = Trial::new(1, 0, 0, 1);
    trial.set("ODD", "ZEROS", Value::Raw(2, vec![100], vec![0; 200])).set("ODD", "NEXT", words(4));
    let mut bytes = trial.build();
    let at = bytes.windows(5).position(|window| window == b"ZEROS").unwrap();
    put(&mut bytes, at + 5, 60);
    let recording = warned(&bytes, &["param-offset-mismatch"]);
    assert_eq!(recording.parameters.get("ODD", "ZEROS").unwrap().as_f64s(), [0.0; 100]);
    assert_eq!(recording.parameters.count("ODD", "NEXT"), Some(4));
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
