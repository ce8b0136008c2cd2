//! SHA-256 of recordings and settings, so that a report can be matched with what it was made from.

use sha2::{Digest, Sha256};

use crate::settings::Config;

/// In hexadecimal.
pub(super) fn of_bytes(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = |byte: &u8| [byte >> 4, byte & 15].map(|nibble| char::from(DIGITS[usize::from(nibble)]));
    Sha256::digest(bytes).iter().flat_map(nibbles).collect()
}

/// Of the settings as compact JSON.
pub(super) fn of_config(config: &Config) -> String {
    of_bytes(serde_json::to_string(config).unwrap_or_default().as_bytes())
}
