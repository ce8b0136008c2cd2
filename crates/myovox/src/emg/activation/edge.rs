//! The time of an edge: what is probable, given the squares around it.
//!
//! Before an edge the weighed squares have the variance of what precedes (rest, or tone between two efforts), after it that of the plateau, and
//! between them the amplitude rises linearly for 0 to 290 ms (Staude 2001; 0 is the step), blurred as the filters blur. For every duration of
//! the rise and every start there is a likelihood. Weak rises alone do not tell their start; but a muscle's rises resemble one another, so the
//! distribution of durations is learnt from all edges of the recording (expectation maximisation), and where steps alone explain them all as
//! well, steps they are. The edge is the median of the starts' distribution, which keeps the absolute error least.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::weighing::Weighing;
use crate::dsp::math;
use crate::simd::Level;
use crate::simd::correlate::correlate;
use crate::units::Rate;

/// How an edge was placed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Edge {
    /// The edge in samples: the first of an activation, or the one after its last.
    pub sample: usize,
    /// Start of the interval that holds 95 % of what is probable, in seconds.
    pub low_s: f64,
    /// Its end, in seconds.
    pub high_s: f64,
    /// How long the amplitude rises (at an offset: falls), in ms; 0 for a step.
    pub rise_ms: f64,
    /// Which model says more of it.
    pub model: EdgeModel,
    /// Probability that the true edge lies within 20 ms.
    pub within_20_ms: f64,
}

/// Models of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EdgeModel {
    /// The variance jumps.
    Step,
    /// The amplitude rises linearly.
    Ramp,
}

/// Durations of the rise that are tried, in ms.
const RISES_MS: [f64; 12] = [0.0, 15.0, 30.0, 45.0, 60.0, 80.0, 100.0, 125.0, 155.0, 190.0, 235.0, 290.0];

/// Probabilities of the durations.
type Rises = [f64; RISES_MS.len()];

/// Durations about which nothing is known.
const ANY: Rises = [1.0 / RISES_MS.len() as f64; RISES_MS.len()];

/// Share of "anything" in what is learnt: in all of a count of edges, and in the stated interval.
const LEARNING_DOUBT: f64 = 0.3;
const STATED_DOUBT: f64 = 0.15;

/// Steps, all but surely.
const STEPS: Rises = {
    let mut rises = [1e-4; RISES_MS.len()];
    rises[0] = 1.0;
    rises
};

/// How much more probable the learnt durations must make all edges, and then those of one side, before steps are given up for them, as natural
/// logarithms.
const FOR_ANY_RAMP: f64 = 7.0;
const FOR_RAMPS: f64 = 2.0;

/// Resolution of the start of a ramp, in ms.
const GRID_MS: f64 = 4.0;

/// How far before and behind a rough edge is looked, in ms.
const BEFORE_MS: f64 = 350.0;
const BEHIND_MS: f64 = 420.0;

/// The plateau: this far behind the rough edge, in ms.
const PLATEAU_MS: (f64, f64) = (120.0, 380.0);

/// Least excess of a plateau over what precedes it, as a share of that.
const LEAST_EXCESS: f64 = 0.1;

/// Distance whose probability is stated, in s.
const NEAR_S: f64 = 0.02;

/// Direction in time in which an edge rises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::emg) enum Side {
    Onset,
    Offset,
}

/// Places edges in one signal.
#[derive(Clone, Debug)]
pub(in crate::emg) struct Refiner<'a> {
    signal: &'a [f64],
    weighing: Weighing,
    rate: Rate,
    level: Level,
    step: usize,
    templates: Vec<Vec<f64>>,
    onsets: Rises,
    offsets: Rises,
}

/// The probabilities of starts around one edge, in the direction in which it rises.
struct Profile {
    /// Samples before the first start, from the border of the signal where the direction begins.
    start: usize,
    /// Likelihood per duration and start, in multiples of the largest.
    starts: Vec<Vec<f64>>,
    /// Their sums per duration.
    sums: Rises,
    /// Likelihood of a step at single samples from `fine_start` on, in multiples of the largest.
    fine: Vec<f64>,
    fine_start: usize,
}

impl<'a> Refiner<'a> {
    pub(super) fn new(signal: &'a [f64], weighing: Weighing, (rate, level): (Rate, Level)) -> Self {
        let step = rate.samples_of_ms(GRID_MS);
        let templates = RISES_MS.map(|ms| template(ms, &weighing.blur, step, rate)).to_vec();
        Self { signal, weighing, rate, level, step, templates, onsets: ANY, offsets: ANY }
    }

