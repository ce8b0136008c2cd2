//! Filtering as samples come: forward only, piece by piece, with a state in between.
//!
//! Pieces of any length give the bits that the whole signal gives: the recursion runs sample by sample in one order. A filter that cannot see ahead
//! comes late; [`Sos::group_delay_samples`] says by how much.

use ndarray::ArrayViewMut2;
use serde::{Deserialize, Serialize};

use super::sos::Sos;
use crate::error::{Error, Result};
use crate::simd::biquad::{self, Direction};

/// What a stream remembers between two pieces: `[z0, z1]` per section (transposed direct form II, SciPy's `zi`), channel after channel.
///
/// It can be copied, stored and given to another stream of the same filter, which then goes on where this one stopped. (JSON holds no NaN: a state
/// that a broken sample has spoilt can be written but is refused when it is read.)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SosState {
    /// Sections of the filter.
    pub sections: usize,
    /// The values of all sections of the first channel, then those of the second ...
    pub values: Vec<[f64; 2]>,
}

/// A causal filter over one or more channels (SciPy's `sosfilt` with its `zi`).
///
/// A NaN or an infinity that goes in stays in that channel's state and spoils all that follows, as in any recursion: keep gaps out, or
/// [`settle`](Self::settle) the channel behind one.
///
/// ```
/// use myovox::dsp::iir::{Band, SosStream, butterworth};
/// use myovox::units::Rate;
/// let sos = butterworth(4, Band::LowPass(10.0), Rate::new(1000.0)?)?;
/// let x: Vec<f64> = (0..100).map(|i| f64::from(i % 7)).collect();
/// let (mut whole, mut pieces) = (x.clone(), x);
/// SosStream::new(sos.clone(), 1).push(0, &mut whole);
/// let mut stream = SosStream::new(sos, 1);
/// for piece in pieces.chunks_mut(13) {
///     stream.push(0, piece);
/// }
/// assert_eq!(whole, pieces);
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SosStream {
    sos: Sos,
    steady: Vec<[f64; 2]>,
    channels: usize,
    values: Vec<[f64; 2]>,
}

impl SosStream {
    /// A stream of `channels` at rest: as if all samples before the first were 0.
    #[must_use]
    pub fn new(sos: Sos, channels: usize) -> Self {
        let steady = sos.steady_state();
        let values = vec![[0.0; 2]; channels * steady.len()];
        Self { sos, steady, channels, values }
    }

    /// The filter.
    pub fn sos(&self) -> &Sos {
        &self.sos
    }

    /// Number of channels.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Puts `channel` into the state that it would have if all samples before had been `value` (SciPy's `sosfilt_zi * value`): with the first sample
    /// as value, a constant offset makes no start-up swing.
    ///
    /// # Panics
    /// When there is no such channel.
    pub fn settle(&mut self, channel: usize, value: f64) {
        let count = self.steady.len();
        let state = &mut self.values[channel * count..(channel + 1) * count];
        for (z, steady) in state.iter_mut().zip(&self.steady) {
            *z = steady.map(|steady| steady * value);
        }
    }

    /// Puts all channels at rest.
    pub fn reset(&mut self) {
        self.values.fill([0.0; 2]);
    }

    /// Filters the next samples of `channel` in place. Allocates nothing.
    ///
    /// # Panics
    /// When there is no such channel.
    pub fn push(&mut self, channel: usize, samples: &mut [f64]) {
        let count = self.steady.len();
        let state = &mut self.values[channel * count..(channel + 1) * count];
        biquad::sequential(self.sos.sections(), state, samples, Direction::Forward);
    }

    /// Filters the next samples of all channels in place, an array of `(channels, samples)` in any layout. Allocates nothing.
    ///
    /// # Errors
    /// `dsp.channels-differ` when the array has another number of channels; nothing is filtered then.
    pub fn push_all(&mut self, mut samples: ArrayViewMut2<'_, f64>) -> Result<()> {
        if samples.nrows() != self.channels {
            return Err(Error::config("dsp.channels-differ", "samples and filter differ in their number of channels")
                .found(samples.nrows())
                .expected(self.channels));
        }
        for (channel, mut row) in samples.rows_mut().into_iter().enumerate() {
            if let Some(row) = row.as_slice_mut() {
                self.push(channel, row);
            } else {
                row.iter_mut().for_each(|sample| self.push(channel, std::slice::from_mut(sample)));
            }
        }
        Ok(())
    }

    /// A copy of what the stream remembers.
    #[must_use]
    pub fn state(&self) -> SosState {
        SosState { sections: self.steady.len(), values: self.values.clone() }
    }

