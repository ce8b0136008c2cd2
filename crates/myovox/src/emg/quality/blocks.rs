//! One pass over the samples in blocks of 10 ms, and what follows from it: the offset, the steps of the converter, rails.

use super::QualityConfig;
use crate::dsp::math;
use crate::emg::gaps::Mended;
use crate::units::Rate;

/// Length of a block in ms.
const BLOCK_MS: f64 = 10.0;

/// Changes from sample to sample that the converter's step is told from, at most and at least.
const MOST_CHANGES: usize = 1 << 16;
const LEAST_CHANGES: usize = 1000;

/// What lies this share of the range below a rail is beside it.
const BESIDE_RAIL: f64 = 0.02;

/// And at least so many steps of the converter.
const BESIDE_STEPS: f64 = 1.5;

/// A rail is one when at least so many runs end at it.
const LEAST_RUNS: usize = 2;

/// Extremes, mean and power about the mean of a block; NaN where it holds a gap.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) mean: f64,
    pub(super) power: f64,
}

/// What lies on rails.
#[derive(Clone, Debug, Default)]
pub(super) struct Clipped {
    pub(super) samples: usize,
    pub(super) runs: Vec<(usize, usize)>,
}

/// The blocks of a channel, the first one beginning with its first sample.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    pub(super) length: usize,
    pub(super) all: Vec<Block>,
    /// Smallest and largest value; `None` where there is none.
    range: Option<[f64; 2]>,
}

impl Blocks {
    pub(super) fn new(mended: &Mended, rate: Rate) -> Self {
        let length = rate.samples_of_ms(BLOCK_MS);
        let unknown = Block { low: f64::NAN, high: f64::NAN, mean: f64::NAN, power: f64::NAN };
        let mut all = vec![unknown; mended.samples.len() / length];
        let mut range: Option<[f64; 2]> = None;
        for stretch in mended.stretches() {
            let whole = stretch.start.div_ceil(length)..stretch.end / length;
            if whole.is_empty() {
                continue;
            }
            let samples = mended.samples[whole.start * length..whole.end * length].chunks_exact(length);
            for (out, samples) in all[whole].iter_mut().zip(samples) {
                let block = measured(samples);
                let [low, high] = range.unwrap_or([block.low, block.high]);
                range = Some([low.min(block.low), high.max(block.high)]);
                *out = block;
            }
        }
        Self { length, all, range }
    }

    /// The mean's magnitude over the root mean square about it; `None` where nothing changes.
    pub(super) fn offset_ratio(&self) -> Option<f64> {
        let there = || self.all.iter().filter(|block| !block.mean.is_nan());
        let n = there().count() as f64;
        let mean = there().map(|block| block.mean).sum::<f64>() / n;
        let power = there().map(|block| (block.mean - mean) * (block.mean - mean) + block.power).sum::<f64>() / n;
        (power > 0.0).then(|| mean.abs() / power.sqrt())
    }

    /// The converter's step: the smallest change from one sample to the next, of `samples` as they were recorded; `None` where too few tell.
    pub(super) fn step(&self, samples: &[f64]) -> Option<f64> {
        let known: Vec<usize> = (0..self.all.len()).filter(|b| !self.all[*b].mean.is_nan()).collect();
        let every = (known.len() * self.length).div_ceil(MOST_CHANGES).max(1);
        let (mut least, mut n) = (f64::INFINITY, 0);
        for b in known.into_iter().step_by(every) {
            for pair in samples[b * self.length..((b + 1) * self.length + 1).min(samples.len())].windows(2) {
                let change = (pair[1] - pair[0]).abs();
                if change > 0.0 && change < least {
                    least = change;
                }
                n += 1;
            }
        }
        (n >= LEAST_CHANGES && least.is_finite()).then_some(least)
    }

    /// Bits that the range of the samples has in steps.
    pub(super) fn effective_bits(&self, step: f64) -> Option<f64> {
        let [low, high] = self.range?;
        let steps = (high - low) / step;
        (steps.is_finite() && steps >= 1.0).then(|| math::log2(steps))
    }

    /// Samples on a rail, and runs of them in order of time: within a small share of the range from the largest or the smallest value, more often
    /// than beside it, as no peak of a muscle or of a sine is.
    pub(super) fn clipped(&self, samples: &[f64], step: Option<f64>, config: &QualityConfig) -> Clipped {
        let mut clipped = Clipped::default();
        let Some([low, high]) = self.range.filter(|[low, high]| high > low && (high - low).is_finite()) else {
            return clipped;
        };
        let within = config.rail_share * (high - low);
        let beside = within + (BESIDE_RAIL * (high - low)).max(BESIDE_STEPS * step.unwrap_or(0.0));
        // A channel that is rectified or gated rests at 0: that is no rail.
        let rails = [(low, 1.0), (high, -1.0)].into_iter().filter(|(rail, _)| *rail != 0.0);
        for (rail, inwards) in rails {
            let at_rail = self.at_rail(samples, rail, inwards, [within, beside], config);
            clipped.samples += at_rail.samples;
            clipped.runs.extend(at_rail.runs);
        }
        clipped.runs.sort_unstable();
        clipped
    }

