//! Spikes and jumps: changes from one sample to the next that no muscle makes.
//!
//! A contact that breaks for a moment displaces one or two samples, from which the signal returns at once or within some ms, or holds it elsewhere
//! until a second jump brings it back. Band-passed,
//! such a jump rings for a tenth of a second and is as large as the strongest contraction. A change is far off when it exceeds by
//! `jump_deviations` what the samples beside it do; the louder side counts, so that the first sample of a burst is none. It must stand alone:
//! the action potential of a large motor unit has steep slopes too, but several within a few milliseconds.

use std::ops::Range;

use super::gaps::GapCause;
use crate::dsp::robust;
use crate::units::Rate;

/// Length over which the usual change is taken, in ms.
const BLOCK_MS: f64 = 25.0;

/// Largest change of a block in multiples of its mean, below which no change of it can be far off.
const WORTH_A_LOOK: f64 = 5.0;

/// The median of the absolute value of Gaussian noise, in standard deviations.
const MEDIAN_OF_NOISE: f64 = 0.6745;

/// Most changes that make one jump: two displaced samples have three.
const MOST_CHANGES: usize = 3;

/// Signal without a far-off change on either side of a jump, in ms.
const ALONE_MS: f64 = 5.0;

/// Share of a spike's height by which the samples before and after it may differ; more is a jump to another level.
const RETURNED: f64 = 0.2;

/// Share of a jump's height by which the jump back may differ.
const OPPOSITE: f64 = 0.3;

/// Length over which a level is taken, in ms.
const LEVEL_MS: f64 = 100.0;

/// Longest time between a jump and the jump back, in ms.
const LONGEST_MS: f64 = 1000.0;

/// A far-off change: from sample `before` to sample `after`, by `height`, the largest displacement between them being `reach`.
struct Jump {
    before: usize,
    after: usize,
    height: f64,
    reach: f64,
}

impl Jump {
    /// The first sample that is back, where that takes no more than `most` samples: at once, or by a discharge.
    fn returned(&self, samples: &[f64], most: usize) -> Option<usize> {
        let base = samples[self.before];
        let away = |v: &f64| (v - base).abs() > RETURNED * self.reach;
        let slow = samples[self.after..].iter().take(most + 1).take_while(|v| away(v)).count();
        let after = self.after + slow;
        (slow <= most && after < samples.len()).then_some(after)
    }

    /// Whether the signal stays on the other level, told by the medians of so many samples on either side.
    fn lasts(&self, samples: &[f64], length: usize) -> bool {
        let median = |span: Range<usize>| robust::median(&mut samples[span].to_vec()).unwrap_or(f64::NAN);
        let before = median(self.before.saturating_sub(length)..self.before + 1);
        let after = median(self.after..(self.after + length).min(samples.len()));
        (after - before) * self.height > 0.5 * self.height * self.height
    }
}

/// What no muscle makes, in order of time: the displaced samples of spikes (as many as are bridged, at most), all between two opposite jumps, and so many samples around a jump
/// without return that it is no longer bridged. `known` are gaps already, whose edges do not count.
pub(super) fn find(
    samples: &[f64],
    rate: Rate,
    deviations: f64,
    bridge: usize,
    known: &[(usize, usize, GapCause)],
) -> Vec<(usize, usize, GapCause)> {
    let jumps = jumps(samples, rate, deviations, known);
    let longest = rate.samples_of_ms(LONGEST_MS);
    let mut found = Vec::new();
    let mut k = 0;
    while let Some(jump) = jumps.get(k) {
        k += 1;
        if let Some(after) = jump.returned(samples, bridge) {
            found.push((jump.before + 1, after, GapCause::Spike));
            continue;
        }
        let back = jumps.get(k).filter(|back| {
            back.before - jump.after <= longest && (back.height + jump.height).abs() <= OPPOSITE * jump.height.abs()
        });
        if let Some(back) = back {
            found.push((jump.before + 1, back.after, GapCause::Spike));
            k += 1;
        } else if jump.lasts(samples, rate.samples_of_ms(LEVEL_MS)) {
            let half = bridge / 2 + 1;
            let span = jump.after.saturating_sub(half)..(jump.after + half).min(samples.len());
            found.push((span.start, span.end, GapCause::Jump));
        }
    }
    found
}

/// Far-off changes that stand alone.
fn jumps(samples: &[f64], rate: Rate, deviations: f64, known: &[(usize, usize, GapCause)]) -> Vec<Jump> {
    let block = rate.samples_of_ms(BLOCK_MS);
    let alone = rate.samples_of_ms(ALONE_MS);
    let mut far: Vec<usize> = Vec::new();
    let changes = samples.len().saturating_sub(1);
    for start in (0..changes).step_by(block) {
        let here = start..(start + block).min(changes);
        if !worth_a_look(samples, here.clone()) {
            continue;
        }
        let sides = [start.saturating_sub(block)..start, here.clone(), here.end..(here.end + block).min(changes)];
        let usual = sides.into_iter().filter_map(|side| usual_change(samples, side)).fold(0.0, f64::max);
        let limit = deviations * usual / MEDIAN_OF_NOISE;
        far.extend(here.filter(|i| usual > 0.0 && (samples[i + 1] - samples[*i]).abs() > limit));
    }
    // Neighbours make one jump.
    let mut groups: Vec<Range<usize>> = Vec::new();
    for i in far {
        match groups.last_mut() {
            Some(last) if i - last.end <= alone => last.end = i,
            _ => groups.push(i..i),
        }
    }
    let in_a_gap = |group: &Range<usize>| {
        known.iter().any(|(start, end, _)| group.start + 1 + alone >= *start && group.end < *end + alone)
    };
    groups.into_iter().filter(|group| !in_a_gap(group)).filter_map(|group| jump(samples, &group)).collect()
}

