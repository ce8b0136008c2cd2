//! Voice (merged from the branch that builds it).
#![allow(missing_docs)]
use crate::{Missing, Result, Warning, config::config, error::Error, units::Rate};
use serde::{Serialize, Deserialize}; use schemars::JsonSchema;
config! { /// Voice settings.
pub struct VoiceConfig {
    /// Policy.
    floor_hz: f64 = 75.0 } }
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Leg { pub channel: usize }
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Voice { pub legs: Vec<Leg> }
pub struct Analysis { pub voice: Voice, pub warnings: Vec<Warning>, pub missing: Vec<Missing> }
pub fn analyze(_: ndarray::ArrayView2<'_, f64>, _: Rate, _: &VoiceConfig) -> Result<Analysis> { Err(Error::data("voice.later", "later")) }
