//! Hum as sinusoids whose strength and frequency change slowly, fitted and taken away: no hole is left in the spectrum.
//!
//! The signal is turned back by the hum's frequency and each harmonic, and summed over blocks of some whole periods: what is left of a steady hum
//! is one complex number. Windows of these numbers, half overlapping, each give an amplitude for every harmonic and one frequency for all of
//! them (Gauss-Newton), and fade into one another. Twice: what the first fit leaves tells in which blocks the muscle works, and these weigh
//! less in the second, so that the hum is measured where it stands alone.

use crate::dsp::fft::Complex;
use crate::dsp::math;
use crate::units::Rate;

type Number = Complex<f64>;

/// Periods of a block: the number of these whose length is nearest to whole samples.
const PERIODS: std::ops::RangeInclusive<usize> = 3..=8;

/// Fewest blocks that tell a frequency of their own.
const LEAST_BLOCKS: usize = 5;

/// Steps of each window's fit; each about squares what is left of the error.
const STEPS: usize = 6;

/// How far a window's frequency may be from the recording's, in Hz.
const REACH_HZ: f64 = 0.5;

/// A block this much below the loudest has no more weight.
const QUIETEST: f64 = 1e-6;

/// What is fitted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sought<'a> {
    pub(super) rate: Rate,
    /// Where the fundamental is looked for.
    pub(super) frequency_hz: f64,
    /// Which multiples of it are there, 1 being itself; ascending.
    pub(super) harmonics: &'a [usize],
    /// Length of a window in s.
    pub(super) window_s: f64,
}

/// The hum of `x` into `hum`, and its frequency in each window; nothing where `x` is shorter than a block.
pub(super) fn fit(x: &[f64], sought: &Sought<'_>, hum: &mut [f64]) -> Vec<f64> {
    hum.fill(0.0);
    let period = sought.rate.hz() / sought.frequency_hz;
    let Some(block) = block_length(period, x.len()) else { return Vec::new() };
    let omega = std::f64::consts::TAU / period;
    let bank = Bank { harmonics: sought.harmonics, omega, block };
    let window = sought.rate.samples_of_ms(1000.0 * sought.window_s) / block;
    let reach = std::f64::consts::TAU * REACH_HZ / sought.rate.hz();

    let turned = bank.demodulate(x);
    let first = bank.windows(&turned, &vec![1.0; x.len() / block], window, reach);
    bank.synthesise(&first, hum);

    let residual: Vec<f64> = x.iter().zip(hum.iter()).map(|(x, hum)| x - hum).collect();
    let weights = weights(&residual, block);
    let better = Bank { omega: omega + mean_turn(&first), ..bank };
    let mut turned = better.demodulate(&residual);
    for (b, numbers) in turned.chunks_exact_mut(bank.harmonics.len()).enumerate() {
        // What was taken away already, turned from the old frequency to the better one.
        let at = bank.centre(b);
        for ((number, taken), h) in numbers.iter_mut().zip(bank.amplitudes(&first, at)).zip(bank.harmonics) {
            *number += taken * unit(*h as f64 * (omega - better.omega) * at);
        }
    }
    let second = better.windows(&turned, &weights, window, reach);
    better.synthesise(&second, hum);
    second.iter().map(|model| (better.omega + model.turn) / std::f64::consts::TAU * sought.rate.hz()).collect()
}

/// Samples of a block; `None` where the signal does not hold one.
fn block_length(period: f64, samples: usize) -> Option<usize> {
    let length = |periods: usize| periods as f64 * period;
    let unfit = |periods: &usize| (length(*periods) - length(*periods).round()).abs() / length(*periods);
    let fitting = PERIODS.filter(|periods| length(*periods) <= samples as f64);
    let best = fitting.min_by(|a, b| unfit(a).total_cmp(&unfit(b)))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the samples")]
    Some((length(best).round() as usize).clamp(1, samples))
}

/// A point of the unit circle.
fn unit(angle: f64) -> Number {
    let (sin, cos) = math::sin_cos(angle);
    Complex::new(cos, sin)
}

