//! What a call returns, and the failure that a thread keeps for `myovox_last_error`.

use std::cell::RefCell;

use myovox::{Class, Error};

/// What a call returns: MYOVOX_RESULT_OK, or what a caller can do about the failure. myovox_last_error has the words, myovox_last_error_code
/// the stable code. Later versions may add values.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum myovox_result {
    /// Done.
    Ok = 0,
    /// A pointer that must not be NULL was NULL: correct the call.
    NullPointer = 1,
    /// An index beyond the end, text that is not UTF-8, a length that no object has: correct the call.
    InvalidArgument = 2,
    /// The buffer is too small and was not touched; *needed says how large it must be.
    BufferTooSmall = 3,
    /// The library failed in a way that it should not: please report it with the recording. The process goes on.
    Panic = 4,
    /// The operating system refused.
    Io = 5,
    /// The bytes are not what their format says: another file, or a repaired one.
    Data = 6,
    /// Well formed, but not read by this library: convert it first.
    Unsupported = 7,
    /// A limit would be exceeded: raise it in the settings if the recording is trusted.
    Limit = 8,
    /// A setting is wrong: correct it.
    Config = 9,
    /// Anything else; the code tells what.
    Other = 10,
}

/// Why a call failed: the status, the stable code, the line for a person.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) result: myovox_result,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(result: myovox_result, code: &'static str, message: impl Into<String>) -> Self {
        Self { result, code, message: message.into() }
    }

    pub(crate) fn null(what: &str) -> Self {
        Self::new(myovox_result::NullPointer, "capi.null-pointer", format!("{what}: found NULL"))
    }

    pub(crate) fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(myovox_result::InvalidArgument, code, message)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let result = match error.class() {
            Class::Io => myovox_result::Io,
            Class::Data => myovox_result::Data,
            Class::Unsupported => myovox_result::Unsupported,
            Class::Limit => myovox_result::Limit,
            Class::Config => myovox_result::Config,
            Class::Internal => myovox_result::Panic,
            _ => myovox_result::Other,
        };
        Self::new(result, error.code(), error.to_string())
    }
}

thread_local! {
    static LAST: RefCell<Option<Failure>> = const { RefCell::new(None) };
}

/// Keeps a failure as the last one of this thread.
pub(crate) fn keep(failure: Failure) {
    // A thread that is being torn down has no last error any more.
    let _ = LAST.try_with(|last| *last.borrow_mut() = Some(failure));
}

/// A part of the last failure of this thread; empty before the first.
pub(crate) fn last(part: impl FnOnce(&Failure) -> &str) -> String {
    LAST.try_with(|last| last.borrow().as_ref().map(|failure| part(failure).to_owned()))
        .ok()
        .flatten()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_of_error_has_its_status() {
        let status = |error: Error| Failure::from(error).result;
        assert_eq!(status(Error::data("c3d.x", "x")), myovox_result::Data);
        assert_eq!(status(Error::unsupported("c3d.x", "x")), myovox_result::Unsupported);
        assert_eq!(status(Error::limit("c3d.x", "x")), myovox_result::Limit);
        assert_eq!(status(Error::config("c3d.x", "x")), myovox_result::Config);
        assert_eq!(status(Error::io_kind("io.x", "x")), myovox_result::Io);
    }
}
