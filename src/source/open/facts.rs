//! Properties of an input: its backend, length, compression and format.

use std::io;
use std::ops::Range;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::file::FileInput;
use crate::compress::{Compression, CompressionStats};
use crate::detect::{FileKind, HEAD_LEN, hole_len, starts_with_hole};
use crate::error::Result;
use crate::io::Backend;
use crate::mmap::MmapReader;
use crate::source::access::{ReadAt, Reader};
use crate::source::open::{Input, Source, lock};
use crate::source::stream::StreamInput;

/// Maximum number of NUL bytes at the start of an input after which its format is searched. Those of a stream are held in memory.
const MAX_HOLE_LEN: usize = 64 << 20;

impl Source {
    /// Returns the backend that reads the input.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.reader().map_or(Backend::Stream, Reader::backend)
    }

    /// Returns why that backend is used.
    #[must_use]
    pub fn reason(&self) -> String {
        match &self.input {
            Input::File(file) => file.reader.reason(),
            Input::Stream { reason, .. } => reason.clone(),
        }
    }

    /// Returns the reader of the file; `None` for a stream. The reader of a compressed file gives the compressed bytes.
    #[must_use]
    pub fn reader(&self) -> Option<&Reader> {
        match &self.input {
            Input::File(file) => Some(&file.reader),
            Input::Stream { .. } => None,
        }
    }

    /// Returns the contents of the file for positioned access: decompressed bytes for BGZF, located with the `.gzi` next to the file if
    /// there is one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) of the kind [`Unsupported`](io::ErrorKind::Unsupported) if positioned access is impossible:
    /// the input is a stream, or its compression can be read only from the start. For BGZF, those of `BgzfReader::open`.
    pub fn random_access(&self) -> Result<&dyn ReadAt> {
        self.file_input()?.content()
    }

    /// Returns the file, if its contents allow positioned access.
    pub(crate) fn file_with_positions(&self) -> Result<&Reader> {
        self.file_input()?.with_positions()
    }

    fn file_input(&self) -> Result<&FileInput> {
        match &self.input {
            Input::File(file) => Ok(file),
            Input::Stream { .. } => {
                let what = "random access needs a file: a stream is read from its start once";
                Err(io::Error::new(io::ErrorKind::Unsupported, what).into())
            }
        }
    }

    /// Returns the mapping, if the input is mapped and not compressed. Its records live as long as the source.
    #[must_use]
    pub fn mapped(&self) -> Option<&MmapReader> {
        match &self.input {
            Input::File(FileInput { reader, compression: None, .. }) => reader.mapped(),
            _ => None,
        }
    }

    /// Returns the compression of the input, if it is compressed. For a stream, it is known once the first bytes are read, for example by
    /// [`detect`](Source::detect).
    #[must_use]
    pub fn compression(&self) -> Option<Compression> {
        match &self.input {
            Input::File(file) => file.compression,
            Input::Stream { input, .. } => lock(input).ok()?.compression(),
        }
    }

    /// Returns the length of the input on disk in bytes, if it is known in advance.
    #[must_use]
    pub fn len_hint(&self) -> Option<u64> {
        self.reader().map(Reader::len)
    }

    /// Returns the number of bytes that the current task, or the last one, has processed; compressed bytes if the input is compressed.
    #[must_use]
    pub fn bytes_done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Returns the decompression statistics of the last completed task, if the input is compressed.
    #[must_use]
    pub fn compression_stats(&self) -> Option<CompressionStats> {
        *self.compression_stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether the end of the input is as expected, as far as it is known. It is `false` if BGZF that was read to its end, or whose
    /// [`random_access`](Source::random_access) was opened, lacks an end-of-file block: the file may have been truncated between two blocks.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        let is_unclosed = matches!(&self.input, Input::File(file) if file.is_unclosed());
        !is_unclosed && self.compression_stats().is_none_or(|packed| packed.closed)
    }

    /// Detects the format from the first bytes. Those of a stream are kept for the task that follows. The variant of FASTQ is a guess
    /// ([`FileKind::detect`]).
    ///
    /// # Errors
    ///
    /// Those of [`FileKind::detect`], and [`ErrorKind::Io`](crate::ErrorKind::Io) if the input cannot be read.
    pub fn detect(&self) -> Result<FileKind> {
        self.detect_in(|input| FileKind::detect(start_of(input.head(HEAD_LEN)?)))
    }

    /// Detects the format as [`detect`](Source::detect) does, for work that continues after damage. If the first blocks of BGZF are lost,
    /// it is detected from the bytes after them. The variant of FASTQ is a guess, and so is the format of bytes from the middle of an
    /// input. If the input starts with NUL bytes, as a file with a hole does, FASTQ and FASTA are detected by the text after them (up to
    /// 64 MiB of NUL bytes).
    ///
    /// # Errors
    ///
    /// Those of [`detect`](Source::detect).
    pub fn detect_after_damage(&self) -> Result<FileKind> {
        let detected = self.detect_in(|input| {
            input.recover(true)?;
            let (head, is_start) = input.contiguous_head(HEAD_LEN)?;
            let head = start_of(head);
            if is_start { FileKind::detect_with_faults(head) } else { FileKind::detect_inside(head) }
        });
        match detected {
            Err(unknown) if starts_with_hole(&unknown) => self.detect_after_hole()?.ok_or(unknown),
            detected => detected,
        }
    }

    /// Detects the format by text after NUL bytes.
    fn detect_after_hole(&self) -> Result<Option<FileKind>> {
        match &self.input {
            Input::File(FileInput { reader, compression: None, .. }) => {
                detect_after_hole(|range: Range<usize>, detect: &mut dyn FnMut(&[u8])| {
                    let end = reader.len().min(range.end as u64);
                    detect(&reader.bytes_at(end.min(range.start as u64)..end)?);
                    Ok(())
                })
            }
            Input::File(file) => after_hole_of_stream(&mut StreamInput::from_reader(&file.reader)),
            Input::Stream { input, .. } => after_hole_of_stream(&mut *lock(input)?),
        }
    }

    /// Detects the format of a file from its first bytes. An input that is read from its start is passed to `detect`.
    fn detect_in(&self, detect: impl FnOnce(&mut StreamInput<'_>) -> Result<FileKind>) -> Result<FileKind> {
        match &self.input {
            Input::File(FileInput { reader, compression: None, .. }) => {
                FileKind::detect(&reader.bytes_at(0..reader.len().min(HEAD_LEN as u64))?)
            }
            Input::File(file) => detect(&mut StreamInput::from_reader(&file.reader)),
            Input::Stream { input, .. } => detect(&mut *lock(input)?),
        }
    }
}

