//! The programs in C, built as a user would build them, run plainly and under a memory checker.
#![allow(clippy::print_stdout, reason = "tests say what they skip")]

use std::process::Command;

#[test]
fn c_programs_pass_plainly_and_under_a_memory_checker() {
    if Command::new("cc").arg("--version").output().is_err() {
        println!("skipped: there is no C compiler");
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/c/run.sh");
    let outcome = Command::new("sh").arg(script).output().expect("sh is there");
    let said = String::from_utf8_lossy(&outcome.stdout).into_owned() + &String::from_utf8_lossy(&outcome.stderr);
    assert!(outcome.status.success(), "{said}");
    assert!(said.contains("plain: passed"), "{said}");
}
