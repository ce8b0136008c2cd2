//! What symphonia leaves undone in MP4: edit lists, the encoder's delay that iTunes writes as text, and the names of codecs.
//!
//! Boxes are a size of 4 bytes, a name, content; a size of 1 means that 8 bytes of size follow, 0 that the box goes to the end of its parent
//! (ISO/IEC 14496-12, 4.2). Only fixed paths are walked, so that nothing is as deep as a file wants it.

use crate::formats::bytes::{Bytes, Endian};

/// Boxes of one level that are looked at; real files have some tens.
const MOST_BOXES: usize = 65_536;

/// What the boxes of one track say.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Track {
    /// Its number.
    pub(super) id: u32,
    /// Units of media time in a second.
    pub(super) timescale: u64,
    /// Length of the media in its own units.
    pub(super) media_units: u64,
    /// Name of the first sample entry.
    pub(super) sample_entry: [u8; 4],
    /// Parts of the media that are played.
    pub(super) edits: Vec<Edit>,
}

/// One entry of an edit list that plays something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// Where it begins, in units of the media.
    pub(super) media_time: u64,
    /// How long it is, in units of the movie.
    pub(super) duration: u64,
}

/// What the `moov` box says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Movie {
    /// Units of movie time in a second.
    pub(super) timescale: u64,
    /// The tracks that hold sound.
    pub(super) sound: Vec<Track>,
    /// Delay, padding and length in samples, as iTunes writes them.
    pub(super) itunes: Option<[u64; 3]>,
    /// Whether the samples stand in fragments behind it, of which it says no length.
    pub(super) is_fragmented: bool,
}

impl Movie {
    /// What the first `moov` box of a file says; nothing without one.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let moov = child(bytes, "moov")?;
        let tracks = boxes(moov).filter(|(name, _)| name == b"trak");
        Some(Self {
            timescale: child(moov, "mvhd").and_then(timescale).unwrap_or(0),
            sound: tracks.filter_map(|(_, trak)| sound_track(trak)).collect(),
            itunes: itunes(moov),
            is_fragmented: child(moov, "mvex").is_some(),
        })
    }
}

fn boxes(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let view = Bytes::new(rest, "codecs.truncated");
        let name: [u8; 4] = view.get(4, 4)?.try_into().ok()?;
        let (head, size) = match view.u32(0, Endian::Big, "a size").ok()? {
            0 => (8, view.len()),
            1 => (16, view.u64(8, Endian::Big, "a size").ok()?),
            size => (8, u64::from(size)),
        };
        let content = size.checked_sub(head)?;
        let inside = view.clamped(head, content);
        rest = rest.get(usize::try_from(size).unwrap_or(usize::MAX)..).unwrap_or_default();
        Some((name, inside))
    })
    .take(MOST_BOXES)
}

fn child<'a>(bytes: &'a [u8], wanted: &str) -> Option<&'a [u8]> {
    boxes(bytes).find(|(name, _)| name == wanted.as_bytes()).map(|(_, content)| content)
}

/// The units a second of `mvhd` and `mdhd`, whose times are of 32 bits in version 0 and of 64 in version 1.
fn timescale(header: &[u8]) -> Option<u64> {
    let offset = if *header.first()? == 1 { 20 } else { 12 };
    Bytes::new(header, "codecs.truncated").u32(offset, Endian::Big, "a time scale").ok().map(u64::from)
}

fn sound_track(trak: &[u8]) -> Option<Track> {
    let view = |bytes| Bytes::new(bytes, "codecs.truncated");
    let mdia = child(trak, "mdia")?;
    let is_sound = child(mdia, "hdlr")?.get(8..12)? == b"soun";
    let tkhd = child(trak, "tkhd")?;
    let id_at = if *tkhd.first()? == 1 { 20 } else { 12 };
    let stbl = child(child(mdia, "minf")?, "stbl")?;
    let edits = child(trak, "edts").and_then(|edts| child(edts, "elst")).map(edits).unwrap_or_default();
    let track = Track {
        id: view(tkhd).u32(id_at, Endian::Big, "a number").ok()?,
        timescale: child(mdia, "mdhd").and_then(timescale)?,
        media_units: child(stbl, "stts").map_or(0, media_units),
        sample_entry: child(stbl, "stsd")?.get(12..16)?.try_into().ok()?,
        edits,
    };
    is_sound.then_some(track)
}

/// Sum of `count * delta` over `stts`.
fn media_units(stts: &[u8]) -> u64 {
    let entries = stts.get(8..).unwrap_or_default().as_chunks::<8>().0;
    entries.iter().fold(0, |sum: u64, &[a, b, c, d, e, f, g, h]| {
        let (count, delta) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
        sum.saturating_add(u64::from(count).saturating_mul(u64::from(delta)))
    })
}

