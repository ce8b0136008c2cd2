//! The session file: what a recording cannot know.
//!
//! Sides, maximal voluntary contractions, targets, exertion, cuff pressure, the game's maximum: a person writes them down, in TOML or JSON, and
//! [`Session`] holds them. Every value is optional, units stand in the keys or beside the value, unknown keys are refused, and
//! [`Session::check`] refuses what cannot be, by key, value and what is permitted. A report echoes the session whole, so that settings and
//! session of a report, given back, make the same report.
//!
//! ```toml
//! rpe = 5
//! rest = [[0.0, 4.0]]
//! [session]
//! start = 2023-03-21T17:23:09+01:00
//! [channels."CH1 Raw"]
//! side = "left"
//! muscle = "quadriceps"
//! mvc_value = 150.0
//! mvc_unit = "uV"
//! target_contractions = 12
//! target_duration_s = 2.0
//! [bfr]
//! prescribed = true
//! pressure_percent_aop = 50.0
//! ```

mod check;
mod read;
mod time;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::score::{RpeMap, Side};
use crate::config::config;

pub(super) use time::minute;

config! {
    /// What a recording cannot know of its session. Every value is optional.
    pub struct Session {
        /// Which session.
        session: SessionTag = SessionTag::default(),
        /// Whose.
        subject: Subject = Subject::default(),
        /// Where in the protocol.
        protocol: Protocol = Protocol::default(),
        /// True sampling rate in Hz, where the recording states a wrong one.
        #[serde(skip_serializing_if = "Option::is_none")]
        rate_override_hz: Option<f64> = None,
        /// The channels by their labels; blanks at the ends and case do not count.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        channels: BTreeMap<String, ChannelSession> = BTreeMap::new(),
        /// Stretches of rest, each `[start_s, end_s]` in seconds from the first sample.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        rest: Vec<[f64; 2]> = Vec::new(),
        /// Rating of perceived exertion, Borg CR-10: a whole number from 0 to 10.
        #[serde(skip_serializing_if = "Option::is_none")]
        rpe: Option<f64> = None,
        /// Which points the rating gives, instead of the setting `emg.score.rpe_map`.
        #[serde(skip_serializing_if = "Option::is_none")]
        rpe_map: Option<RpeMap> = None,
        /// Blood-flow restriction.
        bfr: BfrSession = BfrSession::default(),
        /// The game.
        game: Game = Game::default(),
        /// Weights of the scores, instead of those of the setting `emg.score.weights`.
        weights: WeightsSession = WeightsSession::default(),
        /// Path of a recording of maximal contractions of the same muscles, from the folder of the session file.
        #[serde(skip_serializing_if = "Option::is_none")]
        calibration_recording: Option<String> = None,
    }
}

config! {
    /// Which session.
    pub struct SessionTag {
        /// The caller's name for it.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String> = None,
        /// When it began: RFC 3339, `2023-03-21T17:23:09+01:00`.
        #[serde(skip_serializing_if = "Option::is_none")]
        start: Option<String> = None,
    }
}

config! {
    /// Whose session.
    pub struct Subject {
        /// The caller's code for the person, not a name.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String> = None,
    }
}

config! {
    /// Where in the protocol.
    pub struct Protocol {
        /// Day of the protocol, the first being 1.
        #[serde(skip_serializing_if = "Option::is_none")]
        day: Option<u32> = None,
        /// When the protocol began: RFC 3339, or the date alone.
        #[serde(skip_serializing_if = "Option::is_none")]
        start: Option<String> = None,
        /// Game sessions that this person completed since the start, this one included.
        #[serde(skip_serializing_if = "Option::is_none")]
        sessions_completed: Option<f64> = None,
    }
}

config! {
    /// Blood-flow restriction.
    pub struct BfrSession {
        /// Whether the protocol asks for it.
        #[serde(skip_serializing_if = "Option::is_none")]
        prescribed: Option<bool> = None,
        /// Pressure of the cuff in percent of the arterial occlusion pressure. A pressure that is given is judged whatever was prescribed: leave
        /// it out where no cuff was worn.
        #[serde(skip_serializing_if = "Option::is_none")]
        pressure_percent_aop: Option<f64> = None,
        /// Pressures that pass, both bounds included, instead of the setting `emg.score.bfr_window`.
        #[serde(skip_serializing_if = "Option::is_none")]
        window: Option<[f64; 2]> = None,
    }
}

