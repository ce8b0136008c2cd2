//! Opens files: the one place where a path becomes bytes.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::{Error, Result};
use crate::limits::{Limits, exceeded};

/// The bytes of the file at `path`.
///
/// A directory, a device or a file larger than [`Limits::max_input_bytes`] is refused by name; a pipe is read to its end, up to that limit.
///
/// # Errors
/// `io.not-found`, `io.permission-denied`, `io.is-a-directory`, `io.not-a-file`, `io.failed`, `limit.input-bytes`; the line names the path.
pub fn read_path(path: &Path, limits: &Limits) -> Result<Vec<u8>> {
    read(path, limits).map_err(|error| error.recording(path.display().to_string()))
}

fn read(path: &Path, limits: &Limits) -> Result<Vec<u8>> {
    let (file, bytes) = open(path, limits)?;
    read_all(file, bytes, limits)
}

/// An open file that may be read within `limits`, and its length in bytes (0 for a pipe).
pub(super) fn open(path: &Path, limits: &Limits) -> Result<(File, u64)> {
    let file = File::open(path).map_err(|cause| Error::io("open", &cause))?;
    let metadata = file.metadata().map_err(|cause| Error::io("open", &cause))?;
    let kind = metadata.file_type();
    if kind.is_dir() {
        return Err(Error::io("open", &std::io::ErrorKind::IsADirectory.into()).expected("a file"));
    }
    if is_device(kind) {
        return Err(Error::io_kind("io.not-a-file", "cannot open").found("a device").expected("a file"));
    }
    let (bytes, at_most) = (metadata.len(), limits.max_input_bytes);
    if bytes > at_most {
        return Err(exceeded("limit.input-bytes", "recording", "max_input_bytes", bytes, at_most));
    }
    Ok((file, bytes))
}

/// The bytes of a stream (standard input, a pipe), up to [`Limits::max_input_bytes`].
///
/// # Errors
/// `io.failed` as the stream fails, `limit.input-bytes` when it holds more.
pub fn read_stream(stream: impl Read, limits: &Limits) -> Result<Vec<u8>> {
    read_all(stream, 0, limits)
}

fn read_all(stream: impl Read, expected_bytes: u64, limits: &Limits) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more than expected, so that the end is seen without growing; a file that grows meanwhile is read on.
    let room = usize::try_from(expected_bytes.saturating_add(1)).unwrap_or(usize::MAX);
    bytes.try_reserve_exact(room).map_err(|_| {
        exceeded("limit.input-bytes", "recording", "max_input_bytes", expected_bytes, "this machine's memory")
    })?;
    let ceiling = limits.max_input_bytes.saturating_add(1);
    stream.take(ceiling).read_to_end(&mut bytes).map_err(|cause| Error::io("read", &cause))?;
    if bytes.len() as u64 > limits.max_input_bytes {
        return Err(exceeded("limit.input-bytes", "recording", "max_input_bytes", "more", limits.max_input_bytes));
    }
    Ok(bytes)
}

#[cfg(unix)]
fn is_device(kind: std::fs::FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    kind.is_char_device() || kind.is_block_device()
}

#[cfg(not(unix))]
fn is_device(_: std::fs::FileType) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_devices_and_large_files_are_refused_by_name() {
        let limits = Limits::default().max_input_bytes(10);
        let code = |path: &str| read_path(Path::new(path), &limits).unwrap_err().code();
        assert_eq!(code("/no/such/file"), "io.not-found");
        assert_eq!(code(env!("CARGO_MANIFEST_DIR")), "io.is-a-directory");
        assert_eq!(code(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")), "limit.input-bytes");
        #[cfg(unix)]
        assert_eq!(code("/dev/zero"), "io.not-a-file");
        assert_eq!(read_stream([0_u8; 11].as_slice(), &limits).unwrap_err().code(), "limit.input-bytes");
        assert_eq!(read_stream([7_u8; 10].as_slice(), &limits).unwrap(), [7; 10]);
    }
}
