//! The locations of a stream's headers.

use super::rates::PacketTimes;

/// The locations of a stream's headers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Headers<'a> {
    /// The decoder data in the container: a decoder configuration record, a `DecoderSpecificInfo`, a `CodecPrivate`.
    pub(crate) configuration: &'a [u8],
    /// The first packet, or the first bytes of the stream.
    pub(crate) packet: &'a [u8],
    /// The packet has start codes, not lengths, before its NAL units, as in MPEG-TS.
    pub(crate) is_byte_stream: bool,
    /// Decode and presentation times of the first packets.
    pub(crate) times: &'a PacketTimes,
}
