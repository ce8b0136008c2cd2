//! Compressed bytes to samples: the container is opened, one track is chosen, its packets are decoded in order, and the whole is cut to what
//! was encoded.

mod open;
mod trim;

use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder};
use symphonia::core::errors::Error as ForeignError;
use symphonia::core::formats::{FormatReader, Track};
use symphonia::core::packet::Packet;

use self::trim::Trim;
use super::guard::{IN_CIRCLES, guarded};
use super::kinds::{Codec, Container};
use super::pcm::Pcm;
use super::warnings::{self, Notes};
use super::{AudioRecording, CodecsConfig, check_shape, opus};
use crate::error::{Error, Result};
use crate::limits::Budget;

/// Longest gap that becomes silence, in seconds.
const LONGEST_GAP_S: u64 = 10;

/// Decodes `bytes`, which stand in `container`; `kind` is the file's name for a person.
pub(super) fn compressed(
    bytes: &[u8],
    container: Container,
    kind: &'static str,
    config: &CodecsConfig,
    budget: &mut Budget,
    notes: Notes,
) -> Result<AudioRecording> {
    guarded(kind, || {
        let reader = open::container(bytes, container, kind)?;
        let opened = open::track(reader, bytes, container, kind, budget, notes)?;
        opened.decode(bytes, config.max_duration_s, budget)
    })
}

/// What decodes packets.
enum Decoder {
    Foreign(Box<dyn AudioDecoder>),
    Opus(Box<opus::Decoder>),
}

impl Decoder {
    /// Decodes a packet into `planes` and gives its rate, or says why not.
    fn decode(&mut self, packet: &Packet, planes: &mut Vec<Vec<f64>>) -> Result<u32, String> {
        match self {
            Self::Opus(decoder) => {
                decoder.decode(&packet.data, planes)?;
                // Ogg states the end to the sample; symphonia has worked out what that cuts from the last packets.
                for plane in planes {
                    let cut = usize::try_from(packet.trim_end.get()).unwrap_or(usize::MAX);
                    plane.truncate(plane.len().saturating_sub(cut));
                }
                Ok(opus::RATE)
            }
            Self::Foreign(decoder) => {
                let decoded = decoder.decode(packet).map_err(|cause| cause.to_string())?;
                decoded.copy_to_vecs_planar::<f64>(planes);
                Ok(decoded.spec().rate())
            }
        }
    }
}

/// A file that is about to be decoded.
struct Opened<'a> {
    reader: Box<dyn FormatReader + 'a>,
    container: Container,
    kind: &'static str,
    codec: Codec,
    parameters: AudioCodecParameters,
    track: Track,
    decoder: Decoder,
    trim: Trim,
    notes: Notes,
}

/// What the packets of a track became.
struct Decoded<'a> {
    pcm: Pcm<'a>,
    rate: u32,
    /// Frames of every packet, delay and padding included where they are cut here.
    raw_frames: u64,
    longest_packet: u64,
    damage: Damage,
}

