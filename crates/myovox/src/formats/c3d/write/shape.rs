//! What is to be written, counted from the arrays of the recording: they are the truth, whatever header and parameters said.

use super::C3dWriteConfig;
use super::analog::{FULL_SCALE, stored};
use crate::error::{Error, Result};
use crate::formats::c3d::C3dRecording;
use crate::formats::c3d::number::{Processor, Storage};

/// Counts and number formats of the file.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) processor: Processor,
    pub(super) storage: Storage,
    pub(super) markers: usize,
    pub(super) channels: usize,
    pub(super) samples_per_frame: usize,
    pub(super) frames: usize,
    /// Units per step of integers and residuals, above 0.
    pub(super) scale: f64,
}

impl Shape {
    /// Counts the arrays and chooses formats and scale.
    ///
    /// # Errors
    /// `c3d.shape-mismatch`: arrays and labels do not fit each other; `c3d.too-many`: a count does not fit the header.
    pub(super) fn new(recording: &C3dRecording, config: &C3dWriteConfig) -> Result<Self> {
        let (markers, axes, frames) = recording.points.dim();
        let frames = if markers == 0 { recording.frames } else { frames };
        let (channels, samples) = recording.analog.dim();
        same("axes of the points", axes, 3)?;
        same("frames", recording.frames, frames)?;
        same("markers of the residuals", recording.residuals.dim().0, markers)?;
        same("markers of the camera masks", recording.camera_masks.dim().0, markers)?;
        if markers > 0 {
            same("frames of the residuals", recording.residuals.dim().1, frames)?;
            same("frames of the camera masks", recording.camera_masks.dim().1, frames)?;
        }
        same("point labels", recording.point_labels.len(), markers)?;
        same("analog labels", recording.analog_labels.len(), channels)?;
        same("analog units", recording.analog_units.len(), channels)?;
        let samples_per_frame = match samples.checked_div(frames) {
            Some(per_frame) if channels > 0 => per_frame,
            _ => usize::try_from(recording.layout.samples_per_frame).unwrap_or(usize::MAX),
        };
        if channels > 0 {
            same("analog samples", samples, frames.saturating_mul(samples_per_frame))?;
        }
        at_most("points per frame", markers, 65_535)?;
        at_most("analog samples per channel and frame", samples_per_frame, 65_535)?;
        at_most("analog measurements per frame", channels.saturating_mul(samples_per_frame), 65_535)?;
        at_most("frames", frames, usize::try_from(u32::MAX).unwrap_or(usize::MAX))?;
        let processor = config.processor.or(recording.processor);
        let storage = config.storage.or(recording.storage);
        let mut shape = Self { processor, storage, markers, channels, samples_per_frame, frames, scale: 1.0 };
        shape.scale = shape.fitting_scale(recording)?;
        Ok(shape)
    }

    /// Whether floats become integers.
    pub(super) fn becomes_integer(&self, recording: &C3dRecording) -> bool {
        self.storage == Storage::Integer && recording.storage == Storage::Float
    }

    /// Bytes of one frame.
    pub(super) fn frame_bytes(&self) -> usize {
        let numbers =
            self.markers.saturating_mul(4).saturating_add(self.channels.saturating_mul(self.samples_per_frame));
        numbers.saturating_mul(self.width())
    }

    /// Bytes of one number.
    pub(super) fn width(&self) -> usize {
        if self.storage == Storage::Integer { 2 } else { 4 }
    }

    /// The recording's scale; where floats become integers and do not lie on its steps, the largest coordinate by 32000.
    fn fitting_scale(&self, recording: &C3dRecording) -> Result<f64> {
        let scale = recording.layout.point_scale;
        let is_usable = scale.is_finite() && scale > 0.0;
        let scale = if is_usable { stored(scale, self.processor) } else { 1.0 };
        let finite = || recording.points.iter().filter(|value| value.is_finite());
        #[expect(clippy::cast_possible_truncation, reason = "what a float file holds of the step")]
        let lies_on_a_step = |value: &f64| {
            let step = (value / scale).round_ties_even();
            (-32768.0..=32767.0).contains(&step) && (step * scale) as f32 == *value as f32
        };
        if self.becomes_integer(recording) && !(is_usable && finite().all(lies_on_a_step)) {
            let largest = finite().fold(0.0_f64, |largest, value| largest.max(value.abs()));
            let step = stored(largest / FULL_SCALE, self.processor);
            return Ok(if step > 0.0 { step } else { scale });
        }
        if scale <= 0.0 {
            let error = Error::data("c3d.value-not-representable", "the scale of the points is too small");
            return Err(error.field("POINT:SCALE").found(recording.layout.point_scale));
        }
        Ok(scale)
    }
}

pub(super) fn same(what: &str, found: usize, expected: usize) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    let what = format!("arrays and labels do not fit each other: {what}");
    Err(Error::config("c3d.shape-mismatch", what).found(found).expected(expected))
}

fn at_most(what: &str, found: usize, most: usize) -> Result<()> {
    if found <= most {
        return Ok(());
    }
    let what = format!("more {what} than a C3D file counts");
    Err(Error::unsupported("c3d.too-many", what).found(found).expected(format!("at most {most}")))
}
