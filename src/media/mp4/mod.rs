//! MP4, QuickTime movies and related formats: ISO/IEC 14496-12, the ISO base media file format.
//!
//! A file is a sequence of [boxes](Mp4Box), some of which contain boxes. The box `moov` describes the [`Movie`], its
//! [`Track`]s, and the positions of their [`Sample`]s, either in tables or, with movie fragments (`moof`), fragment by
//! fragment.
//!
//! | for | see |
//! |---|---|
//! | top-level boxes | [`Boxes`] |
//! | all boxes with their depth | [`Tree`] |
//! | tracks and their codings | [`Movie`], [`Track`], [`SampleEntry`] |
//! | samples in order, on all cores, by index | [`Track::samples`], [`Track::par_samples`], [`Track::sample`] |
//! | samples of all tracks in decode order | [`Movie::samples`] |
//! | packets of all tracks in the order of demuxers | [`Movie::packets`] |
//! | the streams of ffprobe: tracks, and pictures in the metadata | [`Streams`] |
//! | edit lists | [`Edits`] |
//! | movie fragments and their indexes | [`MovieFragment`], [`SegmentIndex`], [`RandomAccess`] |
//!
//! Nothing is copied out of the file: tables are read in place, entry by entry, so no number in a file decides how much
//! memory is allocated; and the bytes of a sample are not accessed until the caller reads them.
//!
//! # Supported features
//!
//! Boxes with sizes of 32 and 64 bits; a last box of size 0, which extends to the end of the file; `uuid` boxes; boxes of
//! unknown types. Sample tables in all forms (`stsz`, `stz2`, `stco`, `co64`, `ctts` of both versions). Fragments with all
//! rules for data offsets, with several track fragments and runs, and movies with samples both in tables and in fragments.
//!
//! QuickTime audio whose table counts samples of one byte: samples of PCM have the length of their format, and compressed
//! audio has frames (IMA 4:1, MACE, MS ADPCM, QDesign, GSM). If no length is stated, an error reports that. Compressed movie
//! boxes (`cmov`) and samples in other files (`dref`) are reported as errors too.
//!
//! Damage in the description of a track leaves the readable samples and the other tracks: [`Track::fault`],
//! [`Movie::fault`]. [`Movie::check_layout`] and [`Track::check_tables`] compare tables, boxes and the length of the input,
//! in time proportional to the number of entries.
//!
//! # Boundaries
//!
//! No byte pattern marks the start of a box, so [`Boxes`] has no boundaries. Workers share samples instead, whose positions
//! are in tables.

mod audio_entry;
mod audio_frame;
mod boxes;
mod checkpoints;
mod codec;
mod codec_name;
mod containers;
mod demux;
mod detect;
mod edits;
mod entry_layout;
mod extents;
mod fault;
mod fields;
mod file_type;
mod format;
mod four_cc;
mod fragment;
mod header;
mod interleaved;
mod layout;
mod lookup;
mod main_fields;
mod matrix;
mod media_kind;
mod metadata;
mod movie;
mod packets;
mod par_samples;
mod pcm;
mod random_access;
mod sample;
mod sample_entry;
mod sample_run;
mod sample_source;
mod samples;
mod segment_index;
mod step;
mod streams;
mod summary;
mod table;
mod track;
mod tree;

pub use super::{MediaKind, Times};
pub use audio_entry::AudioSampleEntry;
pub use boxes::{Children, Mp4Box};
pub use codec::CodecConfiguration;
pub(in crate::media) use demux::{DemuxedPackets, Demuxer};
pub(crate) use detect::detect;
pub use edits::{Edit, Edits};
pub use extents::{Extent, Extents};
pub use file_type::FileType;
pub use format::Boxes;
pub use four_cc::FourCc;
pub use fragment::{MovieFragment, MovieFragments, TrackFragment, TrackFragments, TrackRun, TrackRuns};
pub use header::BoxHeader;
pub use interleaved::Interleaved;
pub use main_fields::{Field, FieldValue};
pub use matrix::Matrix;
pub use metadata::{Metadata, MetadataItem, MetadataKey, MetadataValue, MetadataValues};
pub use movie::{Movie, MovieHeader};
pub use packets::{Packet, Packets};
pub use par_samples::ParSamples;
pub use pcm::{Pcm, PcmEncoding};
pub use random_access::{RandomAccess, SyncPoint, TrackRandomAccess, TrackRandomAccesses};
pub use sample::Sample;
pub use sample_entry::{SampleEntries, SampleEntry, VisualSampleEntry};
pub use samples::Samples;
pub use segment_index::{SegmentIndex, SegmentIndexes, SegmentReference};
pub use step::Layout;
pub use streams::{CoverArt, Stream, Streams, TrackRole};
pub use summary::Summary;
pub use track::{MediaHeader, Track, TrackHeader};
pub use tree::{Node, Tree};
