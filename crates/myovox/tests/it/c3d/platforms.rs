//! Force platforms: known loads on plates of every type, and what cannot be true about a plate.

use myovox::formats::Policy;
use myovox::formats::c3d::{
    Baseline, C3dRecording, ForcePlatformConfig, ForcePlatforms, ForceSign, KistlerCorrection, PlateLoads, UnitSource,
};
use myovox::{Budget, Limits};
use ndarray::Array2;

use super::builder::{Trial, Value, words};
use super::{codes, read, read_as};

const POUND_N: f64 = 4.4482216152605;

/// 800 x 400 mm, its x axis along Y, its y axis along X, its z axis down; coordinates are multiples of 25.
const CORNERS: [[f64; 3]; 4] = [[400.0, 800.0, 25.0], [400.0, 0.0, 25.0], [0.0, 0.0, 25.0], [0.0, 800.0, 25.0]];

/// A force on a plate: N, mm from the centre of the surface, N mm.
#[derive(Clone, Copy)]
struct Load {
    force: [f64; 3],
    point: [f64; 2],
    free_moment: f64,
}

const LOADS: [Load; 4] = [
    Load { force: [0.0, 0.0, 1024.0], point: [96.0, -48.0], free_moment: 0.0 },
    Load { force: [64.0, -32.0, 512.0], point: [-128.0, 64.0], free_moment: 4096.0 },
    Load { force: [-16.0, 128.0, -256.0], point: [8.0, 16.0], free_moment: -512.0 },
    Load { force: [4.0, 4.0, 8.0], point: [8.0, 16.0], free_moment: 0.0 },
];

impl Load {
    /// Moment about the centre of the surface.
    fn moment(&self) -> [f64; 3] {
        let ([fx, fy, fz], [x, y]) = (self.force, self.point);
        [y * fz, -x * fz, self.free_moment + x * fy - y * fx]
    }

    /// The channels of a plate of type `kind` with this `origin`.
    fn channels(&self, kind: u16, origin: [f64; 3]) -> Vec<f64> {
        let ([fx, fy, fz], [mx, my, mz]) = (self.force, self.moment());
        let [a, b, height] = origin;
        // About the sensors of types 3, 6, 7 and 12, at `height` from the surface.
        let (sx, sy) = (mx - fy * height, my + fx * height);
        let corners = |sx: f64, sy: f64| {
            [(1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0)]
                .map(|(s, t)| fz / 4.0 + s * sx / (4.0 * b) + t * sy / (4.0 * a))
        };
        match kind {
            1 => vec![fx, fy, fz, self.point[0], self.point[1], self.free_moment],
            3 | 7 => {
                let twist = mz / (2.0 * b);
                let [z1, z2, z3, z4] = corners(sx, sy);
                vec![fx / 2.0 - twist, fx / 2.0 + twist, fy / 2.0, fy / 2.0, z1, z2, z3, z4]
            }
            6 => {
                let (near, far) = (fx / 4.0 - mz / (4.0 * b), fx / 4.0 + mz / (4.0 * b));
                let z = corners(sx, sy);
                [near, near, far, far].iter().zip(z).flat_map(|(x, z)| [*x, fy / 4.0, z]).collect()
            }
            12 => [[0.0; 4], corners(mx, my)].concat(),
            // M = C - F x o.
            _ => {
                let [ox, oy, oz] = origin;
                vec![fx, fy, fz, mx - (fy * oz - fz * oy), my - (fz * ox - fx * oz), mz - (fx * oy - fy * ox)]
            }
        }
    }
}

/// A plate as a file declares it.
#[derive(Clone)]
struct Plate {
    kind: u16,
    origin: [f64; 3],
    corners: [[f64; 3]; 4],
    /// Rows and columns of a calibration matrix with ones on its diagonal.
    matrix: Option<(u8, u8)>,
}

fn plate(kind: u16) -> Plate {
    let is_four_sensors = matches!(kind, 3 | 6 | 7 | 12);
    let origin = if is_four_sensors { [128.0, 256.0, -64.0] } else { [4.0, -8.0, -32.0] };
    let matrix = match kind {
        4 | 21 => Some((6, 6)),
        5 => Some((6, 8)),
        6 => Some((12, 12)),
        7 => Some((8, 8)),
        _ => None,
    };
    Plate { kind, origin, corners: CORNERS, matrix }
}

