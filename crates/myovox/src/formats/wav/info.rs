//! What is known of a recording before its samples are decoded, and how it comes about.

use std::borrow::Cow;

use super::coding::Coding;
use super::decode::Frames;
use super::format::{self, Format, Grouping, Justification};
use super::input::Input;
use super::metadata::Metadata;
use super::pcm::{Evidence, Standing};
use super::walk::{self, Extent};
use super::warnings::{self, Notes};
use super::{ChunkInfo, Container, RawFormat, WavConfig};
use crate::config::Auto;
use crate::error::{Error, Result};
use crate::formats::bytes::Endian;
use crate::formats::sniff::{self, Kind};
use crate::limits::Budget;
use crate::warning::Warning;

/// What a file says of its recording.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WavInfo {
    /// Samples per second and channel.
    pub sample_rate: u32,
    /// Number of channels.
    pub channels: usize,
    /// Samples per channel.
    pub frames: usize,
    /// How the samples are stored.
    pub coding: Coding,
    /// What they stand in.
    pub container: Container,
    /// Bits that a stored sample takes: 24 for 20 bits in 3 bytes, 8 for G.711, 4 for ADPCM; 0 for GSM 6.10, which has no such number.
    pub bits: u16,
    /// Bits of a decoded sample that can carry signal: 20 for 20 bits in 3 bytes, 14 for mu-law, 13 for A-law and GSM 6.10, 16 for ADPCM.
    pub valid_bits: u16,
    /// Speakers of WAVEFORMATEXTENSIBLE, one bit each; their count need not be that of the channels.
    pub channel_mask: Option<u32>,
    /// The chunks in file order.
    pub chunks: Vec<ChunkInfo>,
    /// Texts, marks and the broadcast extension.
    pub metadata: Metadata,
    /// What was guessed or is doubtful; [`WARNINGS`](super::WARNINGS) has the meanings.
    pub warnings: Vec<Warning>,
}

/// Where the samples are and how they are coded.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Samples {
    pub(super) format: Format,
    pub(super) endian: Endian,
    pub(super) justification: Justification,
    /// Offset and number of the bytes of samples.
    pub(super) data: (u64, u64),
    pub(super) frames: usize,
}

/// A recording that is ready to be decoded.
pub(super) struct Opened {
    pub(super) info: WavInfo,
    pub(super) samples: Samples,
    pub(super) notes: Notes,
}

/// What is known before the samples are counted.
pub(super) struct Head {
    pub(super) container: Container,
    pub(super) endian: Endian,
    pub(super) format: Format,
    pub(super) data: (u64, u64),
    chunks: Vec<ChunkInfo>,
    metadata: Metadata,
}

/// Finds format and samples of `input`.
///
/// # Errors
/// Those of [`super::read`] but for what only the samples show.
pub(super) fn head(
    input: Input<'_>,
    config: &WavConfig,
    extent: Extent,
    budget: &mut Budget,
    notes: &mut Notes,
) -> Result<Head> {
    if let Auto::Value(raw) = config.raw {
        return raw_head(input, raw, budget, notes);
    }
    let start = container_start(input, budget, notes)?;
    let layout = walk::walk(input, start, extent, budget, notes)?;
    let (content, offset) = &layout.format;
    let format = format::read(content, *offset, layout.endian, budget.limits(), notes)?;
    Ok(Head {
        container: layout.container,
        endian: layout.endian,
        format,
        data: layout.data,
        chunks: layout.chunks,
        metadata: layout.metadata,
    })
}

/// All that is known of `input` without decoding a sample. Where integers leave some of their container unused, all of them are looked at.
///
/// # Errors
/// As [`head`], and `wav.no-samples`.
pub(super) fn open(input: Input<'_>, config: &WavConfig, budget: &mut Budget) -> Result<Opened> {
    let mut notes = Notes::new(config.policy, budget.limits().max_warnings);
    let head = head(input, config, Extent::Whole, budget, &mut notes)?;
    let (offset, bytes) = head.data;
    let counted = Frames { format: &head.format, offset, bytes, fact_samples: head.metadata.fact_samples };
    let frames = counted.count(&mut notes)?;
    let justification = justification(input, &head, frames, budget, &mut notes)?;
    let format = head.format;
    let info = WavInfo {
        sample_rate: format.rate,
        channels: format.channels,
        frames,
        coding: format.coding,
        container: head.container,
        bits: format.coding.stored_bits(),
        valid_bits: format.valid_bits,
        channel_mask: format.channel_mask,
        chunks: head.chunks,
        metadata: head.metadata,
        warnings: notes.warnings(),
    };
    Ok(Opened { info, samples: Samples { format, endian: head.endian, justification, data: head.data, frames }, notes })
}

