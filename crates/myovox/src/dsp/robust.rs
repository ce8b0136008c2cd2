//! Order statistics: medians, quantiles and what is built on them. They do not notice a few wild values.

/// The quantile `q` (0 to 1) by linear interpolation between order statistics (NumPy's default); `None` for no values or a NaN among them.
///
/// ```
/// use myovox::dsp::robust::quantile;
/// assert_eq!(quantile(&mut [4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
/// assert_eq!(quantile(&mut [], 0.5), None);
/// ```
pub fn quantile(values: &mut [f64], q: f64) -> Option<f64> {
    if values.is_empty() || values.iter().any(|v| v.is_nan()) {
        return None;
    }
    let position = q.clamp(0.0, 1.0) * (values.len() - 1) as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= position < len")]
    let below = position.floor() as usize;
    let (_, &mut low, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    Some(low + (high - low) * (position - below as f64))
}

/// The median; `None` for no values or a NaN among them.
pub fn median(values: &mut [f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// Median absolute deviation from the median, times 1.4826, which makes it the standard deviation of a normal distribution.
///
/// `values` is overwritten.
pub fn mad_sigma(values: &mut [f64]) -> Option<f64> {
    let centre = median(values)?;
    for value in values.iter_mut() {
        *value = (*value - centre).abs();
    }
    median(values).map(|mad| 1.4826 * mad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_numpys() {
        let x = [7.0, 1.0, 5.0, 3.0, 11.0, 9.0];
        for (q, expected) in [(0.0, 1.0), (0.2, 3.0), (0.25, 3.5), (0.5, 6.0), (0.95, 10.5), (1.0, 11.0)] {
            approx::assert_abs_diff_eq!(quantile(&mut x.clone(), q).unwrap(), expected, epsilon = 1e-12);
        }
        assert_eq!(quantile(&mut [1.0, f64::NAN], 0.5), None);
    }

    #[test]
    fn one_wild_value_moves_nothing() {
        let mut x = [1.0, 2.0, 3.0, 4.0, 1e9];
        assert_eq!(median(&mut x), Some(3.0));
        assert_eq!(mad_sigma(&mut x), Some(1.4826));
    }
}
