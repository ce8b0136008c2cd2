//! One channel of a stream, sample by sample.

use serde::{Deserialize, Serialize};

use super::burst::{Burst, Turn};
use super::edge::{Edge, Side, Smear};
use super::event::{Cause, Event, EventKind, Pending};
use super::plan::Numbers;
use super::rest::{News, Rest};
use super::watch::{OpenGap, Seen, Watch};
use super::window::{History, RunningMean};
use crate::dsp::iir::SosStream;
use crate::dsp::robust;

/// Filters of all channels, and room for medians.
#[derive(Clone, Debug)]
pub(super) struct Tools {
    pub(super) band: SosStream,
    pub(super) high: SosStream,
    pub(super) low: Option<SosStream>,
    pub(super) smear: Smear,
    pub(super) scratch: Vec<f64>,
}

/// What one channel remembers beside its filters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Channel {
    /// Maximal contraction or another reference, as amplitude of the envelope.
    pub(super) reference: Option<f64>,
    watch: Watch,
    rest: Rest,
    window: RunningMean,
    envelope: RunningMean,
    squares: History,
    activation: Burst,
    contraction: Burst,
    /// Largest envelope of the contraction that is up.
    peak: f64,
    /// First sample behind the last cut, and of the stream where there was none; `None` before any signal.
    since: Option<usize>,
    /// Where what the stream began with has ended, if it was an activity.
    fell: Option<usize>,
    /// Whether the stream may have begun inside an activity: no cut, no onset yet.
    is_first: bool,
}

/// What one sample of signal gives.
struct Levels {
    activity: f64,
    envelope: f64,
    news: News,
}

impl Channel {
    pub(super) fn new(numbers: &Numbers) -> Self {
        Self {
            reference: None,
            watch: Watch::default(),
            rest: Rest::new(numbers),
            window: RunningMean::new(numbers.window),
            envelope: RunningMean::new(numbers.envelope_window),
            squares: History::new(numbers.history),
            activation: Burst::default(),
            contraction: Burst::default(),
            peak: 0.0,
            since: None,
            fell: None,
            is_first: true,
        }
    }

    /// Takes sample `n`; gives the envelope, NaN where there is no signal.
    pub(super) fn step(&mut self, at: Place<'_>, value: f64, tools: &mut Tools, out: &mut Pending) -> f64 {
        let open = self.watch.gap();
        let seen = self.watch.look(at.n, value, self.rest.amplitude(), at.numbers);
        if let (None, Some(gap)) = (open, self.watch.gap()) {
            out.add(at.event(EventKind::Suspended, gap.start, gap.cause));
        }
        match seen {
            Seen::Bridged(value) => {
                if let Some(value) = value.filter(|_| self.since.is_some()) {
                    self.follow(&at, value, tools);
                    self.rest.begin_block();
                }
                f64::NAN
            }
            Seen::Nothing => {
                let was_cut = open.is_some_and(|gap| gap.is_cut);
                if let Some(gap) = self.watch.gap().filter(|_| !was_cut) {
                    self.cut(&at, gap, out);
                }
                f64::NAN
            }
            Seen::Back(gap) => {
                out.add(at.event(EventKind::Resumed, at.n, Cause::Signal));
                if gap.is_cut {
                    self.since = None;
                }
                self.signal(&at, value, tools, out)
            }
            Seen::Signal => self.signal(&at, value, tools, out),
        }
    }

    /// Ends what is active where the stream is closed.
    pub(super) fn finish(&mut self, at: &Place<'_>, out: &mut Pending) {
        let cause = if self.watch.gap().is_some() { Cause::TouchesGap } else { Cause::EndsAfter };
        let end = self.watch.gap().map_or(at.n, |gap| gap.start);
        self.end(at, end, cause, out);
    }

    fn end(&mut self, at: &Place<'_>, end: usize, cause: Cause, out: &mut Pending) {
        for (burst, kind) in
            [(&mut self.contraction, EventKind::ContractionOffset), (&mut self.activation, EventKind::ActivationOffset)]
        {
            if burst.cut() {
                burst.offset = end.max(burst.onset + 1);
                out.add(at.event(kind, burst.offset, cause));
            }
        }
    }

    fn cut(&mut self, at: &Place<'_>, gap: OpenGap, out: &mut Pending) {
        self.end(at, gap.start, Cause::TouchesGap, out);
        self.window.clear();
        self.envelope.clear();
        self.squares.clear();
        self.rest.begin_block();
        if self.since.is_some() {
            self.is_first = false;
        }
    }

