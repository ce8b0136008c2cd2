//! The voice analysis as a plan that is made once and run on any number of channels.
//!
//! [`Plan::new`] checks settings, designs windows, filters and transforms; [`Plan::analyze`] computes one channel in a [`Workspace`] that is
//! used again for the next. Mel bands, cepstra and spectral features share one spectrum per frame where their frames are the same, which they
//! are by default.

use ndarray::ArrayView2;

use super::LOWEST_RATE_HZ;
use super::activity::{Activity, ActivityTrack, ActivityWorkspace};
use super::cepstra::Cepstra;
use super::config::VoiceConfig;
use super::frames::{FrontEnd, Preset};
use super::mel::MelFilters;
use super::missing::{Notes, Reason, State, Why};
use super::pitch::{Pitch, PitchTrack, PitchWorkspace};
use super::reduce::{self, sum_of};
use super::spectral::{Crossings, Spectral, SpectralFrame};
use super::summary::{
    ActivitySummary, FrameSet, Leg, Level, LogMelSummary, MeanSd, MfccSummary, Pauses, PitchSummary, PlanSummary,
    SpectralSummary, Voice, moments, quantile,
};
use crate::dsp::fft::{Buffers, Planner};
use crate::dsp::math;
use crate::error::{Error, Result};
use crate::units::Rate;
use crate::warning::{Missing, Warning};

/// Everything that can be made ready before the samples are known.
#[derive(Clone, Debug)]
pub struct Plan {
    summary: PlanSummary,
    warnings: Vec<Warning>,
    rate: Rate,
    front: FrontEnd,
    /// The front-end of the spectral features where it is another than that of the mel bands.
    spectral_front: Option<FrontEnd>,
    mel: MelFilters,
    cepstra: Cepstra,
    spectral: Spectral,
    pitch: Pitch,
    activity: Activity,
}

/// Memory for one channel at a time; the plan that made it uses it.
#[derive(Debug)]
pub struct Workspace {
    pitch: PitchWorkspace,
    activity: ActivityWorkspace,
    front: Buffers,
    spectral_front: Option<Buffers>,
    power: Vec<f64>,
    magnitude: Vec<f64>,
    log_mel: Vec<f64>,
    cepstra: Vec<f64>,
    energies: Vec<Option<f64>>,
}

/// The result of [`analyze`].
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// What the report holds.
    pub voice: Voice,
    /// What was lowered, raised or is empty.
    pub warnings: Vec<Warning>,
    /// Why values are `None`; paths are relative to `voice`.
    pub missing: Vec<Missing>,
}

/// Analyses every channel of a recording.
///
/// `samples` are `(channels, samples)` at full scale 1.
///
/// ```
/// use myovox::{dsp::math, units::Rate, voice};
/// let tone = |i: usize| 0.5 * math::sin(i as f64 * 2.0 * std::f64::consts::PI * 200.0 / 8000.0);
/// let samples = ndarray::Array2::from_shape_fn((1, 16000), |(_, i)| tone(i));
/// let analysis = voice::analyze(samples.view(), Rate::new(8000.0)?, &voice::VoiceConfig::default())?;
/// let f0 = analysis.voice.legs[0].pitch.f0_median_hz.unwrap();
/// assert!((f0 - 200.0).abs() < 0.04);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `voice.no-samples` where there is no channel or no sample, and what [`Plan::new`] refuses. A channel with samples that are no finite numbers
/// is no error: its values are missing for the reason `samples_unusable`.
#[expect(
    clippy::needless_pass_by_value,
    reason = "views are handed over by value, as ndarray's own functions take them"
)]
pub fn analyze(samples: ArrayView2<'_, f64>, rate: Rate, config: &VoiceConfig) -> Result<Analysis> {
    Plan::new(config, rate)?.run(samples.view())
}

/// Values of a pitch candidate: itself, its score and the way to it.
const CANDIDATE_WORDS: usize = 6;

/// Values per frame that tracks and features hold, at the most.
const TRACK_COLUMNS: usize = 64;

