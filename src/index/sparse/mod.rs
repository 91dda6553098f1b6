//! An index of record numbers: the offset of a record about every mebibyte.

mod file;
mod fnv;

use std::ops::Range;
use std::path::{Path, PathBuf};

use fnv::Fnv;

use super::division;
use crate::error::{ErrorKind, Result};
use crate::identity::Stamp;
use crate::record::{Cursor, Format, Part};
use crate::sidecar;
use crate::source::{ReadAt, Source};

/// Number of bytes read after a segment, for formats that need a lookahead.
const AHEAD: u64 = 4 << 10;

/// Number of bytes at the start and at the end of the input that enter the checksum.
const END_LEN: u64 = 2 << 10;

/// An index of record numbers: the number of the record that begins about every mebibyte, in 16 bytes each.
///
/// The index contains the length and the modification time (`st_mtime`) of the file that it was built from, and a checksum of its
/// first and last 2048 bytes. Any other file is rejected; a copy that keeps the time is accepted. For BGZF, the offsets are those of
/// decompressed bytes. (Two states of a file with the same length and time that differ in between only cannot be distinguished: the
/// clock of a file system may advance in steps of some milliseconds.)
///
/// ```
/// use pagecut::{Source, fastq::Fastq, index::RecordIndex};
///
/// let source = Source::open("testdata/illumina.fastq")?;
/// let reader = source.reader().unwrap();
/// let sparse = RecordIndex::build(&source, &Fastq::new())?;
/// assert_eq!(sparse.records(), 250);
///
/// let last = sparse.record_range(249, reader, &Fastq::new())?;
/// assert_eq!(last.end, reader.len());
/// assert!(reader.bytes_at(last)?.starts_with(b"@"));
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordIndex {
    format: String,
    /// Identity of the file on disk.
    stamp: Stamp,
    /// Length of the content in bytes, decompressed if the file is compressed.
    len: u64,
    /// Checksum of the first and the last bytes.
    ends: u64,
    records: u64,
    /// In ascending order of records and offsets.
    points: Vec<Point>,
}

/// A boundary in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    /// Number of records before it.
    record: u64,
    offset: u64,
}

impl RecordIndex {
    /// Returns the path of the index of an input: its path with `.pgi` appended.
    #[must_use]
    pub fn path_of(path: &Path) -> PathBuf {
        sidecar::path_of(path, ".pgi")
    }

    /// Builds the index of a file in one parallel pass.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if random access is impossible, as for [`Source::random_access`]; the first error in the order of the input.
    pub fn build<F: Format>(source: &Source, format: &F) -> Result<Self> {
        let file = source.file_with_positions()?;
        // For each part, its offset and its number of records; and the end of the last part.
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
        // Workers finish parts in any order.
        parts.sort_unstable();
        let mut records = 0;
        let mut points = Vec::with_capacity(parts.len());
        for (offset, count) in parts {
            points.push(Point { record: records, offset });
            records += count;
        }
        let ends = ends_checksum(source.random_access()?)?;
        Ok(Self { format: F::NAME.into(), stamp: file.stamp(), len, ends, records, points })
    }

    /// Returns the number of records of the input.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Checks that the index belongs to a file in its state at opening.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StaleIndex`] if it does not; those of [`ReadAt::bytes_at`].
    pub fn check(&self, content: &dyn ReadAt) -> Result<()> {
        let (then, now) = (self.stamp, content.file().stamp());
        let differences = [
            (then.len != now.len, "the file length"),
            ((then.seconds, then.nanos) != (now.seconds, now.nanos), "the modification time"),
            (self.len != content.len(), "the length of the content"),
        ];
        match differences.into_iter().find(|&(differs, _)| differs) {
            Some((_, difference)) => Err(ErrorKind::StaleIndex { difference }.into()),
            None if self.ends != ends_checksum(content)? => {
                Err(ErrorKind::StaleIndex { difference: "the start or end of the content" }.into())
            }
            None => Ok(()),
        }
    }

    /// Returns the offset at which a reader must start so that its first record has this number: the start of the record, or of
    /// blank lines before it. The total number of records stands for the end of the input.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoRecord`] if the input has fewer records; [`ErrorKind::StaleIndex`] if the index belongs to another file or
    /// format; [`ErrorKind::DamagedIndex`] if the records differ from those in the index; those of reading.
    pub fn offset_of<F: Format>(&self, record: u64, content: &dyn ReadAt, format: &F) -> Result<u64> {
        if record == self.records {
            self.check(content)?;
            return Ok(content.len());
        }
        self.record_range(record, content, format).map(|range| range.start)
    }

