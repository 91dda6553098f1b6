//! Known sequences that explain frequent ones: primers and adapters.

use std::io::BufRead;

use super::list;
use super::report::Source;
use crate::error::Result;

/// Queries below this length have no match.
const MIN_QUERY: usize = 8;

/// Queries below this length have to be contained in a known sequence. A match of others has to be longer.
const MIN_MATCH: usize = 20;

/// Known sequences that explain frequent ones.
///
/// The default list has oligonucleotides that Illumina and others publish, and homopolymers. FastQC has a longer list, which
/// [`read`](Self::read) reads.
///
/// ```
/// use pagecut::qc::Contaminants;
///
/// let source = Contaminants::default().find(b"AGATCGGAAGAGCACACGTCTGAACTCCAGTCACACAGTGATC").unwrap();
/// assert_eq!((&*source.name, source.identity, source.len), ("TruSeq Index Adapter", 100, 34));
/// ```
#[derive(Debug, Clone)]
pub struct Contaminants(Vec<Contaminant>);

/// A known sequence.
#[derive(Debug, Clone)]
struct Contaminant {
    name: String,
    forward: Vec<u8>,
    reverse: Vec<u8>,
}

/// A match of a query with a known sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Hit {
    len: usize,
    /// Equal bases in per cent.
    identity: usize,
}

