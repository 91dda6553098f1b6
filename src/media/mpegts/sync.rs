//! Where packets begin.

use std::ops::Range;

use super::{PacketKind, SYNC_BYTE, TsPacket};
use crate::record::Search;
use crate::scan::BytePair;

/// How many sync bytes in a row are lock.
const RUN: usize = 5;

/// In all that follows, a packet is at the position where it begins, whether its sync byte stands there or not.
impl PacketKind {
    /// Two sync bytes in a row.
    pub(super) const fn two(self) -> BytePair {
        BytePair { first: SYNC_BYTE, second: SYNC_BYTE, distance: self.packet_len() }
    }

    /// Whether the sync byte of a packet at `at` stands where it has to.
    #[inline]
    pub(super) fn is_sync(self, data: &[u8], at: usize) -> bool {
        data.get(at + self.sync_at()) == Some(&SYNC_BYTE)
    }

    /// How many sync bytes stand in a row from the packet at `at`, up to `most`.
    fn run(self, data: &[u8], at: usize, most: usize) -> usize {
        (0..most).take_while(|packet| self.is_sync(data, at + packet * self.packet_len())).count()
    }

    /// Whether there is lock at `at`: five sync bytes in a row, or as many as there are up to the end of the input.
    fn is_lock(self, data: &[u8], at: usize, complete: bool) -> bool {
        let run = self.run(data, at, RUN);
        run == RUN || (complete && run > 0 && at + run * self.packet_len() == data.len())
    }

    /// The positions in `range` from which a sync byte stands as far as that of a packet.
    fn syncs(self, data: &[u8], range: Range<usize>) -> impl Iterator<Item = usize> {
        let start = range.start.saturating_add(self.sync_at());
        let end = range.end.saturating_add(self.sync_at()).min(data.len());
        memchr::memchr_iter(SYNC_BYTE, data.get(start..end).unwrap_or_default())
            .map(move |at| range.start + at)
    }

    /// The first lock from `from` on.
    pub(super) fn find_lock(self, data: &[u8], from: usize, complete: bool) -> Option<usize> {
        self.syncs(data, from..data.len()).find(|&at| self.is_lock(data, at, complete))
    }

    /// Whether the packet at a lock has the PID of another one in the run that is the lock; of the last one, only the sync byte
    /// is sure to be in view.
    pub(super) fn pid_comes_again(self, data: &[u8], lock: usize) -> bool {
        let pid = |packet: usize| {
            let data = data.get(lock + packet * self.packet_len()..)?;
            Some(TsPacket::new(self, data, 0)?.pid())
        };
        (1..RUN - 1).any(|packet| pid(packet).is_some_and(|other| Some(other) == pid(0)))
    }

    /// How many bytes before a cut its window has.
    pub(super) const fn window(self) -> usize {
        RUN * self.packet_len()
    }

    /// The first cut in `range` (see the module's page for what makes it one).
    pub(super) fn search_boundary(self, data: &[u8], range: Range<usize>) -> Search {
        let windows = range.start.saturating_sub(self.window())..range.end.saturating_sub(self.window());
        for start in self.syncs(data, windows) {
            // The sync bytes of the window, of the packet at the cut, and of four more.
            if start + (2 * RUN - 1) * self.packet_len() + self.sync_at() >= data.len() {
                return Search::Unknown;
            }
            let cut = start + self.window();
            if self.run(data, start, 2 * RUN) == 2 * RUN && !self.has_other_phase(data, start, cut) {
                return Search::Boundary(cut);
            }
        }
        Search::NoBoundary
    }

    /// Whether three sync bytes in a row begin in `start..end` on another phase than that of `start`.
    fn has_other_phase(self, data: &[u8], start: usize, end: usize) -> bool {
        let sync_at = self.sync_at();
        self.two()
            .find_all(data, start + sync_at..end + sync_at)
            .map(|at| at - sync_at)
            .any(|at| !(at - start).is_multiple_of(self.packet_len()) && self.run(data, at, 3) == 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::mpegts::Packets;
    use crate::record::Boundaries;

    fn find_boundary(kind: PacketKind, data: &[u8], from: usize) -> Option<usize> {
        Packets::of(kind).find_boundary(data, from)
    }

    /// Packets whose payload is `fill`.
    fn packets(kind: PacketKind, count: usize, fill: u8) -> Vec<u8> {
        let mut packet = vec![fill; kind.packet_len()];
        packet[kind.sync_at()] = SYNC_BYTE;
        packet.repeat(count)
    }

    #[test]
    fn lock_needs_five_in_a_row_or_the_end_of_the_input() {
        for kind in PacketKind::ALL {
            let (data, len, sync_at) = (packets(kind, 5, 0), kind.packet_len(), kind.sync_at());
            assert_eq!(kind.find_lock(&data, 0, false), Some(0));
            assert_eq!(kind.find_lock(&data, 1, false), None);
            assert_eq!(kind.find_lock(&data, 1, true), Some(len));
            assert_eq!(kind.find_lock(&data[..4 * len + sync_at + 1], 0, false), Some(0));
            assert_eq!(kind.find_lock(&data[..4 * len + sync_at], 0, false), None);
            assert_eq!(kind.find_lock(&data[..4 * len - 1], 0, true), None);
            assert_eq!(kind.find_lock(&data, data.len() + 1, true), None);
        }
    }

    #[test]
    fn a_cut_needs_its_surroundings() {
        for kind in PacketKind::ALL {
            let data = packets(kind, 12, 0);
            for from in 0..data.len() {
                let expected =
                    [5, 6, 7].map(|packet| packet * kind.packet_len()).into_iter().find(|&cut| cut >= from);
                assert_eq!(find_boundary(kind, &data, from), expected, "{kind:?} from {from}");
            }
        }
    }

    #[test]
    fn three_sync_bytes_in_a_row_on_another_phase_are_a_doubt_wherever_in_the_window_they_begin() {
        for kind in PacketKind::ALL {
            let len = kind.packet_len();
            let cut = 10 * len;
            for first in 0..20 * len {
                if first % len == 0 {
                    continue;
                }
                for count in [2, 3] {
                    let mut data = packets(kind, 24, 0);
                    for packet in 0..count {
                        data[first + packet * len + kind.sync_at()] = SYNC_BYTE;
                    }
                    let in_window = (cut - RUN * len..cut).contains(&first);
                    let expected = if count == 3 && in_window { None } else { Some(cut) };
                    let found = find_boundary(kind, &data, cut).filter(|&at| at == cut);
                    assert_eq!(found, expected, "{count} of {kind:?} from {first}");
                }
            }
        }
    }

    #[test]
    fn a_pid_that_comes_again_is_one_of_the_next_three_packets() {
        for kind in PacketKind::ALL {
            for again in 1..8 {
                let mut data = packets(kind, 8, 0);
                for (number, packet) in (1..).zip(data.chunks_mut(kind.packet_len())) {
                    packet[kind.sync_at() + 2] = number;
                }
                data[again * kind.packet_len() + kind.sync_at() + 2] = 1;
                assert_eq!(kind.pid_comes_again(&data, 0), again <= 3, "in packet {again}");
            }
        }
    }

    #[test]
    fn no_cut_where_the_phase_is_in_doubt() {
        for kind in PacketKind::ALL {
            assert_eq!(find_boundary(kind, &packets(kind, 100, SYNC_BYTE), 0), None);
        }
    }
}
