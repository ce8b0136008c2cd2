//! Words of a report as a person reads them: the same in the text of the command and on the page.

use serde::Serialize;

use super::number;
use crate::emg::GapCause;
use crate::emg::envelope::EnvelopePlan;
use crate::emg::fatigue::{Fatigue, Finding, Trend};
use crate::emg::session::EmgPlan;
use crate::voice::{FrameSet, PlanSummary};

/// What the flags of a contraction mean to a reader.
const FLAGS: [(&str, &str); 4] = [
    ("starts_before", "began before the recording"),
    ("ends_after", "goes on after the recording"),
    ("touches_gap", "borders on a gap"),
    ("long", "long"),
];

/// What a flag of an activation or a contraction means; the flag itself where it has no words.
pub fn contraction_flag(flag: &str) -> &str {
    FLAGS.iter().find(|(name, _)| *name == flag).map_or(flag, |(_, words)| words)
}

/// Why a stretch was cut out.
pub fn gap_cause(cause: GapCause) -> &'static str {
    match cause {
        GapCause::NotFinite => "no values",
        GapCause::Dropout => "lost packets",
        GapCause::LeadOff => "electrode off",
        GapCause::Flat => "no signal",
        GapCause::Spike => "spike",
        GapCause::Jump => "jump",
    }
}

/// What a recording says of a muscle's fatigue; `reason` is why it says nothing, where it does.
pub fn fatigue(fatigue: &Fatigue, reason: &str) -> String {
    let Some(finding) = fatigue.finding else { return format!("not supported, because {}", clean(reason)) };
    let percent = |value: Option<f64>| value.map_or_else(|| number::ABSENT.to_owned(), |value| signed(value, 1));
    let interval = |trend: &Trend| {
        let [slope, low, high] =
            [trend.slope, trend.slope_low, trend.slope_high].map(|hz_per_s| signed(60.0 * hz_per_s, 1));
        format!(" ({slope} Hz, {} % interval {low} to {high})", number::rate(100.0 * fatigue.confidence))
    };
    let change = format!(
        "per minute the median frequency changes by {} %{} and the amplitude by {} %",
        percent(fatigue.mdf_percent_per_min),
        fatigue.mdf.as_ref().map_or_else(String::new, interval),
        percent(fatigue.rms_percent_per_min)
    );
    match finding {
        Finding::Fatigue => format!("supported: {change}"),
        Finding::NoEvidence => format!("no evidence: {change}"),
    }
}

/// A change, with its sign.
pub fn signed(value: f64, decimals: usize) -> String {
    let text = number::fixed(value, decimals);
    match text.strip_prefix('-') {
        Some(digits) => format!("\u{2212}{digits}"),
        None if text.bytes().any(|c| (b'1'..=b'9').contains(&c)) => format!("+{text}"),
        None => text,
    }
}

/// How muscles were analysed.
pub fn of_muscles(plan: &EmgPlan) -> String {
    let band = &plan.band;
    let envelope = match &plan.envelope {
        EnvelopePlan::Rms { window_ms, .. } => format!("root mean square over {} ms", number::rate(*window_ms)),
        EnvelopePlan::Linear { low_pass_hz, .. } => {
            format!("rectified and low-passed at {} Hz", number::rate(*low_pass_hz))
        }
    };
    let ms = |samples: usize| number::rate((1000.0 * samples as f64 / plan.rate_hz).round());
    format!(
        "Amplitudes: band {} to {} Hz, envelope {envelope}. In a contraction it stays up for {} ms or more; pauses up to {} ms are bridged.",
        number::rate(band.low_hz),
        number::rate(band.high_hz),
        ms(plan.minimum_samples),
        ms(plan.merge_samples),
    )
}

/// How voices were analysed.
pub fn of_voices(plan: &PlanSummary) -> String {
    let frames = match plan.statistics {
        FrameSet::Speech => "frames in speech",
        FrameSet::All => "all frames",
    };
    format!(
        "F0 from {} to {} Hz ({}). Pauses of {} s or more, between the first and the last speech. Spectrum: mean ± standard deviation over \
         {frames}; roll-off at {} % of the magnitude.",
        number::rate(plan.pitch.floor_hz),
        number::rate(plan.pitch.ceiling_hz),
        word(&plan.pitch.estimator),
        number::rate(plan.activity.min_pause_s),
        number::rate(100.0 * plan.spectral.rolloff_share),
    )
}

/// Text of a file without what a terminal or a page would obey: control characters and changes of the direction of writing are
/// written out.
pub fn clean(text: &str) -> String {
    let obeyed = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().flat_map(|c| if obeyed(c) { c.escape_unicode().collect() } else { vec![c] }).collect()
}

/// The word that stands for `value` in a report.
pub fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word.replace('_', " "),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_carry_their_sign_and_nothing_has_none() {
        assert_eq!([-12.34, 0.04, 0.06, 0.0].map(|v| signed(v, 1)), ["\u{2212}12.3", "0.0", "+0.1", "0.0"]);
    }
}
