//! Analog samples on their way back: physical values to the raw numbers from which the reader makes the same values again.
//!
//! The reader computes physical = (raw - OFFSET) x SCALE x `GEN_SCALE` in `f64`. The inverse of that in `f64` is off by a few units in the last
//! place; so the raw number next to it that gives the value back to the bit is taken. What was read is therefore written as it was, and
//! only what was never a raw number is rounded: to an integer, which is counted, or to a 32-bit float.

use ndarray::Array2;

use super::shape::Shape;
use crate::error::{Error, Result};
use crate::formats::c3d::number::{Processor, Storage};
use crate::formats::c3d::parameters::{Parameter, ParameterType, Parameters};

/// Largest raw value of a channel that is scaled anew: the User Guide's 32000, short of what 16 bits hold.
pub(super) const FULL_SCALE: f64 = 32_000.0;
/// Offset of a channel that is scaled anew among unsigned samples.
const UNSIGNED_MIDDLE: f64 = 32_768.0;

/// How the raw samples of one channel become physical.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Channel {
    offset: f64,
    scale: f64,
    gen_scale: f64,
}

impl Channel {
    /// The reader's formula, in its order.
    #[inline]
    fn physical(&self, raw: f64) -> f64 {
        (raw - self.offset) * self.scale * self.gen_scale
    }

    #[inline]
    fn inverse(&self, physical: f64) -> f64 {
        // A scale of zero makes every raw number 0.
        let is_lost = physical == 0.0 && self.scale * self.gen_scale == 0.0;
        if is_lost { self.offset } else { physical / self.gen_scale / self.scale + self.offset }
    }

    /// The integer nearest to the raw number of `physical`.
    #[inline]
    pub(super) fn integer(&self, physical: f64) -> f64 {
        self.inverse(physical).round_ties_even()
    }

    /// How far the integer `raw` is from `physical`, 0 where it gives it back.
    #[inline]
    pub(super) fn difference(&self, raw: f64, physical: f64) -> f64 {
        (self.physical(raw) - physical).abs()
    }

    /// The 32-bit float that gives `physical` back, else the nearest.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "rounding to the nearest is meant")]
    pub(super) fn float(&self, physical: f64) -> f64 {
        let inverse = self.inverse(physical);
        let nearest = inverse as f32;
        let gives_back = |raw: &f32| self.physical(f64::from(*raw)) == physical;
        if gives_back(&nearest) || !nearest.is_finite() {
            return if nearest.is_finite() { f64::from(nearest) } else { inverse };
        }
        let others = [nearest.next_up(), nearest.next_down()];
        f64::from(others.into_iter().find(gives_back).unwrap_or(nearest))
    }

    /// The same for a float of `processor`: those of DEC keep all their digits down to 2^-128, where singles lose them.
    #[inline]
    pub(super) fn float_of(&self, processor: Processor, physical: f64) -> f64 {
        let nearest = self.float(physical);
        let loses_digits = processor == Processor::Dec && nearest.abs() < f64::from(f32::MIN_POSITIVE);
        if loses_digits && self.physical(nearest) != physical {
            stored(self.inverse(physical), processor)
        } else {
            nearest
        }
    }
}

/// How all channels of a recording are written.
#[derive(Debug)]
pub(super) struct Scaling {
    pub(super) channels: Vec<Channel>,
    /// Whether integer samples are unsigned: `ANALOG:FORMAT`.
    pub(super) is_unsigned: bool,
}

impl Scaling {
    /// The scaling that `parameters` state, as the reader takes it.
    pub(super) fn stated(parameters: &Parameters, count: usize) -> Self {
        let format = parameters.get("ANALOG", "FORMAT").and_then(Parameter::as_text);
        let is_unsigned = format.is_some_and(|text| text.trim().eq_ignore_ascii_case("UNSIGNED"));
        let scales = parameters.numbers("ANALOG", "SCALE");
        let offsets = offsets(parameters, is_unsigned);
        let gen_scale = parameters.get("ANALOG", "GEN_SCALE").and_then(Parameter::as_f64).unwrap_or(1.0);
        let channel = |c: usize| Channel {
            offset: offsets.get(c).copied().unwrap_or(0.0),
            scale: scales.get(c).copied().unwrap_or(1.0),
            gen_scale,
        };
        Self { channels: (0..count).map(channel).collect(), is_unsigned }
    }

