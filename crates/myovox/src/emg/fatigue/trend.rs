//! Trends: a slope that a few wild points do not move, how sure it is, and whether there is one at all.
//!
//! The slope is the median of the slopes of all pairs of points (Theil 1950), its confidence interval the order statistics of those slopes that
//! Sen 1968 gives, with his correction for ties. Beside it stand the least-squares line, and Kendall's tau with the p-value of Mann and Kendall:
//! exact up to 33 points without ties, else by the normal approximation with tie correction. The values are those of SciPy's `theilslopes`
//! (`method="separate"`) and `kendalltau`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dsp::{math, robust};

/// Most points of a trend: the slopes of all pairs are held in memory.
pub const MOST_POINTS: usize = 4096;

/// Points up to which the distribution of Kendall's statistic is computed and not approximated.
const EXACT_POINTS: usize = 33;

/// A line through points, found twice, and the test of whether it rises or falls.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trend {
    /// Number of points.
    pub points: usize,
    /// Median of the slopes of all pairs, in units of y per unit of x.
    pub slope: f64,
    /// Lower end of the slope's confidence interval.
    pub slope_low: f64,
    /// Upper end of the slope's confidence interval.
    pub slope_high: f64,
    /// `median(y) - slope median(x)`.
    pub intercept: f64,
    /// Slope of least squares.
    pub ols_slope: f64,
    /// Intercept of least squares.
    pub ols_intercept: f64,
    /// Kendall's tau-b, -1 to 1; `null` where all y are equal.
    pub kendall_tau: Option<f64>,
    /// Probability of a tau at least as far from 0 where there is no trend, both directions; `null` where all y are equal.
    pub kendall_p: Option<f64>,
}

impl Trend {
    /// The direction that the confidence interval leaves no doubt about: 1, -1, or 0 where it holds 0.
    pub fn direction(&self) -> i32 {
        i32::from(self.slope_low > 0.0) - i32::from(self.slope_high < 0.0)
    }
}

/// The trend of `y` over `x` with the interval of `confidence` (0.5 to 1, exclusive); `None` for fewer than two different `x`, lengths that differ,
/// values that are not finite, or more than [`MOST_POINTS`] points.
///
/// ```
/// use myovox::emg::fatigue::trend;
/// let x = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
/// let y = [90.0, 88.0, 86.0, 5.0, 82.0, 80.0]; // one wild point
/// let found = trend(&x, &y, 0.95).unwrap();
/// assert_eq!((found.slope, found.intercept), (-2.0, 89.0)); // median(y) = 84, median(x) = 2.5
/// ```
pub fn trend(x: &[f64], y: &[f64], confidence: f64) -> Option<Trend> {
    let finite = |values: &[f64]| values.iter().all(|v| v.is_finite());
    let held = confidence > 0.5 && confidence < 1.0 && x.len() <= MOST_POINTS && x.len() == y.len();
    if !held || !finite(x) || !finite(y) {
        return None;
    }
    let mut slopes = Vec::with_capacity(x.len() * x.len().saturating_sub(1) / 2);
    for (i, (xi, yi)) in x.iter().zip(y).enumerate() {
        let later = x[i + 1..].iter().zip(&y[i + 1..]).filter(|(xj, _)| **xj != *xi);
        slopes.extend(later.map(|(xj, yj)| (yj - yi) / (xj - xi)));
    }
    slopes.sort_unstable_by(f64::total_cmp);
    let slope = robust::median(&mut slopes)?;
    slopes.sort_unstable_by(f64::total_cmp);
    let [slope_low, slope_high] = interval(&slopes, x, y, confidence);
    let (ols_slope, ols_intercept) = least_squares(x, y);
    let kendall = Kendall::of(x, y);
    Some(Trend {
        points: x.len(),
        slope,
        slope_low,
        slope_high,
        intercept: robust::median(&mut y.to_vec())? - slope * robust::median(&mut x.to_vec())?,
        ols_slope,
        ols_intercept,
        kendall_tau: kendall.tau(),
        kendall_p: kendall.p(),
    })
}

/// Sen's interval: the slopes whose ranks are `(N -+ z sigma) / 2`.
fn interval(slopes: &[f64], x: &[f64], y: &[f64], confidence: f64) -> [f64; 2] {
    let n = x.len() as f64;
    let term = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let ties = |values: &[f64]| ties(values).map(term).sum::<f64>();
    let sigma = ((term(n) - ties(x) - ties(y)) / 18.0).max(0.0).sqrt();
    let (count, reach) = (slopes.len() as f64, normal_quantile(0.5 + 0.5 * confidence) * sigma);
    let last = slopes.len() - 1;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, and the rank is held in the list"
    )]
    let at = |rank: f64| slopes[(rank.round_ties_even() as usize).min(last)];
    [at((0.5 * (count - reach)).round_ties_even().max(1.0) - 1.0), at(f64::midpoint(count, reach))]
}

/// The sizes of the groups of equal values, those of one left out.
fn ties(values: &[f64]) -> impl Iterator<Item = f64> + use<> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let groups: Vec<f64> = sorted.chunk_by(|a, b| a == b).map(|group| group.len() as f64).collect();
    groups.into_iter().filter(|size| *size > 1.0)
}

fn least_squares(x: &[f64], y: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let spread: f64 = x.iter().map(|x| (x - mean_x) * (x - mean_x)).sum();
    let common: f64 = x.iter().zip(y).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let slope = common / spread;
    (slope, mean_y - slope * mean_x)
}

