//! Recordings made from arrays, and conversions between processors and storages.

use ndarray::{Array2, Array3, s};

use super::super::builder::{Trial, Value, reals};
use super::super::{codes, read};
use super::{differences, write_as, written};
use crate::common::shared;
use myovox::formats::c3d::{
    self, C3dBuilder, C3dRecording, C3dWriteConfig, EventSource, LongParameters, Parameter, Parameters, Processor,
    Storage, WRITE_WARNINGS,
};
use myovox::{Budget, Limits};

const PROCESSORS: [Processor; 3] = [Processor::Intel, Processor::Dec, Processor::Mips];

fn labels(letter: &str, count: usize) -> Vec<String> {
    (0..count).map(|i| format!("{letter}{i}")).collect()
}

/// Points and samples that tell where they stand; every seventh point was not seen.
fn trial(markers: usize, channels: usize, per_frame: usize, frames: usize) -> C3dBuilder {
    let points = Array3::from_shape_fn((markers, 3, frames), |(m, axis, t)| match (m + t) % 7 {
        6 => f64::NAN,
        _ => (m * 100 + axis * 10) as f64 - 0.25 * (t % 1000) as f64,
    });
    let analog = Array2::from_shape_fn((channels, frames * per_frame), |(c, i)| c as f64 - 0.125 * (i % 512) as f64);
    C3dBuilder::new(100.0).points(&labels("P", markers), points).analog(
        &labels("C", channels),
        &vec!["V"; channels],
        analog,
    )
}

fn all_processors(builder: &C3dBuilder) {
    for processor in PROCESSORS {
        let recording = builder.clone().processor(processor).build().unwrap();
        let again = read(&written(&recording)).unwrap();
        assert_eq!(again.warnings, [], "{processor:?}");
        assert_eq!(differences(&recording, &again), [""; 0], "{processor:?}");
        assert_eq!((again.processor, again.storage), (processor, Storage::Float));
    }
}

#[test]
fn what_is_made_reads_back_for_every_processor() {
    all_processors(&trial(3, 2, 10, 40));
    all_processors(&trial(0, 5, 17, 31).samples_per_frame(17));
    all_processors(&trial(4, 0, 1, 25));
    all_processors(&trial(1, 1, 1, 1));
    all_processors(&C3dBuilder::new(50.0));
    all_processors(&trial(2, 1, 4, 30).first_frame(148).event("Foot Strike", "Left", 0.05));
}

#[test]
fn recordings_beyond_16_bits_are_counted_by_long_frames_and_trial() {
    let builder = trial(1, 1, 1, 70_000);
    for (builder, first) in [(builder.clone(), 1), (builder.first_frame(100_000), 100_000)] {
        all_processors(&builder);
        let recording = read(&written(&builder.build().unwrap())).unwrap();
        let parameters = &recording.parameters;
        assert_eq!(parameters.count("POINT", "FRAMES"), Some(65_535));
        assert_eq!(parameters.get("POINT", "LONG_FRAMES").and_then(Parameter::as_f64), Some(70_000.0));
        let last = parameters.get("TRIAL", "ACTUAL_END_FIELD").unwrap().as_u32s();
        assert_eq!(last[0].unwrap() + 65_536 * last[1].unwrap(), first + 69_999);
        assert_eq!((recording.header.last_frame, recording.first_frame), (65_535, first));
    }
    // 65 534 and 65 535 frames: the last that 16 bits count, and the first that they do not.
    for (frames, long) in [(65_534, false), (65_535, true)] {
        let recording = read(&written(&trial(1, 0, 1, frames).build().unwrap())).unwrap();
        assert_eq!((recording.frames, recording.warnings.len()), (frames, 0));
        assert_eq!(recording.parameters.get("POINT", "LONG_FRAMES").is_some(), long);
    }
}

