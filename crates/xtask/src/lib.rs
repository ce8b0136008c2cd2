//! Writes all that is generated and checked in: the C header, the JSON Schemas, the Python types of a report, shell completions, the table of
//! settings. [`all`] makes the texts; the binary writes or compares them, and a test compares them.

pub mod completions;
pub mod header;
pub mod python_types;
pub mod settings_table;

use std::path::{Path, PathBuf};

/// A file that is generated: its path in the repository and its text.
#[derive(Debug)]
pub struct Generated {
    /// Path from the repository's root.
    pub path: PathBuf,
    /// The text that it must hold.
    pub text: String,
}

/// The repository's root.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Everything that is generated, as the sources of now give it.
///
/// # Errors
/// What cbindgen complains about.
pub fn all() -> Result<Vec<Generated>, String> {
    let file = |path: &str, text: String| Generated { path: PathBuf::from(path), text };
    let report = myovox::report::report_schema();
    let mut files = vec![
        file("crates/myovox-capi/include/myovox.h", header::generate_header()?),
        file("python/myovox/_report.py", python_types::module(&report)?),
        file("schemas/report.schema.json", report),
        file("schemas/inspection.schema.json", myovox::report::inspection_schema()),
        file("schemas/settings.schema.json", myovox::report::settings_schema()),
        file("schemas/session.schema.json", myovox::report::session_schema()),
        file("docs/settings.md", settings_table::markdown()),
    ];
    files.extend(completions::files());
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Those of `files` that are missing on disk or hold another text.
pub fn stale(files: &[Generated]) -> Vec<&Generated> {
    let differs =
        |file: &&Generated| std::fs::read_to_string(repository().join(&file.path)).ok().as_ref() != Some(&file.text);
    files.iter().filter(differs).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_checked_in_is_what_the_sources_give() {
        let files = super::all().unwrap();
        let stale: Vec<_> = super::stale(&files).iter().map(|file| file.path.display().to_string()).collect();
        assert!(stale.is_empty(), "stale: {stale:?}; run `cargo xtask generate`");
    }
}
