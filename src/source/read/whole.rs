//! All bytes of an input at once.

use std::ops::Range;

use crate::detect::HEAD_LEN;
use crate::error::{ErrorKind, Result};
use crate::io::{AlignedBuffer, Alignment};
use crate::record::{Boundaries, Format, Part, Search, Step, Stop};
use crate::source::access::Span;
use crate::source::open::{Input, Source, lock};
use crate::source::room::room;

impl Source {
    /// All bytes of the input, decompressed if it is compressed: those of the mapping if the file is mapped, a copy otherwise.
    ///
    /// A format whose records point to each other, MP4 for instance, is read this way. A copy takes as much memory as the input
    /// is long, decompressed, and while it grows up to three times as much where that is not known beforehand. What was read can be
    /// [checked](Source::check) when the work on it is done.
    ///
    /// ```
    /// use pagecut::{Source, media::mp4::Movie};
    ///
    /// let source = Source::open("testdata/media/mp4/faststart.mp4")?;
    /// let data = source.whole()?;
    /// let tracks = Movie::read(&data)?.tracks().len();
    /// source.check()?;
    /// assert_eq!(tracks, 2);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of reading and of decompressing; [`ErrorKind::InputTooLong`](crate::ErrorKind::InputTooLong) if there is more than was
    /// allowed, and [`ErrorKind::TooLong`] if a stream or what is compressed has more than
    /// [may be held in memory](crate::SourceOptions::max_record_len).
    pub fn whole(&self) -> Result<Span<'_>> {
        if let Some(mapped) = self.mapped().filter(|mapped| self.options.allows(mapped.len() as u64)) {
            return Ok(Span::borrowed(mapped.as_slice(), mapped));
        }
        if let Input::Stream { input, .. } = &self.input {
            // How it is compressed is known from then on.
            lock(input)?.head(HEAD_LEN)?;
        }
        let is_compressed = self.compression().is_some();
        let is_from_the_left = is_compressed || matches!(self.input, Input::Stream { .. });
        let most = self.options.most_of_record();
        let mut whole = self.buffer(is_compressed)?;
        self.parts(&Bytes).map_in_order(
            |stretches| {
                let part = stretches.part();
                let bytes = stretches.next().transpose()?.unwrap_or_default();
                let mut copy = room(Bytes::NAME, part, bytes.len())?;
                copy.extend_from_slice(bytes);
                Ok(copy)
            },
            |stretch: Vec<u8>| {
                let len = whole.len() as u64;
                whole.extend_from_slice(&stretch).map_err(|error| error.of_bytes_at(Bytes::NAME, len))?;
                let too_long = is_from_the_left && whole.len() as u64 > most;
                if too_long { Err(ErrorKind::TooLong { most }.into()) } else { Ok(()) }
            },
        )?;
        Ok(Span::copied(whole))
    }

    /// Whether the file is still what it was when it was opened, as far as can be told; of a stream nothing can.
    ///
    /// # Errors
    ///
    /// Those of [`Reader::check`](crate::source::access::Reader::check).
    pub fn check(&self) -> Result<()> {
        self.reader().map_or(Ok(()), crate::source::access::Reader::check)
    }

    /// An empty buffer, with room for as many bytes as are known to come.
    fn buffer(&self, is_compressed: bool) -> Result<AlignedBuffer> {
        let len = self.len_hint().filter(|&len| !is_compressed && self.options.allows(len)).unwrap_or(0);
        // More than can be counted in `usize` does not fit into memory either.
        let mut buffer = AlignedBuffer::new(usize::try_from(len).unwrap_or(usize::MAX), Alignment::page())?;
        buffer.clear();
        Ok(buffer)
    }
}

/// Bytes of whatever format, which can be cut anywhere. The record of a part is all of it.
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
