//! Where packets begin.

use std::ops::Range;

use super::{PACKET_LEN, SYNC_BYTE, TsPacket};
use crate::record::Search;
use crate::scan::BytePair;

/// Two sync bytes in a row.
const TWO: BytePair = BytePair { first: SYNC_BYTE, second: SYNC_BYTE, distance: PACKET_LEN };

/// How many sync bytes in a row are lock.
const RUN: usize = 5;

/// Whether a sync byte stands at `at`.
#[inline]
pub(super) fn is_sync(data: &[u8], at: usize) -> bool {
    data.get(at) == Some(&SYNC_BYTE)
}

/// How many sync bytes stand in a row from `at`, up to `most`.
fn run(data: &[u8], at: usize, most: usize) -> usize {
    (0..most).take_while(|packet| is_sync(data, at + packet * PACKET_LEN)).count()
}

/// Whether there is lock at `at`: five sync bytes in a row, or as many as there are up to the end of the input.
fn is_lock(data: &[u8], at: usize, complete: bool) -> bool {
    let run = run(data, at, RUN);
    run == RUN || (complete && run > 0 && at + run * PACKET_LEN == data.len())
}

/// The first lock from `from` on.
pub(super) fn find_lock(data: &[u8], from: usize, complete: bool) -> Option<usize> {
    let rest = data.get(from..)?;
    memchr::memchr_iter(SYNC_BYTE, rest).map(|at| from + at).find(|&at| is_lock(data, at, complete))
}

/// So many sync bytes in a row stand in no text: of the letters of a sequence, every fourth is a sync byte.
const LONG_RUN: usize = 16;

/// Whether so many sync bytes stand in a row somewhere that it is a stream that begins with something else.
pub(super) fn has_long_run(data: &[u8]) -> bool {
    TWO.find_all(data, 0..data.len()).any(|at| run(data, at, LONG_RUN) == LONG_RUN)
}

/// Whether a short input is nothing but packets, the last of which may be cut if there are enough others.
pub(super) fn begins_with_packets(data: &[u8], complete: bool) -> bool {
    let packets = data.len().div_ceil(PACKET_LEN);
    let whole = data.len().is_multiple_of(PACKET_LEN) || packets > RUN;
    complete && packets > 0 && whole && run(data, 0, packets) == packets
}

/// Whether the packet at a lock has the PID of another one in the run that is the lock; of the last one, only the sync byte
/// is sure to be in view.
pub(super) fn pid_comes_again(data: &[u8], lock: usize) -> bool {
    let pid = |packet: usize| {
        let packet = data.get(lock + packet * PACKET_LEN..)?.first_chunk()?;
        Some(TsPacket::new(packet, 0).pid())
    };
    (1..RUN - 1).any(|packet| pid(packet).is_some_and(|other| Some(other) == pid(0)))
}

/// How many bytes before a cut its window has.
pub(super) const WINDOW: usize = RUN * PACKET_LEN;

/// The first cut in `range` (see the module's page for what makes it one).
pub(super) fn search_cut(data: &[u8], range: Range<usize>) -> Search {
    let windows = range.start.saturating_sub(WINDOW)..range.end.saturating_sub(WINDOW);
    for at in memchr::memchr_iter(SYNC_BYTE, data.get(windows.clone()).unwrap_or_default()) {
        let start = windows.start + at;
        // The sync bytes of the window, of the packet at the cut, and of four more.
        if start + (2 * RUN - 1) * PACKET_LEN >= data.len() {
            return Search::Unknown;
        }
        let cut = start + WINDOW;
        if run(data, start, 2 * RUN) == 2 * RUN && !has_other_phase(data, start, cut) {
            return Search::Cut(cut);
        }
    }
    Search::NoCut
}

/// Whether three sync bytes in a row begin in `start..end` on another phase than that of `start`.
fn has_other_phase(data: &[u8], start: usize, end: usize) -> bool {
    TWO.find_all(data, start..end).any(|at| !(at - start).is_multiple_of(PACKET_LEN) && run(data, at, 3) == 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::mpegts::Packets;
    use crate::record::Cuts;

    fn find_cut(data: &[u8], from: usize) -> Option<usize> {
        Packets.find_cut(data, from)
    }

    /// Packets whose payload is `fill`.
    fn packets(count: usize, fill: u8) -> Vec<u8> {
        let mut packet = [fill; PACKET_LEN];
        packet[0] = SYNC_BYTE;
        packet.repeat(count)
    }

    #[test]
    fn lock_needs_five_in_a_row_or_the_end_of_the_input() {
        let data = packets(5, 0);
        assert_eq!(find_lock(&data, 0, false), Some(0));
        assert_eq!(find_lock(&data, 1, false), None);
        assert_eq!(find_lock(&data, 1, true), Some(PACKET_LEN));
        assert_eq!(find_lock(&data[..4 * PACKET_LEN + 1], 0, false), Some(0));
        assert_eq!(find_lock(&data[..4 * PACKET_LEN], 0, false), None);
        assert_eq!(find_lock(&data[..4 * PACKET_LEN - 1], 0, true), None);
        assert_eq!(find_lock(&data, data.len() + 1, true), None);
    }

    #[test]
    fn a_cut_needs_its_surroundings() {
        let data = packets(12, 0);
        for from in 0..data.len() {
            let expected = [5, 6, 7].map(|packet| packet * PACKET_LEN).into_iter().find(|&cut| cut >= from);
            assert_eq!(find_cut(&data, from), expected, "from {from}");
        }
    }

    #[test]
    fn three_sync_bytes_in_a_row_on_another_phase_are_a_doubt_wherever_in_the_window_they_begin() {
        let cut = 10 * PACKET_LEN;
        for first in 0..20 * PACKET_LEN {
            if first % PACKET_LEN == 0 {
                continue;
            }
            for count in [2, 3] {
                let mut data = packets(24, 0);
                for packet in 0..count {
                    data[first + packet * PACKET_LEN] = SYNC_BYTE;
                }
                let in_window = (cut - RUN * PACKET_LEN..cut).contains(&first);
                let expected = if count == 3 && in_window { None } else { Some(cut) };
                assert_eq!(find_cut(&data, cut).filter(|&at| at == cut), expected, "{count} from {first}");
            }
        }
    }

    #[test]
    fn a_pid_that_comes_again_is_one_of_the_next_three_packets() {
        for again in 1..8 {
            let mut data = packets(8, 0);
            for (number, packet) in (1..).zip(data.chunks_mut(PACKET_LEN)) {
                packet[2] = number;
            }
            data[again * PACKET_LEN + 2] = 1;
            assert_eq!(pid_comes_again(&data, 0), again <= 3, "in packet {again}");
        }
    }

    #[test]
    fn no_cut_where_the_phase_is_in_doubt() {
        assert_eq!(find_cut(&packets(100, SYNC_BYTE), 0), None);
    }
}
