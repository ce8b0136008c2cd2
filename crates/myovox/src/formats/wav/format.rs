//! The `fmt ` chunk: how the samples are coded (Multimedia Programming Interface 1.0, 1991; WAVEFORMATEXTENSIBLE, Microsoft 2001).
//!
//! In comes the chunk, out comes a [`Format`] whose numbers agree with each other. The width of a sample follows from the block align where that
//! fits, since it says how the bytes lie; the bits say how many of them carry signal. What contradicts itself without a safe reading is refused.

use super::coding::Coding;
use super::warnings::{self, Notes};
use super::{gsm, ima, ms};
use crate::error::{Error, Result};
use crate::formats::bytes::{Bytes, Endian};
use crate::limits::{Limits, exceeded};

/// Where valid bits stand in a container that is wider than they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Justification {
    /// High, as the format says.
    Left,
    /// Low, below this many unused ones.
    Right { unused_bits: u32 },
}

/// How the bytes of the samples are grouped.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Grouping {
    /// Frames of one sample per channel.
    Frames { sample_bytes: usize },
    /// IMA ADPCM blocks.
    Ima { block_bytes: usize, block_samples: usize },
    /// Microsoft ADPCM blocks.
    Ms { block_bytes: usize, block_samples: usize, coefficients: Vec<ms::Coefficients> },
    /// GSM 6.10 blocks.
    Gsm,
}

/// What the `fmt ` chunk says, checked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Format {
    pub(super) coding: Coding,
    pub(super) channels: usize,
    pub(super) rate: u32,
    pub(super) valid_bits: u16,
    pub(super) channel_mask: Option<u32>,
    pub(super) grouping: Grouping,
}

/// The numbers of the chunk as stored.
struct Stored<'a> {
    body: Bytes<'a>,
    /// Offset of the chunk's content in the file.
    offset: u64,
    endian: Endian,
    tag: u16,
    channels: u16,
    rate: u32,
    block_align: u16,
    /// Absent in the 14 bytes of the oldest form.
    bits: Option<u16>,
}

const TAG_PCM: u16 = 0x0001;
const TAG_MS_ADPCM: u16 = 0x0002;
const TAG_FLOAT: u16 = 0x0003;
const TAG_ALAW: u16 = 0x0006;
const TAG_MULAW: u16 = 0x0007;
const TAG_IMA_ADPCM: u16 = 0x0011;
const TAG_GSM: u16 = 0x0031;
const TAG_EXTENSIBLE: u16 = 0xFFFE;

/// Reads the chunk content `body`, which stands at `offset` of the file.
///
/// # Errors
/// `wav.bad-field`, `wav.unsupported`, `limit.audio-channels`, `limit.rate-hz`; under the strict policy the codes of the warnings.
pub(super) fn read(body: &[u8], offset: u64, endian: Endian, limits: &Limits, notes: &mut Notes) -> Result<Format> {
    let stored = Stored::new(body, offset, endian)?;
    check_channels_and_rate(stored.channels, stored.rate, offset, limits)?;
    match stored.tag {
        TAG_EXTENSIBLE => extensible(&stored, notes),
        tag => plain(&stored, tag, None, notes),
    }
}

/// Refuses what no recording has and what [`Limits`] does not allow.
pub(super) fn check_channels_and_rate(channels: u16, rate: u32, offset: u64, limits: &Limits) -> Result<()> {
    if channels == 0 {
        return Err(bad_field(offset.saturating_add(2), "channels", 0, "at least 1"));
    }
    if rate == 0 {
        return Err(bad_field(offset.saturating_add(4), "sample rate", "0 Hz", "at least 1 Hz"));
    }
    if u32::from(channels) > limits.max_audio_channels {
        let limit = limits.max_audio_channels;
        return Err(exceeded("limit.audio-channels", "channels", "max_audio_channels", channels, limit)
            .byte(offset.saturating_add(2)));
    }
    if f64::from(rate) > limits.max_rate_hz {
        return Err(exceeded("limit.rate-hz", "sample rate in Hz", "max_rate_hz", rate, limits.max_rate_hz)
            .byte(offset.saturating_add(4)));
    }
    Ok(())
}

