//! What a contraction is like inside, and how contractions change over a recording.
//!
//! Rise and fall are read from the envelope: the way from rest to the level of the contraction, from its first tenth to its last. The level is not
//! the peak: of an effort that is held, the peak is where the noise was largest, which may be seconds after the muscle rose. Mean and median frequency are those of
//! the band-passed signal, in the band that was kept. From them follows what the recording says of fatigue.

use std::ops::Range;

use super::Contraction;
use super::condition::BandPlan;
use super::fatigue::{self, FatigueConfig, FatigueContext, FatiguePlan, SpectrumPlan};
use super::features::{Feature, FeatureConfig, Features};
use super::plan::ChannelSignals;
use super::session::Channel;
use crate::config::Auto;
use crate::dsp::{math, robust};
use crate::error::Result;
use crate::units::Rate;
use crate::warning::Missing;

/// Quantile of the envelope inside a contraction that is its level: the middle of the upper half.
const LEVEL: f64 = 0.75;

/// Shares of the way from rest to that level between which a rise is measured.
const SHARES: [f64; 2] = [0.1, 0.9];

/// How far beyond the edges of a contraction the envelope may still rise or fall, in ms: its window smears the edge by half its length.
const SMEAR_MS: f64 = 150.0;

/// Measures the insides of contractions at one rate.
#[derive(Clone, Debug)]
pub(super) struct Inside {
    config: FatigueConfig,
    plan: FatiguePlan,
    rate: Rate,
}

impl Inside {
    /// Checks the settings and plans the spectrum in `band`.
    pub(super) fn new(config: &FatigueConfig, band: &BandPlan, rate: Rate) -> Result<Self> {
        let features = FeatureConfig::default().low_hz(band.low_hz).high_hz(Auto::Value(band.high_hz));
        Ok(Self { config: config.clone(), plan: FatiguePlan::new(config, &features, rate)?, rate })
    }

    /// How the spectra are estimated.
    pub(super) fn spectrum(&self) -> SpectrumPlan {
        self.plan.spectrum()
    }

    /// Fills what is known of each contraction's inside, and of fatigue; says why the rest is not, with paths relative to the channel.
    pub(super) fn fill(&self, channel: &mut Channel, series: &ChannelSignals) -> Result<Vec<Missing>> {
        let spans: Vec<Range<usize>> = channel.contractions.iter().map(|c| c.onset..c.offset).collect();
        let inside = self.plan.inside(&series.conditioned, &spans);
        let rest = channel.thresholds.map_or(0.0, |levels| levels.baseline);
        let rms_rest = channel.parameters.rms_rest;
        for (k, found) in inside.iter().enumerate() {
            let [rise_s, fall_s] = self.slopes(&series.envelope, &spans, k, rest);
            let contraction = &mut channel.contractions[k];
            (contraction.rise_s, contraction.fall_s) = (rise_s, fall_s);
            (contraction.mnf_hz, contraction.mdf_hz) = (found.get(Feature::Mnf), found.get(Feature::Mdf));
            contraction.snr_db = rms_rest
                .filter(|rest| *rest > 0.0 && contraction.rms > 0.0)
                .map(|rest| math::db_of_amplitude(contraction.rms / rest));
        }
        let context = FatigueContext {
            snr_db: channel.parameters.snr_db,
            bad_share: channel.quality.lead_off_share + channel.quality.clipped_share,
            rate_doubt: channel.quality.suggested_rate_hz.map_or(0.0, |hz| (hz / self.rate.hz() - 1.0).abs()),
            ..FatigueContext::default()
        };
        let points = self.plan.points_of(&series.conditioned, &spans, &inside);
        channel.fatigue = fatigue::fatigue(points, &context, &self.config)?;
        let mut missing = missing_of(&channel.contractions, &inside);
        missing.extend(std::mem::take(&mut channel.fatigue.missing).into_iter().map(|entry| entry.within("fatigue")));
        Ok(missing)
    }

    /// Rise and fall of contraction `k`, in seconds.
    fn slopes(&self, envelope: &[f64], spans: &[Range<usize>], k: usize, rest: f64) -> [Option<f64>; 2] {
        let span = &spans[k];
        let smear = self.rate.samples_of_ms(SMEAR_MS);
        let before = k.checked_sub(1).map_or(0, |k| spans[k].end).max(span.start.saturating_sub(smear));
        let after = spans.get(k + 1).map_or(envelope.len(), |next| next.start).min(span.end + smear);
        let mut inside: Vec<f64> = envelope[span.clone()].iter().copied().filter(|v| !v.is_nan()).collect();
        let Some(level) = robust::quantile(&mut inside, LEVEL) else { return [None; 2] };
        let [low, high] = SHARES.map(|share| rest + share * (level - rest));
        let seconds = |samples: Option<usize>| samples.map(|samples| self.rate.seconds(samples));
        let first = envelope[span.clone()].iter().position(|v| *v >= high).map(|at| span.start + at);
        let last = envelope[span.clone()].iter().rposition(|v| *v >= high).map(|at| span.start + at);
        let rise = first.and_then(|first| steps_to(envelope[before..first].iter().rev(), low));
        let fall = last.and_then(|last| steps_to(envelope[last + 1..after].iter(), low));
        [seconds(rise), seconds(fall)]
    }
}

