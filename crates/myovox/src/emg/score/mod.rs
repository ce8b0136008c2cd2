//! Session scores: what a therapist reads of one game session of blood-flow-restricted strength training.
//!
//! In come counts per muscle ([`Repetitions`]) and what no signal tells ([`Circumstances`]); out comes [`Scored`]. The rules are those of the
//! Ghostly+ protocol, with one principle on top: **what is missing stays missing**. A part that is not known is left out, the weights of the
//! others are scaled up to 1, and the part is listed; nothing is ever replaced by a typical value.
//!
//! 1. [`muscle`]: the rates of one muscle. Completion is contractions over target, at most 1; intensity and duration are the shares of the
//!    contractions that reached their target. Their weighted mean times 100 is the muscle's score. A muscle without contractions has no
//!    intensity and no duration, and both count 0 in its score.
//! 2. *Compliance* is the mean over the muscles whose score is known. *Symmetry* compares the sides ([`symmetry`]), *effort* the rating of
//!    perceived exertion ([`effort`]), *game* the points with the maximum ([`game`]).
//! 3. *Overall* is the weighted mean of these four as far as they are known; compliance must be. Without any contraction it is 0.
//! 4. The gate ([`gate`]) is 1 while the cuff's pressure is inside its window and 0 outside; compliance and overall are multiplied by it, and
//!    both stand beside it ungated. A pressure that was prescribed and not noted makes the gate unknown, and with it both.
//! 5. [`adherence`]: sessions done against sessions planned, known from the third day of the protocol on.

mod overall;
mod parts;

pub(super) use overall::sides;
pub use overall::{Scored, muscle, score};
pub use parts::{adherence, effort, game, gate, symmetry};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{Auto, config, within};
use crate::error::{Error, Result};

config! {
    /// Weights of the scores. Each is 0 or more; the first four sum to 1, and so do the last three, within 0.001. Defaults: the Ghostly+
    /// protocol.
    pub struct Weights {
        /// Compliance in the overall score. Default 0.5.
        compliance: f64 = 0.5,
        /// Symmetry in the overall score. Default 0.25.
        symmetry: f64 = 0.25,
        /// Effort in the overall score. Default 0.25.
        effort: f64 = 0.25,
        /// Game in the overall score. Default 0: points depend on the level.
        game: f64 = 0.0,
        /// Completion in a muscle's score. Default a third, exactly.
        completion: f64 = 1.0 / 3.0,
        /// Intensity in a muscle's score. Default a third, exactly.
        intensity: f64 = 1.0 / 3.0,
        /// Duration in a muscle's score. Default a third, exactly.
        duration: f64 = 1.0 / 3.0,
    }
}

/// How far a sum of weights may be from 1: weights are written with three decimals.
const SUM_TOLERANCE: f64 = 1e-3;

impl Weights {
    /// Refuses weights that are negative or do not sum to 1; `field` is what the caller calls them.
    ///
    /// # Errors
    /// `config.weights`.
    pub fn check(&self, field: &str) -> Result<()> {
        let overall = [
            ("compliance", self.compliance),
            ("symmetry", self.symmetry),
            ("effort", self.effort),
            ("game", self.game),
        ];
        let of_muscle = [("completion", self.completion), ("intensity", self.intensity), ("duration", self.duration)];
        for group in [&overall[..], &of_muscle[..]] {
            let wrong = |what: &str| Error::config("config.weights", what);
            if let Some((name, weight)) = group.iter().find(|(_, weight)| !weight.is_finite() || *weight < 0.0) {
                let error = wrong("not a weight").field(format!("{field}.{name}"));
                return Err(error.found(*weight).expected("0 or more"));
            }
            let sum: f64 = group.iter().map(|(_, weight)| weight).sum();
            if (sum - 1.0).abs() > SUM_TOLERANCE {
                let names: Vec<&str> = group.iter().map(|(name, _)| *name).collect();
                let error = wrong("the weights do not sum to 1").field(field);
                return Err(error.found(sum).expected(format!("1 as the sum of {}", names.join(", "))));
            }
        }
        Ok(())
    }
}

/// Which points a rating of perceived exertion (Borg CR-10) gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RpeMap {
    /// 4 to 6 give 100, 3 and 7 give 80, 2 and 8 give 60, all else 20: as the protocol defines it.
    #[default]
    Document,
    /// 10, 25, 50, 85, 100, 100, 75, 50, 25, 15, 10 for 0 to 10: as the prior application's database has it.
    Database,
}

