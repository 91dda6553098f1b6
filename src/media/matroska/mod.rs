//! Matroska and WebM (RFC 9559), which are based on EBML (RFC 8794).
//!
//! A file is a sequence of elements, each with an ID and a size: an EBML header, then a `Segment` with everything else. The
//! children of the `Segment`, its *top-level elements*, are the records of [`Matroska`]: a few describe the file, and many
//! clusters hold the frames. Frames are not decoded, and nothing is copied.
//!
//! | for | see |
//! |---|---|
//! | the records of an input, also damaged, on all cores | [`Matroska`], [`TopLevel`] |
//! | metadata: tracks, duration, tags, chapters, attachments, cues | [`Segment`] |
//! | packets in file order | [`Segment::packets`], [`Segment::packets_of`] |
//! | the streams of ffprobe: tracks of all segments, and attached files | [`Streams`] |
//! | blocks and their frames as stored in a cluster | [`Cluster::blocks`], [`Block::frames`] |
//! | all elements | [`tree`], [`Element`] |
//!
//! # Records and gaps
//!
//! The reader decides by these rules at each position. They use nothing before that position.
//!
//! * The ID and the size of a `Segment` are a record; its children follow.
//! * An element *is confirmed* if its end is the start of a top-level element, or the end of the input.
//! * A confirmed `Cluster` is a record. An unconfirmed one, because its size is unknown, wrong, or exceeds a truncated
//!   input, is a record up to the last complete element that may occur in clusters: the blocks before the damage are kept.
//!   (An element with an unknown ID counts if it is followed by another such element or by a top-level element.)
//! * Any other top-level element is a record if it is confirmed, or if at most 64 elements fill it exactly. One with an
//!   unknown ID must be followed by a top-level element or, if the ID has at least three bytes, by the end of the input.
//! * A [`Gap`](crate::Gap) extends from a position where no record begins to the next *provable* one, or to the end of the
//!   input. An element is provable if its ID has four bytes, it is confirmed, and its first child fits into it (and may
//!   occur in clusters, if it is a cluster). A cluster is also provable if its first elements are such children and include
//!   a timestamp and a block that is followed by another child, a top-level element or the end.
//!
//! The size of a complete block is trusted; if it is wrong, the gap begins at the end that it declares.
//!
//! # Boundaries
//!
//! A boundary ([`search_boundary`](crate::record::Boundaries::search_boundary)) is a provable cluster that a reader reaches,
//! over gaps, from the start of the bytes. As the rules use nothing before a position, reading from a boundary continues exactly as reading from an
//! earlier one does. So a boundary satisfies its definition whichever boundary the reader starts from.
//!
//! *Why not a local search:* a Matroska file can lie inside another one, as an attachment or in a frame. Its clusters are
//! valid clusters, and no window distinguishes them from those of the outer file, since the window may lie inside the inner
//! one. Only a reader that comes from the left skips them. So [`look_behind`](crate::record::Boundaries::look_behind) is unlimited. It
//! costs little: of a cluster with a known size, only the first bytes and the bytes after its end are read.
//!
//! In clusters without sizes, the reader steps over each block. If that is much of the work, collect the records once and
//! distribute them:
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
mod fault;
mod format;
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
mod segment_body;
mod step;
#[cfg(test)]
mod step_count;
mod streams;
mod sync;
mod tags;
mod top_level;
mod track;
mod track_codec;
mod tracks;
mod tree;

pub use super::FrameEncoding;
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
pub use encoding::{ContentEncoding, Encoding, Payload};
pub use entries::Entries;
pub use format::Matroska;
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
pub use track_codec::TrackCodec;
pub use tree::{Node, Tree, tree};
