//! Shell completions of the command, from its own declaration of arguments.

use std::path::PathBuf;

use clap_complete::{Generator, Shell, generate};

use crate::Generated;

/// One file per shell, named as that shell looks for it.
pub fn files() -> Vec<Generated> {
    [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish].map(file).into()
}

fn file(shell: Shell) -> Generated {
    let mut text = Vec::new();
    generate(shell, &mut myovox_cli::command(), "myovox", &mut text);
    let path = PathBuf::from("completions").join(shell.file_name("myovox"));
    Generated { path, text: String::from_utf8_lossy(&text).into_owned() }
}
