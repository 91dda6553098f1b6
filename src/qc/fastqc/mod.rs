//! Reports in the files of FastQC 0.11.9: `fastqc_data.txt` and `summary.txt`. Other programs, such as MultiQC, read them.

mod data;
mod java;
mod natural;

use std::io::{self, Write};

use super::report::{Report, Status};
pub use data::write_data;

/// Writes `summary.txt`: a line for each module, with its verdict, its name and the name of the input.
///
/// # Errors
///
/// Those of `out`.
pub fn write_summary(report: &Report, mut out: impl Write) -> io::Result<()> {
    for (module, status) in report.verdicts() {
        let verdict = match status {
            Status::Pass => "PASS",
            Status::Warn => "WARN",
            Status::Fail => "FAIL",
        };
        writeln!(out, "{verdict}\t{module}\t{}", one_line(&report.name))?;
    }
    Ok(())
}

/// Returns the name of a report, from which its files are named: the name of the input without the endings of its format, and `_fastqc`.
///
/// ```
/// use pagecut::qc::fastqc::report_name;
///
/// assert_eq!(report_name("reads.fastq.gz"), "reads_fastqc");
/// ```
#[must_use]
pub fn report_name(name: &str) -> String {
    // Each ending is removed once, in this order.
    let endings = [".gz", ".bz2", ".txt", ".fastq", ".fq", ".csfastq", ".sam", ".bam"];
    let name = name.replacen("stdin:", "", 1);
    let stem = endings.iter().fold(&*name, |name, ending| name.strip_suffix(ending).unwrap_or(name));
    format!("{stem}_fastqc")
}

/// Returns text without the characters that end a line or a column.
fn one_line(text: &str) -> String {
    text.replace(|letter: char| letter.is_control(), " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_reports_are_those_of_fastqc() {
        for (name, expected) in [
            ("a.fastq.gz", "a"),
            ("a.fq.txt.gz", "a"),
            ("a.txt.fastq", "a.txt"),
            ("a.fq.fastq", "a"),
            ("a.sam.bam", "a.sam"),
            ("A.FASTQ", "A.FASTQ"),
            ("stdin", "stdin"),
            ("stdin:x.fq", "x"),
            ("a.fq.bz2", "a"),
        ] {
            assert_eq!(report_name(name), format!("{expected}_fastqc"), "{name}");
        }
    }
}
