//! Excerpts: arrays cut, parameters that fit them, frames and events where they were in the trial.

use myovox::formats::c3d::{ForcePlatformConfig, Pick, Selection};

use super::super::read;
use super::*;
use crate::common::{repository, shared};

fn budget() -> Budget {
    Budget::new(&Limits::default())
}

fn fixture(name: &str) -> C3dRecording {
    read(&std::fs::read(repository().join("fixtures/files").join(name)).unwrap()).unwrap()
}

fn excerpt(recording: &C3dRecording, selection: &Selection) -> C3dRecording {
    recording.excerpt(selection, &mut budget()).unwrap()
}

/// What reading the file of an excerpt gives: the excerpt, and no word about what it was cut from.
fn written_and_read(name: &str, excerpt: &C3dRecording) -> C3dRecording {
    let (file, warnings) = write_as(excerpt, &C3dWriteConfig::default()).unwrap();
    let codes: Vec<String> = warnings.iter().map(|warning| format!("{}: {}", warning.code, warning.message)).collect();
    let again = read(&file).unwrap();
    assert_eq!(differences(excerpt, &again), Vec::<String>::new(), "{name}: {codes:#?}");
    again
}

#[test]
fn everything_is_an_excerpt_that_is_written_as_the_recording_is() {
    for name in ["markers_intel_int.c3d", "platform_type2.c3d", "labels_300.c3d"] {
        let recording = fixture(name);
        let whole = excerpt(&recording, &Selection::all());
        assert_eq!(written(&whole), written(&recording), "{name}");
    }
}

#[test]
fn frames_keep_their_numbers_and_events_their_times_in_the_trial() {
    for name in ["markers_intel_float.c3d", "markers_dec_int.c3d", "markers_mips_float.c3d"] {
        let recording = fixture(name);
        let rate = recording.point_rate_hz.unwrap();
        for (start, end) in [(0, 9), (3, 20), (7, 13), (20, 20)] {
            let part = excerpt(&recording, &Selection::all().frames(start..end));
            assert_eq!(u64::from(part.first_frame), u64::from(recording.first_frame) + start);
            let (from, to) = (start as f64 / rate, end as f64 / rate);
            let inside: Vec<_> = recording
                .events
                .iter()
                .filter(|event| {
                    (start == 0 || event.time_s.unwrap() >= from) && (end == 20 || event.time_s.unwrap() <= to)
                })
                .collect();
            assert_eq!(part.events.len(), inside.len(), "{name} {start}..{end}");
            for (event, before) in part.events.iter().zip(inside) {
                assert_eq!(event.label, before.label);
                assert!((event.time_trial_s.unwrap() - before.time_trial_s.unwrap()).abs() < 1e-5);
                assert!((event.time_s.unwrap() - (before.time_s.unwrap() - from)).abs() < 1e-5);
            }
            let dropped = part.warnings.iter().filter(|warning| warning.code == "c3d.excerpt-events").count();
            assert_eq!(dropped == 1, part.events.len() < recording.events.len());
            if end > start {
                let again = written_and_read(name, &part);
                assert_eq!(again.points.as_slice().unwrap().len(), part.points.len());
            }
        }
    }
}

#[test]
fn channels_take_their_entries_of_the_parameters_with_them() {
    let recording = fixture("platform_type2.c3d");
    let part = excerpt(&recording, &Selection::all().channels(Pick::indices([5, 1])));
    assert_eq!(part.analog_labels, ["Mz1", "Fy1"]);
    assert_eq!(
        (&part.analog_units[..], part.parameters.count("ANALOG", "USED")),
        (["Nmm".to_owned(), "N".to_owned()].as_slice(), Some(2))
    );
    assert!(part.analog.row(0) == recording.analog.row(5) && part.analog.row(1) == recording.analog.row(1));
    let last = part.warnings.last().unwrap();
    assert_eq!(last.code, "c3d.excerpt-platforms");
    assert_eq!(last.message, "platform 1 left out with the channels that they need: Fx1, Fz1, Mx1, My1");
    assert_eq!(part.parameters.count("FORCE_PLATFORM", "USED"), Some(0));
    let again = written_and_read("platform_type2.c3d", &part);
    assert!(again.warnings.is_empty(), "{:?}", again.warnings);
    let none = excerpt(&recording, &Selection::all().points(Pick::None).channels(Pick::None));
    assert_eq!((none.points.dim().0, none.analog.dim()), (0, (0, 0)));
}

