//! C3D: bytes to points and analog channels, and back to files.

use std::ffi::c_char;

use myovox::formats::c3d::{self, C3dConfig, C3dRecording, C3dWriteConfig};
use myovox::formats::sink;
use myovox::{Budget, Limits};

use crate::border::{
    border, bytes, config, free, give, give_handle, give_text, give_values, handle, item, json, path, writable,
};
use crate::c3d_metadata::Metadata;
use crate::result::myovox_result;
use crate::warnings::{give_warnings, myovox_warnings, told};

/// A C3D recording. Never changes: may be read from several threads at once; freed once, when no thread reads it any more.
pub struct myovox_c3d {
    pub(crate) recording: C3dRecording,
    warnings: String,
}

/// Reads a C3D file (all three processors, integers and floats) with the default limits.
///
/// bytes, length: the whole file. NULL with 0 is an empty file.
/// recording: receives the recording, to be freed with myovox_c3d_free. Not written on failure.
///
/// Fails with NULL_POINTER, INVALID_ARGUMENT, DATA, UNSUPPORTED, LIMIT, PANIC. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_read(
    bytes: *const u8,
    length: usize,
    recording: *mut *mut myovox_c3d,
) -> myovox_result {
    border(|| {
        writable(recording, "recording")?;
        // SAFETY: by the contract the bytes are there and stay unchanged during the call.
        let bytes = unsafe { self::bytes(bytes, length) }?;
        let read = c3d::read(bytes, &C3dConfig::default(), &mut Budget::new(&Limits::default()))?;
        let warnings = json(&read.warnings, "warnings")?;
        // SAFETY: by the contract `recording` has room for a pointer.
        unsafe { give_handle(myovox_c3d { recording: read, warnings }, recording, "recording") }
    })
}

/// Frees a recording; NULL is nothing to free. Freeing twice is undefined.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_free(recording: *mut myovox_c3d) {
    // SAFETY: by the contract the handle is NULL or live and nobody uses it any more.
    unsafe { free(recording) }
}

/// Number of points (markers). Fails with NULL_POINTER. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_markers(recording: *const myovox_c3d, markers: *mut usize) -> myovox_result {
    // SAFETY: by the contract the handle is live and `markers` has room.
    border(|| unsafe { give(handle(recording, "recording")?.recording.points.dim().0, markers, "markers") })
}

/// Number of frames. Fails with NULL_POINTER. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_frames(recording: *const myovox_c3d, frames: *mut usize) -> myovox_result {
    // SAFETY: by the contract the handle is live and `frames` has room.
    border(|| unsafe { give(handle(recording, "recording")?.recording.frames, frames, "frames") })
}

/// Number of analog channels. Fails with NULL_POINTER. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_channels(recording: *const myovox_c3d, channels: *mut usize) -> myovox_result {
    // SAFETY: by the contract the handle is live and `channels` has room.
    border(|| unsafe { give(handle(recording, "recording")?.recording.analog.nrows(), channels, "channels") })
}

/// Analog samples per channel. Fails with NULL_POINTER. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_samples_per_channel(
    recording: *const myovox_c3d,
    samples: *mut usize,
) -> myovox_result {
    // SAFETY: by the contract the handle is live and `samples` has room.
    border(|| unsafe { give(handle(recording, "recording")?.recording.analog.ncols(), samples, "samples") })
}

/// Frames per second as the file states it, Hz; NaN where the file states none.
///
/// Fails with NULL_POINTER. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_point_rate_hz(recording: *const myovox_c3d, rate_hz: *mut f64) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live and `rate_hz` has room.
        unsafe { give(handle(recording, "recording")?.recording.point_rate_hz.unwrap_or(f64::NAN), rate_hz, "rate_hz") }
    })
}

/// Analog samples per second and channel as the file states it, Hz; NaN where the file states none or has no analog channel.
///
/// Fails with NULL_POINTER. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_analog_rate_hz(recording: *const myovox_c3d, rate_hz: *mut f64) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live and `rate_hz` has room.
        unsafe {
            give(handle(recording, "recording")?.recording.analog_rate_hz.unwrap_or(f64::NAN), rate_hz, "rate_hz")
        }
    })
}

/// The label of a point, without padding; index from 0.
///
/// Text buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_point_label(
    recording: *const myovox_c3d,
    index: usize,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe {
            let labels = &handle(recording, "recording")?.recording.point_labels;
            give_text(item(labels, index)?, buffer, capacity, needed)
        }
    })
}

/// The label of an analog channel, without padding; index from 0.
///
/// Text buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_analog_label(
    recording: *const myovox_c3d,
    index: usize,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe {
            let labels = &handle(recording, "recording")?.recording.analog_labels;
            give_text(item(labels, index)?, buffer, capacity, needed)
        }
    })
}

