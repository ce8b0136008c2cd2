//! What a plot needs of a recording beside its report: the signals, with as few points as a screen has columns.

/// The signals of a recording for plots; see [`Analyzer::run_traced`](crate::Analyzer::run_traced).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traces {
    /// One for each muscle, in their order, or for each channel of a sound.
    pub channels: Vec<Trace>,
}

/// Smallest and largest values of one channel over equal stretches of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// Index of the channel in the recording, from 0.
    pub channel: usize,
    /// The samples as recorded, as `[time_s, value]` in order of time; NaN where there is no number.
    pub signal: Vec<[f64; 2]>,
    /// The envelope, in the same form, NaN in gaps; empty for sound.
    pub envelope: Vec<[f64; 2]>,
}
