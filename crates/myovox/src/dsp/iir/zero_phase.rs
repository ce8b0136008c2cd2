//! Filtering forward and backward, so that nothing is shifted in time (SciPy's `sosfiltfilt`, to 1e-12).
//!
//! The signal is extended at both ends, filtered forward from the steady state of its first value, then backward from the steady state of the
//! last. A recursion cannot be cut in pieces, but a filter forgets: the state at the start of a block is the state after the last
//! [`Sos::memory_samples`] of the block before, started from zero. So a long signal is cut into eight blocks of time that run side by side in
//! vector lanes, and what differs from the sequential order lies below rounding. A short signal runs sequentially. Which of the two is decided
//! by the length and the filter alone, so that a channel's bits never depend on what stands beside it.

use super::sos::Sos;
use crate::error::{Error, Result};
use crate::simd::Level;
use crate::simd::biquad::{self, Direction, LANES, Output, Row, State};

/// A signal must be this many times longer than the filter's memory before it is cut into lanes: each lane repeats one memory per pass.
const LANES_FROM_MEMORIES: usize = 16;

/// How the signal is continued beyond its ends while it is filtered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extension {
    /// Turned by half a turn about the edge sample: `2 x[0] - x[k]`. SciPy's default.
    #[default]
    Odd,
    /// Mirrored about the edge sample, without repeating it.
    Even,
    /// The edge sample repeated.
    Constant,
    /// Not at all.
    None,
}

/// What is done with the filtered signal before it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rectify {
    /// Nothing.
    #[default]
    No,
    /// Full-wave rectification: absolute values, in the same pass.
    FullWave,
}

/// A zero-phase filter: made once, run over many signals.
///
/// ```
/// use myovox::dsp::iir::{Band, Extension, Workspace, ZeroPhase, butterworth};
/// use myovox::units::Rate;
/// let low_pass = ZeroPhase::new(butterworth(4, Band::LowPass(10.0), Rate::new(1000.0)?)?, Extension::Odd, None);
/// let (x, mut y) = (vec![1.0; 500], vec![0.0; 500]);
/// low_pass.run(&x, &mut y, &mut Workspace::default())?;
/// assert!((y[0] - 1.0).abs() < 1e-9 && (y[499] - 1.0).abs() < 1e-9);
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ZeroPhase {
    sos: Sos,
    steady: Vec<[f64; 2]>,
    extension: Extension,
    padding: usize,
    memory: usize,
    rectify: Rectify,
    level: Level,
}

/// Buffers that runs share; they grow to the longest signal and stay.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    extended: Vec<f64>,
    rows: Vec<Row>,
}

impl ZeroPhase {
    /// A zero-phase filter that extends by `padding` samples ([`Sos::default_padding`] where it is not given).
    #[must_use]
    pub fn new(sos: Sos, extension: Extension, padding: Option<usize>) -> Self {
        let padding = match extension {
            Extension::None => 0,
            _ => padding.unwrap_or_else(|| sos.default_padding()),
        };
        let (steady, memory) = (sos.steady_state(), sos.memory_samples());
        Self { sos, steady, extension, padding, memory, rectify: Rectify::No, level: Level::best() }
    }

    /// Rectifies the filtered signal in the same pass.
    #[must_use]
    pub fn rectify(mut self, rectify: Rectify) -> Self {
        self.rectify = rectify;
        self
    }

    /// The instruction set to use; all give the same bits.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// The filter of one pass.
    pub fn sos(&self) -> &Sos {
        &self.sos
    }

    /// Samples of extension at either end. A signal must be longer than this.
    pub fn padding(&self) -> usize {
        self.padding
    }

    /// Filters `x` into `y`.
    ///
    /// # Errors
    /// `dsp.signal-too-short` when `x` is not longer than [`padding`](Self::padding), as SciPy refuses it; `dsp.length-differs` when `y` has another length.
    pub fn run(&self, x: &[f64], y: &mut [f64], workspace: &mut Workspace) -> Result<()> {
        if x.len() <= self.padding {
            return Err(Error::config(
                "dsp.signal-too-short",
                "signal too short for the extension of a zero-phase filter",
            )
            .found(format!("{} samples", x.len()))
            .expected(format!("more than {}", self.padding)));
        }
        self.run_shortened(x, y, workspace)
    }

