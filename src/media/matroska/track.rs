//! Tracks.

use std::ops::RangeInclusive;

use super::element::Each;
use super::fault::Faults;
use super::{ContentEncoding, Element, ElementId, Encoding, FrameEncoding, Payload};
use crate::error::Result;
use crate::media::MediaKind;

/// `TrackType` (RFC 9559, section 5.1.4.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TrackType {
    /// 1.
    Video,
    /// 2.
    Audio,
    /// 3: a mix of others.
    Complex,
    /// 16.
    Logo,
    /// 17.
    Subtitle,
    /// 18.
    Buttons,
    /// 32.
    Control,
    /// 33.
    Metadata,
    /// A number that is not in the standard.
    Other(u64),
}

impl From<u64> for TrackType {
    fn from(number: u64) -> Self {
        match number {
            1 => Self::Video,
            2 => Self::Audio,
            3 => Self::Complex,
            16 => Self::Logo,
            17 => Self::Subtitle,
            18 => Self::Buttons,
            32 => Self::Control,
            33 => Self::Metadata,
            other => Self::Other(other),
        }
    }
}

/// `TrackEntry` (RFC 9559, section 5.1.4.1).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Track<'data> {
    /// The element, which has more children than this view reads.
    pub element: Element<'data>,
    /// `TrackNumber`, the reference used by blocks.
    pub number: u64,
    /// `TrackUID`, the reference used by tags and others.
    pub uid: u64,
    /// `TrackType`.
    pub track_type: TrackType,
    /// `CodecID`: `V_VP9`, `A_OPUS`, ...
    pub codec_id: &'data [u8],
    /// `CodecPrivate`: the initialisation data of the decoder.
    pub codec_private: Option<&'data [u8]>,
    /// `Name`.
    pub name: Option<&'data [u8]>,
    /// `LanguageBCP47`, else `Language`; `eng` by default.
    pub language: &'data [u8],
    /// `FlagEnabled`.
    pub is_enabled: bool,
    /// `FlagDefault`.
    pub is_default: bool,
    /// `FlagForced`.
    pub is_forced: bool,
    /// `DefaultDuration`: duration of a frame in nanoseconds.
    pub default_duration: Option<u64>,
    /// `CodecDelay`: decoder delay in nanoseconds, to be subtracted from every timestamp.
    pub codec_delay: u64,
    /// `SeekPreRoll`: nanoseconds to decode before the seek target.
    pub seek_pre_roll: u64,
    /// `TrackTimestampScale`, which is deprecated: the factor from a tick of the segment to a [`tick`](Track::tick) of the
    /// track, between 0.01 and 1,000; 1 if the file has a value outside of this range.
    pub timestamp_scale: f64,
    /// `Video`.
    pub video: Option<Video<'data>>,
    /// `Audio`.
    pub audio: Option<Audio<'data>>,
    /// `ContentEncodings`.
    content_encodings: Option<Element<'data>>,
    /// The bytes removed from the start of every frame.
    prefix: &'data [u8],
    has_encoded_frames: bool,
}

/// Supported values of `TrackTimestampScale`. FFmpeg replaces smaller ones by 1, and stores the nanoseconds of a tick in 32
/// bits.
const USABLE_SCALES: RangeInclusive<f64> = 0.01..=1000.0;

/// The fault of a track that cannot be listed.
const INCOMPLETE: &str = "its number, type or codec is missing";

impl<'data> Track<'data> {
    /// Reads an [`ElementId::TRACK_ENTRY`].
    ///
    /// # Errors
    ///
    /// The error of a damaged child; [`ErrorKind::DamagedElement`](crate::ErrorKind::DamagedElement) without a number, a
    /// type or a codec.
    pub fn read(element: Element<'data>) -> Result<Self> {
        let mut faults = Faults::default();
        let track = Self::read_entry(element, &mut faults);
        match (track, faults.into_first()) {
            (Ok(track), None) => Ok(track),
            (_, Some(fault)) => Err(fault),
            (Err(_), None) => Err(element.damaged(INCOMPLETE)),
        }
    }

