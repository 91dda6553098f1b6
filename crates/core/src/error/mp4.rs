//! Faults of MP4.

use std::fmt;

/// A fault in a box or a sample (ISO/IEC 14496-12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mp4Fault {
    /// The size of a box is invalid at its position.
    #[error("the box '{}' of {size} bytes {why}", kind.escape_ascii())]
    BoxSize {
        /// The type of the box.
        kind: [u8; 4],
        /// Its size in bytes according to its header.
        size: u64,
        /// The reason: `is shorter than its header`, ...
        why: &'static str,
    },
    /// A required box is missing.
    #[error("there is no box '{}' in {}", kind.escape_ascii(), Holder(*parent))]
    BoxMissing {
        /// The type of the box.
        kind: [u8; 4],
        /// The type of the required parent; `None` for the top level.
        parent: Option<[u8; 4]>,
    },
    /// The content of a box is invalid.
    #[error("the box '{}' {why}", kind.escape_ascii())]
    BoxContent {
        /// The type of the box.
        kind: [u8; 4],
        /// The reason: `has fewer entries than it declares`, ...
        why: &'static str,
    },
    /// The bytes of a sample lie outside of the input.
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
        /// Length of the input.
        len: u64,
    },
    /// The bytes of a sample overlap those of another one.
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
        /// The identifier of the track whose chunk or run starts earlier.
        other_track: u32,
    },
    /// The bytes of a sample are not in a media data box.
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
        /// The box that contains the first byte; `None` if it is in a header, or if the bytes exceed their box.
        kind: Option<[u8; 4]>,
    },
}

impl Mp4Fault {
    /// Returns a stable, machine-readable name, see [`ErrorKind::name`](super::ErrorKind::name).
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

/// Displays the parent of a box in a message.
struct Holder(Option<[u8; 4]>);

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(kind) => write!(f, "'{}'", kind.escape_ascii()),
            None => f.write_str("the input"),
        }
    }
}

/// Displays the location of bytes outside of media data in a message.
struct Within(Option<[u8; 4]>);

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(kind) => write!(f, "they are in the box '{}'", kind.escape_ascii()),
            None => f.write_str("they go beyond a box"),
        }
    }
}
