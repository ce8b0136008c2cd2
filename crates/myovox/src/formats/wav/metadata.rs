//! What stands beside the samples: LIST/INFO texts, the broadcast extension (EBU Tech 3285), cue points and their labels, iXML, the sample
//! count of `fact`.
//!
//! Everything is charged to the [`Budget`] before it is kept. A list is read flat, one level deep; a list within a list is an entry like any other
//! and is passed over. Texts are UTF-8 where they can be, else Latin-1, and end at the first NUL.

use std::fmt;

use super::warnings::{self, Notes};
use crate::error::Result;
use crate::formats::bytes::{Bytes, Endian};
use crate::limits::Budget;

/// The four bytes that name a chunk.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FourCc(pub [u8; 4]);

impl fmt::Display for FourCc {
    /// As ASCII, other bytes escaped: `fmt `, `\x00\x00\x00\x00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.escape_ascii(), f)
    }
}

impl fmt::Debug for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// One text of LIST/INFO.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InfoText {
    /// What it is: `INAM` title, `IART` artist, `ICRD` date, `ISFT` software.
    pub id: FourCc,
    /// The text.
    pub text: String,
}

/// The broadcast extension `bext`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BroadcastExtension {
    /// Description of the sound.
    pub description: String,
    /// Name of the originator.
    pub originator: String,
    /// Reference of the originator.
    pub originator_reference: String,
    /// Date of origination, `yyyy-mm-dd`.
    pub origination_date: String,
    /// Time of origination, `hh:mm:ss`.
    pub origination_time: String,
    /// First sample since midnight, in samples.
    pub time_reference: u64,
    /// Version of the extension.
    pub version: u16,
    /// How the recording was coded so far.
    pub coding_history: String,
}

/// A mark in the recording, from `cue ` and LIST/adtl.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CuePoint {
    /// Number by which labels name it.
    pub id: u32,
    /// Its frame, from 0.
    pub frame: u32,
}

/// A text of LIST/adtl that belongs to a [`CuePoint`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CueText {
    /// The [`CuePoint::id`].
    pub cue: u32,
    /// `labl` for a title, `note` for a comment.
    pub id: FourCc,
    /// The text.
    pub text: String,
}

/// What was kept beside the samples; empty where the file has none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// LIST/INFO, in file order.
    pub info: Vec<InfoText>,
    /// `bext`.
    pub broadcast: Option<BroadcastExtension>,
    /// `cue `, in file order.
    pub cues: Vec<CuePoint>,
    /// LIST/adtl `labl` and `note`, in file order.
    pub cue_texts: Vec<CueText>,
    /// Samples per channel as `fact` or `ds64` has it; what compressed codings are cut to.
    pub fact_samples: Option<u64>,
    /// `iXML`.
    pub ixml: Option<String>,
}

/// A chunk's content where it stands in the file.
#[derive(Clone, Copy)]
pub(super) struct Content<'a> {
    pub(super) bytes: Bytes<'a>,
    pub(super) offset: u64,
    pub(super) endian: Endian,
}

impl<'a> Content<'a> {
    pub(super) fn new(content: &'a [u8], offset: u64, endian: Endian) -> Self {
        Self { bytes: Bytes::new(content, "wav.metadata-damaged"), offset, endian }
    }

    fn u32(&self, at: u64) -> Option<u32> {
        self.bytes.u32(at, self.endian, "").ok()
    }

    fn tail(&self, at: u64) -> &'a [u8] {
        self.bytes.clamped(at, u64::MAX)
    }
}

impl Metadata {
    /// Whether something of a chunk `id` is kept.
    pub(super) fn keeps(id: [u8; 4]) -> bool {
        matches!(&id, b"bext" | b"cue " | b"iXML" | b"LIST")
    }

