//! Where a part of a recording is read into: arrays that keep their memory from one reading to the next.

use std::ops::Range;

use ndarray::{Array2, Array3, ArrayView2, ArrayView3, ShapeError};

use super::decode::{Rows, Scratch, Tally, decode};
use super::layout::Layout;
use super::selection::Part;
use crate::error::{Error, Result};
use crate::formats::access::ReadAt;
use crate::limits::Budget;
use crate::simd::frames::Sample;

/// Points and analog samples as `f32` or `f64`, time last. Every array is one block of memory without gaps (docs/decisions/0007-c3d-arrays.md):
/// row after row, each as long as its last axis.
///
/// Memory grows to the largest part that was read and is then reused. After a failed reading all arrays are empty.
#[derive(Debug, Default)]
pub struct Arrays<T> {
    pub(super) points: Array3<T>,
    pub(super) residuals: Array2<T>,
    pub(super) camera_masks: Array2<u8>,
    pub(super) analog: Array2<T>,
    scratch: Scratch<T>,
}

/// An array whose axes this machine can count.
pub(super) fn shaped<T>(array: std::result::Result<T, ShapeError>) -> Result<T> {
    array.map_err(|_| Error::limit("limit.memory-bytes", "arrays do not fit into this machine's memory"))
}

impl<T: Sample> Arrays<T> {
    /// Empty arrays.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// (markers, 3, frames): coordinates in the recording's unit; NaN where the point was not seen.
    pub fn points(&self) -> ArrayView3<'_, T> {
        self.points.view()
    }

    /// (markers, frames): residuals in the recording's unit, 0 for interpolated points, -1 where the point was not seen.
    pub fn residuals(&self) -> ArrayView2<'_, T> {
        self.residuals.view()
    }

    /// (markers, frames): bits 0 to 6 are the cameras 1 to 7 that saw the point; 0 where it was not seen.
    pub fn camera_masks(&self) -> ArrayView2<'_, u8> {
        self.camera_masks.view()
    }

    /// (channels, samples): physical values; NaN where the file holds NaN or a cut frame has no samples.
    pub fn analog(&self) -> ArrayView2<'_, T> {
        self.analog.view()
    }

    /// The arrays themselves: points, residuals, camera masks, analog samples.
    #[must_use]
    pub fn into_parts(self) -> (Array3<T>, Array2<T>, Array2<u8>, Array2<T>) {
        (self.points, self.residuals, self.camera_masks, self.analog)
    }

    /// Decodes `frames` of `part`.
    ///
    /// # Errors
    /// `limit.memory-bytes`; those of the source.
    pub(super) fn fill(
        &mut self,
        source: &impl ReadAt,
        layout: &Layout,
        part: &Part,
        frames: Range<u64>,
        budget: &mut Budget,
    ) -> Result<Tally> {
        let index = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let (markers, channels) = (part.points.len(), part.channels.len());
        let length = index(frames.end.saturating_sub(frames.start));
        let per_frame = index(u64::from(layout.samples_per_frame));
        let samples = if channels == 0 { 0 } else { length.saturating_mul(per_frame) };
        let count = markers.saturating_mul(length);
        let mut points = std::mem::take(&mut self.points).into_raw_vec_and_offset().0;
        let mut residuals = std::mem::take(&mut self.residuals).into_raw_vec_and_offset().0;
        let mut masks = std::mem::take(&mut self.camera_masks).into_raw_vec_and_offset().0;
        let mut analog = std::mem::take(&mut self.analog).into_raw_vec_and_offset().0;
        resize(&mut points, count.saturating_mul(3), "points", budget)?;
        resize(&mut residuals, count, "residuals", budget)?;
        resize(&mut masks, count, "camera masks", budget)?;
        resize(&mut analog, channels.saturating_mul(samples), "analog samples", budget)?;
        let rows = Rows {
            coordinates: &mut points,
            residuals: &mut residuals,
            camera_masks: &mut masks,
            analog: &mut analog,
            frames: length,
        };
        let tally = decode(source, layout, &part.job, frames, rows, &mut self.scratch, budget)?;
        self.points = shaped(Array3::from_shape_vec((markers, 3, length), points))?;
        self.residuals = shaped(Array2::from_shape_vec((markers, length), residuals))?;
        self.camera_masks = shaped(Array2::from_shape_vec((markers, length), masks))?;
        self.analog = shaped(Array2::from_shape_vec((channels, samples), analog))?;
        Ok(tally)
    }
}

/// Makes `values` `len` long, whatever they are; memory that was not there before is charged.
fn resize<V: Clone + Default>(values: &mut Vec<V>, len: usize, what: &str, budget: &mut Budget) -> Result<()> {
    if values.capacity() < len {
        *values = Vec::new();
        *values = budget.zeroed(len, what)?;
    } else {
        values.resize(len, V::default());
    }
    Ok(())
}
