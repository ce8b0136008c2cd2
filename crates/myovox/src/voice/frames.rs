//! Front-ends: how samples become frames and frames become power spectra, in the three ways that the field has agreed on.
//!
//! | preset | frames | before the spectrum | spectrum |
//! | --- | --- | --- | --- |
//! | `librosa` (0.11) | 2048 samples every 512, centred, zeros beyond the ends | periodic Hann window | `|X|^2` |
//! | `kaldi` (kaldi-native-fbank 1.22) | 25 ms every 10 ms, inside the recording | times 32768, mean removed, pre-emphasis 0.97 within the frame, povey window; no dither | `|X|^2` |
//! | `psf` (`python_speech_features` 0.6) | 25 ms every 10 ms, last one filled with zeros | times 32768, pre-emphasis 0.97 over the recording, no window | `|X|^2 / n_fft` |
//!
//! What comes in is one channel at full scale 1 and a [`FramesConfig`]; what goes out is a [`FramePlan`] with every number fixed and a power
//! spectrum per frame, in double precision. Times of frames are those of their middles.

use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{out_of_range, require};
use crate::config::{Auto, config};
use crate::dsp::fft::{Buffers, Planner};
use crate::dsp::math;
pub use crate::dsp::stft::Edges;
use crate::dsp::stft::{Framing, Stft};
use crate::dsp::window::{Sampling, Shape};
use crate::error::Result;
use crate::units::Rate;
use crate::warning::Warning;

/// The program whose front-end is meant, with its customary parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// librosa 0.11.
    #[default]
    Librosa,
    /// Kaldi, as kaldi-native-fbank 1.22 computes it, without dither.
    Kaldi,
    /// `python_speech_features` 0.6.
    Psf,
}

config! {
    /// Frames of a front-end; what is `auto` comes from the preset.
    pub struct FramesConfig {
        /// Whose front-end. Default `librosa`: the one that Python users know.
        preset: Preset = Preset::Librosa,
        /// Samples of the Fourier transform. Auto: 2048 (librosa), the next power of two (kaldi), 512 or the next power of two (psf).
        n_fft: Auto<usize> = Auto::Auto,
        /// Samples of the window, at most `n_fft`. Auto: `n_fft` (librosa), 25 ms (kaldi, psf).
        win_length: Auto<usize> = Auto::Auto,
        /// Samples from frame to frame. Auto: a quarter of the window (librosa), 10 ms (kaldi, psf).
        hop_length: Auto<usize> = Auto::Auto,
        /// What stands beyond the ends of the recording. Auto: zeros around centred frames (librosa), `snip` (kaldi), `tail_zeros` (psf).
        edges: Auto<Edges> = Auto::Auto,
    }
}

/// The frames that will be made, every number fixed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct FramePlan {
    /// Whose front-end.
    pub preset: Preset,
    /// Samples of the Fourier transform.
    pub n_fft: usize,
    /// Samples of the window.
    pub win_length: usize,
    /// Samples from frame to frame.
    pub hop_length: usize,
    /// What stands beyond the ends of the recording.
    pub edges: Edges,
    /// Shape of the window.
    pub window: Shape,
    /// What samples are multiplied with before all else.
    pub input_scale: f64,
    /// Pre-emphasis `y[n] = x[n] - a x[n - 1]`; 0 is none.
    pub pre_emphasis: f64,
}

/// The times of a track: value `k` belongs to `t0_s + k * dt_s`, the middle of its frame, in seconds from the first sample.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TimeBase {
    /// Time of value 0.
    pub t0_s: f64,
    /// Time from value to value.
    pub dt_s: f64,
}

impl TimeBase {
    /// The time of value `k`.
    pub fn time_s(&self, k: usize) -> f64 {
        self.t0_s + k as f64 * self.dt_s
    }

    /// The times of the first `count` values.
    pub fn times_s(&self, count: usize) -> Vec<f64> {
        (0..count).map(|k| self.time_s(k)).collect()
    }
}

/// One number per frame; NaN where it is undefined.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// The values.
    pub values: Vec<f64>,
    /// Their times.
    pub time: TimeBase,
}

/// Several numbers per frame, `(rows, frames)`: mel bands or cepstral coefficients.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameTable {
    /// The values, time along the last axis; a frame's values lie side by side in memory.
    pub values: Array2<f64>,
    /// The times of the columns.
    pub time: TimeBase,
}

impl FrameTable {
    pub(super) fn new(values: Vec<f64>, rows: usize, time: TimeBase) -> Self {
        let frames = values.len() / rows;
        let by_frame = Array2::from_shape_vec((frames, rows), values).expect("whole frames of `rows` values");
        Self { values: by_frame.reversed_axes(), time }
    }
}

/// A planned front-end.
#[derive(Clone, Debug)]
pub(super) struct FrontEnd {
    plan: FramePlan,
    stft: Stft,
    power_scale: f64,
    time: TimeBase,
}

