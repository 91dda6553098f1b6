//! Adapters that are searched for in reads.

use std::io::BufRead;

use super::list;
use crate::error::{ErrorKind, Result};

/// An adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// Its name, in reports.
    pub name: String,
    /// Its first bases, in upper case.
    pub sequence: Vec<u8>,
}

/// Adapters that are searched for in reads: at least one. The default is the list that FastQC 0.11.9 searches for, so that the columns
/// of reports are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapters(Vec<Adapter>);

impl Default for Adapters {
    fn default() -> Self {
        const NAMES: [(&str, &str); 5] = [
            ("Illumina Universal Adapter", "AGATCGGAAGAG"),
            ("Illumina Small RNA 3' Adapter", "TGGAATTCTCGG"),
            ("Illumina Small RNA 5' Adapter", "GATCGTCGGACT"),
            ("Nextera Transposase Sequence", "CTGTCTCTTATA"),
            ("SOLID Small RNA Adapter", "CGCCTTGGCCGT"),
        ];
        Self(NAMES.map(|(name, sequence)| Adapter { name: name.into(), sequence: sequence.into() }).into())
    }
}

impl Adapters {
    /// Reads a list in the format of FastQC: a name and a sequence on each line, separated by tabs.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] with the number of the line, if a line has another number of columns or a sequence has bytes other than
    /// letters, and if there is no adapter; [`ErrorKind::Io`] if the list cannot be read.
    pub fn read(input: impl BufRead) -> Result<Self> {
        let mut adapters = Vec::new();
        list::read("adapters", input, |line| {
            let (name, sequence) = line.named_sequence()?;
            if !sequence.iter().all(u8::is_ascii_uppercase) {
                return Err(line.error("the sequence has bytes other than letters"));
            }
            adapters.push(Adapter { name, sequence });
            Ok(())
        })?;
        if adapters.is_empty() {
            return Err(ErrorKind::Invalid("adapters: the list has no adapter".into()).into());
        }
        Ok(Self(adapters))
    }

    /// Returns the adapters in the order of the list.
    #[must_use]
    pub fn as_slice(&self) -> &[Adapter] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_names_and_sequences() {
        let list = "# name\tsequence\n\nOne of\t\tacgtN\r\nTwo\tGG\t\n";
        let expected = [("One of", "ACGTN"), ("Two", "GG")];
        let expected =
            expected.map(|(name, sequence)| Adapter { name: name.into(), sequence: sequence.into() });
        assert_eq!(Adapters::read(list.as_bytes()).unwrap().as_slice(), expected);
    }

    #[test]
    fn a_bad_line_is_named() {
        for (list, message) in [
            ("\nA\n", "adapters: line 2: expected a name and a sequence, separated by tabs: \"A\""),
            (
                "A\tB\tC\n",
                "adapters: line 1: expected a name and a sequence, separated by tabs: \"A\\tB\\tC\"",
            ),
            ("A\tAC-T", "adapters: line 1: the sequence has bytes other than letters: \"A\\tAC-T\""),
            ("# nothing\n", "adapters: the list has no adapter"),
        ] {
            assert_eq!(Adapters::read(list.as_bytes()).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn a_long_line_is_refused() {
        let line = vec![b'A'; 2 << 20];
        let error = Adapters::read(&line[..]).unwrap_err().to_string();
        assert!(error.starts_with("adapters: line 1: the line is longer than 1 MiB"), "{error}");
    }
}
