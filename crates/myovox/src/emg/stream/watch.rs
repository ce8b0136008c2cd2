//! Samples that are no signal, as they come: values that are not finite, plateaus, flat stretches.

use serde::{Deserialize, Serialize};

use super::event::Cause;
use super::plan::Numbers;

/// A stretch without signal that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenGap {
    /// First sample without signal.
    pub(super) start: usize,
    pub(super) cause: Cause,
    /// Whether it is too long to be bridged: what was active has ended, filters and windows begin anew behind it.
    pub(super) is_cut: bool,
}

/// What a sample is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Seen {
    /// Signal.
    Signal,
    /// The first signal behind a gap.
    Back(OpenGap),
    /// In a gap that can still be bridged; the value to go on with, where there is one.
    Bridged(Option<f64>),
    /// In a gap that cannot.
    Nothing,
}

/// Watches one channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Watch {
    /// The value held, and the one before it.
    held: Option<f64>,
    before: Option<f64>,
    /// For how many samples it has been held.
    run: usize,
    gap: Option<OpenGap>,
}

impl Watch {
    /// The gap that is open.
    pub(super) fn gap(&self) -> Option<OpenGap> {
        self.gap
    }

    /// Whether one value has been held for longer than packets of noise hold one.
    pub(super) fn is_holding(&self, numbers: &Numbers) -> bool {
        self.run >= numbers.plateau
    }

    /// Looks at sample `n`. `rest` is the root mean square of rest, where it is known.
    pub(super) fn look(&mut self, n: usize, value: f64, rest: Option<f64>, numbers: &Numbers) -> Seen {
        if value.abs() > numbers.largest || value.is_nan() {
            self.run = 0;
            let gap = self.gap.get_or_insert(OpenGap { start: n, cause: Cause::NotFinite, is_cut: false });
            gap.is_cut |= n + 1 - gap.start > numbers.bridge;
            return if gap.is_cut { Seen::Nothing } else { Seen::Bridged(self.held) };
        }
        if self.held == Some(value) {
            self.run += 1;
        } else {
            (self.before, self.held, self.run) = (self.held, Some(value), 1);
        }
        if let Some(gap) = self.gap {
            let goes_on = gap.cause != Cause::NotFinite && self.run > 1;
            if goes_on {
                return Seen::Nothing;
            }
            self.gap = None;
            return Seen::Back(gap);
        }
        let Some(cause) = self.no_signal(value, rest, numbers) else { return Seen::Signal };
        self.gap = Some(OpenGap { start: n + 1 - self.run, cause, is_cut: true });
        Seen::Nothing
    }

    fn no_signal(&self, value: f64, rest: Option<f64>, numbers: &Numbers) -> Option<Cause> {
        let jump = self.before.map_or(0.0, |before| (value - before).abs());
        let is_far = rest.is_some_and(|rest| jump > numbers.plateau_deviations * rest);
        match self.run {
            run if run >= numbers.plateau && is_far => Some(Cause::Plateau),
            run if run >= numbers.flat => Some(Cause::Flat),
            _ => None,
        }
    }

    /// Whether a state that was stored can be one of a stream at sample `n`.
    pub(super) fn fits(&self, n: usize) -> bool {
        self.run <= n && self.gap.is_none_or(|gap| gap.start < n)
    }
}
