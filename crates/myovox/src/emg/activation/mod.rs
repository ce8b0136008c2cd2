//! Activations: every stretch in which a muscle is more than at rest, with the time of its edges and how sure that is.
//!
//! In comes a band-passed signal, NaN inside gaps; nothing else, above all no rest interval and no signal-to-noise ratio. The way:
//!
//! 1. `energy`: rest is the lowest mode of the signal's level, found; mean squares over a short and a long window are compared with what
//!    chi-square noise of that level reaches, with hysteresis. Runs are merged, then short ones dropped. The signal is high-passed for this, at
//!    60 Hz, where heart beats have no power.
//! 2. `weighing`: the spectra of rest and activity say how much each frequency tells; a filter weighs them so, which is what the likelihood
//!    ratio of two Gaussian processes asks for.
//! 3. `edge`: around each rough edge the likelihood of every start and every duration of the rise (0, the step, to 290 ms, amplitude rising
//!    linearly as in Staude 2001) is computed; how long rises are is learnt from all edges of the recording together. The edge is the median
//!    of what is then probable, its interval holds 95 %.
//!
//! Everything scales with the signal: volts and microvolts give the same samples. All arithmetic is in a fixed order: the same bits on every
//! instruction set.

mod edge;
mod energy;
mod weighing;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use edge::{Edge, EdgeModel};
pub(super) use edge::{Refiner, Side};
pub(super) use energy::{SILENCE, chi_square_ratio};

use crate::config::{config, within};
use crate::dsp::iir::{Band, Extension, Workspace, ZeroPhase, butterworth};
use crate::error::Result;
use crate::simd::Level;
use crate::units::{Rate, Span};

config! {
    /// What counts as an activation.
    pub struct ActivationConfig {
        /// How far the level must exceed rest to begin an activation, in standard normal deviates of its chi-square distribution. Default 6: at 5
        /// simulated noise begins one in twenty minutes, at 6 none in forty.
        on_deviates: f64 = 6.0,
        /// How far it must exceed rest to go on. Default 1.5: the lower, the nearer to its foot a slow rise is first looked for.
        off_deviates: f64 = 1.5,
        /// The short window of the level, in ms. Default 60.
        short_ms: f64 = 60.0,
        /// The long window, which sees weak activations, in ms. Default 200.
        long_ms: f64 = 200.0,
        /// Activations closer than this are one, in ms. Default 100, as for gait.
        merge_ms: f64 = 100.0,
        /// Shortest activation in ms. Default 60: the short window, within which nothing is resolved; Bonato et al. 1998 drop below 30.
        minimum_ms: f64 = 60.0,
        /// What lies below this frequency does not begin an activation, in Hz. Default 60: the QRS complex of the heart has less than a
        /// thousandth of its power above.
        high_pass_hz: f64 = 60.0,
    }
}

impl ActivationConfig {
    pub(super) fn check(&self) -> Result<()> {
        let field = |name: &str| format!("emg.activation.{name}");
        within(&field("on_deviates"), self.on_deviates, 1.0..=100.0)?;
        within(&field("off_deviates"), self.off_deviates, 0.0..=self.on_deviates)?;
        within(&field("short_ms"), self.short_ms, 10.0..=1000.0)?;
        within(&field("long_ms"), self.long_ms, self.short_ms..=10_000.0)?;
        within(&field("merge_ms"), self.merge_ms, 0.0..=60_000.0)?;
        within(&field("minimum_ms"), self.minimum_ms, 0.0..=60_000.0)?;
        within(&field("high_pass_hz"), self.high_pass_hz, 1.0..=1000.0)
    }
}

/// A stretch of activity. The offset is the first sample after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Activation {
    /// First sample.
    pub onset: usize,
    /// The sample after the last.
    pub offset: usize,
    /// First sample, in seconds.
    pub onset_s: f64,
    /// The sample after the last, in seconds.
    pub offset_s: f64,
    /// How the onset was placed; `null` where the activation begins with the recording or a gap, whose time is then given.
    pub onset_edge: Option<Edge>,
    /// How the offset was placed; `null` where the activation ends with the recording or a gap.
    pub offset_edge: Option<Edge>,
    /// Probability that each edge that was placed lies within 20 ms of the true one, if rises are such as the method knows; `null` where no edge
    /// was placed.
    pub confidence: Option<f64>,
    /// What to keep in mind: `starts_before` and `ends_after` the recording, `touches_gap`.
    pub flags: Vec<String>,
}

/// Finds activations in signals of one rate and band.
#[derive(Clone, Debug)]
pub struct Detector {
    config: ActivationConfig,
    rate: Rate,
    level: Level,
    high_pass: ZeroPhase,
    /// From the high-pass to the band's upper edge, in Hz.
    width_hz: f64,
    /// Impulse response of the band-pass that the signal went through.
    response: Vec<f64>,
}

/// The activations of one signal, and what placed them.
#[derive(Clone, Debug, Default)]
pub(super) struct Found<'a> {
    pub(super) activations: Vec<Activation>,
    /// Places further edges of the same signal.
    pub(super) refiner: Option<Refiner<'a>>,
}

/// Response of a zero-phase filter that is kept to either side, in s.
const RESPONSE_S: f64 = 0.06;

