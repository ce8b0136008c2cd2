//! What the `FORCE_PLATFORM` group says about each plate, and whether it can be true.

use super::super::parameters::Parameters;
use super::super::warnings::Warnings;
use super::channels::{MatrixUse, Shape};
use super::frame::Frame;
use crate::error::Result;
use crate::warning::Warning;

const GROUP: &str = "FORCE_PLATFORM";

/// Most plates that are looked at: the last dimension of their parameters is a byte.
const MOST_PLATES: usize = 255;

/// Most rows and columns of a calibration matrix that are looked at: type 6 has 12.
const LARGEST_MATRIX: usize = 16;

/// One plate as declared.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Declared {
    /// `TYPE`, 0 where there is none.
    pub(super) kind: u32,
    /// Channels from 0 that exist.
    pub(super) channels: Vec<usize>,
    pub(super) corners: [[f64; 3]; 4],
    /// The frame of the corners, where they have one.
    pub(super) frame: Option<Frame>,
    /// The origin, with its sign repaired.
    pub(super) origin: [f64; 3],
    pub(super) matrix: Option<Matrix>,
    /// For type 12: whether it is the second plate of its treadmill.
    pub(super) half: Half,
    /// Why no moments can be computed.
    pub(super) no_moments: Option<String>,
    /// Why no loads can be computed: a word, and a line for a person.
    pub(super) unusable: Option<(&'static str, String)>,
}

/// Which plate of a Kistler Gaitway treadmill (type 12) an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    First,
    Second,
    /// Not known: the entry has no partner.
    Unknown,
}

/// A calibration matrix, column by column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Matrix {
    pub(super) rows: usize,
    pub(super) values: Vec<f64>,
}

/// The numbers of a parameter of one entry per plate, and how many stand for each plate.
struct PerPlate<T> {
    values: Vec<T>,
    each: usize,
}

impl<T> PerPlate<T> {
    fn of(&self, plate: usize) -> &[T] {
        let start = plate.saturating_mul(self.each).min(self.values.len());
        let end = start.saturating_add(self.each).min(self.values.len());
        self.values.get(start..end).unwrap_or_default()
    }

    fn plates(&self) -> usize {
        self.values.len().div_ceil(self.each.max(1))
    }
}

/// The plates that the group declares for a recording of `channels` analog channels; says what cannot be true.
///
/// # Errors
/// Under strict `c3d.fp-corners-bad`, `c3d.fp-channel-range`, `c3d.fp-cal-matrix-missing`, `c3d.fp-origin-missing`.
pub(super) fn read(parameters: &Parameters, channels: usize, warnings: &mut Warnings) -> Result<Vec<Declared>> {
    // Of lists as long as the file no more is decoded than plates can have.
    let counts = |name: &str, each: usize| {
        let parameter = parameters.get(GROUP, name);
        let width = parameter.map_or(1, |parameter| usize::try_from(parameter.kind.width()).unwrap_or(1)).max(1);
        let stored = parameter.map_or(0, |parameter| parameter.data.len()).checked_div(width).unwrap_or(0);
        let most = stored.min(each.saturating_mul(MOST_PLATES));
        (0..most).map(|index| parameter.and_then(|parameter| parameter.count_at(index))).collect::<Vec<_>>()
    };
    let reals = |name: &str, each: usize| {
        let most = each.saturating_mul(MOST_PLATES);
        PerPlate { values: parameters.first_numbers(GROUP, name, most, |word| f64::from(word.cast_signed())), each }
    };
    let kinds = counts("TYPE", 1);
    let rows = dimension(parameters, "CHANNEL", 0).unwrap_or(1);
    let named = PerPlate { values: counts("CHANNEL", rows), each: rows };
    let (corners, origins) = (reals("CORNERS", 12), reals("ORIGIN", 3));
    let matrices = Matrices::read(parameters);
    let described = kinds.len().max(named.plates()).max(corners.plates()).min(MOST_PLATES);
    let used = parameters.count(GROUP, "USED").map_or(described, |used| usize::try_from(used).unwrap_or(usize::MAX));
    if used > described {
        let message = format!("{used} platforms are used, {described} described");
        warnings.add(Warning::new("c3d.fp-type-unsupported", message).field("FORCE_PLATFORM:USED"))?;
    }
    let mut plates = Vec::new();
    for number in 0..used.min(described) {
        let kind = kinds.get(number).copied().flatten().unwrap_or(0);
        let mut plate = Declared {
            kind,
            channels: Vec::new(),
            corners: corners_of(corners.of(number)),
            frame: None,
            origin: [0, 1, 2].map(|axis| origins.of(number).get(axis).copied().unwrap_or(f64::NAN)),
            matrix: matrices.of(number, kind),
            half: Half::Unknown,
            no_moments: None,
            unusable: None,
        };
        plate.set_channels(named.of(number), channels, number, warnings)?;
        plates.push(plate);
    }
    pair_treadmills(&mut plates);
    for (number, plate) in plates.iter_mut().enumerate() {
        plate.check(number, warnings)?;
    }
    Ok(plates)
}

