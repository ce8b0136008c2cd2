//! WAV: the bytes of a recording become samples in `f32` or `f64`, channel by channel, and samples become a file.
//!
//! In come the bytes of a RIFF, RIFX, RF64, BW64 or Sony Wave64 file (or headerless samples, see [`RawFormat`]); out comes a [`WavRecording`],
//! by [`read`]. [`Reader`] decodes any part of a recording, from memory or an open file, into buffers of the caller; [`Stream`] reads a pipe
//! forward in constant memory; [`write()`] makes a file, [`Writer`] makes one block by block. All ways of reading give the same bits and the same warnings.
//!
//! The way of one recording: `sniff` tells what it is, `walk` finds its chunks through `input` (`riff`, `w64` know the headers), `format` reads
//! how the samples are coded, `info` puts that together; `decode` turns ranges of frames into bytes and `pcm`, `g711`, `ima`, `ms`, `gsm`
//! decode them into a [`Sample`]; `legs` compares the channels, `metadata` keeps what stands beside them, `warnings` lists what was guessed.
//! A new coding is a variant of [`Coding`], a tag in `format`, an arm in `decode` and a decoder file.
//!
//! - Integers of a container of `b` bits are divided by `2^(b-1)`: samples lie in [-1, 1). Valid bits are the high ones.
//! - Floats are kept as stored, also beyond 1; NaN and infinity are refused with channel and frame.
//! - Companded and ADPCM samples are decoded to their 16-bit integer and divided by 32768.
//! - Sizes are claims: the file's length decides, each disagreement is a warning with its byte, an error under [`Policy::Strict`].
//! - Channels are never mixed and never dropped.
//!
//! Sources: Multimedia Programming Interface 1.0 (IBM and Microsoft, 1991), New Multimedia Data Types (Microsoft, 1994),
//! WAVEFORMATEXTENSIBLE (Microsoft, 2001), EBU Tech 3285 and 3306, ITU-R BS.2088, Wave64 1.0 (Sony), ITU-T G.711, IMA Recommended Practices
//! 3.0, ETSI GSM 06.10.

mod coding;
mod decode;
mod format;
mod g711;
mod gsm;
mod ima;
mod info;
mod input;
mod legs;
mod metadata;
mod ms;
mod pcm;
mod raw;
mod reader;
mod riff;
mod sample;
mod stream;
mod w64;
mod walk;
mod warnings;
mod write;
mod writer;

use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{Auto, config};
use crate::error::Result;
use crate::formats::Policy;
use crate::limits::Budget;
use crate::warning::Warning;

pub use self::coding::Coding;
pub use self::info::WavInfo;
pub use self::metadata::{BroadcastExtension, CuePoint, CueText, FourCc, InfoText, Metadata};
pub use self::raw::RawFormat;
pub use self::reader::Reader;
pub use self::sample::Sample;
pub use self::stream::Stream;
pub use self::warnings::{UnderStrict, WARNINGS, WarningKind};
pub use self::write::{WavWriteConfig, WriteCoding, write};
pub use self::writer::Writer;

config! {
    /// How WAV recordings are read.
    pub struct WavConfig {
        /// What to do with a file that contradicts itself. Default lenient: read what is there, every guess a warning. `recover` reads alike,
        /// since a recording whose sizes were never written is counted from the file in both.
        policy: Policy = Policy::Lenient,
        /// How headerless samples are coded, `CODING:RATE` or `CODING:RATE:CHANNELS` (`mulaw:8000:2`). Default `auto`: the file's header
        /// says it, and a file without one is refused.
        raw: Auto<RawFormat> = Auto::Auto,
    }
}

/// What the chunks stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Container {
    /// RIFF, little-endian, 32-bit sizes.
    Riff,
    /// RIFX, big-endian.
    Rifx,
    /// RF64, 64-bit sizes in `ds64` (EBU Tech 3306).
    Rf64,
    /// BW64, as RF64 (ITU-R BS.2088).
    Bw64,
    /// Sony Wave64.
    W64,
    /// None: headerless samples.
    Raw,
}

