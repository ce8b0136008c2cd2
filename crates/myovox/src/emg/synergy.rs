//! Muscle synergies: a few patterns of muscles whose weighted sum explains all envelopes.
//!
//! In come normalised envelopes `V` (muscles, samples), none below 0; out come `V ~ W H` with `W` (muscles, synergies), its columns of length 1, and
//! `H` (synergies, samples), both without negative values (Lee and Seung 1999; Torres-Oviedo et al. 2006 for the use). The factors are found by
//! hierarchical alternating least squares (Cichocki and Phan 2009), which lowers the squared error with every step, from random starts; the start that
//! ends with the least error wins. The random numbers come from a generator of our own and a seed that is a setting, loops run in one fixed order:
//! the same input gives the same bits everywhere.
//!
//! The variance accounted for is uncentred, `1 - |V - W H|^2 / |V|^2`, over all and for each muscle. The number of synergies is the smallest that
//! reaches the two thresholds, unless it is given.
#![allow(clippy::needless_pass_by_value, reason = "a view is a reference: ndarray's own functions take it by value")]

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{Auto, config, within};
use crate::error::{Error, Result};

config! {
    /// How synergies are sought.
    pub struct SynergyConfig {
        /// Number of synergies, or "auto": the smallest that reaches both thresholds.
        number: Auto<u32> = Auto::Auto,
        /// Share of the whole that must be accounted for, 0 to 1. Default 0.9: Torres-Oviedo et al. 2006.
        vaf: f64 = 0.9,
        /// Share of every muscle that must be accounted for, 0 to 1. Default 0.75: Torres-Oviedo et al. 2006.
        vaf_muscle: f64 = 0.75,
        /// Random starts, 1 to 1000. Default 20.
        restarts: u32 = 20,
        /// Most steps from one start. Default 500.
        iterations: u32 = 500,
        /// A start is done when a step lowers the error by less than this share of the envelopes' energy. Default 1e-7.
        tolerance: f64 = 1e-7,
        /// Seed of the random starts. Default 1.
        seed: u64 = 1,
    }
}

impl SynergyConfig {
    /// Refuses settings outside their ranges, by name.
    ///
    /// # Errors
    /// `config.out-of-range`.
    pub fn check(&self) -> Result<()> {
        let number = |name: &str, value: f64, range| within(&format!("emg.synergy.{name}"), value, range);
        if let Some(count) = self.number.given() {
            number("number", f64::from(*count), 1.0..=256.0)?;
        }
        number("vaf", self.vaf, 0.0..=1.0)?;
        number("vaf_muscle", self.vaf_muscle, 0.0..=1.0)?;
        number("restarts", f64::from(self.restarts), 1.0..=1000.0)?;
        number("iterations", f64::from(self.iterations), 1.0..=1e6)?;
        number("tolerance", self.tolerance, 0.0..=0.1)
    }
}

/// One pattern of muscles and its course.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Synergy {
    /// Weight of each muscle; the sum of squares is 1.
    pub weights: Vec<f64>,
    /// Activation at each sample, in the unit of the envelopes.
    pub activation: Vec<f64>,
    /// What this synergy alone accounts for, as a share of the whole.
    pub vaf: f64,
}

/// The synergies of a set of muscles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Synergies {
    /// The synergies, the one that accounts for most first.
    pub synergies: Vec<Synergy>,
    /// What they account for together, uncentred: `1 - |V - W H|^2 / |V|^2`.
    pub vaf: f64,
    /// The same about the mean of each muscle (the usual R squared), which is smaller; `null` where no envelope varies.
    pub r_squared: Option<f64>,
    /// What is accounted for of each muscle, uncentred; `null` for a muscle that is silent throughout.
    pub vaf_muscles: Vec<Option<f64>>,
    /// What 1, 2, ... synergies account for, up to the number that was taken: the curve that shows a knee.
    pub vaf_by_number: Vec<f64>,
    /// Whether both thresholds are reached.
    pub sufficient: bool,
    /// Seed of the random starts.
    pub seed: u64,
}

