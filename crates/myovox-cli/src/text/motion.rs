//! What a C3D recording holds, as text: gaps, residuals, events, force platforms, groups of parameters.

use std::cmp::Reverse;

use myovox::report::{C3dContents, EventSummary, MarkerSummary, PlatformChannel, PlatformSummary};

use super::inspection::ALL;
use super::number::{self, ABSENT};
use super::{Align, Columns, LONGEST_LIST, Paint, Reasons, clean, listed, more, short, word, wrapped};

/// Groups of parameters that are named.
const MOST_GROUPS: usize = 40;

/// Markers that were not seen in every frame, those seen least first.
pub(super) fn gaps(contents: &C3dContents, paint: Paint) -> String {
    let mut doubtful: Vec<&MarkerSummary> =
        contents.markers.iter().filter(|marker| marker.valid_share.is_some_and(|share| share < 1.0)).collect();
    if doubtful.is_empty() {
        return String::new();
    }
    doubtful.sort_by_key(|marker| (marker.valid_frames, Reverse(marker.longest_gap_frames), marker.index));
    let shown = &doubtful[..doubtful.len().min(LONGEST_LIST)];
    let cells = |cell: &dyn Fn(&MarkerSummary) -> String| shown.iter().map(|marker| cell(marker)).collect::<Vec<_>>();
    let of_gaps = |marker: &MarkerSummary, text: String| if marker.gaps == 0 { String::new() } else { text };
    let table = Columns::default()
        .with("marker", Align::Left, cells(&|marker| short(&marker.label, 32)))
        .with("seen %", Align::Right, cells(&|marker| seen(marker.valid_share)))
        .with("gaps", Align::Right, cells(&|marker| marker.gaps.to_string()))
        .with("longest, frames", Align::Right, cells(&|marker| of_gaps(marker, marker.longest_gap_frames.to_string())))
        .with("longest, s", Align::Right, cells(&|marker| of_gaps(marker, number::maybe(marker.longest_gap_s, 3))))
        .with("before first", Align::Right, cells(&|marker| marker.unseen_before_frames.to_string()))
        .with("after last", Align::Right, cells(&|marker| marker.unseen_after_frames.to_string()));
    let head = format!("Gaps ({} not seen in every frame)", number::count(doubtful.len(), "marker"));
    format!("\n{}\n{}{}", paint.head(&head), table.text(), more(doubtful.len(), ALL))
}

/// A share in percent; one that is not whole is not rounded to 100, and one that is not none not to 0.
fn seen(share: Option<f64>) -> String {
    let Some(share) = share else { return ABSENT.to_owned() };
    let percent = 100.0 * share;
    let shown = if share < 1.0 { percent.min(99.9) } else { percent };
    number::fixed(if share > 0.0 { shown.max(0.1) } else { shown }, 1)
}

/// How well positions were measured.
pub(super) fn residuals(contents: &C3dContents, paint: Paint) -> String {
    let residuals = &contents.residuals;
    let positions = residuals.measured + residuals.interpolated + residuals.unseen;
    if positions == 0 {
        return String::new();
    }
    let share = |count: usize| format!("{} %", seen(Some(count as f64 / positions as f64)));
    let units = contents.point_units.as_deref().map_or_else(String::new, |units| format!(" {}", short(units, 12)));
    let sizes = match (residuals.mean, residuals.max) {
        (Some(mean), Some(max)) => {
            format!(
                " with residuals of {}{units} on average, at most {}{units}",
                number::fixed(mean, 3),
                number::fixed(max, 3)
            )
        }
        _ => String::new(),
    };
    let text = format!(
        "{} measured{sizes}; {} interpolated, filtered or computed (residual 0); {} not seen",
        share(residuals.measured),
        share(residuals.interpolated),
        share(residuals.unseen)
    );
    format!("\n{}\n{}", paint.head("Positions"), wrapped("   ", &text))
}

