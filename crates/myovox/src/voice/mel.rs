//! Mel spectra: the power of frames in bands that are as wide as the ear's resolution.
//!
//! What comes in is one channel; what goes out is a table `(bands, frames)`. Bands are triangles; the three traditions differ in the scale
//! on which the corners are equidistant, the axis on which the sides are straight, and the height:
//!
//! - `librosa`: Slaney's scale (linear below 1 kHz, logarithmic above; M. Slaney, Auditory Toolbox, 1998) or HTK's, sides straight in Hz,
//!   each triangle of unit area (`slaney`) or of height 1;
//! - `kaldi`: `1127 ln(1 + f / 700)`, sides straight in mel, from 20 Hz, the bin at half the rate unused;
//! - `psf`: `2595 log10(1 + f / 700)`, corners rounded down to bins, sides straight between bins.
//!
//! Steven B. Davis and P. Mermelstein, IEEE Trans. ASSP 28, 1980, introduced them. A band so narrow that no bin falls into it carries nothing:
//! the warning `voice.empty-filter` names it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::frames::{FrameTable, FramesConfig, FrontEnd, KALDI_FLOOR, PSF_FLOOR, Preset};
use super::reduce::dot;
use super::{floor_usize, out_of_range, require, usable};
use crate::config::{Auto, config};
use crate::dsp::fft::Planner;
use crate::dsp::math;
use crate::error::Result;
use crate::units::Rate;
use crate::warning::Warning;

/// The scale on which the corners of the bands are equidistant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MelScale {
    /// `3 f / 200` below 1 kHz, `15 + 27 ln(f / 1000) / ln 6.4` above.
    Slaney,
    /// `2595 log10(1 + f / 700)`: the HTK book's, and up to rounding Kaldi's.
    Htk,
}

impl MelScale {
    /// Hz to mel.
    pub fn mel(self, hz: f64) -> f64 {
        match self {
            Self::Slaney if hz >= 1000.0 => 15.0 + math::ln(hz / 1000.0) / (math::ln(6.4) / 27.0),
            Self::Slaney => hz / (200.0 / 3.0),
            Self::Htk => 2595.0 * math::log10(1.0 + hz / 700.0),
        }
    }

    /// Mel to Hz.
    pub fn hz(self, mel: f64) -> f64 {
        match self {
            Self::Slaney if mel >= 15.0 => 1000.0 * math::exp(math::ln(6.4) / 27.0 * (mel - 15.0)),
            Self::Slaney => 200.0 / 3.0 * mel,
            Self::Htk => 700.0 * (math::powf(10.0, mel / 2595.0) - 1.0),
        }
    }
}

/// The height of a band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MelNorm {
    /// Unit area: the height is 2 over the width in Hz.
    Slaney,
    /// Height 1.
    None,
}

/// Lowest upper edge of the filters: below it there is no sound to hear.
const LOWEST_TOP_HZ: f64 = 20.0;

config! {
    /// Mel bands; what is `auto` comes from the preset of [`FramesConfig`].
    pub struct MelConfig {
        /// Number of bands, 1 to 4096. Auto: 128 (librosa), 23 (kaldi), 26 (psf).
        n_mels: Auto<usize> = Auto::Auto,
        /// Lower edge of the first band in Hz. Auto: 20 (kaldi), 0 else.
        fmin_hz: Auto<f64> = Auto::Auto,
        /// Upper edge of the last band in Hz, at most half the rate. Auto: half the rate.
        fmax_hz: Auto<f64> = Auto::Auto,
        /// Scale of the corners. Auto: `slaney` (librosa), `htk` else; kaldi and psf know no other.
        scale: Auto<MelScale> = Auto::Auto,
        /// Height of the bands. Auto: `slaney` (librosa), `none` else; kaldi and psf know no other.
        norm: Auto<MelNorm> = Auto::Auto,
    }
}

/// The mel bands that will be used, every number fixed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct MelPlan {
    /// Number of bands.
    pub n_mels: usize,
    /// Lower edge of the first band.
    pub fmin_hz: f64,
    /// Upper edge of the last band.
    pub fmax_hz: f64,
    /// Scale of the corners.
    pub scale: MelScale,
    /// Height of the bands.
    pub norm: MelNorm,
    /// Bands without a bin, counted from 0: their energy is always 0.
    pub empty_filters: Vec<usize>,
}

/// Triangles over the bins of a power spectrum.
#[derive(Clone, Debug)]
pub(super) struct MelFilters {
    plan: MelPlan,
    preset: Preset,
    /// First bin and number of bins of each band; its weights follow those of the band before.
    places: Vec<(usize, usize)>,
    weights: Vec<f64>,
}

