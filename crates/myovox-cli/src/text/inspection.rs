//! What a recording holds, as text: the whole of `inspect`, and the head of a report.

use myovox::report::{ChannelDescription, Details, EventDescription, Inspection, Recording};

use super::number::{self, ABSENT};
use super::{Align, Columns, LONGEST_LIST, Paint, Reasons, UNIT, clean, listed, more, short, warnings, word, wrapped};

/// How the whole of a list that was cut is had.
const ALL: &str = "--format json";

/// Markers that are named; a plug-in gait set has 39.
const MOST_MARKERS: usize = 40;

/// The text of `inspect`.
pub(crate) fn inspection(inspection: &Inspection, paint: Paint) -> String {
    let recording = &inspection.recording;
    let mut reasons = Reasons::new(&inspection.missing);
    let mut text = head(recording, &mut reasons, paint);
    text.push_str(&channels(recording, &mut reasons, paint));
    if let Details::C3d { markers, valid_share, events, .. } = &recording.details {
        text.push_str(&marker_list(markers, *valid_share, paint));
        text.push_str(&event_list(events, &mut reasons, paint));
    }
    text + &warnings(&inspection.warnings, ALL, paint)
}

/// Name, kind, size, duration, rates.
pub(super) fn head(recording: &Recording, reasons: &mut Reasons<'_>, paint: Paint) -> String {
    let name = recording.name.as_deref().map_or_else(|| "recording without a name".to_owned(), clean);
    let duration = reasons.note(recording.duration_s, "recording.duration_s", "duration");
    let duration = duration.map_or_else(|| format!("duration {ABSENT}"), |s| format!("{} s", number::fixed(s, 3)));
    let mut hz = |value: Option<f64>, path: &str, what: &str| {
        reasons.note(value, path, what).map_or_else(|| format!("{ABSENT} Hz"), |hz| format!("{} Hz", number::rate(hz)))
    };
    let channels = number::count(recording.channels.len(), "channel");
    let facts = match &recording.details {
        Details::C3d { processor, storage, markers, frames, frame_rate_hz, .. } => {
            let analog = match recording.channels.len() {
                0 => "no analog channels".to_owned(),
                n => format!(
                    "{} at {}",
                    number::count(n, "analog channel"),
                    hz(recording.rate_hz, "recording.rate_hz", "rate")
                ),
            };
            let points = match markers.len() {
                0 => "no markers".to_owned(),
                n => format!(
                    "{} in {} at {}",
                    number::count(n, "marker"),
                    number::count(*frames, "frame"),
                    hz(*frame_rate_hz, "recording.details.frame_rate_hz", "frame rate")
                ),
            };
            format!("C3D ({}, {}): {duration}, {analog}, {points}", word(processor), word(storage))
        }
        Details::Wav { container, coding, .. } => {
            let rate = hz(recording.rate_hz, "recording.rate_hz", "rate");
            format!("WAV ({}, {}): {duration}, {channels} at {rate}", word(container), word(coding))
        }
        Details::Audio { codec, .. } => {
            let rate = hz(recording.rate_hz, "recording.rate_hz", "rate");
            format!("{} ({}): {duration}, {channels} at {rate}", word(&recording.kind).to_uppercase(), word(codec))
        }
    };
    let facts = wrapped("   ", &facts);
    let size = number::size(recording.bytes);
    format!("{}\n{facts}   {size}, SHA-256 {}\n{}", paint.head(&name), recording.sha256, reasons.take())
}

fn channels(recording: &Recording, reasons: &mut Reasons<'_>, paint: Paint) -> String {
    if recording.channels.is_empty() {
        return String::new();
    }
    let shown = &recording.channels[..recording.channels.len().min(LONGEST_LIST)];
    let cells = |cell: &mut dyn FnMut(&ChannelDescription) -> String| shown.iter().map(cell).collect::<Vec<_>>();
    let mut unit = |channel: &ChannelDescription| {
        let path = format!("recording.channels[{}].unit", channel.index);
        reasons
            .note(channel.unit.as_deref(), &path, &short(&channel.label, 24))
            .map_or_else(|| ABSENT.to_owned(), |unit| short(unit, UNIT))
    };
    let units = cells(&mut unit);
    let mut bound = |channel: &ChannelDescription, value: Option<f64>, name: &str| {
        let path = format!("recording.channels[{}].{name}", channel.index);
        let value = reasons.note(value, &path, &short(&channel.label, 24));
        value.map_or_else(|| ABSENT.to_owned(), number::engineering)
    };
    let lows = cells(&mut |channel| bound(channel, channel.min, "min"));
    let highs = cells(&mut |channel| bound(channel, channel.max, "max"));
    let mut table = Columns::default()
        .with("#", Align::Right, cells(&mut |channel| (channel.index + 1).to_string()))
        .with("channel", Align::Left, cells(&mut |channel| short(&channel.label, 32)))
        .with("unit", Align::Left, units)
        .with("smallest", Align::Right, lows)
        .with("largest", Align::Right, highs);
    if recording.channels.iter().any(|channel| channel.role.is_some()) {
        table = table.with(
            "taken for",
            Align::Left,
            cells(&mut |channel| channel.role.as_ref().map(word).unwrap_or_default()),
        );
    }
    let head = paint.head(&format!("Channels ({})", recording.channels.len()));
    format!("\n{head}\n{}{}{}", table.text(), more(recording.channels.len(), ALL), reasons.take())
}

fn marker_list(markers: &[String], valid_share: Option<f64>, paint: Paint) -> String {
    if markers.is_empty() {
        return String::new();
    }
    let valid = valid_share
        .map_or_else(String::new, |share| format!(", {} % of positions valid", number::fixed(100.0 * share, 1)));
    let head = paint.head(&format!("Markers ({}{valid})", markers.len()));
    format!("\n{head}\n{}", wrapped("   ", &listed(markers, MOST_MARKERS)))
}

fn event_list(events: &[EventDescription], reasons: &mut Reasons<'_>, paint: Paint) -> String {
    if events.is_empty() {
        return String::new();
    }
    let shown = &events[..events.len().min(LONGEST_LIST)];
    let time = |(index, event): (usize, &EventDescription)| {
        let path = format!("recording.details.events[{index}].time_s");
        number::maybe(reasons.note(event.time_s, &path, &short(&event.label, 24)), 3)
    };
    let table = Columns::default()
        .with("time s", Align::Right, shown.iter().enumerate().map(time).collect())
        .with("side", Align::Left, shown.iter().map(|event| short(&event.context, 16)).collect())
        .with("event", Align::Left, shown.iter().map(|event| short(&event.label, 48)).collect());
    let head = paint.head(&format!("Events ({})", events.len()));
    format!("\n{head}\n{}{}{}", table.text(), more(events.len(), ALL), reasons.take())
}
