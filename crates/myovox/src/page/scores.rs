//! Scores of the session: each with its weight, what it was held against, and what is missing.

use super::markup::{Align, Reasons, Table, escape, list, paragraph};
use crate::emg::score::BalanceOf;
use crate::emg::session::{InputValue, SessionParameters};
use crate::emg::{Channel, Emg, Input, Origin};
use crate::report::number::{self, ABSENT, Scale};
use crate::report::{Report, words};

/// Nothing but a sentence where nobody said what the contractions are held against: then all scores are missing for one reason.
pub(super) fn section(report: &Report, emg: &Emg) -> String {
    let Some(session) = &emg.session else { return String::new() };
    let head = "<h3>Scores of the session</h3>\n".to_owned();
    let said = |input: &Input| matches!(input.origin, Origin::Given | Origin::Calibration | Origin::Carried);
    if !session.inputs.iter().any(said) && session.scores.compliance_ungated.is_none() {
        let why = "Not scored: a recording does not know sides, maximal contractions (MVC) and targets. A session file says them.";
        return head + &paragraph(why) + &held_against(&session.inputs);
    }
    let mut reasons = Reasons::new(report);
    let mut html = head + &scores(session, &mut reasons) + &reasons.take();
    if !session.scores.missing.is_empty() {
        html.push_str(&paragraph(&format!("Not known: {}.", session.scores.missing.join(", "))));
    }
    let balance = |balance: &crate::emg::score::Balance| {
        let weaker = match words::word(&balance.weaker_side).as_str() {
            "none" => "no weaker side".to_owned(),
            side => format!("weaker side: {side}"),
        };
        let of = match balance.of {
            BalanceOf::Score => "score",
            BalanceOf::AmplitudePctMvc => "amplitude in % of the MVC",
            BalanceOf::AmplitudeRaw => "amplitude as recorded",
        };
        let band = words::word(&balance.band);
        format!("Symmetry by {of}: {} ({band}), {weaker}.", number::fixed(balance.symmetry, 1))
    };
    html.push_str(&list(&session.scores.balance.iter().map(balance).collect::<Vec<_>>()));
    html.push_str("<h4>Targets</h4>\n");
    html.push_str(&targets(&emg.channels, &mut reasons));
    html.push_str(&reasons.take());
    html + &held_against(&session.inputs)
}

/// A score's name, its key, its points, the weight that was configured and the one that counted.
type Row = (&'static str, &'static str, Option<f64>, Option<f64>, Option<f64>);

fn rows(session: &SessionParameters) -> Vec<Row> {
    let scores = &session.scores;
    let (set, used) = (&scores.weights, scores.weights_used.as_ref());
    let mut rows: Vec<Row> = vec![
        ("Overall", "overall", scores.overall, None, None),
        ("Compliance", "compliance", scores.compliance, Some(set.compliance), used.map(|used| used.compliance)),
        ("· completion", "completion", scores.completion, Some(set.completion), None),
        ("· intensity", "intensity", scores.intensity, Some(set.intensity), None),
        ("· duration", "duration", scores.duration, Some(set.duration), None),
        ("Symmetry", "symmetry", scores.symmetry, Some(set.symmetry), used.map(|used| used.symmetry)),
        ("Effort", "effort", scores.effort, Some(set.effort), used.map(|used| used.effort)),
        ("Game", "game", scores.game, Some(set.game), used.map(|used| used.game)),
        ("Adherence", "adherence", scores.adherence, None, None),
    ];
    if scores.gate != Some(1.0) {
        rows.insert(2, ("Compliance without the gate", "compliance_ungated", scores.compliance_ungated, None, None));
        rows.insert(1, ("Overall without the gate", "overall_ungated", scores.overall_ungated, None, None));
    }
    rows
}

