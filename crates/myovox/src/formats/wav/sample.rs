//! The two kinds of numbers that samples become.

/// A decoded sample: `f32` or `f64`.
///
/// `f64` holds every coding exactly up to 53 bits. `f32` holds integers up to 24 bits, G.711, ADPCM, GSM and `float32` exactly; wider ones are
/// rounded once, to the nearest. A `float64` beyond the range of `f32` is refused, never made infinite.
pub trait Sample: sealed::Sealed + Copy + Default + PartialEq + Into<f64> + Send + Sync + 'static {}

impl Sample for f32 {}
impl Sample for f64 {}

pub(super) mod sealed {
    use crate::formats::wav::g711::{self, Law};
    use crate::formats::wav::pcm::{self, Layout};

    /// How stored numbers become samples; integers stand at the top of 32 or 64 bits, where every container has the same scale.
    pub trait Sealed: Copy {
        /// An integer of 16 bits over 2^15.
        fn of_i16(value: i16) -> Self;
        /// An integer of 32 bits over 2^31.
        fn of_i32(value: i32) -> Self;
        /// An integer of 64 bits over 2^63.
        fn of_i64(value: i64) -> Self;
        /// A single-precision number.
        fn of_f32(value: f32) -> Self;
        /// A double-precision number.
        fn of_f64(value: f64) -> Self;
        /// The samples of the 256 codes.
        fn law(law: Law) -> &'static [Self; 256];
        /// Neither NaN nor infinite.
        fn is_a_number(self) -> bool;
        /// [`pcm::decode`], compiled here: what a caller compiles generic code with is not known.
        fn decode(data: &[u8], layout: &Layout, channel: usize, out: &mut [Self]);
        /// Whether all are numbers: one pass without a branch, which the compiler turns into vector code.
        fn all_are_numbers(samples: &[Self]) -> bool;
        /// Significant bits.
        const BITS: u16;
    }

    impl Sealed for f32 {
        const BITS: u16 = 24;

        #[inline]
        fn of_i16(value: i16) -> Self {
            Self::from(value) * (1.0 / 32768.0)
        }

        #[inline]
        fn of_i32(value: i32) -> Self {
            value as f32 * (1.0 / 2147483648.0)
        }

        #[inline]
        fn of_i64(value: i64) -> Self {
            value as f32 * (1.0 / 9223372036854775808.0)
        }

        #[inline]
        fn of_f32(value: f32) -> Self {
            value
        }

        #[expect(
            clippy::cast_possible_truncation,
            reason = "rounding is meant; what becomes infinite is refused by the caller"
        )]
        #[inline]
        fn of_f64(value: f64) -> Self {
            value as f32
        }

        fn law(law: Law) -> &'static [Self; 256] {
            match law {
                Law::Mu => &g711::MULAW_F32,
                Law::A => &g711::ALAW_F32,
            }
        }

        #[inline]
        fn is_a_number(self) -> bool {
            self.is_finite()
        }

        fn decode(data: &[u8], layout: &Layout, channel: usize, out: &mut [Self]) {
            pcm::decode(data, layout, channel, out);
        }

        fn all_are_numbers(samples: &[Self]) -> bool {
            samples.iter().fold(true, |all, x| all & x.is_finite())
        }
    }

    impl Sealed for f64 {
        const BITS: u16 = 53;

        #[inline]
        fn of_i16(value: i16) -> Self {
            Self::from(value) * (1.0 / 32768.0)
        }

        #[inline]
        fn of_i32(value: i32) -> Self {
            Self::from(value) * (1.0 / 2147483648.0)
        }

        #[inline]
        fn of_i64(value: i64) -> Self {
            value as f64 * (1.0 / 9223372036854775808.0)
        }

        #[inline]
        fn of_f32(value: f32) -> Self {
            Self::from(value)
        }

        #[inline]
        fn of_f64(value: f64) -> Self {
            value
        }

        fn law(law: Law) -> &'static [Self; 256] {
            match law {
                Law::Mu => &g711::MULAW,
                Law::A => &g711::ALAW,
            }
        }

        #[inline]
        fn is_a_number(self) -> bool {
            self.is_finite()
        }

        fn decode(data: &[u8], layout: &Layout, channel: usize, out: &mut [Self]) {
            pcm::decode(data, layout, channel, out);
        }

        fn all_are_numbers(samples: &[Self]) -> bool {
            samples.iter().fold(true, |all, x| all & x.is_finite())
        }
    }
}
