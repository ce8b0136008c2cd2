//! Speech activity: when somebody speaks, and the pauses between.
//!
//! What comes in is one channel and its pitch track; what goes out are the spans of speech. The rule is our own, built of known parts: levels in
//! bands against a tracked floor (R. Martin's minimum statistics, IEEE Trans. SAP 9, 2001, in the simpler form of a low percentile), the
//! mean divergence of the bands from that floor as evidence (after J. Ramírez et al., "Efficient voice activity detection algorithms using
//! long-term speech information", Speech Communication 42, 2004), and voicing.
//!
//! 1. Frames of 25 ms every 10 ms, less their mean, Hann window; powers in 16 bands, equidistant in mel, from 100 Hz to 7 kHz (or 0.475 of
//!    the rate), averaged over three frames.
//! 2. In each band the floor is the 10th percentile of the levels in the 3 s around, counted over frames that are not both loud and voiced, so
//!    that a sustained vowel is not taken for noise; where there are too few of these, over those of the whole recording.
//! 3. A frame is active where the bands lie above their floors by more than a threshold in the mean, or where it is loud and voiced; and not more
//!    than a range below the recording's loud frames. Runs of one or two frames are chance; longer ones go on while the divergence stays above
//!    0.6 of the threshold.
//! 4. Runs become spans; their ends are placed within the four outermost frames, by blocks of 2.5 ms that come within 17 dB of the loudest there.
//!    Gaps below the hang-over are closed, spans below the minimum speech are dropped.
//!
//! Measured on the 6 of the 15 anchored recordings in whose clean signal a fixed rule (less than 40 dB below the loudest frame,
//! `tests/it/voice.rs`) finds pauses at all: 95 % of the frames agree without noise, 95, 91, 89 % in white noise at 20, 10, 5 dB, 94-95 % in
//! mains hum. The thresholds were chosen on these same recordings: on others expect less. Other voices in the background are voices: babble
//! counts as speech.
//!
//! All of it is relative: gain and a constant offset change nothing. A steady tone within the pitch range counts as voiced and so as active.
//! The hang-over joins what a short gap parts, it does not lengthen the end of a span.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::frames::TimeBase;
use super::mel::{DB_PER_NEPER, MelScale};
use super::pitch::{Pitch, PitchConfig, PitchTrack};
use super::reduce::{mean, peak, sum_of};
use super::{floor_usize, out_of_range, require, usable};
use crate::config::config;
use crate::dsp::fft::{Buffers, Planner};
use crate::dsp::math;
use crate::dsp::stft::{Edges, Framing, Stft};
use crate::dsp::window::{Sampling, Shape};
use crate::error::Result;
use crate::units::{Rate, Span};

config! {
    /// How speech is told from pauses. Ranges after the literature on voice activity; thresholds by measurement on noisy read speech.
    pub struct ActivityConfig {
        /// How far the bands lie above their floors in the mean, in dB, 1 to 30: lower finds fainter speech and more noise. Default 4:
        /// stationary noise stays below it.
        threshold_db: f64 = 4.0,
        /// What lies further below the loud frames (99th percentile) is no speech, in dB, 10 to 100. Default 48.
        range_db: f64 = 48.0,
        /// Span in which the floor is tracked, in seconds, 0.5 to 60. Default 3.
        floor_window_s: f64 = 3.0,
        /// Gaps shorter than this are closed, in seconds, 0 to 1. Default 0.15: the shortest pause.
        hang_over_s: f64 = 0.15,
        /// Shorter speech is dropped, in seconds, 0 to 1. Default 0.08.
        min_speech_s: f64 = 0.08,
        /// Shortest pause that is counted, in seconds, 0 to 10. Default 0.15 (the classic definition takes 0.25).
        min_pause_s: f64 = 0.15,
    }
}

