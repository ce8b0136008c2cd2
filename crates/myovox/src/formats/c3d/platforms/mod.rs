//! Force platforms: what the plates in the floor measured, in the laboratory.
//!
//! In come the analog channels and the `FORCE_PLATFORM` group of a [`C3dRecording`], out come [`ForcePlatforms`]: per plate and analog sample the
//! force, the moment about the centre of the surface, the centre of pressure and the free moment. The way of a plate through this room:
//!
//! 1. `declared`: what the group says about it, and whether that can be true;
//! 2. `frame`: the axes of the plate from its corners;
//! 3. `units`: what the numbers of the channels are;
//! 4. `channels`: the six to twelve channels of a type become force and moment about the centre of the surface, in the frame of the plate;
//! 5. `pressure`: centre of pressure and free moment; then all is turned into the laboratory.
//!
//! A plate whose parameters cannot be true has no loads, with the reason in [`ForcePlatforms::missing`]; the others are computed all the same.
//!
//! Sources: "The C3D File Format", Motion Lab Systems, *The `FORCE_PLATFORM` group* (types 1 to 4); HAS-Motion documentation, *FP Type n* (types 5
//! and above); Kistler, instruction manual 9287C, *COP Correction Algorithm*. Where printed formulas contradict each other, they were derived
//! from the lever arms and tested by a known force moved over the plate.

mod channels;
mod declared;
mod frame;
mod pressure;
mod units;

use ndarray::{Array1, Array2, ArrayView1};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::arrays::shaped;
use super::warnings::Warnings;
use super::{C3dConfig, C3dRecording, Parameters};
use crate::config::{config, within};
use crate::error::Result;
use crate::formats::Policy;
use crate::limits::{Budget, Limits};
use crate::warning::{Missing, Warning};

use channels::{Converter, Wrench};
use declared::Declared;
use frame::Frame;
use pressure::Pressure;

use units::Scale;
pub use units::{PlatformUnits, UnitSource};

/// Normal force in N from which a foot on the plate is a witness for the unit of its moments.
const WITNESS_N: f64 = 10.0;

/// Which of the two opposite forces is reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ForceSign {
    /// What the channels hold, turned into the laboratory.
    #[default]
    Measured,
    /// Its opposite: what the ground does to the foot, where the channels hold what the foot does to the plate.
    GroundReaction,
}

/// What is subtracted from the channels first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// Nothing.
    #[default]
    None,
    /// The mean of each channel over the frames that `FORCE_PLATFORM:ZERO` names; stored centres of pressure (type 1) are left as they are.
    ZeroFrames,
}

/// Whether the centre of pressure of Kistler plates is corrected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KistlerCorrection {
    /// It is not.
    #[default]
    None,
    /// By the polynomial of `FORCE_PLATFORM:FPCOPPOLY`, in mm, where the file has it and the plate is of type 3 or 7.
    Polynomial,
}

config! {
    /// How force platforms are computed.
    pub struct ForcePlatformConfig {
        /// Smallest |Fz| in N, exclusive, for which a centre of pressure and a free moment are given. Default 10 N, usual in gait
        /// laboratories: below it the quotient is noise. Range 0 to 1000.
        cop_threshold_n: f64 = 10.0,
        /// Which force is reported. Default the measured one, as ezc3d.
        sign: ForceSign = ForceSign::Measured,
        /// What is subtracted from the channels first. Default nothing: the User Guide leaves it to the application.
        baseline: Baseline = Baseline::None,
        /// Whether the centre of pressure of Kistler plates is corrected. Default not: the coefficients belong to one way of mounting.
        kistler_correction: KistlerCorrection = KistlerCorrection::None,
        /// What to do with platforms that cannot be what they say. Default lenient: they have no loads, and a warning says why.
        policy: Policy = Policy::Lenient,
    }
}

