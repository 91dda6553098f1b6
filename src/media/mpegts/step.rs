//! The step from packet to packet.

use super::{PACKET_LEN, PacketKind, TsPacket};
use crate::error::ErrorKind;
use crate::record::{Fault, Part, Step, Stop};
use crate::scan::prefetch;

/// Prefetch distance in bytes. The next header is at least three cache lines away and, every 21 packets, on another page,
/// where the hardware prefetcher has to learn the stride again.
const AHEAD: usize = 24 * PACKET_LEN;

#[cfg(test)]
thread_local! {
    /// Number of packets stepped over by this thread.
    pub(super) static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Reads the packet at a position.
#[inline(always)]
pub(super) fn step(kind: PacketKind, part: &Part<'_>, position: usize) -> Result<Step<()>, Stop> {
    let bytes = part.view();
    if !bytes.get(position..).is_some_and(|rest| TsPacket::is_confirmed(kind, rest)) {
        unconfirmed(kind, bytes, part.is_complete(), position)?;
    }
    #[cfg(test)]
    STEPS.with(|steps| steps.set(steps.get() + 1));
    prefetch(bytes, position + kind.packet_len() + AHEAD);
    Ok(Step::Record { layout: (), len: kind.packet_len(), blank: 0, lines: 0 })
}

/// Decides whether an unconfirmed packet is one: the last packet of the input, or one before a gap.
#[cold]
#[inline(never)]
fn unconfirmed(kind: PacketKind, bytes: &[u8], complete: bool, position: usize) -> Result<(), Stop> {
    let end = position + kind.packet_len();
    if complete && end == bytes.len() && kind.is_sync(bytes, position) {
        return Ok(());
    }
    let lock = kind.find_lock(bytes, position + 1, complete);
    if lock.is_none() && !complete {
        return Err(Stop::needs_more("where synchronisation is lost"));
    }
    let sync_lost = || Err(Fault::new(ErrorKind::SyncLost, position).into());
    if !kind.is_sync(bytes, position) {
        return sync_lost();
    }
    if end > bytes.len() {
        return Err(Stop::needs_more("in a transport packet"));
    }
    let inside = lock.filter(|&lock| lock < end);
    if inside.is_some_and(|lock| kind.pid_repeats(bytes, lock)) { sync_lost() } else { Ok(()) }
}
