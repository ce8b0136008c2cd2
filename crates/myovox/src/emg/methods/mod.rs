//! The detectors of the literature, each under its name and with its published defaults, and the prior clinical application's ([`compat`]).
//!
//! They are here to be compared with; [`activation`](super::activation) is the one to use. What they share is not the literature's:
//!
//! - In comes a channel as it was recorded. Gaps, plateaus and spikes are bridged or cut as everywhere in this room, and the stretches between
//!   band-passed (20 Hz to 450 Hz or 0.45 of the rate), before anything is estimated: no spike sets a threshold. `compat` alone takes the samples
//!   as they are.
//! - Rest, from which most take mean and standard deviation of their own test signal, is found where it is not given, by the search of the
//!   default detector. A channel without any (silence, nothing) has no activation.
//! - Onset **and** offset: the published rules give onsets; the offset is the falling crossing, or the same rule on the reversed signal. They come
//!   in pairs, also where the recording begins or ends inside an activation.
//! - Activations closer than [`Post::merge_ms`] are merged first, then what is shorter than [`Post::minimum_ms`] is dropped.
//! - Windows are in ms, levels relative to rest: neither rate nor unit matters.
//!
//! What they cannot do: most place an edge where a smoothed signal crosses a level, which depends on how strong the activity is, and none says how
//! sure it is. Some raise false alarms on resting noise: `abbink`, which measures against the recording's own peak, several a minute; `silva`,
//! `londral` and `change_point`, whose thresholds lie near the noise, up to one a minute.

mod abbink;
mod bonato;
mod change;
pub mod compat;
mod crossing;
mod energy;
mod entropy;
mod likelihood;
mod mixture;
mod moving;
mod pelt;
mod signal;

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use abbink::AbbinkConfig;
pub use bonato::BonatoConfig;
pub use compat::PriorConfig;
pub use crossing::{HodgesBuiConfig, KsigmaConfig, LidierthConfig};
pub use energy::TkeoConfig;
pub use entropy::SampleEntropyConfig;
pub use likelihood::{AglrRampConfig, AglrStepConfig, ChangePointConfig};
pub use mixture::MixtureConfig;
pub use moving::{LondralConfig, SilvaConfig};
pub use pelt::PeltConfig;

use crate::config::{config, within};
use crate::error::{Error, Result};
use crate::units::{Rate, Span};
use signal::Conditioned;

config! {
    /// What is done with the stretches that a rule finds; the published rules say little about it.
    pub struct Post {
        /// Activations closer than this are one, in ms. Default 100, as for gait and as the default detector has it.
        merge_ms: f64 = 100.0,
        /// Shortest activation in ms, after merging. Default 30: Bonato et al. 1998, nothing shorter is of a voluntary movement.
        minimum_ms: f64 = 30.0,
    }
}

/// Defines `Method` and `MethodConfig` together, so that no method is without its settings.
macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident($config:ty),)*) => {
        /// A detector by its name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Method { $($(#[$doc])* $name,)* }

        /// A detector and its settings: `{"method": "tkeo", "deviations": 8.0}`.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "method", rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum MethodConfig { $($(#[$doc])* $name($config),)* }

        impl Method {
            /// All, in the order of their years.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The method with its published settings.
            pub fn config(self) -> MethodConfig {
                match self { $(Self::$name => MethodConfig::$name(Default::default()),)* }
            }
        }

        impl MethodConfig {
            /// Which method.
            pub fn method(&self) -> Method {
                match self { $(Self::$name(_) => Method::$name,)* }
            }
        }
    };
}