/// All force platforms of a recording.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ForcePlatforms {
    /// The platforms in the order of the file, also those without loads.
    pub platforms: Vec<ForcePlatform>,
    /// Samples per second; nothing where the recording has no rate.
    pub rate_hz: Option<f64>,
    /// Number of the first frame, in the trial, of the baseline that was subtracted, and of its last; nothing where none was.
    pub baseline_frames: Option<[u32; 2]>,
    /// Which platforms have no loads, and why.
    pub missing: Vec<Missing>,
    /// What is doubtful, among it what [`read`](super::read) said about platforms.
    pub warnings: Vec<Warning>,
}

/// One force platform.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ForcePlatform {
    /// `FORCE_PLATFORM:TYPE`; 0 where the file does not say.
    pub kind: u32,
    /// Its analog channels, from 0, in the order of its type; without those that do not exist.
    pub channels: Vec<usize>,
    /// The four corners in the laboratory in `POINT:UNITS`: those at (+x, +y), (-x, +y), (-x, -y), (+x, -y) of the plate.
    pub corners: [[f64; 3]; 4],
    /// The mean of the corners in `POINT:UNITS`; nothing where the corners are none.
    pub center: Option<[f64; 3]>,
    /// Rows of the matrix that turns directions of the plate into those of the laboratory; nothing where the corners are none.
    pub rotation: Option<[[f64; 3]; 3]>,
    /// `FORCE_PLATFORM:ORIGIN` as it was used, in `POINT:UNITS` and the frame of the plate. Types 2, 4, 5, 21: from the sensor's origin to the
    /// centre of the surface. Types 3, 6, 7, 12: half the distances of the sensors along x and y, and the height of the surface, negative.
    pub origin: [f64; 3],
    /// Units of the numbers in the channels.
    pub units: PlatformUnits,
    /// What acts on the plate; nothing where the platform cannot be what it says.
    pub loads: Option<PlateLoads>,
    /// Whether `FORCE_PLATFORM:FPCOPPOLY` corrected the centre of pressure.
    pub cop_corrected: bool,
}

/// What acts on a plate. One column per analog sample; NaN where the channels hold NaN.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PlateLoads {
    /// (samples): force along the z axis of the plate in N, by which the threshold is applied.
    pub normal_force_n: Array1<f64>,
    /// (3, samples): force in the laboratory in N. NaN for type 12, which measures one component only.
    pub force_n: Array2<f64>,
    /// (3, samples): moment about the centre of the surface, in the laboratory, in N·m. NaN for type 12, and where the origin is not known;
    /// so is what follows from it.
    pub moment_nm: Array2<f64>,
    /// (3, samples): centre of pressure in the laboratory in `POINT:UNITS`; NaN at or below the threshold.
    pub center_of_pressure: Array2<f64>,
    /// (3, samples): free moment, along the z axis of the plate, in the laboratory, in N·m; NaN at or below the threshold and for type 12.
    pub free_moment_nm: Array2<f64>,
}

