//! Muscles while the samples come: the envelope, and activations and contractions as soon as they are known, for live feedback.
//!
//! In come samples in pieces of any length, out go the causal envelope and [`Event`]s. Nothing looks ahead, so all of it is late, and the
//! [`StreamPlan`] says by how much at most. The way of a sample:
//!
//! 1. `watch`: NaN, plateaus of lost packets and flat stretches suspend the channel; a short run of NaN is bridged, behind anything longer
//!    filters and windows begin anew.
//! 2. The causal band-pass and the envelope: root of the mean square of the last samples, or rectified and low-passed.
//! 3. `rest`: its level is the median of recent blocks in which nothing was active; it stands still during activity.
//! 4. `burst`: the mean square above 60 Hz (the heart has nothing there) of a short window is compared with what chi-square noise of rest
//!    reaches, with hysteresis, a shortest time up and a shortest time down. When it has turned, `edge` looks backwards for the likeliest step or
//!    slow rise, and the delay of the filters is taken off.
//! 5. `channel` puts these together and tells each onset and offset once. Where a maximal contraction or another reference is given, a second
//!    level with the shares of [`ContractionConfig`](super::ContractionConfig) tells contractions beside activations.
//!
//! Until rest is known nothing can be told from activity; [`EventKind::RestKnown`] says when it is. What was active at the first sample is told when
//! it has ended and rest is known. A level of noise that rises for good counts as activity for as long as it lasts: a stream cannot know better.
//!
//! Pieces of any length give the same bits and the same events in the same order; nothing is allocated while samples come; volts and microvolts
//! give the same samples. [`StreamState`] is plain data that can be stored and gone on from.

mod burst;
mod channel;
mod edge;
mod event;
mod plan;
mod rest;
mod state;
mod totals;
mod watch;
mod window;

pub use event::{Cause, Event, EventKind, MOST_EVENTS};
pub use plan::{Latency, StreamPlan, StreamSummary};
pub use state::{STATE_SCHEMA, StreamState};
pub use totals::{ChannelTotals, Totals};

use ndarray::{ArrayView2, ArrayViewMut2};

use self::channel::{Channel, Place, Tools};
use self::event::Pending;
use crate::config::config;
use crate::dsp::iir::SosStream;
use crate::error::{Error, Result};

config! {
    /// How activity is found while samples come in. Band, envelope, plateaus and the levels of contractions are those of recordings.
    pub struct StreamConfig {
        /// Window of the mean square in which activity is looked for, in ms; it ends at its sample. Default 60, as the short window of
        /// recordings: half of the latency.
        window_ms: f64 = 60.0,
        /// How far the mean square must exceed rest to begin an activation, in standard normal deviates of its chi-square distribution. Default
        /// 6, as for recordings: measured on simulated rest.
        on_deviates: f64 = 6.0,
        /// How far it must exceed rest to go on. Default 3: noise alone is above it in a thousandth of the time, so that an end is told in time.
        off_deviates: f64 = 3.0,
        /// Shortest activation in ms; it is told when it has lasted so long. Default 50: Bonato et al. 1998 drop below 30; artefacts are shorter.
        minimum_on_ms: f64 = 50.0,
        /// Activations closer than this are one, in ms; the end of one is told when it has been over for so long. Default 100, as for recordings.
        minimum_off_ms: f64 = 100.0,
        /// How much rest must be seen until its level is known, in ms. Default 1000: ten blocks, whose median is within a tenth.
        settle_ms: f64 = 1000.0,
        /// How much rest is remembered, in s. Default 60: the last minute.
        rest_s: f64 = 60.0,
    }
}

/// The whole of a signal by the causal path.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// Envelope, as long as the signal; NaN where there is none.
    pub envelope: Vec<f64>,
    /// Events in the order in which they became known.
    pub events: Vec<Event>,
}

/// Muscles of one rate, followed while their samples come.
#[derive(Clone, Debug)]
pub struct EmgStream {
    plan: StreamPlan,
    tools: Tools,
    channels: Vec<Channel>,
    /// Moments of which all channels were seen.
    samples: usize,
    /// The channel whose sample comes next.
    next: usize,
}

impl EmgStream {
    /// A stream of so many channels that has seen nothing yet.
    #[must_use]
    pub fn new(plan: StreamPlan, channels: usize) -> Self {
        let numbers = &plan.numbers;
        let room = numbers.rest_blocks.max(numbers.history);
        let filter = |sos: &crate::dsp::iir::Sos| SosStream::new(sos.clone(), channels);
        let tools = Tools {
            band: filter(&plan.band),
            high: filter(&plan.high),
            low: plan.low.as_ref().map(filter),
            smear: plan.smear.clone(),
            scratch: vec![0.0; room],
        };
        let of_each = vec![Channel::new(numbers); channels];
        Self { plan, tools, channels: of_each, samples: 0, next: 0 }
    }

