//! Frames of a signal and their power spectra.
//!
//! [`Framing`] says where frame `k` lies and what stands beyond the ends of the recording; [`Stft`] multiplies frames by a window and gives
//! their power. Between the two a caller may change the frame (remove its mean, pre-emphasise), which is why they are separate steps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fft::{Buffers, Planner, RealFft};

/// Where frames lie relative to the ends of the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Edges {
    /// Frame `k` is centred on sample `k * hop`; zeros stand beyond the ends (librosa's `center=True`).
    CentreZeros,
    /// Frames lie inside the recording, the first starts at its first sample (Kaldi's `snip_edges=true`).
    Snip,
    /// The middle of frame `k` is that of hop `k`; the recording is mirrored at its ends, the end sample twice (`snip_edges=false`).
    Mirror,
    /// As `snip`, and a last frame, filled with zeros, takes what is left (`python_speech_features`).
    TailZeros,
}

/// Frames of `length` samples every `hop` samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framing {
    /// Samples of a frame, at least 1.
    pub length: usize,
    /// Samples from one frame to the next, at least 1.
    pub hop: usize,
    /// What happens at the ends.
    pub edges: Edges,
}

impl Framing {
    /// Number of frames of a recording of `samples`.
    ///
    /// ```
    /// use myovox::dsp::stft::{Edges, Framing};
    /// let kaldi = Framing { length: 400, hop: 160, edges: Edges::Snip };
    /// assert_eq!((kaldi.count(399), kaldi.count(400), kaldi.count(560)), (0, 1, 2));
    /// ```
    pub fn count(&self, samples: usize) -> usize {
        match self.edges {
            _ if samples == 0 => 0,
            Edges::CentreZeros => 1 + (samples - self.length % 2) / self.hop,
            Edges::Snip => samples.checked_sub(self.length).map_or(0, |rest| 1 + rest / self.hop),
            Edges::Mirror => (samples + self.hop / 2) / self.hop,
            Edges::TailZeros => 1 + samples.saturating_sub(self.length).div_ceil(self.hop),
        }
    }

    /// The first sample of frame `k`, negative where it begins before the recording.
    pub fn start(&self, k: usize) -> isize {
        let at = (k * self.hop).cast_signed();
        match self.edges {
            Edges::CentreZeros => at - (self.length / 2).cast_signed(),
            Edges::Snip | Edges::TailZeros => at,
            Edges::Mirror => at + (self.hop / 2).cast_signed() - (self.length / 2).cast_signed(),
        }
    }

    /// The middle of frame 0 in samples from the first sample; frame `k` lies `k * hop` further.
    pub fn first_centre(&self) -> f64 {
        self.start(0) as f64 + (self.length / 2) as f64
    }

    /// Copies frame `k` to `frame`, which has [`length`](Self::length) samples.
    pub fn fill(&self, samples: &[f64], k: usize, frame: &mut [f64]) {
        let start = self.start(k);
        if let Ok(from) = usize::try_from(start)
            && let Some(inside) = samples.get(from..from + frame.len())
        {
            frame.copy_from_slice(inside);
            return;
        }
        for (i, value) in (start..).zip(frame) {
            *value = match self.edges {
                Edges::Mirror => samples[mirrored(i, samples.len())],
                _ => usize::try_from(i).ok().and_then(|i| samples.get(i)).copied().unwrap_or(0.0),
            };
        }
    }
}

/// The sample that stands for index `i` where a recording of `len` samples is mirrored at its ends: -1 is 0, -2 is 1, `len` is `len - 1`.
fn mirrored(i: isize, len: usize) -> usize {
    let place = i.rem_euclid(2 * len.cast_signed()).unsigned_abs();
    if place < len { place } else { 2 * len - 1 - place }
}

/// Windowed frames and their power spectra.
#[derive(Clone, Debug)]
pub struct Stft {
    framing: Framing,
    window: Vec<f64>,
    fft: RealFft,
}

impl Stft {
    /// Frames of `framing`, weighted by `window` (as many weights as a frame has samples), filled with zeros to `n_fft` samples.
    pub fn new(planner: &mut Planner, framing: Framing, window: Vec<f64>, n_fft: usize) -> Self {
        Self { framing, window, fft: planner.plan(n_fft.max(framing.length)) }
    }

