//! Features of the power spectral density, which is computed once for all of them.
//!
//! The density is Welch's estimate: segments of a fixed length under a Hann window, half overlapped, each without its mean, averaged. A stretch
//! shorter than a segment is one segment of its own length, with zeros behind it. Integrals are sums over bins times the width of a bin, so
//! that they do not depend on the resolution; for the median frequency each bin's power is spread over its width.

use std::ops::Range;

use super::names::Feature;
use super::values::Reason;
use crate::dsp::fft::{Buffers, Planner, RealFft};
use crate::dsp::math;
use crate::dsp::window::{Sampling, Shape};

/// Densities at equal distances from 0 Hz: one-sided, in the square of the samples' unit per Hz.
///
/// ```
/// use myovox::emg::features::Spectrum;
/// // Equal power from 50 to 150 Hz.
/// let density = (0..=250).map(|hz| if (50..=150).contains(&hz) { 1.0 } else { 0.0 }).collect();
/// let spectrum = Spectrum::new(density, 1.0);
/// assert_eq!(spectrum.median_frequency([20.0, 240.0]), Some(100.0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    density: Vec<f64>,
    bin_hz: f64,
}

impl Spectrum {
    /// The spectrum of `density` at 0, `bin_hz`, `2 bin_hz` and so on.
    #[must_use]
    pub fn new(density: Vec<f64>, bin_hz: f64) -> Self {
        Self { density, bin_hz }
    }

    /// The densities, from 0 Hz.
    pub fn density(&self) -> &[f64] {
        &self.density
    }

    /// Distance of two bins in Hz.
    pub fn bin_hz(&self) -> f64 {
        self.bin_hz
    }

    /// Integral of `f^order` times the density over the bins of `band_hz`, both edges included.
    pub fn moment(&self, order: i32, band_hz: [f64; 2]) -> f64 {
        let power = |hz: f64| match order {
            ..0 => (order..0).fold(1.0, |power, _| power / hz),
            _ => (0..order).fold(1.0, |power, _| power * hz),
        };
        self.bins(band_hz).map(|k| power(self.hz(k)) * self.density[k]).sum::<f64>() * self.bin_hz
    }

    /// Mean frequency in Hz: first moment over total power; `None` where the band holds no power.
    pub fn mean_frequency(&self, band_hz: [f64; 2]) -> Option<f64> {
        let power = self.moment(0, band_hz);
        (power > 0.0).then(|| self.moment(1, band_hz) / power)
    }

    /// Median frequency in Hz: half of the band's power lies on either side; `None` where the band holds no power.
    pub fn median_frequency(&self, band_hz: [f64; 2]) -> Option<f64> {
        let bins = self.bins(band_hz);
        let half = 0.5 * self.density[bins.clone()].iter().sum::<f64>();
        let mut below = 0.0;
        for k in bins.filter(|_| half > 0.0) {
            let here = self.density[k];
            if below + here >= half {
                return Some((k as f64 - 0.5 + (half - below) / here) * self.bin_hz);
            }
            below += here;
        }
        None
    }

    /// Frequency of the largest density in Hz, refined by the parabola through it and its neighbours; `None` where the band holds no power.
    pub fn peak_frequency(&self, band_hz: [f64; 2]) -> Option<f64> {
        let k = self.peak(band_hz)?;
        let [left, right] = [k.checked_sub(1), Some(k + 1)].map(|at| at.and_then(|at| self.density.get(at)).copied());
        let shift = match (left, right) {
            (Some(left), Some(right)) if left.max(right) <= self.density[k] => {
                let bend = left - 2.0 * self.density[k] + right;
                if bend < 0.0 { 0.5 * (left - right) / bend } else { 0.0 }
            }
            _ => 0.0,
        };
        Some((k as f64 + shift) * self.bin_hz)
    }

    fn peak(&self, band_hz: [f64; 2]) -> Option<usize> {
        let loudest = self.bins(band_hz).rev().max_by(|a, b| self.density[*a].total_cmp(&self.density[*b]))?;
        (self.density[loudest] > 0.0).then_some(loudest)
    }

