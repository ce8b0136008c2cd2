//! Whether the channels of a platform hold what the foot does to it, or what the ground does to the foot.

use crate::formats::c3d::{C3dRecording, ForcePlatform, PlateLoads};
use crate::warning::Warning;

/// Positions that are looked at.
const POSITIONS: usize = 20_000;

/// Share of the positions that must lie on one side of a plate to tell where the body is.
const CLEAR: f64 = 0.8;

/// What the channels hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sign {
    /// The force on the platform, as the User Guide has it.
    Plate,
    /// The force on the foot: seen from the side on which the markers are.
    FootByMarkers,
    /// The force on the foot: seen from the axis of the laboratory that stands on the plate and is taken to point up.
    FootByAxis(&'static str),
}

impl Sign {
    /// By the measured force of the samples above the threshold; without any the User Guide's.
    pub(super) fn of(recording: &C3dRecording, platform: &ForcePlatform, loads: &PlateLoads, threshold_n: f64) -> Self {
        let Some(normal) = platform.rotation.map(|rows| rows.map(|row| row[2])) else { return Self::Plate };
        let forces = loads.force_n.columns().into_iter().zip(&loads.normal_force_n);
        let loaded = forces.filter(|(_, along)| along.abs() > threshold_n);
        let sum: f64 = loaded.map(|(force, _)| along(&normal, force.iter())).filter(|sum| sum.is_finite()).sum();
        let by_markers = platform.center.and_then(|center| side_of_markers(recording, &normal, &center));
        let (axis, upward) = axis_of(&normal);
        let towards_body = sum * by_markers.unwrap_or(upward);
        match by_markers {
            _ if towards_body <= 0.0 => Self::Plate,
            Some(_) => Self::FootByMarkers,
            None => Self::FootByAxis(axis),
        }
    }

    /// By which what was measured becomes what acts on the foot.
    pub(super) fn factor(self) -> f64 {
        if self == Self::Plate { -1.0 } else { 1.0 }
    }

    /// What was not as the User Guide has it.
    pub(super) fn warning(self, number: &str) -> Option<Warning> {
        let seen = match self {
            Self::Plate => return None,
            Self::FootByMarkers => "it points to the side of the markers".to_owned(),
            Self::FootByAxis(axis) => format!("it points along +{axis}, which is taken for up"),
        };
        let message =
            format!("platform {number}: the channels hold the force on the foot already ({seen}): its sign is kept");
        Some(Warning::new("export.force-sign", message).field("FORCE_PLATFORM:CHANNEL"))
    }
}

fn along<'a>(normal: &[f64; 3], vector: impl Iterator<Item = &'a f64>) -> f64 {
    normal.iter().zip(vector).map(|(a, b)| a * b).sum()
}

/// 1 where the markers are on the side that the normal points to, -1 where they are on the other; nothing where that is not clear.
fn side_of_markers(recording: &C3dRecording, normal: &[f64; 3], center: &[f64; 3]) -> Option<f64> {
    let positions = recording.points.dim().0.saturating_mul(recording.points.dim().2);
    let step = positions.div_ceil(POSITIONS).max(1);
    let level = along(normal, center.iter());
    let heights = recording.points.outer_iter().flat_map(|marker| {
        let frames = marker.axis_iter(ndarray::Axis(1)).step_by(step);
        frames.map(|position| along(normal, position.iter()) - level).collect::<Vec<f64>>()
    });
    let (above, below) = heights.fold((0_u32, 0_u32), |(above, below), height| {
        (above.saturating_add(u32::from(height > 0.0)), below.saturating_add(u32::from(height < 0.0)))
    });
    let seen = f64::from(above) + f64::from(below);
    if f64::from(above) > CLEAR * seen {
        Some(1.0)
    } else if f64::from(below) > CLEAR * seen {
        Some(-1.0)
    } else {
        None
    }
}

/// The axis of the laboratory that stands on the plate, and 1 where the normal points along it, -1 where against it.
fn axis_of(normal: &[f64; 3]) -> (&'static str, f64) {
    let axes = ["x", "y", "z"].into_iter().zip(normal);
    let found = axes.max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()));
    found.map_or(("z", 1.0), |(axis, component)| (axis, component.signum()))
}
