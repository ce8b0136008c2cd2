//! Recordings that are no WAV: FLAC, ALAC, AAC-LC, MP3, Vorbis and Opus in their containers, and AIFF and AU.
//!
//! In come the bytes of a file, out comes an [`AudioRecording`] of `f64` samples, channel by channel. The way of one recording: `sniff` tells
//! the container; AIFF and AU are integers behind a header and go to the sample decoders of [`wav`](super::wav) (`plain`); all else goes to
//! `decode`, which lets symphonia take the container and the codec apart, and `opus-pure` the Opus packets. What those leave undone is done
//! here: `mp4` reads edit lists, `webm` the padding of the last block, `opus` the header of Opus and what it makes of several streams; `pcm` collects what was
//! decoded and cuts it where the encoder's signal begins and ends. docs/decisions/0006-codecs.md has what was measured.
//!
//! - Integers of `b` bits are divided by `2^(b-1)`, as in WAV; lossy codecs give what their decoder gives, also beyond 1.
//! - Measured against libsndfile 1.2.2: FLAC equal, Vorbis within 2.2e-7, MP3 within 1.1e-6, Opus within 3e-7 of libopus; the number of frames
//!   is equal in all.
//! - The encoder's delay and padding are cut where the file states them; where it does not, a warning says so.
//! - A packet that cannot be decoded, or is missing, becomes silence of its length, with a warning: what follows keeps its time.
//! - Foreign decoders run behind a guard (`guard`): a panic of theirs is an error of ours, input is counted so that no loop is endless, and
//!   every sample is charged to the [`Budget`] before it is stored. A caught panic still passes the process's panic hook, which by default
//!   writes a line to standard error: the hook belongs to the process, not to a library.
//! - Without the feature `codecs` compressed sound is refused by its true name; AIFF and AU are read all the same.
//!
//! Sources: RFC 9639 (FLAC), RFC 7845 (Opus in Ogg), RFC 6716 (Opus), ISO/IEC 14496-12 (edit lists), RFC 9559 (Matroska),
//! Audio Interchange File Format 1.3 and AIFF-C (Apple, 1989 and 1991), the AU header of Sun Microsystems.

#[cfg(feature = "codecs")]
mod decode;
#[cfg(feature = "codecs")]
mod guard;
mod kinds;
#[cfg(feature = "codecs")]
mod mp4;
#[cfg(feature = "codecs")]
mod names;
#[cfg(feature = "codecs")]
mod opus;
#[cfg(feature = "codecs")]
mod pcm;
mod plain;
mod warnings;
#[cfg(feature = "codecs")]
mod webm;

use ndarray::Array2;

use self::warnings::Notes;
use crate::config::{config, within};
use crate::error::{Error, Result};
use crate::formats::Policy;
use crate::formats::sniff::{self, AudioKind, Kind};
use crate::limits::Budget;
use crate::warning::Warning;

pub use self::kinds::{Codec, Container};
pub use self::warnings::WARNINGS;

config! {
    /// How compressed recordings, AIFF and AU are read.
    pub struct CodecsConfig {
        /// What to do with a file that contradicts itself. Default lenient: read what is there, every guess a warning.
        policy: Policy = Policy::Lenient,
        /// Longest recording that is decoded, in seconds. Default one day: a few bytes of a compressed file can stand for hours of silence.
        max_duration_s: f64 = 86_400.0,
    }
}

/// A decoded recording.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AudioRecording {
    /// Samples per second and channel; 48000 for Opus.
    pub sample_rate: u32,
    /// `(channels, samples)`; full scale is 1, lossy codecs may go beyond it; all finite.
    pub samples: Array2<f64>,
    /// How the samples are coded.
    pub codec: Codec,
    /// What they stand in.
    pub container: Container,
    /// Bits of a sample, where the codec keeps them: FLAC, ALAC, integers, floats; `None` for lossy codecs.
    pub bits: Option<u16>,
    /// What was guessed or is doubtful; [`WARNINGS`] has the meanings.
    pub warnings: Vec<Warning>,
}

/// The container of `bytes`, if it is one of this room: anything that `sniff` calls sound and that is no WAV, and MP3 in a WAV file.
///
/// ```
/// use myovox::formats::codecs::{Container, container};
/// assert_eq!(container(b"fLaC\0\0\0\x22"), Some(Container::Flac));
/// assert_eq!(container(b"RIFF\x24\0\0\0WAVEfmt "), None);
/// ```
#[must_use]
pub fn container(bytes: &[u8]) -> Option<Container> {
    match sniff::kind(bytes) {
        Kind::Audio(kind) => Some(kind.into()),
        Kind::Wav => plain::mp3_in_wav(bytes).map(|_| Container::Wav),
        _ => None,
    }
}

