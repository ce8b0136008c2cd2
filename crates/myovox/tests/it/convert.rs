//! Conversions: what is decoded as it is written is what the whole recording gives, recordings come back as they were, and what fits nowhere is
//! refused by name.

use std::path::{Path, PathBuf};

use myovox::analyze::{Conversion, Format};
use myovox::formats::access::ReadAt;
use myovox::formats::c3d::{C3dRecording, C3dWriteConfig, Processor};
use myovox::formats::export::{Exported, Selection, Table, Target, of_c3d, of_sound};
use myovox::formats::wav::{Coding, WriteCoding};
use myovox::{Analyzer, Auto, Config, Result, batch};

use crate::common;
use crate::{c3d, wav};

mod loads;

fn fixture(name: &str) -> PathBuf {
    common::repository().join("fixtures/files").join(name)
}

/// Files below `folder` whose names end in `extension`, in order.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The fixtures, and the shared recordings where they are.
fn all(folder: &str, extension: &str) -> Vec<PathBuf> {
    let shared = common::shared(folder).map_or_else(Vec::new, |shared| files(&shared, extension));
    files(&common::repository().join("fixtures/files"), extension).into_iter().chain(shared).collect()
}

fn convert(bytes: &[u8], conversion: &Conversion) -> Result<(Vec<u8>, Exported)> {
    let mut file = Vec::new();
    let exported = Analyzer::new(Config::default()).convert(bytes, conversion, &mut file)?;
    Ok((file, exported))
}

fn codes(exported: &Exported) -> Vec<String> {
    let mut codes: Vec<String> = exported.warnings.iter().map(|warning| warning.code.to_string()).collect();
    codes.sort();
    codes
}

/// Bytes that do not stand in memory, as those of a file.
struct Elsewhere<'a>(&'a [u8]);

impl ReadAt for Elsewhere<'_> {
    fn bytes(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.0.read_at(offset, buffer)
    }
}

/// A table decoded as it is written, from memory and from elsewhere, against that of the whole recording.
fn assert_streams_as_whole(name: &str, bytes: &[u8], conversion: &Conversion, whole: Result<Vec<u8>>) {
    let in_memory = convert(bytes, conversion);
    let mut file = Vec::new();
    let elsewhere = Analyzer::new(Config::default()).convert_from(&Elsewhere(bytes), conversion, &mut file);
    match (whole, in_memory, elsewhere) {
        (Ok(whole), Ok((found, exported)), Ok(from_elsewhere)) => {
            assert!(found == whole && file == whole, "{name}: {conversion:?}");
            assert_eq!(exported, from_elsewhere, "{name}: {conversion:?}");
        }
        (Err(whole), Err(found), Err(from_elsewhere)) => {
            assert_eq!((whole.code(), whole.code()), (found.code(), from_elsewhere.code()), "{name}: {conversion:?}");
        }
        (whole, found, from_elsewhere) => {
            panic!("{name}: {conversion:?}: {:?} {:?} {:?}", whole.err(), found.err(), from_elsewhere.err())
        }
    }
}

fn targets() -> impl Iterator<Item = Target> {
    let is_built = |target: &Target| cfg!(feature = "columnar") || !matches!(target, Target::Arrow | Target::Parquet);
    Target::ALL.into_iter().filter(is_built)
}

fn c3d_table(recording: &C3dRecording, conversion: &Conversion, target: Target, table: Table) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    target.write(&mut of_c3d(recording, table, &conversion.selection)?, &conversion.title, &mut file)?;
    Ok(file)
}

#[test]
fn tables_of_c3d_are_the_same_block_by_block() {
    for path in all("c3d", "c3d") {
        let bytes = std::fs::read(&path).unwrap();
        // The small ones in every way, the others in one.
        let is_small = bytes.len() < 200_000;
        let Ok(recording) = c3d::read(&bytes) else { continue };
        let frames = recording.frames;
        let middle = Selection::default().first_frame(frames / 3).end_frame((frames - frames / 3).into());
        let tables = [Table::Points, Table::Analog, Table::Platforms, Table::Events];
        for target in targets().filter(|target| is_small || *target == Target::Arrow) {
            for table in tables {
                let conversion = Conversion::new(target).table(table.into());
                let parts = [Selection::default(), middle.clone()];
                for selection in parts.into_iter().take(if is_small { 2 } else { 1 }) {
                    let conversion = conversion.clone().selection(selection);
                    let whole = c3d_table(&recording, &conversion, target, table);
                    assert_streams_as_whole(&path.display().to_string(), &bytes, &conversion, whole);
                }
            }
        }
    }
}