fn scores(session: &SessionParameters, reasons: &mut Reasons<'_>) -> String {
    let rows = rows(session);
    let points = |(name, key, value, ..): &Row| {
        let path = format!("emg.session.scores.{key}");
        number::maybe(reasons.note(*value, &path, name.trim_start_matches("· ")), 1)
    };
    let points: Vec<String> = rows.iter().map(points).collect();
    let bar = |(_, _, value, ..): &Row| match value {
        Some(value) => {
            let width = number::fixed(value.clamp(0.0, 100.0), 0);
            format!("<span class=\"bar\" aria-hidden=\"true\"><i style=\"width:{width}%\"></i></span>")
        }
        None => "not known".to_owned(),
    };
    let weight = |weight: Option<f64>| weight.map_or_else(String::new, |weight| number::fixed(weight, 3));
    Table::new("0 to 100; the weights that counted are those of the parts that are known, scaled to 1")
        .with("score", Align::Left, &rows.iter().map(|(name, ..)| (*name).to_owned()).collect::<Vec<_>>())
        .with("points", Align::Right, &points)
        .with_html("", Align::Left, rows.iter().map(bar).collect())
        .with("weight", Align::Right, &rows.iter().map(|row| weight(row.3)).collect::<Vec<_>>())
        .with("weight that counted", Align::Right, &rows.iter().map(|row| weight(row.4)).collect::<Vec<_>>())
        .html()
}

/// One row per muscle: what its contractions were held against, and how many reached it.
fn targets(channels: &[Channel], reasons: &mut Reasons<'_>) -> String {
    let mut column = |name: &str, cell: &dyn Fn(&Channel) -> Option<String>| {
        let one = |(k, channel): (usize, &Channel)| {
            let path = format!("emg.channels[{k}].parameters.{name}");
            reasons.note(cell(channel), &path, channel.label.trim()).unwrap_or_else(|| ABSENT.to_owned())
        };
        channels.iter().enumerate().map(one).collect::<Vec<_>>()
    };
    let of = |count: Option<usize>, all: usize| count.map(|count| format!("{count} of {all}"));
    let side = column("side", &|c| c.parameters.side.map(|side| words::word(&side)));
    let mvc = column("mvc_value", &|c| {
        let value = c.parameters.mvc_value?;
        let Some(unit) = c.unit.as_deref() else { return Some(number::engineering(value)) };
        let scale = Scale::new(Some(unit), value);
        Some(format!("{} {}", number::fixed(scale.of(value), 1), scale.unit))
    });
    let source = column("mvc_source", &|c| c.parameters.mvc_source.map(|source| words::word(&source)));
    let done = column("target_contractions", &|c| {
        Some(format!("{} of {}", c.parameters.contractions, c.parameters.target_contractions?))
    });
    let strong = column("reached_intensity", &|c| of(c.parameters.reached_intensity, c.parameters.contractions));
    let long = column("reached_duration", &|c| of(c.parameters.reached_duration, c.parameters.contractions));
    let score = column("score", &|c| c.parameters.score.map(|score| number::fixed(score, 1)));
    Table::new("What the contractions were held against, and how many reached it")
        .with("muscle", Align::Left, &channels.iter().map(|c| c.label.trim().to_owned()).collect::<Vec<_>>())
        .with("side", Align::Left, &side)
        .with("MVC", Align::Right, &mvc)
        .with("MVC from", Align::Left, &source)
        .with("contractions", Align::Right, &done)
        .with("strong enough", Align::Right, &strong)
        .with("long enough", Align::Right, &long)
        .with("score", Align::Right, &score)
        .html()
}

/// Everything that no signal tells, with its origin.
fn held_against(inputs: &[Input]) -> String {
    if inputs.is_empty() {
        return String::new();
    }
    let value = |input: &Input| match &input.value {
        InputValue::Truth(true) => "yes".to_owned(),
        InputValue::Truth(false) => "no".to_owned(),
        InputValue::Number(number) => number::engineering(*number),
        InputValue::Text(text) => text.clone(),
        InputValue::Bounds([low, high]) => format!("{low} to {high}"),
        InputValue::Spans(spans) => {
            spans.iter().map(|[start, end]| format!("{start} to {end} s")).collect::<Vec<_>>().join(", ")
        }
    };
    let column = |cell: &dyn Fn(&Input) -> String| inputs.iter().map(cell).collect::<Vec<_>>();
    let table = Table::new("What no signal tells, and where each value is from")
        .with("key", Align::Left, &column(&|input| input.key.clone()))
        .with("channel", Align::Left, &column(&|input| input.channel.clone().unwrap_or_default()))
        .with("value", Align::Left, &column(&value))
        .with("origin", Align::Left, &column(&|input| words::word(&input.origin)));
    format!("<details>\n<summary>{}</summary>\n{}</details>\n", escape("What was given, and its origin"), table.html())
}