#[expect(clippy::cast_possible_truncation, reason = "files hold f32; the numbers are chosen to fit")]
fn f32s(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&value| value as f32).collect()
}

fn real_bytes(values: &[f64]) -> Vec<u8> {
    f32s(values).into_iter().flat_map(f32::to_le_bytes).collect()
}

/// A recording of one plate, one sample per entry of `samples`.
fn trial(plate: &Plate, samples: &[Vec<f64>]) -> Trial {
    let count = samples[0].len();
    let channels = u16::try_from(count).unwrap();
    let mut trial = Trial::new(0, channels, 1, samples.len());
    trial.data = samples.iter().flat_map(|sample| f32s(sample)).collect();
    let units: Vec<&str> = match plate.kind {
        1 => vec!["N", "N", "N", "mm", "mm", "Nmm"],
        2 | 21 => vec!["N", "N", "N", "Nmm", "Nmm", "Nmm"],
        _ => vec!["N"; count],
    };
    trial.set("ANALOG", "UNITS", Value::texts(&units));
    // A treadmill of type 12 is two entries with the same channels.
    let entries = if plate.kind == 12 { 2 } else { 1 };
    let repeat = |values: &[f64]| real_bytes(values).repeat(entries);
    let used = u8::try_from(entries).unwrap();
    trial.set("FORCE_PLATFORM", "USED", Value::Bytes(vec![used]));
    trial.set("FORCE_PLATFORM", "TYPE", Value::Words(vec![plate.kind; entries]));
    trial.set("FORCE_PLATFORM", "ZERO", Value::Words(vec![0, 0]));
    let numbers: Vec<u8> = (1..=channels).flat_map(u16::to_le_bytes).collect();
    let dims = vec![u8::try_from(count).unwrap(), used];
    trial.set("FORCE_PLATFORM", "CHANNEL", Value::Raw(2, dims, numbers.repeat(entries)));
    trial.set("FORCE_PLATFORM", "CORNERS", Value::Raw(4, vec![3, 4, used], repeat(plate.corners.as_flattened())));
    trial.set("FORCE_PLATFORM", "ORIGIN", Value::Raw(4, vec![3, used], repeat(&plate.origin)));
    if let Some((rows, columns)) = plate.matrix {
        let entry = |column: u8, row: u8| if column == row { 1.0 } else { 0.0 };
        let matrix: Vec<f64> = (0..columns).flat_map(|column| (0..rows).map(move |row| entry(column, row))).collect();
        trial.set("FORCE_PLATFORM", "CAL_MATRIX", Value::Raw(4, vec![rows, columns, 1], real_bytes(&matrix)));
    }
    trial
}

fn of_loads(plate: &Plate, loads: &[Load]) -> Trial {
    let samples: Vec<Vec<f64>> = loads.iter().map(|load| load.channels(plate.kind, plate.origin)).collect();
    // Type 5 has eight channels, of which the matrix of these tests takes six.
    let pad = |mut sample: Vec<f64>| {
        sample.resize(if plate.kind == 5 { 8 } else { sample.len() }, 0.0);
        sample
    };
    trial(plate, &samples.into_iter().map(pad).collect::<Vec<_>>())
}

fn compute(recording: &C3dRecording, config: &ForcePlatformConfig) -> ForcePlatforms {
    recording.force_platforms(config, &mut Budget::new(&Limits::default())).unwrap()
}

/// The platforms of a trial that is read without a warning, with the default settings.
fn platforms(trial: &Trial) -> ForcePlatforms {
    let recording = read(&trial.build()).unwrap();
    assert_eq!(codes(&recording), [""; 0]);
    let found = compute(&recording, &ForcePlatformConfig::default());
    assert_eq!((found.warnings.as_slice(), found.missing.as_slice()), (&[][..], &[][..]));
    found
}

fn column(values: &Array2<f64>, sample: usize) -> [f64; 3] {
    [0, 1, 2].map(|row| values[[row, sample]])
}

fn assert_close(got: [f64; 3], want: [f64; 3], what: &str) {
    for (got, want) in got.iter().zip(want) {
        let same = (got - want).abs() <= 1e-9 * want.abs().max(1.0) || (got.is_nan() && want.is_nan());
        assert!(same, "{what}: {got} not {want}");
    }
}

/// Plate to laboratory for [`CORNERS`].
fn turned([x, y, z]: [f64; 3]) -> [f64; 3] {
    [y, x, -z]
}

