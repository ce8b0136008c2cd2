//! The C header: made by cbindgen from the sources of `myovox-capi`, checked in, compared by a test.

use std::path::{Path, PathBuf};

use cbindgen::{Builder, Config};

/// The sources in the order in which the header presents them.
const SOURCES: [&str; 9] =
    ["result", "last_error", "warnings", "analyze", "emg_stream", "c3d", "c3d_reader", "c3d_platforms", "wav"];

fn capi() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../myovox-capi")
}

/// Where the header is checked in.
pub fn header_path() -> PathBuf {
    capi().join("include/myovox.h")
}

/// The text of the header as the sources of now give it.
///
/// # Errors
///
/// The text of cbindgen's complaint about `cbindgen.toml` or the sources.
pub fn generate_header() -> Result<String, String> {
    let config = Config::from_file(capi().join("cbindgen.toml"))?;
    let builder = SOURCES
        .iter()
        .fold(Builder::new(), |builder, name| builder.with_src(capi().join("src").join(format!("{name}.rs"))));
    let bindings = builder.with_config(config).generate().map_err(|error| error.to_string())?;
    let mut header = Vec::new();
    bindings.write(&mut header);
    String::from_utf8(header).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_of_the_c_door_is_in_the_header() {
        let header = generate_header().unwrap();
        let mut count = 0;
        for source in std::fs::read_dir(capi().join("src")).unwrap() {
            let text = std::fs::read_to_string(source.unwrap().path()).unwrap();
            for line in text.lines().filter(|line| line.contains("extern \"C\" fn ")) {
                let name = line.split("fn ").nth(1).and_then(|rest| rest.split('(').next()).unwrap();
                assert!(header.contains(&format!("{name}(")), "{name}");
                count += 1;
            }
        }
        assert!(count > 20, "{count}");
    }
}