/// The synergies of `envelopes` (muscles, samples).
///
/// ```
/// use myovox::emg::synergy::{SynergyConfig, synergies};
/// // Two muscles that always act together, and one of its own.
/// let v = ndarray::array![[1.0, 0.5, 0.0, 0.0], [2.0, 1.0, 0.0, 0.0], [0.0, 0.0, 3.0, 1.0]];
/// let found = synergies(v.view(), &SynergyConfig::default())?;
/// assert_eq!(found.synergies.len(), 2);
/// assert!(found.vaf > 0.9999);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `config.out-of-range`; `emg.synergy-envelopes` for envelopes that are empty, silent, negative or not finite, or fewer muscles or samples than
/// synergies asked for.
pub fn synergies(envelopes: ArrayView2<'_, f64>, config: &SynergyConfig) -> Result<Synergies> {
    config.check()?;
    let energy = checked(envelopes, config)?;
    // Row by row in memory, whatever the caller's layout.
    let v = envelopes.as_standard_layout();
    let v = v.view();
    let (muscles, samples) = v.dim();
    let most = muscles.min(samples);
    let fixed = config.number.given().map(|number| *number as usize);
    let mut vaf_by_number = Vec::new();
    for number in 1..=most {
        let factors = best(v, energy, number, config);
        let vaf_muscles = of_muscles(v, &factors);
        let vaf = 1.0 - residual(v, &factors) / energy;
        vaf_by_number.push(vaf);
        let sufficient = vaf >= config.vaf && vaf_muscles.iter().flatten().all(|vaf| *vaf >= config.vaf_muscle);
        if fixed.map_or(sufficient || number == most, |fixed| number == fixed) {
            let r_squared = centred(v, &factors);
            let synergies = in_order(&factors, energy);
            return Ok(Synergies {
                synergies,
                vaf,
                r_squared,
                vaf_muscles,
                vaf_by_number,
                sufficient,
                seed: config.seed,
            });
        }
    }
    Err(Error::internal("no number of synergies was tried"))
}

/// The energy of the envelopes, which are fit to be factored.
fn checked(v: ArrayView2<'_, f64>, config: &SynergyConfig) -> Result<f64> {
    let refuse = |found: String, expected: String| {
        Error::data("emg.synergy-envelopes", "envelopes that cannot be factored").found(found).expected(expected)
    };
    if let Some((place, value)) = v.indexed_iter().find(|(_, value)| !(value.is_finite() && **value >= 0.0)) {
        let found = format!("{value} at muscle {}, sample {}", place.0, place.1);
        return Err(refuse(found, "finite values of 0 or more".into()));
    }
    let energy: f64 = v.iter().map(|value| value * value).sum();
    if !(energy.is_finite() && energy > 0.0) {
        return Err(refuse(format!("an energy of {energy}"), "one above 0 that is finite".into()));
    }
    let (muscles, samples) = v.dim();
    let number = config.number.given().map_or(1, |number| *number as usize);
    if number > muscles.min(samples) {
        return Err(refuse(format!("{muscles} muscles, {samples} samples"), format!("at least {number} of each")));
    }
    Ok(energy)
}

/// `W`, muscles by synergies, and `H`, synergies by samples.
#[derive(Clone, Debug)]
struct Factors {
    w: Array2<f64>,
    h: Array2<f64>,
}

/// The best of the random starts.
fn best(v: ArrayView2<'_, f64>, energy: f64, number: usize, config: &SynergyConfig) -> Factors {
    let mut random = SplitMix(config.seed.wrapping_add(number as u64));
    let mut least = f64::INFINITY;
    let mut best = None;
    for _ in 0..config.restarts {
        let (error, factors) = descend(v, energy, start(v, energy, number, &mut random), config);
        if error < least || best.is_none() {
            (least, best) = (error, Some(factors));
        }
    }
    let mut factors = best.unwrap_or_else(|| start(v, energy, number, &mut random));
    unit_columns(&mut factors);
    factors
}

/// Random factors of the size of the envelopes.
fn start(v: ArrayView2<'_, f64>, energy: f64, number: usize, random: &mut SplitMix) -> Factors {
    let (muscles, samples) = v.dim();
    let size = (energy / (muscles * samples * number) as f64).sqrt().sqrt();
    let w = Array2::from_shape_simple_fn((muscles, number), || size * (0.01 + random.uniform()));
    let h = Array2::from_shape_simple_fn((number, samples), || size * (0.01 + random.uniform()));
    Factors { w, h }
}

