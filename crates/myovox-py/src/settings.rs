//! Settings as Python writes them: nothing, a dictionary with nested or dotted keys, or the path of a TOML or JSON file.
//!
//! A session comes in the same forms, with keys that are not unfolded: labels of channels may hold points.
//!
//! They become JSON, and the library reads that: it alone knows the settings, their ranges and what to say about a wrong one.

use std::path::{Path, PathBuf};

use myovox::emg::{DetectorConfig, Session};
use myovox::{Analyzer, Config, Error, batch};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::border::Failure;

/// Nesting of dictionaries and lists beyond which nobody writes settings; a dictionary that holds itself ends here.
const MAX_DEPTH: usize = 16;

/// Whether a point in a key parts groups.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    Dotted,
    Whole,
}

/// The analyzer with the session of the argument `session`; a calibration recording is looked for where the session file stands, for a dictionary
/// in the working directory.
pub(crate) fn with_session(analyzer: Analyzer, argument: Option<&Bound<'_, PyAny>>) -> Result<Analyzer, Failure> {
    let Some(given) = argument else { return Ok(analyzer) };
    if let Ok(table) = given.cast::<PyMapping>() {
        let table = Value::Object(object_of(table, "", 0, Keys::Whole)?);
        let session = Session::from_json(&table.to_string())?;
        return Ok(given.py().detach(|| batch::with_session(analyzer, session, Path::new("")))?);
    }
    let path = path_of(given, "session")?;
    let folder = path.parent().unwrap_or(Path::new(""));
    Ok(given.py().detach(|| batch::with_session(analyzer, Session::from_path(&path)?, folder))?)
}

/// The path that an argument is, if it is one.
fn path_of(given: &Bound<'_, PyAny>, name: &str) -> Result<PathBuf, Failure> {
    if given.is_instance_of::<PyString>() || given.hasattr(intern!(given.py(), "__fspath__"))? {
        return Ok(given.extract()?);
    }
    let kind = given.get_type().name()?;
    let message = format!("{name} is a dict, the path of a TOML or JSON file, or None, not {kind}");
    Err(PyTypeError::new_err(message).into())
}

/// The settings of the argument `config`.
pub(crate) fn config(argument: Option<&Bound<'_, PyAny>>) -> Result<Config, Failure> {
    let config = read(argument)?;
    config.check()?;
    Ok(config)
}

fn read(argument: Option<&Bound<'_, PyAny>>) -> Result<Config, Failure> {
    let Some(given) = argument else { return Ok(Config::default()) };
    if let Ok(table) = given.cast::<PyMapping>() {
        let table = Value::Object(object_of(table, "", 0, Keys::Dotted)?);
        return Ok(Config::from_json(&table.to_string())?);
    }
    let path = path_of(given, "config")?;
    Ok(given.py().detach(|| Config::from_path(&path))?)
}

/// The settings of the muscle analysis in the argument `config`: those alone, or all settings with them under `emg`.
pub(crate) fn emg(argument: Option<&Bound<'_, PyAny>>) -> Result<Config, Failure> {
    let Some(table) = argument.and_then(|given| given.cast::<PyMapping>().ok()) else { return config(argument) };
    let mut object = object_of(table, "", 0, Keys::Dotted)?;
    if !object.contains_key("emg") {
        object = Map::from_iter([("emg".to_owned(), Value::Object(object))]);
    }
    let config = Config::from_json(&Value::Object(object).to_string())?;
    config.check()?;
    Ok(config)
}

/// Settings that stand outside `Config`, under `name` in messages, as their type reads them.
pub(crate) fn typed<T: DeserializeOwned>(argument: &Bound<'_, PyMapping>, name: &str) -> Result<T, Failure> {
    let table = Value::Object(object_of(argument, name, 0, Keys::Dotted)?);
    let read = serde_json::from_value(table);
    read.map_err(|cause| Error::config("config.bad-value", cause.to_string()).field(name).into())
}

/// The detector of the argument `method`: its name, or a table with its settings.
pub(crate) fn detector(argument: &Bound<'_, PyAny>) -> Result<DetectorConfig, Failure> {
    if let Ok(table) = argument.cast::<PyMapping>() {
        return typed(table, "method");
    }
    let name = Value::String(argument.extract()?);
    let read = serde_json::from_value(name);
    read.map_err(|cause| Error::config("config.bad-value", cause.to_string()).field("method").into())
}

