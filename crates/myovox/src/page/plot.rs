//! Drawing: axes with round ticks, lines that break where there is no number, as SVG.

use super::markup::put;
use crate::report::number;

/// A stretch of numbers along a stretch of the drawing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    /// From `low` at the place `from` to `high` at `to`; a stretch without length gets one.
    pub(super) fn new([low, high]: [f64; 2], [from, to]: [f64; 2]) -> Self {
        let (low, high) = if low.is_finite() && high.is_finite() { (low, high) } else { (0.0, 1.0) };
        let reach = low.abs().max(high.abs());
        let least = if reach > 0.0 { 1e-6 * reach } else { 1.0 };
        let high = if high - low >= least { high } else { low + least };
        Self { low, high, from, to }
    }

    /// The place of `value`, held within the axis.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.from + share * (self.to - self.from)
    }

    /// The place of `value` where it may lie beyond the axis, by up to ten times its length.
    pub(super) fn beyond(&self, value: f64) -> f64 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(-10.0, 11.0);
        self.from + share * (self.to - self.from)
    }

    /// Round numbers on the axis, at most `most` and one, with their texts.
    pub(super) fn ticks(&self, most: f64) -> Vec<(f64, String)> {
        let (step, decimals) = step((self.high - self.low) / most);
        let first = (self.low / step).ceil();
        let numbers = (0..).map(|k: u32| (first + f64::from(k)) * step);
        numbers
            .take_while(|value| *value <= self.high + 1e-9 * step)
            .map(|value| (self.at(value), number::fixed(value, decimals)))
            .collect()
    }
}

/// The least of 1, 2 and 5 times a power of ten that is not below `least`, and the decimals that its multiples need.
fn step(least: f64) -> (f64, usize) {
    let (mut power, mut decimals) = (1.0, 0);
    while power * 10.0 <= least {
        power *= 10.0;
    }
    while power > least && decimals < 12 {
        power /= 10.0;
        decimals += 1;
    }
    let times = [1.0, 2.0, 5.0].into_iter().find(|times| times * power >= least * (1.0 - 1e-12));
    match times {
        Some(times) => (times * power, decimals),
        None => (10.0 * power, decimals.saturating_sub(1)),
    }
}

/// A place in a drawing, to a tenth of a dot.
pub(super) fn px(place: f64) -> String {
    let text = number::fixed(place, 1);
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A line through `points`, broken where a value is no number.
pub(super) fn line(class: &str, points: &[[f64; 2]], x: &Axis, y: &Axis) -> String {
    let mut path = String::with_capacity(12 * points.len());
    let mut pen = 'M';
    for [time, value] in points {
        if value.is_nan() {
            pen = 'M';
            continue;
        }
        path.push(pen);
        put!(path, "{} {}", px(x.at(*time)), px(y.at(*value)));
        pen = 'L';
    }
    format!("<path class=\"{class}\" d=\"{path}\"/>\n")
}

/// A box from `x` to `y`, at least a dot wide, with what a pointer over it is told; `told` is escaped.
pub(super) fn area(class: &str, [left, right]: [f64; 2], [top, bottom]: [f64; 2], told: &str) -> String {
    let width = (right - left).max(1.0);
    let shape = format!(
        "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
        px(left),
        px(top),
        px(width),
        px(bottom - top)
    );
    if told.is_empty() { format!("{shape}/>\n") } else { format!("{shape}><title>{told}</title></rect>\n") }
}

/// Escaped text at a place; `anchor` is SVG's word for the side that stands there.
pub(super) fn text(class: &str, [x, y]: [f64; 2], anchor: &str, text: &str) -> String {
    format!("<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{text}</text>\n", px(x), px(y))
}

/// The frame of a panel with ticks at its left, and the escaped name of what is drawn beside them.
pub(super) fn left_axis(y: &Axis, [left, right]: [f64; 2], name: &str, most: f64) -> String {
    let mut svg = String::new();
    for (place, label) in y.ticks(most) {
        put!(svg, "<path class=\"grid\" d=\"M{} {}H{}\"/>\n", px(left), px(place), px(right));
        svg.push_str(&text("tick", [left - 5.0, place + 3.5], "end", &label));
    }
    let middle = 0.5 * (y.from + y.to);
    put!(
        svg,
        "<text class=\"name\" transform=\"translate({} {}) rotate(-90)\" text-anchor=\"middle\">{name}</text>\n",
        px(left - 60.0),
        px(middle)
    );
    put!(svg, "<path class=\"axis\" d=\"M{} {}V{}\"/>\n", px(left), px(y.from), px(y.to));
    svg
}

/// Seconds along the lower edge at `bottom`.
pub(super) fn time_axis(x: &Axis, bottom: f64, most: f64) -> String {
    let mut svg = format!("<path class=\"axis\" d=\"M{} {}H{}\"/>\n", px(x.from), px(bottom), px(x.to));
    for (place, label) in x.ticks(most) {
        put!(svg, "<path class=\"axis\" d=\"M{} {}v4\"/>\n", px(place), px(bottom));
        svg.push_str(&text("tick", [place, bottom + 15.0], "middle", &label));
    }
    svg.push_str(&text("name", [x.to, bottom + 29.0], "end", "time, s"));
    svg
}

/// A drawing of `width` by `height` with its escaped title.
pub(super) fn drawing(id: &str, [width, height]: [f64; 2], title: &str, inner: &str) -> String {
    format!(
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{id}\">\n<title id=\"{id}\">{title}</title>\n{inner}</svg>\n",
        px(width),
        px(height)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_lie_on_the_axis() {
        for (low, high) in [(0.0, 75.0), (-3.2, 4.1), (0.0, 0.013), (1e-7, 3e-7), (-5500.0, 5500.0), (99.9, 100.1)] {
            let axis = Axis::new([low, high], [0.0, 100.0]);
            let ticks = axis.ticks(8.0);
            assert!((3..=9).contains(&ticks.len()), "{low} {high}: {ticks:?}");
            for (place, text) in ticks {
                let value: f64 = text.parse().unwrap();
                assert!((axis.at(value) - place).abs() < 1e-3 && (low..=high).contains(&value), "{low} {high}: {text}");
            }
        }
    }

    #[test]
    fn an_axis_without_length_or_numbers_is_drawn_all_the_same() {
        for range in [[0.0, 0.0], [5.0, 5.0], [f64::NAN, 1.0], [f64::INFINITY, f64::NEG_INFINITY], [3.0, 2.0]] {
            let axis = Axis::new(range, [0.0, 100.0]);
            assert!(axis.at(1.0).is_finite() && axis.ticks(5.0).len() < 50, "{range:?}");
        }
    }

    #[test]
    fn a_line_breaks_where_there_is_no_number() {
        let axis = Axis::new([0.0, 10.0], [0.0, 10.0]);
        let points = [[0.0, 1.0], [1.0, 2.0], [2.0, f64::NAN], [3.0, 4.0]];
        assert!(line("a", &points, &axis, &axis).contains("d=\"M0 1L1 2M3 4\""));
    }
}
