//! Events, on one time base.
//!
//! The header counts seconds from the first frame **in the file**; the EVENT group counts minutes and seconds from frame number 1 **of the
//! trial**. Both come out as `time_s` (from the first frame in the file) and `time_trial_s = time_s + (first_frame - 1) / rate`, with the
//! stored value beside them. Writers confuse the two bases: what lands outside the recording is kept and warned.
//! Source: "The C3D File Format", Motion Lab Systems, *Header events*, *`EVENT:TIMES`*.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::header::Header;
use super::layout::Layout;
use super::number::Processor;
use super::parameters::{Parameter, Parameters, presented};
use super::warnings::Warnings;
use crate::error::Result;
use crate::limits::Budget;
use crate::warning::Warning;

/// Most events that a header holds.
const HEADER_EVENTS: i16 = 18;

/// Bytes of memory that an event may take.
const EVENT_BYTES: u64 = 120;

/// Where an event stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventSource {
    /// The header.
    Header,
    /// The EVENT group.
    Parameter,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// Label: `Foot Strike`, `RHS`.
    pub label: String,
    /// Context: `Left`, `Right`, `General`; empty where not given.
    pub context: String,
    /// Seconds from the first frame in the file; nothing where the frame rate is needed and unknown, or the stored time is no number.
    pub time_s: Option<f64>,
    /// Seconds from frame number 1 of the trial; nothing as for `time_s`.
    pub time_trial_s: Option<f64>,
    /// Where it stands.
    pub source: EventSource,
    /// The stored time in seconds (minutes and seconds added), on the base of its source.
    pub stored_s: f64,
}

/// The time base of a file.
struct Base {
    /// Seconds from frame number 1 to the first frame in the file.
    start_s: Option<f64>,
    /// Permitted span: one frame before the first sample to one behind the last.
    span_s: Option<(f64, f64)>,
}

impl Base {
    fn new(layout: &Layout) -> Self {
        let before = layout.first_frame.saturating_sub(1);
        let start_s = match layout.point_rate_hz {
            Some(rate) => Some(f64::from(before) / rate),
            None => (before == 0).then_some(0.0),
        };
        let frames = layout.point_frames() as f64;
        let span_s = layout.point_rate_hz.map(|rate| (-1.0 / rate, (frames + 1.0) / rate));
        Self { start_s, span_s }
    }

    fn event(&self, label: String, context: String, source: EventSource, stored_s: f64) -> Event {
        let time = Some(stored_s).filter(|time| time.is_finite());
        let shifted = |sign: f64| Some(time? + sign * self.start_s?);
        let (time_s, time_trial_s) = match source {
            EventSource::Header => (time, shifted(1.0)),
            EventSource::Parameter => (shifted(-1.0), time),
        };
        Event { label, context, time_s, time_trial_s, source, stored_s }
    }

    fn is_outside(&self, event: &Event) -> bool {
        match (event.time_s, self.span_s) {
            (Some(time), Some((start, end))) => !(start..=end).contains(&time),
            _ => !event.stored_s.is_finite(),
        }
    }
}

/// `event` in a recording of `layout` that begins `later_s` seconds after the one that it comes from.
#[expect(clippy::cast_possible_truncation, reason = "as a header holds it")]
pub(super) fn moved(event: &Event, later_s: f64, layout: &Layout) -> Event {
    let stored_s = match event.source {
        EventSource::Header if later_s != 0.0 => f64::from((event.stored_s - later_s) as f32),
        _ => event.stored_s,
    };
    Base::new(layout).event(event.label.clone(), event.context.clone(), event.source, stored_s)
}

