//! Numbers as a person reads them: few digits, points under one another, units scaled so that a value is neither tiny nor huge.
//!
//! JSON and CSV carry every digit; what stands here is rounded for the eye.

/// Stands for what is missing; the reason stands below the table.
pub const ABSENT: &str = "–";

/// Digits that a rounded column shows of its smallest and of its largest value, where three decimals allow it.
const DIGITS: (i32, i32) = (2, 3);

/// `value` with `decimals` digits after the point.
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    // What rounds to zero has no sign.
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().all(|c| matches!(c, '0' | '.')) => digits.to_owned(),
        _ => text,
    }
}

/// The same, or the mark for what is missing.
pub fn maybe(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| ABSENT.to_owned(), |value| fixed(value, decimals))
}

/// Values of one column, with as many decimals (0 to 3) as its smallest and largest magnitude need.
pub fn column(values: &[Option<f64>]) -> Vec<String> {
    let sizes = || values.iter().flatten().map(|value| value.abs()).filter(|size| *size > 0.0 && size.is_finite());
    let (smallest, largest) = (sizes().fold(f64::INFINITY, f64::min), sizes().fold(0.0, f64::max));
    let needs = |size: f64, digits: i32| (0..3).find(|decimals| integer_digits(size) + decimals >= digits).unwrap_or(3);
    let decimals = if largest > 0.0 { needs(smallest, DIGITS.0).max(needs(largest, DIGITS.1)) } else { 0 };
    let decimals = usize::try_from(decimals).unwrap_or(0);
    values.iter().map(|value| maybe(*value, decimals)).collect()
}

/// Digits before the point of a positive number; 0.05 has -1.
fn integer_digits(mut size: f64) -> i32 {
    let mut digits = 1;
    while size >= 10.0 {
        size /= 10.0;
        digits += 1;
    }
    while size < 1.0 && digits > -3 {
        size *= 10.0;
        digits -= 1;
    }
    digits
}

/// Powers of ten in steps of three, with the words for them.
const POWERS: [(f64, &str); 9] = [
    (1e12, "10¹²"),
    (1e9, "10⁹"),
    (1e6, "10⁶"),
    (1e3, "10³"),
    (1.0, ""),
    (1e-3, "10⁻³"),
    (1e-6, "10⁻⁶"),
    (1e-9, "10⁻⁹"),
    (1e-12, "10⁻¹²"),
];

/// The exponent of the first of [`POWERS`].
const EXPONENT_OF_FIRST: i32 = 12;

/// Magnitudes that are read well without a power of ten.
const PLAIN: std::ops::Range<f64> = 0.1..1e5;

/// How amplitudes of one unit are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    divisor: f64,
    /// The unit for a head of a column: `µV`, `10⁻⁶ mmHg`, `(unit not stated)` on two lines.
    pub unit: String,
}

impl Scale {
    /// For values up to `largest` in `unit`. Volts become milli- or microvolts; other units, and what has none, get a power of ten.
    pub fn new(unit: Option<&str>, largest: f64) -> Self {
        if unit == Some("V") {
            let (divisor, unit) = match largest.abs() {
                size if size > 0.0 && size < 1e-3 => (1e-6, "µV"),
                size if size > 0.0 && size < 1.0 => (1e-3, "mV"),
                _ => (1.0, "V"),
            };
            return Self { divisor, unit: unit.to_owned() };
        }
        let unit = unit.unwrap_or("(unit\nnot stated)");
        let size = largest.abs();
        if size == 0.0 || PLAIN.contains(&size) {
            return Self { divisor: 1.0, unit: unit.to_owned() };
        }
        let smallest = POWERS[POWERS.len() - 1];
        let (divisor, power) = POWERS.into_iter().find(|(power, _)| *power <= size).unwrap_or(smallest);
        Self { divisor, unit: if power.is_empty() { unit.to_owned() } else { format!("{power} {unit}") } }
    }

