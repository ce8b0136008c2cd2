//! The hum of the mains: taken away where it was measured, left alone where it was not.
//!
//! 50 or 60 Hz lie where a muscle is strongest, so the field advises against a notch as a routine (SENIAM, De Luca). By default a channel loses
//! its hum only where [`quality`](mod@super::quality) flags it, as fitted sinusoids ([`HumMethod::Fit`]), which leave no hole in the spectrum; a
//! channel without the flag keeps its bits. Notches and a comb are there for who must compare with them.

mod fit;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gaps::Mended;
use super::quality::Hum;
use crate::config::{Auto, config, within};
use crate::dsp::iir::{CombShape, Extension, Sos, Teeth, Workspace, ZeroPhase, iircomb, iirnotch};
use crate::error::Result;
use crate::simd::Level;
use crate::units::Rate;

/// How hum is taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HumMethod {
    /// By `fit` where the hum is flagged, else not at all.
    #[default]
    Auto,
    /// Not at all.
    Off,
    /// A notch at the frequency and each harmonic that was measured, forward and backward.
    Notch,
    /// A comb, forward and backward; only where the sampling rate is a whole multiple of the frequency.
    Comb,
    /// Sinusoids, fitted in windows and subtracted.
    Fit,
}

config! {
    /// What is done about the hum of the mains.
    pub struct HumConfig {
        /// "auto" (fitted sinusoids are subtracted where the channel is flagged `hum`), "off", "notch", "comb" or "fit" (always). Default "auto".
        method: HumMethod = HumMethod::Auto,
        /// Frequency of the mains in Hz, or "auto": as measured, and where no line stands out nothing is taken away. With a frequency, all its
        /// harmonics in the band are taken away by "notch".
        frequency_hz: Auto<f64> = Auto::Auto,
        /// Frequency of a notch or comb over its width. Default 30: the convention of the field, 30 to 35.
        q: f64 = 30.0,
        /// Length of the windows in which sinusoids are fitted, in s, half overlapping. Default 2.
        window_s: f64 = 2.0,
    }
}

impl HumConfig {
    pub(super) fn check(&self) -> Result<()> {
        if let Some(hz) = self.frequency_hz.given() {
            within("emg.hum.frequency_hz", *hz, 10.0..=1000.0)?;
        }
        within("emg.hum.q", self.q, 2.0..=1000.0)?;
        within("emg.hum.window_s", self.window_s, 0.2..=60.0)
    }
}

/// What was taken away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HumRemoved {
    /// How: `notch`, `comb` or `fit`.
    pub method: HumMethod,
    /// Frequency of the fundamental in Hz, by the rate that was used; of a fit the mean of its windows.
    pub frequency_hz: f64,
    /// Which multiples of it, 1 being itself.
    pub harmonics: Vec<usize>,
    /// Power of what was taken away over that of the signal before, without its mean, 0 to 1.
    pub power_share: f64,
}

/// What remains must hold this share of what was taken away; less is rounding, or a hum alone, which is then left as it was.
const LEAST_LEFT: f64 = 1e-7;

/// Continuation of a stretch at either end while a notch or comb runs, in ms: they ring.
const PADDING_MS: f64 = 1000.0;

/// Distance of the frequency of a comb's tooth from a measured one, in Hz, up to which they are the same.
const SAME_HZ: f64 = 0.1;

/// What a channel's hum is, and up to which frequency it matters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard<'a> {
    /// As measured, where it could be.
    pub(super) hum: Option<&'a Hum>,
    /// Whether the measures make it a flag.
    pub(super) flagged: Flagged,
    /// Upper edge of the band in Hz.
    pub(super) high_hz: f64,
}

/// Whether hum is worth a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flagged {
    Yes,
    No,
}

