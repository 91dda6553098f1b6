//! Inflates DEFLATE (RFC 1951) of any length in runs, based on the crate `sirocco`.

use sirocco::Format;
use sirocco::inflate::{Decoder, Error};

use super::run::Run;
use crate::error::Result;

/// Length of the decoder's input chunks. Chunks end at multiples of it from the start of the member, so that the result
/// does not depend on the sizes of reads.
const FEED_LEN: u64 = 64 << 10;

/// Maximum distance of back-references in bytes.
const WINDOW_LEN: usize = 32 << 10;

/// Inflates a member incrementally.
///
/// The decoder resolves back-references in its output buffer. So it gets the buffer together with the bytes before the
/// free space, and the last bytes of one run are copied in front of the next one.
pub(super) struct InflateStream {
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

impl InflateStream {
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