    /// Keeps what is known of the chunk `id`; other chunks are passed over.
    ///
    /// # Errors
    /// `limit.metadata-bytes`, `limit.memory-bytes`.
    pub(super) fn read(
        &mut self,
        id: FourCc,
        content: Content<'_>,
        budget: &mut Budget,
        notes: &mut Notes,
    ) -> Result<()> {
        match &id.0 {
            b"bext" => self.broadcast(content, budget, notes),
            b"cue " => self.cue(content, budget, notes),
            b"iXML" => {
                self.ixml = Some(text(content.tail(0), budget)?);
                Ok(())
            }
            b"LIST" => match content.bytes.get(0, 4) {
                Some(b"INFO") => self.list(content, List::Info, budget, notes),
                Some(b"adtl") => self.list(content, List::Labels, budget, notes),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn broadcast(&mut self, content: Content<'_>, budget: &mut Budget, notes: &mut Notes) -> Result<()> {
        const FIXED_BYTES: u64 = 602;
        if content.bytes.len() < FIXED_BYTES {
            let message = format!("bext has {} bytes of at least {FIXED_BYTES}; it is left out", content.bytes.len());
            return notes.say(&warnings::METADATA_DAMAGED, content.offset, message);
        }
        let mut field = |at: u64, len: u64| text(content.bytes.clamped(at, len), budget);
        self.broadcast = Some(BroadcastExtension {
            description: field(0, 256)?,
            originator: field(256, 32)?,
            originator_reference: field(288, 32)?,
            origination_date: field(320, 10)?,
            origination_time: field(330, 8)?,
            coding_history: field(FIXED_BYTES, u64::MAX)?,
            time_reference: content.bytes.u64(338, content.endian, "time reference")?,
            version: content.bytes.u16(346, content.endian, "version")?,
        });
        Ok(())
    }

    fn cue(&mut self, content: Content<'_>, budget: &mut Budget, notes: &mut Notes) -> Result<()> {
        const POINT_BYTES: usize = 24;
        let points = content.tail(4).as_chunks::<POINT_BYTES>().0;
        let claimed = content.u32(0).unwrap_or(0);
        let taken = points.len().min(usize::try_from(claimed).unwrap_or(usize::MAX));
        if u64::from(claimed) != points.len() as u64 {
            let message = format!("cue claims {claimed} points and has room for {}; {taken} are kept", points.len());
            notes.say(&warnings::METADATA_DAMAGED, content.offset, message)?;
        }
        for point in points.iter().take(taken) {
            let point = Content::new(point, 0, content.endian);
            if let (Some(id), Some(frame)) = (point.u32(0), point.u32(20)) {
                budget.charge_metadata(std::mem::size_of::<CuePoint>() as u64, "cue points")?;
                budget.push(&mut self.cues, CuePoint { id, frame }, "cue points")?;
            }
        }
        Ok(())
    }

    fn list(&mut self, content: Content<'_>, kind: List, budget: &mut Budget, notes: &mut Notes) -> Result<()> {
        let mut at = 4_u64;
        while let (Some(id), Some(size)) =
            (content.bytes.get(at, 4).and_then(<[u8]>::first_chunk), content.u32(at.saturating_add(4)))
        {
            let body = at.saturating_add(8);
            let there = content.bytes.clamped(body, u64::from(size));
            if u64::from(size) > there.len() as u64 {
                let message = format!("a text of {size} bytes ends with its list after {}", there.len());
                notes.say(&warnings::METADATA_DAMAGED, content.offset.saturating_add(at), message)?;
            }
            self.entry(kind, FourCc(*id), Content::new(there, body, content.endian), budget)?;
            at = body.saturating_add(u64::from(size)).saturating_add(u64::from(size) & 1);
        }
        Ok(())
    }

    fn entry(&mut self, kind: List, id: FourCc, content: Content<'_>, budget: &mut Budget) -> Result<()> {
        match (kind, &id.0) {
            (List::Info, _) => {
                budget.charge_metadata(std::mem::size_of::<InfoText>() as u64, "INFO texts")?;
                let text = text(content.tail(0), budget)?;
                budget.push(&mut self.info, InfoText { id, text }, "INFO texts")?;
            }
            (List::Labels, b"labl" | b"note") => {
                if let Some(cue) = content.u32(0) {
                    budget.charge_metadata(std::mem::size_of::<CueText>() as u64, "cue texts")?;
                    let text = text(content.tail(4), budget)?;
                    budget.push(&mut self.cue_texts, CueText { cue, id, text }, "cue texts")?;
                }
            }
            (List::Labels, _) => {}
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum List {
    Info,
    Labels,
}

/// A stored text up to its first NUL, without white space around it.
fn text(stored: &[u8], budget: &mut Budget) -> Result<String> {
    let end = stored.iter().position(|&byte| byte == 0).unwrap_or(stored.len());
    let stored = stored.get(..end).unwrap_or_default().trim_ascii();
    if let Ok(utf8) = std::str::from_utf8(stored) {
        budget.charge_metadata(utf8.len() as u64, "texts")?;
        return Ok(utf8.to_owned());
    }
    // A Latin-1 letter above ASCII takes two bytes of UTF-8.
    budget.charge_metadata((stored.len() as u64).saturating_mul(2), "texts")?;
    Ok(stored.iter().map(|&byte| char::from(byte)).collect())
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test may stop where a value is not there"
    )]

    use super::*;
    use crate::Limits;
    use crate::formats::Policy;

    fn read(id: [u8; 4], content: &[u8], limits: &Limits) -> Result<(Metadata, usize)> {
        let (mut metadata, mut notes) = (Metadata::default(), Notes::new(Policy::Lenient, 100));
        let content = Content::new(content, 0, Endian::Little);
        metadata.read(FourCc(id), content, &mut Budget::new(limits), &mut notes)?;
        Ok((metadata, notes.warnings().len()))
    }

    #[test]
    fn texts_are_utf_8_or_latin_1_and_end_at_nul() {
        let list = b"INFOINAM\x05\0\0\0caf\xE9\0\0ISFT\x06\0\0\0\xC3\xA9t\xC3\xA9 ";
        let (metadata, warnings) = read(*b"LIST", list, &Limits::default()).unwrap();
        let texts: Vec<_> = metadata.info.iter().map(|info| (info.id.to_string(), info.text.as_str())).collect();
        assert_eq!(texts, [("INAM".to_owned(), "café"), ("ISFT".to_owned(), "été")]);
        assert_eq!(warnings, 0);
    }

    #[test]
    fn a_text_longer_than_its_list_is_cut_and_said() {
        let (metadata, warnings) = read(*b"LIST", b"INFOICMT\xFF\xFF\xFF\x3Fabc", &Limits::default()).unwrap();
        assert_eq!((metadata.info[0].text.as_str(), warnings), ("abc", 1));
    }

    #[test]
    fn lists_in_lists_are_entries_and_not_entered() {
        let nested = b"INFO".iter().copied().chain(std::iter::repeat_n(*b"LIST\xFF\xFF\xFF\x7F", 10_000).flatten());
        let (metadata, warnings) = read(*b"LIST", &nested.collect::<Vec<_>>(), &Limits::default()).unwrap();
        assert_eq!((metadata.info.len(), warnings), (1, 1));
    }

    #[test]
    fn texts_count_against_their_limit() {
        let list = [b"INFOICMT\x00\x01\0\0".as_slice(), &[b'x'; 256]].concat();
        let limits = Limits::default().max_metadata_bytes(200);
        assert_eq!(read(*b"LIST", &list, &limits).unwrap_err().code(), "limit.metadata-bytes");
    }

    #[test]
    fn cues_beyond_their_chunk_are_not_believed() {
        let point = [7_u32, 10, 0, 0, 0, 1234].map(u32::to_le_bytes).concat();
        let chunk = [&u32::MAX.to_le_bytes()[..], &point].concat();
        let (metadata, warnings) = read(*b"cue ", &chunk, &Limits::default()).unwrap();
        assert_eq!((metadata.cues, warnings), (vec![CuePoint { id: 7, frame: 1234 }], 1));
    }
}
