//! Muscles followed while their samples come.

use std::ffi::c_char;

use myovox::Config;
use myovox::emg::EmgStream;
use myovox::emg::stream::{Cause, Event, EventKind, MOST_EVENTS, StreamPlan, StreamState};
use myovox::units::Rate;
use serde_json::json;

use crate::border::{border, free, give, give_handle, give_text, handle, handle_mut, items, text, writable};
use crate::result::{Failure, myovox_result};

/// Muscles of one rate, followed while their samples come. Changes with every push: one thread at a time may use it; freed once.
pub struct myovox_emg_stream {
    stream: EmgStream,
    /// A panic has left it in the midst of a sample.
    is_broken: bool,
}

/// What became known.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum myovox_emg_event_kind {
    /// Rest has been seen for as long as it takes to know its level: from here on activations are told.
    RestKnown = 0,
    /// The muscle is more than at rest.
    ActivationOnset = 1,
    /// It is at rest again.
    ActivationOffset = 2,
    /// An effort has begun: the envelope reached its share of the maximal contraction.
    ContractionOnset = 3,
    /// It has ended.
    ContractionOffset = 4,
    /// What comes is no signal; nothing is told until it is one again.
    Suspended = 5,
    /// It is a signal again.
    Resumed = 6,
}

/// What placed an event where the signal itself did not, and why a stream is suspended.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum myovox_emg_event_cause {
    /// The signal.
    Signal = 0,
    /// It was there at the first sample: when it began is not known.
    StartsBefore = 1,
    /// The stream was closed: when it ends is not known.
    EndsAfter = 2,
    /// A stretch without signal is where it begins or ends.
    TouchesGap = 3,
    /// NaN, infinity, or too large to be squared.
    NotFinite = 4,
    /// One far-off value held: lost packets, an electrode that came off.
    Plateau = 5,
    /// One value held for long: the sensor gives no signal.
    Flat = 6,
}

/// One thing that became known.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct myovox_emg_event {
    /// What.
    pub kind: myovox_emg_event_kind,
    /// What placed it.
    pub cause: myovox_emg_event_cause,
    /// The channel, from 0.
    pub channel: usize,
    /// The sample of the channel with which it became known, from 0.
    pub sample: u64,
    /// Where it was, estimated backwards: the first sample of an activity or of signal, the one after the last of them at an end.
    pub at: u64,
    /// The same in seconds.
    pub at_s: f64,
}

/// Room for events that every push and finish asks for, per channel for finish.
pub const MYOVOX_EMG_STREAM_MOST_EVENTS: usize = 8;

const _: () = assert!(MOST_EVENTS == MYOVOX_EMG_STREAM_MOST_EVENTS);

impl From<Event> for myovox_emg_event {
    fn from(event: Event) -> Self {
        use myovox_emg_event_cause as C;
        use myovox_emg_event_kind as K;
        let kind = match event.kind {
            EventKind::RestKnown => K::RestKnown,
            EventKind::ActivationOnset => K::ActivationOnset,
            EventKind::ActivationOffset => K::ActivationOffset,
            EventKind::ContractionOnset => K::ContractionOnset,
            EventKind::ContractionOffset => K::ContractionOffset,
            EventKind::Suspended => K::Suspended,
            EventKind::Resumed => K::Resumed,
        };
        let cause = match event.cause {
            Cause::Signal => C::Signal,
            Cause::StartsBefore => C::StartsBefore,
            Cause::EndsAfter => C::EndsAfter,
            Cause::TouchesGap => C::TouchesGap,
            Cause::NotFinite => C::NotFinite,
            Cause::Plateau => C::Plateau,
            Cause::Flat => C::Flat,
        };
        Self { kind, cause, channel: event.channel, sample: event.sample as u64, at: event.at as u64, at_s: event.at_s }
    }
}