fn bad_field(byte: u64, field: &str, found: impl std::fmt::Display, expected: impl std::fmt::Display) -> Error {
    Error::data("wav.bad-field", "impossible format")
        .byte(byte)
        .field(format!("fmt {field}"))
        .found(found)
        .expected(expected)
}

impl<'a> Stored<'a> {
    fn new(content: &'a [u8], offset: u64, endian: Endian) -> Result<Self> {
        const OLDEST_FORM_BYTES: u64 = 14;
        let body = Bytes::new(content, "wav.bad-field");
        if body.len() < OLDEST_FORM_BYTES {
            return Err(bad_field(offset, "size", body.len(), "at least 14 bytes"));
        }
        Ok(Self {
            body,
            offset,
            endian,
            tag: body.u16(0, endian, "format tag")?,
            channels: body.u16(2, endian, "channels")?,
            rate: body.u32(4, endian, "sample rate")?,
            block_align: body.u16(12, endian, "block align")?,
            bits: body.u16(14, endian, "bits per sample").ok(),
        })
    }

    fn at(&self, byte: u64) -> u64 {
        self.offset.saturating_add(byte)
    }

    /// A number of the codec's own part, behind `cbSize`.
    fn extra(&self, byte: u64) -> Option<u16> {
        self.body.u16(byte, self.endian, "codec field").ok()
    }
}

/// The tag, valid bits and speaker mask of WAVEFORMATEXTENSIBLE. Its `cbSize` is not believed: the chunk's length is.
fn extensible(stored: &Stored<'_>, notes: &mut Notes) -> Result<Format> {
    const FORM_BYTES: u64 = 40;
    if stored.body.len() < FORM_BYTES {
        return Err(bad_field(stored.offset, "size", stored.body.len(), "40 bytes of the extensible form"));
    }
    let container_bits = stored.bits.unwrap_or(0);
    let valid_bits = stored.body.u16(18, stored.endian, "valid bits")?;
    let channel_mask = stored.body.u32(20, stored.endian, "speaker mask")?;
    let tag = sub_format(stored)?;
    let valid_bits = match valid_bits {
        0 => None,
        more if more > container_bits && container_bits > 0 => {
            let message =
                format!("fmt declares {more} valid bits in a container of {container_bits}; all of them are taken");
            notes.say(&warnings::VALID_BITS, stored.at(18), message)?;
            None
        }
        valid => Some(valid),
    };
    let mut format = plain(stored, tag, valid_bits, notes)?;
    format.channel_mask = Some(channel_mask);
    Ok(format)
}

/// The format tag in the first number of the sub-format's GUID, the rest of which is fixed.
fn sub_format(stored: &Stored<'_>) -> Result<u16> {
    const GUID_AT: u64 = 24;
    /// Big-endian files may hold the two 16-bit numbers of the GUID in either order; only one of them is not zero.
    const TAILS: [[u8; 4]; 2] = [[0x00, 0x00, 0x10, 0x00], [0x00, 0x00, 0x00, 0x10]];
    const NODE: [u8; 8] = [0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];
    const AMBISONIC_TAIL: [u8; 12] = [0x21, 0x07, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0x00, 0x00, 0x00];
    let guid: [u8; 16] = stored.body.array(GUID_AT, "sub-format")?;
    let [t0, t1, t2, t3, tail @ ..] = guid;
    let [n0, n1, n2, n3, node @ ..] = tail;
    let numbers = [n0, n1, n2, n3];
    let big = stored.endian == Endian::Big && numbers != TAILS[0];
    let tag = if big { u32::from_be_bytes([t0, t1, t2, t3]) } else { u32::from_le_bytes([t0, t1, t2, t3]) };
    let known = node == NODE && (numbers == TAILS[0] || big && numbers == TAILS[1]);
    match u16::try_from(tag) {
        Ok(tag) if known => Ok(tag),
        Ok(tag @ (TAG_PCM | TAG_FLOAT)) if tail == AMBISONIC_TAIL => Ok(tag),
        _ => Err(Error::unsupported("wav.unsupported", "unknown sub-format")
            .byte(stored.at(GUID_AT))
            .field("fmt sub-format")
            .found(format!("GUID {:032x}", u128::from_be_bytes(guid)))),
    }
}

