//! C3D in parts: header and parameters first, then chosen points, channels and frames into the caller's buffers.

use std::ffi::c_char;
use std::sync::OnceLock;

use myovox::formats::access::{FileReader, ReadAt};
use myovox::formats::c3d::{Arrays, C3dConfig, Part, Pick, Reader, Sample, Selection};
use myovox::{Budget, Error, Limits};

use crate::border::{
    border, bytes, config, fits, free, give, give_handle, give_text, give_values, handle, items, json, path, text,
    writable,
};
use crate::c3d_metadata::Metadata;
use crate::result::{Failure, myovox_result};
use crate::warnings::{give_warnings, myovox_warnings, told};

/// A C3D file of which header and parameters are read, and whose data is read in parts. Never changes: may be read from several threads at
/// once; freed once, when no thread reads it any more. While it lives its file stays open.
pub struct myovox_c3d_reader {
    reader: Reader<Source>,
    metadata: OnceLock<String>,
}

enum Source {
    File(FileReader),
    Bytes(Vec<u8>),
}

impl ReadAt for Source {
    fn bytes(&self) -> u64 {
        match self {
            Self::File(file) => file.bytes(),
            Self::Bytes(bytes) => bytes.as_slice().bytes(),
        }
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> myovox::Result<()> {
        match self {
            Self::File(file) => file.read_at(offset, buffer),
            Self::Bytes(bytes) => bytes.as_slice().read_at(offset, buffer),
        }
    }

    fn in_memory(&self) -> Option<&[u8]> {
        match self {
            Self::File(file) => file.in_memory(),
            Self::Bytes(bytes) => Some(bytes),
        }
    }
}

fn budget() -> Budget {
    Budget::new(&Limits::default())
}

impl myovox_c3d_reader {
    fn new(source: Source, config: &C3dConfig) -> myovox::Result<Self> {
        Ok(Self { reader: Reader::new(source, config, &mut budget())?, metadata: OnceLock::new() })
    }
}

/// Opens a C3D file and reads its header and parameters; of the data nothing is decoded. The file stays open until the reader is freed.
///
/// path: UTF-8.
/// config_json_or_null: settings as a JSON object; NULL for all defaults. "policy": "lenient" (default), "strict" or "recover". Unknown keys are
/// refused.
/// reader: receives the reader, to be freed with myovox_c3d_reader_free. Not written on failure.
///
/// Fails with NULL_POINTER, INVALID_ARGUMENT, IO, DATA, UNSUPPORTED, LIMIT, CONFIG, PANIC. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_reader_open(
    path: *const c_char,
    config_json_or_null: *const c_char,
    reader: *mut *mut myovox_c3d_reader,
) -> myovox_result {
    border(|| {
        writable(reader, "reader")?;
        // SAFETY: by the contract both texts are there.
        let (path, settings) = unsafe { (self::path(path)?, config(config_json_or_null)?) };
        let named = |error: Error| error.recording(path.display().to_string());
        let file = FileReader::open(path, &Limits::default())?;
        let opened = myovox_c3d_reader::new(Source::File(file), &settings).map_err(named)?;
        // SAFETY: by the contract `reader` has room for a pointer.
        unsafe { give_handle(opened, reader, "reader") }
    })
}

/// The same for a file in memory. The bytes are copied.
///
/// bytes, length: the whole file. NULL with 0 is an empty file.
/// config_json_or_null, reader: as for myovox_c3d_reader_open.
///
/// Fails with NULL_POINTER, INVALID_ARGUMENT, DATA, UNSUPPORTED, LIMIT, CONFIG, PANIC. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_reader_from_bytes(
    bytes: *const u8,
    length: usize,
    config_json_or_null: *const c_char,
    reader: *mut *mut myovox_c3d_reader,
) -> myovox_result {
    border(|| {
        writable(reader, "reader")?;
        // SAFETY: by the contract bytes and text are there and stay unchanged during the call.
        let (bytes, settings) = unsafe { (self::bytes(bytes, length)?, config(config_json_or_null)?) };
        let mut copy = budget().with_capacity(bytes.len(), "bytes of the file")?;
        copy.extend_from_slice(bytes);
        let opened = myovox_c3d_reader::new(Source::Bytes(copy), &settings)?;
        // SAFETY: by the contract `reader` has room for a pointer.
        unsafe { give_handle(opened, reader, "reader") }
    })
}

