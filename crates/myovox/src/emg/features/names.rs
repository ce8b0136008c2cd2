//! Which features there are: name, unit, how each grows with the amplitude, and from what it is computed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What must be computed for a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Sums over samples and their differences.
    Sums,
    /// Sums of weighted magnitudes.
    Weighted,
    /// Counts of crossings, turns and steps.
    Counts,
    /// Sums of powers of the deviation from the mean.
    Moments,
    /// The mean logarithm.
    Logarithm,
    /// The samples in order of size.
    Order,
    /// The power spectral density.
    Spectrum,
    /// The autoregressive model.
    Model,
    /// Comparisons of all templates with each other.
    Entropy,
}

/// Declares the table: `"what it is" Variant = "name", unit, exponent of the amplitude, source;`.
macro_rules! table {
    ($($doc:literal $variant:ident = $name:literal, $unit:literal, $exponent:literal, $source:ident;)*) => {
        /// A feature of a stretch of muscle signal. In formulas: samples `x` of `n`, unit `u`, rate `fs`, `dx` the differences of neighbours,
        /// `P` the power spectral density in the analysis band, `f` its frequencies.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[non_exhaustive]
        pub enum Feature {
            $(#[doc = $doc] #[serde(rename = $name)] $variant,)*
        }

        impl Feature {
            /// Every feature, in the order of results.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The key in results.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// What it is, in a line.
            pub fn description(self) -> &'static str {
                match self { $(Self::$variant => $doc.trim_ascii()),* }
            }

            /// Its unit, in which `u` is the unit of the samples; empty for a pure number.
            pub fn unit(self) -> &'static str {
                match self { $(Self::$variant => $unit),* }
            }

            /// The power of `c` by which it grows when the samples are multiplied by `c`: 0 where the unit of the samples does not matter.
            pub fn amplitude_exponent(self) -> i32 {
                match self { $(Self::$variant => $exponent),* }
            }

            pub(super) fn source(self) -> Source {
                match self { $(Self::$variant => Source::$source),* }
            }
        }
    };
}

