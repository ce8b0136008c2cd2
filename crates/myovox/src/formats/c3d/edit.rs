//! Parameters of a file changed, every other byte kept.
//!
//! An [`Editor`] reads header and parameters of a file, in memory or on disk, and writes the file again with the parameters as they were
//! changed. The data are copied, never decoded, a piece at a time. Where the new parameters fit into the blocks of the old ones nothing
//! moves; else blocks are put in behind them, and what names a block behind is raised: word 9 and word 149 of the header, `POINT:DATA_START`,
//! `ROTATION:DATA_START`.
//!
//! Nothing changed: every byte is the same. Something changed: the records are written anew, so that what was odd in their list (offsets that
//! lead past padding, the type 0 for texts, no description length, a missing terminator) is gone, and so is what stood in the space that the list
//! gives up; header and data keep their bytes but for the block numbers, the rate and the scale. Values of which the file held fewer than it declares
//! (`c3d.param-data-truncated` among the warnings) are filled up with blanks or zeros.
//!
//! Source: "The C3D File Format", Motion Lab Systems.

use std::io::Write;

use super::C3dConfig;
use super::header::{self, BLOCK, Header, byte_of_block};
use super::number::Processor;
use super::parameters::{Parameter, Parameters};
use super::records;
use super::survey::TRUNCATED;
use super::warnings::Warnings;
use super::write::section::{self, MOST_BLOCKS};
use crate::error::{Error, Result};
use crate::formats::access::ReadAt;
use crate::formats::bytes::Bytes;
use crate::limits::Budget;
use crate::warning::Warning;

/// Bytes read behind the data start, for parameters that go on there.
const BEHIND: u64 = 1 << 20;
/// Bytes copied at a time.
const PIECE: usize = 1 << 18;
/// The value of word 148 that says: there is a section of labels and ranges.
const RANGES_KEY: u16 = 12345;

/// Parameters that say how the data are to be read. To change them is to write other data.
const LAYOUT: [(&str, &str); 12] = [
    ("POINT", "USED"),
    ("POINT", "FRAMES"),
    ("POINT", "LONG_FRAMES"),
    ("POINT", "DATA_START"),
    ("ANALOG", "USED"),
    ("TRIAL", "ACTUAL_START_FIELD"),
    ("TRIAL", "ACTUAL_END_FIELD"),
    ("ROTATION", "USED"),
    ("ROTATION", "RATIO"),
    ("ROTATION", "FRAMES"),
    ("ROTATION", "DATA_START"),
    ("POINT", "SCALE"),
];

/// What an [`Editor`] did to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    /// Nothing was changed: the bytes are the same.
    Unchanged,
    /// The parameters fit into their old place.
    InPlace,
    /// This many blocks were put in behind the parameters.
    Moved(u16),
}

/// A file whose parameters can be changed.
///
/// ```
/// use myovox::formats::c3d::{self, C3dConfig, Edited, Editor, Parameter};
/// use myovox::{Budget, Limits};
/// # let (mut file, mut budget) = (Vec::new(), Budget::new(&Limits::default()));
/// # let recording = c3d::C3dBuilder::new(100.0).analog(&["A"], &["V"], ndarray::Array2::zeros((1, 9))).build()?;
/// # c3d::write(&recording, &c3d::C3dWriteConfig::default(), &mut budget, &mut file)?;
/// let mut editor = Editor::open(file.as_slice(), &C3dConfig::default(), &mut budget)?;
/// editor.parameters_mut().set("SUBJECTS", Parameter::text("NAMES", "P07")?)?;
/// let mut edited = Vec::new();
/// assert_eq!(editor.write(&mut edited)?, Edited::InPlace);
/// # assert_eq!(edited.len(), file.len());
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// From file to file, in constant memory and whole or not at all:
///
/// ```no_run
/// use myovox::formats::{access::FileReader, c3d::{C3dConfig, Editor}, sink};
/// use myovox::{Budget, Limits};
/// let (path, limits) = (std::path::Path::new("trial.c3d"), Limits::default());
/// let file = FileReader::open(path, &limits)?;
/// let mut editor = Editor::open(&file, &C3dConfig::default(), &mut Budget::new(&limits))?;
/// editor.parameters_mut().remove("SUBJECTS", "NAMES");
/// sink::write_path(path, |sink| editor.write(sink))?;
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Debug)]
pub struct Editor<'a, S: ReadAt + ?Sized> {
    source: &'a S,
    processor: Processor,
    header: Header,
    /// The parameters as they stand in the file.
    original: Parameters,
    parameters: Parameters,
    warnings: Vec<Warning>,
    place: Place,
}