/// Where the container's header stands, in a file that has one.
fn container_start(input: Input<'_>, budget: &mut Budget, notes: &mut Notes) -> Result<u64> {
    let found = match sniffed(input, budget)? {
        (Kind::Wav, 0) => return Ok(0),
        (Kind::Wav, tags) => {
            let message = format!("{tags} bytes of ID3v2 tags stand before the header; they are skipped");
            notes.say(&warnings::ID3V2_BEFORE, 0, message)?;
            return Ok(tags);
        }
        (Kind::Audio(audio), _) => audio.name(),
        (Kind::Other(name), _) => name,
        (Kind::C3d, _) => "C3D motion capture",
        (Kind::Empty, _) => "an empty file",
        (Kind::Unknown, _) => "bytes of no known kind",
    };
    Err(Error::data("wav.not-wav", "not a WAV file")
        .byte(0)
        .found(found)
        .expected("RIFF, RIFX, RF64, BW64 or Wave64 audio"))
}

/// The kind of the file, from as much of its beginning as that takes, and the bytes of tags in front.
fn sniffed(input: Input<'_>, budget: &mut Budget) -> Result<(Kind, u64)> {
    /// The header of Wave64, the longest, has 40 bytes.
    const HEADER_BYTES: u64 = 64;
    /// In so many bytes other kinds show their names.
    const NAME_BYTES: u64 = 1 << 16;
    let mut look = HEADER_BYTES;
    loop {
        let begin = match input {
            Input::Memory(bytes) => Cow::Borrowed(bytes),
            Input::At(_) => input.clamped(0, look, budget)?,
        };
        let (kind, tags, seen) = (sniff::kind(&begin), sniff::id3v2_bytes(&begin) as u64, begin.len() as u64);
        let within_tags = tags.saturating_add(HEADER_BYTES) > seen;
        if kind == Kind::Wav || seen >= input.len() || look >= NAME_BYTES && !within_tags {
            return Ok((kind, tags));
        }
        // Tags may be longer than any look: it doubles until it is past them.
        look = look.saturating_mul(2).max(NAME_BYTES);
    }
}

fn raw_head(input: Input<'_>, raw: RawFormat, budget: &mut Budget, notes: &mut Notes) -> Result<Head> {
    format::check_channels_and_rate(raw.channels(), raw.sample_rate(), 0, budget.limits())?;
    if sniffed(input, budget)?.0 == Kind::Wav {
        notes.say(
            &warnings::RAW_HAS_HEADER,
            0,
            format!("read as {raw}, but the bytes begin with the header of a WAV file"),
        )?;
    }
    let sample_bytes = usize::from(raw.coding().stored_bits() / 8);
    let format = Format {
        coding: raw.coding(),
        channels: usize::from(raw.channels()),
        rate: raw.sample_rate(),
        valid_bits: raw.coding().significant_bits(),
        channel_mask: None,
        grouping: Grouping::Frames { sample_bytes },
    };
    Ok(Head {
        container: Container::Raw,
        endian: raw.endian(),
        format,
        data: (0, input.len()),
        chunks: Vec::new(),
        metadata: Metadata::default(),
    })
}

/// The bytes of an integer that leaves some bits of its container unused: where the others stand, only all samples together say.
pub(super) fn spare_bits(format: &Format) -> Option<usize> {
    let is_integer = !matches!(format.coding, Coding::Alaw | Coding::Mulaw | Coding::Float32 | Coding::Float64);
    match format.grouping {
        Grouping::Frames { sample_bytes } if is_integer && format.valid_bits < format.coding.stored_bits() => {
            Some(sample_bytes)
        }
        _ => None,
    }
}

fn justification(
    input: Input<'_>,
    head: &Head,
    frames: usize,
    budget: &mut Budget,
    notes: &mut Notes,
) -> Result<Justification> {
    /// Divisible by every width of a sample.
    const PART_BYTES: u64 = 840 * 64;
    let Some(sample_bytes) = spare_bits(&head.format) else { return Ok(Justification::Left) };
    let (container_bits, valid_bits) = (u32::from(head.format.coding.stored_bits()), u32::from(head.format.valid_bits));
    let mut evidence = Evidence::new(valid_bits, head.endian);
    let whole = (frames as u64).saturating_mul((head.format.channels.saturating_mul(sample_bytes)) as u64);
    let mut at = 0;
    while at < whole {
        let part = whole.saturating_sub(at).min(PART_BYTES);
        // One buffer's worth is charged; its memory is given back at each step.
        let mut spent = budget.clone();
        evidence.gather(&input.clamped(head.data.0.saturating_add(at), part, &mut spent)?, sample_bytes);
        at = at.saturating_add(part);
    }
    let offset = head.data.0;
    match evidence.standing() {
        Standing::High => Ok(Justification::Left),
        Standing::Low => {
            let message = format!(
                "{valid_bits} bits stand low in {container_bits}; they are scaled by 2^{}",
                valid_bits.saturating_sub(1)
            );
            notes.say(&warnings::RIGHT_JUSTIFIED, offset, message)?;
            Ok(Justification::Right { unused_bits: container_bits.saturating_sub(valid_bits) })
        }
        Standing::Violated => {
            let message =
                format!("samples use more than {valid_bits} of {container_bits} bits; the container sets the scale");
            notes.say(&warnings::VALID_BITS_VIOLATED, offset, message)?;
            Ok(Justification::Left)
        }
    }
}
