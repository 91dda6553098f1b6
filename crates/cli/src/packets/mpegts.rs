//! PES packets of MPEG transport streams.

use pagecut::Result;
use pagecut::media::mpegts::{
    ListedStream, PacketKind, Packets, PesPacket, PesPackets, Programs, StreamType,
};

use super::clock::Clocks;
use super::row::{Field, Row};
use super::{Wanted, crc32};
use crate::streams::Kind;
use crate::time_base::TimeBase;

/// Where ffprobe believes a packet of 204 bytes to begin: before its 188 bytes, as if those after them were there.
const EARLY: u64 = 16;

/// The PES packets of a stream, each when it is complete, which is the order of ffprobe. They go on after damage. Those without a payload
/// are left out.
pub(crate) fn packets<'a>(
    format: Packets,
    data: &'a [u8],
    of: &'a Wanted<'a>,
) -> impl Iterator<Item = Result<Row>> + 'a {
    let early = if format.kind() == PacketKind::ProtectedPacket { EARLY } else { 0 };
    let mut pes_packets = format.pes_packets(data).with_programs();
    let mut choice = Choice { of, kinds: Vec::new(), wanted: Vec::new() };
    let mut clocks = Clocks::default();
    std::iter::from_fn(move || next(&mut pes_packets, &mut choice, &mut clocks, early))
}

/// The next packet that is wanted.
fn next(
    pes_packets: &mut PesPackets<'_>,
    choice: &mut Choice<'_>,
    clocks: &mut Clocks,
    early: u64,
) -> Option<Result<Row>> {
    loop {
        let packet = match pes_packets.next()? {
            Ok(packet) if packet.is_empty() => continue,
            Ok(packet) => packet,
            Err(error) => return Some(Err(error)),
        };
        let Some((programs, stream)) = place(pes_packets, &packet) else { continue };
        // The clock of each stream goes on, whichever are wanted.
        let mut time = |time: Option<u64>| time.map(|time| clocks.time(programs, stream, time));
        let (dts, pts) = (time(packet.dts()), time(packet.pts()));
        if choice.has(programs, stream) {
            let of = choice.of;
            return Some(Ok(Row {
                kind: Kind::of_listed(&programs.streams()[stream]),
                stream,
                time_base: TimeBase::per_second(90_000),
                pts,
                dts,
                duration: None,
                size: packet.len(),
                pos: Some(packet.range().start.saturating_sub(early)),
                data_pos: of.fields.contains(&Field::DataPos).then(|| packet.payload_offset()).flatten(),
                is_key: packet.random_access() || is_data(&programs.streams()[stream]),
                is_discarded: false,
                crc32: of.hashes.then(|| crc32(packet.pieces())),
            }));
        }
    }
}

/// Whether a stream is known to carry data, each packet of which stands for itself.
fn is_data(stream: &ListedStream) -> bool {
    let is_private = stream.stream_type() == Some(StreamType(0x06));
    Kind::of_listed(stream) == Kind::Data && (stream.coding().is_some() || is_private)
}

/// The programs, and the place of the stream of a packet among their streams.
fn place<'list>(
    pes_packets: &'list PesPackets<'_>,
    packet: &PesPacket<'_>,
) -> Option<(&'list Programs, usize)> {
    let programs = pes_packets.programs()?;
    Some((programs, programs.stream_of(packet.pid())?))
}

/// Which streams are wanted.
struct Choice<'a> {
    of: &'a Wanted<'a>,
    /// The kinds of the streams that are known, and whether each is wanted.
    kinds: Vec<Kind>,
    wanted: Vec<bool>,
}

impl Choice<'_> {
    fn has(&mut self, programs: &Programs, stream: usize) -> bool {
        let streams = programs.streams();
        // A later map or payload may tell the coding of a stream.
        let is_known = self.kinds.len() == streams.len()
            && self.kinds.get(stream) == streams.get(stream).map(Kind::of_listed).as_ref();
        if !is_known {
            self.kinds = streams.iter().map(Kind::of_listed).collect();
            self.wanted = self.of.streams(&self.kinds);
        }
        self.wanted[stream]
    }
}
