//! Muscle signals: conditioning, envelopes, contractions, session parameters.
//!
//! In come channels as slices of samples and one rate; out comes [`Emg`], which the report embeds. The way of a channel:
//!
//! 1. [`gaps`]: samples that are no signal (NaN, infinity, plateaus of lost packets) are bridged when short and cut out when long.
//!    [`mod@quality`]: what is wrong with the channel, measured and flagged; [`hum`] of the mains is taken away where it was measured.
//! 2. [`condition`]: each stretch between gaps is band-passed without phase shift (Butterworth, SENIAM and De Luca 2010 for the edges).
//!    [`ecg`]: heart beats are taken away where that was asked for.
//! 3. [`envelope`]: moving root mean square, or rectified and low-passed.
//! 4. [`activation`]: every stretch in which the muscle is more than at rest, with edges by likelihood.
//!    [`detect`]: the contractions among them that a therapist counts, by levels of the envelope; `inside`: what each is like.
//!    [`fatigue`]: how they change over the recording, where it can tell.
//! 5. [`session`]: what a therapist reads, per channel and for the session.
//! 6. [`given`], [`mvc`], [`score`]: what a recording cannot know comes in by a session file; contractions are held against it and scored.
//!
//! [`methods`] are the detectors of the literature under their names, for who must compare with them; they stand beside [`activation`] and take
//! a channel as it was recorded. Beside that way stand [`features`] of stretches, windows and contractions, [`cocontraction`] of two muscles and
//! the [`synergy`] of many; they take what the steps above give. [`stream`] follows muscles while the samples come, for live feedback.
//!
//! Nothing compares an amplitude with an absolute number: volts and microvolts give the same contractions. A quantity that cannot be known is
//! `None`, with an entry in [`Analysis::missing`] that says why. This room sees no file format; which analog channels are muscles is decided by
//! [`channels`] from labels and units.

pub mod activation;
pub mod arrays;
mod assess;
pub mod channels;
mod clean;
pub mod cocontraction;
pub mod condition;
pub mod detect;
pub mod ecg;
mod edges;
pub mod envelope;
pub mod fatigue;
pub mod features;
pub mod gaps;
pub mod given;
pub mod hum;
mod inside;
pub mod methods;
pub mod mvc;
mod named;
pub mod normalise;
mod plan;
pub mod quality;
pub mod score;
pub mod session;
mod spikes;
pub mod stream;
mod sums;
pub mod synergy;

pub use activation::{Activation, ActivationConfig, Detector, Edge, EdgeModel};
pub use assess::{FromFile, Given};
pub use channels::{ChannelInfo, Role, roles};
pub use clean::{Examined, quality, remove_ecg, remove_hum};
pub use condition::BandConfig;
pub use detect::{Contraction, ContractionConfig, Thresholds};
pub use ecg::{EcgConfig, EcgMethod, EcgRemoved};
pub use envelope::{EnvelopeConfig, EnvelopeMethod};
pub use fatigue::{Fatigue, FatigueConfig};
pub use gaps::{Gap, GapCause, GapConfig};
pub use given::Session;
pub use hum::{HumConfig, HumMethod, HumRemoved};
pub use methods::{Interval, Method, MethodConfig};
pub use mvc::{MvcSource, calibrate};
pub use named::DetectorConfig;
pub use plan::{Analysis, ChannelSignals, Plan, Signal, analyze, analyze_session};
pub use quality::{Ecg, Fault, Flag, Hum, Quality, QualityConfig};
pub use score::ScoreConfig;
pub use session::{Channel, ChannelParameters, Emg, Input, Origin, SessionParameters};
pub use stream::{EmgStream, StreamConfig, StreamPlan};

use crate::config::{Auto, config};

config! {
    /// Settings of the muscle analysis.
    pub struct EmgConfig {
        /// Labels of the channels to analyse as muscles, or "auto": those that by unit and label are muscles and neither derived nor of a
        /// force platform.
        channels: Auto<Vec<String>> = Auto::Auto,
        /// True sampling rate in Hz where recordings state a wrong one, or "auto": as they state it. A session file goes before it.
        rate_override_hz: Auto<f64> = Auto::Auto,
        /// Which detector: "default", a name of the literature ("tkeo"), or a name with settings.
        detector: DetectorConfig = DetectorConfig::Own,
        /// The band that is kept.
        band: BandConfig = BandConfig::default(),
        /// What is done with samples that are no signal.
        gaps: GapConfig = GapConfig::default(),
        /// From when on a channel is flagged.
        quality: QualityConfig = QualityConfig::default(),
        /// What is done about the hum of the mains.
        hum: HumConfig = HumConfig::default(),
        /// What is done about heart beats.
        ecg: EcgConfig = EcgConfig::default(),
        /// How the amplitude is followed.
        envelope: EnvelopeConfig = EnvelopeConfig::default(),
        /// What counts as an activation.
        activation: ActivationConfig = ActivationConfig::default(),
        /// What counts as a contraction.
        contraction: ContractionConfig = ContractionConfig::default(),
        /// When a recording can tell of fatigue.
        fatigue: FatigueConfig = FatigueConfig::default(),
        /// How the session is scored.
        score: ScoreConfig = ScoreConfig::default(),
        /// How contractions are found while samples come in.
        stream: StreamConfig = StreamConfig::default(),
    }
}
