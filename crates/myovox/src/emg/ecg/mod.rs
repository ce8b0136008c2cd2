//! The heart under a muscle: its beats are always measured, and taken away where that was asked for.
//!
//! Three ways, all on the band-passed signal: a high-pass at 30 Hz (Drake and Callaghan 2006), which takes the beats' power and some of the
//! muscle's; gating, which puts the neighbours' mirror image in the place of each beat; and the subtraction of the beats' own shape, fitted to each of
//! them in strength. Under a working muscle a beat is subtracted only where the fit shows it.

mod beats;

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) use beats::{Pulse, listen};

use crate::config::{config, within};
use crate::dsp::iir::{Band, Extension, Workspace, ZeroPhase, butterworth};
use crate::dsp::robust;
use crate::error::Result;
use crate::simd::Level;
use crate::units::Rate;

/// How heart beats are taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EcgMethod {
    /// Not at all.
    #[default]
    Off,
    /// A further high-pass, whether a heart was heard or not.
    HighPass,
    /// Each beat gives way to the mirror image of its neighbours.
    Gate,
    /// The beats' own shape is fitted to each and subtracted.
    Template,
}

config! {
    /// What is done about heart beats.
    pub struct EcgConfig {
        /// "off", `high_pass`, "gate" or "template". Default "off": beats are measured and flagged all the same.
        method: EcgMethod = EcgMethod::Off,
        /// Edge of the high-pass in Hz, order 4, forward and backward. Default 30: Drake and Callaghan 2006.
        high_pass_hz: f64 = 30.0,
        /// What is gated to either side of a beat, in ms. Default 50: half a QRS complex.
        gate_ms: f64 = 50.0,
        /// What the beats' shape holds to either side, in ms. Default 100: the QRS complex as the band-pass leaves it.
        template_ms: f64 = 100.0,
        /// Fewest beats that make a shape. Default 15.
        least_beats: u32 = 15,
    }
}

impl EcgConfig {
    pub(super) fn check(&self) -> Result<()> {
        within("emg.ecg.high_pass_hz", self.high_pass_hz, 1.0..=1000.0)?;
        within("emg.ecg.gate_ms", self.gate_ms, 5.0..=200.0)?;
        within("emg.ecg.template_ms", self.template_ms, 10.0..=300.0)?;
        within("emg.ecg.least_beats", f64::from(self.least_beats), 3.0..=1e6)
    }
}

/// What was taken away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EcgRemoved {
    /// How.
    pub method: EcgMethod,
    /// Beats that were taken away; 0 for the high-pass, which knows of none.
    pub beats: usize,
    /// Energy of the change over that of the band-passed signal before.
    pub energy_share: f64,
}

/// Longest way that a beat is moved to fit the shape, in ms.
const SHIFT_MS: f64 = 10.0;

/// How often beats are aligned with the shape that they make.
const ALIGNMENTS: usize = 2;

/// A beat is there when its strength exceeds so many standard errors of the fit.
const CERTAIN: f64 = 4.0;

/// And lies between these multiples of the usual.
const STRENGTHS: [f64; 2] = [0.3, 3.0];

/// Share of the shape that fades in and out at either end.
const FADE: f64 = 0.2;

/// Takes beats away from the band-passed signal, NaN in gaps.
#[derive(Clone, Debug)]
pub(super) struct EcgPlan {
    config: EcgConfig,
    rate: Rate,
    high_pass: Option<ZeroPhase>,
}

impl EcgPlan {
    /// # Errors
    /// `config.out-of-range`; `dsp.filter-edge` where the rate cannot hold the high-pass that was asked for.
    pub(super) fn new(config: &EcgConfig, rate: Rate, level: Level) -> Result<Self> {
        config.check()?;
        let high_pass = if config.method == EcgMethod::HighPass {
            let sos = butterworth(4, Band::HighPass(config.high_pass_hz), rate);
            let sos = sos.map_err(|error| error.field("emg.ecg.high_pass_hz"))?;
            Some(ZeroPhase::new(sos, Extension::Odd, None).level(level))
        } else {
            None
        };
        Ok(Self { config: config.clone(), rate, high_pass })
    }

    /// Takes the beats, at these samples, away; nothing where that was not asked for or there are none.
    pub(super) fn remove(
        &self,
        signal: &mut [f64],
        beats: &[usize],
        workspace: &mut Workspace,
    ) -> Result<Option<EcgRemoved>> {
        if self.config.method == EcgMethod::Off {
            return Ok(None);
        }
        let before = signal.to_vec();
        let stretches = super::activation::stretches(signal);
        let count = match self.config.method {
            EcgMethod::Off => 0,
            EcgMethod::HighPass => {
                for stretch in &stretches {
                    if let Some(filter) = &self.high_pass {
                        filter.run_shortened(&before[stretch.clone()], &mut signal[stretch.clone()], workspace)?;
                    }
                }
                0
            }
            EcgMethod::Gate => self.gate(signal, beats, &stretches),
            EcgMethod::Template => self.subtract(signal, beats, &stretches),
        };
        let energy = |of: &mut dyn Iterator<Item = f64>| of.filter(|v| !v.is_nan()).map(|v| v * v).sum::<f64>();
        let taken = energy(&mut before.iter().zip(signal.iter()).map(|(a, b)| a - b));
        let all = energy(&mut before.iter().copied());
        let energy_share = if all > 0.0 { taken / all } else { 0.0 };
        Ok((taken > 0.0).then_some(EcgRemoved { method: self.config.method, beats: count, energy_share }))
    }

