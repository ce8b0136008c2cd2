//! A Rust service: bytes that came in by some request, a report that goes out. Usage: `cargo run --example service -- FILE...`
//!
//! The analyser is made once and shared; each recording that fails is one line on stderr, and the others go on.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its user")]

use std::path::Path;
use std::process::ExitCode;

use myovox::{Analyzer, Class, Config};

fn main() -> ExitCode {
    // What one recording may cost is bounded by `Config::limits`; lower them where strangers upload.
    let analyzer = Analyzer::new(Config::default());
    let mut failed = false;
    for path in std::env::args_os().skip(1) {
        let path = Path::new(&path);
        let name = path.file_name().map(|name| name.to_string_lossy());
        match std::fs::read(path) {
            Ok(bytes) => failed |= !answer(&analyzer, &bytes, name.as_deref()),
            Err(cause) => {
                eprintln!("{}: {cause}", path.display());
                failed = true;
            }
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// What a request handler would do: the report as the body, or a status that says whose fault it was.
fn answer(analyzer: &Analyzer, bytes: &[u8], name: Option<&str>) -> bool {
    match analyzer.run(bytes, name) {
        Ok(report) => println!("{}", report.to_json()),
        Err(error) => {
            let status = match error.class() {
                Class::Limit => 413,
                Class::Unsupported => 415,
                Class::Data => 422,
                _ => 500,
            };
            eprintln!("{status} {}: {error}", error.code());
            return false;
        }
    }
    true
}
