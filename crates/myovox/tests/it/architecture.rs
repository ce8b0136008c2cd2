//! The house keeps its order: rooms use only the rooms below them, and powers stand only where they may.
//!
//! Read from the sources as text: `use` lines and paths for the rooms, words for the powers. Tests inside the sources are left out, since a test
//! may look anywhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::common;

/// Each room and what it may use. `error`, `limits`, `units`, `warning` and `config` are open to all and use only each other.
const ROOMS: [(&str, &[&str]); 18] = [
    ("error", &[]),
    ("units", &[]),
    ("config", &[]),
    ("warning", &[]),
    ("limits", &[]),
    ("simd", &[]),
    ("dsp", &["simd"]),
    ("formats", &["simd"]),
    ("emg", &["dsp", "simd"]),
    ("voice", &["dsp", "simd"]),
    ("fraud", &["voice", "dsp"]),
    ("train", &["fraud", "voice", "dsp"]),
    ("settings", &["simd", "formats", "emg", "voice", "fraud"]),
    ("report", &["formats", "emg", "voice", "fraud", "settings"]),
    ("page", &["emg", "voice", "settings", "report"]),
    ("analyze", &["simd", "dsp", "formats", "emg", "voice", "fraud", "settings", "report"]),
    ("batch", &["analyze", "formats", "report"]),
    ("lib", &["analyze", "config", "report", "settings"]),
];

const OPEN_TO_ALL: [&str; 5] = ["error", "limits", "units", "warning", "config"];

/// Names that `lib.rs` re-exports, so that `crate::Error` counts as a use of the room that it comes from.
const REEXPORTED: [(&str, &str); 11] = [
    ("Error", "error"),
    ("Result", "error"),
    ("Class", "error"),
    ("Limits", "limits"),
    ("Budget", "limits"),
    ("Warning", "warning"),
    ("Missing", "warning"),
    ("Auto", "config"),
    ("Analyzer", "analyze"),
    ("Report", "report"),
    ("Config", "settings"),
];

/// A power, the words that show it, and the files of the library where it may stand (a folder ends with `/`).
const POWERS: [(&str, &[&str], &[&str]); 5] = [
    ("unsafe code", &["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern"], &["simd/", "formats/map.rs"]),
    ("threads", &["rayon", "std::thread", "thread::spawn"], &["batch.rs", "train/"]),
    (
        "file access",
        &["std::fs", "File::open", "std::io::stdin"],
        &["formats/source.rs", "formats/map.rs", "formats/access.rs", "formats/sink.rs", "batch.rs"],
    ),
    (
        "clock, environment, random seeds",
        &["std::time", "SystemTime", "Instant::now", "std::env", "env::var", "thread_rng"],
        &[],
    ),
    ("printing", &["println!", "eprintln!", "print!(", "dbg!"], &[]),
];

fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let root = common::repository().join("crates/myovox/src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.sort();
    let text = |path: &PathBuf| {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        (name, code(&std::fs::read_to_string(path).unwrap()))
    };
    paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "rs")).map(text).collect()
}

/// The file without comments, and without its test module, which stands last.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The room of a file: `formats/wav/riff.rs` is of `formats`.
fn room(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// Rooms named by `crate::…` anywhere in the code, in `use` lines, lists in braces and paths.
fn rooms_used(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if at > 0 && code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => top_level_names(list),
            None => vec![rest],
        };
        for name in names {
            let word: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let room = REEXPORTED
                .iter()
                .find(|(reexported, _)| *reexported == word)
                .map_or(word.clone(), |(_, room)| (*room).to_owned());
            used.insert(room);
        }
    }
    used
}

/// The first words of the entries of `a, b::{c, d}, e}` up to the closing brace.
fn top_level_names(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut names) = (0, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(&list[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    names
}

/// What breaks the order of rooms in one file.
fn trespasses(file: &str, code: &str) -> Vec<String> {
    let from = room(file);
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == from) else {
        return vec![format!("{file}: the room `{from}` has no row")];
    };
    let known = |name: &str| ROOMS.iter().any(|(room, _)| *room == name);
    let fine = |to: &str| to == from || OPEN_TO_ALL.contains(&to) || allowed.contains(&to) || !known(to);
    rooms_used(code).iter().filter(|to| !fine(to)).map(|to| format!("{file}: `{from}` uses `{to}`")).collect()
}

/// Powers that stand where they must not.
fn overreach(file: &str, code: &str) -> Vec<String> {
    let permitted = |places: &[&str]| {
        places.iter().any(|place| file == *place || (place.ends_with('/') && file.starts_with(place)))
    };
    let found =
        POWERS.iter().filter(|(_, words, places)| !permitted(places) && words.iter().any(|word| code.contains(word)));
    found.map(|(power, _, _)| format!("{file}: {power}")).collect()
}

#[test]
fn rooms_use_only_the_rooms_below_them() {
    let faults: Vec<String> = sources().iter().flat_map(|(file, code)| trespasses(file, code)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn powers_stand_only_where_they_may() {
    let faults: Vec<String> = sources().iter().flat_map(|(file, code)| overreach(file, code)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_guard_sees_what_it_guards_against() {
    let faults = |file: &str, text: &str| [trespasses(file, &code(text)), overreach(file, &code(text))].concat();
    assert_eq!(faults("emg/plan.rs", "use crate::formats::wav;"), ["emg/plan.rs: `emg` uses `formats`"]);
    assert_eq!(
        faults("dsp/fft.rs", "use crate::{error::Error, emg::{a, b}, units::Rate};"),
        ["dsp/fft.rs: `dsp` uses `emg`"]
    );
    assert_eq!(faults("voice/mod.rs", "fn f(c: &crate::Config) {}"), ["voice/mod.rs: `voice` uses `settings`"]);
    assert_eq!(faults("dsp/iir/sos.rs", "use crate::simd::biquad;"), [""; 0]);
    assert_eq!(
        faults("emg/plan.rs", "// use crate::formats;\n#[cfg(test)]\nmod tests { use crate::formats; }"),
        [""; 0]
    );
    assert_eq!(faults("attic/mod.rs", ""), ["attic/mod.rs: the room `attic` has no row"]);
    assert_eq!(faults("voice/mel.rs", "let x = unsafe { y };"), ["voice/mel.rs: unsafe code"]);
    assert_eq!(faults("analyze/mod.rs", "std::fs::read(path)"), ["analyze/mod.rs: file access"]);
    assert_eq!(faults("emg/plan.rs", "use rayon::prelude::*;"), ["emg/plan.rs: threads"]);
    assert_eq!(faults("simd/biquad.rs", "unsafe { load(p) }"), [""; 0]);
}
