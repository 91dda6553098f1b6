//! Complete blocks of DEFLATE (RFC 1951), based on the crate `sirocco`.

use sirocco::Format;
use sirocco::deflate::{Encoder, Flush, Level};
use sirocco::inflate::{Decoder, Error};

/// Inflates complete blocks.
pub(crate) struct Inflater(Decoder);

impl Inflater {
    pub(crate) fn new() -> Self {
        Self(Decoder::new(Format::Deflate))
    }

    /// Inflates a block into `room`, whose length is the stored length of the block. Returns the number of bytes, if it
    /// is not larger.
    pub(crate) fn inflate(&mut self, deflated: &[u8], room: &mut [u8]) -> std::result::Result<usize, String> {
        self.0.reset();
        let len = room.len();
        match self.0.decompress(deflated, room, true) {
            Ok(inflated) if !inflated.done => Err(format!("more than the stored {len} bytes")),
            Ok(inflated) if inflated.consumed < deflated.len() => Err("the data end before the block".into()),
            Ok(inflated) => Ok(inflated.output.len()),
            Err(Error::BufferFull) => Err(format!("more than the stored {len} bytes")),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Deflates complete blocks.
pub(super) struct Deflater(Encoder);

impl Deflater {
    /// The highest compression level, which is the slowest.
    pub(super) const MAX_LEVEL: u8 = Level::BEST.get();

    /// Creates a deflater with a level from 1; `None` for an unknown level.
    pub(super) fn new(level: u8) -> Option<Self> {
        let known = (1..=Self::MAX_LEVEL).contains(&level);
        known.then(|| Self(Encoder::new(Format::Deflate, Level::new(level))))
    }

    /// Deflates a block into `room`. Returns the compressed length if it fits.
    pub(super) fn deflate(&mut self, bytes: &[u8], room: &mut [u8]) -> Option<usize> {
        self.0.reset();
        let deflated = self.0.compress(bytes, room, Flush::Finish);
        deflated.done.then_some(deflated.output.len())
    }
}