#[test]
fn more_than_255_labels_go_on_in_the_next_parameter() {
    let builder = trial(300, 600, 2, 3);
    all_processors(&builder);
    let recording = read(&written(&builder.build().unwrap())).unwrap();
    assert_eq!(recording.parameters.get("POINT", "LABELS2").unwrap().dims, [4, 45]);
    assert_eq!(recording.parameters.get("ANALOG", "SCALE3").unwrap().dims, [90]);
    assert_eq!((recording.named_points, recording.named_channels), (300, 600));
}

#[test]
fn labels_keep_every_letter() {
    let names = ["Knöchel", "肘", "A B", "α".repeat(100).leak()];
    let recording = C3dBuilder::new(1.0).points(&names, Array3::zeros((4, 3, 1))).point_units("µm").build().unwrap();
    let again = read(&written(&recording)).unwrap();
    assert_eq!(
        (again.point_labels.as_slice(), again.point_units.as_str()),
        (names.map(str::to_owned).as_slice(), "µm")
    );
}

#[test]
fn events_of_any_number_and_minute_come_back() {
    let mut builder = trial(1, 0, 1, 40_000).first_frame(11);
    for i in 0..300 {
        builder = builder.event(&format!("E{i}"), ["Left", "Right"][i % 2], i as f64 * 0.5);
    }
    let recording = builder.build().unwrap();
    let again = read(&written(&recording)).unwrap();
    assert_eq!((again.events.len(), again.warnings.len()), (300, 0));
    for (event, wanted) in again.events.iter().zip(&recording.events) {
        assert_eq!((&event.label, &event.context), (&wanted.label, &wanted.context));
        assert!((event.time_s.unwrap() - wanted.time_s.unwrap()).abs() < 1e-5, "{event:?}");
    }
    assert_eq!(again.parameters.get("EVENT", "TIMES").unwrap().as_f64s()[2 * 150..2 * 150 + 2], [1.0, 15.1_f32.into()]);
    // Events of the header stay in the header.
    let mut with = again.clone();
    with.events.truncate(18);
    for event in &mut with.events {
        event.source = EventSource::Header;
    }
    let (file, warnings) = write_as(&with, &C3dWriteConfig::default()).unwrap();
    assert_eq!(warnings[0].code, "c3d.parameter-corrected");
    let again = read(&file).unwrap();
    assert_eq!((again.events.len(), again.header.event_count), (18, 18));
    assert!(again.events.iter().all(|event| event.source == EventSource::Header && event.label.starts_with('E')));
    with.events.extend(with.events.clone());
    assert_eq!(write_as(&with, &C3dWriteConfig::default()).unwrap_err().code(), "c3d.too-many");
}

#[test]
fn residuals_and_cameras_come_back() {
    let mut points = Array3::from_elem((2, 3, 256), 3200.0);
    points[[1, 2, 5]] = f64::NAN;
    let scale = f64::from(0.1_f32);
    let residuals = Array2::from_shape_fn((2, 256), |(_, t)| scale * t as f64);
    let masks = Array2::from_shape_fn((2, 256), |(_, t)| u8::try_from(t / 2).unwrap());
    for storage in [Storage::Float, Storage::Integer] {
        let builder = C3dBuilder::new(1.0).points(&["A", "B"], points.clone()).storage(storage);
        let recording = builder.residuals(residuals.clone()).camera_masks(masks.clone()).build().unwrap();
        let again = read(&written(&recording)).unwrap();
        assert_eq!(again.camera_masks, recording.camera_masks);
        let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9;
        assert!(again.residuals.iter().zip(&recording.residuals).all(near));
        assert_eq!((again.residuals[[1, 5]], again.camera_masks[[1, 5]]), (-1.0, 0));
    }
}

/// `a` and `b` within half a step.
fn near(a: &C3dRecording, b: &C3dRecording) {
    let step = b.layout.point_scale;
    for (a, b) in a.points.iter().zip(&b.points) {
        assert!((a - b).abs() <= 0.5001 * step || (a.is_nan() && b.is_nan()), "{a} {b}");
    }
    let scales = b.parameters.numbers("ANALOG", "SCALE");
    for ((c, i), value) in a.analog.indexed_iter() {
        let got = b.analog[[c, i]];
        assert!((value - got).abs() <= 0.5001 * scales[c], "channel {c} sample {i}: {value} {got}");
    }
}