    /// Reads an [`ElementId::TRACK_ENTRY`]; collects faults and keeps the readable values.
    ///
    /// # Errors
    ///
    /// The number, if there is one, of a track without a number, a type or a codec; the `faults` have this too.
    pub(super) fn read_entry(
        element: Element<'data>,
        faults: &mut Faults,
    ) -> std::result::Result<Self, Option<u64>> {
        let (mut number, mut track_type, mut codec_id) = (None, None, None);
        let (mut language, mut language_bcp47) = (None, None);
        let mut track = Self::bare(element);
        for child in element.children() {
            let Some(child) = faults.check(child) else { continue };
            match child.id() {
                ElementId::TRACK_NUMBER => {
                    number = faults.check(child.unsigned()).filter(|&number| number > 0).or(number);
                }
                ElementId::TRACK_UID => track.uid = faults.check(child.unsigned()).unwrap_or(track.uid),
                ElementId::TRACK_TYPE => {
                    track_type = faults.check(child.unsigned()).map(TrackType::from).or(track_type);
                }
                ElementId::CODEC_ID => codec_id = Some(child.text()),
                ElementId::CODEC_PRIVATE => track.codec_private = Some(child.body()),
                ElementId::NAME => track.name = Some(child.text()),
                ElementId::LANGUAGE => language = Some(child.text()),
                ElementId::LANGUAGE_BCP47 => language_bcp47 = Some(child.text()),
                ElementId::VIDEO => track.video = Some(Video::read(child, faults)),
                ElementId::AUDIO => track.audio = Some(Audio::read(child, faults)),
                ElementId::CONTENT_ENCODINGS => track.content_encodings = Some(child),
                _ => drop(faults.check(track.add(child))),
            }
        }
        let (Some(number), Some(track_type), Some(codec_id)) = (number, track_type, codec_id) else {
            faults.push(element.damaged(INCOMPLETE));
            return Err(number);
        };
        let language = language_bcp47.or(language).unwrap_or(track.language);
        let mut track = Self { number, track_type, codec_id, language, ..track };
        faults.check(track.find_encodings());
        Ok(track)
    }

    /// Reads a flag or a time.
    fn add(&mut self, child: Element<'data>) -> Result<()> {
        match child.id() {
            ElementId::FLAG_ENABLED => self.is_enabled = child.unsigned_or(1)? != 0,
            ElementId::FLAG_DEFAULT => self.is_default = child.unsigned_or(1)? != 0,
            ElementId::FLAG_FORCED => self.is_forced = child.unsigned()? != 0,
            ElementId::DEFAULT_DURATION => {
                self.default_duration = Some(child.unsigned()?).filter(|&duration| duration > 0);
            }
            ElementId::CODEC_DELAY => self.codec_delay = child.unsigned()?,
            ElementId::SEEK_PRE_ROLL => self.seek_pre_roll = child.unsigned()?,
            ElementId::TRACK_TIMESTAMP_SCALE => {
                let scale = child.float_in_range_or(1.0)?;
                if !USABLE_SCALES.contains(&scale) {
                    return Err(child.damaged("its value is not between 0.01 and 1,000; 1 is used"));
                }
                self.timestamp_scale = scale;
            }
            _ => {}
        }
        Ok(())
    }

    /// Creates a track with the default values.
    fn bare(element: Element<'data>) -> Self {
        Self {
            element,
            number: 0,
            uid: 0,
            track_type: TrackType::Other(0),
            codec_id: b"",
            codec_private: None,
            name: None,
            language: b"eng",
            is_enabled: true,
            is_default: true,
            is_forced: false,
            default_duration: None,
            codec_delay: 0,
            seek_pre_roll: 0,
            timestamp_scale: 1.0,
            video: None,
            audio: None,
            content_encodings: None,
            prefix: b"",
            has_encoded_frames: false,
        }
    }

