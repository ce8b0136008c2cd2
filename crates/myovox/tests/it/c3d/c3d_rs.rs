//! Recordings opened by c3d-rs: what it has right is the same in ours, and each thing that it has wrong is pinned, ours beside it.
//!
//! A pin compares c3d-rs 0.1.7 with the truth as well: when a later version mends one, its test says so.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use c3d_rs::{AnalogData, C3dAdapter, PointData};

use super::builder::{PARAMETERS, Trial, Value, put, reals, words};
use super::{codes, read};
use crate::common::{repository, shared};
use myovox::formats::Policy;
use myovox::formats::c3d::{self, C3dConfig, C3dRecording, Processor, Storage};
use myovox::{Budget, Limits};

type Adapter<'a> = C3dAdapter<Cursor<&'a [u8]>>;
type Frame = (u16, PointData, Option<AnalogData>);

fn budget() -> Budget {
    Budget::new(&Limits::default())
}

fn open(bytes: &[u8]) -> myovox::Result<Adapter<'_>> {
    c3d::open_with_c3d_rs(bytes, &mut budget())
}

/// c3d-rs by itself, without our reader in front of it.
fn alone(bytes: &[u8]) -> Option<Adapter<'_>> {
    let adapter = || C3dAdapter::new(Cursor::new(bytes)).and_then(C3dAdapter::construct);
    catch_unwind(AssertUnwindSafe(adapter)).ok()?.ok()
}

/// All frames as c3d-rs gives them, unless it panics.
fn frames(adapter: &Adapter<'_>) -> Option<Vec<Frame>> {
    catch_unwind(AssertUnwindSafe(|| adapter.reader().ok().map(Iterator::collect))).ok().flatten()
}

fn their_analog(bytes: &[u8]) -> Vec<Vec<f32>> {
    let adapter = open(bytes).unwrap();
    frames(&adapter).unwrap().into_iter().map(|(_, _, analog)| analog.unwrap().values).collect()
}

/// Real and generated files, with their names.
fn files() -> Vec<(String, Vec<u8>)> {
    fn walk(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut paths = Vec::new();
    walk(&repository().join("fixtures/files"), &mut paths);
    if let Some(folder) = shared("c3d") {
        walk(&folder, &mut paths);
    }
    paths.retain(|path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("c3d")));
    paths.sort();
    paths.iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect()
}

/// Whether all points that both call seen stand at the same place; the number compared.
fn same_points(ours: &C3dRecording, theirs: &[Frame]) -> Result<usize, String> {
    let mut compared = 0;
    for (t, (_, points, _)) in theirs.iter().enumerate() {
        for (m, their) in points.values.iter().enumerate() {
            let seen_by_both = ours.residuals[[m, t]] >= 0.0 && their[3] >= 0.0;
            for axis in (0..3).filter(|_| seen_by_both) {
                let (our, their) = (ours.points[[m, axis, t]], f64::from(their[axis]));
                let exact = ours.storage == Storage::Float && our == their;
                if !exact && (our - their).abs() > 1e-6 * our.abs() {
                    return Err(format!("marker {m} axis {axis} frame {t}: {our} and {their}"));
                }
                compared += 1;
            }
        }
    }
    Ok(compared)
}

#[test]
fn points_and_counts_are_equal_where_it_is_right() {
    let (mut opened, mut compared, mut refused) = (0, 0, 0);
    for (name, bytes) in files() {
        let Ok(ours) = read(&bytes) else { continue };
        let Ok(adapter) = open(&bytes) else {
            refused += 1;
            continue;
        };
        opened += 1;
        let header = adapter.header.as_ref().unwrap();
        let counts = (header.point_counts, header.analog_counts, header.frame_first, header.frame_last);
        let our_header = &ours.header;
        assert_eq!(
            counts,
            (our_header.points, our_header.analog_measurements, our_header.first_frame, our_header.last_frame),
            "{name}"
        );
        // Its layout is the header's; where ours is another, the file decided against the header (R10).
        let l = &ours.layout;
        let as_header = (u64::from(l.points), u64::from(l.channels) * u64::from(l.samples_per_frame), l.data_start)
            == (u64::from(counts.0), u64::from(counts.1), 512 * (u64::from(our_header.data_block) - 1));
        let Some(theirs) = frames(&adapter).filter(|theirs| as_header && theirs.len() == ours.frames) else { continue };
        if codes(&ours).iter().any(|code| matches!(*code, "scale-header-differs" | "format-header-differs")) {
            continue;
        }
        match same_points(&ours, &theirs) {
            Ok(points) => compared += points,
            Err(difference) => panic!("{name}: {difference}"),
        }
    }
    println!("{opened} files opened, {refused} not; {compared} coordinates compared");
    assert!(opened >= 8 && compared > 1000, "{opened} files, {compared} coordinates");
}

