//! One file made wrong: cut, overwritten, stretched, shuffled, or given lengths that are lies.

use std::ops::Range;

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};

/// A file and where its parts stand, so that changes fall where decisions are taken.
pub struct Original {
    pub name: String,
    pub bytes: Vec<u8>,
    /// Header, parameter section or chunk headers, data: one of them is chosen, then a place in it.
    pub parts: Vec<Range<usize>>,
    /// Places of stored lengths, counts and offsets, and their width in bytes.
    pub lengths: Vec<(usize, usize)>,
    /// Whether the file is read as it stands.
    pub is_read: bool,
}

/// What lengths lie with: nothing, one, the borders of their types, and what is just beyond them.
const LIES: [u64; 14] =
    [0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFF8, 0xFFFF_FFFF, u64::MAX - 7];

/// A source of choices.
pub struct Choices(Pcg64Mcg);

impl Choices {
    pub fn new(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }

    /// A number below `end`, 0 where there is none.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.next_u64() % end.max(1) as u64).unwrap()
    }

    fn of<T: Clone>(&mut self, values: &[T]) -> Option<T> {
        values.get(self.below(values.len())).cloned()
    }

    fn byte(&mut self) -> u8 {
        let extreme = self.of(&[0, 1, 127, 128, 254, 255]);
        let random = u8::try_from(self.below(256)).unwrap();
        if self.below(3) == 0 { random } else { extreme.unwrap_or(random) }
    }

    fn place(&mut self, original: &Original) -> usize {
        let part = self.of(&original.parts).unwrap_or(0..original.bytes.len());
        part.start + self.below(part.len())
    }
}

/// A mutant of `original`: mostly one kind of change, at times two.
pub fn mutant(original: &Original, choices: &mut Choices) -> Vec<u8> {
    let mut bytes = original.bytes.clone();
    for _ in 0..=usize::from(choices.below(4) == 0) {
        match choices.below(10) {
            0 => bytes.truncate(choices.place(original)),
            1..=3 => overwrite(&mut bytes, original, choices),
            4..=6 => lie(&mut bytes, original, choices),
            7 => insert(&mut bytes, original, choices),
            8 => remove(&mut bytes, original, choices),
            _ => swap(&mut bytes, original, choices),
        }
    }
    // Without its magic a file is refused at once, and nothing else of the reader is seen.
    if choices.below(8) > 0 {
        for (byte, magic) in bytes.iter_mut().zip(&original.bytes).take(4) {
            *byte = *magic;
        }
    }
    bytes
}

fn overwrite(bytes: &mut [u8], original: &Original, choices: &mut Choices) {
    for _ in 0..=choices.below(8) {
        let (at, value) = (choices.place(original), choices.byte());
        if let Some(byte) = bytes.get_mut(at) {
            *byte = value;
        }
    }
}

fn lie(bytes: &mut [u8], original: &Original, choices: &mut Choices) {
    for _ in 0..=choices.below(2) {
        let Some((at, width)) = choices.of(&original.lengths) else { return };
        let near = bytes.len() as u64 + choices.below(5) as u64;
        let value = if choices.below(4) == 0 { near } else { choices.of(&LIES).unwrap_or(0) };
        let mut raw = value.to_le_bytes();
        raw[..width].rotate_left(if choices.below(4) == 0 { width / 2 } else { 0 });
        if let Some(field) = bytes.get_mut(at..at + width) {
            field.copy_from_slice(&raw[..width]);
        }
    }
}

fn insert(bytes: &mut Vec<u8>, original: &Original, choices: &mut Choices) {
    let at = choices.place(original).min(bytes.len());
    let count = choices.of(&[1, 2, 3, 4, 8, 17, 512]).unwrap_or(1);
    // Either noise or a piece of the file itself, which doubles records and chunks.
    let from = choices.below(bytes.len());
    let piece: Vec<u8> = match bytes.get(from..from + count) {
        Some(own) if choices.below(2) == 0 => own.to_vec(),
        _ => (0..count).map(|_| choices.byte()).collect(),
    };
    bytes.splice(at..at, piece);
}

fn remove(bytes: &mut Vec<u8>, original: &Original, choices: &mut Choices) {
    let at = choices.place(original).min(bytes.len());
    let end = (at + choices.of(&[1, 2, 3, 4, 8, 17, 512]).unwrap_or(1)).min(bytes.len());
    bytes.drain(at..end);
}

fn swap(bytes: &mut [u8], original: &Original, choices: &mut Choices) {
    let width = choices.of(&[1, 2, 4, 8, 64]).unwrap_or(1);
    let (a, b) = (choices.place(original), choices.place(original));
    for i in 0..width {
        if a + i < bytes.len() && b + i < bytes.len() {
            bytes.swap(a + i, b + i);
        }
    }
}