/// Energy floor of Kaldi and of `python_speech_features`: the machine epsilon of single and of double precision.
pub(super) const KALDI_FLOOR: f64 = 1.1920928955078125e-7;
pub(super) const PSF_FLOOR: f64 = 2.220446049250313e-16;

const INT16_SCALE: f64 = 32768.0;
const PRE_EMPHASIS: f64 = 0.97;
/// Twenty seconds at 48 kHz in one frame: a longer one is a slip, not a wish.
pub(super) const MAX_LENGTH: usize = 1 << 20;

impl FrontEnd {
    /// Resolves `config` (named `field` in errors) at `rate`.
    pub(super) fn new(
        config: &FramesConfig,
        field: &str,
        rate: Rate,
        planner: &mut Planner,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self> {
        let plan = resolve(config, field, rate, warnings)?;
        let librosa = plan.preset == Preset::Librosa;
        // librosa centres the window in the transform's length; the others append zeros.
        let length = if librosa { plan.n_fft } else { plan.win_length };
        let sampling = if librosa { Sampling::Periodic } else { Sampling::Symmetric };
        let mut window = vec![0.0; (length - plan.win_length) / 2];
        window.extend(plan.window.window(plan.win_length, sampling));
        window.resize(length, 0.0);
        let framing = Framing { length, hop: plan.hop_length, edges: plan.edges };
        let time = TimeBase { t0_s: framing.first_centre() / rate.hz(), dt_s: plan.hop_length as f64 / rate.hz() };
        let power_scale = if plan.preset == Preset::Psf { plan.n_fft as f64 } else { 1.0 };
        Ok(Self { stft: Stft::new(planner, framing, window, plan.n_fft), plan, power_scale, time })
    }

    pub(super) fn plan(&self) -> &FramePlan {
        &self.plan
    }

    pub(super) fn time(&self) -> TimeBase {
        self.time
    }

    pub(super) fn count(&self, samples: usize) -> usize {
        self.stft.framing().count(samples)
    }

    pub(super) fn bins(&self) -> usize {
        self.stft.bins()
    }

    pub(super) fn buffers(&self) -> Buffers {
        self.stft.buffers()
    }

    /// Writes the power spectrum of frame `k` to `power` and returns the frame's log-energy as the preset defines it (`None`: it defines none).
    pub(super) fn spectrum(&self, samples: &[f64], k: usize, buffers: &mut Buffers, power: &mut [f64]) -> Option<f64> {
        let frame = self.stft.frame_mut(buffers);
        let framing = self.stft.framing();
        match self.plan.preset {
            Preset::Librosa => {
                framing.fill(samples, k, frame);
                self.stft.power(buffers, power);
                None
            }
            Preset::Kaldi => {
                framing.fill(samples, k, frame);
                let energy = condition_kaldi(frame);
                self.stft.power(buffers, power);
                Some(math::ln(energy.max(KALDI_FLOOR)))
            }
            Preset::Psf => {
                emphasised(samples, k * framing.hop, frame);
                self.stft.power(buffers, power);
                for value in &mut *power {
                    *value /= self.power_scale;
                }
                let energy: f64 = power.iter().sum();
                Some(math::ln(if energy == 0.0 { PSF_FLOOR } else { energy }))
            }
        }
    }
}

/// Scales, removes the mean, pre-emphasises from the end so that each difference sees the original; returns the energy before pre-emphasis.
fn condition_kaldi(frame: &mut [f64]) -> f64 {
    let mean = frame.iter().sum::<f64>() / frame.len() as f64;
    let mut energy = 0.0;
    for value in &mut *frame {
        *value = (*value - mean) * INT16_SCALE;
        energy += *value * *value;
    }
    for i in (1..frame.len()).rev() {
        frame[i] -= PRE_EMPHASIS * frame[i - 1];
    }
    frame[0] -= PRE_EMPHASIS * frame[0];
    energy
}

/// The frame from sample `start` of the recording pre-emphasised as a whole (first sample kept), zeros behind its end.
fn emphasised(samples: &[f64], start: usize, frame: &mut [f64]) {
    let mut before = start.checked_sub(1).and_then(|i| samples.get(i)).map_or(0.0, |x| x * INT16_SCALE);
    let (inside, beyond) = frame.split_at_mut(samples.len().saturating_sub(start).min(frame.len()));
    for (value, sample) in inside.iter_mut().zip(samples.iter().skip(start)) {
        let now = sample * INT16_SCALE;
        *value = now - PRE_EMPHASIS * before;
        before = now;
    }
    beyond.fill(0.0);
}

fn resolve(config: &FramesConfig, field: &str, rate: Rate, warnings: &mut Vec<Warning>) -> Result<FramePlan> {
    let within = |name: &str, value: Auto<usize>, at_most: usize| match value {
        Auto::Value(length) if !(1..=at_most).contains(&length) => {
            Err(out_of_range(&format!("{field}.{name}"), length, format!("1 to {at_most} samples")))
        }
        _ => Ok(()),
    };
    within("n_fft", config.n_fft, MAX_LENGTH)?;
    within("win_length", config.win_length, MAX_LENGTH)?;
    within("hop_length", config.hop_length, MAX_LENGTH)?;
    let preset = config.preset;
    let (n_fft, win_length) = match preset {
        Preset::Librosa => {
            let n_fft = config.n_fft.or(2048);
            (n_fft, config.win_length.or(n_fft))
        }
        Preset::Kaldi | Preset::Psf => {
            let win_length = config.win_length.or(rate.samples_of_ms(25.0));
            let usual = if preset == Preset::Psf { 512 } else { 1 };
            let enough = win_length.next_power_of_two().max(usual);
            if config.n_fft == Auto::Auto && preset == Preset::Psf && enough > usual {
                warnings.push(
                    Warning::new(
                        "voice.fft-length-raised",
                        format!("a frame of {win_length} samples does not fit the preset's transform of {usual}; {enough} are taken"),
                    )
                    .field(format!("{field}.n_fft")),
                );
            }
            (config.n_fft.or(enough), win_length)
        }
    };
    within("win_length", Auto::Value(win_length), n_fft)?;
    let hop_length = match preset {
        Preset::Librosa => config.hop_length.or((win_length / 4).max(1)),
        Preset::Kaldi | Preset::Psf => config.hop_length.or(rate.samples_of_ms(10.0)),
    };
    let (edges, window, input_scale, pre_emphasis) = match preset {
        Preset::Librosa => (Edges::CentreZeros, Shape::Hann, 1.0, 0.0),
        Preset::Kaldi => (Edges::Snip, Shape::Povey, INT16_SCALE, PRE_EMPHASIS),
        Preset::Psf => (Edges::TailZeros, Shape::Rectangular, INT16_SCALE, PRE_EMPHASIS),
    };
    let edges = config.edges.or(edges);
    let possible = match preset {
        Preset::Librosa => edges == Edges::CentreZeros || edges == Edges::Snip,
        Preset::Kaldi => edges == Edges::Snip || edges == Edges::Mirror,
        Preset::Psf => edges == Edges::TailZeros,
    };
    require(possible, || {
        out_of_range(
            &format!("{field}.edges"),
            format!("{edges:?}"),
            "centre_zeros or snip (librosa), snip or mirror (kaldi), tail_zeros (psf)",
        )
    })?;
    Ok(FramePlan { preset, n_fft, win_length, hop_length, edges, window, input_scale, pre_emphasis })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(config: &FramesConfig, hz: f64) -> Result<(FramePlan, Vec<Warning>)> {
        let mut warnings = Vec::new();
        let front = FrontEnd::new(config, "voice.frames", Rate::new(hz)?, &mut Planner::new(), &mut warnings)?;
        Ok((front.plan, warnings))
    }

    #[test]
    fn presets_resolve_to_their_peers_numbers() {
        let of = |preset, hz| plan(&FramesConfig::default().preset(preset), hz).unwrap().0;
        let librosa = of(Preset::Librosa, 8000.0);
        assert_eq!((librosa.n_fft, librosa.win_length, librosa.hop_length), (2048, 2048, 512));
        let kaldi = of(Preset::Kaldi, 8000.0);
        assert_eq!((kaldi.n_fft, kaldi.win_length, kaldi.hop_length), (256, 200, 80));
        let psf = of(Preset::Psf, 11025.0);
        assert_eq!((psf.n_fft, psf.win_length, psf.hop_length), (512, 276, 110));
    }

    #[test]
    fn a_psf_frame_is_never_cut_off() {
        let (psf, warnings) = plan(&FramesConfig::default().preset(Preset::Psf), 48000.0).unwrap();
        assert_eq!((psf.n_fft, warnings[0].code.as_ref()), (2048, "voice.fft-length-raised"));
        let short = FramesConfig::default().preset(Preset::Psf).n_fft(Auto::Value(512));
        let error = plan(&short, 48000.0).unwrap_err();
        assert_eq!(error.place().field.as_deref(), Some("voice.frames.win_length"));
    }

    #[test]
    fn impossible_lengths_and_edges_are_named() {
        for (config, field) in [
            (FramesConfig::default().hop_length(Auto::Value(0)), "voice.frames.hop_length"),
            (FramesConfig::default().n_fft(Auto::Value(usize::MAX)), "voice.frames.n_fft"),
            (FramesConfig::default().edges(Auto::Value(Edges::Mirror)), "voice.frames.edges"),
        ] {
            let error = plan(&config, 16000.0).unwrap_err();
            assert_eq!((error.code(), error.place().field.as_deref()), ("config.out-of-range", Some(field)));
        }
    }
}
