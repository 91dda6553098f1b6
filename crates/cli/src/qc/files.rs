//! The files of a report, as FastQC names them.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use pagecut::qc::fastqc;
use pagecut::qc::report::Report;

use super::html::{self, Examined};
use super::zip::Zip;
use crate::output::{Complete, OutFile, OutputError, commit};

/// Name of the page in the ZIP file.
const PAGE: &str = "fastqc_report.html";

/// The files in the ZIP file, in its order.
const FILES: [&str; 3] = ["summary.txt", PAGE, "fastqc_data.txt"];

/// The files of a report that are going to be written.
pub(super) struct Files {
    /// The name of the report.
    name: String,
    /// The page, the ZIP file, and the files of the directory if that was requested.
    paths: Vec<PathBuf>,
}

impl Files {
    /// Names the files of a report in a directory, with those of the directory `NAME` if `extract` is set.
    pub(super) fn new(folder: &Path, name: &str, extract: bool) -> Self {
        let mut paths = vec![folder.join(format!("{name}.html")), folder.join(format!("{name}.zip"))];
        if extract {
            paths.extend(FILES.iter().map(|file| folder.join(name).join(file)));
        }
        Self { name: name.to_owned(), paths }
    }

    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Returns the path of the ZIP file.
    pub(super) fn zip(&self) -> &Path {
        &self.paths[1]
    }

    /// Writes the files. All of them appear, or none.
    pub(super) fn write(&self, report: &Report) -> io::Result<()> {
        let (name, contents) = (&self.name, contents(report)?);
        let mut zip = Zip::default();
        // MultiQC takes the first entry as the directory of the report.
        zip.add_directory(&format!("{name}/"))?;
        for (file, content) in FILES.iter().zip(&contents) {
            zip.add_file(&format!("{name}/{file}"), content)?;
        }
        let mut archive = Vec::new();
        zip.write(&mut archive)?;
        let [_, page, _] = &contents;
        let all = [page, &archive].into_iter().chain(&contents);
        let outputs = self.paths.iter().zip(all).map(|(path, content)| complete(path, content));
        commit(outputs.collect::<io::Result<_>>()?)
    }
}

/// Returns the contents of the [`FILES`].
fn contents(report: &Report) -> io::Result<[Vec<u8>; FILES.len()]> {
    let (mut summary, mut page, mut data) = (Vec::new(), Vec::new(), Vec::new());
    fastqc::write_summary(report, &mut summary)?;
    html::write(&[Examined::Alone(report)], &mut page)?;
    fastqc::write_data(report, &mut data)?;
    Ok([summary, page, data])
}

/// Writes a file, which gets its name later, and creates its directory.
fn complete(path: &Path, content: &[u8]) -> io::Result<Complete> {
    if let Some(folder) = path.parent() {
        create_directory(folder)?;
    }
    let mut file = OutFile::create(path)?;
    file.write_all(content)?;
    file.complete()
}

/// Creates a directory with those that contain it, unless it exists.
pub(super) fn create_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path).map_err(|error| OutputError::of_write(&path.display().to_string(), error))
}
