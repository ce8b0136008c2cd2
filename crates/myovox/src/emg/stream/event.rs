//! What a stream tells: a plain record for each thing that became known.

use serde::{Deserialize, Serialize};

/// What became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Rest has been seen for as long as it takes to know its level: from here on activations are told.
    RestKnown,
    /// The muscle is more than at rest.
    ActivationOnset,
    /// It is at rest again.
    ActivationOffset,
    /// An effort has begun: the envelope reached its share of the maximal contraction or reference.
    ContractionOnset,
    /// It has ended.
    ContractionOffset,
    /// What comes is no signal; nothing is told until it is one again.
    Suspended,
    /// It is a signal again.
    Resumed,
}

/// What placed an event, where the signal itself did not; and why a stream is suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The signal.
    Signal,
    /// It was there at the first sample: when it began is not known.
    StartsBefore,
    /// The stream was closed: when it ends is not known.
    EndsAfter,
    /// A stretch without signal is where it begins or ends.
    TouchesGap,
    /// NaN, infinity, or too large to be squared.
    NotFinite,
    /// One far-off value held: lost packets, an electrode that came off.
    Plateau,
    /// One value held for long: the sensor gives no signal.
    Flat,
}

/// One thing that became known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// What.
    #[serde(rename = "event")]
    pub kind: EventKind,
    /// The channel, from 0.
    pub channel: usize,
    /// The sample with which it became known, from 0.
    pub sample: usize,
    /// The same in seconds.
    pub time_s: f64,
    /// Where it was, estimated backwards: the first sample of an activity or of signal, the one after the last of them at an end.
    pub at: usize,
    /// The same in seconds.
    pub at_s: f64,
    /// What placed it.
    pub cause: Cause,
}

/// Most events that one sample of one channel can lead to: signal is back, rest is known together with an activation that was there at the first
/// sample and has ended, both levels turn.
pub const MOST_EVENTS: usize = 8;

/// Events of one sample on their way out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pending {
    events: [Option<Event>; MOST_EVENTS],
    next: usize,
    count: usize,
}

impl Pending {
    /// Adds one.
    pub(super) fn add(&mut self, event: Event) {
        self.events[self.count] = Some(event);
        self.count += 1;
    }

    /// Takes the oldest; the place is empty again when all are taken.
    pub(super) fn take(&mut self) -> Option<Event> {
        if self.next == self.count {
            (self.next, self.count) = (0, 0);
            return None;
        }
        self.next += 1;
        self.events[self.next - 1].take()
    }
}
