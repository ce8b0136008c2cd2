//! Features of windows of equal length along a recording.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::Features;
use super::{FeaturePlan, Workspace};
use crate::units::Span;
use crate::warning::Missing;

/// One window and its features.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeatureWindow {
    /// Where.
    #[serde(flatten)]
    pub span: Span,
    /// What was measured.
    pub features: Features,
}

/// Features along a recording.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WindowFeatures {
    /// Samples of a window.
    pub window_samples: usize,
    /// Samples from the start of a window to that of the next.
    pub hop_samples: usize,
    /// Windows that the recording's end cut short, which were dropped: 0 or 1.
    pub dropped_windows: usize,
    /// Samples at the end that are in no window.
    pub dropped_samples: usize,
    /// The windows in order of time.
    pub windows: Vec<FeatureWindow>,
}

impl WindowFeatures {
    /// Takes the reasons out of the windows, as one list with paths relative to this object.
    #[must_use]
    pub fn take_missing(&mut self) -> Vec<Missing> {
        let of_window = |(k, window): (usize, &mut FeatureWindow)| {
            let prefix = format!("windows[{k}].features");
            std::mem::take(&mut window.features.missing).into_iter().map(move |missing| missing.within(&prefix))
        };
        self.windows.iter_mut().enumerate().flat_map(of_window).collect()
    }
}

impl FeaturePlan {
    /// The features of every whole window of `x`; the incomplete one at the end is dropped and counted. `baseline` is the standard deviation at
    /// rest, which thresholds are multiples of.
    pub fn windows(&self, x: &[f64], baseline: Option<f64>, workspace: &mut Workspace) -> WindowFeatures {
        let (length, hop) = (self.summary().window_samples, self.summary().hop_samples);
        let count = if x.len() < length { 0 } else { (x.len() - length) / hop + 1 };
        let windows: Vec<FeatureWindow> = (0..count)
            .map(|k| Span::new(k * hop, k * hop + length, self.rate()))
            .map(|span| FeatureWindow { span, features: self.stretch(&x[span.start..span.end], baseline, workspace) })
            .collect();
        let end = windows.last().map_or(0, |window| window.span.end);
        WindowFeatures {
            window_samples: length,
            hop_samples: hop,
            dropped_windows: usize::from(end < x.len()),
            dropped_samples: x.len() - end,
            windows,
        }
    }
}