/// What Kendall's statistic counts.
struct Kendall {
    points: usize,
    /// Pairs in the same order less pairs in opposite orders.
    score: f64,
    ties_x: Vec<f64>,
    ties_y: Vec<f64>,
}

impl Kendall {
    fn of(x: &[f64], y: &[f64]) -> Self {
        let order = |from: f64, to: f64| f64::from(i8::from(to > from) - i8::from(to < from));
        let mut score = 0.0;
        for (i, (xi, yi)) in x.iter().zip(y).enumerate() {
            for (xj, yj) in x[i + 1..].iter().zip(&y[i + 1..]) {
                score += order(*xi, *xj) * order(*yi, *yj);
            }
        }
        Self { points: x.len(), score, ties_x: ties(x).collect(), ties_y: ties(y).collect() }
    }

    fn pairs(&self) -> [f64; 3] {
        let of = |n: f64| n * (n - 1.0) / 2.0;
        let all = of(self.points as f64);
        let untied = |ties: &[f64]| all - ties.iter().map(|n| of(*n)).sum::<f64>();
        [all, untied(&self.ties_x), untied(&self.ties_y)]
    }

    fn tau(&self) -> Option<f64> {
        let [_, x, y] = self.pairs();
        (x > 0.0 && y > 0.0).then(|| (self.score / x.sqrt() / y.sqrt()).clamp(-1.0, 1.0))
    }

    fn p(&self) -> Option<f64> {
        self.tau()?;
        let exact = self.points <= EXACT_POINTS && self.ties_x.is_empty() && self.ties_y.is_empty();
        Some(if exact { self.exact_p() } else { self.approximate_p() })
    }

    /// Twice the share of permutations with at most as many pairs in the rarer order.
    fn exact_p(&self) -> f64 {
        let [all, ..] = self.pairs();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number of at most 528 pairs"
        )]
        let rarer = ((all - self.score.abs()) / 2.0).round() as usize;
        // shares[k]: share of the permutations of the points so far with k pairs out of order.
        let mut shares = vec![1.0];
        for n in 2..=self.points {
            let mut next = vec![0.0; shares.len() + n - 1];
            for (k, share) in shares.iter().enumerate() {
                for more in &mut next[k..k + n] {
                    *more += share / n as f64;
                }
            }
            shares = next;
        }
        (2.0 * shares[..=rarer].iter().sum::<f64>()).min(1.0)
    }

    fn approximate_p(&self) -> f64 {
        let n = self.points as f64;
        let sum = |ties: &[f64], f: fn(f64) -> f64| ties.iter().map(|n| f(*n)).sum::<f64>();
        let (x, y) = (&self.ties_x, &self.ties_y);
        let pairs = |n: f64| n * (n - 1.0);
        let triples = |n: f64| n * (n - 1.0) * (n - 2.0);
        let spread = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
        let mut variance =
            (spread(n) - sum(x, spread) - sum(y, spread)) / 18.0 + sum(x, pairs) * sum(y, pairs) / (2.0 * pairs(n));
        if n > 2.0 {
            variance += sum(x, triples) * sum(y, triples) / (9.0 * triples(n));
        }
        math::erfc(self.score.abs() / variance.sqrt() / std::f64::consts::SQRT_2)
    }
}

/// The value below which a standard normal variable lies with probability `p`, above one half: by bisection of the distribution.
fn normal_quantile(p: f64) -> f64 {
    let above = |z: f64| 0.5 * math::erfc(z / std::f64::consts::SQRT_2);
    let (mut low, mut high) = (0.0, 40.0);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if above(middle) > 1.0 - p { low = middle } else { high = middle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (p, z) in [(0.975, 1.959963984540054), (0.95, 1.6448536269514722), (0.995, 2.5758293035489004)] {
            approx::assert_relative_eq!(normal_quantile(p), z, max_relative = 1e-13);
        }
    }

    #[test]
    fn least_squares_and_the_median_agree_on_a_line() {
        let x: Vec<f64> = (0..40).map(|i| f64::from(i) * 0.5).collect();
        let y: Vec<f64> = x.iter().map(|x| 100.0 - 0.25 * x).collect();
        let found = trend(&x, &y, 0.95).unwrap();
        for slope in [found.slope, found.slope_low, found.slope_high, found.ols_slope] {
            approx::assert_relative_eq!(slope, -0.25, max_relative = 1e-10);
        }
        approx::assert_relative_eq!(found.ols_intercept, 100.0, max_relative = 1e-12);
        assert_eq!((found.kendall_tau, found.direction()), (Some(-1.0), -1));
        assert!(found.kendall_p.unwrap() < 1e-12);
    }

    #[test]
    fn what_has_no_slope_has_no_trend() {
        assert!(trend(&[], &[], 0.95).is_none());
        assert!(trend(&[1.0], &[2.0], 0.95).is_none());
        assert!(trend(&[1.0, 1.0], &[2.0, 3.0], 0.95).is_none());
        assert!(trend(&[1.0, 2.0], &[2.0, f64::NAN], 0.95).is_none());
        let level = trend(&[1.0, 2.0, 3.0], &[7.0; 3], 0.95).unwrap();
        assert_eq!((level.slope, level.direction(), level.kendall_tau, level.kendall_p), (0.0, 0, None, None));
    }
}
