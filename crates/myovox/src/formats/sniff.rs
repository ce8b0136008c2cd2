//! Finds the kind of a recording from its first bytes, never from its name.
//!
//! In come the bytes of a file (the first kilobyte is enough, unless an `ID3v2` tag stands in front), out comes a [`Kind`]. A file that is
//! not read is called by its true name where its magic is known, so that a renamed picture is refused as what it is.
//!
//! C3D has the weakest magic of all: its second byte is 0x50, the letter `P`, and the first is the number of the parameter block. Whatever has
//! a stronger magic (PNG and PDF share that second byte), and whatever begins as plain text, is therefore looked for before C3D is believed.

/// What the first bytes of a file say that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// C3D motion capture.
    C3d,
    /// Waveform audio: RIFF, RIFX, RF64, BW64 or Sony Wave64 that states the form `WAVE`, also behind `ID3v2` tags.
    Wav,
    /// Sound in another container, which `codecs` reads.
    Audio(AudioKind),
    /// A known kind that is none of these; its name for a person (`JPEG image`, `AVI video`, `AMR audio`).
    Other(&'static str),
    /// No byte at all.
    Empty,
    /// Nothing that is known here.
    Unknown,
}

/// Sound that is no WAV, as far as the first bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AudioKind {
    /// Native FLAC.
    Flac,
    /// MPEG layer 3.
    Mp3,
    /// AAC with ADTS headers.
    Aac,
    /// ISO MP4.
    Mp4,
    /// Ogg whose first stream is Vorbis.
    OggVorbis,
    /// Ogg whose first stream is Opus.
    OggOpus,
    /// Ogg whose first stream is FLAC.
    OggFlac,
    /// Matroska or WebM.
    Matroska,
    /// Matroska or WebM that names Opus among its first 4096 bytes.
    MatroskaOpus,
    /// AIFF or AIFF-C.
    Aiff,
    /// Apple's Core Audio Format.
    Caf,
    /// Sun's and NeXT's AU.
    Au,
}

impl AudioKind {
    /// Its name for a person.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flac => "FLAC audio",
            Self::Mp3 => "MP3 audio",
            Self::Aac => "AAC audio",
            Self::Mp4 => "MP4/M4A",
            Self::OggVorbis => "Ogg Vorbis audio",
            Self::OggOpus => "Ogg Opus audio",
            Self::OggFlac => "Ogg FLAC audio",
            Self::Matroska => "Matroska/WebM",
            Self::MatroskaOpus => "Matroska/WebM with Opus audio",
            Self::Aiff => "AIFF audio",
            Self::Caf => "CAF audio",
            Self::Au => "AU audio",
        }
    }
}

/// The kind of `bytes`. Total: any input of any length has an answer.
///
/// ```
/// use myovox::formats::sniff::{AudioKind, Kind, kind};
/// assert_eq!(kind(b"RIFF\x24\0\0\0WAVEfmt "), Kind::Wav);
/// assert_eq!(kind(b"fLaC\0\0\0\x22"), Kind::Audio(AudioKind::Flac));
/// assert_eq!(kind(b"RIFF\x24\0\0\0AVI LIST"), Kind::Other("AVI video"));
/// assert_eq!(kind(b"\x89PNG\r\n\x1a\n"), Kind::Other("PNG image"));
/// assert_eq!(kind(b"\x02\x50\x1a\0"), Kind::C3d);
/// assert_eq!(kind(b""), Kind::Empty);
/// ```
#[must_use]
pub fn kind(bytes: &[u8]) -> Kind {
    if bytes.is_empty() {
        return Kind::Empty;
    }
    let tag_bytes = id3v2_bytes(bytes);
    let inner = bytes.get(tag_bytes..).unwrap_or_default();
    let found = kind_of_untagged(inner);
    // An `ID3v2` tag is the mark of MP3; other audio carries it now and then, and nothing else does.
    match found {
        Kind::C3d | Kind::Empty | Kind::Unknown if tag_bytes > 0 => Kind::Audio(AudioKind::Mp3),
        _ => found,
    }
}

