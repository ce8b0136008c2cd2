//! Exact segmentation by changes of the variance: `pelt`.

use std::ops::Range;

use super::signal::Conditioned;
use super::{Post, Rule};
use crate::config::{config, within};
use crate::dsp::math;
use crate::emg::activation::stretches;
use crate::error::Result;

/// Least variance of a segment in multiples of rest: digital silence has none.
const LEAST: f64 = 1e-6;

config! {
    /// The segmentation of the whitened signal into stretches of constant variance that is most probable with a penalty per change (R. Killick et al., J
    /// Am Stat Assoc 107, 2012). Segments louder than rest are active. The sums of short bins stand for the samples: no change is placed finer.
    pub struct PeltConfig {
        /// Penalty per change in multiples of ln n, n being the number of bins. Default 3.
        penalty: f64 = 3.0,
        /// A segment is active when its variance exceeds this many times that of rest. Default 2.
        active: f64 = 2.0,
        /// Length of a bin in ms. Default 5.
        bin_ms: f64 = 5.0,
        /// Order of the whitening model. Default 6.
        order: u32 = 6,
        /// Merging and dropping.
        post: Post = Post::default(),
    }
}

/// Running sums over the bins of one stretch, and where they end.
struct Bins {
    sums: Vec<f64>,
    ends: Vec<usize>,
    independent: f64,
}

impl Bins {
    fn new(squares: &[f64], bin: usize, independent: f64) -> Self {
        let (mut sums, mut ends, mut sum) = (vec![0.0], vec![0], 0.0);
        for chunk in squares.chunks(bin) {
            sum += chunk.iter().sum::<f64>();
            sums.push(sum);
            ends.push(ends[ends.len() - 1] + chunk.len());
        }
        Self { sums, ends, independent }
    }

    fn variance(&self, from: usize, to: usize) -> f64 {
        ((self.sums[to] - self.sums[from]) / (self.ends[to] - self.ends[from]) as f64).max(LEAST)
    }

    /// Twice the negative logarithmic likelihood of one variance over these bins, but for a constant.
    fn cost(&self, from: usize, to: usize) -> f64 {
        self.independent * (self.ends[to] - self.ends[from]) as f64 * math::ln(self.variance(from, to))
    }

    /// The first bins of all segments, in order, and the number of bins.
    fn segments(&self, penalty: f64) -> Vec<usize> {
        let n = self.sums.len() - 1;
        let mut least = vec![-penalty; n + 1];
        let mut previous = vec![0; n + 1];
        let mut candidates = vec![0];
        for to in 1..=n {
            let costs: Vec<f64> = candidates.iter().map(|from| least[*from] + self.cost(*from, to)).collect();
            let (mut best, mut at) = (f64::INFINITY, 0);
            for (cost, from) in costs.iter().zip(&candidates) {
                if *cost < best {
                    (best, at) = (*cost, *from);
                }
            }
            (least[to], previous[to]) = (best + penalty, at);
            // What is worse by more than a penalty now will never be best.
            let mut costs = costs.iter();
            candidates.retain(|_| costs.next().is_some_and(|cost| *cost <= best + penalty));
            candidates.push(to);
        }
        let mut starts = vec![n];
        while let Some(&to) = starts.last().filter(|to| **to > 0) {
            starts.push(previous[to]);
        }
        starts.reverse();
        starts
    }
}

impl Rule for PeltConfig {
    fn check(&self) -> Result<()> {
        within("emg.methods.pelt.penalty", self.penalty, 0.1..=1e6)?;
        within("emg.methods.pelt.active", self.active, 1.0..=1e6)?;
        within("emg.methods.pelt.bin_ms", self.bin_ms, 1.0..=1000.0)?;
        within("emg.methods.pelt.order", f64::from(self.order), 0.0..=50.0)
    }

    fn post(&self) -> &Post {
        &self.post
    }

    fn runs(&self, signal: &Conditioned) -> Result<Vec<Range<usize>>> {
        let Some(whitened) = signal.whitened(self.order as usize)? else { return Ok(Vec::new()) };
        let mut runs = Vec::new();
        for stretch in stretches(&whitened.e) {
            let squares: Vec<f64> = whitened.e[stretch.clone()].iter().map(|v| v * v).collect();
            let bins = Bins::new(&squares, signal.rate.samples_of_ms(self.bin_ms), whitened.independent);
            let penalty = self.penalty * math::ln((bins.sums.len() - 1).max(2) as f64);
            let starts = bins.segments(penalty);
            let active = starts.windows(2).filter(|pair| bins.variance(pair[0], pair[1]) > self.active);
            runs.extend(active.map(|pair| stretch.start + bins.ends[pair[0]]..stretch.start + bins.ends[pair[1]]));
        }
        Ok(runs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pruning_finds_the_cheapest_segmentation() {
        let squares: Vec<f64> = (0..60_usize)
            .map(|i| (1.0 + (i * 7919 % 13) as f64) * if (20..35).contains(&i) { 9.0 } else { 1.0 })
            .collect();
        let bins = Bins::new(&squares, 1, 1.0);
        let total =
            |starts: &[usize]| -> f64 { starts.windows(2).map(|pair| bins.cost(pair[0], pair[1]) + 12.0).sum() };
        // Every segmentation into at most three.
        let all = (1..59).flat_map(|a| (a + 1..60).map(move |b| vec![0, a, b, 60]));
        let best = all.min_by(|a, b| total(a).total_cmp(&total(b))).unwrap();
        let found = bins.segments(12.0);
        assert_eq!(found, best);
        assert_eq!((found[1], found[2]), (20, 35));
    }
}
