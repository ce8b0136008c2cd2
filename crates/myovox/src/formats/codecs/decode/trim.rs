//! Where the encoder's signal begins and ends among the decoded frames.
//!
//! FLAC needs no cut. MP3 (LAME tag) and Ogg Vorbis (granule positions) are cut packet by packet by symphonia. Opus begins after the pre-skip
//! of its header and ends where Ogg's last granule position or Matroska's discarded padding says; MP4 states both ends in its edit list, or
//! iTunes does in a text of its own.

use symphonia::core::formats::Track;

use super::super::kinds::{Codec, Container};
use super::super::mp4::{Edit, Movie};
use super::super::warnings::{self, Notes};
use super::super::{opus, webm};
use super::{Decoder, open};
use crate::error::Result;

/// What is cut, in units of its own rate.
#[derive(Default)]
pub(super) struct Trim {
    /// Frames at the start, and their rate where it is not that of the samples.
    skip: u64,
    skip_rate: Option<u64>,
    /// Frames that remain, where they are stated.
    keep: Option<Keep>,
    /// Frames cut from the end whatever remains.
    padding: u64,
    /// Frames of all packets, as the container states them.
    stated: Option<Stated>,
}

/// Frames that remain of a track of MP4.
#[derive(Clone, Copy)]
struct Keep {
    units: u64,
    timescale: u64,
}

/// How many frames a container states.
enum Stated {
    /// Those of the track, to the last one.
    Exactly,
    /// Those of all packets before anything is cut; the last packet may hold more.
    Media { units: u64, timescale: u64 },
}

impl Trim {
    /// What `container` states about the ends of `track`.
    pub(super) fn new(
        bytes: &[u8],
        container: Container,
        codec: Codec,
        track: &Track,
        decoder: &Decoder,
        notes: &mut Notes,
    ) -> Result<Self> {
        let pre_skip = match decoder {
            Decoder::Opus(decoder) => decoder.pre_skip(),
            Decoder::Foreign(_) => 0,
        };
        let exactly = track.num_frames.is_some().then_some(Stated::Exactly);
        match container {
            Container::Mp4 => Self::of_movie(&Movie::read(bytes).unwrap_or_default(), codec, track.id, pre_skip, notes),
            Container::Ogg => Ok(Self { skip: pre_skip, stated: exactly, ..Self::default() }),
            Container::Flac => Ok(Self { stated: exactly, ..Self::default() }),
            Container::Mp3 | Container::Wav if open::states_delay(track) => {
                Ok(Self { stated: exactly, ..Self::default() })
            }
            Container::Caf => {
                if !open::states_delay(track) {
                    say_delay_unknown(codec, notes)?;
                }
                let skip = pre_skip.max(u64::from(track.delay.unwrap_or(0)));
                let keep = track.num_frames.filter(|_| codec.is_lossy());
                Ok(Self { skip, keep: keep.map(|units| Keep { units, timescale: 0 }), ..Self::default() })
            }
            Container::Matroska => {
                let rate = if codec == Codec::Opus { u64::from(opus::RATE) } else { 0 };
                let padding = frames(webm::padding_ns(bytes, u64::from(track.id)), 1_000_000_000, rate);
                Ok(Self { skip: pre_skip, padding, ..Self::default() })
            }
            _ => {
                say_delay_unknown(codec, notes)?;
                Ok(Self::default())
            }
        }
    }

    /// By the edit list, else by what iTunes wrote, else by nothing.
    fn of_movie(movie: &Movie, codec: Codec, id: u32, pre_skip: u64, notes: &mut Notes) -> Result<Self> {
        let none = Self { skip: pre_skip, ..Self::default() };
        let Some(track) = movie.sound.iter().find(|track| track.id == id) else { return Ok(none) };
        let (units, timescale) = (track.media_units, track.timescale);
        let stated = (!movie.is_fragmented && units > 0).then_some(Stated::Media { units, timescale });
        let none = Self { stated, ..none };
        let Some(&Edit { media_time, duration }) = track.edits.first() else {
            return match movie.itunes {
                Some([delay, _, length]) => {
                    let keep = Some(Keep { units: length, timescale: 0 }).filter(|_| length > 0);
                    Ok(Self { skip: delay, keep, ..none })
                }
                None if codec == Codec::Opus => Ok(none),
                None => say_delay_unknown(codec, notes).map(|()| none),
            };
        };
        let skip = Self { skip: media_time, skip_rate: Some(timescale), ..none };
        if track.edits.len() > 1 {
            let message =
                format!("an edit list of {} parts; only where the first begins is respected", track.edits.len());
            notes.say(&warnings::EDIT_LIST, message, |warning| warning)?;
            return Ok(skip);
        }
        // The media counts its last packet to the sample, the movie in its own coarse units: within one of those both mean the same end.
        let remaining = units.saturating_sub(media_time);
        let end = frames(duration, movie.timescale, timescale);
        let one = frames(1, movie.timescale, timescale).saturating_add(1);
        let units = if remaining.abs_diff(end) <= one { remaining } else { end.min(remaining.max(1)) };
        let keep =
            Some(Keep { units, timescale }).filter(|_| duration > 0 && !movie.is_fragmented && movie.timescale > 0);
        Ok(Self { keep, ..skip })
    }

