//! Brings the parameters into line with the recording that is written.
//!
//! The fields of the recording are the truth: a parameter that says the same stays as it is, byte for byte; one that says otherwise is corrected,
//! and that is warned. Nothing is added that the file can do without, so that a copy has the parameters of its original.
//! Source: "The C3D File Format", Motion Lab Systems, *Maintaining C3D frame count compatibility*, *The TRIAL group*.

use super::shape::Shape;
use crate::error::{Error, Result};
use crate::formats::c3d::C3dRecording;
use crate::formats::c3d::number::Storage;
use crate::formats::c3d::parameters::{Parameter, ParameterType, Parameters};
use crate::warning::Warning;

/// `POINT:FRAMES` and the header's last frame of a recording that does not fit 16 bits: "look elsewhere".
pub(super) const FULL: u16 = u16::MAX;

/// The parameters under correction.
pub(super) struct Settling<'a> {
    pub(super) parameters: Parameters,
    pub(super) warnings: &'a mut Vec<Warning>,
}

impl Settling<'_> {
    /// Brings all parameters into line, but for events and data starts.
    pub(super) fn all(&mut self, recording: &C3dRecording, shape: &Shape) -> Result<()> {
        self.counts(recording, shape)?;
        self.scale(recording, shape)?;
        self.frames(recording, shape)?;
        self.rates(recording, shape)?;
        self.labels("POINT", &recording.point_labels)?;
        self.labels("ANALOG", &recording.analog_labels)?;
        self.units(recording)
    }

    /// Replaces a parameter, and says what it said before where it was there.
    pub(super) fn correct(&mut self, group: &str, parameter: Parameter) -> Result<()> {
        if let Some(old) = self.parameters.get(group, &parameter.name) {
            let (old, new) = (said(old), said(&parameter));
            let message = format!("said {old}, the recording has {new}");
            let field = format!("{group}:{}", parameter.name);
            self.warnings.push(Warning::new("c3d.parameter-corrected", message).field(field));
        }
        self.parameters.set(group, parameter)
    }

    /// Corrects a count that is there and says otherwise.
    fn count(&mut self, group: &str, name: &str, value: u16) -> Result<()> {
        let is_there = self.parameters.get(group, name).is_some();
        if is_there && self.parameters.count(group, name) != Some(u32::from(value)) {
            self.correct(group, Parameter::count(name, value)?)?;
        }
        Ok(())
    }

    pub(super) fn counts(&mut self, recording: &C3dRecording, shape: &Shape) -> Result<()> {
        self.count("POINT", "USED", word(shape.markers))?;
        self.count("ANALOG", "USED", word(shape.channels))?;
        let rotations = recording.rotations.as_ref();
        self.count("ROTATION", "USED", word(rotations.map_or(0, |rotations| rotations.residuals.dim().0)))?;
        if let Some(rotations) = rotations {
            self.count("ROTATION", "RATIO", word(usize::try_from(rotations.ratio).unwrap_or(usize::MAX)))?;
        }
        Ok(())
    }

    /// `POINT:SCALE`: negative for floats.
    #[expect(clippy::cast_possible_truncation, reason = "the scale was rounded to what the file holds")]
    fn scale(&mut self, recording: &C3dRecording, shape: &Shape) -> Result<()> {
        let signed = if shape.storage == Storage::Float { -shape.scale } else { shape.scale };
        let Some(stated) = self.parameters.get("POINT", "SCALE") else { return Ok(()) };
        if stated.as_f64() == Some(signed) {
            return Ok(());
        }
        let parameter = Parameter::real("SCALE", signed as f32)?;
        // Asked for, or the same number as far as the other processor holds it.
        if shape.storage != recording.storage || shape.processor != recording.processor {
            return self.parameters.set("POINT", parameter);
        }
        self.correct("POINT", parameter)
    }

    pub(super) fn frames(&mut self, recording: &C3dRecording, shape: &Shape) -> Result<()> {
        let frames = u32::try_from(shape.frames).unwrap_or(u32::MAX);
        let first = recording.first_frame;
        let last = u64::from(first).saturating_add(u64::from(frames)).saturating_sub(1);
        let is_long = frames >= u32::from(FULL);
        let short = u16::try_from(frames).unwrap_or(FULL);
        let is_there = self.parameters.get("POINT", "FRAMES").is_some();
        // Without it the header counts, unless its last frame is full.
        if (is_long || last >= u64::from(FULL)) && !is_there {
            self.parameters.set("POINT", Parameter::count("FRAMES", short)?)?;
        }
        let said = self.parameters.count("POINT", "FRAMES");
        // A float may count beyond 65535 by itself.
        if said != Some(frames) {
            self.count("POINT", "FRAMES", short)?;
        }
        if is_long || self.parameters.get("POINT", "LONG_FRAMES").is_some() {
            self.long_frames(frames)?;
        }
        self.trial(first, frames, is_long || first > u32::from(FULL))
    }

    /// `POINT:LONG_FRAMES`: a float.
    fn long_frames(&mut self, frames: u32) -> Result<()> {
        #[expect(clippy::cast_precision_loss, reason = "above 2^24 the TRIAL group counts")]
        let parameter = Parameter::real("LONG_FRAMES", frames as f32)?;
        if self.parameters.count("POINT", "LONG_FRAMES") == parameter.as_u32s().first().copied().flatten() {
            return Ok(());
        }
        self.correct("POINT", parameter)
    }

    /// `TRIAL:ACTUAL_START_FIELD` and `ACTUAL_END_FIELD`: two words each, the low one first.
    fn trial(&mut self, first: u32, frames: u32, is_needed: bool) -> Result<()> {
        let stated = |name| self.parameters.get("TRIAL", name).and_then(long_count);
        let (start, end) = (stated("ACTUAL_START_FIELD"), stated("ACTUAL_END_FIELD"));
        if !is_needed && (start.is_none() || end.is_none() || frames == 0) {
            return Ok(());
        }
        let last = u64::from(first).saturating_add(u64::from(frames)).saturating_sub(1);
        let last = u32::try_from(last).map_err(|_| {
            let error = Error::unsupported("c3d.too-many", "more frames than a C3D file counts");
            error.found(format!("frame number {last}")).expected("below 2^32")
        })?;
        for (name, said, value) in [("ACTUAL_START_FIELD", start, first), ("ACTUAL_END_FIELD", end, last)] {
            if said != Some(value) {
                let [a, b, c, d] = value.to_le_bytes();
                let words = [i16::from_le_bytes([a, b]), i16::from_le_bytes([c, d])];
                self.correct("TRIAL", Parameter::integers(name, &[2], &words)?)?;
            }
        }
        Ok(())
    }

    #[expect(clippy::cast_possible_truncation, reason = "rates are 32-bit floats in the file")]
    fn rates(&mut self, recording: &C3dRecording, shape: &Shape) -> Result<()> {
        let stated = |parameters: &Parameters, group: &str| parameters.get(group, "RATE").and_then(Parameter::as_f64);
        if let Some(rate) = recording.point_rate_hz
            && let Some(said) = stated(&self.parameters, "POINT")
            && said as f32 != rate as f32
        {
            self.correct("POINT", Parameter::real("RATE", rate as f32)?)?;
        }
        if shape.channels == 0 {
            return Ok(());
        }
        let per_frame = shape.samples_per_frame as f64;
        let by_layout = recording.point_rate_hz.map(|rate| rate * per_frame);
        let said = stated(&self.parameters, "ANALOG").filter(|rate| rate.is_finite() && *rate > 0.0).or(by_layout);
        match recording.analog_rate_hz {
            Some(rate) if said.is_none_or(|said| said as f32 != rate as f32) => {
                self.correct("ANALOG", Parameter::real("RATE", rate as f32)?)
            }
            _ => Ok(()),
        }
    }

    /// Labels are written anew where the parameters give others.
    fn labels(&mut self, group: &str, labels: &[String]) -> Result<()> {
        let mut said: Vec<String> =
            self.parameters.texts(group, "LABELS").take(labels.len()).map(|label| label.trim().to_owned()).collect();
        crate::formats::c3d::pad_labels(&mut said, labels.len());
        if said == labels {
            return Ok(());
        }
        self.warn_texts(group, "LABELS");
        self.parameters.set_texts(group, "LABELS", labels)
    }

    fn units(&mut self, recording: &C3dRecording) -> Result<()> {
        let first = self.parameters.texts("POINT", "UNITS").next().unwrap_or_default();
        if first.trim() != recording.point_units {
            self.warn_texts("POINT", "UNITS");
            self.parameters.set("POINT", Parameter::text("UNITS", &recording.point_units)?)?;
        }
        let units = &recording.analog_units;
        let mut said: Vec<String> =
            self.parameters.texts("ANALOG", "UNITS").take(units.len()).map(|unit| unit.trim().to_owned()).collect();
        said.resize(units.len(), String::new());
        if said != *units {
            self.warn_texts("ANALOG", "UNITS");
            self.parameters.set_texts("ANALOG", "UNITS", units)?;
        }
        Ok(())
    }

    fn warn_texts(&mut self, group: &str, name: &str) {
        if self.parameters.get(group, name).is_some() {
            let warning = Warning::new("c3d.parameter-corrected", "said otherwise than the recording");
            self.warnings.push(warning.field(format!("{group}:{name}")));
        }
    }

    /// Sets a data start, in the type that it has where that holds it.
    pub(super) fn data_start(&mut self, group: &str, block: u16) -> Result<()> {
        let Some(stated) = self.parameters.get(group, "DATA_START") else { return Ok(()) };
        if self.parameters.count(group, "DATA_START") == Some(u32::from(block)) {
            return Ok(());
        }
        let parameter = match (stated.kind, u8::try_from(block)) {
            (ParameterType::Byte, Ok(block)) => Parameter::byte("DATA_START", block),
            (ParameterType::Real, _) => Parameter::real("DATA_START", f32::from(block)),
            _ => Parameter::count("DATA_START", block),
        };
        self.parameters.set(group, parameter?)
    }
}

/// A count as its 16-bit word; larger ones were refused.
pub(super) fn word(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(FULL)
}

/// A number in two words, the low one first, or in one value.
fn long_count(parameter: &Parameter) -> Option<u32> {
    match (parameter.kind, parameter.as_u32s().as_slice()) {
        (ParameterType::Integer, [Some(low), Some(high), ..]) => Some(low | (high << 16)),
        (_, [Some(count), ..]) => Some(*count),
        _ => None,
    }
}

fn said(parameter: &Parameter) -> String {
    match (parameter.as_u32s().first(), parameter.as_f64()) {
        (Some(Some(count)), Some(value)) if parameter.kind != ParameterType::Real || value.fract() == 0.0 => {
            long_count(parameter).unwrap_or(*count).to_string()
        }
        (_, Some(value)) => value.to_string(),
        _ => "no number".to_owned(),
    }
}
