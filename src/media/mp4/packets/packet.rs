//! A packet of a track.

/// A sample; or several contiguous samples of PCM audio or frames of compressed QuickTime audio, that last at most 1,024
/// time units.
///
/// Times are in time units of the track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Packet<'data> {
    /// The index of its track in [`Movie::tracks`](crate::media::mp4::Movie::tracks).
    pub track: usize,
    /// Index of its first sample in the track.
    pub index: u64,
    /// Number of samples: 1, except for PCM audio.
    pub samples: u32,
    /// Offset of its bytes from the start of the input.
    pub offset: u64,
    /// Decode time.
    pub dts: i64,
    /// Presentation time.
    pub pts: i64,
    /// Duration up to the decode time of the next packet.
    pub duration: u64,
    /// Whether a decoder can start here.
    pub is_sync: bool,
    /// Whether it is not presented: it is not output, or lies entirely outside of the only edit of its track, or, in a
    /// fragment, its decode time is not after the last sample of the previous run.
    /// [`Times::Media`](crate::media::Times::Media) ignores the edit.
    pub is_discarded: bool,
    /// Whether libavformat skips it, since the presentation does not need it: it precedes the sync sample where decoding of
    /// the edit starts, precedes the first audio by more than a second, or follows the end of the edit and the sync samples
    /// there. Only for tracks with one edit besides empty ones, in movies without fragments, with
    /// [`Times::Presentation`](crate::media::Times::Presentation).
    pub is_left_out: bool,
    /// Whether the decoder outputs it; if not, `pts` is not a presentation time.
    pub is_output: bool,
    /// Its bytes.
    pub data: &'data [u8],
}
