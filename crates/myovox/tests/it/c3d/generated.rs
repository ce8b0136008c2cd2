//! What an independent writer stored is what the reader gives, value by value, for every processor and storage.

use myovox::formats::c3d::{self, C3dConfig};
use myovox::{Budget, Limits};
use myovox_fixtures::markers::{generated_analog, generated_point};
use myovox_fixtures::{Processor, Storage, generated_c3d};

#[test]
fn generated_recordings_come_back_value_by_value_without_a_warning() {
    for processor in [Processor::Intel, Processor::Dec, Processor::Mips] {
        for storage in [Storage::Int16, Storage::Float32] {
            for (frames, markers, channels, sub_samples) in
                [(3, 2, 1, 1), (50, 7, 13, 10), (11, 300, 300, 2), (70_000, 1, 1, 1)]
            {
                let what = format!("{processor:?} {storage:?} {frames} x ({markers} + {channels} x {sub_samples})");
                let bytes = generated_c3d(frames, markers, channels, sub_samples, processor, storage);
                let recording = c3d::read(&bytes, &C3dConfig::default(), &mut Budget::new(&Limits::default())).unwrap();
                assert_eq!(recording.warnings, [], "{what}");
                assert_eq!(recording.points.dim(), (markers, 3, frames), "{what}");
                assert_eq!(recording.analog.dim(), (channels, frames * sub_samples), "{what}");
                for ((marker, axis, frame), value) in recording.points.indexed_iter() {
                    assert_eq!(*value, generated_point(marker, axis, frame), "{what}");
                }
                for ((channel, sample), value) in recording.analog.indexed_iter() {
                    assert_eq!(*value, generated_analog(channel, sample), "{what}");
                }
            }
        }
    }
}
