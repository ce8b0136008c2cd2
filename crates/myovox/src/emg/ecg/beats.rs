//! Heart beats under a muscle: whether there are any, how fast, and where.
//!
//! The QRS complex has its power from 5 to 40 Hz, recurs 40 to 180 times a minute, and always looks the same. So means over 10 ms, less their
//! mean over 155 ms, are rectified and smoothed; where the muscle works, told by the power within the 10 ms, nothing is taken. Their
//! autocorrelation peaks at the time between beats, and falls off before: that fall is the periodicity. Rhythmic contractions are periodic too;
//! what looks different each time is no heart.

use crate::dsp::{moving, robust};
use crate::units::Rate;

/// Slowest and fastest heart, in beats a minute.
const RATES_PER_MIN: [f64; 2] = [40.0, 180.0];

/// Length of the groups in which work is told from rest, in ms, and by how much power: 6 dB above the quietest fifth.
const GROUP_MS: f64 = 250.0;
const QUIET: f64 = 0.2;
const WORK: f64 = 4.0;

/// What lies below the QRS complex is a mean over so many ms.
const DRIFT_MS: f64 = 155.0;

/// Length of the mean that makes an envelope, in ms: hearts do not beat like clocks.
const ENVELOPE_MS: f64 = 105.0;

/// Only every so manieth value of the envelope goes into the autocorrelation.
const EVERY: usize = 4;

/// Least time that the muscle rests, in s.
const LEAST_REST_S: f64 = 8.0;

/// The envelope's 95 % quantile over its median, of noise about 1.45, with beats more, of a tone 1.
const PEAK: f64 = 1.3;

/// Height of a beat over the usual one.
const HEIGHTS: [f64; 2] = [0.4, 2.5];

/// Sides of a beat are as tall as each other up to this ratio.
const SAME_HEIGHT: f64 = 1.2;

/// Half the length over which beats are compared, in ms.
const HALF_MS: f64 = 90.0;

/// Least correlation of a beat with the mean of all, share of candidates that reach it, and number of beats.
const ALIKE: f64 = 0.6;
const LEAST_ALIKE: f64 = 0.75;
const LEAST_BEATS: usize = 8;

/// What was heard of a heart.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::emg) struct Pulse {
    /// How much the envelope repeats itself, 0 to 1.
    pub(in crate::emg) periodicity: f64,
    /// The beats, where they are those of a heart.
    pub(in crate::emg) heart: Option<Heart>,
}

/// Beats in order of time.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::emg) struct Heart {
    /// In blocks from the first sample.
    pub(in crate::emg) beats: Vec<usize>,
    /// Beats a minute: by the median of the times between them.
    pub(in crate::emg) rate_per_min: f64,
}

/// Listens to a channel: the means and the power about them of its blocks, NaN in gaps, `rate` blocks a second. `None` where the muscle rests for
/// too short a time.
pub(in crate::emg) fn listen(means: &[f64], powers: &[f64], rate: Rate, least_periodicity: f64) -> Option<Pulse> {
    let band = band(means, rate);
    let working = working(powers, rate);
    let heard: Vec<bool> = band.iter().zip(&working).map(|(v, working)| !v.is_nan() && !working).collect();
    let length = |ms: f64| rate.samples_of_ms(ms);
    let rectified: Vec<f64> = band.iter().map(|v| if v.is_nan() { 0.0 } else { v.abs() }).collect();
    let mut envelope = vec![0.0; band.len()];
    moving::mean(&rectified, length(ENVELOPE_MS) | 1, &mut envelope);
    let coarse: Vec<Option<f64>> =
        envelope.iter().zip(&heard).step_by(EVERY).map(|(v, heard)| heard.then_some(*v)).collect();
    let coarse_rate = Rate::new(rate.hz() / EVERY as f64).ok()?;
    let (periodicity, lag) = periodicity(&coarse, coarse_rate)?;
    let heart = (periodicity >= least_periodicity && stands_out(&coarse))
        .then(|| beats(&band, &heard, rate, lag * EVERY))
        .flatten();
    Some(Pulse { periodicity, heart })
}

