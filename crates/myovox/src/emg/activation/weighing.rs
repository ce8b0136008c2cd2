//! How much each frequency tells of activity: a filter whose power gain is `1/S0 - 1/S1`, from the spectra of rest and of activity.
//!
//! Against Gaussian noise of spectrum `S0` a Gaussian signal that makes it `S1` is best told by the power behind such a filter. The spectra are
//! Blackman-Tukey estimates (Parzen window) from sums in a fixed order. The filter blurs edges; so does the band-pass before it. How much is
//! computed here too, so that the edges' templates can be blurred alike.

use std::ops::Range;

use super::energy::{Levels, SILENCE};
use super::stretches;
use crate::dsp::math;
use crate::simd::Level;
use crate::simd::correlate::correlate;
use crate::units::Rate;

/// Lags of the autocorrelations and taps of the filter to either side, in ms.
const LAGS_MS: f64 = 16.0;

/// Points of a spectrum from 0 Hz to half the rate.
const GRID: usize = 256;

/// Share of the resting spectrum's maximum that is added to both spectra: what lies below is rounding.
const FLOOR: f64 = 1e-3;

/// Samples of rest and of activity from which the spectra are taken, at most.
const ENOUGH: usize = 20_000;

/// Blur farther from an edge than this is left out, in ms.
const BLUR_MS: f64 = 30.0;

/// A symmetric filter, and what its output tells.
#[derive(Clone, Debug)]
pub(super) struct Weighing {
    /// An odd number of taps.
    taps: Vec<f64>,
    /// Mean square of the filtered signal at rest.
    rest_power: f64,
    /// Independent squares per sample of the filtered activity.
    pub(super) independence: f64,
    /// How a step of the variance comes out, as differences that sum to 1, the edge in the middle.
    pub(super) blur: Vec<f64>,
    level: Level,
}

/// Learns from where the signal rests and where it does not. The signal is NaN inside gaps.
pub(super) fn weigh(
    signal: &[f64],
    levels: &Levels,
    spans: &[Range<usize>],
    response: &[f64],
    (rate, level): (Rate, Level),
) -> Weighing {
    let lags = rate.samples_of_ms(LAGS_MS);
    let rest = levels.rest_spans(spans);
    // The edges of an activation are not yet its spectrum.
    let cores: Vec<Range<usize>> =
        spans.iter().map(|span| span.start + span.len() / 5..span.end - span.len() / 5).collect();
    let [at_rest, active] = [&rest, &cores].map(|spans| autocorrelation(signal, spans, lags, level));
    let cosines: Vec<f64> = (0..2 * GRID).map(|k| math::cos(std::f64::consts::PI * k as f64 / GRID as f64)).collect();
    let (s0, s1) = (spectrum(&at_rest, &cosines), spectrum(&active, &cosines));
    let largest = |spectrum: &[f64]| spectrum.iter().copied().fold(0.0, f64::max);
    let floor = FLOOR * largest(&s0) + SILENCE * largest(&s1);
    let weights: Vec<f64> =
        s0.iter().zip(&s1).map(|(rest, active)| 1.0 / (rest + floor) - 1.0 / (active.max(*rest) + floor)).collect();
    let weighed = weights.iter().zip(&s1).map(|(weight, active)| weight * active);
    let (sum, squares) = weighed.fold((0.0, 0.0), |(sum, squares), v| (sum + v, squares + v * v));
    let taps = taps_of(&weights, lags, &cosines);
    let taps: Vec<f64> = taps[1..].iter().rev().chain(&taps).copied().collect();
    let blur = blur(&taps, response, &active, &at_rest, rate.samples_of_ms(BLUR_MS));
    let independence = if squares > 0.0 { sum * sum / squares / (GRID as f64 + 1.0) } else { 1.0 };
    let mut weighing = Weighing { taps, rest_power: 1.0, independence, blur, level };
    weighing.rest_power = weighing.mean_power(signal, &rest).max(SILENCE * weighing.mean_power(signal, &cores));
    weighing
}

impl Weighing {
    /// Squares of the filtered signal in multiples of rest; what lies beyond the stretch of signal counts as zero.
    pub(super) fn squares(&self, signal: &[f64], range: Range<usize>) -> Vec<f64> {
        let mut squares = self.filtered(signal, range);
        for v in &mut squares {
            *v = *v * *v / self.rest_power;
        }
        squares
    }

    fn filtered(&self, signal: &[f64], range: Range<usize>) -> Vec<f64> {
        let lags = self.taps.len() / 2;
        let missing = lags.saturating_sub(range.start);
        let mut reached = vec![0.0; missing];
        reached.extend(&signal[(range.start + missing) - lags..(range.end + lags).min(signal.len())]);
        reached.resize(range.len() + 2 * lags, 0.0);
        for v in reached.iter_mut().filter(|v| v.is_nan()) {
            *v = 0.0;
        }
        let mut filtered = vec![0.0; range.len()];
        correlate(self.level, &reached, &self.taps, &mut filtered);
        filtered
    }

    fn mean_power(&self, signal: &[f64], spans: &[Range<usize>]) -> f64 {
        let taken = some_of(spans).flat_map(|span| self.filtered(signal, span));
        let (sum, n) = taken.fold((0.0, 0.0), |(sum, n), v| (sum + v * v, n + 1.0));
        sum / f64::max(n, 1.0)
    }
}

