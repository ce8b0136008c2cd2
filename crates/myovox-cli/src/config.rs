//! Settings from the command line, and the verb `config` that prints and checks them.

use std::path::Path;

use myovox::simd::Level;
use myovox::{Analyzer, Config, Error, settings};

use crate::args::{ConfigCall, ConfigForm, Settings};
use crate::output::Output;
use crate::{ExitStatus, Stop, text};

/// The analyzer that a call asks for: settings file, then single settings, then `--channels`, on the instruction set of the environment.
///
/// # Errors
/// A file that cannot be read, a setting that does not exist or that no recording can be analysed with, an instruction set that is not there.
pub(crate) fn analyzer(call: &Settings, channels: &[String]) -> Result<Analyzer, Stop> {
    let mut config = match &call.config {
        Some(path) => from_file(path)?,
        None => Config::default(),
    };
    for change in &call.changes {
        let (key, value) = change.split_once('=').ok_or_else(|| {
            Error::config("cli.set", "not a setting").field("--set").found(format!("`{change}`")).expected("KEY=VALUE")
        })?;
        config = config.set(key.trim(), value.trim())?;
    }
    if !channels.is_empty() {
        config.emg.channels = channels.to_vec().into();
    }
    config.check()?;
    Ok(Analyzer::new(config).level(level()?))
}

/// The verb `config`.
pub(crate) fn run(call: &ConfigCall, output: &mut Output<'_>) -> Result<ExitStatus, Stop> {
    let text = match &call.check {
        Some(path) => text::checked(path, &from_file(path)?),
        None => match call.format {
            ConfigForm::Toml => settings::defaults_toml(),
            ConfigForm::Json => Config::default().to_json() + "\n",
            ConfigForm::Table => text::settings_table(),
        },
    };
    output.results(&text).map(|()| ExitStatus::Done)
}

/// The settings of a file, which must be right without those that are given beside it.
fn from_file(path: &Path) -> myovox::Result<Config> {
    let config = Config::from_path(path)?;
    config.check().map_err(|error| error.recording(path.display().to_string()))?;
    Ok(config)
}

fn level() -> myovox::Result<Level> {
    let value = std::env::var_os(settings::SIMD_VARIABLE);
    settings::simd_level(value.map(|name| name.to_string_lossy().into_owned()).as_deref())
}
