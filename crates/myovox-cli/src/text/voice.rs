//! The voice part of a report as text: one row per measure, one column per leg of the call.

use myovox::voice::summary::MeanSd;
use myovox::voice::{FrameSet, Leg, PlanSummary, Voice};

use super::number::{self, ABSENT};
use super::{Align, Columns, Paint, Reasons, word, wrapped};

/// Legs side by side; more stand in a table below.
const LEGS: usize = 5;

/// A measure: its head with unit, its path below a leg, and how a leg's value is written.
struct Measure(&'static str, &'static str, fn(&Leg) -> Option<String>);

const MEASURES: [Measure; 21] = [
    Measure("level, dB of full scale", "level.rms_dbfs", |leg| decibels(leg.level.rms_dbfs)),
    Measure("level of speech, dB of full scale", "level.speech_rms_dbfs", |leg| decibels(leg.level.speech_rms_dbfs)),
    Measure("peak, dB of full scale", "level.peak_dbfs", |leg| decibels(leg.level.peak_dbfs)),
    Measure("speech, s", "activity.speech_s", |leg| seconds(leg.activity.speech_s)),
    Measure("speech, %", "activity.speech_share", |leg| percent(leg.activity.speech_share)),
    Measure("stretches of speech", "activity.segments", |leg| Some(leg.activity.segments.len().to_string())),
    Measure("pauses", "activity.pauses", |leg| leg.activity.pauses.map(|pauses| pauses.count.to_string())),
    Measure("pauses together, s", "activity.pauses", |leg| seconds(leg.activity.pauses.map(|pauses| pauses.total_s))),
    Measure("mean pause, s", "activity.pauses.mean_s", |leg| seconds(leg.activity.pauses.and_then(|p| p.mean_s))),
    Measure("longest pause, s", "activity.pauses.longest_s", |leg| {
        seconds(leg.activity.pauses.and_then(|pauses| pauses.longest_s))
    }),
    Measure("voiced frames, %", "pitch.voiced_share", |leg| percent(leg.pitch.voiced_share)),
    Measure("F0 mean, Hz", "pitch.f0_mean_hz", |leg| hertz(leg.pitch.f0_mean_hz)),
    Measure("F0 median, Hz", "pitch.f0_median_hz", |leg| hertz(leg.pitch.f0_median_hz)),
    Measure("F0 standard deviation, Hz", "pitch.f0_sd_hz", |leg| hertz(leg.pitch.f0_sd_hz)),
    Measure("F0 5th percentile, Hz", "pitch.f0_p05_hz", |leg| hertz(leg.pitch.f0_p05_hz)),
    Measure("F0 95th percentile, Hz", "pitch.f0_p95_hz", |leg| hertz(leg.pitch.f0_p95_hz)),
    Measure("spectral centroid, Hz", "spectral.centroid_hz", |leg| spread(leg.spectral.centroid_hz, 0)),
    Measure("spectral bandwidth, Hz", "spectral.bandwidth_hz", |leg| spread(leg.spectral.bandwidth_hz, 0)),
    Measure("spectral roll-off, Hz", "spectral.rolloff_hz", |leg| spread(leg.spectral.rolloff_hz, 0)),
    Measure("spectral flatness, 0 to 1", "spectral.flatness", |leg| spread(leg.spectral.flatness, 3)),
    Measure("zero crossings per sample", "spectral.zero_crossing_rate", |leg| {
        spread(leg.spectral.zero_crossing_rate, 3)
    }),
];

pub(super) fn section(voice: &Voice, reasons: &mut Reasons<'_>, paint: Paint) -> String {
    let mut text = format!("\n{}\n", paint.head("Voices"));
    for (k, legs) in voice.legs.chunks(LEGS).enumerate() {
        text.push_str(&table(k * LEGS, legs, reasons));
    }
    text + &reasons.take() + "\n" + &wrapped(" ", &method(&voice.plan))
}

/// The measures of `legs`, the first of which is number `first` of the report.
fn table(first: usize, legs: &[Leg], reasons: &mut Reasons<'_>) -> String {
    let measures = MEASURES.iter().map(|Measure(head, ..)| (*head).to_owned()).collect();
    let mut columns = Columns::default().with("measure", Align::Left, measures);
    for (index, leg) in legs.iter().enumerate() {
        let name = format!("channel {}", leg.channel + 1);
        let mut cell = |Measure(_, path, written): &Measure| {
            let path = format!("voice.legs[{}].{path}", first + index);
            reasons.note(written(leg), &path, &name).unwrap_or_else(|| ABSENT.to_owned())
        };
        let cells = MEASURES.iter().map(&mut cell).collect();
        columns = columns.with(&name, Align::Right, cells);
    }
    columns.text()
}

fn method(plan: &PlanSummary) -> String {
    let frames = match plan.statistics {
        FrameSet::Speech => "frames in speech",
        FrameSet::All => "all frames",
    };
    format!(
        "F0 from {} to {} Hz ({}). Pauses of {} s or more, between the first and the last speech. Spectrum: mean ± standard deviation over \
         {frames}; roll-off at {} % of the magnitude. Stretches of speech: --format csv --table segments.",
        number::rate(plan.pitch.floor_hz),
        number::rate(plan.pitch.ceiling_hz),
        word(&plan.pitch.estimator),
        number::rate(plan.activity.min_pause_s),
        number::rate(100.0 * plan.spectral.rolloff_share),
    )
}

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
