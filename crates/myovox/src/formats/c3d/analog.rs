//! The analog channels: raw counts out of the frames, turned into physical values.
//!
//! physical = (raw - OFFSET) x SCALE x `GEN_SCALE`, in this order, in `f64`, for integer and float files alike. With `ANALOG:FORMAT` = UNSIGNED
//! integer samples and integer offsets are unsigned. Where a float file holds samples that only make sense with an unsigned offset, although
//! it is stored as negative, the offset is taken as unsigned and said so.
//! Source: "The C3D File Format", Motion Lab Systems, *Analog Data Storage*, *`ANALOG:FORMAT`*; the rule for offsets from two real files.

use super::layout::Layout;
use super::number::Storage;
use super::parameters::{ParameterType, Parameters};
use super::tile::{Numbers, Sign};
use super::warnings::Warnings;
use crate::error::Result;
use crate::limits::Budget;
use crate::simd::Level;
use crate::simd::frames::{Linear, Sample, channels};
use crate::warning::Warning;

/// How all raw samples become physical.
#[derive(Debug)]
pub(super) struct Scaling {
    pub(super) channels: Vec<Linear>,
    pub(super) sign: Sign,
    /// Channels whose negative integer offset may have been meant as unsigned.
    pub(super) doubtful: Vec<usize>,
}

impl Scaling {
    /// Of no channels.
    pub(super) fn none() -> Self {
        Self { channels: Vec::new(), sign: Sign::Signed, doubtful: Vec::new() }
    }

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
        let mut scaling = Self { channels: Vec::new(), sign, doubtful: Vec::new() };
        if count == 0 {
            return Ok(scaling);
        }
        let scales = parameters.first_numbers("ANALOG", "SCALE", count, signed);
        let (offsets, are_integers) = offsets(parameters, sign, count, warnings)?;
        warn_short("c3d.analog-scale-short", "ANALOG:SCALE", "scale", 1, scales.len(), count, warnings)?;
        let gain = gen_scale(parameters, warnings)?;
        scaling.channels = (0..count)
            .map(|c| Linear {
                offset: offsets.get(c).copied().unwrap_or(0.0),
                scale: scales.get(c).copied().unwrap_or(1.0),
                gain,
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

/// Channels whose offset was taken as unsigned, and samples that are no numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AnalogDoubts {
    pub(super) offsets_guessed: u64,
    pub(super) nonfinite: u64,
}

impl AnalogDoubts {
    /// The sum of both; guessed offsets are of the whole recording and count once.
    pub(super) fn with(self, other: Self) -> Self {
        let nonfinite = self.nonfinite.saturating_add(other.nonfinite);
        Self { offsets_guessed: self.offsets_guessed.max(other.offsets_guessed), nonfinite }
    }

    pub(super) fn warn(&self, layout: &Layout, warnings: &mut Warnings) -> Result<()> {
        if self.offsets_guessed > 0 {
            let message = format!(
                "{} channels store a negative offset and samples around the same number unsigned: read unsigned",
                self.offsets_guessed
            );
            let code = "c3d.analog-offset-unsigned-guessed";
            warnings.add(Warning::new(code, message).field("ANALOG:OFFSET"))?;
        }
        if self.nonfinite > 0 {
            let message = format!("{} samples are no numbers; kept", self.nonfinite);
            warnings.add(Warning::new("c3d.analog-nonfinite", message).byte(layout.data_start))?;
        }
        Ok(())
    }
}

/// Reads the channels from `first` on, as many as there are in `linear`, at most four, from sample `start` on into their rows; the other rows
/// get anything. Returns how many samples are no numbers.
pub(super) fn read<T: Sample>(
    numbers: &Numbers,
    start: usize,
    first: usize,
    linear: &[Linear],
    level: Level,
    mut rows: [&mut [T]; 4],
) -> u64 {
    let mut four = [Linear::default(); 4];
    for (to, from) in four.iter_mut().zip(linear) {
        *to = *from;
    }
    let finite = match numbers.table(start) {
        Some(table) => channels(level, table, first, four, rows.each_mut().map(|row| &mut **row)),
        None => [false; 4],
    };
    let mut nonfinite = 0_u64;
    for (i, ((linear, is_finite), row)) in linear.iter().zip(finite).zip(rows).enumerate() {
        if !is_finite {
            for (sample, value) in row.iter_mut().enumerate() {
                let stored = numbers.number(start.saturating_add(sample), first.saturating_add(i));
                let physical = linear.apply(stored);
                *value = T::rounded(physical);
                nonfinite = nonfinite.saturating_add(u64::from(!physical.is_finite()));
            }
        }
    }
    nonfinite
}

/// What the samples of one channel say about its offset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around {
    least: f64,
    sum: f64,
    count: u64,
}

impl Around {
    pub(super) const NOTHING: Self = Self { least: f64::INFINITY, sum: 0.0, count: 0 };

    /// Takes one more stored sample into account.
    pub(super) fn add(&mut self, stored: f64) {
        if stored.is_finite() {
            self.least = self.least.min(stored);
            self.sum += stored;
            self.count = self.count.saturating_add(1);
        }
    }

    /// Whether a negative sample has settled that the offset is as stored.
    pub(super) fn is_settled(&self) -> bool {
        self.least < 0.0
    }

    /// The offset that the samples speak for, where it is not the stored one: all are positive and lie around the unsigned reading.
    pub(super) fn unsigned(&self, offset: f64) -> Option<f64> {
        let unsigned = offset + 65536.0;
        let fits = self.count > 0 && self.least >= 0.0 && (self.sum / self.count as f64 - unsigned).abs() < 16384.0;
        fits.then_some(unsigned)
    }
}
