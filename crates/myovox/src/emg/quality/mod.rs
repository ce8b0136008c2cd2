//! How good a channel is: what was measured of the raw signal, and what is wrong with it.
//!
//! [`Quality`] holds the measures, all of them shares, ratios and times, so that volts and microvolts give the same, and a [`Flag`] for each that
//! passes its limit ([`QualityConfig`]), with the stretches that it is about. Nothing is changed on the strength of a flag but the hum of the mains
//! ([`hum`]); what is no signal at all was cut or bridged before ([`gaps`](super::gaps)).
//!
//! One pass takes extremes, means and powers in blocks of 10 ms (offset, rails, steps of the converter, heart), one a spectrum of segments of 2 s
//! (hum, movement, sampling rate). A long recording's spectrum is that of 64 segments spread over it.

mod blocks;
mod flags;
mod spectrum;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use flags::{Fault, Flag};
pub use spectrum::{Hum, Line};

use super::EmgConfig;
use super::ecg::{self, EcgPlan, EcgRemoved, Pulse};
use super::gaps::{Gap, Mended};
use super::hum::{self, Flagged, HumConfig, HumRemoved};
use crate::config::{config, within};
use crate::dsp::iir::Workspace;
use crate::error::Result;
use crate::simd::Level;
use crate::units::Rate;
use blocks::Blocks;
use spectrum::{ByHum, Spectra};

config! {
    /// From when on a channel is flagged. Limits of volts there are none: all measures are shares and ratios.
    pub struct QualityConfig {
        /// What lies within this share of the channel's range from its largest or smallest value is on a rail. Default 0.001.
        rail_share: f64 = 0.001,
        /// So many samples on a rail one after the other are clipped. Default 3: 16-bit samples at rest repeat a value two to four times, but not
        /// on a rail.
        rail_samples: u32 = 3,
        /// From so many dB above its neighbours on a line of the mains stands out: its frequency is told, and holds the sampling rate to account.
        /// Default 6: channels without hum that were seen stay below 1.
        line_above_db: f64 = 6.0,
        /// Hum stands at least so far above its neighbours, in dB. Default 10.
        hum_above_db: f64 = 10.0,
        /// And all its harmonics hold at least this share of the band's power. Default 0.01.
        hum_share: f64 = 0.01,
        /// Largest share of the raw signal's power below 20 Hz. Default 0.2: of a muscle's it is some hundredths.
        movement_share: f64 = 0.2,
        /// Periodicity from which on beats that look alike are a heart. Default 0.4.
        ecg_periodicity: f64 = 0.4,
        /// Least ratio of contractions to rest, in dB. Default 6: twice the amplitude.
        least_snr_db: f64 = 6.0,
        /// Share by which hum must be off 50 or 60 Hz, or the stated duration off the samples, to doubt the sampling rate. Default 0.003: the
        /// mains hold their frequency to less.
        rate_least: f64 = 0.003,
        /// Share by which it may be off at most to be believed. Default 0.03.
        rate_most: f64 = 0.03,
        /// Largest mean, in multiples of the root mean square about it. Default 1.
        most_dc: f64 = 1.0,
        /// Fewest bits that the range of the samples has in steps of the converter. Default 8.
        least_bits: f64 = 8.0,
    }
}

impl QualityConfig {
    pub(super) fn check(&self) -> Result<()> {
        let field = |name: &str| format!("emg.quality.{name}");
        within(&field("rail_share"), self.rail_share, 0.0..=0.1)?;
        within(&field("rail_samples"), f64::from(self.rail_samples), 2.0..=1e6)?;
        within(&field("line_above_db"), self.line_above_db, 3.0..=200.0)?;
        within(&field("hum_above_db"), self.hum_above_db, self.line_above_db..=200.0)?;
        within(&field("hum_share"), self.hum_share, 0.0..=1.0)?;
        within(&field("movement_share"), self.movement_share, 0.0..=1.0)?;
        within(&field("ecg_periodicity"), self.ecg_periodicity, 0.1..=1.0)?;
        within(&field("least_snr_db"), self.least_snr_db, -100.0..=200.0)?;
        within(&field("rate_most"), self.rate_most, 0.001..=0.05)?;
        within(&field("rate_least"), self.rate_least, 0.000_5..=self.rate_most)?;
        within(&field("most_dc"), self.most_dc, 0.0..=1e12)?;
        within(&field("least_bits"), self.least_bits, 0.0..=64.0)
    }
}

