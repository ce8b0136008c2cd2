//! The golden vectors: what another system computed and what is right, for 78 sessions, 16 adherences and 7 symmetries.

use myovox::Result;
use myovox::emg::Session;
use myovox::emg::score::{
    BalanceOf, Bfr, Circumstances, Prescription, Repetitions, RpeMap, Scored, Side, Weights, adherence, effort, score,
    symmetry,
};
use serde_json::Value;

use crate::common;

const TOLERANCE: f64 = 1e-9;

fn golden() -> Option<Value> {
    let path = common::shared("emg/score_golden.json")?;
    Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

fn count(value: &Value) -> Option<usize> {
    value.as_u64().map(|count| usize::try_from(count).unwrap())
}

fn muscle(input: &Value, side: &str) -> Repetitions {
    let target = input.get(format!("target_{side}")).map_or(Some(12), Value::as_u64);
    Repetitions {
        name: side.to_owned(),
        side: Some(if side == "left" { Side::Left } else { Side::Right }),
        contractions: count(&input[side]["total"]).unwrap(),
        reached_intensity: count(&input[side]["intensity_ok"]),
        reached_duration: count(&input[side]["duration_ok"]),
        target_contractions: target.map(|target| u32::try_from(target).unwrap()),
    }
}

fn circumstances(input: &Value) -> Circumstances {
    let weights = input.get("weights").map_or_else(Weights::default, |w| serde_json::from_value(w.clone()).unwrap());
    Circumstances {
        rpe: input["rpe"].as_f64(),
        rpe_map: if input["rpe_map"] == "database" { RpeMap::Database } else { RpeMap::Document },
        bfr: Bfr {
            prescription: if input["bfr_prescribed"] == true { Prescription::Prescribed } else { Prescription::None },
            pressure_percent_aop: input["bfr_pressure_aop"].as_f64(),
            ..Bfr::default()
        },
        game_points: input["game_points"].as_f64(),
        game_max: input["game_max"].as_f64(),
        weights,
    }
}

fn scored(input: &Value) -> Result<Scored> {
    score(&[muscle(input, "left"), muscle(input, "right")], &circumstances(input), None, Vec::new())
}

#[track_caller]
fn near(found: Option<f64>, expected: &Value, what: &str) {
    match (found, expected.as_f64()) {
        (Some(found), Some(expected)) => {
            assert!((found - expected).abs() <= TOLERANCE, "{what}: {found}, not {expected}")
        }
        (found, expected) => assert_eq!(found, expected, "{what}"),
    }
}

/// Scores, rates, and the list of what is missing.
fn compare(name: &str, result: &Scored, expected: &Value) {
    let s = &result.scores;
    for (key, found) in [
        ("overall_score", s.overall),
        ("overall_ungated", s.overall_ungated),
        ("compliance_score", s.compliance),
        ("compliance_ungated", s.compliance_ungated),
        ("symmetry_score", s.symmetry),
        ("effort_score", s.effort),
        ("game_score", s.game),
        ("bfr_gate", s.gate),
    ] {
        near(found, &expected[key], &format!("{name} {key}"));
    }
    for (side, rates) in ["left", "right"].iter().zip(&result.muscles) {
        near(rates.completion_rate, &expected[format!("completion_rate_{side}")], name);
        near(rates.intensity_rate, &expected[format!("intensity_rate_{side}")], name);
        near(rates.duration_rate, &expected[format!("duration_rate_{side}")], name);
        near(rates.score, &expected[format!("{side}_muscle_compliance")], name);
    }
    let listed: Vec<&str> = expected["missing"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let missing: Vec<&str> = s.missing.iter().map(String::as_str).filter(|word| *word != "adherence").collect();
    assert_eq!(missing, listed, "{name}");
}

#[test]
fn every_session_is_scored_as_it_should_be() {
    let Some(golden) = golden() else { return };
    let vectors = golden["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 78);
    for vector in vectors {
        let (name, expected) = (vector["name"].as_str().unwrap(), &vector["expected"]);
        let result = scored(&vector["input"]);
        match expected["error"].as_str() {
            Some(field) => {
                let line = result.unwrap_err().to_string();
                assert!(line.starts_with(field), "{name}: {line}");
            }
            None => compare(name, &result.unwrap(), expected),
        }
    }
}

#[test]
fn every_null_of_a_score_has_its_reason() {
    let Some(golden) = golden() else { return };
    for vector in golden["vectors"].as_array().unwrap() {
        let Ok(result) = scored(&vector["input"]) else { continue };
        let value = serde_json::to_value(&result.scores).unwrap();
        let mut nulls: Vec<&str> =
            value.as_object().unwrap().iter().filter(|(_, v)| v.is_null()).map(|(name, _)| name.as_str()).collect();
        let mut reasons: Vec<&str> = result.missing.iter().map(|entry| entry.path.as_str()).collect();
        nulls.sort_unstable();
        reasons.sort_unstable();
        assert_eq!(nulls, reasons, "{}", vector["name"]);
    }
}

#[test]
fn adherence_and_symmetry_are_as_they_should_be() {
    let Some(golden) = golden() else { return };
    for vector in golden["adherence"].as_array().unwrap() {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let day = u32::try_from(input["protocol_day"].as_u64().unwrap()).unwrap();
        let found = adherence(day, input["completed"].as_f64().unwrap());
        near(found.map(|a| a.adherence), &expected["adherence"], "adherence");
        near(found.map(|a| a.raw), &expected["raw"], "raw");
        near(found.map(|a| a.expected_sessions), &expected["expected_sessions"], "expected sessions");
        let band = found.map_or(Value::Null, |a| serde_json::to_value(a.band).unwrap());
        assert_eq!(band, expected["band"], "{vector}");
    }
    for vector in golden["symmetry"].as_array().unwrap() {
        let side = |name: &str| vector["input"][name].as_f64().unwrap();
        let found = symmetry(BalanceOf::Score, side("left"), side("right"));
        near(found.map(|balance| balance.symmetry), &vector["expected"], "symmetry");
    }
    for (name, map) in [("document", RpeMap::Document), ("database", RpeMap::Database)] {
        for (rpe, points) in golden["rpe_maps"][name].as_array().unwrap().iter().enumerate() {
            assert_eq!(effort(rpe as f64, map).unwrap(), points.as_f64().unwrap(), "{name} {rpe}");
        }
    }
}

fn reps(name: &str, side: Side, done: usize) -> Repetitions {
    Repetitions {
        name: name.into(),
        side: Some(side),
        contractions: done,
        reached_intensity: Some(done),
        reached_duration: Some(0),
        target_contractions: Some(12),
    }
}

#[test]
fn f29_a_missing_rating_is_no_rating() {
    let muscles = [reps("left", Side::Left, 12), reps("right", Side::Right, 12)];
    let without = score(&muscles, &Circumstances::default(), None, Vec::new()).unwrap().scores;
    let with = Circumstances { rpe: Some(4.0), ..Circumstances::default() };
    assert_eq!(without.effort, None);
    assert!(without.overall < score(&muscles, &with, None, Vec::new()).unwrap().scores.overall);
    let used = without.weights_used.unwrap();
    assert_eq!((used.effort, used.compliance, used.symmetry), (0.0, 2.0 / 3.0, 1.0 / 3.0));
}

#[test]
fn f33_idle_muscles_have_no_symmetry_and_a_session_without_contractions_scores_nothing() {
    let muscles = [reps("left", Side::Left, 0), reps("right", Side::Right, 0)];
    let facts = Circumstances { rpe: Some(5.0), ..Circumstances::default() };
    let scores = score(&muscles, &facts, None, Vec::new()).unwrap().scores;
    assert_eq!((scores.symmetry, scores.overall), (None, Some(0.0)));
    // Without any target nothing is known either.
    let muscles = muscles.map(|m| Repetitions {
        reached_intensity: None,
        reached_duration: None,
        target_contractions: None,
        ..m
    });
    assert_eq!(score(&muscles, &facts, None, Vec::new()).unwrap().scores.overall, None);
}

#[test]
fn f37_the_weights_of_a_muscle_are_thirds() {
    let mut only_duration = reps("left", Side::Left, 9);
    (only_duration.reached_intensity, only_duration.reached_duration) = (Some(0), Some(9));
    only_duration.target_contractions = Some(u32::MAX);
    let score = myovox::emg::score::muscle(&only_duration, &Weights::default()).unwrap().score.unwrap();
    assert!((score - 100.0 / 3.0).abs() < 1e-6, "{score}");
}

#[test]
fn f34_ratings_that_are_none_are_refused_by_their_value() {
    for rpe in ["-1", "4.5", "11", "1e300"] {
        let line = Session::from_json(&format!("{{\"rpe\": {rpe}}}")).unwrap_err().to_string();
        assert!(line.starts_with("rpe: ") && line.contains("0 to 10"), "{line}");
    }
}

#[test]
fn f30_f39_the_worked_example_has_its_own_weights_and_the_sum_of_its_terms() {
    let Some(golden) = golden() else { return };
    let example =
        golden["vectors"].as_array().unwrap().iter().find(|v| v["name"] == "document_example_weights").unwrap();
    let scores = scored(&example["input"]).unwrap().scores;
    assert!((scores.overall.unwrap() - 92.308_629_776).abs() < 1e-8, "{:?}", scores.overall);
    assert_eq!(scores.weights.compliance, 0.4);
}
