//! Muscles: at a glance, and each with its figure, contractions, fatigue and doubts.

use super::doubts;
use super::markup::{Align, Reasons, Table, details, escape, paragraph, put};
use super::{signals, trends};
use crate::emg::{Channel, ChannelParameters, Contraction, Emg};
use crate::report::number::{self, ABSENT, Scale};
use crate::report::{Report, Traces, words};

/// Rows of a table that stands open.
const OPEN_ROWS: usize = 40;

/// The scale in which all amplitudes of `channels` are shown.
fn scale<'a>(channels: impl Iterator<Item = &'a Channel>, unit: Option<&str>) -> Scale {
    let peak = |channel: &Channel| channel.parameters.amplitude_peak.or(channel.thresholds.map(|levels| levels.on));
    Scale::new(unit, channels.filter_map(peak).fold(0.0, f64::max))
}

/// One row per muscle, and the session in a sentence.
pub(super) fn glance(report: &Report, emg: &Emg) -> String {
    let mut html = "<h3>Muscles at a glance</h3>\n".to_owned();
    if emg.channels.is_empty() {
        html.push_str(&paragraph("No channel of this recording was taken for a muscle."));
    }
    let mut units: Vec<Option<&str>> = emg.channels.iter().map(|channel| channel.unit.as_deref()).collect();
    units.dedup();
    let mut reasons = Reasons::new(report);
    let mut done: Vec<Option<&str>> = Vec::new();
    for unit in units {
        if !done.contains(&unit) {
            done.push(unit);
            let of_unit = |(_, channel): &(usize, &Channel)| channel.unit.as_deref() == unit;
            let group: Vec<(usize, &Channel)> = emg.channels.iter().enumerate().filter(of_unit).collect();
            html.push_str(&overview(&group, unit, &mut reasons));
        }
    }
    html.push_str(&reasons.take());
    if let Some(session) = &emg.session {
        let together = match session.channels {
            0 | 1 => String::new(),
            _ => format!(", two or more at once for {} s", number::fixed(session.coactive_s, 1)),
        };
        let share = number::maybe(session.active_share.map(|share| 100.0 * share), 1);
        html.push_str(&paragraph(&format!(
            "{} in {}, active for {} s of {} s ({share} %){together}.",
            number::count(session.contractions, "contraction"),
            number::count(session.channels, "muscle"),
            number::fixed(session.active_s, 1),
            number::fixed(session.duration_s, 1),
        )));
        if let Some(overall) = session.scores.overall {
            put!(
                html,
                "<p>Overall score: <strong>{}</strong> of 100, from the parts below.</p>\n",
                number::fixed(overall, 1)
            );
        }
    }
    html
}

fn overview(group: &[(usize, &Channel)], unit: Option<&str>, reasons: &mut Reasons<'_>) -> String {
    let scale = scale(group.iter().map(|(_, channel)| *channel), unit);
    let shown = signals::unit(&scale);
    let mut column = |name: &str, value: &dyn Fn(&ChannelParameters) -> Option<f64>| {
        let cell = |(index, channel): &(usize, &Channel)| {
            let path = format!("emg.channels[{index}].parameters.{name}");
            reasons.note(value(&channel.parameters), &path, channel.label.trim())
        };
        number::column(&group.iter().map(cell).collect::<Vec<_>>())
    };
    let per_min = column("contractions_per_min", &|p| p.contractions_per_min);
    let duration = column("duration_mean_s", &|p| p.duration_mean_s);
    let longest = column("duration_max_s", &|p| p.duration_max_s);
    let mean = column("amplitude_mean", &|p| p.amplitude_mean.map(|v| scale.of(v)));
    let peak = column("amplitude_peak", &|p| p.amplitude_peak.map(|v| scale.of(v)));
    let snr = column("snr_db", &|p| p.snr_db);
    let texts = |cell: &dyn Fn(&Channel) -> String| group.iter().map(|(_, c)| cell(c)).collect::<Vec<_>>();
    let target = |c: &Channel| {
        let of = c.parameters.target_contractions.map(|target| format!(" of {target}")).unwrap_or_default();
        format!("{}{of}", c.parameters.contractions)
    };
    let fatigue =
        |c: &Channel| c.fatigue.finding.map_or_else(|| "not supported".to_owned(), |found| words::word(&found));
    let cut = |c: &Channel| c.gaps.len().to_string();
    let note = signals::unit_note(&scale);
    Table::new(&format!("Contractions of each muscle; amplitudes are those of the envelope{note}"))
        .with("muscle", Align::Left, &texts(&|c| c.label.trim().to_owned()))
        .with("contractions", Align::Right, &texts(&target))
        .with("per minute", Align::Right, &per_min)
        .with("mean duration, s", Align::Right, &duration)
        .with("longest, s", Align::Right, &longest)
        .with(&format!("mean, {shown}"), Align::Right, &mean)
        .with(&format!("peak, {shown}"), Align::Right, &peak)
        .with("above rest (SNR), dB", Align::Right, &snr)
        .with("stretches cut out", Align::Right, &texts(&cut))
        .with("fatigue", Align::Left, &texts(&fatigue))
        .html()
}

