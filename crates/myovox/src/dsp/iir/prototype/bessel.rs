//! The Bessel prototype: its poles are the roots of the reverse Bessel polynomial.
//!
//! The polynomial's coefficients span so many powers of ten that its roots cannot be had from them beyond order 15 or so. Its differential
//! equation `s y'' - 2 (s + N) y' + 2 N y = 0` gives another way: at a root, `y''/y'` is twice the sum of the inverse distances to the other
//! roots, so that `sum 1/(s_j - s_i) = 1 + N/s_j`, charges in balance. These equations hold no large numbers; Newton's method, damped, finds
//! the roots of every order up to 30 to the last digits from a rough arc of equally spaced imaginary parts.

use realfft::num_complex::Complex64;

use crate::dsp::iir::design::BesselNorm;
use crate::dsp::iir::zpk::Zpk;
use crate::dsp::math;

/// The Bessel low-pass with edge 1 in the sense of `norm`.
pub(in crate::dsp::iir) fn prototype(order: usize, norm: BesselNorm) -> Zpk {
    let mut poles = roots(order);
    // The constant of the polynomial: 1 * 3 * 5 ... (2N - 1).
    let constant = (1..=order).fold(1.0, |product, k| product * (2 * k - 1) as f64);
    let (scale, gain) = match norm {
        BesselNorm::Delay => (1.0, constant),
        BesselNorm::Phase => (math::powf(constant, -1.0 / order as f64), 1.0),
        BesselNorm::Magnitude => {
            let scale = 1.0 / half_power(&poles);
            (scale, (0..order).fold(constant, |gain, _| gain * scale))
        }
    };
    for pole in &mut poles {
        *pole *= scale;
    }
    Zpk { zeros: Vec::new(), poles, gain }
}

/// The roots of the reverse Bessel polynomial of `order`.
fn roots(order: usize) -> Vec<Complex64> {
    let n = order as f64;
    let mut roots: Vec<_> = (0..order)
        .map(|j| {
            let imaginary = 0.87 * (2.0 * j as f64 - n + 1.0);
            let radius = 0.93 * n + 0.3;
            Complex64::new(-(radius * radius - imaginary * imaginary).sqrt(), imaginary)
        })
        .collect();
    for _ in 0..100 {
        let step = newton_step(&roots, n);
        let longest = step.iter().map(Complex64::norm_sqr).fold(0.0, f64::max).sqrt();
        // Half a unit at most: the roots stand about 1.75 apart and must not jump over each other.
        let damping = if longest > 0.5 { 0.5 / longest } else { 1.0 };
        roots.iter_mut().zip(&step).for_each(|(root, step)| *root += step * damping);
        if longest < 1e-14 * n {
            break;
        }
    }
    // The roots are conjugate in pairs; rounding has moved them apart by some last bits.
    (0..order).map(|j| (roots[j] + roots[order - 1 - j].conj()) / 2.0).collect()
}

/// The step that brings the charges `roots` towards balance.
fn newton_step(roots: &[Complex64], n: f64) -> Vec<Complex64> {
    let order = roots.len();
    let mut matrix = vec![vec![Complex64::new(0.0, 0.0); order]; order];
    let mut right = Vec::with_capacity(order);
    for j in 0..order {
        let inverse = 1.0 / roots[j];
        let mut force = -inverse * n - 1.0;
        let mut slope = inverse * inverse * n;
        for i in (0..order).filter(|&i| i != j) {
            let push = 1.0 / (roots[j] - roots[i]);
            force += push;
            slope -= push * push;
            matrix[j][i] = push * push;
        }
        matrix[j][j] = slope;
        right.push(-force);
    }
    solve(matrix, right)
}

/// Solves a square system by elimination with row exchange; the systems here are never singular.
fn solve(mut matrix: Vec<Vec<Complex64>>, mut right: Vec<Complex64>) -> Vec<Complex64> {
    let n = right.len();
    for column in 0..n {
        let size = |row: &Vec<Complex64>| row[column].norm_sqr();
        let pivot = (column..n).max_by(|&a, &b| size(&matrix[a]).total_cmp(&size(&matrix[b]))).unwrap_or(column);
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        let (above, below) = matrix.split_at_mut(column + 1);
        let leading = &above[column];
        for (k, row) in below.iter_mut().enumerate() {
            let factor = row[column] / leading[column];
            row.iter_mut().zip(leading).skip(column).for_each(|(value, above)| *value -= factor * above);
            let known = right[column];
            right[column + 1 + k] -= factor * known;
        }
    }
    for row in (0..n).rev() {
        let known: Complex64 = (row + 1..n).map(|k| matrix[row][k] * right[k]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    right
}

/// The frequency at which half of the power at 0 passes, by bisection to the last bit.
fn half_power(poles: &[Complex64]) -> f64 {
    let loss =
        |w: f64| -> f64 { poles.iter().map(|p| (Complex64::new(0.0, w) - p).norm_sqr() / p.norm_sqr()).product() };
    let (mut low, mut high) = (0.0, 2.0 * poles.len() as f64);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if loss(middle) < 2.0 { low = middle } else { high = middle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The polynomial of order 2 is `s^2 + 3 s + 3`, that of order 3 `s^3 + 6 s^2 + 15 s + 15`.
    #[test]
    fn roots_of_low_orders_solve_their_polynomials() {
        assert_eq!(roots(1), [Complex64::new(-1.0, 0.0)]);
        for s in roots(2) {
            assert!((s * s + s * 3.0 + 3.0).norm_sqr().sqrt() < 1e-14);
        }
        for s in roots(3) {
            assert!((s * s * s + s * s * 6.0 + s * 15.0 + 15.0).norm_sqr().sqrt() < 1e-13);
        }
    }

    /// The product of the roots is the constant of the polynomial, their sum the negative of its second coefficient, `N (N + 1) / 2`.
    #[test]
    fn roots_of_every_order_have_the_sum_and_product_of_their_polynomial() {
        for order in 1..=crate::dsp::iir::design::MAX_ORDER {
            let roots = roots(order);
            let constant = (1..=order).fold(1.0, |product, k| product * (2 * k - 1) as f64);
            let product = roots.iter().fold(Complex64::new(1.0, 0.0), |product, s| product * -s);
            approx::assert_relative_eq!(product.re, constant, max_relative = 1e-13);
            let sum: Complex64 = roots.iter().sum();
            approx::assert_relative_eq!(-sum.re, (order * (order + 1) / 2) as f64, max_relative = 1e-14);
            assert!(roots.iter().all(|s| s.re < 0.0));
        }
    }
}
