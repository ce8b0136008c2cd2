//! The parts of a score, each from its own facts.

use super::{Adherence, Balance, BalanceOf, Band, Bfr, Prescription, RpeMap, Side};
use crate::error::{Error, Result};

/// Points for a rating of perceived exertion from 0 to 10.
const DOCUMENT: [f64; 11] = [20.0, 20.0, 60.0, 80.0, 100.0, 100.0, 100.0, 80.0, 60.0, 20.0, 20.0];
const DATABASE: [f64; 11] = [10.0, 25.0, 50.0, 85.0, 100.0, 100.0, 75.0, 50.0, 25.0, 15.0, 10.0];

/// Game sessions that the Ghostly+ protocol plans per day: three in each of five therapy sessions a week.
const PLANNED_PER_DAY: f64 = 15.0 / 7.0;

/// The first day on which adherence says something.
const FIRST_DAY: u32 = 3;

/// The points of a rating of perceived exertion (Borg CR-10).
///
/// ```
/// use myovox::emg::score::{RpeMap, effort};
/// assert_eq!(effort(5.0, RpeMap::Document)?, 100.0);
/// assert!(effort(4.5, RpeMap::Document).unwrap_err().to_string().contains("found 4.5"));
/// # Ok::<(), myovox::Error>(())
/// ```
///
/// # Errors
/// `session.bad-value` for anything but a whole number from 0 to 10.
pub fn effort(rpe: f64, map: RpeMap) -> Result<f64> {
    let points = match map {
        RpeMap::Document => DOCUMENT,
        RpeMap::Database => DATABASE,
    };
    let rated = points.iter().enumerate().find(|(rating, _)| *rating as f64 == rpe);
    rated.map(|(_, points)| *points).ok_or_else(|| {
        Error::config("session.bad-value", "not a rating of perceived exertion")
            .field("rpe")
            .found(rpe)
            .expected("a whole number from 0 to 10 (Borg CR-10)")
    })
}

/// Points over maximum: the ratio as it is, and in percent, at least 0 and at most 100. `None` without a maximum above 0.
///
/// ```
/// use myovox::emg::score::game;
/// assert_eq!(game(1200.0, 1000.0), Some((1.2, 100.0)));
/// assert_eq!(game(10.0, 0.0), None);
/// ```
pub fn game(points: f64, max: f64) -> Option<(f64, f64)> {
    let ratio = (max > 0.0).then(|| points / max).filter(|ratio| ratio.is_finite())?;
    Some((ratio, (100.0 * ratio).clamp(0.0, 100.0)))
}

/// 1 where the cuff's pressure lies in its window, bounds included, or where none was asked for nor noted; 0 outside; `None` where a pressure was
/// prescribed and is not known.
///
/// ```
/// use myovox::emg::score::{Bfr, Prescription, gate};
/// assert_eq!(gate(&Bfr { pressure_percent_aop: Some(55.0), ..Bfr::default() }), Some(1.0));
/// assert_eq!(gate(&Bfr { prescription: Prescription::Prescribed, ..Bfr::default() }), None);
/// ```
pub fn gate(bfr: &Bfr) -> Option<f64> {
    let [low, high] = bfr.window;
    match (bfr.pressure_percent_aop, bfr.prescription) {
        (Some(pressure), _) => Some(if (low..=high).contains(&pressure) { 1.0 } else { 0.0 }),
        (None, Prescription::None) => Some(1.0),
        (None, Prescription::Prescribed) => None,
    }
}

/// Left against right: `100 (1 - |left - right| / (left + right))`, with the weaker side. `None` where the sum is not above 0: of two idle sides
/// none is weaker.
///
/// ```
/// use myovox::emg::score::{BalanceOf, Side, symmetry};
/// let balance = symmetry(BalanceOf::Score, 60.0, 80.0).expect("both sides did something");
/// assert!((balance.symmetry - 85.714).abs() < 1e-3 && balance.weaker_side == Side::Left);
/// assert_eq!(symmetry(BalanceOf::Score, 0.0, 0.0), None);
/// ```
pub fn symmetry(of: BalanceOf, left: f64, right: f64) -> Option<Balance> {
    let sum = left + right;
    if sum.is_nan() || sum <= 0.0 {
        return None;
    }
    let symmetry = 100.0 * (1.0 - (left - right).abs() / sum);
    let weaker_side = match left.total_cmp(&right) {
        std::cmp::Ordering::Less => Side::Left,
        std::cmp::Ordering::Equal => Side::None,
        std::cmp::Ordering::Greater => Side::Right,
    };
    let band = match symmetry {
        s if s > 90.0 => Band::Excellent,
        s if s >= 80.0 => Band::Good,
        _ => Band::Poor,
    };
    Some(Balance { of, left, right, symmetry, weaker_side, band })
}

/// Game sessions of one patient that were completed in the first `protocol_day` days, against 15 a week. `None` before the third day.
///
/// ```
/// use myovox::emg::score::{Band, adherence};
/// let adherence_of_a_week = adherence(7, 13.0).expect("a week says something");
/// assert!((adherence_of_a_week.adherence - 86.667).abs() < 1e-3 && adherence_of_a_week.band == Band::Excellent);
/// assert_eq!(adherence(2, 4.0), None);
/// ```
pub fn adherence(protocol_day: u32, completed: f64) -> Option<Adherence> {
    if protocol_day < FIRST_DAY {
        return None;
    }
    let expected_sessions = PLANNED_PER_DAY * f64::from(protocol_day);
    let raw = 100.0 * completed / expected_sessions;
    let adherence = raw.clamp(0.0, 100.0);
    // A hair below a bound is rounding: 25.5 of 30 sessions are 85 %.
    let band = match adherence + 1e-9 {
        a if a >= 85.0 => Band::Excellent,
        a if a >= 70.0 => Band::Good,
        a if a >= 50.0 => Band::Moderate,
        _ => Band::Poor,
    };
    Some(Adherence { adherence, raw, expected_sessions, band })
}
