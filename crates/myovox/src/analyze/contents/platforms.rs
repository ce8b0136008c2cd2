//! Force platforms as the parameters of the group `FORCE_PLATFORM` describe them.

use super::or_missing;
use crate::formats::c3d::{C3dRecording, Parameters};
use crate::report::{PlatformChannel, PlatformParameters, PlatformSummary};
use crate::warning::Missing;

const GROUP: &str = "FORCE_PLATFORM";

/// Numbers of four corners.
const CORNERS: usize = 12;

/// Numbers of an origin.
const ORIGIN: usize = 3;

pub(super) fn parameters(recording: &C3dRecording, missing: &mut Vec<Missing>) -> PlatformParameters {
    let parameters = &recording.parameters;
    let used = parameters.count(GROUP, "USED").unwrap_or(0);
    let numbers = |name: &str| parameters.numbers(GROUP, name);
    let types = numbers("TYPE");
    let corners = Each::new(numbers("CORNERS"), CORNERS);
    let origins = Each::new(numbers("ORIGIN"), ORIGIN);
    let matrices = Each::new(numbers("CAL_MATRIX"), extent(parameters, "CAL_MATRIX", 2));
    let channels = Each::new(numbers("CHANNEL"), extent(parameters, "CHANNEL", 1));
    let spoken_of = types.len().max(corners.count()).max(channels.count()).min(usize::try_from(used).unwrap_or(0));
    let platform = |index: usize| {
        let kind = types.get(index).copied().and_then(whole);
        let no_type = ("not_in_file", "FORCE_PLATFORM:TYPE has no number for this platform");
        let numbers = channels.of(index).iter().copied().filter_map(whole).filter(|number| *number != 0);
        let mut channel = |(place, number): (usize, i64)| {
            let label = usize::try_from(number - 1).ok().and_then(|at| recording.analog_labels.get(at)).cloned();
            let path = || format!("force_platforms.platforms[{index}].channels[{place}].label");
            let no_channel = ("no_such_channel", "the recording has no analog channel of this number");
            PlatformChannel { number, label: or_missing(label, missing, path, no_channel) }
        };
        let channels = numbers.enumerate().map(&mut channel).collect();
        PlatformSummary {
            kind: or_missing(kind, missing, || format!("force_platforms.platforms[{index}].type"), no_type),
            has_corners: present(corners.of(index)),
            has_origin: origins.of(index).iter().all(|number| number.is_finite()) && !origins.of(index).is_empty(),
            has_calibration: present(matrices.of(index)),
            channels,
        }
    };
    PlatformParameters { used, platforms: (0..spoken_of).map(platform).collect() }
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

    fn count(&self) -> usize {
        self.numbers.len() / self.size
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
