//! The page: well-formed for every recording, the report's own numbers, nothing of a recording as markup.

use std::path::PathBuf;

use myovox::emg::Session;
use myovox::report::Traces;
use myovox::{Analyzer, Config, Report, batch, page::page};

use crate::common;

fn fixture(name: &str) -> PathBuf {
    common::repository().join("fixtures/files").join(name)
}

fn analyzed(name: &str) -> (Report, Traces) {
    batch::analyze_path_traced(&Analyzer::new(Config::default()), &fixture(name)).unwrap()
}

const VOID: [&str; 4] = ["meta", "link", "br", "hr"];

/// Every tag that is opened is closed, in order; no text holds what only a number that is none would print.
fn assert_well_formed(html: &str, name: &str) {
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    let mut inside_style = false;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>').unwrap_or_else(|| panic!("{name}: a tag without an end"));
        let tag = &rest[..end];
        assert!(!tag.contains('<'), "{name}: <{tag}>");
        let word = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap();
        if inside_style && word != "style" || tag.starts_with('!') || tag.ends_with('/') || VOID.contains(&word) {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop().as_deref(), Some(word), "{name}: </{word}>");
        } else {
            open.push(word.to_owned());
        }
        inside_style = open.last().is_some_and(|word| word == "style");
    }
    assert!(open.is_empty(), "{name}: {open:?}");
    for wrong in ["NaN", "inf\"", " inf", "the report gives no reason", "<script"] {
        assert!(!html.contains(wrong), "{name}: {wrong}");
    }
    assert!(html.len() < 600_000, "{name}: {} bytes", html.len());
}

#[test]
fn every_recording_has_a_page_that_is_well_formed() {
    let analyzer = Analyzer::new(Config::default());
    let mut paths: Vec<PathBuf> = std::fs::read_dir(fixture("")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.extend(
        common::shared("c3d/emg-c3d-analyzer")
            .into_iter()
            .flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path())),
    );
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "c3d" || ending == "wav"));
    paths.sort();
    let mut pages = 0;
    for path in paths {
        let Ok(analyzed) = batch::analyze_path_traced(&analyzer, &path) else { continue };
        assert_eq!(analyzed.0, batch::analyze_path(&analyzer, &path).unwrap(), "the same report with traces");
        let name = path.display().to_string();
        assert_well_formed(&page(&[analyzed]), &name);
        pages += 1;
    }
    assert!(pages >= 20, "{pages}");
}

#[test]
fn a_page_shows_contractions_gaps_levels_scores_and_every_warning() {
    let session = Session::from_path(&common::repository().join("examples/session.toml")).unwrap();
    let analyzer = Analyzer::new(Config::default()).session(session);
    let (report, traces) = batch::analyze_path_traced(&analyzer, &fixture("ghostly_dropout.c3d")).unwrap();
    let emg = report.emg.clone().unwrap();
    assert_eq!(traces.channels.len(), emg.channels.len());
    for (trace, channel) in traces.channels.iter().zip(&emg.channels) {
        assert_eq!((trace.channel, trace.signal.len()), (channel.index, 2400));
        let top = trace.envelope.iter().map(|[_, value]| *value).filter(|v| !v.is_nan()).fold(0.0, f64::max);
        assert_eq!(Some(top).map(|top| top >= channel.parameters.amplitude_peak.unwrap()), Some(true));
    }
    let html = page(&[(report.clone(), traces)]);
    for channel in &emg.channels {
        assert!(html.contains(&format!("<h3>{}</h3>", channel.label)));
        assert!(html.contains(&format!("<h4>Contractions ({})</h4>", channel.contractions.len())));
    }
    let shades = emg.channels.iter().map(|channel| channel.contractions.len()).sum::<usize>();
    assert_eq!(html.matches("class=\"shade\"").count(), shades);
    let gaps = emg.channels.iter().map(|channel| channel.gaps.len()).sum::<usize>();
    assert!(gaps > 0);
    assert_eq!(html.matches("class=\"gap\"").count(), gaps);
    assert_eq!(html.matches("<path class=\"target\"").count(), 2, "both muscles have a target");
    let points = html.matches("class=\"point\"").count();
    assert_eq!(points, 2 * emg.channels.iter().map(|channel| channel.fatigue.points.len()).sum::<usize>());
    let listed = html.split("<h3>").filter(|part| !part.starts_with("How this was made")).collect::<String>();
    for warning in &report.warnings {
        assert!(listed.contains(warning.code.as_ref()), "{}", warning.code);
    }
    let overall = emg.session.unwrap().scores.overall.unwrap();
    assert!(html.contains(&format!("{overall:.1}")));
}

#[test]
fn a_page_of_a_report_alone_says_that_it_has_no_plot() {
    let (report, _) = analyzed("ghostly_twin.c3d");
    let read_back = Report::from_json(&report.to_json()).unwrap();
    let html = page(&[(read_back, Traces::default())]);
    assert_well_formed(&html, "report alone");
    assert!(html.contains("No plot: this page was made from a report alone."));
}

#[test]
fn several_recordings_share_a_page_and_no_id() {
    let all = [analyzed("ghostly_twin.c3d"), analyzed("call_two_legs_8k.wav"), analyzed("markers_intel_float.c3d")];
    let html = page(&all);
    assert_well_formed(&html, "three recordings");
    let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|part| part.split('"').next()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert!((0..3).all(|k| html.contains(&format!("<a href=\"#r{k}\">")) && ids.contains(&format!("r{k}").as_str())));
    assert_well_formed(&page(&[]), "no recording");
}