#[test]
fn floats_become_integers_of_the_finest_step_and_say_so() {
    for processor in PROCESSORS {
        let recording = trial(3, 2, 10, 400).build().unwrap();
        let config = C3dWriteConfig::default().processor(processor.into()).storage(Storage::Integer.into());
        let (file, warnings) = write_as(&recording, &config).unwrap();
        assert_eq!(warnings.iter().map(|warning| &*warning.code).collect::<Vec<_>>(), ["c3d.values-rounded"; 2]);
        let integers = read(&file).unwrap();
        assert_eq!((integers.storage, integers.processor, integers.warnings.len()), (Storage::Integer, processor, 0));
        near(&recording, &integers);
        // What now lies on steps stays where it is, forth and back.
        let back = C3dWriteConfig::default().storage(Storage::Float.into());
        let (file, warnings) = write_as(&integers, &back).unwrap();
        assert_eq!(warnings, []);
        let floats = read(&file).unwrap();
        assert_eq!(floats.analog, integers.analog);
        let (file, warnings) = write_as(&floats, &config).unwrap();
        assert_eq!(warnings, []);
        assert_eq!(differences(&integers, &read(&file).unwrap()), [""; 0]);
        // Made as integers at once: the same.
        let made = trial(3, 2, 10, 400).storage(Storage::Integer).build().unwrap();
        near(&made, &read(&write_as(&made, &C3dWriteConfig::default()).unwrap().0).unwrap());
    }
}

#[test]
fn raw_counts_are_kept_whatever_scale_offset_and_sign() {
    for processor in PROCESSORS {
        for (format, scale) in [("SIGNED", 1.0), ("UNSIGNED", 1.0), ("SIGNED", -1.0), ("UNSIGNED", -1.0)] {
            let mut file = Trial::new(1, 3, 17, 20);
            (file.processor, file.scale) = (processor, scale);
            file.set("POINT", "SCALE", reals(scale));
            file.set("ANALOG", "FORMAT", Value::Text(format.to_owned()));
            file.set("ANALOG", "OFFSET", Value::Words(vec![32_768, 7, 65_529]));
            file.set("ANALOG", "SCALE", Value::Reals(vec![0.004_882_8, -1e-7, 3.3]));
            file.set("ANALOG", "GEN_SCALE", reals(0.1));
            let bytes = file.build();
            let recording = read(&bytes).unwrap();
            let start = file.data_start();
            assert!(written(&recording)[start..] == bytes[start..], "{processor:?} {format} {scale}");
            for other in PROCESSORS {
                let config = C3dWriteConfig::default().processor(other.into());
                let (converted, warnings) = write_as(&recording, &config).unwrap();
                assert_eq!(warnings, []);
                let there = read(&converted).unwrap();
                assert_eq!(there.analog, recording.analog, "{processor:?} to {other:?} {format} {scale}");
                let (back, _) = write_as(&there, &C3dWriteConfig::default().processor(processor.into())).unwrap();
                assert!(back == written(&recording), "{processor:?} by {other:?} {format} {scale}");
            }
        }
    }
}

fn refusal(recording: &C3dRecording, config: &C3dWriteConfig) -> String {
    let error = write_as(recording, config).unwrap_err();
    assert_eq!(error.code(), "c3d.value-not-representable");
    error.to_string()
}

