//! The muscle analysis: a [`Plan`] fixes every number for one rate, then runs over channels.

use std::ops::Range;

use super::EmgConfig;
use super::activation::Detector;
use super::assess::{self, Given};
use super::channels::{ChannelInfo, Role, guessed, roles};
use super::condition::{self, BandPlan};
use super::detect::{self, Contraction};
use super::edges::{self, Placed};
use super::envelope::Envelope;
use super::fatigue::Fatigue;
use super::gaps::{self, GapCause, Mended};
use super::inside::Inside;
use super::named;
use super::quality::{Inspector, Measured, Quality};
use super::score::Scores;
use super::session::{Channel, ChannelParameters, Emg, EmgPlan, SessionParameters};
use super::sums::Sums;
use crate::dsp::iir::{Workspace, ZeroPhase};
use crate::dsp::math;
use crate::error::{Error, Result};
use crate::simd::Level;
use crate::units::Rate;
use crate::warning::{Missing, Warning};

/// One analog channel with its samples.
#[derive(Clone, Copy, Debug)]
pub struct Signal<'a> {
    /// Label, unit, force platform.
    pub info: &'a ChannelInfo,
    /// Samples in the stated unit; NaN and infinity are gaps.
    pub samples: &'a [f64],
}

/// What the analysis of a recording's muscles gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The report's muscle part.
    pub emg: Emg,
    /// The role of every channel that came in.
    pub roles: Vec<Role>,
    /// What is doubtful.
    pub warnings: Vec<Warning>,
    /// Why each `None` is one; paths are relative to the muscle part.
    pub missing: Vec<Missing>,
}

/// The time series of one muscle, as long as its samples, NaN inside gaps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChannelSignals {
    /// Band-passed.
    pub conditioned: Vec<f64>,
    /// Envelope.
    pub envelope: Vec<f64>,
}

/// Everything that follows from settings and rate: filters designed, lengths in samples.
///
/// ```
/// use myovox::emg::{ChannelInfo, EmgConfig, Plan, Signal};
/// use myovox::{simd::Level, units::Rate};
/// // Rest, then a burst of 100 Hz from 1 to 2 s, then rest.
/// let samples: Vec<f64> = (0..4000)
///     .map(|i| f64::from(i) * 0.628_318)
///     .map(|phase| myovox::dsp::math::sin(phase))
///     .enumerate()
///     .map(|(i, x)| if (1000..2000).contains(&i) { 1e-4 * x } else { 2e-6 * x })
///     .collect();
/// let plan = Plan::new(&EmgConfig::default(), Rate::new(1000.0)?, Level::best())?;
/// let info = ChannelInfo { label: "Rectus femoris".into(), unit: "V".into(), of_force_platform: false };
/// let analysis = plan.run(&[Signal { info: &info, samples: &samples }])?;
/// let contraction = &analysis.emg.channels[0].contractions[0];
/// assert!((contraction.onset_s - 1.0).abs() < 0.06 && (contraction.offset_s - 2.0).abs() < 0.06);
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    config: EmgConfig,
    rate: Rate,
    band_pass: ZeroPhase,
    band: BandPlan,
    envelope: Envelope,
    detector: Detector,
    inspector: Inspector,
    inside: Inside,
    given: Given,
    warnings: Vec<Warning>,
}