/// How much each block of what the first fit left is worth: the inverse of the power beside it, less its mean.
fn weights(residual: &[f64], block: usize) -> Vec<f64> {
    let powers: Vec<f64> = residual
        .chunks_exact(block)
        .map(|chunk| {
            let mean = chunk.iter().sum::<f64>() / block as f64;
            chunk.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>()
        })
        .collect();
    let least = QUIETEST * powers.iter().copied().fold(0.0, f64::max);
    if least == 0.0 {
        return vec![1.0; powers.len()];
    }
    let beside =
        |b: usize| powers[b.saturating_sub(1)..(b + 2).min(powers.len())].iter().copied().fold(least, f64::max);
    // Relative to the largest weight, whatever the unit.
    (0..powers.len()).map(|b| least / beside(b)).collect()
}

/// The hum's mean deviation from the frequency that it was turned back by, in radians a sample.
fn mean_turn(models: &[Model]) -> f64 {
    let (sum, weight) = models.iter().fold((0.0, 0.0), |(sum, weight), model| {
        let power: f64 = model.amplitudes.iter().map(Complex::norm_sqr).sum();
        (sum + power * model.turn, weight + power)
    });
    if weight > 0.0 { sum / weight } else { 0.0 }
}

/// The hum of one window: at its centre `amplitudes`, turning by `turn` radians a sample more than the bank.
#[derive(Clone, Debug)]
struct Model {
    centre: f64,
    turn: f64,
    amplitudes: Vec<Number>,
}

/// A frequency and its harmonics, and blocks of whole periods.
#[derive(Clone, Copy, Debug)]
struct Bank<'a> {
    harmonics: &'a [usize],
    /// Radians a sample.
    omega: f64,
    block: usize,
}