/// Everything about `loads` is as it was put in; `newtons` and `mm` are the units of the numbers that were put in.
fn assert_loads(found: &PlateLoads, put_in: &[Load], newtons: f64, mm: f64, what: &str) {
    let metres = mm / 1000.0;
    for (i, load) in put_in.iter().enumerate() {
        let what = format!("{what}, sample {i}");
        assert_close(column(&found.force_n, i), turned(load.force.map(|f| f * newtons)), &what);
        let moment = load.moment().map(|m| m * newtons * metres);
        assert_close(column(&found.moment_nm, i), turned(moment), &what);
        let light = load.force[2].abs() * newtons <= 10.0;
        let [x, y] = load.point.map(|value| if light { f64::NAN } else { value * mm });
        // NaN in the plate is NaN in the laboratory.
        let height = if light { f64::NAN } else { 25.0 };
        assert_close(column(&found.center_of_pressure, i), [200.0 + y, 400.0 + x, height], &what);
        let free = if light { f64::NAN } else { load.free_moment * newtons * metres };
        let free = if light { [f64::NAN; 3] } else { turned([0.0, 0.0, free]) };
        assert_close(column(&found.free_moment_nm, i), free, &what);
    }
}

#[test]
fn a_known_load_is_found_on_plates_of_every_type() {
    for kind in [1, 2, 3, 4, 6, 7, 21] {
        let found = platforms(&of_loads(&plate(kind), &LOADS));
        let platform = &found.platforms[0];
        assert_eq!((platform.kind, platform.center), (u32::from(kind), Some([200.0, 400.0, 25.0])));
        assert_loads(platform.loads.as_ref().unwrap(), &LOADS, 1.0, 1.0, &format!("type {kind}"));
    }
    // Without a matrix type 21 is as type 2.
    let found = platforms(&of_loads(&Plate { matrix: None, ..plate(21) }, &LOADS));
    assert_loads(found.platforms[0].loads.as_ref().unwrap(), &LOADS, 1.0, 1.0, "type 21 without matrix");
}

#[test]
fn the_matrix_of_type_5_gives_pounds_and_inches() {
    let mut plate = plate(5);
    plate.origin = [0.0; 3];
    let found = platforms(&of_loads(&plate, &LOADS));
    assert_eq!(found.platforms[0].units.force, UnitSource::Convention);
    assert_loads(found.platforms[0].loads.as_ref().unwrap(), &LOADS, POUND_N, 25.4, "type 5");
}

#[test]
fn a_treadmill_of_type_12_has_two_plates_with_a_normal_force_each() {
    let found = platforms(&of_loads(&plate(12), &LOADS));
    let second = found.platforms[1].loads.as_ref().unwrap();
    let first = found.platforms[0].loads.as_ref().unwrap();
    for (i, load) in LOADS.iter().enumerate().take(3) {
        assert_eq!((first.normal_force_n[i], second.normal_force_n[i]), (0.0, load.force[2]));
        let [x, y] = load.point;
        assert_close(column(&second.center_of_pressure, i), [200.0 + y, 400.0 + x, 25.0], "type 12");
        assert!(first.center_of_pressure[[0, i]].is_nan());
        assert!(second.force_n.column(i).iter().chain(second.free_moment_nm.column(i)).all(|value| value.is_nan()));
    }
    // One entry does not say which of the two it is.
    let mut alone = of_loads(&plate(12), &LOADS);
    alone.set("FORCE_PLATFORM", "USED", words(1));
    assert_eq!(codes(&read(&alone.build()).unwrap()), ["fp-type-unsupported"]);
}

#[test]
fn turning_the_corners_turns_the_result() {
    // Two turns of the triangle 3-4-5 that leave multiples of 25 whole.
    let turn = |[x, y, z]: [f64; 3]| {
        let [x, y] = [(3.0 * x - 4.0 * y) / 5.0, (4.0 * x + 3.0 * y) / 5.0];
        [x, (3.0 * y - 4.0 * z) / 5.0, (4.0 * y + 3.0 * z) / 5.0]
    };
    for kind in [1, 2, 3, 4] {
        let level = plate(kind);
        let tilted = Plate { corners: level.corners.map(turn), ..level.clone() };
        let (level, tilted) = (platforms(&of_loads(&level, &LOADS)), platforms(&of_loads(&tilted, &LOADS)));
        let (level, tilted) = (level.platforms[0].loads.clone().unwrap(), tilted.platforms[0].loads.clone().unwrap());
        assert_eq!(level.normal_force_n, tilted.normal_force_n);
        for i in 0..LOADS.len() {
            for (a, b) in [
                (&level.force_n, &tilted.force_n),
                (&level.moment_nm, &tilted.moment_nm),
                (&level.center_of_pressure, &tilted.center_of_pressure),
                (&level.free_moment_nm, &tilted.free_moment_nm),
            ] {
                assert_close(column(b, i), turn(column(a, i)), &format!("type {kind}, sample {i}"));
            }
        }
    }
}

