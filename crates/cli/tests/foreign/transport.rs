//! Builder of transport streams.

use std::collections::HashMap;

use tempfile::TempDir;

use crate::write;

/// A transport stream, packet by packet.
#[derive(Default)]
pub(crate) struct Stream {
    pub(crate) bytes: Vec<u8>,
    counters: HashMap<u16, u8>,
}

impl Stream {
    /// Starts a stream with the program association table of program 1, its program map in PID 0x100 with these descriptors,
    /// and streams with these types and descriptors from PID 0x101.
    pub(crate) fn of_program(descriptors: &[u8], streams: &[(u8, &[u8])]) -> Self {
        let mut stream = Self::default();
        stream.table(0, 0, 1, &[0, 1, 0xe1, 0]);
        let mut map = vec![0xe1, 1, 0xf0, u8::try_from(descriptors.len()).unwrap()];
        map.extend(descriptors);
        for (pid, &(stream_type, descriptors)) in (1_u8..).zip(streams) {
            map.extend([stream_type, 0xe1, pid, 0xf0, u8::try_from(descriptors.len()).unwrap()]);
            map.extend(descriptors);
        }
        stream.table(0x100, 2, 1, &map);
        stream
    }

    /// Adds a section with a long header in one packet.
    pub(crate) fn table(&mut self, pid: u16, table_id: u8, extension: u16, body: &[u8]) {
        let [high, low] = u16::try_from(body.len() + 9).unwrap().to_be_bytes();
        let mut section = vec![table_id, 0xb0 | high, low];
        section.extend(extension.to_be_bytes());
        section.extend([0xc1, 0, 0]);
        section.extend(body);
        section.extend(crc(&section).to_be_bytes());
        let mut payload = [&[0][..], &section].concat();
        payload.resize(184, 0xff);
        self.packet(pid, true, &payload);
    }

    /// Adds a PES packet.
    pub(crate) fn pes(&mut self, pid: u16, stream_id: u8, pts: u64, payload: &[u8]) {
        let byte = |bits: u64| u8::try_from(bits & 0xff).unwrap();
        let [high, low] = u16::try_from(payload.len() + 8).unwrap().to_be_bytes();
        let mut packet = vec![0, 0, 1, stream_id, high, low, 0x84, 0x80, 5];
        packet.extend([
            0x21 | byte(pts >> 29 & 0x0e),
            byte(pts >> 22),
            1 | byte(pts >> 14),
            byte(pts >> 7),
            1 | byte(pts << 1),
        ]);
        packet.extend(payload);
        for (number, bytes) in packet.chunks(184).enumerate() {
            self.packet(pid, number == 0, bytes);
        }
    }

    /// Adds a packet with a payload of at most 184 bytes.
    pub(crate) fn packet(&mut self, pid: u16, is_start: bool, payload: &[u8]) {
        let counter = self.counters.entry(pid).or_insert(0);
        let [high, low] = pid.to_be_bytes();
        let stuffing = 184 - payload.len();
        let control = if stuffing > 0 { 0x30 } else { 0x10 };
        self.bytes.extend([0x47, high | u8::from(is_start) << 6, low, control | *counter]);
        *counter = (*counter + 1) % 16;
        // The adaptation field: its length, flags, stuffing bytes.
        match stuffing {
            0 => {}
            1 => self.bytes.push(0),
            _ => {
                self.bytes.extend([u8::try_from(stuffing - 1).unwrap(), 0]);
                self.bytes.extend(std::iter::repeat_n(0xff, stuffing - 2));
            }
        }
        self.bytes.extend(payload);
    }

    /// Writes the stream into a folder of its own, and returns the folder and the path.
    pub(crate) fn save(&self) -> (TempDir, String) {
        write("stream.ts", &self.bytes)
    }
}

/// Computes the CRC of a section (ISO/IEC 13818-1, annex A).
pub(crate) fn crc(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte) << 24, |crc, _| {
            if crc & 0x8000_0000 == 0 { crc << 1 } else { crc << 1 ^ 0x04c1_1db7 }
        })
    })
}