/// The activity analysis that will be made, every number fixed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ActivityPlan {
    /// Samples of a frame.
    pub frame_length: usize,
    /// Samples from frame to frame.
    pub hop_length: usize,
    /// Number of bands.
    pub bands: usize,
    /// Lower edge of the first band.
    pub low_hz: f64,
    /// Upper edge of the last band.
    pub high_hz: f64,
    /// Mean divergence of the bands from their floors above which a frame is active.
    pub threshold_db: f64,
    /// What lies further below the loud frames is no speech.
    pub range_db: f64,
    /// Span in which the floor is tracked.
    pub floor_window_s: f64,
    /// Gaps shorter than this are closed.
    pub hang_over_s: f64,
    /// Shorter speech is dropped.
    pub min_speech_s: f64,
    /// Shortest pause that is counted.
    pub min_pause_s: f64,
}

/// When somebody speaks.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivityTrack {
    /// Per frame whether its middle lies in speech.
    pub active: Vec<bool>,
    /// Times of the frames' middles.
    pub time: TimeBase,
    /// The same as spans of samples, in order.
    pub segments: Vec<Span>,
}

impl ActivityTrack {
    /// Whether `time_s` lies in speech.
    pub fn is_speech_at(&self, time_s: f64) -> bool {
        let next = self.segments.partition_point(|span| span.end_s <= time_s);
        self.segments.get(next).is_some_and(|span| span.start_s <= time_s)
    }
}

/// Speech and pauses of one channel.
///
/// ```
/// use myovox::dsp::math;
/// use myovox::units::Rate;
/// use myovox::voice::{activity::{self, ActivityConfig}, pitch::PitchConfig};
/// // Two seconds, a tone in the middle one.
/// let tone = |i: i32| math::sin(f64::from(i) * 0.1) * 0.3;
/// let y: Vec<f64> = (0..16000).map(|i| if (4000..12000).contains(&i) { tone(i) } else { 0.0 }).collect();
/// let track = activity::activity(&y, Rate::new(8000.0)?, &ActivityConfig::default(), &PitchConfig::default())?;
/// assert_eq!(track.segments.len(), 1);
/// assert!((track.segments[0].start_s - 0.5).abs() < 0.02 && (track.segments[0].end_s - 1.5).abs() < 0.02);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `config.out-of-range` names a setting that is out of range; `voice.no-samples` and `voice.samples-unusable` as in [`analyze`](super::analyze).
pub fn activity(samples: &[f64], rate: Rate, config: &ActivityConfig, pitch: &PitchConfig) -> Result<ActivityTrack> {
    usable(samples)?;
    let mut planner = Planner::new();
    let pitch = Pitch::new(pitch, rate, &mut planner, &mut Vec::new())?;
    let activity = Activity::new(config, rate, &mut planner)?;
    let track = pitch.track(samples, &mut pitch.workspace());
    Ok(activity.track(samples, &track, &mut activity.workspace()))
}

const FRAME_MS: f64 = 25.0;
const STEP_MS: f64 = 10.0;
const BANDS: usize = 16;
const LOW_HZ: f64 = 100.0;
const HIGH_HZ: f64 = 7000.0;
/// Share of the levels that lie below the floor.
const FLOOR_SHARE: f64 = 0.1;
/// Share of the frames that are no louder than "loud".
const LOUD_SHARE: f64 = 0.99;
/// Voiced frames this far below the loud ones may be other voices or hum.
const VOICED_RANGE_DB: f64 = 15.0;
/// A span of speech goes on while the divergence stays above this share of the threshold.
const HYSTERESIS: f64 = 0.6;
/// Fewer frames say nothing of a floor.
const FLOOR_FRAMES: usize = 10;
/// The floor is found this often and held between.
const FLOOR_STEP_S: f64 = 1.0;
/// A band counts for no more than this, so that one tone does not make a frame active.
const BAND_CEILING_DB: f64 = 30.0;
/// A floor lies no further below the loud frames than the range and this: beneath is rounding of quiet samples.
const FLOOR_MARGIN_DB: f64 = 10.0;
/// Runs of fewer frames are chance.
const CHANCE_FRAMES: usize = 3;
/// The ends of spans are looked for in this many frames.
const EDGE_FRAMES: usize = 4;
/// The ends of spans are placed by blocks of this length.
const BLOCK_MS: f64 = 2.5;
/// A block belongs to speech where it reaches this share of the loudest block's power.
const BLOCK_SHARE: f64 = 0.02;

