//! The media kind of a track.

use super::{FourCc, MediaKind};

impl MediaKind {
    /// Returns the kind by `handler_type` (ISO/IEC 14496-12 §8.4.3; `pict` of image sequences, ISO/IEC 23008-12 §7.2.1;
    /// `auxv` of auxiliary pictures) or, if that names no kind, by the format of the first sample entry.
    pub(super) fn of(handler: FourCc, format: Option<FourCc>) -> Self {
        match &handler.0 {
            b"vide" | b"pict" | b"auxv" => Self::Video,
            b"soun" => Self::Audio,
            b"text" | b"sbtl" | b"subt" | b"subp" | b"clcp" => Self::Subtitle,
            _ => match format {
                Some(format) if is_visual(format) => Self::Video,
                Some(format) if is_audio(format) => Self::Audio,
                Some(FourCc(
                    [b't', b'x', b'3', b'g'] | [b'w', b'v', b't', b't'] | [b'c', b'6', b'0', b'8'],
                )) => Self::Subtitle,
                _ => Self::Data,
            },
        }
    }
}

/// Whether a sample entry of this format is a visual sample entry.
pub(super) fn is_visual(format: FourCc) -> bool {
    matches!(
        &format.0,
        b"avc1"
            | b"avc2"
            | b"avc3"
            | b"avc4"
            | b"hvc1"
            | b"hev1"
            | b"hvc2"
            | b"hev2"
            | b"dvh1"
            | b"dvhe"
            | b"dva1"
            | b"dvav"
            | b"vvc1"
            | b"vvi1"
            | b"av01"
            | b"vp08"
            | b"vp09"
            | b"mp4v"
            | b"s263"
            | b"jpeg"
            | b"mjpa"
            | b"mjpb"
            | b"apch"
            | b"apcn"
            | b"apcs"
            | b"apco"
            | b"ap4h"
            | b"ap4x"
            | b"encv"
            | b"resv"
            | b"uncv"
            | b"SVQ1"
            | b"SVQ3"
            | b"FFV1"
            | b"png "
            | b"h263"
            | b"cvid"
            | b"mjp2"
            | b"j2ki"
            | b"rle "
            | b"icpv"
            | b"drmi"
    )
}

/// Whether a sample entry of this format is an audio sample entry.
pub(super) fn is_audio(format: FourCc) -> bool {
    matches!(
        &format.0,
        b"mp4a"
            | b"enca"
            | b"ac-3"
            | b"ec-3"
            | b"ac-4"
            | b"alac"
            | b"Opus"
            | b"fLaC"
            | b"dtsc"
            | b"dtsh"
            | b"dtsl"
            | b"dtse"
            | b"mlpa"
            | b"samr"
            | b"sawb"
            | b"sowt"
            | b"twos"
            | b"in24"
            | b"in32"
            | b"fl32"
            | b"fl64"
            | b"lpcm"
            | b"ulaw"
            | b"alaw"
            | b"ima4"
            | b"ipcm"
            | b"fpcm"
            | b"mha1"
            | b"mhm1"
            | b".mp3"
            | b"MAC3"
            | b"MAC6"
            | b"QDM2"
            | b"QDMC"
            | b"agsm"
            | b"drms"
            | b"Qclp"
    ) || format.0.starts_with(b"ms\0")
}