impl Detector {
    /// For signals that `band_pass` has filtered, whose upper edge is `high_hz`.
    ///
    /// # Errors
    /// `config.out-of-range` for a setting outside its range; `dsp.filter-edge` where the rate cannot hold the high-pass.
    pub fn new(
        config: &ActivationConfig,
        band_pass: &ZeroPhase,
        high_hz: f64,
        rate: Rate,
        level: Level,
    ) -> Result<Self> {
        config.check()?;
        // A low rate leaves little above 60 Hz.
        let edge = config.high_pass_hz.min(0.3 * high_hz);
        let high_pass = ZeroPhase::new(butterworth(4, Band::HighPass(edge), rate)?, Extension::Odd, None).level(level);
        let response = impulse_response(band_pass, rate)?;
        Ok(Self { config: config.clone(), rate, level, high_pass, width_hz: high_hz - edge, response })
    }

    /// The activations of a band-passed signal, NaN inside gaps. `rest` says where the muscle rests, in samples; where it is empty, rest is
    /// found.
    ///
    /// # Errors
    /// None for a signal that the band-pass has taken.
    pub fn run(
        &self,
        signal: &[f64],
        rest: &[std::ops::Range<usize>],
        workspace: &mut Workspace,
    ) -> Result<Vec<Activation>> {
        self.find(signal, rest, workspace).map(|found| found.activations)
    }

    pub(super) fn find<'a>(
        &self,
        signal: &'a [f64],
        rest: &[std::ops::Range<usize>],
        workspace: &mut Workspace,
    ) -> Result<Found<'a>> {
        let high = self.high_passed(signal, workspace)?;
        let Some(levels) = energy::Levels::new(&high, self.rate, self.width_hz, &self.config, rest) else {
            return Ok(Found::default());
        };
        let spans = levels.spans(&self.config);
        if spans.is_empty() {
            return Ok(Found::default());
        }
        let by = (self.rate, self.level);
        let weighed = weighing::weigh(signal, &levels, &spans, &self.response, by);
        let mut refiner = Refiner::new(signal, weighed, by);
        let edges = refiner.learn(&spans);
        let activations = spans.iter().zip(edges).map(|(span, edges)| self.activation(signal, span, edges)).collect();
        Ok(Found { activations, refiner: Some(refiner) })
    }

    /// Where the muscle rests in a band-passed signal, in samples; nothing where nothing can be told from activity.
    pub(super) fn rest(&self, signal: &[f64], workspace: &mut Workspace) -> Result<Vec<std::ops::Range<usize>>> {
        Ok(energy::find_rest(&self.high_passed(signal, workspace)?, self.rate, self.width_hz))
    }

    fn high_passed(&self, signal: &[f64], workspace: &mut Workspace) -> Result<Vec<f64>> {
        let mut high = vec![f64::NAN; signal.len()];
        for stretch in stretches(signal) {
            self.high_pass.run_shortened(&signal[stretch.clone()], &mut high[stretch], workspace)?;
        }
        Ok(high)
    }

    fn activation(
        &self,
        signal: &[f64],
        span: &std::ops::Range<usize>,
        (onset_edge, offset_edge): (Option<Edge>, Option<Edge>),
    ) -> Activation {
        let at = |edge: &Option<Edge>, rough: usize| edge.as_ref().map_or(rough, |edge| edge.sample).min(signal.len());
        let onset = at(&onset_edge, span.start).min(span.end - 1);
        let offset = at(&offset_edge, span.end).max(onset + 1);
        let Span { start_s: onset_s, end_s: offset_s, .. } = Span::new(onset, offset, self.rate);
        let flags = [
            ("starts_before", span.start == 0),
            ("ends_after", span.end == signal.len()),
            (
                "touches_gap",
                (onset_edge.is_none() && span.start > 0)
                    || (offset_edge.is_none() && span.end < signal.len())
                    || signal[span.clone()].iter().any(|v| v.is_nan()),
            ),
        ];
        let confidence = confidence(onset_edge.as_ref(), offset_edge.as_ref());
        let flags = flags.iter().filter(|(_, set)| *set).map(|(name, _)| (*name).to_owned()).collect();
        Activation { onset, offset, onset_s, offset_s, onset_edge, offset_edge, confidence, flags }
    }
}

/// Probability that the edges that were placed lie within 20 ms.
pub(super) fn confidence(onset: Option<&Edge>, offset: Option<&Edge>) -> Option<f64> {
    [onset, offset].into_iter().flatten().map(|edge| edge.within_20_ms).reduce(|a, b| a * b)
}

/// Stretches of values between NaN.
pub(super) fn stretches(signal: &[f64]) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    for (i, v) in signal.iter().enumerate() {
        match (start, v.is_nan()) {
            (None, false) => start = Some(i),
            (Some(from), true) => {
                found.push(from..i);
                start = None;
            }
            _ => {}
        }
    }
    found.extend(start.map(|from| from..signal.len()));
    found
}

/// The response of a zero-phase filter to a unit impulse, as far to either side as matters for edges.
fn impulse_response(filter: &ZeroPhase, rate: Rate) -> Result<Vec<f64>> {
    let half = rate.samples_of_ms(1000.0 * RESPONSE_S);
    let middle = 4 * half;
    let mut impulse = vec![0.0; 2 * middle + 1];
    impulse[middle] = 1.0;
    let mut response = vec![0.0; impulse.len()];
    filter.run_shortened(&impulse, &mut response, &mut Workspace::default())?;
    Ok(response[middle - half..=middle + half].to_vec())
}
