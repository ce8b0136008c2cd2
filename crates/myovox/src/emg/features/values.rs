//! What features of one stretch look like in a result: a map from name to value in the order of the table, and why a value is not there.

use schemars::JsonSchema;
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::names::Feature;
use crate::warning::Missing;

/// Why a feature is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    TooShort,
    TooLong,
    Constant,
    Zero,
    NoBaseline,
    NoBins,
    NoPower,
    NoMatch,
    NoArtefact,
    NotFinite,
}

impl Reason {
    /// The stable word and a line for a person.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::TooShort => ("too_short", "the stretch holds too few samples for it"),
            Self::TooLong => ("too_long", "the stretch holds more samples than features.entropy_max_samples"),
            Self::Constant => ("constant", "the samples do not vary"),
            Self::Zero => ("zero", "all samples are zero"),
            Self::NoBaseline => ("no_baseline", "its threshold is a multiple of the baseline, which is not known"),
            Self::NoBins => ("no_bins", "the spectrum has no bin, or too few, where it is measured"),
            Self::NoPower => ("no_power", "there is no power where it is measured"),
            Self::NoMatch => ("no_match", "no two templates match"),
            Self::NoArtefact => ("no_artefact", "no power stands above the line that motion artefact would exceed"),
            Self::NotFinite => ("not_finite", "the value is beyond the range of numbers"),
        }
    }
}

/// A feature's value: one number, or one for each coefficient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Value {
    /// One number.
    Number(f64),
    /// Coefficients, the first for lag 1.
    Numbers(Vec<f64>),
}

/// Features by name, in the order of [`Feature::ALL`]: those that were asked for, `null` where one is not known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values(Vec<(Feature, Option<Value>)>);

impl Values {
    /// The number of this feature; `None` where it is not known, was not asked for, or is a list.
    pub fn get(&self, feature: Feature) -> Option<f64> {
        match self.value(feature)? {
            Value::Number(number) => Some(*number),
            Value::Numbers(_) => None,
        }
    }

    /// The coefficients of this feature; `None` where they are not known, were not asked for, or it is a number.
    pub fn list(&self, feature: Feature) -> Option<&[f64]> {
        match self.value(feature)? {
            Value::Number(_) => None,
            Value::Numbers(numbers) => Some(numbers),
        }
    }

    /// All that were asked for.
    pub fn iter(&self) -> impl Iterator<Item = (Feature, Option<&Value>)> {
        self.0.iter().map(|(feature, value)| (*feature, value.as_ref()))
    }

    fn value(&self, feature: Feature) -> Option<&Value> {
        let at = self.0.binary_search_by_key(&feature, |(feature, _)| *feature).ok()?;
        self.0[at].1.as_ref()
    }
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (feature, value) in &self.0 {
            map.serialize_entry(feature, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map;
        impl<'de> Visitor<'de> for Map {
            type Value = Values;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of features by name")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Values, M::Error> {
                let mut values = Vec::new();
                while let Some(entry) = map.next_entry::<Feature, Option<Value>>()? {
                    values.push(entry);
                }
                values.sort_by_key(|(feature, _)| *feature);
                Ok(Values(values))
            }
        }
        deserializer.deserialize_map(Map)
    }
}

impl JsonSchema for Values {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FeatureValues".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut properties = serde_json::Map::new();
        for feature in Feature::ALL {
            let unit = if feature.unit().is_empty() { "no unit" } else { feature.unit() };
            let description = format!("{} Unit: {unit}.", feature.description());
            let kind = match feature {
                Feature::Ar | Feature::Cc => {
                    serde_json::json!({ "type": ["array", "null"], "items": { "type": "number" }, "description": description })
                }
                _ => serde_json::json!({ "type": ["number", "null"], "description": description }),
            };
            properties.insert(feature.name().to_owned(), kind);
        }
        schemars::json_schema!({
            "type": "object",
            "description": "Features by name: those that were asked for, null where one is not known. `u` is the unit of the samples.",
            "properties": properties,
            "additionalProperties": false
        })
    }
}

/// The features of one stretch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Features {
    /// Samples of the stretch.
    pub samples: usize,
    /// Those among them that are missing (NaN or infinite).
    pub absent_samples: usize,
    /// Segments that the spectrum is the mean of; 0 where none was computed.
    pub segments: usize,
    /// The features; `null` where the stretch holds no samples or too many of them are missing.
    pub values: Option<Values>,
    /// Why each `null` is one; paths are relative to this object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
}

impl Features {
    /// The number of this feature; `None` where it is not known, was not asked for, or is a list.
    pub fn get(&self, feature: Feature) -> Option<f64> {
        self.values.as_ref()?.get(feature)
    }

    /// The coefficients of this feature; `None` where they are not known, were not asked for, or it is a number.
    pub fn list(&self, feature: Feature) -> Option<&[f64]> {
        self.values.as_ref()?.list(feature)
    }

    /// Why this feature is not known.
    pub fn reason(&self, feature: Feature) -> Option<&str> {
        let is = |missing: &&Missing| {
            missing.path.strip_prefix("values").is_some_and(|rest| rest.is_empty() || rest[1..] == *feature.name())
        };
        self.missing.iter().find(is).map(|missing| &*missing.reason)
    }

    /// A stretch of which nothing is known.
    pub(super) fn unknown(samples: usize, absent_samples: usize) -> Self {
        let (reason, message) = if samples == 0 {
            ("no_samples", "the stretch holds no samples".to_owned())
        } else {
            ("too_many_gaps", format!("{absent_samples} of {samples} samples are missing, more than a tenth"))
        };
        let missing = vec![Missing::new("values", reason, message)];
        Self { samples, absent_samples, segments: 0, values: None, missing }
    }

    /// Enters what was found, in the order of the table; a number that is none becomes unknown.
    pub(super) fn enter(&mut self, feature: Feature, found: Result<Value, Reason>) {
        let finite = |value: &Value| match value {
            Value::Number(number) => number.is_finite(),
            Value::Numbers(numbers) => numbers.iter().all(|number| number.is_finite()),
        };
        let found = found.and_then(|value| if finite(&value) { Ok(value) } else { Err(Reason::NotFinite) });
        if let Err(reason) = found {
            let (reason, message) = reason.words();
            self.missing.push(Missing::new(format!("values.{feature}"), reason, message));
        }
        self.values.get_or_insert_default().0.push((feature, found.ok()));
    }
}
