//! Dates and times as text: whether they are one, and down to the minute. Nothing is computed with them.

/// `2023-03-14`, a day that exists.
pub(super) fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (digits(year, 4), digits(month, 2), digits(day, 2)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// `2023-03-21T17:23:09+01:00`: date, time to the second or finer, and the zone (RFC 3339, section 5.6).
pub(super) fn is_rfc3339(text: &str) -> bool {
    let Some((date, rest)) = text.split_once(['T', 't', ' ']) else { return false };
    let (time, zone) = match rest.strip_suffix(['Z', 'z']) {
        Some(time) => (time, "+00:00"),
        None => match rest.rfind(['+', '-']) {
            Some(at) => rest.split_at(at),
            None => return false,
        },
    };
    let (whole, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let fraction_is_one = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
    is_date(date) && fraction_is_one && is_clock(whole, 3) && is_clock(&zone[1..], 2)
}

/// `17:23:09` or `01:00`; a second may be 60, a leap second.
fn is_clock(text: &str, parts: usize) -> bool {
    let largest = [23, 59, 60];
    let found: Vec<&str> = text.split(':').collect();
    found.len() == parts
        && found.iter().zip(largest).all(|(part, largest)| digits(part, 2).is_some_and(|value| value <= largest))
}

fn digits(text: &str, count: usize) -> Option<u32> {
    (text.len() == count && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Date and clock of a time to the minute, `2023-03-21T17:23`, as it is written there.
pub(in crate::emg) fn minute(text: &str) -> Option<String> {
    let (date, clock) = text.split_once(['T', 't', ' '])?;
    Some(format!("{date}T{}", clock.get(..5)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_are_none_are_told_apart() {
        for good in
            ["2023-03-21T17:23:09+01:00", "2024-02-29T00:00:00Z", "2023-12-31t23:59:60.5z", "2023-01-01 00:00:00-03:30"]
        {
            assert!(is_rfc3339(good), "{good}");
        }
        for bad in [
            "",
            "2023-03-21",
            "2023-03-21T17:23:09",
            "2023-02-29T00:00:00Z",
            "2023-13-01T00:00:00Z",
            "2023-03-21T24:00:00Z",
            "2023-03-21T17:23Z",
            "21.03.2023T17:23:09Z",
            "2023-03-21T17:23:09.Z",
            "2023-03-21T17:23:09+1:00",
            "é-T+",
        ] {
            assert!(!is_rfc3339(bad), "{bad}");
        }
        assert!(is_date("2023-03-14") && !is_date("2023-3-14") && !is_date("2023-00-10") && !is_date("1900-02-29"));
        assert_eq!(minute("2023-03-21T17:23:09+01:00").as_deref(), Some("2023-03-21T17:23"));
    }
}
