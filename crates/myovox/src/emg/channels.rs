//! Which analog channels are muscles: by unit and label, or by name.
//!
//! C3D has no word for "this channel is EMG". A channel of a force platform and a channel derived from another (an envelope that the recording
//! program computed) are never muscles. Of the rest, those in an electrical unit, or without a unit, are, unless their label names another
//! sensor. Where some of these labels say "EMG", only those are taken; where none does but some say "raw", those: a game writes its own streams
//! beside the sensor's.

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

/// The role of every channel: as [the story](self) tells, or muscles by `wanted` labels (blanks at the ends and case do not count).
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
        let matches = |info: &ChannelInfo| info.label.trim().eq_ignore_ascii_case(name.trim());
        let index = channels.iter().position(matches).ok_or_else(|| {
            let labels: Vec<&str> = channels.iter().map(|info| info.label.trim()).collect();
            Error::config("emg.channel-unknown", "no such channel")
                .field("emg.channels")
                .found(format!("\"{name}\""))
                .expected(if labels.is_empty() {
                    "nothing: there are no analog channels".into()
                } else {
                    format!("one of \"{}\"", labels.join("\", \""))
                })
        })?;
        roles[index] = Role::Muscle;
    }
    Ok(roles)
}

fn by_label_and_unit(channels: &[ChannelInfo]) -> Vec<Role> {
    let mut roles: Vec<Role> = channels.iter().map(role_of).collect();
    for word in ["emg", "raw"] {
        let says_it = |info: &ChannelInfo| info.label.to_ascii_lowercase().contains(word);
        if channels.iter().zip(&roles).any(|(info, role)| *role == Role::Muscle && says_it(info)) {
            for (info, role) in channels.iter().zip(&mut roles) {
                if *role == Role::Muscle && !says_it(info) {
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
    } else if !may_be_electrical(&info.unit) || names_another_sensor(&label) {
        Role::Other
    } else {
        Role::Muscle
    }
}

/// Volts in any prefix, ADC counts, or no unit at all.
fn may_be_electrical(unit: &str) -> bool {
    let unit = unit.trim().to_lowercase().replace(['µ', 'μ'], "u");
    matches!(
        unit.as_str(),
        "" | "v"
            | "mv"
            | "uv"
            | "nv"
            | "volt"
            | "volts"
            | "millivolt"
            | "millivolts"
            | "microvolt"
            | "microvolts"
            | "adc"
            | "counts"
            | "bits"
    )
}

/// A force, moment or pressure component (`fx1`, `mz`, `force.fy2`), or a word of another sensor.
fn names_another_sensor(label: &str) -> bool {
    const WORDS: [&str; 22] = [
        "force",
        "moment",
        "torque",
        "pressure",
        "acc",
        "gyr",
        "magn",
        "imu",
        "angle",
        "gonio",
        "switch",
        "trigger",
        "sync",
        "start",
        "stop",
        "clock",
        "ecg",
        "eeg",
        "eog",
        "temperature",
        "unused",
        "respiration",
    ];
    let last = label.rsplit(['.', ':', ' ', '_']).next().unwrap_or(label);
    let component = last.trim_end_matches(|c: char| c.is_ascii_digit());
    let axis = |c: char| matches!(c, 'x' | 'y' | 'z');
    let is_component =
        component.len() == 2 && component.starts_with(['f', 'm', 'p', 'c', 't']) && component.ends_with(axis);
    is_component || WORDS.iter().any(|word| label.contains(word))
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
        ] {
            assert_eq!(roles(&[info(label, unit)], &Auto::Auto).unwrap(), [role], "{label} in {unit}");
        }
    }

    #[test]
    fn where_labels_say_emg_or_raw_only_those_are_taken() {
        let channels = [info("EMG Left Quad", ""), info("Pedal raw", ""), info("emg right quad", "V")];
        assert_eq!(roles(&channels, &Auto::Auto).unwrap(), [Role::Muscle, Role::Other, Role::Muscle]);
        let channels = [info("CH1 Raw", ""), info("GameSpeed", ""), info("CH1 activated", "")];
        assert_eq!(roles(&channels, &Auto::Auto).unwrap(), [Role::Muscle, Role::Other, Role::Derived]);
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
