//! Fundamental frequency by autocorrelation, estimator `praat`: P. Boersma, "Accurate short-term analysis of the fundamental frequency and the
//! harmonics-to-noise ratio of a sampled sound", Proc. Institute of Phonetic Sciences 17, 1993.
//!
//! What comes in is one channel; what goes out is a [`PitchTrack`]: per frame the fundamental, or NaN where the voice does not vibrate.
//!
//! 1. A frame of three periods of the floor, less its mean, is weighted by a Hann window. Its autocorrelation, divided by the window's, has a
//!    maximum at every lag that could be a period.
//! 2. Each maximum is placed between the samples by interpolation with windowed sinc functions of 70 samples to either side. Heights above 1
//!    that interpolation makes are reflected to `1 / r`.
//! 3. A frame's candidates are its maxima, with the strength `r - octave_cost log2(ceiling / f)`, and "unvoiced", whose strength grows where the
//!    frame is quiet beside the recording's peak: `voicing_threshold + max(0, 2 - (local peak / peak) (1 + voicing_threshold) / silence_threshold)`.
//! 4. The path of greatest strength less the costs of octave jumps and of changes between voiced and unvoiced is found by dynamic programming.
//!
//! Where the paper leaves a choice, the one is taken that agrees with Praat 6.1.38 from outside on the shared speech: the octave cost counts from
//! the ceiling, the mean is that of one floor period to either side, the local peak is that of the weighted frame within half a floor period of
//! its middle (of the unweighted one, 22 of the
//! 5952 frames differ in voicing or by more than 0.1 %; so, 5), the window reaches zero at its ends.
//! Times count as the paper's program counts them: sample `i` stands at `(i + 1/2) / rate`, frames lie symmetrically about the recording's middle.
//!
//! For speed, maxima that no path can take are not refined: replacing a candidate by "unvoiced" costs two changes at most, so one that is weaker
//! than "unvoiced" by more than these never wins. Frames so quiet that this holds for a strength of 1 need no autocorrelation.

use std::f64::consts::PI;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::frames::TimeBase;
use super::reduce::{self, dot, mean, peak};
use super::{floor_usize, out_of_range, require, usable};
use crate::config::{Auto, config};
use crate::dsp::fft::{Buffers, Planner, RealFft};
use crate::dsp::math;
use crate::dsp::window::{Sampling, Shape};
use crate::error::Result;
use crate::units::Rate;
use crate::warning::Warning;

/// The method by which the fundamental is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Estimator {
    /// Raw autocorrelation as in Praat 6.1 ("To Pitch (ac)").
    #[default]
    Praat,
}

config! {
    /// How the fundamental is found; defaults are those of Praat 6.1's "To Pitch (ac)".
    pub struct PitchConfig {
        /// The method. Default `praat`.
        estimator: Estimator = Estimator::Praat,
        /// Lowest fundamental in Hz, 10 or more. The window is three of its periods: a lower floor blurs quick changes. Default 75.
        floor_hz: f64 = 75.0,
        /// Highest fundamental in Hz, above the floor. Lowered to half the rate where that is less. Default 600.
        ceiling_hz: f64 = 600.0,
        /// Time between frames in seconds, 0.0005 to 1. Auto: three quarters of the floor's period (0.01 at 75 Hz).
        time_step_s: Auto<f64> = Auto::Auto,
        /// Candidates per frame, "unvoiced" included, 2 to 100. Default 15.
        max_candidates: usize = 15,
        /// Frames whose peak is below this share of the recording's tend to be unvoiced, 0 to 1. Default 0.03.
        silence_threshold: f64 = 0.03,
        /// Strength of "unvoiced", 0 to 1: higher finds fewer voiced frames. Default 0.45.
        voicing_threshold: f64 = 0.45,
        /// Favour for high fundamentals per octave, 0 to 1: against an octave too low. Default 0.01.
        octave_cost: f64 = 0.01,
        /// Cost of a jump by an octave in 10 ms, 0 to 10. Default 0.35.
        octave_jump_cost: f64 = 0.35,
        /// Cost of a change between voiced and unvoiced in 10 ms, 0 to 10. Default 0.14.
        voiced_unvoiced_cost: f64 = 0.14,
    }
}