/// Names and sequences, from the documents of the manufacturers. The first of several equally long matches is reported.
const KNOWN: [(&str, &str); 17] = [
    ("TruSeq Index Adapter", "AGATCGGAAGAGCACACGTCTGAACTCCAGTCAC"),
    ("TruSeq Universal Adapter", "AATGATACGGCGACCACCGAGATCTACACTCTTTCCCTACACGACGCTCTTCCGATCT"),
    ("TruSeq Index Adapter, end after the index", "ATCTCGTATGCCGTCTTCTGCTTG"),
    ("Nextera Transposase, Read 1", "TCGTCGGCAGCGTCAGATGTGTATAAGAGACAG"),
    ("Nextera Transposase, Read 2", "GTCTCGTGGGCTCGGAGATGTGTATAAGAGACAG"),
    ("Nextera Mate Pair Junction Adapter", "CTGTCTCTTATACACATCTAGATGTGTATAAGAGACAG"),
    ("Small RNA 3' Adapter (RA3)", "TGGAATTCTCGGGTGCCAAGG"),
    ("Small RNA 5' Adapter (RA5)", "GTTCAGAGTTCTACAGTCCGACGATC"),
    ("Small RNA RT Primer (RTP)", "GCCTTGGCACCCGAGAATTCCA"),
    ("Small RNA PCR Primer (RP1)", "AATGATACGGCGACCACCGAGATCTACACGTTCAGAGTTCTACAGTCCGA"),
    ("Flow Cell Oligonucleotide P5", "AATGATACGGCGACCACCGAGATCTACAC"),
    ("Flow Cell Oligonucleotide P7", "CAAGCAGAAGACGGCATACGAGAT"),
    ("SOLiD Small RNA Adapter", "CGCCTTGGCCGT"),
    ("SMART PCR Primer", "AAGCAGTGGTATCAACGCAGAGT"),
    ("SMART Template Switching Oligonucleotide", "AAGCAGTGGTATCAACGCAGAGTACATGGG"),
    ("Poly-A", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    (
        "Poly-G (no signal with two-colour chemistry)",
        "GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG",
    ),
];

impl Default for Contaminants {
    fn default() -> Self {
        Self(
            KNOWN
                .iter()
                .map(|(name, sequence)| Contaminant::new((*name).into(), sequence.as_bytes().into()))
                .collect(),
        )
    }
}

impl Contaminants {
    /// Reads a list in the format of FastQC: a name and a sequence on each line, separated by tabs.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) with the number of the line, if a line has another number of columns or a
    /// sequence has letters other than A, C, G and T; [`ErrorKind::Io`](crate::ErrorKind::Io) if the list cannot be read.
    pub fn read(input: impl BufRead) -> Result<Self> {
        let mut known = Vec::new();
        list::read("contaminants", input, |line| {
            let (name, sequence) = line.named_sequence()?;
            if !sequence.iter().all(|base| b"ACGT".contains(base)) {
                return Err(line.error("the sequence has letters other than A, C, G and T"));
            }
            known.push(Contaminant::new(name, sequence));
            Ok(())
        })?;
        Ok(Self(known))
    }

    /// Returns the known sequence with the longest match, on either strand: the first of several.
    ///
    /// A sequence of 8 to 19 bases has to be part of a known one. Others need more than 20 bases in common, with at most one mismatch
    /// between them. The sequence is in upper case.
    #[must_use]
    pub fn find(&self, sequence: &[u8]) -> Option<Source> {
        let mut best: Option<(&Contaminant, Hit)> = None;
        for contaminant in &self.0 {
            let hit = contaminant.find(sequence);
            if let Some(hit) = hit.filter(|hit| best.is_none_or(|(_, best)| hit.len > best.len)) {
                best = Some((contaminant, hit));
            }
        }
        best.map(|(contaminant, hit)| Source {
            name: contaminant.name.clone(),
            identity: hit.identity as u64,
            len: hit.len as u64,
        })
    }
}

impl Contaminant {
    fn new(name: String, forward: Vec<u8>) -> Self {
        let complement = |base: &u8| match base {
            b'A' => b'T',
            b'C' => b'G',
            b'G' => b'C',
            _ => b'A',
        };
        let reverse = forward.iter().rev().map(complement).collect();
        Self { name, forward, reverse }
    }

    /// Returns the longest match of a query.
    fn find(&self, query: &[u8]) -> Option<Hit> {
        let strands = [&*self.forward, &*self.reverse];
        if query.len() < MIN_MATCH {
            let is_part = |strand: &&[u8]| strand.windows(query.len()).any(|part| part == query);
            let is_found = query.len() >= MIN_QUERY && strands.iter().any(is_part);
            return is_found.then_some(Hit { len: query.len(), identity: 100 });
        }
        let mut best: Option<Hit> = None;
        for strand in strands {
            // The last bases of the strand lie over the first of the query, and then the other way round.
            let first = strand.len().saturating_sub(MIN_MATCH);
            let diagonals = (1..=first).rev().map(|skipped| (&strand[skipped..], query));
            let start = MIN_MATCH.saturating_sub(strand.len());
            let diagonals =
                diagonals.chain((start..query.len() - MIN_MATCH).map(|skipped| (strand, &query[skipped..])));
            for hit in diagonals.filter_map(|(strand, query)| best_on_diagonal(strand, query)) {
                if best.is_none_or(|best| hit.len > best.len) {
                    best = Some(hit);
                }
            }
        }
        best
    }
}

/// Returns the longest match of two sequences that lie over each other from their first bases.
fn best_on_diagonal(strand: &[u8], query: &[u8]) -> Option<Hit> {
    let mut best: Option<Hit> = None;
    let mut add = |len: usize, mismatches: usize| {
        let hit = Hit { len, identity: (len - mismatches) * 100 / len };
        let is_better = best.is_none_or(|best| (hit.len, hit.identity) > (best.len, best.identity));
        if len > MIN_MATCH && is_better {
            best = Some(hit);
        }
    };
    // The last equal bases are at `end`.
    let (mut start, mut end, mut mismatches) = (0, 0, 0);
    for (at, (base, other)) in strand.iter().zip(query).enumerate() {
        if base == other {
            end = at;
            continue;
        }
        mismatches += 1;
        if mismatches > 1 {
            add(1 + end - start, mismatches - 1);
            (start, end, mismatches) = (at + 1, at + 1, 0);
        }
    }
    add(1 + end - start, mismatches.min(1 + end - start));
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns name, identity and length of the best match.
    fn found(contaminants: &Contaminants, query: &str) -> Option<(String, u64, u64)> {
        let source = contaminants.find(query.as_bytes())?;
        Some((source.name, source.identity, source.len))
    }

    #[test]
    fn matches_are_those_of_fastqc() {
        let known = Contaminants::read(
            "Read 1\tACACTCTTTCCCTACACGACGCTCTTCCGATCT\nIndex\tGATCGGAAGAGCACACGTCTGAACTCCAGTCACACAGTGATCTCGTATGCCG\n\
             Read 1 again\tACACTCTTTCCCTACACGACGCTCTTCCGATCT\n"
                .as_bytes(),
        )
        .unwrap();
        let some = |name: &str, identity, len| Some((name.to_owned(), identity, len));
        for (query, expected) in [
            ("GATCGGA", None),
            // The reverse strand of the first; the second has it too.
            ("GATCGGAA", some("Read 1", 100, 8)),
            ("AGCACACG", some("Index", 100, 8)),
            ("TTCCGATC", some("Read 1", 100, 8)),
            ("GATCGGAAGAGCACACGTC", some("Index", 100, 19)),
            ("GATCGGAAGAGCACACGTT", None),
            // Exactly 20 bases are below the limit of both rules.
            ("GATCGGAAGAGCACACGTCT", None),
            ("GATCGGAAGAGCACACGTCTG", some("Index", 100, 21)),
            ("CAGACGTGTGCTCTTCCGATC", some("Index", 100, 21)),
            ("ACACTCTTTCCCTACACGACGCTCTACCGATCTGGG", some("Read 1", 96, 33)),
            // A mismatch at the end is not part of the match, but counts.
            ("ACACTCTTTCCCTACACGACGA", some("Read 1", 95, 21)),
            ("NNNNNNNNNNNNNNNNNNNNNNNNNNNNNN", None),
            ("", None),
        ] {
            assert_eq!(found(&known, query), expected, "{query}");
        }
    }

    #[test]
    fn two_mismatches_divide_a_match() {
        let known = Contaminants::read(&b"X\tACGTTGCAACGGTTCAAGCTAGGCTTACGATCCGATTGACC\n"[..]).unwrap();
        let mut query = *b"ACGTTGCAACGGTTCAAGCTAGGCTTACGATCCGATTGACC";
        query[5] = b'N';
        query[33] = b'N';
        // One mismatch at base 6 and 33 bases up to the second one.
        assert_eq!(found(&known, std::str::from_utf8(&query).unwrap()), Some(("X".into(), 96, 33)));
    }

    #[test]
    fn a_short_known_sequence_has_no_long_match() {
        let known = Contaminants::read(&b"X\tACGTTGCAACGG\n"[..]).unwrap();
        assert_eq!(found(&known, "ACGTTGCAACGGACGTTGCAACGGACGTTGCAACGG"), None);
        assert_eq!(found(&known, "GTTGCAAC"), Some(("X".into(), 100, 8)));
    }

    #[test]
    fn the_default_list_names_adapters_of_reads() {
        let known = Contaminants::default();
        for (query, name) in [
            ("AGATCGGAAGAGCACACGTCTGAACTCCAGTCACACAGTGATCTCGTATG", "TruSeq Index Adapter"),
            ("CTGTCTCTTATACACATCTCCGAGCCCACGAGACTAAGGCGAATCTCGTA", "Nextera Transposase, Read 2"),
            ("TGGAATTCTCGGGTGCCAAGGAACTCCAGTCAC", "Small RNA 3' Adapter (RA3)"),
            (&"G".repeat(50), "Poly-G (no signal with two-colour chemistry)"),
            (&"T".repeat(50), "Poly-A"),
        ] {
            assert_eq!(found(&known, query).unwrap().0, name, "{query}");
        }
    }

    #[test]
    fn a_bad_line_is_named() {
        for (list, message) in [
            ("#\nX\tACGN\n", "line 2: the sequence has letters other than A, C, G and T: \"X\\tACGN\""),
            ("X\tA\n\nY\n", "line 3: expected a name and a sequence, separated by tabs: \"Y\""),
        ] {
            let error = Contaminants::read(list.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), format!("contaminants: {message}"));
        }
    }
}
