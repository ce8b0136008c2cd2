//! The voice part of a report as text: one row per measure, one column per leg of the call.

use myovox::report::{LEG_MEASURES, Measure, words};
use myovox::voice::{Leg, Voice};

use super::number::ABSENT;
use super::{Align, Columns, Paint, Reasons, wrapped};

/// Legs side by side; more stand in a table below.
const LEGS: usize = 5;

pub(super) fn section(voice: &Voice, reasons: &mut Reasons<'_>, paint: Paint) -> String {
    let mut text = format!("\n{}\n", paint.head("Voices"));
    for (k, legs) in voice.legs.chunks(LEGS).enumerate() {
        text.push_str(&table(k * LEGS, legs, reasons));
    }
    let method = format!("{} Stretches of speech: --format csv --table segments.", words::of_voices(&voice.plan));
    text + &reasons.take() + "\n" + &wrapped(" ", &method)
}

/// The measures of `legs`, the first of which is number `first` of the report.
fn table(first: usize, legs: &[Leg], reasons: &mut Reasons<'_>) -> String {
    let measures = LEG_MEASURES.iter().map(|measure| measure.head.to_owned()).collect();
    let mut columns = Columns::default().with("measure", Align::Left, measures);
    for (index, leg) in legs.iter().enumerate() {
        let name = format!("channel {}", leg.channel + 1);
        let mut cell = |measure: &Measure| {
            let path = format!("voice.legs[{}].{}", first + index, measure.path);
            reasons.note((measure.written)(leg), &path, &name).unwrap_or_else(|| ABSENT.to_owned())
        };
        let cells = LEG_MEASURES.iter().map(&mut cell).collect();
        columns = columns.with(&name, Align::Right, cells);
    }
    columns.text()
}
