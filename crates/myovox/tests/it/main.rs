//! Tests of behaviour, one binary so that it links once.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests say what they skip and stop where a value is not there"
)]
#![allow(unreachable_pub, reason = "helpers are shared between modules of one test binary")]

#[allow(dead_code, reason = "filled while the rooms are built")]
mod common;

mod analyze;
mod architecture;
mod c3d;
mod codecs;
mod convert;
mod emg;
mod export;
mod inspect;
mod page;
mod parity_filters;
mod parity_scipy;
mod parity_windows;
mod regressions;
mod score;
mod voice;
mod wav;