config! {
    /// The game.
    pub struct Game {
        /// Points; of a Ghostly recording they stand in the file.
        #[serde(skip_serializing_if = "Option::is_none")]
        points: Option<f64> = None,
        /// Points that could be had.
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<f64> = None,
    }
}

config! {
    /// Weights of the scores; what is not named keeps the weight of the settings.
    pub struct WeightsSession {
        /// Compliance in the overall score.
        #[serde(skip_serializing_if = "Option::is_none")]
        compliance: Option<f64> = None,
        /// Symmetry in the overall score.
        #[serde(skip_serializing_if = "Option::is_none")]
        symmetry: Option<f64> = None,
        /// Effort in the overall score.
        #[serde(skip_serializing_if = "Option::is_none")]
        effort: Option<f64> = None,
        /// Game in the overall score.
        #[serde(skip_serializing_if = "Option::is_none")]
        game: Option<f64> = None,
        /// Completion in a muscle's score.
        #[serde(skip_serializing_if = "Option::is_none")]
        completion: Option<f64> = None,
        /// Intensity in a muscle's score.
        #[serde(skip_serializing_if = "Option::is_none")]
        intensity: Option<f64> = None,
        /// Duration in a muscle's score.
        #[serde(skip_serializing_if = "Option::is_none")]
        duration: Option<f64> = None,
    }
}

config! {
    /// What is known of one channel.
    pub struct ChannelSession {
        /// Side of the body.
        #[serde(skip_serializing_if = "Option::is_none")]
        side: Option<Side> = None,
        /// Name of the muscle.
        #[serde(skip_serializing_if = "Option::is_none")]
        muscle: Option<String> = None,
        /// What the channel is; a derived one is not analysed, the others are, whatever their label.
        #[serde(skip_serializing_if = "Option::is_none")]
        role: Option<MuscleRole> = None,
        /// Value of a maximal voluntary contraction: the level that its envelope holds, in `mvc_unit`.
        #[serde(skip_serializing_if = "Option::is_none")]
        mvc_value: Option<f64> = None,
        /// Unit of `mvc_value`; must stand beside it.
        #[serde(skip_serializing_if = "Option::is_none")]
        mvc_unit: Option<MvcUnit> = None,
        /// Where the value is from; without it, `given`.
        #[serde(skip_serializing_if = "Option::is_none")]
        mvc_source: Option<GivenMvcSource> = None,
        /// Day on which it was measured: `2023-03-14`.
        #[serde(skip_serializing_if = "Option::is_none")]
        mvc_date: Option<String> = None,
        /// Agreement of the trials that it is from, 0 to 1: the second best over the best.
        #[serde(skip_serializing_if = "Option::is_none")]
        mvc_confidence: Option<f64> = None,
        /// Contractions that were asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        target_contractions: Option<u32> = None,
        /// Time that each contraction should last, in seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        target_duration_s: Option<f64> = None,
        /// What each contraction's peak should reach, in percent of `mvc_value`.
        #[serde(skip_serializing_if = "Option::is_none")]
        target_intensity_pct: Option<f64> = None,
    }
}

/// What a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MuscleRole {
    /// A muscle that does the movement.
    Agonist,
    /// A muscle that works against it.
    Antagonist,
    /// Computed from another channel by the recording program.
    Derived,
}

/// Unit of a maximal voluntary contraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum MvcUnit {
    /// Volts.
    V,
    /// Millivolts.
    #[serde(rename = "mV")]
    Millivolt,
    /// Microvolts.
    #[serde(rename = "uV", alias = "µV", alias = "μV")]
    Microvolt,
    /// That of the recording, whatever it is, as where the file states none.
    #[serde(rename = "recording")]
    Recording,
}

/// Where a value in a session file is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GivenMvcSource {
    /// Given by a person.
    Given,
    /// From a calibration recording.
    Calibration,
    /// From an earlier session.
    Carried,
}

impl Session {
    /// What is known of the channel `label`.
    pub fn channel(&self, label: &str) -> Option<&ChannelSession> {
        self.channels.iter().find(|(name, _)| same(name, label)).map(|(_, channel)| channel)
    }

    /// Whether a calibration recording's values stand in it.
    pub(crate) fn is_calibrated(&self) -> bool {
        self.channels.values().any(|channel| channel.mvc_source == Some(GivenMvcSource::Calibration))
    }
}

/// Whether two labels name the same channel.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.trim().eq_ignore_ascii_case(b.trim())
}
