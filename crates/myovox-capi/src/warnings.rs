//! What a call had to guess or to round, where the result is not a handle that keeps it.

use std::ffi::c_char;

use myovox::Warning;

use crate::border::{border, free, give, give_handle, give_text, handle, json};
use crate::result::{Failure, myovox_result};

/// Warnings of one call. Never changes: may be read from several threads at once; freed once, when no thread reads it any more.
pub struct myovox_warnings {
    count: usize,
    json: String,
}

/// Number of warnings. Fails with NULL_POINTER. Thread-safe, also for one handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_warnings_count(warnings: *const myovox_warnings, count: *mut usize) -> myovox_result {
    // SAFETY: by the contract the handle is live and `count` has room.
    border(|| unsafe { give(handle(warnings, "warnings")?.count, count, "count") })
}

/// The warnings: a JSON array of objects with "code", "message" and the place; "[]" for none.
///
/// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_warnings_json(
    warnings: *const myovox_warnings,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_text(&handle(warnings, "warnings")?.json, buffer, capacity, needed) }
    })
}

/// Frees warnings; NULL is nothing to free. Freeing twice is undefined.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_warnings_free(warnings: *mut myovox_warnings) {
    // SAFETY: by the contract the handle is NULL or live and nobody uses it any more.
    unsafe { free(warnings) }
}

/// Warnings ready to be given.
pub(crate) fn told(found: &[Warning]) -> Result<myovox_warnings, Failure> {
    Ok(myovox_warnings { count: found.len(), json: json(found, "warnings")? })
}

/// Gives warnings to a caller who asked for them.
///
/// # Safety
/// `pointer` is `NULL` or has room for a pointer.
pub(crate) unsafe fn give_warnings(
    warnings: myovox_warnings,
    pointer: *mut *mut myovox_warnings,
) -> Result<(), Failure> {
    if pointer.is_null() {
        return Ok(());
    }
    // SAFETY: room as the contract above says.
    unsafe { give_handle(warnings, pointer, "warnings_or_null") }
}
