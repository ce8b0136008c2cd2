//! What the rules work on: a conditioned channel, where it rests, and the test signals that several share.

use std::ops::Range;

use crate::dsp::ar;
use crate::dsp::iir::{Band, Extension, Workspace, ZeroPhase, butterworth};
use crate::emg::activation::{ActivationConfig, Detector, stretches};
use crate::emg::condition::{self, BandConfig};
use crate::emg::gaps::{self, GapConfig};
use crate::error::{Error, Result};
use crate::simd::Level;
use crate::units::Rate;

/// What lies below this share of the largest sample is rounding of the filters, not signal.
const ROUNDING: f64 = 1e-12;

/// Rest that was found is taken without its ends, which smoothing fills from the activity beside it, in ms.
const MARGIN_MS: f64 = 25.0;

/// Lags of the autocorrelation that tell how many whitened samples are independent.
const LAGS: usize = 30;

/// Share of the rate from which on a low-pass has nothing left to take.
const NO_LOW_PASS: f64 = 0.45;

/// A channel, band-passed, NaN inside gaps.
#[derive(Debug)]
pub(super) struct Conditioned {
    pub(super) x: Vec<f64>,
    pub(super) rate: Rate,
    pub(super) rest: Vec<Range<usize>>,
}

/// Level of a test signal at rest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Baseline {
    pub(super) mean: f64,
    pub(super) sd: f64,
}

impl Baseline {
    pub(super) fn above(self, deviations: f64) -> f64 {
        self.mean + deviations * self.sd
    }
}

/// A signal whose rest is white and of variance 1.
#[derive(Debug)]
pub(super) struct Whitened {
    pub(super) e: Vec<f64>,
    /// Independent squares per sample at rest, at most 1: a band-passed signal cannot become quite white.
    pub(super) independent: f64,
}

impl Conditioned {
    /// `None` where nothing of the channel can be rest.
    pub(super) fn new(samples: &[f64], rate: Rate, rest: &[Range<usize>]) -> Result<Option<Self>> {
        let (filter, band, _) = condition::plan(&BandConfig::default(), rate, Level::best())?;
        let mended = gaps::mend(samples, rate, &GapConfig::default());
        let rounding = ROUNDING * mended.largest();
        let mut workspace = Workspace::default();
        let mut x = vec![f64::NAN; samples.len()];
        for stretch in mended.stretches() {
            let out = &mut x[stretch.clone()];
            filter.run_shortened(&mended.samples[stretch], out, &mut workspace)?;
            out.iter_mut().filter(|v| v.abs() <= rounding).for_each(|v| *v = 0.0);
        }
        let rest = if rest.is_empty() {
            let detector = Detector::new(&ActivationConfig::default(), &filter, band.high_hz, rate, Level::best())?;
            inner(detector.rest(&x, &mut workspace)?, rate, x.len())
        } else {
            if rest.iter().all(|span| x[span.clone()].iter().all(|v| v.is_nan())) {
                let what = "the stretches to rest in hold no signal";
                return Err(Error::config("emg.rest-outside", what).found("gaps only").expected("samples"));
            }
            rest.to_vec()
        };
        Ok((!rest.is_empty()).then_some(Self { x, rate, rest }))
    }

    pub(super) fn len(&self) -> usize {
        self.x.len()
    }

    /// `f` over every stretch between gaps of `x`, into a signal that is NaN inside gaps.
    pub(super) fn by_stretch(x: &[f64], mut f: impl FnMut(&[f64], &mut [f64]) -> Result<()>) -> Result<Vec<f64>> {
        let mut y = vec![f64::NAN; x.len()];
        for stretch in stretches(x) {
            f(&x[stretch.clone()], &mut y[stretch])?;
        }
        Ok(y)
    }

