//! The spectrum of the raw signal, and what it tells: hum, movement, whether the sampling rate can be right.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::QualityConfig;
use crate::dsp::fft::{Buffers, Planner, RealFft};
use crate::dsp::window::{Sampling, Shape};
use crate::dsp::{math, robust};
use crate::emg::gaps::Mended;
use crate::simd::{Level, spectra};
use crate::units::Rate;

/// Length of a segment in s, at least; the next power of two in samples. In a shorter one lines are wider than what hum is measured in.
const SEGMENT_S: f64 = 2.0;

/// Most segments, spread over the recording where it holds more.
const MOST_SEGMENTS: usize = 64;

/// Frequencies of the mains, in Hz.
const MAINS_HZ: [f64; 2] = [50.0, 60.0];

/// Half the width in which the power of a line is measured, in Hz.
const HALF_WIDTH_HZ: f64 = 1.0;

/// Its neighbours lie between these distances, in Hz.
const NEIGHBOURS_HZ: [f64; 2] = [2.0, 10.0];

/// Most harmonics that are looked for.
const MOST_HARMONICS: usize = 20;

/// Distance from a multiple of the fundamental within which a harmonic is looked for, in Hz.
const HARMONIC_REACH_HZ: f64 = 0.5;

/// Most decibels that a line stands above its neighbours: what double precision tells of a tone alone.
const MOST_DB: f64 = 200.0;

/// A line has a share of the power when it has so many times the power of its neighbours in the mean of all segments; less is their noise.
const MEASURABLE: f64 = 4.0;

/// Movement lies below this, in Hz.
const MOVEMENT_HZ: f64 = 20.0;

/// By so much, as a share, the mains' own frequency may be off when a sampling rate is told from it.
const MAINS_TOLERANCE: f64 = 0.002;

/// A line of the mains and its harmonics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Hum {
    /// The strongest frequency near 50 or 60 Hz, by the rate that was used, in Hz; refined by the harmonics.
    pub frequency_hz: f64,
    /// Power within 1 Hz of it over that of as wide a band beside it (by the median from 2 to 10 Hz away), in dB: near 0 without hum, at most 200.
    /// Segments of 2 s count alike, however loud the muscle is in them.
    pub above_db: f64,
    /// Power of all lines, less that of their neighbours, over the power of the band that is kept, 0 to 1.
    pub share: f64,
    /// The harmonics that stand out, the fundamental first; empty where that does not.
    pub lines: Vec<Line>,
}

impl Hum {
    /// Which multiples of the fundamental stand out.
    pub(in crate::emg) fn harmonics(&self) -> Vec<usize> {
        self.lines.iter().map(|line| line.harmonic).collect()
    }
}

/// One line of a spectrum.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// Multiple of the fundamental, 1 being itself.
    pub harmonic: usize,
    /// Its own frequency in Hz.
    pub frequency_hz: f64,
    /// As [`Hum::above_db`].
    pub above_db: f64,
    /// As [`Hum::share`], of this line alone.
    pub share: f64,
}

/// Power per Hz of a raw signal.
#[derive(Clone, Debug)]
pub(super) struct Spectrum {
    /// The mean of the segments.
    density: Vec<f64>,
    /// The mean of the segments, each with the same power above 20 Hz: what is there all the time stands out, though contractions are louder.
    steady: Vec<f64>,
    bin_hz: f64,
}

/// Makes spectra of signals of one rate.
#[derive(Clone, Debug)]
pub(super) struct Spectra {
    level: Level,
    fft: RealFft,
    window: Vec<f64>,
    bin_hz: f64,
}

impl Spectra {
    pub(super) fn new(rate: Rate, level: Level) -> Self {
        let segment = rate.samples_of_ms(1000.0 * SEGMENT_S).next_power_of_two();
        let window = Shape::Hann.window(segment, Sampling::Periodic);
        Self { level, fft: Planner::new().plan(segment), window, bin_hz: rate.hz() / segment as f64 }
    }

