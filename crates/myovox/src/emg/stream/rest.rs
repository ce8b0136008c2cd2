//! The level of rest, tracked while a muscle is inactive.
//!
//! Time is cut into short blocks. The median of the mean squares of recent blocks in which nothing was active is the level of rest; it is known
//! when there are enough of them. A block far above is no rest, one far below belongs to a deeper rest: when as many such blocks have followed
//! each other as it takes to know a level, theirs takes over, and what was taken for rest before is known to have been activity. That is how a
//! stream that begins inside an activity recovers.

use serde::{Deserialize, Serialize};

use super::plan::Numbers;
use super::window::History;
use crate::dsp::robust;
use crate::emg::activation::{SILENCE, chi_square_ratio};

/// A block above this many deviates of rest is none.
const MOST_DEVIATES: f64 = 4.0;

/// A block below this many deviates of rest is a deeper one.
const LEAST_DEVIATES: f64 = -6.0;

/// Mean squares of rest, and how much they vary.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Base {
    /// In the band in which activity is looked for.
    pub(super) detection: f64,
    /// In the whole band.
    pub(super) whole: f64,
    /// Independent squares in a block.
    pub(super) dof: f64,
}

/// Blocks of one level, in both bands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Blocks {
    detection: History,
    whole: History,
}

impl Blocks {
    fn new(length: usize) -> Self {
        Self { detection: History::new(length), whole: History::new(length) }
    }

    fn push(&mut self, [detection, whole]: [f64; 2]) {
        self.detection.push(detection);
        self.whole.push(whole);
    }

    fn clear(&mut self) {
        self.detection.clear();
        self.whole.clear();
    }

    fn level(&self, scratch: &mut [f64]) -> Option<f64> {
        robust::median(copied(&self.detection, scratch))
    }

    fn fits(&self, length: usize) -> bool {
        self.detection.fits(length) && self.whole.fits(length) && self.detection.len() == self.whole.len()
    }
}

fn copied<'a>(history: &History, scratch: &'a mut [f64]) -> &'a mut [f64] {
    let values = history.values();
    let scratch = &mut scratch[..values.len()];
    scratch.copy_from_slice(values);
    scratch
}

/// What a completed block has brought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum News {
    /// Nothing that changes what is told.
    None,
    /// Rest is known for the first time.
    Known,
    /// The first block of what may be a deeper rest, with its level.
    Fell(f64),
    /// A deeper rest is known.
    Deeper,
}

/// The rest of one channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rest {
    sums: [f64; 2],
    count: usize,
    /// Whether all of the block that has begun can be rest.
    is_quiet: bool,
    /// Largest mean square of a block.
    largest: f64,
    blocks: Blocks,
    deeper: Blocks,
    base: Option<Base>,
}

impl Rest {
    pub(super) fn new(numbers: &Numbers) -> Self {
        Self {
            sums: [0.0; 2],
            count: 0,
            is_quiet: true,
            largest: 0.0,
            blocks: Blocks::new(numbers.rest_blocks),
            deeper: Blocks::new(numbers.settle_blocks),
            base: None,
        }
    }

    pub(super) fn base(&self) -> Option<&Base> {
        self.base.as_ref()
    }

    /// The root mean square of rest in the whole band.
    pub(super) fn amplitude(&self) -> Option<f64> {
        self.base.map(|base| base.whole.sqrt())
    }

    /// Adds the squares of one sample; `is_rest` says that it can be rest.
    pub(super) fn push(&mut self, squares: [f64; 2], is_rest: bool, numbers: &Numbers, scratch: &mut [f64]) -> News {
        for (sum, square) in self.sums.iter_mut().zip(squares) {
            *sum += square;
        }
        self.count += 1;
        self.is_quiet &= is_rest;
        if self.count < numbers.block {
            return News::None;
        }
        let means = self.sums.map(|sum| sum / numbers.block as f64);
        let was_quiet = self.is_quiet;
        self.begin_block();
        self.largest = self.largest.max(means[0]);
        if was_quiet && means[0] > SILENCE * self.largest { self.take(means, numbers, scratch) } else { News::None }
    }

    /// Forgets the block that was begun.
    pub(super) fn begin_block(&mut self) {
        (self.sums, self.count, self.is_quiet) = ([0.0; 2], 0, true);
    }

    fn take(&mut self, means: [f64; 2], numbers: &Numbers, scratch: &mut [f64]) -> News {
        let ratio = self.blocks.level(scratch).map_or(1.0, |level| means[0] / level);
        let dof = self.base.map_or(numbers.block_dof, |base| base.dof);
        if ratio > chi_square_ratio(MOST_DEVIATES, dof) {
            return News::None;
        }
        if ratio < chi_square_ratio(LEAST_DEVIATES, numbers.block_dof) {
            return self.take_deeper(means, numbers, scratch);
        }
        self.blocks.push(means);
        self.deeper.clear();
        self.settle(News::Known, numbers, scratch)
    }

    fn take_deeper(&mut self, means: [f64; 2], numbers: &Numbers, scratch: &mut [f64]) -> News {
        let ratio = self.deeper.level(scratch).map_or(1.0, |level| means[0] / level);
        if ratio > chi_square_ratio(MOST_DEVIATES, numbers.block_dof) {
            return News::None;
        }
        if ratio < chi_square_ratio(LEAST_DEVIATES, numbers.block_dof) {
            self.deeper.clear();
        }
        self.deeper.push(means);
        if self.deeper.detection.len() < numbers.settle_blocks {
            return if self.deeper.detection.len() == 1 { News::Fell(means[0]) } else { News::None };
        }
        self.blocks.clear();
        for back in (0..numbers.settle_blocks).rev() {
            self.blocks.push([self.deeper.detection.back(back), self.deeper.whole.back(back)]);
        }
        self.deeper.clear();
        self.base = None;
        self.settle(News::Deeper, numbers, scratch)
    }

    /// Knows the level anew where there are enough blocks; `news` if it was not known.
    fn settle(&mut self, news: News, numbers: &Numbers, scratch: &mut [f64]) -> News {
        let count = self.blocks.detection.len();
        if count < numbers.settle_blocks {
            return News::None;
        }
        let whole = robust::median(copied(&self.blocks.whole, scratch)).unwrap_or_default();
        let values = copied(&self.blocks.detection, scratch);
        let detection = robust::median(values).unwrap_or_default();
        let spread = robust::mad_sigma(values).unwrap_or_default() / detection;
        // Rest that varies more than noise does has fewer independent squares. A few blocks do not tell: noise counts as twice as many as it takes
        // to know a level.
        let (seen, noise) = (count as f64, 2.0 * numbers.settle_blocks as f64);
        let of_noise = 2.0 / numbers.block_dof;
        let variance = ((seen * spread * spread + noise * of_noise) / (seen + noise)).max(of_noise);
        let was_known = self.base.is_some();
        self.base = Some(Base { detection, whole, dof: 2.0 / variance });
        if was_known { News::None } else { news }
    }

    /// Whether a state that was stored can be one of such a stream.
    pub(super) fn fits(&self, numbers: &Numbers) -> bool {
        let base = self.base.is_none_or(|base| base.detection > 0.0 && base.whole > 0.0 && base.dof > 0.0);
        self.count < numbers.block
            && self.blocks.fits(numbers.rest_blocks)
            && self.deeper.fits(numbers.settle_blocks)
            && base
    }
}
