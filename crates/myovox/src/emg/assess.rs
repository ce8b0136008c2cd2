//! What the contractions are worth: held against what the session file, the recording's file and the settings say.
//!
//! Per channel the MVC, the targets and whether each contraction reached them; per session the scores. Every value that no signal tells is echoed
//! with its origin, the session file going before the recording's own file and both before the settings; where two of them disagree, a warning
//! says so.

use super::channels::ChannelInfo;
use super::given::{ChannelSession, MuscleRole, Session, minute};
use super::mvc::{self, Mvc, MvcSource};
use super::plan::Signal;
use super::score::{self, Bfr, Circumstances, Prescription, Repetitions, ScoreConfig, Scores, Side};
use super::session::{Channel, ChannelParameters, Input, InputValue, Origin};
use super::{EmgConfig, Role};
use crate::error::Result;
use crate::units::Rate;
use crate::warning::{Missing, Warning};

/// What is known beside the signals.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// What a person wrote down.
    pub session: Session,
    /// What the recording's file states.
    pub file: FromFile,
}

/// What a recording's file states of its session, as Ghostly files do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FromFile {
    /// Points of the game.
    pub game_points: Option<f64>,
    /// Duration of the game in seconds.
    pub duration_s: Option<f64>,
    /// Date and clock without a zone: `2023-03-21T17:23`.
    pub start: Option<String>,
}

impl Given {
    /// The rate to compute with: the session's, the setting's, the file's, in this order.
    pub(super) fn rate(&self, stated: Option<Rate>, config: &EmgConfig) -> Result<(Option<Rate>, Vec<Warning>)> {
        let mut warnings = Vec::new();
        let setting = config.rate_override_hz.given().copied();
        let Some(hz) = self.session.rate_override_hz.or(setting) else { return Ok((stated, warnings)) };
        let rate = Rate::new(hz).map_err(|error| error.field("rate_override_hz"))?;
        if let Some(other) = self.session.rate_override_hz.and(setting).filter(|other| *other != hz) {
            warnings.push(differs("rate_override_hz", &format!("{hz} Hz"), &format!("the settings say {other} Hz")));
        }
        if let Some(stated) = stated.filter(|stated| *stated != rate) {
            let message = format!("{hz} Hz were used as the sampling rate, where the file states {} Hz", stated.hz());
            warnings.push(Warning::new("emg.rate-overridden", message).field("rate_override_hz"));
        }
        Ok((Some(rate), warnings))
    }

