//! A writer of FASTA.

use std::borrow::Borrow;
use std::io::{self, Write};
use std::num::NonZeroUsize;

use super::unwritable::{check_parts, check_record};
use super::wrap::{Run, Wrap};
use super::{Fasta, Record};
use crate::error::Result;
use crate::record::Format;
use crate::sequence::{Batch, Output, Refused};

/// Default number of letters per line, the same as in samtools and seqkit.
const LINE_LEN: NonZeroUsize = NonZeroUsize::new(60).expect("60 is not 0");

/// Writes FASTA records: records of an input, unchanged or rewrapped, or records built from fields.
///
/// ```
/// use std::num::NonZeroUsize;
/// use pagecut::fasta::{self, Writer};
///
/// let data = b">s1 x\r\nACGT\r\nAC\r\n\r\n>s2\nGGT\nT";
/// let records = fasta::records(data).collect::<Result<Vec<_>, _>>()?;
///
/// let mut writer = Writer::new(Vec::new());
/// writer.write_records(&records)?;
/// writer.write(b"s3", [b"CA".as_slice(), b"T"])?;
/// assert_eq!(writer.finish()?, b">s1 x\r\nACGT\r\nAC\r\n>s2\nGGT\nT\n>s3\nCAT\n");
///
/// let mut writer = Writer::new(Vec::new()).line_len(NonZeroUsize::new(3));
/// writer.write_records(&records)?;
/// assert_eq!(writer.finish()?, b">s1 x\nACG\nTAC\n>s2\nGGT\nT\n");
/// # Ok::<(), pagecut::Error>(())
/// ```
///
/// # Written records are read back unchanged
///
/// Reading the output, serially or in parallel, gives the written records with the same definitions and letters. The writer rejects
/// a record that would be read back differently, and writes no byte of it. Every record that was read can be written unchanged:
///
/// * A record of an input was checked during reading. Its bytes are written unchanged, with blank lines between letters and with
///   comments. The writer adds the final line end, which the last record of a file may lack.
/// * A definition given as a field contains neither LF nor CR.
/// * The letters of new lines contain no LF. No line begins with `>`, or with `;` where that begins a comment, or ends in CR, which
///   would belong to the line end. Whether a line does depends on the line length.
///
/// A record without letters is a header alone. (samtools rejects a file that ends with one.)
///
/// If another process changes the bytes of a mapping after reading, the changed bytes are written.
///
/// # Calls of the inner writer
///
/// The writer neither copies nor buffers: each method passes its bytes on before it returns, as up to 1024 slices per call of
/// [`write_vectored`](Write::write_vectored) (`writev(2)`, if the inner writer is a file). A new line is at least two slices. For
/// new lines, for records that are written one by one, and for an inner writer that takes one slice per call, put a
/// [`BufWriter`](std::io::BufWriter) between.
///
/// # After an error
///
/// [`records`](Writer::records) returns the number of whole records that the inner writer took, and [`bytes`](Writer::bytes) the
/// number of bytes. If it stopped between two records, continue with the first record that was not written. If it stopped inside a
/// record, everything that follows would be read as a part of that record, and the writer refuses it with
/// [`ErrorKind::TornRecord`](crate::ErrorKind::TornRecord). The writer repeats [`Interrupted`](io::ErrorKind::Interrupted) calls.
#[derive(Debug)]
pub struct Writer<W> {
    output: Output<W>,
    layout: Layout,
}

/// The layout of the output.
#[derive(Debug, Clone, Copy)]
struct Layout {
    format: Fasta,
    line_len: NonZeroUsize,
    /// Whether records of an input are rewrapped.
    rewraps: bool,
}

impl Layout {
    fn check<'data>(self, record: &Record<'data>) -> std::result::Result<(), Refused<'data>> {
        if self.rewraps {
            check_parts(self.format, record.definition(), record.lines(), self.line_len)
        } else {
            check_record(self.format, record)
        }
    }

    fn push<'data, W: Write>(
        self,
        batch: &mut Batch<'_, 'data, W>,
        record: &Record<'data>,
    ) -> io::Result<()> {
        if self.rewraps {
            return self.push_parts(batch, record.definition(), record.lines());
        }
        batch.push(record.as_bytes())?;
        batch.push(record.missing_eol())?;
        batch.end_record()
    }

    fn push_parts<'data, W: Write>(
        self,
        batch: &mut Batch<'_, 'data, W>,
        definition: &'data [u8],
        lines: impl Iterator<Item = &'data [u8]>,
    ) -> io::Result<()> {
        batch.push(b">")?;
        batch.push(definition)?;
        for Run { letters, begins_line } in Wrap::new(lines, self.line_len) {
            if begins_line {
                batch.push(b"\n")?;
            }
            batch.push(letters)?;
        }
        batch.push(b"\n")?;
        batch.end_record()
    }
}