#[test]
fn what_the_file_has_no_number_for_is_refused_by_name() {
    let float = C3dWriteConfig::default();
    let integer = C3dWriteConfig::default().storage(Storage::Integer.into());
    let dec = C3dWriteConfig::default().processor(Processor::Dec.into());
    let mut recording = trial(2, 2, 1, 10).build().unwrap();
    recording.analog[[1, 3]] = f64::NAN;
    assert!(refusal(&recording, &integer).starts_with("channel C1, analog samples of frame 3: "));
    assert!(refusal(&recording, &dec).contains("DEC"));
    assert!(read(&write_as(&recording, &float).unwrap().0).unwrap().analog[[1, 3]].is_nan());
    recording.analog[[1, 3]] = 3e38;
    assert!(refusal(&recording, &dec).contains("3000"));
    assert!(write_as(&recording, &float).is_ok());
    recording.analog[[1, 3]] = 1e39;
    refusal(&recording, &float);
    let mut recording = trial(2, 0, 1, 10).storage(Storage::Integer).build().unwrap();
    recording.points[[1, 0, 4]] = 1e6;
    assert!(refusal(&recording, &float).starts_with("channel P1, frame 4 of the points: "));
    let mut parameters = Parameters::default();
    parameters.set("N", Parameter::reals("NANS", &[2], &[1.0, f32::NAN]).unwrap()).unwrap();
    let recording = trial(1, 0, 1, 2).parameters(parameters).build().unwrap();
    assert!(refusal(&recording, &dec).starts_with("N:NANS: "));
    assert!(write_as(&recording, &float).is_ok());
}

#[test]
fn arrays_that_do_not_fit_each_other_are_refused() {
    let config = C3dWriteConfig::default();
    let whole = trial(2, 2, 3, 10).build().unwrap();
    let spoilt: [fn(&mut C3dRecording); 6] = [
        |r| drop(r.point_labels.pop()),
        |r| drop(r.analog_units.pop()),
        |r| r.frames = 9,
        |r| r.residuals = Array2::zeros((2, 9)),
        |r| r.camera_masks = Array2::zeros((1, 10)),
        |r| r.analog = Array2::zeros((2, 29)),
    ];
    for spoil in spoilt {
        let mut recording = whole.clone();
        spoil(&mut recording);
        assert_eq!(write_as(&recording, &config).unwrap_err().code(), "c3d.shape-mismatch");
    }
    assert_eq!(C3dBuilder::new(0.0).build().unwrap_err().code(), "c3d.rate-missing");
    let odd =
        C3dBuilder::new(1.0).points(&["A"], Array3::zeros((1, 3, 2))).analog(&["C"], &["V"], Array2::zeros((1, 3)));
    assert_eq!(odd.build().unwrap_err().code(), "c3d.shape-mismatch");
}

#[test]
fn parameters_beyond_255_blocks_are_refused_unless_asked() {
    let mut parameters = Parameters::default();
    parameters.set_texts("NOTES", "LINES", &vec!["z".repeat(255); 600]).unwrap();
    let recording = trial(1, 1, 2, 5).parameters(parameters).build().unwrap();
    let refused = write_as(&recording, &C3dWriteConfig::default()).unwrap_err();
    assert_eq!(refused.code(), "c3d.parameters-too-long");
    let config = C3dWriteConfig::default().long_parameters(LongParameters::Uncounted);
    let (file, warnings) = write_as(&recording, &config).unwrap();
    assert_eq!(warnings[0].code, "c3d.parameters-uncounted");
    let again = read(&file).unwrap();
    assert_eq!((codes(&again), differences(&recording, &again)), (vec!["param-block-count-zero"], Vec::new()));
}

#[test]
fn a_recording_cut_and_renamed_is_written_as_it_is_now() {
    let mut recording = read(&Trial::new(3, 2, 4, 20).build()).unwrap();
    recording.points = recording.points.slice(s![.., .., 5..15]).to_owned();
    recording.residuals = recording.residuals.slice(s![.., 5..15]).to_owned();
    recording.camera_masks = recording.camera_masks.slice(s![.., 5..15]).to_owned();
    recording.analog = recording.analog.slice(s![.., 20..60]).to_owned();
    (recording.frames, recording.first_frame) = (10, 6);
    "HEEL".clone_into(&mut recording.point_labels[1]);
    "uV".clone_into(&mut recording.analog_units[0]);
    let (file, warnings) = write_as(&recording, &C3dWriteConfig::default()).unwrap();
    let fields: Vec<_> = warnings.iter().filter_map(|warning| warning.place.field.as_deref()).collect();
    assert_eq!(fields, ["POINT:FRAMES", "POINT:LABELS"]);
    let again = read(&file).unwrap();
    assert_eq!((codes(&again), differences(&recording, &again)), (Vec::new(), Vec::new()));
}

