//! Loads of force platforms against the truth, by the names of `OpenSim`.

use myovox::Budget;
use myovox::Limits;
use myovox::formats::c3d::{C3dWriteConfig, ForcePlatformConfig, ForceSign};
use myovox::formats::export::{Rows, Unloaded, of_loads};

use super::*;

const NAMES: [&str; 9] = [
    "ground_force_vx",
    "ground_force_vy",
    "ground_force_vz",
    "ground_force_px",
    "ground_force_py",
    "ground_force_pz",
    "ground_torque_x",
    "ground_torque_y",
    "ground_torque_z",
];

/// Names and columns of a storage.
fn storage(bytes: &[u8]) -> (Vec<String>, Vec<Vec<f64>>) {
    let text = std::str::from_utf8(bytes).unwrap().split_once("endheader\n").unwrap().1;
    let mut lines = text.lines();
    let names: Vec<String> = lines.next().unwrap().split('\t').map(str::to_owned).collect();
    let mut columns = vec![Vec::new(); names.len()];
    for line in lines {
        line.split('\t').zip(&mut columns).for_each(|(cell, column)| column.push(cell.parse().unwrap()));
    }
    (names, columns)
}

fn assert_near(found: &[f64], expected: impl IntoIterator<Item = f64>, most: f64, what: &str) {
    let expected: Vec<f64> = expected.into_iter().collect();
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= most, "{what}: {found}, expected {expected}");
    }
}

#[test]
fn the_ground_pushes_back_where_the_foot_pushes() {
    let (bytes, truth) = myovox_fixtures::platform::platform();
    let truth = &truth.platforms[0];
    let (mot, exported) = convert(&bytes, &Conversion::new(Target::Mot).table(Table::Loads.into())).unwrap();
    assert_eq!(codes(&exported), Vec::<String>::new());
    let (names, columns) = storage(&mot);
    assert_eq!((names[0].as_str(), &names[1..]), ("time", NAMES.map(str::to_owned).as_slice()));
    for axis in 0..3 {
        assert_near(&columns[1 + axis], truth.force_n[axis].iter().map(|force| -force), 1e-9, "force");
        assert_near(&columns[4 + axis], truth.cop_mm[axis].iter().map(|mm| mm / 1000.0), 1e-12, "point");
    }
    assert!(columns[3].iter().all(|up| *up >= 200.0));
    // The plate's z axis points down, so that the free moment on the foot has the sign of that on the plate along it.
    assert_near(&columns[9], truth.free_moment_nmm.iter().map(|nmm| nmm / 1000.0), 1e-9, "free moment");
    assert_near(&columns[0], (0..80).map(|sample| f64::from(sample) / 400.0), 1e-12, "time");
}

#[test]
fn a_light_load_is_unknown_in_tables_and_the_same_load_about_the_centre_in_storages() {
    let (bytes, _) = myovox_fixtures::platform::platform();
    let mut recording = c3d::read(&bytes).unwrap();
    recording.analog.slice_mut(ndarray::s![.., 5]).assign(&ndarray::arr1(&[1.0, -2.0, 8.0, 300.0, -500.0, 40.0]));
    recording.analog[[0, 6]] = f64::NAN;
    let config = ForcePlatformConfig::default();
    let columns_of = |unloaded: Unloaded, target: Target| {
        let budget = &mut Budget::new(&Limits::default());
        let mut rows = of_loads(&recording, &Selection::default(), &config, unloaded, budget).unwrap();
        let mut file = Vec::new();
        let exported = target.write(&mut rows, "trial", &mut file).unwrap();
        (file, codes(&exported))
    };
    let (file, warned) = columns_of(Unloaded::AtCenter, Target::Sto);
    assert_eq!(warned, ["export.loads-not-known"]);
    let (_, columns) = storage(&file);
    let at = |sample: usize| columns.iter().skip(1).map(|column| column[sample]).collect::<Vec<f64>>();
    let light = at(5);
    assert_eq!(light[3..6], [0.3, 0.2, 0.0]);
    // The same wrench about any other point: M = moment about the centre, o = centre.
    let reaction = config.clone().sign(ForceSign::GroundReaction);
    let found = recording.force_platforms(&reaction, &mut Budget::new(&Limits::default())).unwrap();
    let loads = found.platforms[0].loads.as_ref().unwrap();
    assert_eq!(light[..3], loads.force_n.column(5).to_vec());
    assert_eq!(light[6..], loads.moment_nm.column(5).to_vec());
    assert!(at(6).iter().any(|value| value.is_nan()) && at(7).iter().all(|value| value.is_finite()));
    let (file, warned) = columns_of(Unloaded::Unknown, Target::Csv);
    let text = String::from_utf8(file).unwrap();
    let row: Vec<&str> = text.lines().nth(6).unwrap().split(',').collect();
    assert!(warned.is_empty() && row[4..].iter().all(|cell| cell.is_empty()) && !row[3].is_empty(), "{row:?}");
    assert!(text.starts_with("time_s,ground_force_vx [N],"));
    assert!(
        text.lines()
            .next()
            .unwrap()
            .ends_with("ground_force_pz [m],ground_torque_x [Nm],ground_torque_y [Nm],ground_torque_z [Nm]")
    );
}

