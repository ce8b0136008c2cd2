//! The header block: the one that was read, with the fields that the recording decides set anew.
//!
//! Bytes that nobody asks about stay as they were. Source: "The C3D File Format", Motion Lab Systems, *The Header Section*.

use super::settle::{FULL, word};
use super::shape::Shape;
use crate::error::{Error, Result};
use crate::formats::c3d::C3dRecording;
use crate::formats::c3d::events::Event;
use crate::formats::c3d::header::BLOCK;
use crate::formats::c3d::number::{Processor, Storage};
use crate::warning::Warning;

/// The value of words 148 and 150 that says: what follows is used.
const KEY: u16 = 12345;
/// Events that the header holds.
const MOST_EVENTS: usize = 18;
const EVENT_KEY_AT: usize = 298;
const EVENT_COUNT_AT: usize = 300;
const EVENT_TIMES_AT: usize = 304;
const EVENT_FLAGS_AT: usize = 376;
const EVENT_LABELS_AT: usize = 396;

/// A header block under change.
struct Block<'a> {
    bytes: Vec<u8>,
    /// Number formats of the bytes that were read.
    from: Processor,
    to: Processor,
    warnings: &'a mut Vec<Warning>,
    /// Whether there was a header, so that a field of it can be corrected.
    was_read: bool,
}

