//! The header: the first block of a file, and the processor that says how to read it.
//!
//! Only two bytes mean the same in every file: byte 1 is 0x50, byte 0 the block of the parameter section. The fourth byte of that section
//! names the processor, and with it the byte order and the floats of the header. So the order is: magic, pointer, processor, header.
//! Source: "The C3D File Format", Motion Lab Systems, *The Header Section*.

use super::number::Processor;
use super::warnings::Warnings;
use crate::error::{Error, Result};
use crate::warning::Warning;

/// Bytes of a block.
pub(super) const BLOCK: u64 = 512;

/// Bytes in which the header and the head of the parameter section stand: the pointer to the latter is one byte, in blocks.
pub(super) const SURVEYED: u64 = 256 * BLOCK;

/// The marker value of words 148 and 150.
const KEY: u16 = 12345;

/// The fields of the header as they are stored; what the library uses may differ, see [`Layout`](super::Layout).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Header {
    /// Block of the parameter section, from 1 (byte 0; 2 where the file says 0).
    pub parameter_block: u8,
    /// Points per frame (word 2).
    pub points: u16,
    /// Analog measurements per frame: channels times samples per frame (word 3).
    pub analog_measurements: u16,
    /// Number of the first frame in the original trial, from 1 (word 4).
    pub first_frame: u16,
    /// Number of the last frame (word 5); 65535 means "at least".
    pub last_frame: u16,
    /// Largest gap that was interpolated, in frames (word 6).
    pub max_interpolation_gap: u16,
    /// Scale of the points (words 7-8); negative: the data are floats.
    pub scale: f64,
    /// First block of the data, from 1 (word 9).
    pub data_block: u16,
    /// Analog samples per channel and frame (word 10).
    pub samples_per_frame: u16,
    /// Frames per second (words 11-12).
    pub rate_hz: f64,
    /// Whether event labels have four characters (word 150 is 12345); otherwise two.
    pub four_char_labels: bool,
    /// Number of events as stored (word 151), 0 to 18 in a sound file.
    pub event_count: i16,
    /// The block as it stands in the file, for fields not named here.
    pub raw: Vec<u8>,
}

/// The first byte of `block` (from 1).
pub(super) fn byte_of_block(block: u32) -> u64 {
    u64::from(block).saturating_sub(1).saturating_mul(BLOCK)
}

/// Refuses what is not a C3D file, naming it where its kind is known.
fn check_magic(bytes: &[u8]) -> Result<()> {
    if let Some(kind) = known_kind(bytes) {
        return Err(Error::data("c3d.not-c3d", "not a C3D file").byte(0).found(kind).expected("a C3D file"));
    }
    match bytes.get(1) {
        Some(0x50) => {}
        Some(other) => {
            let found = format!("0x{other:02X}");
            return Err(Error::data("c3d.not-c3d", "not a C3D file").byte(1).found(found).expected("0x50"));
        }
        None => {
            let found = format!("{} bytes", bytes.len());
            return Err(Error::data("c3d.truncated-header", "no header").found(found).expected("at least 512"));
        }
    }
    Ok(())
}

fn known_kind(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: &[(&[u8], &str)] = &[
        (b"RIFF", "a RIFF file (WAV)"),
        (b"RIFX", "a RIFX file (WAV)"),
        (b"RF64", "an RF64 file (WAV)"),
        (b"fLaC", "a FLAC file"),
        (b"OggS", "an Ogg file"),
        (b"ID3", "an MP3 file"),
        (b"\xFF\xD8\xFF", "a JPEG image"),
        (b"\x89PNG", "a PNG image"),
        (b"\x1F\x8B", "gzip data: decompress it first"),
        (b"PK\x03\x04", "a ZIP archive: unpack it first"),
        (b"%PDF", "a PDF document"),
        (b"\x89HDF", "an HDF5 file"),
    ];
    KINDS.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, kind)| *kind)
}

/// A view of the header block that reads by offset; the block is known to be whole.
struct Fields<'a> {
    block: &'a [u8],
    processor: Processor,
}