fn plain(stored: &Stored<'_>, tag: u16, valid_bits: Option<u16>, notes: &mut Notes) -> Result<Format> {
    let block_coded = matches!(tag, TAG_MS_ADPCM | TAG_IMA_ADPCM | TAG_GSM);
    if block_coded && stored.endian == Endian::Big {
        return Err(unsupported(stored, format!("{} in a big-endian file", tag_name(tag))));
    }
    // The extensible form has its own fields where these codings keep theirs.
    if block_coded && stored.tag == TAG_EXTENSIBLE {
        return Err(unsupported(stored, format!("{} in the extensible form", tag_name(tag))));
    }
    let (coding, grouping) = match tag {
        TAG_PCM => pcm(stored, notes)?,
        TAG_FLOAT => float(stored, notes)?,
        TAG_ALAW => companded(stored, Coding::Alaw, notes)?,
        TAG_MULAW => companded(stored, Coding::Mulaw, notes)?,
        TAG_IMA_ADPCM => (Coding::ImaAdpcm, ima_blocks(stored, notes)?),
        TAG_MS_ADPCM => (Coding::MsAdpcm, ms_blocks(stored, notes)?),
        TAG_GSM => (Coding::Gsm610, gsm_blocks(stored, notes)?),
        other => return Err(unsupported(stored, format!("{}, tag 0x{other:04X}", tag_name(other)))),
    };
    let integers = tag == TAG_PCM;
    let valid_bits = valid_bits.or(stored.bits).filter(|&bits| integers && bits > 0);
    let significant = coding.significant_bits();
    let valid_bits = valid_bits.map_or(significant, |valid| valid.min(significant));
    let channels = usize::from(stored.channels);
    Ok(Format { coding, channels, rate: stored.rate, valid_bits, channel_mask: None, grouping })
}

fn unsupported(stored: &Stored<'_>, found: String) -> Error {
    Error::unsupported("wav.unsupported", "coding is not read").byte(stored.offset).field("fmt format tag").found(found)
}

fn tag_name(tag: u16) -> &'static str {
    match tag {
        0x0000 => "unknown coding",
        TAG_MS_ADPCM => "Microsoft ADPCM",
        0x0010 => "OKI ADPCM",
        TAG_IMA_ADPCM => "IMA ADPCM",
        0x0017 => "Dialogic OKI ADPCM",
        0x0022 => "DSP Group TrueSpeech",
        TAG_GSM => "GSM 6.10",
        0x0040 => "G.721 ADPCM",
        0x0042 => "G.723.1",
        0x0045 | 0x0064 => "G.726 ADPCM",
        0x0050 => "MPEG layer 1 or 2",
        0x0055 => "MP3",
        0x0065 => "G.722 ADPCM",
        0x0083 => "G.729",
        0x00FF | 0x1600..=0x1602 => "AAC",
        0x0160..=0x0163 => "Windows Media Audio",
        0x2000 => "AC-3",
        0x674F..=0x6771 => "Vorbis",
        0x704F => "Opus",
        0xF1AC => "FLAC",
        _ => "unknown coding",
    }
}

/// Bytes per sample from the block align, if it is a whole and sensible number of them.
fn aligned_bytes(stored: &Stored<'_>) -> Option<u16> {
    let per_channel = stored.block_align.checked_div(stored.channels)?;
    let whole = stored.block_align.checked_rem(stored.channels)? == 0;
    (whole && (1..=8).contains(&per_channel)).then_some(per_channel)
}

