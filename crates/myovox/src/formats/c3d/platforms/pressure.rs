//! Centre of pressure and free moment of a wrench about the centre of the surface.

use super::channels::Wrench;

/// How centres of pressure are computed.
pub(super) struct Pressure {
    /// |Fz| above which there is one.
    pub(super) threshold_n: f64,
    /// Coefficients for x and for y, for positions in mm.
    pub(super) polynomial: Option<[[f64; 6]; 2]>,
    /// Metres per unit of length.
    pub(super) length_m: f64,
}

impl Pressure {
    /// Centre of pressure (x, y) in the frame of the plate, from its centre, and the free moment there; NaN at or below the threshold.
    pub(super) fn of(&self, wrench: &Wrench) -> ([f64; 2], f64) {
        let [fx, fy, fz] = wrench.force;
        let [mx, my, mz] = wrench.moment;
        // A force of NaN is above no threshold.
        if fz.abs() > self.threshold_n {
            let mut point = [-my / fz, mx / fz];
            if let Some(coefficients) = &self.polynomial {
                let mm = 1000.0 * self.length_m;
                point = corrected(point.map(|value| value * mm), coefficients).map(|value| value / mm);
            }
            (point, mz - (point[0] * fy - point[1] * fx))
        } else {
            ([f64::NAN; 2], f64::NAN)
        }
    }
}

/// Kistler's correction: each coordinate less a polynomial of both, odd in itself and even in the other.
fn corrected([x, y]: [f64; 2], [of_x, of_y]: &[[f64; 6]; 2]) -> [f64; 2] {
    let error = |p: &[f64; 6], own: f64, other: f64| {
        let square = other * other;
        let [p1, p2, p3, p4, p5, p6] = *p;
        ((p1 * square + p2) * square + p3) * own * own * own + ((p4 * square + p5) * square + p6) * own
    };
    [x - error(of_x, x, y), y - error(of_y, y, x)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_force_is_found_where_it_acts_and_leaves_no_free_moment() {
        let (fx, fy, fz, x, y) = (20.0, -35.0, 700.0, 110.0, -60.0);
        let wrench = Wrench { force: [fx, fy, fz], moment: [y * fz, -x * fz, x * fy - y * fx] };
        let pressure = Pressure { threshold_n: 10.0, polynomial: None, length_m: 1e-3 };
        let ([px, py], tz) = pressure.of(&wrench);
        assert!((px - x).abs() < 1e-12 && (py - y).abs() < 1e-12 && tz.abs() < 1e-9);
        let light = Wrench { force: [fx, fy, -10.0], ..wrench };
        assert!(pressure.of(&light).0[0].is_nan());
        let unknown = Wrench { force: [fx, fy, f64::NAN], ..wrench };
        assert!(pressure.of(&unknown).1.is_nan());
    }

    /// The manual's formula, term by term, with its coefficients for type 9281E11.
    #[test]
    fn the_polynomial_is_that_of_the_manual_and_counts_in_millimetres() {
        let px = [2.51997e-15, -2.18826e-10, -2.69254e-7, -4.85912e-11, 4.55731e-6, -4.18892e-2];
        let py = [2.83750e-15, -1.00051e-10, -2.05349e-6, -1.16374e-10, 4.71553e-6, 6.89265e-2];
        let (x, y) = (100.0_f64, 200.0_f64);
        let (x2, y2) = (x * x, y * y);
        let want = [
            x - ((px[0] * y2 * y2 + px[1] * y2 + px[2]) * x2 * x + (px[3] * y2 * y2 + px[4] * y2 + px[5]) * x),
            y - ((py[0] * x2 * x2 + py[1] * x2 + py[2]) * y2 * y + (py[3] * x2 * x2 + py[4] * x2 + py[5]) * y),
        ];
        let wrench =
            |length: f64| Wrench { force: [0.0, 0.0, 500.0], moment: [y * length * 500.0, -x * length * 500.0, 0.0] };
        for length_m in [1e-3, 1.0] {
            let pressure = Pressure { threshold_n: 10.0, polynomial: Some([px, py]), length_m };
            let found = pressure.of(&wrench(1e-3 / length_m)).0.map(|value| value * length_m / 1e-3);
            assert!((found[0] - want[0]).abs() < 1e-9 && (found[1] - want[1]).abs() < 1e-9, "{found:?} {want:?}");
        }
        assert!((want[0] - x).abs() > 1.0);
    }
}