    /// The spectrum of what lies between gaps; `None` where no stretch holds a segment, or nothing changes.
    pub(super) fn run(&self, mended: &Mended) -> Option<Spectrum> {
        let segment = self.window.len();
        let starts: Vec<usize> = mended
            .stretches()
            .into_iter()
            .flat_map(|stretch| {
                let count = stretch.len() / segment;
                let before = (stretch.len() - count * segment) / 2;
                (0..count).map(move |k| stretch.start + before + k * segment)
            })
            .collect();
        let taken = starts.len().min(MOST_SEGMENTS);
        let mut sum =
            Spectrum { density: vec![0.0; self.fft.bins()], steady: vec![0.0; self.fft.bins()], bin_hz: self.bin_hz };
        let still = sum.bins(0.0, MOVEMENT_HZ).end;
        let mut buffers = self.fft.buffers();
        let mut power = vec![0.0; self.fft.bins()];
        for k in 0..taken {
            let start = starts[k * starts.len() / taken];
            self.power(&mended.samples[start..start + segment], &mut buffers, &mut power);
            let level = spectra::sum(self.level, &power[still..]);
            let weight = if level > 0.0 { 1.0 / level } else { 0.0 };
            for ((density, steady), power) in sum.density.iter_mut().zip(&mut sum.steady).zip(&power) {
                *density += power;
                *steady += weight * power;
            }
        }
        let finite = |all: &[f64]| all.iter().all(|v| v.is_finite()) && all.iter().any(|v| *v > 0.0);
        (finite(&sum.density) && finite(&sum.steady)).then_some(sum)
    }

    /// The power of one segment, less its mean, in each bin, up to a factor that all have.
    fn power(&self, samples: &[f64], buffers: &mut Buffers, power: &mut [f64]) {
        let mean = spectra::sum(self.level, samples) / samples.len() as f64;
        for ((out, x), weight) in buffers.time_mut().iter_mut().zip(samples).zip(&self.window) {
            *out = (x - mean) * weight;
        }
        self.fft.forward(buffers);
        power.iter_mut().zip(buffers.spectrum()).for_each(|(power, bin)| *power = bin.norm_sqr());
    }
}

impl Spectrum {
    /// The bins from `from_hz` to `to_hz`.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, and ends are cut")]
    fn bins(&self, from_hz: f64, to_hz: f64) -> std::ops::Range<usize> {
        let end = ((to_hz / self.bin_hz).floor() as usize + 1).min(self.density.len());
        ((from_hz / self.bin_hz).ceil() as usize).min(end)..end
    }

    fn power(&self, from_hz: f64, to_hz: f64) -> f64 {
        self.density[self.bins(from_hz, to_hz)].iter().sum()
    }

    fn highest_hz(&self) -> f64 {
        (self.density.len() - 1) as f64 * self.bin_hz
    }

    /// Share of the power below 20 Hz, without the mean.
    pub(super) fn movement_share(&self) -> Option<f64> {
        let all = self.power(self.bin_hz, self.highest_hz());
        (all > 0.0).then(|| self.power(self.bin_hz, MOVEMENT_HZ) / all)
    }

    /// The strongest line near a frequency of the mains; `None` where the rate holds none.
    pub(super) fn hum(&self, band_hz: [f64; 2], config: &QualityConfig) -> Option<Hum> {
        let band = self.power(band_hz[0], band_hz[1]);
        let near = MAINS_HZ.iter().filter_map(|mains| {
            let reach = config.rate_most * mains;
            self.line(1, mains - reach, mains + reach, band)
        });
        let first = near.max_by(|a, b| a.above_db.total_cmp(&b.above_db))?;
        let mut hum = Hum { frequency_hz: first.frequency_hz, above_db: first.above_db, share: 0.0, lines: Vec::new() };
        if first.above_db < config.line_above_db {
            hum.share = first.share;
            return Some(hum);
        }
        hum.lines.push(first);
        for harmonic in 2..=MOST_HARMONICS {
            let at = harmonic as f64 * first.frequency_hz;
            let line = self.line(harmonic, at - HARMONIC_REACH_HZ, at + HARMONIC_REACH_HZ, band);
            hum.lines.extend(line.filter(|line| at <= band_hz[1] && line.above_db >= config.line_above_db));
        }
        hum.share = hum.lines.iter().map(|line| line.share).sum::<f64>().min(1.0);
        hum.frequency_hz = fundamental(&hum.lines);
        Some(hum)
    }