    fn signal(&mut self, at: &Place<'_>, value: f64, tools: &mut Tools, out: &mut Pending) -> f64 {
        if self.since.is_none() {
            self.since = Some(at.n);
            tools.band.settle(at.channel, value);
            tools.high.settle(at.channel, 0.0);
            if let Some(low) = &mut tools.low {
                low.settle(at.channel, 0.0);
            }
        }
        let levels = self.follow(at, value, tools);
        self.tell_rest(at, levels.news, tools, out);
        self.tell_activation(at, levels.activity, tools, out);
        self.tell_contraction(at, levels.envelope, out);
        levels.envelope
    }

    /// Filters, windows and rest follow a value.
    fn follow(&mut self, at: &Place<'_>, value: f64, tools: &mut Tools) -> Levels {
        let mut sample = [value];
        tools.band.push(at.channel, &mut sample);
        let [conditioned] = sample;
        tools.high.push(at.channel, &mut sample);
        let [high] = sample;
        let envelope = match &mut tools.low {
            None => self.envelope.push(conditioned * conditioned).sqrt(),
            Some(low) => {
                let mut rectified = [conditioned.abs()];
                low.push(at.channel, &mut rectified);
                self.envelope.push(rectified[0].max(0.0))
            }
        };
        let square = high * high;
        self.squares.push(square);
        let activity = self.window.push(square);
        let is_rest = self.activation.is_down() && self.window.is_full() && !self.watch.is_holding(at.numbers);
        let squares = [square, conditioned * conditioned];
        let news = self.rest.push(squares, is_rest, at.numbers, &mut tools.scratch);
        Levels { activity, envelope, news }
    }

    fn tell_rest(&mut self, at: &Place<'_>, news: News, tools: &mut Tools, out: &mut Pending) {
        match news {
            News::None => {}
            News::Known => out.add(at.event(EventKind::RestKnown, at.n, Cause::Signal)),
            News::Fell(level) => self.fell = Some(self.ended(at, self.squares.len(), level, tools)),
            News::Deeper => {
                out.add(at.event(EventKind::RestKnown, at.n, Cause::Signal));
                if let (true, Some(since), Some(end)) = (self.is_first, self.since, self.fell) {
                    let cause = if since == 0 { Cause::StartsBefore } else { Cause::TouchesGap };
                    out.add(at.event(EventKind::ActivationOnset, since, cause));
                    self.activation.offset = end.max(since + 1);
                    out.add(at.event(EventKind::ActivationOffset, self.activation.offset, Cause::Signal));
                }
                self.is_first = false;
            }
        }
    }

    fn tell_activation(&mut self, at: &Place<'_>, level: f64, tools: &mut Tools, out: &mut Pending) {
        let Some(base) = self.rest.base().filter(|_| self.window.is_full()) else { return };
        let (limits, rest) = (at.numbers.activation(base), base.detection);
        let squares = &self.squares;
        let holds =
            || lasts(squares, limits.minimum_on + at.numbers.bin, limits.off, at.numbers.bin, &mut tools.scratch);
        match self.activation.step(at.n, level, &limits, holds) {
            None => {}
            Some(Turn::Begun { since }) => {
                let (onset, cause) = self.begun(at, since, rest, tools);
                self.activation.onset = onset;
                self.is_first = false;
                out.add(at.event(EventKind::ActivationOnset, onset, cause));
            }
            Some(Turn::Ended { since }) => {
                let reach = at.n + 1 - since + at.numbers.window + at.numbers.search;
                let end = self.ended(at, reach.min(self.squares.len()), rest, tools);
                self.activation.offset = end.max(self.activation.onset + 1);
                out.add(at.event(EventKind::ActivationOffset, self.activation.offset, Cause::Signal));
            }
        }
    }

    /// Where the activation began whose level was crossed at `since`.
    fn begun(&self, at: &Place<'_>, since: usize, rest: f64, tools: &mut Tools) -> (usize, Cause) {
        let first = self.since.unwrap_or_default();
        let reach = at.n + 1 - since + at.numbers.window + at.numbers.search;
        let span = reach.min(self.squares.len()).min(at.n + 1 - self.activation.offset.max(first));
        let found = self.edge(at, span, rest).likeliest(Side::Onset, &tools.smear, &mut tools.scratch);
        let onset = (at.n + 1 - found.number).saturating_sub(tools.smear.delay(&found, Side::Onset));
        // What is there within a bin of the first sample cannot be told from what was there before.
        if onset < first + at.numbers.bin {
            return (first, if first == 0 { Cause::StartsBefore } else { Cause::TouchesGap });
        }
        (onset.max(self.activation.offset), Cause::Signal)
    }

