//! An index of numbers: where every so many records one begins.

mod file;

use std::ops::Range;
use std::path::{Path, PathBuf};

use file::Fnv;

use super::cut;
use crate::error::{ErrorKind, Result};
use crate::identity::Stamp;
use crate::record::{Cursor, Format, Part};
use crate::sidecar;
use crate::source::{ReadAt, Source};

/// How many bytes behind a stretch are read with it, for formats that look ahead.
const AHEAD: u64 = 4 << 10;

/// How many bytes at the beginning and at the end of the input are summed up.
const END_LEN: u64 = 2 << 10;

/// An index of numbers: which record begins about every mebibyte, in 16 bytes each.
///
/// It has the length and the time (`st_mtime`) of the file of which it was made, and a check sum of its first and last 2048 bytes, and
/// is refused for a file with others. A copy that keeps the time fits. Of BGZF, its offsets are those of decompressed bytes. (Two
/// states of a file that differ in between only, with the same length and time, cannot be told apart: the clock of a file system may
/// go in steps of some milliseconds.)
///
/// ```
/// use pagecut::{Source, fastq::Fastq, index::Sparse};
///
/// let source = Source::open("testdata/illumina.fastq")?;
/// let reader = source.reader().unwrap();
/// let sparse = Sparse::build(&source, &Fastq::new())?;
/// assert_eq!(sparse.records(), 250);
///
/// let last = sparse.record_range(249, reader, &Fastq::new())?;
/// assert_eq!(last.end, reader.len());
/// assert!(reader.bytes_at(last)?.starts_with(b"@"));
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sparse {
    format: String,
    /// Of the file as it lies on the disk.
    stamp: Stamp,
    /// How many bytes it holds, decompressed if it is compressed.
    len: u64,
    /// The check sum of the first and the last of them.
    ends: u64,
    records: u64,
    /// Each with more records before it than the one before.
    points: Vec<Point>,
}

/// A boundary in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    /// Records before it.
    record: u64,
    offset: u64,
}

impl Sparse {
    /// Where the index of an input lies: at its path with `.pgi` behind it.
    #[must_use]
    pub fn path_of(path: &Path) -> PathBuf {
        sidecar::path_of(path, ".pgi")
    }

    /// The index of a file: one pass over it, in parallel.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the input has no positions, as of [`Source::content`]; the first error in the order of the input.
    pub fn build<F: Format>(source: &Source, format: &F) -> Result<Self> {
        let file = source.file_with_positions()?;
        // Of each part, its offset and how many records it has; and where the last one ends.
        let (mut parts, len) = source.parts(format).fold(
            || (Vec::new(), 0),
            |(parts, len), records| {
                let part = records.part();
                let offset = part.offset();
                *len = (*len).max(offset + part.len() as u64);
                records.by_ref().try_for_each(|record| record.map(drop))?;
                let count = records.tally().records;
                if count > 0 {
                    parts.push((offset, count));
                }
                Ok(())
            },
            |(left, len), (right, other_len)| ([left, right].concat(), len.max(other_len)),
        )?;
        // Parts are worked on in any order.
        parts.sort_unstable();
        let mut records = 0;
        let mut points = Vec::with_capacity(parts.len());
        for (offset, count) in parts {
            points.push(Point { record: records, offset });
            records += count;
        }
        let ends = sum_of_ends(source.content()?)?;
        Ok(Self { format: F::NAME.into(), stamp: file.stamp(), len, ends, records, points })
    }

    /// How many records the input has.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Whether this is the index of a file as it was when it was opened.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StaleIndex`] if it is not; those of [`ReadAt::bytes_at`].
    pub fn check(&self, content: &dyn ReadAt) -> Result<()> {
        let (then, now) = (self.stamp, content.file().stamp());
        let differences = [
            (then.len != now.len, "its length"),
            ((then.seconds, then.nanos) != (now.seconds, now.nanos), "its time"),
            (self.len != content.len(), "the length of what it holds"),
        ];
        match differences.into_iter().find(|&(differs, _)| differs) {
            Some((_, difference)) => Err(ErrorKind::StaleIndex { difference }.into()),
            None if self.ends != sum_of_ends(content)? => {
                Err(ErrorKind::StaleIndex { difference: "its beginning or its end" }.into())
            }
            None => Ok(()),
        }
    }

    /// Where reading has to begin for the record of this number to be the first that is read: at the record, or at blank lines
    /// before it. The number of records stands for the end of the input.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoRecord`] if there are not so many; [`ErrorKind::StaleIndex`] if the index is of another file, or another format;
    /// [`ErrorKind::DamagedIndex`] if there are other records than it says; those of reading.
    pub fn offset_of<F: Format>(&self, record: u64, content: &dyn ReadAt, format: &F) -> Result<u64> {
        if record == self.records {
            self.check(content)?;
            return Ok(content.len());
        }
        self.record_range(record, content, format).map(|range| range.start)
    }

