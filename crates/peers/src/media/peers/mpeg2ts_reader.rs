//! mpeg2ts-reader, which passes each transport packet to the filter of its PID.

use std::fs::File;
use std::hint::black_box;
use std::io::Read;
use std::path::Path;

use mpeg2ts_reader::demultiplex::{Demultiplex, DemuxContext, FilterChangeset, FilterRequest, PacketFilter};
use mpeg2ts_reader::packet::Packet;
use pagecut::mmap::MmapReader;

use super::peer;
use crate::format::Format;
use crate::row::{Access, Count, Result, Row};

const WORK: &str = "sync byte of each transport packet, PID, continuity counter, length of the payload; by the filter of its PID";

pub(super) const ROWS: [Row; 2] = [
    peer("mpeg2ts-reader 0.18", Format::MPEGTS, Access::Read, WORK, read),
    peer("mpeg2ts-reader 0.18", Format::MPEGTS, Access::Mapped, WORK, mapped),
];

/// Number of transport packets per read, as in its example.
const PACKETS: usize = 1024;

fn read(path: &Path, _: usize) -> Result<Option<Count>> {
    let mut file = File::open(path)?;
    let mut context = Context::default();
    let mut demultiplex = Demultiplex::new(&mut context);
    let mut buffer = vec![0; PACKETS * Packet::SIZE];
    let mut filled = 0;
    loop {
        match file.read(&mut buffer[filled..])? {
            0 => return Ok(Some(context.count)),
            read => filled += read,
        }
        let whole = filled - filled % Packet::SIZE;
        demultiplex.push(&mut context, &buffer[..whole]);
        buffer.copy_within(whole..filled, 0);
        filled -= whole;
    }
}

/// Reads a mapping made by pagecut as a slice.
fn mapped(path: &Path, _: usize) -> Result<Option<Count>> {
    let reader = MmapReader::open(path)?;
    let mut context = Context::default();
    Demultiplex::new(&mut context).push(&mut context, reader.as_slice());
    Ok(Some(context.count))
}

/// A filter that counts packets of every PID.
struct Counting;

#[derive(Default)]
struct Context {
    changes: FilterChangeset<Counting>,
    count: Count,
}

impl PacketFilter for Counting {
    type Ctx = Context;

    fn consume(&mut self, context: &mut Context, packet: &Packet<'_>) {
        black_box((packet.pid(), packet.continuity_counter()));
        context.count = context.count.with(packet.payload().map_or(0, <[u8]>::len));
    }
}

impl DemuxContext for Context {
    type F = Counting;

    fn filter_changeset(&mut self) -> &mut FilterChangeset<Counting> {
        &mut self.changes
    }

    fn construct(&mut self, _: FilterRequest<'_, '_>) -> Counting {
        Counting
    }
}
