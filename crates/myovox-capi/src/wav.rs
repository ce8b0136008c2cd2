//! WAV: bytes to samples.

use std::ffi::c_char;

use myovox::formats::wav::{self, WavConfig, WavRecording};
use myovox::{Budget, Limits};

use crate::border::{border, bytes, free, give, give_handle, give_text, give_values, handle, json, writable};
use crate::result::myovox_result;

/// A WAV recording. Never changes: may be read from several threads at once; freed once, when no thread reads it any more.
pub struct myovox_wav {
    recording: WavRecording,
    warnings: String,
}

/// Reads a WAV file (RIFF, RF64, Wave64; integers, floats, G.711, ADPCM) with the default limits.
///
/// bytes, length: the whole file. NULL with 0 is an empty file.
/// recording: receives the recording, to be freed with myovox_wav_free. Not written on failure.
///
/// Fails with NULL_POINTER, INVALID_ARGUMENT, DATA, UNSUPPORTED, LIMIT, PANIC. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_wav_read(
    bytes: *const u8,
    length: usize,
    recording: *mut *mut myovox_wav,
) -> myovox_result {
    border(|| {
        writable(recording, "recording")?;
        // SAFETY: by the contract the bytes are there and stay unchanged during the call.
        let bytes = unsafe { self::bytes(bytes, length) }?;
        let read = wav::read(bytes, &WavConfig::default(), &mut Budget::new(&Limits::default()))?;
        let warnings = json(&read.warnings)?;
        // SAFETY: by the contract `recording` has room for a pointer.
        unsafe { give_handle(myovox_wav { recording: read, warnings }, recording, "recording") }
    })
}

/// Frees a recording; NULL is nothing to free. Freeing twice is undefined.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_wav_free(recording: *mut myovox_wav) {
    // SAFETY: by the contract the handle is NULL or live and nobody uses it any more.
    unsafe { free(recording) }
}

/// Number of channels. Fails with NULL_POINTER. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_wav_channels(recording: *const myovox_wav, channels: *mut usize) -> myovox_result {
    // SAFETY: by the contract the handle is live and `channels` has room.
    border(|| unsafe { give(handle(recording, "recording")?.recording.samples.nrows(), channels, "channels") })
}

/// Samples per channel. Fails with NULL_POINTER. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_wav_samples_per_channel(
    recording: *const myovox_wav,
    samples: *mut usize,
) -> myovox_result {
    // SAFETY: by the contract the handle is live and `samples` has room.
    border(|| unsafe { give(handle(recording, "recording")?.recording.samples.ncols(), samples, "samples") })
}

/// Samples per second and channel, Hz. Fails with NULL_POINTER. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_wav_rate_hz(recording: *const myovox_wav, rate_hz: *mut f64) -> myovox_result {
    // SAFETY: by the contract the handle is live and `rate_hz` has room.
    border(|| unsafe { give(f64::from(handle(recording, "recording")?.recording.sample_rate), rate_hz, "rate_hz") })
}

/// The samples, channels x samples per channel: all of channel 0, then all of channel 1, ...; full scale is 1.
///
/// Array buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_wav_samples(
    recording: *const myovox_wav,
    buffer: *mut f64,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_values(handle(recording, "recording")?.recording.samples.iter(), buffer, capacity, needed) }
    })
}

/// What had to be guessed while reading: a JSON array of objects with "code", "message" and the place; "[]" for none.
///
/// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_wav_warnings_json(
    recording: *const myovox_wav,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_text(&handle(recording, "recording")?.warnings, buffer, capacity, needed) }
    })
}
