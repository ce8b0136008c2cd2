//! How tests call the command, and the recordings that they call it with.

use std::ffi::OsStr;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What a call did.
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The command, without what the environment of the tests would change.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_myovox"));
    command.env_remove("MYOVOX_SIMD").env_remove("NO_COLOR");
    command
}

/// Calls the command with `args`.
pub(crate) fn myovox<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Ended {
    ended(command().args(args).stdin(Stdio::null()))
}

/// Calls the command with `args` and `input` on standard input.
pub(crate) fn myovox_with_input<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>, input: &[u8]) -> Ended {
    let mut command = command();
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    of(child.wait_with_output().unwrap())
}

pub(crate) fn ended(command: &mut Command) -> Ended {
    of(command.output().unwrap())
}

fn of(output: std::process::Output) -> Ended {
    Ended {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A checked-in recording.
pub(crate) fn fixture(name: &str) -> String {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/files")).join(name);
    assert!(path.exists(), "{} is absent", path.display());
    path.to_str().unwrap().to_owned()
}

/// A folder that is removed at the end.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// `name` inside `folder`.
pub(crate) fn inside(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

/// The library's report of a fixture, as indented JSON.
pub(crate) fn report_of(name: &str) -> String {
    let bytes = std::fs::read(fixture(name)).unwrap();
    myovox::Analyzer::new(myovox::Config::default()).run(&bytes, Some(name)).unwrap().to_json()
}
