//! C3D (merged from the branch that builds it).
#![allow(missing_docs)]
use crate::{Budget, Result, Warning, config::config, error::Error, formats::Policy};
config! { /// C3D reading.
pub struct C3dConfig {
    /// Policy.
    policy: Policy = Policy::Lenient } }
pub struct Event { pub label: String, pub context: String, pub time_s: f64 }
pub struct C3dRecording { pub point_labels: Vec<String>, pub point_rate_hz: Option<f64>, pub frames: usize, pub points: ndarray::Array3<f64>, pub residuals: ndarray::Array2<f64>,
  pub analog_labels: Vec<String>, pub analog_units: Vec<String>, pub analog_rate_hz: Option<f64>, pub analog: ndarray::Array2<f64>, pub events: Vec<Event>, pub force_platform_channels: Vec<usize>, pub warnings: Vec<Warning> }
pub fn read(_: &[u8], _: &C3dConfig, _: &mut Budget) -> Result<C3dRecording> { Err(Error::data("c3d.later", "later")) }