impl Bank<'_> {
    /// The middle of block `b` in samples.
    fn centre(&self, b: usize) -> f64 {
        b as f64 * self.block as f64 + (self.block - 1) as f64 / 2.0
    }

    /// Complex amplitude of every harmonic in every whole block, block by block.
    fn demodulate(&self, x: &[f64]) -> Vec<Number> {
        let last = self.harmonics.last().copied().unwrap_or(0);
        let mut turned = Vec::with_capacity(x.len() / self.block * self.harmonics.len());
        let mut sums = vec![Complex::new(0.0, 0.0); last + 1];
        for (b, chunk) in x.chunks_exact(self.block).enumerate() {
            let mean = chunk.iter().sum::<f64>() / self.block as f64;
            sums.fill(Complex::new(0.0, 0.0));
            let step = unit(-self.omega);
            let mut back = unit(-self.omega * (b * self.block) as f64);
            for v in chunk {
                let mut power = back;
                for sum in &mut sums[1..] {
                    *sum += power * (v - mean);
                    power *= back;
                }
                back *= step;
            }
            turned.extend(self.harmonics.iter().map(|h| sums[*h] * (2.0 / self.block as f64)));
        }
        turned
    }

    /// Fits windows of so many blocks, each beginning in the middle of the one before.
    fn windows(&self, turned: &[Number], weights: &[f64], window: usize, reach: f64) -> Vec<Model> {
        let blocks = weights.len();
        let window = window.clamp(1, blocks.max(1));
        let last = blocks - window;
        let mut starts: Vec<usize> = (0..last).step_by((window / 2).max(1)).collect();
        starts.push(last);
        starts.into_iter().map(|start| self.window(turned, weights, start..start + window, reach)).collect()
    }

    /// The amplitudes and the frequency that explain most of a window.
    fn window(&self, turned: &[Number], weights: &[f64], blocks: std::ops::Range<usize>, reach: f64) -> Model {
        let (n, count) = (self.harmonics.len(), blocks.len());
        let centre = f64::midpoint(self.centre(blocks.start), self.centre(blocks.end - 1));
        let places: Vec<(f64, f64)> = blocks
            .clone()
            .map(|b| {
                let hann =
                    0.5 - 0.5 * math::cos(std::f64::consts::TAU * ((b - blocks.start) as f64 + 0.5) / count as f64);
                (self.centre(b) - centre, hann.max(f64::EPSILON) * weights[b])
            })
            .collect();
        let moment = |of: fn(f64) -> f64| places.iter().map(|(at, weight)| weight * of(*at)).sum::<f64>();
        let (m0, m1) = (moment(|_| 1.0), moment(|at| at));
        let spread = if count < LEAST_BLOCKS { 0.0 } else { moment(|at| at * at) - m1 * m1 / m0 };
        let mut model = Model { centre, turn: 0.0, amplitudes: vec![Complex::new(0.0, 0.0); n] };
        for _ in 0..STEPS {
            let mut sums = vec![(Complex::new(0.0, 0.0), Complex::new(0.0, 0.0)); n];
            for ((at, weight), numbers) in places.iter().zip(turned[blocks.start * n..].chunks_exact(n)) {
                for (((number, h), amplitude), sum) in
                    numbers.iter().zip(self.harmonics).zip(&model.amplitudes).zip(&mut sums)
                {
                    let left = (number * unit(-(*h as f64) * model.turn * at) - amplitude) * *weight;
                    sum.0 += left;
                    sum.1 += left * *at;
                }
            }
            model.improve(self.harmonics, &sums, (m0, m1, spread), reach);
        }
        model
    }

    /// The amplitudes at a time, relative to the bank's turning: those of the windows on either side, fading into one another.
    fn amplitudes(&self, models: &[Model], at: f64) -> Vec<Number> {
        let after = models.iter().position(|model| model.centre > at).unwrap_or(models.len());
        let of = |model: &Model| -> Vec<Number> {
            let turned = |(c, h): (&Number, &usize)| c * unit(*h as f64 * model.turn * (at - model.centre));
            model.amplitudes.iter().zip(self.harmonics).map(turned).collect()
        };
        let (Some(left), Some(right)) = (after.checked_sub(1).map(|k| &models[k]), models.get(after)) else {
            return models.get(after.min(models.len() - 1)).map(of).unwrap_or_default();
        };
        let share = (at - left.centre) / (right.centre - left.centre);
        let fade = 0.5 - 0.5 * math::cos(std::f64::consts::PI * share);
        of(left).iter().zip(of(right)).map(|(a, b)| a * (1.0 - fade) + b * fade).collect()
    }

    /// The hum of all samples; within a block its amplitudes change linearly.
    fn synthesise(&self, models: &[Model], hum: &mut [f64]) {
        let last = self.harmonics.last().copied().unwrap_or(0);
        let spread_out = |of: Vec<Number>| {
            let mut all = vec![Complex::new(0.0, 0.0); last];
            for (c, h) in of.into_iter().zip(self.harmonics) {
                all[h - 1] = c;
            }
            all
        };
        let mut from = spread_out(self.amplitudes(models, 0.0));
        let mut now = from.clone();
        for (b, chunk) in hum.chunks_mut(self.block).enumerate() {
            let start = b * self.block;
            let to = spread_out(self.amplitudes(models, (start + self.block) as f64));
            let steps: Vec<Number> = from.iter().zip(&to).map(|(from, to)| (to - from) / self.block as f64).collect();
            now.copy_from_slice(&from);
            let step = unit(self.omega);
            let mut forth = unit(self.omega * start as f64);
            for value in chunk {
                let sum = now.iter().rev().fold(Complex::new(0.0, 0.0), |sum, c| (sum + c) * forth);
                *value = sum.re;
                now.iter_mut().zip(&steps).for_each(|(now, step)| *now += step);
                forth *= step;
            }
            from = to;
        }
    }
}

