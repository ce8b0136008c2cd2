//! The analog channels: raw counts out of the frames, turned into physical values.
//!
//! physical = (raw - OFFSET) x SCALE x `GEN_SCALE`, in this order, in `f64`, for integer and float files alike. With `ANALOG:FORMAT` = UNSIGNED
//! integer samples and integer offsets are unsigned. Where a float file holds samples that only make sense with an unsigned offset, although
//! it is stored as negative, the offset is taken as unsigned and said so.
//! Source: "The C3D File Format", Motion Lab Systems, *Analog Data Storage*, *`ANALOG:FORMAT`*; the rule for offsets from two real files.
//!
//! Samples stand as frames of sub-samples of channels. A tile of frames is converted densely into a small buffer and then dealt out to the
//! rows of the channels, so that source, buffer and rows stay in the cache.

use ndarray::Array2;

use super::layout::Layout;
use super::number::{
    BigSigned, BigUnsigned, DecFloat, Element, IntelFloat, LittleSigned, LittleUnsigned, MipsFloat, Processor, Storage,
};
use super::parameters::{ParameterType, Parameters};
use super::points::shaped;
use super::warnings::Warnings;
use crate::error::Result;
use crate::formats::bytes::Bytes;
use crate::limits::Budget;
use crate::warning::Warning;

/// Values of the buffer between frames and rows.
const TILE_VALUES: usize = 1 << 13;

/// Whether samples (and integer offsets) are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Signed,
    Unsigned,
}

/// How the raw samples of one channel become physical.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Conversion {
    offset: f64,
    scale: f64,
}

/// How all raw samples become physical.
pub(super) struct Scaling {
    channels: Vec<Conversion>,
    gen_scale: f64,
    sign: Sign,
    /// Channels whose negative integer offset may have been meant as unsigned.
    doubtful: Vec<usize>,
}

impl Scaling {
    /// The scaling that the ANALOG group states for `layout`.
    ///
    /// # Errors
    /// `limit.memory-bytes`; under strict the refused warnings on scales and offsets.
    pub(super) fn new(
        parameters: &Parameters,
        layout: &Layout,
        budget: &mut Budget,
        warnings: &mut Warnings,
    ) -> Result<Self> {
        let count = usize::try_from(layout.channels).unwrap_or(usize::MAX);
        budget.charge((count as u64).saturating_mul(64), "analog scales")?;
        let format = parameters.get("ANALOG", "FORMAT").and_then(super::Parameter::as_text);
        let format = format.map(|text| text.trim().to_ascii_uppercase()).filter(|text| !text.is_empty());
        let sign = if format.as_deref() == Some("UNSIGNED") { Sign::Unsigned } else { Sign::Signed };
        let mut scaling = Self { channels: Vec::new(), gen_scale: 1.0, sign, doubtful: Vec::new() };
        if count == 0 {
            return Ok(scaling);
        }
        let scales = parameters.first_numbers("ANALOG", "SCALE", count, signed);
        let (offsets, are_integers) = offsets(parameters, sign, count, warnings)?;
        warn_short("c3d.analog-scale-short", "ANALOG:SCALE", "scale", 1, scales.len(), count, warnings)?;
        scaling.gen_scale = gen_scale(parameters, warnings)?;
        scaling.channels = (0..count)
            .map(|c| Conversion {
                offset: offsets.get(c).copied().unwrap_or(0.0),
                scale: scales.get(c).copied().unwrap_or(1.0),
            })
            .collect();
        let zeros = scaling.channels.iter().filter(|channel| channel.scale == 0.0).count();
        if zeros > 0 {
            let message = format!("the scale of {zeros} channels is zero, and so are their samples");
            warnings.add(Warning::new("c3d.analog-scale-zero", message).field("ANALOG:SCALE"))?;
        }
        warn_bits(parameters, format.is_some(), &offsets, warnings)?;
        if layout.storage == Storage::Float && sign == Sign::Signed && are_integers {
            let negative = scaling.channels.iter().enumerate().filter(|(_, channel)| channel.offset < 0.0);
            scaling.doubtful = negative.map(|(c, _)| c).collect();
        }
        Ok(scaling)
    }
}

