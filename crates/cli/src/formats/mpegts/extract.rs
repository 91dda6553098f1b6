//! Writes elementary streams.

use pagecut::Result;
use pagecut::media::mpegts::Packets;

use crate::extract::Place;
use crate::media::unsupported;
use crate::report;

/// Writes the payload of the PES packets of a PID. Continues after damage.
pub(super) fn elementary_stream(data: &[u8], packets: Packets, pid: u16, place: &Place<'_>) -> Result<bool> {
    let mut pes_packets = packets.pes_packets(data).for_pids([pid]).peekable();
    if pes_packets.peek().is_none() {
        return Err(unsupported(format!("there are no PES packets of PID 0x{pid:04x}")));
    }
    let mut sink = place.open(data)?;
    let mut all_good = true;
    for packet in pes_packets {
        match packet {
            Ok(packet) => {
                packet.pieces().try_for_each(|piece| sink.write(piece))?;
                if packet.is_damaged() {
                    let offset = packet.range().start;
                    report::error(
                        place.name,
                        &format!("bytes are missing in the PES packet that begins at byte {offset}"),
                    );
                    all_good = false;
                }
            }
            Err(error) => {
                report::error(place.name, &error);
                all_good = false;
            }
        }
    }
    sink.finish().map(|()| all_good)
}
