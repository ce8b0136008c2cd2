//! What stands around a transform in a power spectrum: plain loops, compiled once per instruction set.

use fearless_simd::dispatch;
use fearless_simd::prelude::*;
use realfft::num_complex::Complex64;

use super::Level;

/// Independent partial sums of [`sum`].
const PARTS: usize = 16;

/// The sum of `samples`, in an order that is fixed by their number.
pub fn sum(level: Level, samples: &[f64]) -> f64 {
    dispatch!(level.0, simd => sum_in_parts(simd, samples))
}

#[inline(always)]
fn sum_in_parts<S: Simd>(_: S, samples: &[f64]) -> f64 {
    let mut sums = [0.0; PARTS];
    let (parts, rest) = samples.as_chunks::<PARTS>();
    for part in parts {
        for (sum, sample) in sums.iter_mut().zip(part) {
            *sum += sample;
        }
    }
    let mut width = PARTS / 2;
    while width > 0 {
        for k in 0..width {
            sums[k] += sums[k + width];
        }
        width /= 2;
    }
    sums[0] + rest.iter().sum::<f64>()
}

/// Two signals as real and imaginary parts, less their `means`, weighted by `window`. A signal that has ended is 0.
pub fn weigh_two(level: Level, signals: [&[f64]; 2], means: [f64; 2], window: &[f64], out: &mut [Complex64]) {
    dispatch!(level.0, simd => weigh(simd, signals, means, window, out));
}

#[inline(always)]
fn weigh<S: Simd>(_: S, [a, b]: [&[f64]; 2], means: [f64; 2], window: &[f64], out: &mut [Complex64]) {
    let both = a.len().min(b.len());
    for (((out, w), a), b) in out.iter_mut().zip(window).zip(a).zip(b) {
        *out = Complex64::new((a - means[0]) * w, (b - means[1]) * w);
    }
    for ((out, w), a) in out.iter_mut().zip(window).zip(a).skip(both) {
        *out = Complex64::new((a - means[0]) * w, 0.0);
    }
}

/// Adds the squared magnitudes of `bins` to `power`.
pub fn add_power(level: Level, bins: &[Complex64], power: &mut [f64]) {
    dispatch!(level.0, simd => add(simd, bins, power));
}

#[inline(always)]
fn add<S: Simd>(_: S, bins: &[Complex64], power: &mut [f64]) {
    for (power, bin) in power.iter_mut().zip(bins) {
        *power += bin.re * bin.re + bin.im * bin.im;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_levels_give_the_same_bits() {
        let x: Vec<f64> = (0..77).map(|i| f64::from(i * i % 31) / 7.0).collect();
        let run = |level| {
            let mut out = vec![Complex64::new(9.0, 9.0); 77];
            weigh_two(level, [&x, &x[..70]], [0.1, 0.2], &x, &mut out);
            let mut power = vec![1.0; 77];
            add_power(level, &out, &mut power);
            (sum(level, &x), out, power)
        };
        let (total, out, power) = run(Level::scalar());
        approx::assert_relative_eq!(total, x.iter().sum::<f64>(), max_relative = 1e-14);
        assert_eq!((out[72].re, out[72].im), ((x[72] - 0.1) * x[72], 0.0));
        assert_eq!(power[5], 1.0 + out[5].norm_sqr());
        for level in Level::available() {
            assert!(run(level) == (total, out.clone(), power.clone()), "{}", level.name());
        }
    }
}
