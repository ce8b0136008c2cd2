//! Contractions: the efforts that a therapist counts.
//!
//! The envelope's own low quantile is the baseline, which a few seconds of rest anywhere in the recording determine. Two levels follow from it
//! and from the recording's typical effort (the median of the upper half of the envelope's prominent peaks, which one artefact cannot move, as
//! it would the maximum): a contraction is a stretch above the lower level that somewhere exceeds the upper one. Stretches closer than the
//! merging gap are one; what is then still too short is dropped. Merging comes first: an effort that flickers is one effort. All of it scales
//! with the signal, so the unit does not matter, and is symmetric in time. A gap no longer than the merging gap does not part an effort either.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::activation::{Edge, confidence};
use super::edges::Placed;
use super::sums::Sums;
use crate::config::{config, within};
use crate::dsp::robust;
use crate::error::Result;
use crate::units::{Rate, Span};

config! {
    /// What counts as a contraction. The levels are a rule of ours, chosen together on seven recorded game sessions: on the six channels whose
    /// game threshold fits the muscle, 103 of the game's 107 bursts have a contraction of their own, among 114.
    pub struct ContractionConfig {
        /// Quantile of the envelope that is taken as rest. Default 0.2: a recording needs a fifth of rest.
        baseline_quantile: f64 = 0.2,
        /// Upper level in multiples of the baseline: a contraction must exceed it. Default 3: an RMS over 100 ms of
        /// resting noise stays within a third of its mean.
        on_baselines: f64 = 3.0,
        /// Lower level in multiples of the baseline: a contraction lasts while above it. Default 2: between rest and
        /// the upper level, so that an effort near the upper level does not flicker.
        off_baselines: f64 = 2.0,
        /// Upper level as a share of the typical effort. Default 0.4: low tone between efforts stays below it.
        on_share: f64 = 0.4,
        /// Lower level as a share of the typical effort. Default 0.25: the same distance below the upper level as the baselines' levels have.
        off_share: f64 = 0.25,
        /// A peak of the envelope tells of an effort when it exceeds this many baselines. Default 4: above the upper level.
        peak_baselines: f64 = 4.0,
        /// Peaks closer than this are one, in ms. Default 300: the efforts of the game last 0.3 to 0.6 s.
        peak_distance_ms: f64 = 300.0,
        /// Contractions closer than this are one, in ms. Default 200, as the prior clinical application had it.
        merge_ms: f64 = 200.0,
        /// How long the envelope must stay above the lower level, in ms. Default 100: the clinical minimum. Edges, which lie inside, may be closer.
        minimum_ms: f64 = 100.0,
        /// A contraction longer than this is flagged `long`, never cut, in s. Default 10: the longest that the prior
        /// clinical application let stand.
        long_s: f64 = 10.0,
    }
}

impl ContractionConfig {
    pub(super) fn check(&self) -> Result<()> {
        let field = |name: &str| format!("emg.contraction.{name}");
        within(&field("baseline_quantile"), self.baseline_quantile, 0.01..=0.9)?;
        within(&field("on_baselines"), self.on_baselines, 1.0..=1000.0)?;
        within(&field("off_baselines"), self.off_baselines, 0.0..=self.on_baselines)?;
        within(&field("on_share"), self.on_share, 0.0..=1.0)?;
        within(&field("off_share"), self.off_share, 0.0..=self.on_share)?;
        within(&field("peak_baselines"), self.peak_baselines, 1.0..=1000.0)?;
        within(&field("peak_distance_ms"), self.peak_distance_ms, 1.0..=60_000.0)?;
        within(&field("merge_ms"), self.merge_ms, 0.0..=60_000.0)?;
        within(&field("minimum_ms"), self.minimum_ms, 0.0..=60_000.0)?;
        within(&field("long_s"), self.long_s, 0.0..=86_400.0)
    }
}

