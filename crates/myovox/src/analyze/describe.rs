//! What a recording is: the part of a report that stands before any analysis.

use ndarray::{Array2, ArrayView1};

use super::{Read, Sound, digest};
use crate::config::Auto;
use crate::emg::{ChannelInfo, roles};
use crate::formats::c3d::{C3dRecording, Event};
use crate::formats::codecs::AudioRecording;
use crate::report::{ChannelDescription, Details, EventDescription, Recording, RecordingKind};
use crate::warning::Missing;

/// The description of a recording, and why each `None` in it is one.
pub(super) fn recording(
    read: &Read,
    bytes: &[u8],
    name: Option<&str>,
    muscles: &Auto<Vec<String>>,
) -> (Recording, Vec<Missing>) {
    let mut missing = Vec::new();
    if name.is_none() {
        missing.push(Missing::new("name", "not_given", "the bytes came without a name"));
    }
    let mut recording = match read {
        Read::C3d(c3d) => of_c3d(c3d, muscles, &mut missing),
        Read::Sound(Sound::Wav(wav)) => {
            let details = Details::Wav { container: wav.container, coding: wav.coding, bits: wav.bits };
            of_sound(&wav.samples, wav.sample_rate, RecordingKind::Wav, details, &mut missing)
        }
        Read::Sound(Sound::Audio(audio)) => of_audio(audio, &mut missing),
    };
    recording.name = name.map(str::to_owned);
    recording.sha256 = digest::of_bytes(bytes);
    recording.bytes = bytes.len() as u64;
    (recording, missing.into_iter().map(|entry| entry.within("recording")).collect())
}

/// The first bytes of something unknown, as a person can read them.
pub(super) fn first_bytes(bytes: &[u8]) -> String {
    let shown: Vec<String> = bytes.iter().take(8).map(|byte| format!("{byte:02X}")).collect();
    shown.join(" ")
}

/// Labels, units and force platforms of the analog channels.
pub(super) fn channel_infos(c3d: &C3dRecording) -> Vec<ChannelInfo> {
    let of_force_platform = |index: usize| c3d.force_platform_channels.contains(&index);
    let unit = |index: usize| c3d.analog_units.get(index).cloned().unwrap_or_default();
    let info = |(index, label): (usize, &String)| ChannelInfo {
        label: label.clone(),
        unit: unit(index),
        of_force_platform: of_force_platform(index),
    };
    c3d.analog_labels.iter().enumerate().map(info).collect()
}

fn of_c3d(c3d: &C3dRecording, muscles: &Auto<Vec<String>>, missing: &mut Vec<Missing>) -> Recording {
    let infos = channel_infos(c3d);
    // A muscle that was asked for and is not there is the analysis's error; a description goes on without it.
    let roles = roles(&infos, muscles).or_else(|_| roles(&infos, &Auto::Auto)).unwrap_or_default();
    let channels: Vec<ChannelDescription> = infos
        .iter()
        .zip(c3d.analog.rows())
        .zip(roles)
        .enumerate()
        .map(|(index, ((info, row), role))| {
            let unit = Some(info.unit.trim().to_owned()).filter(|unit| !unit.is_empty());
            channel(index, info.label.clone(), unit, Some(role), &row, missing)
        })
        .collect();
    let samples = c3d.analog.ncols();
    let positive = |rate: Option<f64>| rate.filter(|hz| hz.is_finite() && *hz > 0.0);
    let (frame_rate_hz, rate_hz) =
        (positive(c3d.point_rate_hz), positive(c3d.analog_rate_hz).filter(|_| !channels.is_empty()));
    if rate_hz.is_none() {
        let (reason, message) = if channels.is_empty() {
            ("no_channels", "the recording has no analog channels")
        } else {
            ("not_in_file", "the file states no sampling rate")
        };
        missing.push(Missing::new("rate_hz", reason, message));
    }
    if frame_rate_hz.is_none() {
        missing.push(Missing::new("details.frame_rate_hz", "not_in_file", "the file states no frame rate"));
    }
    let duration_s = rate_hz.map(|hz| samples as f64 / hz).or(frame_rate_hz.map(|hz| c3d.frames as f64 / hz));
    if duration_s.is_none() {
        missing.push(Missing::new("duration_s", "no_rate", "without a rate there is no duration"));
    }
    let positions = c3d.residuals.len();
    let valid_share =
        (positions > 0).then(|| c3d.residuals.iter().filter(|r| **r >= 0.0).count() as f64 / positions as f64);
    if valid_share.is_none() {
        missing.push(Missing::new("details.valid_share", "no_markers", "the recording has no marker positions"));
    }
    let mut event = |(index, event): (usize, &Event)| {
        if event.time_s.is_none() {
            let message = "the event's time needs a frame rate, or is not a number in the file";
            missing.push(Missing::new(format!("details.events[{index}].time_s"), "no_time", message));
        }
        EventDescription { label: event.label.clone(), context: event.context.clone(), time_s: event.time_s }
    };
    let details = Details::C3d {
        processor: c3d.processor,
        storage: c3d.storage,
        markers: c3d.point_labels.clone(),
        frames: c3d.frames,
        frame_rate_hz,
        valid_share,
        events: c3d.events.iter().enumerate().map(&mut event).collect(),
    };
    Recording { duration_s, rate_hz, samples, channels, ..empty(RecordingKind::C3d, details) }
}

