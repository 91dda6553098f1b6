//! The transport packet and its header.

use std::fmt;
use std::ops::Range;

use super::PACKET_LEN;

/// A transport packet (§2.4.3.2), borrowed from the input.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TsPacket<'data> {
    bytes: &'data [u8; PACKET_LEN],
    offset: u64,
}

impl<'data> TsPacket<'data> {
    #[inline]
    pub(super) fn new(bytes: &'data [u8; PACKET_LEN], offset: u64) -> Self {
        Self { bytes, offset }
    }

    /// The 188 bytes of the packet.
    #[must_use]
    pub fn as_bytes(&self) -> &'data [u8; PACKET_LEN] {
        self.bytes
    }

    /// Where the packet lies, in bytes from the start of the input.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.offset..self.offset + PACKET_LEN as u64
    }

    /// `transport_error_indicator`: the packet is known to hold a wrong bit.
    #[must_use]
    pub fn transport_error(&self) -> bool {
        self.bytes[1] & 0x80 != 0
    }

    /// `payload_unit_start_indicator`: a PES packet or a section starts in this packet.
    #[must_use]
    pub fn payload_unit_start(&self) -> bool {
        self.bytes[1] & 0x40 != 0
    }

    /// `transport_priority`.
    #[must_use]
    pub fn transport_priority(&self) -> bool {
        self.bytes[1] & 0x20 != 0
    }

    /// `PID`: what the payload belongs to, 0 to 8191.
    #[must_use]
    #[inline]
    pub fn pid(&self) -> u16 {
        u16::from_be_bytes([self.bytes[1] & 0x1f, self.bytes[2]])
    }

    /// `transport_scrambling_control`, 0 to 3; 0 is not scrambled.
    #[must_use]
    pub fn scrambling_control(&self) -> u8 {
        self.bytes[3] >> 6
    }

    /// The high bit of `adaptation_field_control`: an adaptation field follows the header.
    #[must_use]
    pub fn has_adaptation_field(&self) -> bool {
        self.bytes[3] & 0x20 != 0
    }

    /// The low bit of `adaptation_field_control`: there is a payload.
    #[must_use]
    pub fn has_payload(&self) -> bool {
        self.bytes[3] & 0x10 != 0
    }

    /// `continuity_counter`, 0 to 15.
    #[must_use]
    pub fn continuity_counter(&self) -> u8 {
        self.bytes[3] & 0x0f
    }

    /// The adaptation field behind its length byte (§2.4.3.4); `None` if there is none, or if its length leads out of the
    /// packet.
    #[must_use]
    pub fn adaptation_field(&self) -> Option<&'data [u8]> {
        if !self.has_adaptation_field() {
            return None;
        }
        let len = usize::from(self.bytes[4]);
        self.bytes.get(5..5 + len)
    }

    /// The payload; `None` if there is none, or if the length of the adaptation field leads out of the packet.
    #[must_use]
    pub fn payload(&self) -> Option<&'data [u8]> {
        if !self.has_payload() {
            return None;
        }
        let start = if self.has_adaptation_field() { 5 + self.adaptation_field()?.len() } else { 4 };
        Some(&self.bytes[start..])
    }
}

impl fmt::Debug for TsPacket<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TsPacket")
            .field("range", &self.range())
            .field("pid", &format_args!("{:#06x}", self.pid()))
            .field("payload_unit_start", &self.payload_unit_start())
            .field("continuity_counter", &self.continuity_counter())
            .field("payload_len", &self.payload().map(<[u8]>::len))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(header: [u8; 5]) -> [u8; PACKET_LEN] {
        let mut bytes = [0xff; PACKET_LEN];
        bytes[..5].copy_from_slice(&header);
        bytes
    }

    #[test]
    fn header_fields() {
        let bytes = packet([0x47, 0b1011_1010, 0xbc, 0b1001_0111, 0]);
        let packet = TsPacket::new(&bytes, 376);
        assert!(packet.transport_error() && !packet.payload_unit_start() && packet.transport_priority());
        assert_eq!(packet.pid(), 0x1abc);
        assert_eq!(packet.scrambling_control(), 2);
        assert!(!packet.has_adaptation_field() && packet.has_payload());
        assert_eq!(packet.continuity_counter(), 7);
        assert_eq!(packet.payload(), Some(&bytes[4..]));
        assert_eq!(packet.range(), 376..564);
    }

    #[test]
    fn adaptation_fields_of_every_length() {
        for len in 0..=255 {
            let with_payload = packet([0x47, 0, 0, 0x30, len]);
            let packet_ = TsPacket::new(&with_payload, 0);
            let fits = len <= 183;
            assert_eq!(packet_.adaptation_field().map(<[u8]>::len), fits.then_some(usize::from(len)));
            assert_eq!(packet_.payload().map(<[u8]>::len), fits.then(|| 183 - usize::from(len)));

            let without = packet([0x47, 0, 0, 0x20, len]);
            assert_eq!(TsPacket::new(&without, 0).payload(), None);
        }
    }
}
