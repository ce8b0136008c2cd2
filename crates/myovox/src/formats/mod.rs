//! Bytes to typed recordings and back.
//!
//! [`c3d`], [`wav`] and [`codecs`] decode `&[u8]` and know no file; [`sniff`] finds the kind from the first bytes; [`source`] opens files,
//! [`access`] reads parts of them, `map` maps them into memory, [`sink`] writes them; [`export`] writes recordings for other programs. Every
//! length that comes from a file is checked before it is believed and charged to the [`Budget`](crate::Budget) before it is allocated.
#![deny(clippy::indexing_slicing, clippy::cast_possible_truncation, clippy::arithmetic_side_effects)]

pub mod access;
pub mod bytes;
pub mod c3d;
pub mod codecs;
pub mod export;
#[cfg(feature = "map")]
pub mod map;
pub mod sink;
pub mod sniff;
pub mod source;
pub mod wav;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a reader does with a file that contradicts itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Read what is there; every guess is a warning.
    #[default]
    Lenient,
    /// A guess that could change a number is an error.
    Strict,
    /// As lenient, and unfinished recordings are counted from their size.
    Recover,
}
