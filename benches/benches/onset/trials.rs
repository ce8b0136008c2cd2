//! Simulated muscle signals with known onsets and offsets, from a seed and nothing else.

use std::f64::consts::{PI, TAU};

use myovox::dsp::iir::{Band, Extension, Workspace, ZeroPhase, butterworth};
use myovox::units::Rate;
use realfft::RealFftPlanner;

/// How an activity rises and falls, or what rest is disturbed by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Model {
    /// At once.
    Step,
    /// Linearly.
    Ramp,
    /// Raised cosines of varying length, a plateau that wanders, bursts of varying strength, a muscle's spectrum, hum and drift.
    Realistic,
    /// No activity.
    Rest,
    /// No activity, a heart.
    RestWithHeart,
}

/// What the model leaves open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct World {
    /// Sampling rate in Hz.
    pub(crate) rate_hz: f64,
    /// Band of noise and activity in Hz.
    pub(crate) band_hz: (f64, f64),
    /// Duration of the linear rises and falls in s.
    pub(crate) ramp_s: f64,
    /// Root mean square of rest, in the unit of the signal.
    pub(crate) rest: f64,
    /// Constant added, in multiples of rest.
    pub(crate) offset: f64,
}

impl World {
    /// That of the benchmark: 2 kHz, 20-450 Hz, 100 ms, 5 microvolts in volts.
    pub(crate) const STANDARD: Self =
        Self { rate_hz: 2000.0, band_hz: (20.0, 450.0), ramp_s: 0.1, rest: 5e-6, offset: 0.0 };
}

/// One simulated recording.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    /// The signal.
    pub(crate) samples: Vec<f64>,
    /// True onsets in s.
    pub(crate) onsets: Vec<f64>,
    /// True offsets in s.
    pub(crate) offsets: Vec<f64>,
}

/// `SplitMix64` (Steele, Lea, Flood 2014), uniform and normal.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform(0.0, 1.0).ln()).sqrt();
        radius * self.uniform(0.0, TAU).cos()
    }

    fn noise(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.normal()).collect()
    }
}

/// A burst: when, how strong, how it rises and falls.
struct Burst {
    start: f64,
    end: f64,
    gain: f64,
    rise: f64,
    fall: f64,
}

impl Burst {
    /// Amplitude at `t`, 1 on the plateau but for the gain.
    fn amplitude(&self, model: Model, t: f64) -> f64 {
        if t < self.start || t >= self.end {
            return 0.0;
        }
        let (up, down) = (((t - self.start) / self.rise).min(1.0), ((self.end - t) / self.fall).min(1.0));
        let cosine = |u: f64| 0.5 - 0.5 * (PI * u).cos();
        match model {
            Model::Step => 1.0,
            Model::Ramp => up.min(down),
            _ => self.gain * cosine(up).min(cosine(down)),
        }
    }

    /// True onset and offset: where the amplitude leaves 0, of raised cosines where it passes a twentieth of the plateau.
    fn truth(&self, model: Model) -> (f64, f64) {
        if model != Model::Realistic {
            return (self.start, self.end);
        }
        let part = (1.0 - 2.0 * 0.05_f64).acos() / PI;
        (self.start + part * self.rise, self.end - part * self.fall)
    }
}

/// The trial of a seed.
pub(crate) fn trial(model: Model, snr_db: f64, world: &World, seed: u64) -> Trial {
    let tag = match model {
        Model::Step => 1,
        Model::Ramp => 2,
        Model::Realistic => 3,
        Model::Rest => 4,
        Model::RestWithHeart => 5,
    };
    let mut random = Random(seed ^ (tag << 40) ^ (snr_db.to_bits() >> 16));
    let quiet = matches!(model, Model::Rest | Model::RestWithHeart);
    let seconds = if quiet { 60.0 } else { 30.0 };
    let n = (seconds * world.rate_hz) as usize;
    let mut samples = banded(&random.noise(n), world);
    for v in &mut samples {
        *v += 0.1 * random.normal();
    }
    let bursts = if quiet { Vec::new() } else { bursts(model, world, &mut random) };
    if !quiet {
        let white = random.noise(n);
        let muscle = banded(&if model == Model::Realistic { shwedyk(white, world.rate_hz) } else { white }, world);
        let wander = slow(&random.noise(n), 2.0, world.rate_hz);
        let snr = 10_f64.powf(snr_db / 20.0);
        for (i, sample) in samples.iter_mut().enumerate() {
            let t = i as f64 / world.rate_hz;
            let amplitude: f64 = bursts.iter().map(|burst| burst.amplitude(model, t)).sum();
            let plateau = if model == Model::Realistic { (0.15 * wander[i]).exp() } else { 1.0 };
            *sample += snr * amplitude * plateau * muscle[i];
        }
    }
    match model {
        Model::Realistic => disturb(&mut samples, world, &mut random),
        Model::RestWithHeart => beat(&mut samples, world, &mut random),
        _ => {}
    }
    for v in &mut samples {
        *v = (*v + world.offset) * world.rest;
    }
    let (onsets, offsets) = bursts.iter().map(|burst| burst.truth(model)).unzip();
    Trial { samples, onsets, offsets }
}