    /// Chooses for each negative integer offset of a float file whether it is meant as unsigned, so that the reader, who looks at the samples,
    /// chooses the same; `was_guessed`: the recording comes from a file in which it was.
    pub(super) fn settle_offsets(
        &mut self,
        parameters: &Parameters,
        analog: &Array2<f64>,
        labels: &[String],
        was_guessed: bool,
    ) -> Result<()> {
        let are_integers = offset_name(parameters)
            .and_then(|name| parameters.get("ANALOG", name))
            .is_some_and(|offset| offset.kind == ParameterType::Integer);
        if self.is_unsigned || !are_integers {
            return Ok(());
        }
        for (c, (channel, samples)) in self.channels.iter_mut().zip(analog.rows()).enumerate() {
            if channel.offset >= 0.0 {
                continue;
            }
            let unsigned = Channel { offset: channel.offset + 65536.0, ..*channel };
            let is_taken_as_unsigned = |by: &Channel| {
                let raw = || samples.iter().map(|value| by.float(*value)).filter(|raw| raw.is_finite());
                let count = raw().count();
                let mean = raw().sum::<f64>() / count as f64;
                count > 0 && raw().all(|raw| raw >= 0.0) && (mean - unsigned.offset).abs() < 16384.0
            };
            let as_stated = !is_taken_as_unsigned(channel);
            let as_unsigned = is_taken_as_unsigned(&unsigned);
            if as_unsigned && (was_guessed || !as_stated) {
                *channel = unsigned;
            } else if !as_stated {
                let error = Error::data("c3d.value-not-representable", "the offset would be read as unsigned");
                let label = labels.get(c).cloned().unwrap_or_default();
                return Err(error.field("ANALOG:OFFSET").channel(label).found(channel.offset));
            }
        }
        Ok(())
    }

    /// For floats that become integers: channels whose raw numbers are integers keep their scale, the others get one of their own.
    pub(super) fn fit_integers(
        &mut self,
        parameters: &mut Parameters,
        analog: &Array2<f64>,
        processor: Processor,
    ) -> Result<()> {
        let range = if self.is_unsigned { 0.0..=65535.0 } else { -32768.0..=32767.0 };
        let mut changed = false;
        for (channel, samples) in self.channels.iter_mut().zip(analog.rows()) {
            let fits = |value: &f64| {
                let raw = channel.integer(*value);
                range.contains(&raw) && channel.difference(raw, *value) == 0.0
            };
            let largest = samples.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
            if largest == 0.0 || samples.iter().all(fits) {
                continue;
            }
            changed = true;
            let step = largest / FULL_SCALE / channel.gen_scale;
            channel.scale = stored(step, processor);
            channel.offset = if self.is_unsigned { UNSIGNED_MIDDLE } else { 0.0 };
        }
        if changed { self.state(parameters) } else { Ok(()) }
    }

    /// Writes scales and offsets into the parameters.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "scales and offsets come from 32-bit floats and 16-bit integers"
    )]
    fn state(&self, parameters: &mut Parameters) -> Result<()> {
        let scales: Vec<f32> = self.channels.iter().map(|channel| channel.scale as f32).collect();
        parameters.set_reals("ANALOG", "SCALE", &scales)?;
        let name = offset_name(parameters).unwrap_or("OFFSET");
        let offsets = || self.channels.iter().map(|channel| channel.offset);
        if offsets().all(|offset| offset.fract() == 0.0 && (-32768.0..=65535.0).contains(&offset)) {
            let words: Vec<i16> = offsets().map(|offset| offset as i32 as i16).collect();
            parameters.set_integers("ANALOG", name, &words)
        } else {
            let reals: Vec<f32> = offsets().map(|offset| offset as f32).collect();
            parameters.set_reals("ANALOG", name, &reals)
        }
    }
}

/// `value` as the parameter will hold it.
pub(super) fn stored(value: f64, processor: Processor) -> f64 {
    processor.float_bytes(value).map_or(value, |raw| processor.float(raw))
}

