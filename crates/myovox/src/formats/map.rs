//! Files mapped into memory: the whole recording as a slice, of which only what is looked at is read.
#![allow(unsafe_code, reason = "a map is memory that other processes can change; what that means stands at `Mapped`")]

use std::ops::Deref;
use std::path::Path;

use super::access::ReadAt;
use super::source;
use crate::error::{Error, Result};
use crate::limits::Limits;

/// A file mapped into memory, read-only.
///
/// A map serves partial reading of large recordings. For a whole recording [`source::read_path`] is as fast and has no trap; the trap of a map
/// is another process that changes the file meanwhile: where it is **cut short**, the system ends this process (`SIGBUS`) when the lost part is
/// looked at. Map only files that nobody writes.
#[derive(Debug)]
pub struct Mapped(memmap2::Mmap);

impl Mapped {
    /// Maps the file at `path`.
    ///
    /// # Errors
    /// Those of [`source::read_path`], and `io.not-a-file` for a pipe; the line names the path.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self> {
        map(path, limits).map_err(|error| error.recording(path.display().to_string()))
    }
}

fn map(path: &Path, limits: &Limits) -> Result<Mapped> {
    let (file, _) = source::open(path, limits)?;
    let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
    if !is_file {
        return Err(Error::io_kind("io.not-a-file", "cannot map").found("a pipe").expected("a file"));
    }
    // SAFETY: the map is read-only and private to this value. Bytes that another process changes meanwhile may differ from one look to the next:
    // the decoders check every length at each use and hold no reference into the map that relies on its content.
    let map = unsafe { memmap2::Mmap::map(&file) };
    map.map(Mapped).map_err(|cause| Error::io("map", &cause))
}

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl ReadAt for Mapped {
    fn bytes(&self) -> u64 {
        (**self).bytes()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        (**self).read_at(offset, buffer)
    }

    fn in_memory(&self) -> Option<&[u8]> {
        Some(self)
    }
}

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_has_the_bytes_of_the_file() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let map = Mapped::open(path.as_ref(), &Limits::default()).unwrap();
        assert_eq!(*map, *std::fs::read(path).unwrap());
    }

    #[test]
    fn what_cannot_be_mapped_is_refused_by_name() {
        let code = |path: &str| Mapped::open(path.as_ref(), &Limits::default()).unwrap_err().code();
        assert_eq!(code("/no/such/file"), "io.not-found");
        assert_eq!(code(env!("CARGO_MANIFEST_DIR")), "io.is-a-directory");
    }
}
