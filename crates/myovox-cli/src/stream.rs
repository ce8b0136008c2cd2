//! The verb `stream`: muscles followed while their samples come through a pipe, an event a line as soon as it is known.

use std::io::ErrorKind;

use myovox::Error;
use myovox::emg::EmgStream;
use myovox::emg::stream::{Event, StreamPlan, Totals};
use myovox::units::Rate;
use serde_json::json;

use crate::args::{RawForm, StreamCall};
use crate::output::Output;
use crate::{ExitStatus, Stop, config};

/// Most bytes that are taken at once.
const PIECE: usize = 1 << 16;

/// Longest line of text.
const LONGEST_LINE: usize = 1 << 16;

/// What the input is called in messages.
const INPUT: &str = "standard input";

pub(crate) fn run(call: &StreamCall, output: &mut Output<'_>) -> Result<ExitStatus, Stop> {
    let analyzer = config::analyzer(&call.settings, &[])?;
    let rate = Rate::new(call.rate).map_err(|error| error.field("--rate"))?;
    if !call.scale.is_finite() || call.scale == 0.0 {
        let error = Error::config("config.out-of-range", "not a scale").field("--scale").found(call.scale);
        return Err(error.expected("a finite number other than 0").into());
    }
    let channels = usize::from(call.channels);
    let plan = StreamPlan::new(&analyzer.config().emg, rate)?;
    let mut stream = plan.stream(channels);
    if !call.mvc.is_empty() {
        let levels: Vec<Option<f64>> = call.mvc.iter().map(|level| Some(*level)).collect();
        stream = stream.references(&levels)?;
    }
    let warnings: Vec<_> = plan.warning().into_iter().collect();
    let head = json!({ "event": "plan", "channels": channels, "plan": plan.summary(), "warnings": warnings });
    output.results(&format!("{head}\n"))?;
    let mut reader = Reader::new(call, channels);
    let mut told = Told { totals: Totals::new(channels), output };
    match follow(&mut reader, &mut stream, &mut told) {
        Ok(()) => {}
        Err(Stop::Refused(error)) => {
            told.output.line(error.recording(INPUT));
            return Ok(ExitStatus::SomeFailed);
        }
        Err(closed) => return Err(closed),
    }
    let last = stream.finish();
    last.iter().try_for_each(|event| told.tell(event))?;
    told.totals.seen(stream.samples(), rate);
    let totals = serde_json::to_value(&told.totals).unwrap_or_default();
    let mut line = json!({ "event": "totals" });
    if let (Some(line), Some(totals)) = (line.as_object_mut(), totals.as_object()) {
        line.extend(totals.clone());
    }
    told.output.results(&format!("{line}\n"))?;
    Ok(ExitStatus::Done)
}

/// Where events go.
struct Told<'a, 'b> {
    totals: Totals,
    output: &'a mut Output<'b>,
}

impl Told<'_, '_> {
    fn tell(&mut self, event: &Event) -> Result<(), Stop> {
        self.totals.add(event);
        let line = serde_json::to_string(event).map_err(Error::internal)?;
        self.output.results(&(line + "\n"))
    }
}

/// Takes what comes, as soon as it comes, until the input ends.
fn follow(reader: &mut Reader, stream: &mut EmgStream, told: &mut Told<'_, '_>) -> Result<(), Stop> {
    let mut piece = vec![0; PIECE];
    let mut samples = Vec::new();
    loop {
        let count = match told.output.input().read(&mut piece) {
            Ok(count) => count,
            Err(cause) if cause.kind() == ErrorKind::Interrupted => continue,
            Err(cause) => return Err(Error::io("read", &cause).into()),
        };
        samples.clear();
        let read = if count == 0 { reader.end(&mut samples) } else { reader.take(&piece[..count], &mut samples) };
        // What came before a fault is told before it.
        for event in stream.push(&samples) {
            told.tell(&event)?;
        }
        read?;
        if count == 0 {
            return Ok(());
        }
    }
}

/// Bytes on their way to samples.
struct Reader {
    form: Option<RawForm>,
    channels: usize,
    scale: f64,
    /// Bytes of a sample or a line that is not complete.
    rest: Vec<u8>,
    /// Where in the input they begin.
    at: u64,
    /// Samples of a moment that is not complete.
    in_moment: usize,
}

