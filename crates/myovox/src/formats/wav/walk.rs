//! The walk over the chunks of a file: where the format and the samples are, and what else was there.
//!
//! One loop serves the RIFF family and Wave64; what differs (headers, alignment) is asked of [`riff`] and [`w64`]. Sizes are claims: a chunk ends
//! where the file does at the latest, the walk always moves forward, and each disagreement is a warning.

use super::input::Input;
use super::metadata::{Content, FourCc, Metadata};
use super::riff::{self, Ds64};
use super::warnings::{self, Notes};
use super::{ChunkInfo, Container, w64};
use crate::error::{Error, Result};
use crate::formats::bytes::{Bytes, Endian};
use crate::limits::{Budget, exceeded};

/// What a file holds, before any sample is looked at.
pub(super) struct Layout {
    pub(super) container: Container,
    pub(super) endian: Endian,
    /// Content of `fmt ` and its offset.
    pub(super) format: (Vec<u8>, u64),
    /// Offset and number of the bytes of samples.
    pub(super) data: (u64, u64),
    pub(super) chunks: Vec<ChunkInfo>,
    pub(super) metadata: Metadata,
}

/// Walks over the chunks of a file whose container header stands at `start`.
///
/// # Errors
/// `wav.no-fmt`, `wav.no-data`, `wav.truncated`, `wav.bad-field`, `wav.unsupported`, `limit.chunks`, `limit.metadata-bytes`,
/// `limit.memory-bytes`; under the strict policy the codes of the warnings.
pub(super) fn walk(
    input: Input<'_>,
    start: u64,
    extent: Extent,
    budget: &mut Budget,
    notes: &mut Notes,
) -> Result<Layout> {
    let mut walk = Walk::new(input, start, extent)?;
    walk.chunks(budget, notes)?;
    if extent == Extent::Whole {
        walk.check_form_size(notes)?;
    }
    walk.finish(notes)
}

/// How far to walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Over all chunks.
    Whole,
    /// Until format and samples are found: what a stream can know before the samples pass.
    UntilSamples,
}

/// No recording has as many bytes or samples; programs that never came back to write a number leave such ones (2^63 less a little, all ones).
const NEVER_WRITTEN: u64 = 1 << 48;

/// Whether a size that the file does not have was never meant: what programs write that stream and cannot go back, all ones or the largest
/// signed number, less the headers.
fn is_placeholder(size: u64) -> bool {
    matches!(size, 0x7FFF_0000..=0x7FFF_FFFF | 0xFFFF_0000..=riff::ALL_ONES | NEVER_WRITTEN..)
}

/// How many chunks are looked at to tell an empty recording from one whose size was never written.
const CHUNKS_LOOKED_AHEAD: u32 = 65_536;

struct Walk<'a> {
    input: Input<'a>,
    start: u64,
    extent: Extent,
    container: Container,
    endian: Endian,
    ds64: Option<Ds64>,
    format: Option<(Vec<u8>, u64)>,
    data: Option<(u64, u64)>,
    format_after_data: bool,
    /// A chunk that went beyond the end of the file before any samples were found.
    overrun: Option<(FourCc, u64, u64)>,
    wavl: Option<u64>,
    /// Where the walk ended.
    end: u64,
    chunks: Vec<ChunkInfo>,
    metadata: Metadata,
}

/// A chunk as the walk meets it.
struct Chunk {
    id: FourCc,
    /// Offset of its content.
    body: u64,
    size: u64,
    /// Whether the size was stated at all.
    is_open: bool,
}

impl<'a> Walk<'a> {
    fn new(input: Input<'a>, start: u64, extent: Extent) -> Result<Self> {
        let container = match input.array(start)?.as_ref() {
            Some(b"RIFX") => Container::Rifx,
            Some(b"RF64") => Container::Rf64,
            Some(b"BW64") => Container::Bw64,
            Some(b"riff") => Container::W64,
            _ => Container::Riff,
        };
        let endian = if container == Container::Rifx { Endian::Big } else { Endian::Little };
        Ok(Self {
            input,
            start,
            extent,
            container,
            endian,
            ds64: None,
            format: None,
            data: None,
            format_after_data: false,
            overrun: None,
            wavl: None,
            end: start,
            chunks: Vec::new(),
            metadata: Metadata::default(),
        })
    }

