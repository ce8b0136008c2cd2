//! Maximal voluntary contractions: calibrated, estimated, in units; and what they may be used for.

use myovox::emg::session::Origin;
use myovox::emg::{Analysis, ChannelInfo, EmgConfig, Given, MvcSource, Session, Signal, analyze_session, calibrate};
use myovox::simd::Level;
use myovox::units::Rate;

const RATE_HZ: f64 = 1000.0;

/// 90 Hz at rest of 2 µV with bursts of `seconds` at the given amplitudes, in volts times `unit`, one every 6 s from 3 s.
fn signal(amplitudes: &[f64], seconds: f64, unit: f64) -> Vec<f64> {
    let n = 6000 * (amplitudes.len() + 1);
    let level = |t: f64| {
        let burst = amplitudes.iter().enumerate().find(|(k, _)| (0.0..seconds).contains(&(t - 3.0 - 6.0 * *k as f64)));
        burst.map_or(2e-6, |(_, amplitude)| *amplitude)
    };
    (0..n)
        .map(|i| i as f64 / RATE_HZ)
        .map(|t| unit * level(t) * myovox::dsp::math::sin(std::f64::consts::TAU * 90.0 * t))
        .collect()
}

fn run(samples: &[f64], unit: &str, session: &str, config: &EmgConfig) -> myovox::Result<Analysis> {
    let info = ChannelInfo { label: "Quad".into(), unit: unit.into(), of_force_platform: false };
    let given = Given { session: Session::from_toml(session)?, ..Given::default() };
    let signals = [Signal { info: &info, samples }];
    analyze_session(&signals, Some(Rate::new(RATE_HZ)?), config, Level::best(), &given)
}

fn codes(analysis: &Analysis) -> Vec<&str> {
    analysis.warnings.iter().map(|warning| warning.code.as_ref()).collect()
}

/// The envelope of a sine of amplitude 1.
const RMS: f64 = std::f64::consts::FRAC_1_SQRT_2;

#[test]
fn f25_units_are_converted_and_volts_millivolts_and_microvolts_give_the_same() {
    let reached: Vec<_> = [("V", 1.0), ("mV", 1e3), ("µV", 1e6)]
        .into_iter()
        .flat_map(|(unit, factor)| {
            let samples = signal(&[100e-6, 60e-6, 100e-6], 2.5, factor);
            [("V", 1e-4), ("mV", 0.1), ("uV", 100.0)].map(|(mvc_unit, mvc)| {
                let session = format!("[channels.Quad]\nmvc_value = {}\nmvc_unit = '{mvc_unit}'", mvc * RMS);
                let analysis = run(&samples, unit, &session, &EmgConfig::default()).unwrap();
                let channel = &analysis.emg.channels[0];
                let p = &channel.parameters;
                assert!((p.mvc_value.unwrap() / factor - 1e-4 * RMS).abs() < 1e-15, "{unit} {mvc_unit}");
                assert_eq!(p.threshold_value, Some(p.mvc_value.unwrap() * 75.0 / 100.0));
                for (contraction, percent) in channel.contractions.iter().zip([100.0, 60.0, 100.0]) {
                    assert!((contraction.mvc_pct.unwrap() - percent).abs() < 2.0, "{:?}", contraction.mvc_pct);
                }
                channel.contractions.iter().map(|c| c.meets_intensity).collect::<Vec<_>>()
            })
        })
        .collect();
    assert!(reached.iter().all(|one| *one == [Some(true), Some(false), Some(true)]), "{reached:?}");
}

#[test]
fn a_unit_that_is_no_voltage_is_refused_and_one_that_is_not_stated_is_said() {
    let samples = signal(&[100e-6; 2], 2.5, 1.0);
    let session = "[channels.Quad]\nmvc_value = 100\nmvc_unit = 'uV'";
    let mut named = EmgConfig::default();
    named.channels = vec!["Quad".to_owned()].into();
    let error = run(&samples, "N", session, &named).unwrap_err();
    assert_eq!(error.code(), "session.unit-mismatch");
    assert!(error.to_string().contains("\"N\""), "{error}");
    let assumed = run(&samples, "", session, &EmgConfig::default()).unwrap();
    assert!(codes(&assumed).contains(&"emg.unit-assumed"));
    assert_eq!(assumed.emg.channels[0].parameters.mvc_value, Some(1e-4));
    // In volts these bursts would be a million times the maximum: nothing is claimed.
    let unlikely = run(&signal(&[100e-6; 2], 2.5, 1e6), "", session, &EmgConfig::default()).unwrap();
    assert!(codes(&unlikely).contains(&"emg.unit-unknown"));
    let p = &unlikely.emg.channels[0].parameters;
    assert_eq!((p.mvc_source, p.reached_intensity), (Some(MvcSource::Estimated), None));
    let own =
        run(&samples, "", "[channels.Quad]\nmvc_value = 1e-4\nmvc_unit = 'recording'", &EmgConfig::default()).unwrap();
    assert_eq!((own.emg.channels[0].parameters.mvc_value, codes(&own)), (Some(1e-4), vec!["emg.channel-guessed"]));
}

