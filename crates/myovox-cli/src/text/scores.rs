//! The scores of a session as text: each with its weight, what it was held against, and what is missing.

use myovox::emg::session::{InputValue, SessionParameters};
use myovox::emg::{Channel, Input, Origin};

use super::number::{self, ABSENT};
use super::{Align, Columns, Paint, Reasons, short, word, wrapped};

/// Characters of a label in the table of targets.
const LABEL: usize = 20;

/// Nothing where nobody said what the contractions are held against: then all scores are missing for one reason.
pub(super) fn section(
    channels: &[Channel],
    session: &SessionParameters,
    reasons: &mut Reasons<'_>,
    paint: Paint,
) -> String {
    let given = session
        .inputs
        .iter()
        .any(|input| matches!(input.origin, Origin::Given | Origin::Calibration | Origin::Carried));
    let scores = &session.scores;
    if !given && scores.compliance_ungated.is_none() {
        return wrapped(
            " ",
            "Not scored: a recording does not know sides, maximal contractions and targets (see --session).",
        );
    }
    let mut text = format!("\n{}\n{}", paint.head("Targets"), targets(channels, reasons));
    text.push_str(&reasons.take());
    text.push_str(&format!("\n{}\n{}", paint.head("Scores (0 to 100)"), table(session, reasons)));
    text.push_str(&reasons.take());
    if !scores.missing.is_empty() {
        text.push_str(&wrapped(" ", &format!("Not known: {}.", super::clean(&scores.missing.join(", ")))));
    }
    for balance in &scores.balance {
        let side = word(&balance.weaker_side);
        let weaker = if side == "none" { "no weaker side".to_owned() } else { format!("weaker side {side}") };
        let line = format!(
            "Symmetry by {}: {} ({}), {weaker}.",
            word(&balance.of),
            number::fixed(balance.symmetry, 1),
            word(&balance.band)
        );
        text.push_str(&wrapped(" ", &line));
    }
    text + &wrapped(" ", &given_for_session(&session.inputs))
}

/// One row per muscle: what its contractions were held against, and how many reached it.
fn targets(channels: &[Channel], reasons: &mut Reasons<'_>) -> String {
    let mut column = |name: &str, cell: &dyn Fn(&Channel) -> Option<String>| {
        let one = |(k, channel): (usize, &Channel)| {
            let path = format!("emg.channels[{k}].parameters.{name}");
            reasons.note(cell(channel), &path, &short(&channel.label, LABEL)).unwrap_or_else(|| ABSENT.to_owned())
        };
        channels.iter().enumerate().map(one).collect::<Vec<_>>()
    };
    let of = |count: Option<usize>, all: usize| count.map(|count| format!("{count} of {all}"));
    let side = column("side", &|c| c.parameters.side.map(|side| word(&side)));
    let mvc = column("mvc_value", &|c| {
        let value = number::engineering(c.parameters.mvc_value?);
        Some(format!("{value} {}", short(c.unit.as_deref().unwrap_or(""), super::UNIT)).trim_end().to_owned())
    });
    let source = column("mvc_source", &|c| c.parameters.mvc_source.map(|source| word(&source)));
    let done = column("target_contractions", &|c| {
        Some(format!("{} of {}", c.parameters.contractions, c.parameters.target_contractions?))
    });
    let strong = column("reached_intensity", &|c| of(c.parameters.reached_intensity, c.parameters.contractions));
    let long = column("reached_duration", &|c| of(c.parameters.reached_duration, c.parameters.contractions));
    let score = column("score", &|c| c.parameters.score.map(|score| number::fixed(score, 1)));
    Columns::default()
        .with("muscle", Align::Left, channels.iter().map(|c| short(&c.label, LABEL)).collect())
        .with("side", Align::Left, side)
        .with("MVC", Align::Right, mvc)
        .with("MVC\nfrom", Align::Left, source)
        .with("contrac-\ntions", Align::Right, done)
        .with("strong\nenough", Align::Right, strong)
        .with("long\nenough", Align::Right, long)
        .with("score", Align::Right, score)
        .text()
}

/// One row per score, with the weight that was configured and the one that counted.
fn table(session: &SessionParameters, reasons: &mut Reasons<'_>) -> String {
    let scores = &session.scores;
    let (set, used) = (&scores.weights, scores.weights_used.as_ref());
    let rows = [
        ("overall", scores.overall, None, None),
        ("  without the gate", scores.overall_ungated, None, None),
        ("compliance", scores.compliance, Some(set.compliance), used.map(|used| used.compliance)),
        ("  without the gate", scores.compliance_ungated, None, None),
        ("  completion", scores.completion, Some(set.completion), None),
        ("  intensity", scores.intensity, Some(set.intensity), None),
        ("  duration", scores.duration, Some(set.duration), None),
        ("symmetry", scores.symmetry, Some(set.symmetry), used.map(|used| used.symmetry)),
        ("effort", scores.effort, Some(set.effort), used.map(|used| used.effort)),
        ("game", scores.game, Some(set.game), used.map(|used| used.game)),
        ("adherence", scores.adherence, None, None),
    ];
    let shown = scores.gate == Some(1.0);
    let rows: Vec<_> = rows.into_iter().filter(|(name, ..)| !(shown && name.ends_with("gate"))).collect();
    let paths = |name: &str| match name.trim() {
        "without the gate" => "emg.session.scores.overall_ungated".to_owned(),
        name => format!("emg.session.scores.{name}"),
    };
    let value = |(name, value, ..): &(&str, Option<f64>, Option<f64>, Option<f64>)| {
        let value = reasons.note(*value, &paths(name), name.trim());
        value.map_or_else(|| ABSENT.to_owned(), |value| number::fixed(value, 1))
    };
    let values = rows.iter().map(value).collect();
    let weight = |weight: Option<f64>| weight.map_or_else(String::new, |weight| number::fixed(weight, 3));
    Columns::default()
        .with("score", Align::Left, rows.iter().map(|(name, ..)| (*name).to_owned()).collect())
        .with("points", Align::Right, values)
        .with("weight", Align::Right, rows.iter().map(|row| weight(row.2)).collect())
        .with("weight\nthat counted", Align::Right, rows.iter().map(|row| weight(row.3)).collect())
        .text()
}

/// What was given of the session as a whole.
fn given_for_session(inputs: &[Input]) -> String {
    let shown = |input: &&Input| {
        input.channel.is_none()
            && ["rpe", "rpe_map", "bfr.", "game.", "protocol.", "rate_override"]
                .iter()
                .any(|key| input.key.starts_with(key))
    };
    let text = |input: &Input| {
        let value = match &input.value {
            InputValue::Truth(truth) => truth.to_string(),
            InputValue::Number(number) => number.to_string(),
            InputValue::Text(text) => super::clean(text),
            InputValue::Bounds([low, high]) => format!("{low} to {high}"),
            InputValue::Spans(spans) => format!("{} stretches", spans.len()),
        };
        format!("{} {value} ({})", input.key, word(&input.origin))
    };
    format!("Held against: {}.", inputs.iter().filter(shown).map(text).collect::<Vec<_>>().join(", "))
}
