//! PES packets of all PIDs of a stream.

use std::fmt;

use super::super::by_pid::ByPid;
use super::super::pid::{NULL_PID, PIDS};
use super::super::search::Search;
use super::super::{Packets, Programs};
use super::PesPacket;
use super::stream::{Input, Ready, Stream};
use crate::error::Result;
use crate::record::{Piece, Pieces, Resync};

impl Packets {
    /// Returns the PES packets of the stream in `data`, of all PIDs that have some.
    ///
    /// ```
    /// use pagecut::media::mpegts::Packets;
    ///
    /// let data = std::fs::read("testdata/media/mpegts/av.ts")?;
    /// let mut pictures = 0;
    /// for packet in Packets::new().pes_packets(&data).for_pids([0x100]) {
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
            input: Input { format: *self, data, has_selection: false },
            packets: self.pieces(data),
            wanted: None,
            streams: ByPid::new(),
            ready: Ready::new(),
            at_end: 0,
            search: None,
        }
    }
}

/// An iterator over the PES packets of a stream (§2.4.3.6), in the order of their ends; see [`Packets::pes_packets`].
///
/// A PES packet with a length ends there. One without a length, which is allowed for video only, ends where the next one of
/// its PID begins. Packets that the end of the stream completes come last, in the order of their PIDs.
///
/// An error does not end the iteration: it is a [`Gap`](crate::Gap) between transport packets, or a PES packet with an
/// unreadable header ([`ErrorKind::DamagedPes`](crate::ErrorKind::DamagedPes)). A PES packet with missing transport packets
/// is returned and marked ([`PesPacket::is_damaged`]).
///
/// PES packets of `padding_stream` (`stream_id` 0xBE) carry no data and are skipped (§2.4.3.7); see
/// [`padding`](Self::padding).
///
/// A PID carries PES packets if its units begin with `packet_start_code_prefix`; sections do not. Scrambled packets are
/// skipped and end the unit before them. The iterator keeps a few hundred bytes for each PID and none for each packet.
pub struct PesPackets<'data> {
    input: Input<'data>,
    packets: Pieces<'data, Packets>,
    /// One bit for each selected PID, if PIDs were selected.
    wanted: Option<Box<[u64; PIDS / 64]>>,
    streams: ByPid<Stream<'data>>,
    ready: Ready<'data>,
    /// After the end of the input: the next PID to finish.
    at_end: u16,
    /// Follows the program tables, if requested.
    search: Option<Box<Search>>,
}

impl<'data> PesPackets<'data> {
    /// Selects PIDs. A unit in a selected PID that is not a PES packet is then an error.
    #[must_use]
    pub fn for_pids(mut self, pids: impl IntoIterator<Item = u16>) -> Self {
        let mut wanted = Box::new([0; PIDS / 64]);
        for pid in pids {
            if let Some(bits) = wanted.get_mut(usize::from(pid / 64)) {
                *bits |= 1 << (pid % 64);
            }
        }
        self.wanted = Some(wanted);
        self.input.has_selection = true;
        self
    }

    /// Follows the program tables too: [`programs`](Self::programs) returns their state so far. First searches up to 5 MB
    /// for the first program map.
    #[must_use]
    pub fn with_programs(mut self) -> Self {
        self.search = Some(Box::new(Search::after_first_map(self.input.format, self.input.data)));
        self
    }

    /// Returns the programs and streams read so far, and those of the first program map; `None` if the tables are not
    /// followed.
    #[must_use]
    pub fn programs(&self) -> Option<&Programs> {
        self.search.as_ref().map(|search| search.programs())
    }

    /// Returns the number of payload bytes so far that belong to no PES packet although their PID has some: before the first
    /// one, after the declared length of one, and in those that were errors.
    #[must_use]
    pub fn left_over(&self) -> u64 {
        let streams = self.streams.iter().map(|(_, stream)| stream);
        streams
            .filter(|stream| stream.is_pes || self.input.has_selection)
            .map(|stream| stream.left_over)
            .sum()
    }

    /// Returns the number of bytes so far in PES packets of `padding_stream` (`stream_id` 0xBE), with their headers.
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

    /// Completes the last PES packet of the next PID that has an incomplete one.
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
    use super::*;
    use crate::media::mpegts::step::STEPS;

    /// Builds alternating packets of `pids` PIDs: the first transport packet of each PES packet has 5 bytes of its header,
    /// the second one the rest. The program association table comes last.
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
    fn steps_grow_linearly_with_packets() {
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
        // The coding search reads some of the payload of each stream.
        let few = steps(2000, true);
        assert!(steps(4000, true) <= 2 * few + few / 50, "{few}");
        assert!(steps(8000, true) <= 4 * few + few / 50, "{few}");
    }
}