#[test]
fn the_generated_platform_is_found_as_it_was_made() {
    let (file, truth) = myovox_fixtures::platform::platform();
    let recording = read(&file).unwrap();
    let found = compute(&recording, &ForcePlatformConfig::default());
    assert_eq!(found.warnings, []);
    let (plate, truth) = (&found.platforms[0], &truth.platforms[0]);
    assert_eq!((plate.corners, plate.origin), (truth.corners_mm, truth.origin_mm));
    let loads = plate.loads.as_ref().unwrap();
    for n in 0..truth.free_moment_nmm.len() {
        let at = |rows: &Vec<Vec<f64>>| [0, 1, 2].map(|axis| rows[axis][n]);
        assert_close(column(&loads.force_n, n), at(&truth.force_n), "force");
        assert_close(column(&loads.center_of_pressure, n), at(&truth.cop_mm), "centre of pressure");
        let free = -truth.free_moment_nmm[n] / 1000.0; // z of the plate points down
        assert!((loads.free_moment_nm[[2, n]] - free).abs() < 1e-9);
    }
}

#[test]
fn units_are_those_of_the_file_and_assumed_ones_are_said() {
    // The same load in metres and newton metres.
    let mut trial = of_loads(&plate(2), &LOADS);
    trial.data.chunks_exact_mut(6).for_each(|sample| sample[3..].iter_mut().for_each(|moment| *moment /= 1024.0));
    trial.set("ANALOG", "UNITS", Value::texts(&["N", "N", "N", "Nm", "Nm", "Nm"]));
    let loads = |trial: &Trial| compute(&read(&trial.build()).unwrap(), &ForcePlatformConfig::default());
    let found = loads(&trial);
    assert_eq!((found.platforms[0].units.moment, found.warnings.len()), (UnitSource::Stated, 0));
    // Load 0 acts without shear: its moment about the sensors is that about the centre plus Fz times the origin.
    let load = LOADS[0];
    let moment = (load.moment()[0] + load.force[2] * -8.0) / 1024.0 - load.force[2] * -0.008;
    let got = found.platforms[0].loads.as_ref().unwrap().moment_nm[[1, 0]];
    assert!((got - moment).abs() < 1e-9, "{got} {moment}");

    trial.remove("ANALOG", "UNITS").set("POINT", "UNITS", Value::Text("px".to_owned()));
    let found = loads(&trial);
    let units = &found.platforms[0].units;
    assert_eq!([units.length, units.force, units.moment], [UnitSource::Assumed; 3]);
    assert_eq!(found.warnings[0].code, "c3d.fp-units-assumed");
    assert_eq!(units.length_m, 1e-3);
}

#[test]
fn threshold_sign_baseline_and_samples_that_are_not_numbers() {
    let plate = plate(2);
    let mut trial = of_loads(&plate, &LOADS);
    let recording = read(&trial.build()).unwrap();
    let default = ForcePlatformConfig::default();
    let found = compute(&recording, &default.clone().cop_threshold_n(7.0));
    assert_close(
        column(&found.platforms[0].loads.as_ref().unwrap().center_of_pressure, 3),
        [216.0, 408.0, 25.0],
        "light",
    );

    let measured = compute(&recording, &default).platforms[0].loads.clone().unwrap();
    let ground =
        compute(&recording, &default.clone().sign(ForceSign::GroundReaction)).platforms[0].loads.clone().unwrap();
    assert_eq!(ground.force_n, -&measured.force_n);
    assert_eq!(ground.moment_nm, -&measured.moment_nm);
    assert_eq!(ground.center_of_pressure.column(0), measured.center_of_pressure.column(0));
    assert_eq!(ground.free_moment_nm[[2, 1]], -measured.free_moment_nm[[2, 1]]);

    // One sample that is no number spoils itself alone.
    trial.data[6 + 4] = f32::NAN;
    let found = compute(&read(&trial.build()).unwrap(), &default);
    let spoilt = found.platforms[0].loads.as_ref().unwrap();
    assert!(
        spoilt.moment_nm.column(1).iter().any(|value| value.is_nan()) && spoilt.center_of_pressure[[1, 1]].is_nan()
    );
    assert_eq!(spoilt.force_n, measured.force_n);
    for i in [0, 2] {
        assert_eq!(column(&spoilt.center_of_pressure, i), column(&measured.center_of_pressure, i));
    }

    let zero = default.clone().baseline(Baseline::ZeroFrames);
    let error = recording.force_platforms(&default.cop_threshold_n(-1.0), &mut Budget::new(&Limits::default()));
    assert_eq!(error.unwrap_err().code(), "config.out-of-range");
    assert_eq!(compute(&recording, &zero).baseline_frames, None); // ZERO is 0, 0
}

