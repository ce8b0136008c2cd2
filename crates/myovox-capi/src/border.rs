//! The border: what every function does before and after its work.
//!
//! [`border`] catches panics and keeps failures as the thread's last error. [`handle`], [`bytes`], [`text`], [`item`] turn the caller's pointers into
//! references, [`give`], [`give_text`], [`give_values`] copy results into the caller's memory, and write nothing unless all is well.

use std::any::Any;
use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use myovox::Error;
use myovox::batch::said;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::result::{Failure, keep, myovox_result};

/// Runs the work of a function and turns its outcome into a status; a failure becomes the last error of the thread.
pub(crate) fn border(work: impl FnOnce() -> Result<(), Failure>) -> myovox_result {
    match outcome(work) {
        Ok(()) => myovox_result::Ok,
        Err(failure) => {
            let result = failure.result;
            keep(failure);
            result
        }
    }
}

/// The same without a trace in the last error, for the functions that tell it.
pub(crate) fn silent(work: impl FnOnce() -> Result<(), Failure>) -> myovox_result {
    outcome(work).map_or_else(|failure| failure.result, |()| myovox_result::Ok)
}

fn outcome(work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    // Handles are only read and results are written last: a panic leaves nothing half done that a later call could see. A stream changes; one that
    // a panic has left refuses all later calls.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(panicked(payload)))
}

fn panicked(payload: Box<dyn Any + Send>) -> Failure {
    let failure = Error::internal(said(payload.as_ref())).into();
    // A payload may panic when it is dropped, and that would cross the border.
    std::mem::forget(payload);
    failure
}

/// The object behind a handle.
///
/// # Safety
/// `pointer` is `NULL` or a live handle of its type.
pub(crate) unsafe fn handle<'a, T>(pointer: *const T, what: &str) -> Result<&'a T, Failure> {
    // SAFETY: by the contract above a pointer that is not NULL is live.
    unsafe { pointer.as_ref() }.ok_or_else(|| Failure::null(what))
}

/// The object behind a handle that changes.
///
/// # Safety
/// `pointer` is `NULL` or a live handle of its type that nobody else uses during the call.
pub(crate) unsafe fn handle_mut<'a, T>(pointer: *mut T, what: &str) -> Result<&'a mut T, Failure> {
    // SAFETY: by the contract above a pointer that is not NULL is live, and ours alone.
    unsafe { pointer.as_mut() }.ok_or_else(|| Failure::null(what))
}

/// The bytes of a recording; `NULL` with a length of 0 is an empty one.
///
/// # Safety
/// `pointer` is `NULL` or points to `length` bytes that nobody changes during the call.
pub(crate) unsafe fn bytes<'a>(pointer: *const u8, length: usize) -> Result<&'a [u8], Failure> {
    if pointer.is_null() {
        return if length == 0 { Ok(&[]) } else { Err(Failure::null("bytes")) };
    }
    if isize::try_from(length).is_err() {
        return Err(Failure::invalid(
            "capi.out-of-range",
            format!("length: found {length}, expected at most half of SIZE_MAX"),
        ));
    }
    // SAFETY: not NULL, not longer than an object can be; live and unchanged by the contract above.
    Ok(unsafe { std::slice::from_raw_parts(pointer, length) })
}

/// An optional text; nothing for `NULL`.
///
/// # Safety
/// `pointer` is `NULL` or points to a NUL-terminated string that nobody changes during the call.
pub(crate) unsafe fn text<'a>(pointer: *const c_char, what: &str) -> Result<Option<&'a str>, Failure> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, NUL-terminated by the contract above.
    let text = unsafe { CStr::from_ptr(pointer) };
    match text.to_str() {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            Err(Failure::invalid("capi.not-utf8", format!("{what}, byte {}: not UTF-8", error.valid_up_to())))
        }
    }
}

/// The item at `index`.
pub(crate) fn item(items: &[String], index: usize) -> Result<&str, Failure> {
    items.get(index).map(String::as_str).ok_or_else(|| {
        Failure::invalid("capi.out-of-range", format!("index: found {index}, expected less than {}", items.len()))
    })
}

