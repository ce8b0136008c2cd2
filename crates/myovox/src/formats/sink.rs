//! Writes files whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};

/// A file under a temporary name in the folder where it will stand; [`commit`](Self::commit) gives it its name. Dropped before, it leaves
/// nothing behind. (A process that is killed meanwhile leaves `.myovox-` and six letters.)
///
/// A symbolic link stays a link: the file behind it is replaced. The permissions of a file that stood there are kept.
#[derive(Debug)]
pub struct Pending {
    file: NamedTempFile,
    path: PathBuf,
}

impl Pending {
    /// A new file that will stand at `path`.
    ///
    /// # Errors
    /// `io.is-a-directory`, `io.not-found` for a folder that is not there, `io.permission-denied`, `io.failed`; the line names the path.
    pub fn create(path: &Path) -> Result<Self> {
        create(path).map_err(|cause| Error::io("write", &cause).recording(path.display().to_string()))
    }

    /// Flushes the file to the disk and gives it its name, in place of any file that has it.
    ///
    /// # Errors
    /// `io.permission-denied`, `io.storage-full`, `io.failed`; the line names the path.
    pub fn commit(self) -> Result<()> {
        let name = self.path.display().to_string();
        let persisted = self
            .file
            .as_file()
            .sync_all()
            .and_then(|()| self.file.persist(&self.path).map_err(|refused| refused.error).map(drop));
        persisted.map_err(|cause| Error::io("write", &cause).recording(name))
    }

    /// Where it will stand, links resolved.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl io::Seek for Pending {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

fn create(path: &Path) -> io::Result<Pending> {
    let path = behind_links(path);
    let present = fs::metadata(&path).ok();
    if present.as_ref().is_some_and(fs::Metadata::is_dir) {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".myovox-");
    #[cfg(unix)]
    {
        // As any new file has them, less what the process masks; a temporary file would be the owner's alone.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder)?;
    if let Some(metadata) = present {
        file.as_file().set_permissions(metadata.permissions())?;
    }
    Ok(Pending { file, path })
}

/// Links followed at most, as systems have it.
const MOST_LINKS: usize = 40;

/// The path that links lead to, also where nothing stands there yet.
fn behind_links(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

/// Writes the file at `path` with `write`, as [`Pending`]: a reader sees the old file or the new one, whole; on failure nothing is left behind.
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
/// What `write` returns, else as [`Pending`]; the line names the path.
pub fn write_path<T>(path: &Path, write: impl FnOnce(&mut BufWriter<&File>) -> Result<T>) -> Result<T> {
    let named = |error: Error| error.recording(path.display().to_string());
    let pending = Pending::create(path)?;
    let mut buffered = BufWriter::with_capacity(1 << 18, pending.file.as_file());
    let result = write(&mut buffered).map_err(named)?;
    buffered.flush().map_err(|cause| named(Error::io("write", &cause)))?;
    drop(buffered);
    pending.commit()?;
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, bytes: &[u8]) -> Result<()> {
        write_path(path, |file| file.write_all(bytes).map_err(|cause| Error::io("write", &cause)))
    }

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.bin");
        fs::write(&path, b"old").unwrap();
        let refused = write_path(&path, |file| -> Result<()> {
            file.write_all(b"half").unwrap();
            Err(Error::data("test.no", "no"))
        });
        assert_eq!(refused.unwrap_err().to_string(), format!("{}: no", path.display()));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_links_also_those_that_lead_nowhere_yet() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        std::os::unix::fs::symlink("target", &link).unwrap();
        for bytes in [b"first".as_slice(), b"second"] {
            write(&link, bytes).unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(fs::read(&target).unwrap(), bytes);
        }
    }

    #[test]
    fn places_that_cannot_be_written_are_named() {
        let code = |path: &str| {
            let error = write(Path::new(path), b"").unwrap_err();
            assert!(error.to_string().starts_with(&format!("{path}: cannot write")), "{error}");
            error.code()
        };
        assert_eq!(code("/no/such/folder/x"), "io.not-found");
        assert_eq!(code(env!("CARGO_MANIFEST_DIR")), "io.is-a-directory");
    }
}