impl C3dRecording {
    /// Force, moment, centre of pressure and free moment of every force platform.
    ///
    /// ```
    /// use myovox::formats::c3d::{self, C3dConfig, ForcePlatformConfig};
    /// use myovox::{Budget, Limits};
    /// let (file, truth) = myovox_fixtures::platform::platform();
    /// let budget = &mut Budget::new(&Limits::default());
    /// let recording = c3d::read(&file, &C3dConfig::default(), budget)?;
    /// let found = recording.force_platforms(&ForcePlatformConfig::default(), budget)?;
    /// let loads = found.platforms[0].loads.as_ref().unwrap();
    /// assert!((loads.center_of_pressure[[0, 7]] - truth.platforms[0].cop_mm[0][7]).abs() < 1e-9);
    /// # Ok::<(), myovox::Error>(())
    /// ```
    ///
    /// # Errors
    /// `config.out-of-range`, `limit.memory-bytes`; under [`Policy::Strict`] `c3d.fp-corners-bad`, `c3d.fp-channel-range`,
    /// `c3d.fp-cal-matrix-missing`, `c3d.fp-origin-missing`, `c3d.fp-moment-units`.
    pub fn force_platforms(&self, config: &ForcePlatformConfig, budget: &mut Budget) -> Result<ForcePlatforms> {
        within("cop_threshold_n", config.cop_threshold_n, 0.0..=1000.0)?;
        let mut warnings = Warnings::new(&C3dConfig::default().policy(config.policy), budget.limits());
        let declared = declared::read(&self.parameters, self.analog.nrows(), &mut warnings)?;
        let zero = match config.baseline {
            Baseline::None => None,
            Baseline::ZeroFrames => zero_frames(self, &mut warnings)?,
        };
        let mut found = ForcePlatforms {
            platforms: Vec::new(),
            rate_hz: self.analog_layout_rate_hz(),
            baseline_frames: zero,
            missing: Vec::new(),
            warnings: Vec::new(),
        };
        for (number, declared) in declared.into_iter().enumerate() {
            let path = format!("platforms[{number}].loads");
            if let Some((reason, message)) = &declared.unusable {
                found.missing.push(Missing::new(path, reason, message.clone()));
            } else if let Some(message) = &declared.no_moments {
                found.missing.push(Missing::new(format!("{path}.moment_nm"), "origin_missing", message.clone()));
            }
            found.platforms.push(self.platform(number, declared, zero, config, budget, &mut warnings)?);
        }
        found.warnings = warnings.finish();
        Ok(found)
    }

    fn platform(
        &self,
        number: usize,
        declared: Declared,
        zero: Option<[u32; 2]>,
        config: &ForcePlatformConfig,
        budget: &mut Budget,
        warnings: &mut Warnings,
    ) -> Result<ForcePlatform> {
        let rows = self.channels_of(&declared, zero);
        let scale =
            plausible_scale(number, &declared, units::find(self, &declared), &rows, self.analog.ncols(), warnings)?;
        let polynomial = match config.kistler_correction {
            KistlerCorrection::Polynomial if matches!(declared.kind, 3 | 7) => polynomial(&self.parameters, number),
            _ => None,
        };
        let frame = declared.frame.clone();
        let loads = match (&frame, Converter::new(&declared, &scale)) {
            (Some(frame), Some(converter)) if declared.unusable.is_none() => {
                units::warn(number, &declared, &scale, warnings)?;
                let pressure =
                    Pressure { threshold_n: config.cop_threshold_n, polynomial, length_m: scale.units.length_m };
                Some(loads(&rows, self.analog.ncols(), &converter, frame, &pressure, config.sign, budget)?)
            }
            _ => None,
        };
        Ok(ForcePlatform {
            kind: declared.kind,
            channels: declared.channels,
            corners: declared.corners,
            center: frame.as_ref().map(|frame| frame.center),
            rotation: frame.as_ref().map(|frame| frame.rotation),
            origin: declared.origin,
            units: scale.units,
            cop_corrected: polynomial.is_some() && loads.is_some(),
            loads,
        })
    }

    /// The samples of the plate's channels, each with what is to be subtracted from it.
    fn channels_of(&self, declared: &Declared, zero: Option<[u32; 2]>) -> Vec<Row<'_>> {
        let span = zero.map_or(0..0, |frames| self.samples_of(frames));
        let channels = declared.channels.iter().enumerate().filter_map(|(place, &channel)| {
            let samples = self.analog.outer_iter().nth(channel)?;
            let is_position = declared.kind == 1 && matches!(place, 3 | 4);
            let quiet = samples.iter().skip(span.start).take(if is_position { 0 } else { span.len() });
            let (sum, count) = quiet
                .filter(|value| value.is_finite())
                .fold((0.0, 0_u32), |(sum, count), value| (sum + value, count.saturating_add(1)));
            Some(Row { samples, baseline: if count > 0 { sum / f64::from(count) } else { 0.0 } })
        });
        channels.collect()
    }

    /// The analog samples of frames that are counted as in the trial.
    fn samples_of(&self, [first, last]: [u32; 2]) -> std::ops::Range<usize> {
        let sample = |frame: u32| {
            let frames = u64::from(frame.saturating_sub(self.first_frame));
            usize::try_from(frames.saturating_mul(u64::from(self.layout.samples_per_frame))).unwrap_or(usize::MAX)
        };
        sample(first)..sample(last.saturating_add(1))
    }
}

