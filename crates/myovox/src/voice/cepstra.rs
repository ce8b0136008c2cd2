//! Mel-frequency cepstral coefficients (S. B. Davis, P. Mermelstein, IEEE Trans. ASSP 28, 1980): the orthonormal cosine transform of log mel
//! energies, which parts the slow shape of a spectrum (vocal tract, channel) from its fast ripple (voice).
//!
//! What comes in is one channel; what goes out is a table `(n_mfcc, frames)`. The presets differ as the front-ends do
//! ([`frames`](super::frames), [`mel`](super::mel)) and in three things more: librosa lifts the floor of the dB to 80 below the loudest cell of
//! the recording; Kaldi and psf weight coefficient `n` by the lifter `1 + L/2 sin(pi n / L)` with L = 22, librosa, if asked, by
//! `1 + L/2 sin(pi (n + 1) / L)`; Kaldi and psf replace coefficient 0 by the frame's log-energy.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::frames::{FrameTable, FramesConfig, FrontEnd, Preset};
use super::mel::{MelConfig, MelFilters};
use super::{out_of_range, require, usable};
use crate::config::{Auto, config};
use crate::dsp::dct::Dct;
use crate::dsp::fft::Planner;
use crate::dsp::math;
use crate::error::Result;
use crate::units::Rate;

/// What stands in coefficient 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Energy {
    /// The transform's own value.
    Cepstrum,
    /// The natural logarithm of the frame's energy: of its samples before pre-emphasis and window (kaldi), of its power spectrum (psf).
    LogEnergy,
}

config! {
    /// Cepstral coefficients; what is `auto` comes from the preset of [`FramesConfig`].
    pub struct MfccConfig {
        /// Number of coefficients, 1 to the number of mel bands. Auto: 20 (librosa), 13 (kaldi, psf), or as many as there are bands.
        n_mfcc: Auto<usize> = Auto::Auto,
        /// The lifter's length L, 0 for none. Auto: 0 (librosa), 22 (kaldi, psf).
        lifter: Auto<f64> = Auto::Auto,
        /// Coefficient 0. Auto: `cepstrum` (librosa), `log_energy` (kaldi, psf).
        energy: Auto<Energy> = Auto::Auto,
        /// librosa: cells more than this many dB below the loudest of the recording are raised to it. Default 80 (`power_to_db`).
        top_db: f64 = 80.0,
    }
}

/// The cepstra that will be made, every number fixed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct MfccPlan {
    /// Number of coefficients.
    pub n_mfcc: usize,
    /// The lifter's length, 0 for none.
    pub lifter: f64,
    /// Coefficient 0.
    pub energy: Energy,
    /// Range in dB below the loudest cell that is kept; absent where the preset has no such floor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_db: Option<f64>,
}

/// Log mel energies to cepstra.
#[derive(Clone, Debug)]
pub(super) struct Cepstra {
    plan: MfccPlan,
    dct: Dct,
    lifter: Vec<f64>,
}

impl Cepstra {
    /// Resolves `config` for `n_mels` bands.
    pub(super) fn new(config: &MfccConfig, preset: Preset, n_mels: usize) -> Result<Self> {
        let librosa = preset == Preset::Librosa;
        let plan = MfccPlan {
            n_mfcc: config.n_mfcc.or(n_mels.min(if librosa { 20 } else { 13 })),
            lifter: config.lifter.or(if librosa { 0.0 } else { 22.0 }),
            energy: config.energy.or(if librosa { Energy::Cepstrum } else { Energy::LogEnergy }),
            top_db: librosa.then_some(config.top_db),
        };
        require((1..=n_mels).contains(&plan.n_mfcc), || {
            out_of_range("voice.mfcc.n_mfcc", plan.n_mfcc, format!("1 to {n_mels}, the number of mel bands"))
        })?;
        require((0.0..=1e6).contains(&plan.lifter), || {
            out_of_range("voice.mfcc.lifter", plan.lifter, "0 (none) to 1000000")
        })?;
        require(!librosa || plan.energy == Energy::Cepstrum, || {
            out_of_range("voice.mfcc.energy", "log_energy", "cepstrum: librosa defines no frame energy")
        })?;
        require(config.top_db > 0.0 && config.top_db <= 1000.0, || {
            out_of_range("voice.mfcc.top_db", config.top_db, "above 0 to 1000 dB")
        })?;
        let shift = if librosa { 1.0 } else { 0.0 };
        let weight = |n: usize| match plan.lifter {
            0.0 => 1.0,
            length => 1.0 + length / 2.0 * math::sin(std::f64::consts::PI * (n as f64 + shift) / length),
        };
        let lifter = (0..plan.n_mfcc).map(weight).collect();
        Ok(Self { dct: Dct::new(n_mels, plan.n_mfcc), lifter, plan })
    }

    pub(super) fn plan(&self) -> &MfccPlan {
        &self.plan
    }