/// The unit of an analog channel as the file writes it ("V", "N"); empty where it is not given; index from 0.
///
/// Text buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_analog_unit(
    recording: *const myovox_c3d,
    index: usize,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe {
            let units = &handle(recording, "recording")?.recording.analog_units;
            give_text(item(units, index)?, buffer, capacity, needed)
        }
    })
}

/// The coordinates, markers x 3 x frames: all frames of x of marker 0, then of y, then of z, then marker 1, ...; in the unit of the file, NaN
/// where the point was not seen.
///
/// Array buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_points(
    recording: *const myovox_c3d,
    buffer: *mut f64,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_values(handle(recording, "recording")?.recording.points.iter(), buffer, capacity, needed) }
    })
}

/// The residuals, markers x frames: all frames of marker 0, then of marker 1, ...; in the unit of the file, 0 for points that were
/// interpolated, negative where the point was not seen.
///
/// Array buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_residuals(
    recording: *const myovox_c3d,
    buffer: *mut f64,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_values(handle(recording, "recording")?.recording.residuals.iter(), buffer, capacity, needed) }
    })
}

/// Which cameras saw the points, markers x frames, one byte each: bits 0 to 6 are cameras 1 to 7; 0 where the point was not seen.
///
/// Array buffer convention, counted in bytes. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_camera_masks(
    recording: *const myovox_c3d,
    buffer: *mut u8,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_values(handle(recording, "recording")?.recording.camera_masks.iter(), buffer, capacity, needed) }
    })
}

/// The analog samples, channels x samples per channel: all of channel 0, then all of channel 1, ...; in the unit of the channel.
///
/// Array buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_analog(
    recording: *const myovox_c3d,
    buffer: *mut f64,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_values(handle(recording, "recording")?.recording.analog.iter(), buffer, capacity, needed) }
    })
}

/// What had to be guessed while reading: a JSON array of objects with "code", "message" and the place; "[]" for none.
///
/// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_warnings_json(
    recording: *const myovox_c3d,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_text(&handle(recording, "recording")?.warnings, buffer, capacity, needed) }
    })
}

/// What the recording says about itself, as one JSON object: "frames", "first_frame", "point_rate_hz", "point_units", "point_labels",
/// "samples_per_frame", "analog_rate_hz", "analog_labels", "analog_units", "processor", "storage", "force_platform_channels" (from 0), "events",
/// "parameters", "warnings". What the file does not state is null.
///
/// "events": objects with "label", "context", "time_s" (from the first frame in the file), "time_trial_s" (from frame 1 of the trial), "source",
/// "stored_s".
/// "parameters": {"POINT": {"RATE": {"type": "real", "dims": [], "values": [100.0], "description": ""}, ...}, ...}, names in upper case, of names
/// that occur twice the first; the first dimension runs fastest; texts are one string each; numbers that are none are null; of unknown types
/// "values" holds the bytes.
///
/// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_metadata_json(
    recording: *const myovox_c3d,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe {
            let recording = &handle(recording, "recording")?.recording;
            give_text(&json(&Metadata::of_recording(recording), "metadata")?, buffer, capacity, needed)
        }
    })
}

/// Writes the recording to a C3D file, whole or not at all: the file of that name is replaced when everything was written.
///
/// path: UTF-8.
/// config_json_or_null: settings as a JSON object; NULL for all defaults. "processor": "auto" (default), "intel", "dec" or "mips"; "storage":
/// "auto" (default), "integer" or "float"; "long_parameters": "refuse" (default) or "uncounted". Unknown keys are refused.
/// warnings_or_null: receives what was corrected or rounded, to be freed with myovox_warnings_free; NULL when not wanted.
///
/// Fails with NULL_POINTER, INVALID_ARGUMENT, IO, DATA, UNSUPPORTED, LIMIT, CONFIG, PANIC. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_write(
    recording: *const myovox_c3d,
    path: *const c_char,
    config_json_or_null: *const c_char,
    warnings_or_null: *mut *mut myovox_warnings,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live and both texts are there.
        let (handle, path, settings) = unsafe {
            (handle(recording, "recording")?, self::path(path)?, config::<C3dWriteConfig>(config_json_or_null)?)
        };
        let budget = &mut Budget::new(&Limits::default());
        let found = sink::write_path(path, |file| c3d::write(&handle.recording, &settings, budget, file))?;
        // SAFETY: by the contract `warnings_or_null` is NULL or has room for a pointer.
        unsafe { give_warnings(told(&found)?, warnings_or_null) }
    })
}