    /// Refuses a channel that the recording does not have, and changes the roles as the session says.
    pub(super) fn roles(&self, signals: &[Signal<'_>], roles: &mut [Role]) -> Result<()> {
        for (label, entry) in &self.session.channels {
            let named = || signals.iter().map(|signal| super::given::same(&signal.info.label, label));
            if !named().any(|named| named) {
                let infos: Vec<ChannelInfo> = signals.iter().map(|signal| signal.info.clone()).collect();
                return Err(super::channels::unknown(label, &infos).field(format!("channels.{label}")));
            }
            let role = match entry.role {
                Some(MuscleRole::Derived) => Role::Derived,
                Some(MuscleRole::Agonist | MuscleRole::Antagonist) => Role::Muscle,
                None => continue,
            };
            roles.iter_mut().zip(named()).filter(|(_, named)| *named).for_each(|(of, _)| *of = role);
        }
        Ok(())
    }

    /// Fills what a channel's contractions are held against, and whether they reach it.
    pub(super) fn channel(
        &self,
        channel: &mut Channel,
        envelope: &[f64],
        settings: &ScoreConfig,
    ) -> Result<Vec<Warning>> {
        let mut warnings = Vec::new();
        let entry = self.session.channel(&channel.label).cloned().unwrap_or_default();
        let stated = mvc::given(&entry, channel, &mut warnings)?;
        let mvc = stated.or_else(|| mvc::estimate(&channel.contractions, envelope));
        let measured = mvc.as_ref().filter(|mvc| mvc.source != MvcSource::Estimated).map(|mvc| mvc.value);
        let target_intensity_pct = entry.target_intensity_pct.unwrap_or(settings.target_intensity_pct);
        let threshold_value = measured.map(|mvc| mvc * target_intensity_pct / 100.0);
        let target_duration_s = entry.target_duration_s.or(settings.target_duration_s.given().copied());
        for contraction in &mut channel.contractions {
            contraction.mvc_pct = measured.map(|mvc| 100.0 * contraction.peak / mvc);
            contraction.meets_intensity = threshold_value.map(|threshold| contraction.peak >= threshold);
            contraction.meets_duration = target_duration_s.map(|target| contraction.duration_s >= target);
        }
        let contractions = &channel.contractions;
        let count = |reached: &dyn Fn(&super::Contraction) -> Option<bool>| {
            contractions.iter().filter(|contraction| reached(contraction) == Some(true)).count()
        };
        let reached_intensity = threshold_value.map(|_| count(&|contraction| contraction.meets_intensity));
        let reached_duration = target_duration_s.map(|_| count(&|contraction| contraction.meets_duration));
        warnings.extend(doubtful_mvc(channel, measured, settings));
        warnings.extend(undated(channel, mvc.as_ref()));
        let p = &mut channel.parameters;
        p.amplitude_mean_pct = p.amplitude_mean.zip(measured).map(|(mean, mvc)| 100.0 * mean / mvc);
        p.mvc_value = mvc.as_ref().map(|mvc| mvc.value);
        p.mvc_source = mvc.as_ref().map(|mvc| mvc.source);
        p.mvc_confidence = mvc.as_ref().and_then(|mvc| mvc.confidence);
        p.mvc_date = mvc.and_then(|mvc| mvc.date);
        (p.side, p.muscle) = (entry.side, entry.muscle);
        (p.target_intensity_pct, p.threshold_value, p.target_duration_s) =
            (target_intensity_pct, threshold_value, target_duration_s);
        // Nobody asks an antagonist to contract unless it is said.
        let usual = settings.target_contractions.given().filter(|_| entry.role != Some(MuscleRole::Antagonist));
        p.target_contractions = entry.target_contractions.or(usual.copied());
        (p.reached_intensity, p.reached_duration) = (reached_intensity, reached_duration);
        Ok(warnings)
    }

    /// The scores of the session; each muscle's rates are put into its channel.
    pub(super) fn score(&self, channels: &mut [Channel], settings: &ScoreConfig) -> Result<(Scores, Vec<Missing>)> {
        let session = &self.session;
        let facts = self.circumstances(settings);
        let scored: Vec<usize> = (0..channels.len()).filter(|k| self.is_scored(&channels[*k])).collect();
        let muscles: Vec<Repetitions> = scored.iter().map(|k| repetitions(channels, &scored, *k)).collect();
        for k in 0..channels.len() {
            let rates = score::muscle(&repetitions(channels, &scored, k), &facts.weights)?;
            let p = &mut channels[k].parameters;
            (p.completion_rate, p.intensity_rate) = (rates.completion_rate, rates.intensity_rate);
            (p.duration_rate, p.score) = (rates.duration_rate, rates.score);
        }
        let protocol = session.protocol.day.zip(session.protocol.sessions_completed);
        let adherence = protocol.and_then(|(day, completed)| score::adherence(day, completed));
        let balance = balance(&scored.iter().map(|k| &channels[*k]).collect::<Vec<_>>());
        score::score(&muscles, &facts, adherence, balance).map(|scored| (scored.scores, scored.missing))
    }

    /// An antagonist should keep still: it has a score only where someone gave it a target.
    fn is_scored(&self, channel: &Channel) -> bool {
        let entry = self.session.channel(&channel.label);
        entry.is_none_or(|entry| entry.role != Some(MuscleRole::Antagonist) || entry.target_contractions.is_some())
    }

    fn circumstances(&self, settings: &ScoreConfig) -> Circumstances {
        let session = &self.session;
        let prescribed = session.bfr.prescribed == Some(true);
        Circumstances {
            rpe: session.rpe,
            rpe_map: session.rpe_map.unwrap_or(settings.rpe_map),
            bfr: Bfr {
                prescription: if prescribed { Prescription::Prescribed } else { Prescription::None },
                pressure_percent_aop: session.bfr.pressure_percent_aop,
                window: session.bfr.window.unwrap_or(settings.bfr_window),
            },
            game_points: session.game.points.or(self.file.game_points),
            game_max: session.game.max,
            weights: session.weights.over(&settings.weights),
        }
    }

    /// Where session file and recording disagree, or the session file with itself.
    pub(super) fn doubts(&self, channels: &[Channel], duration_s: f64) -> Vec<Warning> {
        let (session, file) = (&self.session, &self.file);
        let mut warnings = Vec::new();
        if let Some((given, stated)) = session.game.points.zip(file.game_points).filter(|(a, b)| a != b) {
            warnings.push(differs("game.points", &given.to_string(), &format!("the recording's file states {stated}")));
        }
        if let Some((given, stated)) = session.session.start.as_ref().zip(file.start.as_ref()) {
            if minute(given).as_ref() != Some(stated) {
                let other = format!("the recording's file states {stated}, without a zone");
                warnings.push(differs("session.start", given, &other));
            }
        }
        if session.bfr.prescribed == Some(false) {
            if let Some(pressure) = session.bfr.pressure_percent_aop {
                let message =
                    format!("a pressure of {pressure} % is given, and was judged, though none was prescribed");
                warnings.push(Warning::new("emg.bfr-not-prescribed", message).field("bfr.pressure_percent_aop"));
            }
        }
        for [start, end] in session.rest.iter().copied() {
            let warning =
                |code: &'static str, message: &str| Warning::new(code, message).field("rest").span_s(start, end);
            if end > duration_s {
                warnings.push(warning("emg.rest-outside", "a stretch of rest reaches beyond the recording"));
            }
            let inside =
                |channel: &&Channel| channel.contractions.iter().any(|c| c.onset_s < end && start < c.offset_s);
            for channel in channels.iter().filter(inside) {
                let message = "a contraction lies in a stretch that the session calls rest";
                warnings.push(warning("emg.rest-contraction", message).channel(channel.label.as_str()));
            }
        }
        warnings
    }

    /// Everything that no signal tells and that was used, with its origin.
    pub(super) fn inputs(&self, channels: &[Channel], config: &EmgConfig) -> Vec<Input> {
        let (session, settings) = (&self.session, &config.score);
        let mut list = List::default();
        list.text("session.id", session.session.id.as_ref(), Origin::Given);
        list.or(
            "session.start",
            session.session.start.clone(),
            self.file.start.clone(),
            Origin::File,
            InputValue::Text,
        );
        list.text("subject.code", session.subject.code.as_ref(), Origin::Given);
        list.number("info.duration_s", self.file.duration_s, Origin::File);
        list.number("protocol.day", session.protocol.day.map(f64::from), Origin::Given);
        list.text("protocol.start", session.protocol.start.as_ref(), Origin::Given);
        list.number("protocol.sessions_completed", session.protocol.sessions_completed, Origin::Given);
        let setting = config.rate_override_hz.given().copied();
        list.number("rate_override_hz", session.rate_override_hz.or(setting), Origin::Given);
        if !session.rest.is_empty() {
            list.put("rest", Some(InputValue::Spans(session.rest.clone())), Origin::Given);
        }
        list.text("calibration_recording", session.calibration_recording.as_ref(), Origin::Given);
        list.number("rpe", session.rpe, Origin::Given);
        let word = |map: score::RpeMap| InputValue::Text(word(&map));
        list.or("rpe_map", session.rpe_map, Some(settings.rpe_map), Origin::Default, word);
        list.put("bfr.prescribed", session.bfr.prescribed.map(InputValue::Truth), Origin::Given);
        list.number("bfr.pressure_percent_aop", session.bfr.pressure_percent_aop, Origin::Given);
        list.or("bfr.window", session.bfr.window, Some(settings.bfr_window), Origin::Default, InputValue::Bounds);
        list.or("game.points", session.game.points, self.file.game_points, Origin::File, InputValue::Number);
        list.number("game.max", session.game.max, Origin::Given);
        let (given, used) = (&session.weights, session.weights.over(&settings.weights));
        for (name, given, used) in [
            ("compliance", given.compliance, used.compliance),
            ("symmetry", given.symmetry, used.symmetry),
            ("effort", given.effort, used.effort),
            ("game", given.game, used.game),
            ("completion", given.completion, used.completion),
            ("intensity", given.intensity, used.intensity),
            ("duration", given.duration, used.duration),
        ] {
            list.or(&format!("weights.{name}"), given, Some(used), Origin::Default, InputValue::Number);
        }
        for channel in channels {
            list.channel = Some(channel.label.clone());
            list.of_channel(&channel.parameters, session.channel(&channel.label).unwrap_or(&ChannelSession::default()));
        }
        list.inputs
    }
}

/// Inputs as they are gathered.
#[derive(Default)]
struct List {
    inputs: Vec<Input>,
    channel: Option<String>,
}

impl List {
    fn put(&mut self, key: &str, value: Option<InputValue>, origin: Origin) {
        let channel = self.channel.clone();
        self.inputs.extend(value.map(|value| Input { key: key.to_owned(), channel, value, origin }));
    }