#[test]
fn its_parameters_become_our_metadata() {
    let mut converted = 0;
    for (name, bytes) in files() {
        let Ok(ours) = c3d::read_metadata(&bytes, &C3dConfig::default(), &mut budget()) else { continue };
        let Ok(adapter) = open(&bytes) else { continue };
        // Without POINT:DATA_START the place of the data is unknown, and said to be so.
        let theirs = match c3d::from_c3d_rs(&adapter, &C3dConfig::default(), &mut budget()) {
            Ok(theirs) => theirs,
            Err(error) => {
                assert_eq!(error.code(), "c3d.c3d-rs-no-data-start", "{name}: {error}");
                continue;
            }
        };
        assert_eq!(theirs.warnings[0].code, "c3d.as-declared");
        let doubtful = ours.warnings.iter().any(|warning| {
            let code = warning.code.trim_start_matches("c3d.");
            code.starts_with("param-") || code.starts_with("group-") || code.ends_with("differs")
        });
        if doubtful {
            continue;
        }
        converted += 1;
        assert_eq!(theirs.point_labels, ours.point_labels, "{name}");
        assert_eq!(theirs.analog_labels, ours.analog_labels, "{name}");
        assert_eq!(theirs.analog_units, ours.analog_units, "{name}");
        assert_eq!((theirs.analog_rate_hz, theirs.point_units), (ours.analog_rate_hz, ours.point_units), "{name}");
        for group in ours.parameters.groups() {
            for our in &group.parameters {
                let Some(their) = theirs.parameters.get(&group.name, &our.name) else {
                    panic!("{name}: no {}:{}", group.name, our.name)
                };
                assert_eq!((their.kind, &their.dims, &their.data), (our.kind, &our.dims, &our.data), "{name}");
            }
        }
    }
    println!("{converted} files converted and compared");
    assert!(converted >= 5, "{converted} files");
}

#[test]
fn an_adapter_that_was_not_constructed_is_refused() {
    let bytes = Trial::new(1, 0, 1, 2).build();
    let adapter = C3dAdapter::new(Cursor::new(&bytes[..])).unwrap();
    let error = c3d::from_c3d_rs(&adapter, &C3dConfig::default(), &mut budget()).unwrap_err();
    assert_eq!(error.code(), "c3d.c3d-rs-not-constructed");
}

#[test]
fn what_is_only_declared_is_said_under_every_policy() {
    let mut trial = Trial::new(2, 3, 4, 5);
    trial.set("POINT", "DATA_START", words(0));
    let start = u16::try_from(trial.data_start() / 512 + 1).unwrap();
    trial.set("POINT", "DATA_START", words(start));
    let bytes = trial.build();
    for policy in [Policy::Lenient, Policy::Strict, Policy::Recover] {
        let config = C3dConfig::default().policy(policy);
        let theirs = c3d::from_c3d_rs(&open(&bytes).unwrap(), &config, &mut budget()).unwrap();
        let ours = c3d::read_metadata(&bytes, &config, &mut budget()).unwrap();
        assert_eq!(theirs.layout, ours.layout);
        assert_eq!((theirs.header.data_block, theirs.header.points, theirs.header.rate_hz), (start, 2, 100.0));
        assert_eq!(theirs.header.raw[..24], ours.header.raw[..24]);
        let codes: Vec<_> = theirs.warnings.iter().map(|warning| &*warning.code).collect();
        assert_eq!(codes, ["c3d.as-declared"]);
    }
}

#[test]
fn r1_dec_and_mips_are_read_by_ours_only() {
    for processor in [Processor::Dec, Processor::Mips] {
        let mut trial = Trial::new(2, 1, 1, 3);
        trial.processor = processor;
        let bytes = trial.build();
        super::assert_content(&read(&bytes).unwrap(), &trial);
        assert_eq!(open(&bytes).err().unwrap().code(), "c3d.c3d-rs-unsupported");
        assert!(alone(&bytes).is_none());
    }
}

#[test]
fn r2_every_sample_of_a_frame_is_scaled() {
    let mut trial = Trial::new(1, 2, 2, 2);
    trial.set("ANALOG", "SCALE", Value::Reals(vec![0.5, 0.25]));
    let bytes = trial.build();
    assert_eq!(read(&bytes).unwrap().analog.row(1).to_vec(), [250.0, 250.25, 250.5, 250.75]);
    // Frame 0: channel 0 and 1 of the first sample, then of the second, which it leaves as stored.
    assert_eq!(their_analog(&bytes)[0], [0.0, 250.0, 1.0, 1001.0]);
}

#[test]
fn r3_the_format_is_what_it_says_not_whether_it_is_there() {
    let mut trial = Trial::new(1, 1, 1, 1);
    trial.scale = 1.0;
    trial.set("POINT", "SCALE", reals(1.0)).set("ANALOG", "FORMAT", Value::Text("SIGNED".to_owned()));
    trial.data = vec![1.0, 2.0, 3.0, 0.0, -5.0];
    let bytes = trial.build();
    assert_eq!(read(&bytes).unwrap().analog[[0, 0]], -5.0);
    assert_eq!(their_analog(&bytes)[0], [65_531.0]);
}