    /// Determines the encodings of the frames.
    fn find_encodings(&mut self) -> Result<()> {
        let mut fault = None;
        for encoding in self.content_encodings().into_iter().flatten() {
            let encoding = match encoding {
                Ok(encoding) => encoding,
                Err(error) => {
                    // The encoding of the frames is unknown.
                    self.has_encoded_frames = true;
                    fault = fault.or(Some(error));
                    continue;
                }
            };
            if encoding.is_of_frames() {
                // A prefix under another encoding is not part of the stored bytes, so it cannot be prepended.
                self.has_encoded_frames |= !self.prefix.is_empty();
                match encoding.encoding {
                    Encoding::HeaderStripping(prefix) => self.prefix = prefix,
                    _ => self.has_encoded_frames = true,
                }
            }
        }
        if self.has_encoded_frames {
            self.prefix = b"";
        }
        fault.map_or(Ok(()), Err)
    }

    /// Returns the length of a tick of this track in nanoseconds, in a segment with this
    /// [`timestamp_scale`](super::Info::timestamp_scale): `timestamp_scale` times `TrackTimestampScale`, rounded down, at
    /// least 1.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the factor is above 0, and `as` saturates"
    )]
    pub fn tick(&self, timestamp_scale: u64) -> u64 {
        match self.scale() {
            None => timestamp_scale,
            Some(scale) => ((timestamp_scale as f64 * scale) as u64).max(1),
        }
    }

    /// Returns `CodecDelay` in ticks of the track, rounded.
    #[inline]
    pub(super) fn delay(&self, timestamp_scale: u64) -> i64 {
        if self.codec_delay == 0 {
            return 0;
        }
        let tick = self.tick(timestamp_scale);
        i64::try_from(self.codec_delay.saturating_add(tick / 2) / tick).unwrap_or(i64::MAX)
    }

    /// Returns `TrackTimestampScale`, if it has an effect.
    #[inline]
    pub(super) fn scale(&self) -> Option<f64> {
        Some(self.timestamp_scale).filter(|scale| USABLE_SCALES.contains(scale) && *scale != 1.0)
    }

    /// Returns the encodings of the frames; `None` if there are none.
    #[must_use]
    pub fn content_encodings(&self) -> Option<Each<'data, ContentEncoding<'data>>> {
        let encodings = self.content_encodings?;
        Some(encodings.children().each(ElementId::CONTENT_ENCODING, ContentEncoding::read))
    }

    /// Whether frames are compressed or encrypted, so that [`payload`](Track::payload) returns encoded bytes.
    #[must_use]
    pub fn has_encoded_frames(&self) -> bool {
        self.has_encoded_frames
    }

    /// Returns the encoding of the stored frames.
    #[must_use]
    pub fn frame_encoding(&self) -> FrameEncoding {
        if !self.has_encoded_frames {
            return FrameEncoding::Plain;
        }
        let mut encodings = self.content_encodings().into_iter().flatten();
        let (first, second) = (encodings.next().and_then(Result::ok), encodings.next());
        match (first.map(|encoding| encoding.encoding), second) {
            (Some(Encoding::Zlib), None) => FrameEncoding::Zlib,
            (Some(Encoding::Compression(1)), None) => FrameEncoding::Bzip2,
            (Some(Encoding::Compression(2)), None) => FrameEncoding::Lzo,
            _ => FrameEncoding::Other,
        }
    }

    /// Returns the kind of the media by [`track_type`](Track::track_type); WebVTT of any purpose is subtitles, as in ffprobe.
    #[must_use]
    pub fn kind(&self) -> MediaKind {
        match self.track_type {
            TrackType::Video => MediaKind::Video,
            TrackType::Audio => MediaKind::Audio,
            TrackType::Subtitle => MediaKind::Subtitle,
            TrackType::Metadata if self.codec_id.starts_with(b"D_WEBVTT/") => MediaKind::Subtitle,
            _ => MediaKind::Data,
        }
    }

    /// Returns the bytes removed from the start of every frame.
    #[inline]
    pub(super) fn prefix(&self) -> &'data [u8] {
        self.prefix
    }

    /// Returns the contents of a frame: the bytes removed from all frames, and its stored bytes.
    #[must_use]
    #[inline]
    pub fn payload(&self, frame: &'data [u8]) -> Payload<'data> {
        Payload { prefix: self.prefix, data: frame }
    }
}

