//! Recordings written for other programs read back as they were: to the bit where the format carries numbers, by name where labels are odd.

use std::io::Write;

use myovox::formats::c3d::{self, C3dConfig, C3dRecording};
use myovox::formats::export::{
    Block, Cells, Clock, RecordingRows, Rows, Schema, Selection, Series, Shape, Table, Target, of_c3d, of_sound,
};
use myovox::formats::wav::{self, WavConfig, WavRecording};
use myovox::{Budget, Limits, Result};

use crate::common;

#[cfg(feature = "columnar")]
mod columnar;

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(common::repository().join("fixtures/files").join(name)).unwrap()
}

fn c3d_fixture(name: &str) -> C3dRecording {
    c3d::read(&bytes(name), &C3dConfig::default(), &mut Budget::new(&Limits::default())).unwrap()
}

fn wav_fixture(name: &str) -> WavRecording {
    wav::read(&bytes(name), &WavConfig::default(), &mut Budget::new(&Limits::default())).unwrap()
}

fn rows(recording: &C3dRecording, table: Table) -> RecordingRows<'_> {
    of_c3d(recording, table, &Selection::default()).unwrap()
}

fn written(target: Target, rows: &mut dyn Rows) -> String {
    let mut file = Vec::new();
    target.write(rows, "trial", &mut file).unwrap();
    String::from_utf8(file).unwrap()
}

fn codes(target: Target, rows: &mut dyn Rows) -> Vec<String> {
    let exported = target.write(rows, "trial", &mut Vec::new()).unwrap();
    exported.warnings.iter().map(|warning| warning.code.to_string()).collect()
}

/// Markers of which one is unseen at the end and another never; channels with values that are no numbers.
fn doubtful() -> C3dRecording {
    let mut recording = c3d_fixture("platform_type2.c3d");
    let last = recording.frames - 1;
    let markers = recording.points.shape()[0];
    for axis in 0..3 {
        recording.points[[markers - 1, axis, last]] = f64::NAN;
        recording.points[[0, axis, 1]] = f64::NAN;
    }
    recording.analog[[0, 0]] = f64::NAN;
    recording.analog[[0, 1]] = f64::NEG_INFINITY;
    recording.analog[[0, 2]] = -0.0;
    recording.analog[[0, 3]] = 5e-324;
    recording
}

/// Head and rows of a CSV.
fn csv_of(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |row: csv::Result<csv::StringRecord>| row.unwrap().iter().map(str::to_owned).collect();
    (head, reader.records().map(row).collect())
}

fn assert_same(cell: &str, value: f64) {
    let read: f64 = cell.parse().unwrap();
    assert!(read.to_bits() == value.to_bits() || (read.is_nan() && value.is_nan()), "{cell} stands for {value}");
}

#[test]
fn csv_of_points_holds_every_position_and_blanks_where_a_marker_was_not_seen() {
    let recording = doubtful();
    let (head, rows) = csv_of(&written(Target::Csv, &mut rows(&recording, Table::Points)));
    let label = &recording.point_labels[0];
    assert_eq!(head[..3], ["frame".to_owned(), "time_s".to_owned(), format!("{label}_x [{}]", recording.point_units)]);
    assert_eq!(rows.len(), recording.frames);
    let mut blanks = 0;
    for (frame, row) in rows.iter().enumerate() {
        assert_eq!(row[0], (recording.first_frame as usize + frame).to_string());
        assert_same(&row[1], frame as f64 / recording.point_rate_hz.unwrap());
        for (cell, value) in
            row[2..].iter().zip(recording.points.outer_iter().flat_map(|marker| marker.column(frame).to_vec()))
        {
            blanks += usize::from(cell.is_empty());
            assert_eq!(cell.is_empty(), value.is_nan());
            if !cell.is_empty() {
                assert_same(cell, value);
            }
        }
    }
    assert!(blanks >= 6);
}

#[test]
fn csv_of_analog_holds_every_sample_also_those_that_are_no_numbers() {
    let recording = doubtful();
    let (head, rows) = csv_of(&written(Target::Csv, &mut rows(&recording, Table::Analog)));
    assert_eq!(head[1], format!("{} [{}]", recording.analog_labels[0], recording.analog_units[0]));
    assert_eq!(rows.len(), recording.analog.ncols());
    for (sample, row) in rows.iter().enumerate() {
        assert_same(&row[0], sample as f64 / recording.analog_layout_rate_hz().unwrap());
        row[1..].iter().zip(recording.analog.column(sample)).for_each(|(cell, value)| assert_same(cell, *value));
    }
}

