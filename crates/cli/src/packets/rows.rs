//! The rows of the packets of a container.

use pagecut::Result;
use pagecut::media::mpegts::PacketKind;
use pagecut::media::{Container, ContainerKind, Packet, Packets, Times, Track};

use super::row::{Field, Row};
use crate::media::frames::{self, Storage};
use crate::streams::{Kind, Selection};

/// The requested packets and values.
pub(super) struct Wanted<'a> {
    pub(super) fields: &'a [Field],
    /// Whether the payloads are read.
    pub(super) hashes: bool,
    pub(super) raw_times: bool,
    pub(super) selection: Option<Selection>,
}

impl Wanted<'_> {
    /// Returns for each stream, by its kind, whether it is requested.
    fn streams(&self, kinds: &[Kind]) -> Vec<bool> {
        self.selection.map_or_else(|| vec![true; kinds.len()], |selection| selection.among(kinds))
    }
}

/// Length of the parity of a packet of 204 bytes. ffprobe treats it as a prefix, so its offsets are lower by this number.
const EARLY: u64 = 16;

/// The rows of the requested packets, in the order of ffprobe.
pub(super) struct Rows<'a, 'data> {
    of: &'a Wanted<'a>,
    packets: Packets<'data>,
    /// The number of bytes to subtract from the offsets.
    early: u64,
    /// The kinds of the known tracks, and whether each is requested.
    kinds: Vec<Kind>,
    wanted: Vec<bool>,
}

impl<'a, 'data> Rows<'a, 'data> {
    pub(super) fn new(container: &Container<'data>, of: &'a Wanted<'a>) -> Self {
        let times = if of.raw_times { Times::Media } else { Times::Presentation };
        let is_protected = |packets: PacketKind| packets == PacketKind::ProtectedPacket;
        let is_early =
            matches!(container.kind(), ContainerKind::MpegTs(packets) if is_protected(packets.kind()));
        let early = if is_early { EARLY } else { 0 };
        let packets = container.packets_with(times);
        Self { of, packets, early, kinds: Vec::new(), wanted: Vec::new() }
    }

    /// Returns whether the packets of a track are requested. The kind of a track can change with a later packet.
    fn has(&mut self, track: usize) -> bool {
        let tracks = self.packets.tracks();
        let is_known = self.kinds.len() == tracks.len()
            && self.kinds.get(track) == tracks.get(track).map(|track| track.kind).as_ref();
        if !is_known {
            self.kinds = tracks.iter().map(|track| track.kind).collect();
            self.wanted = self.of.streams(&self.kinds);
        }
        self.wanted.get(track).is_some_and(|&wanted| wanted)
    }

    fn row(&self, packet: &Packet<'_>) -> Result<Row> {
        let (size, crc32) = measure(packet, self.of.hashes)?;
        let Track { kind, .. } = self.packets.tracks()[packet.track];
        Ok(Row {
            kind,
            stream: packet.track,
            time_base: packet.time_base,
            pts: packet.pts,
            dts: packet.dts,
            duration: packet.duration,
            size,
            pos: packet.offset.map(|offset| offset.saturating_sub(self.early)),
            data_pos: self.of.fields.contains(&Field::DataPos).then(|| packet.data_offset()).flatten(),
            is_key: packet.is_key,
            is_discarded: packet.is_discarded,
            crc32,
        })
    }
}

impl Iterator for Rows<'_, '_> {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Result<Row>> {
        loop {
            match self.packets.next()? {
                Ok(packet) if self.has(packet.track) => return Some(self.row(&packet)),
                Ok(_) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// Returns the length of the decompressed data of a packet, and its CRC-32 if that is requested.
fn measure(packet: &Packet<'_>, with_crc32: bool) -> Result<(u64, Option<u32>)> {
    let mut hasher = crc32fast::Hasher::new();
    let storage = Storage::of(packet.encoding);
    if storage.is_plain() {
        if with_crc32 {
            packet.slices().for_each(|slice| hasher.update(slice));
        }
        return Ok((packet.len(), with_crc32.then(|| hasher.finalize())));
    }
    let mut size = 0;
    let offset = packet.data_offset().unwrap_or_default();
    frames::read(&packet.to_contiguous()?, offset, storage, &mut |piece| {
        size += piece.len() as u64;
        if with_crc32 {
            hasher.update(piece);
        }
        Ok(())
    })?;
    Ok((size, with_crc32.then(|| hasher.finalize())))
}
