//! Samples that are no signal: where they are, and what is done about them.
//!
//! Two kinds. Values that are not finite. And plateaus, one far-off value repeated: a wireless sensor whose packets are lost writes one code for
//! the length of the packets, with ordinary signal directly before and after (a dropout); an electrode that comes off drives the amplifier to its
//! rail, from which the signal returns slowly (lead-off; the way there and back belongs to it). And flat stretches, one value held for so long
//! that no muscle is behind it, as when a sensor starts late or dies: left in, they would pass for the deepest rest. Left in, the edges of all
//! these ring through every filter and count as contractions. Short gaps are bridged by a straight line, long ones are cut out: the stretches between them are analysed on their
//! own and the envelope stays NaN inside.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::spikes;
use crate::config::{config, within};
use crate::dsp::robust;
use crate::error::Result;
use crate::units::{Rate, Span};

/// Equal samples below which nothing is held, however low the rate.
const LEAST_PLATEAU: usize = 3;

/// Share of a plateau's height above which the samples beside it belong to it; muscles beside lost packets stay well below.
const RETURN_SHARE: f64 = 0.1;

config! {
    /// What is done with samples that are no signal.
    pub struct GapConfig {
        /// Gaps up to this long are bridged by a straight line, in ms; longer ones are cut out. Default 20: no longer than one motor unit
        /// action potential, which is what a straight line can stand for.
        bridge_ms: f64 = 20.0,
        /// One value repeated for at least this long, in ms, far from all others is a plateau. Default 10: the packets of the wireless sensors
        /// seen hold 15 ms, and 16-bit samples at rest repeat a value two to four times.
        plateau_ms: f64 = 10.0,
        /// How far a plateau stands from the median, in robust standard deviations (1.4826 MAD) of the channel outside plateaus. Default 10:
        /// a strong contraction reaches 30 deviations of rest, but never holds one value.
        plateau_deviations: f64 = 10.0,
        /// What is cut beside a lead that was off, to either side, in ms: the amplifier recovers slowly, and the band-pass rings at the edge.
        /// Default 250. Lost packets lie between ordinary samples and are cut as they are.
        lead_off_margin_ms: f64 = 250.0,
        /// One value held for at least this long, in ms, is no signal wherever it lies. Default 200, as the quality measures of the field have
        /// it. A channel whose lowest value is that one is exempt: it is rectified or gated, and at rest.
        flat_ms: f64 = 200.0,
        /// A change from one sample to the next is no muscle's when it exceeds the changes around it by this many standard deviations. Default
        /// 17: noise reaches 5, a surface signal of single motor units 10.
        jump_deviations: f64 = 17.0,
    }
}

impl GapConfig {
    pub(super) fn check(&self) -> Result<()> {
        within("emg.gaps.bridge_ms", self.bridge_ms, 0.0..=1000.0)?;
        within("emg.gaps.plateau_ms", self.plateau_ms, 1.0..=10_000.0)?;
        within("emg.gaps.flat_ms", self.flat_ms, self.plateau_ms..=1e6)?;
        within("emg.gaps.lead_off_margin_ms", self.lead_off_margin_ms, 0.0..=10_000.0)?;
        within("emg.gaps.plateau_deviations", self.plateau_deviations, 1.0..=1e6)?;
        within("emg.gaps.jump_deviations", self.jump_deviations, 5.0..=1e6)
    }
}

/// Why samples are no signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GapCause {
    /// NaN or infinity in the file, or beyond what can be squared.
    NotFinite,
    /// One far-off value repeated between ordinary signal: lost packets.
    Dropout,
    /// One far-off value repeated, approached or left slowly: an electrode came off.
    LeadOff,
    /// One value held: the sensor gave no signal.
    Flat,
    /// Samples displaced for a moment, with a jump there and one back.
    Spike,
    /// A jump to another level.
    Jump,
}

/// A stretch that was cut out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// Where.
    #[serde(flatten)]
    pub span: Span,
    /// Why.
    pub cause: GapCause,
}

