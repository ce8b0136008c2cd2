//! The axes of a plate from its four corners.

/// Where a plate lies: its centre, and rows of the matrix whose columns are its axes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) center: [f64; 3],
    pub(super) rotation: [[f64; 3]; 3],
    /// Distance of the farthest corner from the centre.
    pub(super) radius: f64,
}

/// Corners nearer to each other than this part of the diagonal are one.
const COINCIDENT: f64 = 0.01;

/// A plate whose diagonals miss each other by more than this part of their length is not flat.
const NOT_FLAT: f64 = 0.1;

fn minus(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// a x b.
pub(super) fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn length(a: [f64; 3]) -> f64 {
    dot(a, a).sqrt()
}

fn unit(a: [f64; 3]) -> [f64; 3] {
    let length = length(a);
    a.map(|value| value / length)
}

impl Frame {
    /// The frame of the plate with these corners, at (+x, +y), (-x, +y), (-x, -y), (+x, -y).
    ///
    /// # Errors
    /// Why they are no corners of a plate.
    pub(super) fn new(corners: &[[f64; 3]; 4]) -> Result<Self, &'static str> {
        let [c1, c2, c3, c4] = *corners;
        if !corners.as_flattened().iter().all(|value| value.is_finite()) {
            return Err("corners are not numbers");
        }
        let (first, second) = (minus(c3, c1), minus(c4, c2));
        let diagonal = length(first).max(length(second));
        let pairs = [(c1, c2), (c2, c3), (c3, c4), (c4, c1), (c1, c3), (c2, c4)];
        let apart = |(a, b): &([f64; 3], [f64; 3])| length(minus(*a, *b)) > COINCIDENT * diagonal;
        if !pairs.iter().all(apart) {
            return Err("corners fall together");
        }
        let normal = cross(first, second);
        let miss = dot(minus(c2, c1), unit(normal)).abs();
        if miss.is_nan() || miss > NOT_FLAT * diagonal {
            return Err("corners do not lie in a plane");
        }
        let x = unit(minus(c1, c2));
        let z = unit(cross(x, minus(c1, c4)));
        let y = cross(z, x);
        if !z.iter().chain(&x).all(|value| value.is_finite()) {
            return Err("corners lie on a line");
        }
        let center = [0, 1, 2].map(|axis| corners.iter().filter_map(|corner| corner.get(axis)).sum::<f64>() / 4.0);
        let radius = corners.iter().fold(0.0_f64, |radius, &corner| radius.max(length(minus(corner, center))));
        Ok(Self { center, rotation: [[x[0], y[0], z[0]], [x[1], y[1], z[1]], [x[2], y[2], z[2]]], radius })
    }

    /// A direction of the plate in the laboratory.
    pub(super) fn turn(&self, vector: [f64; 3]) -> [f64; 3] {
        self.rotation.map(|row| dot(row, vector))
    }

    /// A point of the plate in the laboratory.
    pub(super) fn place(&self, point: [f64; 3]) -> [f64; 3] {
        let turned = self.turn(point);
        [self.center[0] + turned[0], self.center[1] + turned[1], self.center[2] + turned[2]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plate of 600 x 400 whose z axis points down: its x axis along Y, its y axis along X.
    const CORNERS: [[f64; 3]; 4] = [[400.0, 600.0, 5.0], [400.0, 0.0, 5.0], [0.0, 0.0, 5.0], [0.0, 600.0, 5.0]];

    #[test]
    fn axes_point_from_the_corners_of_the_negative_side_to_those_of_the_positive() {
        let frame = Frame::new(&CORNERS).unwrap();
        assert_eq!(frame.center, [200.0, 300.0, 5.0]);
        assert_eq!(frame.turn([1.0, 0.0, 0.0]), [0.0, 1.0, 0.0]);
        assert_eq!(frame.turn([0.0, 1.0, 0.0]), [1.0, 0.0, 0.0]);
        assert_eq!(frame.turn([0.0, 0.0, 1.0]), [0.0, 0.0, -1.0]);
        assert_eq!(frame.place([300.0, 200.0, 0.0]), CORNERS[0]);
    }

    #[test]
    fn corners_that_are_none_are_refused_with_the_reason() {
        let spoilt = |corner: usize, value: [f64; 3]| {
            let mut corners = CORNERS;
            *corners.get_mut(corner).unwrap() = value;
            Frame::new(&corners).unwrap_err()
        };
        assert_eq!(Frame::new(&[[0.0; 3]; 4]).unwrap_err(), "corners fall together");
        assert_eq!(spoilt(1, [f64::NAN, 0.0, 0.0]), "corners are not numbers");
        assert_eq!(spoilt(1, [400.0, 600.0, 5.0]), "corners fall together");
        assert_eq!(spoilt(2, [0.0, 0.0, 500.0]), "corners do not lie in a plane");
        assert_eq!(spoilt(2, [0.0, 0.0, f64::MAX]), "corners fall together");
        let line = [[0.0; 3], [1.0, 0.0, 0.0], [2.0, 0.0, 0.0], [3.0, 0.0, 0.0]];
        assert_eq!(Frame::new(&line).unwrap_err(), "corners do not lie in a plane");
    }
}