/// What was measured of a channel, and what is wrong with it. Shares are of its samples, unless said otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quality {
    /// What is wrong, in the order of [`Fault`]; empty for a good channel.
    pub flags: Vec<Flag>,
    /// Share of samples on a rail of the amplifier.
    pub clipped_share: f64,
    /// Share with the electrode off, the way there and back included.
    pub lead_off_share: f64,
    /// Share that holds one value for long.
    pub flat_share: f64,
    /// Share that was lost: no values, or a far-off one repeated.
    pub dropout_share: f64,
    /// Share that was displaced for a moment or lies beside a jump.
    pub spike_share: f64,
    /// The line near 50 or 60 Hz; `null` where there is too little signal for a spectrum, or no such frequency.
    pub hum: Option<Hum>,
    /// What was done about it; `null` where nothing was taken away.
    pub hum_removed: Option<HumRemoved>,
    /// The sampling rate at which the hum would be where the mains are, in Hz; `null` where no hum tells, or it is there already.
    pub suggested_rate_hz: Option<f64>,
    /// The sampling rates that agree with the duration that the file states, in Hz; `null` where it states none.
    pub duration_rate_hz: Option<[f64; 2]>,
    /// Share of the raw signal's power below 20 Hz, without its mean; `null` where there is too little signal for a spectrum.
    pub movement_share: Option<f64>,
    /// How much the signal at rest repeats itself 40 to 180 times a minute, 0 to 1; `null` where the muscle rests for less than 8 s.
    pub ecg_periodicity: Option<f64>,
    /// The heart beats in it; `null` where there are none.
    pub ecg: Option<Ecg>,
    /// What was done about them; `null` where nothing was taken away.
    pub ecg_removed: Option<EcgRemoved>,
    /// The mean's magnitude over the root mean square about it; `null` where nothing changes.
    pub dc_ratio: Option<f64>,
    /// Bits that the range of the samples has in steps of the converter; `null` where too few samples tell.
    pub effective_bits: Option<f64>,
}

/// Heart beats under a muscle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ecg {
    /// Beats that were found.
    pub beats: usize,
    /// Beats a minute, by the median of the times between them.
    pub rate_per_min: f64,
    /// Energy of the beats' mean shape, as often as they were found, over that of the band-passed signal.
    pub energy_share: f64,
}

/// Measures channels of one rate, and takes hum and beats away where the settings say so.
#[derive(Clone, Debug)]
pub(super) struct Inspector {
    config: QualityConfig,
    hum: HumConfig,
    ecg: EcgPlan,
    spectra: Spectra,
    band_hz: [f64; 2],
    /// Half the envelope's window in samples.
    half_window: usize,
    rate: Rate,
    level: Level,
}

/// What is known of a channel before its contractions are.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured {
    quality: Quality,
    clipped: Vec<(usize, usize)>,
    bridged: Vec<Gap>,
    beats: Vec<usize>,
    by_hum: Option<ByHum>,
}

impl Measured {
    /// What was measured so far, without flags.
    pub(super) fn into_quality(self) -> Quality {
        self.quality
    }
}

/// Half the length over which the energy of a beat is taken, in ms.
const BEAT_MS: f64 = 50.0;

impl Inspector {
    /// # Errors
    /// `config.out-of-range`; `dsp.filter-edge` where the rate cannot hold a filter that was asked for.
    pub(super) fn new(config: &EmgConfig, band_hz: [f64; 2], rate: Rate, level: Level) -> Result<Self> {
        config.quality.check()?;
        config.hum.check()?;
        let ecg = EcgPlan::new(&config.ecg, rate, level)?;
        let (quality, hum) = (config.quality.clone(), config.hum.clone());
        let half_window = rate.samples_of_ms(config.envelope.window_ms / 2.0);
        Ok(Self { config: quality, hum, ecg, spectra: Spectra::new(rate, level), band_hz, half_window, rate, level })
    }

