//! Sample entries, which describe the coding of samples.

use std::iter::FusedIterator;

use super::entry_layout::{VISUAL_LEN, audio_len};
use super::{
    AudioSampleEntry, Children, CodecConfiguration, FourCc, MediaKind, Mp4Box, codec, fields::Fields,
};
use crate::error::Result;

/// The sample entries of a track (`stsd`, ISO/IEC 14496-12 §8.5.2): `entry_count` boxes, not counting `free` and `skip`.
/// Ends at the first error.
#[derive(Debug, Clone)]
pub struct SampleEntries<'data> {
    handler: FourCc,
    boxes: Children<'data>,
    /// Remaining entries.
    left: u32,
}

impl<'data> SampleEntries<'data> {
    pub(super) fn read(stsd: Mp4Box<'data>, handler: FourCc) -> Result<Self> {
        let (_, _, mut fields) = Fields::full(stsd)?;
        let left = fields.u32()?;
        Ok(Self { handler, boxes: stsd.children().unwrap_or_default(), left })
    }

    /// Returns no entries, for a track without `stsd`.
    pub(super) fn none(handler: FourCc) -> Self {
        Self { handler, boxes: Children::default(), left: 0 }
    }
}

impl<'data> Iterator for SampleEntries<'data> {
    type Item = Result<SampleEntry<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let handler = self.handler;
        let is_entry =
            |found: &Result<Mp4Box<'_>>| found.as_ref().map_or(true, |found| !found.kind().is_free_space());
        Some(self.boxes.find(is_entry)?.map(|entry| SampleEntry { handler, entry }))
    }
}

impl FusedIterator for SampleEntries<'_> {}

/// The coding of some samples of a track (ISO/IEC 14496-12 §8.5.2).
#[derive(Debug, Clone, Copy)]
pub struct SampleEntry<'data> {
    handler: FourCc,
    entry: Mp4Box<'data>,
}

/// The fields of a visual sample entry (§12.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct VisualSampleEntry<'data> {
    /// `width` in pixels.
    pub width: u16,
    /// `height` in pixels.
    pub height: u16,
    /// `depth` in bits.
    pub depth: u16,
    /// `compressorname`: the encoder.
    pub compressor_name: &'data [u8],
}

impl<'data> SampleEntry<'data> {
    /// Returns the sample entry as a box.
    #[must_use]
    pub fn mp4_box(&self) -> Mp4Box<'data> {
        self.entry
    }

    /// Returns the format of the samples: `avc1`, `mp4a`, ...
    #[must_use]
    pub fn format(&self) -> FourCc {
        self.entry.kind()
    }

    /// Returns `data_reference_index`, the number of the data reference, from 1; `None` if the entry ends before it.
    pub(super) fn data_reference_index(&self) -> Option<u16> {
        self.entry.payload().get(6..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
    }

    /// Returns `vendor` of a visual or audio entry of QuickTime, zeros in other files (QuickTime File Format, *Video sample
    /// description*); `None` for other tracks, and if the entry ends before it.
    #[must_use]
    pub fn vendor(&self) -> Option<FourCc> {
        let has_vendor = matches!(self.kind(), MediaKind::Video | MediaKind::Audio);
        self.entry.payload().get(12..)?.first_chunk().filter(|_| has_vendor).map(|vendor| FourCc(*vendor))
    }

    /// Returns the kind of the media.
    #[must_use]
    pub fn kind(&self) -> MediaKind {
        MediaKind::of(self.handler, Some(self.format()))
    }

    /// Returns the fields of an entry of a video track; `None` for other tracks.
    ///
    /// # Errors
    ///
    /// If the entry is truncated.
    pub fn visual(&self) -> Result<Option<VisualSampleEntry<'data>>> {
        if self.kind() != MediaKind::Video {
            return Ok(None);
        }
        let mut fields = Fields::of(self.entry);
        fields.skip(24)?;
        let (width, height) = (fields.u16()?, fields.u16()?);
        fields.skip(14)?;
        let name: &[u8; 32] = fields.array()?;
        let compressor_name = name.get(1..=usize::from(name[0])).unwrap_or(&name[1..]);
        Ok(Some(VisualSampleEntry { width, height, depth: fields.u16()?, compressor_name }))
    }

    /// Returns the fields of an entry of an audio track; `None` for other tracks.
    ///
    /// # Errors
    ///
    /// If the entry is truncated.
    pub fn audio(&self) -> Result<Option<AudioSampleEntry>> {
        if self.kind() != MediaKind::Audio {
            return Ok(None);
        }
        AudioSampleEntry::read(self.entry).map(Some)
    }

    /// Returns the boxes after the fields of the entry; empty if their position is unknown.
    #[must_use]
    pub fn boxes(&self) -> Children<'data> {
        match self.kind() {
            MediaKind::Video => self.entry.children_from(VISUAL_LEN),
            MediaKind::Audio => self.entry.children_from(audio_len(self.entry.payload())),
            _ => self.entry.children().unwrap_or_default(),
        }
    }

    /// Returns the readable configuration of the coding; `None` for unknown codings. [`check`](Self::check) reports damage.
    #[must_use]
    pub fn configuration(&self) -> Option<CodecConfiguration> {
        codec::read(self.boxes())
    }

    /// Returns the initialisation data of the decoder: the configuration record of AVC, HEVC or AV1, or the
    /// `DecoderSpecificInfo` of a coding with an MPEG-4 object type, such as the `AudioSpecificConfig` of AAC; `None` for
    /// other codings, and if there is none. [`check`](Self::check) reports damage.
    #[must_use]
    pub fn decoder_configuration(&self) -> Option<&'data [u8]> {
        codec::decoder_configuration(self.boxes())
    }

    /// Checks that the entry has all its fields, complete boxes, and the configuration that a decoder needs.
    ///
    /// # Errors
    ///
    /// The first fault: a truncated box, bytes that are no box, an empty `avcC`, an `esds` without `DecoderSpecificInfo`,
    /// ...
    pub fn check(&self) -> Result<()> {
        self.visual()?;
        self.audio()?;
        codec::check(self.boxes())
    }

    /// Returns the format of the samples before encryption (`sinf`) or restriction (`rinf`): `data_format` of `frma`
    /// (ISO/IEC 14496-12 §8.12.2); the format of the entry if there is none.
    #[must_use]
    pub fn original_format(&self) -> FourCc {
        let schemes = self.boxes().map_while(Result::ok);
        let mut schemes = schemes.filter(|found| matches!(&found.kind().0, b"sinf" | b"rinf"));
        let frma = schemes.find_map(|scheme| scheme.find(b"frma").ok().flatten());
        frma.and_then(|frma| Fields::of(frma).four_cc().ok()).unwrap_or_else(|| self.format())
    }

    /// Returns the coding as the `codecs` parameter of a media type (RFC 6381), such as `avc1.64001f` or `mp4a.40.2`; the
    /// format for unknown codings.
    #[must_use]
    pub fn codec_string(&self) -> String {
        codec::string(self.format(), self.configuration())
    }
}
