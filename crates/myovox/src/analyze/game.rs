//! What a game wrote of itself into a recording: points, duration, date and clock, as the Ghostly game's files hold them.

use crate::emg::FromFile;
use crate::formats::c3d::{C3dRecording, Parameter};

/// The parameters `SUBJECTS:GAME_SCORE`, `INFO:DURATION` and `INFO:TIME` (year, month, day, hour and minute as texts).
pub(super) fn of_c3d(c3d: &C3dRecording) -> FromFile {
    let number = |group: &str, name: &str| {
        let value = c3d.parameters.get(group, name).and_then(Parameter::as_f64);
        value.filter(|value| value.is_finite())
    };
    let time = c3d.parameters.get("INFO", "TIME").map(Parameter::as_texts).unwrap_or_default();
    FromFile {
        game_points: number("SUBJECTS", "GAME_SCORE").or(number("INFO", "GAME_SCORE")),
        duration_s: number("INFO", "DURATION"),
        start: clock(&time),
    }
}

/// `2023-03-21T17:23` of five texts; `None` where one of them is no number in its range.
fn clock(parts: &[String]) -> Option<String> {
    let [year, month, day, hour, minute] = parts else { return None };
    let number = |text: &str, range: std::ops::RangeInclusive<u32>| {
        text.trim().parse::<u32>().ok().filter(|value| range.contains(value))
    };
    let (year, month, day) = (number(year, 1900..=2999)?, number(month, 1..=12)?, number(day, 1..=31)?);
    let (hour, minute) = (number(hour, 0..=23)?, number(minute, 0..=59)?);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}"))
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn a_clock_of_texts_has_month_and_day_too() {
        let texts = |all: [&str; 5]| all.map(str::to_owned).to_vec();
        assert_eq!(clock(&texts(["2023", "3   ", "21  ", "17  ", "23  "])).as_deref(), Some("2023-03-21T17:23"));
        assert_eq!(clock(&texts(["2023", "13  ", "21  ", "17  ", "23  "])), None);
        assert_eq!(clock(&texts(["2023", "", "21  ", "17  ", "23  "])), None);
        assert_eq!(clock(&["2023".to_owned()]), None);
    }
}