    /// As [`run`](Self::run), but a short signal is extended by as much as it has: its length less one.
    ///
    /// # Errors
    /// `dsp.length-differs` when `y` has another length than `x`.
    pub fn run_shortened(&self, x: &[f64], y: &mut [f64], workspace: &mut Workspace) -> Result<()> {
        if x.len() != y.len() {
            let what = "output and input of a filter differ in length";
            return Err(Error::config("dsp.length-differs", what).found(y.len()).expected(x.len()));
        }
        if x.is_empty() {
            return Ok(());
        }
        let padding = self.padding.min(x.len() - 1);
        self.extend(x, padding, &mut workspace.extended);
        let extended = &mut workspace.extended;
        if extended.len() / LANES_FROM_MEMORIES >= self.memory {
            self.run_in_lanes(extended, &mut workspace.rows);
        } else {
            self.run_sequentially(extended);
        }
        y.copy_from_slice(&extended[padding..padding + x.len()]);
        Ok(())
    }

    fn extend(&self, x: &[f64], padding: usize, extended: &mut Vec<f64>) {
        let (first, last) = (x[0], x[x.len() - 1]);
        let outside = |edge: f64, inner: f64| match self.extension {
            Extension::Odd => 2.0 * edge - inner,
            Extension::Even => inner,
            Extension::Constant | Extension::None => edge,
        };
        extended.clear();
        extended.extend(x[1..=padding].iter().rev().map(|&inner| outside(first, inner)));
        extended.extend_from_slice(x);
        extended.extend(x[x.len() - 1 - padding..x.len() - 1].iter().rev().map(|&inner| outside(last, inner)));
    }

    fn run_sequentially(&self, signal: &mut [f64]) {
        let sections = self.sos.sections();
        let start = |edge: f64| self.steady.iter().map(|z| z.map(|z| z * edge)).collect::<Vec<_>>();
        biquad::sequential(sections, &mut start(signal[0]), signal, Direction::Forward);
        biquad::sequential(sections, &mut start(signal[signal.len() - 1]), signal, Direction::Backward);
        if self.rectify == Rectify::FullWave {
            for value in signal {
                *value = value.abs();
            }
        }
    }

    /// Eight blocks of time side by side. The last lane is shorter than the others by `slack` < 8 rows.
    fn run_in_lanes(&self, signal: &mut [f64], rows: &mut Vec<Row>) {
        let (sections, level) = (self.sos.sections(), self.level);
        let block = signal.len().div_ceil(LANES);
        let slack = block * LANES - signal.len();
        rows.resize(block, Row::default());
        let mut lanes = signal.chunks(block);
        biquad::interleave(level, std::array::from_fn(|_| lanes.next().unwrap_or_default()), 0, rows);
        let memory = self.memory.min(block);

        let mut states = vec![State::default(); sections.len()];
        biquad::cascade(level, sections, &mut states, &mut rows[block - memory..], Direction::Forward, Output::Discard);
        Self::hand_over(&mut states, Direction::Forward);
        self.set_steady(&mut states, 0, signal[0]);
        biquad::cascade(level, sections, &mut states, rows, Direction::Forward, Output::Replace);

        // Backward the last lane starts `slack` rows later than the others: until then its rows and its state are zero.
        let last = rows[block - 1 - slack].0[LANES - 1];
        rows[block - slack..].iter_mut().for_each(|row| row.0[LANES - 1] = 0.0);
        let output = if self.rectify == Rectify::FullWave { Output::Absolute } else { Output::Replace };
        states.fill(State::default());
        biquad::cascade(level, sections, &mut states, &mut rows[..memory], Direction::Backward, Output::Discard);
        Self::hand_over(&mut states, Direction::Backward);
        biquad::cascade(level, sections, &mut states, &mut rows[block - slack..], Direction::Backward, output);
        self.set_steady(&mut states, LANES - 1, last);
        biquad::cascade(level, sections, &mut states, &mut rows[..block - slack], Direction::Backward, output);

        let mut lanes = signal.chunks_mut(block);
        biquad::deinterleave(level, rows, std::array::from_fn(|_| lanes.next().unwrap_or_default()));
    }