/// Where the parameter section stands, and what may be written over.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// First byte of the section.
    start: u64,
    /// First byte behind the list of records.
    list_end: u64,
    /// First byte behind the section: what must be kept.
    behind: u64,
}

impl<'a, S: ReadAt + ?Sized> Editor<'a, S> {
    /// Reads header and parameters of `source`.
    ///
    /// # Errors
    /// Those of [`read_metadata`](super::read_metadata) on header and parameters; those of `source`.
    pub fn open(source: &'a S, config: &C3dConfig, budget: &mut Budget) -> Result<Self> {
        let mut warnings = Warnings::new(config, budget.limits());
        let front = front(source, BEHIND, budget)?;
        let (header, processor) = header::read(&front, source.bytes(), &mut warnings)?;
        let data_start = byte_of_block(u32::from(header.data_block));
        let enough = data_start.saturating_add(BEHIND);
        let front = if enough > BEHIND { self::front(source, enough, budget)? } else { front };
        let (original, list_end) =
            records::read(Bytes::new(&front, TRUNCATED), &header, processor, budget, &mut warnings)?;
        let place = Place::new(source.bytes(), &front, &header, processor, &original, list_end);
        let (parameters, warnings) = (original.clone(), warnings.finish());
        Ok(Self { source, processor, header, original, parameters, warnings, place })
    }

    /// The parameters as they will be written.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The parameters, to be changed.
    pub fn parameters_mut(&mut self) -> &mut Parameters {
        &mut self.parameters
    }

    /// What was guessed or is doubtful in header and parameters.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Writes the file with the parameters as they are now.
    ///
    /// A changed `POINT:RATE` or `POINT:SCALE` goes into the header as well.
    ///
    /// # Errors
    /// - `c3d.edit-changes-layout`: a parameter that says how the data are to be read was changed: such a recording is written with
    ///   [`write`](super::write);
    /// - `c3d.parameters-in-header`: the file says that its parameters start in block 1;
    /// - `c3d.parameters-too-long`, `c3d.parameter-too-long`: more than a file can count or a record can hold;
    /// - `c3d.value-not-representable`: a number that the file's processor has no code for;
    /// - those of the source and of the sink.
    pub fn write(&self, sink: &mut impl Write) -> Result<Edited> {
        if self.parameters == self.original {
            self.copy(0, sink)?;
            return Ok(Edited::Unchanged);
        }
        self.check_layout()?;
        let (records, blocks) = self.fitted()?;
        let Place { start, list_end, behind } = self.place;
        if start < BLOCK {
            let error =
                Error::unsupported("c3d.parameters-in-header", "the parameters are said to start in the header");
            return Err(error.byte(0).found(format!("block {}", self.header.parameter_block)).expected("2 or above"));
        }
        let mut before = self.bytes(0, start)?;
        self.patch_header(&mut before, blocks)?;
        let mut section = self.bytes(start, behind)?;
        let length = usize::try_from(list_end.saturating_sub(start)).unwrap_or(usize::MAX);
        let length = length.min(section.len());
        section.get_mut(4..length).unwrap_or_default().fill(0);
        if blocks > 0 {
            section.truncate(4);
        }
        let end = records.len().saturating_add(4);
        let whole = usize::try_from(self.room(blocks)).unwrap_or(usize::MAX);
        section.resize(whole.max(end), 0);
        if let Some(place) = section.get_mut(4..end) {
            place.copy_from_slice(&records);
        }
        patch_count(&mut section, end, blocks);
        write_all(sink, &before)?;
        write_all(sink, &section)?;
        self.copy(behind, sink)?;
        Ok(if blocks == 0 { Edited::InPlace } else { Edited::Moved(blocks) })
    }

