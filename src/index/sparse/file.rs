//! The file format of the index of record numbers.
//!
//! Integers are little-endian.
//!
//! | bytes | content |
//! |---|---|
//! | 8 | `89 50 47 49 0D 0A 1A 0A`: a byte that is not text, `PGI`, and line ends that a text transfer would change |
//! | 4 | the version, 3 |
//! | 4 | length of the format name in bytes, at most 64 |
//! | variable | the format name |
//! | 8 | length of the file in bytes |
//! | 8 + 8 | modification time: seconds since 1970, signed, and nanoseconds |
//! | 8 | length of the decompressed content in bytes; of a file that is not compressed, its length |
//! | 8 | FNV-1a of the first 2048 and the last 2048 of these bytes, or of all if they are fewer |
//! | 8 | number of records |
//! | 8 | number of points |
//! | 8 + 8 for each point | number of records before the point, and its offset in bytes |
//! | 8 | FNV-1a of all bytes before |

use std::io::{self, Read, Write};

use super::fnv::Fnv;
use super::{Point, RecordIndex};
use crate::error::{Error, ErrorKind, Result};
use crate::identity::Stamp;

const MAGIC: [u8; 8] = *b"\x89PGI\r\n\x1a\n";

const VERSION: u32 = 3;

/// Maximum length of a format name in bytes.
const MAX_NAME_LEN: usize = 64;

impl RecordIndex {
    /// Reads an index.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DamagedIndex`] if the file is not an index, is truncated, or has a wrong checksum; [`ErrorKind::Io`] if it
    /// cannot be read.
    pub fn read(input: impl Read) -> Result<Self> {
        let mut input = ChecksumReader { inner: input, sum: Fnv::new() };
        if input.array()? != MAGIC {
            return Err(damaged("it does not begin with the signature of an index"));
        }
        if u32::from_le_bytes(input.array()?) != VERSION {
            return Err(damaged("its version is not supported"));
        }
        let name_len = usize::try_from(u32::from_le_bytes(input.array()?)).unwrap_or(usize::MAX);
        let mut name = [0; MAX_NAME_LEN];
        let name = name.get_mut(..name_len).ok_or_else(|| damaged("the format name is too long"))?;
        input.fill(name)?;
        let format = String::from_utf8(name.to_vec()).map_err(|_| damaged("the format name is not UTF-8"))?;
        let stamp = Stamp {
            len: input.number()?,
            seconds: i64::from_le_bytes(input.array()?),
            nanos: i64::from_le_bytes(input.array()?),
        };
        let (len, ends, records) = (input.number()?, input.number()?, input.number()?);
        // Memory grows with the points actually read, not with their stated number.
        let mut points: Vec<Point> = Vec::new();
        for _ in 0..input.number()? {
            let point = Point { record: input.number()?, offset: input.number()? };
            let is_next = match points.last() {
                Some(last) => last.record < point.record && last.offset < point.offset,
                None => point.record == 0,
            };
            if !is_next || point.record >= records || point.offset >= len {
                return Err(damaged("its points are not in order"));
            }
            points.push(point);
        }
        if points.is_empty() && records > 0 {
            return Err(damaged("it has records but no points"));
        }
        let sum = input.sum.0;
        if input.number()? != sum {
            return Err(damaged("its checksum is wrong"));
        }
        if input.inner.read(&mut [0])? > 0 {
            return Err(damaged("it contains bytes after its end"));
        }
        Ok(Self { format, stamp, len, ends, records, points })
    }

    /// Writes the index.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the writer fails.
    pub fn write(&self, mut out: impl Write) -> Result<()> {
        let Stamp { len: file_len, seconds, nanos } = self.stamp;
        // Format names are short.
        let name_len = u32::try_from(self.format.len()).unwrap_or(u32::MAX);
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(name_len.to_le_bytes());
        bytes.extend(self.format.as_bytes());
        bytes.extend(file_len.to_le_bytes());
        for number in [seconds, nanos] {
            bytes.extend(number.to_le_bytes());
        }
        for number in [self.len, self.ends, self.records, self.points.len() as u64] {
            bytes.extend(number.to_le_bytes());
        }
        for Point { record, offset } in &self.points {
            bytes.extend(record.to_le_bytes());
            bytes.extend(offset.to_le_bytes());
        }
        let mut sum = Fnv::new();
        sum.add(&bytes);
        bytes.extend(sum.0.to_le_bytes());
        Ok(out.write_all(&bytes)?)
    }
}

fn damaged(why: &str) -> Error {
    ErrorKind::DamagedIndex { why: why.into() }.into()
}

/// A reader that computes the checksum of the bytes it reads.
struct ChecksumReader<R> {
    inner: R,
    sum: Fnv,
}

impl<R: Read> ChecksumReader<R> {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        match self.inner.read_exact(bytes) {
            Ok(()) => {
                self.sum.add(bytes);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(damaged("it is truncated")),
            Err(error) => Err(error.into()),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn number(&mut self) -> Result<u64> {
        self.array().map(u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_points_are_rejected() {
        let read = |points: &[(u64, u64)]| {
            let points = points.iter().map(|&(record, offset)| Point { record, offset }).collect();
            let stamp = Stamp { len: 40, seconds: 2, nanos: 3 };
            let sparse = RecordIndex { format: "fastq".into(), stamp, len: 40, ends: 5, records: 4, points };
            let mut bytes = Vec::new();
            sparse.write(&mut bytes).unwrap();
            RecordIndex::read(&*bytes).map(|read| assert_eq!(read, sparse))
        };
        for points in [&[(0, 0)][..], &[(0, 7)], &[(0, 0), (1, 10), (3, 39)]] {
            read(points).unwrap();
        }
        for points in [
            &[][..],
            &[(1, 0)],
            &[(0, 40)],
            &[(0, 0), (0, 10)],
            &[(0, 0), (1, 0)],
            &[(0, 10), (1, 0)],
            &[(0, 0), (2, 10), (1, 20)],
            &[(0, 0), (4, 10)],
            &[(0, 0), (3, 40)],
        ] {
            assert!(read(points).is_err(), "{points:?}");
        }
    }
}
