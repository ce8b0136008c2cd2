//! The session file: everything that can stand in it is read, everything that cannot be is refused by its key.

use myovox::emg::Session;
use myovox::emg::given::{GivenMvcSource, MuscleRole, MvcUnit};
use myovox::emg::score::{RpeMap, Side};
use myovox::report::session_schema;

/// Every key there is.
const ALL: &str = r#"
rate_override_hz = 1000.0
rest = [[0.0, 1.0], [20.0, 21.5]]
rpe = 5
rpe_map = "database"
calibration_recording = "mvc.c3d"
[session]
id = "S-17"
start = 2023-03-21T17:23:09+01:00
[subject]
code = "P-04"
[protocol]
day = 8
start = 2023-03-14
sessions_completed = 14
[channels."CH1 Raw"]
side = "left"
muscle = "quadriceps"
role = "agonist"
mvc_value = 150.0
mvc_unit = "uV"
mvc_source = "carried"
mvc_date = 2023-03-14
mvc_confidence = 0.95
target_contractions = 12
target_duration_s = 2
target_intensity_pct = 75
[bfr]
prescribed = true
pressure_percent_aop = 50
window = [40, 60]
[game]
points = 850
max = 1000
[weights]
compliance = 0.4
symmetry = 0.25
effort = 0.2
game = 0.15
completion = 0.5
intensity = 0.3
duration = 0.2
"#;

#[test]
fn every_key_is_read_from_toml_and_json_and_fits_the_schema() {
    let session = Session::from_toml(ALL).unwrap();
    assert_eq!(session.session.start.as_deref(), Some("2023-03-21T17:23:09+01:00"));
    assert_eq!((session.protocol.day, session.protocol.start.as_deref()), (Some(8), Some("2023-03-14")));
    assert_eq!((session.rpe, session.rpe_map), (Some(5.0), Some(RpeMap::Database)));
    let channel = session.channel(" ch1 raw ").unwrap();
    assert_eq!((channel.side, channel.role), (Some(Side::Left), Some(MuscleRole::Agonist)));
    assert_eq!((channel.mvc_value, channel.mvc_unit), (Some(150.0), Some(MvcUnit::Microvolt)));
    assert_eq!(channel.mvc_source, Some(GivenMvcSource::Carried));
    let json = session.to_json();
    assert!(!json.contains("null"), "{json}");
    assert_eq!(Session::from_json(&json).unwrap(), session);
    let schema = jsonschema::validator_for(&serde_json::from_str(&session_schema()).unwrap()).unwrap();
    assert!(schema.is_valid(&serde_json::from_str(&json).unwrap()));
    assert!(!schema.is_valid(&serde_json::json!({ "rep": 5 })));
    assert_eq!(Session::from_toml("").unwrap(), Session::default());
}

#[test]
fn what_cannot_be_is_refused_by_key_value_and_what_is_permitted() {
    for (text, code, words) in [
        ("rep = 5", "session.bad-value", &["rep: ", "`rep`", "`rpe`"][..]),
        ("[channels.A]\nmvc = 5", "session.bad-value", &["channels.A.mvc: ", "`mvc_value`"]),
        ("[channels.A]\nside = 'lft'", "session.bad-value", &["channels.A.side: ", "`lft`", "`left`, `right`, `none`"]),
        ("[channels.A]\nmvc_value = 150", "session.bad-value", &["channels.A.mvc_unit: ", "150", "\"mV\""]),
        (
            "[channels.A]\nmvc_value = 0\nmvc_unit = 'V'",
            "session.bad-value",
            &["channels.A.mvc_value: ", "found 0", "above 0"],
        ),
        ("[channels.A]\nmvc_value = -1\nmvc_unit = 'V'", "session.bad-value", &["channels.A.mvc_value: ", "found -1"]),
        ("[channels.A]\nmvc_value = 1\nmvc_unit = 'kV'", "session.bad-value", &["mvc_unit: ", "`kV`", "`mV`"]),
        ("[channels.A]\nmvc_date = '14.3.2023'", "session.bad-value", &["mvc_date: ", "14.3.2023"]),
        ("[channels.A]\ntarget_contractions = -3", "session.bad-value", &["target_contractions: ", "-3"]),
        ("[channels.A]\ntarget_duration_s = 0", "session.bad-value", &["target_duration_s: ", "found 0"]),
        ("[channels.A]\n[channels.' a ']", "session.channel-twice", &["channels: ", "\" a \""]),
        ("rpe = 4.5", "session.bad-value", &["rpe: ", "found 4.5", "whole number from 0 to 10"]),
        ("rpe = 'five'", "session.bad-value", &["rpe: ", "five"]),
        ("rpe = nan", "session.bad-value", &["rpe: ", "finite"]),
        ("rest = [[2.0, 1.0]]", "session.bad-value", &["rest[0]: ", "[2, 1]"]),
        ("rest = [[1.0]]", "session.bad-value", &["rest: "]),
        ("rate_override_hz = 0", "config.rate", &["rate_override_hz: ", "0 Hz"]),
        ("[session]\nstart = 'yesterday'", "session.bad-value", &["session.start: ", "yesterday", "RFC 3339"]),
        ("[protocol]\nday = 0", "session.bad-value", &["protocol.day: ", "found 0"]),
        ("[bfr]\npressure_percent_aop = -5", "session.bad-value", &["bfr.pressure_percent_aop: ", "-5"]),
        ("[bfr]\nwindow = [55, 45]", "config.out-of-range", &["bfr.window: ", "[55, 45]"]),
        ("rpe = ", "session.not-toml", &["byte 6"]),
    ] {
        let error = Session::from_toml(text).unwrap_err();
        let line = error.to_string();
        assert_eq!(error.code(), code, "{line}");
        for word in words {
            assert!(line.contains(word), "{line}: no {word}");
        }
    }
    assert_eq!(Session::from_json("{").unwrap_err().code(), "session.not-json");
}