    /// The bytes of the record of this number, counted from 0, with blank lines around it that belong to no other.
    ///
    /// # Errors
    ///
    /// Those of [`offset_of`](Sparse::offset_of).
    pub fn record_range<F: Format>(
        &self,
        record: u64,
        content: &dyn ReadAt,
        format: &F,
    ) -> Result<Range<u64>> {
        self.check(content)?;
        if self.format != F::NAME {
            return Err(ErrorKind::StaleIndex { difference: "its format" }.into());
        }
        let behind = self.points.partition_point(|point| point.record <= record);
        let Some(point) = behind.checked_sub(1).filter(|_| record < self.records) else {
            return Err(ErrorKind::NoRecord { record, records: self.records }.into());
        };
        let Point { record: first, offset } = self.points[point];
        let end = self.points.get(behind).map_or(content.len(), |point| point.offset);
        nth_record(content, format, offset..end, record - first)
    }

    /// Boundaries the file into `count` ranges that hold whole records, and as evenly many as can be: of any two ranges, one holds at
    /// the most one record more. They lie end to end, and are the whole file; where there are fewer records than
    /// ranges, some are empty.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] if `count` is 0; those of [`offset_of`](Sparse::offset_of).
    pub fn shards<F: Format>(
        &self,
        count: usize,
        content: &dyn ReadAt,
        format: &F,
    ) -> Result<Vec<Range<u64>>> {
        self.check(content)?;
        cut::between(count, content.len(), |number| {
            // Nothing before the first record belongs to a shard without records.
            match cut::share(number, self.records, count) {
                0 => Ok(0),
                record => self.offset_of(record, content, format),
            }
        })
    }
}

/// The check sum of the first and the last bytes.
fn sum_of_ends(content: &dyn ReadAt) -> Result<u64> {
    let len = content.len();
    let head = 0..len.min(END_LEN);
    let tail = len.saturating_sub(END_LEN).max(head.end)..len;
    let mut sum = Fnv::new();
    sum.add(&content.bytes_at(head)?);
    sum.add(&content.bytes_at(tail)?);
    Ok(sum.0)
}

/// The bytes of a record in a stretch that begins at a boundary and ends at one, with blank lines before it; `number` others
/// come before it.
fn nth_record<F: Format>(
    content: &dyn ReadAt,
    format: &F,
    stretch: Range<u64>,
    number: u64,
) -> Result<Range<u64>> {
    let mut ahead = AHEAD;
    loop {
        let end = stretch.end.saturating_add(ahead).min(content.len());
        let view = content.bytes_at(stretch.start..end)?;
        // What is in view can be counted in `usize`.
        let len = usize::try_from(stretch.end - stretch.start).unwrap_or(usize::MAX).min(view.len());
        let is_complete = end == content.len();
        let part = Part::from_view(&view, len, stretch.start, is_complete);
        let mut cursor = Cursor::new(format, part);
        let mut start = 0;
        let is_found = (0..=number).all(|_| {
            start = cursor.position();
            cursor.next().is_some()
        });
        if is_found {
            return Ok(stretch.start + start as u64..stretch.start + cursor.position() as u64);
        }
        match cursor.take_stop() {
            Some(stop) if stop.is_more_needed() && !is_complete => ahead = ahead.saturating_mul(16),
            Some(stop) => return Err(cursor.error(stop)),
            None => {
                let why = "a stretch has fewer records than it says".into();
                return Err(ErrorKind::DamagedIndex { why }.into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fastq::Fastq;
    use crate::io::ZeroCopyConfig;
    use crate::source::open_reader;

    #[test]
    fn an_index_that_lies_gives_an_error_or_a_range_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("input");
        std::fs::write(&path, b"@r\nA\n+\nI\n".repeat(4)).unwrap();
        let reader = open_reader(&path, &ZeroCopyConfig::new()).unwrap();
        let (mut found, mut refused) = (0, 0);
        for records in 1..12 {
            for (record, offset) in
                (1..records).flat_map(|record| (1..36).map(move |offset| (record, offset)))
            {
                let points = vec![Point { record: 0, offset: 0 }, Point { record, offset }];
                let sparse = Sparse {
                    format: "fastq".into(),
                    stamp: reader.stamp(),
                    len: reader.len(),
                    ends: sum_of_ends(&reader).unwrap(),
                    records,
                    points,
                };
                if let Ok(shards) = sparse.shards(5, &reader, &Fastq::new()) {
                    assert!(shards.iter().all(|shard| shard.start <= shard.end), "{shards:?}");
                    assert!(shards.windows(2).all(|pair| pair[0].end == pair[1].start), "{shards:?}");
                }
                for record in 0..records {
                    match sparse.record_range(record, &reader, &Fastq::new()) {
                        Ok(range) => {
                            assert!(range.start < range.end && range.end <= reader.len());
                            found += 1;
                        }
                        Err(_) => refused += 1,
                    }
                }
            }
        }
        assert!(found > 100 && refused > 100, "{found} and {refused}");
    }
}
