//! Whether a level is up: hysteresis, a shortest time up, a shortest time down.

use serde::{Deserialize, Serialize};

/// The levels and lengths that decide.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) on: f64,
    pub(super) off: f64,
    /// Samples that the level must stay above `off` before it is up.
    pub(super) minimum_on: usize,
    /// Samples that it must not exceed `on` again before it is down.
    pub(super) minimum_off: usize,
}

/// Where a level is, with the sample at which that began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Phase {
    #[default]
    Down,
    /// It has exceeded `on`.
    Rising {
        since: usize,
    },
    Up,
    /// It has fallen below `off`.
    Falling {
        since: usize,
    },
}

/// What a sample has decided, with the sample at which the level was crossed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Turn {
    Begun { since: usize },
    Ended { since: usize },
}

/// One level of one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Burst {
    phase: Phase,
    /// First sample of what is up.
    pub(super) onset: usize,
    /// The sample after what was up last.
    pub(super) offset: usize,
}

impl Burst {
    /// Takes the level at sample `n`. `holds` is asked whether what has risen is more than one short artefact.
    pub(super) fn step(&mut self, n: usize, level: f64, limits: &Limits, holds: impl FnOnce() -> bool) -> Option<Turn> {
        match self.phase {
            Phase::Down if level > limits.on => self.rise(n, n, limits, holds),
            Phase::Rising { .. } if level <= limits.off => {
                self.phase = Phase::Down;
                None
            }
            Phase::Rising { since } => self.rise(n, since, limits, holds),
            Phase::Up if level <= limits.off => self.fall(n, n, limits),
            Phase::Falling { .. } if level > limits.on => {
                self.phase = Phase::Up;
                None
            }
            Phase::Falling { since } => self.fall(n, since, limits),
            Phase::Down | Phase::Up => None,
        }
    }

    fn rise(&mut self, n: usize, since: usize, limits: &Limits, holds: impl FnOnce() -> bool) -> Option<Turn> {
        let is_up = n + 1 - since >= limits.minimum_on && holds();
        self.phase = if is_up { Phase::Up } else { Phase::Rising { since } };
        is_up.then_some(Turn::Begun { since })
    }

    fn fall(&mut self, n: usize, since: usize, limits: &Limits) -> Option<Turn> {
        let is_down = n + 1 - since >= limits.minimum_off;
        self.phase = if is_down { Phase::Down } else { Phase::Falling { since } };
        is_down.then_some(Turn::Ended { since })
    }

    /// Whether nothing is up or on its way there.
    pub(super) fn is_down(&self) -> bool {
        self.phase == Phase::Down
    }

    /// Ends what is up at once; whether there was anything.
    pub(super) fn cut(&mut self) -> bool {
        let was_up = matches!(self.phase, Phase::Up | Phase::Falling { .. });
        self.phase = Phase::Down;
        was_up
    }

    /// Whether a state that was stored can be one of a stream at sample `n`.
    pub(super) fn fits(&self, n: usize) -> bool {
        let since = match self.phase {
            Phase::Rising { since } | Phase::Falling { since } => since,
            Phase::Down | Phase::Up => 0,
        };
        since <= n && self.onset <= n && self.offset <= n
    }
}
