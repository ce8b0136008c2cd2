//! Force platforms: known loads on plates of every type, and the real files of the corpus.

use std::fmt::Write as _;

use myovox::formats::Policy;
use myovox::formats::c3d::{
    Baseline, C3dRecording, ForcePlatformConfig, ForcePlatforms, ForceSign, KistlerCorrection, PlateLoads, UnitSource,
};
use myovox::{Budget, Limits, Result};
use ndarray::Array2;
use serde_json::Value as Json;

use super::builder::{Trial, Value, words};
use super::{codes, read, read_as};
use crate::common::shared;

fn compute(recording: &C3dRecording, config: &ForcePlatformConfig) -> Result<ForcePlatforms> {
    recording.force_platforms(config, &mut Budget::new(&Limits::default()))
}

fn platforms(recording: &C3dRecording) -> ForcePlatforms {
    compute(recording, &ForcePlatformConfig::default()).unwrap()
}

/// Every row's sum over the finite values, and the sum of magnitudes.
fn row_sums(values: &Array2<f64>) -> ([f64; 3], f64) {
    let sum = |row: usize| values.row(row).iter().filter(|value| value.is_finite()).sum();
    ([sum(0), sum(1), sum(2)], values.iter().filter(|value| value.is_finite()).map(|value| value.abs()).sum())
}

fn numbers(json: &Json) -> [f64; 3] {
    [0, 1, 2].map(|i| json[i].as_f64().unwrap())
}

#[test]
fn corpus() {
    let Some(folder) = shared("c3d") else { return };
    let expected: Json = serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let mut report = String::new();
    for (name, entry) in expected["files"].as_object().unwrap() {
        let Ok(recording) = read(&std::fs::read(folder.join(name)).unwrap()) else { continue };
        let found = platforms(&recording);
        let k: Vec<_> = found.platforms.iter().map(|p| p.kind).collect();
        if k.is_empty() && entry.get("platforms_ref").is_none() {
            continue;
        }
        writeln!(
            report,
            "{name} kinds {k:?} units {:?} {:?} ours {} ref {} fp {:?} {:?}",
            recording.point_units,
            found
                .platforms
                .iter()
                .map(|p| p.channels.iter().map(|c| recording.analog_units[*c].clone()).collect::<Vec<_>>().join(","))
                .collect::<Vec<_>>(),
            found.platforms.len(),
            entry.get("platforms_ref").map_or(99, |p| p.as_array().unwrap().len()),
            found.warnings.iter().map(|w| &w.message).collect::<Vec<_>>(),
            recording.parameters.numbers("FORCE_PLATFORM", "ZERO")
        )
        .unwrap();
        for which in ["platforms_ref", "platforms_ezc3d"] {
            for (i, want) in entry.get(which).and_then(Json::as_array).into_iter().flatten().enumerate() {
                let plate = &found.platforms[i];
                let Some(loads) = &plate.loads else {
                    writeln!(report, "   {i} no loads, want {want}").unwrap();
                    continue;
                };
                let (f, m) = if which == "platforms_ref" { ("force_sum", "moment_sum") } else { ("force", "moment") };
                if want.get(f).is_none() {
                    writeln!(report, "   {i} {which} has none").unwrap();
                    continue;
                }
                let (force, fs) = row_sums(&loads.force_n);
                let (moment, ms) = row_sums(&loads.moment_nm);
                let df: f64 = (0..3).map(|a| (force[a] - numbers(&want[f])[a]).abs()).sum::<f64>() / fs.max(1.0);
                let dm: f64 =
                    (0..3).map(|a| (moment[a] / plate.units.length_m - numbers(&want[m])[a]).abs()).sum::<f64>()
                        / (ms / plate.units.length_m).max(1.0);
                writeln!(
                    report,
                    "   {i} {which} df {df:.1e} dm {dm:.1e} {}",
                    if df > 1e-9 || dm > 1e-9 { format!("DIFF {force:?} {moment:?} {want}") } else { String::new() }
                )
                .unwrap();
            }
        }
    }
    println!("{report}");
    let _ = (Policy::Lenient, Baseline::None, ForceSign::Measured, KistlerCorrection::None, UnitSource::Stated);
    let _ = |x: &PlateLoads| x.clone();
    let _ = (words(1), codes, read_as, Trial::new(1, 1, 1, 1), Value::Bytes(vec![]));
}
