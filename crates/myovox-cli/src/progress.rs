//! A bar on standard error while several recordings are worked on and somebody watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The bar, or nothing.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar of `recordings` steps, if there are several and somebody watches.
    pub(crate) fn new(recordings: usize, watched: bool) -> Self {
        if recordings < 2 || !watched {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(Some(recordings as u64), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:40} {pos} of {len} recordings, {eta} left");
        Self(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    /// One more is done; may be called from any thread.
    pub(crate) fn step(&self) {
        self.0.inc(1);
    }

    /// Takes the bar off the terminal while `write` writes there.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
