//! All settings in one place: [`Config`], how it is read from TOML or JSON, changed key by key, and described.
//!
//! Meaning and default of every setting stand where its struct is declared; the table of settings, the JSON Schema, `myovox config --defaults`
//! and the reports are made from there.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::config::config;
use crate::emg::{EmgConfig, Session};
use crate::error::{Error, Result};
use crate::formats::c3d::C3dConfig;
use crate::formats::codecs::CodecsConfig;
use crate::formats::source;
use crate::formats::wav::WavConfig;
use crate::limits::Limits;
use crate::simd::Level;
use crate::units::Rate;
use crate::voice::VoiceConfig;

config! {
    /// Everything that can be set. A report holds it complete, and fed back it makes the same report.
    pub struct Config {
        /// What one recording may cost.
        limits: Limits = Limits::default(),
        /// Reading of C3D.
        c3d: C3dConfig = C3dConfig::default(),
        /// Reading of WAV.
        wav: WavConfig = WavConfig::default(),
        /// Reading of compressed sound, AIFF and AU.
        codecs: CodecsConfig = CodecsConfig::default(),
        /// Analysis of muscles.
        emg: EmgConfig = EmgConfig::default(),
        /// Analysis of voices.
        voice: VoiceConfig = VoiceConfig::default(),
    }
}

/// The environment variable by which command line and Python module let a user choose the instruction set.
pub const SIMD_VARIABLE: &str = "MYOVOX_SIMD";

/// Largest settings file that is read, in bytes; all settings with their meanings are some 10 KB.
const LARGEST_FILE: u64 = 1 << 20;

/// The instruction set that the value of [`SIMD_VARIABLE`] names; the best one for none or an empty one.
///
/// # Errors
/// `config.simd-level` for a name that this processor has no level of; the line lists those that it has.
pub fn simd_level(value: Option<&str>) -> Result<Level> {
    let Some(name) = value.filter(|name| !name.is_empty()) else { return Ok(Level::best()) };
    Level::named(name).ok_or_else(|| {
        let available: Vec<&str> = Level::available().into_iter().map(Level::name).collect();
        Error::config("config.simd-level", "this processor has no such instruction set")
            .field(SIMD_VARIABLE)
            .found(format!("`{name}`"))
            .expected(format!("one of {}", available.join(", ")))
    })
}

/// One setting, as a person reads it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Setting {
    /// Its key: `emg.band.low_hz`.
    pub key: String,
    /// Its default.
    pub default: Value,
    /// What it means, with unit, and where the default is from.
    pub meaning: String,
}

/// Sampling rate at which settings of muscles are tried: high enough that only what no rate can hold is refused.
const MUSCLE_RATE_HZ: f64 = 1e6;

/// Sampling rates at which settings of voices are tried: those of wide-band calls, telephones, sound cards and studios, and both ends of what
/// `limits.max_rate_hz` lets pass.
const VOICE_RATES_HZ: [f64; 7] = [16_000.0, 8_000.0, 48_000.0, 96_000.0, 192_000.0, 1_000.0, 1e6];

impl Config {
    /// Refuses settings that no recording can be analysed with; what only some rates cannot hold is the error of a recording.
    ///
    /// # Errors
    /// As `emg::Plan::new` and `voice::Plan::new`, which name the setting and its range.
    pub fn check(&self) -> Result<()> {
        let default = Self::default();
        if self.emg != default.emg {
            crate::emg::Plan::new(&self.emg, Rate::new(MUSCLE_RATE_HZ)?, Level::best())?;
        }
        if self.voice != default.voice {
            let plan = |hz: f64| crate::voice::Plan::new(&self.voice, Rate::new(hz)?).map(drop);
            // The error at the first rate speaks for all of them.
            let [first, others @ ..] = VOICE_RATES_HZ;
            others.into_iter().fold(plan(first), |result, hz| result.or_else(|error| plan(hz).map_err(|_| error)))?;
        }
        Ok(())
    }

