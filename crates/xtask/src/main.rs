//! `cargo xtask generate [--check]`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to its user")]

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["generate"] => false,
        ["generate", "--check"] => true,
        _ => {
            eprintln!("usage: cargo xtask generate [--check]");
            return ExitCode::from(2);
        }
    };
    match run(check) {
        Ok(()) => ExitCode::SUCCESS,
        Err(line) => {
            eprintln!("xtask: {line}");
            ExitCode::FAILURE
        }
    }
}

fn run(check: bool) -> Result<(), String> {
    let files = xtask::all()?;
    let stale = xtask::stale(&files);
    for file in &stale {
        println!("{} {}", if check { "stale:" } else { "writes" }, file.path.display());
        if !check {
            let path = xtask::repository().join(&file.path);
            let folder = path.parent().ok_or("a generated file stands in a folder")?;
            std::fs::create_dir_all(folder).map_err(|cause| format!("{}: {cause}", folder.display()))?;
            std::fs::write(&path, &file.text).map_err(|cause| format!("{}: {cause}", path.display()))?;
        }
    }
    if check && !stale.is_empty() {
        return Err("generated files are stale; run `cargo xtask generate`".to_owned());
    }
    Ok(())
}
