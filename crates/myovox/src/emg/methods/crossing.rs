//! Crossings of a level of rest: `ksigma`, `hodges_bui`, `lidierth`.

use std::ops::Range;

use super::signal::Conditioned;
use super::{Post, Rule, runs_where};
use crate::config::{config, within};
use crate::error::Result;

config! {
    /// Active from where the rectified, smoothed signal stays above mean + k standard deviations of rest (R. P. Di Fabio, Phys Ther 67, 1987).
    pub struct KsigmaConfig {
        /// k. Default 3.
        deviations: f64 = 3.0,
        /// How long it must stay above, in ms. Default 25.
        stay_ms: f64 = 25.0,
        /// Low-pass of the rectified signal, in Hz. Default 50.
        low_pass_hz: f64 = 50.0,
        /// Merging and dropping.
        post: Post = Post::default(),
    }
}

config! {
    /// Active wherever a window's mean of the rectified, smoothed signal exceeds the mean of rest by h of its standard deviations (P. W. Hodges and
    /// B. H. Bui, Electroencephalogr Clin Neurophysiol 101, 1996). The onset is the first sample of the first such window, as published, the offset
    /// the end of the last: the same rule on the reversed signal.
    pub struct HodgesBuiConfig {
        /// Length of the window in ms. Default 25.
        window_ms: f64 = 25.0,
        /// h. Default 3.
        deviations: f64 = 3.0,
        /// Low-pass of the rectified signal, in Hz. Default 50.
        low_pass_hz: f64 = 50.0,
        /// Merging and dropping.
        post: Post = Post::default(),
    }
}

config! {
    /// As `ksigma`, but once active the signal may dip below the level for less than `dip_ms` (M. Lidierth, Electroencephalogr Clin Neurophysiol
    /// 64, 1986).
    pub struct LidierthConfig {
        /// k. Default 3.
        deviations: f64 = 3.0,
        /// How long it must stay above at the onset, in ms. Default 40.
        stay_ms: f64 = 40.0,
        /// Dips shorter than this are allowed, in ms. Default 30, of the published 5 to 40.
        dip_ms: f64 = 30.0,
        /// Low-pass of the rectified signal, in Hz. Default 50.
        low_pass_hz: f64 = 50.0,
        /// Merging and dropping.
        post: Post = Post::default(),
    }
}

fn check(deviations: f64, low_pass_hz: f64, times_ms: &[(&str, f64)]) -> Result<()> {
    within("emg.methods.deviations", deviations, 0.0..=1000.0)?;
    within("emg.methods.low_pass_hz", low_pass_hz, 1.0..=1e5)?;
    times_ms.iter().try_for_each(|(field, ms)| within(field, *ms, 0.0..=10_000.0))
}

/// Stretches of the envelope above its level of rest.
fn above(signal: &Conditioned, low_pass_hz: f64, deviations: f64) -> Result<Vec<Range<usize>>> {
    let envelope = signal.envelope(low_pass_hz)?;
    let Some(baseline) = signal.baseline(&envelope) else { return Ok(Vec::new()) };
    let level = baseline.above(deviations);
    Ok(runs_where(envelope.len(), |i| envelope[i] > level))
}

impl HodgesBuiConfig {
    /// The three that did best of the 27 combinations published.
    pub fn published() -> [Self; 3] {
        [(25.0, 3.0, 50.0), (50.0, 1.0, 50.0), (10.0, 1.0, 500.0)].map(|(window_ms, deviations, low_pass_hz)| {
            Self::default().window_ms(window_ms).deviations(deviations).low_pass_hz(low_pass_hz)
        })
    }
}

impl Rule for KsigmaConfig {
    fn check(&self) -> Result<()> {
        check(self.deviations, self.low_pass_hz, &[("emg.methods.ksigma.stay_ms", self.stay_ms)])
    }

    fn post(&self) -> &Post {
        &self.post
    }

    fn runs(&self, signal: &Conditioned) -> Result<Vec<Range<usize>>> {
        let stay = signal.rate.sample_at(self.stay_ms / 1000.0);
        let mut runs = above(signal, self.low_pass_hz, self.deviations)?;
        runs.retain(|run| run.len() >= stay);
        Ok(runs)
    }
}

impl Rule for LidierthConfig {
    fn check(&self) -> Result<()> {
        let times = [("emg.methods.lidierth.stay_ms", self.stay_ms), ("emg.methods.lidierth.dip_ms", self.dip_ms)];
        check(self.deviations, self.low_pass_hz, &times)
    }

    fn post(&self) -> &Post {
        &self.post
    }

    fn runs(&self, signal: &Conditioned) -> Result<Vec<Range<usize>>> {
        let samples = |ms: f64| signal.rate.sample_at(ms / 1000.0);
        let (stay, dip) = (samples(self.stay_ms), samples(self.dip_ms));
        let mut activities: Vec<Range<usize>> = Vec::new();
        for run in above(signal, self.low_pass_hz, self.deviations)? {
            match activities.last_mut() {
                Some(last) if run.start - last.end < dip => last.end = run.end,
                _ if run.len() >= stay => activities.push(run),
                _ => {}
            }
        }
        Ok(activities)
    }
}

impl Rule for HodgesBuiConfig {
    fn check(&self) -> Result<()> {
        check(self.deviations, self.low_pass_hz, &[("emg.methods.hodges_bui.window_ms", self.window_ms)])
    }

    fn post(&self) -> &Post {
        &self.post
    }

    fn runs(&self, signal: &Conditioned) -> Result<Vec<Range<usize>>> {
        let envelope = signal.envelope(self.low_pass_hz)?;
        let Some(baseline) = signal.baseline(&envelope) else { return Ok(Vec::new()) };
        let level = baseline.above(self.deviations);
        let window = signal.rate.samples_of_ms(self.window_ms);
        let mut runs: Vec<Range<usize>> = Vec::new();
        for (start, values) in envelope.windows(window).enumerate() {
            if values.iter().sum::<f64>() / window as f64 > level {
                match runs.last_mut() {
                    Some(last) if last.end >= start => last.end = start + window,
                    _ => runs.push(start..start + window),
                }
            }
        }
        Ok(runs)
    }
}
