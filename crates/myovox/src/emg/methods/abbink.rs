//! Transitions where what follows lies above a level and what precedes below it: `abbink`.

use std::ops::Range;

use super::signal::Conditioned;
use super::{Post, Rule, runs_where, settle};
use crate::config::{config, within};
use crate::dsp::moving::{Edges, Moving, Statistic, Workspace};
use crate::error::Result;

/// Length of the mean whose highest value is the height of the activity, in ms.
const PEAK_MS: f64 = 250.0;

config! {
    /// The rectified, smoothed signal crosses a level between rest and activity; around each crossing the transition is where the share of the
    /// following window above the level plus the share of the preceding window below it is highest (J. H. Abbink et al., J Oral Rehabil 25, 1998).
    pub struct AbbinkConfig {
        /// Length of either window in ms. Default 40, of 25 to 50.
        window_ms: f64 = 40.0,
        /// Level as a share of the way from rest to the highest mean over 250 ms. Default 0.25.
        level_share: f64 = 0.25,
        /// The level is at least so many standard deviations above the mean of rest. Default 3; the paper, of chewing, knows no rest without
        /// activity.
        deviations: f64 = 3.0,
        /// Low-pass of the rectified signal, in Hz. Default 50.
        low_pass_hz: f64 = 50.0,
        /// Merging and dropping.
        post: Post = Post::default(),
    }
}

impl AbbinkConfig {
    fn active(&self, signal: &Conditioned) -> Result<Vec<bool>> {
        let envelope = signal.envelope(self.low_pass_hz)?;
        let moving = Moving::new(Statistic::Mean, signal.rate.samples_of_ms(PEAK_MS), Edges::Shrink)?;
        let mut workspace = Workspace::default();
        let slow = Conditioned::by_stretch(&envelope, |x, y| moving.run(x, y, &mut workspace))?;
        let peak = slow.iter().fold(0.0, |peak: f64, v| peak.max(*v));
        let Some(baseline) = signal.baseline(&envelope) else { return Ok(vec![false; envelope.len()]) };
        let level = (baseline.mean + self.level_share * (peak - baseline.mean)).max(baseline.above(self.deviations));
        Ok(envelope.iter().map(|v| *v > level).collect())
    }
}

impl Rule for AbbinkConfig {
    fn check(&self) -> Result<()> {
        within("emg.methods.abbink.window_ms", self.window_ms, 1.0..=1000.0)?;
        within("emg.methods.abbink.level_share", self.level_share, 0.0..=1.0)?;
        within("emg.methods.abbink.deviations", self.deviations, 0.0..=1000.0)?;
        within("emg.methods.abbink.low_pass_hz", self.low_pass_hz, 1.0..=1e5)
    }

    fn post(&self) -> &Post {
        &self.post
    }

    fn runs(&self, signal: &Conditioned) -> Result<Vec<Range<usize>>> {
        let active = self.active(signal)?;
        // Dips within one window belong to one crossing.
        let one = Post::default().merge_ms(self.window_ms).minimum_ms(0.0);
        Ok(settle(runs_where(active.len(), |i| active[i]), signal.rate, &one))
    }

    fn place(&self, signal: &Conditioned, spans: Vec<Range<usize>>) -> Result<Vec<Range<usize>>> {
        let active = self.active(signal)?;
        let transition = Transition {
            above: running(&active, |a| a),
            below: running(&active, |a| !a),
            window: signal.rate.samples_of_ms(self.window_ms),
        };
        let edges = |span: Range<usize>| {
            // An activity at either end of the recording has no transition there.
            let start =
                if span.start == 0 { 0 } else { transition.near(span.start, &transition.below, &transition.above) };
            let end = if span.end == active.len() {
                span.end
            } else {
                transition.near(span.end, &transition.above, &transition.below)
            };
            start..end.max(start)
        };
        Ok(spans.into_iter().map(edges).collect())
    }
}

/// Running numbers of samples above and below the level.
struct Transition {
    above: Vec<u32>,
    below: Vec<u32>,
    window: usize,
}

fn running(active: &[bool], counted: impl Fn(bool) -> bool) -> Vec<u32> {
    let mut sum = 0;
    let mut sums = vec![0];
    sums.extend(active.iter().map(|a| {
        sum += u32::from(counted(*a));
        sum
    }));
    sums
}

impl Transition {
    /// The place within a window of `crossing` before which most is `before` and after which most is `after`; the one nearest to the crossing where
    /// several are as good.
    fn near(&self, crossing: usize, before: &[u32], after: &[u32]) -> usize {
        let last = before.len() - 1;
        let range = crossing.saturating_sub(self.window)..=(crossing + self.window).min(last);
        let shares = |t: usize| {
            let following = after[(t + self.window).min(last)] - after[t];
            following + before[t] - before[t.saturating_sub(self.window)]
        };
        range.max_by_key(|t| (shares(*t), usize::MAX - t.abs_diff(crossing))).unwrap_or(crossing)
    }
}
