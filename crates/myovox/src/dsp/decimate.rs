//! Fewer points for a plot, without losing a peak.
//!
//! A screen has some thousand columns, a recording some million samples. Taking every n-th loses peaks or, worse, shows slow waves that are not
//! there; a low-pass rounds them off. Here each column gets the smallest and the largest value of its samples, in the order in which they came,
//! so that a line through the points covers the same pixels as a line through all samples.

use crate::error::{Error, Result};

/// One sample that is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Its index in the signal.
    pub index: usize,
    /// Its value.
    pub value: f64,
}

/// Two points for each of `buckets` equal parts of `x`: its smallest and its largest value, each where it comes first, in the order of time. All
/// samples, where there are no more than two a bucket.
///
/// Buckets differ by at most one sample in length. A constant bucket gives its first sample twice. NaN are passed over; a bucket of
/// nothing else gives its first and its last sample, so that a line breaks there (a gap shorter than a bucket does not break it).
///
/// ```
/// use myovox::dsp::decimate::min_max;
/// let points = min_max(&[0.0, 5.0, -1.0, 2.0, 7.0, 7.0, 3.0, 4.0], 2)?;
/// let kept: Vec<_> = points.iter().map(|point| (point.index, point.value)).collect();
/// assert_eq!(kept, [(1, 5.0), (2, -1.0), (4, 7.0), (6, 3.0)]);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `dsp.no-buckets` when `buckets` is 0.
pub fn min_max(x: &[f64], buckets: usize) -> Result<Vec<Point>> {
    if buckets == 0 {
        return Err(Error::config("dsp.no-buckets", "a plot has at least one column").found(0).expected("1 or more"));
    }
    if x.len() <= buckets.saturating_mul(2) {
        return Ok(x.iter().enumerate().map(|(index, &value)| Point { index, value }).collect());
    }
    let mut points = Vec::with_capacity(2 * buckets);
    let (whole, remainder) = (x.len() / buckets, x.len() % buckets);
    let (mut start, mut carried) = (0, 0);
    for _ in 0..buckets {
        // The remainder is spread evenly, one sample more whenever it adds up to a whole one.
        carried += remainder;
        let longer = usize::from(carried >= buckets);
        carried -= longer * buckets;
        let end = start + whole + longer;
        points.extend(extremes(&x[start..end]).map(|at| Point { index: start + at, value: x[start + at] }));
        start = end;
    }
    Ok(points)
}

/// Where the smallest and the largest value stand first, in order; first and last sample where all are NaN.
fn extremes(bucket: &[f64]) -> [usize; 2] {
    let mut found = None;
    for (i, &value) in bucket.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
        let (low, high) = found.get_or_insert((i, i));
        if value < bucket[*low] {
            *low = i;
        }
        if value > bucket[*high] {
            *high = i;
        }
    }
    found.map_or([0, bucket.len() - 1], |(low, high)| [low.min(high), low.max(high)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bucket_keeps_its_extremes_in_the_order_of_time() {
        let x: Vec<f64> = (0..1003).map(|i| f64::from((i * i * 37 + 11 * i) % 997) - 500.0).collect();
        for buckets in [1, 2, 7, 100, 501] {
            let points = min_max(&x, buckets).unwrap();
            assert_eq!(points.len(), 2 * buckets);
            assert!(points.is_sorted_by_key(|point| point.index));
            assert!(points.iter().all(|point| x[point.index] == point.value));
            for pair in points.chunks(2) {
                let at = points.iter().position(|point| point == &pair[0]).unwrap() / 2;
                let (start, end) = (at * x.len() / buckets, (at + 1) * x.len() / buckets);
                let bucket = &x[start..end];
                let (low, high) = (pair[0].value.min(pair[1].value), pair[0].value.max(pair[1].value));
                assert_eq!(low, bucket.iter().copied().fold(f64::INFINITY, f64::min));
                assert_eq!(high, bucket.iter().copied().fold(f64::NEG_INFINITY, f64::max));
            }
        }
    }

    #[test]
    fn gaps_constants_and_short_signals_are_as_stated() {
        let nan = f64::NAN;
        let points = min_max(&[nan, nan, nan, 2.0, nan, 1.0, 4.0, 4.0, 4.0], 3).unwrap();
        let indices: Vec<usize> = points.iter().map(|point| point.index).collect();
        assert_eq!(indices, [0, 2, 3, 5, 6, 6]);
        assert!(points[0].value.is_nan() && points[1].value.is_nan());
        assert!(min_max(&[], 3).unwrap().is_empty());
        assert_eq!(min_max(&[1.0, nan], 1).unwrap().len(), 2);
        assert_eq!(min_max(&[1.0], usize::MAX).unwrap(), [Point { index: 0, value: 1.0 }]);
        assert_eq!(min_max(&[1.0], 0).unwrap_err().code(), "dsp.no-buckets");
    }
}