impl Model {
    /// One step of Gauss-Newton, from the weighted sums of what is left of each harmonic and of that times the time.
    fn improve(
        &mut self,
        harmonics: &[usize],
        sums: &[(Number, Number)],
        (m0, m1, spread): (f64, f64, f64),
        reach: f64,
    ) {
        let turned = |c: &Number, h: usize| Complex::new(-c.im, c.re) * h as f64;
        let (mut along, mut power) = (0.0, 0.0);
        for ((c, h), (sum, moment)) in self.amplitudes.iter().zip(harmonics).zip(sums) {
            let direction = turned(c, *h);
            along += (direction.conj() * (moment - sum * (m1 / m0))).re;
            power += direction.norm_sqr();
        }
        let change = if power * spread > 0.0 { along / (power * spread) } else { 0.0 };
        let change = (self.turn + change).clamp(-reach, reach) - self.turn;
        for ((c, h), (sum, _)) in self.amplitudes.iter_mut().zip(harmonics).zip(sums) {
            *c += (sum - turned(c, *h) * (change * m1)) / m0;
        }
        self.turn += change;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 1000.0;

    fn noise(n: usize) -> Vec<f64> {
        let part = |i: usize, k: usize| ((i * k) % 1009) as f64 / 1009.0 - 0.5;
        (0..n).map(|i| part(i, 7919) + part(i, 104_729) + part(i, 1_299_709)).collect()
    }

    /// Hum whose frequency wanders by 0.05 Hz and whose strength by a tenth within ten seconds, with a third harmonic.
    fn wandering(n: usize, hz: f64) -> Vec<f64> {
        let mut phase = 0.3;
        (0..n)
            .map(|i| {
                let slow = math::sin(std::f64::consts::TAU * i as f64 / (10.0 * RATE));
                phase += std::f64::consts::TAU * (hz + 0.05 * slow) / RATE;
                (1.0 + 0.1 * slow) * (math::sin(phase) + 0.2 * math::sin(3.0 * phase + 1.0))
            })
            .collect()
    }

    fn left(x: &[f64], hz: f64, truth: &[f64]) -> (f64, f64) {
        let mut hum = vec![0.0; x.len()];
        let sought = Sought { rate: Rate::new(RATE).unwrap(), frequency_hz: hz, harmonics: &[1, 3], window_s: 2.0 };
        let found = fit(x, &sought, &mut hum);
        let error = hum.iter().zip(truth).map(|(a, b)| (a - b) * (a - b)).sum::<f64>() / x.len() as f64;
        (error.sqrt(), found.iter().sum::<f64>() / found.len() as f64)
    }

    #[test]
    fn a_steady_hum_is_found_wherever_its_frequency_lies() {
        for hz in [50.0, 49.507, 59.94] {
            let hum: Vec<f64> =
                (0..20_000).map(|i| math::sin(std::f64::consts::TAU * hz / RATE * f64::from(i) + 0.7)).collect();
            let (error, found) = left(&hum, hz + 0.04, &hum);
            assert!(error < 1e-4 && (found - hz).abs() < 1e-5, "{hz}: {error} {found}");
        }
    }

    #[test]
    fn a_hum_that_wanders_is_followed() {
        let hum = wandering(30_000, 50.0);
        let (error, _) = left(&hum, 50.03, &hum);
        assert!(error < 0.02, "{error}");
    }

    #[test]
    fn bursts_of_muscle_do_not_hide_the_hum_of_the_rest_between() {
        let hum: Vec<f64> = (0..30_000).map(|i| 10.0 * math::sin(0.3141 * f64::from(i))).collect();
        let muscle: Vec<f64> =
            noise(30_000).iter().enumerate().map(|(i, v)| v * if i / 1500 % 2 == 1 { 2.0 } else { 0.1 }).collect();
        let x: Vec<f64> = hum.iter().zip(&muscle).map(|(a, b)| a + b).collect();
        let (error, _) = left(&x, 49.99, &hum);
        assert!(error < 0.02, "{error}"); // a fifth of the rest, 54 dB below the hum
    }

    #[test]
    fn what_is_too_short_is_left_alone() {
        let mut hum = vec![1.0; 30];
        let sought = Sought { rate: Rate::new(RATE).unwrap(), frequency_hz: 50.0, harmonics: &[1], window_s: 2.0 };
        assert!(fit(&[1.0; 30], &sought, &mut hum).is_empty());
        assert_eq!(hum, [0.0; 30]);
        let mut hum = vec![1.0; 100];
        assert_eq!(fit(&[1.0; 100], &sought, &mut hum).len(), 1);
        assert!(hum.iter().all(|v| v.abs() < 1e-12));
    }
}
