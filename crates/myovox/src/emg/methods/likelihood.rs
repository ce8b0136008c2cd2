//! Likelihood ratios of a change of the variance of whitened samples: `aglr_step`, `aglr_ramp`, `change_point`.

use std::ops::Range;

use super::change::{Ramps, Side, change_of_two, change_to_ramp, change_to_step};
use super::signal::{Conditioned, Whitened};
use super::{Post, Rule, runs_where};
use crate::config::{config, within};
use crate::dsp::math;
use crate::dsp::moving::{Edges, Moving, Statistic, Workspace};
use crate::error::Result;

config! {
    /// Alarm where the likelihood ratio of a window's variance against that of rest exceeds a threshold; the onset is the most probable start of a
    /// step of the variance (G. Staude and W. Wolf, Med Eng Phys 21, 1999; G. Staude, IEEE Trans Biomed Eng 48, 2001). The offset is the same on
    /// the reversed signal.
    pub struct AglrStepConfig {
        /// Length of the sliding window in ms. Default 75, of 50 to 100.
        window_ms: f64 = 75.0,
        /// Threshold of the logarithmic likelihood ratio, counted in independent samples. Default 15: about one false alarm in an hour of normal
        /// noise.
        threshold: f64 = 15.0,
        /// Order of the whitening model. Default 6, of 4 to 10.
        order: u32 = 6,
        /// Merging and dropping.
        post: Post = Post::default(),
    }
}

config! {
    /// Alarm as `aglr_step`; the onset is the most probable start of a linear rise of the amplitude, over all starts and the durations from
    /// `shortest_ms` to `longest_ms` (G. Staude, IEEE Trans Biomed Eng 48, 2001). The offset is the same on the reversed signal.
    pub struct AglrRampConfig {
        /// Length of the sliding window in ms. Default 75, of 50 to 100.
        window_ms: f64 = 75.0,
        /// Threshold of the logarithmic likelihood ratio, counted in independent samples. Default 15: about one false alarm in an hour of normal
        /// noise.
        threshold: f64 = 15.0,
        /// Order of the whitening model. Default 6, of 4 to 10.
        order: u32 = 6,
        /// Shortest rise in ms. Default 10.
        shortest_ms: f64 = 10.0,
        /// Longest rise in ms. Default 400.
        longest_ms: f64 = 400.0,
        /// Merging and dropping.
        post: Post = Post::default(),
    }
}

config! {
    /// Around the crossing of a level of rest, the split into two stretches of constant variance that is most probable, both variances being estimated
    /// (compared by M. S. Tenan et al., J Electromyogr Kinesiol 35, 2017). The crossing is that of the moving mean square of whitened samples with
    /// mean and standard deviations of rest.
    pub struct ChangePointConfig {
        /// Search to either side of the crossing in ms. Default 200, of 150 to 300.
        search_ms: f64 = 200.0,
        /// Window of the rough level, in ms. Default 50.
        window_ms: f64 = 50.0,
        /// Standard deviations of the rough level above its mean at rest. Default 4.
        deviations: f64 = 4.0,
        /// Order of the whitening model. Default 6.
        order: u32 = 6,
        /// Merging and dropping.
        post: Post = Post::default(),
    }
}

/// Stretches of windows whose likelihood ratio exceeds the threshold with a variance above that of rest.
fn alarms(signal: &Conditioned, whitened: &Whitened, window_ms: f64, threshold: f64) -> Vec<Range<usize>> {
    let window = signal.rate.samples_of_ms(window_ms);
    let independent = whitened.independent * window as f64;
    let squares: Vec<f64> = whitened.e.iter().map(|v| v * v).collect();
    let moving = Moving::new(Statistic::Mean, window, Edges::Valid);
    let Ok(moving) = moving else { return Vec::new() };
    let mut level = vec![0.0; moving.outputs(squares.len())];
    if moving.run(&squares, &mut level, &mut Workspace::default()).is_err() {
        return Vec::new();
    }
    let alarm = |s2: f64| s2 > 1.0 && 0.5 * independent * (s2 - 1.0 - math::ln(s2)) > threshold;
    runs_where(level.len(), |start| alarm(level[start]))
        .into_iter()
        .map(|run| run.start..run.end - 1 + window)
        .collect()
}

fn check(window_ms: f64, threshold: f64, order: u32) -> Result<()> {
    within("emg.methods.aglr.window_ms", window_ms, 5.0..=1000.0)?;
    within("emg.methods.aglr.threshold", threshold, 0.1..=1e6)?;
    within("emg.methods.aglr.order", f64::from(order), 0.0..=50.0)
}