#[test]
fn platforms_are_numbered_where_there_are_several_and_chosen_by_number() {
    let Some(folder) = common::shared("c3d") else { return };
    let (mut seen, mut several) = (0, 0);
    for path in files(&folder, "c3d") {
        let Ok(recording) = c3d::read(&std::fs::read(&path).unwrap()) else { continue };
        let (config, budget) = (ForcePlatformConfig::default(), &mut Budget::new(&Limits::default()));
        let found = recording.force_platforms(&config, budget).unwrap();
        let loaded: Vec<usize> =
            found.platforms.iter().enumerate().filter(|(_, p)| p.loads.is_some()).map(|(index, _)| index).collect();
        let rows = of_loads(&recording, &Selection::default(), &config, Unloaded::Unknown, budget);
        let Some(last) = loaded.last() else {
            assert_eq!(rows.unwrap_err().code(), "export.nothing", "{}", path.display());
            continue;
        };
        let mut rows = rows.unwrap();
        assert_eq!(rows.schema().series.len(), 9 * loaded.len());
        let left_out = rows.warnings().unwrap().iter().filter(|w| w.code == "export.platform-left-out").count();
        assert_eq!(left_out, found.platforms.len() - loaded.len(), "{}", path.display());
        let only = Selection::default().channels(vec![(last + 1).to_string()]);
        let rows = of_loads(&recording, &only, &config, Unloaded::Unknown, budget).unwrap();
        let prefix = if found.platforms.len() > 1 { format!("{}_", last + 1) } else { String::new() };
        let labels: Vec<&str> = rows.schema().series.iter().map(|series| series.label.as_str()).collect();
        assert_eq!(labels, NAMES.map(|name| format!("{prefix}{name}")));
        seen += 1;
        several += usize::from(found.platforms.len() > 1);
    }
    assert!(seen >= 10 && several >= 5, "{seen} {several}");
}

/// The same step, stored as the force on the foot: the loads are the same, and that it was so is said.
#[test]
fn channels_that_hold_the_reaction_already_give_the_same_loads() {
    let (bytes, _) = myovox_fixtures::platform::platform();
    let loads = |recording: &C3dRecording| {
        let mut file = Vec::new();
        let mut budget = Budget::new(&Limits::default());
        myovox::formats::c3d::write(recording, &C3dWriteConfig::default(), &mut budget, &mut file).unwrap();
        let (table, exported) = convert(&file, &Conversion::new(Target::Csv).table(Table::Loads.into())).unwrap();
        (table, exported.warnings.iter().map(|warning| warning.message.clone()).collect::<Vec<_>>())
    };
    let mut recording = c3d::read(&bytes).unwrap();
    let (expected, silent) = loads(&recording);
    recording.analog.mapv_inplace(|value| -value);
    let (by_markers, said) = loads(&recording);
    assert!(silent.is_empty() && said.len() == 1 && said[0].contains("to the side of the markers"), "{said:?}");
    recording.points.fill(f64::NAN);
    let (by_axis, said) = loads(&recording);
    assert!(said.len() == 1 && said[0].contains("along +z"), "{said:?}");
    assert!(by_markers == expected && by_axis == expected);
}

/// Whoever steps on a plate is pushed up: in every recording whose markers lie clearly on one side.
#[test]
fn the_ground_pushes_up_in_real_recordings() {
    let Some(folder) = common::shared("c3d") else { return };
    let mut loaded = 0;
    for path in files(&folder, "c3d") {
        let Ok(recording) = c3d::read(&std::fs::read(&path).unwrap()) else { continue };
        let (config, budget) = (ForcePlatformConfig::default(), &mut Budget::new(&Limits::default()));
        let found = recording.force_platforms(&config, budget).unwrap();
        let Ok(mut rows) = of_loads(&recording, &Selection::default(), &config, Unloaded::Unknown, budget) else {
            continue;
        };
        let mut csv = Vec::new();
        Target::Csv.write(&mut rows, "", &mut csv).unwrap();
        let mut reader = ::csv::Reader::from_reader(csv.as_slice());
        let mut sums = vec![0.0; reader.headers().unwrap().len()];
        for row in reader.records() {
            let row = row.unwrap();
            row.iter()
                .zip(&mut sums)
                .for_each(|(cell, sum)| *sum += cell.parse::<f64>().ok().filter(|v| v.is_finite()).unwrap_or(0.0));
        }
        let plates = found.platforms.iter().filter(|platform| platform.loads.is_some());
        let samples = recording.analog.ncols() as f64;
        for (plate, sums) in plates.zip(sums[1..].chunks(9)) {
            // Vertical is z in all of them but where the plate stands on another axis.
            let up = (0..3)
                .max_by(|a, b| plate.rotation.unwrap()[*a][2].abs().total_cmp(&plate.rotation.unwrap()[*b][2].abs()))
                .unwrap();
            if sums[up].abs() > 20.0 * samples {
                assert!(sums[up] > 0.0, "{}", path.display());
                loaded += 1;
            }
        }
    }
    assert!(loaded >= 20, "{loaded}");
}

#[test]
fn a_recording_without_platforms_has_no_loads() {
    let bytes = std::fs::read(fixture("ghostly_twin.c3d")).unwrap();
    let error = convert(&bytes, &Conversion::new(Target::Mot).table(Table::Loads.into())).unwrap_err();
    assert_eq!(error.code(), "export.nothing");
}
