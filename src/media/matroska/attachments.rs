//! Attached files.

use super::{Element, ElementId};
use crate::error::Result;
use crate::media::MediaKind;

/// `AttachedFile` (RFC 9559, section 5.1.6.1): a font, a picture, ...
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttachedFile<'data> {
    /// The element.
    pub element: Element<'data>,
    /// `FileName`.
    pub name: &'data [u8],
    /// `FileMediaType`.
    pub media_type: &'data [u8],
    /// `FileDescription`.
    pub description: Option<&'data [u8]>,
    /// `FileUID`.
    pub uid: u64,
    /// `FileData`: the file.
    pub data: &'data [u8],
    /// Offset of the file's first byte from the start of the input.
    pub data_offset: u64,
}

impl<'data> AttachedFile<'data> {
    /// Reads an [`ElementId::ATTACHED_FILE`].
    ///
    /// # Errors
    ///
    /// The error of a damaged child; [`ErrorKind::DamagedElement`](crate::ErrorKind::DamagedElement) without `FileData`.
    pub fn read(element: Element<'data>) -> Result<Self> {
        let (mut name, mut media_type, mut description, mut uid) = (b"".as_slice(), b"".as_slice(), None, 0);
        let mut data = None;
        for child in element.children() {
            let child = child?;
            match child.id() {
                ElementId::FILE_NAME => name = child.text(),
                ElementId::FILE_MEDIA_TYPE => media_type = child.text(),
                ElementId::FILE_DESCRIPTION => description = Some(child.text()),
                ElementId::FILE_UID => uid = child.unsigned()?,
                ElementId::FILE_DATA => data = Some(child),
                _ => {}
            }
        }
        let data = data.ok_or_else(|| element.damaged("it has no FileData"))?;
        let (data, data_offset) = (data.body(), data.body_offset());
        Ok(Self { element, name, media_type, description, uid, data, data_offset })
    }

    /// Whether the file is a stream to ffprobe: it has a name, a media type and contents.
    pub(super) fn is_stream(&self) -> bool {
        !self.name.is_empty() && !self.media_type.is_empty() && !self.data.is_empty()
    }

    /// The name that ffmpeg has for the codec of the file, if its media type is that of a picture.
    #[must_use]
    pub fn picture_codec(&self) -> Option<&'static str> {
        const CODECS: [(&[u8], &str); 4] =
            [(b"image/gif", "gif"), (b"image/jpeg", "mjpeg"), (b"image/png", "png"), (b"image/tiff", "tiff")];
        CODECS.iter().find(|(known, _)| self.media_type.starts_with(known)).map(|&(_, codec)| codec)
    }

    /// Returns the name that ffprobe has for its contents: the codec of a picture, `ttf`, `otf` or `bin_data`; `None` for other media
    /// types.
    #[must_use]
    pub fn codec_name(&self) -> Option<&'static str> {
        const NAMES: [(&[u8], &str); 4] = [
            (b"application/x-truetype-font", "ttf"),
            (b"application/x-font", "ttf"),
            (b"application/vnd.ms-opentype", "otf"),
            (b"binary", "bin_data"),
        ];
        let other =
            || NAMES.iter().find(|(known, _)| self.media_type.starts_with(known)).map(|&(_, name)| name);
        self.picture_codec().or_else(other)
    }

    /// The kind of the media: pictures are video, as in ffprobe.
    #[must_use]
    pub fn kind(&self) -> MediaKind {
        if self.picture_codec().is_some() { MediaKind::Video } else { MediaKind::Attachment }
    }
}
