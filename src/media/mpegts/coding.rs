//! The coding of an elementary stream, derived from its stream type, its descriptors and the registration of its program.

use super::{Descriptor, ElementaryStream, MediaKind};

/// The coding of an elementary stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are those of the codings")]
pub enum Coding {
    /// MPEG-1 or MPEG-2 video, which share their syntax.
    MpegVideo,
    Mpeg4Video,
    H264,
    Hevc,
    Vvc,
    Evc,
    Jpeg2000,
    JpegXs,
    Cavs,
    Avs2,
    Avs3,
    Dirac,
    Vc1,
    Av1,
    /// MPEG-1 or MPEG-2 audio of any layer.
    MpegAudio,
    /// AAC: in ADTS, except for the stream type without transport syntax.
    Aac,
    /// AAC in LATM/LOAS.
    AacLatm,
    MpegH3dAudio,
    Ac3,
    Eac3,
    Ac4,
    Dts,
    TrueHd,
    /// Linear PCM as on Blu-ray discs.
    PcmBluray,
    /// Linear PCM and other audio in SMPTE ST 302 packets.
    S302m,
    Opus,
    /// Presentation graphics of Blu-ray discs.
    Pgs,
    /// Text subtitles of Blu-ray discs.
    HdmvText,
    DvbSubtitle,
    DvbTeletext,
    AribCaption,
    Ttml,
    /// Splice information, in sections.
    Scte35,
    /// Key, length and value triplets of SMPTE ST 336.
    Klv,
    /// Ancillary data of SMPTE ST 2038.
    Smpte2038,
    Id3,
    /// Event information of DVB, in sections.
    EventInformation,
}

