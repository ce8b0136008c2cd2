//! From the muscles' counts to the overall score.

use super::{
    Adherence, Balance, BalanceOf, Circumstances, MuscleScore, Repetitions, Scores, Side, UsedWeights, Weights,
};
use super::{effort, game, gate, symmetry};
use crate::error::{Error, Result};
use crate::warning::Missing;

/// The scores of a session, the rates of its muscles in their order, and why each `None` of the scores is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// The scores.
    pub scores: Scores,
    /// The muscles' rates.
    pub muscles: Vec<MuscleScore>,
    /// Paths relative to the scores.
    pub missing: Vec<Missing>,
}

/// The rates of one muscle; what is not known has no weight.
///
/// # Errors
/// `session.count-exceeds-total` when more contractions reached a target than there are.
pub fn muscle(repetitions: &Repetitions, weights: &Weights) -> Result<MuscleScore> {
    let parts = parts(repetitions)?;
    let done = repetitions.contractions > 0;
    Ok(MuscleScore {
        completion_rate: parts[0],
        intensity_rate: parts[1].filter(|_| done),
        duration_rate: parts[2].filter(|_| done),
        score: weighted(&parts.map(|part| part.map(|rate| 100.0 * rate)), &weights_of_muscle(weights)),
    })
}

fn weights_of_muscle(weights: &Weights) -> [f64; 3] {
    [weights.completion, weights.intensity, weights.duration]
}

/// Completion, intensity and duration as they enter the score: 0 where there are no contractions to reach a target that is known.
fn parts(of: &Repetitions) -> Result<[Option<f64>; 3]> {
    let total = of.contractions as f64;
    let share = |reached: Option<usize>, what: &str| match reached {
        Some(reached) if reached > of.contractions => {
            Err(Error::config("session.count-exceeds-total", "more contractions reached the target than there are")
                .field(format!("{}.{what}", of.name))
                .found(reached)
                .expected(format!("at most {}", of.contractions)))
        }
        reached => Ok(reached.map(|reached| if of.contractions > 0 { reached as f64 / total } else { 0.0 })),
    };
    let completion = of.target_contractions.filter(|target| *target > 0).map(|target| total / f64::from(target));
    Ok([
        completion.map(|rate| rate.min(1.0)),
        share(of.reached_intensity, "intensity_ok")?,
        share(of.reached_duration, "duration_ok")?,
    ])
}

/// The weighted mean of the values that are there; `None` where none of them carries weight.
fn weighted(values: &[Option<f64>], weights: &[f64]) -> Option<f64> {
    let there = || values.iter().zip(weights).filter_map(|(value, weight)| Some(((*value)?, *weight)));
    let sum: f64 = there().map(|(_, weight)| weight).sum();
    (sum > 0.0).then(|| there().map(|(value, weight)| value * weight).sum::<f64>() / sum)
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0_usize), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / n as f64)
}

/// Means of the left and the right among `values`; `None` where a side has none.
pub(crate) fn sides(values: impl Iterator<Item = (Option<Side>, Option<f64>)> + Clone) -> Option<(f64, f64)> {
    let of = |side: Side| mean(values.clone().filter_map(|(of, value)| value.filter(|_| of == Some(side))));
    Some((of(Side::Left)?, of(Side::Right)?))
}

/// The scores of a session. `adherence` and `balance` are taken over: the first from [`adherence`](super::adherence), the second as far as the
/// amplitudes of both sides are known; the balance of the scores is added.
///
/// ```
/// use myovox::emg::score::{Circumstances, Repetitions, Side, score};
/// let muscle = |name: &str, side, done| Repetitions {
///     name: name.into(), side: Some(side), contractions: done, reached_intensity: Some(done), reached_duration: Some(done),
///     target_contractions: Some(12),
/// };
/// let muscles = [muscle("left", Side::Left, 12), muscle("right", Side::Right, 6)];
/// let scored = score(&muscles, &Circumstances::default(), None, Vec::new())?;
/// assert_eq!(scored.scores.compliance.map(f64::round), Some(92.0));
/// assert_eq!(scored.scores.missing, ["adherence", "effort", "game"]);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `session.bad-value` for a rating outside 0 to 10, `session.count-exceeds-total`, `config.weights`.
pub fn score(
    muscles: &[Repetitions],
    facts: &Circumstances,
    adherence: Option<Adherence>,
    mut balance: Vec<Balance>,
) -> Result<Scored> {
    let weights = &facts.weights;
    weights.check("weights")?;
    let rates: Vec<MuscleScore> = muscles.iter().map(|of| muscle(of, weights)).collect::<Result<_>>()?;
    let parts: Vec<[Option<f64>; 3]> = muscles.iter().map(parts).collect::<Result<_>>()?;
    let mean_part = |k: usize| mean(parts.iter().filter_map(|part| part[k])).map(|rate| 100.0 * rate);
    let by_side = sides(muscles.iter().zip(&rates).map(|(of, rates)| (of.side, rates.score)));
    let of_scores = by_side.and_then(|(left, right)| symmetry(BalanceOf::Score, left, right));
    let played = facts.game_points.zip(facts.game_max).and_then(|(points, max)| game(points, max));
    let compliance_ungated = mean(rates.iter().filter_map(|rates| rates.score));
    let effort = facts.rpe.map(|rpe| effort(rpe, facts.rpe_map)).transpose()?;
    let gate = gate(&facts.bfr);
    let components =
        [compliance_ungated, of_scores.map(|balance| balance.symmetry), effort, played.map(|(_, percent)| percent)];
    let idle = muscles.iter().all(|of| of.contractions == 0);
    let overall_ungated = compliance_ungated.and_then(|_| match weighted(&components, &weights_of_session(weights)) {
        Some(_) if idle => Some(0.0),
        overall => overall,
    });
    balance.splice(0..0, of_scores);
    let mut scores = Scores {
        overall: gate.zip(overall_ungated).map(|(gate, overall)| gate * overall),
        overall_ungated,
        gate,
        compliance: gate.zip(compliance_ungated).map(|(gate, compliance)| gate * compliance),
        compliance_ungated,
        completion: mean_part(0),
        intensity: mean_part(1),
        duration: mean_part(2),
        symmetry: components[1],
        effort,
        game: components[3],
        game_ratio: played.map(|(ratio, _)| ratio),
        adherence: adherence.map(|adherence| adherence.adherence),
        adherence_detail: adherence,
        balance,
        rpe_map: facts.rpe_map,
        weights: weights.clone(),
        weights_used: overall_ungated.map(|_| used(&components, weights)),
        missing: Vec::new(),
    };
    scores.missing = listed(muscles, &scores);
    let missing = reasons(muscles, facts, &scores, by_side.is_some());
    Ok(Scored { scores, muscles: rates, missing })
}

