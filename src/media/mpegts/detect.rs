//! Whether an input is a transport stream, and how its packets lie.

use super::{PacketKind, SYNC_BYTE};

/// So many sync bytes in a row stand in no text: of the letters of a sequence, every fourth is a sync byte.
const LONG_RUN: usize = 16;

/// How many packets a short input has to have for the last one to be cut.
const ENOUGH: usize = 5;

impl PacketKind {
    /// How the packets of an input lie that begins with `head`, or is no more than that if `complete`.
    pub(super) fn detect(head: &[u8], complete: bool) -> Option<Self> {
        if let Some(kind) = Self::of_start(head, complete) {
            return Some(kind);
        }
        // Nearly every header of so many packets has a byte that is none of text: where there are not as many, none is looked for.
        if head.iter().filter(|&&byte| !is_text(byte)).count() < LONG_RUN / 2 {
            return None;
        }
        let long_runs = Self::ALL.into_iter().filter_map(|kind| Some((kind.find_long_run(head)?, kind)));
        // Packets of another kind, which are in the payloads, begin later.
        long_runs.min_by_key(|(at, _)| *at).map(|(_, kind)| kind)
    }

    /// How the packets lie of an input that begins with one.
    pub(super) fn of_start(head: &[u8], complete: bool) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| {
            let packets = head.len().div_ceil(kind.packet_len());
            let is_whole = head.len().is_multiple_of(kind.packet_len()) || packets > ENOUGH;
            let is_short = complete && is_whole && packets < LONG_RUN;
            let run = if is_short { packets } else { LONG_RUN };
            kind.are_packets(head, 0, run)
        })
    }

    /// Where so many sync bytes stand in a row that it is a stream that begins with something else.
    fn find_long_run(self, head: &[u8]) -> Option<usize> {
        let mut starts = self
            .two()
            .find_all(head, self.sync_at().min(head.len())..head.len())
            .map(|at| at - self.sync_at());
        starts.find(|&at| self.are_packets(head, at, LONG_RUN))
    }

    /// Whether `count` packets, and not letters, lie from `at` on. Of the last one, there may be the sync byte only.
    fn are_packets(self, head: &[u8], at: usize, count: usize) -> bool {
        let headers = || {
            (0..count).map(|packet| {
                head.get(at + packet * self.packet_len() + self.sync_at()..).unwrap_or_default()
            })
        };
        let is_packet = |header: &[u8]| header.first() == Some(&SYNC_BYTE);
        let are_letters =
            |header: &&[u8]| header.get(1..4).unwrap_or_default().iter().all(|&byte| is_text(byte));
        // Behind a sync byte that is a letter come others, and behind nearly all that are none, something that is no text.
        count > 0 && headers().all(is_packet) && 2 * headers().filter(are_letters).count() < count
    }
}

/// Whether a byte can be one of text in ASCII.
fn is_text(byte: u8) -> bool {
    byte.is_ascii_graphic() || byte.is_ascii_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::mpegts::PACKET_LEN;

    /// Packets of a kind, with this byte wherever there is no header.
    fn stream(kind: PacketKind, count: usize, fill: u8) -> Vec<u8> {
        let mut packet = vec![fill; kind.packet_len()];
        packet[kind.sync_at()..][..4].copy_from_slice(&[SYNC_BYTE, 0x1f, 0xff, 0x10]);
        packet.repeat(count)
    }

    #[test]
    fn every_kind_is_told_whatever_is_in_the_payloads() {
        for kind in PacketKind::ALL {
            for fill in [0, b'A', SYNC_BYTE, 0xff] {
                for count in 1..40 {
                    let data = stream(kind, count, fill);
                    assert_eq!(PacketKind::detect(&data, true), Some(kind), "{count} packets of {fill}");
                    let found = PacketKind::detect(&data, false);
                    assert_eq!(found, (count >= LONG_RUN).then_some(kind), "{count} packets of {fill}");
                }
            }
        }
    }

    #[test]
    fn every_kind_is_told_behind_something_else() {
        for kind in PacketKind::ALL {
            for len in (1..3 * PACKET_LEN).chain([10_000]) {
                let data = [vec![b'x'; len], stream(kind, LONG_RUN, b'x')].concat();
                assert_eq!(PacketKind::detect(&data, true), Some(kind), "{kind:?} behind {len} bytes");
                let less = &data[..data.len() - kind.packet_len()];
                assert_eq!(PacketKind::detect(less, true), None, "{kind:?} behind {len} bytes");
            }
        }
    }

    #[test]
    fn letters_are_no_packets_though_all_of_them_were_sync_bytes() {
        for len in [188, 192, 204, 940, 960, 1020, 65_536] {
            assert_eq!(PacketKind::detect(&vec![SYNC_BYTE; len], true), None, "{len} letters");
            assert_eq!(PacketKind::detect(&b"GATTACA\n".repeat(len / 8), true), None, "{len} letters");
        }
    }

    #[test]
    fn the_last_packet_may_be_cut_if_there_are_enough_others() {
        for kind in PacketKind::ALL {
            let data = stream(kind, ENOUGH + 1, 0);
            // A single packet of another kind is one, whatever would have been behind it.
            let is_single = |len| PacketKind::ALL.into_iter().any(|kind| kind.packet_len() == len);
            for len in (1..data.len()).filter(|&len| !is_single(len)) {
                let is_told = len > ENOUGH * kind.packet_len() + kind.sync_at()
                    || len.is_multiple_of(kind.packet_len());
                assert_eq!(PacketKind::detect(&data[..len], true), is_told.then_some(kind), "{len} bytes");
            }
        }
    }
}
