//! DEFLATE (RFC 1951), as sirocco decodes it.

use std::ops::Range;

use sirocco::Format;
use sirocco::deflate::{Encoder, Flush, Level};
use sirocco::inflate::Decoder;
pub(super) use sirocco::inflate::Error;

/// Inflates blocks that are there as a whole.
pub(crate) struct Inflater(Decoder);

impl Inflater {
    pub(crate) fn new() -> Self {
        Self(Decoder::new(Format::Deflate))
    }

    /// Inflates a block that is to fill the room. Returns how many bytes it has, if no more.
    pub(crate) fn inflate(&mut self, deflated: &[u8], room: &mut [u8]) -> Result<usize, String> {
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

/// How many inflated bytes are kept: 32 KiB to which what follows may refer, and those that are new.
const BUFFER_LEN: usize = (256 + 32) << 10;

/// Inflates what is had piece by piece.
///
/// The decoder refers back to what it has written, so it writes to a buffer of its own.
pub(super) struct Stream {
    decoder: Decoder,
    buffer: Vec<u8>,
    /// What was inflated and not handed out, in `buffer`.
    ready: Range<usize>,
    /// Compressed bytes of the member that were taken.
    taken: u64,
    /// The buffer is full.
    full: bool,
    /// Why there is nothing behind what is ready.
    end: Option<Result<(), Error>>,
}

impl Stream {
    pub(super) fn new() -> Self {
        Self {
            decoder: Decoder::new(Format::Deflate),
            buffer: vec![0; BUFFER_LEN],
            ready: 0..0,
            taken: 0,
            full: false,
            end: None,
        }
    }

    /// Begins with another member.
    pub(super) fn restart(&mut self) {
        self.decoder.reset();
        (self.ready, self.taken, self.full, self.end) = (0..0, 0, false, None);
    }

    /// Hands out what was inflated, as much of it as there is room for.
    pub(super) fn hand_out(&mut self, room: &mut [u8]) -> usize {
        let len = room.len().min(self.ready.len());
        room[..len].copy_from_slice(&self.buffer[self.ready.start..][..len]);
        self.ready.start += len;
        len
    }

    /// Whether all was handed out, and why there is no more.
    pub(super) fn end(&self) -> Option<Result<(), Error>> {
        self.end.filter(|_| self.ready.is_empty())
    }

    /// Whether there is nothing to be had without more compressed bytes.
    pub(super) fn is_stuck(&self) -> bool {
        self.ready.is_empty() && self.end.is_none() && !self.full
    }

    /// How many compressed bytes are wanted at the most.
    pub(super) fn wants(&self) -> usize {
        // Less than `FEED_LEN`.
        usize::try_from(FEED_LEN - self.taken % FEED_LEN).unwrap_or(usize::MAX)
    }

    /// Inflates some bytes; all that was inflated before was handed out. Returns how many were taken.
    pub(super) fn feed(&mut self, deflated: &[u8]) -> usize {
        if self.full {
            let dropped = self.decoder.make_room(&mut self.buffer);
            self.ready = self.ready.start - dropped..self.ready.end - dropped;
        }
        let before = self.decoder.clone();
        let mut taken = 0;
        if let Err(error) = self.inflate(deflated, &mut taken) {
            // The decoder does not tell how far it came. Byte by byte it is known, and nothing before the fault is lost.
            self.decoder = before;
            let mut end = Some(Err(error));
            for byte in deflated.chunks(1) {
                if self.inflate(byte, &mut taken).inspect_err(|&error| end = Some(Err(error))).is_err() {
                    self.end = end;
                    break;
                }
                if self.full || self.end.is_some() {
                    break;
                }
            }
        }
        self.taken += taken as u64;
        taken
    }

    fn inflate(&mut self, deflated: &[u8], taken: &mut usize) -> Result<(), Error> {
        let inflated = self.decoder.decompress(deflated, &mut self.buffer, false)?;
        *taken += inflated.consumed;
        self.ready.end += inflated.output.len();
        self.full = inflated.full;
        self.end = inflated.done.then_some(Ok(()));
        Ok(())
    }
}
