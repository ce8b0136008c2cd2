//! What a stream will do: settings and rate resolved into filters, lengths in samples, and latencies.

use serde::{Deserialize, Serialize};

use super::burst::Limits;
use super::edge::Smear;
use super::rest::Base;
use super::{EmgStream, Whole};
use crate::config::within;
use crate::dsp::iir::{Band, Sos, SosStream, butterworth};
use crate::emg::EmgConfig;
use crate::emg::activation::chi_square_ratio;
use crate::emg::condition;
use crate::emg::envelope::EnvelopeMethod;
use crate::error::Result;
use crate::simd::Level;
use crate::units::Rate;
use crate::warning::Warning;

/// Length of the blocks whose mean squares tell rest, in ms.
const BLOCK_MS: f64 = 100.0;

/// Length of the bins of which most must be active before an activation is told, in ms: an artefact fills one or two.
const BIN_MS: f64 = 10.0;

/// How far before a level was crossed an edge is looked for, in ms: a slow rise.
const SEARCH_MS: f64 = 150.0;

/// What is larger is no sample of a muscle in any unit, and its square is infinite.
const LARGEST_SAMPLE: f64 = 1e100;

/// Equal samples below which nothing is held, however low the rate.
const LEAST_PLATEAU: usize = 3;

/// How late an event is told at the latest: after a step to a height that fills the upper level, and after a step back to rest from up to 40 dB above
/// it. A slow rise counts from where it fills the level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// Of an onset, in samples: delay of the filters, window, shortest time up.
    pub onset_samples: usize,
    /// The same in ms.
    pub onset_ms: f64,
    /// Of an offset, in samples: ringing of the filters, window, shortest time down.
    pub offset_samples: usize,
    /// The same in ms.
    pub offset_ms: f64,
}

/// The numbers of a stream, for people and programs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamSummary {
    /// Sampling rate in Hz.
    pub rate_hz: f64,
    /// Order per edge of the causal Butterworth band-pass.
    pub band_order: u32,
    /// Its lower edge in Hz, -3 dB.
    pub low_hz: f64,
    /// Its upper edge in Hz, -3 dB.
    pub high_hz: f64,
    /// What lies below does not begin an activation, in Hz.
    pub high_pass_hz: f64,
    /// "rms" or "linear".
    pub envelope: EnvelopeMethod,
    /// Window of the RMS in samples; it ends at its sample.
    pub envelope_window_samples: usize,
    /// How late the envelope follows, in ms: the band-pass and half the window, or the band-pass and the low-pass.
    pub envelope_delay_ms: f64,
    /// Window in which activity is looked for, in samples.
    pub window_samples: usize,
    /// How long rest must be seen until its level is known, in samples.
    pub settle_samples: usize,
    /// How much rest is remembered, in samples.
    pub rest_samples: usize,
    /// By how much the filters delay the power of a slow edge, in samples: taken off where it is placed. That of a step depends on its height.
    pub group_delay_samples: usize,
    /// Largest group delay of the filters between high-pass and upper edge, in samples: part of the latency.
    pub largest_delay_samples: usize,
    /// Of activations.
    pub activation: Latency,
    /// Of contractions.
    pub contraction: Latency,
}

/// What each sample asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    pub(super) rate: Rate,
    pub(super) largest: f64,
    pub(super) bridge: usize,
    pub(super) plateau: usize,
    pub(super) plateau_deviations: f64,
    pub(super) flat: usize,
    pub(super) window: usize,
    pub(super) window_dof: f64,
    pub(super) bin: usize,
    pub(super) block: usize,
    pub(super) block_dof: f64,
    pub(super) rest_blocks: usize,
    pub(super) settle_blocks: usize,
    pub(super) history: usize,
    pub(super) search: usize,
    pub(super) envelope_window: usize,
    /// Delay of the whole band's power.
    pub(super) delay: usize,
    /// Delay of the linear envelope's low-pass.
    pub(super) low_delay: usize,
    on_deviates: f64,
    off_deviates: f64,
    minimum_on: usize,
    minimum_off: usize,
    on_share: f64,
    off_share: f64,
    on_baselines: f64,
    off_baselines: f64,
    contraction_on: usize,
    contraction_off: usize,
}