impl Plan {
    /// Resolves `config` at `rate`.
    ///
    /// # Errors
    /// `voice.rate-too-low` below 1 kHz, which carries no speech; `config.out-of-range` names the setting, what was found and what is permitted.
    pub fn new(config: &VoiceConfig, rate: Rate) -> Result<Self> {
        if rate.hz() < LOWEST_RATE_HZ {
            return Err(Error::unsupported("voice.rate-too-low", "no speech at this sampling rate")
                .found(format!("{} Hz", rate.hz()))
                .expected(format!("{LOWEST_RATE_HZ} Hz or more")));
        }
        let (mut planner, mut warnings) = (Planner::new(), Vec::new());
        let front = FrontEnd::new(&config.frames, "voice.frames", rate, &mut planner, &mut warnings)?;
        let mel = MelFilters::new(&config.mel, &front, rate, &mut warnings)?;
        let cepstra = Cepstra::new(&config.mfcc, front.plan().preset, mel.plan().n_mels)?;
        let spectral = Spectral::new(&config.spectral, rate)?;
        let other = FrontEnd::new(&spectral.frames(), "voice.spectral", rate, &mut planner, &mut warnings)?;
        let spectral_front = (other.plan() != front.plan()).then_some(other);
        let pitch = Pitch::new(&config.pitch, rate, &mut planner, &mut warnings)?;
        let activity = Activity::new(&config.activity, rate, &mut planner)?;
        let summary = PlanSummary {
            rate_hz: rate.hz(),
            frames: front.plan().clone(),
            mel: mel.plan().clone(),
            mfcc: cepstra.plan().clone(),
            spectral: spectral.plan().clone(),
            pitch: pitch.plan().clone(),
            activity: activity.plan().clone(),
            statistics: config.statistics,
        };
        Ok(Self { summary, warnings, rate, front, spectral_front, mel, cepstra, spectral, pitch, activity })
    }