/// The frames of `FORCE_PLATFORM:ZERO`, where they are in the recording.
fn zero_frames(recording: &C3dRecording, warnings: &mut Warnings) -> Result<Option<[u32; 2]>> {
    let stated = recording.parameters.get("FORCE_PLATFORM", "ZERO").map(super::Parameter::as_u32s);
    let frames = match stated.as_deref() {
        Some([Some(first), Some(last), ..]) => [*first, *last],
        _ => [0, 0],
    };
    let count = u32::try_from(recording.layout.frames).unwrap_or(u32::MAX);
    let end = recording.first_frame.saturating_add(count);
    let [first, last] = frames;
    if first > 0 && first <= last && first >= recording.first_frame && last < end {
        return Ok(Some(frames));
    }
    if frames != [0, 0] {
        let message = format!(
            "the baseline is said to be frames {first} to {last}, the recording has {} to {}; none is subtracted",
            recording.first_frame,
            end.saturating_sub(1)
        );
        warnings.add(Warning::new("c3d.fp-zero-range", message).field("FORCE_PLATFORM:ZERO"))?;
    }
    Ok(None)
}

/// The six pairs of coefficients for platform `number`: one set for all, or one for each.
fn polynomial(parameters: &Parameters, number: usize) -> Option<[[f64; 6]; 2]> {
    let values = parameters.numbers("FORCE_PLATFORM", "FPCOPPOLY");
    let sets = values.as_chunks::<12>().0;
    let set = if sets.len() > 1 { sets.get(number)? } else { sets.first()? };
    let pairs = set.as_chunks::<2>().0;
    let mut coefficients = [[0.0; 6]; 2];
    let [of_x, of_y] = &mut coefficients;
    for ((x, y), pair) in of_x.iter_mut().zip(of_y).zip(pairs) {
        (*x, *y) = (pair[0], pair[1]);
    }
    set.iter().all(|value| value.is_finite()).then_some(coefficients)
}