    fn number(&mut self, key: &str, value: Option<f64>, origin: Origin) {
        self.put(key, value.map(InputValue::Number), origin);
    }

    fn text(&mut self, key: &str, value: Option<&String>, origin: Origin) {
        self.put(key, value.cloned().map(InputValue::Text), origin);
    }

    /// The given value, or else another of the origin `origin`.
    fn or<T>(
        &mut self,
        key: &str,
        given: Option<T>,
        other: Option<T>,
        origin: Origin,
        as_value: impl Fn(T) -> InputValue,
    ) {
        let origin = if given.is_some() { Origin::Given } else { origin };
        self.put(key, given.or(other).map(as_value), origin);
    }

    fn of_channel(&mut self, p: &ChannelParameters, given: &ChannelSession) {
        self.put("side", p.side.map(|side| InputValue::Text(word(&side))), Origin::Given);
        self.text("muscle", p.muscle.as_ref(), Origin::Given);
        self.put("role", given.role.map(|role| InputValue::Text(word(&role))), Origin::Given);
        let origin = match p.mvc_source {
            Some(MvcSource::Calibration) => Origin::Calibration,
            Some(MvcSource::Carried) => Origin::Carried,
            Some(MvcSource::Estimated) => Origin::Estimated,
            Some(MvcSource::Given) | None => Origin::Given,
        };
        self.number("mvc_value", p.mvc_value, origin);
        self.text("mvc_date", p.mvc_date.as_ref(), Origin::Given);
        let number = InputValue::Number;
        let target = p.target_contractions.map(f64::from);
        self.or("target_contractions", given.target_contractions.map(f64::from), target, Origin::Default, number);
        self.or("target_duration_s", given.target_duration_s, p.target_duration_s, Origin::Default, number);
        self.or(
            "target_intensity_pct",
            given.target_intensity_pct,
            Some(p.target_intensity_pct),
            Origin::Default,
            number,
        );
    }
}

/// The word that a report writes for an enumeration's value.
fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn differs(key: &str, used: &str, other: &str) -> Warning {
    Warning::new("emg.session-differs", format!("{used} was used as the session says; {other}")).field(key)
}

fn doubtful_mvc(channel: &Channel, mvc: Option<f64>, settings: &ScoreConfig) -> Option<Warning> {
    let percent = 100.0 * channel.parameters.amplitude_peak? / mvc?;
    (percent > settings.mvc_doubtful_pct).then(|| {
        let message = format!("a contraction reaches {percent:.0} % of the MVC, which was probably not maximal");
        Warning::new("emg.mvc-doubtful", message).channel(channel.label.as_str()).field("mvc_value")
    })
}

fn undated(channel: &Channel, mvc: Option<&Mvc>) -> Option<Warning> {
    let carried = mvc.filter(|mvc| mvc.source == MvcSource::Carried && mvc.date.is_none())?;
    let message = format!("the MVC of {} is carried from an earlier session without a date", carried.value);
    Some(Warning::new("emg.mvc-undated", message).channel(channel.label.as_str()).field("mvc_date"))
}

/// The counts of channel `k` among those that are `scored`; called by its side where it is the only one there.
fn repetitions(channels: &[Channel], scored: &[usize], k: usize) -> Repetitions {
    let p = &channels[k].parameters;
    let alone = scored.iter().filter(|other| channels[**other].parameters.side == p.side).count() == 1;
    let name = match p.side {
        Some(Side::Left) if alone => "left".to_owned(),
        Some(Side::Right) if alone => "right".to_owned(),
        _ => channels[k].label.trim().to_owned(),
    };
    Repetitions {
        name,
        side: p.side,
        contractions: channels[k].contractions.len(),
        reached_intensity: p.reached_intensity,
        reached_duration: p.reached_duration,
        target_contractions: p.target_contractions,
    }
}

/// Left against right by amplitude: in percent of the MVC, and as recorded where all have one unit.
fn balance(channels: &[&Channel]) -> Vec<score::Balance> {
    let of = |of, value: fn(&ChannelParameters) -> Option<f64>| {
        let (left, right) = score::sides(channels.iter().map(|c| (c.parameters.side, value(&c.parameters))))?;
        score::symmetry(of, left, right)
    };
    let one_unit = channels.windows(2).all(|pair| pair[0].unit == pair[1].unit);
    let raw = one_unit.then(|| of(score::BalanceOf::AmplitudeRaw, |p| p.amplitude_mean)).flatten();
    of(score::BalanceOf::AmplitudePctMvc, |p| p.amplitude_mean_pct).into_iter().chain(raw).collect()
}

/// Why each `None` of a channel that comes from here is one; paths relative to the channel.
pub(super) fn missing_of(channel: &Channel) -> Vec<Missing> {
    let p = &channel.parameters;
    let no_mvc = match p.mvc_source {
        Some(MvcSource::Estimated) => {
            ("mvc_estimated", "an MVC estimated from this recording proves nothing about its own contractions")
        }
        _ => ("no_mvc", "no MVC was given, and without contractions none could be estimated"),
    };
    let not_given = ("not_given", "nobody said so");
    let no_mvc_at_all = ("no_contraction", "no MVC was given, and without contractions none could be estimated");
    let confidence =
        if p.mvc_value.is_some() { ("not_measured", "a single value agrees with nothing") } else { no_mvc_at_all };
    let none = ("no_contraction", "no contraction was found");
    let done = !channel.contractions.is_empty();
    let no_target = ("no_target", "no target was given");
    let zero = ("target_zero", "0 contractions were asked for, and no share of 0 can be done");
    let score = ("nothing_known", "none of the muscle's rates that carry weight is known");
    let mut missing: Vec<Missing> = [
        ("side", p.side.is_none(), not_given),
        ("muscle", p.muscle.is_none(), not_given),
        ("mvc_value", p.mvc_value.is_none(), no_mvc_at_all),
        ("mvc_source", p.mvc_source.is_none(), no_mvc_at_all),
        ("mvc_date", p.mvc_date.is_none(), not_given),
        ("mvc_confidence", p.mvc_confidence.is_none(), confidence),
        ("threshold_value", p.threshold_value.is_none(), no_mvc),
        ("target_duration_s", p.target_duration_s.is_none(), no_target),
        ("target_contractions", p.target_contractions.is_none(), no_target),
        ("amplitude_mean_pct", p.amplitude_mean_pct.is_none(), if p.threshold_value.is_some() { none } else { no_mvc }),
        ("reached_intensity", p.reached_intensity.is_none(), no_mvc),
        ("reached_duration", p.reached_duration.is_none(), no_target),
        (
            "completion_rate",
            p.completion_rate.is_none(),
            if p.target_contractions == Some(0) { zero } else { no_target },
        ),
        ("intensity_rate", p.intensity_rate.is_none(), if p.threshold_value.is_some() { none } else { no_mvc }),
        ("duration_rate", p.duration_rate.is_none(), if p.target_duration_s.is_some() { none } else { no_target }),
        ("score", p.score.is_none(), score),
    ]
    .into_iter()
    .filter(|(_, absent, _)| *absent)
    .map(|(name, _, (reason, message))| Missing::new(format!("parameters.{name}"), reason, message))
    .collect();
    let of_each = |name: &str, (reason, message)| Missing::new(format!("contractions[*].{name}"), reason, message);
    if done && p.threshold_value.is_none() {
        missing.extend(["mvc_pct", "meets_intensity"].map(|name| of_each(name, no_mvc)));
    }
    if done && p.target_duration_s.is_none() {
        missing.push(of_each("meets_duration", no_target));
    }
    missing
}
