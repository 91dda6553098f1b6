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
    Data,
    /// A file that is attached to the media, such as a font. It has no packets.
    Attachment,
}

impl MediaKind {
    /// Returns the name that ffprobe prints as `codec_type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Subtitle => "subtitle",
            Self::Data => "data",
            Self::Attachment => "attachment",
        }
    }
}