    /// Places both edges of every span and keeps what they teach about durations. `None` where a span begins or ends with the signal or a gap.
    pub(super) fn learn(&mut self, spans: &[Range<usize>]) -> Vec<(Option<Edge>, Option<Edge>)> {
        let profiles = |side: Side| -> Vec<Option<Profile>> {
            (0..spans.len()).map(|k| self.profile(side, spans, k, 1.0)).collect()
        };
        let (onsets, offsets) = (profiles(Side::Onset), profiles(Side::Offset));
        let (rises, falls) = (Learnt::from(&onsets), Learnt::from(&offsets));
        let sudden = rises.gain + falls.gain <= FOR_ANY_RAMP;
        let known = |learnt: Learnt| if sudden || learnt.gain <= FOR_RAMPS { STEPS } else { learnt.rises };
        (self.onsets, self.offsets) = (known(rises), known(falls));
        let edge = |side: Side, profile: &Option<Profile>| profile.as_ref().map(|profile| self.edge(side, profile));
        onsets.iter().zip(&offsets).map(|(on, off)| (edge(Side::Onset, on), edge(Side::Offset, off))).collect()
    }

    /// Places one edge of span `k`, before which the power is `floor` times that of rest.
    pub(in crate::emg) fn place(&self, side: Side, spans: &[Range<usize>], k: usize, floor: f64) -> Option<Edge> {
        self.profile(side, spans, k, floor).map(|profile| self.edge(side, &profile))
    }

    /// Mean power of a stretch in multiples of rest.
    pub(in crate::emg) fn power(&self, range: Range<usize>) -> f64 {
        let squares = self.weighing.squares(self.signal, range);
        squares.iter().sum::<f64>() / squares.len().max(1) as f64
    }

    /// The likelihoods around one edge of span `k`, whose neighbours bound the search.
    fn profile(&self, side: Side, spans: &[Range<usize>], k: usize, floor: f64) -> Option<Profile> {
        let n = self.signal.len();
        let ms = |ms: f64| self.rate.samples_of_ms(ms);
        // Everything from here on is in the direction in which the edge rises.
        let turned = |span: &Range<usize>| match side {
            Side::Onset => span.clone(),
            Side::Offset => n - span.end..n - span.start,
        };
        let span = turned(&spans[k]);
        let neighbour = match side {
            Side::Onset => k.checked_sub(1).and_then(|k| spans.get(k)),
            Side::Offset => spans.get(k + 1),
        };
        let bound = neighbour.map_or(0, |other| turned(other).end.midpoint(span.start));
        let at = |i: usize| match side {
            Side::Onset => self.signal[i],
            Side::Offset => self.signal[n - 1 - i],
        };
        // Back to a gap, but not beyond what is looked at; forward likewise.
        let earliest = span.start.saturating_sub(ms(BEFORE_MS)).max(bound);
        let from = (earliest..span.start).rev().take_while(|i| !at(*i).is_nan()).last()?;
        let latest = (span.start + ms(BEHIND_MS)).min(span.start + span.len() * 6 / 10 + ms(20.0)).min(n);
        let first = span.start + ms(PLATEAU_MS.0).min(span.len() / 3);
        let last = (span.start + ms(PLATEAU_MS.1)).min(span.end - span.len() / 4).max(first + 1);
        let until = (span.start..latest.max(last)).find(|i| at(*i).is_nan()).unwrap_or(latest.max(last));
        if span.start == 0 || until <= first {
            return None;
        }
        let mut squares = match side {
            Side::Onset => self.weighing.squares(self.signal, from..until),
            Side::Offset => self.weighing.squares(self.signal, n - until..n - from),
        };
        if side == Side::Offset {
            squares.reverse();
        }
        if floor != 1.0 {
            for square in &mut squares {
                *square /= floor;
            }
        }
        let plateau = &squares[first - from..last.min(until) - from];
        let excess = (plateau.iter().sum::<f64>() / plateau.len() as f64 - 1.0).max(LEAST_EXCESS);
        squares.truncate(latest.min(until) - from);
        self.likelihoods(&squares, from, excess)
    }

