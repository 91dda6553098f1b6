//! PES packets: what elementary streams are cut into.

mod header;
mod packet;
mod stream;
mod unit;

pub use header::PesHeader;
pub use packet::{PesPacket, PesPieces};

use std::fmt;

use super::by_pid::ByPid;
use super::search::Search;
use super::{NULL_PID, PIDS, Packets, Programs};
use crate::error::Result;
use crate::record::{Piece, Pieces, Resync};
use stream::{Input, Ready, Stream};

impl Packets {
    /// The PES packets of the stream that `data` is, of all PIDs that have some.
    ///
    /// ```
    /// use pagecut::media::mpegts::Packets;
    ///
    /// let data = std::fs::read("testdata/media/mpegts/av.ts")?;
    /// let mut pictures = 0;
    /// for packet in Packets::new().pes_packets(&data).of_pids([0x100]) {
    ///     let packet = packet?;
    ///     assert_eq!(packet.pieces().map(<[u8]>::len).sum::<usize>() as u64, packet.len());
    ///     pictures += 1;
    /// }
    /// assert_eq!(pictures, 50);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn pes_packets<'data>(&self, data: &'data [u8]) -> PesPackets<'data> {
        PesPackets {
            input: Input { format: *self, data, is_chosen: false },
            packets: self.pieces(data),
            wanted: None,
            streams: ByPid::new(),
            ready: Ready::new(),
            at_end: 0,
            search: None,
        }
    }
}

/// The PES packets of a stream (§2.4.3.6), each when it is complete; see [`Packets::pes_packets`].
///
/// One that says how long it is ends there; one that does not, which only video may, ends where the next one of its PID begins.
/// Those that the stream ends in come last, in the order of their PIDs.
///
/// An error does not end the iteration: it is a [`Gap`](crate::Gap) between transport packets, or a PES packet without a header
/// that could be read ([`ErrorKind::DamagedPes`](crate::ErrorKind::DamagedPes)). A PES packet of which transport packets are
/// missing is given, and says so ([`PesPacket::is_damaged`]).
///
/// PES packets of `padding_stream` (`stream_id` 0xBE) carry nothing and are left out (§2.4.3.7); see [`padding`](Self::padding).
///
/// A PID has PES packets if what begins in it begins with `packet_start_code_prefix`; sections do not. What is scrambled is
/// left out, and ends what was before it. For each PID, a few hundred bytes are kept, and nothing for the packets of it.
pub struct PesPackets<'data> {
    input: Input<'data>,
    packets: Pieces<'data, Packets>,
    /// The PIDs asked for, a bit each, if some were.
    wanted: Option<Box<[u64; PIDS / 64]>>,
    streams: ByPid<Stream<'data>>,
    ready: Ready<'data>,
    /// When the input has ended: the PID that is looked at next.
    at_end: u16,
    /// Follows the tables, if that was asked for.
    search: Option<Box<Search>>,
}

impl<'data> PesPackets<'data> {
    /// Those of these PIDs only. What begins in one of them and is no PES packet is then an error.
    #[must_use]
    pub fn of_pids(mut self, pids: impl IntoIterator<Item = u16>) -> Self {
        let mut wanted = Box::new([0; PIDS / 64]);
        for pid in pids {
            if let Some(bits) = wanted.get_mut(usize::from(pid / 64)) {
                *bits |= 1 << (pid % 64);
            }
        }
        self.wanted = Some(wanted);
        self.input.is_chosen = true;
        self
    }

    /// Follows the program tables too: [`programs`](Self::programs) tells of what was read so far. This looks for the first program map
    /// first, in up to 5 MB.
    #[must_use]
    pub fn with_programs(mut self) -> Self {
        self.search = Some(Box::new(Search::after_first_map(self.input.format, self.input.data)));
        self
    }

    /// The programs and streams so far, and those of the first program map; `None` if they are not followed.
    #[must_use]
    pub fn programs(&self) -> Option<&Programs> {
        self.search.as_ref().map(|search| search.programs())
    }

