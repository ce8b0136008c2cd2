//! The command `myovox`; all of it stands in the library `myovox_cli`.

fn main() -> std::process::ExitCode {
    myovox_cli::run(std::env::args_os(), myovox_cli::Io::process()).into()
}
