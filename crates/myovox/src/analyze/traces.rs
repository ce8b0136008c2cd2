//! The signals behind a report with few enough points to be plotted: smallest and largest value of each of some hundred stretches of time, so that
//! no peak is lost.

use ndarray::ArrayView2;

use super::contiguous;
use crate::dsp::decimate;
use crate::emg::{self, Emg, EmgConfig, Signal};
use crate::error::Result;
use crate::report::{Trace, Traces};
use crate::simd::Level;
use crate::units::Rate;

/// Stretches of a signal as recorded: a plot is about as many dots wide.
const SIGNAL: usize = 1200;

/// Stretches of an envelope, which is smooth.
const ENVELOPE: usize = 500;

/// Each muscle of `emg` as recorded, and its envelope.
pub(super) fn of_muscles(signals: &[Signal<'_>], emg: &Emg, config: &EmgConfig, level: Level) -> Result<Traces> {
    let Some(done) = &emg.plan else { return Ok(Traces::default()) };
    let rate = Rate::new(done.rate_hz)?;
    let plan = emg::Plan::new(config, rate, level)?;
    let trace = |channel: &emg::Channel| {
        let Some(signal) = signals.get(channel.index) else { return Ok(Trace::default()) };
        let envelope = plan.signals(signal.samples)?.envelope;
        let (signal, envelope) = (points(signal.samples, SIGNAL, rate)?, points(&envelope, ENVELOPE, rate)?);
        Ok(Trace { channel: channel.index, signal, envelope })
    };
    Ok(Traces { channels: emg.channels.iter().map(trace).collect::<Result<_>>()? })
}

/// Each channel of a sound.
pub(super) fn of_sound(samples: &ArrayView2<'_, f64>, rate: Rate) -> Result<Traces> {
    let trace = |(channel, row)| {
        let signal = points(contiguous(row).as_slice().unwrap_or_default(), SIGNAL, rate)?;
        Ok(Trace { channel, signal, envelope: Vec::new() })
    };
    Ok(Traces { channels: samples.rows().into_iter().enumerate().map(trace).collect::<Result<_>>()? })
}

fn points(samples: &[f64], stretches: usize, rate: Rate) -> Result<Vec<[f64; 2]>> {
    let finite: Vec<f64> = samples.iter().map(|v| if v.is_finite() { *v } else { f64::NAN }).collect();
    let kept = decimate::min_max(&finite, stretches)?;
    Ok(kept.into_iter().map(|point| [rate.seconds(point.index), point.value]).collect())
}
