//! Where an activity began or ended, looked for backwards: the edge that makes the last squares most likely, and how late the filters make it.

use super::window::History;
use crate::dsp::math;
use crate::units::Rate;

/// Length of the bins in which rises are looked for, in ms.
const BIN_MS: f64 = 5.0;

/// Durations of rises and falls that are tried beside the step, in bins: 40 to 240 ms. What is shorter the filters smear to as much.
const RISES: [u32; 6] = [8, 12, 20, 28, 36, 48];

/// By how much the logarithm of the likelihood of a rise must exceed that of a step, which has one number less (half the logarithm of the bins).
const RISE_COSTS: f64 = 2.0;

/// A likeliest edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    /// Number of squares that belong to the activity.
    pub(super) number: usize,
    /// Height of a step, in multiples of rest above it; `None` where the amplitude rises or falls slowly.
    pub(super) step: Option<f64>,
}

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
    /// How many of the squares belong to the activity, from the newest back where it goes on, from the oldest on where it has ended: that which makes
    /// the squares most likely, when the activity begins or ends at once, or with an amplitude that rises or falls linearly (Staude 2001).
    pub(super) fn likeliest(&self, side: Side, smear: &Smear, scratch: &mut [f64]) -> Found {
        let square = |i: usize| {
            let back = if side == Side::Onset { i } else { self.span - 1 - i };
            self.squares.back(back) / self.rest
        };
        let bin = self.rate.samples_of_ms(BIN_MS);
        let bins = (self.span / bin).min(scratch.len());
        let bins = &mut scratch[..bins];
        for (k, mean) in bins.iter_mut().enumerate() {
            *mean = (k * bin..(k + 1) * bin).map(square).sum::<f64>() / bin as f64;
        }
        let half_dof = 0.5 * self.dof * bin as f64;
        let (mut best, mut slow) = (0.0, None);
        for end in 1..=bins.len() {
            best = f64::max(best, half_dof * gain(bins, |k| smear.share(side, end, k, bin)));
        }
        best += RISE_COSTS;
        for rise in RISES.map(f64::from) {
            for end in 1..=bins.len() {
                let share = |k: usize| {
                    let amplitude = ((end as f64 - k as f64 - 0.5) / rise).min(1.0);
                    amplitude * amplitude
                };
                let gain = half_dof * gain(&bins[..end], share);
                if gain > best {
                    (best, slow) = (gain, Some(end * bin));
                }
            }
        }
        slow.map_or_else(|| self.step(square), |number| Found { number, step: None })
    }

    /// The likeliest step.
    fn step(&self, square: impl Fn(usize) -> f64) -> Found {
        let (mut sum, mut best) = (0.0, 0.0);
        let mut found = Found { number: 0, step: None };
        for i in 0..self.span {
            sum += square(i);
            let count = (i + 1) as f64;
            let ratio = sum / count;
            let gain = if ratio > 1.0 { count * (ratio - 1.0 - math::ln(ratio)) } else { 0.0 };
            if gain > best {
                (best, found) = (gain, Found { number: i + 1, step: Some(ratio - 1.0) });
            }
        }
        found
    }
}

/// The logarithm of the likelihood of mean squares over that of rest, but for half the independent squares of each, when their power above rest has
/// the shape `share` of a plateau; its height is fitted, weighted by what the squares then vary.
fn gain(means: &[f64], share: impl Fn(usize) -> f64) -> f64 {
    let fitted = |height: f64| {
        let (mut above, mut all) = (0.0, 0.0);
        for (k, mean) in means.iter().enumerate() {
            let variance = 1.0 + height * share(k);
            let weighted = share(k) / (variance * variance);
            above += weighted * (mean - 1.0);
            all += weighted * share(k);
        }
        if all > 0.0 { (above / all).max(0.0) } else { 0.0 }
    };
    let height = fitted(fitted(0.0));
    let gain = |(k, mean): (usize, &f64)| {
        let variance = 1.0 + height * share(k);
        mean - math::ln(variance) - mean / variance
    };
    means.iter().enumerate().map(gain).sum()
}

/// How filters smear the power of an edge.
#[derive(Clone, Debug)]
pub(super) struct Smear {
    /// Share of the energy of the response to an impulse that has come, sample by sample.
    come: Vec<f64>,
    /// Where that energy lies on average.
    pub(super) centre: usize,
}

/// Which edge of an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Onset,
    Offset,
}

impl Smear {
    /// Of a response to an impulse.
    pub(super) fn new(response: &[f64]) -> Self {
        let energy: f64 = response.iter().map(|v| v * v).sum();
        let mut sum = 0.0;
        let share = |v: &f64| {
            sum += v * v;
            sum / energy
        };
        let come: Vec<f64> = response.iter().map(share).collect();
        let centre = come.partition_point(|share| *share < 0.5);
        Self { come, centre }
    }

    /// Share of a plateau's power in bin `k`, counted from inside the activity, when it begins or ends at once `edge` bins away.
    fn share(&self, side: Side, edge: usize, k: usize, bin: usize) -> f64 {
        let come = |bins: usize| self.come.get(bins * bin + bin / 2).copied().unwrap_or(1.0);
        match side {
            Side::Onset if k < edge => come(edge - 1 - k),
            Side::Onset => 0.0,
            Side::Offset if k < edge => 1.0,
            Side::Offset => 1.0 - come(k - edge),
        }
    }

    /// When no more than a share of the energy is left.
    pub(super) fn end(&self, left: f64) -> usize {
        self.come.partition_point(|share| *share < 1.0 - left)
    }

    /// By how many samples the likeliest edge comes late. A square counts as active from where it is as likely in activity as at rest; how soon the
    /// smeared power of a step passes there, and how long it stays, its height says.
    pub(super) fn delay(&self, found: &Found, side: Side) -> usize {
        let Some(height) = found.step.filter(|height| *height > 0.01) else { return self.centre };
        let even = math::ln(1.0 + height) * (1.0 + height) / height;
        let share = (even - 1.0) / height;
        self.come.partition_point(|come| *come < if side == Side::Onset { share } else { 1.0 - share })
    }
}