/// Takes the hum away, as the settings say; nothing where there is none, or nothing else.
///
/// # Errors
/// `dsp.comb-not-integer`, `dsp.notch-frequency`, `dsp.notch-quality` for filters that were asked for and cannot be.
pub(super) fn remove(
    mended: &mut Mended,
    heard: &Heard<'_>,
    config: &HumConfig,
    (rate, level): (Rate, Level),
    workspace: &mut Workspace,
) -> Result<Option<HumRemoved>> {
    let method = match (config.method, heard.flagged) {
        (HumMethod::Off, _) | (HumMethod::Auto, Flagged::No) => return Ok(None),
        (HumMethod::Auto, Flagged::Yes) => HumMethod::Fit,
        (method, _) => method,
    };
    let Some((frequency_hz, harmonics)) = lines(method, heard, config) else { return Ok(None) };
    let mut removed = HumRemoved { method, frequency_hz, harmonics, power_share: 0.0 };
    let mut hum = vec![0.0; mended.samples.len()];
    let stretches = mended.stretches();
    if let Some(sos) = filter(&mut removed, config, rate)? {
        let filter = ZeroPhase::new(sos, Extension::Odd, Some(rate.samples_of_ms(PADDING_MS))).level(level);
        for stretch in stretches.clone() {
            let (x, hum) = (&mended.samples[stretch.clone()], &mut hum[stretch]);
            filter.run_shortened(x, hum, workspace)?;
            hum.iter_mut().zip(x).for_each(|(hum, x)| *hum = x - *hum);
        }
    } else {
        let sought = fit::Sought { rate, frequency_hz, harmonics: &removed.harmonics, window_s: config.window_s };
        let mut found = Vec::new();
        for stretch in stretches.clone() {
            found.extend(fit::fit(&mended.samples[stretch.clone()], &sought, &mut hum[stretch]));
        }
        if found.is_empty() {
            return Ok(None);
        }
        removed.frequency_hz = found.iter().sum::<f64>() / found.len() as f64;
    }
    Ok(subtract(mended, &hum, &stretches).map(|power_share| HumRemoved { power_share, ..removed }))
}

/// The fundamental and the harmonics to take away.
fn lines(method: HumMethod, heard: &Heard<'_>, config: &HumConfig) -> Option<(f64, Vec<usize>)> {
    let measured = heard.hum.filter(|hum| !hum.lines.is_empty());
    if let Some(hz) = config.frequency_hz.given() {
        let there = measured.filter(|hum| (hum.frequency_hz - hz).abs() < 1.0).map(Hum::harmonics);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below the rate over 10 Hz")]
        let all = (1..=((heard.high_hz / hz) as usize).max(1)).collect();
        return Some((*hz, if method == HumMethod::Fit { there.unwrap_or_else(|| vec![1]) } else { all }));
    }
    measured.map(|hum| (hum.frequency_hz, hum.harmonics()))
}

/// The filter of a method that is one.
fn filter(removed: &mut HumRemoved, config: &HumConfig, rate: Rate) -> Result<Option<Sos>> {
    let hz = removed.frequency_hz;
    let named = |error: crate::Error| error.field("emg.hum.method");
    match removed.method {
        HumMethod::Notch => {
            let mut sections = Vec::new();
            for h in &removed.harmonics {
                let times = *h as f64;
                sections.extend_from_slice(iirnotch(hz * times, config.q * times, rate).map_err(named)?.sections());
            }
            Ok(Some(Sos::new(sections)))
        }
        HumMethod::Comb => {
            let tooth = rate.hz() / (rate.hz() / hz).round();
            if config.frequency_hz.given().is_none() && (tooth - hz).abs() <= SAME_HZ {
                removed.frequency_hz = tooth;
            }
            let comb = iircomb(removed.frequency_hz, config.q, CombShape::Notch, Teeth::Multiples, rate);
            Ok(Some(comb.map_err(named)?.sos()))
        }
        HumMethod::Auto | HumMethod::Off | HumMethod::Fit => Ok(None),
    }
}

/// Subtracts the hum where there is something else; gives its share of the power.
fn subtract(mended: &mut Mended, hum: &[f64], stretches: &[std::ops::Range<usize>]) -> Option<f64> {
    let (mut before, mut taken, mut left) = (0.0, 0.0, 0.0);
    for stretch in stretches {
        let (x, hum) = (&mended.samples[stretch.clone()], &hum[stretch.clone()]);
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        let rest = x.iter().zip(hum).map(|(x, hum)| x - hum).sum::<f64>() / x.len() as f64;
        for (x, hum) in x.iter().zip(hum) {
            before += (x - mean) * (x - mean);
            taken += hum * hum;
            left += (x - hum - rest) * (x - hum - rest);
        }
    }
    if !(taken > 0.0 && left >= LEAST_LEFT * taken) {
        return None;
    }
    for stretch in stretches {
        let stretch = stretch.clone();
        mended.samples[stretch.clone()].iter_mut().zip(&hum[stretch]).for_each(|(x, hum)| *x -= hum);
    }
    Some((taken / before).min(1.0))
}
