//! Detection of transport streams and their packet length.

use super::{PacketKind, Packets, TsPacket};
use crate::head::{Certainty, Head};
use crate::record::{Piece, Resync};

/// A run of sync bytes this long does not occur in text. (A sequence of bases can have a sync byte, `G`, in every fourth
/// position.)
const LONG_RUN: usize = 16;

/// Number of consecutive packets with plausible headers that identify a stream; also the minimum number of packets in a short
/// input whose last packet is truncated.
const ENOUGH: usize = 5;

/// Minimum number of packets in a short input that also has other bytes.
const FEW: usize = 2;

/// Number of packets above which they are better evidence of the format than the first byte of the input, which can have any
/// value in a source packet and in a packet without its start.
const CERTAIN: usize = 4;

/// Detects a transport stream and its packet kind.
pub(crate) fn detect(head: &Head<'_>) -> Option<(Certainty, Packets)> {
    let kind = PacketKind::detect(head.bytes, head.is_complete)?;
    let is_certain = head.bytes.len() > CERTAIN * kind.packet_len();
    let certainty = if is_certain { Certainty::SeveralRecords } else { Certainty::Pattern };
    Some((certainty, Packets::with_kind(kind)))
}

impl PacketKind {
    /// Detects the packet kind of an input that begins with `head`, or is equal to it if `complete`.
    pub(super) fn detect(head: &[u8], complete: bool) -> Option<Self> {
        Self::of_start(head, complete)
            .or_else(|| Self::of_most(head, complete))
            .or_else(|| Self::of_first_run(head))
    }

    /// Detects the packet kind of an input that begins with a packet.
    pub(super) fn of_start(head: &[u8], complete: bool) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| {
            let packets = head.len().div_ceil(kind.packet_len());
            let is_whole = head.len().is_multiple_of(kind.packet_len()) || packets > ENOUGH;
            let is_short = complete && is_whole && packets < LONG_RUN;
            let run = if is_short { packets } else { LONG_RUN };
            kind.are_packets(head, 0, run)
        })
    }

    /// Detects the packet kind that makes up more than half of a short input. Other bytes may lie before, between and after
    /// the packets.
    fn of_most(head: &[u8], complete: bool) -> Option<Self> {
        if !complete {
            return None;
        }
        let covered = |kind: Self| {
            let packets = Packets::with_kind(kind).pieces(head).filter_map(Piece::record);
            let mut packets = packets.filter(|packet| packet.is_plausible()).peekable();
            let first = usize::try_from(packets.peek()?.range().start).ok()?;
            let count = packets.count();
            let len = count * kind.packet_len();
            (count >= FEW && 2 * len > head.len() && kind.is_not_text(head, first, count))
                .then_some((len, kind))
        };
        let by_len = Self::ALL.into_iter().filter_map(covered);
        // If two kinds cover the same length, the one with shorter packets wins.
        by_len.rev().max_by_key(|(len, _)| *len).map(|(_, kind)| kind)
    }

    /// Detects the packet kind of the first long run. Packets of another kind inside the payloads begin later.
    fn of_first_run(head: &[u8]) -> Option<Self> {
        // Nearly every header of a long run has a byte that is not text.
        if head.iter().filter(|&&byte| !is_text(byte)).count() < ENOUGH / 2 {
            return None;
        }
        let runs = Self::ALL.into_iter().filter_map(|kind| Some((kind.find_run(head)?, kind)));
        runs.min_by_key(|(at, _)| *at).map(|(_, kind)| kind)
    }

    /// Finds the start of the first unambiguous run of packets: five with plausible headers, or 16.
    fn find_run(self, head: &[u8]) -> Option<usize> {
        let mut starts = self
            .two()
            .find_all(head, self.sync_at().min(head.len())..head.len())
            .map(|at| at - self.sync_at());
        starts.find(|&at| {
            let is_plausible = |packet: usize| {
                let packet = head.get(at + packet * self.packet_len()..);
                packet
                    .and_then(|bytes| TsPacket::new(self, bytes, 0))
                    .is_some_and(|packet| packet.is_plausible())
            };
            self.are_packets(head, at, ENOUGH) && (0..ENOUGH).all(is_plausible)
                || self.are_packets(head, at, LONG_RUN)
        })
    }

    /// Whether `count` packets, and not text, begin at `at`. Only the sync byte of the last one has to be in view.
    fn are_packets(self, head: &[u8], at: usize, count: usize) -> bool {
        let is_sync = |packet: usize| self.is_sync(head, at + packet * self.packet_len());
        count > 0 && (0..count).all(is_sync) && self.is_not_text(head, at, count)
    }

    /// Whether the bytes of `count` packets from `at` are not text: their headers are not text, or many bytes between them
    /// are not.
    fn is_not_text(self, head: &[u8], at: usize, count: usize) -> bool {
        let headers = (0..count).map(|packet| {
            head.get(at + packet * self.packet_len() + self.sync_at() + 1..).unwrap_or_default()
        });
        let are_letters = |header: &&[u8]| header.iter().take(3).all(|&byte| is_text(byte));
        if 2 * headers.filter(are_letters).count() < count {
            return true;
        }
        let run = head.get(at..).unwrap_or_default();
        let run = &run[..run.len().min(count * self.packet_len())];
        8 * run.iter().filter(|&&byte| !is_text(byte)).count() > run.len()
    }
}

