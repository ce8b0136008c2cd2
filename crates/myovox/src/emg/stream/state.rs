//! What a stream remembers, to be stored and gone on from.

use serde::{Deserialize, Serialize};

use super::EmgStream;
use super::channel::Channel;
use super::plan::StreamSummary;
use crate::dsp::iir::{SosState, SosStream};
use crate::error::{Error, Result};

/// Name and version of the form.
pub const STATE_SCHEMA: &str = "myovox/emg-stream/1";

/// All that a stream remembers: plain data that can be copied and stored. A stream of the same plan that takes it goes on to the bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamState {
    schema: String,
    plan: StreamSummary,
    samples: usize,
    next: usize,
    band: SosState,
    high: SosState,
    low: Option<SosState>,
    channels: Vec<Channel>,
}

impl EmgStream {
    /// A copy of what the stream remembers.
    #[must_use]
    pub fn state(&self) -> StreamState {
        StreamState {
            schema: STATE_SCHEMA.to_owned(),
            plan: self.plan.summary().clone(),
            samples: self.samples,
            next: self.next,
            band: self.tools.band.state(),
            high: self.tools.high.state(),
            low: self.tools.low.as_ref().map(SosStream::state),
            channels: self.channels.clone(),
        }
    }

    /// Goes on from a state that was kept.
    ///
    /// # Errors
    /// `emg.stream-state` when it is not one of such a stream: another form, plan or number of channels, or values that no stream comes to; the
    /// stream's own is kept then.
    pub fn restore(&mut self, state: &StreamState) -> Result<()> {
        let wrong = |what: &str| Err(Error::config("emg.stream-state", "not a state of such a stream").found(what));
        if state.schema != STATE_SCHEMA {
            return wrong("another form").map_err(|error: Error| error.expected(STATE_SCHEMA));
        }
        if state.plan != *self.plan.summary() {
            return wrong("another rate or other settings");
        }
        if state.channels.len() != self.channels.len() {
            return wrong("another number of channels").map_err(|error: Error| error.expected(self.channels.len()));
        }
        let at = |k: usize| state.samples.saturating_add(usize::from(k < state.next));
        let fits = |(k, channel): (usize, &Channel)| channel.fits(at(k), &self.plan.numbers);
        let is_within = state.next < state.channels.len().max(1) && state.samples < usize::MAX / 4;
        if !is_within || !state.channels.iter().enumerate().all(fits) || state.low.is_some() != self.tools.low.is_some()
        {
            return wrong("values that no stream comes to");
        }
        let mut tools = self.tools.clone();
        tools.band.restore(&state.band)?;
        tools.high.restore(&state.high)?;
        if let (Some(low), Some(kept)) = (&mut tools.low, &state.low) {
            low.restore(kept)?;
        }
        self.tools = tools;
        self.channels.clone_from(&state.channels);
        (self.samples, self.next) = (state.samples, state.next);
        Ok(())
    }
}

impl StreamState {
    /// The state as JSON, in one line.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|cause| unreachable!("a state is plain data: {cause}"))
    }

    /// The state of a JSON text.
    ///
    /// # Errors
    /// `emg.stream-state` for a text that is none.
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|cause| Error::config("emg.stream-state", "not a state of a stream").found(cause))
    }
}