/// A chunk of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkInfo {
    /// Its name, also for Wave64, whose ids are GUIDs that begin with it; `????` for another GUID.
    pub id: FourCc,
    /// Offset of its header in the file.
    pub offset: u64,
    /// Size of its content as claimed; for the samples as taken.
    pub bytes: u64,
}

/// A decoded recording.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WavRecording {
    /// Samples per second and channel.
    pub sample_rate: u32,
    /// `(channels, samples)`; integers and compressed codings in [-1, 1), floats as stored, all finite.
    pub samples: Array2<f64>,
    /// Samples per channel.
    pub frames: usize,
    /// How the samples are stored.
    pub coding: Coding,
    /// What they stand in.
    pub container: Container,
    /// Bits that a stored sample takes: 24 for 20 bits in 3 bytes, 8 for G.711, 4 for ADPCM; 0 for GSM 6.10, which has no such number.
    pub bits: u16,
    /// Bits of a decoded sample that can carry signal: 20 for 20 bits in 3 bytes, 14 for mu-law, 13 for A-law and GSM 6.10, 16 for ADPCM.
    pub valid_bits: u16,
    /// Speakers of WAVEFORMATEXTENSIBLE, one bit each; their count need not be that of the channels.
    pub channel_mask: Option<u32>,
    /// The chunks in file order.
    pub chunks: Vec<ChunkInfo>,
    /// Texts, marks and the broadcast extension.
    pub metadata: Metadata,
    /// What was guessed or is doubtful; [`WARNINGS`] has the meanings.
    pub warnings: Vec<Warning>,
}

/// Decodes the recording in `bytes`.
///
/// `config.raw` set: the bytes are samples without a header. Otherwise the header says what they are.
///
/// ```
/// use myovox::formats::wav::{self, Coding, WavConfig};
/// use myovox::{Budget, Limits};
/// // A RIFF file of two 16-bit samples at 8000 Hz.
/// let mut file = b"RIFF\x28\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x04\0\0\0".to_vec();
/// file.extend([0x00, 0x80, 0x00, 0x40]);
/// let recording = wav::read(&file, &WavConfig::default(), &mut Budget::new(&Limits::default()))?;
/// assert_eq!((recording.sample_rate, recording.coding), (8000, Coding::Pcm16));
/// assert_eq!(recording.samples.row(0).to_vec(), [-1.0, 0.5]);
///
/// let raw = WavConfig::default().raw("mulaw:8000".parse::<wav::RawFormat>()?.into());
/// let call = wav::read(&[0x00, 0xFF], &raw, &mut Budget::new(&Limits::default()))?;
/// assert_eq!(call.samples.row(0).to_vec(), [-32124.0 / 32768.0, 0.0]);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `wav.not-wav` with the file's true kind, `wav.truncated`, `wav.no-fmt`, `wav.no-data`, `wav.bad-field`, `wav.bad-data`, `wav.unsupported` with
/// the coding's name and tag, `wav.non-finite` with channel and frame, `wav.no-samples` when not one whole frame is there;
/// `limit.audio-channels`, `limit.rate-hz`, `limit.chunks`, `limit.metadata-bytes`, `limit.memory-bytes`. Under [`Policy::Strict`] also
/// the codes of [`WARNINGS`] that are errors there.
pub fn read(bytes: &[u8], config: &WavConfig, budget: &mut Budget) -> Result<WavRecording> {
    let mut reader = Reader::new(bytes, config, budget)?;
    let samples = reader.samples(budget)?;
    let info = reader.into_info();
    Ok(WavRecording {
        sample_rate: info.sample_rate,
        samples,
        frames: info.frames,
        coding: info.coding,
        container: info.container,
        bits: info.bits,
        valid_bits: info.valid_bits,
        channel_mask: info.channel_mask,
        chunks: info.chunks,
        metadata: info.metadata,
        warnings: info.warnings,
    })
}
