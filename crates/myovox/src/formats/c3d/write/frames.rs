//! The data section: points, analog samples, rotations, a tile of frames at a time.
//!
//! The arrays have time last, the file has it first: within a tile each marker and each channel is followed through time and dealt out to the
//! frames, so that rows are read from front to back and the tile stays in the cache.

use std::io::Write;

use super::analog::{Rounding, Scaling, unrepresentable};
use super::number::{BigSigned, BigUnsigned, DecFloat, IntelFloat, LittleSigned, LittleUnsigned, MipsFloat, Stored};
use super::shape::Shape;
use crate::error::{Error, Result};
use crate::formats::c3d::C3dRecording;
use crate::formats::c3d::number::{Processor, Storage};
use crate::formats::c3d::rotation::Rotations;
use crate::limits::Budget;

/// Bytes of a tile: well inside a second-level cache together with what is read for it.
const TILE_BYTES: usize = 1 << 16;
/// Relative differences that a 32-bit float makes of any number.
const FLOAT_ROUNDING: f64 = 1e-6;
/// Bytes per segment and sample of the rotations: a matrix and a residual.
pub(super) const ROTATION_BYTES: usize = 17 * 4;

/// What was rounded on the way.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) coordinates: Rounding,
    pub(super) residuals: Rounding,
    pub(super) samples: Rounding,
}

/// Arrays as rows one behind the other, and how they are stored.
struct Frames<'a> {
    shape: &'a Shape,
    scaling: &'a Scaling,
    points: &'a [f64],
    residuals: &'a [f64],
    camera_masks: &'a [u8],
    analog: &'a [f64],
    point_labels: &'a [String],
    analog_labels: &'a [String],
    tally: Tally,
}

/// Writes all frames; returns what was rounded.
///
/// # Errors
/// `c3d.value-not-representable`, `limit.memory-bytes`, and what the sink returns.
pub(super) fn write(
    recording: &C3dRecording,
    shape: &Shape,
    scaling: &Scaling,
    budget: &mut Budget,
    sink: &mut impl Write,
) -> Result<Tally> {
    // Arrays as this library makes them are not copied; others are, once.
    let is_copied = !(recording.points.is_standard_layout() && recording.analog.is_standard_layout());
    let values = recording.points.len().saturating_add(recording.analog.len());
    budget.charge(if is_copied { (values as u64).saturating_mul(8) } else { 0 }, "arrays in the order of the file")?;
    let (points, residuals) = (recording.points.as_standard_layout(), recording.residuals.as_standard_layout());
    let (masks, analog) = (recording.camera_masks.as_standard_layout(), recording.analog.as_standard_layout());
    let mut frames = Frames {
        shape,
        scaling,
        points: points.as_slice().unwrap_or_default(),
        residuals: residuals.as_slice().unwrap_or_default(),
        camera_masks: masks.as_slice().unwrap_or_default(),
        analog: analog.as_slice().unwrap_or_default(),
        point_labels: &recording.point_labels,
        analog_labels: &recording.analog_labels,
        tally: Tally::default(),
    };
    match (shape.storage, shape.processor, scaling.is_unsigned) {
        (Storage::Float, Processor::Intel, _) => frames.all::<4, IntelFloat, IntelFloat>(budget, sink)?,
        (Storage::Float, Processor::Dec, _) => frames.all::<4, DecFloat, DecFloat>(budget, sink)?,
        (Storage::Float, Processor::Mips, _) => frames.all::<4, MipsFloat, MipsFloat>(budget, sink)?,
        (Storage::Integer, Processor::Mips, false) => frames.all::<2, BigSigned, BigSigned>(budget, sink)?,
        (Storage::Integer, Processor::Mips, true) => frames.all::<2, BigSigned, BigUnsigned>(budget, sink)?,
        (Storage::Integer, _, false) => frames.all::<2, LittleSigned, LittleSigned>(budget, sink)?,
        (Storage::Integer, _, true) => frames.all::<2, LittleSigned, LittleUnsigned>(budget, sink)?,
    }
    Ok(frames.tally)
}