/// Steps until the error stays; gives the squared error.
fn descend(v: ArrayView2<'_, f64>, energy: f64, factors: Factors, config: &SynergyConfig) -> (f64, Factors) {
    let Factors { mut w, mut h } = factors;
    let number = h.nrows();
    let mut error = f64::INFINITY;
    for _ in 0..config.iterations {
        // Courses: each in turn takes what the others leave, held at 0 from below.
        let gram = products(w.t(), w.t());
        for k in 0..number {
            let mut left = vec![0.0; h.ncols()];
            for (row, weight) in v.outer_iter().zip(w.column(k)) {
                add_scaled(&mut left, row, *weight);
            }
            for j in (0..number).filter(|j| *j != k) {
                add_scaled(&mut left, h.row(j), -gram[[k, j]]);
            }
            if gram[[k, k]] > 0.0 {
                h.row_mut(k).iter_mut().zip(left).for_each(|(h, left)| *h = (left / gram[[k, k]]).max(0.0));
            }
        }
        // Patterns: the same with the courses held.
        let (cross, gram) = (products(v, h.view()), products(h.view(), h.view()));
        for k in (0..number).filter(|k| gram[[*k, *k]] > 0.0) {
            for m in 0..w.nrows() {
                let others: f64 = (0..number).filter(|j| *j != k).map(|j| w[[m, j]] * gram[[j, k]]).sum();
                w[[m, k]] = ((cross[[m, k]] - others) / gram[[k, k]]).max(0.0);
            }
        }
        // |V - W H|^2 from what is at hand: |V|^2 - 2 <V H', W> + <W' W, H H'>.
        let along: f64 = w.iter().zip(&cross).map(|(w, cross)| w * cross).sum();
        let inner: f64 = products(w.t(), w.t()).iter().zip(&gram).map(|(w, h)| w * h).sum();
        let next = (energy - 2.0 * along + inner).max(0.0);
        let done = error - next <= config.tolerance * energy;
        error = next;
        if done {
            break;
        }
    }
    (error, Factors { w, h })
}

fn add_scaled(sum: &mut [f64], row: ArrayView1<'_, f64>, factor: f64) {
    for (sum, value) in sum.iter_mut().zip(row) {
        *sum += factor * value;
    }
}

/// Inner products of the rows of `a` with the rows of `b`, in lanes of one fixed order.
fn products(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>) -> Array2<f64> {
    Array2::from_shape_fn((a.nrows(), b.nrows()), |(i, j)| dot(a.row(i), b.row(j)))
}