impl Coding {
    /// Returns the name that ffmpeg has for it. MPEG-1 and MPEG-2 share codings, which have the name of the more usual one.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MpegVideo => "mpeg2video",
            Self::Mpeg4Video => "mpeg4",
            Self::H264 => "h264",
            Self::Hevc => "hevc",
            Self::Vvc => "vvc",
            Self::Evc => "evc",
            Self::Jpeg2000 => "jpeg2000",
            Self::JpegXs => "jpegxs",
            Self::Cavs => "cavs",
            Self::Avs2 => "avs2",
            Self::Avs3 => "avs3",
            Self::Dirac => "dirac",
            Self::Vc1 => "vc1",
            Self::Av1 => "av1",
            Self::MpegAudio => "mp3",
            Self::Aac => "aac",
            Self::AacLatm => "aac_latm",
            Self::MpegH3dAudio => "mpegh_3d_audio",
            Self::Ac3 => "ac3",
            Self::Eac3 => "eac3",
            Self::Ac4 => "ac4",
            Self::Dts => "dts",
            Self::TrueHd => "truehd",
            Self::PcmBluray => "pcm_bluray",
            Self::S302m => "s302m",
            Self::Opus => "opus",
            Self::Pgs => "hdmv_pgs_subtitle",
            Self::HdmvText => "hdmv_text_subtitle",
            Self::DvbSubtitle => "dvb_subtitle",
            Self::DvbTeletext => "dvb_teletext",
            Self::AribCaption => "arib_caption",
            Self::Ttml => "ttml",
            Self::Scte35 => "scte_35",
            Self::Klv => "klv",
            Self::Smpte2038 => "smpte_2038",
            Self::Id3 => "timed_id3",
            Self::EventInformation => "epg",
        }
    }

    /// Returns the kind of media that the coding carries.
    #[must_use]
    pub fn media_kind(self) -> MediaKind {
        match self {
            Self::MpegVideo
            | Self::Mpeg4Video
            | Self::H264
            | Self::Hevc
            | Self::Vvc
            | Self::Evc
            | Self::Jpeg2000
            | Self::JpegXs
            | Self::Cavs
            | Self::Avs2
            | Self::Avs3
            | Self::Dirac
            | Self::Vc1
            | Self::Av1 => MediaKind::Video,
            Self::MpegAudio
            | Self::Aac
            | Self::AacLatm
            | Self::MpegH3dAudio
            | Self::Ac3
            | Self::Eac3
            | Self::Ac4
            | Self::Dts
            | Self::TrueHd
            | Self::PcmBluray
            | Self::S302m
            | Self::Opus => MediaKind::Audio,
            Self::Pgs
            | Self::HdmvText
            | Self::DvbSubtitle
            | Self::DvbTeletext
            | Self::AribCaption
            | Self::Ttml => MediaKind::Subtitle,
            Self::Scte35 | Self::Klv | Self::Smpte2038 | Self::Id3 | Self::EventInformation => {
                MediaKind::Data
            }
        }
    }

    /// Returns the coding that a stream type means in every program (table 2-34, and common practice).
    fn of_type(stream_type: u8) -> Option<Self> {
        Some(match stream_type {
            0x01 | 0x02 | 0x22 => Self::MpegVideo,
            0x03 | 0x04 => Self::MpegAudio,
            // 0x1c has no transport syntax. 0xcf, 0xc1, 0xc2 and 0xdb are sample-encrypted (HTTP Live Streaming).
            0x0f | 0x1c | 0xcf => Self::Aac,
            0x10 => Self::Mpeg4Video,
            0x11 => Self::AacLatm,
            // Includes the sub-bitstreams of SVC, MVC and 3D.
            0x1b | 0x1f | 0x20 | 0x23 | 0x26 | 0xdb => Self::H264,
            0x21 => Self::Jpeg2000,
            // Includes temporal and layered sub-bitstreams.
            0x24 | 0x25 | 0x28..=0x2b | 0x31 => Self::Hevc,
            0x2d | 0x2e => Self::MpegH3dAudio,
            0x32 => Self::JpegXs,
            0x33 | 0x34 => Self::Vvc,
            0x35 => Self::Evc,
            0x42 => Self::Cavs,
            0xd1 => Self::Dirac,
            0xd2 => Self::Avs2,
            0xd4 => Self::Avs3,
            0xea => Self::Vc1,
            _ => return None,
        })
    }

    /// Returns the coding that a stream type means on Blu-ray discs and in AVCHD.
    fn of_hdmv_type(stream_type: u8) -> Option<Self> {
        Some(match stream_type {
            0x80 => Self::PcmBluray,
            0x81 => Self::Ac3,
            0x82 | 0x85 | 0x86 | 0xa2 => Self::Dts,
            0x83 => Self::TrueHd,
            0x84 | 0xa1 => Self::Eac3,
            0x90 => Self::Pgs,
            0x92 => Self::HdmvText,
            _ => return None,
        })
    }

    /// Returns the coding of a user private type in a program without a registration (ATSC A/53, SCTE 35).
    fn of_other_type(stream_type: u8) -> Option<Self> {
        Some(match stream_type {
            0x81 | 0xc1 => Self::Ac3,
            0x87 | 0xc2 => Self::Eac3,
            0x8a => Self::Dts,
            0x86 => Self::Scte35,
            _ => return None,
        })
    }

    /// Returns the coding of a registration descriptor.
    fn of_registration(format: [u8; 4]) -> Option<Self> {
        Some(match &format {
            b"AC-3" => Self::Ac3,
            b"AC-4" => Self::Ac4,
            b"AV01" => Self::Av1,
            b"BSSD" => Self::S302m,
            b"DTS1" | b"DTS2" | b"DTS3" => Self::Dts,
            b"EAC3" => Self::Eac3,
            b"HEVC" => Self::Hevc,
            b"ID3 " => Self::Id3,
            b"KLVA" => Self::Klv,
            b"Opus" => Self::Opus,
            b"VANC" => Self::Smpte2038,
            b"VC-1" => Self::Vc1,
            b"VVC " => Self::Vvc,
            b"drac" => Self::Dirac,
            _ => return None,
        })
    }

    /// Returns the coding of a descriptor of private PES packets (ETSI EN 300 468, table 12; ARIB STD-B10).
    fn of_private_descriptor(descriptor: &Descriptor<'_>) -> Option<Self> {
        Some(match (descriptor.tag(), descriptor.body()) {
            (0x46 | 0x56, _) => Self::DvbTeletext,
            (0x59, _) => Self::DvbSubtitle,
            (0x6a, _) => Self::Ac3,
            (0x7a, _) => Self::Eac3,
            (0x7b, _) => Self::Dts,
            (0x7c, _) => Self::Aac,
            // `data_component_id` of captions, for fixed and for mobile receivers.
            (0xfd, [0x00, 0x08 | 0x12, ..]) => Self::AribCaption,
            // `descriptor_tag_extension`.
            (0x7f, [0x0e | 0x21, ..]) => Self::Dts,
            (0x7f, [0x15, ..]) => Self::Ac4,
            (0x7f, [0x20, ..]) => Self::Ttml,
            _ => return None,
        })
    }

    /// Returns the coding of a metadata descriptor (§2.6.60).
    fn of_metadata(descriptor: &Descriptor<'_>) -> Option<Self> {
        const OTHER: u8 = 0xff;
        let rest = match descriptor.body() {
            // `metadata_application_format` in the four bytes after it.
            [0xff, 0xff, rest @ ..] if descriptor.tag() == 0x26 => rest.get(4..)?,
            [_, _, rest @ ..] if descriptor.tag() == 0x26 => rest,
            _ => return None,
        };
        match rest {
            [OTHER, b'K', b'L', b'V', b'A', ..] => Some(Self::Klv),
            [OTHER, b'I', b'D', b'3', b' ', ..] => Some(Self::Id3),
            _ => None,
        }
    }
}

