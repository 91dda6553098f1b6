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
use files::Files;
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
    let sources = inputs.iter().flat_map(Input::paths).chain(args.lists()).map(Path::to_owned).collect();
    let Some(mut run) = Run::new(args, common, control, sources) else {
        *all_good = false;
        return Ok(());
    };
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
    /// The inputs and the lists, which no output replaces.
    sources: Vec<PathBuf>,
    /// Names of the files of reports.
    names: HashSet<String>,
    page: Option<Page>,
}

impl<'run> Run<'run> {
    /// Prepares the outputs. `None` after an error, which was reported.
    fn new(args: &'run Qc, common: &'run Common, control: Control, sources: Vec<PathBuf>) -> Option<Self> {
        // The page may be in the directory.
        let outdir = args.outdir.as_deref();
        opened(outdir, |folder| Ok(files::create_directory(folder)?))?;
        let page = opened(args.html.as_deref(), |path| Page::open(path, &sources))?;
        Some(Self { args, common, control, sources, names: HashSet::new(), page })
    }

    /// Examines an input, writes its report, and returns whether it is good.
    fn examine(&mut self, path: &Path, out: &mut dyn Write) -> io::Result<bool> {
        let Self { args, common, .. } = *self;
        let shown = path.display().to_string();
        let read = self
            .claim(&read::name(path))
            .and_then(|files| Ok((files, read::alone(path, &args.limit, common, &self.control)?)));
        let (files, report) = match read {
            Ok(read) => read,
            Err(error) => {
                report::error(&shown, &error);
                if args.json {
                    json::write_failure(&shown, &error, out)?;
                }
                self.page.iter_mut().for_each(|page| page.add_failure(&shown, &error));
                return Ok(false);
            }
        };
        let verdict = self.judge(&shown, &report, files);
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
        let [first, second] = read::mate_names(input);
        let files = self.claim(&first).and_then(|first| Ok([first, self.claim(&second)?]));
        let read = files
            .map_err(|error| (input.name(), error))
            .and_then(|files| Ok((files, read::pairs(input, &args.limit, common, &self.control)?)));
        let (files, report) = match read {
            Ok(read) => read,
            Err((name, error)) => {
                report::error(&name, &error);
                if args.json {
                    json::write_failure_of_pairs(input, &name, &error, out)?;
                }
                self.page.iter_mut().for_each(|page| page.add_failure(&name, &error));
                return Ok(false);
            }
        };
        let ([first, second], [of_first, of_second]) = (report.mates(), files);
        let verdicts =
            [(first, of_first), (second, of_second)].map(|(mate, files)| self.judge(&mate.name, mate, files));
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

    /// Names the files of a report before its input is read, if files are written.
    ///
    /// # Errors
    ///
    /// If one of them is a source, or an output too.
    fn claim(&mut self, name: &str) -> Result<Option<Files>> {
        let Some(folder) = &self.args.outdir else { return Ok(None) };
        let name = fastqc::report_name(name);
        let files = Files::new(folder, &name, self.args.extract);
        if !self.names.insert(name) {
            let message = format!("{} is the name of two outputs", files.zip().display());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message).into());
        }
        for output in files.paths() {
            self.sources.iter().try_for_each(|source| output::check_distinct(Some(output), source))?;
        }
        let page = self.args.html.as_deref();
        output::check_separate(files.paths().iter().map(PathBuf::as_path).chain(page))?;
        Ok(Some(files))
    }

    /// Writes the files of a report, and returns the verdict on it.
    fn judge(&self, shown: &str, report: &Report, files: Option<Files>) -> Verdict {
        let worst = report.verdicts().into_iter().map(|(_, status)| status).max().unwrap_or(Status::Pass);
        let is_refused = self.args.fail_on.is_some_and(|least| worst >= least.status());
        let is_good = report.error.is_none() && !is_refused;
        let written = files.map(|files| files.write(report).map(|()| files.zip().to_owned())).transpose();
        match written {
            Ok(written) => Verdict { is_good, written },
            Err(error) => {
                report::failure(shown, &error.into());
                Verdict { is_good: false, written: None }
            }
        }
    }
}

/// Opens an output, if there is one. `None` after an error, which was reported.
fn opened<T>(path: Option<&Path>, open: impl FnOnce(&Path) -> Result<T>) -> Option<Option<T>> {
    let Some(path) = path else { return Some(None) };
    open(path).map_err(|error| report::failure(&path.display().to_string(), &error)).ok().map(Some)
}
