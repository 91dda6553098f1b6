//! All bytes of an input as one slice.

use std::ops::Range;

use crate::detect::HEAD_LEN;
use crate::error::{ErrorKind, Result};
use crate::io::{AlignedBuffer, Alignment};
use crate::record::{Boundaries, Format, Part, Search, Step, Stop};
use crate::source::access::SourceBytes;
use crate::source::open::{Input, Source, lock};
use crate::source::reserve::reserve;

impl Source {
    /// Returns all bytes of the input, decompressed if necessary: borrowed from the mapping if the file is mapped, otherwise a copy.
    ///
    /// This is how formats whose records refer to each other, such as MP4, are read. A copy takes as much memory as the decompressed input,
    /// and up to three times as much while it grows if the length is not known in advance. Call [`check`](Source::check) after the work to
    /// verify that the file did not change.
    ///
    /// ```
    /// use pagecut::{Source, media::mp4::Movie};
    ///
    /// let source = Source::open("testdata/media/mp4/faststart.mp4")?;
    /// let data = source.read_all()?;
    /// let tracks = Movie::read(&data)?.tracks().len();
    /// source.check()?;
    /// assert_eq!(tracks, 2);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of reading and of decompressing; [`ErrorKind::InputTooLong`](crate::ErrorKind::InputTooLong) if the input is longer than
    /// [allowed](crate::SourceOptions::max_len); [`ErrorKind::TooLong`] if a stream or a compressed input is longer than [records may
    /// be](crate::SourceOptions::max_record_len).
    pub fn read_all(&self) -> Result<SourceBytes<'_>> {
        if let Some(mapped) = self.mapped().filter(|mapped| self.options.allows(mapped.len() as u64)) {
            return Ok(SourceBytes::borrowed(mapped.as_slice(), mapped));
        }
        if let Input::Stream { input, .. } = &self.input {
            // This detects the compression.
            lock(input)?.head(HEAD_LEN)?;
        }
        let is_compressed = self.compression().is_some();
        let is_from_the_left = is_compressed || matches!(self.input, Input::Stream { .. });
        let most = self.options.record_limit();
        let mut whole = self.buffer(is_compressed)?;
        self.parts(&Bytes).map_in_order(
            |chunks| {
                let part = chunks.part();
                let bytes = chunks.next().transpose()?.unwrap_or_default();
                let mut copy = reserve(Bytes::NAME, part, bytes.len())?;
                copy.extend_from_slice(bytes);
                Ok(copy)
            },
            |chunk: Vec<u8>| {
                let len = whole.len() as u64;
                whole.extend_from_slice(&chunk).map_err(|error| error.of_bytes_at(Bytes::NAME, len))?;
                let too_long = is_from_the_left && whole.len() as u64 > most;
                if too_long { Err(ErrorKind::TooLong { most }.into()) } else { Ok(()) }
            },
        )?;
        Ok(SourceBytes::copied(whole))
    }

    /// Checks that the file has not changed since it was opened. A stream always passes.
    ///
    /// # Errors
    ///
    /// Those of [`Reader::check`](crate::source::access::Reader::check).
    pub fn check(&self) -> Result<()> {
        self.reader().map_or(Ok(()), crate::source::access::Reader::check)
    }

    /// Returns an empty buffer with capacity for the length of the input, if that is known.
    fn buffer(&self, is_compressed: bool) -> Result<AlignedBuffer> {
        let len = self.len_hint().filter(|&len| !is_compressed && self.options.allows(len)).unwrap_or(0);
        // A longer input does not fit into memory either.
        let mut buffer = AlignedBuffer::new(usize::try_from(len).unwrap_or(usize::MAX), Alignment::page())?;
        buffer.clear();
        Ok(buffer)
    }
}

/// Bytes of any format, where every offset is a boundary. A part is one record.
#[derive(Debug, Clone, Copy)]
struct Bytes;

impl Format for Bytes {
    const NAME: &'static str = "input";
    const IS_TEXT: bool = false;
    type Record<'data> = &'data [u8];
    type Layout = ();
    type Lookahead = ();

    fn step(&self, (): &mut (), part: &Part<'_>, position: usize) -> std::result::Result<Step<()>, Stop> {
        Ok(Step::Record { layout: (), len: part.len() - position, blank: 0, lines: 0 })
    }

    fn record<'data>(&self, bytes: &'data [u8], _: u64, (): ()) -> &'data [u8] {
        bytes
    }

    fn boundaries(&self) -> Option<&dyn Boundaries> {
        Some(self)
    }
}

impl Boundaries for Bytes {
    fn look_behind(&self) -> usize {
        0
    }

    fn search_boundary(&self, _: &[u8], range: Range<usize>) -> Search {
        if range.is_empty() { Search::NoBoundary } else { Search::Boundary(range.start) }
    }
}
