//! What is written is read by others: c3dio here, ezc3d and py-c3d by `benches/python/interop_c3d.py`.

use std::fs;
use std::path::Path;

use ndarray::{Array2, Array3};
use serde_json::json;

use super::write_as;
use myovox::formats::c3d::{C3dBuilder, C3dRecording, C3dWriteConfig, Processor, Storage};

const PROCESSORS: [Processor; 3] = [Processor::Intel, Processor::Dec, Processor::Mips];

/// A trial with gaps, residuals (below 128: c3dio reads the byte as signed), events and a first frame of its own.
fn trial(markers: usize, channels: usize, per_frame: usize, frames: usize) -> C3dBuilder {
    let names = |letter: &str, count: usize| (0..count).map(|i| format!("{letter}{i:03}")).collect::<Vec<_>>();
    let points = Array3::from_shape_fn((markers, 3, frames), |(m, axis, t)| match (m + t) % 11 {
        10 => f64::NAN,
        _ => (100 * m + 10 * axis) as f64 - 0.5 * (t % 500) as f64,
    });
    let analog = Array2::from_shape_fn((channels, frames * per_frame), |(c, i)| c as f64 - 0.125 * (i % 64) as f64);
    let builder = C3dBuilder::new(100.0).points(&names("MARK", markers), points);
    let scale = builder.clone().build().unwrap().layout.point_scale;
    let residuals = Array2::from_shape_fn((markers, frames), |(m, t)| scale * ((m + t) % 100) as f64);
    builder
        .residuals(residuals)
        .analog(&names("CHAN", channels), &vec!["V"; channels], analog)
        .event("Foot Strike", "Left", 0.05)
        .event("Foot Off", "Right", 0.07)
        .first_frame(11)
}

/// All processors and storages of some trials, by name.
fn files() -> Vec<(String, C3dRecording, Vec<u8>)> {
    let mut all = Vec::new();
    let trials = [
        ("small", trial(3, 2, 4, 24)),
        ("spf17", trial(2, 3, 17, 20)),
        ("no_analog", trial(4, 0, 1, 30)),
        ("labels_300", trial(300, 280, 2, 8)),
        ("frames_70000", trial(1, 1, 1, 70_000)),
    ];
    for (name, builder) in trials {
        for processor in PROCESSORS {
            for storage in [Storage::Float, Storage::Integer] {
                let recording = builder.clone().processor(processor).storage(storage).build().unwrap();
                let (file, _) = write_as(&recording, &C3dWriteConfig::default()).unwrap();
                all.push((format!("{name}_{processor:?}_{storage:?}").to_lowercase(), recording, file));
            }
        }
    }
    all
}

#[test]
fn c3dio_reads_what_is_written_for_every_processor() {
    let mut compared = 0;
    // It does not read LABELS2, and frames beyond 16 bits it takes from the header.
    let few = |name: &str| !name.starts_with("labels") && !name.starts_with("frames");
    for (name, recording, file) in files().iter().filter(|(name, ..)| few(name)) {
        let theirs = c3dio::C3d::from_bytes(file).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(theirs.points.labels, recording.point_labels, "{name}");
        assert_eq!((theirs.points.frame_rate, theirs.points.first_frame), (100.0, 11), "{name}");
        let step = if recording.storage == Storage::Float { 0.0 } else { 0.51 * recording.layout.point_scale };
        for ((m, t), residual) in recording.residuals.indexed_iter() {
            let point = theirs.points.points.get(t, m).unwrap();
            if *residual < 0.0 {
                assert!(point.residual < 0.0, "{name}: marker {m} frame {t}");
                continue;
            }
            assert!((f64::from(point.residual) - residual).abs() < 1e-4, "{name}: {} {residual}", point.residual);
            for (axis, value) in point.point.iter().enumerate() {
                let ours = recording.points[[m, axis, t]];
                assert!((f64::from(*value) - ours).abs() <= step + 1e-4, "{name}: {value} {ours}");
            }
        }
        if recording.analog.dim().0 > 0 {
            assert_eq!(theirs.analog.labels, recording.analog_labels, "{name}");
            for ((c, i), value) in recording.analog.indexed_iter() {
                let got = *theirs.analog.analog.get(i, c).unwrap();
                assert!((got - value).abs() < 1e-3, "{name}: channel {c} sample {i}: {got} {value}");
            }
        }
        compared += 1;
    }
    assert_eq!(compared, 18);
}

/// Writes the files, and beside each what it holds, for programs in other languages to compare.
#[test]
#[ignore = "writes the folder that benches/python/interop_c3d.py reads"]
fn the_files_that_other_programs_compare() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop_c3d");
    fs::create_dir_all(&folder).unwrap();
    for (name, recording, file) in files() {
        let events: Vec<_> = recording.events.iter().map(|event| json!([event.label, event.stored_s])).collect();
        let held = json!({
            "markers": recording.point_labels,
            "channels": recording.analog_labels,
            "frames": recording.frames,
            "first_frame": recording.first_frame,
            "point_step": recording.layout.point_scale,
            "points": recording.points.iter().map(|v| v.is_finite().then_some(*v)).collect::<Vec<_>>(),
            "residuals": recording.residuals.iter().collect::<Vec<_>>(),
            "analog": recording.analog.iter().collect::<Vec<_>>(),
            "events": events,
        });
        fs::write(folder.join(format!("{name}.c3d")), file).unwrap();
        fs::write(folder.join(format!("{name}.json")), held.to_string()).unwrap();
    }
    println!("{}", folder.display());
}
