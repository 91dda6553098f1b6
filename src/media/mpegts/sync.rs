//! Synchronisation: the positions of packets.

use std::ops::Range;

use super::{PacketKind, SYNC_BYTE, TsPacket};
use crate::record::Search;
use crate::scan::BytePair;

/// Number of consecutive sync bytes that are a lock.
const RUN: usize = 5;

/// In this file, the position of a packet is that of its first byte, not of its sync byte.
impl PacketKind {
    /// Returns the pattern of two consecutive sync bytes.
    pub(super) const fn two(self) -> BytePair {
        BytePair { first: SYNC_BYTE, second: SYNC_BYTE, distance: self.packet_len() }
    }

    /// Whether the packet at `at` has its sync byte.
    #[inline]
    pub(super) fn is_sync(self, data: &[u8], at: usize) -> bool {
        data.get(at + self.sync_at()) == Some(&SYNC_BYTE)
    }

    /// Counts the consecutive sync bytes from the packet at `at`, up to `limit`.
    fn run(self, data: &[u8], at: usize, limit: usize) -> usize {
        (0..limit).take_while(|packet| self.is_sync(data, at + packet * self.packet_len())).count()
    }

    /// Whether there is a lock at `at`: five consecutive sync bytes, or all up to the end of the input.
    fn is_lock(self, data: &[u8], at: usize, complete: bool) -> bool {
        let run = self.run(data, at, RUN);
        run == RUN || (complete && run > 0 && at + run * self.packet_len() == data.len())
    }

    /// Returns the packet positions in `range` with a sync byte.
    fn syncs(self, data: &[u8], range: Range<usize>) -> impl Iterator<Item = usize> {
        let start = range.start.saturating_add(self.sync_at());
        let end = range.end.saturating_add(self.sync_at()).min(data.len());
        memchr::memchr_iter(SYNC_BYTE, data.get(start..end).unwrap_or_default())
            .map(move |at| range.start + at)
    }

    /// Finds the first lock from `from`.
    pub(super) fn find_lock(self, data: &[u8], from: usize, complete: bool) -> Option<usize> {
        self.syncs(data, from..data.len()).find(|&at| self.is_lock(data, at, complete))
    }

    /// Whether the packet at a lock has the PID of another packet in the run of the lock. Only the sync byte of the last
    /// packet is sure to be in view.
    pub(super) fn pid_repeats(self, data: &[u8], lock: usize) -> bool {
        let pid = |packet: usize| {
            let data = data.get(lock + packet * self.packet_len()..)?;
            Some(TsPacket::new(self, data, 0)?.pid())
        };
        (1..RUN - 1).any(|packet| pid(packet).is_some_and(|other| Some(other) == pid(0)))
    }

    /// Length in bytes of the window before a boundary.
    pub(super) const fn window(self) -> usize {
        RUN * self.packet_len()
    }

    /// Finds the first boundary in `range` (see the module's page for the definition).
    pub(super) fn search_boundary(self, data: &[u8], range: Range<usize>) -> Search {
        let windows = range.start.saturating_sub(self.window())..range.end.saturating_sub(self.window());
        for start in self.syncs(data, windows) {
            // The sync bytes of the window, of the packet at the boundary, and of four more.
            if start + (2 * RUN - 1) * self.packet_len() + self.sync_at() >= data.len() {
                return Search::Unknown;
            }
            let boundary = start + self.window();
            if self.run(data, start, 2 * RUN) == 2 * RUN && !self.has_other_phase(data, start, boundary) {
                return Search::Boundary(boundary);
            }
        }
        Search::NoBoundary
    }

    /// Whether three consecutive sync bytes begin in `start..end` on another phase than that of `start`.
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
        Packets::with_kind(kind).find_boundary(data, from)
    }

    /// Builds packets whose payload is `fill`.
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
    fn a_boundary_needs_its_window() {
        for kind in PacketKind::ALL {
            let data = packets(kind, 12, 0);
            for from in 0..data.len() {
                let expected = [5, 6, 7]
                    .map(|packet| packet * kind.packet_len())
                    .into_iter()
                    .find(|&boundary| boundary >= from);
                assert_eq!(find_boundary(kind, &data, from), expected, "{kind:?} from {from}");
            }
        }
    }

    #[test]
    fn another_phase_in_the_window_denies_a_boundary() {
        for kind in PacketKind::ALL {
            let len = kind.packet_len();
            let boundary = 10 * len;
            for first in 0..20 * len {
                if first % len == 0 {
                    continue;
                }
                for count in [2, 3] {
                    let mut data = packets(kind, 24, 0);
                    for packet in 0..count {
                        data[first + packet * len + kind.sync_at()] = SYNC_BYTE;
                    }
                    let in_window = (boundary - RUN * len..boundary).contains(&first);
                    let expected = if count == 3 && in_window { None } else { Some(boundary) };
                    let found = find_boundary(kind, &data, boundary).filter(|&at| at == boundary);
                    assert_eq!(found, expected, "{count} of {kind:?} from {first}");
                }
            }
        }
    }

    #[test]
    fn a_pid_repeats_within_the_next_three_packets() {
        for kind in PacketKind::ALL {
            for again in 1..8 {
                let mut data = packets(kind, 8, 0);
                for (number, packet) in (1..).zip(data.chunks_mut(kind.packet_len())) {
                    packet[kind.sync_at() + 2] = number;
                }
                data[again * kind.packet_len() + kind.sync_at() + 2] = 1;
                assert_eq!(kind.pid_repeats(&data, 0), again <= 3, "in packet {again}");
            }
        }
    }

    #[test]
    fn no_boundary_where_the_phase_is_ambiguous() {
        for kind in PacketKind::ALL {
            assert_eq!(find_boundary(kind, &packets(kind, 100, SYNC_BYTE), 0), None);
        }
    }
}
