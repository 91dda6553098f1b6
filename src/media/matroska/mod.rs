//! Matroska and WebM: RFC 9559, and RFC 8794 for EBML, of which they are made.
//!
//! A file is a row of elements, each of which says what it is and how long: an EBML header, then a `Segment` that holds
//! everything else. What is in the `Segment`, its *top-level elements*, are the records of [`Matroska`]: a few that describe
//! the whole, and many clusters, which hold the frames. A frame is never looked at, and nothing is copied.
//!
//! | for | see |
//! |---|---|
//! | the records of an input, also of a damaged one and on all cores | [`Matroska`], [`TopLevel`] |
//! | what a file is: tracks, duration, tags, chapters, attachments, cues | [`Segment`] |
//! | packets in the order of the file | [`Segment::packets`], [`Segment::packets_of`] |
//! | the streams of ffprobe: tracks of all segments, and attached files | [`Streams`] |
//! | blocks and their frames, as they stand in a cluster | [`Cluster::blocks`], [`Block::frames`] |
//! | every element there is | [`tree`], [`Element`] |
//!
//! # What is a record, and what is a gap
//!
//! Reading goes by these rules, from a position `p`. They ask for nothing that lies before `p`.
//!
//! * The ID and the size of a `Segment` are a record; what is in it follows.
//! * An element *is held* if its size leads to the ID and size of a top-level element, or to the end of the input.
//! * A `Cluster` that is held is a record. One that is not, since its size is unknown, or wrong, or leads out of an input that
//!   was cut, is a record as long as whole elements follow that stand in clusters: of a torn cluster, the blocks before the tear are
//!   there. (One with an unknown ID is one of them if it leads to another one or to a top-level element.)
//! * Any other top-level element is a record if it is held, or if it consists of at most 64 elements that fill it exactly. One
//!   with an unknown ID has to lead to a top-level element or, if the ID has at least three bytes, to the end of the input.
//! * A [`Gap`](crate::Gap) lasts from where no record begins to the next *provable* one, or to the end of the input. Provable is
//!   what begins with an ID of four bytes, is held, and begins with an element that fits, in a cluster one that stands in
//!   clusters. A cluster is provable too if its first elements are such ones, with a timestamp and a block that leads to another one, to a
//!   top-level element or to the end.
//!
//! The size of a block is believed if the block is whole; if it is wrong, the gap begins where it leads.
//!
//! # Boundaries
//!
//! A cut ([`Boundaries::search_boundary`]) is a provable cluster at which reading arrives, with gaps, that began at the start of the bytes. As
//! the rules ask for nothing before a position, reading from one boundary is a part of reading from another one before it; so it does not
//! matter which boundary that is, and a cut is one by definition.
//!
//! *Why not look around instead:* a Matroska file can lie in another one, as an attachment or in a frame. Its clusters are clusters in
//! every byte, and no window tells them from those of the outer file, since any window may lie inside of the inner one. Only who
//! comes from the left steps over them. So [`look_behind`](Boundaries::look_behind) is everything. It costs little: of a
//! cluster whose size is known, the first bytes and those behind its end are looked at.
//!
//! In clusters without sizes each block is stepped over. Where that is much of the work, collect the records once and share
//! those out:
//!
//! ```
//! use pagecut::{Format, media::matroska::{Matroska, TopLevel}};
//! use rayon::prelude::*;
//!
//! let data = std::fs::read("testdata/media/unknown_sizes.mkv")?;
//! let records = Matroska.records(&data).collect::<Result<Vec<_>, _>>()?;
//! let blocks = records.par_iter().map(|record| match record {
//!     TopLevel::Cluster(cluster) => cluster.blocks().count(),
//!     _ => 0,
//! });
//! assert_eq!(blocks.sum::<usize>(), 145);
//! # Ok::<(), pagecut::Error>(())
//! ```

mod attachments;
mod block;
mod chapters;
mod checks;
mod cluster;
mod crc32;
mod cues;
mod demux;
mod detect;
mod ebml;
mod element;
mod encoding;
mod entries;
mod faults;
mod head;
mod header;
mod info;
mod lacing;
#[cfg(test)]
mod linear;
mod listed;
mod occurrences;
mod packet;
mod range;
mod schema;
mod segment;
mod step;
mod streams;
mod sync;
mod tags;
mod top_level;
mod track;
mod tree;

