//! Where activity roughly is: the level of the signal against what noise of the resting level reaches.

use std::ops::Range;

use super::ActivationConfig;
use crate::dsp::{math, moving, robust};
use crate::units::Rate;

/// Length of a bin, in ms: rough edges need no more.
const BIN_MS: f64 = 5.0;

/// Length of the windows whose level tells rest, in ms.
const REST_MS: f64 = 250.0;

/// The search for rest begins at this quantile of the levels.
const LOW_QUANTILE: f64 = 0.05;

/// Standard deviations of the level of pure noise that rest may vary by.
const REST_DEVIATIONS: f64 = 3.0;

/// Power below this share of the largest is no muscle at rest: a gated signal, or what a filter rings. Surface EMG spans 70 dB.
pub(in crate::emg) const SILENCE: f64 = 1e-8;

/// Bins around a span that are neither counted as rest.
const MARGIN_BINS: usize = 20;

/// Mean squares of a signal in bins, and what they are at rest.
#[derive(Debug)]
pub(super) struct Levels {
    /// Samples in a bin.
    pub(super) bin: usize,
    samples: usize,
    /// Bins per second.
    bins: Rate,
    short: Vec<f64>,
    long: Vec<f64>,
    resting: Vec<bool>,
    /// Mean square at rest and independent squares in the short and the long window.
    rest: [(f64, f64); 2],
}

/// A quantile of chi-square over its mean, by its standard normal deviate (Wilson and Hilferty 1931).
pub(in crate::emg) fn chi_square_ratio(deviate: f64, dof: f64) -> f64 {
    let variance = 2.0 / (9.0 * dof);
    let root = 1.0 - variance + deviate * variance.sqrt();
    root * root * root
}

impl Levels {
    /// The levels of a signal of which `width_hz` holds noise; `None` where nothing of it can be rest.
    pub(super) fn new(
        signal: &[f64],
        rate: Rate,
        width_hz: f64,
        config: &ActivationConfig,
        rest: &[Range<usize>],
    ) -> Option<Self> {
        let bin = rate.samples_of_ms(BIN_MS);
        let per_second = Rate::new(rate.hz() / bin as f64).ok()?;
        let bins = mean_squares(signal, bin);
        let dof = |ms: f64| independent_squares(width_hz, ms);
        let resting = if rest.is_empty() {
            resting(&bins, dof(REST_MS), per_second.samples_of_ms(REST_MS))?
        } else {
            let inside = |i: usize| rest.iter().any(|span| span.start <= i * bin && (i + 1) * bin <= span.end);
            (0..bins.len()).map(inside).collect()
        };
        let [short, long] =
            [config.short_ms, config.long_ms].map(|ms| moving_mean(&bins, per_second.samples_of_ms(ms)));
        let of_rest = |level: &[f64], ms: f64| -> Option<(f64, f64)> {
            let mut rest: Vec<f64> =
                level.iter().zip(&resting).filter(|(v, rest)| **rest && v.is_finite()).map(|(v, _)| *v).collect();
            let mean = robust::median(&mut rest)?;
            // What remains of the values are their deviations.
            let spread = robust::mad_sigma(&mut rest)?;
            // Rest that varies more than noise does has fewer independent squares.
            (mean > 0.0).then(|| (mean, dof(ms).min(2.0 * (mean / spread) * (mean / spread))))
        };
        let rest = [of_rest(&short, config.short_ms)?, of_rest(&long, config.long_ms)?];
        Some(Self { bin, samples: signal.len(), bins: per_second, short, long, resting, rest })
    }

    /// Stretches of activity in samples, none empty; a gap ends one unless it is shorter than what is merged.
    pub(super) fn spans(&self, config: &ActivationConfig) -> Vec<Range<usize>> {
        let [(short, short_dof), (long, long_dof)] = self.rest;
        let off = short * chi_square_ratio(config.off_deviates, short_dof);
        let on = short * chi_square_ratio(config.on_deviates, short_dof);
        let on_long = long * chi_square_ratio(config.on_deviates, long_dof);
        let bins = |ms: f64| self.bins.sample_at(ms / 1000.0);
        let mut spans: Vec<Range<usize>> = Vec::new();
        let mut i = 0;
        while i < self.short.len() {
            let start = i;
            let mut begun = false;
            while i < self.short.len() && self.short[i] > off {
                begun |= self.short[i] > on || self.long[i] > on_long;
                i += 1;
            }
            if begun {
                match spans.last_mut() {
                    Some(last) if start - last.end <= bins(config.merge_ms) => last.end = i,
                    _ => spans.push(start..i),
                }
            }
            i += 1;
        }
        spans.retain(|span| span.len() >= bins(config.minimum_ms));
        spans.into_iter().map(|span| span.start * self.bin..(span.end * self.bin).min(self.samples)).collect()
    }

    /// Stretches of rest in samples, away from `spans`.
    pub(super) fn rest_spans(&self, spans: &[Range<usize>]) -> Vec<Range<usize>> {
        let mut rest = self.resting.clone();
        for span in spans {
            let from = (span.start / self.bin).saturating_sub(MARGIN_BINS);
            let to = (span.end / self.bin + MARGIN_BINS).min(rest.len());
            rest[from..to].fill(false);
        }
        in_samples(&rest, self.bin, self.samples)
    }
}