const MAX_BANDS: usize = 4096;

impl MelFilters {
    /// Resolves `config` for the spectra of `front`.
    pub(super) fn new(config: &MelConfig, front: &FrontEnd, rate: Rate, warnings: &mut Vec<Warning>) -> Result<Self> {
        let preset = front.plan().preset;
        let mut plan = resolve(config, preset, rate)?;
        let mut filters = Self { plan: plan.clone(), preset, places: Vec::new(), weights: Vec::new() };
        let mut row = vec![0.0; front.bins()];
        for band in 0..plan.n_mels {
            match preset {
                Preset::Librosa => plan.librosa(band, front.plan().n_fft, rate, &mut row),
                Preset::Kaldi => plan.kaldi(band, front.plan().n_fft, rate, &mut row),
                Preset::Psf => plan.psf(band, front.plan().n_fft, rate, &mut row),
            }
            let first = row.iter().position(|weight| *weight > 0.0);
            let Some(first) = first else {
                plan.empty_filters.push(band);
                filters.places.push((0, 0));
                continue;
            };
            let end = row.iter().rposition(|weight| *weight > 0.0).map_or(first, |last| last + 1);
            filters.places.push((first, end - first));
            filters.weights.extend_from_slice(&row[first..end]);
        }
        if !plan.empty_filters.is_empty() {
            let list: Vec<String> = plan.empty_filters.iter().map(usize::to_string).collect();
            let what = format!(
                "no bin of a transform of {} falls into mel band {} of {}; their energy is always 0",
                front.plan().n_fft,
                list.join(", "),
                plan.n_mels
            );
            warnings.push(Warning::new("voice.empty-filter", what).field("voice.mel.n_mels"));
        }
        filters.plan = plan;
        Ok(filters)
    }

    pub(super) fn plan(&self) -> &MelPlan {
        &self.plan
    }

    /// The power of each band.
    pub(super) fn apply(&self, power: &[f64], bands: &mut [f64]) {
        let mut weights = self.weights.as_slice();
        for (band, &(first, count)) in bands.iter_mut().zip(&self.places) {
            let (mine, rest) = weights.split_at(count);
            *band = dot(mine, &power[first..first + count]);
            weights = rest;
        }
    }

    /// Band powers to logarithms as the preset takes them: dB re 1 with a floor at -100 dB (librosa), natural logarithms else.
    pub(super) fn log(&self, bands: &mut [f64]) {
        for band in bands {
            *band = match self.preset {
                Preset::Librosa => DB_PER_NEPER * math::ln(band.max(POWER_FLOOR)),
                Preset::Kaldi => math::ln(band.max(KALDI_FLOOR)),
                Preset::Psf => math::ln(if *band == 0.0 { PSF_FLOOR } else { *band }),
            };
        }
    }
}

/// Decibels of a power per unit of its natural logarithm, which is quicker to compute than the decimal one.
pub(super) const DB_PER_NEPER: f64 = 10.0 / std::f64::consts::LN_10;

/// librosa's `amin`: power below it is read as this.
pub(super) const POWER_FLOOR: f64 = 1e-10;

fn resolve(config: &MelConfig, preset: Preset, rate: Rate) -> Result<MelPlan> {
    let nyquist = rate.hz() / 2.0;
    let (n_mels, fmin, scale, norm) = match preset {
        Preset::Librosa => (128, 0.0, MelScale::Slaney, MelNorm::Slaney),
        Preset::Kaldi => (23, 20.0, MelScale::Htk, MelNorm::None),
        Preset::Psf => (26, 0.0, MelScale::Htk, MelNorm::None),
    };
    let plan = MelPlan {
        n_mels: config.n_mels.or(n_mels),
        fmin_hz: config.fmin_hz.or(fmin),
        fmax_hz: config.fmax_hz.or(nyquist),
        scale: config.scale.or(scale),
        norm: config.norm.or(norm),
        empty_filters: Vec::new(),
    };
    require((1..=MAX_BANDS).contains(&plan.n_mels), || {
        out_of_range("voice.mel.n_mels", plan.n_mels, format!("1 to {MAX_BANDS}"))
    })?;
    require(plan.fmax_hz >= LOWEST_TOP_HZ && plan.fmax_hz <= nyquist, || {
        out_of_range("voice.mel.fmax_hz", plan.fmax_hz, format!("{LOWEST_TOP_HZ} to {nyquist} Hz, half the rate"))
    })?;
    require(plan.fmin_hz >= 0.0 && plan.fmin_hz < plan.fmax_hz, || {
        out_of_range("voice.mel.fmin_hz", plan.fmin_hz, format!("0 to below fmax_hz, {} Hz", plan.fmax_hz))
    })?;
    require(preset == Preset::Librosa || plan.scale == scale, || {
        out_of_range("voice.mel.scale", format!("{:?}", plan.scale), "htk, the only scale of kaldi and psf")
    })?;
    require(preset == Preset::Librosa || plan.norm == norm, || {
        out_of_range("voice.mel.norm", format!("{:?}", plan.norm), "none, the only height of kaldi and psf")
    })?;
    Ok(plan)
}