config! {
    /// How sessions are scored, where the session file does not say otherwise.
    pub struct ScoreConfig {
        /// Contractions that each muscle should do, or "auto": only what the session file says; 12 in the Ghostly+ protocol.
        target_contractions: Auto<u32> = Auto::Auto,
        /// Time that each contraction should last in s, or "auto": only what the session file says; 2 in the Ghostly+ protocol.
        target_duration_s: Auto<f64> = Auto::Auto,
        /// What each contraction's peak should reach, in percent of a maximal voluntary contraction. Default 75: the Ghostly+ protocol.
        target_intensity_pct: f64 = 75.0,
        /// Which points a rating of perceived exertion gives: "document" or "database".
        rpe_map: RpeMap = RpeMap::Document,
        /// Pressures of the cuff that the gate lets pass, both bounds included, in percent of the arterial occlusion pressure. Default
        /// 45 to 55: around the protocol's 50.
        bfr_window: [f64; 2] = [45.0, 55.0],
        /// A contraction above this, in percent of the maximal voluntary contraction, says that the latter was not maximal. Default 150.
        mvc_doubtful_pct: f64 = 150.0,
        /// Window in which a calibration recording's best mean is looked for, in ms. Default 500: common practice.
        mvc_window_ms: f64 = 500.0,
        /// Trials of a calibration recording that differ by more than this from the best are flagged, in percent. Default 10: common practice.
        mvc_trials_pct: f64 = 10.0,
        /// Weights of the scores.
        weights: Weights = Weights::default(),
    }
}

impl ScoreConfig {
    pub(super) fn check(&self) -> Result<()> {
        let field = |name: &str| format!("emg.score.{name}");
        if let Some(target) = self.target_duration_s.given() {
            within(&field("target_duration_s"), *target, 0.001..=86_400.0)?;
        }
        within(&field("target_intensity_pct"), self.target_intensity_pct, 0.1..=1000.0)?;
        check_window(&field("bfr_window"), self.bfr_window)?;
        within(&field("mvc_doubtful_pct"), self.mvc_doubtful_pct, 100.0..=100_000.0)?;
        within(&field("mvc_window_ms"), self.mvc_window_ms, 1.0..=60_000.0)?;
        within(&field("mvc_trials_pct"), self.mvc_trials_pct, 0.0..=100.0)?;
        self.weights.check(&field("weights"))
    }
}

/// Refuses a window of the cuff's pressure whose bounds are no percentages in order.
pub(super) fn check_window(field: &str, [low, high]: [f64; 2]) -> Result<()> {
    if 0.0 <= low && low <= high && high <= 300.0 {
        return Ok(());
    }
    Err(Error::config("config.out-of-range", "not a window of pressures")
        .field(field)
        .found(format!("[{low}, {high}]"))
        .expected("two percentages of the arterial occlusion pressure, 0 to 300, the lower one first"))
}

/// The side of the body that a muscle belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Left.
    Left,
    /// Right.
    Right,
    /// Neither, as of the trunk.
    None,
}

/// What one muscle did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repetitions {
    /// What lists of missing values call the muscle: `left`, `CH1 Raw`.
    pub name: String,
    /// Its side, where that was said.
    pub side: Option<Side>,
    /// Its contractions.
    pub contractions: usize,
    /// Those of them that reached the target of intensity; `None` without a maximal voluntary contraction to compare with.
    pub reached_intensity: Option<usize>,
    /// Those of them that lasted long enough; `None` without a target.
    pub reached_duration: Option<usize>,
    /// Contractions that were asked for.
    pub target_contractions: Option<u32>,
}

/// What no signal tells of a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Circumstances {
    /// Rating of perceived exertion, Borg CR-10: a whole number from 0 to 10.
    pub rpe: Option<f64>,
    /// Which points it gives.
    pub rpe_map: RpeMap,
    /// Whether the protocol restricts blood flow.
    pub bfr: Bfr,
    /// Points of the game.
    pub game_points: Option<f64>,
    /// Points that could be had.
    pub game_max: Option<f64>,
    /// Weights of the scores.
    pub weights: Weights,
}

/// What is known of the blood-flow restriction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bfr {
    /// Whether the protocol asks for it.
    pub prescription: Prescription,
    /// Pressure of the cuff in percent of the arterial occlusion pressure. A pressure that is there is judged whatever was prescribed.
    pub pressure_percent_aop: Option<f64>,
    /// Pressures that pass, both bounds included.
    pub window: [f64; 2],
}

