//! What a report holds of the voice: resolved settings and, per channel, figures over its frames.
//!
//! Units stand in the names. What is not known is `None` and has an entry in the list of [`Missing`](crate::Missing) values, with a path
//! relative to the voice part of the report (`legs[0].pitch.f0_mean_hz`), a reason and a sentence. Standard deviations are those of the values
//! at hand (divided by their number); percentiles are interpolated linearly between values.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::activity::ActivityPlan;
use super::cepstra::MfccPlan;
use super::frames::{FramePlan, Preset};
use super::mel::MelPlan;
use super::pitch::{Estimator, PitchPlan};
use super::spectral::SpectralPlan;
use crate::units::Span;

/// Which frames the figures of spectrum, mel bands and cepstra are taken over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FrameSet {
    /// Frames whose middle lies in speech.
    #[default]
    Speech,
    /// All frames.
    All,
}

/// The voice part of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Voice {
    /// The settings, every number fixed.
    pub plan: PlanSummary,
    /// One entry per channel, in their order.
    pub legs: Vec<Leg>,
}

/// The settings of an analysis, every number fixed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanSummary {
    /// Sampling rate.
    pub rate_hz: f64,
    /// Frames of mel spectra and cepstra.
    pub frames: FramePlan,
    /// Mel bands.
    pub mel: MelPlan,
    /// Cepstra.
    pub mfcc: MfccPlan,
    /// Spectral features.
    pub spectral: SpectralPlan,
    /// Pitch.
    pub pitch: PitchPlan,
    /// Speech activity.
    pub activity: ActivityPlan,
    /// Frames that figures are taken over.
    pub statistics: FrameSet,
}

/// One channel of a recording: one leg of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Leg {
    /// Index of the channel, from 0.
    pub channel: usize,
    /// Number of samples.
    pub samples: usize,
    /// The same in seconds.
    pub duration_s: f64,
    /// Level.
    pub level: Level,
    /// Speech and pauses.
    pub activity: ActivitySummary,
    /// Fundamental frequency.
    pub pitch: PitchSummary,
    /// Shape of the spectrum.
    pub spectral: SpectralSummary,
    /// Mel bands.
    pub log_mel: LogMelSummary,
    /// Cepstra.
    pub mfcc: MfccSummary,
}

/// Levels relative to full scale (amplitude 1): a sine that touches full scale reads 0 dB peak and -3.01 dB rms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Level {
    /// Mean of all samples, full scale 1.
    pub dc: Option<f64>,
    /// Root of the mean square of all samples, the constant part included.
    pub rms_dbfs: Option<f64>,
    /// Largest magnitude.
    pub peak_dbfs: Option<f64>,
    /// Peak over rms.
    pub crest_db: Option<f64>,
    /// Root of the mean square of the samples in speech.
    pub speech_rms_dbfs: Option<f64>,
}

/// When somebody speaks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ActivitySummary {
    /// Time in speech.
    pub speech_s: Option<f64>,
    /// The same as a share of the recording.
    pub speech_share: Option<f64>,
    /// Time in which the vocal folds vibrate: voiced frames of the pitch track times their step.
    pub phonation_s: Option<f64>,
    /// Spans without speech between the first and the last speech.
    pub pauses: Option<Pauses>,
    /// Spans of speech.
    pub segments: Vec<Span>,
}

/// Spans without speech, at least as long as the plan's `min_pause_s`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pauses {
    /// Their number.
    pub count: usize,
    /// Their time together.
    pub total_s: f64,
    /// Their mean length; `None` where there are none.
    pub mean_s: Option<f64>,
    /// The longest; `None` where there are none.
    pub longest_s: Option<f64>,
}

/// The fundamental over the voiced frames.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PitchSummary {
    /// The method.
    pub estimator: Estimator,
    /// Number of frames.
    pub frames: usize,
    /// Number of voiced frames.
    pub voiced_frames: usize,
    /// Voiced frames over all frames.
    pub voiced_share: Option<f64>,
    /// Mean.
    pub f0_mean_hz: Option<f64>,
    /// Median.
    pub f0_median_hz: Option<f64>,
    /// Standard deviation.
    pub f0_sd_hz: Option<f64>,
    /// 5th percentile.
    pub f0_p05_hz: Option<f64>,
    /// 95th percentile.
    pub f0_p95_hz: Option<f64>,
    /// Mean height of the autocorrelation at the period, 0 to 1.
    pub strength_mean: Option<f64>,
}