impl MelPlan {
    /// The lower, middle and upper corner of `band`, equidistant in mel.
    fn corners_mel(&self, band: usize) -> [f64; 3] {
        let (low, high) = (self.scale.mel(self.fmin_hz), self.scale.mel(self.fmax_hz));
        let step = (high - low) / (self.n_mels + 1) as f64;
        [0, 1, 2].map(|i| if band + i == self.n_mels + 1 { high } else { (band + i) as f64 * step + low })
    }

    fn librosa(&self, band: usize, n_fft: usize, rate: Rate, row: &mut [f64]) {
        let [left, middle, right] = self.corners_mel(band).map(|mel| self.scale.hz(mel));
        let height = if self.norm == MelNorm::Slaney { 2.0 / (right - left) } else { 1.0 };
        for (k, weight) in row.iter_mut().enumerate() {
            let f = k as f64 * rate.hz() / n_fft as f64;
            *weight = ((f - left) / (middle - left)).min((right - f) / (right - middle)).max(0.0) * height;
        }
    }

    /// Kaldi works in natural logarithms: the factor before the logarithm cancels in the ratios, that of its scale is 1127.
    fn kaldi(&self, band: usize, n_fft: usize, rate: Rate, row: &mut [f64]) {
        let mel = |hz: f64| 1127.0 * math::ln(1.0 + hz / 700.0);
        let (low, high) = (mel(self.fmin_hz), mel(self.fmax_hz));
        let step = (high - low) / (self.n_mels + 1) as f64;
        let [left, middle, right] = [0, 1, 2].map(|i| low + (band + i) as f64 * step);
        row.fill(0.0);
        for (k, weight) in row.iter_mut().take(n_fft / 2).enumerate() {
            let at = mel(k as f64 * rate.hz() / n_fft as f64);
            *weight = ((at - left) / (middle - left)).min((right - at) / (right - middle)).max(0.0);
        }
    }

    fn psf(&self, band: usize, n_fft: usize, rate: Rate, row: &mut [f64]) {
        let bin = |mel| floor_usize((n_fft as f64 + 1.0) * self.scale.hz(mel) / rate.hz());
        let [left, middle, right] = self.corners_mel(band).map(bin);
        row.fill(0.0);
        for k in left..middle.min(row.len()) {
            row[k] = (k - left) as f64 / (middle - left) as f64;
        }
        for k in middle..right.min(row.len()) {
            row[k] = (right - k) as f64 / (right - middle) as f64;
        }
    }
}

/// Mel power (band energies before the logarithm) of one channel, `(n_mels, frames)`.
///
/// With the default configuration these are the values of `librosa.feature.melspectrogram(y=samples, sr=rate)`.
///
/// ```
/// use myovox::units::Rate;
/// use myovox::voice::{frames::FramesConfig, mel::{self, MelConfig}};
/// let y: Vec<f64> = (0..8000).map(|i| f64::from(i % 80) / 80.0).collect();
/// let mel = mel::melspectrogram(&y, Rate::new(8000.0)?, &FramesConfig::default(), &MelConfig::default())?;
/// assert_eq!(mel.values.dim(), (128, 16));
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `config.out-of-range` names a setting that is out of range; `voice.no-samples` and `voice.samples-unusable` as in [`analyze`](super::analyze).
pub fn melspectrogram(samples: &[f64], rate: Rate, frames: &FramesConfig, mel: &MelConfig) -> Result<FrameTable> {
    table(samples, rate, frames, mel, |_, _| {})
}

/// Log energies of mel bands of one channel, `(n_mels, frames)`: natural logarithms for `kaldi` and `psf`, dB re 1 for `librosa`
/// (without the floor relative to the recording's maximum, which [`mfcc`](super::cepstra::mfcc) applies).
///
/// # Errors
/// As [`melspectrogram`].
pub fn fbank(samples: &[f64], rate: Rate, frames: &FramesConfig, mel: &MelConfig) -> Result<FrameTable> {
    table(samples, rate, frames, mel, MelFilters::log)
}

