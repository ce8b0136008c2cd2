//! Which analog channels are muscles: by unit and label, or by name.
//!
//! C3D has no word for "this channel is EMG". A channel of a force platform and a channel derived from another (an envelope that the recording
//! program computed) are never muscles. Of the rest, those in an electrical unit, or without a unit, are, unless their label names another
//! sensor. Where some of these labels say "EMG", channels without a unit must say it too; where none does but some say "raw", that: a game
//! writes its own streams beside the sensor's. What was decided by the label alone is a warning.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::Auto;
use crate::error::{Error, Result};

/// What is known of an analog channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelInfo {
    /// Label.
    pub label: String,
    /// Unit as the file states it; empty where it states none.
    pub unit: String,
    /// Whether a force platform names this channel as its own.
    pub of_force_platform: bool,
}

/// What a channel was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A muscle; analysed.
    Muscle,
    /// Computed from another channel by the recording program.
    Derived,
    /// A force platform's.
    ForcePlatform,
    /// Another sensor's.
    Other,
}

/// The role of every channel: as [the story](self) tells, or muscles by `wanted` labels (blanks at the ends and case do not count; a label that
/// several channels bear takes them all).
///
/// # Errors
/// `emg.channel-unknown` when a wanted label is not there; the line lists those that are.
pub fn roles(channels: &[ChannelInfo], wanted: &Auto<Vec<String>>) -> Result<Vec<Role>> {
    let mut roles = by_label_and_unit(channels);
    let Some(wanted) = wanted.given() else { return Ok(roles) };
    for role in &mut roles {
        if *role == Role::Muscle {
            *role = Role::Other;
        }
    }
    for name in wanted {
        let mut found = false;
        for (info, role) in channels.iter().zip(&mut roles) {
            if info.label.trim().eq_ignore_ascii_case(name.trim()) {
                (*role, found) = (Role::Muscle, true);
            }
        }
        if !found {
            return Err(unknown(name, channels));
        }
    }
    Ok(roles)
}

pub(super) fn unknown(name: &str, channels: &[ChannelInfo]) -> Error {
    const SHOWN: usize = 20;
    let labels: Vec<&str> = channels.iter().take(SHOWN).map(|info| info.label.trim()).collect();
    let more = if channels.len() > SHOWN { format!(" and {} more", channels.len() - SHOWN) } else { String::new() };
    let expected = match channels.len() {
        0 => "nothing: there are no analog channels".to_owned(),
        _ => format!("one of \"{}\"{more}", labels.join("\", \"")),
    };
    Error::config("emg.channel-unknown", "no such channel")
        .field("emg.channels")
        .found(format!("\"{name}\""))
        .expected(expected)
}

fn by_label_and_unit(channels: &[ChannelInfo]) -> Vec<Role> {
    let mut roles: Vec<Role> = channels.iter().map(role_of).collect();
    for word in ["emg", "raw"] {
        let says_it = |info: &ChannelInfo| info.label.to_ascii_lowercase().contains(word);
        if channels.iter().zip(&roles).any(|(info, role)| *role == Role::Muscle && says_it(info)) {
            for (info, role) in channels.iter().zip(&mut roles) {
                if *role == Role::Muscle && !says_it(info) && !is_electrical(&info.unit) {
                    *role = Role::Other;
                }
            }
            break;
        }
    }
    roles
}

fn role_of(info: &ChannelInfo) -> Role {
    let label = info.label.trim().to_ascii_lowercase();
    if info.of_force_platform {
        Role::ForcePlatform
    } else if ["activated", "envelope", "rectified", "linear env"].iter().any(|word| label.contains(word)) {
        Role::Derived
    } else if !names_another_sensor(&label)
        && (is_electrical(&info.unit) || is_unstated(&info.unit) && is_named(&label))
    {
        Role::Muscle
    } else {
        Role::Other
    }
}

/// Whether the file names the channel at all; readers call the others `*1`, `*2` ….
fn is_named(label: &str) -> bool {
    !label.is_empty() && !label.starts_with('*')
}

/// Labels that were taken for muscles though the file states neither a unit nor, in the label, "EMG" or "raw".
pub(super) fn guessed<'a>(channels: &'a [ChannelInfo], roles: &[Role]) -> Vec<&'a str> {
    let says_nothing = |info: &&ChannelInfo| {
        let label = info.label.to_ascii_lowercase();
        is_unstated(&info.unit) && !label.contains("emg") && !label.contains("raw")
    };
    let muscles = channels.iter().zip(roles).filter(|(_, role)| **role == Role::Muscle).map(|(info, _)| info);
    muscles.filter(says_nothing).map(|info| info.label.trim()).collect()
}

/// Volts in any prefix.
fn is_electrical(unit: &str) -> bool {
    let unit = unit.trim().to_lowercase().replace(['µ', 'μ'], "u");
    let unit = unit.replace("micro", "u").replace("milli", "m").replace("nano", "n");
    let base = unit.strip_prefix(['n', 'u', 'm']).unwrap_or(&unit);
    matches!(base, "v" | "volt" | "volts")
}