/// The jump that far-off changes make together; many are one only when they lead back from a displacement that came at once.
fn jump(samples: &[f64], changes: &Range<usize>) -> Option<Jump> {
    let (before, after) = (changes.start, changes.end + 1);
    let displaced = |i: usize| samples[i] - samples[before];
    let most = (before..=after).max_by(|a, b| displaced(*a).abs().total_cmp(&displaced(*b).abs()))?;
    let one_sided = (before + 1..after).all(|i| displaced(i) * displaced(most) > 0.0);
    let jump = Jump { before, after, height: displaced(after), reach: displaced(most).abs() };
    if after - before <= MOST_CHANGES {
        return Some(jump);
    }
    // What leads back is found by the samples, not by which of its changes are far off.
    (one_sided && most - before < MOST_CHANGES).then(|| Jump { after: most, height: displaced(most), ..jump })
}

fn change(samples: &[f64], i: usize) -> f64 {
    let change = (samples[i + 1] - samples[i]).abs();
    if change.is_finite() { change } else { 0.0 }
}

fn worth_a_look(samples: &[f64], changes: Range<usize>) -> bool {
    let n = changes.len() as f64;
    let (sum, most) = changes.fold((0.0, 0.0), |(sum, most): (f64, f64), i| {
        let change = change(samples, i);
        (sum + change, most.max(change))
    });
    most * n > WORTH_A_LOOK * sum
}

/// The median change of a block, over what changes: samples that repeat, of a coarse converter or a held signal, tell of none.
fn usual_change(samples: &[f64], changes: Range<usize>) -> Option<f64> {
    let mut changes: Vec<f64> = changes.map(|i| change(samples, i)).filter(|change| *change > 0.0).collect();
    robust::median(&mut changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate() -> Rate {
        Rate::new(1000.0).unwrap()
    }

    /// Bell-shaped noise, ten times louder in the middle third.
    fn noise() -> Vec<f64> {
        let part = |i: usize, k: usize| ((i * k) % 1009) as f64 / 1009.0 - 0.5;
        let bell = |i: usize| part(i, 7919) + part(i, 104_729) + part(i, 1_299_709) + part(i, 15_485_863);
        (0..6000).map(|i| bell(i) * if (2000..4000).contains(&i) { 10.0 } else { 1.0 }).collect()
    }

    fn found(samples: &[f64]) -> Vec<(usize, usize, GapCause)> {
        find(samples, rate(), 17.0, 20, &[])
    }

    #[test]
    fn noise_and_bursts_hold_none() {
        assert_eq!(found(&noise()), []);
        assert_eq!(found(&[]), []);
        assert_eq!(found(&[1.0]), []);
        assert_eq!(found(&[0.0; 100]), []);
    }

    #[test]
    fn displaced_samples_are_a_spike_in_any_unit() {
        for unit in [1e-6, 1.0, 1e6] {
            let mut x = noise();
            x[1000] += 500.0;
            x[3000] -= 5000.0;
            x[3001] -= 4000.0;
            let x: Vec<f64> = x.iter().map(|v| v * unit).collect();
            assert_eq!(found(&x), [(1000, 1001, GapCause::Spike), (3000, 3002, GapCause::Spike)]);
        }
    }

    #[test]
    fn all_between_two_opposite_jumps_is_one_spike() {
        let mut x = noise();
        x[1000..1050].iter_mut().for_each(|v| *v += 400.0);
        assert_eq!(found(&x), [(1000, 1050, GapCause::Spike)]);
    }

    #[test]
    fn a_discharge_belongs_to_its_jump() {
        let mut x = noise();
        for (k, v) in [-200.0, -430.0, -350.0, -260.0, -170.0, -100.0].iter().enumerate() {
            x[1000 + k] += v;
        }
        assert_eq!(found(&x), [(1000, 1006, GapCause::Spike)]);
    }

    #[test]
    fn a_jump_without_return_is_cut_around() {
        let mut x = noise();
        x[1000..].iter_mut().for_each(|v| *v += 1e4);
        assert_eq!(found(&x), [(989, 1011, GapCause::Jump)]);
    }

    #[test]
    fn the_action_potential_of_a_large_motor_unit_is_none() {
        let mut x = noise();
        for start in (500..1500).step_by(100) {
            for (k, v) in [20.0, 60.0, 90.0, 30.0, -60.0, -80.0, -40.0, -10.0].iter().enumerate() {
                x[start + k] += v;
            }
        }
        assert_eq!(found(&x), []);
    }

    #[test]
    fn the_steps_of_a_coarse_converter_are_none() {
        let x: Vec<f64> = noise().iter().map(|v| v.round()).collect();
        assert_eq!(found(&x), []);
    }
}
