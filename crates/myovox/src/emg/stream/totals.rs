//! How much a stream has told, channel by channel.

use serde::{Deserialize, Serialize};

use super::event::{Event, EventKind};
use crate::units::Rate;

/// What one channel has told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChannelTotals {
    /// Number of activations that began.
    pub activations: usize,
    /// Number of contractions that began; none are told without a maximal contraction or another reference.
    pub contractions: usize,
    /// Number of stretches without signal.
    pub suspensions: usize,
    /// Their samples, those of one that goes on not counted.
    pub suspended_samples: usize,
    /// Whether the level of rest is known: without it no activation is told.
    pub rest_known: bool,
}

/// What a stream has told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// Number of samples of each channel.
    pub samples: usize,
    /// Their duration in seconds.
    pub duration_s: f64,
    /// The channels.
    pub channels: Vec<ChannelTotals>,
    #[serde(skip)]
    suspended_at: Vec<Option<usize>>,
}

impl Totals {
    /// Of so many channels that have told nothing yet.
    #[must_use]
    pub fn new(channels: usize) -> Self {
        let (of_each, suspended_at) = (vec![ChannelTotals::default(); channels], vec![None; channels]);
        Self { samples: 0, duration_s: 0.0, channels: of_each, suspended_at }
    }

    /// Counts an event; one of a channel that is not there counts nowhere.
    pub fn add(&mut self, event: &Event) {
        let Some((of, suspended_at)) =
            self.channels.get_mut(event.channel).zip(self.suspended_at.get_mut(event.channel))
        else {
            return;
        };
        match event.kind {
            EventKind::RestKnown => of.rest_known = true,
            EventKind::ActivationOnset => of.activations += 1,
            EventKind::ContractionOnset => of.contractions += 1,
            EventKind::Suspended => {
                of.suspensions += 1;
                *suspended_at = Some(event.at);
            }
            EventKind::Resumed => {
                of.suspended_samples += suspended_at.take().map_or(0, |start| event.at - start.min(event.at));
            }
            EventKind::ActivationOffset | EventKind::ContractionOffset => {}
        }
    }

    /// Says how much was seen.
    pub fn seen(&mut self, samples: usize, rate: Rate) {
        (self.samples, self.duration_s) = (samples, rate.seconds(samples));
    }
}