/// Returns the bytes that formats are detected from, of a head that may be longer.
fn start_of(head: &[u8]) -> &[u8] {
    &head[..head.len().min(HEAD_LEN)]
}

/// Detects the format of an input that is read from its start, by text after NUL bytes.
fn after_hole_of_stream(input: &mut StreamInput<'_>) -> Result<Option<FileKind>> {
    input.recover(true)?;
    detect_after_hole(|range: Range<usize>, detect: &mut dyn FnMut(&[u8])| {
        let (head, _) = input.contiguous_head(range.end)?;
        let end = head.len().min(range.end);
        detect(&head[range.start.min(end)..end]);
        Ok(())
    })
}

/// Detects the format by text after NUL bytes. Calls `read` with ranges of the input, and it calls its argument with their bytes.
fn detect_after_hole(
    mut read: impl FnMut(Range<usize>, &mut dyn FnMut(&[u8])) -> Result<()>,
) -> Result<Option<FileKind>> {
    let mut end_of_hole = 0;
    let mut is_in_hole = true;
    while is_in_hole && end_of_hole < MAX_HOLE_LEN {
        read(end_of_hole..end_of_hole + HEAD_LEN, &mut |bytes| {
            let len = hole_len(bytes);
            is_in_hole = len == HEAD_LEN;
            end_of_hole += len;
        })?;
    }
    let mut kind = None;
    read(end_of_hole..end_of_hole + HEAD_LEN, &mut |text| kind = FileKind::detect_after_hole(text))?;
    Ok(kind)
}
