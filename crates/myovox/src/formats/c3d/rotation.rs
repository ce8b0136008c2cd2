//! Rotations of segments: a section of its own behind points and analog samples.
//!
//! For each frame, each sub-frame and each segment 17 floats: a 4 x 4 matrix from local to laboratory coordinates, stored column by column, and
//! a residual that is negative where the segment was not found. The section is float whatever `POINT:SCALE` says.
//! Source: HAS-Motion (`Visual3D`) documentation, *ROTATION data type*, 2019.

use ndarray::{Array2, Array4};

use super::arrays::shaped;
use super::header::{BLOCK, byte_of_block};
use super::layout::Layout;
use super::parameters::{Parameter, Parameters};
use super::warnings::Warnings;
use crate::error::Result;
use crate::formats::bytes::Bytes;
use crate::limits::{Budget, exceeded};
use crate::warning::Warning;

/// Numbers per segment and sample: matrix and residual.
const NUMBERS: usize = 17;
/// Bytes per segment and sample.
const BYTES: u64 = 68;

/// The rotations of a recording.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Rotations {
    /// Names of the segments; `*n` where the file has none.
    pub labels: Vec<String>,
    /// `ROTATION:RATE` in Hz; else the frame rate times the ratio; nothing where both are unknown.
    pub rate_hz: Option<f64>,
    /// Samples per point frame.
    pub ratio: u32,
    /// (segments, 4, 4, samples): row, column; from local to laboratory coordinates; NaN where invalid.
    pub matrices: Array4<f64>,
    /// (segments, samples): residual as stored, -1 where invalid.
    pub residuals: Array2<f64>,
}

/// What the ROTATION group declares.
pub(super) struct Declared {
    segments: u32,
    /// First byte as `ROTATION:DATA_START` says.
    pub(super) start: u64,
}

impl Declared {
    /// Bytes of the section per point frame, by `ROTATION:RATIO`.
    pub(super) fn frame_bytes(&self, parameters: &Parameters) -> u64 {
        let ratio = parameters.count("ROTATION", "RATIO").unwrap_or(1).max(1);
        u64::from(self.segments).saturating_mul(BYTES).saturating_mul(u64::from(ratio))
    }
}

/// What is declared, when there is a rotation section.
pub(super) fn declared(parameters: &Parameters) -> Option<Declared> {
    let segments = parameters.count("ROTATION", "USED").filter(|&used| used > 0)?;
    let start = byte_of_block(parameters.count("ROTATION", "DATA_START").unwrap_or(0));
    Some(Declared { segments, start })
}

/// Reads the rotation section behind the data of `layout`.
///
/// # Errors
/// `limit.markers`, `limit.memory-bytes`; under strict `c3d.rotation-truncated`, `c3d.rotation-start-wrong`.
pub(super) fn read(
    bytes: Bytes<'_>,
    parameters: &Parameters,
    declared: &Declared,
    layout: &Layout,
    budget: &mut Budget,
    warnings: &mut Warnings,
) -> Result<Rotations> {
    let most = budget.limits().max_markers;
    if declared.segments > most {
        return Err(exceeded("limit.markers", "rotation segments", "max_markers", declared.segments, most));
    }
    let start = start(bytes, declared, layout, warnings)?;
    let (rate_hz, ratio) = rates(parameters, layout);
    let wanted = match parameters.count("ROTATION", "FRAMES") {
        Some(frames) if layout.frames == 0 => u64::from(frames),
        _ => layout.frames.saturating_mul(u64::from(ratio)),
    };
    let sample_bytes = u64::from(declared.segments).saturating_mul(BYTES);
    let present = bytes.len().saturating_sub(start).checked_div(sample_bytes).unwrap_or(0);
    if present < wanted {
        let message = format!("{wanted} rotation samples declared, {present} present");
        warnings.add(Warning::new("c3d.rotation-truncated", message).byte(start).field("ROTATION:USED"))?;
    }
    let samples = wanted.min(present);
    let data = bytes.clamped(start, samples.saturating_mul(sample_bytes));
    let segments = usize::try_from(declared.segments).unwrap_or(usize::MAX);
    let samples = usize::try_from(samples).unwrap_or(usize::MAX);
    let (matrices, residuals) = decode(data, layout, segments, samples, budget)?;
    let memory = parameters.text_memory("ROTATION", "LABELS", segments, super::survey::LABEL_BYTES);
    budget.charge_metadata(memory, "rotation labels")?;
    let mut labels: Vec<String> = parameters.texts("ROTATION", "LABELS").take(segments).collect();
    super::pad_labels(&mut labels, segments);
    Ok(Rotations { labels, rate_hz, ratio, matrices, residuals })
}

