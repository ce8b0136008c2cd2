//! What header and parameters of a C3D file say, as JSON.

use myovox::Warning;
use myovox::formats::c3d::{
    C3dMetadata, C3dRecording, Event, Layout, Parameter, ParameterType, Parameters, Processor, Storage,
};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// The object of `myovox_c3d_metadata_json` and `myovox_c3d_reader_metadata_json`.
#[derive(Serialize)]
pub(crate) struct Metadata<'a> {
    frames: u64,
    first_frame: u32,
    point_rate_hz: Option<f64>,
    point_units: &'a str,
    point_labels: &'a [String],
    samples_per_frame: u32,
    analog_rate_hz: Option<f64>,
    analog_labels: &'a [String],
    analog_units: &'a [String],
    processor: Processor,
    storage: Storage,
    force_platform_channels: &'a [usize],
    events: &'a [Event],
    parameters: Groups<'a>,
    warnings: &'a [Warning],
}

impl<'a> Metadata<'a> {
    pub(crate) fn of_recording(recording: &'a C3dRecording) -> Self {
        Self {
            point_units: &recording.point_units,
            point_labels: &recording.point_labels,
            analog_rate_hz: recording.analog_rate_hz,
            analog_labels: &recording.analog_labels,
            analog_units: &recording.analog_units,
            force_platform_channels: &recording.force_platform_channels,
            events: &recording.events,
            warnings: &recording.warnings,
            ..Self::of_layout(&recording.layout, &recording.parameters)
        }
    }

    pub(crate) fn of_metadata(metadata: &'a C3dMetadata) -> Self {
        Self {
            point_units: &metadata.point_units,
            point_labels: &metadata.point_labels,
            analog_rate_hz: metadata.analog_rate_hz,
            analog_labels: &metadata.analog_labels,
            analog_units: &metadata.analog_units,
            force_platform_channels: &metadata.force_platform_channels,
            events: &metadata.events,
            warnings: &metadata.warnings,
            ..Self::of_layout(&metadata.layout, &metadata.parameters)
        }
    }

    fn of_layout(layout: &Layout, parameters: &'a Parameters) -> Self {
        Self {
            frames: layout.point_frames(),
            first_frame: layout.first_frame,
            point_rate_hz: layout.point_rate_hz,
            point_units: "",
            point_labels: &[],
            samples_per_frame: layout.samples_per_frame,
            analog_rate_hz: None,
            analog_labels: &[],
            analog_units: &[],
            processor: layout.processor,
            storage: layout.storage,
            force_platform_channels: &[],
            events: &[],
            parameters: Groups(parameters),
            warnings: &[],
        }
    }
}

/// Group, name, value; where a name occurs twice the first one counts, as in the library.
struct Groups<'a>(&'a Parameters);

impl Serialize for Groups<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut names: Vec<String> = Vec::new();
        for group in self.0.groups() {
            let name = group.name.to_ascii_uppercase();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        serializer.collect_map(names.into_iter().map(|name| {
            let group = Group { parameters: self.0, name: name.clone() };
            (name, group)
        }))
    }
}

struct Group<'a> {
    parameters: &'a Parameters,
    name: String,
}

impl Serialize for Group<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for group in self.parameters.groups().iter().filter(|group| group.name.eq_ignore_ascii_case(&self.name)) {
            for parameter in &group.parameters {
                let first = self.parameters.get(&self.name, &parameter.name);
                if first.is_some_and(|first| std::ptr::eq(first, parameter)) {
                    map.serialize_entry(&parameter.name.to_ascii_uppercase(), &Value::of(parameter))?;
                }
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Value<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    dims: &'a [u8],
    values: Values,
    description: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Values {
    Texts(Vec<String>),
    Integers(Vec<i32>),
    Reals(Vec<f64>),
    Bytes(Vec<u8>),
}

impl<'a> Value<'a> {
    fn of(parameter: &'a Parameter) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "they are whole numbers of at most 16 bits")]
        let integers = || Values::Integers(parameter.as_f64s().into_iter().map(|number| number as i32).collect());
        let (kind, values) = match parameter.kind {
            ParameterType::Text => ("text", Values::Texts(parameter.as_texts())),
            ParameterType::Byte => ("byte", integers()),
            ParameterType::Integer => ("integer", integers()),
            ParameterType::Real => ("real", Values::Reals(parameter.as_f64s())),
            ParameterType::Unknown(_) => ("unknown", Values::Bytes(parameter.data.clone())),
        };
        Self { kind, dims: &parameter.dims, values, description: parameter.description_text() }
    }
}