    fn hz(&self, bin: usize) -> f64 {
        bin as f64 * self.bin_hz
    }

    /// The bins whose frequency lies in the band, both edges included; rounding of an edge loses none.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, and the ends are held in the spectrum"
    )]
    fn bins(&self, band_hz: [f64; 2]) -> Range<usize> {
        const ROUNDING: f64 = 1e-9;
        let end = ((band_hz[1] / self.bin_hz + ROUNDING).floor() as usize).saturating_add(1).min(self.density.len());
        let start = (band_hz[0] / self.bin_hz - ROUNDING).ceil() as usize;
        start.min(end)..end
    }
}

/// Where the features measure, in Hz.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bands {
    pub(super) analysis: [f64; 2],
    pub(super) fatigue_index: [f64; 2],
    pub(super) ratio_low: [f64; 2],
    pub(super) ratio_high: [f64; 2],
    pub(super) peak_half_width_hz: f64,
}

/// Below this frequency lies what movement of cables and skin adds (Sinderby et al. 1995).
const ARTEFACT_HZ: f64 = 20.0;
/// Where the largest and the smallest mean density are sought (Sinderby et al. 1995).
const SIGNAL_HZ: [f64; 2] = [35.0, 600.0];
/// Bins of a mean density (Sinderby et al. 1995).
const MEAN_BINS: usize = 13;
/// From this share of half the rate on a spectrum holds noise alone (Sinderby et al. 1995).
const NOISE_SHARE: f64 = 0.8;

/// The feature, which is one of the spectrum.
pub(super) fn feature(feature: Feature, spectrum: &Spectrum, bands: &Bands) -> Result<f64, Reason> {
    let band = bands.analysis;
    let moment = |order: i32| spectrum.moment(order, band);
    let bins = spectrum.bins(band).len();
    match feature {
        Feature::Smr | Feature::SnrSpectral | Feature::Dp | Feature::Ohm => quality(feature, spectrum),
        Feature::FiNsm5 => ratio(spectrum.moment(-1, bands.fatigue_index), spectrum.moment(5, bands.fatigue_index)),
        Feature::Fr => ratio(spectrum.moment(0, bands.ratio_low), spectrum.moment(0, bands.ratio_high)),
        _ if bins == 0 => Err(Reason::NoBins),
        Feature::Mnp => Ok(moment(0) / (bins as f64 * spectrum.bin_hz)),
        Feature::Ttp => Ok(moment(0)),
        Feature::SmMinus1 => Ok(moment(-1)),
        Feature::Sm1 => Ok(moment(1)),
        Feature::Sm2 => Ok(moment(2)),
        Feature::Sm3 => Ok(moment(3)),
        Feature::Sm4 => Ok(moment(4)),
        Feature::Sm5 => Ok(moment(5)),
        Feature::Mnf => spectrum.mean_frequency(band).ok_or(Reason::NoPower),
        Feature::Mdf => spectrum.median_frequency(band).ok_or(Reason::NoPower),
        Feature::Pkf => spectrum.peak_frequency(band).ok_or(Reason::NoPower),
        Feature::Vcf => {
            let mean = spectrum.mean_frequency(band).ok_or(Reason::NoPower)?;
            let spread =
                spectrum.bins(band).map(|k| (spectrum.hz(k) - mean) * (spectrum.hz(k) - mean) * spectrum.density[k]);
            ratio(spread.sum::<f64>() * spectrum.bin_hz, moment(0))
        }
        Feature::SpectralPurity => {
            let second = moment(2);
            ratio(second * second, moment(0) * moment(4))
        }
        _ => {
            let peak = spectrum.hz(spectrum.peak(band).ok_or(Reason::NoPower)?);
            let around =
                [(peak - bands.peak_half_width_hz).max(band[0]), (peak + bands.peak_half_width_hz).min(band[1])];
            ratio(spectrum.moment(0, around), moment(0))
        }
    }
}