fn bursts(model: Model, world: &World, random: &mut Random) -> Vec<Burst> {
    let mut bursts = Vec::new();
    let mut start = random.uniform(2.0, 2.6);
    for _ in 0..8 {
        let end = start + random.uniform(0.6, 1.6);
        if end > 29.0 {
            break;
        }
        let (rise, fall, gain) = match model {
            Model::Realistic => {
                (random.uniform(0.04, 0.12), random.uniform(0.08, 0.2), 10_f64.powf(random.uniform(-3.0, 3.0) / 20.0))
            }
            _ => (world.ramp_s, world.ramp_s, 1.0),
        };
        bursts.push(Burst { start, end, gain, rise, fall });
        start = end + random.uniform(1.2, 2.2);
    }
    bursts
}

/// 1 microvolt of hum and 10 of drift below 1 Hz, where rest has 5.
fn disturb(samples: &mut [f64], world: &World, random: &mut Random) {
    let drift = slow(&random.noise(samples.len()), 1.0, world.rate_hz);
    for (i, (sample, drift)) in samples.iter_mut().zip(drift).enumerate() {
        *sample += 0.2 * 2_f64.sqrt() * (TAU * 50.0 * i as f64 / world.rate_hz).sin() + 2.0 * drift;
    }
}

/// QRS complexes of 8 times rest (derivative of a Gaussian, 12 ms) with T waves of a fifth (60 ms), 60 to 80 a minute.
fn beat(samples: &mut [f64], world: &World, random: &mut Random) {
    let mut interval = || 60.0 / random.uniform(60.0, 80.0);
    let mean = interval();
    let mut at = interval();
    while at < samples.len() as f64 / world.rate_hz {
        let from = ((at - 0.3).max(0.0) * world.rate_hz) as usize;
        let to = (((at + 0.7) * world.rate_hz) as usize).min(samples.len());
        for (i, sample) in samples.iter_mut().enumerate().take(to).skip(from) {
            let t = i as f64 / world.rate_hz - at;
            let (qrs, wave) = (t / 0.012, (t - 0.25) / 0.06);
            *sample += 8.0 * qrs * (0.5 - 0.5 * qrs * qrs).exp() + 1.6 * (-0.5 * wave * wave).exp();
        }
        at += mean * (1.0 + 0.05 * random.normal());
    }
}

/// Through the band, to unit variance.
fn banded(noise: &[f64], world: &World) -> Vec<f64> {
    let (low, high) = world.band_hz;
    filtered(noise, 4, Band::BandPass(low, high), world.rate_hz)
}

fn slow(noise: &[f64], edge_hz: f64, rate_hz: f64) -> Vec<f64> {
    filtered(noise, 2, Band::LowPass(edge_hz), rate_hz)
}

fn filtered(x: &[f64], order: usize, band: Band, rate_hz: f64) -> Vec<f64> {
    let sos = butterworth(order, band, Rate::new(rate_hz).unwrap()).unwrap();
    let mut y = vec![0.0; x.len()];
    ZeroPhase::new(sos, Extension::Odd, None).run(x, &mut y, &mut Workspace::default()).unwrap();
    let rms = (y.iter().map(|v| v * v).sum::<f64>() / y.len() as f64).sqrt();
    for v in &mut y {
        *v /= rms;
    }
    y
}

/// Power of `fh^4 f^2 / ((f^2 + fl^2) (f^2 + fh^2)^2)` with fl = 60, fh = 120 Hz (Shwedyk 1977).
fn shwedyk(mut noise: Vec<f64>, rate_hz: f64) -> Vec<f64> {
    let n = noise.len();
    let mut planner = RealFftPlanner::<f64>::new();
    let forward = planner.plan_fft_forward(n);
    let mut spectrum = forward.make_output_vec();
    forward.process(&mut noise, &mut spectrum).unwrap();
    let (low, high) = (60.0 * 60.0, 120.0 * 120.0);
    for (k, bin) in spectrum.iter_mut().enumerate() {
        let f = k as f64 * rate_hz / n as f64;
        let (f, both) = (f * f, f * f + high);
        *bin *= (high * high * f / ((f + low) * both * both)).sqrt();
    }
    planner.plan_fft_inverse(n).process(&mut spectrum, &mut noise).unwrap();
    noise
}
