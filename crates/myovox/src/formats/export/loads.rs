//! What acts on the foot on each force platform, as a table with the column names that `OpenSim`'s external loads have.
//!
//! Per platform nine columns: force `ground_force_vx, vy, vz` in N, the point where it acts `ground_force_px, py, pz` in m, and the torque there
//! `ground_torque_x, y, z` in N·m; where a recording has several platforms, each name begins with the number of the platform (`2_ground_force_vx`).
//! Axes are those of the recording: nothing is rotated.
//!
//! The force is that of the ground on the foot. By the User Guide channels hold its opposite, and real files hold either; but a plate is pushed and
//! never pulled, so the force on the foot points to the side where the body is. That is the side of the markers, and where these do not
//! tell, the positive side of the axis that stands on the plate.
//!
//! Sources: `OpenSim` documentation, *External Loads Specification* (columns of a force stand side by side and share the beginning of their names),
//! *Motion (.mot) Files* (SI units); its habit of `ground_force_v*` and `1_ground_force_v*` as in its gait models.

mod sign;

use std::ops::Range;

use ndarray::{ArrayView1, ArrayView2};

use self::sign::Sign;
use super::plan::{Described, chosen, series};
use super::recording::{Column, RecordingRows, Selection};
use super::rows::{Series, Shape, Table};
use crate::error::Result;
use crate::formats::c3d::{C3dRecording, ForcePlatform, ForcePlatformConfig, ForcePlatforms, ForceSign, PlateLoads};
use crate::limits::Budget;
use crate::warning::Warning;

/// Numbers per sample of one platform.
const COLUMNS: u64 = 9;

/// What stands where so little force acts that it has no centre of pressure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unloaded {
    /// Nothing: point and torque are not known. The force stays as it was measured.
    #[default]
    Unknown,
    /// The centre of the surface, and the moment about it: the same load, in numbers that a simulation can take. `OpenSim` reads a NaN as the end
    /// of what it can compute.
    AtCenter,
}

/// The loads of the force platforms of a recording, as [`Table::Loads`]; [`Selection::channels`] names platforms by number, `1` on.
///
/// Whatever the sign of `config`, the force is that of the ground on the foot, which pushes the body away from the plate: where the channels hold
/// it already, against the User Guide, the warning `export.force-sign` says so, and how that was seen. A platform that cannot be computed has no
/// columns, and `export.platform-left-out` says why; the other warnings are those of [`C3dRecording::force_platforms`].
///
/// ```
/// use myovox::formats::c3d::{self, C3dConfig, ForcePlatformConfig};
/// use myovox::formats::export::{Rows, Selection, Unloaded, of_loads};
/// use myovox::{Budget, Limits};
/// let (file, _) = myovox_fixtures::platform::platform();
/// let budget = &mut Budget::new(&Limits::default());
/// let recording = c3d::read(&file, &C3dConfig::default(), budget)?;
/// let config = ForcePlatformConfig::default();
/// let loads = of_loads(&recording, &Selection::default(), &config, Unloaded::AtCenter, budget)?;
/// assert_eq!(loads.schema().series[0].label, "ground_force_vx");
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `export.nothing` where no platform has loads; `export.no-such-channel`, `export.frames-outside` where the selection is not in the recording; those of
/// [`C3dRecording::force_platforms`].
pub fn of_loads<'a>(
    recording: &'a C3dRecording,
    selection: &Selection,
    config: &ForcePlatformConfig,
    unloaded: Unloaded,
    budget: &mut Budget,
) -> Result<RecordingRows<'a>> {
    let mut found = recording.force_platforms(&config.clone().sign(ForceSign::Measured), budget)?;
    let mut warnings = std::mem::take(&mut found.warnings);
    // What reading said of the platforms is said again here.
    warnings.retain(|warning| !recording.warnings.contains(warning));
    let numbers: Vec<String> = (1..=found.platforms.len()).map(|number| number.to_string()).collect();
    let wanted = chosen(&numbers, selection)?;
    let are_several = numbers.len() > 1;
    let (mut names, mut plates) = (Vec::new(), Vec::new());
    for (index, number) in wanted {
        let Some(platform) = found.platforms.get(index) else { continue };
        let Some(loads) = &platform.loads else {
            warnings.push(left_out(&found, index, number));
            continue;
        };
        let sign = Sign::of(recording, platform, loads, config.cop_threshold_n);
        warnings.extend(sign.warning(number));
        names.extend(columns(if are_several { format!("{number}_") } else { String::new() }));
        plates.push(Plate { platform, loads, sign: sign.factor() });
    }
    let plan = Described::from(recording).sampled(Table::Loads, names, Vec::new(), selection)?;
    let cells = (plates.len() as u64).saturating_mul(COLUMNS).saturating_mul(plan.rows.len() as u64);
    budget.charge(cells.saturating_mul(8), "loads of force platforms")?;
    let columns: Vec<_> = plates.iter().flat_map(|plate| plate.columns(&plan.rows, unloaded, config)).collect();
    if unloaded == Unloaded::AtCenter {
        warnings.extend(not_known(&columns));
    }
    let columns = columns.into_iter().map(Column::Computed).collect();
    Ok(RecordingRows::new(plan.schema, columns, warnings))
}