    /// Bytes of payload so far that belong to no PES packet although their PID has some: before the first one, behind the length
    /// that one says it has, and in those that were errors.
    #[must_use]
    pub fn left_over(&self) -> u64 {
        let streams = self.streams.iter().map(|(_, stream)| stream);
        streams.filter(|stream| stream.is_pes || self.input.is_chosen).map(|stream| stream.left_over).sum()
    }

    /// Bytes so far of PES packets of `padding_stream` (`stream_id` 0xBE), with their headers.
    #[must_use]
    pub fn padding(&self) -> u64 {
        self.streams.iter().map(|(_, stream)| stream.padding).sum()
    }

    #[inline]
    fn is_wanted(&self, pid: u16) -> bool {
        match &self.wanted {
            None => pid != NULL_PID,
            Some(wanted) => wanted[usize::from(pid / 64)] & 1 << (pid % 64) != 0,
        }
    }

    /// Makes ready what the stream ends in, of the next PID that has something.
    fn finish_next(&mut self) -> Option<()> {
        while self.ready.is_empty() {
            if usize::from(self.at_end) == PIDS {
                return None;
            }
            if let Some(stream) = self.streams.get_mut(self.at_end) {
                stream.finish(self.input, &mut self.ready);
            }
            self.at_end += 1;
        }
        Some(())
    }
}

impl<'data> Iterator for PesPackets<'data> {
    type Item = Result<PesPacket<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                if let (Some(search), Ok(packet)) = (&mut self.search, &ready) {
                    search.take_pes(packet);
                }
                return Some(ready);
            }
            match self.packets.next() {
                Some(Piece::Record(packet)) => {
                    if let Some(search) = &mut self.search {
                        search.take(packet);
                    }
                    if self.is_wanted(packet.pid()) {
                        let stream = self.streams.get_or_insert_with(packet.pid(), Stream::new);
                        stream.take(packet, self.input, &mut self.ready);
                    }
                }
                Some(Piece::Gap(gap)) => return Some(Err(gap.error)),
                None => self.finish_next()?,
            }
        }
    }
}

impl std::iter::FusedIterator for PesPackets<'_> {}

impl fmt::Debug for PesPackets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PesPackets")
            .field("packets", &self.packets)
            .field("pids", &self.streams.iter().count())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::step::STEPS;
    use super::*;

    /// Streams of that many PIDs, whose packets alternate: of each PES packet the first transport packet has 5 bytes of the header, the
    /// second one the rest. The program association table comes last.
    fn interleaved(pids: u16) -> Vec<u8> {
        let packet = |pid: u16, start: bool, counter: u8, payload: &[u8]| {
            let [high, low] = pid.to_be_bytes();
            let len = u8::try_from(183 - payload.len()).unwrap();
            let mut bytes = vec![0x47, high | u8::from(start) << 6, low, 0x30 | counter, len, 0];
            bytes.resize(188 - payload.len(), 0xff);
            bytes.extend(payload);
            bytes
        };
        let payload = [&[10, 0x80, 0x80, 5, 0x21, 0, 1, 0, 1][..], b"ab"].concat();
        let starts = (1..=pids).flat_map(|pid| packet(pid, true, 0, &[0, 0, 1, 0xc0, 0]));
        starts.chain((1..=pids).flat_map(|pid| packet(pid, false, 1, &payload))).collect()
    }

    #[test]
    fn twice_as_many_packets_take_twice_as_many_steps() {
        let steps = |pids: u16, has_programs: bool| {
            let data = interleaved(pids);
            let before = STEPS.with(std::cell::Cell::get);
            let packets = Packets::new().pes_packets(&data);
            let packets = if has_programs { packets.with_programs() } else { packets };
            let found: Vec<_> = packets.map(|packet| packet.unwrap().len()).collect();
            assert_eq!(found, vec![2; pids.into()]);
            STEPS.with(std::cell::Cell::get) - before
        };
        assert_eq!(steps(2000, false), 4000);
        assert_eq!(steps(8000, false), 16_000);
        // Some of the payload of each stream is looked at for its coding.
        let few = steps(2000, true);
        assert!(steps(4000, true) <= 2 * few + few / 50, "{few}");
        assert!(steps(8000, true) <= 4 * few + few / 50, "{few}");
    }
}