/// `stream_type` of private PES packets, whose coding is given by descriptors.
const PRIVATE_PES: u8 = 0x06;

impl ElementaryStream<'_> {
    /// Returns the coding by the program map; `None` if the map does not give it. `registration` is the format that the
    /// program registers, which redefines the types from 0x80 (see [`Program::registration`](super::Program::registration)).
    ///
    /// Types of the standard take precedence over a registration of the stream, except for MPEG-2 audio and ADTS AAC,
    /// because encoders use these types for other audio.
    #[must_use]
    pub fn coding(&self, registration: Option<[u8; 4]>) -> Option<Coding> {
        let stream_type = self.stream_type().0;
        let registered =
            || self.descriptors().find_map(|descriptor| Coding::of_registration(descriptor.registration()?));
        let is_hdmv = registration.is_some_and(|format| matches!(&format, b"HDMV" | b"HDPR"));
        match stream_type {
            PRIVATE_PES => self
                .descriptors()
                .find_map(|descriptor| Coding::of_private_descriptor(&descriptor))
                .or_else(registered)
                .or_else(|| self.metadata()),
            0x04 | 0x0f => registered().or(Coding::of_type(stream_type)),
            _ => Coding::of_type(stream_type)
                .or_else(|| Coding::of_hdmv_type(stream_type).filter(|_| is_hdmv))
                .or_else(registered)
                .or_else(|| Coding::of_other_type(stream_type))
                .or_else(|| self.metadata()),
        }
    }

    fn metadata(&self) -> Option<Coding> {
        self.descriptors().find_map(|descriptor| Coding::of_metadata(&descriptor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::mpegts::ElementaryStreams;

    /// Returns the coding of a stream with this type and these descriptors, in a program that registers `format`.
    fn coding(stream_type: u8, descriptors: &[u8], format: Option<&[u8; 4]>) -> Option<Coding> {
        let len = u8::try_from(descriptors.len()).unwrap();
        let bytes = [&[stream_type, 0xe1, 0, 0xf0, len][..], descriptors].concat();
        let stream = ElementaryStreams { bytes: &bytes }.next().unwrap();
        stream.coding(format.copied())
    }

    #[test]
    fn types_above_0x80_depend_on_the_registration_of_the_program() {
        for (stream_type, alone, hdmv) in [
            (0x80, None, Some(Coding::PcmBluray)),
            (0x81, Some(Coding::Ac3), Some(Coding::Ac3)),
            (0x82, None, Some(Coding::Dts)),
            (0x83, None, Some(Coding::TrueHd)),
            (0x84, None, Some(Coding::Eac3)),
            (0x85, None, Some(Coding::Dts)),
            (0x86, Some(Coding::Scte35), Some(Coding::Dts)),
            (0x87, Some(Coding::Eac3), Some(Coding::Eac3)),
            (0x8a, Some(Coding::Dts), Some(Coding::Dts)),
            (0x90, None, Some(Coding::Pgs)),
            (0x92, None, Some(Coding::HdmvText)),
            (0xa1, None, Some(Coding::Eac3)),
            (0xa2, None, Some(Coding::Dts)),
            (0xea, Some(Coding::Vc1), Some(Coding::Vc1)),
        ] {
            assert_eq!(coding(stream_type, &[], None), alone, "{stream_type:#x}");
            assert_eq!(coding(stream_type, &[], Some(b"CUEI")), alone, "{stream_type:#x}");
            assert_eq!(coding(stream_type, &[], Some(b"HDMV")), hdmv, "{stream_type:#x}");
        }
        // A registration of the stream takes precedence over common practice.
        assert_eq!(coding(0x86, b"\x05\x04DTS1", None), Some(Coding::Dts));
        assert_eq!(coding(0x80, b"\x05\x04AC-3", None), Some(Coding::Ac3));
    }

    #[test]
    fn types_of_the_standard_have_a_kind() {
        for (kind, types) in [
            (
                MediaKind::Video,
                &[0x01, 0x02, 0x10, 0x1b, 0x20, 0x21, 0x24, 0x25, 0x32, 0x33, 0x42, 0xd2, 0xd4][..],
            ),
            (MediaKind::Audio, &[0x03, 0x04, 0x0f, 0x11, 0x1c, 0x2d, 0x2e]),
            (MediaKind::Data, &[0x86]),
        ] {
            for &stream_type in types {
                let found = coding(stream_type, &[], None).map(Coding::media_kind);
                assert_eq!(found, Some(kind), "{stream_type:#x}");
            }
        }
        for stream_type in [0x05, 0x06, 0x0b, 0x13, 0x15, 0xff] {
            assert_eq!(coding(stream_type, &[], None), None, "{stream_type:#x}");
        }
    }

    #[test]
    fn descriptors_identify_private_streams() {
        for (descriptors, expected) in [
            (&b"\x6a\x01\x00"[..], Some(Coding::Ac3)),
            (b"\x7a\x01\x00", Some(Coding::Eac3)),
            (b"\x7b\x01\x00", Some(Coding::Dts)),
            (b"\x7c\x02\x58\x00", Some(Coding::Aac)),
            (b"\x56\x05deu\x09\x00", Some(Coding::DvbTeletext)),
            (b"\x0a\x04deu\x00\x59\x08deu\x10\x00\x01\x00\x01", Some(Coding::DvbSubtitle)),
            (b"\x7f\x02\x15\x00", Some(Coding::Ac4)),
            (b"\x52\x01\x30\xfd\x03\x00\x08\x3d", Some(Coding::AribCaption)),
            (b"\x05\x04Opus\x7f\x02\x80\x02", Some(Coding::Opus)),
            (b"\x05\x04AV01", Some(Coding::Av1)),
            (b"\x05\x04KLVA", Some(Coding::Klv)),
            (b"\x05\x04ID3 ", Some(Coding::Id3)),
            (b"\x05\x04CUEI", None),
            (b"\x0a\x04deu\x00", None),
        ] {
            assert_eq!(coding(PRIVATE_PES, descriptors, None), expected, "{}", descriptors.escape_ascii());
        }
        for (descriptor, expected) in [
            (&b"\x26\x09\x01\x00\xffKLVA\x00\x0f"[..], Some(Coding::Klv)),
            (b"\x26\x0d\xff\xffID3 \xffID3 \x00\x0f", Some(Coding::Id3)),
            (b"\x26\x05\xff\xffID3", None),
            (b"\x05\x04KLVA", Some(Coding::Klv)),
        ] {
            assert_eq!(coding(0x15, descriptor, None), expected, "{}", descriptor.escape_ascii());
        }
    }
}
