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
//! | blocks and their frames, as they stand in a cluster | [`Cluster::blocks`], [`Block::frames`] |
//! | every element there is | [`tree`], [`Element`] |
//!
//! # What is a record, and what is a gap
//!
//! Reading goes by these rules, from a position `p`. They ask for nothing that lies before `p`.
//!
//! * An ID of `Segment` and a size are a record; what is in the `Segment` follows.
//! * An element *is held* if its size leads to the end of the input or to the ID and size of a top-level element.
//! * A `Cluster` that is held is a record. One that is not, as its size is unknown, or wrong, or leads out of an input that was cut, is a record up to
//!   where the whole elements end that can stand in a cluster: so of a torn cluster the blocks before the tear are there. An element
//!   with an unknown ID is one of them if it leads to another one.
//! * Every other top-level element is a record if it is held, or if it consists of elements that fill it exactly. One with an unknown ID
//!   has to lead to a top-level element.
//! * Where no record begins is a [`Gap`](crate::Gap). It lasts to the next *provable* record, or to the end of the input. Provable is what begins
//!   with the ID of four bytes of a top-level element, if the first element in it is whole and, in a cluster, one that belongs there, and
//!   if it is held. A cluster is also provable if a timestamp and a whole block are among its first elements and
//!   something of a cluster or of a `Segment` follows.
//!
//! A block whose size is wrong can be taken for what it says; the gap then begins where that leads.
//!
//! # Cuts
//!
//! A cut ([`Cuts::search_cut`]) is a provable cluster at which reading from the start of the bytes, with gaps, by the rules above,
//! arrives. *Why not by looking around:* a file that holds another one, as an attachment or in a frame, holds that one's clusters byte by
//! byte, and no window tells them from its own, since any window can be in a payload as a whole. Only who comes from the left steps over them. That is cheap:
//! a cluster of known size is one look at its first bytes and one behind its end. So [`look_behind`](Cuts::look_behind) is
//! everything, and a cut is exact by its definition: as the rules ask for nothing before `p`, reading from a boundary is the rest of
//! reading from the one before.
//!
//! For clusters without sizes, each block is stepped over. Where that is the larger part of the work, collect the
//! records first and share those out:
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
mod cluster;
mod crc32;
mod cues;
mod cursor;
mod ebml;
mod element;
mod encoding;
mod header;
mod info;
mod lacing;
mod packet;
mod schema;
mod segment;
mod step;
mod sync;
mod tags;
mod top_level;
mod track;
mod tree;

pub use attachments::AttachedFile;
pub use block::Block;
pub use chapters::{ChapterAtom, ChapterDisplay, EditionEntry};
pub use cluster::{Blocks, Cluster};
pub use cues::{CuePoint, CueTrackPositions, Seek};
pub use cursor::Cursor;
pub use ebml::EbmlHeader;
pub use element::{Each, Element, Elements};
pub use encoding::{ContentEncoding, Encoding, Payload};
pub use info::Info;
pub use lacing::{Frame, Frames, Lacing};
pub use packet::{Packet, Packets, PacketsOf};
pub use schema::{ElementId, ElementType};
pub use segment::Segment;
pub use tags::{SimpleTag, Tag};
pub use top_level::TopLevel;
pub use track::{Audio, Track, TrackType, Video};
pub use tree::{Node, Tree, tree};

use std::ops::Range;

use crate::error::{Error, ErrorKind, Site};
use crate::record::{Cuts, Format, Part, Search};
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
/// assert_eq!((blocks, lost), (104, 19_914..20_000));
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Matroska;

impl Format for Matroska {
    const NAME: &'static str = "matroska";
    type Record<'data> = TopLevel<'data>;
    type Cursor<'data> = Cursor<'data>;

    fn cursor<'data>(&self, part: Part<'data>) -> Cursor<'data> {
        Cursor::new(part)
    }

    fn cuts(&self) -> Option<&dyn Cuts> {
        Some(self)
    }
}

impl Cuts for Matroska {
    /// Everything: see the page of the module.
    fn look_behind(&self) -> usize {
        usize::MAX
    }

    fn find_start(&self, part: Part<'_>, from: usize) -> Option<usize> {
        match sync::search_start(step::View { bytes: part.view(), complete: part.is_complete() }, from) {
            Start::At(start) => Some(start),
            Start::None | Start::Unknown => None,
        }
    }

    fn search_cut(&self, data: &[u8], range: Range<usize>) -> Search {
        sync::search_cut(data, range)
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
