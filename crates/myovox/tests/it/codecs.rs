//! Compressed recordings against the decoders that made their truth, against files whose samples are known, and against files made to do harm.

#[cfg(feature = "codecs")]
mod corpus;
mod flac;
#[cfg(feature = "codecs")]
mod hostile;
#[cfg(feature = "codecs")]
mod libsndfile;
mod plain;

use myovox::formats::codecs::{self, AudioRecording, CodecsConfig};
use myovox::{Budget, Limits, Result};

pub fn read(bytes: &[u8]) -> Result<AudioRecording> {
    read_with(bytes, &CodecsConfig::default())
}

pub fn read_with(bytes: &[u8], config: &CodecsConfig) -> Result<AudioRecording> {
    codecs::read(bytes, config, &mut Budget::new(&Limits::default()))
}

#[cfg(feature = "codecs")]
pub fn codes(recording: &AudioRecording) -> Vec<&str> {
    recording.warnings.iter().map(|warning| warning.code.as_ref()).collect()
}