/// A stream that has seen nothing yet.
///
/// rate_hz: sampling rate. channels: number of channels, at least 1.
/// mvc_or_null: for each channel the envelope in a maximal contraction, in the unit of the samples, NaN where it is not known; contractions are told
/// of channels that have one, activations of all. NULL for none.
/// config_json_or_null: settings as for myovox_analyze.
/// stream: receives the stream, to be freed with myovox_emg_stream_free. Not written on failure.
///
/// Fails with NULL_POINTER, INVALID_ARGUMENT, CONFIG, PANIC. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_emg_stream_new(
    rate_hz: f64,
    channels: usize,
    mvc_or_null: *const f64,
    config_json_or_null: *const c_char,
    stream: *mut *mut myovox_emg_stream,
) -> myovox_result {
    border(|| {
        writable(stream, "stream")?;
        if !(1..=MOST_CHANNELS).contains(&channels) {
            let message = format!("channels: found {channels}, expected 1 to {MOST_CHANNELS}");
            return Err(Failure::invalid("capi.out-of-range", message));
        }
        // SAFETY: by the contract the text is there, and so many levels where they are not NULL.
        let (settings, mvc) = unsafe {
            let mvc = if mvc_or_null.is_null() { None } else { items(mvc_or_null, channels, "mvc_or_null")? };
            (text(config_json_or_null, "config_json_or_null")?, mvc)
        };
        let config = settings.map_or_else(|| Ok(Config::default()), Config::from_json)?;
        config.check()?;
        let mut made = StreamPlan::new(&config.emg, Rate::new(rate_hz)?)?.stream(channels);
        if let Some(levels) = mvc {
            let known = |level: &f64| Some(*level).filter(|level| !level.is_nan());
            made = made.references(&levels.iter().map(known).collect::<Vec<_>>())?;
        }
        // SAFETY: by the contract `stream` has room for a pointer.
        unsafe { give_handle(myovox_emg_stream { stream: made, is_broken: false }, stream, "stream") }
    })
}

/// More channels than any amplifier has.
const MOST_CHANNELS: usize = 1 << 16;

/// Takes the next samples and gives what became known with them. Allocates nothing.
///
/// samples, count: of one moment those of all channels, then those of the next; NaN is a missing sample. A piece may end anywhere.
/// envelope_or_null: receives count values, the envelope of each sample, NaN where there is no signal. NULL if it is not wanted.
/// events, capacity: receives events in the order in which they became known; capacity must be at least MYOVOX_EMG_STREAM_MOST_EVENTS.
/// taken: receives how many samples were taken in: less than count when the events' buffer could be too small for the next one. Call again with the
/// samples from there on (and the envelope from there on).
/// told: receives how many events were written.
///
/// Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL (nothing was taken in then), PANIC. One thread at a time for one stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_emg_stream_push(
    stream: *mut myovox_emg_stream,
    samples: *const f64,
    count: usize,
    envelope_or_null: *mut f64,
    events: *mut myovox_emg_event,
    capacity: usize,
    taken: *mut usize,
    told: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live and used by nobody else.
        let of = unsafe { handle_mut(stream, "stream") }?;
        let (events, taken, told) = (writable(events, "events")?, writable(taken, "taken")?, writable(told, "told")?);
        // SAFETY: by the contract there are so many samples.
        let samples = unsafe { items(samples, count, "samples") }?.unwrap_or_default();
        room(events, capacity, MOST_EVENTS)?;
        if !envelope_or_null.is_null() && !envelope_or_null.is_aligned() {
            return Err(Failure::invalid("capi.out-of-range", "envelope_or_null: not aligned to its values"));
        }
        of.usable()?.is_broken = true;
        let (mut used, mut written) = (0, 0);
        for sample in samples {
            if capacity - written < MOST_EVENTS {
                break;
            }
            let mut level = f64::NAN;
            for event in of.stream.push_into(std::slice::from_ref(sample), std::slice::from_mut(&mut level))? {
                // SAFETY: `written` stays below `capacity`, as one sample leads to no more events than there was room for.
                unsafe { events.add(written).write(event.into()) };
                written += 1;
            }
            if !envelope_or_null.is_null() {
                // SAFETY: `used` is below `count`, for which the caller has given room.
                unsafe { envelope_or_null.add(used).write(level) };
            }
            used += 1;
        }
        of.is_broken = false;
        // SAFETY: by the contract both have room.
        unsafe {
            give(used, taken, "taken")?;
            give(written, told, "told")
        }
    })
}