/// Memory that [`read`] takes at most, in bytes: each stored value as a number, those of channels twice.
pub(super) fn memory_bytes(parameters: &Parameters) -> u64 {
    let stored = |name| parameters.get(GROUP, name).map_or(0, |parameter| parameter.data.len() as u64);
    let values = |name, most: u64| stored(name).min(most.saturating_mul(MOST_PLATES as u64));
    let lists = [("CHANNEL", 3 * 255), ("TYPE", 1), ("CORNERS", 12), ("ORIGIN", 3), ("CAL_MATRIX", 256)];
    let of_lists = lists.map(|(name, most)| values(name, most).saturating_mul(24));
    let plates = values("CHANNEL", 1).max(values("TYPE", 1)).max(values("CORNERS", 1));
    of_lists.into_iter().fold(plates.saturating_mul(512), u64::saturating_add)
}

fn dimension(parameters: &Parameters, name: &str, which: usize) -> Option<usize> {
    parameters.get(GROUP, name)?.dims.get(which).map(|&dim| usize::from(dim))
}

/// Twelve numbers as corners; NaN where there are fewer.
fn corners_of(values: &[f64]) -> [[f64; 3]; 4] {
    let mut corners = [[f64::NAN; 3]; 4];
    for (out, value) in corners.as_flattened_mut().iter_mut().zip(values) {
        *out = *value;
    }
    corners
}

/// The calibration matrices of all plates.
struct Matrices {
    values: PerPlate<f64>,
    rows: usize,
    columns: usize,
}

impl Matrices {
    fn read(parameters: &Parameters) -> Self {
        let dimension = |which| dimension(parameters, "CAL_MATRIX", which).unwrap_or(0);
        let (rows, columns) = (dimension(0), dimension(1));
        let each = if rows.max(columns) > LARGEST_MATRIX { 0 } else { rows.saturating_mul(columns) };
        let most = each.saturating_mul(MOST_PLATES);
        let values = parameters.first_numbers(GROUP, "CAL_MATRIX", most, |word| f64::from(word.cast_signed()));
        Self { values: PerPlate { values, each: rows.saturating_mul(columns) }, rows, columns }
    }

    /// That of plate `number`, where it is as large as its type needs, of numbers and not all zero.
    fn of(&self, number: usize, kind: u32) -> Option<Matrix> {
        let (rows, columns) = Shape::of(kind).filter(|shape| shape.matrix_use != MatrixUse::None)?.matrix;
        let values = self.values.of(number);
        let is_whole = values.len() == self.values.each && self.rows >= rows && self.columns >= columns;
        let is_real = values.iter().all(|value| value.is_finite()) && values.iter().any(|value| *value != 0.0);
        (is_whole && is_real).then(|| Matrix { rows: self.rows, values: values.to_vec() })
    }
}

/// Entries of type 12 that follow each other and name the same channels are the two plates of a treadmill.
fn pair_treadmills(plates: &mut [Declared]) {
    let mut at = 0_usize;
    while let Some([first, second]) = plates.get_mut(at..).and_then(|rest| rest.first_chunk_mut::<2>()) {
        let are_pair = first.kind == 12 && second.kind == 12 && first.channels == second.channels;
        if are_pair {
            (first.half, second.half) = (Half::First, Half::Second);
        }
        at = at.saturating_add(if are_pair { 2 } else { 1 });
    }
}

