//! Muscles in plain arrays: what stands behind `myovox.emg`.
//!
//! Samples are `(channels, samples)`, float64, row by row. Records come back as JSON, as the library writes them.

use std::ops::Range;

use myovox::dsp::iir::Workspace;
use myovox::emg::arrays::{self, AmplitudeConfig, AmplitudePlan, Known};
use myovox::emg::cocontraction::{self, Normalisation};
use myovox::emg::fatigue::Force;
use myovox::emg::features::{Feature, FeatureConfig, FeaturePlan};
use myovox::emg::normalise::{Reference, normalise};
use myovox::emg::score::{self, Bfr, Circumstances, Prescription, Repetitions, RpeMap, Side, Weights};
use myovox::emg::synergy::synergies;
use myovox::emg::{ChannelInfo, FromFile, Given, Signal, analyze_session, remove_ecg, remove_hum};
use myovox::units::Rate;
use myovox::{Error, Result};
use ndarray::Array2;
use numpy::{IntoPyArray, PyArray2, PyReadonlyArray2, PyReadwriteArray2};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::border::{Failure, border};
use crate::rows::{by_row, chosen, rows};
use crate::settings;
use crate::simd::level;

/// The amplitude into `out`; returns what is doubtful about the filters.
#[pyfunction]
pub(crate) fn emg_envelope(
    py: Python<'_>,
    x: PyReadonlyArray2<'_, f64>,
    mut out: PyReadwriteArray2<'_, f64>,
    rate: f64,
    config: &Bound<'_, PyMapping>,
) -> PyResult<Option<String>> {
    border(py, || {
        let config: AmplitudeConfig = settings::typed(config, "emg.envelope")?;
        let plan = AmplitudePlan::new(&config, Rate::new(rate)?, level())?;
        let mut workspace = Workspace::default();
        by_row(py, &x, &mut out, |_, x, out| plan.run(x, out, &mut workspace))?;
        Ok(plan.warning().map(|warning| warning.message.clone()))
    })
}

/// Divides the envelopes in `out` by `reference`; returns the value of 100 % of each, the unit, and what is doubtful.
#[pyfunction]
pub(crate) fn emg_normalise(
    py: Python<'_>,
    mut out: PyReadwriteArray2<'_, f64>,
    rate: f64,
    to: &str,
    mvc: Vec<f64>,
    recording: Option<PyReadonlyArray2<'_, f64>>,
) -> PyResult<(Vec<f64>, &'static str, Vec<String>)> {
    border(py, || {
        let rate = Rate::new(rate)?;
        let recordings = recording.as_ref().map(rows).transpose()?;
        let mut out = out.as_array_mut();
        for (field, known) in
            [("mvc", (to == "mvc").then_some(mvc.len())), ("reference", recordings.as_ref().map(Vec::len))]
        {
            if let Some(known) = known.filter(|known| *known != out.nrows()) {
                let error = Error::config("emg.channels-differ", "references and channels differ in number");
                return Err(error.field(field).found(known).expected(out.nrows()).into());
            }
        }
        let mut values = Vec::new();
        let (mut unit, mut doubts) = ("", Vec::new());
        for (k, mut row) in out.rows_mut().into_iter().enumerate() {
            let reference = match (to, &recordings) {
                ("mvc", _) => Reference::Mvc(mvc[k]),
                ("reference", Some(recordings)) => Reference::Recording(recordings[k]),
                _ => chosen("to", to, &[("peak", Reference::Peak), ("mean", Reference::Mean)])?,
            };
            let row =
                row.as_slice_mut().ok_or_else(|| Error::internal("an output in another order than row by row"))?;
            let scale = normalise(row, reference, rate)?;
            values.push(scale.value);
            unit = scale.unit;
            doubts.extend(scale.warning.map(|warning| warning.message));
        }
        Ok((values, unit, doubts))
    })
}

/// Channels with their activations and contractions, and warnings.
#[pyfunction]
pub(crate) fn emg_channels_json(
    py: Python<'_>,
    x: PyReadonlyArray2<'_, f64>,
    rate: f64,
    config: Option<&Bound<'_, PyAny>>,
    rest: Vec<[f64; 2]>,
    mvc: Vec<Option<f64>>,
    detector: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    border(py, || {
        let (mut config, rate, rows) = (settings::emg(config)?, Rate::new(rate)?, rows(&x)?);
        if let Some(detector) = detector {
            config.emg.detector = settings::detector(detector)?;
        }
        let known = Known { rest, mvc };
        let text = py.detach(|| {
            let (channels, warnings) = arrays::channels(&rows, rate, &config.emg, level(), &known)?;
            Ok::<_, Error>(json!({ "channels": channels, "warnings": warnings }).to_string())
        })?;
        Ok(text)
    })
}