/// Frees a reader and closes its file; NULL is nothing to free. Freeing twice is undefined.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_reader_free(reader: *mut myovox_c3d_reader) {
    // SAFETY: by the contract the handle is NULL or live and nobody uses it any more.
    unsafe { free(reader) }
}

/// How much there is: points (markers), analog channels, frames, analog samples per channel and frame. Any of the outputs may be NULL.
///
/// Fails with NULL_POINTER. Thread-safe, also for one reader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_reader_sizes(
    reader: *const myovox_c3d_reader,
    points_or_null: *mut usize,
    channels_or_null: *mut usize,
    frames_or_null: *mut u64,
    samples_per_frame_or_null: *mut u32,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live.
        let metadata = unsafe { handle(reader, "reader") }?.reader.metadata();
        // SAFETY: by the contract every output is NULL or has room.
        unsafe {
            give_wanted(metadata.point_labels.len(), points_or_null);
            give_wanted(metadata.analog_labels.len(), channels_or_null);
            give_wanted(metadata.layout.point_frames(), frames_or_null);
            give_wanted(metadata.layout.samples_per_frame, samples_per_frame_or_null);
        }
        Ok(())
    })
}

/// # Safety
/// `pointer` is `NULL` or has room for a `T`.
unsafe fn give_wanted<T>(value: T, pointer: *mut T) {
    if !pointer.is_null() {
        // SAFETY: not NULL, and room for a `T` by the contract above.
        unsafe { pointer.write(value) };
    }
}

/// What header and parameters say, as one JSON object; the fields of myovox_c3d_metadata_json. The warnings are those of header, parameters and
/// analog scales.
///
/// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one reader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_reader_metadata_json(
    reader: *const myovox_c3d_reader,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live.
        let handle = unsafe { handle(reader, "reader") }?;
        let metadata = if let Some(there) = handle.metadata.get() {
            there
        } else {
            let made = json(&Metadata::of_metadata(handle.reader.metadata()), "metadata")?;
            handle.metadata.get_or_init(|| made)
        };
        // SAFETY: by the contract `buffer` and `needed` have room.
        unsafe { give_text(metadata, buffer, capacity, needed) }
    })
}

/// The index, from 0, of the first point with this label.
///
/// Fails with NULL_POINTER, INVALID_ARGUMENT (where there is none, or the text is not UTF-8). Thread-safe, also for one reader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_reader_find_point(
    reader: *const myovox_c3d_reader,
    label: *const c_char,
    index: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live.
        let labels = &unsafe { handle(reader, "reader") }?.reader.metadata().point_labels;
        // SAFETY: by the contract the text is there and `index` has room.
        unsafe { give_index(labels, label, index) }
    })
}

/// The index, from 0, of the first analog channel with this label.
///
/// Fails with NULL_POINTER, INVALID_ARGUMENT (where there is none, or the text is not UTF-8). Thread-safe, also for one reader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_reader_find_channel(
    reader: *const myovox_c3d_reader,
    label: *const c_char,
    index: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live.
        let labels = &unsafe { handle(reader, "reader") }?.reader.metadata().analog_labels;
        // SAFETY: by the contract the text is there and `index` has room.
        unsafe { give_index(labels, label, index) }
    })
}