    /// The likelihood of every duration and start in squares of which the plateau exceeds 1 by `excess`; `None` where no edge fits into them.
    fn likelihoods(&self, squares: &[f64], start: usize, excess: f64) -> Option<Profile> {
        let bins: Vec<f64> = squares.chunks_exact(self.step).map(|bin| bin.iter().sum()).collect();
        let plateau = suffix_sums(&bins, self.terms(excess, 1.0), self.step as f64);
        let mut starts: Vec<Vec<f64>> =
            self.templates.iter().map(|template| self.log_likelihoods(&bins, &plateau, template, excess)).collect();
        let best = (0..=bins.len()).max_by(|a, b| starts[0][*a].total_cmp(&starts[0][*b])).unwrap_or(0);
        let top = starts.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
        if !top.is_finite() {
            return None;
        }
        let mut sums = [0.0; RISES_MS.len()];
        for (sum, row) in sums.iter_mut().zip(&mut starts) {
            for log in row.iter_mut() {
                *log = exp_of(*log - top);
            }
            *sum = row.iter().sum();
        }
        let (fine_start, fine) = self.fine_steps(squares, best, excess);
        Some(Profile { start, starts, sums, fine, fine_start })
    }

    /// Log likelihood of every start in `bins` of a rise by `template`, against rest throughout. A rise that does not end within the region
    /// cannot be judged.
    fn log_likelihoods(&self, bins: &[f64], plateau: &[f64], template: &[f64], excess: f64) -> Vec<f64> {
        let reach = self.weighing.blur.len().div_euclid(2).div_ceil(self.step);
        let gains: Vec<f64> = template.iter().map(|share| self.terms(excess, *share).0).collect();
        let costs = self.costs(template, reach, excess);
        let mut padded = vec![0.0; reach];
        padded.extend_from_slice(bins);
        let mut logs = vec![f64::NEG_INFINITY; bins.len() + 1];
        let judged = (bins.len() + 1 + reach).saturating_sub(template.len()).min(logs.len());
        correlate(self.level, &padded, &gains, &mut logs[..judged]);
        for (i, log) in logs[..judged].iter_mut().enumerate() {
            *log += plateau[i + template.len() - reach] - costs[reach.saturating_sub(i)] * self.step as f64;
        }
        logs
    }

    /// What a square says for a variance that has reached `share` of its excess over rest, and what each square costs.
    fn terms(&self, excess: f64, share: f64) -> (f64, f64) {
        let half = 0.5 * self.weighing.independence;
        let variance = variance(excess, share);
        (half * (1.0 - 1.0 / variance), half * math::ln(variance))
    }

    /// What the shares of a template cost together, from the first, the second ... and that at `last` on.
    fn costs(&self, template: &[f64], last: usize, excess: f64) -> Vec<f64> {
        // Few logarithms of products stand for many; no variance is so large that eight overflow.
        const TOGETHER: usize = 8;
        let half = 0.5 * self.weighing.independence;
        let log = |shares: &[f64]| math::ln(shares.iter().map(|share| variance(excess, *share)).product());
        let mut costs = vec![0.0; last + 1];
        costs[last] = half * template[last..].chunks(TOGETHER).map(log).sum::<f64>();
        for k in (0..last).rev() {
            costs[k] = costs[k + 1] + half * log(&template[k..=k]);
        }
        costs
    }

    /// Likelihoods of a step at every sample around bin `best`.
    fn fine_steps(&self, squares: &[f64], best: usize, excess: f64) -> (usize, Vec<f64>) {
        const BINS: usize = 4;
        let shares = running_sums(self.weighing.blur.clone());
        let half = shares.len() / 2;
        let candidates = best.saturating_sub(BINS) * self.step..((best + BINS) * self.step).min(squares.len());
        let (gains, costs): (Vec<f64>, Vec<f64>) = shares.iter().map(|share| self.terms(excess, *share)).unzip();
        let costs = running_sums(costs);
        // What lies beyond the region says and costs nothing.
        let window = candidates.start.saturating_sub(half)..(candidates.end + half).min(squares.len());
        let mut padded = vec![0.0; half.saturating_sub(candidates.start)];
        padded.extend_from_slice(&squares[window.clone()]);
        padded.resize(candidates.len() + 2 * half, 0.0);
        let plateau = suffix_sums(&squares[window.clone()], self.terms(excess, 1.0), 1.0);
        let mut logs = vec![0.0; candidates.len()];
        correlate(self.level, &padded, &gains, &mut logs);
        for (t0, log) in candidates.clone().zip(&mut logs) {
            let before = half.saturating_sub(t0).checked_sub(1).map_or(0.0, |k| costs[k]);
            let behind = (t0 + half + 1).min(window.end);
            *log += plateau[behind - window.start] - (costs[behind + half - t0 - 1] - before);
        }
        let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (candidates.start, logs.iter().map(|log| exp_of(log - top)).collect())
    }

