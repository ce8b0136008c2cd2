//! Sums over signals that are NaN inside gaps.

/// Partial sums side by side: in one order on every machine, and fast.
const LANES: usize = 8;

/// What the values of a stretch add up to; NaN does not count.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sums {
    /// Number of values.
    pub(super) count: f64,
    /// Of the values.
    pub(super) values: f64,
    /// Of their magnitudes.
    pub(super) magnitudes: f64,
    /// Of their squares.
    pub(super) squares: f64,
}

impl Sums {
    pub(super) fn of(signal: &[f64]) -> Self {
        let mut lanes = [Self::default(); LANES];
        let (whole, rest) = signal.as_chunks::<LANES>();
        for chunk in whole {
            for (lane, v) in lanes.iter_mut().zip(chunk) {
                lane.add(*v);
            }
        }
        for (lane, v) in lanes.iter_mut().zip(rest) {
            lane.add(*v);
        }
        lanes.into_iter().fold(Self::default(), Self::plus)
    }

    #[must_use]
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            values: self.values + other.values,
            magnitudes: self.magnitudes + other.magnitudes,
            squares: self.squares + other.squares,
        }
    }

    fn add(&mut self, v: f64) {
        let (v, one) = if v.is_nan() { (0.0, 0.0) } else { (v, 1.0) };
        self.count += one;
        self.values += v;
        self.magnitudes += v.abs();
        self.squares += v * v;
    }
}

#[cfg(test)]
mod tests {
    use super::Sums;

    #[test]
    fn every_value_counts_once_and_nan_does_not() {
        for n in 0..40_u32 {
            let mut signal: Vec<f64> = (0..n).map(|i| f64::from(i) - 7.0).collect();
            let sum = |of: fn(f64) -> f64| signal.iter().map(|v| of(*v)).sum::<f64>();
            let expected =
                Sums { count: f64::from(n), values: sum(|v| v), magnitudes: sum(f64::abs), squares: sum(|v| v * v) };
            assert_eq!(Sums::of(&signal), expected);
            signal.insert(signal.len() / 2, f64::NAN);
            assert_eq!(Sums::of(&signal), expected);
        }
    }
}