/// The events of header and EVENT group, in this order.
///
/// # Errors
/// `limit.metadata-bytes`; under strict the refused warnings on events.
pub(super) fn read(
    header: &Header,
    parameters: &Parameters,
    layout: &Layout,
    budget: &mut Budget,
    warnings: &mut Warnings,
) -> Result<Vec<Event>> {
    let base = Base::new(layout);
    let mut events = of_header(header, layout.processor, &base, warnings)?;
    events.extend(of_parameters(parameters, &base, budget, warnings)?);
    for event in events.iter().filter(|event| base.is_outside(event)) {
        let message = format!("event \"{}\" stored at {} s lies outside the recording", event.label, event.stored_s);
        warnings.add(Warning::new("c3d.event-outside-recording", message).field(match event.source {
            EventSource::Header => "header events",
            EventSource::Parameter => "EVENT:TIMES",
        }))?;
    }
    Ok(events)
}

fn of_header(header: &Header, processor: Processor, base: &Base, warnings: &mut Warnings) -> Result<Vec<Event>> {
    let count = header.event_count.clamp(0, HEADER_EVENTS);
    if count != header.event_count {
        let message =
            format!("{} events declared, 0 to {HEADER_EVENTS} are possible; {count} read", header.event_count);
        warnings.add(Warning::new("c3d.event-count", message).byte(300))?;
    }
    if count > 0 && !header.four_char_labels {
        let message = "word 150 is not 12345: event labels have two characters";
        warnings.add(Warning::new("c3d.header-events-two-char-labels", message).byte(298))?;
    }
    let stored = (0..usize::try_from(count).unwrap_or(0)).filter_map(|index| header.event(index, processor));
    Ok(stored
        .map(|(time, label)| base.event(presented(label).trim().to_owned(), String::new(), EventSource::Header, time))
        .collect())
}

fn of_parameters(
    parameters: &Parameters,
    base: &Base,
    budget: &mut Budget,
    warnings: &mut Warnings,
) -> Result<Vec<Event>> {
    let used = parameters.count("EVENT", "USED").map(|used| usize::try_from(used).unwrap_or(usize::MAX));
    let stored = times(parameters, used).count();
    let wanted = used.unwrap_or(stored);
    if wanted > stored {
        let message = format!("{wanted} events declared, {stored} times stored");
        warnings.add(Warning::new("c3d.event-times-short", message).field("EVENT:TIMES"))?;
    }
    let count = wanted.min(stored);
    budget.charge_metadata((count as u64).saturating_mul(EVENT_BYTES), "events")?;
    for name in ["LABELS", "CONTEXTS"] {
        budget.charge(
            parameters.text_memory("EVENT", name, count, super::survey::LABEL_BYTES).saturating_mul(2),
            "events",
        )?;
    }
    let texts = |name| parameters.texts("EVENT", name).take(count).collect::<Vec<_>>();
    let (labels, contexts) = (texts("LABELS"), texts("CONTEXTS"));
    let text = |texts: &[String], i: usize| texts.get(i).map(|text| text.trim().to_owned()).unwrap_or_default();
    let events = times(parameters, used).take(count).enumerate();
    Ok(events.map(|(i, time)| base.event(text(&labels, i), text(&contexts, i), EventSource::Parameter, time)).collect())
}

/// Stored times in seconds: pairs of minutes and seconds, or plain seconds where there is one value per event.
fn times(parameters: &Parameters, used: Option<usize>) -> impl Iterator<Item = f64> {
    let number = |parameter: &Parameter, i: usize| parameter.number_at(i, |word| f64::from(word.cast_signed()));
    let is_paired = move |parameter: &Parameter| match parameter.dims.as_slice() {
        [2, _, ..] => true,
        [1, _, ..] => false,
        // As many values as minutes and seconds of all events take.
        _ => used.is_some_and(|used| {
            let pairs = used.saturating_mul(2);
            pairs.checked_sub(1).is_none_or(|last| number(parameter, last).is_some())
        }),
    };
    parameters.series("EVENT", "TIMES").flat_map(move |parameter| {
        let paired = is_paired(parameter);
        (0_usize..).map_while(move |i| {
            if !paired {
                return number(parameter, i);
            }
            let at = i.checked_mul(2)?;
            Some(60.0 * number(parameter, at)? + number(parameter, at.checked_add(1)?)?)
        })
    })
}
