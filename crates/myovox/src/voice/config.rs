//! The settings of the voice room, one struct per topic.

use super::activity::ActivityConfig;
use super::cepstra::MfccConfig;
use super::frames::FramesConfig;
use super::mel::MelConfig;
use super::pitch::PitchConfig;
use super::spectral::SpectralConfig;
use super::summary::FrameSet;
use crate::config::config;

config! {
    /// Settings of the voice analysis; each topic has its own, with its defaults and their sources.
    ///
    /// ```
    /// use myovox::voice::{VoiceConfig, pitch::PitchConfig};
    /// let config = VoiceConfig::default().pitch(PitchConfig::default().floor_hz(60.0));
    /// assert_eq!(config.pitch.ceiling_hz, 600.0);
    /// ```
    pub struct VoiceConfig {
        /// Frames of mel spectra and cepstra.
        frames: FramesConfig = FramesConfig::default(),
        /// Mel bands.
        mel: MelConfig = MelConfig::default(),
        /// Cepstra.
        mfcc: MfccConfig = MfccConfig::default(),
        /// Spectral features.
        spectral: SpectralConfig = SpectralConfig::default(),
        /// Fundamental frequency.
        pitch: PitchConfig = PitchConfig::default(),
        /// Speech and pauses.
        activity: ActivityConfig = ActivityConfig::default(),
        /// Frames over which spectrum, mel bands and cepstra are summarised. Default `speech`: pauses tell of the line, not of the voice.
        statistics: FrameSet = FrameSet::Speech,
    }
}
