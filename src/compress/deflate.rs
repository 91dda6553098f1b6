//! DEFLATE (RFC 1951), as sirocco decodes it.

use sirocco::Format;
use sirocco::deflate::{Encoder, Flush, Level};
use sirocco::inflate::Decoder;
pub(super) use sirocco::inflate::Error;

use super::run::Run;
use crate::error::Result;

/// Inflates blocks that are there as a whole.
pub(crate) struct Inflater(Decoder);

impl Inflater {
    pub(crate) fn new() -> Self {
        Self(Decoder::new(Format::Deflate))
    }

    /// Inflates a block that is to fill the room. Returns how many bytes it has, if no more.
    pub(crate) fn inflate(&mut self, deflated: &[u8], room: &mut [u8]) -> std::result::Result<usize, String> {
        self.0.reset();
        let len = room.len();
        match self.0.decompress(deflated, room, true) {
            Ok(inflated) if !inflated.done => {
                Err(format!("they come to more than the {len} that are stored as their number"))
            }
            Ok(inflated) if inflated.consumed < deflated.len() => {
                Err("they end before the block does".into())
            }
            Ok(inflated) => Ok(inflated.output.len()),
            Err(Error::BufferFull) => {
                Err(format!("they come to more than the {len} that are stored as their number"))
            }
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Deflates blocks that are there as a whole.
pub(super) struct Deflater(Encoder);

impl Deflater {
    /// The level that makes the shortest blocks, and takes the longest.
    pub(super) const MAX_LEVEL: u8 = Level::BEST.get();

    /// At a level from 1 on; `None` if there is no such one.
    pub(super) fn new(level: u8) -> Option<Self> {
        let known = (1..=Self::MAX_LEVEL).contains(&level);
        known.then(|| Self(Encoder::new(Format::Deflate, Level::new(level))))
    }

    /// Deflates a block into some room. Returns how many bytes that makes, if they fit.
    pub(super) fn deflate(&mut self, bytes: &[u8], room: &mut [u8]) -> Option<usize> {
        self.0.reset();
        let deflated = self.0.compress(bytes, room, Flush::Finish);
        deflated.done.then_some(deflated.output.len())
    }
}

/// How many compressed bytes are inflated at a time at the most. They end at multiples of it from the start of the member, so
/// that nothing depends on how many bytes the system gives at a time.
const FEED_LEN: u64 = 64 << 10;

/// How far back what follows may refer.
const WINDOW_LEN: usize = 32 << 10;

/// Inflates what is had piece by piece.
///
/// The decoder refers back to what it has written. So it is given the bytes before the room that it writes to, and what it may refer
/// to of one run is put before the next one.
pub(super) struct Stream {
    decoder: Decoder,
    /// How many bytes there are before those that come next, as the decoder has it.
    written: usize,
    /// The last of them, from when a run goes until the next one begins.
    window: Box<[u8]>,
    /// Compressed bytes of the member that were taken.
    taken: u64,
    /// Why there is nothing behind what was written.
    end: Option<Ended>,
}

/// Why a member goes no further.
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

    /// Begins with another member.
    pub(super) fn restart(&mut self) {
        self.decoder.reset();
        (self.written, self.taken, self.end) = (0, 0, None);
    }

    /// Why there is no more.
    pub(super) fn end(&self) -> Option<Ended> {
        self.end
    }

    /// How many compressed bytes are wanted at the most.
    pub(super) fn wants(&self) -> usize {
        // Less than `FEED_LEN`.
        usize::try_from(FEED_LEN - self.taken % FEED_LEN).unwrap_or(usize::MAX)
    }

    /// Begins an empty run.
    pub(super) fn enter(&mut self, run: &mut Run) {
        run.put_before(&self.window[..self.written]);
    }

    /// Keeps of a run what may be referred to, and leaves the run as it is.
    pub(super) fn leave(&mut self, run: &mut Run) {
        if self.end.is_some() {
            self.written = 0;
        }
        let written = run.written(self.written);
        let kept = self.written.min(WINDOW_LEN);
        self.window[..kept].copy_from_slice(&written[..kept]);
        // It moves the last bytes to the front, over those that were kept for that.
        self.written -= self.decoder.make_room(written);
        self.window[..kept].swap_with_slice(&mut written[..kept]);
    }

    /// Inflates some bytes behind those of the run. Returns how many were taken, and how many that made.
    ///
    /// # Errors
    ///
    /// Those of [`Run::room`].
    pub(super) fn feed(&mut self, deflated: &[u8], run: &mut Run, len: usize) -> Result<(usize, usize)> {
        let buffer = run.room_behind(self.written, len)?;
        let (before, written) = (self.decoder.clone(), self.written);
        let mut taken = 0;
        if let Err(error) = self.inflate(deflated, buffer, &mut taken) {
            // The decoder does not tell how far it came. Byte by byte it is known, and nothing before the fault is lost.
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
