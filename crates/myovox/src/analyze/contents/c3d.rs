//! Channels, markers, residuals and events of a C3D recording.

use ndarray::ArrayView1;

use super::{moments, or_missing, platforms};
use crate::error::Result;
use crate::formats::c3d::{C3dRecording, Event};
use crate::limits::Budget;
use crate::report::{C3dContents, ChannelLevel, EventSummary, GroupSummary, MarkerSummary, ResidualSummary};
use crate::warning::{Missing, Warning};

/// What a recording holds, and what is doubtful that reading did not say.
///
/// # Errors
/// `limit.memory-bytes`.
pub(super) fn contents(
    recording: &C3dRecording,
    budget: &mut Budget,
    missing: &mut Vec<Missing>,
) -> Result<(C3dContents, Vec<Warning>)> {
    let (force_platforms, warnings) = platforms::summary(recording, budget, missing)?;
    let units = Some(recording.point_units.trim().to_owned()).filter(|units| !units.is_empty());
    let no_units = ("not_in_file", "the file states no unit of positions");
    let rows = recording.analog.rows().into_iter().zip(&recording.analog_labels).enumerate();
    let seen = recording.residuals.rows().into_iter().zip(&recording.point_labels).enumerate();
    let contents = C3dContents {
        first_frame: recording.first_frame,
        samples_per_frame: recording.layout.samples_per_frame,
        point_units: or_missing(units, missing, || "point_units".to_owned(), no_units),
        channels: rows.map(|(index, (row, label))| channel(index, label, &row, missing)).collect(),
        markers: seen
            .map(|(index, (row, label))| marker(index, label, &row, recording.point_rate_hz, missing))
            .collect(),
        residuals: residuals(recording, missing),
        events: recording.events.iter().enumerate().map(|(index, event)| summary(index, event, missing)).collect(),
        force_platforms,
        rotation_segments: recording.rotations.as_ref().map_or(0, |rotations| rotations.labels.len()),
        groups: recording
            .parameters
            .groups()
            .iter()
            .map(|group| GroupSummary { name: group.name.clone(), parameters: group.parameters.len() })
            .collect(),
    };
    Ok((contents, warnings))
}

fn channel(index: usize, label: &str, row: &ArrayView1<'_, f64>, missing: &mut Vec<Missing>) -> ChannelLevel {
    let moments = moments(row);
    let no_signal = ("no_signal", "the channel holds no finite sample");
    let path = |name: &str| format!("channels[{index}].{name}");
    ChannelLevel {
        index,
        label: label.to_owned(),
        mean: or_missing(moments.map(|m| m.mean), missing, || path("mean"), no_signal),
        rms: or_missing(moments.map(|m| m.rms), missing, || path("rms"), no_signal),
        nan_samples: row.iter().filter(|sample| sample.is_nan()).count(),
        infinite_samples: row.iter().filter(|sample| sample.is_infinite()).count(),
    }
}

/// When a marker was seen, from its residuals: below 0 it was not.
fn marker(
    index: usize,
    label: &str,
    residuals: &ArrayView1<'_, f64>,
    rate_hz: Option<f64>,
    missing: &mut Vec<Missing>,
) -> MarkerSummary {
    let runs = Runs::of(residuals.iter().map(|residual| *residual >= 0.0));
    let (frames, rate) = (residuals.len(), rate_hz.filter(|hz| hz.is_finite() && *hz > 0.0));
    let share = (frames > 0).then(|| runs.seen as f64 / frames as f64);
    let path = |name: &str| format!("markers[{index}].{name}");
    let no_rate = ("no_rate", "without a frame rate frames have no duration");
    MarkerSummary {
        index,
        label: label.to_owned(),
        valid_frames: runs.seen,
        valid_share: or_missing(share, missing, || path("valid_share"), ("no_frames", "the recording has no frames")),
        interpolated_frames: residuals.iter().filter(|residual| **residual == 0.0).count(),
        gaps: runs.gaps,
        longest_gap_frames: runs.longest,
        longest_gap_s: or_missing(rate.map(|hz| runs.longest as f64 / hz), missing, || path("longest_gap_s"), no_rate),
        unseen_before_frames: runs.before,
        unseen_after_frames: runs.after,
    }
}

/// Stretches of frames in which a marker was not seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Runs {
    seen: usize,
    gaps: usize,
    longest: usize,
    before: usize,
    after: usize,
}

impl Runs {
    fn of(frames: impl Iterator<Item = bool>) -> Self {
        let (mut runs, mut unseen) = (Self::default(), 0);
        for seen in frames {
            if !seen {
                unseen += 1;
                continue;
            }
            if runs.seen == 0 {
                runs.before = unseen;
            } else if unseen > 0 {
                runs.gaps += 1;
                runs.longest = runs.longest.max(unseen);
            }
            runs.seen += 1;
            unseen = 0;
        }
        if runs.seen == 0 { Self { before: unseen, ..runs } } else { Self { after: unseen, ..runs } }
    }
}

fn residuals(recording: &C3dRecording, missing: &mut Vec<Missing>) -> ResidualSummary {
    let measured = || recording.residuals.iter().copied().filter(|residual| *residual > 0.0);
    let count = measured().count();
    let interpolated = recording.residuals.iter().filter(|residual| **residual == 0.0).count();
    let mean = (count > 0).then(|| measured().sum::<f64>() / count as f64);
    let max = (count > 0).then(|| measured().fold(0.0, f64::max));
    let none = ("none_measured", "no position has a residual above 0");
    ResidualSummary {
        measured: count,
        interpolated,
        unseen: recording.residuals.len() - count - interpolated,
        mean: or_missing(mean, missing, || "residuals.mean".to_owned(), none),
        max: or_missing(max, missing, || "residuals.max".to_owned(), none),
    }
}

fn summary(index: usize, event: &Event, missing: &mut Vec<Missing>) -> EventSummary {
    let path = |name: &str| format!("events[{index}].{name}");
    let no_time = ("no_time", "the event's time needs a frame rate, or is not a number in the file");
    let stored = Some(event.stored_s).filter(|seconds| seconds.is_finite());
    EventSummary {
        label: event.label.clone(),
        context: event.context.clone(),
        time_s: or_missing(event.time_s, missing, || path("time_s"), no_time),
        time_trial_s: or_missing(event.time_trial_s, missing, || path("time_trial_s"), no_time),
        source: event.source,
        stored_s: or_missing(stored, missing, || path("stored_s"), ("not_a_number", "the file holds no number here")),
    }
}

#[cfg(test)]
mod tests {
    use super::Runs;

    fn runs(frames: &str) -> Runs {
        Runs::of(frames.chars().map(|frame| frame == 'x'))
    }

    #[test]
    fn gaps_lie_between_frames_in_which_a_marker_was_seen() {
        assert_eq!(runs(""), Runs::default());
        assert_eq!(runs("xxx"), Runs { seen: 3, ..Runs::default() });
        assert_eq!(runs("---"), Runs { before: 3, ..Runs::default() });
        assert_eq!(runs("--x-xx---x-"), Runs { seen: 4, gaps: 2, longest: 3, before: 2, after: 1 });
    }
}