    fn edge(&self, at: &Place<'_>, span: usize, rest: f64) -> Edge<'_> {
        let dof = at.numbers.block_dof / at.numbers.block as f64;
        Edge { squares: &self.squares, span, rest, dof, rate: at.numbers.rate }
    }

    /// Where an activity has ended, within the last `span` samples, that rest of a level follows.
    fn ended(&self, at: &Place<'_>, span: usize, rest: f64, tools: &mut Tools) -> usize {
        let found = self.edge(at, span, rest).likeliest(Side::Offset, &tools.smear, &mut tools.scratch);
        (at.n + 1 - span + found.number).saturating_sub(tools.smear.delay(&found, Side::Offset))
    }

    fn tell_contraction(&mut self, at: &Place<'_>, level: f64, out: &mut Pending) {
        let Some(reference) = self.reference.filter(|_| self.envelope.is_full()) else { return };
        let limits = at.numbers.contraction(reference, self.rest.amplitude().unwrap_or(0.0));
        let first = self.since.unwrap_or_default();
        self.peak = self.peak.max(level);
        // A step between nothing and a plateau fills the window by the squared share of the plateau that the level is.
        let peak = self.peak;
        let filled = |level: f64| {
            let share = (level / peak).min(1.0);
            whole(at.numbers.envelope_window as f64 * share * share)
        };
        match self.contraction.step(at.n, level, &limits, || true) {
            None if self.contraction.is_down() => self.peak = 0.0,
            None => {}
            Some(Turn::Begun { since }) => {
                let from_start = since < first + at.numbers.envelope_window;
                let onset = since.saturating_sub(at.numbers.delay + at.numbers.low_delay + filled(limits.on));
                let cause = match (from_start, first) {
                    (false, _) => Cause::Signal,
                    (true, 0) => Cause::StartsBefore,
                    (true, _) => Cause::TouchesGap,
                };
                self.contraction.onset = if from_start { first } else { onset.max(first).max(self.contraction.offset) };
                out.add(at.event(EventKind::ContractionOnset, self.contraction.onset, cause));
            }
            Some(Turn::Ended { since }) => {
                let late = at.numbers.delay + at.numbers.low_delay + at.numbers.envelope_window - filled(limits.off);
                self.contraction.offset = since.saturating_sub(late).max(self.contraction.onset + 1);
                out.add(at.event(EventKind::ContractionOffset, self.contraction.offset, Cause::Signal));
            }
        }
    }

    /// Whether a state that was stored can be one of such a stream at sample `n`.
    pub(super) fn fits(&self, n: usize, numbers: &Numbers) -> bool {
        let reference = self.reference.is_none_or(|reference| reference.is_finite() && reference > 0.0);
        let since = self.since.is_none_or(|since| since <= n);
        reference
            && since
            && self.watch.fits(n)
            && self.rest.fits(numbers)
            && self.window.fits(numbers.window)
            && self.envelope.fits(numbers.envelope_window)
            && self.squares.fits(numbers.history)
            && self.activation.fits(n)
            && self.contraction.fits(n)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a window")]
fn whole(samples: f64) -> usize {
    samples.round() as usize
}

/// Share of the power of a stretch that its second half has at least, where it is no artefact that dies away.
const LASTING_SHARE: f64 = 1.0 / 3.0;

/// Whether most bins among the last `span` squares exceed a level, and do not die away: one artefact fills few, or rings in the filters.
fn lasts(squares: &History, span: usize, level: f64, bin: usize, scratch: &mut [f64]) -> bool {
    let bins = (span / bin).max(1).min(scratch.len());
    let bins = &mut scratch[..bins];
    for (k, mean) in bins.iter_mut().enumerate() {
        *mean = (k * bin..(k + 1) * bin).map(|back| squares.back(back)).sum::<f64>() / bin as f64;
    }
    let mean = |bins: &[f64]| bins.iter().sum::<f64>() / bins.len() as f64;
    let dies = mean(&bins[..bins.len().div_ceil(2)]) < LASTING_SHARE * mean(bins);
    !dies && robust::median(bins).is_some_and(|median| median > level)
}

/// Where and when a sample is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) n: usize,
    pub(super) channel: usize,
    pub(super) numbers: &'a Numbers,
}

impl Place<'_> {
    fn event(&self, kind: EventKind, at: usize, cause: Cause) -> Event {
        let rate = self.numbers.rate;
        let (time_s, at_s) = (rate.seconds(self.n), rate.seconds(at));
        Event { kind, channel: self.channel, sample: self.n, time_s, at, at_s, cause }
    }
}
