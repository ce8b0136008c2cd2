//! Elementary functions with the same bits on every machine.
//!
//! The platform's C library picks other code when the processor has fused multiply-add, and the last bit of `sin`, `exp` or `ln` changes with
//! it. These are those of the crate `libm`, pure Rust without run-time dispatch. Whatever reaches a report comes through here; the lint
//! `clippy::disallowed_methods` keeps the methods of `f64` and `f32` out. The four operations, `sqrt`, `floor` and `mul_add` are exact anyway.

macro_rules! functions {
    ($ty:ty: $($(#[$doc:meta])* $name:ident($($arg:ident),+) = $libm:ident;)*) => {
        $($(#[$doc])* #[inline] #[must_use] pub fn $name($($arg: $ty),+) -> $ty { libm::$libm($($arg),+) })*
    };
}

functions! { f64:
    /// Sine of `x` radians.
    sin(x) = sin;
    /// Cosine of `x` radians.
    cos(x) = cos;
    /// Tangent of `x` radians.
    tan(x) = tan;
    /// Angle whose tangent is `x`.
    atan(x) = atan;
    /// Angle of the point `(x, y)`.
    atan2(y, x) = atan2;
    /// Hyperbolic tangent.
    tanh(x) = tanh;
    /// Hyperbolic sine.
    sinh(x) = sinh;
    /// Hyperbolic cosine.
    cosh(x) = cosh;
    /// Number whose hyperbolic sine is `x`.
    asinh(x) = asinh;
    /// e to the `x`.
    exp(x) = exp;
    /// e to the `x`, less 1.
    exp_m1(x) = expm1;
    /// 2 to the `x`.
    exp2(x) = exp2;
    /// Natural logarithm.
    ln(x) = log;
    /// Logarithm of `1 + x`.
    ln_1p(x) = log1p;
    /// Logarithm to base 2.
    log2(x) = log2;
    /// Logarithm to base 10.
    log10(x) = log10;
    /// `x` to the `y`.
    powf(x, y) = pow;
    /// Length of the vector `(x, y)`.
    hypot(x, y) = hypot;
    /// Cube root.
    cbrt(x) = cbrt;
    /// Complementary error function: `2 / sqrt(pi)` times the integral of `exp(-t^2)` from `x` to infinity.
    erfc(x) = erfc;
}

/// Natural logarithm in single precision.
#[inline]
#[must_use]
pub fn ln_f32(x: f32) -> f32 {
    libm::logf(x)
}

/// Logarithm to base 10 in single precision.
#[inline]
#[must_use]
pub fn log10_f32(x: f32) -> f32 {
    libm::log10f(x)
}

/// Sine and cosine of `x` radians.
#[inline]
#[must_use]
pub fn sin_cos(x: f64) -> (f64, f64) {
    libm::sincos(x)
}

/// Decibels of a power ratio: `10 log10(ratio)`.
#[inline]
#[must_use]
pub fn db_of_power(ratio: f64) -> f64 {
    10.0 * log10(ratio)
}

/// Decibels of an amplitude ratio: `20 log10(ratio)`.
#[inline]
#[must_use]
pub fn db_of_amplitude(ratio: f64) -> f64 {
    20.0 * log10(ratio)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(db_of_power(100.0), 20.0);
        assert_eq!(db_of_amplitude(10.0), 20.0);
        assert_eq!(ln(1.0), 0.0);
        assert_eq!(powf(2.0, 10.0), 1024.0);
        approx::assert_abs_diff_eq!(sin(1.0), 0.8414709848078965, epsilon = 1e-16);
    }
}
