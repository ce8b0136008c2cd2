//! Moving order statistics: minimum, maximum and median over a window that slides over a signal.
//!
//! A window of `window` samples stands about its sample; an even one reaches one sample further back than forward, as in SciPy's `ndimage`.
//! What it finds beyond the ends, [`Edges`] says. **NaN**: a window that holds one gives NaN, all others are not touched by it.
//!
//! Extremes take three comparisons a sample whatever the window's length (M. van Herk, Pattern Recognition Letters 13, 1992): the signal is cut into
//! blocks as long as the window, every window is the end of one block and the begin of the next, and extremes of all ends and all begins are
//! running ones. The median keeps its window sorted: a search and a short move in memory per sample.

use super::moving::Edges;
use crate::error::{Error, Result};

/// Smallest value within each window.
///
/// ```
/// use myovox::dsp::moving::Edges;
/// use myovox::dsp::order::moving_min;
/// assert_eq!(moving_min(&[3.0, 1.0, 2.0, 5.0], 3, Edges::Shrink)?, [1.0, 1.0, 1.0, 2.0]);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `dsp.window-empty` when `window` is 0; `dsp.window-length` when it is so long that half of it reaches beyond a mirror image of the signal: above
/// twice the samples and one, with [`Edges::Reflect`], [`Edges::Nearest`] or [`Edges::Zero`].
pub fn moving_min(x: &[f64], window: usize, edges: Edges) -> Result<Vec<f64>> {
    extremes(x, window, edges, f64::INFINITY, |a, b| if a < b || a.is_nan() { a } else { b })
}

/// Largest value within each window.
///
/// # Errors
/// As [`moving_min`].
pub fn moving_max(x: &[f64], window: usize, edges: Edges) -> Result<Vec<f64>> {
    extremes(x, window, edges, f64::NEG_INFINITY, |a, b| if a > b || a.is_nan() { a } else { b })
}

/// Median within each window; the mean of the two middle values where their number is even.
///
/// ```
/// use myovox::dsp::moving::Edges;
/// use myovox::dsp::order::moving_median;
/// assert_eq!(moving_median(&[1.0, 9.0, 2.0, 3.0], 3, Edges::Shrink)?, [5.0, 2.0, 3.0, 2.5]);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// As [`moving_min`].
pub fn moving_median(x: &[f64], window: usize, edges: Edges) -> Result<Vec<f64>> {
    let Reach { back, ahead } = Reach::new(x.len(), window, edges)?;
    if edges == Edges::Shrink {
        let bounds = |i: usize| (i.saturating_sub(back), (i + ahead + 1).min(x.len()));
        return Ok(medians(x, x.len(), bounds));
    }
    let extended = extend(x, Reach { back, ahead }, edges, 0.0);
    let windows = (extended.len() + 1).saturating_sub(window);
    Ok(medians(&extended, windows, |i| (i, i + window)))
}

/// How far a window reaches to either side of its sample, or beyond the ends of the signal, which is no further than the signal is long.
#[derive(Clone, Copy, Debug)]
struct Reach {
    back: usize,
    ahead: usize,
}

impl Reach {
    fn new(samples: usize, window: usize, edges: Edges) -> Result<Self> {
        if window == 0 {
            return Err(Error::config("dsp.window-empty", "a window of no samples").found(0).expected("at least 1"));
        }
        let longest = samples.saturating_mul(2).saturating_add(1);
        let filled = matches!(edges, Edges::Reflect | Edges::Nearest | Edges::Zero);
        if filled && samples > 0 && window > longest {
            return Err(Error::config("dsp.window-length", "a window longer than a signal and its mirror images")
                .found(format!("{window} samples"))
                .expected(format!("at most {longest} for a signal of {samples}")));
        }
        Ok(Self { back: (window / 2).min(samples), ahead: ((window - 1) / 2).min(samples) })
    }
}

