//! Reports as tables: one row per contraction, channel, speech segment, leg or warning.

use csv::Writer;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::types::Report;
use crate::emg::{ChannelParameters, Contraction, Fatigue};
use crate::units::Span;
use crate::voice::Leg;
use crate::warning::Warning;

/// Which rows a CSV holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Table {
    /// One row per contraction.
    Contractions,
    /// One row per channel: a muscle's parameters, and its trends of fatigue.
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

    /// The rows of `reports` as CSV with a head line. Missing values are empty.
    ///
    /// The columns are the same whatever the reports hold: which recording (name and SHA-256, as names are not unique), which channel (label and
    /// index from 0), then the fields of the report by their names (`duration_mean_s`, `pitch.f0_mean_hz`). An array of numbers takes one column
    /// per element, as many as the longest has (`mfcc.mean.0`, ...); other arrays are left to their own table.
    pub fn csv(self, reports: &[Report]) -> String {
        let rows: Vec<Row> = reports.iter().flat_map(|report| self.rows(report)).collect();
        let columns = self.columns(&rows);
        let mut writer = Writer::from_writer(Vec::new());
        let mut write = |record: Vec<String>| {
            writer.write_record(record).unwrap_or_else(|cause| unreachable!("memory takes all: {cause}"));
        };
        write(columns.clone());
        for row in &rows {
            let cell = |column: &String| {
                row.iter().find(|(name, _)| name == column).map_or_else(String::new, |(_, value)| plain(value))
            };
            write(columns.iter().map(cell).collect());
        }
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Whether `report` has the part that this table shows, be it without rows.
    pub fn is_of(self, report: &Report) -> bool {
        match self {
            Self::Contractions | Self::Channels => report.emg.is_some(),
            Self::Legs | Self::Segments => report.voice.is_some(),
            Self::Warnings => true,
        }
    }

    fn columns(self, rows: &[Row]) -> Vec<String> {
        let generator = || SchemaSettings::draft2020_12().for_serialize().into_generator();
        let (place, schema): (&[&str], _) = match self {
            Self::Contractions => {
                (&["channel", "channel_index", "unit"], generator().into_root_schema_for::<Contraction>())
            }
            Self::Channels => {
                (&["channel", "channel_index", "unit"], generator().into_root_schema_for::<ChannelParameters>())
            }
            Self::Legs => (&["channel", "channel_index"], generator().into_root_schema_for::<Leg>()),
            Self::Segments => (&["channel", "channel_index"], generator().into_root_schema_for::<Span>()),
            Self::Warnings => (&[], generator().into_root_schema_for::<Warning>()),
        };
        let mut columns: Vec<String> =
            ["recording", "recording_sha256"].iter().chain(place).map(|&name| name.to_owned()).collect();
        let mut fields = Vec::new();
        fields_of(schema.as_value(), schema.as_value(), "", &mut fields);
        if self == Self::Channels {
            let trends = generator().into_root_schema_for::<Fatigue>();
            fields_of(trends.as_value(), trends.as_value(), "fatigue", &mut fields);
        }
        for field in fields {
            match field {
                Field::Cell(name) if !columns.contains(&name) => columns.push(name),
                Field::Cell(_) => {}
                Field::Numbers(name, at_least) => {
                    let index = |column: &str| column.strip_prefix(&name)?.strip_prefix('.')?.parse::<usize>().ok();
                    let longest = rows.iter().flatten().filter_map(|(column, _)| index(column)).max();
                    columns.extend((0..longest.map_or(at_least, |last| last + 1)).map(|k| format!("{name}.{k}")));
                }
            }
        }
        columns
    }

    fn rows(self, report: &Report) -> Vec<Row> {
        let whole = serde_json::to_value(report).unwrap_or_default();
        let head = |key: &str, of: &Value| (key.to_owned(), of.clone());
        let recording =
            [head("recording", &whole["recording"]["name"]), head("recording_sha256", &whole["recording"]["sha256"])];
        let list = |path: &str| whole.pointer(path).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut rows: Vec<Row> = Vec::new();
        let mut push = |place: &[(String, Value)], value: &Value| {
            let mut row = [&recording, place].concat();
            flatten("", value, &mut row);
            rows.push(row);
        };
        let muscle = |channel: &Value| {
            [
                head("channel", &channel["label"]),
                head("channel_index", &channel["index"]),
                head("unit", &channel["unit"]),
            ]
        };
        let labels = list("/recording/channels");
        let side = |leg: &Value| {
            let index = leg["channel"].as_u64().and_then(|index| usize::try_from(index).ok());
            let label = index.and_then(|index| labels.get(index)).map_or(&Value::Null, |channel| &channel["label"]);
            [head("channel", label), head("channel_index", &leg["channel"])]
        };
        match self {
            Self::Contractions => {
                for channel in list("/emg/channels") {
                    let contractions = channel["contractions"].as_array().into_iter().flatten();
                    contractions.for_each(|contraction| push(&muscle(&channel), contraction));
                }
            }
            Self::Channels => {
                for channel in list("/emg/channels") {
                    let mut place = muscle(&channel).to_vec();
                    flatten("fatigue", &channel["fatigue"], &mut place);
                    push(&place, &channel["parameters"]);
                }
            }
            Self::Legs => list("/voice/legs").iter().for_each(|leg| push(&side(leg), leg)),
            Self::Segments => {
                for leg in list("/voice/legs") {
                    let segments = leg.pointer("/activity/segments").and_then(Value::as_array).into_iter().flatten();
                    segments.for_each(|segment| push(&side(&leg), segment));
                }
            }
            Self::Warnings => list("/warnings").iter().for_each(|warning| push(&[], warning)),
        }
        rows
    }
}