#[test]
fn labels_are_quoted_and_named_apart() {
    let mut recording = c3d_fixture("ghostly_six_channels.c3d");
    let labels = ["=SUM(A1)", "a,\"b\"", "", "twice", "twice", "time_s"];
    recording.analog_labels = labels.map(str::to_owned).to_vec();
    recording.analog_units = vec![String::new(); 6];
    let mut table = rows(&recording, Table::Analog);
    let text = written(Target::Csv, &mut table);
    assert!(
        text.starts_with("time_s,\"=SUM(A1)\",\"a,\"\"b\"\"\",unnamed_3,twice,twice#2,time_s#2\n"),
        "{}",
        &text[..90]
    );
    assert_eq!(csv_of(&text).0[1..4], ["=SUM(A1)", "a,\"b\"", "unnamed_3"]);
    assert_eq!(codes(Target::Csv, &mut rows(&recording, Table::Analog)), ["export.column-renamed"]);
    recording.analog_labels[3] = "A".to_owned();
    recording.analog_units[3] = "V".to_owned();
    recording.analog_labels[4] = "A [V]".to_owned();
    let head = csv_of(&written(Target::Csv, &mut rows(&recording, Table::Analog))).0;
    assert_eq!(head[4..6], ["A [V]", "A [V]#2"]);
}

/// A TRC as `OpenSim` reads it: cells end at tabs, and a tab at the end of a line begins no further cell.
fn cells(line: &str) -> Vec<&str> {
    line.strip_suffix('\t').unwrap_or(line).split('\t').collect()
}

#[test]
fn trc_reads_back_as_opensim_reads_it() {
    let recording = doubtful();
    let text = written(Target::Trc, &mut rows(&recording, Table::Points));
    let lines: Vec<&str> = text.lines().collect();
    let (markers, frames) = (recording.point_labels.len(), recording.frames);
    assert_eq!(lines[0], "PathFileType\t4\t(X/Y/Z)\ttrial");
    assert_eq!(cells(lines[1]).len(), 8);
    let rate = recording.point_rate_hz.unwrap();
    let first = recording.first_frame;
    let units = &recording.point_units;
    assert_eq!(lines[2], format!("{rate}\t{rate}\t{frames}\t{markers}\t{units}\t{rate}\t{first}\t{frames}"));
    let named: Vec<&str> = lines[3].split('\t').filter(|cell| !cell.is_empty()).collect();
    assert_eq!(named[..2], ["Frame#", "Time"]);
    assert_eq!(named[2..], recording.point_labels);
    let axes: Vec<&str> = lines[4].split('\t').filter(|cell| !cell.is_empty()).collect();
    assert_eq!((axes.len(), axes[0], axes[3 * markers - 1]), (3 * markers, "X1", format!("Z{markers}").as_str()));
    assert_eq!(lines[5], "");
    assert_eq!(lines.len(), 6 + frames);
    for (frame, line) in lines[6..].iter().enumerate() {
        let row = cells(line);
        assert_eq!(row.len(), 2 + 3 * markers, "frame {frame}: {line:?}");
        assert_eq!(row[0], (first as usize + frame).to_string());
        assert_same(row[1], frame as f64 / rate);
        for (cell, value) in
            row[2..].iter().zip(recording.points.outer_iter().flat_map(|marker| marker.column(frame).to_vec()))
        {
            if value.is_nan() { assert_eq!(*cell, "") } else { assert_same(cell, value) }
        }
    }
}

#[test]
fn a_unit_of_length_that_is_not_stated_is_assumed_and_said() {
    let mut recording = c3d_fixture("markers_intel_float.c3d");
    recording.point_units = String::new();
    recording.point_labels[0] = "tab\there".to_owned();
    let text = written(Target::Trc, &mut rows(&recording, Table::Points));
    assert_eq!(cells(text.lines().nth(2).unwrap())[4], "mm");
    assert!(text.lines().nth(3).unwrap().starts_with("Frame#\tTime\ttab_here\t\t\t"));
    let codes = codes(Target::Trc, &mut rows(&recording, Table::Points));
    assert_eq!(codes, ["export.column-renamed", "export.units-assumed"]);
}

#[test]
fn storage_reads_back_with_the_rows_and_columns_that_its_head_states() {
    let recording = doubtful();
    for (target, table) in [(Target::Sto, Table::Analog), (Target::Mot, Table::Platforms), (Target::Sto, Table::Points)]
    {
        let text = written(target, &mut rows(&recording, table));
        let (head, body) = text.split_once("endheader\n").unwrap();
        let lines: Vec<&str> = body.lines().collect();
        let columns = lines[0].split('\t').count();
        let expected = format!("trial\nversion=1\nnRows={}\nnColumns={columns}\ninDegrees=no\n", lines.len() - 1);
        assert_eq!(head, expected);
        assert!(lines[0].starts_with("time\t") && !lines[0].contains(' '));
        assert!(lines[1..].iter().all(|line| line.split('\t').count() == columns));
        if table == Table::Analog {
            for (sample, line) in lines[1..].iter().enumerate() {
                let values = line.split('\t').skip(1).zip(recording.analog.column(sample));
                values.for_each(|(cell, value)| assert_same(cell, *value));
            }
        }
    }
}