#[test]
fn r4_labels_keep_their_inner_blanks() {
    let mut trial = Trial::new(1, 1, 1, 1);
    trial.set("POINT", "LABELS", Value::texts(&["L FIN  "]));
    let bytes = trial.build();
    assert_eq!(read(&bytes).unwrap().point_labels, ["L FIN"]);
    assert_eq!(open(&bytes).unwrap().get_point_labels().unwrap(), ["LFIN"]);
}

#[test]
fn r5_labels_of_no_length_are_no_labels() {
    let mut trial = Trial::new(1, 1, 1, 1);
    trial.set("ANALOG", "LABELS", Value::Raw(-1, vec![0, 1], Vec::new()));
    let bytes = trial.build();
    assert_eq!(read(&bytes).unwrap().analog_labels, ["*1"]);
    let adapter = open(&bytes).unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| adapter.get_analog_labels())).is_err(), "it no longer panics");
}

#[test]
fn r6_parameters_may_stand_in_any_block() {
    let trial = Trial::new(2, 1, 2, 3);
    let mut bytes = trial.build();
    bytes.splice(PARAMETERS..PARAMETERS, [0; 512]);
    bytes[0] = 3;
    put(&mut bytes, 16, u16::try_from(trial.data_start() / 512 + 2).unwrap());
    super::assert_content(&read(&bytes).unwrap(), &trial);
    assert_eq!(open(&bytes).err().unwrap().code(), "c3d.c3d-rs-unsupported");
    assert!(alone(&bytes).is_none());
}

#[test]
fn r7_descriptions_are_those_of_the_file() {
    let trial = Trial::new(1, 1, 1, 1);
    let mut bytes = trial.build();
    // A group with a description in front of the list, in place of as much padding behind it.
    let record = b"\x04\x88NOTE\x09\x00\x06by me!";
    let padding = trial.data_start() - record.len()..trial.data_start();
    assert!(bytes.drain(padding).all(|byte| byte == 0));
    bytes.splice(PARAMETERS + 4..PARAMETERS + 4, *record);
    let ours = read(&bytes).unwrap();
    assert_eq!(ours.parameters.groups()[0].description, b"by me!");
    let adapter = open(&bytes).unwrap();
    let theirs = &adapter.parameter.as_ref().unwrap().groups["NOTE"].description;
    assert_eq!(theirs, "NOTE\0\0");
    // So ours takes none from it.
    let mut trial = trial;
    trial.set("POINT", "DATA_START", words(3));
    let bytes = trial.build();
    let metadata = c3d::from_c3d_rs(&open(&bytes).unwrap(), &C3dConfig::default(), &mut budget()).unwrap();
    assert!(metadata.parameters.groups().iter().all(|group| group.description.is_empty()));
}

#[test]
fn r8_a_parameter_may_have_more_bytes_than_an_i16_counts() {
    let mut trial = Trial::new(1, 1, 1, 1);
    trial.set("NOTE", "LONG", Value::Raw(1, vec![200, 200], vec![7; 40_000]));
    let bytes = trial.build();
    let ours = read(&bytes).unwrap();
    assert_eq!(ours.parameters.get("NOTE", "LONG").unwrap().data.len(), 40_000);
    super::assert_content(&ours, &trial);
    assert_eq!(open(&bytes).err().unwrap().code(), "c3d.c3d-rs-panicked");
}

#[test]
fn r9_cameras_are_the_bits_of_the_high_byte() {
    let mut trial = Trial::new(1, 0, 1, 1);
    trial.data = vec![1.0, 2.0, 3.0, 256.0 + 4.0];
    let bytes = trial.build();
    let ours = read(&bytes).unwrap();
    assert_eq!((ours.camera_masks[[0, 0]], ours.residuals[[0, 0]]), (1, 2.0));
    let adapter = open(&bytes).unwrap();
    let theirs = frames(&adapter).unwrap()[0].1.values[0];
    // Camera 1 alone saw the point: neither 1 nor bit 8.
    assert!(theirs[3] == 2.0 && theirs[4] != 1.0 && theirs[4] != 256.0, "{theirs:?}");
}

#[test]
fn r10_frames_are_counted_where_the_size_bears_it_out() {
    let trial = Trial::new(1, 1, 1, 200);
    let mut bytes = trial.build();
    put(&mut bytes, 8, 10);
    let ours = read(&bytes).unwrap();
    super::assert_content(&ours, &trial);
    assert!(codes(&ours).contains(&"frames-disagree"));
    let adapter = open(&bytes).unwrap();
    assert_eq!(frames(&adapter).unwrap().len(), 10);
}