fn dot(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> f64 {
    let (Some(a), Some(b)) = (a.to_slice(), b.to_slice()) else {
        return a.iter().zip(b).map(|(a, b)| a * b).sum();
    };
    let mut lanes = [0.0; 8];
    let ((a, rest_a), (b, rest_b)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in a.iter().zip(b) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f64>() + rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum::<f64>()
}

/// Moves the length of each pattern into its course.
fn unit_columns(factors: &mut Factors) {
    for (mut column, mut course) in factors.w.axis_iter_mut(Axis(1)).zip(factors.h.axis_iter_mut(Axis(0))) {
        let length = column.iter().map(|w| w * w).sum::<f64>().sqrt();
        if length > 0.0 {
            column.mapv_inplace(|w| w / length);
            course.mapv_inplace(|h| h * length);
        }
    }
}

/// Squared error of each muscle.
fn residuals<'a>(v: ArrayView2<'a, f64>, factors: &'a Factors) -> impl Iterator<Item = f64> + 'a {
    v.into_outer_iter().zip(factors.w.outer_iter()).map(|(row, weights)| {
        let mut left = row.to_vec();
        for (weight, course) in weights.iter().zip(factors.h.outer_iter()) {
            add_scaled(&mut left, course, -weight);
        }
        left.iter().map(|left| left * left).sum()
    })
}

fn residual(v: ArrayView2<'_, f64>, factors: &Factors) -> f64 {
    residuals(v, factors).sum()
}

fn of_muscles(v: ArrayView2<'_, f64>, factors: &Factors) -> Vec<Option<f64>> {
    let of = |(row, left): (ArrayView1<'_, f64>, f64)| {
        let energy: f64 = row.iter().map(|value| value * value).sum();
        (energy > 0.0).then(|| 1.0 - left / energy)
    };
    v.outer_iter().zip(residuals(v, factors)).map(of).collect()
}

fn centred(v: ArrayView2<'_, f64>, factors: &Factors) -> Option<f64> {
    let spread = |row: ArrayView1<'_, f64>| {
        let mean = row.sum() / row.len() as f64;
        row.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>()
    };
    let spread: f64 = v.outer_iter().map(spread).sum();
    (spread > 0.0).then(|| 1.0 - residual(v, factors) / spread)
}

/// The synergies by what each accounts for alone: a pattern of length 1 carries the energy of its course.
fn in_order(factors: &Factors, energy: f64) -> Vec<Synergy> {
    let synergy = |(weights, course): (ArrayView1<'_, f64>, ArrayView1<'_, f64>)| Synergy {
        weights: weights.to_vec(),
        activation: course.to_vec(),
        vaf: course.iter().map(|h| h * h).sum::<f64>() / energy,
    };
    let mut synergies: Vec<Synergy> = factors.w.axis_iter(Axis(1)).zip(factors.h.outer_iter()).map(synergy).collect();
    synergies.sort_by(|a, b| b.vaf.total_cmp(&a.vaf));
    synergies
}

/// `SplitMix64` (Steele, Lea and Flood 2014): a state that counts, and a mixer.
struct SplitMix(u64);

impl SplitMix {
    /// A number of 0 to 1, 1 excluded.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three patterns of six muscles with three separate courses.
    fn rank_three() -> (Array2<f64>, Array2<f64>) {
        let w = ndarray::array![
            [1.0, 0.0, 0.1],
            [0.8, 0.2, 0.0],
            [0.0, 1.0, 0.0],
            [0.1, 0.6, 0.3],
            [0.0, 0.0, 1.0],
            [0.5, 0.0, 0.7]
        ];
        let course = |k: usize, i: usize| {
            let phase = (i + 40 * k) % 120;
            if phase < 60 { (phase * (60 - phase)) as f64 / 900.0 } else { 0.0 }
        };
        let h = Array2::from_shape_fn((3, 600), |(k, i)| course(k, i) * (1.0 + 0.3 * ((i / 120) as f64)));
        (w.clone(), w.dot(&h))
    }

    #[test]
    fn an_exact_sum_of_three_patterns_gives_them_back() {
        let (w, v) = rank_three();
        let config = SynergyConfig::default().number(3.into()).tolerance(1e-12).iterations(5000);
        let found = synergies(v.view(), &config).unwrap();
        assert!(found.vaf > 0.9999 && found.r_squared.unwrap() > 0.999, "{}", found.vaf);
        for column in w.columns() {
            let length = column.iter().map(|w| w * w).sum::<f64>().sqrt();
            let likeness =
                |synergy: &Synergy| synergy.weights.iter().zip(column).map(|(a, b)| a * b / length).sum::<f64>();
            let best = found.synergies.iter().map(likeness).fold(0.0, f64::max);
            assert!(best > 0.99, "{best}");
        }
        let shares: Vec<f64> = found.synergies.iter().map(|synergy| synergy.vaf).collect();
        assert!(shares.is_sorted_by(|a, b| a >= b));
        for synergy in &found.synergies {
            approx::assert_relative_eq!(synergy.weights.iter().map(|w| w * w).sum::<f64>(), 1.0, max_relative = 1e-12);
        }
    }

    #[test]
    fn the_smallest_number_that_explains_enough_is_taken() {
        let (_, v) = rank_three();
        let config = SynergyConfig::default().vaf(0.995);
        let found = synergies(v.view(), &config).unwrap();
        assert_eq!((found.synergies.len(), found.vaf_by_number.len(), found.sufficient), (3, 3, true));
        assert!(found.vaf_by_number.is_sorted() && found.vaf_by_number[1] < 0.995);
        assert_eq!(synergies(v.view(), &config).unwrap(), found);
        let columns_first = v.t().as_standard_layout().into_owned();
        assert_eq!(synergies(columns_first.t(), &config).unwrap(), found);
    }

    #[test]
    fn the_unit_changes_the_courses_alone() {
        let (_, v) = rank_three();
        let config = SynergyConfig::default().number(3.into());
        let (found, scaled) =
            (synergies(v.view(), &config).unwrap(), synergies((&v * 1024.0).view(), &config).unwrap());
        approx::assert_relative_eq!(found.vaf, scaled.vaf, max_relative = 1e-9);
        for (a, b) in found.synergies.iter().zip(&scaled.synergies) {
            for (a, b) in a.weights.iter().zip(&b.weights) {
                approx::assert_abs_diff_eq!(*a, *b, epsilon = 1e-9);
            }
        }
    }

    #[test]
    fn a_silent_muscle_has_no_share_and_what_cannot_be_factored_is_refused() {
        let (_, mut v) = rank_three();
        v.row_mut(2).fill(0.0);
        assert_eq!(synergies(v.view(), &SynergyConfig::default()).unwrap().vaf_muscles[2], None);
        let refused = |v: &Array2<f64>, config: &SynergyConfig| synergies(v.view(), config).unwrap_err().code();
        for bad in [
            Array2::zeros((0, 0)),
            Array2::zeros((3, 9)),
            Array2::from_elem((3, 9), -1.0),
            Array2::from_elem((3, 9), f64::NAN),
        ] {
            assert_eq!(refused(&bad, &SynergyConfig::default()), "emg.synergy-envelopes");
        }
        assert_eq!(refused(&v, &SynergyConfig::default().number(9.into())), "emg.synergy-envelopes");
    }
}