/// Each muscle; `id` is that of the recording.
pub(super) fn each(id: &str, report: &Report, emg: &Emg, traces: &Traces) -> String {
    let duration_s = emg.session.as_ref().map(|session| session.duration_s).or(report.recording.duration_s);
    let mut html = String::new();
    for (k, channel) in emg.channels.iter().enumerate() {
        let (id, path) = (format!("{id}m{k}"), format!("emg.channels[{k}]"));
        let scale = scale(std::iter::once(channel), channel.unit.as_deref());
        let mut reasons = Reasons::new(report);
        put!(html, "<section id=\"{id}\">\n<h3>{}</h3>\n", escape(channel.label.trim()));
        html.push_str(&paragraph(&who(&channel.parameters)));
        let trace = traces.channels.iter().find(|trace| trace.channel == channel.index && !trace.signal.is_empty());
        match trace {
            Some(trace) => {
                html.push_str(&signals::of_muscle(&id, channel, trace, &scale, duration_s.unwrap_or(0.0)));
            }
            None => html.push_str(&paragraph("No plot: this page was made from a report alone.")),
        }
        html.push_str(&contractions(channel, &path, &scale, &mut reasons));
        html.push_str(&trends::section(&id, &channel.fatigue, &format!("{path}.fatigue"), &scale, &reasons));
        html.push_str(&doubts::of_channel(report, &channel.label));
        html.push_str("</section>\n");
    }
    html
}

fn who(p: &ChannelParameters) -> String {
    let side = p.side.map_or_else(|| "side not given".to_owned(), |side| format!("side: {}", words::word(&side)));
    match &p.muscle {
        Some(muscle) => format!("{}, {side}.", muscle.trim()),
        None => format!("Muscle not named, {side}."),
    }
}

fn contractions(channel: &Channel, path: &str, scale: &Scale, reasons: &mut Reasons<'_>) -> String {
    let all = &channel.contractions;
    let head = format!("<h4>Contractions ({})</h4>\n", all.len());
    if all.is_empty() {
        return head + &paragraph("None was found.");
    }
    let table = table(channel, path, scale, reasons);
    let reasons = reasons.take();
    if all.len() > OPEN_ROWS {
        return head + &details(&format!("All {} contractions", all.len()), &(table + &reasons));
    }
    head + &table + &reasons
}

fn table(channel: &Channel, path: &str, scale: &Scale, reasons: &mut Reasons<'_>) -> String {
    let all = &channel.contractions;
    let unit = signals::unit(scale);
    let seconds = |value: fn(&Contraction) -> f64| all.iter().map(|c| number::fixed(value(c), 3)).collect::<Vec<_>>();
    let amplitude = |value: fn(&Contraction) -> f64| {
        number::column(&all.iter().map(|c| Some(scale.of(value(c)))).collect::<Vec<_>>())
    };
    let mut known = |name: &str, decimals: usize, value: fn(&Contraction) -> Option<f64>| {
        let cell = |(k, c): (usize, &Contraction)| {
            let path = format!("{path}.contractions[{k}].{name}");
            number::maybe(reasons.note(value(c), &path, &format!("{} {}", words_of(name), k + 1)), decimals)
        };
        all.iter().enumerate().map(cell).collect::<Vec<_>>()
    };
    let rise = known("rise_s", 3, |c| c.rise_s);
    let fall = known("fall_s", 3, |c| c.fall_s);
    let frequency = known("mdf_hz", 0, |c| c.mdf_hz);
    let snr = known("snr_db", 1, |c| c.snr_db);
    let mut table = Table::new(&format!(
        "Contractions of {}; amplitudes are those of the envelope{}",
        channel.label.trim(),
        signals::unit_note(scale)
    ))
    .with("#", Align::Right, &(1..=all.len()).map(|n| n.to_string()).collect::<Vec<_>>())
    .with("onset, s", Align::Right, &seconds(|c| c.onset_s))
    .with("offset, s", Align::Right, &seconds(|c| c.offset_s))
    .with("duration, s", Align::Right, &seconds(|c| c.duration_s))
    .with(&format!("mean, {unit}"), Align::Right, &amplitude(|c| c.mean))
    .with(&format!("peak, {unit}"), Align::Right, &amplitude(|c| c.peak));
    if all.iter().any(|c| c.mvc_pct.is_some()) {
        let cells = all.iter().map(|c| number::maybe(c.mvc_pct, 0)).collect::<Vec<_>>();
        table = table.with("peak, % MVC", Align::Right, &cells);
    }
    for (head, reached) in [
        ("strong enough", (|c| c.meets_intensity) as fn(&Contraction) -> Option<bool>),
        ("long enough", |c| c.meets_duration),
    ] {
        if all.iter().any(|c| reached(c).is_some()) {
            table = table.with(head, Align::Left, &all.iter().map(|c| yes(reached(c))).collect::<Vec<_>>());
        }
    }
    let near = |c: &Contraction| c.confidence.map_or_else(|| ABSENT.to_owned(), |p| number::fixed(100.0 * p, 0));
    let near: Vec<String> = all.iter().map(near).collect();
    table = table
        .with("rise 10–90 %, s", Align::Right, &rise)
        .with("fall, s", Align::Right, &fall)
        .with("median frequency, Hz", Align::Right, &frequency)
        .with("SNR, dB", Align::Right, &snr)
        .with("edges within 20 ms, %", Align::Right, &near);
    if all.iter().any(|c| !c.flags.is_empty()) {
        let words = |c: &Contraction| c.flags.iter().map(|f| words::contraction_flag(f)).collect::<Vec<_>>().join(", ");
        table = table.with("remarks", Align::Left, &all.iter().map(words).collect::<Vec<_>>());
    }
    table.html()
}

fn words_of(name: &str) -> &str {
    match name {
        "rise_s" => "rise of",
        "fall_s" => "fall of",
        "mdf_hz" => "frequency of",
        _ => "SNR of",
    }
}

fn yes(reached: Option<bool>) -> String {
    match reached {
        Some(true) => "✓ yes".to_owned(),
        Some(false) => "✗ no".to_owned(),
        None => ABSENT.to_owned(),
    }
}