#[test]
fn the_baseline_is_the_mean_over_frames_that_are_counted_as_in_the_trial() {
    let samples: Vec<Vec<f64>> =
        LOADS.iter().map(|load| load.channels(2, plate(2).origin).iter().map(|value| value + 64.0).collect()).collect();
    let offset = vec![64.0; 6];
    let mut trial = trial(&plate(2), &[vec![offset.clone(), offset], samples].concat());
    trial.first = 101;
    trial.set("FORCE_PLATFORM", "ZERO", Value::Words(vec![101, 102]));
    let config = ForcePlatformConfig::default().baseline(Baseline::ZeroFrames);
    let found = compute(&read(&trial.build()).unwrap(), &config);
    assert_eq!(found.baseline_frames, Some([101, 102]));
    let loads = found.platforms[0].loads.as_ref().unwrap();
    for (i, load) in LOADS.iter().enumerate() {
        assert_close(column(&loads.force_n, i + 2), turned(load.force), "baseline");
    }
    trial.set("FORCE_PLATFORM", "ZERO", Value::Words(vec![1, 2]));
    let found = compute(&read(&trial.build()).unwrap(), &config);
    assert_eq!((found.baseline_frames, found.warnings[0].code.as_ref()), (None, "c3d.fp-zero-range"));
}

#[test]
fn the_kistler_polynomial_is_applied_on_request_only() {
    let mut trial = of_loads(&plate(3), &LOADS);
    // Only the linear terms: x is made smaller by 4 %, y larger by 5 %.
    let coefficients = [[0.0, 0.0]; 5].into_iter().chain([[0.04, -0.05]]).flatten().collect::<Vec<_>>();
    trial.set("FORCE_PLATFORM", "FPCOPPOLY", Value::Raw(4, vec![2, 6], real_bytes(&coefficients)));
    let recording = read(&trial.build()).unwrap();
    let config = ForcePlatformConfig::default();
    let plain = compute(&recording, &config);
    assert!(!plain.platforms[0].cop_corrected);
    assert_loads(plain.platforms[0].loads.as_ref().unwrap(), &LOADS, 1.0, 1.0, "not asked for");
    let corrected = compute(&recording, &config.kistler_correction(KistlerCorrection::Polynomial));
    assert!(corrected.platforms[0].cop_corrected);
    let [y, x, _] = column(&corrected.platforms[0].loads.as_ref().unwrap().center_of_pressure, 0);
    assert!((x - 400.0 - 0.96 * 96.0).abs() < 1e-5 && (y - 200.0 + 1.05 * 48.0).abs() < 1e-5, "{x} {y}");
}

/// Reads leniently with this warning and no loads for this reason, and not at all under strict where the warning is refused.
fn refused(trial: &Trial, code: &str, reason: &str) {
    let bytes = trial.build();
    let recording = read(&bytes).unwrap();
    assert_eq!(codes(&recording), [code]);
    let found = compute(&recording, &ForcePlatformConfig::default());
    assert!(found.platforms[0].loads.is_none());
    assert_eq!((found.missing[0].path.as_str(), found.missing[0].reason.as_ref()), ("platforms[0].loads", reason));
    if code != "fp-type-unsupported" {
        let strict = ForcePlatformConfig::default().policy(Policy::Strict);
        let error = recording.force_platforms(&strict, &mut Budget::new(&Limits::default())).unwrap_err();
        assert_eq!(error.code(), format!("c3d.{code}"));
        assert_eq!(read_as(&bytes, Policy::Strict).unwrap_err().code(), format!("c3d.{code}"));
    }
}

