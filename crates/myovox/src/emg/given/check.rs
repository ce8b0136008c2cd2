//! What cannot be true of a session is refused, by key, value and what is permitted.

use super::super::score::{self, RpeMap, Weights};
use super::{ChannelSession, Session, WeightsSession, same, time};
use crate::error::{Error, Result};
use crate::units::Rate;

impl Session {
    /// Refuses values that cannot be.
    ///
    /// # Errors
    /// `session.bad-value` naming the key, what was found and what is permitted; `session.channel-twice` for two labels that are the same;
    /// `config.rate`, `config.out-of-range` and `config.weights`.
    pub fn check(&self) -> Result<()> {
        if let Some(hz) = self.rate_override_hz {
            Rate::new(hz).map_err(|error| error.field("rate_override_hz"))?;
        }
        if let Some(rpe) = self.rpe {
            score::effort(rpe, RpeMap::default())?;
        }
        self.check_times()?;
        in_range("protocol.day", self.protocol.day.map(f64::from), 1.0..=100_000.0)?;
        in_range("protocol.sessions_completed", self.protocol.sessions_completed, 0.0..=1e6)?;
        in_range("bfr.pressure_percent_aop", self.bfr.pressure_percent_aop, 0.0..=300.0)?;
        in_range("game.points", self.game.points, -1e15..=1e15)?;
        in_range("game.max", self.game.max, -1e15..=1e15)?;
        if let Some(window) = self.bfr.window {
            score::check_window("bfr.window", window)?;
        }
        for (k, [start, end]) in self.rest.iter().enumerate() {
            if !(0.0 <= *start && start < end && end.is_finite()) {
                return Err(bad("not a stretch of time")
                    .field(format!("rest[{k}]"))
                    .found(format!("[{start}, {end}]"))
                    .expected("[start_s, end_s] from 0 s on, the start before the end"));
            }
        }
        for (k, (label, channel)) in self.channels.iter().enumerate() {
            if let Some((other, _)) = self.channels.iter().take(k).find(|(other, _)| same(other, label)) {
                let error = Error::config("session.channel-twice", "two entries for one channel").field("channels");
                return Err(error.found(format!("\"{other}\" and \"{label}\"")).expected("one entry for each label"));
            }
            channel.check(&format!("channels.{label}"))?;
        }
        Ok(())
    }

    fn check_times(&self) -> Result<()> {
        if let Some(start) = self.session.start.as_deref().filter(|text| !time::is_rfc3339(text)) {
            let error = bad("not a time").field("session.start").found(format!("\"{start}\""));
            return Err(error.expected("RFC 3339, as 2023-03-21T17:23:09+01:00"));
        }
        let protocol = self.protocol.start.as_deref();
        if let Some(start) = protocol.filter(|text| !time::is_rfc3339(text) && !time::is_date(text)) {
            let error = bad("not a time").field("protocol.start").found(format!("\"{start}\""));
            return Err(error.expected("a date as 2023-03-21, or RFC 3339"));
        }
        Ok(())
    }
}

impl ChannelSession {
    fn check(&self, key: &str) -> Result<()> {
        if let Some(mvc) = self.mvc_value.filter(|mvc| !mvc.is_finite() || *mvc <= 0.0) {
            let error = bad("not a maximal voluntary contraction").field(format!("{key}.mvc_value")).found(mvc);
            return Err(error.expected("a value above 0"));
        }
        if let (Some(mvc), None) = (self.mvc_value, self.mvc_unit) {
            return Err(bad("a maximal voluntary contraction without a unit")
                .field(format!("{key}.mvc_unit"))
                .found(format!("nothing beside mvc_value = {mvc}"))
                .expected("one of \"V\", \"mV\", \"uV\", or \"recording\" for the recording's own unit"));
        }
        if let Some(date) = self.mvc_date.as_deref().filter(|text| !time::is_date(text) && !time::is_rfc3339(text)) {
            let error = bad("not a date").field(format!("{key}.mvc_date")).found(format!("\"{date}\""));
            return Err(error.expected("a date as 2023-03-14"));
        }
        in_range(&format!("{key}.mvc_confidence"), self.mvc_confidence, 0.0..=1.0)?;
        in_range(&format!("{key}.target_duration_s"), self.target_duration_s, 0.001..=86_400.0)?;
        in_range(&format!("{key}.target_intensity_pct"), self.target_intensity_pct, 0.1..=1000.0)
    }
}

impl WeightsSession {
    /// The weights that are named here, the others from `settings`.
    pub(in crate::emg) fn over(&self, settings: &Weights) -> Weights {
        Weights {
            compliance: self.compliance.unwrap_or(settings.compliance),
            symmetry: self.symmetry.unwrap_or(settings.symmetry),
            effort: self.effort.unwrap_or(settings.effort),
            game: self.game.unwrap_or(settings.game),
            completion: self.completion.unwrap_or(settings.completion),
            intensity: self.intensity.unwrap_or(settings.intensity),
            duration: self.duration.unwrap_or(settings.duration),
        }
    }
}

fn bad(what: &str) -> Error {
    Error::config("session.bad-value", what)
}

fn in_range(key: &str, value: Option<f64>, range: std::ops::RangeInclusive<f64>) -> Result<()> {
    match value.filter(|value| !range.contains(value)) {
        None => Ok(()),
        Some(value) => {
            let expected = format!("{} to {}", range.start(), range.end());
            Err(bad("a value outside its range").field(key).found(value).expected(expected))
        }
    }
}
