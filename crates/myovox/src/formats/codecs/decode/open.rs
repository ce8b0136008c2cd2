//! Opens a container without guessing: the reader follows from the bytes, the codec from the track, and both are refused by name.

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoderOptions};
use symphonia::core::errors::Error as ForeignError;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::default::formats::{AdtsReader, CafReader, FlacReader, IsoMp4Reader, MkvReader, MpaReader, OggReader};

use super::super::guard::{Counted, IN_CIRCLES};
use super::super::kinds::{Codec, Container};
use super::super::warnings::{self, Notes};
use super::super::{check_shape, names, opus};
use super::trim::Trim;
use super::{Decoder, Opened, no_progress};
use crate::error::{Error, Result};
use crate::limits::Budget;

/// Frames of a packet that symphonia may make room for ahead of decoding; the longest of any codec here is 65535 (FLAC).
const LONGEST_PACKET: u64 = 1 << 17;

/// The reader of a container.
pub(super) fn container<'a>(bytes: &'a [u8], container: Container, kind: &str) -> Result<Box<dyn FormatReader + 'a>> {
    let stream = MediaSourceStream::new(Box::new(Counted::new(bytes)), MediaSourceStreamOptions::default());
    let options = FormatOptions::default();
    let reader: Result<Box<dyn FormatReader + 'a>, ForeignError> = match container {
        Container::Flac => FlacReader::try_new(stream, options).map(|reader| Box::new(reader) as _),
        Container::Mp3 | Container::Wav => MpaReader::try_new(stream, options).map(|reader| Box::new(reader) as _),
        Container::Adts => AdtsReader::try_new(stream, options).map(|reader| Box::new(reader) as _),
        Container::Mp4 => IsoMp4Reader::try_new(stream, options).map(|reader| Box::new(reader) as _),
        Container::Ogg => OggReader::try_new(stream, options).map(|reader| Box::new(reader) as _),
        Container::Matroska => MkvReader::try_new(stream, options).map(|reader| Box::new(reader) as _),
        Container::Caf => CafReader::try_new(stream, options).map(|reader| Box::new(reader) as _),
        Container::Aiff | Container::Au => return Err(Error::internal("a container without compression")),
    };
    reader.map_err(|cause| unreadable(kind, &cause))
}

/// The error of a container that cannot be taken apart.
pub(super) fn unreadable(kind: &str, cause: &ForeignError) -> Error {
    match cause {
        ForeignError::IoError(io) if io.to_string() == IN_CIRCLES => no_progress(kind),
        ForeignError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            Error::data("codecs.bad-container", format!("{kind} that ends before its sound begins"))
        }
        ForeignError::Unsupported(_) => {
            Error::unsupported("codecs.unsupported", format!("{kind} of a form that is not read")).found(cause)
        }
        _ => Error::data("codecs.bad-container", format!("{kind} that cannot be taken apart")).found(cause),
    }
}

/// Chooses the track, and makes its decoder and what cuts its ends.
pub(super) fn track<'a>(
    reader: Box<dyn FormatReader + 'a>,
    bytes: &[u8],
    container: Container,
    kind: &'static str,
    budget: &mut Budget,
    mut notes: Notes,
) -> Result<Opened<'a>> {
    let sounds = reader.tracks().iter().filter(|track| track.track_type() == Some(TrackType::Audio)).count();
    let Some(track) = reader.default_track(TrackType::Audio).cloned() else {
        return Err(no_track(bytes, container, kind));
    };
    if sounds > 1 {
        let message = format!("{sounds} tracks of sound; track {} is read", track.id);
        notes.say(&warnings::OTHER_TRACKS, message, |warning| warning)?;
    }
    let Some(CodecParameters::Audio(parameters)) = track.codec_params.clone() else {
        return Err(no_track(bytes, container, kind));
    };
    let codec = codec(&parameters, kind)?;
    check_parameters(&parameters, budget)?;
    let decoder = decoder(codec, &parameters, kind, budget)?;
    if codec == Codec::AacLc {
        say_if_extension_is_unknown(&parameters, &mut notes)?;
    }
    let trim = Trim::new(bytes, container, codec, &track, &decoder, &mut notes)?;
    Ok(Opened { reader, container, kind, codec, parameters, track, decoder, trim, notes })
}

