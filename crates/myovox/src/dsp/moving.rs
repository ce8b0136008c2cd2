//! Means over a window that moves along a signal: of the values, of their magnitudes (MAV), of their squares (RMS).
//!
//! A running sum that adds the new and subtracts the old value drifts: after a loud passage its rounding error stays and swamps a quiet one. Here
//! nothing is ever subtracted. The signal is cut into chunks as long as the window; a window that begins inside a chunk is the end of that chunk
//! and the beginning of the next, so its sum is one value of the sums taken from the chunk's end backward and one of those taken from the next
//! chunk's beginning (the scheme of van Herk and of Gil and Werman for extremes, with additions). A sum is as exact as adding its samples one by
//! one, whatever stood before it, sums of squares cannot fall below zero, and a NaN reaches the windows that hold it and no other.
//!
//! Eight blocks of time run side by side where the signal is long for its window; which form is used depends on length and window alone.

use super::lanes::Lanes;
use crate::error::{Error, Result};
use crate::simd::Level;
use crate::simd::biquad::{LANES, Row, TILE};
pub use crate::simd::window_sums::Statistic;
use crate::simd::window_sums::{terms, to_the_end, windows, windows_of_streams};

/// What a window finds where it reaches beyond the signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edges {
    /// Nothing: the mean is over the samples that exist.
    #[default]
    Shrink,
    /// The signal mirrored at its ends, the end sample twice (`reflect` of `scipy.ndimage`).
    Reflect,
    /// The end sample, again and again (`nearest`).
    Nearest,
    /// Zeros (`constant` with its default).
    Zero,
    /// There are no such windows: the output is shorter than the signal by the window less one (`valid` of `numpy.convolve`).
    Valid,
}

/// A moving mean: made once, run over many signals.
///
/// The window of output `i` holds `window` samples around sample `i`; an even one reaches one sample further back than forward, as
/// `scipy.ndimage.uniform_filter1d` has it. With [`Edges::Valid`] it begins at sample `i`.
///
/// ```
/// use myovox::dsp::moving::{Edges, Moving, Statistic, Workspace};
/// let (x, mut y) = ([3.0, -3.0, 3.0, 0.0], [0.0; 4]);
/// Moving::new(Statistic::Mav, 3, Edges::Shrink)?.run(&x, &mut y, &mut Workspace::default())?;
/// assert_eq!(y, [3.0, 3.0, 2.0, 1.5]);
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Moving {
    statistic: Statistic,
    window: usize,
    edges: Edges,
    level: Level,
}

/// Buffers that runs share; they grow to the longest window and stay.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    sums: Vec<Row>,
    tile: Vec<Row>,
    chunk: Vec<f64>,
}

/// A signal must be this many times longer than the window before it is cut into lanes: each lane reads one window more than its block.
const LANES_FROM_WINDOWS: usize = 8;

/// And this long.
const LEAST_SAMPLES_IN_LANES: usize = 512;

impl Moving {
    /// A moving mean over `window` samples.
    ///
    /// # Errors
    /// `dsp.window-empty` when `window` is 0.
    pub fn new(statistic: Statistic, window: usize, edges: Edges) -> Result<Self> {
        if window == 0 {
            return Err(Error::config("dsp.window-empty", "a window of no samples").found(0).expected("at least 1"));
        }
        Ok(Self { statistic, window, edges, level: Level::best() })
    }

    /// The instruction set to use; all give the same bits.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Samples of the window.
    pub fn window(&self) -> usize {
        self.window
    }

    /// Number of outputs for a signal of `samples`: as many, or with [`Edges::Valid`] as many as there are whole windows.
    pub fn outputs(&self, samples: usize) -> usize {
        match self.edges {
            Edges::Valid => (samples + 1).saturating_sub(self.window),
            _ => samples,
        }
    }

    /// Averages `x` into `y`, which has [`outputs`](Self::outputs) values.
    ///
    /// # Errors
    /// `dsp.length-differs` when `y` has another length.
    pub fn run(&self, x: &[f64], y: &mut [f64], workspace: &mut Workspace) -> Result<()> {
        if y.len() != self.outputs(x.len()) {
            let what = "output of a moving window and its signal do not belong together";
            return Err(Error::config("dsp.length-differs", what).found(y.len()).expected(self.outputs(x.len())));
        }
        if y.is_empty() {
            return Ok(());
        }
        let shift = if self.edges == Edges::Valid { 0 } else { self.window / 2 };
        if x.len() / LANES_FROM_WINDOWS >= self.window && x.len() >= LEAST_SAMPLES_IN_LANES {
            self.in_lanes(shift, x, y, workspace);
        } else {
            self.in_sequence(shift, x, y, &mut workspace.chunk);
        }
        if self.edges == Edges::Shrink {
            self.shrink_ends(x, y);
        }
        Ok(())
    }