    /// The value in the shown unit.
    pub fn of(&self, value: f64) -> f64 {
        value / self.divisor
    }
}

/// A value on its own: four digits, beyond 0.1 to 100000 with an exponent that is a multiple of three.
pub fn engineering(value: f64) -> String {
    let size = value.abs();
    let (power, exponent) = match POWERS.into_iter().position(|(power, _)| power <= size) {
        _ if size == 0.0 || PLAIN.contains(&size) => (1.0, 0),
        Some(place) => (POWERS[place].0, EXPONENT_OF_FIRST - 3 * i32::try_from(place).unwrap_or(0)),
        None => return format!("{value:.3e}"),
    };
    let shown = value / power;
    let decimals = usize::try_from(4 - integer_digits(shown.abs())).unwrap_or(0).min(3);
    let text = fixed(shown, if size == 0.0 { 0 } else { decimals });
    if exponent == 0 { text } else { format!("{text}e{exponent}") }
}

/// A size of a file.
pub fn size(bytes: u64) -> String {
    let size = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", fixed(size / 1e3, 1)),
        1_000_000..1_000_000_000 => format!("{} MB", fixed(size / 1e6, 1)),
        _ => format!("{} GB", fixed(size / 1e9, 1)),
    }
}

/// A rate without digits that say nothing: `990`, `59.94`.
pub fn rate(hz: f64) -> String {
    let text = fixed(hz, 3);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `1 marker`, `2 markers`.
pub fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_has_the_decimals_of_its_smallest_value_and_keeps_its_points_in_line() {
        assert_eq!(column(&[Some(12.34), Some(145.6), None]), ["12", "146", "–"]);
        assert_eq!(column(&[Some(1.234), Some(45.678)]), ["1.2", "45.7"]);
        assert_eq!(column(&[Some(0.0123), Some(450.0)]), ["0.012", "450.000"]);
        assert_eq!(column(&[Some(0.0), None]), ["0", "–"]);
        assert_eq!(column(&[Some(1e-9)]), ["0.000"]);
    }

    #[test]
    fn what_rounds_to_zero_has_no_sign() {
        assert_eq!(fixed(-0.0004, 3), "0.000");
        assert_eq!(fixed(-0.4, 1), "-0.4");
    }

    #[test]
    fn volts_become_microvolts_and_unknown_units_powers_of_ten() {
        let microvolts = Scale::new(Some("V"), 3.2e-4);
        assert_eq!((microvolts.unit.as_str(), fixed(microvolts.of(1.5e-4), 1)), ("µV", "150.0".to_owned()));
        assert_eq!(Scale::new(Some("V"), 0.02).unit, "mV");
        assert_eq!(Scale::new(Some("V"), 0.0).unit, "V");
        assert_eq!(Scale::new(Some("mV"), 0.3).unit, "mV");
        let unknown = Scale::new(None, 3.2e-4);
        assert_eq!((unknown.unit.as_str(), unknown.of(3.2e-4).round()), ("10⁻⁶ (unit\nnot stated)", 320.0));
        assert_eq!(Scale::new(None, 12.0).unit, "(unit\nnot stated)");
        assert_eq!(Scale::new(None, 1e-15).unit, "10⁻¹² (unit\nnot stated)");
    }

    #[test]
    fn a_lone_value_has_four_digits() {
        let shown = [-3.4567e-4, 0.0, 12.345, 0.5, 99_999.4, 2.5e6, 1e-20].map(engineering);
        assert_eq!(shown, ["-345.7e-6", "0", "12.35", "0.500", "99999", "2.500e6", "1.000e-20"]);
    }

    #[test]
    fn sizes_and_rates_are_short() {
        assert_eq!(size(1_229_632), "1.2 MB");
        assert_eq!(rate(990.0), "990");
        assert_eq!(rate(59.940_06), "59.94");
        assert_eq!((count(1, "marker"), count(0, "marker")), ("1 marker".to_owned(), "0 markers".to_owned()));
    }
}