/// Offsets in channel order, and whether they are stored as integers.
fn offsets(parameters: &Parameters, sign: Sign, count: usize, warnings: &mut Warnings) -> Result<(Vec<f64>, bool)> {
    let mut name = "OFFSET";
    if parameters.get("ANALOG", name).is_none() && parameters.get("ANALOG", "OFFSETS").is_some() {
        name = "OFFSETS";
        let message = "OFFSET is missing; OFFSETS is taken in its place";
        warnings.add(Warning::new("c3d.param-name-alias", message).field("ANALOG:OFFSETS"))?;
        warnings.add(Warning::new("c3d.analog-offset-short", message).field("ANALOG:OFFSET"))?;
    }
    let are_integers = parameters.get("ANALOG", name).is_some_and(|first| first.kind == ParameterType::Integer);
    let integer: fn(u16) -> f64 = if sign == Sign::Unsigned { f64::from } else { signed };
    let offsets = parameters.first_numbers("ANALOG", name, count, integer);
    warn_short("c3d.analog-offset-short", "ANALOG:OFFSET", "offset", 0, offsets.len(), count, warnings)?;
    Ok((offsets, are_integers))
}

fn signed(word: u16) -> f64 {
    f64::from(word.cast_signed())
}

fn warn_short(
    code: &'static str,
    field: &str,
    what: &str,
    instead: u8,
    found: usize,
    wanted: usize,
    warnings: &mut Warnings,
) -> Result<()> {
    if found >= wanted {
        return Ok(());
    }
    let message = format!("{found} of {wanted} channels have a {what}; {instead} for the rest");
    warnings.add(Warning::new(code, message).field(field))
}

fn gen_scale(parameters: &Parameters, warnings: &mut Warnings) -> Result<f64> {
    match parameters.get("ANALOG", "GEN_SCALE").and_then(super::Parameter::as_f64) {
        Some(0.0) => {
            let message = "the scale of all channels is zero, and so are their samples";
            warnings.add(Warning::new("c3d.gen-scale-zero", message).field("ANALOG:GEN_SCALE"))?;
            Ok(0.0)
        }
        Some(scale) => Ok(scale),
        None => {
            let message = "no scale for all channels; 1 is used";
            warnings.add(Warning::new("c3d.analog-scale-short", message).field("ANALOG:GEN_SCALE"))?;
            Ok(1.0)
        }
    }
}

/// 16-bit converters without a stated format whose offsets lie where only unsigned samples would.
fn warn_bits(parameters: &Parameters, has_format: bool, offsets: &[f64], warnings: &mut Warnings) -> Result<()> {
    let bits = parameters.count("ANALOG", "BITS");
    let high = |offset: &f64| *offset > 16383.0 || *offset < 0.0;
    if bits == Some(16) && !has_format && !offsets.is_empty() && offsets.iter().all(high) {
        let message = "16-bit samples without ANALOG:FORMAT and with offsets as of unsigned ones; read as signed";
        warnings.add(Warning::new("c3d.analog-bits16-no-format", message).field("ANALOG:BITS"))?;
    }
    Ok(())
}

/// Decodes the analog samples of `layout`: (channels, samples), NaN where the file holds NaN or the last frame is cut off.
///
/// # Errors
/// `limit.memory-bytes`; under strict `c3d.analog-offset-unsigned-guessed`.
pub(super) fn decode(
    bytes: Bytes<'_>,
    layout: &Layout,
    scaling: Scaling,
    budget: &mut Budget,
    warnings: &mut Warnings,
) -> Result<Array2<f64>> {
    let channels = scaling.channels.len();
    let per_frame = usize::try_from(layout.samples_per_frame).unwrap_or(usize::MAX);
    let samples = |frames: u64| usize::try_from(frames).unwrap_or(usize::MAX).saturating_mul(per_frame);
    let total = if channels == 0 { 0 } else { samples(layout.point_frames()) };
    let width = usize::try_from(layout.storage.width()).unwrap_or(4);
    let mut rows = Rows {
        values: budget.zeroed(channels.saturating_mul(total), "analog samples")?,
        buffer: Vec::new(),
        channels,
        present: if channels == 0 { 0 } else { samples(layout.frames) },
        total,
        frame_bytes: usize::try_from(layout.frame_bytes()).unwrap_or(usize::MAX),
        point_bytes: usize::try_from(layout.points).unwrap_or(usize::MAX).saturating_mul(4).saturating_mul(width),
        nonfinite: 0,
        scaling,
    };
    if channels > 0 && total > 0 {
        let all = bytes.clamped(layout.data_start, layout.frame_bytes().saturating_mul(layout.frames));
        let guessed = match (layout.storage, layout.processor, rows.scaling.sign) {
            (Storage::Float, Processor::Intel, _) => rows.fill::<4, IntelFloat>(all),
            (Storage::Float, Processor::Dec, _) => rows.fill::<4, DecFloat>(all),
            (Storage::Float, Processor::Mips, _) => rows.fill::<4, MipsFloat>(all),
            (Storage::Integer, Processor::Mips, Sign::Signed) => rows.fill::<2, BigSigned>(all),
            (Storage::Integer, Processor::Mips, Sign::Unsigned) => rows.fill::<2, BigUnsigned>(all),
            (Storage::Integer, _, Sign::Signed) => rows.fill::<2, LittleSigned>(all),
            (Storage::Integer, _, Sign::Unsigned) => rows.fill::<2, LittleUnsigned>(all),
        };
        if guessed > 0 {
            let message = format!(
                "{guessed} channels store a negative offset and samples around the same number unsigned: read unsigned"
            );
            let code = "c3d.analog-offset-unsigned-guessed";
            warnings.add(Warning::new(code, message).field("ANALOG:OFFSET"))?;
        }
        if rows.nonfinite > 0 {
            let message = format!("{} samples are no numbers; kept", rows.nonfinite);
            warnings.add(Warning::new("c3d.analog-nonfinite", message).byte(layout.data_start))?;
        }
    }
    shaped(Array2::from_shape_vec((channels, total), rows.values))
}