impl Frames<'_> {
    /// All frames; `P` stores points, `A` analog samples.
    fn all<const N: usize, P: Stored<N>, A: Stored<N>>(
        &mut self,
        budget: &mut Budget,
        sink: &mut impl Write,
    ) -> Result<()> {
        let frame_bytes = self.shape.frame_bytes();
        if frame_bytes == 0 {
            return Ok(());
        }
        let per_tile = TILE_BYTES.checked_div(frame_bytes).unwrap_or(1).max(1);
        let mut tile: Vec<u8> = budget.zeroed(per_tile.saturating_mul(frame_bytes), "a tile of frames")?;
        let mut first = 0_usize;
        while first < self.shape.frames {
            let count = per_tile.min(self.shape.frames.saturating_sub(first));
            let bytes = tile.get_mut(..count.saturating_mul(frame_bytes)).unwrap_or_default();
            self.points::<N, P>(bytes, first)?;
            self.analog::<N, A>(bytes, first)?;
            sink.write_all(bytes).map_err(|cause| Error::io("write", &cause))?;
            first = first.saturating_add(count);
        }
        Ok(())
    }

    /// The points of the frames from `first` on.
    fn points<const N: usize, P: Stored<N>>(&mut self, tile: &mut [u8], first: usize) -> Result<()> {
        let (frames, frame_bytes) = (self.shape.frames, self.shape.frame_bytes());
        let markers = self.points.chunks_exact(frames.saturating_mul(3)).zip(self.residuals.chunks_exact(frames));
        for (m, ((xyz, residuals), masks)) in markers.zip(self.camera_masks.chunks_exact(frames)).enumerate() {
            let at = m.saturating_mul(4).saturating_mul(N);
            let (xs, yz) = xyz.split_at(frames);
            let (ys, zs) = yz.split_at(frames);
            let rows = rest(xs, first).iter().zip(rest(ys, first)).zip(rest(zs, first));
            let rows = rows.zip(rest(residuals, first)).zip(rest(masks, first));
            for (t, (frame, ((((x, y), z), residual), mask))) in
                tile.chunks_exact_mut(frame_bytes).zip(rows).enumerate()
            {
                let xyz = [*x, *y, *z];
                let numbers = numbers(self.shape, &mut self.tally, xyz, *residual, *mask);
                let places = frame.get_mut(at..).map(|bytes| bytes.as_chunks_mut::<N>().0).unwrap_or_default();
                for (place, number) in places.iter_mut().zip(numbers) {
                    *place = P::bytes(number).ok_or_else(|| {
                        let label = self.point_labels.get(m).map_or("", String::as_str);
                        no_code(label, first.saturating_add(t), xyz, self.shape)
                    })?;
                }
            }
        }
        Ok(())
    }

    /// The analog samples of the frames from `first` on.
    fn analog<const N: usize, A: Stored<N>>(&mut self, tile: &mut [u8], first: usize) -> Result<()> {
        let (channels, per_frame) = (self.shape.channels, self.shape.samples_per_frame);
        let point_bytes = self.shape.markers.saturating_mul(4).saturating_mul(N);
        let is_integer = self.shape.storage == Storage::Integer;
        let samples = self.shape.frames.saturating_mul(per_frame).max(1);
        let before = first.saturating_mul(per_frame);
        for (c, (row, channel)) in self.analog.chunks_exact(samples).zip(&self.scaling.channels).enumerate() {
            let frames = rest(row, before).chunks_exact(per_frame.max(1));
            for (t, (frame, values)) in tile.chunks_exact_mut(self.shape.frame_bytes()).zip(frames).enumerate() {
                let places = frame.get_mut(point_bytes..).map(|bytes| bytes.as_chunks_mut::<N>().0).unwrap_or_default();
                let places = places.get_mut(c..).unwrap_or_default().iter_mut().step_by(channels.max(1));
                for (place, &value) in places.zip(values) {
                    let raw =
                        if is_integer { channel.integer(value) } else { channel.float_of(self.shape.processor, value) };
                    let difference = channel.difference(raw, value);
                    let counts = is_integer || difference > FLOAT_ROUNDING * value.abs();
                    self.tally.samples.add(if counts { difference } else { 0.0 });
                    *place = A::bytes(raw).ok_or_else(|| {
                        let label = self.analog_labels.get(c).map_or("", String::as_str);
                        unrepresentable(label, first.saturating_add(t), value, self.shape)
                    })?;
                }
            }
        }
        Ok(())
    }
}

