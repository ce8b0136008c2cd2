//! Filtering forward and backward, so that nothing is shifted in time (SciPy's `sosfiltfilt`, to 1e-12).
//!
//! The signal is extended at both ends, filtered forward from the steady state of its first value, then backward from the steady state of the
//! last. A recursion cannot be cut in pieces, but a filter forgets: the state at the start of a block is the state after the last
//! [`Sos::memory_samples`] of the block before, started from zero. So a long signal is cut into eight blocks of time that run side by side in
//! vector lanes, and what differs from the sequential order lies below rounding. A short signal runs sequentially. Which of the two is decided
//! by the length and the filters alone, so that a channel's bits never depend on what stands beside it.
//!
//! In lanes the signal is read once and written once: samples become rows while the first pass runs over them, and samples again behind the
//! last; what stands between (rectification, the extension for a second filter) happens in rows.

use super::sos::Sos;
use crate::dsp::lanes::Lanes;
use crate::error::{Error, Result};
use crate::simd::Level;
use crate::simd::biquad::{self, Direction, LANES, Output, Row, State, TILE};

/// A signal must be this many times longer than the filter's memory before it is cut into lanes: each lane repeats one memory per pass, and
/// finds it in the lane before.
const LANES_FROM_MEMORIES: usize = 8;

/// And this many times longer than its extension, so that the ends lie in the first and the last lane.
const LANES_FROM_PADDINGS: usize = 16;

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
    signal: Vec<f64>,
    z: Vec<[f64; 2]>,
    rows: Vec<Row>,
    states: Vec<State>,
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
        self.long_enough(x.len())?;
        self.run_shortened(x, y, workspace)
    }

    /// As [`run`](Self::run), but a short signal is extended by as much as it has: its length less one.
    ///
    /// # Errors
    /// `dsp.length-differs` when `y` has another length than `x`.
    pub fn run_shortened(&self, x: &[f64], y: &mut [f64], workspace: &mut Workspace) -> Result<()> {
        run_all(std::slice::from_ref(self), x, y, workspace)
    }

    fn long_enough(&self, samples: usize) -> Result<()> {
        if samples > self.padding {
            return Ok(());
        }
        Err(Error::config("dsp.signal-too-short", "signal too short for the extension of a zero-phase filter")
            .found(format!("{samples} samples"))
            .expected(format!("more than {}", self.padding)))
    }

    /// Samples of extension of a signal of `samples`.
    fn padding_of(&self, samples: usize) -> usize {
        self.padding.min(samples - 1)
    }

    /// What stands outside a signal, by its edge sample and the sample that lies as far inside.
    fn outside(&self, edge: f64, inner: f64) -> f64 {
        match self.extension {
            Extension::Odd => 2.0 * edge - inner,
            Extension::Even => inner,
            Extension::Constant | Extension::None => edge,
        }
    }

    fn output(&self) -> Output {
        match self.rectify {
            Rectify::No => Output::Replace,
            Rectify::FullWave => Output::Absolute,
        }
    }

    fn set_steady(&self, states: &mut [State], lane: usize, edge: f64) {
        for (state, [z0, z1]) in states.iter_mut().zip(&self.steady) {
            state.z0.0[lane] = z0 * edge;
            state.z1.0[lane] = z1 * edge;
        }
    }

    fn run_sequentially(&self, x: &[f64], y: &mut [f64], extended: &mut Vec<f64>, z: &mut Vec<[f64; 2]>) {
        let padding = self.padding_of(x.len());
        let (first, last) = (x[0], x[x.len() - 1]);
        extended.clear();
        extended.extend(x[1..=padding].iter().rev().map(|&inner| self.outside(first, inner)));
        extended.extend_from_slice(x);
        extended.extend(x[x.len() - 1 - padding..x.len() - 1].iter().rev().map(|&inner| self.outside(last, inner)));

        let sections = self.sos.sections();
        for (direction, edge) in [(Direction::Forward, 0), (Direction::Backward, extended.len() - 1)] {
            let edge = extended[edge];
            z.clear();
            z.extend(self.steady.iter().map(|z| z.map(|z| z * edge)));
            biquad::sequential(sections, z, extended, direction);
        }
        y.copy_from_slice(&extended[padding..padding + x.len()]);
        if self.rectify == Rectify::FullWave {
            for value in y {
                *value = value.abs();
            }
        }
    }
}