/// A planned activity analysis.
#[derive(Clone, Debug)]
pub(super) struct Activity {
    plan: ActivityPlan,
    rate: Rate,
    stft: Stft,
    /// First bin of each band and the bin after the last band.
    edges: Vec<usize>,
}

/// Memory for one analysis at a time.
#[derive(Debug)]
pub(super) struct ActivityWorkspace {
    buffers: Buffers,
    power: Vec<f64>,
    /// Powers of the bands, frame after frame.
    powers: Vec<f64>,
    /// The same, averaged over three frames, in dB.
    bands: Vec<f64>,
    /// Levels of the frames in dB.
    level: Vec<f64>,
    /// Frames that are loud and voiced.
    voiced: Vec<bool>,
    /// By how much the bands lie above their floors, in dB in the mean.
    divergence: Vec<f64>,
    sorted: Vec<f64>,
}

impl Activity {
    pub(super) fn new(config: &ActivityConfig, rate: Rate, planner: &mut Planner) -> Result<Self> {
        let within = |name: &str, value: f64, low: f64, high: f64| {
            require((low..=high).contains(&value), || {
                out_of_range(&format!("voice.activity.{name}"), value, format!("{low} to {high}"))
            })
        };
        within("threshold_db", config.threshold_db, 1.0, 30.0)?;
        within("range_db", config.range_db, 10.0, 100.0)?;
        within("floor_window_s", config.floor_window_s, 0.5, 60.0)?;
        within("hang_over_s", config.hang_over_s, 0.0, 1.0)?;
        within("min_speech_s", config.min_speech_s, 0.0, 1.0)?;
        within("min_pause_s", config.min_pause_s, 0.0, 10.0)?;
        let (length, hop) = (rate.samples_of_ms(FRAME_MS), rate.samples_of_ms(STEP_MS));
        let window = Shape::Hann.window(length, Sampling::Periodic);
        let framing = Framing { length, hop, edges: Edges::Snip };
        let stft = Stft::new(planner, framing, window, length.next_power_of_two());
        let high_hz = HIGH_HZ.min(0.475 * rate.hz());
        let (low, high) = (MelScale::Htk.mel(LOW_HZ), MelScale::Htk.mel(high_hz));
        let bin_hz = rate.hz() / stft.n_fft() as f64;
        let mut edges: Vec<usize> = (0..=BANDS)
            .map(|i| floor_usize(MelScale::Htk.hz(low + (high - low) * i as f64 / BANDS as f64) / bin_hz + 0.5))
            .collect();
        // At low rates neighbouring edges fall on one bin: fewer, wider bands are left.
        edges.dedup();
        let plan = ActivityPlan {
            frame_length: length,
            hop_length: hop,
            bands: edges.len() - 1,
            low_hz: LOW_HZ,
            high_hz,
            threshold_db: config.threshold_db,
            range_db: config.range_db,
            floor_window_s: config.floor_window_s,
            hang_over_s: config.hang_over_s,
            min_speech_s: config.min_speech_s,
            min_pause_s: config.min_pause_s,
        };
        Ok(Self { plan, rate, stft, edges })
    }

    pub(super) fn plan(&self) -> &ActivityPlan {
        &self.plan
    }

    pub(super) fn workspace(&self) -> ActivityWorkspace {
        ActivityWorkspace {
            buffers: self.stft.buffers(),
            power: vec![0.0; self.stft.bins()],
            powers: Vec::new(),
            bands: Vec::new(),
            level: Vec::new(),
            voiced: Vec::new(),
            divergence: Vec::new(),
            sorted: Vec::new(),
        }
    }

