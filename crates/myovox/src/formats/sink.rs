//! Writes files whole or not at all.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::error::{Error, Result};

/// Writes the file at `path` with `write`: under a temporary name in the same folder, flushed to the disk, then renamed. A reader sees the old
/// file or the new one, whole; on failure nothing is left behind. The permissions of a file that stood there are kept.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("notes.txt");
/// use std::io::Write;
/// use myovox::{Error, formats::sink};
/// sink::write_path(&path, |file| file.write_all(b"whole").map_err(|cause| Error::io("write", &cause)))?;
/// assert_eq!(std::fs::read(&path).unwrap(), b"whole");
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// What `write` returns, else `io.permission-denied`, `io.storage-full`, `io.failed`; the line names the path.
pub fn write_path<T>(path: &Path, write: impl FnOnce(&mut BufWriter<&File>) -> Result<T>) -> Result<T> {
    write_pending(path, write).map_err(|error| error.recording(path.display().to_string()))
}

fn write_pending<T>(path: &Path, write: impl FnOnce(&mut BufWriter<&File>) -> Result<T>) -> Result<T> {
    let failed = |cause: std::io::Error| Error::io("write", &cause);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".myovox-");
    #[cfg(unix)]
    {
        // As any new file has them, less what the process masks; a temporary file would be the owner's alone.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let pending = builder.tempfile_in(folder).map_err(failed)?;
    let mut buffered = BufWriter::with_capacity(1 << 18, pending.as_file());
    let result = write(&mut buffered)?;
    buffered.flush().map_err(failed)?;
    drop(buffered);
    if let Ok(metadata) = std::fs::metadata(path) {
        pending.as_file().set_permissions(metadata.permissions()).map_err(failed)?;
    }
    pending.as_file().sync_all().map_err(failed)?;
    pending.persist(path).map_err(|refused| failed(refused.error))?;
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.bin");
        std::fs::write(&path, b"old").unwrap();
        let refused = write_path(&path, |file| -> Result<()> {
            file.write_all(b"half").unwrap();
            Err(Error::data("test.no", "no"))
        });
        assert_eq!(refused.unwrap_err().to_string(), format!("{}: no", path.display()));
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        write_path(&path, |file| file.write_all(b"new").map_err(|cause| Error::io("write", &cause))).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = write_path(Path::new("/no/such/folder/x"), |_| Ok(())).unwrap_err();
        assert_eq!((error.code(), error.to_string().starts_with("/no/such/folder/x: ")), ("io.not-found", true));
    }
}
