//! Runs rows against each other on one file, all of which have to agree.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::format::Format;
use crate::row::{Count, Result, Row};
use crate::{ours, peers, roofline};

/// A row, and how it did.
pub(crate) struct Measured {
    pub(crate) row: Row,
    /// What all rows agree on.
    pub(crate) count: Count,
    pub(crate) time: Duration,
}

/// Runs the rows in turn, and that for so many rounds, so that a machine that slows down does so for all of them.
pub(crate) fn measure(file: &Path, format: Format, rounds: u32) -> Result<Vec<Measured>> {
    let rows = rows_of(format);
    let mut times = vec![Vec::new(); rows.len()];
    let mut first = None;
    for _ in 0..rounds {
        for (row, times) in rows.iter().zip(&mut times) {
            let start = Instant::now();
            let count = (row.run)(file, row.threads).map_err(|error| format!("{row}: {error}"))?;
            times.push(start.elapsed());
            agree(&mut first, row, count)?;
        }
    }
    let count = first.map(|(_, count)| count).unwrap_or_default();
    Ok(rows.into_iter().zip(times).map(|(row, times)| Measured { row, count, time: median(times) }).collect())
}

/// The rows that can read the format, those with fewer threads first.
fn rows_of(format: Format) -> Vec<Row> {
    let mut rows = [&ours::ROWS[..], &peers::rows(), &roofline::ROWS].concat();
    rows.retain(|row| row.formats.contains(&format));
    rows.sort_by_key(|row| row.threads);
    rows
}

/// Compares what a row counted with what the first one did.
fn agree(first: &mut Option<(Row, Count)>, row: &Row, count: Option<Count>) -> Result<()> {
    let Some(count) = count else { return Ok(()) };
    let (first, expected) = first.get_or_insert((*row, count));
    if count == *expected { Ok(()) } else { Err(format!("{row}: {count}, but {first}: {expected}").into()) }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    (times[(times.len() - 1) / 2] + times[times.len() / 2]) / 2
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::packing;
    use crate::row::Kind;

    const READS: [&str; 2] = ["illumina.fastq", "nanopore.fastq"];

    fn testdata(file: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(file)
    }

    fn count(file: &Path) -> Count {
        measure(file, Format::of(file).unwrap(), 1).unwrap()[0].count
    }

    #[test]
    fn all_rows_agree_on_real_reads() {
        for file in READS {
            assert!(count(&testdata(file)).records > 0, "{file}");
        }
    }

    #[test]
    fn all_rows_agree_on_compressed_reads() {
        for file in READS.map(testdata) {
            let folder = tempfile::tempdir().unwrap();
            for packed in packing::pack(&file, folder.path()).unwrap() {
                assert_eq!(count(&packed), count(&file), "{}", packed.display());
            }
        }
    }

    #[test]
    fn every_format_has_rows_of_both_sides() {
        for &format in Format::ALL {
            for threads in [1, 2] {
                for kind in [Kind::Ours, Kind::Peer] {
                    let found = rows_of(format).iter().any(|row| row.threads == threads && row.kind == kind);
                    assert!(found, "{format}, {threads}, {kind:?}");
                }
            }
        }
    }

    #[test]
    fn a_row_that_disagrees_is_named() {
        let mut first = None;
        let (right, wrong) = (Count { records: 2, bases: 7 }, Count { records: 2, bases: 8 });
        let peer = peers::rows()[0];
        agree(&mut first, &ours::ROWS[0], Some(right)).unwrap();
        agree(&mut first, &roofline::ROWS[0], None).unwrap();
        let error = agree(&mut first, &peer, Some(wrong)).unwrap_err().to_string();
        assert!(
            error.starts_with(peer.name) && error.contains("7 bases") && error.contains("8 bases"),
            "{error}"
        );
    }

    #[test]
    fn the_median_lies_in_the_middle() {
        let of = |times: &[u64]| median(times.iter().copied().map(Duration::from_secs).collect());
        assert_eq!(of(&[9, 1, 2]), Duration::from_secs(2));
        assert_eq!(of(&[9, 1, 2, 4]), Duration::from_secs(3));
    }
}
