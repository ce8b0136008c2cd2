//! What a person reads of a leg of a call: each measure with its name, its place in the report and its digits.

use super::number;
use crate::voice::Leg;
use crate::voice::summary::MeanSd;

/// A measure of a leg.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Its name with its unit.
    pub head: &'static str,
    /// Its path below the leg.
    pub path: &'static str,
    /// A leg's value, as it is read at a glance.
    pub written: fn(&Leg) -> Option<String>,
}

const fn measure(head: &'static str, path: &'static str, written: fn(&Leg) -> Option<String>) -> Measure {
    Measure { head, path, written }
}

/// What a person reads of a leg, in order.
pub const LEG_MEASURES: [Measure; 21] = [
    measure("level (rms), dBFS", "level.rms_dbfs", |leg| decibels(leg.level.rms_dbfs)),
    measure("level of speech (rms), dBFS", "level.speech_rms_dbfs", |leg| decibels(leg.level.speech_rms_dbfs)),
    measure("peak, dBFS", "level.peak_dbfs", |leg| decibels(leg.level.peak_dbfs)),
    measure("speech, s", "activity.speech_s", |leg| seconds(leg.activity.speech_s)),
    measure("speech, %", "activity.speech_share", |leg| percent(leg.activity.speech_share)),
    measure("stretches of speech", "activity.speech_s", |leg| {
        leg.activity.speech_s.map(|_| leg.activity.segments.len().to_string())
    }),
    measure("pauses", "activity.pauses", |leg| leg.activity.pauses.map(|pauses| pauses.count.to_string())),
    measure("pauses together, s", "activity.pauses", |leg| seconds(leg.activity.pauses.map(|pauses| pauses.total_s))),
    measure("mean pause, s", "activity.pauses.mean_s", |leg| seconds(leg.activity.pauses.and_then(|p| p.mean_s))),
    measure("longest pause, s", "activity.pauses.longest_s", |leg| {
        seconds(leg.activity.pauses.and_then(|pauses| pauses.longest_s))
    }),
    measure("voiced frames, %", "pitch.voiced_share", |leg| percent(leg.pitch.voiced_share)),
    measure("F0 mean, Hz", "pitch.f0_mean_hz", |leg| hertz(leg.pitch.f0_mean_hz)),
    measure("F0 median, Hz", "pitch.f0_median_hz", |leg| hertz(leg.pitch.f0_median_hz)),
    measure("F0 standard deviation, Hz", "pitch.f0_sd_hz", |leg| hertz(leg.pitch.f0_sd_hz)),
    measure("F0 5th percentile, Hz", "pitch.f0_p05_hz", |leg| hertz(leg.pitch.f0_p05_hz)),
    measure("F0 95th percentile, Hz", "pitch.f0_p95_hz", |leg| hertz(leg.pitch.f0_p95_hz)),
    measure("spectral centroid, Hz", "spectral.centroid_hz", |leg| spread(leg.spectral.centroid_hz, 0)),
    measure("spectral bandwidth, Hz", "spectral.bandwidth_hz", |leg| spread(leg.spectral.bandwidth_hz, 0)),
    measure("spectral roll-off, Hz", "spectral.rolloff_hz", |leg| spread(leg.spectral.rolloff_hz, 0)),
    measure("spectral flatness, 0 to 1", "spectral.flatness", |leg| spread(leg.spectral.flatness, 3)),
    measure("zero crossings per sample", "spectral.zero_crossing_rate", |leg| {
        spread(leg.spectral.zero_crossing_rate, 3)
    }),
];

fn decibels(value: Option<f64>) -> Option<String> {
    value.map(|db| number::fixed(db, 1))
}

fn hertz(value: Option<f64>) -> Option<String> {
    value.map(|hz| number::fixed(hz, 1))
}

fn seconds(value: Option<f64>) -> Option<String> {
    value.map(|s| number::fixed(s, 3))
}

fn percent(share: Option<f64>) -> Option<String> {
    share.map(|share| number::fixed(100.0 * share, 1))
}

fn spread(value: Option<MeanSd>, decimals: usize) -> Option<String> {
    value.map(|value| format!("{} ± {}", number::fixed(value.mean, decimals), number::fixed(value.sd, decimals)))
}