/// The session of the argument `session`, without its calibration recording, which arrays have no place for.
pub(crate) fn session(argument: Option<&Bound<'_, PyAny>>) -> Result<Session, Failure> {
    let Some(given) = argument else { return Ok(Session::default()) };
    let session = if let Ok(table) = given.cast::<PyMapping>() {
        Session::from_json(&Value::Object(object_of(table, "", 0, Keys::Whole)?).to_string())?
    } else {
        let path = path_of(given, "session")?;
        given.py().detach(|| Session::from_path(&path))?
    };
    if session.calibration_recording.is_some() {
        let error = Error::config("session.calibration-not-read", "arrays do not open a calibration recording");
        return Err(error.field("calibration_recording").expected("values of MVC in the session").into());
    }
    Ok(session)
}

/// The defaults with the reading policy `policy` under `key`.
pub(crate) fn with_policy(key: &str, policy: &str) -> myovox::Result<Config> {
    match policy {
        // The default; as text it would cost more than reading a short recording.
        "lenient" => Ok(Config::default()),
        _ => Config::default().set(key, &Value::from(policy).to_string()),
    }
}

/// A dictionary, its keys unfolded where they are dotted. `path` is the key that it stands under.
fn object_of(
    table: &Bound<'_, PyMapping>,
    path: &str,
    depth: usize,
    keys: Keys,
) -> Result<Map<String, Value>, Failure> {
    let mut object = Map::new();
    for item in table.items()? {
        let (key, value) = item.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
        let Ok(key) = key.cast::<PyString>() else {
            return Err(bad_value(path, "a key that is no text", key.repr()?).into());
        };
        let key = key.to_str()?;
        let value = value_of(&value, &joined(path, key), depth + 1, keys)?;
        if keys == Keys::Whole {
            merge(&mut object, key, value, path)?;
            continue;
        }
        let mut parts = key.split('.');
        let first = parts.next().unwrap_or_default();
        let unfolded = parts.rev().fold(value, |inner, part| Value::Object(Map::from_iter([(part.to_owned(), inner)])));
        merge(&mut object, first, unfolded, path)?;
    }
    Ok(object)
}

/// Puts `value` under `name` of the group `path`; groups come together, a setting that is there already is an error.
fn merge(object: &mut Map<String, Value>, name: &str, value: Value, path: &str) -> Result<(), Failure> {
    let key = joined(path, name);
    match (object.get_mut(name), value) {
        (None, value) => {
            object.insert(name.to_owned(), value);
            Ok(())
        }
        (Some(Value::Object(there)), Value::Object(more)) => {
            more.into_iter().try_for_each(|(name, value)| merge(there, &name, value, &key))
        }
        _ => Err(Error::config("config.given-twice", "a setting that is given twice").field(key).into()),
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn value_of(given: &Bound<'_, PyAny>, path: &str, depth: usize, keys: Keys) -> Result<Value, Failure> {
    if depth > MAX_DEPTH {
        let error = Error::config("config.bad-value", "settings nested too deeply").field(path);
        return Err(error.expected(format!("at most {MAX_DEPTH} levels")).into());
    }
    if given.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(value) = given.cast::<PyBool>() {
        return Ok(Value::Bool(value.is_true()));
    }
    if let Ok(value) = given.cast::<PyString>() {
        return Ok(Value::String(value.to_str()?.to_owned()));
    }
    if let Ok(table) = given.cast::<PyMapping>() {
        return Ok(Value::Object(object_of(table, path, depth, keys)?));
    }
    if given.is_instance_of::<PyList>() || given.is_instance_of::<PyTuple>() {
        let items = given.try_iter()?.map(|item| value_of(&item?, path, depth + 1, keys));
        return items.collect::<Result<Vec<Value>, Failure>>().map(Value::Array);
    }
    number_of(given, path)
}

/// Python's and numpy's numbers.
fn number_of(given: &Bound<'_, PyAny>, path: &str) -> Result<Value, Failure> {
    let py = given.py();
    if given.is_instance_of::<PyInt>() || given.hasattr(intern!(py, "__index__"))? {
        let number = given.extract::<i64>().map(Value::from).or_else(|_| given.extract::<u64>().map(Value::from));
        return number.map_err(|_| bad_value(path, "a whole number that no setting takes", given.as_any()).into());
    }
    if given.is_instance_of::<PyFloat>() || given.hasattr(intern!(py, "__float__"))? {
        let number = serde_json::Number::from_f64(given.extract::<f64>()?).map(Value::Number);
        return number.ok_or_else(|| bad_value(path, "a number that is not finite", given.as_any()).into());
    }
    let kind = given.get_type().name()?;
    Err(bad_value(path, "a value that no setting takes", kind).into())
}

fn bad_value(path: &str, what: &str, found: impl std::fmt::Display) -> Error {
    Error::config("config.bad-value", what).field(path).found(found)
}
