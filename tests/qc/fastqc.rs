//! Reports against those of FastQC 0.11.9.

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use pagecut::qc::{Contaminants, Grouping, Limits, Qc};
use pagecut::{Source, SourceOptions};

use super::sections::{Sections, assert_equal, of_file, of_report};

/// Environment variable of a folder with more references, in folders with `input.fastq` or `input.fastq.gz` and `fastqc_data.txt`, and
/// FastQC's list of contaminants as `contaminants.tsv`.
const MORE: &str = "PAGECUT_FASTQC_REFERENCES";

/// References whose sequences and quality scores differ in length, which FastQC accepts.
const UNEQUAL_LENGTHS: [&str; 2] = ["colorspace", "qual_longer"];

fn read(path: &Path) -> Vec<u8> {
    let file = BufReader::new(File::open(path).unwrap());
    let mut data = Vec::new();
    if path.extension().is_some_and(|extension| extension == "gz") {
        flate2::bufread::MultiGzDecoder::new(file).read_to_end(&mut data).unwrap();
    } else {
        { file }.read_to_end(&mut data).unwrap();
    }
    data
}

fn options(name: &str) -> Qc {
    let qc = Qc::new().leave_filtered_out(name == "filtered_reads");
    match name {
        "varied_nogroup" => qc.grouping(Grouping::Single),
        "varied_expgroup" => qc.grouping(Grouping::Exponential),
        "kmers" => qc.limits(Limits { ignore_kmers: false, ..Limits::default() }),
        _ => qc,
    }
}

fn check(name: &str, qc: &Qc, data: &[u8], expected: &str, compare: fn(Sections) -> Sections) {
    let expected = compare(of_file(expected));
    for (threads, part_len) in [(1, 1 << 20), (2, 1 << 20), (2, 5000)] {
        let options = SourceOptions::new().threads(threads).part_len(part_len);
        let source = Source::from_reader(std::io::Cursor::new(data.to_vec()), options);
        let report = qc.run(&source, name).unwrap();
        assert!(report.error.is_none(), "{name}: {:?}", report.error);
        assert_equal(
            &compare(of_report(&report)),
            &expected,
            &format!("{name}, {threads} threads, parts of {part_len}"),
        );
    }
}

/// Leaves out the sources of frequent sequences: they are named by another list than that of FastQC.
fn without_sources(mut sections: Sections) -> Sections {
    if let Some((_, rows)) = sections.get_mut("Overrepresented sequences") {
        rows.iter_mut().for_each(|row| row.truncate(3));
    }
    sections
}

#[test]
fn reports_equal_those_of_fastqc() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/qc");
    let mut reports = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if let Some(name) = file.strip_suffix(".fastq.gz") {
            let expected = String::from_utf8(read(&folder.join(format!("{name}.txt.gz")))).unwrap();
            check(name, &options(name), &read(&folder.join(&file)), &expected, without_sources);
            reports += 1;
        }
    }
    assert_eq!(reports, 12);
}

#[test]
fn more_reports_equal_those_of_fastqc() {
    let Some(folder) = std::env::var_os(MORE).map(PathBuf::from) else { return };
    let list = File::open(folder.join("contaminants.tsv")).unwrap();
    let contaminants = Contaminants::read(BufReader::new(list)).unwrap();
    let mut failed = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let (Ok(expected), Some(input)) = (
            fs::read_to_string(path.join("fastqc_data.txt")),
            ["input.fastq", "input.fastq.gz"]
                .map(|name| path.join(name))
                .into_iter()
                .find(|path| path.exists()),
        ) else {
            continue;
        };
        let name = path.file_name().unwrap().to_str().unwrap();
        let qc = options(name).contaminants(contaminants.clone());
        if UNEQUAL_LENGTHS.contains(&name) {
            let source = Source::from_reader(std::io::Cursor::new(read(&input)), SourceOptions::new());
            let error = qc.run(&source, name).unwrap().error.unwrap();
            assert_eq!(error.kind().name(), "length_mismatch", "{name}");
            continue;
        }
        let run = || check(name, &qc, &read(&input), &expected, |sections| sections);
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err() {
            failed.push(name.to_owned());
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}