impl<W: Write> Writer<W> {
    /// Creates a writer to `inner`. Records of an input keep their lines; records from fields get lines of 60 letters.
    #[must_use]
    pub fn new(inner: W) -> Self {
        let layout = Layout { format: Fasta::new(), line_len: LINE_LEN, rewraps: false };
        Self { output: Output::new(inner), layout }
    }

    /// Sets the format in which the output will be read: its optional checks are made on every record written from here on, and it
    /// decides whether a line that begins with `;` is a comment.
    ///
    /// ```
    /// use pagecut::{ErrorKind, fasta::{self, Fasta, Writer}};
    ///
    /// let record = fasta::records(b">s1\nAC\n;GT\n").next().unwrap()?;
    /// assert_eq!(*record.to_contiguous(), *b"AC;GT");
    /// let mut writer = Writer::new(Vec::new()).format(Fasta::new().comments(true));
    /// let error = writer.write_record(&record).unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::Unwritable { position: 7, found: b';', .. }));
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    #[must_use]
    pub fn format(self, format: Fasta) -> Self {
        Self { layout: Layout { format, ..self.layout }, ..self }
    }

    /// Sets the number of letters per line from here on; `None` stands for one line per sequence. Records of an input are wrapped
    /// anew too, without their blank lines and comments.
    #[must_use]
    pub fn line_len(self, line_len: Option<NonZeroUsize>) -> Self {
        let line_len = line_len.unwrap_or(NonZeroUsize::MAX);
        Self { layout: Layout { line_len, rewraps: true, ..self.layout }, ..self }
    }

    /// Writes a record from its fields: the letters of `lines`, in new lines that end in LF.
    ///
    /// Iterates over the lines twice: the first time to check them.
    ///
    /// # Errors
    ///
    /// * [`ErrorKind::Unwritable`](crate::ErrorKind::Unwritable) for a byte that would be read back differently.
    /// * [`ErrorKind::SequenceLetter`](crate::ErrorKind::SequenceLetter), if the [`format`](Writer::format) checks letters.
    /// * [`ErrorKind::Io`](crate::ErrorKind::Io) and [`ErrorKind::TornRecord`](crate::ErrorKind::TornRecord): see [After an
    ///   error](Writer#after-an-error).
    pub fn write<'data, L>(&mut self, definition: &'data [u8], lines: L) -> Result<()>
    where
        L: IntoIterator<Item = &'data [u8], IntoIter: Clone>,
    {
        let (layout, lines) = (self.layout, lines.into_iter());
        let mut batch = self.output.batch(&[])?;
        if let Err(refused) = check_parts(layout.format, definition, lines.clone(), layout.line_len) {
            return Err(self.output.refuse(Fasta::NAME, refused));
        }
        layout.push_parts(&mut batch, definition, lines)?;
        Ok(batch.finish()?)
    }

    /// Writes a record of an input: unchanged, or rewrapped if [`line_len`](Writer::line_len) was called.
    ///
    /// # Errors
    ///
    /// Those of [`write_records`](Writer::write_records).
    pub fn write_record(&mut self, record: &Record<'_>) -> Result<()> {
        self.write_records([record])
    }

    /// Writes many records of an input: unchanged, or rewrapped if [`line_len`](Writer::line_len) was called.
    ///
    /// # Errors
    ///
    /// * [`ErrorKind::Unwritable`](crate::ErrorKind::Unwritable) for a record with comments, if they are enabled in its own format
    ///   or in the writer's [`format`](Writer::format), but not in both; and for a letter that would begin a new line and be read
    ///   back differently. The records before it were written.
    /// * [`ErrorKind::SequenceLetter`](crate::ErrorKind::SequenceLetter), if the [`format`](Writer::format) checks letters. The
    ///   records before the rejected one were written.
    /// * [`ErrorKind::Io`](crate::ErrorKind::Io) and [`ErrorKind::TornRecord`](crate::ErrorKind::TornRecord): see [After an
    ///   error](Writer#after-an-error).
    pub fn write_records<'data, R>(&mut self, records: impl IntoIterator<Item = R>) -> Result<()>
    where
        R: Borrow<Record<'data>>,
    {
        self.write_records_in(&[], records)
    }

    /// Writes records of `data`, adjacent bytes as one slice: a selection that omits few records takes few calls. Records outside
    /// `data` are written as by [`write_records`](Writer::write_records).
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
            let record = record.borrow();
            if let Err(refused) = self.layout.check(record) {
                batch.finish()?;
                return Err(self.output.refuse(Fasta::NAME, refused));
            }
            self.layout.push(&mut batch, record)?;
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