    pub(super) fn track(&self, samples: &[f64], pitch: &PitchTrack, work: &mut ActivityWorkspace) -> ActivityTrack {
        let framing = self.stft.framing();
        let count = framing.count(samples.len());
        let hz = self.rate.hz();
        let time = TimeBase { t0_s: framing.first_centre() / hz, dt_s: framing.hop as f64 / hz };
        self.levels(samples, count, work);
        let voiced = |k| is_voiced(pitch, time.time_s(k) + 0.5 / hz);
        work.voiced.clear();
        work.voiced.extend((0..count).map(voiced));
        let mut active = vec![false; count];
        // Frames of silence have no level: a recording of silence has no loud ones.
        work.sorted.clear();
        work.sorted.extend(work.level.iter().filter(|level| level.is_finite()));
        if let Some(loud) = percentile(&mut work.sorted, LOUD_SHARE) {
            for (voiced, level) in work.voiced.iter_mut().zip(&work.level) {
                *voiced &= *level > loud - VOICED_RANGE_DB;
            }
            self.decide(loud, work, &mut active);
        }
        let spans = self.tidy(self.spans(&active, samples));
        active.fill(false);
        let frame_after = |sample: usize| sample.saturating_sub(framing.length / 2).div_ceil(framing.hop).min(count);
        for (from, to) in &spans {
            active[frame_after(*from)..frame_after(*to)].fill(true);
        }
        let segments = spans.into_iter().map(|(from, to)| Span::new(from, to, self.rate)).collect();
        ActivityTrack { active, time, segments }
    }

    /// Levels of bands and frames in dB; minus infinity where there is nothing.
    fn levels(&self, samples: &[f64], count: usize, work: &mut ActivityWorkspace) {
        work.powers.clear();
        work.bands.clear();
        work.level.clear();
        // What is rounding of the recording's offset is nothing.
        let largest = peak(samples, 0.0);
        let nothing = largest * largest * ROUNDING_POWER * self.plan.frame_length as f64;
        for k in 0..count {
            let frame = self.stft.frame_mut(&mut work.buffers);
            self.stft.framing().fill(samples, k, frame);
            let mean = mean(frame);
            for value in &mut *frame {
                *value -= mean;
            }
            self.stft.power(&mut work.buffers, &mut work.power);
            for edges in self.edges.windows(2) {
                work.powers.push(work.power[edges[0]..edges[1]].iter().sum());
            }
        }
        let bands = self.plan.bands;
        for k in 0..count {
            let around = &work.powers[k.saturating_sub(1) * bands..(k + 2).min(count) * bands];
            for band in 0..bands {
                let sum: f64 = around.iter().skip(band).step_by(bands).sum();
                work.bands.push(level_db(sum * bands as f64 / around.len() as f64, nothing));
            }
            work.level.push(level_db(work.powers[k * bands..(k + 1) * bands].iter().sum(), nothing));
        }
    }