fn of_audio(audio: &AudioRecording, missing: &mut Vec<Missing>) -> Recording {
    if audio.bits.is_none() {
        missing.push(Missing::new("details.bits", "lossy_codec", "the codec does not keep the bits of a sample"));
    }
    let details = Details::Audio { codec: audio.codec, bits: audio.bits };
    of_sound(&audio.samples, audio.sample_rate, audio.container.into(), details, missing)
}

fn of_sound(
    samples: &Array2<f64>,
    rate: u32,
    kind: RecordingKind,
    details: Details,
    missing: &mut Vec<Missing>,
) -> Recording {
    let describe = |(index, row): (usize, ArrayView1<'_, f64>)| {
        channel(index, format!("channel {}", index + 1), Some("full scale".to_owned()), None, &row, missing)
    };
    let channels: Vec<ChannelDescription> = samples.rows().into_iter().enumerate().map(describe).collect();
    let (samples, rate) = (samples.ncols(), f64::from(rate));
    Recording {
        duration_s: Some(samples as f64 / rate),
        rate_hz: Some(rate),
        samples,
        channels,
        ..empty(kind, details)
    }
}

fn channel(
    index: usize,
    label: String,
    unit: Option<String>,
    role: Option<crate::emg::Role>,
    row: &ArrayView1<'_, f64>,
    missing: &mut Vec<Missing>,
) -> ChannelDescription {
    let range =
        row.iter().copied().filter(|v| v.is_finite()).fold(None, |range: Option<(f64, f64)>, v| {
            Some(range.map_or((v, v), |(low, high)| (low.min(v), high.max(v))))
        });
    let path = |name: &str| format!("channels[{index}].{name}");
    if unit.is_none() {
        missing.push(Missing::new(path("unit"), "not_in_file", "the file states no unit for this channel"));
    }
    if range.is_none() {
        for name in ["min", "max"] {
            missing.push(Missing::new(path(name), "no_signal", "the channel holds no finite sample"));
        }
    }
    // Adding 0 turns -0 into 0.
    ChannelDescription { index, label, unit, role, min: range.map(|r| r.0 + 0.0), max: range.map(|r| r.1 + 0.0) }
}

/// A recording of which only kind and details are known yet.
fn empty(kind: RecordingKind, details: Details) -> Recording {
    Recording {
        name: None,
        sha256: String::new(),
        kind,
        bytes: 0,
        duration_s: None,
        rate_hz: None,
        samples: 0,
        channels: Vec::new(),
        details,
    }
}
