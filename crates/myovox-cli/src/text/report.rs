//! A report as text: what was read, muscles or voices, warnings, settings.

use myovox::Report;

use super::{Paint, Reasons, inspection, muscles, settings, voice, warnings};

/// The text of `analyze`.
pub(crate) fn report(report: &Report, paint: Paint) -> String {
    let mut reasons = Reasons::new(&report.missing);
    let mut text = inspection::head(&report.recording, &mut reasons, paint);
    if let Some(emg) = &report.emg {
        text.push_str(&muscles::section(emg, &report.recording, &mut reasons, paint));
    }
    if let Some(part) = &report.voice {
        text.push_str(&voice::section(part, &mut reasons, paint));
    }
    text.push_str(&warnings(&report.warnings, "--format csv --table warnings", paint));
    text + &settings::section(&report.config, paint)
}