impl Default for Bfr {
    fn default() -> Self {
        Self { prescription: Prescription::None, pressure_percent_aop: None, window: ScoreConfig::default().bfr_window }
    }
}

/// Whether the protocol restricts blood flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prescription {
    /// No, or nobody said so.
    #[default]
    None,
    /// Yes.
    Prescribed,
}

/// How good a score is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Symmetry above 90, adherence from 85.
    Excellent,
    /// Symmetry from 80, adherence from 70.
    Good,
    /// Adherence from 50.
    Moderate,
    /// Below.
    Poor,
}

/// What the sides were compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BalanceOf {
    /// The muscles' scores, before the gate.
    Score,
    /// Mean amplitude in contractions, in percent of a maximal voluntary contraction.
    AmplitudePctMvc,
    /// Mean amplitude in contractions as recorded: depends on electrodes and skin as much as on the muscle.
    AmplitudeRaw,
}

/// Left against right.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Balance {
    /// What was compared.
    pub of: BalanceOf,
    /// Mean of the left muscles.
    pub left: f64,
    /// Mean of the right muscles.
    pub right: f64,
    /// `100 (1 - |left - right| / (left + right))`.
    pub symmetry: f64,
    /// The side with the lower value; `none` where both are the same.
    pub weaker_side: Side,
    /// Above 90 excellent, from 80 good, below poor.
    pub band: Band,
}

/// Sessions done against sessions planned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Adherence {
    /// 0 to 100.
    pub adherence: f64,
    /// The same where it may exceed 100.
    pub raw: f64,
    /// Sessions planned up to this day.
    pub expected_sessions: f64,
    /// From 85 excellent, from 70 good, from 50 moderate, below poor.
    pub band: Band,
}

/// The weights of the overall score that were applied: of the components that are known, scaled to sum to 1; 0 for the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UsedWeights {
    /// Compliance.
    pub compliance: f64,
    /// Symmetry.
    pub symmetry: f64,
    /// Effort.
    pub effort: f64,
    /// Game.
    pub game: f64,
}

/// The scores of a session, 0 to 100.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scores {
    /// Weighted mean of compliance, symmetry, effort and game, times the gate.
    pub overall: Option<f64>,
    /// The same without the gate.
    pub overall_ungated: Option<f64>,
    /// 1 where the cuff's pressure was right or no cuff was asked for, else 0.
    pub gate: Option<f64>,
    /// Mean of the muscles' scores, times the gate.
    pub compliance: Option<f64>,
    /// The same without the gate.
    pub compliance_ungated: Option<f64>,
    /// 100 times the mean of the muscles' completion rates.
    pub completion: Option<f64>,
    /// 100 times the mean of the muscles' intensity rates, 0 for a muscle without contractions.
    pub intensity: Option<f64>,
    /// 100 times the mean of the muscles' duration rates, 0 for a muscle without contractions.
    pub duration: Option<f64>,
    /// Left against right, by the muscles' scores before the gate.
    pub symmetry: Option<f64>,
    /// Points of the rating of perceived exertion.
    pub effort: Option<f64>,
    /// Points of the game in percent of what could be had, at least 0 and at most 100.
    pub game: Option<f64>,
    /// Points of the game over what could be had, as they are.
    pub game_ratio: Option<f64>,
    /// Sessions done in percent of sessions planned, at most 100.
    pub adherence: Option<f64>,
    /// How the adherence came about.
    pub adherence_detail: Option<Adherence>,
    /// Left against right, by each quantity that both sides have.
    pub balance: Vec<Balance>,
    /// Which points a rating of perceived exertion gives.
    pub rpe_map: RpeMap,
    /// The weights as configured.
    pub weights: Weights,
    /// The weights that made the overall score; `null` where there is none.
    pub weights_used: Option<UsedWeights>,
    /// What is not known, in alphabetical order: components (`effort`), and parts of a muscle (`target_left`, `intensity_left`, `duration_left`).
    pub missing: Vec<String>,
}

/// The rates of one muscle, 0 to 1, and its score, 0 to 100.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MuscleScore {
    /// Contractions over their target, at most 1.
    pub completion_rate: Option<f64>,
    /// Share of the contractions that reached the target of intensity.
    pub intensity_rate: Option<f64>,
    /// Share of the contractions that lasted long enough.
    pub duration_rate: Option<f64>,
    /// 100 times the weighted mean of the rates that are known.
    pub score: Option<f64>,
}