/// The first byte of the section: as declared, unless it lies before the end of the point data or behind the file.
fn start(bytes: Bytes<'_>, declared: &Declared, layout: &Layout, warnings: &mut Warnings) -> Result<u64> {
    if declared.start >= layout.data_end && declared.start < bytes.len() {
        return Ok(declared.start);
    }
    let behind = layout.data_end.div_ceil(BLOCK).saturating_mul(BLOCK);
    let message = format!(
        "rotations are said to start at byte {}, the points end at byte {}; the block behind them is read",
        declared.start, layout.data_end
    );
    warnings.add(Warning::new("c3d.rotation-start-wrong", message).byte(behind).field("ROTATION:DATA_START"))?;
    Ok(behind)
}

/// Rate in Hz, and samples per point frame.
fn rates(parameters: &Parameters, layout: &Layout) -> (Option<f64>, u32) {
    let stated = parameters.get("ROTATION", "RATE").and_then(Parameter::as_f64);
    let stated = stated.filter(|rate| rate.is_finite() && *rate > 0.0);
    let from_rates = stated.zip(layout.point_rate_hz).map(|(rotation, point)| (rotation / point).round());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    let from_rates = from_rates.map(|ratio| ratio as u32);
    let ratio = parameters.count("ROTATION", "RATIO").filter(|&ratio| ratio > 0).or(from_rates).unwrap_or(1).max(1);
    (stated.or(layout.point_rate_hz.map(|rate| rate * f64::from(ratio))), ratio)
}

/// Matrices and residuals of `samples` x `segments` x 17 floats.
fn decode(
    data: &[u8],
    layout: &Layout,
    segments: usize,
    samples: usize,
    budget: &mut Budget,
) -> Result<(Array4<f64>, Array2<f64>)> {
    let count = segments.saturating_mul(samples);
    let mut matrices: Vec<f64> = budget.zeroed(count.saturating_mul(16), "rotation matrices")?;
    let mut residuals: Vec<f64> = budget.zeroed(count, "rotation residuals")?;
    let numbers = data.as_chunks::<4>().0;
    for t in 0..samples {
        let sample = numbers.chunks_exact(NUMBERS).skip(t.saturating_mul(segments)).take(segments);
        for (s, numbers) in sample.enumerate() {
            let residual = numbers.last().map_or(-1.0, |raw| layout.processor.float(*raw));
            let valid = residual >= 0.0 && numbers.iter().all(|raw| layout.processor.float(*raw).is_finite());
            if let Some(out) = residuals.get_mut(s.saturating_mul(samples).saturating_add(t)) {
                *out = if valid { residual } else { -1.0 };
            }
            for (entry, raw) in numbers.iter().take(16).enumerate() {
                // Stored column by column: entry = 4 column + row.
                let (row, column) = (entry & 3, entry >> 2);
                let at = s.saturating_mul(16).saturating_add(row << 2).saturating_add(column);
                if let Some(out) = matrices.get_mut(at.saturating_mul(samples).saturating_add(t)) {
                    *out = if valid { layout.processor.float(*raw) } else { f64::NAN };
                }
            }
        }
    }
    Ok((
        shaped(Array4::from_shape_vec((segments, 4, 4, samples), matrices))?,
        shaped(Array2::from_shape_vec((segments, samples), residuals))?,
    ))
}
