//! An independent reader of PES packets in a few lines.

/// A PES packet: PID, offset of its first transport packet, times, payload.
pub(crate) type NaivePes = (u16, u64, Option<u64>, Option<u64>, Vec<u8>);

/// Returns the PES packets of an undamaged stream in the order of their starts.
pub(crate) fn pes_packets(data: &[u8], packet_len: usize, sync_at: usize) -> Vec<NaivePes> {
    let mut units: Vec<(u16, u64, Vec<u8>)> = Vec::new();
    for (number, packet) in data.chunks_exact(packet_len).enumerate() {
        let packet = &packet[sync_at..sync_at + 188];
        assert_eq!(packet[0], 0x47);
        let pid = u16::from(packet[1] & 31) * 256 + u16::from(packet[2]);
        let payload = match packet[3] & 0x30 {
            0x10 => &packet[4..],
            0x30 => &packet[5 + packet[4] as usize..],
            _ => continue,
        };
        if pid == 0x1fff {
            continue;
        }
        if packet[1] & 0x40 != 0 {
            units.push((pid, (number * packet_len) as u64, payload.to_vec()));
        } else {
            units.iter_mut().rev().find(|unit| unit.0 == pid).unwrap().2.extend(payload);
        }
    }
    units.retain(|unit| unit.2.starts_with(&[0, 0, 1]));
    let time = |bytes: &[u8]| {
        let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
        u64::from_str_radix(&[&bits[4..7], &bits[8..23], &bits[24..39]].concat(), 2).unwrap()
    };
    let read = |(pid, pos, bytes): (u16, u64, Vec<u8>)| {
        let pts = (bytes[7] & 0x80 != 0).then(|| time(&bytes[9..14]));
        let dts = if bytes[7] & 0xc0 == 0xc0 { Some(time(&bytes[14..19])) } else { pts };
        let end = match usize::from(bytes[4]) << 8 | usize::from(bytes[5]) {
            0 => bytes.len(),
            len => 6 + len,
        };
        (pid, pos, pts, dts, bytes[9 + usize::from(bytes[8])..end].to_vec())
    };
    units.into_iter().map(read).collect()
}
