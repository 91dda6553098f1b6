//! PES packets of MPEG transport streams.

use pagecut::Result;
use pagecut::media::mpegts::{PacketKind, Packets, PesPacket, Timeline};

use super::row::{Field, Row};
use super::{Wanted, crc32};
use crate::streams::{Kind, of_mpegts};
use crate::time_base::TimeBase;

/// Where ffprobe believes a packet of 204 bytes to begin: before its 188 bytes, as if those behind them were there.
const EARLY: u64 = 16;

/// The PES packets of a stream, each when it is complete, which is the order of ffprobe. Behind damage they go on.
pub(super) fn packets<'a>(
    format: Packets,
    data: &'a [u8],
    of: &'a Wanted<'a>,
) -> impl Iterator<Item = Result<Row>> + 'a {
    let mut streams = Streams::new(format, data, of);
    let early = if format.kind() == PacketKind::ProtectedPacket { EARLY } else { 0 };
    let tells_places = of.fields.contains(&Field::DataPos);
    format.pes_packets(data).filter_map(move |packet| {
        let packet = match packet {
            Ok(packet) => packet,
            Err(error) => return Some(Err(error)),
        };
        let stream = streams.of(&packet);
        // All of them are counted on, whichever are wanted.
        let (dts, pts) = streams.times(&packet);
        streams.wanted[stream].then(|| {
            Ok(Row {
                kind: streams.kinds[stream],
                stream,
                time_base: TimeBase::per_second(90_000),
                pts,
                dts,
                duration: None,
                size: packet.len(),
                pos: Some(packet.range().start.saturating_sub(early)),
                data_pos: tells_places.then(|| packet.payload_offset()).flatten(),
                is_key: packet.random_access(),
                is_discarded: false,
                crc32: of.hashes.then(|| crc32(packet.pieces())),
            })
        })
    })
}

/// The streams that are known: those of the programs, and those that turn up.
struct Streams<'a> {
    pids: Vec<u16>,
    kinds: Vec<Kind>,
    wanted: Vec<bool>,
    of: &'a Wanted<'a>,
    clock: Clock,
}

impl<'a> Streams<'a> {
    fn new(format: Packets, data: &[u8], of: &'a Wanted<'a>) -> Self {
        let programs = format.programs(data);
        let (pids, kinds): (Vec<_>, Vec<_>) = of_mpegts(&programs)
            .map(|(program, stream)| (stream.pid(), Kind::of_mpegts(program, &stream)))
            .unzip();
        let wanted = of.streams(&kinds);
        Self { pids, kinds, wanted, of, clock: Clock::default() }
    }

    /// The number of the stream of a packet.
    fn of(&mut self, packet: &PesPacket<'_>) -> usize {
        if let Some(stream) = self.pids.iter().position(|&pid| pid == packet.pid()) {
            return stream;
        }
        self.pids.push(packet.pid());
        self.kinds.push(Kind::of_stream_id(packet.header().stream_id));
        self.wanted = self.of.streams(&self.kinds);
        self.pids.len() - 1
    }

    /// When a packet is decoded and shown.
    fn times(&mut self, packet: &PesPacket<'_>) -> (Option<i64>, Option<i64>) {
        let mut time = |time: Option<u64>| time.map(|time| self.clock.time(time));
        (time(packet.dts()), time(packet.pts()))
    }
}

/// Counts timestamps on where their 33 bits end; those before the first time that they do are negative, as ffprobe has them.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    timeline: Timeline,
    origin: Option<i64>,
}

impl Clock {
    pub(crate) fn time(&mut self, timestamp: u64) -> i64 {
        const TURN: i64 = 1 << 33;
        const MINUTE: i64 = 60 * 90_000;
        let time = self.timeline.unwrap(timestamp);
        // A stream that starts in the last minute of a turn, with one more for what comes before.
        let origin = *self.origin.get_or_insert(if time >= TURN - MINUTE { TURN } else { 0 });
        time - origin
    }
}
