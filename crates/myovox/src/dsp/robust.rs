//! Order statistics: medians, quantiles and what is built on them. They do not notice a few wild values.

use std::cmp::Ordering;

/// The quantile `q` (0 to 1) by linear interpolation between order statistics (NumPy's default); `None` for no values or a NaN among them.
///
/// ```
/// use myovox::dsp::robust::quantile;
/// assert_eq!(quantile(&mut [4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
/// assert_eq!(quantile(&mut [], 0.5), None);
/// ```
pub fn quantile(values: &mut [f64], q: f64) -> Option<f64> {
    // Without a way out of the loop it runs in vectors.
    if values.is_empty() || values.iter().fold(false, |any, v| any | v.is_nan()) {
        return None;
    }
    let position = q.clamp(0.0, 1.0) * (values.len() - 1) as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= position < len")]
    let below = position.floor() as usize;
    let (low, high) = if values.len() < MANY {
        neighbours(values, below)
    } else {
        let (mut near, before) = near(values, below);
        neighbours(&mut near, below - before)
    };
    Some(low + (high - low) * (position - below as f64))
}

/// From so many values on it is quicker to count first where they lie.
const MANY: usize = 8192;

/// The value of `rank` and the next above it, the same where there is none.
fn neighbours(values: &mut [f64], rank: usize) -> (f64, f64) {
    let order = |a: &f64, b: &f64| a.partial_cmp(b).unwrap_or(Ordering::Equal);
    let (_, &mut value, above) = values.select_nth_unstable_by(rank, order);
    let next = above.iter().fold(f64::INFINITY, |least, v| if *v < least { *v } else { least });
    (value, if above.is_empty() { value } else { next })
}

/// The values around those of `rank` and the next rank, and how many lie below all of them.
fn near(values: &[f64], rank: usize) -> (Vec<f64>, usize) {
    // Sign, exponent and two bits more: four classes for each power of two.
    const SHIFT: u32 = 50;
    let class = |v: f64| {
        let bits = v.to_bits();
        let ordered = bits ^ if bits >> 63 == 1 { u64::MAX } else { 1 << 63 };
        (ordered >> SHIFT) as usize
    };
    let mut counts = vec![0_usize; 1 << (64 - SHIFT)];
    for v in values {
        counts[class(*v)] += 1;
    }
    let (mut before, mut first) = (0, 0);
    while before + counts[first] <= rank {
        before += counts[first];
        first += 1;
    }
    let (mut until, mut last) = (before + counts[first], first);
    let wanted = (rank + 2).min(values.len());
    while until < wanted {
        last += 1;
        until += counts[last];
    }
    // Every value is written, and the place moves on behind those that count: no branch to guess.
    let (mut near, mut place) = (vec![0.0; until - before + 1], 0);
    for v in values {
        near[place] = *v;
        place += usize::from((first..=last).contains(&class(*v)));
    }
    near.truncate(place);
    (near, before)
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
    fn many_values_have_the_quantiles_of_their_order() {
        let draw = |i: u32| f64::from(i.wrapping_mul(2_654_435_761) >> 8) / 8_388_608.0 - 1.0;
        let noise: Vec<f64> = (0..20_001).map(draw).collect();
        let powers: Vec<f64> = noise.iter().map(|v| v * v * v * 1e-3).collect();
        let held: Vec<f64> = noise.iter().map(|v| (v * 3.0).round()).collect();
        let infinite = [noise.clone(), vec![f64::INFINITY; 5000], vec![f64::NEG_INFINITY; 5000]].concat();
        for values in [noise, powers, held, infinite, vec![-0.0; 10_000]] {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            for thousandths in [0, 1, 200, 500, 777, 999, 1000] {
                let (q, place) = (thousandths as f64 / 1000.0, (sorted.len() - 1) * thousandths);
                let (low, high) = (sorted[place / 1000], sorted[place.div_ceil(1000)]);
                let expected = low + (high - low) * ((place % 1000) as f64 / 1000.0);
                let got = quantile(&mut values.clone(), q).unwrap();
                let near = (got - expected).abs() <= 1e-9 * expected.abs();
                assert!(near || got == expected || (got.is_nan() && expected.is_nan()), "{q}: {got} {expected}");
            }
        }
    }

    #[test]
    fn one_wild_value_moves_nothing() {
        let mut x = [1.0, 2.0, 3.0, 4.0, 1e9];
        assert_eq!(median(&mut x), Some(3.0));
        assert_eq!(mad_sigma(&mut x), Some(1.4826));
    }
}