/// # Safety
/// `label` is `NULL` or NUL-terminated, `index` is `NULL` or has room for a number.
unsafe fn give_index(labels: &[String], label: *const c_char, index: *mut usize) -> Result<(), Failure> {
    // SAFETY: NUL-terminated by the contract above.
    let label = unsafe { text(label, "label") }?.ok_or_else(|| Failure::null("label"))?;
    let found = labels.iter().position(|known| known == label);
    let found = found.ok_or_else(|| Failure::invalid("capi.no-such-label", format!("label: found \"{label}\"")))?;
    // SAFETY: room as the contract above says.
    unsafe { give(found, index, "index") }
}

/// What a caller asks for, as the pointers of the call say it.
struct Wanted {
    indices: *const usize,
    count: usize,
    first_frame: u64,
    frames: u64,
}

/// Where it goes.
struct Room<T> {
    buffer: *mut T,
    capacity: usize,
    needed: *mut usize,
    warnings: *mut *mut myovox_warnings,
}

impl Wanted {
    /// # Safety
    /// `indices` is `NULL` or points to `count` numbers that nobody changes during the call.
    unsafe fn pick(&self) -> Result<Pick, Failure> {
        // SAFETY: as the contract above says.
        let indices = unsafe { items(self.indices, self.count, "indices") }?;
        Ok(indices.map_or(Pick::All, |indices| Pick::indices(indices.iter().copied())))
    }

    fn part(&self, reader: &Reader<Source>, selection: Selection) -> myovox::Result<Part> {
        let frames = self.first_frame..self.first_frame.saturating_add(self.frames);
        reader.select(&selection.frames(frames), &mut budget())
    }
}

/// Reads a part and copies one of its arrays, of `length` values.
///
/// # Safety
/// `buffer` is `NULL` or has room for `capacity` values, `needed` for a number, `warnings` is `NULL` or has room for a pointer.
unsafe fn read<T: Sample, V: Copy>(
    reader: &Reader<Source>,
    part: &Part,
    length: Option<u64>,
    room: &Room<V>,
    array: impl FnOnce(&Arrays<T>) -> Option<&[V]>,
) -> Result<(), Failure> {
    let length = length.and_then(|length| usize::try_from(length).ok());
    let length = length.ok_or_else(|| {
        Failure::new(myovox_result::Limit, "limit.memory-bytes", "more values than this machine's memory can hold")
    })?;
    if room.buffer.is_null() || room.capacity < length || room.needed.is_null() {
        // Nothing is read for a caller who asks for the size, or who could not be given it.
        // SAFETY: room as the contract above says.
        return unsafe { fits(length, room.buffer, room.capacity, room.needed) }.map(drop);
    }
    let mut arrays = Arrays::<T>::new();
    let doubts = told(&reader.read_into(part, &mut arrays, &mut budget())?)?;
    let values = array(&arrays).filter(|values| values.len() == length);
    let values = values.ok_or_else(|| Error::internal("an array of another length than its part"))?;
    // SAFETY: room as the contract above says.
    unsafe {
        give_values(values.iter(), room.buffer, room.capacity, room.needed)?;
        give_warnings(doubts, room.warnings)
    }
}

/// Number of frames of a part.
fn frames(part: &Part) -> u64 {
    let frames = part.frames();
    frames.end.saturating_sub(frames.start)
}

/// `per_frame` values a frame for each of the points asked for.
///
/// # Safety
/// That of the public functions: see the head of the crate.
unsafe fn points<T: Sample, V: Copy>(
    reader: *const myovox_c3d_reader,
    wanted: &Wanted,
    room: &Room<V>,
    per_frame: u64,
    array: impl FnOnce(&Arrays<T>) -> Option<&[V]>,
) -> Result<(), Failure> {
    // SAFETY: by the contract the handle is live and the indices are there.
    let (reader, pick) = unsafe { (&handle(reader, "reader")?.reader, wanted.pick()?) };
    let part = wanted.part(reader, Selection::all().points(pick).channels(Pick::None))?;
    let rows = (part.points().len() as u64).checked_mul(per_frame);
    let length = rows.and_then(|rows| rows.checked_mul(frames(&part)));
    // SAFETY: by the contract the buffer, the size and the warnings have room.
    unsafe { read(reader, &part, length, room, array) }
}