/// A channel with its gaps bridged or cut.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mended {
    /// The samples; a straight line stands in bridged gaps, cut ones hold what they held.
    pub samples: Vec<f64>,
    /// What was cut out, in order of time.
    pub gaps: Vec<Gap>,
    /// Number of samples that a straight line replaced.
    pub bridged_samples: usize,
    /// Where it did, in order of time.
    pub bridged: Vec<Gap>,
}

impl Mended {
    /// The largest absolute value outside gaps; 0 where there is no signal.
    pub fn largest(&self) -> f64 {
        self.stretches()
            .into_iter()
            .flat_map(|stretch| &self.samples[stretch])
            .fold(0.0, |largest, v| v.abs().max(largest))
    }

    /// The stretches of signal between the gaps, `start..end`, none empty.
    pub fn stretches(&self) -> Vec<std::ops::Range<usize>> {
        let mut start = 0;
        let mut stretches = Vec::with_capacity(self.gaps.len() + 1);
        let ends = self.gaps.iter().map(|gap| (gap.span.start, gap.span.end));
        for (end, next) in ends.chain([(self.samples.len(), self.samples.len())]) {
            if end > start {
                stretches.push(start..end);
            }
            start = next;
        }
        stretches
    }
}

/// Finds the gaps of a channel, bridges the short ones and lists the long ones.
pub fn mend(samples: &[f64], rate: Rate, config: &GapConfig) -> Mended {
    let mut mended = Mended { samples: samples.to_vec(), ..Mended::default() };
    // 0 ms means: bridge nothing.
    let bridge = if config.bridge_ms > 0.0 { rate.samples_of_ms(config.bridge_ms) } else { 0 };
    let mut found = find(samples, rate, config);
    found.extend(spikes::find(samples, rate, config.jump_deviations, bridge, &found));
    found.sort_unstable_by_key(|(start, ..)| *start);
    let mut free = 0;
    for (start, end, cause) in found {
        // What is cut around a jump may reach into another gap.
        let start = start.max(free);
        free = free.max(end);
        if start >= end {
            continue;
        }
        let inside = start > 0 && end < samples.len();
        if inside && end - start <= bridge {
            let (before, after) = (mended.samples[start - 1], samples[end]);
            let steps = (end - start + 1) as f64;
            for (k, sample) in mended.samples[start..end].iter_mut().enumerate() {
                *sample = before + (after - before) * ((k + 1) as f64 / steps);
            }
            mended.bridged_samples += end - start;
            mended.bridged.push(Gap { span: Span::new(start, end, rate), cause });
        } else {
            mended.gaps.push(Gap { span: Span::new(start, end, rate), cause });
        }
    }
    mended
}

/// What is larger is no sample of a muscle in any unit, and its square is infinite.
const LARGEST_SAMPLE: f64 = 1e100;

fn is_sample(v: f64) -> bool {
    v.abs() <= LARGEST_SAMPLE
}

/// The smallest and the largest sample.
fn extremes(samples: &[f64]) -> (f64, f64) {
    // Side by side, as vectors do it.
    const LANES: usize = 8;
    let mut lanes = [(f64::INFINITY, f64::NEG_INFINITY); LANES];
    for chunk in samples.chunks(LANES) {
        for ((low, high), v) in lanes.iter_mut().zip(chunk) {
            *low = if is_sample(*v) && *v < *low { *v } else { *low };
            *high = if is_sample(*v) && *v > *high { *v } else { *high };
        }
    }
    lanes.into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), |all, lane| (all.0.min(lane.0), all.1.max(lane.1)))
}