/// A row from `first` on.
fn rest<T>(row: &[T], first: usize) -> &[T] {
    row.get(first..).unwrap_or_default()
}

/// The four numbers of a point; one that was not seen is 0, 0, 0, -1.
#[inline]
fn numbers(shape: &Shape, tally: &mut Tally, xyz: [f64; 3], residual: f64, mask: u8) -> [f64; 4] {
    if !(residual >= 0.0 && xyz.iter().all(|value| value.is_finite())) {
        return [0.0, 0.0, 0.0, -1.0];
    }
    let byte = (residual / shape.scale).round_ties_even().clamp(0.0, 255.0);
    tally.residuals.add(beyond_rounding(byte * shape.scale, residual));
    let word = f64::from(mask & 0x7F).mul_add(256.0, byte);
    let [x, y, z] = xyz;
    if shape.storage == Storage::Float {
        return [x, y, z, word];
    }
    let [x, y, z] = [x, y, z].map(|value| {
        let step = (value / shape.scale).round_ties_even();
        tally.coordinates.add(beyond_rounding(step * shape.scale, value));
        step
    });
    [x, y, z, word]
}

/// The difference of two numbers, where it is more than that of the same number in 32 and in 64 bits.
#[inline]
fn beyond_rounding(stored: f64, value: f64) -> f64 {
    let difference = (stored - value).abs();
    if difference > FLOAT_ROUNDING * value.abs() { difference } else { 0.0 }
}

fn no_code(label: &str, frame: usize, xyz: [f64; 3], shape: &Shape) -> Error {
    let error = Error::data("c3d.value-not-representable", "a point does not fit the file's numbers");
    let expected = match shape.storage {
        Storage::Integer => format!("within {} of the origin, by the scale", 32767.0 * shape.scale),
        Storage::Float => "numbers of 32 bits".to_owned(),
    };
    error.field(format!("frame {frame} of the points")).channel(label).found(format!("{xyz:?}")).expected(expected)
}

/// Writes the rotation section: `samples` of them, those that the recording does not have being invalid.
///
/// # Errors
/// As [`write`].
pub(super) fn write_rotations(
    rotations: &Rotations,
    shape: &Shape,
    samples: usize,
    budget: &mut Budget,
    sink: &mut impl Write,
) -> Result<()> {
    let segments = rotations.residuals.dim().0;
    let sample_bytes = segments.saturating_mul(ROTATION_BYTES);
    let mut bytes: Vec<u8> = budget.with_capacity(sample_bytes, "a sample of rotations")?;
    for t in 0..samples {
        bytes.clear();
        for s in 0..segments {
            let residual = rotations.residuals.get([s, t]).copied().unwrap_or(-1.0);
            // Column by column.
            let entry = |i: usize| rotations.matrices.get([s, i & 3, i >> 2, t]).copied().unwrap_or(f64::NAN);
            let is_valid = residual >= 0.0 && (0..16).all(|i| entry(i).is_finite());
            let numbers = (0..16).map(|i| if is_valid { entry(i) } else { 0.0 });
            for number in numbers.chain([if is_valid { residual } else { -1.0 }]) {
                let code = shape.processor.float_bytes(number);
                bytes.extend(code.ok_or_else(|| {
                    let error = Error::data("c3d.value-not-representable", "a rotation does not fit 32 bits");
                    let label = rotations.labels.get(s).map_or("", String::as_str);
                    error.field(format!("rotation sample {t}")).channel(label).found(number)
                })?);
            }
        }
        sink.write_all(&bytes).map_err(|cause| Error::io("write", &cause))?;
    }
    Ok(())
}
