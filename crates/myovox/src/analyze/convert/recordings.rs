//! Recordings written as recordings: C3D as C3D, sound as WAV.

use std::io::Write;

use ndarray::{Array2, Axis, Slice, s};

use super::super::Sound;
use crate::config::Auto;
use crate::error::Result;
use crate::formats::c3d::{self, C3dRecording, C3dWriteConfig, Pick};
use crate::formats::codecs::{AudioRecording, Codec};
use crate::formats::export::{Exported, Selection, channel_labels, no_such_channel, span};
use crate::formats::wav::{self, WavInfo, WavWriteConfig, WriteCoding, Writer};
use crate::limits::Budget;
use crate::warning::Warning;

/// Samples of all channels that are decoded at a time.
const BLOCK_SAMPLES: usize = 1 << 16;

/// Writes a C3D file of the selected part.
pub(super) fn c3d(
    recording: &C3dRecording,
    config: &C3dWriteConfig,
    selection: &Selection,
    mut to: &mut dyn Write,
    budget: &mut Budget,
) -> Result<Exported> {
    if *selection == Selection::default() {
        let warnings = c3d::write(recording, config, budget, &mut to)?;
        return Ok(Exported { rows: recording.frames as u64, warnings });
    }
    let frames = span(recording.frames, selection)?;
    let mut part = c3d::Selection::all().frames(frames.start as u64..frames.end as u64);
    let wanted = &selection.channels;
    if !wanted.is_empty() {
        let all = || recording.point_labels.iter().chain(&recording.analog_labels);
        if let Some(absent) = wanted.iter().find(|wanted| !all().any(|label| label == *wanted)) {
            return Err(no_such_channel(absent, all()));
        }
        part = part.points(named(&recording.point_labels, wanted)).channels(named(&recording.analog_labels, wanted));
    }
    let excerpt = recording.excerpt(&part, budget)?;
    let mut warnings: Vec<Warning> = excerpt.warnings.iter().skip(recording.warnings.len()).cloned().collect();
    warnings.extend(c3d::write(&excerpt, config, budget, &mut to)?);
    Ok(Exported { rows: excerpt.frames as u64, warnings })
}

/// All that have one of the labels `wanted`.
fn named(labels: &[String], wanted: &[String]) -> Pick {
    Pick::indices(labels.iter().enumerate().filter(|(_, label)| wanted.contains(label)).map(|(index, _)| index))
}

/// Numbers of the channels of a sound that are selected.
fn channels_of(count: usize, selection: &Selection) -> Result<Vec<usize>> {
    let (labels, wanted) = (channel_labels(count), &selection.channels);
    if let Some(absent) = wanted.iter().find(|wanted| !labels.contains(wanted)) {
        return Err(no_such_channel(absent, &labels));
    }
    let all = labels.iter().enumerate();
    Ok(all.filter(|(_, label)| wanted.is_empty() || wanted.contains(label)).map(|(index, _)| index).collect())
}

/// Writes a WAV file of the selected part of a WAV recording, block by block.
pub(super) fn wav_of_reader(
    mut reader: wav::Reader<'_>,
    coding: Auto<WriteCoding>,
    selection: &Selection,
    to: &mut dyn Write,
) -> Result<Exported> {
    let info = reader.info();
    let (channels, frames) = (channels_of(info.channels, selection)?, span(info.frames, selection)?);
    let config = WavWriteConfig::default().coding(coding.or(WriteCoding::holding(info.coding)));
    let mut writer = Writer::new(to, (channels.len(), frames.len()), info.sample_rate, &config)?;
    let at_a_time = (BLOCK_SAMPLES / channels.len().max(1)).max(1);
    let mut block = Array2::<f64>::zeros((channels.len(), at_a_time.min(frames.len())));
    for start in frames.clone().step_by(at_a_time) {
        let part = start..frames.end.min(start.saturating_add(at_a_time));
        let mut samples = block.slice_mut(s![.., ..part.len()]);
        reader.read_channels_into(&channels, part, samples.view_mut())?;
        writer.write(samples.view())?;
    }
    let of_writing = writer.finish()?;
    let info = reader.into_info();
    let mut warnings = info.warnings.clone();
    warnings.extend(left_out(&info));
    warnings.extend(of_writing);
    Ok(Exported { rows: frames.len() as u64, warnings })
}

/// Writes a WAV file of the selected part of a decoded sound.
pub(super) fn wav_of_sound(
    sound: &Sound,
    coding: Auto<WriteCoding>,
    selection: &Selection,
    to: &mut dyn Write,
) -> Result<Exported> {
    let samples = sound.samples();
    let (channels, frames) = (channels_of(samples.nrows(), selection)?, span(samples.ncols(), selection)?);
    let holding = match sound {
        Sound::Wav(wav) => WriteCoding::holding(wav.coding),
        Sound::Audio(audio) => holding(audio),
    };
    let config = WavWriteConfig::default().coding(coding.or(holding));
    let mut writer = Writer::new(to, (channels.len(), frames.len()), sound.sample_rate(), &config)?;
    let at_a_time = (BLOCK_SAMPLES / channels.len().max(1)).max(1);
    for start in frames.clone().step_by(at_a_time) {
        let part = start..frames.end.min(start.saturating_add(at_a_time));
        let block = samples.slice_axis(Axis(1), Slice::from(part)).select(Axis(0), &channels);
        writer.write(block.view())?;
    }
    Ok(Exported { rows: frames.len() as u64, warnings: writer.finish()? })
}

/// The smallest coding that holds every sample of `audio`.
fn holding(audio: &AudioRecording) -> WriteCoding {
    match (audio.codec, audio.bits) {
        (Codec::Mulaw | Codec::Alaw | Codec::ImaAdpcm | Codec::MsAdpcm, _) => WriteCoding::Pcm16,
        (Codec::Flac | Codec::Alac | Codec::Pcm, Some(bits)) => match bits {
            0..=8 => WriteCoding::Pcm8,
            9..=16 => WriteCoding::Pcm16,
            17..=24 => WriteCoding::Pcm24,
            25..=32 => WriteCoding::Pcm32,
            _ => WriteCoding::Float64,
        },
        _ if audio.samples.iter().all(|&sample| is_single(sample)) => WriteCoding::Float32,
        _ => WriteCoding::Float64,
    }
}

/// Whether `f32` holds `value`.
#[expect(clippy::cast_possible_truncation, reason = "what is lost is the question")]
fn is_single(value: f64) -> bool {
    f64::from(value as f32) == value
}

/// What stands beside the samples is not written.
fn left_out(info: &WavInfo) -> Option<Warning> {
    let metadata = &info.metadata;
    let speakers = info.channel_mask.is_some_and(|mask| mask != first_speakers(info.channels));
    let parts = [
        ("texts", !metadata.info.is_empty() || metadata.ixml.is_some()),
        ("the broadcast extension", metadata.broadcast.is_some()),
        ("cue points", !metadata.cues.is_empty()),
        ("the places of speakers", speakers),
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|(_, is_there)| *is_there).map(|(what, _)| what).collect();
    let message = || format!("samples are written and not what stands beside them: {}", parts.join(", "));
    (!parts.is_empty()).then(|| Warning::new("export.metadata-left-out", message()))
}

/// The speakers that a WAV file names for its first channels.
fn first_speakers(channels: usize) -> u32 {
    (0..channels.min(18)).fold(0, |mask, channel| mask | 1 << channel)
}