    /// The strongest line between two frequencies; `None` where it has no neighbours on both sides.
    fn line(&self, harmonic: usize, from_hz: f64, to_hz: f64, band: f64) -> Option<Line> {
        if to_hz + NEIGHBOURS_HZ[1] > self.highest_hz() {
            return None;
        }
        let peak = self.bins(from_hz, to_hz).max_by(|a, b| self.steady[*a].total_cmp(&self.steady[*b]))?;
        let frequency_hz = self.vertex(peak) * self.bin_hz;
        let within = self.bins(frequency_hz - HALF_WIDTH_HZ, frequency_hz + HALF_WIDTH_HZ);
        let [near, far] = NEIGHBOURS_HZ;
        let beside =
            [self.bins(frequency_hz - far, frequency_hz - near), self.bins(frequency_hz + near, frequency_hz + far)];
        let over = |density: &[f64]| {
            let mut beside: Vec<f64> = beside.iter().flat_map(|bins| density[bins.clone()].iter().copied()).collect();
            let floor = robust::median(&mut beside).unwrap_or(0.0) * within.len() as f64;
            (density[within.clone()].iter().sum::<f64>(), floor)
        };
        let (power, floor) = over(&self.steady);
        let above_db = if floor > 0.0 { math::db_of_power(power / floor).clamp(-MOST_DB, MOST_DB) } else { MOST_DB };
        let (power, floor) = over(&self.density);
        let measurable = band > 0.0 && power > MEASURABLE * floor;
        let share = if measurable { ((power - floor) / band).min(1.0) } else { 0.0 };
        (power > 0.0).then_some(Line { harmonic, frequency_hz, above_db, share })
    }

    /// Where the parabola through a peak and its neighbours, in decibels, is highest; to a thousandth of a bin, so that the last bits of a
    /// transform do not matter.
    fn vertex(&self, peak: usize) -> f64 {
        let height = |k: usize| math::ln(self.steady[k].max(f64::MIN_POSITIVE));
        if peak == 0 || peak + 1 >= self.density.len() {
            return peak as f64;
        }
        let (left, middle, right) = (height(peak - 1), height(peak), height(peak + 1));
        let curvature = left - 2.0 * middle + right;
        let offset = if curvature < 0.0 { (0.5 * (left - right) / curvature).clamp(-0.5, 0.5) } else { 0.0 };
        peak as f64 + (offset * 1000.0).round() / 1000.0
    }
}

/// The fundamental that all lines together tell: a harmonic tells it the better the higher it is and the more it stands out.
fn fundamental(lines: &[Line]) -> f64 {
    let weigh =
        |line: &Line| (line.harmonic as f64, math::exp(0.1 * line.above_db.min(40.0) * std::f64::consts::LN_10));
    let (sum, weight) = lines.iter().fold((0.0, 0.0), |(sum, weight), line| {
        let (h, trust) = weigh(line);
        (sum + trust * h * line.frequency_hz, weight + trust * h * h)
    });
    (1e6 * sum / weight).round() / 1e6
}

/// What hum says of a sampling rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ByHum {
    /// The hum is where the mains are.
    Agrees,
    /// The hum would be where the mains are at this rate, in Hz.
    Suggests(f64),
}

/// Holds the sampling rate against the hum; `None` where no line stands out.
pub(super) fn rate_by_hum(hum: &Hum, rate: Rate, config: &QualityConfig) -> Option<ByHum> {
    if hum.lines.is_empty() {
        return None;
    }
    let displaced = |mains: &&f64| (hum.frequency_hz / **mains - 1.0).abs();
    let mains = MAINS_HZ.iter().min_by(|a, b| displaced(a).total_cmp(&displaced(b)))?;
    let off = displaced(&mains);
    if off < config.rate_least || off > config.rate_most {
        return Some(ByHum::Agrees);
    }
    Some(ByHum::Suggests(roundest(rate.hz() * mains / hum.frequency_hz, MAINS_TOLERANCE)))
}

/// The number with the fewest digits within a share `tolerance` of `value`.
fn roundest(value: f64, tolerance: f64) -> f64 {
    let mut step = 1e6;
    while step >= 1.0 {
        let round = (value / step).round() * step;
        if (round - value).abs() <= tolerance * value {
            return round;
        }
        step /= 10.0;
    }
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roundest_number_is_a_rate_that_a_person_would_choose() {
        for (value, expected) in
            [(1000.7, 1000.0), (998.9, 1000.0), (1925.9, 1926.0), (2001.0, 2000.0), (1498.0, 1500.0)]
        {
            assert_eq!(roundest(value, 0.001_5), expected, "{value}");
        }
    }
}