/// The levels that decided, in the channel's unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Thresholds {
    /// Rest: the envelope's low quantile.
    pub baseline: f64,
    /// The typical effort; `null` where no peak tells of one.
    pub reference: Option<f64>,
    /// Upper level.
    pub on: f64,
    /// Lower level.
    pub off: f64,
}

/// One effort. The duration is `offset - onset`; the offset is the first sample after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Contraction {
    /// First sample.
    pub onset: usize,
    /// The sample after the last.
    pub offset: usize,
    /// First sample, in seconds.
    pub onset_s: f64,
    /// The sample after the last, in seconds.
    pub offset_s: f64,
    /// Duration in seconds.
    pub duration_s: f64,
    /// Mean of the envelope, in the channel's unit.
    pub mean: f64,
    /// Maximum of the envelope, in the channel's unit.
    pub peak: f64,
    /// Root mean square of the band-passed signal, in the channel's unit.
    pub rms: f64,
    /// Integral of the rectified band-passed signal, in the channel's unit times seconds.
    pub iemg: f64,
    /// From the onset to the maximum of the envelope, in seconds.
    pub time_to_peak_s: f64,
    /// From a tenth to nine tenths of the way from rest to the contraction's level (75 % quantile of its envelope), in seconds; no shorter than
    /// the envelope lets a step appear, which is 0.8 windows of its RMS. `null` where the envelope does not come from a tenth.
    pub rise_s: Option<f64>,
    /// From nine tenths to a tenth of that way, behind the peak, in seconds; `null` where the envelope does not return to a tenth.
    pub fall_s: Option<f64>,
    /// Mean frequency inside, in Hz; `null` where it is too short or holds too much of gaps.
    pub mnf_hz: Option<f64>,
    /// Median frequency inside, in Hz. Even of a muscle that stays the same it scatters by some 11 Hz over 0.4 s and by 4 Hz over 2 s.
    pub mdf_hz: Option<f64>,
    /// `20 log10` of `rms` over the resting one; `null` without rest.
    pub snr_db: Option<f64>,
    /// `peak` in percent of a maximal voluntary contraction; `null` without one that is not estimated from this recording.
    pub mvc_pct: Option<f64>,
    /// Whether `peak` reached the target of intensity; `null` where there is none.
    pub meets_intensity: Option<bool>,
    /// Whether it lasted as long as the target; `null` where there is none.
    pub meets_duration: Option<bool>,
    /// How the onset was placed; `null` where nothing before it tells it from rest.
    pub onset_edge: Option<Edge>,
    /// How the offset was placed; `null` where nothing behind it tells it from rest.
    pub offset_edge: Option<Edge>,
    /// Probability that each edge that was placed lies within 20 ms of the true one, if rises are such as the method knows; `null` where no edge
    /// was placed.
    pub confidence: Option<f64>,
    /// What to keep in mind: `starts_before` and `ends_after` the recording, `touches_gap` (holds one or borders on one), `long`.
    pub flags: Vec<String>,
}

/// What lies below this share of the largest sample is rounding of the filters, not signal.
const ROUNDING: f64 = 1e-12;

/// The levels for an envelope in which NaN marks gaps, of a channel whose samples reach `largest`; `None` where the envelope holds no value.
pub(super) fn thresholds(envelope: &[f64], largest: f64, rate: Rate, config: &ContractionConfig) -> Option<Thresholds> {
    let mut values: Vec<f64> = envelope.iter().copied().filter(|v| !v.is_nan()).collect();
    let baseline = robust::quantile(&mut values, config.baseline_quantile)?;
    let rounding = ROUNDING * largest;
    let least = (config.peak_baselines * baseline).max(rounding);
    let mut peaks = prominent_peaks(envelope, least, rate.samples_of_ms(config.peak_distance_ms));
    peaks.sort_by(f64::total_cmp);
    let upper_half = peaks.len() / 2;
    let reference = robust::median(&mut peaks[upper_half..]);
    let level = |baselines: f64, share: f64| (baselines * baseline).max(share * reference.unwrap_or(0.0)).max(rounding);
    let on = level(config.on_baselines, config.on_share);
    let off = level(config.off_baselines, config.off_share);
    Some(Thresholds { baseline, reference, on, off })
}