    /// What stands at an index beyond the ends of `x`, which is not empty.
    fn outside(&self, x: &[f64], index: isize) -> f64 {
        let last = x.len() - 1;
        match self.edges {
            Edges::Shrink | Edges::Zero | Edges::Valid => 0.0,
            Edges::Nearest => x[usize::try_from(index).map_or(0, |index| index.min(last))],
            Edges::Reflect => {
                let place = index.rem_euclid(2 * x.len().cast_signed()).unsigned_abs();
                x[place.min(2 * last + 1 - place)]
            }
        }
    }

    fn in_lanes(&self, shift: usize, x: &[f64], y: &mut [f64], workspace: &mut Workspace) {
        let (level, statistic, window) = (self.level, self.statistic, self.window);
        let block = y.len().div_ceil(LANES);
        let (input, output) = (Lanes { block, shift }, Lanes { block, shift: 0 });
        let outside = |index| self.outside(x, index);
        let Workspace { sums, tile, .. } = workspace;
        sums.resize(window, Row::default());
        tile.resize(TILE, Row::default());
        input.fill(level, x, 0, sums, outside);
        terms(level, statistic, sums);
        to_the_end(level, sums);
        let (mut since, mut done, mut start) = (Row::default(), 0, 0);
        while start < block {
            // Up to the end of the chunk that windows begin in.
            let count = (window - done).min(block - start);
            let now = &mut sums[done..done + count];
            let streams = input.streams(x, start + window, count).zip(output.streams_mut(y, start, count));
            if let Some((inputs, outputs)) = streams {
                windows_of_streams(level, statistic, window, now, &mut since, inputs, outputs);
            } else {
                for (k, now) in now.chunks_mut(TILE).enumerate() {
                    let (rows, start) = (&mut tile[..now.len()], start + k * TILE);
                    input.fill(level, x, start + window, rows, outside);
                    windows(level, statistic, window, now, &mut since, rows);
                    output.spill(level, rows, start, y);
                }
            }
            (start, done) = (start + count, done + count);
            if done == window {
                to_the_end(level, sums);
                (since, done) = (Row::default(), 0);
            }
        }
    }

    fn in_sequence(&self, shift: usize, x: &[f64], y: &mut [f64], sums: &mut Vec<f64>) {
        let at = |index: usize| {
            let sample = index.checked_sub(shift).and_then(|index| x.get(index)).copied();
            self.statistic.term(sample.unwrap_or_else(|| self.outside(x, index.cast_signed() - shift.cast_signed())))
        };
        for (chunk, y) in y.chunks_mut(self.window).enumerate() {
            let start = chunk * self.window;
            sums.clear();
            sums.extend((start..start + self.window).map(at));
            for k in (0..self.window - 1).rev() {
                sums[k] += sums[k + 1];
            }
            let mut since = 0.0;
            for (k, (y, sum)) in y.iter_mut().zip(sums.iter()).enumerate() {
                *y = self.statistic.value(sum + since, self.window as f64);
                since += at(start + self.window + k);
            }
        }
    }

    /// The windows that reach beyond an end: over the samples that exist. Sums grow from the end inward, so that nothing is subtracted here either.
    fn shrink_ends(&self, x: &[f64], y: &mut [f64]) {
        let n = x.len();
        let (back, ahead) = (self.window / 2, (self.window - 1) / 2);
        let (mut sum, mut count) = (0.0, 0);
        for (i, y) in y.iter_mut().enumerate().take(back) {
            while count < (i + ahead + 1).min(n) {
                sum += self.statistic.term(x[count]);
                count += 1;
            }
            *y = self.statistic.value(sum, count as f64);
        }
        let (mut sum, mut count) = (0.0, 0);
        for i in (n.saturating_sub(ahead).max(back.min(n))..n).rev() {
            while count < n - i.saturating_sub(back) {
                count += 1;
                sum += self.statistic.term(x[n - count]);
            }
            y[i] = self.statistic.value(sum, count as f64);
        }
    }
}

/// Root of the mean square over a centred window; at the edges over the samples that exist.
///
/// ```
/// let mut rms = [0.0; 4];
/// myovox::dsp::moving::rms(&[3.0, 3.0, -3.0, -3.0], 3, &mut rms);
/// assert_eq!(rms, [3.0; 4]);
/// ```
///
/// # Panics
/// When `y` has another length than `x`, or `window` is 0.
pub fn rms(x: &[f64], window: usize, y: &mut [f64]) {
    shrinking(Statistic::Rms, x, window, y);
}

/// Mean over a centred window; at the edges over the samples that exist.
///
/// # Panics
/// When `y` has another length than `x`, or `window` is 0.
pub fn mean(x: &[f64], window: usize, y: &mut [f64]) {
    shrinking(Statistic::Mean, x, window, y);
}