/// The samples of the analog channels asked for.
///
/// # Safety
/// That of the public functions: see the head of the crate.
unsafe fn analog<T: Sample>(reader: *const myovox_c3d_reader, wanted: &Wanted, room: &Room<T>) -> Result<(), Failure> {
    // SAFETY: by the contract the handle is live and the indices are there.
    let (reader, pick) = unsafe { (&handle(reader, "reader")?.reader, wanted.pick()?) };
    let part = wanted.part(reader, Selection::all().points(Pick::None).channels(pick))?;
    let samples = frames(&part).checked_mul(u64::from(reader.metadata().layout.samples_per_frame));
    let length = samples.and_then(|samples| samples.checked_mul(part.channels().len() as u64));
    // SAFETY: by the contract the buffer, the size and the warnings have room.
    unsafe { read(reader, &part, length, room, |arrays| arrays.analog().to_slice()) }
}

/// Coordinates of chosen points and frames, points x 3 x frames: all frames of x of the first point, then of y, then of z, then the next point, ...;
/// in the unit of the file, NaN where the point was not seen. Block after block of frames reads a recording of any length in constant memory.
///
/// indices_or_null, count: which points, from 0, in the order in which they come out; NULL with 0 for all.
/// first_frame, frames: which frames, counted from 0 at the first in the file.
/// warnings_or_null: receives what was doubtful among the numbers read, to be freed with myovox_warnings_free; NULL when not wanted. Not written
/// when the size is asked for.
///
/// Array buffer convention, in the type of the buffer. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL, IO, DATA, LIMIT, CONFIG (points, channels or frames that are not there), PANIC.
/// Thread-safe, also for one reader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_reader_points_f64(
    reader: *const myovox_c3d_reader,
    indices_or_null: *const usize,
    count: usize,
    first_frame: u64,
    frames: u64,
    buffer: *mut f64,
    capacity: usize,
    needed: *mut usize,
    warnings_or_null: *mut *mut myovox_warnings,
) -> myovox_result {
    let wanted = Wanted { indices: indices_or_null, count, first_frame, frames };
    let room = Room { buffer, capacity, needed, warnings: warnings_or_null };
    // SAFETY: the contract is handed on.
    border(|| unsafe { points::<f64, _>(reader, &wanted, &room, 3, |arrays| arrays.points().to_slice()) })
}

/// The same in single precision.
///
/// Arguments, conventions and failures as for myovox_c3d_reader_points_f64. Thread-safe, also for one reader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_reader_points_f32(
    reader: *const myovox_c3d_reader,
    indices_or_null: *const usize,
    count: usize,
    first_frame: u64,
    frames: u64,
    buffer: *mut f32,
    capacity: usize,
    needed: *mut usize,
    warnings_or_null: *mut *mut myovox_warnings,
) -> myovox_result {
    let wanted = Wanted { indices: indices_or_null, count, first_frame, frames };
    let room = Room { buffer, capacity, needed, warnings: warnings_or_null };
    // SAFETY: the contract is handed on.
    border(|| unsafe { points::<f32, _>(reader, &wanted, &room, 3, |arrays| arrays.points().to_slice()) })
}

/// Residuals of chosen points and frames, points x frames; in the unit of the file, 0 for points that were interpolated, negative where the point
/// was not seen.
///
/// Arguments, conventions and failures as for myovox_c3d_reader_points_f64. Thread-safe, also for one reader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_reader_residuals_f64(
    reader: *const myovox_c3d_reader,
    indices_or_null: *const usize,
    count: usize,
    first_frame: u64,
    frames: u64,
    buffer: *mut f64,
    capacity: usize,
    needed: *mut usize,
    warnings_or_null: *mut *mut myovox_warnings,
) -> myovox_result {
    let wanted = Wanted { indices: indices_or_null, count, first_frame, frames };
    let room = Room { buffer, capacity, needed, warnings: warnings_or_null };
    // SAFETY: the contract is handed on.
    border(|| unsafe { points::<f64, _>(reader, &wanted, &room, 1, |arrays| arrays.residuals().to_slice()) })
}