#[test]
fn plates_that_cannot_be_what_they_say_have_no_loads_and_a_reason() {
    let corners = Plate { corners: [[1.0, 2.0, 3.0]; 4], ..plate(2) };
    refused(&of_loads(&corners, &LOADS), "fp-corners-bad", "corners_bad");
    let mut short = of_loads(&plate(2), &LOADS);
    short.set("FORCE_PLATFORM", "CORNERS", Value::Raw(4, vec![3, 3, 1], real_bytes(&[1.0; 9])));
    refused(&short, "fp-corners-bad", "corners_bad");

    let mut beyond = of_loads(&plate(2), &LOADS);
    let numbers = Value::Raw(2, vec![6, 1], vec![1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 7, 0]);
    beyond.set("FORCE_PLATFORM", "CHANNEL", numbers);
    refused(&beyond, "fp-channel-range", "channel_range");
    // A plate of eight channels in a table of six rows.
    let mut few = of_loads(&Plate { kind: 3, origin: [128.0, 256.0, -64.0], ..plate(2) }, &LOADS);
    few.set("FORCE_PLATFORM", "CHANNEL", Value::Raw(2, vec![6, 1], vec![1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0]));
    refused(&few, "fp-channel-range", "channel_range");

    refused(&of_loads(&Plate { matrix: None, ..plate(4) }, &LOADS), "fp-cal-matrix-missing", "cal_matrix_missing");
    for (rows, columns) in [(6, 5), (5, 6)] {
        let small = of_loads(&Plate { matrix: Some((rows, columns)), ..plate(4) }, &LOADS);
        refused(&small, "fp-cal-matrix-missing", "cal_matrix_missing");
    }
    let mut zeros = of_loads(&plate(4), &LOADS);
    zeros.set("FORCE_PLATFORM", "CAL_MATRIX", Value::Raw(4, vec![6, 6, 1], vec![0; 144]));
    refused(&zeros, "fp-cal-matrix-missing", "cal_matrix_missing");

    for kind in [0, 8, 11, 99] {
        let mut unknown = of_loads(&plate(3), &LOADS);
        unknown.set("FORCE_PLATFORM", "TYPE", words(kind));
        refused(&unknown, "fp-type-unsupported", "type_unsupported");
        assert_eq!(read(&unknown.build()).unwrap().force_platform_channels.len(), 8);
    }
}

#[test]
fn without_the_places_of_its_sensors_a_plate_has_forces_and_no_moments() {
    let right = plate(3);
    let samples: Vec<Vec<f64>> = LOADS.iter().map(|load| load.channels(3, right.origin)).collect();
    let trial = trial(&Plate { origin: [0.0; 3], ..right }, &samples);
    let recording = read(&trial.build()).unwrap();
    assert_eq!(codes(&recording), ["fp-origin-missing"]);
    let found = compute(&recording, &ForcePlatformConfig::default());
    let loads = found.platforms[0].loads.as_ref().unwrap();
    assert_close(column(&loads.force_n, 1), turned(LOADS[1].force), "force");
    assert!(loads.moment_nm.iter().chain(&loads.center_of_pressure).chain(&loads.free_moment_nm).all(|v| v.is_nan()));
    assert_eq!(
        (found.missing[0].path.as_str(), found.missing[0].reason.as_ref()),
        ("platforms[0].loads.moment_nm", "origin_missing")
    );
    assert_eq!(read_as(&trial.build(), Policy::Strict).unwrap_err().code(), "c3d.fp-origin-missing");
}

#[test]
fn newton_millimetres_that_are_said_to_be_newton_metres_are_read_by_where_the_feet_stand() {
    let mut trial = of_loads(&plate(2), &LOADS);
    trial.set("ANALOG", "UNITS", Value::texts(&["N", "N", "N", "Nm", "Nm", "Nm"]));
    let recording = read(&trial.build()).unwrap();
    let found = compute(&recording, &ForcePlatformConfig::default());
    assert_eq!(found.warnings[0].code, "c3d.fp-moment-units");
    assert_eq!(found.platforms[0].units.moment, UnitSource::Contradicted);
    assert_loads(found.platforms[0].loads.as_ref().unwrap(), &LOADS, 1.0, 1.0, "said to be newton metres");
    let strict = ForcePlatformConfig::default().policy(Policy::Strict);
    let error = recording.force_platforms(&strict, &mut Budget::new(&Limits::default())).unwrap_err();
    assert_eq!(error.code(), "c3d.fp-moment-units");
}

