//! Runs rows in turn on one file; all must agree.

use std::path::Path;
use std::time::Duration;

use crate::lap::median;
use crate::row::{Count, Result, Row};

/// A row and its result.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) row: Row,
    /// `None` for a row that counts nothing comparable.
    pub(crate) count: Option<Count>,
    pub(crate) time: Duration,
    /// Maximum number of page faults in a round.
    pub(crate) faults: u64,
}

/// Runs the rows in turn for a number of rounds, so that a slowdown of the machine affects all rows. Calls `before` before each
/// pass, outside the measured time.
pub(crate) fn measure(
    file: &Path,
    rows: &[Row],
    rounds: u32,
    before: impl Fn() -> Result<()>,
) -> Result<Vec<Measured>> {
    let mut laps = vec![Vec::new(); rows.len()];
    let mut first = None;
    for _ in 0..rounds {
        for (row, laps) in rows.iter().zip(&mut laps) {
            before()?;
            let lap = row.run(file)?;
            agree(&mut first, row, lap.count)?;
            laps.push(lap);
        }
    }
    let measured = rows.iter().zip(laps).map(|(row, laps)| Measured {
        row: *row,
        count: laps.iter().find_map(|lap| lap.count),
        time: median(laps.iter().map(|lap| lap.time).collect()),
        faults: laps.iter().map(|lap| lap.faults).max().unwrap_or(0),
    });
    Ok(measured.collect())
}

/// Compares the count of a row with that of the first row.
fn agree(first: &mut Option<(Row, Count)>, row: &Row, count: Option<Count>) -> Result<()> {
    let Some(count) = count else { return Ok(()) };
    let (first, expected) = first.get_or_insert((*row, count));
    if count == *expected { Ok(()) } else { Err(format!("{row}: {count}, but {first}: {expected}").into()) }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::format::Format;
    use crate::lineup;
    use crate::packing;
    use crate::row::Kind;
    use crate::{ours, peers, roofline};

    const READS: [&str; 2] = ["illumina.fastq", "nanopore.fastq"];

    fn testdata(file: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(file)
    }

    fn count(file: &Path) -> Count {
        let rows = lineup::rows_of(Format::detect(file).unwrap(), None);
        measure(file, &rows, 1, || Ok(())).unwrap()[0].count.unwrap()
    }

    #[test]
    fn all_rows_agree_on_real_reads() {
        for file in [READS[0], READS[1], "nanopore.fasta"] {
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
        for &format in [Format::PLAIN, Format::COMPRESSED].concat().iter() {
            for threads in [1, 2] {
                for kind in [Kind::Ours, Kind::Peer] {
                    let found = lineup::rows_of(format, None)
                        .iter()
                        .any(|row| row.threads == threads && row.kind == kind);
                    assert!(found, "{format}, {threads}, {kind:?}");
                }
            }
        }
    }

    #[test]
    fn a_row_that_disagrees_is_named() {
        let mut first = None;
        let (right, wrong) = (Count { records: 2, len: 7 }, Count { records: 2, len: 8 });
        let peer = peers::rows()[0];
        agree(&mut first, &ours::rows()[0], Some(right)).unwrap();
        agree(&mut first, &roofline::ROWS[0], None).unwrap();
        let error = agree(&mut first, &peer, Some(wrong)).unwrap_err().to_string();
        assert!(
            error.starts_with(peer.name) && error.contains("7 bytes") && error.contains("8 bytes"),
            "{error}"
        );
    }

    #[test]
    fn the_hook_runs_before_each_pass() {
        let calls = std::cell::Cell::new(0);
        let rows = [ours::rows()[0], roofline::ROWS[0]];
        measure(&testdata(READS[0]), &rows, 3, || {
            calls.set(calls.get() + 1);
            Ok(())
        })
        .unwrap();
        assert_eq!(calls.get(), 6);
    }
}