/// How many bytes of `ID3v2` tags stand in front: 0 without one, never more than there are bytes.
///
/// The length of a tag is a claim of four bytes of seven bits (`ID3v2.4.0` main structure, section 3.1); a claim beyond the end is the end.
pub(crate) fn id3v2_bytes(bytes: &[u8]) -> usize {
    const HEADER_BYTES: usize = 10;
    const FOOTER_PRESENT: u8 = 0x10;
    let mut offset = 0_usize;
    while let Some(&[b'I', b'D', b'3', version, _, flags, a, b, c, d]) =
        bytes.get(offset..).and_then(<[u8]>::first_chunk::<HEADER_BYTES>)
    {
        if version == 0xFF || (a | b | c | d) & 0x80 != 0 {
            break;
        }
        let size = [a, b, c, d].iter().fold(0_usize, |size, &seven| (size << 7) | usize::from(seven));
        let footer = if flags & FOOTER_PRESENT == 0 { 0 } else { HEADER_BYTES };
        offset = offset.saturating_add(HEADER_BYTES).saturating_add(size).saturating_add(footer).min(bytes.len());
    }
    offset
}

fn kind_of_untagged(bytes: &[u8]) -> Kind {
    if let Some(kind) = riff_family(bytes) {
        return kind;
    }
    if let Some(kind) = container(bytes).or_else(|| known_magic(bytes)).or_else(|| mpeg_audio(bytes)) {
        return kind;
    }
    if let Some(name) = text(bytes) {
        return Kind::Other(name);
    }
    match bytes {
        [1..=u8::MAX, 0x50, ..] => Kind::C3d,
        _ => Kind::Unknown,
    }
}

/// First sixteen bytes of Sony Wave64, `riff` as a GUID (Sony Pictures Digital, Wave64 1.0).
pub(crate) const W64_RIFF: [u8; 16] =
    [b'r', b'i', b'f', b'f', 0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00];
/// The form `wave` of Sony Wave64, at byte 24; `fmt `, `data` and the other chunks share all but its first four bytes.
pub(crate) const W64_WAVE: [u8; 16] =
    [b'w', b'a', b'v', b'e', 0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A];

fn riff_family(bytes: &[u8]) -> Option<Kind> {
    if bytes.starts_with(&W64_RIFF) {
        return Some(if stands_at(bytes, 24, &W64_WAVE) {
            Kind::Wav
        } else {
            Kind::Other("Wave64 file that is not audio")
        });
    }
    let id = bytes.first_chunk::<4>()?;
    if ![b"RIFF", b"RIFX", b"RF64", b"BW64"].contains(&id) {
        return None;
    }
    Some(match bytes.get(8..12) {
        Some(b"WAVE") => Kind::Wav,
        Some(b"AVI ") => Kind::Other("AVI video"),
        Some(b"WEBP") => Kind::Other("WebP image"),
        Some(b"RMID") => Kind::Other("RIFF MIDI file"),
        Some(_) => Kind::Other("RIFF file that is not WAVE"),
        None => Kind::Other("RIFF file cut short"),
    })
}

/// Containers whose first bytes alone do not name what they hold.
fn container(bytes: &[u8]) -> Option<Kind> {
    if bytes.starts_with(b"OggS") {
        // The first packet follows a page header of 27 bytes and one segment length.
        return Some(if stands_at(bytes, 28, b"OpusHead") {
            Kind::Audio(AudioKind::OggOpus)
        } else if stands_at(bytes, 28, b"\x01vorbis") {
            Kind::Audio(AudioKind::OggVorbis)
        } else if stands_at(bytes, 28, b"Speex   ") {
            Kind::Other("Ogg Speex audio")
        } else if stands_at(bytes, 28, b"\x7fFLAC") {
            Kind::Audio(AudioKind::OggFlac)
        } else {
            Kind::Other("Ogg")
        });
    }
    if stands_at(bytes, 4, b"ftyp") {
        return Some(match bytes.get(8..11) {
            Some(b"qt ") => Kind::Other("QuickTime movie"),
            Some(b"hei" | b"mif") => Kind::Other("HEIF image"),
            Some(b"avi") => Kind::Other("AVIF image"),
            _ => Kind::Audio(AudioKind::Mp4),
        });
    }
    if bytes.starts_with(b"FORM") {
        return Some(match bytes.get(8..12) {
            Some(b"AIFF" | b"AIFC") => Kind::Audio(AudioKind::Aiff),
            _ => Kind::Other("IFF file"),
        });
    }
    if bytes.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) {
        let head = bytes.get(..4096).unwrap_or(bytes);
        let has_opus = head.windows(6).any(|window| window == b"A_OPUS");
        return Some(Kind::Audio(if has_opus { AudioKind::MatroskaOpus } else { AudioKind::Matroska }));
    }
    None
}

