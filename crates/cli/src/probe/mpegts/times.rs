//! When streams start and end, by the timestamps of their PES packets.

use pagecut::media::mpegts::{Packets, PesPacket, Programs};

use crate::packets::Clocks;

/// From the first time of a stream to the last one, in units of 90 kHz.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extent {
    pub(super) start: Option<i64>,
    pub(super) last: Option<i64>,
    /// How long the last packet lasts, if that is known.
    pub(super) last_duration: Option<i64>,
}

impl Extent {
    /// Takes in a packet of one of the streams.
    pub(super) fn add(
        extents: &mut Vec<Self>,
        programs: &Programs,
        clocks: &mut Clocks,
        packet: &PesPacket<'_>,
    ) {
        let Some(stream) = programs.stream_of(packet.pid()) else { return };
        // The clock goes by the time of decoding.
        let mut time = |time: Option<u64>| time.map(|time| clocks.time(programs, stream, time));
        let (_, Some(pts)) = (time(packet.dts()), time(packet.pts())) else { return };
        if extents.len() <= stream {
            extents.resize_with(stream + 1, Self::default);
        }
        let extent = &mut extents[stream];
        // ffprobe does not see packets without a payload.
        if !packet.is_empty() {
            extent.start.get_or_insert(pts);
            extent.last = extent.last.max(Some(pts));
        }
    }

    /// From the first start to the last end of all of them.
    pub(super) fn of_all(extents: &[Self]) -> Self {
        let start = extents.iter().filter_map(|extent| extent.start).min();
        let ends = extents.iter().filter_map(|extent| Some((extent.last?, extent.last_duration)));
        // The end of all is not known if that of one is not.
        let ends: Option<Vec<_>> = ends.map(|(last, duration)| Some(last + duration?)).collect();
        let last = ends.and_then(|ends| ends.into_iter().max());
        Self { start, last, last_duration: Some(0) }
    }

    /// How long it lasts; `None` if that is not known, or no time at all.
    pub(super) fn duration(&self) -> Option<i64> {
        let duration = self.last? + self.last_duration? - self.start?;
        Some(duration).filter(|&duration| duration > 0)
    }
}

/// How many bytes at the end of an input are read for its last times, and how often twice as many, as ffprobe does.
const END_LEN: usize = 250_000;
const MOST_DOUBLINGS: u32 = 6;

/// Takes in the times of packets near the end of an input, until all streams that start have one there.
pub(super) fn extents_at_end(
    format: Packets,
    data: &[u8],
    programs: &Programs,
    clocks: &mut Clocks,
    extents: &mut [Extent],
) {
    for doubling in 0..=MOST_DOUBLINGS {
        let from = data.len().saturating_sub(END_LEN << doubling);
        let mut ends = vec![Extent::default(); extents.len()];
        // Where the piece begins within a packet, the first one is a gap.
        for packet in format.pes_packets(&data[from..]).filter_map(Result::ok) {
            Extent::add(&mut ends, programs, clocks, &packet);
        }
        for (extent, end) in extents.iter_mut().zip(&ends) {
            extent.last = extent.last.max(end.last);
        }
        let is_known = |(extent, end): (&Extent, &Extent)| extent.start.is_none() || end.last.is_some();
        if from == 0 || extents.iter().zip(&ends).all(is_known) {
            return;
        }
    }
}