impl Reader {
    fn new(call: &StreamCall, channels: usize) -> Self {
        Self { form: call.raw, channels, scale: call.scale, rest: Vec::new(), at: 0, in_moment: 0 }
    }

    /// Appends the samples that `bytes` complete.
    fn take(&mut self, bytes: &[u8], samples: &mut Vec<f64>) -> myovox::Result<()> {
        self.rest.extend_from_slice(bytes);
        let used = match self.form {
            Some(form) => self.raw(form, samples),
            None => self.lines(samples)?,
        };
        self.rest.drain(..used);
        self.at += used as u64;
        if self.form.is_none() && self.rest.len() > LONGEST_LINE {
            let error = Error::data("stream.long-line", "a line without an end").byte(self.at);
            return Err(error.expected(format!("at most {LONGEST_LINE} bytes")));
        }
        Ok(())
    }

    /// What is left when the input has ended.
    fn end(&mut self, samples: &mut Vec<f64>) -> myovox::Result<()> {
        if self.form.is_none() {
            return if self.rest.is_empty() { Ok(()) } else { self.take(b"\n", samples) };
        }
        if self.rest.is_empty() && self.in_moment == 0 {
            return Ok(());
        }
        let found = format!("{} whole samples and {} bytes", self.in_moment, self.rest.len());
        let error = Error::data("stream.cut", "the input ends inside a moment").byte(self.at + self.rest.len() as u64);
        Err(error.found(found).expected(format!("a sample of each of {} channels", self.channels)))
    }

    fn raw(&mut self, form: RawForm, samples: &mut Vec<f64>) -> usize {
        let scale = self.scale;
        let before = samples.len();
        let width = match form {
            RawForm::F32le => values(&self.rest, samples, |bytes| f64::from(f32::from_le_bytes(bytes)) * scale),
            RawForm::F64le => values(&self.rest, samples, |bytes| f64::from_le_bytes(bytes) * scale),
            RawForm::I16le => values(&self.rest, samples, |bytes| f64::from(i16::from_le_bytes(bytes)) * scale),
        };
        let count = samples.len() - before;
        self.in_moment = (self.in_moment + count) % self.channels;
        count * width
    }

    fn lines(&self, samples: &mut Vec<f64>) -> myovox::Result<usize> {
        let mut used = 0;
        while let Some(length) = self.rest[used..].iter().position(|byte| *byte == b'\n') {
            self.line(used, &self.rest[used..used + length], samples)?;
            used += length + 1;
        }
        Ok(used)
    }

    /// The samples of one moment; a field that is empty or "nan" is a missing one, an empty line is nothing.
    fn line(&self, start: usize, line: &[u8], samples: &mut Vec<f64>) -> myovox::Result<()> {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let before = samples.len();
        let mut at = self.at + start as u64;
        for field in line.split(|byte| *byte == b',') {
            let text = std::str::from_utf8(field.trim_ascii()).unwrap_or("?");
            let value = if text.is_empty() { Some(f64::NAN) } else { text.parse::<f64>().ok() };
            let Some(value) = value else {
                samples.truncate(before);
                let found = format!("`{}`", String::from_utf8_lossy(field).trim());
                return Err(Error::data("stream.not-a-number", "not a number").byte(at).found(found));
            };
            samples.push(value * self.scale);
            at += field.len() as u64 + 1;
        }
        let found = samples.len() - before;
        if found != self.channels {
            samples.truncate(before);
            let error = Error::data("stream.fields", "a line of another number of fields");
            return Err(error.byte(self.at + start as u64).found(found).expected(self.channels));
        }
        Ok(())
    }
}

/// Appends the whole values among `bytes`; returns how many bytes each takes.
fn values<const N: usize>(bytes: &[u8], samples: &mut Vec<f64>, value: impl Fn([u8; N]) -> f64) -> usize {
    let (whole, _) = bytes.as_chunks::<N>();
    samples.extend(whole.iter().map(|bytes| value(*bytes)));
    N
}
