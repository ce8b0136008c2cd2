//! The same recording by every way of reading it: whole, in parts, from memory, from a file, from a map, from a pipe; as `f32` and as `f64`.

use std::io::Read;

use myovox::formats::Policy;
use myovox::formats::access::{FileReader, ReadAt};
use myovox::formats::source;
use myovox::formats::wav::{self, Coding, Reader, Sample, Stream, WavConfig, WavInfo, WavRecording};
use myovox::{Budget, Limits, Result};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, s};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};

use super::{
    Truth, chunk, config, file_of, fmt, fmt_aligned, folder, hex_of, read, read_plain, riff, sized_chunk, with_extra,
};

fn budget() -> Budget {
    Budget::new(&Limits::default())
}

/// Gives its bytes as a pipe does: a few at a time, now and then interrupted, never from an offset.
struct Pipe<'a> {
    bytes: &'a [u8],
    turn: usize,
}

impl Read for Pipe<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.turn += 1;
        if self.turn.is_multiple_of(5) {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let len = buffer.len().min(1 + self.turn * 37 % 101);
        self.bytes.read(&mut buffer[..len])
    }
}

/// Bytes behind offsets, as a file has them.
struct Offsets<'a>(&'a [u8]);

impl ReadAt for Offsets<'_> {
    fn bytes(&self) -> u64 {
        self.0.len() as u64
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.0.read_at(offset, buffer)
    }
}

fn by_stream<T: Sample>(bytes: &[u8], config: &WavConfig, block: usize) -> Result<(Array2<T>, WavInfo)> {
    let mut stream = Stream::new(Pipe { bytes, turn: 0 }, config, &mut budget())?;
    let mut all = Array2::<T>::default((stream.channels(), 0));
    let mut part = Array2::<T>::default((stream.channels(), block));
    loop {
        let frames = stream.read(part.view_mut())?;
        all.append(Axis(1), part.slice(s![.., ..frames])).unwrap();
        if frames < block {
            return Ok((all, stream.info().expect("the end was read").clone()));
        }
    }
}

fn by_blocks<T: Sample>(mut reader: Reader<'_>, block: usize) -> Result<(Array2<T>, WavInfo)> {
    let mut samples = Array2::<T>::default((reader.info().channels, reader.info().frames));
    for (at, part) in samples.axis_chunks_iter_mut(Axis(1), block).enumerate() {
        reader.read_frames_into(at * block..at * block + part.ncols(), part)?;
    }
    Ok((samples, reader.into_info()))
}

fn same(name: &str, way: &str, whole: &WavRecording, found: Result<(Array2<f64>, WavInfo)>) {
    let (samples, info) = found.unwrap_or_else(|error| panic!("{name} {way}: {error}"));
    assert!(samples == whole.samples, "{name} {way}: other samples");
    assert_eq!(info.warnings, whole.warnings, "{name} {way}");
    assert_eq!(
        (info.sample_rate, info.channels, info.frames),
        (whole.sample_rate, whole.samples.nrows(), whole.frames)
    );
    assert_eq!((info.coding, info.bits, info.valid_bits), (whole.coding, whole.bits, whole.valid_bits), "{name} {way}");
    assert_eq!((info.container, info.channel_mask), (whole.container, whole.channel_mask), "{name} {way}");
    assert_eq!((&info.metadata, &info.chunks), (&whole.metadata, &whole.chunks), "{name} {way}");
}

#[test]
fn every_way_of_reading_gives_the_same_recording() {
    let Some((folder, truths)) = folder() else { return };
    let mut compared = 0;
    for (name, truth) in &truths {
        let path = folder.join(name);
        let (bytes, config) = (std::fs::read(&path).unwrap(), config(truth));
        let Ok(whole) = read(&bytes, &config) else { continue };
        let opened = source::read_path(&path, &Limits::default()).and_then(|bytes| read(&bytes, &config)).unwrap();
        assert!(opened == whole, "{name} by its path");
        let file = FileReader::open(&path, &Limits::default()).unwrap();
        for block in [1, 7, 4096] {
            let reader = || Reader::new(&bytes, &config, &mut budget());
            same(name, "by blocks", &whole, reader().and_then(|reader| by_blocks(reader, block)));
            let reader = Reader::at(&file, &config, &mut budget());
            same(name, "from a file", &whole, reader.and_then(|reader| by_blocks(reader, block)));
            same(name, "from a pipe", &whole, by_stream(&bytes, &config, block));
        }
        #[cfg(feature = "map")]
        {
            let map = myovox::formats::map::Mapped::open(&path, &Limits::default()).unwrap();
            assert!(read(&map, &config).unwrap() == whole, "{name} from a map");
        }
        compared += 1;
    }
    assert!(compared > 100, "{compared} recordings");
}