/// Magics at the first byte, and what they mean.
const MAGICS: [(&[u8], &str); 36] = [
    (b"wvPK", "WavPack audio"),
    (b"MAC ", "Monkey's Audio"),
    (b"#!AMR", "AMR audio"),
    (b"#!SILK", "SILK audio"),
    (b"\x02#!SILK", "SILK audio"),
    (b"NIST_1A", "NIST SPHERE audio"),
    (b"MThd", "MIDI file"),
    (b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "ASF/WMA audio or video"),
    (b"FLV\x01", "FLV video"),
    (b"\xFF\xD8\xFF", "JPEG image"),
    (b"\x89PNG", "PNG image"),
    (b"GIF87a", "GIF image"),
    (b"GIF89a", "GIF image"),
    (b"II*\0", "TIFF image"),
    (b"MM\0*", "TIFF image"),
    (b"8BPS", "Photoshop image"),
    (b"%PDF", "PDF"),
    (b"%!PS", "PostScript"),
    (b"{\\rtf", "RTF document"),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "Microsoft Office document"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"PK\x05\x06", "ZIP archive"),
    (b"\x1F\x8B", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xFD7zXZ\0", "xz"),
    (b"\x28\xB5\x2F\xFD", "Zstandard"),
    (b"7z\xBC\xAF\x27\x1C", "7-Zip archive"),
    (b"Rar!\x1A", "RAR archive"),
    (b"\x7FELF", "ELF program"),
    (b"\0asm", "WebAssembly module"),
    (b"SQLite format 3\0", "SQLite database"),
    (b"\x89HDF\r\n", "HDF5 file"),
    (b"MATLAB 5.0 MAT-file", "MATLAB file"),
    (b"\x93NUMPY", "NumPy array"),
    (b"0       ", "EDF recording"),
    (b"\xFFBIOSEMI", "BDF recording"),
];

/// Magics of sound that is read.
const AUDIO_MAGICS: [(&[u8], AudioKind); 4] =
    [(b"fLaC", AudioKind::Flac), (b".snd", AudioKind::Au), (b"dns.", AudioKind::Au), (b"caff", AudioKind::Caf)];

fn known_magic(bytes: &[u8]) -> Option<Kind> {
    let audio = AUDIO_MAGICS.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|&(_, kind)| Kind::Audio(kind));
    audio.or_else(|| MAGICS.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|&(_, name)| Kind::Other(name)))
}

/// MPEG audio without a tag: eleven set bits, then a version, a layer, a bit rate and a sampling rate that exist (ISO/IEC 11172-3, 2.4.1.3).
fn mpeg_audio(bytes: &[u8]) -> Option<Kind> {
    let &[0xFF, second, third, ..] = bytes else { return None };
    if second & 0xF6 == 0xF0 {
        return Some(Kind::Audio(AudioKind::Aac));
    }
    let version_exists = second & 0xE0 == 0xE0 && second & 0x18 != 0x08;
    let rates_exist = third & 0xF0 != 0xF0 && third & 0x0C != 0x0C;
    match (version_exists && rates_exist, (second >> 1) & 0b11) {
        (true, 0b01) => Some(Kind::Audio(AudioKind::Mp3)),
        (true, 0b10) => Some(Kind::Other("MPEG layer 2 audio")),
        _ => None,
    }
}

