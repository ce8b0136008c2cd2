//! Copies past the caches: for outputs that are larger than these and are not looked at again soon.
//!
//! An ordinary store first reads the line that it changes. A streaming store of a whole line does not, which nearly halves what writing costs.
//! Such stores are seen by other threads only behind a fence; [`Copier`] sets it when it goes. Processors without them copy as usual.
#![allow(unsafe_code, reason = "streaming stores are intrinsics over pointers")]

/// Bytes of a line.
#[cfg(target_arch = "x86_64")]
const LINE: usize = 64;

/// How copies are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stores {
    /// Through the caches.
    Ordinary,
    /// Whole lines past them.
    Streaming,
}

/// Copies many pieces in one way.
#[derive(Debug)]
pub struct Copier {
    stores: Stores,
}

impl Copier {
    /// Copies pieces with these stores.
    #[must_use]
    pub fn new(stores: Stores) -> Self {
        Self { stores }
    }

    /// Copies `from` to `to`.
    ///
    /// # Panics
    /// When the lengths differ.
    pub fn copy<T: bytemuck::Pod>(&self, to: &mut [T], from: &[T]) {
        match self.stores {
            Stores::Ordinary => to.copy_from_slice(from),
            Stores::Streaming => streamed(bytemuck::cast_slice_mut(to), bytemuck::cast_slice(from)),
        }
    }
}

impl Drop for Copier {
    fn drop(&mut self) {
        #[cfg(target_arch = "x86_64")]
        if self.stores == Stores::Streaming {
            // SAFETY: `sfence` is part of SSE, which every x86-64 processor has; it touches no memory of its own.
            unsafe { std::arch::x86_64::_mm_sfence() };
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn streamed(to: &mut [u8], from: &[u8]) {
    use std::arch::x86_64::{_mm_loadu_si128, _mm_stream_si128};
    assert_eq!(to.len(), from.len());
    let head = to.as_ptr().align_offset(LINE).min(to.len());
    let (to_head, to) = to.split_at_mut(head);
    let (from_head, from) = from.split_at(head);
    to_head.copy_from_slice(from_head);
    let (to_lines, to_tail) = to.as_chunks_mut::<LINE>();
    let (from_lines, from_tail) = from.as_chunks::<LINE>();
    for (to, from) in to_lines.iter_mut().zip(from_lines) {
        for at in (0..LINE).step_by(16) {
            // SAFETY: both lines have 64 bytes and `at` is at most 48, so 16 bytes from there lie inside; `to` starts on a multiple of 64
            // bytes, because `head` bytes were split off to reach one and lines follow each other.
            unsafe { _mm_stream_si128(to.as_mut_ptr().add(at).cast(), _mm_loadu_si128(from.as_ptr().add(at).cast())) };
        }
    }
    to_tail.copy_from_slice(from_tail);
}

#[cfg(not(target_arch = "x86_64"))]
fn streamed(to: &mut [u8], from: &[u8]) {
    to.copy_from_slice(from);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_copies_wherever_they_start() {
        let from: Vec<u8> = (0..=255).cycle().take(400).collect();
        for start in 0..70 {
            for len in [0, 1, 63, 64, 65, 129, 300] {
                let mut to = vec![7_u8; 400];
                Copier::new(Stores::Streaming).copy(&mut to[start..start + len], &from[..len]);
                assert_eq!(to[start..start + len], from[..len]);
                assert!(to[..start].iter().chain(&to[start + len..]).all(|&byte| byte == 7));
            }
        }
    }
}