#[test]
fn what_is_refused_is_refused_by_every_way() {
    let Some((folder, truths)) = folder() else { return };
    for (name, truth) in &truths {
        let (bytes, config) = (std::fs::read(folder.join(name)).unwrap(), config(truth));
        for config in [config.clone(), config.policy(Policy::Strict)] {
            let Err(whole) = read(&bytes, &config) else { continue };
            let lines = [
                Reader::at(&Offsets(&bytes), &config, &mut budget()).and_then(by_blocks_of_7).unwrap_err().to_string(),
                by_stream::<f64>(&bytes, &config, 7).unwrap_err().to_string(),
            ];
            assert_eq!(lines[0], whole.to_string(), "{name} from a file");
            // A stream meets what is wrong in the order in which it passes, so the first that is said may be another.
            if config.policy == Policy::Lenient {
                assert_eq!(lines[1], whole.to_string(), "{name} from a pipe");
            }
        }
    }
}

fn by_blocks_of_7(reader: Reader<'_>) -> Result<(Array2<f64>, WavInfo)> {
    by_blocks(reader, 7)
}

#[test]
fn a_range_of_frames_and_channels_is_the_slice_of_the_whole() {
    let Some((folder, truths)) = folder() else { return };
    let mut random = Pcg64Mcg::seed_from_u64(7);
    let mut below = |end: usize| usize::try_from(random.next_u64() % end.max(1) as u64).unwrap();
    for (name, truth) in &truths {
        let (bytes, config) = (std::fs::read(folder.join(name)).unwrap(), config(truth));
        let Ok(whole) = read(&bytes, &config) else { continue };
        let offsets = Offsets(&bytes);
        let readers = [Reader::new(&bytes, &config, &mut budget()), Reader::at(&offsets, &config, &mut budget())];
        for mut reader in readers.map(Result::unwrap) {
            for _ in 0..8 {
                let start = below(whole.frames + 1);
                let end = start + below(whole.frames - start + 1);
                let channels: Vec<usize> = (0..=below(4)).map(|_| below(whole.samples.nrows())).collect();
                // Frame by frame in memory, so that the rows are not side by side.
                let mut frames = Array2::<f64>::zeros((end - start, channels.len()));
                reader.read_channels_into(&channels, start..end, frames.view_mut().reversed_axes()).unwrap();
                let expected = whole.samples.slice(s![.., start..end]);
                assert!(frames.t() == expected.select(Axis(0), &channels), "{name} {start}..{end} {channels:?}");
            }
        }
    }
}

