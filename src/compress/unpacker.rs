//! Takes runs from an input that may be compressed.

use std::io::{self, Read};

#[cfg(feature = "gzip")]
use super::gzip::Members;
use super::peek::Peek;
use super::pieces::Pieces;
use super::run::Run;
#[cfg(feature = "gzip")]
use super::sound::SoundBlocks;
use super::{Compression, CompressionStats};
use crate::error::Result;

/// An input that may be compressed, of which runs are taken.
///
/// A run is taken by one worker at a time ([`take`](Unpacker::take)), is then [finished](Run::finish) by that worker while the
/// next one takes another, and its sums are [joined](Check::join) in the order of the input.
pub(crate) struct Unpacker<R> {
    input: Peek<R>,
    /// `None` before anything was read.
    how: Option<How<R>>,
    /// Whether to go on behind damage, where that can be done.
    recovers: bool,
    packed: Option<CompressionStats>,
}

/// How the bytes of an input become those of a run.
enum How<R> {
    /// They are those.
    Plain,
    /// In blocks, as long as there are any.
    #[cfg(feature = "gzip")]
    Blocks,
    /// In blocks, and what cannot be read is passed over.
    #[cfg(feature = "gzip")]
    SoundBlocks(Box<SoundBlocks<R>>),
    #[cfg_attr(not(feature = "_compressed"), expect(dead_code, reason = "no format has pieces then"))]
    Pieces(Pieces<R>),
}

/// What came of taking a run.
pub(crate) enum Taken {
    /// There may be more.
    Some,
    /// There is no more.
    Last,
}

impl<R: Read> Unpacker<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input: Peek::new(input), how: None, recovers: false, packed: None }
    }

    /// Keeps what is taken, so that it can be [taken again](Unpacker::take_again) in another way; or does so no more.
    pub(crate) fn keep(&mut self, keeps: bool) {
        self.input.keep(keeps);
    }

    /// Whether it goes on behind damage, where that can be done.
    pub(crate) fn recovers(&self) -> bool {
        self.recovers
    }

    /// From now on goes on behind damage, where that can be done, or does not. Returns whether what was taken is taken again for that: it
    /// is if it was kept, unless it is not BGZF, of which it makes no difference.
    pub(crate) fn take_again(&mut self, recovers: bool) -> bool {
        self.recovers = recovers;
        let again = self.compression() == Some(Compression::Bgzf) && self.input.restart();
        if again {
            (self.how, self.packed) = (None, None);
        }
        again
    }

    /// How the input is compressed, if it is; known when something was taken.
    pub(crate) fn compression(&self) -> Option<Compression> {
        self.packed.map(|packed| packed.compression)
    }

    /// What was taken, if the input is compressed. How many bytes it came to is counted where runs are joined.
    pub(crate) fn compression_stats(&self) -> Option<CompressionStats> {
        self.packed.map(|packed| CompressionStats { packed_bytes: self.input.offset(), ..packed })
    }

    /// How many bytes of the input were taken.
    pub(crate) fn offset(&self) -> u64 {
        self.input.offset()
    }

    /// Reads the first bytes, if that was not done, to know how the input is compressed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownFormat`] if it takes a feature to read it that is not there.
    pub(crate) fn begin(&mut self) -> Result<()> {
        if self.how.is_none() {
            let mut len = Compression::wants(&[]);
            let compression = loop {
                let head = self.input.peek_some(len)?;
                match Compression::wants(head) {
                    wanted if wanted > len && head.len() == len => len = wanted,
                    _ => break Compression::detect(head),
                }
            };
            let how = How::of(compression)?;
            #[cfg(feature = "gzip")]
            let how = match how {
                How::Blocks if self.recovers => How::SoundBlocks(Box::new(SoundBlocks::new())),
                how => how,
            };
            if compression != Some(Compression::Bgzf) {
                // Nothing else is taken again.
                self.input.keep(false);
            }
            self.how = Some(how);
            self.packed = compression.map(CompressionStats::none_of);
        }
        Ok(())
    }

    /// Takes about `len` bytes into an empty run; fewer only if many pieces are very small, or there are no more. With an error
    /// come the bytes before it.
    pub(crate) fn take(&mut self, run: &mut Run, len: usize) -> Result<Taken> {
        self.begin()?;
        let Self { input, how, packed, .. } = self;
        match (how, packed) {
            #[cfg(feature = "gzip")]
            (Some(how @ How::Blocks), Some(packed)) => {
                if run.left.take_blocks(input, len, packed)? {
                    return Ok(Taken::Some);
                }
                // What is no block is a member, or cut short, or padding.
                let mut members = Pieces::of(Members::new());
                let taken = members.take(input, run, len, packed);
                *how = How::Pieces(members);
                taken
            }
            #[cfg(feature = "gzip")]
            (Some(How::SoundBlocks(blocks)), Some(packed)) => blocks.take(input, run, len, packed),
            (Some(How::Pieces(pieces)), Some(packed)) => pieces.take(input, run, len, packed),
            _ => take_plain(input, run, len),
        }
    }

    /// Goes back to the start, if the input can.
    pub(crate) fn rewind(&mut self, rewind: impl FnOnce(&mut R) -> io::Result<()>) -> io::Result<()> {
        (self.how, self.packed) = (None, None);
        self.input.rewind(rewind)
    }
}

impl CompressionStats {
    /// Nothing was read yet.
    fn none_of(compression: Compression) -> Self {
        Self {
            compression,
            members: 0,
            packed_bytes: 0,
            padding_bytes: 0,
            lost_bytes: 0,
            unpacked_bytes: 0,
            proven_bytes: 0,
            closed: true,
        }
    }
}

impl<R: Read> How<R> {
    /// # Errors
    ///
    /// [`ErrorKind::UnknownFormat`](crate::ErrorKind::UnknownFormat) if that takes a feature that is not there.
    fn of(compression: Option<Compression>) -> Result<Self> {
        match compression {
            None => Ok(Self::Plain),
            #[cfg(feature = "gzip")]
            Some(Compression::Gzip) => Ok(Self::Pieces(Pieces::of(Members::new()))),
            #[cfg(feature = "gzip")]
            Some(Compression::Bgzf) => Ok(Self::Blocks),
            #[cfg(feature = "zstd")]
            Some(Compression::Zstd) => Ok(Self::Pieces(Pieces::of(super::zstd::Frames::new()))),
            #[cfg(feature = "bzip2")]
            Some(Compression::Bzip2) => Ok(Self::Pieces(Pieces::of(super::bzip2::Streams::new()))),
            #[cfg(feature = "xz")]
            Some(Compression::Xz) => Ok(Self::Pieces(Pieces::of(super::xz::Streams::new()))),
            #[cfg(not(all(feature = "gzip", feature = "zstd", feature = "bzip2", feature = "xz")))]
            Some(other) => Err(other.unread()),
        }
    }
}

/// Takes bytes as they are.
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