    /// Returns the range of the record of this number, counted from 0, with blank lines around it that belong to no other record.
    ///
    /// # Errors
    ///
    /// Those of [`offset_of`](RecordIndex::offset_of).
    pub fn record_range<F: Format>(
        &self,
        record: u64,
        content: &dyn ReadAt,
        format: &F,
    ) -> Result<Range<u64>> {
        self.check(content)?;
        if self.format != F::NAME {
            return Err(ErrorKind::StaleIndex { difference: "the format" }.into());
        }
        let next = self.points.partition_point(|point| point.record <= record);
        let Some(point) = next.checked_sub(1).filter(|_| record < self.records) else {
            return Err(ErrorKind::NoRecord { record, records: self.records }.into());
        };
        let Point { record: first, offset } = self.points[point];
        let end = self.points.get(next).map_or(content.len(), |point| point.offset);
        nth_record(content, format, offset..end, record - first)
    }

    /// Divides the file into `count` ranges of whole records whose numbers of records differ by at most one. The ranges are
    /// adjacent and cover the whole file; if there are fewer records than ranges, some are empty.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] if `count` is 0; those of [`offset_of`](RecordIndex::offset_of).
    pub fn shards<F: Format>(
        &self,
        count: usize,
        content: &dyn ReadAt,
        format: &F,
    ) -> Result<Vec<Range<u64>>> {
        self.check(content)?;
        division::ranges_between(count, content.len(), |number| {
            // Bytes before the first record never form a shard of their own.
            match division::share(number, self.records, count) {
                0 => Ok(0),
                record => self.offset_of(record, content, format),
            }
        })
    }
}

/// Returns the checksum of the first and the last bytes.
fn ends_checksum(content: &dyn ReadAt) -> Result<u64> {
    let len = content.len();
    let head = 0..len.min(END_LEN);
    let tail = len.saturating_sub(END_LEN).max(head.end)..len;
    let mut sum = Fnv::new();
    sum.add(&content.bytes_at(head)?);
    sum.add(&content.bytes_at(tail)?);
    Ok(sum.0)
}

/// Returns the range of record `number`, counted from 0, in a segment between two boundaries, with blank lines before it.
fn nth_record<F: Format>(
    content: &dyn ReadAt,
    format: &F,
    segment: Range<u64>,
    number: u64,
) -> Result<Range<u64>> {
    let mut ahead = AHEAD;
    loop {
        let end = segment.end.saturating_add(ahead).min(content.len());
        let view = content.bytes_at(segment.start..end)?;
        // The view is in memory, so its positions fit in `usize`.
        let len = usize::try_from(segment.end - segment.start).unwrap_or(usize::MAX).min(view.len());
        let is_complete = end == content.len();
        let part = Part::from_view(&view, len, segment.start, is_complete);
        let mut cursor = Cursor::new(format, part);
        let mut start = 0;
        let is_found = (0..=number).all(|_| {
            start = cursor.position();
            cursor.next().is_some()
        });
        if is_found {
            return Ok(segment.start + start as u64..segment.start + cursor.position() as u64);
        }
        match cursor.take_stop() {
            Some(stop) if stop.is_more_needed() && !is_complete => ahead = ahead.saturating_mul(16),
            Some(stop) => return Err(cursor.error(stop)),
            None => {
                let why = "a segment contains fewer records than the index states".into();
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
    fn a_wrong_index_gives_an_error_or_a_range_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("input");
        std::fs::write(&path, b"@r\nA\n+\nI\n".repeat(4)).unwrap();
        let reader = open_reader(&path, &ZeroCopyConfig::new()).unwrap();
        let (mut found, mut rejected) = (0, 0);
        for records in 1..12 {
            for (record, offset) in
                (1..records).flat_map(|record| (1..36).map(move |offset| (record, offset)))
            {
                let points = vec![Point { record: 0, offset: 0 }, Point { record, offset }];
                let sparse = RecordIndex {
                    format: "fastq".into(),
                    stamp: reader.stamp(),
                    len: reader.len(),
                    ends: ends_checksum(&reader).unwrap(),
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
                        Err(_) => rejected += 1,
                    }
                }
            }
        }
        assert!(found > 100 && rejected > 100, "{found} and {rejected}");
    }
}
