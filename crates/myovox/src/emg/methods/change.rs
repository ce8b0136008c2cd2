//! The most probable place of a rise of the variance in a stretch of squared whitened samples, whose variance at rest is 1.

use std::ops::Range;

use crate::dsp::math;

/// Which edge of an activity; an offset is an onset of the reversed signal.
#[derive(Clone, Copy, Debug)]
pub(super) enum Side {
    Onset,
    Offset,
}

impl Side {
    /// The edge near `rough`, searched within `bounds` and `reach` samples outward and inward of it, never across a gap. An activity that begins with
    /// the recording or a gap keeps that edge.
    pub(super) fn place(
        self,
        squares: &[f64],
        rough: usize,
        bounds: Range<usize>,
        [outward, inward]: [usize; 2],
        find: impl Fn(&[f64], usize) -> usize,
    ) -> usize {
        let (before, behind) = match self {
            Self::Onset => (outward, inward),
            Self::Offset => (inward, outward),
        };
        let from = rough.saturating_sub(before).max(bounds.start);
        let to = rough.saturating_add(behind).min(bounds.end);
        if from >= to || rough < from || rough > to {
            return rough;
        }
        let from = rough - squares[from..rough].iter().rev().take_while(|v| !v.is_nan()).count();
        let to = rough + squares[rough..to].iter().take_while(|v| !v.is_nan()).count();
        match self {
            Self::Onset if from < rough => from + find(&squares[from..to], rough - from),
            Self::Offset if rough < to => {
                let reversed: Vec<f64> = squares[from..to].iter().rev().copied().collect();
                to - find(&reversed, to - rough)
            }
            _ => rough,
        }
    }
}

/// The start of a step from variance 1 to a larger one that lasts to the end.
pub(super) fn change_to_step(squares: &[f64]) -> usize {
    let (mut sum, mut best) = (0.0, (0.0, 0));
    for (k, square) in squares.iter().enumerate().rev() {
        sum += square;
        let length = (squares.len() - k) as f64;
        let variance = sum / length;
        if variance > 1.0 {
            let gain = 0.5 * length * (variance - 1.0 - math::ln(variance));
            if gain > best.0 {
                best = (gain, k);
            }
        }
    }
    best.1
}

/// The split into two variances, the later being larger, with at least `least` samples on either side; `None` where there is none.
pub(super) fn change_of_two(squares: &[f64], least: usize) -> Option<usize> {
    let n = squares.len();
    let total: f64 = squares.iter().sum();
    let (mut before, mut best) = (0.0, None);
    for (k, square) in squares.iter().enumerate() {
        let (left, right) = (k as f64, (n - k) as f64);
        let (low, high) = (before / left, (total - before) / right);
        if k >= least.max(1) && n - k >= least.max(1) && low > 0.0 && high > low {
            let likelihood = -0.5 * (left * math::ln(low) + right * math::ln(high));
            if best.is_none_or(|(best, _)| likelihood > best) {
                best = Some((likelihood, k));
            }
        }
        before += square;
    }
    best.map(|(_, k)| k)
}

/// The rises that are tried.
#[derive(Debug)]
pub(super) struct Ramps {
    /// Durations in samples.
    rises: Vec<usize>,
    /// Distance of the starts that are tried last, in samples.
    step: usize,
}

/// Between neighbouring durations of the grid.
const RATIO: f64 = 1.6;

/// Starts that are tried first are this many of the last steps apart.
const COARSE: usize = 8;

impl Ramps {
    pub(super) fn new(shortest: usize, longest: usize, step: usize) -> Self {
        let mut rises = vec![];
        let mut rise = shortest as f64;
        while rise < longest as f64 {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between two lengths in samples"
            )]
            rises.push(rise as usize);
            rise *= RATIO;
        }
        rises.push(longest);
        Self { rises, step: step.max(1) }
    }
}

/// The start of a linear rise of the amplitude, at or before `latest`, from variance 1 to one that lasts to the end.
pub(super) fn change_to_ramp(squares: &[f64], latest: usize, ramps: &Ramps) -> usize {
    let n = squares.len();
    let mut after = vec![0.0; n + 1];
    for k in (0..n).rev() {
        after[k] = after[k + 1] + squares[k];
    }
    let latest = latest.min(n.saturating_sub(1));
    let mut best = (f64::NEG_INFINITY, 0, ramps.rises[0]);
    let mut attempt = |start: usize, rise: usize| {
        let gain = gain_of_ramp(squares, &after, start, rise);
        if gain > best.0 {
            best = (gain, start, rise);
        }
    };
    for &rise in &ramps.rises {
        (0..=latest).step_by(COARSE * ramps.step).for_each(|start| attempt(start, rise));
    }
    let (_, coarse, rise) = best;
    let mut attempt = |start: usize| {
        let gain = gain_of_ramp(squares, &after, start, rise);
        if gain > best.0 {
            best = (gain, start, rise);
        }
    };
    let reach = COARSE * ramps.step;
    (coarse.saturating_sub(reach)..=(coarse + reach).min(latest)).step_by(ramps.step).for_each(&mut attempt);
    best.1
}

/// Gain of likelihood of a rise over rest. What lasts behind the rise gives the final variance; where the stretch ends within the rise, the rise itself
/// gives it.
fn gain_of_ramp(squares: &[f64], after: &[f64], start: usize, rise: usize) -> f64 {
    let n = squares.len();
    let top = (start + rise).min(n);
    let lasting = (n - top) as f64;
    let shape = |i: usize| {
        let u = ((i - start) as f64 + 0.5) / rise as f64;
        u * u
    };
    let weight = lasting + (start..top).map(shape).sum::<f64>();
    // Moments: the squares above 1 against the weight of the rise.
    let excess = (after[start] - (n - start) as f64) / weight;
    if lasting < 0.25 * rise as f64 || excess.is_nan() || excess <= 0.0 {
        return f64::NEG_INFINITY;
    }
    let plateau = after[top] / lasting;
    [1.0 + excess, plateau].into_iter().filter(|final_variance| *final_variance > 1.0).fold(
        f64::NEG_INFINITY,
        |best, v| {
            let rising: f64 = (start..top)
                .map(|i| {
                    let variance = 1.0 + (v - 1.0) * shape(i);
                    squares[i] * (1.0 - 1.0 / variance) - math::ln(variance)
                })
                .sum();
            best.max(0.5 * (rising + after[top] * (1.0 - 1.0 / v) - lasting * math::ln(v)))
        },
    )
}