#[test]
fn a_calibration_matrix_that_the_file_cuts_off_is_missing() {
    let mut trial = of_loads(&plate(4), &LOADS);
    // Two plates, and numbers for one.
    let twice = |bytes: Vec<u8>| bytes.repeat(2);
    trial.set("FORCE_PLATFORM", "USED", words(2)).set("FORCE_PLATFORM", "TYPE", Value::Words(vec![4, 4]));
    let numbers: Vec<u8> = (1..=6_u16).flat_map(u16::to_le_bytes).collect();
    trial.set("FORCE_PLATFORM", "CHANNEL", Value::Raw(2, vec![6, 2], twice(numbers)));
    let corners = twice(real_bytes(CORNERS.as_flattened()));
    trial.set("FORCE_PLATFORM", "CORNERS", Value::Raw(4, vec![3, 4, 2], corners));
    trial.set("FORCE_PLATFORM", "ORIGIN", Value::Raw(4, vec![3, 2], twice(real_bytes(&plate(4).origin))));
    let matrix: Vec<f64> = (0..54).map(|i| if i % 7 == 0 { 1.0 } else { 0.0 }).collect();
    trial.set("FORCE_PLATFORM", "CAL_MATRIX", Value::Raw(4, vec![6, 9], real_bytes(&matrix)));
    let recording = read(&trial.build()).unwrap();
    // 6 x 9 numbers hold one matrix, which may be larger than it needs to be, and none for the second plate.
    assert_eq!(codes(&recording), ["fp-cal-matrix-missing"]);
    let found = compute(&recording, &ForcePlatformConfig::default());
    assert_loads(found.platforms[0].loads.as_ref().unwrap(), &LOADS, 1.0, 1.0, "first plate");
    assert_eq!(found.missing[0].path, "platforms[1].loads");
}

#[test]
fn origins_of_the_wrong_sign_are_turned_as_their_type_defines_them() {
    // Type 2: a vector, turned as a whole. Type 3: half distances, which are positive, and a height, which is negative.
    for (kind, stored) in [(2, [-4.0, 8.0, 32.0]), (3, [128.0, 256.0, 64.0]), (3, [-128.0, -256.0, 64.0])] {
        let right = plate(kind);
        let samples: Vec<Vec<f64>> = LOADS.iter().map(|load| load.channels(kind, right.origin)).collect();
        let trial = trial(&Plate { origin: stored, ..right.clone() }, &samples);
        let recording = read(&trial.build()).unwrap();
        assert_eq!(codes(&recording), ["fp-origin-sign"]);
        let found = compute(&recording, &ForcePlatformConfig::default());
        assert_eq!(found.platforms[0].origin, right.origin);
        assert_loads(found.platforms[0].loads.as_ref().unwrap(), &LOADS, 1.0, 1.0, "repaired");
        assert!(read_as(&trial.build(), Policy::Strict).is_ok());
    }
}

#[test]
fn more_platforms_than_are_described_are_said() {
    let mut trial = of_loads(&plate(2), &LOADS);
    trial.set("FORCE_PLATFORM", "USED", words(65535));
    let recording = read(&trial.build()).unwrap();
    assert_eq!(codes(&recording), ["fp-type-unsupported"]);
    assert_eq!(compute(&recording, &ForcePlatformConfig::default()).platforms.len(), 1);
    trial.set("FORCE_PLATFORM", "USED", words(0));
    assert!(platforms(&trial).platforms.is_empty());
}

#[test]
fn the_centre_of_a_plate_is_the_mean_of_its_four_corners() {
    let mut plate = plate(2);
    plate.corners[0] = [400.0, 840.0, 25.0]; // no rectangle
    let found = platforms(&of_loads(&plate, &LOADS));
    assert_eq!(found.platforms[0].center, Some([200.0, 410.0, 25.0])); // that of two opposite corners is [200, 420, 25]
}

#[test]
fn memory_is_charged_before_it_is_taken() {
    let recording = read(&of_loads(&plate(2), &LOADS.repeat(100)).build()).unwrap();
    let limits = Limits::default().max_memory_bytes(10_000);
    let error = recording.force_platforms(&ForcePlatformConfig::default(), &mut Budget::new(&limits)).unwrap_err();
    assert_eq!(error.code(), "limit.memory-bytes");
}
