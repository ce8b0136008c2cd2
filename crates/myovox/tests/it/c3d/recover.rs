//! Unfinished and cut files under [`Policy::Recover`]: all that is there, nothing that is not, and a word about it.

use myovox::formats::Policy;
use myovox::formats::c3d::C3dRecording;
use ndarray::s;

use super::builder::{PARAMETERS, Trial, Value, put, reals, words};
use super::{assert_content, codes, read, read_as};
use crate::common::{repository, shared};

fn recovered(bytes: &[u8]) -> C3dRecording {
    read_as(bytes, Policy::Recover).unwrap()
}

/// Whole files of every kind: generated ones, and two real ones.
fn files() -> Vec<(String, Vec<u8>)> {
    let names = ["markers_intel_float", "markers_dec_int", "markers_mips_float", "platform_type2", "ghostly_int16"];
    let generated = names.map(|name| repository().join(format!("fixtures/files/{name}.c3d")));
    let real = ["c3d/c3d.org/sample01/Eb015pi.c3d", "c3d/c3d.org/sample28/type1.C3D"].into_iter().filter_map(shared);
    generated.into_iter().chain(real).map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect()
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap()
}

fn equal(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

/// `cut` holds the first `frames` frames of `whole`.
fn assert_prefix(cut: &C3dRecording, whole: &C3dRecording, frames: usize, what: &str) {
    let first = whole.points.slice(s![.., .., ..frames]);
    assert!(cut.points.slice(s![.., .., ..frames]).iter().zip(first).all(|(a, b)| equal(*a, *b)), "{what}");
    let samples = frames * whole.layout.samples_per_frame as usize;
    let first = whole.analog.slice(s![.., ..samples]);
    assert!(cut.analog.slice(s![.., ..samples]).iter().zip(first).all(|(a, b)| equal(*a, *b)), "{what}");
}

#[test]
fn a_file_cut_in_its_data_gives_every_whole_frame_and_the_points_of_the_last() {
    for (name, bytes) in files() {
        let whole = read(&bytes).unwrap();
        let layout = &whole.layout;
        let (start, frame) = (count(layout.data_start), count(layout.frame_bytes()));
        let point_bytes = layout.points as usize * 4 * frame / (layout.points as usize * 4 + analog_numbers(&whole));
        let last = start + (count(layout.frames) - 1) * frame;
        let inside = [0, 1, point_bytes.saturating_sub(1), point_bytes, frame - 1];
        for len in inside.iter().flat_map(|rest| [start + rest, start + 7 * frame + rest, last + rest]) {
            let what = format!("{name} cut at {len}");
            let cut = recovered(&bytes[..len]);
            let (frames, rest) = ((len - start) / frame, (len - start) % frame);
            let kept = usize::from(rest >= point_bytes && point_bytes > 0);
            assert_eq!((count(cut.layout.frames), cut.frames), (frames, frames + kept), "{what}");
            assert_prefix(&cut, &whole, frames, &what);
            if kept == 1 {
                let (points, expected) = (cut.points.slice(s![.., .., frames]), whole.points.slice(s![.., .., frames]));
                assert!(points.iter().zip(expected).all(|(a, b)| equal(*a, *b)), "{what}");
                let samples = frames * layout.samples_per_frame as usize;
                assert!(cut.analog.slice(s![.., samples..]).iter().all(|value| value.is_nan()), "{what}");
            }
            assert_eq!((&cut.point_labels, &cut.parameters), (&whole.point_labels, &whole.parameters), "{what}");
            let found = codes(&cut);
            assert!(found.contains(&"data-truncated") && found.contains(&"trial-recovered"), "{what}: {found:?}");
        }
    }
}

fn analog_numbers(recording: &C3dRecording) -> usize {
    recording.layout.channels as usize * recording.layout.samples_per_frame as usize
}

#[test]
fn a_file_cut_in_its_parameters_gives_those_that_are_there_and_no_frame() {
    for (name, bytes) in files() {
        let whole = read(&bytes).unwrap();
        let start = count(whole.layout.data_start);
        let parameters = (whole.header.parameter_block as usize - 1) * 512;
        for len in (parameters + 5..start).step_by(((start - parameters) / 40).max(1)) {
            match read_as(&bytes[..len], Policy::Recover) {
                Ok(cut) => {
                    assert_eq!((cut.frames, cut.analog.ncols()), (0, 0), "{name} cut at {len}");
                    for (a, b) in cut.parameters.groups().iter().zip(whole.parameters.groups()) {
                        assert_eq!(a.name, b.name, "{name} cut at {len}");
                    }
                }
                Err(error) => assert!(error.code().starts_with("c3d."), "{name} cut at {len}: {error}"),
            }
        }
    }
}

#[test]
fn a_file_cut_in_its_header_is_refused_by_name() {
    for (name, bytes) in files() {
        for len in [0, 1, 2, 20, 511] {
            let code = read_as(&bytes[..len], Policy::Recover).unwrap_err().code();
            assert!(["c3d.truncated-header", "c3d.truncated-parameters"].contains(&code), "{name} {len}: {code}");
        }
    }
}

/// 100 frames of points and samples, larger than a block each, so that padding is no frame.
fn unfinished() -> Trial {
    let mut trial = Trial::new(40, 4, 5, 100);
    trial.set("POINT", "FRAMES", words(0));
    trial
}

#[test]
fn frames_that_nobody_counted_are_counted_from_the_size() {
    let mut trial = unfinished();
    let mut bytes = trial.build();
    put(&mut bytes, 8, 0);
    assert_eq!(read(&bytes).unwrap().frames, 0);
    let recording = recovered(&bytes);
    assert_content(&recording, &trial);
    assert_eq!(codes(&recording), ["frames-from-size", "trial-recovered"]);

    // Only the header has none, or only the parameters: the other counts.
    trial.set("POINT", "FRAMES", words(100));
    let mut bytes = trial.build();
    put(&mut bytes, 8, 0);
    assert_content(&recovered(&bytes), &trial);
    assert_content(&recovered(&unfinished().build()), &trial);
    trial.remove("POINT", "FRAMES");
    let mut bytes = trial.build();
    put(&mut bytes, 8, 0);
    assert_content(&recovered(&bytes), &trial);
}

#[test]
fn a_file_that_nobody_counted_and_that_is_cut_keeps_the_points_of_its_last_frame() {
    let trial = unfinished();
    let mut bytes = trial.build();
    put(&mut bytes, 8, 0);
    let (start, frame, points) = (trial.data_start(), (160 + 20) * 4, 160 * 4);
    let cut = recovered(&bytes[..start + 30 * frame + points + 4]);
    assert_eq!((cut.layout.frames, cut.frames), (30, 31));
    assert_eq!(cut.points[[39, 2, 30]], 3950.0);
    assert!(cut.analog.slice(s![.., 150..]).iter().all(|value| value.is_nan()));
    let cut = recovered(&bytes[..start + 30 * frame + points - 1]);
    assert_eq!((cut.layout.frames, cut.frames), (30, 30));
}

#[test]
fn data_go_on_behind_a_count_that_is_too_small() {
    let mut trial = Trial::new(40, 4, 5, 100);
    trial.set("POINT", "FRAMES", words(60));
    let mut bytes = trial.build();
    put(&mut bytes, 8, 60);
    let lenient = read(&bytes).unwrap();
    assert_eq!((lenient.frames, codes(&lenient)), (60, vec!["data-trailing"]));
    let recording = recovered(&bytes);
    assert_content(&recording, &trial);
    assert_eq!(codes(&recording), ["frames-disagree", "frames-from-size", "trial-recovered"]);

    // Room that was reserved and never filled is no recording.
    bytes.resize(bytes.len() + 40 * 720, 0);
    assert_content(&recovered(&bytes), &trial);
    // Nothing but such room behind a right count: the count stands.
    let mut bytes = Trial::new(40, 4, 5, 100).build();
    bytes.resize(bytes.len() + 40 * 720, 0);
    let recording = recovered(&bytes);
    assert_eq!((recording.frames, codes(&recording)), (100, vec!["data-trailing"]));
}

#[test]
fn a_list_without_terminator_ends_where_the_data_start() {
    // Behind the last value stands the length of its description, 0.
    let end = |trial: &Trial| {
        let bytes = trial.build();
        bytes[..trial.data_start()].iter().rposition(|&byte| byte != 0).unwrap() + 2
    };
    // The records fill their blocks to the last byte; the block that holds nothing but the terminator is taken out.
    let full = (1..600).find_map(|filling: usize| {
        let mut trial = Trial::new(3, 2, 2, 50);
        trial.set("LAST", "A", Value::Bytes(vec![7; filling.min(255)]));
        trial.set("LAST", "B", Value::Bytes(vec![7; filling.saturating_sub(255).max(1)]));
        (filling <= 510 && end(&trial).is_multiple_of(512)).then_some(trial)
    });
    let trial = full.unwrap();
    let (mut bytes, end) = (trial.build(), end(&trial));
    bytes.drain(end..trial.data_start());
    bytes[PARAMETERS + 2] -= 1;
    put(&mut bytes, 16, u16::try_from(end / 512 + 1).unwrap());
    let recording = recovered(&bytes);
    assert_eq!(codes(&recording), ["param-truncated"]);
    assert_content(&recording, &trial);
    assert!(recording.parameters.get("LAST", "B").is_some());
}

#[test]
fn parameters_that_the_data_overlap_are_cut_at_the_data_start() {
    let mut trial = Trial::new(3, 2, 2, 50);
    trial.set("POINT", "DESCRIPTIONS", Value::Raw(-1, vec![200, 8], vec![b'x'; 1600]));
    trial.set("LOST", "VALUE", reals(1.0));
    let mut bytes = trial.build();
    // The data are written over the last block of the parameters, and everybody says so.
    let start = trial.data_start() - 512;
    let data = bytes.split_off(trial.data_start());
    bytes.truncate(start);
    bytes.extend(data);
    put(&mut bytes, 16, u16::try_from(start / 512 + 1).unwrap());
    let recording = recovered(&bytes);
    assert!(codes(&recording).iter().any(|code| code.starts_with("param-")), "{:?}", codes(&recording));
    assert_eq!(count(recording.layout.data_start), start);
    assert_content(&recording, &trial);
    assert!(start > PARAMETERS && recording.parameters.get("LOST", "VALUE").is_none());
}
