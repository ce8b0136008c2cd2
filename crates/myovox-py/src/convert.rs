//! Small things on the way to Python: words, shapes, dictionaries.

use myovox::Error;
use numpy::{PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use serde::Serialize;

/// The word that stands for an enumeration's value in reports: `intel`, `pcm16`.
pub(crate) fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The shape of an array as Python writes it: `(4, 3, 20)`.
pub(crate) fn shape(array: &Bound<'_, PyUntypedArray>) -> String {
    let lengths: Vec<String> = array.shape().iter().map(usize::to_string).collect();
    format!("({})", lengths.join(", "))
}

/// A rate or a time; NaN where it is unknown, so that what is computed from it is unknown too.
pub(crate) fn or_nan(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::NAN)
}

/// The numbers of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    Float64,
    Float32,
}

impl Depth {
    /// The numbers that numpy calls `dtype`.
    pub(crate) fn named(dtype: &str) -> myovox::Result<Self> {
        match dtype {
            "float64" => Ok(Self::Float64),
            "float32" => Ok(Self::Float32),
            other => Err(Error::config("config.dtype", "not the numbers of an array")
                .field("dtype")
                .found(format!("`{other}`"))
                .expected("float64 or float32")),
        }
    }
}

/// A dictionary, written as Python writes it.
macro_rules! dict {
    ($py:expr, { $($key:literal: $value:expr),* $(,)? }) => {{
        let dict = pyo3::types::PyDict::new($py);
        $(dict.set_item($key, $value)?;)*
        dict
    }};
}
pub(crate) use dict;
