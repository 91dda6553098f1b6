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
}

impl Mp4Fault {
    /// A stable name for machines, as [`ErrorKind::name`](super::ErrorKind::name).
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::BoxSize { .. } => "box_size",
            Self::BoxMissing { .. } => "box_missing",
            Self::BoxContent { .. } => "box_content",
            Self::SampleOutside { .. } => "sample_outside",
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