    /// With the envelope of each channel in a maximal contraction, or another reference, in the unit of the samples; `None` where it is not known.
    /// Contractions are told of channels that have one.
    ///
    /// # Errors
    /// `emg.channels-differ` for another number of channels; `config.out-of-range` for a level that is none.
    pub fn references(mut self, references: &[Option<f64>]) -> Result<Self> {
        if references.len() != self.channels.len() {
            let error = Error::config("emg.channels-differ", "references and channels differ in number");
            return Err(error.field("mvc").found(references.len()).expected(self.channels.len()));
        }
        if let Some(wrong) = references.iter().flatten().find(|level| !(level.is_finite() && **level > 0.0)) {
            let error = Error::config("config.out-of-range", "not the level of a contraction").field("mvc");
            return Err(error.found(wrong).expected("a finite number above 0"));
        }
        for (channel, reference) in self.channels.iter_mut().zip(references) {
            channel.reference = *reference;
        }
        Ok(self)
    }

    /// The plan.
    pub fn plan(&self) -> &StreamPlan {
        &self.plan
    }

    /// Number of channels.
    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// Number of samples that every channel has had.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Takes the next samples: of one moment those of all channels, then those of the next moment. A piece may end anywhere. Gives the events as they
    /// become known; what is not asked for any more is taken in all the same. Allocates nothing.
    pub fn push<'a>(&'a mut self, samples: &'a [f64]) -> Events<'a> {
        self.follow(samples, None)
    }

    /// The same with the envelope of each sample into `envelope`: NaN where there is no signal.
    ///
    /// # Errors
    /// `emg.stream-lengths` when `envelope` is not as long as `samples`; nothing is taken in then.
    pub fn push_into<'a>(&'a mut self, samples: &'a [f64], envelope: &'a mut [f64]) -> Result<Events<'a>> {
        if samples.len() != envelope.len() {
            let error = Error::config("emg.stream-lengths", "envelope and samples differ in length");
            return Err(error.found(envelope.len()).expected(samples.len()));
        }
        Ok(self.follow(samples, Some(envelope)))
    }

    /// The same for arrays of `(channels, samples)` in any layout.
    ///
    /// # Errors
    /// `emg.channels-differ` for another number of channels, and in the midst of a moment; `emg.stream-lengths` when `envelope` has another shape.
    /// Nothing is taken in then.
    pub fn push_array(
        &mut self,
        samples: &ArrayView2<'_, f64>,
        mut envelope: ArrayViewMut2<'_, f64>,
        mut tell: impl FnMut(Event),
    ) -> Result<()> {
        if samples.nrows() != self.channels.len() || self.next != 0 {
            let error = Error::config("emg.channels-differ", "samples and stream differ in their number of channels");
            return Err(error.found(samples.nrows()).expected(self.channels.len()));
        }
        if samples.dim() != envelope.dim() {
            let error = Error::config("emg.stream-lengths", "envelope and samples differ in their shape");
            return Err(error.found(format!("{:?}", envelope.dim())).expected(format!("{:?}", samples.dim())));
        }
        for (x, mut y) in samples.columns().into_iter().zip(envelope.columns_mut()) {
            for (x, y) in x.iter().zip(&mut y) {
                self.follow(&[*x], Some(std::slice::from_mut(y))).for_each(&mut tell);
            }
        }
        Ok(())
    }

    /// Ends what is active, as the stream ends: events with [`Cause::EndsAfter`]. Samples may come all the same.
    pub fn finish(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        for (channel, of) in self.channels.iter_mut().enumerate() {
            let n = self.samples + usize::from(channel < self.next);
            let mut pending = Pending::default();
            of.finish(&Place { n, channel, numbers: &self.plan.numbers }, &mut pending);
            events.extend(std::iter::from_fn(|| pending.take()));
        }
        events
    }

    fn follow<'a>(&'a mut self, samples: &'a [f64], envelope: Option<&'a mut [f64]>) -> Events<'a> {
        Events { stream: self, samples, envelope, at: 0, pending: Pending::default() }
    }

    /// Takes one sample of the channel that is next.
    fn take(&mut self, value: f64, pending: &mut Pending) -> f64 {
        let place = Place { n: self.samples, channel: self.next, numbers: &self.plan.numbers };
        let Some(channel) = self.channels.get_mut(self.next) else { return f64::NAN };
        let envelope = channel.step(place, value, &mut self.tools, pending);
        self.next += 1;
        if self.next == self.channels.len() {
            (self.next, self.samples) = (0, self.samples + 1);
        }
        envelope
    }
}

/// The events of a piece of signal, as they become known.
#[derive(Debug)]
pub struct Events<'a> {
    stream: &'a mut EmgStream,
    samples: &'a [f64],
    envelope: Option<&'a mut [f64]>,
    at: usize,
    pending: Pending,
}

impl Iterator for Events<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.pending.take() {
                return Some(event);
            }
            let value = *self.samples.get(self.at)?;
            let level = self.stream.take(value, &mut self.pending);
            if let Some(envelope) = &mut self.envelope {
                envelope[self.at] = level;
            }
            self.at += 1;
        }
    }
}

impl Drop for Events<'_> {
    fn drop(&mut self) {
        self.for_each(drop);
    }
}
