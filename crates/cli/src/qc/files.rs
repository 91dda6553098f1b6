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

/// Returns the paths of the files of a report: the page, the ZIP file, and if `extract` is set those of the directory.
pub(super) fn paths(folder: &Path, name: &str, extract: bool) -> Vec<PathBuf> {
    let mut paths = vec![folder.join(format!("{name}.html")), folder.join(format!("{name}.zip"))];
    if extract {
        paths.extend(FILES.iter().map(|file| folder.join(name).join(file)));
    }
    paths
}

/// Writes the files of a report to their [`paths`]. All of them appear, or none.
pub(super) fn write(report: &Report, name: &str, paths: &[PathBuf]) -> io::Result<()> {
    let contents = contents(report)?;
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
    let outputs = paths.iter().zip(all).map(|(path, content)| complete(path, content));
    commit(outputs.collect::<io::Result<_>>()?)
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

fn create_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path).map_err(|error| OutputError::of_write(&path.display().to_string(), error))
}
