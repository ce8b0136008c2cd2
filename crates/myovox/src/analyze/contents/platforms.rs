//! Force platforms: what the group `FORCE_PLATFORM` says of them, and how they were loaded.

use super::or_missing;
use crate::error::Result;
use crate::formats::c3d::{
    C3dRecording, ForcePlatform, ForcePlatformConfig, ForcePlatforms, Parameters, PlateLoads, UnitSource,
};
use crate::limits::Budget;
use crate::report::{PlatformChannel, PlatformParameters, PlatformSummary};
use crate::warning::{Missing, Warning};

const GROUP: &str = "FORCE_PLATFORM";

/// The platforms of a recording, and what is doubtful about them that reading did not say.
///
/// # Errors
/// `limit.memory-bytes`.
pub(super) fn summary(
    recording: &C3dRecording,
    budget: &mut Budget,
    missing: &mut Vec<Missing>,
) -> Result<(PlatformParameters, Vec<Warning>)> {
    let config = ForcePlatformConfig::default();
    let mut found = recording.force_platforms(&config, budget)?;
    let mut warnings = std::mem::take(&mut found.warnings);
    warnings.retain(|warning| !recording.warnings.contains(warning));
    let parameters = &recording.parameters;
    let matrices = Each::new(parameters.numbers(GROUP, "CAL_MATRIX"), extent(parameters, "CAL_MATRIX", 2));
    let channels = Each::new(parameters.numbers(GROUP, "CHANNEL"), extent(parameters, "CHANNEL", 1));
    let platforms = found.platforms.iter().enumerate().map(|(index, platform)| {
        let plate = Plate { found: &found, index, platform };
        let no_type = ("not_in_file", "FORCE_PLATFORM:TYPE has no number for this platform");
        let kind = (platform.kind != 0).then(|| i64::from(platform.kind));
        PlatformSummary {
            kind: or_missing(kind, missing, || plate.path("type"), no_type),
            corners: plate.corners(missing),
            origin: plate.origin(missing),
            size_m: plate.size_m(missing),
            has_calibration: present(matrices.of(index)),
            largest_normal_force_n: plate.of_loads("largest_normal_force_n", missing, largest),
            loaded_share: plate.of_loads("loaded_share", missing, |loads| share(loads, config.cop_threshold_n)),
            channels: plate.channels(recording, channels.of(index), missing),
        }
    });
    let platforms = platforms.collect();
    let used = parameters.count(GROUP, "USED").unwrap_or(0);
    Ok((PlatformParameters { used, platforms }, warnings))
}

/// One of the platforms.
struct Plate<'a> {
    found: &'a ForcePlatforms,
    index: usize,
    platform: &'a ForcePlatform,
}

impl Plate<'_> {
    fn path(&self, name: &str) -> String {
        format!("force_platforms.platforms[{}].{name}", self.index)
    }

    fn corners(&self, missing: &mut Vec<Missing>) -> Option<[[f64; 3]; 4]> {
        let corners = Some(self.platform.corners).filter(|corners| present(corners.as_flattened()));
        let why = ("not_in_file", "FORCE_PLATFORM:CORNERS has no four corners for this platform");
        or_missing(corners, missing, || self.path("corners"), why)
    }

    fn origin(&self, missing: &mut Vec<Missing>) -> Option<[f64; 3]> {
        let origin = Some(self.platform.origin).filter(|origin| origin.iter().all(|number| number.is_finite()));
        let why = ("not_in_file", "FORCE_PLATFORM:ORIGIN has no three numbers for this platform");
        or_missing(origin, missing, || self.path("origin"), why)
    }

    /// The mean of opposite edges, where the corners are those of a plate and their unit is stated.
    fn size_m(&self, missing: &mut Vec<Missing>) -> Option<[f64; 2]> {
        let ForcePlatform { corners: [c1, c2, c3, c4], units, .. } = self.platform;
        let edges = |a: &[f64; 3], b: &[f64; 3], c: &[f64; 3], d: &[f64; 3]| {
            units.length_m * f64::midpoint(distance(a, b), distance(c, d))
        };
        let size = [edges(c1, c2, c4, c3), edges(c1, c4, c2, c3)];
        let is_stated = units.length == UnitSource::Stated;
        let why = if is_stated {
            ("bad_corners", "the corners are not those of a platform")
        } else {
            ("no_unit", "the file states no known unit of length")
        };
        let is_plate = self.platform.center.is_some();
        or_missing(Some(size).filter(|_| is_plate && is_stated), missing, || self.path("size_m"), why)
    }

    fn of_loads(
        &self,
        name: &str,
        missing: &mut Vec<Missing>,
        of: impl FnOnce(&PlateLoads) -> Option<f64>,
    ) -> Option<f64> {
        let Some(loads) = &self.platform.loads else {
            let path = format!("platforms[{}].loads", self.index);
            let reason = self.found.missing.iter().find(|entry| entry.path == path);
            let message = "forces of platforms of this type are not computed";
            let known = reason.cloned().unwrap_or_else(|| Missing::new("", "no_formula", message));
            missing.push(Missing { path: self.path(name), ..known });
            return None;
        };
        let why = ("no_signal", "its channels hold no finite sample");
        or_missing(of(loads), missing, || self.path(name), why)
    }

    fn channels(&self, recording: &C3dRecording, numbers: &[f64], missing: &mut Vec<Missing>) -> Vec<PlatformChannel> {
        let numbers = numbers.iter().copied().filter_map(whole).filter(|number| *number != 0);
        let mut channel = |(place, number): (usize, i64)| {
            let label = usize::try_from(number - 1).ok().and_then(|at| recording.analog_labels.get(at)).cloned();
            let path = || self.path(&format!("channels[{place}].label"));
            let no_channel = ("no_such_channel", "the recording has no analog channel of this number");
            PlatformChannel { number, label: or_missing(label, missing, path, no_channel) }
        };
        numbers.enumerate().map(&mut channel).collect()
    }
}

fn distance(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

fn largest(loads: &PlateLoads) -> Option<f64> {
    let sizes = loads.normal_force_n.iter().filter(|force| force.is_finite()).map(|force| force.abs());
    sizes.reduce(f64::max)
}

fn share(loads: &PlateLoads, threshold_n: f64) -> Option<f64> {
    let forces = || loads.normal_force_n.iter().filter(|force| force.is_finite());
    let loaded = forces().filter(|force| force.abs() > threshold_n).count();
    let count = forces().count();
    (count > 0).then(|| loaded as f64 / count as f64)
}

/// Numbers of one platform after those of another.
struct Each {
    numbers: Vec<f64>,
    size: usize,
}

impl Each {
    fn new(numbers: Vec<f64>, size: usize) -> Self {
        Self { numbers, size: size.max(1) }
    }

    /// Those of platform `index`; none where not all are there.
    fn of(&self, index: usize) -> &[f64] {
        self.numbers.chunks_exact(self.size).nth(index).unwrap_or_default()
    }
}

/// Numbers per platform: the product of the first dimensions.
fn extent(parameters: &Parameters, name: &str, dimensions: usize) -> usize {
    let dims = parameters.get(GROUP, name).map(|parameter| parameter.dims.as_slice()).unwrap_or_default();
    dims.iter().take(dimensions).map(|&dim| usize::from(dim)).product()
}

fn present(numbers: &[f64]) -> bool {
    numbers.iter().all(|number| number.is_finite()) && numbers.iter().any(|number| *number != 0.0)
}

/// A number that is whole and small enough to count channels.
#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= 65_535.0).then_some(number as i64)
}