/// Every recording with platforms: the others' channels go, the platforms stay, and what acts on them is the same.
#[test]
fn platforms_whose_channels_stay_are_the_same() {
    let Some(folder) = shared("c3d") else { return };
    let expected: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let mut compared = 0;
    for name in expected["files"].as_object().unwrap().keys() {
        let Ok(recording) = read(&std::fs::read(folder.join(name)).unwrap()) else { continue };
        if recording.force_platform_channels.is_empty() || recording.frames < 4 {
            continue;
        }
        let mut channels = recording.force_platform_channels.clone();
        channels.reverse();
        let frames = recording.frames as u64;
        let selection = Selection::all().channels(Pick::indices(channels)).frames(1..frames - 1);
        let part = excerpt(&recording, &selection);
        assert!(!part.warnings.iter().any(|warning| warning.code == "c3d.excerpt-platforms"), "{name}");
        let again = written_and_read(name, &part);
        let loads = |recording: &C3dRecording| {
            let found = recording.force_platforms(&ForcePlatformConfig::default(), &mut budget()).unwrap();
            found.platforms.into_iter().map(|platform| platform.loads).collect::<Vec<_>>()
        };
        let per_frame = recording.layout.samples_per_frame as usize;
        for (whole, cut) in loads(&recording).into_iter().zip(loads(&again)) {
            let (Some(whole), Some(cut)) = (whole, cut) else { continue };
            let span = ndarray::s![.., per_frame..per_frame * (recording.frames - 1)];
            let same = |a: &f64, b: &f64| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * a.abs();
            assert!(whole.force_n.slice(span).iter().zip(&cut.force_n).all(|(a, b)| same(a, b)), "{name}");
            compared += 1;
        }
    }
    assert!(compared >= 10, "{compared}");
}

/// Every other channel and marker, and the middle third, of every file.
#[test]
fn a_part_of_every_file_is_read_as_it_was_cut() {
    let Some(folder) = shared("c3d") else { return };
    let expected: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let mut compared = 0;
    for name in expected["files"].as_object().unwrap().keys() {
        let Ok(recording) = read(&std::fs::read(folder.join(name)).unwrap()) else { continue };
        let odd = |count: usize| Pick::indices((0..count).filter(|index| index % 2 == 1));
        let (points, channels) = (odd(recording.point_labels.len()), odd(recording.analog_labels.len()));
        let frames = recording.frames as u64;
        let part = Selection::all().points(points).channels(channels).frames(frames / 3..frames - frames / 3);
        let part = excerpt(&recording, &part);
        if part.frames == 0 || part.points.is_empty() && part.analog.is_empty() {
            continue;
        }
        written_and_read(name, &part);
        compared += 1;
    }
    assert!(compared >= 40, "{compared}");
}

#[test]
fn what_is_not_there_is_refused() {
    let recording = fixture("platform_type2.c3d");
    let code = |selection: Selection| recording.excerpt(&selection, &mut budget()).unwrap_err().code();
    assert_eq!(code(Selection::all().channels(Pick::labels(["nobody"]))), "c3d.no-such-channel");
    assert_eq!(code(Selection::all().points(Pick::indices([99]))), "c3d.no-such-point");
    assert_eq!(code(Selection::all().frames(3..recording.frames as u64 + 1)), "c3d.no-such-frames");
    let mut small = Budget::new(&Limits::default().max_memory_bytes(100));
    assert_eq!(recording.excerpt(&Selection::all(), &mut small).unwrap_err().code(), "limit.memory-bytes");
}