/// Whether the envelope has peaks at all: what a steady tone leaves in it repeats itself too.
fn stands_out(envelope: &[Option<f64>]) -> bool {
    let mut there: Vec<f64> = envelope.iter().flatten().copied().collect();
    let [usual, high] = [0.5, 0.95].map(|q| robust::quantile(&mut there, q).unwrap_or_default());
    high > PEAK * usual
}

/// The means, less their drift; NaN in gaps.
fn band(means: &[f64], rate: Rate) -> Vec<f64> {
    let mut band = vec![f64::NAN; means.len()];
    for stretch in crate::emg::activation::stretches(means) {
        let x = &means[stretch.clone()];
        let out = &mut band[stretch.clone()];
        moving::mean(x, rate.samples_of_ms(DRIFT_MS) | 1, out);
        out.iter_mut().zip(x).for_each(|(out, x)| *out = x - *out);
    }
    band
}

/// Where the muscle works, and beside it, where smoothing smears what it does.
fn working(powers: &[f64], rate: Rate) -> Vec<bool> {
    let group = rate.samples_of_ms(GROUP_MS);
    let level = |chunk: &[f64]| {
        let mut there: Vec<f64> = chunk.iter().copied().filter(|v| !v.is_nan()).collect();
        robust::median(&mut there)
    };
    let levels: Vec<Option<f64>> = powers.chunks(group).map(level).collect();
    let mut known: Vec<f64> = levels.iter().flatten().copied().collect();
    let limit = robust::quantile(&mut known, QUIET).map_or(f64::INFINITY, |quiet| WORK * quiet);
    let works: Vec<bool> = levels.iter().map(|level| level.is_some_and(|level| level > limit)).collect();
    let near = |k: usize| works[k.saturating_sub(1)..(k + 2).min(works.len())].contains(&true);
    (0..works.len()).flat_map(|k| std::iter::repeat_n(near(k), group)).take(powers.len()).collect()
}

/// The most that the autocorrelation rises from its lowest value before to a peak at the time of a beat, and that time.
fn periodicity(envelope: &[Option<f64>], rate: Rate) -> Option<(f64, usize)> {
    let there: Vec<f64> = envelope.iter().flatten().copied().collect();
    let mean = there.iter().sum::<f64>() / there.len().max(1) as f64;
    let values: Vec<(f64, f64)> = envelope.iter().map(|v| v.map_or((0.0, 0.0), |v| (v - mean, 1.0))).collect();
    let at = |per_min: f64| rate.samples_of_ms(60_000.0 / per_min);
    let (shortest, longest) = (at(RATES_PER_MIN[1]), at(RATES_PER_MIN[0]));
    let least = LEAST_REST_S * rate.hz();
    let correlations: Vec<Option<f64>> =
        (0..=longest + 1).map(|lag| (lag < values.len()).then(|| correlation(&values, lag, least)).flatten()).collect();
    if correlations[shortest..=longest].iter().flatten().count() < (longest - shortest) / 2 {
        return None;
    }
    let rise = |k: usize| {
        let here = correlations[k]?;
        let is_peak = correlations[k - 1]? <= here && here >= correlations[k + 1]?;
        let lowest = correlations[1..k].iter().flatten().copied().fold(f64::INFINITY, f64::min);
        is_peak.then_some((here - lowest.max(0.0), k))
    };
    let best = (shortest..=longest).filter_map(rise).max_by(|a, b| a.0.total_cmp(&b.0));
    Some(best.map_or((0.0, shortest), |(rise, k)| (rise.clamp(0.0, 1.0), k)))
}

/// The correlation of the envelope with itself `lag` later, where both are known; `None` where they are for less than `least`.
fn correlation(values: &[(f64, f64)], lag: usize, least: f64) -> Option<f64> {
    let (mut product, mut left, mut right, mut n) = (0.0, 0.0, 0.0, 0.0);
    for ((a, known_a), (b, known_b)) in values.iter().zip(&values[lag..]) {
        product += a * b;
        left += a * a * known_b;
        right += b * b * known_a;
        n += known_a * known_b;
    }
    if n < least {
        return None;
    }
    let power = (left * right).sqrt();
    Some(if power > 0.0 { product / power } else { 0.0 })
}