    /// Puts mirror images of what lies before and behind in the place of each beat.
    fn gate(&self, signal: &mut [f64], beats: &[usize], stretches: &[Range<usize>]) -> usize {
        let half = self.rate.samples_of_ms(self.config.gate_ms);
        let mut gated = 0;
        for (beat, stretch) in placed(beats, stretches) {
            let start = beat.saturating_sub(half).max(stretch.start);
            let end = (beat + half).min(stretch.end);
            let (left, right) = (start - stretch.start, stretch.end - end);
            if left.max(right) < end - start {
                continue;
            }
            for i in start..end {
                let (into, ahead) = (i - start, end - 1 - i);
                let from_left = (into <= ahead && into < left) || ahead >= right;
                signal[i] = if from_left { signal[start - 1 - into] } else { signal[end + ahead] };
            }
            gated += 1;
        }
        gated
    }

    /// Subtracts the beats' own shape from each of them.
    fn subtract(&self, signal: &mut [f64], beats: &[usize], stretches: &[Range<usize>]) -> usize {
        let half = self.rate.samples_of_ms(self.config.template_ms);
        let reach = self.rate.samples_of_ms(SHIFT_MS);
        let whole = |(beat, stretch): &(usize, Range<usize>)| {
            *beat >= stretch.start + half + reach && beat + half + reach < stretch.end
        };
        let mut centres: Vec<usize> = placed(beats, stretches).filter(whole).map(|(beat, _)| beat).collect();
        let homes = centres.clone();
        if centres.len() < self.config.least_beats as usize {
            return 0;
        }
        let mut shape = shape_of(signal, &centres, half);
        for _ in 0..ALIGNMENTS {
            for (centre, home) in centres.iter_mut().zip(&homes) {
                let agreement = |at: usize| product(&signal[at - half..=at + half], &shape);
                let shifts = home - reach..=home + reach;
                *centre = shifts.max_by(|a, b| agreement(*a).total_cmp(&agreement(*b))).unwrap_or(*home);
            }
            shape = shape_of(signal, &centres, half);
        }
        let power = product(&shape, &shape);
        let mut taken = 0;
        for centre in centres {
            let here = &mut signal[centre - half..=centre + half];
            let strength = product(here, &shape) / power;
            let left: f64 = here.iter().zip(&shape).map(|(v, s)| (v - strength * s) * (v - strength * s)).sum();
            let error = (left / (here.len() as f64 * power)).sqrt();
            if strength > CERTAIN * error && (STRENGTHS[0]..=STRENGTHS[1]).contains(&strength) {
                here.iter_mut().zip(&shape).for_each(|(v, s)| *v -= strength * s);
                taken += 1;
            }
        }
        taken
    }
}

/// The beats with the stretches that they lie in.
fn placed<'a>(beats: &'a [usize], stretches: &'a [Range<usize>]) -> impl Iterator<Item = (usize, Range<usize>)> + 'a {
    let home = |beat: usize| stretches.iter().find(move |stretch| stretch.contains(&beat));
    beats.iter().filter_map(move |beat| Some((*beat, home(*beat)?.clone())))
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The median of all beats, sample by sample, which contractions under some of them do not move; faded out at both ends.
fn shape_of(signal: &[f64], centres: &[usize], half: usize) -> Vec<f64> {
    let length = 2 * half + 1;
    let fade = FADE * length as f64;
    (0..length)
        .map(|i| {
            let mut values: Vec<f64> = centres.iter().map(|centre| signal[centre - half + i]).collect();
            let edge = (i.min(length - 1 - i) as f64 + 0.5) / fade;
            robust::median(&mut values).unwrap_or(0.0) * edge.min(1.0)
        })
        .collect()
}

/// Energy of the beats' own shape, as often as they were found, over that of the whole signal, NaN in gaps.
pub(super) fn energy_share(signal: &[f64], beats: &[usize], half: usize) -> f64 {
    let whole = |beat: &usize| {
        *beat >= half && beat + half < signal.len() && signal[beat - half..=beat + half].iter().all(|v| !v.is_nan())
    };
    let centres: Vec<usize> = beats.iter().copied().filter(whole).collect();
    let all: f64 = signal.iter().filter(|v| !v.is_nan()).map(|v| v * v).sum();
    if centres.is_empty() || all == 0.0 {
        return 0.0;
    }
    let shape = shape_of(signal, &centres, half);
    (product(&shape, &shape) * beats.len() as f64 / all).min(1.0)
}
