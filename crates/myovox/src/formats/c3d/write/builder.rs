//! Recordings made from arrays.
//!
//! What comes out is a [`C3dRecording`] as if it had been read: with the parameters that the User Guide requires of every file, ready for
//! [`write`](super::write) or for the analysis. Source: "The C3D File Format", Motion Lab Systems, *Required parameters*.

use ndarray::{Array2, Array3, Axis};

use super::analog::{FULL_SCALE, stored};
use super::events::as_stored;
use super::shape::same;
use crate::error::{Error, Result};
use crate::formats::c3d::events::{Event, EventSource};
use crate::formats::c3d::header::Header;
use crate::formats::c3d::layout::Layout;
use crate::formats::c3d::number::{Processor, Storage};
use crate::formats::c3d::parameters::{Parameter, Parameters};
use crate::formats::c3d::warnings::Warnings;
use crate::formats::c3d::{C3dConfig, C3dRecording, platforms};
use crate::limits::Limits;

/// A recording under construction.
///
/// ```
/// use myovox::formats::c3d::C3dBuilder;
/// use ndarray::{Array2, Array3};
/// let mut points = Array3::zeros((2, 3, 50)); // two markers, 50 frames
/// points[[1, 0, 7]] = f64::NAN; // the second was not seen in frame 7
/// let recording = C3dBuilder::new(100.0)
///     .points(&["LANK", "RANK"], points)
///     .analog(&["TA"], &["V"], Array2::zeros((1, 500))) // 1000 samples per second
///     .event("Foot Strike", "Left", 0.12)
///     .build()?;
/// assert_eq!((recording.frames, recording.analog_rate_hz), (50, Some(1000.0)));
/// assert_eq!(recording.residuals[[1, 7]], -1.0);
/// # Ok::<(), myovox::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct C3dBuilder {
    rate_hz: f64,
    point_labels: Vec<String>,
    point_units: String,
    points: Array3<f64>,
    residuals: Option<Array2<f64>>,
    camera_masks: Option<Array2<u8>>,
    analog_labels: Vec<String>,
    analog_units: Vec<String>,
    analog: Array2<f64>,
    samples_per_frame: Option<u16>,
    first_frame: u32,
    events: Vec<(String, String, f64)>,
    processor: Processor,
    storage: Storage,
    parameters: Parameters,
}

fn owned(texts: &[impl AsRef<str>]) -> Vec<String> {
    texts.iter().map(|text| text.as_ref().to_owned()).collect()
}

impl C3dBuilder {
    /// A recording of `rate_hz` frames per second, still empty: Intel, floats, first frame 1.
    #[must_use]
    pub fn new(rate_hz: f64) -> Self {
        Self {
            rate_hz,
            point_labels: Vec::new(),
            point_units: "mm".to_owned(),
            points: Array3::zeros((0, 3, 0)),
            residuals: None,
            camera_masks: None,
            analog_labels: Vec::new(),
            analog_units: Vec::new(),
            analog: Array2::zeros((0, 0)),
            samples_per_frame: None,
            first_frame: 1,
            events: Vec::new(),
            processor: Processor::Intel,
            storage: Storage::Float,
            parameters: Parameters::default(),
        }
    }

    /// Points: one label each, coordinates of (markers, 3, frames), NaN where a point was not seen.
    #[must_use]
    pub fn points(mut self, labels: &[impl AsRef<str>], coordinates: Array3<f64>) -> Self {
        (self.point_labels, self.points) = (owned(labels), coordinates);
        self
    }

    /// Unit of coordinates and residuals; `mm` unless given.
    #[must_use]
    pub fn point_units(mut self, units: &str) -> Self {
        units.clone_into(&mut self.point_units);
        self
    }

    /// Residuals of (markers, frames), negative where a point was not seen; 0 unless given.
    #[must_use]
    pub fn residuals(mut self, residuals: Array2<f64>) -> Self {
        self.residuals = Some(residuals);
        self
    }

    /// Bits 0 to 6 for the cameras 1 to 7, (markers, frames); 0 unless given.
    #[must_use]
    pub fn camera_masks(mut self, masks: Array2<u8>) -> Self {
        self.camera_masks = Some(masks);
        self
    }