/// Quality of each channel, with its warnings and why what is missing is.
#[pyfunction]
pub(crate) fn emg_quality_json(
    py: Python<'_>,
    x: PyReadonlyArray2<'_, f64>,
    rate: f64,
    config: Option<&Bound<'_, PyAny>>,
    rest: Vec<[f64; 2]>,
    mvc: Vec<Option<f64>>,
) -> PyResult<String> {
    border(py, || {
        let (config, rate, rows) = (settings::emg(config)?, Rate::new(rate)?, rows(&x)?);
        if !(mvc.is_empty() || mvc.len() == rows.len()) {
            let error = Error::config("emg.channels-differ", "maximal contractions and channels differ in number");
            return Err(error.field("mvc").found(mvc.len()).expected(rows.len()).into());
        }
        let text = py.detach(|| {
            let of = |(k, x): (usize, &&[f64])| {
                let known = Known { rest: rest.clone(), mvc: mvc.get(k).map(|mvc| vec![*mvc]).unwrap_or_default() };
                let found = myovox::emg::quality(x, rate, &config.emg, level(), &known)?;
                Ok(json!({ "quality": found.quality, "warnings": found.warnings, "missing": found.missing }))
            };
            let found = rows.iter().enumerate().map(of).collect::<Result<Vec<Value>>>()?;
            Ok::<_, Error>(json!(found).to_string())
        })?;
        Ok(text)
    })
}

/// The samples without hum into `out`; what was taken away from each channel.
#[pyfunction]
pub(crate) fn emg_remove_hum(
    py: Python<'_>,
    x: PyReadonlyArray2<'_, f64>,
    mut out: PyReadwriteArray2<'_, f64>,
    rate: f64,
    config: &Bound<'_, PyAny>,
) -> PyResult<String> {
    border(py, || {
        let (config, rate) = (settings::emg(Some(config))?, Rate::new(rate)?);
        let mut removed = Vec::new();
        by_row(py, &x, &mut out, |_, x, out| {
            removed.push(remove_hum(x, out, rate, &config.emg, level())?);
            Ok(())
        })?;
        Ok(json!(removed).to_string())
    })
}

/// The samples without heart beats into `out`; what was taken away from each channel.
#[pyfunction]
pub(crate) fn emg_remove_ecg(
    py: Python<'_>,
    x: PyReadonlyArray2<'_, f64>,
    mut out: PyReadwriteArray2<'_, f64>,
    rate: f64,
    config: &Bound<'_, PyAny>,
) -> PyResult<String> {
    border(py, || {
        let (config, rate) = (settings::emg(Some(config))?, Rate::new(rate)?);
        let mut removed = Vec::new();
        by_row(py, &x, &mut out, |_, x, out| {
            removed.push(remove_ecg(x, out, rate, &config.emg, level())?);
            Ok(())
        })?;
        Ok(json!(removed).to_string())
    })
}

/// Features of each span of each channel; of each whole window where no spans are given.
#[pyfunction]
pub(crate) fn emg_features_json(
    py: Python<'_>,
    x: PyReadonlyArray2<'_, f64>,
    rate: f64,
    config: &Bound<'_, PyMapping>,
    baseline: Vec<Option<f64>>,
    spans: Option<Vec<(usize, usize)>>,
) -> PyResult<String> {
    border(py, || {
        let mut config_of: FeatureConfig = settings::typed(config, "emg.features")?;
        if !config.contains("features")? {
            config_of.features = Feature::ALL.to_vec();
        }
        let names: Vec<&str> =
            Feature::ALL.iter().filter(|of| config_of.features.contains(of)).map(|of| of.name()).collect();
        let (plan, rows) = (FeaturePlan::new(&config_of, Rate::new(rate)?)?, rows(&x)?);
        let samples = x.as_array().ncols();
        let outside = |span: &&(usize, usize)| span.0 > span.1 || span.1 > samples;
        if let Some((start, end)) = spans.iter().flatten().find(outside) {
            let error = Error::config("emg.span-outside", "a span that is no part of the samples").field("spans");
            return Err(error.found(format!("{start} to {end}")).expected(format!("within 0 to {samples}")).into());
        }
        let text = py.detach(|| {
            let mut workspace = plan.workspace();
            let channels = rows.iter().enumerate().map(|(k, x)| {
                let baseline = baseline.get(k).copied().flatten();
                let Some(spans) = &spans else {
                    return json!(plan.windows(x, baseline, &mut workspace).windows);
                };
                let stretch = |&(start, end): &(usize, usize)| {
                    let features = plan.stretch(&x[start..end], baseline, &mut workspace);
                    json!({ "start": start, "end": end, "features": features })
                };
                Value::Array(spans.iter().map(stretch).collect())
            });
            let channels: Vec<Value> = channels.collect();
            json!({ "names": names, "summary": plan.summary(), "channels": channels }).to_string()
        });
        Ok(text)
    })
}