#[test]
fn platforms_are_the_channels_that_the_parameters_name() {
    let recording = c3d_fixture("platform_type2.c3d");
    let table = rows(&recording, Table::Platforms);
    let labels: Vec<&str> = table.schema().series.iter().map(|series| series.label.as_str()).collect();
    let expected: Vec<&str> =
        recording.force_platform_channels.iter().map(|&index| recording.analog_labels[index].as_str()).collect();
    assert_eq!(labels, expected);
    assert!(labels.len() >= 6);
    let none = of_c3d(&c3d_fixture("ghostly_twin.c3d"), Table::Platforms, &Selection::default()).map(drop);
    assert_eq!(none.unwrap_err().code(), "export.nothing");
}

#[test]
fn events_stand_on_both_time_bases() {
    let mut recording = c3d_fixture("markers_intel_float.c3d");
    assert!(!recording.events.is_empty());
    recording.events[0].time_s = None;
    recording.events[0].label = "@foot, off".to_owned();
    let (head, rows) = csv_of(&written(Target::Csv, &mut rows(&recording, Table::Events)));
    assert_eq!(head, ["label", "context", "time_s", "time_trial_s", "source", "stored_s"]);
    assert_eq!(rows.len(), recording.events.len());
    assert_eq!((rows[0][0].as_str(), rows[0][2].as_str()), ("@foot, off", ""));
    for (row, event) in rows.iter().zip(&recording.events).skip(1) {
        assert_eq!([&row[0], &row[1]], [&event.label, &event.context]);
        assert_same(&row[2], event.time_s.unwrap());
    }
    recording.events.clear();
    assert_eq!(written(Target::Csv, &mut self::rows(&recording, Table::Events)).lines().count(), 1);
}

#[test]
fn sound_has_a_column_per_channel() {
    let recording = wav_fixture("call_two_legs_8k.wav");
    let mut table = of_sound(
        recording.samples.view(),
        recording.sample_rate,
        &Selection::default().first_frame(800).end_frame(1200.into()),
    )
    .unwrap();
    let (head, rows) = csv_of(&written(Target::Csv, &mut table));
    assert_eq!(head, ["time_s", "channel 1 [full scale]", "channel 2 [full scale]"]);
    assert_eq!((rows.len(), rows[0][0].as_str()), (400, "0.1"));
    for (row, sample) in rows.iter().zip(800..) {
        assert_same(&row[1], recording.samples[[0, sample]]);
        assert_same(&row[2], recording.samples[[1, sample]]);
    }
}

#[test]
fn a_selection_takes_its_part_of_every_table() {
    let recording = c3d_fixture("platform_type2.c3d");
    let label = recording.analog_labels[2].clone();
    let part = Selection::default().first_frame(2).end_frame(5.into());
    let (_, frames) = csv_of(&written(Target::Csv, &mut of_c3d(&recording, Table::Points, &part).unwrap()));
    assert_eq!((frames.len(), frames[0][0].clone()), (3, (recording.first_frame + 2).to_string()));
    assert_same(&frames[0][1], 2.0 / recording.point_rate_hz.unwrap());
    let one = part.channels(vec![label.clone()]);
    let (head, samples) = csv_of(&written(Target::Csv, &mut of_c3d(&recording, Table::Analog, &one).unwrap()));
    let per_frame = recording.layout.samples_per_frame as usize;
    assert!(head.len() == 2 && head[1].starts_with(&label));
    assert_eq!(samples.len(), 3 * per_frame);
    assert_same(&samples[0][1], recording.analog[[2, 2 * per_frame]]);
    let code = |selection: Selection| of_c3d(&recording, Table::Points, &selection).unwrap_err().code();
    assert_eq!(code(Selection::default().end_frame((recording.frames + 1).into())), "export.frames-outside");
    assert_eq!(code(Selection::default().first_frame(3).end_frame(2.into())), "export.frames-outside");
    assert_eq!(code(Selection::default().channels(vec!["nobody".to_owned()])), "export.no-such-channel");
}

#[test]
fn no_rows_are_a_head_alone() {
    let recording = c3d_fixture("platform_type2.c3d");
    let none = Selection::default().end_frame(0.into());
    for target in [Target::Csv, Target::Trc, Target::Mot] {
        let text = written(target, &mut of_c3d(&recording, Table::Points, &none).unwrap());
        assert!(text.contains(&recording.point_labels[0]) && text.ends_with('\n'), "{}", target.name());
        assert!(!text.contains("NaN"));
    }
}