/// Mean and standard deviation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeanSd {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
}

/// Shape of the spectrum over the frames of the plan's [`FrameSet`] that have one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SpectralSummary {
    /// Number of frames.
    pub frames: usize,
    /// Centre of gravity.
    pub centroid_hz: Option<MeanSd>,
    /// Spread about the centroid.
    pub bandwidth_hz: Option<MeanSd>,
    /// Frequency below which the plan's `rolloff_share` of the magnitudes lies.
    pub rolloff_hz: Option<MeanSd>,
    /// 1 for white noise, near 0 for a tone.
    pub flatness: Option<MeanSd>,
    /// Changes of sign per sample, about the channel's mean.
    pub zero_crossing_rate: Option<MeanSd>,
}

/// Mel bands in dB over the frames of the plan's [`FrameSet`]; 0 dB is a band power of 1 at the front-end's input scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogMelSummary {
    /// Whose front-end.
    pub preset: Preset,
    /// Number of frames.
    pub frames: usize,
    /// Mean per band.
    pub mean_db: Option<Vec<f64>>,
    /// Standard deviation per band.
    pub sd_db: Option<Vec<f64>>,
}

/// Cepstral coefficients over the frames of the plan's [`FrameSet`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MfccSummary {
    /// Whose front-end.
    pub preset: Preset,
    /// Number of frames.
    pub frames: usize,
    /// Mean per coefficient.
    pub mean: Option<Vec<f64>>,
    /// Standard deviation per coefficient.
    pub sd: Option<Vec<f64>>,
}

impl MeanSd {
    /// Of the values; `None` of nothing.
    pub(super) fn of(values: impl Iterator<Item = f64> + Clone) -> Option<Self> {
        let (count, sum) = values.clone().fold((0_usize, 0.0), |(n, sum), x| (n + 1, sum + x));
        if count == 0 {
            return None;
        }
        let mean = sum / count as f64;
        let squares: f64 = values.map(|x| (x - mean) * (x - mean)).sum();
        Some(Self { mean, sd: (squares / count as f64).sqrt() })
    }
}

/// Mean and standard deviation of each of `rows` numbers over the frames in `chosen`; `None` of no frame.
pub(super) fn moments(values: &[f64], rows: usize, chosen: &[usize]) -> Option<(Vec<f64>, Vec<f64>)> {
    if chosen.is_empty() {
        return None;
    }
    let (count, frames) = (chosen.len() as f64, chosen.iter().map(|k| &values[k * rows..(k + 1) * rows]));
    let mut mean = vec![0.0; rows];
    for frame in frames.clone() {
        mean.iter_mut().zip(frame).for_each(|(sum, x)| *sum += x);
    }
    for sum in &mut mean {
        *sum /= count;
    }
    let mut sd = vec![0.0; rows];
    for frame in frames {
        sd.iter_mut().zip(frame.iter().zip(&mean)).for_each(|(sum, (x, m))| *sum += (x - m) * (x - m));
    }
    for sum in &mut sd {
        *sum = (*sum / count).sqrt();
    }
    Some((mean, sd))
}

/// The value at `share` of sorted values, interpolated linearly; `None` of nothing.
pub(super) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * sorted.len().checked_sub(1)? as f64;
    let below = super::floor_usize(place);
    let low = *sorted.get(below)?;
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    Some(low + (place - below as f64) * (high - low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_interpolated() {
        let sorted = [1.0, 2.0, 3.0, 10.0];
        assert_eq!(quantile(&sorted, 0.5), Some(2.5));
        assert_eq!(quantile(&sorted, 1.0), Some(10.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn moments_are_taken_over_the_chosen_frames_only() {
        let (mean, sd) = moments(&[1.0, 10.0, 99.0, 99.0, 3.0, 10.0], 2, &[0, 2]).unwrap();
        assert_eq!((mean, sd), (vec![2.0, 10.0], vec![1.0, 0.0]));
        assert!(moments(&[1.0], 1, &[]).is_none());
        assert_eq!(MeanSd::of([1.0, 3.0].into_iter()), Some(MeanSd { mean: 2.0, sd: 1.0 }));
    }
}