    /// Analyses every channel of `samples`, `(channels, samples)`.
    ///
    /// # Errors
    /// `voice.no-samples` where there is no channel or no sample.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "views are handed over by value, as ndarray's own functions take them"
    )]
    pub fn run(&self, samples: ArrayView2<'_, f64>) -> Result<Analysis> {
        if samples.is_empty() {
            let found = format!("{} channels of {} samples", samples.nrows(), samples.ncols());
            return Err(Error::data("voice.no-samples", "no samples").found(found).expected("1 or more"));
        }
        let mut workspace = self.workspace();
        let (mut legs, mut missing, mut copy) = (Vec::new(), Vec::new(), Vec::new());
        for (channel, row) in samples.rows().into_iter().enumerate() {
            let leg = row.to_slice().unwrap_or_else(|| {
                copy.clear();
                copy.extend(row.iter().copied());
                &copy
            });
            legs.push(self.analyze(&mut workspace, channel, leg, &mut missing));
        }
        Ok(Analysis { voice: Voice { plan: self.summary.clone(), legs }, warnings: self.warnings.clone(), missing })
    }

    /// Memory in bytes that channels of `samples` samples need beside their samples: tables of all frames, tracks, and what is counted per
    /// sample. An upper bound, to be charged before [`run`](Self::run).
    pub fn memory_bytes(&self, samples: usize) -> u64 {
        let of = |frames: usize, columns: usize| (frames as u64).saturating_mul(8 * columns as u64);
        let front = of(self.front.count(samples), self.mel.plan().n_mels + self.cepstra.plan().n_mfcc + TRACK_COLUMNS);
        let spectral = self.spectral_front.as_ref().map_or(0, |front| of(front.count(samples), TRACK_COLUMNS));
        let tracks =
            of(samples / self.summary.activity.hop_length.max(1) + 1, 2 * self.summary.activity.bands + TRACK_COLUMNS);
        let pitch =
            of(self.pitch.frames(samples).0, CANDIDATE_WORDS * self.summary.pitch.max_candidates + TRACK_COLUMNS);
        [spectral, tracks, pitch, of(samples, 2)].into_iter().fold(front, u64::saturating_add)
    }

    /// The settings, every number fixed.
    pub fn summary(&self) -> &PlanSummary {
        &self.summary
    }

    /// What was lowered, raised or is empty.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Memory to work in.
    pub fn workspace(&self) -> Workspace {
        let bins = self.spectral_front.as_ref().map_or(0, FrontEnd::bins).max(self.front.bins());
        Workspace {
            pitch: self.pitch.workspace(),
            activity: self.activity.workspace(),
            front: self.front.buffers(),
            spectral_front: self.spectral_front.as_ref().map(FrontEnd::buffers),
            power: vec![0.0; bins],
            magnitude: vec![0.0; bins],
            log_mel: Vec::new(),
            cepstra: Vec::new(),
            energies: Vec::new(),
        }
    }

    /// Analyses one channel; what is not known is told to `missing` under `legs[channel]`.
    pub fn analyze(
        &self,
        workspace: &mut Workspace,
        channel: usize,
        samples: &[f64],
        missing: &mut Vec<Missing>,
    ) -> Leg {
        let mut notes = Notes::new(channel, missing);
        let duration_s = self.rate.seconds(samples.len());
        let state = State::of(samples);
        let computed = if state == State::Unusable { &[] } else { samples };
        let pitch = self.pitch.track(computed, &mut workspace.pitch);
        let activity = self.activity.track(computed, &pitch, &mut workspace.activity);
        let why = Why::of(state, &pitch, &activity, self.summary.statistics);
        let level = level(samples, state, &activity, &why, &mut notes);
        let activity_summary = self.activity_summary(&activity, &pitch, duration_s, &why, &mut notes);
        let pitch_summary = self.pitch_summary(&pitch, &why, &mut notes);
        let samples_of_spectra = if why.frames.is_some() { &[] } else { samples };
        let (spectral, log_mel, mfcc) =
            self.spectra(workspace, samples_of_spectra, level.dc.unwrap_or(0.0), &activity, &why, &mut notes);
        Leg {
            channel,
            samples: samples.len(),
            duration_s,
            level,
            activity: activity_summary,
            pitch: pitch_summary,
            spectral,
            log_mel,
            mfcc,
        }
    }

    fn pitch_summary(&self, track: &PitchTrack, why: &Why, notes: &mut Notes<'_>) -> PitchSummary {
        let voiced = || track.f0_hz.iter().copied().filter(|f0| f0.is_finite());
        let mut sorted: Vec<f64> = voiced().collect();
        sorted.sort_by(f64::total_cmp);
        let f0 = MeanSd::of(voiced());
        let strength = MeanSd::of(track.strength.iter().copied().filter(|r| r.is_finite()));
        let frames = track.f0_hz.len();
        let share = (frames > 0).then(|| sorted.len() as f64 / frames as f64);
        PitchSummary {
            estimator: self.summary.pitch.estimator,
            frames,
            voiced_frames: sorted.len(),
            voiced_share: notes.or(share, "pitch.voiced_share", why.pitch),
            f0_mean_hz: notes.or(f0.map(|f0| f0.mean), "pitch.f0_mean_hz", why.pitch),
            f0_median_hz: notes.or(quantile(&sorted, 0.5), "pitch.f0_median_hz", why.pitch),
            f0_sd_hz: notes.or(f0.map(|f0| f0.sd), "pitch.f0_sd_hz", why.pitch),
            f0_p05_hz: notes.or(quantile(&sorted, 0.05), "pitch.f0_p05_hz", why.pitch),
            f0_p95_hz: notes.or(quantile(&sorted, 0.95), "pitch.f0_p95_hz", why.pitch),
            strength_mean: notes.or(strength.map(|r| r.mean), "pitch.strength_mean", why.pitch),
        }
    }

    fn activity_summary(
        &self,
        track: &ActivityTrack,
        pitch: &PitchTrack,
        duration_s: f64,
        why: &Why,
        notes: &mut Notes<'_>,
    ) -> ActivitySummary {
        let known = why.activity.is_none();
        let speech_s = known.then(|| track.segments.iter().fold(0.0, |sum, s| sum + (s.end_s - s.start_s)));
        let voiced = pitch.f0_hz.iter().filter(|f0| f0.is_finite()).count();
        let phonation_s = (!pitch.f0_hz.is_empty()).then_some(voiced as f64 * pitch.time.dt_s);
        let gaps = || track.segments.windows(2).map(|pair| pair[1].start_s - pair[0].end_s);
        let long = || gaps().filter(|gap| *gap >= self.summary.activity.min_pause_s);
        let (count, total_s) = (long().count(), long().fold(0.0, |sum, pause| sum + pause));
        let pauses = (known && !track.segments.is_empty()).then(|| Pauses {
            count,
            total_s,
            mean_s: notes.or(
                (count > 0).then(|| total_s / count as f64),
                "activity.pauses.mean_s",
                Some(Reason::NoPause),
            ),
            longest_s: notes.or(long().reduce(f64::max), "activity.pauses.longest_s", Some(Reason::NoPause)),
        });
        ActivitySummary {
            speech_s: notes.or(speech_s, "activity.speech_s", why.activity),
            speech_share: notes.or(speech_s.map(|s| s / duration_s), "activity.speech_share", why.activity),
            phonation_s: notes.or(phonation_s, "activity.phonation_s", why.pitch),
            pauses: notes.or(pauses, "activity.pauses", why.speech),
            segments: track.segments.clone(),
        }
    }

    /// Spectral features, mel bands and cepstra in one pass over the frames.
    fn spectra(
        &self,
        work: &mut Workspace,
        samples: &[f64],
        dc: f64,
        activity: &ActivityTrack,
        why: &Why,
        notes: &mut Notes<'_>,
    ) -> (SpectralSummary, LogMelSummary, MfccSummary) {
        let chosen = |time_s: f64| match self.summary.statistics {
            FrameSet::All => true,
            FrameSet::Speech => activity.is_speech_at(time_s),
        };
        let (count, n_mels) = (self.front.count(samples.len()), self.mel.plan().n_mels);
        let crossings = Crossings::new(samples, dc);
        let mut features = Vec::new();
        let mut picked = Vec::new();
        work.log_mel.clear();
        work.log_mel.resize(count * n_mels, 0.0);
        work.energies.clear();
        let power = &mut work.power[..self.front.bins()];
        for (k, bands) in work.log_mel.chunks_exact_mut(n_mels).enumerate() {
            work.energies.push(self.front.spectrum(samples, k, &mut work.front, power));
            self.mel.apply(power, bands);
            self.mel.log(bands);
            if chosen(self.front.time().time_s(k)) {
                picked.push(k);
                if self.spectral_front.is_none() {
                    features.push(self.feature(power, &mut work.magnitude, k, &crossings));
                }
            }
        }
        if let (Some(front), Some(buffers)) = (&self.spectral_front, &mut work.spectral_front) {
            let power = &mut work.power[..front.bins()];
            for k in (0..front.count(samples.len())).filter(|k| chosen(front.time().time_s(*k))) {
                front.spectrum(samples, k, buffers, power);
                features.push(self.feature(power, &mut work.magnitude, k, &crossings));
            }
        }
        self.cepstra.lift_floor(&mut work.log_mel);
        let mfcc = self.mfcc_summary(work, &picked, why, notes);
        (spectral_summary(&features, why, notes), self.log_mel_summary(work, &picked, why, notes), mfcc)
    }

    fn feature(&self, power: &[f64], magnitude: &mut [f64], k: usize, crossings: &Crossings) -> (SpectralFrame, f64) {
        let rate = crossings.rate(self.spectral.start(k), self.summary.spectral.n_fft);
        (self.spectral.frame(power, magnitude), rate)
    }

    fn log_mel_summary(&self, work: &Workspace, picked: &[usize], why: &Why, notes: &mut Notes<'_>) -> LogMelSummary {
        let preset = self.summary.frames.preset;
        let found = moments(&work.log_mel, self.mel.plan().n_mels, picked);
        // Natural logarithms of power to decibels.
        let to_db = if preset == Preset::Librosa { 1.0 } else { 10.0 / std::f64::consts::LN_10 };
        let scaled = |values: Vec<f64>| values.into_iter().map(|x| x * to_db).collect();
        let (mean, sd) = found.map(|(mean, sd)| (scaled(mean), scaled(sd))).unzip();
        LogMelSummary {
            preset,
            frames: picked.len(),
            mean_db: notes.or(mean, "log_mel.mean_db", why.frames),
            sd_db: notes.or(sd, "log_mel.sd_db", why.frames),
        }
    }

    fn mfcc_summary(&self, work: &mut Workspace, picked: &[usize], why: &Why, notes: &mut Notes<'_>) -> MfccSummary {
        let (n_mels, n_mfcc) = (self.mel.plan().n_mels, self.cepstra.plan().n_mfcc);
        work.cepstra.clear();
        work.cepstra.resize(picked.len() * n_mfcc, 0.0);
        for (out, &k) in work.cepstra.chunks_exact_mut(n_mfcc).zip(picked) {
            self.cepstra.apply(&work.log_mel[k * n_mels..(k + 1) * n_mels], work.energies[k], out);
        }
        let every: Vec<usize> = (0..picked.len()).collect();
        let (mean, sd) = moments(&work.cepstra, n_mfcc, &every).unzip();
        MfccSummary {
            preset: self.summary.frames.preset,
            frames: picked.len(),
            mean: notes.or(mean, "mfcc.mean", why.frames),
            sd: notes.or(sd, "mfcc.sd", why.frames),
        }
    }
}

