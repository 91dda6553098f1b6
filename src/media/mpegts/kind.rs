//! The layout of transport packets in an input.

/// Length of a transport packet in bytes (§2.4.3.2).
pub const PACKET_LEN: usize = 188;

/// The first byte of a transport packet (§2.4.3.3, `sync_byte`).
pub const SYNC_BYTE: u8 = 0x47;

/// The layout of the transport packets in an input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum PacketKind {
    /// 188 bytes: transport packets only (ISO/IEC 13818-1, §2.4.3.2).
    #[default]
    TransportPacket,
    /// 192 bytes: source packets of Blu-ray and AVCHD, `.m2ts`. Each is a `TP_extra_header` of 4 bytes and a transport
    /// packet.
    SourcePacket,
    /// 204 bytes: error-protected packets of digital television (ETSI EN 300 429 and EN 300 744). Each is a transport packet
    /// and 16 bytes of Reed-Solomon code.
    ProtectedPacket,
}

impl PacketKind {
    /// All kinds, the shortest packet first.
    pub const ALL: [Self; 3] = [Self::TransportPacket, Self::SourcePacket, Self::ProtectedPacket];

    /// Returns the length of a packet in bytes, including an extra header or parity: 188, 192 or 204.
    #[must_use]
    #[inline]
    pub const fn packet_len(self) -> usize {
        match self {
            Self::TransportPacket => PACKET_LEN,
            Self::SourcePacket => PACKET_LEN + EXTRA_HEADER_LEN,
            Self::ProtectedPacket => PACKET_LEN + PARITY_LEN,
        }
    }

    /// Returns the position of the sync byte in a packet.
    #[inline]
    pub(super) const fn sync_at(self) -> usize {
        match self {
            Self::SourcePacket => EXTRA_HEADER_LEN,
            Self::TransportPacket | Self::ProtectedPacket => 0,
        }
    }
}

/// Length of the `TP_extra_header` of a source packet.
pub(super) const EXTRA_HEADER_LEN: usize = 4;

/// Length of the parity of an error-protected packet.
pub(super) const PARITY_LEN: usize = 16;