fn table(
    samples: &[f64],
    rate: Rate,
    frames: &FramesConfig,
    mel: &MelConfig,
    finish: impl Fn(&MelFilters, &mut [f64]),
) -> Result<FrameTable> {
    usable(samples)?;
    let mut warnings = Vec::new();
    let front = FrontEnd::new(frames, "voice.frames", rate, &mut Planner::new(), &mut warnings)?;
    let filters = MelFilters::new(mel, &front, rate, &mut warnings)?;
    let (mut buffers, mut power) = (front.buffers(), vec![0.0; front.bins()]);
    let rows = filters.plan.n_mels;
    let mut values = vec![0.0; rows * front.count(samples.len())];
    for (k, bands) in values.chunks_exact_mut(rows).enumerate() {
        front.spectrum(samples, k, &mut buffers, &mut power);
        filters.apply(&power, bands);
        finish(&filters, bands);
    }
    Ok(FrameTable::new(values, rows, front.time()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(frames: &FramesConfig, mel: &MelConfig, hz: f64) -> Result<(MelFilters, Vec<Warning>)> {
        let mut warnings = Vec::new();
        let rate = Rate::new(hz)?;
        let front = FrontEnd::new(frames, "voice.frames", rate, &mut Planner::new(), &mut warnings)?;
        Ok((MelFilters::new(mel, &front, rate, &mut warnings)?, warnings))
    }

    #[test]
    fn scales_go_there_and_back() {
        for scale in [MelScale::Slaney, MelScale::Htk] {
            for hz in [0.0, 60.0, 999.0, 1000.0, 4000.0, 11025.0] {
                approx::assert_abs_diff_eq!(scale.hz(scale.mel(hz)), hz, epsilon = 1e-9);
            }
        }
        approx::assert_abs_diff_eq!(MelScale::Slaney.mel(1000.0), 15.0, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(MelScale::Htk.mel(1000.0), 999.9855, epsilon = 1e-4);
    }

    #[test]
    fn neighbouring_triangles_without_norm_share_each_frequency_fully() {
        // Sides are straight in Hz and meet at common corners: between the first and the last middle the weights sum to 1.
        let mel = MelConfig::default().norm(Auto::Value(MelNorm::None)).n_mels(Auto::Value(20));
        let (filters, _) = filters(&FramesConfig::default(), &mel, 16000.0).unwrap();
        let bin = |corner_mel: f64| MelScale::Slaney.hz(corner_mel) * 2048.0 / 16000.0;
        let (first, last) = (bin(filters.plan.corners_mel(0)[1]), bin(filters.plan.corners_mel(19)[1]));
        let mut bands = [0.0; 20];
        for k in floor_usize(first) + 1..floor_usize(last) {
            let mut power = vec![0.0; 1025];
            power[k] = 1.0;
            filters.apply(&power, &mut bands);
            approx::assert_abs_diff_eq!(bands.iter().sum::<f64>(), 1.0, epsilon = 1e-12);
        }
    }

    #[test]
    fn bands_without_a_bin_are_named() {
        let (filters, warnings) =
            filters(&FramesConfig::default().n_fft(Auto::Value(256)), &MelConfig::default(), 16000.0).unwrap();
        assert!(filters.plan.empty_filters.contains(&0) && filters.plan.empty_filters.len() > 10);
        assert_eq!(warnings[0].code, "voice.empty-filter");
        assert!(warnings[0].message.contains("mel band "), "{}", warnings[0].message);
    }

    #[test]
    fn edges_beyond_half_the_rate_are_refused() {
        for (mel, field) in [
            (MelConfig::default().fmax_hz(Auto::Value(8001.0)), "voice.mel.fmax_hz"),
            (MelConfig::default().fmax_hz(Auto::Value(f64::NAN)), "voice.mel.fmax_hz"),
            (MelConfig::default().fmin_hz(Auto::Value(-1.0)), "voice.mel.fmin_hz"),
            (MelConfig::default().fmin_hz(Auto::Value(8000.0)), "voice.mel.fmin_hz"),
            (MelConfig::default().n_mels(Auto::Value(0)), "voice.mel.n_mels"),
        ] {
            let error = filters(&FramesConfig::default(), &mel, 16000.0).unwrap_err();
            assert_eq!((error.code(), error.place().field.as_deref()), ("config.out-of-range", Some(field)));
        }
    }
}