methods! {
    /// Mean and k standard deviations of the rectified, smoothed signal (Di Fabio 1987).
    Ksigma(KsigmaConfig),
    /// Mean of a window of it, in deviations of rest (Hodges and Bui 1996).
    HodgesBui(HodgesBuiConfig),
    /// As `ksigma`, and dips inside an activity are allowed (Lidierth 1986).
    Lidierth(LidierthConfig),
    /// Two thresholds on pairs of whitened samples (Bonato et al. 1998).
    Bonato(BonatoConfig),
    /// Teager-Kaiser energy (Li et al. 2007; Solnik et al. 2010).
    Tkeo(TkeoConfig),
    /// Shares of two neighbouring windows above and below a level (Abbink et al. 1998).
    Abbink(AbbinkConfig),
    /// Two moving means, the longer being the threshold (Silva et al. 2012).
    Silva(SilvaConfig),
    /// Moving variance (Londral et al. 2013).
    Londral(LondralConfig),
    /// Likelihood ratio of a step of the variance (Staude and Wolf 1999; Staude 2001).
    AglrStep(AglrStepConfig),
    /// Likelihood ratio of a linear rise of the amplitude (Staude 2001).
    AglrRamp(AglrRampConfig),
    /// Profile likelihood of one change around a rough crossing (compared by Tenan et al. 2017).
    ChangePoint(ChangePointConfig),
    /// Exact segmentation by changes of the variance (Killick et al. 2012).
    Pelt(PeltConfig),
    /// Two normal distributions of the logarithmic envelope.
    Mixture(MixtureConfig),
    /// Sample entropy of short windows (Zhang and Zhou 2012; Rashid et al. 2020).
    SampleEntropy(SampleEntropyConfig),
    /// The prior clinical application's, to the sample, with its faults.
    Compat(PriorConfig),
}

impl MethodConfig {
    /// `None` for the prior application, which shares nothing with the others.
    fn rule(&self) -> Option<&dyn Rule> {
        Some(match self {
            Self::Ksigma(config) => config,
            Self::HodgesBui(config) => config,
            Self::Lidierth(config) => config,
            Self::Bonato(config) => config,
            Self::Tkeo(config) => config,
            Self::Abbink(config) => config,
            Self::Silva(config) => config,
            Self::Londral(config) => config,
            Self::AglrStep(config) => config,
            Self::AglrRamp(config) => config,
            Self::ChangePoint(config) => config,
            Self::Pelt(config) => config,
            Self::Mixture(config) => config,
            Self::SampleEntropy(config) => config,
            Self::Compat(_) => return None,
        })
    }
}

/// What makes one method differ from the others.
trait Rule {
    /// Refuses settings outside their ranges.
    fn check(&self) -> Result<()>;

    fn post(&self) -> &Post;

    /// Stretches of activity in order of time, none within a gap.
    fn runs(&self, signal: &Conditioned) -> Result<Vec<Range<usize>>>;

    /// Moves the edges of what was merged and kept.
    fn place(&self, _signal: &Conditioned, spans: Vec<Range<usize>>) -> Result<Vec<Range<usize>>> {
        Ok(spans)
    }
}

/// A stretch of activity, half open: the offset is the first sample after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// First sample.
    pub onset: usize,
    /// The sample after the last.
    pub offset: usize,
    /// First sample, in seconds.
    pub onset_s: f64,
    /// The sample after the last, in seconds.
    pub offset_s: f64,
    /// What to keep in mind: `starts_before` and `ends_after` the recording, `touches_gap`.
    pub flags: Vec<String>,
}

/// The activations of one channel, as it was recorded, by a named method. `rest` says where the muscle rests, in samples; where it is empty, rest
/// is found.
///
/// ```
/// use myovox::emg::methods::{Method, activations};
/// use myovox::units::Rate;
/// let x: Vec<f64> = (0..4000_u32).map(|i| {
///     let noise = f64::from(i.wrapping_mul(2654435761) >> 8) / 8388608.0 - 1.0;
///     if (2000..3000).contains(&i) { 20e-6 * noise } else { 1e-6 * noise }
/// }).collect();
/// let found = activations(&x, Rate::new(1000.0)?, &Method::AglrStep.config(), &[])?;
/// assert_eq!(found.len(), 1);
/// assert!(found[0].onset.abs_diff(2000) < 25 && found[0].offset.abs_diff(3000) < 25);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `config.out-of-range` for a setting outside its range; `emg.rest-outside` where `rest` is empty, reversed or beyond the recording, or holds no
/// signal; `dsp.filter-edge` where the rate cannot hold a muscle's band; `emg.prior-refused` where the prior application drops the channel.
pub fn activations(x: &[f64], rate: Rate, method: &MethodConfig, rest: &[Range<usize>]) -> Result<Vec<Interval>> {
    let Some(rule) = method.rule() else {
        let MethodConfig::Compat(config) = method else { return Ok(Vec::new()) };
        let spans = compat::spans(x, rate, config)?;
        return Ok(spans.into_iter().map(|span| interval(&span, x, rate)).collect());
    };
    rule.check()?;
    within("emg.methods.merge_ms", rule.post().merge_ms, 0.0..=60_000.0)?;
    within("emg.methods.minimum_ms", rule.post().minimum_ms, 0.0..=60_000.0)?;
    check_rest(rest, x.len())?;
    let Some(signal) = Conditioned::new(x, rate, rest)? else { return Ok(Vec::new()) };
    let spans = settle(rule.runs(&signal)?, rate, rule.post());
    let spans = in_order(rule.place(&signal, spans)?, x.len());
    Ok(spans.into_iter().map(|span| interval(&span, &signal.x, rate)).collect())
}

