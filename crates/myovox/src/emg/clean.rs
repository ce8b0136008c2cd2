//! Plain arrays: how good they are, and what they are without hum or heart beats.
//!
//! The same steps as in the main analysis, with its settings; hum and beats are subtracted from the samples as they were given, everything else in
//! them stays.

use super::EmgConfig;
use super::arrays::{self, Known};
use super::condition;
use super::ecg::EcgRemoved;
use super::gaps::{self, Mended};
use super::hum::HumRemoved;
use super::quality::{Inspector, Quality};
use crate::dsp::iir::{Workspace, ZeroPhase};
use crate::error::{Error, Result};
use crate::simd::Level;
use crate::units::Rate;
use crate::warning::{Missing, Warning};

/// The quality of an array.
#[derive(Clone, Debug, PartialEq)]
pub struct Examined {
    /// Measures and flags.
    pub quality: Quality,
    /// The same in words, and all else that is doubtful.
    pub warnings: Vec<Warning>,
    /// Why each `None` of the measures is one.
    pub missing: Vec<Missing>,
}

/// How good a raw signal is: the main analysis's measures and flags.
///
/// ```
/// use myovox::emg::{self, EmgConfig, Fault, arrays::Known};
/// use myovox::{simd::Level, units::Rate};
/// let noise = |i: u32| f64::from(i.wrapping_mul(2_654_435_761) >> 8) / 8_388_608.0 - 1.0;
/// let hum = |i: u32| 5.0 * myovox::dsp::math::sin(0.314_159 * f64::from(i)); // 50 Hz
/// let x: Vec<f64> = (0..10_000).map(|i| noise(i) + hum(i)).collect();
/// let found = emg::quality(&x, Rate::new(1000.0)?, &EmgConfig::default(), Level::best(), &Known::default())?;
/// assert!(found.quality.flags.iter().any(|flag| flag.flag == Fault::Hum));
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// As [`arrays::channels`].
pub fn quality(samples: &[f64], rate: Rate, config: &EmgConfig, level: Level, known: &Known) -> Result<Examined> {
    let mut analysis = arrays::analysis(&[samples], rate, config, level, known)?;
    let quality = analysis.emg.channels.pop().map(|channel| channel.quality).unwrap_or_default();
    let of_quality = |entry: &Missing| entry.path.strip_prefix("channels[0].quality.").map(str::to_owned);
    let missing = analysis.missing.into_iter();
    let missing = missing.filter_map(|entry| of_quality(&entry).map(|path| Missing { path, ..entry })).collect();
    Ok(Examined { quality, warnings: analysis.warnings, missing })
}

/// `samples` without the hum of the mains, as `config.hum` asks for it, into `out`. With the default method a signal whose hum is not worth a flag
/// keeps its bits. Samples in gaps stay as they are.
///
/// ```
/// use myovox::emg::{self, EmgConfig};
/// use myovox::{simd::Level, units::Rate};
/// let noise = |i: u32| f64::from(i.wrapping_mul(2_654_435_761) >> 8) / 8_388_608.0 - 1.0;
/// let x: Vec<f64> = (0..10_000).map(noise).collect();
/// let hummed: Vec<f64> =
///     (0..10_000).zip(&x).map(|(i, v)| v + 5.0 * myovox::dsp::math::sin(0.314_159 * f64::from(i))).collect();
/// let mut out = vec![0.0; x.len()];
/// let removed = emg::remove_hum(&hummed, &mut out, Rate::new(1000.0)?, &EmgConfig::default(), Level::best())?;
/// assert!((removed.unwrap().frequency_hz - 50.0).abs() < 0.01);
/// let left = out.iter().zip(&x).map(|(a, b)| (a - b) * (a - b)).sum::<f64>() / 10_000.0;
/// assert!(left < 0.01);
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `dsp.length-differs` when `out` has another length; `config.out-of-range`; `dsp.filter-edge`, `dsp.comb-not-integer`, `dsp.notch-frequency`
/// for filters that the rate cannot hold.
pub fn remove_hum(
    samples: &[f64],
    out: &mut [f64],
    rate: Rate,
    config: &EmgConfig,
    level: Level,
) -> Result<Option<HumRemoved>> {
    same_length(samples, out)?;
    let (_, inspector) = plans(config, rate, level)?;
    let raw = gaps::mend(samples, rate, &config.gaps);
    let mut mended = raw.clone();
    let measured = inspector.before(samples, &mut mended, &mut Workspace::default())?;
    out.copy_from_slice(samples);
    let removed = measured.into_quality().hum_removed;
    if removed.is_some() {
        for stretch in raw.stretches() {
            for i in stretch {
                out[i] -= raw.samples[i] - mended.samples[i];
            }
        }
    }
    Ok(removed)
}

/// `samples` without heart beats, as `config.ecg` asks for it, into `out`: from each sample goes what went from the band-passed signal, so that
/// what lies outside the band stays. Samples in gaps stay as they are. With the default, `off`, nothing is taken away.
///
/// # Errors
/// `dsp.length-differs` when `out` has another length; `config.out-of-range`; `dsp.filter-edge` for filters that the rate cannot hold.
pub fn remove_ecg(
    samples: &[f64],
    out: &mut [f64],
    rate: Rate,
    config: &EmgConfig,
    level: Level,
) -> Result<Option<EcgRemoved>> {
    same_length(samples, out)?;
    let (band_pass, inspector) = plans(config, rate, level)?;
    let mut workspace = Workspace::default();
    let mut mended: Mended = gaps::mend(samples, rate, &config.gaps);
    let mut measured = inspector.before(samples, &mut mended, &mut workspace)?;
    let mut signal = vec![f64::NAN; samples.len()];
    for stretch in mended.stretches() {
        band_pass.run_shortened(&mended.samples[stretch.clone()], &mut signal[stretch], &mut workspace)?;
    }
    let before = signal.clone();
    inspector.after(&mut measured, &mut signal, &mut workspace)?;
    for (((out, x), before), after) in out.iter_mut().zip(samples).zip(before).zip(signal) {
        let taken = before - after;
        *out = if taken.is_nan() || taken == 0.0 { *x } else { x - taken };
    }
    Ok(measured.into_quality().ecg_removed)
}

fn same_length(samples: &[f64], out: &[f64]) -> Result<()> {
    if samples.len() == out.len() {
        return Ok(());
    }
    let error = Error::config("dsp.length-differs", "output and input differ in length");
    Err(error.found(out.len()).expected(samples.len()))
}

fn plans(config: &EmgConfig, rate: Rate, level: Level) -> Result<(ZeroPhase, Inspector)> {
    config.gaps.check()?;
    let (band_pass, band, _) = condition::plan(&config.band, rate, level)?;
    let inspector = Inspector::new(config, [band.low_hz, band.high_hz], rate, level)?;
    Ok((band_pass, inspector))
}