table! {
    " Mean absolute value `sum |x| / n` (also ARV)." Mav = "mav", "u", 1, Sums;
    " Mean absolute value with weight 1 in the middle half and 1/2 outside." Mav1 = "mav1", "u", 1, Weighted;
    " Mean absolute value with weight 1 in the middle half, rising to it and falling from it in a straight line." Mav2 = "mav2", "u", 1, Weighted;
    " Mean absolute value of the second half minus that of the first." Mavslp = "mavslp", "u", 1, Weighted;
    " Integral of the magnitude `sum |x| / fs`." Iemg = "iemg", "u*s", 1, Sums;
    " Plain sum of the magnitude `sum |x|`." Iav = "iav", "u", 1, Sums;
    " Root mean square." Rms = "rms", "u", 1, Sums;
    " Simple square integral `sum x^2`." Ssi = "ssi", "u^2", 2, Sums;
    " Variance `sum (x - mean)^2 / (n - 1)`." Var = "var", "u^2", 2, Moments;
    " The \"EMG variance\" of Phinyomark et al. 2012, which takes the mean as 0: `sum x^2 / (n - 1)`." VarZeroMean = "var_zero_mean", "u^2", 2, Sums;
    " Largest magnitude." Peak = "peak", "u", 1, Sums;
    " Waveform length `sum |dx|`." Wl = "wl", "u", 1, Sums;
    " Average amplitude change `sum |dx| / n`." Aac = "aac", "u", 1, Sums;
    " Mean absolute first difference `sum |dx| / (n - 1)`." Mavfd = "mavfd", "u", 1, Sums;
    " Difference absolute standard deviation value `sqrt(sum dx^2 / (n - 1))`." Dasdv = "dasdv", "u", 1, Sums;
    " Zero crossings: changes of sign with a step of at least the threshold; a sample of 0 has the sign before it." Zc = "zc", "", 0, Counts;
    " Zero crossings per second." ZcPerS = "zc_per_s", "1/s", 0, Counts;
    " Slope sign changes: turns for which the product of the steps to both neighbours exceeds the threshold's square." Ssc = "ssc", "", 0, Counts;
    " Slope sign changes per second." SscPerS = "ssc_per_s", "1/s", 0, Counts;
    " Willison amplitude: steps larger than the threshold." Wamp = "wamp", "", 0, Counts;
    " Willison amplitude per second." WampPerS = "wamp_per_s", "1/s", 0, Counts;
    " Log detector `exp(mean ln |x|)`; zeros count as half the smallest magnitude that is none." Ld = "ld", "u", 1, Logarithm;
    " Third temporal moment `|mean x^3|`." Tm3 = "tm3", "u^3", 3, Moments;
    " Fourth temporal moment `mean x^4`." Tm4 = "tm4", "u^4", 4, Moments;
    " Fifth temporal moment `|mean x^5|`." Tm5 = "tm5", "u^5", 5, Moments;
    " V-order `(mean |x|^v)^(1/v)`." VOrder = "v_order", "u", 1, Logarithm;
    " Hjorth's activity: the variance `mean (x - mean)^2`." HjorthActivity = "hjorth_activity", "u^2", 2, Moments;
    " Hjorth's mobility: `sqrt(var dx / var x)`, per sample." HjorthMobility = "hjorth_mobility", "", 0, Moments;
    " Hjorth's complexity: the mobility of `dx` over that of `x`." HjorthComplexity = "hjorth_complexity", "", 0, Moments;
    " Skewness `m3 / m2^(3/2)`, biased." Skewness = "skewness", "", 0, Moments;
    " Skewness corrected for bias (G1)." SkewnessCorrected = "skewness_corrected", "", 0, Moments;
    " Kurtosis `m4 / m2^2`, biased: 3 for a normal, 6 for a Laplace distribution." Kurtosis = "kurtosis", "", 0, Moments;
    " Kurtosis corrected for bias (G2 + 3)." KurtosisCorrected = "kurtosis_corrected", "", 0, Moments;
    " Second L-moment, half the expected distance of two samples." LScale = "l_scale", "u", 1, Order;
    " Coefficients `a` of the autoregressive model `x[i] = sum a[k] x[i-k] + e`." Ar = "ar", "", 0, Model;
    " Cepstral coefficients of that model." Cc = "cc", "", 0, Model;
    " Sample entropy: `-ln(A / B)` of matching templates of m + 1 and m samples." Sampen = "sampen", "", 0, Entropy;
    " Approximate entropy, in which a template matches itself." Apen = "apen", "", 0, Entropy;
    " Fuzzy entropy with membership `exp(-(d/r)^2)` of templates without their mean." Fuzzyen = "fuzzyen", "", 0, Entropy;
    " Mean frequency `sum f P / sum P`." Mnf = "mnf_hz", "Hz", 0, Spectrum;
    " Median frequency: half of the power on both sides, interpolated on the cumulative integral." Mdf = "mdf_hz", "Hz", 0, Spectrum;
    " Peak frequency, refined by a parabola." Pkf = "pkf_hz", "Hz", 0, Spectrum;
    " Mean power density in the band." Mnp = "mnp", "u^2/Hz", 2, Spectrum;
    " Total power in the band." Ttp = "ttp", "u^2", 2, Spectrum;
    " Spectral moment of order -1: the integral of `P / f`." SmMinus1 = "sm_minus1", "u^2/Hz", 2, Spectrum;
    " Spectral moment of order 1: the integral of `f P`." Sm1 = "sm1", "u^2*Hz", 2, Spectrum;
    " Spectral moment of order 2." Sm2 = "sm2", "u^2*Hz^2", 2, Spectrum;
    " Spectral moment of order 3." Sm3 = "sm3", "u^2*Hz^3", 2, Spectrum;
    " Spectral moment of order 4." Sm4 = "sm4", "u^2*Hz^4", 2, Spectrum;
    " Spectral moment of order 5." Sm5 = "sm5", "u^2*Hz^5", 2, Spectrum;
    " Variance of central frequency `M2/M0 - (M1/M0)^2`." Vcf = "vcf_hz2", "Hz^2", 0, Spectrum;
    " Fatigue index of Dimitrov et al. 2006: moment of order -1 over moment of order 5." FiNsm5 = "fi_nsm5", "Hz^-6", 0, Spectrum;
    " Spectral purity `M2^2 / (M0 M4)`: 1 for a sinusoid." SpectralPurity = "spectral_purity", "", 0, Spectrum;
    " Power spectrum ratio: power around the peak over the total power." Psr = "psr", "", 0, Spectrum;
    " Frequency ratio: power of a low band over that of a high band." Fr = "fr", "", 0, Spectrum;
    " Signal to motion artefact (Sinderby et al. 1995), of the signal before any band-pass." Smr = "smr_db", "dB", 0, Spectrum;
    " Total power over the noise that the upper fifth of the spectrum tells of (Sinderby et al. 1995), before any band-pass." SnrSpectral = "snr_spectral_db", "dB", 0, Spectrum;
    " Drop in power: largest over smallest mean density (Sinderby et al. 1995), before any band-pass." Dp = "dp_db", "dB", 0, Spectrum;
    " Deformation of the spectrum `sqrt(M2/M0) / (M1/M0)` (Sinderby et al. 1995), before any band-pass." Ohm = "ohm", "", 0, Spectrum;
}

impl Feature {
    /// What a report carries unless more is asked for: one pass over the samples and one spectrum. Left out are the models, entropies and order
    /// statistics, whose cost is a multiple of that, and the measures of signal quality that want the signal before the band-pass.
    #[must_use]
    pub fn standard() -> Vec<Self> {
        use Feature::{
            Aac, Dasdv, FiNsm5, HjorthActivity, HjorthComplexity, HjorthMobility, Iemg, Kurtosis, Ld, Mav, Mdf, Mnf,
            Pkf, Rms, Skewness, Ssc, Ttp, Var, Vcf, Wamp, Wl, Zc,
        };
        vec![
            Mav,
            Iemg,
            Rms,
            Var,
            Wl,
            Aac,
            Dasdv,
            Zc,
            Ssc,
            Wamp,
            Ld,
            HjorthActivity,
            HjorthMobility,
            HjorthComplexity,
            Skewness,
            Kurtosis,
            Mnf,
            Mdf,
            Pkf,
            Ttp,
            Vcf,
            FiNsm5,
        ]
    }
}

impl std::fmt::Display for Feature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_is_written_and_none_stands_twice() {
        for (k, feature) in Feature::ALL.iter().enumerate() {
            assert_eq!(serde_json::to_value(feature).unwrap(), feature.name());
            assert_eq!(Feature::ALL.iter().position(|other| other.name() == feature.name()), Some(k));
        }
        assert_eq!(Feature::ALL.len(), 59);
    }

    #[test]
    fn the_unit_says_the_power_of_the_amplitude() {
        for feature in Feature::ALL {
            let unit = feature.unit();
            let power = match unit.strip_prefix('u') {
                None => 0,
                Some(rest) => rest.strip_prefix('^').map_or(1, |rest| i32::from(rest.as_bytes()[0] - b'0')),
            };
            assert_eq!(power, feature.amplitude_exponent(), "{feature}: {unit}");
        }
    }
}
