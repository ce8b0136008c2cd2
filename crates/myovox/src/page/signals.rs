//! Drawings of signals over time: a muscle as recorded and its envelope with contractions, gaps, levels; a leg of a call with its speech.

use super::markup::{escape, put};
use super::plot::{self, Axis, area, px};
use crate::emg::{Channel, MvcSource};
use crate::report::number::{self, Scale};
use crate::report::{Trace, words};
use crate::units::Span;

const WIDTH: f64 = 1000.0;
/// Where the panels begin and end; what is right of them is for the names of levels.
const PANELS: [f64; 2] = [78.0, 882.0];
/// Top and bottom of the signal as recorded, of the envelope, and of the bars of activations.
const RECORDED: [f64; 2] = [16.0, 116.0];
const ENVELOPE: [f64; 2] = [134.0, 290.0];
const BARS: [f64; 2] = [297.0, 304.0];
const BOTTOM: f64 = 312.0;

/// A drawn signal reaches at most so many times the envelope's largest value; muscles reach 4 to 6, what lies beyond is something else.
const CREST: f64 = 8.0;

/// A level that lies further above the envelope than this many times its largest value would leave no room for the envelope.
const HIGHEST_LEVEL: f64 = 2.5;

/// Dots that the number of a contraction needs.
const NUMBER: f64 = 15.0;

/// Dots from one name of a level to the next.
const LINE: f64 = 13.0;

/// The figure of a muscle; `id` is no one else's.
pub(super) fn of_muscle(id: &str, channel: &Channel, trace: &Trace, scale: &Scale, duration_s: f64) -> String {
    let x = Axis::new([0.0, duration_s], PANELS);
    let scaled =
        |points: &[[f64; 2]]| points.iter().map(|[time, value]| [*time, scale.of(*value)]).collect::<Vec<[f64; 2]>>();
    let (recorded, envelope) = (scaled(&trace.signal), scaled(&trace.envelope));
    let top = envelope.iter().map(|[_, value]| *value).filter(|value| !value.is_nan()).fold(0.0, f64::max);
    let unit = escape(&unit(scale));
    let (signal_axis, is_cut) = signal_axis(channel, &recorded, CREST * top);
    let (levels, above): (Vec<Level>, Vec<Level>) =
        levels(channel, scale).into_iter().partition(|level| level.value <= HIGHEST_LEVEL * top);
    let highest = levels.iter().map(|level| level.value).fold(top, f64::max);
    let envelope_axis = Axis::new([0.0, 1.06 * highest], [ENVELOPE[1], ENVELOPE[0]]);
    let mut svg = plot::left_axis(&signal_axis, PANELS, &format!("recorded, {unit}"), 4.0);
    svg.push_str(&plot::left_axis(&envelope_axis, PANELS, &format!("envelope, {unit}"), 5.0));
    svg.push_str(&contractions(channel, &x, scale));
    svg.push_str(&plot::line("raw", &recorded, &x, &signal_axis));
    svg.push_str(&plot::line("env", &envelope, &x, &envelope_axis));
    svg.push_str(&draw_levels(&levels, &envelope_axis));
    svg.push_str(&activations(channel, &x));
    svg.push_str(&gaps(channel, &x));
    svg.push_str(&plot::time_axis(&x, BOTTOM, 12.0));
    let title = format!(
        "{}: signal as recorded and envelope over {} s, with {}",
        escape(channel.label.trim()),
        number::fixed(duration_s, 1),
        number::count(channel.contractions.len(), "contraction")
    );
    let drawing = plot::drawing(&format!("{id}-t"), [WIDTH, BOTTOM + 34.0], &title, &svg);
    format!("<figure>\n{drawing}<figcaption>{}</figcaption>\n</figure>\n", escape(&caption(channel, &above, is_cut)))
}

/// What is seen in the figure of a muscle.
fn caption(channel: &Channel, above: &[Level], is_cut: bool) -> String {
    let mut text =
        "Shaded and numbered: contractions. Bars below: activations, every stretch in which the muscle is more than at rest.".to_owned();
    if !channel.gaps.is_empty() {
        text.push_str(" Hatched: cut out, not analysed.");
    }
    if is_cut {
        text.push_str(" The signal as recorded goes beyond its axis in places.");
    }
    for level in above {
        put!(text, " Above the axis: {} ({}).", level.name, number::engineering(level.value));
    }
    if channel.parameters.mvc_source == Some(MvcSource::Estimated) {
        text.push_str(" The maximal contraction (MVC) is estimated from this recording: nothing is held against it.");
    }
    text
}

/// The axis of the signal as recorded, around its mean outside gaps, and whether the signal goes beyond it.
fn signal_axis(channel: &Channel, points: &[[f64; 2]], most: f64) -> (Axis, bool) {
    let cut = |time: f64| channel.gaps.iter().any(|gap| gap.span.start_s <= time && time < gap.span.end_s);
    let seen: Vec<f64> =
        points.iter().filter(|[time, value]| !value.is_nan() && !cut(*time)).map(|[_, value]| *value).collect();
    let mean = if seen.is_empty() { 0.0 } else { seen.iter().sum::<f64>() / seen.len() as f64 };
    let reach = seen.iter().map(|value| (value - mean).abs()).fold(0.0, f64::max);
    let shown = if most > 0.0 { reach.min(most) } else { reach };
    (Axis::new([mean - shown, mean + shown], [RECORDED[1], RECORDED[0]]), shown < reach)
}

