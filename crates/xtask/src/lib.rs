//! placeholder

pub mod header;