/// Where a signal of which `width_hz` holds noise rests, in samples; nothing where nothing of it can be rest.
pub(super) fn find_rest(signal: &[f64], rate: Rate, width_hz: f64) -> Vec<Range<usize>> {
    let bin = rate.samples_of_ms(BIN_MS);
    let bins = mean_squares(signal, bin);
    let length = Rate::new(rate.hz() / bin as f64).map_or(1, |bins| bins.samples_of_ms(REST_MS));
    let rest = resting(&bins, independent_squares(width_hz, REST_MS), length).unwrap_or_default();
    in_samples(&rest, bin, signal.len())
}

/// Mean squares in bins, none below silence.
fn mean_squares(signal: &[f64], bin: usize) -> Vec<f64> {
    let mut powers: Vec<f64> =
        signal.chunks(bin).map(|chunk| chunk.iter().map(|v| v * v).sum::<f64>() / chunk.len() as f64).collect();
    let silence = SILENCE * powers.iter().copied().fold(0.0, f64::max);
    for power in powers.iter_mut().filter(|power| **power < silence) {
        *power = silence;
    }
    powers
}

/// Independent squares in so many ms of noise of a band so wide.
fn independent_squares(width_hz: f64, ms: f64) -> f64 {
    2.0 * width_hz * ms / 1000.0
}

/// Stretches of marked bins in samples.
fn in_samples(marked: &[bool], bin: usize, samples: usize) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for i in (0..marked.len()).filter(|i| marked[*i]) {
        let (from, to) = (i * bin, ((i + 1) * bin).min(samples));
        match found.last_mut() {
            Some(last) if last.end == from => last.end = to,
            _ => found.push(from..to),
        }
    }
    found
}

/// Which bins are rest: those in windows whose level lies in the lowest mode of all levels. `None` where nothing has a level.
fn resting(bins: &[f64], dof: f64, length: usize) -> Option<Vec<bool>> {
    let length = length.clamp(1, bins.len().max(1));
    let windows: Vec<(usize, f64)> = (0..=bins.len().checked_sub(length)?)
        .step_by((length / 2).max(1))
        .map(|i| (i, bins[i..i + length].iter().sum::<f64>() / length as f64))
        .filter(|(_, level)| level.is_finite() && *level > 0.0)
        .map(|(i, level)| (i, math::ln(level)))
        .collect();
    let mut levels: Vec<f64> = windows.iter().map(|(_, level)| *level).collect();
    let mut centre = robust::quantile(&mut levels, LOW_QUANTILE)?;
    let reach = REST_DEVIATIONS * (2.0 / dof).sqrt();
    // The mean of what lies within reach climbs to the mode.
    for _ in 0..100 {
        let inside = levels.iter().filter(|level| (**level - centre).abs() <= reach);
        let (sum, n) = inside.fold((0.0, 0_usize), |(sum, n), level| (sum + level, n + 1));
        let next = if n > 0 { sum / n as f64 } else { centre };
        if next == centre {
            break;
        }
        centre = next;
    }
    let mut resting = vec![false; bins.len()];
    for (i, _) in windows.iter().filter(|(_, level)| (level - centre).abs() <= reach) {
        resting[*i..*i + length].fill(true);
    }
    Some(resting)
}

/// Mean over a centred window of so many bins, over what exists of it; NaN where the bin itself is.
fn moving_mean(bins: &[f64], width: usize) -> Vec<f64> {
    let window = 2 * (width / 2) + 1;
    let over = |values: Vec<f64>| {
        let mut means = vec![0.0; values.len()];
        moving::mean(&values, window, &mut means);
        means
    };
    let mut means = over(bins.iter().map(|v| if v.is_nan() { 0.0 } else { *v }).collect());
    if bins.iter().any(|v| v.is_nan()) {
        let shares = over(bins.iter().map(|v| if v.is_nan() { 0.0 } else { 1.0 }).collect());
        for ((mean, share), bin) in means.iter_mut().zip(shares).zip(bins) {
            *mean = if bin.is_nan() { f64::NAN } else { *mean / share };
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantiles_are_those_of_chi_square() {
        // scipy.stats.chi2.ppf(norm.cdf(z), dof) / dof
        for (deviate, dof, expected) in
            [(2.0, 50.0, 1.43856), (5.0, 50.0, 2.33645), (0.0, 10.0, 0.93418), (-2.0, 30.0, 0.55276)]
        {
            approx::assert_relative_eq!(chi_square_ratio(deviate, dof), expected, max_relative = 4e-2);
        }
    }

    #[test]
    fn rest_is_the_lowest_mode_though_most_is_activity() {
        // A tenth of rest at 1, the remainder at 4 and 9, all within a few percent.
        let level = |i: usize| match (i / 100) % 10 {
            0 => 1.0,
            k if k % 2 == 0 => 4.0,
            _ => 9.0,
        };
        let bins: Vec<f64> = (0..6000).map(|i| level(i) * (1.0 + 0.02 * ((i * 7919) % 13) as f64 / 13.0)).collect();
        let rest = resting(&bins, 200.0, 50).unwrap();
        assert!((0..6000).filter(|i| rest[*i]).all(|i| (i / 100) % 10 == 0));
        assert!(rest.iter().filter(|r| **r).count() >= 500);
    }

    #[test]
    fn means_are_over_the_bins_that_exist() {
        let means = moving_mean(&[1.0, 2.0, f64::NAN, 4.0, 8.0], 3);
        assert_eq!(means[..2], [1.5, 1.5]);
        assert!(means[2].is_nan());
        assert_eq!(means[3..], [6.0, 6.0]);
    }

    #[test]
    fn silence_and_nothing_have_no_rest() {
        assert_eq!(resting(&[0.0; 500], 200.0, 50), None);
        assert_eq!(resting(&[f64::NAN; 500], 200.0, 50), None);
        assert_eq!(resting(&[], 200.0, 50), None);
    }
}