/// The spans as far as [`ENOUGH`] samples reach, evenly from all of them.
fn some_of(spans: &[Range<usize>]) -> impl Iterator<Item = Range<usize>> {
    let all: usize = spans.iter().map(Range::len).sum();
    let taken = move |length: usize| (length * ENOUGH.min(all)).div_ceil(all.max(1));
    spans.iter().map(move |span| span.start..span.start + taken(span.len()))
}

/// Autocorrelation to so many lags, of all spans together. Products with a gap between their factors do not count.
fn autocorrelation(signal: &[f64], spans: &[Range<usize>], lags: usize, level: Level) -> Vec<f64> {
    let mut sums = vec![0.0; lags + 1];
    let mut products = sums.clone();
    let mut n = 0.0;
    for span in some_of(spans) {
        for stretch in stretches(&signal[span.clone()]).into_iter().filter(|stretch| stretch.len() > lags) {
            let x = &signal[span.clone()][stretch];
            correlate(level, x, &x[..x.len() - lags], &mut products);
            sums.iter_mut().zip(&products).for_each(|(sum, product)| *sum += product);
            n += (x.len() - lags) as f64;
        }
    }
    sums.iter().map(|sum| sum / f64::max(n, 1.0)).collect()
}

/// Power spectrum on the grid, by Parzen's window, which keeps it from being negative but for rounding.
fn spectrum(autocorrelation: &[f64], cosines: &[f64]) -> Vec<f64> {
    let lags = autocorrelation.len() as f64;
    let windowed: Vec<f64> = autocorrelation
        .iter()
        .enumerate()
        .map(|(lag, r)| {
            let u = lag as f64 / lags;
            let window = if u <= 0.5 { 1.0 - 6.0 * u * u * (1.0 - u) } else { 2.0 * (1.0 - u) * (1.0 - u) * (1.0 - u) };
            if lag == 0 { *r } else { 2.0 * window * r }
        })
        .collect();
    let power = |point: usize| -> f64 {
        windowed.iter().enumerate().map(|(lag, r)| r * cosines[point * lag % (2 * GRID)]).sum::<f64>()
    };
    (0..=GRID).map(|point| power(point).max(0.0)).collect()
}

/// Taps of the symmetric filter with these power gains, under a Hann window.
fn taps_of(weights: &[f64], lags: usize, cosines: &[f64]) -> Vec<f64> {
    let gains: Vec<f64> = weights
        .iter()
        .enumerate()
        .map(|(point, weight)| if point == 0 || point == GRID { 0.5 } else { 1.0 } * weight.sqrt())
        .collect();
    (0..=lags)
        .map(|lag| {
            let sum: f64 = gains.iter().enumerate().map(|(point, gain)| gain * cosines[point * lag % (2 * GRID)]).sum();
            let window = 0.5 + 0.5 * math::cos(std::f64::consts::PI * lag as f64 / (lags as f64 + 1.0));
            sum / GRID as f64 * window
        })
        .collect()
}

/// What the band-pass and this filter together make of a step in the variance of activity: `d/dt` of the variance, summing to 1.
fn blur(taps: &[f64], response: &[f64], active: &[f64], rest: &[f64], reach: usize) -> Vec<f64> {
    let lags = active.len() - 1;
    let mut chain = vec![0.0; taps.len() + response.len() - 1];
    for (i, a) in taps.iter().enumerate() {
        chain[i..i + response.len()].iter_mut().zip(response).for_each(|(sum, b)| *sum += a * b);
    }
    let excess: Vec<f64> = active.iter().zip(rest).map(|(active, rest)| active - rest).collect();
    let middle = chain.len() / 2;
    let reach = reach.min(middle);
    // The products of the new input with itself and with all before it.
    let step = |k: usize| {
        let before = (1..=lags.min(k)).map(|lag| 2.0 * chain[k - lag] * excess[lag]).sum::<f64>();
        chain[k] * (chain[k] * excess[0] + before)
    };
    let blur: Vec<f64> = (middle - reach..=middle + reach).map(step).collect();
    let sum: f64 = blur.iter().sum();
    if sum > 0.0 {
        return blur.iter().map(|v| v / sum).collect();
    }
    let mut sharp = vec![0.0; 2 * reach + 1];
    sharp[reach] = 1.0;
    sharp
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spectrum_and_filter_of_white_noise_are_flat() {
        let cosines: Vec<f64> =
            (0..2 * GRID).map(|k| math::cos(std::f64::consts::PI * k as f64 / GRID as f64)).collect();
        let mut white = vec![0.0; 33];
        white[0] = 2.0;
        assert!(spectrum(&white, &cosines).iter().all(|s| (s - 2.0).abs() < 1e-12));
        let taps = taps_of(&[4.0; GRID + 1], 32, &cosines);
        assert!((taps[0] - 2.0).abs() < 1e-12 && taps[1..].iter().all(|tap| tap.abs() < 1e-12));
    }

    #[test]
    fn a_filter_that_does_nothing_does_not_blur() {
        let mut white = vec![0.0; 9];
        white[0] = 1.0;
        let mut taps = vec![0.0; 17];
        taps[8] = 1.0;
        let blur = blur(&taps, &[0.0, 1.0, 0.0], &white, &[0.0; 9], 4);
        assert_eq!(blur, [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn long_spans_are_sampled_evenly() {
        let taken: Vec<Range<usize>> = some_of(&[0..30_000, 50_000..60_000]).collect();
        assert_eq!(taken, [0..15_000, 50_000..55_000]);
        let one = std::slice::from_ref(&(3..5));
        assert_eq!(some_of(one).collect::<Vec<_>>(), one);
    }
}
