//! The transport packet and its header.

use std::fmt;
use std::ops::Range;

use super::kind::{EXTRA_HEADER_LEN, PARITY_LEN};
use super::pid::NULL_PID;
use super::{AdaptationField, PACKET_LEN, PacketKind, SYNC_BYTE};

/// A transport packet (§2.4.3.2), borrowed from the input, with its extra header or parity.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TsPacket<'data> {
    bytes: &'data [u8; PACKET_LEN],
    /// The `TP_extra_header` of a source packet or the parity of a protected one; the length distinguishes them.
    extra: &'data [u8],
    offset: u64,
}

impl<'data> TsPacket<'data> {
    /// Reads the packet at the start of `data`, which lies `offset` bytes after the start of the input; `None` if `data` is
    /// shorter.
    #[inline]
    pub(super) fn new(kind: PacketKind, data: &'data [u8], offset: u64) -> Option<Self> {
        let (bytes, extra) = match kind {
            PacketKind::TransportPacket => (data.first_chunk()?, &[][..]),
            PacketKind::SourcePacket => {
                let (extra, data) = data.split_first_chunk::<EXTRA_HEADER_LEN>()?;
                (data.first_chunk()?, &extra[..])
            }
            PacketKind::ProtectedPacket => {
                let (bytes, data) = data.split_first_chunk()?;
                (bytes, &data.first_chunk::<PARITY_LEN>()?[..])
            }
        };
        Some(Self { bytes, extra, offset })
    }

    /// Reads the packet of these bytes.
    ///
    /// # Panics
    ///
    /// If `bytes` is shorter than a packet.
    #[inline(always)]
    pub(super) fn whole(kind: PacketKind, bytes: &'data [u8], offset: u64) -> Self {
        let Some(packet) = Self::new(kind, bytes, offset) else {
            panic!("{} bytes are no transport packet", bytes.len())
        };
        packet
    }

    /// Whether `data` begins with a packet, with its sync byte and that of the next packet in place. One length check covers
    /// all accesses.
    #[inline(always)]
    pub(super) fn is_confirmed(kind: PacketKind, data: &[u8]) -> bool {
        match kind {
            PacketKind::TransportPacket => {
                matches!(data.first_chunk::<{ PACKET_LEN + 1 }>(), Some([SYNC_BYTE, .., SYNC_BYTE]))
            }
            PacketKind::SourcePacket => {
                const LEN: usize = EXTRA_HEADER_LEN + PACKET_LEN + EXTRA_HEADER_LEN + 1;
                matches!(data.first_chunk::<LEN>(), Some([_, _, _, _, SYNC_BYTE, .., SYNC_BYTE]))
            }
            PacketKind::ProtectedPacket => {
                const LEN: usize = PACKET_LEN + PARITY_LEN + 1;
                matches!(data.first_chunk::<LEN>(), Some([SYNC_BYTE, .., SYNC_BYTE]))
            }
        }
    }

