//! The bounds-checked view of a file's bytes that every decoder reads through: each read says where it stood and how much it wanted.

use std::cell::Cell;

use crate::error::{Error, Result};

/// How the numbers of a file are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

/// Bytes of a file, or of its beginning; `code` is the error code of a read beyond the end.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'a> {
    at_hand: &'a [u8],
    total: u64,
    missed: Option<&'a Cell<bool>>,
    code: &'static str,
}

impl<'a> Bytes<'a> {
    /// A view of a whole file.
    #[must_use]
    pub fn new(bytes: &'a [u8], code: &'static str) -> Self {
        Self { at_hand: bytes, total: bytes.len() as u64, missed: None, code }
    }

    /// A view of a file of `total` bytes of which only the first ones are at hand. A look behind them finds nothing and sets `missed`: what was
    /// read until then is to be thrown away and read again with more of the file.
    #[must_use]
    pub fn beginning(bytes: &'a [u8], total: u64, code: &'static str, missed: &'a Cell<bool>) -> Self {
        Self { at_hand: bytes, total, missed: Some(missed), code }
    }

    /// Number of bytes of the file.
    pub fn len(&self) -> u64 {
        self.total
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The bytes `offset..offset + len`; `what` names them in the error.
    ///
    /// # Errors
    /// The view's code when they are not all there.
    pub fn slice(&self, offset: u64, len: u64, what: &str) -> Result<&'a [u8]> {
        self.get(offset, len).ok_or_else(|| {
            Error::data(self.code, format!("{what} beyond the end of the file"))
                .byte(offset)
                .found(format!("{} bytes in the file", self.total))
                .expected(format!("{len} bytes from here"))
        })
    }

    /// The bytes `offset..offset + len`, or nothing.
    pub fn get(&self, offset: u64, len: u64) -> Option<&'a [u8]> {
        let end = offset.checked_add(len)?;
        let found = self.at_hand.get(usize::try_from(offset).ok()?..usize::try_from(end).ok()?);
        if let (None, Some(missed)) = (found, self.missed)
            && end <= self.total
        {
            missed.set(true);
        }
        found
    }

    /// As many of the bytes `offset..offset + len` as there are.
    pub fn clamped(&self, offset: u64, len: u64) -> &'a [u8] {
        let end = offset.saturating_add(len).min(self.len());
        self.get(offset, end.saturating_sub(offset)).unwrap_or_default()
    }

    /// `N` bytes at `offset`.
    ///
    /// # Errors
    /// The view's code when they are not all there.
    pub fn array<const N: usize>(&self, offset: u64, what: &str) -> Result<[u8; N]> {
        let slice = self.slice(offset, N as u64, what)?;
        slice.first_chunk::<N>().copied().ok_or_else(|| Error::data(self.code, what.to_owned()).byte(offset))
    }

    /// One byte.
    ///
    /// # Errors
    /// The view's code when it is not there.
    pub fn u8(&self, offset: u64, what: &str) -> Result<u8> {
        self.array::<1>(offset, what).map(|[byte]| byte)
    }

    /// An unsigned 16-bit integer.
    ///
    /// # Errors
    /// The view's code when it is not there.
    pub fn u16(&self, offset: u64, endian: Endian, what: &str) -> Result<u16> {
        let raw = self.array(offset, what)?;
        Ok(match endian {
            Endian::Little => u16::from_le_bytes(raw),
            Endian::Big => u16::from_be_bytes(raw),
        })
    }

    /// An unsigned 32-bit integer.
    ///
    /// # Errors
    /// The view's code when it is not there.
    pub fn u32(&self, offset: u64, endian: Endian, what: &str) -> Result<u32> {
        let raw = self.array(offset, what)?;
        Ok(match endian {
            Endian::Little => u32::from_le_bytes(raw),
            Endian::Big => u32::from_be_bytes(raw),
        })
    }

    /// An unsigned 64-bit integer.
    ///
    /// # Errors
    /// The view's code when it is not there.
    pub fn u64(&self, offset: u64, endian: Endian, what: &str) -> Result<u64> {
        let raw = self.array(offset, what)?;
        Ok(match endian {
            Endian::Little => u64::from_le_bytes(raw),
            Endian::Big => u64::from_be_bytes(raw),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_beyond_the_end_says_where_and_how_much() {
        let bytes = Bytes::new(&[1, 2, 3], "test.truncated");
        assert_eq!(bytes.u16(1, Endian::Little, "a number").unwrap(), 0x0302);
        assert_eq!(bytes.u16(1, Endian::Big, "a number").unwrap(), 0x0203);
        let line = bytes.u32(1, Endian::Little, "a number").unwrap_err().to_string();
        assert_eq!(
            line,
            "byte 1: a number beyond the end of the file: found 3 bytes in the file, expected 4 bytes from here"
        );
    }

    #[test]
    fn a_look_behind_the_beginning_is_noticed_and_one_behind_the_file_is_not() {
        let missed = Cell::new(false);
        let bytes = Bytes::beginning(&[1, 2, 3], 10, "test.truncated", &missed);
        assert!(bytes.get(1, 2).is_some() && bytes.get(9, 2).is_none() && !missed.get());
        assert!(bytes.get(9, 1).is_none() && missed.get());
        assert_eq!(bytes.len(), 10);
    }

    #[test]
    fn offsets_that_overflow_are_outside() {
        let bytes = Bytes::new(&[1, 2, 3], "test.truncated");
        assert!(bytes.get(u64::MAX, 2).is_none());
        assert!(bytes.get(2, u64::MAX).is_none());
        assert_eq!(bytes.clamped(1, u64::MAX), &[2, 3]);
        assert!(bytes.clamped(9, 2).is_empty());
    }
}
