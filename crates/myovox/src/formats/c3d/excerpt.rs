//! Part of a recording as a recording of its own: some points, some channels, some frames, and parameters that fit them.
//!
//! Frames keep their numbers in the trial, so the first frame of the excerpt is the first that was chosen; events keep their times in the trial.
//! Lists of one entry per point, channel, platform or event lose the entries of what is left out; everything else is kept as it is. A force platform
//! needs all of its channels: without one of them the platform is left out too, and that is warned.
//! Source: "The C3D File Format", Motion Lab Systems, *The TRIAL group*, *The `FORCE_PLATFORM` group*, *The EVENT group*.

use std::ops::Range;

use ndarray::{Array, Array2, ArrayView, Axis, Dimension, RemoveAxis, Slice};

use super::events::{self, Event, EventSource};
use super::layout::Layout;
use super::parameters::{Parameter, Parameters};
use super::rotation::Rotations;
use super::selection::Selection;
use super::warnings::Warnings;
use super::write::{counted, samples_per_frame};
use super::{C3dConfig, C3dRecording, platforms};
use crate::error::Result;
use crate::limits::Budget;
use crate::warning::Warning;

const PLATFORMS: &str = "FORCE_PLATFORM";

/// Lists of one entry per point, per channel, per platform, per event.
const OF_POINTS: [&str; 2] = ["LABELS", "DESCRIPTIONS"];
const OF_CHANNELS: [&str; 7] = ["LABELS", "DESCRIPTIONS", "UNITS", "SCALE", "OFFSET", "OFFSETS", "GAIN"];
const OF_PLATFORMS: [&str; 5] = ["TYPE", "CORNERS", "ORIGIN", "CHANNEL", "CAL_MATRIX"];
const OF_EVENTS: [&str; 7] = ["TIMES", "LABELS", "CONTEXTS", "SUBJECTS", "DESCRIPTIONS", "ICON_IDS", "GENERIC_FLAGS"];

/// What is kept, by number.
struct Kept {
    points: Vec<usize>,
    channels: Vec<usize>,
    frames: Range<usize>,
    samples_per_frame: usize,
}

impl C3dRecording {
    /// The part of the recording that `selection` names, as a recording that can be written.
    ///
    /// Frames keep their numbers in the trial ([`first_frame`](Self::first_frame)). Events outside of the chosen frames are left out, and so are force
    /// platforms of which a channel is: both are warned at the end of [`warnings`](Self::warnings), as `c3d.excerpt-events` and
    /// `c3d.excerpt-platforms`. Arrays are copied and charged to `budget`.
    ///
    /// ```
    /// use myovox::formats::c3d::{C3dBuilder, Pick, Selection};
    /// use myovox::{Budget, Limits};
    /// let channels = ndarray::array![[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0]];
    /// let recording = C3dBuilder::new(100.0).analog(&["EMG L", "EMG R"], &["V", "V"], channels).build()?;
    /// let part = Selection::all().channels(Pick::labels(["EMG R"])).frames(1..3);
    /// let excerpt = recording.excerpt(&part, &mut Budget::new(&Limits::default()))?;
    /// assert_eq!((excerpt.first_frame, excerpt.analog), (2, ndarray::array![[5.0, 6.0]]));
    /// # Ok::<(), myovox::Error>(())
    /// ```
    ///
    /// # Errors
    /// `c3d.no-such-point`, `c3d.no-such-channel`, `c3d.no-such-frames`; `c3d.shape-mismatch` where arrays and labels do not fit each other;
    /// `limit.memory-bytes`.
    pub fn excerpt(&self, selection: &Selection, budget: &mut Budget) -> Result<Self> {
        let (points, channels, frames) =
            selection.resolve_among(&self.point_labels, &self.analog_labels, self.frames as u64)?;
        let index = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let frames = index(frames.start)..index(frames.end);
        let kept = Kept { points, channels, frames, samples_per_frame: samples_per_frame(self)? };
        budget.charge(kept.bytes(), "an excerpt")?;
        let mut excerpt = self.arrays(&kept);
        let mut parameters = self.parameters.clone();
        if let Some(points) = kept.points(self) {
            for name in OF_POINTS {
                parameters.keep_entries("POINT", name, points)?;
            }
        }
        if let Some(channels) = kept.channels(self) {
            for name in OF_CHANNELS {
                parameters.keep_entries("ANALOG", name, channels)?;
            }
            let dropped = keep_platforms(&mut parameters, channels, self.analog_labels.len())?;
            excerpt.warnings.extend(dropped.map(|dropped| without_platforms(self, &dropped, channels)));
        }
        for (group, labels, named) in [
            ("POINT", &excerpt.point_labels, &mut excerpt.named_points),
            ("ANALOG", &excerpt.analog_labels, &mut excerpt.named_channels),
        ] {
            // What has no name keeps the one that it was chosen by.
            if !would_be_named(labels, *named) {
                parameters.set_texts(group, "LABELS", labels)?;
                *named = labels.len();
            }
        }
        excerpt.events = self.events_within(&kept, &excerpt.layout, &mut parameters, &mut excerpt.warnings)?;
        excerpt.parameters = parameters;
        let all = &mut Warnings::new(&C3dConfig::default(), budget.limits());
        excerpt.force_platform_channels =
            platforms::channels_of_all(&excerpt.parameters, excerpt.analog_labels.len(), all)?;
        counted(excerpt)
    }