#[test]
fn rotations_that_end_early_are_not_continued_by_the_padding() {
    let Some(path) = shared("c3d/ezc3d-testFiles/C3DRotationExample.c3d") else { return };
    let mut recording = read(&std::fs::read(path).unwrap()).unwrap();
    let rotations = recording.rotations.as_mut().unwrap();
    rotations.matrices = rotations.matrices.slice(s![..1, .., .., ..302]).to_owned();
    rotations.residuals = rotations.residuals.slice(s![..1, ..302]).to_owned();
    rotations.labels.truncate(1);
    let wanted = rotations.clone();
    let (file, warnings) = write_as(&recording, &C3dWriteConfig::default()).unwrap();
    let written: Vec<_> = warnings.iter().map(|warning| &*warning.code).collect();
    assert_eq!(written, ["c3d.parameter-corrected", "c3d.rotations-filled"]);
    let again = read(&file).unwrap();
    assert!(codes(&again).contains(&"rotation-truncated"));
    let rotations = again.rotations.unwrap();
    assert_eq!(rotations.residuals.slice(s![.., ..302]), wanted.residuals);
    let behind = rotations.residuals.slice(s![.., 302..]);
    assert!((1..8).contains(&behind.len()) && behind.iter().all(|residual| *residual == -1.0), "{behind}");
}

#[test]
fn samples_that_floats_of_the_channel_cannot_tell_apart_are_warned() {
    let mut file = Trial::new(1, 1, 1, 20);
    file.set("ANALOG", "OFFSET", Value::Reals(vec![1e6]));
    let mut recording = read(&file.build()).unwrap();
    recording.analog.fill(0.001); // the floats beside a million are 0.06 apart
    let (file, warnings) = write_as(&recording, &C3dWriteConfig::default()).unwrap();
    assert_eq!(warnings.iter().map(|warning| &*warning.code).collect::<Vec<_>>(), ["c3d.values-rounded"]);
    assert!(warnings[0].message.ends_with("by at most 1e-3"), "{}", warnings[0].message);
    assert!(read(&file).unwrap().analog.iter().all(|value| *value == 0.0));
}

#[test]
fn arrays_in_another_order_of_axes_are_written_alike() {
    let plain = trial(3, 2, 4, 20).build().unwrap();
    let mut turned = plain.clone();
    turned.points = plain.points.t().as_standard_layout().into_owned().reversed_axes();
    turned.analog = plain.analog.t().as_standard_layout().into_owned().reversed_axes();
    assert!(!turned.points.is_standard_layout());
    assert!(written(&turned) == written(&plain));
}

#[test]
fn every_warning_of_writing_stands_in_its_table() {
    let mut recording = read(&Trial::new(1, 1, 1, 3).build()).unwrap();
    recording.frames = 3;
    recording.point_rate_hz = Some(77.0);
    recording.storage = Storage::Float;
    let (_, warnings) = write_as(&recording, &C3dWriteConfig::default().storage(Storage::Integer.into())).unwrap();
    assert!(!warnings.is_empty());
    for warning in warnings {
        assert!(WRITE_WARNINGS.iter().any(|(code, _)| *code == warning.code), "{}", warning.code);
    }
}

#[test]
fn a_sink_that_fails_is_an_error_of_the_system() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let recording = trial(1, 1, 1, 3).build().unwrap();
    let mut budget = Budget::new(&Limits::default());
    let error = c3d::write(&recording, &C3dWriteConfig::default(), &mut budget, &mut Full).unwrap_err();
    assert_eq!(error.code(), "io.storage-full");
}