/// `x` with what windows find beyond its ends; `outside` where that is to count for nothing.
fn extend(x: &[f64], Reach { back, ahead }: Reach, edges: Edges, outside: f64) -> Vec<f64> {
    let (Some(&first), Some(&last)) = (x.first(), x.last()) else { return Vec::new() };
    let mut extended = Vec::with_capacity(back + x.len() + ahead);
    let (before, after) = match edges {
        Edges::Valid => return x.to_vec(),
        Edges::Reflect => {
            extended.extend(x[..back].iter().rev());
            extended.extend_from_slice(x);
            extended.extend(x[x.len() - ahead..].iter().rev());
            return extended;
        }
        Edges::Nearest => (first, last),
        Edges::Zero => (0.0, 0.0),
        Edges::Shrink => (outside, outside),
    };
    extended.resize(back, before);
    extended.extend_from_slice(x);
    extended.resize(back + x.len() + ahead, after);
    extended
}

/// `pick` over each window; `outside` is what it never picks.
fn extremes(
    x: &[f64],
    window: usize,
    edges: Edges,
    outside: f64,
    pick: impl Fn(f64, f64) -> f64 + Copy,
) -> Result<Vec<f64>> {
    let reach = Reach::new(x.len(), window, edges)?;
    let mut ends = extend(x, reach, edges, outside);
    let window = if edges == Edges::Shrink { reach.back + 1 + reach.ahead } else { window };
    if ends.len() < window {
        return Ok(Vec::new());
    }
    let mut begins = ends.clone();
    for block in begins.chunks_mut(window) {
        running(block.iter_mut(), pick);
    }
    for block in ends.chunks_mut(window) {
        running(block.iter_mut().rev(), pick);
    }
    // The window that starts at i ends one block and, unless that was the whole of it, begins the next.
    Ok(ends.iter().zip(&begins[window - 1..]).map(|(&end, &begin)| pick(end, begin)).collect())
}

/// Replaces each value by `pick` over it and all before.
fn running<'a>(values: impl Iterator<Item = &'a mut f64>, pick: impl Fn(f64, f64) -> f64) {
    let mut picked = None;
    for value in values {
        *value = picked.map_or(*value, |picked| pick(picked, *value));
        picked = Some(*value);
    }
}

/// Medians of `x[bounds(i)]`, both ends of which never go back.
fn medians(x: &[f64], windows: usize, bounds: impl Fn(usize) -> (usize, usize)) -> Vec<f64> {
    let mut sorted = Sorted::default();
    let (mut low, mut high) = (0, 0);
    (0..windows)
        .map(|i| {
            let (next_low, next_high) = bounds(i);
            x[high..next_high].iter().for_each(|&v| sorted.insert(v));
            x[low..next_low].iter().for_each(|&v| sorted.remove(v));
            (low, high) = (next_low, next_high);
            sorted.median()
        })
        .collect()
}

/// The values of a window in order, and the number of its NaN.
#[derive(Default)]
struct Sorted {
    values: Vec<f64>,
    nan: usize,
}

impl Sorted {
    fn place(&self, value: f64) -> usize {
        self.values.partition_point(|v| v.total_cmp(&value).is_lt())
    }

    fn insert(&mut self, value: f64) {
        if value.is_nan() {
            self.nan += 1;
        } else {
            self.values.insert(self.place(value), value);
        }
    }

    fn remove(&mut self, value: f64) {
        if value.is_nan() {
            self.nan -= 1;
        } else {
            self.values.remove(self.place(value));
        }
    }

    fn median(&self) -> f64 {
        let n = self.values.len();
        if self.nan > 0 || n == 0 {
            return f64::NAN;
        }
        let upper = self.values[n / 2];
        if n.is_multiple_of(2) { f64::midpoint(self.values[n / 2 - 1], upper) } else { upper }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Edges; 5] = [Edges::Shrink, Edges::Reflect, Edges::Nearest, Edges::Zero, Edges::Valid];

