//! Writes four lines at a time.

use std::borrow::Borrow;
use std::io::Write;

use super::{Fastq, Record, unwritable};
use crate::error::Result;
use crate::record::Format;
use crate::sequence::Output;

/// Writes FASTQ records, as they stand in their input or from their parts.
///
/// ```
/// use pagecut::fastq::{self, Writer};
///
/// let data = b"@r1\r\nACGT\r\n+r1\r\nIIII\r\n@r2\nGG\n+\n!!\n\n@r3\nNA\n+\n!I";
/// let records = fastq::records(data).collect::<Result<Vec<_>, _>>()?;
///
/// let mut writer = Writer::new(Vec::new());
/// writer.write_records(records.iter().filter(|record| !record.sequence().starts_with(b"G")))?;
/// writer.write(b"r4 made up", b"CAT", b"III")?;
/// assert_eq!(writer.records(), 3);
///
/// let written = b"@r1\r\nACGT\r\n+r1\r\nIIII\r\n@r3\nNA\n+\n!I\n@r4 made up\nCAT\n+\nIII\n";
/// assert_eq!(writer.finish()?, written);
/// # Ok::<(), pagecut::Error>(())
/// ```
///
/// # What is written is read again
///
/// The records that are written are the ones that are read again, in parallel too, with the same definitions, letters and
/// quality scores. What would be read as something else is refused, and nothing of it is written; what is read can be
/// written:
///
/// * A record of an input was checked when it was read. Its bytes are written as they stand there, with their ends of lines
///   and what is repeated on the plus line; the end of the last line, which the last record of a file may lack, is added.
/// * Parts that are written hold no LF, and none ends in CR, which would belong to the end of the line. A sequence does not
///   begin with `@` or `+`, and has as many letters as there are quality scores.
///
/// A quality line that begins with `@` is no danger: the line after the next is the next record's sequence, and never begins
/// with `+`.
///
/// Bytes of a mapping that somebody else changes are written as they are then.
///
/// # Calls of the inner writer
///
/// Nothing is copied and nothing is held back: each method hands over what it was given before it returns, as slices by
/// [`write_vectored`](Write::write_vectored), up to 1024 at a time (`writev(2)`, if the inner writer is a file). For records
/// that come one by one, and for an inner writer that takes one slice a call, put a [`BufWriter`](std::io::BufWriter)
/// between.
///
/// # After an error
///
/// [`records`](Writer::records) tells how many records the inner writer took as a whole, and [`bytes`](Writer::bytes) how
/// many bytes. If it stopped between two records, go on with the first one that was not written. If it stopped inside of
/// one, all that follows would be read as a part of that, and is refused with
/// [`ErrorKind::TornRecord`](crate::ErrorKind::TornRecord). An [`Interrupted`](std::io::ErrorKind::Interrupted) call is
/// repeated.
#[derive(Debug)]
pub struct Writer<W> {
    output: Output<W>,
    format: Fastq,
}

impl<W: Write> Writer<W> {
    /// Writes to `inner`.
    #[must_use]
    pub fn new(inner: W) -> Self {
        Self { output: Output::new(inner), format: Fastq::new() }
    }

    /// Writes what is to be read as `format` says: its checks on request are made of all that is written from here on.
    ///
    /// ```
    /// use pagecut::{ErrorKind, fastq::{Fastq, Writer}};
    ///
    /// let mut writer = Writer::new(Vec::new()).format(Fastq::strict());
    /// let error = writer.write(b"r1", b"AC GT", b"IIIII").unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::SequenceLetter { found: b' ' }));
    /// assert_eq!(writer.bytes(), 0);
    /// ```
    #[must_use]
    pub fn format(self, format: Fastq) -> Self {
        Self { format, ..self }
    }

