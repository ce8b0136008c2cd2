//! How settings are declared: once, with type, default and meaning in one place.
//!
//! [`config!`] writes the struct, its `Default`, serde (unknown keys refused), its JSON Schema and a chained setter for every field, so that
//! a default can never stand in two places.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};

/// Declares a settings struct: each field as `/// meaning` and `name: Type = default,`.
macro_rules! config {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* $field:ident : $ty:ty = $default:expr),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        #[non_exhaustive]
        pub struct $name { $($(#[$field_meta])* pub $field: $ty),* }

        impl Default for $name {
            fn default() -> Self { Self { $($field: $default),* } }
        }

        impl $name {
            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](Self#structfield.", stringify!($field), ").")]
                #[must_use]
                pub fn $field(mut self, $field: $ty) -> Self { self.$field = $field; self }
            )*
        }
    };
}
pub(crate) use config;

/// Refuses a setting outside `range`, by its name.
pub(crate) fn within(field: &str, value: f64, range: std::ops::RangeInclusive<f64>) -> Result<()> {
    if range.contains(&value) {
        return Ok(());
    }
    let expected = format!("{} to {}", range.start(), range.end());
    Err(Error::config("config.out-of-range", "setting outside its range").field(field).found(value).expected(expected))
}

/// A setting that the library chooses from the recording unless it is given: `"auto"` or a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auto<T> {
    /// The library chooses; the report says what it chose.
    #[default]
    Auto,
    /// The caller chose.
    Value(T),
}

impl<T> Auto<T> {
    /// The value given, or `chosen`.
    pub fn or(self, chosen: T) -> T {
        match self {
            Self::Auto => chosen,
            Self::Value(value) => value,
        }
    }

    /// The value, where one was given.
    pub fn given(&self) -> Option<&T> {
        match self {
            Self::Auto => None,
            Self::Value(value) => Some(value),
        }
    }
}

impl<T> From<T> for Auto<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Serialize> Serialize for Auto<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Auto<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written<T> {
            Value(T),
            Word(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Value(value) => Ok(Self::Value(value)),
            Written::Word(word) if word == "auto" => Ok(Self::Auto),
            Written::Word(word) => Err(serde::de::Error::custom(format!(
                "found \"{word}\", expected \"auto\" or a value (a list is written [\"A\", \"B\"])"
            ))),
        }
    }
}

impl<T: JsonSchema> JsonSchema for Auto<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Auto_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let value = generator.subschema_for::<T>();
        schemars::json_schema!({ "anyOf": [{ "const": "auto" }, value] })
    }
}

#[cfg(test)]
mod tests {
    use super::Auto;

    #[test]
    fn auto_reads_the_word_and_the_value_and_refuses_the_rest() {
        assert_eq!(serde_json::from_str::<Auto<f64>>("\"auto\"").unwrap(), Auto::Auto);
        assert_eq!(serde_json::from_str::<Auto<f64>>("12.5").unwrap(), Auto::Value(12.5));
        let refused = serde_json::from_str::<Auto<f64>>("\"often\"").unwrap_err().to_string();
        assert!(refused.contains("\"often\""), "{refused}");
    }
}
