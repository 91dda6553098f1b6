//! The text of an error depends on the input alone: not on the part length, the backend, or the number of threads.

mod common;

use std::collections::HashSet;
use std::io::Cursor;
use std::ops::Range;
use std::path::Path;

use common::testdata;
use pagecut::fasta::Fasta;
use pagecut::fastq::Fastq;
use pagecut::io::{Strategy, ZeroCopyConfig};
use pagecut::media::matroska::Matroska;
use pagecut::media::mp4::Boxes;
use pagecut::media::mpegts::Packets;
use pagecut::{Account, Format, Piece, Resync, Source, SourceOptions};

const PART_LENS: [usize; 6] = [1, 64, 100, 1000, 5000, 1 << 20];

/// Part length and number of threads.
const DIVISIONS: [(usize, usize); 4] = [(1, 2), (100, 1), (1000, 4), (1 << 20, 2)];

/// Of a longer file, only the first bytes are checked.
const LONGEST: usize = 40_000;

const STRATEGIES: [Strategy; 3] = [Strategy::Mapped, Strategy::Read, Strategy::Uring];

/// Returns the text of the first error of an account.
fn text(account: &Account) -> Option<String> {
    account.error.as_ref().map(ToString::to_string)
}

/// Returns the first error of reading the input as a whole.
fn error_of_whole<F: Format>(format: &F, data: &[u8]) -> Option<String> {
    format.records(data).find_map(Result::err).map(|error| error.to_string())
}

/// Checks that reading `data` in parts of these lengths gives the same error as reading it as a whole.
fn check<F: Format + Sync>(format: &F, data: &[u8], path: &Path, part_lens: &[usize], what: &str) {
    let expected = error_of_whole(format, data);
    std::fs::write(path, data).unwrap();
    for &part_len in part_lens {
        for threads in [1, 2] {
            let options = SourceOptions::new().threads(threads).part_len(part_len);
            let stream = Source::from_reader(Cursor::new(data.to_vec()), options);
            assert_eq!(text(&stream.account(format)), expected, "{what}: stream, {part_len}, {threads}");
            for strategy in STRATEGIES {
                // Creating a ring for each of many inputs is slow.
                if strategy == Strategy::Uring && part_len != 1000 {
                    continue;
                }
                let config = ZeroCopyConfig::new().strategy(strategy).threshold(0);
                let file = Source::with_options(path, options.config(config)).unwrap();
                let found = text(&file.account(format));
                assert_eq!(found, expected, "{what}: {strategy:?}, {part_len}, {threads}");
            }
        }
    }
}

/// Returns the gaps of reading the input as a whole, with their errors.
fn gaps_of_whole<F: Resync>(format: &F, data: &[u8]) -> Vec<(Range<u64>, String)> {
    let gaps = format.pieces(data).filter_map(|piece| match piece {
        Piece::Gap(gap) => Some((gap.range, gap.error.to_string())),
        Piece::Record(_) => None,
    });
    gaps.collect()
}

/// Checks that reading `data` with these divisions gives the same gaps and errors as reading it as a whole.
fn check_gaps<F: Resync + Sync>(
    format: &F,
    data: &[u8],
    path: &Path,
    divisions: &[(usize, usize)],
    what: &str,
) {
    let expected = gaps_of_whole(format, data);
    std::fs::write(path, data).unwrap();
    for &(part_len, threads) in divisions {
        for strategy in STRATEGIES {
            let config = ZeroCopyConfig::new().strategy(strategy).threshold(0);
            let options = SourceOptions::new().threads(threads).part_len(part_len);
            let file = Source::with_options(path, options.config(config)).unwrap();
            let mut found = Vec::new();
            let account = file.for_each_gap(format, u64::MAX, |gap| {
                found.push((gap.range.clone(), gap.error.to_string()));
                Ok(())
            });
            assert_eq!(found, expected, "{what}: {strategy:?}, {part_len}, {threads}");
            assert!(account.complete, "{what}: {strategy:?}, {part_len}, {threads}");
        }
    }
}

/// Returns the start of a file.
fn start_of(name: &str) -> Vec<u8> {
    let mut data = std::fs::read(testdata(name)).unwrap();
    data.truncate(LONGEST);
    data
}

/// The errors seen so far, without numbers and excerpts. The first copy with an error is read with all divisions. Later copies,
/// which differ in the position of the damage only, are read with some of the divisions in turn.
#[derive(Default)]
struct Seen {
    errors: HashSet<String>,
    copies: usize,
}

