//! The page: one self-contained HTML document of a report, or of several, to read on a screen or on paper.
//!
//! In come reports and what plots need beside them ([`Traces`]); out comes text without a script and without an address: style and drawings
//! stand in the page, which follows the reader's choice of light or dark. Nothing is computed here that a report does not hold; places in a
//! drawing are all that is worked out. `markup` escapes whatever comes from a recording, `plot` draws, the others each write one part.

mod contents;
mod doubts;
mod markup;
mod muscles;
mod plot;
mod scores;
mod signals;
mod trends;
mod voices;

use crate::report::{Report, Traces};
use markup::escape;

/// The page of `recordings`: each report with its traces, which are empty where a report was read back and the recording is not at hand; the page
/// then says that it has no plots of signals.
///
/// ```
/// use myovox::{Analyzer, Config, page};
/// # let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/files/ghostly_twin.c3d"))?;
/// let analyzed = Analyzer::new(Config::default()).run_traced(&bytes, Some("session.c3d"))?;
/// let html = page::page(&[analyzed]);
/// assert!(html.starts_with("<!doctype html>") && html.contains("session.c3d"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn page(recordings: &[(Report, Traces)]) -> String {
    let title = match recordings {
        [(report, _)] => format!("{} – myovox", escape(name(report))),
        all => format!("{} recordings – myovox", all.len()),
    };
    let sections: String =
        recordings.iter().enumerate().map(|(k, (report, traces))| section(k, report, traces)).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n{}</style>\n</head>\n<body>\n{HATCH}\
         <header><h1>Report of {}</h1>\n{}</header>\n<main>\n{sections}</main>\n{}</body>\n</html>\n",
        include_str!("style.css"),
        crate::report::number::count(recordings.len(), "recording"),
        list_of(recordings),
        footer(recordings),
    )
}

/// The hatching of what was cut out, once for all drawings.
const HATCH: &str = "<svg class=\"defs\" aria-hidden=\"true\" focusable=\"false\"><defs>\
    <pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
    <path class=\"hatch\" d=\"M0 0V6\"/></pattern></defs></svg>\n";

fn name(report: &Report) -> &str {
    report.recording.name.as_deref().unwrap_or("recording without a name")
}

/// Links to the recordings of a page that has several.
fn list_of(recordings: &[(Report, Traces)]) -> String {
    if recordings.len() < 2 {
        return String::new();
    }
    let link = |(k, (report, _)): (usize, &(Report, Traces))| {
        format!("<li><a href=\"#r{k}\">{}</a></li>\n", escape(name(report)))
    };
    let links: String = recordings.iter().enumerate().map(link).collect();
    format!("<nav aria-label=\"Recordings\"><ul>\n{links}</ul></nav>\n")
}

/// One recording. Ids inside begin with its own, so that none stands twice on a page.
fn section(index: usize, report: &Report, traces: &Traces) -> String {
    let id = format!("r{index}");
    let mut html = format!("<section class=\"recording\" id=\"{id}\">\n<h2>{}</h2>\n", escape(name(report)));
    html.push_str(&contents::facts(report));
    if let Some(emg) = &report.emg {
        html.push_str(&muscles::glance(report, emg));
    }
    if let Some(voice) = &report.voice {
        html.push_str(&voices::glance(report, voice));
    }
    html.push_str(&doubts::warnings(report));
    if let Some(emg) = &report.emg {
        html.push_str(&muscles::each(&id, report, emg, traces));
        html.push_str(&scores::section(report, emg));
    }
    if let Some(voice) = &report.voice {
        html.push_str(&voices::each(&id, voice, traces));
    }
    html.push_str(&contents::section(report));
    html.push_str(&doubts::made(report));
    html + "</section>\n"
}

fn footer(recordings: &[(Report, Traces)]) -> String {
    let Some((report, _)) = recordings.first() else { return String::new() };
    format!(
        "<footer><p>Made by myovox {}. Every number is that of the report, rounded for the eye; the report itself (JSON) holds all digits. \
         A dash stands for what is not known; the reason stands with it.</p></footer>\n",
        escape(&report.myovox.version)
    )
}