/// Cells by the names of their columns.
type Row = Vec<(String, Value)>;

/// A field of a row's type.
enum Field {
    /// One cell.
    Cell(String),
    /// As many cells as there are numbers, and at least so many.
    Numbers(String, usize),
}

/// The fields below `schema`, in the order in which they are written; `root` holds the definitions.
fn fields_of(root: &Value, schema: &Value, prefix: &str, fields: &mut Vec<Field>) {
    if let Some(path) = schema["$ref"].as_str().and_then(|target| target.strip_prefix('#')) {
        return fields_of(root, root.pointer(path).unwrap_or(&Value::Null), prefix, fields);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let of_value = choices.iter().find(|choice| choice["type"] != "null").unwrap_or(&Value::Null);
        return fields_of(root, of_value, prefix, fields);
    }
    if let Some(inner) = schema["properties"].as_object() {
        let key = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
        return inner.iter().for_each(|(name, schema)| fields_of(root, schema, &key(name), fields));
    }
    let is = |schema: &Value, name: &str| {
        schema["type"] == name || schema["type"].as_array().is_some_and(|types| types.iter().any(|of| of == name))
    };
    if !is(schema, "array") {
        fields.push(Field::Cell(prefix.to_owned()));
    } else if is(&schema["items"], "number") || is(&schema["items"], "integer") {
        let at_least = schema["minItems"].as_u64().and_then(|count| usize::try_from(count).ok());
        fields.push(Field::Numbers(prefix.to_owned(), at_least.unwrap_or(0)));
    } else if prefix.ends_with("flags") {
        fields.push(Field::Cell(prefix.to_owned()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_a_table_do_not_depend_on_its_rows() {
        let heads = Table::ALL.map(|table| table.csv(&[]));
        assert_eq!(heads[2].lines().count(), 1);
        assert!(heads[0].starts_with("recording,recording_sha256,channel,channel_index,unit,onset,offset,onset_s,"));
        assert!(heads[1].contains(",mvc_value") && heads[2].contains(",pitch.f0_mean_hz,"));
        assert!(heads[3].contains(",start_s,end_s"));
        assert_eq!(heads[4], "recording,recording_sha256,code,message,byte,field,channel,span_s.0,span_s.1\n");
    }
}