/// The items of an optional list; nothing for `NULL`, which stands for all there are.
///
/// # Safety
/// `pointer` is `NULL` or points to `count` items that nobody changes during the call.
pub(crate) unsafe fn items<'a, T>(pointer: *const T, count: usize, what: &str) -> Result<Option<&'a [T]>, Failure> {
    if pointer.is_null() {
        return if count == 0 { Ok(None) } else { Err(Failure::null(what)) };
    }
    let fits = count.checked_mul(size_of::<T>()).is_some_and(|bytes| isize::try_from(bytes).is_ok());
    if !fits || !pointer.is_aligned() {
        let message = format!("{what}: {count} items that no array can hold, or not aligned");
        return Err(Failure::invalid("capi.out-of-range", message));
    }
    // SAFETY: not NULL, aligned, not longer than an object can be; live and unchanged by the contract above.
    Ok(Some(unsafe { std::slice::from_raw_parts(pointer, count) }))
}

/// Settings as JSON: what the text does not name, and all of it for `NULL`, has its default.
///
/// # Safety
/// `pointer` is `NULL` or points to a NUL-terminated string that nobody changes during the call.
pub(crate) unsafe fn config<T: Default + DeserializeOwned>(pointer: *const c_char) -> Result<T, Failure> {
    // SAFETY: NUL-terminated by the contract above.
    let Some(text) = (unsafe { text(pointer, "config_json_or_null") })? else { return Ok(T::default()) };
    let failed = |code, cause: serde_json::Error| {
        Failure::new(myovox_result::Config, code, format!("config_json_or_null: {cause}"))
    };
    let value: serde_json::Value = serde_json::from_str(text).map_err(|cause| failed("config.not-json", cause))?;
    T::deserialize(value).map_err(|cause| {
        let is_unknown = cause.to_string().starts_with("unknown field");
        failed(if is_unknown { "config.unknown-key" } else { "config.bad-value" }, cause)
    })
}

/// The path of a file.
///
/// # Safety
/// `pointer` is `NULL` or points to a NUL-terminated string that nobody changes during the call.
pub(crate) unsafe fn path<'a>(pointer: *const c_char) -> Result<&'a Path, Failure> {
    // SAFETY: NUL-terminated by the contract above.
    unsafe { text(pointer, "path") }?.map(Path::new).ok_or_else(|| Failure::null("path"))
}

/// A value as JSON.
pub(crate) fn json(value: &(impl Serialize + ?Sized), what: &str) -> Result<String, Failure> {
    serde_json::to_string(value)
        .map_err(|cause| Failure::new(myovox_result::Other, "capi.not-json", format!("{what}: {cause}")))
}

/// Checks that a result can be written, before any work is done for it.
pub(crate) fn writable<T>(pointer: *mut T, what: &str) -> Result<*mut T, Failure> {
    if pointer.is_null() { Err(Failure::null(what)) } else { Ok(pointer) }
}

/// Writes one value.
///
/// # Safety
/// `pointer` is `NULL` or has room for a `T`.
pub(crate) unsafe fn give<T>(value: T, pointer: *mut T, what: &str) -> Result<(), Failure> {
    let pointer = writable(pointer, what)?;
    // SAFETY: not NULL, and room for a `T` by the contract above.
    unsafe { pointer.write(value) };
    Ok(())
}

/// Moves `value` into a new handle.
///
/// # Safety
/// `pointer` is `NULL` or has room for a pointer.
pub(crate) unsafe fn give_handle<T>(value: T, pointer: *mut *mut T, what: &str) -> Result<(), Failure> {
    let pointer = writable(pointer, what)?;
    // SAFETY: not NULL, and room for a pointer by the contract above.
    unsafe { pointer.write(Box::into_raw(Box::new(value))) };
    Ok(())
}

/// Frees a handle; `NULL` is nothing to free.
///
/// # Safety
/// `pointer` is `NULL` or a handle made by [`give_handle`] that was not freed.
pub(crate) unsafe fn free<T>(pointer: *mut T) {
    if !pointer.is_null() {
        // A destructor that panics ends here.
        let _ = outcome(|| {
            // SAFETY: made by `Box::into_raw` and not freed, by the contract above.
            drop(unsafe { Box::from_raw(pointer) });
            Ok(())
        });
    }
}

