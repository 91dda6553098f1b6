//! Writing: written records read back, refused ones would not, and nothing is lost or written twice.

#[path = "../common/mod.rs"]
mod common;
mod fasta;
mod fastq;
mod inner;

use std::process::Command;

use pagecut::{Error, ErrorKind};

/// Returns all texts of at most `most` of these bytes.
fn all_texts(bytes: &[u8], most: usize) -> Vec<Vec<u8>> {
    let mut texts = vec![Vec::new()];
    let mut of_len = texts.clone();
    for _ in 0..most {
        of_len = of_len
            .iter()
            .flat_map(|text| bytes.iter().map(move |&byte| [text.as_slice(), &[byte]].concat()))
            .collect();
        texts.extend_from_slice(&of_len);
    }
    texts
}

/// Checks that the location of an error is that of the byte it names, in the text that was not written.
fn check_place(error: &Error, record: u64, start: usize, not_written: &[u8]) {
    let location = error.location().unwrap();
    assert_eq!((location.record, location.line), (Some(record), None), "{error}");
    assert_eq!(location.record_offset, start as u64, "{error}");
    let position = usize::try_from(location.offset).unwrap() - start;
    let (ErrorKind::Unwritable { found, .. }
    | ErrorKind::SequenceLetter { found }
    | ErrorKind::QualityRange { found }) = *error.kind()
    else {
        assert!(matches!(error.kind(), ErrorKind::LengthMismatch { .. }), "{error}");
        return;
    };
    assert_eq!(not_written[position], found, "{error}");
    assert_eq!(error.excerpt()[0], found, "{error}");
}

/// Returns the output of another tool.
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
