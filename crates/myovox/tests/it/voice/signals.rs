//! Recordings and made signals for the tests of the voice room.

use std::f64::consts::PI;

use myovox::dsp::math;
use myovox::units::Rate;

/// A channel at full scale 1 with its rate.
pub struct Recording {
    pub samples: Vec<f64>,
    pub rate: Rate,
}

/// Reads a mono WAV of 16-bit PCM or of G.711 mu-law (format tag 7).
pub fn read_wav(path: &std::path::Path) -> Recording {
    let bytes = std::fs::read(path).unwrap();
    let word = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let long = |at: usize| word(at) + (word(at + 2) << 16);
    let (mut at, mut tag, mut hz) = (12, 0, 0);
    loop {
        let (name, size) = (&bytes[at..at + 4], long(at + 4));
        let body = at + 8;
        match name {
            b"fmt " => (tag, hz) = (word(body), long(body + 4)),
            b"data" => {
                let data = &bytes[body..body + size];
                let samples = match tag {
                    7 => data.iter().map(|code| mu_law(*code)).collect(),
                    _ => data.as_chunks::<2>().0.iter().map(|v| f64::from(i16::from_le_bytes(*v)) / 32768.0).collect(),
                };
                return Recording { samples, rate: Rate::new(hz as f64).unwrap() };
            }
            _ => {}
        }
        at = body + size + size % 2;
    }
}

/// ITU-T G.711: sign, three bits of exponent, four of mantissa, all inverted.
fn mu_law(code: u8) -> f64 {
    let code = !code;
    let magnitude = ((i32::from(code & 15) * 2 + 33) << (code >> 4 & 7)) - 33;
    f64::from(if code & 128 == 0 { magnitude } else { -magnitude }) * 4.0 / 32768.0
}

/// A sine of amplitude 1 that starts at its zero.
pub fn sine(hz: f64, rate_hz: f64, samples: usize) -> Vec<f64> {
    (0..samples).map(|i| math::sin(2.0 * PI * hz * i as f64 / rate_hz)).collect()
}

/// White Gaussian noise of standard deviation 1, the same for the same seed: sums of twelve uniform numbers of a linear congruential generator.
pub fn noise(seed: u64, samples: usize) -> Vec<f64> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(state >> 32).unwrap()) / f64::from(u32::MAX)
    };
    (0..samples).map(|_| (0..12).map(|_| uniform()).sum::<f64>() - 6.0).collect()
}

/// Mains hum: 50 Hz and its harmonics up to 500 Hz, falling with their order.
pub fn hum(rate_hz: f64, samples: usize) -> Vec<f64> {
    let mut sum = vec![0.0; samples];
    for order in 1..=10 {
        let harmonic = sine(50.0 * f64::from(order), rate_hz, samples);
        sum.iter_mut().zip(harmonic).for_each(|(sum, x)| *sum += x / f64::from(order));
    }
    sum
}

/// Root of the mean square.
pub fn rms(samples: &[f64]) -> f64 {
    (samples.iter().map(|x| x * x).sum::<f64>() / samples.len() as f64).sqrt()
}

/// A voice-like buzz: the first twenty harmonics of a fundamental, falling with their order, peak about 0.5.
pub fn buzz(hz: f64, rate_hz: f64, samples: usize) -> Vec<f64> {
    let mut sum = vec![0.0; samples];
    for order in (1..=20).map(f64::from).take_while(|order| order * hz < rate_hz / 2.0) {
        let harmonic = sine(order * hz, rate_hz, samples);
        sum.iter_mut().zip(harmonic).for_each(|(sum, x)| *sum += 0.3 * x / order);
    }
    sum
}
