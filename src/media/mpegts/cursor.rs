//! Steps from packet to packet.

use super::{PACKET_LEN, PacketKind, Packets, TsPacket};
use crate::error::{Error, ErrorKind, Result, Site};
use crate::record::{self, Format, Part, Tally};
use crate::scan::prefetch;

/// How far ahead of the cursor a packet is asked for, in bytes. Its header lies three lines of the cache or more behind the last one, and after
/// 21 packets on another page, where the processor has to find out anew how far the headers lie apart.
const AHEAD: usize = 24 * PACKET_LEN;

#[cfg(test)]
thread_local! {
    /// How many packets the cursors of a thread read.
    pub(super) static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Reads the transport packets of a part.
#[derive(Debug)]
pub struct Cursor<'data> {
    kind: PacketKind,
    part: Part<'data>,
    /// Cached from `part`: the bytes in view.
    bytes: &'data [u8],
    position: usize,
    gap_bytes: u64,
    gaps: u64,
}

impl<'data> Cursor<'data> {
    pub(super) fn new(kind: PacketKind, part: Part<'data>) -> Self {
        Self { kind, part, bytes: part.view(), position: 0, gap_bytes: 0, gaps: 0 }
    }

    /// The packet at the cursor, if one begins here and the next one confirms it.
    #[inline(always)]
    fn confirmed(&self) -> Option<TsPacket<'data>> {
        TsPacket::confirmed(self.kind, self.bytes.get(self.position..)?, self.offset())
    }

    /// The packet at the cursor, if so many bytes are in view.
    fn packet(&self) -> Option<TsPacket<'data>> {
        TsPacket::new(self.kind, self.bytes.get(self.position..)?, self.offset())
    }

    /// What is at the cursor where no packet is confirmed by the next one: the last packet of the input, or before a gap; or an error.
    #[cold]
    #[inline(never)]
    fn unconfirmed(&self) -> Result<TsPacket<'data>> {
        let complete = self.part.is_complete();
        let at_end = complete && self.position + self.kind.packet_len() == self.bytes.len();
        if at_end
            && self.kind.is_sync(self.bytes, self.position)
            && let Some(packet) = self.packet()
        {
            return Ok(packet);
        }
        let lock = self.kind.find_lock(self.bytes, self.position + 1, complete);
        if lock.is_none() && !complete {
            return Err(self.error(ErrorKind::Incomplete { within: "where synchronisation is lost" }));
        }
        if !self.kind.is_sync(self.bytes, self.position) {
            return Err(self.error(ErrorKind::SyncLost));
        }
        let packet = self
            .packet()
            .ok_or_else(|| self.error(ErrorKind::Incomplete { within: "in a transport packet" }))?;
        let inside = lock.filter(|&lock| lock < self.position + self.kind.packet_len());
        if inside.is_some_and(|lock| self.kind.pid_comes_again(self.bytes, lock)) {
            return Err(self.error(ErrorKind::SyncLost));
        }
        Ok(packet)
    }

    /// Where the cursor stands in the input.
    #[inline(always)]
    fn offset(&self) -> u64 {
        self.part.offset() + self.position as u64
    }

    /// How many packets were read. What is no gap is packets, and all are of one length.
    fn records(&self) -> u64 {
        (self.position as u64 - self.gap_bytes) / self.kind.packet_len() as u64
    }

    fn error(&self, kind: ErrorKind) -> Error {
        let offset = self.offset();
        let site = Site {
            format: Packets::NAME,
            offset,
            record_offset: offset,
            counted_from: self.part.offset(),
            record: self.records(),
            line: None,
        };
        Error::at(kind, site, &self.bytes[self.position..])
    }
}

impl<'data> record::Cursor for Cursor<'data> {
    type Record = TsPacket<'data>;

    #[inline(always)]
    fn next(&mut self) -> Option<Result<TsPacket<'data>>> {
        if self.position >= self.part.len() {
            return None;
        }
        let packet = match self.confirmed() {
            Some(packet) => packet,
            None => match self.unconfirmed() {
                Ok(packet) => packet,
                Err(error) => return Some(Err(error)),
            },
        };
        #[cfg(test)]
        STEPS.with(|steps| steps.set(steps.get() + 1));
        self.position += self.kind.packet_len();
        prefetch(self.bytes, self.position + AHEAD);
        Some(Ok(packet))
    }

    fn position(&self) -> usize {
        self.position
    }

    fn tally(&self) -> Tally {
        Tally {
            records: self.records(),
            record_bytes: self.position as u64 - self.gap_bytes,
            gaps: self.gaps,
            gap_bytes: self.gap_bytes,
            ..Tally::default()
        }
    }

    fn skip_to(&mut self, position: usize) {
        assert!((self.position..=self.bytes.len()).contains(&position));
        self.gap_bytes += (position - self.position) as u64;
        self.gaps += 1;
        self.position = position;
    }
}