/// Ends what is active, as the stream ends: events with the cause ENDS_AFTER. Samples may be pushed all the same.
///
/// events, capacity: room for two events a channel. told: receives how many were written.
///
/// Fails with NULL_POINTER, BUFFER_TOO_SMALL, PANIC. One thread at a time for one stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_emg_stream_finish(
    stream: *mut myovox_emg_stream,
    events: *mut myovox_emg_event,
    capacity: usize,
    told: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live and used by nobody else.
        let of = unsafe { handle_mut(stream, "stream") }?.usable()?;
        let (events, told) = (writable(events, "events")?, writable(told, "told")?);
        room(events, capacity, 2 * of.stream.channels())?;
        let last = of.stream.finish();
        for (index, event) in last.iter().enumerate() {
            // SAFETY: there are at most two a channel, for which there is room.
            unsafe { events.add(index).write((*event).into()) };
        }
        // SAFETY: by the contract `told` has room.
        unsafe { give(last.len(), told, "told") }
    })
}

/// The longest times in ms between what happens and its event: for onsets and offsets of activations. Those of contractions, and all other numbers
/// of the stream, are in myovox_emg_stream_plan_json.
///
/// Fails with NULL_POINTER. Thread-safe, also for one stream while nobody pushes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_emg_stream_latency_ms(
    stream: *const myovox_emg_stream,
    onset_ms: *mut f64,
    offset_ms: *mut f64,
) -> myovox_result {
    border(|| {
        writable(offset_ms, "offset_ms")?;
        // SAFETY: by the contract the handle is live and both outputs have room.
        unsafe {
            let latency = handle(stream, "stream")?.stream.plan().summary().activation;
            give(latency.onset_ms, onset_ms, "onset_ms")?;
            give(latency.offset_ms, offset_ms, "offset_ms")
        }
    })
}

/// The numbers of the stream as a JSON object: filters, windows, latencies; warnings about them under "warnings".
///
/// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one stream while nobody pushes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_emg_stream_plan_json(
    stream: *const myovox_emg_stream,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live.
        let plan = unsafe { handle(stream, "stream") }?.stream.plan();
        let warnings: Vec<_> = plan.warning().into_iter().collect();
        let text = json!({ "plan": plan.summary(), "warnings": warnings }).to_string();
        // SAFETY: by the contract `buffer` and `needed` have room.
        unsafe { give_text(&text, buffer, capacity, needed) }
    })
}

/// All that the stream remembers, as JSON: a stream of the same rate, channels and settings that restores it goes on to the bit.
///
/// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one stream while nobody pushes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_emg_stream_state_json(
    stream: *const myovox_emg_stream,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_text(&handle(stream, "stream")?.stream.state().to_json(), buffer, capacity, needed) }
    })
}

/// Goes on from a state that was kept.
///
/// state_json: what myovox_emg_stream_state_json gave.
///
/// Fails with NULL_POINTER, INVALID_ARGUMENT, CONFIG (not a state of such a stream; it stays as it is). One thread at a time for one stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_emg_stream_restore(
    stream: *mut myovox_emg_stream,
    state_json: *const c_char,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live and used by nobody else, and the text is there.
        let (of, state) = unsafe { (handle_mut(stream, "stream")?, text(state_json, "state_json")?) };
        let state = StreamState::from_json(state.ok_or_else(|| Failure::null("state_json"))?)?;
        of.stream.restore(&state)?;
        of.is_broken = false;
        Ok(())
    })
}

/// Frees a stream; NULL is nothing to free. Freeing twice is undefined.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_emg_stream_free(stream: *mut myovox_emg_stream) {
    // SAFETY: by the contract the handle is NULL or live and nobody uses it any more.
    unsafe { free(stream) }
}

impl myovox_emg_stream {
    fn usable(&mut self) -> Result<&mut Self, Failure> {
        if self.is_broken {
            let message = "stream: left by a panic in the midst of a sample; restore a state, or free it";
            return Err(Failure::new(myovox_result::Panic, "capi.broken-stream", message));
        }
        Ok(self)
    }
}

/// Checks that so many events can be written.
fn room(events: *mut myovox_emg_event, capacity: usize, least: usize) -> Result<(), Failure> {
    if !events.is_aligned() {
        return Err(Failure::invalid("capi.out-of-range", "events: not aligned"));
    }
    if capacity < least {
        let message = format!("capacity: found {capacity}, expected at least {least}");
        return Err(Failure::new(myovox_result::BufferTooSmall, "capi.buffer-too-small", message));
    }
    Ok(())
}
