//! Reads runs from an input that may be compressed.

use std::io::{self, Read};

#[cfg(feature = "gzip")]
use super::gzip::Members;
use super::peek::Peek;
use super::pieces::Pieces;
#[cfg(feature = "gzip")]
use super::recovering::RecoveringBlocks;
use super::run::{Run, Taken};
use super::{Compression, CompressionStats};
use crate::error::Result;

/// An input that may be compressed, read in runs.
///
/// One worker at a time reads a run ([`take`](Unpacker::take)) and [finishes](Run::finish) it while the next worker
/// reads another one; the checksums are [verified](Run::verify) in the order of the input.
pub(crate) struct Unpacker<R> {
    input: Peek<R>,
    /// `None` before the first read.
    method: Option<Method<R>>,
    /// Whether damage is skipped, where the format allows it.
    recovers: bool,
    packed: Option<CompressionStats>,
}

/// Method of decoding.
enum Method<R> {
    /// The input is not compressed.
    Plain,
    /// BGZF blocks, up to the first member that is not a block.
    #[cfg(feature = "gzip")]
    Blocks,
    /// BGZF blocks with recovery.
    #[cfg(feature = "gzip")]
    RecoveringBlocks(Box<RecoveringBlocks<R>>),
    #[cfg_attr(not(feature = "_compressed"), expect(dead_code, reason = "no format has pieces then"))]
    Pieces(Pieces<R>),
}

impl<R: Read> Unpacker<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input: Peek::new(input), method: None, recovers: false, packed: None }
    }

    /// Returns the compressed input after the bytes that were read.
    pub(crate) fn get_mut(&mut self) -> &mut R {
        self.input.get_mut()
    }

    /// Starts or stops keeping consumed bytes, so that they can be [read again](Unpacker::take_again).
    pub(crate) fn keep(&mut self, keeps: bool) {
        self.input.keep(keeps);
    }

    /// Returns whether damage is skipped, where the format allows it.
    pub(crate) fn recovers(&self) -> bool {
        self.recovers
    }

    /// Sets whether damage is skipped, where the format allows it. Returns whether the input is read again from its
    /// start for that: it is if its bytes were kept and it is BGZF; other formats have no recovery.
    pub(crate) fn take_again(&mut self, recovers: bool) -> bool {
        self.recovers = recovers;
        let again = self.compression() == Some(Compression::Bgzf) && self.input.restart();
        if again {
            (self.method, self.packed) = (None, None);
        }
        again
    }

    /// Returns the compression, if any; known after the first read.
    pub(crate) fn compression(&self) -> Option<Compression> {
        self.packed.map(|packed| packed.compression)
    }

    /// Returns the statistics of a compressed input. The caller counts decompressed bytes when it joins runs.
    pub(crate) fn compression_stats(&self) -> Option<CompressionStats> {
        self.packed.map(|packed| CompressionStats { compressed_bytes: self.input.offset(), ..packed })
    }

    /// Returns the number of consumed bytes.
    pub(crate) fn offset(&self) -> u64 {
        self.input.offset()
    }

    /// Reads the first bytes, once, to detect the compression.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownFormat`] if it needs a disabled feature.
    pub(crate) fn begin(&mut self) -> Result<()> {
        if self.method.is_none() {
            let mut len = Compression::wants(&[]);
            let compression = loop {
                let head = self.input.peek_some(len)?;
                match Compression::wants(head) {
                    wanted if wanted > len && head.len() == len => len = wanted,
                    _ => break Compression::detect(head),
                }
            };
            let method = Method::of(compression)?;
            #[cfg(feature = "gzip")]
            let method = match method {
                Method::Blocks if self.recovers => {
                    Method::RecoveringBlocks(Box::new(RecoveringBlocks::new()))
                }
                method => method,
            };
            if compression != Some(Compression::Bgzf) {
                // Other formats are not read again.
                self.input.keep(false);
            }
            self.method = Some(method);
            self.packed = compression.map(CompressionStats::new);
        }
        Ok(())
    }

    /// Reads about `len` bytes into an empty run; fewer only if many units are very small, or at the end. On an error,
    /// the run contains the bytes before it.
    pub(crate) fn take(&mut self, run: &mut Run, len: usize) -> Result<Taken> {
        self.begin()?;
        let Self { input, method, packed, .. } = self;
        match (method, packed) {
            #[cfg(feature = "gzip")]
            (Some(method @ Method::Blocks), Some(packed)) => {
                if run.pending.take_blocks(input, len, packed)? {
                    return Ok(Taken::Some);
                }
                // The rest is a member, a truncated block, or padding.
                let mut members = Pieces::new(Members::new());
                let taken = members.take(input, run, len, packed);
                *method = Method::Pieces(members);
                taken
            }
            #[cfg(feature = "gzip")]
            (Some(Method::RecoveringBlocks(blocks)), Some(packed)) => blocks.take(input, run, len, packed),
            (Some(Method::Pieces(pieces)), Some(packed)) => pieces.take(input, run, len, packed),
            _ => take_plain(input, run, len),
        }
    }

    /// Goes back to the start of a seekable input.
    pub(crate) fn rewind(&mut self, rewind: impl FnOnce(&mut R) -> io::Result<()>) -> io::Result<()> {
        (self.method, self.packed) = (None, None);
        self.input.rewind(rewind)
    }
}

impl<R: Read> Method<R> {
    /// # Errors
    ///
    /// [`ErrorKind::UnknownFormat`](crate::ErrorKind::UnknownFormat) if the compression needs a disabled feature.
    fn of(compression: Option<Compression>) -> Result<Self> {
        match compression {
            None => Ok(Self::Plain),
            #[cfg(feature = "gzip")]
            Some(Compression::Gzip) => Ok(Self::Pieces(Pieces::new(Members::new()))),
            #[cfg(feature = "gzip")]
            Some(Compression::Bgzf) => Ok(Self::Blocks),
            #[cfg(feature = "zstd")]
            Some(Compression::Zstd) => Ok(Self::Pieces(Pieces::new(super::zstd::Frames::new()))),
            #[cfg(feature = "bzip2")]
            Some(Compression::Bzip2) => Ok(Self::Pieces(Pieces::new(super::bzip2::Streams::new()))),
            #[cfg(feature = "xz")]
            Some(Compression::Xz) => Ok(Self::Pieces(Pieces::new(super::xz::Streams::new()))),
            #[cfg(not(all(feature = "gzip", feature = "zstd", feature = "bzip2", feature = "xz")))]
            Some(other) => Err(other.unread()),
        }
    }
}

/// Reads uncompressed bytes.
fn take_plain(input: &mut Peek<impl Read>, run: &mut Run, len: usize) -> Result<Taken> {
    while run.len() < len {
        match input.read(run.room(len)?) {
            Ok(0) => return Ok(Taken::Last),
            Ok(read) => run.fill(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Taken::Some)
}
