//! Arrow and Parquet, read back by their own crates.

use std::fs::File;
use std::io::Cursor;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt64Type};
use arrow_ipc::reader::FileReader;
use arrow_schema::SchemaRef;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::*;

/// Schema and rows of a file.
fn read(target: Target, file: &[u8]) -> (SchemaRef, Vec<RecordBatch>) {
    if target == Target::Arrow {
        let reader = FileReader::try_new(Cursor::new(file), None).unwrap();
        return (reader.schema(), reader.map(std::result::Result::unwrap).collect());
    }
    let path = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(path.path(), file).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path.path()).unwrap()).unwrap();
    (builder.schema().clone(), builder.build().unwrap().map(std::result::Result::unwrap).collect())
}

/// A column over all batches; null is nothing.
fn numbers(batches: &[RecordBatch], name: &str) -> Vec<Option<f64>> {
    let column = |batch: &RecordBatch| batch.column_by_name(name).unwrap().as_primitive::<Float64Type>().clone();
    batches.iter().flat_map(|batch| column(batch).iter().collect::<Vec<_>>()).collect()
}

fn file(target: Target, rows: &mut dyn Rows) -> Vec<u8> {
    let mut file = Vec::new();
    target.write(rows, "trial", &mut file).unwrap();
    file
}

#[test]
fn every_bit_reads_back_and_what_was_not_seen_is_null() {
    let recording = doubtful();
    for target in [Target::Arrow, Target::Parquet] {
        let (schema, batches) = read(target, &file(target, &mut rows(&recording, Table::Points)));
        assert_eq!(schema.fields().len(), 2 + 3 * recording.point_labels.len());
        let frames = batches[0].column_by_name("frame").unwrap().as_primitive::<UInt64Type>();
        assert_eq!(frames.value(0), u64::from(recording.first_frame));
        assert_eq!(schema.metadata()["myovox.table"], "points");
        assert_eq!(schema.metadata()["myovox.rate_hz"], recording.point_rate_hz.unwrap().to_string());
        for (marker, label) in recording.points.outer_iter().zip(&recording.point_labels) {
            for (row, end) in marker.rows().into_iter().zip(["x", "y", "z"]) {
                let name = format!("{label}_{end}");
                let expected: Vec<Option<u64>> =
                    row.iter().map(|value| (!value.is_nan()).then_some(value.to_bits())).collect();
                let found: Vec<Option<u64>> =
                    numbers(&batches, &name).into_iter().map(|value| value.map(f64::to_bits)).collect();
                assert_eq!(found, expected, "{name}");
                let metadata = schema.field_with_name(&name).unwrap().metadata();
                assert_eq!((&metadata["unit"], &metadata["label"]), (&recording.point_units, label));
            }
        }
        let (schema, batches) = read(target, &file(target, &mut rows(&recording, Table::Analog)));
        let label = &recording.analog_labels[0];
        let found = numbers(&batches, label);
        assert!(!schema.field_with_name(label).unwrap().is_nullable());
        assert!(found[0].unwrap().is_nan());
        let bits = |value: f64| value.to_bits();
        assert!(found.iter().zip(recording.analog.row(0)).skip(1).all(|(a, b)| a.map(bits) == Some(bits(*b))));
    }
}

#[test]
fn long_recordings_come_in_blocks_and_groups() {
    let recording = wav_fixture("call_two_legs_8k.wav");
    for target in [Target::Arrow, Target::Parquet] {
        let bytes = file(
            target,
            &mut of_sound(recording.samples.view(), recording.sample_rate, &Selection::default()).unwrap(),
        );
        let (_, batches) = read(target, &bytes);
        assert!(batches.len() > 1);
        for (channel, name) in ["channel 1", "channel 2"].into_iter().enumerate() {
            let found: Vec<f64> = numbers(&batches, name).into_iter().flatten().collect();
            assert_eq!(found, recording.samples.row(channel).to_vec());
        }
        let times: Vec<f64> = numbers(&batches, "time_s").into_iter().flatten().collect();
        assert_eq!(times[8000], 1.0);
        assert_eq!(
            bytes,
            file(
                target,
                &mut of_sound(recording.samples.view(), recording.sample_rate, &Selection::default()).unwrap()
            ),
            "{}",
            target.name()
        );
    }
}

#[test]
fn events_are_words_and_times_that_may_be_null() {
    let mut recording = c3d_fixture("markers_intel_float.c3d");
    recording.events[0].time_s = None;
    for target in [Target::Arrow, Target::Parquet] {
        let (_, batches) = read(target, &file(target, &mut rows(&recording, Table::Events)));
        let labels = batches[0].column_by_name("label").unwrap().as_string::<i32>();
        assert_eq!(labels.value(0), recording.events[0].label);
        let found = numbers(&batches, "time_s");
        assert_eq!(found, recording.events.iter().map(|event| event.time_s).collect::<Vec<_>>());
    }
}

#[test]
fn no_rows_are_a_file_with_a_schema() {
    let recording = c3d_fixture("platform_type2.c3d");
    for target in [Target::Arrow, Target::Parquet] {
        let mut none = of_c3d(&recording, Table::Points, &Selection::default().end_frame(0.into())).unwrap();
        let (schema, batches) = read(target, &file(target, &mut none));
        assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
        assert_eq!(schema.fields().len(), 2 + 3 * recording.point_labels.len());
    }
}