    /// Goes on from a state that was kept.
    ///
    /// # Errors
    /// `dsp.state-differs` when it is that of another number of sections or channels; the stream's own is kept then.
    pub fn restore(&mut self, state: &SosState) -> Result<()> {
        if state.sections != self.steady.len() || state.values.len() != self.values.len() {
            return Err(Error::config("dsp.state-differs", "state of another filter or number of channels")
                .found(format!("{} sections, {} pairs of values", state.sections, state.values.len()))
                .expected(format!("{} sections, {} pairs of values", self.steady.len(), self.values.len())));
        }
        self.values.copy_from_slice(&state.values);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::iir::{Band, butterworth};
    use crate::units::Rate;
    use ndarray::Array2;

    fn filter() -> Sos {
        butterworth(4, Band::BandPass(20.0, 450.0), Rate::new(1000.0).unwrap()).unwrap()
    }

    fn noise(n: usize) -> Vec<f64> {
        let mut s = 11_u32;
        let mut next = || {
            s = s.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(s) / 4_294_967_296.0 * 2.0 - 1.0
        };
        (0..n).map(|_| next()).collect()
    }

    #[test]
    fn pieces_of_any_length_give_the_bits_of_the_whole() {
        let x = Array2::from_shape_vec((3, 1000), noise(3000)).unwrap();
        let mut whole = x.clone();
        SosStream::new(filter(), 3).push_all(whole.view_mut()).unwrap();
        for size in [1, 7, 64, 999, 1000] {
            let mut pieces = x.clone();
            let mut stream = SosStream::new(filter(), 3);
            for piece in pieces.axis_chunks_iter_mut(ndarray::Axis(1), size) {
                stream.push_all(piece).unwrap();
            }
            assert_eq!(pieces, whole, "{size}");
        }
        // Samples beside each other in memory are those of one moment.
        let mut columns = Array2::zeros((1000, 3)).reversed_axes();
        columns.assign(&x);
        SosStream::new(filter(), 3).push_all(columns.view_mut()).unwrap();
        assert_eq!(columns, whole);
    }

    #[test]
    fn a_state_goes_through_storage_and_into_another_stream() {
        let x = noise(500);
        let mut whole = x.clone();
        SosStream::new(filter(), 1).push(0, &mut whole);
        let (mut first, mut second) = (x[..200].to_vec(), x[200..].to_vec());
        let mut stream = SosStream::new(filter(), 1);
        stream.push(0, &mut first);
        let stored = serde_json::to_string(&stream.state()).unwrap();
        let mut other = SosStream::new(filter(), 1);
        other.restore(&serde_json::from_str(&stored).unwrap()).unwrap();
        other.push(0, &mut second);
        assert_eq!([first, second].concat(), whole);
        assert_eq!(SosStream::new(filter(), 2).restore(&stream.state()).unwrap_err().code(), "dsp.state-differs");
    }

    #[test]
    fn a_settled_stream_passes_a_constant_without_a_swing() {
        let low_pass = butterworth(4, Band::LowPass(10.0), Rate::new(1000.0).unwrap()).unwrap();
        let mut stream = SosStream::new(low_pass, 2);
        stream.settle(1, 5.0);
        let mut constant = [5.0; 100];
        stream.push(1, &mut constant);
        assert!(constant.iter().all(|y| (y - 5.0).abs() < 1e-10));
        stream.reset();
        let mut nothing = [0.0; 3];
        stream.push(1, &mut nothing);
        assert_eq!(nothing, [0.0; 3]);
    }

    #[test]
    fn no_samples_no_sections_and_wrong_channels_are_defined() {
        let mut stream = SosStream::new(filter(), 1);
        stream.push(0, &mut []);
        assert_eq!(stream.state().values, [[0.0; 2]; 4]);
        assert_eq!(stream.push_all(Array2::zeros((2, 5)).view_mut()).unwrap_err().code(), "dsp.channels-differ");
        let mut x = [1.0, 2.0];
        SosStream::new(Sos::new(vec![]), 1).push(0, &mut x);
        assert_eq!(x, [1.0, 2.0]);
    }

    #[test]
    fn a_channel_with_nan_does_not_spoil_its_neighbour() {
        let mut stream = SosStream::new(filter(), 2);
        stream.push(0, &mut [f64::NAN]);
        let (mut spoilt, mut clean) = ([1.0], [1.0]);
        stream.push(0, &mut spoilt);
        stream.push(1, &mut clean);
        assert!(spoilt[0].is_nan() && clean[0].is_finite());
    }
}