fn ratio(over: f64, under: f64) -> Result<f64, Reason> {
    if under > 0.0 { Ok(over / under) } else { Err(Reason::NoPower) }
}

/// The measures of signal quality of Sinderby et al. 1995.
fn quality(feature: Feature, spectrum: &Spectrum) -> Result<f64, Reason> {
    let half_rate = spectrum.hz(spectrum.density.len().saturating_sub(1));
    // The first bin holds the mean, which says nothing of the muscle.
    let below_600 = [spectrum.bin_hz, SIGNAL_HZ[1]];
    let power = |band: [f64; 2]| spectrum.moment(0, band);
    let decibels = |ratio: f64| math::db_of_power(ratio);
    if feature == Feature::SnrSpectral {
        let noise_band = [NOISE_SHARE * half_rate, half_rate];
        let (bins, noise) = (spectrum.density.len().saturating_sub(1) as f64, spectrum.bins(noise_band).len() as f64);
        let noise_of_all = power(noise_band) / noise * bins;
        return positive(power([spectrum.bin_hz, half_rate]), noise_of_all, Reason::NoPower).map(decibels);
    }
    if feature == Feature::Ohm {
        let moment = |order: i32| spectrum.moment(order, below_600);
        let mean = ratio(moment(1), moment(0))?;
        return ratio((moment(2) / moment(0)).sqrt(), mean);
    }
    let means = means(spectrum)?;
    let largest = means.iter().rev().copied().max_by(|a, b| a.1.total_cmp(&b.1)).ok_or(Reason::NoBins)?;
    let smallest = means.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1)).ok_or(Reason::NoBins)?;
    if feature == Feature::Dp {
        return positive(largest.1, smallest.1, Reason::NoPower).map(decibels);
    }
    let slope = largest.1 / largest.0;
    let artefact = spectrum
        .bins([spectrum.bin_hz, ARTEFACT_HZ])
        .map(|k| (spectrum.density[k] - slope * spectrum.hz(k)).max(0.0))
        .sum::<f64>();
    positive(power(below_600), artefact * spectrum.bin_hz, Reason::NoArtefact).map(decibels)
}

fn positive(over: f64, under: f64, reason: Reason) -> Result<f64, Reason> {
    match (over > 0.0, under > 0.0) {
        (false, _) => Err(Reason::NoPower),
        (true, false) => Err(reason),
        (true, true) => Ok(over / under),
    }
}

/// Frequency and mean density of every group of neighbouring bins whose middle lies where signal is sought.
fn means(spectrum: &Spectrum) -> Result<Vec<(f64, f64)>, Reason> {
    let half = MEAN_BINS / 2;
    let range = spectrum.bins(SIGNAL_HZ);
    let groups: Vec<(f64, f64)> = range
        .filter(|k| *k > half && k + half < spectrum.density.len())
        .map(|k| (spectrum.hz(k), spectrum.density[k - half..=k + half].iter().sum::<f64>() / MEAN_BINS as f64))
        .collect();
    if groups.is_empty() { Err(Reason::NoBins) } else { Ok(groups) }
}

/// Estimates spectra of stretches of any length with one planned transform.
#[derive(Clone, Debug)]
pub(super) struct Estimator {
    fft: RealFft,
    window: Vec<f64>,
    hop: usize,
    rate_hz: f64,
}

/// The memory of one caller of an [`Estimator`].
#[derive(Clone, Debug)]
pub(super) struct Memory {
    buffers: Buffers,
    short: Vec<f64>,
    pub(super) spectrum: Spectrum,
}

impl Estimator {
    pub(super) fn new(segment: usize, rate_hz: f64) -> Self {
        let fft = Planner::new().plan(segment);
        let segment = fft.len();
        let window = Shape::Hann.window(segment, Sampling::Periodic);
        Self { fft, window, hop: segment - segment / 2, rate_hz }
    }

