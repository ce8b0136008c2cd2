//! The verb `analyze`: reports of recordings.

use std::path::Path;

use myovox::emg::Session;
use myovox::report::Traces;
use myovox::{Analyzer, Error, Report, batch, page};

use crate::args::{Analyze, ReportForm, Table};
use crate::output::Output;
use crate::recordings::{Job, Recordings, Sequence, Written};
use crate::text::{self, Paint};
use crate::{ExitStatus, Stop, config};

const JOB: Job<Report> = Job { file: batch::analyze_path, bytes: Analyzer::run };

const TRACED: Job<(Report, Traces)> = Job { file: batch::analyze_path_traced, bytes: Analyzer::run_traced };

impl Written for Report {
    fn text(&self, paint: Paint) -> String {
        text::report(self, paint)
    }

    fn json(&self) -> String {
        self.to_json()
    }

    fn json_line(&self) -> String {
        self.to_json_line()
    }
}

pub(crate) fn run(call: &Analyze, output: &mut Output<'_>) -> Result<ExitStatus, Stop> {
    let analyzer = with_session(config::analyzer(&call.settings, &call.channels)?, call.session.as_deref())?;
    let recordings = Recordings::new(&call.inputs, &call.settings, analyzer);
    let sequence = match (call.format, call.table) {
        (None, Some(_)) | (Some(ReportForm::Csv), _) => return csv(&recordings, call.table, output),
        (Some(_), Some(_)) => {
            let error = Error::config("cli.usage", "only CSV has tables to choose from");
            return Err(error.field("--table").expected("--format csv").into());
        }
        (None | Some(ReportForm::Text), None) => Sequence::Text,
        (Some(ReportForm::Json), None) => Sequence::Json,
        (Some(ReportForm::Ndjson), None) => Sequence::Ndjson,
        (Some(ReportForm::Html), None) => return html(&recordings, output),
    };
    recordings.write_each(&JOB, sequence, output)
}

/// The analyzer with the session of a file, whose errors are wrong usage.
fn with_session(analyzer: Analyzer, path: Option<&Path>) -> myovox::Result<Analyzer> {
    let Some(path) = path else { return Ok(analyzer) };
    let folder = path.parent().unwrap_or(Path::new(""));
    batch::with_session(analyzer, Session::from_path(path)?, folder)
}

/// One page of all recordings.
fn html(recordings: &Recordings<'_>, output: &mut Output<'_>) -> Result<ExitStatus, Stop> {
    let mut analyzed = Vec::new();
    let status = recordings.each(&TRACED, output, |recording, _| {
        analyzed.push(recording);
        Ok(())
    })?;
    if !analyzed.is_empty() {
        output.results(&page::page(&analyzed))?;
    }
    output.finish()?;
    Ok(status)
}

/// One table over all recordings: its columns are known when the last report is there.
fn csv(recordings: &Recordings<'_>, table: Option<Table>, output: &mut Output<'_>) -> Result<ExitStatus, Stop> {
    let mut reports = Vec::new();
    let status = recordings.each(&JOB, output, |report, _| {
        reports.push(report);
        Ok(())
    })?;
    if !reports.is_empty() {
        let of_kind = if reports.iter().any(|report| report.emg.is_some()) { Table::Channels } else { Table::Legs };
        let table = myovox::report::Table::from(table.unwrap_or(of_kind));
        for report in reports.iter().filter(|report| !table.is_of(report)) {
            let name = report.recording.name.as_deref().unwrap_or("standard input");
            output.line(format!("{name}: no row, as the table `{}` is of another kind of recording", table.name()));
        }
        output.results(&table.csv(&reports))?;
    }
    output.finish()?;
    Ok(status)
}