/// Stretches `start..end` that are no samples, and those that hold one value for at least `least` samples, in order of time.
fn runs(samples: &[f64], least: usize) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut at = 0;
    while let Some(start) = samples[at..].iter().position(|v| !is_sample(*v)).map(|skipped| at + skipped) {
        at = start + samples[start..].iter().take_while(|v| !is_sample(**v)).count();
        runs.push((start, at));
    }
    // A stretch of `least` samples holds an index that is a multiple of it: only those need a look.
    let mut done = 0;
    for k in (0..samples.len()).step_by(least) {
        let value = samples[k];
        if k < done || !is_sample(value) {
            continue;
        }
        let start = k - samples[done..k].iter().rev().take_while(|v| **v == value).count();
        let end = k + samples[k..].iter().take_while(|v| **v == value).count();
        if end - start >= least {
            runs.push((start, end));
            done = end;
        }
    }
    runs.sort_unstable();
    runs
}

/// Gaps in order of time; those that touch are one.
fn find(samples: &[f64], rate: Rate, config: &GapConfig) -> Vec<(usize, usize, GapCause)> {
    let (plateau, flat) =
        (rate.samples_of_ms(config.plateau_ms).max(LEAST_PLATEAU), rate.samples_of_ms(config.flat_ms));
    let margin = if config.lead_off_margin_ms > 0.0 { rate.samples_of_ms(config.lead_off_margin_ms) } else { 0 };
    let runs = runs(samples, plateau);
    if runs.is_empty() {
        return Vec::new();
    }
    // Where the signal lies is told by what is neither missing nor held.
    let mut moving = Vec::with_capacity(samples.len());
    let mut at = 0;
    for (start, end) in runs.iter().copied().chain([(samples.len(), samples.len())]) {
        moving.extend_from_slice(&samples[at..start]);
        at = end;
    }
    let centre = robust::median(&mut moving).unwrap_or(0.0);
    let far = robust::mad_sigma(&mut moving).map_or(f64::INFINITY, |sigma| config.plateau_deviations * sigma);
    let (lowest, highest) = extremes(samples);

    let mut gaps: Vec<(usize, usize, GapCause)> = Vec::new();
    for (start, end) in runs {
        let value = samples[start];
        let (from, to, cause) = if !is_sample(value) {
            (start, end, GapCause::NotFinite)
        } else if end - start >= plateau && (value - centre).abs() > far {
            // Samples beside the plateau, on its side and beyond a tenth of its height, are the slow way there and back.
            let least = far.max(RETURN_SHARE * (value - centre).abs());
            let slow = |v: &&f64| (**v - centre).abs() > least && (**v > centre) == (value > centre);
            let before = samples[..start].iter().rev().take_while(slow).count();
            let after = samples[end..].iter().take_while(slow).count();
            if before + after == 0 {
                (start, end, GapCause::Dropout)
            } else {
                let (from, to) = (start - before, end + after);
                (from.saturating_sub(margin), (to + margin).min(samples.len()), GapCause::LeadOff)
            }
        } else if end - start >= flat && !(value == lowest && lowest < highest) {
            (start, end, GapCause::Flat)
        } else {
            continue;
        };
        match gaps.last_mut() {
            Some(last) if last.1 >= from => {
                // What led to a plateau may reach back before a gap that was there already.
                last.0 = last.0.min(from);
                last.1 = last.1.max(to);
                if cause == GapCause::LeadOff {
                    last.2 = cause;
                }
            }
            _ => gaps.push((from, to, cause)),
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate() -> Rate {
        Rate::new(1000.0).unwrap()
    }

    fn noise(n: usize) -> Vec<f64> {
        (0..n).map(|i| f64::from(u32::try_from(i * 7919 % 101).unwrap()) - 50.0).collect()
    }

    #[test]
    fn short_gaps_are_bridged_by_a_straight_line() {
        let mut x = noise(100);
        x[10] = 1.0;
        x[11..14].fill(f64::NAN);
        x[14] = 5.0;
        let mended = mend(&x, rate(), &GapConfig::default());
        assert_eq!(mended.samples[10..15], [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!((mended.bridged_samples, mended.gaps.len()), (3, 0));
        assert_eq!(mended.stretches(), std::slice::from_ref(&(0..100)));
    }

    #[test]
    fn long_gaps_and_those_at_the_ends_are_cut() {
        let mut x = noise(1000);
        x[0] = f64::INFINITY;
        x[300..400].fill(f64::NAN);
        x[990..].fill(f64::NAN);
        let mended = mend(&x, rate(), &GapConfig::default());
        assert_eq!(mended.stretches(), [1..300, 400..990]);
        assert!(mended.gaps.iter().all(|gap| gap.cause == GapCause::NotFinite));
    }

    #[test]
    fn plateaus_of_lost_packets_are_found_in_any_unit_and_quiet_rest_is_not_one() {
        for unit in [1e-6, 1.0, 1e6] {
            let mut x = noise(2000);
            x[600..870].fill(-5500.0); // lost packets
            x[1200..1300].fill(0.0); // a sensor at rest
            let x: Vec<f64> = x.iter().map(|v| v * unit).collect();
            let mended = mend(&x, rate(), &GapConfig::default());
            assert_eq!(mended.gaps, [Gap { span: Span::new(600, 870, rate()), cause: GapCause::Dropout }]);
        }
    }

    #[test]
    fn a_plateau_is_seen_however_much_of_the_recording_it_takes() {
        let mut x = noise(10_000);
        x[3000..].fill(-5500.0);
        let gaps = mend(&x, rate(), &GapConfig::default()).gaps;
        assert_eq!(gaps, [Gap { span: Span::new(3000, 10_000, rate()), cause: GapCause::Dropout }]);
    }

    #[test]
    fn a_sensor_that_starts_late_is_flat_and_a_gated_signal_at_rest_is_not() {
        let mut x = noise(5000);
        x[..2000].fill(0.0);
        assert_eq!(mend(&x, rate(), &GapConfig::default()).gaps[0].cause, GapCause::Flat);
        let gated: Vec<f64> = x.iter().map(|v| v.abs()).collect();
        assert!(mend(&gated, rate(), &GapConfig::default()).gaps.is_empty());
    }

    #[test]
    fn a_ramp_to_one_plateau_and_from_it_to_another_is_one_gap() {
        let mut x = noise(9000);
        for (k, v) in x[5000..5300].iter_mut().enumerate() {
            *v = 1000.0 + 15.0 * k as f64;
        }
        x[5300..5700].fill(5500.0);
        x[5700..6100].fill(4000.0);
        let gaps = mend(&x, rate(), &GapConfig::default()).gaps;
        assert_eq!(
            (gaps.len(), gaps[0].span.start, gaps[0].span.end, gaps[0].cause),
            (1, 4750, 6350, GapCause::LeadOff)
        );
    }

    #[test]
    fn a_rail_that_is_left_slowly_is_a_lead_off_and_its_return_belongs_to_it() {
        let mut x = noise(4000);
        x[1000..2000].fill(5500.0);
        for (k, v) in x[2000..2300].iter_mut().enumerate() {
            *v += 5500.0 * crate::dsp::math::exp(-(k as f64 + 1.0) / 40.0);
        }
        let gaps = mend(&x, rate(), &GapConfig::default()).gaps;
        assert_eq!((gaps.len(), gaps[0].cause, gaps[0].span.start), (1, GapCause::LeadOff, 750));
        assert!((2330..2360).contains(&gaps[0].span.end), "{:?}", gaps[0]);
    }

    #[test]
    fn nothing_but_gaps_and_nothing_at_all_leave_no_stretch() {
        assert!(mend(&[f64::NAN; 50], rate(), &GapConfig::default()).stretches().is_empty());
        assert!(mend(&[], rate(), &GapConfig::default()).stretches().is_empty());
        let short = mend(&[3.0; 50], rate(), &GapConfig::default());
        assert_eq!(short.stretches(), std::slice::from_ref(&(0..50)));
        assert!(mend(&[3.0; 500], rate(), &GapConfig::default()).stretches().is_empty());
    }
}