/// `Video` (RFC 9559, section 5.1.4.1.28).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Video<'data> {
    /// The element, which has more children than this view reads.
    pub element: Element<'data>,
    /// `PixelWidth`.
    pub pixel_width: u64,
    /// `PixelHeight`.
    pub pixel_height: u64,
    /// `DisplayWidth` and `DisplayHeight`, if both are present.
    pub display: Option<(u64, u64)>,
    /// `FlagInterlaced`: 0 unknown, 1 interlaced, 2 progressive.
    pub interlaced: u64,
}

impl<'data> Video<'data> {
    /// Reads an [`ElementId::VIDEO`]; collects faults and keeps the readable values.
    fn read(element: Element<'data>, faults: &mut Faults) -> Self {
        let mut video = Self { element, pixel_width: 0, pixel_height: 0, display: None, interlaced: 0 };
        let (mut width, mut height) = (None, None);
        for child in element.children() {
            let Some(child) = faults.check(child) else { continue };
            let mut number = || faults.check(child.unsigned());
            match child.id() {
                ElementId::PIXEL_WIDTH => video.pixel_width = number().unwrap_or(0),
                ElementId::PIXEL_HEIGHT => video.pixel_height = number().unwrap_or(0),
                ElementId::DISPLAY_WIDTH => width = number(),
                ElementId::DISPLAY_HEIGHT => height = number(),
                ElementId::FLAG_INTERLACED => video.interlaced = number().unwrap_or(0),
                _ => {}
            }
        }
        video.display = width.zip(height);
        video
    }
}

/// `Audio` (RFC 9559, section 5.1.4.1.29).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Audio<'data> {
    /// The element, which has more children than this view reads.
    pub element: Element<'data>,
    /// `SamplingFrequency` in hertz.
    pub sampling_frequency: f64,
    /// `OutputSamplingFrequency` in hertz, if it differs.
    pub output_sampling_frequency: Option<f64>,
    /// `Channels`.
    pub channels: u64,
    /// `BitDepth`: bits per sample.
    pub bit_depth: Option<u64>,
}

impl<'data> Audio<'data> {
    /// Reads an [`ElementId::AUDIO`]; collects faults and keeps the readable values.
    fn read(element: Element<'data>, faults: &mut Faults) -> Self {
        let mut audio = Self {
            element,
            sampling_frequency: 8000.0,
            output_sampling_frequency: None,
            channels: 1,
            bit_depth: None,
        };
        for child in element.children() {
            let Some(child) = faults.check(child) else { continue };
            match child.id() {
                ElementId::SAMPLING_FREQUENCY => {
                    let frequency = faults.check(child.float_in_range_or(8000.0));
                    audio.sampling_frequency = frequency.unwrap_or(audio.sampling_frequency);
                }
                ElementId::OUTPUT_SAMPLING_FREQUENCY => {
                    audio.output_sampling_frequency = faults.check(child.float_in_range_or(0.0));
                }
                ElementId::CHANNELS => audio.channels = faults.check(child.unsigned_or(1)).unwrap_or(1),
                ElementId::BIT_DEPTH => audio.bit_depth = faults.check(child.unsigned()),
                _ => {}
            }
        }
        audio
    }
}
