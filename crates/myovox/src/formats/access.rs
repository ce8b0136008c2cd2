//! Parts of a file: bytes from any offset, without the rest.
//!
//! Decoders that read a part of a recording, or a long one block by block, take their bytes through [`ReadAt`]: from memory, or from an open
//! file. Nothing is kept between calls, so several threads may read one file at a time.

use std::fs::File;
use std::path::Path;

use super::source;
use crate::error::{Error, Result};
use crate::limits::Limits;

/// Bytes that can be read from any offset.
pub trait ReadAt {
    /// Number of bytes.
    fn bytes(&self) -> u64;

    /// Fills `buffer` with the bytes from `offset` on.
    ///
    /// # Errors
    /// `io.failed` where the system refuses, `io.shorter-than-before` where there are fewer bytes, as when a file shrinks while it is read.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()>;

    /// All bytes, where they stand in memory: what is not wanted of them is then not read at all.
    fn in_memory(&self) -> Option<&[u8]> {
        None
    }
}

impl<R: ReadAt + ?Sized> ReadAt for &R {
    fn bytes(&self) -> u64 {
        (**self).bytes()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        (**self).read_at(offset, buffer)
    }

    fn in_memory(&self) -> Option<&[u8]> {
        (**self).in_memory()
    }
}

impl ReadAt for [u8] {
    fn in_memory(&self) -> Option<&[u8]> {
        Some(self)
    }

    fn bytes(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let part = self.get(start..).and_then(|rest| rest.get(..buffer.len()));
        buffer.copy_from_slice(part.ok_or_else(|| shorter(offset))?);
        Ok(())
    }
}

/// An open file.
///
/// ```
/// use myovox::Limits;
/// use myovox::formats::access::{FileReader, ReadAt};
/// let file = FileReader::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml").as_ref(), &Limits::default())?;
/// let mut start = [0; 9];
/// file.read_at(0, &mut start)?;
/// assert_eq!(&start, b"[package]");
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Debug)]
pub struct FileReader {
    file: File,
    bytes: u64,
}

impl FileReader {
    /// Opens the file at `path`. A pipe has no offsets and is refused.
    ///
    /// # Errors
    /// Those of [`source::read_path`], and `io.not-a-file` for a pipe; the line names the path.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self> {
        let opened = source::open(path, limits).and_then(|(file, bytes)| {
            let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
            let refused = || Error::io_kind("io.not-a-file", "cannot open").found("a pipe").expected("a file");
            if is_file { Ok(Self { file, bytes }) } else { Err(refused()) }
        });
        opened.map_err(|error| error.recording(path.display().to_string()))
    }
}

impl ReadAt for FileReader {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    #[cfg(unix)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        use std::os::unix::fs::FileExt;
        self.file.read_exact_at(buffer, offset).map_err(|cause| failed(&cause, offset))
    }

    #[cfg(windows)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        use std::os::windows::fs::FileExt;
        let (mut offset, mut rest) = (offset, buffer);
        while !rest.is_empty() {
            let read = match self.file.seek_read(rest, offset) {
                Ok(0) => return Err(shorter(offset)),
                Ok(read) => read,
                Err(cause) => return Err(failed(&cause, offset)),
            };
            offset = offset.saturating_add(read as u64);
            rest = rest.get_mut(read..).unwrap_or_default();
        }
        Ok(())
    }

    #[cfg(not(any(unix, windows)))]
    fn read_at(&self, offset: u64, _: &mut [u8]) -> Result<()> {
        Err(Error::io_kind("io.failed", "no reading from an offset on this system").byte(offset))
    }
}

#[cfg(any(unix, windows))]
fn failed(cause: &std::io::Error, offset: u64) -> Error {
    match cause.kind() {
        std::io::ErrorKind::UnexpectedEof => shorter(offset),
        _ => Error::io("read", cause).byte(offset),
    }
}

fn shorter(offset: u64) -> Error {
    Error::io_kind("io.shorter-than-before", "the file ends before bytes that it had").byte(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_its_bytes_read_alike() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let file = FileReader::open(path.as_ref(), &Limits::default()).unwrap();
        let bytes = std::fs::read(path).unwrap();
        assert_eq!(file.bytes(), bytes.bytes());
        for (offset, len) in [(0, 1), (7, 20), (bytes.bytes() - 5, 5), (bytes.bytes(), 0)] {
            let (mut of_file, mut of_bytes) = (vec![0; len], vec![0; len]);
            file.read_at(offset, &mut of_file).unwrap();
            bytes.read_at(offset, &mut of_bytes).unwrap();
            assert_eq!(of_file, of_bytes);
        }
    }

    #[test]
    fn the_end_is_an_error_that_says_where() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let file = FileReader::open(path.as_ref(), &Limits::default()).unwrap();
        for source in [&file as &dyn ReadAt, &SliceOf(b"abc")] {
            for offset in [source.bytes() - 1, u64::MAX - 1] {
                let error = source.read_at(offset, &mut [0; 2]).unwrap_err();
                assert_eq!((error.class(), error.place().byte), (crate::error::Class::Io, Some(offset)));
            }
        }
    }

    struct SliceOf(&'static [u8]);

    impl ReadAt for SliceOf {
        fn bytes(&self) -> u64 {
            self.0.bytes()
        }
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
            self.0.read_at(offset, buffer)
        }
    }
}