fn codec(parameters: &AudioCodecParameters, kind: &str) -> Result<Codec> {
    let unread = |name: String| {
        Error::unsupported("codecs.unsupported", format!("{kind} with a codec that is not read")).found(name)
    };
    let codec = names::codec(parameters).ok_or_else(|| unread(names::foreign(parameters.codec)))?;
    let config = parameters.extra_data.as_deref().unwrap_or_default();
    match names::unread_aac(config) {
        Some(name) if codec == Codec::AacLc => Err(unread(name.to_owned())),
        _ => Ok(codec),
    }
}

/// What symphonia would believe when it makes room for a decoder.
fn check_parameters(parameters: &AudioCodecParameters, budget: &Budget) -> Result<()> {
    let channels = parameters.channels.as_ref().map_or(1, |channels| channels.count() as u64);
    check_shape(channels, u64::from(parameters.sample_rate.unwrap_or(1)), budget)?;
    match parameters.max_frames_per_packet {
        Some(frames) if frames > LONGEST_PACKET => {
            let error = Error::data("codecs.bad-field", "packets longer than any codec's").field("frames per packet");
            Err(error.found(frames).expected(format!("at most {LONGEST_PACKET}")))
        }
        _ => Ok(()),
    }
}

fn decoder(codec: Codec, parameters: &AudioCodecParameters, kind: &str, budget: &mut Budget) -> Result<Decoder> {
    if codec == Codec::Opus {
        let header = parameters.extra_data.as_deref().unwrap_or_default();
        return opus::Decoder::new(header, budget).map(|decoder| Decoder::Opus(Box::new(decoder)));
    }
    // The MD5 sum of FLAC is compared: it is the one promise that a decoded sample is the recorded one.
    let options = AudioDecoderOptions::default().verify(codec == Codec::Flac);
    let decoder = symphonia::default::get_codecs().make_audio_decoder(parameters, &options);
    decoder.map(Decoder::Foreign).map_err(|cause| match cause {
        ForeignError::Unsupported(_) => {
            let what = format!("{kind} with {} of a form that is not read", codec.name());
            Error::unsupported("codecs.unsupported", what).found(cause)
        }
        _ => Error::data("codecs.bad-data", format!("{kind} whose {} cannot be decoded", codec.name())).found(cause),
    })
}

/// AAC of up to 24 kHz may be the lower half of HE-AAC, which old decoders play at half its rate.
fn say_if_extension_is_unknown(parameters: &AudioCodecParameters, notes: &mut Notes) -> Result<()> {
    const HIGHEST_CORE_RATE: u32 = 24_000;
    let stated = parameters.extra_data.as_deref().and_then(names::extension);
    match parameters.sample_rate {
        Some(rate) if rate <= HIGHEST_CORE_RATE && stated.is_none() => {
            let message = format!("AAC at {rate} Hz that does not state whether it is HE-AAC; it is read as AAC-LC");
            notes.say(&warnings::SBR_UNKNOWN, message, |warning| warning)
        }
        _ => Ok(()),
    }
}

/// The error of a file without a track that can be read, with the codec's name where the container tells it.
fn no_track(bytes: &[u8], container: Container, kind: &str) -> Error {
    let movie = (container == Container::Mp4).then(|| super::super::mp4::Movie::read(bytes)).flatten();
    match movie.and_then(|movie| movie.sound.into_iter().next()) {
        Some(sound) => Error::unsupported("codecs.unsupported", format!("{kind} with a codec that is not read"))
            .found(names::of_sample_entry(sound.sample_entry)),
        None => Error::data("codecs.no-samples", format!("{kind} without a track of sound")),
    }
}

/// Bits of a sample, where the codec keeps them.
pub(super) fn bits(codec: Codec, parameters: &AudioCodecParameters) -> Option<u16> {
    let stated = match codec {
        Codec::Flac | Codec::Pcm | Codec::Float => parameters.bits_per_sample,
        // The magic cookie: frame length of 4 bytes, a version, the bit depth.
        Codec::Alac => parameters.extra_data.as_deref().and_then(|cookie| cookie.get(5)).map(|&bits| u32::from(bits)),
        _ => None,
    };
    stated.and_then(|bits| u16::try_from(bits).ok())
}

/// Whether a track states the encoder's delay.
pub(super) fn states_delay(track: &Track) -> bool {
    track.delay.is_some()
}