/// Copies a text with its terminating NUL; NULs inside become U+FFFD, so that the text does not end early.
///
/// # Safety
/// `buffer` is `NULL` or has room for `capacity` characters, `needed` is `NULL` or has room for a number.
pub(crate) unsafe fn give_text(
    text: &str,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> Result<(), Failure> {
    let replaced;
    let text = if text.contains('\0') {
        replaced = text.replace('\0', "\u{FFFD}");
        replaced.as_str()
    } else {
        text
    };
    let length = text.len() + 1;
    // SAFETY: room as the contract above says.
    if unsafe { fits(length, buffer, capacity, needed) }? {
        // SAFETY: `fits` has checked that the buffer is there and has room for the text and the NUL; own memory does not overlap the caller's.
        unsafe {
            std::ptr::copy_nonoverlapping(text.as_ptr(), buffer.cast(), text.len());
            buffer.add(text.len()).write(0);
        }
    }
    Ok(())
}

/// Copies values in their order.
///
/// # Safety
/// `buffer` is `NULL` or has room for `capacity` values, `needed` is `NULL` or has room for a number.
pub(crate) unsafe fn give_values<'a, T: Copy + 'a>(
    values: impl ExactSizeIterator<Item = &'a T>,
    buffer: *mut T,
    capacity: usize,
    needed: *mut usize,
) -> Result<(), Failure> {
    let length = values.len();
    if !buffer.is_aligned() {
        return Err(Failure::invalid("capi.out-of-range", "buffer: not aligned to its values"));
    }
    // SAFETY: room as the contract above says.
    if unsafe { fits(length, buffer, capacity, needed) }? {
        for (index, value) in values.take(length).enumerate() {
            // SAFETY: `index` is below `length`, for which `fits` has found room.
            unsafe { buffer.add(index).write(*value) };
        }
    }
    Ok(())
}

/// Writes how much is needed and says whether it is to be copied: not when the caller asks for the size only.
///
/// # Safety
/// `needed` is `NULL` or has room for a number.
pub(crate) unsafe fn fits<T>(
    length: usize,
    buffer: *mut T,
    capacity: usize,
    needed: *mut usize,
) -> Result<bool, Failure> {
    if buffer.is_null() && capacity > 0 {
        return Err(Failure::null("buffer"));
    }
    // SAFETY: room as the contract above says.
    unsafe { give(length, needed, "needed") }?;
    if buffer.is_null() {
        return Ok(false);
    }
    if capacity < length {
        return Err(Failure::new(
            myovox_result::BufferTooSmall,
            "capi.buffer-too-small",
            format!("capacity: found {capacity}, expected at least {length}"),
        ));
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_status_and_its_words_are_kept() {
        assert_eq!(border(|| panic!("no such {}", "muscle")), myovox_result::Panic);
        let mut buffer = [0u8; 128];
        let mut needed = 0;
        // SAFETY: buffer and number are ours and as large as stated.
        let result = unsafe { crate::last_error::myovox_last_error(buffer.as_mut_ptr().cast(), 128, &raw mut needed) };
        assert_eq!(result, myovox_result::Ok);
        let said = String::from_utf8_lossy(&buffer[..needed - 1]);
        assert!(said.ends_with("found no such muscle"), "{said}");
    }

    #[test]
    fn a_text_with_a_nul_does_not_end_early() {
        let mut buffer = [1u8; 6];
        let mut needed = 0;
        // SAFETY: buffer and number are ours and as large as stated.
        unsafe { give_text("a\0b", buffer.as_mut_ptr().cast(), 6, &raw mut needed) }.unwrap();
        assert_eq!((needed, &buffer), (6, b"a\xEF\xBF\xBDb\0"));
    }

    #[test]
    fn a_length_that_no_object_has_is_refused() {
        let byte = 0u8;
        // SAFETY: the length is refused before it is believed.
        let refused = unsafe { bytes(&raw const byte, usize::MAX) }.unwrap_err();
        assert_eq!(refused.code, "capi.out-of-range");
    }
}
