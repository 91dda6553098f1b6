//! IVF: frames of one video stream, as libvpx, libaom and ffmpeg write VP8, VP9 and AV1.
//!
//! # Layout
//!
//! No standard describes IVF. The layout is that of `ivfdec.c` in libvpx and of ffmpeg. All integers are little-endian:
//!
//! ```text
//! file    = header { frame }
//! header  = "DKIF" version:16 header_len:16 fourcc:8*4 width:16 height:16
//!           time_base_denominator:32 time_base_numerator:32 frame_count:32 unused:32 { byte }
//! frame   = size:32 pts:64 { byte }          ; size bytes of payload
//! ```
//!
//! * `header_len` is 32, or more if bytes follow the fields. The first frame begins there.
//! * Times are in units of `time_base_numerator / time_base_denominator` seconds.
//! * `frame_count` is not checked: libvpx writes the number of frames, ffmpeg the duration in time units, and writers to a pipe leave 0.
//! * A frame may be empty. Nothing may follow the last frame.
//!
//! The header is the first record, and each frame with its header is another one, so each byte belongs to a record.
//!
//! # Limits
//!
//! A frame has at most 2³² - 1 bytes, and is not copied. No number in the file determines how much memory is allocated.
//!
//! # Boundaries
//!
//! Nothing in a frame header differs from payload: any twelve bytes are one. [`Ivf`] therefore has no boundaries. It is read from the
//! left, and reading ends at the first fault.

mod demux;
mod detect;
mod format;
mod header;
mod record;
mod step;

pub(in crate::media) use demux::{DemuxedPackets, Demuxer};
pub(crate) use detect::detect;
pub use format::Ivf;
pub use header::{Frame, Header};
pub use record::Record;
pub use step::Layout;
