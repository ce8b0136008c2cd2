//! A recording from a pipe: forward only, a block at a time, with the numbers that the whole file would give.
//!
//! The header is walked over as far as format and samples; the samples pass through a window; what stands behind them is kept. At the end the
//! same walk goes over the whole file but for the samples, which are gone, and gives the same warnings as for the file in memory.
//!
//! Three kinds of recordings hold the meaning of their first sample behind their last: the format stands behind the samples, integers leave
//! bits of their container unused (where the others stand, only all samples say), or the size of the samples is 0 and what follows looks like
//! chunks. These are kept in memory, charged to the budget, and decoded from there.

use std::io::{BufReader, Read};

use ndarray::{ArrayViewMut2, s};

use super::decode::{Blocks, Decoder, Fetch, PART_BYTES, frame_bytes};
use super::format::{Format, Justification};
use super::info::{self, Opened, Samples, WavInfo};
use super::input::Input;
use super::legs::Legs;
use super::reader::{decode_compared, say_identical_channels};
use super::sample::Sample;
use super::walk::Extent;
use super::warnings::Notes;
use super::{Coding, WavConfig};
use crate::error::{Error, Result};
use crate::formats::access::ReadAt;
use crate::limits::{Budget, exceeded};

/// A recording that is read once, forward, from anything that can be read: standard input, a pipe, a socket.
///
/// Blocks of any size give the samples that [`read`](super::read) gives for the whole file, in constant memory: some 64 KiB, what stands beside
/// the samples, and, for the few recordings that cannot be understood before their end, all of it within the [`Budget`]. What only the end can
/// show (sizes that are wrong, a cut last frame, identical channels) is known when a read gave fewer frames than were asked for: then
/// [`info`](Self::info) is there, with all warnings. Under [`Policy::Strict`](crate::formats::Policy::Strict) such a recording is refused only
/// then, after samples were given out.
///
/// ```
/// use myovox::formats::wav::{Stream, WavConfig};
/// use myovox::{Budget, Limits};
/// use ndarray::{Array2, s};
/// let pipe: &[u8] = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\xff\xff\xff\xff\0\x80\0\x40\0\0";
/// let mut stream = Stream::new(pipe, &WavConfig::default(), &mut Budget::new(&Limits::default()))?;
/// let mut block = Array2::<f32>::zeros((stream.channels(), 2));
/// let mut all: Vec<f32> = Vec::new();
/// loop {
///     let frames = stream.read(block.view_mut())?;
///     all.extend(block.slice(s![0, ..frames]));
///     if frames < 2 {
///         break;
///     }
/// }
/// assert_eq!(all, [-1.0, 0.5, 0.0]);
/// assert_eq!(stream.info().unwrap().warnings[0].code, "wav.data-size-open");
/// # Ok::<(), myovox::Error>(())
/// ```
pub struct Stream<R> {
    bytes: Passing<R>,
    decoder: Decoder,
    all_channels: Vec<usize>,
    legs: Legs,
    /// The frame that is read next.
    next: u64,
    end: Option<(WavInfo, Notes)>,
    config: WavConfig,
    budget: Budget,
}

impl<R: Read> std::fmt::Debug for Stream<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("next", &self.next).field("info", &self.info()).finish_non_exhaustive()
    }
}

