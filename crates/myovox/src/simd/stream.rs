//! Rows written piece by piece past the caches: for outputs that are larger than these and are not looked at again soon.
//!
//! An ordinary store first reads the line that it changes; a streaming store of a whole line does not, which nearly halves what writing costs. A
//! piece seldom ends with a line, so the bytes behind its last whole line wait in a buffer for the next piece of the same row. Streaming stores
//! are seen by other threads only behind a fence; [`RowWriter`] sets it when it goes. Processors without such stores copy as usual.
#![allow(unsafe_code, reason = "streaming stores are intrinsics over pointers")]

/// Bytes of a line.
const LINE: usize = 64;

/// What waits for the next piece of a row.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Line([u8; LINE]);

impl Default for Line {
    fn default() -> Self {
        Self([0; LINE])
    }
}

/// How rows are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stores {
    /// Through the caches.
    Ordinary,
    /// Whole lines past them.
    Streaming,
}

/// Writes the pieces of many rows.
#[derive(Debug)]
pub struct RowWriter<'a> {
    stores: Stores,
    lines: &'a mut [Line],
}

impl<'a> RowWriter<'a> {
    /// Writes rows with these stores; `lines` has one entry for each row, whatever it holds, or none for ordinary stores.
    #[must_use]
    pub fn new(stores: Stores, lines: &'a mut [Line]) -> Self {
        Self { stores, lines }
    }

    /// Whether numbers may as well be written to their rows without it.
    #[must_use]
    pub fn is_direct(&self) -> bool {
        self.stores == Stores::Ordinary
    }

    /// Writes `piece` from `at` on into `row`, the row number `index`. The pieces of a row come in order and without gaps, from its first number
    /// to its last; only then is the whole row written.
    ///
    /// # Panics
    /// When the piece does not fit into the row, or a row that is streamed has no line.
    pub fn write<T: bytemuck::Pod>(&mut self, index: usize, row: &mut [T], at: usize, piece: &[T]) {
        match self.stores {
            Stores::Ordinary => row[at..at + piece.len()].copy_from_slice(piece),
            Stores::Streaming => {
                let start = at * size_of::<T>();
                let (row, piece) = (bytemuck::cast_slice_mut(row), bytemuck::cast_slice(piece));
                streamed(row, start, piece, &mut self.lines[index].0);
            }
        }
    }
}

impl Drop for RowWriter<'_> {
    fn drop(&mut self) {
        #[cfg(target_arch = "x86_64")]
        if self.stores == Stores::Streaming {
            // SAFETY: `sfence` is part of SSE, which every x86-64 processor has; it touches no memory of its own.
            unsafe { std::arch::x86_64::_mm_sfence() };
        }
    }
}

/// Writes `piece` at byte `start` of `row`; `line` holds what earlier pieces left of the line that `start` lies in.
fn streamed(row: &mut [u8], start: usize, piece: &[u8], line: &mut [u8; LINE]) {
    let before = (row.as_ptr().addr() + start) % LINE;
    let ends = start + piece.len() == row.len();
    let (Some(first), Some(last), false) =
        (piece.first_chunk::<LINE>(), piece.last_chunk::<LINE>(), start < before || ends)
    else {
        return streamed_slowly(row, start, piece, line);
    };
    // What is copied has the length of a line, also where less is meant: such copies are single instructions.
    let mut room = [0_u8; 3 * LINE];
    let (head, rest) = piece.split_at((LINE - before) % LINE);
    if before > 0 {
        room[LINE..2 * LINE].copy_from_slice(line);
        room[LINE + before..2 * LINE + before].copy_from_slice(first);
        store_lines(&mut row[start - before..start + head.len()], &room[LINE..2 * LINE]);
    }
    let (whole, tail) = rest.split_at(rest.len() - rest.len() % LINE);
    let start = start + head.len();
    store_lines(&mut row[start..start + whole.len()], whole);
    if !tail.is_empty() {
        room[tail.len()..tail.len() + LINE].copy_from_slice(last);
        line.copy_from_slice(&room[LINE..2 * LINE]);
    }
}

/// The same for the ends of a row and for short pieces.
fn streamed_slowly(row: &mut [u8], start: usize, piece: &[u8], line: &mut [u8; LINE]) {
    let is_last = start + piece.len() == row.len();
    let before = (row.as_ptr().addr() + start) % LINE;
    let (head, rest) = piece.split_at(if before == 0 { 0 } else { (LINE - before).min(piece.len()) });
    if start < before {
        // The line begins in another row.
        row[start..start + head.len()].copy_from_slice(head);
    } else if !head.is_empty() {
        let filled = before + head.len();
        line[before..filled].copy_from_slice(head);
        if filled == LINE {
            store_lines(&mut row[start - before..start + head.len()], line);
        } else if is_last {
            row[start - before..start + head.len()].copy_from_slice(&line[..filled]);
        }
    }
    let (whole, tail) = rest.split_at(rest.len() - rest.len() % LINE);
    let start = start + head.len();
    store_lines(&mut row[start..start + whole.len()], whole);
    let start = start + whole.len();
    if is_last {
        row[start..].copy_from_slice(tail);
    } else {
        line[..tail.len()].copy_from_slice(tail);
    }
}

/// Copies whole lines past the caches, as far as both go; `to` starts on a line.
#[cfg(target_arch = "x86_64")]
fn store_lines(to: &mut [u8], from: &[u8]) {
    use std::arch::x86_64::{_mm_loadu_si128, _mm_stream_si128};
    assert!(to.is_empty() || to.as_ptr().addr().is_multiple_of(LINE));
    for (to, from) in to.as_chunks_mut::<LINE>().0.iter_mut().zip(from.as_chunks::<LINE>().0) {
        for at in (0..LINE).step_by(16) {
            // SAFETY: both lines have 64 bytes and `at` is at most 48, so 16 bytes from there lie inside; `to` starts on a multiple of 64
            // bytes, as was asserted for the first line, and lines follow each other.
            unsafe { _mm_stream_si128(to.as_mut_ptr().add(at).cast(), _mm_loadu_si128(from.as_ptr().add(at).cast())) };
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn store_lines(to: &mut [u8], from: &[u8]) {
    to.copy_from_slice(from);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_whole_wherever_they_start_and_however_they_are_cut() {
        for length in [0, 1, 5, 16, 17, 40, 133] {
            for offset in 0..17 {
                for cut in [1, 3, 7, 16, 20, 64, 200] {
                    let expected: Vec<u32> = (0x5A5A_0000..).take(2 * length).collect();
                    let mut memory = vec![7_u32; offset + 2 * length + 20];
                    let mut lines = [Line::default(); 2];
                    let mut writer = RowWriter::new(Stores::Streaming, &mut lines);
                    for at in (0..length).step_by(cut) {
                        for row in 0..2 {
                            let start = offset + row * length;
                            let piece = &expected[row * length + at..row * length + (at + cut).min(length)];
                            writer.write(row, &mut memory[start..start + length], at, piece);
                        }
                    }
                    drop(writer);
                    assert_eq!(memory[offset..offset + 2 * length], expected, "{length} numbers at {offset} by {cut}");
                    let around = memory[..offset].iter().chain(&memory[offset + 2 * length..]);
                    assert!(around.copied().all(|number| number == 7));
                }
            }
        }
    }
}