    /// Measures the raw signal, `samples` as they were recorded, and takes its hum away.
    ///
    /// # Errors
    /// `dsp.comb-not-integer`, `dsp.notch-frequency` for filters of hum that were asked for and cannot be.
    pub(super) fn before(&self, samples: &[f64], mended: &mut Mended, workspace: &mut Workspace) -> Result<Measured> {
        let mut blocks = Blocks::new(mended, self.rate);
        let spectrum = self.spectra.run(mended);
        let step = blocks.step(samples);
        let hum = spectrum.as_ref().and_then(|spectrum| spectrum.hum(self.band_hz, &self.config));
        let clipped = blocks.clipped(&mended.samples, step, &self.config);
        let mut quality = Quality {
            clipped_share: share(clipped.samples, samples.len()),
            movement_share: spectrum.as_ref().and_then(spectrum::Spectrum::movement_share),
            dc_ratio: blocks.offset_ratio(),
            effective_bits: step.and_then(|step| blocks.effective_bits(step)),
            ..Quality::default()
        };
        let flagged = if hum.as_ref().is_some_and(|hum| self.is_hum(hum)) { Flagged::Yes } else { Flagged::No };
        let heard = hum::Heard { hum: hum.as_ref(), flagged, high_hz: self.band_hz[1] };
        quality.hum_removed = hum::remove(mended, &heard, &self.hum, (self.rate, self.level), workspace)?;
        if quality.hum_removed.is_some() {
            blocks = Blocks::new(mended, self.rate);
        }
        let pulse = self.pulse(&blocks)?;
        quality.ecg_periodicity = pulse.as_ref().map(|pulse| pulse.periodicity);
        let heart = pulse.and_then(|pulse| pulse.heart);
        quality.ecg = heart.as_ref().map(|heart| Ecg {
            beats: heart.beats.len(),
            rate_per_min: heart.rate_per_min,
            energy_share: 0.0,
        });
        let beats = heart.map_or_else(Vec::new, |heart| heart.beats);
        let beats = beats.into_iter().map(|block| block * blocks.length + blocks.length / 2).collect();
        let by_hum = hum.as_ref().and_then(|hum| spectrum::rate_by_hum(hum, self.rate, &self.config));
        if let Some(ByHum::Suggests(hz)) = by_hum {
            quality.suggested_rate_hz = Some(hz);
        }
        quality.hum = hum;
        Ok(Measured { quality, clipped: clipped.runs, bridged: mended.bridged.clone(), beats, by_hum })
    }

    /// Measures the heart's part of the band-passed signal, NaN in gaps, and takes it away where that was asked for.
    ///
    /// # Errors
    /// None for finite settings.
    pub(super) fn after(&self, measured: &mut Measured, signal: &mut [f64], workspace: &mut Workspace) -> Result<()> {
        let beats = &measured.beats;
        if let Some(ecg) = &mut measured.quality.ecg {
            ecg.energy_share = ecg::energy_share(signal, beats, self.rate.samples_of_ms(BEAT_MS));
        }
        measured.quality.ecg_removed = self.ecg.remove(signal, beats, workspace)?;
        Ok(())
    }

    fn is_hum(&self, hum: &Hum) -> bool {
        hum.above_db >= self.config.hum_above_db && hum.share >= self.config.hum_share
    }

    fn pulse(&self, blocks: &Blocks) -> Result<Option<Pulse>> {
        let rate = Rate::new(self.rate.hz() / blocks.length as f64)?;
        let means: Vec<f64> = blocks.all.iter().map(|block| block.mean).collect();
        let powers: Vec<f64> = blocks.all.iter().map(|block| block.power).collect();
        Ok(ecg::listen(&means, &powers, rate, self.config.ecg_periodicity))
    }
}

/// Share of `n` samples; 0 of none.
fn share(part: usize, n: usize) -> f64 {
    if n > 0 { part as f64 / n as f64 } else { 0.0 }
}