#[test]
fn f3_an_estimated_maximum_is_marked_and_held_against_nothing() {
    let analysis = run(&signal(&[100e-6, 80e-6, 90e-6], 2.0, 1.0), "V", "", &EmgConfig::default()).unwrap();
    let channel = &analysis.emg.channels[0];
    let p = &channel.parameters;
    assert_eq!(p.mvc_source, Some(MvcSource::Estimated));
    assert!((p.mvc_value.unwrap() / RMS - 100e-6).abs() < 3e-6, "{:?}", p.mvc_value);
    // 100 and 90 µV against 80 µV.
    assert!((p.mvc_confidence.unwrap() - 80.0 / 95.0).abs() < 0.02, "{:?}", p.mvc_confidence);
    assert_eq!((p.threshold_value, p.reached_intensity, p.intensity_rate), (None, None, None));
    assert!(channel.contractions.iter().all(|c| c.mvc_pct.is_none() && c.meets_intensity.is_none()));
    let reason =
        |path: &str| analysis.missing.iter().find(|entry| entry.path == path).map(|entry| entry.reason.as_ref());
    assert_eq!(reason("channels[0].parameters.threshold_value"), Some("mvc_estimated"));
    assert_eq!(reason("channels[0].contractions[*].meets_intensity"), Some("mvc_estimated"));
    let input = analysis.emg.session.unwrap().inputs.into_iter().find(|input| input.key == "mvc_value").unwrap();
    assert_eq!((input.origin, input.channel.as_deref()), (Origin::Estimated, Some("Quad")));
}

#[test]
fn f21_nothing_of_one_recording_is_left_for_the_next() {
    let quiet = signal(&[100e-6; 3], 2.0, 1.0);
    let loud: Vec<f64> = quiet.iter().map(|v| 10.0 * v).collect();
    let alone = run(&quiet, "V", "", &EmgConfig::default()).unwrap();
    run(&loud, "V", "", &EmgConfig::default()).unwrap();
    assert_eq!(run(&quiet, "V", "", &EmgConfig::default()).unwrap(), alone);
}

#[test]
fn f24_one_share_of_the_maximum_decides_and_is_reported() {
    let samples = signal(&[72e-6; 2], 2.0, 1.0);
    let session = |pct: &str| format!("[channels.Quad]\nmvc_value = {}\nmvc_unit = 'V'\n{pct}", 1e-4 * RMS);
    for (pct, reached) in [("", 0), ("target_intensity_pct = 70", 2), ("target_intensity_pct = 75", 0)] {
        let p = run(&samples, "V", &session(pct), &EmgConfig::default()).unwrap().emg.channels.remove(0).parameters;
        assert_eq!(p.reached_intensity, Some(reached), "{pct}");
        assert_eq!(p.threshold_value.unwrap(), p.mvc_value.unwrap() * p.target_intensity_pct / 100.0);
    }
}

#[test]
fn a_contraction_far_above_the_maximum_says_that_it_was_none() {
    let session = |mvc: f64| format!("[channels.Quad]\nmvc_value = {mvc}\nmvc_unit = 'V'");
    let samples = signal(&[100e-6; 2], 2.0, 1.0);
    let of = |mvc| run(&samples, "V", &session(mvc), &EmgConfig::default()).unwrap();
    assert!(codes(&of(40e-6)).contains(&"emg.mvc-doubtful"));
    assert!(!codes(&of(60e-6)).contains(&"emg.mvc-doubtful"));
}

#[test]
fn a_calibration_is_the_best_half_second_of_the_best_trial() {
    let info = ChannelInfo { label: "Quad".into(), unit: "mV".into(), of_force_platform: false };
    let measure = |amplitudes: &[f64], seconds: f64| {
        let samples = signal(amplitudes, seconds, 1e3);
        let signals = [Signal { info: &info, samples: &samples }];
        calibrate(&signals, Some(Rate::new(RATE_HZ).unwrap()), &EmgConfig::default(), Level::best()).unwrap()
    };
    let codes = |warnings: &[myovox::Warning]| warnings.iter().map(|w| w.code.to_string()).collect::<Vec<_>>();
    let (calibrations, warnings) = measure(&[95e-6, 100e-6, 98e-6], 3.0);
    let calibration = &calibrations[0];
    assert!((calibration.value - 0.1 * RMS).abs() < 0.001, "{calibration:?}");
    assert!((calibration.confidence.unwrap() - 0.98).abs() < 0.005 && calibration.trials.len() == 3);
    assert_eq!(codes(&warnings), Vec::<String>::new());
    assert_eq!(codes(&measure(&[80e-6, 100e-6, 98e-6], 3.0).1), ["emg.mvc-trials-differ"]);
    assert_eq!(codes(&measure(&[100e-6, 98e-6], 3.0).1), ["emg.mvc-few-trials"]);
    let (none, warnings) = measure(&[100e-6; 3], 0.3);
    assert_eq!((none.len(), codes(&warnings)), (0, vec!["emg.mvc-no-trial".to_owned()]));

    let session = Session::default().calibrated(&calibrations);
    let again = Session::from_json(&session.to_json()).unwrap();
    let analysis = run(&signal(&[90e-6; 2], 2.5, 1.0), "V", "", &EmgConfig::default()).unwrap();
    let given = Given { session: again, ..Given::default() };
    let (info, samples) = (ChannelInfo { unit: "V".into(), ..info.clone() }, signal(&[90e-6; 2], 2.5, 1.0));
    let signals = [Signal { info: &info, samples: &samples }];
    let rate = Some(Rate::new(RATE_HZ).unwrap());
    let calibrated = analyze_session(&signals, rate, &EmgConfig::default(), Level::best(), &given).unwrap();
    let p = &calibrated.emg.channels[0].parameters;
    assert_eq!((p.mvc_source, p.reached_intensity), (Some(MvcSource::Calibration), Some(2)));
    assert_ne!(analysis.emg.channels[0].parameters.mvc_source, p.mvc_source);
}
