//! The command as its users meet it: arguments in, streams and exit status out. One binary so that it links once.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests say what they skip and stop where a value is not there"
)]

mod common;

mod convert;
mod failures;
mod output;
mod settings;
mod stream;
mod text;
mod verbs;