    /// Everything but parameters and events.
    fn arrays(&self, kept: &Kept) -> Self {
        let frames = kept.frames.len();
        let first_frame = self.first_frame.saturating_add(u32::try_from(kept.frames.start).unwrap_or(u32::MAX));
        let per_frame = kept.samples_per_frame;
        let samples = kept.frames.start.saturating_mul(per_frame)..kept.frames.end.saturating_mul(per_frame);
        let chosen = |labels: &[String], kept: &[usize]| {
            kept.iter().filter_map(|&at| labels.get(at).cloned()).collect::<Vec<_>>()
        };
        let named = |count: usize, kept: &[usize]| kept.iter().filter(|&&at| at < count).count();
        let layout = Layout {
            points: u32::try_from(kept.points.len()).unwrap_or(u32::MAX),
            channels: u32::try_from(kept.channels.len()).unwrap_or(u32::MAX),
            frames: frames as u64,
            point_only_frames: 0,
            first_frame,
            ..self.layout.clone()
        };
        let analog = match kept.channels.as_slice() {
            [] => Array2::zeros((0, 0)),
            channels => part(&self.analog.view(), channels, &samples),
        };
        Self {
            point_labels: chosen(&self.point_labels, &kept.points),
            named_points: named(self.named_points, &kept.points),
            frames,
            first_frame,
            points: part(&self.points.view(), &kept.points, &kept.frames),
            residuals: part(&self.residuals.view(), &kept.points, &kept.frames),
            camera_masks: part(&self.camera_masks.view(), &kept.points, &kept.frames),
            analog_labels: chosen(&self.analog_labels, &kept.channels),
            named_channels: named(self.named_channels, &kept.channels),
            analog_units: chosen(&self.analog_units, &kept.channels),
            analog_rate_hz: self.analog_rate_hz.filter(|_| !kept.channels.is_empty()),
            analog,
            rotations: self.rotations.as_ref().map(|rotations| rotations_within(rotations, &kept.frames)),
            layout,
            point_units: self.point_units.clone(),
            header: self.header.clone(),
            warnings: self.warnings.clone(),
            parameters: Parameters::default(),
            events: Vec::new(),
            force_platform_channels: Vec::new(),
            ..*self
        }
    }

    /// The events within the chosen frames, of which `parameters` keep those of the EVENT group.
    fn events_within(
        &self,
        kept: &Kept,
        layout: &Layout,
        parameters: &mut Parameters,
        warnings: &mut Vec<Warning>,
    ) -> Result<Vec<Event>> {
        let (start, end) = (kept.frames.start, kept.frames.end);
        if start == 0 && end == self.frames {
            return Ok(self.events.clone());
        }
        let rate = self.layout.point_rate_hz;
        let is_within = |event: &Event| match (event.time_s, rate) {
            (Some(time), Some(rate)) => {
                (start == 0 || time >= start as f64 / rate) && (end == self.frames || time <= end as f64 / rate)
            }
            // Without a rate only times that count from the trial's own beginning keep their meaning.
            _ => start == 0 || event.source == EventSource::Parameter,
        };
        let later = rate.map_or(0.0, |rate| start as f64 / rate);
        let inside: Vec<&Event> = self.events.iter().filter(|event| is_within(event)).collect();
        let of_group = self.events.iter().filter(|event| event.source == EventSource::Parameter).enumerate();
        let of_group: Vec<usize> = of_group.filter(|(_, event)| is_within(event)).map(|(at, _)| at).collect();
        if parameters.get("EVENT", "USED").is_some() {
            for name in OF_EVENTS {
                parameters.keep_entries("EVENT", name, &of_group)?;
            }
            let used = u16::try_from(of_group.len()).unwrap_or(u16::MAX);
            parameters.set("EVENT", Parameter::count("USED", used)?)?;
        }
        let left_out = self.events.len().saturating_sub(inside.len());
        if left_out > 0 {
            let message = format!("{left_out} of {} events lie outside of the chosen frames", self.events.len());
            warnings.push(Warning::new("c3d.excerpt-events", message).field("EVENT:TIMES"));
        }
        Ok(inside.into_iter().map(|event| events::moved(event, later, layout)).collect())
    }
}

