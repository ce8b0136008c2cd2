//! Reports as tables: one row per contraction, channel, speech segment, leg or warning.

use csv::Writer;
use serde_json::Value;

use super::types::Report;

/// Which rows a CSV holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Table {
    /// One row per contraction.
    Contractions,
    /// One row per channel: a muscle's parameters.
    #[default]
    Channels,
    /// One row per leg of a call: its features.
    Legs,
    /// One row per stretch of speech.
    Segments,
    /// One row per warning.
    Warnings,
}

impl Table {
    /// All tables.
    pub const ALL: [Self; 5] = [Self::Contractions, Self::Channels, Self::Legs, Self::Segments, Self::Warnings];

    /// The table's name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contractions => "contractions",
            Self::Channels => "channels",
            Self::Legs => "legs",
            Self::Segments => "segments",
            Self::Warnings => "warnings",
        }
    }

    /// The rows of `reports` as CSV with a head line; every row begins with the recording's name. Missing values are empty.
    ///
    /// Columns are those that any row has, named as in the report (`duration_mean_s`, `pitch.f0_mean_hz`); an array of numbers takes one
    /// column per element, other arrays are left to their own table.
    pub fn csv(self, reports: &[Report]) -> String {
        let rows: Vec<Vec<(String, Value)>> = reports.iter().flat_map(|report| self.rows(report)).collect();
        let mut columns: Vec<&str> = Vec::new();
        for (name, _) in rows.iter().flatten() {
            if !columns.contains(&name.as_str()) {
                columns.push(name);
            }
        }
        let mut writer = Writer::from_writer(Vec::new());
        let mut write = |record: Vec<String>| {
            writer.write_record(record).unwrap_or_else(|cause| unreachable!("memory takes all: {cause}"));
        };
        if columns.is_empty() {
            write(vec!["recording".to_owned()]);
        } else {
            write(columns.iter().map(|&name| name.to_owned()).collect());
        }
        for row in &rows {
            let cell = |column: &&str| {
                row.iter().find(|(name, _)| name == column).map_or_else(String::new, |(_, value)| plain(value))
            };
            write(columns.iter().map(cell).collect());
        }
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }

    fn rows(self, report: &Report) -> Vec<Vec<(String, Value)>> {
        let whole = serde_json::to_value(report).unwrap_or_default();
        let name = ("recording".to_owned(), whole["recording"]["name"].clone());
        let list = |path: &str| whole.pointer(path).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut rows: Vec<Vec<(String, Value)>> = Vec::new();
        let mut push = |parts: &[(&str, &Value)]| {
            let mut row = vec![name.clone()];
            for (prefix, value) in parts {
                flatten(prefix, value, &mut row);
            }
            rows.push(row);
        };
        match self {
            Self::Contractions => {
                for channel in list("/emg/channels") {
                    for contraction in channel["contractions"].as_array().into_iter().flatten() {
                        push(&[("channel", &channel["label"]), ("unit", &channel["unit"]), ("", contraction)]);
                    }
                }
            }
            Self::Channels => {
                for channel in list("/emg/channels") {
                    push(&[("channel", &channel["label"]), ("unit", &channel["unit"]), ("", &channel["parameters"])]);
                }
            }
            Self::Legs => list("/voice/legs").iter().for_each(|leg| push(&[("", leg)])),
            Self::Segments => {
                for leg in list("/voice/legs") {
                    for segment in leg.pointer("/activity/segments").and_then(Value::as_array).into_iter().flatten() {
                        push(&[("channel", &leg["channel"]), ("", segment)]);
                    }
                }
            }
            Self::Warnings => list("/warnings").iter().for_each(|warning| push(&[("", warning)])),
        }
        rows
    }
}

/// Adds `value` under `prefix`: groups with a point, arrays of numbers with an index, flags in one cell.
fn flatten(prefix: &str, value: &Value, row: &mut Vec<(String, Value)>) {
    let key = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
    match value {
        Value::Object(table) => table.iter().for_each(|(name, inner)| flatten(&key(name), inner, row)),
        // Of an empty list nothing tells what it would hold; only flags are words.
        Value::Array(list) if list.is_empty() && !prefix.ends_with("flags") => {}
        Value::Array(list) if list.iter().all(Value::is_string) => {
            let words: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            row.push((prefix.to_owned(), Value::String(words.join(" "))));
        }
        Value::Array(list) if list.iter().all(|inner| inner.is_number() || inner.is_null()) => {
            row.extend(list.iter().enumerate().map(|(k, inner)| (key(&k.to_string()), inner.clone())));
        }
        Value::Array(_) => {}
        _ => row.push((prefix.to_owned(), value.clone())),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
