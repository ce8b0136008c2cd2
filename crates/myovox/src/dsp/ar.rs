//! Autoregressive models: each sample as a weighted sum of the ones before it, and what the weights cannot say.
//!
//! The model of order `p` is `x[i] = a[0] x[i-1] + ... + a[p-1] x[i-p] + e[i]`: the sign of a *predictor*. MATLAB's `arburg` and the polynomial
//! `A(z) = 1 - a[0] z^-1 - ...` of other texts hold the same numbers with the opposite sign, after a leading 1.
//!
//! [`burg`] minimises the forward and backward prediction errors (J. P. Burg, 1975; no window, so short signals keep their resolution),
//! [`yule_walker`] solves the normal equations of the biased autocorrelation by Levinson's recursion. Both give stable models. The mean is not
//! removed: a signal with an offset is to be freed of it before. Scaling the signal by a power of two changes no bit of the coefficients.

/// Sums run in this many lanes side by side, so that their order is fixed and vectors can be used.
const LANES: usize = 8;

/// Below this share of the signal's energy a prediction error is rounding noise; the model stops growing there.
const ROUNDING: f64 = 1e-28;

/// Outputs of [`Ar::whiten`] that are worked on at a time, so that they stay in the cache for every coefficient.
const BLOCK: usize = 2048;

/// An autoregressive model.
#[derive(Clone, Debug, PartialEq)]
pub struct Ar {
    /// `a[k]`, the weight of the sample `k + 1` before: `x[i] = sum a[k] x[i-1-k] + e[i]`.
    pub coefficients: Vec<f64>,
    /// Mean square of the prediction error `e`, in the signal's unit squared.
    pub variance: f64,
}

impl Ar {
    /// The prediction error `e[i] = x[i] - sum a[k] x[i-1-k]` into `out`: the signal with the model's colour taken away.
    ///
    /// What lies before the first sample counts as 0, so the first `coefficients.len()` outputs still hold some of the colour. A NaN in `x`
    /// spoils its own output and the `coefficients.len()` outputs after it, no others.
    ///
    /// # Panics
    /// When `out` has another length than `x`.
    pub fn whiten(&self, x: &[f64], out: &mut [f64]) {
        assert_eq!(x.len(), out.len(), "output and input differ in length");
        out.copy_from_slice(x);
        for (block, part) in out.chunks_mut(BLOCK).enumerate() {
            let start = block * BLOCK;
            for (k, &a) in self.coefficients.iter().enumerate() {
                let skip = (k + 1).saturating_sub(start).min(part.len());
                let before = &x[(start + skip).saturating_sub(k + 1)..];
                for (e, &past) in part[skip..].iter_mut().zip(before) {
                    *e -= a * past;
                }
            }
        }
    }
}

/// The model of `order` by Burg's method; `None` for fewer than `order + 1` samples, values that are not finite (or whose squares are not), and
/// a signal without energy.
///
/// A signal that fewer coefficients predict to the last digits (a constant, a sinusoid) leaves the others at 0.
///
/// ```
/// use myovox::dsp::ar::burg;
/// // x[i] = 0.5 x[i-1] after one impulse
/// let x: Vec<f64> = (0..40).scan(1.0, |v, _| { *v *= 0.5; Some(*v) }).collect();
/// let model = burg(&x, 1).unwrap();
/// assert!((model.coefficients[0] - 0.8).abs() < 1e-12); // forward and backward errors together: 2 r / (1 + r^2)
/// assert!(burg(&[0.0; 40], 1).is_none());
/// ```
pub fn burg(x: &[f64], order: usize) -> Option<Ar> {
    let energy = dot(x, x);
    let mut model = Ar { coefficients: Vec::with_capacity(order), variance: energy / x.len() as f64 };
    if x.len() <= order || !energy.is_finite() || energy == 0.0 {
        return None;
    }
    let (mut forward, mut backward) = (x.to_vec(), x.to_vec());
    for m in 0..order {
        // The forward error of sample i meets the backward error of sample i - 1, which is kept where its window begins, at i - 1 - m.
        let (f, b) = (&mut forward[m + 1..], &mut backward[..x.len() - 1 - m]);
        let remaining = dot(f, f) + dot(b, b);
        if remaining <= ROUNDING * energy {
            break;
        }
        let reflection = (2.0 * dot(f, b) / remaining).clamp(-1.0, 1.0);
        model.grow(reflection);
        for (f, b) in f.iter_mut().zip(b) {
            (*f, *b) = (*f - reflection * *b, *b - reflection * *f);
        }
    }
    model.coefficients.resize(order, 0.0);
    Some(model)
}