    fn is_w64(&self) -> bool {
        self.container == Container::W64
    }

    fn is_64_bit_riff(&self) -> bool {
        matches!(self.container, Container::Rf64 | Container::Bw64)
    }

    fn chunks(&mut self, budget: &mut Budget, notes: &mut Notes) -> Result<()> {
        let (form_header, chunk_header) = if self.is_w64() {
            (w64::FORM_HEADER_BYTES, w64::CHUNK_HEADER_BYTES)
        } else {
            (riff::FORM_HEADER_BYTES, riff::CHUNK_HEADER_BYTES)
        };
        let mut at = self.start.saturating_add(form_header);
        loop {
            self.end = at.min(self.input.len());
            let left = self.input.len().saturating_sub(at);
            if left == 0 {
                return Ok(());
            }
            // Behind the samples only what looks like a chunk is one; before them there is nothing to lose by trying.
            if left < chunk_header || self.data.is_some() && !self.is_plausible(at)? {
                return notes.say(&warnings::TRAILING_BYTES, at, format!("the last {left} bytes are no chunk"));
            }
            let Some(chunk) = self.chunk(at, chunk_header, notes)? else { return Ok(()) };
            self.remember(&chunk, at, budget)?;
            self.visit(&chunk, budget, notes)?;
            if self.extent == Extent::UntilSamples && self.data.is_some() && self.format.is_some() {
                return Ok(());
            }
            let Some(next) = self.next(&chunk, notes)? else { return Ok(()) };
            at = next;
        }
    }

    fn is_plausible(&self, at: u64) -> Result<bool> {
        if self.is_w64() {
            w64::is_plausible(&self.input, at)
        } else {
            riff::is_plausible(&self.input, at, self.endian)
        }
    }

    /// The chunk at `at`, its size looked up or measured where the header does not have it.
    fn chunk(&self, at: u64, header_bytes: u64, notes: &mut Notes) -> Result<Option<Chunk>> {
        let header =
            if self.is_w64() { w64::header(&self.input, at)? } else { riff::header(&self.input, at, self.endian)? };
        let Some((id, stated)) = header else { return Ok(None) };
        let body = at.saturating_add(header_bytes);
        let left = self.input.len().saturating_sub(body);
        let mut chunk = Chunk { id, body, size: stated, is_open: false };
        if self.is_64_bit_riff() && stated == riff::ALL_ONES {
            match self.ds64.as_ref().and_then(|ds64| ds64.size_of(id)) {
                Some(size) => chunk.size = size,
                None => chunk.is_open = true,
            }
        }
        if id.0 == *b"data" && self.data.is_none() {
            self.measure_data(&mut chunk, left, notes)?;
        }
        Ok(Some(chunk))
    }

    /// How many bytes of samples there are: what is stated, where the file bears it out.
    fn measure_data(&self, chunk: &mut Chunk, left: u64, notes: &mut Notes) -> Result<()> {
        let (size, body) = (chunk.size, chunk.body);
        if chunk.is_open || size > left && is_placeholder(size) {
            let message = format!("the data size was never written; the {left} bytes to the end of the file are taken");
            notes.say(&warnings::DATA_SIZE_OPEN, body, message)?;
        } else if size > left {
            let message =
                format!("data claims {size} bytes, the file has {left}: {} are missing", size.saturating_sub(left));
            notes.say(&warnings::DATA_CUT, body, message)?;
        } else if size == 0 && left > 0 && !self.chunks_follow(body)? {
            let message =
                format!("the data size is 0 and no chunk follows; the {left} bytes to the end of the file are taken");
            notes.say(&warnings::DATA_SIZE_ZERO, body, message)?;
        } else {
            return Ok(());
        }
        chunk.size = left;
        Ok(())
    }

    /// Whether chunks stand at `at` where samples would, had there been any.
    fn chunks_follow(&self, at: u64) -> Result<bool> {
        if self.is_w64() {
            return w64::is_plausible(&self.input, at);
        }
        riff::chunks_to_the_end(&self.input, at, self.endian, CHUNKS_LOOKED_AHEAD)
    }