impl Seen {
    /// Returns the divisions for a copy with these errors.
    fn divisions<'all, T>(&mut self, error: &str, all: &'all [T]) -> &'all [T] {
        self.copies += 1;
        let kind = error.split('"').step_by(2).flat_map(|text| text.split(|at: char| at.is_ascii_digit()));
        if self.errors.insert(kind.collect()) {
            return all;
        }
        let at = self.copies % all.len();
        &all[at..=at]
    }
}

/// Checks the gaps of damaged copies of a file, or of its start if it is long.
fn check_gaps_of_copies<F: Resync + Sync>(format: &F, name: &str, places: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input");
    let mut met = Seen::default();
    for (damage, copy) in copies(&start_of(name), places) {
        let gaps: Vec<_> = gaps_of_whole(format, &copy).into_iter().map(|(_, error)| error).collect();
        let divisions = met.divisions(&gaps.concat(), &DIVISIONS);
        check_gaps(format, &copy, &path, divisions, &format!("{name}, {damage}"));
    }
}

/// Returns copies that are damaged at `places` positions: one or a few bytes changed, or the end cut off.
fn copies(data: &[u8], places: usize) -> Vec<(String, Vec<u8>)> {
    let mut copies = Vec::new();
    for at in (0..data.len()).step_by(data.len() / places + 1) {
        for bytes in [b"\0".as_slice(), b"\xff", b"@", b">", b"\n", b"\x01\xff\xff\xff\xff\xff\xff\xff"] {
            let mut copy = data.to_vec();
            let end = copy.len().min(at + bytes.len());
            copy[at..end].copy_from_slice(&bytes[..end - at]);
            copies.push((format!("{bytes:?} at {at}"), copy));
        }
        copies.push((format!("truncated at {at}"), data[..at].to_vec()));
    }
    copies
}

/// Checks damaged copies of a file, or of its start if it is long.
fn check_copies<F: Format + Sync>(format: &F, name: &str, places: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input");
    let data = start_of(name);
    check(format, &data, &path, &PART_LENS, name);
    let mut met = Seen::default();
    for (damage, copy) in copies(&data, places) {
        let part_lens = met.divisions(&error_of_whole(format, &copy).unwrap_or_default(), &PART_LENS);
        check(format, &copy, &path, part_lens, &format!("{name}, {damage}"));
    }
}

#[test]
fn matroska_errors_do_not_depend_on_the_division() {
    for name in ["media/clusters.mkv", "media/unknown_sizes.mkv", "media/lacing.mka"] {
        check_copies(&Matroska, name, 6);
    }
}

#[test]
fn errors_in_clusters_of_unknown_size_stay_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let data = std::fs::read(testdata("foreign/matroska/size-unknown.mkv")).unwrap();
    let error = Matroska.records(&data).find_map(Result::err).unwrap().to_string();
    assert!(error.contains("may have an unknown size"), "{error}");
    check(&Matroska, &data, &folder.path().join("input"), &PART_LENS, "size-unknown.mkv");
}

#[test]
fn mpegts_errors_do_not_depend_on_the_division() {
    check_copies(&Packets::new(), "small.ts", 12);
}

#[test]
fn mp4_errors_do_not_depend_on_the_division() {
    check_copies(&Boxes, "media/mp4/cmaf.mp4", 12);
}

#[test]
fn fastq_errors_do_not_depend_on_the_division() {
    for name in ["illumina.fastq", "crlf.fastq"] {
        check_copies(&Fastq::new(), name, 12);
    }
}

#[test]
fn wrapped_fastq_errors_do_not_depend_on_it() {
    check_copies(&Fastq::new().wrapped(), "wrapped.fastq", 12);
}

#[test]
fn fasta_errors_do_not_depend_on_the_division() {
    for name in ["nanopore.fasta", "crlf.fastq"] {
        check_copies(&Fasta::new(), name, 12);
    }
}

#[test]
fn gaps_in_matroska_do_not_depend_on_the_division() {
    for name in ["media/clusters.mkv", "media/unknown_sizes.mkv"] {
        check_gaps_of_copies(&Matroska, name, 5);
    }
}

#[test]
fn gaps_in_mpegts_do_not_depend_on_the_division() {
    check_gaps_of_copies(&Packets::new(), "small.ts", 10);
}