pub use attachments::AttachedFile;
pub use block::Block;
pub use chapters::{ChapterAtom, ChapterDisplay, EditionEntry};
pub use checks::Checks;
pub use cluster::{Blocks, Cluster};
pub use cues::{CuePoint, CueTrackPositions, Seek};
pub(in crate::media) use demux::{DemuxedPackets, Demuxer};
pub(crate) use detect::detect;
pub use ebml::EbmlHeader;
pub use element::{Each, Element, Elements};
pub use encoding::{ContentEncoding, Encoding, FrameEncoding, Payload};
pub use entries::Entries;
pub use info::Info;
pub use lacing::{Frame, Frames, Lacing};
pub use listed::Listed;
pub use occurrences::Occurrences;
pub use packet::{Packet, Packets, PacketsOf};
pub use schema::{ElementId, ElementType};
pub use segment::Segment;
pub use step::Layout;
pub use streams::Streams;
pub use tags::{SimpleTag, Tag};
pub use top_level::TopLevel;
pub use track::{Audio, Track, TrackType, Video};
pub use tree::{Node, Tree, tree};

use std::ops::Range;

use crate::error::{Error, ErrorKind, Site};
use crate::record::{Boundaries, Format, Part, Search, Step, Stop};
use step::View;
use sync::Start;

/// Matroska and WebM as a format, whose records are top-level elements.
///
/// ```
/// use pagecut::{Piece, Resync, media::matroska::{Matroska, TopLevel}};
///
/// let mut data = std::fs::read("testdata/media/clusters.mkv")?;
/// data.truncate(20_000);
/// let (mut blocks, mut lost) = (0, 0..0);
/// for piece in Matroska.pieces(&data) {
///     match piece {
///         Piece::Record(TopLevel::Cluster(cluster)) => blocks += cluster.blocks().filter(Result::is_ok).count(),
///         Piece::Record(_) => {}
///         Piece::Gap(gap) => lost = gap.range,
///     }
/// }
/// assert_eq!((blocks, lost), (104, 19_916..20_000));
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Matroska;

impl Format for Matroska {
    const NAME: &'static str = "matroska";
    const IS_TEXT: bool = false;
    type Record<'data> = TopLevel<'data>;
    type Layout = Layout;
    type Lookahead = ();

    fn step(&self, (): &mut (), part: &Part<'_>, position: usize) -> Result<Step<Layout>, Stop> {
        let view = View { bytes: part.view(), complete: part.is_complete() };
        let (header, end) = view.record(position)?;
        Ok(Step::Record { layout: Layout(header), len: end - position, blank: 0, lines: 0 })
    }

    fn record<'data>(&self, bytes: &'data [u8], offset: u64, Layout(header): Layout) -> TopLevel<'data> {
        let element = Element::new(header, offset, &bytes[header.len..]);
        match header.id {
            ElementId::SEGMENT => TopLevel::Segment(element),
            ElementId::CLUSTER => TopLevel::Cluster(Cluster::new(element)),
            _ => TopLevel::Element(element),
        }
    }

    fn boundaries(&self) -> Option<&dyn Boundaries> {
        Some(self)
    }
}

impl Boundaries for Matroska {
    /// Everything: see the page of the module.
    fn look_behind(&self) -> usize {
        usize::MAX
    }

    fn find_start(&self, part: Part<'_>, from: usize) -> Option<usize> {
        match sync::search_start(View { bytes: part.view(), complete: part.is_complete() }, from) {
            Start::At(start) => Some(start),
            Start::None | Start::Unknown => None,
        }
    }

    fn search_boundary(&self, data: &[u8], range: Range<usize>) -> Search {
        sync::search_boundary(data, range)
    }
}

/// An error in the input of a view, which does not know which record it is in.
#[cold]
fn fault(kind: ErrorKind, offset: u64, found: &[u8]) -> Error {
    let site = Site {
        format: Matroska::NAME,
        offset,
        record_offset: offset,
        counted_from: u64::MAX,
        record: 0,
        line: None,
    };
    Error::at(kind, site, found)
}