/// The header of the file; `data_block` is the first block of the data, `events` those of the header where they changed.
///
/// # Errors
/// `c3d.value-not-representable`, `c3d.too-many`.
pub(super) fn block(
    recording: &C3dRecording,
    shape: &Shape,
    data_block: u16,
    events: Option<&[&Event]>,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<u8>> {
    let mut bytes = recording.header.raw.clone();
    let was_read = !bytes.is_empty();
    bytes.resize(usize::try_from(BLOCK).unwrap_or(512), 0);
    let mut block = Block { bytes, from: recording.layout.processor, to: shape.processor, warnings, was_read };
    block.put(0, &[2, 0x50]);
    block.count(2, "points", word(shape.markers));
    block.count(4, "analog measurements", word(shape.channels.saturating_mul(shape.samples_per_frame)));
    block.frames(recording, shape);
    block.convert_word(10);
    let is_asked = shape.storage != recording.storage;
    let scale = if shape.storage == Storage::Float { -shape.scale } else { shape.scale };
    block.float(12, "scale", scale, is_asked)?;
    let data_block_bytes = block.to.word_bytes(data_block);
    block.put(16, &data_block_bytes);
    block.count(18, "samples per frame", word(shape.samples_per_frame));
    match recording.point_rate_hz {
        Some(rate) => block.float(20, "frame rate", rate, false)?,
        None => block.convert_float(20)?,
    }
    block.drop_ranges();
    block.events(events)?;
    Ok(block.bytes)
}

/// States the counts of `shape` in the header that was read, where there is one.
pub(super) fn state_counts(recording: &mut C3dRecording, shape: &Shape) {
    if recording.header.raw.is_empty() {
        return;
    }
    let (bytes, processor) = (std::mem::take(&mut recording.header.raw), recording.layout.processor);
    let mut block = Block { bytes, from: processor, to: processor, warnings: &mut Vec::new(), was_read: true };
    let measurements = word(shape.channels.saturating_mul(shape.samples_per_frame));
    block.put_word(2, word(shape.markers));
    block.put_word(4, measurements);
    block.frames(recording, shape);
    let [points, first, last] = [2, 6, 8].map(|at| block.word(at));
    let header = &mut recording.header;
    header.raw = block.bytes;
    (header.points, header.analog_measurements, header.first_frame, header.last_frame) =
        (points, measurements, first, last);
}

impl Block<'_> {
    fn put(&mut self, at: usize, bytes: &[u8]) {
        let end = at.saturating_add(bytes.len());
        if let Some(place) = self.bytes.get_mut(at..end) {
            place.copy_from_slice(bytes);
        }
    }

    fn raw<const N: usize>(&self, at: usize) -> [u8; N] {
        self.bytes.get(at..).and_then(<[u8]>::first_chunk::<N>).copied().unwrap_or([0; N])
    }

    fn word(&self, at: usize) -> u16 {
        self.from.u16(self.raw(at))
    }

    fn put_word(&mut self, at: usize, value: u16) {
        let bytes = self.to.word_bytes(value);
        self.put(at, &bytes);
    }

    fn put_float(&mut self, at: usize, value: f64) -> Result<()> {
        let bytes = self.to.float_bytes(value).ok_or_else(|| {
            let what = format!("a value of the header has no code in a {:?} file", self.to);
            Error::data("c3d.value-not-representable", what).byte(at as u64).found(value)
        })?;
        self.put(at, &bytes);
        Ok(())
    }

    fn convert_word(&mut self, at: usize) {
        let value = self.word(at);
        self.put_word(at, value);
    }

    /// A float of the header as it is, for the other processor.
    fn convert_float(&mut self, at: usize) -> Result<()> {
        let raw = self.raw(at);
        if self.from == self.to { Ok(()) } else { self.put_float(at, self.from.float(raw)) }
    }

    fn correct(&mut self, at: usize, what: &str, said: impl std::fmt::Display, has: impl std::fmt::Display) {
        if self.was_read {
            let message = format!("the header said {said} for {what}, the recording has {has}");
            self.warnings.push(Warning::new("c3d.header-corrected", message).byte(at as u64));
        }
    }

    fn count(&mut self, at: usize, what: &str, value: u16) {
        let said = self.word(at);
        if said != value {
            self.correct(at, what, said, value);
        }
        self.put_word(at, value);
    }

    /// A float that stays as it is where it says the same but for the rounding of 32 bits.
    fn float(&mut self, at: usize, what: &str, value: f64, is_asked: bool) -> Result<()> {
        let said = self.from.float(self.raw(at));
        if (said - value).abs() <= 1e-6 * value.abs() {
            return self.convert_float(at);
        }
        if !is_asked {
            self.correct(at, what, said, value);
        }
        self.put_float(at, value)
    }

    /// First and last frame: 65535 where 16 bits do not count them.
    fn frames(&mut self, recording: &C3dRecording, shape: &Shape) {
        let first = u16::try_from(recording.first_frame & 0xFFFF).unwrap_or(FULL);
        let fits = u32::from(first) == recording.first_frame;
        let last = usize::from(first).saturating_add(shape.frames).saturating_sub(1);
        let last = if fits { word(last) } else { FULL };
        let (said_first, said_last) = (self.word(6), self.word(8));
        // A header whose last frame is full, or that counts in another way while nothing is there, is as good as ours.
        let is_empty = shape.frames == 0;
        self.count(6, "the first frame", first);
        if is_empty && said_first == first && said_last <= first {
            self.put_word(8, said_last);
        } else {
            self.count(8, "the last frame", last);
        }
    }

    /// The section of labels and ranges is not part of a recording: the header no longer points to it.
    fn drop_ranges(&mut self) {
        if self.word(294) == KEY {
            let message = "the section of labels and ranges is not written";
            self.warnings.push(Warning::new("c3d.label-ranges-dropped", message).byte(294));
            self.put_word(294, 0);
            self.put_word(296, 0);
        } else {
            self.convert_word(294);
            self.convert_word(296);
        }
    }

    fn events(&mut self, events: Option<&[&Event]>) -> Result<()> {
        let Some(events) = events else {
            self.convert_word(EVENT_KEY_AT);
            self.convert_word(EVENT_COUNT_AT);
            for event in 0..MOST_EVENTS {
                self.event_time(event)?;
            }
            return Ok(());
        };
        if events.len() > MOST_EVENTS {
            let error = Error::unsupported("c3d.too-many", "more events of the header than it holds");
            return Err(error.found(events.len()).expected(format!("at most {MOST_EVENTS}")));
        }
        self.put_word(EVENT_KEY_AT, KEY);
        self.put_word(EVENT_COUNT_AT, word(events.len()));
        self.put(EVENT_TIMES_AT, &[0; 4 * MOST_EVENTS]);
        self.put(EVENT_FLAGS_AT, &[0; MOST_EVENTS]);
        self.put(EVENT_LABELS_AT, &[b' '; 4 * MOST_EVENTS]);
        for (i, event) in events.iter().enumerate() {
            let label = event.label.as_bytes();
            if label.len() > 4 {
                let error = Error::unsupported("c3d.too-many", "a label of a header event is too long");
                return Err(error.field("header events").found(&event.label).expected("at most 4 bytes"));
            }
            let at = i.saturating_mul(4);
            self.put_float(EVENT_TIMES_AT.saturating_add(at), event.stored_s)?;
            self.put(EVENT_LABELS_AT.saturating_add(at), label);
        }
        Ok(())
    }

    /// The time of an event; of those that are not used, what has no code in the other format is dropped.
    fn event_time(&mut self, event: usize) -> Result<()> {
        let at = event.saturating_mul(4).saturating_add(EVENT_TIMES_AT);
        let used = usize::from(self.to.u16(self.raw(EVENT_COUNT_AT)));
        let time = self.from.float(self.raw(at));
        if event >= used && self.from != self.to && self.to.float_bytes(time).is_none() {
            self.put(at, &[0; 4]);
            return Ok(());
        }
        self.convert_float(at)
    }
}