#[test]
fn some_channels_of_c3d_are_the_same_block_by_block() {
    let bytes = std::fs::read(fixture("labels_300.c3d")).unwrap();
    let recording = c3d::read(&bytes).unwrap();
    for (table, labels) in [(Table::Points, &recording.point_labels), (Table::Analog, &recording.analog_labels)] {
        let Some(last) = labels.last() else { continue };
        let selection = Selection::default().channels(vec![last.clone(), labels[0].clone()]);
        let conversion = Conversion::new(Target::Csv).table(table.into()).selection(selection);
        let whole = c3d_table(&recording, &conversion, Target::Csv, table);
        assert!(whole.is_ok());
        assert_streams_as_whole("labels_300", &bytes, &conversion, whole);
    }
}

#[test]
fn tables_of_sound_are_the_same_block_by_block() {
    for path in all("wav", "wav") {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(recording) = wav::read_plain(&bytes) else { continue };
        let frames = recording.frames;
        let middle = Selection::default().first_frame(frames / 3).end_frame((frames - frames / 3).into());
        let last = Selection::default().channels(vec![format!("channel {}", recording.samples.nrows())]);
        for target in targets().filter(|target| bytes.len() < 100_000 || *target == Target::Arrow) {
            for selection in [Selection::default(), middle.clone(), last.clone()] {
                let conversion = Conversion::new(target).selection(selection);
                let mut file = Vec::new();
                let rows = of_sound(recording.samples.view(), recording.sample_rate, &conversion.selection);
                let whole = rows.and_then(|mut rows| target.write(&mut rows, &conversion.title, &mut file));
                assert_streams_as_whole(&path.display().to_string(), &bytes, &conversion, whole.map(|_| file));
            }
        }
    }
}

#[test]
fn warnings_of_reading_come_with_the_table() {
    let bytes = std::fs::read(fixture("truncated_data.c3d")).unwrap();
    let recording = c3d::read(&bytes).unwrap();
    let mut expected: Vec<String> = recording.warnings.iter().map(|warning| warning.code.to_string()).collect();
    expected.sort();
    assert!(!expected.is_empty());
    for table in [Table::Points, Table::Analog, Table::Events] {
        if let Ok((_, exported)) = convert(&bytes, &Conversion::new(Target::Csv).table(table.into())) {
            assert_eq!(codes(&exported), expected, "{}", table.name());
        }
    }
}

#[test]
fn motion_capture_comes_back_as_it_was() {
    let mut compared = 0;
    for path in all("c3d", "c3d") {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(recording) = c3d::read(&bytes) else { continue };
        let name = path.display();
        let (file, exported) = convert(&bytes, &Conversion::new(C3dWriteConfig::default())).unwrap();
        assert_eq!(exported.rows, recording.frames as u64, "{name}");
        let again = c3d::read(&file).unwrap();
        assert_eq!(c3d::differences(&recording, &again), Vec::<String>::new(), "{name}");
        assert_eq!((again.storage, again.processor), (recording.storage, recording.processor), "{name}");
        compared += 1;
    }
    assert!(compared >= 10);
}

#[test]
fn motion_capture_gets_the_numbers_that_are_asked_for() {
    let bytes = std::fs::read(fixture("markers_dec_int.c3d")).unwrap();
    let recording = c3d::read(&bytes).unwrap();
    let config = C3dWriteConfig::default().processor(Processor::Intel.into());
    let (file, _) = convert(&bytes, &Conversion::new(config)).unwrap();
    let again = c3d::read(&file).unwrap();
    assert_eq!((again.processor, again.storage), (Processor::Intel, recording.storage));
    assert_eq!(c3d::differences(&recording, &again), Vec::<String>::new());
}