/// Chooses the muscles, plans for their rate and runs. Where no channel is a muscle nothing is planned, and a warning says so; a rate too low for
/// the band means that channels without a name of their own are no muscles.
///
/// # Errors
/// `emg.channel-unknown`, `emg.no-rate` for muscles without a rate, and as [`Plan::new`].
pub fn analyze(signals: &[Signal<'_>], rate: Option<Rate>, config: &EmgConfig, level: Level) -> Result<Analysis> {
    analyze_session(signals, rate, config, level, &Given::default())
}

/// The same with what is known beside the signals, which decides the sampling rate and the roles too where it names them.
///
/// # Errors
/// As [`analyze`], [`Session::check`](super::Session::check), and [`Plan::run`]; `emg.channel-unknown` for a channel of the session that is not
/// there.
pub fn analyze_session(
    signals: &[Signal<'_>],
    rate: Option<Rate>,
    config: &EmgConfig,
    level: Level,
    given: &Given,
) -> Result<Analysis> {
    given.session.check()?;
    let (rate, doubts) = given.rate(rate, config)?;
    let mut analysis = run(signals, rate, config, level, given)?;
    analysis.warnings.splice(0..0, doubts);
    Ok(analysis)
}

fn run(
    signals: &[Signal<'_>],
    rate: Option<Rate>,
    config: &EmgConfig,
    level: Level,
    given: &Given,
) -> Result<Analysis> {
    let mut roles = roles_of(signals, config, given)?;
    let auto = config.channels.given().is_none();
    let too_low =
        rate.filter(|rate| auto && roles.contains(&Role::Muscle) && !condition::can_hold(&config.band, *rate));
    if let Some(rate) = too_low {
        roles.iter_mut().filter(|role| **role == Role::Muscle).for_each(|role| *role = Role::Other);
        let message = format!(
            "no muscle signal fits a sampling rate of {} Hz: the band begins at {} Hz",
            rate.hz(),
            config.band.low_hz
        );
        return Ok(nothing(roles, Warning::new("emg.rate-too-low", message).field("emg.band.low_hz")));
    }
    if !roles.contains(&Role::Muscle) {
        let message =
            format!("none of the {} analog channels was taken for a muscle; name them in emg.channels", signals.len());
        return Ok(nothing(roles, Warning::new("emg.no-muscle-channel", message).field("emg.channels")));
    }
    let rate =
        rate.ok_or_else(|| Error::data("emg.no-rate", "no sampling rate").found("none").expected("a rate above 0 Hz"))?;
    Plan::new(config, rate, level)?.given(given.clone()).run(signals)
}

fn roles_of(signals: &[Signal<'_>], config: &EmgConfig, given: &Given) -> Result<Vec<Role>> {
    let infos: Vec<ChannelInfo> = signals.iter().map(|signal| signal.info.clone()).collect();
    let mut roles = roles(&infos, &config.channels)?;
    given.roles(signals, config, &mut roles)?;
    Ok(roles)
}

/// The analysis of a recording without muscles.
fn nothing(roles: Vec<Role>, warning: Warning) -> Analysis {
    let absent = |path: &str| Missing::new(path, "no_muscle_channel", "no channel was taken for a muscle");
    let emg = Emg { plan: None, channels: Vec::new(), session: None };
    Analysis { emg, roles, warnings: vec![warning], missing: vec![absent("plan"), absent("session")] }
}

impl Plan {
    /// Checks the settings and designs the filters.
    ///
    /// # Errors
    /// `config.out-of-range`, `config.weights`, `config.rate` for a setting outside its range; `dsp.filter-edge` for a band that the rate cannot hold.
    pub fn new(config: &EmgConfig, rate: Rate, level: Level) -> Result<Self> {
        config.gaps.check()?;
        config.contraction.check()?;
        config.score.check()?;
        config.stream.check()?;
        if let Some(hz) = config.rate_override_hz.given() {
            Rate::new(*hz).map_err(|error| error.field("emg.rate_override_hz"))?;
        }
        let (band_pass, band, warning) = condition::plan(&config.band, rate, level)?;
        let envelope = Envelope::new(&config.envelope, rate, level)?;
        let detector = Detector::new(&config.activation, &band_pass, band.high_hz, rate, level)?;
        let inspector = Inspector::new(config, [band.low_hz, band.high_hz], rate, level)?;
        let inside = Inside::new(&config.fatigue, &band, rate)?;
        let (config, given, warnings) = (config.clone(), Given::default(), warning.into_iter().collect());
        Ok(Self { config, rate, band_pass, band, envelope, detector, inspector, inside, given, warnings })
    }

    /// With what is known beside the signals. Its sampling rate is the caller's to honour, as [`analyze_session`] does.
    #[must_use]
    pub fn given(mut self, given: Given) -> Self {
        self.given = given;
        self
    }

    /// Analyses the muscles among `signals`.
    ///
    /// # Errors
    /// `emg.channel-unknown` when a channel that was asked for is not there; `session.unit-mismatch`, `session.bad-value`, `config.weights`.
    pub fn run(&self, signals: &[Signal<'_>]) -> Result<Analysis> {
        let roles = roles_of(signals, &self.config, &self.given)?;
        let mut warnings = self.warnings.clone();
        warnings.extend(guess(signals, &roles, &self.config));
        let mut missing = Vec::new();
        let mut channels = Vec::new();
        let mut workspace = Workspace::default();
        for (index, signal) in signals.iter().enumerate().filter(|(index, _)| roles[*index] == Role::Muscle) {
            let (mended, series, measured) = self.series(signal.samples, &mut workspace)?;
            warnings.extend(gap_warnings(&mended, &signal.info.label));
            let mut channel = self.channel((index, signal), mended, &series, &mut workspace, &mut warnings)?;
            warnings.extend(no_effort(&channel));
            warnings.extend(self.given.channel(&mut channel, &series.envelope, &self.config.score)?);
            let stated_s = self.given.file.duration_s;
            let judged = self.inspector.judge(measured, &mut channel, &series.envelope, stated_s, &self.config);
            warnings.extend(judged.warnings);
            let place = format!("channels[{}]", channels.len());
            missing.extend(judged.missing.into_iter().map(|entry| entry.within(&place)));
            let unseen = self.inside.fill(&mut channel, &series)?;
            missing.extend(unseen.into_iter().map(|entry| entry.within(&place)));
            channels.push(channel);
        }
        let (scores, unscored) = self.given.score(&mut channels, &self.config.score)?;
        for (k, channel) in channels.iter().enumerate() {
            missing.extend(missing_of(channel).into_iter().map(|entry| entry.within(&format!("channels[{k}]"))));
        }
        missing.extend(unscored.into_iter().map(|entry| entry.within("session.scores")));
        let samples = signals.iter().map(|signal| signal.samples.len()).max().unwrap_or(0);
        let session = self.session(&channels, samples, scores);
        warnings.extend(self.given.doubts(&channels, session.duration_s));
        if session.active_share.is_none() {
            missing.push(Missing::new("session.active_share", "no_samples", "the recording holds no samples"));
        }
        let emg = Emg { plan: Some(self.summary()), channels, session: Some(session) };
        Ok(Analysis { emg, roles, warnings, missing })
    }

    /// The band-passed signal and the envelope of one channel.
    ///
    /// # Errors
    /// None for finite settings; the signature leaves room for methods that can fail.
    pub fn signals(&self, samples: &[f64]) -> Result<ChannelSignals> {
        self.series(samples, &mut Workspace::default()).map(|(_, series, _)| series)
    }

    fn series(&self, samples: &[f64], workspace: &mut Workspace) -> Result<(Mended, ChannelSignals, Measured)> {
        let mut mended = gaps::mend(samples, self.rate, &self.config.gaps);
        let mut measured = self.inspector.before(samples, &mut mended, workspace)?;
        let mut conditioned = vec![f64::NAN; samples.len()];
        let mut envelope = vec![f64::NAN; samples.len()];
        for stretch in mended.stretches() {
            self.band_pass.run_shortened(&mended.samples[stretch.clone()], &mut conditioned[stretch], workspace)?;
        }
        self.inspector.after(&mut measured, &mut conditioned, workspace)?;
        for stretch in mended.stretches() {
            self.envelope.run(&conditioned[stretch.clone()], &mut envelope[stretch], workspace)?;
        }
        Ok((mended, ChannelSignals { conditioned, envelope }, measured))
    }

    fn channel(
        &self,
        (index, signal): (usize, &Signal<'_>),
        mended: Mended,
        series: &ChannelSignals,
        workspace: &mut Workspace,
        warnings: &mut Vec<Warning>,
    ) -> Result<Channel> {
        let settings = &self.config.contraction;
        let (conditioned, envelope) = (&series.conditioned, &series.envelope);
        let thresholds = detect::thresholds(envelope, mended.largest(), self.rate, settings);
        let rest = self.said_rest(conditioned.len());
        let (activations, placed) = if let Some(method) = self.config.detector.named() {
            let found = named::activations(signal, self.rate, method, &rest, warnings)?;
            let placed =
                found.iter().map(|a| Placed { span: (a.onset, a.offset), onset: None, offset: None }).collect();
            (found, placed)
        } else {
            let spans =
                thresholds.map(|levels| detect::spans(envelope, &levels, self.rate, settings)).unwrap_or_default();
            let found = self.detector.find(conditioned, &rest, workspace)?;
            let placed: Vec<Placed> = edges::place(&spans, &found, envelope, self.rate);
            (found.activations, placed)
        };
        let measure = |placed| detect::measure(placed, conditioned, envelope, self.rate, settings);
        let contractions: Vec<Contraction> = placed.into_iter().map(measure).collect();
        let unit = signal.info.unit.trim();
        Ok(Channel {
            index,
            label: signal.info.label.clone(),
            unit: (!unit.is_empty()).then(|| unit.to_owned()),
            quality: Quality::default(),
            gaps: mended.gaps,
            bridged_samples: mended.bridged_samples,
            thresholds,
            parameters: self.parameters(&contractions, conditioned),
            fatigue: Fatigue::default(),
            activations,
            contractions,
        })
    }

    fn parameters(&self, contractions: &[Contraction], conditioned: &[f64]) -> ChannelParameters {
        let rate = self.rate.hz();
        let signal = conditioned.iter().filter(|v| !v.is_nan()).count();
        let active: usize = contractions.iter().map(|c| c.offset - c.onset).sum();
        let outside = self.rest(contractions, conditioned.len());
        let rms = |spans: &[(usize, usize)]| {
            let of = |(start, end): &(usize, usize)| Sums::of(&conditioned[*start..*end]);
            let all = spans.iter().map(of).fold(Sums::default(), Sums::plus);
            (all.count > 0.0).then(|| (all.squares / all.count).sqrt())
        };
        let inside: Vec<(usize, usize)> = contractions.iter().map(|c| (c.onset, c.offset)).collect();
        let (rms_active, rms_rest) = (rms(&inside), rms(&outside));
        let durations = || contractions.iter().map(|c| c.duration_s);
        // What happened inside a gap is not known, so it is no pause.
        let known = |pair: &&[Contraction]| conditioned[pair[0].offset..pair[1].onset].iter().all(|v| !v.is_nan());
        let pauses = || contractions.windows(2).filter(known).map(|pair| pair[1].onset_s - pair[0].offset_s);
        ChannelParameters {
            contractions: contractions.len(),
            contractions_per_min: (signal > 0).then(|| contractions.len() as f64 * 60.0 * rate / signal as f64),
            active_s: active as f64 / rate,
            active_share: (signal > 0).then(|| active as f64 / signal as f64),
            duration_mean_s: mean(durations()),
            duration_min_s: durations().min_by(f64::total_cmp),
            duration_max_s: durations().max_by(f64::total_cmp),
            pause_mean_s: mean(pauses()),
            amplitude_mean: mean(contractions.iter().map(|c| c.mean)),
            amplitude_peak: contractions.iter().map(|c| c.peak).max_by(f64::total_cmp),
            rms_active,
            rms_rest,
            snr_db: match (rms_active, rms_rest) {
                (Some(active), Some(rest)) if rest > 0.0 => Some(math::db_of_amplitude(active / rest)),
                _ => None,
            },
            ..ChannelParameters::default()
        }
    }

    /// Rest: the stretches that the session calls so, or else all between the contractions.
    fn rest(&self, contractions: &[Contraction], samples: usize) -> Vec<(usize, usize)> {
        let said = self.said_rest(samples);
        if !said.is_empty() {
            return said.into_iter().map(|span| (span.start, span.end)).collect();
        }
        let onsets = contractions.iter().map(|c| c.onset).chain([samples]);
        let offsets = [0].into_iter().chain(contractions.iter().map(|c| c.offset));
        offsets.zip(onsets).collect()
    }

    /// The stretches that the session calls rest.
    fn said_rest(&self, samples: usize) -> Vec<Range<usize>> {
        let at = |seconds: f64| self.rate.sample_at(seconds).min(samples);
        self.given.session.rest.iter().map(|[start, end]| at(*start)..at(*end)).collect()
    }

    fn session(&self, channels: &[Channel], samples: usize, scores: Scores) -> SessionParameters {
        // +1 at each onset, -1 at each offset; an offset at the same sample comes first.
        let contractions = channels.iter().flat_map(|channel| &channel.contractions);
        let mut edges: Vec<(usize, i32)> = contractions.flat_map(|c| [(c.onset, 1), (c.offset, -1)]).collect();
        edges.sort_unstable();
        let (mut active, mut coactive, mut depth, mut since) = (0, 0, 0, 0);
        for (at, step) in edges {
            active += if depth >= 1 { at - since } else { 0 };
            coactive += if depth >= 2 { at - since } else { 0 };
            depth += step;
            since = at;
        }
        SessionParameters {
            duration_s: self.rate.seconds(samples),
            channels: channels.len(),
            contractions: channels.iter().map(|channel| channel.contractions.len()).sum(),
            active_s: self.rate.seconds(active),
            active_share: (samples > 0).then(|| active as f64 / samples as f64),
            coactive_s: self.rate.seconds(coactive),
            inputs: self.given.inputs(channels, &self.config),
            scores,
        }
    }

    fn summary(&self) -> EmgPlan {
        let samples = |ms: f64| if ms > 0.0 { self.rate.samples_of_ms(ms) } else { 0 };
        EmgPlan {
            rate_hz: self.rate.hz(),
            band: self.band.clone(),
            envelope: self.envelope.plan.clone(),
            bridge_samples: samples(self.config.gaps.bridge_ms),
            merge_samples: samples(self.config.contraction.merge_ms),
            minimum_samples: samples(self.config.contraction.minimum_ms),
            spectrum: self.inside.spectrum(),
        }
    }
}

/// Says which channels were taken for muscles by their labels alone.
fn guess(signals: &[Signal<'_>], roles: &[Role], config: &EmgConfig) -> Option<Warning> {
    const SHOWN: usize = 8;
    let infos: Vec<ChannelInfo> = signals.iter().map(|signal| signal.info.clone()).collect();
    let labels = if config.channels.given().is_some() { Vec::new() } else { guessed(&infos, roles) };
    let shown = labels.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    let more = match labels.len() {
        0 => return None,
        n if n > SHOWN => format!(" and {} more", n - SHOWN),
        _ => String::new(),
    };
    let message = format!("taken for muscles by label alone, as no unit is stated: {shown}{more}");
    Some(Warning::new("emg.channel-guessed", message).field("emg.channels"))
}

/// A count of 0 may mean that nobody contracted, or that nobody rested.
fn no_effort(channel: &Channel) -> Option<Warning> {
    channel.thresholds.filter(|levels| levels.reference.is_none())?;
    let message =
        "no effort stands out from the baseline: nobody contracted, or less than a fifth of the recording is rest";
    Some(Warning::new("emg.no-effort", message).channel(channel.label.as_str()))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0_usize), |(sum, n), v| (sum + v, n + 1));
    (n > 0).then(|| sum / n as f64)
}

fn gap_warnings(mended: &Mended, label: &str) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if mended.bridged_samples > 0 {
        let message = format!("{} samples in short gaps were bridged by straight lines", mended.bridged_samples);
        warnings.push(Warning::new("emg.gap-bridged", message).channel(label));
    }
    for gap in &mended.gaps {
        let (code, what) = match gap.cause {
            GapCause::NotFinite => ("emg.gap-cut", "no values"),
            GapCause::Dropout => {
                ("emg.dropout", "one far-off value repeated between ordinary signal, as when packets are lost")
            }
            GapCause::Flat => ("emg.flat", "one value held, no signal"),
            GapCause::Spike => ("emg.spike", "samples displaced between two jumps, as when a contact breaks"),
            GapCause::Jump => ("emg.jump", "a jump to another level"),
            GapCause::LeadOff => {
                ("emg.lead-off", "one far-off value repeated and slowly left, as when an electrode comes off")
            }
        };
        let message = format!("{} samples cut out: {what}", gap.span.end - gap.span.start);
        warnings.push(Warning::new(code, message).channel(label).span_s(gap.span.start_s, gap.span.end_s));
    }
    warnings
}

/// Why each `None` of a channel is one; paths relative to the channel.
fn missing_of(channel: &Channel) -> Vec<Missing> {
    let mut missing = Vec::new();
    let mut note = |absent: bool, path: &str, reason: &'static str, message: &str| {
        if absent {
            missing.push(Missing::new(path, reason, message));
        }
    };
    let p = &channel.parameters;
    note(channel.unit.is_none(), "unit", "not_in_file", "the file states no unit for this channel");
    note(channel.thresholds.is_none(), "thresholds", "no_signal", "the channel holds no samples outside gaps");
    let no_reference = channel.thresholds.is_some_and(|levels| levels.reference.is_none());
    note(no_reference, "thresholds.reference", "no_effort", "no peak of the envelope stands out from the baseline");
    for (absent, name) in
        [(p.contractions_per_min.is_none(), "contractions_per_min"), (p.active_share.is_none(), "active_share")]
    {
        note(absent, &format!("parameters.{name}"), "no_signal", "the channel holds no samples outside gaps");
    }
    for (absent, name) in [
        (p.duration_mean_s.is_none(), "duration_mean_s"),
        (p.duration_min_s.is_none(), "duration_min_s"),
        (p.duration_max_s.is_none(), "duration_max_s"),
        (p.amplitude_mean.is_none(), "amplitude_mean"),
        (p.amplitude_peak.is_none(), "amplitude_peak"),
        (p.rms_active.is_none(), "rms_active"),
    ] {
        note(absent, &format!("parameters.{name}"), "no_contraction", "no contraction was found");
    }
    note(
        p.pause_mean_s.is_none(),
        "parameters.pause_mean_s",
        "too_few_contractions",
        "a pause needs two contractions without a gap between them",
    );
    note(p.rms_rest.is_none(), "parameters.rms_rest", "no_rest", "there is no signal outside contractions");
    note(
        p.snr_db.is_none(),
        "parameters.snr_db",
        "no_contraction_or_rest",
        "the ratio needs both contraction and rest above zero",
    );
    missing.extend(assess::missing_of(channel));
    missing.extend(unplaced(channel));
    missing
}

/// Why edges of activations and contractions were not placed.
fn unplaced(channel: &Channel) -> Vec<Missing> {
    let activations = channel.activations.iter().map(|a| (&a.onset_edge, &a.offset_edge, a.confidence)).enumerate();
    let contractions = channel.contractions.iter().map(|c| (&c.onset_edge, &c.offset_edge, c.confidence)).enumerate();
    let all = activations.map(|of| ("activations", of)).chain(contractions.map(|of| ("contractions", of)));
    let mut missing = Vec::new();
    for (list, (k, (onset, offset, confidence))) in all {
        let absent =
            [("onset_edge", onset.is_none()), ("offset_edge", offset.is_none()), ("confidence", confidence.is_none())];
        for (name, _) in absent.iter().filter(|(_, absent)| *absent) {
            let message = "no signal beyond it, no rest to tell it from, or a detector that only crosses levels";
            missing.push(Missing::new(format!("{list}[{k}].{name}"), "edge_not_observed", message));
        }
    }
    missing
}
