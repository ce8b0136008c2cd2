//! The known faults of other readers, each with the test that shows that it is not ours.
//!
//! Shown elsewhere, as `module::test`:
//! - ezc3d: refuses MIPS and wrong numbers of MIPS `values::the_six_files_of_one_trial_give_the_same_numbers`; offsets stored as floats
//!   `values::offsets_may_be_floats`; samples per frame from the rates `layout::the_layout_follows_word_10_and_not_the_rates`; a wrong
//!   `POINT:USED` `layout::the_size_decides_between_header_and_parameters`; an empty parameter section
//!   `parameters::without_parameters_the_header_rules`; negative offsets `values::scale_offset_and_general_scale_apply_to_every_sub_sample`;
//!   255 dimensions `parameters::parameters_with_many_dimensions_or_none_of_a_length`; wrong offsets
//!   `parameters::wrong_offsets_block_counts_and_heads_do_not_stop_the_list`, `held::offsets_lead_where_the_record_s_own_end_is_wrong`; no POINT group
//!   `held::without_a_point_group_rate_and_frames_are_the_header_s`; Kistler plates mirrored
//!   `platforms::origins_of_the_wrong_sign_are_turned_as_their_type_defines_them`; beyond 65535 frames
//!   `layout::recordings_beyond_65535_frames_end_where_their_data_end`, `held::more_than_65535_frames_by_each_convention`; EVENT times and the
//!   first frame `values::events_of_header_and_parameters_are_on_one_time_base`; type 6 `platforms::a_known_load_is_found_on_plates_of_every_type`;
//!   an unknown type refuses the file `platforms::plates_that_cannot_be_what_they_say_have_no_loads_and_a_reason`; padding of rotations
//!   `values::rotations_are_a_section_of_their_own`.
//! - py-c3d: names that stand twice `parameters::groups_and_parameters_of_one_name_are_kept_and_the_first_is_found`; `LABELS2`
//!   `parameters::labels_go_on_in_labels2_and_keep_their_inner_blanks`; the fourth word
//!   `values::residuals_cameras_and_the_ways_to_say_not_seen`.
//! - c3dio: panics `hostile`; missing units and scales `parameters::what_is_missing_has_a_stated_default`; analog-only files
//!   `layout::analog_only_files_keep_all_samples`.
//! - c3d-rs: scales of the first sub-sample only `values::scale_offset_and_general_scale_apply_to_every_sub_sample`; labels without inner blanks
//!   `parameters::labels_go_on_in_labels2_and_keep_their_inner_blanks`; allocation by declared sizes `hostile::claims_are_refused_or_answered_at_once`.
//! - BTK: a scale of 0 `layout::a_scale_of_zero_is_said`; the centre from two corners
//!   `platforms::the_centre_of_a_plate_is_the_mean_of_its_four_corners`.
//!
//! Every file that is named here is also compared in full by `corpus` and `platforms_corpus`. Faults of writers are tested with the writer.

use std::time::{Duration, Instant};

use super::builder::{Trial, Value, reals, words};
use super::{codes, read, warned};
use crate::common::shared;
use myovox::formats::c3d::{C3dRecording, Processor};
use ndarray::s;

fn corpus(name: &str) -> Option<C3dRecording> {
    let path = shared(&format!("c3d/{name}"))?;
    Some(read(&std::fs::read(path).unwrap()).unwrap())
}

fn valid(recording: &C3dRecording) -> usize {
    recording.residuals.iter().filter(|residual| **residual >= 0.0).count()
}

/// Counts of points, frames, channels and samples of a file of the corpus.
fn assert_counts(name: &str, points: usize, frames: usize, channels: usize, samples: usize) {
    let Some(recording) = corpus(name) else { return };
    assert_eq!((recording.points.dim().0, recording.frames), (points, frames), "{name}");
    assert_eq!(recording.analog.dim(), (channels, samples), "{name}");
}

#[test]
fn ezc3d_refuses_mips() {
    for name in ["sample01/Eb015si.c3d", "sample01/Eb015sr.c3d", "sample02/sgi_int.c3d", "sample06/MACsample.c3d"] {
        let Some(recording) = corpus(&format!("c3d.org/{name}")) else { return };
        assert_eq!(recording.processor, Processor::Mips, "{name}");
        assert!(valid(&recording) > 0, "{name}");
    }
}

