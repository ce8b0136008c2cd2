//! Properties of what is made of any arrays.

use ndarray::{Array2, Array3};
use proptest::prelude::*;

use super::super::read;
use super::{differences, write_as};
use myovox::formats::c3d::{C3dBuilder, C3dRecording, C3dWriteConfig, Processor, Storage};

fn processors() -> impl Strategy<Value = Processor> {
    prop_oneof![Just(Processor::Intel), Just(Processor::Dec), Just(Processor::Mips)]
}

/// Numbers that every processor holds as a 32-bit float, of all sizes.
fn values() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-3000.0_f32..3000.0).prop_map(f64::from),
        1 => any::<f32>().prop_filter_map("has a VAX code, and so has a step of it", |value| {
            let size = value.abs();
            (value == 0.0 || (1e-30..1e38).contains(&size)).then_some(f64::from(value))
        }),
    ]
}

prop_compose! {
    fn recordings()(markers in 0_usize..4, channels in 0_usize..4, per_frame in 1_usize..5, frames in 1_usize..9)
        (points in prop::collection::vec(prop_oneof![9 => values(), 1 => Just(f64::NAN)], markers * 3 * frames),
         samples in prop::collection::vec(values(), channels * per_frame * frames),
         rate in 1.0_f32..2000.0, first in 1_u32..100_000, processor in processors(),
         markers in Just(markers), channels in Just(channels), per_frame in Just(per_frame), frames in Just(frames))
        -> C3dRecording
    {
        let names = |count: usize| (0..count).map(|i| format!("N{i}")).collect::<Vec<_>>();
        C3dBuilder::new(f64::from(rate))
            .points(&names(markers), Array3::from_shape_vec((markers, 3, frames), points).unwrap())
            .analog(&names(channels), &names(channels), Array2::from_shape_vec((channels, per_frame * frames), samples).unwrap())
            .samples_per_frame(u16::try_from(per_frame).unwrap())
            .first_frame(first)
            .processor(processor)
            .build()
            .unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn floats_come_back_to_the_bit_through_every_processor(recording in recordings(), by in processors()) {
        let config = C3dWriteConfig::default().processor(by.into());
        let (file, warnings) = write_as(&recording, &config).unwrap();
        prop_assert_eq!(warnings, []);
        prop_assert_eq!(file.len() % 512, 0);
        let there = read(&file).unwrap();
        prop_assert_eq!(differences(&recording, &there), [""; 0]);
        let (again, _) = write_as(&there, &C3dWriteConfig::default()).unwrap();
        prop_assert!(again == file);
    }

    #[test]
    fn integers_are_within_half_a_step(recording in recordings(), by in processors()) {
        let config = C3dWriteConfig::default().processor(by.into()).storage(Storage::Integer.into());
        let (file, _) = write_as(&recording, &config).unwrap();
        let there = read(&file).unwrap();
        let half = 0.501 * there.layout.point_scale;
        for (a, b) in recording.points.iter().zip(&there.points) {
            prop_assert!((a - b).abs() <= half || (a.is_nan() && b.is_nan()), "{} {}", a, b);
        }
        let scales = there.parameters.numbers("ANALOG", "SCALE");
        for ((c, i), value) in recording.analog.indexed_iter() {
            prop_assert!((value - there.analog[[c, i]]).abs() <= 0.501 * scales[c], "{} {}", value, there.analog[[c, i]]);
        }
        let (again, warnings) = write_as(&there, &C3dWriteConfig::default()).unwrap();
        prop_assert!(again == file && warnings.is_empty());
    }
}
