//! What long recordings cost in memory: read frame by frame, one channel out of it, converted. A binary of its own, because it counts all
//! allocations of the process; and one test, so that no other allocates meanwhile.
#![allow(unsafe_code, reason = "a counting allocator")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where a value is not there, and says what it measured"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use myovox::analyze::{Conversion, Format};
use myovox::dsp::hilbert::Hilbert;
use myovox::dsp::iir::{Band, Chain, Extension, Rectify, SosStream, Workspace, ZeroPhase, butterworth};
use myovox::dsp::moving::{self, Edges, Moving, Statistic};
use myovox::dsp::resample::Resampler;
use myovox::dsp::welch::{Welch, WelchConfig};
use myovox::emg::{EmgConfig, StreamPlan};
use myovox::formats::access::FileReader;
use myovox::formats::c3d::{Arrays, C3dConfig, Pick, Reader, Selection};
use myovox::formats::export::{Table, Target};
use myovox::formats::wav::{self, WavWriteConfig};
use myovox::units::Rate;
use myovox::{Analyzer, Auto, Budget, Config, Limits};
use myovox_fixtures::{Processor, Storage, generated_c3d};
use ndarray::{Array2, Axis};

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: everything is passed on to the system's allocator as it comes; counting touches no memory of the caller.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`, which is the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`, and the memory came from the system.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// What `job` returns, and the most bytes that it held at a time beyond those held before.
fn peak<R>(job: impl FnOnce() -> R) -> (R, usize) {
    let before = NOW.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let result = job();
    (result, PEAK.load(Ordering::Relaxed) - before)
}

const MIB: usize = 1 << 20;

#[test]
fn long_recordings_are_held_in_part() {
    plans_that_ran_before_allocate_nothing();
    reading_in_parts_holds_the_part_and_no_more();
    converting_holds_a_block_whatever_the_length();
    filters_and_transforms_run_without_allocating();
    a_stream_allocates_nothing_while_samples_come();
}

fn filters_and_transforms_run_without_allocating() {
    let rate = Rate::new(1000.0).unwrap();
    let mut samples = Array2::from_elem((3, 500), 1.0);
    let mut stream = SosStream::new(butterworth(4, Band::BandPass(20.0, 450.0), rate).unwrap(), 3);
    let hilbert = Hilbert::new(500, 100);
    let (mut buffers, x) = (hilbert.buffers(), [1.0; 500]);
    let resampler = Resampler::new(3, 2).unwrap();
    let (mut amplitude, mut resampled) = ([0.0; 500], [0.0; 750]);
    let ((), held) = peak(|| {
        for piece in samples.axis_chunks_iter_mut(Axis(1), 7) {
            stream.push_all(piece).unwrap();
        }
        hilbert.amplitude(&x, &mut amplitude, &mut buffers).unwrap();
        resampler.run(&x, &mut resampled).unwrap();
    });
    assert_eq!(held, 0, "a filter or transform that runs allocates");
}

/// Bursts, gaps and plateaus on two channels, with an envelope and without.
fn a_stream_allocates_nothing_while_samples_come() {
    let plan = StreamPlan::new(&EmgConfig::default(), Rate::new(1000.0).unwrap()).unwrap();
    let mut stream = plan.stream(2).references(&[Some(0.5), None]).unwrap();
    let mut seed = 1_u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(seed) / 4_294_967_296.0 - 0.5
    };
    let mut x: Vec<f64> = (0..40_000).map(|i| noise() * if i / 2000 % 2 == 1 { 1.0 } else { 0.02 }).collect();
    x[9000..9500].fill(f64::NAN);
    x[17_000..17_900].fill(3.0);
    let mut envelope = vec![0.0; x.len()];
    let (told, held) = peak(|| {
        let mut told = 0;
        for (x, y) in x.chunks(37).zip(envelope.chunks_mut(37)) {
            told += stream.push_into(x, y).unwrap().count() + stream.push(&[0.01, 0.02]).count();
        }
        told
    });
    println!("a stream of {} samples tells {told} events and allocates {held} bytes", x.len());
    assert!(told > 20 && held == 0);
}

/// Filters, moving windows and spectra over a long and a short signal, twice.
fn plans_that_ran_before_allocate_nothing() {
    let rate = Rate::new(2000.0).unwrap();
    let filter = |band| ZeroPhase::new(butterworth(4, band, rate).unwrap(), Extension::Odd, None);
    let chain =
        Chain::new(filter(Band::BandPass(20.0, 450.0)).rectify(Rectify::FullWave)).then(filter(Band::LowPass(6.0)));
    let rms = Moving::new(Statistic::Rms, 200, Edges::Reflect).unwrap();
    let mut welch = Welch::new(&WelchConfig::default(), rate).unwrap();
    let (x, mut y) = (vec![0.5; 60_000], vec![0.0; 60_000]);
    let (mut for_filters, mut for_windows) = (Workspace::default(), moving::Workspace::default());
    let mut run = || {
        for n in [x.len(), 1000] {
            chain.run(&x[..n], &mut y[..n], &mut for_filters).unwrap();
            rms.run(&x[..n], &mut y[..n], &mut for_windows).unwrap();
            welch.run(&x[..n], &mut y[..129]).unwrap();
        }
    };
    run();
    let ((), again) = peak(run);
    assert_eq!(again, 0, "bytes allocated for a second run");
}