    /// Analog channels: one label and one unit each, physical values of (channels, samples).
    #[must_use]
    pub fn analog(mut self, labels: &[impl AsRef<str>], units: &[impl AsRef<str>], samples: Array2<f64>) -> Self {
        (self.analog_labels, self.analog_units, self.analog) = (owned(labels), owned(units), samples);
        self
    }

    /// Analog samples per channel and frame. Found from the arrays where there are points; 1 unless given where there are none.
    #[must_use]
    pub fn samples_per_frame(mut self, samples: u16) -> Self {
        self.samples_per_frame = Some(samples);
        self
    }

    /// Number of the first frame in the original trial.
    #[must_use]
    pub fn first_frame(mut self, number: u32) -> Self {
        self.first_frame = number;
        self
    }

    /// An event of the EVENT group, `time_s` seconds from the first frame of the recording.
    #[must_use]
    pub fn event(mut self, label: &str, context: &str, time_s: f64) -> Self {
        self.events.push((label.to_owned(), context.to_owned(), time_s));
        self
    }

    /// Number formats of the file; Intel unless given.
    #[must_use]
    pub fn processor(mut self, processor: Processor) -> Self {
        self.processor = processor;
        self
    }

    /// Floats, unless integers are asked for: those are rounded to steps of the largest value by 32000, of all coordinates and of each channel.
    #[must_use]
    pub fn storage(mut self, storage: Storage) -> Self {
        self.storage = storage;
        self
    }

    /// Further parameters, beside those that are always there; of those that the arrays decide, the arrays' values are written.
    #[must_use]
    pub fn parameters(mut self, parameters: Parameters) -> Self {
        self.parameters = parameters;
        self
    }

    /// The recording.
    ///
    /// # Errors
    /// `c3d.shape-mismatch`: labels, units and arrays do not fit each other; `c3d.rate-missing`: the rate is not a number above 0;
    /// `c3d.too-many`, `c3d.parameter-invalid`: more or longer than a file can hold.
    pub fn build(mut self) -> Result<C3dRecording> {
        if !(self.rate_hz.is_finite() && self.rate_hz > 0.0) {
            let error = Error::config("c3d.rate-missing", "no frame rate").found(self.rate_hz);
            return Err(error.expected("a number above 0"));
        }
        // As the file will hold it, so that the recording is the same when it is read back.
        self.rate_hz = stored(self.rate_hz, self.processor);
        let (frames, samples_per_frame) = self.frames()?;
        let channels = self.analog.dim().0;
        if channels == 0 {
            self.analog = Array2::zeros((0, 0));
        }
        same("analog units", self.analog_units.len(), channels)?;
        let markers = self.points.dim().0;
        if markers == 0 {
            self.points = Array3::zeros((0, 3, frames));
        }
        same("point labels", self.point_labels.len(), markers)?;
        same("analog labels", self.analog_labels.len(), channels)?;
        let (residuals, camera_masks) = self.marks(markers, frames)?;
        let scale = self.scale();
        self.required(frames, samples_per_frame, scale)?;
        let events = self.times();
        let layout = self.layout(frames, samples_per_frame, scale)?;
        let header = self.header(&layout);
        let mut recording = C3dRecording {
            named_points: markers,
            point_labels: self.point_labels,
            point_rate_hz: Some(self.rate_hz),
            point_units: self.point_units,
            frames,
            first_frame: self.first_frame,
            points: self.points,
            residuals,
            camera_masks,
            named_channels: channels,
            analog_labels: self.analog_labels,
            analog_units: self.analog_units,
            analog_rate_hz: (channels > 0)
                .then_some(stored(self.rate_hz * f64::from(samples_per_frame), self.processor)),
            analog: self.analog,
            parameters: self.parameters,
            events,
            force_platform_channels: Vec::new(),
            rotations: None,
            processor: self.processor,
            storage: self.storage,
            layout,
            header,
            warnings: Vec::new(),
        };
        let mut doubts = Warnings::new(&C3dConfig::default(), &Limits::default());
        recording.force_platform_channels =
            platforms::channels_of_all(&recording.parameters, recording.analog.nrows(), &mut doubts)?;
        recording.warnings = doubts.finish();
        Ok(recording)
    }

