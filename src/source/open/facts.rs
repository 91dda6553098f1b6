//! What is known of an input: how its bytes are got at, and what they are.

use std::io;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::file::FileInput;
use crate::compress::{Compression, CompressionStats};
use crate::detect::{FileKind, HEAD_LEN};
use crate::error::Result;
use crate::io::Backend;
use crate::mmap::MmapReader;
use crate::source::access::{ReadAt, Reader};
use crate::source::open::{Input, Source, lock};
use crate::source::stream::StreamInput;

impl Source {
    /// How the bytes are got at.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.reader().map_or(Backend::Stream, Reader::backend)
    }

    /// Why they are got at that way.
    #[must_use]
    pub fn reason(&self) -> String {
        match &self.input {
            Input::File(file) => file.reader.reason(),
            Input::Stream { reason, .. } => reason.clone(),
        }
    }

    /// What the file was opened as; `None` of a stream. Of a compressed file it has the compressed bytes.
    #[must_use]
    pub fn reader(&self) -> Option<&Reader> {
        match &self.input {
            Input::File(file) => Some(&file.reader),
            Input::Stream { .. } => None,
        }
    }

    /// What the file holds, at positions: of BGZF what is decompressed, by the `.gzi` beside the file if there is one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) of the kind [`Unsupported`](io::ErrorKind::Unsupported) if it has no positions: it is a stream, or
    /// compressed in a way that can be decompressed from its start only. Of BGZF, those of `BgzfReader::open`.
    pub fn content(&self) -> Result<&dyn ReadAt> {
        self.file_input()?.content()
    }

    /// The file, if there are positions in what it holds.
    pub(crate) fn file_with_positions(&self) -> Result<&Reader> {
        self.file_input()?.with_positions()
    }

    fn file_input(&self) -> Result<&FileInput> {
        match &self.input {
            Input::File(file) => Ok(file),
            Input::Stream { .. } => {
                let what = "it has no positions: only in a file can records be looked up";
                Err(io::Error::new(io::ErrorKind::Unsupported, what).into())
            }
        }
    }

    /// The mapping, if the input is mapped and not compressed. Its records live as long as the source.
    #[must_use]
    pub fn mapped(&self) -> Option<&MmapReader> {
        match &self.input {
            Input::File(FileInput { reader, compression: None, .. }) => reader.mapped(),
            _ => None,
        }
    }

    /// How the input is compressed, if it is. Of a stream that is known when its first bytes were read, by
    /// [`detect`](Source::detect) for instance.
    #[must_use]
    pub fn compression(&self) -> Option<Compression> {
        match &self.input {
            Input::File(file) => file.compression,
            Input::Stream { input, .. } => lock(input).ok()?.compression(),
        }
    }

    /// Length of the input in bytes as it lies on the disk, where it is known beforehand.
    #[must_use]
    pub fn len_hint(&self) -> Option<u64> {
        self.reader().map(Reader::len)
    }

    /// Bytes of the input, compressed ones if it is compressed, that the work under way, or the last one, is done with.
    #[must_use]
    pub fn bytes_done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// What the last work, if it is over, decompressed of a compressed input.
    #[must_use]
    pub fn compression_stats(&self) -> Option<CompressionStats> {
        *self.packed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the input ends as it should, as far as it is known: when all of BGZF was read, or its [`content`](Source::content)
    /// was asked for, and the empty block is missing that closes it, the file may have been cut at the end of another one.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        let is_unclosed = matches!(&self.input, Input::File(file) if file.is_unclosed());
        !is_unclosed && self.compression_stats().is_none_or(|packed| packed.closed)
    }

    /// Tells the format from the first bytes. Of a stream they are kept for the work that follows. The variant of FASTQ is a guess
    /// ([`FileKind::detect`]).
    ///
    /// # Errors
    ///
    /// Those of [`FileKind::detect`], and [`ErrorKind::Io`](crate::ErrorKind::Io) if the input cannot be read.
    pub fn detect(&self) -> Result<FileKind> {
        self.detect_in(|input| FileKind::detect(start_of(input.head(HEAD_LEN)?)))
    }

    /// Tells the format as [`detect`](Source::detect) does, for work that goes on after damage: of BGZF whose first blocks are lost,
    /// from what follows them. The variant of FASTQ is a guess, and so is the format of bytes from the middle of an input.
    ///
    /// # Errors
    ///
    /// Those of [`detect`](Source::detect).
    pub fn detect_after_damage(&self) -> Result<FileKind> {
        self.detect_in(|input| {
            input.recover(true)?;
            let (head, is_start) = input.sound_head(HEAD_LEN)?;
            let head = start_of(head);
            if is_start { FileKind::detect_with_faults(head) } else { FileKind::detect_inside(head) }
        })
    }

    /// Tells the format by the first bytes, which `detect` looks at where they have to be read from the left.
    fn detect_in(&self, detect: impl FnOnce(&mut StreamInput<'_>) -> Result<FileKind>) -> Result<FileKind> {
        match &self.input {
            Input::File(FileInput { reader, compression: None, .. }) => {
                FileKind::detect(&reader.bytes_at(0..reader.len().min(HEAD_LEN as u64))?)
            }
            Input::File(file) => detect(&mut StreamInput::of_reader(&file.reader)),
            Input::Stream { input, .. } => detect(&mut *lock(input)?),
        }
    }
}

/// As much of the first bytes as a format is told by, however many more were read at once.
fn start_of(head: &[u8]) -> &[u8] {
    &head[..head.len().min(HEAD_LEN)]
}
