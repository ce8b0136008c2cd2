//! The edges of contractions: where the activation behind a contraction begins and ends, not where a smoothed envelope crosses a level.
//!
//! The first contraction of an activation takes the activation's onset, the last its offset. Between two efforts of one activation, where the
//! muscle keeps a low tone, the edge is searched against that tone.

use std::ops::Range;

use super::activation::{Activation, Edge, Found, Refiner, Side};
use crate::units::Rate;

/// An activation that begins so much earlier than the effort, or ends so much later, is tone before or after it, in ms.
const TONE_MS: f64 = 350.0;

/// How far beyond the edge of an activation the envelope may cross its level, in ms: half the envelope's window and more.
const SMEAR_MS: f64 = 150.0;

/// Length over which the power between two efforts is taken, in ms.
const PAUSE_MS: f64 = 50.0;

/// A contraction with its edges; an edge that could not be placed is where the envelope crosses the level.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Placed {
    pub(super) span: (usize, usize),
    pub(super) onset: Option<Edge>,
    pub(super) offset: Option<Edge>,
}

/// Places the edges of contractions that the envelope found.
pub(super) fn place(spans: &[(usize, usize)], found: &Found<'_>, envelope: &[f64], rate: Rate) -> Vec<Placed> {
    let ranges: Vec<Range<usize>> = spans.iter().map(|span| span.0..span.1).collect();
    let placer = Placer { spans: &ranges, found, envelope, rate };
    let mut free = 0;
    (0..spans.len())
        .map(|k| {
            let (onset, offset) = (placer.edge(Side::Onset, k), placer.edge(Side::Offset, k));
            // Neither beyond its own rough end nor into a neighbour, however short the spans are.
            let start = onset.as_ref().map_or(spans[k].0, |edge| edge.sample).min(spans[k].1 - 1).max(free);
            let limit = spans.get(k + 1).map_or(envelope.len(), |next| next.0);
            let end = offset.as_ref().map_or(spans[k].1, |edge| edge.sample).min(limit).max(start + 1);
            free = end;
            Placed { span: (start, end), onset, offset }
        })
        .collect()
}

struct Placer<'a> {
    spans: &'a [Range<usize>],
    found: &'a Found<'a>,
    envelope: &'a [f64],
    rate: Rate,
}

impl Placer<'_> {
    fn edge(&self, side: Side, k: usize) -> Option<Edge> {
        self.of_activation(side, k).or_else(|| {
            let refiner = self.found.refiner.as_ref()?;
            refiner.place(side, self.spans, k, self.tone(refiner, side, k))
        })
    }

    /// The edge of the activation that holds the contraction, when it belongs to this contraction and no other.
    fn of_activation(&self, side: Side, k: usize) -> Option<Edge> {
        let span = &self.spans[k];
        let holds = |a: &&Activation| a.onset < span.end && span.start < a.offset;
        let mut holding = self.found.activations.iter().filter(holds);
        let (activation, edge, rough, neighbour) = match side {
            Side::Onset => {
                let activation = holding.next()?;
                (activation, activation.onset_edge.as_ref()?, span.start, k.checked_sub(1))
            }
            Side::Offset => {
                let activation = holding.next_back()?;
                (activation, activation.offset_edge.as_ref()?, span.end, Some(k + 1))
            }
        };
        let shared = neighbour
            .and_then(|k| self.spans.get(k))
            .is_some_and(|other| activation.onset < other.end && other.start < activation.offset);
        let outwards = match side {
            Side::Onset => rough as f64 - edge.sample as f64,
            Side::Offset => edge.sample as f64 - rough as f64,
        } * 1000.0
            / self.rate.hz();
        (!shared && (-SMEAR_MS..=TONE_MS).contains(&outwards)).then(|| edge.clone())
    }

    /// Power in multiples of rest where the envelope is lowest before the contraction, or behind it.
    fn tone(&self, refiner: &Refiner<'_>, side: Side, k: usize) -> f64 {
        let span = &self.spans[k];
        let reach = self.rate.samples_of_ms(TONE_MS);
        let pause = match side {
            Side::Onset => {
                let before = k.checked_sub(1).map_or(0, |k| self.spans[k].end);
                before.max(span.start.saturating_sub(reach))..span.start
            }
            Side::Offset => {
                let after = self.spans.get(k + 1).map_or(self.envelope.len(), |next| next.start);
                span.end..after.min(span.end + reach)
            }
        };
        let lowest = pause
            .clone()
            .filter(|i| !self.envelope[*i].is_nan())
            .min_by(|a, b| self.envelope[*a].total_cmp(&self.envelope[*b]));
        let half = self.rate.samples_of_ms(PAUSE_MS / 2.0);
        lowest.map_or(1.0, |i| refiner.power(i.saturating_sub(half)..(i + half).min(self.envelope.len())).max(1.0))
    }
}