    /// Frames, and analog samples per frame.
    fn frames(&self) -> Result<(usize, u16)> {
        let (markers, axes, frames) = self.points.dim();
        let (channels, samples) = self.analog.dim();
        same("axes of the points", axes, 3)?;
        let given = self.samples_per_frame.map(usize::from);
        let (frames, per_frame) = if markers > 0 {
            (frames, samples.checked_div(frames).unwrap_or(0))
        } else {
            let per_frame = given.unwrap_or(1);
            (samples.checked_div(per_frame).unwrap_or(0), per_frame)
        };
        if channels == 0 {
            return Ok((if markers > 0 { frames } else { 0 }, self.samples_per_frame.unwrap_or(1)));
        }
        same("analog samples", samples, frames.saturating_mul(per_frame))?;
        same("analog samples per frame", per_frame, given.unwrap_or(per_frame))?;
        let per_frame = u16::try_from(per_frame).map_err(|_| {
            let error = Error::unsupported("c3d.too-many", "more analog samples per frame than a C3D file counts");
            error.found(per_frame).expected("at most 65535")
        })?;
        Ok((frames, per_frame))
    }

    /// Residuals and camera masks; a point is invalid where either says so.
    fn marks(&mut self, markers: usize, frames: usize) -> Result<(Array2<f64>, Array2<u8>)> {
        let mut residuals = self.residuals.take().unwrap_or_else(|| Array2::zeros((markers, frames)));
        let mut masks = self.camera_masks.take().unwrap_or_else(|| Array2::zeros((markers, frames)));
        for (what, dim) in [("residuals", residuals.dim()), ("camera masks", masks.dim())] {
            same(&format!("markers of the {what}"), dim.0, markers)?;
            same(&format!("frames of the {what}"), dim.1, frames)?;
        }
        for ((mut point, mut residuals), mut masks) in
            self.points.outer_iter_mut().zip(residuals.outer_iter_mut()).zip(masks.outer_iter_mut())
        {
            for ((mut xyz, residual), mask) in point.axis_iter_mut(Axis(1)).zip(&mut residuals).zip(&mut masks) {
                *mask &= 0x7F;
                if !(*residual >= 0.0 && xyz.iter().all(|value| value.is_finite())) {
                    xyz.fill(f64::NAN);
                    (*residual, *mask) = (-1.0, 0);
                }
            }
        }
        Ok((residuals, masks))
    }

    /// The largest coordinate by 32000, as the User Guide has it; the residuals of a float file count in the same steps.
    fn scale(&self) -> f64 {
        let largest = self.points.iter().filter(|value| value.is_finite()).fold(0.0_f64, |most, v| most.max(v.abs()));
        let step = stored(largest / FULL_SCALE, self.processor);
        if step > 0.0 { step } else { 1.0 }
    }

    /// Sets the parameters that every file has. Those that count are brought into line when the recording is written.
    #[expect(clippy::cast_possible_truncation, reason = "scales and rates are 32-bit floats in the file")]
    fn required(&mut self, frames: usize, samples_per_frame: u16, scale: f64) -> Result<()> {
        let count = |value: usize| u16::try_from(value).unwrap_or(u16::MAX);
        let (markers, channels) = (self.points.dim().0, self.analog.dim().0);
        let signed = if self.storage == Storage::Float { -scale } else { scale };
        let scales = self.analog_scales();
        let p = &mut self.parameters;
        p.set("POINT", Parameter::count("USED", count(markers))?)?;
        p.set("POINT", Parameter::real("SCALE", signed as f32)?)?;
        p.set("POINT", Parameter::real("RATE", self.rate_hz as f32)?)?;
        p.set("POINT", Parameter::count("DATA_START", 0)?)?;
        p.set("POINT", Parameter::count("FRAMES", count(frames))?)?;
        p.set_texts("POINT", "LABELS", &self.point_labels)?;
        if p.get("POINT", "DESCRIPTIONS").is_none() {
            p.set_texts("POINT", "DESCRIPTIONS", &vec![""; markers])?;
        }
        p.set("POINT", Parameter::text("UNITS", &self.point_units)?)?;
        if frames >= usize::from(u16::MAX) {
            p.set("POINT", Parameter::real("LONG_FRAMES", frames as f32)?)?;
        }
        p.set("ANALOG", Parameter::count("USED", count(channels))?)?;
        p.set_texts("ANALOG", "LABELS", &self.analog_labels)?;
        if p.get("ANALOG", "DESCRIPTIONS").is_none() {
            p.set_texts("ANALOG", "DESCRIPTIONS", &vec![""; channels])?;
        }
        p.set("ANALOG", Parameter::real("GEN_SCALE", 1.0)?)?;
        p.set_reals("ANALOG", "SCALE", &scales)?;
        p.set_integers("ANALOG", "OFFSET", &vec![0; channels])?;
        p.set_texts("ANALOG", "UNITS", &self.analog_units)?;
        p.set("ANALOG", Parameter::real("RATE", (self.rate_hz * f64::from(samples_per_frame)) as f32)?)?;
        p.set("ANALOG", Parameter::text("FORMAT", "SIGNED")?)?;
        p.set("ANALOG", Parameter::integer("BITS", 16)?)?;
        if p.get("FORCE_PLATFORM", "USED").is_none() {
            p.set("FORCE_PLATFORM", Parameter::count("USED", 0)?)?;
        }
        Ok(())
    }

