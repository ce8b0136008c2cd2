//! The RIFF family: RIFF and RIFX (Multimedia Programming Interface 1.0, 1991), RF64 (EBU Tech 3306), BW64 (ITU-R BS.2088).
//!
//! A file is a header of 12 bytes and chunks of an 8-byte header each. In the 64-bit kinds a size of all ones means: look it up in `ds64`.

use super::input::Input;
use super::metadata::FourCc;
use super::warnings::{self, Notes};
use crate::error::Result;
use crate::formats::bytes::{Bytes, Endian};

/// Bytes of a chunk's header.
pub(super) const CHUNK_HEADER_BYTES: u64 = 8;
/// Bytes of the file's header.
pub(super) const FORM_HEADER_BYTES: u64 = 12;
/// The 32-bit size that says that the size is elsewhere, or was never known.
pub(super) const ALL_ONES: u64 = 0xFFFF_FFFF;

/// Chunk ids by which a missing pad byte and the end of the chunks are told from samples.
const KNOWN_IDS: [&[u8; 4]; 28] = [
    b"fmt ", b"data", b"fact", b"LIST", b"bext", b"iXML", b"cue ", b"smpl", b"inst", b"plst", b"ds64", b"JUNK",
    b"junk", b"FLLR", b"PAD ", b"id3 ", b"ID3 ", b"chna", b"axml", b"bxml", b"sxml", b"PEAK", b"afsp", b"cart",
    b"levl", b"minf", b"_PMX", b"acid",
];

/// The id and the 32-bit size that stand at `at`.
pub(super) fn header(input: &Input<'_>, at: u64, endian: Endian) -> Result<Option<(FourCc, u64)>> {
    let (Some(id), Some(size)) = (input.array(at)?, input.u32(at.saturating_add(4), endian)?) else { return Ok(None) };
    Ok(Some((FourCc(id), u64::from(size))))
}

/// Whether a chunk of a known id begins at `at`.
pub(super) fn is_known(input: &Input<'_>, at: u64) -> Result<bool> {
    Ok(input.array(at)?.is_some_and(|id| KNOWN_IDS.contains(&&id)))
}

/// Whether what stands at `at` can be a chunk: a known id, or four printable letters and a size that the file has room for.
pub(super) fn is_plausible(input: &Input<'_>, at: u64, endian: Endian) -> Result<bool> {
    let Some((FourCc(id), size)) = header(input, at, endian)? else { return Ok(false) };
    let room = input.len().saturating_sub(at).saturating_sub(CHUNK_HEADER_BYTES);
    Ok(KNOWN_IDS.contains(&&id) || (id.iter().all(|byte| matches!(byte, b' '..=b'~')) && size <= room))
}

/// Whether plausible chunks fill the file from `at` to its end, at most `at_most` of them.
pub(super) fn chunks_to_the_end(input: &Input<'_>, mut at: u64, endian: Endian, at_most: u32) -> Result<bool> {
    for _ in 0..at_most {
        if at >= input.len() {
            return Ok(true);
        }
        if !is_plausible(input, at, endian)? {
            return Ok(false);
        }
        let Some((_, size)) = header(input, at, endian)? else { return Ok(false) };
        let end = at.saturating_add(CHUNK_HEADER_BYTES).saturating_add(size);
        if end > input.len() {
            return Ok(false);
        }
        at = end.saturating_add(size & 1);
    }
    Ok(false)
}

/// Where the chunk after the one that ends at `end` begins, given that the size of the latter is odd: behind a pad byte, unless that was
/// left out.
pub(super) fn after_odd_chunk(input: &Input<'_>, end: u64, endian: Endian, notes: &mut Notes) -> Result<u64> {
    let padded = end.saturating_add(1);
    if padded >= input.len() {
        return Ok(input.len());
    }
    let unpadded = if is_known(input, end)? {
        !is_known(input, padded)?
    } else {
        !is_plausible(input, padded, endian)? && is_plausible(input, end, endian)?
    };
    if unpadded {
        notes.say(
            &warnings::CHUNK_UNPADDED,
            end,
            "a chunk of odd size has no pad byte; the next begins one byte earlier",
        )?;
        return Ok(end);
    }
    Ok(padded)
}

/// The 64-bit sizes of RF64 and BW64.
#[derive(Clone, Debug, Default)]
pub(super) struct Ds64 {
    /// Size of the form, 0 where it was not written.
    pub(super) form: u64,
    /// Size of `data`.
    pub(super) data: u64,
    /// Samples per channel.
    pub(super) samples: u64,
    table: Vec<[u8; ENTRY_BYTES]>,
}