fn check_rest(rest: &[Range<usize>], samples: usize) -> Result<()> {
    match rest.iter().find(|span| span.start >= span.end || span.end > samples) {
        None => Ok(()),
        Some(span) => Err(Error::config("emg.rest-outside", "not a stretch of this recording to rest in")
            .found(format!("samples {} to {}", span.start, span.end))
            .expected(format!("a start below its end, within 0 to {samples}"))),
    }
}

/// Merges what is close, then drops what is short.
fn settle(runs: Vec<Range<usize>>, rate: Rate, post: &Post) -> Vec<Range<usize>> {
    // Bridging no distance is a wish, not a rounding: 0 stays 0.
    let (merge, minimum) = (rate.sample_at(post.merge_ms / 1000.0), rate.sample_at(post.minimum_ms / 1000.0));
    let mut spans: Vec<Range<usize>> = Vec::new();
    for run in runs {
        match spans.last_mut() {
            Some(last) if run.start <= last.end.saturating_add(merge) => last.end = last.end.max(run.end),
            _ => spans.push(run),
        }
    }
    spans.retain(|span| !span.is_empty() && span.len() >= minimum);
    spans
}

/// Edges that were moved may have met: none begins before the one before it has ended.
fn in_order(spans: Vec<Range<usize>>, samples: usize) -> Vec<Range<usize>> {
    let mut free = 0;
    let clipped = spans.into_iter().filter_map(|span| {
        let span = span.start.max(free)..span.end.min(samples);
        free = free.max(span.end);
        (!span.is_empty()).then_some(span)
    });
    clipped.collect()
}

fn interval(span: &Range<usize>, signal: &[f64], rate: Rate) -> Interval {
    let Span { start_s: onset_s, end_s: offset_s, .. } = Span::new(span.start, span.end, rate);
    let around = span.start.saturating_sub(1)..(span.end + 1).min(signal.len());
    let flags = [
        ("starts_before", span.start == 0),
        ("ends_after", span.end == signal.len()),
        ("touches_gap", signal[around].iter().any(|v| v.is_nan())),
    ];
    let flags = flags.iter().filter(|(_, set)| *set).map(|(name, _)| (*name).to_owned()).collect();
    Interval { onset: span.start, offset: span.end, onset_s, offset_s, flags }
}

/// Stretches of indices below `n` that are `active`.
fn runs_where(n: usize, active: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for i in (0..n).filter(|i| active(*i)) {
        match runs.last_mut() {
            Some(last) if last.end == i => last.end += 1,
            _ => runs.push(i..i + 1),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_comes_before_dropping() {
        let rate = Rate::new(1000.0).unwrap();
        let post = Post::default().merge_ms(40.0).minimum_ms(100.0);
        let pieces: Vec<Range<usize>> =
            (0..13).map(|k| 2000 + 120 * k..2080 + 120 * k).chain(std::iter::once(6000..6080)).collect();
        assert_eq!(settle(pieces, rate, &post), std::slice::from_ref(&(2000..3520)));
    }

    #[test]
    fn names_are_snake_case_and_settings_come_back() {
        for method in Method::ALL {
            let written = serde_json::to_value(method.config()).unwrap();
            assert_eq!(written["method"], serde_json::to_value(method).unwrap());
            let read: MethodConfig = serde_json::from_value(written).unwrap();
            assert_eq!((read.method(), read), (*method, method.config()));
        }
        let short: MethodConfig = serde_json::from_str(r#"{"method": "hodges_bui", "window_ms": 50.0}"#).unwrap();
        assert_eq!(short, MethodConfig::HodgesBui(HodgesBuiConfig::default().window_ms(50.0)));
        assert!(serde_json::from_str::<MethodConfig>(r#"{"method": "pelt", "windows": 5}"#).is_err());
    }
}