    fn remember(&mut self, chunk: &Chunk, at: u64, budget: &mut Budget) -> Result<()> {
        let at_most = budget.limits().max_chunks;
        if self.chunks.len() as u64 >= u64::from(at_most) {
            return Err(exceeded("limit.chunks", "chunks", "max_chunks", "more", at_most));
        }
        let info = ChunkInfo { id: chunk.id, offset: at, bytes: chunk.size };
        budget.push(&mut self.chunks, info, "chunks")
    }

    fn visit(&mut self, chunk: &Chunk, budget: &mut Budget, notes: &mut Notes) -> Result<()> {
        let (body, input) = (chunk.body, self.input);
        match &chunk.id.0 {
            b"fmt " => self.visit_format(chunk, budget, notes),
            b"data" => self.visit_data(chunk, notes),
            b"ds64" if self.is_64_bit_riff() && self.ds64.is_none() => {
                self.ds64 = Ds64::read(&input.content(body, chunk.size, budget)?, body, notes)?;
                Ok(())
            }
            b"fact" => {
                self.metadata.fact_samples = self.fact(&input.clamped(body, chunk.size.min(8), budget)?);
                Ok(())
            }
            b"LIST" if chunk.size >= 4 && input.array(body)? == Some(*b"wavl") => {
                self.wavl.get_or_insert(body);
                Ok(())
            }
            b"LIST" if chunk.size < 4 || !matches!(input.array(body)?.as_ref(), Some(b"INFO" | b"adtl")) => Ok(()),
            id if Metadata::keeps(*id) => {
                let content = input.content(body, chunk.size, budget)?;
                self.metadata.read(chunk.id, Content::new(&content, body, self.endian), budget, notes)
            }
            _ => Ok(()),
        }
    }

    /// Samples per channel as `fact` has them, if they were ever written.
    fn fact(&self, there: &[u8]) -> Option<u64> {
        let bytes = Bytes::new(there, "wav.bad-field");
        let narrow =
            || bytes.u32(0, self.endian, "fact").ok().map(u64::from).filter(|&samples| samples != riff::ALL_ONES);
        let wide = if self.is_w64() { bytes.u64(0, self.endian, "fact").ok() } else { None };
        wide.or_else(narrow).filter(|&samples| samples < NEVER_WRITTEN)
    }

    fn visit_format(&mut self, chunk: &Chunk, budget: &mut Budget, notes: &mut Notes) -> Result<()> {
        /// What `cbSize` can count, and the fields before it.
        const LARGEST_FORMAT: u64 = 65535 + 18;
        let body = chunk.body;
        if chunk.size > LARGEST_FORMAT && self.format.is_none() {
            return Err(impossible_size(chunk, LARGEST_FORMAT));
        }
        let there = self.input.clamped(body, chunk.size.min(LARGEST_FORMAT), budget)?;
        let too_short = (there.len() as u64) < chunk.size.min(LARGEST_FORMAT);
        match &self.format {
            Some(_) if too_short => Ok(()),
            Some(_) if chunk.size > LARGEST_FORMAT => Err(impossible_size(chunk, LARGEST_FORMAT)),
            None if too_short => Err(Error::data("wav.truncated", "the file ends within its fmt chunk")
                .byte(body)
                .found(format!("{} bytes", there.len()))
                .expected(format!("{} bytes", chunk.size))),
            Some((first, _)) if *first == *there => {
                notes.say(&warnings::SECOND_FMT, body, "a second fmt chunk says the same as the first")
            }
            Some(_) => {
                Err(Error::data("wav.bad-field", "two fmt chunks contradict each other").byte(body).field("fmt"))
            }
            None => {
                self.format_after_data = self.data.is_some();
                self.format = Some((there.into_owned(), body));
                Ok(())
            }
        }
    }

    fn visit_data(&mut self, chunk: &Chunk, notes: &mut Notes) -> Result<()> {
        let bytes = self.input.len().saturating_sub(chunk.body).min(chunk.size);
        if self.data.is_some() {
            let message = format!("a second data chunk of {bytes} bytes is left out");
            return notes.say(&warnings::SECOND_DATA, chunk.body, message);
        }
        self.data = Some((chunk.body, bytes));
        Ok(())
    }

