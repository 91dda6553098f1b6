//! Reports of inputs.

use std::path::Path;

use pagecut::qc::pairs::PairedReport;
use pagecut::qc::{Qc as Control, Report, fastqc};
use pagecut::{Error, ErrorKind, Result, Source};

use crate::args::{Common, Limit};
use crate::pairs::Input;
use crate::{input, progress, report};

/// Name of standard input in reports, as in FastQC.
const STDIN_NAME: &str = "stdin";

/// Reads an input to its end, or to an error, which the report has.
pub(super) fn alone(path: &Path, limit: &Limit, common: &Common, control: &Control) -> Result<Report> {
    let source = input::open_to_read(path, limit, common)?;
    let shown = path.display().to_string();
    let mut report = progress::show(&source, &shown, common.quiet, || control.run(&source, &name(path)))?;
    mark_unclosed(&mut report, &source);
    if let Some(error) = &report.error {
        report::error(&shown, error);
    }
    Ok(report)
}

/// Reads pairs to the end, or to an error, which both reports have.
///
/// # Errors
///
/// An error before the first record, and the name of its file.
pub(super) fn pairs(
    input: &Input,
    limit: &Limit,
    common: &Common,
    control: &Control,
) -> std::result::Result<PairedReport, (String, Error)> {
    let source = input.open(limit, common)?;
    let shown = input.name();
    let [first, second] = mate_names(input);
    let run = || control.run_pairs(&source, [&first, &second]);
    let report = progress::show(source.first(), &shown, common.quiet, run);
    let mut report = report.map_err(|error| {
        let file = input.file_of(&error).map(|path| path.display().to_string());
        (file.unwrap_or_else(|| shown.clone()), error)
    })?;
    if let Some(error) = report.error() {
        report::error(&shown, error);
        return Ok(report);
    }
    mark_unclosed(&mut report.first, source.first());
    mark_unclosed(&mut report.second, source.second().unwrap_or(source.first()));
    for (path, report) in input.paths().into_iter().zip(report.mates()) {
        if let Some(error) = &report.error {
            report::error(&path.display().to_string(), error);
        }
    }
    Ok(report)
}

/// Adds the error of an input that may be truncated to a report without one.
fn mark_unclosed(report: &mut Report, source: &Source) {
    if report.error.is_none() && !source.is_closed() {
        report.error = Some(ErrorKind::Invalid(input::UNCLOSED.into()).into());
    }
}

/// Returns the name of an input in its report.
pub(super) fn name(path: &Path) -> String {
    if path.as_os_str() == input::STDIN {
        STDIN_NAME.into()
    } else {
        path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// Returns the names of the mates in their reports.
pub(super) fn mate_names(input: &Input) -> [String; 2] {
    match input {
        Input::Two(first, second) => [name(first), name(second)],
        Input::Interleaved(path) | Input::Alone(path) | Input::WithoutMate(path, _) => {
            [1, 2].map(|mate| mate_name(&name(path), mate))
        }
    }
}

/// Adds the number of a mate to a name, before the endings of its format.
fn mate_name(name: &str, mate: u8) -> String {
    let stem = fastqc::report_name(name);
    let stem = stem.strip_suffix("_fastqc").unwrap_or(&stem);
    let endings = name.strip_prefix(stem).unwrap_or_default();
    format!("{stem}_R{mate}{endings}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_interleaved_mates_differ() {
        for (name, expected) in [
            ("both.fastq", "both_R2.fastq"),
            ("both.fq.gz", "both_R2.fq.gz"),
            ("stdin", "stdin_R2"),
            ("a.b.txt", "a.b_R2.txt"),
        ] {
            assert_eq!(mate_name(name, 2), expected);
        }
    }
}