/// Heights of local maxima above `least`, none within `distance` samples of a higher one that is taken.
fn prominent_peaks(envelope: &[f64], least: f64, distance: usize) -> Vec<f64> {
    let maxima = maxima(envelope, least);
    let heights = Heights::new(&maxima);
    let mut taken = Vec::new();
    // What lies within reach of the highest is out; what lies before and what lies behind know nothing of one another.
    let mut open: Vec<Range<usize>> = std::iter::once(0..maxima.len()).collect();
    while let Some(range) = open.pop() {
        let Some(highest) = heights.first_highest(range.clone()) else { continue };
        let (at, height) = maxima[highest];
        taken.push(height);
        let before =
            range.start..range.start + maxima[range.start..highest].partition_point(|(i, _)| i + distance < at);
        let behind = highest + maxima[highest..range.end].partition_point(|(i, _)| *i <= at + distance)..range.end;
        open.extend([before, behind]);
    }
    taken
}

/// Local maxima above `least`: a value that the next differs from and that the last different one before was below; NaN and the ends count as
/// below.
fn maxima(envelope: &[f64], least: f64) -> Vec<(usize, f64)> {
    let mut maxima = Vec::new();
    let mut rising = true;
    for (i, &value) in envelope.iter().enumerate() {
        // Whatever comes behind a low value rises when it is high.
        if value.is_nan() || value <= least {
            rising = true;
            continue;
        }
        let next = envelope.get(i + 1).copied().unwrap_or(f64::NAN);
        if next > value {
            rising = true;
        } else if next != value {
            if rising {
                maxima.push((i, value));
            }
            rising = false;
        }
    }
    maxima
}

/// Heights, with the highest of every block of them.
struct Heights<'a> {
    maxima: &'a [(usize, f64)],
    blocks: Vec<usize>,
}

impl<'a> Heights<'a> {
    const BLOCK: usize = 64;

    fn new(maxima: &'a [(usize, f64)]) -> Self {
        let mut heights = Self { maxima, blocks: Vec::new() };
        let starts = (0..maxima.len()).step_by(Self::BLOCK);
        heights.blocks =
            starts.filter_map(|start| heights.among(start..(start + Self::BLOCK).min(maxima.len()))).collect();
        heights
    }

    /// The first of the highest in `range`.
    fn first_highest(&self, range: Range<usize>) -> Option<usize> {
        let blocks = range.start.div_ceil(Self::BLOCK)..range.end / Self::BLOCK;
        if blocks.is_empty() {
            return self.among(range);
        }
        let (first, last) = (blocks.start * Self::BLOCK, blocks.end * Self::BLOCK);
        self.among((range.start..first).chain(self.blocks[blocks].iter().copied()).chain(last..range.end))
    }

    fn among(&self, candidates: impl Iterator<Item = usize>) -> Option<usize> {
        candidates.reduce(|best, i| if self.maxima[i].1 > self.maxima[best].1 { i } else { best })
    }
}

/// Spans `start..end` of the contractions of an envelope in which NaN marks gaps.
pub(super) fn spans(
    envelope: &[f64],
    levels: &Thresholds,
    rate: Rate,
    config: &ContractionConfig,
) -> Vec<(usize, usize)> {
    // Bridging no distance is a wish, not a rounding: 0 stays 0.
    let samples = |ms: f64| if ms > 0.0 { rate.samples_of_ms(ms) } else { 0 };
    let (merge, minimum) = (samples(config.merge_ms), samples(config.minimum_ms));
    let mut efforts: Vec<(usize, usize)> = Vec::new();
    let mut i = 0;
    while i < envelope.len() {
        let length = envelope[i..].iter().take_while(|v| **v > levels.off).count();
        let end = i + length;
        if envelope[i..end].iter().any(|v| *v > levels.on) {
            match efforts.last_mut() {
                Some(last) if i - last.1 <= merge => last.1 = end,
                _ => efforts.push((i, end)),
            }
        }
        i = end + 1;
    }
    efforts.retain(|(start, end)| end - start >= minimum);
    efforts
}

