//! From the bytes of the samples to an array: how many frames there are, which decoder fills them, and whether the result can be believed.

use ndarray::Array2;

use super::coding::Coding;
use super::format::{Format, Grouping, Justification};
use super::pcm::{self, Standing};
use super::warnings::{self, Notes};
use super::{gsm, ima, ms};
use crate::error::{Error, Result};
use crate::formats::bytes::Endian;
use crate::limits::Budget;

/// The samples as they stand in the file.
pub(super) struct Source<'a> {
    pub(super) data: &'a [u8],
    /// Offset of the first byte in the file.
    pub(super) offset: u64,
    pub(super) endian: Endian,
    /// Samples per channel as `fact` has them.
    pub(super) fact_samples: Option<u64>,
}

/// Decodes all channels.
///
/// # Errors
/// `wav.no-samples`, `wav.bad-data`, `wav.non-finite`, `limit.memory-bytes`; under the strict policy the codes of the warnings.
pub(super) fn decode(
    format: &Format<'_>,
    source: &Source<'_>,
    budget: &mut Budget,
    notes: &mut Notes,
) -> Result<Array2<f64>> {
    let frames = match format.grouping {
        Grouping::Frames { sample_bytes } => whole_frames(source, format.channels, sample_bytes, notes)?,
        Grouping::Ima { .. } | Grouping::Ms { .. } | Grouping::Gsm => block_frames(format, source, notes)?,
    };
    if frames == 0 && !source.data.is_empty() {
        return Err(Error::data("wav.no-samples", "not one whole frame of samples")
            .byte(source.offset)
            .found(format!("{} bytes", source.data.len()))
            .expected(format!("{} channels of {}", format.channels, format.coding.name())));
    }
    if frames == 0 {
        notes.say(&warnings::EMPTY, source.offset, "the recording has no samples")?;
    }
    let len = format.channels.saturating_mul(frames);
    let mut samples: Vec<f64> = budget.zeroed(len, "samples")?;
    fill(format, source, frames, &mut samples, notes)?;
    if matches!(format.coding, Coding::Float32 | Coding::Float64) {
        refuse_non_finite(&samples, frames, format, source)?;
    }
    let samples = Array2::from_shape_vec((format.channels, frames), samples)
        .map_err(|_| Error::limit("limit.memory-bytes", "samples do not fit into an array"))?;
    say_identical_channels(&samples, source, notes)?;
    Ok(samples)
}

fn whole_frames(source: &Source<'_>, channels: usize, sample_bytes: usize, notes: &mut Notes) -> Result<usize> {
    let frame_bytes = channels.saturating_mul(sample_bytes);
    let frames = source.data.len().checked_div(frame_bytes).unwrap_or(0);
    let surplus = source.data.len().checked_rem(frame_bytes).unwrap_or(0);
    if surplus > 0 && frames > 0 {
        let end = source.offset.saturating_add(source.data.len().saturating_sub(surplus) as u64);
        let message = format!("the samples end with {surplus} bytes of a frame of {frame_bytes}; they are dropped");
        notes.say(&warnings::PARTIAL_FRAME, end, message)?;
    }
    Ok(frames)
}

/// How many bytes a block has, how many samples per channel whole and cut blocks hold.
struct Blocks {
    bytes: usize,
    samples: usize,
    in_partial: fn(usize, usize) -> usize,
}

impl Blocks {
    fn of(grouping: &Grouping<'_>) -> Option<Self> {
        match *grouping {
            Grouping::Frames { .. } => None,
            Grouping::Ima { block_bytes, block_samples } => {
                Some(Self { bytes: block_bytes, samples: block_samples, in_partial: ima::samples_in })
            }
            Grouping::Ms { block_bytes, block_samples, .. } => {
                Some(Self { bytes: block_bytes, samples: block_samples, in_partial: ms::samples_in })
            }
            Grouping::Gsm => Some(Self { bytes: gsm::BLOCK_BYTES, samples: gsm::BLOCK_SAMPLES, in_partial: |_, _| 0 }),
        }
    }
}

/// Samples per channel of a block-coded recording, cut to what `fact` says where that is within the last block.
fn block_frames(format: &Format<'_>, source: &Source<'_>, notes: &mut Notes) -> Result<usize> {
    let Some(blocks) = Blocks::of(&format.grouping) else { return Ok(0) };
    let whole = source.data.len().checked_div(blocks.bytes).unwrap_or(0);
    let surplus = source.data.len().checked_rem(blocks.bytes).unwrap_or(0);
    let partial = (blocks.in_partial)(surplus, format.channels).min(blocks.samples);
    // One byte that makes an odd number of GSM blocks even is the chunk's pad byte, counted in.
    let is_pad = surplus == 1 && matches!(format.grouping, Grouping::Gsm) && source.data.len().is_multiple_of(2);
    if surplus > 0 && !is_pad {
        let end = source.offset.saturating_add(source.data.len().saturating_sub(surplus) as u64);
        let message =
            format!("the last block has {surplus} of {} bytes; {partial} samples of it are read", blocks.bytes);
        notes.say(&warnings::PARTIAL_BLOCK, end, message)?;
    }
    let held = whole.saturating_mul(blocks.samples).saturating_add(partial);
    let Some(stated) = source.fact_samples else { return Ok(held) };
    match usize::try_from(stated) {
        Ok(stated) if stated == held => Ok(held),
        Ok(stated) if stated > 0 && stated < held && held.saturating_sub(stated) < blocks.samples => Ok(stated),
        _ => {
            let message = format!("fact gives {stated} samples, the blocks hold {held}; the blocks count");
            notes.say(&warnings::FACT_DISAGREES, source.offset, message)?;
            Ok(held)
        }
    }
}