impl<R: Read> Stream<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// Those of [`read`](super::read) that the header shows; `limit.input-bytes`, `limit.memory-bytes`; `io.failed` as `stream` fails.
    pub fn new(stream: R, config: &WavConfig, budget: &mut Budget) -> Result<Self> {
        let mut beginning =
            Beginning { stream: BufReader::with_capacity(PART_BYTES, stream), bytes: Vec::new(), ended: false };
        let samples = loop {
            let mut notes = Notes::new(config.policy, budget.limits().max_warnings);
            let source = Growing { bytes: &beginning.bytes, ended: beginning.ended };
            match info::head(Input::At(&source), config, Extent::UntilSamples, &mut budget.clone(), &mut notes) {
                Ok(head) => {
                    break Samples {
                        format: head.format,
                        endian: head.endian,
                        justification: Justification::Left,
                        data: head.data,
                        frames: 0,
                    };
                }
                Err(error) => match error.place().byte.filter(|_| error.code() == NEEDS_MORE) {
                    Some(end) => beginning.grow(end, budget)?,
                    None => return Err(error),
                },
            }
        };
        if info::spare_bits(&samples.format).is_some() {
            beginning.grow(u64::MAX, budget)?;
        }
        let (samples, end) = if beginning.ended {
            let Opened { info, samples, notes } = info::open(Input::Memory(&beginning.bytes), config, budget)?;
            (samples, Some((info, notes)))
        } else {
            (samples, None)
        };
        let decoder = Decoder::new(&samples, budget)?;
        let channels = samples.format.channels;
        let bytes = Passing::new(beginning, samples.data, end.is_some(), budget)?;
        let (all_channels, legs) = ((0..channels).collect(), Legs::new(channels));
        Ok(Self { bytes, decoder, all_channels, legs, next: 0, end, config: config.clone(), budget: budget.clone() })
    }

    /// Samples per second and channel.
    pub fn sample_rate(&self) -> u32 {
        self.decoder.format().rate
    }

    /// Number of channels.
    pub fn channels(&self) -> usize {
        self.decoder.format().channels
    }

    /// How the samples are stored.
    pub fn coding(&self) -> Coding {
        self.decoder.format().coding
    }

    /// What the file says of its recording, once its end was read.
    pub fn info(&self) -> Option<&WavInfo> {
        self.end.as_ref().map(|(info, _)| info)
    }

    /// The next samples into `out`, `(channels, samples)`: as many frames as it has room for, fewer only at the end. Returns how many.
    ///
    /// # Errors
    /// `config.shape` where `out` has other channels; those of [`Reader::read_into`](super::Reader::read_into); at the end those of
    /// [`read`](super::read) that only the whole file shows; `limit.input-bytes`, `io.failed` as the stream fails.
    pub fn read<T: Sample>(&mut self, mut out: ArrayViewMut2<'_, T>) -> Result<usize> {
        if out.nrows() != self.channels() {
            return Err(Error::config("config.shape", "output of another shape")
                .found(format!("{} channels", out.nrows()))
                .expected(format!("{} channels", self.channels())));
        }
        let mut done = 0_usize;
        while done < out.ncols() {
            let ready = self.ready(out.ncols().saturating_sub(done))?;
            if ready == 0 {
                self.say_identical()?;
                break;
            }
            let next = done.saturating_add(ready);
            let span = self.next..self.next.saturating_add(ready as u64);
            self.next = span.end;
            let mut part = out.slice_mut(s![.., done..next]);
            let channels = &self.all_channels;
            decode_compared(&mut self.decoder, &mut self.bytes, span, channels, &mut part, Some(&mut self.legs))?;
            done = next;
        }
        Ok(done)
    }

    /// How many of the next `wanted` frames can be decoded at once; 0 at the end.
    fn ready(&mut self, wanted: usize) -> Result<usize> {
        let (count, first_byte, bytes_needed) = self.step(wanted);
        if self.end.is_none() && self.bytes.receive(first_byte, bytes_needed, &self.budget)? < bytes_needed {
            self.finish()?;
        }
        let Some((info, _)) = &self.end else { return Ok(count) };
        let left = (info.frames as u64).saturating_sub(self.next);
        Ok(usize::try_from(left).unwrap_or(usize::MAX).min(count))
    }

    /// A few of the next `wanted` frames, the first byte that they need, and how many bytes of samples must have come before they are
    /// sure to be part of the recording: of blocks also the next one, since `fact`, which may follow, cuts the last.
    fn step(&self, wanted: usize) -> (usize, u64, u64) {
        let format: &Format = self.decoder.format();
        if let Some(blocks) = Blocks::of(&format.grouping) {
            let (samples, bytes) = (blocks.samples.max(1) as u64, blocks.bytes as u64);
            let block = self.next.checked_div(samples).unwrap_or(0);
            let left = block.saturating_add(1).saturating_mul(samples).saturating_sub(self.next);
            let count = usize::try_from(left).unwrap_or(usize::MAX).min(wanted);
            return (count, block.saturating_mul(bytes), block.saturating_add(2).saturating_mul(bytes));
        }
        let frame_bytes = frame_bytes(format).max(1);
        let count = wanted.min(PART_BYTES.checked_div(frame_bytes).unwrap_or(1).max(1));
        let first = self.next.saturating_mul(frame_bytes as u64);
        (count, first, first.saturating_add(count.saturating_mul(frame_bytes) as u64))
    }

    /// Reads what stands behind the samples and looks at the whole file as any other.
    fn finish(&mut self) -> Result<()> {
        self.bytes.read_rest(&mut self.budget)?;
        let sparse = self.bytes.without_samples();
        let Opened { info, notes, .. } = info::open(Input::At(&sparse), &self.config, &mut self.budget)?;
        self.end = Some((info, notes));
        Ok(())
    }

    fn say_identical(&mut self) -> Result<()> {
        let Some((info, notes)) = &mut self.end else { return Ok(()) };
        if self.legs.are_identical(info.frames as u64) {
            self.legs = Legs::new(0);
            say_identical_channels(notes, info.channels, self.bytes.data.0)?;
            info.warnings = notes.warnings();
        }
        Ok(())
    }
}