fn weights_of_session(weights: &Weights) -> [f64; 4] {
    [weights.compliance, weights.symmetry, weights.effort, weights.game]
}

/// The weights of the components that are there, scaled to sum to 1.
fn used(components: &[Option<f64>; 4], weights: &Weights) -> UsedWeights {
    let weights = weights_of_session(weights);
    let there = |k: usize| if components[k].is_some() { weights[k] } else { 0.0 };
    let sum: f64 = (0..4).map(there).sum();
    let [compliance, symmetry, effort, game] = [0, 1, 2, 3].map(|k| there(k) / sum);
    UsedWeights { compliance, symmetry, effort, game }
}

/// What is not known, by the names of [`Scores::missing`].
fn listed(muscles: &[Repetitions], scores: &Scores) -> Vec<String> {
    let mut names: Vec<String> = [
        ("compliance", scores.compliance_ungated.is_none()),
        ("symmetry", scores.symmetry.is_none()),
        ("effort", scores.effort.is_none()),
        ("game", scores.game.is_none()),
        ("adherence", scores.adherence.is_none()),
        ("bfr_pressure_aop", scores.gate.is_none()),
    ]
    .iter()
    .filter(|(_, absent)| *absent)
    .map(|(name, _)| (*name).to_owned())
    .collect();
    for of in muscles {
        let no_target = of.target_contractions.is_none_or(|target| target == 0);
        let parts = [
            ("target", no_target),
            ("intensity", of.reached_intensity.is_none()),
            ("duration", of.reached_duration.is_none()),
        ];
        names.extend(parts.iter().filter(|(_, absent)| *absent).map(|(part, _)| format!("{part}_{}", of.name)));
    }
    names.sort_unstable();
    names
}

/// Why each `None` of the scores is one.
fn reasons(muscles: &[Repetitions], facts: &Circumstances, scores: &Scores, both_sides: bool) -> Vec<Missing> {
    let gate_unknown = ("bfr_pressure_missing", "blood-flow restriction was prescribed and its pressure is not known");
    let no_part = ("no_target", "no muscle has a target that its contractions could be held against");
    let no_compliance = ("no_compliance", "the overall score needs the compliance");
    let weightless = ("no_weight", "none of the components that are known carries weight");
    let symmetry = if both_sides {
        ("both_idle", "of two sides that did nothing none is weaker")
    } else if muscles.iter().any(|of| of.side == Some(Side::Left))
        && muscles.iter().any(|of| of.side == Some(Side::Right))
    {
        ("no_score", "a side has no muscle whose score is known")
    } else {
        ("sides_not_given", "symmetry needs a left and a right muscle; sides are given, never guessed from labels")
    };
    let game = match (facts.game_points, facts.game_max) {
        (None, _) => ("not_given", "the points of the game are not known"),
        (_, None) => ("not_given", "the points that could be had are not known"),
        _ => ("game_max_not_positive", "points can only be held against a maximum above 0"),
    };
    let ungated = if scores.compliance_ungated.is_none() { no_compliance } else { weightless };
    let overall = if scores.overall_ungated.is_none() { ungated } else { gate_unknown };
    let compliance = if scores.compliance_ungated.is_none() { no_part } else { gate_unknown };
    let intensity =
        ("no_mvc", "no muscle has a maximal voluntary contraction that a contraction could be held against");
    let adherence =
        ("not_known_yet", "adherence needs the day of the protocol, the third or later, and the sessions completed");
    [
        ("overall", scores.overall.is_none(), overall),
        ("overall_ungated", scores.overall_ungated.is_none(), ungated),
        ("gate", scores.gate.is_none(), gate_unknown),
        ("compliance", scores.compliance.is_none(), compliance),
        ("compliance_ungated", scores.compliance_ungated.is_none(), no_part),
        ("completion", scores.completion.is_none(), ("no_target", "no muscle has a target above 0 of contractions")),
        ("intensity", scores.intensity.is_none(), intensity),
        ("duration", scores.duration.is_none(), ("no_target", "no muscle has a target of duration")),
        ("symmetry", scores.symmetry.is_none(), symmetry),
        ("effort", scores.effort.is_none(), ("not_given", "no rating of perceived exertion was given")),
        ("game", scores.game.is_none(), game),
        ("game_ratio", scores.game_ratio.is_none(), game),
        ("adherence", scores.adherence.is_none(), adherence),
        ("adherence_detail", scores.adherence_detail.is_none(), adherence),
        ("weights_used", scores.weights_used.is_none(), ungated),
    ]
    .into_iter()
    .filter(|(_, absent, _)| *absent)
    .map(|(path, _, (reason, message))| Missing::new(path, reason, message))
    .collect()
}