    /// Returns the 188 bytes of the transport packet.
    #[must_use]
    #[inline]
    pub fn as_bytes(&self) -> &'data [u8; PACKET_LEN] {
        self.bytes
    }

    /// Returns the byte range of the packet in the input, including its extra header or parity.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.offset..self.offset + (PACKET_LEN + self.extra.len()) as u64
    }

    /// `arrival_time_stamp` of a source packet: its arrival time on a 27 MHz clock, 30 bits. `None` for other packet kinds.
    #[must_use]
    pub fn arrival_time_stamp(&self) -> Option<u32> {
        Some(self.extra_header()? & 0x3fff_ffff)
    }

    /// `copy_permission_indicator` of a source packet, 0 to 3. `None` for other packet kinds.
    #[must_use]
    pub fn copy_permission(&self) -> Option<u8> {
        Some((self.extra_header()? >> 30) as u8)
    }

    fn extra_header(&self) -> Option<u32> {
        self.extra.try_into().ok().map(u32::from_be_bytes)
    }

    /// The Reed-Solomon code after a protected packet. `None` for other packet kinds. It is not used for correction, because
    /// receivers that keep these bytes often overwrite them.
    #[must_use]
    pub fn parity(&self) -> Option<&'data [u8; PARITY_LEN]> {
        self.extra.try_into().ok()
    }

    /// `transport_error_indicator`: the packet has an uncorrectable bit error.
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

    /// `PID`, 0 to 8191, identifies the contents of the payload.
    #[must_use]
    #[inline]
    pub fn pid(&self) -> u16 {
        u16::from_be_bytes([self.bytes[1] & 0x1f, self.bytes[2]])
    }

    /// Whether it is a null packet (PID 8191), which only fills the stream.
    #[must_use]
    #[inline]
    pub fn is_null(&self) -> bool {
        self.pid() == NULL_PID
    }

    /// `transport_scrambling_control`, 0 to 3; 0 means not scrambled.
    #[must_use]
    pub fn scrambling_control(&self) -> u8 {
        self.bytes[3] >> 6
    }

    /// The high bit of `adaptation_field_control`: an adaptation field follows the header.
    #[must_use]
    pub fn has_adaptation_field(&self) -> bool {
        self.bytes[3] & 0x20 != 0
    }

    /// The low bit of `adaptation_field_control`: the packet has a payload.
    #[must_use]
    pub fn has_payload(&self) -> bool {
        self.bytes[3] & 0x10 != 0
    }

    /// `continuity_counter`, 0 to 15.
    #[must_use]
    pub fn continuity_counter(&self) -> u8 {
        self.bytes[3] & 0x0f
    }

    /// Returns the adaptation field (§2.4.3.4); `None` if it is absent or longer than the packet.
    #[must_use]
    #[inline]
    pub fn adaptation_field(&self) -> Option<AdaptationField<'data>> {
        if !self.has_adaptation_field() {
            return None;
        }
        let len = usize::from(self.bytes[4]);
        self.bytes.get(5..5 + len).map(AdaptationField::new)
    }

    /// Returns `adaptation_field_length` if it exceeds the packet. (A length of 183 before a payload leaves no payload byte
    /// and violates §2.4.3.5, but some programs write it.)
    #[inline]
    pub(super) fn too_long_adaptation_field(&self) -> Option<u8> {
        let len = self.bytes[4];
        (self.has_adaptation_field() && usize::from(len) > PACKET_LEN - 5).then_some(len)
    }

    /// Returns the payload; `None` if there is none, or if the adaptation field is longer than the packet.
    #[must_use]
    #[inline]
    pub fn payload(&self) -> Option<&'data [u8]> {
        if !self.has_payload() {
            return None;
        }
        let start = if self.has_adaptation_field() { 5 + usize::from(self.bytes[4]) } else { 4 };
        self.bytes.get(start..)
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

    fn view(bytes: &[u8]) -> TsPacket<'_> {
        TsPacket::new(PacketKind::TransportPacket, bytes, 376).unwrap()
    }

    #[test]
    fn header_fields() {
        let bytes = packet([0x47, 0b1011_1010, 0xbc, 0b1001_0111, 0]);
        let packet = view(&bytes);
        assert!(packet.transport_error() && !packet.payload_unit_start() && packet.transport_priority());
        assert_eq!((packet.pid(), packet.is_null()), (0x1abc, false));
        assert_eq!(packet.scrambling_control(), 2);
        assert!(!packet.has_adaptation_field() && packet.has_payload());
        assert_eq!(packet.continuity_counter(), 7);
        assert_eq!(packet.payload(), Some(&bytes[4..]));
        assert_eq!(packet.range(), 376..564);
        assert_eq!(
            (packet.arrival_time_stamp(), packet.copy_permission(), packet.parity()),
            (None, None, None)
        );
    }

    #[test]
    fn an_adaptation_field_ends_in_its_packet() {
        for control in [0x20, 0x30] {
            for len in 0..=255 {
                let bytes = packet([0x47, 0, 1, control, len]);
                let expected = (len > 183).then_some(len);
                assert_eq!(view(&bytes).too_long_adaptation_field(), expected, "{control:#x}, {len}");
            }
        }
        assert_eq!(view(&packet([0x47, 0, 1, 0x10, 255])).too_long_adaptation_field(), None);
    }

    #[test]
    fn adaptation_fields_of_every_length() {
        for len in 0..=255 {
            let with_payload = packet([0x47, 0, 0, 0x30, len]);
            let fits = len <= 183;
            let field = view(&with_payload).adaptation_field();
            assert_eq!(field.map(|field| field.as_bytes().len()), fits.then_some(usize::from(len)));
            let payload = view(&with_payload).payload();
            assert_eq!(payload.map(<[u8]>::len), fits.then(|| 183 - usize::from(len)));

            let without = packet([0x47, 0, 0, 0x20, len]);
            assert_eq!(view(&without).payload(), None);
        }
    }

    #[test]
    fn extra_header_and_parity() {
        let bytes = packet([0x47, 0, 1, 0x10, 0]);
        let source = [&[0x81, 2, 3, 4], &bytes[..], &[0; 7]].concat();
        let packet = TsPacket::new(PacketKind::SourcePacket, &source, 192).unwrap();
        assert_eq!((packet.as_bytes(), packet.range()), (&bytes, 192..384));
        assert_eq!((packet.arrival_time_stamp(), packet.copy_permission()), (Some(0x0102_0304), Some(2)));
        assert_eq!(packet.parity(), None);

        let protected = [&bytes[..], &[9; 16]].concat();
        let packet = TsPacket::new(PacketKind::ProtectedPacket, &protected, 0).unwrap();
        assert_eq!((packet.as_bytes(), packet.range(), packet.parity()), (&bytes, 0..204, Some(&[9; 16])));
        assert_eq!((packet.arrival_time_stamp(), packet.copy_permission()), (None, None));

        for kind in PacketKind::ALL {
            for len in 0..210 {
                let is_there = TsPacket::new(kind, &vec![0x47; len], 0).is_some();
                assert_eq!(is_there, len >= kind.packet_len(), "{len} bytes of {kind:?}");
            }
        }
    }

    #[test]
    fn two_sync_bytes_in_view_confirm_a_packet() {
        for kind in PacketKind::ALL {
            let (first, next) = (kind.sync_at(), kind.packet_len() + kind.sync_at());
            for len in 0..=next + 3 {
                for wrong in [None, Some(first), Some(next), Some(next - 1), Some(next + 1)] {
                    let mut data = vec![SYNC_BYTE; len];
                    if let Some(byte) = wrong.and_then(|at| data.get_mut(at)) {
                        *byte = 0;
                    }
                    let expected = data.get(first) == Some(&SYNC_BYTE) && data.get(next) == Some(&SYNC_BYTE);
                    let is_confirmed = TsPacket::is_confirmed(kind, &data);
                    assert_eq!(is_confirmed, expected, "{len} bytes of {kind:?}, wrong at {wrong:?}");
                }
            }
        }
    }
}