#[test]
fn what_a_format_cannot_hold_is_refused() {
    let mut recording = c3d_fixture("markers_intel_float.c3d");
    let refused = |target: Target, mut rows: RecordingRows<'_>| {
        target.write(&mut rows, "trial", &mut Vec::new()).unwrap_err().code()
    };
    assert_eq!(refused(Target::Trc, rows(&recording, Table::Events)), "export.table-does-not-fit");
    assert_eq!(refused(Target::Sto, rows(&recording, Table::Events)), "export.table-does-not-fit");
    recording.point_rate_hz = None;
    assert_eq!(refused(Target::Trc, rows(&recording, Table::Points)), "export.no-rate");
    assert_eq!(refused(Target::Mot, rows(&recording, Table::Points)), "export.no-rate");
    let mut csv = Vec::new();
    let exported = Target::Csv.write(&mut rows(&recording, Table::Points), "trial", &mut csv).unwrap();
    assert_eq!(exported.warnings[0].code, "export.no-rate");
    let (head, rows) = csv_of(&String::from_utf8(csv).unwrap());
    assert!(head[0] == "frame" && head[1].contains("_x") && rows.len() == recording.frames);
}

/// Three frames of a marker and a force, given `step` rows at a time.
struct Stream {
    schema: Schema,
    given: usize,
    step: usize,
}

const POSITIONS: [[f64; 3]; 3] = [[1.5, -2.0, 1e-7], [f64::NAN; 3], [0.1, 1e20, -0.0]];

impl Stream {
    fn new(step: usize) -> Self {
        let series = vec![Series { label: "LASI".into(), unit: "mm".into(), shape: Shape::Position }];
        let clock = Some(Clock { rate_hz: Some(100.0), first: 4, frame_number: Some(152) });
        let schema = Schema { table: Table::Points, clock, series, rows: 3, facts: Vec::new() };
        Self { schema, given: 0, step }
    }
}

impl Rows for Stream {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn next_block(&mut self, block: &mut Block) -> Result<()> {
        let part = &POSITIONS[self.given..(self.given + self.step).min(POSITIONS.len())];
        for (axis, cells) in block.columns_mut().iter_mut().enumerate() {
            let Cells::Numbers(numbers) = cells else { unreachable!("positions are numbers") };
            numbers.extend(part.iter().map(|position| position[axis]));
        }
        self.given += part.len();
        Ok(())
    }
}

#[test]
fn the_same_table_is_the_same_file_whatever_its_blocks() {
    let csv = "frame,time_s,LASI_x [mm],LASI_y [mm],LASI_z [mm]\n\
               152,0.04,1.5,-2,1e-7\n153,0.05,,,\n154,0.06,0.1,1e20,-0\n";
    let trc = "PathFileType\t4\t(X/Y/Z)\ttrial\n\
               DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n\
               100\t100\t3\t1\tmm\t100\t152\t3\nFrame#\tTime\tLASI\t\t\t\n\t\tX1\tY1\tZ1\t\n\n\
               152\t0.04\t1.5\t-2\t1e-7\t\n153\t0.05\t\t\t\t\n154\t0.06\t0.1\t1e20\t-0\t\n";
    let sto = "trial\nversion=1\nnRows=3\nnColumns=4\ninDegrees=no\nendheader\ntime\tLASI_x\tLASI_y\tLASI_z\n\
               0.04\t1.5\t-2\t1e-7\n0.05\tNaN\tNaN\tNaN\n0.06\t0.1\t1e20\t-0\n";
    for step in 1..=3 {
        for (target, expected) in [(Target::Csv, csv), (Target::Trc, trc), (Target::Sto, sto), (Target::Mot, sto)] {
            assert_eq!(written(target, &mut Stream::new(step)), expected, "{} by {step}", target.name());
        }
    }
}

#[test]
fn a_source_that_breaks_its_word_is_an_error() {
    let mut stream = Stream::new(2);
    stream.schema.rows = 4;
    let error = Target::Csv.write(&mut stream, "trial", &mut Vec::new()).unwrap_err();
    assert_eq!((error.code(), error.to_string().contains("found 3 rows, expected 4")), ("export.rows-differ", true));
}

/// A disk that is full after `room` bytes.
struct Full {
    room: usize,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let taken = bytes.len().min(self.room);
        self.room -= taken;
        if taken == 0 { Err(std::io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_named_in_every_format() {
    let recording = c3d_fixture("platform_type2.c3d");
    for target in Target::ALL
        .into_iter()
        .filter(|target| cfg!(feature = "columnar") || !matches!(target, Target::Arrow | Target::Parquet))
    {
        for room in [0, 100] {
            let error = target.write(&mut rows(&recording, Table::Points), "trial", &mut Full { room }).unwrap_err();
            assert_eq!(error.code(), "io.storage-full", "{} after {room} bytes: {error}", target.name());
        }
    }
}
