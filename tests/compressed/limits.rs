//! Records above the memory limit: the same ones with every method of reading.

use std::io::Cursor;

use pagecut::fasta::Fasta;
use pagecut::fastq::{Fastq, Wrapped};
use pagecut::{Account, Format, Source, SourceOptions};

use crate::make::Kind;

/// Reads of these lengths, and their lengths as FASTQ and as FASTA.
fn texts(lens: &[usize]) -> [Vec<u8>; 2] {
    let record = |&len: &usize| format!("@r{len}\n{}\n+\n{}\n", "A".repeat(len), "@".repeat(len));
    let sequence = |&len: &usize| {
        let line = "ACGT".repeat(15) + "\n";
        format!(">s{len}\n{}{}\n", line.repeat(len / 60), "A".repeat(len % 60))
    };
    [lens.iter().map(record).collect::<String>().into(), lens.iter().map(sequence).collect::<String>().into()]
}

/// Returns the result for an input, which is the same for all methods of reading.
fn result_of<F: Format>(format: &F, text: &[u8], most: u64) -> (u64, Option<String>) {
    let mut results = Vec::new();
    for kind in [None, Some(Kind::Gzip), Some(Kind::Bgzf), Some(Kind::Zstd)] {
        let bytes = kind.map_or_else(|| text.to_vec(), |kind| kind.file(text, 700).bytes);
        for threads in [1, 2, 4] {
            for part_len in [None, Some(1), Some(77), Some(1000), Some(5000)] {
                let options = SourceOptions::new().threads(threads).max_record_len(most);
                let options = part_len.map_or(options, |len| options.part_len(len));
                let source = Source::from_reader(Cursor::new(bytes.clone()), options);
                let Account { tally, error, .. } = source.account(format);
                results.push((tally.records, error.map(|error| error.to_string())));
            }
        }
    }
    results.dedup();
    assert_eq!(results.len(), 1, "{most}: {results:?}");
    results.remove(0)
}

#[test]
fn a_record_is_too_long_however_it_is_read() {
    let [fastq, fasta] = texts(&[10, 500, 3, 40, 1500, 20, 900, 4]);
    let long = 2 * 1500 + "@r1500\n\n+\n\n".len() as u64;
    let offset = texts(&[10, 500, 3, 40]).map(|text| text.len());
    for (most, is_read) in [(10_000, true), (long + 100, true), (long - 1, false), (1100, false)] {
        let expected =
            format!("fastq: record 4, byte {}: longer than the memory limit of {most} bytes", offset[0]);
        for (records, error) in
            [result_of(&Fastq::new(), &fastq, most), result_of(&Wrapped::default(), &fastq, most)]
        {
            assert_eq!((records, error.is_none()), if is_read { (8, true) } else { (4, false) }, "{error:?}");
            assert!(error.is_none_or(|error| error.replace("wrapped ", "").starts_with(&expected)), "{most}");
        }
    }
    for (most, is_read) in [(2000, true), (1540, true), (1500, false), (600, false)] {
        let (records, error) = result_of(&Fasta::new(), &fasta, most);
        assert_eq!((records, error.is_none()), if is_read { (8, true) } else { (4, false) }, "{error:?}");
        let expected =
            format!("fasta: record 4, byte {}: longer than the memory limit of {most} bytes", offset[1]);
        assert!(error.is_none_or(|error| error.starts_with(&expected)), "{most}");
    }
}

#[test]
fn a_fault_in_a_record_that_is_too_long_comes_first() {
    // The third line shows that this is not a record of FASTQ.
    let text = [b"@r\nAC\n+\nII\n@long\nAC\nno plus line\n", &b"A".repeat(5000)[..]].concat();
    let (records, error) = result_of(&Fastq::new(), &text, 1000);
    assert_eq!(records, 1);
    assert!(error.as_ref().is_some_and(|error| error.starts_with("fastq: record 1, line 7")), "{error:?}");
}
