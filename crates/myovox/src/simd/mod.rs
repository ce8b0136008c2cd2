//! Kernels with run-time dispatch, and the [`Level`] that they are run at.
//!
//! Every kernel is one generic function over a fixed number of virtual lanes, compiled once per instruction set; multiplications and additions
//! are never fused and reductions have one fixed order. So all levels give the same bits, and the scalar level is the definition.
//! Kernels know no errors, allocate nothing and start no threads.
#![allow(clippy::inline_always, reason = "a kernel that is not inlined into its dispatch loses its instruction set")]

pub mod biquad;
pub mod correlate;
pub mod frames;
pub mod numbers;
pub mod spectra;
pub mod stream;
pub mod window_sums;

/// The instruction set that kernels use. All give the same bits; lower ones are for tests and support.
#[derive(Clone, Copy, Debug)]
pub struct Level(fearless_simd::Level);

impl Default for Level {
    fn default() -> Self {
        Self::best()
    }
}

impl Level {
    /// The best that this processor has.
    #[must_use]
    pub fn best() -> Self {
        Self(fearless_simd::Level::new())
    }

    /// No vector instructions: the definition of every kernel.
    #[must_use]
    pub fn scalar() -> Self {
        Self(fearless_simd::Level::fallback())
    }

    /// The level called `name` (see [`Level::name`]), when this processor has it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::available().into_iter().find(|level| level.name() == name)
    }

    /// All levels of this processor, the scalar one first, the best last.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let best = fearless_simd::Level::new();
        let mut levels = vec![Self::scalar()];
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        {
            use fearless_simd::Level as L;
            levels.extend(best.as_sse2().map(|token| Self(L::Sse2(token))));
            levels.extend(best.as_sse4_2().map(|token| Self(L::Sse4_2(token))));
            levels.extend(best.as_avx2().map(|token| Self(L::Avx2(token))));
            levels.extend(best.as_avx512().map(|token| Self(L::Avx512(token))));
        }
        #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
        if !best.is_fallback() {
            levels.push(Self(best));
        }
        levels
    }

    /// `scalar`, `sse2`, `sse4.2`, `avx2`, `avx512`; on other processors `scalar` and `simd`.
    #[must_use]
    pub fn name(self) -> &'static str {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        {
            use fearless_simd::Level as L;
            match self.0 {
                L::Sse2(_) => return "sse2",
                L::Sse4_2(_) => return "sse4.2",
                L::Avx2(_) => return "avx2",
                L::Avx512(_) => return "avx512",
                _ => {}
            }
        }
        if self.0.is_fallback() { "scalar" } else { "simd" }
    }
}

#[cfg(test)]
mod tests {
    use super::Level;

    #[test]
    fn levels_are_found_by_their_names() {
        for level in Level::available() {
            assert_eq!(Level::named(level.name()).map(Level::name), Some(level.name()));
        }
        assert_eq!(Level::available()[0].name(), "scalar");
        assert!(Level::named("mmx").is_none());
    }
}