    /// The settings of a TOML text; what it does not name keeps its default.
    ///
    /// ```
    /// use myovox::Config;
    /// let config = Config::from_toml("[emg.band]\nlow_hz = 30.0")?;
    /// assert_eq!(config.emg.band.low_hz, 30.0);
    /// assert!(Config::from_toml("[emg.band]\nlow = 30.0").unwrap_err().to_string().contains("`low`"));
    /// # Ok::<(), myovox::Error>(())
    /// ```
    ///
    /// # Errors
    /// `config.not-toml` for a text that is no TOML; `config.unknown-key`, `config.bad-value` naming the key.
    pub fn from_toml(text: &str) -> Result<Self> {
        let table: toml::Table = toml::from_str(text).map_err(|cause| {
            Error::config("config.not-toml", format!("not TOML: {}", cause.message())).byte(start_of(&cause))
        })?;
        if let Some((key, found)) = not_finite(&toml::Value::Table(table.clone()), "") {
            return Err(Error::config("config.bad-value", "not a finite number").field(key).found(found));
        }
        let value = serde_json::to_value(table)
            .map_err(|cause| Error::config("config.bad-value", format!("a value that no setting takes: {cause}")))?;
        Self::from_value(&value)
    }

    /// The settings of a JSON text; what it does not name keeps its default.
    ///
    /// # Errors
    /// `config.not-json` for a text that is no JSON; `config.unknown-key`, `config.bad-value` naming the key.
    pub fn from_json(text: &str) -> Result<Self> {
        let value = serde_json::from_str(text)
            .map_err(|cause| Error::config("config.not-json", format!("not JSON: {cause}")))?;
        Self::from_value(&value)
    }

    /// The settings of a file: TOML or JSON by its ending, and where that tells nothing by its first character.
    ///
    /// # Errors
    /// As [`source::read_path`], for a file above 1 MiB too; `config.not-utf-8`, and as [`from_toml`](Self::from_toml) and
    /// [`from_json`](Self::from_json). Each line names the path.
    pub fn from_path(path: &Path) -> Result<Self> {
        from_file(path, Self::from_toml, Self::from_json)
    }

    /// The same settings with one changed: `set("emg.band.low_hz", "30")`. A value that is no JSON is taken as text.
    ///
    /// # Errors
    /// `config.unknown-key`, `config.bad-value` naming the key.
    pub fn set(&self, key: &str, value: &str) -> Result<Self> {
        let new: Value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        let mut all =
            serde_json::to_value(self).map_err(|cause| Error::config("config.bad-value", cause.to_string()))?;
        let mut at = &mut all;
        for part in key.split('.') {
            let known: Vec<String> = at.as_object().map(|table| table.keys().cloned().collect()).unwrap_or_default();
            at = at.get_mut(part).ok_or_else(|| unknown(key, part, &known))?;
        }
        if at.is_object() && !new.is_object() {
            let keys: Vec<&str> = at.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
            let expected = format!("one of its settings: {key}.{{{}}}", keys.join(", "));
            return Err(Error::config("config.bad-value", "a group of settings cannot be set at once")
                .field(key)
                .expected(expected));
        }
        merge(at, new);
        Self::from_value(&all)
    }

    /// The complete settings as JSON, in a fixed order.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_else(|cause| unreachable!("settings are plain data: {cause}"))
    }

    fn from_value(value: &Value) -> Result<Self> {
        check_keys(value, &describe_value(), "")?;
        serde_json::from_value(value.clone()).map_err(|cause| {
            let error = Error::config("config.bad-value", cause.to_string());
            match offender(value) {
                Some(key) => error.field(key),
                None => error,
            }
        })
    }
}

impl Session {
    /// The session of a file: TOML or JSON by its ending, and where that tells nothing by its first character. A calibration recording that it
    /// names is not opened: [`batch::with_session`](crate::batch::with_session) does that.
    ///
    /// # Errors
    /// As [`source::read_path`], for a file above 1 MiB too; `config.not-utf-8`, and as [`from_toml`](Self::from_toml) and
    /// [`from_json`](Self::from_json). Each line names the path.
    pub fn from_path(path: &Path) -> Result<Self> {
        from_file(path, Self::from_toml, Self::from_json)
    }
}