impl TsPacket<'_> {
    /// Whether the header is plausible: `adaptation_field_control` is not reserved, and the adaptation field ends inside the
    /// packet.
    fn is_plausible(&self) -> bool {
        let is_complete = !self.has_adaptation_field() || self.adaptation_field().is_some();
        (self.has_payload() || self.has_adaptation_field()) && is_complete
    }
}

/// Whether a byte occurs in ASCII text.
fn is_text(byte: u8) -> bool {
    byte.is_ascii_graphic() || byte.is_ascii_whitespace()
}

impl Packets {
    /// Detects the packet kind of an input that begins with `head`, or is equal to it if `complete`; `None` if it is not a
    /// transport stream. 64 KiB are enough.
    ///
    /// The input is a transport stream if it begins with packets, if packets make up more than half of it, or if `head` has
    /// five packets in a row at any position. Text is not mistaken for packets, although many of its letters are sync bytes.
    ///
    /// ```
    /// use pagecut::media::mpegts::{PacketKind, Packets};
    ///
    /// let mut packet = [0xff; 192];
    /// packet[..8].copy_from_slice(&[0, 0, 0, 0, 0x47, 0x1f, 0xff, 0x10]);
    /// let packets = Packets::detect(&packet.repeat(3), true).unwrap();
    /// assert_eq!((packets.kind(), packets.packet_len()), (PacketKind::SourcePacket, 192));
    /// assert_eq!(Packets::detect(b"GATTACA", true), None);
    /// ```
    #[must_use]
    pub fn detect(head: &[u8], complete: bool) -> Option<Self> {
        PacketKind::detect(head, complete).map(Self::with_kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::mpegts::{PACKET_LEN, SYNC_BYTE};

    /// Builds packets of a kind, filled with a byte outside of the headers.
    fn stream(kind: PacketKind, count: usize, fill: u8) -> Vec<u8> {
        let mut packet = vec![fill; kind.packet_len()];
        packet[kind.sync_at()..][..4].copy_from_slice(&[SYNC_BYTE, 0x1f, 0xff, 0x10]);
        packet.repeat(count)
    }

    #[test]
    fn every_kind_is_detected_with_any_payload() {
        for kind in PacketKind::ALL {
            for fill in [0, b'A', SYNC_BYTE, 0xff] {
                for count in 1..40 {
                    let data = stream(kind, count, fill);
                    assert_eq!(PacketKind::detect(&data, true), Some(kind), "{count} packets of {fill}");
                    let found = PacketKind::detect(&data, false);
                    assert_eq!(found, (count >= ENOUGH).then_some(kind), "{count} packets of {fill}");
                }
            }
        }
    }

    #[test]
    fn every_kind_is_detected_after_other_bytes() {
        for kind in PacketKind::ALL {
            for len in (1..6 * PACKET_LEN).chain([10_000]) {
                for count in [FEW, ENOUGH - 1, ENOUGH, LONG_RUN] {
                    let data = [vec![b'x'; len], stream(kind, count, b'x')].concat();
                    let is_most = count * kind.packet_len() > len;
                    let expected = (count >= ENOUGH || is_most).then_some(kind);
                    let found = PacketKind::detect(&data, true);
                    assert_eq!(found, expected, "{count} of {kind:?} behind {len} bytes");
                    let found = PacketKind::detect(&data, false);
                    assert_eq!(found.is_some(), count >= ENOUGH, "{count} of {kind:?} behind {len} bytes");
                }
            }
        }
    }

    #[test]
    fn few_packets_are_detected_among_other_bytes() {
        for kind in PacketKind::ALL {
            for count in FEW..ENOUGH {
                let packets = stream(kind, count, 0);
                for len in 0..packets.len() - 1 {
                    let data = [&packets[..], &vec![0; len]].concat();
                    let is_found = PacketKind::detect(&data, true) == Some(kind);
                    assert!(is_found, "{count} of {kind:?} before {len} bytes");
                }
                let between = packets.chunks(kind.packet_len()).collect::<Vec<_>>().join(&b"stray"[..]);
                let data = [&between[..], &packets].concat();
                assert_eq!(PacketKind::detect(&data, true), Some(kind), "{count} apart, then {count}");
            }
        }
    }

    #[test]
    fn text_headers_need_binary_payloads() {
        for kind in PacketKind::ALL {
            let mut data = stream(kind, 200, 0xff);
            for packet in data.chunks_mut(kind.packet_len()) {
                packet[kind.sync_at()..][..5].copy_from_slice(b"GAA0W");
            }
            for count in [FEW, ENOUGH, LONG_RUN, 200] {
                let data = &data[..count * kind.packet_len()];
                assert_eq!(PacketKind::detect(data, true), Some(kind), "{count} packets");
            }
        }
    }

    #[test]
    fn text_of_sync_bytes_is_no_stream() {
        for len in [188, 192, 204, 940, 960, 1020, 65_536] {
            assert_eq!(PacketKind::detect(&vec![SYNC_BYTE; len], true), None, "{len} letters");
            assert_eq!(PacketKind::detect(&b"GATTACA\n".repeat(len / 8), true), None, "{len} letters");
        }
    }

    #[test]
    fn the_last_of_several_packets_may_be_truncated() {
        for kind in PacketKind::ALL {
            let data = stream(kind, ENOUGH + 1, 0);
            for len in FEW * kind.packet_len()..data.len() {
                assert_eq!(PacketKind::detect(&data[..len], true), Some(kind), "{len} bytes");
            }
        }
    }
}
