//! Sony Wave64 (Sony Pictures Digital, Wave64 1.0): the chunks of RIFF with GUIDs for ids, 64-bit sizes that count the 24-byte header, and
//! borders of 8 bytes.

use super::input::Input;
use super::metadata::FourCc;
use crate::error::{Error, Result};
use crate::formats::sniff::{W64_RIFF, W64_WAVE};

/// Bytes of a chunk's header: a GUID and a size.
pub(super) const CHUNK_HEADER_BYTES: u64 = 24;
/// Bytes of the file's header: that of a chunk, and the form.
pub(super) const FORM_HEADER_BYTES: u64 = 40;
/// Chunks begin on multiples of this, counted from the start of the header.
pub(super) const ALIGNMENT: u64 = 8;

/// The chunk at `at` by the RIFF name of its id, and the size of its content. An id that is no Wave64 GUID has no RIFF name and is left
/// out as unknown.
///
/// # Errors
/// `wav.bad-field` when the size is smaller than the header that it counts: the reader would stand still or go back.
pub(super) fn header(input: &Input<'_>, at: u64) -> Result<Option<(FourCc, u64)>> {
    let (Some(guid), Some(size)) = (input.array(at)?, input.u64(at.saturating_add(16))?) else { return Ok(None) };
    let content = size.checked_sub(CHUNK_HEADER_BYTES).ok_or_else(|| {
        Error::data("wav.bad-field", "Wave64 chunk is smaller than its header")
            .byte(at.saturating_add(16))
            .field("chunk size")
            .found(size)
            .expected("at least 24")
    })?;
    Ok(Some((riff_name(&guid), content)))
}

fn riff_name(guid: &[u8; 16]) -> FourCc {
    match guid.split_first_chunk::<4>() {
        Some((b"list", tail)) if W64_RIFF.ends_with(tail) => FourCc(*b"LIST"),
        Some((&name, tail)) if W64_WAVE.ends_with(tail) || W64_RIFF.ends_with(tail) => FourCc(name),
        _ => FourCc(*b"????"),
    }
}

/// Whether what stands at `at` can be a chunk: a Wave64 GUID and a size that counts at least the header.
pub(super) fn is_plausible(input: &Input<'_>, at: u64) -> Result<bool> {
    let (Some(guid), Some(size)) = (input.array(at)?, input.u64(at.saturating_add(16))?) else { return Ok(false) };
    Ok(riff_name(&guid) != FourCc(*b"????") && size >= CHUNK_HEADER_BYTES)
}

/// Size of the form as the header at `start` has it.
pub(super) fn form_bytes(input: &Input<'_>, start: u64) -> Result<u64> {
    Ok(input.u64(start.saturating_add(16))?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test may stop where a value is not there"
    )]

    use super::*;

    fn chunk(name: &[u8], size: u64) -> Vec<u8> {
        [name, &W64_WAVE[4..], &size.to_le_bytes()].concat()
    }

    #[test]
    fn sizes_count_their_header_and_smaller_ones_are_refused() {
        let of = |size| header(&Input::Memory(&chunk(b"data", size)), 0);
        assert_eq!(of(24).unwrap(), Some((FourCc(*b"data"), 0)));
        assert_eq!(of(u64::MAX - 7).unwrap(), Some((FourCc(*b"data"), u64::MAX - 31)));
        for size in [0, 3, 23] {
            assert_eq!(of(size).unwrap_err().code(), "wav.bad-field");
        }
    }

    #[test]
    fn ids_that_are_no_guid_of_the_format_have_no_name() {
        let mut bytes = chunk(b"data", 24);
        bytes[5] ^= 1;
        assert_eq!(header(&Input::Memory(&bytes), 0).unwrap(), Some((FourCc(*b"????"), 0)));
        assert!(!is_plausible(&Input::Memory(&bytes), 0).unwrap());
    }
}
