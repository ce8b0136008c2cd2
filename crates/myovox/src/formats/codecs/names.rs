//! Codecs by the numbers of symphonia and by the words of containers: which are read, and what the others are called.

use symphonia::core::codecs::audio::well_known as id;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters};

use super::kinds::Codec;

/// The codec, where it is one that is read.
pub(super) fn codec(parameters: &AudioCodecParameters) -> Option<Codec> {
    Some(match parameters.codec {
        id::CODEC_ID_FLAC => Codec::Flac,
        id::CODEC_ID_ALAC => Codec::Alac,
        id::CODEC_ID_MP3 => Codec::Mp3,
        id::CODEC_ID_AAC => Codec::AacLc,
        id::CODEC_ID_VORBIS => Codec::Vorbis,
        id::CODEC_ID_OPUS => Codec::Opus,
        id::CODEC_ID_PCM_MULAW => Codec::Mulaw,
        id::CODEC_ID_PCM_ALAW => Codec::Alaw,
        id::CODEC_ID_ADPCM_MS => Codec::MsAdpcm,
        id::CODEC_ID_ADPCM_IMA_QT => Codec::ImaAdpcm,
        id::CODEC_ID_PCM_F32LE | id::CODEC_ID_PCM_F32BE | id::CODEC_ID_PCM_F64LE | id::CODEC_ID_PCM_F64BE => {
            Codec::Float
        }
        id::CODEC_ID_PCM_S8
        | id::CODEC_ID_PCM_U8
        | id::CODEC_ID_PCM_S16LE
        | id::CODEC_ID_PCM_S16BE
        | id::CODEC_ID_PCM_S24LE
        | id::CODEC_ID_PCM_S24BE
        | id::CODEC_ID_PCM_S32LE
        | id::CODEC_ID_PCM_S32BE => Codec::Pcm,
        _ => return None,
    })
}

/// What a codec that is not read is called.
pub(super) fn foreign(codec: AudioCodecId) -> String {
    let name = match codec {
        id::CODEC_ID_MP1 => "MPEG layer 1",
        id::CODEC_ID_MP2 => "MPEG layer 2",
        id::CODEC_ID_SPEEX => "Speex",
        id::CODEC_ID_MUSEPACK => "Musepack",
        id::CODEC_ID_AC3 => "AC-3",
        id::CODEC_ID_EAC3 => "Enhanced AC-3",
        id::CODEC_ID_AC4 => "AC-4",
        id::CODEC_ID_DCA => "DTS",
        id::CODEC_ID_WMA => "WMA",
        id::CODEC_ID_RA10 | id::CODEC_ID_RA20 | id::CODEC_ID_RALF => "RealAudio",
        id::CODEC_ID_SIPR => "Sipro",
        id::CODEC_ID_COOK => "Cook",
        id::CODEC_ID_SBC => "SBC",
        id::CODEC_ID_APTX | id::CODEC_ID_APTX_HD => "aptX",
        id::CODEC_ID_LDAC => "LDAC",
        id::CODEC_ID_WAVPACK => "WavPack",
        id::CODEC_ID_MONKEYS_AUDIO => "Monkey's Audio",
        id::CODEC_ID_TTA => "TTA",
        id::CODEC_ID_TRUEHD => "TrueHD",
        id::CODEC_ID_ADPCM_G722 => "G.722",
        id::CODEC_ID_ADPCM_G726 | id::CODEC_ID_ADPCM_G726LE => "G.726",
        id::CODEC_ID_ADPCM_IMA_WAV => "IMA ADPCM in WAV's blocks",
        other => return format!("a codec without a name here ({other})"),
    };
    name.to_owned()
}

/// What the sample entry of an MP4 track says that its codec is, for entries that no decoder takes.
pub(super) fn of_sample_entry(entry: [u8; 4]) -> String {
    let name = match &entry {
        b"samr" => "AMR narrow-band",
        b"sawb" => "AMR wide-band",
        b"sawp" => "AMR wide-band plus",
        b"ac-3" => "AC-3",
        b"ec-3" => "Enhanced AC-3",
        b"ac-4" => "AC-4",
        b"QDM2" => "QDesign Music 2",
        b"Qclp" => "PureVoice",
        b"sevc" => "EVRC",
        b"sqcp" => "QCELP",
        b"enca" => "encrypted sound",
        b"dtsc" | b"dtsh" | b"dtsl" => "DTS",
        b"mha1" | b"mhm1" => "MPEG-H",
        b"alac" => "ALAC whose description is damaged",
        b"mp4a" => "MPEG-4 sound that is neither AAC nor MP3",
        _ => return format!("the sample entry \"{}\"", entry.escape_ascii()),
    };
    name.to_owned()
}

/// The kind of AAC that an `AudioSpecificConfig` (ISO/IEC 14496-3, 1.6.2.1) states, where it is not plain AAC-LC in frames of 1024.
pub(super) fn unread_aac(config: &[u8]) -> Option<&'static str> {
    let object_type = object_type(config)?;
    match object_type {
        1 => Some("AAC Main"),
        2 if extension(config) == Some(true) => Some("HE-AAC"),
        2 => None,
        3 => Some("AAC SSR"),
        4 => Some("AAC LTP"),
        5 => Some("HE-AAC"),
        23 => Some("AAC-LD"),
        29 => Some("HE-AAC v2"),
        39 => Some("AAC-ELD"),
        42 => Some("xHE-AAC"),
        _ => Some("MPEG-4 sound of another object type"),
    }
}

/// Whether the configuration states that there is (`true`) or is not (`false`) spectral band replication; nothing if it is silent.
pub(super) fn extension(config: &[u8]) -> Option<bool> {
    // The sync extension 0x2B7 of 11 bits, an object type of 5 bits, a flag: in AAC-LC it begins at bit 16.
    let [_, _, a, b, c, ..] = config else { return None };
    let bits = (u32::from(*a) << 16) | (u32::from(*b) << 8) | u32::from(*c);
    let (sync, extended_type, present) = (bits >> 13, (bits >> 8) & 31, bits & 128 != 0);
    (sync == 0x2B7 && extended_type == 5).then_some(present)
}

fn object_type(config: &[u8]) -> Option<u8> {
    let first = *config.first()?;
    match first >> 3 {
        // Escape: 32 and the next six bits.
        31 => Some(((first & 7) << 3 | config.get(1)? >> 5).saturating_add(32)),
        plain => Some(plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_aac_are_told_apart() {
        assert_eq!(
            (unread_aac(&[0x14, 0x08, 0x56, 0xE5, 0x00]), extension(&[0x14, 0x08, 0x56, 0xE5, 0x00])),
            (None, Some(false))
        );
        assert_eq!(unread_aac(&[0x14, 0x08, 0x56, 0xE5, 0x80]), Some("HE-AAC"));
        assert_eq!((unread_aac(&[0x12, 0x10]), extension(&[0x12, 0x10])), (None, None));
        assert_eq!(unread_aac(&[0x2B, 0x11, 0x88, 0x00]), Some("HE-AAC"));
        assert_eq!(unread_aac(&[0xEB, 0x11]), Some("HE-AAC v2"));
        assert_eq!(unread_aac(&[0xF8, 0xE8]), Some("AAC-ELD"));
        assert_eq!(unread_aac(&[0xF9, 0x48]), Some("xHE-AAC"));
    }
}
