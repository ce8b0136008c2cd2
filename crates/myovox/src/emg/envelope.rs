//! Envelopes: the amplitude of a conditioned muscle signal over time, in the signal's unit, never below zero.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{config, within};
use crate::dsp::iir::{Band, Extension, Workspace, ZeroPhase, butterworth};
use crate::dsp::moving;
use crate::error::Result;
use crate::simd::Level;
use crate::units::Rate;

/// How the amplitude is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EnvelopeMethod {
    /// Root of the mean square over a centred window.
    #[default]
    Rms,
    /// Full-wave rectified, then low-passed without phase shift; what the low-pass undershoots below zero is set to zero.
    Linear,
}

config! {
    /// How the amplitude is followed.
    pub struct EnvelopeConfig {
        /// "rms" or "linear". Default "rms".
        method: EnvelopeMethod = EnvelopeMethod::Rms,
        /// Window of the RMS in ms, centred. Default 100: ISEK gives 50-100 ms for dynamic contractions.
        window_ms: f64 = 100.0,
        /// Edge of the linear envelope's low-pass in Hz (-3 dB for one pass). Default 6: ISEK gives 3-10 Hz.
        low_pass_hz: f64 = 6.0,
        /// Order of the linear envelope's low-pass. Default 4, as that of the band.
        low_pass_order: u32 = 4,
    }
}

impl EnvelopeConfig {
    pub(super) fn check(&self) -> Result<()> {
        within("emg.envelope.window_ms", self.window_ms, 1.0..=5000.0)?;
        within("emg.envelope.low_pass_order", f64::from(self.low_pass_order), 1.0..=12.0)?;
        within("emg.envelope.low_pass_hz", self.low_pass_hz, 0.1..=1e5)
    }
}

/// The envelope that is used, every number fixed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum EnvelopePlan {
    /// Root of the mean square.
    Rms {
        /// Window in samples, odd, centred.
        window_samples: usize,
        /// The same in ms.
        window_ms: f64,
        /// Treatment of the edges: the mean is over the samples that exist.
        edges: String,
    },
    /// Rectified and low-passed.
    Linear {
        /// Filter family.
        filter: String,
        /// Order.
        order: u32,
        /// Edge in Hz, -3 dB for one pass.
        low_pass_hz: f64,
        /// Treatment of the edges: the signal is mirrored.
        edges: String,
    },
}

/// The envelope, designed for one rate.
#[derive(Clone, Debug)]
pub(super) struct Envelope {
    pub(super) plan: EnvelopePlan,
    low_pass: Option<ZeroPhase>,
}

impl Envelope {
    pub(super) fn new(config: &EnvelopeConfig, rate: Rate, level: Level) -> Result<Self> {
        config.check()?;
        match config.method {
            EnvelopeMethod::Rms => {
                let window_samples = 2 * (rate.samples_of_ms(config.window_ms) / 2) + 1;
                let window_ms = window_samples as f64 / rate.hz() * 1000.0;
                let plan = EnvelopePlan::Rms { window_samples, window_ms, edges: "shrink".into() };
                Ok(Self { plan, low_pass: None })
            }
            EnvelopeMethod::Linear => {
                let (order, low_pass_hz) = (config.low_pass_order, config.low_pass_hz);
                let sos = butterworth(order as usize, Band::LowPass(low_pass_hz), rate)
                    .map_err(|error| error.field("emg.envelope.low_pass_hz"))?;
                let edges = "mirrored".into();
                let plan = EnvelopePlan::Linear { filter: "butterworth".into(), order, low_pass_hz, edges };
                // Odd extension of a rectified signal starts from whatever its first sample happens to be; three mirrored periods of the edge
                // frequency start from its mean.
                let padding = rate.samples_of_ms(3000.0 / low_pass_hz);
                Ok(Self { plan, low_pass: Some(ZeroPhase::new(sos, Extension::Even, Some(padding)).level(level)) })
            }
        }
    }

    /// The envelope of one stretch of conditioned signal, into `out`.
    pub(super) fn run(&self, conditioned: &[f64], out: &mut [f64], workspace: &mut Workspace) -> Result<()> {
        match (&self.plan, &self.low_pass) {
            (EnvelopePlan::Rms { window_samples, .. }, _) => moving::rms(conditioned, *window_samples, out),
            (EnvelopePlan::Linear { .. }, Some(low_pass)) => {
                let rectified: Vec<f64> = conditioned.iter().map(|v| v.abs()).collect();
                low_pass.run_shortened(&rectified, out, workspace)?;
                for value in out.iter_mut().filter(|value| **value < 0.0) {
                    *value = 0.0;
                }
            }
            (EnvelopePlan::Linear { .. }, None) => unreachable!("a linear envelope is made with its filter"),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(config: &EnvelopeConfig, x: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; x.len()];
        let envelope = Envelope::new(config, Rate::new(1000.0).unwrap(), Level::best()).unwrap();
        envelope.run(x, &mut out, &mut Workspace::default()).unwrap();
        out
    }

    #[test]
    fn a_sine_has_its_amplitude_up_to_the_edges() {
        let x: Vec<f64> =
            (0..5000).map(|i| crate::dsp::math::sin(std::f64::consts::TAU * 100.0 * f64::from(i) / 1000.0)).collect();
        for (config, level) in [
            (EnvelopeConfig::default(), std::f64::consts::FRAC_1_SQRT_2),
            (EnvelopeConfig::default().method(EnvelopeMethod::Linear), 0.6155), // mean of ten samples of |sin| a period
        ] {
            let y = run(&config, &x);
            assert!(y.iter().all(|v| (v - level).abs() < 0.1 * level), "{config:?}: {} {}", y[0], y[2500]);
            assert!((y[2500] - level).abs() < 0.01 * level, "{}", y[2500]);
        }
    }

    #[test]
    fn an_envelope_is_never_below_zero() {
        let mut x = vec![0.0; 2000];
        x[1000] = 100.0;
        for method in [EnvelopeMethod::Rms, EnvelopeMethod::Linear] {
            assert!(run(&EnvelopeConfig::default().method(method), &x).iter().all(|v| *v >= 0.0));
        }
    }
}
