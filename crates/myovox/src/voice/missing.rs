//! Why values of a report are not known: the reasons, which of them holds for which part of a leg, and where they are told.

use super::activity::ActivityTrack;
use super::is_amplitude;
use super::pitch::PitchTrack;
use super::summary::FrameSet;
use crate::warning::Missing;

/// What can be said of a channel before any analysis.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Sound,
    /// All samples are equal.
    Silent,
    /// Some sample is no finite amplitude.
    Unusable,
}

impl State {
    pub(super) fn of(samples: &[f64]) -> Self {
        if !samples.iter().all(|x| is_amplitude(*x)) {
            return Self::Unusable;
        }
        if samples.windows(2).all(|pair| pair[0] == pair[1]) { Self::Silent } else { Self::Sound }
    }
}

/// Why a value is not known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    Silence,
    TooShort,
    NoSpeech,
    NoVoicedFrame,
    NoPause,
    NoFrame,
    Unusable,
}

impl Reason {
    fn word(self) -> &'static str {
        match self {
            Self::Silence => "silence",
            Self::TooShort => "too_short",
            Self::NoSpeech => "no_speech",
            Self::NoVoicedFrame => "no_voiced_frame",
            Self::NoPause => "no_pause",
            Self::NoFrame => "no_frame",
            Self::Unusable => "samples_unusable",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Silence => "the channel is silent: its samples are all equal",
            Self::TooShort => "the channel is shorter than one frame of this analysis",
            Self::NoSpeech => "no speech was found in the channel",
            Self::NoVoicedFrame => "no frame with a fundamental frequency was found in the channel",
            Self::NoPause => "there is no pause between the first and the last speech",
            Self::NoFrame => "no frame of this analysis lies in what it is taken over",
            Self::Unusable => "the channel has samples that are no finite amplitudes",
        }
    }
}

/// Per part of a leg, why it is not known; `None` where it is.
pub(super) struct Why {
    pub(super) pitch: Option<Reason>,
    pub(super) activity: Option<Reason>,
    /// What needs speech.
    pub(super) speech: Option<Reason>,
    /// What needs frames of the chosen set.
    pub(super) frames: Option<Reason>,
}

impl Why {
    pub(super) fn of(state: State, pitch: &PitchTrack, activity: &ActivityTrack, frames: FrameSet) -> Self {
        let unusable = (state == State::Unusable).then_some(Reason::Unusable);
        let silent = (state == State::Silent).then_some(Reason::Silence);
        let short = |frames: usize| unusable.or((frames == 0).then_some(Reason::TooShort));
        let unvoiced = pitch.f0_hz.iter().all(|f0| f0.is_nan()).then_some(Reason::NoVoicedFrame);
        let activity_unknown = short(activity.active.len());
        let speech = activity_unknown.or(silent).or(activity.segments.is_empty().then_some(Reason::NoSpeech));
        Self {
            pitch: short(pitch.f0_hz.len()).or(silent).or(unvoiced),
            // Silence is an answer to "when does somebody speak": never.
            activity: activity_unknown,
            speech,
            frames: if frames == FrameSet::All { unusable.or(silent) } else { speech },
        }
    }
}

/// Where values that are not known are told.
pub(super) struct Notes<'a> {
    leg: String,
    missing: &'a mut Vec<Missing>,
}

impl<'a> Notes<'a> {
    pub(super) fn new(channel: usize, missing: &'a mut Vec<Missing>) -> Self {
        Self { leg: format!("legs[{channel}]"), missing }
    }

    /// `value`, told as missing at `path` where it is none.
    pub(super) fn or<T>(&mut self, value: Option<T>, path: &str, reason: Option<Reason>) -> Option<T> {
        if value.is_none() {
            let reason = reason.unwrap_or(Reason::NoFrame);
            self.missing.push(Missing::new(format!("{}.{path}", self.leg), reason.word(), reason.sentence()));
        }
        value
    }
}
