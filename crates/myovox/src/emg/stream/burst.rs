//! Whether a level is up: hysteresis, a shortest time up, a shortest time down. And where it changed, looked for backwards.

use serde::{Deserialize, Serialize};

use super::window::History;
use crate::dsp::math;
use crate::units::Rate;

/// The levels and lengths that decide.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) on: f64,
    pub(super) off: f64,
    /// Samples that the level must stay above `off` before it is up.
    pub(super) minimum_on: usize,
    /// Samples that it must not exceed `on` again before it is down.
    pub(super) minimum_off: usize,
}

/// Where a level is, with the sample at which that began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Phase {
    #[default]
    Down,
    /// It has exceeded `on`.
    Rising {
        since: usize,
    },
    Up,
    /// It has fallen below `off`.
    Falling {
        since: usize,
    },
}

/// What a sample has decided, with the sample at which the level was crossed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Turn {
    Begun { since: usize },
    Ended { since: usize },
}

/// One level of one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Burst {
    phase: Phase,
    /// First sample of what is up.
    pub(super) onset: usize,
    /// The sample after what was up last.
    pub(super) offset: usize,
}

impl Burst {
    /// Takes the level at sample `n`. `holds` is asked whether what has risen is more than one short artefact.
    pub(super) fn step(&mut self, n: usize, level: f64, limits: &Limits, holds: impl FnOnce() -> bool) -> Option<Turn> {
        match self.phase {
            Phase::Down if level > limits.on => self.rise(n, n, limits, holds),
            Phase::Rising { .. } if level <= limits.off => {
                self.phase = Phase::Down;
                None
            }
            Phase::Rising { since } => self.rise(n, since, limits, holds),
            Phase::Up if level <= limits.off => self.fall(n, n, limits),
            Phase::Falling { .. } if level > limits.on => {
                self.phase = Phase::Up;
                None
            }
            Phase::Falling { since } => self.fall(n, since, limits),
            Phase::Down | Phase::Up => None,
        }
    }

    fn rise(&mut self, n: usize, since: usize, limits: &Limits, holds: impl FnOnce() -> bool) -> Option<Turn> {
        let is_up = n + 1 - since >= limits.minimum_on && holds();
        self.phase = if is_up { Phase::Up } else { Phase::Rising { since } };
        is_up.then_some(Turn::Begun { since })
    }

    fn fall(&mut self, n: usize, since: usize, limits: &Limits) -> Option<Turn> {
        let is_down = n + 1 - since >= limits.minimum_off;
        self.phase = if is_down { Phase::Down } else { Phase::Falling { since } };
        is_down.then_some(Turn::Ended { since })
    }

    /// Whether nothing is up or on its way there.
    pub(super) fn is_down(&self) -> bool {
        self.phase == Phase::Down
    }

    /// Ends what is up at once; whether there was anything.
    pub(super) fn cut(&mut self) -> bool {
        let was_up = matches!(self.phase, Phase::Up | Phase::Falling { .. });
        self.phase = Phase::Down;
        was_up
    }

    /// Whether a state that was stored can be one of a stream at sample `n`.
    pub(super) fn fits(&self, n: usize) -> bool {
        let since = match self.phase {
            Phase::Rising { since } | Phase::Falling { since } => since,
            Phase::Down | Phase::Up => 0,
        };
        since <= n && self.onset <= n && self.offset <= n
    }
}

/// Length of the bins in which rises are looked for, in ms.
const BIN_MS: f64 = 5.0;

/// Durations of rises and falls that are tried beside the step, in bins: to 240 ms.
const RISES: [u32; 7] = [4, 8, 12, 20, 28, 36, 48];

/// By how much the logarithm of the likelihood of a rise must exceed that of a step, which has one number less (half the logarithm of the bins).
const RISE_COSTS: f64 = 2.0;

/// Squares above rest, and what they are compared with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge<'a> {
    pub(super) squares: &'a History,
    /// How many of the last squares are looked at.
    pub(super) span: usize,
    /// Mean square of rest.
    pub(super) rest: f64,
    /// Independent squares in a sample.
    pub(super) dof: f64,
    pub(super) rate: Rate,
}

impl Edge<'_> {
    /// How many of the squares belong to an activity that goes on: the number since its likeliest onset.
    pub(super) fn since_onset(&self, scratch: &mut [f64]) -> usize {
        self.likeliest(|i| self.squares.back(i) / self.rest, scratch)
    }

    /// How many of the squares, from the oldest, belong to an activity that has ended: the number until its likeliest offset.
    pub(super) fn until_offset(&self, scratch: &mut [f64]) -> usize {
        self.likeliest(|i| self.squares.back(self.span - 1 - i) / self.rest, scratch)
    }

    /// The number of first squares (in multiples of rest) that an activity makes most likely that falls to rest behind them: at once, or with an
    /// amplitude that falls linearly (Staude 2001).
    fn likeliest(&self, square: impl Fn(usize) -> f64, scratch: &mut [f64]) -> usize {
        let bin = self.rate.samples_of_ms(BIN_MS);
        let bins = (self.span / bin).min(scratch.len());
        let bins = &mut scratch[..bins];
        for (k, mean) in bins.iter_mut().enumerate() {
            *mean = (k * bin..(k + 1) * bin).map(&square).sum::<f64>() / bin as f64;
        }
        let (number, gain) = self.step(square);
        let (mut best, mut edge) = (gain + RISE_COSTS, number);
        let half_dof = 0.5 * self.dof * bin as f64;
        for rise in RISES {
            for end in 1..=bins.len() {
                let gain = half_dof * gain_of_rise(&bins[..end], f64::from(rise));
                if gain > best {
                    (best, edge) = (gain, end * bin);
                }
            }
        }
        edge
    }

    /// The likeliest step, and the logarithm of its likelihood over that of rest.
    fn step(&self, square: impl Fn(usize) -> f64) -> (usize, f64) {
        let (mut sum, mut best, mut number) = (0.0, 0.0, 0);
        for i in 0..self.span {
            sum += square(i);
            let count = (i + 1) as f64;
            let ratio = sum / count;
            let gain = if ratio > 1.0 { count * (ratio - 1.0 - math::ln(ratio)) } else { 0.0 };
            if gain > best {
                (best, number) = (gain, i + 1);
            }
        }
        (number, 0.5 * self.dof * best)
    }
}

/// The logarithm of the likelihood of mean squares over that of rest, but for half the independent squares of each, when an amplitude falls linearly
/// to rest at their end, within `rise` bins; the height of the plateau is fitted, weighted by what the squares then vary.
fn gain_of_rise(means: &[f64], rise: f64) -> f64 {
    let end = means.len() as f64;
    let power = |k: usize| {
        let share = ((end - k as f64 - 0.5) / rise).min(1.0);
        share * share
    };
    let fitted = |height: f64| {
        let (mut above, mut all) = (0.0, 0.0);
        for (k, mean) in means.iter().enumerate() {
            let variance = 1.0 + height * power(k);
            let weighted = power(k) / (variance * variance);
            above += weighted * (mean - 1.0);
            all += weighted * power(k);
        }
        (above / all).max(0.0)
    };
    let height = fitted(fitted(0.0));
    let gain = |(k, mean): (usize, &f64)| {
        let variance = 1.0 + height * power(k);
        mean - math::ln(variance) - mean / variance
    };
    means.iter().enumerate().map(gain).sum()
}