/// Zero-phase filters one after the other, over a signal that is read once and written once.
///
/// The same as [`ZeroPhase::run`] filter by filter, but for rounding: all share one cut into lanes.
///
/// ```
/// use myovox::dsp::iir::{Band, Chain, Extension, Rectify, Workspace, ZeroPhase, butterworth};
/// use myovox::units::Rate;
/// let rate = Rate::new(2000.0)?;
/// let filter = |band| Ok::<_, myovox::Error>(ZeroPhase::new(butterworth(4, band, rate)?, Extension::Odd, None));
/// let band_pass = filter(Band::BandPass(20.0, 450.0))?.rectify(Rectify::FullWave);
/// let envelope = Chain::new(band_pass).then(filter(Band::LowPass(6.0))?);
/// let (x, mut y) = (vec![0.0; 1000], vec![1.0; 1000]);
/// envelope.run(&x, &mut y, &mut Workspace::default())?;
/// assert_eq!(y, x);
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Chain {
    filters: Vec<ZeroPhase>,
}

impl Chain {
    /// A chain of one filter.
    #[must_use]
    pub fn new(first: ZeroPhase) -> Self {
        Self { filters: vec![first] }
    }

    /// Adds a filter behind the others.
    #[must_use]
    pub fn then(mut self, filter: ZeroPhase) -> Self {
        self.filters.push(filter);
        self
    }

    /// The instruction set to use; all give the same bits.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.filters.iter_mut().for_each(|filter| filter.level = level);
        self
    }

    /// The filters, the first one first.
    pub fn filters(&self) -> &[ZeroPhase] {
        &self.filters
    }

    /// Filters `x` into `y`.
    ///
    /// # Errors
    /// As [`ZeroPhase::run`], for the longest extension of the filters.
    pub fn run(&self, x: &[f64], y: &mut [f64], workspace: &mut Workspace) -> Result<()> {
        self.filters.iter().try_for_each(|filter| filter.long_enough(x.len()))?;
        self.run_shortened(x, y, workspace)
    }

    /// As [`run`](Self::run), but a short signal is extended by as much as it has: its length less one.
    ///
    /// # Errors
    /// `dsp.length-differs` when `y` has another length than `x`.
    pub fn run_shortened(&self, x: &[f64], y: &mut [f64], workspace: &mut Workspace) -> Result<()> {
        run_all(&self.filters, x, y, workspace)
    }
}

fn run_all(filters: &[ZeroPhase], x: &[f64], y: &mut [f64], workspace: &mut Workspace) -> Result<()> {
    if x.len() != y.len() {
        let what = "output and input of a filter differ in length";
        return Err(Error::config("dsp.length-differs", what).found(y.len()).expected(x.len()));
    }
    if !x.is_empty() {
        chain(filters, x, y, workspace);
    }
    Ok(())
}

/// Runs `filters` one after the other, in lanes where the signal is long for each of them.
fn chain(filters: &[ZeroPhase], x: &[f64], y: &mut [f64], workspace: &mut Workspace) {
    let padding = filters.iter().map(|filter| filter.padding_of(x.len())).max().unwrap_or_default();
    let memory = filters.iter().map(|filter| filter.memory).max().unwrap_or_default();
    if x.len() / LANES_FROM_MEMORIES >= memory && x.len() / LANES_FROM_PADDINGS >= padding.max(LANES_FROM_PADDINGS) {
        in_lanes(filters, padding, x, y, workspace);
    } else {
        in_sequence(filters, x, y, workspace);
    }
}

fn in_sequence(filters: &[ZeroPhase], x: &[f64], y: &mut [f64], workspace: &mut Workspace) {
    let Workspace { extended, signal, z, .. } = workspace;
    let [first, others @ ..] = filters else { return };
    first.run_sequentially(x, y, extended, z);
    for filter in others {
        signal.clear();
        signal.extend_from_slice(y);
        filter.run_sequentially(signal, y, extended, z);
    }
}

