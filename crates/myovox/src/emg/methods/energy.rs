//! Teager-Kaiser energy: `tkeo`.

use std::ops::Range;

use super::signal::{Conditioned, smooth};
use super::{Post, Rule, runs_where};
use crate::config::{config, within};
use crate::dsp::iir::{Band, Extension, Workspace, ZeroPhase, butterworth};
use crate::dsp::tkeo::{TkeoEdge, tkeo_into};
use crate::error::Result;

/// Share of the rate that an edge of the band does not exceed.
const EDGE_OF_RATE: f64 = 0.45;

config! {
    /// Active where the Teager-Kaiser energy of the band 30 Hz to 300 Hz, rectified and smoothed, stays above mean + h standard deviations of rest
    /// (X. Li et al., Clin Biomech 22, 2007; S. Solnik et al., Acta Bioeng Biomech 10, 2008, and Eur J Appl Physiol 110, 2010). Mean and deviation
    /// are those of the energy itself, whose unit is the signal's squared.
    pub struct TkeoConfig {
        /// h. Default 15 (Solnik); Li took 6 to 8 without smoothing.
        deviations: f64 = 15.0,
        /// How long it must stay above, in ms. Default 25.
        stay_ms: f64 = 25.0,
        /// Lower edge of the band in Hz. Default 30.
        low_hz: f64 = 30.0,
        /// Upper edge of the band in Hz, not above 0.45 of the rate. Default 300.
        high_hz: f64 = 300.0,
        /// Low-pass of the rectified energy, in Hz. Default 50.
        low_pass_hz: f64 = 50.0,
        /// Merging and dropping.
        post: Post = Post::default(),
    }
}

impl Rule for TkeoConfig {
    fn check(&self) -> Result<()> {
        within("emg.methods.tkeo.deviations", self.deviations, 0.0..=1e6)?;
        within("emg.methods.tkeo.stay_ms", self.stay_ms, 0.0..=10_000.0)?;
        within("emg.methods.tkeo.low_hz", self.low_hz, 1.0..=1e5)?;
        within("emg.methods.tkeo.high_hz", self.high_hz, self.low_hz..=1e6)?;
        within("emg.methods.tkeo.low_pass_hz", self.low_pass_hz, 1.0..=1e5)
    }

    fn post(&self) -> &Post {
        &self.post
    }

    fn runs(&self, signal: &Conditioned) -> Result<Vec<Range<usize>>> {
        let band = Band::BandPass(self.low_hz, self.high_hz.min(EDGE_OF_RATE * signal.rate.hz()));
        // A band-pass of order 3 per edge has six poles.
        let filter = ZeroPhase::new(butterworth(3, band, signal.rate)?, Extension::Odd, None);
        let mut workspace = Workspace::default();
        let energy = Conditioned::by_stretch(&signal.x, |x, y| {
            let mut narrow = vec![0.0; x.len()];
            filter.run_shortened(x, &mut narrow, &mut workspace)?;
            tkeo_into(&narrow, TkeoEdge::Zero, y)?;
            for v in y {
                *v = v.abs();
            }
            Ok(())
        })?;
        let energy = smooth(&energy, signal.rate, self.low_pass_hz)?;
        let Some(baseline) = signal.baseline(&energy) else { return Ok(Vec::new()) };
        let (level, stay) = (baseline.above(self.deviations), signal.rate.sample_at(self.stay_ms / 1000.0));
        let mut runs = runs_where(energy.len(), |i| energy[i] > level);
        runs.retain(|run| run.len() >= stay);
        Ok(runs)
    }
}
