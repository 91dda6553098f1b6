//! Media of a container that is detected.

use super::{FileKind, HEAD_LEN};
use crate::error::{ErrorKind, Result};
use crate::media::Container;

/// The reason given for an input that is no media file.
const NO_MEDIA: &str = "neither MP4, Matroska nor an MPEG-2 transport stream";

impl<'data> Container<'data> {
    /// Detects the kind of a whole input, as [`FileKind::detect`] does, and reads its head.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownFormat`] if the input is no media file; those of [`read_as`](Container::read_as).
    ///
    /// ```
    /// use pagecut::media::{Container, ContainerKind};
    ///
    /// let data = std::fs::read("testdata/media/vp9_opus.webm")?;
    /// let container = Container::read(&data)?;
    /// assert_eq!(container.kind(), ContainerKind::Matroska);
    /// assert_eq!(container.tracks()[0].codec, Some("vp9"));
    /// assert!(Container::read(b">s\nACGT\n").is_err());
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    pub fn read(data: &'data [u8]) -> Result<Self> {
        let kind = FileKind::detect(&data[..data.len().min(HEAD_LEN)])?;
        let kind = kind.container().ok_or(ErrorKind::UnknownFormat(NO_MEDIA))?;
        Self::read_as(kind, data)
    }
}