/// No unit at all, or ADC counts.
fn is_unstated(unit: &str) -> bool {
    matches!(unit.trim().to_lowercase().as_str(), "" | "adc" | "counts" | "count" | "bits")
}

/// Whether a word of the label is another sensor's, or a component of force, moment or pressure (`fx1`, `F1X`, `Force.Mz2`).
fn names_another_sensor(label: &str) -> bool {
    const WORDS: [&str; 32] = [
        "acc",
        "accx",
        "accy",
        "accz",
        "gyr",
        "mag",
        "imu",
        "angle",
        "angles",
        "switch",
        "footswitch",
        "fsw",
        "trigger",
        "trig",
        "start",
        "stop",
        "clock",
        "ecg",
        "ekg",
        "eeg",
        "eog",
        "temp",
        "temperature",
        "resp",
        "respiration",
        "unused",
        "pedal",
        "speed",
        "height",
        "position",
        "load",
        "video",
    ];
    const BEGINNINGS: [&str; 9] = ["accel", "gyro", "magnet", "gonio", "sync", "force", "moment", "torque", "pressure"];
    let of_sensor = |word: &str| {
        let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
        WORDS.contains(&bare) || BEGINNINGS.iter().any(|beginning| word.starts_with(beginning)) || is_component(word)
    };
    label.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).any(of_sensor)
}

/// `fx`, `mz2`, `f1x`: a quantity, an axis, and the plate's number behind either.
fn is_component(word: &str) -> bool {
    let letters: String = word.chars().filter(|c| !c.is_ascii_digit()).collect();
    word.starts_with(['f', 'm', 'p', 'c', 't']) && matches!(letters.as_bytes(), [_, b'x' | b'y' | b'z'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(label: &str, unit: &str) -> ChannelInfo {
        ChannelInfo { label: label.into(), unit: unit.into(), of_force_platform: false }
    }

    #[test]
    fn muscles_are_found_by_unit_and_label() {
        for (label, unit, role) in [
            ("CH1 Raw", "", Role::Muscle),
            ("CH1 activated", "", Role::Derived),
            ("L Vastus Lateralis", "V", Role::Muscle),
            ("R_TA", "µV", Role::Muscle),
            ("Fz1", "V", Role::Other),
            ("Force.Fx2", "N", Role::Other),
            ("Accelerometer X", "V", Role::Other),
            ("Knee", "Nmm", Role::Other),
            ("Rectus envelope", "mV", Role::Derived),
            ("Footswitch L", "V", Role::Other),
            ("F1X", "", Role::Other),
            ("M4Z", "", Role::Other),
            ("*3", "", Role::Other),
            ("R Adductor Magnus", "V", Role::Muscle),
            ("L Flexor Accessorius", "mVolts", Role::Muscle),
            ("Fibularis", "", Role::Muscle),
        ] {
            assert_eq!(roles(&[info(label, unit)], &Auto::Auto).unwrap(), [role], "{label} in {unit}");
        }
    }

    #[test]
    fn where_labels_say_emg_or_raw_only_those_are_taken() {
        let channels =
            [info("EMG Left Quad", ""), info("Stream raw", ""), info("emg right quad", "V"), info("Triceps", "V")];
        assert_eq!(roles(&channels, &Auto::Auto).unwrap(), [Role::Muscle, Role::Other, Role::Muscle, Role::Muscle]);
        let channels = [info("CH1 Raw", ""), info("GameSpeed", ""), info("CH1 activated", "")];
        assert_eq!(roles(&channels, &Auto::Auto).unwrap(), [Role::Muscle, Role::Other, Role::Derived]);
    }

    #[test]
    fn a_label_that_several_channels_bear_takes_them_all() {
        let channels = [info("EMG", "V"), info("Biceps", "V"), info("EMG", "V")];
        let wanted = Auto::Value(vec!["emg".to_owned()]);
        assert_eq!(roles(&channels, &wanted).unwrap(), [Role::Muscle, Role::Other, Role::Muscle]);
    }

    #[test]
    fn muscles_taken_by_their_label_alone_are_named() {
        let channels = [info("Soleus", ""), info("CH1 Raw", ""), info("Biceps", "mV"), info("EMG4", "")];
        assert_eq!(guessed(&channels, &[Role::Muscle; 4]), ["Soleus"]);
    }

    #[test]
    fn channels_of_a_force_platform_are_not_muscles_whatever_their_label() {
        let channel = ChannelInfo { of_force_platform: true, ..info("EMG1", "V") };
        assert_eq!(roles(&[channel], &Auto::Auto).unwrap(), [Role::ForcePlatform]);
    }

    #[test]
    fn named_channels_are_taken_and_unknown_names_refused() {
        let channels = [info("CH1 Raw", ""), info("CH1 activated", "")];
        let wanted = |name: &str| Auto::Value(vec![name.to_owned()]);
        assert_eq!(roles(&channels, &wanted(" ch1 ACTIVATED ")).unwrap(), [Role::Other, Role::Muscle]);
        let line = roles(&channels, &wanted("CH2")).unwrap_err().to_string();
        assert_eq!(
            line,
            "emg.channels: no such channel: found \"CH2\", expected one of \"CH1 Raw\", \"CH1 activated\""
        );
    }
}