/// The beats, about `period` blocks apart; `None` where they do not look alike. They are placed by their taller side, upwards where both are as
/// tall.
fn beats(band: &[f64], heard: &[bool], rate: Rate, period: usize) -> Option<Heart> {
    let up = peaks(band, heard, period, 1.0);
    let down = peaks(band, heard, period, -1.0);
    let (_, candidates) = if down.0 > SAME_HEIGHT * up.0 { down } else { up };
    let half = rate.samples_of_ms(HALF_MS);
    let whole =
        |i: &usize| *i >= half && i + half < band.len() && band[i - half..=i + half].iter().all(|v| !v.is_nan());
    let candidates: Vec<usize> = candidates.into_iter().filter(whole).collect();
    let shape = |i: usize| &band[i - half..=i + half];
    let resting: Vec<usize> = candidates.iter().copied().filter(|i| heard[*i]).collect();
    let alike = |mean: &[f64], of: &[usize]| -> Vec<usize> {
        of.iter().copied().filter(|i| likeness(shape(*i), mean) >= ALIKE).collect()
    };
    let first = mean_shape(&resting, shape)?;
    let kept = alike(&first, &resting);
    let template = mean_shape(&kept, shape)?;
    let kept = alike(&template, &resting);
    if kept.len() < LEAST_BEATS || (kept.len() as f64) < LEAST_ALIKE * resting.len() as f64 {
        return None;
    }
    let mut apart: Vec<f64> = kept
        .windows(2)
        .map(|pair| (pair[1] - pair[0]) as f64)
        .filter(|apart| (0.6 * period as f64..1.6 * period as f64).contains(apart))
        .collect();
    let rate_per_min = 60.0 * rate.hz() / robust::median(&mut apart)?;
    // Under a working muscle only what looks like a beat is taken for one.
    let beats = candidates.iter().copied().filter(|i| likeness(shape(*i), &template) >= ALIKE).collect();
    Some(Heart { beats, rate_per_min })
}

/// The usual height of beats on one side, and every peak of about that height that is the tallest around.
fn peaks(band: &[f64], heard: &[bool], period: usize, side: f64) -> (f64, Vec<usize>) {
    let height = |i: usize| (side * band[i]).max(0.0);
    let highest = |span: std::ops::Range<usize>| span.max_by(|a, b| height(*a).total_cmp(&height(*b)));
    let mut usual: Vec<f64> = (0..band.len() / period)
        .map(|k| k * period..(k + 1) * period)
        .filter(|span| span.clone().all(|i| heard[i]))
        .filter_map(|span| highest(span).map(height))
        .collect();
    let Some(usual) = robust::median(&mut usual).filter(|usual| *usual > 0.0) else { return (0.0, Vec::new()) };
    let apart = period / 2;
    let is_peak = |i: &usize| {
        let tall = (HEIGHTS[0] * usual..=HEIGHTS[1] * usual).contains(&height(*i));
        tall && highest(i.saturating_sub(apart)..(i + apart).min(band.len())) == Some(*i)
    };
    (usual, (0..band.len()).filter(is_peak).collect())
}

fn mean_shape<'a>(of: &[usize], shape: impl Fn(usize) -> &'a [f64]) -> Option<Vec<f64>> {
    let mut sum = shape(*of.first()?).to_vec();
    for i in &of[1..] {
        sum.iter_mut().zip(shape(*i)).for_each(|(sum, v)| *sum += v);
    }
    Some(sum)
}

/// Correlation of two shapes about their means.
fn likeness(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut product, mut left, mut right) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        product += a * b;
        left += a * a;
        right += b * b;
    }
    let power = (left * right).sqrt();
    if power > 0.0 { product / power } else { 0.0 }
}
