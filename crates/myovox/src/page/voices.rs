//! Voices: the measures of every leg of a call, and each leg's signal with its speech.

use super::markup::{Align, Reasons, Table, details, escape, paragraph, put};
use super::signals;
use crate::report::number::{self, ABSENT};
use crate::report::{LEG_MEASURES, Report, Traces};
use crate::units::Span;
use crate::voice::{Leg, Voice};

/// Legs side by side in a table.
const LEGS: usize = 6;

fn name(leg: &Leg) -> String {
    format!("channel {}", leg.channel + 1)
}

/// One row per measure, one column per leg.
pub(super) fn glance(report: &Report, voice: &Voice) -> String {
    let mut html = "<h3>Voices at a glance</h3>\n".to_owned();
    let mut reasons = Reasons::new(report);
    let numbered: Vec<(usize, &Leg)> = voice.legs.iter().enumerate().collect();
    for legs in numbered.chunks(LEGS) {
        let heads: Vec<String> = LEG_MEASURES.iter().map(|measure| measure.head.to_owned()).collect();
        let mut table =
            Table::new("Level, speech, pitch and spectrum of each channel").with("measure", Align::Left, &heads);
        for (k, leg) in legs {
            let cell = |measure: &crate::report::Measure| {
                let path = format!("voice.legs[{k}].{}", measure.path);
                reasons.note((measure.written)(leg), &path, &name(leg)).unwrap_or_else(|| ABSENT.to_owned())
            };
            let cells: Vec<String> = LEG_MEASURES.iter().map(cell).collect();
            table = table.with(&name(leg), Align::Right, &cells);
        }
        html.push_str(&table.html());
    }
    html + &reasons.take()
}

/// Each leg; `id` is that of the recording.
pub(super) fn each(id: &str, voice: &Voice, traces: &Traces) -> String {
    let mut html = String::new();
    for (k, leg) in voice.legs.iter().enumerate() {
        let (id, name) = (format!("{id}l{k}"), name(leg));
        put!(html, "<section id=\"{id}\">\n<h3>{}</h3>\n", escape(&name));
        let trace = traces.channels.iter().find(|trace| trace.channel == leg.channel && !trace.signal.is_empty());
        match trace {
            Some(trace) => {
                html.push_str(&signals::of_leg(&id, &name, trace, &leg.activity.segments, leg.duration_s));
            }
            None => html.push_str(&paragraph("No plot: this page was made from a report alone.")),
        }
        html.push_str(&segments(&leg.activity.segments));
        html.push_str("</section>\n");
    }
    html
}

fn segments(segments: &[Span]) -> String {
    if segments.is_empty() {
        return paragraph("No speech was found.");
    }
    let seconds = |value: fn(&Span) -> f64| segments.iter().map(|s| number::fixed(value(s), 2)).collect::<Vec<_>>();
    let table = Table::new("Stretches of speech")
        .with("#", Align::Right, &(1..=segments.len()).map(|n| n.to_string()).collect::<Vec<_>>())
        .with("from, s", Align::Right, &seconds(|s| s.start_s))
        .with("to, s", Align::Right, &seconds(|s| s.end_s))
        .with("duration, s", Align::Right, &seconds(|s| s.end_s - s.start_s));
    details(&format!("Stretches of speech ({})", segments.len()), &table.html())
}
