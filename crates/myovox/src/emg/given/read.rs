//! Reading a session file's text: TOML or JSON, to one tree, to [`Session`], with errors that name the key.

use serde_json::{Map, Value};

use super::Session;
use crate::error::{Error, Result};

impl Session {
    /// The session of a TOML text.
    ///
    /// ```
    /// use myovox::emg::Session;
    /// let session = Session::from_toml("rpe = 5\n[channels.'CH1 Raw']\nside = 'left'")?;
    /// assert_eq!(session.rpe, Some(5.0));
    /// let wrong = Session::from_toml("[channels.'CH1 Raw']\nside = 'lft'").unwrap_err().to_string();
    /// assert!(wrong.contains("channels.CH1 Raw.side") && wrong.contains("`right`"), "{wrong}");
    /// # Ok::<(), myovox::Error>(())
    /// ```
    ///
    /// # Errors
    /// `session.not-toml`; `session.bad-value` naming the key, what was found and what is permitted, and as [`check`](Self::check).
    pub fn from_toml(text: &str) -> Result<Self> {
        let table: toml::Table = toml::from_str(text).map_err(|cause| {
            let start = cause.span().map_or(0, |span| span.start as u64);
            Error::config("session.not-toml", format!("not TOML: {}", cause.message())).byte(start)
        })?;
        Self::from_value(&json_of(toml::Value::Table(table), "")?)
    }

    /// The session of a JSON text.
    ///
    /// # Errors
    /// `session.not-json`, else as [`from_toml`](Self::from_toml).
    pub fn from_json(text: &str) -> Result<Self> {
        let value = serde_json::from_str(text)
            .map_err(|cause| Error::config("session.not-json", format!("not JSON: {cause}")))?;
        Self::from_value(&value)
    }

    fn from_value(value: &Value) -> Result<Self> {
        let session: Self = serde_json::from_value(value.clone()).map_err(|cause| {
            let error = |cause: serde_json::Error| Error::config("session.bad-value", cause.to_string());
            match offender(value, &mut Vec::new()) {
                Some((key, cause)) => error(cause).field(key),
                None => error(cause),
            }
        })?;
        session.check()?;
        Ok(session)
    }

    /// The session as JSON, in a fixed order, without what is not known.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_else(|cause| unreachable!("a session is plain data: {cause}"))
    }
}

/// TOML as JSON; a date becomes its text.
fn json_of(value: toml::Value, key: &str) -> Result<Value> {
    Ok(match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::Datetime(date) => Value::String(date.to_string()),
        toml::Value::Float(number) => serde_json::Number::from_f64(number).map(Value::Number).ok_or_else(|| {
            Error::config("session.bad-value", "not a finite number")
                .field(key)
                .found(number)
                .expected("a finite number")
        })?,
        toml::Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| json_of(item, key)).collect::<Result<_>>()?)
        }
        toml::Value::Table(table) => {
            let inner = |name: &str| if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
            let entry = |(name, value): (String, toml::Value)| Ok((name.clone(), json_of(value, &inner(&name))?));
            Value::Object(table.into_iter().map(entry).collect::<Result<Map<_, _>>>()?)
        }
    })
}

/// The first value that, alone in a session, cannot be read: its key and why.
fn offender(value: &Value, path: &mut Vec<String>) -> Option<(String, serde_json::Error)> {
    if let Some(table) = value.as_object().filter(|table| !table.is_empty()) {
        return table.iter().find_map(|(name, inner)| {
            path.push(name.clone());
            let found = offender(inner, path);
            path.pop();
            found
        });
    }
    let lone =
        path.iter().rev().fold(value.clone(), |inner, name| Value::Object(Map::from_iter([(name.clone(), inner)])));
    serde_json::from_value::<Session>(lone).err().map(|cause| (path.join("."), cause))
}
