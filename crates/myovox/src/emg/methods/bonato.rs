//! Two thresholds on chi-square variables: `bonato`.

use std::ops::Range;

use super::signal::Conditioned;
use super::{Post, Rule};
use crate::config::{Auto, config, within};
use crate::dsp::math;
use crate::error::Result;

config! {
    /// Of `m` successive sums of two squared whitened samples at least `r0` exceed a threshold (P. Bonato et al., IEEE Trans Biomed Eng 45, 1998).
    /// The first threshold follows from the probability of false alarms, `r0` from the probability of detection at a signal-to-noise ratio.
    pub struct BonatoConfig {
        /// Probability that m values of rest pass both thresholds. Default 1e-4. The paper's example is 0.05, after which it drops what is short
        /// before gaps are closed; here gaps are closed first, so alarms must be rarer.
        false_alarm: f64 = 1e-4,
        /// Signal-to-noise ratio in dB for which `r0` is chosen. Default 8.
        snr_db: f64 = 8.0,
        /// m. Default 5.
        values: u32 = 5,
        /// r0, or "auto": the one of the highest probability of detection.
        needed: Auto<u32> = Auto::Auto,
        /// Order of the whitening model. Default 6.
        order: u32 = 6,
        /// Merging and dropping.
        post: Post = Post::default().merge_ms(30.0),
    }
}

/// Probability that at least `needed` of `m` exceed, when each does with probability `p`.
fn at_least(needed: u32, m: u32, p: f64) -> f64 {
    let mut sum = 0.0;
    for k in needed..=m {
        let ways = (0..k).fold(1.0, |ways, i| ways * f64::from(m - i) / f64::from(i + 1));
        sum += ways * math::powf(p, f64::from(k)) * math::powf(1.0 - p, f64::from(m - k));
    }
    sum
}

impl BonatoConfig {
    /// ln of the probability that one value of rest exceeds the first threshold, so that the second keeps to the false alarms.
    fn ln_exceeds(&self, needed: u32) -> f64 {
        let (mut low, mut high) = (-700.0, 0.0);
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if at_least(needed, self.values, math::exp(middle)) > self.false_alarm {
                high = middle;
            } else {
                low = middle;
            }
        }
        low
    }

    fn detects(&self, needed: u32) -> f64 {
        let snr = math::powf(10.0, self.snr_db / 10.0);
        at_least(needed, self.values, math::exp(self.ln_exceeds(needed) / (1.0 + snr)))
    }

    fn least_of_values(&self) -> u32 {
        let best = (1..=self.values).max_by(|a, b| self.detects(*a).total_cmp(&self.detects(*b)));
        self.needed.or(best.unwrap_or(1))
    }
}

impl Rule for BonatoConfig {
    fn check(&self) -> Result<()> {
        within("emg.methods.bonato.false_alarm", self.false_alarm, 1e-12..=0.5)?;
        within("emg.methods.bonato.snr_db", self.snr_db, -20.0..=60.0)?;
        within("emg.methods.bonato.values", f64::from(self.values), 1.0..=50.0)?;
        let needed = self.needed.given().copied().unwrap_or(1);
        within("emg.methods.bonato.needed", f64::from(needed), 1.0..=f64::from(self.values))?;
        within("emg.methods.bonato.order", f64::from(self.order), 0.0..=50.0)
    }

    fn post(&self) -> &Post {
        &self.post
    }

    fn runs(&self, signal: &Conditioned) -> Result<Vec<Range<usize>>> {
        let Some(whitened) = signal.whitened(self.order as usize)? else { return Ok(Vec::new()) };
        let needed = self.least_of_values();
        // Under rest of variance 1, z exceeds zeta with probability exp(-zeta / 2).
        let zeta = -2.0 * self.ln_exceeds(needed);
        let exceeds: Vec<bool> =
            whitened.e.chunks_exact(2).map(|pair| pair[0] * pair[0] + pair[1] * pair[1] > zeta).collect();
        let mut runs: Vec<Range<usize>> = Vec::new();
        for (start, values) in exceeds.windows(self.values as usize).enumerate() {
            if values.iter().filter(|v| **v).count() < needed as usize {
                continue;
            }
            // The activity within the m values: from the first that exceeds to the last.
            let first = values.iter().position(|v| *v).unwrap_or(0);
            let last = values.iter().rposition(|v| *v).unwrap_or(0);
            let (from, mut to) = (2 * (start + first), 2 * (start + last + 1));
            if to + 1 == signal.len() {
                to += 1;
            }
            match runs.last_mut() {
                Some(run) if run.end >= from => run.end = run.end.max(to),
                _ => runs.push(from..to),
            }
        }
        Ok(runs)
    }
}