/// The output under construction.
struct Rows {
    values: Vec<f64>,
    /// Raw samples of one tile, channels side by side.
    buffer: Vec<f64>,
    channels: usize,
    /// Samples per channel that the file holds.
    present: usize,
    /// Samples per channel of the output.
    total: usize,
    frame_bytes: usize,
    /// Bytes of a frame before its analog samples.
    point_bytes: usize,
    nonfinite: u64,
    scaling: Scaling,
}

impl Rows {
    /// Decodes all frames, tile by tile; returns the number of offsets that were taken as unsigned.
    fn fill<const N: usize, E: Element<N>>(&mut self, all: &[u8]) -> usize {
        let guessed = self.settle_offsets::<N, E>(all);
        let per_frame = self.frame_bytes.saturating_sub(self.point_bytes).checked_div(N).unwrap_or(1).max(1);
        let frames = TILE_VALUES.checked_div(per_frame).unwrap_or(1).max(1);
        let mut first = 0_usize;
        for tile in all.chunks(frames.saturating_mul(self.frame_bytes)) {
            self.buffer.clear();
            for frame in tile.chunks_exact(self.frame_bytes) {
                let analog = frame.get(self.point_bytes..).unwrap_or_default().as_chunks::<N>().0;
                self.buffer.extend(analog.iter().map(|raw| E::value(*raw)));
            }
            first = self.deal(first);
        }
        if self.present < self.total {
            for row in self.values.chunks_exact_mut(self.total) {
                row.get_mut(self.present..).unwrap_or_default().fill(f64::NAN);
            }
        }
        guessed
    }

    /// Deals the buffer out to the rows from sample `first`; returns the sample behind the last.
    fn deal(&mut self, first: usize) -> usize {
        let samples = self.buffer.len().checked_div(self.channels).unwrap_or(0);
        let end = first.saturating_add(samples);
        let gen_scale = self.scaling.gen_scale;
        let mut nonfinite = 0_u64;
        let rows = self.values.chunks_exact_mut(self.total).zip(&self.scaling.channels).enumerate();
        for (c, (row, &Conversion { offset, scale })) in rows {
            let raw = self.buffer.get(c..).unwrap_or_default().iter().step_by(self.channels);
            for (value, raw) in row.get_mut(first..end).unwrap_or_default().iter_mut().zip(raw) {
                *value = (raw - offset) * scale * gen_scale;
                nonfinite = nonfinite.wrapping_add(u64::from(!value.is_finite()));
            }
        }
        self.nonfinite = self.nonfinite.wrapping_add(nonfinite);
        end
    }

    /// Takes doubtful offsets as unsigned where all samples are positive and lie around the unsigned value.
    fn settle_offsets<const N: usize, E: Element<N>>(&mut self, all: &[u8]) -> usize {
        let mut guessed = 0_usize;
        for &c in &self.scaling.doubtful {
            let samples = all.chunks_exact(self.frame_bytes).flat_map(|frame| {
                let analog = frame.get(self.point_bytes..).unwrap_or_default().as_chunks::<N>().0;
                analog.get(c..).unwrap_or_default().iter().step_by(self.channels).map(|raw| E::value(*raw))
            });
            let (mut least, mut sum, mut count) = (f64::INFINITY, 0.0, 0_u64);
            for sample in samples.filter(|sample| sample.is_finite()) {
                (least, sum, count) = (least.min(sample), sum + sample, count.saturating_add(1));
            }
            let Some(channel) = self.scaling.channels.get_mut(c) else { continue };
            let unsigned = channel.offset + 65536.0;
            if count > 0 && least >= 0.0 && (sum / count as f64 - unsigned).abs() < 16384.0 {
                channel.offset = unsigned;
                guessed = guessed.saturating_add(1);
            }
        }
        guessed
    }
}
