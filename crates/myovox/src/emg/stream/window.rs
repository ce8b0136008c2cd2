//! The mean over the last samples, as they come: exact at every sample, however long the stream.

use serde::{Deserialize, Serialize};

/// Mean of the last `window` values, of those that exist where there are fewer.
///
/// Nothing is ever subtracted, so nothing drifts: time is cut into blocks as long as the window, and every window is the end of one block and the
/// begin of the next. The sums of all ends of a block are made when it is complete, the sum of the begin grows by one value a sample. The order of
/// all additions follows from the number of values since the start alone, so pieces of any length give the same bits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RunningMean {
    /// Before `at`: values of this block. From there: sums of the ends of the last one.
    values: Vec<f64>,
    begin: f64,
    at: usize,
    /// Values that were added, at most one window.
    count: usize,
}

impl RunningMean {
    /// Of `window` values, at least one.
    pub(super) fn new(window: usize) -> Self {
        Self { values: vec![0.0; window.max(1)], begin: 0.0, at: 0, count: 0 }
    }

    /// Adds a value and gives the mean.
    pub(super) fn push(&mut self, value: f64) -> f64 {
        let window = self.values.len();
        self.values[self.at] = value;
        self.begin += value;
        self.at += 1;
        self.count = (self.count + 1).min(window);
        let end = if self.at == window { 0.0 } else { self.values[self.at] };
        let mean = (end + self.begin) / self.count as f64;
        if self.at == window {
            for i in (0..window - 1).rev() {
                self.values[i] += self.values[i + 1];
            }
            (self.at, self.begin) = (0, 0.0);
        }
        mean
    }

    /// Whether a whole window of values is there.
    pub(super) fn is_full(&self) -> bool {
        self.count == self.values.len()
    }

    /// Forgets all values.
    pub(super) fn clear(&mut self) {
        self.values.fill(0.0);
        (self.begin, self.at, self.count) = (0.0, 0, 0);
    }

    /// Whether a state that was stored can be one of such a window.
    pub(super) fn fits(&self, window: usize) -> bool {
        self.values.len() == window.max(1) && self.at < self.values.len() && self.count <= self.values.len()
    }
}

/// The last values, oldest first to be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct History {
    values: Vec<f64>,
    at: usize,
    count: usize,
}

impl History {
    /// Of at most `length` values, at least one.
    pub(super) fn new(length: usize) -> Self {
        Self { values: vec![0.0; length.max(1)], at: 0, count: 0 }
    }

    /// Adds a value; the oldest goes where there is no room.
    pub(super) fn push(&mut self, value: f64) {
        self.values[self.at] = value;
        self.at = (self.at + 1) % self.values.len();
        self.count = (self.count + 1).min(self.values.len());
    }

    /// Number of values.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The value `back` before the newest, which is 0 back.
    pub(super) fn back(&self, back: usize) -> f64 {
        let length = self.values.len();
        self.values[(self.at + length - 1 - back % length) % length]
    }

    /// The values in no order.
    pub(super) fn values(&self) -> &[f64] {
        &self.values[..self.count]
    }

    /// Forgets all values.
    pub(super) fn clear(&mut self) {
        (self.at, self.count) = (0, 0);
    }

    /// Whether a state that was stored can be one of such a length.
    pub(super) fn fits(&self, length: usize) -> bool {
        let held = self.values.len();
        held == length.max(1) && self.at < held && self.count <= held && (self.count == held || self.at == self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_that_of_the_last_values_and_of_fewer_at_the_start() {
        for window in [1, 2, 3, 7] {
            let mut mean = RunningMean::new(window);
            let x: Vec<f64> = (0..40_u32).map(|i| f64::from(i * i % 11)).collect();
            for i in 0..x.len() {
                let last = &x[(i + 1).saturating_sub(window)..=i];
                approx::assert_relative_eq!(
                    mean.push(x[i]),
                    last.iter().sum::<f64>() / last.len() as f64,
                    max_relative = 1e-15
                );
                assert_eq!(mean.is_full(), i + 1 >= window);
            }
        }
    }

    #[test]
    fn what_was_large_leaves_nothing_behind() {
        let mut mean = RunningMean::new(50);
        for _ in 0..1000 {
            mean.push(1e12);
        }
        for _ in 0..49 {
            mean.push(1e-12);
        }
        approx::assert_relative_eq!(mean.push(1e-12), 1e-12, max_relative = 1e-14);
    }

    #[test]
    fn a_history_is_read_from_its_newest_value() {
        let mut history = History::new(3);
        for value in [1.0, 2.0] {
            history.push(value);
        }
        assert_eq!((history.len(), history.back(0), history.back(1)), (2, 2.0, 1.0));
        for value in [3.0, 4.0] {
            history.push(value);
        }
        assert_eq!((history.len(), history.back(0), history.back(2)), (3, 4.0, 2.0));
        assert!(history.fits(3) && !history.fits(4));
    }
}
