//! A writer of four-line FASTQ.

use std::borrow::Borrow;
use std::io::Write;

use super::{Fastq, Record, unwritable};
use crate::error::Result;
use crate::record::Format;
use crate::sequence::Output;

/// Writes FASTQ records: records of an input, or records built from fields.
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
/// # Written records are read back unchanged
///
/// Reading the output, serially or in parallel, gives the written records with the same definitions, letters and quality scores.
/// The writer rejects a record that would be read back differently, and writes no byte of it. Every record that was read can be
/// written:
///
/// * A record of an input was checked during reading. Its bytes are written unchanged, with their line ends and a repeated
///   definition on the plus line. The writer adds the final line end, which the last record of a file may lack.
/// * Fields contain no LF, and none ends in CR, which would belong to the line end. A sequence does not begin with `@` or `+`, and
///   has as many letters as there are quality scores.
///
/// A quality line may begin with `@`: the line after the next is the next record's sequence, which never begins with `+`.
///
/// If another process changes the bytes of a mapping after reading, the changed bytes are written.
///
/// # Calls of the inner writer
///
/// The writer neither copies nor buffers: each method passes its bytes on before it returns, as up to 1024 slices per call of
/// [`write_vectored`](Write::write_vectored) (`writev(2)`, if the inner writer is a file). For records that are written one by one,
/// and for an inner writer that takes one slice per call, put a [`BufWriter`](std::io::BufWriter) between.
///
/// # After an error
///
/// [`records`](Writer::records) returns the number of whole records that the inner writer took, and [`bytes`](Writer::bytes) the
/// number of bytes. If it stopped between two records, continue with the first record that was not written. If it stopped inside a
/// record, everything that follows would be read as a part of that record, and the writer refuses it with
/// [`ErrorKind::TornRecord`](crate::ErrorKind::TornRecord). The writer repeats [`Interrupted`](std::io::ErrorKind::Interrupted)
/// calls.
#[derive(Debug)]
pub struct Writer<W> {
    output: Output<W>,
    format: Fastq,
}

impl<W: Write> Writer<W> {
    /// Creates a writer to `inner`.
    #[must_use]
    pub fn new(inner: W) -> Self {
        Self { output: Output::new(inner), format: Fastq::new() }
    }

    /// Sets the format in which the output will be read: its optional checks are made on every record written from here on.
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

    /// Writes a record from its fields, with LF line ends and nothing after `+`.
    ///
    /// # Errors
    ///
    /// * [`ErrorKind::Unwritable`](crate::ErrorKind::Unwritable) for a byte that would be read back differently.
    /// * [`ErrorKind::LengthMismatch`](crate::ErrorKind::LengthMismatch) if the numbers of letters and of quality scores differ.
    /// * [`ErrorKind::SequenceLetter`](crate::ErrorKind::SequenceLetter) and
    ///   [`ErrorKind::QualityRange`](crate::ErrorKind::QualityRange), if the [`format`](Writer::format) checks these.
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

    /// Writes a record of an input unchanged.
    ///
    /// # Errors
    ///
    /// Those of [`write_records`](Writer::write_records).
    pub fn write_record(&mut self, record: &Record<'_>) -> Result<()> {
        self.write_records([record])
    }

    /// Writes many records of an input unchanged.
    ///
    /// # Errors
    ///
    /// * Those of the optional checks of the [`format`](Writer::format). The records before the rejected one were written.
    /// * [`ErrorKind::Io`](crate::ErrorKind::Io) and [`ErrorKind::TornRecord`](crate::ErrorKind::TornRecord): see [After an
    ///   error](Writer#after-an-error).
    pub fn write_records<'data, R>(&mut self, records: impl IntoIterator<Item = R>) -> Result<()>
    where
        R: Borrow<Record<'data>>,
    {
        self.write_records_in(&[], records)
    }

    /// Writes records of `data` unchanged, adjacent records as one slice: a selection that omits few records takes few calls.
    /// Records outside `data` are written as by [`write_records`](Writer::write_records).
    ///
    /// ```
    /// use pagecut::{fastq::{self, Writer}, mmap::MmapReader};
    ///
    /// let reader = MmapReader::open("testdata/illumina.fastq")?;
    /// let long = fastq::records(&reader).map_while(Result::ok).filter(|record| record.sequence().len() > 100);
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

    /// Returns the number of whole records that the inner writer took.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.output.records()
    }

    /// Returns the number of bytes that the inner writer took.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.output.bytes()
    }

    /// Returns the inner writer.
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

    /// Flushes the inner writer and returns it. On an error, the inner writer is dropped.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be flushed;
    /// [`ErrorKind::TornRecord`](crate::ErrorKind::TornRecord) if the output ends inside a record.
    pub fn finish(self) -> Result<W> {
        self.output.finish()
    }

    /// Returns the inner writer without flushing it.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.output.into_inner()
    }
}