/// The same in single precision.
///
/// Arguments, conventions and failures as for myovox_c3d_reader_points_f64. Thread-safe, also for one reader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_reader_residuals_f32(
    reader: *const myovox_c3d_reader,
    indices_or_null: *const usize,
    count: usize,
    first_frame: u64,
    frames: u64,
    buffer: *mut f32,
    capacity: usize,
    needed: *mut usize,
    warnings_or_null: *mut *mut myovox_warnings,
) -> myovox_result {
    let wanted = Wanted { indices: indices_or_null, count, first_frame, frames };
    let room = Room { buffer, capacity, needed, warnings: warnings_or_null };
    // SAFETY: the contract is handed on.
    border(|| unsafe { points::<f32, _>(reader, &wanted, &room, 1, |arrays| arrays.residuals().to_slice()) })
}

/// Which cameras saw chosen points in chosen frames, points x frames, one byte each: bits 0 to 6 are cameras 1 to 7.
///
/// Arguments, conventions and failures as for myovox_c3d_reader_points_f64. Thread-safe, also for one reader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_reader_camera_masks(
    reader: *const myovox_c3d_reader,
    indices_or_null: *const usize,
    count: usize,
    first_frame: u64,
    frames: u64,
    buffer: *mut u8,
    capacity: usize,
    needed: *mut usize,
    warnings_or_null: *mut *mut myovox_warnings,
) -> myovox_result {
    let wanted = Wanted { indices: indices_or_null, count, first_frame, frames };
    let room = Room { buffer, capacity, needed, warnings: warnings_or_null };
    // SAFETY: the contract is handed on.
    border(|| unsafe { points::<f32, _>(reader, &wanted, &room, 1, |arrays| arrays.camera_masks().to_slice()) })
}

/// Samples of chosen analog channels and frames, channels x samples: all of the first channel, then all of the next, ...; as many samples in each
/// frame as myovox_c3d_reader_sizes says, in the unit of the channel.
///
/// indices_or_null, count: which channels, from 0, in the order in which they come out; NULL with 0 for all.
/// Else as for myovox_c3d_reader_points_f64. Thread-safe, also for one reader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_reader_analog_f64(
    reader: *const myovox_c3d_reader,
    indices_or_null: *const usize,
    count: usize,
    first_frame: u64,
    frames: u64,
    buffer: *mut f64,
    capacity: usize,
    needed: *mut usize,
    warnings_or_null: *mut *mut myovox_warnings,
) -> myovox_result {
    let wanted = Wanted { indices: indices_or_null, count, first_frame, frames };
    let room = Room { buffer, capacity, needed, warnings: warnings_or_null };
    // SAFETY: the contract is handed on.
    border(|| unsafe { analog(reader, &wanted, &room) })
}

/// The same in single precision.
///
/// Arguments, conventions and failures as for myovox_c3d_reader_analog_f64. Thread-safe, also for one reader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_reader_analog_f32(
    reader: *const myovox_c3d_reader,
    indices_or_null: *const usize,
    count: usize,
    first_frame: u64,
    frames: u64,
    buffer: *mut f32,
    capacity: usize,
    needed: *mut usize,
    warnings_or_null: *mut *mut myovox_warnings,
) -> myovox_result {
    let wanted = Wanted { indices: indices_or_null, count, first_frame, frames };
    let room = Room { buffer, capacity, needed, warnings: warnings_or_null };
    // SAFETY: the contract is handed on.
    border(|| unsafe { analog(reader, &wanted, &room) })
}