impl Numbers {
    /// The levels of an activation, as mean squares.
    pub(super) fn activation(&self, base: &Base) -> Limits {
        let dof = base.dof / self.block_dof * self.window_dof;
        let level = |deviates: f64| base.detection * chi_square_ratio(deviates, dof);
        Limits {
            on: level(self.on_deviates),
            off: level(self.off_deviates),
            minimum_on: self.minimum_on,
            minimum_off: self.minimum_off,
        }
    }

    /// The levels of a contraction, as amplitudes, for a maximal contraction or another reference.
    pub(super) fn contraction(&self, reference: f64, rest: f64) -> Limits {
        Limits {
            on: (self.on_share * reference).max(self.on_baselines * rest),
            off: (self.off_share * reference).max(self.off_baselines * rest),
            minimum_on: self.contraction_on,
            minimum_off: self.contraction_off,
        }
    }
}

/// Everything that follows from settings and rate: filters designed, lengths in samples, latencies stated.
///
/// ```
/// use myovox::emg::{EmgConfig, stream::{EventKind, StreamPlan}};
/// use myovox::units::Rate;
/// let plan = StreamPlan::new(&EmgConfig::default(), Rate::new(1000.0)?)?;
/// // 2 s of rest, 1 s of activity (100 Hz), rest; it comes in pieces of 50 ms.
/// let x: Vec<f64> = (0..4000)
///     .map(|i| (i, myovox::dsp::math::sin(f64::from(i) * 0.628_318)))
///     .map(|(i, sine)| if (2000..3000).contains(&i) { 1e-4 * sine } else { 2e-6 * sine })
///     .collect();
/// let mut stream = plan.stream(1);
/// let mut events = Vec::new();
/// for piece in x.chunks(50) {
///     events.extend(stream.push(piece));
/// }
/// let onset = events.iter().find(|event| event.kind == EventKind::ActivationOnset).unwrap();
/// assert!(onset.at.abs_diff(2000) < 10 && onset.sample - 2000 < plan.summary().activation.onset_samples);
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct StreamPlan {
    pub(super) numbers: Numbers,
    pub(super) band: Sos,
    pub(super) high: Sos,
    pub(super) low: Option<Sos>,
    pub(super) smear: Smear,
    summary: StreamSummary,
    warning: Option<Warning>,
}

impl StreamPlan {
    /// Checks the settings, designs the filters and states the latencies. Of the settings those of the band, the envelope, contractions, plateaus
    /// and flat stretches are the ones of recordings; `emg.stream` holds the rest.
    ///
    /// # Errors
    /// `config.out-of-range` for a setting outside its range; `dsp.filter-edge` for a band that the rate cannot hold.
    pub fn new(config: &EmgConfig, rate: Rate) -> Result<Self> {
        config.gaps.check()?;
        config.contraction.check()?;
        config.activation.check()?;
        config.stream.check()?;
        let (_, of_band, warning) = condition::plan(&config.band, rate, Level::best())?;
        let band = butterworth(of_band.order as usize, Band::BandPass(of_band.low_hz, of_band.high_hz), rate)?;
        // A low rate leaves little above 60 Hz.
        let high_pass_hz = config.activation.high_pass_hz.min(0.3 * of_band.high_hz);
        let high = butterworth(4, Band::HighPass(high_pass_hz), rate)?;
        let (low, follows) = envelope(config, rate)?;
        let edges = [of_band.low_hz, high_pass_hz, of_band.high_hz];
        let numbers = numbers(config, rate, edges, &[&band, &high], follows);
        let mut summary = summary(&numbers, edges, &[&band, &high], follows);
        let smear = smear(&[&band, &high], rate);
        summary.band_order = of_band.order;
        summary.envelope = config.envelope.method;
        Ok(Self { numbers, band, high, low, smear, summary, warning })
    }

    /// The numbers.
    pub fn summary(&self) -> &StreamSummary {
        &self.summary
    }

    /// What is doubtful about them: an upper edge that the rate has lowered.
    pub fn warning(&self) -> Option<&Warning> {
        self.warning.as_ref()
    }