#[test]
fn a_part_of_motion_capture_keeps_its_frame_numbers() {
    let bytes = std::fs::read(fixture("platform_type2.c3d")).unwrap();
    let recording = c3d::read(&bytes).unwrap();
    let labels = [recording.point_labels[0].clone(), recording.analog_labels[1].clone()];
    let part = Selection::default().first_frame(4).end_frame(9.into()).channels(labels.to_vec());
    let (file, exported) = convert(&bytes, &Conversion::new(C3dWriteConfig::default()).selection(part)).unwrap();
    assert_eq!((exported.rows, codes(&exported)), (5, vec!["c3d.excerpt-platforms".to_owned()]));
    let again = c3d::read(&file).unwrap();
    assert_eq!((again.first_frame, again.frames), (recording.first_frame + 4, 5));
    assert_eq!((&again.point_labels[..], &again.analog_labels[..]), (&labels[..1], &labels[1..]));
    let absent = Selection::default().channels(vec!["nobody".to_owned()]);
    let refused = convert(&bytes, &Conversion::new(C3dWriteConfig::default()).selection(absent)).unwrap_err();
    assert_eq!(refused.code(), "export.no-such-channel");
}

#[test]
fn sound_comes_back_as_it_was_whatever_it_was_coded_in() {
    let mut codings = std::collections::BTreeSet::new();
    for path in all("wav", "wav") {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(recording) = wav::read_plain(&bytes) else { continue };
        let name = path.display();
        let (file, exported) = convert(&bytes, &Conversion::new(Format::Wav(Auto::Auto))).unwrap();
        let again = wav::read_plain(&file).unwrap();
        assert!(again.samples == recording.samples, "{name}: {:?} became {:?}", recording.coding, again.coding);
        assert_eq!((again.sample_rate, exported.rows), (recording.sample_rate, recording.frames as u64), "{name}");
        assert!(!codes(&exported).contains(&"wav.clipped".to_owned()), "{name}");
        let has_texts = !recording.metadata.info.is_empty();
        assert!(!has_texts || codes(&exported).contains(&"export.metadata-left-out".to_owned()), "{name}");
        codings.insert(recording.coding.name());
    }
    assert!(codings.len() >= 6, "{codings:?}");
}

#[test]
#[cfg(feature = "codecs")]
fn compressed_sound_becomes_a_wav_file_of_the_same_samples() {
    let Some(folder) = common::shared("wav/made_by_tools") else { return };
    let mut compared = 0;
    for extension in ["flac", "m4a", "mp3", "opus", "ogg", "webm", "aiff", "au", "aac"] {
        for path in files(&folder, extension) {
            let bytes = std::fs::read(&path).unwrap();
            let mut budget = myovox::Budget::new(&myovox::Limits::default());
            let config = myovox::formats::codecs::CodecsConfig::default();
            let Ok(recording) = myovox::formats::codecs::read(&bytes, &config, &mut budget) else { continue };
            let (file, _) = convert(&bytes, &Conversion::new(Format::Wav(Auto::Auto))).unwrap();
            let again = wav::read_plain(&file).unwrap();
            assert!(again.samples == recording.samples, "{}: {:?}", path.display(), again.coding);
            if let Some(16 | 24) = recording.bits {
                assert_eq!(Some(again.bits), recording.bits, "{}", path.display());
            }
            compared += 1;
        }
    }
    assert!(compared >= 12, "{compared}");
}

/// The format of a file behind more than what is looked at first.
#[test]
#[cfg(feature = "codecs")]
fn mp3_in_a_wav_file_is_found_wherever_its_format_stands() {
    let Some(path) = common::shared("wav/made_by_tools/mp3_in.wav") else { return };
    let short = std::fs::read(path).unwrap();
    let junk = [b"JUNK".to_vec(), 100_000_u32.to_le_bytes().to_vec(), vec![0; 100_000]].concat();
    let long = [&short[..12], &junk, &short[12..]].concat();
    let conversion = Conversion::new(Format::Wav(Auto::Auto));
    let (expected, _) = convert(&short, &conversion).unwrap();
    let mut found = Vec::new();
    Analyzer::new(Config::default()).convert_from(&Elsewhere(&long), &conversion, &mut found).unwrap();
    assert!(found == expected);
}

