//! The guard around foreign decoders: their panics become errors, and their hunger for input has an end.

use std::any::Any;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use symphonia::core::io::MediaSource;

use crate::error::{Error, Result};

/// Runs `work`, which calls foreign code, and makes an error of a panic.
///
/// Needs `panic = "unwind"`; a program built with `abort` ends at the panic. What `work` leaves half done is dropped by the caller together
/// with the error, so that nothing broken is seen afterwards. The process's panic hook runs before the panic can be caught.
pub(super) fn guarded<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        Err(Error::data("codecs.panicked", format!("the decoder of {what} gave up on these bytes"))
            .found(said(&*payload)))
    })
}

fn said(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").chars().take(200).collect()
}

/// Bytes that may be read only so often: a demuxer that goes in circles gets an error instead of more.
pub(super) struct Counted<'a> {
    inner: Cursor<&'a [u8]>,
    bytes_left: u64,
    calls_left: u64,
}

impl<'a> Counted<'a> {
    /// The whole of `bytes` can be read some 64 times, in calls of 32 bytes and more on average: demuxers that look ahead and go back read
    /// some parts twice.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let len = bytes.len() as u64;
        let bytes_left = len.saturating_mul(64).saturating_add(1 << 20);
        let calls_left = len.saturating_mul(2).saturating_add(1 << 16);
        Self { inner: Cursor::new(bytes), bytes_left, calls_left }
    }

    fn call(&mut self) -> io::Result<()> {
        match self.calls_left.checked_sub(1) {
            Some(left) => {
                self.calls_left = left;
                Ok(())
            }
            None => Err(io::Error::other(IN_CIRCLES)),
        }
    }
}

/// What is said to a demuxer that has read enough.
pub(super) const IN_CIRCLES: &str = "the container leads in circles";

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.call()?;
        let read = self.inner.read(buffer)?;
        self.bytes_left = self.bytes_left.checked_sub(read as u64).ok_or_else(|| io::Error::other(IN_CIRCLES))?;
        Ok(read)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.call()?;
        self.inner.seek(to)
    }
}

impl MediaSource for Counted<'_> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.inner.get_ref().len() as u64)
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test may stop where a byte is not there"
    )]

    use super::*;

    #[test]
    fn reading_in_circles_ends() {
        let mut source = Counted::new(&[1, 2, 3]);
        let mut buffer = [0; 3];
        let mut reads = 0_u64;
        while source.read(&mut buffer).is_ok() {
            source.seek(SeekFrom::Start(0)).unwrap_or(0);
            reads += 1;
        }
        assert!(reads > 1000 && reads < 100_000, "{reads}");
    }
}