    /// The sampling rate.
    pub fn rate(&self) -> Rate {
        self.numbers.rate
    }

    /// A stream of so many channels that has seen nothing yet.
    #[must_use]
    pub fn stream(&self, channels: usize) -> EmgStream {
        EmgStream::new(self.clone(), channels)
    }

    /// The same path over the whole signal of one channel: envelope and events, the last ones those of its end.
    #[must_use]
    pub fn whole(&self, samples: &[f64]) -> Whole {
        let mut stream = self.stream(1);
        let mut envelope = vec![0.0; samples.len()];
        let mut events: Vec<_> = stream.follow(samples, Some(&mut envelope)).collect();
        events.extend(stream.finish());
        Whole { envelope, events }
    }
}

/// How an envelope follows a step of the signal's amplitude.
#[derive(Clone, Copy, Debug)]
struct Follows {
    /// Samples after which it has arrived: the window, or where the low-pass first passes 99 %.
    samples: usize,
    /// How late it is on average, in samples.
    delay: f64,
}

/// The low-pass of a linear envelope, and how it or the window of the other follows.
fn envelope(config: &EmgConfig, rate: Rate) -> Result<(Option<Sos>, Follows)> {
    let of = &config.envelope;
    of.check()?;
    if of.method == EnvelopeMethod::Rms {
        let samples = rate.samples_of_ms(of.window_ms);
        return Ok((None, Follows { samples, delay: (samples - 1) as f64 / 2.0 }));
    }
    let low = butterworth(of.low_pass_order as usize, Band::LowPass(of.low_pass_hz), rate)
        .map_err(|error| error.field("emg.envelope.low_pass_hz"))?;
    let mut step = vec![1.0; rate.samples_of_ms(10_000.0 / of.low_pass_hz)];
    SosStream::new(low.clone(), 1).push(0, &mut step);
    let samples = step.iter().position(|v| *v >= 0.99).unwrap_or(step.len()) + 1;
    let delay = low.group_delay_samples(0.0, rate).unwrap_or_default();
    Ok((Some(low), Follows { samples, delay }))
}

fn numbers(config: &EmgConfig, rate: Rate, edges: [f64; 3], filters: &[&Sos; 2], follows: Follows) -> Numbers {
    let (of, gaps, contraction) = (&config.stream, &config.gaps, &config.contraction);
    let samples = |ms: f64| if ms > 0.0 { rate.samples_of_ms(ms) } else { 0 };
    let [_, high_pass_hz, high_hz] = edges;
    let squares = |samples: usize| 2.0 * (high_hz - high_pass_hz) * samples as f64 / rate.hz();
    let (window, block) = (samples(of.window_ms), samples(BLOCK_MS));
    let (minimum_on, minimum_off) = (samples(of.minimum_on_ms).max(1), samples(of.minimum_off_ms).max(1));
    let blocks = |ms: f64| samples(ms).div_ceil(block).max(1);
    let settle_blocks = blocks(of.settle_ms);
    let search = samples(SEARCH_MS);
    let (envelope_window, low_delay) = match config.envelope.method {
        EnvelopeMethod::Rms => (follows.samples, 0),
        EnvelopeMethod::Linear => (1, rounded(follows.delay)),
    };
    Numbers {
        rate,
        largest: LARGEST_SAMPLE,
        bridge: samples(gaps.bridge_ms),
        plateau: samples(gaps.plateau_ms).max(LEAST_PLATEAU),
        plateau_deviations: gaps.plateau_deviations,
        flat: samples(gaps.flat_ms).max(LEAST_PLATEAU),
        window,
        window_dof: squares(window),
        bin: samples(BIN_MS).min(minimum_on),
        block,
        block_dof: squares(block),
        rest_blocks: blocks(1000.0 * of.rest_s).max(settle_blocks),
        settle_blocks,
        history: (window + minimum_on.max(minimum_off) + search).max(2 * block + window),
        search,
        envelope_window,
        delay: smear(&filters[..1], rate).centre,
        low_delay,
        on_deviates: of.on_deviates,
        off_deviates: of.off_deviates,
        minimum_on,
        minimum_off,
        on_share: contraction.on_share,
        off_share: contraction.off_share,
        on_baselines: contraction.on_baselines,
        off_baselines: contraction.off_baselines,
        contraction_on: samples(contraction.minimum_ms).max(1),
        contraction_off: samples(contraction.merge_ms).max(1),
    }
}