/// Text: a page of the web, or a beginning without any byte that text does not use (a C3D header has zeros among its first bytes).
fn text(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Some("UTF-16 text");
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let head = bytes.get(..64).unwrap_or(bytes);
    let begins =
        |word: &[u8]| head.trim_ascii_start().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if [b"<!doctype html".as_slice(), b"<html", b"<head", b"<body"].iter().any(|word| begins(word)) {
        return Some("HTML page");
    }
    if begins(b"<?xml") {
        return Some("XML file");
    }
    let is_text = head.len() >= 8 && head.iter().all(|&byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~'));
    is_text.then_some("text")
}

fn stands_at(bytes: &[u8], offset: usize, magic: &[u8]) -> bool {
    bytes.get(offset..).is_some_and(|rest| rest.starts_with(magic))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "a test may stop where a byte is not there")]

    use super::*;

    #[test]
    fn every_magic_is_called_by_its_name_and_never_c3d() {
        for (magic, name) in MAGICS {
            let mut bytes = magic.to_vec();
            bytes.resize(600, 0);
            assert_eq!(kind(&bytes), Kind::Other(name), "{name}");
        }
        for (magic, audio) in AUDIO_MAGICS {
            assert_eq!(kind(magic), Kind::Audio(audio), "{}", audio.name());
        }
    }

    #[test]
    fn c3d_is_believed_last() {
        let header = |first: u8| [&[first, 0x50][..], &[0; 510]].concat();
        assert_eq!(kind(&header(2)), Kind::C3d);
        assert_eq!(kind(&header(11)), Kind::C3d);
        assert_eq!(kind(&header(0x25)), Kind::C3d); // '%P' is not '%PDF'
        assert_eq!(kind(&header(0)), Kind::Unknown);
        assert_eq!(kind(b"%PDF-1.7\n"), Kind::Other("PDF"));
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Kind::Other("PNG image"));
        assert_eq!(kind(b"APPLES,PEARS\n1,2\n"), Kind::Other("text"));
        assert_eq!(kind(b"<P>not found</P>"), Kind::Other("text"));
    }

    #[test]
    fn the_riff_family_is_told_by_its_form() {
        for id in [b"RIFF", b"RIFX", b"RF64", b"BW64"] {
            assert_eq!(kind(&[id.as_slice(), b"\0\0\0\0WAVE"].concat()), Kind::Wav);
            assert_eq!(kind(&[id.as_slice(), b"\0\0\0\0PAL "].concat()), Kind::Other("RIFF file that is not WAVE"));
            assert_eq!(kind(id), Kind::Other("RIFF file cut short"));
        }
        let w64 = [&W64_RIFF[..], &[0; 8], &W64_WAVE].concat();
        assert_eq!(kind(&w64), Kind::Wav);
        assert_eq!(kind(&w64[..30]), Kind::Other("Wave64 file that is not audio"));
    }

    #[test]
    fn tags_are_looked_behind() {
        let wav = b"RIFF\0\0\0\0WAVEfmt ";
        let tag = b"ID3\x03\0\0\0\0\0\x05hello";
        assert_eq!(kind(&[tag.as_slice(), wav].concat()), Kind::Wav);
        assert_eq!(kind(&[tag.as_slice(), tag, wav].concat()), Kind::Wav);
        assert_eq!(id3v2_bytes(&[tag.as_slice(), wav].concat()), 15);
        assert_eq!(kind(tag), Kind::Audio(AudioKind::Mp3));
        // A length beyond the file, and one that no tag may have.
        assert_eq!(id3v2_bytes(b"ID3\x03\0\0\x7F\x7F\x7F\x7F"), 10);
        assert_eq!(id3v2_bytes(b"ID3\x03\0\0\0\0\0\x80RIFF"), 0);
    }

    #[test]
    fn audio_streams_and_pages_are_named() {
        assert_eq!(kind(&[0xFF, 0xFB, 0x90, 0x64]), Kind::Audio(AudioKind::Mp3));
        assert_eq!(kind(&[0xFF, 0xF1, 0x60, 0x40]), Kind::Audio(AudioKind::Aac));
        assert_eq!(kind(&[0xFF, 0xFE, b'a', 0]), Kind::Other("UTF-16 text"));
        assert_eq!(kind(b"\n <!DOCTYPE HTML><title>404"), Kind::Other("HTML page"));
        assert_eq!(kind(b"FORM\0\0\0\0AIFC"), Kind::Audio(AudioKind::Aiff));
        assert_eq!(kind(b"\0\0\0\x1cftypM4A "), Kind::Audio(AudioKind::Mp4));
    }

    #[test]
    fn any_beginning_of_any_of_these_has_an_answer() {
        for (magic, _) in MAGICS {
            for end in 0..magic.len() {
                assert_ne!(kind(&magic[..end]), Kind::Wav);
            }
        }
        assert_eq!(kind(&[0x50]), Kind::Unknown);
        assert_eq!(kind(&[0; 512]), Kind::Unknown);
    }
}