/// Events with their times from the first frame in the file and from frame 1 of the trial.
pub(super) fn events(contents: &C3dContents, reasons: &mut Reasons<'_>, paint: Paint) -> String {
    let events = &contents.events;
    if events.is_empty() {
        return String::new();
    }
    let shown = &events[..events.len().min(LONGEST_LIST)];
    let mut time = |index: usize, event: &EventSummary, value: Option<f64>, name: &str| {
        let path = format!("contents.events[{index}].{name}");
        number::maybe(reasons.note(value, &path, &short(&event.label, 24)), 3)
    };
    let in_file = shown.iter().enumerate().map(|(index, event)| time(index, event, event.time_s, "time_s")).collect();
    let in_trial =
        shown.iter().enumerate().map(|(index, event)| time(index, event, event.time_trial_s, "time_trial_s")).collect();
    let table = Columns::default()
        .with("in file, s", Align::Right, in_file)
        .with("in trial, s", Align::Right, in_trial)
        .with("side", Align::Left, shown.iter().map(|event| short(&event.context, 16)).collect())
        .with("event", Align::Left, shown.iter().map(|event| short(&event.label, 36)).collect())
        .with("from", Align::Left, shown.iter().map(|event| word(&event.source)).collect());
    let head = format!("Events ({}); the file begins at frame {} of the trial", events.len(), contents.first_frame);
    format!("\n{}\n{}{}{}", paint.head(&head), table.text(), more(events.len(), ALL), reasons.take())
}

/// Force platforms: where they lie, how they were loaded, what measures them.
pub(super) fn platforms(contents: &C3dContents, reasons: &mut Reasons<'_>, paint: Paint) -> String {
    let platforms = &contents.force_platforms;
    if platforms.used == 0 && platforms.platforms.is_empty() {
        return String::new();
    }
    let head = paint.head(&format!("Force platforms ({})", platforms.used));
    let shown = &platforms.platforms[..platforms.platforms.len().min(LONGEST_LIST)];
    if shown.is_empty() {
        return format!("\n{head}\n   no other parameter speaks of them\n");
    }
    let loads = loads_of_platforms(shown, reasons);
    let places = places_of_platforms(shown, contents.point_units.as_deref(), reasons);
    format!("\n{head}\n{loads}\n{places}{}{}", more(platforms.platforms.len(), ALL), reasons.take())
}

fn cells_of(shown: &[PlatformSummary], mut cell: impl FnMut(usize, &PlatformSummary) -> String) -> Vec<String> {
    shown.iter().enumerate().map(|(index, platform)| cell(index, platform)).collect()
}

/// `value`, or the mark for what is missing with its reason below.
fn noted<T>(reasons: &mut Reasons<'_>, value: Option<T>, index: usize, name: &str) -> Option<T> {
    let path = format!("contents.force_platforms.platforms[{index}].{name}");
    reasons.note(value, &path, &format!("platform {}", index + 1))
}

fn loads_of_platforms(shown: &[PlatformSummary], reasons: &mut Reasons<'_>) -> String {
    let numbers = cells_of(shown, |index, _| (index + 1).to_string());
    let kinds = cells_of(shown, |index, platform| {
        noted(reasons, platform.kind, index, "type").map_or_else(|| ABSENT.to_owned(), |kind| kind.to_string())
    });
    let sizes = cells_of(shown, |index, platform| {
        let size = noted(reasons, platform.size_m, index, "size_m");
        size.map_or_else(|| ABSENT.to_owned(), |[x, y]| format!("{} × {}", number::fixed(x, 3), number::fixed(y, 3)))
    });
    let largest: Vec<Option<f64>> = shown.iter().map(|platform| platform.largest_normal_force_n).collect();
    for (index, value) in largest.iter().enumerate() {
        noted(reasons, *value, index, "largest_normal_force_n");
    }
    let loaded = cells_of(shown, |_, platform| seen(platform.loaded_share));
    let matrices = cells_of(shown, |_, platform| if platform.has_calibration { "matrix" } else { ABSENT }.to_owned());
    Columns::default()
        .with("#", Align::Right, numbers)
        .with("type", Align::Right, kinds)
        .with("x × y, m", Align::Left, sizes)
        .with("largest\nFz, N", Align::Right, number::column(&largest))
        .with("above\n10 N, %", Align::Right, loaded)
        .with("calibration", Align::Left, matrices)
        .with("channels", Align::Sentence, cells_of(shown, |_, platform| channels(platform)))
        .text()
}