    /// Marks the frames that are speech; `loud` is the level of loud frames.
    fn decide(&self, loud: f64, work: &mut ActivityWorkspace, active: &mut [bool]) {
        let bands = self.plan.bands;
        let gate = loud - self.plan.range_db;
        let least = gate - FLOOR_MARGIN_DB;
        let frames_of = |seconds: f64| floor_usize(seconds * self.rate.hz() / self.plan.hop_length as f64).max(1);
        let (half, step) = (frames_of(self.plan.floor_window_s / 2.0), frames_of(FLOOR_STEP_S));
        let mut floor = vec![0.0; bands];
        let mut whole = vec![0.0; bands];
        work.divergence.clear();
        work.divergence.resize(active.len(), 0.0);
        let known = self.floor(0..active.len(), least, work, &mut whole);
        for from in (0..active.len()).step_by(step) {
            let to = (from + step).min(active.len());
            let around = from.saturating_sub(half)..(to + half).min(active.len());
            if !self.floor(around, least, work, &mut floor) {
                floor.copy_from_slice(&whole);
            }
            let levels = work.bands.chunks_exact(bands);
            for (divergence, levels) in work.divergence.iter_mut().zip(levels).take(to).skip(from) {
                let above = |(level, floor): (&f64, &f64)| (level - floor).clamp(0.0, BAND_CEILING_DB);
                let sum: f64 = levels.iter().zip(&floor).map(above).sum();
                *divergence = if known { sum / bands as f64 } else { 0.0 };
            }
        }
        let frames = work.divergence.iter().zip(&work.level).zip(&work.voiced);
        for (active, ((divergence, level), voiced)) in active.iter_mut().zip(frames) {
            *active = *level > gate && (*divergence > self.plan.threshold_db || *voiced);
        }
        let chance: Vec<_> = runs(active).filter(|(first, end)| end - first < CHANCE_FRAMES).collect();
        for (first, end) in chance {
            active[first..end].fill(false);
        }
        let low = HYSTERESIS * self.plan.threshold_db;
        let goes_on = |k: usize| work.level[k] > gate && work.divergence[k] > low;
        for k in 1..active.len() {
            active[k] |= active[k - 1] && goes_on(k);
        }
        for k in (1..active.len()).rev() {
            active[k - 1] |= active[k] && goes_on(k - 1);
        }
    }

    /// The floor of each band over the frames of a span that are not loud and voiced; `false` where there are too few of them.
    fn floor(&self, span: std::ops::Range<usize>, least: f64, work: &mut ActivityWorkspace, floor: &mut [f64]) -> bool {
        let bands = self.plan.bands;
        let count = span.clone().filter(|k| !work.voiced[*k]).count();
        for (band, floor) in floor.iter_mut().enumerate().filter(|_| count >= FLOOR_FRAMES) {
            work.sorted.clear();
            let frames = work.bands[span.start * bands..span.end * bands].chunks_exact(bands);
            let quiet = frames.zip(&work.voiced[span.clone()]).filter(|(_, voiced)| !**voiced);
            work.sorted.extend(quiet.map(|(levels, _)| levels[band]));
            *floor = percentile(&mut work.sorted, FLOOR_SHARE).map_or(least, |level| level.max(least));
        }
        count >= FLOOR_FRAMES
    }

    /// Runs of active frames as spans of samples.
    fn spans(&self, active: &[bool], samples: &[f64]) -> Vec<(usize, usize)> {
        let Framing { length, hop, .. } = *self.stft.framing();
        let block = self.rate.samples_of_ms(BLOCK_MS);
        let mut spans = Vec::new();
        for (first, end) in runs(active) {
            // Averaging and going on draw in frames beyond the sound; its neighbours inside know how loud it is.
            let inner = (EDGE_FRAMES - 1).min(end - 1 - first) * hop;
            let (head, tail) = (first * hop, (end - 1) * hop - inner);
            let from = head + loud_blocks(&samples[head..head + inner + length], block).0;
            let to = tail + loud_blocks(&samples[tail..tail + inner + length], block).1;
            // What is left behind the last frame belongs to it where it is loud to its end.
            let to_the_end = end == active.len() && to == tail + inner + length;
            spans.push((from, if to_the_end { samples.len() } else { to }));
        }
        spans
    }

    /// Closes gaps shorter than the hang-over, then drops what is shorter than the minimum speech.
    fn tidy(&self, spans: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
        let mut joined: Vec<(usize, usize)> = Vec::new();
        for (from, to) in spans {
            match joined.last_mut() {
                Some(last) if self.rate.seconds(from.saturating_sub(last.1)) < self.plan.hang_over_s => last.1 = to,
                _ => joined.push((from, to)),
            }
        }
        joined.retain(|(from, to)| self.rate.seconds(to - from) >= self.plan.min_speech_s);
        joined
    }
}

