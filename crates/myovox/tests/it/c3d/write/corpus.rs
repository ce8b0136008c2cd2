//! Every readable file of the shared corpus, written again.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use super::super::read;
use super::{differences, write_as};
use crate::common::shared;
use myovox::formats::c3d::{C3dRecording, C3dWriteConfig, Parameter, Parameters, Processor};

/// Name, bytes and recording of each file that is read.
fn files() -> Vec<(String, Vec<u8>, C3dRecording)> {
    let Some(folder) = shared("c3d") else { return Vec::new() };
    let expected: Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let names = expected["files"].as_object().unwrap().keys();
    let files = names.filter_map(|name| {
        let bytes = fs::read(folder.join(name)).unwrap();
        let recording = read(&bytes).ok()?;
        Some((name.clone(), bytes, recording))
    });
    files.collect()
}

/// Group and parameters as stored but for their place in the file, without those that writing corrected.
fn stored<'a>(parameters: &'a Parameters, without: &BTreeSet<String>) -> Vec<(String, Option<&'a Parameter>)> {
    let mut all = Vec::new();
    for group in parameters.groups() {
        all.push((format!("{:?} {} {} {:?}", group.raw_name, group.id, group.locked, group.description), None));
        for parameter in &group.parameters {
            let name = format!("{}:{}", group.name, parameter.name).to_ascii_uppercase();
            if !without.contains(&name) {
                all.push((name, Some(parameter)));
            }
        }
    }
    all
}

fn same_parameters(a: &Parameters, b: &Parameters, without: &BTreeSet<String>) -> bool {
    let (a, b) = (stored(a, without), stored(b, without));
    a.len() == b.len()
        && a.iter().zip(&b).all(|((a_name, a), (b_name, b))| {
            let content = |p: Option<&Parameter>| {
                let record = |p: &Parameter| {
                    (p.raw_name.clone(), p.kind, p.dims.clone(), p.data.clone(), p.description.clone(), p.locked)
                };
                p.map(record)
            };
            a_name == b_name && content(*a) == content(*b)
        })
}

#[test]
fn what_is_read_is_written_and_read_the_same() {
    let (mut identical, mut report) = (0, String::new());
    let files = files();
    for (name, bytes, recording) in &files {
        let (file, warnings) = match write_as(recording, &C3dWriteConfig::default()) {
            Ok(written) => written,
            Err(error) => {
                writeln!(report, "{name}: {error}").unwrap();
                continue;
            }
        };
        identical += usize::from(file == *bytes);
        let again = read(&file).unwrap();
        let mut found = differences(recording, &again);
        let corrected = warnings.iter().filter(|warning| warning.code != "c3d.header-corrected");
        let mut without: BTreeSet<String> = corrected.filter_map(|warning| warning.place.field.clone()).collect();
        without.extend(["POINT:DATA_START".to_owned(), "ROTATION:DATA_START".to_owned()]);
        if !same_parameters(&recording.parameters, &again.parameters, &without) {
            found.push("parameters".to_owned());
        }
        if !found.is_empty() {
            writeln!(report, "{name}: {found:?} {warnings:?}").unwrap();
        }
    }
    println!("{} files, {identical} of them written byte by byte as they were", files.len());
    assert!(report.is_empty(), "{report}");
}

#[test]
fn every_file_comes_back_from_the_other_processors() {
    let (mut compared, mut refused) = (0, Vec::new());
    for (name, _, recording) in &files() {
        let mut current = recording.clone();
        for processor in [Processor::Dec, Processor::Mips, Processor::Intel] {
            let config = C3dWriteConfig::default().processor(processor.into());
            let (file, _) = match write_as(&current, &config) {
                Ok(written) => written,
                Err(error) => {
                    assert_eq!(error.code(), "c3d.value-not-representable", "{name}: {error}");
                    refused.push(format!("{name}: {error}"));
                    break;
                }
            };
            current = read(&file).unwrap();
            assert_eq!(current.processor, processor);
        }
        if current.processor == Processor::Intel && !refused.last().is_some_and(|line| line.starts_with(name)) {
            compared += 1;
            let near = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-37;
            assert_eq!(current.points.dim(), recording.points.dim(), "{name}");
            assert!(current.points.iter().zip(&recording.points).all(near), "{name}: points");
            assert!(current.analog.iter().zip(&recording.analog).all(near), "{name}: analog");
            assert_eq!(current.residuals, recording.residuals, "{name}");
            assert_eq!(current.camera_masks, recording.camera_masks, "{name}");
            let labels = |recording: &C3dRecording| (recording.point_labels.clone(), recording.analog_labels.clone());
            assert_eq!(labels(&current), labels(recording), "{name}");
            assert_eq!(current.events, recording.events, "{name}");
        }
    }
    println!("{compared} files the same by DEC and MIPS; refused by name: {refused:#?}");
}