    /// Where the frames lie.
    pub fn framing(&self) -> &Framing {
        &self.framing
    }

    /// Number of bins of a spectrum, 0 Hz and half the rate included.
    pub fn bins(&self) -> usize {
        self.fft.bins()
    }

    /// Number of samples of the transform.
    pub fn n_fft(&self) -> usize {
        self.fft.len()
    }

    /// Memory to work in.
    pub fn buffers(&self) -> Buffers {
        self.fft.buffers()
    }

    /// The samples of the frame in `buffers`: to be filled before [`power`](Self::power) is called.
    pub fn frame_mut<'a>(&self, buffers: &'a mut Buffers) -> &'a mut [f64] {
        &mut buffers.time_mut()[..self.framing.length]
    }

    /// Weights the frame in `buffers` and writes `|X|^2` of its [`bins`](Self::bins) to `power`.
    pub fn power(&self, buffers: &mut Buffers, power: &mut [f64]) {
        let (frame, rest) = buffers.time_mut().split_at_mut(self.framing.length);
        for (value, weight) in frame.iter_mut().zip(&self.window) {
            *value *= weight;
        }
        rest.fill(0.0);
        self.fft.forward(buffers);
        for (power, bin) in power.iter_mut().zip(buffers.spectrum()) {
            *power = bin.norm_sqr();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::window::{Sampling, Shape};

    fn frames(framing: Framing, samples: &[f64]) -> Vec<Vec<f64>> {
        (0..framing.count(samples.len()))
            .map(|k| {
                let mut frame = vec![f64::NAN; framing.length];
                framing.fill(samples, k, &mut frame);
                frame
            })
            .collect()
    }

    #[test]
    fn each_kind_of_edge_gives_the_frames_that_its_peer_gives() {
        let y = [1.0, 2.0, 3.0, 4.0, 5.0];
        let framing = |edges| Framing { length: 4, hop: 2, edges };
        assert_eq!(
            frames(framing(Edges::CentreZeros), &y),
            [[0.0, 0.0, 1.0, 2.0], [1.0, 2.0, 3.0, 4.0], [3.0, 4.0, 5.0, 0.0]]
        );
        assert_eq!(frames(framing(Edges::Snip), &y), [[1.0, 2.0, 3.0, 4.0]]);
        assert_eq!(
            frames(framing(Edges::Mirror), &y),
            [[1.0, 1.0, 2.0, 3.0], [2.0, 3.0, 4.0, 5.0], [4.0, 5.0, 5.0, 4.0]]
        );
        assert_eq!(frames(framing(Edges::TailZeros), &y), [[1.0, 2.0, 3.0, 4.0], [3.0, 4.0, 5.0, 0.0]]);
    }

    #[test]
    fn a_recording_shorter_than_a_frame_is_no_accident() {
        for edges in [Edges::CentreZeros, Edges::Snip, Edges::Mirror, Edges::TailZeros] {
            for n in 0..6 {
                let framing = Framing { length: 9, hop: 3, edges };
                let samples = vec![1.0; n];
                assert!(frames(framing, &samples).iter().flatten().all(|v| v.is_finite()), "{edges:?} {n}");
            }
        }
        assert_eq!(mirrored(-7, 3), 0);
        assert_eq!(mirrored(3, 1), 0);
    }

    #[test]
    fn a_cosine_at_a_bin_has_its_power_there() {
        let framing = Framing { length: 64, hop: 64, edges: Edges::Snip };
        let window = Shape::Rectangular.window(64, Sampling::Periodic);
        let stft = Stft::new(&mut Planner::new(), framing, window, 64);
        let y: Vec<f64> = (0..64).map(|i| crate::dsp::math::cos(f64::from(i) * std::f64::consts::PI / 8.0)).collect();
        let (mut buffers, mut power) = (stft.buffers(), vec![0.0; stft.bins()]);
        framing.fill(&y, 0, stft.frame_mut(&mut buffers));
        stft.power(&mut buffers, &mut power);
        for (k, power) in power.iter().enumerate() {
            approx::assert_abs_diff_eq!(*power, if k == 4 { 1024.0 } else { 0.0 }, epsilon = 1e-10);
        }
    }
}
