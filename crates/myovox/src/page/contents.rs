//! What a recording is: its name and size, and what it holds beside muscles and voices.

use super::markup::{Align, Table, details, escape, paragraph};
use crate::emg::Role;
use crate::report::number::{self, ABSENT};
use crate::report::{ChannelDescription, Details, EventDescription, Recording, Report, words};

/// Markers that are named in sight; a plug-in gait set has 39.
const MARKERS: usize = 40;

/// Name, kind, size, duration, rates.
pub(super) fn facts(report: &Report) -> String {
    let recording = &report.recording;
    let unknown = |path: &str| {
        let why = report.reason(path).map_or("no reason is given", |entry| entry.message.as_str());
        format!("{ABSENT} ({why})")
    };
    let duration =
        recording.duration_s.map_or_else(|| unknown("recording.duration_s"), |s| format!("{} s", number::fixed(s, 2)));
    let used = report.emg.as_ref().and_then(|emg| emg.plan.as_ref()).map(|plan| plan.rate_hz);
    let stated = recording.rate_hz;
    let rate = match (used, stated) {
        (Some(used), Some(stated)) if used != stated => {
            format!("{} Hz as given; the file states {} Hz", number::rate(used), number::rate(stated))
        }
        (Some(hz), _) | (None, Some(hz)) => format!("{} Hz", number::rate(hz)),
        (None, None) => unknown("recording.rate_hz"),
    };
    let mut facts = vec![
        ("Kind", kind(recording)),
        ("Duration", duration),
        ("Sampling rate", rate),
        ("Channels", recording.channels.len().to_string()),
        ("Size", number::size(recording.bytes)),
    ];
    if let Some(session) = report.emg.as_ref().and_then(|emg| emg.session.as_ref()) {
        for (name, key) in [("Session", "session.id"), ("Subject", "subject.code"), ("Begun", "session.start")] {
            let input = session.inputs.iter().find(|input| input.key == key);
            let text = input.and_then(|input| serde_json::to_value(&input.value).ok());
            if let Some(text) = text.as_ref().and_then(serde_json::Value::as_str) {
                facts.push((name, text.to_owned()));
            }
        }
    }
    facts.push(("SHA-256", recording.sha256.clone()));
    let fact = |(name, value): &(&str, String)| {
        let value = if *name == "SHA-256" { format!("<code>{}</code>", escape(value)) } else { escape(value) };
        format!("<div><dt>{name}</dt><dd>{value}</dd></div>\n")
    };
    let facts: String = facts.iter().map(fact).collect();
    format!("<dl class=\"facts\">\n{facts}</dl>\n")
}

fn kind(recording: &Recording) -> String {
    match &recording.details {
        Details::C3d { processor, storage, .. } => {
            format!("C3D ({}, {})", words::word(processor), words::word(storage))
        }
        Details::Wav { container, coding, .. } => {
            format!("WAV ({}, {})", words::word(container), words::word(coding))
        }
        Details::Audio { codec, .. } => {
            format!("{} ({})", words::word(&recording.kind).to_uppercase(), words::word(codec))
        }
    }
}

/// Markers, events and channels.
pub(super) fn section(report: &Report) -> String {
    let recording = &report.recording;
    let mut html = "<h3>What the recording holds</h3>\n".to_owned();
    if let Details::C3d { markers, frames, frame_rate_hz, valid_share, events, .. } = &recording.details {
        html.push_str(&paragraph(&movement(markers, *frames, *frame_rate_hz, *valid_share)));
        if !markers.is_empty() {
            let named = markers.iter().take(MARKERS).map(|label| label.trim()).collect::<Vec<_>>().join(", ");
            let more = match markers.len().saturating_sub(MARKERS) {
                0 => String::new(),
                rest => format!(" and {rest} more"),
            };
            html.push_str(&paragraph(&format!("Markers: {named}{more}.")));
        }
        html.push_str(&table_of_events(events));
    }
    html + &channels(recording)
}

fn movement(markers: &[String], frames: usize, frame_rate_hz: Option<f64>, valid_share: Option<f64>) -> String {
    if markers.is_empty() {
        return "No markers.".to_owned();
    }
    let rate = frame_rate_hz.map_or_else(|| ABSENT.to_owned(), number::rate);
    let valid = valid_share.map_or_else(String::new, |share| {
        format!("; {} % of their positions are valid", number::fixed(100.0 * share, 1))
    });
    let (markers, frames) = (number::count(markers.len(), "marker"), number::count(frames, "frame"));
    format!("{markers} in {frames} at {rate} frames per second{valid}.")
}

fn table_of_events(events: &[EventDescription]) -> String {
    if events.is_empty() {
        return String::new();
    }
    let column = |cell: &dyn Fn(&EventDescription) -> String| events.iter().map(cell).collect::<Vec<_>>();
    let table = Table::new("Events of the file")
        .with("event", Align::Left, &column(&|event| event.label.clone()))
        .with("context", Align::Left, &column(&|event| event.context.clone()))
        .with("time, s", Align::Right, &column(&|event| number::maybe(event.time_s, 3)));
    details(&format!("Events ({})", events.len()), &table.html())
}

fn channels(recording: &Recording) -> String {
    if recording.channels.is_empty() {
        return paragraph("No channels.");
    }
    let column = |cell: &dyn Fn(&ChannelDescription) -> String| recording.channels.iter().map(cell).collect::<Vec<_>>();
    let value = |value: Option<f64>| value.map_or_else(|| ABSENT.to_owned(), number::engineering);
    let mut table = Table::new("Channels as recorded")
        .with("channel", Align::Left, &column(&|channel| channel.label.trim().to_owned()))
        .with("unit", Align::Left, &column(&|channel| channel.unit.clone().unwrap_or_else(|| "not stated".to_owned())))
        .with("smallest", Align::Right, &column(&|channel| value(channel.min)))
        .with("largest", Align::Right, &column(&|channel| value(channel.max)));
    if recording.channels.iter().any(|channel| channel.role.is_some()) {
        table =
            table.with("taken for", Align::Left, &column(&|channel| channel.role.map(taken_for).unwrap_or_default()));
    }
    details(&format!("Channels ({})", recording.channels.len()), &table.html())
}

fn taken_for(role: Role) -> String {
    let words = match role {
        Role::Muscle => "a muscle, analysed",
        Role::Derived => "computed by the recording program, not analysed",
        Role::ForcePlatform => "force platform, not analysed",
        Role::Other => "another sensor, or not asked for",
    };
    words.to_owned()
}