fn pcm(stored: &Stored<'_>, notes: &mut Notes) -> Result<(Coding, Grouping)> {
    const WIDEST_BITS: u16 = 64;
    let bits = stored.bits;
    let needed_bits = bits.unwrap_or(0);
    if needed_bits > WIDEST_BITS {
        return Err(bad_field(stored.at(14), "bits per sample", needed_bits, "at most 64"));
    }
    let needed = needed_bits.div_ceil(8);
    let sample_bytes = match aligned_bytes(stored).filter(|&aligned| aligned >= needed) {
        Some(aligned) if needed > 0 => aligned,
        Some(aligned) => {
            let kind = if bits.is_none() { &warnings::FMT_SHORT } else { &warnings::BITS };
            notes.say(
                kind,
                stored.at(14),
                format!("fmt gives no bits per sample; block align says {aligned} bytes"),
            )?;
            aligned
        }
        None if needed == 0 => {
            return Err(bad_field(stored.at(12), "block align", stored.block_align, "a width, as there are no bits"));
        }
        None => {
            block_align_ignored(stored, needed, notes)?;
            needed
        }
    };
    let coding =
        Coding::pcm(sample_bytes).ok_or_else(|| bad_field(stored.at(14), "bits per sample", needed_bits, "1 to 64"))?;
    Ok((coding, Grouping::Frames { sample_bytes: usize::from(sample_bytes) }))
}

fn float(stored: &Stored<'_>, notes: &mut Notes) -> Result<(Coding, Grouping)> {
    let (bits, aligned) = (stored.bits, aligned_bytes(stored));
    let sample_bytes: u16 = match (bits, aligned) {
        (Some(32), _) => 4,
        (Some(64), _) => 8,
        (Some(16), _) => return Err(unsupported(stored, "half-precision floats, tag 0x0003 with 16 bits".to_owned())),
        (None | Some(0), Some(aligned @ (4 | 8))) => {
            let kind = if bits.is_none() { &warnings::FMT_SHORT } else { &warnings::BITS };
            notes.say(
                kind,
                stored.at(14),
                format!("fmt gives no bits per sample; block align says {aligned} bytes"),
            )?;
            aligned
        }
        _ => return Err(bad_field(stored.at(14), "bits per sample", bits.unwrap_or(0), "32 or 64 for floats")),
    };
    if aligned != Some(sample_bytes) {
        block_align_ignored(stored, sample_bytes, notes)?;
    }
    let coding = if sample_bytes == 4 { Coding::Float32 } else { Coding::Float64 };
    Ok((coding, Grouping::Frames { sample_bytes: usize::from(sample_bytes) }))
}

fn companded(stored: &Stored<'_>, coding: Coding, notes: &mut Notes) -> Result<(Coding, Grouping)> {
    if let Some(bits) = stored.bits.filter(|&bits| bits != 8) {
        notes.say(
            &warnings::BITS,
            stored.at(14),
            format!("fmt gives {bits} bits for {}, which has 8", coding.name()),
        )?;
    }
    if stored.block_align != stored.channels {
        block_align_ignored(stored, 1, notes)?;
    }
    Ok((coding, Grouping::Frames { sample_bytes: 1 }))
}

fn block_align_ignored(stored: &Stored<'_>, sample_bytes: u16, notes: &mut Notes) -> Result<()> {
    let (align, channels) = (stored.block_align, stored.channels);
    let message =
        format!("fmt block align {align} does not fit {channels} channels of {sample_bytes} bytes, which are taken");
    notes.say(&warnings::BLOCK_ALIGN, stored.at(12), message)
}

fn ima_blocks(stored: &Stored<'_>, notes: &mut Notes) -> Result<Grouping> {
    match stored.bits {
        Some(3) => return Err(unsupported(stored, "IMA ADPCM of 3 bits, tag 0x0011".to_owned())),
        Some(4) => {}
        other => {
            let message = format!("fmt gives {} bits for IMA ADPCM, which has 4", other.unwrap_or(0));
            notes.say(&warnings::BITS, stored.at(14), message)?;
        }
    }
    let block_bytes = usize::from(stored.block_align);
    let capacity = ima::samples_in(block_bytes, usize::from(stored.channels));
    if capacity == 0 {
        let at_least =
            format!("at least {} for {} channels", 4_u32.saturating_mul(stored.channels.into()), stored.channels);
        return Err(bad_field(stored.at(12), "block align", block_bytes, at_least));
    }
    Ok(Grouping::Ima { block_bytes, block_samples: block_samples(stored, stored.extra(18), capacity, notes)? })
}

