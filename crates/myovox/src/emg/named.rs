//! Which detector the analysis uses: its own, or one of the literature by name, for who must compare.

use std::borrow::Cow;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::activation::Activation;
use super::methods::{self, Method, MethodConfig};
use super::plan::Signal;
use crate::error::Result;
use crate::units::Rate;
use crate::warning::Warning;

/// The word for the analysis's own detector.
const OWN: &str = "default";

/// The code of a channel that the prior application drops.
const PRIOR_REFUSED: &str = "emg.prior-refused";

/// Which detector finds activations and contractions: `"default"`; a name, `"tkeo"`, for a method with its published settings; or those too,
/// `{"method": "tkeo", "deviations": 8.0}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum DetectorConfig {
    /// The analysis's own.
    #[default]
    Own,
    /// One of the literature. What it finds is both activations and contractions; it places no edge by likelihood and has no confidence.
    Named(MethodConfig),
}

impl DetectorConfig {
    /// The method of the literature, where one was chosen.
    pub fn named(&self) -> Option<&MethodConfig> {
        match self {
            Self::Own => None,
            Self::Named(method) => Some(method),
        }
    }
}

impl From<Method> for DetectorConfig {
    fn from(method: Method) -> Self {
        Self::Named(method.config())
    }
}

impl Serialize for DetectorConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Self::Own => serializer.serialize_str(OWN),
            Self::Named(method) => method.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for DetectorConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let written = Value::deserialize(deserializer)?;
        match written.as_str() {
            Some(OWN) => Ok(Self::Own),
            Some(_) => serde_json::from_value::<Method>(written).map(Self::from).map_err(serde::de::Error::custom),
            None => serde_json::from_value(written).map(Self::Named).map_err(serde::de::Error::custom),
        }
    }
}

impl JsonSchema for DetectorConfig {
    fn schema_name() -> Cow<'static, str> {
        "DetectorConfig".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let (name, method) = (generator.subschema_for::<Method>(), generator.subschema_for::<MethodConfig>());
        schemars::json_schema!({ "anyOf": [{ "const": OWN }, name, method] })
    }
}

/// What a method of the literature finds in a channel as it was recorded; a channel that the prior application drops holds nothing, and a
/// warning says why.
pub(super) fn activations(
    signal: &Signal<'_>,
    rate: Rate,
    method: &MethodConfig,
    rest: &[Range<usize>],
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Activation>> {
    let found = match methods::activations(signal.samples, rate, method, rest) {
        Err(error) if error.code() == PRIOR_REFUSED => {
            warnings.push(Warning::new(PRIOR_REFUSED, error.to_string()).channel(signal.info.label.as_str()));
            Vec::new()
        }
        found => found?,
    };
    let activation = |found: methods::Interval| Activation {
        onset: found.onset,
        offset: found.offset,
        onset_s: found.onset_s,
        offset_s: found.offset_s,
        onset_edge: None,
        offset_edge: None,
        confidence: None,
        flags: found.flags,
    };
    Ok(found.into_iter().map(activation).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_a_name_and_settings_are_read_and_the_rest_refused_by_name() {
        let read = |text: &str| serde_json::from_str::<DetectorConfig>(text);
        assert_eq!(read(r#""default""#).unwrap(), DetectorConfig::Own);
        assert_eq!(read(r#""pelt""#).unwrap(), Method::Pelt.into());
        let set = read(r#"{"method": "tkeo", "deviations": 8.0}"#).unwrap();
        assert!(set != Method::Tkeo.into() && set.named().unwrap().method() == Method::Tkeo);
        assert_eq!(read(&serde_json::to_string(&set).unwrap()).unwrap(), set);
        assert_eq!(serde_json::to_value(DetectorConfig::Own).unwrap(), OWN);
        assert!(read(r#""lanshammar""#).unwrap_err().to_string().contains("lanshammar"));
        assert!(read(r#"{"method": "tkeo", "deviation": 8.0}"#).unwrap_err().to_string().contains("`deviation`"));
    }
}