#[test]
fn single_precision_is_the_double_one_rounded() {
    let Some((folder, truths)) = folder() else { return };
    let mut compared = 0;
    for (name, truth) in &truths {
        let (bytes, config) = (std::fs::read(folder.join(name)).unwrap(), config(truth));
        let Ok(mut reader) = Reader::new(&bytes, &config, &mut budget()) else { continue };
        let Truth { sha256, sha256_f32, .. } = truth;
        match reader.samples::<f32>(&mut budget()) {
            Err(error) if error.code() == "wav.beyond-f32" => {
                assert!(sha256.is_some() && sha256_f32.is_none(), "{name}: {error}");
                assert!(by_stream::<f32>(&bytes, &config, 5).unwrap_err().code() == "wav.beyond-f32", "{name}");
                let mut again = Reader::new(&bytes, &config, &mut budget()).unwrap();
                assert!(again.samples::<f64>(&mut budget()).is_ok(), "{name}");
            }
            Err(error) => assert_eq!(truth.accept, "no", "{name}: {error}"),
            Ok(single) => {
                assert!(by_stream::<f32>(&bytes, &config, 7).unwrap().0 == single, "{name} from a pipe");
                // More than 53 bits are rounded once here, and twice by way of f64.
                if matches!(reader.info().coding, Coding::Pcm56 | Coding::Pcm64) {
                    let double = reader.samples::<f64>(&mut budget()).unwrap();
                    let near =
                        |(single, double): (&f32, &f64)| (f64::from(*single) - double).abs() <= 6e-8 * double.abs();
                    assert!(single.iter().zip(&double).all(near), "{name}");
                } else if let Some(expected) = sha256_f32 {
                    let found = hex_of(single.t().iter().flat_map(|sample| sample.to_le_bytes()));
                    assert_eq!(&found, expected, "{name}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 100, "{compared} recordings");
}

#[test]
fn a_double_beyond_single_precision_is_refused_by_name_and_place() {
    let samples = [0.5_f64, 1.0, 1e39, 2.0];
    let file = file_of(&fmt(3, 2, 8000, 64), &samples.map(f64::to_le_bytes).concat());
    let mut reader = Reader::new(&file, &WavConfig::default(), &mut budget()).unwrap();
    let line = reader.samples::<f32>(&mut budget()).unwrap_err().to_string();
    assert!(line.starts_with("channel 0, byte 60: sample of frame 1 is beyond the range of f32: found 1"), "{line}");
    assert_eq!(reader.samples::<f64>(&mut budget()).unwrap().row(0).to_vec(), [0.5, 1e39]);
    let mut other = [0.0_f32; 2];
    let row = ArrayViewMut2::from_shape((1, 2), &mut other).unwrap();
    reader.read_channels_into(&[1], 0..2, row).unwrap(); // what was not asked for is not judged
    assert_eq!(other, [1.0, 2.0]);
}

#[test]
fn channels_that_differ_below_single_precision_are_not_called_identical() {
    let nearly = [1_i32 << 24, (1 << 24) + 1, 5, 5].map(i32::to_le_bytes).concat();
    let equal = [1_i32 << 24, 1 << 24, 5, 5].map(i32::to_le_bytes).concat();
    for (data, expected) in [(nearly, 0), (equal, 1)] {
        let file = file_of(&fmt(1, 2, 8000, 32), &data);
        let warnings = |result: Result<(Array2<f32>, WavInfo)>| result.unwrap().1.warnings.len();
        assert_eq!(read_plain(&file).unwrap().warnings.len(), expected);
        assert_eq!(warnings(by_stream(&file, &WavConfig::default(), 1)), expected);
        assert_eq!(warnings(by_blocks(Reader::new(&file, &WavConfig::default(), &mut budget()).unwrap(), 1)), expected);
    }
}

/// A long recording of each kind, so that windows, parts and blocks end in its middle.
#[test]
fn long_recordings_pass_through_a_small_window() {
    let mut random = Pcg64Mcg::seed_from_u64(3);
    let noise: Vec<u8> = (0..400_001).map(|_| random.next_u64().to_le_bytes()[0] & 0x3F).collect();
    let gsm = with_extra(fmt_aligned(0x31, 1, 8000, 0, 65), &[320]);
    let list = chunk(b"LIST", b"INFOICMT\x04\0\0\0last");
    // The sample count behind the samples cuts the last block.
    let behind = chunk(b"fact", &(2 * 505_u32 + 400).to_le_bytes());
    for (what, file) in [
        ("16 bits", file_of(&fmt(1, 1, 8000, 16), &noise)),
        ("24 bits, 3 channels", file_of(&fmt(1, 3, 8000, 24), &noise)),
        ("mu-law, 2 channels", riff(&[chunk(b"fmt ", &fmt(7, 2, 8000, 8)), chunk(b"data", &noise), list.clone()])),
        ("size never written", riff(&[chunk(b"fmt ", &fmt(1, 1, 8000, 16)), sized_chunk(b"data", u32::MAX, &noise)])),
        ("size 0", riff(&[chunk(b"fmt ", &fmt(1, 1, 8000, 16)), sized_chunk(b"data", 0, &noise)])),
        ("cut", file_of(&fmt(1, 1, 8000, 16), &noise)[..100_001].to_vec()),
        ("GSM", file_of(&gsm, &noise)),
        ("IMA", riff(&[chunk(b"fmt ", &fmt_aligned(0x11, 1, 8000, 4, 256)), chunk(b"data", &noise[..768]), behind])),
        ("24 in 32 bits", file_of(&fmt_aligned(1, 1, 8000, 24, 4), &noise)),
        ("format behind", riff(&[chunk(b"data", &noise), chunk(b"fmt ", &fmt(1, 1, 8000, 16))])),
    ] {
        let whole = read_plain(&file).unwrap();
        for block in [1000, 100_000] {
            let found = by_stream(&file, &WavConfig::default(), block);
            same(what, "from a pipe", &whole, found);
            let offsets = Offsets(&file);
            let reader = Reader::at(&offsets, &WavConfig::default(), &mut budget()).unwrap();
            same(what, "from a file", &whole, by_blocks(reader, block));
        }
    }
}

/// Samples without end: a pipe that stays open. What a stream keeps does not grow with them.
#[test]
fn memory_does_not_grow_with_the_samples() {
    let header = riff(&[chunk(b"fmt ", &fmt(1, 2, 48_000, 16)), sized_chunk(b"data", u32::MAX, &[])]);
    let samples = 64 << 20;
    let pipe = header.as_slice().chain(std::io::repeat(0x11).take(samples));
    let mut budget = Budget::new(&Limits::default().max_memory_bytes(1 << 20));
    let mut stream = Stream::new(pipe, &WavConfig::default(), &mut budget).unwrap();
    let mut block = Array2::<f32>::zeros((2, 4096));
    let mut frames = 0;
    loop {
        let read = stream.read(block.view_mut()).unwrap();
        frames += read as u64;
        if read < 4096 {
            break;
        }
    }
    assert_eq!(frames, samples / 4);
    let codes: Vec<_> = stream.info().unwrap().warnings.iter().map(|warning| warning.code.as_ref()).collect();
    assert_eq!(codes, ["wav.data-size-open", "wav.riff-size", "wav.identical-channels"]);
    assert!(budget.memory_bytes() < 1 << 20);

    let endless = header.as_slice().chain(std::io::repeat(0));
    let mut stream =
        Stream::new(endless, &WavConfig::default(), &mut Budget::new(&Limits::default().max_input_bytes(1 << 20)))
            .unwrap();
    let error = (0..100).find_map(|_| stream.read(block.view_mut()).err()).unwrap();
    assert_eq!(error.code(), "limit.input-bytes");
}

#[test]
fn asking_for_what_is_not_there_is_refused_by_name() {
    let file = file_of(&fmt(1, 2, 8000, 16), &[0; 40]);
    let mut reader = Reader::new(&file, &WavConfig::default(), &mut budget()).unwrap();
    let mut room = Array2::<f32>::zeros((2, 10));
    let code = |result: Result<()>| result.unwrap_err().code();
    assert_eq!(code(reader.read_frames_into(5..15, room.view_mut())), "config.range");
    assert_eq!(code(reader.read_channels_into(&[0, 2], 0..10, room.view_mut())), "config.range");
    assert_eq!(code(reader.read_frames_into(0..9, room.view_mut())), "config.shape");
    assert_eq!(code(reader.read_channels_into(&[1], 0..10, room.view_mut())), "config.shape");
    reader.read_frames_into(4..4, room.slice_mut(s![.., ..0])).unwrap();
    reader.read_into(room.view_mut()).unwrap();
    let mut stream = Stream::new(file.as_slice(), &WavConfig::default(), &mut budget()).unwrap();
    let mut one = Array2::<f32>::zeros((1, 10));
    assert_eq!(stream.read(one.view_mut()).unwrap_err().code(), "config.shape");
}

#[test]
fn a_file_that_shrinks_while_it_is_read_is_an_error() {
    struct Shrunk<'a>(&'a [u8]);
    impl ReadAt for Shrunk<'_> {
        fn bytes(&self) -> u64 {
            self.0.len() as u64 + 100
        }
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
            self.0.read_at(offset, buffer)
        }
    }
    let file = file_of(&fmt(1, 1, 8000, 16), &[1; 400]);
    let shrunk = Shrunk(&file[..file.len() - 100]);
    let mut reader = Reader::at(&shrunk, &WavConfig::default(), &mut budget()).unwrap();
    assert_eq!(reader.samples::<f32>(&mut budget()).unwrap_err().code(), "io.shorter-than-before");
    let first: ArrayView2<'_, i16> = ArrayView2::from_shape((1, 2), &[257, 257]).unwrap();
    let mut two = Array2::<f64>::zeros((1, 2));
    reader.read_frames_into(0..2, two.view_mut()).unwrap();
    assert!(two.iter().zip(&first).all(|(read, &stored)| *read == f64::from(stored) / 32768.0));
    assert!(wav::read(&file[..file.len() - 100], &WavConfig::default(), &mut budget()).is_ok());
}