fn shrinking(statistic: Statistic, x: &[f64], window: usize, y: &mut [f64]) {
    let moving = Moving::new(statistic, window, Edges::Shrink).expect("a window holds at least one sample");
    moving.run(x, y, &mut Workspace::default()).expect("output and input have one length");
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL_EDGES: [Edges; 5] = [Edges::Shrink, Edges::Reflect, Edges::Nearest, Edges::Zero, Edges::Valid];
    const STATISTICS: [Statistic; 3] = [Statistic::Mean, Statistic::Mav, Statistic::Rms];

    fn run(moving: &Moving, x: &[f64]) -> Vec<f64> {
        let mut y = vec![f64::NAN; moving.outputs(x.len())];
        moving.run(x, &mut y, &mut Workspace::default()).unwrap();
        y
    }

    /// Window by window, from the words of the definition.
    fn defined(moving: &Moving, x: &[f64], i: usize) -> f64 {
        let n = x.len().cast_signed();
        let back = if moving.edges == Edges::Valid { 0 } else { (moving.window / 2).cast_signed() };
        let start = i.cast_signed() - back;
        let samples: Vec<f64> = (start..start + moving.window.cast_signed())
            .filter_map(|mut k| match moving.edges {
                _ if (0..n).contains(&k) => Some(x[k.unsigned_abs()]),
                Edges::Shrink | Edges::Valid => None,
                Edges::Zero => Some(0.0),
                Edges::Nearest => Some(x[k.clamp(0, n - 1).unsigned_abs()]),
                Edges::Reflect => {
                    while !(0..n).contains(&k) {
                        k = if k < 0 { -1 - k } else { 2 * n - 1 - k };
                    }
                    Some(x[k.unsigned_abs()])
                }
            })
            .collect();
        let mean = |f: fn(f64) -> f64| samples.iter().map(|&v| f(v)).sum::<f64>() / samples.len() as f64;
        match moving.statistic {
            Statistic::Mean => mean(|v| v),
            Statistic::Mav => mean(f64::abs),
            Statistic::Rms => mean(|v| v * v).sqrt(),
        }
    }

    #[test]
    fn equals_the_definition_for_every_statistic_edge_window_and_length() {
        for n in [0, 1, 2, 7, 50, 600, 1031] {
            let x: Vec<f64> = (0..n).map(|i| f64::from((i * 37 + 11) % 23) - 11.0).collect();
            for window in (1..=60).chain([128, 129, 300, 1200]) {
                for (statistic, edges) in STATISTICS.into_iter().flat_map(|s| ALL_EDGES.map(|e| (s, e))) {
                    let moving = Moving::new(statistic, window, edges).unwrap();
                    for (i, got) in run(&moving, &x).iter().enumerate() {
                        approx::assert_abs_diff_eq!(*got, defined(&moving, &x, i), epsilon = 1e-12);
                    }
                }
            }
        }
    }

    #[test]
    fn all_levels_give_the_same_bits() {
        let x: Vec<f64> = (0..5000).map(|i| f64::from((i * 7919 + 13) % 1009) / 3.0 - 150.0).collect();
        for (statistic, window) in STATISTICS.into_iter().flat_map(|s| [1, 8, 101, 500].map(|w| (s, w))) {
            let moving = Moving::new(statistic, window, Edges::Reflect).unwrap();
            let scalar = run(&moving.clone().level(Level::scalar()), &x);
            for level in Level::available() {
                assert_eq!(run(&moving.clone().level(level), &x), scalar, "{} {statistic:?} {window}", level.name());
            }
        }
    }

    /// Every window right to 1e-9 of what it holds, from the first quiet one on.
    #[test]
    fn a_loud_start_leaves_no_trace_in_a_quiet_end() {
        for n in [2000, 200_000] {
            let mut x = vec![1e6; n];
            x[n / 2 + 3..].fill(1e-6);
            for statistic in [Statistic::Rms, Statistic::Mav] {
                let y = run(&Moving::new(statistic, 101, Edges::Shrink).unwrap(), &x);
                assert!(y.iter().all(|value| *value >= 0.0));
                for &value in &y[n / 2 + 3 + 50..] {
                    approx::assert_relative_eq!(value, 1e-6, max_relative = 1e-9);
                }
            }
        }
    }

    #[test]
    fn a_sample_that_is_no_number_reaches_its_own_windows_only() {
        for n in [100, 10_000] {
            let mut x = vec![1.0; n];
            x[n / 2] = f64::NAN;
            let y = run(&Moving::new(Statistic::Rms, 11, Edges::Shrink).unwrap(), &x);
            for (i, value) in y.iter().enumerate() {
                assert_eq!(value.is_nan(), i.abs_diff(n / 2) <= 5, "{i} of {n}");
            }
        }
    }

    #[test]
    fn windows_and_outputs_that_cannot_be_are_refused() {
        assert_eq!(Moving::new(Statistic::Rms, 0, Edges::Shrink).unwrap_err().code(), "dsp.window-empty");
        let moving = Moving::new(Statistic::Rms, 4, Edges::Valid).unwrap();
        assert_eq!((moving.outputs(3), moving.outputs(4)), (0, 1));
        let wrong = moving.run(&[0.0; 9], &mut [0.0; 9], &mut Workspace::default());
        assert_eq!(wrong.unwrap_err().code(), "dsp.length-differs");
    }
}