impl Opened<'_> {
    fn decode(mut self, bytes: &[u8], max_duration_s: f64, budget: &mut Budget) -> Result<AudioRecording> {
        let decoded = self.packets(bytes.len() as u64, max_duration_s, budget)?;
        decoded.damage.tell(decoded.rate, &mut self.notes)?;
        self.check_length(&decoded)?;
        if let Decoder::Foreign(decoder) = &mut self.decoder
            && decoder.finalize().verify_ok == Some(false)
        {
            let message = "the samples are not those that the encoder took the MD5 sum of";
            self.notes.say(&warnings::CHECKSUM, message, |warning| warning)?;
        }
        let (rate, kept) = (decoded.rate, decoded.pcm.frames());
        let samples = decoded.pcm.finish(self.trim.padding(kept, rate))?;
        if samples.is_empty() {
            return Err(Error::data("codecs.no-samples", "a recording without a sample").found(self.kind));
        }
        Ok(AudioRecording {
            sample_rate: rate,
            samples,
            codec: self.codec,
            container: self.container,
            bits: open::bits(self.codec, &self.parameters),
            warnings: self.notes.into_warnings(),
        })
    }

    /// Decodes the packets of the track in order.
    fn packets<'b>(&mut self, bytes: u64, max_duration_s: f64, budget: &'b mut Budget) -> Result<Decoded<'b>> {
        let mut first = Some(budget);
        let mut decoded: Option<Decoded<'b>> = None;
        let (mut planes, mut line) = (Vec::new(), Timeline::new(self.container));
        let (mut pending, mut packets, mut refusal) = (0_u64, 0_u64, None);
        while let Some(packet) = self.next_packet(decoded.is_some())? {
            packets = packets.saturating_add(1);
            if packets > bytes.saturating_add(1) {
                return Err(no_progress(self.kind));
            }
            if packet.track_id != self.track.id {
                continue;
            }
            let gap = line.gap_before(&packet);
            let shape = decoded.as_ref().map(|decoded| (decoded.rate, decoded.pcm.channels()));
            let told = self.decoder.decode(&packet, &mut planes).and_then(|rate| usable(rate, &planes, shape));
            match (told, &mut decoded) {
                (Ok(rate), None) => {
                    let Some(budget) = first.take() else { continue };
                    check_shape(planes.len() as u64, u64::from(rate), budget)?;
                    let mut start = self.start(planes.len(), rate, max_duration_s, budget);
                    if refusal.is_some() {
                        start.damaged(pending)?;
                    }
                    start.take(&planes)?;
                    decoded = Some(start);
                }
                (Ok(_), Some(decoded)) => {
                    decoded.fill(gap)?;
                    decoded.take(&planes)?;
                }
                // Of the encoder's delay and padding nothing can be lost.
                (Err(_), _) if is_trimmed_away(&packet) => {}
                (Err(_), Some(decoded)) => {
                    decoded.fill(gap)?;
                    decoded.damaged(self.length_of(&packet))?;
                }
                (Err(cause), None) => {
                    pending = pending.saturating_add(self.length_of(&packet));
                    refusal.get_or_insert(cause);
                }
            }
        }
        decoded.ok_or_else(|| match refusal {
            Some(cause) => {
                Error::data("codecs.bad-data", format!("{}: no packet can be decoded", self.kind)).found(cause)
            }
            None => Error::data("codecs.no-samples", "a recording without a sample").found(self.kind),
        })
    }

    fn start<'b>(&self, channels: usize, rate: u32, max_duration_s: f64, budget: &'b mut Budget) -> Decoded<'b> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most 1e9 s at 1e9 Hz, and positive"
        )]
        let most_frames = (max_duration_s * f64::from(rate)) as u64;
        let pcm = Pcm::new(channels, self.trim.skip(rate), most_frames, budget);
        Decoded { pcm, rate, raw_frames: 0, longest_packet: 0, damage: Damage::default() }
    }

    /// The next packet; nothing at the end, and nothing more where the container breaks off after `some` packets.
    fn next_packet(&mut self, some: bool) -> Result<Option<Packet>> {
        let cause = match self.reader.next_packet() {
            Ok(packet) => return Ok(packet),
            Err(cause) => cause,
        };
        let message = match &cause {
            ForeignError::IoError(io) if io.to_string() == IN_CIRCLES => return Err(no_progress(self.kind)),
            ForeignError::ResetRequired => "another stream follows in the same file; it is left out".to_owned(),
            _ if !some => return Err(open::unreadable(self.kind, &cause)),
            cause => format!("the container breaks off ({cause}); what was read before is kept"),
        };
        self.notes.say(&warnings::STREAM_BROKEN, message, |warning| warning)?;
        Ok(None)
    }

    /// Frames that a packet stands for, as its container or its first bytes say.
    fn length_of(&self, packet: &Packet) -> u64 {
        match self.decoder {
            Decoder::Opus(_) => opus::frames_of(&packet.data),
            Decoder::Foreign(_) => packet.dur.get().min(1 << 16),
        }
    }

    /// Compares what was decoded with what the container states.
    fn check_length(&mut self, decoded: &Decoded<'_>) -> Result<()> {
        let Some((stated, tolerance)) = self.trim.stated_frames(&self.track, decoded.rate, decoded.longest_packet)
        else {
            return Ok(());
        };
        let found = decoded.raw_frames;
        if found.abs_diff(stated) <= tolerance {
            return Ok(());
        }
        let message = format!("the container states {stated} samples, its packets hold {found}; those are kept");
        self.notes.say(&warnings::LENGTH_DISAGREES, message, |warning| warning)
    }
}