fn summary(
    numbers: &Numbers,
    [low_hz, high_pass_hz, high_hz]: [f64; 3],
    filters: &[&Sos; 2],
    follows: Follows,
) -> StreamSummary {
    let rate = numbers.rate;
    let largest_delay_samples = largest_delay(filters, [high_pass_hz, high_hz], rate);
    let largest_of_band = largest_delay(&filters[..1], [low_hz, high_hz], rate);
    let ms = |samples: usize| samples as f64 / rate.hz() * 1000.0;
    let latency = |[delay, end]: [usize; 2], window: usize, on: usize, off: usize| Latency {
        onset_samples: delay + window + on,
        onset_ms: ms(delay + window + on),
        offset_samples: end + window + off,
        offset_ms: ms(end + window + off),
    };
    let detection = smear(filters, rate);
    let [detection_end, band_end] = [&detection, &smear(&filters[..1], rate)].map(|smear| smear.end(LEFT));
    StreamSummary {
        rate_hz: rate.hz(),
        band_order: 0,
        low_hz,
        high_hz,
        high_pass_hz,
        envelope: EnvelopeMethod::Rms,
        envelope_window_samples: numbers.envelope_window,
        envelope_delay_ms: (numbers.delay as f64 + follows.delay) / rate.hz() * 1000.0,
        window_samples: numbers.window,
        settle_samples: numbers.settle_blocks * numbers.block,
        rest_samples: numbers.rest_blocks * numbers.block,
        group_delay_samples: detection.centre,
        largest_delay_samples,
        activation: latency(
            [largest_delay_samples, detection_end],
            numbers.window,
            numbers.minimum_on,
            numbers.minimum_off,
        ),
        contraction: latency(
            [largest_of_band, band_end],
            follows.samples,
            numbers.contraction_on,
            numbers.contraction_off,
        ),
    }
}

/// Share of the energy of a response that is left when it counts as over: what an activity 40 dB above rest leaves is then below rest.
const LEFT: f64 = 1e-4;

/// How filters one after the other smear power.
fn smear(filters: &[&Sos], rate: Rate) -> Smear {
    let mut response = vec![0.0; rate.samples_of_ms(500.0)];
    response[0] = 1.0;
    for filter in filters {
        SosStream::new((*filter).clone(), 1).push(0, &mut response);
    }
    Smear::new(&response)
}

/// Largest group delay of the filters one after the other between two frequencies, in whole samples.
fn largest_delay(filters: &[&Sos], [from_hz, to_hz]: [f64; 2], rate: Rate) -> usize {
    const STEPS: u32 = 400;
    let at = |step: u32| from_hz + (to_hz - from_hz) * f64::from(step) / f64::from(STEPS);
    let delay = |hz: f64| filters.iter().filter_map(|filter| filter.group_delay_samples(hz, rate)).sum::<f64>();
    rounded((0..=STEPS).map(|step| delay(at(step))).fold(0.0, f64::max).ceil())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, negatives become 0")]
fn rounded(samples: f64) -> usize {
    samples.round() as usize
}

impl super::StreamConfig {
    pub(in crate::emg) fn check(&self) -> Result<()> {
        let field = |name: &str| format!("emg.stream.{name}");
        within(&field("window_ms"), self.window_ms, 10.0..=1000.0)?;
        within(&field("on_deviates"), self.on_deviates, 1.0..=100.0)?;
        within(&field("off_deviates"), self.off_deviates, 0.0..=self.on_deviates)?;
        within(&field("minimum_on_ms"), self.minimum_on_ms, 0.0..=10_000.0)?;
        within(&field("minimum_off_ms"), self.minimum_off_ms, 0.0..=10_000.0)?;
        within(&field("settle_ms"), self.settle_ms, 100.0..=60_000.0)?;
        within(&field("rest_s"), self.rest_s, 0.001 * self.settle_ms..=3600.0)
    }
}
