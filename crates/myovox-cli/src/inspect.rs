//! The verb `inspect`: what recordings hold.

use myovox::report::Inspection;
use myovox::{Analyzer, batch};

use crate::args::{Form, Inspect};
use crate::output::Output;
use crate::recordings::{Job, Recordings, Sequence, Written};
use crate::text::{self, Paint};
use crate::{ExitStatus, Stop, config};

impl Written for Inspection {
    fn text(&self, paint: Paint) -> String {
        text::inspection(self, paint)
    }

    fn json(&self) -> String {
        self.to_json()
    }

    fn json_line(&self) -> String {
        self.to_json_line()
    }
}

pub(crate) fn run(call: &Inspect, output: &mut Output<'_>) -> Result<ExitStatus, Stop> {
    let recordings = Recordings::new(&call.inputs, &call.settings, config::analyzer(&call.settings, &[])?);
    let sequence = match call.format {
        Form::Text => Sequence::Text,
        Form::Json => Sequence::Json,
        Form::Ndjson => Sequence::Ndjson,
    };
    recordings.write_each(&Job { file: batch::inspect_path, bytes: Analyzer::inspect }, sequence, output)
}