    /// The edge that a profile says, with what is known of durations.
    fn edge(&self, side: Side, profile: &Profile) -> Edge {
        let learnt = if side == Side::Onset { &self.onsets } else { &self.offsets };
        let doubted: Rises = std::array::from_fn(|k| (1.0 - STATED_DOUBT) * learnt[k] + STATED_DOUBT * ANY[k]);
        let starts = |rises: &Rises| running_sums(self.starts(profile, rises));
        let (median, wide) = (starts(learnt), starts(&doubted));
        let at = quantile(&median, 0.5);
        let near = NEAR_S * self.rate.hz();
        let mass: Rises = std::array::from_fn(|k| learnt[k] * profile.sums[k]);
        let all: f64 = mass.iter().sum();
        let rise_ms = mass.iter().zip(RISES_MS).map(|(mass, ms)| mass * ms).sum::<f64>() / all;
        let model = if mass[0] >= 0.5 * all { EdgeModel::Step } else { EdgeModel::Ramp };
        // Back to the direction of time.
        let place = |i: f64| match side {
            Side::Onset => profile.start as f64 + i,
            Side::Offset => self.signal.len() as f64 - profile.start as f64 - i,
        };
        let seconds = |i: f64| place(i).max(0.0) / self.rate.hz();
        let (a, b) = (seconds(quantile(&wide, 0.025)), seconds(quantile(&wide, 0.975)));
        Edge {
            sample: self.rate.sample_at(seconds(at)),
            low_s: a.min(b),
            high_s: a.max(b),
            rise_ms: if model == EdgeModel::Step { 0.0 } else { rise_ms },
            model,
            within_20_ms: share(&wide, at - near, at + near),
        }
    }

    /// Probability of every sample of the region to be the start, not normalised.
    fn starts(&self, profile: &Profile, rises: &Rises) -> Vec<f64> {
        let mut masses = vec![0.0; profile.starts[0].len()];
        for (rise, row) in rises.iter().zip(&profile.starts).skip(1) {
            masses.iter_mut().zip(row).for_each(|(mass, start)| *mass += rise / self.step as f64 * start);
        }
        let mut samples = vec![0.0; masses.len() * self.step + profile.fine.len()];
        for (i, mass) in masses.iter().enumerate() {
            let from = (i * self.step).saturating_sub(self.step / 2);
            for sample in &mut samples[from..from + self.step] {
                *sample += mass;
            }
        }
        let fine: f64 = profile.fine.iter().sum();
        if fine > 0.0 {
            let share = rises[0] * profile.sums[0] / fine;
            let from = profile.fine_start;
            for (sample, mass) in samples[from..].iter_mut().zip(&profile.fine) {
                *sample += mass * share;
            }
        }
        samples
    }
}

/// Share of the plateau's variance per bin of `step` samples for an edge that rises so long; it begins behind the blur's reach.
fn template(rise_ms: f64, blur: &[f64], step: usize, rate: Rate) -> Vec<f64> {
    let length = rate.sample_at(rise_ms / 1000.0);
    let half = blur.len() / 2;
    let reach = half.div_ceil(step) * step;
    let share = |since: f64| {
        let u = if length == 0 { 1.0 } else { (since / length as f64).min(1.0) };
        if since < 0.0 { 0.0 } else { u * u }
    };
    let blurred = |i: usize| -> f64 {
        let since = i as f64 - reach as f64 + half as f64 + 0.5;
        blur.iter().enumerate().map(|(k, weight)| weight * share(since - k as f64)).sum()
    };
    let samples = 2 * reach + length.div_ceil(step) * step;
    let shares: Vec<f64> = (0..samples).map(blurred).collect();
    shares.chunks(step).map(|bin| bin.iter().sum::<f64>() / step as f64).collect()
}

/// The variance, in multiples of rest, that has reached `share` of its excess.
fn variance(excess: f64, share: f64) -> f64 {
    1.0 + excess * share.max(0.0)
}

/// What all bins from each on say for a plateau: every square for its `gain`, each of the `length` squares of a bin at its `cost`.
fn suffix_sums(bins: &[f64], (gain, cost): (f64, f64), length: f64) -> Vec<f64> {
    let mut sums: Vec<f64> = bins.iter().map(|bin| bin * gain - cost * length).chain([0.0]).collect();
    for k in (0..bins.len()).rev() {
        sums[k] += sums[k + 1];
    }
    sums
}