    /// The records as they will stand, and how many blocks they need more than there are.
    fn fitted(&self) -> Result<(Vec<u8>, u16)> {
        let mut blocks = 0_u16;
        loop {
            let parameters = self.shifted(blocks)?;
            let records = section::records(&parameters, self.processor, &mut Vec::new())?;
            let end = (records.len() as u64).saturating_add(4);
            let lacking = end.saturating_sub(self.room(0)).div_ceil(BLOCK);
            let total = self.room(0).div_ceil(BLOCK).saturating_add(lacking);
            if lacking > 0 && total > MOST_BLOCKS {
                let error = Error::unsupported("c3d.parameters-too-long", "more parameters than a file can count");
                let found = format!("{total} blocks of 512 bytes");
                return Err(error.found(found).expected(format!("at most {MOST_BLOCKS}")));
            }
            let lacking = u16::try_from(lacking).unwrap_or(u16::MAX);
            // A data start of another type may need another byte, once; blocks put in are never taken back.
            if lacking <= blocks {
                return Ok((records, blocks));
            }
            blocks = lacking;
        }
    }

    /// Bytes of the section with `blocks` put in.
    fn room(&self, blocks: u16) -> u64 {
        let inserted = u64::from(blocks).saturating_mul(BLOCK);
        self.place.behind.saturating_sub(self.place.start).saturating_add(inserted)
    }

    /// A block number with `blocks` put in; nothing where it stays.
    fn shift(&self, block: u32, blocks: u16) -> Option<u32> {
        let is_behind = block > 0 && byte_of_block(block) >= self.place.behind;
        (is_behind && blocks > 0).then(|| block.saturating_add(u32::from(blocks)))
    }

    /// The parameters with the data starts raised.
    fn shifted(&self, blocks: u16) -> Result<Parameters> {
        let mut parameters = self.parameters.clone();
        for group in ["POINT", "ROTATION"] {
            let stated = parameters.count(group, "DATA_START");
            let Some(block) = stated.and_then(|block| self.shift(block, blocks)) else { continue };
            let field = format!("{group}:DATA_START");
            let block = u16::try_from(block).map_err(|_| beyond(&field, block))?;
            let is_byte = parameters.get(group, "DATA_START").is_some_and(|start| start.data.len() == 1);
            let parameter = match u8::try_from(block) {
                Ok(block) if is_byte => Parameter::byte("DATA_START", block),
                _ => Parameter::count("DATA_START", block),
            };
            parameters.set(group, parameter?)?;
        }
        Ok(parameters)
    }

    /// Refuses what would make the data read in another way.
    fn check_layout(&self) -> Result<()> {
        for (group, name) in LAYOUT {
            let [before, after] = [&self.original, &self.parameters].map(|all| all.get(group, name));
            let said = |parameter: Option<&Parameter>| match name {
                "SCALE" => parameter.map(|p| vec![Some(u32::from(p.as_f64().is_some_and(|scale| scale < 0.0)))]),
                _ => parameter.map(Parameter::as_u32s),
            };
            if said(before) != said(after) {
                let error = Error::config("c3d.edit-changes-layout", "the data would be read in another way");
                let value = |parameter: Option<&Parameter>| match parameter.and_then(Parameter::as_f64) {
                    Some(value) => value.to_string(),
                    None => "nothing".to_owned(),
                };
                return Err(error.field(format!("{group}:{name}")).found(value(after)).expected(value(before)));
            }
        }
        Ok(())
    }

    /// Block numbers, and what the header repeats of the parameters.
    fn patch_header(&self, before: &mut [u8], blocks: u16) -> Result<()> {
        let mut put = |at: usize, bytes: &[u8]| {
            if let Some(place) = before.get_mut(at..at.saturating_add(bytes.len())) {
                place.copy_from_slice(bytes);
            }
        };
        if let Some(block) = self.shift(u32::from(self.header.data_block), blocks) {
            let block = u16::try_from(block).map_err(|_| beyond("header word 9", block))?;
            put(16, &self.processor.word_bytes(block));
        }
        if let Some(block) = ranges(&self.header, self.processor).and_then(|block| self.shift(block, blocks)) {
            let block = u16::try_from(block).map_err(|_| beyond("header word 149", block))?;
            put(296, &self.processor.word_bytes(block));
        }
        for (name, at) in [("SCALE", 12), ("RATE", 20)] {
            let [before, after] =
                [&self.original, &self.parameters].map(|all| all.get("POINT", name).and_then(Parameter::as_f64));
            let changed = after.filter(|value| before != after && value.is_finite() && *value != 0.0);
            if let Some(bytes) = changed.and_then(|value| self.processor.float_bytes(value)) {
                put(at, &bytes);
            }
        }
        Ok(())
    }