/// The pitch analysis that will be made, every number fixed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct PitchPlan {
    /// The method.
    pub estimator: Estimator,
    /// Lowest fundamental.
    pub floor_hz: f64,
    /// Highest fundamental.
    pub ceiling_hz: f64,
    /// Time between frames.
    pub time_step_s: f64,
    /// Length of a frame: three periods of the floor.
    pub window_s: f64,
    /// Candidates per frame, "unvoiced" included.
    pub max_candidates: usize,
    /// Share of the recording's peak below which a frame tends to be unvoiced.
    pub silence_threshold: f64,
    /// Strength of "unvoiced".
    pub voicing_threshold: f64,
    /// Favour for high fundamentals per octave.
    pub octave_cost: f64,
    /// Cost of a jump by an octave from frame to frame.
    pub octave_jump_cost: f64,
    /// Cost of a change between voiced and unvoiced from frame to frame.
    pub voiced_unvoiced_cost: f64,
}

/// The fundamental over time.
#[derive(Clone, Debug, PartialEq)]
pub struct PitchTrack {
    /// The fundamental in Hz; NaN where unvoiced.
    pub f0_hz: Vec<f64>,
    /// Height of the autocorrelation at the fundamental's period, 0 to 1; NaN where unvoiced.
    pub strength: Vec<f64>,
    /// Times of the frames' middles from the left edge of the first sample, which lies half a sample before the sample itself.
    pub time: TimeBase,
}

/// The fundamental of one channel.
///
/// ```
/// use myovox::dsp::math;
/// use myovox::units::Rate;
/// use myovox::voice::pitch::{self, PitchConfig};
/// let y: Vec<f64> = (0..8000).map(|i| math::sin(f64::from(i) * 2.0 * std::f64::consts::PI * 150.0 / 8000.0)).collect();
/// let track = pitch::pitch(&y, Rate::new(8000.0)?, &PitchConfig::default())?;
/// assert!((track.f0_hz[40] - 150.0).abs() < 0.03);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `config.out-of-range` names a setting that is out of range; `voice.no-samples` and `voice.samples-unusable` as in [`analyze`](super::analyze).
pub fn pitch(samples: &[f64], rate: Rate, config: &PitchConfig) -> Result<PitchTrack> {
    usable(samples)?;
    let pitch = Pitch::new(config, rate, &mut Planner::new(), &mut Vec::new())?;
    Ok(pitch.track(samples, &mut pitch.workspace()))
}

/// Samples to either side that the sinc interpolation sees.
const DEPTH: usize = 70;
/// Places between two samples at which the interpolation is tabulated; a parabola finds the rest.
const PHASES: usize = 64;
/// By how much interpolation can raise a maximum over what a parabola through its samples says, generously.
const OVERSHOOT: f64 = 1.6;
/// Where the recording's peak about its mean is below this share of its largest sample, it is rounding.
const ROUNDING: f64 = 1e-13;

/// A planned pitch analysis.
#[derive(Clone, Debug)]
pub(super) struct Pitch {
    plan: PitchPlan,
    rate: Rate,
    fft: RealFft,
    window: Vec<f64>,
    /// `1 / r_w(lag)`, from lag 0 to the last that interpolation needs.
    inverse_window: Vec<f64>,
    /// Lags between which a maximum can be a period.
    lags: (usize, usize),
    sinc: Vec<[f64; 2 * DEPTH]>,
}