/// `padding` is the longest of the filters'.
fn in_lanes(filters: &[ZeroPhase], padding: usize, x: &[f64], y: &mut [f64], workspace: &mut Workspace) {
    let Workspace { rows, states, .. } = workspace;
    let block = (x.len() + 2 * padding).div_ceil(LANES);
    rows.resize(block, Row::default());
    let lanes = InLanes { lanes: Lanes { block, shift: padding }, samples: x.len() };
    let (mut x, mut left) = (Some(x), filters.len());
    for filter in filters {
        left -= 1;
        if x.is_none() {
            lanes.extend(filter, rows);
        }
        lanes.forward(filter, x.take(), rows, states);
        lanes.backward(filter, rows, states, if left == 0 { Some(&mut *y) } else { None });
    }
}

/// Filters over eight blocks of time side by side. The first lane begins `shift` less the filter's padding rows later than the others, the
/// last ends earlier than they do; what stands there is never used.
struct InLanes {
    lanes: Lanes,
    samples: usize,
}

impl InLanes {
    /// First place of a filter's extended signal, and the place behind its last.
    fn ends(&self, filter: &ZeroPhase) -> (usize, usize) {
        let padding = filter.padding_of(self.samples);
        (self.lanes.shift - padding, self.lanes.shift + self.samples + padding)
    }

    /// Extends a signal that stands in rows.
    fn extend(&self, filter: &ZeroPhase, rows: &mut [Row]) {
        let (first, last) = (self.lanes.shift, self.lanes.shift + self.samples - 1);
        for k in 1..=filter.padding_of(self.samples) {
            let before = filter.outside(self.lanes.get(rows, first), self.lanes.get(rows, first + k));
            self.lanes.set(rows, first - k, before);
            let behind = filter.outside(self.lanes.get(rows, last), self.lanes.get(rows, last - k));
            self.lanes.set(rows, last + k, behind);
        }
    }

    /// From the first row to the last, over the rows of `x` where it is given.
    fn forward(&self, filter: &ZeroPhase, x: Option<&[f64]>, rows: &mut [Row], states: &mut Vec<State>) {
        let (sections, level) = (filter.sos.sections(), filter.level);
        let fill = |start: usize, rows: &mut [Row]| {
            let Some(x) = x else { return };
            let last = x.len() - 1;
            let (head, tail) = (x[0], x[last]);
            self.lanes.fill(level, x, start, rows, |index| match usize::try_from(index) {
                Err(_) => filter.outside(head, x.get(index.unsigned_abs()).copied().unwrap_or(head)),
                Ok(index) => filter.outside(tail, (2 * last).checked_sub(index).map_or(tail, |inner| x[inner])),
            });
        };
        let block = self.lanes.block;
        let memory = filter.memory.min(block);
        for (index, tile) in rows[block - memory..].chunks_mut(TILE).enumerate() {
            fill(block - memory + index * TILE, tile);
        }
        states.clear();
        states.resize(sections.len(), State::default());
        biquad::cascade(level, sections, states, &mut rows[block - memory..], Direction::Forward, Output::Discard);
        for state in states.iter_mut() {
            state.z0.0.rotate_right(1);
            state.z1.0.rotate_right(1);
        }

        let (first, _) = self.ends(filter);
        let mut start = 0;
        while start < block {
            // The first lane begins at row `first`; the rows of the warm-up are there already.
            let end = [first, block - memory, block].into_iter().filter(|&end| end > start).min().unwrap_or(block);
            let end = end.min(start + TILE);
            let tile = &mut rows[start..end];
            let streams = x.filter(|_| start < block - memory && start > first);
            if let Some(streams) = streams.and_then(|x| self.lanes.streams(x, start, tile.len())) {
                biquad::cascade_from(level, sections, states, streams, tile);
            } else {
                if start < block - memory {
                    fill(start, tile);
                }
                if start == first {
                    filter.set_steady(states, 0, tile[0].0[0]);
                }
                biquad::cascade(level, sections, states, tile, Direction::Forward, Output::Replace);
            }
            start = end;
        }
    }

