//! The bytes of a file as the walk over its chunks needs them: a few from anywhere, in memory or behind [`ReadAt`].
//!
//! In memory nothing is copied; elsewhere what is asked for, and no more, is read into memory of its own.

use std::borrow::Cow;

use crate::error::Result;
use crate::formats::access::ReadAt;
use crate::formats::bytes::Endian;
use crate::limits::{Budget, exceeded};

/// Where the bytes of a file come from.
#[derive(Clone, Copy)]
pub(super) enum Input<'a> {
    /// All of them.
    Memory(&'a [u8]),
    /// As they are asked for.
    At(&'a (dyn ReadAt + Sync)),
}

impl<'a> Input<'a> {
    /// Number of bytes.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::At(source) => source.bytes(),
        }
    }

    /// The bytes `offset..offset + N`, where the file has them.
    ///
    /// # Errors
    /// Those of [`ReadAt::read_at`].
    pub(super) fn array<const N: usize>(&self, offset: u64) -> Result<Option<[u8; N]>> {
        if offset.checked_add(N as u64).is_none_or(|end| end > self.len()) {
            return Ok(None);
        }
        match self {
            Self::Memory(bytes) => {
                let from = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..));
                Ok(from.and_then(<[u8]>::first_chunk).copied())
            }
            Self::At(source) => {
                let mut array = [0; N];
                source.read_at(offset, &mut array)?;
                Ok(Some(array))
            }
        }
    }

    /// A 32-bit number, where the file has it.
    ///
    /// # Errors
    /// As [`array`](Self::array).
    pub(super) fn u32(&self, offset: u64, endian: Endian) -> Result<Option<u32>> {
        Ok(self.array(offset)?.map(|raw| match endian {
            Endian::Little => u32::from_le_bytes(raw),
            Endian::Big => u32::from_be_bytes(raw),
        }))
    }

    /// A 64-bit little-endian number, where the file has it.
    ///
    /// # Errors
    /// As [`array`](Self::array).
    pub(super) fn u64(&self, offset: u64) -> Result<Option<u64>> {
        Ok(self.array(offset)?.map(u64::from_le_bytes))
    }

    /// As many of the bytes `offset..offset + len` as there are, within `limits.max_metadata_bytes`; copies are charged.
    ///
    /// # Errors
    /// `limit.metadata-bytes` where there are more, `limit.memory-bytes`, those of [`ReadAt::read_at`].
    pub(super) fn content(&self, offset: u64, len: u64, budget: &mut Budget) -> Result<Cow<'a, [u8]>> {
        let at_most = budget.limits().max_metadata_bytes;
        let there = |len: u64| self.len().saturating_sub(offset).min(len);
        if there(len) > at_most && self.array::<1>(offset.saturating_add(at_most))?.is_some() {
            let found = there(len);
            return Err(exceeded("limit.metadata-bytes", "chunk", "max_metadata_bytes", found, at_most).byte(offset));
        }
        self.clamped(offset, there(len), budget)
    }

    /// As many of the bytes `offset..offset + len` as there are; copies are charged.
    ///
    /// # Errors
    /// `limit.memory-bytes`, those of [`ReadAt::read_at`].
    pub(super) fn clamped(&self, offset: u64, len: u64, budget: &mut Budget) -> Result<Cow<'a, [u8]>> {
        let len = self.len().saturating_sub(offset).min(len);
        let (start, len) = (usize::try_from(offset).unwrap_or(usize::MAX), usize::try_from(len).unwrap_or(usize::MAX));
        match *self {
            Self::Memory(bytes) => {
                Ok(Cow::Borrowed(bytes.get(start..).and_then(|rest| rest.get(..len)).unwrap_or_default()))
            }
            Self::At(source) => {
                // Asked for before it is believed: a source that learns its length as it goes says here what it lacks.
                if let Some(last) = len.checked_sub(1) {
                    source.read_at(offset.saturating_add(last as u64), &mut [0])?;
                }
                let mut bytes = budget.zeroed(len, "chunk")?;
                source.read_at(offset, &mut bytes)?;
                Ok(Cow::Owned(bytes))
            }
        }
    }
}