/// Both edges of every span, by a rule that finds a rise in a stretch of samples: it gets the squares, a stretch and the rough edge.
fn both_edges(
    squares: &[f64],
    spans: &[Range<usize>],
    reach: [usize; 2],
    find: impl Fn(&[f64], usize) -> usize,
) -> Vec<Range<usize>> {
    let mut placed: Vec<Range<usize>> = Vec::with_capacity(spans.len());
    for (k, span) in spans.iter().enumerate() {
        let middle = usize::midpoint(span.start, span.end);
        let free = if k > 0 { spans[k - 1].end } else { 0 };
        let taken = spans.get(k + 1).map_or(squares.len(), |next| next.start);
        let onset = Side::Onset.place(squares, span.start, free..middle, reach, &find);
        let offset = Side::Offset.place(squares, span.end, middle..taken, reach, &find);
        placed.push(onset..offset);
    }
    placed
}

fn squares(whitened: &Whitened) -> Vec<f64> {
    whitened.e.iter().map(|v| v * v).collect()
}

impl Rule for AglrStepConfig {
    fn check(&self) -> Result<()> {
        check(self.window_ms, self.threshold, self.order)
    }

    fn post(&self) -> &Post {
        &self.post
    }

    fn runs(&self, signal: &Conditioned) -> Result<Vec<Range<usize>>> {
        let whitened = signal.whitened(self.order as usize)?;
        Ok(whitened.map_or_else(Vec::new, |whitened| alarms(signal, &whitened, self.window_ms, self.threshold)))
    }

    fn place(&self, signal: &Conditioned, spans: Vec<Range<usize>>) -> Result<Vec<Range<usize>>> {
        let Some(whitened) = signal.whitened(self.order as usize)? else { return Ok(spans) };
        let window = signal.rate.samples_of_ms(self.window_ms);
        Ok(both_edges(&squares(&whitened), &spans, [window, 2 * window], |e2, _| change_to_step(e2)))
    }
}

impl Rule for AglrRampConfig {
    fn check(&self) -> Result<()> {
        check(self.window_ms, self.threshold, self.order)?;
        within("emg.methods.aglr_ramp.shortest_ms", self.shortest_ms, 1.0..=1000.0)?;
        within("emg.methods.aglr_ramp.longest_ms", self.longest_ms, self.shortest_ms..=5000.0)
    }

    fn post(&self) -> &Post {
        &self.post
    }

    fn runs(&self, signal: &Conditioned) -> Result<Vec<Range<usize>>> {
        let whitened = signal.whitened(self.order as usize)?;
        Ok(whitened.map_or_else(Vec::new, |whitened| alarms(signal, &whitened, self.window_ms, self.threshold)))
    }

    fn place(&self, signal: &Conditioned, spans: Vec<Range<usize>>) -> Result<Vec<Range<usize>>> {
        let Some(whitened) = signal.whitened(self.order as usize)? else { return Ok(spans) };
        let samples = |ms: f64| signal.rate.samples_of_ms(ms);
        let window = samples(self.window_ms);
        let ramps = Ramps::new(samples(self.shortest_ms), samples(self.longest_ms), samples(1.0));
        let reach = [samples(self.longest_ms).max(window), samples(self.longest_ms) + window];
        Ok(both_edges(&squares(&whitened), &spans, reach, |e2, rough| change_to_ramp(e2, rough + window, &ramps)))
    }
}

impl Rule for ChangePointConfig {
    fn check(&self) -> Result<()> {
        within("emg.methods.change_point.search_ms", self.search_ms, 10.0..=5000.0)?;
        within("emg.methods.change_point.window_ms", self.window_ms, 5.0..=1000.0)?;
        within("emg.methods.change_point.deviations", self.deviations, 0.0..=1000.0)?;
        within("emg.methods.change_point.order", f64::from(self.order), 0.0..=50.0)
    }

    fn post(&self) -> &Post {
        &self.post
    }

    fn runs(&self, signal: &Conditioned) -> Result<Vec<Range<usize>>> {
        let Some(whitened) = signal.whitened(self.order as usize)? else { return Ok(Vec::new()) };
        let moving = Moving::new(Statistic::Mean, signal.rate.samples_of_ms(self.window_ms), Edges::Shrink)?;
        let mut workspace = Workspace::default();
        let level = Conditioned::by_stretch(&squares(&whitened), |x, y| moving.run(x, y, &mut workspace))?;
        let Some(baseline) = signal.baseline(&level) else { return Ok(Vec::new()) };
        let threshold = baseline.above(self.deviations);
        Ok(runs_where(level.len(), |i| level[i] > threshold))
    }

    fn place(&self, signal: &Conditioned, spans: Vec<Range<usize>>) -> Result<Vec<Range<usize>>> {
        let Some(whitened) = signal.whitened(self.order as usize)? else { return Ok(spans) };
        let search = signal.rate.samples_of_ms(self.search_ms);
        let least = signal.rate.samples_of_ms(0.1 * self.window_ms);
        Ok(both_edges(&squares(&whitened), &spans, [search, search], |e2, rough| {
            change_of_two(e2, least).unwrap_or(rough)
        }))
    }
}