/// Steps until the values are down to `low`; `None` where they never are, or a gap comes first.
fn steps_to<'a>(mut values: impl Iterator<Item = &'a f64>, low: f64) -> Option<usize> {
    let mut last = f64::NAN;
    let at = values.position(|v| {
        last = *v;
        v.is_nan() || *v <= low
    })?;
    (!last.is_nan()).then_some(at + 1)
}

/// Why each `None` of the contractions that comes from here is one; one entry for all where all lack it.
fn missing_of(contractions: &[Contraction], inside: &[Features]) -> Vec<Missing> {
    const NOT_DOWN: (&str, &str) = (
        "not_observed",
        "the envelope is not down to a tenth beside the contraction: tone, another one, a gap or an end of the recording",
    );
    const NO_REST: (&str, &str) = ("no_rest", "there is no rest above zero to compare with");
    let spectral = |k: usize, feature: Feature| {
        let path = format!("values.{feature}");
        let reason = inside[k].missing.iter().find(|entry| entry.path == path || entry.path == "values");
        reason.map_or_else(
            || Missing::new("", "not_known", "the spectrum has no such value"),
            |entry| Missing { path: String::new(), ..entry.clone() },
        )
    };
    let fixed = |(reason, message): (&'static str, &str)| Missing::new("", reason, message);
    let mut missing = Vec::new();
    let mut note = |name: &str, absent: fn(&Contraction) -> bool, why: &dyn Fn(usize) -> Missing| {
        let without: Vec<usize> = (0..contractions.len()).filter(|k| absent(&contractions[*k])).collect();
        let reasons: Vec<Missing> = without.iter().map(|k| why(*k)).collect();
        if without.len() == contractions.len() && reasons.windows(2).all(|pair| pair[0] == pair[1]) {
            missing.extend(reasons.into_iter().next().map(|entry| at(entry, format!("contractions[*].{name}"))));
        } else {
            let each = without.into_iter().zip(reasons);
            missing.extend(each.map(|(k, entry)| at(entry, format!("contractions[{k}].{name}"))));
        }
    };
    note("rise_s", |c| c.rise_s.is_none(), &|_| fixed(NOT_DOWN));
    note("fall_s", |c| c.fall_s.is_none(), &|_| fixed(NOT_DOWN));
    note("mnf_hz", |c| c.mnf_hz.is_none(), &|k| spectral(k, Feature::Mnf));
    note("mdf_hz", |c| c.mdf_hz.is_none(), &|k| spectral(k, Feature::Mdf));
    note("snr_db", |c| c.snr_db.is_none(), &|_| fixed(NO_REST));
    missing
}

fn at(entry: Missing, path: String) -> Missing {
    Missing { path, ..entry }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside() -> Inside {
        let band = BandPlan {
            filter: "butterworth".into(),
            order: 4,
            low_hz: 20.0,
            high_hz: 450.0,
            edge_gain_db: -6.0,
            phase: "zero".into(),
        };
        Inside::new(&FatigueConfig::default(), &band, Rate::new(1000.0).unwrap()).unwrap()
    }

    /// Rest at 1, a ramp of 100 samples to 11, a plateau of 300, a ramp of 200 back.
    fn trapezium() -> Vec<f64> {
        let ramp = |i: usize| match i {
            1000..1100 => (i - 1000) as f64 / 100.0,
            1100..1400 => 1.0,
            1400..1600 => (1600 - i) as f64 / 200.0,
            _ => 0.0,
        };
        (0..3000).map(|i| 1.0 + 10.0 * ramp(i)).collect()
    }

    #[test]
    fn rise_and_fall_are_eight_tenths_of_a_ramp_in_any_unit() {
        for unit in [1e-6, 1.0, 1024.0] {
            let envelope: Vec<f64> = trapezium().iter().map(|v| unit * v).collect();
            let span = 1000..1600;
            let [rise, fall] = inside().slopes(&envelope, std::slice::from_ref(&span), 0, unit);
            assert!(
                (rise.unwrap() - 0.08).abs() <= 0.0021 && (fall.unwrap() - 0.16).abs() <= 0.0021,
                "{rise:?} {fall:?}"
            );
        }
    }

    #[test]
    fn what_is_not_seen_to_rise_has_no_rise() {
        let mut envelope = trapezium();
        let spans = [1000..1300, 1320..1600];
        let inside = inside();
        // Between two efforts without a pause the envelope stays up; the first rises and the second falls.
        assert!(inside.slopes(&envelope, &spans, 0, 1.0)[0].is_some_and(|s| s < 0.09));
        assert_eq!(inside.slopes(&envelope, &spans, 0, 1.0)[1], None);
        assert_eq!(inside.slopes(&envelope, &spans, 1, 1.0)[0], None);
        envelope[1050] = f64::NAN;
        let span = 1040..1600;
        let [rise, fall] = inside.slopes(&envelope, std::slice::from_ref(&span), 0, 1.0);
        assert!(rise.is_none() && fall.is_some_and(|s| (s - 0.16).abs() <= 0.0021), "{rise:?} {fall:?}");
    }
}
