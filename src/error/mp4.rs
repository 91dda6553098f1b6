//! What can be wrong with MP4.

use std::fmt;

/// What is wrong with a box, or with a sample (ISO/IEC 14496-12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mp4Fault {
    /// A box has a length that it cannot have where it is.
    #[error("the box '{}' of {size} bytes {why}", kind.escape_ascii())]
    BoxSize {
        /// The type of the box.
        kind: [u8; 4],
        /// Its length in bytes, as its header says.
        size: u64,
        /// What is wrong with that: `is shorter than its header`, ...
        why: &'static str,
    },
    /// A box is not there.
    #[error("there is no box '{}' in {}", kind.escape_ascii(), Holder(*parent))]
    BoxMissing {
        /// The type of the box.
        kind: [u8; 4],
        /// The type of the box that it has to be in; `None` for the input.
        parent: Option<[u8; 4]>,
    },
    /// The content of a box is not what it has to be.
    #[error("the box '{}' {why}", kind.escape_ascii())]
    BoxContent {
        /// The type of the box.
        kind: [u8; 4],
        /// What is wrong with it: `has fewer entries than it says`, ...
        why: &'static str,
    },
    /// The bytes of a sample are not in the input.
    #[error("sample {sample} of track {track} lies at bytes {start}..{end} of an input of {len}")]
    SampleOutside {
        /// The identifier of the track.
        track: u32,
        /// The sample, counted from 0.
        sample: u64,
        /// Its first byte.
        start: u64,
        /// Its end.
        end: u64,
        /// Bytes there are.
        len: u64,
    },
    /// The bytes of a sample lie over those of another one.
    #[error(
        "sample {sample} of track {track} lies at bytes {start}..{end}, over a sample of track {other_track}"
    )]
    SampleOverlap {
        /// The identifier of the track.
        track: u32,
        /// The sample, counted from 0: the first one of its chunk or run.
        sample: u64,
        /// The first byte of the chunk or run.
        start: u64,
        /// Its end.
        end: u64,
        /// The identifier of the track whose chunk or run begins before.
        other_track: u32,
    },
    /// The bytes of a sample are not those of a box of media data.
    #[error("sample {sample} of track {track} lies at bytes {start}..{end}, which are not media data: {}", Within(*kind))]
    SampleMisplaced {
        /// The identifier of the track.
        track: u32,
        /// The sample, counted from 0: the first one of its chunk or run.
        sample: u64,
        /// The first byte of the chunk or run.
        start: u64,
        /// Its end.
        end: u64,
        /// The box that the first byte is in; `None` if it is in a header, or if the bytes go beyond their box.
        kind: Option<[u8; 4]>,
    },
}

impl Mp4Fault {
    /// A stable name for machines, as [`ErrorKind::name`](super::ErrorKind::name).
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::BoxSize { .. } => "box_size",
            Self::BoxMissing { .. } => "box_missing",
            Self::BoxContent { .. } => "box_content",
            Self::SampleOutside { .. } => "sample_outside",
            Self::SampleOverlap { .. } => "sample_overlap",
            Self::SampleMisplaced { .. } => "sample_misplaced",
        }
    }
}

/// What a box has to be in, as a message shows it.
struct Holder(Option<[u8; 4]>);

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(kind) => write!(f, "'{}'", kind.escape_ascii()),
            None => f.write_str("the input"),
        }
    }
}

/// Where bytes lie that are not media data, as a message shows it.
struct Within(Option<[u8; 4]>);

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(kind) => write!(f, "they are in the box '{}'", kind.escape_ascii()),
            None => f.write_str("they go beyond a box"),
        }
    }
}
