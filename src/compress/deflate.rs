//! DEFLATE (RFC 1951), based on the crate `sirocco`.

use sirocco::Format;
use sirocco::deflate::{Encoder, Flush, Level};
use sirocco::inflate::Decoder;
pub(super) use sirocco::inflate::Error;

use super::run::Run;
use crate::error::Result;

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

/// Length of the decoder's input chunks. Chunks end at multiples of it from the start of the member, so that the result
/// does not depend on the sizes of reads.
const FEED_LEN: u64 = 64 << 10;

/// Maximum distance of back-references in bytes.
const WINDOW_LEN: usize = 32 << 10;

/// Inflates a member incrementally.
///
/// The decoder resolves back-references in its output buffer. So it gets the buffer together with the bytes before the
/// free space, and the last bytes of one run are copied in front of the next one.
pub(super) struct Stream {
    decoder: Decoder,
    /// Number of bytes before the free space that the decoder knows.
    written: usize,
    /// The last of these bytes, while no run is active.
    window: Box<[u8]>,
    /// Consumed compressed bytes of the member.
    taken: u64,
    /// The end of the member or an error, which follows the written bytes.
    end: Option<Ended>,
}

/// The end of a member, or the error that ends it.
type Ended = std::result::Result<(), Error>;

impl Stream {
    pub(super) fn new() -> Self {
        Self {
            decoder: Decoder::new(Format::Deflate),
            written: 0,
            window: vec![0; WINDOW_LEN].into(),
            taken: 0,
            end: None,
        }
    }

    /// Starts another member.
    pub(super) fn restart(&mut self) {
        self.decoder.reset();
        (self.written, self.taken, self.end) = (0, 0, None);
    }

    /// Returns the end of the member, if it was reached.
    pub(super) fn end(&self) -> Option<Ended> {
        self.end
    }

    /// Returns the maximum useful length of the next input.
    pub(super) fn wants(&self) -> usize {
        // Less than `FEED_LEN`.
        usize::try_from(FEED_LEN - self.taken % FEED_LEN).unwrap_or(usize::MAX)
    }

    /// Starts an empty run.
    pub(super) fn enter(&mut self, run: &mut Run) {
        run.put_before(&self.window[..self.written]);
    }

    /// Saves the bytes of a run that back-references may use, without changing the run.
    pub(super) fn leave(&mut self, run: &mut Run) {
        if self.end.is_some() {
            self.written = 0;
        }
        let written = run.written(self.written);
        let kept = self.written.min(WINDOW_LEN);
        self.window[..kept].copy_from_slice(&written[..kept]);
        // `make_room` moves the last bytes to the front, over the bytes saved here.
        self.written -= self.decoder.make_room(written);
        self.window[..kept].swap_with_slice(&mut written[..kept]);
    }

    /// Appends inflated bytes to the run. Returns the numbers of consumed and of produced bytes.
    ///
    /// # Errors
    ///
    /// Those of [`Run::room`].
    pub(super) fn feed(&mut self, deflated: &[u8], run: &mut Run, len: usize) -> Result<(usize, usize)> {
        let buffer = run.room_behind(self.written, len)?;
        let (before, written) = (self.decoder.clone(), self.written);
        let mut taken = 0;
        if let Err(error) = self.inflate(deflated, buffer, &mut taken) {
            // The decoder does not report the position of a fault. Repeating byte by byte finds it, and no byte before
            // the fault is lost.
            self.decoder = before;
            let mut end = Some(Err(error));
            for byte in deflated.chunks(1) {
                if self
                    .inflate(byte, buffer, &mut taken)
                    .inspect_err(|&error| end = Some(Err(error)))
                    .is_err()
                {
                    self.end = end;
                    break;
                }
                if self.written == buffer.len() || self.end.is_some() {
                    break;
                }
            }
        }
        self.taken += taken as u64;
        Ok((taken, self.written - written))
    }

    fn inflate(&mut self, deflated: &[u8], buffer: &mut [u8], taken: &mut usize) -> Ended {
        let inflated = self.decoder.decompress(deflated, buffer, false)?;
        *taken += inflated.consumed;
        self.written += inflated.output.len();
        self.end = inflated.done.then_some(Ok(()));
        Ok(())
    }
}