    fn signal(n: usize) -> Vec<f64> {
        (0..n).map(|i| ((i * i * 37 + i * 11) % 23) as f64 - 11.0).collect()
    }

    /// The values that the window at `i` finds.
    fn window_at(x: &[f64], i: usize, window: usize, edges: Edges) -> Vec<f64> {
        let back = if edges == Edges::Valid { 0 } else { window / 2 };
        let value = |k: usize| match (k.checked_sub(back), edges) {
            (Some(at), _) if at < x.len() => Some(x[at]),
            (_, Edges::Shrink | Edges::Valid) => None,
            (_, Edges::Zero) => Some(0.0),
            (None, Edges::Reflect) => Some(x[back - k - 1]),
            (None, Edges::Nearest) => Some(x[0]),
            (Some(at), Edges::Reflect) => Some(x[2 * x.len() - 1 - at]),
            (Some(_), Edges::Nearest) => Some(x[x.len() - 1]),
        };
        (i..i + window).filter_map(value).collect()
    }

    fn by_definition(x: &[f64], window: usize, edges: Edges, pick: fn(&mut [f64]) -> f64) -> Vec<f64> {
        let outputs = if edges == Edges::Valid { (x.len() + 1).saturating_sub(window) } else { x.len() };
        let any_nan = |values: &[f64]| values.iter().any(|v| v.is_nan());
        (0..outputs)
            .map(|i| {
                let mut values = window_at(x, i, window, edges);
                if any_nan(&values) { f64::NAN } else { pick(&mut values) }
            })
            .collect()
    }

    fn median_of(values: &mut [f64]) -> f64 {
        crate::dsp::robust::median(values).unwrap()
    }

    fn bits(values: &[f64]) -> Vec<u64> {
        values.iter().map(|v| if v.is_nan() { u64::MAX } else { (v + 0.0).to_bits() }).collect()
    }

    #[test]
    fn all_equal_their_definitions_for_every_window_length_and_edge() {
        for n in [1, 2, 3, 10, 31] {
            for broken in [None, Some(0), Some(n / 2), Some(n - 1)] {
                let mut x = signal(n);
                if let Some(at) = broken {
                    x[at] = f64::NAN;
                }
                for edges in ALL {
                    for window in 1..=2 * n + 1 {
                        let what = format!("{edges:?}, {window} of {n}, NaN at {broken:?}");
                        let min = by_definition(&x, window, edges, |v| v.iter().copied().fold(f64::INFINITY, f64::min));
                        let max =
                            by_definition(&x, window, edges, |v| v.iter().copied().fold(f64::NEG_INFINITY, f64::max));
                        let median = by_definition(&x, window, edges, median_of);
                        assert_eq!(bits(&moving_min(&x, window, edges).unwrap()), bits(&min), "{what}");
                        assert_eq!(bits(&moving_max(&x, window, edges).unwrap()), bits(&max), "{what}");
                        assert_eq!(bits(&moving_median(&x, window, edges).unwrap()), bits(&median), "{what}");
                    }
                }
            }
        }
    }

    #[test]
    fn windows_of_any_length_and_signals_without_samples_are_defined() {
        let x = signal(5);
        for moving in [moving_min, moving_max, moving_median] {
            for edges in ALL {
                assert!(moving(&[], 3, edges).unwrap().is_empty());
                assert_eq!(moving(&x, 0, edges).unwrap_err().code(), "dsp.window-empty");
            }
            assert_eq!(moving(&x, usize::MAX, Edges::Shrink).unwrap().len(), 5);
            assert!(moving(&x, usize::MAX, Edges::Valid).unwrap().is_empty());
            assert_eq!(moving(&x, 12, Edges::Reflect).unwrap_err().code(), "dsp.window-length");
        }
        assert_eq!(moving_max(&[f64::INFINITY, 1.0], 3, Edges::Shrink).unwrap(), [f64::INFINITY; 2]);
    }
}
