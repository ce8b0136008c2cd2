//! Entropies: how little a stretch repeats itself.
//!
//! Templates of `m` neighbouring samples are compared by their largest difference; two match within `r` standard deviations. Sample entropy is
//! that of Richman and Moorman 2000, approximate entropy that of Pincus 1991, fuzzy entropy that of Chen et al. 2007 with the membership
//! `exp(-(d/r)^2)`, in which the distance is divided by the tolerance so that the unit of the samples does not matter. The work grows with the
//! square of the samples, which is why they are computed only when asked for, up to a number of samples.

use super::names::Feature;
use super::values::Reason;
use crate::dsp::math;

/// The entropy, of templates of `m` samples and the tolerance `r` in the unit of `x`, above 0.
pub(super) fn feature(feature: Feature, x: &[f64], m: usize, r: f64) -> Result<f64, Reason> {
    if x.len() < m + 2 {
        return Err(Reason::TooShort);
    }
    match feature {
        Feature::Sampen => sample(x, m, r),
        Feature::Apen => Ok(mean_log_share(x, m, r) - mean_log_share(x, m + 1, r)),
        _ => fuzzy(x, m, r),
    }
}

fn sample(x: &[f64], m: usize, r: f64) -> Result<f64, Reason> {
    let (mut short, mut long) = (0_u64, 0_u64);
    for lag in 1..x.len() - m {
        // Length of the run of close samples that ends here.
        let mut close = 0;
        for (a, b) in x.iter().zip(&x[lag..x.len() - 1]) {
            // A template of m + 1 needs the pair after it: what ends here as a template of m may go on.
            close = if (a - b).abs() <= r { close + 1 } else { 0 };
            short += u64::from(close >= m);
            long += u64::from(close > m);
        }
        // The last pair ends templates of m + 1 only: as many templates of either length.
        let (a, b) = (x[x.len() - 1 - lag], x[x.len() - 1]);
        long += u64::from(close >= m && (a - b).abs() <= r);
    }
    if short == 0 || long == 0 { Err(Reason::NoMatch) } else { Ok(-math::ln(long as f64 / short as f64)) }
}

/// Mean logarithm of the share of templates that match each template, itself among them.
fn mean_log_share(x: &[f64], m: usize, r: f64) -> f64 {
    let templates = x.len() + 1 - m;
    let mut matches = vec![1_u32; templates];
    for lag in 1..templates {
        let mut close = 0;
        for end in 0..x.len() - lag {
            close = if (x[end] - x[end + lag]).abs() <= r { close + 1 } else { 0 };
            if close >= m {
                matches[end + 1 - m] += 1;
                matches[end + 1 - m + lag] += 1;
            }
        }
    }
    matches.iter().map(|count| math::ln(f64::from(*count) / templates as f64)).sum::<f64>() / templates as f64
}

fn fuzzy(x: &[f64], m: usize, r: f64) -> Result<f64, Reason> {
    let (short, long) = (membership(x, m, x.len() - m, r), membership(x, m + 1, x.len() - m, r));
    if short > 0.0 && long > 0.0 { Ok(-math::ln(long / short)) } else { Err(Reason::NoMatch) }
}

/// Sum of the memberships of all pairs of the first `templates` templates, each without its mean.
fn membership(x: &[f64], m: usize, templates: usize, r: f64) -> f64 {
    let means: Vec<f64> =
        x.windows(m).take(templates).map(|template| template.iter().sum::<f64>() / m as f64).collect();
    let mut sum = 0.0;
    for i in 0..templates {
        for j in i + 1..templates {
            let between = means[i] - means[j];
            let pairs = x[i..i + m].iter().zip(&x[j..j + m]);
            let distance = pairs.fold(0.0, |largest: f64, (a, b)| largest.max((a - b - between).abs())) / r;
            // What is further away adds less than rounding.
            if distance < 7.0 {
                sum += math::exp(-distance * distance);
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wild(n: u32) -> Vec<f64> {
        (0..n).map(|i| f64::from(i * i * 7919 % 1009) / 1009.0).collect()
    }

    /// Number of pairs of the first `templates` templates of `m` within `r`, by the definition.
    fn pairs(x: &[f64], m: usize, templates: usize, r: f64) -> f64 {
        let near = |i: usize, j: usize| (0..m).all(|k| (x[i + k] - x[j + k]).abs() <= r);
        let all = (0..templates).flat_map(|i| (i + 1..templates).map(move |j| (i, j)));
        all.filter(|&(i, j)| near(i, j)).count() as f64
    }

    #[test]
    fn sample_entropy_counts_the_pairs_of_the_definition() {
        for (n, m, r) in [(60, 2, 0.2), (91, 1, 0.1), (120, 3, 0.5)] {
            let x = wild(n);
            let templates = x.len() - m;
            let expected = -math::ln(pairs(&x, m + 1, templates, r) / pairs(&x, m, templates, r));
            approx::assert_relative_eq!(feature(Feature::Sampen, &x, m, r).unwrap(), expected, max_relative = 1e-13);
        }
        assert_eq!(feature(Feature::Sampen, &[0.0, 9.0, 1.0, 5.0, 20.0], 2, 0.1), Err(Reason::NoMatch));
        assert_eq!(feature(Feature::Sampen, &[0.0, 9.0, 1.0], 2, 0.1), Err(Reason::TooShort));
    }

    #[test]
    fn approximate_entropy_is_the_definition() {
        let (x, m, r) = (wild(70), 2, 0.2);
        let phi = |m: usize| {
            let templates = x.len() + 1 - m;
            let near = |i: usize, j: usize| (0..m).all(|k| (x[i + k] - x[j + k]).abs() <= r);
            let share = |i: usize| (0..templates).filter(|j| near(i, *j)).count() as f64 / templates as f64;
            (0..templates).map(|i| math::ln(share(i))).sum::<f64>() / templates as f64
        };
        approx::assert_relative_eq!(feature(Feature::Apen, &x, m, r).unwrap(), phi(2) - phi(3), max_relative = 1e-12);
    }

    #[test]
    fn fuzzy_entropy_is_the_definition() {
        // By the definition in NumPy, for the same 60 samples.
        approx::assert_relative_eq!(fuzzy(&wild(60), 2, 0.2).unwrap(), 0.8882515822364476, max_relative = 1e-10);
    }

    #[test]
    fn what_repeats_has_less_entropy_than_what_does_not() {
        let regular: Vec<f64> = (0..200_u32).map(|i| f64::from(i % 8)).collect();
        for f in [Feature::Sampen, Feature::Apen, Feature::Fuzzyen] {
            let (low, high) = (feature(f, &regular, 2, 0.5).unwrap(), feature(f, &wild(200), 2, 0.1).unwrap());
            assert!(low < 0.4 * high, "{f}: {low} {high}");
        }
    }
}