/// Shades over both panels, numbered where there is room.
fn contractions(channel: &Channel, x: &Axis, scale: &Scale) -> String {
    let mut svg = String::new();
    let mut free = f64::NEG_INFINITY;
    for (n, c) in (1..).zip(&channel.contractions) {
        let (left, right) = (x.at(c.onset_s), x.at(c.offset_s));
        let told = format!(
            "contraction {n}: {} to {} s, peak {} {}",
            number::fixed(c.onset_s, 3),
            number::fixed(c.offset_s, 3),
            number::fixed(scale.of(c.peak), 1),
            unit(scale)
        );
        svg.push_str(&area("shade", [left, right], [RECORDED[0], ENVELOPE[1]], &escape(&told)));
        let middle = 0.5 * (left + right);
        if middle >= free {
            svg.push_str(&plot::text("number", [middle, RECORDED[0] - 4.0], "middle", &n.to_string()));
            free = middle + NUMBER;
        }
    }
    svg
}

fn activations(channel: &Channel, x: &Axis) -> String {
    let mut svg = plot::text("tick", [PANELS[1] + 6.0, BARS[1]], "start", "activations");
    for a in &channel.activations {
        let told = format!("activation: {} to {} s", number::fixed(a.onset_s, 3), number::fixed(a.offset_s, 3));
        svg.push_str(&area("act", [x.at(a.onset_s), x.at(a.offset_s)], BARS, &told));
    }
    svg
}

fn gaps(channel: &Channel, x: &Axis) -> String {
    let gap = |gap: &crate::emg::Gap| {
        let Span { start_s, end_s, .. } = gap.span;
        let cause = words::gap_cause(gap.cause);
        let told = format!("cut out, {cause}: {} to {} s", number::fixed(start_s, 3), number::fixed(end_s, 3));
        area("gap", [x.at(start_s), x.at(end_s)], [RECORDED[0], ENVELOPE[1]], &told)
    };
    channel.gaps.iter().map(gap).collect()
}

/// A line across the envelope.
struct Level {
    class: &'static str,
    value: f64,
    name: String,
}

fn levels(channel: &Channel, scale: &Scale) -> Vec<Level> {
    let p = &channel.parameters;
    let level = |class: &'static str, value: Option<f64>, name: String| {
        value.map(|value| Level { class, value: scale.of(value), name })
    };
    let source = p.mvc_source.map(|source| words::word(&source)).unwrap_or_default();
    let mvc = if p.mvc_source == Some(MvcSource::Estimated) { "mvc estimated" } else { "mvc" };
    let found = [
        level("level", channel.thresholds.map(|levels| levels.on), "counts above".to_owned()),
        level("target", p.threshold_value, format!("target {} % MVC", number::rate(p.target_intensity_pct))),
        level(mvc, p.mvc_value, format!("MVC, {source}")),
    ];
    found.into_iter().flatten().collect()
}

/// Lines with their names at the right, moved apart where they would touch.
fn draw_levels(levels: &[Level], y: &Axis) -> String {
    let mut svg = String::new();
    let mut lowest_first: Vec<&Level> = levels.iter().collect();
    lowest_first.sort_by(|a, b| a.value.total_cmp(&b.value));
    let mut free = f64::INFINITY;
    for level in lowest_first {
        let place = y.at(level.value);
        put!(svg, "<path class=\"{}\" d=\"M{} {}H{}\"/>\n", level.class, px(PANELS[0]), px(place), px(PANELS[1]));
        let at = place.min(free);
        svg.push_str(&plot::text("tick", [PANELS[1] + 6.0, at + 3.5], "start", &escape(&level.name)));
        free = at - LINE;
    }
    svg
}

/// The unit of a scale, short enough for a head: a power of ten alone where the file states no unit.
pub(super) fn unit(scale: &Scale) -> String {
    let stated = scale.unit.replace('\n', " ");
    match stated.strip_suffix("(unit not stated)").map(str::trim_end) {
        None => stated,
        Some("") => "no unit".to_owned(),
        Some(power) => power.to_owned(),
    }
}

/// A word about the unit where the file states none.
pub(super) fn unit_note(scale: &Scale) -> &'static str {
    if scale.unit.contains("not stated") { "; the file does not state their unit" } else { "" }
}

/// The figure of a leg of a call.
pub(super) fn of_leg(id: &str, name: &str, trace: &Trace, speech: &[Span], duration_s: f64) -> String {
    const HEIGHT: f64 = 110.0;
    let x = Axis::new([0.0, duration_s], [PANELS[0], WIDTH - 16.0]);
    let reach = trace.signal.iter().map(|[_, value]| value.abs()).filter(|value| !value.is_nan()).fold(0.0, f64::max);
    let y = Axis::new([-reach, reach], [HEIGHT, 10.0]);
    let mut svg = plot::left_axis(&y, [PANELS[0], WIDTH - 16.0], "full scale 1", 4.0);
    for span in speech {
        let told = format!("speech: {} to {} s", number::fixed(span.start_s, 3), number::fixed(span.end_s, 3));
        svg.push_str(&area("shade", [x.at(span.start_s), x.at(span.end_s)], [10.0, HEIGHT], &told));
        svg.push_str(&area("act", [x.at(span.start_s), x.at(span.end_s)], [HEIGHT + 3.0, HEIGHT + 8.0], ""));
    }
    svg.push_str(&plot::line("raw", &trace.signal, &x, &y));
    svg.push_str(&plot::time_axis(&x, HEIGHT + 12.0, 12.0));
    let title = format!("{}: signal over {} s with its speech", escape(name), number::fixed(duration_s, 1));
    let drawing = plot::drawing(&format!("{id}-t"), [WIDTH, HEIGHT + 46.0], &title, &svg);
    format!("<figure>\n{drawing}<figcaption>Shaded, and barred below: speech.</figcaption>\n</figure>\n")
}
