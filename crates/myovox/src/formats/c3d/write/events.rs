//! Events: left as the file has them where the recording says the same, written anew where it does not.
//!
//! What is written is the stored time of each event on the base of its source: seconds from the first frame in the header, minutes and seconds
//! from frame number 1 of the trial in the EVENT group. Source: "The C3D File Format", Motion Lab Systems, *The EVENT group*.

use super::settle::{Settling, word};
use crate::error::Result;
use crate::formats::c3d::events::{Event, EventSource};
use crate::formats::c3d::parameters::{Parameter, Parameters};
use crate::formats::c3d::warnings::Warnings;
use crate::formats::c3d::{C3dConfig, C3dRecording};
use crate::limits::Budget;
use crate::warning::Warning;

/// What the group says about each event beside time, label and context, and cannot be kept when the events are others.
const COLUMNS: [&str; 4] = ["SUBJECTS", "DESCRIPTIONS", "ICON_IDS", "GENERIC_FLAGS"];

fn of(events: &[Event], source: EventSource) -> Vec<&Event> {
    events.iter().filter(|event| event.source == source).collect()
}

/// The same place, name and stored time, whatever base it is shown on.
fn are_same(a: &[&Event], b: &[&Event]) -> bool {
    let same = |a: &Event, b: &Event| {
        (&a.label, &a.context) == (&b.label, &b.context) && a.stored_s.to_bits() == b.stored_s.to_bits()
    };
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}

/// Brings the EVENT group into line; returns the events of the header where they are to be written anew.
pub(super) fn settle<'a>(
    settling: &mut Settling<'_>,
    recording: &'a C3dRecording,
    budget: &mut Budget,
) -> Result<Option<Vec<&'a Event>>> {
    let mut doubts = Warnings::new(&C3dConfig::default(), budget.limits());
    let parameters = &recording.parameters;
    let said = super::super::events::read(&recording.header, parameters, &recording.layout, budget, &mut doubts)?;
    let ours = of(&recording.events, EventSource::Parameter);
    let before = of(&said, EventSource::Parameter);
    if !are_same(&before, &ours) {
        rewrite(settling, &ours, before.len())?;
    }
    let ours = of(&recording.events, EventSource::Header);
    Ok((!are_same(&of(&said, EventSource::Header), &ours)).then_some(ours))
}

fn rewrite(settling: &mut Settling<'_>, events: &[&Event], before: usize) -> Result<()> {
    let parameters = &mut settling.parameters;
    if before > 0 {
        let message = format!("said {before} events or others, the recording has {}", events.len());
        settling.warnings.push(Warning::new("c3d.parameter-corrected", message).field("EVENT:TIMES"));
    }
    parameters.set("EVENT", Parameter::count("USED", word(events.len()))?)?;
    let texts = |text: fn(&Event) -> &str| events.iter().map(|event| text(event)).collect::<Vec<_>>();
    parameters.set_texts("EVENT", "CONTEXTS", &texts(|event| &event.context))?;
    parameters.set_texts("EVENT", "LABELS", &texts(|event| &event.label))?;
    parameters.set_series("EVENT", "TIMES", events, times)?;
    let is_kept = |parameters: &Parameters| COLUMNS.iter().any(|name| parameters.get("EVENT", name).is_some());
    if before != events.len() && is_kept(parameters) {
        for name in COLUMNS {
            reset(parameters, name, events.len())?;
        }
        let message = "subjects, descriptions and icons of events are blank: the events are others";
        settling.warnings.push(Warning::new("c3d.event-columns-blank", message).field("EVENT"));
    }
    Ok(())
}

/// Pairs of minutes and seconds.
fn times(name: &str, events: &[&Event]) -> Result<Parameter> {
    let pairs = events.iter().flat_map(|event| {
        let (minutes, seconds) = split(event.stored_s);
        [minutes, seconds]
    });
    let count = u8::try_from(events.len()).unwrap_or(u8::MAX);
    Parameter::reals(name, &[2, count], &pairs.collect::<Vec<_>>())
}

/// Whole minutes and the seconds above them; what lies before the trial has no minutes.
#[expect(clippy::cast_possible_truncation, reason = "times are 32-bit floats in the file")]
fn split(stored_s: f64) -> (f32, f32) {
    let minutes = (stored_s / 60.0).floor();
    let minutes = if minutes.is_finite() { minutes.max(0.0) } else { 0.0 };
    (minutes as f32, (stored_s - 60.0 * minutes) as f32)
}

/// A time as it will be read back.
pub(super) fn as_stored(seconds: f64) -> f64 {
    let (minutes, seconds) = split(seconds);
    60.0 * f64::from(minutes) + f64::from(seconds)
}

/// A blank for each event.
fn reset(parameters: &mut Parameters, name: &str, events: usize) -> Result<()> {
    match name {
        "SUBJECTS" | "DESCRIPTIONS" => parameters.set_texts("EVENT", name, &vec![""; events]),
        "ICON_IDS" => parameters.set_integers("EVENT", name, &vec![0; events]),
        _ => parameters.set_series("EVENT", name, &vec![0; events], |name, values| {
            Parameter::bytes(name, &[u8::try_from(values.len()).unwrap_or(u8::MAX)], values)
        }),
    }
}