/// The error by which a walk over the beginning of a stream says up to which byte it must be read.
const NEEDS_MORE: &str = "wav.needs-more";

/// A file of which the beginning has come.
struct Growing<'a> {
    bytes: &'a [u8],
    ended: bool,
}

impl ReadAt for Growing<'_> {
    fn bytes(&self) -> u64 {
        // Half of the range, so that sums do not reach its end.
        if self.ended { self.bytes.len() as u64 } else { u64::MAX / 2 }
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        let end = offset.saturating_add(buffer.len() as u64);
        if !self.ended && end > self.bytes.len() as u64 {
            return Err(Error::data(NEEDS_MORE, "more of the stream is needed").byte(end));
        }
        self.bytes.read_at(offset, buffer)
    }
}

/// The beginning of a stream, in memory.
struct Beginning<R> {
    stream: BufReader<R>,
    bytes: Vec<u8>,
    ended: bool,
}

impl<R: Read> Beginning<R> {
    /// Reads on until `end` bytes are there and, as walks start anew, half as many again as there were.
    fn grow(&mut self, end: u64, budget: &mut Budget) -> Result<()> {
        let have = self.bytes.len() as u64;
        let wanted = end.max(have.saturating_add(have / 2)).saturating_sub(have);
        let read = read_on(&mut self.stream, wanted, have, &mut self.bytes, budget.limits().max_input_bytes)?;
        self.ended = read < wanted;
        budget.charge(read, "beginning of a stream")
    }
}

/// Appends up to `wanted` bytes of `stream`, of which `before` came already; fewer come only at its end.
fn read_on(stream: &mut impl Read, wanted: u64, before: u64, into: &mut Vec<u8>, at_most: u64) -> Result<u64> {
    let allowed = at_most.saturating_add(1).saturating_sub(before);
    let read = stream.take(wanted.min(allowed)).read_to_end(into).map_err(|cause| Error::io("read", &cause))? as u64;
    if before.saturating_add(read) > at_most {
        return Err(exceeded("limit.input-bytes", "recording", "max_input_bytes", "more", at_most));
    }
    Ok(read)
}

/// What a window may grow to: two of the largest blocks, and the buffer before it.
const WINDOW_BYTES: u64 = 1 << 18;

