//! Features of the samples themselves: sums, counts, moments, the mean logarithm.
//!
//! One pass gathers the sums and one the counts, each in four lanes that are added up in one fixed order, so that every processor gives the same
//! bits; what is not asked for is not computed. A stretch comes as runs of neighbouring samples: a difference never reaches across a gap, and
//! means are over what is there.

use super::names::{Feature, Source};
use super::values::Reason;
use crate::dsp::math;

const LANES: usize = 4;

type Lanes = [f64; LANES];

fn total(lanes: Lanes) -> f64 {
    (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
}

/// Sum of `f(x)`.
fn sum(x: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let (chunks, rest) = x.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for chunk in chunks {
        for (lane, v) in lanes.iter_mut().zip(chunk) {
            *lane += f(*v);
        }
    }
    total(lanes) + rest.iter().map(|v| f(*v)).sum::<f64>()
}

/// Sums over samples `x`, their steps and the differences of steps.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    samples: usize,
    steps: usize,
    bends: usize,
    sum: f64,
    magnitude: f64,
    square: f64,
    peak: f64,
    step_sum: f64,
    step_magnitude: f64,
    step_square: f64,
    bend_sum: f64,
    bend_square: f64,
}

impl Sums {
    fn add(&mut self, x: &[f64]) {
        let n = x.len();
        let (Some(first), Some(last)) = (x.first(), x.last()) else { return };
        self.samples += n;
        self.steps += n - 1;
        self.bends += n.saturating_sub(2);
        self.step_sum += last - first;
        if n > 2 {
            self.bend_sum += (last - x[n - 2]) - (x[1] - first);
        }
        let (mut plain, mut magnitude, mut square, mut peak) = ([0.0; LANES], [0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let (mut step_magnitude, mut step_square, mut bend_square) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let whole = n.saturating_sub(2) / LANES * LANES;
        let blocks = |from: usize| x[from.min(n)..(from + whole).min(n)].as_chunks::<LANES>().0;
        for ((a, b), c) in blocks(0).iter().zip(blocks(1)).zip(blocks(2)) {
            for k in 0..LANES {
                let step = b[k] - a[k];
                let bend = (c[k] - b[k]) - step;
                plain[k] += a[k];
                magnitude[k] += a[k].abs();
                square[k] += a[k] * a[k];
                peak[k] = if a[k].abs() > peak[k] { a[k].abs() } else { peak[k] };
                step_magnitude[k] += step.abs();
                step_square[k] += step * step;
                bend_square[k] += bend * bend;
            }
        }
        for i in whole..n {
            let k = i % LANES;
            plain[k] += x[i];
            magnitude[k] += x[i].abs();
            square[k] += x[i] * x[i];
            peak[k] = peak[k].max(x[i].abs());
            if let Some(next) = x.get(i + 1) {
                let step = next - x[i];
                step_magnitude[k] += step.abs();
                step_square[k] += step * step;
                if let Some(after) = x.get(i + 2) {
                    let bend = (after - next) - step;
                    bend_square[k] += bend * bend;
                }
            }
        }
        self.sum += total(plain);
        self.magnitude += total(magnitude);
        self.square += total(square);
        self.peak = peak.into_iter().fold(self.peak, f64::max);
        self.step_magnitude += total(step_magnitude);
        self.step_square += total(step_square);
        self.bend_square += total(bend_square);
    }

    /// Variance of the steps, and of their differences; rounding can make no variance negative.
    fn variances_of_differences(&self) -> [f64; 2] {
        let variance = |square: f64, sum: f64, n: usize| {
            let (n, mean) = (n as f64, sum / n as f64);
            (square / n - mean * mean).max(0.0)
        };
        [variance(self.step_square, self.step_sum, self.steps), variance(self.bend_square, self.bend_sum, self.bends)]
    }
}

/// Zero crossings, slope sign changes, steps above a threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Counts {
    pub(super) crossings: f64,
    pub(super) turns: f64,
    pub(super) steps: f64,
}

impl Counts {
    pub(super) fn add(&mut self, x: &[f64], threshold: f64) {
        let n = x.len();
        let square = threshold * threshold;
        let one_if = |is: bool| if is { 1.0 } else { 0.0 };
        let (mut crossings, mut turns, mut steps, mut zeros) = ([0.0; LANES], [0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let whole = n.saturating_sub(2) / LANES * LANES;
        let blocks = |from: usize| x[from.min(n)..(from + whole).min(n)].as_chunks::<LANES>().0;
        for ((a, b), c) in blocks(0).iter().zip(blocks(1)).zip(blocks(2)) {
            for k in 0..LANES {
                let step = b[k] - a[k];
                zeros[k] += one_if(a[k] == 0.0);
                crossings[k] += one_if(((a[k] < 0.0) != (b[k] < 0.0)) & (step.abs() >= threshold));
                turns[k] += one_if(step * (b[k] - c[k]) > square);
                steps[k] += one_if(step.abs() > threshold);
            }
        }
        for i in whole..n {
            zeros[0] += one_if(x[i] == 0.0);
            let Some(next) = x.get(i + 1) else { break };
            let step = next - x[i];
            crossings[0] += one_if(((x[i] < 0.0) != (*next < 0.0)) & (step.abs() >= threshold));
            steps[0] += one_if(step.abs() > threshold);
            turns[0] += x.get(i + 2).map_or(0.0, |after| one_if(step * (next - after) > square));
        }
        self.turns += total(turns);
        self.steps += total(steps);
        self.crossings += if total(zeros) > 0.0 { crossings_through_zero(x, threshold) } else { total(crossings) };
    }
}

/// Zero crossings where a sample of 0 has the sign before it.
fn crossings_through_zero(x: &[f64], threshold: f64) -> f64 {
    let (mut count, mut negative) = (0.0, None);
    for (i, v) in x.iter().enumerate().filter(|(_, v)| **v != 0.0) {
        let is_negative = *v < 0.0;
        if negative.is_some_and(|before| before != is_negative) && (v - x[i - 1]).abs() >= threshold {
            count += 1.0;
        }
        negative = Some(is_negative);
    }
    count
}

/// Mean powers of the deviation from the mean, and of the samples.
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    central: [f64; 3],
    raw: [f64; 3],
}

impl Moments {
    fn of(runs: &[&[f64]], samples: usize, mean: f64) -> Self {
        let (mut central, mut raw, mut remainder) = ([0.0; 3], [0.0; 3], 0.0);
        for run in runs {
            let (mut c, mut r, mut plain) = ([[0.0; LANES]; 3], [[0.0; LANES]; 3], [0.0; LANES]);
            let mut add = |k: usize, x: f64| {
                let (d, square) = (x - mean, x * x);
                let d2 = d * d;
                plain[k] += d;
                c[0][k] += d2;
                c[1][k] += d2 * d;
                c[2][k] += d2 * d2;
                r[0][k] += square * x;
                r[1][k] += square * square;
                r[2][k] += square * square * x;
            };
            let (chunks, rest) = run.as_chunks::<LANES>();
            for chunk in chunks {
                for (k, x) in chunk.iter().enumerate() {
                    add(k, *x);
                }
            }
            for (k, x) in rest.iter().enumerate() {
                add(k, *x);
            }
            remainder += total(plain);
            for power in 0..3 {
                central[power] += total(c[power]);
                raw[power] += total(r[power]);
            }
        }
        let n = samples as f64;
        // What rounding left in the mean of a long stretch far from 0.
        central[0] = (central[0] - remainder * remainder / n).max(0.0);
        Self { central: central.map(|sum| sum / n), raw: raw.map(|sum| sum / n) }
    }
}

/// What the features of the samples are computed from.
#[derive(Debug)]
pub(super) struct Stretch<'a> {
    /// The samples, gaps bridged.
    whole: &'a [f64],
    /// The samples that are there.
    runs: &'a [&'a [f64]],
    rate_hz: f64,
    v_order: u32,
    sums: Sums,
    moments: Moments,
    counts: Option<Counts>,
}