fn reading_in_parts_holds_the_part_and_no_more() {
    const FRAMES: usize = 20_000;
    let path = std::env::temp_dir().join(format!("myovox-memory-{}.c3d", std::process::id()));
    let bytes = generated_c3d(FRAMES, 40, 30, 5, Processor::Intel, Storage::Float32);
    std::fs::write(&path, &bytes).unwrap();
    assert!(bytes.len() > 20 * MIB);

    let (sum, streamed) = peak(|| {
        let mut budget = Budget::new(&Limits::default());
        let file = FileReader::open(&path, &Limits::default()).unwrap();
        let reader = Reader::new(file, &C3dConfig::default(), &mut budget).unwrap();
        let everything = reader.select(&Selection::all(), &mut budget).unwrap();
        let mut arrays = Arrays::<f64>::new();
        let mut blocks = reader.blocks(&everything, 256);
        let (mut sum, mut frames) = (0.0, 0);
        while let Some(span) = blocks.next_into(&mut arrays, &mut budget).unwrap() {
            frames += span.count();
            sum += arrays.analog().sum();
        }
        assert_eq!(frames, FRAMES);
        assert!(budget.memory_bytes() < 8 * MIB as u64, "{}", budget.memory_bytes());
        sum
    });
    assert!(streamed < 8 * MIB, "{streamed} bytes");

    let ((channel, whole), one) = peak(|| {
        let mut budget = Budget::new(&Limits::default());
        let reader = Reader::new(&bytes[..], &C3dConfig::default(), &mut budget).unwrap();
        let selection = Selection::all().points(Pick::None).channels(Pick::indices([7]));
        let part = reader.select(&selection, &mut budget).unwrap();
        let mut arrays = Arrays::<f32>::new();
        reader.read_into(&part, &mut arrays, &mut budget).unwrap();
        let before = budget.memory_bytes();
        let (_, again) = peak(|| reader.read_into(&part, &mut arrays, &mut budget).unwrap());
        assert_eq!((again, budget.memory_bytes()), (0, before), "nothing is allocated for a second reading");
        (arrays.analog().row(0).to_vec(), arrays.analog().dim())
    });
    let samples = FRAMES * 5;
    assert_eq!(whole, (1, samples));
    // The channel, the copy of it that is returned, header and parameters, and the block of frames.
    assert!(one < 2 * 4 * samples + MIB, "{one} bytes");
    assert!(sum.is_finite() && channel.len() == samples);
    std::fs::remove_file(&path).unwrap();
}

/// The most bytes that converting the file at `path` holds.
fn peak_of_converting(path: &std::path::Path, conversion: &Conversion) -> usize {
    let analyzer = Analyzer::new(Config::default());
    let (converted, peak) = peak(|| {
        let file = FileReader::open(path, &Limits::default()).unwrap();
        analyzer.convert_from(&file, conversion, &mut std::io::sink())
    });
    assert!(converted.unwrap().rows > 0);
    peak
}

fn converting_holds_a_block_whatever_the_length() {
    let path = std::env::temp_dir().join(format!("myovox-convert-{}", std::process::id()));
    let table = |target: Target, table: Table| Conversion::new(target).table(table.into());
    let mut conversions =
        vec![table(Target::Csv, Table::Analog), table(Target::Trc, Table::Points), table(Target::Mot, Table::Analog)];
    if cfg!(feature = "columnar") {
        conversions.extend([table(Target::Arrow, Table::Analog), table(Target::Parquet, Table::Points)]);
    }
    let mut peaks = Vec::new();
    for frames in [9_000, 18_000] {
        let bytes = generated_c3d(frames, 40, 10, 5, Processor::Intel, Storage::Float32);
        std::fs::write(&path, &bytes).unwrap();
        peaks.push(conversions.iter().map(|conversion| peak_of_converting(&path, conversion)).collect::<Vec<_>>());
    }
    let of_sound = [Conversion::new(Format::Wav(Auto::Auto)), Conversion::new(Target::Csv)];
    let mut of_sounds = Vec::new();
    for frames in [400_000, 1_200_000] {
        let samples = ndarray::Array2::from_elem((2, frames), 0.25_f32);
        let mut file = std::fs::File::create(&path).unwrap();
        wav::write(samples.view(), 16_000, &WavWriteConfig::default(), &mut file).unwrap();
        drop(samples);
        of_sounds.push(of_sound.iter().map(|conversion| peak_of_converting(&path, conversion)).collect::<Vec<_>>());
    }
    std::fs::remove_file(&path).unwrap();
    println!("bytes held of C3D {peaks:?}, of WAV {of_sounds:?}");
    for (short, long) in peaks[0].iter().zip(&peaks[1]).chain(of_sounds[0].iter().zip(&of_sounds[1])) {
        assert!(*long < 24 * MIB, "{long} bytes");
        // Twice or three times the length, the same memory but for a list of blocks.
        assert!(long - long.min(short) < MIB / 2, "{short} bytes grew to {long}");
    }
}