/// Memory for one analysis at a time.
#[derive(Debug)]
pub(super) struct PitchWorkspace {
    buffers: Buffers,
    /// Normalised autocorrelation, mirrored about lag 0, and zeros where interpolation reaches further.
    correlation: Vec<f64>,
    maxima: Vec<Maximum>,
    candidates: Vec<Candidate>,
    /// Where each frame's candidates begin.
    begins: Vec<usize>,
    scores: Vec<f64>,
    back: Vec<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Maximum {
    lag: usize,
    at: f64,
    height: f64,
}

/// `f0` is 0 for "unvoiced".
#[derive(Clone, Copy, Debug)]
struct Candidate {
    f0: f64,
    octave: f64,
    height: f64,
    strength: f64,
}

impl Pitch {
    pub(super) fn new(
        config: &PitchConfig,
        rate: Rate,
        planner: &mut Planner,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self> {
        let plan = resolve(config, rate, warnings)?;
        let half = floor_usize(plan.window_s * rate.hz() / 2.0).max(2);
        let length = 2 * half;
        let window = Shape::Hann.window(length, Sampling::Symmetric);
        let last = floor_usize(rate.hz() / plan.floor_hz) + 1;
        let lags = (floor_usize(rate.hz() / plan.ceiling_hz).max(2), last);
        // Beyond 0.6 windows hardly a sample pair is left to correlate.
        let reach = (last + DEPTH + 2).min(length * 3 / 5).max(last + 1).min(length - 1);
        let fft = planner.plan((length + reach).next_power_of_two());
        let mut buffers = fft.buffers();
        buffers.time_mut()[..length].copy_from_slice(&window);
        autocorrelate(&fft, &mut buffers);
        let zero = buffers.time()[0];
        let inverse_window = buffers.time()[..=reach].iter().map(|r| zero / r).collect();
        Ok(Self { plan, rate, fft, window, inverse_window, lags, sinc: sinc_table() })
    }

    pub(super) fn plan(&self) -> &PitchPlan {
        &self.plan
    }

    pub(super) fn workspace(&self) -> PitchWorkspace {
        PitchWorkspace {
            buffers: self.fft.buffers(),
            correlation: vec![0.0; 2 * self.centre() + 1],
            maxima: Vec::new(),
            candidates: Vec::new(),
            begins: Vec::new(),
            scores: Vec::new(),
            back: Vec::new(),
        }
    }

    /// Index of lag 0 in [`PitchWorkspace::correlation`]: room for the taps of the first and the last lag.
    fn centre(&self) -> usize {
        self.lags.1 + DEPTH + 2
    }

    /// Where the frames lie: their number and times.
    pub(super) fn frames(&self, samples: usize) -> (usize, TimeBase) {
        let (duration, step) = (samples as f64 / self.rate.hz(), self.plan.time_step_s);
        let room = (duration - self.plan.window_s) / step;
        // A whole number of steps may come out a rounding error short.
        let count = if room < -1e-9 || samples < self.window.len() { 0 } else { floor_usize(room + 1e-9) + 1 };
        let t0_s = duration / 2.0 - (count.max(1) - 1) as f64 * step / 2.0;
        (count, TimeBase { t0_s, dt_s: step })
    }

    pub(super) fn track(&self, samples: &[f64], workspace: &mut PitchWorkspace) -> PitchTrack {
        let (count, time) = self.frames(samples.len());
        let (peak, largest) = (peak(samples, mean(samples)), peak(samples, 0.0));
        let mut track = PitchTrack { f0_hz: vec![f64::NAN; count], strength: vec![f64::NAN; count], time };
        if count == 0 || peak <= ROUNDING * largest {
            return track;
        }
        workspace.candidates.clear();
        workspace.begins.clear();
        for k in 0..count {
            workspace.begins.push(workspace.candidates.len());
            let middle = floor_usize((time.time_s(k) * self.rate.hz() - 0.5 + 1e-6).max(0.0));
            self.candidates(samples, middle, peak, workspace);
        }
        workspace.begins.push(workspace.candidates.len());
        self.best_path(workspace, &mut track);
        track
    }

    /// Appends the candidates of the frame whose middle lies between samples `middle` and `middle + 1`; the first is "unvoiced".
    fn candidates(&self, samples: &[f64], middle: usize, peak: f64, workspace: &mut PitchWorkspace) {
        let (half, period) = (self.window.len() / 2, self.lags.1 - 1);
        let local = &samples[(middle + 1).saturating_sub(period)..(middle + 1 + period).min(samples.len())];
        let mean = mean(local);
        let start = (middle + 1).saturating_sub(half).min(samples.len() - self.window.len());
        let (frame, rest) = workspace.buffers.time_mut().split_at_mut(self.window.len());
        for ((value, sample), weight) in frame.iter_mut().zip(&samples[start..]).zip(&self.window) {
            *value = (sample - mean) * weight;
        }
        rest.fill(0.0);
        let core = half.saturating_sub(period / 2)..half + period / 2;
        let local_peak = reduce::peak(&frame[core], 0.0);
        let plan = &self.plan;
        let quiet = 2.0 - (local_peak / peak) * (1.0 + plan.voicing_threshold) / plan.silence_threshold;
        let unvoiced = plan.voicing_threshold + quiet.max(0.0);
        workspace.candidates.push(Candidate { f0: 0.0, octave: 0.0, height: 0.0, strength: unvoiced });
        let hopeless = unvoiced - 2.0 * plan.voiced_unvoiced_cost;
        if hopeless > 1.0 || local_peak == 0.0 {
            return;
        }
        autocorrelate(&self.fft, &mut workspace.buffers);
        let energy = workspace.buffers.time()[0];
        if energy <= 0.0 {
            return;
        }
        let centre = self.centre();
        let scale = 1.0 / energy;
        for (lag, (r, inverse)) in workspace.buffers.time().iter().zip(&self.inverse_window).enumerate() {
            let value = r * scale * inverse;
            workspace.correlation[centre + lag] = value;
            workspace.correlation[centre - lag] = value;
        }
        self.maxima(workspace, hopeless);
        for maximum in &workspace.maxima {
            let (lag, height) = self.refine(&workspace.correlation, maximum);
            let f0 = self.rate.hz() / lag;
            if f0 < plan.floor_hz || f0 > plan.ceiling_hz {
                continue;
            }
            let height = if height > 1.0 { 1.0 / height } else { height };
            let octave = math::log2(plan.ceiling_hz / f0);
            workspace.candidates.push(Candidate { f0, octave, height, strength: height - plan.octave_cost * octave });
        }
    }

    /// The maxima of the correlation that a path could take, placed by parabolas: the strongest, as many as candidates are kept.
    fn maxima(&self, workspace: &mut PitchWorkspace, hopeless: f64) {
        let PitchWorkspace { correlation, maxima, .. } = workspace;
        maxima.clear();
        let centre = self.centre();
        for lag in self.lags.0..=self.lags.1 {
            let (before, here, after) =
                (correlation[centre + lag - 1], correlation[centre + lag], correlation[centre + lag + 1]);
            if !(here > before && here >= after) {
                continue;
            }
            let (offset, height) = parabola(before, here, after);
            if height * OVERSHOOT < hopeless {
                continue;
            }
            maxima.push(Maximum { lag, at: lag as f64 + offset, height });
        }
        let keep = self.plan.max_candidates - 1;
        if maxima.len() > keep {
            let strength =
                |m: &Maximum| m.height - self.plan.octave_cost * math::log2(self.plan.floor_hz * m.at / self.rate.hz());
            maxima.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
            maxima.truncate(keep);
        }
    }

    /// Place and height of a maximum by sinc interpolation: the best tabulated place near the parabola's, then a parabola through its neighbours.
    fn refine(&self, correlation: &[f64], maximum: &Maximum) -> (f64, f64) {
        let first = (maximum.lag - 1) * PHASES;
        let last = (maximum.lag + 1) * PHASES;
        let value = |place: usize| self.interpolate(correlation, place);
        let mut place = floor_usize((maximum.at * PHASES as f64).round()).clamp(first, last);
        let (mut before, mut here, mut after) = (value(place - 1), value(place), value(place + 1));
        while after > here && place < last {
            place += 1;
            (before, here, after) = (here, after, value(place + 1));
        }
        while before > here && place > first {
            place -= 1;
            (before, here, after) = (value(place - 1), before, here);
        }
        if here < before || here < after {
            return (maximum.at, maximum.height);
        }
        let (offset, height) = parabola(before, here, after);
        ((place as f64 + offset) / PHASES as f64, height)
    }

    /// The correlation at lag `place / PHASES`.
    fn interpolate(&self, correlation: &[f64], place: usize) -> f64 {
        let left = self.centre() + place / PHASES + 1 - DEPTH;
        let weights = &self.sinc[place % PHASES];
        dot(weights, &correlation[left..left + 2 * DEPTH])
    }

    /// Dynamic programming over the frames' candidates.
    fn best_path(&self, workspace: &mut PitchWorkspace, track: &mut PitchTrack) {
        let PitchWorkspace { candidates, begins, scores, back, .. } = workspace;
        scores.clear();
        scores.extend(candidates.iter().map(|c| c.strength));
        back.clear();
        back.resize(candidates.len(), 0);
        for window in begins.windows(3) {
            let [before, now, end] = *window else { continue };
            for i in now..end {
                let reach = |j: usize| scores[j] - self.transition(&candidates[j], &candidates[i]);
                let (mut best, mut best_score) = (before, reach(before));
                for j in before + 1..now {
                    let score = reach(j);
                    if score > best_score {
                        (best, best_score) = (j, score);
                    }
                }
                scores[i] += best_score;
                back[i] = best;
            }
        }
        let Some(&[begin, end]) = begins.last_chunk::<2>() else { return };
        let mut i = (begin..end).reduce(|a, b| if scores[b] > scores[a] { b } else { a }).unwrap_or(begin);
        for k in (0..track.f0_hz.len()).rev() {
            if candidates[i].f0 > 0.0 {
                track.f0_hz[k] = candidates[i].f0;
                track.strength[k] = candidates[i].height;
            }
            i = back[i];
        }
    }

    fn transition(&self, from: &Candidate, to: &Candidate) -> f64 {
        match (from.f0 > 0.0, to.f0 > 0.0) {
            (true, true) => self.plan.octave_jump_cost * (from.octave - to.octave).abs(),
            (false, false) => 0.0,
            _ => self.plan.voiced_unvoiced_cost,
        }
    }
}

fn resolve(config: &PitchConfig, rate: Rate, warnings: &mut Vec<Warning>) -> Result<PitchPlan> {
    let nyquist = rate.hz() / 2.0;
    let within = |name: &str, value: f64, low: f64, high: f64| {
        require((low..=high).contains(&value), || {
            out_of_range(&format!("voice.pitch.{name}"), value, format!("{low} to {high}"))
        })
    };
    within("floor_hz", config.floor_hz, 10.0, nyquist / 2.0)?;
    require(config.ceiling_hz > config.floor_hz && config.ceiling_hz.is_finite(), || {
        out_of_range("voice.pitch.ceiling_hz", config.ceiling_hz, format!("above floor_hz, {} Hz", config.floor_hz))
    })?;
    let step = config.time_step_s.or(0.75 / config.floor_hz);
    within("time_step_s", step, 0.0005, 1.0)?;
    within("max_candidates", config.max_candidates as f64, 2.0, 100.0)?;
    within("silence_threshold", config.silence_threshold, 1e-9, 1.0)?;
    within("voicing_threshold", config.voicing_threshold, 0.0, 1.0)?;
    within("octave_cost", config.octave_cost, 0.0, 1.0)?;
    within("octave_jump_cost", config.octave_jump_cost, 0.0, 10.0)?;
    within("voiced_unvoiced_cost", config.voiced_unvoiced_cost, 0.0, 10.0)?;
    if config.ceiling_hz > nyquist {
        let what = format!("the ceiling of {} Hz is lowered to half the rate, {nyquist} Hz", config.ceiling_hz);
        warnings.push(Warning::new("voice.pitch-ceiling-clamped", what).field("voice.pitch.ceiling_hz"));
    }
    let per_step = 0.01 / step;
    Ok(PitchPlan {
        estimator: config.estimator,
        floor_hz: config.floor_hz,
        ceiling_hz: config.ceiling_hz.min(nyquist),
        time_step_s: step,
        window_s: 3.0 / config.floor_hz,
        max_candidates: config.max_candidates,
        silence_threshold: config.silence_threshold,
        voicing_threshold: config.voicing_threshold,
        octave_cost: config.octave_cost,
        octave_jump_cost: config.octave_jump_cost * per_step,
        voiced_unvoiced_cost: config.voiced_unvoiced_cost * per_step,
    })
}

/// The samples in `buffers` become their circular autocorrelation, times the transform's length.
fn autocorrelate(fft: &RealFft, buffers: &mut Buffers) {
    fft.forward(buffers);
    buffers.spectrum_to_power();
    fft.inverse(buffers);
}

/// Offset and height of the top of the parabola through three equidistant values, the middle one the largest.
fn parabola(before: f64, here: f64, after: f64) -> (f64, f64) {
    let slope = (after - before) / 2.0;
    let bend = 2.0 * here - before - after;
    if bend <= 0.0 {
        return (0.0, here);
    }
    (slope / bend, here + slope * slope / (2.0 * bend))
}

/// For each phase the weights of the 140 samples around: sinc functions under a Hann taper.
fn sinc_table() -> Vec<[f64; 2 * DEPTH]> {
    (0..PHASES)
        .map(|phase| {
            let fraction = phase as f64 / PHASES as f64;
            std::array::from_fn(|j| {
                let distance = fraction + (DEPTH as f64 - 1.0) - j as f64;
                if distance == 0.0 {
                    return 1.0;
                }
                let taper = 0.5 + 0.5 * math::cos(PI * distance / (DEPTH as f64 + 0.5));
                math::sin(PI * distance) / (PI * distance) * taper
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(config: &PitchConfig, hz: f64) -> Result<(Pitch, Vec<Warning>)> {
        let mut warnings = Vec::new();
        let pitch = Pitch::new(config, Rate::new(hz)?, &mut Planner::new(), &mut warnings)?;
        Ok((pitch, warnings))
    }

    #[test]
    fn interpolation_passes_through_the_samples_and_follows_a_tone_between_them() {
        let (pitch, _) = planned(&PitchConfig::default(), 16000.0).unwrap();
        let centre = pitch.centre();
        let tone = |lag: f64| math::cos(0.9 * lag);
        let correlation: Vec<f64> = (0..=2 * centre).map(|i| tone(i as f64 - centre as f64)).collect();
        for place in [40 * PHASES, 41 * PHASES + 13, 200 * PHASES + 63] {
            let exact = tone(place as f64 / PHASES as f64);
            approx::assert_abs_diff_eq!(pitch.interpolate(&correlation, place), exact, epsilon = 2e-5);
        }
    }

    #[test]
    fn a_parabola_has_its_top_where_it_is() {
        let (offset, height) = parabola(1.0 - 1.44, 1.0 - 0.04, 1.0 - 0.64);
        approx::assert_abs_diff_eq!(offset, 0.2, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(height, 1.0, epsilon = 1e-12);
    }

    #[test]
    fn a_ceiling_above_half_the_rate_is_lowered_with_a_warning_and_bad_settings_are_named() {
        let (pitch, warnings) = planned(&PitchConfig::default(), 1000.0).unwrap();
        assert_eq!((pitch.plan.ceiling_hz, warnings[0].code.as_ref()), (500.0, "voice.pitch-ceiling-clamped"));
        let line = planned(&PitchConfig::default().floor_hz(-1.0), 8000.0).unwrap_err().to_string();
        assert!(
            line.starts_with("voice.pitch.floor_hz: ") && line.ends_with("found -1, expected 10 to 2000"),
            "{line}"
        );
        assert!(planned(&PitchConfig::default().ceiling_hz(70.0), 8000.0).is_err());
        assert!(planned(&PitchConfig::default().max_candidates(1), 8000.0).is_err());
    }
}