/// What stands in the small text file `path`, TOML or JSON by its ending or its first character.
fn from_file<T>(path: &Path, toml: impl Fn(&str) -> Result<T>, json: impl Fn(&str) -> Result<T>) -> Result<T> {
    let bytes = source::read_path(path, &Limits::default().max_input_bytes(LARGEST_FILE))?;
    let read = || {
        let text = std::str::from_utf8(&bytes).map_err(|cause| {
            Error::config("config.not-utf-8", "not a text in UTF-8").byte(cause.valid_up_to() as u64)
        })?;
        let text = text.trim_start_matches('\u{feff}');
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("json") => json(text),
            Some("toml") => toml(text),
            _ if text.trim_start().starts_with('{') => json(text),
            _ => toml(text),
        }
    };
    read().map_err(|error| error.recording(path.display().to_string()))
}

fn start_of(cause: &toml::de::Error) -> u64 {
    cause.span().map_or(0, |span| span.start as u64)
}

/// The first number of a TOML value that is infinite or NaN, which no setting takes: its key and itself.
fn not_finite(value: &toml::Value, path: &str) -> Option<(String, f64)> {
    match value {
        toml::Value::Float(number) if !number.is_finite() => Some((path.to_owned(), *number)),
        toml::Value::Table(table) => table.iter().find_map(|(name, inner)| {
            not_finite(inner, &if path.is_empty() { name.clone() } else { format!("{path}.{name}") })
        }),
        _ => None,
    }
}

fn describe_value() -> Value {
    serde_json::to_value(Config::default()).unwrap_or_default()
}

fn unknown(key: &str, part: &str, known: &[String]) -> Error {
    let expected = if known.is_empty() { "no further part".to_owned() } else { format!("one of {}", known.join(", ")) };
    Error::config("config.unknown-key", "no such setting").field(key).found(format!("`{part}`")).expected(expected)
}

/// Puts `new` in the place of `at`; of a group only what `new` names.
fn merge(at: &mut Value, new: Value) {
    match (at, new) {
        (Value::Object(group), Value::Object(changes)) => {
            for (name, change) in changes {
                merge(group.entry(name).or_insert(Value::Null), change);
            }
        }
        (at, new) => *at = new,
    }
}

/// Refuses keys that no setting has.
fn check_keys(value: &Value, defaults: &Value, path: &str) -> Result<()> {
    let (Some(table), Some(known)) = (value.as_object(), defaults.as_object()) else { return Ok(()) };
    for (name, inner) in table {
        let key = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let names: Vec<String> = known.keys().cloned().collect();
        check_keys(inner, known.get(name).ok_or_else(|| unknown(&key, name, &names))?, &key)?;
    }
    Ok(())
}

/// The key whose value cannot be read: the first that, alone, fails.
fn offender(value: &Value) -> Option<String> {
    leaves(value, "").into_iter().map(|(key, _)| key).find(|key| {
        let mut lone = value.pointer(&format!("/{}", key.replace('.', "/"))).cloned().unwrap_or_default();
        for part in key.rsplit('.') {
            lone = serde_json::json!({ part: lone });
        }
        serde_json::from_value::<Config>(lone).is_err()
    })
}

/// `(key, value)` of everything that is not a group.
fn leaves(value: &Value, path: &str) -> Vec<(String, Value)> {
    match value.as_object() {
        None => vec![(path.to_owned(), value.clone())],
        Some(table) => table
            .iter()
            .flat_map(|(name, inner)| {
                leaves(inner, &if path.is_empty() { name.clone() } else { format!("{path}.{name}") })
            })
            .collect(),
    }
}