/// Fills `samples`, `frames` for each channel in turn.
fn fill(format: &Format<'_>, source: &Source<'_>, frames: usize, samples: &mut [f64], notes: &mut Notes) -> Result<()> {
    if frames == 0 {
        return Ok(());
    }
    match format.grouping {
        Grouping::Frames { sample_bytes } => {
            let justification = justification(format, source, sample_bytes, frames, notes)?;
            pcm::decode(source.data, format.coding, source.endian, justification, format.channels, samples);
            Ok(())
        }
        Grouping::Ima { block_bytes, block_samples } => {
            by_blocks(source, (block_bytes, block_samples), frames, samples, |block, channel, out| {
                ima::decode(block, format.channels, channel, out)
            })
        }
        Grouping::Ms { block_bytes, block_samples, coefficients } => {
            by_blocks(source, (block_bytes, block_samples), frames, samples, |block, channel, out| {
                ms::decode(block, coefficients, format.channels, channel, out)
            })
        }
        Grouping::Gsm => {
            gsm::decode(source.data, samples);
            Ok(())
        }
    }
}

fn by_blocks(
    source: &Source<'_>,
    (block_bytes, block_samples): (usize, usize),
    frames: usize,
    samples: &mut [f64],
    decode: impl Fn(&[u8], usize, &mut [f64]) -> Result<()>,
) -> Result<()> {
    for (channel, row) in samples.chunks_exact_mut(frames).enumerate() {
        for (index, (block, out)) in source.data.chunks(block_bytes).zip(row.chunks_mut(block_samples)).enumerate() {
            let at = source.offset.saturating_add((index as u64).saturating_mul(block_bytes as u64));
            decode(block, channel, out).map_err(|error| error.byte(at).channel(channel.to_string()))?;
        }
    }
    Ok(())
}

/// Where the valid bits stand, asked of the samples where the container has room to spare.
fn justification(
    format: &Format<'_>,
    source: &Source<'_>,
    sample_bytes: usize,
    frames: usize,
    notes: &mut Notes,
) -> Result<Justification> {
    let (container_bits, valid_bits) = (u32::from(format.coding.stored_bits()), u32::from(format.valid_bits));
    let is_integer = !matches!(format.coding, Coding::Alaw | Coding::Mulaw | Coding::Float32 | Coding::Float64);
    if !is_integer || valid_bits >= container_bits {
        return Ok(Justification::Left);
    }
    let whole = frames.saturating_mul(format.channels).saturating_mul(sample_bytes);
    let data = source.data.get(..whole).unwrap_or(source.data);
    match pcm::justification(data, sample_bytes, valid_bits, source.endian) {
        Standing::High => Ok(Justification::Left),
        Standing::Low => {
            let message = format!(
                "{valid_bits} bits stand low in {container_bits}; they are scaled by 2^{}",
                valid_bits.saturating_sub(1)
            );
            notes.say(&warnings::RIGHT_JUSTIFIED, source.offset, message)?;
            Ok(Justification::Right { unused_bits: container_bits.saturating_sub(valid_bits) })
        }
        Standing::Violated => {
            let message =
                format!("samples use more than {valid_bits} of {container_bits} bits; the container sets the scale");
            notes.say(&warnings::VALID_BITS_VIOLATED, source.offset, message)?;
            Ok(Justification::Left)
        }
    }
}

fn refuse_non_finite(samples: &[f64], frames: usize, format: &Format<'_>, source: &Source<'_>) -> Result<()> {
    // One pass without a branch, which the compiler turns into vector code, and a search only where there is something to find.
    if frames == 0 || samples.iter().fold(true, |all, x| all & x.is_finite()) {
        return Ok(());
    }
    let rows = samples.chunks_exact(frames).enumerate();
    let first =
        rows.filter_map(|(channel, row)| row.iter().position(|x| !x.is_finite()).map(|frame| (frame, channel))).min();
    let Some((frame, channel)) = first else { return Ok(()) };
    let value = samples.chunks_exact(frames).nth(channel).and_then(|row| row.get(frame)).copied().unwrap_or_default();
    let before = frame.saturating_mul(format.channels).saturating_add(channel);
    let before = before.saturating_mul(usize::from(format.coding.stored_bits() / 8));
    Err(Error::data("wav.non-finite", format!("sample of frame {frame} is no number"))
        .byte(source.offset.saturating_add(before as u64))
        .channel(channel.to_string())
        .found(value)
        .expected("finite samples"))
}

fn say_identical_channels(samples: &Array2<f64>, source: &Source<'_>, notes: &mut Notes) -> Result<()> {
    let mut rows = samples.outer_iter();
    let Some(first) = rows.next() else { return Ok(()) };
    if samples.nrows() < 2 || samples.ncols() == 0 || !rows.all(|row| row == first) {
        return Ok(());
    }
    let message = format!("all {} channels hold the same samples; all are kept", samples.nrows());
    notes.say(&warnings::IDENTICAL_CHANNELS, source.offset, message)
}
