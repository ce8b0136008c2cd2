//! Sample entropy of short windows: `sample_entropy`.

use std::ops::Range;

use super::signal::Conditioned;
use super::{Post, Rule};
use crate::config::{config, within};
use crate::dsp::math;
use crate::emg::activation::stretches;
use crate::emg::features::sample_entropy;
use crate::error::Result;

config! {
    /// Sample entropy of windows with a tolerance that is a share of the whole recording's standard deviation: rest is within it and has next to none
    /// (X. Zhang and P. Zhou, J Electromyogr Kinesiol 22, 2012; U. Rashid et al., 2020). Active above mean + k standard deviations of the windows at
    /// rest.
    pub struct SampleEntropyConfig {
        /// Length of the window in ms. Default 64, of 32 to 64.
        window_ms: f64 = 64.0,
        /// From window to window in ms. Default 8.
        step_ms: f64 = 8.0,
        /// Samples of a template. Default 2.
        templates: u32 = 2,
        /// Tolerance in standard deviations of the recording. Default 0.25, of 0.25 to 0.5.
        tolerance: f64 = 0.25,
        /// k. Default 5.
        deviations: f64 = 5.0,
        /// Merging and dropping.
        post: Post = Post::default(),
    }
}

/// A window's first sample and its entropy.
type Windows = Vec<(usize, f64)>;

impl SampleEntropyConfig {
    fn windows(&self, signal: &Conditioned, tolerance: f64) -> Windows {
        let samples = |ms: f64| signal.rate.samples_of_ms(ms);
        let (window, step, m) = (samples(self.window_ms), samples(self.step_ms), self.templates as usize);
        if window < m + 2 {
            return Vec::new();
        }
        // Without one match the entropy is not known: it counts as if one of as many matches as there are templates went on.
        let unknown = math::ln((window - m) as f64);
        let entropy = |x: &[f64]| sample_entropy(x, m, tolerance).unwrap_or(unknown);
        let of = |stretch: Range<usize>| {
            let last = (stretch.end + 1).saturating_sub(window);
            (stretch.start..last).step_by(step).map(|start| (start, entropy(&signal.x[start..start + window])))
        };
        stretches(&signal.x).into_iter().flat_map(of).collect()
    }
}

fn mean_and_sd(values: &[f64]) -> Option<(f64, f64)> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
    (!values.is_empty()).then(|| (mean, variance.sqrt()))
}

impl Rule for SampleEntropyConfig {
    fn check(&self) -> Result<()> {
        within("emg.methods.sample_entropy.window_ms", self.window_ms, 5.0..=1000.0)?;
        within("emg.methods.sample_entropy.step_ms", self.step_ms, 0.5..=self.window_ms)?;
        within("emg.methods.sample_entropy.templates", f64::from(self.templates), 1.0..=10.0)?;
        within("emg.methods.sample_entropy.tolerance", self.tolerance, 0.01..=10.0)?;
        within("emg.methods.sample_entropy.deviations", self.deviations, 0.0..=1000.0)
    }

    fn post(&self) -> &Post {
        &self.post
    }

    fn runs(&self, signal: &Conditioned) -> Result<Vec<Range<usize>>> {
        let values: Vec<f64> = signal.x.iter().copied().filter(|v| !v.is_nan()).collect();
        let Some((_, sd)) = mean_and_sd(&values).filter(|(_, sd)| *sd > 0.0) else { return Ok(Vec::new()) };
        let window = signal.rate.samples_of_ms(self.window_ms);
        let windows = self.windows(signal, self.tolerance * sd);
        let rests = |start: usize| signal.rest.iter().any(|span| span.start <= start && start + window <= span.end);
        let resting: Vec<f64> = windows.iter().filter(|(start, _)| rests(*start)).map(|(_, v)| *v).collect();
        let Some((mean, sd)) = mean_and_sd(&resting) else { return Ok(Vec::new()) };
        let level = mean + self.deviations * sd;
        let half_step = signal.rate.samples_of_ms(self.step_ms) / 2;
        let mut runs: Vec<Range<usize>> = Vec::new();
        for (start, _) in windows.into_iter().filter(|(_, v)| *v > level) {
            // A window stands for the step around its middle, at the ends of the recording for all of its half.
            let middle = start + window / 2;
            let from = if start == 0 { 0 } else { middle - half_step.min(middle) };
            let last = start + window + 2 * half_step >= signal.len();
            let to = if last { signal.len() } else { middle + half_step + 1 };
            match runs.last_mut() {
                Some(run) if run.end >= from => run.end = to,
                _ => runs.push(from..to),
            }
        }
        Ok(runs)
    }
}