impl Declared {
    fn set_channels(
        &mut self,
        named: &[Option<u32>],
        count: usize,
        number: usize,
        warnings: &mut Warnings,
    ) -> Result<()> {
        let needed = Shape::of(self.kind).map_or(named.len(), |shape| shape.channels);
        let found = |number: Option<u32>| {
            let channel = usize::try_from(number?.checked_sub(1)?).ok()?;
            (channel < count).then_some(channel)
        };
        let named = named.get(..needed).unwrap_or(named);
        self.channels = named.iter().filter_map(|&number| found(number)).collect();
        if self.channels.len() == needed {
            return Ok(());
        }
        let beyond = named.iter().flatten().find(|&&channel| found(Some(channel)).is_none());
        let message = match beyond {
            Some(channel) => {
                format!("platform {} names channel {channel}, there are {count}", number.saturating_add(1))
            }
            None => format!(
                "platform {} of type {} needs {needed} channels, {} are named",
                number.saturating_add(1),
                self.kind,
                named.len()
            ),
        };
        // An unknown type has nothing to lose by channels that are not there, unless they are named.
        if Shape::of(self.kind).is_some() || beyond.is_some_and(|&channel| channel > 0) {
            warnings.add(Warning::new("c3d.fp-channel-range", message.clone()).field("FORCE_PLATFORM:CHANNEL"))?;
            self.unusable = Some(("channel_range", message));
        }
        Ok(())
    }

    /// Checks type, corners, origin and calibration.
    fn check(&mut self, number: usize, warnings: &mut Warnings) -> Result<()> {
        let name = format!("platform {}", number.saturating_add(1));
        let mut refuse = |code: &'static str, reason: &'static str, field: &str, message: String| -> Result<()> {
            warnings.add(Warning::new(code, message.clone()).field(format!("{GROUP}:{field}")))?;
            self.unusable.get_or_insert((reason, message));
            Ok(())
        };
        let Some(shape) = Shape::of(self.kind).filter(|shape| shape.has_formula) else {
            let message = format!("{name} is of type {}; its channels are kept, its force is not computed", self.kind);
            return refuse("c3d.fp-type-unsupported", "type_unsupported", "TYPE", message);
        };
        if self.kind == 12 && self.half == Half::Unknown {
            let message =
                format!("{name} of type 12 has no second entry of the same channels: which plate it is is unknown");
            refuse("c3d.fp-type-unsupported", "type_unsupported", "TYPE", message)?;
        }
        match Frame::new(&self.corners) {
            Ok(frame) => self.frame = Some(frame),
            Err(why) => refuse("c3d.fp-corners-bad", "corners_bad", "CORNERS", format!("{name}: {why}"))?,
        }
        if shape.matrix_use == MatrixUse::Needed && self.matrix.is_none() {
            let (rows, columns) = shape.matrix;
            let message = format!("{name} of type {} has no calibration matrix of {rows} x {columns}", self.kind);
            refuse("c3d.fp-cal-matrix-missing", "cal_matrix_missing", "CAL_MATRIX", message)?;
        }
        self.repair_origin(&name, &shape, warnings)
    }

    /// The origin with the sign that its definition demands; NaN where there is none.
    fn repair_origin(&mut self, name: &str, shape: &Shape, warnings: &mut Warnings) -> Result<()> {
        if self.kind == 1 {
            return Ok(());
        }
        let [x, y, z] = self.origin;
        let is_there = self.origin.iter().all(|value| value.is_finite());
        if !is_there || (shape.is_four_sensors && (x == 0.0 || y == 0.0)) {
            let message = format!("{name}: {:?} does not tell where the sensors are; moments are unknown", self.origin);
            warnings.add(Warning::new("c3d.fp-origin-missing", message.clone()).field(format!("{GROUP}:ORIGIN")))?;
            (self.origin, self.no_moments) = ([f64::NAN; 3], Some(message));
            return Ok(());
        }
        let repaired = if shape.is_four_sensors {
            // Half distances are positive whatever the sign of the height.
            [x.abs(), y.abs(), 0.0 - z.abs()]
        } else if z > 0.0 {
            [0.0 - x, 0.0 - y, 0.0 - z]
        } else {
            self.origin
        };
        if repaired != self.origin {
            let message =
                format!("{name}: origin {:?} is read as {repaired:?}: the surface is above the sensor", self.origin);
            warnings.add(Warning::new("c3d.fp-origin-sign", message).field(format!("{GROUP}:ORIGIN")))?;
            self.origin = repaired;
        }
        Ok(())
    }
}
