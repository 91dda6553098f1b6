//! `pagecut qc`: quality control of reads.

mod args;
mod files;
mod html;
mod json;
mod long;
mod page;
mod read;
mod terminal;
mod zip;

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use pagecut::Result;
use pagecut::qc::report::{Report, Status};
use pagecut::qc::{Qc as Control, fastqc};

use crate::args::Common;
use crate::pairs::Input;
use crate::{output, progress, report};
pub(crate) use args::Qc;
use page::Page;
use terminal::Verdict;

/// Examines every input. Sets `all_good` to `false` if one cannot be read to its end, or has a verdict that `--fail-on` names.
pub(crate) fn run(args: &Qc, common: &Common, out: &mut dyn Write, all_good: &mut bool) -> io::Result<()> {
    args.demand_one_use_of_stdout();
    let Some(control) = args.control() else {
        *all_good = false;
        return Ok(());
    };
    let inputs = args.mates.group(&args.files, all_good);
    let paths = inputs.iter().flat_map(Input::paths).chain(args.lists()).map(Path::to_owned);
    let paths: Vec<_> = paths.collect();
    let page = match args.html.as_deref().map(|path| Page::open(path, &paths)).transpose() {
        Ok(page) => page,
        Err(error) => {
            report::failure(&args.html.as_deref().unwrap_or(Path::new("")).display().to_string(), &error);
            *all_good = false;
            return Ok(());
        }
    };
    let mut run = Run { args, common, control, inputs: paths, names: HashSet::new(), page };
    for input in progress::numbered(inputs) {
        *all_good &= match &input {
            Input::Alone(path) | Input::WithoutMate(path, _) => run.examine(path, out)?,
            Input::Two(..) | Input::Interleaved(_) => run.examine_pairs(&input, out)?,
        };
        // The reader need not wait for the next file.
        out.flush()?;
    }
    if let Some(page) = run.page {
        *all_good &= report::outcome(&page.name(), page.finish(common.quiet))?;
    }
    Ok(())
}

/// The examination of the inputs.
struct Run<'run> {
    args: &'run Qc,
    common: &'run Common,
    control: Control,
    /// The paths of the inputs.
    inputs: Vec<PathBuf>,
    /// Names of the files of reports.
    names: HashSet<String>,
    page: Option<Page>,
}

impl Run<'_> {
    /// Examines an input, writes its report, and returns whether it is good.
    fn examine(&mut self, path: &Path, out: &mut dyn Write) -> io::Result<bool> {
        let Self { args, common, .. } = *self;
        let shown = path.display().to_string();
        let report = match read::alone(path, &args.limit, common, &self.control) {
            Ok(report) => report,
            Err(error) => {
                report::error(&shown, &error);
                if args.json {
                    json::write_failure(&shown, &error, out)?;
                }
                self.page.iter_mut().for_each(|page| page.add_failure(&shown, &error));
                return Ok(false);
            }
        };
        let verdict = self.judge(&shown, &report);
        if args.json {
            json::write_report(&shown, &report, out)?;
        } else if !(common.quiet && verdict.is_good || args.writes_page_to_stdout()) {
            terminal::write(&shown, &report, &verdict, out)?;
        }
        if let Some(page) = &mut self.page {
            page.add(report);
        }
        Ok(verdict.is_good)
    }

    /// Examines pairs, writes the reports of the mates, and returns whether they are good.
    fn examine_pairs(&mut self, input: &Input, out: &mut dyn Write) -> io::Result<bool> {
        let Self { args, common, .. } = *self;
        let report = match read::pairs(input, &args.limit, common, &self.control) {
            Ok(report) => report,
            Err((name, error)) => {
                report::error(&name, &error);
                if args.json {
                    json::write_failure_of_pairs(input, &name, &error, out)?;
                }
                self.page.iter_mut().for_each(|page| page.add_failure(&name, &error));
                return Ok(false);
            }
        };
        let verdicts = report.mates().map(|mate| self.judge(&mate.name, mate));
        let is_good = verdicts.iter().all(|verdict| verdict.is_good);
        if args.json {
            json::write_pairs(input, &report, out)?;
        } else if !(common.quiet && is_good || args.writes_page_to_stdout()) {
            terminal::write_pairs(input, &report, &verdicts, out)?;
        }
        if let Some(page) = &mut self.page {
            page.add_pairs(report);
        }
        Ok(is_good)
    }

    /// Writes the files of a report, and returns the verdict on it.
    fn judge(&mut self, shown: &str, report: &Report) -> Verdict {
        let worst = report.verdicts().into_iter().map(|(_, status)| status).max().unwrap_or(Status::Pass);
        let is_refused = self.args.fail_on.is_some_and(|least| worst >= least.status());
        let is_good = report.error.is_none() && !is_refused;
        let written = self.args.outdir.as_deref().map(|folder| self.write_files(report, folder)).transpose();
        match written {
            Ok(written) => Verdict { is_good, written },
            Err(error) => {
                report::failure(shown, &error);
                Verdict { is_good: false, written: None }
            }
        }
    }

    /// Writes the files of a report. Returns the path of the ZIP file.
    fn write_files(&mut self, report: &Report, folder: &Path) -> Result<PathBuf> {
        let name = fastqc::report_name(&report.name);
        let path = folder.join(format!("{name}.zip"));
        if !self.names.insert(name.clone()) {
            let message = format!("{} is the name of two outputs", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message).into());
        }
        let outputs = files::paths(folder, &name, self.args.extract);
        for output in &outputs {
            self.inputs.iter().try_for_each(|input| output::check_distinct(Some(output), input))?;
        }
        let page = self.args.html.as_deref();
        output::check_separate(outputs.iter().map(PathBuf::as_path).chain(page))?;
        files::write(report, &name, &outputs)?;
        Ok(path)
    }
}