    /// Rectified and low-passed without shift, second order. A low-pass that the rate cannot hold is left out.
    pub(super) fn envelope(&self, low_pass_hz: f64) -> Result<Vec<f64>> {
        let magnitudes: Vec<f64> = self.x.iter().map(|v| v.abs()).collect();
        smooth(&magnitudes, self.rate, low_pass_hz)
    }

    /// Mean and standard deviation of a test signal during rest; `None` where it has no value there.
    pub(super) fn baseline(&self, test: &[f64]) -> Option<Baseline> {
        let values = || self.rest.iter().flat_map(|span| &test[span.clone()]).filter(|v| !v.is_nan());
        let n = values().count() as f64;
        let mean = values().sum::<f64>() / n;
        let variance = values().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
        (n > 0.0).then(|| Baseline { mean, sd: variance.sqrt() })
    }

    /// The prediction error of an autoregressive model of rest; `None` where rest is too short for one, or silent.
    pub(super) fn whitened(&self, order: usize) -> Result<Option<Whitened>> {
        let resting: Vec<f64> =
            self.rest.iter().flat_map(|span| &self.x[span.clone()]).copied().filter(|v| !v.is_nan()).collect();
        let Some(model) = ar::burg(&resting, order) else { return Ok(None) };
        let mut e = Self::by_stretch(&self.x, |x, e| {
            model.whiten(x, e);
            // Before the first sample nothing was known: the first errors are those that follow, mirrored.
            for i in 0..order.min(e.len()) {
                e[i] = e.get(2 * order - 1 - i).copied().unwrap_or(0.0);
            }
            Ok(())
        })?;
        let Some(baseline) = self.baseline(&e) else { return Ok(None) };
        let rms = (baseline.mean * baseline.mean + baseline.sd * baseline.sd).sqrt();
        if rms <= 0.0 {
            return Ok(None);
        }
        for v in &mut e {
            *v /= rms;
        }
        let independent = self.independent(&e);
        Ok(Some(Whitened { e, independent }))
    }

    /// Independent squares per sample: the variance of a mean of squares grows with the sum of the squared autocorrelation.
    fn independent(&self, e: &[f64]) -> f64 {
        let correlation = |lag: usize| {
            let pairs = self.rest.iter().flat_map(|span| {
                let e = &e[span.clone()];
                e.iter().zip(e.get(lag..).unwrap_or_default())
            });
            let pairs = pairs.filter(|(a, b)| !a.is_nan() && !b.is_nan());
            let (sum, n) = pairs.fold((0.0, 0.0), |(sum, n), (a, b)| (sum + a * b, n + 1.0));
            if n > 0.0 { sum / n } else { 0.0 }
        };
        let sum: f64 = (1..=LAGS).map(correlation).map(|r| r * r).sum();
        1.0 / (1.0 + 2.0 * sum)
    }
}

/// A second-order zero-phase low-pass of a test signal that cannot be negative.
pub(super) fn smooth(test: &[f64], rate: Rate, low_pass_hz: f64) -> Result<Vec<f64>> {
    if low_pass_hz >= NO_LOW_PASS * rate.hz() {
        return Ok(test.to_vec());
    }
    let filter = ZeroPhase::new(butterworth(2, Band::LowPass(low_pass_hz), rate)?, Extension::Even, None);
    let mut workspace = Workspace::default();
    Conditioned::by_stretch(test, |x, y| {
        filter.run_shortened(x, y, &mut workspace)?;
        for v in y {
            *v = v.max(0.0);
        }
        Ok(())
    })
}

/// Rest without its ends, but for those of the recording and where little would be left.
fn inner(rest: Vec<Range<usize>>, rate: Rate, samples: usize) -> Vec<Range<usize>> {
    let margin = rate.samples_of_ms(MARGIN_MS);
    let shrunk = rest.into_iter().map(|span| {
        if span.len() < 4 * margin {
            return span;
        }
        let start = if span.start == 0 { 0 } else { span.start + margin };
        let end = if span.end == samples { samples } else { span.end - margin };
        start..end
    });
    shrunk.collect()
}
