//! The C door gives the same bits as the library behind it.
#![allow(unsafe_code, reason = "a C ABI is made of raw pointers")]
#![allow(clippy::unwrap_used, reason = "tests stop where a value is not there")]

use std::ffi::{CStr, CString, c_char};
use std::ptr::{null, null_mut};

use myovox::formats::{c3d, wav};
use myovox::{Budget, Config, Limits};
use myovox_capi::analyze::{
    myovox_analyze, myovox_analyze_session, myovox_report_free, myovox_report_json, myovox_version,
};
use myovox_capi::c3d::{
    myovox_c3d, myovox_c3d_analog, myovox_c3d_analog_label, myovox_c3d_free, myovox_c3d_metadata_json,
    myovox_c3d_points, myovox_c3d_read, myovox_c3d_residuals, myovox_c3d_warnings_json,
};
use myovox_capi::c3d_reader::{
    myovox_c3d_reader_analog_f64, myovox_c3d_reader_free, myovox_c3d_reader_from_bytes,
    myovox_c3d_reader_metadata_json, myovox_c3d_reader_points_f64,
};
use myovox_capi::result::myovox_result;
use myovox_capi::wav::{myovox_wav_free, myovox_wav_rate_hz, myovox_wav_read, myovox_wav_samples};
use myovox_fixtures::ghostly::{Variant, variant};
use myovox_fixtures::{Processor, Storage, markers};

/// Asks for the size, then for the text.
fn text(call: impl Fn(*mut c_char, usize, *mut usize) -> myovox_result) -> String {
    let mut needed = 0;
    assert_eq!(call(null_mut(), 0, &raw mut needed), myovox_result::Ok);
    let mut buffer = vec![0u8; needed];
    assert_eq!(call(buffer.as_mut_ptr().cast(), buffer.len(), &raw mut needed), myovox_result::Ok);
    CStr::from_bytes_with_nul(&buffer).unwrap().to_str().unwrap().to_owned()
}

/// Asks for the size, then for the values.
fn values(call: impl Fn(*mut f64, usize, *mut usize) -> myovox_result) -> Vec<f64> {
    let mut needed = 0;
    assert_eq!(call(null_mut(), 0, &raw mut needed), myovox_result::Ok);
    let mut buffer = vec![0.0; needed];
    assert_eq!(call(buffer.as_mut_ptr(), buffer.len(), &raw mut needed), myovox_result::Ok);
    buffer
}

fn bits<'a>(values: impl IntoIterator<Item = &'a f64>) -> Vec<u64> {
    values.into_iter().map(|value| value.to_bits()).collect()
}

#[test]
fn a_report_is_that_of_the_library_byte_for_byte() {
    let settings = r#"{"emg": {"band": {"low_hz": 30.0}}}"#;
    let (bytes, _) = variant(Variant::Dropout, 330, 2);
    for config in [None, Some(settings)] {
        let name = CString::new("séance.c3d").unwrap();
        let given = config.map(|json| CString::new(json).unwrap());
        let pointer = given.as_ref().map_or(null(), |json| json.as_ptr());
        let mut report = null_mut();
        // SAFETY: bytes, name and settings live through the call, `report` is ours.
        let result = unsafe { myovox_analyze(bytes.as_ptr(), bytes.len(), name.as_ptr(), pointer, &raw mut report) };
        assert_eq!(result, myovox_result::Ok);
        // SAFETY: the report is live, the buffers are as large as stated.
        let json = text(|buffer, capacity, needed| unsafe { myovox_report_json(report, buffer, capacity, needed) });
        // SAFETY: the report is live and not used again.
        unsafe { myovox_report_free(report) };
        let config = config.map_or_else(Config::default, |json| Config::from_json(json).unwrap());
        assert_eq!(json, myovox::analyze::analyze(&bytes, Some("séance.c3d"), &config).unwrap().to_json());
    }
}

