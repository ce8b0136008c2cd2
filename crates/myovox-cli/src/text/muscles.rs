//! The muscle part of a report as text: one row per muscle, the session, the contractions, and what was done.

use myovox::emg::session::{EmgPlan, SessionParameters};
use myovox::emg::{Channel, ChannelParameters, Contraction, Emg, Role};
use myovox::report::{Recording, words};

use super::number::{self, ABSENT, Scale};
use super::{Align, Columns, LONGEST_LIST, Paint, Reasons, UNIT, listed, more, short, wrapped};

/// Characters of a label in the table of muscles.
const LABEL: usize = 20;

pub(super) fn section(emg: &Emg, recording: &Recording, reasons: &mut Reasons<'_>, paint: Paint) -> String {
    let mut text = format!("\n{}\n", paint.head("Muscles"));
    if emg.channels.is_empty() {
        text.push_str("   none\n");
    }
    for unit in units(&emg.channels) {
        let group: Vec<(usize, &Channel)> =
            emg.channels.iter().enumerate().filter(|(_, c)| c.unit.as_deref() == unit).collect();
        text.push_str(&table(&group, unit, reasons));
    }
    text.push_str(&reasons.take());
    if let (Some(plan), Some(parameters)) = (&emg.plan, &emg.session) {
        text.push_str(&session(plan, parameters, reasons));
    }
    if let Some(parameters) = &emg.session {
        text.push_str(&super::scores::section(&emg.channels, parameters, reasons, paint));
    }
    for (index, channel) in emg.channels.iter().enumerate() {
        text.push_str(&fatigue(index, channel, reasons));
    }
    text.push_str(&left_out(recording));
    for channel in &emg.channels {
        text.push_str(&contractions(channel, paint));
    }
    text
}

/// The units of the muscles, each once.
fn units(channels: &[Channel]) -> Vec<Option<&str>> {
    let mut units = Vec::new();
    for channel in channels {
        if !units.contains(&channel.unit.as_deref()) {
            units.push(channel.unit.as_deref());
        }
    }
    units
}

/// The scale in which all amplitudes of `channels` are shown.
fn scale<'a>(channels: impl Iterator<Item = &'a Channel>, unit: Option<&str>) -> Scale {
    let peak = |channel: &Channel| channel.parameters.amplitude_peak.or(channel.thresholds.map(|levels| levels.on));
    let unit = unit.map(|unit| short(unit, UNIT));
    Scale::new(unit.as_deref(), channels.filter_map(peak).fold(0.0, f64::max))
}

/// One row per muscle; `group` are those of one unit with their index in the report.
fn table(group: &[(usize, &Channel)], unit: Option<&str>, reasons: &mut Reasons<'_>) -> String {
    let scale = scale(group.iter().map(|(_, channel)| *channel), unit);
    let mut column = |name: &str, value: &dyn Fn(&ChannelParameters) -> Option<f64>| {
        let cell = |(index, channel): &(usize, &Channel)| {
            let path = format!("emg.channels[{index}].parameters.{name}");
            reasons.note(value(&channel.parameters), &path, &short(&channel.label, LABEL))
        };
        number::column(&group.iter().map(cell).collect::<Vec<_>>())
    };
    let per_min = column("contractions_per_min", &|p| p.contractions_per_min);
    let duration = column("duration_mean_s", &|p| p.duration_mean_s);
    let longest = column("duration_max_s", &|p| p.duration_max_s);
    let mean = column("amplitude_mean", &|p| p.amplitude_mean.map(|v| scale.of(v)));
    let peak = column("amplitude_peak", &|p| p.amplitude_peak.map(|v| scale.of(v)));
    let snr = column("snr_db", &|p| p.snr_db);
    let active = column("active_share", &|p| p.active_share.map(|share| 100.0 * share));
    let unit = &scale.unit;
    Columns::default()
        .with("muscle", Align::Left, group.iter().map(|(_, c)| short(&c.label, LABEL)).collect())
        .with(
            "contrac-\ntions",
            Align::Right,
            group.iter().map(|(_, c)| c.parameters.contractions.to_string()).collect(),
        )
        .with("per\nminute", Align::Right, per_min)
        .with("duration\nmean s", Align::Right, duration)
        .with("duration\nmax s", Align::Right, longest)
        .with(format!("mean\n{unit}"), Align::Right, mean)
        .with(format!("peak\n{unit}"), Align::Right, peak)
        .with("SNR\ndB", Align::Right, snr)
        .with("active\n%", Align::Right, active)
        .text()
}