    /// 1 for floats, which hold the physical values themselves; the largest of each channel by 32000 for integers.
    #[expect(clippy::cast_possible_truncation, reason = "scales are 32-bit floats in the file")]
    fn analog_scales(&self) -> Vec<f32> {
        let scale = |samples: ndarray::ArrayView1<'_, f64>| {
            let largest = samples.iter().filter(|value| value.is_finite()).fold(0.0_f64, |most, v| most.max(v.abs()));
            let step = (largest / FULL_SCALE) as f32;
            if step > 0.0 && self.storage == Storage::Integer { step } else { 1.0 }
        };
        self.analog.rows().into_iter().map(scale).collect()
    }

    /// Events on both time bases. The EVENT group is made by `write`, from these.
    fn times(&self) -> Vec<Event> {
        let start = f64::from(self.first_frame.saturating_sub(1)) / self.rate_hz;
        let event = |(label, context, time): &(String, String, f64)| {
            let stored_s = as_stored(time + start);
            let time = Some(stored_s).filter(|time| time.is_finite());
            Event {
                label: label.clone(),
                context: context.clone(),
                time_s: time.map(|time| time - start),
                time_trial_s: time,
                source: EventSource::Parameter,
                stored_s,
            }
        };
        self.events.iter().map(event).collect()
    }

    fn layout(&self, frames: usize, samples_per_frame: u16, scale: f64) -> Result<Layout> {
        let count = |value: usize| {
            u32::try_from(value).map_err(|_| Error::unsupported("c3d.too-many", "more rows than a C3D file counts"))
        };
        Ok(Layout {
            processor: self.processor,
            storage: self.storage,
            data_start: 0,
            points: count(self.points.dim().0)?,
            channels: count(self.analog.dim().0)?,
            samples_per_frame: u32::from(samples_per_frame),
            frames: frames as u64,
            point_only_frames: 0,
            first_frame: self.first_frame,
            point_scale: scale,
            point_rate_hz: Some(self.rate_hz),
            data_end: 0,
        })
    }

    /// The header as far as it is known before the file is written; it has no bytes yet.
    fn header(&self, layout: &Layout) -> Header {
        let word = |count: u64| u16::try_from(count).unwrap_or(u16::MAX);
        let measurements = u64::from(layout.channels).saturating_mul(u64::from(layout.samples_per_frame));
        let first = u64::from(self.first_frame);
        Header {
            parameter_block: 2,
            points: word(u64::from(layout.points)),
            analog_measurements: word(measurements),
            first_frame: word(first),
            last_frame: word(first.saturating_add(layout.frames).saturating_sub(1)),
            max_interpolation_gap: 0,
            scale: if self.storage == Storage::Float { -layout.point_scale } else { layout.point_scale },
            data_block: 0,
            samples_per_frame: word(u64::from(layout.samples_per_frame)),
            rate_hz: self.rate_hz,
            four_char_labels: true,
            event_count: 0,
            raw: Vec::new(),
        }
    }
}