const ENTRY_BYTES: usize = 12;
const FIXED_BYTES: u64 = 28;
/// Entries that are looked at. Each stands for a chunk above 4 GiB, so more than a few are an attack on the lookup.
const TABLE_ENTRIES: usize = 256;

impl Ds64 {
    /// The content of the chunk, or nothing where it is too short.
    pub(super) fn read(content: &[u8], offset: u64, notes: &mut Notes) -> Result<Option<Self>> {
        let bytes = Bytes::new(content, "wav.bad-field");
        let number = |at: u64| bytes.u64(at, Endian::Little, "ds64 size");
        let (Ok(form), Ok(data), Ok(samples), Ok(claimed)) =
            (number(0), number(8), number(16), bytes.u32(24, Endian::Little, "ds64 table length"))
        else {
            return Ok(None);
        };
        let held = bytes.clamped(FIXED_BYTES, u64::MAX).as_chunks::<ENTRY_BYTES>().0;
        let claimed = usize::try_from(claimed).unwrap_or(usize::MAX);
        let taken = held.len().min(claimed).min(TABLE_ENTRIES);
        if claimed > taken {
            let message = format!("ds64 claims {claimed} table entries and has room for {}; {taken} count", held.len());
            notes.say(&warnings::DS64_TABLE, offset, message)?;
        }
        Ok(Some(Self { form, data, samples, table: held.get(..taken).unwrap_or_default().to_vec() }))
    }

    /// The size of the chunk `id`, if it is stated.
    pub(super) fn size_of(&self, id: FourCc) -> Option<u64> {
        if id.0 == *b"data" {
            return Some(self.data);
        }
        self.table.iter().find_map(|&[a, b, c, d, size @ ..]| ([a, b, c, d] == id.0).then(|| u64::from_le_bytes(size)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test may stop where a value is not there"
    )]

    use super::*;
    use crate::formats::Policy;

    fn notes() -> Notes {
        Notes::new(Policy::Lenient, 10)
    }

    #[test]
    fn a_missing_pad_byte_is_seen_by_the_id_that_stands_too_early() {
        let after = |file: &[u8]| {
            let mut notes = notes();
            let at = after_odd_chunk(&Input::Memory(file), 1, Endian::Little, &mut notes).unwrap();
            (at, notes.warnings().len())
        };
        assert_eq!(after(b"x\0data\x02\0\0\0ab"), (2, 0));
        assert_eq!(after(b"xZdata\x02\0\0\0ab"), (2, 0));
        assert_eq!(after(b"xdata\x02\0\0\0ab"), (1, 1));
        // "ata@" with a size that fits looks like a chunk too; the known id wins.
        assert_eq!(after(b"xdata\x40\x01\0\0\0\0\0\0"), (1, 1));
        assert_eq!(after(b"x"), (1, 0));
    }

    #[test]
    fn chunks_reach_the_end_or_do_not() {
        let reach = |file: &[u8]| chunks_to_the_end(&Input::Memory(file), 0, Endian::Little, 3).unwrap();
        assert!(reach(b""));
        assert!(reach(b"LIST\x04\0\0\0INFO"));
        assert!(reach(b"LIST\x03\0\0\0INF"));
        assert!(!reach(b"LIST\x04\0\0\0INF"));
        assert!(!reach(&[0; 16]));
        assert!(!reach(&b"tiny\0\0\0\0".repeat(4)), "at most as many as are allowed");
    }

    #[test]
    fn a_ds64_table_is_as_long_as_its_bytes() {
        let mut content = [1_u64, 2, 3].map(u64::to_le_bytes).concat();
        content.extend(u32::MAX.to_le_bytes());
        content.extend(b"odd1");
        content.extend(5_u64.to_le_bytes());
        let mut notes = notes();
        let ds64 = Ds64::read(&content, 20, &mut notes).unwrap().unwrap();
        assert_eq!((ds64.form, ds64.data, ds64.samples), (1, 2, 3));
        assert_eq!(ds64.size_of(FourCc(*b"odd1")), Some(5));
        assert_eq!(ds64.size_of(FourCc(*b"odd2")), None);
        assert_eq!(notes.warnings().len(), 1);
        assert!(Ds64::read(&content[..27], 20, &mut self::notes()).unwrap().is_none());
    }
}
