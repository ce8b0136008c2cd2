//! Sums of products, in one order on every machine.

/// Sums run in this many lanes side by side, so that their order is fixed and vectors can be used.
const LANES: usize = 8;

/// `sum x[i] y[i]`, as far as both go.
pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    let (x_whole, x_rest) = x.as_chunks::<LANES>();
    let (y_whole, y_rest) = y.as_chunks::<LANES>();
    debug_assert_eq!(x.len(), y.len(), "products need partners");
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
    use super::dot;

    #[test]
    fn every_product_counts_once() {
        for n in 0..40 {
            let x: Vec<f64> = (0..n).map(f64::from).collect();
            let y: Vec<f64> = (0..n).map(|i| f64::from(3 * i + 1)).collect();
            let expected: i32 = (0..n).map(|i| i * (3 * i + 1)).sum();
            assert_eq!(dot(&x, &y), f64::from(expected));
        }
    }
}