fn ms_blocks(stored: &Stored<'_>, notes: &mut Notes) -> Result<Grouping> {
    let block_bytes = usize::from(stored.block_align);
    let capacity = ms::samples_in(block_bytes, usize::from(stored.channels));
    if capacity == 0 {
        let at_least =
            format!("at least {} for {} channels", 7_u32.saturating_mul(stored.channels.into()), stored.channels);
        return Err(bad_field(stored.at(12), "block align", block_bytes, at_least));
    }
    let claimed = stored.extra(20).unwrap_or(0);
    let list = stored.body.get(22, u64::from(claimed).saturating_mul(4));
    let coefficients = list.map(|list| list.as_chunks::<4>().0).filter(|list| !list.is_empty()).ok_or_else(|| {
        let held = stored.body.len().saturating_sub(22) / 4;
        bad_field(
            stored.at(20),
            "coefficients",
            format!("{claimed} pairs in room for {held}"),
            "at least 1 that is there",
        )
    })?;
    if coefficients.iter().zip(ms::FIXED_COEFFICIENTS).any(|(&stored, fixed)| ms::pair(stored) != fixed) {
        let message = "the first seven MS ADPCM coefficients are not those of the standard; the file's own are used";
        notes.say(&warnings::ADPCM_COEFFICIENTS, stored.at(22), message)?;
    }
    let block_samples = block_samples(stored, stored.extra(18), capacity, notes)?;
    Ok(Grouping::Ms { block_bytes, block_samples, coefficients: coefficients.to_vec() })
}

fn gsm_blocks(stored: &Stored<'_>, notes: &mut Notes) -> Result<Grouping> {
    if stored.channels != 1 {
        return Err(unsupported(stored, format!("GSM 6.10 of {} channels, tag 0x0031", stored.channels)));
    }
    if usize::from(stored.block_align) != gsm::BLOCK_BYTES {
        return Err(bad_field(stored.at(12), "block align", stored.block_align, "65 for GSM 6.10"));
    }
    block_samples(stored, stored.extra(18), gsm::BLOCK_SAMPLES, notes)?;
    Ok(Grouping::Gsm)
}