/// All muscles together, and how they were analysed.
fn session(plan: &EmgPlan, session: &SessionParameters, reasons: &mut Reasons<'_>) -> String {
    let share = reasons.note(session.active_share, "emg.session.active_share", "session");
    let share = share.map_or_else(|| ABSENT.to_owned(), |share| number::fixed(100.0 * share, 1));
    let together = match session.channels {
        0 | 1 => String::new(),
        _ => format!(", two or more at once for {} s", number::fixed(session.coactive_s, 3)),
    };
    let line = format!(
        "Session: {} in {}, active for {} s of {} s ({share} %){together}.",
        number::count(session.contractions, "contraction"),
        number::count(session.channels, "muscle"),
        number::fixed(session.active_s, 3),
        number::fixed(session.duration_s, 3),
    );
    let method = wrapped(" ", &words::of_muscles(plan));
    format!("\n{}{}{method}", wrapped(" ", &line), reasons.take())
}

/// What the recording says of a muscle's fatigue.
fn fatigue(index: usize, channel: &Channel, reasons: &Reasons<'_>) -> String {
    let reason = reasons.reason(&format!("emg.channels[{index}].fatigue.finding"));
    wrapped(" ", &format!("Fatigue of {}: {}.", short(&channel.label, LABEL), words::fatigue(&channel.fatigue, reason)))
}

/// The channels that were not analysed, and why.
fn left_out(recording: &Recording) -> String {
    let mut text = String::new();
    for (role, what) in [
        (Role::Derived, "computed by the recording program"),
        (Role::ForcePlatform, "force platform"),
        (Role::Other, "another sensor, or not asked for"),
    ] {
        let labels: Vec<String> =
            recording.channels.iter().filter(|c| c.role == Some(role)).map(|c| c.label.clone()).collect();
        if !labels.is_empty() {
            text.push_str(&wrapped(" ", &format!("Not analysed ({what}): {}.", listed(&labels, 8))));
        }
    }
    text
}

fn contractions(channel: &Channel, paint: Paint) -> String {
    let all = &channel.contractions;
    if all.is_empty() {
        return String::new();
    }
    let scale = scale(std::iter::once(channel), channel.unit.as_deref());
    let shown = &all[..all.len().min(LONGEST_LIST)];
    let seconds = |value: fn(&Contraction) -> f64| shown.iter().map(|c| number::fixed(value(c), 3)).collect();
    let amplitude = |value: fn(&Contraction) -> f64| {
        number::column(&shown.iter().map(|c| Some(scale.of(value(c)))).collect::<Vec<_>>())
    };
    let unit = &scale.unit;
    let mut table = Columns::default()
        .with("#", Align::Right, (1..=shown.len()).map(|n| n.to_string()).collect())
        .with("onset\ns", Align::Right, seconds(|c| c.onset_s))
        .with("offset\ns", Align::Right, seconds(|c| c.offset_s))
        .with("duration\ns", Align::Right, seconds(|c| c.duration_s))
        .with(format!("mean\n{unit}"), Align::Right, amplitude(|c| c.mean))
        .with(format!("peak\n{unit}"), Align::Right, amplitude(|c| c.peak));
    if shown.iter().any(|contraction| !contraction.flags.is_empty()) {
        table = table.with("remarks", Align::Left, shown.iter().map(flags).collect());
    }
    let head = paint.head(&format!("Contractions of {} ({})", short(&channel.label, 48), all.len()));
    format!("\n{head}\n{}{}", table.text(), more(all.len(), "--format csv --table contractions"))
}

fn flags(contraction: &Contraction) -> String {
    contraction.flags.iter().map(|flag| words::contraction_flag(flag)).collect::<Vec<_>>().join(", ")
}