/// Decodes the recording in `bytes`.
///
/// ```
/// use myovox::formats::codecs::{self, Codec, CodecsConfig};
/// use myovox::{Budget, Limits};
/// // An AU file: offset of the samples, their size, coding 3 (16 bits), 8000 Hz, 1 channel.
/// let mut file = b".snd\0\0\0\x18\0\0\0\x04\0\0\0\x03\0\0\x1f\x40\0\0\0\x01".to_vec();
/// file.extend([0x80, 0x00, 0x40, 0x00]);
/// let recording = codecs::read(&file, &CodecsConfig::default(), &mut Budget::new(&Limits::default()))?;
/// assert_eq!((recording.sample_rate, recording.codec, recording.bits), (8000, Codec::Pcm, Some(16)));
/// assert_eq!(recording.samples.row(0).to_vec(), [-1.0, 0.5]);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `codecs.not-audio` with the file's true kind; `codecs.not-built` without the feature `codecs`; `codecs.unsupported` with the codec's name;
/// `codecs.bad-container` and `codecs.bad-data` where nothing can be decoded, `codecs.panicked` where a foreign decoder gave up,
/// `codecs.no-progress`, `codecs.no-samples`; `codecs.too-long`, `limit.audio-channels`, `limit.rate-hz`, `limit.memory-bytes`;
/// `config.out-of-range`. Under [`Policy::Strict`] also the codes of [`WARNINGS`] that are errors there.
pub fn read(bytes: &[u8], config: &CodecsConfig, budget: &mut Budget) -> Result<AudioRecording> {
    within("codecs.max_duration_s", config.max_duration_s, 1e-3..=1e9)?;
    let notes = Notes::new(config.policy, budget.limits().max_warnings);
    let found = match sniff::kind(bytes) {
        Kind::Audio(AudioKind::Aiff) => return plain::aiff(bytes, budget, notes),
        Kind::Audio(AudioKind::Au) => return plain::au(bytes, budget, notes),
        Kind::Audio(kind) => {
            // Tags in front are skipped here: no foreign reader of tags ever sees them.
            let untagged = bytes.get(sniff::id3v2_bytes(bytes)..).unwrap_or_default();
            return compressed(untagged, kind.into(), kind.name(), config, budget, notes);
        }
        Kind::Wav => match plain::mp3_in_wav(bytes) {
            Some(frames) => return compressed(frames, Container::Wav, "MP3 in WAV", config, budget, notes),
            None => "WAV",
        },
        Kind::Other(name) => name,
        Kind::C3d => "C3D motion capture",
        Kind::Empty => "an empty file",
        Kind::Unknown => "bytes of no known kind",
    };
    Err(Error::data("codecs.not-audio", "not a compressed recording")
        .byte(0)
        .found(found)
        .expected("FLAC, MP3, AAC, MP4/M4A, Ogg, WebM, AIFF, CAF or AU"))
}

#[cfg(feature = "codecs")]
use self::decode::compressed;

#[cfg(not(feature = "codecs"))]
fn compressed(
    _: &[u8],
    _: Container,
    kind: &'static str,
    _: &CodecsConfig,
    _: &mut Budget,
    _: Notes,
) -> Result<AudioRecording> {
    Err(Error::unsupported(
        "codecs.not-built",
        "compressed sound, and this program was built without the feature codecs",
    )
    .byte(0)
    .found(kind)
    .expected("WAV, AIFF or AU"))
}

/// Refuses channels and rates beyond the limits, and those that no sound has.
fn check_shape(channels: u64, rate: u64, budget: &Budget) -> Result<()> {
    let limits = budget.limits();
    for (field, value) in [("channels", channels), ("rate", rate)] {
        if value == 0 {
            return Err(Error::data("codecs.bad-field", "sound without any")
                .field(field)
                .found(0)
                .expected("at least 1"));
        }
    }
    if channels > u64::from(limits.max_audio_channels) {
        let at_most = limits.max_audio_channels;
        return Err(crate::limits::exceeded(
            "limit.audio-channels",
            "channels",
            "max_audio_channels",
            channels,
            at_most,
        ));
    }
    if rate as f64 > limits.max_rate_hz {
        return Err(crate::limits::exceeded("limit.rate-hz", "rate", "max_rate_hz", rate, limits.max_rate_hz));
    }
    Ok(())
}
