//! Two normal distributions of the logarithmic envelope: `mixture`.

use std::ops::Range;

use super::signal::Conditioned;
use super::{Post, Rule, runs_where};
use crate::config::{config, within};
use crate::dsp::math;
use crate::dsp::moving::{Edges, Moving, Statistic, Workspace};
use crate::error::Result;

/// Steps of the estimation, which stops before where nothing changes any more.
const STEPS: usize = 200;

/// Values of the envelope per window that the distributions are estimated from.
const PER_WINDOW: usize = 4;

/// Least share of all values in a component.
const LEAST_SHARE: f64 = 1e-3;

config! {
    /// The logarithm of the moving RMS is a mixture of two normal distributions, rest and activity; active where activity is the more probable. Where
    /// the two are not apart there is no activity.
    pub struct MixtureConfig {
        /// Length of the window of the RMS in ms. Default 50.
        window_ms: f64 = 50.0,
        /// Probability of activity from which on it is active. Default 0.5.
        posterior: f64 = 0.5,
        /// How many of their standard deviations (root mean square of both) the two must be apart. Default 3: from 2 on a mixture has two modes (K. M.
        /// Ashman et al., Astron J 108, 1994), and one skewed distribution comes near it.
        apart: f64 = 3.0,
        /// Merging and dropping.
        post: Post = Post::default(),
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Normal {
    share: f64,
    mean: f64,
    variance: f64,
}

impl Normal {
    /// Of values with weights; `None` where next to nothing has weight.
    fn of(values: &[f64], weights: impl Fn(f64) -> f64, narrowest: f64) -> Option<Self> {
        let (mut weight, mut sum) = (0.0, 0.0);
        for v in values {
            let w = weights(*v);
            (weight, sum) = (weight + w, sum + w * v);
        }
        let share = weight / values.len() as f64;
        if share.is_nan() || share < LEAST_SHARE {
            return None;
        }
        let mean = sum / weight;
        let squares = values.iter().map(|v| weights(*v) * (v - mean) * (v - mean)).sum::<f64>();
        Some(Self { share, mean, variance: (squares / weight).max(narrowest) })
    }

    fn ln_density(&self, v: f64) -> f64 {
        math::ln(self.share) - 0.5 * (math::ln(self.variance) + (v - self.mean) * (v - self.mean) / self.variance)
    }
}

/// Rest and activity.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Two([Normal; 2]);

impl Two {
    /// Probability of activity. What lies below rest is no activity, however wide its distribution is.
    fn posterior(&self, v: f64) -> f64 {
        let [rest, activity] = &self.0;
        if v <= rest.mean {
            return 0.0;
        }
        1.0 / (1.0 + math::exp(rest.ln_density(v) - activity.ln_density(v)))
    }

    /// By expectation and maximisation, from the halves below and above the split that leaves the least variance within.
    fn estimate(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len();
        let total: f64 = sorted.iter().sum();
        let (mut before, mut best, mut split) = (0.0, f64::NEG_INFINITY, *sorted.first()?);
        for (k, v) in sorted.iter().enumerate() {
            if k > 0 {
                let (low, high) = (before / k as f64, (total - before) / (n - k) as f64);
                let between = k as f64 * (n - k) as f64 * (high - low) * (high - low);
                if between > best {
                    (best, split) = (between, *v);
                }
            }
            before += v;
        }
        let whole = Normal::of(values, |_| 1.0, 0.0)?;
        let narrowest = 1e-6 * whole.variance;
        if narrowest <= 0.0 {
            return None;
        }
        let half = |above: bool| Normal::of(values, |v| f64::from(u8::from((v >= split) == above)), narrowest);
        let mut two = Self([half(false)?, half(true)?]);
        for _ in 0..STEPS {
            let now = two;
            let rest = Normal::of(values, |v| 1.0 - now.posterior(v), narrowest)?;
            two = Self([rest, Normal::of(values, |v| now.posterior(v), narrowest)?]);
            if two == now {
                break;
            }
        }
        Some(two)
    }

    fn apart(&self) -> f64 {
        let [rest, activity] = &self.0;
        (activity.mean - rest.mean) / (0.5 * (rest.variance + activity.variance)).sqrt()
    }
}

impl Rule for MixtureConfig {
    fn check(&self) -> Result<()> {
        within("emg.methods.mixture.window_ms", self.window_ms, 1.0..=10_000.0)?;
        within("emg.methods.mixture.posterior", self.posterior, 0.001..=0.999)?;
        within("emg.methods.mixture.apart", self.apart, 0.0..=1000.0)
    }

    fn post(&self) -> &Post {
        &self.post
    }

    fn runs(&self, signal: &Conditioned) -> Result<Vec<Range<usize>>> {
        let window = signal.rate.samples_of_ms(self.window_ms);
        let moving = Moving::new(Statistic::Rms, window, Edges::Shrink)?;
        let mut workspace = Workspace::default();
        let mut level = Conditioned::by_stretch(&signal.x, |x, y| moving.run(x, y, &mut workspace))?;
        for v in &mut level {
            *v = math::ln(*v);
        }
        let values: Vec<f64> =
            level.iter().step_by((window / PER_WINDOW).max(1)).copied().filter(|v| v.is_finite()).collect();
        let Some(two) = Two::estimate(&values).filter(|two| two.apart() >= self.apart) else { return Ok(Vec::new()) };
        Ok(runs_where(level.len(), |i| two.posterior(level[i]) > self.posterior))
    }
}
