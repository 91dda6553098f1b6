//! The page with the reports of all inputs.

use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use pagecut::qc::Report;
use pagecut::qc::pairs::PairedReport;
use pagecut::{Error, Result};

use super::html::{self, Examined};
use crate::output::{self, OutFile};
use crate::report;

/// A page that is collecting reports.
pub(super) struct Page {
    path: PathBuf,
    file: OutFile,
    inputs: Vec<Kept>,
}

/// An input that was examined.
enum Kept {
    Alone(Box<Report>),
    Pairs(Box<PairedReport>),
    Failed { name: String, error: String },
}

impl Kept {
    fn examined(&self) -> Examined<'_> {
        match self {
            Self::Alone(report) => Examined::Alone(report),
            Self::Pairs(report) => Examined::Pairs(report),
            Self::Failed { name, error } => Examined::Failed { name, error },
        }
    }
}

impl Page {
    /// Starts a page, unless it is one of the inputs.
    pub(super) fn open(path: &Path, inputs: &[PathBuf]) -> Result<Self> {
        for input in inputs {
            output::check_distinct(Some(path), input)?;
        }
        Ok(Self { path: path.to_owned(), file: OutFile::create(path)?, inputs: Vec::new() })
    }

    /// Returns the name of the page in messages.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Adds the report of the next input.
    pub(super) fn add(&mut self, report: Report) {
        self.inputs.push(Kept::Alone(Box::new(report)));
    }

    /// Adds the report of the next pairs.
    pub(super) fn add_pairs(&mut self, report: PairedReport) {
        self.inputs.push(Kept::Pairs(Box::new(report)));
    }

    /// Adds an input without a report.
    pub(super) fn add_failure(&mut self, name: &str, error: &Error) {
        self.inputs.push(Kept::Failed { name: name.into(), error: error.to_string() });
    }

    /// Writes the page, if there is a report. Returns whether it is written.
    pub(super) fn finish(self, is_quiet: bool) -> Result<bool> {
        let inputs: Vec<_> = self.inputs.iter().map(Kept::examined).collect();
        if inputs.iter().all(|input| matches!(input, Examined::Failed { .. })) {
            if !is_quiet {
                report::note(&self.name(), &"not written, since there is no report");
            }
            return Ok(false);
        }
        let mut out = BufWriter::new(self.file);
        html::write(&inputs, &mut out)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.commit()?;
        Ok(true)
    }
}