    /// Where the next chunk begins; nothing when this one reached the end of the file.
    fn next(&mut self, chunk: &Chunk, notes: &mut Notes) -> Result<Option<u64>> {
        let end = chunk.body.checked_add(chunk.size).filter(|&end| end <= self.input.len() && !chunk.is_open);
        let Some(end) = end else {
            self.end = self.input.len();
            if chunk.id.0 == *b"data" && self.data.is_some_and(|(at, _)| at == chunk.body) {
                return Ok(None);
            }
            if self.data.is_none() {
                self.overrun = Some((chunk.id, chunk.body, chunk.size));
            }
            let message = format!("chunk \"{}\" claims {} bytes and ends with the file", chunk.id, chunk.size);
            notes.say(&warnings::CHUNK_PAST_END, chunk.body, message)?;
            return Ok(None);
        };
        if self.is_w64() {
            let length = end.saturating_sub(self.start);
            return Ok(length
                .checked_next_multiple_of(w64::ALIGNMENT)
                .and_then(|length| self.start.checked_add(length)));
        }
        if chunk.size.is_multiple_of(2) {
            Ok(Some(end))
        } else {
            riff::after_odd_chunk(&self.input, end, self.endian, notes).map(Some)
        }
    }

    /// Compares the size in the container's header with the file.
    fn check_form_size(&self, notes: &mut Notes) -> Result<()> {
        let at = self.start.saturating_add(4);
        if self.is_64_bit_riff() && self.ds64.is_none() {
            notes.say(&warnings::DS64_MISSING, at, "no usable ds64 chunk; sizes come from the file")?;
        }
        let stated = if self.is_w64() {
            Some(w64::form_bytes(&self.input, self.start)?)
        } else {
            let size = self.input.u32(at, self.endian)?.map_or(0, u64::from);
            let looked_up = self.is_64_bit_riff() && size == riff::ALL_ONES;
            // A ds64 size of 0 was left to be written later; the data size is what counts.
            let size =
                if looked_up { self.ds64.as_ref().map(|ds64| ds64.form).filter(|&form| form > 0) } else { Some(size) };
            size.map(|size| size.saturating_add(riff::CHUNK_HEADER_BYTES))
        };
        let Some(stated) = stated else { return Ok(()) };
        let whole = self.input.len().saturating_sub(self.start);
        let walked = self.end.saturating_sub(self.start);
        // Writers count the last pad bytes or do not.
        let pad = if self.is_w64() { w64::ALIGNMENT.saturating_sub(1) } else { 1 };
        if stated.abs_diff(whole) <= pad || stated.abs_diff(walked) <= pad {
            return Ok(());
        }
        let message = format!("the header gives {stated} bytes, the file has {whole}; the file counts");
        notes.say(&warnings::RIFF_SIZE, at, message)
    }

    fn finish(self, notes: &mut Notes) -> Result<Layout> {
        let Some(format) = &self.format else {
            return Err(self.absent("wav.no-fmt", "no fmt chunk"));
        };
        let Some(data) = self.data else {
            if let Some(at) = self.wavl {
                return Err(Error::unsupported("wav.unsupported", "samples in a list are not read")
                    .byte(at)
                    .found("LIST wavl"));
            }
            return Err(self.absent("wav.no-data", "no data chunk"));
        };
        if self.format_after_data {
            notes.say(&warnings::FMT_AFTER_DATA, format.1, "the fmt chunk stands behind the samples")?;
        }
        let format = format.clone();
        let mut metadata = self.metadata;
        let in_ds64 = || self.ds64.as_ref().map(|ds64| ds64.samples).filter(|&samples| samples > 0);
        metadata.fact_samples = metadata.fact_samples.or_else(in_ds64);
        let (container, endian, chunks) = (self.container, self.endian, self.chunks);
        Ok(Layout { container, endian, format, data, chunks, metadata })
    }

    fn absent(&self, code: &'static str, what: &str) -> Error {
        let error = Error::data(code, what).expected("a WAV file with fmt and data");
        match self.overrun {
            Some((id, body, size)) => {
                error.byte(body).found(format!("chunk \"{id}\" of {size} bytes that goes beyond the end of the file"))
            }
            None => error.found(format!("{} other chunks", self.chunks.len())),
        }
    }
}

fn impossible_size(chunk: &Chunk, at_most: u64) -> Error {
    Error::data("wav.bad-field", "impossible fmt chunk")
        .byte(chunk.body.saturating_sub(4))
        .field("fmt size")
        .found(chunk.size)
        .expected(format!("at most {at_most}"))
}