    /// What lies at one rail, which the signal is `inwards` of.
    fn at_rail(
        &self,
        samples: &[f64],
        rail: f64,
        inwards: f64,
        [within, beside]: [f64; 2],
        config: &QualityConfig,
    ) -> Clipped {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        let (mut on, mut off) = (0_usize, 0_usize);
        for (b, block) in self.all.iter().enumerate() {
            let nearest = if inwards > 0.0 { block.low } else { block.high };
            if nearest.is_nan() || inwards * (nearest - rail) > beside {
                continue;
            }
            for (i, sample) in samples.iter().enumerate().skip(b * self.length).take(self.length) {
                let distance = inwards * (sample - rail);
                if distance > within {
                    off += usize::from(distance <= beside);
                    continue;
                }
                on += 1;
                match runs.last_mut() {
                    Some(last) if last.1 == i => last.1 = i + 1,
                    _ => runs.push((i, i + 1)),
                }
            }
        }
        runs.retain(|(start, end)| end - start >= config.rail_samples as usize);
        if runs.len() < LEAST_RUNS || on <= off { Clipped::default() } else { Clipped { samples: on, runs } }
    }
}

fn measured(samples: &[f64]) -> Block {
    let n = samples.len() as f64;
    let first = samples[0];
    let (mut low, mut high, mut sum, mut squares) = (first, first, 0.0, 0.0);
    for v in samples {
        low = if *v < low { *v } else { low };
        high = if *v > high { *v } else { high };
        let change = v - first;
        sum += change;
        squares += change * change;
    }
    let mean = sum / n;
    Block { low, high, mean: first + mean, power: (squares / n - mean * mean).max(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emg::gaps::{GapConfig, mend};

    fn rate() -> Rate {
        Rate::new(1000.0).unwrap()
    }

    /// The sum of four uniform values: a standard deviation of 0.577.
    fn noise(n: usize) -> Vec<f64> {
        let mut state = 7_u64;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / 9_007_199_254_740_992.0 - 0.5
        };
        (0..n).map(|_| (0..4).map(|_| uniform()).sum()).collect()
    }

    fn clipped(x: &[f64]) -> Vec<(usize, usize)> {
        let blocks = Blocks::new(&mend(x, rate(), &GapConfig::default()), rate());
        blocks.clipped(x, blocks.step(x), &QualityConfig::default()).runs
    }

    #[test]
    fn rails_are_told_from_peaks_in_any_unit() {
        for unit in [1e-6, 1.0, 1e6] {
            let x: Vec<f64> = noise(20_000).iter().map(|v| v * unit).collect();
            assert!(clipped(&x).is_empty());
            // A slow sine stands near its peak for some samples, but longer beside it.
            let sine: Vec<f64> = (0..20_000).map(|i| unit * math::sin(0.02 * f64::from(i))).collect();
            assert!(clipped(&sine).is_empty());
            let cut: Vec<f64> = sine.iter().map(|v| v.clamp(-0.8 * unit, 0.8 * unit)).collect();
            let runs = clipped(&cut);
            assert!((125..=129).contains(&runs.len()), "{}", runs.len());
            assert!(runs.iter().all(|(start, end)| (55..70).contains(&(end - start)) || *end == 20_000));
        }
    }

    #[test]
    fn coarse_steps_and_gated_rest_are_no_rails() {
        let coarse: Vec<f64> = noise(20_000).iter().map(|v| (3.0 * v).round()).collect();
        assert!(clipped(&coarse).is_empty());
        let gated: Vec<f64> =
            noise(20_000).iter().enumerate().map(|(i, v)| if i / 100 % 2 == 0 { 0.0 } else { v.abs() }).collect();
        assert!(clipped(&gated).is_empty());
    }

    #[test]
    fn offset_and_steps_are_measured() {
        let x: Vec<f64> = noise(20_000).iter().map(|v| 57.0 + (100.0 * v).round() * 0.01).collect();
        let blocks = Blocks::new(&mend(&x, rate(), &GapConfig::default()), rate());
        let ratio = blocks.offset_ratio().unwrap();
        assert!((95.0..103.0).contains(&ratio), "{ratio}"); // standard deviation 0.577
        let step = blocks.step(&x).unwrap();
        assert!((step - 0.01).abs() < 1e-9, "{step}");
        let bits = blocks.effective_bits(step).unwrap();
        assert!((8.2..8.7).contains(&bits), "{bits}");
        assert_eq!(Blocks::new(&mend(&[3.0; 50], rate(), &GapConfig::default()), rate()).offset_ratio(), None);
    }
}
