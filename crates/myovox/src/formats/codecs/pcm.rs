//! What was decoded, collected channel by channel within the budget, and cut to the signal that was encoded.

use ndarray::Array2;

use crate::error::{Error, Result};
use crate::limits::Budget;

/// Decoded samples: the first `skip` frames are dropped as they come, everything else is kept.
pub(super) struct Pcm<'a> {
    planes: Vec<Vec<f64>>,
    budget: &'a mut Budget,
    skip: u64,
    most_frames: u64,
}

impl<'a> Pcm<'a> {
    /// For `channels` channels, of which the first `skip` frames are the encoder's delay.
    pub(super) fn new(channels: usize, skip: u64, most_frames: u64, budget: &'a mut Budget) -> Self {
        Self { planes: vec![Vec::new(); channels], budget, skip, most_frames }
    }

    /// Number of channels.
    pub(super) fn channels(&self) -> usize {
        self.planes.len()
    }

    /// Frames kept so far.
    pub(super) fn frames(&self) -> u64 {
        self.planes.first().map_or(0, Vec::len) as u64
    }

    /// Takes the same number of frames of every channel.
    pub(super) fn push(&mut self, planes: &[Vec<f64>]) -> Result<()> {
        let frames = planes.first().map_or(0, Vec::len);
        let dropped = self.take_skip(frames);
        self.reserve(frames.saturating_sub(dropped))?;
        for (kept, plane) in self.planes.iter_mut().zip(planes) {
            kept.extend_from_slice(plane.get(dropped..).unwrap_or_default());
        }
        Ok(())
    }

    /// Takes `frames` frames of silence.
    pub(super) fn push_silence(&mut self, frames: u64) -> Result<()> {
        let frames = usize::try_from(frames).unwrap_or(usize::MAX);
        let dropped = self.take_skip(frames);
        let kept = frames.saturating_sub(dropped);
        self.reserve(kept)?;
        for plane in &mut self.planes {
            plane.resize(plane.len().saturating_add(kept), 0.0);
        }
        Ok(())
    }

    /// How many of `frames` frames still belong to the delay.
    fn take_skip(&mut self, frames: usize) -> usize {
        let dropped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(frames);
        self.skip = self.skip.saturating_sub(dropped as u64);
        dropped
    }

    /// Makes room, charged before it is allocated: at least half as much again, so that growing costs little.
    fn reserve(&mut self, more: usize) -> Result<()> {
        let Some(first) = self.planes.first() else { return Ok(()) };
        let needed = first.len().saturating_add(more);
        if needed as u64 > self.most_frames {
            return Err(crate::limits::exceeded(
                "codecs.too-long",
                "decoded samples",
                "of codecs.max_duration_s",
                format!("more than {} frames", self.most_frames),
                format!("{} frames", self.most_frames),
            ));
        }
        if needed <= first.capacity() {
            return Ok(());
        }
        let capacity = needed.max(first.len().saturating_mul(3).div_ceil(2));
        let growth = capacity.saturating_sub(first.capacity()) as u64;
        let bytes = growth.saturating_mul(self.planes.len() as u64).saturating_mul(size_of::<f64>() as u64);
        self.budget.charge(bytes, "decoded samples")?;
        for plane in &mut self.planes {
            let more = capacity.saturating_sub(plane.len());
            plane.try_reserve_exact(more).map_err(|_| {
                Error::limit("limit.memory-bytes", "decoded samples do not fit into this machine's memory")
            })?;
        }
        Ok(())
    }

    /// All but the last `padding` frames, as an array.
    pub(super) fn finish(mut self, padding: u64) -> Result<Array2<f64>> {
        let frames = usize::try_from(self.frames().saturating_sub(padding)).unwrap_or(usize::MAX);
        let channels = self.planes.len();
        let values = match self.planes.as_mut_slice() {
            [only] => {
                only.truncate(frames);
                std::mem::take(only)
            }
            planes => {
                let mut values =
                    self.budget.with_capacity(frames.saturating_mul(channels), "samples of all channels")?;
                for plane in planes {
                    values.extend_from_slice(plane.get(..frames).unwrap_or_default());
                    // Each channel is given back as soon as it is copied.
                    *plane = Vec::new();
                }
                values
            }
        };
        Array2::from_shape_vec((channels, frames), values).map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test may stop where a byte is not there"
    )]

    use super::*;
    use crate::Limits;

    #[test]
    fn delay_and_padding_are_cut_wherever_packets_begin() {
        let mut budget = Budget::new(&Limits::default());
        let mut pcm = Pcm::new(2, 3, 100, &mut budget);
        for packet in 0..4 {
            let plane: Vec<f64> = (0..2).map(|i| f64::from(2 * packet + i)).collect();
            pcm.push(&[plane.clone(), plane.iter().map(|v| -v).collect()]).unwrap();
        }
        pcm.push_silence(2).unwrap();
        assert_eq!(pcm.frames(), 7);
        let samples = pcm.finish(1).unwrap();
        assert_eq!(samples.row(0).to_vec(), [3.0, 4.0, 5.0, 6.0, 7.0, 0.0]);
        assert_eq!(samples.row(1)[1], -4.0);
    }

    #[test]
    fn what_is_too_long_or_too_large_is_refused_before_it_is_stored() {
        let mut budget = Budget::new(&Limits::default().max_memory_bytes(1000));
        let mut pcm = Pcm::new(1, 0, 1000, &mut budget);
        assert_eq!(pcm.push_silence(1001).unwrap_err().code(), "codecs.too-long");
        assert_eq!(pcm.push_silence(999).unwrap_err().code(), "limit.memory-bytes");
        assert_eq!(pcm.frames(), 0);
    }
}