fn places_of_platforms(shown: &[PlatformSummary], units: Option<&str>, reasons: &mut Reasons<'_>) -> String {
    let of_origins = decimals_of(shown.iter().filter_map(|platform| platform.origin.as_ref()).flatten());
    let of_corners = decimals_of(shown.iter().filter_map(|platform| platform.corners.as_ref()).flatten().flatten());
    let origins =
        cells_of(shown, |index, platform| place(noted(reasons, platform.origin, index, "origin"), of_origins));
    for (index, platform) in shown.iter().enumerate() {
        noted(reasons, platform.corners, index, "corners");
    }
    let corner =
        |at: usize| cells_of(shown, |_, platform| place(platform.corners.map(|corners| corners[at]), of_corners));
    let units = units.map_or_else(String::new, |units| format!(", {}", short(units, 12)));
    Columns::default()
        .with("#", Align::Right, cells_of(shown, |index, _| (index + 1).to_string()))
        .with(format!("corner +x +y{units}"), Align::Left, corner(0))
        .with("corner -x +y", Align::Left, corner(1))
        .with("corner -x -y", Align::Left, corner(2))
        .with("corner +x -y", Align::Left, corner(3))
        .with("origin", Align::Left, origins)
        .text()
}

/// A point.
fn place(point: Option<[f64; 3]>, decimals: usize) -> String {
    point.map_or_else(|| ABSENT.to_owned(), |point| point.map(|value| number::fixed(value, decimals)).join(" "))
}

/// As many decimals as the largest coordinate leaves room for.
fn decimals_of<'a>(coordinates: impl Iterator<Item = &'a f64>) -> usize {
    match coordinates.fold(0.0_f64, |most, value| most.max(value.abs())) {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 3,
    }
}

/// Numbers and labels of the channels: `1–6: Fx, Fy, Fz, Mx, My, Mz` where the numbers follow each other.
fn channels(platform: &PlatformSummary) -> String {
    let label = |channel: &PlatformChannel| {
        channel.label.as_deref().map_or_else(|| "(no such channel)".to_owned(), |label| short(label, 16))
    };
    let numbers: Vec<i64> = platform.channels.iter().map(|channel| channel.number).collect();
    match (numbers.first(), numbers.last()) {
        (Some(first), Some(last)) if numbers.len() > 1 && numbers.iter().copied().eq(*first..=*last) => {
            let labels: Vec<String> = platform.channels.iter().map(label).collect();
            let are_absent = platform.channels.iter().all(|channel| channel.label.is_none());
            let labels = if are_absent { "(no such channels)".to_owned() } else { labels.join(", ") };
            format!("{first}–{last}: {labels}")
        }
        _ => {
            let channels = platform.channels.iter().map(|channel| format!("{} {}", channel.number, label(channel)));
            channels.collect::<Vec<_>>().join(", ")
        }
    }
}

/// Groups of parameters by their names.
pub(super) fn groups(contents: &C3dContents, paint: Paint) -> String {
    if contents.groups.is_empty() {
        return String::new();
    }
    let parameters: usize = contents.groups.iter().map(|group| group.parameters).sum();
    let names: Vec<String> =
        contents.groups.iter().map(|group| format!("{} {}", clean(&group.name), group.parameters)).collect();
    let head = format!("Parameters ({parameters} in {})", number::count(names.len(), "group"));
    format!("\n{}\n{}", paint.head(&head), wrapped("   ", &listed(&names, MOST_GROUPS)))
}