impl Fields<'_> {
    fn raw<const N: usize>(&self, offset: usize) -> [u8; N] {
        self.block.get(offset..).and_then(<[u8]>::first_chunk::<N>).copied().unwrap_or([0; N])
    }

    fn u16(&self, offset: usize) -> u16 {
        self.processor.u16(self.raw(offset))
    }

    fn float(&self, offset: usize) -> f64 {
        self.processor.float(self.raw(offset))
    }

    fn header(&self, parameter_block: u8) -> Header {
        Header {
            parameter_block,
            points: self.u16(2),
            analog_measurements: self.u16(4),
            first_frame: self.u16(6),
            last_frame: self.u16(8),
            max_interpolation_gap: self.u16(10),
            scale: self.float(12),
            data_block: self.u16(16),
            samples_per_frame: self.u16(18),
            rate_hz: self.float(20),
            four_char_labels: self.u16(298) == KEY,
            event_count: self.processor.i16(self.raw(300)),
            raw: self.block.to_vec(),
        }
    }
}

impl Header {
    /// The stored time of header event `index` in seconds, and its raw label.
    pub(super) fn event(&self, index: usize, processor: Processor) -> Option<(f64, &[u8])> {
        let time_at = index.checked_mul(4)?.checked_add(304)?;
        let time = processor.float(*self.raw.get(time_at..)?.first_chunk::<4>()?);
        let width: usize = if self.four_char_labels { 4 } else { 2 };
        let label_at = index.checked_mul(width)?.checked_add(396)?;
        Some((time, self.raw.get(label_at..label_at.checked_add(width)?)?))
    }

    /// The number of frames from first to last, unless the field is full ("at least") or turned around.
    pub(super) fn frames(&self) -> Option<u32> {
        if self.last_frame == u16::MAX {
            return None;
        }
        u32::from(self.last_frame).checked_add(1)?.checked_sub(u32::from(self.first_frame))
    }
}

/// The header of a file of `total` bytes that begins with `bytes`, and its processor. [`SURVEYED`] bytes are enough.
///
/// # Errors
/// `c3d.not-c3d`, `c3d.truncated-header`, `c3d.truncated-parameters`; under strict also `c3d.param-pointer-zero`, `c3d.processor-unknown`.
pub(super) fn read(bytes: &[u8], total: u64, warnings: &mut Warnings) -> Result<(Header, Processor)> {
    check_magic(bytes)?;
    let Some(block) = bytes.get(..512) else {
        let found = format!("{} bytes", bytes.len());
        return Err(Error::data("c3d.truncated-header", "header cut short").found(found).expected("512 bytes"));
    };
    let mut parameter_block = block.first().copied().unwrap_or_default();
    if parameter_block == 0 {
        warnings.add(
            Warning::new("c3d.param-pointer-zero", "parameter section in block 0, block 2 is read instead").byte(0),
        )?;
        parameter_block = 2;
    }
    let at = byte_of_block(u32::from(parameter_block));
    let code = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).and_then(<[u8]>::first_chunk::<4>);
    let Some(&[.., code]) = code else {
        return Err(Error::data("c3d.truncated-parameters", "parameter section beyond the end of the file")
            .byte(at)
            .found(format!("{total} bytes in the file")));
    };
    let processor = match Processor::from_code(code) {
        Some(processor) => processor,
        None => guess_processor(block, parameter_block, total, code, at, warnings)?,
    };
    Ok((Fields { block, processor }.header(parameter_block), processor))
}

/// The first processor for which the header has a sane frame rate and data start.
fn guess_processor(
    block: &[u8],
    parameter_block: u8,
    len: u64,
    code: u8,
    at: u64,
    warnings: &mut Warnings,
) -> Result<Processor> {
    let sane = |processor: &Processor| {
        let header = Fields { block, processor: *processor }.header(parameter_block);
        let start = byte_of_block(u32::from(header.data_block));
        (1e-2..1e5).contains(&header.rate_hz) && header.data_block > u16::from(parameter_block) && start < len
    };
    let found = [Processor::Intel, Processor::Dec, Processor::Mips].into_iter().find(sane);
    let processor = found.unwrap_or(Processor::Intel);
    let reason = if found.is_some() { "with which the header makes sense" } else { "as most files are" };
    let message = format!("processor byte {code} is none of 84, 85, 86; read as {processor:?}, {reason}");
    warnings.add(Warning::new("c3d.processor-unknown", message).byte(at.saturating_add(3)))?;
    Ok(processor)
}