/// What the caller chose.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    pub(super) rate_hz: f64,
    /// Step that counts, in the unit of the samples; `None` where it is a multiple of an unknown baseline.
    pub(super) threshold: Option<f64>,
    pub(super) v_order: u32,
}

impl<'a> Stretch<'a> {
    pub(super) fn new(whole: &'a [f64], runs: &'a [&'a [f64]], features: &[Feature], choice: Choice) -> Self {
        let wanted = |source: Source| features.iter().any(|feature| feature.source() == source);
        let mut sums = Sums::default();
        for run in runs {
            sums.add(run);
        }
        let moments = if wanted(Source::Moments) {
            Moments::of(runs, sums.samples, sums.sum / sums.samples as f64)
        } else {
            Moments::default()
        };
        let counts = choice.threshold.filter(|_| wanted(Source::Counts)).map(|threshold| {
            let mut counts = Counts::default();
            for run in runs {
                counts.add(run, threshold);
            }
            counts
        });
        Self { whole, runs, rate_hz: choice.rate_hz, v_order: choice.v_order, sums, moments, counts }
    }

    /// The feature, which is one of the samples themselves.
    pub(super) fn feature(&self, feature: Feature) -> Result<f64, Reason> {
        match feature.source() {
            Source::Counts => self.count(feature),
            Source::Moments => self.moment(feature),
            Source::Weighted => self.weighted(feature),
            Source::Logarithm if feature == Feature::Ld => log_detector(self.runs, self.sums.samples),
            Source::Logarithm => Ok(self.v_order()),
            Source::Order => l_scale(self.runs, self.sums.samples),
            _ => self.sum(feature),
        }
    }

    fn sum(&self, feature: Feature) -> Result<f64, Reason> {
        let s = &self.sums;
        let (n, steps) = (s.samples as f64, s.steps as f64);
        let of_steps = |value: f64| if s.steps > 0 { Ok(value) } else { Err(Reason::TooShort) };
        match feature {
            Feature::Mav => Ok(s.magnitude / n),
            Feature::Iemg => Ok(s.magnitude / self.rate_hz),
            Feature::Iav => Ok(s.magnitude),
            Feature::Rms => Ok((s.square / n).sqrt()),
            Feature::Ssi => Ok(s.square),
            Feature::Peak => Ok(s.peak),
            Feature::VarZeroMean => at_least(s.samples, 2).map(|()| s.square / (n - 1.0)),
            Feature::Wl => of_steps(s.step_magnitude),
            Feature::Aac => of_steps(s.step_magnitude / n),
            Feature::Mavfd => of_steps(s.step_magnitude / steps),
            _ => of_steps((s.step_square / steps).sqrt()),
        }
    }

    fn count(&self, feature: Feature) -> Result<f64, Reason> {
        let counts = self.counts.ok_or(Reason::NoBaseline)?;
        let needed = if matches!(feature, Feature::Ssc | Feature::SscPerS) { self.sums.bends } else { self.sums.steps };
        at_least(needed, 1)?;
        let duration_s = self.sums.samples as f64 / self.rate_hz;
        Ok(match feature {
            Feature::Zc => counts.crossings,
            Feature::ZcPerS => counts.crossings / duration_s,
            Feature::Ssc => counts.turns,
            Feature::SscPerS => counts.turns / duration_s,
            Feature::Wamp => counts.steps,
            _ => counts.steps / duration_s,
        })
    }

    fn moment(&self, feature: Feature) -> Result<f64, Reason> {
        let n = self.sums.samples as f64;
        let [m2, m3, m4] = self.moments.central;
        let [r3, r4, r5] = self.moments.raw;
        match feature {
            Feature::Var => at_least(self.sums.samples, 2).map(|()| m2 * n / (n - 1.0)),
            Feature::Tm3 => Ok(r3.abs()),
            Feature::Tm4 => Ok(r4),
            Feature::Tm5 => Ok(r5.abs()),
            Feature::HjorthActivity => Ok(m2),
            Feature::HjorthMobility | Feature::HjorthComplexity => self.hjorth(feature),
            Feature::Skewness => self.varying(2).map(|()| m3 / (m2 * m2.sqrt())),
            Feature::SkewnessCorrected => {
                self.varying(3).map(|()| m3 / (m2 * m2.sqrt()) * (n * (n - 1.0)).sqrt() / (n - 2.0))
            }
            Feature::Kurtosis => self.varying(2).map(|()| m4 / (m2 * m2)),
            _ => self.varying(4).map(|()| {
                let excess = m4 / (m2 * m2) - 3.0;
                3.0 + (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * excess + 6.0)
            }),
        }
    }

    fn hjorth(&self, feature: Feature) -> Result<f64, Reason> {
        self.varying(3)?;
        let [steps, bends] = self.sums.variances_of_differences();
        let mobility = (steps / self.moments.central[0]).sqrt();
        if feature == Feature::HjorthMobility {
            return Ok(mobility);
        }
        at_least(self.sums.bends, 2)?;
        if steps <= rounding(self.sums.peak) { Err(Reason::Constant) } else { Ok((bends / steps).sqrt() / mobility) }
    }

    fn varying(&self, samples: usize) -> Result<(), Reason> {
        at_least(self.sums.samples, samples)?;
        if self.moments.central[0] <= rounding(self.sums.peak) { Err(Reason::Constant) } else { Ok(()) }
    }

    fn weighted(&self, feature: Feature) -> Result<f64, Reason> {
        let x = self.whole;
        let n = x.len();
        at_least(n, 2)?;
        let length = n as f64;
        if feature == Feature::Mavslp {
            let (first, second) = x.split_at(n / 2);
            return Ok(sum(second, f64::abs) / second.len() as f64 - sum(first, f64::abs) / first.len() as f64);
        }
        // Places count from 1, as in the literature.
        let weight = |place: f64| match feature {
            _ if place >= 0.25 * length && place <= 0.75 * length => 1.0,
            Feature::Mav1 => 0.5,
            _ if place < 0.25 * length => 4.0 * place / length,
            _ => 4.0 * (length - place) / length,
        };
        let weighted = x.iter().enumerate().map(|(i, v)| weight((i + 1) as f64) * v.abs());
        Ok(weighted.sum::<f64>() / length)
    }

    fn v_order(&self) -> f64 {
        let power = |v: f64| (1..self.v_order).fold(v.abs(), |product, _| product * v.abs());
        let sum: f64 = self.runs.iter().map(|run| sum(run, power)).sum();
        let mean = sum / self.sums.samples as f64;
        math::powf(mean, 1.0 / f64::from(self.v_order))
    }
}

/// A variance that rounding alone can explain, of samples up to `peak`.
pub(super) fn rounding(peak: f64) -> f64 {
    let step = 64.0 * f64::EPSILON * peak;
    step * step
}

fn at_least(found: usize, needed: usize) -> Result<(), Reason> {
    if found >= needed { Ok(()) } else { Err(Reason::TooShort) }
}

/// `exp(mean ln |x|)`. The logarithm of a product of mantissas and a sum of exponents stands for the sum of logarithms, which would cost as much as
/// all other features of the samples together.
fn log_detector(runs: &[&[f64]], samples: usize) -> Result<f64, Reason> {
    /// Factors whose product stays below the largest number.
    const FACTORS: usize = 512;
    const MANTISSA: u64 = (1 << 52) - 1;
    const ONE: u64 = 1023 << 52;
    let smallest = runs
        .iter()
        .flat_map(|run| run.iter())
        .fold(f64::INFINITY, |least, v| if *v != 0.0 && v.abs() < least { v.abs() } else { least });
    if smallest == f64::INFINITY {
        return Err(Reason::Zero);
    }
    // Numbers below the normal range are lifted into it.
    let (lift, lifted) = if smallest < 1e-300 { (math::exp2(64.0), 64.0) } else { (1.0, 0.0) };
    let floor = 0.5 * smallest * lift;
    let (mut logarithms, mut exponents) = (0.0, 0_i64);
    for part in runs.iter().flat_map(|run| run.chunks(FACTORS)) {
        let mut product = [1.0; LANES];
        for chunk in part.chunks(LANES) {
            for (product, v) in product.iter_mut().zip(chunk) {
                let size = (v.abs() * lift).max(floor).to_bits();
                exponents += (size >> 52).cast_signed() - 1023;
                *product *= f64::from_bits((size & MANTISSA) | ONE);
            }
        }
        logarithms += math::ln((product[0] * product[2]) * (product[1] * product[3]));
    }
    let n = samples as f64;
    let mean_exponent = exponents as f64 / n - lifted;
    Ok(math::exp(mean_exponent * std::f64::consts::LN_2 + logarithms / n))
}

/// `2 b1 - b0`, where `b0` is the mean and `b1` the mean of the ordered samples weighted by the share of the others below each.
fn l_scale(runs: &[&[f64]], samples: usize) -> Result<f64, Reason> {
    at_least(samples, 2)?;
    let mut ordered: Vec<f64> = runs.concat();
    ordered.sort_by(f64::total_cmp);
    let last = (samples - 1) as f64;
    let sum: f64 = ordered.iter().enumerate().map(|(below, x)| (2.0 * below as f64 / last - 1.0) * x).sum();
    Ok(sum / samples as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(x: &[f64], threshold: f64) -> [f64; 3] {
        let mut counts = Counts::default();
        counts.add(x, threshold);
        [counts.crossings, counts.turns, counts.steps]
    }

    #[test]
    fn crossings_turns_and_steps_are_those_of_the_definition() {
        // Every pattern of signs and zeros of eight samples, against the definition by hand.
        for code in 0..3_usize.pow(8) {
            let x: Vec<f64> = (0..8).map(|i| [-1.0, 0.0, 2.0][code / 3_usize.pow(i) % 3]).collect();
            let signs: Vec<f64> = x.iter().filter(|v| **v != 0.0).map(|v| v.signum()).collect();
            let crossings = signs.windows(2).filter(|pair| pair[0] != pair[1]).count() as f64;
            let turns =
                x.windows(3).filter(|t| (t[1] > t[0]) == (t[1] > t[2]) && t[1] != t[0] && t[1] != t[2]).count() as f64;
            let steps = x.windows(2).filter(|pair| pair[0] != pair[1]).count() as f64;
            assert_eq!(counted(&x, 0.0), [crossings, turns, steps], "{x:?}");
        }
    }

    #[test]
    fn a_threshold_keeps_small_steps_out() {
        let x = [0.1, -0.1, 3.0, -3.0, 0.5, 0.4, 0.5];
        assert_eq!(counted(&x, 1.0), [3.0, 2.0, 3.0]);
    }

    #[test]
    fn the_log_detector_is_the_mean_logarithm_at_every_size() {
        for scale in [1e-310, 1e-6, 1.0, 1e90] {
            let x: Vec<f64> = (1..2000).map(|i| scale * f64::from(i * 7919 % 997 - 498)).collect();
            let smallest = x.iter().filter(|v| **v != 0.0).fold(f64::INFINITY, |m: f64, v| m.min(v.abs()));
            let mean = x.iter().map(|v| math::ln(if *v == 0.0 { smallest / 2.0 } else { v.abs() })).sum::<f64>()
                / x.len() as f64;
            let found = log_detector(&[&x[..700], &x[700..]], x.len()).unwrap();
            approx::assert_relative_eq!(found, math::exp(mean), max_relative = 1e-12);
        }
        assert_eq!(log_detector(&[&[0.0, -0.0]], 2), Err(Reason::Zero));
    }

    #[test]
    fn sums_in_lanes_are_the_sums() {
        for n in 0..40 {
            let x: Vec<f64> = (0..n).map(|i| f64::from(i * i * 31 % 17) - 8.0).collect();
            let mut sums = Sums::default();
            sums.add(&x);
            let steps: Vec<f64> = x.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let bends: Vec<f64> = steps.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let square = |x: &[f64]| x.iter().map(|v| v * v).sum::<f64>();
            let magnitude = |x: &[f64]| x.iter().map(|v| v.abs()).sum::<f64>();
            assert_eq!([sums.samples, sums.steps, sums.bends], [x.len(), steps.len(), bends.len()]);
            assert_eq!(
                [sums.magnitude, sums.square, sums.step_magnitude, sums.step_square, sums.bend_square],
                [magnitude(&x), square(&x), magnitude(&steps), square(&steps), square(&bends)]
            );
            assert_eq!([sums.step_sum, sums.bend_sum], [steps.iter().sum::<f64>(), bends.iter().sum::<f64>()]);
        }
    }

    #[test]
    fn the_l_scale_is_half_the_mean_distance_of_two_samples() {
        let x = [3.0_f64, -1.0, 4.0, 1.5, -9.0];
        let distances = x.iter().flat_map(|a| x.iter().map(move |b| (a - b).abs())).sum::<f64>();
        approx::assert_relative_eq!(l_scale(&[&x], 5).unwrap(), distances / 20.0 / 2.0, max_relative = 1e-14);
    }
}