    fn bytes(&self, start: u64, end: u64) -> Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(end.saturating_sub(start)).unwrap_or(usize::MAX)];
        self.source.read_at(start, &mut bytes)?;
        Ok(bytes)
    }

    /// Copies the source from byte `from` on.
    fn copy(&self, from: u64, sink: &mut impl Write) -> Result<()> {
        let end = self.source.bytes();
        let mut piece = vec![0; PIECE];
        let mut at = from;
        while at < end {
            let left = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX).min(PIECE);
            let bytes = piece.get_mut(..left).unwrap_or_default();
            self.source.read_at(at, bytes)?;
            write_all(sink, bytes)?;
            at = at.saturating_add(left as u64);
        }
        Ok(())
    }
}

impl Place {
    /// The section ends at the first block behind its list that anything names; else with its declared blocks.
    fn new(
        len: u64,
        front: &[u8],
        header: &Header,
        processor: Processor,
        parameters: &Parameters,
        list_end: u64,
    ) -> Self {
        let start = byte_of_block(u32::from(header.parameter_block));
        let named = [
            Some(u32::from(header.data_block)),
            parameters.count("POINT", "DATA_START"),
            parameters.count("ROTATION", "DATA_START"),
            ranges(header, processor),
        ];
        let named = named.into_iter().flatten().map(byte_of_block).filter(|&byte| byte >= list_end && byte > start);
        let count_at = usize::try_from(start.saturating_add(2)).unwrap_or(usize::MAX);
        let declared = front.get(count_at).map_or(0, |count| u64::from(*count).saturating_mul(BLOCK));
        let own = start.saturating_add(declared).max(list_end.div_ceil(BLOCK).saturating_mul(BLOCK));
        let behind = named.min().unwrap_or(own).min(len);
        // The terminator belongs to the list.
        Self { start, list_end: list_end.saturating_add(2).min(behind), behind }
    }
}

/// The number of blocks in the head of the section, where the old one no longer covers the list.
fn patch_count(section: &mut [u8], end: usize, blocks: u16) {
    let counted = section.get(2).map_or(0, |count| u64::from(*count).saturating_mul(BLOCK));
    if blocks == 0 && end as u64 <= counted {
        return;
    }
    let total = (section.len() as u64).div_ceil(BLOCK);
    if let (Some(place), Ok(total)) = (section.get_mut(2), u8::try_from(total)) {
        *place = total;
    }
}

/// The block of the section of labels and ranges, where there is one.
fn ranges(header: &Header, processor: Processor) -> Option<u32> {
    let word = |at: usize| header.raw.get(at..).and_then(<[u8]>::first_chunk::<2>).map(|raw| processor.u16(*raw));
    (word(294)? == RANGES_KEY).then_some(u32::from(word(296)?))
}

/// The first bytes of `source`, at most `bytes`.
fn front<S: ReadAt + ?Sized>(source: &S, bytes: u64, budget: &mut Budget) -> Result<Vec<u8>> {
    let len = usize::try_from(bytes.min(source.bytes())).unwrap_or(usize::MAX);
    let mut front = budget.zeroed(len, "header and parameters")?;
    source.read_at(0, &mut front)?;
    Ok(front)
}

fn write_all(sink: &mut impl Write, bytes: &[u8]) -> Result<()> {
    sink.write_all(bytes).map_err(|cause| Error::io("write", &cause))
}

fn beyond(field: &str, block: u32) -> Error {
    let error = Error::unsupported("c3d.too-many", "a section starts beyond the last block that can be named");
    error.field(field).found(format!("block {block}")).expected("at most 65535")
}
