//! Moving means and variances: `silva`, `londral`.

use std::ops::Range;

use super::signal::Conditioned;
use super::{Post, Rule, runs_where};
use crate::config::{config, within};
use crate::dsp::moving::{Edges, Moving, Statistic, Workspace};
use crate::error::Result;

config! {
    /// Two moving means of the rectified signal: active from where the short one reaches the long one and a multiple of rest, until it is below both
    /// (H. Silva et al., Proc. PhyCS/BIOSIGNALS, 2012). The fixed level of the published rule is absolute; here it is a multiple of the mean at
    /// rest.
    pub struct SilvaConfig {
        /// Length of the short mean in ms. Default 40, of 20 to 50.
        short_ms: f64 = 40.0,
        /// Length of the long mean in lengths of the short one. Default 10.
        long_windows: f64 = 10.0,
        /// Fixed level in multiples of the mean at rest. Default 1.5.
        level: f64 = 1.5,
        /// Merging and dropping.
        post: Post = Post::default(),
    }
}

config! {
    /// Active where the moving variance exceeds mean + h standard deviations of the same measure at rest, for a minimum time (A. Londral et al.,
    /// 2013, in the form that BioSPPy documents; the paper itself was not available). Threshold and measure have one unit.
    pub struct LondralConfig {
        /// Length of the window in ms. Default 50.
        window_ms: f64 = 50.0,
        /// h. Default 3.
        deviations: f64 = 3.0,
        /// How long it must stay above, in ms. Default 20.
        stay_ms: f64 = 20.0,
        /// Merging and dropping.
        post: Post = Post::default(),
    }
}

fn moving(signal: &Conditioned, statistic: Statistic, ms: f64) -> Result<Vec<f64>> {
    let moving = Moving::new(statistic, signal.rate.samples_of_ms(ms), Edges::Shrink)?;
    let mut workspace = Workspace::default();
    Conditioned::by_stretch(&signal.x, |x, y| moving.run(x, y, &mut workspace))
}

impl Rule for SilvaConfig {
    fn check(&self) -> Result<()> {
        within("emg.methods.silva.short_ms", self.short_ms, 1.0..=10_000.0)?;
        within("emg.methods.silva.long_windows", self.long_windows, 1.0..=1000.0)?;
        within("emg.methods.silva.level", self.level, 1.0..=1e6)
    }

    fn post(&self) -> &Post {
        &self.post
    }

    fn runs(&self, signal: &Conditioned) -> Result<Vec<Range<usize>>> {
        let short = moving(signal, Statistic::Mav, self.short_ms)?;
        let long = moving(signal, Statistic::Mav, self.short_ms * self.long_windows)?;
        let Some(baseline) = signal.baseline(&short) else { return Ok(Vec::new()) };
        let level = self.level * baseline.mean;
        // Where the signal begins inside an activity, no rise is seen that the long mean could follow.
        let from_the_start = |i: usize| i == 0 || short[i - 1].is_nan();
        let begins = |i: usize| short[i] > level && (short[i] >= long[i] || from_the_start(i));
        let lasts = |i: usize| short[i] > level || short[i] >= long[i];
        let mut runs = Vec::new();
        for stretch in runs_where(short.len(), lasts) {
            // A stretch may begin above the long mean alone, which noise does half of the time.
            if let Some(first) = stretch.clone().find(|i| begins(*i)) {
                runs.push(first..stretch.end);
            }
        }
        Ok(runs)
    }
}

impl Rule for LondralConfig {
    fn check(&self) -> Result<()> {
        within("emg.methods.londral.window_ms", self.window_ms, 1.0..=10_000.0)?;
        within("emg.methods.londral.deviations", self.deviations, 0.0..=1e6)?;
        within("emg.methods.londral.stay_ms", self.stay_ms, 0.0..=10_000.0)
    }

    fn post(&self) -> &Post {
        &self.post
    }

    fn runs(&self, signal: &Conditioned) -> Result<Vec<Range<usize>>> {
        let rms = moving(signal, Statistic::Rms, self.window_ms)?;
        let mean = moving(signal, Statistic::Mean, self.window_ms)?;
        let variance: Vec<f64> = rms.iter().zip(mean).map(|(rms, mean)| (rms * rms - mean * mean).max(0.0)).collect();
        let Some(baseline) = signal.baseline(&variance) else { return Ok(Vec::new()) };
        let (level, stay) = (baseline.above(self.deviations), signal.rate.sample_at(self.stay_ms / 1000.0));
        let mut runs = runs_where(variance.len(), |i| variance[i] > level);
        runs.retain(|run| run.len() >= stay);
        Ok(runs)
    }
}
