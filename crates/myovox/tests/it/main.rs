//! Tests of behaviour, one binary so that it links once.

#[allow(dead_code, reason = "filled while the rooms are built")]
mod common;

mod analyze;
mod architecture;
mod c3d;
mod emg;
mod voice;
mod wav;