/// The name under which the offsets stand; a misspelt one is read as well.
fn offset_name(parameters: &Parameters) -> Option<&'static str> {
    ["OFFSET", "OFFSETS"].into_iter().find(|name| parameters.get("ANALOG", name).is_some())
}

fn offsets(parameters: &Parameters, is_unsigned: bool) -> Vec<f64> {
    let Some(name) = offset_name(parameters) else { return Vec::new() };
    let values = |parameter: &Parameter| match (parameter.kind, is_unsigned) {
        (ParameterType::Integer, true) => {
            parameter.as_u32s().into_iter().map(|count| f64::from(count.unwrap_or(0))).collect()
        }
        _ => parameter.as_f64s(),
    };
    parameters.series("ANALOG", name).flat_map(values).collect()
}

/// What happened to values that the file can only hold rounded.
#[derive(Clone, Debug, Default)]
pub(super) struct Rounding {
    count: u64,
    largest: f64,
}

impl Rounding {
    #[inline]
    pub(super) fn add(&mut self, difference: f64) {
        if difference > 0.0 {
            self.count = self.count.saturating_add(1);
            self.largest = self.largest.max(difference);
        }
    }

    /// What there is to say, where anything was rounded.
    pub(super) fn message(&self, what: &str) -> Option<String> {
        let Self { count, largest } = self;
        (*count > 0)
            .then(|| format!("{count} {what} lie between two that the file can hold: rounded by at most {largest:e}"))
    }
}

/// The place of a sample that cannot be written.
pub(super) fn unrepresentable(label: &str, frame: usize, value: f64, shape: &Shape) -> Error {
    let (what, expected) = match (shape.storage, shape.processor) {
        (Storage::Integer, _) => ("a sample does not fit 16 bits", "a value within the channel's scale and offset"),
        (Storage::Float, Processor::Dec) => ("a sample has no code in a DEC file", "a number below 1.7e38"),
        (Storage::Float, _) => ("a sample does not fit 32 bits", "a number below 3.4e38"),
    };
    let error = Error::data("c3d.value-not-representable", what).field(format!("analog samples of frame {frame}"));
    error.channel(label).found(value).expected(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_gives_back_what_was_read_to_the_bit() {
        for (offset, scale, gen_scale) in [
            (0.0, 1.0, 1.0),
            (2048.0, 0.0048828125, 1.0),
            (-7.0, f64::from(0.1_f32), f64::from(0.0012207_f32)),
            (32768.0, -3e-7, 17.0),
        ] {
            let channel = Channel { offset, scale, gen_scale };
            for raw in -32768..=32767_i16 {
                let physical = channel.physical(f64::from(raw));
                assert_eq!(channel.integer(physical), f64::from(raw));
                assert_eq!(channel.difference(f64::from(raw), physical), 0.0);
            }
            for step in 0..20_000_u32 {
                let raw = f64::from(f32::from_bits(step.wrapping_mul(200_003)));
                if raw.is_finite() {
                    let physical = channel.physical(raw);
                    assert_eq!(
                        channel.physical(channel.float(physical)).to_bits(),
                        physical.to_bits(),
                        "{raw:e} {offset}"
                    );
                }
            }
        }
    }

    #[test]
    fn dec_floats_below_the_least_normal_single_keep_their_digits() {
        let channel = Channel { offset: 0.0, scale: 1.0, gen_scale: 1.0 };
        for word in [0x0080_0001_u32, 0x00FF_FFFF, 0x8123_4567] {
            let [b0, b1, b2, b3] = word.to_be_bytes();
            let value = Processor::Dec.float([b1, b0, b3, b2]);
            assert!(value != 0.0 && value.abs() < f64::from(f32::MIN_POSITIVE), "{value:e}");
            assert_eq!(channel.float_of(Processor::Dec, value), value);
            assert_ne!(channel.float_of(Processor::Intel, value), value);
        }
        assert!(channel.float_of(Processor::Dec, f64::NAN).is_nan());
    }

    #[test]
    fn a_scale_of_zero_gives_zeros_back_and_nothing_else() {
        let channel = Channel { offset: 5.0, scale: 0.0, gen_scale: 1.0 };
        assert_eq!((channel.integer(0.0), channel.float(0.0)), (5.0, 5.0));
        assert!(channel.integer(1.0).is_infinite());
    }
}
