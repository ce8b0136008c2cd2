//! Sound: bytes to samples, and samples to WAV files.

use std::ffi::c_char;

use myovox::formats::codecs::{self, CodecsConfig};
use myovox::formats::sink;
use myovox::formats::wav::{self, Sample, WavConfig, WavWriteConfig};
use myovox::{Budget, Limits};
use ndarray::{Array2, ArrayView2};

use crate::border::{
    border, bytes, config, free, give, give_handle, give_text, give_values, handle, items, json, path, writable,
};
use crate::result::{Failure, myovox_result};
use crate::warnings::{give_warnings, myovox_warnings, told};

/// A recording of sound. Never changes: may be read from several threads at once; freed once, when no thread reads it any more.
pub struct myovox_wav {
    samples: Array2<f64>,
    rate_hz: u32,
    coding: &'static str,
    warnings: String,
}

/// Reads a recording of sound with the default limits: WAV (RIFF, RIFX, RF64, BW64, Wave64; integers, floats, G.711, ADPCM, GSM 6.10), AIFF, AU,
/// and, unless built without the feature "codecs", FLAC, MP3, AAC-LC and ALAC in MP4, Vorbis and Opus in Ogg and WebM. The kind is
/// found from the bytes. Encoder delay and padding are cut where the file states them.
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
        // SAFETY: by the contract `recording` has room for a pointer.
        unsafe { give_handle(read(bytes)?, recording, "recording") }
    })
}

/// A recording of whatever kind of sound the bytes are.
fn read(bytes: &[u8]) -> Result<myovox_wav, Failure> {
    let budget = &mut Budget::new(&Limits::default());
    if codecs::container(bytes).is_some() {
        let read = codecs::read(bytes, &CodecsConfig::default(), budget)?;
        let warnings = json(&read.warnings, "warnings")?;
        return Ok(myovox_wav {
            samples: read.samples,
            rate_hz: read.sample_rate,
            coding: read.codec.name(),
            warnings,
        });
    }
    let read = wav::read(bytes, &WavConfig::default(), budget)?;
    let warnings = json(&read.warnings, "warnings")?;
    Ok(myovox_wav { samples: read.samples, rate_hz: read.sample_rate, coding: read.coding.name(), warnings })
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
    border(|| unsafe { give(handle(recording, "recording")?.samples.nrows(), channels, "channels") })
}

/// Samples per channel. Fails with NULL_POINTER. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_wav_samples_per_channel(
    recording: *const myovox_wav,
    samples: *mut usize,
) -> myovox_result {
    // SAFETY: by the contract the handle is live and `samples` has room.
    border(|| unsafe { give(handle(recording, "recording")?.samples.ncols(), samples, "samples") })
}

/// Samples per second and channel, Hz. Fails with NULL_POINTER. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_wav_rate_hz(recording: *const myovox_wav, rate_hz: *mut f64) -> myovox_result {
    // SAFETY: by the contract the handle is live and `rate_hz` has room.
    border(|| unsafe { give(f64::from(handle(recording, "recording")?.rate_hz), rate_hz, "rate_hz") })
}

/// How the samples are stored: "pcm16", "float32", "mulaw", "ima_adpcm", "mp3", "opus", ...; the word of the reports.
///
/// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_wav_coding(
    recording: *const myovox_wav,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_text(handle(recording, "recording")?.coding, buffer, capacity, needed) }
    })
}

/// The samples, channels x samples per channel: all of channel 0, then all of channel 1, ...; full scale is 1, floats and lossy
/// codecs may go beyond it.
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
        unsafe { give_values(handle(recording, "recording")?.samples.iter(), buffer, capacity, needed) }
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

/// Writes samples to a WAV file, whole or not at all: the file of that name is replaced when everything was written.
///
/// path: UTF-8.
/// samples: channels x samples_per_channel, all of channel 0, then all of channel 1, ...; full scale is 1.
/// rate_hz: samples per second and channel.
/// config_json_or_null: settings as a JSON object; NULL for all defaults. "coding": "pcm8", "pcm16" (default), "pcm24", "pcm32" or "float32".
/// "policy": "lenient" (default) clips samples beyond full scale with a warning, "strict" refuses them. Unknown keys are refused.
/// warnings_or_null: receives what was clipped, to be freed with myovox_warnings_free; NULL when not wanted.
///
/// Fails with NULL_POINTER, INVALID_ARGUMENT, IO, DATA, UNSUPPORTED, CONFIG, PANIC. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_wav_write(
    path: *const c_char,
    samples: *const f64,
    channels: usize,
    samples_per_channel: usize,
    rate_hz: u32,
    config_json_or_null: *const c_char,
    warnings_or_null: *mut *mut myovox_warnings,
) -> myovox_result {
    let shape = (channels, samples_per_channel);
    // SAFETY: the contract is that of `write`.
    border(|| unsafe { write(path, samples, shape, rate_hz, config_json_or_null, warnings_or_null) })
}

/// The same for samples in single precision.
///
/// Arguments and failures as for myovox_wav_write. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_wav_write_f32(
    path: *const c_char,
    samples: *const f32,
    channels: usize,
    samples_per_channel: usize,
    rate_hz: u32,
    config_json_or_null: *const c_char,
    warnings_or_null: *mut *mut myovox_warnings,
) -> myovox_result {
    let shape = (channels, samples_per_channel);
    // SAFETY: the contract is that of `write`.
    border(|| unsafe { write(path, samples, shape, rate_hz, config_json_or_null, warnings_or_null) })
}

/// # Safety
/// `path` and `config_json` are `NULL` or NUL-terminated, `samples` is `NULL` or points to as many values as `shape` says, nobody changes them
/// during the call; `warnings` is `NULL` or has room for a pointer.
unsafe fn write<T: Sample>(
    path: *const c_char,
    samples: *const T,
    shape: (usize, usize),
    rate_hz: u32,
    config_json: *const c_char,
    warnings: *mut *mut myovox_warnings,
) -> Result<(), Failure> {
    // A product beyond memory is refused by `items`.
    let count = shape.0.saturating_mul(shape.1);
    // SAFETY: texts and samples as the contract above says.
    let (path, settings, samples) =
        unsafe { (self::path(path)?, config::<WavWriteConfig>(config_json)?, items(samples, count, "samples")?) };
    let samples = ArrayView2::from_shape(shape, samples.unwrap_or_default()).map_err(|cause| {
        Failure::invalid("capi.out-of-range", format!("channels, samples_per_channel: found {shape:?}: {cause}"))
    })?;
    let found = sink::write_path(path, |file| wav::write(samples, rate_hz, &settings, file))?;
    // SAFETY: room as the contract above says.
    unsafe { give_warnings(told(&found)?, warnings) }
}
