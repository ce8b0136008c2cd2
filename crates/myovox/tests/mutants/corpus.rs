//! The files that mutants are made from: shared recordings where they are present, else the checked-in ones.

use std::path::{Path, PathBuf};

use crate::common::{repository, shared};

/// Files above this are left out: a mutant of a small file reaches the same code sooner.
const LARGEST: u64 = 512 << 10;

/// Whole files, smallest first, with their names.
pub fn files(room: &str, endings: &[&str]) -> Vec<(String, Vec<u8>)> {
    let mut paths = Vec::new();
    walk(&repository().join("fixtures/files"), &mut paths);
    walk(&repository().join("crates/myovox/tests/regressions").join(room), &mut paths);
    if let Some(folder) = shared(room) {
        walk(&folder, &mut paths);
    }
    let size = |path: &PathBuf| std::fs::metadata(path).unwrap().len();
    let fits = |path: &PathBuf| {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        size(path) <= LARGEST && ending.is_some_and(|ending| endings.contains(&ending.as_str()))
    };
    paths.retain(fits);
    paths.sort();
    paths.sort_by_key(size);
    paths.iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}
