//! Fatigue: what the recording says of it, and the points and lines behind that.

use super::markup::{Reasons, escape, put};
use super::plot::{self, Axis, px};
use super::signals::unit;
use crate::emg::fatigue::{Fatigue, Jasa, Trend};
use crate::report::number::{self, Scale};
use crate::report::words;

const WIDTH: f64 = 480.0;
const PANEL: [f64; 2] = [76.0, 466.0];
const HEIGHTS: [f64; 2] = [12.0, 150.0];

/// The part of a muscle's fatigue; `path` is its place in the report.
pub(super) fn section(id: &str, fatigue: &Fatigue, path: &str, scale: &Scale, reasons: &Reasons<'_>) -> String {
    let reason = reasons.of(&format!("{path}.finding"));
    let verdict = words::fatigue(fatigue, reason);
    let mut html =
        format!("<h4>Fatigue</h4>\n<p class=\"verdict\"><strong>Fatigue: </strong>{}.</p>\n", escape(&verdict));
    if let Some(jasa) = fatigue.jasa {
        put!(html, "<p>{}</p>\n", escape(quadrant(jasa)));
    }
    if fatigue.points.len() < 2 {
        return html;
    }
    let points = |value: fn(&crate::emg::fatigue::FatiguePoint) -> f64| {
        fatigue.points.iter().map(|point| [point.time_s, value(point)]).collect::<Vec<[f64; 2]>>()
    };
    let spectrum = Panel {
        name: "median frequency, Hz".to_owned(),
        points: points(|point| point.mdf_hz),
        trend: fatigue.mdf,
        divisor: 1.0,
    };
    let amplitude = Panel {
        name: format!("RMS, {}", unit(scale)),
        points: points(|point| point.rms).iter().map(|[time, value]| [*time, scale.of(*value)]).collect(),
        trend: fatigue.rms,
        divisor: 1.0 / scale.of(1.0),
    };
    let confidence = number::rate(100.0 * fatigue.confidence);
    put!(
        html,
        "<figure>\n<div class=\"pair\">\n{}{}</div>\n<figcaption>{}</figcaption>\n</figure>\n",
        spectrum.svg(&format!("{id}-f")),
        amplitude.svg(&format!("{id}-a")),
        escape(&caption(fatigue, &confidence))
    );
    html
}

fn caption(fatigue: &Fatigue, confidence: &str) -> String {
    let points = format!("Each point is a contraction, or a window inside one ({} points).", fatigue.points.len());
    if fatigue.mdf.is_none() {
        return format!("{points} No line is drawn through them, for the reason above.");
    }
    let claim = if fatigue.finding.is_none() { " They bear no finding, for the reason above." } else { "" };
    format!("{points} Lines: slope by Theil and Sen; shaded: slopes within its {confidence} % interval.{claim}")
}

fn quadrant(jasa: Jasa) -> &'static str {
    match jasa {
        Jasa::Fatigue => "Amplitude rises while the spectrum falls, as in fatigue (JASA).",
        Jasa::ForceIncrease => "Amplitude and spectrum rise, as with more force (JASA).",
        Jasa::Recovery => "Amplitude falls while the spectrum rises, as in recovery (JASA).",
        Jasa::ForceDecrease => "Amplitude and spectrum fall, as with less force (JASA).",
        Jasa::Undetermined => {
            "Spectrum and amplitude together (JASA): undetermined, as one of the two does not change as far as the recording can tell."
        }
    }
}

/// One quantity over time.
struct Panel {
    name: String,
    points: Vec<[f64; 2]>,
    trend: Option<Trend>,
    /// What the trend's numbers are divided by to be drawn.
    divisor: f64,
}

impl Panel {
    fn svg(&self, id: &str) -> String {
        let over = |which: usize| {
            let values = self.points.iter().map(|point| point[which]);
            values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)])
        };
        let ([first, last], [low, high]) = (over(0), over(1));
        let (margin, room) = (0.03 * (last - first), 0.12 * (high - low));
        let x = Axis::new([(first - margin).max(0.0), last + margin], PANEL);
        let y = Axis::new([low - room, high + room], [HEIGHTS[1], HEIGHTS[0]]);
        let name = escape(&self.name);
        let mut svg = plot::left_axis(&y, PANEL, &name, 5.0);
        if let Some(trend) = &self.trend {
            svg.push_str(&self.lines(id, trend, [first, last], &x, &y));
        }
        for [time, value] in &self.points {
            let told = format!("{} s: {}", number::fixed(*time, 1), number::fixed(*value, 1));
            put!(
                svg,
                "<circle class=\"point\" cx=\"{}\" cy=\"{}\" r=\"3.2\"><title>{told}</title></circle>\n",
                px(x.at(*time)),
                px(y.at(*value))
            );
        }
        svg.push_str(&plot::time_axis(&x, HEIGHTS[1] + 6.0, 7.0));
        plot::drawing(id, [WIDTH, HEIGHTS[1] + 40.0], &format!("{name} over time"), &svg)
    }

    /// The line, and the slopes of its interval through the same middle.
    fn lines(&self, id: &str, trend: &Trend, [first, last]: [f64; 2], x: &Axis, y: &Axis) -> String {
        let mut times: Vec<f64> = self.points.iter().map(|[time, _]| *time).collect();
        times.sort_unstable_by(f64::total_cmp);
        let half = times.len() / 2;
        let middle = if times.len() % 2 == 1 { times[half] } else { 0.5 * (times[half - 1] + times[half]) };
        let height = trend.intercept + trend.slope * middle;
        let place = |time: f64, slope: f64| {
            let value = (height + slope * (time - middle)) / self.divisor;
            format!("{} {}", px(x.at(time)), px(y.beyond(value)))
        };
        let [low, high] = [trend.slope_low, trend.slope_high];
        format!(
            "<clipPath id=\"{id}-c\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath>\n<g clip-path=\"url(#{id}-c)\">\
             <path class=\"band\" d=\"M{} L{} L{} L{} Z\"/>\n<path class=\"trend\" d=\"M{} L{}\"/></g>\n",
            px(PANEL[0]),
            px(HEIGHTS[0]),
            px(PANEL[1] - PANEL[0]),
            px(HEIGHTS[1] - HEIGHTS[0]),
            place(first, low),
            place(last, low),
            place(last, high),
            place(first, high),
            place(first, trend.slope),
            place(last, trend.slope)
        )
    }
}
