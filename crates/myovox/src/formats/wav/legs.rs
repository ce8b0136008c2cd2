//! Whether all channels hold the same samples, found out as they pass.

use ndarray::ArrayView2;

use super::sample::Sample;

/// What the frames that passed say: one call written twice, or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Legs {
    /// Frames compared, from the first on without a gap; nothing once a difference was seen or where there is one channel.
    alike: Option<u64>,
}

impl Legs {
    pub(super) fn new(channels: usize) -> Self {
        Self { alike: (channels > 1).then_some(0) }
    }

    /// Whether frames from `start` on would add to what is known.
    pub(super) fn wants(self, start: u64) -> bool {
        self.alike.is_some_and(|compared| start <= compared)
    }

    /// Compares the channels of `samples`, all of them, the first of which is frame `start`. Calls that differ cost one look.
    pub(super) fn compare<T: Sample>(&mut self, start: u64, samples: &ArrayView2<'_, T>) {
        let mut rows = samples.outer_iter();
        let Some(first) = rows.next().filter(|_| self.wants(start)) else { return };
        let end = start.saturating_add(samples.ncols() as u64);
        self.alike = if rows.all(|row| row == first) { self.alike.map(|compared| compared.max(end)) } else { None };
    }

    /// Whether `frames`, all of the recording, were compared and found alike.
    pub(super) fn are_identical(self, frames: u64) -> bool {
        frames > 0 && self.alike == Some(frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn only_all_frames_without_a_gap_say_that_channels_are_identical() {
        let same = array![[1.0, 2.0], [1.0, 2.0]];
        let mut legs = Legs::new(2);
        legs.compare(0, &same.view());
        assert!(!legs.are_identical(4));
        legs.compare(3, &same.view()); // frame 2 was not seen
        assert!(!legs.are_identical(5));
        legs.compare(1, &same.view());
        assert!(legs.are_identical(3));
        legs.compare(3, &array![[1.0], [1.5]].view());
        assert!(!legs.are_identical(4) && !legs.wants(4));
        assert!(!Legs::new(1).wants(0));
    }
}