    /// Frames to drop at the start of samples of `rate`.
    pub(super) fn skip(&self, rate: u32) -> u64 {
        self.skip_rate.map_or(self.skip, |timescale| frames(self.skip, timescale, u64::from(rate)))
    }

    /// Frames to drop at the end when `kept` frames of `rate` have come.
    pub(super) fn padding(&self, kept: u64, rate: u32) -> u64 {
        let beyond = self.keep.map_or(0, |keep| kept.saturating_sub(keep.frames(rate)));
        beyond.max(self.padding)
    }

    /// Frames that the container states, and by how much the packets may differ.
    pub(super) fn stated_frames(&self, track: &Track, rate: u32, longest_packet: u64) -> Option<(u64, u64)> {
        match self.stated.as_ref()? {
            Stated::Exactly => track.num_frames.map(|frames| (frames, 0)),
            &Stated::Media { units, timescale } => Some((frames(units, timescale, u64::from(rate)), longest_packet)),
        }
    }
}

impl Keep {
    fn frames(self, rate: u32) -> u64 {
        if self.timescale == 0 { self.units } else { frames(self.units, self.timescale, u64::from(rate)) }
    }
}

/// AAC and MP3 begin with the delay of their encoder, whether it is stated or not; the other codecs do not.
fn say_delay_unknown(codec: Codec, notes: &mut Notes) -> Result<()> {
    if !matches!(codec, Codec::AacLc | Codec::Mp3) {
        return Ok(());
    }
    let message = "the encoder's delay is not stated; the sound begins up to some 2000 samples late";
    notes.say(&warnings::DELAY_UNKNOWN, message, |warning| warning)
}

/// `units` of `1 / from` seconds in frames of `1 / to` seconds, to the nearest; 0 where there is no scale.
fn frames(units: u64, from: u64, to: u64) -> u64 {
    let (units, from, to) = (u128::from(units), u128::from(from), u128::from(to));
    let doubled = units.saturating_mul(to).saturating_mul(2).saturating_add(from);
    doubled.checked_div(from.saturating_mul(2)).and_then(|frames| u64::try_from(frames).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test may stop where a byte is not there"
    )]

    use super::super::super::mp4;
    use super::*;
    use crate::formats::Policy;

    fn trim(edits: &[(u64, u64)], itunes: Option<[u64; 3]>) -> (Trim, usize) {
        let edits = edits.iter().map(|&(media_time, duration)| Edit { media_time, duration }).collect();
        let track = mp4::Track { id: 1, timescale: 16000, media_units: 9024, sample_entry: *b"mp4a", edits };
        let movie = Movie { timescale: 1000, sound: vec![track], itunes, is_fragmented: false };
        let mut notes = Notes::new(Policy::Lenient, 10);
        let trim = Trim::of_movie(&movie, Codec::AacLc, 1, 0, &mut notes).unwrap();
        (trim, notes.into_warnings().len())
    }

    #[test]
    fn an_edit_list_states_both_ends_and_the_media_the_last_sample() {
        let ends = |trim: &Trim| (trim.skip(16000), 8192 - trim.padding(8192, 16000));
        assert_eq!(ends(&trim(&[(1024, 500)], None).0), (1024, 8000));
        assert_eq!(ends(&trim(&[(1024, 250)], None).0), (1024, 4000));
        assert_eq!(ends(&trim(&[(1024, 0)], None).0), (1024, 8192));
        assert_eq!(ends(&trim(&[(1024, 250), (8000, 250)], None).0), (1024, 8192));
        assert_eq!(ends(&trim(&[], Some([2112, 460, 6000])).0), (2112, 6000));
        assert_eq!(ends(&trim(&[], None).0), (0, 8192));
    }

    #[test]
    fn what_is_not_known_is_said() {
        assert_eq!(trim(&[(1024, 500)], None).1, 0);
        assert_eq!(trim(&[(0, 250), (8000, 250)], None).1, 1);
        assert_eq!(trim(&[], Some([0, 0, 0])).1, 0);
        assert_eq!(trim(&[], None).1, 1);
    }

    #[test]
    fn units_become_frames_to_the_nearest() {
        assert_eq!(frames(13_500_000, 1_000_000_000, 48_000), 648);
        assert_eq!(frames(1, 3, 2), 1);
        assert_eq!((frames(5, 0, 8000), frames(u64::MAX, 1, u64::MAX)), (0, 0));
    }
}
