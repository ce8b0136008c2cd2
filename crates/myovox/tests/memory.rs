//! What reading costs in memory: a long recording frame by frame, and one channel out of it. A binary of its own, because it counts all
//! allocations of the process; and one test, so that no other allocates meanwhile.
#![allow(unsafe_code, reason = "a counting allocator")]
#![allow(clippy::unwrap_used, reason = "a test stops where a value is not there")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use myovox::formats::access::FileReader;
use myovox::formats::c3d::{Arrays, C3dConfig, Pick, Reader, Selection};
use myovox::{Budget, Limits};
use myovox_fixtures::{Processor, Storage, generated_c3d};

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

#[test]
fn reading_in_parts_holds_the_part_and_no_more() {
    const FRAMES: usize = 20_000;
    const MIB: usize = 1 << 20;
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
