//! What an inspection tells of recordings whose truth is known: levels, gaps, events, force platforms, identical legs.

use myovox::report::{C3dContents, Contents, SoundContents};
use myovox::{Analyzer, Config};

use crate::common;

fn contents(bytes: &[u8]) -> Contents {
    Analyzer::new(Config::default()).inspect(bytes, None).unwrap().contents
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(common::repository().join("fixtures/files").join(name)).unwrap()
}

fn c3d(name: &str) -> C3dContents {
    match contents(&fixture(name)) {
        Contents::C3d(contents) => contents,
        other => panic!("{name}: {other:?}"),
    }
}

fn wav(bytes: &[u8]) -> SoundContents {
    match contents(bytes) {
        Contents::Sound(contents) => contents,
        other => panic!("{other:?}"),
    }
}

#[test]
fn gaps_are_counted_between_frames_in_which_a_marker_was_seen() {
    // RASI is unseen in the frames 5, 6 and 7 of 20 at 100 Hz.
    let contents = c3d("markers_intel_float.c3d");
    let labels: Vec<&str> = contents.markers.iter().map(|marker| marker.label.as_str()).collect();
    assert_eq!(labels, ["LASI", "RASI", "LKNE", "RKNE"]);
    let marker = &contents.markers[1];
    assert_eq!((marker.valid_frames, marker.valid_share), (17, Some(0.85)));
    assert_eq!((marker.gaps, marker.longest_gap_frames, marker.longest_gap_s), (1, 3, Some(0.03)));
    assert_eq!((marker.unseen_before_frames, marker.unseen_after_frames), (0, 0));
    let residuals = &contents.residuals;
    let unseen: usize = contents.markers.iter().map(|marker| 20 - marker.valid_frames).sum();
    assert_eq!((residuals.unseen, residuals.measured + residuals.interpolated + unseen), (unseen, 80));
}

#[test]
fn events_have_both_times() {
    let contents = c3d("markers_intel_float.c3d");
    assert_eq!(contents.first_frame, 6011);
    assert!(!contents.events.is_empty());
    for event in &contents.events {
        let (in_file, in_trial) = (event.time_s.unwrap(), event.time_trial_s.unwrap());
        assert!((in_trial - in_file - 60.1).abs() < 1e-9, "{event:?}");
    }
}

#[test]
fn force_platforms_are_what_their_parameters_say_and_their_channels_measured() {
    let platforms = c3d("platform_type2.c3d").force_platforms;
    assert_eq!((platforms.used, platforms.platforms.len()), (1, 1));
    let platform = &platforms.platforms[0];
    assert_eq!((platform.kind, platform.origin), (Some(2), Some([0.0, 0.0, -40.0])));
    assert_eq!(platform.corners.unwrap()[0], [600.0, 400.0, 0.0]);
    let size = platform.size_m.unwrap();
    assert!((size[0] - 0.4).abs() < 1e-12 && (size[1] - 0.6).abs() < 1e-12, "{size:?}");
    // 200 N and 5 N more a sample, of 80.
    assert_eq!((platform.largest_normal_force_n, platform.loaded_share), (Some(595.0), Some(1.0)));
    let channels: Vec<(i64, &str)> =
        platform.channels.iter().map(|channel| (channel.number, channel.label.as_deref().unwrap())).collect();
    assert_eq!(channels, [(1, "Fx1"), (2, "Fy1"), (3, "Fz1"), (4, "Mx1"), (5, "My1"), (6, "Mz1")]);
    assert_eq!(c3d("ghostly_twin.c3d").force_platforms.used, 0);
}

#[test]
fn channels_have_mean_and_rms_of_their_finite_samples() {
    let file = fixture("nan_gap.c3d");
    let recording = myovox::formats::c3d::read(
        &file,
        &myovox::formats::c3d::C3dConfig::default(),
        &mut myovox::Budget::new(&myovox::Limits::default()),
    )
    .unwrap();
    let contents = c3d("nan_gap.c3d");
    assert!(contents.channels.iter().any(|channel| channel.nan_samples > 0));
    for (channel, row) in contents.channels.iter().zip(recording.analog.rows()) {
        let finite: Vec<f64> = row.iter().copied().filter(|sample| sample.is_finite()).collect();
        assert_eq!(channel.nan_samples + channel.infinite_samples + finite.len(), row.len());
        let mean = finite.iter().sum::<f64>() / finite.len() as f64;
        let rms = (finite.iter().map(|sample| sample * sample).sum::<f64>() / finite.len() as f64).sqrt();
        assert!(
            (channel.mean.unwrap() - mean).abs() <= 1e-12 * rms && (channel.rms.unwrap() / rms - 1.0).abs() < 1e-12
        );
    }
}

#[test]
fn a_sine_of_half_scale_peaks_at_6_dbfs_below_full_scale() {
    let contents = wav(&fixture("tone_997_f32.wav"));
    let level = &contents.channels[0];
    assert!((level.peak_dbfs.unwrap() + 6.0206).abs() < 1e-3, "{level:?}");
    assert!((level.rms_dbfs.unwrap() + 9.0309).abs() < 1e-3, "{level:?}");
    assert!(level.mean.unwrap().abs() < 1e-3);
    assert!(contents.chunks.iter().any(|chunk| chunk.id.trim() == "data" && chunk.bytes == 4 * 48_000));
    assert_eq!(wav(&fixture("silence.wav")).channels[0].rms_dbfs, None);
}

#[test]
fn legs_with_the_same_samples_are_told() {
    let mut file = fixture("call_two_legs_8k.wav");
    assert_eq!(wav(&file).identical_channels, Vec::<Vec<usize>>::new());
    // The same byte everywhere is the same sample in both legs.
    let data = file.windows(4).position(|id| id == b"data").unwrap() + 8;
    file[data..].fill(0x55);
    assert_eq!(wav(&file).identical_channels, [[0, 1]]);
}