#[test]
fn a_report_with_a_session_is_that_of_the_library_and_a_wrong_session_is_refused() {
    let (bytes, _) = variant(Variant::Dropout, 330, 2);
    let session = r#"{"rpe": 5, "channels": {"CH1 Raw": {"side": "left", "target_contractions": 4}}}"#;
    let analyze = |json: &str| {
        let (json, mut report) = (CString::new(json).unwrap(), null_mut());
        let (at, length) = (bytes.as_ptr(), bytes.len());
        // SAFETY: bytes and session live through the call, `report` is ours.
        let result = unsafe { myovox_analyze_session(at, length, null(), null(), json.as_ptr(), &raw mut report) };
        (result, report)
    };
    let (result, report) = analyze(session);
    assert_eq!(result, myovox_result::Ok);
    // SAFETY: the report is live, the buffers are as large as stated.
    let json = text(|buffer, capacity, needed| unsafe { myovox_report_json(report, buffer, capacity, needed) });
    // SAFETY: the report is live and not used again.
    unsafe { myovox_report_free(report) };
    let analyzer = myovox::Analyzer::new(Config::default()).session(myovox::emg::Session::from_json(session).unwrap());
    assert_eq!(json, analyzer.run(&bytes, None).unwrap().to_json());
    for wrong in [r#"{"rpe": 4.5}"#, r#"{"rep": 4}"#, r#"{"calibration_recording": "mvc.c3d"}"#] {
        assert_eq!(analyze(wrong).0, myovox_result::Config, "{wrong}");
    }
}

#[test]
fn a_c3d_recording_has_the_bits_of_the_library_and_the_values_of_the_truth() {
    for processor in Processor::ALL {
        check_c3d(processor, Storage::Int16);
        check_c3d(processor, Storage::Float32);
    }
}

fn check_c3d(processor: Processor, storage: Storage) {
    let (bytes, truth) = markers::markers(processor, storage);
    let expected = c3d::read(&bytes, &c3d::C3dConfig::default(), &mut Budget::new(&Limits::default())).unwrap();
    let mut recording: *mut myovox_c3d = null_mut();
    // SAFETY: the bytes live through the call, `recording` is ours.
    assert_eq!(unsafe { myovox_c3d_read(bytes.as_ptr(), bytes.len(), &raw mut recording) }, myovox_result::Ok);
    // SAFETY: here and below the recording is live and the buffers are as large as stated.
    let points = values(|buffer, capacity, needed| unsafe { myovox_c3d_points(recording, buffer, capacity, needed) });
    assert_eq!(bits(&points), bits(&expected.points));
    for (value, known) in points.iter().zip(truth.points_mm.iter().flatten().flatten()) {
        assert_eq!(Some(*value).filter(|value| !value.is_nan()), *known);
    }
    // SAFETY: as above.
    let residuals =
        values(|buffer, capacity, needed| unsafe { myovox_c3d_residuals(recording, buffer, capacity, needed) });
    assert_eq!(bits(&residuals), bits(&expected.residuals));
    // SAFETY: as above.
    let analog = values(|buffer, capacity, needed| unsafe { myovox_c3d_analog(recording, buffer, capacity, needed) });
    assert_eq!(analog, truth.analog.concat());
    for (index, label) in truth.analog_labels.iter().enumerate() {
        // SAFETY: as above.
        let found = text(|buffer, capacity, needed| unsafe {
            myovox_c3d_analog_label(recording, index, buffer, capacity, needed)
        });
        assert_eq!(found, *label);
    }
    // SAFETY: as above.
    let warnings =
        text(|buffer, capacity, needed| unsafe { myovox_c3d_warnings_json(recording, buffer, capacity, needed) });
    assert_eq!(warnings, serde_json::to_string(&expected.warnings).unwrap());
    // SAFETY: the recording is live and not used again.
    unsafe { myovox_c3d_free(recording) };
}

