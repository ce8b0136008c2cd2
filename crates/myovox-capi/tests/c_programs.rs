//! The programs in C, built as a user would build them, run plainly and under a memory checker.

use std::process::Command;

#[test]
fn c_programs_pass_plainly_and_under_a_memory_checker() {
    // The static library that was built for this very test stands beside it: no second build inside a test.
    let test = std::env::current_exe().expect("a test knows where it is");
    let library = test.parent().expect("it is in a folder");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/c/run.sh");
    let outcome = Command::new("sh").arg(script).arg(library).output().expect("sh is there");
    let said = String::from_utf8_lossy(&outcome.stdout).into_owned() + &String::from_utf8_lossy(&outcome.stderr);
    assert!(outcome.status.success(), "{said}");
    assert!(said.contains("plain: passed"), "{said}");
}
