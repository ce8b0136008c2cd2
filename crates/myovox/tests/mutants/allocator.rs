//! The system's allocator with a meter for each thread: what is held, the most that was held, the largest single request.
#![allow(
    unsafe_code,
    reason = "a global allocator is an unsafe trait; every call is handed on to the system's unchanged"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, metered.
pub struct Metered;

thread_local! {
    static HELD: Cell<i64> = const { Cell::new(0) };
    static PEAK: Cell<i64> = const { Cell::new(0) };
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

fn took(bytes: usize) {
    let held = HELD.get() + i64::try_from(bytes).unwrap_or(i64::MAX);
    HELD.set(held);
    PEAK.set(PEAK.get().max(held));
    LARGEST.set(LARGEST.get().max(bytes));
}

fn gave(bytes: usize) {
    HELD.set(HELD.get() - i64::try_from(bytes).unwrap_or(i64::MAX));
}

// SAFETY: each method hands its arguments to `System` unchanged and returns what `System` returned, so the contract is the caller's and
// `System`'s. The meter allocates nothing: thread-local cells that are initialised at compile time and have no destructor.
unsafe impl GlobalAlloc for Metered {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        // SAFETY: the caller's promises on `layout` are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        // SAFETY: as in `alloc`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // While bytes move, both places are held: the worst case is what is metered.
        took(size);
        // SAFETY: `pointer` came from this allocator, which is `System`, with `layout`; `size` is the caller's promise.
        let moved = unsafe { System.realloc(pointer, layout, size) };
        gave(layout.size());
        moved
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        gave(layout.size());
        // SAFETY: `pointer` came from this allocator, which is `System`, with `layout`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// What one piece of work took from the allocator.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// The most bytes held at one time, above what was held before.
    pub peak: u64,
    /// The largest single request in bytes.
    pub largest: usize,
}

/// Runs `work` and meters what its thread takes.
pub fn metered<T>(work: impl FnOnce() -> T) -> (T, Taken) {
    let before = HELD.get();
    PEAK.set(before);
    LARGEST.set(0);
    let result = work();
    let taken = Taken { peak: u64::try_from(PEAK.get() - before).unwrap_or(0), largest: LARGEST.get() };
    (result, taken)
}
