//! Where test data is, and what to say when it is not there.

use std::path::PathBuf;

/// The repository's root.
pub fn repository() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// `path` among the shared recordings that stand beside a checkout; prints a skip line and gives nothing where they are absent.
pub fn shared(path: &str) -> Option<PathBuf> {
    let full = repository().join("../shared/data").join(path);
    if full.exists() {
        return Some(full);
    }
    println!("skipped: shared recordings are absent ({path})");
    None
}
