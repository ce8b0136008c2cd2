//! Session scores, the session file and maximal voluntary contractions: golden vectors, and faults of other systems that ours must not have.

mod golden;
mod mvc;
mod report;
mod session_file;
