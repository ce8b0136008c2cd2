//! The words for the last failure of a thread.

use std::ffi::c_char;

use crate::border::{give_text, silent};
use crate::result::{last, myovox_result};

/// The line that says why the last failing call of this thread failed: recording, byte or field, what was found, what was expected. Empty
/// before the first failure. A successful call leaves it as it is, and asking for it does not change it.
///
/// Text buffer convention as for all texts. Fails with NULL_POINTER and BUFFER_TOO_SMALL, without becoming the last error itself.
/// Thread-safe: each thread has its own last error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_last_error(buffer: *mut c_char, capacity: usize, needed: *mut usize) -> myovox_result {
    // SAFETY: by the contract `buffer` has room for `capacity` characters and `needed` for one number.
    silent(|| unsafe { give_text(&last(|failure| &failure.message), buffer, capacity, needed) })
}

/// The stable code of the last failing call of this thread, `room-or-format.words-with-hyphens`: "c3d.not-c3d", "limit.memory-bytes",
/// "capi.null-pointer"; the same in every language. Empty before the first failure.
///
/// Conventions, failures and threads as for myovox_last_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_last_error_code(
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    // SAFETY: by the contract `buffer` has room for `capacity` characters and `needed` for one number.
    silent(|| unsafe { give_text(last(|failure| failure.code).as_str(), buffer, capacity, needed) })
}
