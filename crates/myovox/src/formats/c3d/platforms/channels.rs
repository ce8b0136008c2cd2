//! The channels of each type of plate as force, and moment about the centre of the surface, in the frame of the plate.
//!
//! Types that measure about an origin of their own are moved to the surface: with o from that origin to the centre, `M + F x o`.
//! The four sensors of types 3, 6, 7 and 12 stand at (a, b), (-a, b), (-a, -b), (a, -b) around that origin, in this order.

use super::declared::{Declared, Half};
use super::frame::cross;
use super::units::Scale;

/// Most channels of any type.
pub(super) const MOST: usize = 12;

/// Whether a type has a calibration matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MatrixUse {
    None,
    /// Used where the file has it.
    Optional,
    Needed,
}

/// What a type consists of.
pub(super) struct Shape {
    pub(super) channels: usize,
    /// Rows and columns of the calibration matrix.
    pub(super) matrix: (usize, usize),
    pub(super) matrix_use: MatrixUse,
    /// Whether `ORIGIN` holds half the distances of four sensors.
    pub(super) is_four_sensors: bool,
    /// Whether its force can be computed.
    pub(super) has_formula: bool,
}

impl Shape {
    pub(super) fn of(kind: u32) -> Option<Self> {
        use MatrixUse::{Needed, None as Without, Optional};
        let (channels, matrix, matrix_use, is_four_sensors) = match kind {
            1 | 2 => (6, (0, 0), Without, false),
            4 => (6, (6, 6), Needed, false),
            3 | 11 | 12 => (8, (0, 0), Without, true),
            5 => (8, (6, 8), Needed, false),
            6 => (12, (12, 12), Needed, true),
            7 => (8, (8, 8), Needed, true),
            21 => (6, (6, 6), Optional, false),
            _ => return None,
        };
        Some(Self { channels, matrix, matrix_use, is_four_sensors, has_formula: kind != 11 })
    }
}

/// Force in N, and moment about the centre of the surface in N times the unit of length, in the frame of the plate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wrench {
    pub(super) force: [f64; 3],
    pub(super) moment: [f64; 3],
}

impl Wrench {
    /// The same about the point `o`.
    fn moved(self, o: [f64; 3]) -> Self {
        let lever = cross(self.force, o);
        let moment = [self.moment[0] + lever[0], self.moment[1] + lever[1], self.moment[2] + lever[2]];
        Self { moment, ..self }
    }
}

/// How the channels of one plate become a [`Wrench`].
pub(super) struct Converter<'a> {
    declared: &'a Declared,
    scale: &'a Scale,
}

impl<'a> Converter<'a> {
    /// Nothing where the type has no formula.
    pub(super) fn new(declared: &'a Declared, scale: &'a Scale) -> Option<Self> {
        Shape::of(declared.kind).filter(|shape| shape.has_formula).map(|_| Self { declared, scale })
    }

    /// The wrench of one sample of the channels.
    pub(super) fn wrench(&self, raw: &[f64; MOST]) -> Wrench {
        let values = self.calibrated(raw);
        let origin = self.declared.origin;
        match self.declared.kind {
            1 => of_center_of_pressure(&values),
            3 | 7 => of_eight(&values, origin),
            6 => of_twelve(&values, origin),
            12 => of_four(&values, self.declared.half, origin),
            _ => of_six(&values).moved(origin),
        }
    }

    /// Channels times calibration matrix, in N and N times the unit of length.
    fn calibrated(&self, raw: &[f64; MOST]) -> [f64; MOST] {
        let mut values = [0.0; MOST];
        match &self.declared.matrix {
            None => values = *raw,
            Some(matrix) => {
                let (_, columns) = Shape::of(self.declared.kind).map_or((0, 0), |shape| shape.matrix);
                for (column, x) in matrix.values.chunks_exact(matrix.rows.max(1)).zip(raw).take(columns) {
                    for (value, factor) in values.iter_mut().zip(column) {
                        *value += factor * x;
                    }
                }
            }
        }
        for (value, factor) in values.iter_mut().zip(&self.scale.factors) {
            *value *= factor;
        }
        values
    }
}

/// Fx Fy Fz and the centre of pressure with the free moment.
fn of_center_of_pressure(&[fx, fy, fz, px, py, tz, ..]: &[f64; MOST]) -> Wrench {
    Wrench { force: [fx, fy, fz], moment: [py * fz, -px * fz, tz + px * fy - py * fx] }
}

/// Fx Fy Fz Mx My Mz.
fn of_six(&[fx, fy, fz, mx, my, mz, ..]: &[f64; MOST]) -> Wrench {
    Wrench { force: [fx, fy, fz], moment: [mx, my, mz] }
}

/// Fx12 Fx34 Fy14 Fy23 Fz1 Fz2 Fz3 Fz4.
fn of_eight(&[fx12, fx34, fy14, fy23, z1, z2, z3, z4, ..]: &[f64; MOST], [a, b, height]: [f64; 3]) -> Wrench {
    let force = [fx12 + fx34, fy14 + fy23, z1 + z2 + z3 + z4];
    let moment = [b * (z1 + z2 - z3 - z4), a * (-z1 + z2 + z3 - z4), b * (-fx12 + fx34) + a * (fy14 - fy23)];
    Wrench { force, moment }.moved([0.0, 0.0, height])
}

/// Fx1 Fy1 Fz1 to Fx4 Fy4 Fz4.
fn of_twelve(&[x1, y1, z1, x2, y2, z2, x3, y3, z3, x4, y4, z4]: &[f64; MOST], [a, b, height]: [f64; 3]) -> Wrench {
    let force = [x1 + x2 + x3 + x4, y1 + y2 + y3 + y4, z1 + z2 + z3 + z4];
    let moment =
        [b * (z1 + z2 - z3 - z4), a * (-z1 + z2 + z3 - z4), b * (-x1 - x2 + x3 + x4) + a * (y1 - y2 - y3 + y4)];
    Wrench { force, moment }.moved([0.0, 0.0, height])
}

/// Fz11 to Fz14, Fz21 to Fz24, of which one plate has four: only the normal force is measured.
fn of_four(&[p1, p2, p3, p4, q1, q2, q3, q4, ..]: &[f64; MOST], half: Half, [a, b, _]: [f64; 3]) -> Wrench {
    let [z1, z2, z3, z4] = if half == Half::Second { [q1, q2, q3, q4] } else { [p1, p2, p3, p4] };
    Wrench {
        force: [f64::NAN, f64::NAN, z1 + z2 + z3 + z4],
        moment: [b * (z1 + z2 - z3 - z4), a * (-z1 + z2 + z3 - z4), f64::NAN],
    }
}