    /// Writes a record from its parts, with lines that end in LF and nothing behind `+`.
    ///
    /// # Errors
    ///
    /// * [`ErrorKind::Unwritable`](crate::ErrorKind::Unwritable) for a byte that would be read as something else.
    /// * [`ErrorKind::LengthMismatch`](crate::ErrorKind::LengthMismatch) if there are more letters than quality scores, or
    ///   fewer.
    /// * [`ErrorKind::SequenceLetter`](crate::ErrorKind::SequenceLetter) and
    ///   [`ErrorKind::QualityRange`](crate::ErrorKind::QualityRange), if the [`format`](Writer::format) asks for these
    ///   checks.
    /// * [`ErrorKind::Io`](crate::ErrorKind::Io) and [`ErrorKind::TornRecord`](crate::ErrorKind::TornRecord): see [After an
    ///   error](Writer#after-an-error).
    pub fn write(&mut self, definition: &[u8], sequence: &[u8], quality_scores: &[u8]) -> Result<()> {
        let mut batch = self.output.batch(&[])?;
        if let Err(refused) = unwritable::check_parts(self.format, definition, sequence, quality_scores) {
            return Err(self.output.refuse(Fastq::NAME, refused));
        }
        for bytes in [b"@", definition, b"\n", sequence, b"\n+\n", quality_scores, b"\n"] {
            batch.push(bytes)?;
        }
        batch.end_record()?;
        Ok(batch.finish()?)
    }

    /// Writes a record as it stands in its input.
    ///
    /// # Errors
    ///
    /// Those of [`write_records`](Writer::write_records).
    pub fn write_record(&mut self, record: &Record<'_>) -> Result<()> {
        self.write_records([record])
    }

    /// Writes records as they stand in their input, many at once.
    ///
    /// # Errors
    ///
    /// * Those of the checks that the [`format`](Writer::format) asks for. The records before were written.
    /// * [`ErrorKind::Io`](crate::ErrorKind::Io) and [`ErrorKind::TornRecord`](crate::ErrorKind::TornRecord): see [After an
    ///   error](Writer#after-an-error).
    pub fn write_records<'data, R>(&mut self, records: impl IntoIterator<Item = R>) -> Result<()>
    where
        R: Borrow<Record<'data>>,
    {
        self.write_records_in(&[], records)
    }

    /// Writes records of `data` as they stand there: records that lie end to end in it as one slice, so that a selection
    /// which leaves out little is written in a few calls. Others are written as by [`write_records`](Writer::write_records).
    ///
    /// ```
    /// use pagecut::{fastq::{self, Writer}, mmap::MmapReader};
    ///
    /// let reader = MmapReader::open("testdata/illumina.fastq")?;
    /// let long = fastq::records(reader.as_slice()).map_while(Result::ok).filter(|record| record.sequence().len() > 100);
    /// let mut writer = Writer::new(Vec::new());
    /// writer.write_records_in(reader.as_slice(), long)?;
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`write_records`](Writer::write_records).
    pub fn write_records_in<'data, R>(
        &mut self,
        data: &'data [u8],
        records: impl IntoIterator<Item = R>,
    ) -> Result<()>
    where
        R: Borrow<Record<'data>>,
    {
        let mut batch = self.output.batch(data)?;
        for record in records {
            let record: &Record<'data> = record.borrow();
            if let Err(refused) = unwritable::check_record(self.format, record) {
                batch.finish()?;
                return Err(self.output.refuse(Fastq::NAME, refused));
            }
            batch.push(record.as_bytes())?;
            batch.push(record.missing_eol())?;
            batch.end_record()?;
        }
        Ok(batch.finish()?)
    }

    /// How many records the inner writer took as a whole.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.output.records()
    }

    /// How many bytes the inner writer took.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.output.bytes()
    }

    /// The inner writer.
    #[must_use]
    pub fn get_ref(&self) -> &W {
        self.output.get_ref()
    }

    /// Flushes the inner writer.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be flushed.
    pub fn flush(&mut self) -> Result<()> {
        self.output.flush()
    }

    /// Flushes the inner writer and returns it. It is dropped with an error.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be flushed;
    /// [`ErrorKind::TornRecord`](crate::ErrorKind::TornRecord) if the output ends inside of a record.
    pub fn finish(self) -> Result<W> {
        self.output.finish()
    }

    /// The inner writer, as it is.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.output.into_inner()
    }
}