/// Start of the first and end of the last block whose power reaches [`BLOCK_SHARE`] of the loudest block's.
fn loud_blocks(frame: &[f64], block: usize) -> (usize, usize) {
    let mean = mean(frame);
    let power = |block: &[f64]| sum_of(block, |x| (x - mean) * (x - mean)) / block.len() as f64;
    let loudest = frame.chunks(block).map(power).fold(0.0, f64::max);
    let loud = |block: &[f64]| power(block) >= BLOCK_SHARE * loudest;
    let first = frame.chunks(block).position(loud).unwrap_or(0);
    let behind = frame.rchunks(block).position(loud).unwrap_or(0);
    (first * block, frame.len() - behind * block)
}

/// Power of rounding errors relative to the largest sample's: 1e-13 of its amplitude.
const ROUNDING_POWER: f64 = 1e-26;

fn level_db(power: f64, nothing: f64) -> f64 {
    if power > nothing { DB_PER_NEPER * math::ln(power) } else { f64::NEG_INFINITY }
}

/// Whether the pitch frame nearest to `time_s` is voiced.
fn is_voiced(pitch: &PitchTrack, time_s: f64) -> bool {
    let place = (time_s - pitch.time.t0_s) / pitch.time.dt_s + 0.5;
    place >= 0.0 && pitch.f0_hz.get(floor_usize(place)).is_some_and(|f0| f0.is_finite())
}

/// The value below which `share` of the values lie (the nearest one at or below that place); `None` of nothing. Reorders the values.
fn percentile(values: &mut [f64], share: f64) -> Option<f64> {
    let place = floor_usize(share * values.len().checked_sub(1)? as f64);
    Some(*values.select_nth_unstable_by(place, f64::total_cmp).1)
}

/// First frame and end of each run of active frames.
fn runs(active: &[bool]) -> impl Iterator<Item = (usize, usize)> {
    let mut end = 0;
    let ends = active.chunk_by(|a, b| a == b).map(move |run| {
        end += run.len();
        (run[0], end - run.len(), end)
    });
    ends.filter(|(active, ..)| *active).map(|(_, first, end)| (first, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_gaps_close_before_short_spans_go() {
        let activity =
            Activity::new(&ActivityConfig::default(), Rate::new(1000.0).unwrap(), &mut Planner::new()).unwrap();
        assert_eq!(activity.tidy(vec![(0, 50), (199, 250), (400, 470)]), [(0, 250)]);
        assert_eq!(activity.tidy(vec![(0, 79), (500, 580)]), [(500, 580)]);
    }

    #[test]
    fn ends_are_found_within_a_frame() {
        let mut frame = [0.25; 100];
        frame[30..70].copy_from_slice(&[0.5, 0.0].repeat(20));
        assert_eq!(loud_blocks(&frame, 10), (30, 70));
        assert_eq!(loud_blocks(&[0.25; 25], 10), (0, 25));
    }

    #[test]
    fn runs_are_those_of_active_frames() {
        assert_eq!(runs(&[true, false, true, true]).collect::<Vec<_>>(), [(0, 1), (2, 4)]);
        assert_eq!(runs(&[]).count(), 0);
    }

    #[test]
    fn a_percentile_is_one_of_the_values() {
        assert_eq!(percentile(&mut [3.0, 1.0, 2.0], 0.5), Some(2.0));
        assert_eq!(percentile(&mut [3.0, f64::NEG_INFINITY], 0.0), Some(f64::NEG_INFINITY));
        assert_eq!(percentile(&mut [], 0.5), None);
    }

    #[test]
    fn bands_are_never_empty_at_any_rate() {
        for hz in [1000.0, 8000.0, 11025.0, 48000.0] {
            let activity =
                Activity::new(&ActivityConfig::default(), Rate::new(hz).unwrap(), &mut Planner::new()).unwrap();
            assert!(activity.plan.bands >= 4, "{hz}");
            assert!(activity.edges.windows(2).all(|e| e[0] < e[1]) && activity.edges[0] > 0);
            assert!(activity.edges[activity.plan.bands] <= activity.stft.bins());
        }
    }
}
