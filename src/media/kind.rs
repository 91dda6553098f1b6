//! Kinds of media.

/// The kind of media that a track or a stream carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MediaKind {
    /// Pictures.
    Video,
    /// Sound.
    Audio,
    /// Text or pictures that are shown over others; teletext too.
    Subtitle,
    /// Everything else: hints, metadata, time codes, sections.
    Other,
}