fn running_sums(mut values: Vec<f64>) -> Vec<f64> {
    let mut sum = 0.0;
    for value in &mut values {
        sum += *value;
        *value = sum;
    }
    values
}

/// `e^x`, 0 where it would not count.
fn exp_of(x: f64) -> f64 {
    if x < -40.0 { 0.0 } else { math::exp(x) }
}

/// What the edges of one side teach about durations.
struct Learnt {
    /// The distribution that makes all edges together most probable.
    rises: Rises,
    /// How much more probable than steps it makes them, as a natural logarithm.
    gain: f64,
}

impl Learnt {
    fn from(profiles: &[Option<Profile>]) -> Self {
        const ROUNDS: usize = 30;
        let profiles: Vec<&Profile> = profiles.iter().flatten().collect();
        let mass =
            |profile: &Profile, rises: &Rises| -> f64 { profile.sums.iter().zip(rises).map(|(sum, p)| sum * p).sum() };
        let mut rises = ANY;
        for _ in 0..ROUNDS {
            let mut counts: Rises = ANY.map(|p| LEARNING_DOUBT * p);
            for profile in &profiles {
                let all = mass(profile, &rises);
                for ((count, sum), p) in counts.iter_mut().zip(&profile.sums).zip(&rises) {
                    *count += if all > 0.0 { sum * p / all } else { 0.0 };
                }
            }
            let all: f64 = counts.iter().sum();
            rises = counts.map(|count| count / all);
        }
        let evidence = |rises: &Rises| -> f64 {
            profiles.iter().map(|profile| math::ln(mass(profile, rises).max(f64::MIN_POSITIVE))).sum()
        };
        let gain = evidence(&rises) - evidence(&STEPS);
        Self { rises, gain }
    }
}

/// The place, in samples, below which the share `q` of the mass lies, by the mass up to and with each sample; mass is spread over its sample.
fn quantile(sums: &[f64], q: f64) -> f64 {
    let wanted = q * sums.last().copied().unwrap_or(0.0);
    let i = sums.partition_point(|sum| *sum < wanted);
    let Some(sum) = sums.get(i) else { return sums.len() as f64 };
    let before = if i == 0 { 0.0 } else { sums[i - 1] };
    if *sum > before { i as f64 - 0.5 + (wanted - before) / (sum - before) } else { i as f64 }
}

/// The share of the mass on samples from `low` to `high`.
fn share(sums: &[f64], low: f64, high: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= count <= len")]
    let mass_of = |count: f64| match count.clamp(0.0, sums.len() as f64) as usize {
        0 => 0.0,
        count => sums[count - 1],
    };
    (mass_of(high.floor() + 1.0) - mass_of(low.ceil())) / mass_of(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_rises_with_the_square_of_the_amplitude() {
        let rate = Rate::new(1000.0).unwrap();
        assert_eq!(template(0.0, &[1.0], 4, rate), [] as [f64; 0]);
        let shares = template(40.0, &[1.0], 4, rate);
        assert_eq!(shares.len(), 10);
        assert!((shares[4] - 0.45 * 0.45).abs() < 1e-2 && shares.windows(2).all(|pair| pair[0] < pair[1]));
        // Blurred over 9 samples a step has passed a part before its time.
        let blurred = template(0.0, &[1.0 / 9.0; 9], 4, rate);
        assert_eq!(blurred.len(), 2);
        assert!((blurred[0] - 2.5 / 9.0).abs() < 1e-12, "{blurred:?}");
    }

    #[test]
    fn quantiles_lie_within_samples() {
        let quantile = |mass: &[f64], q| quantile(&running_sums(mass.to_vec()), q);
        assert_eq!(quantile(&[0.0, 0.0, 2.0, 0.0], 0.5), 2.0);
        assert_eq!(quantile(&[1.0, 1.0], 0.5), 0.5);
        assert_eq!(quantile(&[1.0, 0.0, 1.0], 0.75), 2.0);
        let sums = running_sums(vec![1.0, 2.0, 3.0, 4.0]);
        assert_eq!((share(&sums, 0.5, 2.0), share(&sums, -9.0, 9.0), share(&sums, 1.1, 1.9)), (0.5, 1.0, 0.0));
    }
}