/// The model of `order` from the biased autocorrelation `r[k] = (1/n) sum x[i] x[i+k]`; `None` in the same cases as [`burg`].
///
/// ```
/// use myovox::dsp::ar::yule_walker;
/// let x = [1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0];
/// let model = yule_walker(&x, 1).unwrap();
/// assert!((model.coefficients[0] - 1.0 / 8.0).abs() < 1e-15); // r[1] / r[0]
/// ```
pub fn yule_walker(x: &[f64], order: usize) -> Option<Ar> {
    let n = x.len();
    if n <= order {
        return None;
    }
    let correlation: Vec<f64> = (0..=order).map(|lag| dot(&x[..n - lag], &x[lag..]) / n as f64).collect();
    levinson(&correlation)
}

/// The model whose autocorrelation is `correlation` (lags 0, 1, ...), of order `correlation.len() - 1`, by Levinson's recursion; `None` when it is
/// empty, lag 0 is not above zero, or a value is not finite.
///
/// A correlation that no signal can have is followed as far as one can; coefficients beyond stay 0.
pub fn levinson(correlation: &[f64]) -> Option<Ar> {
    let (&power, lags) = correlation.split_first()?;
    if correlation.iter().any(|r| !r.is_finite()) || power <= 0.0 {
        return None;
    }
    let mut model = Ar { coefficients: Vec::with_capacity(lags.len()), variance: power };
    for (m, &lag) in lags.iter().enumerate() {
        if model.variance <= ROUNDING * power {
            break;
        }
        let predicted: f64 = model.coefficients.iter().zip(lags[..m].iter().rev()).map(|(a, r)| a * r).sum();
        model.grow(((lag - predicted) / model.variance).clamp(-1.0, 1.0));
    }
    model.coefficients.resize(lags.len(), 0.0);
    Some(model)
}

impl Ar {
    /// One order more, by its reflection coefficient.
    fn grow(&mut self, reflection: f64) {
        let m = self.coefficients.len();
        for j in 0..m.div_ceil(2) {
            let (low, high) = (self.coefficients[j], self.coefficients[m - 1 - j]);
            self.coefficients[j] = low - reflection * high;
            self.coefficients[m - 1 - j] = high - reflection * low;
        }
        self.coefficients.push(reflection);
        self.variance *= 1.0 - reflection * reflection;
    }
}

