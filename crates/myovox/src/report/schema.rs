//! JSON Schema of what is written and of what can be set, generated from the types.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::types::{Inspection, Report};
use crate::emg::Session;
use crate::settings::Config;

/// JSON Schema (2020-12) of a [`Report`], as indented JSON.
pub fn report_schema() -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    text(generator.into_root_schema_for::<Report>().as_value())
}

/// JSON Schema (2020-12) of an [`Inspection`], as indented JSON.
pub fn inspection_schema() -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    text(generator.into_root_schema_for::<Inspection>().as_value())
}

/// JSON Schema (2020-12) of a settings file, as indented JSON.
pub fn settings_schema() -> String {
    text(SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Config>().as_value())
}

/// JSON Schema (2020-12) of a session file, as indented JSON.
pub fn session_schema() -> String {
    text(SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Session>().as_value())
}

fn text(schema: &Value) -> String {
    serde_json::to_string_pretty(schema).unwrap_or_default() + "\n"
}