/// The muscle part of a report, with warnings and missing values.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "what a file would say")]
pub(crate) fn emg_session_json(
    py: Python<'_>,
    x: PyReadonlyArray2<'_, f64>,
    rate: f64,
    labels: Vec<String>,
    units: Vec<String>,
    platform_channels: Vec<usize>,
    config: Option<&Bound<'_, PyAny>>,
    session: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    border(py, || {
        let (config, session, rows) = (settings::emg(config)?, settings::session(session)?, rows(&x)?);
        for (field, found) in [("labels", labels.len()), ("units", units.len())] {
            if found != rows.len() {
                let error = Error::config("emg.channels-differ", "names and channels differ in number");
                return Err(error.field(field).found(found).expected(rows.len()).into());
            }
        }
        let rate = Rate::new(rate)?;
        let text = py.detach(|| {
            let infos = labels.into_iter().zip(units).enumerate().map(|(k, (label, unit))| {
                let of_force_platform = platform_channels.contains(&k);
                ChannelInfo { label, unit, of_force_platform }
            });
            let infos: Vec<ChannelInfo> = infos.collect();
            let signals: Vec<Signal<'_>> =
                infos.iter().zip(&rows).map(|(info, samples)| Signal { info, samples }).collect();
            let given = Given { session, file: FromFile::default() };
            let found = analyze_session(&signals, Some(rate), &config.emg, level(), &given)?;
            let missing = found.missing;
            Ok::<_, Error>(json!({ "emg": found.emg, "warnings": found.warnings, "missing": missing }).to_string())
        })?;
        Ok(text)
    })
}

/// One muscle's counts, as Python writes them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Counts {
    name: String,
    #[serde(default)]
    side: Option<Side>,
    contractions: usize,
    #[serde(default)]
    reached_intensity: Option<usize>,
    #[serde(default)]
    reached_duration: Option<usize>,
    #[serde(default)]
    target_contractions: Option<u32>,
}

/// What no signal tells, as Python writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    muscles: Vec<Counts>,
    rpe: Option<f64>,
    rpe_map: RpeMap,
    bfr: String,
    bfr_pressure_pct: Option<f64>,
    bfr_window: [f64; 2],
    game_points: Option<f64>,
    game_max: Option<f64>,
    weights: Weights,
    protocol_day: Option<u32>,
    sessions_completed: Option<f64>,
}

impl Facts {
    fn circumstances(&self) -> Result<Circumstances> {
        let words = [("none", Prescription::None), ("prescribed", Prescription::Prescribed)];
        let prescription = chosen("bfr", &self.bfr, &words)?;
        let bfr = Bfr { prescription, pressure_percent_aop: self.bfr_pressure_pct, window: self.bfr_window };
        let Self { rpe, rpe_map, game_points, game_max, .. } = *self;
        Ok(Circumstances { rpe, rpe_map, bfr, game_points, game_max, weights: self.weights.clone() })
    }
}

/// The scores of a session.
#[pyfunction]
pub(crate) fn emg_score_json(py: Python<'_>, facts: &Bound<'_, PyMapping>) -> PyResult<String> {
    border(py, || {
        let facts: Facts = settings::typed(facts, "score")?;
        let circumstances = facts.circumstances()?;
        let adherence = facts.protocol_day.zip(facts.sessions_completed);
        let adherence = adherence.and_then(|(day, completed)| score::adherence(day, completed));
        let repetitions = facts.muscles.into_iter().map(|of| Repetitions {
            name: of.name,
            side: of.side,
            contractions: of.contractions,
            reached_intensity: of.reached_intensity,
            reached_duration: of.reached_duration,
            target_contractions: of.target_contractions,
        });
        let scored = score::score(&repetitions.collect::<Vec<_>>(), &circumstances, adherence, Vec::new())?;
        let muscle = |of: &score::MuscleScore| {
            json!({
                "completion_rate": of.completion_rate, "intensity_rate": of.intensity_rate,
                "duration_rate": of.duration_rate, "score": of.score,
            })
        };
        let muscles: Vec<Value> = scored.muscles.iter().map(muscle).collect();
        Ok(json!({ "scores": scored.scores, "muscles": muscles, "missing": scored.missing }).to_string())
    })
}

