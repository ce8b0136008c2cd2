//! Levels, chunks and texts of a sound.

use ndarray::ArrayView2;

use super::{moments, or_missing};
use crate::dsp::math::db_of_amplitude;
use crate::formats::codecs::AudioRecording;
use crate::formats::wav::{ChunkInfo, Metadata, WavRecording};
use crate::report::{ChunkSummary, SoundContents, SoundLevel, TextEntry};
use crate::warning::Missing;

pub(super) fn of_wav(recording: &WavRecording, missing: &mut Vec<Missing>) -> SoundContents {
    let chunk = |chunk: &ChunkInfo| ChunkSummary { id: chunk.id.to_string(), byte: chunk.offset, bytes: chunk.bytes };
    SoundContents {
        valid_bits: Some(recording.valid_bits),
        channels: levels(&recording.samples.view(), missing),
        identical_channels: identical(&recording.samples.view()),
        chunks: recording.chunks.iter().map(chunk).collect(),
        texts: texts(&recording.metadata),
        cue_points: recording.metadata.cues.len(),
    }
}

pub(super) fn of_audio(recording: &AudioRecording, missing: &mut Vec<Missing>) -> SoundContents {
    let why = ("lossy_codec", "the codec does not keep the bits of a sample");
    SoundContents {
        valid_bits: or_missing(recording.bits, missing, || "valid_bits".to_owned(), why),
        channels: levels(&recording.samples.view(), missing),
        identical_channels: identical(&recording.samples.view()),
        chunks: Vec::new(),
        texts: Vec::new(),
        cue_points: 0,
    }
}

fn levels(samples: &ArrayView2<'_, f64>, missing: &mut Vec<Missing>) -> Vec<SoundLevel> {
    let rows = samples.rows().into_iter().enumerate();
    let mut level = |(index, row): (usize, ndarray::ArrayView1<'_, f64>)| {
        let moments = moments(&row);
        let db = |amplitude: f64| (amplitude > 0.0).then(|| db_of_amplitude(amplitude));
        let path = |name: &str| format!("channels[{index}].{name}");
        let why = match moments {
            None => ("no_signal", "the channel holds no sample"),
            Some(_) => ("silence", "all samples are 0, which has no level in dB"),
        };
        SoundLevel {
            index,
            mean: or_missing(moments.map(|m| m.mean), missing, || path("mean"), why),
            rms_dbfs: or_missing(moments.and_then(|m| db(m.rms)), missing, || path("rms_dbfs"), why),
            peak_dbfs: or_missing(moments.and_then(|m| db(m.peak)), missing, || path("peak_dbfs"), why),
        }
    };
    rows.map(&mut level).collect()
}

/// Groups of channels with the same samples; a channel on its own, and a recording without samples, has none.
fn identical(samples: &ArrayView2<'_, f64>) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    if samples.ncols() == 0 {
        return groups;
    }
    for (index, row) in samples.rows().into_iter().enumerate() {
        match groups.iter_mut().find(|group| samples.row(group[0]) == row) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
}

fn texts(metadata: &Metadata) -> Vec<TextEntry> {
    let info = metadata.info.iter().map(|info| (info.id.to_string(), info.text.as_str()));
    let broadcast = metadata.broadcast.iter().flat_map(|broadcast| {
        [
            ("bext.description", &broadcast.description),
            ("bext.originator", &broadcast.originator),
            ("bext.originator_reference", &broadcast.originator_reference),
            ("bext.origination_date", &broadcast.origination_date),
            ("bext.origination_time", &broadcast.origination_time),
            ("bext.coding_history", &broadcast.coding_history),
        ]
        .map(|(name, text)| (name.to_owned(), text.as_str()))
    });
    let ixml = metadata.ixml.iter().map(|text| ("iXML".to_owned(), text.as_str()));
    let all = info.chain(broadcast).chain(ixml).filter(|(_, text)| !text.is_empty());
    all.map(|(name, text)| TextEntry { name, text: text.to_owned() }).collect()
}
