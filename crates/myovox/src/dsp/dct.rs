//! The discrete cosine transform of type II, orthonormal: `c_k = s_k sum_n x_n cos(pi k (n + 1/2) / N)` with `s_0 = sqrt(1/N)` and
//! `s_k = sqrt(2/N)` else (N. Ahmed, T. Natarajan, K. Rao, "Discrete cosine transform", IEEE Trans. Computers, 1974).
//!
//! Cepstra need a dozen coefficients of a few dozen bands: a table and plain sums are quicker than a fast transform and have the same bits on
//! every processor.

use super::math;

/// The first coefficients of the transform of a fixed number of values.
#[derive(Clone, Debug)]
pub struct Dct {
    outputs: usize,
    /// The weights of input 0 for all coefficients, then those of input 1, and so on: coefficients are summed side by side.
    table: Vec<f64>,
}

impl Dct {
    /// The first `outputs` coefficients of `inputs` values (both at least 1).
    #[must_use]
    pub fn new(inputs: usize, outputs: usize) -> Self {
        let (inputs, outputs) = (inputs.max(1), outputs.max(1));
        let n = inputs as f64;
        let weight = |i: usize, k: usize| {
            let scale = if k == 0 { (1.0 / n).sqrt() } else { (2.0 / n).sqrt() };
            scale * math::cos(std::f64::consts::PI * k as f64 * (i as f64 + 0.5) / n)
        };
        let places = (0..inputs * outputs).map(|place| (place / outputs, place % outputs));
        let table = places.map(|(i, k)| weight(i, k)).collect();
        Self { outputs, table }
    }

    /// Writes the coefficients of `values` to `out`; both have the lengths that the table was made for.
    pub fn apply(&self, values: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for (value, weights) in values.iter().zip(self.table.chunks_exact(self.outputs)) {
            for (sum, weight) in out.iter_mut().zip(weights) {
                *sum += weight * value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transform_is_orthonormal() {
        let n = 9;
        let dct = Dct::new(n, n);
        for i in 0..n {
            for j in 0..n {
                let product: f64 = (0..n).map(|k| dct.table[i * n + k] * dct.table[j * n + k]).sum();
                approx::assert_abs_diff_eq!(product, f64::from(u8::from(i == j)), epsilon = 1e-14);
            }
        }
    }

    #[test]
    fn a_constant_has_one_coefficient_only() {
        let mut out = [0.0; 3];
        Dct::new(4, 3).apply(&[2.0; 4], &mut out);
        approx::assert_abs_diff_eq!(out[0], 4.0, epsilon = 1e-15);
        approx::assert_abs_diff_eq!(out[1], 0.0, epsilon = 1e-15);
        approx::assert_abs_diff_eq!(out[2], 0.0, epsilon = 1e-15);
    }
}