/// Every setting with its default and meaning, in the order of declaration.
pub fn describe() -> Vec<Setting> {
    let schema = serde_json::to_value(schemars::schema_for!(Config)).unwrap_or_default();
    let meaning = |key: &str| {
        let mut at = &schema;
        let mut text = "";
        for part in key.split('.') {
            at = resolve(&schema, &at["properties"][part]);
            text = at["description"].as_str().unwrap_or(text);
        }
        // A description beside a `$ref` belongs to the field; inside the referenced type to the type.
        let (group, name) = key.rsplit_once('.').unwrap_or(("", key));
        let mut owner = &schema;
        for part in group.split('.').filter(|part| !part.is_empty()) {
            owner = resolve(&schema, &owner["properties"][part]);
        }
        owner["properties"][name]["description"].as_str().unwrap_or(text).replace('\n', " ")
    };
    leaves(&describe_value(), "")
        .into_iter()
        .map(|(key, default)| Setting { meaning: meaning(&key), key, default })
        .collect()
}

fn resolve<'a>(schema: &'a Value, node: &'a Value) -> &'a Value {
    match node["$ref"].as_str().and_then(|path| path.strip_prefix('#')) {
        Some(path) => schema.pointer(path).unwrap_or(node),
        None => node,
    }
}

/// The defaults as a TOML text with each setting's meaning above it: a file to start from.
pub fn defaults_toml() -> String {
    let mut text = String::from("# Every setting of myovox with its default. Delete what you do not change.\n");
    let mut group = String::new();
    for setting in describe() {
        let (table, name) = setting.key.rsplit_once('.').unwrap_or(("", &setting.key));
        if table != group {
            text.extend(["\n[", table, "]\n"]);
            table.clone_into(&mut group);
        }
        for line in wrapped(&setting.meaning, 110) {
            text.extend(["# ", &line, "\n"]);
        }
        text.extend([name, " = ", &setting.default.to_string(), "\n"]);
    }
    text
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].len() + 1 + word.len() > width {
            lines.push(word.to_owned());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_meaning_and_the_defaults_read_back() {
        let settings = describe();
        assert!(settings.len() > 20);
        for setting in &settings {
            assert!(setting.meaning.len() > 10, "{} has no meaning", setting.key);
        }
        assert_eq!(Config::from_toml(&defaults_toml()).unwrap(), Config::default());
    }

    #[test]
    fn every_setting_can_be_set_to_its_own_default() {
        for setting in describe() {
            let config = Config::default().set(&setting.key, &setting.default.to_string()).unwrap();
            assert_eq!(config, Config::default(), "{}", setting.key);
        }
    }

    #[test]
    fn a_key_or_value_that_is_wrong_is_named() {
        let line = |result: Result<Config>| result.unwrap_err().to_string();
        assert_eq!(
            line(Config::default().set("emg.band.low", "3")),
            "emg.band.low: no such setting: found `low`, expected one of order, low_hz, high_hz"
        );
        assert!(line(Config::default().set("emg.band", "3")).starts_with("emg.band: a group of settings"));
        assert!(line(Config::default().set("emg.band.low_hz", "loud")).starts_with("emg.band.low_hz: "));
        assert!(line(Config::from_json(r#"{"emg": {"band": {"order": -1}}}"#)).starts_with("emg.band.order: "));
        assert!(line(Config::from_toml("[emg")).contains("not TOML"));
        assert_eq!(
            line(Config::from_toml("[limits]\nmax_rate_hz = inf")),
            "limits.max_rate_hz: not a finite number: found inf"
        );
        let group = Config::default().set("emg.band.order", "6").unwrap().set("emg.band", r#"{"low_hz": 30}"#).unwrap();
        assert_eq!((group.emg.band.order, group.emg.band.low_hz), (6, 30.0));
        assert!(line(Config::default().set("emg.channels", "CH1")).contains(r#"["A", "B"]"#));
        assert!(Config::default().set("emg.channels", r#"["CH1 Raw"]"#).is_ok());
        assert!(Config::default().set("emg.envelope.method", "linear").is_ok());
    }
}