/// Sum of products, in one order on every machine.
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let (x_whole, x_rest) = x.as_chunks::<LANES>();
    let (y_whole, y_rest) = y.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (x, y) in x_whole.iter().zip(y_whole) {
        for (lane, (x, y)) in lanes.iter_mut().zip(x.iter().zip(y)) {
            *lane += x * y;
        }
    }
    lanes.iter().sum::<f64>() + x_rest.iter().zip(y_rest).map(|(x, y)| x * y).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// White noise through `x[i] = 1.5 x[i-1] - 0.8 x[i-2] + e`.
    fn coloured(n: usize) -> Vec<f64> {
        let mut s = 3_u32;
        let (mut x1, mut x2) = (0.0, 0.0);
        let mut next = || {
            s = s.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let x = 1.5 * x1 - 0.8 * x2 + f64::from(s) / 4_294_967_296.0 * 2.0 - 1.0;
            (x1, x2) = (x, x1);
            x
        };
        (0..n).map(|_| next()).collect()
    }

    #[test]
    fn both_methods_find_the_model_that_made_the_signal() {
        let x = coloured(20_000);
        for model in [burg(&x, 4).unwrap(), yule_walker(&x, 4).unwrap()] {
            for (a, truth) in model.coefficients.iter().zip([1.5, -0.8, 0.0, 0.0]) {
                approx::assert_abs_diff_eq!(*a, truth, epsilon = 0.03);
            }
            approx::assert_relative_eq!(model.variance, 1.0 / 3.0, max_relative = 0.02); // uniform noise on -1..1
        }
    }

    #[test]
    fn whitening_leaves_the_stated_variance_and_no_correlation() {
        let x = coloured(10_000);
        let model = burg(&x, 6).unwrap();
        let mut e = vec![0.0; x.len()];
        model.whiten(&x, &mut e);
        approx::assert_relative_eq!(dot(&e, &e) / e.len() as f64, model.variance, max_relative = 1e-2);
        for lag in 1..=5 {
            assert!((dot(&e[..e.len() - lag], &e[lag..]) / dot(&e, &e)).abs() < 0.03, "lag {lag}");
        }
    }

    #[test]
    fn whitening_is_the_definition_across_blocks_and_for_short_signals() {
        let model = Ar { coefficients: vec![0.5, -0.25, 0.125], variance: 1.0 };
        for n in [0, 1, 2, 3, 4, BLOCK - 1, BLOCK, BLOCK + 2, 2 * BLOCK + 1] {
            let x = coloured(n);
            let mut e = vec![f64::NAN; n];
            model.whiten(&x, &mut e);
            for i in 0..n {
                let mut expected = x[i];
                for (k, a) in model.coefficients.iter().enumerate().take(i) {
                    expected -= a * x[i - 1 - k];
                }
                assert_eq!(e[i], expected, "sample {i} of {n}");
            }
        }
    }

    /// By hand: forward errors 2-k, 4-2k and backward errors 1-2k, 2-4k are smallest at k = 2 * 10 / 25.
    #[test]
    fn a_reflection_coefficient_by_hand() {
        let model = burg(&[1.0, 2.0, 4.0], 1).unwrap();
        approx::assert_abs_diff_eq!(model.coefficients[0], 0.8, epsilon = 1e-15);
        approx::assert_abs_diff_eq!(model.variance, 7.0 * (1.0 - 0.64), epsilon = 1e-14);
    }

    #[test]
    fn predictable_signals_end_in_zeros_and_not_in_noise() {
        let constant = burg(&[3.0; 50], 5).unwrap();
        assert_eq!(constant.coefficients, [1.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(constant.variance, 0.0);
    }

    #[test]
    fn signals_that_bear_no_model_give_none() {
        for fit in [burg, yule_walker] {
            for (x, order) in [(&[][..], 0), (&[], 1), (&[1.0], 1), (&[1.0, 2.0], 2), (&[0.0; 9], 2)] {
                assert_eq!(fit(x, order), None, "{x:?} {order}");
            }
            for bad in [f64::NAN, f64::INFINITY, 1e200] {
                assert_eq!(fit(&[1.0, bad, 2.0, 3.0], 1), None);
            }
            assert_eq!(fit(&[2.0], 0).unwrap(), Ar { coefficients: vec![], variance: 4.0 });
        }
    }

    #[test]
    fn the_unit_of_the_signal_changes_no_coefficient() {
        let x = coloured(500);
        let scaled: Vec<f64> = x.iter().map(|v| v * 1024.0).collect();
        for fit in [burg, yule_walker] {
            let (a, b) = (fit(&x, 8).unwrap(), fit(&scaled, 8).unwrap());
            assert_eq!(a.coefficients, b.coefficients);
            assert_eq!(a.variance * 1024.0 * 1024.0, b.variance);
        }
    }
}
