//! What one recording may cost: [`Limits`] and the [`Budget`] that is charged before every allocation.

use crate::config::config;
use crate::error::{Error, Result};

config! {
    /// Ceilings for one recording. A length that a file claims is charged here before a byte is allocated for it.
    pub struct Limits {
        /// Largest recording in bytes. Default 4 GiB: the largest size that a RIFF file can state.
        max_input_bytes: u64 = 4 << 30,
        /// Memory that decoding one recording may allocate, in bytes. Default 8 GiB: a 4 GiB file of 16-bit samples as `f32`.
        max_memory_bytes: u64 = 8 << 30,
        /// Markers in a C3D recording. Default 16384: far above facial capture (a few hundred).
        max_markers: u32 = 16_384,
        /// Analog channels in a C3D recording. Default 4096: high-density EMG has 64-512, the largest file seen 922.
        max_analog_channels: u32 = 4096,
        /// Audio channels. Default 256: twice the largest recorders.
        max_audio_channels: u32 = 256,
        /// Largest sampling rate in Hz. Default 1 MHz: five times the fastest sound cards.
        max_rate_hz: f64 = 1e6,
        /// Chunks in a RIFF-family file. Default 65536: real files hold some tens; a walk over this many takes milliseconds.
        max_chunks: u32 = 65_536,
        /// Groups and parameters in a C3D file. Default 65536: 128 groups of 512 parameters.
        max_parameters: u32 = 65_536,
        /// Text and other metadata kept from one recording, in bytes. Default 16 MiB.
        max_metadata_bytes: u64 = 16 << 20,
        /// Warnings kept for one recording; what comes after is counted. Default 1000: more than a person reads.
        max_warnings: u32 = 1000,
    }
}

/// The counter behind [`Limits`]: one per recording, passed down, charged before each allocation.
///
/// ```
/// use myovox::{Budget, Limits};
/// let mut budget = Budget::new(&Limits::default().max_memory_bytes(1000));
/// let samples: Vec<f64> = budget.zeroed(100, "samples")?;
/// assert_eq!(samples.len(), 100);
/// assert_eq!(budget.zeroed::<f64>(100, "samples").unwrap_err().code(), "limit.memory-bytes");
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Budget {
    limits: Limits,
    memory_bytes: u64,
    metadata_bytes: u64,
}

impl Budget {
    /// A fresh budget for one recording.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self { limits: limits.clone(), memory_bytes: 0, metadata_bytes: 0 }
    }

    /// The ceilings.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Memory charged so far, in bytes.
    pub fn memory_bytes(&self) -> u64 {
        self.memory_bytes
    }

    /// Charges `bytes` of memory for `what`.
    ///
    /// # Errors
    /// `limit.memory-bytes` when the sum would exceed [`Limits::max_memory_bytes`].
    pub fn charge(&mut self, bytes: u64, what: &str) -> Result<()> {
        let total = self.memory_bytes.saturating_add(bytes);
        if total > self.limits.max_memory_bytes {
            return Err(exceeded("limit.memory-bytes", what, "max_memory_bytes", total, self.limits.max_memory_bytes));
        }
        self.memory_bytes = total;
        Ok(())
    }

    /// Charges `bytes` of text or other metadata for `what`.
    ///
    /// # Errors
    /// `limit.metadata-bytes` when the sum would exceed [`Limits::max_metadata_bytes`], `limit.memory-bytes` as [`charge`](Self::charge).
    pub fn charge_metadata(&mut self, bytes: u64, what: &str) -> Result<()> {
        let total = self.metadata_bytes.saturating_add(bytes);
        if total > self.limits.max_metadata_bytes {
            let limit = self.limits.max_metadata_bytes;
            return Err(exceeded("limit.metadata-bytes", what, "max_metadata_bytes", total, limit));
        }
        self.charge(bytes, what)?;
        self.metadata_bytes = total;
        Ok(())
    }

    /// A vector of `len` zeros, charged before it is allocated.
    ///
    /// # Errors
    /// `limit.memory-bytes` when the budget or the machine has less memory left.
    pub fn zeroed<T: Clone + Default>(&mut self, len: usize, what: &str) -> Result<Vec<T>> {
        // The reservation shows that the memory is there; `vec!` then gets zeroed pages from the system without touching them.
        drop(self.with_capacity::<T>(len, what)?);
        Ok(vec![T::default(); len])
    }

    /// Appends `value` to `list`. A list that must grow is charged for its new place; the old one, held until all has moved, was charged when
    /// it was taken. So what is charged covers what is held at any time.
    ///
    /// # Errors
    /// `limit.memory-bytes` when the budget or the machine has less memory left; `list` is as it was.
    pub(crate) fn push<T>(&mut self, list: &mut Vec<T>, value: T, what: &str) -> Result<()> {
        const LEAST: usize = 4;
        if list.len() == list.capacity() {
            let mut grown = self.with_capacity(list.len().saturating_mul(2).max(LEAST), what)?;
            grown.append(list);
            *list = grown;
        }
        list.push(value);
        Ok(())
    }

    /// An empty vector with room for `len` values, charged before it is allocated.
    ///
    /// # Errors
    /// `limit.memory-bytes` when the budget or the machine has less memory left.
    pub fn with_capacity<T>(&mut self, len: usize, what: &str) -> Result<Vec<T>> {
        self.charge((len as u64).saturating_mul(std::mem::size_of::<T>() as u64), what)?;
        let mut values = Vec::new();
        values.try_reserve_exact(len).map_err(|_| {
            Error::limit("limit.memory-bytes", format!("{what} do not fit into this machine's memory"))
                .found(format!("{len} values of {} bytes", std::mem::size_of::<T>()))
        })?;
        Ok(values)
    }
}

/// The error of a ceiling: which one, what it was needed for, both numbers.
pub(crate) fn exceeded(
    code: &'static str,
    what: &str,
    limit: &str,
    found: impl std::fmt::Display,
    at_most: impl std::fmt::Display,
) -> Error {
    Error::limit(code, format!("{what} beyond limits.{limit}")).found(found).expected(format!("at most {at_most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_charged_adds_up_and_the_error_names_both_numbers() {
        let mut budget = Budget::new(&Limits::default().max_memory_bytes(100));
        budget.charge(60, "points").unwrap();
        let line = budget.charge(60, "analog samples").unwrap_err().to_string();
        assert_eq!(line, "analog samples beyond limits.max_memory_bytes: found 120, expected at most 100");
        assert_eq!(budget.memory_bytes(), 60);
    }

    #[test]
    fn a_growing_list_is_charged_for_each_place_it_had() {
        let mut budget = Budget::new(&Limits::default().max_memory_bytes(60));
        let mut list = Vec::new();
        for n in 0..5_u32 {
            budget.push(&mut list, n, "numbers").unwrap();
        }
        // Four numbers, then eight.
        assert_eq!((list.capacity(), budget.memory_bytes()), (8, 4 * (4 + 8)));
        list.extend(5..8);
        assert_eq!(budget.push(&mut list, 8, "numbers").unwrap_err().code(), "limit.memory-bytes");
        assert_eq!(list, [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn a_length_that_overflows_is_refused() {
        let mut budget = Budget::new(&Limits::default());
        assert!(budget.zeroed::<f64>(usize::MAX, "samples").is_err());
        assert!(budget.charge_metadata(u64::MAX, "text").is_err());
    }
}