/// The entries that play something: an entry of media time -1 is a pause.
fn edits(elst: &[u8]) -> Vec<Edit> {
    let entries = elst.get(8..).unwrap_or_default();
    let edit = |duration: u64, media_time: i64| Some(Edit { media_time: u64::try_from(media_time).ok()?, duration });
    if elst.first() == Some(&1) {
        let parts = entries.as_chunks::<20>().0.iter();
        let long = parts.filter_map(|&[a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..]| {
            edit(u64::from_be_bytes([a, b, c, d, e, f, g, h]), i64::from_be_bytes([i, j, k, l, m, n, o, p]))
        });
        return long.collect();
    }
    let parts = entries.as_chunks::<12>().0.iter();
    let short = parts.filter_map(|&[a, b, c, d, e, f, g, h, ..]| {
        edit(u64::from(u32::from_be_bytes([a, b, c, d])), i64::from(i32::from_be_bytes([e, f, g, h])))
    });
    short.collect()
}

/// Delay, padding and length of the text `iTunSMPB`: hexadecimal words, of which the second to fourth are these.
fn itunes(moov: &[u8]) -> Option<[u64; 3]> {
    let meta = child(child(moov, "udta")?, "meta")?.get(4..)?;
    let list = child(meta, "ilst")?;
    let (_, entry) = boxes(list).find(|(name, entry)| {
        name == b"----" && child(entry, "name").is_some_and(|name| name.get(4..) == Some(b"iTunSMPB"))
    })?;
    let text = std::str::from_utf8(child(entry, "data")?.get(8..)?).ok()?;
    let mut words = text.split_ascii_whitespace().skip(1).map(|word| u64::from_str_radix(word, 16).ok());
    Some([words.next()??, words.next()??, words.next()??])
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test may stop where a byte is not there"
    )]

    use super::*;

    fn boxed(name: &[u8], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len() + 8).unwrap();
        [&size.to_be_bytes(), name, content].concat()
    }

    fn words(values: &[u32]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_be_bytes()).collect()
    }

    fn movie(elst: &[u8]) -> Vec<u8> {
        let stbl = [
            boxed(b"stsd", &[words(&[0, 1, 16]), b"mp4a".to_vec()].concat()),
            boxed(b"stts", &words(&[0, 2, 8, 1024, 1, 832])),
        ];
        let mdia = [
            boxed(b"mdhd", &words(&[0, 0, 0, 16000, 9024, 0])),
            boxed(b"hdlr", &[words(&[0, 0]), b"soun".to_vec()].concat()),
            boxed(b"minf", &boxed(b"stbl", &stbl.concat())),
        ];
        let trak = [
            boxed(b"tkhd", &words(&[0, 0, 0, 7])),
            boxed(b"edts", &boxed(b"elst", elst)),
            boxed(b"mdia", &mdia.concat()),
        ];
        boxed(b"moov", &[boxed(b"mvhd", &words(&[0, 0, 0, 1000, 500])), boxed(b"trak", &trak.concat())].concat())
    }

    #[test]
    fn the_edit_list_is_found_with_its_units() {
        let movie = Movie::read(&movie(&words(&[0, 2, 20, u32::MAX, 0x10000, 500, 1024, 0x10000]))).unwrap();
        let track = &movie.sound[0];
        assert_eq!((movie.timescale, track.id, track.timescale, track.media_units), (1000, 7, 16000, 9024));
        assert_eq!(track.edits, [Edit { media_time: 1024, duration: 500 }]);
        assert_eq!(&track.sample_entry, b"mp4a");
    }

    #[test]
    fn the_text_of_itunes_is_read() {
        let text = b" 00000000 00000840 000001CC 00000000001F3A40 00000000";
        let entry = [
            boxed(b"mean", b"\0\0\0\0com.apple.iTunes"),
            boxed(b"name", b"\0\0\0\0iTunSMPB"),
            boxed(b"data", &[&[0; 8], text.as_slice()].concat()),
        ];
        let meta = [vec![0; 4], boxed(b"ilst", &boxed(b"----", &entry.concat()))].concat();
        assert_eq!(itunes(&boxed(b"udta", &boxed(b"meta", &meta))), Some([0x840, 0x1CC, 0x1F_3A40]));
    }

    #[test]
    fn boxes_that_lie_end_the_walk() {
        for bytes in [
            &[0_u8; 7][..],
            &[0, 0, 0, 7, b'm', b'o', b'o', b'v'],
            &[0xFF; 64],
            b"\0\0\0\x01moov\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
        ] {
            assert!(Movie::read(bytes).is_none_or(|movie| movie.sound.is_empty()));
        }
        let whole = movie(&words(&[0, 1, 500, 1024, 0x10000]));
        for end in 0..whole.len() {
            let _ = Movie::read(&whole[..end]);
        }
    }
}