/// The measures of one contraction.
pub(super) fn measure(
    placed: Placed,
    conditioned: &[f64],
    envelope: &[f64],
    rate: Rate,
    config: &ContractionConfig,
) -> Contraction {
    let (onset, offset) = placed.span;
    let Span { start_s: onset_s, end_s: offset_s, .. } = Span::new(onset, offset, rate);
    let (signal, level) = (&conditioned[onset..offset], &envelope[onset..offset]);
    let length = (offset - onset) as f64;
    let Sums { count: n, magnitudes, squares, .. } = Sums::of(signal);
    let (mut peak, mut at) = (0.0, 0);
    for (i, &v) in level.iter().enumerate() {
        if v > peak {
            (peak, at) = (v, i);
        }
    }
    let is_gap = |i: usize| envelope.get(i).is_some_and(|v| v.is_nan());
    let flags = [
        ("starts_before", onset == 0),
        ("ends_after", offset == envelope.len()),
        ("touches_gap", (onset > 0 && is_gap(onset - 1)) || is_gap(offset) || n < length),
        ("long", length / rate.hz() > config.long_s),
    ];
    Contraction {
        onset,
        offset,
        onset_s,
        offset_s,
        duration_s: length / rate.hz(),
        mean: Sums::of(level).values / n,
        peak,
        rms: (squares / n).sqrt(),
        iemg: magnitudes / rate.hz(),
        time_to_peak_s: rate.seconds(at),
        rise_s: None,
        fall_s: None,
        mnf_hz: None,
        mdf_hz: None,
        snr_db: None,
        mvc_pct: None,
        meets_intensity: None,
        meets_duration: None,
        confidence: confidence(placed.onset.as_ref(), placed.offset.as_ref()),
        onset_edge: placed.onset,
        offset_edge: placed.offset,
        flags: flags.iter().filter(|(_, set)| *set).map(|(name, _)| (*name).to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate() -> Rate {
        Rate::new(1000.0).unwrap()
    }

    /// An envelope of 1 with stretches of other heights.
    fn envelope(stretches: &[(usize, usize, f64)]) -> Vec<f64> {
        let mut y = vec![1.0; 10_000];
        for &(start, end, height) in stretches {
            y[start..end].fill(height);
        }
        y
    }

    #[test]
    fn the_highest_peaks_are_taken_first_and_keep_their_distance() {
        let noise: Vec<f64> = (0..5000_u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761) >> 24)).collect();
        for (distance, least) in [(1, 0.0), (7, 20.0), (100, 100.0), (1000, 200.0), (9000, 0.0)] {
            let mut ordered = maxima(&noise, least);
            ordered.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            let mut taken: Vec<(usize, f64)> = Vec::new();
            for peak in ordered {
                if taken.iter().all(|other| other.0.abs_diff(peak.0) > distance) {
                    taken.push(peak);
                }
            }
            let mut expected: Vec<f64> = taken.into_iter().map(|(_, height)| height).collect();
            let mut found = prominent_peaks(&noise, least, distance);
            found.sort_by(f64::total_cmp);
            expected.sort_by(f64::total_cmp);
            assert_eq!(found, expected, "{distance}");
        }
        assert!(prominent_peaks(&[], 0.0, 5).is_empty());
    }

    fn rough(span: (usize, usize)) -> Placed {
        Placed { span, onset: None, offset: None }
    }

    fn found(y: &[f64]) -> Vec<(usize, usize)> {
        let config = ContractionConfig::default();
        let largest = y.iter().fold(0.0, |m: f64, v| m.max(*v));
        spans(y, &thresholds(y, largest, rate(), &config).unwrap(), rate(), &config)
    }

    #[test]
    fn efforts_are_found_in_any_unit_and_at_the_ends() {
        for unit in [1e-6, 1.0, 1024.0] {
            let y: Vec<f64> = envelope(&[(0, 500, 20.0), (3000, 4000, 30.0), (9000, 10_000, 25.0)])
                .iter()
                .map(|v| v * unit)
                .collect();
            assert_eq!(found(&y), [(0, 500), (3000, 4000), (9000, 10_000)]);
        }
    }

    #[test]
    fn flicker_is_merged_before_what_is_short_is_dropped() {
        // On for 80 ms, off for 40 ms: every piece is too short, the effort is not.
        let mut pieces: Vec<(usize, usize, f64)> = (0..13).map(|k| (2000 + 120 * k, 2080 + 120 * k, 20.0)).collect();
        pieces.push((6000, 6050, 20.0));
        assert_eq!(found(&envelope(&pieces)), [(2000, 3520)]);
    }

    #[test]
    fn a_long_hold_is_one_contraction() {
        let y = envelope(&[(1000, 8000, 20.0)]);
        let config = ContractionConfig::default().long_s(5.0);
        assert_eq!(found(&y), [(1000, 8000)]);
        assert_eq!(measure(rough((1000, 8000)), &y, &y, rate(), &config).flags, ["long"]);
    }

    #[test]
    fn one_huge_artefact_does_not_hide_the_efforts() {
        let mut stretches: Vec<(usize, usize, f64)> = (0..8).map(|k| (500 + 1000 * k, 1000 + 1000 * k, 20.0)).collect();
        stretches.push((9000, 9100, 1e6));
        assert_eq!(found(&envelope(&stretches)).len(), 9);
    }

    #[test]
    fn rest_alone_holds_no_contraction() {
        let y: Vec<f64> = (0..10_000).map(|i| 1.0 + 0.2 * f64::from(i % 7) / 7.0).collect();
        assert!(found(&y).is_empty());
        assert!(found(&[0.0; 500]).is_empty());
        assert!(thresholds(&[f64::NAN; 5], 1.0, rate(), &ContractionConfig::default()).is_none());
        // The rounding of filters around a large constant.
        let rounding: Vec<f64> = (0..5000).map(|i| if i % 1000 < 300 { 3e-15 } else { 1e-17 }).collect();
        let config = ContractionConfig::default();
        assert!(spans(&rounding, &thresholds(&rounding, 1.0, rate(), &config).unwrap(), rate(), &config).is_empty());
    }

    #[test]
    fn a_gap_divides_when_it_is_longer_than_the_merging_gap_and_is_flagged() {
        let measured = |span, y: &[f64]| measure(rough(span), y, y, rate(), &ContractionConfig::default());
        let mut y = envelope(&[(1000, 3000, 20.0)]);
        y[1900..2000].fill(f64::NAN);
        assert_eq!(found(&y), [(1000, 3000)]);
        let whole = measured((1000, 3000), &y);
        assert_eq!((whole.mean, whole.duration_s, whole.flags), (20.0, 2.0, vec!["touches_gap".to_owned()]));
        y[1900..2200].fill(f64::NAN);
        assert_eq!(found(&y), [(1000, 1900), (2200, 3000)]);
        assert_eq!(measured((1000, 1900), &y).flags, ["touches_gap"]);
    }

    #[test]
    fn regular_losses_of_packets_neither_part_nor_remove_efforts() {
        for every in [1000, 500, 200, 100] {
            let mut y = envelope(&[(1000, 2500, 20.0), (4000, 5500, 25.0), (7000, 8500, 20.0)]);
            for start in (30..10_000).step_by(every) {
                y[start..start + 25].fill(f64::NAN);
            }
            let found = found(&y);
            assert_eq!(found.len(), 3, "{every}: {found:?}");
        }
    }
}