#[test]
fn ezc3d_takes_24_seconds_for_a_file_of_583_kb_and_fails() {
    let start = Instant::now();
    assert_counts("c3d.org/sample22/BKINtechnologies.c3d", 2, 5065, 20, 5065);
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn ezc3d_refuses_offsets_that_are_floats() {
    for name in ["Dance", "golfswing"] {
        let Some(recording) = corpus(&format!("c3d.org/sample13/{name}.c3d")) else { return };
        assert!(valid(&recording) > 0, "{name}");
    }
}

#[test]
fn ezc3d_shifts_the_coordinates_of_files_without_an_analog_rate() {
    // ezc3d finds 11752, 6927 and 7520 valid points.
    for (name, points) in
        [("BTKData/561xxa01_anonym", 11_292), ("c3d.org/sample28/standing", 6368), ("c3d.org/sample28/type1", 6492)]
    {
        let Some(recording) = corpus(&format!("{name}.C3D")) else { return };
        assert_eq!(valid(&recording), points, "{name}");
        assert!(recording.analog.nrows() > 0 && recording.analog_rate_hz.is_some(), "{name}");
    }
}

#[test]
fn ezc3d_shifts_the_frames_of_files_whose_rates_are_no_multiples_or_whose_points_are_miscounted() {
    assert_counts("c3d.org/sample11/evart.c3d", 22, 243, 28, 4131); // 17 samples a frame, ezc3d 16
    assert_counts("c3d.org/sample27/kyowadengyo.c3d", 11, 152, 24, 152); // ezc3d: 12 points
}

#[test]
fn ezc3d_finds_no_points_without_parameters() {
    assert_counts("c3d.org/sample20/phasespace_sample.c3d", 40, 701, 0, 0);
}

/// The residual is the low byte of the fourth word and the cameras are the high one; ezc3d takes them the other way round, c3d-rs shifts them.
#[test]
fn residual_and_cameras_are_not_swapped() {
    let mut trial = Trial::new(1, 0, 0, 3);
    trial.data = [1.0, 256.0, f32::from(0x7F80_u16)].iter().flat_map(|&word| [0.0, 0.0, 0.0, word]).collect();
    let recording = warned(&trial.build(), &[]);
    assert_eq!(recording.residuals.row(0).to_vec(), [0.5, 0.0, 64.0]); // |SCALE| = 0.5
    assert_eq!(recording.camera_masks.row(0).to_vec(), [0, 1, 0x7F]);
}

#[test]
fn ezc3d_refuses_files_for_an_offset() {
    for name in ["mocap36", "badParameterOffset"] {
        let Some(recording) = corpus(&format!("BTKData/{name}.c3d")) else { return };
        assert!(valid(&recording) > 0, "{name}");
    }
}

#[test]
fn ezc3d_has_no_rate_without_a_point_group() {
    let Some(recording) = corpus("ezc3d-testFiles/Kistler.c3d") else { return };
    assert_eq!((recording.point_rate_hz, recording.analog_rate_hz), (Some(60.0), Some(600.0)));
    assert_eq!(recording.analog.dim(), (16, 39_690));
}

/// ezc3d counts the padding of a long recording as frames.
#[test]
fn padding_behind_a_long_recording_is_no_frame() {
    let mut trial = Trial::new(1, 0, 0, 65_600);
    trial.set("POINT", "LONG_FRAMES", reals(65_600.0));
    let mut bytes = trial.build();
    bytes.extend([0; 512]);
    assert_eq!(read(&bytes).unwrap().frames, 65_600);
}

#[test]
fn ezc3d_doubles_the_rate_of_rotations() {
    let Some(recording) = corpus("ezc3d-testFiles/C3DRotationExample.c3d") else { return };
    let rotations = recording.rotations.unwrap();
    assert_eq!((rotations.rate_hz, rotations.ratio), (Some(85.0), 1));
    assert_eq!(rotations.matrices.dim(), (21, 4, 4, 340));
}

/// py-c3d stops at scales that differ, and at 120 analog samples that it finds to be not 120.
#[test]
fn py_c3d_stops_where_header_and_parameters_differ() {
    assert_counts("biobuddy/static.c3d", 49, 138, 20, 2760);
    assert_counts("c3d.org/sample15/FP1.C3D", 8, 480, 12, 4800);
    assert_counts("c3d.org/sample15/FP2.C3D", 8, 480, 12, 4800);
}

#[test]
fn py_c3d_stops_at_names_that_stand_twice_and_at_scales_of_some_shapes() {
    for name in ["BTKData/PiG_Calibration-FlatFoot-One.c3d", "kineticstoolkit/sample_probing_acromion_R.c3d"] {
        let Some(recording) = corpus(name) else { return };
        assert!(valid(&recording) > 0, "{name}");
    }
}

#[test]
fn labels_beyond_255_are_read() {
    let Some(recording) = corpus("biomechzoo/HC002D02.c3d") else { return };
    assert_eq!((recording.point_labels.len(), recording.named_points), (311, 311));
}

#[test]
fn py_c3d_has_no_labels_where_point_labels_are_missing() {
    let mut trial = Trial::new(3, 0, 0, 2);
    trial.remove("POINT", "LABELS");
    assert_eq!(warned(&trial.build(), &["point-labels-short"]).point_labels, ["*1", "*2", "*3"]);
}

/// The residual byte is unsigned, and -32768 is a hidden marker: c3dio reads the first as negative and the second as seen.
#[test]
fn residuals_from_128_are_residuals_and_hidden_markers_are_hidden() {
    let mut trial = Trial::new(1, 0, 0, 3);
    trial.data = [128.0, 255.0, -32_768.0].iter().flat_map(|&word| [1.0, 2.0, 3.0, word]).collect();
    let recording = warned(&trial.build(), &[]);
    assert_eq!(recording.residuals.row(0).to_vec(), [64.0, 127.5, -1.0]);
    assert!(recording.points.slice(s![0, .., 2]).iter().all(|value| value.is_nan()));
}

#[test]
fn c3dio_refuses_recordings_without_point_units() {
    let name = "emg-c3d-analyzer/Ghostly_Emg_20230321_17-23-09-0409.c3d";
    let Some(recording) = corpus(name) else { return };
    assert!(recording.parameters.get("POINT", "UNITS").is_none());
    assert_eq!((recording.point_units.as_str(), recording.analog.dim()), ("", (4, 74_280)));
}

#[test]
fn c3dio_finds_no_samples_in_analog_only_files() {
    assert_counts("BTKData/1123x01EMG.c3d", 0, 4564, 8, 4564);
    let name = "c3d.org/sample35/Mega_Electronics_Isokinetic_EMG_Angle_Torque_Sample_File.c3d";
    assert_counts(name, 0, 29, 4, 36_250);
}

/// An old c3dio left out the length of descriptions and wrote 32767 for points that were not seen.
#[test]
fn copies_by_an_old_c3dio_are_read_by_the_letter() {
    let Some(recording) = corpus("c3dio/short-copy.c3d") else { return };
    assert_eq!((recording.frames, recording.events.len()), (151, 8));
    assert_eq!(codes(&recording)[..2], ["param-header-bytes", "param-offset-mismatch"]);
}

/// Force platforms of an unexpected shape fail the whole file in c3dio.
#[test]
fn force_platforms_of_an_odd_shape_do_not_fail_the_file() {
    for name in ["c3d.org/sample11/evart.c3d", "ezc3d-testFiles/FP_Type1.c3d", "BTKData/shd01.c3d"] {
        let Some(recording) = corpus(name) else { return };
        assert!(recording.frames > 0 && !recording.force_platform_channels.is_empty(), "{name}");
    }
}

/// c3d-rs reads samples as unsigned wherever `ANALOG:FORMAT` exists, and panics on labels without a length.
#[test]
fn a_format_that_says_signed_is_signed_and_labels_may_have_no_length() {
    let mut trial = Trial::new(1, 2, 1, 2);
    trial.scale = 1.0;
    trial.data = [1.0, 2.0, 3.0, 0.0, -5.0, 7.0].repeat(2);
    trial.set("POINT", "SCALE", reals(1.0)).set("ANALOG", "FORMAT", Value::Text("SIGNED".to_owned()));
    trial.set("ANALOG", "LABELS", Value::Raw(-1, vec![0, 2], Vec::new()));
    let recording = warned(&trial.build(), &["analog-labels-short"]);
    assert_eq!((recording.analog[[0, 1]], recording.analog_labels[1].as_str()), (-5.0, "*2"));
}

/// c3d-rs assumes block 2, loses the bytes of descriptions, and overflows on parameters of more than 32767 bytes.
#[test]
fn parameters_elsewhere_and_large_ones_with_their_descriptions() {
    for letter in ["A", "B", "C", "D"] {
        let Some(recording) = corpus(&format!("c3d.org/sample08/TEST{letter}PI.c3d")) else { return };
        assert_eq!(recording.parameters.count("POINT", "USED").map(|n| n as usize), Some(recording.points.dim().0));
        assert!(
            recording
                .parameters
                .groups()
                .iter()
                .any(|group| group.parameters.iter().any(|p| !p.description.is_empty()))
        );
    }
    let mut trial = Trial::new(1, 0, 0, 1);
    trial.set("LARGE", "TABLE", Value::Raw(1, vec![255, 200], vec![3; 51_000])).set("LARGE", "NEXT", words(4));
    let recording = warned(&trial.build(), &[]);
    assert_eq!(recording.parameters.get("LARGE", "TABLE").unwrap().data.len(), 51_000);
    assert_eq!(recording.parameters.count("LARGE", "NEXT"), Some(4));
}

/// c3d-rs counts frames by the header alone.
#[test]
fn frames_are_not_counted_by_the_header_alone() {
    let mut trial = Trial::new(40, 0, 0, 70);
    trial.first = 31;
    let mut bytes = trial.build();
    super::builder::put(&mut bytes, 8, 90); // the header counts 60, the parameters and the size 70
    assert_eq!(warned(&bytes, &["frames-disagree"]).frames, 70);
}