/// The file as it passes.
struct Passing<R> {
    stream: BufReader<R>,
    /// Offset of the samples in the file, and how many bytes they claim.
    data: (u64, u64),
    /// What was kept of the file's beginning.
    begin: Vec<u8>,
    /// Samples that have come, and where in the file the first of them stood.
    window: Vec<u8>,
    window_at: u64,
    /// What stands behind the samples.
    behind: Vec<u8>,
}

impl<R: Read> Passing<R> {
    fn new(beginning: Beginning<R>, data: (u64, u64), is_whole: bool, budget: &mut Budget) -> Result<Self> {
        let Beginning { stream, bytes, .. } = beginning;
        let (mut begin, mut window, mut behind, mut window_at) = (Vec::new(), bytes, Vec::new(), 0);
        if !is_whole {
            budget.charge(WINDOW_BYTES, "window over a stream")?;
            begin.clone_from(&window);
            let before = usize::try_from(data.0).unwrap_or(usize::MAX).min(window.len());
            window.drain(..before);
            let samples = usize::try_from(data.1).unwrap_or(usize::MAX).min(window.len());
            behind = window.split_off(samples);
            window_at = data.0;
        }
        Ok(Self { stream, data, begin, window, window_at, behind })
    }

    /// Offset of the end of what has come of the samples.
    fn window_end(&self) -> u64 {
        self.window_at.saturating_add(self.window.len() as u64)
    }

    fn data_end(&self) -> u64 {
        self.data.0.saturating_add(self.data.1)
    }

    /// Reads on until `up_to` bytes of samples have come or there are no more, forgetting those before `from`; returns how many came.
    fn receive(&mut self, from: u64, up_to: u64, budget: &Budget) -> Result<u64> {
        let end = self.data.0.saturating_add(up_to).min(self.data_end());
        let missing = end.saturating_sub(self.window_end());
        if missing > 0 {
            let past = self.data.0.saturating_add(from).saturating_sub(self.window_at);
            let past = usize::try_from(past).unwrap_or(usize::MAX).min(self.window.len());
            self.window.drain(..past);
            self.window_at = self.window_at.saturating_add(past as u64);
            let before = self.window_end();
            read_on(&mut self.stream, missing, before, &mut self.window, budget.limits().max_input_bytes)?;
        }
        Ok(self.window_end().saturating_sub(self.data.0))
    }

    fn read_rest(&mut self, budget: &mut Budget) -> Result<()> {
        let before = self.window_end().saturating_add(self.behind.len() as u64);
        let at_most = budget.limits().max_input_bytes;
        let read = read_on(&mut self.stream, u64::MAX, before, &mut self.behind, at_most)?;
        budget.charge(read, "what stands behind the samples")
    }

    /// The file but for its samples; all of it has come.
    fn without_samples(&self) -> Sparse<'_> {
        Sparse { begin: &self.begin, behind: &self.behind, behind_at: self.window_end() }
    }
}

impl<R: Read> Fetch for Passing<R> {
    fn fetch(&mut self, at: u64, len: usize) -> Result<&[u8]> {
        let at = self.data.0.saturating_add(at);
        let end = at.saturating_add(len as u64).min(self.data_end());
        let index = |offset: u64| usize::try_from(offset.saturating_sub(self.window_at)).unwrap_or(usize::MAX);
        let (start, end) = (index(at), index(end).min(self.window.len()));
        Ok(self.window.get(start..end).unwrap_or_default())
    }
}

/// A file whose samples are gone: no walk looks at them.
struct Sparse<'a> {
    begin: &'a [u8],
    behind: &'a [u8],
    behind_at: u64,
}

impl ReadAt for Sparse<'_> {
    fn bytes(&self) -> u64 {
        self.behind_at.saturating_add(self.behind.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        match offset.checked_sub(self.behind_at) {
            Some(behind) => self.behind.read_at(behind, buffer),
            None => self.begin.read_at(offset, buffer),
        }
    }
}
