//! Kinds of media.

/// The kind of media that a track or a stream carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MediaKind {
    /// Video.
    Video,
    /// Audio.
    Audio,
    /// Text or pictures shown over the video, including teletext.
    Subtitle,
    /// Everything else: hints, metadata, time codes, sections.
    Other,
}