    /// Gives each lane the state that its neighbour in time has reached; the outermost lane gets zero.
    fn hand_over(states: &mut [State], direction: Direction) {
        for state in states {
            for row in [&mut state.z0.0, &mut state.z1.0] {
                match direction {
                    Direction::Forward => {
                        row.rotate_right(1);
                        row[0] = 0.0;
                    }
                    Direction::Backward => {
                        row.rotate_left(1);
                        row[LANES - 1] = 0.0;
                    }
                }
            }
        }
    }

    fn set_steady(&self, states: &mut [State], lane: usize, edge: f64) {
        for (state, [z0, z1]) in states.iter_mut().zip(&self.steady) {
            state.z0.0[lane] = z0 * edge;
            state.z1.0[lane] = z1 * edge;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::iir::{Band, butterworth};
    use crate::units::Rate;

    fn noise(n: usize) -> Vec<f64> {
        let mut s = 7_u32;
        let mut next = || {
            s = s.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(s) / 4_294_967_296.0 * 2.0 - 1.0
        };
        (0..n).map(|_| next()).collect()
    }

    fn filter(band: Band) -> ZeroPhase {
        ZeroPhase::new(butterworth(4, band, Rate::new(2000.0).unwrap()).unwrap(), Extension::Odd, None)
    }

    /// The worst difference between cutting time into lanes and the sequential order is rounding noise, whatever the length's remainder.
    #[test]
    fn lanes_differ_from_the_sequential_order_by_rounding_only() {
        for band in [Band::BandPass(20.0, 450.0), Band::LowPass(6.0), Band::HighPass(20.0)] {
            let filter = filter(band);
            for extra in 0..9 {
                let x = noise(LANES_FROM_MEMORIES * filter.memory + extra);
                let (mut lanes, mut sequential) = (x.clone(), x);
                filter.run_in_lanes(&mut lanes, &mut Vec::new());
                filter.run_sequentially(&mut sequential);
                let largest = sequential.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
                let worst = lanes.iter().zip(&sequential).fold(0.0, |m: f64, (a, b)| m.max((a - b).abs()));
                assert!(worst <= 5e-13 * largest, "{band:?}: {worst:e} of {largest:e}");
            }
        }
    }

    #[test]
    fn all_levels_give_the_same_bits() {
        let x = noise(40_000);
        for rectify in [Rectify::No, Rectify::FullWave] {
            let run = |level| {
                let mut y = vec![0.0; x.len()];
                let filter = filter(Band::BandPass(20.0, 450.0)).rectify(rectify).level(level);
                filter.run(&x, &mut y, &mut Workspace::default()).unwrap();
                y.into_iter().map(f64::to_bits).collect::<Vec<_>>()
            };
            let scalar = run(Level::scalar());
            for level in Level::available() {
                assert!(run(level) == scalar, "{}", level.name());
            }
        }
    }

    #[test]
    fn signals_not_longer_than_the_extension_are_refused_or_extended_by_less() {
        let filter = filter(Band::LowPass(6.0));
        for n in 0..=filter.padding() {
            let x = noise(n);
            let mut y = vec![0.0; n];
            assert_eq!(filter.run(&x, &mut y, &mut Workspace::default()).unwrap_err().code(), "dsp.signal-too-short");
            filter.run_shortened(&x, &mut y, &mut Workspace::default()).unwrap();
            assert!(y.iter().all(|v| v.is_finite()));
        }
        let wrong = filter.run(&noise(100), &mut [0.0; 99], &mut Workspace::default());
        assert_eq!(wrong.unwrap_err().code(), "dsp.length-differs");
    }
}
