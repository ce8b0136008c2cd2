//! Settings as text: all of them, and those that differ from the default.

use std::path::Path;

use myovox::Config;
use myovox::settings::describe;
use serde_json::Value;

use super::{Align, Columns, Paint, clean, wrapped};

/// Key, default and meaning of every setting.
pub(crate) fn settings_table() -> String {
    let settings = describe();
    let cells = |cell: fn(&myovox::settings::Setting) -> String| settings.iter().map(cell).collect();
    Columns::default()
        .with("setting", Align::Left, cells(|setting| setting.key.clone()))
        .with("default", Align::Sentence, cells(|setting| setting.default.to_string()))
        .with("meaning", Align::Sentence, cells(|setting| setting.meaning.clone()))
        .text()
}

/// What `config --check` says of a file that is right.
pub(crate) fn checked(path: &Path, config: &Config) -> String {
    let changes = differing(config);
    let name = clean(&path.display().to_string());
    match changes.len() {
        0 => format!("{name}: right; no setting differs from the default\n"),
        1 => format!("{name}: right; 1 setting differs from the default\n{}", lines(&changes)),
        n => format!("{name}: right; {n} settings differ from the default\n{}", lines(&changes)),
    }
}

/// The part of a report that says how it was asked for.
pub(super) fn section(config: &Config, paint: Paint) -> String {
    let changes = differing(config);
    if changes.is_empty() {
        return format!("\n{}\n", paint.head("Settings: all default"));
    }
    format!("\n{}\n{}", paint.head("Settings that differ from the default"), lines(&changes))
}

/// Key, value and default.
type Change = (String, Value, Value);

fn differing(config: &Config) -> Vec<Change> {
    // The description is made from the schema, which takes some milliseconds: not for nothing.
    if *config == Config::default() {
        return Vec::new();
    }
    let all = serde_json::to_value(config).unwrap_or_default();
    let value = |key: &str| all.pointer(&format!("/{}", key.replace('.', "/"))).cloned().unwrap_or_default();
    let changes = describe().into_iter().map(|setting| (value(&setting.key), setting));
    changes.filter(|(value, s)| *value != s.default).map(|(value, s)| (s.key, value, s.default)).collect()
}

fn lines(changes: &[Change]) -> String {
    changes
        .iter()
        .map(|(key, value, default)| wrapped("   ", &clean(&format!("{key} = {value} (default {default})"))))
        .collect()
}