#[test]
fn a_reader_has_the_bits_of_the_library_and_tells_the_same_metadata() {
    let (bytes, _) = markers::markers(Processor::Mips, Storage::Int16);
    let budget = &mut Budget::new(&Limits::default());
    let expected = c3d::read(&bytes, &c3d::C3dConfig::default(), budget).unwrap();
    let mut reader = null_mut();
    // SAFETY: the bytes live through the call, `reader` is ours.
    let opened = unsafe { myovox_c3d_reader_from_bytes(bytes.as_ptr(), bytes.len(), null(), &raw mut reader) };
    assert_eq!(opened, myovox_result::Ok);
    let frames = expected.frames as u64;
    let points = values(|buffer, capacity, needed| {
        // SAFETY: here and below the reader is live, the buffers are as large as stated, nobody wants warnings.
        unsafe { myovox_c3d_reader_points_f64(reader, null(), 0, 0, frames, buffer, capacity, needed, null_mut()) }
    });
    assert_eq!(bits(&points), bits(&expected.points));
    let analog = values(|buffer, capacity, needed| {
        // SAFETY: as above.
        unsafe { myovox_c3d_reader_analog_f64(reader, null(), 0, 0, frames, buffer, capacity, needed, null_mut()) }
    });
    assert_eq!(bits(&analog), bits(&expected.analog));
    // SAFETY: as above.
    let of_reader =
        text(|buffer, capacity, needed| unsafe { myovox_c3d_reader_metadata_json(reader, buffer, capacity, needed) });
    // SAFETY: the reader is live and not used again.
    unsafe { myovox_c3d_reader_free(reader) };

    let mut recording: *mut myovox_c3d = null_mut();
    // SAFETY: the bytes live through the call, `recording` is ours.
    assert_eq!(unsafe { myovox_c3d_read(bytes.as_ptr(), bytes.len(), &raw mut recording) }, myovox_result::Ok);
    // SAFETY: the recording is live and the buffer as large as stated.
    let of_recording =
        text(|buffer, capacity, needed| unsafe { myovox_c3d_metadata_json(recording, buffer, capacity, needed) });
    // SAFETY: the recording is live and not used again.
    unsafe { myovox_c3d_free(recording) };
    assert_eq!(of_reader, of_recording);
    let metadata: serde_json::Value = serde_json::from_str(&of_reader).unwrap();
    assert_eq!(metadata["events"], serde_json::to_value(&expected.events).unwrap());
    assert_eq!(metadata["events"].as_array().unwrap().len(), 4);
    assert_eq!(metadata["first_frame"], expected.first_frame);
    assert_eq!(metadata["processor"], "mips");
    for group in expected.parameters.groups() {
        for parameter in &group.parameters {
            let told = &metadata["parameters"][group.name.to_uppercase()][parameter.name.to_uppercase()];
            assert_eq!(told["dims"], serde_json::to_value(&parameter.dims).unwrap(), "{}", parameter.name);
            let numbers: Vec<f64> =
                told["values"].as_array().unwrap().iter().filter_map(serde_json::Value::as_f64).collect();
            assert_eq!(numbers, parameter.as_f64s(), "{}", parameter.name);
        }
    }
}

#[test]
fn a_wav_recording_has_the_bits_of_the_library() {
    let voices = myovox_fixtures::voice_signal::dialogue(8000, 3);
    let bytes = myovox_fixtures::wav_file::wav(&voices.channels, 8000, myovox_fixtures::wav_file::Coding::Pcm(24));
    let expected = wav::read(&bytes, &wav::WavConfig::default(), &mut Budget::new(&Limits::default())).unwrap();
    let mut recording = null_mut();
    // SAFETY: the bytes live through the call, `recording` is ours.
    assert_eq!(unsafe { myovox_wav_read(bytes.as_ptr(), bytes.len(), &raw mut recording) }, myovox_result::Ok);
    let mut rate_hz = 0.0;
    // SAFETY: the recording is live, the number is ours.
    assert_eq!(unsafe { myovox_wav_rate_hz(recording, &raw mut rate_hz) }, myovox_result::Ok);
    assert_eq!(rate_hz, 8000.0);
    // SAFETY: the recording is live and the buffer as large as stated.
    let samples = values(|buffer, capacity, needed| unsafe { myovox_wav_samples(recording, buffer, capacity, needed) });
    assert_eq!(bits(&samples), bits(&expected.samples));
    // SAFETY: the recording is live and not used again.
    unsafe { myovox_wav_free(recording) };
}

#[test]
fn the_version_is_that_of_the_package() {
    // SAFETY: the version is a NUL-terminated text that lives for ever.
    let version = unsafe { CStr::from_ptr(myovox_version()) };
    assert_eq!(version.to_str().unwrap(), env!("CARGO_PKG_VERSION"));
}
