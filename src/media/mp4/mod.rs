//! MP4, QuickTime movies and their relatives: ISO/IEC 14496-12, the ISO base media file format.
//!
//! A file is a run of [boxes](Mp4Box), some of which hold boxes. The box `moov` describes the [`Movie`], its
//! [`Track`]s, and where in the file the [`Sample`]s lie that the tracks are made of, either in tables or, with movie
//! fragments (`moof`), piece by piece.
//!
//! | for | see |
//! |---|---|
//! | the boxes of a file, those in no other box | [`Boxes`] |
//! | all boxes, with what they are in | [`Tree`] |
//! | tracks, what they hold, and how it is coded | [`Movie`], [`Track`], [`SampleEntry`] |
//! | samples in order, on all cores, by their number | [`Track::samples`], [`Track::par_samples`], [`Track::sample`] |
//! | samples of all tracks by their times | [`Movie::samples`] |
//! | packets of all tracks, in the order in which a file is best read | [`Movie::packets`] |
//! | the streams of ffprobe: tracks, and pictures in the metadata | [`Streams`] |
//! | how a presentation is made from the samples | [`Edits`] |
//! | movie fragments, and what indexes them | [`MovieFragment`], [`SegmentIndex`], [`RandomAccess`] |
//!
//! Nothing is copied out of the file: tables are read where they lie, entry by entry, so no number in a file decides how much
//! memory is taken; and the bytes of a sample are not touched until the caller looks at them.
//!
//! # What is read
//!
//! Boxes with sizes of 32 and of 64 bits; those of size 0, which last to the end of what they are in; those of the type `uuid`;
//! those of unknown types. Sample tables with all their forms (`stsz`, `stz2`, `stco`, `co64`, `ctts` of both versions).
//! Fragments with every rule for where the data are, several track fragments and runs, and movies that have samples both in
//! tables and in fragments.
//!
//! Sound of QuickTime whose table counts samples of one byte: samples of PCM have the length that their format has, and compressed sound
//! comes in frames (IMA 4:1, MACE, MS ADPCM, QDesign, GSM). Where no length is stated, the error says so. The same holds for compressed
//! movie boxes (`cmov`), and samples in other files (`dref`).
//!
//! Damage in the description of a track leaves what can be read, and the other tracks: [`Track::fault`], [`Movie::fault`].
//! [`Movie::check_layout`] and [`Track::check_tables`] compare tables, boxes and the length of the input, in time by the number of entries.
//!
//! # Boundaries
//!
//! There is nothing in the bytes between two boxes that tells that a box begins, so [`Boxes`] has no cuts; samples, of which
//! a table tells where they are, are what is read on all cores.

mod boxes;
mod brief;
mod codec;
mod containers;
mod demux;
mod detect;
mod edits;
mod extents;
mod fault;
mod fields;
mod file_type;
mod four_cc;
mod fragment;
mod header;
mod interleaved;
mod layout;
mod lookup;
mod matrix;
mod media_kind;
mod metadata;
mod movie;
mod packets;
mod par_samples;
mod random_access;
mod sample;
mod sample_entry;
mod samples;
mod segment_index;
mod sound;
mod step;
mod streams;
mod stretch;
mod summary;
mod table;
mod track;
mod tree;

pub use super::MediaKind;
pub use boxes::{Children, Mp4Box};
pub use brief::{Field, FieldValue};
pub use codec::CodecConfiguration;
pub(in crate::media) use demux::{DemuxedPackets, Demuxer};
pub(crate) use detect::detect;
pub use edits::{Edit, Edits};
pub use extents::{Extent, Extents};
pub use file_type::FileType;
pub use four_cc::FourCc;
pub use fragment::{MovieFragment, MovieFragments, TrackFragment, TrackFragments, TrackRun, TrackRuns};
pub use header::BoxHeader;
pub use interleaved::Interleaved;
pub use matrix::Matrix;
pub use metadata::{Metadata, MetadataItem, MetadataKey, MetadataValue, MetadataValues};
pub use movie::{Movie, MovieHeader};
pub use packets::{Packet, Packets, Times};
pub use par_samples::ParSamples;
pub use random_access::{RandomAccess, SyncPoint, TrackRandomAccess, TrackRandomAccesses};
pub use sample::Sample;
pub use sample_entry::{AudioSampleEntry, SampleEntries, SampleEntry, VisualSampleEntry};
pub use samples::Samples;
pub use segment_index::{SegmentIndex, SegmentIndexes, SegmentReference};
pub use sound::{Pcm, PcmEncoding};
pub use step::Layout;
pub use streams::{CoverArt, Stream, Streams, TrackRole};
pub use summary::Summary;
pub use track::{MediaHeader, Track, TrackHeader};
pub use tree::{Node, Tree};

use crate::record::{Format, Part, Step, Stop};

/// The boxes of a file that are in no other box, as a format.
///
/// ```
/// use pagecut::{Format, media::mp4::Boxes};
///
/// let data = b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x01mdat\0\0\0\0\0\0\0\x14data";
/// let kinds = Boxes.records(data).map(|found| Ok(found?.kind().to_string())).collect::<Result<Vec<_>, pagecut::Error>>()?;
/// assert_eq!(kinds, ["ftyp", "mdat"]);
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Boxes;

impl Format for Boxes {
    const NAME: &'static str = "mp4";
    const IS_TEXT: bool = false;
    type Record<'data> = Mp4Box<'data>;
    type Layout = Layout;
    type Lookahead = ();

    fn step(&self, (): &mut (), part: &Part<'_>, position: usize) -> Result<Step<Layout>, Stop> {
        step::step(part, position)
    }

    fn record<'data>(&self, bytes: &'data [u8], offset: u64, Layout(header): Layout) -> Mp4Box<'data> {
        Mp4Box::top_level(header, bytes, offset)
    }
}
