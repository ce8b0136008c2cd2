//! The main job: bytes in, report out.

use std::ffi::{CStr, c_char};

use myovox::emg::Session;
use myovox::{Analyzer, Config};

use crate::border::{border, bytes, free, give_handle, give_text, handle, text, writable};
use crate::result::myovox_result;

/// The report of one recording. Never changes: may be read from several threads at once; freed once, when no thread reads it any more.
pub struct myovox_report {
    json: String,
}

/// The version of the library, "MAJOR.MINOR.PATCH", for ever valid, not to be freed. Never NULL. Thread-safe.
#[unsafe(no_mangle)]
pub extern "C" fn myovox_version() -> *const c_char {
    const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => panic!("a version has no NUL"),
    };
    VERSION.as_ptr()
}

/// Analyses a recording: a C3D file (muscle signals) or a WAV file (voices), found from the bytes.
///
/// bytes, length: the whole file. NULL with 0 is an empty file.
/// name_or_null: what the report and the messages call the recording, UTF-8; NULL for no name. No file is opened.
/// config_json_or_null: settings as a JSON object, as the report's "config" prints them; what it does not name has its default. NULL for
/// all defaults. Unknown keys are refused.
/// report: receives the report, to be freed with myovox_report_free. Not written on failure.
///
/// Fails with NULL_POINTER, INVALID_ARGUMENT, DATA, UNSUPPORTED, LIMIT, CONFIG, PANIC. Thread-safe; single-threaded inside.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_analyze(
    bytes: *const u8,
    length: usize,
    name_or_null: *const c_char,
    config_json_or_null: *const c_char,
    report: *mut *mut myovox_report,
) -> myovox_result {
    // SAFETY: the caller keeps the contract, which is the same there.
    unsafe { myovox_analyze_session(bytes, length, name_or_null, config_json_or_null, std::ptr::null(), report) }
}

/// The same with what the recording cannot know of its session.
///
/// session_json_or_null: a session as a JSON object (schema: "myovox schema session"): sides, maximal voluntary contractions, targets, exertion,
/// cuff pressure. Unknown keys are refused, and so is a "calibration_recording": no file is opened, write its values into the session. NULL is
/// myovox_analyze.
///
/// All else as myovox_analyze. Thread-safe; single-threaded inside.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_analyze_session(
    bytes: *const u8,
    length: usize,
    name_or_null: *const c_char,
    config_json_or_null: *const c_char,
    session_json_or_null: *const c_char,
    report: *mut *mut myovox_report,
) -> myovox_result {
    border(|| {
        writable(report, "report")?;
        // SAFETY: by the contract the bytes and the texts are there and stay unchanged during the call.
        let (bytes, name, config, session) = unsafe {
            (
                self::bytes(bytes, length)?,
                text(name_or_null, "name_or_null")?,
                text(config_json_or_null, "config_json_or_null")?,
                text(session_json_or_null, "session_json_or_null")?,
            )
        };
        let config = config.map_or_else(|| Ok(Config::default()), Config::from_json)?;
        config.check()?;
        let mut analyzer = Analyzer::new(config);
        if let Some(json) = session {
            analyzer = analyzer.session(Session::from_json(json)?);
        }
        let json = analyzer.run(bytes, name)?.to_json();
        // SAFETY: by the contract `report` has room for a pointer.
        unsafe { give_handle(myovox_report { json }, report, "report") }
    })
}

/// The report as JSON (schema "myovox/report/1"), byte for byte as from every other door of the library.
///
/// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one report.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_report_json(
    report: *const myovox_report,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_text(&handle(report, "report")?.json, buffer, capacity, needed) }
    })
}

/// Frees a report; NULL is nothing to free. Freeing twice is undefined.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_report_free(report: *mut myovox_report) {
    // SAFETY: by the contract the handle is NULL or live and nobody uses it any more.
    unsafe { free(report) }
}