/// `stated`, unless its moments put the feet far outside the plate while moments in N times the unit of length put them on it: files are found
/// that say newton metres and hold newton millimetres.
fn plausible_scale(
    number: usize,
    declared: &Declared,
    stated: Scale,
    rows: &[Row<'_>],
    samples: usize,
    warnings: &mut Warnings,
) -> Result<Scale> {
    let Some(frame) = declared.frame.as_ref().filter(|_| declared.unusable.is_none()) else { return Ok(stated) };
    let Some(usual) = stated.with_moments_as_usual(declared) else { return Ok(stated) };
    let on_plate = |scale: &Scale| {
        let converter = Converter::new(declared, scale)?;
        let wrenches = (0..samples).map(|i| converter.wrench(&sample_of(rows, i)));
        let most = wrenches.clone().fold(0.0_f64, |most, wrench| most.max(wrench.force[2].abs()));
        let pressure = Pressure { threshold_n: WITNESS_N.max(most / 2.0), polynomial: None, length_m: 1.0 };
        let points = wrenches.map(|wrench| pressure.of(&wrench).0).filter(|point| point[0].is_finite());
        let (all, inside) = points.fold((0_u64, 0_u64), |(all, inside), [x, y]| {
            let is_inside = x * x + y * y <= frame.radius * frame.radius;
            (all.saturating_add(1), inside.saturating_add(u64::from(is_inside)))
        });
        (all > 0).then_some(inside.saturating_mul(2) >= all)
    };
    if on_plate(&stated) != Some(false) || on_plate(&usual) != Some(true) {
        return Ok(stated);
    }
    let message = format!(
        "platform {}: by the stated unit of its moments the centre of pressure lies outside the plate; they are read as N times the unit of length",
        number.saturating_add(1)
    );
    warnings.add(Warning::new("c3d.fp-moment-units", message).field("ANALOG:UNITS"))?;
    Ok(usual)
}

/// The values of sample `i` without their baselines; NaN where a channel has none.
fn sample_of(rows: &[Row<'_>], i: usize) -> [f64; channels::MOST] {
    let mut raw = [0.0; channels::MOST];
    for (raw, row) in raw.iter_mut().zip(rows) {
        *raw = row.samples.get(i).map_or(f64::NAN, |value| value - row.baseline);
    }
    raw
}

/// A channel of a plate, and what is to be subtracted from it.
struct Row<'a> {
    samples: ArrayView1<'a, f64>,
    baseline: f64,
}

/// Three rows of one value per sample.
struct Rows {
    values: Vec<f64>,
    samples: usize,
}

impl Rows {
    fn new(samples: usize, budget: &mut Budget) -> Result<Self> {
        Ok(Self { values: budget.zeroed(samples.saturating_mul(3), "force platforms")?, samples })
    }

    fn put(&mut self, sample: usize, vector: [f64; 3]) {
        for (row, value) in self.values.chunks_exact_mut(self.samples.max(1)).zip(vector) {
            if let Some(out) = row.get_mut(sample) {
                *out = value;
            }
        }
    }

    fn into_array(self) -> Result<Array2<f64>> {
        shaped(Array2::from_shape_vec((3, self.samples), self.values))
    }
}

/// Computes the loads of one plate, sample by sample.
fn loads(
    rows: &[Row<'_>],
    samples: usize,
    converter: &Converter,
    frame: &Frame,
    pressure: &Pressure,
    sign: ForceSign,
    budget: &mut Budget,
) -> Result<PlateLoads> {
    let mut normal: Vec<f64> = budget.zeroed(samples, "force platforms")?;
    let (mut force, mut moment) = (Rows::new(samples, budget)?, Rows::new(samples, budget)?);
    let (mut center, mut free) = (Rows::new(samples, budget)?, Rows::new(samples, budget)?);
    let sign = if sign == ForceSign::GroundReaction { -1.0 } else { 1.0 };
    for (i, normal) in normal.iter_mut().enumerate() {
        let wrench = converter.wrench(&sample_of(rows, i));
        let (point, free_moment) = pressure.of(&wrench);
        let Wrench { force: f, moment: m } = wrench;
        *normal = sign * f[2];
        force.put(i, frame.turn(f.map(|value| sign * value)));
        moment.put(i, frame.turn(m.map(|value| sign * value * pressure.length_m)));
        center.put(i, frame.place([point[0], point[1], 0.0]));
        free.put(i, frame.turn([0.0, 0.0, sign * free_moment * pressure.length_m]));
    }
    Ok(PlateLoads {
        normal_force_n: Array1::from_vec(normal),
        force_n: force.into_array()?,
        moment_nm: moment.into_array()?,
        center_of_pressure: center.into_array()?,
        free_moment_nm: free.into_array()?,
    })
}

/// Memory in bytes that [`channels_of_all`] takes at most.
pub(super) fn memory_bytes(parameters: &Parameters) -> u64 {
    declared::memory_bytes(parameters)
}

/// Says under `warnings` what cannot be true about the platforms of a file, and gives the analog channels (from 0) that belong to them, each
/// once, in the order of the file.
pub(super) fn channels_of_all(parameters: &Parameters, count: usize, warnings: &mut Warnings) -> Result<Vec<usize>> {
    let mut seen = std::collections::BTreeSet::new();
    let declared = declared::read(parameters, count, warnings)?;
    Ok(declared.into_iter().flat_map(|plate| plate.channels).filter(|&channel| seen.insert(channel)).collect())
}

/// The analog channels (from 0) of each platform.
pub(super) fn channels_of_each(parameters: &Parameters, count: usize) -> Result<Vec<Vec<usize>>> {
    let mut aside = Warnings::new(&C3dConfig::default(), &Limits::default());
    Ok(declared::read(parameters, count, &mut aside)?.into_iter().map(|plate| plate.channels).collect())
}