/// Trends over contractions of each channel.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "settings of two rooms and what the caller knows")]
pub(crate) fn emg_fatigue_json(
    py: Python<'_>,
    x: PyReadonlyArray2<'_, f64>,
    rate: f64,
    config: Option<&Bound<'_, PyAny>>,
    fatigue: &Bound<'_, PyMapping>,
    rest: Vec<[f64; 2]>,
    spans: Option<Vec<(usize, usize)>>,
    force: &str,
) -> PyResult<String> {
    border(py, || {
        let (config, settings) = (settings::emg(config)?, settings::typed(fatigue, "emg.fatigue")?);
        let (rate, rows) = (Rate::new(rate)?, rows(&x)?);
        let force = chosen("force", force, &[("unknown", Force::Unknown), ("constant", Force::Constant)])?;
        let spans: Option<Vec<Range<usize>>> =
            spans.map(|spans| spans.into_iter().map(|(start, end)| start..end).collect());
        let known = Known { rest, mvc: Vec::new() };
        let text = py.detach(|| {
            let of = |x: &&[f64]| {
                arrays::fatigue(x, rate, (&config.emg, &settings), level(), (&known, spans.as_deref(), force))
            };
            let found = rows.iter().map(of).collect::<Result<Vec<_>>>()?;
            Ok::<_, Error>(json!(found).to_string())
        })?;
        Ok(text)
    })
}

/// Co-contraction of the first row with the second.
#[pyfunction]
pub(crate) fn emg_cocontraction_json(
    py: Python<'_>,
    agonist: PyReadonlyArray2<'_, f64>,
    antagonist: PyReadonlyArray2<'_, f64>,
    normalisation: (String, String),
) -> PyResult<String> {
    border(py, || {
        let words = [
            ("mvc", Normalisation::Mvc),
            ("peak", Normalisation::Peak),
            ("mean", Normalisation::Mean),
            ("none", Normalisation::None),
        ];
        let of = |word: &str| chosen("normalisation", word, &words);
        let (first, second) = (of(&normalisation.0)?, of(&normalisation.1)?);
        let (agonist, antagonist) = (rows(&agonist)?, rows(&antagonist)?);
        let text = py.detach(|| {
            let of = |(a, b): (&&[f64], &&[f64])| {
                let (found, warnings) = cocontraction::cocontraction(a, first, b, second)?;
                Ok(json!({ "found": found, "warnings": warnings }))
            };
            let found = agonist.iter().zip(&antagonist).map(of).collect::<Result<Vec<_>>>()?;
            Ok::<_, Error>(json!(found).to_string())
        })?;
        Ok(text)
    })
}

type Patterns<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray2<f64>>, String);

/// Weights `(muscles, synergies)`, activations `(synergies, samples)`, and what is accounted for.
#[pyfunction]
pub(crate) fn emg_synergies<'py>(
    py: Python<'py>,
    envelopes: PyReadonlyArray2<'py, f64>,
    config: &Bound<'py, PyDict>,
) -> PyResult<Patterns<'py>> {
    border(py, || {
        let config = settings::typed(config.as_mapping(), "emg.synergy")?;
        let envelopes = envelopes.as_array();
        let (muscles, samples) = envelopes.dim();
        let found = py.detach(|| synergies(envelopes, &config))?;
        let number = found.synergies.len();
        let weights = Array2::from_shape_fn((muscles, number), |(m, k)| found.synergies[k].weights[m]);
        let activations = Array2::from_shape_fn((number, samples), |(k, i)| found.synergies[k].activation[i]);
        let vaf_synergies: Vec<f64> = found.synergies.iter().map(|synergy| synergy.vaf).collect();
        let rest = json!({
            "vaf": found.vaf, "r_squared": found.r_squared, "vaf_muscles": found.vaf_muscles,
            "vaf_by_number": found.vaf_by_number, "vaf_synergies": vaf_synergies,
            "sufficient": found.sufficient, "seed": found.seed,
        });
        Ok::<_, Failure>((weights.into_pyarray(py), activations.into_pyarray(py), rest.to_string()))
    })
}