fn spectral_summary(features: &[(SpectralFrame, f64)], why: &Why, notes: &mut Notes<'_>) -> SpectralSummary {
    let defined: Vec<_> = features.iter().filter(|(frame, _)| frame.centroid_hz.is_finite()).collect();
    let mut of = |name: &str, value: fn(&(SpectralFrame, f64)) -> f64| {
        let reason = why.frames.or((!features.is_empty()).then_some(Reason::Silence));
        notes.or(MeanSd::of(defined.iter().map(|frame| value(frame))), &format!("spectral.{name}"), reason)
    };
    SpectralSummary {
        frames: defined.len(),
        centroid_hz: of("centroid_hz", |(frame, _)| frame.centroid_hz),
        bandwidth_hz: of("bandwidth_hz", |(frame, _)| frame.bandwidth_hz),
        rolloff_hz: of("rolloff_hz", |(frame, _)| frame.rolloff_hz),
        flatness: of("flatness", |(frame, _)| frame.flatness),
        zero_crossing_rate: of("zero_crossing_rate", |(_, rate)| *rate),
    }
}

fn level(samples: &[f64], state: State, activity: &ActivityTrack, why: &Why, notes: &mut Notes<'_>) -> Level {
    let usable = state != State::Unusable;
    let rms = |squares: f64, count: usize| (squares / count as f64).sqrt();
    let db = |amplitude: f64| (usable && amplitude > 0.0).then(|| math::db_of_amplitude(amplitude));
    let energy = |part: &[f64]| sum_of(part, |x| x * x);
    let (whole, peak) = (rms(energy(samples), samples.len()), reduce::peak(samples, 0.0));
    let spoken: usize = activity.segments.iter().map(|s| s.end - s.start).sum();
    let speech: f64 = activity.segments.iter().map(|s| energy(&samples[s.start..s.end])).sum();
    let speech = if spoken > 0 { db(rms(speech, spoken)) } else { None };
    let silent = if usable { Reason::Silence } else { Reason::Unusable };
    let dc = usable.then(|| reduce::mean(samples));
    Level {
        dc: notes.or(dc, "level.dc", Some(silent)),
        rms_dbfs: notes.or(db(whole), "level.rms_dbfs", Some(silent)),
        peak_dbfs: notes.or(db(peak), "level.peak_dbfs", Some(silent)),
        crest_db: notes.or(db(peak).zip(db(whole)).map(|(p, r)| p - r), "level.crest_db", Some(silent)),
        speech_rms_dbfs: notes.or(speech, "level.speech_rms_dbfs", why.speech),
    }
}
