//! Writes headers and the lines behind them.

use std::borrow::Borrow;
use std::io::{self, Write};
use std::num::NonZeroUsize;

use super::unwritable::{check_parts, check_record};
use super::wrap::{Run, Wrap};
use super::{Fasta, Record};
use crate::error::Result;
use crate::record::Format;
use crate::sequence::{Batch, Output, Refused};

/// How many letters a line has, unless it is said otherwise: as many as samtools and seqkit write.
const LINE_LEN: NonZeroUsize = NonZeroUsize::new(60).expect("60 is not 0");

/// Writes FASTA records, as they stand in their input, in new lines, or from their parts.
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
/// # What is written is read again
///
/// The records that are written are the ones that are read again, in parallel too, with the same definitions and letters.
/// What would be read as something else is refused, and nothing of it is written; what is read can be written as it stands:
///
/// * A record of an input was checked when it was read. Its bytes are written as they stand there, with blank lines between
///   letters and with comments; the end of the last line, which the last record of a file may lack, is added.
/// * A definition from parts holds neither LF nor CR.
/// * The letters of new lines hold no LF. No line begins with `>`, or with `;` where that begins a comment, or ends in CR,
///   which would belong to the end of the line. Whether they do is a matter of the length of the lines.
///
/// A record without letters is a header alone. (samtools reads no file that ends with one.)
///
/// Bytes of a mapping that somebody else changes are written as they are then.
///
/// # Calls of the inner writer
///
/// Nothing is copied and nothing is held back: each method hands over what it was given before it returns, as slices by
/// [`write_vectored`](Write::write_vectored), up to 1024 at a time (`writev(2)`, if the inner writer is a file). A new line
/// is two slices at least. For these, for records that come one by one, and for an inner writer that takes one slice a call,
/// put a [`BufWriter`](std::io::BufWriter) between.
///
/// # After an error
///
/// [`records`](Writer::records) tells how many records the inner writer took as a whole, and [`bytes`](Writer::bytes) how
/// many bytes. If it stopped between two records, go on with the first one that was not written. If it stopped inside of
/// one, all that follows would be read as a part of that, and is refused with
/// [`ErrorKind::TornRecord`](crate::ErrorKind::TornRecord). An [`Interrupted`](io::ErrorKind::Interrupted) call is repeated.
#[derive(Debug)]
pub struct Writer<W> {
    output: Output<W>,
    layout: Layout,
}

/// How records are to be written.
#[derive(Debug, Clone, Copy)]
struct Layout {
    format: Fasta,
    line_len: NonZeroUsize,
    /// Whether records of an input get new lines, too.
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
    /// Writes to `inner`: records of an input with the lines they have, and parts with lines of 60 letters.
    #[must_use]
    pub fn new(inner: W) -> Self {
        let layout = Layout { format: Fasta::new(), line_len: LINE_LEN, rewraps: false };
        Self { output: Output::new(inner), layout }
    }

    /// Writes what is to be read as `format` says: its checks on request are made of all that is written from here on, and a
    /// line that begins with `;` is a comment there or not.
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

    /// Writes lines of `line_len` letters, or one line for each sequence if that is `None`, from here on. Records of an
    /// input get new lines, too; their blank lines and comments are left out.
    #[must_use]
    pub fn line_len(self, line_len: Option<NonZeroUsize>) -> Self {
        let line_len = line_len.unwrap_or(NonZeroUsize::MAX);
        Self { layout: Layout { line_len, rewraps: true, ..self.layout }, ..self }
    }

    /// Writes a record from its parts: the letters of `lines`, in new lines that end in LF.
    ///
    /// The lines are gone through twice, to check them first.
    ///
    /// # Errors
    ///
    /// * [`ErrorKind::Unwritable`](crate::ErrorKind::Unwritable) for a byte that would be read as something else.
    /// * [`ErrorKind::SequenceLetter`](crate::ErrorKind::SequenceLetter), if the [`format`](Writer::format) asks for this
    ///   check.
    /// * [`ErrorKind::Io`](crate::ErrorKind::Io) and [`ErrorKind::TornRecord`](crate::ErrorKind::TornRecord): see
    ///   [After an error](Writer#after-an-error).
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

    /// Writes a record as it stands in its input, or in new lines if a [`line_len`](Writer::line_len) was asked for.
    ///
    /// # Errors
    ///
    /// Those of [`write_records`](Writer::write_records).
    pub fn write_record(&mut self, record: &Record<'_>) -> Result<()> {
        self.write_records([record])
    }

    /// Writes records as they stand in their input, or in new lines if a [`line_len`](Writer::line_len) was asked for, many
    /// at once.
    ///
    /// # Errors
    ///
    /// * [`ErrorKind::Unwritable`](crate::ErrorKind::Unwritable) for a record that was read with comments and holds some, if
    ///   the [`format`](Writer::format) has none, or the other way round; and for a letter that would begin a new line and
    ///   be read as something else. The records before were written.
    /// * [`ErrorKind::SequenceLetter`](crate::ErrorKind::SequenceLetter), if the [`format`](Writer::format) asks for this
    ///   check. The records before were written.
    /// * [`ErrorKind::Io`](crate::ErrorKind::Io) and [`ErrorKind::TornRecord`](crate::ErrorKind::TornRecord): see
    ///   [After an error](Writer#after-an-error).
    pub fn write_records<'data, R>(&mut self, records: impl IntoIterator<Item = R>) -> Result<()>
    where
        R: Borrow<Record<'data>>,
    {
        self.write_records_in(&[], records)
    }

    /// Writes records of `data`: what lies end to end in it as one slice, so that a selection which leaves out little is
    /// written in a few calls. Others are written as by [`write_records`](Writer::write_records).
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
