//! The band that is kept: Butterworth, forward and backward, so that nothing is shifted in time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{Auto, config, within};
use crate::dsp::iir::{Band, Extension, ZeroPhase, butterworth};
use crate::error::Result;
use crate::simd::Level;
use crate::units::Rate;
use crate::warning::Warning;

/// Share of the sampling rate that an edge chosen by the library does not exceed.
const EDGE_OF_RATE: f64 = 0.45;

config! {
    /// The band that is kept: a Butterworth band-pass, run forward and backward.
    pub struct BandConfig {
        /// Order per edge, as in `scipy.signal.butter`. Default 4: the slope of 24 dB per octave that reports of surface EMG state most.
        order: u32 = 4,
        /// Lower edge in Hz (-3 dB for one pass, -6 dB for both). Default 20: De Luca et al. 2010, the compromise between movement artefact
        /// and signal.
        low_hz: f64 = 20.0,
        /// Upper edge in Hz, or "auto": 450 Hz (SENIAM: near 500), but not above 0.45 of the sampling rate.
        high_hz: Auto<f64> = Auto::Auto,
    }
}

/// The band that is used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BandPlan {
    /// Filter family.
    pub filter: String,
    /// Order per edge.
    pub order: u32,
    /// Lower edge in Hz, -3 dB for one pass.
    pub low_hz: f64,
    /// Upper edge in Hz, -3 dB for one pass.
    pub high_hz: f64,
    /// Gain at the edges after both passes, in dB.
    pub edge_gain_db: f64,
    /// How the signal's phase is treated.
    pub phase: String,
}

/// Least ratio of the edges of a band that the library chooses: in a narrower one noise flickers as a muscle does.
const LEAST_BAND: f64 = 3.0;

/// Least ratio of edges that were given: below it the filter's gain cannot be told from rounding.
const NARROWEST_BAND: f64 = 1.1;

/// Whether `rate` leaves room for a muscle's band, with an upper edge that the library chooses.
pub(super) fn can_hold(config: &BandConfig, rate: Rate) -> bool {
    config.high_hz.given().is_some() || EDGE_OF_RATE * rate.hz() >= LEAST_BAND * config.low_hz
}

/// Designs the band-pass; an edge that was given is never moved, one chosen here is, with a warning.
pub(super) fn plan(config: &BandConfig, rate: Rate, level: Level) -> Result<(ZeroPhase, BandPlan, Option<Warning>)> {
    within("emg.band.order", f64::from(config.order), 1.0..=12.0)?;
    within("emg.band.low_hz", config.low_hz, 0.1..=1e5)?;
    if let Some(high_hz) = config.high_hz.given() {
        within("emg.band.high_hz", *high_hz, NARROWEST_BAND * config.low_hz..=1e6)?;
    }
    let ceiling = EDGE_OF_RATE * rate.hz();
    let (high_hz, clamped) = match config.high_hz {
        Auto::Value(hz) => (hz, false),
        Auto::Auto => (450.0_f64.min(ceiling), ceiling < 450.0),
    };
    let name = |error: crate::Error| error.field("emg.band");
    let sos = butterworth(config.order as usize, Band::BandPass(config.low_hz, high_hz), rate).map_err(name)?;
    let edge_gain_db =
        crate::dsp::math::db_of_power(sos.power_gain(config.low_hz, rate) * sos.power_gain(config.low_hz, rate));
    let warning = clamped.then(|| {
        let message =
            format!("upper edge of the band lowered from 450 to {high_hz} Hz: the sampling rate is {} Hz", rate.hz());
        Warning::new("emg.band-clamped", message).field("emg.band.high_hz")
    });
    let plan = BandPlan {
        filter: "butterworth".into(),
        order: config.order,
        low_hz: config.low_hz,
        high_hz,
        edge_gain_db,
        phase: "zero".into(),
    };
    Ok((ZeroPhase::new(sos, Extension::Odd, None).level(level), plan, warning))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hz: f64, config: &BandConfig) -> Result<(ZeroPhase, BandPlan, Option<Warning>)> {
        plan(config, Rate::new(hz).unwrap(), Level::best())
    }

    #[test]
    fn the_upper_edge_follows_the_rate_and_says_so() {
        let (_, plan, warning) = at(2000.0, &BandConfig::default()).unwrap();
        assert_eq!((plan.high_hz, warning), (450.0, None));
        approx::assert_abs_diff_eq!(plan.edge_gain_db, -6.0206, epsilon = 1e-4);
        let (_, plan, warning) = at(800.0, &BandConfig::default()).unwrap();
        assert_eq!((plan.high_hz, warning.unwrap().code.as_ref()), (360.0, "emg.band-clamped"));
    }

    #[test]
    fn an_edge_that_was_given_is_refused_rather_than_moved() {
        let error = at(800.0, &BandConfig::default().high_hz(450.0.into())).unwrap_err();
        assert_eq!((error.code(), error.place().field.as_deref()), ("dsp.filter-edge", Some("emg.band")));
        assert_eq!(at(30.0, &BandConfig::default()).unwrap_err().code(), "dsp.filter-edge");
        for wrong in [BandConfig::default().low_hz(1e-6), BandConfig::default().high_hz(20.5.into())] {
            assert_eq!(at(1000.0, &wrong).unwrap_err().code(), "config.out-of-range");
        }
        let hold = |hz: f64| can_hold(&BandConfig::default(), Rate::new(hz).unwrap());
        assert!(hold(200.0) && !hold(100.0));
    }
}