    /// Raises what lies more than `top_db` below the loudest cell of `log_mel`, where the preset does so.
    pub(super) fn lift_floor(&self, log_mel: &mut [f64]) {
        let Some(top_db) = self.plan.top_db else { return };
        let floor = log_mel.iter().fold(f64::NEG_INFINITY, |max, value| max.max(*value)) - top_db;
        for value in log_mel {
            *value = value.max(floor);
        }
    }

    /// The coefficients of one frame.
    pub(super) fn apply(&self, log_mel: &[f64], log_energy: Option<f64>, out: &mut [f64]) {
        self.dct.apply(log_mel, out);
        for (value, weight) in out.iter_mut().zip(&self.lifter) {
            *value *= weight;
        }
        if self.plan.energy == Energy::LogEnergy
            && let (Some(energy), Some(first)) = (log_energy, out.first_mut())
        {
            *first = energy;
        }
    }
}

/// Mel-frequency cepstral coefficients of one channel, `(n_mfcc, frames)`.
///
/// With the default configuration these are the values of `librosa.feature.mfcc(y=samples, sr=rate)`.
///
/// ```
/// use myovox::units::Rate;
/// use myovox::voice::{cepstra::{self, MfccConfig}, frames::{FramesConfig, Preset}, mel::MelConfig};
/// let y: Vec<f64> = (0..8000).map(|i| f64::from(i % 80) / 80.0).collect();
/// let kaldi = FramesConfig::default().preset(Preset::Kaldi);
/// let mfcc = cepstra::mfcc(&y, Rate::new(8000.0)?, &kaldi, &MelConfig::default(), &MfccConfig::default())?;
/// assert_eq!(mfcc.values.dim(), (13, 98));
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `config.out-of-range` names a setting that is out of range; `voice.no-samples` and `voice.samples-unusable` as in [`analyze`](super::analyze).
pub fn mfcc(
    samples: &[f64],
    rate: Rate,
    frames: &FramesConfig,
    mel: &MelConfig,
    mfcc: &MfccConfig,
) -> Result<FrameTable> {
    usable(samples)?;
    let mut warnings = Vec::new();
    let front = FrontEnd::new(frames, "voice.frames", rate, &mut Planner::new(), &mut warnings)?;
    let filters = MelFilters::new(mel, &front, rate, &mut warnings)?;
    let n_mels = filters.plan().n_mels;
    let cepstra = Cepstra::new(mfcc, front.plan().preset, n_mels)?;
    let (mut buffers, mut power) = (front.buffers(), vec![0.0; front.bins()]);
    let frames = front.count(samples.len());
    let mut log_mel = vec![0.0; n_mels * frames];
    let mut energies = Vec::with_capacity(frames);
    for (k, bands) in log_mel.chunks_exact_mut(n_mels).enumerate() {
        energies.push(front.spectrum(samples, k, &mut buffers, &mut power));
        filters.apply(&power, bands);
        filters.log(bands);
    }
    cepstra.lift_floor(&mut log_mel);
    let rows = cepstra.plan.n_mfcc;
    let mut values = vec![0.0; rows * frames];
    for ((out, bands), energy) in values.chunks_exact_mut(rows).zip(log_mel.chunks_exact(n_mels)).zip(energies) {
        cepstra.apply(bands, energy, out);
    }
    Ok(FrameTable::new(values, rows, front.time()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifter_weights_by_its_formula_and_energy_replaces_coefficient_0() {
        let cepstra = Cepstra::new(&MfccConfig::default(), Preset::Kaldi, 23).unwrap();
        let plain = Cepstra::new(&MfccConfig::default().lifter(Auto::Value(0.0)), Preset::Kaldi, 23).unwrap();
        let log_mel: Vec<f64> = (0..23).map(|i| f64::from(i * i % 7)).collect();
        let (mut lifted, mut bare) = ([0.0; 13], [0.0; 13]);
        cepstra.apply(&log_mel, Some(-3.0), &mut lifted);
        plain.apply(&log_mel, None, &mut bare);
        assert_eq!(lifted[0], -3.0);
        approx::assert_abs_diff_eq!(lifted[11], bare[11] * 12.0, epsilon = 1e-12);
    }

    #[test]
    fn the_floor_follows_the_loudest_cell() {
        let cepstra = Cepstra::new(&MfccConfig::default(), Preset::Librosa, 2).unwrap();
        let mut log_mel = [-100.0, -10.0, -95.0, 0.0];
        cepstra.lift_floor(&mut log_mel);
        assert_eq!(log_mel, [-80.0, -10.0, -80.0, 0.0]);
    }

    #[test]
    fn more_coefficients_than_bands_are_refused() {
        let error = Cepstra::new(&MfccConfig::default().n_mfcc(Auto::Value(24)), Preset::Kaldi, 23).unwrap_err();
        assert_eq!(error.place().field.as_deref(), Some("voice.mfcc.n_mfcc"));
    }
}