fn columns(prefix: String) -> impl Iterator<Item = Series> {
    let groups = [("ground_force_v", "N"), ("ground_force_p", "m"), ("ground_torque_", "Nm")];
    groups.into_iter().flat_map(move |(group, unit)| {
        let prefix = prefix.clone();
        ["x", "y", "z"].map(|axis| series(&format!("{prefix}{group}{axis}"), unit, Shape::Known))
    })
}

struct Plate<'a> {
    platform: &'a ForcePlatform,
    loads: &'a PlateLoads,
    /// By which what was measured becomes what acts on the foot.
    sign: f64,
}

impl Plate<'_> {
    /// Force, point and torque of the samples `rows`.
    fn columns(&self, rows: &Range<usize>, unloaded: Unloaded, config: &ForcePlatformConfig) -> Vec<Vec<f64>> {
        let Self { platform, loads, sign } = self;
        let length_m = platform.units.length_m;
        let center = platform.center.unwrap_or([f64::NAN; 3]);
        // A force of NaN has no point: that is not known, whatever is asked for.
        let at_center = |force: f64| unloaded == Unloaded::AtCenter && force.abs() <= config.cop_threshold_n;
        let normal = || loads.normal_force_n.iter().skip(rows.start).take(rows.len()).copied();
        let span = |axes: &ArrayView2<'_, f64>, axis: usize| {
            let row = axes.outer_iter().nth(axis).map(|row| part(&row, rows));
            row.unwrap_or_default()
        };
        let axes = [0, 1, 2];
        // Adding 0 turns -0 into 0.
        let [force, moment] = [loads.force_n.view(), loads.moment_nm.view()];
        let [pressure, free] = [loads.center_of_pressure.view(), loads.free_moment_nm.view()];
        let points = axes.into_iter().zip(center).map(|(axis, center)| {
            let stated = span(&pressure, axis).into_iter().zip(normal());
            stated.map(|(point, force)| length_m * if at_center(force) { center } else { point }).collect()
        });
        let torques = axes.into_iter().map(|axis| {
            let both = span(&free, axis).into_iter().zip(span(&moment, axis)).zip(normal());
            let torques = both.map(|((free, moment), force)| if at_center(force) { moment } else { free });
            torques.map(|torque| sign * torque + 0.0).collect()
        });
        let forces =
            axes.into_iter().map(|axis| span(&force, axis).into_iter().map(|force| sign * force + 0.0).collect());
        forces.chain(points).chain(torques).collect()
    }
}

fn part(row: &ArrayView1<'_, f64>, rows: &Range<usize>) -> Vec<f64> {
    row.iter().skip(rows.start).take(rows.len()).copied().collect()
}

/// Numbers that are missing where none may be.
fn not_known(columns: &[Vec<f64>]) -> Option<Warning> {
    let count = columns.iter().flatten().filter(|value| value.is_nan()).count();
    let message = || format!("{count} numbers are not known and stand as NaN, which OpenSim does not compute with");
    (count > 0).then(|| Warning::new("export.loads-not-known", message()))
}

fn left_out(found: &ForcePlatforms, index: usize, number: &str) -> Warning {
    let path = format!("platforms[{index}].loads");
    let reason = found.missing.iter().find(|missing| missing.path == path);
    let reason = reason.map_or("its type has no formula", |missing| missing.message.as_str());
    Warning::new("export.platform-left-out", format!("platform {number} has no loads: {reason}"))
}
