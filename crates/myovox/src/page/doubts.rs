//! What is doubtful, what is missing and why, and with which settings everything was made.

use std::collections::BTreeMap;

use serde_json::Value;

use super::markup::{Align, Table, details, escape, list, paragraph};
use crate::report::{Report, words};
use crate::settings::Config;
use crate::warning::{Missing, Warning};

/// Warnings of one list that stand open.
const OPEN: usize = 12;

/// Paths that are named for one reason.
const PATHS: usize = 60;

/// The warnings that are not of one muscle, with a word about the others.
pub(super) fn warnings(report: &Report) -> String {
    let all = &report.warnings;
    if all.is_empty() {
        return "<h3>Warnings</h3>\n<p>None: nothing had to be guessed, and nothing was doubtful.</p>\n".to_owned();
    }
    let here: Vec<&Warning> = all.iter().filter(|warning| !is_of_muscle(report, warning)).collect();
    let mut html = format!("<h3>Warnings ({})</h3>\n", all.len());
    let elsewhere = all.len() - here.len();
    if elsewhere > 0 {
        let note = format!("{elsewhere} of them stand with the muscle that they are of, below its contractions.");
        html.push_str(&paragraph(&note));
    }
    html + &listed(&here)
}

fn is_of_muscle(report: &Report, warning: &Warning) -> bool {
    let muscles = report.emg.iter().flat_map(|emg| &emg.channels);
    warning.place.channel.as_ref().is_some_and(|label| muscles.clone().any(|channel| channel.label == *label))
}

/// The warnings of one muscle.
pub(super) fn of_channel(report: &Report, label: &str) -> String {
    let of = |warning: &&Warning| warning.place.channel.as_deref() == Some(label);
    let here: Vec<&Warning> = report.warnings.iter().filter(of).collect();
    if here.is_empty() {
        return "<h4>Warnings</h4>\n<p>None for this muscle.</p>\n".to_owned();
    }
    format!("<h4>Warnings ({})</h4>\n{}", here.len(), listed(&here))
}

fn listed(warnings: &[&Warning]) -> String {
    let item = |warning: &&Warning| {
        let place = warning.place.to_string();
        let place = if place.is_empty() { place } else { format!("<strong>{}</strong>: ", escape(&place)) };
        format!("<li>{place}{} <code>{}</code></li>\n", escape(&warning.message), escape(&warning.code))
    };
    let items = |warnings: &[&Warning]| {
        let items: String = warnings.iter().map(item).collect();
        if items.is_empty() { items } else { format!("<ul class=\"warnings\">\n{items}</ul>\n") }
    };
    if warnings.len() <= OPEN {
        return items(warnings);
    }
    let (open, closed) = warnings.split_at(OPEN);
    items(open) + &details(&format!("{} more warnings", closed.len()), &items(closed))
}

/// How the numbers were made: methods, settings, what is missing.
pub(super) fn made(report: &Report) -> String {
    let mut html = "<h3>How this was made</h3>\n".to_owned();
    if let Some(plan) = report.emg.as_ref().and_then(|emg| emg.plan.as_ref()) {
        html.push_str(&paragraph(&words::of_muscles(plan)));
    }
    if let Some(voice) = &report.voice {
        html.push_str(&paragraph(&words::of_voices(&voice.plan)));
    }
    html.push_str(&settings(&report.config));
    html.push_str(&missing(&report.missing));
    html
}

fn missing(missing: &[Missing]) -> String {
    if missing.is_empty() {
        return paragraph("No value is missing.");
    }
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in missing {
        reasons.entry(&entry.message).or_default().push(&entry.path);
    }
    let entry = |(message, paths): (&&str, &Vec<&str>)| {
        let named = paths[..paths.len().min(PATHS)].join(", ");
        let more = if paths.len() > PATHS { format!(" and {} more", paths.len() - PATHS) } else { String::new() };
        format!("<li>{}: <code>{}</code>{more}</li>\n", escape(message), escape(&named))
    };
    let items: String = reasons.iter().map(entry).collect();
    details(&format!("Values that are missing, and why ({})", missing.len()), &format!("<ul>\n{items}</ul>\n"))
}

/// All settings; those that differ from the default first, and in sight.
fn settings(config: &Config) -> String {
    let flat = |config: &Config| {
        let mut rows = Vec::new();
        flatten("", &serde_json::to_value(config).unwrap_or_default(), &mut rows);
        rows
    };
    let all = flat(config);
    let mut html = String::new();
    if *config == Config::default() {
        html.push_str(&paragraph("All settings have their defaults."));
    } else {
        let usual: BTreeMap<String, String> = flat(&Config::default()).into_iter().collect();
        let differs = |(key, value): &&(String, String)| usual.get(key) != Some(value);
        let line = |(key, value): &(String, String)| {
            let default = usual.get(key).map_or("none", String::as_str);
            format!("{key} = {value} (default {default})")
        };
        html.push_str(&paragraph("Settings that differ from the default:"));
        html.push_str(&list(&all.iter().filter(differs).map(line).collect::<Vec<_>>()));
    }
    let column = |part: fn(&(String, String)) -> &String| all.iter().map(part).cloned().collect::<Vec<String>>();
    let table = Table::new("Settings by their keys").with("setting", Align::Left, &column(|(key, _)| key)).with(
        "value",
        Align::Left,
        &column(|(_, value)| value),
    );
    html + &details(&format!("All settings ({})", all.len()), &table.html())
}

fn flatten(prefix: &str, value: &Value, rows: &mut Vec<(String, String)>) {
    match value {
        Value::Object(table) if !table.is_empty() => {
            for (key, inner) in table {
                let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flatten(&key, inner, rows);
            }
        }
        other => rows.push((prefix.to_owned(), other.to_string())),
    }
}
