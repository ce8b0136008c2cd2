//! Files that once broke a promise of a reader, found by fuzzing or by mutants: each is read or refused, whatever the policy.
//!
//! A finding is made small (`fuzz/README.md`), named for what it shows and put into `tests/regressions`; nothing else is to be done.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use myovox::formats::Policy;
use myovox::formats::c3d::{self, C3dConfig};
use myovox::formats::wav::{self, WavConfig};
use myovox::{Budget, Limits, Result};

use crate::common::repository;

const POLICIES: [Policy; 3] = [Policy::Lenient, Policy::Strict, Policy::Recover];

fn files(room: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = repository().join("crates/myovox/tests/regressions").join(room);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "no file of {room}");
    paths.into_iter().map(|path| (path.clone(), std::fs::read(&path).unwrap())).collect()
}

/// One reading: in time, and of memory that follows the file; the names of claimed markers and channels stand apart.
fn survive<T>(name: &str, bytes: &[u8], room: &str, read: impl Fn(&mut Budget) -> Result<T>) {
    let mut budget = Budget::new(&Limits::default().max_markers(1024).max_analog_channels(1024));
    let start = Instant::now();
    let result = read(&mut budget);
    assert!(start.elapsed() < Duration::from_secs(2), "{name}: {:?}", start.elapsed());
    let permitted = 40 * bytes.len() as u64 + (2 << 20);
    assert!(budget.memory_bytes() <= permitted, "{name}: {} bytes charged", budget.memory_bytes());
    if let Err(error) = result {
        let is_named = error.code().starts_with(room) || error.code().starts_with("limit.");
        assert!(is_named && !error.to_string().contains('\n'), "{name}: {error}");
    }
}

#[test]
fn c3d_findings_stay_mended() {
    for (path, bytes) in files("c3d") {
        let name = path.display().to_string();
        for policy in POLICIES {
            let config = C3dConfig::default().policy(policy);
            survive(&name, &bytes, "c3d.", |budget| c3d::read(&bytes, &config, budget));
            survive(&name, &bytes, "c3d.", |budget| c3d::read_metadata(&bytes, &config, budget));
        }
    }
}

#[test]
fn wav_findings_stay_mended() {
    for (path, bytes) in files("wav") {
        let name = path.display().to_string();
        for policy in POLICIES {
            let config = WavConfig::default().policy(policy);
            survive(&name, &bytes, "wav.", |budget| wav::read(&bytes, &config, budget));
            let raw = config.raw("mulaw:8000:2".parse::<wav::RawFormat>().unwrap().into());
            survive(&name, &bytes, "wav.", |budget| wav::read(&bytes, &raw, budget));
        }
    }
}