#[test]
fn a_coding_that_is_asked_for_is_written_and_what_it_cannot_hold_is_said() {
    let bytes = std::fs::read(fixture("pcm24.wav")).unwrap();
    let recording = wav::read_plain(&bytes).unwrap();
    for coding in WriteCoding::ALL {
        let (file, _) = convert(&bytes, &Conversion::new(Format::Wav(coding.into()))).unwrap();
        let again = wav::read_plain(&file).unwrap();
        assert_eq!(again.coding.name(), coding.name());
        let error = (&again.samples - &recording.samples).iter().fold(0.0_f64, |most, error| most.max(error.abs()));
        let step = match coding {
            WriteCoding::Pcm8 => 1.0 / 128.0,
            WriteCoding::Pcm16 => 1.0 / 32768.0,
            _ => 0.0,
        };
        assert!(error <= step, "{coding:?}: {error}");
    }
    let part = Selection::default().channels(vec!["channel 2".to_owned()]).first_frame(100).end_frame(300.into());
    let call = std::fs::read(fixture("call_two_legs_8k.wav")).unwrap();
    let (file, _) = convert(&call, &Conversion::new(Format::Wav(Auto::Auto)).selection(part)).unwrap();
    let (whole, part) = (wav::read_plain(&call).unwrap(), wav::read_plain(&file).unwrap());
    assert_eq!((part.coding, part.samples.dim()), (Coding::Pcm16, (1, 200)));
    assert!(part.samples.row(0) == whole.samples.slice(ndarray::s![1, 100..300]));
}

#[test]
fn what_fits_nowhere_is_refused_by_name() {
    let refused = |name: &str, conversion: Conversion| {
        let mut file = Vec::new();
        let bytes = std::fs::read(fixture(name)).unwrap();
        let error = Analyzer::new(Config::default()).convert(&bytes, &conversion, &mut file).unwrap_err();
        assert!(file.is_empty());
        error.code()
    };
    let (c3d, wav) = (Format::C3d(C3dWriteConfig::default()), Format::Wav(Auto::Auto));
    assert_eq!(refused("tone_997_f32.wav", Conversion::new(c3d.clone())), "export.kind-does-not-fit");
    assert_eq!(refused("ghostly_twin.c3d", Conversion::new(wav.clone())), "export.kind-does-not-fit");
    let with_table = |format: Format| Conversion::new(format).table(Table::Analog.into());
    assert_eq!(refused("ghostly_twin.c3d", with_table(c3d)), "export.table-does-not-fit");
    assert_eq!(refused("tone_997_f32.wav", with_table(wav)), "export.table-does-not-fit");
    let points = Conversion::new(Target::Csv).table(Table::Points.into());
    assert_eq!(refused("tone_997_f32.wav", points), "export.no-such-table");
    assert_eq!(refused("jpeg_renamed.c3d", Conversion::new(Target::Csv)), "recording.other-kind");
    assert_eq!(refused("empty.c3d", Conversion::new(Target::Csv)), "recording.unknown-kind");
}

#[test]
fn a_file_is_converted_to_a_file_with_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let analyzer = Analyzer::new(Config::default());
    for name in ["platform_type2.c3d", "call_two_legs_8k.wav"] {
        for format in Format::all() {
            let title = format!("out.{}", format.name());
            let output = folder.path().join(&title);
            let conversion = Conversion::new(format).title(title);
            let Ok((expected, _)) = convert(&std::fs::read(fixture(name)).unwrap(), &conversion) else { continue };
            batch::convert_path(&analyzer, &fixture(name), &conversion, &output).unwrap();
            assert!(std::fs::read(&output).unwrap() == expected, "{name} as {}", output.display());
            let mut stream = Vec::new();
            batch::convert_path_to(&analyzer, &fixture(name), &conversion, &mut stream, "a stream").unwrap();
            assert!(stream == expected);
        }
    }
    let missing =
        batch::convert_path(&analyzer, Path::new("missing.c3d"), &Conversion::new(Target::Csv), folder.path());
    assert_eq!(missing.unwrap_err().to_string(), "missing.c3d: cannot open: found no such file");
}