impl Decoded<'_> {
    fn take(&mut self, planes: &[Vec<f64>]) -> Result<()> {
        let frames = planes.first().map_or(0, Vec::len) as u64;
        self.longest_packet = self.longest_packet.max(frames);
        self.raw_frames = self.raw_frames.saturating_add(frames);
        self.pcm.push(planes)
    }

    /// Silence for a packet that cannot be decoded; where nothing tells its length, only the warning.
    fn damaged(&mut self, frames: u64) -> Result<()> {
        let start = self.pcm.frames();
        self.raw_frames = self.raw_frames.saturating_add(frames);
        self.pcm.push_silence(frames)?;
        self.damage.note(start, self.pcm.frames());
        Ok(())
    }

    /// Silence for packets that are missing.
    fn fill(&mut self, gap: u64) -> Result<()> {
        if gap == 0 {
            return Ok(());
        }
        let start = self.pcm.frames();
        if gap <= u64::from(self.rate).saturating_mul(LONGEST_GAP_S) {
            self.raw_frames = self.raw_frames.saturating_add(gap);
            self.pcm.push_silence(gap)?;
        }
        self.damage.gaps.push((start, gap));
        Ok(())
    }
}

/// Where packets were damaged or missing.
#[derive(Default)]
struct Damage {
    spans: Vec<(u64, u64)>,
    gaps: Vec<(u64, u64)>,
}

impl Damage {
    /// Notes a damaged stretch; one that continues the last becomes part of it.
    fn note(&mut self, start: u64, end: u64) {
        match self.spans.last_mut() {
            Some((_, last)) if *last == start => *last = end,
            _ => self.spans.push((start, end)),
        }
    }

    fn tell(&self, rate: u32, notes: &mut Notes) -> Result<()> {
        let seconds = |frame: u64| frame as f64 / f64::from(rate);
        for &(start, end) in &self.spans {
            let message = if start == end {
                "packets that cannot be decoded, of a length that nothing tells; they are left out"
            } else {
                "packets that cannot be decoded; silence stands for them"
            };
            notes.say(&warnings::PACKET_DAMAGED, message, |warning| warning.span_s(seconds(start), seconds(end)))?;
        }
        for &(start, gap) in &self.gaps {
            let filled = gap <= u64::from(rate).saturating_mul(LONGEST_GAP_S);
            let done = if filled { "silence stands for them" } else { "what follows stands too early by as much" };
            let message = format!("packets of {:.3} s are missing; {done}", seconds(gap));
            notes.say(&warnings::GAP, message, |warning| {
                warning.span_s(seconds(start), seconds(start.saturating_add(gap)))
            })?;
        }
        Ok(())
    }
}

/// Time as the packets count it, in containers that number their samples one by one.
struct Timeline {
    is_exact: bool,
    expected: Option<i64>,
}

impl Timeline {
    fn new(container: Container) -> Self {
        Self { is_exact: matches!(container, Container::Flac | Container::Ogg), expected: None }
    }

    /// Frames that are missing before `packet`.
    fn gap_before(&mut self, packet: &Packet) -> u64 {
        let start = packet.pts.get();
        let missing = self.expected.map_or(0, |expected| start.saturating_sub(expected).max(0).unsigned_abs());
        self.expected = Some(start.saturating_add_unsigned(packet.block_dur().get()));
        if self.is_exact { missing } else { 0 }
    }
}

/// Whether all of a packet is cut by its container.
fn is_trimmed_away(packet: &Packet) -> bool {
    packet.dur.get() == 0 && packet.block_dur().get() > 0
}

/// The rate of decoded planes that can be used: finite, and of the shape of those before.
fn usable(rate: u32, planes: &[Vec<f64>], shape: Option<(u32, usize)>) -> Result<u32, String> {
    let found = (rate, planes.len());
    if shape.is_some_and(|shape| shape != found) {
        return Err("its rate or channels are not those before".to_owned());
    }
    if !planes.iter().flatten().all(|sample| sample.is_finite()) {
        return Err("its samples are not finite".to_owned());
    }
    Ok(rate)
}

fn no_progress(kind: &str) -> Error {
    Error::data("codecs.no-progress", format!("{kind} whose {IN_CIRCLES}"))
}