impl Kept {
    /// The points, where they are not all of them in their order.
    fn points(&self, recording: &C3dRecording) -> Option<&[usize]> {
        Some(self.points.as_slice()).filter(|points| !is_all(points, recording.point_labels.len()))
    }

    fn channels(&self, recording: &C3dRecording) -> Option<&[usize]> {
        Some(self.channels.as_slice()).filter(|channels| !is_all(channels, recording.analog_labels.len()))
    }

    /// Bytes of the arrays: coordinates, a residual and a mask per position, samples.
    fn bytes(&self) -> u64 {
        let positions = self.points.len().saturating_mul(self.frames.len()).saturating_mul(33);
        let samples = self.channels.len().saturating_mul(self.frames.len()).saturating_mul(self.samples_per_frame);
        positions.saturating_add(samples.saturating_mul(8)) as u64
    }
}

/// Whether a reader gives these labels where the first `named` stand in the file.
fn would_be_named(labels: &[String], named: usize) -> bool {
    labels.iter().skip(named).zip(1_u32..).all(|(label, number)| *label == format!("*{number}"))
}

fn is_all(kept: &[usize], count: usize) -> bool {
    kept.iter().copied().eq(0..count)
}

/// Of rows the chosen ones, of their last axis the chosen span.
fn part<T: Clone, D: Dimension + RemoveAxis>(
    rows: &ArrayView<'_, T, D>,
    kept: &[usize],
    span: &Range<usize>,
) -> Array<T, D> {
    let last = Axis(rows.ndim().saturating_sub(1));
    let length = rows.len_of(last);
    let span = span.start.min(length)..span.end.min(length);
    rows.slice_axis(last, Slice::from(span)).select(Axis(0), kept)
}

fn rotations_within(rotations: &Rotations, frames: &Range<usize>) -> Rotations {
    let ratio = usize::try_from(rotations.ratio).unwrap_or(usize::MAX);
    let span = frames.start.saturating_mul(ratio)..frames.end.saturating_mul(ratio);
    let all: Vec<usize> = (0..rotations.labels.len()).collect();
    Rotations {
        labels: rotations.labels.clone(),
        matrices: part(&rotations.matrices.view(), &all, &span),
        residuals: part(&rotations.residuals.view(), &all, &span),
        ..*rotations
    }
}

/// Leaves out the platforms that lose a channel, and numbers the channels of the others anew; gives the numbers of those left out, from 0.
fn keep_platforms(parameters: &mut Parameters, channels: &[usize], before: usize) -> Result<Option<Vec<usize>>> {
    let of_plates = platforms::channels_of_each(parameters, before)?;
    if of_plates.is_empty() {
        return Ok(None);
    }
    let is_kept = |plate: &&Vec<usize>| plate.iter().all(|channel| channels.contains(channel));
    let (kept, dropped): (Vec<usize>, Vec<usize>) =
        (0..of_plates.len()).partition(|&plate| of_plates.get(plate).as_ref().is_some_and(is_kept));
    if !dropped.is_empty() {
        for name in OF_PLATFORMS {
            parameters.keep_entries(PLATFORMS, name, &kept)?;
        }
        let used = u16::try_from(kept.len()).unwrap_or(u16::MAX);
        parameters.set(PLATFORMS, Parameter::count("USED", used)?)?;
    }
    let number = |old: Option<u32>| {
        let old = usize::try_from(old?.checked_sub(1)?).ok()?;
        let new = channels.iter().position(|&channel| channel == old)?;
        i16::try_from(new.checked_add(1)?).ok()
    };
    if let Some(stated) = parameters.get(PLATFORMS, "CHANNEL") {
        let numbers: Vec<i16> = stated.as_u32s().into_iter().map(|old| number(old).unwrap_or(0)).collect();
        let dims = stated.dims.clone();
        parameters.set(PLATFORMS, Parameter::integers("CHANNEL", &dims, &numbers)?)?;
    }
    Ok(Some(dropped).filter(|dropped| !dropped.is_empty()))
}

/// Says which platforms are left out, and for want of which channels.
fn without_platforms(recording: &C3dRecording, dropped: &[usize], channels: &[usize]) -> Warning {
    let numbers: Vec<String> = dropped.iter().map(|plate| plate.saturating_add(1).to_string()).collect();
    let absent = recording.force_platform_channels.iter().filter(|channel| !channels.contains(channel));
    let labels: Vec<&str> =
        absent.filter_map(|&channel| recording.analog_labels.get(channel)).map(String::as_str).collect();
    let plural = if numbers.len() == 1 { "platform" } else { "platforms" };
    let message =
        format!("{plural} {} left out with the channels that they need: {}", numbers.join(", "), labels.join(", "));
    Warning::new("c3d.excerpt-platforms", message).field("FORCE_PLATFORM:CHANNEL")
}