    /// From the last row to the first, into `y` where it is given.
    fn backward(&self, filter: &ZeroPhase, rows: &mut [Row], states: &mut Vec<State>, mut y: Option<&mut [f64]>) {
        let (sections, level) = (filter.sos.sections(), filter.level);
        let block = self.lanes.block;
        let memory = filter.memory.min(block);
        states.clear();
        states.resize(sections.len(), State::default());
        biquad::cascade(level, sections, states, &mut rows[..memory], Direction::Backward, Output::Discard);
        for state in states.iter_mut() {
            state.z0.0.rotate_left(1);
            state.z1.0.rotate_left(1);
        }

        let (_, behind) = self.ends(filter);
        let last = behind - (LANES - 1) * block;
        let mut end = block;
        while end > 0 {
            let start = if end > last { last } else { 0 };
            let start = start.max(end.saturating_sub(TILE));
            let tile = &mut rows[start..end];
            if end == last {
                filter.set_steady(states, LANES - 1, tile[tile.len() - 1].0[LANES - 1]);
            }
            let streams = y.as_deref_mut().and_then(|y| self.lanes.streams_mut(y, start, tile.len()));
            if let Some(streams) = streams {
                biquad::cascade_to(level, sections, states, tile, filter.output(), streams);
            } else {
                biquad::cascade(level, sections, states, tile, Direction::Backward, filter.output());
                if let Some(y) = &mut y {
                    self.lanes.spill(level, tile, start, y);
                }
            }
            end = start;
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

    fn worst(got: &[f64], expected: &[f64]) -> f64 {
        let largest = expected.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        got.iter().zip(expected).fold(0.0, |m: f64, (a, b)| m.max((a - b).abs())) / largest
    }

    /// The worst difference between cutting time into lanes and the sequential order is rounding noise, whatever the length's remainder.
    #[test]
    fn lanes_differ_from_the_sequential_order_by_rounding_only() {
        for band in [Band::BandPass(20.0, 450.0), Band::LowPass(6.0), Band::HighPass(20.0), Band::BandStop(45.0, 55.0)]
        {
            let filters = [filter(band)];
            for extra in 0..9 {
                let x = noise(LANES_FROM_MEMORIES * filters[0].memory + extra);
                let (mut lanes, mut sequential) = (vec![0.0; x.len()], vec![0.0; x.len()]);
                in_lanes(&filters, filters[0].padding, &x, &mut lanes, &mut Workspace::default());
                in_sequence(&filters, &x, &mut sequential, &mut Workspace::default());
                assert!(worst(&lanes, &sequential) <= 5e-13, "{band:?}: {:e}", worst(&lanes, &sequential));
            }
        }
    }

    #[test]
    fn a_chain_is_its_filters_one_after_the_other() {
        let band = filter(Band::BandPass(20.0, 450.0)).rectify(Rectify::FullWave);
        for extension in [Extension::Odd, Extension::Even, Extension::Constant, Extension::None] {
            let low = ZeroPhase::new(filter(Band::LowPass(6.0)).sos.clone(), extension, Some(900));
            let chain = Chain::new(band.clone()).then(low.clone());
            for n in [1000, 9000, 48_000, 60_001] {
                let x = noise(n);
                let (mut between, mut expected, mut got) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
                band.run(&x, &mut between, &mut Workspace::default()).unwrap();
                low.run(&between, &mut expected, &mut Workspace::default()).unwrap();
                let mut workspace = Workspace::default();
                chain.run(&noise(50_000), &mut vec![0.0; 50_000], &mut workspace).unwrap(); // buffers that were used before
                chain.run(&x, &mut got, &mut workspace).unwrap();
                assert!(worst(&got, &expected) <= 5e-13, "{extension:?} {n}: {:e}", worst(&got, &expected));
            }
        }
        let chain = Chain::new(band).then(filter(Band::LowPass(6.0)));
        let error = chain.run(&noise(27), &mut [0.0; 27], &mut Workspace::default()).unwrap_err();
        assert_eq!(error.code(), "dsp.signal-too-short");
    }

    #[test]
    fn all_levels_give_the_same_bits() {
        let x = noise(40_000);
        for rectify in [Rectify::No, Rectify::FullWave] {
            let run = |level| {
                let mut y = vec![0.0; x.len()];
                let filter = filter(Band::BandPass(20.0, 450.0)).rectify(rectify);
                let filter = Chain::new(filter).then(self::filter(Band::LowPass(8.0))).level(level);
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