    pub(super) fn memory(&self) -> Memory {
        let spectrum = Spectrum::new(vec![0.0; self.fft.bins()], self.rate_hz / self.fft.len() as f64);
        Memory { buffers: self.fft.buffers(), short: Vec::new(), spectrum }
    }

    /// Samples of a segment.
    pub(super) fn segment(&self) -> usize {
        self.fft.len()
    }

    /// Distance of the starts of two segments in samples.
    pub(super) fn hop(&self) -> usize {
        self.hop
    }

    /// The power spectral density of `x`, left in `memory`; gives the number of segments, 0 where there are no samples.
    pub(super) fn run(&self, x: &[f64], memory: &mut Memory) -> usize {
        let Memory { buffers, short, spectrum } = memory;
        let n = self.fft.len();
        let window = if x.len() >= n {
            &self.window
        } else {
            if short.len() != x.len() {
                *short = Shape::Hann.window(x.len(), Sampling::Periodic);
            }
            &*short
        };
        spectrum.density.fill(0.0);
        let mut segments = 0;
        for start in (0..=x.len().saturating_sub(n)).step_by(self.hop) {
            let part = &x[start..(start + n).min(x.len())];
            if part.is_empty() {
                return 0;
            }
            let mean = part.iter().sum::<f64>() / part.len() as f64;
            let time = buffers.time_mut();
            for ((out, v), weight) in time.iter_mut().zip(part).zip(window) {
                *out = (v - mean) * weight;
            }
            time[part.len()..].fill(0.0);
            self.fft.forward(buffers);
            for (sum, bin) in spectrum.density.iter_mut().zip(buffers.spectrum()) {
                *sum += bin.re * bin.re + bin.im * bin.im;
            }
            segments += 1;
        }
        let energy: f64 = window.iter().map(|w| w * w).sum();
        let scale = 2.0 / (self.rate_hz * energy * segments as f64);
        let last = spectrum.density.len() - 1;
        for (k, density) in spectrum.density.iter_mut().enumerate() {
            let two_sided = k == 0 || (k == last && n.is_multiple_of(2));
            *density *= if two_sided { 0.5 * scale } else { scale };
        }
        segments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(from: usize, to: usize) -> Spectrum {
        Spectrum::new((0..=5000).map(|k| if (from..to).contains(&k) { 2.0 } else { 0.0 }).collect(), 0.1)
    }

    const BANDS: Bands = Bands {
        analysis: [20.0, 450.0],
        fatigue_index: [20.0, 450.0],
        ratio_low: [15.0, 45.0],
        ratio_high: [95.0, 500.0],
        peak_half_width_hz: 20.0,
    };

    fn of(f: Feature, spectrum: &Spectrum) -> f64 {
        feature(f, spectrum, &BANDS).unwrap()
    }

    #[test]
    fn a_flat_band_has_the_moments_of_a_rectangle() {
        // Bins from 60.0 to 179.9 Hz, each 0.1 Hz wide: a rectangle from 59.95 to 179.95 Hz.
        let (spectrum, f1, f2) = (flat(600, 1800), 59.95_f64, 179.95_f64);
        let middle = 0.5 * (f1 + f2);
        approx::assert_relative_eq!(of(Feature::Mnf, &spectrum), middle, max_relative = 1e-12);
        approx::assert_relative_eq!(of(Feature::Mdf, &spectrum), middle, max_relative = 1e-12);
        approx::assert_relative_eq!(of(Feature::Ttp, &spectrum), 2.0 * (f2 - f1), max_relative = 1e-12);
        approx::assert_relative_eq!(of(Feature::Vcf, &spectrum), (f2 - f1) * (f2 - f1) / 12.0, max_relative = 1e-5);
        let sixth = |f: f64| math::powf(f, 6.0);
        let dimitrov = 6.0 * math::ln(f2 / f1) / (sixth(f2) - sixth(f1));
        approx::assert_relative_eq!(of(Feature::FiNsm5, &spectrum), dimitrov, max_relative = 1e-4);
        let third = |f: f64| math::powf(f, 3.0);
        let mean_square = (third(f2) - third(f1)) / 3.0 / (f2 - f1);
        approx::assert_relative_eq!(of(Feature::Ohm, &spectrum), mean_square.sqrt() / middle, max_relative = 1e-5);
        assert!(of(Feature::SpectralPurity, &spectrum) < 0.9);
    }

    #[test]
    fn a_line_is_pure_wherever_it_stands() {
        let spectrum = flat(1000, 1001);
        for (f, expected) in [
            (Feature::Mnf, 100.0),
            (Feature::Mdf, 100.0),
            (Feature::Pkf, 100.0),
            (Feature::SpectralPurity, 1.0),
            (Feature::Psr, 1.0),
            (Feature::Vcf, 0.0),
        ] {
            approx::assert_relative_eq!(of(f, &spectrum), expected, epsilon = 1e-9, max_relative = 1e-12);
        }
    }

    #[test]
    fn what_a_band_does_not_hold_is_unknown() {
        let spectrum = Spectrum::new(vec![0.0; 11], 50.0);
        assert_eq!(feature(Feature::Mdf, &spectrum, &BANDS), Err(Reason::NoPower));
        assert_eq!(feature(Feature::Pkf, &spectrum, &BANDS), Err(Reason::NoPower));
        assert_eq!(feature(Feature::Dp, &spectrum, &BANDS), Err(Reason::NoBins));
        let coarse = Bands { analysis: [60.0, 90.0], ..BANDS };
        assert_eq!(feature(Feature::Ttp, &spectrum, &coarse), Err(Reason::NoBins));
    }

    #[test]
    fn movement_shows_below_20_hz_and_noise_at_the_top() {
        // A muscle of density 1 from 35 to 400 Hz over a floor of 0.01; then movement of density 10 below 10 Hz.
        let density = |movement: f64| -> Vec<f64> {
            (0..=1000)
                .map(|k| {
                    if k < 10 {
                        movement
                    } else if (35..400).contains(&k) {
                        1.0
                    } else {
                        0.01
                    }
                })
                .collect()
        };
        let (quiet, moved) = (Spectrum::new(density(0.0), 1.0), Spectrum::new(density(10.0), 1.0));
        approx::assert_abs_diff_eq!(of(Feature::Dp, &quiet), 20.0, epsilon = 1e-9);
        assert!(of(Feature::SnrSpectral, &quiet) > 15.0);
        assert_eq!(feature(Feature::Smr, &quiet, &BANDS), Err(Reason::NoArtefact));
        // Nine bins of 10, less the line to the peak at 41 Hz, the first middle of thirteen bins of 1.
        let above = 90.0 - (1..10).map(|k| f64::from(k) / 41.0).sum::<f64>();
        let below_600 = 90.0 + 365.0 + 0.01 * (25.0 + 201.0);
        approx::assert_abs_diff_eq!(of(Feature::Smr, &moved), math::db_of_power(below_600 / above), epsilon = 1e-6);
        assert!(of(Feature::Ohm, &moved) > of(Feature::Ohm, &quiet));
    }

    #[test]
    fn density_integrates_to_the_mean_square_and_short_stretches_keep_it() {
        let x: Vec<f64> = (0..5000).map(|i| f64::from(i * 7919 % 1009) - 504.0).collect();
        let estimator = Estimator::new(256, 1000.0);
        let mut memory = estimator.memory();
        for n in [100, 256, 5000] {
            let segments = estimator.run(&x[..n], &mut memory);
            assert_eq!(segments, if n < 384 { 1 } else { (n - 256) / 128 + 1 });
            let power = memory.spectrum.moment(0, [0.0, 500.0]);
            let square = x[..n].iter().map(|v| v * v).sum::<f64>() / n as f64;
            assert!((power / square - 1.0).abs() < 0.15, "{n}: {power} for {square}");
        }
        assert_eq!(estimator.run(&[], &mut memory), 0);
    }
}
