//! The C door: `myovox` for programs that speak C. The manual is the generated header, `include/myovox.h`; the comments on the functions here
//! are written for its readers.
//!
//! No number is computed here. Bytes come in; a report as JSON, or a recording as arrays of doubles, goes out:
//!
//! - `analyze`: bytes to a report, the same bytes of JSON as from every other door;
//! - `emg_stream`: samples as they come, an envelope and events out;
//! - `c3d`, `wav`: bytes to a recording, its sizes, rates, labels, samples and warnings; recordings to files;
//! - `c3d_reader`: a C3D file in parts, into the caller's buffers; `c3d_platforms`: its force platforms; `c3d_metadata`: what it says, as JSON;
//! - `warnings`: what a call had to guess, where no handle keeps it;
//! - `result`, `last_error`: what a call returns, and the words for it;
//! - `border`: what each function does first and last: pointers checked, panics caught, text and arrays copied into the caller's buffers.
//!
//! # The contract
//!
//! Every function here dereferences pointers of its caller, so each is `unsafe` and asks for the same: a pointer is `NULL` or points to
//! as many live, properly aligned elements as the length beside it says; text is NUL-terminated; a handle is `NULL` or comes from this
//! library and was not freed; what is written to overlaps nothing else. `NULL` is checked everywhere, the rest cannot be.
#![allow(unsafe_code, reason = "a C ABI is made of raw pointers")]
#![allow(non_camel_case_types, reason = "types are named as C names them")]
#![allow(clippy::doc_markdown, reason = "the comments go into a C header, where backticks mean nothing")]
#![allow(clippy::too_many_arguments, reason = "buffers are pointers and lengths in C")]
#![allow(
    clippy::missing_safety_doc,
    reason = "the contract is the same for all functions: stated above and at the head of the header"
)]

pub mod analyze;
pub mod c3d;
pub mod c3d_platforms;
pub mod c3d_reader;
pub mod emg_stream;
pub mod last_error;
pub mod result;
pub mod warnings;
pub mod wav;

mod border;
mod c3d_metadata;