/// Samples per block: what the field says where a block has room for them.
fn block_samples(stored: &Stored<'_>, field: Option<u16>, capacity: usize, notes: &mut Notes) -> Result<usize> {
    let Some(claimed) = field.map(usize::from).filter(|&claimed| claimed != capacity) else {
        return Ok(capacity);
    };
    let taken = if claimed == 0 { capacity } else { claimed.min(capacity) };
    let message = format!("fmt gives {claimed} samples per block, a block holds {capacity}; {taken} are taken");
    notes.say(&warnings::SAMPLES_PER_BLOCK, stored.at(18), message)?;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::Policy;

    const PCM_GUID_TAIL: [u8; 12] = [0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    fn chunk(numbers: [u16; 2], rate: u32, last: [u16; 2]) -> Vec<u8> {
        let [first, last] = [numbers, last].map(|pair| pair.map(u16::to_le_bytes).concat());
        [first, rate.to_le_bytes().to_vec(), vec![0; 4], last].concat()
    }

    fn extensible(tag: u16, bits: u16, valid: u16, tail: [u8; 12]) -> Vec<u8> {
        let fmt = chunk([TAG_EXTENSIBLE, 1], 8000, [bits / 8, bits]);
        [
            fmt,
            vec![22, 0],
            valid.to_le_bytes().to_vec(),
            vec![4, 0, 0, 0],
            u32::from(tag).to_le_bytes().to_vec(),
            tail.to_vec(),
        ]
        .concat()
    }

    /// Coding, valid bits and the codes of the warnings, or the error.
    fn of(body: &[u8], endian: Endian) -> Result<(Coding, u16, Vec<String>)> {
        let mut notes = Notes::new(Policy::Lenient, 10);
        let format = read(body, 20, endian, &Limits::default(), &mut notes)?;
        let codes = notes.warnings().into_iter().map(|warning| warning.code.into_owned()).collect();
        Ok((format.coding, format.valid_bits, codes))
    }

    #[test]
    fn widths_follow_the_block_align_where_it_fits() {
        let of = |align, bits| of(&chunk([TAG_PCM, 2], 8000, [align, bits]), Endian::Little);
        assert_eq!(of(4, 16).unwrap(), (Coding::Pcm16, 16, vec![]));
        assert_eq!(of(8, 24).unwrap(), (Coding::Pcm32, 24, vec![]));
        assert_eq!(of(6, 20).unwrap(), (Coding::Pcm24, 20, vec![]));
        assert_eq!(of(5, 16).unwrap(), (Coding::Pcm16, 16, vec!["wav.block-align".to_owned()]));
        assert_eq!(of(6, 0).unwrap(), (Coding::Pcm24, 24, vec!["wav.bits".to_owned()]));
        assert_eq!(of(0, 0).unwrap_err().code(), "wav.bad-field");
        assert_eq!(of(2, 65).unwrap_err().code(), "wav.bad-field");
    }

    #[test]
    fn the_extensible_form_names_the_coding_by_its_guid() {
        let pcm = extensible(TAG_PCM, 24, 20, PCM_GUID_TAIL);
        assert_eq!(of(&pcm, Endian::Little).unwrap(), (Coding::Pcm24, 20, vec![]));
        let ambisonic = [0x21, 0x07, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0, 0, 0];
        assert_eq!(of(&extensible(TAG_FLOAT, 32, 32, ambisonic), Endian::Little).unwrap().0, Coding::Float32);
        assert_eq!(of(&extensible(TAG_MULAW, 8, 8, ambisonic), Endian::Little).unwrap_err().code(), "wav.unsupported");
        let adpcm = of(&extensible(TAG_IMA_ADPCM, 4, 4, PCM_GUID_TAIL), Endian::Little).unwrap_err();
        assert_eq!((adpcm.code(), adpcm.place().byte), ("wav.unsupported", Some(20)));
        assert_eq!(of(pcm.get(..39).unwrap(), Endian::Little).unwrap_err().code(), "wav.bad-field");
    }

    #[test]
    fn big_endian_files_may_turn_the_numbers_of_the_guid_or_not() {
        let turned = |guid: [u8; 8]| {
            let fmt = [[TAG_EXTENSIBLE, 1].map(u16::to_be_bytes).concat(), 8000_u32.to_be_bytes().to_vec(), vec![0; 4]];
            let rest = [2_u16, 16, 22, 16, 0, 4].map(u16::to_be_bytes).concat();
            [fmt.concat(), rest, guid.to_vec(), vec![0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]].concat()
        };
        assert_eq!(of(&turned([0, 0, 0, 1, 0, 0, 0, 0x10]), Endian::Big).unwrap().0, Coding::Pcm16);
        assert_eq!(of(&turned([1, 0, 0, 0, 0, 0, 0x10, 0]), Endian::Big).unwrap().0, Coding::Pcm16);
        assert_eq!(of(&turned([0, 0, 0, 1, 0, 0, 0x10, 0x10]), Endian::Big).unwrap_err().code(), "wav.unsupported");
    }

    #[test]
    fn a_coding_that_is_not_read_is_called_by_name_and_tag() {
        let line = of(&chunk([0x0045, 1], 8000, [1, 4]), Endian::Little).unwrap_err().to_string();
        assert_eq!(line, "fmt format tag, byte 20: coding is not read: found G.726 ADPCM, tag 0x0045");
        let half = of(&chunk([TAG_FLOAT, 1], 8000, [2, 16]), Endian::Little).unwrap_err().to_string();
        assert!(half.contains("half-precision floats"), "{half}");
    }
}
