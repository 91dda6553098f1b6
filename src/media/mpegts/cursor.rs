//! Steps from packet to packet.

use super::{PacketKind, Packets, TsPacket};
use crate::error::{Error, ErrorKind, Result, Site};
use crate::record::{self, Format, Part, Tally};

/// Reads the transport packets of a part.
#[derive(Debug)]
pub struct Cursor<'data> {
    kind: PacketKind,
    part: Part<'data>,
    /// Cached from `part`: the bytes in view.
    bytes: &'data [u8],
    position: usize,
    records: u64,
    gap_bytes: u64,
    gaps: u64,
}

impl<'data> Cursor<'data> {
    pub(super) fn new(kind: PacketKind, part: Part<'data>) -> Self {
        Self { kind, part, bytes: part.view(), position: 0, records: 0, gap_bytes: 0, gaps: 0 }
    }

    /// The packet at the cursor, if one begins here and the next one, or the end of the input, confirms it.
    #[inline(always)]
    fn confirmed(&self) -> Option<TsPacket<'data>> {
        let next = self.position + self.kind.packet_len();
        let at_end = next == self.bytes.len() && self.part.is_complete();
        if self.kind.is_sync(self.bytes, self.position) && (self.kind.is_sync(self.bytes, next) || at_end) {
            self.packet()
        } else {
            None
        }
    }

    /// The packet at the cursor, if so many bytes are in view.
    #[inline(always)]
    fn packet(&self) -> Option<TsPacket<'data>> {
        let offset = self.part.offset() + self.position as u64;
        TsPacket::new(self.kind, self.bytes.get(self.position..)?, offset)
    }

    /// What is at the cursor where no packet is confirmed: the last packet before a gap, or an error.
    #[cold]
    #[inline(never)]
    fn unconfirmed(&self) -> Result<TsPacket<'data>> {
        let complete = self.part.is_complete();
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

    fn error(&self, kind: ErrorKind) -> Error {
        let offset = self.part.offset() + self.position as u64;
        let site = Site {
            format: Packets::NAME,
            offset,
            record_offset: offset,
            counted_from: self.part.offset(),
            record: self.records,
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
        self.position += self.kind.packet_len();
        self.records += 1;
        Some(Ok(packet))
    }

    fn position(&self) -> usize {
        self.position
    }

    fn tally(&self) -> Tally {
        Tally {
            records: self.records,
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
